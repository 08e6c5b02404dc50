"""Days as people write them: put into words, the same on every machine, and read out of them. The only file that imports babel.

Python's own names of days and months depend on the host's locale. What a question means by its days is the scope's to say.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from functools import cache, lru_cache
from typing import Any

from vectorstore.language.lexicon import LANGUAGES, rows, word_set

_MONTHS = tuple(row[0].capitalize() for row in rows("dates.months"))
_WEEKDAYS = tuple(row[0].capitalize() for row in rows("dates.weekdays"))


def month(day: date) -> str:
    """ "July" """
    return _MONTHS[day.month - 1]


def month_name(day: date, language: str) -> str:
    """The month's name in a language that our files have: "Juli"; in English for another."""
    names = rows("dates.months", language) if language in LANGUAGES else ()
    return names[day.month - 1][0].capitalize() if len(names) == 12 else month(day)


def weekday(day: date) -> str:
    """ "Thursday" """
    return _WEEKDAYS[day.weekday()]


def names_weekday(text: str, day: date) -> bool:
    """Whether a text has the name of a day's weekday in one of the languages whose names are in our files."""
    return weekday(day) in text or any(form in text.casefold() for form in _weekdays_elsewhere()[day.weekday()])


@cache
def _weekdays_elsewhere() -> list[tuple[str, ...]]:
    listed = [rows("dates.weekdays", language) for language in LANGUAGES if language != "en"]
    return [tuple(form for week in listed if len(week) == 7 for form in week[n]) for n in range(7)]


def day_words(day: date) -> str:
    """ "14 July 2022" """
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def dated(day: date) -> str:
    """ "Thursday, 14 July 2022" """
    return f"{weekday(day)}, {day_words(day)}"


# Whose names of months and weekdays babel knows and articles are dated with; en, de, fr and es have theirs in our own files.
_LOCALES = "it pt nl sv da nb fi pl cs sk hu ro hr sl bg ru uk el tr lt lv et id ca eu gl".split()
_CLOCK = re.compile(
    r"(?<![\d.])([01]?\d|2[0-3])(?:[:.h]([0-5]\d)(?:[:.]([0-5]\d))?(?:[.,]\d{1,9})?(?![.\d])(?:\s?([ap])\.?m\b\.?)?|\s?([ap])\.?m\b\.?)",
    re.IGNORECASE,
)
_EARLIEST = 1600  # the first newspapers; an earlier year is a number, or a zero date
_PIECE = re.compile(r"(?P<number>\d{1,4})(?:st|nd|rd|th|er|e|º|ª)?(?![\w])|(?P<word>[^\W\d_]+)")
_IN_NUMBERS = re.compile(r"(?<![\d./-])(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?![\d/-]|\.\d)")
_BY_SIGNS = re.compile(r"(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일]")
_ZONE = re.compile(r"(?:(?<=[\d ])|GMT|UTC)[+-]\d{2}:?\d{2}\b|\([\w\s]{2,40}\)|\[[\w/]{2,40}\]|/[A-Z][a-z]+(?=$)")


def parse_day(text: str) -> date | None:
    """The day that a text names with nothing beside it but a time: ISO 8601, RFC 2822, "3rd of May 2024", "3. Mai 2024", epochs.

    A day is taken as it is printed, in whatever time zone; an epoch (seconds or milliseconds) in UTC. None where it names none,
    or two ("03/04/2024"), or is a zero date.
    """
    text = _ascii_digits(text.strip())
    if not 6 <= len(text) <= 80:
        return None
    text = re.sub(r"^(\d{10})\.\d+$", r"\1", text)
    try:
        return _plausible(_from_digits(text) if text.isdigit() else _from_iso(text) or _from_words(text))
    except (ValueError, OverflowError):
        return None


