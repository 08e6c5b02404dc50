"""From what a reader found to its articles: unclear dates settled by the file's clear ones, no more report lines than help."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from vectorstore.articles import fields
from vectorstore.articles.encodings import Unreadable
from vectorstore.articles.exports import Found
from vectorstore.articles.lines import Line, Read
from vectorstore.language.days import day_order, in_order
from vectorstore.types import Article, Rejected

_MOST_LINES = 200  # about one document; what follows is counted
_HELD = 300  # articles with unclear dates that wait for a clear one
_IN_VAIN = 50_000  # items in a row of which none is an article: the rest of the file is not read


class Item(NamedTuple):
    """What was found at a place of a document."""

    found: Found
    where: str
    name: str
    line: Line | None = None  # the line that is all of it; one that is known is not read


def made(items: Iterable[Item], document_where: str) -> Iterator[Read]:
    """The articles of one document, each after its report lines."""
    yield from _bounded(_articles(_settled(items)), document_where)


def _articles(items: Iterable[Item]) -> Iterator[Read]:
    for found, where, name, line in items:
        if line and line.known:
            yield line
            continue
        yield from (Rejected(where, odd) for odd in found.odd)
        if found.record is None:
            yield Rejected(where, found.problem)
            continue
        try:
            several = list(fields.article(found.record, where, name))
        except Unreadable as error:
            several = [Rejected(where, str(error))]
        if line and _is_whole(found, several, name):
            yield line
        yield from several


def _is_whole(found: Found, several: Sequence[Article | Rejected], name: str) -> bool:
    """Whether a line says all of its article: neither the number of the line nor the dates of others have a part in it."""
    first = several[0]
    alone = len(several) == 1 and not found.odd and isinstance(first, Article) and first.id != name
    return alone and found.record is not None and not day_order(found.record.published)


def _settled(items: Iterable[Item]) -> Iterator[Item]:
    """The items, with dates such as 03/04/2024 read as those of the same file that can be read in one way only, 21/04/2024.

    The first unclear ones wait until a clear one comes; where both orders occur they stay unclear.
    """
    waiting: deque[Item] = deque()
    orders: set[str] = set()
    for item in items:
        record = item.found.record
        order = day_order(record.published) if record else ""
        if order in ("dmy", "mdy"):
            orders.add(order)
        if waiting or (order == "unclear" and not orders):
            waiting.append(item)
            if orders or len(waiting) > _HELD:
                yield from (_in_order(one, orders) for one in waiting)
                waiting.clear()
        else:
            yield _in_order(item, orders)
    yield from (_in_order(one, orders) for one in waiting)


def _in_order(item: Item, orders: set[str]) -> Item:
    record = item.found.record
    if record is None or len(orders) != 1 or day_order(record.published) != "unclear":
        return item
    (order,) = orders
    settled = replace(record, published=in_order(record.published, order), modified=in_order(record.modified, order))
    return item._replace(found=replace(item.found, record=settled), line=None)  # with other lines it would be another day


def _bounded(items: Iterable[Read], where: str) -> Iterator[Read]:
    """No more lines than help: those before the first article wait, since a file of other things gets one line, not thousands."""
    articles = said = more = in_vain = 0
    held: list[Rejected] = []
    for item in items:
        if not isinstance(item, Rejected):
            yield from held
            said += len(held)
            held.clear()
            articles += 1
            in_vain = 0
            yield item
            continue
        in_vain += 1
        if in_vain > _IN_VAIN:
            held.append(Rejected(where, f"{in_vain:,} items in a row are no articles; the rest of the file was not read."))
            break
        if said + len(held) >= _MOST_LINES:
            more += 1
        elif articles:
            said += 1
            yield item
        else:
            held.append(item)
    if len(held) > 3:
        first = held[0]
        place = first.where.removeprefix(where).lstrip(":")
        yield Rejected(where, f"none of its lines is an article; the first, {place or 1}: {first.reason}")
    else:
        yield from held
        if more:
            yield Rejected(
                where, f"{more:,} more items of this file are no articles, or lack a field; the first are listed above."
            )
