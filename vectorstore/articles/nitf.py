"""NITF, the news agencies' XML for texts: head, headline, byline, dateline and body."""

from __future__ import annotations

from collections.abc import Iterator

from vectorstore.articles import fields, trees
from vectorstore.articles.document import Document
from vectorstore.articles.encodings import Unreadable
from vectorstore.articles.fields import Record
from vectorstore.articles.markup import plain
from vectorstore.articles.trees import Tree
from vectorstore.types import Article, Rejected

_WITHDRAWN = ("canceled", "cancelled", "killed", "withheld", "embargoed")

_TAGS = {"body.content": "div", "block": "div", "nitf-table": "div", "inlineXML": "div", "DataContent": "div", "hl2": "h2"}


def read(document: Document) -> Iterator[Article | Rejected]:
    """The one article of the file, or those of a file that wraps several."""
    try:
        root = trees.xml(document.bytes())
        several = [root] if trees.name(root) == "nitf" else trees.all_of(root, "nitf")
        for number, one in enumerate(several, start=1):
            where = document.where if len(several) == 1 else f"{document.where}: article {number}"
            name = document.name if len(several) == 1 else f"{document.name}:{number}"
            try:
                yield from fields.article(record(one), where, name)
            except Unreadable as error:
                yield Rejected(where, str(error))
        if not several:
            raise Unreadable("there is no NITF article in it; leave it out.")
    except Unreadable as error:
        yield Rejected(document.where, str(error))


def record(nitf: Tree) -> Record:
    """What an article in NITF says; raises Unreadable for one that was withdrawn."""
    data = trees.first(nitf, "docdata")
    status = data.get("management-status", "").lower() if data is not None else ""
    if status in _WITHDRAWN:
        raise Unreadable(f"its status is {status!r}: the agency has withdrawn it, and it is left out.")
    head, content = trees.first(nitf, "body.head"), trees.first(nitf, "body.content")
    outlet = trees.first(nitf, "pubdata")
    issued, changed = trees.first(nitf, "date.issue"), trees.first(nitf, "date.release")
    story = trees.first(nitf, "story.date")
    lines = trees.words(nitf, "hl1") or trees.words(nitf, "hedline") or trees.words(nitf, "title")
    dates = [one.get("norm") or trees.text(one) for one in (issued, story, changed) if one is not None]
    dates += [outlet.get("date.publication", "")] if outlet is not None else []
    return Record(
        text=body(content if content is not None else trees.first(nitf, "body")),
        title=lines,
        standfirst=trees.words(head, "hl2") or trees.words(head, "abstract"),
        authors=trees.words(head, "byline"),
        source=(outlet.get("name", "") if outlet is not None else "") or trees.words(nitf, "distributor"),
        id=next((one.get("id-string", "") for one in trees.all_of(nitf, "doc-id")), ""),
        published=next(filter(None, dates), ""),
        modified=changed.get("norm", "") if changed is not None else "",
        section=(outlet.get("position.section", "") if outlet is not None else "")
        or next((one.get("content", "") for one in trees.all_of(nitf, "meta") if "section" in one.get("name", "").lower()), ""),
        language=nitf.get("{http://www.w3.org/XML/1998/namespace}lang") or "",
        agency=trees.words(head, "distributor")
        or next((one.get("holder", "") for one in trees.all_of(nitf, "doc.copyright")), ""),
        dateline=trees.words(head, "location") or trees.words(head, "dateline"),
    )


def body(content: Tree | None) -> str:
    """The text of a body, without pictures and their captions."""
    if content is None:
        return ""
    for name in ("media", "body.head", "figure"):
        for one in trees.all_of(content, name):
            if one.getparent() is not None:
                trees.remove(one)
    for one in content.iter("*"):
        one.tag = _TAGS.get(trees.name(one), trees.name(one))
    return plain(trees.serialized(content))
