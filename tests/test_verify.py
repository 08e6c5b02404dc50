"""The check of a sentence against its passages: numbers, dates, names, quotations, polarity, speakers, joins, basis."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from qa.check.align import Claim
from qa.check.verdict import RULES, Verdict, check, coverage
from vectorstore.language.tokens import normalised, same, tokens

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "verify.yaml").read_text(encoding="utf-8"))
STITCHED = yaml.safe_load((Path(__file__).parent / "cases" / "stitched.yaml").read_text(encoding="utf-8"))
TRUE = [(case["passage"], sentence) for case in CASES for sentence in case["carried"]]
FALSE = [(case["passage"], ", ".join(map(str, no[:-1])), str(no[-1])) for case in CASES for no in case["refused"]]


@pytest.mark.parametrize(("passage", "sentence"), TRUE, ids=[sentence for _, sentence in TRUE])
def test_what_the_passage_says_is_accepted(passage: str, sentence: str) -> None:
    """A sentence that says what the passage says is supported, in its words or in plain variants of them."""
    assert replace(check(sentence, [passage]), note="") == Verdict(True)


@pytest.mark.parametrize(("passage", "sentence", "reason"), FALSE, ids=[sentence for _, sentence, _ in FALSE])
def test_what_the_passage_does_not_say_is_refused(passage: str, sentence: str, reason: str) -> None:
    """One thing changed makes a sentence unsupported, and a reason names the thing."""
    verdict = check(sentence, [passage])
    assert not verdict.supported
    assert any(words in one for one in verdict.reasons for words in reason.split("|")), verdict.reasons


def test_a_rule_that_is_not_asked_has_nothing_to_say() -> None:
    """What a sentence must have for a rule to apply, by the table of the rules, is no more than the rule needs."""
    for passage, sentence in [*TRUE, *((passage, sentence) for passage, sentence, _ in FALSE)]:
        claim = Claim(sentence, [passage])
        for rule in RULES:
            assert rule.applies(claim) or not list(rule.judge(claim)), (rule.judge.__name__, sentence)


@pytest.mark.parametrize(
    ("sentence", "note"),
    [
        ("The storm killed a total of 14 sheep, nine in Felm and five in Ardo.", "14 is the sum of nine and five"),
        ("12 of the 24 lambs were saved.", "12 is half of 24."),
        ("Losses rose by two percentage points.", "two is the difference of 4 and 6"),
        ("Rot was found in fewer than half of the barns.", "11 of 25 is in proportion to half"),
    ],
)
def test_what_the_figures_make_is_carried_and_said(sentence: str, note: str) -> None:
    """A sum of figures that the sentence cites, a share and a difference are no invention; the note says how they are made."""
    verdict = check(sentence, [CASES[-1]["passage"]])
    assert verdict.supported
    assert verdict.note.startswith(note)


def test_a_measure_inside_a_quotation_is_compared_with_nothing() -> None:
    """What stands word for word in quotation marks is in the passage; "a litre" in it ended the check in an error once."""
    note = "Mill lowers oil to 3.99 crowns a litre"
    sentence = f'The note "{note}" says that the mill lowers oil to 3.99 crowns a litre through May.'
    assert check(sentence, [f"{note} through May."]).supported


@pytest.mark.parametrize("case", STITCHED, ids=[case["refused"][0] for case in STITCHED])
def test_what_is_told_of_one_event_is_not_said_of_another(case: dict[str, list[object]]) -> None:
    """A day, a place or a subject of the sentence before or after is no part of what a sentence tells; joined truly, it is."""
    for sentence in case["refused"]:
        assert not check(str(sentence), [str(case["passage"])]).supported
    for sentence in case["carried"]:
        assert check(str(sentence), [str(case["passage"])]).supported


@pytest.mark.parametrize(("word", "carried"), [("dismissed", True), ("sacked", True), ("trained", False), ("hired", False)])
def test_a_sentence_in_other_words_throughout(word: str, carried: bool) -> None:
    """Where hardly a word is the passage's, each must mean what stands in its place."""
    assert check(f"The company {word} 340 workers.", ["The firm fired 340 employees."]).supported == carried


