"""What travels between a client and the server: questions in, events and errors out, as plain JSON. No library.

Whatever a client sends is read here, field by field, and what cannot be meant is refused in one line that names it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from qa.errors import (
    CannotKeep,
    ModelBusy,
    ModelError,
    ModelTimeout,
    NoRoom,
    NotAllowed,
    NotFound,
    NotOffered,
    TooLarge,
    TooMany,
    UsageError,
)
from qa.types import Turn, article_dict
from ui.render import clean
from vectorstore.errors import OnRecordError, StoreError
from vectorstore.types import Article, Filters, as_day

Event = dict[str, Any]

_SURROGATE = re.compile("[\ud800-\udfff]")
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")
_FIELDS = ("question", "history", "filters", "today", "ignore", "as_written", "turn")
FILTERS = ("sources", "since", "until", "sections", "languages")
SEVERAL = ("sources", "sections", "languages", "ignore")  # of which an address may give more than one
_NAMES = 200  # outlets, or words to ignore, that one question may name
_TURNS = 200  # earlier exchanges that travel with a question
_EXPORTED = 500  # answers in one export


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as a client asks it."""

    question: str
    history: tuple[Turn, ...] = ()
    filters: Filters = Filters()
    today: date | None = None
    ignore: tuple[str, ...] = ()
    as_written: bool = False
    turn: int = 0  # the number of the exchange on a page, which wants HTML with each event; 0: no page

    @property
    def arguments(self) -> tuple[Any, ...]:
        """What `Assistant.stream` takes, in its order."""
        return self.question, self.history, self.filters, self.today, self.ignore, self.as_written


# What a client may have an answer as, the default last.
STREAMED = ("application/x-ndjson", "text/event-stream")


# --- in ---------------------------------------------------------------------------------------------------------------


def read_json(body: bytes) -> dict[str, Any]:
    """The JSON object of a request. Raises UsageError."""
    try:
        found = json.loads(body.decode("utf-8-sig"))  # some editors and Windows write a mark before it
    except UnicodeDecodeError as error:
        raise UsageError(f"The body is no UTF-8 (byte {error.start}): send JSON in UTF-8.") from None
    except RecursionError:
        raise UsageError("The body is nested too deeply: send one flat JSON object.") from None
    except ValueError as error:
        where = f"line {error.lineno}, column {error.colno}" if isinstance(error, json.JSONDecodeError) else "a number too long"
        raise UsageError(f'The body is no JSON ({where}): send an object, {{"question": "Who denied it?"}}.') from None
    if not isinstance(found, dict):
        raise UsageError(f'The body is {shown(found)}: send an object, {{"question": "Who denied it?"}}.')
    return found


def read_asked(given: Mapping[str, Any]) -> Asked:
    """The question of a request's object. Raises UsageError that names the field."""
    _only(given, _FIELDS, "field")
    as_written = given.get("as_written")
    if not isinstance(as_written, bool | None):
        raise UsageError(f"as_written is {shown(as_written)}: use true or false.")
    turn = given.get("turn")
    if turn is not None and (isinstance(turn, bool) or not isinstance(turn, int) or not 0 <= turn <= 1_000_000):
        raise UsageError(f"turn is {shown(turn)}: use the number of the exchange on the page, 1 or more.")
    return Asked(
        read_text(given.get("question"), "question"),
        tuple(read_turn(one, f"history[{n}]") for n, one in enumerate(_listed(given.get("history"), "history", _TURNS))),
        _filters(given.get("filters")),
        read_day(given.get("today"), "today"),
        read_texts(given.get("ignore"), "ignore"),
        bool(as_written),
        turn or 0,
    )


def read_checked(given: Mapping[str, Any]) -> tuple[str, Filters]:
    """The text that is to be checked, and the filters. Raises UsageError that names the field."""
    _only(given, ("text", "filters"), "field")
    return read_text(given.get("text"), "text"), _filters(given.get("filters"))


def read_export(given: Mapping[str, Any]) -> tuple[list[Any], str, str, bool]:
    """The answers to be exported, the form, the title, and whether a table begins with a mark. Raises UsageError."""
    _only(given, ("answers", "format", "title", "bom"), "field")
    form, bom, title = given.get("format", "md"), given.get("bom", False), given.get("title")
    if form not in ("md", "html", "csv"):
        raise UsageError(f"format is {shown(form)}: use md, html or csv.")
    if not isinstance(bom, bool):
        raise UsageError(f"bom is {shown(bom)}: use true or false.")
    return _listed(given.get("answers"), "answers", _EXPORTED), form, read_text("" if title is None else title, "title"), bom


