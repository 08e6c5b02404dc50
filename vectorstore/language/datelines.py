"""Where an article was written, and whose copy it is, as its first line says: "SALTMERE, March 12 (Coastwire) - …"."""

from __future__ import annotations

import re

from vectorstore.language.days import parse_day
from vectorstore.language.lexicon import pattern

_LONGEST = 160  # characters up to the dash
_NAME = r"[^\W\d_a-z][\w.’'-]*"
_PLACE = rf"{_NAME}(?:[ /]{_NAME}){{0,3}}"
_AGENCY = r"[^\W\d_a-z][\w&. /-]{1,40}|[a-z]{2,5}(?:/[a-z]{2,5})?"  # (Coastwire), (CW), (dpo)
_DASH = r"\s?[-–—]{1,2}\s"
_ORIGINS = (
    re.compile(rf"(?:(?P<place>{_PLACE})(?:,\s[\w. ]{{2,30}}){{0,3}}\s?)?\((?P<agency>{_AGENCY})\){_DASH}"),
    re.compile(rf"(?P<place>[^\W\d_a-z]{{2}}[^a-z_\d(,]{{0,38}}),\s(?P<day>[\w. ]{{1,20}}\d[\w., ]{{0,8}}?){_DASH}"),
)


def dateline(text: str) -> int:
    """Where a sentence begins after its dateline: "ESTRIN, March 19 (Coastwire) - Storm …", "Estrin (EBN) Storm …"; else 0."""
    found = pattern("clauses.dateline", cased=True).match(text)
    return found.end() if found else 0


def origin(text: str) -> tuple[str, str]:
    """(place, agency) of an article's first line; each empty where it does not say."""
    found = _found(text)
    fields = found.groupdict() if found else {}
    return (fields.get("place") or "").strip(" ,"), (fields.get("agency") or "").strip()


def origin_day(text: str) -> str:
    """The day with its year that the first line begins with: "SALTMERE, March 12, 2024 (Coastwire) – …"; else empty."""
    found = _found(text)
    pieces = re.sub(r"\([^()]*\)|\s?[-–—]{1,2}\s$", " ", found[0]).split(",") if found else []
    behind = [",".join(pieces[n:]).strip() for n in range(1, len(pieces))]
    return next((piece for piece in behind if parse_day(piece)), "")


def _found(text: str) -> re.Match[str] | None:
    head = text.lstrip()[:_LONGEST]
    return next((match for form in _ORIGINS if (match := form.match(head))), None)
