"""Words as the quote-only answerer compares them: stems, how rare each is, and which carry no content.

Accents make no difference, since people leave them off: Łódź is Lodz. `spellings` gives what else a name may be written as.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

from vectorstore.language.lexicon import rows, word_set
from vectorstore.language.stems import stem

_WITHIN = r"[\u0300-\u036f\u00ad\u200b-\u200f\u2060\ufeff]"  # accents that are characters of their own, and what is unseen
_WORD = re.compile(rf"[^\W_]+(?:{_WITHIN}+[^\W_]*)*(?:[.,](?=\d)[\d]+|['’](?!s\b)[^\W_]+)*|(?<=\w)['’]s\b")


@cache
def _joined(list_: str) -> dict[str, frozenset[str]]:
    table: dict[str, set[str]] = {}
    for row in rows(list_):
        stems = {stem(word) for word in row}
        for one in stems:
            table.setdefault(one, set()).update(stems - {one})
    return {one: frozenset(others) for one, others in table.items()}


def related(stemmed: str) -> frozenset[str]:
    """Stems that often say nearly the same as this one."""
    return _joined("words.related").get(stemmed, frozenset())


def meant(stemmed: str) -> frozenset[str]:
    """Stems that a sentence about a passage may have for this one."""
    return _joined("meant.alike").get(stemmed, frozenset())


def alike(stemmed: str) -> frozenset[str]:
    """Stems that a reader asks with and means the same: fatalities, deaths, killed."""
    return _joined("words.alike").get(stemmed, frozenset())


STOP_WORDS = word_set("words.stop_in_questions")
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")  # soft hyphens, zero-width spaces and the like, inside words too


# Letters that are no other letter with an accent on it, as they are written without them.
_LETTERS = str.maketrans({
    "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ß": "ss", "ı": "i", "ħ": "h", "ŋ": "n",
    "Ø": "O", "Ł": "L", "Đ": "D", "Ð": "D", "Þ": "Th", "Æ": "Ae", "Œ": "Oe", "ẞ": "SS", "Ħ": "H", "Ŋ": "N",
})  # fmt: skip
# As German and the Nordic languages spell them out where a keyboard lacks them.
_SPELT_OUT = {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "æ": "ae", "ß": "ss"}
SPELT = 6.0  # rarity from which "ue" may be an "ü": a name, not "true"
_PAIRS = re.compile("ae|oe|ue|aa")


def plain(text: str) -> str:
    """A text as words are read from it: a character that is only an accent, or something unseen, would end the word."""
    return text if text.isascii() else _UNSEEN.sub("", unicodedata.normalize("NFKC", text))


def folded(text: str) -> str:
    """The text without accents: "Brännström" and "Brannstrom" are one, "Łódź" and "Lodz". Not for scripts other than Latin's."""
    if text.isascii():
        return text
    letters = unicodedata.normalize("NFD", plain(text).translate(_LETTERS))
    return unicodedata.normalize("NFC", re.sub(r"(?<=[A-Za-z])[\u0300-\u036f]+", "", letters))


@lru_cache(maxsize=100_000)
def key(word: str) -> str:
    """What a word is compared by: its stem, without accents; spelt out where it would be a common word ("Ås" is no "as")."""
    low = folded(word).lower()
    return stem(spellings(word)[0] if low in STOP_WORDS and not word.isascii() and spellings(word) else low)


def one_spelling(low: str) -> str:
    """A lower-case word however its accents are written, left off or spelt out: muller of Müller and Mueller."""
    low = folded(low)
    return _unspelt(low) if _PAIRS.search(low) and rarity(stem(low)) > SPELT else low


def _unspelt(low: str) -> str:
    return _PAIRS.sub(lambda pair: pair.group()[0], low)


@lru_cache(maxsize=1_000)
def spellings(word: str) -> tuple[str, ...]:
    """What else a word may be written as: Müller is spelt out Mueller, and a reader's Mueller may be Müller."""
    low = plain(word).lower()
    out = "".join(_SPELT_OUT.get(letter, letter) for letter in low)
    others = {folded(out), *([_unspelt(low)] if low.isascii() and len(low) > 3 else [])}
    return tuple(sorted(others - {folded(low)}))


class Word(NamedTuple):
    """One word of a text."""

    text: str  # as it is written
    stem: str
    is_light: bool  # it carries no content: "the", "of"


@lru_cache(maxsize=100_000)
def _word(written: str) -> Word:
    return Word(written, key(written), written.lower() in STOP_WORDS)


@lru_cache(maxsize=2_000)  # a question's hits are read for evidence, then for quotes
def words(text: str) -> tuple[Word, ...]:
    """The words of a text in order, possessive endings left out."""
    return tuple([_word(written) for written in _WORD.findall(text) if written[0] not in "'’"])


@cache
def _rarities() -> dict[str, float]:
    table = files("vectorstore.language").joinpath("rarity.txt")
    lines = table.read_text(encoding="utf-8").splitlines()
    return {
        word: float(value)
        for value, _, row in (line.partition("\t") for line in lines if line[:1] != "#")
        for word in row.split()
    }


def rarity(stemmed: str) -> float:
    """How much a stem tells: about the logarithm of one over the share of news that holds it; 9 for a word never seen."""
    return _rarities().get(stemmed, 9.0)


def is_in_news(stemmed: str) -> bool:
    """Whether news at large has a word of that stem."""
    return stemmed in _rarities()
