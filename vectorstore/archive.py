"""The stored text: articles and their passages in one SQLite file, edited in a copy by a rebuild and then only read."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import fields
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from vectorstore.encoded import DIGEST
from vectorstore.passages import encoded_text, heading
from vectorstore.types import Article, Passage

# The text comes last: whoever wants another column does not walk through it.
_SCHEMA = """
CREATE TABLE articles (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL, source TEXT NOT NULL,
                       url TEXT NOT NULL, published TEXT, authors TEXT NOT NULL, modified TEXT, section TEXT NOT NULL,
                       language TEXT NOT NULL, corrections TEXT NOT NULL, agency TEXT NOT NULL, dateline TEXT NOT NULL,
                       heading TEXT NOT NULL, passages INTEGER NOT NULL, digest BLOB NOT NULL, text TEXT NOT NULL);
CREATE TABLE passages (number INTEGER PRIMARY KEY, id TEXT NOT NULL, article INTEGER NOT NULL, start INTEGER NOT NULL,
                       "end" INTEGER NOT NULL, digest BLOB NOT NULL, text TEXT NOT NULL);
CREATE INDEX holdings ON articles (source, published, passages);
CREATE INDEX passages_article ON passages (article);
CREATE INDEX passages_digest ON passages (digest);
"""
_VERSION = 1  # to be raised when passages() splits otherwise: an article that did not change is then split anew
_RECORD = "title, source, url, published, authors, modified, section, language, corrections, agency, dateline"
_COLUMNS = f"number, id, text, {_RECORD}"
_SHORT = f"number, id, '', {_RECORD}"
_ROWS = 512  # that are in memory at once
_MARKS = 5_000  # values in one query


def digest(text: str) -> bytes:
    """What tells a text from others, in 16 bytes."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:DIGEST]


class ArchiveWriter:
    """Takes articles one by one into a new file, or into a copy of an earlier one; passage numbers are never given twice.

    What it has is asked of the file, so that memory does not grow with the archive.
    """

    def __init__(self, file: Path, next_passage: int = 0) -> None:
        fresh = not file.exists()
        self._database = sqlite3.connect(file, isolation_level=None)
        # A file that a crash leaves half edited is never published.
        self._database.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY;")
        self._database.execute("BEGIN")
        if fresh:
            for statement in _SCHEMA.split(";"):
                self._database.execute(statement)
        self._database.execute("CREATE TEMP TABLE given (article INTEGER PRIMARY KEY)")
        self.first_passage = self.next_passage = next_passage
        self.removed: list[int] = []  # numbers of passages that were there before and are no more

    def given(self, id_: str) -> Article | None:
        """The article that `put` was given under this id."""
        query = f"SELECT {_COLUMNS} FROM articles WHERE id = ? AND number IN temp.given"  # noqa: S608 - ours
        row = self._database.execute(query, (id_,)).fetchone()
        return _article(row) if row else None

    def holds(self, article: Article) -> bool:
        """Whether the article is there as it is; it then stays."""
        row = self._database.execute("SELECT number, digest FROM articles WHERE id = ?", (article.id,)).fetchone()
        if not row or row[1] != _digest(article):
            return False
        self._database.execute("INSERT OR IGNORE INTO temp.given VALUES (?)", row[:1])
        return True

    def put(self, article: Article, passages: Sequence[Passage]) -> None:
        """Stores the article and its passages, in the place of the one with its id."""
        row = self._database.execute("SELECT number FROM articles WHERE id = ?", (article.id,)).fetchone()
        if row:
            self._remove(row[0])
        headed = heading(article)
        row = (*_row(article), headed, len(passages), _digest(article))
        names = f"id, text, {_RECORD}, heading, passages, digest"
        query = f"INSERT INTO articles ({names}) VALUES ({_marks(row)})"  # noqa: S608 - ?s
        number = self._database.execute(query, row).lastrowid
        self._database.executemany(
            "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                (n, one.id, number, one.start, one.end, digest(encoded_text(headed, one.text)), one.text)
                for n, one in enumerate(passages, self.next_passage)
            ),
        )
        self._database.execute("INSERT INTO temp.given VALUES (?)", (number,))
        self.next_passage += len(passages)

    def remove_others(self) -> int:
        """Removes the articles that were not given again; how many that were."""
        rows = self._database.execute("SELECT number FROM articles WHERE number NOT IN temp.given").fetchall()
        for (number,) in rows:
            self._remove(number)
        return len(rows)

    def _remove(self, number: int) -> None:
        numbers = [row[0] for row in self._database.execute("SELECT number FROM passages WHERE article = ?", (number,))]
        self.removed += [one for one in numbers if one < self.first_passage]
        self._database.execute("DELETE FROM passages WHERE article = ?", (number,))
        self._database.execute("DELETE FROM articles WHERE number = ?", (number,))
        self._database.execute("DELETE FROM temp.given WHERE article = ?", (number,))

    def passages(self) -> int:
        """How many there are now."""
        return int(self._database.execute("SELECT count(*) FROM passages").fetchone()[0])

    @property
    def edited(self) -> bool:
        """Whether anything is not as it was."""
        return bool(self.removed) or self.next_passage > self.first_passage

    def close(self) -> None:
        """Completes the file."""
        self._database.execute("COMMIT")
        self._database.close()


