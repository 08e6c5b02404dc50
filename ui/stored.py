"""An answer that a client has kept (as `ask --json` prints it) becomes an Answer again, its quotes looked up anew. No library.

Whatever the client sends may be damaged or made up: what is no text, number or list is left out, and a quote counts only where
the collection still holds its words.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from qa.citations import Reading, verified
from qa.second import Second
from qa.types import Answer, Citation, Sentence
from ui.standing import CHANGED, OTHER_WORDS, verbatim, where
from vectorstore.errors import UsageError
from vectorstore.language.folding import place
from vectorstore.types import Article, Filters, Hit, Passage, Understood

GONE = "its quote is no longer in the collection"
_AROUND = 500  # characters either side of a quote
_MOST = 200  # sentences, citations, passages of one answer

Stored = Callable[[str], Article | None]


def read_answer(given: Mapping[str, Any], stored: Stored, second: Second | None = None) -> Answer:
    """The answer, checked as it was when it was answered: a sentence is supported where it was and still is, else it says why.

    A sentence whose quote is not in the collection any more is not; nor is one that shows other words than its quote's, or a
    model's sentence that the passages do not carry.
    """
    found = [_citation(one, stored) for one in _list(given.get("citations"))]
    citations = tuple(citation for citation, _ in found)
    gone = {citation.number for citation, is_there in found if not is_there}
    filters = _map(given.get("filters"))
    answer = Answer(
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
    if answer.is_quoted:
        return replace(answer, sentences=_shown(answer.sentences, citations))
    return replace(answer, sentences=_carried(answer, second), beside=_shown(answer.beside, citations))


def _shown(sentences: Sequence[Sentence], citations: Sequence[Citation]) -> tuple[Sentence, ...]:
    """Sentences that show quotes: those whose words are others are not supported."""
    found = []
    for one in sentences:
        cited = [citation for citation in citations if citation.number in one.citations]
        is_other = one.supported and bool(cited) and verbatim(one.text, cited) == CHANGED
        found.append(replace(one, supported=False, reasons=(OTHER_WORDS,)) if is_other else one)
    return tuple(found)


def _carried(answer: Answer, second: Second | None) -> tuple[Sentence, ...]:
    """A model's sentences: those that were supported are checked once more with the passages that they cite."""
    claimed = [one for one in answer.sentences if one.supported and one.citations]
    if not claimed:
        return answer.sentences
    hits = list(answer.hits)
    citations = []
    for citation in answer.citations:
        held = next((hit for hit in hits if _holds(hit, citation)), None)
        if held is None:
            hits.append(held := _around(citation))
        citations.append(replace(citation, passage_id=held.passage.id))
    numbers = {citation.number for citation in citations}
    claimed = [replace(one, citations=tuple(n for n in one.citations if n in numbers)) for one in claimed]
    again = iter(verified(Reading(tuple(claimed), tuple(citations)), hits, second=second).sentences)
    found = []
    for one in answer.sentences:
        now = next(again) if one.supported and one.citations else one
        found.append(one if now.supported else replace(one, supported=False, reasons=now.reasons))
    return tuple(found)


def _holds(hit: Hit, citation: Citation) -> bool:
    return hit.article.id == citation.article.id and hit.passage.start <= citation.start and citation.end <= hit.passage.end


def _around(citation: Citation) -> Hit:
    """The passage around a quote, where the answer was kept without its passages."""
    article, start, end = citation.article, max(0, citation.start - _AROUND), citation.end + _AROUND
    text = article.text[start:end]
    return Hit(Passage(f"{article.id}#{citation.number}@kept", article.id, start, start + len(text), text), article, 0.0)


def _citation(given: Any, stored: Stored) -> tuple[Citation, bool]:
    """The citation where its words stand now, and whether they do."""
    one = _map(given)
    said = _map(one.get("article"))
    article = stored(_text(said.get("id"))) or _article(said)
    quote, start = _text(one.get("quote")), _whole(one.get("start"))
    start = where(quote, article.text, start)
    end = start + len(quote)
    if start < 0:  # an edition may have set it otherwise
        start, end = (place(quote, article.text) if quote.strip() else None) or (0, 0)
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
