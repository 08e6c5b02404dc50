"""Quote-only: the sentences that answer, verbatim, attributed, and no longer than they need be."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from qa.answerable import THRESHOLD, evidence
from qa.asking import asked, of_sort
from qa.assistant import Assistant
from qa.clauses import clause, furniture
from qa.quoting import DIFFER, EARLIER, LATER, quote
from qa.settings import Settings
from qa.types import Answer
from tests.studies.quoting import measure, reading
from vectorstore.language.datelines import dateline
from vectorstore.language.words import words
from vectorstore.passages import passages
from vectorstore.search import collapsed
from vectorstore.types import Article, Hit
from vectorstore.wirecopy import same_copy

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
COPIES = yaml.safe_load((Path(__file__).parent / "cases" / "copies.yaml").read_text(encoding="utf-8"))
CASES = yaml.safe_load((Path(__file__).parent / "cases" / "quoting.yaml").read_text(encoding="utf-8"))


def hits(*articles: Article) -> list[Hit]:
    found = [(passage, article) for article in articles for passage in passages(article)]
    return [Hit(passage, article, 1.0 / n) for n, (passage, article) in enumerate(found, 1)]


def report(text: str, source: str = "Harbour Post", id_: str = "a") -> Article:
    """An article whose passage does not start at its text's start."""
    return Article(id_, text, "A headline", source, published=date(2026, 3, 17))


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_what_a_reader_sees_quoted(case: dict[str, Any]) -> None:
    """The first quote answers, nothing that binds it is cut off, and every quote is the article's own text."""
    articles = [report(r["text"].strip(), r["source"], f"a{n}") for n, r in enumerate(case["reports"])]
    shown, cited = quote(case["question"], hits(*articles))
    text = "\n".join(sentence.text for sentence in shown)
    assert case["first"] in cited[0].quote
    assert case.get("absent", "\0") not in cited[0].quote
    assert len(cited) == case.get("quotes", len(cited))
    assert case.get("text", "") in text
    assert case.get("no_text", "\0") not in text
    for n, (sentence, citation) in enumerate(zip(shown, cited, strict=True), 1):
        assert citation.article.text[citation.start : citation.end] == citation.quote
        assert citation.quote in sentence.text
        assert sentence.citations == (n,) == (citation.number,)
        assert sentence.supported


def test_a_reply_answers_what_somebody_asked() -> None:
    """“When can …?” is answered by what is said to the one who asked it, not by the question, whole and with its speaker."""
    asks = "“When may our boats use the lock at Orrin again?” Rolf Quill, a skipper of thirty years, asked the board."
    tells = "“Not before the harvest!” said Asta Lie, who keeps the lock."
    _, cited = quote("When can boats use the lock at Orrin again?", hits(report(f"The board met in Orrin. {asks} {tells}")))
    assert cited[0].quote.startswith("“Not before the harvest!” said Asta Lie")
    assert {one.quote for one in cited if "again?" in one.quote} <= {asks}


@pytest.mark.parametrize("case", COPIES, ids=[case["name"] for case in COPIES])
def test_two_reports_side_by_side(case: dict[str, Any]) -> None:
    """Copies are one, contradictions are two with the last word first, and two events are nothing of the kind."""
    articles = [
        Article(f"a{n}", r["text"], r.get("title", "A headline"), r["source"], "", r["published"], modified=r.get("modified"))
        for n, r in enumerate(case["reports"])
    ]
    for order in (articles, articles[::-1]):
        found = hits(*order)
        texts = [hit.passage.text for hit in found]
        copies = {n: [m for m, other in enumerate(texts) if m != n and same_copy(other, text)] for n, text in enumerate(texts)}
        kept = collapsed([(n, n) for n in copies], copies, 10)
        found = [replace(found[n], also_in=tuple(found[m].article for m in copies[n])) for n in kept]
        shown, cited = quote(case["question"], found)
        differ = any(DIFFER in sentence.text for sentence in shown)
        joined = any(citation.also_in for citation in cited)
        replaced = shown[0].text.startswith(("Corrects ", "Updates "))
        dated = any(sentence.text.startswith((EARLIER, LATER)) for sentence in shown)
        told = "differ" if differ or replaced else "join" if joined else "apart"
        assert told == case["relation"] or (told, case["relation"], dated) == ("apart", "later", True), shown
        assert [differ, replaced, joined].count(True) <= 1
        assert case.get("first", "") in shown[0].text
        assert replaced is (case["relation"] == "differ" and len({article.source for article in articles}) == 1)
        assert shown[0].text.startswith(case.get("lead", ""))


