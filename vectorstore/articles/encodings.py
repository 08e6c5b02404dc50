"""Bytes as text: a byte order mark, what the document declares, UTF-8, else what is detected."""

from __future__ import annotations

import codecs
import io
import re
from dataclasses import dataclass
from typing import BinaryIO, cast

from vectorstore.articles.guess import guess

LARGEST_ARTICLE = 10_000_000  # bytes; the longest in our news data has 0.2 million. Bounds the memory of one article.
_MARKS = (  # UTF-32 first: its mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(
    rb"""<\?xml[^>]{0,200}?\bencoding\s*=\s*["']([\w.:-]{2,40})|<meta\b[^>]{0,300}?\bcharset\s*=\s*["']?\s*([\w.:-]{2,40})""",
    re.IGNORECASE,
)
# What people declare, and what they mean by it (the WHATWG's table, for the ones that Python takes by the letter).
_MEANT = {
    "iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949",
    "iso8859-9": "cp1254", "tis-620": "cp874", "iso8859-11": "cp874", "big5": "big5hkscs",
}  # fmt: skip
# UTF-8 of two or three bytes that was taken for Windows-1252: the first byte and those that follow.
_GARBLED = re.compile("[ÂÃÄÅÎÏÐÑ×Øâã][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]{1,2}")
_POOR = -0.3  # of a guess: bytes that are no text score less than that in every encoding
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


class Unreadable(ValueError):
    """Why a file or a record is no article, in words for the report."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Bytes as text, and how sure that is."""

    text: str
    encoding: str
    doubt: str = ""  # one line for the report


def decoded(raw: bytes, declared: str = "") -> str:
    """Bytes as text; raises Unreadable where they are none."""
    return reading(raw, declared).text


def reading(raw: bytes, declared: str = "") -> Reading:
    """Bytes as text, with what should be said of it; `declared` is what a server said. Raises Unreadable for what is no text."""
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            if (text := _strict(raw, encoding)) is not None:
                return Reading(text, encoding)
            break
    declared = known(declaration(raw)) or known(declared)
    wide = b"\0" in raw or (raw.isascii() and b"\x1b$" in raw)
    # Bytes that are UTF-8 by chance are rarer than declarations that are wrong.
    text = None if wide else _strict(raw, "utf-8")
    if text is not None:
        return Reading(text, "utf-8", garbled(text))
    if declared and (text := _strict(raw, declared)) is not None and not _CONTROL.search(text):
        return Reading(text, declared, garbled(text))
    found = guess(raw)
    if found is None or found.score < _POOR:
        if wide:
            raise Unreadable("the file is not text (it holds NUL bytes); save it as UTF-8 text.")
        raise Unreadable("the file is not text in an encoding that we know; save it as UTF-8 text.")
    text = raw.decode(found.encoding)
    doubt = f"it does not say its encoding and was read as {found.encoding}; check its letters, or save it as UTF-8 text."
    return Reading(text, found.encoding, "" if found.sure else doubt)


def garbled(text: str) -> str:
    """What to say of a text that somebody has read in a wrong encoding before it came here; empty where it looks whole."""
    lost = text.count("\ufffd")
    if lost > 2:
        return f"{lost:,} of its characters were lost before it came here (they are \ufffd); look for a better copy."
    for found in _GARBLED.finditer(text):
        if text[max(0, found.start() - 1) : found.start()].isupper():  # “AMANHÃ”
            continue
        try:
            meant = found[0].encode("cp1252").decode("utf-8")
        except UnicodeError:
            continue
        return f"it holds {found[0]!r} where {meant!r} was meant: somebody saved it in a wrong encoding; look for a better copy."
    return ""


def as_utf8(file: BinaryIO, encoding: str) -> BinaryIO:
    """The stream in UTF-8, whatever it is in; characters that its encoding lacks are U+FFFD."""
    return cast(BinaryIO, io.BufferedReader(_Recoded(file, encoding), 65_536))


class _Recoded(io.RawIOBase):
    def __init__(self, file: BinaryIO, encoding: str) -> None:
        self._file, self._decoder = file, codecs.getincrementaldecoder(encoding)("replace")
        self._held = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast(bytearray, buffer)).cast("B")
        while not self._held:
            part = self._file.read(65_536)
            self._held = self._decoder.decode(part, final=not part).encode("utf-8", "replace")
            if not part:
                break
        found, self._held = self._held[: len(view)], self._held[len(view) :]
        view[: len(found)] = found
        return len(found)

    def close(self) -> None:
        self._file.close()
        super().close()


def is_beyond_ascii_utf8(line: bytes) -> bool:
    """Whether it is UTF-8 and holds more than ASCII."""
    return not line.isascii() and _strict(line, "utf-8") is not None


def declaration(raw: bytes) -> str:
    """The encoding that an XML declaration or an HTML page names in its beginning, as written; empty where there is none."""
    if not raw[:200].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return ""
    found = _DECLARED.search(raw[:4096])
    return (found[1] or found[2]).decode("ascii", "replace") if found else ""


def known(name: str) -> str:
    """The codec for a declared encoding; empty where there is none of that name that makes text of bytes."""
    try:
        codec = codecs.lookup(name.strip().strip("\"'").lower())
    except (LookupError, ValueError):
        return ""
    if not codec._is_text_encoding:  # "rot13", "zip" and the like are codecs too
        return ""
    return _MEANT.get(codec.name, codec.name)


def peek(head: bytes) -> str | None:
    """The first bytes of a document as text, good enough to tell what it is; None where they are no text."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return head.decode(encoding, "replace")
    if b"\0" not in head:
        return head.decode("utf-8", "replace")
    # Where the NULs stand in the first character tells UTF-32 and UTF-16 of what begins in ASCII, as markup and JSON do.
    zeros = bytes(1 if byte else 0 for byte in head[:4])
    shapes = {b"\1\0\0\0": "utf-32-le", b"\0\0\0\1": "utf-32-be", b"\1\0\1\0": "utf-16-le", b"\0\1\0\1": "utf-16-be"}
    text = head.decode(shapes[zeros], "replace") if zeros in shapes else "\0"
    return None if "\0" in text else text


def _strict(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None
