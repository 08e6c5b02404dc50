"""The API, as its clients meet it: a real server on loopback, asked by curl, openai, gradio_client and plain sockets."""

from __future__ import annotations

import gzip
import http.client
import json
import re
import shlex
import shutil
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from qa import check_text
from qa.assistant import Assistant
from qa.doubles import FaultServer
from qa.settings import Settings
from tests.scripted import DENIAL, Scripted
from ui.docs import ADDRESS, FILE, JOB, ROUTES
from ui.jobs import Uploads
from ui.server import Served, start

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:gradio")  # Gradio's own use of pandas

README = Path(__file__).resolve().parents[1] / "README.md"
QUESTION = "How many homes lost power in Storm Ottilie?"
LINES, SERVER_SENT = "application/x-ndjson", "text/event-stream"


@pytest.fixture(scope="module")
def real(samples_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The sample articles, answered by quoting."""
    feedback = tmp_path_factory.mktemp("kept") / "feedback.jsonl"
    with Assistant.open(samples_index, Settings()) as assistant, start(assistant, port=0, feedback=feedback) as served:
        yield served


@pytest.fixture(scope="module")
def scripted() -> Iterator[Served]:
    with start(Scripted(), port=0) as served:
        yield served


@pytest.fixture(scope="module")
def locked() -> Iterator[Served]:
    with start(Scripted(), port=0, auth=[("ann", "p:ss wörd"), ("bob", "x")], root="/archive") as served:
        yield served


def send(url: str, body: Any = None, headers: dict[str, str] | None = None, method: str | None = None) -> tuple[int, str]:
    """The status and the text of one response, an error's too."""
    data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
    try:
        request = urllib.request.Request(url, data, headers or {}, method=method)
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def ask(served: Served, question: str, **fields: Any) -> dict[str, Any]:
    status, text = send(f"{served.url}/api/v1/answers", {"question": question, **fields})
    assert status == 200, text
    return dict(json.loads(text))


def told(served: Served, question: str, accept: str = LINES, **fields: Any) -> list[dict[str, Any]]:
    """The events of a question."""
    _, text = send(f"{served.url}/api/v1/answers", {"question": question, **fields}, {"accept": accept})
    if accept == LINES:
        return [json.loads(line) for line in text.splitlines()]
    return [json.loads(line.removeprefix("data: ")) for line in text.splitlines() if line.startswith("data: ")]


# --- one question -------------------------------------------------------------------------------------------------------


def test_the_answer_is_the_object_of_the_command(real: Served, samples_index: Path) -> None:
    """POST /api/v1/answers gives what `ask --json` prints, but for the seconds."""
    with Assistant.open(samples_index, Settings()) as assistant:
        printed = assistant.ask(QUESTION).as_dict()
    answered = ask(real, QUESTION)
    assert list(answered) == list(printed)
    assert {**answered, "seconds": 0} == {**printed, "seconds": 0}


def grown(accept: str, **fields: Any) -> list[dict[str, Any]]:
    """The events of a slow answer, which goes on when its first sentence has come."""
    assistant, lines = Scripted(), []
    with start(assistant, port=0) as served:
        body = json.dumps({"question": "a slow one: who denied <b>it</b>?", **fields}).encode()
        request = urllib.request.Request(f"{served.url}/api/v1/answers", body, {"accept": accept})
        with urllib.request.urlopen(request, timeout=60) as response:
            for line in response:
                lines.append(line.decode())
                if '"sentence"' in lines[-1]:
                    assistant.go_on.set()
    return [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith(("{", "data: "))]


def test_the_events_of_a_question_come_in_their_order() -> None:
    """Received, searching, found, the sentences as they grow, and at the end the checked answer."""
    for accept in (LINES, SERVER_SENT):
        events = grown(accept)
        names = list(dict.fromkeys(event["event"] for event in events))
        assert names == ["received", "searching", "found", "sentence", "final"]
        assert events[1]["articles"] == 36
        assert (events[2]["passages"], events[2]["outlets"]) == (3, 2)
        sentences = [event for event in events if event["event"] == "sentence"]
        assert [event["id"] for event in sentences] == sorted(event["id"] for event in sentences)
        assert all("html" not in event for event in events)
        assert events[-1]["answer"]["citations"][0]["quote"] == DENIAL.quote


def test_a_page_gets_safe_html_with_its_events() -> None:
    """With the number of the exchange, sentences and answer come as HTML whose chips lead to the cards of that exchange."""
    events = grown(LINES, turn=3)
    assert 'data-card="evidence-3-1"' in events[-1]["html"]
    assert 'id="evidence-3-1"' in events[-1]["evidence"]
    assert any("or-sentence" in event["html"] for event in events if event["event"] == "sentence")
    assert "<b>it" not in events[-1]["html"] + events[-1]["evidence"]


def test_history_filters_and_the_rest_reach_the_assistant() -> None:
    """Each field of a request arrives as its argument."""
    assistant = Scripted()
    with start(assistant, port=0) as served:
        ask(
            served,
            "And when this week?",
            history=[{"question": "Who?", "answer": "Northline.", "titles": ["A headline"]}],
            filters={"sources": ["The Quay Gazette"], "since": "2026-03-01", "until": "2026-03-31"},
            today="2026-06-09",
            ignore=["this week"],
            as_written=True,
        )
    question, history, filters = assistant.asked[0]
    assert (question, history[0].titles) == ("And when this week?", ("A headline",))
    assert (filters.sources, str(filters.since)) == (("The Quay Gazette",), "2026-03-01")


def test_an_error_has_its_kind_its_line_and_its_remedy(scripted: Served) -> None:
    """A dead endpoint is 502, as an object or as the last event; a defect is 500 and tells no details."""
    status, text = send(f"{scripted.url}/api/v1/answers", {"question": "please fail"})
    error = json.loads(text)["error"]
    assert (status, error["kind"]) == (502, "ModelUnreachable")
    assert error["message"].startswith("Nothing answers at")
    assert error["remedy"] == "Start the server or set OPENAI_BASE_URL."
    last = told(scripted, "please fail")[-1]
    assert (last["event"], last["remedy"]) == ("error", error["remedy"])
    status, text = send(f"{scripted.url}/api/v1/answers", {"question": "please crash"})
    assert status == 500
    assert "ZeroDivisionError" in text
    assert "secret" not in text


def test_events_are_compressed_as_they_happen(scripted: Served) -> None:
    """A client that takes gzip gets each event at once, and a fraction of the bytes."""
    headers = {"accept": LINES, "accept-encoding": "gzip", "content-type": "application/json"}
    body = json.dumps({"question": "Who denied it?"})
    with closing(http.client.HTTPConnection(scripted.url.removeprefix("http://"), timeout=30)) as connection:
        connection.request("POST", "/api/v1/answers", body, headers)
        response = connection.getresponse()
        assert response.headers["content-encoding"] == "gzip"
        packed = response.read()
    lines = gzip.decompress(packed).decode().splitlines()
    assert json.loads(lines[-1])["event"] == "final"
    assert len(packed) < sum(map(len, lines)) / 2.5


# --- reading ------------------------------------------------------------------------------------------------------------


def test_search_gives_the_object_of_the_command(real: Served) -> None:
    """GET /api/v1/search finds what is asked for, within outlets and days, as many as are wanted."""
    query = urllib.parse.urlencode({"question": "Storm Ottilie homes", "k": 3, "sources": "Radio Ouvre", "since": "2026-03-01"})
    status, text = send(f"{real.url}/api/v1/search?{query}")
    found = json.loads(text)
    assert status == 200
    assert list(found)[:4] == ["question", "hits", "filters", "index"]
    assert 0 < len(found["hits"]) <= 3
    assert {hit["source"] for hit in found["hits"]} == {"Radio Ouvre"}


def test_a_citation_leads_to_its_whole_article(real: Served) -> None:
    """GET /api/v1/articles/{id} has the text in which the quote stands at its offsets, and the record."""
    citation = ask(real, QUESTION)["citations"][0]
    status, text = send(f"{real.url}/api/v1/articles/{urllib.parse.quote(citation['article']['id'], safe='')}")
    article = json.loads(text)
    assert status == 200
    assert article["text"][citation["start"] : citation["end"]] == citation["quote"]
    assert article["versions"] == []
    assert article.keys() >= {"title", "source", "url", "published", "authors", "section", "language", "modified", "corrections"}
    by_id = send(f"{real.url}/api/v1/articles?{urllib.parse.urlencode({'id': citation['article']['id']})}")
    assert by_id == (status, text)
    address = "https://radio-ouvre.example/news/8893"  # which is an id, too
    assert json.loads(send(f"{real.url}/api/v1/articles/{urllib.parse.quote(address, safe='')}")[1])["id"] == address
    status, text = send(f"{real.url}/api/v1/articles/no-such-article")
    assert (status, json.loads(text)["error"]["kind"]) == (404, "NotFound")


def test_the_collection_is_counted(real: Served) -> None:
    """GET /api/v1/collection counts articles by outlet, language and month, and names what was not read."""
    found = json.loads(send(f"{real.url}/api/v1/collection")[1])
    for part in ("outlets", "languages", "months"):
        assert sum(row["articles"] for row in found[part]) == found["articles"] == 25, part
    assert found["rejected"] == {"count": 0, "first": []}
    assert found["refreshed"]
    assert found["model"] == "quote-only"


def test_a_timeline_counts_what_matches(real: Served) -> None:
    """GET /api/v1/timeline counts a question's articles by day and outlet; without one, all that the filters admit."""
    everything = json.loads(send(f"{real.url}/api/v1/timeline")[1])
    assert everything["articles"] == sum(row["articles"] for row in everything["days"]) == 25
    storm = json.loads(send(f"{real.url}/api/v1/timeline?question=Storm+Ottilie")[1])
    assert 2 <= storm["articles"] == len(storm["matching"]) < 25
    assert all("Ottilie" in one["title"] + str(one) for one in storm["matching"])
    assert [row["day"] for row in storm["days"]] == sorted(row["day"] for row in storm["days"])
    march = json.loads(send(f"{real.url}/api/v1/timeline?since=2026-03-01&until=2026-03-31")[1])
    assert {row["month"] for row in march["months"]} == {"2026-03"}


# --- what cannot be meant -------------------------------------------------------------------------------------------------

BAD_BODIES = {
    b"": "The body is no JSON",
    b"{": "The body is no JSON (line 1, column 2)",
    b"[]": "The body is a list: send an object",
    b'"Who?"': "The body is 'Who?': send an object",
    b"\xff\xfe": "The body is no UTF-8",
    b"[" * 200_000: "The body is nested too deeply",
    b'{"question": ' + b"9" * 5_000 + b"}": "The body is no JSON (a number too long)",
    b'{"question": "a\x00b"}': "The body is no JSON",
    b'{"question": "a\\u0000b"}': "question holds a NUL character",
    b'{"question": "a\\ud800b"}': "question holds half a character",
    b"{}": "question is missing: pass text",
    b'{"question": null}': "question is missing",
    b'{"question": 7}': "question is 7: pass text",
    b'{"question": ["Who?"]}': "question is a list: pass text",
    b'{"question": ""}': "The question is empty",
    b'{"question": "' + b"x" * 3_000 + b'"}': "The question has 3,000 characters",
    b'{"question": "Who?", "sorces": []}': "'sorces' is no field: use question, history",
    b'{"question": "Who?", "history": {}}': "history is an object: pass a list",
    b'{"question": "Who?", "history": ["x"]}': "in history is no turn",
    b'{"question": "Who?", "history": [{"question": "\\udfff"}]}': "history[0].question holds half a character",
    b'{"question": "Who?", "history": [{"question": "a", "titles": [1]}]}': "history[0].titles[0] is 1: pass text",
    b'{"question": "Who?", "filters": []}': "filters is a list",
    b'{"question": "Who?", "filters": {"outlets": []}}': "'outlets' is no filter: use sources, since, until",
    b'{"question": "Who?", "filters": {"sources": [null]}}': "sources[0] is missing",
    b'{"question": "Who?", "filters": {"sources": ["\\ud800"]}}': "sources[0] holds half a character",
    b'{"question": "Who?", "filters": {"since": "soon"}}': "'soon' is no date: write it as 2026-03-31",
    b'{"question": "Who?", "filters": {"since": "2026-02-30"}}': "'2026-02-30' is no date",
    b'{"question": "Who?", "filters": {"since": 20260301}}': "since is 20260301: write the day",
    b'{"question": "Who?", "filters": {"since": "2026-03-02", "until": "2026-03-01"}}': "The dates are the wrong way round",
    b'{"question": "Who?", "today": "0001-01-01"}': "today is 0001-01-01: pass a day of the years",
    b'{"question": "Who?", "ignore": [{}]}': "ignore[0] is an object: pass text",
    b'{"question": "Who?", "as_written": "yes"}': "as_written is 'yes': use true or false",
    b'{"question": "Who?", "turn": -1}': "turn is -1",
}


@pytest.mark.parametrize("body", BAD_BODIES, ids=lambda body: body[:40].decode("latin-1"))
def test_a_body_that_cannot_be_meant_is_refused_in_a_line(scripted: Served, body: bytes) -> None:
    """422, whatever form the answer was wanted in, with one line that names the field."""
    for accept in ("*/*", LINES):
        status, text = send(f"{scripted.url}/api/v1/answers", body, {"accept": accept})
        error = json.loads(text)["error"]
        assert (status, text.count("\n")) == (422, 1)
        assert BAD_BODIES[body] in error["message"]
        assert "\n" not in error["message"]
        assert len(error["message"]) < 400


@pytest.mark.parametrize(
    ("path", "status", "message"),
    [
        ("/api/v1/search", 422, "question is missing"),
        ("/api/v1/search?question=", 422, "The question is empty"),
        ("/api/v1/search?question=a&k=0", 422, "k is '0': use a number from 1 to 100"),
        ("/api/v1/search?question=a&k=1e2", 422, "k is '1e2'"),
        ("/api/v1/search?question=a&question=b", 422, "question is given twice"),
        ("/api/v1/search?question=a&source=b", 422, "'source' is no parameter: use question, sources"),
        ("/api/v1/search?question=%00", 422, "question holds a NUL"),
        ("/api/v1/timeline?since=soon", 422, "'soon' is no date"),
        ("/api/v1/collection?x=1", 422, "'x' is no parameter"),
        ("/api/v1/nothing", 404, "There is no GET /api/v1/nothing: /api/docs lists what there is"),
        ("/api/v1/answers", 405, "/api/v1/answers takes no GET: use POST."),
        ("/api/v1/uploads/jobs/x/y", 404, "There is no GET /api/v1/uploads/jobs/x/y"),
        ("/v1/embeddings", 404, "There is no GET /v1/embeddings"),
        ("/v1/models/gpt-5", 404, "There is no model 'gpt-5'"),
    ],
)
def test_an_address_that_cannot_be_meant_is_refused_in_a_line(real: Served, path: str, status: int, message: str) -> None:
    """As a body is."""
    got, text = send(real.url + path)
    assert (got, text.count("\n")) == (status, 1)
    assert message in json.loads(text)["error"]["message"]


def test_what_is_sent_in_an_unusual_way_is_answered_or_refused_rightly(scripted: Served) -> None:
    """A mark before the JSON, HEAD, and weights in Accept mean what they mean; what is packed, and other methods, are refused."""
    address, question = f"{scripted.url}/api/v1/answers", b'{"question": "Who denied it?"}'
    assert send(address, b"\xef\xbb\xbf" + question)[0] == 200
    assert send(address, question, {"accept": f"{LINES};q=0, application/json"})[1].startswith('{"question"')
    assert send(address, question, {"accept": f"application/json;q=.5, {SERVER_SENT};q=0.7"})[1].startswith("event: received")
    status, text = send(address, gzip.compress(question), {"content-encoding": "gzip"})
    assert (status, "'gzip'" in json.loads(text)["error"]["message"]) == (415, True)
    assert send(f"{scripted.url}/health", method="HEAD") == (200, "")
    status, text = send(f"{scripted.url}/health", b"{}")
    assert (status, json.loads(text)["error"]["remedy"]) == (405, "Use GET.")
    asked = {"model": "onrecord", "stream": "yes", "messages": [{"role": "user", "content": "Who?"}]}
    assert send(f"{scripted.url}/v1/chat/completions", asked)[0] == 400
    with pytest.raises(urllib.error.HTTPError, match="405") as caught:
        urllib.request.urlopen(urllib.request.Request(address, question, method="PUT"))
    assert caught.value.headers["allow"] == "POST"
    caught.value.close()
    error = json.loads(send(address, {"question": "Who?", "history": [{"role": "user"}]})[1])["error"]
    assert error["remedy"] == 'Use {"question": "…", "answer": "…", "titles": ["…"]}.'  # whatever braces the value has


def test_ten_megabytes_are_refused_while_they_come(scripted: Served) -> None:
    """The sender hears why, and the next request is answered."""
    body = b'{"question": "' + b"x" * 10_000_000 + b'"}'
    done = subprocess.run(
        ["curl", "-s", "-w", "\n%{http_code}", "--data-binary", "@-", f"{scripted.url}/api/v1/answers"],
        input=body, capture_output=True, check=True,
    )  # fmt: skip
    text, _, status = done.stdout.decode().rpartition("\n")
    assert status == "413"
    assert json.loads(text)["error"]["message"] == "The request has 10000016 bytes: send at most 4 MB."
    assert send(f"{scripted.url}/health")[0] == 200


def test_another_sites_page_asks_nothing(scripted: Served) -> None:
    """A browser says that a request comes from another site; it is refused before it costs anything."""
    status, text = send(f"{scripted.url}/api/v1/answers", {"question": "Who?"}, {"sec-fetch-site": "cross-site"})
    assert status == 403
    assert "Another site's page sent this" in text


# --- leaving ------------------------------------------------------------------------------------------------------------


def asking(served: Served, accept: str, question: str = QUESTION, path: str = "/api/v1/answers") -> socket.socket:
    """A connection on which a question was asked, and nothing read yet."""
    host, _, port = served.url.removeprefix("http://").partition(":")
    messages = {"model": "onrecord", "stream": True, "messages": [{"role": "user", "content": question}]}
    data = json.dumps(messages if path.startswith("/v1") else {"question": question}).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: {host}\r\nAccept: {accept}\r\nContent-Length: {len(data)}\r\n\r\n"
    connection = socket.create_connection((host, int(port)), timeout=30)
    connection.sendall(head.encode() + data)
    return connection


@pytest.mark.parametrize("mode", ["hang", "hang after text"])
def test_whoever_leaves_ends_the_request_to_the_model(samples_index: Path, mode: str) -> None:
    """A model that hangs, or hangs in the middle of its answer, is let go when the client hangs up."""
    with FaultServer(mode) as model:
        settings = Settings(index=samples_index, base_url=model.url, timeout=200)
        with Assistant.open(samples_index, settings) as assistant, start(assistant, port=0) as served:
            for n, (accept, path) in enumerate(
                [(LINES, "/api/v1/answers"), ("*/*", "/api/v1/answers"), ("*/*", "/v1/chat/completions")]
            ):
                connection = asking(served, accept, path=path)
                until(lambda n=n: len(model.requests) > n)
                assert model_threads()
                connection.close()
                until(lambda: not model_threads())


def until(done: Any, seconds: float = 40) -> None:
    """Waits for something that is about to happen."""
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def model_threads() -> list[str]:
    """The threads that talk to a model."""
    return [thread.name for thread in threading.enumerate() if thread.name == "onrecord-model"]


def test_a_server_that_is_closed_leaves_no_thread() -> None:
    """The threads that answered and read end with it: one that is started often in a process must not gather them."""
    before = {thread for thread in threading.enumerate() if thread.name.startswith("onrecord-")}
    with start(Scripted(), port=0) as served:
        ask(served, "Who denied it?")
    left = {thread for thread in threading.enumerate() if thread.name.startswith("onrecord-")} - before
    for thread in left:
        thread.join(10)
    assert not any(thread.is_alive() for thread in left)


def test_a_reader_who_leaves_while_a_slow_answer_grows_closes_it() -> None:
    """The assistant's own stream is closed, not left to run on."""
    assistant = Scripted()
    with start(assistant, port=0) as served:
        with asking(served, LINES, "a slow one") as connection:
            while b"found" not in connection.recv(65_536):
                pass
        assert assistant.closed.wait(30)


# --- waiting ------------------------------------------------------------------------------------------------------------


def test_the_ninth_reader_is_told_the_place_at_once() -> None:
    """While eight answers run, the ninth is searched for at once and told the place in the line; a model rewrites a follow-up."""
    assistant = Scripted()
    with start(assistant, port=0) as served, ThreadPoolExecutor(10) as people:
        eight = [people.submit(told, served, f"a slow one {n}") for n in range(8)]
        until(lambda: len(assistant.asked) == 8)
        ninth = people.submit(told, served, "Who denied it?")
        until(lambda: len(assistant.asked) == 9)
        tenth, last = (http.client.HTTPConnection(served.url.removeprefix("http://"), timeout=30) for _ in range(2))
        with closing(tenth), closing(last):
            tenth.request("POST", "/api/v1/answers", json.dumps({"question": "And when?"}), {"accept": LINES})
            lines = tenth.getresponse()
            first = [json.loads(lines.readline()) for _ in range(4)]
            assert [one["event"] for one in first] == ["received", "waiting", "searching", "waiting"]
            assert {first[1]["place"], first[3]["place"]} <= {1, 2}
            more = {"question": "And why?", "history": [{"question": "Who denied it?"}]}  # which its model may rewrite
            last.request("POST", "/api/v1/answers", json.dumps(more), {"accept": LINES})
            waits = last.getresponse()
            assert [json.loads(waits.readline())["event"] for _ in range(2)] == ["received", "waiting"]
            assert len(assistant.asked) == 10
            assistant.go_on.set()
            assert [one.result(60)[-1]["event"] for one in (*eight, ninth)] == ["final"] * 9
            assert json.loads(lines.read().splitlines()[-1])["event"] == "final"


def test_a_full_line_says_when_to_come_back() -> None:
    """429 with Retry-After, for the API and for an OpenAI client alike."""
    assistant = Scripted()
    with start(assistant, port=0) as served, ExitStack() as people:
        waiting = [people.enter_context(asking(served, LINES, f"a slow one {n}")) for n in range(72)]
        for connection in waiting:
            assert b"200 OK" in connection.recv(4_096)
        request = urllib.request.Request(f"{served.url}/api/v1/answers", b'{"question": "Who?"}')
        with pytest.raises(urllib.error.HTTPError, match="429") as caught:
            urllib.request.urlopen(request)
        assert int(caught.value.headers["retry-after"]) > 0
        body = {"model": "onrecord", "messages": [{"role": "user", "content": "Who?"}]}
        status, text = send(f"{served.url}/v1/chat/completions", body)
        assert (status, json.loads(text)["error"]["type"]) == (429, "rate_limit_error")
        assistant.go_on.set()
        for connection in waiting:
            until(lambda connection=connection: b'"final"' in connection.recv(65_536))


# --- other clients --------------------------------------------------------------------------------------------------------


def places(citations: list[dict[str, Any]]) -> list[tuple[str, int, int, str]]:
    return [(one["quote"], one["start"], one["end"], one["article"]["id"]) for one in citations]


def test_every_client_gets_the_same_citations(real: Served, samples_index: Path) -> None:
    """curl, openai's client (whole, streamed), gradio_client, MCP's client: the same quotes at the same offsets."""
    import openai
    from gradio_client import Client

    expected = places(ask(real, QUESTION)["citations"])
    assert len(expected) >= 2
    body = json.dumps({"question": QUESTION})
    curled = subprocess.run(["curl", "-s", f"{real.url}/api/v1/answers", "-d", body], capture_output=True, check=True)
    assert places(json.loads(curled.stdout)["citations"]) == expected
    client = Client(real.url, verbose=False, download_files=False)
    assert places(client.predict(QUESTION, api_name="/ask")["citations"]) == expected
    with openai.OpenAI(api_key="none", base_url=f"{real.url}/v1", max_retries=0) as chat:
        asked: Any = {"model": "onrecord", "messages": [{"role": "user", "content": QUESTION}]}
        message = chat.chat.completions.create(**asked).choices[0].message
        streamed, annotations, reasoning = "", [], ""
        for chunk in chat.chat.completions.create(**asked, stream=True):
            delta = chunk.choices[0].delta
            streamed += delta.content or ""
            annotations += getattr(delta, "annotations", None) or []
            reasoning += getattr(delta, "reasoning_content", None) or ""
        assert [model.id for model in chat.models.list()] == ["onrecord"]
    assert streamed == message.content
    assert "Searching 25 articles." in reasoning
    cited = [annotation.url_citation.model_dump() for annotation in message.annotations or ()]
    assert cited == [annotation["url_citation"] for annotation in annotations]
    assert [(one["quote"], one["quote_start"], one["quote_end"], one["article_id"]) for one in cited] == expected
    for one in cited:
        assert streamed[one["start_index"] : one["end_index"]] == f"[{one['number']}]"
        assert one["url"].startswith("https://")
    from tests.test_mcp import called, tools  # skips here, and says so, where the extra [mcp] is not installed

    with Assistant.open(samples_index, Settings()) as assistant:
        (by_mcp,) = called(tools(assistant), [("ask", {"question": QUESTION})])
    assert places(by_mcp.structured_content["citations"]) == expected


def test_a_talk_goes_on_in_an_openai_client() -> None:
    """Earlier messages become turns, without the list of sources, and with the headlines that it names."""
    assistant = Scripted()
    with start(assistant, port=0) as served:
        messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Who denied it?"}]
        url = f"{served.url}/v1/chat/completions"
        said = json.loads(send(url, {"model": "onrecord", "messages": messages})[1])["choices"][0]["message"]["content"]
        messages += [{"role": "assistant", "content": said}, {"role": "user", "content": [{"type": "text", "text": "And when?"}]}]
        send(url, {"model": "onrecord", "messages": messages, "temperature": 0.2, "filters": {"since": "2026-03-01"}})
    question, (turn,), filters = assistant.asked[1]
    assert (question, turn.question, str(filters.since)) == ("And when?", "Who denied it?", "2026-03-01")
    assert "Sources" not in turn.answer
    assert turn.titles == (DENIAL.article.title, "Fourteen hurt as ferry strikes rock")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"messages": []}, "messages is no list of some"),
        ({"messages": [{"content": "Who?"}]}, "messages[0] has no role"),
        ({"messages": [{"role": "assistant", "content": "x"}]}, "The last message is of the role 'assistant'"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, "a part that is no text"),
        ({"messages": [{"role": "user", "content": "\ud800"}]}, "holds half a character"),
        ({"messages": [{"role": "user", "content": ""}]}, "The question is empty"),
        ({"model": "gpt-5", "messages": [{"role": "user", "content": "Who?"}]}, "model is 'gpt-5'"),
        ({"messages": [{"role": "user", "content": "Who?"}], "today": "soon"}, "'soon' is no date"),
    ],
)
def test_an_openai_client_hears_what_is_wrong(scripted: Served, body: dict[str, Any], message: str) -> None:
    """400 with the protocol's own kind of error, streamed or not."""
    for streamed in (False, True):
        status, text = send(f"{scripted.url}/v1/chat/completions", {**body, "stream": streamed})
        error = json.loads(text)["error"]
        assert (status, error["type"]) == (400, "invalid_request_error")
        assert message in error["message"]


