"""Which word may stand for which, by WordNet: "slain" for "killed", "animal" for "wolf"; not "dog" for "wolf"."""

from __future__ import annotations

import gzip
from collections import defaultdict
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files

from vectorstore.language.lexicon import word_set
from vectorstore.language.stems import stem
from vectorstore.language.words import meant, related

_Rows = Mapping[str, frozenset[int]]


@cache
def _senses() -> tuple[_Rows, _Rows, frozenset[str]]:
    """For each stem, the senses that it names, and those that it names more broadly; the stems that are mostly verbs.

    Read when first asked, in 0.3 s.
    """
    packed = files("vectorstore.language").joinpath("senses.txt.gz").read_bytes()
    lines = [line for line in gzip.decompress(packed).decode("ascii").splitlines() if not line.startswith("#")]
    named: dict[str, set[int]] = defaultdict(set)
    broader: dict[str, set[int]] = defaultdict(set)
    verbs = frozenset([stem(word) for word in lines[0].split()[1:]])
    for n, line in enumerate(lines[1:]):
        words, _, more = line.partition(" < ")
        for word in words.split():
            named[_key(word)].add(n)
        for word in more.split():
            broader[_key(word)].add(n)
    return (
        {key: frozenset(rows) for key, rows in named.items()},
        {key: frozenset(rows) for key, rows in broader.items()},
        verbs,
    )


def _key(word: str) -> str:
    """What a token of that word is compared by: a well is no "well"."""
    return f"{word}s" if word in word_set("words.nouns_too") else stem(word)


@lru_cache(maxsize=50_000)
def may_mean(stemmed: str, other: str) -> bool:
    """Whether a word may stand for another in some sense of it: it is a synonym, a broader word or of the same root.

    A verb may also say more than the other one: "slain" for "killed", but no "wolf" for "animal".
    """
    if stemmed == other or stemmed in related(other) or stemmed in meant(other):
        return True
    named, broader, verbs = _senses()
    none: frozenset[int] = frozenset()
    mine, theirs = named.get(stemmed, none), named.get(other, none)
    if not theirs.isdisjoint(mine) or not theirs.isdisjoint(broader.get(stemmed, none)):
        return True
    return stemmed in verbs and not mine.isdisjoint(broader.get(other, none))


def is_synonym(stemmed: str, other: str) -> bool:
    """Whether two words say the same in some sense of both: "fired" and "dismissed", no broader word."""
    named = _senses()[0]
    return stemmed in related(other) or not named.get(stemmed, frozenset()).isdisjoint(named.get(other, ()))


def is_mostly_verb(stemmed: str) -> bool:
    return stemmed in _senses()[2]


def is_word(stemmed: str) -> bool:
    """Whether English has a word of that stem that may be another's."""
    return stemmed in _senses()[0] or stemmed in _senses()[1] or stemmed in _senses()[2]
