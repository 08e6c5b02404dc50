"""Reading in a process of its own, so that no document can stop a rebuild: what spins, swells or crashes is named and left out.

One process reads file after file; after such a document the rest goes on in a new one. It is told paths, and says articles.
"""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Any

from vectorstore import keeping
from vectorstore.articles import read_place
from vectorstore.articles.lines import Line, Read
from vectorstore.articles.places import Place, places
from vectorstore.articles.worker import article_from_json
from vectorstore.errors import StoreError
from vectorstore.types import Article, Rejected

SECONDS = 30.0  # without an article, or a word of the next document
MEMORY = 2_000_000_000  # bytes of address space
_STARTING = 120.0  # seconds that it may take to start, on a machine that is busy
_AHEAD = 8  # places that the process is told before the first is done: it reads on while its parent indexes
_MOST_FAILED = 20  # documents of one archive, after which the rest of it is left out
_INSTEAD = "leave it out, or save its text as a .txt file."

# The package's own __init__ loads search and numpy, of which a reader needs none: they would cost it .3 s and much address space.
_START = """
import sys, types
package = types.ModuleType("vectorstore"); package.__path__ = [sys.argv.pop(1)]; sys.modules["vectorstore"] = package
from vectorstore.articles.worker import main
main()
"""


def read(
    paths: Sequence[Path | str], seconds: float = SECONDS, memory: int = MEMORY, own: Mapping[str, str] | None = None
) -> Iterator[Article | Rejected]:
    """As `vectorstore.articles.read`; what takes longer than `seconds`, more than `memory` or crashes is a `Rejected`."""
    found = read_places(paths, own=own, seconds=seconds, memory=memory)
    yield from (item for item in found if not isinstance(item, Place | Line))


def read_places(
    paths: Sequence[Path | str],
    unchanged: Callable[[Place], bool] = lambda place: False,
    own: Mapping[str, str] | None = None,
    seconds: float = SECONDS,
    memory: int = MEMORY,
    more: Iterable[Place] = (),
    archive: str | None = None,
) -> Iterator[Place | Read]:
    """The same, each file before what is in it, and `more` after them. One that is `unchanged` is not read.

    Of a file that is, lines are not that the `archive` of an earlier rebuild has: they come as a Line. With "", as well as with
    that of one, an article that one line makes comes after its Line.
    """
    listed = chain(places(paths), more)
    found = (place if isinstance(place, Rejected) else replace(place, own=own or {}, archive=archive) for place in listed)
    line: deque[tuple[Place | Rejected, bool]] = deque()
    with _Process(seconds, memory) as process:
        while True:
            while len(line) < _AHEAD and (place := next(found, None)) is not None:
                wanted = isinstance(place, Place) and not unchanged(place)
                line.append((place, wanted))
                if wanted and isinstance(place, Place) and sys.platform != "win32":
                    process.ask(place)
            if not line:
                process.leave()
                return
            first, wanted = line.popleft()
            yield first
            if not wanted or isinstance(first, Rejected):
                continue
            if sys.platform == "win32":  # its pipes cannot be waited for
                yield from read_place(first)
            else:
                yield from _answers(process, first, [place for place, asked in line if asked and isinstance(place, Place)])


def _answers(process: _Process, place: Place, line: Sequence[Place]) -> Iterator[Read]:
    """What the process says of the place that it was asked for first. If it is lost, a new one is asked for the rest."""
    at, where, inside, failed = 0, place.where, False, 0
    while True:
        try:
            said = process.says()
            if "at" in said:
                at, where, inside = said["at"], said["where"], True
            elif "article" in said:
                yield article_from_json(said["article"])
            elif "line" in said:
                yield Line(bytes.fromhex(said["line"][0]), said["line"][1])
            elif "rejected" in said:
                yield Rejected(*said["rejected"])
            elif "end" in said:
                return
        except _Lost as lost:
            yield Rejected(where, str(lost))
            process.end()
            failed += 1
            more = inside and failed < _MOST_FAILED  # else it was lost while it unpacked, and would be again
            if more:
                at, where, inside = at + 1, place.where, False
                process.ask(place, at)
            elif failed > 1:
                yield Rejected(place.where, "the rest of it is left out.")
            for other in line:
                process.ask(other)
            if not more:
                return


