"""onrecord as a model of the OpenAI protocol: chat messages in, a chat completion with citations out. No library.

What is written is Markdown, as chat clients show it, and nothing that an article or a model wrote can be markup in it. Nothing is
sent before it is checked, because a client cannot take a word back: until then a streaming client is told what is being done, as
reasoning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from qa.assistant import CUT_OFF
from qa.errors import UsageError
from qa.types import Answer, Citation, Sentence, also_in_dict
from ui.render import byline, count, day, one_line, safe_link
from ui.wire import Asked, Event, read_asked, read_text, shown

MODEL = "onrecord"
SOURCES = "**Sources**"  # the head of the list that closes an answer; what follows it is no part of what was said

_OURS = ("filters", "today", "ignore", "as_written")  # fields that the protocol does not have
_MARKUP = re.compile(
    r"[\\`*_\[\]<>~|$#!&@^]|(?<=\w):(?=//)|(?<=\w)\.(?=[a-z]{2,24}(?![a-z]))|%(?=%)|=(?==)|\{(?=[{%])|^(?:[-+=]|\d+[.)])",
    re.M | re.I,
)
_SOURCE = re.compile(r"^\[\d+\] \*((?:[^*\\\n]|\\.)+)\*", re.M)
_ESCAPED = re.compile(r"\\(\W|_)")
_MARKER = re.compile(r"\s*\[\d{1,4}\]")


@dataclass(frozen=True, slots=True)
class Request:
    """What a chat client wants."""

    asked: Asked
    streamed: bool = False
    usage: bool = False  # whether token counts are asked for at the end of a stream


def read_request(given: Mapping[str, Any]) -> Request:
    """The question, and the talk before it, of a chat completion's request. Raises UsageError."""
    model = given.get("model", MODEL)
    if model != MODEL:
        raise UsageError(f'model is {str(model)[:60]!r}: the one that there is here is "{MODEL}".')
    messages = given.get("messages")
    if not isinstance(messages, list) or not messages or len(messages) > 1_000:
        raise UsageError('messages is no list of some: pass [{"role": "user", "content": "Who denied it?"}].')
    said = [(_role(one, n), one) for n, one in enumerate(messages)]
    if said[-1][0] != "user":
        raise UsageError(f"The last message is of the role {said[-1][0]!r}: end with the user's question.")
    turns: list[dict[str, Any]] = []
    for n, (role, one) in enumerate(said[:-1]):
        if role == "user":
            turns.append({"question": _content(one, n)})
        elif role == "assistant" and turns:
            turns[-1] |= _turn(_content(one, n))
    ours = {name: given[name] for name in _OURS if name in given}
    asked = read_asked({"question": _content(said[-1][1], len(said) - 1), "history": turns[-100:], **ours})
    options, streamed = given.get("stream_options"), given.get("stream")
    if not isinstance(streamed, bool | None):
        raise UsageError(f"stream is {shown(streamed)}: use true or false.")
    return Request(asked, bool(streamed), isinstance(options, dict) and options.get("include_usage") is True)


def _role(message: Any, n: int) -> str:
    if not isinstance(message, dict) or not isinstance(message.get("role"), str):
        raise UsageError(f'messages[{n}] has no role: use {{"role": "user", "content": "…"}}.')
    return str(message["role"])[:40]


def _content(message: Mapping[str, Any], n: int) -> str:
    content = message.get("content")
    if isinstance(content, list):
        parts = [part.get("text") if isinstance(part, dict) and part.get("type") == "text" else None for part in content]
        if any(part is None for part in parts):
            raise UsageError(f"messages[{n}].content has a part that is no text: send text only.")
        content = " ".join(read_text(part, f"messages[{n}].content") for part in parts)
    return read_text("" if content is None else content, f"messages[{n}].content")


def _turn(content: str) -> dict[str, Any]:
    """An earlier answer of ours as a turn: its words, and the headlines that its sources name."""
    said, _, sources = content.partition(f"\n\n{SOURCES}\n")
    titles = [_ESCAPED.sub(r"\1", found[1]) for found in _SOURCE.finditer(sources)]
    return {"answer": _ESCAPED.sub(r"\1", said), "titles": titles[:20]}


# --- out --------------------------------------------------------------------------------------------------------------


def completion(answer: Answer, identity: str, created: int) -> dict[str, Any]:
    """A chat completion."""
    content, annotations = content_of(answer)
    message = {"role": "assistant", "content": content, "refusal": None, "annotations": annotations}
    return _head(identity, created, "chat.completion") | {
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": _reason(answer)}]
    }


def opening(identity: str, created: int) -> dict[str, Any]:
    """The first chunk of a stream: whose words they will be."""
    return _chunk(identity, created, {"role": "assistant", "content": ""})


def progress(event: Event, identity: str, created: int) -> Iterator[dict[str, Any]]:
    """What is being done before there is something to read, as clients show a model's reasoning."""
    words = {
        "waiting": lambda: f"Waiting, place {event['place']} in the line.",
        "searching": lambda: f"Searching {count(event['articles'], 'article')}.",
        "found": lambda: f"Reading {count(event['passages'], 'passage')} from {count(event['outlets'], 'outlet')}.",
    }.get(event["event"])
    if words:
        yield _chunk(identity, created, {"reasoning_content": f"{words()}\n"})