def test_two_matters_of_other_days_are_not_set_in_their_order() -> None:
    """Where the question names no matter, what another article tells is neither earlier nor later of anything."""
    ward = Article("a", "Dr. Voss denied that the ward was short of beds.", "Ward to close", "Radio Ouvre", "", date(2026, 3, 5))
    farm = Article(
        "b", "Petra Lind denied that the farm would lose money.", "Wind farm approved", "Coastwire", "", date(2026, 5, 20)
    )
    shown, cited = quote("Who denied it?", hits(ward, farm))
    assert cited
    assert not any(sentence.text.startswith((EARLIER, LATER)) for sentence in shown)


def test_the_credit_names_outlet_and_date_or_else_the_headline() -> None:
    """A quote says whose it is; without an outlet the headline stands in, without a date nothing does."""
    text = "The bridge was closed because a barge struck it."
    (full,), _ = quote("Why was the bridge closed?", hits(report(text)))
    (bare,), _ = quote("Why was the bridge closed?", hits(Article("a", text, "Bridge shut")))
    assert full.text.endswith("” — Harbour Post, 17 March 2026")
    assert bare.text.endswith("” — Bridge shut")


def test_a_hit_s_other_outlets_are_kept() -> None:
    """What search found to be the same copy is named where the quote stands in it word for word, and with its place."""
    article = report("The bridge was closed because a barge struck it.")
    other = report("ESTRIN (Coastwire) -  The bridge was closed\nbecause a barge struck it. Rain fell.", "Coastwire", "b")
    altered = report("The bridge was closed because a lorry struck it.", "Radio Ouvre", "c")
    denied = report("It is untrue that the bridge was closed because a barge struck it.", "EBN", "d")
    (hit,) = hits(article)
    (sentence,), (citation,) = quote("Why was the bridge closed?", [Hit(hit.passage, article, 1.0, (other, altered, denied))])
    assert citation.also_in == (other,)
    assert "(also in Coastwire)" in sentence.text
    answer = Answer("q", "q", sentence.text, (sentence,), (citation,))
    (carried,) = answer.as_dict()["citations"][0]["also_in"]
    assert carried["quote"] == other.text[carried["start"] : carried["end"]]
    assert " ".join(carried["quote"].split()) in citation.quote + "."


@pytest.mark.parametrize("question", ["", "?", "the of and", "\ud800", "{x} <b>" * 200, "こんにちは"])
def test_any_text_is_a_question(question: str) -> None:
    """No question breaks the answerer, and what it quotes is exact."""
    _, cited = quote(question, hits(report("Rain fell. The bridge was closed.\n\n“”\n\n?!")))
    assert all(c.article.text[c.start : c.end] == c.quote for c in cited)
    assert quote(question, []) == ((), ())


def test_no_more_than_the_limit() -> None:
    """`limit` bounds the quotes."""
    text = "The harbour strike began. A harbour strike is hard. The harbour strike cost much. No harbour strike lasts."
    assert len(quote("harbour strike", hits(report(text)), limit=2)[1]) <= 2


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("However, the mayor denied it on Monday night.", "the mayor denied it on Monday night."),
        ("The mayor resigned on Monday, who had not slept.", "The mayor resigned on Monday, who had not slept."),
        ("The mayor of Estrin resigned on Monday, which pleased many.", "The mayor of Estrin resigned on Monday"),
        ("The old ferry was sold, which was the most ever.", "The old ferry was sold, which was the most ever."),
        ('" The Harbour Post said on Monday that it was "calm".', 'The Harbour Post said on Monday that it was "calm".'),
        ("The mayor of Estrin resigned, but returned on Tuesday.", "The mayor of Estrin resigned, but returned on Tuesday."),
        ("“The mayor resigned, which pleased us,” she said.", "“The mayor resigned, which pleased us,” she said."),
    ],
)  # fmt: skip
def test_cuts_where_the_grammar_is_plain(text: str, kept: str) -> None:
    """Connectives and side remarks go; denials, turns and open quotations stay."""
    start, end = clause(text, lambda part: True)
    assert text[start:end] == kept


