"""Files in, articles out: one reader per format, chosen by the file's suffix.

What cannot be read never stops the rest: it comes back as a `Rejected` that says where, what and how to mend it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from vectorstore.articles import jsonl, markdown, text
from vectorstore.generations import is_index
from vectorstore.types import Article, Rejected

READERS = {
    ".txt": text.read,
    ".md": markdown.read,
    ".markdown": markdown.read,
    ".jsonl": jsonl.read,
    ".jsonl.gz": jsonl.read,
    ".json": jsonl.read_json,
}


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
                yield Rejected(str(path), f"the folder holds no file to read; put {_formats()} files into it.")
            for file in found:
                yield from _read_file(file, f"{label}/{file.relative_to(path).as_posix()}")
        elif path.exists():
            yield from _read_file(path, label)
        else:
            yield Rejected(str(path), "there is no such file or folder; check the path.")


def _read_file(path: Path, name: str) -> Iterator[Article | Rejected]:
    reader = READERS.get(_suffix(path))
    if not path.is_file():
        yield Rejected(str(path), "this is no regular file; give files or folders.")
    elif reader is None:
        yield Rejected(str(path), f"{path.suffix or 'a name without a suffix'} is no format we read; use {_formats()}.")
    else:
        try:
            yield from reader(path, name)
        except OSError as error:
            yield Rejected(str(path), f"the file cannot be read ({error.strerror or error}); check its permissions.")


def _suffix(path: Path) -> str:
    name = path.name.lower()
    return next((suffix for suffix in sorted(READERS, key=len, reverse=True) if name.endswith(suffix)), "")


def _formats() -> str:
    return ", ".join(READERS)


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