@pytest.mark.parametrize("case", CASES, ids=[case["passage"][:30] for case in CASES])
def test_other_passages_beside_the_right_one_change_nothing(case: dict[str, object]) -> None:
    """A true sentence stays true among other passages, wherever its own stands among them."""
    others = [str(other["passage"]) for other in CASES if other is not case]
    for sentence in case["carried"]:  # type: ignore[attr-defined]
        assert check(sentence, [*others, str(case["passage"])]).supported
        assert check(sentence, [str(case["passage"]), *others]).supported


@pytest.mark.parametrize("case", CASES, ids=[case["passage"][:30] for case in CASES])
def test_every_sentence_is_carried_by_its_own_passage(case: dict[str, object]) -> None:
    """A passage carries each of its own sentences and the whole of itself."""
    passage = str(case["passage"])
    for sentence in passage.replace('crumbs," said', "crumbs, said").split(". "):
        if '"' not in sentence and "`" not in sentence:
            assert check(sentence, [passage]).supported, sentence


@pytest.mark.parametrize("offered", ["Green Tidal Lagoon", "Grand Toll Lane", "Gull Tally League"])
def test_a_quiz_says_nothing(offered: str) -> None:
    """What a quiz asks and the answers that it offers carry no sentence: nobody says which is right."""
    answers = "A. Green Tidal Lagoon\n\nB. Grand Toll Lane\n\nC. Gull Tally League"
    passage = f"What does the GTL of Felm stand for?\n\n{answers}\n\nThe lagoon opened in May."
    assert not check(f"The GTL of Felm stands for {offered}.", [passage]).supported
    assert check("The lagoon opened in May.", [passage]).supported


def test_a_number_is_checked_where_it_stands() -> None:
    """A number that the passage gives of something else does not help."""
    passage = "The storm killed 12 people and left 74,000 homes without power."
    assert check("The storm left 74,000 homes without power.", [passage]).supported
    assert check("The storm killed 74,000 people.", [passage]).reasons == (
        "The passage does not give the number 74,000 here, but 12.",
        "The passage tells “killed” with “12”, not with “74,000”.",
    )


def test_typography_makes_no_difference() -> None:
    """Curly quotes, dashes, zero-width characters, full-width digits and odd spaces are read through."""
    passage = "“It’s a mid–sized ship,” she said — the harbour’s 2nd in 2026."
    assert check("\"It's a mid-sized ship,\" she said - the harbour's second in ２０２６.", [passage]).supported
    assert check("“It’s\u200b a mid‑sized\u00a0ship ,” she said", [passage]).supported


def test_a_part_of_a_quotation_may_be_quoted() -> None:
    """A fragment that stands in the passage word for word is a true quotation; one with a word changed is not."""
    passage = "“We have been let down badly by the council,” said Ada Moor."
    assert check("Moor said they had been “let down badly by the council”.", [passage]).supported
    assert not check("Moor said they had been “let down gravely by the council”.", [passage]).supported
    assert not check("Moor said they had been “badly let down by the council”.", [passage]).supported


def test_two_negations_that_say_the_same() -> None:
    """ "did not accept" for "rejected" keeps the meaning; "did not reject" does not."""
    passage = "The council rejected the plan on Monday."
    assert check("The council did not accept the plan on Monday.", [passage]).supported
    assert not check("The council did not reject the plan on Monday.", [passage]).supported


@pytest.mark.parametrize("sentence", ["", " ", "…", "[ ]", "?!", "\u200b", "\n"])
def test_nothing_to_check_is_not_supported(sentence: str) -> None:
    """A sentence without a word is never supported."""
    assert not check(sentence, ["A passage."]).supported


