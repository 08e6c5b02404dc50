"""Whether a word says what another does: "attacked" for "criticised", "dogs" for "animals"; or its opposite."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cache, lru_cache

from vectorstore.language.lexicon import lines
from vectorstore.language.senses import is_synonym, may_mean
from vectorstore.language.words import key, rarity

_SENSES = 3  # rows of opposites that a word may stand in and yet say one thing
COMMON = 2.6  # a word as common as "make" or "set" stands for nearly any other


@lru_cache(maxsize=20_000)
def says_too(stem: str, other: str) -> bool:
    """Whether one of two words may be the other's synonym."""
    if min(rarity(stem), rarity(other)) < COMMON:
        return False
    return other in _sides()[0].get(stem, ()) or is_synonym(stem, other)


def is_one(stem: str, sort: str) -> bool:
    """Whether a word may name one of a sort: "mayor" one of "politicians"."""
    return rarity(stem) >= COMMON and may_mean(sort, stem)


def says_opposite(stem: str, other: str) -> bool:
    """Whether a word is another's opposite: "open" and "closed"."""
    return other in _sides()[1].get(stem, ())


@cache
def _sides() -> tuple[Mapping[str, set[str]], Mapping[str, set[str]]]:
    """The words that stand on one side of a pair of opposites, and those that stand on the other."""
    beside: dict[str, set[str]] = {}
    across: dict[str, set[str]] = {}
    rows = [[[key(word) for word in side.split()] for side in line.split("|")] for line in lines("polarity.opposites")]
    often = Counter(word for row in rows for side in row for word in set(side))
    for left, right in rows:
        for mine, theirs in ((left, right), (right, left)):
            for word in mine:
                beside.setdefault(word, set()).update(other for other in mine if max(often[word], often[other]) <= _SENSES)
                across.setdefault(word, set()).update(theirs)
    return beside, across
