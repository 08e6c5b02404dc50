"""Benchmarks in: each format's questions and collection, and what is said of input that is none."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from qa.errors import UsageError
from qa.evals import benchmarks, collection
from qa.evals.types import Benchmark, Question
from vectorstore.doubles import WordHashEncoder
from vectorstore.rebuild import rebuild
from vectorstore.types import Article

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"

LINES = [
    {"id": 1, "question": "Who sank?", "answers": ["The Marianne", "Vold"], "gold_articles": ["a"], "asked": "2026-03-04"},
    {"id": "2", "question": "Who swam?", "answers": "nobody", "article": "b"},
    {"id": "3", "question": "Why?"},
]
SQUAD = {
    "data": [
        {
            "title": "Gannet_Bank",
            "paragraphs": [
                {
                    "context": "Gannet Bank lies 18 km off Saltmere.",
                    "qas": [
                        {
                            "id": "q1",
                            "question": "How far off Saltmere is it?",
                            "answers": [{"text": "18 km", "answer_start": 17}, {"text": "18 km", "answer_start": 17}],
                        },
                        {"id": "q2", "question": "How deep is it?", "is_impossible": True, "answers": []},
                    ],
                },
                {"context": "Forty-two turbines were approved.", "qas": []},
            ],
        }
    ]
}
WEEK = [
    {
        "question_id": "20260306_0",
        "question_date": "2026/03/05",
        "question_source": "Coastwire",
        "question_sentence": "Which ferry ran aground?",
        "choices": ["The Gull", "The Marianne Vold"],
        "answer": ["1"],
        "evidence": 'It was the <a href="https://www.coastwire.example/2026/ferry/index.html#top">ferry</a>, says '
        '<a href="https://elsewhere.example/page">this</a>.',
    },
    {"question_id": "20260306_1", "question_sentence": "How many?", "choices": [], "answer": ["212"], "evidence": ""},
]
FOUND = [
    {
        "question_id": "20260306_0",
        "search_result": [
            {
                "url": "https://www.coastwire.example/2026/ferry/index.html",
                "title": "Ferry aground",
                "text": "Accept cookies",
                "authors": ["Ann Lee"],
                "publish_date": "2026/03/03",
            },
            {"url": "http://coastwire.example/empty/", "title": "Nothing", "text": " "},
            {
                "url": "http://quay.example/crew/",
                "title": "The crew",
                "text": "Nine people.",
                "authors": [],
                "publish_date": None,
            },
            {"url": "javascript:alert(1)", "title": "No", "text": "No page."},
            {},
        ],
    }
]
LINKED = [
    {
        "question_id": "20260306_0",
        "search_result": [
            {"url": "https://www.coastwire.example/2026/ferry/index.html#top", "text": "The Marianne Vold ran aground."},
        ],
    }
]


def write(path: Path, rows: list[object]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def articles(benchmark: Benchmark) -> list[Article]:
    assert benchmark.articles
    return [article for article in benchmark.articles() if isinstance(article, Article)]


def beir(folder: Path, qrels: str = "query-id\tcorpus-id\tscore\nq1\tb\t2\nq1\ta\t1\nq1\tc\t0\n") -> Path:
    write(folder / "corpus.jsonl", [{"_id": "a", "title": "A", "text": "One."}, {"_id": "b", "title": "Two", "text": ""}])
    write(folder / "queries.jsonl", [{"_id": "q1", "text": "one or two"}, {"_id": "q9", "text": "not judged"}])
    (folder / "qrels").mkdir(exist_ok=True)
    (folder / "qrels" / "test.tsv").write_text(qrels, encoding="utf-8")
    return folder


def test_our_own_lines(tmp_path: Path) -> None:
    """Ids may be numbers, one answer may stand alone, answers and articles may be missing; the index is the user's own."""
    read = benchmarks.read(write(tmp_path / "questions.jsonl", LINES))
    assert read.articles is None
    assert read.questions == (
        Question("1", "Who sank?", ("The Marianne", "Vold"), ("a",), asked=date(2026, 3, 4)),
        Question("2", "Who swam?", ("nobody",), ("b",)),
        Question("3", "Why?"),
    )


def test_a_folder_of_questions_and_articles_brings_its_collection(tmp_path: Path) -> None:
    """questions.jsonl with articles.jsonl beside it: the articles are read as rebuild reads them."""
    write(tmp_path / "questions.jsonl", LINES)
    write(tmp_path / "articles.jsonl", [{"id": "a", "title": "A", "text": "One."}])
    assert articles(benchmarks.read(tmp_path)) == [Article("a", "One.", "A")]


