"""What could not be read: the first of it in memory, all of it in INDEX/rejected.jsonl once the index is published."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from types import TracebackType

from vectorstore.types import Rejected

_LISTED = 10_000  # in the report


def rejected(index_dir: Path, most: int) -> tuple[int, list[Rejected]]:
    """How much could not be read when the index was made, and the first of it."""
    try:
        with (index_dir / "rejected.jsonl").open(encoding="utf-8", errors="replace") as lines:
            first = [json.loads(line) for line in islice(lines, most)]
            return len(first) + sum(1 for _ in lines), [Rejected(row["where"], row["reason"]) for row in first]
    except FileNotFoundError:
        return 0, []


def listed(index_dir: Path, besides: str = "") -> Iterator[Rejected]:
    """What could not be read when the index was made, but for what begins with `besides`, where that is given."""
    try:
        with (index_dir / "rejected.jsonl").open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                row = json.loads(line)
                if not besides or not row["where"].startswith(besides):
                    yield Rejected(row["where"], row["reason"])
    except FileNotFoundError:
        return


class Rejections:
    """The list of one rebuild; one that is not published leaves the list before it as it was."""

    def __init__(self, index_dir: Path) -> None:
        self._file = index_dir / "rejected.jsonl"
        self._new = self._file.with_suffix(".new")
        self._first: list[Rejected] = []
        self.count = 0

    def __enter__(self) -> Rejections:
        self._opened = self._new.open("w", encoding="utf-8", errors="backslashreplace")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._opened.close()
        self._new.unlink(missing_ok=True)

    def add(self, rejected: Rejected) -> None:
        """One more."""
        self._opened.write(json.dumps({"where": rejected.where, "reason": rejected.reason}, ensure_ascii=False) + "\n")
        self.count += 1
        if self.count <= _LISTED:
            self._first.append(rejected)

    def publish(self) -> None:
        """Replaces the list of the rebuild before."""
        self._opened.close()
        os.replace(self._new, self._file)

    def listed(self) -> tuple[Rejected, ...]:
        """The first of them, and how many more there are."""
        more = self.count - len(self._first)
        return (*self._first, *([Rejected(str(self._file), f"{more:,} more are listed in this file.")] if more else []))
