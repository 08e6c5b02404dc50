"""`onrecord eval`: measures against values worked out by hand, intervals, runs saved, compared and drawn."""

from __future__ import annotations

import json
import math
import random
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from prompts import NO_ANSWER
from qa.assistant import Assistant
from qa.doubles import FaultServer, ScriptedModel
from qa.errors import UsageError
from qa.evals import benchmarks, collection, prose
from qa.evals.answers import as_words
from qa.evals.bootstrap import interval
from qa.evals.measures import standard
from qa.evals.plot import Panel, svg
from qa.evals.report import compare, hit_curve, read, report
from qa.evals.retrieval import Holdings, depths, measure, overlapping, plain_searches, table
from qa.evals.types import Question
from qa.settings import Settings
from tests.conftest import SAMPLES
from tests.test_benchmarks import SQUAD
from ui.cli import main, parser
from ui.evaluation import evaluate
from vectorstore.doubles import WordHashEncoder
from vectorstore.rebuild import rebuild
from vectorstore.search import Index
from vectorstore.types import Filters

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"

ARTICLES = [
    {"id": "ferry", "title": "Ferry aground", "url": "https://a.example/ferry", "text": "The ferry carried 212 people to Ouvre."},
    {"id": "storm", "title": "Storm", "text": "The storm cut power in Ouvre. Engineers counted 74 broken masts."},
    {"id": "tram", "title": "Tram march", "text": "Thousands marched against tram cuts in Saltmere on Sunday."},
]
QUESTIONS = [
    Question("people", "How many people did the ferry carry?", ("212",), ("https://a.example/ferry",)),
    Question("town", "Where did thousands march against tram cuts?", ("in SALTMERE",), ("tram", "gone"), (2, 1)),
    Question("masts", "How many tram masts were broken?", ("75",), ("storm",)),
    Question("oil", "What is the price of oil?"),
]
ABOUT = {"benchmark": "ours", "articles": 3, "index": "x", "model": "small"}


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("eval")
    (folder / "articles.jsonl").write_text("\n".join(map(json.dumps, ARTICLES)), encoding="utf-8")
    rebuild([folder / "articles.jsonl"], folder / "index", encoder=WordHashEncoder())
    with Assistant(Index.open(folder / "index", encoder=WordHashEncoder(), rerank=False), Settings(answerer="quote")) as opened:
        yield opened


def test_standard_measures_by_hand() -> None:
    """Recall, MRR and nDCG with grades, and 0 for a question that found nothing; one without anything relevant is left out."""
    values = standard({"q": {"a": 1, "b": 2}, "none": {"a": 1}, "empty": {}}, {"q": ["x", "b", "a"]}, (1, 2, 3))
    best = 2 / math.log2(2) + 1 / math.log2(3)
    assert values["q"] == pytest.approx(
        {"recall@1": 0, "recall@2": 0.5, "recall@3": 1, "MRR@3": 0.5, "nDCG@3": (2 / math.log2(3) + 1 / math.log2(4)) / best}
    )
    assert values["none"] == dict.fromkeys(values["q"], 0.0)
    assert "empty" not in values


def test_standard_measures_agree_with_the_formulas() -> None:
    """The library's values are those of the textbook formulas, on a hundred random rankings."""
    rng = random.Random(7)
    things = [f"d{n}" for n in range(12)]
    relevant = {f"q{n}": {thing: rng.randint(1, 3) for thing in rng.sample(things, rng.randint(1, 5))} for n in range(100)}
    found = {question: rng.sample(things, rng.randint(0, 12)) for question in relevant}
    values = standard(relevant, found, (1, 5))
    for question, grades in relevant.items():
        gains = [grades.get(thing, 0) for thing in found[question]][:5]
        ideal = sorted(grades.values(), reverse=True)[:5]
        assert values[question]["recall@5"] == pytest.approx(sum(gain > 0 for gain in gains) / len(grades))
        assert values[question]["MRR@5"] == pytest.approx(next((1 / n for n, gain in enumerate(gains, 1) if gain), 0))
        assert values[question]["nDCG@5"] == pytest.approx(discounted(gains) / discounted(ideal))


def discounted(gains: list[int]) -> float:
    return sum(gain / math.log2(place + 1) for place, gain in enumerate(gains, 1))


