"""Operators of a search line: what each means, what is prose instead, and how they show and can be taken back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from qa.assistant import Assistant
from qa.errors import UsageError
from qa.settings import Settings
from ui import cli
from ui.render import answer_html, answer_text
from vectorstore.doubles import WordHashEncoder
from vectorstore.operators import read
from vectorstore.rebuild import rebuild
from vectorstore.search import Index
from vectorstore.types import Filters

ARTICLES = (
    (
        "mill",
        "Old mill burns",
        "Coastwire",
        "2026-03-02",
        "The old mill in Velden burned on Monday. The mayor, Ida Kern, was away.",
    ),
    ("ferry", "Ferry runs late", "The Harbour Post", "2026-03-09", "The ferry was late. “We’ll mend the engine,” said Ida Kern."),
    ("boat", "A boat for Velden", "Coastwire", "2026-04-01", "The boat will cross twice a day, and the mill café reopens."),
    ("mills", "Two mills sold", "Radio Ouvre", "2026-04-20", "Two mills were sold to the old miller, who mends ferries."),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("operators") / "index"
    names = ("id", "title", "source", "published", "text")
    file = where.with_suffix(".jsonl")
    file.write_text("\n".join(json.dumps(dict(zip(names, row, strict=True))) for row in ARTICLES), encoding="utf-8")
    rebuild([file], where, encoder=WordHashEncoder())
    return where


@pytest.fixture(scope="module")
def index(folder: Path) -> Iterator[Index]:
    with Index.open(folder, encoder=WordHashEncoder(), rerank=False) as opened:
        yield opened


FOUND = {
    '"old mill"': {"mill"},
    '"the old mill in velden"': {"mill"},
    '"the old"': {"mill", "mills"},
    '"we\'ll mend"': {"ferry"},
    '"mill cafe"': {"boat"},
    "mill -Monday": {"boat", "ferry", "mills"},
    'mill -"old mill"': {"boat", "ferry", "mills"},
    "mill -Velden -miller": {"ferry"},
    "late OR twice": {"ferry", "boat"},
    '"old mill" OR twice OR miller': {"mill", "boat", "mills"},
    "(late OR twice) Velden": {"ferry", "boat"},
    "title:mill": {"mill"},
    'title:"for velden" mill': {"boat"},
    "mill -title:boat": {"mill", "ferry", "mills"},
    "mill source:coastwire": {"mill", "boat"},
    'mill source:"Harbour Post"': {"ferry"},
    'mill source:coastwire OR source:"Radio Ouvre"': {"mill", "boat", "mills"},
    "mill source:coastwire source:radioouvre": {"mill", "boat", "mills"},
    "mill -source:Coastwire": {"ferry", "mills"},
    "mill before:2026-03-09": {"mill"},
    "mill after:2026-03-09": {"boat", "mills"},
    "mill after:2026-03": {"boat", "mills"},
    'mill before:"April 2026" after:"2 March 2026"': {"ferry"},
    "mill after:2026": set(),
    "Is the mill open? -Monday": {"boat", "ferry", "mills"},
    "Is the mill open? source:Coastwire": {"mill", "boat"},
    'who is Ida Kern "old mill" before:2027': {"mill"},
    '"nobody wrote this"': set(),
}


@pytest.mark.parametrize("line", FOUND)
def test_what_operators_leave(line: str, index: Index) -> None:
    """What is found is what the operators leave, however near something else is; it is counted so, too."""
    found = index.retrieve(line, k=20)
    assert {hit.article.id for hit in found.hits} == FOUND[line]
    assert found.summary.articles == len({hit.article.id for hit in found.hits})
    assert bool(found.summary.passages) == bool(found.hits)  # how many there are tells how likely words are met by chance
    assert found.scope.understood


PROSE = [
    'Who said "the old mill" was sold?',
    "Is it “over” or not?",
    "Did wages fall - or rise?",
    "Was it 3-2 or -5 degrees?",
    "Who won: Velden or Saltmere?",
    "Note: after: the storm, what burned?",
    "What is the source: of the fire?",
    "Kern told reporters that the “old mill” would not be rebuilt:",
    'Tell me about the "old mill"',
    "Which of them, at 12:30 in re:Invent, spoke?",
    "Is a 6'2\" player tall?",
    "Look at https://mill.example/a?b=-c",
    "COVID-19 -- what now?",
    "WHO WON, VELDEN OR SALTMERE",
    "ferry or boat",
    "ferry and boat, not mill",
    "mother-in-law -2 points",
]


@pytest.mark.parametrize("question", PROSE)
def test_prose_is_no_search_line(question: str) -> None:
    """A quotation, a dash, a colon and "or" in a question or a sentence are what they always were."""
    assert (read(question).text, read(question).operators) == (question, ())


MISTAKES = {
    '"old mill': "quotation mark before old has no second one",
    "mill OR": "OR stands between two words",
    "OR": "OR stands between two words",
    "OR mill": "OR stands between two words",
    "source: mill": "source: has nothing right behind it",
    'mill title:""': "title: has nothing right behind it",
    "mill source:Pravda": "source:Pravda is no outlet of these articles: use source:",
    "mill source:radio": 'use source:"Radio Ouvre"',
    "mill before:2026-02-30": "before:2026-02-30 names no day: write it as before:2026-03-31",
    "mill after:soon": "after:soon names no day",
    "mill after:03/04/2026": "names no day",
    "mill after:2026-04 before:2026-04": "No day is left between .* change or take away after:2026-04 and before:2026-04",
    "mill -before:2026": "use after: instead",
    "-mill": "-mill only leaves out",
    "mill -ferry OR boat": "stands beside OR",
    "mill OR source:Coastwire": "only outlets",
    "mill OR before:2026": "ask twice",
    "headline:mill": "headline: is no operator here: use title:",
    "mill since:2026-01-01": "since: is no operator here: use after:",
    "mill AND ferry": "AND is no operator here",
    "NOT Monday mill": "NOT is no operator here",
    '"" mill': "has no word in it",
    'title:"old mill': "quotation mark before old has no second one",
    'Is it open? title:"old mill': "has no second quotation mark",
}


@pytest.mark.parametrize("line", MISTAKES)
def test_a_mistake_is_named_with_its_remedy(line: str, index: Index) -> None:
    """A mistake gets one line."""
    with pytest.raises(UsageError, match=MISTAKES[line]) as raised:
        index.retrieve(line)
    assert "\n" not in str(raised.value)


def test_operators_narrow_what_was_chosen(index: Index) -> None:
    """An operator and a filter hold both; where none is left for both, that is said."""
    chosen = index.retrieve("mill before:2026-04-10", Filters(("Coastwire",), "2026-03-05"))  # type: ignore[arg-type]
    assert {hit.article.id for hit in chosen.hits} == {"boat"}
    with pytest.raises(UsageError, match="not among the outlets chosen: choose Radio Ouvre as well"):
        index.retrieve('mill source:"Radio Ouvre"', Filters(("Coastwire",)))


@pytest.mark.parametrize(
    ("words", "left"),
    [("-Monday", {"mill", "boat"}), ("source:coastwire", {"boat", "ferry", "mills"}), ('"twice a day"', {"boat"})],
)
def test_an_operator_can_be_taken_back(words: str, left: set[str], index: Index) -> None:
    """What is ignored demands nothing; the words of a phrase are searched for all the same."""
    line = "mill -Monday source:coastwire" if words != '"twice a day"' else 'twice "twice a day"'
    found = index.retrieve(line, ignore=[words], k=20)
    assert left <= {hit.article.id for hit in found.hits}
    assert words not in [one.words for one in found.scope.understood]


def test_the_command_takes_operators(folder: Path, samples_index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`ask` and `search` read them alike and say how they were read; a mistake exits with 2 and one line."""
    line = "ferry captain -asleep source:Coastwire"
    assert cli.main(["search", line, "--index", str(samples_index), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["hits"]
    assert {hit["source"] for hit in found["hits"]} == {"Coastwire"}
    assert [one["words"] for one in found["filters"]["understood"]] == ["source:Coastwire", "-asleep"]
    assert found["filters"]["understood"][1]["reading"] == "without “asleep”"
    assert cli.main(["ask", line, "--index", str(samples_index)]) == 0
    shown = capsys.readouterr().out
    assert "“-asleep”: only articles without “asleep” were searched." in " ".join(shown.split())
    assert "--ignore=-asleep" in shown
    assert "Read as" not in shown
    assert cli.main(["ask", "ferry source:Nowhere", "--index", str(samples_index)]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_the_page_takes_operators(samples_index: Path) -> None:
    """The page shows how each was read, with a button to ask without, and a mistake as an error."""
    with Assistant.open(samples_index, Settings(index=samples_index)) as assistant:
        last = assistant.ask('ferry "had been asleep" after:2020')
        assert [one.words for one in last.understood] == ['"had been asleep"', "after:2020"]
        assert all("had been asleep" in hit.article.text for hit in last.hits)
        html = answer_html(last, 1)
        assert "only articles with “had been asleep” were searched" in html
        assert "only articles from 1 January 2021 were searched" in html
        assert html.count("data-ignore=") == 2
        without = assistant.ask(last.question, ignore=('"had been asleep"',))
        assert [one.words for one in without.understood] == ["after:2020"]
        nothing = assistant.ask('ferry "nobody wrote this"')
        assert nothing.abstained
        assert "only articles with “nobody wrote this”" in answer_text(nothing).replace("\n", " ")
        with pytest.raises(UsageError, match="OR stands between"):
            assistant.ask("ferry OR")


def test_hostile_lines_are_read_in_time() -> None:
    """Reading a line takes time in proportion to its length."""
    for line in ('"a ' * 1300, "-" * 4000, "a:" * 2000, "OR " * 1300, 'title:"' * 500, "x OR " * 800 + "x"):
        with suppress(UsageError):
            read(line)