def test_no_passage_carries_nothing() -> None:
    """Without a passage, or with empty ones, a sentence is unsupported."""
    assert not check("The bridge reopened.", []).supported
    assert not check("The bridge reopened.", ["", "\n"]).supported


def test_garbage_is_judged_without_an_error() -> None:
    """Any characters at all, endless runs and huge numbers give a verdict."""
    rng = random.Random(3)
    junk = [
        "9" * 5000,
        "million " * 500,
        "not " * 900,
        '"' * 999,
        "Aa" * 4000,
        "१२३ ²³ ⅔ ١٢",
        "\ud800",
        "a.b." * 500,
        "1:99:77",
        "$.5m %",
    ]
    junk += ["".join(chr(rng.randrange(0x2FFF)) for _ in range(400)) for _ in range(50)]
    for sentence in junk:
        for passage in (sentence, "A plain passage of 3 million words.", sentence[::-1]):
            assert isinstance(check(sentence, [passage]).supported, bool)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("200", "two hundred"),
        ("250,000", "two hundred and fifty thousand"),
        ("3m", "3 million"),
        ("$1.2bn", "$1.2 billion"),
        ("21", "twenty-one"),
        ("5%", "5 per cent"),
        ("5%", "five percent"),
        ("1st", "first"),
        ("Sept.", "September"),
        ("12", "dozen"),
    ],
)
def test_numbers_in_several_forms_are_one(one: str, other: str) -> None:
    """Figures, words, suffixes and percent signs compare by value."""
    (a,), (b,) = tokens(normalised(one)), tokens(normalised(other))
    assert same(a, b)


@pytest.mark.parametrize(
    ("one", "other"), [("3 million", "3 billion"), ("5%", "5 dollars"), ("£5", "$5"), ("7", "seventy"), ("second", "2")]
)
def test_numbers_that_are_not_one(one: str, other: str) -> None:
    """Another scale, unit or currency is another number."""
    (a,), (b,) = tokens(normalised(one)), tokens(normalised(other))
    assert not same(a, b)


def test_coverage_is_the_share_of_meaning_words() -> None:
    """All, half or none of a sentence's words, grammar aside."""
    assert coverage("The bridge reopened.", "They reopened the old bridge.") == 1
    assert coverage("The bridge burned.", "They reopened the old bridge.") == 0.5
    assert coverage("", "They reopened the old bridge.") == 0


@pytest.mark.parametrize(
    ("sentence", "carried"),
    [
        ("“We knew it – and we were wrong,” she said.", True),
        ("“We knew it, and we were wrong,” she said.", True),
        ("“We knew it and we were wrong,” she said.", False),
        ("“We knew – it and we were wrong,” she said.", False),
        ("“We – knew it – and we were wrong,” she said.", False),
        ("'We knew it – and we were wrong,' she said.", True),
        ("‘We knew it – and we were right,’ she said.", False),
        ("She called it 'not a crew's first error'.", True),
        ("She called it 'not a crew's last error'.", False),
        ("She called it ‘‘not a crew’s last error’’.", False),
    ],
)
def test_quotations_and_their_signs(sentence: str, carried: bool) -> None:
    """Single marks quote too; a dash may become another sign, but neither comes, goes nor wanders."""
    passage = "“We knew it – and we were wrong,” Ada Moor said. She called it “not a crew’s first error”."
    assert check(sentence, [passage]).supported == carried


@pytest.mark.parametrize(
    "sentence",
    [
        "“We were told ‘go home’ by ‘the bosses’ of the pier,” said Moor.",
        "“We were told “go home” by “the bosses” of the pier,” said Moor.",
        "““We were told ‘go home’ by ‘the bosses’ of the pier,” said Moor.",
        "go home’ by ‘the bosses’ of the pier,” said Moor.",
        "Moor said of ‘the bosses’ of the pier: “We were told “go home",
    ],
)
def test_nested_and_unclosed_quotations(sentence: str) -> None:
    """Words in marks within marks, and in marks that another sentence opens or closes, are quoted words."""
    passage = "“We were told ‘go home’ by ‘the bosses’ of the pier,” said Ada Moor."
    assert not any("quoted" in reason for reason in check(sentence, [passage]).reasons)
    for old, new in (("told", "asked"), ("home", "back"), ("by", "from")):
        if old in sentence:
            altered = check(sentence.replace(old, new), [passage])
            assert any("quoted" in reason for reason in altered.reasons), (old, altered)


