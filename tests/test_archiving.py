"""The archive: what is unchanged stays where it is, the newest version answers, and nothing that was read is lost."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from vectorstore.archive import Archive
from vectorstore.archiving import ArchiveWriter, stamp
from vectorstore.types import Article, Rejected

URL = "https://www.harbour.example/live/mill"
MORNING = Article(
    URL,
    "At least 3 people were hurt when the mill in Saltmere burned on Monday.",
    "Mill burns",
    "The Harbour Post",
    URL,
    date(2026, 3, 12),
    modified=datetime(2026, 3, 12, 8, tzinfo=UTC),
)
EVENING = replace(
    MORNING,
    text="At least 57 people were hurt when the mill in Saltmere burned on Monday.",
    modified=datetime(2026, 3, 12, 18, tzinfo=UTC),
)
BAKERY = Article("bakery", "A bakery opens on Ferry Street, run by two sisters.", "New bakery", "The Harbour Post")
FERRY = Article("ferry", "The ferry to Hollin runs again, its captain said on Tuesday.", "Ferry runs", "Valley Post")

Files = dict[str, Sequence[Article | Rejected]]


def written(file: Path, files: Files, stamps: dict[str, str] | None = None) -> ArchiveWriter:
    """The archive edited to hold these files, closed."""
    following = 0
    if file.exists():
        archive = Archive(file)
        following = max(archive.numbers(), default=-1) + 1
        archive.close()
    writer = ArchiveWriter(file, following)
    for name, items in files.items():
        mark = (stamps or {}).get(name, "")
        if writer.holds(name, mark):
            writer.begin(name, mark)
            continue
        writer.begin(name, mark)
        for item in items:
            if isinstance(item, Rejected):
                writer.reject(item)
            else:
                writer.put(item)
    writer.settle()
    writer.close()
    return writer


def texts(file: Path) -> dict[str, str]:
    archive = Archive(file)
    found = {article.id: article.text for _, article in archive.some()}
    assert archive.counts()[0] == len(found)
    assert {passage.passage.article_id for passage in archive.passages(list(archive.numbers())).values()} == set(found)
    archive.close()
    return found


def test_the_newest_version_answers_whatever_their_order(tmp_path: Path) -> None:
    """One address crawled twice: the later version has passages, the earlier is kept as its version."""
    for name, order in (("a", [MORNING, EVENING]), ("b", [EVENING, MORNING])):
        file = tmp_path / name
        done = written(file, {"crawl.jsonl": order})
        assert (done.superseded, done.duplicates, done.gone) == (1, 0, 0)
        assert texts(file) == {URL: EVENING.text}
        archive = Archive(file)
        assert archive.versions(URL) == [MORNING]
        assert archive.versions("bakery") == []
        archive.close()


def test_an_update_in_another_file_takes_the_place_of_what_was_there(tmp_path: Path) -> None:
    """The crawl of the next day supersedes that of the day before, and what is unchanged keeps its passages."""
    file = tmp_path / "archive"
    written(file, {"monday.jsonl": [MORNING, BAKERY]})
    archive = Archive(file)
    kept = {number: found.passage.article_id for number, found in archive.passages(list(archive.numbers())).items()}
    archive.close()
    done = written(file, {"monday.jsonl": [MORNING, BAKERY], "tuesday.jsonl": [EVENING, FERRY]})
    assert (done.superseded, done.gone) == (1, 0)
    assert texts(file) == {URL: EVENING.text, "bakery": BAKERY.text, "ferry": FERRY.text}
    assert done.removed == [number for number, id_ in kept.items() if id_ == URL]


def test_when_the_newer_version_goes_the_older_answers_again(tmp_path: Path) -> None:
    """What a file gave leaves with it."""
    file = tmp_path / "archive"
    written(file, {"a": [MORNING], "b": [EVENING, BAKERY]})
    done = written(file, {"a": [MORNING]})
    assert texts(file) == {URL: MORNING.text}
    assert (done.superseded, done.gone) == (0, 1)


def test_a_text_changed_in_place_supersedes_what_was_there(tmp_path: Path) -> None:
    """The file says something else now: the old text is gone from the archive altogether."""
    file = tmp_path / "archive"
    written(file, {"a": [replace(FERRY, text="The ferry is shut."), BAKERY]})
    done = written(file, {"a": [FERRY, BAKERY]})
    assert (done.superseded, done.gone, len(done.removed)) == (1, 0, 1)
    assert texts(file) == {"ferry": FERRY.text, "bakery": BAKERY.text}
    archive = Archive(file)
    assert archive.versions("ferry") == []
    archive.close()


def test_the_same_article_twice_is_indexed_once(tmp_path: Path) -> None:
    """In one file or in two, whatever its white space."""
    file = tmp_path / "archive"
    again = replace(BAKERY, id="77", text=BAKERY.text.replace(" ", "  "))
    done = written(file, {"a": [BAKERY, BAKERY], "b": [again, FERRY]})
    assert (done.duplicates, done.superseded) == (2, 0)
    assert texts(file) == {"bakery": BAKERY.text, "ferry": FERRY.text}


def test_two_articles_of_one_id_are_both_kept(tmp_path: Path) -> None:
    """Exports that count from 1 do not swallow each other, and an id that looks like the one made is no trouble."""
    file = tmp_path / "archive"
    given = [replace(BAKERY, id="1"), replace(FERRY, id="1"), replace(MORNING, id="1~2", url=""), replace(FERRY, id="1")]
    done = written(file, {"a": given})
    assert done.duplicates == 1
    assert sorted(texts(file).values()) == sorted([BAKERY.text, FERRY.text, MORNING.text])
    assert "1" in texts(file)
    assert not written(file, {"a": given}).edited


def test_an_id_that_was_made_may_be_given(tmp_path: Path) -> None:
    """By a file that comes later: a rebuild goes on, and passages have their articles' ids."""
    file = tmp_path / "archive"
    first = [replace(BAKERY, id="1"), replace(FERRY, id="1")]
    written(file, {"a": first})
    written(file, {"a": first, "b": [replace(MORNING, id="1~2", url="")]})
    assert texts(file) == {"1": BAKERY.text, "1~2": FERRY.text, "1~2~2": MORNING.text}
    written(file, {"moved": [replace(FERRY, id="1")]})
    assert texts(file) == {"1": FERRY.text}
    archive = Archive(file)
    assert [found.passage.id for found in archive.passages(list(archive.numbers())).values()] == ["1#0"]
    archive.close()


