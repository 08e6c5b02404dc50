"""What somebody's somebody did, put to the former: "Moss won" of "Moss's father won" or "Moss, whose father won, …"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from qa.check.align import Claim
from qa.check.doers import shown
from vectorstore.language.align import Line
from vectorstore.language.lexicon import word_set
from vectorstore.language.names import is_name, is_of_name
from vectorstore.language.stems import stem_set
from vectorstore.language.tokens import Token, normalised
from vectorstore.language.verbs import is_past

Whose = Callable[[str, Line, Token, int], Sequence[Token] | None]

_SAYING = stem_set("speech.verbs_of_saying")  # who speaks for whom is another rule's
_BEING = word_set("words.being")
_BETWEEN = word_set("speech.auxiliaries") | word_set("polarity.negations")
_OF = word_set("roles.belongs")
_PEOPLE, _ORGANS = word_set("roles.relations"), word_set("roles.organs")
_OWNER = re.compile(r"([\w.&']+?)(?:'s?|s')(?= )")
_MOST = 4  # words between an owner and what is told of his


def owners(claim: Claim) -> Iterator[str]:
    """Whose the passage says it of, where the sentence says it of the owner."""
    return _of_owners(claim) if any(_has_owner(claim, n) for n in claim.used) else iter(())


def _has_owner(claim: Claim, n: int) -> bool:
    """Whether a line has a "whose", a "son of", or a word of the sentence that has something in the passage."""
    line, owners = claim.lines[n], _owners_in(claim.passages[claim.passage_of[n]])
    kin = any(a.text.lower() in _PEOPLE and b.key in _OF for a, b in pairwise(line.tokens))
    return kin or any(
        t.key == "whose" or (t.key in claim.keys and t.text.casefold().rpartition(" ")[2] in owners) for t in line.tokens
    )


@lru_cache(maxsize=512)
def _owners_in(passage: str) -> frozenset[str]:
    """The words of a passage that have something: "moss" of "Moss's father", "worker" and "workers" of "the workers' vote"."""
    found = _OWNER.findall(normalised(passage).casefold())
    return frozenset(form for word in found for form in (word, f"{word}s"))


def _of_owners(claim: Claim) -> Iterator[str]:
    for n, token in enumerate(claim.tokens):
        if not token.content or is_name(token) or not (place := claim.at[n]):
            continue
        before = n - 1
        while before > 0 and not claim.tokens[before + 1].is_parted and _between(claim.tokens[before]):
            before -= 1
        speaks = token.key in _SAYING and claim.tokens[before + 1].key not in _BEING
        there = place[1] - n + before  # where an owner stands that does it itself
        itself = claim.at[before] == (place[0], there) and not _before(claim.lines[place[0]].tokens, there)
        if before >= 0 and not (speaks or itself) and not any(t.is_parted for t in claim.tokens[before + 1 : n + 1]):
            yield from _said(claim, claim.tokens[before], token, place[0], _whose)
        if is_past(token) and (behind := _object(claim.tokens, n)):
            yield from _said(claim, claim.tokens[behind], token, place[0], _done_to)


def _said(claim: Claim, owner: Token, deed: Token, line: int, whose: Whose) -> Iterator[str]:
    """What of the owner's the passages say it of; nothing where some line says it of the owner too."""
    if not owner.content or owner.date or owner.values:
        return
    found = list[Token]()
    for n, other in enumerate(claim.lines):
        for k in other.matching(deed) if owner.key in other.keys else ():
            theirs = whose(claim.passages[claim.passage_of[n]], other, owner, k)
            if theirs is not None and not theirs:
                return
            if theirs and n == line and not any(t.key in claim.keys for t in theirs):
                found = found or [t for t in theirs if t.content]
    if found:
        yield f"The passage says this of {shown(found)}, not of {owner.text}."


def _whose(passage: str, told: Line, owner: Token, k: int) -> Sequence[Token] | None:
    """What belongs to the owner and does what is told at k: nothing where that is the owner, None where it is not plain."""
    line, j = told.tokens, max((j for j in told.matching(owner) if j < k), default=-1)
    if j < 0:
        return None
    relative = next((n for n in range(j + 1, min(k, j + _MOST)) if line[n].key == "whose"), None)
    between = line[(j if relative is None else relative) + 1 : k]
    if len(between) > 2 * _MOST or any(t.is_parted for t in line[k - len(between) : k + 1]):
        return None
    rest = [t for t in between if not _between(t)]
    if relative is not None:
        return _unless_organ(rest)
    if rest:
        return _unless_organ(rest) if rest[0].content and not rest[0].capital and _owned(passage, line[j], rest[0]) else None
    return _before(line, j)


def _done_to(passage: str, told: Line, owner: Token, k: int) -> Sequence[Token] | None:
    """Whom of the owner's the deed at k is done to, likewise: "arrested Lena Brook's son", "arrested the son of Lena Brook"."""
    line, j = told.tokens, min((j for j in told.matching(owner) if j > k), default=-1)
    between = line[k + 1 : j]
    if j < 0 or len(between) > 2 * _MOST or any(t.is_parted for t in line[k + 1 : j + 1]):
        return None
    if not all(map(is_of_name, between)):
        return _before(line, j) or None
    return [t for t in line[j + 1 : j + 2] if t.text in _PEOPLE and _owned(passage, line[j], t)]


def _before(line: Sequence[Token], j: int) -> Sequence[Token]:
    """Who stands before the owner at j and an "of": the son of the mayor."""
    start = j
    while start and not line[start].is_parted and is_of_name(line[start - 1]):
        start -= 1
    of = start - 1 if start > 1 and not line[start].is_parted and line[start - 1].key in _OF else 0
    return [line[of - 1]] if of and line[of - 1].text.lower() in _PEOPLE and not line[of].is_parted else []


def _owned(passage: str, owner: Token, one: Token) -> bool:
    owned = rf"\b{re.escape(owner.text)}(?:'s?|s') (?:[\w-]+ ){{0,2}}{re.escape(one.text)}\b"
    return bool(re.search(owned, normalised(passage)))


def _object(found: Sequence[Token], verb: int) -> int:
    """Where the last word stands of whom a verb is done to; 0 where it is not plain."""
    behind = found[verb + 1 :]
    stop = next((n for n, t in enumerate(behind) if t.is_parted or not is_of_name(t)), len(behind))
    named = [n for n, t in enumerate(behind[:stop]) if t.content]
    last = named[-1] if named else stop  # "the mill": the one word behind the article
    return verb + 1 + last if last < len(behind) and not behind[last].is_parted else 0


def _unless_organ(found: Sequence[Token]) -> Sequence[Token] | None:
    """What a board or a government does its company or country does."""
    return None if not found or len(found) > _MOST or any(t.text in _ORGANS for t in found) else found


def _between(token: Token) -> bool:
    return token.key in _BETWEEN or token.text in _BETWEEN or token.text.endswith("ly")
