"""The wire to an endpoint: openai's client over a connection of ours, and what its errors mean to a user.

This is the only file that knows openai and httpx2; they are imported by the first question, not by the import of this module.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import cache
from typing import TYPE_CHECKING, Any

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
)
from qa.models.address import Address
from qa.models.replies import ErrorInReply

if TYPE_CHECKING:
    import httpx2

ATTEMPTS = 3  # a request is sent at most this often, and only while no text has arrived


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a model is asked, and how; of the address only the host may be shown, of the key nothing."""

    address: Address
    key: str = field(repr=False)
    model: str
    timeout: float
    max_tokens: int

    @property
    def host(self) -> str:
        return self.address.host

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no message may hold."""
        return tuple(secret for secret in (self.key, *self.address.secrets) if len(secret) >= 6)  # "ollama" is the shortest


@cache
def _certificates() -> Any:
    """The certificates that every connection is checked with; they take a moment to load, and may be shared."""
    import httpx2

    return httpx2.create_ssl_context()


@contextmanager
def reply(
    endpoint: Endpoint,
    body: Mapping[str, Any],
    before_sending: Callable[[httpx2.Request], None],
    on_response: Callable[[httpx2.Response], None],
) -> Iterator[Iterator[bytes]]:
    """The bytes of the reply to one chat completion request, over a connection that is closed at the end.

    Nothing is shared between requests but the certificates. `before_sending` and `on_response` may raise to stop it.
    """
    import httpx2
    import openai

    address = endpoint.address
    headers = {"Accept-Encoding": "identity"}  # a compressed reply could unpack to any size
    headers |= {"Authorization": address.authorization} if address.authorization else {}
    headers |= {"api-key": endpoint.key} if "api-version" in address.query else {}  # Azure's, which takes a key nowhere else
    http = httpx2.Client(
        verify=_certificates(),
        trust_env=False,  # its own reading of the proxy variables sends a loopback address through them
        proxy=address.proxy,
        params=address.query,
        follow_redirects=False,  # only the configured endpoint is contacted
        event_hooks={"request": [before_sending], "response": [on_response]},
    )
    client = openai.OpenAI(
        api_key=endpoint.key or "none",
        base_url=address.url,
        http_client=http,
        default_headers=headers,
        max_retries=0,  # ours stop at the first token and at the deadline
        timeout=endpoint.timeout,
    )
    with http, client.chat.completions.with_streaming_response.create(**body) as response:
        yield response.iter_bytes()


def model_error(error: BaseException, endpoint: Endpoint, content_type: str = "") -> ModelError:
    """Ours for theirs: the ModelError that says what an error of openai or httpx2 means to a user.

    The message is one line: the host, what happened, the remedy. What the endpoint itself says is quoted shortened, and
    not at all if a piece of the key is in it.
    """
    import httpx2
    import openai

    if isinstance(error, ModelError):
        return error
    host, model = endpoint.host, brief(endpoint.model)
    words = words_of(error)
    lowered = words.lower()
    says = quoted(words, endpoint.secrets)
    status = status_of(error)
    late = ModelTimeout(
        f"{model} at {host} did not answer within {endpoint.timeout:g} s. Raise ONRECORD_TIMEOUT, or choose a faster model."
    )

    if status in (None, 400, 413, 422, 500) and _is_too_long(lowered):
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
    if status in (401, 403) or isinstance(error, (openai.AuthenticationError, openai.PermissionDeniedError)):
        # The endpoint's own words stay out: this is where keys are echoed, whole or in pieces.
        return ModelRefusedKey(
            f"{host} refused the key ({status or 401}). Set OPENAI_API_KEY to a key that it accepts for {model}."
        )
    if status == 404 or isinstance(error, openai.NotFoundError):
        return ModelNotFound(
            f"{host} has no model {model}, or no API at that address (404). Set ONRECORD_MODEL to a model that it serves, "
            f"and OPENAI_BASE_URL to the address that usually ends in /v1.{says}"
        )
    if (status is not None and 300 <= status < 400) or isinstance(error, httpx2.TooManyRedirects):
        return ModelNotFound(
            f"{host} sends us to another address ({status or 'redirects'}). Set OPENAI_BASE_URL to the final one."
        )
    if status == 407:
        return ModelUnreachable(f"{host} {_BY_PROXY}.")
    if status == 408 or isinstance(error, (TimeoutError, httpx2.TimeoutException, openai.APITimeoutError)):
        return late
    if status == 429 or isinstance(error, openai.RateLimitError):
        after = _retry_after(error)
        when = f"in {after:.0f} s" if after else "later"
        return ModelBusy(f"{host} takes no more requests for {model} (429). Ask again {when}, or look at your quota there.{says}")
    if (status is not None and status >= 500) or isinstance(error, (openai.InternalServerError, openai.WebSocketQueueFullError)):
        return ModelBusy(f"{host} is overloaded or broken ({status or 'no status'}). Ask again later.{says}")
    if isinstance(error, openai.APIResponseValidationError):
        return bad_reply(host, content_type)
    if isinstance(error, (httpx2.UnsupportedProtocol, httpx2.InvalidURL, httpx2.LocalProtocolError)):
        return ModelUnreachable(f"{host} cannot be asked: OPENAI_BASE_URL is not a usable address. Correct it.")
    if isinstance(error, httpx2.DecodingError):
        return bad_reply(host, content_type)
    if status is not None or isinstance(error, (openai.APIStatusError, httpx2.HTTPStatusError)):
        return ModelRejected(f"{host} did not accept the request for {model} ({status or 400}). Check ONRECORD_MODEL.{says}")
    if isinstance(error, (OSError, openai.APIConnectionError, openai.WebSocketConnectionClosedError, httpx2.RequestError)):
        return _unreachable(error, host, bool(endpoint.address.proxy))
    if type(error) in (ErrorInReply, openai.APIError):
        if any(mark in lowered for mark in ("overload", "server_error", "unavailable", "rate_limit", "internal")):
            return ModelBusy(f"{host} broke off the answer of {model}. Ask again later.{says}")
        return BadReply(f"{host} broke off the answer of {model} with an error. Ask again.{says}")
    return bad_reply(host, content_type)


def foreign_errors() -> tuple[type[BaseException], ...]:
    """What the libraries below us raise: their own families, and what parsing a reply that is no completion trips over."""
    import httpx2
    import openai

    parsing = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, AssertionError, RecursionError)
    families = (openai.OpenAIError, httpx2.HTTPError, httpx2.InvalidURL, httpx2.CookieConflict, httpx2.StreamError)
    return (*families, ErrorInReply, OSError, *parsing)


def bad_reply(host: str, content_type: str) -> BadReply:
    what = f" ({brief(content_type, 40)})" if content_type else ""
    return BadReply(f"What {host} sent{what} is not a chat completion. Is OPENAI_BASE_URL right? It usually ends in /v1.")


_BY_PROXY = (
    "cannot be reached through the proxy. Check HTTPS_PROXY, HTTP_PROXY and ALL_PROXY (a login, where it wants one), or name the "
    "host in NO_PROXY"
)


def _unreachable(error: BaseException, host: str, proxied: bool) -> ModelUnreachable:
    causes = " ".join(f"{type(cause).__name__} {cause}" for cause in _causes(error)).lower()
    if "ssl" in causes or "certificate" in causes:
        what = "does not speak TLS as we expect. Check https:// or http:// in OPENAI_BASE_URL, and its certificate"
    elif proxied or "proxy" in causes:
        what = _BY_PROXY
    elif any(mark in causes for mark in ("name or service", "name resolution", "nodename", "getaddrinfo", "gaierror")):
        what = "is not a host that can be found. Check OPENAI_BASE_URL and the network"
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


def status_of(error: BaseException) -> int | None:
    status = getattr(error, "status_code", None)
    if status is None:
        status = getattr(getattr(error, "response", None), "status_code", None)
    return status if isinstance(status, int) else None


def words_of(error: BaseException) -> str:
    """What the endpoint says of its refusal: the error object of the body, or its text, shortened."""
    body = getattr(error, "body", None)
    if isinstance(body, list) and body:
        body = body[0]
    if isinstance(body, Mapping) and isinstance(body.get("error"), Mapping):
        body = body["error"]
    if isinstance(body, Mapping):
        parts = [body.get(name) for name in ("message", "msg", "code", "type", "param", "detail", "error", "errors")]
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


def wait_before_retry(error: BaseException, failure: ModelError, attempt: int) -> float | None:
    """Seconds to wait before the request is sent again, or None if sending it again cannot help."""
    if attempt >= ATTEMPTS or not isinstance(failure, (ModelBusy, ModelUnreachable)):
        return None
    words = words_of(error).lower()
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


_PIECE = 65_536  # bytes


def unpacked(parts: Iterable[bytes]) -> Iterator[bytes]:
    """A gzip or zlib body, unpacked a piece at a time: a few bytes may stand for any number."""
    import httpx2

    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 32)
    for part in parts:
        piece = b""
        while part or len(piece) == _PIECE:
            try:
                piece = unpacker.decompress(part, _PIECE)
            except zlib.error as error:
                raise httpx2.DecodingError(str(error)) from error
            yield piece
            part = unpacker.unconsumed_tail


def at_most(limit: int, stream: Any, too_large: Callable[[], BadReply], read: Callable[[Any], Iterable[bytes]] = iter) -> Any:
    import httpx2

    class Capped(httpx2.SyncByteStream):
        """A reply that stops being read at `limit` bytes."""

        def __iter__(self) -> Iterator[bytes]:
            seen = 0
            for part in read(stream):
                seen += len(part)
                if seen > limit:
                    raise too_large()
                yield part

        def close(self) -> None:
            stream.close()

    return Capped()


def quoted(words: str, secrets: Sequence[str]) -> str:
    """What the endpoint says, as the end of a message: one short line, nothing if it holds a piece of a secret."""
    words = "".join(letter if letter.isprintable() else " " for letter in words)
    words = " ".join(words.split())
    if not words or words.startswith("<"):
        return ""
    for secret in secrets:
        if any(secret[start : start + 6] in words for start in range(len(secret) - 5)):
            return ""
    return f" It says: “{words[:160]}{'…' if len(words) > 160 else ''}”"


def brief(value: str, most: int = 80) -> str:
    value = "".join(letter if letter.isprintable() else "?" for letter in value)
    return value if len(value) <= most else value[: most - 1] + "…"
