"""Processes that a build leaves to the next one, where somebody builds again and again: to start them takes 1.7 CPU seconds."""

from __future__ import annotations

import subprocess
from collections.abc import Hashable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any

Running = subprocess.Popen[Any]

_BUILDS = 100  # that one process serves: what a library leaks in it stays little
_KEPT: ContextVar[dict[Hashable, list[tuple[Running, int]]] | None] = ContextVar("kept", default=None)


@contextmanager
def keeping() -> Iterator[None]:
    """Builds of this thread keep their processes until the block ends. They hold some 150 MB meanwhile."""
    kept: dict[Hashable, list[tuple[Running, int]]] = {}
    token = _KEPT.set(kept)
    try:
        yield
    finally:
        _KEPT.reset(token)
        for running, _ in (one for row in kept.values() for one in row):
            end(running)


def taken(kind: Hashable) -> tuple[Running, int] | None:
    """A process of that kind that an earlier build has left, and how many it has served."""
    kept = _KEPT.get() or {}
    while row := kept.get(kind):
        running, builds = row.pop()
        if running.poll() is None:
            return running, builds
        end(running)
    return None


def left(kind: Hashable, running: Running, builds: int) -> bool:
    """Whether the process, which has done all that it was asked for, is kept; else whoever has it ends it."""
    kept = _KEPT.get()
    if kept is None or builds >= _BUILDS:
        return False
    kept.setdefault(kind, []).append((running, builds))
    return True


def end(running: Running) -> None:
    """Ends a process, whatever it is doing, and waits for that."""
    running.kill()
    with suppress(OSError, ValueError), running:  # closes its pipes
        pass
