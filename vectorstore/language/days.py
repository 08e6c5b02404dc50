"""A day in words, the same on every machine: Python's own names of days and months depend on the host's locale."""

from __future__ import annotations

from datetime import date

from vectorstore.language.lexicon import rows

_MONTHS = tuple(row[0].capitalize() for row in rows("dates.months"))
_WEEKDAYS = tuple(row[0].capitalize() for row in rows("dates.weekdays"))


def month(day: date) -> str:
    """ "July" """
    return _MONTHS[day.month - 1]


def weekday(day: date) -> str:
    """ "Thursday" """
    return _WEEKDAYS[day.weekday()]


def day_words(day: date) -> str:
    """ "14 July 2022" """
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def dated(day: date) -> str:
    """ "Thursday, 14 July 2022" """
    return f"{weekday(day)}, {day_words(day)}"
