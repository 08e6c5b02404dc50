"""A state of a matter for another: "convicted" where the passage says "charged", "injured" for "killed"."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from qa.check.align import Claim
from vectorstore.language.align import NEGATIONS
from vectorstore.language.lexicon import lines
from vectorstore.language.stems import stem
from vectorstore.language.tokens import Token

_NEAR = 3  # words


@cache
def _states() -> dict[str, dict[int, frozenset[int]]]:
    """For a stem, by row, in which of its states it is."""
    found: dict[str, dict[int, set[int]]] = {}
    for row, line in enumerate(lines("status.rows")):
        for state, words in enumerate(line.split("|")):
            for word in words.split():
                found.setdefault(stem(word), {}).setdefault(row, set()).add(state)
    return {key: {row: frozenset(states) for row, states in by.items()} for key, by in found.items()}


def status(claim: Claim) -> Iterator[str]:
    for i, token in enumerate(claim.tokens):
        if claim.at[i] or i in claim.spared or token.key not in _states() or (token.capital and not token.first):
            continue
        if any(claim.tokens[k].key in NEGATIONS and not claim.at[k] for k in range(max(0, i - _NEAR), i)):
            continue  # "did not accept" for "rejected": see polarity
        near = [other for other in _near(claim, i) if other.key in _states()]
        if token.key in {other.key for other in near} or any(same_state(token.key, other.key) for other in near):
            continue
        for other in near:
            if excludes(token.key, other.key):
                yield f"This says “{token.text}” where the passage says “{other.text}”."
                return


def same_state(a: str, b: str) -> bool:
    """Whether two words are in one state in every row that has both, and there is such a row."""
    mine, theirs = _states().get(a, {}), _states().get(b, {})
    rows = mine.keys() & theirs.keys()
    return bool(rows) and all(mine[row] & theirs[row] for row in rows)


def excludes(a: str, b: str) -> bool:
    """Whether two stems are states of one matter, and not the same one."""
    mine, theirs = _states().get(a, {}), _states().get(b, {})
    rows = mine.keys() & theirs.keys()
    return bool(rows) and all(mine[row].isdisjoint(theirs[row]) for row in rows)


def _near(claim: Claim, i: int) -> Iterator[Token]:
    """The words of the passage that the sentence left out, in the same place or near the words that this one is near."""
    slot = next((slot for slot in claim.slots if i in slot.here), None)
    if slot and not slot.joined:
        yield from (claim.token_at(p) for p in slot.near)
    for k in sorted(range(len(claim.tokens)), key=lambda k: abs(k - i)):
        place = claim.at[k]
        if place and claim.tokens[k].content and abs(k - i) <= 2 * _NEAR:
            line, j = place
            found = claim.lines[line].tokens
            around = range(max(0, j - 2 * _NEAR), min(len(found), j + 2 * _NEAR))
            yield from (found[n] for n in around if (line, n) not in claim.taken)