def chunks(answer: Answer, identity: str, created: int, usage: bool) -> Iterator[dict[str, Any]]:
    """The checked answer as the chunks of a stream, paragraph by paragraph, with the citations in the last that has words."""
    content, annotations = content_of(answer)
    parts = re.split(r"(?<=\n\n)", content)
    for n, part in enumerate(parts):
        last = {"annotations": annotations} if n == len(parts) - 1 else {}
        yield _chunk(identity, created, {"content": part} | last)
    yield _chunk(identity, created, {}, _reason(answer))
    if usage:  # nothing is counted: no client is charged
        counts = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
        yield _chunk(identity, created, {}) | {"choices": [], "usage": counts}


def error_object(error: Event, status: int) -> dict[str, Any]:
    """An error as the OpenAI protocol has it."""
    kinds = {400: "invalid_request_error", 401: "authentication_error", 404: "invalid_request_error", 429: "rate_limit_error"}
    code = "invalid_api_key" if status == 401 else error["kind"]
    return {"error": {"message": error["message"], "type": kinds.get(status, "server_error"), "param": None, "code": code}}


def models() -> dict[str, Any]:
    """The list of the one model that there is."""
    return {"object": "list", "data": [model()]}


def model() -> dict[str, Any]:
    return {"id": MODEL, "object": "model", "created": 0, "owned_by": "onrecord"}


def content_of(answer: Answer) -> tuple[str, list[dict[str, Any]]]:
    """The answer as Markdown, and for each marker in it an annotation with its place, its quote and its article."""
    text = markdown(one_line(answer.label))
    annotations: list[dict[str, Any]] = []
    cited = {citation.number: citation for citation in answer.citations}
    between = "\n\n" if answer.is_quoted else " "
    for sentence in answer.sentences or (Sentence(_MARKER.sub("", answer.text), supported=True),):
        text += (between if text else "") + markdown(one_line(sentence.text))
        for number in dict.fromkeys(sentence.citations):
            if number in cited:
                start = len(text) + 1
                text += f" [{number}]"
                annotations.append(_annotation(cited[number], start, len(text)))
        if not sentence.supported:
            reasons = "; ".join(one_line(reason).rstrip(".") for reason in sentence.reasons) or "no passage carries it"
            text += f" **Not supported:** {markdown(reasons)}."
        if sentence.note:
            text += f" ({markdown(one_line(sentence.note)).rstrip('.')}.)"
    if answer.notice:
        text += f"\n\n{markdown(one_line(answer.notice))}"
    if answer.citations and not answer.abstained:
        text += f"\n\n{SOURCES}\n" + "".join(f"\n{_source(citation)}\n" for citation in answer.citations)
    return text.rstrip("\n"), annotations


def markdown(text: str) -> str:
    """The text as Markdown that shows it as it stands: no character of it is markup, no address in it becomes a link."""
    return _MARKUP.sub(lambda found: f"{found[0][:-1]}\\{found[0][-1]}", text)


def _source(citation: Citation) -> str:
    article = citation.article
    facts = filter(None, (one_line(article.source), byline(article.authors), day(article.published) or "undated"))
    others = list(dict.fromkeys(one_line(other.source) for other in citation.also_in if other.source.strip()))
    link = f" <{article.url}>" if safe_link(article.url) else ""
    also = f" Also in {markdown(', '.join(others))}." if others else ""
    title = markdown(one_line(article.title or article.id))
    return f"[{citation.number}] *{title}*, {markdown(', '.join(facts))}: “{markdown(one_line(citation.shown))}”{also}{link}"


def _annotation(citation: Citation, start: int, end: int) -> dict[str, Any]:
    article = citation.article
    return {
        "type": "url_citation",
        "url_citation": {
            "start_index": start,
            "end_index": end,
            "title": article.title,
            "url": safe_link(article.url),
            # What the protocol has no place for. The offsets are those of the quote in the article's text.
            "number": citation.number,
            "quote": citation.quote,
            "quote_start": citation.start,
            "quote_end": citation.end,
            "speaker": citation.speaker,
            "article_id": article.id,
            "source": article.source,
            "published": article.published.isoformat() if article.published else None,
            "also_in": [also_in_dict(citation.quote, other) | {"url": safe_link(other.url)} for other in citation.also_in],
        },
    }


def _reason(answer: Answer) -> str:
    return "length" if CUT_OFF in answer.notice else "stop"


def _head(identity: str, created: int, kind: str) -> dict[str, Any]:
    return {"id": identity, "object": kind, "created": created, "model": MODEL}


def _chunk(identity: str, created: int, delta: Mapping[str, Any], reason: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": dict(delta), "logprobs": None, "finish_reason": reason}
    return _head(identity, created, "chat.completion.chunk") | {"choices": [choice]}
