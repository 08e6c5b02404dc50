"""The shape of an answer by quotation, after its best sentences are chosen: a summary by date, both sides of a comparison."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from qa.clauses import furniture
from vectorstore.language.frames import bare, wants_summary
from vectorstore.language.lexicon import pattern
from vectorstore.language.words import STOP_WORDS, words

if TYPE_CHECKING:
    from qa.quoting import Candidate

Alike = Callable[["Candidate", "Candidate"], bool]
_DEVELOPMENTS = 5  # sentences of a summary
_OF_IT = 0.6  # of a subject's words, by their weight: what a sentence of its summary or its headline has


def shaped(question: str, chosen: list[Candidate], ranked: Sequence[Candidate], alike: Alike, limit: int) -> list[Candidate]:
    """The sentences to quote, the best first but in a summary; `ranked` are all, `alike` tells whether two say the same."""
    if wants_summary(question):
        return _developments(chosen, ranked, alike)
    return _with_sides(question, chosen, ranked, limit) if pattern("questions.comparing").search(question) else chosen


def _developments(chosen: list[Candidate], ranked: Sequence[Candidate], alike: Alike) -> list[Candidate]:
    """One sentence of each report on the subject, in the order of their days."""
    told: list[Candidate] = []
    for one in (*chosen[:1], *ranked):
        about = one in chosen or (one.share >= _OF_IT and one.met > 0 and not furniture(one.text))
        known = any(one.hit.article.id == other.hit.article.id or alike(one, other) for other in told)
        if about and not known and len(told) < _DEVELOPMENTS:
            told.append(one)
    return sorted(told, key=lambda one: (one.hit.article.published is None, str(one.hit.article.published))) or chosen


def _with_sides(question: str, chosen: list[Candidate], ranked: Sequence[Candidate], limit: int) -> list[Candidate]:
    """With a sentence on each of two that are compared: "Which is longer, the Corr bridge or the Dell bridge?"."""
    shown = list(chosen)
    for own in _sides(question):
        has = [one for one in ranked if own <= one.read.stems]
        if has and not any(own <= one.read.stems for one in shown):
            shown = [*shown[: limit - 1], has[0]]
    return shown


def _sides(question: str) -> list[frozenset[str]]:
    """The stems that tell two compared things apart; none where the question does not name two."""
    before, joint, after = bare(question).strip(" ?!.").rpartition(" or ")
    sides = [{word.stem for word in words(part)} - STOP_WORDS for part in (re.split(r"[,:;]", before)[-1], after)]
    own = [frozenset(sides[n] - sides[1 - n]) for n in (0, 1)]
    return own if joint and all(own) and len(own[0]) <= 4 and len(own[1]) <= 4 else []
