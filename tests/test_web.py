"""The chat's server side: what it sends to the page, whom it lets in, what its JSON API answers."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from qa.errors import CannotServe, UsageError
from tests.scripted import DENIAL, FERRY, Scripted
from ui.access import read_auth
from ui.page import sample_questions
from ui.server import Served, start
from ui.wire import read_filters
from ui.wording import chosen, languages, wording
from vectorstore.articles import read
from vectorstore.types import Article, Summary

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:gradio")  # Gradio's own use of pandas

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "vectorstore" / "samples"


# --- filters ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("filters", "message"),
    [
        (([], "yesterday", ""), "'yesterday' is no date: write it as 2026-03-31"),
        (([], "2026-02-30", None), "'2026-02-30' is no date"),
        (([], "2026-03-02", "2026-03-01"), "2026-03-02 is after 2026-03-01. Swap them"),
    ],
)
def test_a_date_that_is_none_is_named(filters: tuple[list[str], str, str | None], message: str) -> None:
    """A filter that cannot be meant is refused by name."""
    with pytest.raises(UsageError, match=message):
        read_filters(*filters)


# --- examples ------------------------------------------------------------------------------------------------------------


def test_examples_are_offered_only_over_the_sample_articles() -> None:
    """The packaged questions appear where the sample outlets are indexed, and not over other people's articles."""
    outlets = {article.source for article in read([SAMPLES / "articles"]) if isinstance(article, Article)}
    asked = {json.loads(line)["question"] for line in (SAMPLES / "questions.jsonl").read_text(encoding="utf-8").splitlines()}
    over_samples = sample_questions(Summary("g", 30, 90, None, None, tuple((outlet, 1) for outlet in outlets), 0))
    assert len(over_samples) >= 3
    assert set(over_samples) <= asked
    assert sample_questions(Summary("g", 3_000, 9_000, None, None, (("CNN", 3_000),), 0)) == ()


# --- who may enter -------------------------------------------------------------------------------------------------------


def test_accounts_are_read_from_a_file(tmp_path: Path) -> None:
    """One user:password a line; a password may hold colons; blank lines and comments are skipped."""
    file = tmp_path / "accounts"
    file.write_text("\ufeff# the desk\nann:a:b c\n\n bob:x\n", encoding="utf-8")
    assert read_auth(file) == [("ann", "a:b c"), ("bob", "x")]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"ann:secret\nhunter2\n", "accounts:2 is not user:password"),
        (b"ann:\n", "accounts:1 is not user:password"),
        (b"ann:a\nann:b\n", "accounts:2 names the user 'ann' again"),
        (b"\n", "names nobody"),
        (b"ann:\xff\n", "it is not UTF-8 text"),
        (None, "No such file"),
    ],
)
def test_a_file_of_accounts_with_a_mistake_is_refused(tmp_path: Path, content: bytes | None, message: str) -> None:
    """The line is named and no password is repeated."""
    file = tmp_path / "accounts"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UsageError, match=message) as caught:
        read_auth(file)
    assert "hunter2" not in str(caught.value)
    assert "secret" not in str(caught.value)


# --- the server ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with start(Scripted(), port=0, examples=("Who denied it?",)) as page:
        yield page


