"""Generations: build aside, verify, publish; open the live one.

    INDEX/
      CURRENT                   the live generation's name; replaced in one step
      lock, writer              one rebuild at a time, and who is at it
      generations/NAME/         articles.sqlite, lexical/, dead.npy, and manifest.json, written last, which lists its segments
      segments/NAME/            vectors: vectorstore/segments.py
      making/NAME/              a segment that is being written, by whichever process; moved to segments/ when it is whole
      encoded/                  vectors of a build that goes on: vectorstore/encoded.py
      owner                     where a server has the vectors: what the names of this index's collections begin with

Neither a generation nor a segment ever changes once its manifest is written. A new generation is made from the one before: its
files are links or copies, then edited. What has no manifest or is neither live nor was just before (a reader may still be
opening it) is swept when a rebuild begins and when it has published.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import shutil
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from vectorstore import sealed, segments
from vectorstore.errors import IndexDamaged, IndexIncompatible, IndexLocked, NoIndex, StoreError
from vectorstore.segments import Numbers, Segment
from vectorstore.served import forget
from vectorstore.server import Server

FORMAT = 6
_NAME = re.compile(r"\d{6,}-[0-9a-f]{8}")
_WAIT_FOR_WRITER = 1.0  # seconds


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation holds and how each of its files must look."""

    format: int
    fingerprint: str  # of the embedder
    embedder: str
    articles: int
    passages: int
    vectors: int  # passages that have theirs
    next_passage: int  # the number that the next passage gets: none is ever given twice
    refreshed: str  # when the articles were read, ISO 8601 in UTC
    sources: tuple[str, ...]  # the paths that were indexed; none: the sample articles
    mapping: dict[str, str]  # what fields are called in them
    segments: tuple[tuple[str, str], ...]  # name, digest of its manifest
    files: dict[str, sealed.Seal]  # by relative path
    digest: str  # of all this

    @property
    def share(self) -> float:
        """The share of the passages that have a vector."""
        return self.vectors / self.passages if self.passages else 1.0


@dataclass(frozen=True, slots=True)
class Checked:
    """A generation whose files, segments included, are as they were written."""

    folder: Path
    manifest: Manifest
    segments: tuple[Segment, ...]
    dead: Numbers  # numbers that a segment holds and no passage has any more