def test_an_interval_is_that_of_the_textbook_and_always_the_same() -> None:
    """Near the normal approximation, the same at each call, narrower for pairs that go together, and a point where all agree."""
    rng = random.Random(3)
    values = [float(rng.random() < 0.6) for _ in range(400)]
    mean = sum(values) / 400
    low, high = interval(values)
    half = 1.96 * math.sqrt(mean * (1 - mean) / 400)
    assert (low, high) == pytest.approx((mean - half, mean + half), abs=0.012)
    assert interval(values) == (low, high)
    other = [0.0 if n % 20 == 0 else value for n, value in enumerate(values)]
    paired = interval([a - b for a, b in zip(values, other, strict=True)])
    assert paired[0] > 0
    assert paired[1] - paired[0] < (high - low) / 2
    assert interval([1.0] * 9) == (1.0, 1.0)
    assert all(math.isnan(end) for end in interval([]))


def test_which_passages_hold_an_answer() -> None:
    """Whole words, case and punctuation aside; the same passages as reading each of them through."""
    texts = ["In the U.S., Mr Vold.", "A Void.", "vold-marianne", "Voldemar", "", "Mr Vold again", "A Void."]
    holdings = Holdings(texts)
    for answer in ("vold", "void", "u s", "marianne", "again", "mr vold"):
        slow = {holdings.name(text) for text in texts if as_words(answer) in as_words(text)}
        assert holdings.holding(as_words(answer)) == slow, answer
    assert holdings.holding(as_words("vold")) == {holdings.name(text) for text in (texts[0], texts[2], texts[5])}


def test_measures_of_a_small_collection(assistant: Assistant) -> None:
    """What each measure counts, over which questions, worked out by hand."""
    results = measure(assistant, QUESTIONS, baselines=True)
    people, town, masts, oil = results
    assert [r.answerable for r in results] == [True, True, False, False]  # no passage says 75
    assert [r.linked for r in results] == [True, True, True, False]
    assert (people.answer_rank, people.article_rank, people.quote_rank) == (1, 1, 1)
    assert town.measures["recall@10"] == 0.5  # one of its two articles is not in the collection
    assert town.measures["nDCG@10"] == pytest.approx(2 / (2 + 1 / math.log2(3)))
    assert "ans@1" not in masts.measures
    assert set(oil.measures) == {"abstained, others"}
    measures = table(results)
    assert (measures["questions"], measures["answerable"], measures["linked"]) == (4, 2, 3)
    assert measures["ans@1"] == measures["quote@1"] == 1
    assert measures["recall@10"] == pytest.approx((1 + 0.5 + masts.measures["recall@10"]) / 3)
    assert set(people.baselines) == {"BM25", "vectors", "RRF"}
    assert people.baselines["BM25"].measures["quote@1"] == 1


