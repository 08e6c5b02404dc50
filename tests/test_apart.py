"""Reading in a process of its own: the same articles as here, and no document stops the rest."""

from __future__ import annotations

import json
import os
import threading
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.test_containers import LINE, MILL, zipped
from tests.test_documents import docx
from vectorstore.articles import apart, read
from vectorstore.articles.inferred import inferred
from vectorstore.articles.worker import article_as_json, article_from_json
from vectorstore.doubles import WordHashEncoder
from vectorstore.errors import NotAllRead, NothingToIndex, UsageError
from vectorstore.rebuild import rebuild
from vectorstore.types import Article, Rejected

SLOW = docx("<w:p><w:r><w:t>The mill shuts in May.</w:t></w:r></w:p>" * 600_000)  # some seconds of work


def test_an_article_comes_back_as_it_was() -> None:
    """Every field of it, lone surrogates and all."""
    article = Article(
        "a", "Text \ud800 ☃\n", "Title", "Outlet", "https://a.example/", date(2024, 5, 3), ("Ann Lee", "Bo Ray"),
        datetime(2024, 5, 3, 10, tzinfo=UTC), "Politics", "de", ("A note.",), "AP", "SALTMERE",
    )  # fmt: skip
    for one in (article, Article("b", ""), replace(article, authors=())):
        assert article_from_json(json.loads(json.dumps(article_as_json(one)))) == one


def test_the_same_is_read_apart_and_here(tmp_path: Path) -> None:
    """In the same order, from files, archives and paths that are not there; also from a thread."""
    for number in range(30):
        (tmp_path / f"{number:02}.txt").write_text(f"Mill {number} closes\n\nIt shuts in May." if number % 7 else "")
    (tmp_path / "zz.zip").write_bytes(zipped(**{"a.txt": MILL, "b.jpg": b"\xff\xd8\xff", "c.jsonl": LINE}))
    paths = [tmp_path, tmp_path / "nothing"]
    wanted = [inferred(item) if isinstance(item, Article) else item for item in read(paths)]
    assert len(wanted) == 34
    assert list(apart.read(paths)) == wanted
    found: list[Article | Rejected] = []
    thread = threading.Thread(target=lambda: found.extend(apart.read(paths)))
    thread.start()
    thread.join()
    assert found == wanted


def test_what_takes_too_long_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    """A file, and one in an archive."""
    (tmp_path / "a.txt").write_text(MILL)
    (tmp_path / "b.docx").write_bytes(SLOW)
    (tmp_path / "c.zip").write_bytes(zipped(**{"a.txt": MILL, "b.docx": SLOW, "c.txt": MILL}))
    (tmp_path / "d.txt").write_text(MILL)
    items = list(apart.read([tmp_path], seconds=2.0))
    read_all = [item.id.partition("/")[2] for item in items if isinstance(item, Article)]
    assert read_all == ["a.txt", "c.zip/a.txt", "c.zip/c.txt", "d.txt"]
    named = {item.where: item.reason for item in items if isinstance(item, Rejected)}
    assert list(named) == [f"{tmp_path}/b.docx", f"{tmp_path}/c.zip: b.docx"]
    assert all("took longer than 2 seconds" in reason for reason in named.values())


def test_what_takes_too_much_memory_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    """The process ends before it takes the machine's."""
    (tmp_path / "a.json").write_text('{"a": [' + "{}," * 6_000_000 + "{}]}")
    (tmp_path / "b.txt").write_text(MILL)
    items = list(apart.read([tmp_path], memory=400_000_000))
    assert [item.id.partition("/")[2] for item in items if isinstance(item, Article)] == ["b.txt"]
    (named,) = [item for item in items if isinstance(item, Rejected)]
    assert "more than 0.4 GB of memory" in named.reason


def test_what_could_not_be_read_lies_beside_the_index(tmp_path: Path) -> None:
    """All of it, as JSON lines; with `strict` nothing is indexed, and what was there stays."""
    news, index = tmp_path / "news", tmp_path / "index"
    news.mkdir()
    (news / "a.txt").write_text(MILL)
    assert rebuild(news, index, encoder=WordHashEncoder()).rejected == ()
    assert (index / "rejected.jsonl").read_text() == ""
    (news / "b.txt").write_text("")
    Path(os.fsdecode(os.fsencode(news) + b"/caf\xe9.jpg")).write_bytes(b"\xff\xd8\xff")
    with pytest.raises(NotAllRead, match=r"2 things could not be read.*b\.txt"):
        rebuild(news, index, encoder=WordHashEncoder(), strict=True)
    assert (index / "rejected.jsonl").read_text() == ""
    report = rebuild(news, index, encoder=WordHashEncoder())
    listed = [json.loads(line) for line in (index / "rejected.jsonl").read_text().splitlines()]
    assert listed == report.as_dict()["rejected"]
    assert [Path(one["where"]).name for one in listed] == ["b.txt", "caf\\xe9.jpg"]
    assert sorted(file.name for file in index.iterdir() if file.is_file() and "rejected" in file.name) == ["rejected.jsonl"]


def test_an_address_is_kept_as_a_source(tmp_path: Path) -> None:
    """It is fetched only when it is given as one, and named where it cannot be."""
    (tmp_path / "a.txt").write_text(MILL)
    address = "http://127.0.0.1:9/mill"
    report = rebuild(tmp_path / "a.txt", tmp_path / "index", encoder=WordHashEncoder(), fetch=address)
    assert [(one.where, "of this machine" in one.reason) for one in report.rejected] == [(address, True)]
    assert rebuild((), tmp_path / "index", encoder=WordHashEncoder()).sources == (tmp_path / "a.txt", address)
    with pytest.raises(NothingToIndex, match="given to --fetch"):
        rebuild([address], tmp_path / "other", encoder=WordHashEncoder())
    with pytest.raises(UsageError, match="no address"):
        rebuild((), tmp_path / "other", encoder=WordHashEncoder(), fetch="a.txt")
