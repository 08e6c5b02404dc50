"""What the readers share: bytes -> text, and the fields of an article as people write them."""

from __future__ import annotations

import codecs
import re
from pathlib import Path
from urllib.parse import urlsplit

LARGEST_ARTICLE = 10_000_000  # bytes; the longest in our news data has 0.2 million. Bounds the memory of one article.
_LONGEST_FIELD = 2_000  # characters of a headline, an outlet, an id, an address


class Unreadable(ValueError):
    """Why a file or a record is no article, in words for the report."""


def file_text(path: Path) -> str:
    """The text of a file with LF line ends; raises Unreadable where it is not text or too large."""
    size = path.stat().st_size
    if size > LARGEST_ARTICLE:
        raise Unreadable(f"the file has {size:,} bytes; one article may have {LARGEST_ARTICLE:,}. Split it.")
    return decoded(path.read_bytes()).replace("\r\n", "\n").replace("\r", "\n")


def decoded(raw: bytes) -> str:
    """Bytes as text: UTF-8, UTF-16 where a byte order mark says so, else Windows-1252 if that makes text of it."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    elif b"\0" in raw:
        raise Unreadable("the file is not text (it holds NUL bytes); save it as UTF-8 text.")
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding != "cp1252" or not re.search(r"[\x01-\x08\x0e-\x1f\x7f]", text):
            return text
    raise Unreadable("the file is not text in UTF-8, UTF-16 or Windows-1252; save it as UTF-8 text.")


def mended(text: str) -> str:
    """The text with each lone surrogate as U+FFFD, one for one: nothing can store or print one."""
    return re.sub("[\ud800-\udfff]", "\ufffd", text)


def line(text: str) -> str:
    """A field for one line of the screen: white space folded, length bounded."""
    return " ".join(mended(text).replace("\0", " ").split())[:_LONGEST_FIELD]


def no_date(value: object) -> str:
    """The report line for a date that is none: losing the article for it would cost more than searching it undated."""
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
