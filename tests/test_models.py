"""The model at its worst: every fault is one of our errors, in time, in one line, and without the key."""

from __future__ import annotations

import inspect
import logging
import os
import threading
import time
import traceback
from contextlib import suppress
from itertools import pairwise

import httpx2
import openai
import pytest

from qa import errors
from qa.doubles import FaultServer, ScriptedModel
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
from qa.models import ChatModel, Draft
from qa.models.address import Address
from qa.models.replies import ErrorInReply
from qa.models.wire import Endpoint, model_error
from qa.prompting import Message
from qa.settings import Settings

KEY = FaultServer.SECRET
TIMEOUT = 3.0
ASK = [Message("system", "Be brief."), Message("user", "Who denied it?")]

# What each fault becomes: an error, or how the last draft ends.
FAULTS: dict[str, type[ModelError] | str] = {
    "400": ModelRejected,
    "401": ModelRefusedKey,
    "403": ModelRefusedKey,
    "404": ModelNotFound,
    "408": ModelTimeout,
    "409": ModelRejected,
    "413": ModelRejected,
    "422": ModelRejected,
    "429": ModelBusy,
    "500": ModelBusy,
    "502": ModelBusy,
    "503": ModelBusy,
    "refused": ModelUnreachable,
    "tls": ModelUnreachable,
    "hang": ModelTimeout,
    "hang after text": ModelTimeout,
    "drip": ModelTimeout,
    "header drip": ModelTimeout,
    "endless": "length",
    "endless line": BadReply,
    "empty flood": ModelError,  # over the deadline or over the size limit, whichever comes first
    "html": BadReply,
    "html error": ModelBusy,
    "redirect": ModelNotFound,
    "compressed": BadReply,
    "gzip": "stop",
    "bad json": BadReply,
    "not an object": BadReply,
    "empty choices": BadReply,
    "null content": BadReply,
    "numeric content": BadReply,
    "garbage chunk": BadReply,
    "deep json": BadReply,
    "bad utf-8": BadReply,
    "lone surrogate": "stop",
    "20 MB chunk": BadReply,
    "20 MB error": BadReply,
    "cut stream": "cut",
    "cut before text": ModelUnreachable,
    "no finish reason": "cut",
    "content filter": ContentFiltered,
    "content filter 400": ContentFiltered,
    "length": "length",
    "length before text": BadReply,
    "error in stream": ModelBusy,
    "too long": PromptTooLong,
    "wrong model": ModelNotFound,
    "tool call": BadReply,
    "no stream": "stop",
    "echo key": ModelRefusedKey,
    "echo key 400": ModelRejected,
    "busy once": "stop",
    "busy for an hour": ModelBusy,
    "no stream_options": "stop",
    "no max_tokens": "stop",
    "stays open": "stop",
    "thinking": "stop",
    "no system role": "stop",
    "no system role 500": "stop",
    "roles must alternate": "stop",
    "no streaming": "stop",
    "knows nothing": "stop",
    "whole without a type": "stop",
    "reasoning field": "stop",
    "comments": "stop",
    "small limit": "stop",
}


def model(url: str, **changes: object) -> ChatModel:
    given: dict[str, object] = {"base_url": url, "api_key": KEY, "model": "ours", "timeout": TIMEOUT, "max_tokens": 300}
    return ChatModel(Settings(**(given | changes)))  # type: ignore[arg-type]


def last(model: ChatModel) -> Draft:
    *_, draft = model.stream(ASK)
    return draft


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "onrecord-model"]


@pytest.fixture(scope="module", autouse=True)
def libraries() -> None:
    """The first question imports openai and its certificates; no deadline should have to pay for that on a busy machine."""
    with ScriptedModel("Ready.") as server:
        last(model(server.url, timeout=120))


def test_every_mode_has_an_expectation() -> None:
    """The table below is the table of faults."""
    assert list(FAULTS) == list(FaultServer.MODES)


