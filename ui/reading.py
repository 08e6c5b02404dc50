"""What the collection holds, as the API gives it: passages, an article and its versions, counts, what matches by day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from qa.asking import asked
from qa.assistant import Assistant, readable
from qa.collection import on_it
from qa.errors import NotFound
from qa.texts.checking import checked_text
from qa.types import article_dict, filters_dict, found_dict
from ui.export import export_of, exported, file_name
from ui.feedback import keep, row_of
from ui.reader import reader_html
from ui.render import answer_html, evidence_html
from ui.stored import read_answer
from ui.wire import Asked, record_dict
from vectorstore.rejections import rejected
from vectorstore.types import Filters

_MATCHING = 500  # passages that a timeline looks at
_CHECKING = 60.0  # seconds that a text may take; what they do not suffice for is named
_REJECTED = 100  # things that could not be read, of those that a collection lists


def search(assistant: Assistant, question: Asked, k: int) -> dict[str, Any]:
    """What `search --json` prints."""
    text = readable(question.question)
    return {"question": text, **found_dict(assistant.index.retrieve(text, question.filters, question.today, question.ignore, k))}


def check(assistant: Assistant, text: str, filters: Filters) -> dict[str, Any]:
    """What `check --json` prints."""
    return checked_text(text, assistant.index, filters, _CHECKING).as_dict()


def export(assistant: Assistant, given: Sequence[Any], form: str, title: str, bom: bool, today: date) -> tuple[str, str]:
    """The name and the text of what `export` writes of these answers."""
    made = export_of(given, assistant.index, today, title)
    return file_name(made, form), exported(made, form, bom)


def feedback(assistant: Assistant, given: dict[str, Any], file: Path, now: datetime) -> dict[str, Any]:
    """Keeps what a reader says of an answer; what it gives has the id by which the reader can change it."""
    row = row_of(given, now, assistant.summary().generation)
    keep(row, file)
    return {"id": row["id"], "kept": True}


def article(assistant: Assistant, id_: str) -> dict[str, Any]:
    """The whole article with its record, and its earlier versions, the latest first. Raises NotFound."""
    found = assistant.index.article(id_)
    if found is None:
        raise NotFound(f"There is no article {id_[:80]!r}: take an id from a search or an answer.")
    return record_dict(found) | {"versions": [record_dict(version) for version in assistant.index.versions(id_)]}


def reader(assistant: Assistant, id_: str, start: int, end: int) -> dict[str, Any]:
    """The whole article as safe HTML, with what stands from `start` to `end` marked. Raises NotFound."""
    found = assistant.index.article(id_)
    if found is None:
        raise NotFound(f"The article {id_[:80]!r} is no longer in the collection: ask again to see what is.")
    return {"html": reader_html(found, start, end)}


def rendered(assistant: Assistant, answers: Sequence[tuple[int, dict[str, Any]]]) -> dict[str, Any]:
    """Answers that a client has kept, as safe HTML, with their quotes looked up in the collection as it is now."""
    stored = cache(assistant.index.article)
    shown = ((turn, read_answer(given, stored)) for turn, given in answers)
    return {
        "rendered": [
            {"turn": turn, "html": answer_html(answer, turn), "evidence": evidence_html(answer, turn)} for turn, answer in shown
        ]
    }


def collection(assistant: Assistant) -> dict[str, Any]:
    """What is indexed, and what could not be read."""
    index, summary = assistant.index, assistant.summary()
    count, first = rejected(index.index_dir, _REJECTED)
    return {
        "index": summary.generation,
        "articles": summary.articles,
        "passages": summary.passages,
        "vectors": summary.vectors,
        "refreshed": summary.refreshed,
        "first": _iso(summary.first),
        "last": _iso(summary.last),
        "undated": summary.undated,
        "outlets": [{"source": source, "articles": articles} for source, articles in summary.sources],
        "languages": [{"language": language, "articles": articles} for language, articles in index.languages()],
        "months": _months((day, articles) for _, day, articles in index.holdings()),
        "rejected": {"count": count, "first": [{"where": one.where, "reason": one.reason} for one in first]},
        "model": assistant.model_name,
    }


def timeline(assistant: Assistant, question: Asked) -> dict[str, Any]:
    """How many articles match by day and outlet, the oldest day first; without a question, all that the filters admit."""
    index, filters = assistant.index, question.filters
    matching: list[dict[str, Any]] | None = None
    if question.question:
        text = readable(question.question)
        found = index.retrieve(text, filters, question.today, question.ignore, _MATCHING)
        filters, understood = found.scope.filters, found.scope.understood
        _, articles = on_it(asked(text), found)
        articles = [one for one in articles if filters.admits(one)]
        counted = Counter((one.published, one.source) for one in articles)
        matching = [article_dict(one) for one in sorted(articles, key=lambda one: one.published or date.min)]
    else:
        counted, understood = Counter(), ()
        for source, day, number in index.holdings(filters):
            counted[day, source] += number
    rows = sorted(counted.items(), key=lambda row: (row[0][0] or date.min, row[0][1]))
    return {
        "question": question.question,
        "filters": filters_dict(filters, understood),
        "articles": sum(counted.values()),
        "days": [{"day": _iso(day), "source": source, "articles": number} for (day, source), number in rows],
        "months": _months((day, number) for (day, _), number in rows),
    } | ({"matching": matching} if matching is not None else {})


def _months(days: Iterable[tuple[date | None, int]]) -> list[dict[str, Any]]:
    counted: Counter[str] = Counter()
    for day, number in days:
        if day:
            counted[day.isoformat()[:7]] += number
    return [{"month": month, "articles": counted[month]} for month in sorted(counted)]


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
