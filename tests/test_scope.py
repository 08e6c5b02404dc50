"""Which outlets and days are understood of a question's words, and what an answer makes of them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import yaml

from qa.assistant import Assistant
from qa.settings import Settings
from ui import cli
from vectorstore.scope import scope, understood
from vectorstore.types import Filters, Summary

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "words_about_articles.yaml").read_text(encoding="utf-8"))
WEDNESDAY = date(2022, 8, 17)
FIRST, LAST = date(2021, 1, 1), date(2022, 9, 30)
OUTLETS = (
    "cnn.com",
    "usatoday.com",
    "theweek.co.uk",
    "bbc.co.uk",
    "The Harbour Post",
    "covid.cdc.gov",
    "Time",
    "edition.example.org",
)


def read(question: str, today: date = WEDNESDAY) -> list[str]:
    """What is understood, in short: "this week 9.8.-20.8. soft"."""
    found = understood(question, today, OUTLETS, FIRST, LAST)
    lines = []
    for one in found:
        days = f"{one.since:%Y-%m-%d}..{one.until:%Y-%m-%d}" if one.since and one.until else ""
        lines.append(" ".join(filter(None, [f"{one.words}:", *one.sources, days, "only" if one.hard else ""])))
        assert one.words in question
    return lines


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Which bridge was closed in June?", "in June: 2022-05-31..2022-07-03"),
        ("Which bridge was closed in June 2021?", "in June 2021: 2021-05-31..2021-07-03"),
        ("which bridge was closed in june?", "in june: 2022-05-31..2022-07-03"),
        ("Who resigned on 14 July?", "on 14 July: 2022-07-13..2022-07-17"),
        ("Who resigned on the 14th of July?", "on the 14th of July: 2022-07-13..2022-07-17"),
        ("Who resigned on July 14, 2021?", "on July 14, 2021: 2021-07-13..2021-07-17"),
        ("Who resigned on 2021-07-14?", "on 2021-07-14: 2021-07-13..2021-07-17"),
        ("Who resigned last week?", "last week: 2022-08-07..2022-08-17"),
        ("Who resigned this week?", "this week: 2022-08-09..2022-08-20"),
        ("Which of this week’s storms was the worst?", "this week’s: 2022-08-09..2022-08-20"),
        ("Who resigned in the past few days?", "in the past few days: 2022-08-13..2022-08-20"),
        ("Who resigned yesterday?", "yesterday: 2022-08-15..2022-08-19"),
        ("What has the minister said since Monday?", "since Monday: 2022-08-14..2022-08-20"),
        ("Who was arrested on Tuesday night?", "on Tuesday night: 2022-08-15..2022-08-19"),
        ("The harbour reopened Friday. Who paid?", "Friday: 2022-08-11..2022-08-15"),
        ("Which bridges were closed between 1 and 5 August?", "between 1 and 5 August: 2022-07-31..2022-08-08"),
        ("Which bridges were closed between August 1 and 5?", "between August 1 and 5: 2022-07-31..2022-08-08"),
        ("Which bridges were closed from May to June 2021?", "from May to June 2021: 2021-04-30..2021-07-03"),
        ("How many ferries sank in 2021?", "in 2021: 2020-12-31..2022-01-03"),
        ("Which port was closed over the summer?", "over the summer: 2022-05-31..2022-08-20"),
        ("Which port was closed over the weekend?", "over the weekend: 2022-08-12..2022-08-17"),
        ("Which port recently changed its name?", "recently: 2022-07-17..2022-08-20"),
        ("What did the mayor open two weeks ago?", "two weeks ago: 2022-07-30..2022-08-09"),
        ("What happened in May?", "in May: 2022-04-30..2022-06-03"),
        ("What happened today?", "today: 2022-08-16..2022-08-20"),
    ],
)
def test_days_are_preferred(question: str, expected: str) -> None:
    """Days in a question are when it happened: what was published then, or a little later, comes first."""
    assert read(question) == [expected]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Which articles published in June name the ferry?", "in June: 2022-06-01..2022-06-30 only"),
        ("What do articles from last week say about the ferry?", "last week: 2022-08-08..2022-08-14 only"),
        ("What do reports since Monday say about the ferry?", "since Monday: 2022-08-15..2022-08-17 only"),
        ("What do CNN articles say about the ferry?", "CNN articles: cnn.com only"),
        ("Which stories from USA Today name the ferry?", "stories from USA Today: usatoday.com only"),
        ("What does The Harbour Post's coverage say?", "The Harbour Post's coverage: The Harbour Post only"),
        ("Did the BBC report the fire?", "Did the BBC report: bbc.co.uk only"),
    ],
)
def test_words_about_the_articles_are_a_filter(question: str, expected: str) -> None:
    """Only where a question speaks of the articles themselves is anything left out."""
    assert read(question) == [expected]


@pytest.mark.parametrize(("kind", "question"), [(kind, question) for kind, rows in CASES.items() for question in rows])
def test_ordinary_words_leave_nothing_out(kind: str, question: str) -> None:
    """The coverage of an insurance, the stories of a building, reports of the police are not articles of the collection."""
    found = understood(question, WEDNESDAY, ("Coastwire", "Radio Ouvre", "The Harbour Post", "Time"), FIRST, LAST)
    assert any(one.hard for one in found) == (kind == "only"), found


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How many were hurt, according to CNN?", "according to CNN: cnn.com"),
        ("how many were hurt according to cnn", "according to cnn: cnn.com"),
        ("According to the Harbour Post and CNN, who paid?", "According to the Harbour Post and CNN: The Harbour Post cnn.com"),
        ("What does The Week say about the strike?", "does The Week say: theweek.co.uk"),
        ("What was written about the strike in USA Today?", "in USA Today: usatoday.com"),
        ("How many were hurt, as reported by BBC News?", "as reported by BBC News: bbc.co.uk"),
        ("What did Time say about the strike?", "did Time say: Time"),
    ],
)
def test_outlets_are_preferred(question: str, expected: str) -> None:
    """An outlet that is named as the one that says it comes first, by whatever name readers give it."""
    assert read(question) == [expected]


@pytest.mark.parametrize(
    "question",
    [
        "Did May resign?",
        "How may a reader vote?",
        "Who has confidence in May?",
        "What did the week bring?",
        "How long is a week, according to the week?",
        "What is time, according to physics?",
        "Who bought CNN?",
        "Who is CNN's new chief?",
        "Why was the anchor fired from CNN?",
        "According to a CNN poll, who leads?",
        "According to CNN's Moscow correspondent, who leads?",
        "What did CNN say about its layoffs?",
        "What did the senator tell CNN?",
        "Which series has been asked by the BBC to be mindful?",
        "What is the advice, according to the CDC?",
        "Who writes for the Sunday Times?",
        "How many watched the July 4 parade?",
        "What happened on July 4?",
        "Who spoke at the January 6 committee?",
        "How many died on 9/11?",
        "Who won Euro 2022?",
        "Who won the 2022 World Cup?",
        "What did shops sell on Black Friday?",
        "Who starred in “This Week”?",
        'Who said "we shall win in June 2022"?',
        "What did This Week with its new host say?",
        "Who was born in June 2021?",
        "Who was convicted over the attack in June?",
        "Which vaccine is safer than in June?",
        "What is the highest price since June?",
        "How much has it risen since 2021?",
        "How much is it compared to last month?",
        "How many trees will be planted by 2050?",
        "Who will speak on Monday?",
        "What happens every Monday?",
        "Why are there 28 days in February?",
        "Where is the machine used today?",
        "Has it changed in recent years?",
        "How many were there between 2021 and 2022?",
        "What was built in 1950?",
        "What happened in 2019?",
    ],
)
def test_what_can_be_read_in_two_ways_is_not_read(question: str) -> None:
    """Names, holidays, quotations, comparisons, things to come and outlets that are themselves the news stay words."""
    assert read(question) == []


def test_a_month_is_one_that_the_collection_holds() -> None:
    """Years after the last article "in June" still is the collection's June; "this week" is the reader's."""
    later = date(2026, 11, 22)
    assert read("Which bridge was closed in June?", later) == ["in June: 2022-05-31..2022-07-03"]
    assert read("Which bridge was closed this week?", later) == []
    assert read("In which articles from this week?", later) == ["this week: 2026-11-15..2026-11-22 only"]


def test_what_was_chosen_wins() -> None:
    """An outlet or a date that the reader chose takes the place of the question's own, and so do words to ignore."""
    held = Summary("g", 2, 2, FIRST, LAST, (("cnn.com", 1), ("usatoday.com", 1)), 0)
    question = "What do CNN articles say of what happened this week?"
    free = scope(question, Filters(), WEDNESDAY, held)
    assert free.filters == Filters(("cnn.com",))
    assert free.prefer == (Filters(since=date(2022, 8, 9), until=date(2022, 8, 20)),)
    chosen = scope(question, Filters(("usatoday.com",), until=date(2022, 1, 1)), WEDNESDAY, held)
    assert (chosen.filters, chosen.prefer, chosen.understood) == (Filters(("usatoday.com",), until=date(2022, 1, 1)), (), ())
    without = scope(question, Filters(), WEDNESDAY, held, ["cnn ARTICLES", "this week"])
    assert (without.filters, without.understood) == (Filters(), ())
    assert (free.newest, chosen.newest, without.newest) == (WEDNESDAY, None, WEDNESDAY)


