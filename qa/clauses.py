"""Cutting a sentence down to the clause that answers: always one contiguous stretch, never one that says something else.
And telling what is no sentence of the article at all.

A cut is made only where the grammar is plain (a dateline, an opening connective, a trailing side remark, a semicolon) and where
what goes holds no denial, condition, hedge or attribution. The caller says what must stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from vectorstore.language.datelines import dateline
from vectorstore.language.lexicon import lines, pattern

Span = tuple[int, int]

# What may not be cut off, for the rest would say more, or something else, than the writer did.
_BINDING = re.compile(rf"\b(?:{'|'.join(lines('clauses.binding'))})\b|n[’']t\b", re.I)


def furniture(text: str) -> bool:
    """Whether a sentence is not the article's prose: "More:Storm cuts power", "Hide Caption 3 of 9", "Watch now 01:34"."""
    return bool(pattern("clauses.furniture", cased=True).match(text))


def clause(text: str, keeps: Callable[[str], bool]) -> Span:
    """The part of a sentence to quote, as offsets into it. `keeps` tells whether a shorter text still says what is wanted."""
    start, end = _closing(text), len(text)
    if keeps(text[dateline(text) :]):
        start = max(start, dateline(text))
    start, end = _half(text, start, end, keeps)
    opening = pattern("clauses.connective", cased=True).match(text, start)
    if opening and keeps(text[opening.end() : end]):
        start = opening.end()
    for tail in pattern("clauses.trailing", cased=True).finditer(text, start, end):
        rest = text[tail.start() : end]
        # "…, with a commander noting, “…”": another remark by its own speaker, which binds nothing in the main clause
        apart = pattern("clauses.remark", cased=True).match(rest) is not None
        if (apart or not _BINDING.search(rest)) and _whole(text[start : tail.start()]) and keeps(text[start : tail.start()]):
            end = tail.start()
            break
    return start, end


def _closing(text: str) -> int:
    """Where a sentence begins after a mark that closes the quotation before it: the one in 'of racism. " The Post said …'."""
    stray = re.match(r"[\"”’] +(?=[A-Z])", text)
    return stray.end() if stray and text.count('"') % 2 == (text[0] == '"') else 0


def _half(text: str, start: int, end: int, keeps: Callable[[str], bool]) -> Span:
    """One side of a semicolon, where it stands on its own and the other side binds nothing in it."""
    cut = text.find("; ", start, end)
    if cut < 0 or text.find("; ", cut + 1, end) >= 0 or not _whole(text[start:cut]):
        return start, end
    for mine, other in (((start, cut), text[cut:end]), ((cut + 2, end), text[start:cut])):
        kept = text[slice(*mine)]
        if keeps(kept) and not _BINDING.search(other) and not pattern("clauses.leaning").match(kept):
            return mine
    return start, end


def _whole(text: str) -> bool:
    """Whether quotation marks and brackets are closed, and enough is left to be a clause."""
    return (
        len(text.split()) >= 6
        and text.count("“") == text.count("”")
        and text.count('"') % 2 == 0
        and text.count("(") == text.count(")")
    )
