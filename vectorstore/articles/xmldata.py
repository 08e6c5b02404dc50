"""XML of no format that we know: what looks like articles in it, by the names of its elements, as in JSON."""

from __future__ import annotations

from collections.abc import Iterator

from vectorstore.articles import trees
from vectorstore.articles.document import Document
from vectorstore.articles.encodings import Unreadable
from vectorstore.articles.exports import found
from vectorstore.articles.lines import Read
from vectorstore.articles.markup import plain
from vectorstore.articles.report import Item, made
from vectorstore.articles.trees import Tree
from vectorstore.types import Rejected

_LARGEST = 50_000_000
_DEEPEST = 20
# Elements of a text: what has them inside is a text with markup, not an object with fields.
_OF_TEXT = frozenset(
    "p para paragraph br b i em strong span a li ul ol div h2 h3 h4 emph bold italic sub sup block quote blockquote lb".split()
)


def read(document: Document) -> Iterator[Read]:
    """The articles of the file."""
    try:
        root = trees.xml(document.bytes(_LARGEST))
    except Unreadable as error:
        yield Rejected(document.where, str(error))
        return
    several = found(_value(root, 0), document.own)
    one = len(several) == 1
    yield from made(
        (
            Item(each, document.where if one else f"{document.where}:item {n}", document.name if one else f"{document.name}:{n}")
            for n, each in enumerate(several, start=1)
        ),
        document.where,
    )


def _value(element: Tree, depth: int) -> object:
    """An element as JSON would have it: its text, or an object of its elements and attributes."""
    children = list(element)
    names = [trees.name(child).lower() for child in children]
    if not children or depth > _DEEPEST:
        text = trees.text(element) if depth > _DEEPEST else (element.text or "").strip()
        return {**element.attrib, "#text": text} if element.attrib and not text else text
    if any(name in _OF_TEXT for name in names) or (len(element.text or "") > 1 and (element.text or "").strip()):
        return _text(element)
    made_of: dict[str, object] = {trees.local(name): value for name, value in element.attrib.items()}
    several: dict[str, list[object]] = {}
    for child in children:
        several.setdefault(trees.name(child), []).append(_value(child, depth + 1))
    for name, values in several.items():
        made_of[name] = values if len(values) > 1 else values[0]
    return made_of


def _text(element: Tree) -> str:
    """The text of an element with paragraphs in it, whatever they are called."""
    for child in element.iter():
        if trees.name(child).lower() in ("para", "paragraph", "block"):
            child.tag = "p"
    return plain(trees.serialized(element))