def read_turn(turn: Any, name: str = "history") -> Turn:
    """An earlier exchange. Raises UsageError."""
    if not isinstance(turn, dict) or not isinstance(turn.get("question"), str):
        shown = " ".join(clean(str(turn)[:60]).split())
        raise UsageError(f'{shown!r} in history is no turn: use {{"question": "…", "answer": "…", "titles": ["…"]}}.')
    answer = turn.get("answer")
    return Turn(
        read_text(turn["question"], f"{name}.question"),
        read_text("" if answer is None else answer, f"{name}.answer"),
        read_texts(turn.get("titles"), f"{name}.titles"),
    )


def _filters(given: Any) -> Filters:
    if given is not None and not isinstance(given, dict):
        example = '{"sources": […], "since": "2026-03-01", "until": "2026-03-31", "sections": […], "languages": […]}'
        raise UsageError(f"filters is {shown(given)}: use {example}.")
    _only(given or {}, FILTERS, "filter")
    return read_filters(**given or {})


def read_filters(sources: Any = None, since: Any = "", until: Any = "", sections: Any = None, languages: Any = None) -> Filters:
    """Filters from what a page or another client sends. Raises UsageError for a date that is none."""
    first, last = read_day(since, "since"), read_day(until, "until")
    if first and last and first > last:
        raise UsageError(f"The dates are the wrong way round: {first} is after {last}. Swap them.")
    several = {"sources": sources, "sections": sections, "languages": languages}
    return Filters(since=first, until=last, **{name: read_texts(value, name) for name, value in several.items()})


def read_day(value: Any, name: str) -> date | None:
    """A day written as 2026-03-31, or none for null and empty text. Raises UsageError."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if not isinstance(value, str):
        raise UsageError(f"{name} is {shown(value)}: write the day as 2026-03-31.")
    try:
        day = date.fromisoformat(value.strip())
    except ValueError:
        raise UsageError(f"{shown(value)} is no date: write it as 2026-03-31.") from None
    return as_day(day, name)


def read_text(value: Any, name: str) -> str:
    """A text. Raises UsageError for what is none."""
    if not isinstance(value, str):
        raise UsageError(f"{name} is {'missing' if value is None else shown(value)}: pass text.")
    if found := _NO_TEXT.search(value):
        what = "a NUL character" if found.group() == "\0" else f"half a character ({ascii(found.group())[1:-1]})"
        raise UsageError(f"{name} holds {what}, which is no text: leave it out.")
    return value


def read_texts(value: Any, name: str) -> tuple[str, ...]:
    """Several texts, of which one alone may be given as it is. Raises UsageError."""
    given = [value] if isinstance(value, str) else _listed(value, name, _NAMES)
    return tuple(read_text(one, f"{name}[{n}]") for n, one in enumerate(given))


def read_accepted(accept: str) -> str:
    """Which of STREAMED a client prefers to one JSON object by its Accept header; "" for the object."""
    weights: dict[str, float] = {}
    for part in accept.lower().split(","):
        kind, *parameters = (piece.strip() for piece in part.split(";"))
        weight = next((one[2:] for one in parameters if one.startswith("q=")), "1")
        weights[kind] = float(weight) if re.fullmatch(r"[01](?:\.\d{0,3})?|\.\d{1,3}", weight, re.ASCII) else 1.0
    best = max(STREAMED, key=lambda kind: weights.get(kind, 0.0))
    return best if weights.get(best, 0.0) > 0 and weights[best] >= weights.get("application/json", 0.0) else ""


def read_count(value: str, name: str, most: int) -> int:
    """A whole number from 1 to `most`. Raises UsageError."""
    if not re.fullmatch(r"[0-9]{1,9}", value) or not 1 <= int(value) <= most:
        raise UsageError(f"{name} is {shown(value)}: use a number from 1 to {most:,}.")
    return int(value)


def read_offset(value: str, name: str) -> int:
    """A place in a text. Raises UsageError."""
    if not re.fullmatch(r"[0-9]{1,9}", value):
        raise UsageError(f"{name} is {shown(value)}: use the place of a character, 0 or more.")
    return int(value)


def read_stored(given: Mapping[str, Any]) -> list[tuple[int, dict[str, Any]]]:
    """Answers that a client has kept, each with the number of its exchange on the page. Raises UsageError."""
    _only(given, ("answers",), "field")
    found = []
    for n, one in enumerate(_listed(given.get("answers"), "answers", _TURNS)):
        turn, answer = (one.get("turn"), one.get("answer")) if isinstance(one, dict) else (None, None)
        if not isinstance(answer, dict) or isinstance(turn, bool) or not isinstance(turn, int) or not 1 <= turn <= 1_000_000:
            raise UsageError(f'answers[{n}] is {shown(one)}: use {{"turn": 1, "answer": {{…}}}}, as a final event gave it.')
        found.append((turn, answer))
    return found


def read_query(pairs: Sequence[tuple[str, str]], known: Sequence[str], several: Sequence[str] = ()) -> dict[str, Any]:
    """The parameters of an address; those of `several` as lists. Raises UsageError for one that is unknown or given twice."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        _only({name: value}, known, "parameter")
        if name in several:
            found.setdefault(name, []).append(value)
        elif name in found:
            raise UsageError(f"{name} is given twice: give it once.")
        else:
            found[name] = value
    return found


