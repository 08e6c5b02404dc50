"""onrecord as LangChain parts, over the sample articles."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.runnables import RunnableLambda

from qa import OnRecordRetriever, Turn, chain
from qa.assistant import Assistant
from qa.errors import QuestionError
from qa.settings import Settings
from vectorstore.types import Filters

ASKED = "Who denied that the captain was asleep?"


@pytest.fixture(scope="module")
def assistant(samples_index: Path) -> Iterator[Assistant]:
    with Assistant.open(samples_index, Settings(answerer="quote")) as opened:
        yield opened


@pytest.mark.parametrize(("question", "abstains"), [("Who resigned?", True), ("Who paid for it?", True), ("Who died?", False)])
def test_a_follow_up_needs_its_own_words(question: str, abstains: bool, assistant: Assistant) -> None:
    """What was spoken of before is no evidence for what is asked now."""
    asked = "How many homes lost power in Storm Ottilie?"
    before = assistant.ask(asked)
    turn = Turn(asked, before.text, tuple(citation.article.title for citation in before.citations))
    answer = assistant.ask(question, [turn])
    assert "(about" in answer.standalone_question
    assert answer.abstained is abstains


def test_retriever(samples_index: Path) -> None:
    """A document is a passage, verbatim, with what a citation needs."""
    retriever = OnRecordRetriever.open(samples_index, k=3)
    documents = retriever.invoke(ASKED)
    assert len(documents) == 3
    for document in documents:
        article = retriever.index.article(document.metadata["article_id"])
        assert article.text[document.metadata["start"] : document.metadata["end"]] == document.page_content
        assert document.metadata["title"] == article.title
        assert {"source", "url", "published", "authors", "score"} <= set(document.metadata)
    assert documents[0].metadata["score"] >= documents[-1].metadata["score"]


def test_retriever_composes(samples_index: Path) -> None:
    """It is a Runnable among others, and keeps to its filters."""
    march = Filters(since=date(2026, 3, 1), until=date(2026, 3, 31))
    count = OnRecordRetriever.open(samples_index, k=5, filters=march) | RunnableLambda(
        lambda found: [document.metadata["published"][:7] for document in found]
    )
    assert set(count.invoke(ASKED)) == {"2026-03"}


def test_retriever_reads_outlets_and_days(samples_index: Path) -> None:
    """It searches as `ask` does: words about the articles are a filter, an outlet comes first, today may be given."""
    retriever = OnRecordRetriever.open(samples_index, k=4)
    only = retriever.invoke("What do articles published in March 2026 say of the ferry?")
    assert only
    assert {document.metadata["published"][:7] for document in only} == {"2026-03"}
    for outlet in ("Radio Ouvre", "Coastwire"):
        first, *_ = retriever.invoke(f"How many homes lost power in Storm Ottilie, according to {outlet}?")
        assert first.metadata["source"] == outlet
    dated = OnRecordRetriever(index=retriever.index, k=4, today=date(2026, 4, 10))
    march = dated.invoke("What do articles published last month say of the ferry?")
    assert march
    assert {document.metadata["published"][:7] for document in march} == {"2026-03"}


def test_citations_are_standard(assistant: Assistant) -> None:
    """Every annotation is a langchain-core Citation whose indices bound text of the answer and whose quote is ours."""
    message = chain(assistant).invoke(ASKED)
    (block,) = message.content_blocks
    assert block["type"] == "text"
    assert block["text"] == message.text
    assert block["annotations"]
    for citation in block["annotations"]:
        assert citation["type"] == "citation"
        assert citation["url"].startswith("http")
        assert citation["title"]
        article = assistant.index.article(citation["extras"]["article_id"])
        assert article is not None
        assert citation["cited_text"] == article.text[citation["extras"]["quote_start"] : citation["extras"]["quote_end"]]
        stretch = message.text[citation["start_index"] : citation["end_index"]]
        assert stretch.strip() == stretch != ""
        assert message.text[citation["end_index"] :].lstrip().startswith("[")


def test_history_and_filters(assistant: Assistant) -> None:
    """A dict asks with a history and filters, ours or plain ones."""
    asked = {
        "question": "Why?",
        "history": [{"question": "Did the captain fall asleep?", "answer": "No."}, Turn("Was the ferry damaged?")],
        "filters": {"since": "2026-01-01", "sources": "No Such Outlet"},
    }
    message = chain(assistant).invoke(asked)
    assert message.response_metadata["onrecord"]["standalone_question"] == "Why was the ferry damaged?"
    assert message.response_metadata["onrecord"]["abstained"]
    assert message.content_blocks[0].get("annotations", []) == []


@pytest.mark.parametrize(
    "asked",
    [
        {"input": "How many turbines may be built on Gannet Bank?"},
        [HumanMessage("How many turbines may be built on Gannet Bank?")],
        [("human", "How many turbines may be built on Gannet Bank?")],
        {"messages": [{"role": "user", "content": "How many turbines may be built on Gannet Bank?"}]},
        [
            HumanMessage("Where is Gannet Bank?"),
            AIMessage("Off Saltmere."),
            HumanMessage("How many turbines may be built on Gannet Bank?"),
        ],
    ],
    ids=["input", "message", "tuple", "state", "talk"],
)
def test_the_question_may_come_as_messages(assistant: Assistant, asked: Any) -> None:
    """A chain takes what LangChain's prompts and agents hand on; earlier messages are the history."""
    assert "42 turbines" in str(chain(assistant).invoke(asked).text)


@pytest.mark.parametrize(
    "asked",
    [
        [],
        [AIMessage("An answer.")],
        {"messages": 5},
        {"query": "x"},
        {"question": "x", "filter": 1},
        {"question": "x", "history": ["y"]},
        {"question": "x", "filters": {"since": "May"}},
    ],
)
def test_wrong_input(assistant: Assistant, asked: Any) -> None:
    """An input of another shape is a usage error that says which shape is right."""
    with pytest.raises(QuestionError, match=r"pass|use"):
        chain(assistant).invoke(asked)
