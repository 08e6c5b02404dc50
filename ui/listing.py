"""Every article on a subject, for a terminal, as JSON and as a table. Pure functions."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from qa.collection import Listed, named_in
from qa.types import article_dict, filters_dict
from ui.render import clean, one_line, understood_text
from vectorstore.subjects import Mention

_RECORD = ("published", "source", "title", "authors", "url", "id")
_COLUMNS = (*_RECORD, "about", "times", "sentence")
# What a spreadsheet would take for a formula: cells come from articles, which anybody may have written.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def listed_text(listed: Listed) -> str:
    """How many there are, and a line each: day, outlet, headline; the latest first, those that only name it last."""
    matter = [one for one in listed.mentions if one.is_matter]
    named = [one for one in listed.mentions if not one.is_matter]
    total = f"{len(listed.mentions):,} article{'' if len(listed.mentions) == 1 else 's'}"
    lead = f"{total}{f' on “{one_line(listed.subject)}”' if listed.subject else ''}"
    if named:
        lead += f", of which {len(named):,} only name{'s' if len(named) == 1 else ''} it in passing"
    rows = [lead + ("." if not listed.mentions else ":"), *map(_row, matter)]
    rows += ["In passing:", *map(_row, named)] if named else []
    return "\n".join(filter(None, [*rows, understood_text(listed.within.understood)]))


def _row(one: Mention) -> str:
    article = one.article
    parts = (str(article.published or "undated   "), article.source, article.title or article.id, article.url)
    return "  ".join(one_line(part) if part.strip() else part for part in parts if part)


def listed_dict(listed: Listed) -> dict[str, Any]:
    """What `search --all --json` prints."""
    return {
        "subject": listed.subject,
        "count": len(listed.mentions),
        "articles": [article_dict(one.article) | _named(one) for one in listed.mentions],
        "filters": filters_dict(listed.within.filters, listed.within.understood),
    }


def _named(one: Mention) -> dict[str, Any]:
    start, end = named_in(one)
    quote = one.article.text[start:end]
    return {"about": one.is_matter, "times": one.times, "quote": quote, "start": start, "end": end}


def listed_csv(listed: Listed) -> Iterator[str]:
    """A table with a head, a row an article; no cell is a formula to a spreadsheet."""
    yield from _rows((_COLUMNS, *map(_cells, listed.mentions)))


def articles_csv(articles: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The same of articles as JSON gives them, without what of the subject stands in them."""
    rows = (("; ".join(one[name]) if name == "authors" else str(one[name] or "") for name in _RECORD) for one in articles)
    yield from _rows((_RECORD, *rows))


def _rows(rows: Iterable[Iterable[str]]) -> Iterator[str]:
    for row in rows:
        line = io.StringIO()
        csv.writer(line, lineterminator="\n").writerow([_defused(cell) for cell in row])
        yield line.getvalue()


def _cells(one: Mention) -> tuple[str, ...]:
    article, named = one.article, _named(one)
    day = article.published.isoformat() if article.published else ""
    told = ("yes" if one.is_matter else "in passing", str(one.times), named["quote"])
    return (day, article.source, article.title, "; ".join(article.authors), article.url, article.id, *told)


def _defused(cell: str) -> str:
    plain = one_line(clean(cell))
    return f"'{plain}" if plain.lstrip().startswith(_FORMULA) or cell.startswith(_FORMULA) else plain
