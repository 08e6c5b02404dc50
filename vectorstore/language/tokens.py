"""Text -> words and numbers that compare as a reader would compare them.

"200" is "two hundred", "3m" is "3 million", "don't" is "do not", "Sept." is "September", and curly quotes, dashes, zero-width
characters and the odd spacing of tokenised text ("`` so '' , he said") make no difference.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from vectorstore.language.lexicon import lines, rows, table, word_set
from vectorstore.language.numbers import MONEY_SIGNS, NUMBER_KEYS, M, Measure, same_number, with_numbers
from vectorstore.language.stems import stem, stem_set
from vectorstore.language.words import folded, one_spelling

_CHARACTERS = {ord(c): '"' for c in "“”„‟«»〝〞＂"} | {ord(c): "'" for c in "‘’‚‛`´ʼ＇"} | {ord(c): "-" for c in "‐‑‒–—―−﹘﹣－"}
_INVISIBLE = {
    ord(c): None for c in "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\ufeff\u202a\u202b\u202c\u202d\u202e"
}


_ODD = re.compile("[" + re.escape("".join(map(chr, _CHARACTERS | _INVISIBLE))) + "]")
_UNSEEN = re.compile("[" + re.escape("".join(map(chr, _INVISIBLE))) + "]")


_VULGAR = {c: unicodedata.numeric(c) for c in map(chr, range(0x00BC, 0x218A)) if "VULGAR FRACTION" in unicodedata.name(c, "")}
_FRACTION = re.compile(f"([{''.join(_VULGAR)}])")  # stays what it is: in the compatible form, 2½ is 21/2
_POWER = re.compile(r"(?<=\d)[⁰¹²³⁴-⁹]+")


def normalised(text: str) -> str:
    """The text with one form of quotation marks, dashes and spaces, nothing invisible, and no gaps before punctuation."""
    plain = text.isascii()  # then most of what follows has nothing to do
    if not plain:
        text = _UNSEEN.sub("", text)
    text = re.sub(r"``|''|‘‘|’’", '"', text)
    if not plain:
        if not unicodedata.is_normalized("NFKC", text):
            text = _POWER.sub(lambda found: "^" + found.group(), text)  # 10² is no 102
            text = "".join(part if part in _VULGAR else unicodedata.normalize("NFKC", part) for part in _FRACTION.split(text))
        text = _ODD.sub(lambda found: _CHARACTERS.get(ord(found.group()), ""), text)
    text = re.sub(r"[^\S\n]{2,}|[^\S\n ]", " ", text)
    text = _SPACED.sub(lambda found: found.group().replace(" ", ","), text)
    return re.sub(r" (?=n't\b|'(?:s|re|ve|ll|d|m)\b|[,;:.!?%)\]](?:\s|$))", "", text)


# "90 000" is 90,000; "on May 12 300 people" is not, nor is a telephone number.
_SPACED = re.compile(
    rf"(?<![\d.,+-])(?<!(?i:{'|'.join(row[0][-3:] for row in rows('dates.months'))}) )"
    r"\d{1,3}(?: \d{3}){1,3}(?![\d.,]*\d| \d)"
)

_MONTH_FORMS = {form: row[0] for row in rows("dates.months") for form in row}
_WEEKDAY_FORMS = {form: row[0] for row in rows("dates.weekdays") for form in row}
WEEKDAYS = frozenset(_WEEKDAY_FORMS.values())
_DATE_FORMS = frozenset({*_MONTH_FORMS, *_WEEKDAY_FORMS})
DAY_NAMES = WEEKDAYS | frozenset(_MONTH_FORMS.values())
_MAY_BE_ANOTHER_WORD = word_set("dates.month_may_be_another_word")
_BEFORE_MONTH = word_set("dates.before_month")

_SUFFIXES: dict[str, float] = table("numbers.suffixes")

STOP = word_set("words.stop") | word_set("polarity.negations")
_ARTICLES = word_set("words.articles")
_NOUNS, _THINGS, _ONE = word_set("words.nouns_too"), word_set("words.things_too"), word_set("words.before_nouns")
_REPORTS = word_set("speech.neutral")
_SAME: dict[str, str] = table("words.same")

_TOKEN = re.compile(
    r"(?P<clock>\d{1,2}:\d{2}(?::\d{2})?)"
    r"|(?P<part>\d{1,2}[/⁄](?:10|16|[234568])(?![\d/]))"
    rf"|(?:(?P<money>[{MONEY_SIGNS}])\s?)?(?P<figure>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+|(?=[{''.join(_VULGAR)}]))"
    rf"(?P<vulgar>[{''.join(_VULGAR)}])?(?:\^(?P<power>\d{{1,2}})(?!\d))?"
    r"(?P<tail>st|nd|rd|th|s|'s|(?:k|mn|mln|m|bn|b|tn|trn)(?![\w]))?"
    r"|(?P<word>km/h|m/s|(?:[^\W\d_]\.){2,}(?!\w)|[^\W\d_]+(?:[.'&][^\W\d_]+)*)"
    r"|(?P<percent>%)|(?P<mark>[\"])|(?P<break>[,;:.!?()\[\]/-]|\n)"
)


_PRICE_WITH_GAP = re.compile(rf"[{MONEY_SIGNS}] \.?\d")  # the one thing that goes across a space


_PARTING = frozenset(',;:()!?"')


class Token(NamedTuple):
    """A word or a number. Two tokens say the same where `same` says so."""

    key: str  # the stem, or the number; what is compared
    text: str  # as written, for reasons
    values: frozenset[float] = frozenset()  # what a number may stand for: "3m" is 3 (metres) or 3 million
    unit: str = ""  # "%", "$", "th" …
    capital: bool = False
    first: bool = False  # of its sentence or quotation, where a capital says nothing
    date: str = ""  # "month", "weekday", "year"
    before: str = ""  # the punctuation between it and the token before it
    quoted: bool = False  # inside quotation marks
    content: bool = True
    measure: Measure | None = None  # what it measures: "12 km" a length

    @property
    def is_parted(self) -> bool:
        """Whether a comma, a stop, a bracket or a quotation mark stands between it and the word before."""
        return not _PARTING.isdisjoint(self.before)

    @property
    def weight(self) -> float:
        """What it counts in an alignment: a number less than a word, since what it is a number of decides where it belongs."""
        return 0.9 if self.values or self.date else 1.0 if self.content else 0.3


def same(a: Token, b: Token) -> bool:
    """Whether two tokens are the same word or may be the same number."""
    if a.values or b.values:
        return same_number(a, b)
    return a.key == b.key


@lru_cache(maxsize=2048)
def tokens(text: str) -> tuple[Token, ...]:
    """The words and numbers of a normalised sentence, in order."""
    found: list[Token] = []
    punctuation, quoted, opening = "", False, True
    numbers = dates = False  # most sentences have neither, and need no second look
    for piece in text.split(" ") if not _PRICE_WITH_GAP.search(text) else (text,):
        if piece in _PLAIN and not (punctuation or quoted or opening):
            found.append(_PLAIN[piece])
            continue
        for made, sign, number, date in _pieces(piece):
            if made:
                numbers, dates = numbers or number, dates or date
                if punctuation or quoted or opening:
                    key, written, values, unit, capital, _, _, _, _, content, _ = made[0]
                    found.append(Token(key, written, values, unit, capital, opening, "", punctuation, quoted, content))
                    found.extend([token._replace(quoted=quoted) for token in made[1:]])
                    punctuation, opening = "", False
                else:
                    found.extend(made)
            elif sign == "%":
                if found and found[-1].values and not found[-1].unit:
                    found[-1] = found[-1]._replace(unit="%")
            else:
                punctuation += sign
                if sign == '"':
                    quoted = not quoted
                    opening = opening or quoted
    keys = [token.key for token in found]
    if not _NOUNS.isdisjoint(keys):
        found = [_as_noun(found, n) if token.key in _NOUNS else token for n, token in enumerate(found)]
    if not _PHRASES.keys().isdisjoint(keys):
        found = _with_phrases(found)
    if numbers:
        found = with_numbers(found)
    return tuple(_with_dates(found) if numbers or dates else found)


def _as_noun(found: list[Token], n: int) -> Token:
    """A word of grammar, or the thing of that name: "a mine", "her will", "the old village well"; not "a well-known man"."""
    token, after = found[n], found[n + 1 : n + 2]
    k = n - 1
    while k > 0 and n - k < 3 and found[k].content and not found[k + 1].before and token.key in _THINGS:
        k -= 1
    is_thing = k >= 0 and found[k].key in _ONE and not any(t.before for t in found[k + 1 : n + 1])
    joined = any("-" in t.before or t.text.endswith("ed") for t in after)
    return token._replace(key=f"{token.key}s", content=True) if is_thing and not joined else token


def keys(text: str) -> frozenset[str]:
    """The keys of a longer text's words, each read by itself: a phrase, a number in words and a date are not put together."""
    pieces = {piece for line in normalised(text).split("\n") for piece in line.split(" ")}
    return frozenset([token.key for piece in pieces for one in _pieces(piece) for token in one.made])


