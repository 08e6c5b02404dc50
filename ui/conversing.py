"""One question as a client is told of it, event by event: received, searching, waiting, found, each sentence, final, or an error.

No library: whoever reads the events (ui/server.py) ends the question by closing them.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing

from qa.assistant import readable
from qa.asynchronous import AsyncAssistant
from qa.types import Answer, filters_dict
from ui.line import Line
from ui.render import answer_html, evidence_html, sentence_html
from ui.wire import Asked, Event, error_event, status_of
from vectorstore.errors import OnRecordError

_log = logging.getLogger("onrecord")


async def events(
    assistant: AsyncAssistant, line: Line, asked: Asked, final: Callable[[Answer, int], Event] | None = None
) -> AsyncGenerator[Event, None]:
    """What happens to a question; the last event is `final` or `error`. Closing it ends the question, wherever it is.

    With a `turn` the events carry safe HTML as well, for the page. An error's event has the status that it would have had.
    """
    try:
        readable(asked.question)
        with line.join() as turn:
            yield {"event": "received"}
            async for place in turn.places(bool(asked.history) and assistant.model_name != "quote-only"):  # a model rewrites it
                yield {"event": "waiting", "place": place}
            yield {"event": "searching", "articles": (await assistant.summary(asked.filters)).articles}
            told = _Told(asked.turn, final or final_event)
            async with aclosing(assistant.stream(*asked.arguments)) as answers:
                async for answer in answers:
                    async for place in turn.places(not answer.final):  # searched already; what takes long waits
                        yield {"event": "waiting", "place": place}
                    for event in told.news(answer):
                        yield event
    except OnRecordError as error:
        yield error_event(error) | {"status": status_of(error)}
    except Exception as error:  # noqa: BLE001 - logged, and told as the failure that it is
        _log.exception("a question failed")
        yield error_event(error) | {"status": 500}


class _Told:
    """What a client has been told of an answer, so that only what is new travels."""

    def __init__(self, turn: int, final: Callable[[Answer, int], Event]) -> None:
        self.turn, self.final = turn, final
        self.found = False
        self.sentences: list[Event] = []

    def news(self, answer: Answer) -> Iterator[Event]:
        if answer.hits and not self.found:
            self.found = True
            yield found_event(answer)
        if answer.final:
            yield self.final(answer, self.turn)
            return
        said = [_sentence_event(answer, n, self.turn) for n in range(len(answer.sentences))]
        gone = [{"event": "sentence", "id": n, "text": "", "citations": []} for n in range(len(said), len(self.sentences))]
        for n, event in enumerate((*said, *gone)):
            if n >= len(self.sentences) or self.sentences[n] != event:
                yield event
        self.sentences = said


def found_event(answer: Answer) -> Event:
    """What is read before the answer is written, and how the question was understood."""
    outlets = {hit.article.source for hit in answer.hits if hit.article.source}
    return {
        "event": "found",
        "passages": len(answer.hits),
        "outlets": len(outlets),
        "standalone_question": answer.standalone_question,
        "filters": filters_dict(answer.filters, answer.understood),
    }


def final_event(answer: Answer, turn: int = 0) -> Event:
    """The whole checked answer, as `ask --json` prints it."""
    event: Event = {"event": "final", "answer": answer.as_dict()}
    return event | {"html": answer_html(answer, turn), "evidence": evidence_html(answer, turn)} if turn else event


def _sentence_event(answer: Answer, n: int, turn: int) -> Event:
    """A sentence so far. Nothing of it has been checked before the final answer."""
    sentence = answer.sentences[n]
    event: Event = {"event": "sentence", "id": n, "text": sentence.text, "citations": list(sentence.citations)}
    return event | {"html": sentence_html(answer, n, turn)} if turn else event