class _Lost(Exception):
    """Why the process is of no use any more, in words for the report."""


class _Process:
    """The process that reads; it starts when it is first asked."""

    def __init__(self, seconds: float, memory: int) -> None:
        self._seconds, self._memory = seconds, memory
        self._running: keeping.Running | None = None
        self._told, self._said = -1, -1  # the pipes
        self._begun = False  # it has said something
        self._builds = 0  # that it has read for, where it was kept
        self._ready = selectors.DefaultSelector()
        self._lines: deque[bytes] = deque()
        self._rest: list[bytes] = []  # of a line that has not ended

    def __enter__(self) -> _Process:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.end()
        self._ready.close()

    def ask(self, place: Place, start: int = 0) -> None:
        """Tells it a place to read, of which it passes over the first `start` documents."""
        if self._running is None:
            self._start()
        asked: dict[str, Any] = {"path": place.path, "name": place.name, "where": place.where, "start": start}
        asked |= {"own": dict(place.own), "archive": place.archive}
        try:
            os.write(self._told, json.dumps(asked).encode("ascii") + b"\n")  # far smaller than what a pipe takes at once
        except BrokenPipeError:  # it has died: `says` will say so
            return

    def says(self) -> dict[str, Any]:
        """The next thing that it says; raises _Lost where there will be none."""
        ends = time.monotonic() + (self._seconds if self._begun else _STARTING)
        while not self._lines:
            left = ends - time.monotonic()
            if self._ready.select(max(0.0, min(left, 1.0))):
                self._take(os.read(self._said, 1_000_000))
            elif left <= 0:
                self._must_have_begun()
                raise _Lost(f"it took longer than {self._seconds:g} seconds to read; {_INSTEAD}")
            elif self._running and _resident(self._running.pid) > self._memory:
                raise _Lost(self._swollen())
        found: dict[str, Any] = json.loads(self._lines.popleft())
        self._begun = True
        if "failed" in found:
            raise _Lost(
                self._swollen() if found["failed"] == "memory" else f"its reader failed on it ({found['failed']}); {_INSTEAD}"
            )
        return found

    def leave(self) -> None:
        """Leaves it to the next build, where that is wanted: it has said all that it was asked for."""
        if self._running is not None and keeping.left(self._kind, self._running, self._builds + 1):
            self._ready.unregister(self._said)
            self._running = None

    def end(self) -> None:
        """Ends it, whatever it is doing."""
        if self._running is not None:
            self._ready.unregister(self._said)
            keeping.end(self._running)
            self._running = None
        self._begun = False
        self._lines.clear()
        self._rest.clear()

    def _take(self, part: bytes) -> None:
        if not part:
            self._must_have_begun()
            raise _Lost(f"its reader crashed on it; {_INSTEAD}")
        first, *lines = part.split(b"\n")
        self._rest.append(first)
        for line in lines:
            self._lines.append(b"".join(self._rest))
            self._rest = [line]

    def _must_have_begun(self) -> None:
        if not self._begun:
            raise StoreError(f"The process that reads documents does not start: {sys.executable} says nothing.")

    def _start(self) -> None:
        if kept := keeping.taken(self._kind):
            self._running, self._builds = kept
        else:
            self._running, self._builds = self._new(), 0
        self._begun = self._builds > 0
        if self._running.stdin and self._running.stdout:
            self._told, self._said = self._running.stdin.fileno(), self._running.stdout.fileno()
        self._ready.register(self._said, selectors.EVENT_READ)

    @property
    def _kind(self) -> Hashable:
        return "reader", self._memory, os.getcwd()  # it may be told paths from there

    def _new(self) -> keeping.Running:
        return subprocess.Popen(  # noqa: S603 - our own program; what it is told comes by its standard input
            [sys.executable, "-c", _START, str(Path(__file__).resolve().parents[1]), str(self._memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},  # each thread takes address space
        )

    def _swollen(self) -> str:
        return f"it takes more than {self._memory / 1e9:g} GB of memory to read; leave it out, or split it."


def _resident(process: int) -> int:
    """Bytes of memory that the process holds, where its system cannot bound them itself; else 0."""
    if sys.platform != "darwin":
        return 0
    asked = ["/bin/ps", "-o", "rss=", "-p", str(process)]
    return int(subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip() or 0) * 1024  # noqa: S603 - a number