def _phrases() -> dict[str, list[tuple[tuple[str, ...], str]]]:
    """By the key of its first word, what follows in a phrase and the word that it stands for; longer ones first."""
    found: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for row in lines("words.phrases"):
        word, *phrases = (part.strip() for part in row.split("|"))
        for phrase in phrases:
            first, *more = phrase.split()
            found.setdefault(first if first in STOP else stem(first), []).append((tuple(more), word))
    return {first: sorted(rest, key=lambda one: -len(one[0])) for first, rest in found.items()}


_PHRASES = _phrases()
_PARTED = word_set("words.parted")
_PLEADING = stem_set("words.pleading")
_OBJECT = 5  # words at most between a verb and its particle


def _with_phrases(found: list[Token]) -> list[Token]:
    """Phrases made one word: "called off" is "cancelled", "no one" "nobody"."""
    out: list[Token] = []
    n = 0
    while n < len(found):
        token, used = found[n], 1
        for more, word in _PHRASES.get(token.key, ()):
            following = found[n + 1 : n + 1 + len(more)]
            if tuple(t.text.casefold() for t in following) == more and not any(t.before.strip("-") for t in following):
                if more == ("guilty",) and any(t.key in _PLEADING for t in found):
                    continue
                *denied, word = word.split()  # "left open the possibility of" is "not excluded"
                out.extend(token._replace(key=first, text=first, content=False) for first in denied)
                key, used = word if word in STOP else stem(word), 1 + len(more)
                text = " ".join(t.text for t in found[n : n + used])
                token = token._replace(key=key, text=text, content=word not in STOP)
                break
            if len(more) == 1 and more[0] in _PARTED and (at := _particle(found, n, more[0])):
                token = token._replace(key=stem(word), text=f"{token.text} {more[0]}")
                found = [*found[:at], *found[at + 1 :]]
                break
        out.append(token)
        n += used
    return out


