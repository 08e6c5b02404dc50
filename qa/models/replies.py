"""The bytes of a reply -> the pieces of an answer, whatever the endpoint makes of the protocol.

Read are a stream of events, one whole completion (where a stream was asked for or not), and JSON lines. Reasoning that comes in
a field or a part of its own is not read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

# How an answer ended, in the words of other servers; anything else that is said means that it is complete.
_LENGTH = {"length", "max_tokens", "max_output_tokens", "model_length", "max_length"}
_WITHHELD = {"content_filter", "content-filter", "safety", "sensitive", "recitation", "blocklist", "prohibited_content", "spii"}
_BROKEN = {"error", "network_error", "abort", "aborted", "cancelled", "insufficient_system_resource"}


@dataclass(frozen=True, slots=True)
class Piece:
    """What one event adds."""

    text: str = ""
    reason: str = ""  # "stop", "length", "content_filter" or "cut"; empty while it goes on
    usage: dict[str, int] | None = None


class ErrorInReply(Exception):
    """The reply holds an error instead of an answer; `body` is what it says."""

    def __init__(self, body: Any) -> None:
        super().__init__("an error in the reply")
        self.body = body
        code = str(body.get("code")) if isinstance(body, Mapping) else ""
        self.status_code = int(code) if re.fullmatch("[45][0-9][0-9]", code) else None


def pieces(parts: Iterable[bytes]) -> Iterator[Piece]:
    """The pieces of a reply, in order. Raises ErrorInReply, and ValueError for what is no completion."""
    for event in _events(parts):
        if not isinstance(event, Mapping):
            raise ValueError("an event is no object")
        choices = event.get("choices")
        if event.get("error") and not choices:
            raise ErrorInReply(event["error"])
        if event.get("object") == "error":
            raise ErrorInReply(event)
        usage = _counts(event.get("usage"))
        found = [_piece(choice) for choice in choices or ()]
        if found or usage:
            first = found[0] if found else Piece()
            yield Piece(first.text, first.reason, usage)


def _events(parts: Iterable[bytes]) -> Iterator[Any]:
    """The JSON values of a reply. A line that is one by itself is given at once, several lines when they end."""
    held: list[bytes] = []
    for line in _lines(parts):
        name, colon, value = line.partition(b":")
        if not line.strip():
            if held and held[0].startswith(b"data:"):
                yield json.loads(b"\n".join(one.removeprefix(b"data:") for one in held))
                held = []
        elif name == b"data" and value.strip() == b"[DONE]":
            return
        elif name in (b"event", b"id", b"retry", b"") and colon:
            continue  # a comment begins with a colon
        else:
            whole = value if name == b"data" else line
            if held:
                held.append(line)
                continue
            try:
                yield json.loads(whole)
            except ValueError:
                held.append(line)
    if held:
        yield json.loads(b"\n".join(one.removeprefix(b"data:") for one in held))


def _lines(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Lines as the event stream has them: CR, LF or both end one, nothing else does."""
    rest: list[bytes] = []
    first = True
    for part in parts:
        if first and part:
            part, first = part.removeprefix(b"\xef\xbb\xbf"), False
        *whole, last = re.split(rb"\r\n|\n|\r", part)
        for line in whole:
            rest.append(line)
            yield b"".join(rest)
            rest = []
        rest.append(last)
    yield b"".join(rest)


def _piece(choice: Any) -> Piece:
    if not isinstance(choice, Mapping):
        raise ValueError("a choice is no object")
    if choice.get("index") not in (None, 0):
        if not isinstance(choice["index"], int):
            raise ValueError("a choice has an odd number")
        return Piece()
    whole = choice.get("message")
    said = whole if whole is not None else choice.get("delta")
    if said is not None and not isinstance(said, Mapping):
        raise ValueError("a message is no object")
    text = _text(said.get("content")) if said else _text(choice.get("text"))
    reason = choice.get("finish_reason")
    if reason is not None and not isinstance(reason, str):
        raise ValueError("a reason to stop is no word")
    if said and said.get("refusal") and not text:
        reason = "content_filter"
    if whole is not None and not reason:
        reason = "stop"  # it came whole; that it does not say why it ended is no sign of a cut
    return Piece(text, _ended(reason or ""))


def _ended(reason: str) -> str:
    word = reason.lower()
    for ours, theirs in (("length", _LENGTH), ("content_filter", _WITHHELD), ("cut", _BROKEN)):
        if word in theirs:
            return ours
    return "stop" if word not in ("", "null", "none") else ""


def _text(content: Any) -> str:
    """The text of a message's content: a string, or a list whose parts of type text count."""
    if isinstance(content, str):
        return content
    if isinstance(content, Mapping):
        kind, text = content.get("type", "text"), content.get("text")
        if kind not in ("text", "output_text"):
            return ""
        return _text(text.get("value") if isinstance(text, Mapping) else text)
    return "".join(_text(part) for part in content) if isinstance(content, list) else ""


def _counts(usage: Any) -> dict[str, int] | None:
    if not isinstance(usage, Mapping):
        return None
    names = {"prompt_tokens": "input_tokens", "completion_tokens": "output_tokens", "total_tokens": "total_tokens"}
    return {ours: usage[theirs] for theirs, ours in names.items() if isinstance(usage.get(theirs), int)} or None
