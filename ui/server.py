"""The application: the API's routes, the page mounted beside them, one check of who may enter over all of it, how it is served.

The only file that imports FastAPI, Starlette and uvicorn. It is written against ASGI where a client may leave: a middleware made
with `@app.middleware("http")` would keep the request to the model alive.
"""

from __future__ import annotations

import asyncio
import gzip
import ipaddress
import secrets
import socket
import sys
import threading
import time
import zlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import uvicorn
from fastapi import FastAPI, Request
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Match

from qa.assistant import Assistant
from qa.asynchronous import AT_ONCE, AsyncAssistant
from qa.errors import CannotServe, NotAllowed, NotFound, NotOffered, TooMany, UsageError
from ui import completions, frame, reading
from ui.access import COOKIE, LASTS, Access, Comparing, form_fields, local_path, login_html
from ui.conversing import events
from ui.docs import docs_html, openapi
from ui.export import FORMATS
from ui.holdings import holdings_html, job_words, timeline_html, uploads_html
from ui.jobs import OVER, Uploads
from ui.line import Line
from ui.listing import articles_csv, listed_csv, listed_dict
from ui.page import WAITING, build, dressed, mount, sample_questions, sheets
from ui.rate import Rate
from ui.wire import (
    FILTERS,
    SEVERAL,
    STREAMED,
    Asked,
    Event,
    as_line,
    as_server_sent,
    encoded,
    error_event,
    read_accepted,
    read_asked,
    read_checked,
    read_count,
    read_export,
    read_json,
    read_offset,
    read_query,
    read_stored,
    status_of,
)
from ui.wording import Wording, chosen, speak, speaking, wording
from vectorstore.errors import OnRecordError
from vectorstore.types import Summary

_LARGEST_REQUEST = 4_000_000  # bytes
_LARGEST_FORM = 8_000  # of logging in and out
_UNKEPT = {"cache-control": "no-store"}
# What counts as asking, where there is a rate: Gradio's own ways, too.
_ASKING = (
    *("/api/v1/answers", "/api/v1/check", "/api/v1/export", "/api/v1/feedback", "/v1/chat/completions"),
    *("/gradio_api/queue/join", "/gradio_api/call", "/gradio_api/run", "/gradio_api/api"),
)
_SEARCHING = ("/api/v1/search", "/api/v1/timeline", "/api/v1/everything", "/api/v1/page/timeline")
_SMALLEST_ZIPPED = 1_000
_PATIENCE = 30.0  # seconds for a client to take what it is sent
_ENDING = 2  # seconds that are left to whoever is being answered when the server ends
_OPEN = ("/health", "/login")  # what needs no password
_FORMS = ("/login", "/logout")
_UPLOADS = "/api/v1/uploads"
_UNUSED = ("/gradio_api/upload", "/gradio_api/proxy=")  # what Gradio offers and this page has no use for
_SCOPE = ("question", *FILTERS, "today", "ignore")

# The browser itself refuses every address but ours, whatever slips into the page. Gradio's own scripts need eval.
_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self' data:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = (
    (b"content-security-policy", _POLICY.encode()),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
)


Auth = Access | Sequence[tuple[str, str]] | None

# --- the routes -------------------------------------------------------------------------------------------------------


