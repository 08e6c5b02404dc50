"""Lines of a file that an earlier rebuild read: what makes one article, whatever else stands in its file, is not read again."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from vectorstore.types import Article, Rejected


@dataclass(frozen=True, slots=True)
class Line:
    """A line that makes one article: that which follows, or, where it is known, the one that the archive has of it."""

    digest: bytes
    known: bool


Read = Article | Rejected | Line


class Lines:
    """Which lines of a file the archive has, where there is one. Each is asked of it: memory does not grow with the file."""

    def __init__(self, archive: str, where: str, own: Mapping[str, str]) -> None:
        self._of = (archive, where)
        self._salt = repr(sorted(own.items())).encode("utf-8", "surrogatepass")  # a line is read by these names
        self._database: sqlite3.Connection | None = None
        self._file = 0

    def digest(self, raw: bytes) -> bytes:
        """What tells the line, read in this way, from others."""
        return hashlib.blake2b(raw, digest_size=16, key=hashlib.blake2b(self._salt, digest_size=32).digest()).digest()

    def known(self, digest: bytes) -> bool:
        """Whether the archive has the article that the line makes."""
        archive, where = self._of
        if not archive:
            return False
        if self._database is None:
            self._database = sqlite3.connect(f"{Path(archive).absolute().as_uri()}?mode=ro&immutable=1", uri=True)
            found = self._database.execute("SELECT number FROM files WHERE name = ?", (where,)).fetchone()
            self._file = found[0] if found else 0
        query = "SELECT 1 FROM articles WHERE file = ? AND line = ? LIMIT 1"
        return bool(self._file) and self._database.execute(query, (self._file, digest)).fetchone() is not None
