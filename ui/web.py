"""The chat in the browser. The only file that imports Gradio, and only when a page is made; ui/server.py serves it.

The page is two columns of our own HTML (ui/render.py) in `gr.HTML` blocks, which insert a string as it stands: no Markdown
reads what an article or a model wrote. `ui/page.js` opens evidence and scrolls; `ui/theme.css` is how it looks.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

from qa.assistant import Assistant
from qa.asynchronous import AT_ONCE
from qa.errors import UsageError
from qa.types import Answer, Turn
from ui.render import (
    answer_html,
    clean,
    empty_evidence_html,
    error_html,
    evidence_html,
    filter_words,
    question_html,
    searching_html,
    status_html,
    stopped_html,
    welcome_html,
)
from ui.wire import encoded, read_filters, read_turn
from vectorstore.articles import read
from vectorstore.errors import OnRecordError
from vectorstore.types import Article, Filters, Summary

WAITING = 64  # how many may wait before "Queue is full!"
REMEMBERED = 8  # earlier exchanges that a follow-up may refer to
EXAMPLES = 4
READ = 6  # of what was understood of a question, what can be taken back at the press of a button
_KEPT_IN_BOX = 4_000  # characters; a longer question stays in the box instead of travelling back if it is refused

_DATE_FIELD = """
const field = element.querySelector("input");
field.addEventListener("change", () => { props.value = field.value; });
watch("value", () => { if (field.value !== props.value) field.value = props.value; });
"""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question of this visit and what came of it."""

    number: int
    question: str
    answer: Answer | None = None  # the latest one; None until the first words
    error: str = ""
    stopped: bool = False
    ignored: tuple[str, ...] = ()  # words of it that are not to be read as an outlet or a date
    as_written: bool = False  # whether it is to be read without the talk before it

    @property
    def running(self) -> bool:
        return not self.error and not self.stopped and not (self.answer and self.answer.final)


Talk = tuple[Exchange, ...]


# --- the page ---------------------------------------------------------------------------------------------------------


