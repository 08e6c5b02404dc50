"""Rows of tables are quoted with their head."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from qa.assistant import Assistant
from qa.quoting import quote
from qa.settings import Settings
from qa.tables import head_of
from vectorstore.passages import passages
from vectorstore.rebuild import rebuild
from vectorstore.types import Article, Hit

COUNCIL = """All 24 seats on the Marrow council were contested on Sunday.

| Party | Votes | Seats |
|---|---|---|
| Reed List | 4,112 | 11 |
| Quay Party | 3,007 | 8 |
| Independents | 1,540 | 5 |

Turnout was 61%."""
LEAGUE = """Saturday's scores in the Fen League:

Team            P   W   Pts
Marrow Rovers     10  7   22
Holt United     10  6   19
"""
HITS = [
    Hit(passage, article, 1.0)
    for article in (
        Article("a", COUNCIL, "Results of the Marrow council election", "Marrow Echo", "", date(2026, 5, 4)),
        Article("b", LEAGUE, "Football results", "Marrow Echo", "", date(2026, 5, 4)),
    )
    for passage in passages(article)
]


@pytest.mark.parametrize(
    ("question", "head", "row"),
    [
        ("How many votes did the Quay Party get?", "| Party | Votes | Seats |", "| Quay Party | 3,007 | 8 |"),
        ("How many points has Holt United in the Fen League?", "Team            P   W   Pts", "Holt United     10  6   19"),
    ],
)
def test_a_row_is_quoted_with_its_head(question: str, head: str, row: str) -> None:
    """The cells mean nothing without the head; both are verbatim, each with its own citation."""
    sentences, citations = quote(question, HITS)
    assert f"“{head}” “{row}”" in sentences[0].text
    quotes = {c.number: c.quote for c in citations}
    assert [quotes[n] for n in sentences[0].citations] == [row, head]
    assert all(c.article.text[c.start : c.end] == c.quote for c in citations)
    assert [c.number for c in citations] == list(range(1, len(citations) + 1))


def test_a_row_keeps_its_head_through_the_assistant(tmp_path: Path) -> None:
    """The Answer has both citations, numbered in order."""
    (tmp_path / "council.md").write_text(f"---\ntitle: Results of the Marrow council election\n---\n{COUNCIL}", encoding="utf-8")
    rebuild([tmp_path / "council.md"], tmp_path / "index")
    with Assistant.open(tmp_path / "index", Settings(answerer="quote")) as assistant:
        answer = assistant.ask("How many votes did the Quay Party get in the Marrow council election?")
    assert "3,007" in answer.text
    assert {n for sentence in answer.sentences for n in sentence.citations} == {c.number for c in answer.citations}
    assert "| Party | Votes | Seats |" in [c.quote for c in answer.citations]


def test_a_head_alone_is_no_answer() -> None:
    """Whatever is asked, no sentence shows the head by itself."""
    for question in ("Who won the Marrow council election?", "Which party won the most votes?", "Party votes seats"):
        sentences, _ = quote(question, HITS)
        assert all("” “" in sentence.text or "Party | Votes" not in sentence.text for sentence in sentences)


@pytest.mark.parametrize("text", ["", "One line | of cells", "| 1 | 2 |\n| 3 | 4 |", "a | b\nprose\na | b"])
def test_what_is_no_table_has_no_head(text: str) -> None:
    """One line of cells is no table; numbers are no head."""
    assert all(head_of(text, n) is None for n in range(len(text)))


def test_a_hostile_table_is_read_in_no_time() -> None:
    """A hundred thousand rows, and a row of a million cells."""
    for text in ("| a | b |\n" * 100_000, "| a " * 300_000):
        assert head_of(text, len(text) - 5) is None
