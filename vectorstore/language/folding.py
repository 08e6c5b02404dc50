"""Text with one form of spaces, quotation marks and dashes, and where a quote stands in a text that is written with others."""

from __future__ import annotations

import re
from functools import lru_cache

_TYPES = (("``", '"'), ("''", '"'), ("…", "..."), *((c, '"') for c in "“”„‟«»〝〞＂"), *((c, "'") for c in "‘’‚‛`´ʼ＇"))
_ONE_FORM = dict(_TYPES) | dict.fromkeys("‐‑‒–—―−﹘﹣－", "-")
_UNSEEN = "\u00ad\u200b-\u200f\u2060-\u2063\ufeff\u202a-\u202e"
_FOLDED = re.compile(rf"\s+|``|''|[{_UNSEEN}]|[{re.escape(''.join(c for c in _ONE_FORM if len(c) == 1))}]")


def folded(text: str) -> str:
    """The text with single spaces, straight quotation marks and hyphens, and nothing invisible."""
    return _FOLDED.sub(lambda found: _form(found.group()), text)


def place(quote: str, text: str) -> tuple[int, int] | None:
    """Where the words of a quote stand in a text, whatever its spaces, quotation marks and dashes; whole words only."""
    wanted, (plain, at) = folded(quote).strip(), _mapped(text)
    start = plain.find(wanted) if wanted else -1
    while start >= 0:
        end = start + len(wanted)
        if not (_cuts(plain, start) or _cuts(plain, end)):
            return at[start], at[end] if end < len(at) else len(text)
        start = plain.find(wanted, end)
    return None


def places(quote: str, text: str) -> list[tuple[int, int]]:
    """Everywhere that a quote stands in a text, whatever case and punctuation either has; its words and numbers are the same."""
    wanted = _words_mapped(quote)[0].strip()
    probe = max(_LETTERS.findall(quote), key=len, default="")
    near = [found.start() for found in re.finditer(re.escape(probe), text, re.IGNORECASE)] if probe else []
    margin = 2 * len(quote) + 200
    if not wanted or (probe and not near):
        return []
    if not probe or len(near) * margin > len(text):
        return _places(wanted, text, 0)
    found = (one for at in near for one in _places(wanted, text[max(0, at - margin) : at + margin], max(0, at - margin)))
    return list(dict.fromkeys(found))


_LETTERS = re.compile(r"[^\W\d_]+")


def _places(wanted: str, text: str, first: int) -> list[tuple[int, int]]:
    """Where words stand in a part of a text that starts at `first`."""
    plain, at = _words_mapped(text)
    found: list[tuple[int, int]] = []
    start = plain.find(f" {wanted} ")
    while start >= 0:
        end = start + len(wanted)  # of the last character: one space stands before the first
        found.append((first + at[start + 1], first + at[end] + 1))
        start = plain.find(f" {wanted} ", end)
    return found


# What is between words, a number's own signs left out: "1.5", "61,000", "don't", "5%", "$3", "-4".
_BETWEEN = re.compile(r"(?:(?<!\d)[.,]|[.,](?!\d)|(?<!\w)'|'(?!\w)|-(?!\d)|(?<=\w)-|[^\w.,'%$£€¥&+-]|[+&](?!\w))+|_+")


@lru_cache(maxsize=256)
def _words_mapped(text: str) -> tuple[str, list[int]]:
    """A text's words in small letters with one space between them and at both ends, and where each character stands."""
    plain, at = _mapped(text)
    parts: list[str] = [" "]
    where: list[int] = [0]
    last = 0
    for found in [*_BETWEEN.finditer(plain), None]:
        start, end = found.span() if found else (len(plain), len(plain))
        if last < start:
            parts.append("".join(c.lower() if len(c.lower()) == 1 else c for c in plain[last:start]))
            where += at[last:start]
        if (found or parts[-1] != " ") and parts[-1] != " ":
            parts.append(" ")
            where.append(at[min(start, len(at) - 1)] if at else 0)
        last = end
    return "".join(parts), where


def _cuts(text: str, at: int) -> bool:
    """Whether a word, or a number like 1.5, goes on across that place."""
    before, after = text[max(0, at - 2) : at], text[at : at + 2]
    if not before or not after:
        return False
    if before[-1].isalnum() and after[0].isalnum():
        return True
    return (before[-1].isdigit() and after[0] in ".,%" and after[1:].isdigit()) or (
        after[0].isdigit() and before[-1] in ".,$£€-" and (before[:1].isdigit() or before[-1] in "$£€")
    )


@lru_cache(maxsize=64)
def _mapped(text: str) -> tuple[str, list[int]]:
    """The folded text, and for each of its characters where it stands in the text."""
    parts: list[str] = []
    at: list[int] = []
    last = 0
    for found in _FOLDED.finditer(text):
        parts += [text[last : found.start()], form := _form(found.group())]
        at += [*range(last, found.start()), *[found.start()] * len(form)]
        last = found.end()
    return "".join(parts) + text[last:], at + list(range(last, len(text)))


def _form(found: str) -> str:
    return " " if found.isspace() else _ONE_FORM.get(found, "")
