"""A model's draft becomes sentences with exact quotes, whatever its markers look like."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import yaml

from qa.as_answer import as_answers
from qa.citations import NO_PASSAGE, Reading, kept, read, verified
from tests.studies.trust import drafts, faults
from vectorstore.passages import passages
from vectorstore.types import Article, Hit, Passage

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "citations.yaml").read_text(encoding="utf-8"))


def hit(number: int, text: str, before: str = "Standfirst of the article.\n\n") -> Hit:
    """A hit whose passage does not start at the article's start: offsets count from there."""
    article = Article(
        f"a{number}", before + text + "\n\nThe rest.", f"Headline {number}", "The Harbour Post", published=date(2026, 3, 17)
    )
    return Hit(Passage(f"a{number}#1", article.id, len(before), len(before) + len(text), text), article, 1.0)


HITS = [hit(n, text) for n, text in enumerate(CASES["passages"], 1)]


def exact(reading: Reading) -> bool:
    return all(c.article.text[c.start : c.end] == c.quote and c.quote for c in reading.citations)


@pytest.mark.parametrize("case", CASES["drafts"], ids=[case["name"] for case in CASES["drafts"]])
def test_drafts_as_models_write_them(case: dict[str, object]) -> None:
    """Every style of marker ends as our own numbers, in first-cited order, with quotes cut out of the article."""
    reading = read(str(case["draft"]), HITS, final=True)
    assert reading.text == case["text"]
    assert exact(reading)
    beginnings = case["quotes"]
    assert isinstance(beginnings, list)
    assert [c.number for c in reading.citations] == list(range(1, len(beginnings) + 1))
    assert all(c.quote.startswith(b) for c, b in zip(reading.citations, beginnings, strict=True))


SENTENCE, *DRESSES = CASES["dresses"]


@pytest.mark.parametrize("draft", [*(SENTENCE.format(one) for row in DRESSES for one in row), *CASES["around"]])
def test_a_marker_in_any_dress(draft: str) -> None:
    """A marker, and what is said of passages around it, leaves the sentence that it stood in, cited and supported."""
    checked = verified(read(draft, HITS, final=True), HITS)
    assert checked.text == "Police arrested 200 people in Estrin. [1]"
    assert [c.article.id for c in checked.citations] == ["a1"]
    assert checked.sentences[0].supported


@pytest.mark.parametrize("sentence", CASES["no_markers"])
def test_what_is_no_marker_stays(sentence: str) -> None:
    """Years, ages, scores, powers, an editor's brackets and the articles of a law are words of the sentence."""
    law = hit(4, "Article 2 of the law protects them.")
    (said,) = read(f"{sentence} [4]", [*HITS, law], final=True).sentences
    assert said.text == sentence


@pytest.mark.parametrize("case", CASES["drafts"], ids=[case["name"] for case in CASES["drafts"]])
def test_a_draft_cut_anywhere_shows_no_half_marker(case: dict[str, object]) -> None:
    """At every length of a growing draft no piece of a marker, a link or a tag is shown, and shown numbers do not change."""
    draft = str(case["draft"])
    before: dict[str, tuple[int, ...]] = {}
    for length in range(len(draft) + 1):
        shown = read(draft[:length], HITS)
        assert exact(shown)
        for sentence in shown.sentences:
            assert not any(piece in sentence.text for piece in ("[", "]", "【", "†", "](", "<", "://", "^")), (
                length,
                sentence.text,
            )
        for sentence in shown.sentences[:-2]:
            assert before.setdefault(sentence.text, sentence.citations) == sentence.citations


def test_a_streamed_last_sentence_waits_for_its_marker() -> None:
    """While it streams, a last sentence without a marker cites nothing; once final, its best passage."""
    draft = "The strike is in its ninth day."
    assert read(draft, HITS).sentences[0].citations == ()
    assert read(draft, HITS, final=True).sentences[0].citations == (1,)


def test_a_false_sentence_is_marked_with_the_reason() -> None:
    """A sentence that its passage does not carry stays, unsupported, and says why."""
    checked = verified(read("Police arrested 300 people in Estrin [1].", HITS, final=True), HITS)
    (sentence,) = checked.sentences
    assert not sentence.supported
    assert sentence.citations == (1,)
    assert "300" in sentence.reasons[0]


def test_a_sentence_that_nothing_carries_says_so() -> None:
    """A sentence without a passage is unsupported for that reason."""
    checked = verified(read("Penguins live in the far south.", HITS, final=True), HITS)
    assert checked.sentences[0].reasons == (NO_PASSAGE,)
    assert checked.citations == ()


def test_strict_drops_what_fails_and_its_quotes() -> None:
    """Under the strict setting a failing sentence goes, its quote with it, and the rest is numbered anew."""
    draft = (
        "Police arrested 300 people in Estrin [1].\n\nThe strike is in its ninth day [2]. Repairs cost 196 million crowns [3]."
    )
    reading = verified(read(draft, HITS, final=True), HITS)
    checked = kept(reading, lambda n: reading.sentences[n].supported)
    assert checked.text == "The strike is in its ninth day. [1] Repairs cost 196 million crowns. [2]"
    assert [c.number for c in checked.citations] == [1, 2]
    assert exact(checked)


