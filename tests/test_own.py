"""An answer's own words in German: every sentence that we make has one, quotes and names stay, JSON stays English."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from prompts import NOT_IN_ARTICLES
from qa import assistant as flow
from qa.assistant import Assistant
from qa.collection import GREETING
from qa.settings import Settings
from ui import saved
from ui.export import COLUMNS, export_of, exported
from ui.own import own, own_quoted, worded
from ui.render import answer_html
from ui.wording import speaking, wording

ROOT = Path(__file__).resolve().parents[1]
GERMAN = tomllib.loads((ROOT / "ui" / "texts" / "own" / "de.toml").read_text(encoding="utf-8"))
# What fills the blanks of a reason whose parts are ours.
PARTS = {"what": "month", "but": "", "instead": "“all”", "my_words": "y"}


def made(folder: Path) -> Iterator[str]:
    """The sentences that a folder's code makes of a sentence and a passage, with something in their blanks."""
    for file in sorted(folder.glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            value = node.value if isinstance(node, ast.Yield | ast.Return) else None
            parts = value.values if isinstance(value, ast.JoinedStr) else [value]
            text = "".join(
                str(part.value)
                if isinstance(part, ast.Constant)
                else PARTS.get(ast.unparse(part.value), "xyz")
                if isinstance(part, ast.FormattedValue)
                else ""
                for part in parts
            )
            if re.match(r"(?:The passage|This|Only) \S+ ", text) and text.endswith("."):
                yield text


@pytest.fixture(scope="module")
def assistant(samples_index: Path) -> Iterator[Assistant]:
    with Assistant.open(samples_index, Settings(index=samples_index, rerank=False)) as opened:
        yield opened


def in_german(text: str) -> str:
    with speaking(wording("de")):
        return own(text)


def test_frames_have_the_same_blanks() -> None:
    for english, german in GERMAN.items():
        assert sorted(re.findall(r"\{\w+\}", english)) == sorted(re.findall(r"\{\w+\}", german)), english
        assert german.strip()
        assert german != english


def test_every_reason_has_its_german() -> None:
    """A check that says something new has to say it in German, too."""
    reasons = sorted(set(made(ROOT / "qa" / "check")))
    assert len(reasons) > 30
    assert [reason for reason in reasons if in_german(reason) == reason] == []


def test_every_other_word_of_ours_has_its_german() -> None:
    """What is said of a whole answer, and in an export."""
    said = [GREETING, NOT_IN_ARTICLES, flow.CUT_OFF, flow.IN_PART, flow.FOUND_NONE, flow.NOT_CARRIED, flow.BESIDE, *COLUMNS]
    said += [value for name, value in vars(saved).items() if name.isupper() and isinstance(value, str) and " " in value[3:]]
    said += [why for why in saved.WHY.values() if why]
    others = ("pass ", "The reports", "What the articles", "not compared")  # no sentence of ours, or half of one
    assert [one for one in said if in_german(one) == one and not one.startswith(others)] == []


SAID = (
    (
        "The articles do not say. Searched 25 articles, 3 March 2026 to 22 May 2026.",
        "Die Artikel sagen das nicht. Durchsucht: 25 Artikel, 3. März 2026 bis 22. Mai 2026.",
    ),
    (
        "Searched 3,032 articles, none with a date. Your words “in May” were read as: only 1 May 2022 to 31 May 2022.",
        "Durchsucht: 3.032 Artikel, keiner mit Datum. Ihre Worte „in May“ wurden so gelesen: nur 1. Mai 2022 bis 31. Mai 2022.",
    ),
    (
        "The articles answer this only in part. The model's answer was cut off before its end.",
        "Die Artikel beantworten das nur zum Teil. Die Antwort des Modells brach vor ihrem Ende ab.",
    ),
    (
        "2 outlets on “the ferry and the quay”: Smith and Sons (1 article) and The Post, Velden (1,200 articles).",
        "2 Medien zu „the ferry and the quay“: Smith and Sons (1 Artikel) und The Post, Velden (1.200 Artikel).",
    ),
    (
        "2 articles are on “Storm Ottilie”; 1 more names it in passing:",
        "2 Artikel handeln von „Storm Ottilie“; 1 weiterer nennt es nebenbei:",
    ),
    ("The passage does not give the year 1999 here, but 2001.", "Die Stelle nennt hier nicht das Jahr 1999, sondern 2001."),
    (
        "Reported on 4 May 2025. No one sentence of the articles says just this: compare the quotes.",
        "Berichtet am 4. Mai 2025. Kein einzelner Satz der Artikel sagt genau das: Vergleichen Sie die Zitate.",
    ),
    (
        "The report is of 4 May 2025: it tells of no “this week”.",
        "Der Bericht ist vom 4. Mai 2025: von „this week“ erzählt er nicht.",
    ),
    (
        "Only numbers and names were checked: the passage is in French.",
        "Nur Zahlen und Namen wurden geprüft: Die Stelle ist auf Französisch.",
    ),
    ("The mayor said so. The articles do not say.", "The mayor said so. The articles do not say."),
)


@pytest.mark.parametrize(("english", "german"), SAID)
def test_days_counts_and_lists_are_german_too(english: str, german: str) -> None:
    assert in_german(english) == german
    assert own(english) == english  # nobody asked for German


def test_a_quote_stays_as_it_is() -> None:
    """Even where it says what a frame says, or a day; what is around it does not."""
    with speaking(wording("de")):
        quote = "“The articles do not say. On 3 May 2026 it — “ran””"
        said = own_quoted(f"The reports differ: {quote} — Ida Kern, in Post, 3 May 2026 (also in A, B)")
        assert said == f"Die Berichte weichen voneinander ab: {quote} — Ida Kern, in Post, 3. Mai 2026 (auch in A, B)"
        names = (("Ada Brandt", "Simon and Son", "Ida Kern"),)
        credit = own_quoted("“Rain and wind” — by Ada Brandt, Simon and Son and Ida Kern, Post, undated", names)
        assert credit == "“Rain and wind” — von Ada Brandt, Simon and Son und Ida Kern, Post, ohne Datum"


QUESTIONS = (
    "hello", "How many homes lost power in Storm Ottilie?", "list everything on Storm Ottilie", "how many articles are there?",
    "which outlets are there?", "what is the price of oil?", "who writes here?", "everything on Brackwater",
    "articles by Tuva Eklund", "the latest on the ferry", "which outlets report on the ferry?", "ferry -asleep after:2020",
    "articles about zeppelins",
)  # fmt: skip
OURS = re.compile(
    r"\b(?:[Aa]rticles?|outlets?|[Ss]earched|[Pp]ublished|authors?|also in|The reports|undated|latest of|March|May)\b"
)


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_answer_has_no_english_of_ours(question: str, assistant: Assistant) -> None:
    """Beside what stands in quotation marks; and its JSON is what it was."""
    answer = assistant.ask(question)
    before = answer.as_dict()
    with speaking(wording("de")):
        shown = worded(answer)
        texts = [shown.text] if shown.abstained or not shown.sentences else [one.text for one in shown.sentences]
        html = answer_html(answer, 1)
        export = exported(export_of([before], assistant.index, date(2026, 6, 1)), "md")
    for text in texts:
        outside = re.sub(r"“.*”|„.*?“", "", text)
        assert not OURS.search(outside), text
    assert answer.as_dict() == before
    for citation in answer.citations:
        assert citation.quote in citation.article.text
    assert "Aus onrecord exportiert am 1. Juni 2026." in export.replace("\\", "")
    assert wording("de")("verbatim") in html or shown.abstained or not shown.sentences
