"""Plain text (.txt): headline, standfirst, blank line, body.

    Iraq deploys armored units to fortify border          the first line
    Vehicles line the Syrian border after an offensive.   the standfirst, if there is one; a blank line may stand before it
    By Ann Lee | 12 March 2024                            and, above the body, on one line or several, with blank ones or not,
    URL: https://…                                        a byline, a date, "Source: …", "URL: …", "Id: …"

    Iraq has deployed armored vehicles …                  the body

A file whose first line is a whole paragraph has no headline: all of it is text. Exports of press databases have several articles:
see `databases`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vectorstore.articles import databases
from vectorstore.articles.document import Document
from vectorstore.articles.encodings import Unreadable
from vectorstore.articles.fields import Record, article, mended
from vectorstore.articles.head import paragraph, split
from vectorstore.articles.pagecopy import own_text
from vectorstore.articles.releases import opened
from vectorstore.types import Article, Rejected

_LONGEST_HEADLINE = 250


def read(document: Document) -> Iterator[Article | Rejected]:
    """The one article of the file, or those of a press database's export."""
    try:
        content = mended(document.text())
        several = databases.records(content)
        if len(several) < 2:
            yield from article(several[0] if several else record(own_text(content)), document.where, document.name)
        for number, one in enumerate(several if len(several) > 1 else [], start=1):
            yield from article(one, f"{document.where}: article {number}", f"{document.name}:{number}")
    except Unreadable as error:
        yield Rejected(document.where, str(error))


def record(content: str) -> Record:
    """What a plain text says; raises Unreadable where there is nothing below its headline."""
    content, day, calls = opened(content)
    head, _, rest = content.strip().partition("\n")
    fields: dict[str, str] = {}
    title, standfirst, body = "", "", content.strip()
    if len(head) <= _LONGEST_HEADLINE:
        title = head
        beside, body = ("", rest.strip()) if re.match(r"\s*\n", rest) else paragraph(rest)
        standfirst, body, fields = split(beside, body)
    if not (standfirst + body).strip():
        raise Unreadable("there is no text below the headline; leave the file out or add its text.")
    if day:
        fields.setdefault("published", day)
    body = f"{body}\n\n{calls}" if calls else body
    return Record(**fields, text=body, title=title, standfirst=standfirst)  # type: ignore[arg-type]
