"""Do two passages carry the same agency copy? Outlets add a dateline, cut a sentence, break paragraphs elsewhere."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from vectorstore.language.sentences import sentences

_SAME = 0.8  # share of the shorter sentence's words that the other one has, too: the same sentence
_ALIKE = 0.5  # enough to be two tellings of the same thing
_MOST = 0.6  # share of the shorter passage's words in such sentences: the same copy

_NEGATIONS = frozenset("no not never none nobody nothing neither nor without denied denies deny cannot".split())
_NUMBERS = frozenset(
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
    "nineteen dozen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion".split()
)
_WORD = re.compile(r"\w+(?:[.,’'-]\w+)*")


def same_copy(one: str, other: str) -> bool:
    """True where most of the shorter passage stands in the other one, sentence for sentence, and nothing contradicts it.

    Two versions of a sentence with another number, another name or a negation more are a correction or a disagreement, never
    the same copy: a reader must see both.
    """
    if len(one) > len(other):
        one, other = other, one
    words, others = _words(one), _words(other)
    if len(words & others) < _ALIKE * len(words):
        return False
    theirs = _sentences(other)
    total = same = 0
    for mine in _sentences(one):
        size = len(_words(mine))
        total += size
        overlap, match = max(((_overlap(mine, sentence), sentence) for sentence in theirs), default=(0.0, ""))
        if overlap >= _ALIKE and _contradict(mine, match):
            return False
        if overlap >= _SAME:
            same += size
    return same >= _MOST * total > 0


def may_be_same(texts: Sequence[str]) -> list[list[int]]:
    """For each text the earlier ones, by place, that hold half of the shorter one's words: `same_copy` is true of no others."""
    found = [_words(text) for text in texts]
    holding: dict[str, list[int]] = {}
    for place, word in ((place, word) for place, words in enumerate(found) for word in words):
        holding.setdefault(word, []).append(place)
    places = {word: np.array(listed) for word, listed in holding.items()}
    length, size = np.array([len(text) for text in texts]), np.array([len(words) for words in found])
    earlier: list[list[int]] = []
    for place, words in enumerate(found):
        shared = np.bincount(np.concatenate([[0], *(places[word] for word in words)])[1:], minlength=place)[:place]
        least = _ALIKE * np.where(length[:place] <= length[place], size[:place], size[place])
        earlier.append(np.flatnonzero(shared >= np.maximum(1, least)).tolist())
    return earlier


@lru_cache(maxsize=4096)  # one search compares a passage with many others
def _words(text: str) -> frozenset[str]:
    return frozenset(word.casefold() for word in _WORD.findall(text))


@lru_cache(maxsize=512)
def _sentences(text: str) -> tuple[str, ...]:
    return tuple(text[start:end] for start, end in sentences(text))


def _overlap(one: str, other: str) -> float:
    words, others = _words(one), _words(other)
    return len(words & others) / max(1, min(len(words), len(others)))


def _contradict(one: str, other: str) -> bool:
    """Each names a number or a name that the other lacks, or one negates more: an addition alone (a dateline) is none."""
    (named, negated), (others, also_negated) = _telling(one), _telling(other)
    return negated != also_negated or bool(named - others and others - named)


def _telling(sentence: str) -> tuple[frozenset[str], int]:
    words = _WORD.findall(sentence)
    negations = sum(word.casefold() in _NEGATIONS or word.casefold().endswith(("n't", "n’t")) for word in words)
    named = (w.casefold() for w in words[1:] if w[0].isupper() or any(c.isdigit() for c in w))  # the first is a capital anyway
    numbers = (w.casefold() for w in words if w[0].isdigit() or w.casefold() in _NUMBERS)
    return frozenset(named) | frozenset(numbers), negations
