"""Slips of the finger: a word that no article has is read as one that is a letter away, and the answer says so."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from qa.assistant import Assistant
from qa.settings import Settings
from ui import cli, render
from vectorstore.doubles import WordHashEncoder
from vectorstore.rebuild import rebuild
from vectorstore.search import Index

ARTICLES = {
    "quake": "An earthquake shook Velden on Monday. Geologist Solvej Ornsby said the earthquake had a strength of 5.2. The "
    "government sent tents to Velden. Eleven houses fell, and Solvej Ornsby counted three landslides after the elections.",
    "mill": "The government closed the mill at Halvorsen Bay. Ottilie Marren, who runs the mill, said the government had not "
    "asked. Ottilie Marren will appeal. The carriage museum of Halvorsen Bay stays open until the elections, the museum said.",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of two articles from an outlet called Brannen Herald."""
    folder = tmp_path_factory.mktemp("slips")
    rows = [{"title": name, "text": text, "source": "Brannen Herald"} for name, text in ARTICLES.items()]
    (folder / "articles.jsonl").write_text("\n".join(map(json.dumps, [*rows, *({**row, "url": "b"} for row in rows)])), "utf-8")
    rebuild([folder / "articles.jsonl"], folder / "index", encoder=WordHashEncoder())
    return folder / "index"


@pytest.fixture(scope="module")
def index(folder: Path) -> Iterator[Index]:
    with Index.open(folder, encoder=WordHashEncoder(), rerank=False) as opened:
        yield opened


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Who is Solvje Ornsby?", "Who is Solvej Ornsby?"),
        ("Did the goverment help?", "Did the government help?"),
        ("How strong was the EATHQUAKE?", "How strong was the earthquake?"),
        ("Who is Otillie Marren?", "Who is Ottilie Marren?"),
        ("What did the gologist say?", "What did the geologist say?"),  # in few articles a word may stand once
        ("What came after the elecitons?", "What came after the elections?"),
        ("What did Solvje Ornsbey count after the eartquake?", "What did Solvej Ornsby count after the earthquake?"),
    ],
)
def test_a_slip_is_read_as_the_word_that_the_articles_have(index: Index, typed: str, meant: str) -> None:
    """A letter more, less or another, or two exchanged; in a long word two, where they are of its letters."""
    assert index.respelt(typed) == meant


@pytest.mark.parametrize(
    "question",
    [
        "Who is Solvej Ornsby?",  # held
        "Was the marriage museum closed?",  # an English word, and none of the articles'
        "Who is Solveg Ornsby?",  # of a short name another letter may be another person
        "Who is Halversan?",  # two letters are another name
        "What fell in Valdn?",  # nothing of so few letters
        "What did the Brannen Herald say?",  # an outlet
        "What happened at 5.3?",
        "Was hat die Regierung in Veldern gesagt?",  # not English: what is no slip there is not known
        "",
        "?",
    ],
)
def test_what_may_be_right_is_left_alone(index: Index, question: str) -> None:
    """Whatever the articles, English or the outlets have is as it was meant."""
    assert index.respelt(question) == question


def test_the_answer_says_how_it_was_read_and_can_be_undone(samples_index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The page, the terminal and --json show the question as it was read; asked as written it is searched for as written."""
    typed = "Who is Dcelan Halloran of Northlien Ferries?"
    with Assistant.open(samples_index, Settings(index=samples_index, answerer="quote")) as assistant:
        answer, plain = assistant.ask(typed), assistant.ask(typed, as_written=True)
    assert answer.standalone_question == "Who is Declan Halloran of Northline Ferries?"
    assert "Declan Halloran" in answer.citations[0].quote
    assert (answer.question, plain.standalone_question) == (typed, typed)
    assert "Ask as written" in render.answer_html(answer, 1)
    assert "Read as: Who is Declan Halloran" in render.answer_text(answer)
    assert cli.main(["ask", typed, "--json", "--index", str(samples_index)]) == 0
    assert json.loads(capsys.readouterr().out)["standalone_question"] == answer.standalone_question
