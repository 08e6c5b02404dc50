"""A web page copied as text, without what is the site's: its menu, "Share this article", "Advertisement", "Read more: …"."""

from __future__ import annotations

import re
from functools import cache

from vectorstore.language.lexicon import LANGUAGES, lines

_LONGEST = 120  # characters of such a line, but for those that begin with "Read more:"
_MENU = re.compile(r"[^|>›»•·\n]{1,25}(?:\s[|>›»•·]\s[^|>›»•·\n]{1,25}){1,12}")
_HANDLE = re.compile(r"@\w{2,30}")
_RIGHTS = re.compile(r"(?:©|\(c\) \d|Copyright (?:©|\d)).{0,200}", re.IGNORECASE)


def own_text(content: str) -> str:
    """The text without the lines that are the site's, where it has several of them; else the text as it is."""
    given = content.split("\n")
    if len(given) > 20_000:
        return content
    sites = [_is_sites(line.strip()) for line in given]
    if sum(sites) < 2:
        return content
    # Short lines between the site's own, above the article, are its menu.
    first = next((n for n, line in enumerate(given) if line.strip() and not sites[n]), 0)
    last = max((n for n in range(min(len(given), 60)) if sites[n]), default=0)
    if first < last and given[first].strip() and sites[: first + 1].count(True):
        run = first
        while run < len(given) and given[run].strip() and len(given[run].split()) <= 3:
            run += 1
        if run - first >= 3 and run < len(given) and not given[run].strip():
            sites[first:run] = [True] * (run - first)
    kept = [line for line, of_site in zip(given, sites, strict=True) if not of_site]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip("\n")


def _is_sites(line: str) -> bool:
    if not line:
        return False
    low = line.casefold()
    if low.startswith(_begins()) and len(line) < 300:
        return True
    if len(line) > _LONGEST:
        return bool(_RIGHTS.fullmatch(line))
    return low.strip(" .:!…") in _whole() or bool(_HANDLE.fullmatch(line) or _RIGHTS.fullmatch(line)) or _is_menu(line)


def _is_menu(line: str) -> bool:
    """Whether it is a row of links: "Home | News | Sport", "NEWS > LOCAL"; not a row of a table, nor a byline with its date."""
    parts = re.split(r"\s[|>›»•·]\s", line)
    if not _MENU.fullmatch(line) or any(sign.isdigit() for sign in line):
        return False
    return (len(parts) > 2 and "|" in line and not line.startswith("|")) or any(sign in line for sign in (" > ", " › ", " » "))


@cache
def _whole() -> frozenset[str]:
    return frozenset(line.casefold() for language in LANGUAGES for line in lines("pages.whole", language))


@cache
def _begins() -> tuple[str, ...]:
    return tuple(line.casefold() for language in LANGUAGES for line in lines("pages.begins", language))
