"""What a speaker's "it" or "the decision" stands for, named in the sentence: "the decision to close the mine came too soon"."""

from __future__ import annotations

from collections.abc import Sequence, Set
from itertools import pairwise

from vectorstore.language.align import Line, aligned
from vectorstore.language.lexicon import word_set
from vectorstore.language.names import is_name, is_of_name
from vectorstore.language.senses import may_mean
from vectorstore.language.stems import stem_set
from vectorstore.language.tokens import Token, normalised, tokens
from vectorstore.language.verbs import is_deed, is_past

_POINTING = word_set("questions.pointing") | word_set("words.subjects")
_DEFINITE = word_set("words.articles") - {"a", "an"}
_RELATIVES = word_set("words.relatives")
_VERBS = word_set("words.being") | word_set("words.auxiliaries") | word_set("speech.modals")
_CLAUSES = word_set("words.clauses") - _RELATIVES
_BEHIND = word_set("speech.of") | word_set("speech.stops") | _RELATIVES | {"to"}
_SAYING = stem_set("speech.verbs_of_saying")
_LONGEST = 3  # words of content of what takes something up: "the new jets"


def names_what_is_meant(words: str, told: str, missing: Set[str]) -> bool:
    """Whether the words of a sentence that a speaker does not say only spell out what the speaker points at.

    Each run of them stands where the speaker has a pronoun or a "the", and is one phrase; all else is the speaker's own.
    """
    mine, theirs = tokens(normalised(words)), tokens(normalised(told))
    filled = False
    for (i, j), (k, n) in pairwise([(-1, -1), *_pairs(mine, theirs), (len(mine), len(theirs))]):
        run, there = mine[i + 1 : k], theirs[j + 1 : n]
        if not any(t.content and key_of(t) in missing for t in run):
            continue
        if k == len(mine) and not _is_object(run, there):
            return False
        points = _points(run, theirs, j, n) or _goes_on(run, theirs, j, n)
        if not (points and _is_phrase(run)) and not _is_before_noun(run, mine[k : k + 1], there):
            return False
        filled = True
    return filled


def key_of(token: Token) -> str:
    """What a word or a number is compared by."""
    return f"#{min(token.values):g}" if token.values else token.key


def _is_verb(token: Token) -> bool:
    return is_deed(token) or token.key in _VERBS


def _pairs(mine: Sequence[Token], theirs: tuple[Token, ...]) -> list[tuple[int, int]]:
    """Which word is which, "would be" too where it stands alone: it parts whom something is said of from what is said."""
    found, _ = aligned(mine, Line(theirs))
    more: list[tuple[int, int]] = []
    for (i, j), (k, n) in pairwise([(-1, -1), *found, (len(mine), len(theirs))]):
        for m in range(i + 1, k):
            same = next((o for o in range(j + 1, n) if mine[m].key in _VERBS and mine[m].key == theirs[o].key), 0)
            if same:
                more.append((m, j := same))
    return sorted([*found, *more])


def _is_before_noun(run: Sequence[Token], following: Sequence[Token], there: Sequence[Token]) -> bool:
    """Whether it only says which: "coffee exports" of "exports", "Arne Olm" of "Mr Olm"."""
    if not following or not following[0].content or following[0].is_parted or _is_verb(following[0]):
        return False
    if is_name(following[0]):
        return all(map(is_of_name, run))
    named = [t for t in run if t.content]
    return len(named) < _LONGEST and not any(map(_is_verb, run)) and not any(t.content for t in there)


def _is_object(run: Sequence[Token], there: Sequence[Token]) -> bool:
    """Whether what stands last is one thing, "overturned the ferry" of "overturned it"."""
    return len([t for t in run if t.content]) <= _LONGEST and bool(there) and there[0].key in _POINTING


def _points(run: Sequence[Token], theirs: Sequence[Token], j: int, n: int) -> bool:
    """Whether a pronoun stands between two places and no word of content, or "the jets" for one of the words."""
    content = [m for m in range(j + 1, n) if theirs[m].content]
    if not content:
        before = {t.key for t in theirs[j + 1 : n]}
        return not _POINTING.isdisjoint(before) or not (_DEFINITE.isdisjoint(before) or any(map(_is_verb, run)))
    if not _is_definite(theirs, content[0], content[-1]):
        return False
    head = theirs[content[-1]].key
    return any(may_mean(t.key, head) or may_mean(head, t.key) for t in run if t.content)


def _goes_on(run: Sequence[Token], theirs: Sequence[Token], j: int, n: int) -> bool:
    """Whether it says more of what stands before it, "the decision" to close the mine."""
    if j < 1 or any(t.content for t in theirs[j + 1 : n]) or not _is_definite(theirs, j, j):
        return False
    return run[0].key in _BEHIND or run[0].is_parted or is_past(run[0])


def _is_definite(theirs: Sequence[Token], first: int, last: int) -> bool:
    """Whether it is a "the decision": an article before it, or before another word or two, and no verb between."""
    the = next((n for n in range(first - 1, max(-1, first - 1 - _LONGEST), -1) if theirs[n].key in _DEFINITE), last)
    return not any(_is_verb(t) or t.is_parted for t in theirs[the + 1 : last + 1]) and 0 < last - the <= _LONGEST


def _is_phrase(run: Sequence[Token]) -> bool:
    """Whether it is one thing with what is said of it, no clause of its own: a verb stands in it behind a "that" alone."""
    end = len(run)
    while end and run[end - 1].key in _VERBS:  # "had been" of "had been taken too soon"
        end -= 1
    relative = False
    for n, t in enumerate(run[:end]):
        relative = relative or t.key in _RELATIVES
        following = run[n + 1].key if n + 1 < end else ""
        if t.key in _CLAUSES and any(map(_is_verb, run[:n])) and not relative:
            return False
        if (t.key in _VERBS or (t.key in _SAYING and is_deed(t))) and not relative:
            return False
        if is_deed(t) and following == "that":
            return False
    return True
