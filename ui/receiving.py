"""Files as a form sends them, written to quarantine as they come: never whole in memory, never under a path of the sender's.

The only file that imports python-multipart.
"""

from __future__ import annotations

import errno
import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from qa.errors import NoRoom, TooLarge, UsageError
from ui.render import clean
from vectorstore.uploads import Uploaded, describe, new_key, safe_name

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_NAMED = 500  # characters of a name that are kept
_FORM = "send a form with files, as `curl -F file=@page.html` does"
_BROKEN = "The upload breaks off before its end: send it again. Nothing of it was kept."


@dataclass(frozen=True, slots=True)
class Limits:
    """What one upload, and all of them, may have."""

    request: int = 1_000_000_000  # bytes of one upload
    file: int = 500_000_000  # bytes of one file in it
    files: int = 1_000  # files in it
    kept: int = 20_000  # files that the collection may have from uploads
    spare: int = 200_000_000  # bytes that stay free on the disk: a build needs some, and so does whoever asks meanwhile


class Receiving:
    """One upload while it comes. Give it the parts of the body with `take`, then `finish`; else `abandon`."""

    def __init__(self, folder: Path, kind: str, by: str, limits: Limits) -> None:
        self.folder, self._by, self._limits = folder, by, limits
        self.files: list[Uploaded] = []
        self._names: list[bytes] = []  # of a part: its head's lines
        self._file: IO[bytes] | None = None
        self._ended = False
        form, options = parse_options_header(kind)
        if form != b"multipart/form-data" or not options.get(b"boundary"):
            raise UsageError(f"What was sent is {clean(kind)[:60] or 'of no kind'!r}, no form: {_FORM}.")
        try:
            self._parser = MultipartParser(
                options[b"boundary"],
                {
                    "on_part_begin": self._begin,
                    "on_header_field": self._field,
                    "on_header_value": self._value,
                    "on_header_end": self._header,
                    "on_headers_finished": self._open,
                    "on_part_data": self._data,
                    "on_part_end": self._close,
                    "on_end": self._end,
                },
            )
        except FormParserError as error:
            raise UsageError(f"The form cannot be read ({error}): {_FORM}.") from None
        with writable():
            folder.mkdir(parents=True)

    def take(self, part: bytes) -> None:
        """Writes what came. Raises UsageError, TooLarge and NoRoom."""
        try:
            with writable():
                self._parser.write(part)
        except FormParserError as error:
            raise UsageError(f"The form cannot be read ({' '.join(str(error).split())[:100]}): {_FORM}.") from None

    def finish(self) -> list[Uploaded]:
        """What was received. Raises UsageError where it breaks off, or has no file."""
        if not self._ended:
            raise UsageError(_BROKEN)
        if not self.files:
            raise UsageError(f"There is no file in it: {_FORM}.")
        return self.files

    def abandon(self) -> None:
        """Deletes what has come."""
        if self._file:
            with suppress(OSError):
                self._file.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _begin(self) -> None:
        self._head: dict[bytes, bytes] = {}
        self._line = b""
        self._said = b""

    def _field(self, data: bytes, start: int, end: int) -> None:
        self._line += data[start:end]

    def _value(self, data: bytes, start: int, end: int) -> None:
        self._said += data[start:end]

    def _header(self) -> None:
        self._head[self._line.lower()] = self._said
        self._line = self._said = b""

    def _open(self) -> None:
        _, options = parse_options_header(self._head.get(b"content-disposition", b""))
        if b"filename" not in options:
            raise UsageError(f"The field {_text(options.get(b'name', b''))[:60]!r} is no file: {_FORM}.")
        if not options[b"filename"]:  # what a browser sends where nobody chose one
            return
        if len(self.files) >= self._limits.files:
            raise TooLarge(
                f"There are more than {self._limits.files:,} files in it: pack them into a zip, or send fewer at a time."
            )
        name = _text(options[b"filename"])[-_NAMED:]
        key = new_key(len(self.files) + 1)
        (self.folder / key).mkdir()
        self._file = (self.folder / key / safe_name(name)).open("xb")
        self._size, self._digest = 0, hashlib.sha256()
        self.files.append(Uploaded(key, name, 0, "", datetime.now(UTC).isoformat(timespec="seconds"), self._by))

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._file is None:
            return
        self._size += end - start
        if self._size > self._limits.file:
            most = self._limits.file // 1_000_000
            raise TooLarge(
                f"{clean(self.files[-1].name)[:80]} has more than {most:,} MB: split it, or give it to `onrecord rebuild`."
            )
        part = data[start:end]
        self._file.write(part)
        self._digest.update(part)

    def _close(self) -> None:
        if self._file is None:
            return
        self._file.close()
        self._file = None
        one = self.files[-1]
        self.files[-1] = Uploaded(one.key, one.name, self._size, self._digest.hexdigest(), one.when, one.by)
        describe(self.folder / one.key, self.files[-1])

    def _end(self) -> None:
        self._ended = True


def _text(raw: bytes) -> str:
    """A name as a browser sends it: UTF-8, with quotation marks and line ends written as %22, %0D and %0A."""
    text = raw.decode("utf-8", "replace")
    for written, meant in (("%22", '"'), ("%0D", " "), ("%0A", " ")):
        text = text.replace(written, meant)
    return text.replace("\0", "")


@contextmanager
def writable() -> Iterator[None]:
    """Raises NoRoom where the disk does not take what is written in the block."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise NoRoom("The disk is full: make room and try again. Nothing of it was kept.") from error
        reason = error.strerror or error
        raise NoRoom(f"The index's folder cannot be written ({reason}): give the server the right to write there.") from error
