"""Who said it: reading a text once into who says which part, and the check of a claim against that."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import yaml

from qa.check.verdict import check, verdict_on
from qa.citations import read, verified
from qa.quoting import quote
from qa.types import Answer
from ui import render
from vectorstore.language.quotations import quotations
from vectorstore.language.speech import said, speech
from vectorstore.passages import passages
from vectorstore.types import Article, Hit

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "speakers.yaml").read_text(encoding="utf-8"))
QUOTED = yaml.safe_load((Path(__file__).parent / "cases" / "quotations.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", QUOTED, ids=[case["text"][:30] for case in QUOTED])
def test_quotations_are_followed(case: dict[str, list[str]]) -> None:
    """What stands in quotation marks is found whatever the marks, across sentences and paragraphs; an apostrophe is none."""
    text = str(case["text"])
    assert [text[found.start : found.end] for found in quotations(text)] == case["quoted"]


@pytest.mark.parametrize(("text", "sentence"), [(c["text"], s) for c in CASES for s in c["carried"]])
def test_who_said_it_is_accepted(text: str, sentence: str) -> None:
    """A claim that gives words to the one who says them in the passage is supported."""
    assert check(sentence, [text]).reasons == ()


@pytest.mark.parametrize(
    ("passage", "sentence", "note"),
    [
        (
            "“The scales of Orla Fish were rigged,” said a former clerk.",
            "The scales of Orla Fish were rigged.",
            "Said by a former clerk.",
        ),
        (
            "A deckhand said the nets in Pell were cut. The port is looking into it.",
            "The nets in Pell were cut.",
            "Said by a deckhand.",
        ),
        ("“The well in Orm is poisoned,” said Ida Kern.", "The well in Orm is poisoned.", "Said by Ida Kern."),
        ("“The well in Orm is poisoned,” said Ida Kern.", "Ida Kern said that the well in Orm is poisoned.", ""),
        ("The well in Orm is poisoned. “We boil it,” said Ida Kern.", "The well in Orm is poisoned.", ""),
    ],
)
def test_an_allegation_told_as_fact_is_noted_as_somebodys(passage: str, sentence: str, note: str) -> None:
    """What only a quoted person says is supported with a note of who says it; the writer's own words have none."""
    verdict = check(sentence, [passage])
    assert (verdict.supported, verdict.note) == (True, note)


def test_what_was_heard_from_somebody_is_theirs() -> None:
    """Who hears it from another has not said it."""
    passage = "Vit Dahl heard from Ida Kern that the bridge in Orm was rotten."
    assert not check("Vit Dahl said the bridge in Orm was rotten.", [passage]).supported
    assert check("Ida Kern said the bridge in Orm was rotten.", [passage]).supported


@pytest.mark.parametrize(("text", "sentence"), [(c["text"], s) for c in CASES for s in c["refused"]])
def test_another_speaker_is_refused(text: str, sentence: str) -> None:
    """A claim that gives words to somebody else is not, by name or by role, whatever the verb."""
    assert not check(sentence, [text]).supported


@pytest.mark.parametrize(("text", "words", "who"), [(c["text"], *said) for c in CASES for said in c["said"]])
def test_who_says_a_sentence(text: str, words: str, who: str) -> None:
    """Each part of a text has its speaker, and the writer's own words have none."""
    at = text.lower().find(words.rstrip(".").lower())
    assert at >= 0
    found = [one for one in speech(text) if one.start <= at < one.end]
    assert who in (found[0].speakers[0].shown if found else ""), found


def test_a_speaker_may_be_named_before_the_passage_begins() -> None:
    """A passage that begins in the middle of a quotation is read where it stands in its article."""
    article = (
        "Trainer Bo Ravn was angry. “The referee was paid. Everybody saw it. We will appeal.” Liv Orre, of the league, laughed."
    )
    passage = article[article.index("Everybody") :]
    whole = {passage: (article, article.index("Everybody"))}
    assert check("Bo Ravn said everybody saw it.", [passage + " Bo Ravn left."]).supported
    assert verdict_on("Liv Orre said everybody saw it.", [passage], whole).reasons == (
        "The passage gives these words to Bo Ravn, not to Liv Orre.",
    )


def test_the_outlet_may_report_what_somebody_says() -> None:
    """Who reports what the article says, by the name of the outlet, says what is true."""
    text = "“The mine is empty,” said geologist Ada Ness."
    assert check("The Velden Post reported that the mine is empty.", [text, "Row over mine\nThe Velden Post"]).supported


