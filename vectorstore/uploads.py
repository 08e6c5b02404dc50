"""Files that were added through the page: they lie in the index's own folder and are one more source of every rebuild.

    INDEX/uploads/
      KEY/NAME              a file of the collection, under a name that is safe; KEY/.about.json says what it was called
      .incoming/            quarantine: what is being received, or waits to be built in. No rebuild reads it

A file comes in and goes out by the renaming of its folder. What a report says of one begins with upload://KEY/, which no path
does, so an index may be moved with all that was added to it.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import unicodedata
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from vectorstore.articles.document import shown
from vectorstore.articles.places import Place

SCHEME = "upload://"
_FOLDER, _INCOMING, _ABOUT = "uploads", ".incoming", ".about.json"
_KEY = re.compile(r"\d{14}-\d{5}-[0-9a-f]{6}")
_LONGEST = 120  # bytes of a name on the disk; file systems take 255
# What a path, a shell, a terminal or another system's file system would take for something else.
_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f/\\:*?"<>|\ud800-\udfff\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]')


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file that was added to the collection."""

    key: str
    name: str  # as whoever sent it calls it: for people only, never a path
    size: int  # bytes
    digest: str  # sha256
    when: str  # ISO 8601, UTC
    by: str = ""  # the user, where there are passwords

    @property
    def where(self) -> str:
        """How a report names it, and its archive."""
        return f"{SCHEME}{self.key}/{safe_name(self.name)}"


def folder(index_dir: Path) -> Path:
    """Where the files lie that were added."""
    return index_dir / _FOLDER


def incoming(index_dir: Path) -> Path:
    """The quarantine."""
    return folder(index_dir) / _INCOMING


def new_key(number: int) -> str:
    """A key for the file of that number in one upload; keys are in the order of their uploads."""
    return f"{datetime.now(UTC):%Y%m%d%H%M%S}-{number:05d}-{secrets.token_hex(3)}"


def is_key(text: str) -> bool:
    return bool(_KEY.fullmatch(text))


def safe_name(name: str) -> str:
    """A name for the disk: the last part of what it was called, with its ending; nothing in it leads anywhere."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name).rstrip("/\\"))[-1]
    plain = " ".join(_UNSAFE.sub("_", last).split()).strip(". ")
    stem, dot, suffix = plain.rpartition(".")
    suffix = f"{dot}{suffix}" if dot and len(suffix.encode()) <= 12 else ""
    stem = (plain.removesuffix(suffix)).encode()[: _LONGEST - len(suffix.encode())].decode(errors="ignore").strip(". ")
    return f"{stem or 'file'}{suffix}"


def describe(place: Path, one: Uploaded) -> None:
    """Writes down what a file was called, beside it."""
    (place / _ABOUT).write_text(json.dumps(asdict(one)), encoding="ascii")


def described(place: Path) -> Uploaded | None:
    """What was written down of the file in that folder; None where that cannot be read."""
    try:
        one = Uploaded(**json.loads((place / _ABOUT).read_text(encoding="ascii")))
    except (OSError, ValueError, TypeError, RecursionError):
        return None
    whole = all(isinstance(value, str) for value in (one.name, one.digest, one.when, one.by)) and isinstance(one.size, int)
    return one if whole and one.key == place.name else None


def uploaded(index_dir: Path) -> list[Uploaded]:
    """What was added and is part of the collection, in the order in which it came."""
    try:
        entries = sorted(entry.name for entry in os.scandir(folder(index_dir)) if is_key(entry.name))
    except OSError:
        return []
    return [one for key in entries if (one := described(folder(index_dir) / key))]


def places(index_dir: Path) -> Iterator[Place]:
    """The files to read. One that came again under its name gives the same ids: a newer version of an article takes its place."""
    for one in uploaded(index_dir):
        name = safe_name(one.name)
        yield Place(str(folder(index_dir) / one.key / name), f"uploads/{shown(name)}", one.where)


def discard(place: Path) -> None:
    """Deletes a file with its folder."""
    shutil.rmtree(place, ignore_errors=True)
