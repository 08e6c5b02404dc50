"""Lines that an earlier rebuild read are not read again, and nothing tells the archive from one whose every line was."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from vectorstore.archive import Archive
from vectorstore.archiving import ArchiveWriter
from vectorstore.articles import read_place
from vectorstore.articles.apart import read_places
from vectorstore.articles.lines import Line
from vectorstore.articles.places import Place
from vectorstore.types import Rejected

# Dates of which one says how the others are to be read, addresses and ids that come twice, and what is no article.
DATES = ["2026-03-12", "03/04/2026", "21/04/2026", "4/13/2026", "3.4.2026", "no day", "2026-03-12T10:30:00Z", ""]
ODD = [
    "{cut off",
    "[]",
    '"word"',
    "",
    '{"title": "no text"}',
    '{"docs": [{"title": "A", "text": "Said Orla."}, {"text": "Said Per."}]}',
]
WORDS = "council harbour bridge ferry storm mayor closed opened tram river budget strike nurse".split()


def line(chance: random.Random) -> str:
    """One line of an export."""
    if chance.random() < 0.08:
        return chance.choice(ODD)
    text = " ".join(f"{' '.join(chance.choices(WORDS, k=9)).capitalize()}." for _ in range(chance.randint(2, 20)))
    record = {"title": chance.choice(WORDS), "kop": "another", "text": text, "date": chance.choice([*DATES, *12 * DATES[:1]])}
    if chance.random() < 0.7:
        record["url"] = f"https://paper{chance.randint(1, 2)}.example/{chance.randint(1, 20)}"
    if chance.random() < 0.3:
        record["id"] = str(chance.randint(1, 15))
    return json.dumps(record)


def changed(lines: Sequence[str], chance: random.Random) -> list[str]:
    """The lines after some were put in, taken out, moved, doubled or rewritten."""
    after = [*lines, line(chance)]
    for _ in range(chance.randint(0, 3)):
        at = chance.randrange(len(after))
        after[at:at] = chance.choice([[line(chance)], [after[0]], [after[at]], []])
        del after[chance.randrange(len(after))]
        after[0] = chance.choice([after[0], after[0] + " ", line(chance)])
    return after


def written(file: Path, before: Path | None, source: Path, own: dict[str, str], again: bool) -> tuple[Any, ...]:
    """Everything of the archive of a file of lines and of its report; `again`: lines that are known need not be read."""
    following = 0
    if before:
        shutil.copyfile(before, file)
        archive = Archive(before)
        following = max(archive.numbers(), default=-1) + 1
        archive.close()
    writer = ArchiveWriter(file, following, before if again else None)
    writer.begin(str(source), "")
    rejected, known = [], 0
    for item in read_place(Place(str(source), source.name, str(source), own, str(writer.before or ""))):
        writer.take(item)
        rejected += [item] if isinstance(item, Rejected) else []
        known += isinstance(item, Line) and item.known
    writer.settle()
    report = (writer.superseded, writer.duplicates, writer.gone, writer.passages(), len(writer.removed), writer.edited, rejected)
    writer.close()
    with closing(sqlite3.connect(file)) as database:
        names = [
            row[1] for row in database.execute("PRAGMA table_info(articles)") if row[1] not in ("number", "of", "line", "file")
        ]
        of = "(SELECT place FROM articles o WHERE o.number = a.of)"
        rows = database.execute(f"SELECT {', '.join(names)}, {of} FROM articles a ORDER BY place").fetchall()
        parts = 'SELECT p.id, place, start, "end", p.digest, p.text FROM passages p JOIN articles a ON a.number = article'
        copies = "SELECT p.id, q.id FROM copies JOIN passages p ON p.number = passage JOIN passages q ON q.number = other"
        stored = database.execute(f"{parts} ORDER BY place, start").fetchall(), sorted(database.execute(copies).fetchall())
    return known if again else 0, report, rows, stored


@pytest.mark.parametrize("seed", range(3))
def test_what_is_known_is_as_if_it_had_been_read(tmp_path: Path, seed: int) -> None:
    """Over a history of changes, other field names among them, archive and counts are those of reading every line each time."""
    chance = random.Random(seed)
    source, lines, known = tmp_path / "export.jsonl", [line(chance) for _ in range(30)], 0
    one: Path | None = None
    other: Path | None = None
    for step in range(5):
        source.write_text("\n".join(lines), encoding="utf-8")
        own = {"kop": "title"} if step == 3 else {}
        count, *quick = written(tmp_path / f"{step}.quick", one, source, own, again=True)
        _, *slow = written(tmp_path / f"{step}.slow", other, source, own, again=False)
        assert quick == slow
        one, other, known = tmp_path / f"{step}.quick", tmp_path / f"{step}.slow", known + count
        lines = changed(lines, chance)
    assert known > 10


def test_only_a_line_that_changed_is_read(tmp_path: Path) -> None:
    """Of the others it is said that they are known; for another version of this program, other field names, all are read."""
    source, file = tmp_path / "export.jsonl", tmp_path / "first"
    rows = [
        {"title": f"Ferry {n}", "text": f"Boat {n} left Hollin.", "url": f"https://a.example/{n}", "kop": "x"} for n in range(9)
    ]
    source.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    written(file, None, source, {}, again=False)

    def known(own: dict[str, str]) -> list[bool]:
        place = Place(str(source), source.name, str(source), own, str(file))
        items = list(read_places([source], archive=str(file)) if not own else read_place(place))
        return [item.known for item in items if isinstance(item, Line)]

    rows[4]["text"] = "Boat 4 sank off Hollin."
    source.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    assert known({}) == [True] * 4 + [False] + [True] * 4
    assert known({"kop": "title"}) == [False] * 9
    for change in ("PRAGMA user_version = 1", "DROP INDEX articles_line; ALTER TABLE articles DROP COLUMN line"):
        with closing(sqlite3.connect(file)) as database:
            database.executescript(change)
        writer = ArchiveWriter(file, 9, file)
        assert writer.before is None
        writer.close()
