"""Numbers and dates: the passage gives the same ones, of the same things."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from qa.check.align import Claim, Slot
from vectorstore.language.lexicon import lines, word_set
from vectorstore.language.stems import stem
from vectorstore.language.tokens import Token, same

_ABOUT = word_set("numbers.about")
_MORE = frozenset(lines("numbers.more_than"))
_LESS = frozenset(lines("numbers.less_than") + lines("numbers.nearly"))


def numbers(claim: Claim) -> Iterator[str]:
    for slot in claim.slots:
        for i in slot.here:
            token = claim.tokens[i]
            if not token.values or token.date or (token.key == "one" and not token.unit) or _is_in_verb(claim, token):
                continue
            instead = [t for t in (claim.token_at(p) for p in slot.there) if t.values and not t.date and t.content]
            if _roughly(claim, i, instead):
                continue
            if not _given(claim, i, slot, bool(instead)):
                yield _number_reason(token, instead)


def _given(claim: Claim, i: int, slot: Slot, contested: bool) -> bool:
    """Whether an unaligned number or date stands elsewhere in the passages beside a word that it stands beside here."""
    token = claim.tokens[i]
    mine = _beside(claim.tokens, i, 3)
    for n, line in enumerate(claim.lines):
        for j, other in enumerate(line.tokens):
            if not same(token, other):
                continue
            if (n, j) in slot.there and not contested:
                return True
            if mine & _beside(line.tokens, j, 3):
                return not contested or (n, j) in slot.there
            if not contested and (not mine or (n in claim.used and (n, j) not in claim.taken)):
                return True
    return False


def _is_in_verb(claim: Claim, token: Token) -> bool:
    """Whether a verb of the passage says the number: "halved" is "cut by half"."""
    return token.text.casefold() == "half" and stem("halve") in claim.all_keys


def _beside(found: Sequence[Token], n: int, reach: int) -> frozenset[str]:
    return frozenset(
        t.key for k, t in enumerate(found[max(0, n - reach) : n + reach + 1], max(0, n - reach)) if k != n and t.content
    )


def _roughly(claim: Claim, i: int, instead: Sequence[Token]) -> bool:
    """Whether the words before a number make it a rounding of the passage's: "nearly 200" of 196."""
    before = [t.text.casefold() for t in claim.tokens[max(0, i - 3) : i]]
    words = set(before) | {f"{a} {b}" for a, b in pairwise(before)}
    if not words & (_ABOUT | _MORE | _LESS):
        return False
    pool = instead or [t for line in claim.lines for t in line.tokens if t.values and not t.date]
    for value in claim.tokens[i].values:
        for other in (v for t in pool for v in t.values):
            if min(other, value) <= 0 or _digits(value) >= _digits(other) or _digits(value) > 2:
                continue
            if words & _ABOUT and abs(value - other) <= 0.06 * other:
                return True
            if words & _MORE and value <= other <= 1.25 * value:
                return True
            if words & _LESS and 0.8 * value <= other <= value:
                return True
    return False


def _digits(value: float) -> int:
    """How many digits a number gives: 2 for 120,000, 3 for 19.6."""
    return len(f"{value:.10g}".replace(".", "").strip("0")) if value < 1e10 else 3


def _number_reason(token: Token, instead: Sequence[Token]) -> str:
    shown = token.text + ("%" if token.unit == "%" else "")
    if len(instead) == 1:
        return f"The passage does not give the number {shown} here, but {instead[0].text}."
    return f"The passage does not give the number {shown}."


def dates(claim: Claim) -> Iterator[str]:
    for slot in claim.slots:
        for i in slot.here:
            token = claim.tokens[i]
            if not token.date:
                continue
            there = [claim.token_at(p) for p in slot.there]
            instead = [t for t in there if t.date == token.date or (token.date == "year" and t.values)]
            if not _given(claim, i, slot, bool(instead)):
                what = {"month": "month", "weekday": "day", "year": "year"}[token.date]
                but = f" here, but {instead[0].text}" if len(instead) == 1 else ""
                yield f"The passage does not give the {what} {token.text}{but}."
