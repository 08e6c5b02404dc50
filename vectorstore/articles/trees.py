"""Trees of HTML and XML: lxml, hardened. Nothing is fetched, no DTD is loaded, no entity is expanded, no tree is huge."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO, Any

from vectorstore.articles.encodings import Unreadable

Tree = Any  # an lxml element; lxml has no types of its own


def html(content: bytes | str) -> Tree:
    """The root of a page, however broken it is; raises Unreadable where there is none. What is deeper than 255 levels is lost."""
    from lxml import etree
    from lxml.html import HTMLParser

    encoding = "utf-8" if isinstance(content, str) else None
    raw = content.encode("utf-8", "replace") if isinstance(content, str) else content
    parser = HTMLParser(no_network=True, huge_tree=False, remove_comments=True, remove_pis=True, encoding=encoding)
    try:
        root = etree.fromstring(raw.replace(b"\0", b""), parser) if raw.strip() else None
    except (etree.LxmlError, ValueError) as error:
        raise Unreadable(f"the page cannot be read as HTML ({_short(error)}); save it again.") from error
    if root is None:
        raise Unreadable("the page is empty; leave it out or save it again.")
    return root


def xml(content: bytes) -> Tree:
    """The root of an XML document; raises Unreadable where it is broken, or declares entities of its own."""
    from lxml import etree

    _refuse_entities(content)
    parser = etree.XMLParser(**_HARDENED)
    try:
        return etree.fromstring(content, parser)
    except (etree.LxmlError, ValueError) as error:
        raise Unreadable(f"it is not well-formed XML ({_short(error)}); export it again.") from error


def depth(tree: Tree) -> int:
    """How many levels an element has, itself one of them."""
    from lxml import etree

    level = deepest = 0
    for event, _ in etree.iterwalk(tree, events=("start", "end")):
        level += 1 if event == "start" else -1
        deepest = max(deepest, level)
    return deepest


def broken(tree: Tree, tag: str) -> str:
    """The text of an element with a line end for each of its line breaks, which have this tag, and for nothing else."""
    from lxml import etree

    parts: list[str] = []
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        if event == "start":
            parts.append("\n" if element.tag == tag else (element.text or "").replace("\n", " "))
        elif element is not tree:
            parts.append((element.tail or "").replace("\n", " "))
    return "".join(parts)


def serialized(tree: Tree) -> str:
    """The markup of an element, without the text behind it: what `markup.plain` reads."""
    from lxml import etree

    return str(etree.tostring(tree, encoding="unicode", method="html", with_tail=False))


_HARDENED: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}


def _refuse_entities(content: bytes) -> None:
    if re.search(rb"<!ENTITY", content[:100_000]):
        raise Unreadable("the XML declares entities of its own, with which a file can be made to swell; save it without them.")


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:120]


def elements(file: IO[bytes], names: tuple[str, ...]) -> Iterator[Tree]:
    """The elements of these names in a document of any size, one by one; each is gone when the next is asked for.

    What is broken is passed over. Raises Unreadable where the document declares entities of its own.
    """
    from lxml import etree

    head = file.read(100_000)
    _refuse_entities(head)
    parser = etree.XMLPullParser(events=("end",), tag=[f"{{*}}{name}" for name in names], recover=True, **_HARDENED)
    part = head.lstrip()
    try:
        while part:
            parser.feed(part)
            for _, element in parser.read_events():
                yield element
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
            part = file.read(1 << 16)
    except etree.LxmlError as error:
        raise Unreadable(f"it is not well-formed XML ({_short(error)}); export it again.") from error


def local(name: object) -> str:
    """The name of an element or an attribute without its namespace."""
    return str(name).rpartition("}")[2] if isinstance(name, str) else ""


def name(element: Tree) -> str:
    """What an element is called, without its namespace."""
    return local(element.tag)


def all_of(element: Tree | None, wanted: str) -> list[Tree]:
    """The elements of a name in an element, at any depth, itself left out; namespaces do not count."""
    return [] if element is None else [one for one in element.iter("{*}" + wanted) if one is not element]


def first(element: Tree | None, wanted: str) -> Tree | None:
    """The first of `all_of`, if any."""
    return None if element is None else next((one for one in element.iter("{*}" + wanted) if one is not element), None)


def text(element: Tree | None) -> str:
    """All words in an element, on one line."""
    return "" if element is None else " ".join("".join(element.itertext()).split())


def words(element: Tree | None, wanted: str) -> str:
    """The words of the first element of a name in an element, on one line; empty where there is none."""
    return text(first(element, wanted))


def paragraphs(element: Tree | None, wanted: str) -> str:
    """The words of all elements of a name, with blank lines between them."""
    return "\n\n".join(filter(None, map(text, all_of(element, wanted))))


def remove(element: Tree) -> None:
    """Takes an element out of its tree; the text behind it stays."""
    parent, before = element.getparent(), element.getprevious()
    if element.tail:
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)
