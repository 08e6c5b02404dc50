"""Plain text (.txt): headline, standfirst, blank line, body.

    Iraq deploys armored units to fortify border          the first line
    Vehicles line the Syrian border after an offensive.   the standfirst, if there is one
    By Ann Lee                                            and, on lines of their own anywhere above the body,
    12 March 2024                                         a byline, a date, "Source: …", "URL: …", "Id: …"

    Iraq has deployed armored vehicles …                  the body

A file whose first line is a whole paragraph has no headline: all of it is text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
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
_LABEL = re.compile(r"(source|outlet|url|link|id|by|author|authors|byline|date|published|updated)\s*:\s*(\S.*)", re.IGNORECASE)
_FIELDS = {"outlet": "source", "link": "url", "author": "by", "authors": "by", "byline": "by", "date": "published"}
# "By Ann Lee", not "By the river, …" or "By Tuesday the army had gone."
_BYLINE = re.compile(r"By\s+[^\W\d_a-z][\w.’'-]*(?:\s+[\w.’',&-]+){1,11}")


def read(path: Path, name: str) -> Iterator[Article | Rejected]:
    """The one article of the file, named `name` unless it says its id or URL itself."""
    try:
        content = mended(file_text(path))
    except Unreadable as error:
        yield Rejected(str(path), str(error))
        return
    blocks = re.split(r"\n[^\S\n]*\n\s*", content.strip())
    head = blocks[0].split("\n")
    fields: dict[str, str] = {}
    title, standfirst, body = "", "", content.strip()
    if len(head[0]) <= _LONGEST_HEADLINE:
        title, body = head[0], content.strip()[len(blocks[0]) :].strip()
        standfirst = "\n".join(_take_fields(head[1:], fields))
        while body:  # a byline and a date often stand in a paragraph of their own
            block = re.split(r"\n[^\S\n]*\n", body, maxsplit=1)[0]
            if _take_fields(block.split("\n"), fields):
                break
            body = body[len(block) :].strip()
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


def _take_fields(lines: list[str], fields: dict[str, str]) -> list[str]:
    """Moves the lines that are fields into `fields`; what comes back are the others."""
    others = []
    for text in lines:
        stripped = text.strip()
        if match := _LABEL.fullmatch(stripped):
            name = match[1].lower()
            if name != "updated":
                fields.setdefault(_FIELDS.get(name, name), match[2])
        elif _BYLINE.fullmatch(stripped) and not stripped.endswith("."):
            fields.setdefault("by", stripped)
        elif parse_date(re.sub(r"^published\s+(?:on\s+)?", "", stripped, flags=re.IGNORECASE)):
            fields.setdefault("published", re.sub(r"^published\s+(?:on\s+)?", "", stripped, flags=re.IGNORECASE))
        else:
            others.append(text)
    return others