def _particle(found: list[Token], n: int, particle: str) -> int:
    """Where the particle of a verb at n stands behind its object, and something else follows: "called the match off in May"."""
    for k in range(n + 1, min(len(found), n + 2 + _OBJECT)):
        if found[k].before.strip("-"):
            return 0
        if found[k].text == particle:
            ends = k + 1 == len(found) or bool(found[k + 1].before) or found[k + 1].key in STOP - _ARTICLES
            return k if ends and k > n + 1 else 0
    return 0


class _Piece(NamedTuple):
    """One match of `_TOKEN`: the tokens that it makes, or a sign that it is."""

    made: tuple[Token, ...] = ()  # two for "don't"
    sign: str = ""
    number: bool = False  # it is a number or may be part of one
    date: bool = False  # it may be a month or a day


@lru_cache(maxsize=50_000)  # the same few thousand are most of every text
def _pieces(raw: str) -> tuple[_Piece, ...]:
    """What stands between two spaces, piece by piece: "(said," is a sign, a word and a sign."""
    found: list[_Piece] = []
    for match in _TOKEN.finditer(raw):
        kind, text = match.lastgroup, match.group()
        if kind == "word":
            made = tuple(_word(text))
            number = any(token.key in NUMBER_KEYS for token in made)
            found.append(_Piece(made, "", number, made[0].capital and made[0].text.casefold().rstrip(".") in _DATE_FORMS))
        elif kind in ("break", "mark", "percent"):
            found.append(_Piece(sign=text))
        else:
            found.append(_Piece((_figure(match),), "", True))
    word = found[0] if len(found) == 1 and len(raw) <= 20 else _Piece()
    if len(word.made) == 1 and not word.number and not word.date and len(_PLAIN) < 50_000:
        _PLAIN[raw] = word.made[0]
    return tuple(found)


_PLAIN: dict[str, Token] = {}  # what `_pieces` made one plain word of: most of every text