def application(
    assistant: Assistant,
    auth: Auth = None,
    examples: Sequence[str] | None = None,
    root: str = "",
    feedback: Path | None = None,
    rate: Rate | None = None,
    uploads: Uploads | None = None,
) -> FastAPI:
    """The API over an assistant, with the page at its root.

    `root` is the path that a proxy serves it under, and `feedback` the file that keeps what readers say of answers.
    With `uploads` files may be added; they are built into the index that the assistant reads.
    """
    access, comparing = auth if isinstance(auth, Access) else Access(auth or ()), Comparing()
    answering = AsyncAssistant(assistant, AT_ONCE)
    line = Line(AT_ONCE, WAITING)
    largest = uploads.limits.request if uploads else _LARGEST_REQUEST
    app = FastAPI(
        title="onrecord",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        middleware=[
            Middleware(_Guard, access=access, comparing=comparing, rate=rate, root=root, largest=largest),
            Middleware(_Front, given=lambda scope: _given(scope, answering, examples, root, feedback is not None)),
        ],
    )

    def close() -> None:
        answering.close_threads()
        comparing.close()
        if uploads:
            uploads.close()

    app.state.close = close

    @app.get("/page/{name}")
    async def sheet(request: Request, name: str) -> Response:
        if (found := sheets().get(name)) is None:  # a page that was loaded before the server was replaced asks again
            raise NotFound(f"There is no {name[:60]!r}: load the page again.")
        headers = {"cache-control": "public, max-age=31536000, immutable", "vary": "accept-encoding"}
        if _takes_gzip(request.scope):
            return Response(found.zipped, headers=headers | {"content-encoding": "gzip"}, media_type=found.kind)
        return Response(gzip.decompress(found.zipped), headers=headers, media_type=found.kind)

    @app.get("/api/v1/page")
    async def fresh(request: Request) -> Response:
        read_query(request.query_params.multi_items(), ("lang",))
        summary, words = await answering.summary(), _wording(request.scope)
        kinds = await answering.read(reading.kinds, assistant)
        with speaking(words):
            found = frame.fresh(summary, answering.model_name, _offered(examples, summary), words, kinds)
        return _json(found, request.scope)

    @app.get("/api/v1/page/collection")
    async def holdings(request: Request) -> Response:
        read_query(request.query_params.multi_items(), ("lang",))
        found = await answering.read(reading.collection, assistant, uploads is not None)
        speak(words := _wording(request.scope))
        return _json({"html": holdings_html(found, words)}, request.scope)

    @app.get("/api/v1/page/uploads")
    async def additions(request: Request) -> Response:
        read_query(request.query_params.multi_items(), ("lang",))
        found, words = await answering.read(reading.uploads, assistant, allowed()), _wording(request.scope)
        busy = any(job["state"] not in OVER for job in found["jobs"])
        said = job_words(found["jobs"][0], words) if found["jobs"] else ""
        return _json({"html": uploads_html(found, words), "busy": busy, "said": said}, request.scope)

    @app.get("/api/v1/page/timeline")
    async def reported(request: Request) -> Response:
        given = read_query(request.query_params.multi_items(), (*_SCOPE, "lang"), SEVERAL)
        given.pop("lang", None)
        question = _query(given)
        with line.join() as turn:
            await turn.come()
            found = await answering.search(reading.timeline, assistant, question)
        speak(words := _wording(request.scope))
        return _json({"html": timeline_html(found, words, root)}, request.scope)

    @app.post("/api/v1/rendered")
    async def rendered(request: Request) -> Response:
        answers = read_stored(read_json(await _sent(request)))
        return _json(await answering.read(reading.rendered, assistant, answers, _wording(request.scope)), request.scope)

    @app.get("/api/v1/reader")
    async def reader(request: Request) -> Response:
        given = read_query(request.query_params.multi_items(), ("id", "start", "end", "lang"))
        place = [read_offset(given.get(name, "0"), name) for name in ("start", "end")]
        return _json(
            await answering.read(reading.reader, assistant, given.get("id", ""), *place, _wording(request.scope)), request.scope
        )

    @app.get("/health")
    async def health() -> Response:
        await answering.summary()
        return _json({"status": "ok"})

    @app.post("/api/v1/answers")
    async def answers(request: Request) -> Response:
        asked = read_asked(read_json(await _sent(request)))
        if asked.turn:  # of a page, which wants HTML
            speak(_wording(request.scope))
        told = events(answering, line, asked)
        if kind := read_accepted(",".join(request.headers.getlist("accept"))):
            return _Streamed(told, as_line if kind == STREAMED[0] else as_server_sent, kind)
        return _Whole(told, lambda last: last["answer"])

    @app.get("/api/v1/search")
    async def search(request: Request) -> Response:
        given = read_query(request.query_params.multi_items(), (*_SCOPE, "k"), SEVERAL)
        k = read_count(given.pop("k", "10"), "k", 100)
        return await _in_turn(reading.search, _query(given), k)

    @app.get("/api/v1/timeline")
    async def timeline(request: Request) -> Response:
        given = read_query(request.query_params.multi_items(), (*_SCOPE, "format"), SEVERAL)
        form, question = _format(given), _query({"question": ""} | given)
        if form == "json":
            return await _in_turn(reading.timeline, question)
        with line.join() as turn:
            await turn.come()
            found = await answering.search(reading.timeline, assistant, question)
        return _file("\ufeff" + "".join(articles_csv(found.get("matching", ()))), "text/csv", "articles.csv", request.scope)

    @app.get("/api/v1/everything")
    async def everything(request: Request) -> Response:
        given = read_query(request.query_params.multi_items(), (*_SCOPE, "format"), SEVERAL)
        form, question = _format(given), _query(given)
        with line.join() as turn:
            await turn.come()
            found = await answering.search(reading.everything, assistant, question)
        if form == "csv":
            return _file("\ufeff" + "".join(listed_csv(found)), "text/csv", "articles.csv", request.scope)
        return _json({"question": question.question} | listed_dict(found), request.scope)

    @app.post("/api/v1/check")
    async def check(request: Request) -> Response:
        return await _in_turn(reading.check, *read_checked(read_json(await _sent(request))))

    @app.post("/api/v1/export")
    async def export(request: Request) -> Response:
        given, form, title, bom = read_export(read_json(await _sent(request)))
        how = form, title, bom, date.today(), _wording(request.scope)  # a program that names no language gets English
        name, text = await answering.read(reading.export, assistant, given, *how)
        return _file(text, FORMATS[form], name, request.scope)

    @app.post("/api/v1/feedback")
    async def said(request: Request) -> Response:
        if feedback is None:
            raise NotFound("Feedback is not kept here: this server was started with --feedback no.")
        given = read_json(await _sent(request))
        return _json(await answering.read(reading.feedback, assistant, given, feedback, datetime.now(UTC)))

    @app.get("/api/v1/session")
    async def session(request: Request) -> Response:
        return _json({"user": request.scope["user"], "feedback": feedback is not None})

    async def _in_turn(call: Callable[..., dict[str, Any]], *arguments: Any) -> Response:
        with line.join() as turn:
            await turn.come()
            return _json(await answering.search(call, assistant, *arguments))

    @app.get("/api/v1/articles/{id_:path}")
    async def article(request: Request, id_: str) -> Response:
        read_query(request.query_params.multi_items(), ())
        return _json(await answering.read(reading.article, assistant, id_))

    @app.get("/api/v1/articles")
    async def article_of_id(request: Request) -> Response:  # an id may be an address, which some proxies spoil in a path
        id_ = read_query(request.query_params.multi_items(), ("id",)).get("id", "")
        return _json(await answering.read(reading.article, assistant, id_))

    @app.get("/api/v1/collection")
    async def collection(request: Request) -> Response:
        read_query(request.query_params.multi_items(), ())
        return _json(await answering.read(reading.collection, assistant, uploads is not None), request.scope)

    def allowed() -> Uploads:
        if uploads is None:
            raise NotOffered("Nothing can be added here: start it with `onrecord chat --allow-uploads`.")
        return uploads

    @app.get(_UPLOADS)
    async def listed(request: Request) -> Response:
        read_query(request.query_params.multi_items(), ())
        return _json(await answering.read(reading.uploads, assistant, allowed()))

    @app.post(_UPLOADS)
    async def upload(request: Request) -> Response:
        taking, size = allowed(), int(request.headers.get("content-length", "0"))
        receiving = await asyncio.to_thread(
            taking.begin, request.headers.get("content-type", ""), size, request.scope.get("user", "")
        )
        try:
            parts = request.stream()
            while (part := await asyncio.wait_for(anext(parts, None), _PATIENCE)) is not None:
                await asyncio.to_thread(receiving.take, part)
            job = await asyncio.to_thread(taking.add, receiving)
        except TimeoutError:
            await asyncio.to_thread(receiving.abandon)
            return _wrong(request.scope, _said("TooSlow", "The upload has stood still for half a minute: send it again.", 408))
        except BaseException:
            await asyncio.shield(asyncio.to_thread(receiving.abandon))
            raise
        finally:
            taking.received()
        return _json({"job": job.as_dict()}, status=202)

    @app.delete(f"{_UPLOADS}/{{key}}")
    async def removed(key: str, request: Request) -> Response:
        job = await asyncio.to_thread(allowed().remove, key, request.scope.get("user", ""))
        return _json({"job": job.as_dict()}, status=202)

    @app.get(f"{_UPLOADS}/jobs/{{id_}}")
    async def job_of(id_: str) -> Response:
        return _json({"job": allowed().job(id_).as_dict()})

    @app.delete(f"{_UPLOADS}/jobs/{{id_}}")
    async def cancelled(id_: str) -> Response:
        return _json({"job": (await asyncio.to_thread(allowed().cancel, id_)).as_dict()})

    @app.post("/v1/chat/completions")
    async def chat_completions(request: Request) -> Response:
        wanted = completions.read_request(read_json(await _sent(request)))
        identity, created = f"chatcmpl-{secrets.token_hex(12)}", int(time.time())
        told = events(answering, line, wanted.asked, lambda answer, _: {"event": "final", "answer": answer})
        if wanted.streamed:
            return _Streamed(_chunked(told, wanted.usage, identity, created), _data, "text/event-stream")
        return _Whole(told, lambda last: completions.completion(last["answer"], identity, created))

    @app.get("/v1/models")
    async def models() -> Response:
        return _json(completions.models())

    @app.get("/v1/models/{name}")
    async def model(name: str) -> Response:
        if name != completions.MODEL:
            raise NotFound(f'There is no model {name[:60]!r}: the one that there is here is "{completions.MODEL}".')
        return _json(completions.model())

    @app.get("/api/openapi.json")
    async def described() -> Response:
        return _json(openapi(root))

    @app.get("/api/docs")
    async def docs() -> Response:
        return HTMLResponse(docs_html(root))

    @app.get("/login")
    async def login(request: Request) -> Response:
        then, user = local_path(request.query_params.get("then", "/")), access.known(request.scope["headers"])
        return HTMLResponse(login_html(root, then, _wording(request.scope), user=user or ""), headers=_UNKEPT)

    @app.post("/login")
    async def logged_in(request: Request) -> Response:
        body, address = await _sent(request), _address(request.scope)
        user, password, then = form_fields(parse_qs(body.decode("utf-8", "replace")))
        try:
            token = access.enter(await comparing.do(access.check, address, user, password, address))
        except (NotAllowed, TooMany) as error:
            return HTMLResponse(
                login_html(root, then, _wording(request.scope), str(error)), status_of(error), _UNKEPT | _later(error)
            )
        response = RedirectResponse(root + then, 303)
        secure = request.url.scheme == "https" or request.headers.get("x-forwarded-proto", "").startswith("https")
        response.set_cookie(COOKIE, token, LASTS, path=root or "/", httponly=True, samesite="lax", secure=secure)
        return response

    @app.post("/logout")
    async def logout(request: Request) -> Response:
        access.leave(request.scope["headers"])
        response = RedirectResponse(f"{root}/login", 303)
        response.delete_cookie(COOKIE, path=root or "/")
        return response

    @app.api_route("/api/{rest:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    @app.api_route("/v1/{rest:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    @app.api_route("/health", methods=["POST", "PUT", "PATCH", "DELETE"])
    async def nothing(request: Request, rest: str = "") -> Response:
        partly = (route for route in app.routes if route.matches(request.scope)[0] == Match.PARTIAL)
        if takes := ", ".join(sorted({method for route in partly for method in getattr(route, "methods", ())})):
            message = f"{request.url.path[:80]} takes no {request.method}: use {takes}."
            return _wrong(request.scope, _said("WrongMethod", message, 405) | {"allow": takes})
        raise NotFound(f"There is no {request.method} {request.url.path[:80]}: {root}/api/docs lists what there is.")

    @app.exception_handler(ClientDisconnect)
    async def left(request: Request, error: ClientDisconnect) -> Response:
        return Response(status_code=400)  # which nobody reads

    @app.exception_handler(_TooSlow)
    async def slow(request: Request, error: _TooSlow) -> Response:
        return _wrong(request.scope, _said("TooSlow", "The request has stood still for half a minute: send it again.", 408))

    @app.exception_handler(OnRecordError)
    async def failed(request: Request, error: OnRecordError) -> Response:
        return _refused(request.scope, error)

    @app.exception_handler(Exception)
    async def defect(request: Request, error: Exception) -> Response:
        return _refused(request.scope, error)

    mount(app, build(assistant), root)
    return app


async def _given(
    scope: Any, answering: AsyncAssistant, examples: Sequence[str] | None, root: str, feedback: bool
) -> dict[str, Any]:
    """What the page's scripts are given, in the language of whoever asks for it."""
    summary, words, user = await answering.summary(), _wording(scope), scope.get("user", "")
    kinds = await answering.read(reading.kinds, answering.assistant)
    with speaking(words):
        given = frame.front(summary, answering.model_name, _offered(examples, summary), words, root, user, kinds=kinds)
    return given | {"feedback": feedback}


class _TooSlow(Exception):
    """Less has come than a request has announced, and nothing more comes."""


async def _sent(request: Request) -> bytes:
    """The body of a request. Raises _TooSlow."""
    parts, body = request.stream(), bytearray()
    try:
        while (part := await asyncio.wait_for(anext(parts, None), _PATIENCE)) is not None:
            body += part
    except TimeoutError:
        raise _TooSlow from None
    return bytes(body)


def _offered(examples: Sequence[str] | None, summary: Summary) -> Sequence[str]:
    return sample_questions(summary) if examples is None else examples


def _wording(scope: Any) -> Wording:
    asked = parse_qs(scope["query_string"].decode("latin-1")).get("lang", [""])[0]
    accepted = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"accept-language"), "")
    return wording(chosen(asked, accepted))


