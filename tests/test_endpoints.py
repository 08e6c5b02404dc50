"""Endpoints as they are: dialects, addresses, proxies, and what they send in place of an answer."""

from __future__ import annotations

import json
import threading
import time

import pytest

from qa.doubles import FaultServer, ScriptedModel
from qa.errors import ModelUnreachable, SettingError
from qa.models import ChatModel, Draft
from qa.models.address import read_address
from qa.models.dialect import Dialect
from qa.models.replies import ErrorInReply, Piece, pieces
from qa.prompting import Message
from qa.settings import Settings

ASK = [Message("system", "Be brief."), Message("user", "Who denied it?")]
PROXIES = ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy")


def model(url: str, timeout: float = 20) -> ChatModel:
    return ChatModel(Settings(base_url=url, api_key=FaultServer.SECRET, model="ours", timeout=timeout, max_tokens=300))


def last(model: ChatModel) -> Draft:
    *_, draft = model.stream(ASK)
    return draft


@pytest.fixture
def proxies(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


# Dialects


@pytest.mark.parametrize(
    ("mode", "refusals"),
    [
        ("no system role", 1),
        ("no system role 500", 1),
        ("roles must alternate", 1),
        ("no streaming", 1),
        ("knows nothing", 5),
        ("small limit", 1),
        ("whole without a type", 0),
        ("reasoning field", 0),
        ("comments", 0),
        ("no stream", 0),
        ("no max_tokens", 1),
    ],
)
def test_every_dialect_is_spoken(mode: str, refusals: int) -> None:
    """An endpoint that refuses a part of the request is asked without it, at once and from then on; its answer is whole."""
    with FaultServer(mode) as server:
        asked = model(server.url)
        assert {last(asked).text, last(asked).text} == {"The ministry denied it [1]."}
        assert len(server.requests) == refusals + 2
        assert all("Be brief." in str(request) and "Who denied it?" in str(request) for request in server.requests)


@pytest.mark.parametrize(
    ("status", "words", "change"),
    [
        (400, "Developer instruction is not enabled for models/ours", "system"),
        (400, "Unsupported value: 'messages[0].role' does not support 'system' with this model.", "system"),
        (400, "'system' is not one of ['user', 'assistant'] - 'messages.0.role'", "system"),
        (422, "[{'loc': ['body', 'messages', 0, 'role'], 'msg': \"Input should be 'user' or 'assistant'\"}]", "system"),
        (422, "messages[0]: unknown variant `system`, expected `user` or `assistant`", "system"),
        (400, "不支持system角色", "system"),
        (400, "Only user and assistant roles are supported!", "system"),
        (500, "This model does not support system prompts.", "system"),
        (400, "A conversation must start with a user message.", "system"),
        (403, "Your organization must be verified to stream this model.", "streams"),
        (501, "Streaming is not implemented", "streams"),
        (400, "Unsupported value: 'stream' does not support true with this model.", "streams"),
        (None, "streaming is disabled for this deployment", "streams"),
        (400, "Unrecognized request argument supplied: stream_options", "usage"),
        (400, "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.", "limits"),
        (400, "max_tokens must be less than or equal to 128", "most"),
        (500, "The system is overloaded", ""),
        (502, "upstream connect error, the stream was reset", ""),
        (403, "Your role does not permit this user to use the model", ""),
        (429, "Too many tokens: lower max_tokens", ""),
        (400, "bad request", ""),
    ],
)
def test_what_a_refusal_teaches(status: int | None, words: str, change: str) -> None:
    """The words of a refusal say what to leave out; words that only sound like it teach nothing."""
    before = Dialect()
    after = before.after(status, words.lower())
    assert [name for name in Dialect.__slots__ if after and getattr(after, name) != getattr(before, name)] == [change] * bool(
        change
    )


def test_threads_that_learn_at_once_learn_the_same() -> None:
    """Refusals that arrive together do not undo each other: each name of the limit is tried, and none is skipped."""
    with FaultServer("no max_tokens") as server:
        asked = model(server.url, timeout=60)
        threads = [threading.Thread(target=last, args=(asked,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert last(asked).text
        assert server.requests[-1]["max_completion_tokens"] == 300


# Replies

SAID = {"choices": [{"index": 0, "delta": {"content": "A\u2028b"}, "finish_reason": None}]}


@pytest.mark.parametrize(
    "body",
    [
        "data: " + json.dumps(SAID, ensure_ascii=False) + "\n\n",
        "data: " + json.dumps(SAID) + "\rdata: [DONE]",
        json.dumps(SAID) + "\n" + json.dumps({"choices": [], "usage": None, "done": True}),
        "\n".join("data: " + line for line in json.dumps(SAID, indent=1).splitlines()) + "\n\n",
        'event: ping\ndata: {"type": "ping"}\n\n: wait\n\nretry: 3\ndata:' + json.dumps(SAID),
    ],
)
def test_pieces_however_they_are_sent(body: str) -> None:
    """Events of one line or several, JSON lines, comments and pings; only a line break ends a line."""
    data = body.encode()
    for size in (1, 7, len(data)):
        parts = [data[start : start + size] for start in range(0, len(data), size)]
        assert [piece for piece in pieces(parts) if piece != Piece()] == [Piece("A\u2028b")]


@pytest.mark.parametrize(
    ("reason", "ours"),
    [("stop", "stop"), ("eos", "stop"), ("MAX_TOKENS", "length"), ("model_length", "length"), ("SAFETY", "content_filter"),
     ("error", "cut"), ("abort", "cut"), ("null", ""), (None, "")],
)  # fmt: skip
def test_why_it_ended(reason: str | None, ours: str) -> None:
    """Other servers' words for the ways in which an answer ends."""
    body = json.dumps({"choices": [{"delta": {"content": "A"}, "finish_reason": reason}]})
    assert [piece.reason for piece in pieces([b"data: ", body.encode()])] == [ours]


def test_an_error_in_place_of_an_answer() -> None:
    """An error object with status 200 is an error, in an event or whole, with the status that it names."""
    for body in ('{"error": {"message": "no", "code": 429}}', 'data: {"error": {"message": "no", "code": "429"}}\n\n'):
        with pytest.raises(ErrorInReply, match="error in the reply") as caught:
            list(pieces([body.encode()]))
        assert caught.value.status_code == 429


def test_drafts_are_few() -> None:
    """Each draft is read from its start: words that come fast make few drafts, the first at once, and none waits for the next."""
    with ScriptedModel("word " * 450) as server:
        start = time.monotonic()
        drafts = list(model(server.url, timeout=60).stream(ASK))
        assert len(drafts) <= 3 + (time.monotonic() - start) * 20
    with FaultServer("hang after text") as server:
        asked = model(server.url, timeout=3)
        start, stream = time.monotonic(), asked.stream(ASK)
        assert next(stream).text == "The ministry said "
        assert time.monotonic() - start < 2
        stream.close()


# Addresses


@pytest.mark.parametrize(
    "end", ["", "/", "//", "/chat/completions", "/chat/completions/", "?api-version=2024-06-01&deployment=a"]
)
def test_the_address_may_end_in_many_ways(end: str) -> None:
    """A slash, the path of the call and a query do not get in the way; the query goes with every request."""
    with FaultServer("no max_tokens") as server:
        last(model(server.url + end))
        query = end[end.index("?") :] if "?" in end else ""
        assert server.paths == ["/v1/chat/completions" + query] * 2


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
def test_this_machine_is_asked_without_a_proxy(name: str, proxies: pytest.MonkeyPatch) -> None:
    """Neither the question nor the key of a model on loopback goes to a proxy; those for another host do."""
    with ScriptedModel("Yes, it did.") as server, ScriptedModel("By proxy, yes.") as proxy:
        proxies.setenv(name, f"http://{proxy.host}")
        assert last(model(server.url)).text == "Yes, it did."
        assert last(model(server.url.replace("127.0.0.1", "localhost"))).text == "Yes, it did."
        assert not proxy.requests
        assert last(model("http://models.example/v1")).text == "By proxy, yes."
        assert proxy.paths == ["http://models.example/v1/chat/completions"]


@pytest.mark.parametrize(
    ("host", "no_proxy", "direct"),
    [
        ("127.0.0.1", "", True),
        ("127.8.9.1", "", True),
        ("127.1", "", True),
        ("0.0.0.0", "", True),
        ("[::1]", "", True),
        ("[::ffff:127.0.0.1]", "", True),
        ("LOCALHOST", "", True),
        ("localhost.", "", True),
        ("llm.localhost", "", True),
        ("localhost.example", "", False),
        ("notlocalhost", "", False),
        ("128.0.0.1", "", False),
        ("models.example", "", False),
        ("models.example", "*", True),
        ("models.example", "other.example, .example", True),
        ("models.example", "models.example:8000", True),
        ("models.example", "models.example:9000", False),
        ("models.example", "dels.example", False),
        ("models.example", "*.example", True),
        ("10.1.2.3", "10.0.0.0/8", True),
        ("11.1.2.3", "10.0.0.0/8", False),
        ("[fd00::1]", "fd00::/8", True),
    ],
)
def test_who_is_asked_without_a_proxy(host: str, no_proxy: str, direct: bool, proxies: pytest.MonkeyPatch) -> None:
    """This machine in every spelling, and what NO_PROXY names."""
    proxies.setenv("ALL_PROXY", "proxy.example:3128")
    proxies.setenv("NO_PROXY", no_proxy)
    assert read_address(f"http://{host}:8000/v1").proxy == (None if direct else "http://proxy.example:3128")


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("ALL_PROXY", "socks://127.0.0.1:9", "ALL_PROXY names a proxy that starts with socks://: use"),
        ("http_proxy", "socks4://127.0.0.1:9", "http_proxy names a proxy that starts with socks4://"),
        (
            "all_proxy",
            "socks5h://me:s3cret-pass@127.0.0.1:9",
            "all_proxy names a SOCKS proxy, for which a package is missing: `pip",
        ),
        ("HTTP_PROXY", "http://", "HTTP_PROXY is not the address of a proxy"),
        ("HTTP_PROXY", "http://me:s3cret-pass@host:port", "HTTP_PROXY is not the address of a proxy"),
    ],
)
def test_a_proxy_that_cannot_be_used_is_named(name: str, value: str, says: str, proxies: pytest.MonkeyPatch) -> None:
    """The variable and the remedy, in one line, without a password; where the host is asked directly it does not matter."""
    proxies.setenv(name, value)
    with pytest.raises(SettingError, match=says) as caught:
        model("http://models.example/v1")
    assert "s3cret" not in str(caught.value)
    assert "\n" not in str(caught.value)
    with ScriptedModel("Yes, it did.") as server:
        assert last(model(server.url)).text == "Yes, it did."
    proxies.setenv("NO_PROXY", "models.example")
    assert model("http://models.example/v1")


def test_a_proxy_that_does_not_answer_is_named(proxies: pytest.MonkeyPatch) -> None:
    """The endpoint is not blamed for its proxy."""
    proxies.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with pytest.raises(ModelUnreachable, match=r"through the proxy.*NO_PROXY"):
        last(model("http://models.example/v1"))
