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
from pathlib import Path

from vectorstore.articles.fields import (
    Unreadable,
    file_text,
    line,
    mended,
    no_date,
    outlet,
    people,
    web_address,
    with_standfirst,
)
from vectorstore.articles.head import paragraph, split
from vectorstore.language.days import parse_day
from vectorstore.types import Article, Rejected

_LONGEST_HEADLINE = 250


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
        beside, body = ("", rest.strip()) if re.match(r"\s*\n", rest) else paragraph(rest)
        standfirst, body, fields = split(beside, body)
    text = with_standfirst(standfirst, body)
    if not text.strip():
        yield Rejected(str(path), "there is no text below the headline; leave the file out or add its text.")
        return
    published = parse_day(fields["published"]) if "published" in fields else None
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
        authors=people(fields.get("authors", "")),
    )
