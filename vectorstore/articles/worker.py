"""What runs in the process that reads: a place on each line of its standard input, what is found there on its standard output.

{"path": …, "name": …, "where": …, "start": 0, "own": {}, "archive": …}      in
{"ready": true}                                     out, first: what it took to start counts for no document
{"at": 3, "where": "export.zip: news/a.html"}       out: it begins with the document of that number in the place
{"article": {…}}  {"rejected": [where, reason]}     out
{"line": [digest, known]}                           out: before the article that it makes, or for the one that the archive has
{"end": true}                                       out
{"failed": "TypeError: …"}                          out, before it ends; "memory" where there was not enough
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from dataclasses import fields
from datetime import date, datetime
from typing import Any, TextIO

from vectorstore.articles import read_place
from vectorstore.articles.inferred import inferred
from vectorstore.articles.lines import Line, Read
from vectorstore.articles.places import Place
from vectorstore.types import Article, Rejected

_FIELDS = [field.name for field in fields(Article)]
_PARSED: dict[str, Any] = {
    "published": date.fromisoformat,
    "modified": datetime.fromisoformat,
    "authors": tuple,
    "corrections": tuple,
}
_SPINNING = 120  # seconds of processor time after which a process that its parent has left behind ends
_SILENT = 0.05  # seconds that what was found may wait for more


def article_as_json(article: Article) -> dict[str, Any]:
    """Its fields, days and moments as ISO text."""
    found = {name: getattr(article, name) for name in _FIELDS}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in found.items() if value}


def article_from_json(found: dict[str, Any]) -> Article:
    """The article of which `article_as_json` made it."""
    return Article(**{"id": "", "text": ""} | {name: _PARSED.get(name, str)(value) for name, value in found.items()})


def main() -> None:
    """Reads until its standard input ends. Whatever a library prints goes nowhere."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is its parent's to answer
    out = os.fdopen(os.dup(1), "w", encoding="ascii", buffering=65_536)
    os.dup2(2, 1)
    _limit("RLIMIT_AS", int(sys.argv[1]))
    _limit("RLIMIT_CORE", 0)
    _say(out, ready=True)
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            _answer(Place(asked["path"], asked["name"], asked["where"], asked["own"], asked["archive"]), asked["start"], out)
        except BaseException as error:
            said = "memory" if isinstance(error, MemoryError) else f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
            _say(out, failed=said)
            raise


def _answer(place: Place, start: int, out: TextIO) -> None:
    def begun(number: int, where: str) -> None:
        if (number, where) != (start, place.where):  # that, its parent knows
            _say(out, at=number, where=where)
        _limit("RLIMIT_CPU", int(time.process_time()) + _SPINNING, soft=True)

    flushed = time.monotonic()
    for item in read_place(place, start, begun):
        out.write(json.dumps(_told(item)) + "\n")
        if time.monotonic() > flushed + _SILENT:
            out.flush()
            flushed = time.monotonic()
    _say(out, end=True)


def _told(item: Read) -> dict[str, Any]:
    if isinstance(item, Line):
        return {"line": [item.digest.hex(), item.known]}
    return {"rejected": [item.where, item.reason]} if isinstance(item, Rejected) else {"article": article_as_json(inferred(item))}


def _say(out: TextIO, **found: Any) -> None:
    out.write(json.dumps(found) + "\n")
    out.flush()


def _limit(name: str, value: int, soft: bool = False) -> None:
    """Bounds the process where the system can."""
    try:
        import resource

        kind = getattr(resource, name)
        resource.setrlimit(kind, (value, resource.getrlimit(kind)[1] if soft else value))
    except (ImportError, AttributeError, ValueError, OSError):  # not on Windows; macOS has no bound of memory: see apart.py
        return