def test_what_is_unchanged_is_not_touched(tmp_path: Path) -> None:
    """The same files again, read again or not, leave the archive as it was."""
    file = tmp_path / "archive"
    files: Files = {"a": [MORNING, EVENING, BAKERY], "b": [FERRY]}
    stamps = {"a": "1"}
    written(file, files, stamps)
    before = texts(file)
    assert not written(file, files, stamps).edited
    assert not written(file, {"a": [], "b": [FERRY]}, stamps).edited
    assert texts(file) == before
    assert texts(file) == {URL: EVENING.text, "bakery": BAKERY.text, "ferry": FERRY.text}
    assert written(file, {"a": [BAKERY], "b": [FERRY]}, {"a": "2"}).edited
    assert texts(file) == {"bakery": BAKERY.text, "ferry": FERRY.text}


def test_a_file_that_was_renamed_keeps_its_passages(tmp_path: Path) -> None:
    """Nothing is split, indexed or encoded anew for a collection that was moved; what else changed with it is told as usual."""
    file = tmp_path / "archive"
    written(file, {"old/a": [MORNING, EVENING, BAKERY], "old/b": [FERRY]})
    moved = written(file, {"new/a": [MORNING, EVENING, BAKERY], "new/b": [FERRY]})
    assert (moved.removed, moved.next_passage - moved.first_passage) == ([], 0)
    assert (moved.superseded, moved.gone, moved.duplicates) == (1, 0, 0)
    assert texts(file) == {URL: EVENING.text, "bakery": BAKERY.text, "ferry": FERRY.text}
    again = written(file, {"newer": [BAKERY, BAKERY, replace(FERRY, text="The ferry is shut.")]})
    assert (again.superseded, again.gone, again.duplicates, again.next_passage - again.first_passage) == (1, 1, 1, 1)
    assert texts(file) == {"bakery": BAKERY.text, "ferry": "The ferry is shut."}


