"""Polarity in other languages than English: a "nicht" or a "ne … pas" that came or went, a word for its opposite."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from qa.check.align import Claim
from qa.check.bounds import is_in_bound
from vectorstore.language.foreign import NOT, WITHOUT, knows_denials, tokens_in
from vectorstore.language.lexicon import lines, word_set
from vectorstore.language.tokens import Token

_NEAR = 4  # words


def denials(claim: Claim) -> Iterator[str]:
    """What the passage denies the sentence denies, and the other way around."""
    if not knows_denials(claim.language):
        return
    yield from _without(claim)
    theirs = _Sides(claim)
    mine = Side(claim.tokens, claim.language)
    swapped = _swapped(claim)
    odd = next(_odd(claim, mine, theirs, swapped or ()), "")
    if odd and not swapped:
        yield odd
    elif swapped and not odd:
        yield f"This says “{swapped[0].text}” where the passage says “{swapped[1].text}”."


class Side:
    """A sentence by its clauses, and where something is denied in it."""

    def __init__(self, found: Sequence[Token], language: str) -> None:
        self.tokens = found
        self.clauses: list[int] = []
        joins, verbs = word_set("words.joins", language), _denying(language)
        clause = 0
        for token in found:
            if set(token.before) & set(",;:()") or token.text.casefold() in joins:
                clause += 1
            self.clauses.append(clause)
        self.verbs = [j for j, token in enumerate(found) if token.content and token.key in verbs]
        self.cues = [*(j for j, token in enumerate(found) if token.key == NOT), *self.verbs]
        self.both_ways = language == "de"  # "nicht" may stand behind its verb

    def near(self, j: int) -> list[int]:
        """The words of content that a denial is surely about: those that follow it, in German those before it, too."""
        clause = self.clauses[j]
        in_reach = (clause, clause + 1) if j in self.verbs else (clause,)  # "bestritt, … zu haben"
        after = [k for k in range(j + 1, len(self.tokens)) if self.clauses[k] in in_reach and self.tokens[k].content][:2]
        before = [k for k in range(j) if self.clauses[k] == clause and self.tokens[k].content][-2:]
        return after + before if self.both_ways else after or before

    def denies(self, j: int) -> bool:
        """Whether something is denied in the clause of a word, or in the one that it depends on."""
        clause = self.clauses[j]
        plain = any(t.key in (NOT, WITHOUT) for t, c in zip(self.tokens, self.clauses, strict=True) if c == clause)
        return plain or any(clause - 1 <= self.clauses[k] <= clause for k in self.verbs)


class _Sides(dict[int, Side]):
    """The sentences of the passages by their places, each read when it is first asked for."""

    def __init__(self, claim: Claim) -> None:
        self.claim = claim

    def __missing__(self, line: int) -> Side:
        self[line] = Side(self.claim.lines[line].tokens, self.claim.language)
        return self[line]

    def with_word(self, key: str) -> list[tuple[Side, int]]:
        """Where a word stands in them."""
        found = [n for n, line in enumerate(self.claim.lines) if key in line.keys]
        return [(self[n], j) for n in found for j, token in enumerate(self[n].tokens) if token.key == key]


def _odd(claim: Claim, mine: Side, theirs: _Sides, swapped: Sequence[Token]) -> Iterator[str]:
    """What a reader is told where one of the two denies what the other says."""
    for i in mine.cues:
        near = [(claim.tokens[k], claim.at[k]) for k in mine.near(i)]
        places = [(theirs[n], j) for _, place in near if place for n, j in [place]]
        places += [place for token, at in near if not at and places for place in theirs.with_word(token.key)]
        if places and claim.tokens[i] not in swapped and not any(side.denies(j) for side, j in places):
            yield f"This says “{_phrase(claim.tokens, i)}”; the passage does not."
    of = {place: i for i, place in enumerate(claim.at) if place}
    for line, side in [(line, theirs[line]) for line in sorted(claim.used)]:
        for j in side.cues:
            heads = [of[line, k] for k in side.near(j) if (line, k) in of]
            if heads and side.tokens[j] not in swapped and not any(mine.denies(i) for i in heads):
                yield f"The passage says “{_phrase(side.tokens, j)}”; this leaves out the “{side.tokens[j].text}”."
    for i, token in enumerate(claim.tokens):  # a word that the passage has in a denial alone
        if not claim.at[i] and token.content and not mine.denies(i) and (found := theirs.with_word(token.key)):
            denied = [any(j in side.near(cue) for cue in side.cues) for side, j in found]
            if all(denied):
                yield f"The passage says “{token.text}” only where it denies it."


@cache
def _denying(language: str) -> frozenset[str]:
    return frozenset(_key(word, language) for word in word_set("speech.denials", language))


def _key(word: str, language: str) -> str:
    return tokens_in(word, language)[0].key


def _without(claim: Claim) -> Iterator[str]:
    """ "ohne Verletzte", "sin pruebas": a denial of the next word of content alone."""
    of = {place: i for i, place in enumerate(claim.at) if place}
    for i, token in enumerate(claim.tokens):
        place = claim.at[_head(claim.tokens, i)] if token.key == WITHOUT else None
        if place and not _denied(claim.lines[place[0]].tokens, place[1]):
            yield f"This says “{_phrase(claim.tokens, i)}”; the passage does not."
    for line in sorted(claim.used):
        found = claim.lines[line].tokens
        for j, token in enumerate(found):
            head = of.get((line, _head(found, j))) if token.key == WITHOUT else None
            if head is not None and not _denied(claim.tokens, head):
                yield f"The passage says “{_phrase(found, j)}”; this leaves out the “{token.text}”."


def _head(found: Sequence[Token], n: int) -> int:
    """The next word of content; the word itself where none is near."""
    return next((k for k in range(n + 1, min(len(found), n + 4)) if found[k].content), n)


def _denied(found: Sequence[Token], n: int) -> bool:
    return any(t.key in (NOT, WITHOUT) for t in found[max(0, n - _NEAR) : n + _NEAR])


@cache
def _opposites(language: str) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for row in lines("polarity.opposites", language):
        left, _, right = row.partition("|")
        for a, b in ((left, right), (right, left)):
            others = {_key(word, language) for word in b.split()}
            for word in a.split():
                found.setdefault(_key(word, language), set()).update(others)
    return {key: frozenset(others - {key}) for key, others in found.items()}


def _swapped(claim: Claim) -> tuple[Token, Token] | None:
    """A word of the sentence in whose place the passage has its opposite."""
    table = _opposites(claim.language)
    for i, token in enumerate(claim.tokens):
        if claim.at[i] or i in claim.spared or not (others := table.get(token.key)):
            continue
        if is_in_bound(claim.tokens, i, claim.language):
            continue  # "more than 12" of "at least 12": see bounds
        for line in claim.used:
            if token.key in claim.lines[line].keys or others.isdisjoint(claim.lines[line].keys):
                continue
            for j, other in enumerate(claim.lines[line].tokens):
                if other.key not in others or (line, j) in claim.taken:
                    continue
                if not (token.content and other.content) and not _leads_to_same(claim, i, (line, j)):
                    continue
                if any((line, k) in claim.taken for k in range(max(0, j - _NEAR), j + _NEAR + 1)):
                    return token, other
    return None


def _leads_to_same(claim: Claim, i: int, place: tuple[int, int]) -> bool:
    """Whether the next words of content are aligned: "avant le départ", "après le départ"."""
    return claim.at[_head(claim.tokens, i)] == (place[0], _head(claim.lines[place[0]].tokens, place[1]))


def _phrase(found: Sequence[Token], n: int) -> str:
    return " ".join(t.text for t in found[n : n + 2])
