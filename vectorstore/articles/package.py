"""The parts of a document that is a zip file of them (DOCX, ODT, EPUB), no more of each than a document can need."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import Any
from urllib.parse import unquote, urlsplit

from vectorstore.articles import trees
from vectorstore.articles.document import Document
from vectorstore.articles.encodings import Unreadable

_LARGEST = 300_000_000  # bytes of the file, with its pictures
_LARGEST_PART = 40_000_000  # bytes of one part's XML; 342 kB can hold 300 million
_MOST_TOGETHER = 200_000_000  # bytes of all parts that are read
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"


class Package:
    """The parts by name; raises Unreadable where there is no such package."""

    def __init__(self, document: Document, what: str) -> None:
        self._what = what
        content = document.bytes(_LARGEST)
        if content.startswith(_OLD_OFFICE):
            if "EncryptedPackage".encode("utf-16-le") in content:
                raise Unreadable(f"the {what} is locked with a password; save it without one and add that.")
            raise Unreadable(f"the file is of the old Office formats, not {what}; save it as .docx or .odt.")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
            raise Unreadable(f"the {what} is damaged (it is no whole zip file); save or download it again.") from error
        self.names = set(self._zip.namelist())
        self._left = _MOST_TOGETHER

    def __contains__(self, name: str) -> bool:
        return name in self.names

    def bytes(self, name: str) -> bytes:
        """A part's bytes; raises Unreadable where it is missing, broken, locked or too large."""
        try:
            with self._zip.open(name) as part:
                content = part.read(_LARGEST_PART + 1)
        except KeyError as error:
            raise Unreadable(f"the {self._what} has no part {name[:80]!r}; save it again.") from error
        except RuntimeError as error:  # what zipfile says of an encrypted part
            raise Unreadable(f"the {self._what} is locked with a password; save it without one and add that.") from error
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError) as error:
            raise Unreadable(f"the {self._what} is damaged in its part {name[:80]!r}; save or download it again.") from error
        self._left -= len(content)
        if len(content) > _LARGEST_PART or self._left < 0:
            raise Unreadable(f"the {self._what} swells to more than {_LARGEST_PART:,} bytes of text in one part; split it.")
        return content

    def xml(self, name: str) -> Any:
        """A part's tree; raises Unreadable as `bytes` does, and where it is not XML."""
        return trees.xml(self.bytes(name))

    def optional(self, name: str) -> Any:
        """A part's tree, or None where it is missing or broken: the article can do without."""
        try:
            return self.xml(name) if name in self.names else None
        except Unreadable:
            return None


def beside(part: str, target: str) -> str:
    """The name of the part that a part refers to: ("a/b.opf", "../c.xhtml#d") -> "c.xhtml"."""
    path = unquote(urlsplit(target).path)
    folders: list[str] = [] if path.startswith("/") else part.split("/")[:-1]
    for step in path.split("/"):
        if step == "..":
            folders = folders[:-1]
        elif step not in ("", "."):
            folders.append(step)
    return "/".join(folders)


def local(element: Any) -> str:
    """An element's name without its namespace."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: Any, name: str) -> str:
    """An attribute by its name without namespace; empty where there is none."""
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")
