"""What a page says of its article in the attributes of its elements (itemprop): as the objects that JSON-LD would hold."""

from __future__ import annotations

from typing import Any

from vectorstore.articles import trees
from vectorstore.articles.fields import line
from vectorstore.articles.trees import Tree

_MOST = 5_000  # elements of a page with a property
_ADDRESSES = {"a": "href", "area": "href", "link": "href", "img": "src", "source": "src", "video": "src", "audio": "src"}
_LONGEST = 2_000  # characters of a value; the body of an article is read by others

Node = dict[str, Any]


def objects(root: Tree) -> list[Node]:
    """The objects of a page that stand in no other."""
    nodes: dict[Any, Node] = {}
    tops: list[Node] = []
    for number, element in enumerate(root.iter()):
        if number > 40 * _MOST or len(nodes) > _MOST:
            break
        if not isinstance(element.tag, str):
            continue
        names, scoped = (element.get("itemprop") or "").split(), element.get("itemscope") is not None
        if scoped:
            nodes[element] = {"@type": (element.get("itemtype") or "").split()[:5]}
            if element.get("itemid"):
                nodes[element]["@id"] = element.get("itemid")
        owner = _owner(element, nodes) if names else None
        if owner is None:
            if scoped:
                tops.append(nodes[element])
            continue
        for name in names[:5]:
            owner.setdefault(name, []).append(nodes[element] if scoped else _value(element, name))
    return tops


def _owner(element: Tree, nodes: dict[Any, Node]) -> Node | None:
    above = element.getparent()
    while above is not None and above not in nodes:
        above = above.getparent()
    return None if above is None else nodes[above]


def _value(element: Tree, name: str) -> str:
    if given := element.get("content") or element.get(_ADDRESSES.get(element.tag, "datetime")):
        return line(given)
    return "…" if name == "articleBody" else line(trees.text(element)[:_LONGEST])
