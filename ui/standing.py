"""Where a quote that was kept stands now, and what may be said of a sentence that shows quotes. No library."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

from qa.parts import QUOTED_ABOVE
from qa.quoting import DIFFER
from vectorstore.language.folding import folded
from vectorstore.types import Article

# What is said of a claim: exactly what was done, and no more.
VERBATIM = "quoted word for word"
DIFFERS = "quoted word for word; the reports differ"
RECORDED = "the headline, from the article's record"
COUNTED = "counted in the articles' records when it was answered"
NO_CLAIM = "no claim about the articles"
CHANGED = "not word for word"
OTHER_WORDS = "its words are not those of its quote"

_QUOTATION = re.compile(r"“(.*)”", re.S)


class Shown(Protocol):
    """A quote with its article."""

    @property
    def quote(self) -> str: ...
    @property
    def article(self) -> Article: ...


def where(quote: str, text: str, start: object) -> int:
    """Where a quote stands, character for character: at the offset that was saved, else where it stands first; -1: nowhere."""
    if not quote.strip():
        return -1
    at_offset = isinstance(start, int) and start >= 0 and text.startswith(quote, start)
    return start if at_offset and isinstance(start, int) else text.find(quote)


def shows_quote(text: str) -> bool:
    """Whether a sentence begins with a quotation."""
    return bool(_QUOTATION.match(text))


def verbatim(text: str, cited: Sequence[Shown]) -> str:
    """What to say of a sentence that shows quotes: all of what stands between its marks must be their words."""
    said, dash, _ = text.rpartition("” — ")
    marked = _QUOTATION.search(f"{said}”" if dash else text)
    if not marked:
        return COUNTED
    left = whole = f" {' '.join(words(marked[1]))} "
    for one in sorted(cited, key=lambda one: -len(one.quote)):
        left = left.replace(f" {' '.join(words(one.quote))} ", " ", 1)
    titles = {" ".join(words(one.article.title or one.article.id)) for one in cited}
    if left != whole and left.strip() in {"", *titles}:  # a list shows the headline behind the quote
        return DIFFERS if text.startswith(DIFFER) else VERBATIM
    if left.strip() in titles:
        return RECORDED
    if text.startswith(QUOTED_ABOVE):
        return NO_CLAIM
    return CHANGED if shows_quote(text) else COUNTED  # the subject that was asked for stands in marks


def words(text: str) -> list[str]:
    return re.findall(r"\w+", folded(text).casefold())