def parse_moment(text: str) -> datetime | None:
    """The moment, in UTC, that a text names by a day and a time of day; no zone: UTC. None for a day alone."""
    text = text.strip()
    day = parse_day(text)
    if day is None:
        return None
    try:
        if text.isdigit() and len(text) in (10, 13, 16, 19):
            return datetime.fromtimestamp(int(text[:10]), UTC)
        plain = text.replace("/", "-") if text[:4].isdigit() else text
        found = datetime.fromisoformat(plain) if ":" in plain or len(plain) > 10 else None
    except ValueError:
        found = None
    if found is None:
        try:
            found = parsedate_to_datetime(text) if ":" in text else None
        except (ValueError, TypeError):
            found = None
    if found is None and (clock := _CLOCK.search(text)):
        half = clock[4] or clock[5]
        hour = int(clock[1]) % 12 + 12 * (half in "pP") if half else int(clock[1])
        found = datetime(day.year, day.month, day.day, hour % 24, int(clock[2] or 0), int(clock[3] or 0))
    return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC) if found else None


_NUMBERS = re.compile(r"(\s*)(\d{1,2})([/.-])(\d{1,2})\3(\d{4}|\d{2})(?!\d|\3)")


def day_order(text: str) -> str:
    """In which order a date in numbers is written: "dmy", "mdy", "unclear" ("03/04/2024"), or none where it is not one."""
    numbers = _NUMBERS.match(text)
    if not numbers or len(text) > 80:
        return ""
    a, b = int(numbers[2]), int(numbers[4])
    if a > 12 or b > 12:
        return "dmy" if b <= 12 < a <= 31 else "mdy" if a <= 12 < b <= 31 else ""
    return "dmy" if numbers[3] == "." else "unclear"


@cache
def usual_order(language: str) -> str:
    """In which order a language writes dates in numbers, "dmy" or "mdy"; empty for English, where countries differ."""
    from babel import Locale, UnknownLocaleError

    try:
        pattern = Locale.parse(language).date_formats["short"].pattern.casefold() if language not in ("", "en") else ""
    except (UnknownLocaleError, ValueError):
        return ""
    order = "".join(dict.fromkeys(sign for sign in pattern if sign in "dmy"))
    return order if order in ("dmy", "mdy") else ""


def in_order(text: str, order: str) -> str:
    """The text with an unclear date in it written in the one way that is clear: "03/04/2024 10:15" -> "2024-04-03 10:15"."""
    numbers = _NUMBERS.match(text)
    if not numbers or day_order(text) != "unclear":
        return text
    first, second, year = int(numbers[2]), int(numbers[4]), numbers[5]
    month, day = (second, first) if order == "dmy" else (first, second)
    return f"{full_year(year)}-{month:02}-{day:02}{text[numbers.end() :]}"


def _ascii_digits(text: str) -> str:
    return text if text.isascii() else "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in text)


def _plausible(day: date | None) -> date | None:
    return day if day and day.year >= _EARLIEST and day != date(1970, 1, 1) else None


def _from_digits(text: str) -> date | None:
    """ "20240503", "20240503101500", and seconds, milliseconds, micro- or nanoseconds since 1970"""
    if len(text) in (8, 12, 14):
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    return datetime.fromtimestamp(int(text[:10]), UTC).date() if len(text) in (10, 13, 16, 19) else None


def _from_iso(text: str) -> date | None:
    if found := re.match(r"(\d{4})(\d{2})(\d{2})T\d{4,6}|(\d{4})([/.-])(\d{1,2})\5(\d{1,2})(?![\d/-])", text):
        year, month, day = (found[1], found[2], found[3]) if found[1] else (found[4], found[6], found[7])
        return date(int(year), int(month), int(day))
    found = re.match(r"\d{4}-W\d{2}-\d$", text)
    return datetime.fromisoformat(found.group()).date() if found else None


def _from_words(text: str) -> date | None:
    if found := _BY_SIGNS.match(text):
        return date(int(found[1]), int(found[2]), int(found[3]))
    text = re.sub(r"(?<!\d)(\d{1,2})([A-Za-z]{3,9})(\d{4})(?!\d)", r"\1 \2 \3", text)  # 14MAY2024
    if numbers := _IN_NUMBERS.search(text):  # "5/21/2024, 4:12 PM" is clear, "5/4/2024" is two days
        a, b, year = int(numbers[1]), int(numbers[3]), full_year(numbers[4])
        if not _nothing_else(text[: numbers.start()] + " " + text[numbers.end() :]) or (
            a <= 12 and b <= 12 and a != b and numbers[2] != "."
        ):
            return None
        return date(year, a, b) if b > 12 else date(year, b, a)
    plain = _ZONE.sub(" ", _CLOCK.sub(" ", text))
    month = day = 0
    written = ""
    for piece in _PIECE.finditer(plain):
        if number := piece["number"]:
            if len(number) == 4 and not written:
                written = number
            elif len(number) < 3 and not day:
                day = int(number)
            elif len(number) == 2 and not written and month:  # 3-May-24
                written = number
            else:
                return None
        elif (word := (piece["word"] or "").casefold()) and not month and (known := _month(word)):
            month = known
        elif word and not _beside(piece["word"]):
            return None
    left = _PIECE.sub("", plain)
    return date(full_year(written), month, day) if month and day and written and not left.strip(_SIGNS) else None


