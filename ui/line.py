"""Who is answered now and who waits at which place: first come, first served; nobody waits unseen."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator
from types import TracebackType

from qa.errors import TooMany

_SECONDS = 2.0  # what an answer is taken to need before there was one


class Line:
    """At most `at_once` are answered at a time, and at most `waiting` wait. For one event loop."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self.at_once, self.longest = at_once, waiting
        self.answering, self.waiting = set[Turn](), list[Turn]()
        self.seconds = _SECONDS  # that the latest answers took, on average

    def join(self) -> Turn:
        """A turn of one's own, to be left with its `with` block. Raises TooMany."""
        if len(self.waiting) >= self.longest:
            raise TooMany(f"{len(self.waiting):,} questions wait already: ask again in {self.retry_after} s.", self.retry_after)
        turn = Turn(self)
        self.waiting.append(turn)
        self.move_up()
        return turn

    @property
    def retry_after(self) -> int:
        """Seconds after which a place is likely to be free."""
        return max(1, math.ceil(self.seconds * len(self.waiting) / self.at_once / 2))

    def move_up(self) -> None:
        while self.waiting and len(self.answering) < self.at_once:
            self.answering.add(first := self.waiting.pop(0))
            first.began = time.monotonic()
        for turn in (*self.waiting, *self.answering):
            turn.moved.set()

    def leave(self, turn: Turn) -> None:
        if turn in self.answering:
            self.answering.remove(turn)
            self.seconds += (time.monotonic() - turn.began - self.seconds) / 10
        elif turn in self.waiting:
            self.waiting.remove(turn)
        self.move_up()


class Turn:
    """One who asks. It ends with its `with` block, whether it was answered or not."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.moved = asyncio.Event()
        self.began = 0.0

    async def places(self, wait: bool = True) -> AsyncIterator[int]:
        """The place in the line, 1 being the next, whenever it changes; ends when the turn has come, or once it is told."""
        told = 0
        while self in self.line.waiting:
            self.moved.clear()
            if (place := self.line.waiting.index(self) + 1) != told:
                yield (told := place)
            elif not wait:
                return
            else:
                await self.moved.wait()

    async def come(self) -> None:
        """Returns when the turn has come."""
        async for _ in self.places():
            pass

    def __enter__(self) -> Turn:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.line.leave(self)