def test_squad_paragraphs_are_articles(tmp_path: Path) -> None:
    """Each paragraph is an article under its page's title; an impossible question has no answer and names no article."""
    (tmp_path / "dev.json").write_text(json.dumps(SQUAD), encoding="utf-8")
    read = benchmarks.read(tmp_path / "dev.json")
    assert read.format == "squad"
    assert articles(read)[0] == Article("0/0", "Gannet Bank lies 18 km off Saltmere.", "Gannet Bank")
    assert [article.id for article in articles(read)] == ["0/0", "0/1"]
    assert read.questions == (
        Question("q1", "How far off Saltmere is it?", ("18 km",), ("0/0",)),
        Question("q2", "How deep is it?"),
    )


def test_beir_grades_and_titles(tmp_path: Path) -> None:
    """Judged queries are asked, a grade of 0 is not relevant, and an article without a text is its title."""
    read = benchmarks.read(beir(tmp_path))
    assert read.questions == (Question("q1", "one or two", (), ("b", "a"), (2, 1)),)
    assert articles(read) == [Article("a", "One.", "A"), Article("b", "Two", "Two")]


def test_beir_takes_trec_judgements_too(tmp_path: Path) -> None:
    """Four columns without a heading are TREC's way of writing the same."""
    read = benchmarks.read(beir(tmp_path, "q1\t0\ta\t1\n"))
    assert read.questions[0].gold_articles == ("a",)


@pytest.mark.parametrize("place", [".", "past/2026", "past/2026/20260306_qa.jsonl"])
def test_realtimeqa(tmp_path: Path, place: str) -> None:
    """A checkout, a folder of it or one week: answers by their number, links to the collection, the longer of two texts."""
    folder = tmp_path / "past" / "2026"
    write(folder / "20260306_qa.jsonl", [*WEEK, WEEK[1]])
    write(folder / "20260306_gcs.jsonl", FOUND)
    write(folder / "20260306_gold.jsonl", LINKED)
    write(folder / "20260306_dpr.jsonl", [{"question_id": "x", "search_result": [{"doc_id": "1", "text": "Wikipedia"}]}])
    write(folder / "20260306_qa_nota.jsonl", [{"not": "read"}])
    read = benchmarks.read(tmp_path / place)
    assert read.format == "realtimeqa"
    ferry = "coastwire.example/2026/ferry"
    assert read.questions == (
        Question("20260306_0", "Which ferry ran aground?", ("The Marianne Vold",), (ferry,), asked=date(2026, 3, 5)),
        Question("20260306_1", "How many?", ("212",)),
    )
    assert articles(read) == [
        Article(
            ferry,
            "The Marianne Vold ran aground.",
            "Ferry aground",
            "coastwire.example",
            "https://www.coastwire.example/2026/ferry/index.html",
            date(2026, 3, 3),
            ("Ann Lee",),
        ),
        Article("quay.example/crew", "Nine people.", "The crew", "quay.example", "http://quay.example/crew/"),
    ]


BAD: dict[str, tuple[str, str, str]] = {  # what is wrong: a file, its text, what is said
    "not json": ("q.jsonl", '{"id": 1, "question": "a"}\nnonsense\n', r"q\.jsonl:2 is not .*mend the line"),
    "no object": ("q.jsonl", "[1]\n", r"q\.jsonl:1 is not .*mend"),
    "no question": ("q.jsonl", '{"id": 1}\n', r"q\.jsonl:1 is not .*mend"),
    "question is a list": ("q.jsonl", '{"id": 1, "question": ["a"]}\n', r"q\.jsonl:1 is not .*mend"),
    "answers are objects": ("q.jsonl", '{"id": 1, "question": "a", "answers": [{}]}\n', r"q\.jsonl:1 is not .*mend"),
    "empty question": ("q.jsonl", '{"id": 1, "question": " "}\n', r"question '1': The question is empty"),
    "empty file": ("q.jsonl", "", "holds no question"),
    "one id twice": ("q.jsonl", '{"id": 1, "question": "a"}\n{"id": "1", "question": "b"}\n', "2 questions have the id '1'"),
    "deep nesting": ("q.jsonl", "[" * 100_000, r"q\.jsonl:1 is not .*mend"),
    "squad without data": ("dev.json", '{"version": 1}', r"dev\.json is not SQuAD: it needs"),
    "squad no json": ("dev.json", "nope", r"dev\.json is not SQuAD: it needs"),
    "squad data no list": ("dev.json", '{"data": {}}', '"data" is no list'),
    "squad no context": ("dev.json", '{"data": [{"paragraphs": [{"qas": []}]}]}', "some part has no 'context'"),
    "squad page no object": ("dev.json", '{"data": [1]}', "some part is not laid out like it"),
    "realtimeqa no answer": ("20260306_qa.jsonl", '{"question_id": "1", "question_sentence": "a"}', r"_qa\.jsonl:1 is not"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_line(tmp_path: Path, case: str) -> None:
    """What is no benchmark is named with its line and the remedy, on one line."""
    name, text, said = BAD[case]
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=said) as raised:
        benchmarks.read(tmp_path / name)
    assert "\n" not in str(raised.value)


def test_bad_bytes_and_missing_files(tmp_path: Path) -> None:
    """A path that is not there, a folder of other things and a file that is no text are each said in one line."""
    with pytest.raises(UsageError, match="does not exist"):
        benchmarks.read(tmp_path / "nowhere")
    with pytest.raises(UsageError, match="is no benchmark we read"):
        benchmarks.read(tmp_path)
    (tmp_path / "q.jsonl").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="not UTF-8"):
        benchmarks.read(tmp_path / "q.jsonl")
    with pytest.raises(UsageError, match=r"has no qrels/test\.tsv"):
        benchmarks.read(tmp_path, "beir")
    with pytest.raises(UsageError, match=r"has no YYYYMMDD_qa\.jsonl"):
        benchmarks.read(tmp_path, "realtimeqa")


