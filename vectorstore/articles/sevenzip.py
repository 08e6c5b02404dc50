"""7z archives: the files in them, one after the other. The only file that imports py7zr, an extra, since its licence is the LGPL.

An archive may be one stream from its first file to its last, and py7zr says what it unpacks as it comes. So it runs in a thread
that waits until each file was read: one is held at a time, a large one in a temporary file that has no name.
"""

from __future__ import annotations

import io
import queue
import tempfile
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import IO, Any, BinaryIO, NamedTuple, cast

from vectorstore.articles.encodings import Unreadable

_IN_MEMORY = 32_000_000
_WAIT = 0.1  # seconds until it is looked whether anybody still wants what was unpacked


class Member(NamedTuple):
    """What lies in an archive."""

    name: str
    is_folder: bool
    is_file: bool  # and no link


class _Left(Exception):
    """Nobody wants the rest."""


@contextmanager
def opened(file: BinaryIO, most: int) -> Iterator[SevenZip]:
    """The archive, of which no more than `most` bytes are unpacked; raises Unreadable."""
    try:
        import py7zr
    except ImportError as error:
        raise Unreadable(
            "it is a 7z archive: unpack it and give what is in it, or pip install --constraint constraints.txt 'onrecord[7z]' "
            "(from here: '.[7z]')."
        ) from error
    try:
        archive = py7zr.SevenZipFile(file, max_extract_size=2 * most)  # what links hold is counted by it alone
    except Exception as error:  # whatever a hostile file makes of it
        raise _unreadable(error) from error
    with archive:
        if archive.needs_password():
            raise Unreadable(_ENCRYPTED)
        yield SevenZip(archive)


class SevenZip:
    """An open archive."""

    def __init__(self, archive: Any) -> None:
        self._archive = archive
        self._handed: queue.Queue[tuple[str, IO[bytes]] | Unreadable | None] = queue.Queue(1)
        self._read, self._left = threading.Event(), threading.Event()

    def members(self) -> list[Member]:
        """All that it lists."""
        return [Member(one.filename, one.is_directory, one.is_file and not one.is_symlink) for one in self._archive.list()]

    def unpacked(self, names: Collection[str], take: Callable[[int], None]) -> Iterator[tuple[str, Callable[[], BinaryIO]]]:
        """Each of these files, as they lie there; it may be opened until the next is asked for.

        `take` is told how many bytes came out, and raises Unreadable where they are too many.
        """
        thread = threading.Thread(target=self._unpack, args=(names, take), daemon=True)
        thread.start()
        try:
            while (item := self._handed.get()) is not None:
                if isinstance(item, Unreadable):
                    raise item
                name, held = item
                yield name, lambda held=held: cast(BinaryIO, io.BufferedReader(_View(held)))  # type: ignore[misc]
                self._read.set()
        finally:
            self._left.set()
            thread.join()

    def _unpack(self, names: Collection[str], take: Callable[[int], None]) -> None:
        from py7zr.io import Py7zIO, WriterFactory

        def wanted(count: int = 0) -> None:
            if self._left.is_set():
                raise _Left
            take(count)

        def hand(name: str, held: IO[bytes]) -> None:
            self._handed.put((name, held))
            while not self._read.wait(_WAIT):
                wanted()
            self._read.clear()

        class Writer(Py7zIO):  # type: ignore[misc]
            """Holds a file until it was read."""

            def __init__(self, name: str) -> None:
                self._name, self._held = name, tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - `close` does

            def write(self, s: bytes | bytearray) -> int:
                wanted(len(s))
                return self._held.write(s)

            def read(self, size: int | None = None) -> bytes:
                return self._held.read(-1 if size is None else size)

            def seek(self, offset: int, whence: int = 0) -> int:
                return self._held.seek(offset, whence)

            def flush(self) -> None:
                self._held.flush()

            def size(self) -> int:
                return self._held.seek(0, io.SEEK_END)

            def close(self) -> None:
                with self._held:
                    hand(self._name, self._held)

        class Writers(WriterFactory):  # type: ignore[misc]
            def create(self, filename: str) -> Writer:
                return Writer(filename)

        try:
            if names:  # it takes none for all
                self._archive.extract(targets=names, factory=Writers())
            self._handed.put(None)
        except _Left:
            return
        except Exception as error:  # noqa: BLE001 - raised by who reads
            self._handed.put(error if isinstance(error, Unreadable) else _unreadable(error))


class _View(io.RawIOBase):
    """A file that is held, from its start, whoever else reads it."""

    def __init__(self, held: IO[bytes]) -> None:
        self._held, self._at = held, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._held.seek(self._at)
        self._at = self._held.seek(offset, whence)
        return self._at

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast(bytearray, buffer)).cast("B")
        self._held.seek(self._at)
        found = self._held.read(len(view))
        self._at += len(found)
        view[: len(found)] = found
        return len(found)


_ENCRYPTED = "it is encrypted; unpack it with its password and give what is in it."


def _unreadable(error: Exception) -> Unreadable:
    """What its library raises, in our words."""
    from py7zr.exceptions import DecompressionBombError, PasswordRequired

    if isinstance(error, PasswordRequired):
        return Unreadable(_ENCRYPTED)
    if isinstance(error, DecompressionBombError):
        return Unreadable(
            "unpacked it is many times its size, as news never is; the rest is left out. Unpack it and give what is in it."
        )
    if isinstance(error, MemoryError):
        return Unreadable("it takes too much memory to unpack; unpack it and give what is in it.")
    said = " ".join(str(error).split())[:100] or type(error).__name__
    return Unreadable(f"it is damaged or packed in a way that we cannot read ({said}); unpack it and give what is in it.")
