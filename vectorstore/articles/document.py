"""A document to read: bytes with a name, from a file, out of an archive, or from standard input."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from vectorstore.articles.encodings import LARGEST_ARTICLE, Unreadable, decoded


@dataclass(frozen=True, slots=True)
class Document:
    """One file, or what stands for one. A reader makes articles of it: `read(document) -> Iterator[Article | Rejected]`."""

    where: str  # as the report names it: "export.zip: news/a.html"
    name: str  # what an article is named after that says no id and no address; stays when the collection moves
    open: Callable[[], BinaryIO]  # its bytes from the start; whoever opens it closes it
    url: str = ""  # the address that it was fetched from, if it was
    depth: int = 0  # in how many containers it lay

    @classmethod
    def of_file(cls, path: Path, name: str) -> Document:
        return cls(str(path), name, lambda: path.open("rb"))

    @property
    def suffix(self) -> str:
        """In lower case, with its dot: ".html"; of "a.jsonl.gz" ".gz"."""
        return Path(self.name).suffix.lower()

    def head(self, size: int = 4096) -> bytes:
        """Its first bytes, to tell what it is."""
        with self.open() as file:
            return file.read(size)

    def bytes(self, most: int = LARGEST_ARTICLE) -> bytes:
        """All of it; raises Unreadable where it has more than `most` bytes, of which no more are read."""
        with self.open() as file:
            content = file.read(most + 1)
        if len(content) > most:
            raise Unreadable(f"the file has more than {most:,} bytes, the most that one such file may have. Split it.")
        return content

    def text(self) -> str:
        """All of it as text with LF line ends; raises Unreadable where it is not text or too large."""
        return decoded(self.bytes()).replace("\r\n", "\n").replace("\r", "\n")
