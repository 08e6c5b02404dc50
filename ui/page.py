"""The page in the browser. The only file that imports Gradio, and only when a page is made; ui/server.py serves it.

Gradio's Blocks hold the islands: the header and two tabs. What is in them is HTML that Python makes (ui/frame.py, ui/render.py,
ui/reader.py), put there by the scripts in ui/static/, which ask the same API as every other client. No event of Gradio's carries
the conversation. `/ask` stays for gradio_client.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

from qa.assistant import Assistant
from qa.asynchronous import AT_ONCE
from ui.frame import as_script
from ui.render import clean
from ui.wire import encoded, read_filters, read_turn
from vectorstore.articles import read
from vectorstore.errors import OnRecordError
from vectorstore.types import Article, Summary

WAITING = 64  # how many may wait for an answer
# To the edges of a telephone's screen (our styles keep out of its corners), and what is pinned stays above its keyboard.
VIEWPORT = "width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content"
_VIEWPORT = re.compile(r'(<meta\s+name="viewport"\s+content=")[^"]*(")')
ISLANDS = ("or-header", "or-ask-tab", "or-collection-tab")


def build(assistant: Assistant) -> Any:
    """The page over an assistant, as `gr.Blocks`: empty islands, and `/ask` for gradio_client."""
    gr = _gradio()
    with gr.Blocks(title="onrecord", fill_width=True, analytics_enabled=False) as page:
        for island in ISLANDS:  # without Gradio's own text styles and click event
            gr.HTML("", elem_id=island, apply_default_css=False, js_on_load=None)
        gr.api(_endpoint(assistant, gr.Error), api_name="ask", concurrency_id="ask", concurrency_limit=AT_ONCE)
    return page.queue(max_size=WAITING, default_concurrency_limit=AT_ONCE)


def _endpoint(assistant: Assistant, refused: Callable[..., Exception]) -> Callable[..., dict[str, Any]]:
    """The JSON API: one question in, the object of `onrecord ask --json` out."""

    def ask(
        question: str,
        sources: list[str] | None = None,
        since: str = "",
        until: str = "",
        history: list[dict[str, Any]] | None = None,
    ) -> dict[str, Any]:
        """Answer a question from the articles, with verbatim, checked quotes.

        sources: only these outlets. since, until: only articles published between these days (YYYY-MM-DD, both included).
        history: earlier turns, oldest first, as {"question", "answer", "titles"}.
        """
        try:
            filters = read_filters(sources, since, until)
            *_, answer = assistant.stream(question, [read_turn(turn) for turn in history or ()], filters)
        except OnRecordError as error:
            raise refused(clean(str(error)), print_exception=False) from error
        return json.loads(encoded(answer.as_dict()))  # type: ignore[no-any-return]  # without lone surrogates: one breaks the stream

    return ask


def sample_questions(summary: Summary) -> tuple[str, ...]:
    """The questions that come with the sample articles, if their outlets are in the collection; else none."""
    outlets, questions = _samples()
    return questions if outlets and outlets <= {name for name, _ in summary.sources} else ()


@cache
def _samples() -> tuple[frozenset[str], tuple[str, ...]]:
    samples = Path(str(files("vectorstore") / "samples"))
    outlets = frozenset(item.source for item in read([samples / "articles"]) if isinstance(item, Article))
    by_kind: dict[str, str] = {}  # one of each kind shows more of what can be asked than four of one
    for line in (samples / "questions.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if not row.keys() & {"history", "filters", "abstain"}:
            by_kind.setdefault(row["kind"], row["question"])
    return outlets, tuple(by_kind.values())


# --- scripts and styles -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sheet:
    """All scripts, or all styles, as the one file that the page loads; its name changes with its content."""

    name: str  # "onrecord.1f2e3d4c5b6a.js"
    kind: str
    zipped: bytes


@cache
def sheets() -> dict[str, Sheet]:
    """The page's script and its styles, by name; the file that the others build on comes first."""
    found = {}
    for ending, kind, first in (("js", "text/javascript", "frame.js"), ("css", "text/css", "theme.css")):
        parts = [part for part in (files("ui") / "static").iterdir() if part.name.endswith(f".{ending}")]
        parts.sort(key=lambda part: (part.name != first, part.name))
        texts = [part.read_text(encoding="utf-8") for part in parts]
        if ending == "css":  # ours outweigh Gradio's own rules for headings, buttons and lists
            texts[1:] = [f".gradio-container.gradio-container {{\n{text}\n}}" for text in texts[1:]]
        content = "\n".join(texts).encode()
        name = f"onrecord.{hashlib.sha256(content).hexdigest()[:12]}.{ending}"
        found[name] = Sheet(name, f"{kind}; charset=utf-8", gzip.compress(content, 9, mtime=0))
    return found


def dressed(html: str, given: Mapping[str, Any]) -> str:
    """Gradio's own page with our script, styles and values in its head, in the reader's language."""
    root, language = given["root"], given["language"]
    script, styles = sheets()
    head = (
        f'<link rel="stylesheet" href="{escape(root)}/page/{styles}">'
        f'<script type="application/json" id="or-data">{as_script(given)}</script>'
        f'<script defer src="{escape(root)}/page/{script}"></script>'
    )
    html = html.replace('lang="en"', f'lang="{language}"', 1).replace("</head>", f"{head}</head>", 1)
    html = _VIEWPORT.sub(rf"\1{VIEWPORT}\2", html, count=1)
    return html.replace('<link rel="manifest" href="/manifest.json" />', "", 1)


# --- putting it into the application ----------------------------------------------------------------------------------


def mount(app: Any, page: Any, root: str = "") -> None:
    """Puts the page at the root of a FastAPI application, beside its own routes; who may enter is that application's business."""
    gr = _gradio()
    gr.mount_gradio_app(
        app,
        page,
        path="/",
        root_path=root or None,
        show_error=False,
        run_history=False,
        enable_monitoring=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        max_file_size=1,
        footer_links=[],
        favicon_path=str(files("ui") / "favicon.svg"),
        theme=_theme(gr),
    )


def _theme(gr: Any) -> Any:
    """Fonts that Gradio carries (no download), the rest is ours."""
    from gradio.themes.utils.fonts import LocalFont

    return gr.themes.Base(
        font=(LocalFont("IBM Plex Sans", weights=(400, 700)), "system-ui", "sans-serif"),
        font_mono=("ui-monospace", "monospace"),
        text_size=gr.themes.sizes.text_md,
    )


def _gradio() -> Any:
    """Gradio, told before it is imported to ask nobody anything."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    with _no_proxy():  # a client that it makes while it is imported fails on a proxy that httpx does not know
        import gradio

    return gradio


@contextmanager
def _no_proxy() -> Iterator[None]:
    """Nothing goes through a proxy in here; afterwards the environment is what it was."""
    names = ("NO_PROXY", "no_proxy")
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(dict.fromkeys(names, "*"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