@pytest.mark.parametrize(
    "question", ["", "?", "in", "on 99 July 0000", "on 31 June", "since" * 400, "\u25a1 according to \u202e", "on 0 May"]
)
def test_nothing_is_made_of_nonsense(question: str) -> None:
    """Odd text gives nothing, and no error."""
    assert read(question) == []


def test_long_questions_are_read_in_no_time() -> None:
    """Text made to be slow is not: no pattern runs away on it."""
    slow = "in the |recent |according to |on 1 |articles that |'a |“|from May to |since |Time and ".split("|")
    slow = "in the |recent |according to |on 1 |articles that |'a |“|from May to |since |Time and ".split("|")
    for text in (piece * (2_000 // len(piece)) for piece in slow):
        understood(text, WEDNESDAY, OUTLETS, FIRST, LAST)


def test_thousands_of_outlets_cost_nothing_a_question() -> None:
    """How each outlet may be called is worked out once for a collection, not for each question (that took 60 ms)."""
    outlets = tuple((f"The {one} {two} Post", 1) for one in range(100) for two in range(50))
    held = Summary("g", 5_000, 5_000, FIRST, LAST, outlets, 0)
    question = "Who paid, according to the 7 9 Post?"
    assert scope(question, Filters(), WEDNESDAY, held).prefer == (Filters(("The 7 9 Post",)),)
    started = time.perf_counter()
    for _ in range(10):
        scope(question, Filters(), WEDNESDAY, held)
    assert time.perf_counter() - started < 0.3


# End to end, on the sample articles


@pytest.fixture(scope="module")
def assistant(samples_index: Path) -> Iterator[Assistant]:
    with Assistant.open(samples_index, Settings(index=samples_index, answerer="quote")) as opened:
        yield opened


def test_a_preference_loses_no_answer(assistant: Assistant) -> None:
    """A day on which nothing answers does not hide the only article that does."""
    plain = "How many turbines may be built on Gannet Bank?"
    answer = assistant.ask("How many turbines may be built on Gannet Bank, was decided in March?", today=date(2026, 6, 1))
    assert [one.words for one in answer.understood] == ["in March"]
    assert not answer.abstained
    assert answer.citations[0].article.id == assistant.ask(plain).citations[0].article.id
    assert answer.filters == Filters()


def test_a_preference_brings_an_outlet_forward(assistant: Assistant) -> None:
    """Of two outlets with different numbers the one that is named comes first."""
    for outlet, number in (("Radio Ouvre", "61,000"), ("Coastwire", "74,000")):
        answer = assistant.ask(f"How many homes lost power in Storm Ottilie, according to {outlet}?", today=date(2026, 6, 1))
        assert answer.understood[0].sources == (outlet,)
        assert answer.citations[0].article.source == outlet
        assert number in answer.text


def test_a_filter_that_finds_nothing_says_so(assistant: Assistant) -> None:
    """Words that left everything out are named in the abstention, and asking without them answers."""
    question = "How many turbines may be built on Gannet Bank, in articles published in January 2025?"
    answer = assistant.ask(question, today=date(2026, 6, 1))
    assert answer.abstained
    assert "Your words “in January 2025” were read as: only 1 January 2025 to 31 January 2025." in answer.text
    assert not assistant.ask(question, today=date(2026, 6, 1), ignore=["in January 2025"]).abstained


def test_the_json_shows_what_was_understood(samples_index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`ask --json` has the words and what they were taken for under `filters`; the text says how to ask without."""
    arguments = ["ask", "Who found the painting in May?", "--index", str(samples_index), "--today", "2026-05-30"]
    assert cli.main([*arguments, "--json"]) == 0
    filters = json.loads(capsys.readouterr().out)["filters"]
    assert filters["understood"] == [
        {"words": "in May", "sources": [], "since": "2026-04-30", "until": "2026-06-03", "hard": False}
    ]
    assert (filters["sources"], filters["since"], filters["until"]) == ([], None, None)
    assert cli.main(arguments) == 0
    assert '“in May”: articles of 30 April – 3 June 2026 come first. To search without: --ignore "in May"' in " ".join(
        capsys.readouterr().out.split()
    )
    assert cli.main([*arguments, "--ignore", "in May"]) == 0
    assert "come first" not in capsys.readouterr().out


def test_lines_of_questions_may_say_when_they_were_asked(
    samples_index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In `search --questions` "this week" is counted from the line's "asked"; a date that is none is named with its line."""
    lines = [
        {"id": n, "question": "What was said of the ferry Marianne Vold this week?", "asked": day}
        for n, day in enumerate(("2026-03-06", "2026-05-08"))
    ]
    file = tmp_path / "questions.jsonl"
    file.write_text("\n".join(map(json.dumps, lines)))
    assert cli.main(["search", "--questions", str(file), "--index", str(samples_index)]) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    for line, (since, until) in zip(found, (("2026-02-26", "2026-03-09"), ("2026-04-30", "2026-05-11")), strict=True):
        assert (line["filters"]["understood"][0]["since"], line["filters"]["understood"][0]["until"]) == (since, until)
        assert since <= line["hits"][0]["published"] <= until
    file.write_text(json.dumps({"id": 1, "question": "Who?", "asked": "soon"}))
    assert cli.main(["search", "--questions", str(file), "--index", str(samples_index)]) == 2
    assert "questions.jsonl:1" in capsys.readouterr().err


def test_newer_is_preferred_up_to_the_day_asked_about() -> None:
    """Up to today, or to the last day that the question names; days that were chosen leave nothing to prefer."""
    held = Summary("g", 2, 2, FIRST, LAST, (("cnn.com", 1), ("usatoday.com", 1)), 0)
    for question, chosen, newest in (
        ("Who won the election?", Filters(), WEDNESDAY),
        ("Who won the election, according to CNN?", Filters(), WEDNESDAY),
        ("Who won the election?", Filters(("cnn.com",)), WEDNESDAY),
        ("Who won the election this week?", Filters(), WEDNESDAY),
        ("Who won the election in June?", Filters(), date(2022, 7, 3)),
        ("Who won the election in June, according to CNN?", Filters(), date(2022, 7, 3)),
        ("Which articles published in June tell who won?", Filters(), None),
        ("Who won the election?", Filters(until=date(2022, 1, 1)), None),
    ):
        assert scope(question, chosen, WEDNESDAY, held).newest == newest, (question, chosen)
