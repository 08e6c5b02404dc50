"""The work of a build, in jobs that any process can do: `Here` does them itself, `Spread` hands them to workers.

A worker may die of a job, or be killed: another gets it. What is done twice does no harm: a vector is kept by the digest of its
text, and a segment counts when the one process that publishes has verified it and moved it into place.
"""

from __future__ import annotations

import os
import secrets
import socket
from collections import deque
from collections.abc import Hashable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from vectorstore import segments
from vectorstore.encoders import Encoder, Vectors, open_encoder
from vectorstore.errors import EmbedderUnavailable, OnRecordError, StoreError, WorkersLost
from vectorstore.kept import Rows
from vectorstore.server import Server

_AHEAD = 2  # jobs that a worker has: the one it does and the next, so that it need not wait while its driver publishes
_DEATHS = 3  # of workers by one job, after which nobody tries it again
_PATIENCE = 120.0  # seconds without any worker: it may take that long to start one on a machine that is busy


@dataclass(slots=True, eq=False)
class Encode:
    """Texts, to be encoded."""

    of: str  # the segment that they are for, in words
    texts: list[str]
    died: int = 0  # workers of it

    def done(self, encoder: Encoder) -> Vectors:
        return encoder.encode_documents(self.texts)

    def packed(self) -> Encode:
        return self

    def again(self) -> None:
        """What was begun is of no use, and does no harm."""


@dataclass(slots=True, eq=False)
class Write:
    """Vectors, to be made a segment in a folder of its own; what comes back is its manifest's digest."""

    of: str
    folder: Path
    fingerprint: str
    numbers: Sequence[int]
    vectors: Rows
    server: tuple[str, str] | None
    owner: str
    died: int = 0

    def done(self, encoder: Encoder) -> str:
        server = Server(*self.server).patient() if self.server else None
        return segments.write(self.folder, self.fingerprint, self.numbers, self.vectors, server, self.owner).digest

    def packed(self) -> Write:
        """The same with its vectors in it, for another process."""
        whole = self.vectors[: len(self.numbers)]
        return Write(self.of, self.folder, self.fingerprint, self.numbers, whole, self.server, self.owner)

    def again(self) -> None:
        """Another folder: whoever was taken for dead may still write to the first."""
        self.folder = self.folder.with_name(f"{self.folder.name.partition('-')[0]}-{secrets.token_hex(4)}")


Job = Encode | Write


class Work(Protocol):
    """Where jobs are done."""

    @property
    def full(self) -> bool:
        """Whether there is enough to do for a while."""
        ...

    @property
    def left(self) -> int:
        """How many jobs are not done."""
        ...

    def put(self, job: Job) -> None: ...

    def next(self) -> tuple[Job, Any]:
        """Waits for a job that is done; it, and what came of it. Raises what it raised, and WorkersLost."""
        ...

    def finish(self) -> None:
        """No job comes any more: workers may go."""
        ...

    def close(self) -> None: ...