@pytest.mark.parametrize(
    ("question", "kind", "sort"),
    [
        ("When did the ferry sail?", "date", ""),
        ("The mayor was fined when she insulted which singer?", "which", ""),
        ("Which airline apologised to people who lost their bags?", "which", ""),
        ("Police in which African country have arrested the man who fled?", "place", "country"),
        ("Smoke from Canada reached which US state?", "place", "state"),
        ("The art of which state is on show?", "place", "state"),
        ("The price of bread rose by what percentage?", "number", "percentage"),
        ("On which day is the final?", "date", "day"),
        ("A new system, which can read faces, was tried out where?", "place", ""),
        ("What is the name of the captain who fell asleep?", "name", ""),
        ("What symptom is the virus known to cause?", "thing", ""),
        ("Who won?", "name", ""),
    ],
)
def test_what_a_question_asks_for(question: str, kind: str, sort: str) -> None:
    """A "who" or "when" that only joins clauses does not ask; a country, a state, a share or a day is known as one."""
    ask = asked(question)
    assert (ask.kind, ask.sort) == (kind, sort)


@pytest.mark.parametrize(
    ("question", "text", "named"),
    [
        ("Which country won?", "Iceland won the cup.", True),
        ("Which country won?", "The icelandic team won the cup.", False),
        ("Which country beat Iceland?", "Iceland lost the cup.", False),
        ("Which country beat Iceland?", "Iceland lost to New Zealand.", True),
        ("Which state flooded?", "Parts of North Dakota are under water.", True),
        ("Which state flooded?", "Parts of Bavaria are under water.", False),
        ("What percentage voted?", "Some 41% voted.", True),
        ("What percentage voted?", "Some 41 people voted.", False),
        ("Which day is it?", "It is on 16 May.", True),
        ("Which day is it?", "It is in May.", False),
        ("Which month is it?", "It is in May.", True),
        ("Which year was it?", "It was in 1987.", True),
        ("How old is the captain?", "Captain Kern, 58, was at the wheel.", True),
        ("How old is the captain?", "The ferry left at 11.40 p.m. with 1,212 aboard, 5.5 hours late.", False),
        ("Who won?", "Iceland won the cup.", False),
    ],
)
def test_whether_a_text_names_one_of_the_sort(question: str, text: str, named: bool) -> None:
    """One that the question itself names is not it, and where no sort is asked for nothing is."""
    assert of_sort(asked(question), text) == named


def test_datelines() -> None:
    """A dateline is known by its capitals and dash."""
    text = "ESTRIN, Valdmark, March 19 (Coastwire) - Storm Ottilie cut power."
    assert text[dateline(text) :] == "Storm Ottilie cut power."
    assert dateline("NATO - the alliance") == 0
    assert dateline("Storm Ottilie - the worst in years - cut power.") == 0


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("(EBN) The ferry sank.", "The ferry sank."),
        ("Estrin (EBN Business) The bank cut its rate.", "The bank cut its rate."),
        ("Skerra, Lissavia (EBN) The farm closed.", "The farm closed."),
        ("Ada Moor/EFP/Getty Images When the ferry sank, nobody was hurt.", "When the ferry sank, nobody was hurt."),
        ("The (EBN) The ferry sank.", None),
        ("The Estrin Harbour Board (EHB) Director Ada Moor spoke.", None),
        ("Ada Moor (D) The senator spoke.", None),
    ],
)
def test_an_agency_in_brackets_is_a_dateline(text: str, rest: str | None) -> None:
    """Before a sentence's first word, alone or after its place; elsewhere brackets are part of the sentence."""
    assert text[dateline(text) :] == (rest or text)