@pytest.mark.parametrize(
    "piece", ["“", '"', "said ", "“a,” said Kern. ", "A B, ", "he said that ", "'a ", "Kern, who ", "\n“", ": “"]
)
def test_reading_is_linear(piece: str) -> None:
    """No text makes the reading slow."""
    started = time.perf_counter()
    speech(piece * (20_000 // len(piece)))
    assert time.perf_counter() - started < 5


QUARRY = Article(
    id="quarry",
    title="Row over quarry",
    source="The Velden Post",
    text="Mine inspector Ada Ness disagreed: “The quarry will collapse in spring. The owners of the quarry bribed three judges. "
    "I have the letters.”\n\nThe quarry opened in 1974.",
)
FOUND = [Hit(passage, QUARRY, 1.0) for passage in passages(QUARRY)]


def test_a_quote_from_inside_a_quotation_keeps_its_marks_and_its_speaker() -> None:
    """An allegation is never shown as the paper's own words; the quote itself stays what stands in the article."""
    (sentence, *_), (citation, *_) = quote("Did the owners of the quarry bribe judges?", FOUND, 1)
    assert sentence.text == "“‘The owners of the quarry bribed three judges.’” — Ada Ness, in The Velden Post"
    assert citation.quote == QUARRY.text[citation.start : citation.end] == "The owners of the quarry bribed three judges."
    assert citation.speaker == "Ada Ness"


PILOT = """{}

“I saw the barge at midnight. It had no lamps.

“The barge turned across our bow. We rang the bell.”

The court sits again on Friday."""


@pytest.mark.parametrize(
    ("before", "credit"),
    [
        ("Harbour pilot Cora Wren described the collision to the court.", "Cora Wren, in "),
        ("The pilot, Cora Wren, was angry.", "Cora Wren, in "),
        ("Cora Wren took the stand on Tuesday. She had been on the bridge.", "Cora Wren, in "),
        ("Cora Wren took the stand after Jon Bask.", "somebody quoted in the article, in "),
        ("The court heard from two pilots.", "somebody quoted in the article, in "),
    ],
)
def test_a_quotation_of_two_paragraphs_is_whose_the_sentence_before_is_about(before: str, credit: str) -> None:
    """Where that is one person; the mark that its second paragraph begins with is not shown twice."""
    article = Article(id="barge", title="Collision", source="The Quay", text=PILOT.format(before))
    (sentence, *_), (citation, *_) = quote("What turned across the bow?", [Hit(p, article, 1.0) for p in passages(article)], 1)
    assert sentence.text == f"“‘The barge turned across our bow.’” — {credit}The Quay"
    assert citation.quote == article.text[citation.start : citation.end]


def test_the_papers_own_words_have_no_speaker() -> None:
    """What the article says itself is credited to the outlet alone."""
    (sentence, *_), (citation, *_) = quote("When did the quarry open?", FOUND, 1)
    assert sentence.text == "“The quarry opened in 1974.” — The Velden Post"
    assert citation.speaker == ""


def test_a_model_that_names_no_speaker_is_shown_with_one() -> None:
    """A claim on words that somebody said is supported, and its citation says whose they are, wherever it is shown."""
    reading = verified(read("The owners of the quarry bribed three judges [1].", FOUND, True), FOUND)
    assert reading.sentences[0].supported
    answer = Answer("?", "?", reading.text, reading.sentences, reading.citations, model="m", final=True)
    assert answer.as_dict()["citations"][0]["speaker"] == "Ada Ness"
    assert "Said by <bdi>Ada Ness</bdi>" in render.evidence_html(answer, 1)
    assert "“‘The owners of the quarry bribed three judges.’”" not in answer.text
    assert "Said by Ada Ness" in render.answer_text(answer)


def test_the_sentence_that_is_quoted_is_the_one_with_its_small_words() -> None:
    """Of two sentences with the same words of content the one that says it is shown, and so who said it."""
    text = "The council wants to move the swans. “The swans were here before the council,” said Berta Lunn."
    article = Article(id="a", title="Swans", text=text)
    hits = [Hit(passages(article)[0], article, 1.0)]
    reading = verified(read("The swans were here before the council [1].", hits, True), hits)
    assert (reading.sentences[0].note, reading.citations[0].speaker) == ("Said by Berta Lunn.", "Berta Lunn")


TOLD = """Prosecutors say Runa Olm took 9,000 crowns from the Oxter choir. Olm denies the charge.

“I was told that the box was empty,” Liv Orre, the choir's conductor, said. “I was told to go home.” Orre
led the Oxter choir for ten years."""
FERRY = """Velden Ferries is not leaving Oxter, its chief executive said after a paper had written that the Heron line would end.

“I will not close the Heron line,” Magnus Sund told sailors in Velden."""


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("What was Liv Orre told about the choir's box?", "I was told that the box was empty"),
        ("Who denies that she took 9,000 crowns from the choir?", "Olm denies the charge."),
        ("Did Runa Olm take 9,000 crowns from the choir?", "Olm denies the charge."),
        ("Does Velden Ferries deny that it will close the Heron line?", "I will not close the Heron line"),
    ],
)
def test_who_says_a_sentence_counts_for_a_question_of_what_they_said(question: str, words: str) -> None:
    """Words of somebody the question names are found though they do not name her, and a denial with what is denied."""
    told = [Article(id=text[:5], title="Trouble in Oxter", text=text) for text in (TOLD, FERRY)]
    hits = [Hit(passage, article, 1.0) for article in told for passage in passages(article)]
    assert any(words in citation.quote for citation in quote(question, hits)[1])


def test_a_quote_that_names_its_speaker_needs_no_other_credit() -> None:
    """“…,” said Ida Kern: the words tell whose they are."""
    text = "“The bridge is rotten,” said engineer Ida Kern. She left."
    assert said(text, 0, text.index(" She")).is_named
    assert said(text, 0, len("“The bridge is rotten,”")) == ("Ida Kern", "", "", False)
