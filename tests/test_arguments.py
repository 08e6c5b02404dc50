"""What callers from Python mean: one string where several are asked for, a day as text; the rest is refused in words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from qa import check, evidence
from qa.assistant import Assistant
from qa.errors import QuestionError
from qa.settings import Settings
from qa.types import Turn
from vectorstore.doubles import WordHashEncoder
from vectorstore.errors import UsageError
from vectorstore.rebuild import rebuild
from vectorstore.types import Filters

STORM: Any = "How many homes lost power in Storm Ottilie?"


@pytest.fixture(scope="module")
def assistant(samples_index: Path) -> Iterator[Assistant]:
    with Assistant.open(samples_index, Settings(index=samples_index, answerer="quote", rerank=False)) as opened:
        yield opened


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ({"sources": "Coastwire"}, Filters(("Coastwire",))),
        ({"sources": ["Coastwire", "Radio Ouvre"]}, Filters(("Coastwire", "Radio Ouvre"))),
        ({"sources": {"Coastwire"}}, Filters(("Coastwire",))),
        ({"sources": ""}, Filters()),
        ({"sources": None}, Filters()),
        ({"since": "2026-03-01"}, Filters(since=date(2026, 3, 1))),
        ({"until": datetime(2026, 3, 1, 12, 30)}, Filters(until=date(2026, 3, 1))),
    ],
)
def test_filters_take_what_is_meant(given: dict[str, Any], meant: Filters) -> None:
    """One outlet as a string is that outlet, not its letters; a day may be written as the command line takes it."""
    assert Filters(**given) == meant
    assert hash(Filters(**given)) == hash(meant)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"since": "soon"}, r"since is 'soon': pass a date, or write it as 2026-03-31"),
        ({"until": 2026}, r"until is '2026': pass a date"),
        ({"since": "03/04/2026"}, r"since is '03/04/2026'"),
        ({"sources": [1, 2]}, r"sources is '\[1, 2\]': pass strings"),
        ({"sources": 5}, r"sources is '5': pass strings"),
    ],
)
def test_filters_refuse_the_rest(given: dict[str, Any], words: str) -> None:
    """The error names the value and how it is written."""
    with pytest.raises(UsageError, match=words):
        Filters(**given)


def test_words_to_ignore_may_be_one_string(assistant: Assistant) -> None:
    """`ignore="in March"` is those words."""
    question = STORM.replace("?", " in March?")
    assert assistant.ask(question, today=date(2026, 6, 1)).understood
    assert not assistant.ask(question, today=date(2026, 6, 1), ignore="in March").understood
    day: Any = "2026-06-01"
    assert assistant.index.retrieve(question, today=day) == assistant.index.retrieve(question, today=date(2026, 6, 1))
    with pytest.raises(UsageError, match="today is 'soon': pass a date"):
        assistant.index.retrieve(question, today="soon")  # type: ignore[arg-type]


@pytest.mark.parametrize("history", ["Who resigned?", Turn("Who resigned?"), ["Who resigned?"], {"question": "Who resigned?"}, 7])
def test_a_history_is_turns(assistant: Assistant, history: Any) -> None:
    """Anything else is refused with how it is passed, before anything is searched."""
    with pytest.raises(QuestionError, match=r"The history is .*: pass a list of Turn\(question, answer\)"):
        assistant.ask(STORM, history)
    assert assistant.ask(STORM, [Turn("Who resigned?", "Nobody.")]).hits
    assert assistant.ask(STORM, None).hits  # type: ignore[arg-type] # nothing is meant


def test_a_headline_may_be_one_string() -> None:
    """A turn's titles are headlines, never letters."""
    titles: Any = "Ferry aground"
    assert Turn("Who?", "He.", titles) == Turn("Who?", "He.", ("Ferry aground",))


@pytest.mark.parametrize("kind", [str, Path, lambda path: [str(path)]])
def test_one_path_is_a_path(tmp_path: Path, kind: Any) -> None:
    """`rebuild("./news")` reads that folder, not the folders named by its letters."""
    (tmp_path / "news").mkdir()
    (tmp_path / "news" / "a.jsonl").write_text(json.dumps({"id": "a", "text": "The ferry ran aground."}))
    report = rebuild(kind(tmp_path / "news"), tmp_path / "index", encoder=WordHashEncoder())
    assert report.articles == 1
    assert report.sources == (tmp_path / "news",)


def test_check_and_evidence_are_functions_of_the_package() -> None:
    """Both are pure, take one passage or several, and refuse what is no text."""
    passage = "The tide mill at Orrey burnt down on Monday."
    assert check("The tide mill at Orrey burnt down.", passage).supported
    assert check("The tide mill at Orrey burnt down.", [passage, "Nothing else."]).supported
    assert evidence("What burnt down at Orrey?", passage) == evidence("What burnt down at Orrey?", [passage])
    with pytest.raises(UsageError, match="passages is '5': pass strings"):
        check("The mill burnt down.", 5)  # type: ignore[arg-type]
