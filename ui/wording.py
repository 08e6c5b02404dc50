"""The words that the page shows, by language: one file a language in ui/texts/, for Python and scripts alike. No library.

A key with `.one` and `.other` is a number's: `words.count("articles", 1)` is "1 article". Blanks are written {so}.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

FALLBACK = "en"
_BLANK = re.compile(r"\{(\w+)\}")
_ASKED = re.compile(r"\s*([A-Za-z]{2,3})(?:-[\w-]{1,30})?\s*(?:;\s*q=([0-9.]{1,5})\s*)?")


@dataclass(frozen=True, slots=True)
class Wording:
    """What the page says in one language."""

    language: str
    texts: Mapping[str, str]

    def __call__(self, key: str, **blanks: object) -> str:
        """The text of a key, with its blanks filled."""
        return _BLANK.sub(lambda blank: str(blanks.get(blank[1], blank[0])), self.texts[key])

    def count(self, key: str, number: int) -> str:
        """The text of a key for a number: "1 article", "3,032 articles"."""
        shown = f"{number:,}".replace(",", self.texts["thousands"])
        return self(f"{key}.one" if number == 1 else f"{key}.other", count=shown)


_spoken: ContextVar[Wording | None] = ContextVar("spoken", default=None)


def spoken() -> Wording:
    """The words of whoever is answered now; English where nobody has said."""
    return _spoken.get() or wording()


def say(key: str, **blanks: object) -> str:
    """The text of a key in the language of whoever is answered now."""
    return spoken()(key, **blanks)


def speak(words: Wording) -> None:
    """From here on, in this task, these are the words."""
    _spoken.set(words)


@contextmanager
def speaking(words: Wording) -> Iterator[None]:
    """Within it, in this thread or task, these are the words."""
    before = _spoken.set(words)
    try:
        yield
    finally:
        _spoken.reset(before)


@cache
def languages() -> tuple[str, ...]:
    """The languages that there is a file of, English first."""
    found = sorted(file.name.removesuffix(".json") for file in (files("ui") / "texts").iterdir() if file.name.endswith(".json"))
    return tuple(sorted(found, key=lambda language: language != FALLBACK))


@cache
def wording(language: str = FALLBACK) -> Wording:
    """The words of a language; what it lacks, and every language that there is no file of, is English."""
    texts: dict[str, str] = {}
    for name in dict.fromkeys((FALLBACK, language)):
        if name in languages():
            texts |= json.loads((files("ui") / "texts" / f"{name}.json").read_text(encoding="utf-8"))
    return Wording(language if language in languages() else FALLBACK, texts)


def chosen(asked: str, accepted: str = "") -> str:
    """The language that a reader asks for (`?lang=`), else the first that their browser accepts, else English."""
    if asked in languages():
        return asked
    wanted = [found for part in accepted[:400].split(",")[:20] if (found := _ASKED.fullmatch(part))]
    ranked = sorted(wanted, key=lambda found: -_weight(found[2]))
    return next((found[1].lower() for found in ranked if found[1].lower() in languages() and _weight(found[2]) > 0), FALLBACK)


def _weight(given: str | None) -> float:
    try:
        return float(given or 1)
    except ValueError:
        return 0.0
