"""Stems: the form that a word shares with its inflections. The only file that imports Stemmer.

Snowball's algorithms (https://snowballstem.org), the same that the word index uses, and for English a table of the forms that
they do not join: "fought" and "fight".
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

from vectorstore.language.lexicon import rows, word_list

_ALGORITHMS = {
    "en": "english",
    "de": "german",
    "fr": "french",
    "es": "spanish",
    "it": "italian",
    "pt": "portuguese",
    "nl": "dutch",
    "ru": "russian",
    "sv": "swedish",
    "da": "danish",
    "no": "norwegian",
    "fi": "finnish",
    "pl": "polish",
    "cs": "czech",
    "hu": "hungarian",
    "ro": "romanian",
    "tr": "turkish",
    "el": "greek",
    "ar": "arabic",
}


@cache
def _snowball(language: str) -> Any:
    import Stemmer

    return Stemmer.Stemmer(_ALGORITHMS[language], 0)  # without a cache of its own: ours is below


@cache
def _irregular(language: str) -> dict[str, str]:
    return {form: base.rstrip(":") for base, *forms in rows("words.irregular", language) for form in forms}


@lru_cache(maxsize=100_000)
def stem(word: str, language: str = "en") -> str:
    """The form that a word shares with its inflections: "denied", "denies" -> "deni". Expects lower case.

    A word with a digit or a sign in it, and one of a language that we have no rules for, is its own.
    """
    if word[:1].isdigit():
        return word.replace(",", "")
    if len(word) < 3 or not word.isalpha() or language not in _ALGORITHMS:
        return word.replace("’", "'")
    irregular = _irregular(language)
    base = irregular.get(word) or (irregular.get(word[:-1]) if word.endswith("s") else None)
    return str(_snowball(language).stemWord(base or word))


@lru_cache(maxsize=100_000)
def inflected(word: str) -> str:
    """A word without the endings of number and tense alone: "floods", "flooding" -> "flood"; "abortion" is not "aborted".

    English; expects lower case.
    """
    for endings in rows("words.inflections"):
        for ending in endings:
            cut, _, put = ending.partition(":")
            left = word.removesuffix(cut)
            if left != word and len(left) >= 3 and not word.endswith(word_list("words.uninflected")):
                word = left[:-1] if cut in ("ing", "ed") and left[-1] == left[-2] and left[-1] not in "ls" else left
                word += put
                break
    return word


@cache
def stem_set(name: str) -> frozenset[str]:
    """The stems of the words of an English list: see lexicon.word_set."""
    return frozenset(map(stem, word_list(name)))
