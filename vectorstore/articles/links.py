"""Records that point at others of their file, with their names: JSON:API's `included`, Contentful's links, Sanity's `_ref`.

Only what bears a name is put in: who wrote an article, which section it is in. Contentful's locales are taken off its fields.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from vectorstore.articles.names import fields_of, folded
from vectorstore.articles.wrapped import name_of

_DEEPEST = 6
_MOST = 100_000  # names that are held
_LOCALE = re.compile(r"[a-z]{2,3}(?:[-_][A-Za-z]{2,4}){0,2}")
_PEOPLE = re.compile(r"user|person|people|author|profile|writer|staff", re.IGNORECASE)
_MARKS = ("included", "includes", "relationships", "_ref", "linkType")


def points(raw: bytes) -> bool:
    """Whether a piece of JSON may hold records that point at others."""
    return any(f'"{mark}"'.encode() in raw for mark in _MARKS)


def gather(value: object, names: dict[str, str], depth: int = 0) -> None:
    """Puts the names of all records in a value into `names`, by their ids."""
    if depth > _DEEPEST or len(names) > _MOST:
        return
    if isinstance(value, list):
        for one in value:
            if isinstance(one, dict | list):
                gather(one, names, depth + 1)
    elif isinstance(value, dict):
        sys = value.get("sys")
        id_ = value.get("_id") or value.get("id") or (sys.get("id") if isinstance(sys, dict) else None)
        kind = str(value.get("_type") or value.get("type") or "")
        held = value.get("attributes") or value.get("fields") or value
        if isinstance(id_, str) and isinstance(held, dict) and kind != "reference" and (name := _name(_plain(held))):
            names.setdefault(id_, name)
            if _PEOPLE.search(kind):
                names.setdefault(f"author {id_}", name)
        for one in value.values():
            if isinstance(one, dict | list):
                gather(one, names, depth + 1)


def _name(held: Mapping[str, Any]) -> str:
    known = {folded(str(key)): one for key, one in held.items()}
    for key in ("displayname", "name", "fullname", "title", "label"):
        if isinstance(one := known.get(key), str) and one.strip() and len(one) < 200:
            return one
    return name_of(dict(held)) if known.get("firstname") and known.get("lastname") else ""


def linked(value: Any, names: Mapping[str, str], depth: int = 0) -> Any:
    """The value with names where it has references; what points at no name that is known stays as it is."""
    if depth > _DEEPEST:
        return value
    if isinstance(value, list):
        return [linked(one, names, depth + 1) if isinstance(one, dict | list) else one for one in value]
    if not isinstance(value, dict):
        return value
    if name := names.get(_target(value)):
        return name
    made = {key: linked(one, names, depth + 1) if isinstance(one, dict | list) else one for key, one in value.items()}
    if isinstance(made.get("sys"), dict) and isinstance(fields := made.get("fields"), dict):
        made["fields"] = _plain(fields)
    if isinstance(related := value.get("relationships"), dict):
        for key, one in related.items():
            _relate(made, str(key), one, names)
    return made


def _target(value: Mapping[str, Any]) -> str:
    """The id that a reference names: {"_ref": …} or {"sys": {"type": "Link", "id": …}}; empty where it is none."""
    sys = value.get("sys")
    if isinstance(sys, dict) and sys.get("type") == "Link" and len(value) == 1:
        return str(sys.get("id") or "")
    return str(value["_ref"]) if isinstance(value.get("_ref"), str) else ""


def _relate(made: dict[str, Any], key: str, one: object, names: Mapping[str, str]) -> None:
    """Gives a record of JSON:API, as a field, the names of those that it is related to."""
    data = one.get("data") if isinstance(one, dict) else None
    several = [ref for ref in (data if isinstance(data, list) else [data]) if isinstance(ref, dict)]
    ids = [str(ref.get("id")) for ref in several if str(ref.get("id")) in names]
    wanted = {field for field, rank in fields_of(re.sub(r"^(?:field|node)_", "", key)) if rank < 1_000}
    field = next((name for name in ("authors", "section", "source") if name in wanted), "")
    if not field and ids and (_PEOPLE.search(str(several[0].get("type"))) or f"author {ids[0]}" in names):
        field = "authors" if key in ("uid", "user", "person", "people", "owner") else ""
    attributes = made.get("attributes")
    if field and ids:
        (attributes if isinstance(attributes, dict) else made).setdefault(field, [names[id_] for id_ in ids])


def _plain(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields without the locale that Contentful's exports put around each value; the first where there are several."""
    if fields and all(
        isinstance(one, dict) and one and all(isinstance(key, str) and _LOCALE.fullmatch(key) for key in one)
        for one in fields.values()
    ):
        return {key: next(iter(one.values())) for key, one in fields.items()}
    return fields
