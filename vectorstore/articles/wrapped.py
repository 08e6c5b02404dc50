"""Values as tools wrap them -> a headline, a name, people, an id, strings, a day; empty where they are none."""

from __future__ import annotations

import math
import re

from vectorstore.articles.fields import line, web_address
from vectorstore.articles.names import folded
from vectorstore.articles.prose import heading

_NESTED_NAMES = (
    "name",
    "fullname",
    "displayname",
    "title",
    "label",
    "original",
    "text",
    "plaintext",
    "value",
    "rendered",
    "longname",
    "prettyname",
    "domain",
    "uri",
)


def empty(value: object) -> bool:
    if isinstance(value, float):
        return math.isnan(value)
    if isinstance(value, str):
        return not value.strip()
    return value is None or value == [] or value == {}


def heading_of(value: object) -> str:
    """A headline out of a string, a number, or what it is wrapped in."""
    if isinstance(value, bool):
        return ""
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list):
        value = next(
            (one for one in value if isinstance(one, dict) and one.get("role") in ("main", "headline")), value[0] if value else ""
        )
    if isinstance(value, dict):
        value = next(
            (
                value[key]
                for key in ("main", "rendered", "basic", "value", "default", "headline", "title", "en")
                if value.get(key)
            ),
            value,
        )
    return line(heading(value))


def name_of(value: object) -> str:
    """A name given as such, as {"id": …, "name": "The Harbour Post"}, or as a list that begins with it."""
    for _ in range(6):
        if isinstance(value, str):
            return heading(value)
        if isinstance(value, list):
            value = value[0] if value else ""
        elif isinstance(value, dict):
            names = {folded(str(key)): one for key, one in value.items()}
            typed = value.get(str(value.get("type")))
            if isinstance(typed, list | dict):  # Notion's properties
                value = typed
                continue
            inner = next((names[key] for key in (*_NESTED_NAMES, "data", "attributes", "node", "fields") if names.get(key)), "")
            first, last = names.get("firstname"), names.get("lastname")
            if isinstance(first, str) and isinstance(last, str) and not names.get("name"):
                return heading(f"{first} {last}")
            value = inner
        else:
            break
    return ""


def people_of(value: object) -> str | tuple[str, ...]:
    """Authors: a byline as it stands, or the names of a list."""
    if isinstance(value, dict) and isinstance(inner := value.get(str(value.get("type"))), list | dict):  # Notion's properties
        runs = [one.get("plain_text") for one in inner if isinstance(one, dict)] if isinstance(inner, list) else []
        return people_of("".join(map(str, runs)) if runs and all(isinstance(run, str) for run in runs) else inner)
    if isinstance(value, str):
        text = heading(value)
        if text[:1] == "[" and text[-1:] == "]":  # "['Ann Lee', 'Bo Ray']": a list that went through a table
            return tuple(name.strip(" '\"") for name in text[1:-1].split(",") if name.strip(" '\""))
        return "" if web_address(text) else re.sub(r"\s*[;|]\s*", "; ", text)
    if isinstance(value, dict):
        if isinstance(inner := value.get("by") or value.get("original"), list | str):
            return people_of(inner)
        if isinstance(inner := value.get("data") or value.get("nodes"), list):
            return people_of(inner)
        return (name,) if (name := name_of(value)) else ""
    if isinstance(value, list):
        names = [name for one in value for name in ([name_of(one)] if not isinstance(one, list) else strings(one))]
        return tuple(dict.fromkeys(name for name in names if name and not web_address(name)))
    return ""


def id_of(value: object) -> str:
    """An id: a string, a whole number, or either in the wrapper of a database."""
    if isinstance(value, dict):
        value = next(
            (value[key] for key in ("$oid", "rendered", "#text", "value", "$numberLong", "$numberInt", "id") if key in value), ""
        )
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value) if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)) else ""


def strings(value: object, keys: tuple[str, ...] = ("text", "value", "name", "rendered"), depth: int = 0) -> list[str]:
    """The strings in a value, in a list of values, or under those keys of an object."""
    if isinstance(value, str):
        return [value]
    inside = (
        value[:50] if isinstance(value, list) else [value[key] for key in keys if key in value] if isinstance(value, dict) else []
    )
    return [text for one in inside for text in strings(one, keys, depth + 1)] if depth < 6 else []


_DAYS = (
    *("$date", "$numberLong", "date", "datetime", "value", "rendered", "iso", "published", "display", "#text", "start"),
    *("_seconds", "seconds", "timestamp"),
)


def day_of(value: object) -> str:
    """A date as text: as it is written, an epoch, a database's {"$date": …}, the nine numbers of a time."""
    for _ in range(5):
        if isinstance(value, str):
            return value.strip()
        if isinstance(value, bool) or value is None:
            return ""
        if isinstance(value, int | float):
            return _epoch(value)
        if isinstance(value, list):
            if len(value) >= 3 and all(isinstance(one, int) for one in value[:3]) and 1000 < value[0] < 3000:
                clock = value[3:5] if len(value) > 4 and all(isinstance(one, int) for one in value[3:5]) else None
                return f"{value[0]:04}-{value[1]:02}-{value[2]:02}" + (f" {clock[0]:02}:{clock[1]:02}" if clock else "")
            value = value[0] if value else ""
        elif isinstance(value, dict):
            if all(isinstance(value.get(part), int) for part in ("year", "month", "day")):
                return f"{value['year']:04}-{value['month']:02}-{value['day']:02}"
            value = next((value[key] for key in _DAYS if not empty(value.get(key))), "")
    return ""


def _epoch(value: float) -> str:
    """Seconds, milliseconds, microseconds or nanoseconds since 1970; 20240503 as it stands."""
    if not math.isfinite(value) or abs(value) > 1e20:
        return ""
    digits = str(int(value))
    return digits[:13] if len(digits) in (16, 19) else digits


def kind(value: object) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, float) and math.isnan(value):
        return "no number"
    for known, name in ((dict, "an object"), (list, "a list"), (str, "a string")):
        if isinstance(value, known):
            return name
    return "null" if value is None else "a number"