def _format(given: dict[str, Any]) -> str:
    form = str(given.pop("format", "json"))
    if form not in ("json", "csv"):
        raise UsageError(f"format is {form[:60]!r}: use json or csv.")
    return form


def _query(given: dict[str, Any]) -> Asked:
    """The question of an address's parameters, which are named as in a body."""
    filters = {name: given.pop(name, None) for name in FILTERS}
    return read_asked(given | {"filters": filters})


async def _chunked(told: AsyncGenerator[Event, None], usage: bool, identity: str, created: int) -> AsyncGenerator[Event, None]:
    """The events of a question as the chunks of a chat completion."""
    async with aclosing(told):
        async for event in told:
            if event["event"] == "received":
                yield completions.opening(identity, created)
            elif event["event"] == "error":
                yield event
                return
            elif event["event"] == "final":
                for chunk in completions.chunks(event["answer"], identity, created, usage):
                    yield chunk
            else:
                for chunk in completions.progress(event, identity, created):
                    yield chunk
        yield {"event": "done"}


def _data(event: Event) -> bytes:
    """A chunk as the OpenAI protocol sends it."""
    if event.get("event") == "error":
        event = completions.error_object(event, event["status"])
    return b"data: [DONE]\n\n" if event.get("event") == "done" else f"data: {encoded(event)}\n\n".encode()