def test_a_taken_port_is_named_with_the_way_out() -> None:
    """The error names the port and --port, at once."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CannotServe, match=f"Port {port} on 127.0.0.1 is taken: choose another with --port"):
            start(Scripted(), port=port)


@pytest.mark.parametrize("host", ["192.0.2.7", "no-such-host.invalid", "a..b"])
def test_an_address_of_another_machine_is_named(host: str) -> None:
    """An address that is not ours, or no address, is named with --host."""
    with pytest.raises(CannotServe, match="is no address of this machine: choose one with --host"):
        start(Scripted(), host, 0)


def test_the_browser_is_told_to_stay_here(served: Served) -> None:
    """Every response forbids other addresses, framing and referrers."""
    with urllib.request.urlopen(served.url) as response:
        policy = response.headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "http" not in policy
        assert response.headers["referrer-policy"] == "no-referrer"
        assert response.headers["x-content-type-options"] == "nosniff"
        assert b"fonts.googleapis" not in response.read()


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/gradio_api/upload", {}, 404),
        ("/gradio_api/proxy=https://example.org", {}, 404),
        ("/gradio_api/queue/join", {"Content-Length": "4000001"}, 413),
        ("/gradio_api/queue/join", {"Content-Length": "many"}, 413),
        ("/gradio_api/queue/join", {"Transfer-Encoding": "chunked"}, 411),
    ],
)
def test_what_the_page_does_not_need_is_refused(served: Served, path: str, headers: dict[str, str], status: int) -> None:
    """No upload, no proxy, no request of many megabytes."""
    host, _, port = served.url.removeprefix("http://").partition(":")
    lines = [f"POST {path} HTTP/1.1", f"Host: {host}", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall("\r\n".join(lines).encode())
        first = connection.recv(200).split(b"\r\n")[0]
    # A length that is no number is refused one layer below us, by the HTTP parser.
    assert first.split()[1] in (str(status).encode(), b"400" if headers.get("Content-Length") == "many" else b"")


def call(url: str, *values: object) -> tuple[str, str]:
    """One call of the JSON API as any HTTP client makes it: the last event and its data."""
    body = json.dumps({"data": list(values)}).encode()
    request = urllib.request.Request(f"{url}/gradio_api/call/ask", body, {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as response:
        event = json.load(response)["event_id"]
    with urllib.request.urlopen(f"{url}/gradio_api/call/ask/{event}", timeout=60) as response:
        events = response.read().decode("utf-8").strip().split("\n\n")
    name, data = events[-1].split("\n", 1)
    return name.removeprefix("event: "), data.removeprefix("data: ")


def test_the_api_answers_with_the_object_of_the_command(served: Served) -> None:
    """/ask gives the JSON of `onrecord ask --json`."""
    event, data = call(served.url, "Who denied it?", None, "", "", None)
    assert event == "complete"
    (answer,) = json.loads(data)
    assert answer["citations"][0]["quote"] == DENIAL.quote
    assert answer["citations"][0]["article"]["title"] == FERRY.title
    assert answer["sentences"][0] == {
        "text": "The operator, Northline, denied that its captain had been asleep.",
        "citations": [1],
        "supported": True,
        "reasons": [],
        "note": "",
    }


@pytest.mark.parametrize("question", ["lone \ud800 surrogate", "{braces} {0} ${x} {{y}}", "<b>x</b>", "‮x"])
def test_odd_text_goes_through_the_api(served: Served, question: str) -> None:
    """No character of a question breaks the stream."""
    event, data = call(served.url, question, None, "", "", None)
    assert event == "complete"
    assert json.loads(data)[0]["question"] == question.replace("\ud800", "\ufffd")


def test_the_api_takes_filters_and_history(served: Served) -> None:
    """Outlets, dates and earlier turns travel through the API."""
    history = [{"question": "Who?", "answer": "Northline.", "titles": ["A headline"]}]
    event, data = call(served.url, "And when?", ["CNN"], "2026-03-01", "2026-03-09", history)
    assert event == "complete"
    answer = json.loads(data)[0]
    assert answer["filters"] == {
        "sources": ["CNN"],
        "since": "2026-03-01",
        "until": "2026-03-09",
        "sections": [],
        "languages": [],
        "understood": [],
    }
    assert answer["standalone_question"] == "And when? (the Marianne Vold)"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (("", None, "", "", None), "The question is empty"),
        (("Who?", None, "soon", "", None), "is no date"),
        (("Who?", None, "", "", [{"answer": "x"}]), "in history is no turn"),
        (("please fail", None, "", "", None), "Nothing answers at"),
    ],
)
def test_the_api_says_what_is_wrong(served: Served, values: tuple[object, ...], message: str) -> None:
    """A refused call gets our one line."""
    event, data = call(served.url, *values)
    assert event == "error"
    assert message in data


def test_a_defect_stays_in_the_log(served: Served) -> None:
    """A caller of the API is told that something failed, not what."""
    event, data = call(served.url, "please crash", None, "", "", None)
    assert event == "error"
    assert "secret detail" not in data


def test_only_the_chat_is_public(served: Served) -> None:
    """The API's own description lists /ask and none of the page's buttons."""
    with urllib.request.urlopen(f"{served.url}/gradio_api/info") as response:
        described = json.load(response)
    assert list(described["named_endpoints"]) == ["/ask"]
    assert described["unnamed_endpoints"] == {}


def test_several_people_ask_at_once() -> None:
    """One slow answer does not hold up the others."""
    assistant = Scripted()
    with start(assistant, port=0) as page, ThreadPoolExecutor(7) as people:
        slow = people.submit(call, page.url, "a slow one", None, "", "", None)
        others = [people.submit(call, page.url, f"Who? {n}", None, "", "", None) for n in range(6)]
        assert [other.result(60)[0] for other in others] == ["complete"] * 6
        assert not slow.done()
        assistant.go_on.set()
        assert slow.result(60)[0] == "complete"


def test_without_a_password_nobody_enters() -> None:
    """With accounts, the page's configuration, its API and its description answer 401 to strangers."""
    with start(Scripted(), port=0, auth=[("ann", "pass")]) as page:
        for path in ("/config", "/gradio_api/info", "/gradio_api/call/ask"):
            request = urllib.request.Request(page.url + path, b'{"data": []}' if path.endswith("ask") else None)
            with pytest.raises(urllib.error.HTTPError, match="401"):
                urllib.request.urlopen(request)


