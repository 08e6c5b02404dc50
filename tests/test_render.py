"""What the page and the terminal show of an answer, and what no article, model or person can make them show."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest

from qa.types import Answer, Citation, Sentence
from tests.scripted import DENIAL, FERRY, HITS, HURT, UNDATED, WIRE, cite
from ui import frame, render
from ui.reader import reader_html
from ui.wording import wording
from vectorstore.passages import passages
from vectorstore.types import Article, Filters, Hit, Summary

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"

SENTENCES = (
    Sentence("Northline denied it.", (1,), True),
    Sentence("Fourteen were hurt.", (2, 1), True),
    Sentence("Some 300 were aboard.", (1,), False, ("the number 300 is not in the cited passage",)),
)
ANSWER = Answer(
    question="Who denied it?",
    standalone_question="Who denied that the captain was asleep?",
    text="Northline denied it. [1] Fourteen were hurt. [2] [1] Some 300 were aboard. [1]",
    sentences=SENTENCES,
    citations=(DENIAL, HURT),
    hits=HITS,
    model="small-model",
    seconds={"total": 1.2},
    final=True,
)
ABSTAINED = Answer(
    question="What is the price of oil?",
    standalone_question="What is the price of oil?",
    text="The articles do not say. Searched 36 articles.",
    hits=HITS,
    abstained=True,
    final=True,
)


# --- answers -----------------------------------------------------------------------------------------------------------


def test_every_citation_has_a_chip_that_names_its_card() -> None:
    """A chip [n] stands after its sentence and points at the card with that number."""
    page, evidence = render.answer_html(ANSWER, 4), render.evidence_html(ANSWER, 4)
    assert re.findall(r'data-card="([^"]+)"', page) == ["evidence-4-1", "evidence-4-2", "evidence-4-1", "evidence-4-1"]
    assert re.findall(r'<article class="or-card" id="([^"]+)"', evidence) == ["evidence-4-1", "evidence-4-2"]
    assert "Northline denied it.[1]" in text_of(page)


def test_the_quote_is_marked_between_its_neighbours() -> None:
    """A card shows the verbatim quote marked, with the sentence before and the sentence after it."""
    card = render.evidence_html(replace(ANSWER, citations=(DENIAL,), hits=()), 1)
    assert f"<mark>{DENIAL.quote}</mark>" in card
    shown = text_of(card)
    assert "All 212 passengers" in shown
    assert "managing director. …" in shown
    assert "Nine people" not in shown
    assert "By Ines Calloway and Henrik Sølvberg" in shown
    assert "3 March 2026" in shown


def test_a_clause_is_shown_inside_its_whole_sentence() -> None:
    """A quote that is part of a sentence keeps the rest of it around."""
    before, after = render.surroundings(WIRE.text, HURT.start, HURT.end)
    assert before == ""
    assert after.startswith(", St. Brannoc's hospital said on Wednesday.")


def test_a_quote_that_is_not_in_the_article_is_not_shown() -> None:
    """Whatever the offsets say, words that the stored article does not hold there are never marked as its words."""
    forged = replace(DENIAL, quote="Northline confirmed that the captain had been asleep.")
    answer = replace(ANSWER, citations=(forged,))
    assert "confirmed" not in render.evidence_html(answer, 1)
    assert "not in the stored article" in render.evidence_html(answer, 1)
    assert "confirmed" not in render.answer_text(answer)


def test_a_sentence_that_failed_its_check_says_why() -> None:
    """The mark and the reason are words, not only a colour."""
    page = text_of(render.answer_html(ANSWER, 1))
    assert "Not supported: the number 300 is not in the cited passage." in page
    assert "1 of 3 sentences not supported" in page


def test_nothing_is_called_unsupported_while_it_streams() -> None:
    """A streaming sentence has not been checked, so it carries neither doubt nor approval."""
    page = render.sentence_html(replace(ANSWER, final=False), 2, 1)
    assert "Some 300 were aboard." in page
    assert "Not supported" not in page
    assert "compared" not in page


def test_markers_become_chips_only_where_they_point_at_something() -> None:
    """A [1] in a text without sentences is a chip; a [9] that points at nothing is not shown."""
    whole = replace(ANSWER, sentences=(), citations=(DENIAL,), text="Northline denied it [1] and more [9].")
    page = render.answer_html(whole, 1)
    assert page.count('class="or-chip"') == 1
    assert "[9]" not in page.partition("<pre")[0]


def test_a_citation_number_without_a_citation_is_not_shown() -> None:
    """A sentence that names a number which the answer does not have gets no chip."""
    page = render.answer_html(replace(ANSWER, sentences=(Sentence("So it is.", (7, 1), True),)), 1)
    assert re.findall(r'data-card="([^"]+)"', page) == ["evidence-1-1"]


def test_an_abstention_looks_like_neither_an_answer_nor_an_error() -> None:
    """It is labelled, has no chip, and its nearest passages are labelled as no answer, here and in the evidence."""
    page, evidence = render.answer_html(ABSTAINED, 1), render.evidence_html(ABSTAINED, 1)
    assert "Not in the articles" in page
    assert "or-abstained" in page
    assert "or-chip" not in page
    assert "or-error" not in page
    assert "Nearest passages, not an answer" in page
    assert "Not an answer" in evidence
    assert evidence.count("<article") == render.NEAREST
    assert "<mark" not in evidence


def test_a_quotation_is_credited_in_smaller_type() -> None:
    """In quote-only mode the words are set as a quotation and the credit apart from them."""
    said = Sentence("“Northline denied it.” — The Quay Gazette, 3 March 2026", (1,), True)
    page = render.answer_html(replace(ANSWER, model="quote-only", sentences=(said,)), 1)
    assert "“Northline denied it.” <span" in page
    assert "— <bdi>The Quay Gazette, 3 March 2026</bdi>" in page


def test_the_status_names_the_mode_and_the_collection() -> None:
    """The header says how answers are made, how many articles there are, from when and from how many outlets."""
    summary = Summary("g", 3032, 9000, date(2022, 6, 1), date(2022, 9, 30), (("CNN", 3000), ("The Week", 32)), 4)
    shown = text_of(frame.status_html(summary, "quote-only"))
    for words in ("Quote-only", "3,032 articles", "1 June – 30 September 2022", "2 outlets", "4 undated"):
        assert words in shown
    assert "gpt-5-mini" in text_of(frame.status_html(summary, "gpt-5-mini"))
    assert render.status_text(summary, "quote-only") == (
        "3,032 articles; 9,000 passages; 1 June – 30 September 2022; 4 undated; CNN (3,000), The Week (32). "
        "Answering: Quote-only."
    )
    for say in (lambda one: text_of(frame.status_html(one, "quote-only")), lambda one: render.status_text(one, "quote-only")):
        assert "vectors 34 %" in say(replace(summary, vectors=0.349))
        assert "vectors 99 %" in say(replace(summary, vectors=0.9999))


def test_reports_that_differ_are_quoted_side_by_side() -> None:
    """Where an answer says that the reports differ, the evidence begins with both quotes, each leading to its card."""
    first, second = Sentence("“a” — A", (1,), True), Sentence("The reports differ: “b” — B", (2,), True)
    page = render.evidence_html(replace(ANSWER, model="quote-only", sentences=(first, second)), 3)
    box = page[page.index('<div class="or-differ">') : page.index('<div class="or-cards">')]
    assert DENIAL.quote in text_of(page)
    assert re.findall(r'data-card="([^"]+)"', box) == ["evidence-3-1", "evidence-3-2"]
    assert box.index("denied that the captain") < box.index("Fourteen people were hurt")
    assert "or-differ" not in render.evidence_html(ANSWER, 3)


def test_what_was_found_beside_the_quotes_is_shown_after_them() -> None:
    """ "Also found" has the passages that no quote stands in, each with the way to its article."""
    page = render.evidence_html(replace(ANSWER, citations=(DENIAL,)), 1)
    cited, _, found = page.partition("Also found")
    assert DENIAL.quote in cited
    assert "Investigators boarded the ship" in found
    assert 'data-read="wire"' in found
    assert "Also found" not in render.evidence_html(replace(ANSWER, hits=()), 1)


def test_wire_copy_names_the_other_outlets_once() -> None:
    """ "Also in" lists each outlet once."""
    answer = replace(ANSWER, citations=(replace(HURT, also_in=(UNDATED, UNDATED)),))
    assert text_of(render.evidence_html(answer, 1)).count("Radio Ouvre") == 1
    assert render.answer_text(answer).count("Also in Radio Ouvre") == 1


def test_a_listing_without_full_stops_is_cut() -> None:
    """The neighbours of a quote in 100,000 characters of table stay short."""
    article = Article("t", "score " * 20_000)
    start = 60_000
    before, after = render.surroundings(article.text, start, start + 11)
    assert len(before) <= 450
    assert len(after) <= 450


# --- links -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["https://a.example/x?y=1&z=2", "http://a.example", "HTTPS://a.example/é", "http://[::1]:80/a"])
def test_a_web_address_is_a_link(url: str) -> None:
    """http and https addresses are links, opened apart and without a referrer."""
    card = render.evidence_html(replace(ANSWER, citations=(cite(1, replace(FERRY, url=url), DENIAL.quote),), hits=()), 1)
    assert tags_of(card)["a"] == [{"href": url, "target": "_blank", "rel": "noopener noreferrer"}]
    assert url in render.answer_text(replace(ANSWER, citations=(cite(1, replace(FERRY, url=url), DENIAL.quote),), hits=()))


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt://a.example/%0aalert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "//a.example/x",
        "/x",
        "ftp://a.example/x",
        "https://cnn.com@a.example/",
        "https://a.example\\@b.example/",
        " https://a.example",
        "https://a.example/\u202egpj.exe",
        "https://a.example/\x1b[31m",
        "https:///x",
        "https://a.example:99999/",
        "http://[::1",
        "https://a.example/\ud800",
        'https://a.example/"onclick="x',
        "https://a.example/" + "x" * 2_000,
        "java\nscript:alert(1)",
        "",
    ],
)
def test_anything_else_is_no_link(url: str) -> None:
    """What is not plainly a web address gives no link on the page and no line in the terminal."""
    answer = replace(ANSWER, citations=(cite(1, replace(FERRY, url=url), DENIAL.quote),), hits=())
    assert "a" not in tags_of(render.evidence_html(answer, 1))
    assert "://" not in render.answer_text(answer)


# --- hostile text ------------------------------------------------------------------------------------------------------

OUR_TAGS = {
    "div": {"class", "id", "role", "aria-label"},
    "p": {"class", "dir", "role"},
    "span": {"class", "aria-hidden", "title"},
    "b": set(),
    "bdi": set(),
    "mark": {"tabindex"},
    "ul": {"class"},
    "li": set(),
    "h1": {"class"},
    "h2": {"class", "dir"},
    "h3": {"class", "dir"},
    "form": {"method", "action"},
    "table": set(),
    "thead": set(),
    "tbody": set(),
    "tr": set(),
    "th": {"scope", "dir"},
    "td": set(),
    "time": {"datetime"},
    "blockquote": {"dir"},
    "a": {"href", "target", "rel"},
    "article": {"class", "id", "tabindex", "aria-label", "data-published", "data-article"},
    "section": {"class", "id", "data-turn", "aria-label", "tabindex"},
    "button": {
        "type",
        "class",
        "id",
        "role",
        "tabindex",
        "aria-controls",
        "aria-label",
        "aria-selected",
        "data-card",
        "data-copy",
        "data-as-written",
        "data-unfilter",
        "data-read",
        "data-start",
        "data-end",
        "data-tab",
    },
    "pre": {"class", "hidden"},
}
OUR_LINK = "https://quay-gazette.example/2026/03/03/ferry"
ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    '"><svg onload=alert(1)><"',
    "' onmouseover='alert(1)",
    "![x](https://evil.example/leak.png)",
    "[click](javascript:alert(1))",
    "<https://evil.example>",
    "<a href=https://evil.example>x</a>",
    "</p></div></article><h1>",
    "<!-- ",
    "<![CDATA[",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#x3c;script&#x3e;",
    "{{constructor.constructor('alert(1)')()}}",
    "${alert(1)}`",
    "\u202eevil\u202c \u2066x\u2069",
    "\x1b[31mred\x1b]0;title\x07\x1b]8;;https://evil.example\x07link\x9b1m",
    "\x00\x08\x7f\x85\ud800\udfff",
    "<style>@import 'https://evil.example/x.css'</style>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<base href=https://evil.example>",
    "[1] [2] [99] [[1]] 【1】",
    "\\<b\\>*bold* _x_ `code`\n# title\n---\n| a | b |",
]


NAUGHTY = SHARED / "attacks" / "blns.json"
needs_naughty = pytest.mark.skipif(not NAUGHTY.exists(), reason="no shared data here: only the attacks in this file are tried")


def _hostile(text: str) -> list[Answer]:
    """Answers that carry the text in every field that an article, a model or a person fills."""
    story = f"First sentence. {text or 'x'} Last sentence."
    url = text if text else "x"
    article = Article(text or "x", story, text, text, url, None, (text, text))
    dated = replace(article, published=date(2026, 1, 2), url=OUR_LINK)
    citations = tuple(
        Citation(n, story[6 : len(story) - 3], 6, len(story) - 3, a, "p", (a,)) for n, a in enumerate((article, dated), 1)
    )
    hits = tuple(Hit(passage, a, 1.0, (a,)) for a in (article, dated) for passage in passages(a))
    answer = Answer(
        question=text,
        standalone_question=f"standalone {text}",
        text=f"{text} [1] {text} [2]",
        sentences=(Sentence(text, (1, 2), False, (text, text)), Sentence(f"“{text}” — {text}", (1,), True)),
        citations=citations,
        hits=hits,
        model=text,
        filters=Filters((text.encode("utf-8", "replace").decode(),), date(2026, 1, 1)),  # it takes no lone surrogate
        notice=text,
        seconds={"total": 1.0},
        final=True,
    )
    draft = replace(answer, sentences=(), final=False)
    return [answer, replace(answer, model="quote-only"), draft, replace(answer, abstained=True), replace(draft, text="")]


@pytest.mark.parametrize("text", ATTACKS)
def test_no_text_becomes_markup(text: str) -> None:
    """In any field, hostile text opens no tag, adds no attribute and gives no address but our own records'."""
    for answer in _hostile(text):
        _check_markup(answer, text)


