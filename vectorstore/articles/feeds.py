"""RSS, RDF and Atom feeds: each entry is an article, with all the text that the feed has of it.

A feed often gives a teaser only; it is kept, since it is what the outlet published there. Nothing that a feed names is opened.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

from vectorstore.articles.bylines import names
from vectorstore.articles.document import Document
from vectorstore.articles.encodings import Unreadable
from vectorstore.articles.fields import Record, article, line, web_address
from vectorstore.articles.jsonld import title_key
from vectorstore.articles.markup import has_markup, plain, visible
from vectorstore.language.days import parse_day
from vectorstore.language.lexicon import LANGUAGES, pattern
from vectorstore.types import Article, Rejected

_LARGEST = 50_000_000  # bytes
_CUT = re.compile(r"(?:\.\.\.|…|\[…\]|\[\.\.\.\])\W{0,5}$")  # a summary that the outlet's software has cut
_MAIL, _BRACKETS = re.compile(r"[^\s@()<>]{1,80}@[^\s@()<>]{1,80}"), re.compile(r"^\W*\(([^()]*)\)\W*$")
_START, _LONGEST_FOOTER, _LONGEST_TRAILER = 60, 80, 500  # characters

Entry = dict[str, Any]


def read(document: Document) -> Iterator[Article | Rejected]:
    """The articles of a feed, in its order."""
    import feedparser

    try:
        content = document.bytes(_LARGEST)
    except Unreadable as error:
        yield Rejected(document.where, str(error))
        return
    # Bytes in a file: what a string names, feedparser would open. What is in the text is for `plain` to judge.
    content, cut = _closed(content)
    feed = feedparser.parse(io.BytesIO(content), sanitize_html=False, resolve_relative_uris=False)
    entries = feed.get("entries") or []
    if not entries:
        yield Rejected(document.where, _why_empty(feed))
    for number, entry in enumerate(entries, start=1):
        where = f"{document.where}:entry {number}"
        try:
            yield from article(_record(entry, feed.get("feed") or {}), where, f"{document.name}:{number}")
        except Unreadable as error:
            yield Rejected(where, str(error))
    if cut and entries:
        yield Rejected(
            f"{document.where}:entry {len(entries)}", "the feed breaks off here; what there is of it is kept. Fetch it again."
        )


def _closed(content: bytes) -> tuple[bytes, bool]:
    """The feed with the tags closed that are open where it was cut off, and whether it was: a parser drops their text."""
    opened = max(content.rfind(b"<item"), content.rfind(b"<entry"))
    root = re.search(rb"<(rss|feed|rdf:RDF)[\s>]", content[:10_000], re.IGNORECASE)
    if opened < 0 or root is None or b"</" + root[1] in content[opened:] or len(content) - opened > _LARGEST // 10:
        return content, False
    tail = re.sub(rb"<[^<>]{0,2000}$|&[#\w]{0,10}$|[\x80-\xff]{1,3}$", b"", content[opened:])
    if tail.rfind(b"<![CDATA[") > tail.rfind(b"]]>"):
        tail += b"]]>"
    open_tags: list[bytes] = []
    for tag in re.finditer(
        rb"<(/?)([A-Za-z][\w:.-]{0,60})[^<>]*?(/?)>", re.sub(rb"<!\[CDATA\[.*?\]\]>", b"", tail, flags=re.DOTALL)
    ):
        if tag[1]:
            while open_tags and open_tags.pop() != tag[2]:
                pass
        elif not tag[3]:
            open_tags.append(tag[2])
    around = [root[1]] if root[1].lower() != b"rss" else [b"channel", root[1]]
    return content[:opened] + tail + b"".join(b"</%s>" % name for name in [*reversed(open_tags), *around]), True


def _record(entry: Entry, feed: Entry) -> Record:
    """What an entry says; raises Unreadable where it has neither a text nor a title."""
    title = line(_reduced(entry.get("title", "")))
    outlet = line(_reduced((entry.get("source") or {}).get("title") or feed.get("title", "")))
    title = _without_outlet(title, outlet)
    contents = [(_reduced(one.get("value", ""), one.get("type", "")), one) for one in entry.get("content") or ()]
    summary = _reduced(entry.get("summary", ""), (entry.get("summary_detail") or {}).get("type", ""))
    body, content = max(contents, key=lambda one: len(one[0]), default=("", entry))
    text = _without_footer(body or summary, title, outlet) or title
    if not text:
        raise Unreadable("the entry has neither a text nor a title; leave it out.")
    guid, link = line(entry.get("id", "")), entry.get("feedburner_origlink") or entry.get("link") or ""
    url = web_address(_joined(feed.get("link", ""), link)) or web_address(guid)
    published = _day(entry, "published") or _day(entry, "created") or _day(entry, "updated")
    tags = [line(_reduced(tag.get("label") or tag.get("term") or "")) for tag in entry.get("tags") or ()]
    return Record(
        text=text,
        title=title,
        standfirst=summary if body and not _same_start(summary, body) and not _CUT.search(summary) else "",
        authors=names(_reduced(one) for one in _authors(entry)),
        source=outlet,
        url=url,
        id="" if web_address(guid) else guid,
        published=published,
        modified=_day(entry, "updated"),
        section=next(filter(None, tags), ""),
        language=(content.get("language") if body else "")
        or (entry.get("title_detail") or {}).get("language")
        or feed.get("language")
        or "",
    )


def _reduced(value: object, kind: str = "") -> str:
    """A text of a feed, whatever it is said to be: what is called plain is HTML as often."""
    text = value if isinstance(value, str) else ""
    return plain(text) if has_markup(text) or "html" in kind else visible(text).strip()


def _day(entry: Entry, name: str) -> str:
    """A date as it is written, or as feedparser reads it where we cannot."""
    # dict.get: feedparser's own gives one date for another, with a warning
    written, parsed = line(dict.get(entry, name) or ""), dict.get(entry, f"{name}_parsed")
    if parse_day(written) or not parsed:
        return written
    return "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z".format(*parsed[:6])


def _authors(entry: Entry) -> list[str]:
    """Its bylines; "ann@echo.example (Ann Lee)" is one of Ann Lee's, in whatever order."""
    several = [one.get("name") or "" for one in entry.get("authors") or () if one]
    several = several if any(several) and "@" not in line(entry.get("author") or "") else [entry.get("author") or ""]
    return [_BRACKETS.sub(r"\1", _MAIL.sub("", line(name)).replace("()", "")) for name in several]


