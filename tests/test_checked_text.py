"""A text of any kind is checked sentence by sentence, and its quotations word by word."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from qa import check_text
from qa.texts.checking import checked_text
from qa.texts.otherwise import is_otherwise
from qa.texts.reading import read
from qa.texts.types import CheckedText
from ui import cli
from ui.checked import checked_text_shown
from vectorstore.doubles import WordHashEncoder
from vectorstore.errors import UsageError
from vectorstore.language.folding import places
from vectorstore.language.tokens import normalised, tokens
from vectorstore.rebuild import rebuild
from vectorstore.search import Index
from vectorstore.types import Filters

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "checked_texts.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """The articles of the cases; words find what there is to find in so few, so that no model is needed."""
    folder = tmp_path_factory.mktemp("texts") / "index"
    rebuild(index_dir=folder, articles=CASES["articles"], encoder=WordHashEncoder())
    with Index.open(folder, encoder=WordHashEncoder(), rerank=False) as opened:
        yield opened


@pytest.mark.parametrize("case", CASES["texts"], ids=lambda case: str(case["name"]))
def test_each_sentence_and_quotation_is_told_for_what_it_is(case: dict[str, Any], index: Index) -> None:
    """What the file says of each text holds; quotes and offsets are exact."""
    checked = checked_text(case["text"], index)
    found = {
        kind: {head: next((one.status for one in rows if one.words.startswith(head)), "") for head in case.get(kind, ())}
        for kind, rows in (("sentences", checked.sentences), ("quotations", checked.quotations))
    }
    assert found == {kind: dict(case.get(kind, {})) for kind in found}
    for citation in checked.citations:
        assert citation.article.text[citation.start : citation.end] == citation.quote
    numbers = {citation.number for citation in checked.citations}
    for one in (*checked.sentences, *checked.quotations):
        assert numbers.issuperset(one.citations)
        assert one.words.split()[0].rstrip(";") in case["text"][one.start : one.end]


@pytest.mark.parametrize("text", ["It was 40. It was 14 metres.", "3,200. None was 11 to 8.", "They were two."])
def test_sentences_of_figures_alone_are_checked(text: str, index: Index) -> None:
    """What has no word that tells anything is no error."""
    assert {one.status for one in checked_text(text, index).sentences} <= {
        "supported",
        "contradicted",
        "not in the articles",
        "no claim",
    }


def test_a_difference_is_named_exactly(index: Index) -> None:
    """The words that were changed, and those that the article has in their place."""
    quotation = checked_text("“It was the first thing any of us wanted to do,” said Odd Lindqvist.", index).quotations[0]
    assert (quotation.status, [(d.here, d.there) for d in quotation.differences]) == ("altered", [("first", "last")])
    assert (quotation.speaker, quotation.said_by) == ("Odd Lindqvist", "Odd Lindqvist")
    quotation = checked_text(
        "“We are going to gamble with the lives of 3,200 people downstream,” said Solberg.", index
    ).quotations[0]
    assert [(d.here, d.there) for d in quotation.differences] == [("", "not")]


def test_what_is_not_said_in_these_words_shows_what_comes_nearest(index: Index) -> None:
    """The passage is cited with what it lacks, and is called neither the articles' answer nor a contradiction."""
    checked = checked_text("Nine bathers were injured at the Tarrow baths as part of the roof gave way.", index)
    assert checked.sentences[0].status == "not in the articles"
    assert "Nine people were hurt there when a ceiling fell in" in checked.citations[0].quote
    assert "Not found in these words; nearest to it: [1]." in checked_text_shown(checked)


def test_nine_of_the_clock_are_no_nine_people() -> None:
    """A figure of another kind elsewhere in the article does not hide that it has another number here."""
    here = "The storm killed two people."
    for later, other in (("The warning came at 9 p.m.", True), ("Among nine villages one was spared.", False)):
        reason = "The passage does not give the number nine here, but two."
        claim = tokens(normalised("The storm killed nine people."))
        assert is_otherwise(reason, 1.0, claim, here, f"{here} {later}") is other