def test_nothing_of_an_article_is_markup_in_a_chat_client() -> None:
    """What an article, a model or a reader wrote is Markdown that shows it as it stands."""
    from markdown_it import MarkdownIt

    from ui.completions import markdown

    hostile = [
        "![x](https://evil.example/pixel.png)", "[click](javascript:alert(1))", "<img src=x onerror=alert(1)>", "# head",
        "- item", "1. item", "1) item", "**bold** _it_ ~~no~~ `code`", "a | b", "https://evil.example/x and www.evil.example",
        "&lt;b&gt; &copy;", "[1]: https://evil.example", "me@evil.example", "$x$ \\( y \\)", "> said", "+ plus", "---", "===",
        "\\![x](y)",
    ]  # fmt: skip
    parser = MarkdownIt("gfm-like", {"linkify": False, "html": True})
    for text in hostile:
        html = parser.render(markdown(text))
        assert not re.search(r"<(?!/?p>|br)", html), (text, html)
        shown = re.sub(r"</?p>", "", html).strip().replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"')
        assert shown.replace("&amp;", "&") == text


def test_a_text_is_checked(real: Served, samples_index: Path) -> None:
    """POST /api/v1/check gives the object of `onrecord check --json`; a body that is none is refused in one line."""
    status, text = send(f"{real.url}/api/v1/check", {"text": "Storm Ottilie cut power to 99,000 homes."})
    found = json.loads(text)
    assert status == 200
    same = check_text("Storm Ottilie cut power to 99,000 homes.", samples_index).as_dict()
    assert {**found, "seconds": 0} == {**same, "seconds": 0}
    assert json.loads(send(f"{real.url}/api/v1/check", b"no")[1])["error"]["remedy"].startswith("Send an object, {")
    for body in ({}, {"text": 3}, {"text": " "}, {"text": "a", "filters": []}, {"text": "a", "k": 2}):
        status, text = send(f"{real.url}/api/v1/check", body)
        assert (status, text.strip().count("\n")) == (422, 0), text


