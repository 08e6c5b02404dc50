"""WordPress exports (WXR): published posts and pages, and types of a site's own; drafts and the like are named and left out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from vectorstore.articles import trees
from vectorstore.articles.document import Document
from vectorstore.articles.encodings import Unreadable
from vectorstore.articles.exports import Found
from vectorstore.articles.fields import Record
from vectorstore.articles.lines import Read
from vectorstore.articles.markup import plain
from vectorstore.articles.report import Item, made
from vectorstore.articles.trees import Tree

# What WordPress keeps as posts though they are none.
_NO_POSTS = re.compile(
    r"attachment|nav_menu_item|revision|custom_css|customize_changeset|oembed_cache|user_request|wp_\w+|acf-.*|shop_.*"
)
_CAPTION = re.compile(r"\[(caption|gallery|audio|video|playlist|embed)\b[^\]]{0,2000}\](?:[^\[]{0,2000}\[/\1\])?")
_CALL = re.compile(
    r"\[/?[a-z][a-z0-9_-]{1,30}(?:\s+[a-z0-9_-]+\s*=[^\]]{0,500})\]|\[/[a-z][a-z0-9_-]{1,30}\]|\[(?:gallery|toc|more)\]"
)


def read(document: Document) -> Iterator[Read]:
    """The posts and pages of an export, one by one in bounded memory."""
    yield from made(_items(document), document.where)


def _items(document: Document) -> Iterator[Item]:
    names: dict[str, str] = {}
    site = language = ""
    number = 0
    try:
        with document.open() as file:
            for element in trees.elements(file, ("item", "author")):
                if not site and (channel := element.getparent()) is not None:
                    site, language = channel.findtext("title") or "", channel.findtext("language") or ""
                if trees.name(element) == "author":
                    names[trees.words(element, "author_login")] = trees.words(element, "author_display_name")
                    continue
                kind = trees.words(element, "post_type") or "post"
                if _NO_POSTS.fullmatch(kind):
                    continue
                number += 1
                yield Item(
                    _post(element, names, site, language), f"{document.where}:{kind} {number}", f"{document.name}:{number}"
                )
    except Unreadable as error:
        yield Item(Found(problem=str(error)), document.where, "")
        return
    if not number:
        yield Item(Found(problem="the export holds no post; export the posts too."), document.where, "")


def _post(item: Tree, names: dict[str, str], site: str, language: str) -> Found:
    title, status = trees.words(item, "title"), trees.words(item, "status") or "publish"
    if status not in ("publish", "inherit"):
        return Found(problem=f"the post {title[:80]!r} is marked {status!r}: it was not published, and is left out.")
    if trees.words(item, "post_password"):
        return Found(problem=f"the post {title[:80]!r} is behind a password, and is left out.")
    bodies = [child.text or "" for child in item if trees.name(child) == "encoded"]  # content:encoded, then excerpt:encoded
    text = next((made for body in bodies if (made := _reduced(body)).strip()), "")
    if not text:
        return Found(problem=f"the post {title[:80]!r} has no text; leave it out.")
    creator = trees.words(item, "creator")
    sections = [child.text or "" for child in item if trees.name(child) == "category" and child.get("domain") == "category"]
    return Found(
        Record(
            text=text,
            title=plain(title),
            authors=(names.get(creator) or creator,),
            source=site,
            url=trees.words(item, "link") or trees.words(item, "guid"),
            published=_day(trees.words(item, "post_date")) or trees.words(item, "pubDate"),
            modified=_day(trees.words(item, "post_modified_gmt")) or _day(trees.words(item, "post_modified")),
            section=next((name for name in sections if name.casefold() != "uncategorized"), ""),
            language=language,
        )
    )


def _day(text: str) -> str:
    return "" if text.startswith("0000") else text


def _reduced(body: str) -> str:
    """A post without what its site would put in: pictures with captions, galleries, calls of plugins."""
    return plain(_CALL.sub("", _CAPTION.sub("", body)))
