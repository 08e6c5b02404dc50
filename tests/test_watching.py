"""Watching: a change to what an index was made from is told once, when it is whole; nothing else is."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from vectorstore.watching import changes


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "news"
    found.mkdir()
    (found / "a.txt").write_text("Mill closes\n\nIt shuts in May.\n")
    return found


@pytest.fixture
def stop() -> Iterator[threading.Event]:
    event = threading.Event()
    ends = threading.Timer(30, event.set)  # a test that waits in vain ends
    ends.start()
    yield event
    ends.cancel()


def test_a_change_below_a_folder_is_told(folder: Path, stop: threading.Event) -> None:
    """A new file, one that is replaced and one that is deleted, together: one change of three files."""
    told = changes([folder], folder / "index", stop)
    assert next(told) == 0
    (folder / "b.txt").write_text("Bakery opens\n\nIt opens in May.\n")
    (folder / "deep").mkdir()
    (folder / "a.txt").unlink()
    assert next(told) >= 2


def test_the_index_and_hidden_files_are_not_watched(folder: Path, stop: threading.Event) -> None:
    """A rebuild writes below its index, and editors write hidden files: neither is a change of the articles."""
    index = folder / "index"
    index.mkdir()
    told = changes([folder], index, stop)
    assert next(told) == 0
    (index / "CURRENT").write_text("1")
    (folder / ".a.txt.swp").write_text("x")
    threading.Timer(3, stop.set).start()
    assert list(told) == []


def test_a_file_that_is_replaced_stays_watched(folder: Path, stop: threading.Event) -> None:
    """Feeds are written beside and moved into place: each time is told, and its neighbours are not."""
    feed = folder / "feed.xml"
    feed.write_text("<rss/>")
    told = changes([feed], folder / "index", stop)
    assert next(told) == 0
    for turn in ("one", "two"):
        (folder / "feed.new").write_text(turn)
        os.replace(folder / "feed.new", feed)
        assert next(told) == 1
