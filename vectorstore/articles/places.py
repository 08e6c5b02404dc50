"""Where articles come from: files, folders with all that is in them, patterns, standard input, addresses."""

from __future__ import annotations

import atexit
import glob
import os
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from vectorstore.articles import fetch
from vectorstore.articles.document import Document, shown
from vectorstore.articles.kinds import NAMES
from vectorstore.articles.lines import Lines
from vectorstore.types import Rejected

_MOST_PIPED = 5_000_000_000  # bytes of standard input, which is held in a temporary file: formats are read back and forth


@dataclass(frozen=True, slots=True)
class Place:
    """A file, or an address to fetch, that is there to be read."""

    path: str  # the file's, or the address
    name: str  # what its article may be named after: see Document
    where: str  # as the report names it
    own: Mapping[str, str] = field(default_factory=dict)  # see Document
    archive: str | None = None  # of an earlier rebuild, whose lines need not be read again, or "": see Lines

    def document(self) -> Document:
        """What is there; raises Unreadable or OSError where an address gives nothing."""
        if fetch.is_address(self.path):
            return replace(fetch.document(self.path), own=self.own)
        lines = None if self.archive is None else Lines(self.archive, self.where, self.own)
        return Document(self.where, self.name, lambda: Path(self.path).open("rb"), own=self.own, lines=lines)


def places(paths: Sequence[Path | str]) -> Iterator[Place | Rejected]:
    """Every file in the given files and folders, in a stable order, and a `Rejected` for whatever is none.

    Folders are walked with hidden files and indexes left out and links followed once. A name is the file's place below the given
    path, so that it stays when the collection moves. A path that is not there and has a * in it is a pattern (** for folders in
    folders), "-" is standard input. An address is one only where it is given as a string: a Path never leaves this machine.
    """
    files = [file for path in paths if not _special(path) for file in _matched(Path(path))]
    yield from (Place(str(path), str(path), str(path)) for path in paths if isinstance(path, str) and fetch.is_address(path))
    if any(str(path) == "-" for path in paths):
        yield from _piped()
    for path, label in zip(files, _labels(files), strict=True):
        try:
            if _index(path):
                yield Rejected(shown(str(path)), "this folder is an index; give the articles that it was made from.")
            elif path.is_dir():
                found = False
                for file in _walk(path):
                    found = True
                    yield file if isinstance(file, Rejected) else _place(file, f"{label}/{file.relative_to(path).as_posix()}")
                if not found:
                    yield Rejected(shown(str(path)), f"the folder holds no file to read; put {NAMES} files into it.")
            elif path.exists():
                yield _place(path, label)
            else:
                web = re.match(r"https?:/", str(path), re.IGNORECASE)
                remedy = "an address is fetched only where it is given to --fetch" if web else "check the path"
                yield Rejected(shown(str(path)), f"there is no such file or folder; {remedy}.")
        except (OSError, ValueError) as error:  # ValueError: a NUL in a path
            yield _closed(path, error)


def source(text: str) -> Path | str:
    """A source as an index keeps it: an address of the web stays a string."""
    return text if fetch.is_address(text) else Path(text)


def kept(source: Path | str) -> str:
    """A source as an index keeps it, wherever it is read again from."""
    return str(source) if _special(source) else str(_resolved(Path(source)))


def _special(path: Path | str) -> bool:
    return str(path) == "-" or (isinstance(path, str) and fetch.is_address(path))


def _place(path: Path, name: str) -> Place | Rejected:
    try:
        if path.is_file():
            return Place(str(path), shown(name), shown(str(path)))
    except OSError as error:
        return _closed(path, error)
    return Rejected(shown(str(path)), "this is no regular file; give files or folders.")


def _piped() -> Iterator[Place | Rejected]:
    """Standard input, kept in a temporary file until this process ends: what reads it may be another one, and later."""
    with tempfile.NamedTemporaryFile(prefix="onrecord-", delete=False) as held:
        atexit.register(Path(held.name).unlink, missing_ok=True)
        left = _MOST_PIPED
        while left > 0 and (part := sys.stdin.buffer.read(min(left, 1_000_000))):
            held.write(part)
            left -= len(part)
    if left <= 0:
        yield Rejected("standard input", f"it has more than {_MOST_PIPED:,} bytes; the rest is left out. Save it as a file.")
    yield Place(held.name, "standard-input", "standard input")


def _closed(path: Path | str, error: OSError | ValueError) -> Rejected:
    reason = getattr(error, "strerror", None) or error
    return Rejected(shown(str(path)), f"it cannot be read ({reason}); check its permissions. What is in it is left out.")


def _matched(path: Path) -> list[Path]:
    """The files of a pattern that the shell did not replace; the path itself if it is none or nothing matches."""
    if not glob.has_magic(str(path)) or os.path.lexists(path):
        return [path]
    return [Path(found) for found in sorted(glob.glob(str(path), recursive=True))] or [path]


def _walk(folder: Path) -> Iterator[Path | Rejected]:
    seen = set()
    closed: list[OSError] = []
    for where, folders, files in os.walk(folder, followlinks=True, onerror=closed.append):
        yield from _refused(closed)
        real = os.path.realpath(where)
        if real in seen:  # a link that leads back up
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(name for name in folders if not name.startswith(".") and not _index(Path(where, name)))
        yield from (Path(where, name) for name in sorted(files) if not name.startswith("."))
    yield from _refused(closed)


def _refused(closed: list[OSError]) -> Iterator[Rejected]:
    while closed:
        error = closed.pop(0)
        yield _closed(error.filename, error)


def _index(path: Path) -> bool:
    from vectorstore.generations import is_index  # brings numpy, which the process that reads does without

    try:
        return is_index(path)
    except OSError:  # a folder that may not be looked into: the walk will name it
        return False


def _labels(paths: Sequence[Path]) -> list[str]:
    """For each path its name, with as many parents as tell it from the others."""
    parts = [_resolved(path).parts for path in paths]
    lengths = dict.fromkeys(parts, 1)
    undecided = list(lengths)
    for length in range(1, max(map(len, parts), default=0) + 1):
        ends = Counter(own[-length:] for own in lengths)
        undecided = [own for own in undecided if length < len(own) and ends[own[-length:]] > 1]
        lengths.update((own, length + 1) for own in undecided)
    return ["/".join(own[-lengths[own] :]).strip("/") for own in parts]


def _resolved(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):  # links in a circle, a NUL: what is wrong with it is said where it is read
        return path.absolute()