@pytest.mark.parametrize(
    ("text", "is_furniture"),
    [
        ("More:Storm cuts power to 74,000 homes.", True),
        ("► Story:Second cannery closes", True),
        ("Hide Caption 3 of 44 Photos: The storm A crew clears Dock Road.", True),
        ("MUST WATCH Ferry runs aground 01:34", True),
        ("'It was calm':What the captain told the inquiry", True),
        ("Read more about the inquiry", True),
        ("1. Estrin", True),
        ("Ferry inquiry:31 quays closed since the storm", True),
        ("Who pays for the quay?:What the harbour board decided", True),
        ("Here's what to know about the inquiry into the quay.", True),
        ("Ferry line wins €7.5M from the harbour board", True),
        ("Here are the longest quays of the coast, by their keepers' measure:", True),
        ("On today's episode of the Quay podcast: Ida Kern resigns", True),
        ("Before the vote: See who stands for the harbour board in our guide", True),
        ("What Gov. Ida Kern says on the quay in the U.S. and elsewhere", True),
        ("👁 Keep reading: Ida Kern on the quay.", True),
        ("Her rule: Watch the tide.", False),
        ("Gov. Ida Kern said that the quay would close.", False),
        ("Here’s why: the quay was rotten.", False),
        ("“Here's what happened,” she said.", False),
        ("Estrin:A crew cleared Dock Road on Monday.", False),  # a column of short reports
        ("QUAY NEWS —", True),
        ("(NOR)", True),
        ("SALTMERE (NOR) —", True),
        ("By Ida Kern, Harbour Post", True),
        ("Published 4:02 p.m. Aug. 3, 2022", True),
        ("TODAY'S NUMBER", True),
        ("Ida Kern/NOR In pictures: the quay after the storm Prev Next", True),
        ("Jon P. Sorby/Getty Images A crew clears Dock Road.", True),
        ("Mayor Ida Kern, right, arrives at the inquiry.", True),
        ("A man takes photos Monday, May 4, of boats that the storm sank.", True),
        ("Radio Ouvre airs the documentary on Monday at 9 p.m.", True),
        ("Ida Kern is seen here before the vote.", True),
        ("Saltmere council reacts to the ferry inquiry", True),
        ("AI-assisted summary The ferry may sail again.", True),
        ("INTERACTIVE: The ferry’s last crossing, hour by hour.", True),
        ("HARBOUR POST NEWSLETTER: Sign up for the day's news.", True),
        ("-- The harbour board, on the board's decision to , on the decision to close the quay.", True),
        ("— Ida Kern and Jon Sorby", True),
        ("SALTMERE: The quay is closed.", False),
        ("— The quay is closed until May.", False),
        ("Ida Kern is seen as a safe pair of hands.", False),
        ("A judge ruled on Monday, May 4, that the quay stays shut.", False),
        ("By Monday all 300 had left the quay.", False),
        ("SALTMERE (NOR) — The quay is closed.", False),
        ("Updated figures put the dead at nine.", False),
        ("The inquiry opened at 8:30", False),
        ("She wrote: “It was calm.”", False),
        ("Watch keepers were asleep, the inquiry found.", False),
        ("1. Estrin has 74,000 homes", False),
        ("See https://example.org/A for the report.", False),
    ],
)
def test_page_furniture(text: str, is_furniture: bool) -> None:
    """Captions, pointers to other articles and players are told from prose by their form."""
    assert furniture(text) is is_furniture


@pytest.mark.parametrize(
    "piece", ["A", "Aa ", "A' ", "A. ", "A, ", "Aa/", "(", "a:", "Read more ", "1. ", "A (B) ", "/Getty Images ", "(A", "By A"]
)
def test_endless_sentences_are_read_in_one_pass(piece: str) -> None:
    """A pattern that tries every way to cut a long run would not come back from these."""
    assert dateline(piece * 20_000) in range(20_000)
    assert furniture(piece * 20_000) in (True, False)


QUIZ = """QUIZ TIME

Which lighthouse was sold to a choir this week?

A. Gannet Rock

B. Holm Point

C. The Old Light

The week's quiz is on our website.

THE NUMBER

17. That is how many geese live on Holm Point."""


def test_what_a_quiz_offers_answers_nothing() -> None:
    """Which of a quiz's answers is right is not said; and what it asks says nothing of the matter."""
    article = Article(id="quiz", title="Five things to know", source="The Quay", text=QUIZ)
    question = "Which lighthouse was sold to a choir this week?"
    assert evidence(question, [QUIZ]) < THRESHOLD
    assert evidence(question, ["A. Gannet Rock"]) == 0.0
    sentences, _ = quote(question, [Hit(p, article, 1.0) for p in passages(article)])
    assert not any(offer in one.text for one in sentences for offer in ("Gannet", "Old Light", question))
    for offers in ("(a) Holm\n\n(b) Orm", "a: Holm\nb: Orm\nc: Velden", "A: Holm\n\nB: Orm", "A) Holm\n\nB) Orm"):
        assert evidence(question, [f"{question}\n\n{offers}"]) == 0.0
    told = QUIZ.replace("The week's quiz is on our website.", "The lighthouse at Gannet Rock was sold to a choir this week.")
    assert evidence(question, [told]) >= THRESHOLD


def test_prose_is_quoted_before_furniture() -> None:
    """A pointer to another article that meets the question better is neither the first quote nor a further one."""
    pointer, told = (
        "Storm Ottilie:How many homes lost power in Storm Ottilie",
        "Power failed in 74,000 homes as Storm Ottilie passed.",
    )
    _, cited = quote("How many homes lost power in Storm Ottilie?", hits(report(f"{pointer}\n{told}")))
    assert [citation.quote for citation in cited] == [told]