def test_an_answer_is_exported(real: Served) -> None:
    """POST /api/v1/export gives a file, its quotes compared again; what is no answer is refused in one line."""
    answer = ask(real, QUESTION)
    for form, begins in (("md", "# How many homes"), ("html", "<!doctype html>"), ("csv", '\ufeff"question"')):
        body = json.dumps({"answers": [answer], "format": form, **({"bom": True} if form == "csv" else {})}).encode()
        with urllib.request.urlopen(urllib.request.Request(f"{real.url}/api/v1/export", body), timeout=60) as response:
            text = response.read().decode()
            assert response.headers["content-disposition"].startswith('attachment; filename="onrecord-how-many-homes')
            assert response.headers["content-type"].endswith("charset=utf-8")
        assert text.startswith(begins)
        assert "quoted word for word; the reports differ" in text.lower()
    answer["citations"][0]["quote"] = answer["citations"][0]["quote"].replace("61,000", "16,000")
    assert "1 of 2 quotes no longer stands there" in send(f"{real.url}/api/v1/export", {"answers": [answer]})[1]
    for bad in ({}, {"answers": []}, {"answers": [3]}, {"answers": [answer], "format": "pdf"}, {"answers": [answer], "bom": 1}):
        status, text = send(f"{real.url}/api/v1/export", bad)
        assert (status, text.strip().count("\n")) == (422, 0), text


