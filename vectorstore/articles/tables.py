"""CSV and TSV: a row an article, the first row the names of its fields. See `names` for what they may be called.

What parts the cells is found by trying; a cell may hold line ends, and what begins like a formula is text like any other.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from typing import BinaryIO

from vectorstore.articles.document import Document
from vectorstore.articles.encodings import LARGEST_ARTICLE, Unreadable
from vectorstore.articles.exports import Found, from_fields
from vectorstore.articles.jsonvalues import repaired, text_of
from vectorstore.articles.lines import Read
from vectorstore.articles.names import fields_of, folded
from vectorstore.articles.report import Item, made

_SAMPLE = 200_000  # characters that are looked at to find out how it is written
_MOST_COLUMNS = 2_000
_LARGEST_GAP = 50_000_000  # characters without an article


def read(document: Document) -> Iterator[Read]:
    """The articles of a table, row by row in bounded memory."""
    yield from made(_items(document), document.where)


def _items(document: Document) -> Iterator[Item]:
    with document.utf8() as file:
        lines = _Lines(file)
        form = _form(lines.sample)
        if form is None:
            yield Item(Found(problem="the file is empty; leave it out."), document.where, "")
            return
        skipped, delimiter, escape = form
        lines.skip(skipped)
        before = csv.field_size_limit(LARGEST_ARTICLE)
        try:
            yield from _rows(lines, document, delimiter, escape)
        finally:
            csv.field_size_limit(before)


def _rows(lines: _Lines, document: Document, delimiter: str, escape: str | None) -> Iterator[Item]:
    header: list[str] | None = None
    gap = number = 0
    while True:
        reader = csv.reader(lines, delimiter=delimiter, escapechar=escape, doublequote=True)
        try:
            for row in reader:
                if header is None:
                    header = [name.strip().strip("\ufeff") for name in row[:_MOST_COLUMNS]]
                    if problem := _no_header(header, document):
                        yield Item(Found(problem=problem), f"{document.where}:1", "")
                        return
                    continue
                if not any(cell.strip() for cell in row):
                    gap += 1 + sum(map(len, row))
                else:
                    number += 1
                    where = f"{document.where}:{lines.number}"
                    try:
                        found = from_fields(
                            {name: repaired(cell) for name, cell in zip(header, row, strict=False) if name}, document.own
                        )
                    except Unreadable as error:
                        found = Found(problem=str(error))
                    gap = 0 if found.record else gap + sum(map(len, row))
                    yield Item(found, where, f"{document.name}:{number}")
                if gap > _LARGEST_GAP:
                    yield Item(Found(problem=f"{gap:,} characters up to here hold no article; the rest was not read."), where, "")
                    return
            break
        except csv.Error as error:
            long = "limit" in str(error)
            why = f"a cell is longer than {LARGEST_ARTICLE:,} characters: a quotation mark may be missing" if long else str(error)
            yield Item(Found(problem=f"the row cannot be read ({why}); mend it."), f"{document.where}:{lines.number}", "")
    if header is not None and not number:
        yield Item(Found(problem="there is no row below the names of the fields; leave the file out."), document.where, "")


def _no_header(header: list[str], document: Document) -> str:
    known = {field for name in header for field, _ in fields_of(name)}
    if "text" in known or any(ours == "text" and folded(name) in map(folded, header) for name, ours in document.own.items()):
        return ""
    shown = ", ".join(name[:30] for name in header[:8])
    if known & {"title", "url", "published"} and all(len(name) < 40 for name in header):
        return f"none of its columns is the text ({shown}); name one text, or say which it is: --map COLUMN=text."
    return f"the first row does not name the columns ({shown}); write one such as title,text,date,url above it."


class _Lines:
    """The lines of a file, one by one; of one that is longer than an article may be, its beginning in pieces."""

    def __init__(self, file: BinaryIO) -> None:
        self._read = text_of(file)
        self._rest = ""
        while len(self._rest) < _SAMPLE and (more := self._read(1 << 16)):
            self._rest += more
        self.sample = self._rest.lstrip("\ufeff")[:_SAMPLE]
        self._rest = self._rest.lstrip("\ufeff")
        self._at = 0
        self.number = 0

    def skip(self, lines: int) -> None:
        for _ in range(lines):
            next(self, "")

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        while (end := self._rest.find("\n", self._at)) < 0:
            more = (
                "" if len(self._rest) - self._at > LARGEST_ARTICLE + 1 else self._read(max(1 << 16, len(self._rest) - self._at))
            )
            self._rest = self._rest[self._at :] + more
            self._at = 0
            if not more:
                end = len(self._rest) - 1
                break
        if end < self._at:
            raise StopIteration
        line = self._rest[self._at : end + 1]
        self._at = end + 1
        self.number += 1
        return line.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def _form(sample: str) -> tuple[int, str, str | None] | None:
    """(lines above the names, what parts the cells, what stands before a quotation mark in a cell)."""
    lines = sample.split("\n")
    skipped = 0
    while skipped < len(lines) and (not lines[skipped].strip() or lines[skipped].startswith("#")):
        skipped += 1
    if skipped >= len(lines):
        return None
    escape = "\\" if re.search(r'\\"', sample) and not re.search(r'[^,;\t|\n\\]""[^,;\t|\n]', sample) else None
    if given := re.fullmatch(r"sep=(.)\s*", lines[skipped]):
        return skipped + 1, given[1], escape
    head = lines[skipped]
    best, best_score = ",", (-1, -1)
    for delimiter in ",;\t|":
        cells = next(csv.reader([head], delimiter=delimiter), [])
        known = sum(any(rank < 1_000 for _, rank in fields_of(cell)) for cell in cells[:_MOST_COLUMNS])
        score = (known, len(cells))
        if score > best_score:
            best, best_score = delimiter, score
    return skipped, best, escape
