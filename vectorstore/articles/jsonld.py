"""What a page says of itself in JSON-LD: the object of schema.org that describes its article."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import unquote

from vectorstore.articles.markup import unescaped

Node = dict[str, Any]

_ARTICLES = re.compile(r"(?:\w*(?:Article|Posting|Report)|Review|ClaimReview|Recipe|AnalysisNews|CreativeWork)")
# Objects below these keys describe the page or its article; below any other, other articles, pictures, outlets.
_DOWN = ("@graph", "mainEntity", "mainEntityOfPage", "about")
_MOST = 20_000  # objects of a page that are looked at
_ESCAPE = re.compile(r'\\(?!["\\/bfnrtu])')


class LinkedData:
    """The objects of a page, and the one that is its article."""

    def __init__(self, scripts: Sequence[str], others: Sequence[Node] = ()) -> None:
        """`others` are objects that the page gives in another way."""
        self._tops = [node for script in scripts for node in _objects(_parsed(script))] + list(others)
        self._by_id: dict[str, Node] = {}
        for node in _all(self._tops):
            name = node.get("@id")
            if isinstance(name, str) and len(node) > len(self._by_id.get(name, ())):
                self._by_id[name] = node

    def article(self, addresses: set[str], titles: set[str]) -> Node:
        """The object that describes the page's article: by its address or its headline, else the first; empty where none does."""
        wanted, headlines = set(map(address_key, filter(None, addresses))), set(map(title_key, filter(None, titles)))
        best: tuple[int, Node] = (-1, {})
        for node in self._articles():
            typed = " ".join(kinds(node))
            score = 4 * (address_key(self.address(node)) in wanted) + 2 * (title_key(text(node.get("headline"))) in headlines)
            score += ("Article" in typed or "LiveBlog" in typed) + ("headline" in node) + ("datePublished" in node)
            if score > best[0]:
                best = score, node
        return best[1]

    def _articles(self) -> Iterator[Node]:
        todo, seen = list(reversed(self._tops)), 0
        while todo and seen < _MOST:
            node = todo.pop()
            seen += 1
            if any(_ARTICLES.fullmatch(kind) for kind in kinds(node)):
                yield node
            todo += [below for key in _DOWN for below in _objects(node.get(key))]

    def address(self, node: Node) -> str:
        """Where an article says that it stands."""
        return text(node.get("url")) or self.name(node.get("mainEntityOfPage"), ("@id", "url"))

    def whole(self, value: Any) -> Node:
        """An object, where another one only points at it."""
        if not isinstance(value, dict):
            return {}
        other = self._by_id.get(value["@id"]) if isinstance(value.get("@id"), str) else None
        return value if other is None or len(value) > len(other) else other

    def name(self, value: Any, keys: Sequence[str] = ("name", "legalName", "byline", "@value")) -> str:
        """The name of a person, an outlet, a section: given as such or as an object."""
        if isinstance(value, list):
            return next((found for one in value[:50] if (found := self.name(one, keys)) or False), "")
        if isinstance(value, dict):
            node = self.whole(value)
            given = " ".join(filter(None, (text(node.get("givenName")), text(node.get("familyName"))))) if "name" in keys else ""
            return next((found for key in keys if (found := text(node.get(key)))), given)
        return text(value)


def kinds(node: Node) -> list[str]:
    """The types of an object, without the address of their vocabulary."""
    given = node.get("@type")
    return [re.split("[/:]", one)[-1] for one in (given if isinstance(given, list) else [given]) if isinstance(one, str)]


def text(value: Any) -> str:
    """A value as text; a list's first, an object's value, nothing for what is none."""
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, dict):
        value = value.get("@value", value.get("value"))
    return (
        value.strip() if isinstance(value, str) else str(value) if isinstance(value, int) and not isinstance(value, bool) else ""
    )


def title_key(title: str) -> str:
    """What two spellings of a headline share."""
    return " ".join(re.findall(r"\w+", unescaped(title).casefold()))


def address_key(address: str) -> str:
    """What two spellings of an address share."""
    return re.sub(r"^https?://(?:www\.|m\.|amp\.)?|[?#].*$", "", unquote(address).lower()).rstrip("/")


def _objects(value: Any) -> list[Node]:
    todo = [value]
    found: list[Node] = []
    while todo and len(found) < _MOST:
        one = todo.pop()
        if isinstance(one, dict):
            found.append(one)
        elif isinstance(one, list):
            todo += reversed(one[:_MOST])
    return found


def _all(tops: Sequence[Node]) -> Iterator[Node]:
    todo, seen = list(tops), 0
    while todo and seen < _MOST:
        node = todo.pop()
        seen += 1
        yield node
        for value in node.values():
            todo += _objects(value)


def _parsed(script: str) -> Any:
    """What a script says; of a broken one what can be mended, else nothing."""
    source = re.sub(r"^[\s;]*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/)", "", script.strip().lstrip("\ufeff"))
    source = re.sub(
        r"(?:-->|//\s*\]\]>|\]\]>|/\*\s*\]\]>\s*\*/)[\s;]*$", "", source[:-1].rstrip() if source.endswith(";") else source
    )
    try:
        return json.loads(source, strict=False)  # line ends in strings are common
    except (ValueError, RecursionError):
        pass
    mended = _ESCAPE.sub(r"\\\\", source)
    if '"' not in mended and "&quot;" in mended:
        mended = mended.replace("&quot;", '"')
    mended = re.sub(r",(?=\s{0,99}[}\]])", "", mended)
    found: list[Any] = []
    here, decoder = 0, json.JSONDecoder(strict=False)
    try:  # several objects one after another, or one that something follows
        while (here := mended.find("{", here)) >= 0 and len(found) < 50:
            value, here = decoder.raw_decode(mended, here)
            found.append(value)
    except (ValueError, RecursionError):
        pass
    return found or _fields(mended)


def _fields(source: str) -> Any:
    """The plain fields of an object that is cut or broken somewhere: those that stand whole in it."""
    fields: Node = {}
    names = "@type|headline|datePublished|dateModified|articleSection|description|url|inLanguage"
    for match in re.finditer(rf'"({names})"\s{{0,9}}:\s{{0,9}}"((?:[^"\\]|\\.){{1,2000}})"', source[:500_000]):
        try:
            fields.setdefault(match[1], json.loads(f'"{match[2]}"', strict=False))
        except ValueError:
            continue
    return fields if "headline" in fields else []
