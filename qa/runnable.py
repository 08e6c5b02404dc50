"""onrecord as LangChain parts: a retriever, and a Runnable whose AIMessage carries standard Citation annotations.

Loaded only when asked for: its classes are langchain-core's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.messages import AIMessage, convert_to_messages
from langchain_core.messages import content as blocks
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableLambda

from qa.assistant import Assistant
from qa.errors import QuestionError
from qa.settings import Settings, read_settings
from qa.types import Answer, Turn
from vectorstore.errors import UsageError
from vectorstore.search import Index
from vectorstore.types import Filters

_MARKER = re.compile(r"\[(\d+)\]")


class OnRecordRetriever(BaseRetriever):
    """The passages of an index that best match a question, as Documents with their article's metadata.

    `OnRecordRetriever(index=Index.open("onrecord-index"), k=8)`. The metadata are id, article_id, title, source, url,
    published (ISO or empty), authors, start, end (character offsets into the article's stored text) and score.
    """

    index: Any  # vectorstore.search.Index; pydantic cannot check it
    k: int = 8
    filters: Any = Filters()
    today: Any = None  # the date that "this week" is counted from; the clock's, if none is given

    @classmethod
    def open(cls, index_dir: Path | str, k: int = 8, filters: Filters = Filters()) -> OnRecordRetriever:
        """A retriever over an index directory made with the packaged embedder; ONRECORD_CHROMA_URL says where its vectors are."""
        return cls(index=Index.open(index_dir, server=read_settings().server), k=k, filters=filters)

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        return [
            Document(
                id=hit.passage.id,
                page_content=hit.passage.text,
                metadata={
                    "id": hit.passage.id,
                    "article_id": hit.article.id,
                    "title": hit.article.title,
                    "source": hit.article.source,
                    "url": hit.article.url,
                    "published": hit.article.published.isoformat() if hit.article.published else "",
                    "authors": list(hit.article.authors),
                    "start": hit.passage.start,
                    "end": hit.passage.end,
                    "score": hit.score,
                },
            )
            for hit in self.index.retrieve(query, self.filters, self.today, k=self.k).hits
        ]


def chain(
    assistant: Assistant | None = None, *, index_dir: Path | str | None = None, settings: Settings | None = None
) -> Runnable[Any, AIMessage]:
    """A Runnable from a question to an AIMessage with citations; pass an open Assistant, or the index directory to open.

    The input is the question; or a dict: {"question" (or "input"), "history": [Turn or {"question", "answer"}], "filters":
    Filters or {"sources", "since", "until", "sections", "languages"}, "today"}; or LangChain's messages, alone or as "messages",
    the question last.
    The message's text block carries one Citation per marker: `start_index` and `end_index` bound the sentence in the text,
    `cited_text` is the verbatim quote. Raises what `Assistant.ask` raises.
    """
    using = assistant or Assistant.open(index_dir, settings)

    def answer(asked: Any) -> AIMessage:
        question, history, filters, today = _read(asked)
        return as_message(using.ask(question, history, filters, today))

    return RunnableLambda(answer, name="onrecord")


def as_message(answer: Answer) -> AIMessage:
    """The answer as LangChain's message; what has no standard place is in `response_metadata["onrecord"]`."""
    cited = {citation.number: citation for citation in answer.citations}
    annotations: list[blocks.Annotation] = []
    for start, end, numbers in _stretches(answer.text):
        for number in numbers:
            if (citation := cited.get(number)) is None:
                continue
            url = citation.article.url if citation.article.url.startswith(("http://", "https://")) else ""
            given = {"url": url, "title": citation.article.title}
            annotations.append(
                blocks.create_citation(
                    **{name: value for name, value in given.items() if value},
                    start_index=start,
                    end_index=end,
                    cited_text=citation.quote,
                    article_id=citation.article.id,
                    source=citation.article.source,
                    published=citation.article.published.isoformat() if citation.article.published else "",
                    quote_start=citation.start,
                    quote_end=citation.end,
                    speaker=citation.speaker,
                )
            )
    text = blocks.create_text_block(answer.text, annotations=annotations)
    return AIMessage(
        content_blocks=[text],
        response_metadata={
            "model_name": answer.model,
            "onrecord": {
                "abstained": answer.abstained,
                "standalone_question": answer.standalone_question,
                "notice": answer.notice,
                "label": answer.label,
                "index": answer.index,
            },
        },
    )


def _stretches(text: str) -> Iterator[tuple[int, int, list[int]]]:
    """Each run of text with the markers that close it: (start, end, numbers); the markers themselves are not in it."""
    start = 0
    for run in re.finditer(r"(?:\s*\[\d+\])+", text):
        begin = start + len(text[start : run.start()]) - len(text[start : run.start()].lstrip())
        if begin < run.start():
            yield begin, run.start(), [int(number) for number in dict.fromkeys(_MARKER.findall(run.group()))]
        start = run.end()


def _read(asked: Any) -> tuple[str, Sequence[Turn], Filters, date | None]:
    if isinstance(asked, str):
        return asked, (), Filters(), None
    if not isinstance(asked, dict) or "messages" in asked:
        return *_talk(asked["messages"] if isinstance(asked, dict) else asked), Filters(), None
    question = asked.get("question", asked.get("input"))
    unknown = set(asked) - {"question", "input", "history", "filters", "today"}
    if unknown or not isinstance(question, str):
        wrong = ", ".join(sorted(map(repr, unknown))) or "no question"
        raise QuestionError(f'The input has {wrong}: use "question" (or "input"), "history", "filters", "today".')
    history = [turn if isinstance(turn, Turn) else _turn(turn) for turn in asked.get("history") or ()]
    filters = asked.get("filters") or Filters()
    return question, history, filters if isinstance(filters, Filters) else _filters(filters), asked.get("today")


def _talk(messages: Any) -> tuple[str, Sequence[Turn]]:
    """The question and the turns before it of LangChain's messages, however they are written."""
    try:
        said = [(m.type, str(m.text)) for m in convert_to_messages(messages) if m.type in ("human", "ai")]
    except (ValueError, TypeError, NotImplementedError, AttributeError):
        said = []
    if not said or said[-1][0] != "human":
        raise QuestionError(
            f'The input is {type(messages).__name__}: pass a question, a dict with "question", or messages that end with one.'
        )
    turns: list[Turn] = []
    for kind, text in said[:-1]:
        if kind == "human":
            turns.append(Turn(text))
        elif turns:
            turns[-1] = replace(turns[-1], answer=text)
    return said[-1][1], turns


def _turn(turn: Any) -> Turn:
    try:
        return Turn(str(turn["question"]), str(turn.get("answer", "")), turn.get("titles", ()))
    except (UsageError, TypeError, KeyError, AttributeError):
        raise QuestionError(f'A turn of the history is {str(turn)[:60]!r}: use {{"question", "answer"}}.') from None


def _filters(given: Any) -> Filters:
    try:
        several = {name: given.get(name) or () for name in ("sources", "sections", "languages")}
        return Filters(since=given.get("since"), until=given.get("until"), **several)
    except (UsageError, AttributeError):
        raise QuestionError(
            f'The filters are {str(given)[:80]!r}: use {{"sources": [...], "since": "2026-03-01", "until", "sections", '
            '"languages"}.'
        ) from None