def copied(text: str) -> list[str]:
    return [line for line in re.findall(r"^curl .+$", text.replace("\\\n", ""), re.MULTILINE) if ADDRESS in line]


def test_every_curl_line_of_the_documents_works(samples_index: Path, tmp_path: Path) -> None:
    """Those of the README are those of /api/docs, one a route, and each gives what it promises."""
    shown = copied(README.read_text(encoding="utf-8"))
    assert [" ".join(line.split()) for line in shown] == [route.curl for route in ROUTES]
    index = tmp_path / "index"
    shutil.copytree(samples_index, index)
    (tmp_path / "wall.txt").write_text(
        "The sea wall stands\n\nThe sea wall of Harrow Quay held on Monday, the harbour master said.\n"
    )
    ids = {JOB: "", FILE: ""}  # those of the documents, and what they are here
    with (
        Assistant.open(index, Settings()) as assistant,
        start(assistant, port=0, uploads=Uploads(index, Settings().embedder), feedback=index / "feedback.jsonl") as served,
    ):
        for line in shown:
            for id_, here in ids.items():
                line = line.replace(id_, here)
            if " -X DELETE" in line and "/jobs/" not in line:
                until(lambda: "waiting" not in (jobs := send(f"{served.url}/api/v1/uploads")[1]) and "building" not in jobs)
            words = shlex.split(line.replace(ADDRESS, served.url))
            done = subprocess.run([*words, "-s", "-f"], capture_output=True, text=True, check=False, cwd=tmp_path)
            assert done.returncode == 0, (line, done.stderr)
            if "csv" in line:
                assert done.stdout.startswith(('"question"', "\ufeffpublished,source,title")), line
            else:
                assert json.loads(done.stdout.splitlines()[-1]), line
            if " -F " in line:
                ids[JOB] = json.loads(done.stdout)["job"]["id"]
                until(lambda: '"done"' in send(f"{served.url}/api/v1/uploads/jobs/{ids[JOB]}")[1])
                ids[FILE] = json.loads(send(f"{served.url}/api/v1/uploads")[1])["files"][0]["id"]