def build(assistant: Assistant, examples: Sequence[str] | None = None) -> Any:
    """The page over an assistant, as `gr.Blocks`; `serve` shows it.

    `examples` are offered before the first question; by default those of the sample articles, if they are what is indexed.
    """
    gr = _gradio()
    summary = assistant.summary()
    examples = sample_questions(summary) if examples is None else examples
    with gr.Blocks(title="onrecord", fill_width=True, analytics_enabled=False) as page:
        memory = gr.State(())
        with gr.Row(elem_id="or-header"):
            _panel('<h1 class="or-brand">onrecord</h1>', elem_id="or-brand")
            status = _panel(status_html(summary, assistant.model_name), elem_id="or-status")
        with gr.Row(elem_id="or-desk"):
            with gr.Column(elem_id="or-talk"):
                with gr.Column(elem_id="or-scroll"):
                    _panel(welcome_html(summary, assistant.model_name), elem_id="or-welcome")
                    with gr.Column(elem_id="or-examples"):
                        offered = [gr.Button(clean(example), elem_classes="or-example") for example in examples[:EXAMPLES]]
                    said = _panel("", elem_id="or-said")
                    saying = _panel("", elem_id="or-saying")
                with gr.Column(elem_id="or-composer"):
                    with gr.Row(elem_id="or-ask-row"):
                        box = gr.Textbox(
                            elem_id="or-box",
                            label="Your question",
                            show_label=False,
                            placeholder="Ask the articles a question",
                            lines=1,
                            max_lines=6,
                            autofocus=True,
                            scale=1,
                        )
                        ask = gr.Button("Ask", variant="primary", elem_id="or-ask", scale=0)
                        stop = gr.Button("Stop", elem_id="or-stop", scale=0)
                    with gr.Row(elem_id="or-tools"):
                        with gr.Accordion("Filters", open=False, elem_id="or-filters") as drawer:
                            sources = gr.Dropdown(
                                _outlets(summary),
                                multiselect=True,
                                label="Outlets (none chosen: all)",
                                elem_id="or-outlets",
                            )
                            with gr.Row():
                                since = _date_field("From", "or-since", summary)
                                until = _date_field("Until", "or-until", summary)
                            reset = gr.Button("Clear filters", elem_id="or-reset", size="sm")
                        retry = gr.Button("Retry", elem_id="or-retry", size="sm", scale=0)
                        clear = gr.Button("Clear", elem_id="or-clear", size="sm", scale=0)
                        # Pressed by page.js for the button beside what was understood of the question: an outlet, a date.
                        unread = [
                            gr.Button("Ask without", elem_id=f"or-ignore-{n}", elem_classes="or-hidden") for n in range(READ)
                        ]
                        plainly = gr.Button("Ask as written", elem_id="or-as-written", elem_classes="or-hidden")
            with gr.Column(elem_id="or-evidence"):
                _panel(empty_evidence_html(), elem_id="or-nothing")
                shown = _panel("", elem_id="or-shown")
                showing = _panel("", elem_id="or-showing")

        outputs = [box, memory, said, saying, shown, showing, status]
        filters = [sources, since, until]
        quiet = {"show_progress": "hidden", "api_visibility": "private"}
        slow = quiet | {"concurrency_id": "ask", "concurrency_limit": AT_ONCE}

        def asked(
            question: str, talk: Talk, *filters: Any, ignored: tuple[str, ...] = (), as_written: bool = False
        ) -> Iterator[dict[Any, Any]]:
            earlier = tuple(replace(exchange, stopped=True) if exchange.running else exchange for exchange in talk)
            yield {
                said: "".join(map(exchange_html, earlier)),
                shown: "".join(map(_evidence, earlier)),
                saying: "",
                showing: "",
                box: gr.skip() if len(question) > _KEPT_IN_BOX else "",
            }
            for exchange in exchanges(assistant, question, earlier, filters, ignored, as_written):
                update: dict[Any, Any] = {
                    memory: (*earlier, exchange),
                    saying: exchange_html(exchange),
                    showing: _evidence(exchange),
                }
                if exchange.error and len(question) <= _KEPT_IN_BOX:
                    update[box] = clean(question)  # to mend or to send again
                if not exchange.running and not exchange.error:
                    update[status] = status_html(assistant.summary(), assistant.model_name)
                yield update

        def again(talk: Talk, *filters: Any, as_written: bool = False) -> Iterator[dict[Any, Any]]:
            for last in talk[-1:]:
                plain = as_written or last.as_written
                yield from asked(last.question, talk[:-1], *filters, ignored=last.ignored, as_written=plain)

        def without(number: int) -> Callable[..., Iterator[dict[Any, Any]]]:
            def ask_without(talk: Talk, *filters: Any) -> Iterator[dict[Any, Any]]:
                read = talk[-1].answer.understood[number : number + 1] if talk and talk[-1].answer else ()
                for one in read:
                    ignored, as_written = (*talk[-1].ignored, one.words), talk[-1].as_written
                    yield from asked(talk[-1].question, talk[:-1], *filters, ignored=ignored, as_written=as_written)

            return ask_without

        def halted(talk: Talk) -> dict[Any, Any]:
            if not talk or not talk[-1].running:
                return {saying: gr.skip()}
            last = replace(talk[-1], stopped=True)
            return {memory: (*talk[:-1], last), saying: exchange_html(last), showing: _evidence(last)}

        def emptied() -> dict[Any, Any]:
            return {box: "", memory: (), said: "", saying: "", shown: "", showing: ""}

        def arrived() -> tuple[Any, Any]:
            now = assistant.summary()
            return status_html(now, assistant.model_name), gr.update(choices=_outlets(now))

        running = [
            gr.on([box.submit, ask.click], asked, [box, memory, *filters], outputs, **slow),
            retry.click(again, [memory, *filters], outputs, **slow),
            *(button.click(without(n), [memory, *filters], outputs, **slow) for n, button in enumerate(unread)),
            plainly.click(partial(again, as_written=True), [memory, *filters], outputs, **slow),
            *(button.click(asked, [button, memory, *filters], outputs, **slow) for button in offered),
        ]
        stop.click(halted, memory, outputs, cancels=running, queue=False, **quiet)
        clear.click(emptied, None, outputs, cancels=running, queue=False, **quiet)
        reset.click(lambda: ([], "", ""), None, filters, queue=False, **quiet)
        for field in filters:
            field.change(_drawer_label, filters, drawer, queue=False, **quiet)
        page.load(arrived, None, [status, sources], queue=False, **quiet)
        gr.api(_endpoint(assistant, gr.Error), api_name="ask", concurrency_id="ask", concurrency_limit=AT_ONCE)
    return page.queue(max_size=WAITING, default_concurrency_limit=AT_ONCE)


