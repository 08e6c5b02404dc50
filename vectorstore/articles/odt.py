"""OpenDocument text (.odt, .fodt). Changes that were tracked are read as accepted; comments and hidden text are not read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vectorstore.articles import trees
from vectorstore.articles.document import Document
from vectorstore.articles.encodings import Unreadable
from vectorstore.articles.fields import article
from vectorstore.articles.package import Package, attribute, local
from vectorstore.articles.written import Paragraph, Rank, record, rows
from vectorstore.types import Article, Rejected

_LARGEST_FLAT = 40_000_000  # bytes
_GONE = frozenset(
    "annotation annotation-end tracked-changes note-citation ruby-text title desc table-of-content alphabetical-index forms"
    " illustration-index sequence-decls variable-decls user-field-decls hidden-text hidden-paragraph script".split()
)
_MOST_REPEATED = 50  # cells or rows that a table says to repeat; a sheet's last may be repeated a million times


def read(document: Document) -> Iterator[Article | Rejected]:
    """The one article of the file."""
    try:
        content, said, styles = _parts(document)
        properties = {local(one): one.text or "" for one in (() if said is None else said.iter())}
        text = _Text(content, styles)
        author = properties.get("initial-creator") or properties.get("creator", "")
        yield from article(record(text.paragraphs(), properties.get("title", ""), author), document.where, document.name)
    except Unreadable as error:
        yield Rejected(document.where, str(error))


def _parts(document: Document) -> tuple[Any, Any, Any]:
    """(content, properties, styles) of a package or of a flat file."""
    if not document.head(4).startswith((b"PK", b"\xd0\xcf")):
        root = trees.xml(document.bytes(_LARGEST_FLAT))
        return root, root, root
    package = Package(document, "OpenDocument text")
    manifest = package.optional("META-INF/manifest.xml")
    if manifest is not None and next(manifest.iter("{*}encryption-data"), None) is not None:
        raise Unreadable("the OpenDocument text is locked with a password; save it without one and add that.")
    return package.xml("content.xml"), package.optional("meta.xml"), package.optional("styles.xml")


class _Text:
    """The paragraphs of a document in order; footnotes follow the text."""

    def __init__(self, content: Any, styles: Any) -> None:
        self._content = content
        self._based: dict[str, str] = {}
        for tree in (styles, content):
            for style in () if tree is None else tree.iter("{*}style"):
                self._based[attribute(style, "name")] = attribute(style, "parent-style-name")
        self._notes: list[Any] = []

    def paragraphs(self) -> Iterator[Paragraph]:
        for body in self._content.iter("{*}text"):
            if local(body.getparent()) == "body":
                yield from self._blocks(body)
        for note in self._notes:
            yield Paragraph(" ".join(one.text for one in self._blocks(note)))

    def _blocks(self, parent: Any) -> Iterator[Paragraph]:
        for one in parent:
            name = local(one)
            if name in ("p", "h"):
                boxes: list[Any] = []
                yield Paragraph("".join(self._letters(one, boxes)), self._rank(one))
                for box in boxes:
                    yield from self._blocks(box)
            elif name == "table":
                yield from rows(self._rows(one))
            elif name not in _GONE and attribute(one, "display") != "none":
                yield from self._blocks(one)

    def _rank(self, element: Any) -> Rank:
        style, steps = attribute(element, "style-name"), 0
        while style and steps < 20:
            if style in ("Title", "Subtitle"):
                return Rank[style.upper()]
            style, steps = self._based.get(style, ""), steps + 1
        return Rank.HEADING if local(element) == "h" and attribute(element, "outline-level") in ("", "1", "2", "3") else Rank.BODY

    def _rows(self, table: Any) -> Iterator[list[str]]:
        for row in table.iter("{*}table-row"):
            if next(row.iterancestors("{*}table")) is not table:
                continue
            cells = []
            for cell in row:
                if local(cell) in ("table-cell", "covered-table-cell"):
                    text = " ".join(one.text for one in self._blocks(cell))
                    cells += [text] * (
                        min(_number(cell, "number-columns-repeated", 1), _MOST_REPEATED) if 0 < len(text) < 200 else 1
                    )
            yield cells

    def _letters(self, element: Any, boxes: list[Any]) -> Iterator[str]:
        yield element.text or ""
        for one in element:
            name = local(one)
            if name == "s":
                yield " "
            elif name == "tab":
                yield "\t"
            elif name == "line-break":
                yield "\n"
            elif name == "note":
                self._notes += [part for part in one if local(part) == "note-body"]
            elif name == "text-box":
                boxes.append(one)
            elif name == "frame":
                boxes += [part for part in one if local(part) == "text-box"]
            elif name not in _GONE:
                yield from self._letters(one, boxes)
            yield one.tail or ""


def _number(element: Any, name: str, otherwise: int) -> int:
    written = attribute(element, name)
    return int(written) if written.isdecimal() and len(written) < 9 else otherwise
