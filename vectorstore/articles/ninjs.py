"""IPTC ninjs 1.x to 3.x, news as JSON between agencies -> fields by our names.

Bodies, headlines and descriptions of several roles say the same in several forms: one of each is taken. A picture, a video or an
event without a text of its own is no article; what was canceled or withheld is not indexed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_MARKS = (
    "bodies",
    "headlines",
    "descriptions",
    "versioncreated",
    "pubstatus",
    "eventdetails",
    "copyrightholder",
    "copyrightnotice",
)
_FOLDED_MARKS = ("body_", "headline_", "description_")
_OTHER = {
    "picture": "a picture",
    "video": "a video",
    "audio": "a sound",
    "graphic": "a graphic",
    "event": "an event",
    "component": "a part",
}
_ROLES = ("text", "main", "html", "richtext", "plain", "")  # of bodies and headlines, best first


def items(value: Mapping[str, Any]) -> list[dict[str, Any] | str] | None:
    """The one item as fields by our names, or why it is not read; None where the object is no ninjs."""
    item = {str(name).lower(): one for name, one in value.items()}
    marks = sum(name in item for name in _MARKS) + any(name.startswith(_FOLDED_MARKS) for name in item)
    if (
        not isinstance(item.get("uri"), str)
        or not marks
        or ("versioncreated" not in item and marks < 2 and "body_text" not in item)
    ):
        return None
    if (status := str(item.get("pubstatus", "usable")).lower()) not in ("usable", ""):
        return [f"its status is {status!r}: the agency has withdrawn it, and it is left out."]
    text = _of_several(item, "bod", "ies", "y")
    kind = str(item.get("type", "")).lower()
    if not text and kind in _OTHER:
        return [f"it is {_OTHER[kind]}, not a text; leave it out."]
    headline = _of_several(item, "headline", "s", "") or item.get("title") or ""
    return [
        {
            "id": item["uri"],
            "url": item.get("canonicalurl") or item["uri"],
            "title": headline,
            "text": text or _of_several(item, "description", "s", ""),
            "authors": item.get("byline") or item.get("by") or "",
            "source": _name(item.get("infosources"), "role") or item.get("copyrightholder") or "",
            "published": item.get("firstcreated") or item.get("contentcreated") or item.get("versioncreated") or "",
            "modified": item.get("versioncreated") or "",
            "section": _name(item.get("subject") or item.get("subjects")) or item.get("slugline") or "",
            "language": item.get("language") or "",
            "agency": item.get("copyrightholder") or "",
            "dateline": item.get("located") or "",
        }
    ]


def _of_several(item: Mapping[str, Any], stem: str, many: str, one: str) -> str:
    """The best of [{"role": "text", "value": …}, …], or of body_text, body_xhtml, …"""
    found = []
    if isinstance(several := item.get(stem + many), list):
        found = [(str(part.get("role", "")).lower(), part.get("value")) for part in several if isinstance(part, dict)]
    single = stem + one
    found += [
        (name.removeprefix(single).strip("_"), text)
        for name, text in item.items()
        if name == single or name.startswith(single + "_")
    ]
    texts = [(role, text) for role, text in found if isinstance(text, str) and text.strip()]
    texts.sort(key=lambda entry: _ROLES.index(entry[0]) if entry[0] in _ROLES else len(_ROLES))
    return texts[0][1] if texts else ""


def _name(several: object, *_: str) -> str:
    first = several[0] if isinstance(several, list) and several else None
    return str(first.get("name") or "") if isinstance(first, dict) else ""
