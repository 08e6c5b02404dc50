"""Files in, articles out: one reader per format.

What cannot be read never stops the rest: it comes back as a `Rejected` that says where, what and how to mend it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from vectorstore.articles import docx, epub, jsonl, mail, markdown, msg, odt, pdf, rtf, text
from vectorstore.articles.document import Document
from vectorstore.articles.kinds import NAMES, kind
from vectorstore.generations import is_index
from vectorstore.types import Article, Rejected

# By kind; `kind` says which a document is.
# A reader that finds documents in its document (a mail's attachments) hands them out to be read by the readers of their kinds.
READERS: dict[str, Callable[[Document], Iterator[Article | Rejected | Document]]] = {
    "text": text.read,
    "markdown": markdown.read,
    "jsonl": jsonl.read,
    "json": jsonl.read_json,
    "pdf": pdf.read,
    "docx": docx.read,
    "odt": odt.read,
    "rtf": rtf.read,
    "epub": epub.read,
    "eml": mail.read,
    "mbox": mail.read_mailbox,
    "msg": msg.read,
}
_DEEPEST = 5  # documents in one another: a mail in a mail in a mailbox


def read(paths: Sequence[Path]) -> Iterator[Article | Rejected]:
    """Every article in the given files and folders, in a stable order, and a `Rejected` for whatever is none.

    Folders are walked with hidden files and indexes left out and links followed once. An article that its file gives no id or
    URL is named after its place below the given path, so that it keeps its id when the collection moves.
    """
    for path, label in zip(paths, _labels(paths), strict=True):
        if is_index(path):
            yield Rejected(str(path), "this folder is an index; give the articles that it was made from.")
        elif path.is_dir():
            found = list(_walk(path))
            if not found:
                yield Rejected(str(path), f"the folder holds no file to read; put {NAMES} files into it.")
            for file in found:
                yield from _read_file(file, f"{label}/{file.relative_to(path).as_posix()}")
        elif path.exists():
            yield from _read_file(path, label)
        else:
            yield Rejected(str(path), "there is no such file or folder; check the path.")


def _read_file(path: Path, name: str) -> Iterator[Article | Rejected]:
    if path.is_file():
        yield from read_document(Document.of_file(path, name))
    else:
        yield Rejected(str(path), "this is no regular file; give files or folders.")


def read_document(document: Document) -> Iterator[Article | Rejected]:
    """The articles of one document, by the reader of its kind."""
    try:
        reader = READERS.get(kind(document))
        if reader is None:
            what = document.suffix or "a name without a suffix"
            yield Rejected(document.where, f"{what} is no format we read; use {NAMES}.")
        else:
            for found in reader(document):
                if not isinstance(found, Document):
                    yield found
                elif found.depth <= _DEEPEST:
                    yield from read_document(found)
                else:
                    yield Rejected(found.where, f"it lies in more than {_DEEPEST} others; save it apart and add that.")
    except OSError as error:
        yield Rejected(document.where, f"the file cannot be read ({error.strerror or error}); check its permissions.")


def _walk(folder: Path) -> Iterator[Path]:
    seen = set()
    for where, folders, files in os.walk(folder, followlinks=True):
        real = os.path.realpath(where)
        if real in seen:  # a link that leads back up
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(name for name in folders if not name.startswith(".") and not is_index(Path(where, name)))
        yield from (Path(where, name) for name in sorted(files) if not name.startswith("."))


def _labels(paths: Sequence[Path]) -> list[str]:
    """For each path its name, with as many parents as tell it from the others."""
    parts = [path.resolve().parts for path in paths]
    labels = []
    for own in parts:
        others = {other for other in parts if other != own}
        length = 1
        while length < len(own) and any(other[-length:] == own[-length:] for other in others):
            length += 1
        labels.append("/".join(own[-length:]).strip("/"))
    return labels