def test_a_question_is_asked_on_its_own_day(tmp_path: Path) -> None:
    """ "This week" is that of the day it was asked; without one, of the newest article: never of the day of the measure."""
    rows = [
        {"id": "march", "published": "2026-03-03", "text": "Power failed in 74,000 homes when a storm hit the coast."},
        {"id": "may", "published": "2026-05-05", "text": "Power failed in nine homes when a storm hit a village up north."},
        {"id": "april", "published": "2026-04-01", "text": "The coast is home to a harbour where boats are built."},
    ]
    (tmp_path / "articles.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    rebuild([tmp_path / "articles.jsonl"], tmp_path / "index", encoder=WordHashEncoder())
    asked = "In how many homes did power fail in a storm this week?"
    questions = [
        Question("march", asked, ("74,000",), ("march",), asked=date(2026, 3, 5)),
        Question("may", asked, ("nine",), ("may",), asked=date(2026, 5, 7)),
        Question("no day", asked, ("nine",), ("may",)),
    ]
    with Assistant(
        Index.open(tmp_path / "index", encoder=WordHashEncoder(), rerank=False), Settings(answerer="quote")
    ) as assistant:
        assert [result.article_rank for result in measure(assistant, questions)] == [1, 1, 1]


def test_plain_searches_are_the_two_and_their_rank_fusion(assistant: Assistant) -> None:
    """BM25 and the vectors as they rank; the fusion adds 1 / (60 + rank) of each."""
    found = plain_searches(assistant.index, "thousands march in Saltmere", Filters(), 3)
    by_words, by_meaning = assistant.index.apart("thousands march in Saltmere")
    assert found["BM25"] == by_words[:3]
    assert found["vectors"] == by_meaning[:3]
    scores: dict[str, float] = {}
    for hits in (by_words, by_meaning):
        for place, hit in enumerate(hits, 1):
            scores[hit.article.id] = scores.get(hit.article.id, 0) + 1 / (60 + place)
    assert [hit.article.id for hit in found["RRF"]] == sorted(scores, key=lambda id_: -scores[id_])


def test_the_plain_quote_shares_the_rarest_words(assistant: Assistant) -> None:
    """Of the hits' sentences the one that meets the question's rarest words comes first."""
    hits = assistant.index.search("Ouvre storm masts ferry")
    assert overlapping("How many broken masts were counted?", hits)[0] == "Engineers counted 74 broken masts."


def test_depths_are_the_usual_ones() -> None:
    """-k 10 measures at 1, 5 and 10; other depths are added at the end."""
    assert depths() == (1, 5, 10)
    assert depths(1) == (1,)
    assert depths(30) == (1, 5, 10, 20, 30)


def result(id_: str, rank: int, quote: int = 0, **other: Any) -> dict[str, Any]:
    """One question of a saved run."""
    measures = {"ans@1": float(rank == 1), "abstained, answerable": float(not quote)}
    ranks = {"answer_rank": rank, "article_rank": 0, "hit_article_rank": 0, "quote_rank": quote}
    return {"id": id_, "question": f"{id_}?", "answerable": True, "linked": False, "measures": measures} | ranks | other


def run(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"format": 1, "about": {"k": 10}, "measures": {"ans@1": 0.0, "abstained, answerable": 0.0}, "questions": list(rows)}


def test_two_runs_question_by_question() -> None:
    """Over the questions of both: the difference, how many got better and worse, and which, the largest change first."""
    first = run(result("up", 5, 1), result("far up", 0, 1), result("same", 1), result("down", 1, 1), result("only a", 1))
    second = run(result("down", 2), result("up", 4, 1), result("far up", 1, 2), result("same", 1))
    found = compare(first, second)
    assert (found["questions"], found["only_in_a"], found["only_in_b"]) == (4, 1, 0)
    hits = found["measures"]["ans@1"]
    assert (hits["a"], hits["b"], hits["value"], hits["better"], hits["worse"]) == (0.5, 0.5, 0, 1, 1)
    assert hits["interval"][0] < 0 < hits["interval"][1]
    silent = found["measures"]["abstained, answerable"]
    assert (silent["value"], silent["better"], silent["worse"]) == (0.25, 0, 1)  # to abstain more often is worse here
    passages = found["changes"]["passage"]
    assert [row["id"] for row in passages["better"]] == ["far up", "up"]
    assert passages["worse"] == [{"id": "down", "question": "down?", "a": 1, "b": 2}]
    assert [row["id"] for row in found["changes"]["quote"]["worse"]] == ["down", "far up"]
    with pytest.raises(UsageError, match="no question in common"):
        compare(first, run(result("other", 1)))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nope", r"is not a saved run: make one with `onrecord eval … --save run\.json`"),
        ("[]", "is not a saved run"),
        ('{"measures": {}, "questions": []}', "is not a saved run"),
        ('{"format": 1, "questions": [{"id": 1}]}', "is not a saved run"),
        ('{"format": 2, "questions": []}', "saved in format 2, this is 1"),
    ],
)
def test_what_is_no_saved_run(tmp_path: Path, text: str, said: str) -> None:
    """It is said in one line, with what makes one."""
    (tmp_path / "run.json").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=said):
        read(tmp_path / "run.json")
    with pytest.raises(UsageError, match="cannot be read"):
        read(tmp_path / "nowhere.json")


def test_a_report_has_intervals_differences_and_no_nan(assistant: Assistant) -> None:
    """Valid JSON: a value lies in its interval, ours minus a plain search's is there, a measure without a question is null."""
    made = json.loads(json.dumps(report(measure(assistant, QUESTIONS[:2], baselines=True), {"k": 10}), allow_nan=False))
    assert made["measures"]["abstained, others"] is None
    for name, (low, high) in made["intervals"].items():
        assert low is None or low <= made["measures"][name] <= high, name
    beside = made["baselines"]["BM25"]
    for name, difference in beside["differences"].items():
        assert difference["value"] == pytest.approx(made["measures"][name] - beside["measures"][name])
    assert [point[0] for point in hit_curve(made["questions"], "passage", 3)] == [1, 1, 1]
    assert hit_curve(made["questions"], "article", 1, "BM25")[0][0] == made["baselines"]["BM25"]["measures"]["art@1"]


