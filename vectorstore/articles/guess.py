"""The encoding of a text that does not say it, from how well the text reads in each that may be meant.

Three things are counted over its characters beyond ASCII. Whether each stands where its like stands: no capital behind a
small letter, no sign between two letters, no two scripts in a word, a closing mark behind a word. Whether it is a letter of the
language that the rest of the text is in. And, for signs of two bytes, whether they are those that most of a text is made of.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from vectorstore.language.detect import language_of
from vectorstore.language.lexicon import table

# In the order in which one is preferred to another that reads the text equally well.
_ONE_BYTE = (
    *("cp1252", "cp1251", "cp1250", "iso8859-2", "koi8-r", "koi8-u", "cp1253", "cp1254", "cp1256", "cp1255", "cp874", "cp1257"),
    *("mac-roman", "iso8859-7", "iso8859-6", "iso8859-5", "iso8859-15", "iso8859-16", "cp866", "cp850", "cp852", "mac-cyrillic"),
    *("mac-latin2", "cp437"),
)
_TWO_BYTES = {"gb18030": "zh", "cp932": "ja", "euc_jp": "ja", "cp949": "ko", "big5hkscs": "zh"}
# The first bytes of the signs that their standards call common.
_COMMON = {
    "gb18030": (0xB0, 0xD7),
    "big5hkscs": (0xA4, 0xC6),
    "cp932": (0x88, 0x97),
    "euc_jp": (0xB0, 0xCF),
    "cp949": (0xB0, 0xC8),
}
_WIDE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
_SAMPLE, _ENOUGH = 20_000, 400  # bytes, and characters beyond ASCII; more of the same says no more
# Below one of these fall those that are read wrongly, of texts of 80 to 3,000 characters in 20 languages and 60 encodings.
_GOOD, _AHEAD = 0.3, 0.35
_STRAY = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_OPENING, _CLOSING = set("“„‘‚«‹¿¡("), set("”’»›…!?.,;:)“")
_SIGNS = set("«»°§€£©®™½¼¾²³№\u00a0•·–—×±′″‰")


@dataclass(frozen=True, slots=True)
class Guess:
    """An encoding that may be meant."""

    encoding: str
    score: float  # per character beyond ASCII: 1 where all reads well, below 0 where most does not
    sure: bool  # it reads well, and better than in any other encoding


def guess(raw: bytes) -> Guess | None:
    """The encoding in which the bytes read best; None where they are no text in any."""
    ranked = _readings(raw)
    for place, (score, name, text) in enumerate(ranked):
        whole = _decoded(raw, name)
        if whole and not _STRAY.search(whole):
            beyond = min(_ENOUGH, sum(one > "\x7f" for one in text))
            ahead = min((score - other[0] for other in ranked[:place] + ranked[place + 1 :]), default=1.0)
            return Guess(name, score, score >= _GOOD and ahead * beyond >= _AHEAD)
    return None


def _readings(raw: bytes) -> list[tuple[float, str, str]]:
    """(score, encoding, text) of each encoding that makes a text of the bytes' beginning, the best first."""
    sample = _sample(raw)
    found: dict[str, tuple[float, str]] = {}
    if b"\x1b$" in raw:
        names: Iterable[str] = ("iso2022_jp",)
    elif b"\0" in raw or (not sample.isascii() and len(raw) % 2 == 0):
        names = _WIDE if b"\0" in raw else (*_ONE_BYTE, *_TWO_BYTES, *_WIDE[:2])
    else:
        names = (*_ONE_BYTE, *_TWO_BYTES)
    spoken = language_of(sample.decode("ascii", "ignore"))
    for name in names:
        text = _decoded(sample, name)
        if text and text not in found:
            found[text] = (
                1.0
                if name == "iso2022_jp"
                else _signs(text, name)
                if name in _TWO_BYTES or name in _WIDE
                else _letters(text, spoken),
                name,
            )
    return sorted(((score, name, text) for text, (score, name) in found.items()), key=lambda one: -one[0])


