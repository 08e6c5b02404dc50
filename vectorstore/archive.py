"""The stored text: articles and their passages in one SQLite file, edited in a copy by a rebuild and then only read."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from vectorstore.articles.lines import Line, Read
from vectorstore.encoded import DIGEST
from vectorstore.language.detect import code_of
from vectorstore.types import Article, Passage, Rejected, one_section

# To be raised when readers read or passages() splits otherwise: what did not change is then read and split anew.
VERSION = 3
# What an article that was read is: it answers, or it is kept as an earlier version of one that does, or as its duplicate.
ANSWERS, SUPERSEDED, DUPLICATE, UNDECIDED = range(4)
# `told` has the sentences of passages, by which copies are found; `copies` each passage with those that carry the same copy.
# Every article that was read is stored, with its place in the file that it was read from, and the id that it gave ("given"; `id`
# is that, or made different from another's); where a line of that file says all of it, with what tells the line from others. The
# text comes last: whoever wants another column does not walk through it.
LINES = "CREATE INDEX articles_line ON articles (file, line) WHERE line IS NOT NULL"
SCHEMA = f"""
CREATE TABLE files (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, stamp TEXT NOT NULL, rank INTEGER NOT NULL);
CREATE TABLE rejected (file INTEGER NOT NULL, "where" TEXT NOT NULL, reason TEXT NOT NULL);
CREATE TABLE articles (number INTEGER PRIMARY KEY, id TEXT NOT NULL, title TEXT NOT NULL, source TEXT NOT NULL,
                       url TEXT NOT NULL, published TEXT, authors TEXT NOT NULL, modified TEXT, section TEXT NOT NULL,
                       language TEXT NOT NULL, corrections TEXT NOT NULL, agency TEXT NOT NULL, dateline TEXT NOT NULL,
                       heading TEXT NOT NULL, passages INTEGER NOT NULL, file INTEGER NOT NULL, place INTEGER NOT NULL,
                       given TEXT NOT NULL, address TEXT NOT NULL, wording BLOB NOT NULL, standing INTEGER NOT NULL,
                       of INTEGER, digest BLOB NOT NULL, line BLOB, text TEXT NOT NULL);
CREATE TABLE passages (number INTEGER PRIMARY KEY, id TEXT NOT NULL, article INTEGER NOT NULL, start INTEGER NOT NULL,
                       "end" INTEGER NOT NULL, digest BLOB NOT NULL, text TEXT NOT NULL);
CREATE INDEX holdings ON articles (source, published, passages) WHERE standing = 0;
CREATE UNIQUE INDEX answering ON articles (id) WHERE standing = 0;
CREATE INDEX articles_file ON articles (file, given);
CREATE INDEX articles_given ON articles (given);
CREATE INDEX articles_address ON articles (address);
CREATE INDEX articles_wording ON articles (wording);
CREATE INDEX articles_standing ON articles (standing, of);
CREATE INDEX rejected_file ON rejected (file);
CREATE TABLE told (digest BLOB NOT NULL, words INTEGER NOT NULL, passage INTEGER NOT NULL);
CREATE TABLE copies (passage INTEGER NOT NULL, other INTEGER NOT NULL, PRIMARY KEY (passage, other)) WITHOUT ROWID;
CREATE INDEX told_digest ON told (digest, passage, words);
CREATE INDEX told_passage ON told (passage);
CREATE INDEX passages_article ON passages (article);
CREATE INDEX passages_digest ON passages (digest);
{LINES};
"""
RECORD = "title, source, url, published, authors, modified, section, language, corrections, agency, dateline"
COLUMNS = f"number, id, text, {RECORD}"
_SHORT = f"number, id, '', {RECORD}"
_ROWS = 512  # that are in memory at once
_MARKS = 5_000  # values in one query
_WALKED = 500_000  # passages that are looked through for words that no index has: half a second or so


def digest(text: str) -> bytes:
    """What tells a text from others, in 16 bytes."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:DIGEST]


