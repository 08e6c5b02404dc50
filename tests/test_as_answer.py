"""A model's supported sentences, read as answers to the question that was asked."""

from __future__ import annotations

from datetime import date

import pytest

from qa.as_answer import as_answers
from qa.check.at_once import said_at_once
from qa.citations import PIECED, REPORTED, read, verified
from qa.types import Sentence
from vectorstore.types import Article, Hit, Passage

TODAY = date(2026, 3, 6)
RECALL = "The maker Alder recalled 310,203 trucks on Tuesday, for brakes that may fail in the cold."
PRIZE = (
    "Ada Holt was handed the Orm prize for novels on Monday by the mayor. The hall was full. "
    "Bo Lind, a poet from Velm, read from his new book. She gave the money to a school."
)


def told(sentence: str, question: str, text: str, published: date) -> Sentence:
    article = Article("a", text, "Headline", "Norwire", published=published)
    found = [Hit(Passage("a#0", "a", 0, len(text), text), article, 1.0)]
    (one,) = as_answers(verified(read(f"{sentence[:-1]} [1].", found, final=True), found), question, found, TODAY).sentences
    return one


@pytest.mark.parametrize(
    ("published", "supported", "note"),
    [(date(2026, 3, 4), True, ""), (date(2026, 2, 17), True, f"{REPORTED}17 February 2026."), (date(2025, 5, 4), False, "")],
)
def test_an_old_reports_event_is_not_of_this_week(published: date, supported: bool, note: str) -> None:
    """Of a few days the reader is told; of months ago it is told of no this week."""
    one = told("Alder recalled 310,203 trucks this week.", "Which maker recalled trucks?", RECALL, published)
    assert (one.supported, one.note) == (supported, note)
    assert supported or "4 May 2025" in one.reasons[0]


def test_the_weekday_of_an_old_report_is_no_day_of_this_week() -> None:
    """ "On Tuesday" is that of the report; its day is told."""
    one = told("Alder recalled 310,203 trucks on Tuesday.", "Who recalled trucks?", RECALL, date(2026, 1, 4))
    assert (one.supported, one.note) == (True, f"{REPORTED}4 January 2026.")


def test_the_day_of_an_old_report_is_told_where_the_question_is_of_this_week() -> None:
    """The sentence is true of then; whether it answers, the reader sees."""
    one = told("Alder recalled 310,203 trucks.", "Which maker recalled trucks this week?", RECALL, date(2026, 1, 4))
    assert (one.supported, one.note) == (True, f"{REPORTED}4 January 2026.")


@pytest.mark.parametrize(
    ("sentence", "is_pieced"),
    [
        ("Ada Holt was handed the Orm prize for novels.", False),
        ("The Orm prize for novels was handed to Ada Holt.", False),
        ("Bo Lind, a poet from Velm, has the novels prize.", True),
        ("The answer is Bo Lind, a poet from Velm.", True),
        ("Bo Lind.", True),
        ("Ada Holt.", False),
    ],
)
def test_what_no_one_sentence_says_is_marked(sentence: str, is_pieced: bool) -> None:
    """A name put into the question's words; one that stands alone answers with the question's words."""
    one = told(sentence, "Who was handed the Orm prize for novels?", PRIZE, TODAY)
    assert one.supported
    assert (PIECED in one.note) == is_pieced


@pytest.mark.parametrize(
    ("sentence", "passage", "said"),
    [
        ("The ferry Alma carried 212 passengers.", "The ferry Alma sank. She carried 212 passengers.", True),
        ("The ferry carried 212 passengers.", "The ferry sank off Orm. It was late. The train carried 212.", False),
        ("Velm declared an emergency for the fever.", "A doctor called for Velm to declare an emergency for the fever.", False),
        ("Velm will declare an emergency.", "Velm is expected to declare an emergency.", True),
        ("The choir will be singing in Velm.", "The choir sang in Velm in the last decade, singing in the hall.", False),
        ("Velm is the cheapest borough to rent in.", "Pell in east Velm is the cheapest borough to rent in.", False),
        ("Orm won 1 title.", "Orm won the cup in Game 1.", False),
        ("Ida Kern replaces Bo Lind.", "Bo Lind replaces the mayor, Ida Kern.", False),
        ("The harbour was sold to the harbour.", "The harbour was sold on Monday.", False),
        ("A Velm firm bought the mill.", "A firm from Velm bought the mill.", True),
        (
            "Ida Kern hung the old picture of the ship in Velm.",
            "Velm is small. Ida Kern hung the old picture of the ship.",
            False,
        ),
        ("Ida Kern won the final.", "2004 - Ida Kern won the final.", False),
    ],
)
def test_whether_one_sentence_says_it(sentence: str, passage: str, said: bool) -> None:
    """With its verb as done, its subject and its numbers; a pronoun takes up the names of the sentence before."""
    assert said_at_once(sentence, [passage]) == said


def test_an_answer_to_what_is_not_so_is_marked() -> None:
    """The passage tells what is so; which of them is not, a reader must see."""
    one = told("The answer is Alder.", "Which of these makers did not recall trucks?", RECALL, TODAY)
    assert PIECED in one.note