def _check_markup(answer: Answer, text: str) -> None:
    summary = Summary("g", 1, 1, None, None, ((text, 1),), 1)
    page = "".join(
        (
            render.answer_html(answer, 2),
            render.evidence_html(answer, 2),
            "".join(render.sentence_html(answer, n, 2) for n in range(len(answer.sentences))),
            reader_html(answer.citations[0].article, 0, 3) if answer.citations else "",
            frame.status_html(summary, answer.model),
            frame.welcome_html(summary, answer.model),
            frame.collection_html(summary),
            frame.header_html(wording(), text, ""),
        )
    )
    for tag, found in tags_of(page).items():
        assert tag in OUR_TAGS, f"<{tag}> came from {text!r}"
        for attributes in found:
            assert set(attributes) <= OUR_TAGS[tag], f"{attributes} came from {text!r}"
            assert attributes.get("href", OUR_LINK) in (OUR_LINK, text)
            assert attributes.get("href", "https:").lower().startswith(("http:", "https:"))
    page.encode("utf-8")
    assert not _steering(page)


@pytest.mark.parametrize("text", ATTACKS)
def test_no_text_steers_the_terminal(text: str) -> None:
    """Terminal output holds no control character but the line feed, no direction override and no lone surrogate."""
    for answer in _hostile(text):
        _check_terminal(answer, text)