def _without_outlet(title: str, outlet: str) -> str:
    """ "Ferry sinks - Saltmere Post" without the outlet, as aggregators add it."""
    head = title.removesuffix(outlet).rstrip() if outlet else title
    return (
        head[:-1].rstrip() if head != title and head[-1:] in "-–—|" and head[:-1].endswith(" ") and head[:-1].strip() else title
    )


def _without_footer(text: str, title: str, outlet: str) -> str:
    """The text without a last paragraph of links: "The post TITLE appeared first on OUTLET", whatever the language."""
    above, _, last = text.rpartition("\n\n")
    if (
        above
        and len(last) < _LONGEST_TRAILER
        and any(pattern("pages.trailers", one).fullmatch(last.strip()) for one in LANGUAGES)
    ):
        return above
    words = title_key(last)
    both = title_key(title) and title_key(title) in words and title_key(outlet) in words
    return above if above and both and len(last) < len(title) + len(outlet) + _LONGEST_FOOTER else text


def _same_start(summary: str, body: str) -> bool:
    key = title_key(summary)
    return not key or title_key(body[: 2 * len(summary) + 100]).startswith(key[:_START])


def _joined(base: str, link: str) -> str:
    try:
        return urljoin(base, link)
    except ValueError:
        return ""


def _why_empty(feed: Entry) -> str:
    if feed.get("version"):
        return "the feed has no entries; fetch it again later."
    problem = line(str(feed.get("bozo_exception") or ""))[:100]
    return f"it is no RSS or Atom feed{f' ({problem})' if problem else ''}; save the feed itself, not its page."