def exchanges(
    assistant: Assistant,
    question: str,
    earlier: Talk,
    filters: Sequence[Any] = ((), "", ""),
    ignored: tuple[str, ...] = (),
    as_written: bool = False,
) -> Iterator[Exchange]:
    """One question as the page shows it: searching, then the growing answer, then the whole of it or an error.

    Our own errors end as an `Exchange` with `error`. Any other is shown as a failure too, and raised for the log.
    """
    exchange = Exchange(len(earlier) + 1, question, ignored=ignored, as_written=as_written)
    yield exchange
    try:
        chosen = read_filters(*filters) if any(filters) else Filters()
        for answer in assistant.stream(question, turns(earlier), chosen, ignore=ignored, as_written=as_written):
            exchange = replace(exchange, answer=answer)
            yield exchange
    except OnRecordError as error:
        yield replace(exchange, error=str(error))
    except Exception as error:
        yield replace(exchange, error=f"{type(error).__name__} inside onrecord: the server's log has the details. Try again.")
        raise


def turns(talk: Talk) -> tuple[Turn, ...]:
    """What a follow-up may refer to: the finished answers, with the headlines that they cite."""
    done = [exchange.answer for exchange in talk if exchange.answer and exchange.answer.final and not exchange.error]
    return tuple(
        Turn(
            question=answer.standalone_question or answer.question,
            answer="" if answer.abstained else answer.text,
            titles=tuple(dict.fromkeys(c.article.title for c in answer.citations if c.article.title)),
        )
        for answer in done[-REMEMBERED:]
    )


def exchange_html(exchange: Exchange) -> str:
    """A question and what is known of its answer."""
    if exchange.answer:
        body = answer_html(exchange.answer, exchange.number, stopped=exchange.stopped or bool(exchange.error))
    else:
        body = "" if exchange.error or exchange.stopped else searching_html("Searching the articles …")
    if exchange.stopped:
        body += stopped_html()
    if exchange.error:
        body += error_html(exchange.error)
    state = " or-running" if exchange.running else ""
    return (
        f'<article class="or-exchange{state}" data-turn="{exchange.number}" aria-label="Question {exchange.number}">'
        f"{question_html(exchange.question)}{body}</article>"
    )


def _evidence(exchange: Exchange) -> str:
    return evidence_html(exchange.answer, exchange.number) if exchange.answer else ""


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


def _drawer_label(*filters: Any) -> Any:
    try:
        words = filter_words(read_filters(*filters))
    except UsageError:
        words = ["dates the wrong way round"]
    return _gradio().update(label="Filters: " + ", ".join(words) if words else "Filters")


def _panel(value: str, elem_id: str) -> Any:
    """A block that holds HTML of ours, without Gradio's own text styles and click event."""
    return _gradio().HTML(value, elem_id=elem_id, apply_default_css=False, js_on_load=None)


def _date_field(label: str, elem_id: str, summary: Summary) -> Any:
    """The browser's own date field: it knows the reader's calendar, and works from the keyboard."""
    bounds = f' min="{summary.first}" max="{summary.last}"' if summary.first else ""
    return _gradio().HTML(
        "",
        html_template=f'<label class="or-date"><span>{label}</span><input type="date"{bounds}></label>',
        js_on_load=_DATE_FIELD,
        apply_default_css=False,
        elem_id=elem_id,
    )


def _outlets(summary: Summary) -> list[tuple[str, str]]:
    return [(f"{clean(name)} ({articles:,})", name) for name, articles in summary.sources if name]


def sample_questions(summary: Summary) -> tuple[str, ...]:
    """The questions that come with the sample articles, if their outlets are in the collection; else none."""
    samples = Path(str(files("vectorstore") / "samples"))
    outlets = {item.source for item in read([samples / "articles"]) if isinstance(item, Article)}
    if not outlets or not outlets <= {name for name, _ in summary.sources}:
        return ()
    by_kind: dict[str, str] = {}  # one of each kind shows more of what can be asked than four of one
    for line in (samples / "questions.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if not row.keys() & {"history", "filters", "abstain"}:
            by_kind.setdefault(row["kind"], row["question"])
    return tuple(by_kind.values())


# --- putting it into the application ----------------------------------------------------------------------------------


def mount(app: Any, page: Any, root: str = "") -> None:
    """Puts the page at the root of a FastAPI application, beside its own routes; who may enter is that application's business."""
    gr = _gradio()
    ours = files("ui")
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
        favicon_path=str(ours / "favicon.svg"),
        theme=_theme(gr),
        css=(ours / "theme.css").read_text(encoding="utf-8"),
        js=(ours / "page.js").read_text(encoding="utf-8"),
    )


def _theme(gr: Any) -> Any:
    """Fonts that Gradio carries (no download), the rest is theme.css."""
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
