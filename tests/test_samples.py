"""The sample questions, asked through the library and through the command line alike, with no model configured."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from qa.assistant import Assistant
from qa.settings import Settings
from qa.types import Turn
from tests.conftest import SAMPLES
from ui.cli import main
from vectorstore.articles import read
from vectorstore.types import Article, Filters

QUESTIONS = [json.loads(line) for line in (SAMPLES / "questions.jsonl").read_text(encoding="utf-8").splitlines()]
ARTICLES = {a.url: a for a in read([SAMPLES / "articles"]) if isinstance(a, Article)}


def cases(questions: list[dict[str, Any]]) -> list[Any]:
    """Parameters; a question that is not answered rightly yet says why in the file, and is reported as an expected failure."""
    wanting = [[pytest.mark.xfail(reason=asked["not_yet"])] if "not_yet" in asked else [] for asked in questions]
    return [pytest.param(asked, id=asked["id"], marks=marks) for asked, marks in zip(questions, wanting, strict=True)]


ALL = cases(QUESTIONS)
ALONE = cases([asked for asked in QUESTIONS if "history" not in asked])  # the command line has no history


@pytest.fixture(scope="module")
def assistant(samples_index: Path) -> Iterator[Assistant]:
    with Assistant.open(samples_index, Settings(index=samples_index, answerer="quote")) as opened:
        yield opened


def test_the_samples_are_what_their_readers_were_told() -> None:
    """Twenty-five articles of five outlets in three formats, each with every field and at most 350 words."""
    assert len(ARTICLES) == 25
    assert len({article.source for article in ARTICLES.values()}) == 5
    assert {path.suffix for path in (SAMPLES / "articles").iterdir()} == {".txt", ".md", ".jsonl"}
    for article in ARTICLES.values():
        assert article.title, article.id
        assert article.authors, article.id
        assert article.published, article.id
        assert article.url.split("/")[2].endswith(".example"), article.id
        assert 120 <= len(article.text.split()) <= 350, article.id


def test_the_questions_fit_the_articles() -> None:
    """Every expected answer stands in an article that the question names; ids are unique; unanswerable ones name none."""
    assert len({asked["id"] for asked in QUESTIONS}) == len(QUESTIONS)
    for asked in QUESTIONS:
        texts = [ARTICLES[url].text for url in urls(asked)]
        assert bool(asked.get("abstain")) == (not texts) == (not asked["answers"]), asked["id"]
        for answer in asked["answers"]:
            assert any(answer in text for text in texts), (asked["id"], answer)


@pytest.mark.parametrize("asked", ALL)
def test_a_sample_question_through_the_library(asked: dict[str, Any], assistant: Assistant) -> None:
    """The answer quotes a sentence that holds what is asked, or says that the articles do not."""
    history = [Turn(turn["question"], turn["answer"], tuple(turn["titles"])) for turn in asked.get("history", ())]
    answer = assistant.ask(asked["question"], history, filters(asked))
    check(asked, answer.as_dict())
    for citation in answer.citations:
        assert citation.article.text[citation.start : citation.end] == citation.quote


@pytest.mark.parametrize("asked", ALONE)
def test_a_sample_question_through_the_command(
    asked: dict[str, Any], samples_index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`onrecord ask --json` gives the same answer, and exits with 0 for an answer and for an abstention."""
    narrowed = filters(asked)
    arguments = ["ask", asked["question"], "--json", "--index", str(samples_index)]
    arguments += [word for source in narrowed.sources for word in ("--source", source)]
    arguments += ["--since", str(narrowed.since)] if narrowed.since else []
    arguments += ["--until", str(narrowed.until)] if narrowed.until else []
    assert main(arguments) == 0
    check(asked, json.loads(capsys.readouterr().out))


def check(asked: dict[str, Any], answer: dict[str, Any]) -> None:
    assert answer["abstained"] == asked.get("abstain", False)
    if answer["abstained"]:
        assert not answer["citations"]
        assert answer["hits"] or not asked["article"]  # the nearest passages are shown
        return
    good = [c["quote"] for c in answer["citations"] if c["article"]["url"] in urls(asked)]
    held = [wanted for wanted in asked["answers"] if any(wanted in quote for quote in good)]
    assert held == asked["answers"] if asked.get("all") else held, [c["quote"] for c in answer["citations"]]


def urls(asked: dict[str, Any]) -> list[str]:
    return [asked["article"]] if isinstance(asked["article"], str) else asked["article"]


def filters(asked: dict[str, Any]) -> Filters:
    given = asked.get("filters", {})
    days = {name: date.fromisoformat(given[name]) for name in ("since", "until") if name in given}
    return Filters(sources=tuple(given.get("sources", ())), **days)
