"""Archives and compressed files: what lies in them, each as a Document that is read where it lies. Nothing is written to disk.

    zip, tar, 7z      every file in it: "export.zip: news/a.html"
    gz, bz2, xz       the one file in it, under its own name
    warc              every page in it: see warc.py

What an archive may hold is bounded: its files, their depth, and how much they swell. Bombs, links, devices and names that lead
out of it are named and not read. 7z needs an extra: see sevenzip.py.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import BinaryIO, cast

from vectorstore.articles import sevenzip, warc
from vectorstore.articles.document import Document, shown
from vectorstore.articles.encodings import Unreadable
from vectorstore.articles.kinds import kind
from vectorstore.types import Rejected

DEEPEST = 5  # documents in one another: a .warc.gz in a .tar.gz makes four, a mail in a mail in a zip five
_MOST_MEMBERS = 500_000
_MOST_BYTES = 50_000_000_000  # of all that comes out of one file
_RATIO, _FREE = 200, 16_000_000  # bytes out for one in, and how many come out before that counts; news text has 3 to 30
_IN_MEMORY = 32_000_000  # a member of a tar that is larger is read from its place again rather than held
_NESTED = 500_000_000  # bytes of a zip in an archive, which cannot be read without being held


@dataclass(slots=True)
class Budget:
    """How much has come out of one file, so that a small one cannot become endless."""

    size: int  # of that file
    taken: int = 0
    members: int = 0

    @property
    def most(self) -> int:
        """How many bytes may come out in all."""
        return min(_MOST_BYTES, max(_FREE, _RATIO * self.size))

    @property
    def is_spent(self) -> bool:
        return self.taken > self.most

    def take(self, count: int) -> None:
        """Raises Unreadable where it is too much."""
        self.taken += count
        if self.is_spent:
            raise Unreadable(
                f"unpacked it has over {self.taken // 1_000_000:,} MB, {self.taken // max(1, self.size):,} times its size, "
                "as news never has; the rest of it is left out. Unpack it and give what is in it."
            )

    def member(self) -> None:
        """Raises Unreadable where there are too many."""
        self.members += 1
        if self.members > _MOST_MEMBERS:
            raise Unreadable(f"it holds more than {_MOST_MEMBERS:,} files; the rest is left out. Split it.")


class _Counted(io.RawIOBase):
    """A stream out of an archive: what is read of it counts, and what its library says of damage is said in our words."""

    def __init__(self, opened: BinaryIO, budget: Budget, closes: ExitStack) -> None:
        self._budget, self._closes = budget, closes
        # What there is, before the damage that follows it
        self._read: Callable[[int], bytes] = getattr(opened, "read1", opened.read)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast(bytearray, buffer)).cast("B")
        try:
            found = self._read(len(view))
        except Unreadable:  # an archive in an archive has said it
            raise
        except _DAMAGE as error:
            raise Unreadable(f"the compressed file is damaged from here on ({_said(error)}); fetch it again.") from error
        except RuntimeError as error:  # zipfile's word for a password
            raise Unreadable("it is encrypted; unpack it with its password and give what is in it.") from error
        self._budget.take(len(found))
        view[: len(found)] = found
        return len(found)

    def close(self) -> None:
        if not self.closed:
            self._closes.close()
        super().close()


_DAMAGE = (
    EOFError,
    zlib.error,
    lzma.LZMAError,
    gzip.BadGzipFile,
    zipfile.BadZipFile,
    tarfile.TarError,
    struct.error,
    OSError,
    ValueError,
)


def leaves(document: Document, budget: Budget | None = None) -> Iterator[tuple[Document, str] | Rejected]:
    """Every document in it that is no container, with its kind; the document itself if it is none."""
    try:
        found = kind(document)
        unpack = _CONTAINERS.get(found)
        if unpack is None:
            yield document, found
        elif document.depth >= DEEPEST:
            yield Rejected(document.where, f"it is packed more than {DEEPEST} times over; unpack it and give what is in it.")
        else:
            budget = budget or Budget(_size(document))
            for member in unpack(document, budget):
                if isinstance(member, Rejected):
                    yield member
                else:
                    yield from leaves(member, budget)
                if budget.is_spent:  # which was said of the document that spent it
                    return
    except Unreadable as error:
        yield Rejected(document.where, str(error))
    except OSError as error:
        yield Rejected(document.where, f"the file cannot be read ({error.strerror or error}); check its permissions.")


def _size(document: Document) -> int:
    with document.open() as file:
        return file.seek(0, io.SEEK_END)


def _compressed(decompress: Callable[[BinaryIO], BinaryIO]) -> Callable[[Document, Budget], Iterator[Document | Rejected]]:
    def unpack(document: Document, budget: Budget) -> Iterator[Document | Rejected]:
        yield replace(document, open=lambda: _opened(document, decompress, budget), depth=document.depth + 1)

    return unpack


def _opened(document: Document, decompress: Callable[[BinaryIO], BinaryIO], budget: Budget) -> BinaryIO:
    with ExitStack() as closes:
        file = closes.enter_context(document.open())
        inner = closes.enter_context(decompress(file))
        return _stream(inner, budget, closes.pop_all())


def _stream(opened: BinaryIO, budget: Budget, closes: ExitStack) -> BinaryIO:
    return cast(BinaryIO, io.BufferedReader(_Counted(opened, budget, closes), 65_536))


def _zip(document: Document, budget: Budget) -> Iterator[Document | Rejected]:
    with ExitStack() as closes:
        file = closes.enter_context(_seekable(document))
        try:
            archive = closes.enter_context(zipfile.ZipFile(file))
        except (*_DAMAGE, NotImplementedError) as error:
            raise Unreadable(f"the zip file is damaged ({_said(error)}); fetch it again.") from error
        members = archive.infolist()
        pages = [one for one in members if one.filename.startswith("archive/") and ".warc" in one.filename]
        if pages and any(one.filename == "datapackage.json" for one in members):
            members = pages  # WACZ: the rest of it is an index of the pages
        for info in members:
            budget.member()
            name = _zip_name(info)
            if info.is_dir() or _junk(name):
                continue
            member = _member(document, name)
            mode = info.external_attr >> 28
            if outside(name):
                yield Rejected(member.where, "its name leads out of the archive; it is not read.")
            elif info.create_system == 3 and mode not in (0, 8):
                yield Rejected(member.where, "it is a link or a device, not a file; it is not read.")
            elif info.flag_bits & 1:
                yield Rejected(member.where, "it is encrypted; unpack it with its password and give what is in it.")
            else:
                yield replace(member, open=lambda info=info: _zip_open(archive, info, budget))  # type: ignore[misc]


def _zip_open(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget) -> BinaryIO:
    with ExitStack() as closes:
        try:
            inner = closes.enter_context(archive.open(info))
        except (*_DAMAGE, RuntimeError) as error:  # NotImplementedError, for a compression that Python lacks, is one
            raise Unreadable(
                f"it is damaged or packed in a way that we cannot read ({_said(error)}); unpack it first."
            ) from error
        return _stream(cast(BinaryIO, inner), budget, closes.pop_all())


def _zip_name(info: zipfile.ZipInfo) -> str:
    """The name, where it is not said to be UTF-8 but is: most programs write it so without saying it."""
    if info.flag_bits & 0x800:
        return info.filename
    raw = info.filename.encode("cp437", "surrogateescape") if not info.filename.isascii() else b""
    try:
        return raw.decode("utf-8") if raw else info.filename
    except UnicodeDecodeError:
        return raw.decode("utf-8", "surrogateescape")


def _seekable(document: Document) -> BinaryIO:
    """The document's bytes where one can go back and forth: a zip file's list stands at its end."""
    file = document.open()
    if file.seekable():
        return file
    file.close()
    return io.BytesIO(document.bytes(_NESTED))


def _tar(document: Document, budget: Budget) -> Iterator[Document | Rejected]:
    with ExitStack() as closes:
        file = closes.enter_context(document.open())
        try:
            archive = closes.enter_context(tarfile.open(fileobj=file, mode="r|", errors="surrogateescape"))
            for info in archive:
                budget.member()
                name = info.name
                if info.isdir() or _junk(name):
                    continue
                member = _member(document, name)
                if outside(name):
                    yield Rejected(member.where, "its name leads out of the archive; it is not read.")
                elif not info.isreg() or info.issparse():
                    yield Rejected(member.where, "it is a link or a device, not a file; it is not read.")
                elif info.size > _IN_MEMORY:
                    place = (info.offset_data, info.size)
                    yield replace(member, open=lambda place=place: _part(document, *place))  # type: ignore[misc]
                else:
                    inner = archive.extractfile(info)
                    content = inner.read() if inner else b""
                    yield replace(member, open=lambda content=content: io.BytesIO(content))  # type: ignore[misc]
        except _DAMAGE as error:
            if isinstance(error, Unreadable):
                raise
            raise Unreadable(f"the tar file is damaged from here on ({_said(error)}); fetch it again.") from error


def _sevenzip(document: Document, budget: Budget) -> Iterator[Document | Rejected]:
    with ExitStack() as closes:
        archive = closes.enter_context(sevenzip.opened(closes.enter_context(_seekable(document)), budget.most))
        wanted: list[str] = []
        for name, is_folder, is_file in archive.members():
            budget.member()
            if is_folder or _junk(name):
                continue
            if outside(name):
                yield Rejected(_member(document, name).where, "its name leads out of the archive; it is not read.")
            elif not is_file:
                yield Rejected(_member(document, name).where, "it is a link or a device, not a file; it is not read.")
            else:
                wanted.append(name)
        for name, opened in archive.unpacked(wanted, budget.take):
            yield replace(_member(document, name), open=opened)


def _part(document: Document, start: int, size: int) -> BinaryIO:
    """A stretch of the document's bytes, read from its place: too large to be held."""
    with ExitStack() as closes:
        file = closes.enter_context(document.open())
        if file.seekable():
            file.seek(start)
        else:
            while start > 0 and (passed := len(file.read(min(start, 1_000_000)))):
                start -= passed
        return cast(BinaryIO, io.BufferedReader(_Window(file, size, closes.pop_all()), 65_536))