def test_the_documents_are_there_and_need_nobody_else(real: Served) -> None:
    """/api/docs is a page without a script, and the OpenAPI description names each route of the table."""
    status, page = send(f"{real.url}/api/docs")
    assert status == 200
    assert "<script" not in page
    assert all(route.path in page for route in ROUTES)
    described = json.loads(send(f"{real.url}/api/openapi.json")[1])
    assert described["openapi"].startswith("3.1")
    assert set(described["paths"]) == {route.path for route in ROUTES}


# --- who may enter ----------------------------------------------------------------------------------------------------------

STRANGERS = (
    "/", "/?x=1", "/config", "/theme.css", "/login/", "/login/x", "/logout", "//login", "/static/x", "/favicon.ico",
    "/robots.txt", "/gradio_api/info", "/gradio_api/openapi.json", "/gradio_api/app_id", "/gradio_api/startup-events",
    "/gradio_api/heartbeat/x", "/gradio_api/token", "/gradio_api/queue/data?session_hash=x", "/gradio_api/call/ask", "/api/docs",
    "/api/openapi.json", "/api/v1/search?question=a", "/api/v1/articles/ferry", "/api/v1/collection", "/api/v1/timeline",
    "/v1/models", "/docs", "/openapi.json", "/redoc", "/health/", "/health/x", "/nothing", "/assets/x", "/manifest.json",
    "/monitoring", "/pwa_icon",
)  # fmt: skip