def test_words_that_were_read_before_are_read_alike() -> None:
    """A text gives the same tokens the first time, when none of its words is known, and the second."""
    texts = [str(case["passage"]) for case in CASES] + [
        'Zorble "zorble quux," said zorble. Zorble - quux; (zorble) quux 3 zorble'
    ]
    first = [tokens(normalised(text)) for text in texts]
    tokens.cache_clear()
    assert [tokens(normalised(text)) for text in texts] == first


def test_a_passage_that_shares_hardly_a_word_vouches_for_nothing() -> None:
    """A name that only an unrelated passage has within another word does not make a wrong name right."""
    own = (
        "Harbour police arrested 200 people in Estrin on Sunday after dockers rejected a pay offer. Marta Lindqvist, who leads "
        "the dockers, said that the port had threatened the night shift, and that the union would not go back this year. "
        "The director of the port denied it on Monday and said that a third of the shift had stayed at home, up from a tenth a "
        "week earlier, and that ships had been sent on to other harbours along the coast."
    )
    other = "It was an ordinary day at the market. " * 12 + "The Sun and Day counted the people."
    assert check("Harbour police arrested 200 people in Estrin on Sunday.", [other, own]).supported
    assert not check("Ships had been sent on to other harbours along the coast, said Day.", [other, own]).supported


NOT_TO_SELL = "The administration does not plan to put out the light, or to sell the keeper's house."
NOT_TO_LEAVE = "Mr Orne said he did not want to leave the party or to stand against its leader."
REFUSED = "Police refused to name the driver or to say how fast he had been going."


@pytest.mark.parametrize(
    ("passage", "sentence", "carried"),
    [
        (NOT_TO_SELL, "The administration will sell the keeper's house.", False),
        (NOT_TO_SELL, "The keeper's house will be sold.", False),
        (NOT_TO_SELL, "The keeper's house will not be sold.", True),
        (NOT_TO_SELL, "The administration does not plan to sell the keeper's house.", True),
        (NOT_TO_LEAVE, "Mr Orne said he would stand against the party's leader.", False),
        (NOT_TO_LEAVE, "Mr Orne did not want to stand against the leader, he said.", True),
        (REFUSED, "Police said how fast he had been going.", False),
        (
            "The council has no intention of closing the library or cutting its hours.",
            "The council will close the library.",
            False,
        ),
        ("The bank has not decided whether to raise rates.", "The bank will raise rates.", False),
        ("The ship could not turn or stop in time.", "The ship stopped in time.", False),
        ("The board did not name a successor but agreed on a date.", "The board agreed on a date.", True),
        ("The government will not raise taxes, and it will build 400 homes.", "The government will build 400 homes.", True),
        ("The museum hopes to reopen in June or to move to the port.", "The museum hopes to move to the port.", True),
    ],
)
def test_a_denial_reaches_over_an_intention_and_an_or(passage: str, sentence: str, carried: bool) -> None:
    assert check(sentence, [passage]).supported is carried


def test_what_is_free_need_not_be_paid_wherever_the_passage_says_so() -> None:
    """A denial and its opposite may stand in two sentences of which another shares a word with the claim."""
    passage = "Rowers are asked to come early. The harbour baths take 40 guests and are free of charge."
    assert check("Rowers do not have to pay for the harbour baths.", [passage]).supported
    assert not check("Rowers have to pay for the harbour baths.", [passage]).supported