def test_a_contradiction_brings_the_passage_that_says_otherwise(index: Index) -> None:
    """The number that the article has is named, and its sentence is quoted."""
    checked = checked_text("The council said it would spend 420,000 crowns on a new roof for the school.", index)
    assert checked.sentences[0].reasons == ("The article does not give the number 420,000 here, but 240,000.",)
    assert "240,000 crowns" in checked.citations[0].quote
    assert checked.faults == 1


@pytest.mark.parametrize(
    ("text", "later", "says"),
    [
        ("The public baths in Tarrow will close on 12 October.", "Highland Wire", "it says “stay open”"),
        ("Nine people were hurt when a ceiling fell in at the baths in Tarrow.", "Quarry Courier", "it gives Eleven"),
        ("The public baths in Tarrow will stay open.", "", ""),
        ("Eleven people were hurt when a ceiling fell in at the baths in Tarrow.", "", ""),
        ("Rangers shot a wolf in the Marrow Valley on Wednesday.", "", ""),
    ],
)
def test_a_later_report_that_says_otherwise_is_named_and_cited(text: str, later: str, says: str, index: Index) -> None:
    """A sentence is supported by one report; who prints it learns that a later one has the opposite or another count."""
    checked = checked_text(text, index)
    (one,) = checked.sentences
    cited = {citation.number: citation.article.source for citation in checked.citations}
    assert (one.status, [cited[n] for n in one.differs]) == ("supported", [later] if later else [])
    assert says in one.note
    assert checked.as_dict()["sentences"][0]["differs"] == list(one.differs)
    assert ("A later report differs" in checked_text_shown(checked)) == bool(later)


def test_what_a_correction_says_was_wrong_carries_nothing(index: Index) -> None:
    """The figure that is put right is contradicted by the correction that names it; the right one is supported."""
    wrong, right = checked_text(
        "Mending the roof of the baths would cost 34 million crowns. The trust puts the cost at 3.4 million crowns.", index
    ).sentences
    assert (wrong.status, wrong.reasons) == ("contradicted", ("The article says that this was wrong.",))
    assert right.status == "supported"


def test_filters_leave_out_what_they_do_not_admit(index: Index) -> None:
    """A quotation that stands in another outlet's article alone is not found."""
    text = "“There is a wolf in all of us.” “You do not sleep. You lie there and you listen.”"
    assert [one.status for one in checked_text(text, index).quotations] == ["not found", "word for word"]
    assert [one.status for one in checked_text(text, index, Filters(("Brellin Echo",))).quotations] == ["not found"] * 2


def test_time_that_is_over_leaves_the_rest_unchecked(index: Index) -> None:
    """What was not checked is counted and said, and is no fault."""
    ticks = iter(range(100))
    text = "None was hurt. The reservoir is empty. Most of the families came home. “Nobody ever said this thing,” she said."
    checked = checked_text(text, index, seconds=3, clock=lambda: float(next(ticks)))
    assert [one.status for one in checked.sentences] == ["supported", "supported", "not checked", "not checked"]
    assert checked.quotations[0].status == "not checked"
    assert checked.notice == "The last 2 of 4 sentences were not checked: the 3 seconds were over."
    assert checked.faults == 0
    assert "were not checked" in checked_text_shown(checked)


@pytest.mark.parametrize(
    "text",
    [
        "“" * 50_000,
        "a" * 1_000_000,
        "[1]" * 30_000 + "(" * 30_000,
        "|" * 50_000 + "\n|-|\n" * 5_000,
        "<b " * 50_000,
        "*_`~" * 30_000,
        "He said “it is so”. " * 2_000,
        "\x00\x1b[31m\u202e\u200b" * 20_000 + "None was hurt.",
        "&" * 50_000 + "\r" * 50_000,
        "… ... " * 10_000 + "“… … …”",
    ],
    ids=["marks", "one word", "markers", "tables", "tags", "emphasis", "one line", "controls", "ends", "dots"],
)
def test_hostile_text_takes_a_bounded_time(text: str, index: Index) -> None:
    """Nothing in a text of a megabyte makes reading it or printing the result slow or unsafe."""
    checked = checked_text(text, index, seconds=0.2)
    shown = checked_text_shown(checked)
    assert "\x1b" not in shown
    assert "\u202e" not in shown


