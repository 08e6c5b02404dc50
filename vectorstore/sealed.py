"""Folders that are written once: a manifest with what they hold and how each file must look, and the check against it.

A file whose size and time of last change are as recorded is taken for what was written; any other is read and its digest
compared. So opening costs a look at each file, a copied index is still good, and `every_byte` reads all of them.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vectorstore.errors import IndexDamaged, StoreError

Seal = tuple[int, int, str]  # size in bytes, time of last change in nanoseconds, sha256
MANIFEST = "manifest.json"
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def seal(folder: Path, known: Mapping[str, Seal] | None = None, **described: Any) -> None:
    """Writes the folder's manifest; everything is on the disk when this returns.

    `known` are the seals of the files that are links to those of a sealed folder: what looks as it did there is not read again.
    """
    files: dict[str, Seal] = {}
    for file in sorted(entry for entry in folder.rglob("*") if entry.is_file()):
        name = file.relative_to(folder).as_posix()
        if name.endswith(".lock") or name == MANIFEST:  # tantivy's locks are empty, and come and go
            continue
        now, before = file.stat(), (known or {}).get(name)
        if before and (now.st_size, now.st_mtime_ns) == tuple(before[:2]):
            files[name] = before
            continue
        sync(file)
        files[name] = (now.st_size, now.st_mtime_ns, _digest(file))
    complete = described | {"files": files}
    write(folder / MANIFEST, json.dumps(complete | {"digest": _of(complete)}, indent=1))
    for directory in {entry.parent for entry in folder.rglob("*")} | {folder.parent}:
        sync(directory)


def manifest(folder: Path) -> dict[str, Any]:
    """What the folder's manifest says, unchecked against its files; raises IndexDamaged where it is not what was written."""
    file = folder / MANIFEST
    try:
        described = json.loads(file.read_bytes())
        digest = described["digest"]
        described["files"] = {name: (int(size), int(at), str(of)) for name, (size, at, of) in described["files"].items()}
    except OSError as error:
        raise unreadable(file, error) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise IndexDamaged(f"{file} is damaged ({type(error).__name__}): run `onrecord rebuild`.") from error
    if _of({name: value for name, value in described.items() if name != "digest"}) != digest:
        raise IndexDamaged(f"{file} is not as it was written: run `onrecord rebuild`.")
    return dict(described)


def check(folder: Path, files: Mapping[str, Seal], every_byte: bool = False) -> None:
    """Raises IndexDamaged naming the first file that is not as it was written."""
    for name, (size, at, digest) in files.items():
        file = folder / name
        try:
            now = file.stat()
            same = now.st_size == size and ((now.st_mtime_ns == at and not every_byte) or _digest(file) == digest)
            if same and not os.access(file, os.R_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        except OSError as error:
            raise unreadable(file, error) from error
        if not same:
            raise IndexDamaged(f"{file} is not as it was written: run `onrecord rebuild`.")


def link(folder: Path, to: Path, files: Mapping[str, Seal], copied: tuple[str, ...] = ()) -> None:
    """Puts the files of a sealed folder into another one, without their bytes where the disk can do that; `copied` never so."""
    for name in files:
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        if name not in copied:
            try:
                os.link(folder / name, to / name)
                continue
            except OSError as error:  # no such thing on this disk
                if error.errno in _FULL:
                    raise
        copy(folder / name, to / name)


def copy(file: Path, to: Path) -> None:
    """A copy that keeps its time of last change and may be written to."""
    import shutil

    shutil.copyfile(file, to)
    now = file.stat()
    os.utime(to, ns=(now.st_atime_ns, now.st_mtime_ns))


def unreadable(file: Path, error: OSError | UnicodeDecodeError) -> StoreError:
    """What to say of a file of the index that cannot be read."""
    number, reason = getattr(error, "errno", None), getattr(error, "strerror", None) or "it is no text"
    if number in (errno.EACCES, errno.EPERM):
        return StoreError(f"{file} may not be read ({reason}): give yourself the right to read the index folder.")
    if number in (errno.EMFILE, errno.ENFILE):
        return StoreError(f"{file} cannot be opened ({reason}): close other programs, or allow more files with `ulimit -n`.")
    return IndexDamaged(f"{file} cannot be read ({reason}): run `onrecord rebuild`.")


def unwritable(folder: Path, error: BaseException) -> StoreError | None:
    """What to say where writing into the index failed for the disk's sake, whichever library noticed; None for another reason."""
    text = str(error).lower()
    number = error.errno if isinstance(error, OSError) else None
    if number in _FULL or any(words in text for words in ("no space left", "disk is full", "disk full", "os error 28")):
        return StoreError(f"The disk of {folder} is full: make room and run it again. What was live still is.")
    ours = isinstance(error, OSError) and str(error.filename or "").startswith(str(folder))
    if ours or any(words in text for words in ("readonly database", "read-only file system", "disk i/o error", "unable to open")):
        reason = " ".join(str(error.strerror if isinstance(error, OSError) else error).split())[:150]
        return StoreError(
            f"{folder} cannot be written ({reason}): choose another folder with --index, or give yourself the right to write."
        )
    return None


def write(file: Path, text: str) -> None:
    """Writes the file and waits until it is on the disk."""
    with file.open("w", encoding="utf-8") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())


def sync(path: Path) -> None:
    """Waits until the file or folder is on the disk."""
    if path.is_dir() and os.name == "nt":  # folders cannot be synchronised there
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _of(described: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()
