"""Answers that were saved as JSON, read again, and each quote compared once more with the collection. No library.

What was saved may have been edited since, by anybody: no words are taken for a quote before they are found in the article.
Headline, outlet, byline, date and address come from the collection's record where it has the article.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Protocol

from prompts import NOT_IN_ARTICLES
from qa.errors import UsageError
from qa.types import Citation, Sentence
from ui.standing import CHANGED, COUNTED, NO_CLAIM, OTHER_WORDS, shows_quote, verbatim, where, words
from ui.stored import read_answer
from ui.wire import shown
from vectorstore.language.folding import place
from vectorstore.types import Article, Summary

NEAREST = 3  # passages that an abstention names
_ANSWERS = 500  # in one export
_CITATIONS = 5_000  # in one export: each is looked up
_DIGITS = 9
_SHAPE = "pass what `onrecord ask --json` prints"

# What is said of a claim beside what ui/standing.py says of one that shows quotes.
SUPPORTED = "supported by the quote"
DOUBTED = "not supported"
SILENT = "the articles do not say"
LOST = "the quote does not stand in the collection now"

NOT_COMPARED = "not compared again with a collection"

# Where a quote stands.
STANDS, EARLIER, AWAY, GONE, UNKNOWN = "stands", "earlier", "away", "gone", "not compared"
WHY = {
    STANDS: "",
    EARLIER: "it stands in an earlier version of the article",
    AWAY: "it is not in the article",
    GONE: "the article is not in the collection",
    UNKNOWN: "",
}


class Shelf(Protocol):
    """The articles that quotes are compared with: an Index."""

    def article(self, id_: str) -> Article | None: ...
    def versions(self, id_: str) -> list[Article]: ...
    def summary(self) -> Summary: ...


@dataclass(frozen=True, slots=True)
class Quoted:
    """A quote of a saved answer, with where it stands now and the record of its article."""

    number: int
    quote: str
    article: Article
    standing: str
    said_by: str = ""
    also_in: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of a saved answer, what is to be said of it, and why."""

    text: str
    citations: tuple[int, ...]
    status: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved answer as it can be shown now."""

    question: str
    read_as: str
    claims: tuple[Claim, ...]
    quoted: tuple[Quoted, ...]
    nearest: tuple[Article, ...]  # of an abstention: the articles that came closest
    notices: tuple[str, ...]
    model: str

    def cited(self, claim: Claim) -> list[Quoted]:
        return [one for one in self.quoted if one.number in claim.citations]


# --- in ---------------------------------------------------------------------------------------------------------------


def objects(text: str, name: str) -> Iterator[Mapping[str, Any]]:
    """The answers in a text of JSON: one object, several of them (on lines or not), or lists. Raises UsageError.

    Of the events of a question, as the API tells them, the last has the answer.
    """
    decoder, at, text = json.JSONDecoder(), 0, text.lstrip("\ufeff")
    while (at := _skipped(text, at)) < len(text):
        try:
            found, at = decoder.raw_decode(text, at)
        except RecursionError:
            raise UsageError(f"{name} is nested too deeply: {_SHAPE}.") from None
        except ValueError:
            line = text.count("\n", 0, at) + 1
            raise UsageError(f"{name}:{line} is no JSON: {_SHAPE}.") from None
        for one in found if isinstance(found, list) else [found]:
            if not isinstance(one, dict):
                raise UsageError(f"{name} holds {shown(one)}: {_SHAPE}.")
            if "event" not in one:
                yield one
            elif one["event"] == "final" and isinstance(one.get("answer"), dict):
                yield one["answer"]


def _skipped(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n,":
        at += 1
    return at


def saved(given: Sequence[Any], shelf: Shelf | None) -> tuple[Saved, ...]:
    """The answers, their quotes compared with the shelf where there is one. Raises UsageError that names the field."""
    if not given:
        raise UsageError(f"There is no answer to export: {_SHAPE}.")
    if len(given) > _ANSWERS:
        raise UsageError(f"There are {len(given):,} answers: export at most {_ANSWERS} at a time.")
    if sum(len(_list(one, "citations", "")) for one in given if isinstance(one, Mapping)) > _CITATIONS:
        raise UsageError(f"There are more than {_CITATIONS:,} quotes: export fewer answers at a time.")
    return tuple(_saved(one, f"answers[{n}]", _Looked(shelf)) for n, one in enumerate(given))


def _saved(given: Any, name: str, looked: _Looked) -> Saved:
    if not isinstance(given, Mapping) or "question" not in given or not {"text", "sentences"} & given.keys():
        raise UsageError(f"{name} is {shown(given)} and no answer: {_SHAPE}.")
    label, text = _text(given, "label", name), _text(given, "text", name)
    sentences, beside = _list(given, "sentences", name), _list(given, "beside", name)
    abstained, model = _flag(given, "abstained", name), _text(given, "model", name)
    is_quoted = model == "quote-only" or bool(label and not beside)
    quoted = tuple(_quoted(one, f"{name}.citations[{n}]", looked) for n, one in enumerate(_list(given, "citations", name)))
    if abstained:
        claims = [Claim(_MARKER.sub("", text), (), SILENT)]
    elif not sentences:
        claims = [Claim(_MARKER.sub("", text), (), NO_CLAIM if not quoted else DOUBTED)]
    else:
        claims = [_claim(one, f"{name}.sentences[{n}]", quoted, is_quoted) for n, one in enumerate(sentences)]
        if looked.shelf and not is_quoted:  # a model's words: checked once more, as they were when they were answered
            again = read_answer(given, looked.article).sentences
            claims = [_as_checked(claim, one) for claim, one in zip(claims, again, strict=False)] + claims[len(again) :]
        claims += [_claim(one, f"{name}.beside[{n}]", quoted, True) for n, one in enumerate(beside)]
    question, read_as = _text(given, "question", name), _text(given, "standalone_question", name)
    return Saved(
        question,
        "" if words(read_as) == words(question) else read_as,
        tuple(claims),
        quoted,
        _nearest_of(_list(given, "hits", name), name, looked) if abstained else (),
        tuple(filter(None, (label, _text(given, "notice", name)))),
        model,
    )


_MARKER = re.compile(r"\s*\[\d{1,4}\]")


def _as_checked(claim: Claim, again: Sentence) -> Claim:
    """A claim that was saved as supported, as it is found now."""
    if claim.status != SUPPORTED or again.supported:
        return claim
    return replace(claim, status=DOUBTED, why="; ".join(again.reasons))


def _claim(given: Any, name: str, quoted: Sequence[Quoted], is_quoted: bool) -> Claim:
    if not isinstance(given, Mapping):
        raise UsageError(f"{name} is {shown(given)}: {_SHAPE}.")
    text = _text(given, "text", name)
    numbers = tuple(_number(one, f"{name}.citations") for one in _list(given, "citations", name))
    cited = [one for one in quoted if one.number in numbers]
    lost = next((one for one in cited if one.standing in (EARLIER, AWAY, GONE)), None)
    if not _flag(given, "supported", name):
        reasons = [_reason(one, f"{name}.reasons") for one in _list(given, "reasons", name)]
        status, why = DOUBTED, "; ".join(filter(None, reasons)) or "no passage carries it"
    elif text.startswith(NOT_IN_ARTICLES.rstrip(".")) and not cited:
        status, why = SILENT, ""
    elif not cited:
        status, why = (COUNTED, "") if is_quoted and not shows_quote(text) else (DOUBTED, "it names no quote")
    elif lost:
        status, why = LOST, WHY[lost.standing]
    else:
        status, why = verbatim(text, cited) if is_quoted else SUPPORTED, "" if is_quoted else _text(given, "note", name)
        why = OTHER_WORDS if status == CHANGED else why
        why = why or (NOT_COMPARED if cited[0].standing == UNKNOWN else "")
    return Claim(text, numbers, status, why)


def _quoted(given: Any, name: str, looked: _Looked) -> Quoted:
    if not isinstance(given, Mapping):
        raise UsageError(f"{name} is {shown(given)}: {_SHAPE}.")
    number, quote = _number(given.get("number"), f"{name}.number"), _text(given, "quote", name)
    record = _record(given.get("article"), f"{name}.article")
    also = [_record(one, f"{name}.also_in") for one in _list(given, "also_in", name)]
    if looked.shelf is None:
        named = tuple(dict.fromkeys(one.source for one in also if one.source))
        return Quoted(number, quote, record, UNKNOWN, _text(given, "speaker", name), named)
    article = looked.article(record.id)
    if article is None:
        return Quoted(number, quote, record, GONE)
    start = where(quote, article.text, given.get("start"))
    if start < 0:
        before = any(where(quote, version.text, None) >= 0 for version in looked.versions(record.id))
        return Quoted(number, quote, article, EARLIER if before else AWAY)
    standing = Citation(number, quote, start, start + len(quote), article, "")
    others = (looked.article(one.id) for one in also)
    carrying = dict.fromkeys(one.source for one in others if one and one.source and place(quote, one.text))
    return Quoted(number, quote, article, STANDS, standing.speaker, tuple(carrying))


def _nearest_of(hits: Sequence[Any], name: str, looked: _Looked) -> tuple[Article, ...]:
    """The articles that came closest, each once."""
    near = dict[str, Article]()
    for n, one in enumerate(hits):
        article = _nearest(one, f"{name}.hits[{n}]", looked)
        near.setdefault(article.id, article)
        if len(near) == NEAREST:
            break
    return tuple(near.values())


def _nearest(given: Any, name: str, looked: _Looked) -> Article:
    if not isinstance(given, Mapping):
        raise UsageError(f"{name} is {shown(given)}: {_SHAPE}.")
    record = _record({**given, "id": given.get("article_id")}, name)
    return (looked.article(record.id) if looked.shelf else None) or record


def _record(given: Any, name: str) -> Article:
    if not isinstance(given, Mapping):
        raise UsageError(f"{name} is {shown(given)}: {_SHAPE}.")
    names = tuple(_reason(one, f"{name}.authors") for one in _list(given, "authors", name))
    day = _text(given, "published", name)
    try:
        published = date.fromisoformat(day[:10]) if day else None
    except ValueError:
        raise UsageError(f"{name}.published is {shown(day)}: write the day as 2026-03-31.") from None
    return Article(
        _text(given, "id", name), "", _text(given, "title", name), _text(given, "source", name),
        _text(given, "url", name), published, names,
    )  # fmt: skip


class _Looked:
    """A shelf on which each article is looked up once."""

    def __init__(self, shelf: Shelf | None) -> None:
        self.shelf = shelf
        self._found: dict[str, Article | None] = {}

    def article(self, id_: str) -> Article | None:
        if id_ not in self._found:
            self._found[id_] = self.shelf.article(id_) if self.shelf else None
        return self._found[id_]

    def versions(self, id_: str) -> list[Article]:
        return self.shelf.versions(id_) if self.shelf else []


def _text(given: Mapping[str, Any], field: str, name: str) -> str:
    value = given.get(field)
    return "" if value is None else _reason(value, f"{name}.{field}")


def _reason(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise UsageError(f"{name} is {shown(value)}: {_SHAPE}.")
    return _SURROGATE.sub("\ufffd", value)


_SURROGATE = re.compile("[\ud800-\udfff]")


def _list(given: Mapping[str, Any], field: str, name: str) -> list[Any]:
    value = given.get(field)
    if value is not None and not isinstance(value, list):
        raise UsageError(f"{name}.{field} is {shown(value)}: {_SHAPE}.")
    return value or []


def _flag(given: Mapping[str, Any], field: str, name: str) -> bool:
    value = given.get(field)
    if not isinstance(value, bool | None):
        raise UsageError(f"{name}.{field} is {shown(value)}: {_SHAPE}.")
    return bool(value)


def _number(value: Any, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 10**_DIGITS:
        raise UsageError(f"{name} is {shown(value)}: {_SHAPE}.")
    return value
