"""Which language a text is in, by py3langid: its model (4.5 MB) is in its package, and one sentence takes 50 µs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

from vectorstore.language.lexicon import LANGUAGES, table, word_set

_FEWEST = 12  # letters; less is a name or a number
_FEWEST_SIGNS = 4  # where a sign is a word
_SURE = 0.8  # of 60 sentences of news none was named wrongly above it


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # takes .7 s, and most answers never ask

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(names()))
    return identifier


@cache
def names() -> dict[str, str]:
    """The languages that we tell apart, by their codes, with their English names."""
    return table("languages.names")


def language_name(code: str, spoken: str = "en") -> str:
    """What a language is called in another, "German", "Deutsch"; else in English; else its code."""
    return table("languages.names", spoken).get(code) or names().get(code, code)


@lru_cache(maxsize=4096)
def code_of(said: str) -> str:
    """The two letters of a language that a record says as "en-GB", "eng", "German", "Deutsch"; empty for what is none."""
    low = said[:40].strip().lower().replace("_", "-").partition("-")[0]
    if len(low) == 2:
        return low
    named = {name.lower(): code for spoken in LANGUAGES for code, name in table("languages.names", spoken).items()}
    return table("languages.codes").get(low) or named.get(low.partition(" ")[0].rstrip(";,")) or ""


@lru_cache(maxsize=4096)
def language_of(text: str) -> str:
    """The code of the language that a text is in, "en"; empty where it is too short to tell, or in none of those we know."""
    text = text[:2000]
    letters = [c for c in text if c.isalpha()]
    if len(letters) < (_FEWEST_SIGNS if letters and min(letters) >= "\u3000" else _FEWEST):
        return ""
    code, sure = _identifier().classify(text)
    return str(code) if sure >= _SURE else ""


def article_language(text: str) -> str:
    """The code of the language of a whole article, read from its first lines; empty where it is not known."""
    text = text[:1000]
    return "en" if _is_plainly_english(text) else language_of(text)


def common_language(sentence: str, passages: Sequence[str]) -> str:
    """The language in which a sentence is compared with its passages: theirs, and English where it is theirs or is not known."""
    own = ""
    for text in sorted(passages, key=len, reverse=True)[:4]:
        if not _is_plainly_english(text):
            own = own or language_of(sentence)
            found = language_of(text) or language_of(f"{text} {sentence}")
            if found and own in ("", found) and _has_its_words(text, found):
                return found
    return "en"


@lru_cache(maxsize=4096)
def _is_plainly_english(text: str) -> bool:
    words = text[:1000].casefold().split()
    return 16 * sum(word in word_set("languages.plain") for word in words) >= len(words)


def _has_its_words(text: str, language: str) -> bool:
    """Whether a text has one of the language's small words, where these are known."""
    small = word_set("words.stop", language)
    return language != "en" and (not small or not small.isdisjoint(text.casefold().split()))
