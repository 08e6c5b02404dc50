"""A temporary folder that a library may write to, over files that nobody may change.

Chroma writes into its database even when it only reads. Opened on a copy of that file (13 ms for 45,000 vectors) and a link
to the rest, which it only reads, a sealed folder keeps its bytes, and one on a read-only or a full disk can be asked. tantivy
wants to lock, for which links to all of its files do.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from vectorstore.errors import StoreError

_PREFIX = "onrecord-"
_LOCK = "in-use"
_YOUNG = 60  # seconds in which a folder may still be without its lock


class Scratch:
    """The temporary folder, until `close`."""

    def __init__(self, sealed: Path | None = None, copied: str = "", short: bool = False) -> None:
        """Over a sealed folder, or empty; `short` where the library makes sockets in it, whose names have little room."""
        self.folder, self._lock = _made(sealed, copied, short)
        self._end = weakref.finalize(self, _given_back, self.folder, self._lock)

    def close(self) -> None:
        self._end()


def _made(sealed: Path | None, copied: str, short: bool) -> tuple[Path, Any]:
    reason = "none is known"
    for parent in sorted(_parents(), key=lambda parent: len(str(parent)) if short else 0):
        _sweep(parent)
        made, lock = None, None
        try:
            made = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
            lock = _locked(made / _LOCK)
            for entry in sealed.iterdir() if sealed else ():
                if entry.name == copied:
                    shutil.copyfile(entry, made / entry.name)
                elif entry.suffix != ".lock":
                    _linked(entry.resolve(), made / entry.name)
        except OSError as error:
            reason = f"{parent}: {error.strerror or error}"
            if made:
                _given_back(made, lock)
            continue
        return made, lock
    what = f"Searching {sealed}" if sealed else "Ray"
    raise StoreError(f"{what} needs a temporary folder with some room ({reason}): make room there, or name another in TMPDIR.")


def _given_back(folder: Path, lock: Any) -> None:
    if lock:
        lock.close()
    shutil.rmtree(folder, ignore_errors=True)


def _parents() -> Iterator[Path]:
    with contextlib.suppress(FileNotFoundError):  # no usable one
        yield Path(tempfile.gettempdir())
    yield Path("/tmp")  # noqa: S108 - the same
    if os.access("/dev/shm", os.W_OK):  # noqa: S108 - in memory, for a full disk; the folder's name is made unguessable
        yield Path("/dev/shm")  # noqa: S108


def _linked(file: Path, to: Path) -> None:
    try:
        to.symlink_to(file, target_is_directory=file.is_dir())
    except OSError:  # where links are not allowed
        if file.is_dir():
            shutil.copytree(file, to)
        else:
            shutil.copyfile(file, to)


def _locked(file: Path) -> Any:
    """The file, open and locked as long as this process lives; None where a system has no such locks."""
    try:
        import fcntl
    except ImportError:
        return None
    opened = file.open("w")
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        opened.close()
        raise
    return opened


def _sweep(parent: Path) -> None:
    """Deletes what killed processes left: folders of ours whose lock nobody holds."""
    for entry in parent.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            if entry.is_symlink() or not entry.is_dir() or entry.stat().st_uid != getattr(os, "getuid", lambda: -1)():
                continue
            if not (entry / _LOCK).exists():
                continue
            if time.time() - entry.stat().st_mtime > _YOUNG and (held := _locked(entry / _LOCK)):
                held.close()
                shutil.rmtree(entry, ignore_errors=True)