def _sample(raw: bytes) -> bytes:
    """The beginning, and no part of a character of it."""
    if len(raw) <= _SAMPLE:
        return raw
    cut = raw.rfind(b"\n", _SAMPLE // 2, _SAMPLE)
    return raw[: cut + 1 if cut > 0 and b"\0" not in raw[:_SAMPLE] else _SAMPLE]


def _decoded(raw: bytes, name: str) -> str:
    try:
        return raw.decode(name)
    except UnicodeDecodeError as error:
        # The sample may end in the middle of a sign.
        return raw[: error.start].decode(name) if error.start >= len(raw) - 4 and len(raw) > _SAMPLE - 8 else ""


def _letters(text: str, spoken: str) -> float:
    """Of a text in letters: the mean of what each character beyond ASCII says, in the language in which that is most."""
    common = 0.0  # what does not depend on the language
    letters: dict[str, float] = {}
    count = 0
    padded = f" {text} "
    for found in re.finditer(r"[^\x00-\x7f]", text):
        at = found.start() + 1
        before, one, after = padded[at - 1], padded[at], padded[at + 1]
        count += 1
        if one.isalpha() or unicodedata.category(one) in ("Mn", "Mc"):
            fault = _misplaced(padded[at - 2] if at > 1 else " ", before, one, after)
            common -= fault
            if not fault:
                letters[one] = letters.get(one, 0.0) + (1.0 if before.isalpha() or after.isalpha() else 0.5)
        else:
            common += _mark(before, one, after)
        if count >= _ENOUGH:
            break
    if not count:
        return 0.0
    foreign = 0.6 * sum(letters.values()) if spoken else 0.0
    best = max(_spelt(letters, language) - (foreign if language != spoken else 0.0) for language in alphabets())
    return (common + best) / count


def _misplaced(far: str, before: str, one: str, after: str) -> float:
    """How wrong a letter stands."""
    for other in (before, after):
        if other.isalpha() and _script(other) != _script(one):
            return 2.0
    if one.isupper() and before.islower():
        return 2.0
    if one.islower() and before.isupper() and far.isupper():
        return 1.0
    return 0.0


def _mark(before: str, one: str, after: str) -> float:
    """How well a sign that is no letter stands."""
    if "\x80" <= one <= "\x9f" or "\ue000" <= one <= "\uf8ff":
        return -4.0
    between = before.isalpha() and after.isalpha()
    if one == "’" and between:
        return 0.8
    if between and one not in "·–—\u00ad":
        return -2.0
    if one in _OPENING and not before.isalnum() and not after.isspace():
        return 0.8
    if one in _CLOSING and not before.isspace() and not after.isalnum():
        return 0.8
    if one in "–—" and before.isspace() and after.isspace():
        return 0.9
    if one in _SIGNS:
        return 0.6 if not between else 0.0
    return -1.5


def _spelt(letters: dict[str, float], language: str) -> float:
    """What the letters say for a language."""
    known = alphabets()[language]
    return sum(times * known.get(letter, -0.6 if letter in _all_letters() else -1.0) for letter, times in letters.items())


@cache
def alphabets() -> dict[str, dict[str, float]]:
    """Of each language what a letter beyond ASCII says for it: 1 for the most frequent, .7 for the rarest."""
    return {
        language: {letter: 1 - 0.3 * rank / len(letters) for rank, letter in reversed(list(enumerate(letters)))}
        for language, letters in table("languages.letters").items()
    }


@cache
def _all_letters() -> frozenset[str]:
    return frozenset(letter for letters in alphabets().values() for letter in letters)


def _script(letter: str) -> str:
    if letter < "\u0250" or "\u1e00" <= letter < "\u1f00":
        return "latin"
    return unicodedata.name(letter, " ").partition(" ")[0]


def _signs(text: str, name: str) -> float:
    """Of a text in signs of two bytes: the mean of what each says."""
    languages = [_TWO_BYTES[name]] if name in _TWO_BYTES else list(alphabets())
    beyond = [one for one in text[: _ENOUGH * 4] if one > "\x7f"]
    if not beyond:
        return _plain(text) if name in _WIDE else -3.0
    rows = sum(_row(one, name) for one in beyond) / len(beyond)
    covered = max(sum(one in alphabets()[language] for one in beyond) / len(beyond) for language in languages)
    if name in _WIDE:
        ascii_share = (len(text[: _ENOUGH * 4]) - len(beyond)) / len(text[: _ENOUGH * 4])
        return rows * 0.3 + min(1.0, covered * 2) * 0.6 if _plain(text) > 0 or ascii_share < 0.5 else -3.0
    strewn = len(beyond) * 10 < len(text[: _ENOUGH * 4])  # a sign here and there in a text of another script
    return rows * 0.6 + min(1.0, covered * 2) * 0.5 - 0.6 * strewn


def _plain(text: str) -> float:
    return -3.0 if re.search(r"[\x00-\x08\x0e-\x1f]", text) else 1.0


def _row(one: str, name: str) -> float:
    """1 for a sign of the common half of its encoding, kana, hangul or full-width punctuation, -1 for a rare one."""
    if "\u3000" <= one <= "\u30ff" or "\uff01" <= one <= "\uff5e" or one in _SIGNS or one in _OPENING or one in _CLOSING:
        return 1.0
    if name in _WIDE:
        return 1.0 if one.isalpha() and _script(one) != " " and not "\u3400" <= one <= "\u4dbf" else -1.0
    raw = one.encode(name, "ignore")
    if len(raw) != 2:
        return -1.0
    low, high = _COMMON[name]
    return 1.0 if low <= raw[0] <= high and (name in ("cp932", "big5hkscs") or raw[1] >= 0xA1) else -1.0
