"""The Assistant for asyncio: the same answers, made in threads, and ended where whoever asked has gone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, suppress
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from qa.assistant import Assistant
from qa.settings import Settings
from qa.stopping import Stop
from qa.types import Answer, Turn
from vectorstore.types import Filters, Summary

AT_ONCE = 8  # questions that are answered at a time
_READING = 4  # threads for what takes no search: a summary, an article
_SEARCHING = 2  # threads that search, some 10 ms each, for those whose turn has not come: ten of them made all others later

Result = TypeVar("Result")


class AsyncAssistant:
    """The methods of an Assistant, to be awaited; close it, or use it in an `async with` block.

    Of more than `at_once` questions the later ones wait for a thread. Cancelling the task that waits for an answer, or closing
    the iterator of `stream`, ends the question: its request to the model is closed at once.
    """

    def __init__(self, assistant: Assistant, at_once: int = AT_ONCE) -> None:
        self.assistant = assistant
        self._answering = ThreadPoolExecutor(at_once, "onrecord-answer")
        self._reading = ThreadPoolExecutor(_READING, "onrecord-read")
        self._searching = ThreadPoolExecutor(_SEARCHING, "onrecord-search")

    @classmethod
    def open(
        cls, index_dir: Path | str | None = None, settings: Settings | None = None, at_once: int = AT_ONCE
    ) -> AsyncAssistant:
        """As Assistant.open, which is not awaited: it reads for a moment, before there is anything to ask."""
        return cls(Assistant.open(index_dir, settings), at_once)

    async def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        filters: Filters = Filters(),
        today: date | None = None,
        ignore: Collection[str] = (),
        as_written: bool = False,
    ) -> AsyncGenerator[Answer, None]:
        """The answer as it grows: first an empty one, once it has been searched for. Who reads slowly gets the latest."""
        loop, stop = asyncio.get_running_loop(), Stop()
        arrived: asyncio.Queue[Answer | None] = asyncio.Queue()
        answers: Any = self.assistant.until(stop).stream(question, history, filters, today, ignore, as_written)

        def tell(answer: Answer | None) -> None:
            with suppress(RuntimeError):  # the loop has been closed meanwhile
                loop.call_soon_threadsafe(arrived.put_nowait, answer)

        def work() -> None:
            try:
                for answer in answers:
                    if stop.ended:
                        return
                    tell(answer)
            finally:
                answers.close()
                tell(None)

        pool = self._answering if history and self.model_name != "quote-only" else self._searching  # a model rewrites it first
        working: Any = loop.run_in_executor(pool, next, answers)
        try:
            yield await asyncio.shield(working)
            working = loop.run_in_executor(self._answering, work)
            ended = False
            while not ended and (answer := await arrived.get()):
                while not arrived.empty():
                    if not (newer := arrived.get_nowait()):
                        ended = True
                        break
                    answer = newer
                yield answer
            await working  # raises what the thread has raised
        finally:
            stop.end()
            await asyncio.shield(asyncio.wait([working]))  # nothing of it runs on when this has returned
            answers.close()
            if not working.cancelled():
                working.exception()  # looked at: whoever has gone wants to hear of no error

    async def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        filters: Filters = Filters(),
        today: date | None = None,
        ignore: Collection[str] = (),
        as_written: bool = False,
    ) -> Answer:
        """The final Answer. Takes what `stream` takes, and raises as it does."""
        async with aclosing(self.stream(question, history, filters, today, ignore, as_written)) as answers:
            async for one in answers:
                answer = one
        return answer

    async def summary(self, filters: Filters = Filters()) -> Summary:
        """What the live index holds within the filters."""
        return await self.read(self.assistant.summary, filters)

    async def read(self, call: Callable[..., Result], *arguments: Any) -> Result:
        """What a call gives that reads the index without a search: made in one of few threads of its own."""
        return await asyncio.get_running_loop().run_in_executor(self._reading, call, *arguments)

    async def search(self, call: Callable[..., Result], *arguments: Any) -> Result:
        """What a call gives that searches: made in one of the threads that answer."""
        return await asyncio.get_running_loop().run_in_executor(self._answering, call, *arguments)

    @property
    def model_name(self) -> str:
        return self.assistant.model_name

    def close(self) -> None:
        """Closes the assistant too; what is being answered ends first."""
        self.close_threads()
        self.assistant.close()

    def close_threads(self) -> None:
        """Takes no more questions; the assistant, which may be somebody else's, stays open."""
        for pool in (self._answering, self._reading, self._searching):
            pool.shutdown(wait=False, cancel_futures=True)

    async def __aenter__(self) -> AsyncAssistant:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()
