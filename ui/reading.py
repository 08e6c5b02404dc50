"""What the collection holds, as the API gives it: passages, an article and its versions, counts, what matches by day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from qa.asking import asked
from qa.assistant import Assistant, readable
from qa.collection import Listed, on_it, wanted
from qa.collection import everything as listed
from qa.errors import NotFound
from qa.rewrite import without_about
from qa.texts.checking import checked_text
from qa.types import article_dict, filters_dict, found_dict
from ui.export import export_of, exported, file_name
from ui.feedback import keep, row_of
from ui.jobs import OVER, Uploads
from ui.reader import reader_html
from ui.render import answer_html, evidence_html
from ui.stored import read_answer
from ui.wire import Asked, record_dict
from ui.wording import Wording, speaking
from vectorstore.archive import Given
from vectorstore.rejections import rejected
from vectorstore.types import Filters
from vectorstore.uploads import SCHEME, Uploaded, uploaded

_MATCHING = 500  # passages that a timeline looks at
_CHECKING = 60.0  # seconds that a text may take; what they do not suffice for is named
_NOTHING = Given(0, 0, 0, 0)
_CHOICES = 500  # sections that a page offers
_REJECTED = 100  # things that could not be read, of those that a collection lists


def search(assistant: Assistant, question: Asked, k: int) -> dict[str, Any]:
    """What `search --json` prints."""
    text = readable(question.question)
    return {"question": text, **found_dict(assistant.index.retrieve(text, question.filters, question.today, question.ignore, k))}


def check(assistant: Assistant, text: str, filters: Filters) -> dict[str, Any]:
    """What `check --json` prints."""
    return checked_text(text, assistant.index, filters, _CHECKING, second=assistant.second).as_dict()


def export(
    assistant: Assistant, given: Sequence[Any], form: str, title: str, bom: bool, today: date, words: Wording
) -> tuple[str, str]:
    """The name and the text of what `export` writes of these answers."""
    made = export_of(given, assistant.index, today, title)
    with speaking(words):
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


def reader(assistant: Assistant, id_: str, start: int, end: int, words: Wording) -> dict[str, Any]:
    """The whole article as safe HTML, with what stands from `start` to `end` marked. Raises NotFound."""
    found = assistant.index.article(id_)
    if found is None:
        raise NotFound(f"The article {id_[:80]!r} is no longer in the collection: ask again to see what is.")
    with speaking(words):
        return {"html": reader_html(found, start, end)}


def rendered(assistant: Assistant, answers: Sequence[tuple[int, dict[str, Any]]], words: Wording) -> dict[str, Any]:
    """Answers that a client has kept, as safe HTML, with their quotes looked up in the collection as it is now."""
    stored = cache(assistant.index.article)
    shown = ((turn, read_answer(given, stored, assistant.second)) for turn, given in answers)
    with speaking(words):
        made = [
            {"turn": turn, "html": answer_html(answer, turn), "evidence": evidence_html(answer, turn)} for turn, answer in shown
        ]
    return {"rendered": made}


def everything(assistant: Assistant, question: Asked) -> Listed:
    """Every article on it, which ui/listing.py shows. Raises UsageError for a mistake in its operators."""
    return listed(readable(question.question), assistant.index, question.filters, question.today, question.ignore)


def kinds(assistant: Assistant) -> dict[str, list[tuple[str, int]]]:
    """The sections and the languages of the articles, with how many have each: what a page offers to filter by."""
    return {"sections": assistant.index.sections()[:_CHOICES], "languages": assistant.index.languages()}


def collection(assistant: Assistant, may_upload: bool = False) -> dict[str, Any]:
    """What is indexed, and what could not be read."""
    index, summary = assistant.index, assistant.summary()
    count, first = rejected(index.index_dir, _REJECTED)
    names = {one.key: one for one in uploaded(index.index_dir)}
    held = index.holdings()
    return {
        "index": summary.generation,
        "articles": summary.articles,
        "passages": summary.passages,
        "vectors": summary.vectors,
        "refreshed": summary.refreshed,
        "first": _iso(summary.first),
        "last": _iso(summary.last),
        "undated": summary.undated,
        "outlets": _outlets(held),
        "sections": [{"section": section, "articles": articles} for section, articles in index.sections()],
        "languages": [{"language": language, "articles": articles} for language, articles in index.languages()],
        "months": _months((day, articles) for _, day, articles in held),
        "rejected": {"count": count, "first": [{"where": _as_sent(one.where, names), "reason": one.reason} for one in first]},
        "model": assistant.model_name,
        "uploads": may_upload,
    }


def uploads(assistant: Assistant, uploads: Uploads) -> dict[str, Any]:
    """What was added through the page, the latest first, with what it gave, and the jobs that add and take out."""
    given = assistant.index.by_file(SCHEME)
    coming = {one.key for job in uploads.jobs() if job.state not in OVER for one in job.adds}
    files = [asdict(one) | given.get(one.where, _NOTHING)._asdict() for one in uploads.files() if one.key not in coming]
    for one in files:
        del one["digest"]
    most = uploads.limits
    return {
        "limits": {"request": most.request, "file": most.file, "files": most.files},
        "files": [{"id": one.pop("key"), "bytes": one.pop("size")} | one for one in files],
        "jobs": [job.as_dict() for job in uploads.jobs()],
    }


def timeline(assistant: Assistant, question: Asked) -> dict[str, Any]:
    """How many articles match by day and outlet, the oldest day first; without a question, all that the filters admit.

    What asks for a list of everything on a subject is counted as that list is.
    """
    index, filters = assistant.index, question.filters
    matching: list[dict[str, Any]] | None = None
    if question.question:
        text = readable(question.question)
        kind = wanted(text)
        if kind and kind.what == "listed":
            all_of_it = everything(assistant, question)
            scope, articles = all_of_it.within, [one.article for one in all_of_it.mentions]
        else:
            found = index.retrieve(text, filters, question.today, question.ignore, _MATCHING)
            on = (
                on_it(asked(one), found)[1] for one in (text, without_about(text))
            )  # few say what a follow-up is about as it does
            scope, articles = found.scope, next(filter(None, on), [])
        filters, understood = scope.filters, scope.understood
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


def _outlets(held: Iterable[tuple[str, date | None, int]]) -> list[dict[str, Any]]:
    """Each outlet with its articles and their first and last day; most articles first."""
    counted: Counter[str] = Counter()
    days: dict[str, list[date]] = {}
    for source, day, number in held:
        counted[source] += number
        if day:
            days.setdefault(source, []).append(day)
    rows = sorted(counted.items(), key=lambda row: (-row[1], row[0]))
    return [
        {"source": source, "articles": number, "first": _iso(min(of, default=None)), "last": _iso(max(of, default=None))}
        for source, number, of in ((source, number, days.get(source, [])) for source, number in rows)
    ]


def _as_sent(where: str, names: Mapping[str, Uploaded]) -> str:
    """Where something is, with a file that was added as whoever sent it calls it."""
    if not where.startswith(SCHEME):
        return where
    one = names.get(where.removeprefix(SCHEME).partition("/")[0])
    return one.name + where.removeprefix(one.where) if one else where.removeprefix(SCHEME).partition("/")[2]


def _months(days: Iterable[tuple[date | None, int]]) -> list[dict[str, Any]]:
    counted: Counter[str] = Counter()
    for day, number in days:
        if day:
            counted[day.isoformat()[:7]] += number
    return [{"month": month, "articles": counted[month]} for month in sorted(counted)]


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
