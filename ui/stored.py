"""An answer that a client has kept (as `ask --json` prints it) becomes an Answer again, its quotes looked up anew. No library.

Whatever the client sends may be damaged or made up: what is no text, number or list is left out, and a quote counts only where
the collection still holds its words.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from qa.types import Answer, Citation, Sentence
from vectorstore.errors import UsageError
from vectorstore.language.folding import place
from vectorstore.types import Article, Filters, Hit, Passage, Understood

GONE = "its quote is no longer in the collection"
_MOST = 200  # sentences, citations, passages of one answer

Stored = Callable[[str], Article | None]


def read_answer(given: Mapping[str, Any], stored: Stored) -> Answer:
    """The answer; a sentence whose quote is not in the collection any more is not supported, and says so."""
    found = [_citation(one, stored) for one in _list(given.get("citations"))]
    citations = tuple(citation for citation, _ in found)
    gone = {citation.number for citation, is_there in found if not is_there}
    filters = _map(given.get("filters"))
    return Answer(
        question=_text(given.get("question")),
        standalone_question=_text(given.get("standalone_question")),
        text=_text(given.get("text")),
        sentences=_sentences(given.get("sentences"), gone),
        beside=_sentences(given.get("beside"), gone),
        citations=citations,
        hits=tuple(hit for one in _list(given.get("hits")) if (hit := _hit(one, stored))),
        abstained=given.get("abstained") is True,
        model=_text(given.get("model")),
        index=_text(given.get("index")),
        vectors=min(max(_number(given.get("vectors"), 1.0), 0.0), 1.0),
        refreshed=_text(given.get("refreshed")),
        filters=_filters(filters),
        understood=tuple(_understood(_map(one)) for one in _list(filters.get("understood"))),
        notice=_text(given.get("notice")),
        label=_text(given.get("label")),
        seconds={"total": _number(_map(given.get("seconds")).get("total"), 0.0)},
        final=True,
    )


def _citation(given: Any, stored: Stored) -> tuple[Citation, bool]:
    """The citation where its words stand now, and whether they do."""
    one = _map(given)
    said = _map(one.get("article"))
    article = stored(_text(said.get("id"))) or _article(said)
    quote, start, end = _text(one.get("quote")), _whole(one.get("start")), _whole(one.get("end"))
    if not quote or article.text[start:end] != quote:
        start, end = (place(quote, article.text) if quote else None) or (0, 0)  # an edition may have moved it
    also = (stored(_text(_map(other).get("id"))) for other in _list(one.get("also_in")))
    held = tuple(other for other in also if other and place(quote, other.text))
    exact = article.text[start:end] or quote
    return Citation(_whole(one.get("number")), exact, start, end, article, "", held), start < end


def _sentences(given: Any, gone: set[int]) -> tuple[Sentence, ...]:
    found = []
    for one in map(_map, _list(given)):
        cited = tuple(_whole(number) for number in _list(one.get("citations")))
        reasons = tuple(_text(reason) for reason in _list(one.get("reasons")))
        missing = gone.intersection(cited)
        supported = one.get("supported") is True and not missing
        found.append(
            Sentence(_text(one.get("text")), cited, supported, (*reasons, *([GONE] if missing else ())), _text(one.get("note")))
        )
    return tuple(found)


def _hit(given: Any, stored: Stored) -> Hit | None:
    """The passage, if the collection still holds it."""
    one = _map(given)
    article = stored(_text(one.get("article_id")))
    start, end, text = _whole(one.get("start")), _whole(one.get("end")), _text(one.get("text"))
    if article is None or not text or article.text[start:end] != text:
        return None
    return Hit(Passage(_text(one.get("passage_id")), article.id, start, end, text), article, _number(one.get("score"), 0.0))


def _article(given: Mapping[str, Any]) -> Article:
    """What was said of an article that is not in the collection any more."""
    authors = tuple(_text(author) for author in _list(given.get("authors")))
    text = {name: _text(given.get(name)) for name in ("id", "title", "source", "url")}
    return Article(text["id"], "", text["title"], text["source"], text["url"], _day(given.get("published")), authors)


def _filters(given: Mapping[str, Any]) -> Filters:
    try:
        several = {name: tuple(map(_text, _list(given.get(name)))) for name in ("sources", "sections", "languages")}
        return Filters(since=_day(given.get("since")), until=_day(given.get("until")), **several)
    except UsageError:
        return Filters()


def _understood(given: Mapping[str, Any]) -> Understood:
    return Understood(
        _text(given.get("words")),
        tuple(_text(source) for source in _list(given.get("sources"))),
        _day(given.get("since")),
        _day(given.get("until")),
        given.get("hard") is True,
        _text(given.get("reading")),
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value[:_MOST] if isinstance(value, list) else []


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1_000_000_000 else 0


def _number(value: Any, otherwise: float) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e9 and math.isfinite(value)
    return float(value) if is_number else otherwise


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
