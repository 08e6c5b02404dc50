"""The lines above an article's body, as people and sites write them: standfirst, byline, date, outlet, address."""

from __future__ import annotations

import re
from itertools import pairwise

from vectorstore.language.days import parse_day
from vectorstore.language.lexicon import word_set

_LONGEST_STANDFIRST = 400  # characters
_LONGEST_LINE, _MOST_LINES = 2_000, 30  # of fields; a hostile file may have millions
_LABEL = re.compile(
    r"(source|outlet|url|link|id|by|authors?|byline|date|(?:first )?published|posted|(?:last )?updated)\s*:\s*(\S.*)",
    re.IGNORECASE,
)
_FIELDS = {"outlet": "source", "link": "url", "author": "authors", "by": "authors", "byline": "authors", "date": "published"} | {
    "first published": "published", "posted": "published", "updated": "modified", "last updated": "modified",
}  # fmt: skip
_READING_TIME = re.compile(r"\d+[ -]min(?:ute)?s?(?: read)?", re.IGNORECASE)
_NAME = re.compile(r"[^\W\d_a-z][\w’'.-]{1,20}(?: [^\W\d_a-z][\w’'.-]{0,20}){1,3}")  # alone above a date
# "By Ann Lee", not "By the river, …" or "By Tuesday the army had gone."
_BYLINE = re.compile(r"By\s+[^\W\d_a-z][\w.’'-]*(?:\s+[\w.’',&-]+){1,11}")


def split(beside: str, body: str) -> tuple[str, str, dict[str, str]]:
    """(standfirst, body, fields) of what stands directly below a headline and of what follows after a blank line.

    The fields are those of `source`, `url`, `id`, `authors` and `published` that are given, as they are written.
    """
    fields: dict[str, str] = {}
    lines = beside.split("\n")
    standfirst = "\n".join(above for above, below in pairwise([*lines, ""]) if not _take(above, below, fields)).strip()
    body = _below_fields(body, fields)
    first, after = paragraph(body)
    under: dict[str, str] = {}
    below = _below_fields(after, under)
    # "Date: 3 May" below a short paragraph may be the concert's.
    if under and not standfirst and len(first) <= _LONGEST_STANDFIRST and ("authors" in under or not _LABEL.match(after)):
        return first, below, under | fields
    return standfirst, body, fields


def paragraph(text: str) -> tuple[str, str]:
    """The first paragraph, and what follows it."""
    first = re.split(r"\n[^\S\n]*\n", text, maxsplit=1)[0]
    return first, text[len(first) :].strip()


def _below_fields(body: str, fields: dict[str, str]) -> str:
    """The body without the lines above it that are fields, in paragraphs of their own or not; they are moved into `fields`."""
    for _ in range(_MOST_LINES):
        above, _, below = body.partition("\n")
        if "authors" not in fields and _NAME.fullmatch(above.strip()) and parse_day(below.partition("\n")[0]):
            fields["authors"] = above.strip()
        elif not _take(above, below, fields) and not ("authors" in fields and _is_post(above)):
            break
        body = below.strip()
    return body


def _is_post(line: str) -> bool:
    """Whether a line below a byline says what its author is: "Education correspondent"."""
    words = line.split()
    return 0 < len(words) <= 6 and line[-1:].isalpha() and words[-1].casefold() in word_set("pages.posts")


def _take(text: str, below: str, fields: dict[str, str]) -> bool:
    """Moves a line into `fields` if all of it is fields; those that are there already stay."""
    if len(text) > _LONGEST_LINE or (re.match(r"[^\S\n]*[a-z]", below) and not _LABEL.match(below)):
        return False  # a line of a wrapped paragraph: "By Tuesday the army of Ann Lee\nhad left."
    folded = " ".join(text.split())
    parts = [folded] if _LABEL.fullmatch(folded) else _parts(folded)
    found = [_field(part) for part in parts if not _READING_TIME.fullmatch(part)]
    if not found or None in found:
        return False
    for name, value in filter(None, found):
        fields.setdefault(_FIELDS.get(name, name), value)
    return True


def _parts(text: str) -> list[str]:
    """ "By Ann Lee | 12 March 2024 | 4 min read" and "By Ann Lee, March 12, 2024" by what they say."""
    parts = [part for part in re.split(r" ?[|•·] ?| [–—-] ", text) if part]
    for comma in re.finditer(r", ", parts[0] if len(parts) == 1 and text.startswith("By ") else ""):
        if parse_day(text[comma.end() :]):
            return [text[: comma.start()], text[comma.end() :]]
    return parts


def _field(text: str) -> tuple[str, str] | None:
    """What a text is of the fields, with its value."""
    if match := _LABEL.fullmatch(text):
        return match[1].lower(), match[2]
    if _BYLINE.fullmatch(text) and not text.endswith("."):
        return "authors", text
    day = re.sub(r"^(published|updated)\s+(?:on\s+)?", "", text, flags=re.IGNORECASE)
    if parse_day(day):
        return ("updated" if text[0] in "uU" else "published"), day
    return None
