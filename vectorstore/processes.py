"""Workers as processes of this machine: each is told its jobs by its standard input and says what came of them on its output."""

from __future__ import annotations

import contextlib
import os
import pickle
import queue
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

from vectorstore.errors import UsageError
from vectorstore.spread import Bench, Failed, Job, Lost, Told

Event = tuple["_Process", Any]


class Processes:
    """A crew of processes; they end with `close`, and with their parent, however that ends."""

    def __init__(self, told: Told, count: int) -> None:
        self.count = count
        try:
            pickle.dumps(told)
        except (pickle.PicklingError, TypeError, AttributeError) as error:
            raise UsageError(
                f"The encoder cannot be given to other processes ({error}): name its model in `embedder`, or leave `workers`."
            ) from error
        self._told = told
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._running: list[_Process] = []
        for _ in range(count):
            self.start()

    def start(self) -> None:
        self._running.append(_Process(self._told, self._events))

    def send(self, worker: _Process, job: Job) -> None:
        worker.jobs.put(job.packed())

    def event(self, patience: float) -> Event | None:
        try:
            worker, said = self._events.get(timeout=patience)
        except queue.Empty:
            return None
        if isinstance(said, Lost):
            self._running.remove(worker)
        return worker, said

    def finish(self) -> None:
        """They end at once when they are told to."""

    def close(self) -> None:
        for worker in self._running:
            worker.end()
        self._running.clear()


class _Process:
    """One worker, and the thread that talks with it."""

    def __init__(self, told: Told, events: queue.SimpleQueue[Event]) -> None:
        self._told, self._events = told, events
        self.jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._words = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the process has ended
        root = str(Path(__file__).resolve().parents[1])
        threads = str(told.threads)
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", "from vectorstore.processes import serve; serve()"],
            env=os.environ | {
                "PYTHONPATH": os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")])),
                "OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads,
            },
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._words,
            start_new_session=True,  # Ctrl+C is for its parent alone
        )  # fmt: skip
        threading.Thread(target=self._talk, daemon=True).start()

    def _talk(self) -> None:
        to, by = self._process.stdin, self._process.stdout
        if to is None or by is None:
            raise RuntimeError
        try:
            pickle.dump(sys.path, to)
            pickle.dump(self._told, to)
            to.flush()
            self._events.put((self, pickle.load(by)))  # noqa: S301 - by our own process
            while (job := self.jobs.get()) is not None:
                pickle.dump(job, to)
                to.flush()
                self._events.put((self, pickle.load(by)))  # noqa: S301 - by our own process
        except (OSError, EOFError, pickle.UnpicklingError, ValueError):  # the last where it was ended meanwhile
            self._events.put((self, Lost(self._last_words())))

    def _last_words(self) -> str:
        """How it ended, and the last line that it wrote."""
        self._process.kill()
        code = self._process.wait()
        with contextlib.suppress(ValueError):
            self._words.seek(0)
            if lines := self._words.read().decode("utf-8", "replace").strip().splitlines():
                return " ".join(lines[-1].split())[:150]
        return f"signal {-code}" if code < 0 else f"exit code {code}"

    def end(self) -> None:
        self.jobs.put(None)
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._words):
            with contextlib.suppress(OSError):
                if stream:
                    stream.close()


def serve() -> None:
    """What runs in the process: jobs in, what came of them out. It ends when nobody can give it any more."""
    told = sys.stdin.buffer
    says = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    sys.path[:] = pickle.load(told)  # noqa: S301 - by our own parent; then what it is told can be imported
    jobs: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def listen() -> None:
        try:
            while True:
                jobs.put(pickle.load(told))  # noqa: S301 - by our own parent
        except EOFError:  # it has ended: whatever is being done is for nobody
            os._exit(0)

    bench = Bench(pickle.load(told))  # noqa: S301 - by our own parent
    threading.Thread(target=listen, daemon=True).start()
    _say(says, bench.ready())
    while True:
        _say(says, bench.do(jobs.get()))


def _say(says: Any, said: Any) -> None:
    says.write(packed(said))
    says.flush()


def packed(said: Any) -> bytes:
    """What a worker says, as bytes."""
    try:
        return pickle.dumps(said)
    except (pickle.PicklingError, TypeError, AttributeError):  # an exception of a library
        return pickle.dumps(Failed(RuntimeError(str(getattr(said, "error", said))[:300])))
