"""The two sides of a "than", a "before" or a "because" in each other's place; "fewer" for "more" of the same two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile

from qa.check.align import Claim
from qa.check.wording import comparatives
from vectorstore.language.tokens import Token

_SIDE = 10  # words


def orders(claim: Claim, i: int) -> Iterator[str]:
    """What is wrong with the sides of the pivot at i, where a line of the passages has the same one."""
    for line in claim.lines:
        for j in line.places.get(claim.tokens[i].key, ())[:1]:
            yield from _of_two(claim.tokens, i, line.tokens, j)


def _of_two(mine: Sequence[Token], i: int, theirs: Sequence[Token], j: int) -> Iterator[str]:
    (a, b), (left, right) = _sides(mine, i), _sides(theirs, j)
    kept, crossed = len(a & left) + len(b & right), len(a & right) + len(b & left)
    more, less = _compared(mine, i), _compared(theirs, j)
    opposed = any((more in up and less in down) or (more in down and less in up) for up, down in comparatives())
    if crossed > kept and a & right and b & left and not opposed:
        yield f"The passage tells this the other way around: “{mine[i].text}” has its two sides exchanged."
    elif kept > crossed and a & left and b & right and opposed:
        yield f"This says “{more}” where the passage says “{less}”."


def _sides(found: Sequence[Token], n: int) -> tuple[frozenset[str], frozenset[str]]:
    """What stands before and behind a word, as far as no stop or semicolon parts it from that."""
    before = takewhile(lambda t: not set(t.before) & set(";:"), reversed(found[max(0, n - _SIDE) : n]))
    after = takewhile(lambda t: not set(t.before) & set(",;:"), found[n + 1 : n + _SIDE])
    one = frozenset(t.key for t in before if t.content and not t.values)
    other = frozenset(t.key for t in after if t.date or (t.content and not t.values))
    return one - other, other - one


def _compared(found: Sequence[Token], n: int) -> str:
    """The comparative before a "than": "more" of "four more votes than"."""
    words = [t.text.casefold() for t in found[max(0, n - 4) : n]] if found[n].key == "than" else []
    return next((word for word in reversed(words) if any(word in up | down for up, down in comparatives())), "")
