"""JSON: one article per line (.jsonl, .jsonl.gz), or a list of them in one file (.json).

The stored text is the given text, character for character, so that offsets are offsets into the user's own data. Two
exceptions: a standfirst in a field of its own goes before it, and a lone surrogate becomes U+FFFD.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from vectorstore.articles import fields
from vectorstore.articles.document import Document
from vectorstore.articles.encodings import LARGEST_ARTICLE, Unreadable
from vectorstore.articles.fields import Record, line, no_date, web_address
from vectorstore.types import Article, Rejected

# What each field is called elsewhere; the first that is there counts.
_NAMES = {
    "id": ("id", "_id", "guid"),
    "url": ("url", "link", "canonical_url"),
    "source": ("source", "outlet", "publisher", "publication", "site", "sitename", "source-hostname", "source_domain"),
    "title": ("title", "headline"),
    "authors": ("authors", "author", "byline"),
    "published": (
        *("published", "date", "published_at", "publishedAt", "date_published", "datePublished", "pubDate"),
        *("date_publish", "publish_date"),
    ),
    "standfirst": ("standfirst", "subtitle", "subhead", "dek", "deck"),
    "text": ("text", "body", "content", "maintext", "articleBody"),
}
_LARGEST_LINE = 6 * LARGEST_ARTICLE  # JSON may spell a character in six bytes
_LARGEST_LIST = 300_000_000


def read(document: Document) -> Iterator[Article | Rejected]:
    """The articles of a .jsonl or .jsonl.gz file, line by line in bounded memory."""
    articles = 0
    rejected: list[Rejected] = []  # kept back until the first article: a file of other things gets one line, not thousands
    for item in _lines(document):
        if isinstance(item, Article):
            yield from rejected
            rejected.clear()
            articles += 1
            yield item
        elif articles:
            yield item
        else:
            rejected.append(item)
    if len(rejected) > 3:
        first = rejected[0]
        yield Rejected(
            document.where, f"none of its lines is an article; the first, {first.where.rpartition(':')[2]}: {first.reason}"
        )
    else:
        yield from rejected


def read_json(document: Document) -> Iterator[Article | Rejected]:
    """The articles of a .json file: a list of objects, or one object."""
    try:
        found = _parsed(document.bytes(_LARGEST_LIST))
    except Unreadable as error:
        yield Rejected(document.where, str(error))
        return
    if isinstance(found, dict):
        yield from _checked(found, document.where, document.name)
    elif isinstance(found, list) and found:
        for number, record in enumerate(found, start=1):
            yield from _checked(record, f"{document.where}:item {number}", f"{document.name}:{number}")
    else:
        yield Rejected(document.where, "the file holds no article; write a list of objects, each with a title and a text.")


def article(record: Mapping[str, object], where: str, name: str) -> Iterator[Article | Rejected]:
    """The article that the fields describe, after a `Rejected` for a date that is none; raises Unreadable for no article."""
    given = {field: _first(record, names) for field, names in _NAMES.items()}
    if given["text"] is None:
        raise Unreadable(f"there is no text; give one of the fields {', '.join(_NAMES['text'])}.")
    source = _name("source", given["source"])
    url = web_address(_string("url", given["url"]))
    if web_address(source):  # some tools write the address where others write the outlet
        url = url or web_address(source)
        others = (_name("source", record[name]) for name in _NAMES["source"] if isinstance(record.get(name), str | dict))
        source = next((other for other in others if not web_address(other)), "")
    day = given["published"]
    if day is not None and not isinstance(day, str):
        yield Rejected(where, no_date(day))
    made = Record(
        text=_string("text", given["text"]),
        title=_string("title", given["title"]),
        standfirst=_string("standfirst", given["standfirst"]),
        authors=_authors(given["authors"]),
        source=source,
        url=url,
        id=_string("id", given["id"]),
        published=day if isinstance(day, str) else "",
    )
    yield from fields.article(made, where, name)


def _lines(document: Document) -> Iterator[Article | Rejected]:
    number = 0
    with document.open() as file:
        try:
            for number, raw in bounded_lines(file):
                where = f"{document.where}:{number}"
                if raw is None:
                    yield Rejected(where, f"the line is longer than {_LARGEST_LINE:,} bytes; split the article.")
                elif raw.strip() and raw.strip() != b"\xef\xbb\xbf":
                    try:
                        yield from _checked(_parsed(raw), where, f"{document.name}:{number}")
                    except Unreadable as error:
                        yield Rejected(where, str(error))
        except Unreadable as error:  # it lies in a compressed file that is damaged
            yield Rejected(f"{document.where}:{number + 1}", str(error))
            return
    if not number:
        yield Rejected(document.where, "the file is empty; leave it out.")


def bounded_lines(file: BinaryIO, limit: int = _LARGEST_LINE) -> Iterator[tuple[int, bytes | None]]:
    """Numbered lines; None for one of `limit` bytes or more, of which no more is held than that."""
    number = 0
    while raw := file.readline(limit):
        number += 1
        if len(raw) == limit and not raw.endswith(b"\n"):
            while (rest := file.readline(1_000_000)) and not rest.endswith(b"\n"):
                pass
            yield number, None
        else:
            yield number, raw


def _parsed(raw: bytes) -> object:
    try:
        return json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Unreadable("it is not text in UTF-8; save the file as UTF-8.") from error
    except json.JSONDecodeError as error:
        raise Unreadable(f"it is not JSON ({error.msg} at column {error.colno}); write one object per line.") from error
    except RecursionError as error:
        raise Unreadable("its JSON is nested too deeply to read; give one flat object per article.") from error
    except ValueError as error:  # a number of thousands of digits
        raise Unreadable(f"its JSON holds a value we cannot read ({str(error)[:60]}).") from error


def _checked(record: object, where: str, name: str) -> Iterator[Article | Rejected]:
    try:
        if not isinstance(record, dict):
            raise Unreadable(f'it is {_kind(record)}, not an object; write {{"title": …, "text": …}}.')
        yield from article(record, where, name)
    except Unreadable as error:
        yield Rejected(where, str(error))


def _first(record: Mapping[str, object], names: tuple[str, ...]) -> object:
    return next((record[name] for name in names if record.get(name) is not None), None)


def _string(field: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if field == "id" and isinstance(value, int):
        return str(value)
    raise Unreadable(f"{field} is {_kind(value)}, not a string; write it in quotation marks.")


def _name(field: str, value: object) -> str:
    """A name given as such or as {"id": …, "name": "The Harbour Post"}."""
    return _string(field, value.get("name") if isinstance(value, dict) else value)


def _authors(value: object) -> str | tuple[str, ...]:
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, dict):
        value = [value]
    if not isinstance(value, list):
        raise Unreadable(f'authors is {_kind(value)}, not a list of names; write ["Ann Lee", "Bo Ray"].')
    names = (line(_name("an author", entry)) for entry in value)
    return tuple(name for name in names if name)


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "true or false"
    for kind, name in ((dict, "an object"), (list, "a list"), (str, "a string")):
        if isinstance(value, kind):
            return name
    return "null" if value is None else "a number"
