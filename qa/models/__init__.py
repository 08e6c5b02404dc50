"""A language model behind an OpenAI-compatible endpoint: messages in, growing drafts out, every failure one of qa/errors.py.

The endpoint is not trusted: it may hang, drip, lie, echo the key, or never stop. Beside this file: where it is asked
(address.py), what it does not understand (dialect.py), the wire and its errors (wire.py), what comes back (replies.py), and what
of it is answer (reasoning.py).
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, Protocol

from qa.errors import BadReply, ContentFiltered, GivenUp, ModelError, ModelTimeout, ModelUnreachable, PromptTooLong, SettingError
from qa.models.address import read_address
from qa.models.dialect import Dialect
from qa.models.reasoning import answer_in, opens_unseen
from qa.models.replies import Piece, pieces
from qa.models.wire import (
    Endpoint,
    at_most,
    bad_reply,
    brief,
    foreign_errors,
    model_error,
    reply,
    status_of,
    unpacked,
    wait_before_retry,
    words_of,
)
from qa.prompting import Message
from qa.settings import Settings
from qa.stopping import Stop

if TYPE_CHECKING:
    import httpx2

OPENAI = "https://api.openai.com/v1"

_ADAPTATIONS = 8  # an endpoint that refuses more than this in one question is not to be talked with
_USAGE_GRACE = 2.0  # seconds to wait for the token counts after the last word
_BETWEEN_DRAFTS = 0.05  # seconds; each is read from its start, and nobody reads faster
_CHARACTERS_PER_TOKEN = 12  # no language needs more on average: past it, the server ignores the limit it was given
_BYTES_PER_TOKEN = 2_000  # one streamed token is a JSON object of 200 to 600 bytes
_BYTES_AT_LEAST = 4_000_000
# OpenAI's reasoning models count their hidden reasoning against the limit, so it gets room of its own.
_REASONING_TOKENS = 4_000


@dataclass(frozen=True, slots=True)
class Draft:
    """What the model has written so far (`text` is all of it), and at the end how it ended."""

    text: str
    finished: bool = False
    # "stop": complete. "length": cut at the length limit. "cut": the endpoint broke off. Empty until finished.
    finish_reason: Literal["", "stop", "length", "cut"] = ""
    usage: dict[str, int] | None = None  # input_tokens, output_tokens, total_tokens, where the endpoint counts them


class Model(Protocol):
    """What an assistant asks: a ChatModel, or one as a single question asks it."""

    name: str
    endpoint: Endpoint

    def stream(
        self, messages: Sequence[Message], max_tokens: int | None = None, timeout: float | None = None
    ) -> Iterator[Draft]: ...


class ModelUntil:
    """A model as one question asks it: `stop` closes its requests, from any thread."""

    def __init__(self, model: ChatModel, stop: Stop) -> None:
        self.name, self.endpoint = model.name, model.endpoint
        self._model, self._stop = model, stop

    def stream(self, messages: Sequence[Message], max_tokens: int | None = None, timeout: float | None = None) -> Iterator[Draft]:
        """As ChatModel.stream; raises GivenUp once it was stopped."""
        return self._model.stream(messages, max_tokens, timeout, self._stop)


class ChatModel:
    """The model that the settings name, at the endpoint that they name.

    Raises SettingError for an address, a proxy or a key that cannot be used; nothing is contacted before `stream`.
    """

    def __init__(self, settings: Settings) -> None:
        self.name, key = settings.model, _checked_key(settings)
        address = read_address(settings.base_url or OPENAI)
        self.endpoint = Endpoint(address, key, settings.model, settings.timeout, settings.max_tokens)
        self.hidden_tokens = 0 if settings.base_url else _REASONING_TOKENS
        # Ollama and Mistral know only the old name of the limit, OpenAI's reasoning models only the new.
        limits = ("max_tokens", "max_completion_tokens")
        self.dialect = Dialect(limits if settings.base_url else limits[::-1])
        self.thinks_unseen = False  # its reasoning has no opening tag: that stands in its template
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"ChatModel({self.name!r} at {self.endpoint.host})"

    def stream(
        self, messages: Sequence[Message], max_tokens: int | None = None, timeout: float | None = None, stop: Stop | None = None
    ) -> Iterator[Draft]:
        """Growing drafts of the model's answer; the last one is finished and says how it ended. Closing it closes the connection.

        Ends within `timeout` seconds (or the settings'): with a ModelError where the answer is not complete, GivenUp at a stop.
        """
        given = {"max_tokens": max_tokens, "timeout": timeout}
        endpoint = replace(self.endpoint, **{name: value for name, value in given.items() if value})  # type: ignore[arg-type]
        request = _Request(self, messages, endpoint)
        if stop:
            stop.when_ended(request.give_up)
        try:
            yield from request.drafts()
        finally:
            request.stop()

    def learns(self, spoken: Dialect, error: BaseException) -> bool:
        """Whether a request that was refused may be put otherwise: as this refusal says, or as another has said meanwhile."""
        with self._lock:
            if self.dialect == spoken:
                self.dialect = spoken.after(status_of(error), words_of(error).lower()) or spoken
            return self.dialect != spoken


class _Stopped(Exception):
    """The reader of the drafts has gone."""


class _Request:
    """One question to the endpoint. A thread talks; the reader waits no longer than the deadline, whatever the thread meets.

    A socket's own timeout starts again with every byte, and a name look-up has none: only a clock outside can hold a
    deadline. When it strikes, the connection is shut down, which wakes the thread and ends it.
    """

    def __init__(self, model: ChatModel, messages: Sequence[Message], endpoint: Endpoint) -> None:
        self.model, self.endpoint = model, endpoint
        self.deadline = time.monotonic() + endpoint.timeout
        self.messages = [(m.role, _sendable(m.text)) for m in messages]
        self.tokens = endpoint.max_tokens + model.hidden_tokens
        self.said = Piece()  # so far
        self.failure: BaseException | None = None
        self.news, self.over = threading.Event(), threading.Event()  # something has arrived; no more is read
        self.sockets: list[socket.socket] = []
        self.lock = threading.Lock()
        self.content_type = ""
        self.thread = threading.Thread(target=self._talk, name="onrecord-model", daemon=True)

    # The reader's side

    def drafts(self) -> Iterator[Draft]:
        self.thread.start()
        shown, patience, is_over = "", self.deadline, False
        while not is_over:
            is_news = self.news.wait(max(0.0, patience - time.monotonic()))
            self.news.clear()
            said, is_over = self.said, self.over.is_set()
            if said.reason and not is_news:  # complete, only the token counts are missing
                break
            if not is_over and (not is_news or time.monotonic() > self.deadline):  # a flood is always news
                raise self._late()
            patience = min(patience, time.monotonic() + _USAGE_GRACE) if said.reason else patience
            if (text := _readable(said.text, self.model.thinks_unseen)) != shown:
                yield Draft(shown := text)
                self.over.wait(_BETWEEN_DRAFTS)
        said, failure = self.said, self.failure
        if (
            failure and not said.reason and not (said.text and isinstance(failure, ModelUnreachable))
        ):  # else it is cut, or complete
            if isinstance(failure, ModelError):  # the trace and the context hold the libraries' frames, and so the key
                failure.__context__ = failure.__cause__ = failure.__traceback__ = None
            raise failure
        yield self._last(said.text, said.reason, said.usage)

    def _last(self, raw: str, reason: str, usage: dict[str, int] | None) -> Draft:
        if reason == "content_filter":
            raise self._no_answer(raw, reason)
        text = _readable(raw, whole=True)
        self.model.thinks_unseen = self.model.thinks_unseen or opens_unseen(raw)
        if not text.strip():
            raise self._no_answer(raw, reason)
        return Draft(text, True, "cut" if not reason or reason == "cut" else "length" if reason == "length" else "stop", usage)

    def _no_answer(self, raw: str, reason: str) -> ModelError:
        host, model = self.endpoint.host, brief(self.endpoint.model)
        if reason == "content_filter":
            return ContentFiltered(f"{host} withheld the answer of {model} (content filter). Ask in other words.")
        if reason == "length":
            return BadReply(
                f"{model} at {host} used up its {self.endpoint.max_tokens} tokens before it wrote a word. "
                "Raise ONRECORD_MAX_TOKENS, or choose a model that reasons less."
            )
        if raw.strip():
            return BadReply(f"{model} at {host} wrote its reasoning and no answer. Ask again, or choose another ONRECORD_MODEL.")
        if reason:
            return BadReply(f"{model} at {host} answered with no text. Ask again, or choose another ONRECORD_MODEL.")
        return bad_reply(host, self.content_type)

    def _late(self) -> ModelTimeout:
        return ModelTimeout(
            f"{brief(self.endpoint.model)} at {self.endpoint.host} did not complete its answer within "
            f"{self.endpoint.timeout:g} s. Raise ONRECORD_TIMEOUT, or choose a faster model."
        )

    def give_up(self) -> None:
        """Ends the wait for the next draft, from another thread; the reader then ends the rest."""
        self._end(GivenUp("The question was given up before its answer was there: ask it again."))

    def stop(self) -> None:
        """Ends the thread and its connection; harmless when they have ended by themselves."""
        with self.lock:
            self.over.set()
            for connection in self.sockets:
                with suppress(OSError):  # already closed by the other side
                    connection.shutdown(socket.SHUT_RDWR)
                connection.close()
            self.sockets.clear()
        if self.thread.ident is not None:
            self.thread.join(0.5)  # longer only inside a name look-up, which nothing can interrupt; the thread is a daemon

    # The thread's side

    def _talk(self) -> None:
        try:
            self._ask()
            self._end(None)
        except BaseException as error:  # noqa: BLE001 - raised again on the reader's thread
            self._end(error)

    def _end(self, failure: BaseException | None) -> None:
        self.failure = self.failure or failure
        self.over.set()
        self.news.set()

    def _ask(self) -> None:
        attempt, adaptations = 1, 0
        while True:
            dialect = self.model.dialect
            try:
                return self._read(dialect)
            except foreign_errors() as error:
                failure = model_error(error, self.endpoint, self.content_type)
                if self.said.text:
                    raise failure from None
                adaptations += 1
                about_text = isinstance(failure, (PromptTooLong, ContentFiltered))
                if adaptations <= _ADAPTATIONS and not about_text and self.model.learns(dialect, error):
                    continue
                wait = wait_before_retry(error, failure, attempt)
            if wait is None or time.monotonic() + wait >= self.deadline:
                raise failure
            if self.over.wait(wait):
                return None
            attempt += 1

    def _read(self, dialect: Dialect) -> None:
        most = self.endpoint.max_tokens * _CHARACTERS_PER_TOKEN
        body = {"model": self.model.name, **dialect.body(self.messages, self.tokens)}
        with reply(self.endpoint, body, self.before_sending, self.on_response) as parts:
            for piece in pieces(parts):
                said, cut = self.said, self.said.text + piece.text
                self.said = Piece(
                    cut[:most], "length" if len(cut) > most else said.reason or piece.reason, piece.usage or said.usage
                )
                if self.over.is_set() or len(cut) > most:
                    return
                if piece.text or piece.reason:
                    self.news.set()

    def before_sending(self, request: httpx2.Request) -> None:
        left = max(0.05, self.deadline - time.monotonic())
        request.extensions["timeout"] = dict.fromkeys(("connect", "read", "write", "pool"), left)
        request.extensions["trace"] = self._on_transport_event

    def _on_transport_event(self, event: str, info: Mapping[str, Any]) -> None:
        if event != "connection.connect_tcp.complete":
            return
        with self.lock:
            if self.over.is_set():
                raise _Stopped
            # A copy of the descriptor: TLS takes the socket over, and a shutdown reaches the connection all the same.
            self.sockets.append(info["return_value"].get_extra_info("socket").dup())

    def on_response(self, response: httpx2.Response) -> None:
        self.content_type = response.headers.get("content-type", "").partition(";")[0].strip()
        packing = response.headers.pop("content-encoding", "identity").lower()  # not asked for: some gateways do it all the same
        if packing not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise BadReply(f"{self.endpoint.host} compresses its reply ({brief(packing, 20)}). Switch that off there.")
        most = max(_BYTES_AT_LEAST, self.tokens * _BYTES_PER_TOKEN)
        response.stream = at_most(
            most, response.stream, lambda: self._too_large(most), iter if packing in ("", "identity") else unpacked
        )

    def _too_large(self, most: int) -> BadReply:
        return BadReply(f"{self.endpoint.host} sent more than {most // 1_000_000} MB for one answer. Is it a model's endpoint?")


def _readable(raw: str, thinks: bool = False, whole: bool = False) -> str:
    """The text that a reader sees: surrogate pairs joined, lone ones replaced, reasoning left out."""
    if not whole and raw and "\ud800" <= raw[-1] <= "\udbff":
        raw = raw[:-1]  # its second half is in the next chunk
    return answer_in(_paired(raw), thinks, whole)


def _sendable(text: str) -> str:
    return _paired(text).replace("\x00", "\ufffd")


def _paired(text: str) -> str:
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _checked_key(settings: Settings) -> str:
    key = settings.api_key
    if not key and not settings.base_url:
        raise SettingError("OPENAI_API_KEY is not set: set it, or set OPENAI_BASE_URL to a server that needs no key.")
    if not key.isascii() or any(letter.isspace() or not letter.isprintable() for letter in key):
        raise SettingError("OPENAI_API_KEY holds a space, a line break or a letter that no key has: copy it again.")
    return key
