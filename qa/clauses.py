"""Cutting a sentence down to the clause that answers: always one contiguous stretch, never one that says something else.
And telling what is no sentence of the article at all.

A cut is made only where the grammar is plain (a dateline, an opening connective, a trailing side remark, a semicolon) and where
what goes holds no denial, condition, hedge or attribution. The caller says what must stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from vectorstore.language.lexicon import lines

Span = tuple[int, int]

_DATELINE = re.compile(
    r"(?:[A-Z][A-Z’' .-]{2,}(?:, [\w .]{2,30}){0,2} ?(?:\([^)]{2,40}\) ?)?[-–—]{1,2}|"  # ESTRIN, March 19 (Coastwire) -
    # Estrin (EBN Business)
    r"(?:(?!The |An? )[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)?(?:, [A-Z][\w .]{2,20})? )?\([A-Z]{2,}(?: [A-Z]\w+)?\)|"
    r"(?:[A-Z][\w.’'-]+ ){0,2}[A-Z][\w.’'-]+(?:/[A-Z]{2,5})?/Getty Images) (?=[\"“A-Z0-9])"  # the credit of a picture
)
_CONNECTIVE = re.compile(
    r"(?:However|Meanwhile|Moreover|Furthermore|Nevertheless|Still|Also|In addition|For (?:example|instance)|Of course|Indeed|"
    r"At the same time|On the other hand|In fact), |(?:And|But|So|Yet) (?=[a-zA-Z])"
)
_TRAILING = re.compile(
    r", (?:with (?:an? |the |[A-Z])[^,;]*?\b(?:noting|saying|adding|telling|warning)\b|which\b|who\b|where\b|adding (?:that\b|,)|"
    r"bringing\b|making it\b|while (?:adding|noting)\b)"
)
# What may not be cut off, for the rest would say more, or something else, than the writer did.
_BINDING = re.compile(rf"\b(?:{'|'.join(lines('clauses.binding'))})\b|n[’']t\b", re.I)
_REMARK = re.compile(r", with [^,;]*?\b(?:noting|saying|adding|telling|warning)\b")

# What pages put between the paragraphs: pointers to other articles (a colon without a space after it), captions, players, a word
# on a line of its own.
_FURNITURE = re.compile(
    r"[^\w\"'“‘(]*(?:"
    r"(?:Read|See|Watch|Learn|Listen|Click|Sign up|Subscribe|Follow)\b[^.]{0,40}\b(?:more|also|here|now|us|below|for free)\b|"
    r"(?:MUST|JUST) WATCH|Hide Caption|Video Ad Feedback|Replay More Videos|"
    r"(?:More|Related|Story|Stories|Photos?|Video|Gallery|Contributing|Opinion|Fact check|Live updates) ?:|"
    r"[^.!?:\n]{3,90}(?<!https)(?<!http):[\"'“‘]?[A-Z](?!.*\.[\"'”’]?$))|"
    r".{0,200} \d\d:\d\d$|(?:\d+[.)] )?[\w’'-]+[.:]?$"
)


def furniture(text: str) -> bool:
    """Whether a sentence is not the article's prose: "More:Storm cuts power", "Hide Caption 3 of 9", "Watch now 01:34"."""
    return bool(_FURNITURE.match(text))


def clause(text: str, keeps: Callable[[str], bool]) -> Span:
    """The part of a sentence to quote, as offsets into it. `keeps` tells whether a shorter text still says what is wanted."""
    start, end = 0, len(text)
    if keeps(text[dateline(text) :]):
        start = dateline(text)
    start, end = _half(text, start, end, keeps)
    opening = _CONNECTIVE.match(text, start)
    if opening and keeps(text[opening.end() : end]):
        start = opening.end()
    for tail in _TRAILING.finditer(text, start, end):
        rest = text[tail.start() : end]
        # "…, with a commander noting, “…”": another remark by its own speaker, which binds nothing in the main clause
        apart = _REMARK.match(rest) is not None
        if (apart or not _BINDING.search(rest)) and _whole(text[start : tail.start()]) and keeps(text[start : tail.start()]):
            end = tail.start()
            break
    return start, end


def dateline(text: str) -> int:
    """Where a sentence begins after its dateline: "ESTRIN, March 19 (Coastwire) - Storm …", "Estrin (EBN) Storm …"; else 0."""
    found = _DATELINE.match(text)
    return found.end() if found else 0


def _half(text: str, start: int, end: int, keeps: Callable[[str], bool]) -> Span:
    """One side of a semicolon, where it stands on its own and the other side binds nothing in it."""
    cut = text.find("; ", start, end)
    if cut < 0 or text.find("; ", cut + 1, end) >= 0 or not _whole(text[start:cut]):
        return start, end
    for mine, other in (((start, cut), text[cut:end]), ((cut + 2, end), text[start:cut])):
        kept = text[slice(*mine)]
        if (
            keeps(kept)
            and not _BINDING.search(other)
            and not re.match(r"(?:it|he|she|they|this|that|these|those|but|and)\b", kept, re.I)
        ):
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
