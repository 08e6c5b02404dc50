"""Bytes as text."""

from __future__ import annotations

import codecs
import re

LARGEST_ARTICLE = 10_000_000  # bytes; the longest in our news data has 0.2 million. Bounds the memory of one article.


class Unreadable(ValueError):
    """Why a file or a record is no article, in words for the report."""


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