class Found(NamedTuple):
    """A stored passage with what its article's record says of it."""

    article: int  # its number
    heading: str  # its headline, or what stands for it
    source: str
    passage: Passage


class Archive:
    """The stored articles and passages. May be read from several threads."""

    def __init__(self, file: Path) -> None:
        # Immutable: no lock files, works on a read-only disk.
        self._database = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)

    def close(self) -> None:
        self._database.close()

    def article(self, id_: str) -> Article | None:
        row = self._database.execute(f"SELECT {_COLUMNS} FROM articles WHERE id = ?", (id_,)).fetchone()  # noqa: S608 - ours
        return _article(row) if row else None

    def articles(self, numbers: Iterable[int]) -> dict[int, Article]:
        wanted = list(numbers)
        rows = self._database.execute(f"SELECT {_COLUMNS} FROM articles WHERE number IN ({_marks(wanted)})", wanted)  # noqa: S608 - ?s
        return {row[0]: _article(row) for row in rows}

    def bylines(self) -> Iterator[tuple[int, Article]]:
        """Every article with its number, without its text."""
        query = f"SELECT {_SHORT} FROM articles"  # noqa: S608 - ours
        yield from ((row[0], _article(row)) for row in self._read(query))

    def whole(self) -> Iterator[Article]:
        """Every article."""
        query = f"SELECT {_COLUMNS} FROM articles ORDER BY number"  # noqa: S608 - ours
        yield from (_article(row) for row in self._read(query))

    def passages(self, numbers: Sequence[int]) -> dict[int, Found]:
        """The passages of these numbers."""
        query = (
            "SELECT p.number, p.article, a.heading, a.source, p.id, a.id, p.start, p.end, p.text "
            "FROM passages p JOIN articles a ON a.number = p.article WHERE p.number IN "
        )
        rows = self._database.execute(f"{query} ({_marks(numbers)})", list(numbers))
        return {row[0]: Found(row[1], row[2], row[3], Passage(*row[4:])) for row in rows}

    def records(self, numbers: Sequence[int]) -> dict[int, tuple[Article, int]]:
        """For each passage number its article's id, outlet and date, without the text, and where in it the passage starts."""
        query = (
            "SELECT p.number, a.id, a.source, a.published, p.start FROM passages p JOIN articles a ON a.number = p.article "
            "WHERE p.number IN "
        )
        rows = self._database.execute(f"{query} ({_marks(numbers)})", list(numbers))
        return {number: (Article(id_, "", source=source, published=_day(day)), start) for number, id_, source, day, start in rows}

    def numbers(self) -> Iterator[int]:
        """The number of every passage."""
        yield from (row[0] for row in self._read("SELECT number FROM passages INDEXED BY passages_article"))

    def same(self, digest: bytes) -> list[int]:
        """The passages whose vector is made from that text."""
        return [row[0] for row in self._database.execute("SELECT number FROM passages WHERE digest = ?", (digest,))]

    def digests(self, numbers: Sequence[int]) -> list[bytes]:
        """The digest of the text that each passage's vector is made from."""
        found: dict[int, bytes] = {}
        for start in range(0, len(numbers), _MARKS):
            part = list(numbers[start : start + _MARKS])
            query = f"SELECT number, digest FROM passages WHERE number IN ({_marks(part)})"  # noqa: S608 - ?s
            found.update(self._database.execute(query, part).fetchall())
        return [found[number] for number in numbers]

    def for_indexing(self, first: int = 0) -> Iterator[tuple[int, str, str, int, str]]:
        """Every passage from that number on, as (number, its article's heading, text, day number or 0, case-folded outlet)."""
        query = f"{_INDEXED} WHERE p.number >= ? ORDER BY p.number"
        yield from (_indexed(row) for row in self._read(query, (first,)))

    def filed(self, numbers: Sequence[int]) -> tuple[list[int], list[str]]:
        """The day number, or 0, and the case-folded outlet of each of these passages."""
        found: dict[int, tuple[int, str]] = {}
        for start in range(0, len(numbers), _MARKS):
            part = list(numbers[start : start + _MARKS])
            for number, day, source in self._database.execute(f"{_FILED} ({_marks(part)})", part):
                found[number] = date.fromisoformat(day).toordinal() if day else 0, source.casefold()
        return [found[number][0] for number in numbers], [found[number][1] for number in numbers]

    def of_numbers(self, numbers: Sequence[int]) -> list[tuple[int, str, str, int, str]]:
        """The same of some passages, in the order of their numbers."""
        query = f"{_INDEXED} WHERE p.number IN ({_marks(numbers)}) ORDER BY p.number"
        return [_indexed(row) for row in self._database.execute(query, list(numbers))]

    def counts(self) -> tuple[int, int]:
        """(articles, passages)"""
        query = "SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM passages)"
        articles, passages = self._database.execute(query).fetchone()
        return articles, passages

    def holdings(self) -> list[tuple[str, date | None, int, int]]:
        """(outlet, day, articles, passages) for each outlet and day."""
        query = "SELECT source, published, count(*), sum(passages) FROM articles INDEXED BY holdings GROUP BY source, published"
        return [(source, _day(day), articles, passages) for source, day, articles, passages in self._read(query)]

    def _read(self, query: str, values: Sequence[int] = ()) -> Iterator[tuple[Any, ...]]:
        """The rows of a query, from a cursor of its own that is closed with it."""
        with closing(self._database.cursor()) as cursor:
            cursor.execute(query, values)
            while rows := cursor.fetchmany(_ROWS):
                yield from rows