def test_the_picture_is_xml_whatever_the_names(tmp_path: Path) -> None:
    """Names are text in it; a curve of one point and a panel without a curve do no harm; labels do not touch."""
    curve = [(0.5, 0.4, 0.6), (0.7, 0.6, 0.8)]
    close = [(0.5, 0.4, 0.6), (0.701, 0.6, 0.8)]
    picture = svg(
        "<b>&\x00\ud800",
        [Panel("a", (("<script>", curve), ("b", close))), Panel("none", (("c", []),)), Panel("one", (("d", curve[:1]),))],
    )
    root = ET.fromstring(picture)
    space = "{http://www.w3.org/2000/svg}"
    texts = [element.text for element in root.iter(f"{space}text")]
    assert texts[0] == "<b>&??"
    assert "<script> .700" in texts
    assert "none" not in texts
    assert not list(root.iter(f"{space}script"))
    places = [float(e.get("y", "")) for e in root.iter(f"{space}text") if (e.text or "").endswith((".700", ".701"))]
    assert abs(places[0] - places[1]) >= 14


# What `eval --json` printed before it knew benchmarks: measured from outside, so it stays.
MEASURES = (
    "questions|answerable|linked|ans@1|ans@5|ans@10|art@1|art@5|art@10|MRR@10|nDCG@10|quote@1|quote@3|abstained, answerable|"
    "abstained, others|search p50 ms|search p95 ms|answer p50 ms|answer p95 ms"
).split("|")
FIELDS = (
    "id answerable answer_rank article_rank hit_article_rank linked quote_rank abstained search_ms answer_ms".split()
)  # fmt: skip


