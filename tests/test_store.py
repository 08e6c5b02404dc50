"""Vectors in Chroma, words in tantivy: the engines find what slow, obvious methods find."""

from __future__ import annotations

import math
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from tests.open_files import held
from vectorstore.encoders import Vectors
from vectorstore.errors import IndexDamaged
from vectorstore.lexical import LexicalIndex
from vectorstore.segments import Stored
from vectorstore.served import ServedStore
from vectorstore.store import VectorStore
from vectorstore.types import Filters


def unit(rows: int, seed: int = 0) -> Vectors:
    drawn = np.random.default_rng(seed).normal(size=(rows, 24)).astype(np.float32)
    return np.asarray(drawn / np.linalg.norm(drawn, axis=1, keepdims=True), np.float32)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """600 random vectors in a closed store."""
    path = tmp_path_factory.mktemp("store") / "chroma"
    VectorStore.write(path, range(600), unit(600))
    return path


@pytest.fixture(scope="module", params=["a folder", "a server"])
def store(request: pytest.FixtureRequest, folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stored]:
    """The same vectors, open, in each place that they can be in."""
    if request.param == "a folder":
        opened: Stored = VectorStore.open(folder)
    else:
        server, marks = request.getfixturevalue("chroma").server, tmp_path_factory.mktemp("marks")
        ServedStore.write(server, marks, "random-vectors", range(600), unit(600))
        opened = ServedStore(server, marks, "random-vectors", np.arange(600))
    yield opened
    opened.close()


@pytest.mark.parametrize("many", [10, 600])
def test_nearest_agrees_with_exact_search(store: Stored, many: int) -> None:
    """Chroma's neighbours are those of a matrix product, and fewer than asked for come back as they are."""
    for question in unit(20, seed=1):
        found = store.nearest(question, 10 if many == 10 else 5_000)
        cosines = unit(600) @ question
        assert [number for number, _ in found] == np.argsort(-cosines)[:many].tolist()
        assert np.allclose([cosine for _, cosine in found], np.sort(cosines)[::-1][:many], atol=1e-4)


def test_vectors_come_back(store: Stored) -> None:
    """A stored vector is what was stored; what is not there is left out."""
    found = store.vectors([599, 3, 40, 600])
    assert sorted(found) == [3, 40, 599]
    assert np.allclose([found[number] for number in (599, 3, 40)], unit(600)[[599, 3, 40]], atol=1e-6)
    assert store.count() == 600


def test_no_vectors_are_asked_for(store: Stored) -> None:
    """A question whose words stand nowhere asks for the vectors of no passage, and gets none."""
    assert store.vectors([]) == {}


def test_closing_releases_the_files(folder: Path) -> None:
    """Twenty opened and closed stores hold none of their files."""
    for _ in range(20):
        store = VectorStore.open(folder)
        store.nearest(unit(1)[0], 3)
        assert held(folder)
        store.close()
    deadline = time.monotonic() + 20  # Chroma closes its connections on threads of its own
    while held(folder) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not held(folder)


def test_reading_changes_nothing(folder: Path) -> None:
    """Opening and asking changes no byte of the folder: Chroma writes to a copy, which is gone when the store is closed."""

    def contents() -> dict[str, bytes]:
        return {str(p): p.read_bytes() for p in folder.rglob("*") if p.is_file()}

    files = contents()
    store = VectorStore.open(folder)
    copy = store._scratch.folder
    store.nearest(unit(1)[0], 3)
    assert (copy / "chroma.sqlite3").is_file()
    store.close()
    assert contents() == files
    assert not copy.exists()


@pytest.mark.parametrize("vectors", [1, 2, 4_999, 5_000, 5_001, 9_999, 10_001])
def test_nothing_is_left_in_chromas_log(tmp_path: Path, vectors: int) -> None:
    """However many they are: what is not synchronised is replayed by every opening, a second for each thousand."""
    VectorStore.write(tmp_path / "chroma", range(vectors), unit(vectors))
    with closing(sqlite3.connect(tmp_path / "chroma" / "chroma.sqlite3")) as database:
        assert database.execute("SELECT count(*) FROM embeddings_queue").fetchone()[0] <= 1


def test_no_store_there(tmp_path: Path) -> None:
    """Chroma would make an empty store; we say that there is none."""
    with pytest.raises(IndexDamaged, match=r"holds no vectors: run `onrecord rebuild`"):
        VectorStore.open(tmp_path)


# ------------------------------------------------------------------ words