def test_no_text_is_wrong_usage(index: Index, tmp_path: Path) -> None:
    """Nothing to check is a mistake, said before the index is opened."""
    with pytest.raises(UsageError, match="no text to check"):
        checked_text(" \n", index)
    empty = tmp_path / "empty.md"
    empty.write_text("\n", encoding="utf-8")
    assert cli.main(["check", str(empty), "--index", str(tmp_path / "none")]) == 2
    assert cli.main(["check", str(tmp_path / "gone.md"), "--index", str(tmp_path / "none")]) == 2


def test_the_command_and_python_say_the_same(samples_index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`check --json` is `check_text(…).as_dict()`; --strict fails for a contradiction, and nothing else does."""
    draft = tmp_path / "draft.md"
    draft.write_bytes("# Storm\r\n\r\nStorm Ottilie cut power to 84,000 homes overnight.\r\n".encode("utf-16"))
    where = ["--index", str(samples_index)]
    assert cli.main(["check", str(draft), "--json", *where]) == 0
    printed = json.loads(capsys.readouterr().out)
    checked = check_text("# Storm\r\n\r\nStorm Ottilie cut power to 84,000 homes overnight.\r\n", samples_index)
    same = checked.as_dict()
    assert isinstance(checked, CheckedText)
    assert printed | {"seconds": {}} == same | {"seconds": {}}
    assert [one["status"] for one in printed["sentences"]] == ["no claim", "contradicted"]
    assert cli.main(["check", str(draft), "--strict", *where]) == 1
    shown = capsys.readouterr().out
    assert "! Storm Ottilie cut power" in shown


def test_markup_is_left_out_and_places_are_kept() -> None:
    """Lists, links, notes, tags and marks go; where a sentence stands in the text as it was given stays."""
    text = "* The [mayor](https://a.example/x) *said*[^2] so.\r\n\r\n"
    text += "<p>Two &quot;men&quot; came&nbsp;home.</p> ([Echo](http://e.example))\n"
    first, second = read(text).sentences
    assert (first.words, second.words) == ("The mayor said so.", 'Two "men" came home.')
    assert text[first.start : first.end] == "The [mayor](https://a.example/x) *said*[^2] so."
    assert text[second.start :].startswith("Two &quot;men")


def test_words_are_found_whatever_their_punctuation_and_case() -> None:
    """But numbers, signs and word ends are what they are."""
    text = "“We won’t go,\nnot for $1.5m — or 61,000 people.” It was a well-known 5% rise."
    assert [text[a:b] for a, b in places("we won't go NOT for", text)] == ["We won’t go,\nnot for"]
    assert [text[a:b] for a, b in places("well known 5%", text)] == ["well-known 5%"]
    assert [places(words, text) for words in ("61", "1.5m", "5", "we won", "")] == [[]] * 5


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("“I think we were brave,” said Tomas Hale.", "altered"),
        ("“You do not sleep. You lie there and you wait,” said Karl Jonsen.", "altered"),
        ("“It's a joke, isn't it?” said Rita Sund.", "altered"),
        ("“They had the report on the shelf in 2024,” said Anton Reyle.", "altered"),
        ("“That is what a council is,” said Hal Brandt.", "altered"),
        ("“I think we were lucky,” said Tomas Hale.", "word for word"),
        ("“I think we were brave,” said Karl Jonsen.", "not found"),
        ("“We were all at home,” said Tomas Hale.", "not found"),
        ("“It was a bad day,” said Odd Lindqvist.", "not found"),
    ],
)
def test_one_word_of_few_that_was_turned(text: str, status: str, index: Index) -> None:
    """Of a short quotation hardly a word is one of content; what its speaker said but for one word is that, altered."""
    assert [one.status for one in checked_text(text, index).quotations] == [status]
