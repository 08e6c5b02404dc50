"""Stems: the form that a word shares with its inflections."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from vectorstore.language.lexicon import rows, word_list


@cache
def _irregular() -> dict[str, str]:
    return {form: base.rstrip(":") for base, *forms in rows("words.irregular") for form in forms}


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """The form that a word shares with its inflections: "denied", "denies" -> "deny". Expects lower case."""
    word = word.replace("’", "'")
    if word in _irregular():
        return _irregular()[word]
    if len(word) < 4 or not word.isascii() or not word.isalpha():
        return word.replace(",", "") if word[:1].isdigit() else word
    if word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith(("sses", "shes", "ches", "xes", "zes")):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    if word in _irregular():
        return _irregular()[word]
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and re.search("[aeiouy]", word[: -len(ending)]):
            word = word[: -len(ending)]
            if word.endswith("i") and ending == "ed":
                return word[:-1] + "y"
            if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "ls":
                word = word[:-1]
            break
    if word.endswith("ly") and len(word) > 5:
        word = word[:-2]
    if word.endswith("e") and len(word) > 3:
        word = word[:-1]
    return word


@cache
def stem_set(name: str, language: str = "en") -> frozenset[str]:
    """The stems of the words of a list: see lexicon.word_set."""
    return frozenset(stem(word) for word in word_list(name, language))