def test_a_citation_that_does_not_carry_is_taken_away() -> None:
    """Of two cited passages the one that carries the sentence is shown."""
    checked = verified(read("The strike is in its ninth day [2][3].", HITS, final=True), HITS)
    assert [c.article.id for c in checked.citations] == ["a2"]


def test_a_sentence_is_given_the_passage_that_carries_it() -> None:
    """Cited to a passage that only sounds alike, a true sentence ends at the passage that says it."""
    draft = read("The strike is in its ninth day [3].", HITS, final=True)
    assert [c.article.id for c in draft.citations] == ["a3"]
    checked = verified(draft, HITS)
    assert checked.sentences[0].supported
    assert [c.article.id for c in checked.citations] == ["a2"]


@pytest.mark.parametrize(
    ("draft", "later"),
    [
        (
            "The avalanche near Kersin killed two skiers, police said [1].",
            "Norwire, 15 February 2026",
        ),  # of which the other one says it
        ("The avalanche near Kersin killed two skiers, police said [2].", "Norwire, 15 February 2026"),
        ("The avalanche near Kersin killed five skiers, police said [1].", ""),
        ("Police told of an avalanche near Kersin on Saturday [2].", ""),
        ("That was before an avalanche killed two skiers near Kersin [2].", ""),  # of what it tells stands elsewhere
    ],
)
def test_a_sentence_that_a_later_report_has_otherwise_says_so(draft: str, later: str) -> None:
    """A model that repeats the first toll is right by its report; who prints that must know of the later one."""
    told = {
        14: "An avalanche killed two skiers near Kersin on Saturday, police said.",
        15: "An avalanche killed five skiers near Kersin on Saturday, police said.",
    }
    articles = [Article(str(day), text, "Avalanche", "Norwire", published=date(2026, 2, day)) for day, text in told.items()]
    found = [Hit(passage, article, 1.0) for article in reversed(articles) for passage in passages(article)]
    reading = as_answers(verified(read(draft, found, final=True), found), "", found, date(2026, 2, 16))
    (sentence,) = reading.sentences
    assert sentence.supported
    assert (f"A later report differs ({later}): " in sentence.note) == bool(later)
    assert ("differs" in reading.text) == bool(later)


@pytest.mark.parametrize(
    ("sentence", "new", "reason"),
    [
        ("The flood in Carrow killed six people.", "The death toll of the flood in Carrow has risen to 27.", "it gives 27."),
        ("The flood in Carrow killed six people.", "In Carrow, divers found 27 bodies after the flood.", "it gives 27."),
        ("The Ostra tram will open on 1 May.", "The opening of the Ostra tram has been put back to 9 July.", "it gives 9 July."),
        (
            "The baker Orbis is recalling 900 faulty ovens.",
            "The baker Orbis has widened its recall of faulty ovens to 4,000.",
            "it gives 4,000.",
        ),
        (
            "Porters at Ostra station will strike on 9 March.",
            "The strike by porters at Ostra station on 9 March has been averted.",
            "it says “averted”.",
        ),
        ("Porters at Ostra station will strike on 9 March.", "The strike by porters at Ostra station may be averted.", ""),
        ("The flood in Carrow killed six people.", "The flood in Carrow killed 400 sheep.", ""),
        ("The flood in Carrow killed six people.", "The flood in Carrow killed eleven children.", ""),
        ("The flood in Carrow killed six people.", "A fire in Velden killed nine people.", ""),
        ("The Ostra tram will open on 1 May.", "The Ostra tram will run from 6 in the morning to 11 at night.", ""),
    ],
)
def test_what_a_later_report_has_as_another_figure(sentence: str, new: str, reason: str) -> None:
    """The toll or the date that has changed since is named, wherever in the later sentence it stands."""
    articles = [
        Article(text, text, "Headline", "Norwire", published=date(2026, 2, day)) for day, text in ((3, sentence), (5, new))
    ]
    found = [Hit(passage, article, 1.0) for article in articles for passage in passages(article)]
    reading = verified(read(f"{sentence[:-1]} [1].", found, final=True), found)
    (told,) = as_answers(reading, "", found, date(2026, 2, 6)).sentences
    assert told.supported
    assert told.note == (f"A later report differs (Norwire, 5 February 2026): {reason}" if reason else "")


def test_our_own_record_counts() -> None:
    """Headline, outlet and date of the article may be said; a weekday of the passage may be given as its date."""
    for sentence in (
        "The Harbour Post reported that police arrested 200 people in Estrin [1].",
        "Police arrested 200 people in Estrin on 15 March [1].",
    ):
        assert verified(read(sentence, HITS, final=True), HITS).sentences[0].supported, sentence
    for sentence in (
        "The Valdmark Gazette reported that police arrested 200 people in Estrin [1].",
        "Police arrested 200 people in Estrin on 25 March [1].",
    ):
        assert not verified(read(sentence, HITS, final=True), HITS).sentences[0].supported, sentence


