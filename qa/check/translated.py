"""Does a passage carry a sentence in another language? Its numbers, months and names can be compared, and nothing else."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import cache, lru_cache

from vectorstore.language.detect import language_of, names
from vectorstore.language.disclaimers import about, denies
from vectorstore.language.foreign import tokens_in
from vectorstore.language.lexicon import LANGUAGES, rows, table, word_set
from vectorstore.language.sentences import sentences as sentence_spans
from vectorstore.language.tokens import normalised, tokens

_FIGURE = re.compile(r"\d{1,3}(?:[ .,'’]\d{3})+(?![\d])(?:[.,]\d{1,2}(?!\d))?|\d+(?:[.,:]\d+)?")
_DATE = re.compile(r"\b(\d{1,2})[./](\d{1,2})[./](\d{4})\b")
_MONTH_SIGN = re.compile(r"(\d{1,2}) ?[月월]")
_AFTERNOON = re.compile(r"\b(\d{1,2})(?:[:.](\d\d))? ?p\.?m\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’-](?=[^\W\d_]))*")
_FOLDED = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe", "’": "'"})
DENIED = "Not checked. This denies something, and numbers and names cannot show that: the passage is in {}."
_OF = frozenset("de du des del della di da dos das van von of la le el the der den dem".split())


def differ(sentence: str, passage: str) -> bool:
    """Whether a sentence is surely in another language than a passage."""
    words = {word for word in re.findall(r"[^\W\d_]{3,}", sentence) if word.islower()}
    if words and 2 * len(words & set(re.findall(r"[^\W\d_]{3,}", passage))) >= len(words):
        return False  # most sentences need no more
    own, other = spoken(sentence), language_of(passage)
    return bool(own and other) and own != other


def spoken(sentence: str) -> str:
    """The language of a sentence; names do not hide it: "Marit Solheim dirige il coro"."""
    return language_of(sentence) or language_of(" ".join(word for word in _WORD.findall(sentence) if not word[0].isupper()))


def note(passage: str) -> str:
    """What was checked of a sentence in another language than its passage, for a reader."""
    return f"Only numbers and names were checked: the passage is in {names().get(language_of(passage), 'another language')}."


def shared(sentence: str, text: str) -> int:
    """How many of a sentence's numbers and names a text in another language has; a large number counts twice."""
    values, words = _values(text), _words(text)
    common = [found & values for _, found in [*figures(sentence), *_spelt(sentence)]]
    return sum(2 if any(value >= 1000 for value in one) else bool(one) for one in common) + len(
        {folded(word) for word in _WORD.findall(sentence) if word[0].isupper() and _is_known(folded(word), words)}
    )


def contradictions(sentence: str, evidence: Sequence[str], others: Sequence[str]) -> Iterator[str]:
    """The numbers, months and names of a sentence that its evidence lacks, as reasons; `others` are the passages beside it."""
    text = "\n".join(evidence)
    values = _values(text)
    for written, found in [*figures(sentence), *_spelt(sentence)]:
        if not found & values:
            yield f"The passage does not give the number {written}."
    months = _months(text)
    for written, month in _months_of(sentence):
        if month not in months:
            yield f"The passage does not give the month {written}."
    yield from (f"The passage does not mention {name}." for name in _strange_names(sentence, text, "\n".join(others)))
    if denies(sentence, spoken(sentence)) and not any(denied(sentence, passage) for passage in evidence):
        yield DENIED.format(names().get(language_of(evidence[0]), "another language"))


def denied(sentence: str, passage: str) -> bool:
    """Whether a passage may deny what a sentence in another language does: names alone carry no "not".

    Where the sentence says that texts, or people, do not tell, a sentence of the passage says so too. Another has a number, or
    one of the passage denies something of the same name.
    """
    language, kind = language_of(passage), about(sentence, spoken(sentence))
    lines = (passage[start:end] for start, end in sentence_spans(passage))
    denying = [line for line in lines if denies(line, language)]
    if kind:
        return any(about(line, language) in (kind, "texts") for line in denying)
    return bool(figures(sentence)) or any(shared(sentence, line) for line in denying)


