"""Sentences and passages: exact offsets, nothing lost, nothing twice."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from vectorstore.articles import read
from vectorstore.language.sentences import sentences
from vectorstore.passages import heading, passages
from vectorstore.types import Article

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


def covered(text: str, spans: list[tuple[int, int]]) -> None:
    """Every non-blank character is in exactly one span, and spans are in order."""
    position = 0
    for start, end in spans:
        assert position <= start < end <= len(text)
        assert not text[position:start].strip()
        position = end
    assert not text[position:].strip()


@pytest.mark.parametrize(
    "expected",
    [
        ["He met Gen. Moqdad Miri and Mr. Ray on Friday.", "They spoke."],
        ["The U.S. Army left in 2011.", "It came back."],
        ["It moved to the U.S.", "The rest stayed."],
        ["Inflation rose 3.5 percent in Jan. 2024, Acme Inc. said.", "Prices fell."],
        ["J. K. Rowling met George W. Bush.", "Both smiled."],
        ["“We will go,” he said.", "“Never!” she cried.", "Then it ended."],
        ["“Is it true?” he asked.", "Nobody knew."],
        ["He said: “It is over.”", "The crowd left."],
        ["What now?!", "Wait…", "Nothing."],
        ["See www.example.com/a.b for more.", "It is free."],
        ["The No. 10 shirt is his.", "He wears it."],
        ["It opens at 9 a.m. on Monday.", "Tickets cost £5."],
    ],
)
def test_sentence_ends(expected: list[str]) -> None:
    """A stop that belongs to an abbreviation, an initial, a number or an address ends nothing; quotes close with theirs."""
    assert split(" ".join(expected)) == expected


def test_hard_wrapped_prose_is_whole() -> None:
    """A line break in the middle of wrapped prose ends no sentence."""
    text = (
        "The mill that stood beside the river for two hundred years is to\n"
        "close in May, its owners said on Tuesday, because the price of\n"
        "grain has doubled since the war began. Forty people work there and\n"
        "most of them will go."
    )
    assert len(sentences(text)) == 2


def test_lines_end_sentences_elsewhere() -> None:
    """A heading without a stop is a sentence of its own."""
    assert split("What happens next\nThe mill shuts in May.") == ["What happens next", "The mill shuts in May."]


@pytest.mark.parametrize("seed", range(20))
def test_nothing_is_lost(seed: int) -> None:
    """Random text of stops, quotes, breaks and odd characters: every non-blank character is in exactly one sentence."""
    chance = random.Random(seed)
    parts = [
        *" .!?…\"“”'’()[]\n\r\t。",
        "U.S.",
        "Mr.",
        "word",
        "Word",
        "12",
        "3.5",
        "\u2028",
        "\u00a0",
        "\x85",
        "\0",
        "é",
        "😀",
        "\n\n",
    ]
    text = "".join(chance.choice(parts) for _ in range(3_000))
    covered(text, sentences(text))
    made = passages(Article("a", text))
    covered(text, [(p.start, p.end) for p in made])
    assert all(p.text == text[p.start : p.end] for p in made)


def test_passages_are_about_a_hundred_words() -> None:
    """Passages hold whole sentences and about the words asked for; a short rest joins the one before."""
    text = " ".join(f"Sentence {n} has exactly six words." for n in range(100))
    made = passages(Article("a", text))
    assert [p.id for p in made] == [f"a#{n}" for n in range(len(made))]
    assert all(75 <= len(p.text.split()) <= 130 for p in made)
    assert all(p.text.endswith("words.") for p in made)


def test_a_text_without_a_stop_is_cut() -> None:
    """A listing of 100,000 characters becomes passages that an encoder can read."""
    made = passages(Article("a", "Smith 4 Jones 5 " * 6_000))
    assert max(len(p.text) for p in made) < 1_500
    assert passages(Article("a", "x" * 5_000))


def test_the_seed_articles_standfirst_is_not_two_passages() -> None:
    """The standfirst, which the body repeats, is in one passage only."""
    if not (DATA / "seed").exists():
        pytest.skip(f"the shared data is not here: {DATA / 'seed'}")
    (article,) = read([DATA / "seed"])
    assert isinstance(article, Article)
    made = passages(article)
    first = article.text.split("\n")[0]
    assert sum(first in p.text for p in made) == 1
    assert sum(p.text.count(first) for p in made) == 1
    covered(article.text, [(p.start, p.end) for p in made])


@pytest.mark.parametrize(
    ("title", "url", "expected"),
    [
        ("Ferry runs aground", "https://example.com/2022/08/24/other-words-here/", "Ferry runs aground"),
        ("", "https://example.com/2022/08/24/politics/student-loan-plan-2022/index.html", "student loan plan 2022"),
        (" ", "https://example.com/news/957083/Ferry_Runs_Aground.html?utm=a-b-c-d-e#f-g-h-i-j", "Ferry Runs Aground"),
        ("", "https://example.com/politik/%C3%BCber-den-fluss", "über den fluss"),
        ("", "https://example.com/storm-hits-coast-7849598002/", "storm hits coast"),
        ("", "https://example.com/2022/08/24/", ""),
        ("", "https://example.com", ""),
        ("", "https://some-long-host-name.example.com/", ""),
        ("", "file:///home/me/my-own-articles/one.txt", ""),
        ("", "http://[::1", ""),
        ("", "", ""),
    ],
)
def test_an_address_stands_in_for_a_headline(title: str, url: str, expected: str) -> None:
    """An article without a headline is found by the words of its address, and by nothing where it spells none."""
    assert heading(Article("a", "Text.", title, url=url)).strip() == expected