TEXTS = [
    ("Mill closes", "Forty workers lost their jobs as the mill closed", "the harbour post", date(2024, 3, 1)),
    ("Ferry strikes rock", "The ferry struck a rock and forty passengers were saved", "cnn.com", date(2024, 3, 2)),
    ("Rates rise", "The bank raised its rate for mills and ferries and banks", "cnn.com", date(2024, 3, 3)),
    ("Café opens", "Crème brûlée at the café", "cnn.com", None),
]


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> LexicalIndex:
    path = tmp_path_factory.mktemp("words") / "lexical"
    rows = ((n, title, text, day.toordinal() if day else 0, source) for n, (title, text, source, day) in enumerate(TEXTS))
    LexicalIndex.write(path, rows)
    return LexicalIndex.open(path)


def found(words: LexicalIndex, question: str, filters: Filters = Filters()) -> list[int]:
    return [number for number, _ in words.search(question, 10, filters)]


def test_words_match_by_stem_and_without_accents(words: LexicalIndex) -> None:
    """ "closing mills" finds the closed mill, "cafe" the café; the headline counts."""
    assert found(words, "closing mills")[0] == 0
    assert found(words, "cafe creme") == [3]
    assert found(words, "strikes") == [1]
    assert words.count() == 4


@pytest.mark.parametrize("written", ["Gonza\u0301lez", "Gon\u00adzález", "González\u200b", "Ｇｏｎｚáｌｅｚ"])
def test_a_name_is_found_however_it_is_written(tmp_path: Path, written: str) -> None:
    """An accent that is a character of its own, a soft hyphen, a zero-width space, wide letters: one name, asked or told."""
    rows = enumerate([f"The minister, Ana {written}, resigned", "The minister, Ana Zales, stayed"])
    LexicalIndex.write(tmp_path / "lexical", ((n, "", text, 0, "cnn.com") for n, text in rows))
    words = LexicalIndex.open(tmp_path / "lexical")
    for asked in ("González", "Gonzalez", written):
        assert found(words, asked) == [0], ascii(asked)
    assert words.stems(written) == words.stems("González")


def test_bm25_by_hand(words: LexicalIndex) -> None:
    """The score is .7 BM25 (k1 1.2, b .75) of the text and .3 of headline and text, over stems without stop words."""
    analysed = [words._analyzer.analyze(text) for _, text, _, _ in TEXTS]
    titled = [words._analyzer.analyze(f"{title} {text}") for title, text, _, _ in TEXTS]
    assert {"forti", "worker", "lost", "job", "mill", "close"} <= set(analysed[0])

    def score(term: str, documents: list[list[str]], n: int) -> float:
        holding = sum(term in document for document in documents)
        idf = math.log(1 + (len(documents) - holding + 0.5) / (holding + 0.5))
        count = Counter(documents[n])[term]
        mean = sum(map(len, documents)) / len(documents)
        return idf * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * len(documents[n]) / mean))

    terms = ["mill", "forti"]
    expected = {n: sum(0.7 * score(t, analysed, n) + 0.3 * score(t, titled, n) for t in terms) for n in range(4)}
    for number, value in words.search("forty mill", 10):
        assert value == pytest.approx(expected[number], rel=1e-4)


def test_word_filters(words: LexicalIndex) -> None:
    """Outlets and days are filtered by the engine, both ends included, case ignored; what has no date is in no range."""
    question = "mill ferry bank cafe"
    assert sorted(found(words, question)) == [0, 1, 2, 3]
    assert sorted(found(words, question, Filters(sources=("CNN.COM",)))) == [1, 2, 3]
    assert sorted(found(words, question, Filters(since=date(2024, 3, 2)))) == [1, 2]
    assert sorted(found(words, question, Filters(until=date(2024, 3, 2)))) == [0, 1]
    assert found(words, question, Filters(("the harbour post",), date(2024, 3, 2))) == []


@pytest.mark.parametrize(
    "question",
    [
        'title:mill AND "ferry', "mill)) OR (", "{a} {b} %s $x", "mill^1000", "* ? ~", "source:cnn.com", "-mill +ferry", "\\",
        "\0mill", "a" * 100_000, "mill " * 50_000, "who is who", "how did", "", "   ", "¿¡", "ミル", "[1 TO 9]",
    ],
)  # fmt: skip
def test_a_question_is_no_query_syntax(words: LexicalIndex, question: str) -> None:
    """Operators, quotes, braces and colons are words or nothing."""
    assert len(found(words, question)) <= 4
    if "mill" in question:
        assert 0 in found(words, question)


def test_a_question_without_a_searchable_word_finds_nothing(words: LexicalIndex) -> None:
    """Stop words alone are no words."""
    assert found(words, "of the and") == []
    assert found(words, "Who did what, and how?") == []


def test_no_words_there(tmp_path: Path) -> None:
    """A folder without an index of words is damage, and says the remedy."""
    with pytest.raises(IndexDamaged, match="onrecord rebuild"):
        LexicalIndex.open(tmp_path / "nowhere")
