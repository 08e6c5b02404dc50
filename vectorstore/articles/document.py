"""A document to read: bytes with a name, from a file, out of an archive, from an address or from standard input."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from vectorstore.articles import encodings
from vectorstore.articles.encodings import LARGEST_ARTICLE, Unreadable
from vectorstore.articles.lines import Lines

_PACKED = (".gz", ".bz2", ".xz")


@dataclass(frozen=True, slots=True)
class Document:
    """One file, or what stands for one. A reader makes articles of it: `read(document) -> Iterator[Article | Rejected]`."""

    where: str  # as the report names it: "export.zip: news/a.html"
    name: str  # what an article is named after that says no id and no address; stays when the collection moves
    open: Callable[[], BinaryIO]  # its bytes from the start; whoever opens it closes it
    url: str = ""  # the address that it was fetched from, if it was
    fetched: str = ""  # and when: the moment of this version of the page, not its day of publication
    charset: str = ""  # as its server declared it
    depth: int = 0  # in how many containers it lay
    own: Mapping[str, str] = field(default_factory=dict)  # what it calls fields, and what we call them: see `names.mapping`
    lines: Lines | None = None  # those of its file that were read before, where a rebuild wants to know
    doubts: list[str] = field(default_factory=list, compare=False)  # what the report should say though it was read

    @property
    def suffix(self) -> str:
        """In lower case, with its dot: ".html"; of "a.jsonl.gz" ".gz" until it is unpacked, then ".jsonl"."""
        path = Path(self.name)
        if self.depth and path.suffix.lower() in _PACKED:
            path = path.with_suffix("")
        return path.suffix.lower()

    def head(self, size: int = 4096) -> bytes:
        """Its first bytes, to tell what it is."""
        found = b""
        with self.open() as file:
            try:
                while len(found) < size and (part := file.read1(size - len(found))):  # type: ignore[attr-defined]
                    found += part
            except Unreadable:  # a compressed file that is damaged further on is known by its beginning all the same
                if not found:
                    raise
        return found

    def bytes(self, most: int = LARGEST_ARTICLE) -> bytes:
        """All of it; raises Unreadable where it has more than `most` bytes, of which no more are read."""
        with self.open() as file:
            content = file.read(most + 1)
        if len(content) > most:
            raise Unreadable(f"the file has more than {most:,} bytes, the most that one such file may have. Split it.")
        return content

    def text(self, most: int = LARGEST_ARTICLE) -> str:
        """All of it as text with LF line ends; raises Unreadable where it is not text or too large.

        The encoding is what a mark, the document or its server says, else what is detected; a doubtful one goes to `doubts`.
        """
        found = encodings.reading(self.bytes(most), self.charset)
        if found.doubt:
            self.doubts.append(found.doubt)
        return found.text.replace("\r\n", "\n").replace("\r", "\n")

    def utf8(self) -> BinaryIO:
        """Its bytes in UTF-8, whatever its encoding, as a stream: for what is read line by line. Whoever opens it closes it."""
        sample = self.head(65_536)
        whole = sample[: sample.rfind(b"\n") + 1] or sample  # a character may be cut in two at its end
        try:
            # One line that is not UTF-8 among others that are makes no other encoding of the file.
            plain = b"\0" not in sample and (sample.isascii() or any(map(encodings.is_beyond_ascii_utf8, whole.split(b"\n"))))
            encoding = "utf-8" if plain else _encoding(self, whole if b"\0" not in sample and len(sample) == 65_536 else sample)
        except Unreadable:
            encoding = "utf-8"  # its reader will say of which line it makes no sense
        return self.open() if encoding in ("utf-8", "utf-8-sig") else encodings.as_utf8(self.open(), encoding)


def _encoding(document: Document, sample: bytes) -> str:
    found = encodings.reading(sample, document.charset)
    if found.doubt and found.doubt not in document.doubts:
        document.doubts.append(found.doubt)
    return found.encoding


def shown(text: str) -> str:
    r"""The text for one line of a report: bytes of a name that are not UTF-8 as \xe9, control and direction marks as \u202e."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() or one in "\u200c\u200d" else _escaped(one) for one in text)


def _escaped(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # how Python keeps a byte of a file name that is not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return character.encode("unicode_escape").decode("ascii") if code < 0xD800 or code > 0xDFFF else f"\\u{code:04x}"
