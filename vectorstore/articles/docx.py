"""DOCX: an article as its author wrote it. Changes that were tracked are read as accepted; comments and hidden text are not read.

Page heads and feet are those of the letter paper and are left out; footnotes follow the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from vectorstore.articles import markup
from vectorstore.articles.document import Document
from vectorstore.articles.encodings import Unreadable, decoded
from vectorstore.articles.fields import article
from vectorstore.articles.mail import saved_page
from vectorstore.articles.package import Package, attribute, beside, local
from vectorstore.articles.written import Paragraph, Rank, record, rows
from vectorstore.types import Article, Rejected

_MAIN = "word/document.xml"
_GONE = frozenset(
    "del moveFrom rPr pPr sectPr instrText delText delInstrText annotationRef commentReference tblPr tblGrid".split()
)
_LETTERS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "ptab": "\t"}
_NOTES = frozenset(("footnotes", "endnotes"))


def read(document: Document) -> Iterator[Article | Rejected]:
    """The one article of the file."""
    try:
        package = Package(document, "Word document")
        properties = package.optional("docProps/core.xml")
        said = {local(one): one.text or "" for one in (() if properties is None else properties)}
        found = _Text(package).paragraphs()
        yield from article(record(found, said.get("title", ""), said.get("creator", "")), document.where, document.name)
    except Unreadable as error:
        yield Rejected(document.where, str(error))


class _Text:
    """The paragraphs of a document in order, with what is known of its styles and its other parts."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._main = self._target("_rels/.rels", "officeDocument") or _MAIN
        folder, _, name = self._main.rpartition("/")
        self._relations = f"{folder}/_rels/{name}.rels".lstrip("/")
        self._ranks = _ranks(package.optional(self._target(self._relations, "styles") or "word/styles.xml"))
        self._carried = ""  # of a paragraph whose end was deleted

    def paragraphs(self) -> Iterator[Paragraph]:
        root = self._package.xml(self._main)
        for body in root:
            if local(body) == "body":
                yield from self._blocks(body)
        yield from self._notes()

    def _notes(self) -> Iterator[Paragraph]:
        for kind in sorted(_NOTES, reverse=True):
            notes = self._package.optional(self._target(self._relations, kind) or f"word/{kind}.xml")
            for note in () if notes is None else notes:
                if attribute(note, "type") in ("", "normal"):
                    text = " ".join(one.text for one in self._blocks(note))
                    yield Paragraph(text)

    def _target(self, relations: str, kind: str, name: str = "") -> str:
        """The part to which a relation leads, by its kind or its id."""
        listed = self._package.optional(relations)
        for one in () if listed is None else listed:
            if (name and one.get("Id") == name) or (not name and (one.get("Type") or "").endswith(f"/{kind}")):
                place = relations.replace("_rels/", "").removesuffix(".rels")
                return beside(place, one.get("Target") or "")
        return ""

    def _blocks(self, parent: Any) -> Iterator[Paragraph]:
        for one in parent:
            name = local(one)
            if name == "p":
                yield from self._paragraph(one)
            elif name == "tbl":
                yield from rows(self._rows(one))
            elif name == "altChunk":
                yield from self._chunk(attribute(one, "id"))
            elif name == "AlternateContent":
                yield from self._blocks(_choice(one))
            elif name not in _GONE:
                yield from self._blocks(one)

    def _rows(self, table: Any) -> Iterator[list[str]]:
        for row in table.iter("{*}tr"):
            if next(row.iterancestors("{*}tbl")) is not table or row.find("{*}trPr/{*}del") is not None:
                continue
            cells = [cell for cell in row.iter("{*}tc") if next(cell.iterancestors("{*}tr")) is row]
            yield [" ".join(one.text for one in self._blocks(cell)) for cell in cells]

    def _paragraph(self, element: Any) -> Iterator[Paragraph]:
        style = element.find("{*}pPr/{*}pStyle")
        rank = self._ranks.get("" if style is None else attribute(style, "val"), Rank.BODY)
        level = element.find("{*}pPr/{*}outlineLvl")
        if rank is Rank.BODY and level is not None and attribute(level, "val") in "012":
            rank = Rank.HEADING
        boxes: list[Any] = []
        text = self._carried + "".join(_letters(element, boxes))
        self._carried = ""
        if element.find("{*}pPr/{*}rPr/{*}del") is not None:
            self._carried = text
        elif rank is not None:
            yield Paragraph(text, rank)
        for box in boxes:
            yield from self._blocks(box)

    def _chunk(self, name: str) -> Iterator[Paragraph]:
        """What another document put in, where it is HTML, a page saved as one file, or text."""
        part = self._target(self._relations, "", name)
        ending = part.rpartition(".")[2].lower()
        if part in self._package and ending in ("html", "htm", "xhtml", "txt", "mht", "mhtml"):
            content = self._package.bytes(part)
            text = markup.plain(saved_page(content) if ending.startswith("mht") else decoded(content))
            yield from (Paragraph(one) for one in text.split("\n\n"))


def _choice(alternatives: Any) -> Any:
    """The first of several forms of the same."""
    return next((one for one in alternatives if local(one) == "Choice"), next(iter(alternatives), ()))


def _letters(element: Any, boxes: list[Any]) -> Iterator[str]:
    """The text of a paragraph; text boxes that hang on it are put aside."""
    for one in element:
        name = local(one)
        if name == "t":
            yield one.text or ""
        elif name in _LETTERS:
            yield "" if attribute(one, "type") in ("page", "column") else _LETTERS[name]
        elif name == "txbxContent":
            boxes.append(one)
        elif name == "AlternateContent":
            yield from _letters(_choice(one), boxes)
        elif name == "ruby":  # the base, not the reading beside it
            yield from (letter for base in one.findall("{*}rubyBase") for letter in _letters(base, boxes))
        elif name == "r" and _is_hidden(one):
            continue
        elif name not in _GONE:
            yield from _letters(one, boxes)


def _is_hidden(run: Any) -> bool:
    vanish = run.find("{*}rPr/{*}vanish")
    return vanish is not None and attribute(vanish, "val") not in ("0", "false", "off")


def _ranks(styles: Any) -> dict[str, Rank | None]:
    """What each style makes of a paragraph; None where it is a line of the table of contents."""
    names, based = {}, {}
    for style in () if styles is None else styles.iter("{*}style"):
        key, name, base = attribute(style, "styleId"), style.find("{*}name"), style.find("{*}basedOn")
        names[key] = attribute(name, "val").lower() if name is not None else key.lower()
        based[key] = attribute(base, "val") if base is not None else ""
    found: dict[str, Rank | None] = {}
    for key in names:
        at, steps = key, 0
        while at in names and steps < 20 and (rank := _rank(names[at])) is Rank.BODY:
            at, steps = based[at], steps + 1
        found[key] = rank if at in names else Rank.BODY
    return found


def _rank(name: str) -> Rank | None:
    """By the name that Word stores in every language alike."""
    if name == "title":
        return Rank.TITLE
    if name == "subtitle":
        return Rank.SUBTITLE
    if re.fullmatch(r"heading [1-3]", name):
        return Rank.HEADING
    return None if re.fullmatch(r"toc \d|toc heading", name) else Rank.BODY
