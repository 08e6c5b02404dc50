"""One act of search: the hits, where they were looked for, and the generation that they are of."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from qa.assistant import Assistant
from qa.runnable import OnRecordRetriever
from qa.settings import Settings
from ui import cli
from vectorstore.doubles import WordHashEncoder
from vectorstore.rebuild import rebuild
from vectorstore.search import Index
from vectorstore.types import Filters

STORM = "How many homes lost power in Storm Ottilie?"
JUNE = date(2026, 6, 1)


@pytest.fixture(scope="module")
def index(samples_index: Path) -> Iterator[Index]:
    with Index.open(samples_index) as opened:
        yield opened


def test_what_is_found_says_where_it_was_looked_for(index: Index) -> None:
    """Words about the articles narrow the search, other days and outlets come first, and the summary counts what was left."""
    plain = index.retrieve(STORM, today=JUNE)
    assert plain.summary == index.summary()
    assert plain.generation == index.generation == plain.summary.generation
    assert (len(plain.hits), plain.scope.filters, plain.scope.understood) == (8, Filters(), ())
    narrow = index.retrieve("What do Coastwire articles say of homes without power?", today=JUNE, k=3)
    assert {hit.article.source for hit in narrow.hits} == {"Coastwire"}
    assert narrow.scope.filters == Filters(("Coastwire",))
    assert narrow.summary == index.summary(Filters(("Coastwire",)))
    first = index.retrieve(STORM.replace("?", ", according to Coastwire?"), today=JUNE)
    assert first.hits[0].article.source == "Coastwire"
    assert first.summary.articles == plain.summary.articles


def test_the_parts_of_a_question_are_looked_for_in_one_generation(tmp_path: Path) -> None:
    """A generation that is published between the two searches is for the next question."""

    def publish(text: str) -> None:
        (tmp_path / "mill.txt").write_text(f"The mill at Velden\n\n{text}\n", encoding="utf-8")
        rebuild([tmp_path / "mill.txt"], tmp_path / "index", encoder=WordHashEncoder())

    def questions() -> Iterator[str]:
        yield "What burned?"
        publish("The mill reopened on Friday with new doors.")
        yield "Who was hurt?"

    publish("The mill burned on Monday, and nobody was hurt.")
    with Index.open(tmp_path / "index", encoder=WordHashEncoder(), rerank=False) as opened:
        before = opened.generation
        *_, found = opened.retrieve_each(questions(), Filters(), JUNE, (), 8, None)
        assert {one.generation for one in found} == {before}
        assert all("burned" in one.texts[0] for one in found)
        assert "reopened" in opened.retrieve("What burned?", today=JUNE).texts[0]
        assert opened.generation != before


def test_outlets_and_days_are_read_from_what_the_reader_wrote(index: Index) -> None:
    """A rewritten question finds the passages; its own outlets and days, which may be an article's, are not read."""
    rewritten = "How many homes lost power in Storm Ottilie, in Coastwire articles?"
    assert index.retrieve(rewritten, today=JUNE).scope.filters == Filters(("Coastwire",))
    found = index.retrieve(rewritten, today=JUNE, asked="And in March?")
    assert found.scope.filters == Filters()
    assert [one.words for one in found.scope.understood] == ["in March"]
    assert "Ottilie" in found.hits[0].passage.text
    assert index.retrieve(rewritten, today=JUNE, asked="").scope.understood == ()
    assert index.retrieve(rewritten, today=JUNE, ignore=["coastwire articles"]).scope.filters == Filters()


def test_a_question_without_words_finds_nothing(index: Index) -> None:
    """It is no error, and the summary still says what there is."""
    found = index.retrieve("  ", today=JUNE)
    assert (found.hits, found.summary) == ((), index.summary())


def test_a_question_of_which_no_passage_has_a_word(index: Index) -> None:
    """What is nearest in meaning is found all the same."""
    assert len(index.retrieve("qwertzuiop", today=JUNE).hits) == 8


@pytest.mark.parametrize("question", [STORM, "What do Coastwire articles say of the storm?", "Who was hurt in March?"])
def test_every_way_in_finds_the_same(
    index: Index, samples_index: Path, capsys: pytest.CaptureFixture[str], question: str
) -> None:
    """The command, LangChain's retriever and the assistant hand on what `retrieve` found."""
    found = index.retrieve(question, today=JUNE, k=8)
    ids = [hit.passage.id for hit in found.hits]
    assert cli.main(["search", question, "--index", str(samples_index), "-k", "8", "--today", "2026-06-01", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert [hit["passage_id"] for hit in printed["hits"]] == ids
    assert printed["index"] == found.generation
    documents = OnRecordRetriever(index=index, today=JUNE).invoke(question)
    assert [document.id for document in documents] == ids
    answer = Assistant(index, Settings(answerer="quote")).ask(question, today=JUNE)
    assert (list(answer.hits), answer.index) == (list(found.hits), found.generation)
    assert (answer.filters, answer.understood) == (found.scope.filters, found.scope.understood)
