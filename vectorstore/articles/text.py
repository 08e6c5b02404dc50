"""Plain text (.txt): headline, standfirst, blank line, body.

    Iraq deploys armored units to fortify border          the first line
    Vehicles line the Syrian border after an offensive.   the standfirst, if there is one; a blank line may stand before it
    By Ann Lee | 12 March 2024                            and, above the body, on one line or several, with blank ones or not,
    URL: https://…                                        a byline, a date, "Source: …", "URL: …", "Id: …"

    Iraq has deployed armored vehicles …                  the body

A file whose first line is a whole paragraph has no headline: all of it is text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from vectorstore.articles.fields import (
    Unreadable,
    file_text,
    line,
    mended,
    no_date,
    outlet,
    parse_date,
    people,
    web_address,
    with_standfirst,
)
from vectorstore.types import Article, Rejected

_LONGEST_HEADLINE = 250
_LONGEST_STANDFIRST = 400
_LABEL = re.compile(r"(source|outlet|url|link|id|by|author|authors|byline|date|published|updated)\s*:\s*(\S.*)", re.IGNORECASE)
_FIELDS = {"outlet": "source", "link": "url", "author": "by", "authors": "by", "byline": "by", "date": "published"}
_READING_TIME = re.compile(r"\d+[ -]min(?:ute)?s?(?: read)?", re.IGNORECASE)
# "By Ann Lee", not "By the river, …" or "By Tuesday the army had gone."
_BYLINE = re.compile(r"By\s+[^\W\d_a-z][\w.’'-]*(?:\s+[\w.’',&-]+){1,11}")


def read(path: Path, name: str) -> Iterator[Article | Rejected]:
    """The one article of the file, named `name` unless it says its id or URL itself."""
    try:
        content = mended(file_text(path))
    except Unreadable as error:
        yield Rejected(str(path), str(error))
        return
    head, _, rest = content.strip().partition("\n")
    fields: dict[str, str] = {}
    title, standfirst, body = "", "", content.strip()
    if len(head) <= _LONGEST_HEADLINE:
        title = head
        beside, body = ("", rest.strip()) if re.match(r"\s*\n", rest) else _paragraph(rest)
        lines = beside.split("\n")
        standfirst = "\n".join(above for above, below in pairwise([*lines, ""]) if not _take(above, below, fields)).strip()
        body = _below_fields(body, fields)
        first, after = _paragraph(body)
        under: dict[str, str] = {}
        below = _below_fields(after, under)
        # "Date: 3 May" below a short paragraph may be the concert's.
        if under and not standfirst and len(first) <= _LONGEST_STANDFIRST and ("by" in under or not _LABEL.match(after)):
            standfirst, body, fields = first, below, under | fields
    text = with_standfirst(standfirst, body)
    if not text.strip():
        yield Rejected(str(path), "there is no text below the headline; leave the file out or add its text.")
        return
    published = parse_date(fields["published"]) if "published" in fields else None
    if "published" in fields and not published:
        yield Rejected(str(path), no_date(fields["published"]))
    url = web_address(fields.get("url", ""))
    yield Article(
        id=line(fields.get("id", "")) or url or name,
        text=text,
        title=line(title),
        source=outlet(fields.get("source", ""), url),
        url=url,
        published=published,
        authors=people(fields.get("by", "")),
    )


def _paragraph(text: str) -> tuple[str, str]:
    """The first paragraph, and what follows it."""
    first = re.split(r"\n[^\S\n]*\n", text, maxsplit=1)[0]
    return first, text[len(first) :].strip()


def _below_fields(body: str, fields: dict[str, str]) -> str:
    """The body without the lines above it that are fields, in paragraphs of their own or not; they are moved into `fields`."""
    while body:
        above, _, below = body.partition("\n")
        if not _take(above, below, fields):
            break
        body = below.strip()
    return body


def _take(text: str, below: str, fields: dict[str, str]) -> bool:
    """Moves a line into `fields` if all of it is fields; those that are there already stay."""
    stripped = text.strip()
    if re.match(r"[^\S\n]*[a-z]", below) and not _LABEL.match(below):
        return False  # a line of a wrapped paragraph: "By Tuesday the army of Ann Lee\nhad left."
    parts = [stripped] if _LABEL.fullmatch(stripped) else _parts(stripped)
    found = [_field(part) for part in parts if not _READING_TIME.fullmatch(part)]
    if not any(found) or None in found:
        return False
    for name, value in filter(None, found):
        if name != "updated":
            fields.setdefault(_FIELDS.get(name, name), value)
    return True


def _parts(text: str) -> list[str]:
    """ "By Ann Lee | 12 March 2024 | 4 min read" and "By Ann Lee, March 12, 2024" by what they say."""
    parts = [part for part in re.split(r"\s*[|•·]\s*|\s+[–—-]\s+", text) if part]
    for comma in re.finditer(r",\s+", parts[0] if len(parts) == 1 and text.startswith("By ") else ""):
        if parse_date(text[comma.end() :]):
            return [text[: comma.start()], text[comma.end() :]]
    return parts


def _field(text: str) -> tuple[str, str] | None:
    """What a text is of the fields, with its value."""
    if match := _LABEL.fullmatch(text):
        return match[1].lower(), match[2]
    if _BYLINE.fullmatch(text) and not text.endswith("."):
        return "by", text
    day = re.sub(r"^(published|updated)\s+(?:on\s+)?", "", text, flags=re.IGNORECASE)
    if parse_date(day):
        return ("updated" if text[0] in "uU" else "published"), day
    return None
