"""A state of a matter for another: "convicted" where the passage says "charged", "injured" for "killed"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import takewhile

from qa.check.align import Claim
from vectorstore.language.align import NEGATIONS
from vectorstore.language.lexicon import lines, table, word_set
from vectorstore.language.stems import stem
from vectorstore.language.tokens import Token

_IMPLIES: dict[str, str] = table("status.implied")  # "accused" of one who is charged, not the other way around
_NEAR = 3  # words
_COUNTED = 5  # words between a number and what became of those
OF = word_set("polarity.of_matter")
_ENDS = word_set("polarity.ends")
_JOINS = word_set("orders.joins")
_OBJECT = 8  # words after "convicted of" at most


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
        if i in claim.spared or token.key not in _states() or (token.capital and not token.first):
            continue
        if any(claim.tokens[k].key in NEGATIONS and not claim.at[k] for k in range(max(0, i - _NEAR), i)):
            continue  # "did not accept" for "rejected": see polarity
        near = of_same_matter(claim, i) if any(t.key in OF for t in claim.tokens[i + 1 : i + _OBJECT]) else []
        if not near and not claim.at[i]:
            near = [t for t in _near(claim, i) if t.key in _states() and (_is_one(t.key, token.key) or not _is_said(claim, t))]
        if any(_is_one(token.key, other.key) for other in near):
            continue
        for other in near:
            said = any(claim.lines[n].tokens[j].quoted for n in claim.used for j in claim.lines[n].matching(token))
            if (
                not said
                and excludes(token.key, other.key)
                and other.text.casefold() not in _IMPLIES.get(token.text.casefold(), ())
            ):
                yield f"This says “{token.text}” where the passage says “{other.text}”."
                return


def counted(claim: Claim) -> Iterator[str]:
    """A number of those in one state told of another: "19 died" of "killed three and injured 19"."""
    for i, token in enumerate(claim.tokens):
        if not token.values or token.date or token.unit or not (mine := _state_of(claim.tokens, i)):
            continue
        theirs = [_state_of(line.tokens, j) for line in claim.lines for j in line.matching(token)]
        if theirs and all(other and excludes(mine.key, other.key) for other in theirs):
            yield f"This says “{token.text} … {mine.text}” where the passage says “{theirs[0].text}”."  # type: ignore[union-attr]
            return


def _state_of(found: Sequence[Token], n: int) -> Token | None:
    """The state that a number is told of: right before it, "injured 19", or behind what it counts, "19 people died"."""
    near = list(takewhile(lambda t: t.key not in _JOINS, reversed(found[max(0, n - 2) : n])))  # "17 killed and 23 injured"
    before = next((t for t in near if t.content), None)
    if before and before.key in _states() and not set(found[n].before) & set(",;:"):
        return before
    behind = takewhile(lambda t: not set(t.before) & set(",;:") and not t.values, found[n + 1 : n + 1 + _COUNTED])
    return next((t for t in behind if t.key in _states()), None)


def _is_one(a: str, b: str) -> bool:
    return a == b or same_state(a, b)


def _is_said(claim: Claim, state: Token) -> bool:
    """Whether the sentence has a state of the passage, too, in some word: "a nurse suspected of … was arrested"."""
    return any(_is_one(t.key, state.key) for t in claim.tokens)


def of_same_matter(claim: Claim, i: int) -> list[Token]:
    """The states that the passages put to what the sentence puts its own to: "acquitted" of "convicted of fraud"."""
    things = _things(claim.tokens, i)
    found = [
        (len(things & _things(line.tokens, j)), token)
        for line in claim.lines
        for j, token in enumerate(line.tokens)
        if things and token.key in _states() and not things.isdisjoint(line.keys)
    ]
    most = max((count for count, _ in found), default=0)
    return [token for count, token in found if count == most > 0]


def _things(found: Sequence[Token], n: int) -> frozenset[str]:
    """What an "of" behind a state says that it is a state of; whom it is a state of may stand between."""
    ahead = list(takewhile(lambda t: not set(t.before) & set(",;:"), found[n + 1 : n + 1 + _OBJECT]))
    start = next((k for k, t in enumerate(ahead) if t.key in OF or t.key in _states()), len(ahead))
    if start == len(ahead) or ahead[start].key in _states():
        return frozenset()
    things = list[str]()
    for token in ahead[start + 1 :]:
        if (things and token.key in _states()) or token.text.casefold() in _ENDS:
            break
        if token.content and not token.values and not token.date:
            things.append(token.key)
    return frozenset(things)


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