Row = tuple[int, str, str, int, str, str]  # a passage as it is indexed


class Found(NamedTuple):
    """A stored passage with what its article's record says of it."""

    article: int  # its number
    heading: str  # its headline, or what stands for it
    record: Article  # its id and what filters ask for, without its text
    passage: Passage


class Given(NamedTuple):
    """How many articles a file has given."""

    articles: int  # that answer
    replaced: int  # of these, in whose favour an earlier version from another file stepped back
    older: int  # that are kept as earlier versions
    duplicates: int  # that were there already


class Archive:
    """The stored articles and passages. May be read from several threads."""

    def __init__(self, file: Path) -> None:
        # Immutable: no lock files, works on a read-only disk.
        self._database = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)

    def close(self) -> None:
        self._database.close()

    def article(self, id_: str) -> Article | None:
        row = self._database.execute(f"SELECT {COLUMNS} FROM articles WHERE id = ? AND standing = 0", (id_,)).fetchone()  # noqa: S608 - ours
        return article_of(row) if row else None

    def articles(self, numbers: Iterable[int]) -> dict[int, Article]:
        wanted = list(numbers)
        rows = self._database.execute(f"SELECT {COLUMNS} FROM articles WHERE number IN ({marks(wanted)})", wanted)  # noqa: S608 - ?s
        return {row[0]: article_of(row) for row in rows}

    def bylines(self) -> Iterator[tuple[int, Article]]:
        """Every article with its number, without its text."""
        query = f"SELECT {_SHORT} FROM articles WHERE standing = 0"  # noqa: S608 - ours
        yield from ((row[0], article_of(row)) for row in self._read(query))

    def shelved(self) -> Iterator[tuple[int, Article, int]]:
        """Every article with its number, of its record only what filters ask for, and how many passages it has."""
        query = "SELECT number, source, published, section, language, passages FROM articles WHERE standing = 0"
        for number, source, day, section, language, passages in self._read(query):
            yield number, Article("", "", source=source, published=_day(day), section=section, language=language), passages

    def shelves(self) -> Iterator[tuple[int, str, date | None, int, int]]:
        """Every article's number, outlet and day, the first of its passages, which stand in a row, and how many they are."""
        firsts = dict(self._read("SELECT article, min(number) FROM passages INDEXED BY passages_article GROUP BY article"))
        query = "SELECT number, source, published, passages FROM articles INDEXED BY holdings WHERE standing = 0"
        for number, source, day, passages in self._read(query):
            yield number, source, _day(day), firsts.get(number, 0), passages

    def files(self) -> Iterator[tuple[int, str, str]]:
        """The number, the name and the stamp of each file, in the order in which they were read; no stamp of another version."""
        same = self._database.execute("PRAGMA user_version").fetchone()[0] == VERSION
        for number, name, stamp in self._read("SELECT number, name, stamp FROM files ORDER BY rank"):
            yield number, name, stamp if same else ""

    def of_file(self, number: int) -> Iterator[Read]:
        """All that a file gave, as its reader said it: each article as it was given, earlier versions and duplicates too."""
        unread = self._read('SELECT "where", reason FROM rejected WHERE file = ? ORDER BY rowid', (number,))
        yield from (Rejected(*row) for row in unread)
        has_lines = self._database.execute("SELECT count(*) FROM pragma_table_info('articles') WHERE name = 'line'").fetchone()[0]
        line = "line" if has_lines else "NULL"
        query = f"SELECT {line}, given, {COLUMNS} FROM articles WHERE file = ? ORDER BY place"  # noqa: S608 - ours
        for row in self._read(query, (number,)):
            if row[0]:
                yield Line(row[0], known=False)
            yield article_of((row[2], row[1], *row[4:]))

    def by_file(self, names: str) -> dict[str, Given]:
        """What each file whose name begins so has given."""
        files = "FROM files f JOIN articles a ON a.file = f.number"
        begins = "WHERE substr(f.name, 1, ?) = ?"
        counted: dict[str, list[int]] = {}
        query = f"SELECT f.name, a.standing, count(*) {files} {begins} GROUP BY f.name, a.standing"
        for name, standing, count in self._read(query, (len(names), names)):
            counted.setdefault(name, [0, 0, 0, 0])[standing] = count
        query = f"SELECT f.name, count(DISTINCT a.number) {files} JOIN articles old ON old.of = a.number AND old.file <> a.file "
        query += f"{begins} AND a.standing = {ANSWERS} AND old.standing = {SUPERSEDED} GROUP BY f.name"
        replaced = dict(self._read(query, (len(names), names)))
        return {
            name: Given(rows[ANSWERS], replaced.get(name, 0), rows[SUPERSEDED], rows[DUPLICATE]) for name, rows in counted.items()
        }

    def versions(self, id_: str) -> list[Article]:
        """The earlier versions of the article of that id, the latest first."""
        query = (
            f"SELECT {COLUMNS} FROM articles WHERE standing = {SUPERSEDED} AND of = "  # noqa: S608 - ours
            "(SELECT number FROM articles WHERE id = ? AND standing = 0) "
            "ORDER BY coalesce(published, modified) DESC, modified DESC, number DESC"
        )
        return [article_of(row) for row in self._read(query, (id_,))]

    def passages(self, numbers: Sequence[int]) -> dict[int, Found]:
        """The passages of these numbers."""
        query = (
            "SELECT p.number, p.article, a.heading, a.source, a.published, a.section, a.language, "
            "p.id, a.id, p.start, p.end, p.text FROM passages p JOIN articles a ON a.number = p.article WHERE p.number IN "
        )
        rows = self._database.execute(f"{query} ({marks(numbers)})", list(numbers))
        return {
            number: Found(of, heading, Article(row[1], "", "", by, "", _day(day), (), None, section, language), Passage(*row))
            for number, of, heading, by, day, section, language, *row in rows
        }

    def copies(self, numbers: Sequence[int]) -> dict[int, list[int]]:
        """For each of these passages those of other articles that carry the same agency copy."""
        found: dict[int, list[int]] = {number: [] for number in numbers}
        query = f"SELECT passage, other FROM copies WHERE passage IN ({marks(numbers)}) ORDER BY passage, other"  # noqa: S608 - ?s
        for number, other in self._database.execute(query, list(numbers)):
            found[number].append(other)
        return found

    def of_passages(self, numbers: Sequence[int]) -> set[int]:
        """The numbers of the articles of these passages."""
        return self._in_parts("SELECT DISTINCT article FROM passages WHERE number IN", numbers)

    def passages_of(self, articles: Sequence[int]) -> set[int]:
        """The numbers of the passages of these articles."""
        return self._in_parts("SELECT number FROM passages WHERE article IN", articles)

    def _in_parts(self, query: str, values: Sequence[int]) -> set[int]:
        parts = (values[start : start + _MARKS] for start in range(0, len(values), _MARKS))
        return {row[0] for part in parts for row in self._database.execute(f"{query} ({marks(part)})", list(part))}

    def some(self, numbers: Sequence[int] | None = None) -> Iterator[tuple[int, Article]]:
        """The articles of these numbers, or every one, with their numbers, a few in memory at once."""
        query = f"SELECT {COLUMNS} FROM articles WHERE standing = 0"  # noqa: S608 - ours
        if numbers is None:
            yield from ((row[0], article_of(row)) for row in self._read(query))
        else:
            for start in range(0, len(numbers), _ROWS):
                yield from self.articles(numbers[start : start + _ROWS]).items()

    def holding(self, words: str, n: int) -> list[int]:
        """The numbers of n passages whose text has these characters: the first ones are walked through, so it takes a while."""
        query = "SELECT number FROM passages WHERE number <= ? AND instr(text, ?) LIMIT ?"
        return [row[0] for row in self._read(query, (_WALKED, words, n))]

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
            query = f"SELECT number, digest FROM passages WHERE number IN ({marks(part)})"  # noqa: S608 - ?s
            found.update(self._database.execute(query, part).fetchall())
        return [found[number] for number in numbers]

    def for_indexing(self, first: int = 0) -> Iterator[Row]:
        """Every passage from that number on: its number, its article's heading, its text, day or 0, outlet and language."""
        query = f"{_INDEXED} WHERE p.number >= ? ORDER BY p.number"
        yield from (_indexed(row) for row in self._read(query, (first,)))

    def of_numbers(self, numbers: Sequence[int]) -> list[Row]:
        """The same of some passages, in the order of their numbers."""
        query = f"{_INDEXED} WHERE p.number IN ({marks(numbers)}) ORDER BY p.number"
        return [_indexed(row) for row in self._database.execute(query, list(numbers))]

    def languages(self) -> dict[str, int]:
        """How many articles are in each language, by its code, as their records or their texts say it; the most first."""
        found: dict[str, int] = {}
        for language, count in self._read("SELECT language, count(*) FROM articles WHERE standing = 0 GROUP BY language"):
            code = code_of(language)
            found[code] = found.get(code, 0) + count
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))

    def sections(self) -> dict[str, int]:
        """How many articles each section has, as most of them spell it; the most first. Those that name none are not counted."""
        found: dict[str, tuple[str, int]] = {}
        query = "SELECT section, count(*) FROM articles WHERE standing = 0 GROUP BY section "
        query += "ORDER BY 2 DESC, section = upper(section), 1"
        for section, count in self._read(query):
            spelt, before = found.get(one_section(section), (" ".join(section.split()), 0))
            found[one_section(section)] = spelt, before + count
        return dict(sorted((one for one in found.values() if one[0]), key=lambda one: (-one[1], one[0])))

    def counts(self) -> tuple[int, int]:
        """(articles, passages)"""
        query = "SELECT (SELECT count(*) FROM articles WHERE standing = 0), (SELECT count(*) FROM passages)"
        articles, passages = self._database.execute(query).fetchone()
        return articles, passages

    def holdings(self) -> list[tuple[str, date | None, int, int]]:
        """(outlet, day, articles, passages) for each outlet and day."""
        query = "SELECT source, published, count(*), sum(passages) FROM articles INDEXED BY holdings WHERE standing = 0 "
        query += "GROUP BY source, published"
        return [(source, _day(day), articles, passages) for source, day, articles, passages in self._read(query)]

    def _read(self, query: str, values: Sequence[int | str] = ()) -> Iterator[tuple[Any, ...]]:
        """The rows of a query, from a cursor of its own that is closed with it."""
        with closing(self._database.cursor()) as cursor:
            cursor.execute(query, values)
            while rows := cursor.fetchmany(_ROWS):
                yield from rows


_INDEXED = (
    "SELECT p.number, a.heading, p.text, a.published, a.source, a.language "
    "FROM passages p JOIN articles a ON a.number = p.article"
)


def _indexed(row: tuple[int, str, str, str | None, str, str]) -> Row:
    number, headed, text, published, source, language = row
    return number, headed, text, date.fromisoformat(published).toordinal() if published else 0, source.casefold(), language


def row(article: Article) -> tuple[str | None, ...]:
    """An article's fields as they are stored; `article_of` reads them."""
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


def article_of(row: Sequence[Any]) -> Article:
    _, id_, text, title, source, url, published, authors, modified, section, language, corrections, agency, dateline = row
    names, notes = tuple(json.loads(authors)), tuple(json.loads(corrections))
    moment = datetime.fromisoformat(modified) if modified else None
    return Article(id_, text, title, source, url, _day(published), names, moment, section, language, notes, agency, dateline)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))
