"""Text -> what stands in quotation marks, followed across sentences and paragraphs.

A quotation of several paragraphs has an opening mark before each of them and a closing one after the last only. One that the
writer forgot to close ends with its paragraph. What stands inside another quotation belongs to the outer one.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from typing import NamedTuple

PAIRS = {
    "“": '”"',
    "„": "“”",
    "«": "»",
    "»": "«",
    "‹": "›",
    "›": "‹",
    "「": "」",
    "『": "』",
    '"': '"”',
    "‘": "’",
    "'": "'",
    "‚": "‘’",
}
_CLOSING = frozenset("".join(PAIRS.values()))
_MARK = re.compile(r"``|''(?!')|[“”„«»‹›「」『』\"‘’'‚]")  # two single ones, as some wires write, are one double one
_BREAK = re.compile(r"\n[^\S\n]*\n\s*|\n(?=\s*[“„«‹「\"])\s*")
_BEFORE_OPENING = frozenset(" \t\n\r\u00a0\u202f([{—–-/:…：（")


def set_inside(text: str) -> str:
    """A text as it is set inside “ ”: where it starts or ends with double marks of its own, its double marks are single ones."""
    if not text or (text[0] not in _DOUBLE and text[-1] not in _DOUBLE):
        return text
    inches = text.count('"') % 2 == 1 and text[0] != '"'  # a 12" gun
    return _DOUBLE_MARK.sub(
        lambda found: found.group() if inches and found.group() == '"' else _single(text, found.start()), text
    )


_DOUBLE = '“”„"'
_DOUBLE_MARK = re.compile(f"[{_DOUBLE}]")


def _single(text: str, at: int) -> str:
    if text[at] in "„”":
        return "‘" if text[at] == "„" else "’"
    return "‘" if at == 0 or text[at - 1] in _BEFORE_OPENING else "’"


class Quotation(NamedTuple):
    """A stretch of a text in quotation marks: its marks are text[start] and text[end - 1], unless one is missing."""

    start: int
    end: int
    opening: str  # "" where it began before the text does
    closing: str  # "" where it goes on behind the text's end, or was never closed


@lru_cache(maxsize=256)
def quotations(text: str) -> tuple[Quotation, ...]:
    """The outermost quotations of a text, in order, in one pass. Its first paragraph may begin in the middle of one."""
    breaks = [found.span() for found in _BREAK.finditer(text)]
    marks = [mark for found in _MARK.finditer(text) if (mark := _Mark(text, *found.span())).opens or mark.closes]
    singles = [n for n, mark in enumerate(marks) if mark.closes and mark.sign in "'’"]
    curly = [n for n, mark in enumerate(marks) if mark.sign in "“”"]
    found: list[Quotation] = []
    opening: _Mark | None = None
    b = s = depth = 0
    for n, mark in enumerate(marks):
        while b < len(breaks) and breaks[b][1] <= mark.at:
            start, end = breaks[b]
            b += 1
            goes_on = mark.at == end or (mark.sign in PAIRS.get(opening.sign, "") and not mark.opens) if opening else False
            depth = 0
            if opening and not goes_on:
                found.append(Quotation(opening.at, start, opening.sign, ""))
                opening = None
        if opening is None:
            if mark.opens and mark.sign in "'‘":  # an apostrophe opens nothing: a closing one must follow in its paragraph
                while s < len(singles) and singles[s] <= n:
                    s += 1
                limit = breaks[b][0] if b < len(breaks) else len(text)
                if s == len(singles) or marks[singles[s]].at > limit or marks[singles[s]].at - mark.at < 3:
                    continue
            if mark.opens:
                opening = mark
            elif not found and not b and mark.closes and mark.sign in '”»」』"“' and not text[mark.at - 1 : mark.at].isdigit():
                found.append(Quotation(0, mark.end, "", mark.sign))
        elif mark.sign == opening.sign and mark.opens and mark.sign not in "'\"":
            depth += not (b and breaks[b - 1][1] == mark.at)  # at the start of a paragraph it only says that it goes on
        elif (
            mark.sign == '"'
            and opening.sign == "“"
            and _is_inner(marks, curly, n, breaks[b][0] if b < len(breaks) else len(text))
        ):
            continue
        elif mark.sign in PAIRS[opening.sign] and mark.closes and depth:
            depth -= 1
        elif mark.sign in PAIRS[opening.sign] and mark.closes:
            found.append(Quotation(opening.at, mark.end, opening.sign, mark.sign))
            opening = None
    if opening:
        end = breaks[b][0] if b < len(breaks) else len(text)
        found.append(Quotation(opening.at, end, opening.sign, ""))
    return tuple(found)


def _is_inner(marks: list[_Mark], curly: list[int], n: int, limit: int) -> bool:
    """Whether a straight mark in a quotation that a “ opened stands for an inner one: a ” follows in its paragraph."""
    k = bisect_right(curly, n)
    return k < len(curly) and marks[curly[k]].sign == "”" and marks[curly[k]].at < limit


class _Mark:
    """A quotation mark, and what its neighbours let it do."""

    def __init__(self, text: str, at: int, end: int) -> None:
        self.at, self.end, self.sign = at, end, text[at] if end == at + 1 else '"'
        before, after = text[at - 1 : at], text[end : end + 1]
        free_before = not before or before in _BEFORE_OPENING or before in PAIRS
        free_after = not after or after.isspace()
        self.opens = self.sign in PAIRS and free_before and not free_after
        self.closes = self.sign in _CLOSING
        if self.sign in "„「『‚":
            self.opens, self.closes = True, False
        elif self.sign in "」』":
            self.opens, self.closes = False, True
        elif self.sign in "«»‹›":  # French « a », German »a«: a gap tells which
            self.opens = self.sign in "«‹" or (free_before and not free_after)
        elif self.sign in "“‘":
            self.opens = self.opens or (self.sign == "“" and not free_after)
            self.closes = not free_before or free_after
        elif self.sign in "\"'":
            apart = self.sign == '"' and before == " " == after  # from its words: by turns; but inches are none
            self.closes = not self.opens and not (apart and text[at - 2 : at - 1].isdigit())
            self.opens = self.opens or (apart and self.closes)
        if self.sign in "'’":
            self.closes = self.closes and bool(before) and not before.isspace() and not after.isalnum()
            self.opens = self.opens and self.sign == "'" and not after.isdigit()
