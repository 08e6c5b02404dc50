"""Files in, articles out: one reader per format.

What cannot be read never stops the rest: it comes back as a `Rejected` that says where, what and how to mend it. `read` here
reads in this process; a rebuild reads in another one, with bounds of time and memory: see apart.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from vectorstore.articles import (
    docx,
    epub,
    feeds,
    html,
    jsonl,
    mail,
    markdown,
    msg,
    newsml,
    nitf,
    odt,
    pdf,
    rtf,
    tables,
    text,
    wxr,
    xmldata,
)
from vectorstore.articles.containers import DEEPEST, leaves
from vectorstore.articles.document import Document, shown
from vectorstore.articles.encodings import Unreadable
from vectorstore.articles.fields import outlet
from vectorstore.articles.kinds import NAMES
from vectorstore.articles.lines import Line, Read
from vectorstore.articles.places import Place, places
from vectorstore.language.days import parse_moment
from vectorstore.types import Article, Rejected

# By kind; `kind` says which a document is.
# A reader that finds documents in its document (a mail's attachments) hands them out to be read by the readers of their kinds.
READERS: dict[str, Callable[[Document], Iterator[Read | Document]]] = {
    "text": text.read,
    "markdown": markdown.read,
    "jsonl": jsonl.read,
    "json": jsonl.read,
    "html": html.read,
    "feed": feeds.read,
    "wxr": wxr.read,
    "nitf": nitf.read,
    "newsml": newsml.read,
    "xml": xmldata.read,
    "csv": tables.read,
    "tsv": tables.read,
    "pdf": pdf.read,
    "docx": docx.read,
    "odt": odt.read,
    "rtf": rtf.read,
    "epub": epub.read,
    "eml": mail.read,
    "mbox": mail.read_mailbox,
    "msg": msg.read,
}
_IN_VAIN = 30_000  # files in an archive, in a row, of which none is an article
_MOST_REJECTED = 1_000  # of one file that are listed; the rest of them is counted


def read(paths: Sequence[Path | str], own: Mapping[str, str] | None = None) -> Iterator[Article | Rejected]:
    """Every article in the given files and folders, in a stable order, and a `Rejected` for whatever is none.

    An article that its file gives no id or URL is named after its place below the given path, so that it keeps its id when the
    collection moves. `own` says what fields are called in the files: see `names.mapping`.
    """
    for place in places(paths):
        found = (place,) if isinstance(place, Rejected) else read_place(replace(place, own=own or {}))
        yield from (item for item in found if not isinstance(item, Line))


def read_place(place: Place, start: int = 0, begun: Callable[[int, str], None] = lambda number, where: None) -> Iterator[Read]:
    """The articles at one place; those of the first `start` documents in it are left out, and lines that its archive has.

    `begun` is told the number and the name of each document in it before it is read.
    """
    begun(start, place.where)
    try:
        document = place.document()
    except Unreadable as error:
        yield Rejected(place.where, str(error))
        return
    yield from read_document(document, start, begun)


def read_document(
    document: Document, start: int = 0, begun: Callable[[int, str], None] = lambda number, where: None
) -> Iterator[Read]:
    """The articles of one document, or of those in it, each by the reader of its kind; its first rejections, and their number."""
    rejected = in_vain = 0
    for number, leaf in enumerate(leaves(document)):
        if number >= start:
            begun(number, (leaf if isinstance(leaf, Rejected) else leaf[0]).where)
            for item in (leaf,) if isinstance(leaf, Rejected) else _articles(*leaf):
                if not isinstance(item, Rejected):
                    in_vain = 0
                    yield item
                elif (rejected := rejected + 1) <= _MOST_REJECTED:
                    yield Rejected(shown(item.where), shown(item.reason))
            if isinstance(leaf, Rejected) or leaf[0] is not document:
                in_vain += 1
                if in_vain > _IN_VAIN:
                    yield Rejected(document.where, f"{in_vain:,} files in a row hold no article; the rest of it is left out.")
                    break
                begun(number + 1, document.where)  # what follows in the archive is unpacked
    if rejected > _MOST_REJECTED:
        yield Rejected(document.where, f"{rejected - _MOST_REJECTED:,} more things in it, as those above, are not listed.")


def _articles(document: Document, kind: str) -> Iterator[Read]:
    """The articles of a document that is no container."""
    try:
        reader = READERS.get(kind)
        if reader is not None:
            for item in reader(document):
                if not isinstance(item, Document):
                    yield _placed(item, document) if isinstance(item, Article) and document.url else item
                elif item.depth > DEEPEST:
                    yield Rejected(item.where, f"it lies in more than {DEEPEST} others; save it apart and add that.")
                else:  # what is attached to a mail
                    for leaf in leaves(item):
                        yield from (leaf,) if isinstance(leaf, Rejected) else _articles(*leaf)
        elif " " in kind:
            remedy = (
                "unpack it and give what is in it" if "archive" in kind else f"leave it out or save its text as one of {NAMES}"
            )
            yield Rejected(document.where, f"it is {kind}, no article; {remedy}.")
        else:
            what = document.suffix or "a name without a suffix"
            yield Rejected(document.where, f"{what} is no format we read; use {NAMES}.")
    except Unreadable as error:
        yield Rejected(document.where, str(error))
    except OSError as error:
        yield Rejected(document.where, f"the file cannot be read ({error.strerror or error}); check its permissions.")
    yield from (Rejected(document.where, doubt) for doubt in document.doubts)


def _placed(article: Article, document: Document) -> Article:
    """The article of a fetched page that does not say its own address: it is the page's. One of several keeps what it has."""
    moment = article.modified or parse_moment(document.fetched)
    if article.id != document.name:
        return replace(article, modified=moment)
    source = article.source or outlet("", document.url)
    return replace(article, id=document.url, url=article.url or document.url, source=source, modified=moment)
