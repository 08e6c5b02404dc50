"""The shape of an answer: all that a plural asks for, both sides of a comparison, the cause or the decision first."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from qa.answerable import tells
from qa.parts import parts
from qa.quoting import DIFFER, quote
from vectorstore.passages import passages
from vectorstore.types import Article, Filters, Found, Hit, Scope, Summary

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "shapes.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_an_answer_has_the_shape_of_its_question(case: dict[str, Any]) -> None:
    """Each thing that is asked for has its quote, and nothing stands beside them that the question does not ask for."""
    articles = [
        Article(f"a{n}", r["text"], r["title"], f"Paper {n}", published=r.get("published", date(2026, 3, 17)))
        for n, r in enumerate(case["reports"])
    ]
    found = [Hit(p, article, 1.0 / n) for n, article in enumerate(articles, 1) for p in passages(article)]
    shown, cited = quote(case["question"], found)
    said = [one.quote for one in cited]
    assert case.get("first", "") in said[0]
    assert case.get("says", "") in shown[0].text
    if wanted := case.get("quotes"):
        assert len(said) == len(wanted), said
        assert all(
            part in one for part, one in zip(wanted, sorted(said, key=lambda q: [w in q for w in wanted][::-1]), strict=True)
        ), said
    assert all(sentence.citations and DIFFER not in sentence.text for sentence in shown)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("Did the tram driver resign?", True),
        ("Did the tram driver quit his post?", True),
        ("Did the mayor of Orrel resign?", False),
    ],
)
def test_whether_it_is_so_is_told_where_a_sentence_decides_it(question: str, told: bool) -> None:
    """What is said of another person, or of another deed of the same one, decides nothing."""
    text = "The tram driver, Ivo Brandl, said on Monday that he would not resign. The mayor of Fenby was on the tram, too. "
    article = Article("a", text + "She thanked the firemen and went home.", "Tram leaves the rails in Fenby", "Paper")
    hits = tuple(Hit(passage, article, 1.0) for passage in passages(article))
    found = Found(hits, Scope(date(2026, 3, 17), Filters()), Summary("", 1, 1, None, None, (), 1), "")
    assert tells(question, found) is told


def test_what_is_compared_is_looked_for_by_itself() -> None:
    """A question that compares two things is searched for whole, then for each of the two with what is asked of both."""
    question = "Who got more votes in Orrel, Rosa Amdahl or Jens Pohlmann?"
    assert parts(question) == (question, "got votes Orrel Rosa Amdahl", "got votes Orrel Jens Pohlmann")
    question = "Was it cold or wet in Orrel?"
    assert parts(question) == (question,)