def figures(text: str) -> list[tuple[str, frozenset[float]]]:
    """The numbers of a text with what each may stand for, however its language writes them: 74.000, 74 000, 7.4万, 3,5."""
    text = _DATE.sub(r"\1 \3", _MONTH_SIGN.sub(" ", _ascii_digits(text)))
    scales = _scales()
    found: list[tuple[str, frozenset[float]]] = []
    begin, end, sums = 0, -1, frozenset[float]()
    for match in _FIGURE.finditer(text):
        values = _readings(match.group())
        after = re.match(r" ?([^\W\d_]+)", text[match.end() : match.end() + 20])
        word = after[1].casefold() if after else ""
        sign = next(
            (scales[word[:n]] for n in range(min(2, len(word)), 0, -1) if word[:n] in scales and word[0] >= "\u3000"), 0.0
        )
        scale = sign or scales.get(word, 0.0)
        if scale:
            values = frozenset(value * scale for value in values)
        if sign and match.start() == end:  # 7万4千
            values = frozenset(value + more for value in sums for more in values)
            found.pop()
        stop = match.end() + (1 if sign else after.end() if scale and after else 0)
        found.append((text[begin if sign and match.start() == end else match.start() : stop].strip(), values))
        begin = match.start() if match.start() != end else begin
        end, sums = (stop if sign else -1), values
    return found


def _spelt(text: str) -> list[tuple[str, frozenset[float]]]:
    """The numbers in words of a sentence, from three on, but times: "quinze jours" is two weeks, "beide" may be no number."""
    language = language_of(text)
    found = tokens_in(normalised(text), language) if word_set("numbers.units", language) else ()
    plain = [t for t in found if t.values and not t.date and not (t.measure and t.measure.dimension == "time")]
    return [(t.text, t.values) for t in plain if min(t.values) >= 3 and not re.search(r"\d", t.text)]


_MARKS = str.maketrans({"٬": ",", "٫": ".", "\u00a0": " ", "\u202f": " ", "\u2009": " "})


def _ascii_digits(text: str) -> str:
    """٧٤٬٠٠٠ as 74,000."""
    if not text.isascii():
        text = "".join(str(unicodedata.digit(c)) if c.isdecimal() else c for c in text.translate(_MARKS))
    return text


def _readings(written: str) -> frozenset[float]:
    """A point or a comma before three figures divides thousands."""
    plain = re.sub(r"[ '’]", "", written)
    found = set()
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", plain) or plain.isdigit():
        found.add(float(re.sub(r"[.,]", "", plain)))
    if re.fullmatch(r"\d+[.,:]\d+", plain) and (not found or plain[0] == "0"):
        found.add(float(re.sub(r"[,:]", ".", plain)))
    if mixed := re.fullmatch(r"(\d{1,3}(?:[.,]\d{3})+)[.,](\d{1,2})", plain):
        found.add(float(re.sub(r"[.,]", "", mixed[1]) + "." + mixed[2]))
    return frozenset(round(value, 6) for value in found)


@lru_cache(maxsize=64)
def _values(text: str) -> frozenset[float]:
    """What the numbers of a text may stand for, those in words among them."""
    found = {value for _, values in figures(text) for value in values}
    found |= {round(value, 6) for token in tokens(normalised(text)[:20_000]) for value in token.values}
    if (language := language_of(text)) != "en" and word_set("numbers.units", language):
        found |= {round(value, 6) for token in tokens_in(normalised(text)[:20_000], language) for value in token.values}
    found |= {int(m[1]) % 12 + 12 + int(m[2] or 0) / 100 for m in _AFTERNOON.finditer(text)}
    return frozenset(found)


@cache
def _scales() -> dict[str, float]:
    return {word: float(value) for language in LANGUAGES for word, value in table("numbers.scales", language).items()}


@cache
def _month_names() -> dict[str, int]:
    found: dict[str, int] = {}
    for language in LANGUAGES:
        listed = rows("dates.months", language)
        if len(listed) == 12:
            found |= {form: n for n, row in enumerate(listed, 1) for form in row if len(form) > 3}
    return found


