"""Web archives (WARC, also in .gz and in WACZ): each page that was answered, with its address and the moment it was fetched.

The moment tells versions of a page apart; it is no day of publication. What was not found, or not changed since, and pictures,
styles and programs are passed over.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from vectorstore.articles.document import Document, shown
from vectorstore.articles.encodings import Unreadable
from vectorstore.types import Rejected

_LARGEST_PAGE = 20_000_000  # bytes
_NO_PAGE = re.compile(r"\s*(?:image|video|audio|font)/|.*(?:css|javascript|ecmascript|woff)", re.IGNORECASE)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE)


def pages(document: Document, take: Callable[[int], None]) -> Iterator[Document | Rejected]:
    """The pages in a web archive; `take` is told how many bytes each has, and may raise Unreadable."""
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    with document.open() as file:
        found = 0
        try:
            for record in ArchiveIterator(file):
                for page in _page(record, document, take) if record.rec_type in ("response", "resource") else ():
                    found += 1
                    yield page
        except (ArchiveLoadFailed, EOFError, KeyError, OSError, ValueError) as error:
            if isinstance(error, Unreadable):
                raise
            said = " ".join(str(error).split())[:100] or type(error).__name__
            raise Unreadable(f"the web archive is damaged from here on ({said}); fetch it again.") from error
    if not found:
        yield Rejected(document.where, "the web archive holds no page that was there; leave it out.")


def _page(record: Any, document: Document, take: Callable[[int], None]) -> Iterator[Document | Rejected]:
    address = (record.rec_headers.get_header("WARC-Target-URI") or "").strip("<> ")
    answer = record.http_headers
    if answer is not None and answer.get_statuscode() != "200":
        return
    media = (answer.get_header("Content-Type") if answer is not None else record.rec_headers.get_header("Content-Type")) or ""
    if _NO_PAGE.match(media) or urlsplit(address).path.rstrip("/").endswith("robots.txt") or address.startswith(("dns:", "urn:")):
        return
    content = record.content_stream().read(_LARGEST_PAGE + 1)
    take(len(content))
    where = f"{document.where}: {shown(address)}"
    if len(content) > _LARGEST_PAGE:
        yield Rejected(where, f"the page has more than {_LARGEST_PAGE:,} bytes; save it apart.")
    elif content:
        charset = _CHARSET.search(media)
        yield Document(
            where,
            shown(address) or document.name,
            lambda: io.BytesIO(content),
            url=address if address.lower().startswith(("http://", "https://")) else "",
            fetched=record.rec_headers.get_header("WARC-Date") or "",
            charset=charset[1] if charset else "",
            depth=document.depth + 1,
            own=document.own,
        )
