"""EPUB: each piece of a magazine or chapter of a book is an article, named as the table of contents names it.

One article for the whole book would answer with a book where a piece is asked for, and give a magazine's forty authors one
name. What the table of contents does not name goes on with the piece before it: programs cut long chapters into several files.
The outlet is the magazine or book; its day of publication is each piece's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from vectorstore.articles import markup, trees
from vectorstore.articles.document import Document
from vectorstore.articles.encodings import Unreadable, decoded
from vectorstore.articles.fields import Record, article
from vectorstore.articles.head import split
from vectorstore.articles.package import Package, attribute, beside, local
from vectorstore.types import Article, Rejected

_FEWEST_WORDS = 30  # of a piece; a cover, a dedication and an imprint's line have fewer
_NO_PIECE = re.compile(
    r"(?:.*[/_-])?(?:toc|nav|cover|title_?page|copyright|halftitle|imprint|colophon)[\w-]*\.\w+", re.IGNORECASE
)


def read(document: Document) -> Iterator[Article | Rejected]:
    """The pieces of the book, in order; one that is broken is named and the rest is read."""
    try:
        package = Package(document, "EPUB")
        if "META-INF/encryption.xml" in package and "META-INF/rights.xml" in package:
            raise Unreadable("the EPUB is locked (DRM); add a copy that is not.")
        place = _package_document(package)
        root = package.xml(place)
        book = _book(root)
        found = False
        for name, title, text, problem in _pieces(package, place, root):
            where = f"{document.where}: {name}"
            try:
                if problem:
                    raise Unreadable(problem)
                standfirst, body, fields = split("", text)
                # "IV" and "Chapter 4" say nothing without the book's name.
                bare = book["title"] and re.fullmatch(r"(?:\w+ )?(?:[ivxlc]+|\d+)\.?", title, re.IGNORECASE)
                record = Record(
                    body,
                    f"{book['title']}: {title}" if bare else title or book["title"],
                    standfirst,
                    fields.get("authors") or tuple(book["authors"]),
                    book["title"] or book["publisher"],
                    published=fields.get("published") or book["date"],
                    language=book["language"],
                )
                yield from article(record, where, f"{document.name}/{name}")
                found = True
            except Unreadable as error:
                yield Rejected(where, str(error))
        if not found:
            raise Unreadable("the EPUB holds no text; leave it out, or run text recognition (OCR) over its pictures.")
    except Unreadable as error:
        yield Rejected(document.where, str(error))


def _package_document(package: Package) -> str:
    container = package.optional("META-INF/container.xml")
    if container is not None:
        for one in container.iter("{*}rootfile"):
            if (place := unquote(one.get("full-path") or "")) in package:
                return place
    listed = sorted(name for name in package.names if name.endswith(".opf"))
    if not listed:
        raise Unreadable("the EPUB has no list of its contents; save it again.")
    return listed[0]


def _book(root: Any) -> dict[str, Any]:
    """What the book says of itself."""
    said: dict[str, list[Any]] = {}
    for one in root.iter():
        if one.tag and "purl.org/dc/" in str(one.tag) and (one.text or "").strip():
            said.setdefault(local(one), []).append(one)
    dates = said.get("date", [])
    published = [one for one in dates if attribute(one, "event") in ("publication", "original-publication", "issued")]
    dates = published or [one for one in dates if attribute(one, "event") not in ("modification", "creation", "conversion")]
    return {
        "title": _first(said.get("title", [])),
        "publisher": _first(said.get("publisher", [])),
        "language": _first(said.get("language", [])),
        "date": _first(dates),
        "authors": [one.text.strip() for one in said.get("creator", []) if attribute(one, "role") in ("", "aut")],
    }


def _first(found: list[Any]) -> str:
    return found[0].text.strip() if found else ""


def _pieces(package: Package, place: str, root: Any) -> Iterator[tuple[str, str, str, str]]:
    """(name, title, text, why it is not read) of each piece."""
    items = {one.get("id"): one for one in root.iter("{*}item")}
    titles = _contents(package, place, items, next((one.get("toc") for one in root.iter("{*}spine")), None))
    held: tuple[str, str, str, str] | None = None
    for reference in root.iter("{*}itemref"):
        item = items.get(reference.get("idref"))
        if item is None or "nav" in (item.get("properties") or "").split() or reference.get("linear") == "no":
            continue
        name = beside(place, item.get("href") or "")
        if "html" not in (item.get("media-type") or "html"):
            continue
        try:
            heading, text = _page(package.bytes(name))
        except Unreadable as error:
            yield name, "", "", str(error)
            continue
        title = titles.get(name, "")
        if held and not title and (titles or not heading):
            held = (held[0], held[1], f"{held[2]}\n\n{text}", "")
            continue
        if held and not _is_front(held[0], held[0] in titles, held[2]):
            yield held
        held = (name, title or heading, _below(title or heading, heading, text), "")
    if held and not _is_front(held[0], held[0] in titles, held[2]):
        yield held


def _is_front(name: str, listed: bool, text: str) -> bool:
    """Whether it is a cover, a page with the title, or the like."""
    words = len(text.split())
    sentence = re.search(r"[.!?。！？]", text)
    return words < _FEWEST_WORDS and (words < 8 or bool(_NO_PIECE.fullmatch(name)) or not (listed or sentence))


def _below(title: str, heading: str, text: str) -> str:
    """The text without the headline that it begins with."""
    for shown in (title, heading):
        lines = text.split("\n\n", 2)
        if shown and _letters(lines[0]) == _letters(shown):
            text = "\n\n".join(lines[1:])
    return text


def _letters(text: str) -> str:
    return "".join(re.findall(r"\w", text.casefold()))


def _contents(package: Package, place: str, items: dict[str, Any], toc: str | None) -> dict[str, str]:
    """Which piece begins with which file, by the table of contents: the newer kind (nav), else the older (ncx)."""
    found: dict[str, str] = {}
    nav = next((one for one in items.values() if "nav" in (one.get("properties") or "").split()), None)
    if nav is not None:
        name = beside(place, nav.get("href") or "")
        root = package.optional(name)
        for table in () if root is None else root.iter("{*}nav"):
            if attribute(table, "type") in ("toc", ""):
                for link in table.iter("{*}a"):
                    found.setdefault(beside(name, link.get("href") or ""), " ".join("".join(link.itertext()).split()))
    ncx = items.get(toc or "")
    if not found and ncx is not None:
        name = beside(place, ncx.get("href") or "")
        root = package.optional(name)
        for point in () if root is None else root.iter("{*}navPoint"):
            label, target = point.find("{*}navLabel/{*}text"), point.find("{*}content")
            if target is not None:
                title = " ".join((label.text or "").split()) if label is not None else ""
                found.setdefault(beside(name, target.get("src") or ""), title)
    return {name: title for name, title in found.items() if title}


def _page(content: bytes) -> tuple[str, str]:
    """(first heading, text) of a page."""
    try:
        root = trees.xml(content)
    except Unreadable:  # HTML that is no XML, or that names entities: books have both
        root = trees.html(decoded(content))
    heading = next((one for one in root.iter("{*}h1", "{*}h2", "{*}h3", "h1", "h2", "h3")), None)
    body = next(iter(root.iter("{*}body", "body")), root)
    for element in body.iter():
        if isinstance(element.tag, str):
            element.tag = local(element)
    title = " ".join("".join(heading.itertext()).split()) if heading is not None else ""
    return title, markup.plain(trees.serialized(body))