def test_a_line_of_three_words_that_is_no_sentence_is_no_quote() -> None:
    """A figure or a name that stands above its paragraph says nothing by itself, however well it meets the question."""
    told = "A maker on the coast recalled its boats on Monday because a pump may leak."
    _, cited = quote("Which maker recalled 900 boats?", hits(report(f"900 boats\n\n{told}")))
    assert [citation.quote for citation in cited] == [told]


def test_a_later_pointer_or_question_is_not_quoted() -> None:
    """What another article of the outlet has of the matter goes first for its day only where it is prose."""
    told = "At least nine quays were closed after the storm at Brackwater."
    later = "More:Nine quays closed after the storm at Brackwater\n\nHow many quays were closed after the storm at Brackwater?"
    _, cited = quote(
        "How many quays were closed after the storm at Brackwater?", hits(report(told), report(later, "Harbour Post", "b"))
    )
    assert [citation.quote for citation in cited] == [told]


def test_the_reranker_orders_the_quotes() -> None:
    """Of two that are about as good the one that the reranker takes for the answer comes first."""
    question = "What happened to the ferry in the storm?"
    other = report("Waves broke a window of the ferry in the storm.", "EBN", "b")
    plain = [replace(hit, score=1.0) for hit in hits(report("The ferry lost its anchor in the storm."), other)]
    first, second = (citation.quote for citation in quote(question, plain)[1])
    for better, expected in ((0, [first, second]), (1, [second, first])):
        judged = [
            replace(hit, judged=((hit.passage.start, hit.passage.end, 0.0 if hit.passage.text == expected[0] else -2.5),))
            for hit in plain
        ]
        assert [citation.quote for citation in quote(question, judged)[1]] == expected, better
    assert [citation.quote for citation in quote(question, plain)[1]] == [first, second]


def test_disagreement_is_said_before_the_second_quote() -> None:
    """The lead-in is ours, outside the quotation marks, and never before the first quote."""
    case = next(case for case in CASES if case["name"].startswith("two outlets that disagree"))
    articles = [report(r["text"].strip(), r["source"], f"a{n}") for n, r in enumerate(case["reports"])]
    first, second = quote(case["question"], hits(*articles))[0]
    assert not first.text.startswith(DIFFER)
    assert second.text.startswith(f"{DIFFER}“")


@pytest.mark.skipif(not (DATA / "reading").is_dir(), reason="the shared data is not here: figures on reading/ not measured")
def test_figures_on_reading() -> None:
    """Questions as people type them: nearly always one of the quotes holds the answer, mostly the first, in about two quotes.

    News is slower to measure: `python -m tests.studies.quoting`.
    """
    figures = measure(list(reading(next((DATA / "reading").glob("*.json")), most=100)))
    assert figures["quote@1"] >= 0.7
    assert figures["quote@3"] >= 0.9
    assert figures["quotes"] <= 2.4


@pytest.mark.parametrize("written", ["Gonza\u0301lez", "Gon\u00adzález", "González\u200b"])
def test_a_name_is_one_word_however_it_is_written(written: str) -> None:
    """An accent that is a character of its own, or something unseen, ends no word; it is kept as it is written."""
    text = f"Ana {written} resigned"
    assert [word.stem for word in words(text)] == [word.stem for word in words("Ana González resigned")]
    assert [word.text for word in words(text)] == text.split()


@pytest.mark.parametrize(
    ("question", "days"),
    [
        ("Give me a timeline of the stolen painting", ["2026-03-10", "2026-04-21"]),
        ("Summarise the news on the ferry Marianne Vold", ["2026-03-03", "2026-03-04", "2026-05-06"]),
    ],
)
def test_a_summary_is_told_by_date(question: str, days: list[str], samples_index: Path) -> None:
    """One sentence of each report, in the order of their days, each quoted."""
    with Assistant.open(samples_index, Settings(index=samples_index, answerer="quote")) as assistant:
        answer = assistant.ask(question)
    assert [str(citation.article.published) for citation in answer.citations] == days
    assert all(sentence.citations for sentence in answer.sentences)


def test_a_comparison_quotes_both_sides(samples_index: Path) -> None:
    """What is said of either of the two stands in the answer, whichever the better sentence is of."""
    with Assistant.open(samples_index, Settings(index=samples_index, answerer="quote")) as assistant:
        answer = assistant.ask("What costs more, the Skarn tunnel or the wind farm?")
    quotes = " ".join(citation.quote for citation in answer.citations)
    assert "€1.08 billion" in quotes
    assert "€1.4 billion" in quotes