# --- answers to requests ----------------------------------------------------------------------------------------------


class _Streamed(Response):
    """Events while they happen, compressed where the client takes that; its end is the end of what they tell of."""

    def __init__(self, told: AsyncGenerator[Event, None], line: Callable[[Event], bytes], kind: str) -> None:
        self.told, self.line, self.kind = told, line, kind
        self.background = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await _while_connected(receive, self._send(scope, receive, send), self.told)

    async def _send(self, scope: Any, receive: Any, send: Any) -> None:
        first = await anext(self.told)
        if first.get("event") == "error":  # before anything was begun: a plain refusal
            await _wrong(scope, first)(scope, receive, send)
            return
        zipping = zlib.compressobj(wbits=31) if _takes_gzip(scope) else None
        headers = [(b"content-type", self.kind.encode()), (b"cache-control", b"no-store"), (b"x-accel-buffering", b"no")]
        headers += [(b"content-encoding", b"gzip"), (b"vary", b"accept-encoding")] if zipping else []
        await _put(send, {"type": "http.response.start", "status": 200, "headers": headers})
        event: Event | None = first
        while event is not None:
            part = self.line(event)
            if zipping:
                part = zipping.compress(part) + zipping.flush(zlib.Z_SYNC_FLUSH)
            await _put(send, {"type": "http.response.body", "body": part, "more_body": True})
            event = await anext(self.told, None)
        await _put(send, {"type": "http.response.body", "body": zipping.flush() if zipping else b""})


