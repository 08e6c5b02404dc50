"""Filters by section and language: in the search itself, from every client, and what is said where they leave nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from qa.assistant import Assistant
from qa.collection import everything
from qa.errors import UsageError
from qa.settings import Settings
from ui import cli
from ui.reading import kinds, timeline
from ui.render import answer_html
from ui.stored import read_answer
from ui.wire import Asked, read_asked
from ui.wording import speaking, wording
from vectorstore.doubles import WordHashEncoder
from vectorstore.rebuild import rebuild
from vectorstore.search import Index
from vectorstore.types import Filters

ARTICLES = (
    ("goal", "Harbour", "en", "Coastwire", "The harbour team of Velden scored twice and the keeper was praised."),
    ("quay", "HARBOUR", "en", "Radio Ouvre", "The quay in Velden was closed and the team of divers went home."),
    ("vote", "Council", "en", "Coastwire", "The council of Velden voted against the team that runs the ferry."),
    ("rat", "Council", "de", "Radio Ouvre", "Der Rat von Velden stimmte gegen das Team, das die Fähre betreibt, sagte er."),
    ("bare", "", "", "Coastwire", "Velden team."),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("kinds") / "index"
    names = ("id", "section", "language", "source", "text")
    rows = (dict(zip(names, row, strict=True)) | {"title": f"On {row[0]}", "published": "2026-03-02"} for row in ARTICLES)
    file = where.with_suffix(".jsonl")
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    rebuild([file], where, encoder=WordHashEncoder())
    return where


@pytest.fixture(scope="module")
def index(folder: Path) -> Iterator[Index]:
    with Index.open(folder, encoder=WordHashEncoder(), rerank=False) as opened:
        yield opened


@pytest.fixture(scope="module")
def assistant(index: Index, folder: Path) -> Assistant:
    return Assistant(index, Settings(index=folder))


WITHIN = (
    (Filters(sections=("harbour",)), {"goal", "quay"}),
    (Filters(sections=("Harbour", "Council")), {"goal", "quay", "vote", "rat"}),
    (Filters(languages=("German",)), {"rat"}),
    (Filters(languages=("Deutsch", "en-GB")), {"goal", "quay", "vote", "rat"}),
    (Filters(("coastwire",), sections=("Council",)), {"vote"}),
    (Filters(sections=("Council",), languages=("en",), since=None), {"vote"}),
    (Filters(("Radio Ouvre",), "2026-03-02", "2026-03-02", "harbour", "en"), {"quay"}),  # type: ignore[arg-type]
)


@pytest.mark.parametrize(("filters", "left"), WITHIN)
def test_only_what_they_admit_is_searched(filters: Filters, left: set[str], index: Index) -> None:
    """By words and by meaning, counted, listed and asked with operators: the same articles, and no other."""
    found = index.retrieve("the team of Velden", filters)
    assert {hit.article.id for hit in found.hits} == left
    assert found.summary.articles == len(left) == index.summary(filters).articles
    assert {hit.article.id for hits in index.apart("the team of Velden", filters) for hit in hits} == left
    assert {hit.article.id for hit in index.search("the team of Velden", filters)} == left
    assert {one.article.id for one in index.everything("", found.scope)} == left
    assert {hit.article.id for hit in index.retrieve("team -keeper", filters).hits} == left - {"goal"}
    assert {one.article.id for one in everything("everything on the team", index, filters).mentions} == left - {"rat"} | (
        left & {"rat"}
    )


def test_what_is_no_language() -> None:
    """A language that nobody speaks is refused, and so is what is no text."""
    with pytest.raises(UsageError, match=r"'Klin Gon' is no language that we know: write it as English, or"):
        Filters(languages=("Klin Gon",))
    with pytest.raises(UsageError, match="The section"):
        Filters(sections=("\ud800",))


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        (Filters(sections=("Sprot",)), "No article is in the section “Sprot”: there are Council, Harbour."),
        (Filters(languages=("fr",)), "No article is known to be in French: there are articles in English, German."),
        (Filters(("Radio Ouvre",), sections=("Harbour",), languages=("de",)), ""),
    ],
)
def test_where_nothing_is_left(filters: Filters, said: str, assistant: Assistant) -> None:
    """It says which of them no article has, names those that there are, and the page offers to ask without."""
    answer = assistant.ask("Who voted?", filters=filters)
    assert answer.abstained
    assert answer.notice == said
    assert "No article matches the chosen filters." in answer.text
    html = answer_html(answer, 1)
    assert "No article is left by these filters" in html
    assert "data-unfilter" in html


def test_a_collection_that_names_no_section(tmp_path: Path) -> None:
    """One line says so."""
    (tmp_path / "a.txt").write_text("The ferry is late\n\nIt ran late on Monday, said the harbour master.", encoding="utf-8")
    rebuild([tmp_path / "a.txt"], tmp_path / "index", encoder=WordHashEncoder())
    with Index.open(tmp_path / "index", encoder=WordHashEncoder(), rerank=False) as opened:
        found = opened.retrieve("ferry", Filters(sections=("Sport",)))
    assert found.notice == "No article is in the section “Sport”: none names its section."
    assert not found.hits


def test_they_are_told_in_words(assistant: Assistant) -> None:
    """With the answer, in the reader's language, and in what is kept of it."""
    answer = assistant.ask("What did the council vote against?", filters=Filters(sections=("council",), languages=("en",)))
    assert not answer.abstained
    with speaking(wording("de")):
        html = answer_html(answer, 1)
    assert "Ressort council" in html
    assert "auf Englisch" in html
    assert read_answer(answer.as_dict(), lambda _: None).filters == answer.filters


def test_the_command_takes_them(samples_index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--section` and `--language`, again and again; what is no language exits with 2 and one line."""
    asked = ["ask", "Who denied that the captain was asleep?", "--index", str(samples_index)]
    assert cli.main([*asked, "--language", "german", "--language", "en", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["citations"]
    assert found["filters"]["languages"] == ["de", "en"]
    assert cli.main([*asked, "--section", "Harbour", "--section", "Council"]) == 0
    assert "No article is in the section “Harbour”: none names its section." in " ".join(capsys.readouterr().out.split())
    assert cli.main([*asked, "--language", "Klin Gon"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_the_api_takes_them(assistant: Assistant) -> None:
    """A question, the timeline and its table; the page is given what there is to choose from."""
    asked = read_asked({"question": "Who voted?", "filters": {"sections": "Council", "languages": ["de"]}})
    assert asked.filters == Filters(sections=("Council",), languages=("de",))
    found = timeline(assistant, Asked("", filters=Filters(sections=("Council",))))
    assert found["articles"] == 2
    assert found["filters"]["sections"] == ["Council"]
    assert timeline(assistant, Asked("team of Velden", filters=Filters(languages=("de",))))["articles"] == 1
    about = "What did the council vote against (about “The quay is closed”)?"
    assert [one["id"] for one in timeline(assistant, Asked(about))["matching"]] == ["vote"]
    assert kinds(assistant) == {"sections": [("Council", 2), ("Harbour", 2)], "languages": [("en", 3), ("", 1), ("de", 1)]}