def _check_terminal(answer: Answer, text: str) -> None:
    for shown in (render.answer_text(answer), render.hits_text(answer.hits)):
        assert not _steering(shown)
        shown.encode("utf-8")
    assert "\n" not in render.status_text(Summary("g", 1, 1, None, None, ((text, 1),), 1), text)


@needs_naughty
def test_the_naughty_strings_do_no_better() -> None:
    """The same holds for every one of the big list of naughty strings."""
    for number, text in enumerate(json.loads(NAUGHTY.read_text(encoding="utf-8"))):
        answers = _hostile(text)
        for answer in (answers[0], answers[number % len(answers)]):
            _check_markup(answer, text)
            _check_terminal(answer, text)


# --- the terminal --------------------------------------------------------------------------------------------------------


def test_the_terminal_shows_the_answer_and_its_numbered_quotes() -> None:
    """Sentences with markers, then each quote with headline, outlet, byline, date and address, then nothing else."""
    assert render.answer_text(replace(ANSWER, standalone_question=ANSWER.question), width=76) == "\n".join(
        [
            "Northline denied it. [1] Fourteen were hurt. [2] [1] Some 300 were aboard.",
            "[1] [not supported]",
            "  ! Not supported: “Some 300 were aboard.”: the number 300 is not in the",
            "    cited passage.",
            "",
            "[1] “Northline, which runs the ship, denied that the captain had been",
            "    asleep.”",
            "    Ferry firm denies its captain was asleep when the ship struck a rock",
            "    The Quay Gazette, by Ines Calloway and Henrik Sølvberg, 3 March 2026",
            "    https://quay-gazette.example/2026/03/03/ferry",
            "",
            "[2] “Fourteen people were hurt when the Marianne Vold struck a rock”",
            "    Fourteen hurt as ferry strikes rock",
            "    Estrin Evening Post, by Odile Brandt, 4 March 2026",
            "    https://evening-post.example/news/fourteen-hurt",
            "    Said by St Brannoc's hospital",
            "    Also in Radio Ouvre",
        ]
    )