class _Whole(Response):
    """The last of some events as one object, or the error that they end in."""

    def __init__(self, told: AsyncGenerator[Event, None], shape: Callable[[Event], dict[str, Any]]) -> None:
        self.told, self.shape = told, shape
        self.background = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await _while_connected(receive, self._send(scope, receive, send), self.told)

    async def _send(self, scope: Any, receive: Any, send: Any) -> None:
        async for event in self.told:
            last = event
        response = _wrong(scope, last) if last["event"] == "error" else _json(self.shape(last), scope)
        await response(scope, receive, send)


async def _while_connected(receive: Any, sending: Coroutine[Any, Any, None], told: AsyncGenerator[Event, None]) -> None:
    """Sends until it is done or the client has gone; then what it tells of is ended, whatever else is being cancelled."""
    work, gone = asyncio.ensure_future(sending), asyncio.ensure_future(_gone(receive))
    try:
        await asyncio.wait((work, gone), return_when=asyncio.FIRST_COMPLETED)
    finally:
        work.cancel()
        gone.cancel()
        await asyncio.shield(asyncio.gather(work, gone, return_exceptions=True))
        await asyncio.shield(told.aclose())
    with suppress(asyncio.CancelledError, TimeoutError):  # the client has gone, or reads no more
        work.result()