class Here:
    """One after the other, in this process."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder, self._line = encoder, deque[Job]()

    @property
    def full(self) -> bool:
        return bool(self._line)

    @property
    def left(self) -> int:
        return len(self._line)

    def put(self, job: Job) -> None:
        self._line.append(job)

    def next(self) -> tuple[Job, Any]:
        job = self._line.popleft()
        return job, job.done(self._encoder)

    def finish(self) -> None:
        """There is nobody to go."""

    def close(self) -> None:
        self._line.clear()


@dataclass(frozen=True, slots=True)
class Told:
    """What a worker must know before its first job."""

    embedder: Encoder | str  # a name, where it can be opened by one
    threads: int
    sign: tuple[Path, str]  # a file of the index folder and what is in it, which it must see


@dataclass(frozen=True, slots=True)
class Ready:
    """What a worker says of itself."""

    host: str
    fingerprint: str
    sees: bool


@dataclass(frozen=True, slots=True)
class Failed:
    """What a job raised in a worker, which lives on."""

    error: Exception


@dataclass(frozen=True, slots=True)
class Lost:
    """Why a worker is no more, in words."""

    why: str


class Bench:
    """What a worker is: an encoder, and jobs done with it."""

    def __init__(self, told: Told) -> None:
        self._told = told
        self._encoder: Any = None

    def ready(self) -> Ready | Failed:
        """Loads the encoder: a worker that is ready is as quick with its first job as with any."""
        told = self._told
        os.environ["RAYON_NUM_THREADS"] = str(told.threads)  # Chroma's
        try:
            self._encoder = open_encoder(told.embedder, told.threads) if isinstance(told.embedder, str) else told.embedder
            getattr(self._encoder, "prepare", lambda: None)()
            return Ready(socket.gethostname(), self._encoder.fingerprint, _read(told.sign[0]) == told.sign[1])
        except Exception as error:  # noqa: BLE001 - it is raised in the driver
            return Failed(error)

    def do(self, job: Job) -> Any:
        try:
            return job.done(self._encoder)
        except Exception as error:  # noqa: BLE001 - it is raised in the driver
            return Failed(error)


class Crew(Protocol):
    """Processes that each have a Bench and begin to start when it is made: vectorstore/processes.py, vectorstore/cluster.py."""

    count: int  # of its workers; a guess, until the first is ready

    def start(self) -> None:
        """Begins to start one more worker; `event` tells when it is there."""
        ...

    def send(self, worker: Any, job: Job) -> None:
        """Gives the worker a job, which it does after those that it has."""
        ...

    def event(self, patience: float) -> tuple[Hashable, Any] | None:
        """A worker and what became of it: Ready, once; Lost; or what came of its first job. None: nothing for so many seconds."""
        ...

    def finish(self) -> None:
        """They get no more jobs, and may end while something else is done."""
        ...

    def close(self) -> None: ...


class Spread:
    """Jobs over the workers of a crew."""

    def __init__(self, crew: Crew, fingerprint: str, patience: float = _PATIENCE) -> None:
        self._crew, self._fingerprint, self._patience = crew, fingerprint, patience
        self._line = deque[Job]()
        self._hands: dict[Any, deque[Job]] = {}
        self._stillborn = 0

    @property
    def full(self) -> bool:
        return self.left >= (_AHEAD + 1) * self._crew.count

    @property
    def left(self) -> int:
        return len(self._line) + sum(map(len, self._hands.values()))

    def put(self, job: Job) -> None:
        self._line.append(job)
        self._hand_out()

    def next(self) -> tuple[Job, Any]:
        while True:
            self._hand_out()
            event = self._crew.event(self._patience)
            if event is None:
                if not self._hands:
                    raise WorkersLost(
                        f"No worker came within {self._patience:g} s: see whether the machines have processors to spare."
                    )
                continue
            worker, said = event
            if isinstance(said, Failed):
                raise _raised(said.error)
            if isinstance(said, Ready):
                self._welcome(worker, said)
            elif isinstance(said, Lost):
                self._mourn(worker, said)
            else:
                return self._hands[worker].popleft(), said

    def finish(self) -> None:
        self._crew.finish()

    def close(self) -> None:
        self._crew.close()

    def _hand_out(self) -> None:
        """Gives jobs to those who have fewest."""
        while self._line and self._hands:
            worker, jobs = min(self._hands.items(), key=lambda hand: len(hand[1]))
            if len(jobs) >= _AHEAD:
                return
            jobs.append(self._line.popleft())
            self._crew.send(worker, jobs[-1])

    def _welcome(self, worker: Any, said: Ready) -> None:
        if said.fingerprint != self._fingerprint:
            raise EmbedderUnavailable(
                f"The worker on {said.host} has another embedder than this machine: install the same versions of onrecord and of "
                "the model on both."
            )
        if not said.sees:
            raise StoreError(
                f"The worker on {said.host} does not see the index folder: put it where all machines have it, --index DIR."
            )
        self._stillborn = 0
        self._hands[worker] = deque()

    def _mourn(self, worker: Any, said: Lost) -> None:
        jobs = self._hands.pop(worker, None)
        if jobs is None:
            self._stillborn += 1
            if self._stillborn >= _DEATHS:
                raise WorkersLost(f"Workers die before they begin ({said.why}): try it with fewer, or without.")
        elif jobs:
            first = jobs[0]
            first.died += 1
            first.again()
            if first.died >= _DEATHS:
                raise WorkersLost(
                    f"{_DEATHS} workers died of {first.of}, one after the other ({said.why}): see whether memory is short, try "
                    "fewer. It can be searched by words, and `onrecord rebuild` goes on from there."
                )
            self._line.extendleft(reversed(jobs))
        self._crew.start()


def _raised(error: Exception) -> Exception:
    """What a job raised in a worker, to be raised here."""
    return (
        error if isinstance(error, OnRecordError | OSError) else StoreError(f"A worker failed ({type(error).__name__}: {error}).")
    )


def _read(file: Path) -> str:
    with suppress(OSError, UnicodeDecodeError):
        return file.read_text(encoding="utf-8")
    return ""
