"""A record, what a reader found -> an article; and its fields as people write them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from vectorstore.articles.encodings import LARGEST_ARTICLE, Unreadable
from vectorstore.language.days import day_order, day_words, in_order, parse_day, parse_moment, usual_order
from vectorstore.language.detect import article_language, code_of
from vectorstore.types import Article, Rejected

_LONGEST_FIELD = 2_000  # characters of a headline, an outlet, an id, an address


@dataclass(slots=True)
class Record:
    """What a reader found of an article, every field as it was written; `article` makes one of it, in one way for all formats."""

    text: str = ""
    title: str = ""
    standfirst: str = ""
    authors: str | tuple[str, ...] = ""  # a byline, or names
    source: str = ""
    url: str = ""
    id: str = ""
    published: str = ""
    modified: str = ""
    section: str = ""
    language: str = ""  # "de", "de-AT", "German"
    corrections: tuple[str, ...] = ()
    agency: str = ""
    dateline: str = ""


def article(record: Record, where: str, name: str) -> Iterator[Article | Rejected]:
    """The article that a record makes, after a `Rejected` for a date that is none; raises Unreadable where there is no text.

    One that says no id is named by its address, else `name`. `where` is for the report.
    """
    text = mended(with_standfirst(record.standfirst, record.text))
    if not text.strip():
        raise Unreadable("the text is empty; leave the article out or add its text.")
    if len(text) > LARGEST_ARTICLE:
        raise Unreadable(f"the text has {len(text):,} characters; one article may have {LARGEST_ARTICLE:,}. Split it.")
    published = parse_day(record.published)
    if not published and day_order(record.published) == "unclear":  # as the article's language writes it
        order = usual_order(code_of(record.language) or article_language(text))
        published = parse_day(in_order(record.published, order)) if order else None
    if record.published.strip() and not published:
        yield Rejected(where, no_date(record.published))
    url = web_address(record.url)
    yield Article(
        id=line(record.id) or url or name,
        text=text,
        title=line(record.title),
        source=outlet(record.source, url),
        url=url,
        published=published,
        authors=people(record.authors) if isinstance(record.authors, str) else tuple(filter(None, map(line, record.authors))),
        modified=parse_moment(record.modified) or parse_moment(record.published),
        section=line(record.section),
        language=code_of(record.language),
        corrections=tuple(filter(None, map(line, record.corrections))),
        agency=line(record.agency),
        dateline=line(record.dateline),
    )


def mended(text: str) -> str:
    """The text with each lone surrogate as U+FFFD, one for one: nothing can store or print one."""
    return re.sub("[\ud800-\udfff]", "\ufffd", text)


def line(text: str) -> str:
    """A field for one line of the screen: white space folded, length bounded."""
    return " ".join(mended(text).replace("\0", " ").split())[:_LONGEST_FIELD]


def no_date(value: object) -> str:
    """The report line for a date that is none, or two: losing the article for it would cost more than searching it undated."""
    if day_order(str(value)) == "unclear":
        days = [parse_day(in_order(str(value), order)) for order in ("dmy", "mdy")]
        named = " or ".join(day_words(day) for day in days if day)
        if all(days) and days[0]:
            return f"published: {str(value)[:60]!r} may be {named}; the article is kept without a date. Write it as {days[0]}."
    return f"published: {str(value)[:60]!r} is not a date; the article is kept without one. Write it as 2024-12-31."


def web_address(text: str) -> str:
    """The address if it is an http(s) one, else nothing: it will be shown as a link."""
    address = "".join(mended(text).split())
    try:
        parts = urlsplit(address)
        return address if parts.scheme.lower() in ("http", "https") and parts.hostname and len(address) <= _LONGEST_FIELD else ""
    except ValueError:
        return ""


def outlet(source: str, url: str) -> str:
    """The outlet as given, else the host of the article's address without "www."."""
    return line(source) or ((urlsplit(url).hostname or "").removeprefix("www.") if url else "")


def people(byline: str) -> tuple[str, ...]:
    """The names in a byline: "By Ann Lee, Bo Ray and Cy Dee" -> three names; "Ann Lee, Political Editor" stays one."""
    byline = re.sub(r"^by:?\s+", "", line(byline), flags=re.IGNORECASE)
    several = re.split(r"\s+and\s+|\s*&\s*|\s*;\s*", byline)
    if len(several) > 1:
        several = [name for part in several for name in part.split(",")]
    return tuple(name.strip() for name in several if name.strip())


def with_standfirst(standfirst: str, body: str) -> str:
    """The stored text: the standfirst, a blank line, the body; the body alone where its first paragraph says it already."""
    if not standfirst.strip():
        return body
    first = re.split(r"\n\s*\n|\n", body.lstrip(), maxsplit=1)[0]
    if _words(first).startswith(_words(standfirst)):
        return body
    return f"{standfirst.strip()}\n\n{body}" if body.strip() else standfirst.strip()


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
