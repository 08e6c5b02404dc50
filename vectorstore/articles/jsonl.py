"""JSON: one article a line (.jsonl), or any object or list with articles in it (.json), as exports, APIs and scrapers write them.

The stored text is the given text, character for character, so that offsets are offsets into the user's own data. Exceptions:
tags, entities and Markdown are reduced to what a reader sees, a standfirst in a field of its own goes before it, and a lone
surrogate becomes U+FFFD. See `exports` for where articles are looked for, `names` for what their fields are called.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import IO

from vectorstore.articles import jsonvalues, links
from vectorstore.articles.document import Document
from vectorstore.articles.encodings import LARGEST_ARTICLE, Unreadable, decoded
from vectorstore.articles.exports import Found, found
from vectorstore.articles.lines import Line, Read
from vectorstore.articles.report import Item, made

_LARGEST_LINE = 6 * LARGEST_ARTICLE  # JSON may spell a character in six bytes
_LARGEST_GAP = 50_000_000  # bytes without an article: 500 MB of gzipped line ends are half a megabyte
_BLANK = (b"\n", b"\r\n")
_WHOLE_LINE = re.compile(rb"\s*[{\[].*[}\]]\s*\Z", re.DOTALL)


def read(document: Document) -> Iterator[Read]:
    """The articles of a JSON file of either kind, in bounded memory.

    It is read line by line where its first line is an object of its own, so that a broken line costs only itself.
    """
    yield from made(_items(document), document.where)


def _items(document: Document) -> Iterator[Item]:
    place = 0
    try:
        with document.utf8() as file:
            by_lines = _is_by_lines(file, document)
        names = _names(document, by_lines)
        with document.utf8() as file:
            for item in _lines(file, document, names) if by_lines else _values(file, document, names):
                place += 1
                yield item
    except Unreadable as error:  # it lies in a compressed file that is damaged
        yield _problem(str(error), f"{document.where}:{place + 1}")


def _problem(reason: str, where: str) -> Item:
    return Item(Found(problem=reason), where, "")


def _is_by_lines(file: IO[bytes], document: Document) -> bool:
    """Whether each line is a value of its own: the first is, or the name says so and it does not begin a list."""
    first = b""
    for _ in range(1_000):
        first = file.readline(_LARGEST_LINE)
        if first.strip(b"\xef\xbb\xbf \t\r\n") or not first:
            break
    if first[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in first[:8]:
        return False
    named = document.suffix != ".json"
    text = first.strip(b"\xef\xbb\xbf \t\r\n")
    if not text:
        return True
    if named:
        return (
            text not in (b"[", b"{", b"")
            and not (text.startswith(b"[") and not text.endswith(b"]"))
            and not text.startswith(b"/*")
        )
    if not _WHOLE_LINE.match(text) or text.startswith(b"["):
        return False
    try:
        jsonvalues.parsed(decoded(text))
    except Unreadable:
        return False
    return True


def _names(document: Document, by_lines: bool) -> dict[str, str] | None:
    """The names of the file's records by their ids, where its records point at others; a look at its bytes says whether."""
    names: dict[str, str] = {}
    with suppress(Unreadable):  # damaged further on: that is reported where the articles are read, after those before it
        return _gathered(document, by_lines, names)
    return names


def _gathered(document: Document, by_lines: bool, names: dict[str, str]) -> dict[str, str] | None:
    with document.utf8() as file:
        before = b""
        while piece := file.read(1 << 20):
            if links.points(before + piece):
                break
            before = piece[-20:]
        else:
            return None
    with document.utf8() as file:
        if not by_lines:
            for value in jsonvalues.values(file):
                links.gather(value.value, names)
            return names
        for _, raw in bounded_lines(file):
            try:
                links.gather(jsonvalues.parsed(_text((raw or b"null").strip())), names)
            except Unreadable:
                continue  # it is reported where the articles are read
    return names


def _lines(file: IO[bytes], document: Document, names: dict[str, str] | None) -> Iterator[Item]:
    gap = number = items = 0
    for number, raw in bounded_lines(file):
        gap += len(raw or b"") + 50  # a line end is little, but takes its time
        if raw in _BLANK and gap < _LARGEST_GAP:
            continue
        where = f"{document.where}:{number}"
        if raw is None:
            yield _problem(f"the line is longer than {_LARGEST_LINE:,} bytes; split the article.", where)
        elif raw.strip() and raw.strip() != b"\xef\xbb\xbf":
            line = _line(raw, document) if names is None else None
            if line and line.known:
                gap, items = 0, items + 1
                yield Item(Found(), where, "", line)
                continue
            try:
                several = found(jsonvalues.parsed(_text(raw.strip())), document.own, names=names)
            except Unreadable as error:
                several = [Found(problem=str(error))]
            if any(one.record for one in several):
                gap = 0
            items += len(several)
            for n, one in enumerate(several):
                name = f"{document.name}:{number}" + (f".{n + 1}" if n else "")
                yield Item(one, where, name, line if len(several) == 1 else None)
        if gap > _LARGEST_GAP:
            yield _problem(f"{number:,} lines up to here hold no article; the rest of the file was not read.", where)
            return
    if not number:
        yield _problem("the file is empty; leave it out.", document.where)
    elif names is not None and not items:
        yield _problem("the file holds no article, only what articles point at; leave it out.", document.where)


def _line(raw: bytes, document: Document) -> Line | None:
    """The line, where it is of use to know whether it was read before."""
    if document.lines is None:
        return None
    digest = document.lines.digest(raw.strip())
    return Line(digest, document.lines.known(digest))


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return decoded(raw)


def bounded_lines(file: IO[bytes], limit: int = _LARGEST_LINE) -> Iterator[tuple[int, bytes | None]]:
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


def _values(file: IO[bytes], document: Document, names: dict[str, str] | None) -> Iterator[Item]:
    number = 0
    table: list[object] | None = None
    for value in jsonvalues.values(file):
        if value.problem:
            yield _problem(value.problem, f"{document.where}:{value.line}")
            continue
        content = value.value
        if isinstance(content, list) and (number == 0 or table):  # [["title", "text"], ["A", "…"], …]
            table = table or content
            if number and table:
                content = [table, content]
            elif all(isinstance(cell, str) for cell in content):
                number += 1
                continue
        several = found(content, document.own, value.around, value.key, names)
        for one in several:
            number += 1
            place = f"item {number}" if number > 1 or len(several) > 1 or value.listed else ""
            yield Item(one, f"{document.where}:{place}".rstrip(":"), f"{document.name}:{number}" if place else document.name)
    if not number:
        yield _problem("the file holds no article; write a list of objects, each with a title and a text.", document.where)
