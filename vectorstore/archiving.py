"""Writes the archive: into a new file, or into a copy of an earlier one. What is unchanged stays where it is.

Files come in order, and the articles of each. Those of a file that has not changed since are not read again. At the end it is
settled which articles answer (editions.py); only those have passages.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import fields
from pathlib import Path

from vectorstore.archive import (
    ANSWERS,
    COLUMNS,
    DUPLICATE,
    LINES,
    RECORD,
    SCHEMA,
    SUPERSEDED,
    UNDECIDED,
    VERSION,
    article_of,
    digest,
    marks,
    row,
)
from vectorstore.articles.lines import Line, Read
from vectorstore.editions import address, relation, wording
from vectorstore.passages import encoded_text, heading, with_sentences
from vectorstore.types import Article, Rejected
from vectorstore.wirecopy import same_copy, without_credit

# Two passages are held against each other as copies if sentences of some length that stand in both make up a good part of the
# shorter; a sentence that stands in very many is an outlet's own, such as an invitation to subscribe.
_LEAST_WORDS, _LEAST_SHARE, _MOST_TELL = 5, 0.3, 50


class ArchiveWriter:
    """Takes articles one by one; passage numbers are never given twice.

    What it has is asked of the file, so that memory does not grow with the archive.
    """

    def __init__(self, file: Path, next_passage: int = 0, before: Path | None = None) -> None:
        fresh = not file.exists()
        self.before = before  # the file that this one is a copy of, where its lines need not be read again
        self._database = sqlite3.connect(file, isolation_level=None)
        # A file that a crash leaves half edited is never published.
        self._database.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY;")
        self._database.execute("BEGIN")
        if fresh:
            for statement in SCHEMA.split(";"):
                self._database.execute(statement)
            self._database.execute(f"PRAGMA user_version = {VERSION}")
        self._database.execute("CREATE TEMP TABLE read (article INTEGER PRIMARY KEY)")
        self._database.execute("CREATE TEMP TABLE seen (file INTEGER PRIMARY KEY)")
        self._database.execute("CREATE TEMP TABLE were AS SELECT number, given, standing FROM articles")
        self._file, self._place, self._rank, self._line = 0, 0, 0, b""
        self.first_passage = self.next_passage = next_passage
        self.removed: list[int] = []  # numbers of passages that were there before and are no more
        self.edited = False  # whether anything is not as it was
        if not self._one("SELECT count(*) FROM pragma_table_info('articles') WHERE name = 'line'"):  # made before there was one
            self.before = None
            self._database.execute("ALTER TABLE articles ADD COLUMN line BLOB")
            self._database.execute(LINES)
        if self._one("PRAGMA user_version") != VERSION:
            self._read_anew()
        self.superseded = self.duplicates = self.gone = 0  # articles; known when it is settled

    def _read_anew(self) -> None:
        """Forgets what another version of this program made of the files; what they say is compared all the same."""
        self.before = None
        self._database.execute("UPDATE files SET stamp = ''")
        self._database.execute("UPDATE articles SET line = NULL")
        for number in self._numbers("SELECT number FROM articles WHERE passages > 0"):
            self._unpassage(number)
        self._database.execute(f"PRAGMA user_version = {VERSION}")
        self.edited = True

    def holds(self, name: str, stamp: str) -> bool:
        """Whether the articles of a file are there as they were read, under this stamp."""
        return bool(stamp) and self._one("SELECT count(*) FROM files WHERE name = ? AND stamp = ?", name, stamp) == 1

    def keep(self, besides: str) -> None:
        """What is of files whose names do not begin so stays as it is, though nobody reads it again; what follows comes after."""
        others = "SELECT number FROM files WHERE substr(name, 1, ?) <> ?"
        self._database.execute(f"INSERT OR IGNORE INTO temp.seen {others}", (len(besides), besides))
        self._database.execute("INSERT INTO temp.read SELECT number FROM articles WHERE file IN (SELECT file FROM temp.seen)")
        self._rank = self._one("SELECT coalesce(max(rank), 0) FROM files WHERE number IN (SELECT file FROM temp.seen)")

    def begin(self, name: str, stamp: str) -> list[Rejected]:
        """The articles that follow are of this file; one that `holds` keeps its own, and what was rejected of it is returned."""
        self._rank += 1
        unchanged = self.holds(name, stamp)
        found = self._database.execute("SELECT number, stamp, rank FROM files WHERE name = ?", (name,)).fetchone()
        if found and found[1:] == (stamp, self._rank):
            self._file = found[0]
        else:
            self.edited = True
            values = (found[0] if found else None, name, stamp, self._rank)
            self._file = self._database.execute("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)", values).lastrowid or 0
        self._place = 0
        self._database.execute("INSERT OR IGNORE INTO temp.seen VALUES (?)", (self._file,))
        if unchanged:
            self._database.execute("INSERT INTO temp.read SELECT number FROM articles WHERE file = ?", (self._file,))
            rows = self._database.execute('SELECT "where", reason FROM rejected WHERE file = ? ORDER BY rowid', (self._file,))
            return [Rejected(*each) for each in rows.fetchall()]
        self._database.execute("DELETE FROM rejected WHERE file = ?", (self._file,))
        return []

    def reject(self, rejected: Rejected) -> None:
        """Keeps what could not be read of the file, to say it again as long as the file does not change."""
        self._database.execute("INSERT INTO rejected VALUES (?, ?, ?)", (self._file, rejected.where, rejected.reason))

    def take(self, item: Read) -> None:
        """What is said next of the file."""
        if isinstance(item, Rejected):
            self.reject(item)
        elif isinstance(item, Article):
            self.put(item, self._line)
        elif item.known:
            self.again(item.digest)
        self._line = item.digest if isinstance(item, Line) and not item.known else b""  # of the article that follows

    def again(self, line: bytes) -> None:
        """The next article of the file is that which this line, which `before` has, made when it was read."""
        query = "SELECT number, place FROM articles WHERE file = ? AND line = ? AND number NOT IN (SELECT article FROM temp.read)"
        there = self._database.execute(f"{query} ORDER BY place LIMIT 1", (self._file, line)).fetchone()
        if there:
            self._place += 1
            self._stays(*there)
        else:  # it stands there once more than before
            self.put(self._article(self._one("SELECT number FROM articles WHERE file = ? AND line = ?", self._file, line)), line)

    def put(self, article: Article, line: bytes = b"") -> None:
        """Stores the next article of the file; one that was there as it is stays. `line` tells the line that says all of it."""
        self._place += 1
        told = digest(repr(tuple(getattr(article, field.name) for field in fields(article))))
        there = self._database.execute(
            "SELECT number, place, line FROM articles WHERE file = ? AND given = ? AND digest = ? "
            "AND number NOT IN (SELECT article FROM temp.read) LIMIT 1",
            (self._file, article.id, told),
        ).fetchone()
        if there:
            self._stays(*there)
            if line and line != there[2]:
                self._database.execute("UPDATE articles SET line = ? WHERE number = ?", (line, there[0]))
                self.edited = True
        else:
            keys = article.id, address(article.url), wording(article.text)
            values = (*row(article), heading(article), 0, self._file, self._place, *keys, UNDECIDED, told, line or None)
            names = f"id, text, {RECORD}, heading, passages, file, place, given, address, wording, standing, digest, line"
            query = f"INSERT INTO articles ({names}) VALUES ({marks(values)})"  # noqa: S608 - ?s
            number = self._database.execute(query, values).lastrowid or 0
            self.edited = True
            self._database.execute("INSERT INTO temp.read VALUES (?)", (number,))
            self._early(number, *keys)

    def _stays(self, number: int, place: int, *_: object) -> None:
        """An article that was there is one of the file's still, perhaps at another place."""
        if place != self._place:
            self._database.execute("UPDATE articles SET place = ? WHERE number = ?", (self._place, number))
            self.edited = True
        self._database.execute("INSERT INTO temp.read VALUES (?)", (number,))

    def _early(self, number: int, given: str, page: str, words: bytes) -> None:
        """Makes an article's passages while others are read, if it shares nothing with one that is there: it will answer."""
        # Each of them by an index: a scan for each article made a build's reading quadratic.
        same = "given = ? OR (id = ? AND standing = 0) OR wording = ? OR (address = ? AND address <> '')"
        rivals = f"SELECT count(*) FROM articles WHERE ({same}) AND number <> ?"  # noqa: S608 - ours
        if not self._one(rivals, given, given, words, page, number):
            self._database.execute("UPDATE articles SET standing = 0 WHERE number = ?", (number,))
            self._passage(number)

    def settle(self) -> None:
        """Removes what was not read again, decides which articles answer, and makes their passages."""
        self._move()
        gone = self._numbers("SELECT number FROM articles WHERE number NOT IN (SELECT article FROM temp.read)")
        for number in gone:
            self._unpassage(number)
            self._database.execute("DELETE FROM articles WHERE number = ?", (number,))
        self._database.execute("DELETE FROM files WHERE number NOT IN (SELECT file FROM temp.seen)")
        self._database.execute("DELETE FROM rejected WHERE file NOT IN (SELECT number FROM files)")
        self.edited = self.edited or bool(gone)
        if self.edited:
            self._decide()
            for number in self._numbers("SELECT number FROM articles WHERE standing <> 0 AND passages > 0"):
                self._unpassage(number)
            ordered = (
                "FROM articles a JOIN files f ON f.number = a.file WHERE standing = 0 AND passages = 0 ORDER BY f.rank, a.place"
            )
            for number in self._numbers(f"SELECT a.number {ordered}"):
                self._passage(number)
            self._compare()
        self.duplicates = self._one("SELECT count(*) FROM articles WHERE standing = ?", DUPLICATE)
        left = "SELECT count(*) FROM temp.were WHERE standing = 0 AND number NOT IN (SELECT number FROM articles) AND given"
        new = "(SELECT given FROM articles WHERE number NOT IN (SELECT number FROM temp.were))"
        earlier = self._one("SELECT count(*) FROM articles WHERE standing = ?", SUPERSEDED)
        self.superseded = earlier + self._one(f"{left} IN {new}")
        self.gone = self._one(f"{left} NOT IN (SELECT given FROM articles)")  # noqa: S608 - ours

    def _compare(self) -> None:
        """Finds which of the new passages carry the same agency copy as others."""
        pairs = self._database.execute(
            "SELECT mine.passage, other.passage, sum(mine.words) FROM told mine JOIN told other "
            "ON other.digest = mine.digest AND other.passage < mine.passage "
            "WHERE mine.passage >= ? AND mine.digest NOT IN (SELECT digest FROM told GROUP BY digest HAVING count(*) > ?) "
            "GROUP BY mine.passage, other.passage",
            (self.first_passage, _MOST_TELL),
        )
        for one, other, shared in pairs.fetchall():
            query = "SELECT article, text FROM passages WHERE number IN (?, ?)"
            (article, mine), (of, theirs) = self._database.execute(query, (one, other)).fetchall()
            enough = shared >= _LEAST_SHARE * min(len(mine.split()), len(theirs.split()))
            if article != of and enough and same_copy(mine, theirs):
                self._database.executemany("INSERT INTO copies VALUES (?, ?)", ((one, other), (other, one)))

    def passages(self) -> int:
        """How many there are now."""
        return self._one("SELECT count(*) FROM passages")

    def close(self) -> None:
        """Completes the file."""
        self._database.execute("COMMIT")
        self._database.close()

    def _move(self) -> None:
        """An article that another file gives now as it was keeps its passages: the collection was moved, or a file renamed.

        One whose id was made different from another's is split anew: it may get its own.
        """
        moved = self._database.execute(
            "SELECT old.number, new.number, old.passages FROM articles old JOIN articles new "
            "ON new.given = old.given AND new.digest = old.digest "
            "WHERE old.passages > 0 AND old.id = old.given AND old.number NOT IN (SELECT article FROM temp.read) "
            "AND new.passages = 0 AND new.number IN (SELECT article FROM temp.read) GROUP BY old.number"
        ).fetchall()
        for old, new, passages in moved:
            if self._one("SELECT passages FROM articles WHERE number = ?", new):
                continue  # it has those of another
            self._database.execute("UPDATE passages SET article = ? WHERE article = ?", (new, old))
            self._database.execute("UPDATE articles SET passages = ? WHERE number = ?", (passages, new))
            self._database.execute("UPDATE articles SET passages = 0 WHERE number = ?", (old,))
            self._database.execute("DELETE FROM temp.were WHERE number = ?", (old,))

    def _decide(self) -> None:
        """Which of the articles that share an id, an address or their words answers; each of the others does."""
        shared = " UNION ".join(
            f"SELECT number FROM articles WHERE {key} IN "  # noqa: S608 - ours
            f"(SELECT {key} FROM articles WHERE {key} <> '' GROUP BY {key} HAVING count(*) > 1)"
            for key in ("given", "address", "wording")
        )
        shared += (
            " UNION SELECT number FROM articles WHERE given IN (SELECT id FROM articles WHERE id <> given)"  # made for another
        )
        self._database.execute(f"CREATE TEMP TABLE shared AS {shared}")
        self._database.execute("CREATE UNIQUE INDEX temp.sharing ON shared (number)")
        alone = "number NOT IN (SELECT number FROM temp.shared)"
        self._database.execute(f"UPDATE articles SET standing = 0, of = NULL, id = given WHERE standing <> 0 AND {alone}")  # noqa: S608
        decided: dict[int, tuple[int, int | None]] = {}
        by_key: dict[object, list[int]] = defaultdict(list)
        order = (
            "SELECT a.number, a.given, a.address, a.wording FROM articles a JOIN files f ON f.number = a.file "
            "WHERE a.number IN (SELECT number FROM temp.shared) ORDER BY f.rank, a.place"
        )
        for number, given, page, words in self._database.execute(order).fetchall():
            keys = [("id", given), *([("address", page)] if page else []), ("words", words)]
            rivals = dict.fromkeys(other for key in keys for other in by_key[key] if decided[other][0] == ANSWERS)
            decided[number] = self._standing(number, rivals, decided)
            for key in keys:
                by_key[key].append(number)
        # Until each has its id no two may claim one.
        self._database.execute(f"UPDATE articles SET standing = {UNDECIDED} WHERE number IN (SELECT number FROM temp.shared)")  # noqa: S608
        for number, (standing, of) in decided.items():
            given, before, parts = self._database.execute(
                "SELECT given, id, passages FROM articles WHERE number = ?", (number,)
            ).fetchone()
            own = self._free(given) if standing == ANSWERS else given
            if parts and before != own:
                self._unpassage(number)
            values = (standing, self._answering(of, decided), own, number)
            self._database.execute("UPDATE articles SET standing = ?, of = ?, id = ? WHERE number = ?", values)

    def _free(self, id_: str) -> str:
        """The id, or one made of it, that no article which answers has."""
        free, count = id_, 1
        while self._one("SELECT count(*) FROM articles WHERE id = ? AND standing = 0", free):
            count += 1
            free = f"{id_}~{count}"
        return free

    def _standing(self, number: int, rivals: Iterable[int], decided: dict[int, tuple[int, int | None]]) -> tuple[int, int | None]:
        """What an article is beside those before it that answer so far; one that it takes the place of is marked so."""
        article = self._article(number) if rivals else None
        for rival in rivals:
            found = relation(article, self._article(rival)) if article else "another"
            if found == "duplicate":
                return DUPLICATE, rival
            if found == "older":
                return SUPERSEDED, rival
            if found == "newer":
                decided[rival] = SUPERSEDED, number
        return ANSWERS, None

    @staticmethod
    def _answering(of: int | None, decided: dict[int, tuple[int, int | None]]) -> int | None:
        """The article that answers in the place of one, when others have taken the place of that."""
        while of is not None and decided[of][0] != ANSWERS:
            of = decided[of][1]
        return of

    def _article(self, number: int) -> Article:
        found = self._database.execute(f"SELECT {COLUMNS} FROM articles WHERE number = ?", (number,)).fetchone()  # noqa: S608 - ours
        given = self._database.execute("SELECT given FROM articles WHERE number = ?", (number,)).fetchone()[0]
        return article_of((found[0], given, *found[2:]))

    def _passage(self, number: int) -> None:
        """Splits an article that answers into passages."""
        found = self._database.execute(f"SELECT {COLUMNS} FROM articles WHERE number = ?", (number,)).fetchone()  # noqa: S608 - ours
        article = article_of(found)
        headed, parts = heading(article), with_sentences(article)
        for n, (one, spans) in enumerate(parts, self.next_passage):
            vector = digest(encoded_text(headed, one.text))
            values = (n, one.id, number, one.start, one.end, vector, one.text)
            self._database.execute("INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?)", values)
            sizes = {wording(text): len(text.split()) for text in (without_credit(article.text[a:b]) for a, b in spans)}
            rows = ((line[:8], size, n) for line, size in sizes.items() if size >= _LEAST_WORDS)
            self._database.executemany("INSERT INTO told VALUES (?, ?, ?)", rows)
        self._database.execute("UPDATE articles SET passages = ? WHERE number = ?", (len(parts), number))
        self.next_passage += len(parts)

    def _unpassage(self, number: int) -> None:
        numbers = self._numbers(f"SELECT number FROM passages WHERE article = {int(number)}")  # noqa: S608 - a number
        self.removed += [one for one in numbers if one < self.first_passage]
        for one in numbers:
            self._database.execute("DELETE FROM told WHERE passage = ?", (one,))
            self._database.execute(
                "DELETE FROM copies WHERE other = ? AND passage IN (SELECT other FROM copies WHERE passage = ?)", (one, one)
            )
            self._database.execute("DELETE FROM copies WHERE passage = ?", (one,))
        self._database.execute("DELETE FROM passages WHERE article = ?", (number,))
        self._database.execute("UPDATE articles SET passages = 0 WHERE number = ?", (number,))

    def _numbers(self, query: str) -> list[int]:
        return [each[0] for each in self._database.execute(query).fetchall()]

    def _one(self, query: str, *values: str | int | bytes) -> int:
        return int(self._database.execute(query, values).fetchone()[0])


def stamp(path: Path, *how: Sequence[str] | str) -> str:
    """What changes when a file does, or the way in which it is read; empty where that cannot be told."""
    try:
        found = path.stat()
    except OSError:
        return ""
    # Writing changes the last one also where a program sets the time of change back.
    return " ".join(map(repr, (found.st_size, found.st_mtime_ns, found.st_ino, found.st_ctime_ns, *how)))
