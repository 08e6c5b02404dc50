"""A press release from its headline on: "FOR IMMEDIATE RELEASE", its day and whom to call stand above it, and are none."""

from __future__ import annotations

import re
from functools import cache

from vectorstore.language.days import parse_day
from vectorstore.language.lexicon import LANGUAGES, lines

_MOST = 20  # lines above a headline
_LONGEST_EMBARGO = 80
_LONGEST = 200  # characters of one
_CONTACT = re.compile(
    r"[^\W\d_]{0,20}[ -]?(?:contacts?|kontakt|contacto)\b.{0,30}:|(?:tel|phone|e-?mail)\b\.?\s{0,3}:", re.IGNORECASE
)
_REACHED = re.compile(r"\S{1,80}@\S{1,80}\.\w|\+\d[\d ()-]{6,20}|https?:|www\.", re.IGNORECASE)


def opened(content: str) -> tuple[str, str, str]:
    """(text from the headline on, the day given above it, what stands there on whom to call); all else as it is."""
    given = content.strip().split("\n", _MOST)
    day = _release(given[0])
    if day is None:
        return content, "", ""
    calls: list[str] = []
    for number, line in enumerate(given[1:_MOST], start=1):
        text = line.strip()
        further = _release(text)
        if further or parse_day(text):
            day = day or further or text
        elif calls and not text:
            calls.append("")
        elif _CONTACT.match(text[:_LONGEST]) or (calls and calls[-1] and len(text) < _LONGEST):
            calls.append(text)
        elif text and further is None and not _REACHED.search(text[:_LONGEST]):
            return "\n".join(given[number:]), day, "\n".join(calls).strip()
    return content, "", ""


def _release(line: str) -> str | None:
    """The day behind "FOR IMMEDIATE RELEASE", empty where there is none; None where a line does not say that."""
    text = " ".join(line[:_LONGEST].split())
    if len(text) < _LONGEST_EMBARGO and text.casefold().startswith(_openings("embargoes")):
        day = re.sub(r"^[^\d]{0,40}", "", text)
        return day if parse_day(day) else ""
    said = next((one for one in _openings("releases") if text.casefold().startswith(one)), None)
    if said is None:
        return None
    rest = text[len(said) :].strip(" :–—-|,.*")
    return rest if not rest or parse_day(rest) else None


@cache
def _openings(name: str) -> tuple[str, ...]:
    return tuple(sorted((line for language in LANGUAGES for line in lines(f"bylines.{name}", language)), key=len, reverse=True))
