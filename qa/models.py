"""A language model behind an OpenAI-compatible endpoint: messages in, growing drafts out, every failure one of qa/errors.py.

This is the only file that knows langchain-openai, openai and httpx2; they are imported by the first question, not by the
import of this module. The endpoint is not trusted: it may hang, drip, lie, echo the key, or never stop.
"""

from __future__ import annotations

import itertools
import queue
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit, urlunsplit

from qa.errors import (
    BadReply,
    ContentFiltered,
    ModelBusy,
    ModelError,
    ModelNotFound,
    ModelRefusedKey,
    ModelRejected,
    ModelTimeout,
    ModelUnreachable,
    PromptTooLong,
    SettingError,
)
from qa.prompting import Message
from qa.settings import Settings

if TYPE_CHECKING:
    import httpx2
    from langchain_openai import ChatOpenAI

OPENAI = "https://api.openai.com/v1"

_ATTEMPTS = 3  # a request is sent at most this often, and only while no text has arrived
_USAGE_GRACE = 2.0  # seconds to wait for the token counts after the last word
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


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a model is asked, in words that an error message may hold."""

    host: str
    model: str
    timeout: float
    max_tokens: int
    secrets: tuple[str, ...] = field(default=(), repr=False)  # what no message may hold


class ChatModel:
    """The model that the settings name, at the endpoint that they name.

    Raises SettingError for an address or a key that cannot be used; nothing is contacted before `stream`.
    """

    def __init__(self, settings: Settings) -> None:
        self.name = settings.model
        self._key = _checked_key(settings)
        self._address, host, self._login = _split_address(settings.base_url or OPENAI)
        secrets = [self._key, *self._login, _basic(self._login).removeprefix("Basic ")]
        self.endpoint = Endpoint(
            host=host,
            model=settings.model,
            timeout=settings.timeout,
            max_tokens=settings.max_tokens,
            secrets=tuple(secret for secret in secrets if len(secret) >= 6),  # "ollama" is as short as a secret gets
        )
        self._own = not settings.base_url
        self._dialect = _Dialect(limit="max_completion_tokens" if self._own else "max_tokens")
        self._certificates: Any = None

    def __repr__(self) -> str:
        return f"ChatModel({self.name!r} at {self.endpoint.host})"

    def stream(self, messages: Sequence[Message], max_tokens: int | None = None, timeout: float | None = None) -> Iterator[Draft]:
        """Growing drafts of the model's answer; the last one is finished and says how it ended.

        Ends within `timeout` seconds (the settings' if none are given), with a ModelError if the answer is not complete by
        then. Closing the iterator closes the connection.
        """
        endpoint = replace(
            self.endpoint, max_tokens=max_tokens or self.endpoint.max_tokens, timeout=timeout or self.endpoint.timeout
        )
        request = _Request(self, messages, endpoint)
        try:
            yield from request.drafts()
        finally:
            request.stop()

    def _client(self, request: _Request) -> tuple[ChatOpenAI, httpx2.Client]:
        """A client for one request: nothing is shared between questions but the certificates and the dialect."""
        import httpx2
        from langchain_openai import ChatOpenAI
        from pydantic import SecretStr

        if self._certificates is None:
            self._certificates = httpx2.create_ssl_context()
        headers = {"Accept-Encoding": "identity"}  # a compressed reply could unpack to any size
        if self._login:
            headers["Authorization"] = _basic(self._login)
        http = httpx2.Client(
            verify=self._certificates,
            follow_redirects=False,  # only the configured endpoint is contacted
            event_hooks={"request": [request.before_sending], "response": [request.on_response]},
        )
        chat = ChatOpenAI(
            model=self.name,
            base_url=self._address,
            api_key=SecretStr(self._key or "none"),
            http_client=http,
            http_async_client=httpx2.AsyncClient(verify=self._certificates),
            http_socket_options=(),
            openai_proxy="",  # the variable OPENAI_PROXY would clash with a client of our own
            default_headers=headers,
            max_retries=0,  # ours stop at the first token and at the deadline
            timeout=request.endpoint.timeout,
            use_responses_api=False,  # every compatible server speaks chat completions
            stream_usage=self._dialect.usage,
        )
        chat.client = _PlainChunks(chat.client)
        return chat, http


@dataclass(slots=True)
class _Dialect:
    """What this endpoint has been found not to understand, learnt from its refusals."""

    limit: Literal["max_tokens", "max_completion_tokens", ""]
    usage: bool = True
    swapped: bool = False

    def adapt(self, words: str) -> bool:
        """Whether the refusal names something that can be said in another way, or left out; then it will be."""
        if self.usage and ("stream_options" in words or "include_usage" in words):
            self.usage = False
            return True
        if self.limit and self.limit in words:
            other: Literal["max_tokens", "max_completion_tokens"] = (
                "max_completion_tokens" if self.limit == "max_tokens" else "max_tokens"
            )
            self.limit, self.swapped = ("" if self.swapped else other), True
            return True
        return False

    def arguments(self, tokens: int) -> dict[str, Any]:
        # ChatOpenAI renames max_tokens; Ollama and Mistral know only the old name, OpenAI's reasoning models only the new.
        if self.limit == "max_tokens":
            return {"extra_body": {"max_tokens": tokens}}
        return {"max_completion_tokens": tokens} if self.limit else {}


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str = ""
    reason: str = ""
    usage: dict[str, int] | None = None


class _PlainChunks:
    """The chat completions of a client, its chunks as plain dicts.

    Left to itself, ChatOpenAI dumps each chunk with pydantic's warnings on, which print an ill-typed reply to stderr.
    """

    def __init__(self, completions: Any) -> None:
        self._completions = completions

    @contextmanager
    def create(self, **payload: Any) -> Iterator[Iterator[Any]]:
        with self._completions.create(**payload) as chunks:
            yield (chunk.model_dump(warnings=False) for chunk in chunks)


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
        self.arrived: queue.SimpleQueue[_Piece | BaseException | None] = queue.SimpleQueue()
        self.stopped = threading.Event()
        self.sockets: list[socket.socket] = []
        self.lock = threading.Lock()
        self.content_type = ""
        self.thread = threading.Thread(target=self._talk, name="onrecord-model", daemon=True)

    # The reader's side

    def drafts(self) -> Iterator[Draft]:
        self.thread.start()
        raw, shown, reason = "", "", ""
        usage: dict[str, int] | None = None
        patience = self.deadline
        most = self.endpoint.max_tokens * _CHARACTERS_PER_TOKEN
        while True:
            try:
                piece = self.arrived.get(timeout=max(0.0, patience - time.monotonic()))
            except queue.Empty:
                if reason:  # complete, only the token counts are missing
                    break
                raise self._late() from None
            if piece is None:
                break
            if isinstance(piece, ModelUnreachable) and raw and not reason:
                reason = "cut"
                break
            if isinstance(piece, BaseException):
                if reason:
                    break
                if isinstance(piece, ModelError):  # the trace and the context hold the libraries' frames, and so the key
                    piece.__context__ = piece.__cause__ = piece.__traceback__ = None
                raise piece
            raw += piece.text
            usage = piece.usage or usage
            if piece.reason and not reason:
                reason = piece.reason
                patience = min(self.deadline, time.monotonic() + _USAGE_GRACE)
            if len(raw) > most:
                raw, reason = raw[:most], "length"
                break
            if time.monotonic() > self.deadline:  # a flood never leaves the queue empty
                raise self._late()
            if self.arrived.empty() and (text := _readable(raw)) != shown:
                shown = text
                yield Draft(shown)
        yield self._last(raw, reason, usage)

    def _last(self, raw: str, reason: str, usage: dict[str, int] | None) -> Draft:
        host, model = self.endpoint.host, _brief(self.endpoint.model)
        text = _readable(raw, whole=True)
        if reason == "content_filter":
            raise ContentFiltered(f"{host} withheld the answer of {model} (content filter). Ask in other words.")
        if text.strip():
            if not reason or reason == "cut":
                return Draft(text, True, "cut", usage)
            return Draft(text, True, "length" if reason == "length" else "stop", usage)
        if reason == "length":
            raise BadReply(
                f"{model} at {host} used up its {self.endpoint.max_tokens} tokens before it wrote a word. "
                "Raise ONRECORD_MAX_TOKENS, or choose a model that reasons less."
            )
        if reason:
            raise BadReply(f"{model} at {host} answered with no text. Ask again, or choose another ONRECORD_MODEL.")
        what = f" ({_brief(self.content_type, 40)})" if self.content_type else ""
        raise BadReply(f"What {host} sent{what} is not a chat completion. Is OPENAI_BASE_URL right? It usually ends in /v1.")

    def _late(self) -> ModelTimeout:
        return ModelTimeout(
            f"{_brief(self.endpoint.model)} at {self.endpoint.host} did not complete its answer within "
            f"{self.endpoint.timeout:g} s. Raise ONRECORD_TIMEOUT, or choose a faster model."
        )

    def stop(self) -> None:
        """Ends the thread and its connection; harmless when they have ended by themselves."""
        with self.lock:
            self.stopped.set()
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
            for piece in self._pieces():
                self.arrived.put(piece)
            self.arrived.put(None)
        except BaseException as error:  # noqa: BLE001 - raised again on the reader's thread
            self.arrived.put(error)

    def _pieces(self) -> Iterator[_Piece]:
        for attempt in itertools.count(1):
            begun = False
            try:
                for piece in self._attempt():
                    begun = begun or bool(piece.text)
                    yield piece
                return
            except _foreign_errors() as error:
                failure = model_error(error, self.endpoint, self.content_type)
                words, wait = _words(error).lower(), _wait_before_retry(error, failure, attempt)
            if begun:
                raise failure
            if type(failure) is ModelRejected and self.model._dialect.adapt(words):
                continue
            if wait is None or time.monotonic() + wait >= self.deadline:
                raise failure
            if self.stopped.wait(wait):
                return

    def _attempt(self) -> Iterator[_Piece]:
        chat, http = self.model._client(self)
        tokens = self.endpoint.max_tokens + (_REASONING_TOKENS if self.model._own else 0)
        with http:
            # `_stream` is what BaseChatModel.stream calls inside its callbacks. Without them no tracer that a variable
            # of the environment switches on is told anything.
            for chunk in chat._stream(_to_langchain(self.messages), **self.model._dialect.arguments(tokens)):
                if self.stopped.is_set():
                    return
                message = chunk.message
                reason = (chunk.generation_info or {}).get("finish_reason") or ""
                usage = _counts(getattr(message, "usage_metadata", None))
                text = str(message.text)
                if text or reason or usage:
                    yield _Piece(text, str(reason), usage)

    def before_sending(self, request: httpx2.Request) -> None:
        left = max(0.05, self.deadline - time.monotonic())
        request.extensions["timeout"] = dict.fromkeys(("connect", "read", "write", "pool"), left)
        request.extensions["trace"] = self._on_transport_event

    def _on_transport_event(self, event: str, info: Mapping[str, Any]) -> None:
        if event != "connection.connect_tcp.complete":
            return
        with self.lock:
            if self.stopped.is_set():
                raise _Stopped
            # A copy of the descriptor: TLS takes the socket over, and a shutdown reaches the connection all the same.
            self.sockets.append(info["return_value"].get_extra_info("socket").dup())

    def on_response(self, response: httpx2.Response) -> None:
        self.content_type = response.headers.get("content-type", "").partition(";")[0].strip()
        if response.headers.get("content-encoding", "identity").lower() not in ("", "identity"):
            raise BadReply(f"{self.endpoint.host} compresses its reply, which was not asked for. Switch that off there.")
        tokens = self.endpoint.max_tokens + (_REASONING_TOKENS if self.model._own else 0)
        most = max(_BYTES_AT_LEAST, tokens * _BYTES_PER_TOKEN)
        response.stream = _at_most(most, response.stream, lambda: self._too_large(most))

    def _too_large(self, most: int) -> BadReply:
        return BadReply(f"{self.endpoint.host} sent more than {most // 1_000_000} MB for one answer. Is it a model's endpoint?")


def model_error(error: BaseException, endpoint: Endpoint, content_type: str = "") -> ModelError:
    """Ours for theirs: the ModelError that says what an error of openai, langchain-core or httpx2 means to a user.

    The message is one line: the host, what happened, the remedy. What the endpoint itself says is quoted shortened, and
    not at all if a piece of the key is in it.
    """
    import httpx2
    import openai
    from langchain_core import exceptions as core

    if isinstance(error, ModelError):
        return error
    host, model = endpoint.host, _brief(endpoint.model)
    words = _words(error)
    lowered = words.lower()
    says = _quoted(words, endpoint.secrets)
    status = _status(error)
    late = ModelTimeout(
        f"{model} at {host} did not answer within {endpoint.timeout:g} s. Raise ONRECORD_TIMEOUT, or choose a faster model."
    )

    if isinstance(error, core.ContextOverflowError) or (status in (None, 400, 413, 422, 500) and _is_too_long(lowered)):
        return PromptTooLong(
            f"The passages do not fit the context of {model} at {host}. Lower ONRECORD_CONTEXT_TOKENS or ONRECORD_PASSAGES, "
            f"or give the model a larger context.{says}"
        )
    if isinstance(error, openai.LengthFinishReasonError):
        return BadReply(f"{model} at {host} was cut off at its length limit. Raise ONRECORD_MAX_TOKENS.")
    if isinstance(error, openai.ContentFilterFinishReasonError) or (
        status in (None, 400) and any(mark in lowered for mark in ("content_filter", "content filter", "content_policy"))
    ):
        return ContentFiltered(f"{host} withheld the answer of {model} (content filter). Ask in other words.")
    if status in (401, 403) or isinstance(
        error,
        (
            openai.AuthenticationError,
            openai.PermissionDeniedError,
            core.ModelAuthenticationError,
            core.ModelPermissionDeniedError,
        ),
    ):
        # The endpoint's own words stay out: this is where keys are echoed, whole or in pieces.
        return ModelRefusedKey(
            f"{host} refused the key ({status or 401}). Set OPENAI_API_KEY to a key that it accepts for {model}."
        )
    if status == 404 or isinstance(error, (openai.NotFoundError, core.ModelNotFoundError)):
        return ModelNotFound(
            f"{host} has no model {model}, or no API at that address (404). Set ONRECORD_MODEL to a model that it serves, "
            f"and OPENAI_BASE_URL to the address that usually ends in /v1.{says}"
        )
    if (status is not None and 300 <= status < 400) or isinstance(error, httpx2.TooManyRedirects):
        return ModelNotFound(
            f"{host} sends us to another address ({status or 'redirects'}). Set OPENAI_BASE_URL to the final one."
        )
    if status == 408 or isinstance(
        error, (TimeoutError, httpx2.TimeoutException, openai.APITimeoutError, core.ModelTimeoutError)
    ):
        return late
    if status == 429 or isinstance(error, (openai.RateLimitError, core.ModelRateLimitError)):
        after = _retry_after(error)
        when = f"in {after:.0f} s" if after else "later"
        return ModelBusy(f"{host} takes no more requests for {model} (429). Ask again {when}, or look at your quota there.{says}")
    if (status is not None and status >= 500) or isinstance(
        error,
        (openai.InternalServerError, core.ModelAPIError, openai.WebSocketQueueFullError),
    ):
        return ModelBusy(f"{host} is overloaded or broken ({status or 'no status'}). Ask again later.{says}")
    if isinstance(error, openai.APIResponseValidationError):
        return _bad_reply(host, content_type)
    if isinstance(error, (httpx2.UnsupportedProtocol, httpx2.InvalidURL, httpx2.LocalProtocolError)):
        return ModelUnreachable(f"{host} cannot be asked: OPENAI_BASE_URL is not a usable address. Correct it.")
    if isinstance(error, httpx2.DecodingError):
        return _bad_reply(host, content_type)
    if status is not None or isinstance(error, (openai.APIStatusError, core.ModelInvalidRequestError, httpx2.HTTPStatusError)):
        return ModelRejected(f"{host} did not accept the request for {model} ({status or 400}). Check ONRECORD_MODEL.{says}")
    if isinstance(
        error,
        (
            OSError,
            openai.APIConnectionError,
            openai.WebSocketConnectionClosedError,
            core.ModelConnectionError,
            httpx2.RequestError,
        ),
    ):
        return _unreachable(error, host)
    if type(error) is openai.APIError:  # an error object in the middle of a stream
        if any(mark in lowered for mark in ("overload", "server_error", "unavailable", "rate_limit", "internal")):
            return ModelBusy(f"{host} broke off the answer of {model}. Ask again later.{says}")
        return BadReply(f"{host} broke off the answer of {model} with an error. Ask again.{says}")
    return _bad_reply(host, content_type)


def _foreign_errors() -> tuple[type[BaseException], ...]:
    """What the libraries below us raise: their own families, and what parsing a reply that is no completion trips over."""
    import httpx2
    import openai
    from langchain_core.exceptions import LangChainException

    parsing = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, AssertionError, RecursionError)
    families = (openai.OpenAIError, LangChainException, httpx2.HTTPError, httpx2.InvalidURL, httpx2.CookieConflict)
    return (*families, httpx2.StreamError, OSError, *parsing)


def _bad_reply(host: str, content_type: str) -> BadReply:
    what = f" ({_brief(content_type, 40)})" if content_type else ""
    return BadReply(f"What {host} sent{what} is not a chat completion. Is OPENAI_BASE_URL right? It usually ends in /v1.")


def _unreachable(error: BaseException, host: str) -> ModelUnreachable:
    causes = " ".join(f"{type(cause).__name__} {cause}" for cause in _causes(error)).lower()
    if "ssl" in causes or "certificate" in causes:
        what = "does not speak TLS as we expect. Check https:// or http:// in OPENAI_BASE_URL, and its certificate"
    elif any(mark in causes for mark in ("name or service", "name resolution", "nodename", "getaddrinfo", "gaierror")):
        what = "is not a host that can be found. Check OPENAI_BASE_URL and the network"
    elif "proxy" in causes:
        what = "cannot be reached through the proxy. Check HTTPS_PROXY and NO_PROXY"
    elif "refused" in causes:
        what = "refuses connections. Start the server there, or correct OPENAI_BASE_URL"
    else:
        what = "closed the connection or cannot be reached. Check OPENAI_BASE_URL and the network"
    return ModelUnreachable(f"{host} {what}.")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    for _ in range(10):
        if error is None:
            return
        yield error
        error = error.__cause__ or error.__context__


def _status(error: BaseException) -> int | None:
    status = getattr(error, "status_code", None)
    if status is None:
        status = getattr(getattr(error, "response", None), "status_code", None)
    return status if isinstance(status, int) else None


def _words(error: BaseException) -> str:
    """What the endpoint says of its refusal: the error object of the body, or its text, shortened."""
    body = getattr(error, "body", None)
    if isinstance(body, Mapping):
        parts = [body.get(name) for name in ("message", "code", "type", "param", "detail", "error")]
        return " ".join(str(part)[:2_000] for part in parts if part)
    if isinstance(body, str):
        return body[:2_000]
    return str(getattr(error, "message", ""))[:2_000] if body is not None else ""


_TOO_LONG = (
    "context_length_exceeded",
    "exceed_context_size",
    "exceeds the available context",
    "maximum context length",
    "context window",
    "context size",
    "context length",
    "prompt is too long",
    "prompt too long",
    "input is too long",
    "input tokens exceed",
    "too many tokens",
)


def _is_too_long(words: str) -> bool:
    return any(mark in words for mark in _TOO_LONG)


def _wait_before_retry(error: BaseException, failure: ModelError, attempt: int) -> float | None:
    """Seconds to wait before the request is sent again, or None if sending it again cannot help."""
    if attempt >= _ATTEMPTS or not isinstance(failure, (ModelBusy, ModelUnreachable)):
        return None
    words = _words(error).lower()
    if "insufficient_quota" in words:
        return None
    if isinstance(failure, ModelUnreachable) and any(
        type(cause).__name__.startswith("SSL") or "certificate" in str(cause).lower() for cause in _causes(error)
    ):
        return None
    asked = _retry_after(error)
    return asked if asked is not None else 0.25 * 2 ** (attempt - 1)


def _retry_after(error: BaseException) -> float | None:
    """Seconds that the endpoint asks us to wait (RFC 9110, 10.2.3: a number of seconds or a date)."""
    headers = getattr(getattr(error, "response", None), "headers", None)
    value = str(headers.get("retry-after", "")).strip() if headers is not None else ""
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(value).timestamp() - time.time()
        except (ValueError, OverflowError):
            return None
    return max(0.0, seconds) if seconds == seconds else None  # not NaN


def _at_most(limit: int, stream: Any, too_large: Callable[[], BadReply]) -> Any:
    import httpx2

    class Capped(httpx2.SyncByteStream):
        """A reply that stops being read at `limit` bytes."""

        def __iter__(self) -> Iterator[bytes]:
            seen = 0
            for part in stream:
                seen += len(part)
                if seen > limit:
                    raise too_large()
                yield part

        def close(self) -> None:
            stream.close()

    return Capped()


def _to_langchain(messages: Sequence[tuple[str, str]]) -> list[Any]:
    from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

    kinds = {"system": SystemMessage, "user": HumanMessage, "assistant": AIMessage}
    return [kinds[role](content=text) for role, text in messages]


def _counts(usage: Any) -> dict[str, int] | None:
    if not isinstance(usage, Mapping):
        return None
    return {
        name: count for name in ("input_tokens", "output_tokens", "total_tokens") if isinstance(count := usage.get(name), int)
    }


def _readable(raw: str, whole: bool = False) -> str:
    """The text that a reader sees: surrogate pairs joined, lone ones replaced, a leading <think> block left out."""
    if not whole and raw and "\ud800" <= raw[-1] <= "\udbff":
        raw = raw[:-1]  # its second half is in the next chunk
    text = raw.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    opening = text.lstrip()
    if opening.startswith("<think>"):
        return opening.partition("</think>")[2].lstrip()
    if not whole and "<think>".startswith(opening):
        return ""
    return text


def _sendable(text: str) -> str:
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").replace("\x00", "\ufffd")


def _quoted(words: str, secrets: Sequence[str]) -> str:
    """What the endpoint says, as the end of a message: one short line, nothing if it holds a piece of a secret."""
    words = "".join(letter if letter.isprintable() else " " for letter in words)
    words = " ".join(words.split())
    if not words or words.startswith("<"):
        return ""
    for secret in secrets:
        if any(secret[start : start + 6] in words for start in range(len(secret) - 5)):
            return ""
    return f" It says: “{words[:160]}{'…' if len(words) > 160 else ''}”"


def _brief(value: str, most: int = 80) -> str:
    value = "".join(letter if letter.isprintable() else "?" for letter in value)
    return value if len(value) <= most else value[: most - 1] + "…"


def _checked_key(settings: Settings) -> str:
    key = settings.api_key
    if not key and not settings.base_url:
        raise SettingError("OPENAI_API_KEY is not set: set it, or set OPENAI_BASE_URL to a server that needs no key.")
    if not key.isascii() or any(letter.isspace() or not letter.isprintable() for letter in key):
        raise SettingError("OPENAI_API_KEY holds a space, a line break or a letter that no key has: copy it again.")
    return key


def _split_address(address: str) -> tuple[str, str, tuple[str, ...]]:
    """The address without the login in it, the host (and port) to name in messages, and the login: () or (user, password)."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
        login = (parts.username or "", parts.password or "") if parts.username or parts.password else ()
    except ValueError:
        host = None
    if not host or parts.scheme not in ("http", "https") or any(letter.isspace() for letter in address):
        raise SettingError("OPENAI_BASE_URL is not a web address: use one such as http://127.0.0.1:11434/v1.")
    shown = f"[{host}]" if ":" in host else host
    shown = f"{shown}:{port}" if port else shown
    return urlunsplit((parts.scheme, shown, parts.path, parts.query, "")), _brief(shown), login


def _basic(login: tuple[str, ...]) -> str:
    from base64 import b64encode
    from urllib.parse import unquote

    return "Basic " + b64encode(":".join(map(unquote, login)).encode()).decode() if login else ""
