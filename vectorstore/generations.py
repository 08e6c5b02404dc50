"""Generations: build aside, verify, publish; open the live one.

    INDEX/
      CURRENT                   the live generation's name; replaced in one step
      lock, writer              one rebuild at a time, and who is at it
      generations/NAME/         articles.sqlite, chroma/, lexical/, and manifest.json, written last

A generation never changes once its manifest is written. Whatever has no manifest or is not live (nor was just before: a
reader may still be opening it) is swept by the next rebuild.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from vectorstore import store
from vectorstore.errors import IndexDamaged, IndexIncompatible, IndexLocked, NoIndex, StoreError

FORMAT = 3
_NAME = re.compile(r"\d{6}-[0-9a-f]{8}")
_WAIT_FOR_WRITER = 1.0  # seconds


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation holds and how each of its files must look."""

    format: int
    fingerprint: str  # of the embedder
    embedder: str
    dimensions: int
    articles: int
    passages: int
    sources: tuple[str, ...]  # the paths that were indexed; none: the sample articles
    files: dict[str, tuple[int, str]]  # relative path -> size in bytes, sha256
    vectors: tuple[str, str]  # digests of the one file whose bytes change when it is opened: see store.digest


def live(index_dir: Path) -> str:
    """The name of the live generation; raises NoIndex where there is none."""
    try:
        name = (index_dir / "CURRENT").read_text(encoding="ascii").strip()
    except FileNotFoundError:
        raise NoIndex(f"There is no index in {index_dir}: run `onrecord rebuild`.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise IndexDamaged(f"{index_dir / 'CURRENT'} cannot be read ({error}): run `onrecord rebuild`.") from error
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
    file = path / "manifest.json"
    try:
        found = json.loads(file.read_bytes())
        if found["format"] != FORMAT:
            raise IndexIncompatible(f"{path} has index format {found['format']}, this is {FORMAT}: run `onrecord rebuild`.")
        found["sources"] = tuple(found["sources"])
        pages, rows = found["vectors"]
        found["vectors"] = (str(pages), str(rows))
        found["files"] = {name: (int(size), str(digest)) for name, (size, digest) in found["files"].items()}
        return Manifest(**found)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise IndexDamaged(f"{file} is missing or damaged ({type(error).__name__}): run `onrecord rebuild`.") from error


def sources(path: Path) -> list[Path]:
    """What the generation in that folder was made from, whatever its format; raises IndexDamaged where it cannot say."""
    file = path / "manifest.json"
    try:
        return [Path(source) for source in list[str](json.loads(file.read_bytes())["sources"])]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise IndexDamaged(f"{file} is missing or damaged ({type(error).__name__}): run `onrecord rebuild`.") from error


def check(path: Path) -> Manifest:
    """The generation's manifest after every file has been compared with it; raises IndexDamaged naming the first that differs.

    Chroma crashes the process on damaged files, or answers wrongly without a word, so this comes before opening.
    """
    expected = manifest(path)
    for name, (size, digest) in expected.files.items():
        file = path / name
        try:
            same = file.stat().st_size == size and _digest(file) == digest
        except OSError as error:
            raise IndexDamaged(f"{file} cannot be read ({error.strerror}): run `onrecord rebuild`.") from error
        if not same:
            raise IndexDamaged(f"{file} is not as it was written: run `onrecord rebuild`.")
    if not store.same(path / "chroma", *expected.vectors):
        raise IndexDamaged(f"The database in {path / 'chroma'} is not as it was written: run `onrecord rebuild`.")
    return expected


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
        raise StoreError(f"{index_dir} cannot be written ({error.strerror}): choose another folder with --index.") from error
    try:
        writer.write_text(f"process {os.getpid()} on {socket.gethostname()}", encoding="utf-8")
        yield
    finally:
        writer.unlink(missing_ok=True)
        lock.release()


def new(index_dir: Path) -> Path:
    """An empty folder for the next generation. Only while `writing`."""
    parent = index_dir / "generations"
    parent.mkdir(exist_ok=True)
    taken = [int(entry.name[:6]) for entry in parent.iterdir() if _NAME.fullmatch(entry.name)]
    path = parent / f"{max(taken, default=0) + 1:06d}-{secrets.token_hex(4)}"
    path.mkdir()
    return path


def seal(path: Path, **described: object) -> None:
    """Writes the manifest: the generation is complete. Everything is on the disk when this returns."""
    files = {}
    for file in sorted(entry for entry in path.rglob("*") if entry.is_file()):
        name = file.relative_to(path).as_posix()
        _sync(file)
        # tantivy's lock files are empty and come and go
        if name != "chroma/chroma.sqlite3" and not name.endswith(".lock"):
            files[name] = (file.stat().st_size, _digest(file))
    complete = Manifest(format=FORMAT, files=files, vectors=store.digest(path / "chroma"), **described)  # type: ignore[arg-type] # checked by its users
    _write(path / "manifest.json", json.dumps(asdict(complete), indent=1))
    for directory in {entry.parent for entry in path.rglob("*")} | {path.parent}:
        _sync(directory)


def verify(path: Path) -> None:
    """Opens the generation in a process of its own and tries it; raises IndexDamaged where that fails or dies.

    A process of its own, because a directory that Chroma cannot read may take the process with it.
    """
    root = str(Path(__file__).resolve().parents[1])
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))}
    command = [sys.executable, "-P", "-m", "vectorstore.verify", str(path.resolve())]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, errors="replace", check=False)  # noqa: S603 - ours
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        raise IndexDamaged(f"The new index did not pass its verification ({last[:300]}): the one before stays; try again.")


def publish(index_dir: Path, path: Path) -> None:
    """Makes the generation the live one, in one step that a crash cannot halve."""
    fresh = index_dir / "CURRENT.new"
    _write(fresh, path.name + "\n")
    os.replace(fresh, index_dir / "CURRENT")
    _sync(index_dir)


def sweep(index_dir: Path, keep: set[str]) -> None:
    """Deletes every generation but those; what cannot be deleted now is left to the next rebuild."""
    for entry in (index_dir / "generations").iterdir():
        if entry.name not in keep:
            shutil.rmtree(entry, ignore_errors=True)


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _write(file: Path, text: str) -> None:
    with file.open("w", encoding="utf-8") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())


def _sync(path: Path) -> None:
    if path.is_dir() and os.name == "nt":  # folders cannot be synchronised there
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
