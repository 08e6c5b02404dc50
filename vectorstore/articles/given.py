"""Articles that a program hands over: as they are, or as dicts with fields by their usual names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from vectorstore.articles.exports import Found, from_fields
from vectorstore.articles.lines import Line
from vectorstore.articles.report import Item, made
from vectorstore.types import Article, Rejected

_GIVEN = "given"


def given(several: Iterable[Article | Mapping[str, object]], own: Mapping[str, str]) -> Iterator[Article | Rejected]:
    """Each as an article, or why it is none; a dict without an id and an address is named after its number."""
    for number, one in enumerate(several, start=1):
        if isinstance(one, Article):
            yield one
        else:
            found = (
                from_fields(one, own) if isinstance(one, Mapping) else Found(problem=f"it is a {type(one).__name__}, no dict.")
            )
            told = made([Item(found, f"{_GIVEN}:{number}", f"{_GIVEN}:{number}")], _GIVEN)
            yield from (item for item in told if not isinstance(item, Line))
