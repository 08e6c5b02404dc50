"""How far a text has the words of a question: each sentence read once, for evidence and for quotes."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from qa.asking import Asked, Term
from vectorstore.language.lexicon import pattern
from vectorstore.language.sentences import sentences
from vectorstore.language.words import Word, words


def met(ask: Asked, text: str) -> float:
    """How much of the question's weight the text has the words for, from 0 to 1."""
    return share(ask, words_met(ask, words(text)))


class Read(NamedTuple):
    """A sentence as it is read for a question."""

    start: int
    end: int
    words: tuple[Word, ...]
    stems: frozenset[str]
    met: tuple[float, ...]  # for each of the question's terms, how far the sentence has it


@lru_cache(maxsize=256)  # read for evidence, then for quotes
def sentences_read(ask: Asked, text: str) -> tuple[Read, ...]:
    """The sentences of a text that have words; of a quiz neither the answers it offers nor what it asks."""
    quiz = [found.span() for found in pattern("clauses.quiz", cased=True).finditer(text)]
    told = [(start, end) for start, end in sentences(text) if not any(a <= start < b for a, b in quiz)]
    rows = ((start, end, words(text[start:end])) for start, end in told)
    return tuple([Read(start, end, row, stems_of(row), words_met(ask, row)) for start, end, row in rows if row])


def stems_of(row: Iterable[Word]) -> frozenset[str]:
    return frozenset([word.stem for word in row])


def words_met(ask: Asked, row: Iterable[Word]) -> tuple[float, ...]:
    met = [0.0] * len(ask.terms)
    for n, value in (near for word in row for near in _near(ask, word.stem)):
        met[n] = max(met[n], value)
    return tuple(met)


@lru_cache(maxsize=20_000)
def _near(ask: Asked, stem: str) -> tuple[tuple[int, float], ...]:
    """Which terms a word says, by their places, and how far."""
    return tuple([(n, value) for n, term in enumerate(ask.terms) if (value := nearness(term, stem))])


def nearness(term: Term, stem: str) -> float:
    """How far a stem says a term: itself 1, a longer or shorter form .8 (Dada, Dadaism), a related word .5."""
    if stem == term.stem or stem in term.same:
        return 1.0
    if stem[:5] == term.stem[:5] and stem[: (least := math.ceil(0.6 * max(len(stem), len(term.stem))))] == term.stem[:least]:
        return 0.8
    return 0.5 if stem in term.related else 0.0


def share(ask: Asked, met: Iterable[float]) -> float:
    return min(1.0, sum(term.share * value for term, value in zip(ask.terms, met, strict=True)))
