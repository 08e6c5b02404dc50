"""Whether two sentences of a passage tell of one: by its name, by a word for it, or by an "it" or "they" of the one before."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from qa.check.align import Claim
from qa.check.statements import statements
from qa.check.wanted import answers
from vectorstore.language.lexicon import word_set
from vectorstore.language.names import TITLES, is_name
from vectorstore.language.senses import may_mean
from vectorstore.language.tokens import Token

_PRONOUNS, _OBJECTS = word_set("words.subjects"), word_set("same.objects")
_DEFINITE, _JOINS, _RELATIVES = word_set("same.definite"), word_set("words.joins"), word_set("words.relatives")


def goes_on_of_it(claim: Claim, left: int, right: int) -> bool:
    """Whether a verb goes on with what the passage tells of the same one: "the mill that he sold employs 40"."""
    mine, place = next((one for one in statements(claim.tokens) if right <= one.verb), None), claim.at[right]
    if not mine or not place or any(t.content or t.key in _JOINS for t in claim.tokens[right : mine.verb]):
        return False
    line, verb = claim.lines[place[0]].tokens, claim.tokens[mine.verb]
    told = next((one for one in statements(line) if place[1] <= one.verb or place[1] in one.rest), None)
    if not told or not (line[told.verb].key == verb.key or answers(verb, line[told.verb])):
        return False
    return is_same(claim, mine.subject, place[0], told.subject)


def is_same(claim: Claim, mine: Sequence[int], n: int, theirs: Sequence[int]) -> bool:
    """Whether whom a sentence tells of is whom a line of the passages tells of, there perhaps an "it" or a "they"."""
    line = claim.lines[n].tokens
    whom, who = head(claim.tokens, mine), head(line, theirs)
    if not whom or not who:
        return bool(whom) and line[0].key in _PRONOUNS and _is_before(claim, n, whom[-1])
    return _are_one(whom[-1], who[-1]) or any(is_name(a) and a.key == b.key for a in whom for b in who)


def _are_one(one: Token, other: Token) -> bool:
    """Whether two words may be for one: the same, or one for the other that is no name."""
    is_word = not (is_name(one) or is_name(other)) and (may_mean(one.key, other.key) or may_mean(other.key, one.key))
    return one.key == other.key or is_word


def _is_before(claim: Claim, n: int, whom: Token) -> bool:
    """Whether the line before tells of it, so that an "it" may stand for it."""
    return n > 0 and claim.passage_of[n - 1] == claim.passage_of[n] and bool(claim.lines[n - 1].matching(whom))


def head(found: Sequence[Token], places: Sequence[int]) -> list[Token]:
    """The words side by side with which some places begin: "customs officers" of "customs officers in the port of Felm"."""
    run = [n for k, n in enumerate(places) if n - places[0] == k]
    return [found[n] for n in run if found[n].content and found[n].key not in TITLES]


def fills(claim: Claim, left: int, right: int) -> bool:
    """Whether what stands behind a word is the passage's "it" or "the cub" there: "rescued a leopard cub found in a well"."""
    if not (place := claim.at[left]):
        return False
    line = claim.lines[place[0]]
    what = [claim.tokens[right], *takewhile(lambda t: t.content and not t.is_parted, claim.tokens[right + 1 :])]
    between = (t for t in claim.tokens[left + 1 : right] if t.content)
    for j in (place[1], *(j for t in between for j in line.matching(t))):
        behind = line.tokens[j + 1 : j + 3]
        if behind and behind[0].key in _OBJECTS and _is_before(claim, place[0], what[-1]):
            return True
        if behind and behind[0].key in _DEFINITE and any(_are_one(what[-1], t) for t in behind[1:]):
            return True
    return False


def is_put_in(claim: Claim, left: int, right: int) -> bool:
    """Whether a "that" with what it tells is put in behind a word of one line: "the jets | that it buys | would save fuel"."""
    opens = next((n for n in range(left, 0, -1) if claim.tokens[n].key in _RELATIVES), 0)
    opens = next((n for n in range(left + 1, right) if claim.tokens[n].key in _RELATIVES), opens)
    noun, b = claim.tokens[opens - 1], claim.at[right]
    before = next((place for n in range(opens - 1, -1, -1) if (place := claim.at[n])), None)
    if not opens or not b or not before:
        return False
    there = claim.lines[before[0]].tokens
    last = next((j for j in (before[1], before[1] + 1) if j < len(there) and _are_one(noun, there[j])), -1)
    return last >= 0 and (opens > left or b == (before[0], last + 1))
