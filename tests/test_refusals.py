"""A model's "I cannot answer" becomes an abstention in whatever words and language; an answer that only sounds like one stays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from prompts import NO_ANSWER, NOT_IN_ARTICLES
from qa.assistant import BESIDE, FOUND_NONE, IN_PART, NOT_CARRIED, Assistant
from qa.doubles import ScriptedModel
from qa.refusals import in_words
from qa.settings import Settings
from qa.types import Answer
from ui.render import answer_html, answer_text

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "refusals.yaml").read_text(encoding="utf-8"))
OIL = "What is the price of oil?"


class Told:
    """An assistant over the sample articles whose model answers as it is told."""

    def __init__(self, index: Path, server: ScriptedModel) -> None:
        self.server = server
        self.assistant = Assistant.open(index, Settings(index=index, answerer="model", base_url=server.url))

    def ask(self, question: str, draft: str) -> Answer:
        self.server.script = draft
        return self.assistant.ask(question)


@pytest.fixture(scope="module")
def told(samples_index: Path) -> Iterator[Told]:
    with ScriptedModel("") as server:
        one = Told(samples_index, server)
        with one.assistant:
            yield one


@pytest.mark.parametrize("draft", CASES["refused"])
def test_a_refusal_is_an_abstention(told: Told, draft: str) -> None:
    """Whatever the wording and the language, the reader is told that the articles do not say."""
    answer = told.ask(OIL, draft)
    assert answer.abstained
    assert answer.text.startswith(NOT_IN_ARTICLES)
    assert answer.sentences == ()


@pytest.mark.parametrize("draft", CASES["of_a_person"])
def test_a_name_makes_no_answer_of_a_refusal(told: Told, draft: str) -> None:
    """That the articles do not tell something of a person is not shown beside a quote in which she is named."""
    answer = told.ask("How old is Petra Lindqvist?", draft)
    assert draft.removesuffix(" [1]") not in answer.text
    assert answer.abstained or answer.label == FOUND_NONE


@pytest.mark.parametrize(("question", "sentence"), CASES["answers"])
def test_a_true_sentence_is_no_refusal(told: Told, question: str, sentence: str) -> None:
    """A sentence that a passage carries stays, also where it says that something is not known."""
    answer = told.ask(question, sentence)
    assert not answer.abstained
    assert [s.supported for s in answer.sentences] == [True]


@pytest.mark.parametrize("draft", CASES["invented"])
def test_an_invented_fact_is_not_told_where_the_articles_do_not_say(told: Told, draft: str) -> None:
    """What no passage carries is not shown where the evidence is weak, as quoting shows nothing there; above quotes, marked."""
    assert told.ask(OIL, draft).abstained
    answer = told.ask("How many homes lost power in Storm Ottilie?", draft)
    assert [s.supported for s in answer.sentences] == [False]
    assert answer.label == NOT_CARRIED


def test_prose_that_rests_on_another_passage_has_the_best_quotes_beside(told: Told) -> None:
    """What it says is supported, and not what is asked for: the quotes of the best passage stand below, numbered on."""
    answer = told.ask("How many homes lost power in Storm Ottilie?", "Gusts reached 148 km/h at Skarv Light.")
    assert answer.label == BESIDE
    assert [s.supported for s in (*answer.sentences, *answer.beside)] == [True] * (1 + len(answer.beside))
    assert [c.number for c in answer.citations] == list(range(1, len(answer.citations) + 1))
    assert [n for one in answer.beside for n in one.citations] == [c.number for c in answer.citations[1:]]
    assert any("74,000" in c.quote for c in answer.citations[1:])
    assert not answer.is_quoted
    plain = " ".join(answer_text(answer).split())
    assert plain.index("Gusts reached") < plain.index(BESIDE) < plain.index("74,000")
    assert BESIDE in answer_html(answer, 1)


@pytest.mark.parametrize(
    ("draft", "label"),
    [
        (NO_ANSWER, FOUND_NONE),
        ("I could not find this in the passages.", FOUND_NONE),
        ("Storm Ottilie cut power to 99,000 homes [1].", NOT_CARRIED),
        ("Storm Ottilie cut power to 99,000 homes [1]. Nobody in Lissavia was hurt [2].", NOT_CARRIED),
    ],
)
@pytest.mark.parametrize("strict", [False, True])
def test_prose_that_is_none_gives_way_to_quotes(told: Told, draft: str, label: str, strict: bool) -> None:
    """Where the evidence is strong, a model that gives up or writes what nothing carries leaves the quotes, labelled."""
    question = "How many homes lost power in Storm Ottilie?"
    told.server.script = draft
    settings = replace(told.assistant.settings, strict=strict)
    answer = Assistant(told.assistant.index, settings, told.assistant.model).ask(question)
    by_rule = Assistant(told.assistant.index, replace(settings, answerer="quote")).ask(question)
    assert (answer.label, answer.abstained) == (label, False)
    assert answer.text.endswith(by_rule.text)
    assert by_rule.sentences in (answer.sentences, answer.beside)
    assert answer.citations == by_rule.citations
    assert answer.model != "quote-only"
    shown = answer.as_dict()
    assert shown["label"] == label
    assert label in " ".join(answer_text(answer).split())
    assert label in answer_html(answer, 1)
    assert bool(answer.beside) == (label == NOT_CARRIED and not strict)
    if answer.beside:  # what the model wrote stays, marked, and is no answer
        assert all(one.reasons and not one.supported and not one.citations for one in answer.sentences)
        plain = " ".join(answer_text(answer).split())
        assert plain.index("[not supported]") < plain.index(label) < plain.index(by_rule.citations[0].quote[:30])
        assert "Quoted word for word" not in answer_html(answer, 1)
        assert [one["text"] for one in shown["beside"]] == [one.text for one in by_rule.sentences]


def test_a_model_that_gives_up_is_overruled_where_a_passage_has_all(told: Told) -> None:
    """Who repaired the lines is not said, however much is said of the storm: there a model that found no answer is right."""
    told.server.script = NO_ANSWER
    answer = told.assistant.ask("Who repaired the lines after Storm Ottilie cut power to 74,000 homes?")
    assert (answer.abstained, answer.label) == (True, "")


def test_prose_that_holds_has_no_label(told: Told) -> None:
    """Of an answer with one supported sentence all is shown, what is not supported marked: no quotes take its place."""
    answer = told.ask(
        "How many homes lost power in Storm Ottilie?",
        "Storm Ottilie cut power to 74,000 homes. It cost 99 million euros.",
    )
    assert answer.label == ""
    assert [s.supported for s in answer.sentences] == [True, False]


def test_a_refusal_beside_an_answer_is_a_notice(told: Told) -> None:
    """What is answered is shown, and that it is not all; small talk goes without a word."""
    draft = "Storm Ottilie cut power to 74,000 homes. The articles do not mention oil. I hope this helps!"
    answer = told.ask("How many homes lost power in Storm Ottilie, and what does oil cost?", draft)
    assert [s.text for s in answer.sentences] == ["Storm Ottilie cut power to 74,000 homes."]
    assert answer.notice == IN_PART


def test_the_token_is_never_shown() -> None:
    """While it arrives letter by letter a reader sees nothing of the token, then the sentence."""
    shown = {in_words(NO_ANSWER[:n]) for n in range(len(NO_ANSWER))}
    assert shown == {""}
    assert in_words(f"{NO_ANSWER}. No passage has it.") == f"{NOT_IN_ARTICLES} No passage has it."
    assert in_words("No answer was given.") == "No answer was given."
