"""The word lists of a language: `word_set("polarity.negations")` reads them from en.toml, de.toml, …

A list that a language's file lacks is empty: its rule has nothing to look for there. One that English lacks is a mistake.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = tuple(sorted(file.name[:2] for file in files("vectorstore.language").iterdir() if file.name.endswith(".toml")))


@cache
def _data(language: str) -> dict[str, Any]:
    return tomllib.loads(files("vectorstore.language").joinpath(f"{language}.toml").read_text(encoding="utf-8"))


def _entry(name: str, language: str) -> Any:
    found: Any = _data(language) if language in LANGUAGES else {}
    for part in name.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    if found is None and language == "en":
        raise KeyError(f"vectorstore/language/en.toml has no list {name!r}")
    return found


def word_list(name: str, language: str = "en") -> tuple[str, ...]:
    """The words of a list, in its order."""
    return tuple((_entry(name, language) or "").split())


@cache
def word_set(name: str, language: str = "en") -> frozenset[str]:
    """The words of a list."""
    return frozenset(word_list(name, language))


def lines(name: str, language: str = "en") -> tuple[str, ...]:
    """The lines of a list that has one entry a line."""
    return tuple(line.strip() for line in (_entry(name, language) or "").splitlines() if line.strip())


def rows(name: str, language: str = "en") -> tuple[tuple[str, ...], ...]:
    """The words of each line: the forms of one thing."""
    return tuple(tuple(line.split()) for line in lines(name, language))


def table(name: str, language: str = "en") -> dict[str, Any]:
    """A table of words, each with its value."""
    return dict(_entry(name, language) or {})


@cache
def kinds(name: str, language: str = "en") -> dict[str, str]:
    """Of a table of lists, which one each word is in."""
    return {word: kind for kind, words in table(name, language).items() for word in words.split()}


@cache
def pattern(name: str, language: str = "en", cased: bool = False) -> re.Pattern[str]:
    """What finds any of the regular expressions of a list, one a line."""
    return re.compile("|".join(lines(name, language)) or "(?!)", 0 if cased else re.I)