@pytest.mark.parametrize("mode", FAULTS)
def test_fault(mode: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    """Each fault is typed, ends within the deadline and a second, says one line, and leaks neither key nor thread nor trace."""
    caplog.set_level(logging.DEBUG)
    expected = FAULTS[mode]
    files = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    with FaultServer(mode) as server:
        asked = model(server.url)
        draft, error, start = Draft(""), None, time.monotonic()
        try:
            draft = last(asked)
        except ModelError as caught:
            error = caught
        took = time.monotonic() - start
    said = ""
    if error is None:
        assert draft.finished
        assert draft.finish_reason == expected
        assert draft.text.strip()
        assert len(draft.text) <= 300 * 12
        draft.text.encode()  # no lone surrogate
    else:
        assert isinstance(expected, type), f"{mode} should have ended as {expected!r}, not {error!r}"
        assert isinstance(error, expected)
        assert str(error).splitlines() == [str(error)]
        assert server.host in str(error) or "ours" in str(error)
        assert error.__cause__ is None
        assert error.__context__ is None or error.__suppress_context__
        said = "".join(traceback.format_exception(error)) + repr(error)
    assert took < TIMEOUT + 1
    printed = capfd.readouterr()
    for place in (said, caplog.text, printed.out, printed.err, repr(asked), repr(asked.endpoint)):
        assert KEY not in place
        assert KEY[8:20] not in place
    assert "Traceback" not in printed.err
    assert not threads()
    if files and mode != "refused":
        deadline = time.monotonic() + 20  # the server's own threads close theirs
        while len(os.listdir("/proc/self/fd")) > files + 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert len(os.listdir("/proc/self/fd")) <= files + 2


def test_drafts_grow() -> None:
    """Each draft holds the one before it; the last is finished, complete and counted."""
    text = "The ministry denied it [1]. Café 🚢 and “quotes” arrive whole."
    with ScriptedModel(text) as server:
        drafts = list(model(server.url).stream(ASK))
    assert all(later.text.startswith(earlier.text) for earlier, later in pairwise(drafts))
    assert drafts[-1] == Draft(text, True, "stop", drafts[-1].usage)
    assert drafts[-1].usage == {"input_tokens": 1, "output_tokens": 11, "total_tokens": 12}
    sent = server.requests[0]
    assert sent["messages"] == [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Who denied it?"}]
    assert (sent["model"], sent["stream"], sent["max_tokens"]) == ("ours", True, 300)
    assert not {"temperature", "tools", "top_p", "max_completion_tokens"} & set(sent)


def test_what_is_sent_is_text() -> None:
    """Lone surrogates and NUL in a prompt are replaced; braces and dollars are text."""
    with ScriptedModel("Yes.") as server:
        list(model(server.url).stream([Message("user", "a\ud800b\x00c {x} $y 🚢")]))
    assert server.requests[0]["messages"][0]["content"] == "a\ufffdb\ufffdc {x} $y 🚢"


def test_a_thinking_model_thinks_in_private() -> None:
    """The block in which a local model reasons is not part of its answer, at no moment of the stream."""
    with FaultServer("thinking") as server:
        drafts = list(model(server.url).stream(ASK))
    assert not any("think" in draft.text or "[9]" in draft.text for draft in drafts)
    assert drafts[-1].text == "The ministry denied it [1]."


def test_retries_stop_at_the_first_word() -> None:
    """A busy endpoint is asked again, a refusal and a broken answer are not."""
    for mode, requests in (("busy once", 2), ("503", 3), ("401", 1), ("400", 1), ("cut stream", 1), ("busy for an hour", 1)):
        with FaultServer(mode) as server:
            with suppress(ModelError):
                last(model(server.url, timeout=10))
            assert len(server.requests) == requests, mode


def test_the_dialect_is_remembered() -> None:
    """What an endpoint refused once is not sent again."""
    with FaultServer("no stream_options") as server:
        asked = model(server.url)
        assert last(asked).text == last(asked).text
        assert ["stream_options" in request for request in server.requests] == [True, False, False]


def test_stopping_closes_the_connection() -> None:
    """A reader who goes ends the request: no thread is left, and the endpoint may stop writing."""
    with FaultServer("drip") as server:
        stream = model(server.url, timeout=60).stream(ASK)
        next(stream)
        assert threads()
        stream.close()
        assert not threads()


def test_many_at_once() -> None:
    """One model answers several threads, each its own answer."""

    def answer(messages: list[dict[str, str]]) -> str:
        return f"You asked {messages[-1]['content']} [1]."

    texts: dict[int, str] = {}

    def ask(number: int) -> None:
        *_, draft = asked.stream([Message("user", f"number {number}")])
        texts[number] = draft.text

    with ScriptedModel(answer) as server:
        asked = model(server.url, timeout=60)
        askers = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
        for asker in askers:
            asker.start()
        for asker in askers:
            asker.join()
    assert texts == {number: f"You asked number {number} [1]." for number in range(8)}


def test_only_the_endpoint_is_contacted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables that switch on tracing, a gateway or another base URL send nothing anywhere else."""
    with ScriptedModel("Yes.") as server, ScriptedModel("No.") as spy:
        for name in ("LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2", "LANGCHAIN_TRACING", "LANGSMITH_GATEWAY"):
            monkeypatch.setenv(name, "true")
        for name in ("LANGSMITH_ENDPOINT", "LANGCHAIN_ENDPOINT", "OPENAI_API_BASE", "LANGSMITH_GATEWAY_URL", "OPENAI_BASE_URL"):
            monkeypatch.setenv(name, spy.url)
        monkeypatch.setenv("LANGSMITH_API_KEY", "spy-key")
        monkeypatch.setenv("OPENAI_PROXY", spy.url)
        assert last(model(server.url)).text == "Yes."
        time.sleep(0.3)
        assert len(server.requests) == 1
        assert not spy.requests
        assert "spy-key" not in str(server.headers)


def test_redirects_are_not_followed() -> None:
    """An endpoint cannot send the prompt on to somebody else."""
    with FaultServer("redirect") as server:
        with pytest.raises(ModelNotFound, match="OPENAI_BASE_URL"):
            last(model(server.url))
        assert len(server.requests) == 1


def test_login_in_the_address(caplog: pytest.LogCaptureFixture) -> None:
    """user:password in the base URL is used, and is in no message, log or repr."""
    caplog.set_level(logging.DEBUG)
    with ScriptedModel("Yes.") as server:
        asked = model(server.url.replace("://", "://reader:s3cret-pass@"), api_key="")
        assert last(asked).text == "Yes."
        assert server.headers[0]["authorization"] == "Basic cmVhZGVyOnMzY3JldC1wYXNz"
    with FaultServer("404") as fault, pytest.raises(ModelNotFound, match=fault.host) as caught:
        last(model(fault.url.replace("://", "://reader:s3cret-pass@"), api_key=""))
    for place in (str(caught.value), caplog.text, repr(asked), repr(asked.endpoint)):
        assert "s3cret" not in place
        assert "cmVhZGVyOnMzY3JldC1wYXNz" not in place


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        (Settings(answerer="model"), "OPENAI_API_KEY is not set"),
        (Settings(api_key="sk-abc\n-def-ghi"), "OPENAI_API_KEY holds"),
        (Settings(api_key="sk-schlüssel-abc"), "OPENAI_API_KEY holds"),
        (Settings(base_url="http://", api_key="x"), "OPENAI_BASE_URL is not"),
        (Settings(base_url="http://[::1", api_key="x"), "OPENAI_BASE_URL is not"),
        (Settings(base_url="http://host:port/v1", api_key="x"), "OPENAI_BASE_URL is not"),
        (Settings(base_url="ftp://host/v1", api_key="x"), "OPENAI_BASE_URL is not"),
    ],
)
def test_unusable_settings(settings: Settings, says: str) -> None:
    """A key or an address that cannot work is refused before anything is sent, without repeating the key."""
    with pytest.raises(SettingError, match=says) as caught:
        ChatModel(settings)
    assert settings.api_key in ("", "x") or settings.api_key not in str(caught.value)


# Every exception class of the libraries below us


def error_classes() -> list[type[BaseException]]:
    found = []
    for module in (openai, openai._exceptions, httpx2):
        for value in list(vars(module).values()):
            if inspect.isclass(value) and issubclass(value, Exception) and not issubclass(value, Warning) and value not in found:
                found.append(value)
    return [ErrorInReply, *(kind for kind in found if kind.__module__.partition(".")[0] in ("openai", "httpx2"))]


STATUSES = {
    "AuthenticationError": 401, "PermissionDeniedError": 403, "NotFoundError": 404, "ConflictError": 409,
    "UnprocessableEntityError": 422, "RateLimitError": 429, "InternalServerError": 500, "OAuthError": 401,
}  # fmt: skip
FAMILIES: dict[str, type[ModelError]] = {
    "AuthenticationError": ModelRefusedKey, "PermissionDeniedError": ModelRefusedKey, "NotFoundError": ModelNotFound,
    "RateLimitError": ModelBusy, "InternalServerError": ModelBusy, "BadRequestError": ModelRejected,
    "ConflictError": ModelRejected, "UnprocessableEntityError": ModelRejected, "APITimeoutError": ModelTimeout,
    "APIConnectionError": ModelUnreachable, "ContentFilterFinishReasonError": ContentFiltered,
    "LengthFinishReasonError": BadReply, "APIResponseValidationError": BadReply, "ErrorInReply": BadReply,
    "ConnectError": ModelUnreachable, "ConnectTimeout": ModelTimeout, "ReadTimeout": ModelTimeout, "PoolTimeout": ModelTimeout,
    "WriteTimeout": ModelTimeout, "ReadError": ModelUnreachable, "ProxyError": ModelUnreachable, "InvalidURL": ModelUnreachable,
    "RemoteProtocolError": ModelUnreachable, "TooManyRedirects": ModelNotFound, "DecodingError": BadReply,
}  # fmt: skip


def made(kind: type[BaseException]) -> BaseException:
    """An instance as the library would make it, with the key in every text that it takes."""
    request = httpx2.Request("POST", "http://127.0.0.1/v1", headers={"Authorization": f"Bearer {KEY}"})
    response = httpx2.Response(STATUSES.get(kind.__name__, 400), request=request)
    values = {"request": request, "response": response, "body": {"message": f"bad key {KEY}", "code": KEY}}
    given: dict[str, object] = {}
    try:
        parameters = inspect.signature(kind).parameters
    except ValueError:  # it is made as any Exception is
        return kind(f"bad key {KEY}")
    for name, parameter in parameters.items():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        if name in values:
            given[name] = values[name]
        elif parameter.default is parameter.empty:
            given[name] = f"bad key {KEY}"
    try:
        return kind(**given)
    except (TypeError, AttributeError):
        error = kind.__new__(kind)  # its constructor wants a whole completion; what it is, is its class
        error.args = (f"bad key {KEY}",)
        return error


@pytest.mark.parametrize("kind", error_classes(), ids=lambda kind: f"{kind.__module__.partition('.')[0]}.{kind.__name__}")
def test_every_library_error_is_ours(kind: type[BaseException]) -> None:
    """Every exception class of openai and httpx2 becomes one of ours, without the key."""
    ours = model_error(made(kind), Endpoint(Address("http://host.example/v1", "host.example"), KEY, "ours", 5, 700))
    assert isinstance(ours, FAMILIES.get(kind.__name__, ModelError))
    assert type(ours) is not ModelError
    assert str(ours).splitlines() == [str(ours)]
    assert "host.example" in str(ours)
    assert KEY not in str(ours)


def test_there_are_many() -> None:
    """The walk above finds the families; a library that moves its exceptions does not pass by having none."""
    assert len(error_classes()) > 45
    assert set(FAMILIES) <= {kind.__name__ for kind in error_classes()}


def test_the_tree_is_drawn() -> None:
    """The docstring of qa.errors names every model error."""
    for name, value in vars(errors).items():
        if inspect.isclass(value):
            assert name in (errors.__doc__ or "")
