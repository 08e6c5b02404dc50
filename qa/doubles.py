"""Endpoints for tests and demonstrations: real HTTP servers on loopback that play a model, well or badly.

`ScriptedModel` speaks the OpenAI protocol properly and says what it is told to say. `FaultServer` fails in one named way.
Both are context managers with a `url` to put into `Settings.base_url`.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

Script = str | Callable[[list[dict[str, str]]], str]  # the answer, or what makes it from the request's messages


class _Server:
    """A loopback HTTP server that runs while its `with` block does."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []  # the JSON bodies, in order
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []  # with their queries
        self.stopping = threading.Event()
        double = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 30

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                double.requests.append(json.loads(body))
                double.paths.append(self.path)
                double.headers.append({name.lower(): value for name, value in self.headers.items()})
                self.close_connection = True
                with suppress(OSError):  # the client has gone, as it should from a server like this
                    double.reply(self, double.requests[-1])

            def log_message(self, *_: Any) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.thread = threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.http.server_port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}/v1"

    def reply(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        raise NotImplementedError

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self.http.shutdown()
        self.http.server_close()


class ScriptedModel(_Server):
    """Streams the scripted answer word by word, `pause` seconds apart, with a finish reason and, if asked, token counts."""

    def __init__(self, script: Script, pause: float = 0.0) -> None:
        super().__init__()
        self.script, self.pause = script, pause

    def reply(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        text = self.script if isinstance(self.script, str) else self.script(request["messages"])
        _send_head(handler)
        for word in _words(text):
            time.sleep(self.pause)
            _send_event(handler, _chunk({"content": word}))
        _send_event(handler, _chunk({}, "stop"))
        if (request.get("stream_options") or {}).get("include_usage"):
            count = len(text.split())
            usage = {"prompt_tokens": 1, "completion_tokens": count, "total_tokens": count + 1}
            _send_event(handler, {**_chunk({}), "choices": [], "usage": usage})
        _send_done(handler)


class FaultServer(_Server):
    """Fails in the way that `mode` names, on every request. `FaultServer.MODES` lists them with what a client may expect."""

    SECRET = "sk-double-0123456789abcdef"  # noqa: S105 - the key that the echoing modes expect and repeat
    STATUSES = (400, 401, 403, 404, 408, 409, 413, 422, 429, 500, 502, 503)
    MODES: tuple[str, ...] = (
        *(str(status) for status in STATUSES),
        "refused",  # nothing listens at the address
        "tls",  # the address says https and the server speaks http
        "hang",  # reads the request and says nothing
        "hang after text",  # a few words, then nothing
        "drip",  # one word at a time, for ever
        "header drip",  # one byte of the head at a time, for ever
        "endless",  # words without end, as fast as they go
        "endless line",  # one line that never ends
        "empty flood",  # chunks without text, without end
        "html",
        "html error",  # 500 with a page
        "redirect",
        "compressed",  # a few bytes that unpack to many
        "gzip",  # a good answer, packed although nobody asked for that
        "bad json",
        "not an object",
        "empty choices",
        "null content",
        "numeric content",
        "garbage chunk",
        "deep json",
        "bad utf-8",
        "lone surrogate",
        "20 MB chunk",
        "20 MB error",
        "cut stream",  # breaks off in the middle of the answer, in the middle of a transfer
        "cut before text",
        "no finish reason",  # ends properly but never says why
        "content filter",
        "content filter 400",
        "length",
        "length before text",
        "error in stream",
        "too long",  # the prompt, as llama.cpp says it
        "wrong model",
        "tool call",
        "no stream",  # one whole completion, although a stream was asked for
        "echo key",  # a 401 that repeats the key
        "echo key 400",
        "busy once",  # 503 with Retry-After: 0, then a good answer
        "busy for an hour",
        "no stream_options",  # refuses what it does not know, then answers
        "no max_tokens",
        "stays open",  # a complete answer, then the connection hangs
        "thinking",  # a <think> block before the answer
        "no system role",  # each of these refuses what it does not know, then answers
        "no system role 500",  # as a template that fails
        "roles must alternate",
        "no streaming",  # a refusal to stream to this organisation
        "knows nothing",  # refuses one thing after another: counts, streaming, the limit's name, the system role
        "whole without a type",  # a whole completion over several lines, labelled as text
        "reasoning field",  # a model that reasons in a field of its own, and answers in a list of parts
        "comments",  # comments, empty chunks and a byte-order mark around the answer
        "small limit",  # accepts no answer that long
    )

    def __init__(self, mode: str) -> None:
        if mode not in self.MODES:
            raise ValueError(f"No fault is called {mode!r}: use one of {', '.join(self.MODES)}.")
        super().__init__()
        self.mode = mode
        if mode == "refused":
            self.http.server_close()

    @property
    def url(self) -> str:
        return super().url.replace("http:", "https:") if self.mode == "tls" else super().url

    def __enter__(self) -> Self:
        return self if self.mode == "refused" else super().__enter__()

    def __exit__(self, *exc: object) -> None:
        if self.mode != "refused":
            super().__exit__(*exc)

    def reply(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        if self.mode.isdigit():
            status = int(self.mode)
            _send_json(handler, status, {"error": {"message": f"scripted {status}", "type": "scripted", "code": None}})
            return
        getattr(self, "_" + self.mode.replace(" ", "_").replace("-", "_").lower())(handler, request)

    def _wait(self) -> None:
        self.stopping.wait(600)

    def _hang(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        self._wait()

    def _hang_after_text(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        _send_head(handler)
        _send_event(handler, _chunk({"content": "The ministry said "}))
        self._wait()

    def _drip(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        _send_head(handler)
        while not self.stopping.wait(0.05):
            _send_event(handler, _chunk({"content": "word "}))

    def _header_drip(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not self.stopping.wait(0.05):
            handler.wfile.write(b"a")

    def _endless(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        _send_head(handler)
        while not self.stopping.is_set():
            _send_event(handler, _chunk({"content": "word " * 20}))

    def _endless_line(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        _send_head(handler)
        _send_part(handler, b'data: {"choices": [{"delta": {"content": "')
        while not self.stopping.is_set():
            _send_part(handler, b"word " * 2_000)

    def _empty_flood(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        _send_head(handler)
        while not self.stopping.is_set():
            _send_event(handler, _chunk({"content": ""}))

    def _html(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        _send(handler, 200, b"<!doctype html><title>It works!</title><p>It works!", "text/html")

    def _html_error(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        _send(handler, 500, b"<!doctype html><title>Oops</title><script>alert(1)</script>", "text/html")

    def _redirect(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        handler.send_response(307)
        handler.send_header("Location", f"http://{self.host}/elsewhere")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    def _compressed(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        self._packed(handler, b"data: " + b"0" * 50_000_000)

    def _gzip(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        chunks = [_chunk({"content": "The ministry denied it [1]."}), _chunk({}, "stop")]
        self._packed(
            handler, b"".join(b"data: " + json.dumps(chunk).encode() + b"\n\n" for chunk in chunks) + b"data: [DONE]\n\n"
        )

    def _packed(self, handler: BaseHTTPRequestHandler, events: bytes) -> None:
        import gzip

        handler.send_response(200)
        body = gzip.compress(events)
        for name, value in (("Content-Type", "text/event-stream"), ("Content-Encoding", "gzip")):
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    def _bad_json(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        self._lines(handler, b'data: {"choices": [{"delta": \n\n')

    def _not_an_object(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        self._lines(handler, b"data: [1, 2]\n\n", b'data: "word"\n\n', b"data: 7\n\n")

    def _empty_choices(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        self._lines(handler, b"data: " + json.dumps({**_chunk({}), "choices": []}).encode() + b"\n\n", b"data: [DONE]\n\n")

    def _null_content(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        self._answer(handler, [_chunk({"content": None}), _chunk({"content": None}, "stop")])

    def _numeric_content(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        self._answer(handler, [_chunk({"content": 7}), _chunk({"content": {"a": 1}}), _chunk({}, "stop")])

    def _garbage_chunk(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        odd = {"id": 3, "choices": [{"index": "x", "delta": ["no"], "finish_reason": {"a": 1}}], "usage": "many"}
        self._answer(handler, [_chunk({"content": "The ministry "}), odd])

    def _deep_json(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        self._lines(handler, b"data: " + b"[" * 200_000 + b"\n\n")

    def _bad_utf_8(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        self._lines(handler, b'data: {"choices": [{"index": 0, "delta": {"content": "\xff\xfe\xc3("}}]}\n\n')

    def _lone_surrogate(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        self._answer(handler, [_chunk({"content": "It was \ud83d"}), _chunk({"content": " denied [1]."}), _chunk({}, "stop")])

    def _20_mb_chunk(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        self._answer(handler, [_chunk({"content": "x" * 20_000_000}), _chunk({}, "stop")])

    def _20_mb_error(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        _send_json(handler, 400, {"error": {"message": "x" * 20_000_000}})

    def _cut_stream(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        _send_head(handler)
        _send_event(handler, _chunk({"content": "The ministry denied it [1]. It also"}))
        handler.connection.shutdown(socket.SHUT_RDWR)

    def _cut_before_text(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        _send_head(handler)
        handler.connection.shutdown(socket.SHUT_RDWR)

    def _no_finish_reason(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        self._answer(handler, [_chunk({"content": "The ministry denied it [1]. It also"})])

    def _content_filter(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        self._answer(handler, [_chunk({"content": "The ministry "}), _chunk({}, "content_filter")])

    def _content_filter_400(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        _send_json(handler, 400, {"error": {"message": "The response was filtered.", "code": "content_filter"}})

    def _length(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        self._answer(handler, [_chunk({"content": "The ministry denied it [1]. It also"}), _chunk({}, "length")])

    def _length_before_text(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        self._answer(handler, [_chunk({"content": ""}), _chunk({}, "length")])

    def _error_in_stream(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        error: dict[str, Any] = {"error": {"message": "the server is overloaded", "type": "server_error"}}
        self._answer(handler, [_chunk({"content": "The ministry "}), error])

    def _too_long(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        message = "the request exceeds the available context size, try increasing it"
        _send_json(handler, 400, {"error": {"code": 400, "message": message, "type": "exceed_context_size_error"}})

    def _wrong_model(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        message = f"The model `{request['model']}` does not exist"
        _send_json(handler, 404, {"error": {"message": message, "code": "model_not_found"}})

    def _tool_call(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        call = {"index": 0, "id": "c1", "type": "function", "function": {"name": "delete", "arguments": "{}"}}
        self._answer(handler, [_chunk({"tool_calls": [call]}), _chunk({}, "tool_calls")])

    def _no_stream(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        _send_json(handler, 200, _whole("The ministry denied it [1]."))

    def _echo_key(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        sent = handler.headers.get("Authorization", "")
        _send_json(handler, 401, {"error": {"message": f"Incorrect API key provided: {sent}", "code": "invalid_api_key"}})

    def _echo_key_400(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        sent = handler.headers.get("Authorization", "")
        _send_json(handler, 400, {"error": {"message": f"Bad header Authorization: {sent}", "type": sent}})

    def _busy_once(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        if len(self.requests) == 1:
            _send_json(handler, 503, {"error": {"message": "loading"}}, {"Retry-After": "0"})
        else:
            self._good(handler)

    def _busy_for_an_hour(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        _send_json(handler, 429, {"error": {"message": "slow down"}}, {"Retry-After": "3600"})

    def _no_stream_options(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        if "stream_options" in request:
            _send_json(handler, 422, {"detail": [{"type": "extra_forbidden", "loc": ["body", "stream_options"]}]})
        else:
            self._good(handler)

    def _no_max_tokens(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        if "max_tokens" in request:
            message = "Unsupported parameter: 'max_tokens' is not supported with this model."
            _send_json(handler, 400, {"error": {"message": message, "param": "max_tokens"}})
        else:
            self._good(handler)

    def _stays_open(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        _send_head(handler)
        _send_event(handler, _chunk({"content": "The ministry denied it [1]."}))
        _send_event(handler, _chunk({}, "stop"))
        self._wait()

    def _thinking(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        parts = ("<thi", "nk>Passage 1 says so [9].", "</thi", "nk>\n\nThe ministry ", "denied it [1].")
        self._answer(handler, [*(_chunk({"content": part}) for part in parts), _chunk({}, "stop")])

    def _no_system_role(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        self._refuse_unless(handler, not _has_system(request), 400, "System role not supported")

    def _no_system_role_500(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        self._refuse_unless(handler, not _has_system(request), 500, "Jinja Exception: system messages are not supported here")

    def _roles_must_alternate(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        said = "Conversation roles must alternate user/assistant/user/assistant/..."
        self._refuse_unless(handler, not _has_system(request), 400, said)

    def _no_streaming(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        said = "Your organization must be verified to stream this model."
        self._refuse_unless(handler, not request.get("stream"), 400, said)

    def _knows_nothing(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        for unknown in ("stream_options", "stream", "max_tokens", "max_completion_tokens"):
            if unknown in request:
                detail = [{"type": "extra_forbidden", "loc": ["body", unknown], "msg": "Extra inputs are not permitted"}]
                _send_json(handler, 422, {"detail": detail})
                return
        self._no_system_role(handler, request)

    def _whole_without_a_type(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        body = json.dumps(_whole("The ministry denied it [1]."), indent=2).replace("\n", "\r\n")
        _send(handler, 200, body.encode(), "text/plain")

    def _reasoning_field(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        thought: dict[str, Any] = {"type": "thinking", "thinking": [{"type": "text", "text": "Passage 9 [9]?"}]}
        said = [{"type": "text", "text": "The ministry denied"}, {"type": "text", "text": " it [1]."}]
        chunks: list[dict[str, Any]] = [
            {"reasoning_content": "Passage 9 says so [9]."},
            {"reasoning": "Or [9]."},
            {"content": [thought]},
            {"content": said},
        ]
        self._answer(handler, [*(_chunk(chunk) for chunk in chunks), _chunk({}, "stop")])

    def _comments(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        chunks = [
            {**_chunk({}), "choices": []},
            _chunk({"role": "assistant", "content": ""}),
            _chunk({"content": "The ministry "}),
        ]
        chunks += [_chunk({"content": "denied it [1]."}), _chunk({"content": ""}, "stop")]
        events = [b"\xef\xbb\xbf: keep-alive\n\n", b"event: message\nid: 1\n"]
        events += [b":\n\ndata:" + json.dumps(chunk).encode() + b"\r\n\r\n" for chunk in chunks]
        self._lines(handler, *events, b"data: [DONE]\n\n")

    def _small_limit(self, handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        said = "max_tokens is too large: 300. This model supports at most 64 completion tokens."
        self._refuse_unless(handler, request.get("max_tokens", 0) <= 64, 400, said)

    def _refuse_unless(self, handler: BaseHTTPRequestHandler, fine: bool, status: int, said: str) -> None:
        if not fine:
            _send_json(handler, status, {"error": {"message": said, "type": "invalid_request_error"}})
        elif "stream" in self.requests[-1]:
            self._good(handler)
        else:
            _send_json(handler, 200, _whole("The ministry denied it [1]."))

    def _good(self, handler: BaseHTTPRequestHandler) -> None:
        self._answer(handler, [_chunk({"content": "The ministry denied it [1]."}), _chunk({}, "stop")])

    def _answer(self, handler: BaseHTTPRequestHandler, chunks: list[dict[str, Any]]) -> None:
        _send_head(handler)
        for chunk in chunks:
            _send_event(handler, chunk)
        _send_done(handler)

    def _lines(self, handler: BaseHTTPRequestHandler, *lines: bytes) -> None:
        _send_head(handler)
        for line in lines:
            _send_part(handler, line)
        _send_part(handler, b"")


def _words(text: str) -> Iterator[str]:
    start = 0
    for end in [n + 1 for n, letter in enumerate(text) if letter == " "] + [len(text)]:
        if text[start:end]:
            yield text[start:end]
        start = end


def _chunk(delta: dict[str, Any], reason: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    return {"id": "x", "object": "chat.completion.chunk", "created": int(time.time()), "model": "double", "choices": [choice]}


def _whole(text: str) -> dict[str, Any]:
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    return {"id": "x", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}


def _has_system(request: dict[str, Any]) -> bool:
    return any(message["role"] == "system" for message in request["messages"])


def _send_head(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream; charset=utf-8")
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()


def _send_event(handler: BaseHTTPRequestHandler, event: dict[str, Any]) -> None:
    _send_part(handler, b"data: " + json.dumps(event).encode() + b"\n\n")


def _send_done(handler: BaseHTTPRequestHandler) -> None:
    _send_part(handler, b"data: [DONE]\n\n")
    _send_part(handler, b"")


def _send_part(handler: BaseHTTPRequestHandler, data: bytes) -> None:
    """One chunk of a chunked transfer (RFC 9112, 7.1); an empty one ends it."""
    handler.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")


def _send_json(handler: BaseHTTPRequestHandler, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
    _send(handler, status, json.dumps(body).encode(), "application/json", headers)


def _send(handler: BaseHTTPRequestHandler, status: int, body: bytes, kind: str, headers: dict[str, str] | None = None) -> None:
    handler.send_response(status)
    for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **(headers or {})}.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)