async def _gone(receive: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _put(send: Any, message: Any) -> None:
    """Sends a message, or raises TimeoutError: a client that does not read keeps nobody else waiting."""
    async with asyncio.timeout(_PATIENCE):
        await send(message)


def _json(value: Any, scope: Any = None, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    body = f"{encoded(value)}\n".encode()
    headers = {"cache-control": "no-store"} | (headers or {})
    if scope and len(body) >= _SMALLEST_ZIPPED and _takes_gzip(scope):
        body, headers = gzip.compress(body, 6), headers | {"content-encoding": "gzip", "vary": "accept-encoding"}
    return Response(body, status, headers, "application/json")


def _file(text: str, kind: str, name: str, scope: Any) -> Response:
    """A file to be kept; a browser does not show it in our place."""
    body = text.encode("utf-8", "replace")
    headers = {"cache-control": "no-store", "content-disposition": f'attachment; filename="{name}"'}
    if len(body) >= _SMALLEST_ZIPPED and _takes_gzip(scope):
        body, headers = gzip.compress(body, 6), headers | {"content-encoding": "gzip", "vary": "accept-encoding"}
    return Response(body, 200, headers, f"{kind}; charset=utf-8")


def _later(error: BaseException) -> dict[str, str]:
    return {"retry-after": str(error.retry_after)} if isinstance(error, TooMany) else {}


def _wrong(scope: Any, event: Event) -> Response:
    """The response to a request that came to nothing, in the form of the protocol that it used."""
    status, headers = event["status"], {}
    if after := event.get("retry_after"):
        headers["retry-after"] = str(after)
    if allow := event.get("allow"):
        headers["allow"] = allow
    if status == 401:
        headers["www-authenticate"] = 'Bearer realm="onrecord"'  # not Basic: a browser would ask in a window of its own
    if _route(scope).startswith("/v1/"):
        status = 400 if status == 422 else status
        return _json(completions.error_object(event, status), scope, status, headers)
    return _json({"error": {name: event[name] for name in ("kind", "message", "remedy")}}, scope, status, headers)


def _refused(scope: Any, error: BaseException) -> Response:
    return _wrong(scope, error_event(error) | {"status": status_of(error)})


def _takes_gzip(scope: Any) -> bool:
    return any(name == b"accept-encoding" and b"gzip" in value for name, value in scope["headers"])


def _route(scope: Any) -> str:
    """The path without what a proxy serves us under."""
    return str(scope["path"]).removeprefix(scope.get("root_path", ""))


def _address(scope: Any) -> str:
    return str((scope.get("client") or ("",))[0])


class _Guard:
    """ASGI middleware over everything: who may enter, what is too large or not needed, and security headers on every response."""

    def __init__(
        self,
        app: Callable[..., Awaitable[None]],
        access: Access,
        comparing: Comparing,
        rate: Rate | None,
        root: str,
        largest: int,
    ) -> None:
        self.largest = largest  # bytes of an upload
        self.app, self.access, self.comparing, self.rate, self.root = app, access, comparing, rate, root

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})  # there are none here
            return

        begun = ended = False

        async def guarded(message: Any) -> None:
            nonlocal begun, ended
            ended = ended or (message["type"] == "http.response.body" and not message.get("more_body"))
            if message["type"] == "http.response.start":
                begun = True
                ours = {name for name, _ in _HEADERS}
                kept = [header for header in message.get("headers", ()) if header[0].lower() not in ours]
                message = {**message, "headers": [*kept, *_HEADERS]}
            await send(message)

        if self.root:  # some proxies leave their path in front of ours, others take it off
            path, raw = scope["path"], scope.get("raw_path") or b""
            if path != self.root and not path.startswith(f"{self.root}/"):
                path, raw = self.root + path, self.root.encode() + raw
            scope = {**scope, "root_path": self.root, "path": path, "raw_path": raw}
        if scope["method"] == "HEAD":  # as a watchdog asks: the same as GET, of which the server below us sends the head
            scope = {**scope, "method": "GET"}
        if response := await self._refusal(scope):
            await response(scope, receive, guarded)  # at once: the server below us reads and drops what still comes
            return
        try:
            await self.app(scope, receive, guarded)
        except asyncio.CancelledError:  # the server ends: whoever is still being answered sees an end, too
            if not begun:
                await guarded({"type": "http.response.start", "status": 503, "headers": []})
            if not ended:
                await guarded({"type": "http.response.body", "body": b""})

    async def _refusal(self, scope: Any) -> Response | None:
        path, headers = _route(scope), dict(scope["headers"])
        if b"transfer-encoding" in headers:  # of a size that nobody has said
            return _wrong(scope, _said("LengthRequired", "The request does not say its length: send Content-Length.", 411))
        if (packed := headers.get(b"content-encoding", b"identity").lower()) not in (b"identity", b""):
            message = f"The request is packed ({packed.decode('latin-1')[:20]!r}): send it as it is."
            return _wrong(scope, _said("Packed", message, 415))
        size = headers.get(b"content-length", b"0")
        is_upload = (scope["method"], path) == ("POST", _UPLOADS)
        most = _LARGEST_FORM if path in _FORMS else self.largest if is_upload else _LARGEST_REQUEST
        if not size.isdigit() or int(size) > most:
            told = f"{most // 1_000_000:,} MB" if most >= 1_000_000 else f"{most:,} bytes"
            message = f"The request has {size.decode('latin-1')[:20]} bytes: send at most {told}."
            return _wrong(scope, _said("TooLarge", message, 413))
        if scope["method"] not in ("GET", "HEAD", "OPTIONS") and _is_from_elsewhere(headers):
            return _wrong(scope, _said("OtherSite", "Another site's page sent this: ask from this one, or from a program.", 403))
        if path in _OPEN:
            return None
        try:
            scope["user"] = await self._user(scope, headers)
        except (NotAllowed, TooMany) as error:
            if scope["method"] in ("GET", "HEAD") and b"text/html" in headers.get(b"accept", b""):
                then = path + (f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else "")
                page = login_html(self.root, local_path(then), _wording(scope))
                return HTMLResponse(page, status_of(error), _UNKEPT | _later(error))
            return _refused(scope, error)
        if self.rate and ((scope["method"] == "POST" and path.startswith(_ASKING)) or path in _SEARCHING):
            try:
                self.rate.take(scope["user"] or _address(scope))
            except TooMany as error:
                return _refused(scope, error)
        return Response(status_code=404) if path.startswith(_UNUSED) else None

    async def _user(self, scope: Any, headers: dict[bytes, bytes]) -> str:
        known, address = self.access.known(scope["headers"]), _address(scope)
        if known is None and b"authorization" in headers:
            return await self.comparing.do(self.access.user, address, scope["headers"], address)
        return known if known is not None else self.access.user(scope["headers"], address)