def test_the_command_serves_the_page_until_it_is_interrupted(samples_index: Path) -> None:
    """`onrecord chat` prints the address of a page that is there, and Ctrl+C ends it without a traceback."""
    command = [sys.executable, "-m", "ui.cli", "chat", "--index", str(samples_index), "--port", "0"]

    def heed_interrupts() -> None:  # a suite that runs in the background of a shell has them ignored, and hands that down
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, preexec_fn=heed_interrupts) as chat:
        try:
            assert chat.stdout
            first = chat.stdout.readline()
            assert first.startswith("onrecord chat: http://127.0.0.1:")
            with urllib.request.urlopen(first.split()[2]) as response:
                assert b"onrecord" in response.read()
            chat.send_signal(signal.SIGINT)
            _, errors = chat.communicate(timeout=120)
        finally:
            chat.kill()
    assert "Traceback" not in errors
    assert chat.returncode == 130


@pytest.mark.parametrize("name", ["HTTP_PROXY", "ALL_PROXY", "all_proxy"])
@pytest.mark.parametrize("value", ["http://127.0.0.1:9", "socks://127.0.0.1:9", "socks5h://127.0.0.1:9"])
def test_the_page_starts_whatever_the_proxy(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Gradio asks its own address whether it has started: not through a proxy, and the environment is left as it was."""
    monkeypatch.setenv("NO_PROXY", "intranet.example")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv(name, value)
    with start(Scripted(), port=0) as served:
        assert served.url.startswith("http://127.0.0.1:")
        assert os.environ["NO_PROXY"] == "intranet.example"
        assert "no_proxy" not in os.environ


def test_the_module_loads_without_gradio() -> None:
    """Gradio costs seconds: it is loaded when a page is made, not when ui.page or the command line is imported."""
    heavy = "('gradio', 'fastapi', 'starlette', 'uvicorn')"
    code = f"import sys, ui.page, ui.cli; print([name for name in sys.modules if name.split('.')[0] in {heavy}])"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "[]"


# --- the page's own routes -----------------------------------------------------------------------------------------------


def fetched(url: str, body: object = None, **headers: str) -> tuple[dict[str, str], str]:
    """Headers and text of a response; with a body it is posted as JSON."""
    request = urllib.request.Request(url, json.dumps(body).encode() if body is not None else None, headers)
    with urllib.request.urlopen(request, timeout=30) as response:
        content = response.read()
        named = {name.lower(): value for name, value in response.headers.items()}
    return named, (gzip.decompress(content) if named.get("content-encoding") == "gzip" else content).decode()


def test_scripts_and_styles_are_one_file_each_for_ever(served: Served) -> None:
    """Their address holds a digest of what is in them; they travel compressed, and a browser asks once."""
    _, page = fetched(served.url)
    for ending in ("js", "css"):
        (name,) = re.findall(rf"/page/(onrecord\.[0-9a-f]{{12}}\.{ending})", page)
        headers, content = fetched(f"{served.url}/page/{name}", **{"accept-encoding": "gzip"})
        assert headers["content-encoding"] == "gzip"
        assert "immutable" in headers["cache-control"]
        assert name.split(".")[1] == hashlib.sha256(content.encode()).hexdigest()[:12]
    with pytest.raises(urllib.error.HTTPError, match="404"):
        fetched(f"{served.url}/page/onrecord.000000000000.js")


def test_scripts_make_no_html() -> None:
    """HTML enters the page in one place of one script, and only what the server made."""
    scripts = {file.name: file.read_text(encoding="utf-8") for file in (ROOT / "ui" / "static").glob("*.js")}
    way = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|setHTML|createContextualFragment|DOMParser|eval\(")
    assert {name: len(way.findall(text)) for name, text in scripts.items() if way.search(text)} == {"frame.js": 1}


def test_every_text_that_is_asked_for_is_there() -> None:
    """Each key that a script or the frame names stands in English, and other languages have no key that English lacks."""
    texts = json.loads((ROOT / "ui" / "texts" / "en.json").read_text(encoding="utf-8"))
    sources = [*(ROOT / "ui" / "static").glob("*.js"), ROOT / "ui" / "frame.py"]
    for source in sources:
        text = source.read_text(encoding="utf-8")
        for key in re.findall(r"""(?:\bsay|\bwords|\bt)[(\[]["']([a-z_.]+)["']""", text):
            assert key in texts, f"{source.name}: {key}"
        for key in re.findall(r"""count\(["']([a-z_.]+)["']""", text):
            assert {f"{key}.one", f"{key}.other"} <= texts.keys(), f"{source.name}: {key}"
    for language in languages():
        assert set(json.loads((ROOT / "ui" / "texts" / f"{language}.json").read_text(encoding="utf-8"))) <= set(texts)


def test_the_language_is_the_readers() -> None:
    """What is asked for wins, then the first that the browser accepts and that there is; else English."""
    assert chosen("xx", "yy;q=0.9, zz") == "en"
    assert chosen("", "en-GB,en;q=0.8") == "en"
    for language in languages():
        assert chosen(language, "en") == language
        assert chosen("", f"xx, {language}-CH;q=0.7, en;q=0.1") == language
    assert chosen("", "a" * 100_000 + ";q=" * 100_000) == "en"
    assert wording("xx").language == "en"
    assert wording().count("articles", 3_032) == "3,032 articles"


def test_a_kept_answer_is_shown_with_its_quotes_looked_up_again(served: Served) -> None:
    """A quote that stands is marked; one that is not in the collection any more, or never was, is not shown as one."""
    answer = json.loads(fetched(f"{served.url}/api/v1/answers", {"question": "Who denied it?"})[1])
    altered = json.loads(json.dumps(answer))
    altered["citations"][0]["quote"] = "Northline admitted everything."
    gone = json.loads(json.dumps(answer))
    gone["citations"][0]["article"]["id"] = "no-such-article"
    sent = [{"turn": n, "answer": one} for n, one in enumerate((answer, altered, gone, {"citations": [7], "sentences": "x"}), 1)]
    shown = json.loads(fetched(f"{served.url}/api/v1/rendered", {"answers": sent})[1])["rendered"]
    assert [one["turn"] for one in shown] == [1, 2, 3, 4]
    assert f"<mark>{DENIAL.quote}</mark>" in shown[0]["evidence"]
    assert "Each sentence compared with its quotes" in shown[0]["html"]
    for one in shown[1:3]:
        assert "its quote is no longer in the collection" in one["html"]
        assert DENIAL.quote not in re.findall("<mark>(.*?)</mark>", one["evidence"])
        assert "Northline admitted everything." not in re.findall("<mark>(.*?)</mark>", one["evidence"])
        assert "Not shown:" in one["evidence"]


@pytest.mark.parametrize(
    "body", [{}, {"answers": 7}, {"answers": [{}]}, {"answers": [{"turn": 0, "answer": {}}]}, {"answers": [], "x": 1}]
)
def test_what_is_no_kept_answer_is_refused_in_a_line(served: Served, body: object) -> None:
    """Nothing is rendered of what has another form; nothing to render is nothing."""
    if body == {}:
        assert json.loads(fetched(f"{served.url}/api/v1/rendered", body)[1]) == {"rendered": []}
        return
    with pytest.raises(urllib.error.HTTPError, match="422"):
        fetched(f"{served.url}/api/v1/rendered", body)


def test_an_article_is_read_with_its_quote_marked(served: Served) -> None:
    """The whole text is there, the quote in it marked; an article that is not there is named."""
    where = f"id=ferry&start={DENIAL.start}&end={DENIAL.end}"
    html = json.loads(fetched(f"{served.url}/api/v1/reader?{where}")[1])["html"]
    assert f'<mark tabindex="-1">{DENIAL.quote}</mark>' in html
    assert "Nine people were treated" in html
    with pytest.raises(urllib.error.HTTPError, match="404"):
        fetched(f"{served.url}/api/v1/reader?id=nowhere")
    with pytest.raises(urllib.error.HTTPError, match="422"):
        fetched(f"{served.url}/api/v1/reader?id=ferry&start=-1")