def test_what_could_not_be_read_is_said_again_of_an_unchanged_file(tmp_path: Path) -> None:
    """A rejection stays in the report as long as the file is as it was."""
    file = tmp_path / "archive"
    bad = Rejected("a:2", "the line is no article.")
    written(file, {"a": [BAKERY, bad]}, {"a": "1"})
    writer = ArchiveWriter(file, 10)
    assert writer.holds("a", "1")
    assert writer.begin("a", "1") == [bad]
    assert writer.begin("a", "2") == []
    writer.close()


def test_another_version_of_this_program_reads_and_splits_anew(tmp_path: Path) -> None:
    """What it reads as before is no newer version of itself."""
    file = tmp_path / "archive"
    files: Files = {"a": [MORNING, EVENING, BAKERY]}
    written(file, files, {"a": "1"})
    before = texts(file)
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA user_version = 1")
    shutil.copy(file, tmp_path / "copy")
    writer = ArchiveWriter(tmp_path / "copy", 10)
    assert not writer.holds("a", "1")
    writer.close()
    done = written(file, files, {"a": "1"})
    assert (done.superseded, done.gone, done.duplicates) == (1, 0, 0)
    assert (len(done.removed), done.next_passage - done.first_passage) == (2, 2)
    assert texts(file) == before


def test_reading_does_not_slow_down_with_what_is_there(tmp_path: Path) -> None:
    """Each article is looked up by indexes: no step of SQLite's plan goes through the table."""
    writer = ArchiveWriter(tmp_path / "archive")
    asked: list[str] = []
    writer._database.set_trace_callback(asked.append)
    writer.begin("a", "")
    writer.put(BAKERY)
    writer._database.set_trace_callback(None)
    plans = [
        row for query in asked if query.startswith("SELECT") for row in writer._database.execute(f"EXPLAIN QUERY PLAN {query}")
    ]
    assert plans
    assert not [plan for *_, plan in plans if plan.startswith("SCAN") and "CONSTANT" not in plan]
    writer.close()


def test_the_order_of_files_decides_where_no_date_does(tmp_path: Path) -> None:
    """Of two undated versions the one in the later file answers, also when only the earlier file was read anew."""
    file = tmp_path / "archive"
    old, new, newer = (replace(BAKERY, text=f"A bakery opens on Ferry Street in {month}.") for month in ("May", "June", "July"))
    written(file, {"a": [old], "b": [new]}, {"a": "1", "b": "1"})
    assert texts(file) == {"bakery": new.text}
    written(file, {"a": [newer], "b": []}, {"a": "2", "b": "1"})
    assert texts(file) == {"bakery": new.text}


def test_a_copy_is_edited_and_the_original_is_not(tmp_path: Path) -> None:
    """A generation that is live stays as it is while the next is made."""
    one, two = tmp_path / "one", tmp_path / "two"
    written(one, {"a": [BAKERY]})
    shutil.copy(one, two)
    written(two, {"a": [FERRY]})
    assert (list(texts(one)), list(texts(two))) == (["bakery"], ["ferry"])


def test_a_stamp_changes_with_the_file_and_with_how_it_is_read(tmp_path: Path) -> None:
    """Size, time and inode tell; a file that is not there has none."""
    file = tmp_path / "a.txt"
    file.write_text("one")
    first = stamp(file)
    assert first == stamp(file)
    assert first != stamp(file, ["title=headline"])
    times = file.stat()
    file.write_text("two")
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))  # as long as before, and its time set back
    assert stamp(file) != first
    file.write_text("three")
    assert stamp(file) != first
    assert stamp(tmp_path / "none") == ""