class _Window(io.RawIOBase):
    def __init__(self, opened: BinaryIO, size: int, closes: ExitStack) -> None:
        self._opened, self._left, self._closes = opened, size, closes

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast(bytearray, buffer)).cast("B")
        found = self._opened.read(min(len(view), self._left))
        self._left -= len(found)
        view[: len(found)] = found
        return len(found)

    def close(self) -> None:
        if not self.closed:
            self._closes.close()
        super().close()


def _warc(document: Document, budget: Budget) -> Iterator[Document | Rejected]:
    for page in warc.pages(document, budget.take):
        budget.member()
        yield page


def _member(document: Document, name: str) -> Document:
    name = shown(name.removeprefix("./"))
    where, called = f"{document.where}: {name}", f"{document.name}/{name}"
    return Document(where, called, document.open, depth=document.depth + 1, own=document.own, lines=document.lines)


def outside(name: str) -> bool:
    """Whether a member's name is absolute or climbs out of its archive."""
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or (len(name) > 1 and name[1] == ":") or "\0" in name


def _junk(name: str) -> bool:
    """Hidden files, and what macOS packs beside each file."""
    parts = set(name.replace("\\", "/").split("/")) - {".", ".."}
    return "__MACOSX" in parts or any(part.startswith(".") for part in parts)


def _said(error: BaseException) -> str:
    return " ".join(str(error).split())[:100] or type(error).__name__


_CONTAINERS: dict[str, Callable[[Document, Budget], Iterator[Document | Rejected]]] = {
    "gzip": _compressed(lambda file: cast(BinaryIO, gzip.GzipFile(fileobj=file))),
    "bzip2": _compressed(lambda file: cast(BinaryIO, bz2.BZ2File(file))),
    "xz": _compressed(lambda file: cast(BinaryIO, lzma.LZMAFile(file))),  # noqa: SIM115 - `_opened` closes it
    "zip": _zip,
    "tar": _tar,
    "7z": _sevenzip,
    "warc": _warc,
}
