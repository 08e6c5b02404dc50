"""What an article's text says of itself: language, corrections, place, agency."""

from __future__ import annotations

import pytest

from vectorstore.articles.inferred import inferred
from vectorstore.language.datelines import origin
from vectorstore.types import Article

STORY = "The mill in Saltmere shuts in May, its owner said on Monday. Forty people who work there will lose their jobs."


@pytest.mark.parametrize(
    ("text", "want"),
    [
        (f"SALTMERE, March 12 (Coastwire) - {STORY}", ("SALTMERE", "Coastwire")),
        (f"Saltmere (EBN) — {STORY}", ("Saltmere", "EBN")),
        (f"SALTMERE, Estrin (CW) -- {STORY}", ("SALTMERE", "CW")),
        (f"Saltmere/Estrin (dpo) - {STORY}", ("Saltmere/Estrin", "dpo")),
        (f"(Coastwire) - {STORY}", ("", "Coastwire")),
        (f"SALTMERE, March 12 - {STORY}", ("SALTMERE", "")),
        (f"SALTMERE, 12 March 2026 — {STORY}", ("SALTMERE", "")),
        (STORY, ("", "")),
        ("Storm Ottilie - the worst in years - cut power.", ("", "")),
        ("NATO - the alliance - met.", ("", "")),
        ("The coalition (Greens, Farmers) - two parties in all - met.", ("", "")),
        ("A" * 100_000, ("", "")),
    ],
)
def test_a_dateline_gives_place_and_agency(text: str, want: tuple[str, str]) -> None:
    """Only what is written as a dateline is one."""
    assert origin(text) == want


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (STORY, "en"),
        ("Die Mühle in Saltmere schließt im Mai, sagte ihr Besitzer. Vierzig Menschen verlieren ihre Arbeit.", "de"),
        ("Le moulin de Saltmere fermera en mai, a déclaré son propriétaire. Quarante personnes perdront leur emploi.", "fr"),
        ("47", ""),
    ],
)
def test_the_language_is_read_from_the_text(text: str, language: str) -> None:
    """A record that does not say its language gets that of its text; one that does keeps it."""
    assert inferred(Article("a", text)).language == language
    assert inferred(Article("a", text, language="nl")).language == "nl"


@pytest.mark.parametrize(
    ("note", "language"),
    [
        ("Correction: An earlier version misnamed the owner.", "en"),
        ("[This article was amended on 3 May to name the owner.]", "en"),
        ("Korrektur: In einer früheren Version stand ein falscher Name.", "de"),
        ("Rectificatif : le nom du propriétaire était faux.", "fr"),
        ("Fe de errores: el nombre del dueño era falso.", "es"),
    ],
)
def test_notes_of_correction_are_kept(note: str, language: str) -> None:
    """A paragraph at either end that says what was put right is the article's note, and stays in its text."""
    for text in (f"{note}\n\n{STORY}", f"{STORY}\n\n{note}\n"):
        found = inferred(Article("a", text, language=language))
        assert found.corrections == (note,)
        assert found.text == text


def test_an_article_on_a_correction_is_none() -> None:
    """What stands in the middle, or goes on for pages, is the story itself."""
    story = [STORY] * 4
    assert inferred(Article("a", "\n\n".join([*story, "Correction: it was June.", *story]))).corrections == ()
    assert inferred(Article("a", "Correction: " + STORY * 20)).corrections == ()
