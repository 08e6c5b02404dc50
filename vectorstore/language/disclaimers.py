"""Telling, in whatever language, that a text denies something, and that it does so of the texts that a model was given.

Words are compared as their language inflects them ("makalelerde" is "makale"); where it writes them together they are looked for
inside the text.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from vectorstore.language.lexicon import pattern, rows, word_set
from vectorstore.language.stems import stem

_KINDS = ("texts", "telling")
_GLUED = frozenset(("hi", "ja", "ko", "th", "zh"))
_WORD = re.compile(r"[^\W\d_]+")


@lru_cache(maxsize=512)
def denies(text: str, language: str) -> bool:
    """Whether a text says that something is not so, or is not there; "without" alone does not: it may be "lost"."""
    low = _plain(text)
    return "n't" in low or any(
        _has(low, "polarity.negations", one) or bool(pattern("polarity.denying", one).search(low)) for one in _kin(language)
    )


@lru_cache(maxsize=512)
def about(text: str, language: str) -> str:
    """What a text speaks of: "texts" (articles, passages), or else "telling" (what is known, said, mentioned); "" of neither."""
    low = _plain(text)
    return next((kind for kind in _KINDS if any(_has(low, f"sources.{kind}", one) for one in _kin(language))), "")


@cache
def _kin(language: str) -> tuple[str, ...]:
    """A language and those that one sentence of it may be taken for."""
    return next((row for row in rows("languages.kin") if language in row), (language,))


def _has(low: str, name: str, language: str) -> bool:
    if language in _GLUED:
        return any(word in low for word in word_set(name, language))
    return not _stems(name, language).isdisjoint(stem(word, language) for word in _WORD.findall(low))


@cache
def _stems(name: str, language: str) -> frozenset[str]:
    words = word_set(name, language) - (word_set("polarity.prepositions", language) if "negations" in name else set())
    return frozenset(stem(_plain(word), language) for word in words)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text.replace("’", "'").casefold())