def live(index_dir: Path) -> str:
    """The name of the live generation; raises NoIndex where there is none."""
    try:
        name = (index_dir / "CURRENT").read_text(encoding="ascii").strip()
    except (FileNotFoundError, NotADirectoryError):
        raise NoIndex(f"There is no index in {index_dir}: run `onrecord rebuild`.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise sealed.unreadable(index_dir / "CURRENT", error) from error
    if not _NAME.fullmatch(name):
        raise IndexDamaged(f"{index_dir / 'CURRENT'} does not name a generation: run `onrecord rebuild`.")
    return name


def folder(index_dir: Path, name: str) -> Path:
    return index_dir / "generations" / name


def is_index(path: Path) -> bool:
    """Whether the folder holds an index, or is getting its first one now."""
    return (path / "generations").is_dir() and any((path / name).is_file() for name in ("CURRENT", "writer"))


def manifest(path: Path) -> Manifest:
    """The manifest of the generation in that folder, unchecked against its files."""
    file = path / sealed.MANIFEST
    try:
        number = json.loads(file.read_bytes())["format"]
        if number != FORMAT:
            raise IndexIncompatible(f"{path} has index format {number}, this is {FORMAT}: run `onrecord rebuild`.")
        found = sealed.manifest(path)
        found["sources"] = tuple(found["sources"])
        found["segments"] = segments.parsed(found["segments"])
        return Manifest(**found)
    except OSError as error:
        raise sealed.unreadable(file, error) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise IndexDamaged(f"{file} is missing or damaged ({type(error).__name__}): run `onrecord rebuild`.") from error


def made_from(path: Path) -> tuple[list[str], dict[str, str]]:
    """The sources and the mapping of the generation in that folder, whatever its format; raises IndexDamaged without any."""
    file = path / sealed.MANIFEST
    try:
        found = json.loads(file.read_bytes())
        return list[str](found["sources"]), dict[str, str](found.get("mapping", {}))
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise IndexDamaged(f"{file} is missing or damaged ({type(error).__name__}): run `onrecord rebuild`.") from error


def check(path: Path, every_byte: bool = False) -> Checked:
    """The generation after every file, of its segments too, was compared with the manifest; raises IndexDamaged.

    Chroma crashes the process on damaged files, or answers wrongly without a word, so this comes before opening. Without
    `every_byte`, a file that looks as it was left (size, time of last change) is not read.
    """
    expected = manifest(path)
    sealed.check(path, expected.files, every_byte)
    parent = path.parent.parent / "segments"
    held = tuple(segments.look_at(parent / name, digest, expected.fingerprint, every_byte) for name, digest in expected.segments)
    return Checked(path, expected, held, segments.numbers(path / "dead.npy"))


@contextmanager
def writing(index_dir: Path) -> Iterator[None]:
    """Held by the one rebuild of this index; a second one raises IndexLocked within 2 seconds."""
    from filelock import FileLock, Timeout

    writer = index_dir / "writer"
    try:
        index_dir.mkdir(parents=True, exist_ok=True)
        lock = FileLock(index_dir / "lock")
        lock.acquire(timeout=_WAIT_FOR_WRITER, poll_interval=0.1)
    except Timeout:
        try:
            holder = writer.read_text(encoding="utf-8").strip()[:200] or "another process"
        except (OSError, UnicodeDecodeError):
            holder = "another process"
        raise IndexLocked(f"{index_dir} is being rebuilt by {holder}: wait for it, or stop it and try again.") from None
    except OSError as error:
        raise sealed.unwritable(index_dir, error) or error from error
    try:
        with contextlib.suppress(OSError):  # a full disk: what was left over is swept first
            writer.write_text(f"process {os.getpid()} on {socket.gethostname()}", encoding="utf-8")
        yield
    finally:
        writer.unlink(missing_ok=True)
        lock.release()


def sign(index_dir: Path) -> tuple[Path, str]:
    """A file of the index folder and what is in it now: who reads the same sees the same folder. Only while `writing`."""
    file = index_dir / "writer"
    return file, file.read_text(encoding="utf-8")


def new(index_dir: Path, kind: str = "generations") -> Path:
    """An empty folder for the next generation. Only while `writing`."""
    path = unused(index_dir, kind)
    path.mkdir()
    return path


def unused(index_dir: Path, kind: str) -> Path:
    """The path of the next generation, or with "segments" of the next segment."""
    parent = index_dir / kind
    parent.mkdir(exist_ok=True)
    taken = [_place(entry.name)[0] for entry in parent.iterdir() if _NAME.fullmatch(entry.name)]
    return parent / f"{max(taken, default=0) + 1:06d}-{secrets.token_hex(4)}"


def seal(
    path: Path, dead: Numbers, held: Sequence[Segment], when: datetime, known: dict[str, sealed.Seal] | None = None, **more: Any
) -> None:
    """Writes the manifest: the generation is complete. Everything is on the disk when this returns."""
    segments.save(path / "dead.npy", dead)
    sealed.seal(
        path,
        known,
        format=FORMAT,
        vectors=sum(len(one.numbers) for one in held) - len(dead),
        refreshed=when.isoformat(timespec="seconds"),
        segments=segments.listed(held),
        **more,
    )


def publish(index_dir: Path, path: Path) -> None:
    """Makes the generation the live one, in one step that a crash cannot halve."""
    fresh = index_dir / "CURRENT.new"
    sealed.write(fresh, path.name + "\n")
    os.replace(fresh, index_dir / "CURRENT")
    sealed.sync(index_dir)


def owner(index_dir: Path) -> str:
    """The name under which this index has collections on a server; a copy of the folder gets one of its own. While `writing`.

    Another folder has another inode, whatever it was copied with; one that was moved keeps it.
    """
    file, place = index_dir / "owner", str(index_dir.stat().st_ino)
    with contextlib.suppress(OSError, ValueError):
        name, of = file.read_text(encoding="ascii").split()
        if of == place and re.fullmatch("[0-9a-f]{16}", name):
            return name
    name = secrets.token_hex(8)
    sealed.write(index_dir / "owner.new", f"{name} {place}\n")
    os.replace(index_dir / "owner.new", file)
    return name


def sweep(index_dir: Path, server: Server | None = None, made: bool = True) -> None:
    """Deletes all but the live generation, the one before it, and their segments, those that the server has, too.

    With `made`, none is being made, and what was begun goes as well. What cannot be deleted is left to the next time.
    """
    try:
        name = live(index_dir)
        kept = [entry for entry in _sealed(index_dir) if _place(entry.name) <= _place(name)][-2:]
    except StoreError:  # none, or nobody can say which: all are kept that are whole
        kept = _sealed(index_dir)
    listed = {"generations": {entry.name for entry in kept}, "segments": {one for entry in kept for one in _segments(entry)}}
    if made:
        listed["making"] = set()
    for kind, keep in listed.items():
        with contextlib.suppress(OSError):
            for entry in list((index_dir / kind).iterdir()):
                if entry.name not in keep and (kind == "generations" or forget(entry, lambda: owner(index_dir), server)):
                    shutil.rmtree(entry, ignore_errors=True)


def _sealed(index_dir: Path) -> list[Path]:
    """The complete generations, oldest first."""
    try:
        found = [entry for entry in (index_dir / "generations").iterdir() if (entry / sealed.MANIFEST).is_file()]
    except OSError:
        return []
    return sorted((entry for entry in found if _NAME.fullmatch(entry.name)), key=lambda entry: _place(entry.name))


def _place(name: str) -> tuple[int, str]:
    return int(name.split("-")[0]), name


def _segments(path: Path) -> list[str]:
    """The segments that a generation lists, of whatever format it is."""
    try:
        return [str(name) for name, _ in json.loads((path / sealed.MANIFEST).read_bytes())["segments"]]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return []
