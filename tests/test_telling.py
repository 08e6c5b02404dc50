"""What is asked for by its kind, a cause, harm, somebody, a place, a day, somebody's words: told somewhere, or nowhere."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from qa.answerable import tells
from qa.asking import asked
from qa.quoting import Candidate, candidates, quote
from qa.telling import telling
from vectorstore.passages import passages
from vectorstore.types import Article, Filters, Found, Hit, Scope, Summary

GROUPS = yaml.safe_load((Path(__file__).parent / "cases" / "telling.yaml").read_text(encoding="utf-8"))
CASES = [(group["reports"], question, told) for group in GROUPS for question, told in group["asked"]]


def hits(reports: list[dict[str, Any]]) -> tuple[Hit, ...]:
    articles = [Article(f"a{n}", report["text"], report["title"]) for n, report in enumerate(reports)]
    return tuple(Hit(p, article, 1.0) for article in articles for p in passages(article))


def told_of(question: str, found: tuple[Hit, ...]) -> list[Candidate] | None:
    return telling(question, asked(question), candidates(asked(question), found))


@pytest.mark.parametrize(("reports", "question", "told"), CASES, ids=[question for _, question, _ in CASES])
def test_the_sentence_that_tells_it(reports: list[dict[str, Any]], question: str, told: str) -> None:
    """Of why the cause comes first, wherever in the report it stands; where nothing tells it, nothing is an answer."""
    found = told_of(question, hits(reports))
    assert found is not None
    if told:
        assert found
        assert told in quote(question, hits(reports))[1][0].quote
    else:
        assert not found
        scope, summary = Scope(date(2026, 3, 17), Filters()), Summary("", 1, 1, None, None, (), 1)
        assert not tells(question, Found(hits(reports), scope, summary, ""))


@pytest.mark.parametrize("question", ["Who denied the theft?", "Who is Maud Tessen?", "What is known of the theft?"])
def test_what_no_form_shows(question: str) -> None:
    """Of who denied it, who somebody is or what is known no sentence shows by its form that it tells it."""
    reports = [{"title": "Theft at the theatre", "text": "A painting is gone. Maud Tessen, the director, was away."}]
    assert told_of(question, hits(reports)) is None


def test_a_cause_may_stand_where_the_search_has_not_looked() -> None:
    """Of a long article of which one passage was found, it is not said that it tells no cause."""
    told = ["The market in Orrel was called off on Friday.", "Stalls had come from Fenby. " * 60, "The cause was the wind."]
    article = Article("a", "\n\n".join(told), "No market in Orrel")
    first = tuple(Hit(p, article, 1.0) for p in passages(article)[:1])
    assert told_of("Why was the market called off?", first) != []
