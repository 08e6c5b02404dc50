"""Questions about the collection: answered from its records, every article that is meant, none that is not."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import date

import pytest

from qa.assistant import Assistant
from qa.collection import everything, wanted
from qa.settings import Settings
from qa.types import Answer
from ui import cli
from ui.listing import listed_csv, listed_dict
from vectorstore.rebuild import rebuild
from vectorstore.types import Filters

LONG = "Nothing else happened on the quay, and the gulls were quiet for the whole of that day. " * 12
FERRY = "The ferry Marta ran aground off Velden on Monday, the harbour office said. "


def article(id_: str, day: str, source: str, title: str, text: str, by: str = "") -> dict[str, str]:
    return {"id": id_, "published": day, "source": source, "title": title, "text": text, "author": by}


ARTICLES = [
    article("aground", "2026-03-02", "Coastwire", "Ferry Marta runs aground", FERRY + LONG, "Lena Holt"),
    article("inquiry", "2026-03-09", "The Harbour Post", "Inquiry opens", f"{FERRY} An inquiry opens. {LONG}", "Piet Maas"),
    article(
        "again", "2026-04-01", "Coastwire", "Marta sails again", f"Repaired, the ferry Marta left Velden. {LONG}", "Lena Holt"
    ),
    article("passing", "2026-04-03", "Radio Ouvre", "A dull week", f"{LONG} Only the ferry Marta made news. {LONG}"),
    article(
        "mill",
        "2026-04-20",
        "Radio Ouvre",
        "=Mill sold",
        "The old mill was sold. Aborted sales came before. " + LONG,
        "Piet Maas",
    ),
    article(
        "clinic",
        "2026-04-21",
        "Coastwire",
        "Clinic offers abortion",
        "The clinic in Velden offers abortion. " + LONG,
        "Lena Holt",
    ),
    article("shots", "2026-05-02", "Coastwire", "Saltmere mourns", "A gunman killed two in Saltmere on Friday. " + LONG),
    article("undated", "", "Coastwire", "Marta, a portrait", "The ferry Marta was built in Velden. " + LONG),
]


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("collection")
    (folder / "articles.jsonl").write_text("\n".join(map(json.dumps, ARTICLES)), encoding="utf-8")
    rebuild([folder / "articles.jsonl"], folder / "index")
    with Assistant.open(folder / "index", Settings(index=folder / "index", answerer="quote")) as opened:
        yield opened


def cited(answer: Answer) -> list[str]:
    return [citation.article.id for citation in answer.citations]


ANSWERS: dict[str, tuple[str, list[str]]] = {
    "How many articles are there?": ("8 articles from 3 outlets", []),
    "How many articles were published in April 2026?": ("4 articles from 2 outlets", []),
    "How many articles are there about the ferry Marta?": (
        "4 articles are on",
        ["again", "inquiry", "aground", "undated", "passing"],
    ),
    "How many articles did Coastwire publish?": ("5 articles of Coastwire", ["shots", "clinic", "again", "aground", "undated"]),
    "Number of articles from Coastwire in April 2026": ("2 articles of Coastwire", ["clinic", "again"]),
    "How many articles from Coastwire mention the ferry Marta?": ("3 articles are on", ["again", "aground", "undated"]),
    "List everything on the ferry Marta": ("1 more names it in passing", ["again", "inquiry", "aground", "undated", "passing"]),
    "Show me all articles about the ferry Marta from Coastwire": ("3 articles", ["again", "aground", "undated"]),
    "all coverage of the ferry Marta in March 2026": ("2 articles", ["inquiry", "aground"]),
    "List everything on the ferry Marta source:Coastwire before:2026-04": ("1 article", ["aground"]),
    'List all articles on "ferry Marta" -inquiry': ("3 articles", ["again", "aground", "undated", "passing"]),
    "Do you have any articles on abortion?": ("1 article is on", ["clinic"]),
    "list everything about the Saltmere shooting": ("1 article is on", ["shots"]),
    "What's the newest thing on the ferry Marta?": ("“Repaired, the ferry Marta left Velden.”", ["again", "inquiry", "aground"]),
    "What is the latest on the ferry Marta?": ("“Repaired, the ferry Marta left Velden.”", ["again", "inquiry", "aground"]),
    "What was the first report on the ferry Marta?": ("2 March 2026", ["aground"]),
    "Which outlets wrote about the ferry Marta?": ("Coastwire (3 articles) and The Harbour Post (1 article)", ["again"]),
    "Which journalists wrote about the ferry Marta?": ("Lena Holt (2) and Piet Maas (1)", ["again"]),
    "Who wrote the article about the sold mill?": ("by Piet Maas", ["mill"]),
    "List all articles by Lena Holt": ("3 articles by Lena Holt", ["clinic", "again", "aground"]),
    "When was the article about the sold mill published?": ("20 April 2026", ["mill"]),
    "Which dates are covered?": ("Published 2 March 2026 to 2 May 2026. 1 without a date.", []),
    "From when to when do the articles run?": ("Published 2 March 2026 to 2 May 2026. 1 without a date.", []),
    "Which month has the most articles?": (
        "March 2026 (2 articles), April 2026 (4 articles), May 2026 (1 article) and without",
        [],
    ),
    "Has Piet Maas written anything about the ferry Marta?": ("1 article is on", ["inquiry"]),
    "Which outlet has published the most articles?": ("3 outlets: Coastwire (5 articles)", []),
    "Which reporters work for Coastwire?": ("1 author: Lena Holt (3).", ["clinic"]),
    "source:Coastwire after:2026-04-10": ("2 articles of Coastwire", ["shots", "clinic"]),
}


@pytest.mark.parametrize("question", ANSWERS)
def test_the_records_answer(question: str, assistant: Assistant) -> None:
    """All that match are named, by date, each cited by its own words; what is counted is what is there."""
    says, articles = ANSWERS[question]
    answer = assistant.ask(question, today=date(2026, 6, 1))
    assert says in answer.text
    assert cited(answer)[: len(articles)] == articles
    assert len(articles) == len(answer.citations) or question.startswith("Which")
    for citation in answer.citations:
        assert citation.article.text[citation.start : citation.end] == citation.quote
    assert all(sentence.citations for sentence in answer.sentences)


def test_what_narrows_a_list_can_be_taken_back(assistant: Assistant) -> None:
    """An outlet and days in such a question show as what they were read as, and can be ignored."""
    question = "List everything on the ferry Marta from Coastwire in March 2026"
    answer = assistant.ask(question, today=date(2026, 6, 1))
    assert cited(answer) == ["aground"]
    assert answer.filters == Filters(("Coastwire",), date(2026, 3, 1), date(2026, 3, 31))
    assert [one.words for one in answer.understood] == ["Coastwire", "in March 2026"]
    without = assistant.ask(question, today=date(2026, 6, 1), ignore=("in March 2026",))
    assert cited(without) == ["again", "aground", "undated"]


NEWS = """
How many articles of the charter were changed?
How many stories does the grain store have?
Who wrote the letter to the harbour office?
Who wrote the report on the ferry's engine for the ministry?
What is the latest toll of the ferry accident?
What is the latest ferry timetable?
When was the ferry's log published?
Which newspapers backed the mayor?
Which outlets will the chain close?
List the ports that the ferry calls at
Which author was attacked in Velden?
What is the first article of the charter about?
How many pieces of the hull were found?
Who received the first report of the accident?
Which sources of power does the ferry use?
"""


@pytest.mark.parametrize("question", NEWS.strip().splitlines())
def test_news_is_no_question_about_the_collection(question: str, assistant: Assistant) -> None:
    """What only sounds like one is answered from what the articles say, or not at all."""
    answer = assistant.ask(question, today=date(2026, 6, 1))
    assert not any("articles are on" in s.text or "— by" in s.text or "no author named" in s.text for s in answer.sentences)
    if not question.startswith("How many stories"):  # who has stories may be an author: the records say that it is none
        assert wanted(question) is None


def test_all_are_exported(assistant: Assistant, capsys: pytest.CaptureFixture[str]) -> None:
    """`search --all` lists every article, as text, JSON and a table in which no cell is a formula."""
    folder = str(assistant.settings.index)
    assert cli.main(["search", "--all", "ferry Marta", "--index", folder]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith(
        "5 articles on “ferry Marta”, of which 1 only names it in passing:\n2026-04-01  Coastwire  Marta sails again"
    )
    assert cli.main(["search", "--all", "--json", "ferry Marta", "--index", folder, "--until", "2026-03-31"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["count"], [one["id"] for one in found["articles"]]) == (2, ["inquiry", "aground"])
    assert found["articles"][0]["quote"] == FERRY.strip()
    assert cli.main(["search", "--all", "--csv", "mill OR abortion", "--index", folder]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["id"] for row in rows] == ["clinic", "mill"]
    assert rows[1]["title"] == "'=Mill sold"
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())
    assert cli.main(["search", "source:Coastwire", "--index", folder]) == 0
    assert capsys.readouterr().out.startswith("5 articles:")
    assert cli.main(["search", "mill", "--csv", "--index", folder]) == 2
    assert "add --all" in capsys.readouterr().err


def test_from_python(assistant: Assistant) -> None:
    """`everything` gives what the command lists."""
    listed = everything("all articles about the ferry Marta", assistant.index, Filters(("Radio Ouvre",)))
    assert listed_dict(listed)["articles"][0]["about"] is False
    assert list(listed_csv(listed))[1].startswith("2026-04-03,Radio Ouvre,A dull week,,")
    assert [one.article.id for one in assistant.index.everything("ferry Marta")] == [
        "passing",
        "again",
        "inquiry",
        "aground",
        "undated",
    ]