def test_the_command_on_the_samples(samples_index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A table, JSON with what was there before, a picture and a saved run that compares with itself."""
    lines = (SAMPLES / "questions.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    saved, picture, some, few = (tmp_path / name for name in ("run.json", "run.svg", "some.jsonl", "few.jsonl"))
    some.write_text("".join(lines[::3]), encoding="utf-8")  # tests/test_samples.py asks each of them
    few.write_text("".join(lines[:4]), encoding="utf-8")
    arguments = ["--index", str(samples_index), "--baselines", "--save", str(saved), "--plot", str(picture)]
    assert main(["eval", str(some), "--json", *arguments]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert set(MEASURES) <= set(printed["measures"])
    assert all(set(FIELDS) <= set(row) for row in printed["questions"])
    assert printed["measures"]["ans@10"] > 0.9
    assert ET.parse(picture).getroot().tag.endswith("svg")
    assert json.loads(saved.read_text())["measures"]["ans@1"] == printed["measures"]["ans@1"]
    assert main(["eval", str(few), *arguments[:3]]) == 0
    shown = capsys.readouterr().out
    assert "over BM25" in shown
    assert "passage nDCG@10" in shown
    assert main(["eval", "--compare", str(saved), str(saved), "--plot", str(picture)]) == 0
    shown = capsys.readouterr().out
    assert "ans@1" in shown
    assert "better in B" not in shown
    assert main(["eval", "--compare", str(saved), str(saved), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["measures"]["ans@1"]["value"] == 0


def test_the_command_on_a_benchmark_with_its_collection(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its index is made for it and kept where asked; the user's own, in ONRECORD_INDEX, is not touched."""
    monkeypatch.setenv("ONRECORD_INDEX", str(tmp_path / "own"))
    (tmp_path / "dev.json").write_text(json.dumps(SQUAD), encoding="utf-8")
    for keep in ([], ["--keep", str(tmp_path / "kept")]):
        assert main(["eval", str(tmp_path / "dev.json"), *keep]) == 0
        shown = capsys.readouterr().out
        assert "2 questions, asked of 2 articles" in shown
        assert "art@1                 1.000" in shown
    assert (tmp_path / "kept" / "CURRENT").exists()
    assert main(["eval", str(tmp_path / "dev.json"), "--index", str(tmp_path / "kept")]) == 0
    assert f"2 articles in 2 passages ({tmp_path / 'kept'})" in capsys.readouterr().out
    assert not (tmp_path / "own").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "either a PATH of questions or --compare"),
        (["q.jsonl", "--compare", "a", "b"], "either a PATH of questions or --compare"),
        (["nowhere.jsonl"], "nowhere.jsonl does not exist"),
        (["q.jsonl", "--plot", "a.png"], "the picture is SVG"),
        (["q.jsonl", "--save", "nowhere/a.json"], "its folder does not exist"),
        (["q.jsonl", "--keep", "k"], "--keep is for a benchmark that brings its collection"),
        (["q.jsonl", "--format", "beir"], "has no qrels/test.tsv"),
        (["--compare", "a.json", "b.json"], "a.json cannot be read"),
    ],
)
def test_wrong_usage_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    """Exit code 2, one line, and nothing is measured first."""
    monkeypatch.chdir(tmp_path)
    Path("q.jsonl").write_text('{"id": 1, "question": "Who?"}\n')
    assert main(["eval", *arguments]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


@pytest.fixture(scope="module")
def reading(tmp_path_factory: pytest.TempPathFactory) -> tuple[benchmarks.Benchmark, Path]:
    """XQuAD, and the folder with an index of its 120 paragraphs."""
    if not DATA.is_dir():
        pytest.skip("the shared data is not here")
    benchmark, folder = benchmarks.read(next((DATA / "reading").glob("*.json"))), tmp_path_factory.mktemp("reading") / "index"
    collection.opened(benchmark, folder)[0].close()
    return benchmark, folder


@pytest.mark.parametrize(("rerank", "every"), [(False, 2), (True, 6)])
def test_reading_comprehension_is_not_below_plain_bm25(
    reading: tuple[benchmarks.Benchmark, Path], rerank: bool, every: int
) -> None:
    """XQuAD's 120 paragraphs as a collection: Hit@1 of the right paragraph and of the answer at least BM25's."""
    benchmark, folder = reading
    index, _ = collection.opened(benchmark, folder, rerank=rerank)
    with Assistant(index, Settings(answerer="quote")) as assistant:
        results = measure(assistant, benchmark.questions[::every], baselines=True)
    ours = table(results)
    for name in ("ans@1", "art@1"):
        bm25 = [r.baselines["BM25"].measures[name] for r in results if name in r.measures]
        assert ours[name] >= sum(bm25) / len(bm25)
    assert ours["art@1"] >= 0.93


def test_prose_beside_quotes(assistant: Assistant) -> None:
    """A model's answers and the quotes for the same questions, in one table: held, supported, abstained, tokens."""
    said = {"ferry": "The ferry carried 212 people [1].", "march": "Ninety thousand marched in Lissavia [1].", "masts": NO_ANSWER}

    def script(messages: list[dict[str, str]]) -> str:
        asked = messages[-1]["content"].rpartition("Question: ")[2]
        return next((draft for word, draft in said.items() if word in asked), NO_ANSWER)

    with ScriptedModel(script) as server:
        settings = replace(assistant.settings, answerer="model", base_url=server.url, model="small")
        made = prose.report(prose.measure(Assistant(assistant.index, settings), QUESTIONS), ABOUT)
    rows = {name: (row["prose"], row["quotes"]) for name, row in made["measures"].items()}
    assert rows["held"] == (1, 1)  # the march by the quotes that stood in for what is not supported
    assert rows["in words"] == (1, 1)
    assert rows["supported"] == (0.5, 1)
    assert rows["quoted"][0] == 0.25
    assert rows["abstained, others"][0] == 1
    assert rows["failed"] == (0, None)
    assert rows["tokens written"][0] > 0
    text = prose.report_text(made)
    assert "over quote-only" in text
    assert "small" in text


def test_prose_of_a_model_that_fails(assistant: Assistant) -> None:
    """An error of the model is counted, and not taken for an answer."""
    with FaultServer("500") as server:
        settings = replace(assistant.settings, answerer="model", base_url=server.url, timeout=5)
        made = prose.report(prose.measure(Assistant(assistant.index, settings), QUESTIONS[:1]), ABOUT)
    assert made["measures"]["failed"]["prose"] == 1
    assert made["measures"]["held"]["prose"] == 0
    assert made["pairs"][0]["prose"]["error"]


def test_prose_needs_a_model() -> None:
    """--model without a model says what to set."""
    with pytest.raises(UsageError, match="OPENAI_BASE_URL"):
        evaluate(parser().parse_args(["eval", "x.jsonl", "--model"]), Settings(), Filters(), lambda *_: None)