def _figure(match: re.Match[str]) -> Token:
    raw = match.group().strip()
    if match["clock"]:
        return Token(raw, raw, _clock(raw), "clock")
    if match["part"]:
        upper, lower = map(int, raw.replace("⁄", "/").split("/"))
        return (
            Token(raw, raw, frozenset({upper / lower}), "part")
            if upper < lower
            else Token(raw, raw, frozenset({float(upper)}), "th")
        )
    value = float(match["figure"].replace(",", "") or 0) + _VULGAR.get(match["vulgar"] or "", 0)
    if match["power"] and value < 1e6:
        value **= int(match["power"])
    start = match.start()
    if match.string[start - 1 : start] == "-" and match.string[start - 2 : start - 1] in ("", " ", "(", '"') and start:
        value, raw = -value, "-" + raw
    tail = (match["tail"] or "").strip("'")
    unit = match["money"] or ("part" if match["vulgar"] and not match["figure"] else "")
    values = {value}
    if tail in _SUFFIXES:
        values = {value * _SUFFIXES[tail]} if unit or tail not in "mb" else {value, value * _SUFFIXES[tail]}
    elif tail == "s":
        unit = "s"
    elif tail:
        unit = "th"
    measure = M if len(values) > 1 and tail == "m" else None
    return Token(raw if match["vulgar"] else match["figure"], raw, frozenset(values), unit, measure=measure)


def _word(raw: str) -> list[Token]:
    """The tokens of one written word: two for "don't"."""
    word = raw.rstrip(".") if raw.count(".") < 2 else raw[:-1] if raw.endswith(".") else raw
    capital = word[:1].isupper()
    low = word.casefold()
    if low.endswith("n't") or low == "cannot":
        base = {"wo": "will", "ca": "can", "sha": "shall", "cannot": "can"}.get(low.removesuffix("n't"), low.removesuffix("n't"))
        whole = [Token(base, base, capital=capital, content=False)] if base else []
        return [*whole, Token("not", word, content=False)]
    if "'" in low:
        low = re.sub(r"'(?:s|re|ve|ll|d|m)$", "", low)
        word = word[: len(low)]
    if word == "US":
        low = "usa"
    low = _SAME.get(low, low)
    low = one_spelling(low) if capital else folded(low)
    if not low.isascii():
        low = "".join(c for c in unicodedata.normalize("NFKD", low) if not unicodedata.combining(c))
    if low in STOP and not (capital and len(word) > 1 and word.isupper()):
        return [Token(low, word, capital=capital, content=False)]
    key = stem(low)
    if key in STOP:
        key = low  # a note is no "not"
    return [Token("say" if key in _REPORTS else key, word, capital=capital)]


def _clock(raw: str) -> frozenset[float]:
    """The hours of the day that a clock may show, with the minutes as hundredths: 6:40 is 6.4 or 18.4, 06:40 is 6.4."""
    hours, minutes = raw.split(":")[:2]
    time = int(hours) + int(minutes) / 100
    return frozenset({time}) if hours.startswith("0") or time >= 13 else frozenset({time, round(time % 12 + 12, 2)})


_YEAR = re.compile(r"1[0-9]\d\d|20\d\d")


def _with_dates(found: list[Token]) -> list[Token]:
    """Months, weekdays and years named as such; "may" and "march" only where they stand like a month."""
    out = list(found)
    for n, token in enumerate(found):
        if token.values:
            if not token.unit and _YEAR.fullmatch(token.text):
                out[n] = token._replace(date="year")
            continue
        if not token.capital or (low := token.text.casefold().rstrip(".")) not in _DATE_FORMS:
            continue
        previous = found[n - 1] if n else None
        following = found[n + 1] if n + 1 < len(found) else None
        if low in _MONTH_FORMS:
            beside = any(t is not None and t.values for t in (previous, following)) or (
                previous is not None and previous.text.casefold() in _BEFORE_MONTH
            )
            if low not in _MAY_BE_ANOTHER_WORD or beside:
                out[n] = token._replace(key=_MONTH_FORMS[low], date="month", content=True)
        elif low.removesuffix("s") in WEEKDAYS or (following is not None and following.before.startswith((",", "."))):
            out[n] = token._replace(key=_WEEKDAY_FORMS.get(low, low), date="weekday", content=True)
    return out