def test_the_terminal_labels_the_nearest_passages() -> None:
    """An abstention in the terminal is followed by passages that are called no answer."""
    shown = render.answer_text(ABSTAINED)
    assert shown.startswith(
        "The articles do not say. Searched 36 articles.\n\nNearest passages (not an answer):\n\n  - The passenger"
    )
    assert "[1]" not in shown


@pytest.mark.parametrize("width", [20, 60, 200])
def test_lines_keep_to_the_width(width: int) -> None:
    """Only a word longer than the line, an address for example, is wider than asked for (30 is the least)."""
    for line in render.answer_text(ANSWER, width).splitlines():
        assert len(line) <= max(width, 30) or len(line.split()) == 1


def test_many_names_end_in_others() -> None:
    """A byline names three people of many."""
    assert render.byline(["A B", "C D"]) == "By A B and C D"
    assert render.byline(["A", "B", "C", "D", "E"]) == "By A, B, C and others"
    assert render.byline(["By A B"]) == "By A B"
    assert render.byline([" ", ""]) == ""


# --- reading our own output ----------------------------------------------------------------------------------------------


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: dict[str, list[dict[str, str]]] = {}
        self.words: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), "an attribute came twice"
        self.tags.setdefault(tag, []).append({name: value or "" for name, value in attrs})
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, "a tag is closed that was not the last one opened"

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data!r}")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(f"a declaration: {decl!r}")

    def handle_pi(self, data: str) -> None:
        raise AssertionError(f"an instruction: {data!r}")

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(f"a declaration: {data!r}")


def _read(page: str) -> _Reader:
    reader = _Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return reader


def tags_of(page: str) -> dict[str, list[dict[str, str]]]:
    return _read(page).tags


def text_of(page: str) -> str:
    return "".join(_read(page).words)


def _steering(text: str) -> set[str]:
    """Characters that would steer a terminal or reorder text."""
    overrides = {*"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"}
    return {c for c in text if c in overrides or (unicodedata.category(c) in ("Cc", "Cs") and c != "\n")}
