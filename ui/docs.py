"""What the API offers, in one table: the page at /api/docs and the description at /api/openapi.json are made from it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from importlib import metadata
from typing import Any

ADDRESS = "http://127.0.0.1:7860"
JOB, FILE = "20260301120000-00000-0a1b2c", "20260301120000-00001-3d4e5f"  # what such an id looks like

_ERROR = (
    'An error is one line, `{"error": {"kind", "message", "remedy"}}`, with its status: 401, 403, 404, 413, 422, 429 (with '
    "Retry-After), 502, 503, 504 or 507."
)


@dataclass(frozen=True, slots=True)
class Field:
    """What a request may hold."""

    name: str
    kind: str  # as JSON Schema names it
    meaning: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """An address, and a line that can be copied to try it."""

    method: str
    path: str
    summary: str
    text: str
    fields: tuple[Field, ...]
    curl: str

    @property
    def body(self) -> str:
        """The type of its body; empty where it has none."""
        return "" if self.method != "POST" else "multipart/form-data" if self.fields[0].kind == "file" else "application/json"


_QUESTION = Field("question", "string", "in words, at most 2,000 characters", True)
_SCOPE = (
    Field("sources", "array", "only these outlets; may be repeated"),
    Field("since", "string", "only articles published on or after this day (2026-03-01)"),
    Field("until", "string", "only articles published on or before this day"),
    Field("sections", "array", "only these sections, as the articles name them; may be repeated"),
    Field("languages", "array", 'only articles in these languages ("de", "German"); may be repeated'),
)
_READING = (
    Field("today", "string", 'the day that "this week" is counted from; the clock\'s, if none is given'),
    Field("ignore", "array", "words of the question that are not to be read as an outlet or a date"),
)

ROUTES = (
    Route(
        "POST",
        "/api/v1/answers",
        "Answer a question",
        "Gives the object that `onrecord ask --json` prints. With `Accept: application/x-ndjson` or `text/event-stream` it gives "
        "events as they happen: `received`; `waiting` (place); `searching` (articles); `waiting` again; `found` (passages, "
        "outlets, how it was understood); `sentence` (id, text, citations: not yet checked; a later one of an id replaces it); "
        "and at the end `final` (answer) or `error` (kind, message, remedy). Closing the connection ends it, at the model too.",
        (
            _QUESTION,
            Field("history", "array", 'earlier exchanges, the oldest first: {"question", "answer", "titles": [headlines cited]}'),
            Field(
                "filters",
                "object",
                '{"sources": [outlets], "since": "2026-03-01", "until": …, "sections": [names], "languages": ["de"]}',
            ),
            *_READING,
            Field("as_written", "boolean", "search for a follow-up as it stands, without the talk before it"),
            Field("turn", "integer", "for a page: the number of the exchange; events then carry safe HTML too"),
        ),
        f"""curl -N {ADDRESS}/api/v1/answers -H 'Accept: application/x-ndjson' -d '{{"question": "Who denied the report?"}}'""",
    ),
    Route(
        "POST",
        "/api/v1/check",
        "Check a text",
        "Gives the object that `onrecord check --json` prints: each sentence of a draft, or of another chatbot's answer, with "
        "its quote, with what contradicts it, or as not in the articles; each quotation word for word, altered, another's, "
        "stitched or not found. It takes a minute at most; what that does not suffice for is named.",
        (Field("text", "string", "the text, plain or in Markdown", True), Field("filters", "object", "as above")),
        f"""curl {ADDRESS}/api/v1/check -d '{{"text": "Storm Ottilie cut power to 99,000 homes."}}'""",
    ),
    Route(
        "POST",
        "/api/v1/export",
        "Export answers",
        "Gives the file that `onrecord export` writes: Markdown, a page to print without a script, or a table, a row a claim and "
        "citation. Each quote is looked for again in the collection, and one that does not stand there now says so; headline, "
        "outlet, byline, date and address are the collection's.",
        (
            Field("answers", "array", "answers as `POST /api/v1/answers` gives them, at most 500; `hits` may be left out", True),
            Field("format", "string", "md (as it is otherwise), html or csv"),
            Field("title", "string", "what stands above it; otherwise the question"),
            Field("bom", "boolean", "begin a table with a byte order mark, which Excel wants"),
        ),
        f"""curl {ADDRESS}/api/v1/export -d '{{"answers": [{{"question": "Hello", "text": "Hello."}}], "format": "csv"}}'""",
    ),
    Route(
        "POST",
        "/api/v1/feedback",
        "Say what an answer is worth",
        "Appends a line to feedback.jsonl in the index folder, which `onrecord eval` reads: the verdict with its words, the "
        "question, its filters, and what the answer cited; not who said it. The `id` that it gives changes it later. 404 with "
        "`--feedback no`.",
        (
            Field("answer", "object", "as `POST /api/v1/answers` gave it; `hits` may be left out", True),
            Field("verdict", "string", "up, down, or none to take it back", True),
            Field("reason", "string", "wrong source, not in the article, missed something, or other"),
            Field("text", "string", "in words, at most 2,000 characters, as are the next two"),
            Field("address", "string", "the id or the address of an article that was missed"),
            Field("quote", "string", "words that were missed"),
            Field("id", "string", "of what was said before, to change it"),
        ),
        f"curl {ADDRESS}/api/v1/feedback "
        """-d '{"verdict": "up", "answer": {"question": "Who?", "text": "The articles do not say."}}'""",
    ),
    Route(
        "GET",
        "/api/v1/session",
        "Who is asking",
        "Gives the user who is logged in, empty where no password is set, and whether feedback is kept.",
        (),
        f"curl {ADDRESS}/api/v1/session",
    ),
    Route(
        "GET",
        "/api/v1/search",
        "Find passages",
        "Gives the object that `onrecord search --json` prints, the best passages first.",
        (_QUESTION, *_SCOPE, *_READING, Field("k", "integer", "how many passages: 1 to 100, otherwise 10")),
        f"curl -G {ADDRESS}/api/v1/search --data-urlencode 'question=ferry inquiry' -d k=5",
    ),
    Route(
        "GET",
        "/api/v1/articles/{id}",
        "Read an article",
        "Gives the whole article with its record, and its earlier versions, the latest first; `/api/v1/articles?id=…` does too. "
        "The offsets of quotes count Unicode code points into `text`.",
        (Field("id", "string", "as in a citation or a hit", True),),
        f"curl {ADDRESS}/api/v1/articles/coastwire-storm-ottilie",
    ),
    Route(
        "GET",
        "/api/v1/collection",
        "What is indexed",
        "Counts, outlets with their days, months, languages, what could not be read and why (the first hundred), when it was "
        "refreshed, what share of its passages has its vector (`vectors`), and whether files may be added (`uploads`).",
        (),
        f"curl {ADDRESS}/api/v1/collection",
    ),
    Route(
        "GET",
        "/api/v1/timeline",
        "What matches, by day and outlet",
        "Articles whose words match the question, counted for each day and outlet, and listed; without a question, all that the "
        "outlets and days admit, counted. With `format=csv` a question's articles come as a table.",
        (Field("question", "string", "in words"), *_SCOPE, *_READING, Field("format", "string", "csv; otherwise json")),
        f"curl -G {ADDRESS}/api/v1/timeline --data-urlencode 'question=Storm Ottilie' -d since=2026-03-01",
    ),
    Route(
        "GET",
        "/api/v1/everything",
        "List every article on a subject",
        "Gives the object that `onrecord search --all --json` prints, or, with `format=csv`, its table, of which no cell is a "
        "formula to a spreadsheet.",
        (_QUESTION, *_SCOPE, *_READING, Field("format", "string", "csv; otherwise json")),
        f"curl -G {ADDRESS}/api/v1/everything --data-urlencode 'question=Storm Ottilie' -d format=csv",
    ),
    Route(
        "POST",
        "/api/v1/uploads",
        "Add files",
        "Only where `onrecord chat --allow-uploads` runs. Takes the files of a form, within the `limits`, into quarantine, and "
        "gives the job (202) that builds them into the collection while it goes on answering: `state` is `waiting` (for the job "
        "before it), `building`, `undoing`, `done`, `failed` or `cancelled`; `progress` has the articles read and the passages "
        "encoded; at the end it says what was `added`, what `replaced` an earlier version, was `older` or one of the "
        "`duplicates`, and what was `rejected` and why. What is added stays: every `onrecord rebuild` reads it, too.",
        (Field("file", "file", "a file; may be repeated. An archive is read where it lies", True),),
        f"curl -F file=@wall.txt {ADDRESS}/api/v1/uploads",
    ),
    Route(
        "GET",
        "/api/v1/uploads",
        "What was added",
        "The `files` that were added, each with the articles it gave, the `jobs`, and the `limits`.",
        (),
        f"curl {ADDRESS}/api/v1/uploads",
    ),
    Route(
        "GET",
        "/api/v1/uploads/jobs/{id}",
        "How far a job is",
        "Gives the job, as above.",
        (Field("id", "string", "of the job", True),),
        f"curl {ADDRESS}/api/v1/uploads/jobs/{JOB}",
    ),
    Route(
        "DELETE",
        "/api/v1/uploads/jobs/{id}",
        "Cancel a job",
        "Stops it: the collection is then as it was before. One that is over stays as it is.",
        (Field("id", "string", "of the job", True),),
        f"curl -X DELETE {ADDRESS}/api/v1/uploads/jobs/{JOB}",
    ),
    Route(
        "DELETE",
        "/api/v1/uploads/{id}",
        "Take a file out again",
        "Gives the job (202) that does it: its articles leave, and an earlier version that one of them had replaced is back.",
        (Field("id", "string", "of the file", True),),
        f"curl -X DELETE {ADDRESS}/api/v1/uploads/{FILE}",
    ),
    Route(
        "POST",
        "/v1/chat/completions",
        "onrecord as a model of any OpenAI client",
        "The model is called `onrecord`, and the key is `user:password` (anything, where no password is set). The answer is "
        "Markdown; its citations are `url_citation` annotations, with the place in the content, and `quote`, "
        "`quote_start`, `quote_end` and `article_id` beside it. A stream tells what is being done as `reasoning_content`, and "
        "the answer once it is checked.",
        (
            Field("model", "string", "onrecord"),
            Field("messages", "array", 'the talk so far: {"role", "content"}, the last of them the question', True),
            Field("stream", "boolean", "in chunks"),
            Field("filters", "object", "as above; so are today, ignore and as_written. Other fields are not read"),
        ),
        f"curl {ADDRESS}/v1/chat/completions "
        """-d '{"model": "onrecord", "messages": [{"role": "user", "content": "Who denied the report?"}]}'""",
    ),
    Route("GET", "/v1/models", "The list of that one model", "For clients that ask.", (), f"curl {ADDRESS}/v1/models"),
    Route("GET", "/health", "Whether it is there", "Asks for no password and tells nothing else.", (), f"curl {ADDRESS}/health"),
)


def openapi(root: str) -> dict[str, Any]:
    """The API as OpenAPI 3.1 describes it."""
    paths: dict[str, Any] = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "onrecord", "version": metadata.version("onrecord"), "description": _ERROR},
        "servers": [{"url": root or "/"}],
        "security": [{}, {"basic": []}, {"bearer": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "basic": {"type": "http", "scheme": "basic"},
                "bearer": {"type": "http", "scheme": "bearer", "description": "user:password"},
            }
        },
    }


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "summary": route.summary,
        "description": f"{route.text}\n\n    {route.curl}",
        "operationId": re.sub(r"\W+", "_", f"{route.method}{route.path}").strip("_").lower(),
        "responses": {"200": {"description": "OK"}, "default": {"description": _ERROR}},
    }
    if route.body:
        properties = {field.name: _schema(field) | {"description": field.meaning} for field in route.fields}
        required = [field.name for field in route.fields if field.required]
        schema = {"type": "object", "properties": properties, "required": required}
        return operation | {"requestBody": {"required": True, "content": {route.body: {"schema": schema}}}}
    parameters = [
        {
            "name": field.name,
            "in": "path" if f"{{{field.name}}}" in route.path else "query",
            "required": field.required,
            "description": field.meaning,
            "schema": _schema(field),
        }
        for field in route.fields
    ]
    return operation | ({"parameters": parameters} if parameters else {})


def _schema(field: Field) -> dict[str, Any]:
    if field.kind == "file":
        return {"type": "array", "items": {"type": "string", "format": "binary"}}
    if field.kind != "array":
        return {"type": field.kind}
    return {"type": "array", "items": {"type": "object" if field.name in ("history", "messages", "answers") else "string"}}


def docs_html(root: str) -> str:
    """The same for a person, as a page without a script."""
    parts = "".join(_section(route) for route in ROUTES)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>API · onrecord</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><style>'
        ":root{color-scheme:light dark}body{max-width:54rem;margin:2rem auto;padding:0 1rem;font:1rem/1.55 system-ui,sans-serif}"
        "pre{overflow:auto;padding:.7rem;border:1px solid;border-radius:4px}h2{margin-top:2.2rem;font-size:1.15rem}"
        "td,th{text-align:left;vertical-align:top;padding:.15rem .9rem .15rem 0}table{border-collapse:collapse}"
        "</style></head><body><main><h1>The API of onrecord</h1>"
        f'<p>{_code(_ERROR)} The same <a href="{escape(root)}/api/openapi.json">as OpenAPI</a>. Where a password is set, '
        f"<code>curl -u user:password</code> gives it.</p>{parts}</main></body></html>"
    )


def _section(route: Route) -> str:
    rows = "".join(
        f'<tr><th scope="row"><code>{escape(field.name)}</code>{" *" if field.required else ""}</th>'
        f"<td>{_code(field.meaning)}</td></tr>"
        for field in route.fields
    )
    table = f"<table>{rows}</table>" if rows else ""
    return (
        f"<section><h2>{escape(route.summary)}: <code>{route.method} {escape(route.path)}</code></h2>"
        f"<p>{_code(route.text)}</p>{table}"
        f'<pre tabindex="0" aria-label="A line to try"><code>{escape(route.curl)}</code></pre></section>'
    )


def _code(text: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text, quote=False))
