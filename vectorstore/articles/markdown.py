"""Markdown (.md) with front matter: `title`, `standfirst`, `authors`, `outlet`, `published`, `url`, `id` between two `---`.

Without front matter, lines below the heading are read as in plain text: see `head`. The stored text is the body as a reader sees
it: emphasis, headings' marks, links' addresses and pictures are taken out; a table keeps its rows.
"""

from __future__ import annotations

from collections.abc import Iterator

from vectorstore.articles import exports, fields
from vectorstore.articles.document import Document
from vectorstore.articles.encodings import Unreadable
from vectorstore.articles.frontmatter import front_matter
from vectorstore.articles.head import split
from vectorstore.articles.marks import below_heading, reduced
from vectorstore.types import Article, Rejected


def read(document: Document) -> Iterator[Article | Rejected]:
    """The one article of the file."""
    try:
        given, content, problem = front_matter(document.text())
        if problem:
            yield Rejected(document.where, problem)
        record = given or {}
        heading, below = below_heading(content)
        title = str(record.get("title") or record.get("headline") or "")
        if heading and (not title or " ".join(title.split()).casefold() == heading.casefold()):
            record["title"] = reduced(heading)
            content = below
        elif title:
            record["title"] = reduced(title)
        text = reduced(content)
        if heading and given is None:
            standfirst, text, found = split("", text)
            record |= {"standfirst": standfirst, **found}
        record["text"] = text
        if "description" in record:
            record.setdefault("standfirst", record["description"])
        found_record = exports.from_fields(record, document.own)
        if found_record.record is None:
            raise Unreadable(
                found_record.problem if text.strip() else "the text is empty; leave the article out or add its text."
            )
        for line in found_record.odd:
            yield Rejected(document.where, line)
        yield from fields.article(found_record.record, document.where, document.name)
    except Unreadable as error:
        yield Rejected(document.where, str(error))