@pytest.mark.parametrize("path", STRANGERS)
def test_a_stranger_gets_nothing(locked: Served, path: str) -> None:
    """With a password set every address answers 401, whatever it is asked with; a browser gets the page to log in at."""
    for method, body in (("GET", None), ("POST", b"{}"), ("PUT", b"{}"), ("DELETE", None), ("OPTIONS", None), ("HEAD", None)):
        status, text = send(locked.url + path, body, method=method)
        assert status == 401, (method, text[:100])
    status, page = send(locked.url + path, headers={"accept": "text/html"})
    assert (status, 'action="/archive/login"' in page) == (401, True)


def test_every_route_that_the_application_has_is_behind_the_check(locked: Served) -> None:
    """Whatever the application or Gradio has registered: no address but /health and /login lets a stranger in."""
    from ui.server import application

    app = application(Scripted(), [("ann", "x")])
    paths: set[str] = set()
    left: list[Any] = [app]
    seen: set[int] = set()
    while left:  # what is mounted, what is included
        part = left.pop()
        if id(part) not in seen:
            seen.add(id(part))
            paths.add(getattr(part, "path", ""))
            left += [*(getattr(part, "routes", None) or ()), *(one for one in vars(part).values() if hasattr(one, "routes"))]
    assert len(paths) > 60
    for path in paths - {"", "/health", "/login"}:
        assert send(locked.url + re.sub(r"\{[^}]*\}", "x", path))[0] == 401, path
    app.state.close()


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        ("Basic YW5uOnA6c3Mgd8O2cmQ=", 200),  # ann:p:ss wörd
        ("Bearer bob:x", 200),
        ("bearer bob:x", 200),
        ("Basic YW5uOng=", 401),  # ann:x
        ("Basic ????", 401),
        ("Bearer bob", 401),
        ("Bearer eve:", 401),
        ("Bearer :x", 401),
        ("Digest bob:x", 401),
        ("", 401),
    ],
)
def test_a_program_sends_its_password_with_each_request(locked: Served, authorization: str, status: int) -> None:
    """As HTTP Basic, or as a key."""
    headers = {"authorization": authorization}
    got, text = send(f"{locked.url}/api/v1/answers", {"question": "Who denied it?"}, headers)
    assert got == status, text
    assert send(f"{locked.url}/v1/models", headers=headers)[0] == status
    assert send(f"{locked.url}/health")[0] == 200