def _is_from_elsewhere(headers: dict[bytes, bytes]) -> bool:
    """Whether another site's page sends it. Browsers say so; an old one says at least where the page is from."""
    if site := headers.get(b"sec-fetch-site"):
        return site not in (b"same-origin", b"none")
    origin = headers.get(b"origin")
    ours = (headers.get(b"host"), headers.get(b"x-forwarded-host"))
    return origin is not None and origin.partition(b"://")[2] not in ours


class _Front:
    """ASGI middleware around Gradio's page: what leaves is dressed (ui/page.py) and compressed."""

    def __init__(self, app: Callable[..., Awaitable[None]], given: Callable[[Any], Awaitable[dict[str, Any]]]) -> None:
        self.app, self.given = app, given

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or _route(scope) not in ("", "/"):
            await self.app(scope, receive, send)
            return
        begin: dict[str, Any] = {}
        body = b""

        async def kept(message: Any) -> None:
            nonlocal begin, body
            begin, body = begin or message, body + message.get("body", b"")

        plain = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        await self.app({**scope, "headers": plain}, receive, kept)
        if begin["status"] != 200:  # a proxy's path without its last slash, for one
            await send(begin)
            await send({"type": "http.response.body", "body": body})
            return
        body = dressed(body.decode(), await self.given(scope)).encode()
        headers = {"cache-control": "no-store", "vary": "accept-encoding, accept-language, cookie"}
        if _takes_gzip(scope):
            body, headers = gzip.compress(body, 6), headers | {"content-encoding": "gzip"}
        await HTMLResponse(body, headers=headers)(scope, receive, send)


