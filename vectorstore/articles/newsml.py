"""NewsML-G2, and NewsML 1: a message or an item of news agencies, with its text in NITF, XHTML or plain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from vectorstore.articles import fields, nitf, trees
from vectorstore.articles.document import Document
from vectorstore.articles.encodings import Unreadable
from vectorstore.articles.fields import Record
from vectorstore.articles.markup import has_markup, plain
from vectorstore.articles.trees import Tree
from vectorstore.types import Article, Rejected

_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_USABLE = ("usable", "")
_KINDS = {"picture": "a picture", "video": "a video", "audio": "a sound", "graphic": "a graphic", "composite": "a package"}


def read(document: Document) -> Iterator[Article | Rejected]:
    """The articles of a message, each item of it one."""
    try:
        root = trees.xml(document.bytes(50_000_000))
        is_first = trees.name(root).lower() == "newsml"
        wanted = "NewsItem" if is_first else "newsItem"
        items = [root] if trees.name(root) == wanted else trees.all_of(root, wanted)
        if not items:
            raise Unreadable("it holds no news item with a text; leave it out.")
        for number, item in enumerate(items, start=1):
            where = document.where if len(items) == 1 else f"{document.where}: item {number}"
            name = document.name if len(items) == 1 else f"{document.name}:{number}"
            try:
                yield from fields.article(_of_first(item) if is_first else _of_second(item), where, name)
            except Unreadable as error:
                yield Rejected(where, str(error))
    except Unreadable as error:
        yield Rejected(document.where, str(error))


def _of_second(item: Tree) -> Record:
    """A newsItem of NewsML-G2."""
    meta, content = trees.first(item, "itemMeta"), trees.first(item, "contentMeta")
    _published_or_not(_code(trees.first(meta, "pubStatus")))
    text, inner = _text(trees.first(item, "contentSet"))
    if not text:
        kind = _code(trees.first(meta, "itemClass"))
        if kind in _KINDS:
            raise Unreadable(f"it is {_KINDS[kind]}, not a text; leave it out.")
        text = trees.paragraphs(content, "description")
    language = trees.first(content, "language")
    holder = trees.first(item, "copyrightHolder")
    provider = trees.first(meta, "provider")
    return _over(
        Record(
            text=text,
            title=trees.words(content, "headline") or trees.words(meta, "title"),
            authors=trees.words(content, "by") or trees.words(trees.first(content, "creator"), "name"),
            source=trees.words(trees.first(content, "infoSource"), "name") or _name(provider) or _name(holder),
            id=item.get("guid", ""),
            url=item.get("guid", ""),
            published=trees.words(content, "contentCreated")
            or trees.words(meta, "firstCreated")
            or trees.words(meta, "versionCreated"),
            modified=trees.words(content, "contentModified") or trees.words(meta, "versionCreated"),
            section=trees.words(content, "slugline"),
            language=(language.get("tag", "") if language is not None else "") or item.get(_LANG) or "",
            agency=_name(provider) or _name(holder),
            dateline=trees.words(content, "dateline") or trees.words(trees.first(content, "located"), "name"),
        ),
        inner,
    )


def _of_first(item: Tree) -> Record:
    """A NewsItem of NewsML 1."""
    status = trees.first(item, "Status")
    _published_or_not(status.get("FormalName", "").lower() if status is not None else "")
    identifier = trees.words(item, "PublicIdentifier") or trees.words(item, "NewsItemId")
    text, inner = _text(trees.first(item, "ContentItem"))
    for other in trees.all_of(item, "ContentItem")[1:]:
        if not text:
            text, inner = _text(other)
    provider = next((party.get("FormalName", "") for party in trees.all_of(trees.first(item, "Provider"), "Party")), "")
    language = next((one.get("FormalName", "") for one in trees.all_of(item, "Language")), "")
    return _over(
        Record(
            text=text,
            title=trees.words(item, "HeadLine"),
            standfirst=trees.words(item, "SubHeadLine"),
            authors=trees.words(item, "ByLine"),
            source=provider or trees.words(item, "ProviderId"),
            id=identifier,
            published=trees.words(item, "FirstCreated") or trees.words(item, "DateId"),
            modified=trees.words(item, "ThisRevisionCreated"),
            section=trees.words(item, "SlugLine"),
            language=language or item.get(_LANG) or "",
            agency=provider,
            dateline=trees.words(item, "DateLine"),
        ),
        inner,
    )


def _published_or_not(status: str) -> None:
    if status not in _USABLE:
        raise Unreadable(f"its status is {status!r}: the agency has withdrawn it, and it is left out.")


def _text(content: Tree | None) -> tuple[str, Record | None]:
    """The text of a content, and what a whole NITF article in it says beside."""
    if content is None:
        return "", None
    for inner in trees.all_of(content, "nitf"):
        said = nitf.record(inner)
        if said.text:
            return said.text, said
    for name in ("body.content", "body", "inlineXML", "DataContent"):
        for one in trees.all_of(content, name):
            if text := nitf.body(one):
                return text, None
    for one in trees.all_of(content, "inlineData"):
        if text := (one.text or "").strip():
            return plain(text) if has_markup(text) else text, None
    return "", None


def _over(record: Record, inner: Record | None) -> Record:
    """The record with what it lacks taken from the article inside it."""
    if inner is None:
        return record
    given = {name: getattr(record, name) or getattr(inner, name) for name in Record.__dataclass_fields__}
    return replace(record, **given)


def _code(element: Tree | None) -> str:
    """ "usable" of stat:usable, "text" of ninat:text"""
    return (
        (element.get("qcode") or element.get("uri") or "").rpartition(":")[2].rpartition("/")[2].lower()
        if element is not None
        else ""
    )


def _name(element: Tree | None) -> str:
    if element is None:
        return ""
    return trees.words(element, "name") or element.get("literal") or (element.get("qcode") or "").rpartition(":")[2]
