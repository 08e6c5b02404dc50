"""A number of one in a list put to another: "61 percent in Holm" of "61 percent in Orm and 48 in Holm"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise, permutations
from typing import NamedTuple

from qa.check.align import Claim
from vectorstore.language.lexicon import word_set
from vectorstore.language.names import is_name
from vectorstore.language.stems import stem_set
from vectorstore.language.tokens import Token, same
from vectorstore.language.verbs import is_past

_JOINS, _PLACES = word_set("lists.joins"), word_set("lists.before")
_IN_TURN = stem_set("lists.in_turn")
_ORDINAL = ("th", "ordinal")
_ENDS = frozenset(';:.!?()"')
_BEHIND = 4  # words between a number and the "in" before whose it is


Part = tuple[Sequence[Token], int]  # a stretch of a line, and where in it its number stands
Labelled = tuple[Token, Token]  # a number and the word that says whose it is


class Listed(NamedTuple):
    """Two of a list: each one's number and the word that says whose it is."""

    number: Token
    label: Token
    other: Token
    others: Token


def lists(claim: Claim) -> Iterator[str]:
    """Whose number the passage says it is, where the sentence puts it to the next one of the list."""
    for one in _listed(claim):
        if one.label.key not in claim.keys and one.others.key in claim.keys and not _told_elsewhere(claim, one):
            yield f"The passage gives {one.number.text} for {one.label.text}, and {one.other.text} for {one.others.text}."
            return
    yield from _out_of_turn(claim)


def _out_of_turn(claim: Claim) -> Iterator[str]:
    """Numbers that the sentence gives "respectively", each of which the passage gives for another of those named."""
    turns = _in_turn(claim.tokens)
    for number, label in turns:
        given = [
            found
            for line in claim.lines
            if not _in_turn(line.tokens)
            for part, n in _parts(line.tokens)
            if same(part[n], number)
            for found in part
            if any(found.key == other.key for _, other in turns)
        ]
        if given and all(found.key != label.key for found in given):
            yield f"The passage gives {number.text} for {given[0].text}, not for {label.text}."
            return


def of_the_other(claim: Claim, reason: str) -> bool:
    """Whether a reason is what the passage says of the next one of a list, of whom the sentence does not tell."""
    told = (one for one in _listed(claim) if one.label.key in claim.keys and one.others.key not in claim.keys)
    words = "|".join(re.escape(word) for one in told for word in (one.other.text, one.others.text))
    return bool(words and re.search(rf"(?:says this of|here, but|the passage says) “?(?:{words})\b", reason))


def _listed(claim: Claim) -> Iterator[Listed]:
    """The numbers of the sentence that a line has in a list, where the sentence lacks the other number of the two."""
    mine = [t for t in claim.tokens if t.values]
    for line in claim.lines if mine else ():
        for (number, label), (second, others) in permutations(_in_turn(line.tokens), 2):
            if any(same(t, number) for t in mine) and not any(same(t, second) for t in mine):
                yield Listed(number, label, second, others)
        for one, other in pairwise(_parts(line.tokens)) if len(line.numbers) > 1 else ():
            for pair in _labels(one, other):
                for (number, label), (second, others) in (pair, pair[::-1]):
                    told = any(same(t, number) for t in mine) and not any(same(t, second) for t in mine)
                    if told and label.key != others.key and not same(number, second):
                        yield Listed(number, label, second, others)


def _in_turn(found: Sequence[Token]) -> Sequence[Labelled]:
    """Each number with whose it is, where "respectively" says that names and numbers are in one order."""
    if not any(t.key in _IN_TURN for t in found):
        return ()
    numbers = [t for t in found if t.values and t.unit not in _ORDINAL and not t.date]
    names = [t for n, t in enumerate(found) if is_name(t) and not (n and is_name(found[n - 1]) and not t.before)]
    few = min(len(numbers), len(names))
    return list(zip(numbers[-few:], names[-few:], strict=True)) if few > 1 else ()


def _parts(found: Sequence[Token]) -> Iterator[Part]:
    """The stretches of a line that have one number each, between commas and "and", with where in them the number stands."""
    start = 0
    for n in range(1, len(found) + 1):
        ends = n == len(found) or found[n].key in _JOINS or set(found[n].before) & (_ENDS | {","})
        if ends:
            part = found[start:n]
            numbers = [k for k, t in enumerate(part) if t.values and t.unit not in _ORDINAL]
            if len(numbers) == 1:
                yield part, numbers[0]
            start = n


def _labels(one: Part, other: Part) -> Iterator[tuple[Labelled, Labelled]]:
    """The words that stand to their numbers in the same way: behind the same "in", before them, or verbs with an "at" between."""
    (first, a), (second, b) = one, other
    if bool(first[a].date) != bool(second[b].date):
        return
    behind = _behind(first, a), _behind(second, b)
    if behind[0] and behind[1] and behind[0][0] == behind[1][0]:
        yield (first[a], behind[0][1]), (second[b], behind[1][1])
        return
    before = [t for t in second[:b] if _may_label(t)]
    ahead = [t for t in first[:a] if _may_label(t)]
    if len(before) != 1 or not ahead or is_past(before[0]):  # which of two deeds it counts is told by where it stands
        return
    at = second.index(before[0])
    is_deed = second[at + 1].key in _PLACES and not is_name(before[0]) and (at < 1 or second[at - 1].key in _JOINS)
    yield (first[a], ahead[-1] if is_deed else ahead[0]), (second[b], before[0])


def _behind(part: Sequence[Token], n: int) -> tuple[str, Token] | None:
    """The "in" or "for" behind a number, and what it is in or for."""
    for k in range(n + 1, min(len(part) - 1, n + 1 + _BEHIND)):
        if part[k].key in _PLACES:
            label = next((t for t in part[k + 1 :] if t.content), None)
            return (part[k].key, label) if label and not label.values else None
    return None


def _may_label(token: Token) -> bool:
    return token.content or token.unit in _ORDINAL


def _told_elsewhere(claim: Claim, one: Listed) -> bool:
    """Whether another line gives the number for what the sentence gives it for."""
    return any(
        one.others.key in line.keys and one.label.key not in line.keys and line.matching(one.number) for line in claim.lines
    )
