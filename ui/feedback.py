"""What readers say of answers, a JSON line each, in INDEX/feedback.jsonl. No library.

Kept are the question, its filters, what the answer cited, the verdict and the words given with it; not who gave it, nor whence.
`onrecord eval feedback.jsonl` reads it as questions.
"""

from __future__ import annotations

import os
import re
import secrets
import threading
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from qa.errors import CannotKeep, UsageError
from qa.types import filters_dict
from ui.saved import saved
from ui.wire import FILTERS, encoded, read_filters, read_text, shown

FILE = "feedback.jsonl"
_VERDICTS = ("up", "down", "none")  # none: taken back
REASONS = ("wrong source", "not in the article", "missed something", "other")
_WORDS = ("text", "address", "quote")
_FIELDS = ("answer", "verdict", "reason", *_WORDS, "id")
_LONGEST = 2_000  # characters of a question, and of each of the reader's own words
_QUOTES = 50  # of an answer that are kept
_CLIP = 1_000  # characters of each
_MOST = 50_000_000  # bytes of the file: some 50,000 lines

_appending = threading.Lock()


def row_of(given: Mapping[str, Any], now: datetime, generation: str) -> dict[str, Any]:
    """The line that is kept of a client's request. Raises UsageError that names the field."""
    for name in given:
        if name not in _FIELDS:
            raise UsageError(f"{shown(name)} is no field: use {', '.join(_FIELDS)}.")
    verdict, reason = given.get("verdict"), given.get("reason") or ""
    if verdict not in _VERDICTS:
        raise UsageError(f"verdict is {shown(verdict)}: use {_listed(_VERDICTS)}.")
    if reason and reason not in REASONS:
        raise UsageError(f"reason is {shown(reason)}: use {_listed(REASONS)}.")
    said = {name: _words(given.get(name), name) for name in _WORDS}
    identity = given.get("id", secrets.token_hex(8))
    if not isinstance(identity, str) or not re.fullmatch(r"[0-9a-f]{16}", identity):
        raise UsageError(f"id is {shown(identity)}: send back the id that was given, to change what was said, or none.")
    answer = given.get("answer")
    (read,) = saved([answer], None)  # which refuses what is no answer
    if not isinstance(answer, Mapping) or len(read.question) > _LONGEST:
        raise UsageError(f"The question has {len(read.question):,} characters: send an answer that was given here.")
    filters = answer.get("filters")
    narrowed = {name: filters.get(name) for name in FILTERS} if isinstance(filters, Mapping) else {}
    return {
        "id": identity,
        "at": now.isoformat(timespec="seconds"),
        "asked": now.date().isoformat(),
        "verdict": verdict,
        "reason": reason,
        **said,
        "question": read.question,
        "standalone_question": (read.read_as or read.question)[: 2 * _LONGEST],
        "filters": filters_dict(read_filters(**narrowed)),
        "abstained": answer.get("abstained") is True,
        "model": read.model[:200],
        "cited": [
            {"article": one.article.id[:_LONGEST], "url": one.article.url[:_LONGEST], "quote": one.quote[:_CLIP]}
            for one in read.quoted[:_QUOTES]
        ],
        "index": _words(answer.get("index"), "answer.index"),  # the generation that answered, and the one that is live
        "generation": generation,
    }


def keep(row: Mapping[str, Any], file: Path, most: int = _MOST) -> None:
    """Appends a line, whole or not at all, whoever else appends. Raises CannotKeep."""
    line = f"{encoded(row)}\n".encode()
    try:
        with _appending, open(file, "a+b", buffering=0, opener=_private) as lines:
            _lock(lines.fileno())  # until it is closed
            size = lines.seek(0, os.SEEK_END)
            if size + len(line) > most:
                raise CannotKeep(f"{file.name} has {size:,} bytes and takes no more: move it away on the server.")
            if size:
                lines.seek(size - 1)
                line = line if lines.read(1) == b"\n" else b"\n" + line  # behind what was cut off
            if (lines.write(line) or 0) < len(line):
                lines.truncate(size)
                raise CannotKeep(f"{file.name} cannot be written (the disk is full): make room, and say it again.")
    except OSError as error:
        raise CannotKeep(f"{file.name} cannot be written ({error.strerror}): make it writable, or use --feedback no.") from error


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _lock(descriptor: int) -> None:
    """Waits for other processes that append; a system without these locks has one."""
    try:
        from fcntl import LOCK_EX, flock
    except ImportError:
        return
    flock(descriptor, LOCK_EX)


def _words(value: Any, name: str) -> str:
    text = read_text("" if value is None else value, name)
    if len(text) > _LONGEST:
        raise UsageError(f"{name} has {len(text):,} characters: use at most {_LONGEST:,}.")
    return text.strip()


def _listed(names: tuple[str, ...]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"