def test_a_browser_logs_in_and_out(locked: Served) -> None:
    """The right password gives a cookie and leads back to where the reader wanted to go; logging out ends it."""
    host, port = locked.url.removeprefix("http://").removesuffix("/archive").split(":")

    def post(path: str, fields: dict[str, str], cookie: str = "") -> http.client.HTTPResponse:
        with closing(http.client.HTTPConnection(host, int(port), timeout=30)) as connection:
            headers = {"content-type": "application/x-www-form-urlencoded", "cookie": cookie}
            connection.request("POST", f"/archive{path}", urllib.parse.urlencode(fields), headers)
            response = connection.getresponse()
            response.read()
            return response

    wrong = post("/login", {"user": "ann", "password": "x", "then": "/"})
    assert (wrong.status, wrong.headers["set-cookie"]) == (401, None)
    right = post("/login", {"user": "ann", "password": "p:ss wörd", "then": "/?question=Who"})
    assert (right.status, right.headers["location"]) == (303, "/archive/?question=Who")
    cookie = right.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/archive" in cookie
    cookie = cookie.partition(";")[0]
    for path in ("/", "/config", "/gradio_api/info", "/v1/models"):
        assert send(locked.url + path, headers={"cookie": cookie})[0] == 200
    assert post("/login", {"user": "bob", "password": "x", "then": "//evil.example"}).headers["location"] == "/archive/"
    assert post("/logout", {}, cookie).status == 303
    assert send(f"{locked.url}/config", headers={"cookie": cookie})[0] == 401


