"""Sentences in other languages than English, checked against passages of the same language."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from qa.check.verdict import check
from qa.citations import kept, read, verified
from qa.types import Answer, Sentence
from tests.test_citations import hit
from ui.render import answer_html, answer_text
from vectorstore.language.detect import common_language
from vectorstore.language.foreign import tokens_in
from vectorstore.language.tokens import normalised, tokens

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "languages.yaml").read_text(encoding="utf-8"))


def pairs(side: str, of: str = "pairs") -> list[tuple[str, str, str]]:
    cases = CASES[of].items()
    return [(language, row["passage"], claim) for language, rows in cases for row in rows for claim in row.get(side, ())]


@pytest.mark.parametrize(("language", "passage", "claim"), pairs("right") + pairs("right", "bounds"))
def test_what_the_passage_says_is_supported(language: str, passage: str, claim: str) -> None:
    """A paraphrase in the passage's language is supported, and nothing was left unchecked."""
    assert common_language(claim, [passage]) == language
    verdict = check(claim, [passage])
    assert verdict.supported, verdict.reasons
    assert not verdict.note or verdict.note.startswith("Said by ")


@pytest.mark.parametrize(("language", "passage", "claim"), pairs("wrong") + pairs("wrong", "bounds"))
def test_what_was_altered_is_not(language: str, passage: str, claim: str) -> None:
    """Another number, bound, day, name, a "not" that came or went, a word for its opposite: each is refused."""
    verdict = check(claim, [passage])
    assert not verdict.supported
    assert verdict.reasons


@pytest.mark.parametrize(("language", "text", "value"), [tuple(row) for row in CASES["numbers"]])
def test_numbers_are_read_by_the_marks_of_their_language(language: str, text: str, value: float) -> None:
    """74.000 is 74,000 in German and 3,500 may be either where the text does not tell."""
    found = [token for token in tokens_in(normalised(text), language) if token.values]
    assert value in found[0].values
    assert len(found) == 1


@pytest.mark.parametrize(("language", "text", "month"), [tuple(row) for row in CASES["months"]])
def test_months_are_compared_across_languages(language: str, text: str, month: str) -> None:
    """ "octubre" and "Oktober" are "october"."""
    assert month in {token.key for token in tokens_in(normalised(text), language) if token.date == "month"}


@pytest.mark.parametrize("row", CASES["elsewhere"])
def test_where_denials_are_not_known_the_verdict_says_so(row: dict[str, str]) -> None:
    """Numbers and names are checked in any language; a reader is told that no more was."""
    verdict = check(row["right"], [row["passage"]])
    assert verdict.supported, verdict.reasons
    assert verdict.note.endswith(f"not denials: the passage is in {row['language']}.")
    assert not check(row["wrong"], [row["passage"]]).supported


def test_english_is_read_as_ever() -> None:
    """English has its own marks: "3.500" is 3.5, "1,234" is 1234."""
    text = "The fund lost 3.500 per cent and 1,234 members, the mayor said."
    assert common_language("The fund lost 1,234 members.", [text]) == "en"
    assert tokens_in(text, "en") == tokens(text)


def test_a_german_answer_over_german_articles_is_supported() -> None:
    """Quotes are cut from German text, and the strict setting keeps what they carry."""
    german = [
        hit(
            1,
            "Der Damm bei Estrin hielt dem Hochwasser nicht stand. „Wir haben alles versucht“, sagte Bürgermeisterin Marta "
            "Lindqvist am Montag. 2.400 Menschen mussten ihre Häuser verlassen.",
        )
    ]
    draft = "2.400 Menschen mussten die Häuser verlassen [1]. Der Damm hielt dem Hochwasser stand [1]. {} [1]".format(
        "„Wir haben alles versucht“, sagte Marta Lindqvist"
    )
    reading = verified(read(draft, german, final=True), german)
    held = kept(reading, lambda n: reading.sentences[n].supported)
    assert [s.text[:9] for s in held.sentences] == ["2.400 Men", "„Wir habe"]
    assert held.citations[0].quote == "2.400 Menschen mussten ihre Häuser verlassen."


def test_a_reader_sees_what_was_checked() -> None:
    """Beside the last of the sentences that it is true of, on the page and in the terminal; while a draft grows nothing is."""
    note = "Only words, numbers and names were checked, not denials: the passage is in Polish."
    told = (Sentence("Most jest otwarty.", supported=True, note=note), Sentence("Koszt to 3,5 mln.", supported=True, note=note))
    answer = Answer("q", "q", "Most jest otwarty. Koszt to 3,5 mln.", told, model="m", final=True)
    for shown in (answer_html(answer, 1), answer_text(answer, 200)):
        assert shown.count(note) == 1
    assert note not in answer_html(Answer("q", "q", answer.text, told, model="m", final=False), 1)
    assert answer.as_dict()["sentences"][0]["note"] == note


@pytest.mark.parametrize(("language", "passage", "claim"), [*pairs("right")[::7]])
def test_an_answer_of_a_model_is_kept_by_the_strict_setting(language: str, passage: str, claim: str) -> None:
    """Our own records of an article are in English: its language is that of its text."""
    hits = [hit(1, passage)]
    (one,) = verified(read(f"{claim[:-1]} [1].", hits, final=True), hits).sentences
    assert one.supported
    assert one.citations == (1,)
    assert "checked" not in one.note


def test_a_weekday_in_german_is_a_date_by_our_records() -> None:
    """The article is of Tuesday, 17 March 2026: "am Montag" is the 16th."""
    hits = [hit(1, "Am Montag wurde die Brücke bei Estrin für den Verkehr geöffnet, teilte die Stadt mit.")]
    for day, right in ((16, True), (14, False)):
        claim = f"Am {day}. März wurde die Brücke bei Estrin geöffnet [1]."
        (one,) = verified(read(claim, hits, final=True), hits).sentences
        assert one.supported == right, one.reasons
