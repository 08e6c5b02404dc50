"""The stored text: articles and their passages in one SQLite file, written once and then only read."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from vectorstore.passages import heading
from vectorstore.types import Article, Passage

_SCHEMA = """
CREATE TABLE articles (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, text TEXT NOT NULL, title TEXT NOT NULL,
                       source TEXT NOT NULL, url TEXT NOT NULL, published TEXT, authors TEXT NOT NULL, modified TEXT,
                       section TEXT NOT NULL, language TEXT NOT NULL, corrections TEXT NOT NULL, agency TEXT NOT NULL,
                       dateline TEXT NOT NULL, heading TEXT NOT NULL);
CREATE TABLE passages (number INTEGER PRIMARY KEY, id TEXT NOT NULL, article INTEGER NOT NULL, start INTEGER NOT NULL,
                       "end" INTEGER NOT NULL, text TEXT NOT NULL, digest BLOB NOT NULL);
"""
_RECORD = "title, source, url, published, authors, modified, section, language, corrections, agency, dateline"


class ArchiveWriter:
    """Takes articles one by one; passage numbers count up from 0 in the order of writing."""

    def __init__(self, file: Path) -> None:
        self._database = sqlite3.connect(file)
        self._database.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _SCHEMA)
        self.articles = 0
        self.passages = 0

    def add(self, article: Article, passages: Sequence[Passage], digests: Sequence[bytes]) -> None:
        """Stores the article and its passages, each with the digest of the text that its vector is made from."""
        row = (self.articles, *_row(article), heading(article))
        self._database.execute(f"INSERT INTO articles VALUES ({_marks(row)})", row)  # noqa: S608 - ?s
        self._database.executemany(
            "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                (self.passages + n, passage.id, self.articles, passage.start, passage.end, passage.text, digest)
                for n, (passage, digest) in enumerate(zip(passages, digests, strict=True))
            ),
        )
        self.articles += 1
        self.passages += len(passages)

    def close(self) -> None:
        self._database.commit()
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
        row = self._database.execute("SELECT * FROM articles WHERE id = ?", (id_,)).fetchone()
        return _article(row) if row else None

    def articles(self, numbers: Iterable[int]) -> dict[int, Article]:
        wanted = list(numbers)
        rows = self._database.execute(f"SELECT * FROM articles WHERE number IN ({_marks(wanted)})", wanted)  # noqa: S608 - ?s
        return {row[0]: _article(row) for row in rows}

    def bylines(self) -> Iterator[tuple[int, Article]]:
        """Every article with its number, without its text."""
        query = f"SELECT number, id, '', {_RECORD}, '' FROM articles"  # noqa: S608 - names from above
        yield from ((row[0], _article(row)) for row in self._database.execute(query))

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

    def digests(self) -> Iterator[tuple[bytes, int]]:
        """Every passage's digest with its number."""
        yield from self._database.execute("SELECT digest, number FROM passages")

    def for_indexing(self) -> Iterator[tuple[int, str, str, int, str]]:
        """Every passage as (number, its article's heading, text, day number or 0, case-folded outlet)."""
        rows = self._database.execute(
            "SELECT p.number, a.heading, p.text, a.published, a.source FROM passages p JOIN articles a ON a.number = p.article "
            "ORDER BY p.number"
        )
        for number, headed, text, published, source in rows:
            yield number, headed, text, date.fromisoformat(published).toordinal() if published else 0, source.casefold()

    def counts(self) -> tuple[int, int]:
        """(articles, passages)"""
        query = "SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM passages)"
        articles, passages = self._database.execute(query).fetchone()
        return articles, passages

    def holdings(self) -> list[tuple[str, date | None, int, int]]:
        """(outlet, day, articles, passages) for each outlet and day."""
        query = (
            "SELECT a.source, a.published, count(*), sum(p.passages) FROM articles a "
            "JOIN (SELECT article, count(*) AS passages FROM passages GROUP BY article) p ON p.article = a.number GROUP BY 1, 2"
        )
        return [(source, _day(day), articles, passages) for source, day, articles, passages in self._database.execute(query)]


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
    _, id_, text, title, source, url, published, authors, modified, section, language, corrections, agency, dateline, _ = row
    names, notes = tuple(json.loads(authors)), tuple(json.loads(corrections))
    moment = datetime.fromisoformat(modified) if modified else None
    return Article(id_, text, title, source, url, _day(published), names, moment, section, language, notes, agency, dateline)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))
