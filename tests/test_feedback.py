"""What readers say of answers: kept a line each, whole, bounded and without a name; `onrecord eval` reads it as questions."""

from __future__ import annotations

import json
import multiprocessing
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from qa.assistant import Assistant
from qa.errors import CannotKeep, UsageError
from qa.evals import benchmarks
from qa.settings import Settings
from tests.test_saved import answered
from ui.cli import main
from ui.feedback import keep, row_of
from ui.server import Served, start
from vectorstore.types import Filters

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:gradio")  # Gradio's own use of pandas

NOW = datetime(2026, 11, 27, 9, 30, tzinfo=UTC)
ADDRESS = "https://coastwire.example/2026/03/19/storm-ottilie"


def row(verdict: str = "up", answer: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    return row_of({"verdict": verdict, "answer": answer or answered(), **fields}, NOW, "g7")


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_a_line_has_what_a_question_needs_and_no_name() -> None:
    """Question, filters, citations, generations, verdict and words; nothing of who sent it."""
    filters = {
        "sources": ["The Marrow Bell"],
        "since": "2026-05-01",
        "until": None,
        "sections": [],
        "languages": [],
        "understood": [],
    }
    kept = row("down", answered(filters=filters, index="g6"), reason="wrong source", text=" It is of 2019.\n")
    assert kept["cited"] == [
        {"article": "quay", "url": "https://bell.example/quay", "quote": answered()["citations"][0]["quote"]}
    ]
    assert (kept["index"], kept["generation"], kept["asked"]) == ("g6", "g7", "2026-11-27")
    assert kept["filters"] == filters
    assert (kept["verdict"], kept["reason"], kept["text"]) == ("down", "wrong source", "It is of 2019.")
    assert not kept.keys() & {"user", "ip", "hits", "text_of_answer"}


BAD: list[tuple[dict[str, Any], str]] = [
    ({}, "verdict is null: use up, down or none"),
    ({"verdict": "good"}, "verdict is 'good': use up"),
    ({"verdict": "up"}, "answers[0] is null and no answer"),
    ({"verdict": "up", "answer": []}, "answers[0] is a list and no answer"),
    ({"verdict": "up", "answer": {"question": "x" * 2_001, "text": ""}}, "The question has 2,001 characters"),
    ({"verdict": "down", "answer": answered(), "reason": "dull"}, "reason is 'dull': use wrong source, not in the article"),
    ({"verdict": "down", "answer": answered(), "text": "x" * 2_001}, "text has 2,001 characters: use at most 2,000"),
    ({"verdict": "down", "answer": answered(), "text": 7}, "text is 7: pass text"),
    ({"verdict": "down", "answer": answered(), "text": "\0"}, "text holds a NUL character"),
    ({"verdict": "up", "answer": answered(), "id": "../x"}, "id is '../x': send back the id that was given"),
    ({"verdict": "up", "answer": answered(), "user": "ann"}, "'user' is no field: use answer, verdict"),
    ({"verdict": "up", "answer": answered(filters={"since": "soon"})}, "'soon' is no date"),
]


@pytest.mark.parametrize(("given", "message"), BAD, ids=[message for _, message in BAD])
def test_what_cannot_be_meant_is_refused_in_a_line(given: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=re.escape(message)) as caught:
        row_of(given, NOW, "g")
    assert "\n" not in str(caught.value)


def test_a_line_is_bounded() -> None:
    """However much an answer cites."""
    answer = answered()
    answer["citations"] = [{**answer["citations"][0], "number": n, "quote": "x" * 9_000} for n in range(1, 400)]
    assert len(json.dumps(row(answer=answer))) < 60_000


def _many(file: Path, n: int) -> None:
    for _ in range(40):
        keep(row(text=f"{n} " + "é" * 500), file)


def test_many_writers_lose_no_line(tmp_path: Path) -> None:
    """Each line is whole, whoever else writes at the same time."""
    file = tmp_path / "feedback.jsonl"
    writers = [multiprocessing.get_context("fork").Process(target=_many, args=(file, n)) for n in range(6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len({one["id"] for one in lines(file)}) == 240
    assert file.stat().st_mode & 0o777 == 0o600


def test_the_file_is_bounded_and_goes_on_behind_a_line_that_was_cut_off(tmp_path: Path) -> None:
    """Full, it takes no more; where a writer was killed in a line, the next one begins a line of its own."""
    file = tmp_path / "feedback.jsonl"
    file.write_text('{"id": "cut', encoding="utf-8")
    keep(row(), file)
    assert json.loads(file.read_text(encoding="utf-8").splitlines()[1])["verdict"] == "up"
    size = file.stat().st_size
    with pytest.raises(CannotKeep, match=r"feedback.jsonl has [\d,]+ bytes and takes no more"):
        keep(row(), file, size + 10)
    assert file.stat().st_size == size
    with pytest.raises(CannotKeep, match="cannot be written"):
        keep(row(), tmp_path / "no" / "feedback.jsonl")


# --- as questions ----------------------------------------------------------------------------------------------------------


def read(tmp_path: Path, *rows: dict[str, Any]) -> list[Any]:
    file = tmp_path / "feedback.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in rows), encoding="utf-8")
    return list(benchmarks.read(file).questions)


@pytest.mark.parametrize(
    ("said", "gold", "answers"),
    [
        ({"verdict": "up"}, ("quay",), ()),
        ({"verdict": "down", "reason": "missed something", "address": ADDRESS}, (ADDRESS,), ()),
        ({"verdict": "down", "text": f"You missed it, see {ADDRESS}."}, (ADDRESS,), ()),
        ({"verdict": "down", "text": f"({ADDRESS}), and https://b.example/x!"}, (ADDRESS, "https://b.example/x"), ()),
        ({"verdict": "down", "quote": " 74,000 homes\nlost power"}, (), ("74,000 homes\nlost power",)),
        ({"verdict": "down", "text": "It says “cut power to 74,000 homes” there."}, (), ("cut power to 74,000 homes",)),
        ({"verdict": "down", "text": 'Not "so", it says "cut power to homes" there.'}, (), ("cut power to homes",)),
    ],
)
def test_what_was_said_is_a_question(
    tmp_path: Path, said: dict[str, Any], gold: tuple[str, ...], answers: tuple[str, ...]
) -> None:
    """The cited articles of a thumbs-up are right; a thumbs-down names an address or a quote."""
    (question,) = read(tmp_path, row(**said))
    assert (question.gold_articles, question.answers, str(question.asked)) == (gold, answers, "2026-11-27")
    assert question.question == "When did the quay reopen?"


def test_what_says_only_what_is_wrong_is_left_out(tmp_path: Path) -> None:
    """As is what was taken back; the last line of an id counts; not answering may be right."""
    nothing = answered(abstained=True, citations=[], sentences=[], text="The articles do not say.", question="What of oil?")
    first, other = row("up"), row("down", reason="wrong source", text="no")
    changed = {**first, "verdict": "none"}
    (question,) = read(tmp_path, first, other, changed, row("up", nothing))
    assert (question.question, question.gold_articles) == ("What of oil?", ())
    with pytest.raises(UsageError, match="says of no question what is right"):
        read(tmp_path, other)


def test_a_follow_up_and_its_filters_are_asked_as_they_were_read(tmp_path: Path) -> None:
    """The question that stands alone, and the outlets and days that were chosen."""
    answer = answered(
        standalone_question="When did the quay at Marrow Head reopen?", filters={"sources": ["A"], "since": "2026-05-01"}
    )
    (question,) = read(tmp_path, row(answer=answer))
    assert question.question == "When did the quay at Marrow Head reopen?"
    assert question.within(Filters()) == Filters(("A",), "2026-05-01")  # type: ignore[arg-type]


@pytest.mark.parametrize("more", ["", ', "id": "a", "cited": [1]'])
def test_a_line_that_is_none_is_named(tmp_path: Path, more: str) -> None:
    file = tmp_path / "f.jsonl"
    file.write_text(f'{{"verdict": "up", "question": "a"{more}}}\n', encoding="utf-8")
    with pytest.raises(UsageError, match=r"f\.jsonl:1 is not .*: mend the line"):
        benchmarks.read(file)


# --- the server ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def served(samples_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Path]]:
    file = tmp_path_factory.mktemp("kept") / "feedback.jsonl"
    with Assistant.open(samples_index, Settings()) as assistant, start(assistant, port=0, feedback=file) as server:
        yield server, file


def post(url: str, body: Any) -> tuple[int, dict[str, Any]]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode()), timeout=60) as response:
            return response.status, json.loads(response.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def test_a_thumb_is_kept_changed_and_measured(served: tuple[Served, Path], samples_index: Path, capsys: Any) -> None:
    """From the answer over the API to `onrecord eval`."""
    server, file = served
    _, answer = post(f"{server.url}/api/v1/answers", {"question": "How many homes lost power in Storm Ottilie?"})
    status, kept = post(f"{server.url}/api/v1/feedback", {"verdict": "up", "answer": answer})
    assert (status, kept["kept"]) == (200, True)
    assert (
        post(f"{server.url}/api/v1/feedback", {"verdict": "down", "answer": answer, "id": kept["id"], "address": ADDRESS})[0]
        == 200
    )
    assert post(f"{server.url}/api/v1/feedback", {"verdict": "up"})[0] == 422
    assert [one["verdict"] for one in lines(file)] == ["up", "down"]
    assert lines(file)[0]["generation"] == answer["index"]
    with urllib.request.urlopen(f"{server.url}/api/v1/session", timeout=60) as response:
        assert json.loads(response.read()) == {"user": "", "feedback": True}
    assert main(["eval", str(file), "--index", str(samples_index), "--json"]) == 0
    measured = json.loads(capsys.readouterr().out)
    assert measured["measures"]["linked"] == 1
    assert measured["measures"]["art@10"] == 1


def test_a_server_that_keeps_none_says_so(samples_index: Path) -> None:
    """With --feedback no nothing is written, and the page can know."""
    with Assistant.open(samples_index, Settings()) as assistant, start(assistant, port=0) as server:
        status, error = post(f"{server.url}/api/v1/feedback", {"verdict": "up", "answer": answered()})
        assert (status, error["error"]["message"]) == (
            404, "Feedback is not kept here: this server was started with --feedback no."
        )  # fmt: skip
        with urllib.request.urlopen(f"{server.url}/api/v1/session", timeout=60) as response:
            assert json.loads(response.read())["feedback"] is False
    assert not (samples_index / "feedback.jsonl").exists()