def _months_of(text: str) -> list[tuple[str, int]]:
    """The months that a sentence names beside a number, and those of dates in figures."""
    text = _ascii_digits(text)
    found = [(m.group(), int(m[1])) for m in _MONTH_SIGN.finditer(text)] + [(m.group(), int(m[2])) for m in _DATE.finditer(text)]
    beside = re.finditer(r"\d{1,2}(?:\.|er|º)? (?:de |d['’])?([^\W\d_]{3,})", text)
    return found + [(m[1], month) for m in beside if (month := _month_names().get(m[1].casefold()))]


@lru_cache(maxsize=64)
def _months(text: str) -> frozenset[int]:
    months = {month for word in set(_WORD.findall(text)) if (month := _month_names().get(word.casefold()))}
    return frozenset(months | {month for _, month in _months_of(text)})


def folded(word: str) -> str:
    low = unicodedata.normalize("NFKD", word.casefold().translate(_FOLDED))
    return "".join(c for c in low if not unicodedata.combining(c)).removesuffix("'s")


@lru_cache(maxsize=64)
def _words(text: str) -> frozenset[str]:
    return frozenset(folded(word) for word in _WORD.findall(text) if word[0].isupper() or not word.isascii() or word[0].isdigit())


def _is_known(word: str, words: frozenset[str]) -> bool:
    """Whether a text has this name, or a form of it: "Ottilies", "Harlbrücke" for "Harl"."""
    return word in words or any(
        min(len(word), len(other)) >= 4 and (word.startswith(other) or other.startswith(word)) for other in words
    )


def _is_translated(word: str, words: frozenset[str]) -> bool:
    """Whether a name may be another language's form of one in the text: "Londres", not a misspelt "Hallorin"."""
    return any(word[:3] == other[:3] and SequenceMatcher(None, word, other).ratio() < 0.8 for other in words)


def _strange_names(sentence: str, text: str, others: str) -> Iterator[str]:
    """The names of a sentence that a text in another language does not have.

    Where nouns have capitals a word is surely a name only if it follows a name, stands beside another such word or is one of the
    other passages'. Elsewhere one that stands before a name ("Banque de Valdmark") may be a word for what it is.
    """
    words, elsewhere = _words(text), _words(others)
    nouns = language_of(sentence) == "de"
    own = list(_WORD.finditer(sentence))
    known = [bool(m.group()[0].isupper()) and _is_known(folded(m.group()), words) for m in own]
    for n, match in enumerate(own):
        word = match.group()
        before = sentence[: match.start()].rstrip(" \"“„«'‘(")
        if (
            not word[0].isupper()
            or known[n]
            or not before
            or before[-1] in ".:!?"
            or len(word) < 3
            or (word.isupper() and len(word) < 6)
        ):
            continue
        if word[0] > "\u024f" or folded(word) in _dull() or _is_translated(folded(word), words):
            continue
        follows = n > 0 and known[n - 1] and sentence[own[n - 1].end() : match.start()] == " "
        after = next((m for m, one in enumerate(own[n + 1 : n + 4], n + 1) if one.group().casefold() not in _OF), None)
        leads = after is not None and known[after]
        beside = any(
            0 <= m < len(own)
            and own[m].group()[0].isupper()
            and not known[m]
            and m > 0
            and sentence[min(own[m].end(), match.end()) : max(own[m].start(), match.start())] == " "
            for m in (n - 1, n + 1)
        )
        if nouns:
            counted = bool(re.search(r"\d\s?$", before)) or (n > 0 and bool(re.search(r"\d\s?$", sentence[: own[n - 1].start()])))
            if (folded(word) in elsewhere) or follows or (beside and not leads and not counted):
                yield word
        elif follows or not leads:
            yield word


@cache
def _dull() -> frozenset[str]:
    """Months, weekdays and words for passages: they may have capitals and are no names."""
    days = {
        form
        for language in LANGUAGES
        for name in ("months", "weekdays")
        for row in rows(f"dates.{name}", language)
        for form in row
    }
    words = {word for language in LANGUAGES for word in word_set("sources.words", language)}
    return frozenset(folded(word) for word in days | words)
