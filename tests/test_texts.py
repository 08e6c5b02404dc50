"""Every word of the page stands in ui/texts/, one file a language, all with the same keys; the API stays English."""

from __future__ import annotations

import ast
import json
import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from qa.types import Answer
from tests.scripted import Scripted
from ui.frame import front
from ui.render import answer_html, answer_text, day, evidence_html
from ui.server import Served, start
from ui.wording import Wording, chosen, languages, say, speaking, spoken, wording

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:gradio")  # Gradio's own use of pandas

UI = Path(__file__).resolve().parents[1] / "ui"
TEXTS: dict[str, dict[str, str]] = {
    file.stem: json.loads(file.read_text(encoding="utf-8")) for file in sorted((UI / "texts").glob("*.json"))
}


def answered(question: str) -> Answer:
    *_, last = Scripted().stream(question)
    return last


@pytest.mark.parametrize("language", [name for name in TEXTS if name != "en"])
def test_every_language_says_the_same(language: str) -> None:
    """The same keys, the same blanks in each, nothing left empty or in English by mistake."""
    english, other = TEXTS["en"], TEXTS[language]
    assert list(other) == list(english), set(other) ^ set(english)
    for key, text in english.items():
        assert sorted(re.findall(r"\{\w+\}", other[key])) == sorted(re.findall(r"\{\w+\}", text)), key
        assert other[key].strip()
    same = {key for key, text in english.items() if other[key] == text and len(re.findall(r"[a-z]{3,}", text)) > 2}
    assert not same


def test_no_language_has_a_tag_in_it() -> None:
    """A text is words: what is HTML is made where it is guarded."""
    for texts in TEXTS.values():
        for key, text in texts.items():
            assert not re.search(r"[<>&]|^\s|\s\s", text), (key, text)


# --- nothing stands outside -------------------------------------------------------------------------------------------

WORDS = re.compile(r"[A-Za-zÀ-ÿ]{2,}")
OURS = {"onrecord"}  # a name