_SIGNS = " ,.:()|·-/–—'’\u00a0\u202f年月日"


def _nothing_else(text: str) -> bool:
    """Whether a text has only what may stand beside a date: a time, a zone, "published"."""
    plain = _ZONE.sub(" ", _CLOCK.sub(" ", text))
    words = [piece["word"] for piece in _PIECE.finditer(plain)]
    return all(word and _beside(word) for word in words) and not _PIECE.sub("", plain).strip(_SIGNS)


def _beside(word: str) -> bool:
    low = word.casefold()
    return low in _beside_words() or _is_weekday(low) or (word.isascii() and word.isupper() and len(word) < 5)


@cache
def _beside_words() -> frozenset[str]:
    return frozenset().union(*(word_set("dates.beside", language) for language in LANGUAGES))


def full_year(year: str) -> int:
    """ "24" -> 2024, "98" -> 1998"""
    return int(year) if len(year) == 4 else int(year) + (2000 if int(year) < 70 else 1900)


@cache
def _own() -> dict[str, int]:
    """The names of months in our own files, and their number; one that means two months in two languages is none."""
    return _clear((form, n) for language in LANGUAGES for n, row in enumerate(rows("dates.months", language), 1) for form in row)


@lru_cache(maxsize=20_000)
def month_in(word: str, language: str) -> int:
    """Which month a word in lower case names in a language: 10 for "oktober" and for a form, "październiku"; 0 for none."""
    known = _months_in(language)
    if word in known or rows("dates.months", language) or not 4 <= len(word) <= 12:
        return known.get(word, 0)
    forms = {n for name, n in known.items() if len(name) >= 5 and word[: (least := max(4, len(name) - 2))] == name[:least]}
    return min(forms) if len(forms) == 1 else 0


@cache
def _months_in(language: str) -> dict[str, int]:
    if own := rows("dates.months", language):
        return {form: n for n, row in enumerate(own, 1) for form in row}
    return dict(_names_of(language)[0]) if language in _LOCALES else {}


def _names_of(locale: str) -> tuple[list[tuple[str, int]], set[str]]:
    from babel.dates import get_day_names, get_month_names

    months: list[tuple[str, int]] = []
    days: set[str] = set()
    for context in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            names: Any = get_month_names(width, context, locale)
            months += [(name.casefold().rstrip("."), n) for n, name in names.items()]
            days |= {name.casefold().rstrip(".") for name in get_day_names(width, context, locale).values()}
    return [(name, n) for name, n in months if name.isalpha()], days


@cache
def _elsewhere() -> tuple[dict[str, int], frozenset[str]]:
    """The names of months and of weekdays that babel knows in further languages."""
    found = [_names_of(locale) for locale in _LOCALES]
    return _clear(pair for months, _ in found for pair in months), frozenset().union(*(days for _, days in found))


@cache
def _weekdays_in_short() -> frozenset[str]:
    return frozenset().union(*(_names_of(locale)[1] for locale in ("de", "fr", "es")))


def _clear(pairs: Any) -> dict[str, int]:
    found: dict[str, set[int]] = {}
    for name, n in pairs:
        found.setdefault(name, set()).add(n)
    return {name: min(numbers) for name, numbers in found.items() if len(numbers) == 1}


def _month(word: str) -> int:
    return _own().get(word) or _elsewhere()[0].get(word, 0)


def _is_weekday(word: str) -> bool:
    return any(word in row for row in rows("dates.weekdays")) or word in _elsewhere()[1] or word in _weekdays_in_short()
