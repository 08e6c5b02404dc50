"""A sentence in another language than its passage is shown with its source and checked for what can be compared."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from qa.citations import kept, read, verified
from qa.types import Sentence
from tests.test_citations import hit
from vectorstore.language.detect import language_of

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "translated.yaml").read_text(encoding="utf-8"))
HITS = [
    hit(1, CASES["passage"]),
    hit(2, "The mill in Oster was sold to Piet Vann, who wants to grind rye there again by the autumn."),
]


def checked(sentence: str, strict: bool = False) -> tuple[Sentence, ...]:
    reading = verified(read(f"{sentence} [1]", HITS, final=True), HITS)
    reading = kept(reading, lambda n: reading.sentences[n].supported or not strict)
    assert all(c.article.text[c.start : c.end] == c.quote and c.article.id == "a1" for c in reading.citations)
    return reading.sentences


@pytest.mark.parametrize("sentence", CASES["right"])
def test_right_numbers_and_names_pass(sentence: str) -> None:
    """It is supported, has a quote, says what was checked, and stays under the strict setting."""
    (one,) = checked(sentence, strict=True)
    assert one.supported, one.reasons
    assert one.citations == (1,)
    assert "the passage is in English" in one.note


@pytest.mark.parametrize("sentence", CASES["wrong"])
def test_a_wrong_number_or_name_does_not(sentence: str) -> None:
    """Another number, month or name than the passage's is named; the passage is shown all the same."""
    (one,) = checked(sentence)
    assert not one.supported
    assert one.reasons
    assert one.citations == (1,)


@pytest.mark.parametrize(("sentence", "supported"), CASES["denied"])
def test_a_denial_needs_one_in_the_passage(sentence: str, supported: bool) -> None:
    """Names alone carry no "not": a sentence of the passage denies something of the same name, or says that nothing is told."""
    (one,) = verified(read(f"{sentence} [1]", denying := [hit(1, CASES["denying"])], final=True), denying).sentences
    assert one.supported is supported
    assert supported or one.reasons[0].startswith("Not checked. This denies something")


def test_nothing_to_compare_is_not_checked() -> None:
    """A sentence without a number or a name is shown with its source and said to be unchecked."""
    (one,) = checked("Nach dem Unwetter wurde um Hilfe gebeten.")
    assert not one.supported
    assert one.reasons[0].startswith("Not checked.")
    assert one.citations == (1,)


def test_the_same_language_is_checked_as_ever() -> None:
    """A German sentence on a German passage needs its words."""
    german = [hit(1, "Der Sturm Runa nahm 82.000 Haushalten bei Estrin den Strom. Die Brücke ist wieder offen.")]
    for sentence, supported in (
        ("Der Sturm Runa nahm 82.000 Haushalten den Strom.", True),
        ("Der Sturm Runa zerstörte Brücken.", False),
    ):
        (one,) = verified(read(f"{sentence} [1]", german, final=True), german).sentences
        assert (one.supported, one.note) == (supported, "")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Police arrested 200 people in Estrin.", "en"),
        ("Die Brücke bleibt bis Oktober gesperrt.", "de"),
        ("Le pont reste fermé jusqu'en octobre.", "fr"),
        ("El puente sigue cerrado hasta octubre.", "es"),
        ("大桥关闭至十月。", "zh"),
        ("橋は十月まで閉鎖されます。", "ja"),
        ("Мост закрыт до октября.", "ru"),
        ("No.", ""),
        ("74,000", ""),
        ("", ""),
    ],
)
def test_language_of(text: str, language: str) -> None:
    """A sentence is enough to tell its language; a word or a number is not."""
    assert language_of(text) == language
