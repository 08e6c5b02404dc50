"""Paragraphs of a word processor's document -> a record: which is the headline, and what stands below it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from vectorstore.articles.encodings import Unreadable
from vectorstore.articles.fields import Record
from vectorstore.articles.head import split
from vectorstore.articles.properties import plausible_author, plausible_title
from vectorstore.language.days import parse_day

_LONGEST_HEADLINE = 250
_NEAR_THE_TOP = 6  # paragraphs; a heading further down is one of a section


class Rank(IntEnum):
    BODY = 0
    TITLE = 1
    SUBTITLE = 2
    HEADING = 3


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph, or a table as one line a row with bars between its cells."""

    text: str
    rank: Rank = Rank.BODY


def record(found: Iterable[Paragraph], title: str = "", author: str = "", language: str = "") -> Record:
    """What the paragraphs say; title and author are the file's properties and count where the text says nothing.

    The headline is what has the style of a title, else the first heading, else a first line that looks like one. The days in
    the properties are those of the file: none is taken for the day of publication.
    """
    kept = [Paragraph(text, one.rank) for one in found if any(map(str.isalnum, text := _tidy(one.text)))]
    if not kept:
        raise Unreadable("the document holds no text; leave it out, or run text recognition (OCR) over its pictures.")
    place = _headline(kept)
    headline = ""
    if place is not None and len(kept) > 1:
        headline = kept.pop(place).text
    headline = headline or plausible_title(title)
    standfirst = ""
    if place is not None and place < len(kept) and kept[place].rank is Rank.SUBTITLE and len(kept) > 1:
        standfirst = kept.pop(place).text
    beside, body, fields = split("", "\n\n".join(one.text for one in kept))
    return Record(
        body,
        headline,
        standfirst or beside,
        fields.get("authors") or plausible_author(author),
        fields.get("source", ""),
        fields.get("url", ""),
        fields.get("id", ""),
        fields.get("published", ""),
        language=language,
    )


def _headline(kept: list[Paragraph]) -> int | None:
    """Which paragraph is the headline."""
    for rank in (Rank.TITLE, Rank.HEADING):
        for place, one in enumerate(kept[: _NEAR_THE_TOP if rank is Rank.HEADING else None]):
            if one.rank is rank and len(one.text) <= _LONGEST_HEADLINE:
                return place
    first, *rest = [one.text for one in kept[:_NEAR_THE_TOP]]
    if first.isupper() and len(first) <= 40:  # "FOR IMMEDIATE RELEASE"
        for place, text in enumerate(rest[:3], 1):
            if len(text.split()) > 3 and _may_be_headline(text) and not text.isupper() and not parse_day(text):
                return place
    return 0 if _may_be_headline(first) and any(len(text) > len(first) for text in rest) else None


def _may_be_headline(text: str) -> bool:
    return len(text) <= 150 and "\n" not in text and " | " not in text and not re.search(r"[.:;,…]$", text)


def rows(table: Iterable[list[str]]) -> list[Paragraph]:
    """A table as one paragraph, a line a row; one that only lays out the page as the paragraphs in it."""
    found = [[" ".join(cell.split()) for cell in row] for row in table]
    found = [row for row in found if any(row)]
    if all(sum(map(bool, row)) == 1 for row in found) or any(len(cell) > 600 for row in found for cell in row):
        return [Paragraph(cell) for row in found for cell in row if cell]
    return [Paragraph("\n".join(" | ".join(row) for row in found))] if found else []


def _tidy(text: str) -> str:
    """Lines without white space around and within; symbols of private fonts (arrows, ticks) left out."""
    text = re.sub("[\ue000-\uf8ff\u00ad\u200b\u2060\ufeff\0]", "", text)
    text = "\n".join(filter(None, (" ".join(line.split()) for line in text.split("\n"))))
    return re.sub(r"(?<=[^\W\d_])\n(?=[a-z])", " ", text)  # a sentence that somebody broke by hand
