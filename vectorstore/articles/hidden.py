"""Whether an element of a page is shown to nobody: what a reader cannot see is not what the outlet published."""

from __future__ import annotations

import re
from collections.abc import Mapping

# Elements whose content is no text of the article: programs, forms, players, and what stands in for them.
NO_TEXT = frozenset(
    "script style template noscript head title iframe object embed applet audio video canvas svg select option datalist textarea "
    "button input noembed noframes xmp map dialog".split()
)
_FAR = 900  # pixels: farther out than any layout moves a text that is meant to be read
_UNITS = {
    "": 1,
    "px": 1,
    "pt": 1.3,
    "em": 16,
    "rem": 16,
    "ex": 8,
    "ch": 8,
    "vw": 14,
    "vh": 9,
    "%": 14,
    "cm": 38,
    "mm": 4,
    "in": 96,
}
_WHITE = frozenset("white #fff #ffff #ffffff #ffffffff rgb(255,255,255) rgba(255,255,255,1) hsl(0,0%,100%)".split())
_NUMBER = re.compile(r"([+-]?\d{0,9}(?:\.\d{0,9})?)([a-z%]{0,4})")


def hidden(tag: str, attributes: Mapping[str, str], background: str = "") -> bool:
    """Whether an element is not shown, by its name and attributes; `background` is the colour that it stands on, where known."""
    if tag in NO_TEXT and not (tag == "dialog" and "open" in attributes):
        return True
    # hidden="until-found" is folded, and found by the reader's search
    if attributes.get("hidden", "until-found").lower() != "until-found":
        return True
    style = declarations(attributes.get("style", ""))
    if not style and "color" not in attributes:
        return False
    position = style.get("position") in ("absolute", "fixed")
    boxed = style.get("overflow", "").startswith(("hidden", "clip"))
    return (
        style.get("display") == "none"
        or style.get("visibility") in ("hidden", "collapse")
        or style.get("mso-hide") == "all"
        or style.get("opacity") in _ZEROS
        or style.get("transform", "").startswith(("scale(0)", "scale(0,", "scalex(0)", "scaley(0)"))
        or _pixels(style.get("font-size", "")) in _TINY
        or any((_pixels(style.get(side, "")) or 0) < -_FAR for side in ("text-indent", "margin-left", "margin-top"))
        or (position and any(abs(_pixels(style.get(side, "")) or 0) > _FAR and "%" not in style[side] for side in _SIDES))
        or (position and style.get("clip", "").startswith(("rect(0", "rect(1px,1px")))
        or style.get("clip-path", "").startswith(("inset(50%", "inset(100%", "circle(0)", "circle(0%"))
        or (boxed and any(_pixels(style.get(side, "")) in _TINY for side in ("width", "height", "max-height", "max-width")))
        or _unseen(style.get("color", attributes.get("color", "").lower()), background_of(attributes) or background)
    )


_BRACE, _COMMENT = re.compile(r"[{}]"), re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_SIMPLE, _PART = re.compile(r"(?:p|div|span)?[.#][\w-]{1,80}"), re.compile(r"[.#][\w-]{1,80}")
_SHOWN = re.compile(r"display\s{0,9}:\s{0,9}(?!none)|visibility\s{0,9}:\s{0,9}visible|opacity\s{0,9}:\s{0,9}[1.]", re.IGNORECASE)
_UNKNOWN = "?"  # a background: white letters of a class are on a dark one as a rule
_ZEROS = frozenset(("0", "0.0", "0.00", ".0", "0%"))
_TINY = frozenset((0.0, 1.0))
_SIDES = ("left", "right", "top", "bottom")


def hiding(sheet: str) -> set[str]:
    """The classes (".x") and ids ("#x") that a style sheet hides, whatever else they are on; rules for print or phones left out.

    One that some other rule shows again is not among them.
    """
    found: set[str] = set()
    again: set[str] = set()
    depth = start = 0
    selector = ""
    sheet = _COMMENT.sub("", sheet)
    for brace in _BRACE.finditer(sheet):
        if brace[0] == "{":
            depth += 1
            selector = sheet[start : brace.start()]
        else:
            style = sheet[start : brace.start()]
            names = [name.strip() for name in selector.split(",")]
            if depth == 1 and hidden("p", {"style": style}, _UNKNOWN):
                found.update(name for name in names if _SIMPLE.fullmatch(name))
            elif _SHOWN.search(style):
                again.update(one for name in names for one in _PART.findall(name))
            depth = max(depth - 1, 0)
        start = brace.end()
    return {name for name in found if again.isdisjoint(_PART.findall(name))}


def background_of(attributes: Mapping[str, str]) -> str:
    """The colour or picture that an element lays under its text; empty where it lays none."""
    style = declarations(attributes.get("style", ""))
    found = style.get("background-image") or style.get("background-color") or style.get("background")
    found = found or attributes.get("bgcolor", "").lower()
    return "" if found in ("none", "transparent", "inherit", "initial", "unset") else found


def _unseen(color: str, background: str) -> bool:
    """Text in the colour of what it stands on, white where that is not known; or in none."""
    if color in ("transparent", "rgba(0,0,0,0)"):
        return True
    if color in _WHITE:
        return not background or background in _WHITE
    return bool(color) and color == background


def declarations(style: str) -> dict[str, str]:
    """What a style attribute declares, in lower case, without spaces and "!important"."""
    found = {}
    for part in style[:2_000].lower().split(";"):
        name, _, value = part.partition(":")
        found[name.strip()] = "".join(value.replace("!important", "").split())
    found.pop("", None)
    return found


def _pixels(length: str) -> float | None:
    match = _NUMBER.fullmatch(length)
    if not match or not any(map(str.isdigit, match[1])) or match[2] not in _UNITS:
        return None
    return float(match[1]) * _UNITS[match[2]]