@pytest.mark.parametrize(
    ("qrels", "said"),
    [
        ("q1\ta\tmany\n", r"test\.tsv:1 is not"),
        ("q1\n", r"test\.tsv:1 is not"),
        ("q7\ta\t1\n", "no query 'q7'"),
        ("", "no question"),
    ],
)
def test_bad_judgements(tmp_path: Path, qrels: str, said: str) -> None:
    """A judgement that is none, or of a query that is not there, is named."""
    with pytest.raises(UsageError, match=said):
        benchmarks.read(beir(tmp_path, qrels))


def test_bad_corpus(tmp_path: Path) -> None:
    """A line of the corpus that is no article stops the index from being made, and is named."""
    write(beir(tmp_path / "beir") / "corpus.jsonl", [{"_id": "a", "text": "One."}, {"text": "no id"}])
    with pytest.raises(UsageError, match=r"corpus\.jsonl:2 is not"):
        collection.opened(benchmarks.read(tmp_path / "beir"), tmp_path / "index", encoder=WordHashEncoder())


def test_the_index_is_kept_and_used_again(tmp_path: Path) -> None:
    """The same articles are not indexed again; changed ones are, and only what changed is encoded."""
    folder, kept = beir(tmp_path / "beir"), tmp_path / "index"
    encoder = WordHashEncoder()
    index, rejected = collection.opened(benchmarks.read(folder), kept, encoder=encoder)
    with index:
        first = index.summary()
    assert (first.articles, rejected, encoder.encoded) == (2, [], 2)
    with collection.opened(benchmarks.read(folder), kept, encoder=encoder)[0] as again:
        assert again.summary().generation == first.generation
    write(folder / "corpus.jsonl", [{"_id": "a", "title": "A", "text": "One."}, {"_id": "c", "text": "Three."}])
    with collection.opened(benchmarks.read(folder), kept, encoder=encoder)[0] as changed:
        assert changed.summary().generation != first.generation
    assert encoder.encoded == 3
    assert sorted(path.name for path in kept.glob("*.json*")) == ["articles.jsonl", "benchmark.json", "rejected.jsonl"]


def test_an_index_of_something_else_is_not_overwritten(tmp_path: Path) -> None:
    """--keep on a folder with somebody's own index is refused."""
    write(tmp_path / "mine.jsonl", [{"title": "Mine", "text": "My own article."}])
    rebuild([tmp_path / "mine.jsonl"], tmp_path / "index", encoder=WordHashEncoder())
    with pytest.raises(UsageError, match="holds an index that is not of a benchmark"):
        collection.opened(benchmarks.read(beir(tmp_path / "beir")), tmp_path / "index", encoder=WordHashEncoder())


def test_the_shared_data_is_read() -> None:
    """The public data that we develop against: 459 questions with 3,032 articles, and 632 with 120 paragraphs."""
    if not DATA.is_dir():
        pytest.skip("the shared data is not here")
    news = benchmarks.read(DATA / "news")
    assert len(news.questions) == 459
    assert sum(bool(question.gold_articles) for question in news.questions) == 149
    assert all(question.asked for question in news.questions)
    assert len(articles(news)) == 3_032
    reading = benchmarks.read(next((DATA / "reading").glob("*.json")))
    assert (len(reading.questions), len(articles(reading))) == (632, 120)
