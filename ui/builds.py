"""Builds what was added into an index, in a process of its own: the chat answers from another one, and it can be stopped.

It is told on its standard input what to build, a line each time, says on standard output how far it is, a line of JSON each, and
ends when its standard input does: with whoever has started it. To start it takes some four seconds of a processor, so that one
that is done serves the next build, if that comes soon.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from queue import Queue
from typing import Any

from vectorstore import generations
from vectorstore.archive import Archive
from vectorstore.errors import OnRecordError
from vectorstore.keeping import keeping
from vectorstore.rebuild import rebuild
from vectorstore.server import Server
from vectorstore.uploads import SCHEME

_START = "import sys; sys.path.insert(0, sys.argv.pop(1)); from ui.builds import main; main()"
_GENTLE = 10  # how much it steps back for whoever asks meanwhile
_OFTEN = 0.2  # seconds between two lines of progress


class Builder:
    """The process that builds into one index, one build after another; close it."""

    def __init__(self, index_dir: Path, embedder: str, chroma: tuple[str, str]) -> None:
        self._asked = {"index": str(index_dir), "embedder": embedder, "chroma": chroma}
        self._stopped = False
        self._running = subprocess.Popen(  # noqa: S603 - our own program; what it is told comes by its standard input
            [sys.executable, "-c", _START, str(Path(__file__).resolve().parents[1])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="ascii",
        )

    @property
    def is_ready(self) -> bool:
        """Whether it can build: it has not been stopped, and has not died."""
        return not self._stopped and self._running.poll() is None

    def built(self) -> Iterator[dict[str, Any]]:
        """Builds, and what it says of that: {"progress"}, and at the end {"done"} or {"failed"}, unless it is stopped."""
        with suppress(BrokenPipeError):  # where it has died, what it says ends at once
            if self._running.stdin:
                self._running.stdin.write(json.dumps(self._asked) + "\n")
                self._running.stdin.flush()
        for line in self._running.stdout or ():
            if line.endswith("\n"):  # else it was stopped while it said it
                yield (said := json.loads(line))
                if "progress" not in said:
                    return
        self._running.wait()

    def stop(self) -> None:
        """Ends it, whatever it is doing; what is published stays."""
        self._stopped = True
        self._running.kill()

    def close(self) -> None:
        """Waits for its end."""
        self._running.kill()
        for pipe in (self._running.stdin, self._running.stdout):
            if pipe:
                pipe.close()
        self._running.wait()


def main() -> None:
    """Builds what each line of standard input asks for."""
    asked: Queue[dict[str, Any]] = Queue()
    threading.Thread(target=_hear, args=(asked,), daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(_GENTLE)
    said = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)  # whatever a library prints goes nowhere

    def say(**what: Any) -> None:
        said.write(json.dumps(what) + "\n")
        said.flush()

    with keeping():
        while True:
            _build(asked.get(), say)


def _build(asked: dict[str, Any], say: Callable[..., None]) -> None:
    told: dict[str, float] = {}

    def progress(what: str, done: int, total: int) -> None:
        import time

        now = time.monotonic()
        if done == total or now - told.get(what, 0.0) > _OFTEN:
            told[what] = now
            say(progress=[what, done, total])

    index_dir = Path(asked["index"])
    try:
        server = Server(*asked["chroma"]) if asked["chroma"][0] else None
        report = rebuild(index_dir=index_dir, embedder=asked["embedder"], server=server, only_uploads=True, progress=progress)
        archive = Archive(generations.folder(index_dir, report.generation) / "articles.sqlite")
        given = archive.by_file(SCHEME)
        archive.close()
        rejected = [[one.where, one.reason] for one in report.rejected if one.where.startswith(SCHEME)]
        counts = {"articles": report.articles, "removed": report.removed, "passages": report.passages}
        say(done=counts | {"rejected": rejected, "given": {name: list(each) for name, each in given.items()}})
    except OnRecordError as error:
        say(failed=[type(error).__name__, str(error)])
    except Exception as error:
        say(failed=[type(error).__name__, f"{type(error).__name__} while it was built: try it again, or run `onrecord rebuild`."])
        raise


def _hear(asked: Queue[dict[str, Any]]) -> None:
    for line in sys.stdin:
        asked.put(json.loads(line))
    os._exit(3)  # with whoever asks