def _only(given: Mapping[str, Any], known: Sequence[str], what: str) -> None:
    for name in given:
        if name not in known:
            raise UsageError(f"{shown(name)} is no {what}: use {', '.join(known)}.")


def _listed(value: Any, name: str, most: int) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list | tuple):
        raise UsageError(f"{name} is {shown(value)}: pass a list.")
    if len(value) > most:
        raise UsageError(f"{name} has {len(value):,} entries: pass at most {most}.")
    return list(value)


def shown(value: Any) -> str:
    """A value that somebody sent, as a message may repeat it: short, on one line, nothing that steers a terminal."""
    text = repr(value[:60]) if isinstance(value, str) else type(value).__name__ if isinstance(value, dict | list) else repr(value)
    names = {"dict": "an object", "list": "a list", "True": "true", "False": "false", "None": "null"}
    return " ".join(clean(names.get(text, text)).split())[:80]


# --- out --------------------------------------------------------------------------------------------------------------


def encoded(value: Any) -> str:
    """The value as one line of JSON. A lone surrogate, which no encoding has, becomes U+FFFD."""
    return _SURROGATE.sub("\ufffd", json.dumps(value, ensure_ascii=False))


def as_line(event: Event) -> bytes:
    """An event as a line of NDJSON."""
    return f"{encoded(event)}\n".encode()


def as_server_sent(event: Event) -> bytes:
    """An event as EventSource reads it."""
    return f"event: {event['event']}\ndata: {encoded(event)}\n\n".encode()


# The statuses of HTTP for our errors; the first that fits.
_STATUS: tuple[tuple[type[BaseException], int], ...] = (
    (UsageError, 422),
    (NotAllowed, 401),
    (NotOffered, 403),
    (NotFound, 404),
    (TooLarge, 413),
    (NoRoom, 507),
    (TooMany, 429),
    (ModelTimeout, 504),
    (ModelBusy, 503),
    (ModelError, 502),
    (StoreError, 503),
    (CannotKeep, 503),
)
_SAYS = re.compile(r" It says: “.*")
_STEP = re.compile(r"[:.] (?=\S)")
_VALUE = re.compile(r"(?<!\w)(?:'[^']*'|\"[^\"]*\")(?!\w)")  # one that a message repeats


def status_of(error: BaseException) -> int:
    """The status of HTTP for an error."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def error_event(error: BaseException) -> Event:
    """What a client is told of an error: its kind, its one line, and the end of that line: what to do about it."""
    if not isinstance(error, OnRecordError):
        message = f"{type(error).__name__} inside onrecord: the server's log has the details. Try again."
    else:
        message = " ".join(clean(str(error)).split())
    said = _SAYS.sub("", message)
    plain = _VALUE.sub(lambda found: "-" * len(found.group()), said)
    *_, last = [0, *(found.end() for found in _STEP.finditer(plain.partition("{")[0]))]  # not inside an example of JSON
    remedy = said[last:] if last else ""
    kind = type(error).__name__ if isinstance(error, OnRecordError) else "Defect"
    after = {"retry_after": error.retry_after} if isinstance(error, TooMany) else {}
    return {"event": "error", "kind": kind, "message": message, "remedy": remedy[:1].upper() + remedy[1:]} | after


def record_dict(article: Article) -> dict[str, Any]:
    """A whole article: what a citation says of it, the other fields of its record, and its text."""
    return article_dict(article) | {
        "modified": article.modified.isoformat() if article.modified else None,
        "section": article.section,
        "language": article.language,
        "corrections": list(article.corrections),
        "agency": article.agency,
        "dateline": article.dateline,
        "text": article.text,
    }