def strings(file: Path) -> Iterator[tuple[int, str]]:
    """The constant strings of a Python file, those between the blanks of an f-string too, without docstrings."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    documented = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documented:
            yield node.lineno, node.value


@pytest.mark.parametrize("name", ["render.py", "frame.py", "reader.py", "holdings.py", "access.py"])
def test_no_word_of_the_page_stands_in_python(name: str) -> None:
    """Neither between tags nor in an attribute that is read out."""
    for line, text in strings(UI / name):
        shown = re.findall(r">([^<>]*)<", text) + re.findall(r'(?:aria-label|title|placeholder|alt)="([^"]*)"', text)
        for words in shown:
            assert set(WORDS.findall(words)) <= OURS, f"{name}:{line}: {words!r}"


def test_no_word_stands_in_the_login_page() -> None:
    html = re.sub(r"(?s)<style>.*?</style>", "", (UI / "login.html").read_text(encoding="utf-8"))
    assert set(WORDS.findall(re.sub(r"<[^>]*>|\$[a-z]+", " ", html))) <= OURS


@pytest.mark.parametrize("file", sorted((UI / "static").glob("*.js")), ids=lambda file: file.name)
def test_no_word_of_the_page_stands_in_a_script(file: Path) -> None:
    """No literal of several words, and none that is put into the page or said aloud."""
    script = re.sub(r"(?m)(?<![:\"'`])//.*$|/\*.*?\*/", "", file.read_text(encoding="utf-8"))
    for literal in re.findall(r'"((?:[^"\\\n]|\\.)*)"', script):
        assert literal == "use strict" or not re.search(r"^[A-Z][a-z]+ [a-z]+|[a-z]{2,} [a-z]{2,} [a-z]{2,}", literal), literal
    assert not re.search(r'(?:textContent|innerText|placeholder|title)\s*[:=]\s*"[A-Za-z]', script)
    assert not re.search(r'(?:announce|alert|confirm)\("', script)
    assert not re.search(r'setAttribute\("(?:aria-label|title|placeholder)", "', script)


def test_every_key_that_is_asked_for_is_there() -> None:
    """In Python and in scripts; what is never asked for is not kept."""
    code = "\n".join(
        file.read_text(encoding="utf-8") for file in [*UI.glob("*.py"), *(UI / "static").glob("*.js"), UI / "login.html"]
    )
    for key in re.findall(r'\bsay\(\s*"([a-z_. ]+)"', code):
        assert key in TEXTS["en"], key
    for key in re.findall(r'\bcount\("([a-z_.]+)", (?!")', code):
        assert f"{key}.one" in TEXTS["en"] or key in ("answers",), key


# --- which language ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "accepted", "language"),
    [
        ("", "", "en"),
        ("", "de", "de"),
        ("", "de-AT,de;q=0.9,en;q=0.8", "de"),
        ("", "en-GB,en;q=0.9,de;q=0.8", "en"),
        ("", "fr-FR,fr;q=0.9,de;q=0.5,en;q=0.3", "de"),
        ("", "en;q=0.2, de;q=0.7", "de"),
        ("", "de;q=0, en", "en"),
        ("de", "en", "de"),
        ("en", "de", "en"),
        ("xx", "de", "de"),
        ("../de", "de;q=x;;,", "en"),
        ("", "*" * 5_000, "en"),
    ],
)
def test_the_language_is_the_readers(asked: str, accepted: str, language: str) -> None:
    """`?lang=` first, then what the browser accepts, then English."""
    assert chosen(asked, accepted) == language


def test_what_is_rendered_is_in_that_language_and_only_there() -> None:
    """An answer, its evidence, its days and numbers; afterwards, and in a terminal, it is English again."""
    last = answered("Who denied it, without a doubt?")
    with speaking(wording("de")):
        html = answer_html(last, 1) + evidence_html(last, 1)
        assert day(last.citations[0].article.published) == "3. März 2026"
        for shown in (
            "Nicht belegt:",
            "1 von 3 Sätzen nicht belegt",
            "Mit Quellen kopieren",
            "Auch in",
            "Den ganzen Artikel lesen",
            "1,3 s",
        ):
            assert shown in html, shown
        assert "Im Wortlaut" in html
        assert not re.search(r">[^<]*\b(?:Said by|Read at|Also|By|supported|Citation)\b", html)
    assert spoken().language == "en"
    assert "Not supported:" in answer_html(last, 1)
    assert "[not supported]" in answer_text(last)
    assert day(last.citations[0].article.published) == "3 March 2026"


def test_an_abstention_in_german() -> None:
    """With the passages that came closest, and what its filters left."""
    with speaking(wording("de")):
        html = answer_html(answered("What is the price?"), 1)
    for shown in ("Nicht in den Artikeln", "Nächstliegende Stellen, keine Antwort:"):
        assert shown in html


def test_the_page_before_a_question_in_german() -> None:
    """Header, welcome, filters, dialogs; blanks are filled, counts written as German writes them."""
    words = wording("de")
    with speaking(words):
        given = front(Scripted().summary(), "quote-only", (), words)
    page = "".join(given["islands"].values()) + given["status"] + given["welcome"]
    for shown in ("Wort für Wort", "36</b> Artikel", "Nur Zitate", "2. März – 9. Juni 2026", "Gespräche", "Eine falsche Quelle"):
        assert shown in page, shown
    assert not re.search(r"\{\w+\}", page)
    assert words.count("articles", 3_032) == "3.032 Artikel"


def test_a_blank_takes_what_it_is_given() -> None:
    """Braces in an article's words are no blanks."""
    assert Wording("en", {"a": "{x} and {y}"})("a", x="{y}", y="z") == "{y} and z"
    assert say("ignore", words="{words}") == "Ask without “{words}”"


# --- over the wire ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with start(Scripted(), port=0, auth=[("ann", "x")]) as running:
        yield running


def get(served: Served, path: str, body: Any = None, **headers: str) -> str:
    sent = {"authorization": "Bearer ann:x", **{name.replace("_", "-"): value for name, value in headers.items()}}
    data = json.dumps(body).encode() if body else None
    with urllib.request.urlopen(urllib.request.Request(served.url + path, data, sent), timeout=60) as response:
        return str(response.read().decode())


def test_a_reader_gets_the_page_in_german_and_a_program_english(served: Served) -> None:
    """By the browser's languages or the address; what the API gives is the same for everybody."""
    for path, accepted, language in (("/", "de-DE,de;q=0.9", "de"), ("/?lang=de", "en", "de"), ("/?lang=en", "de", "en")):
        assert re.findall(r'<html\s+lang="(\w+)"', get(served, path, accept_language=accepted)) == [language]
    login = get(served, "/login", accept_language="de")
    assert '<html lang="de">' in login
    assert "Benutzername <input" in login
    body = {"question": "Who denied it, without a doubt?", "turn": 1}
    for language, shown in (("de", "Nicht belegt:"), ("en", "Not supported:")):
        lines = get(served, "/api/v1/answers", body, accept="application/x-ndjson", accept_language=language)
        final = json.loads(lines.splitlines()[-1])
        assert shown in final["html"]
        assert final["answer"]["sentences"][2]["reasons"] == ["the number 300 is not in the cited passage"]
    chat = {"messages": [{"role": "user", "content": "Who denied it?"}]}
    assert "3 March 2026" in get(served, "/v1/chat/completions", chat, accept_language="de")


def test_there_is_german() -> None:
    assert languages()[:2] == ("en", "de")