_FILED = "SELECT p.number, a.published, a.source FROM passages p JOIN articles a ON a.number = p.article WHERE p.number IN"
_INDEXED = "SELECT p.number, a.heading, p.text, a.published, a.source FROM passages p JOIN articles a ON a.number = p.article"


def _indexed(row: tuple[int, str, str, str | None, str]) -> tuple[int, str, str, int, str]:
    number, headed, text, published, source = row
    return number, headed, text, date.fromisoformat(published).toordinal() if published else 0, source.casefold()


def _digest(article: Article) -> bytes:
    """What tells an article from another, or from an earlier version of itself: every field."""
    return digest(repr((_VERSION, *(getattr(article, field.name) for field in fields(article)))))


def _row(article: Article) -> tuple[str | None, ...]:
    """An article's fields as they are stored; `_article` reads them."""
    return (
        article.id,
        article.text,
        article.title,
        article.source,
        article.url,
        article.published.isoformat() if article.published else None,
        json.dumps(article.authors),
        article.modified.isoformat() if article.modified else None,
        article.section,
        article.language,
        json.dumps(article.corrections),
        article.agency,
        article.dateline,
    )


def _article(row: Sequence[Any]) -> Article:
    _, id_, text, title, source, url, published, authors, modified, section, language, corrections, agency, dateline = row
    names, notes = tuple(json.loads(authors)), tuple(json.loads(corrections))
    moment = datetime.fromisoformat(modified) if modified else None
    return Article(id_, text, title, source, url, _day(published), names, moment, section, language, notes, agency, dateline)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))
