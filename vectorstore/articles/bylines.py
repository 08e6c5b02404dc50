"""Names out of bylines, as pages and feeds write them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from vectorstore.articles.fields import line
from vectorstore.articles.jsonld import title_key
from vectorstore.language.lexicon import LANGUAGES, word_set

_LONGEST_NAME = 80  # characters
_ADDRESS = re.compile(r"https?:|www\.|/|@\w+\.|^\d+$")


def names(given: Iterable[str]) -> tuple[str, ...]:
    """The people and agencies that are named, each once: no "By", no titles and desks behind a name, no addresses."""
    found: dict[str, str] = {}
    for byline in given:
        for name in _names(byline):
            if name.casefold() not in _words("nobody") and len(name) <= _LONGEST_NAME and not _ADDRESS.search(name):
                found.setdefault(title_key(name), name)
    return tuple(name for key, name in found.items() if key)


def _names(byline: str) -> list[str]:
    text = re.sub(r"\s*\([^()]{0,60}\)", "", line(byline))  # "(obe)", "(Reuters)"
    text = re.sub(r"\s+(?:[|•·/]|[–—-])\s.*$", "", text)  # "Ann Lee | Political editor", "Bo Ray / Journalist"
    text = re.sub(r"\S+@\S+\.\S+|\s+\d.*$", "", text).strip(" ,;:|•·–—-")  # its date behind it
    for _ in range(2):  # "Written by"
        first, _, rest = text.partition(" ")
        if rest and first.rstrip(":").casefold() in _words("by"):
            text = rest.strip()
    found: list[str] = []
    for part in re.split(r"\s*[;&]\s*|\s*、\s*", text):
        words, start = part.split(), 0
        if found and words and "," not in part and words[-1].casefold().strip(".") in _words("titles"):  # "Ann Lee; Staff Writer"
            continue
        for n, word in enumerate(words):
            # "Ann Lee and Bo Ray", not "Ortega y Gasset"
            if word.casefold() in _words("between") and n - start > 1 and len(words) - n > 2:
                found.append(" ".join(words[start:n]))
                start = n + 1
        found.append(" ".join(words[start:]))
    several = [name for one in found for n, name in enumerate(re.split(r"\s*[,，]\s*", one)) if n == 0 or _like_name(name)]
    return [name.strip(" ,;:") for name in several]


def _like_name(text: str) -> bool:
    """Whether a part behind a comma is another name, not the title of the one before: "Ann Lee, Political Editor"."""
    words = [word.casefold().strip(".") for word in text.split()]
    return 0 < len(words) < 6 and not any(word in _words("titles") for word in words) and not text[0].islower()


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset[str]().union(*(word_set(f"bylines.{name}", language) for language in LANGUAGES))