def test_the_outlet_of_a_collapsed_copy_may_be_named() -> None:
    """A model that credits the other outlet of a wire copy is right; it is named beside a quote that it has word for word."""
    first = HITS[0]
    quoted = verified(read("Police arrested 200 people in Estrin [1].", HITS, final=True), HITS).citations[0]
    other = replace(first.article, id="b", source="The Valdmark Gazette", text=f"ESTRIN (EBN) -  {first.passage.text}")
    altered = replace(other, id="c", source="Radio Ouvre", text=first.passage.text.replace("200", "300"))
    hits = [replace(first, also_in=(altered, other)), *HITS[1:]]
    reading = verified(
        read("The Valdmark Gazette reported that police arrested 200 people in Estrin [1].", hits, final=True), hits
    )
    assert reading.sentences[0].supported
    assert quoted.quote in other.text
    assert [article.source for article in reading.citations[0].also_in] == ["The Valdmark Gazette"]


def test_the_quote_is_the_shortest_that_carries() -> None:
    """A quote is one sentence of the passage, not all of it; with the sentence before where only that says who "she" is."""
    hits = [hit(1, "Ada Moor runs the mill. She opened a second one in Oster in 2019. It employs forty people. Rain fell.")]
    (alone,) = read("It employs forty people [1].", hits, final=True).citations
    assert alone.quote == "It employs forty people."
    (with_name,) = read("Moor opened a second one in Oster in 2019 [1].", hits, final=True).citations
    assert with_name.quote == "Ada Moor runs the mill. She opened a second one in Oster in 2019."


def test_a_clause_is_enough() -> None:
    """Of a long sentence the clause is quoted that carries the claim, but never away from a denial or a speaker."""
    first = "The harbour board approved the plan for a new breakwater on Thursday evening by seven votes to two"
    rest = "; the mayor {} from the gallery with a group of pupils from the school that is to move for it."
    claim = "The board approved the plan for a new breakwater by seven votes to two [1]."
    (quote,) = read(claim, [hit(1, first + rest.format("watched"))], final=True).citations
    assert quote.quote == first
    denied = first + rest.format("denied this")
    (quote,) = read(claim, [hit(1, denied)], final=True).citations
    assert quote.quote == denied


@pytest.mark.parametrize(
    "draft", ["", " ", "\n\n", "[1]", "[", "]", ".", "[1].", "\x00", "\ud83d", "…", "**", "```", "[1](", "<b>"]
)
def test_drafts_of_nothing(draft: str) -> None:
    """A draft without words has no sentence."""
    assert read(draft, HITS, final=True) == read(draft, HITS) == Reading()
    assert verified(Reading(), HITS) == Reading()
    assert read("Words.", [], final=True).citations == ()


def test_garbage_drafts_show_nothing_invalid() -> None:
    """Of 400 garbage drafts none raises or shows a number, a quote or a link that is not ours."""
    for n, draft in enumerate(drafts(HITS, 400, seed=5)):
        assert faults(draft, HITS, final=bool(n % 3), strict=bool(n % 2)) == []


ENDLESS = ["|", *"a|[|[1|[1] |]|(|<|<a |![|*|_| |\n|.|1|“|&#|http://|\\|x. |- ".split("|")]


@pytest.mark.parametrize("piece", ENDLESS)
def test_endless_drafts_end(piece: str) -> None:
    """A megabyte of anything is read in bounded time."""
    began = time.monotonic()
    reading = read(piece * (1_000_000 // len(piece)), HITS, final=True)
    verified(reading, HITS)
    assert time.monotonic() - began < 60  # a hang, not a figure: it takes about a second


def test_a_reading_can_be_told_as_json() -> None:
    """No lone surrogate or control character of a draft reaches a reader."""
    reading = read("Police \ud800arrested\x07 200\u202e people in Estrin [1].", HITS, final=True)
    assert json.dumps(reading.text).isascii()
    assert reading.sentences[0].text == "Police arrested 200 people in Estrin."
    reading.text.encode("utf-8")


def test_passages_of_a_real_article_are_quoted_at_their_offsets() -> None:
    """Every sentence of every passage, cited, gives itself as its quote."""
    text = "\n\n".join(CASES["passages"] * 3)
    article = Article("long", text)
    hits = [Hit(passage, article, 1.0) for passage in passages(article, words=40)]
    for k, one in enumerate(hits, 1):
        reading = read(f"{one.passage.text} [{k}]", hits, final=True)
        assert exact(reading)
        assert reading.citations


@pytest.mark.parametrize("run", ["12345 ", "1 ", "1", "1,", "1 ,", "1 - ", "[1 ", "(1, ", "[1 passage ", "[^1 ", "1#", "[1 and "])
def test_an_endless_marker_costs_no_time(run: str) -> None:
    """A bracket that opens on a long run of numbers and never closes is read in time that grows with its length."""
    for opening in ("[1 ", "(passages 1, ", "<sup>", "[[see passages ", "x [", "x ("):
        for final in (False, True):
            # With two ways to match a space it would not end within a lifetime.
            assert isinstance(read(f"The bridge reopened {opening}{run * 500}", [], final), Reading)