def _said(kind: str, message: str, status: int) -> Event:
    remedy = message.rpartition(": ")[2]
    return {"event": "error", "kind": kind, "message": message, "remedy": remedy[:1].upper() + remedy[1:], "status": status}


# --- serving it -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Served:
    """An application that is being served in the background; close it, or use it in a `with` block."""

    url: str
    server: uvicorn.Server
    thread: threading.Thread
    end_threads: Callable[[], None]

    def close(self) -> None:
        """Ends it within some seconds, whoever is still being answered."""
        self.server.should_exit = True
        self.thread.join(_ENDING)
        self.server.force_exit = True
        self.thread.join(_ENDING)
        self.end_threads()

    def __enter__(self) -> Served:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def start(
    assistant: Assistant,
    host: str = "127.0.0.1",
    port: int = 7860,
    auth: Auth = None,
    examples: Sequence[str] | None = None,
    root: str = "",
    feedback: Path | None = None,
    rate: Rate | None = None,
    uploads: Uploads | None = None,
) -> Served:
    """Serve page and API from a background thread; port 0 takes any free one. Raises CannotServe where it cannot listen."""
    listener = _listening(host, port)
    app = application(assistant, auth, examples, root, feedback, rate, uploads)
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        ws="none",
        lifespan="on",
        server_header=False,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="onrecord-server", daemon=True)
    thread.start()
    while not server.started:
        if not thread.is_alive():
            raise CannotServe(f"The server at {host}:{port} did not start: its log says why.")
        time.sleep(0.01)
    return Served(f"http://{_authority(host)}:{listener.getsockname()[1]}{root}", server, thread, app.state.close)


def serve(
    assistant: Assistant,
    host: str = "127.0.0.1",
    port: int = 7860,
    auth: Auth = None,
    root: str = "",
    feedback: Path | None = None,
    rate: Rate | None = None,
    uploads: Uploads | None = None,
) -> None:
    """Serve page and API until interrupted. Raises CannotServe where it cannot listen there."""
    with start(assistant, host, port, auth, root=root, feedback=feedback, rate=rate, uploads=uploads) as served:
        print(f"onrecord chat: {served.url}  (Ctrl+C ends it)", flush=True)
        if not auth and not _is_loopback(host):
            print(
                f"Everybody who can reach {host}:{served.url.rpartition(':')[2]} can read this collection: --passwords asks for "
                "a password.",
                file=sys.stderr,
            )
        warming = threading.Thread(target=_warm, args=(assistant,), daemon=True)
        warming.start()
        threading.Thread(target=_await_server, args=(assistant,), daemon=True).start()
        try:
            threading.Event().wait()
        finally:
            warming.join()  # a process that ends while a library starts its threads aborts


def _warm(assistant: Assistant) -> None:
    """Load what the first search needs while the reader is still typing; what fails here fails again at the first question."""
    with suppress(OnRecordError):
        assistant.index.search("Who said what?", k=1)


def _await_server(assistant: Assistant) -> None:
    """Have a server that holds the vectors read them: of a million that takes longer than a question waits."""
    with suppress(OnRecordError):
        assistant.index.await_server()


def _listening(host: str, port: int) -> socket.socket:
    """A socket that listens there; a port that is taken is named at once, before Gradio is loaded."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(2_048)
            listener.set_inheritable(True)
        except OSError:
            listener.close()
            raise
        return listener
    except (OSError, UnicodeError) as error:
        raise CannotServe(_cannot_listen(host, port, error)) from error


def _cannot_listen(host: str, port: int, error: Exception) -> str:
    if isinstance(error, PermissionError):
        return f"Port {port} needs more rights than this user has: choose one above 1023 with --port."
    if isinstance(error, (socket.gaierror, UnicodeError)) or getattr(error, "errno", None) == 99:
        return f"{host!r} is no address of this machine: choose one with --host, for example 127.0.0.1."
    return f"Port {port} on {host} is taken: choose another with --port, for example --port {port + 1 if port < 65535 else 7861}."


def _authority(host: str) -> str:
    return f"[{host}]" if ":" in host else "localhost" if host == "0.0.0.0" else host  # noqa: S104 - named, not bound


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