def test_wrong_passwords_are_slowed_down() -> None:
    """After five in a minute the user is refused from that address, the right password too, until the minute is over."""
    from qa.errors import NotAllowed, TooMany
    from ui.access import Access

    now = [0.0]
    access = Access([("ann", "right")], clock=lambda: now[0])
    for _ in range(5):
        with pytest.raises(NotAllowed, match="The user or the password is wrong"):
            access.check("ann", "wrong", "192.0.2.1")
    with pytest.raises(TooMany, match="try again in 61 s"):
        access.check("ann", "right", "192.0.2.1")
    assert access.check("ann", "right", "192.0.2.2") == "ann"
    now[0] = 62.0
    assert access.check("ann", "right", "192.0.2.1") == "ann"


def test_a_proxys_path_may_be_left_or_taken_off(locked: Served) -> None:
    """With --root-path both kinds of proxy work, and the page asks under that path."""
    key = {"authorization": "Bearer bob:x"}
    bare = locked.url.removesuffix("/archive")
    for root in (bare, locked.url):
        assert send(f"{root}/v1/models", headers=key)[0] == 200
        assert json.loads(send(f"{root}/config", headers=key)[1])["root"].endswith("/archive")
    assert send(f"{bare}/archive/archive/v1/models", headers=key)[0] == 404


def test_security_headers_are_on_every_response(locked: Served) -> None:
    """On refusals, errors and the API as on the page."""
    for path, headers in (("/", {}), ("/health", {}), ("/api/v1/search", {"authorization": "Bearer bob:x"})):
        request = urllib.request.Request(locked.url + path, headers=headers)
        try:
            response: Any = urllib.request.urlopen(request)
        except urllib.error.HTTPError as error:
            response = error
        assert "default-src 'self'" in response.headers["content-security-policy"]
        assert response.headers["x-content-type-options"] == "nosniff"
        response.close()
