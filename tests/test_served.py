"""Vectors on a Chroma server: what is found is what a folder finds, and without the server words still answer, and say so."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from qa.assistant import Assistant
from qa.errors import SettingError
from qa.settings import Settings, read_settings
from tests.chroma import Chroma, free_port
from tests.test_generations import ROOT, collection
from tests.test_segments import edit
from ui.cli import main
from vectorstore import generations
from vectorstore.doubles import WordHashEncoder
from vectorstore.errors import IndexLocked, StoreError, VectorsLost, VectorsUnavailable
from vectorstore.rebuild import Report, rebuild
from vectorstore.search import Index
from vectorstore.served import LOST
from vectorstore.server import OTHER, REFUSED, SILENT, Server
from vectorstore.types import Filters, Found
from vectorstore.verify import verify_live

QUESTION = "number 7 closed"


def build(source: Path, index: Path, server: Server | None) -> Report:
    return rebuild([source], index, encoder=WordHashEncoder(), server=server)


def opened(index: Path, server: Server | None) -> Index:
    return Index.open(index, encoder=WordHashEncoder(), rerank=False, server=server)


def asked(index: Index, question: str = QUESTION, filters: Filters = Filters()) -> Found:
    return index.retrieve(question, filters, k=8)


def same(one: Found, other: Found) -> bool:
    """Whether the same passages were found, as good as each other."""
    ours, theirs = ([(hit.passage.id, hit.score) for hit in found.hits] for found in (one, other))
    return [name for name, _ in ours] == [name for name, _ in theirs] and np.allclose(
        [score for _, score in ours], [score for _, score in theirs], atol=1e-5
    )


def names(index: Path) -> list[str]:
    """The collections that the live generation lists."""
    folder = generations.folder(index, generations.live(index))
    return [one.collection for one in generations.check(folder).segments]


@pytest.fixture
def served(chroma: Chroma, tmp_path: Path) -> Path:
    """An index of 30 articles whose vectors are on the server."""
    build(collection(tmp_path / "in"), tmp_path / "index", chroma.server)
    return tmp_path / "index"


@pytest.fixture(scope="module")
def steady(chroma: Chroma, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, which nobody changes; 300 articles."""
    folder = tmp_path_factory.mktemp("steady")
    build(collection(folder / "in", articles=300), folder / "index", chroma.server)
    return folder / "index"


# ------------------------------------------------------------------ as in a folder


def test_what_is_found_is_what_a_folder_finds(chroma: Chroma, tmp_path: Path) -> None:
    """After a build, after changes and deletions, within filters: the same passages with the same scores."""
    source, here, there = collection(tmp_path / "in", articles=100), tmp_path / "here", tmp_path / "there"
    gone: dict[str, str | None] = {f"mill-{n}": None for n in range(40, 60)}
    for change in ({}, gone | {f"mill-{n}": f"The weir number {n} closed at Oster." for n in range(20)}):
        edit(source, change)
        build(source, here, None)
        build(source, there, chroma.server)
        with opened(here, None) as one, opened(there, chroma.server) as other:
            for question in (QUESTION, "the weir at Oster", "nothing of that"):
                for filters in (Filters(), Filters(("CNN.com",)), Filters(("nobody",))):
                    found = asked(other, question, filters)
                    assert same(asked(one, question, filters), found)
                    assert not found.notice
    assert not list(there.rglob("chroma*"))


def test_an_index_moves_to_a_server_without_encoding(chroma: Chroma, tmp_path: Path) -> None:
    """A rebuild with a server takes the vectors there from the folder; what was live meanwhile answered."""
    source, index = collection(tmp_path / "in"), tmp_path / "index"
    build(source, index, None)
    with opened(index, None) as here:
        assert here.memory[1] > 30 * 256 * 4
    report = build(source, index, chroma.server)
    assert (report.encoded, report.reused) == (0, 30)
    assert set(names(index)) <= set(chroma.collections())
    verify_live(index, chroma.server)
    with opened(index, chroma.server) as there:
        assert asked(there).hits[0].article.title == "The mill 7"
        assert there.try_server() == (1, "")
        assert there.memory[1] == 0  # the vectors are in another process


def test_an_index_comes_back_from_a_server(chroma: Chroma, tmp_path: Path) -> None:
    """`--to-folder` makes it whole without encoding, whether the server answers or not, and deletes collections where it does."""
    source = collection(tmp_path / "in")
    for server in (chroma.server, None):
        index = tmp_path / ("answers" if server else "silent")
        build(source, index, chroma.server)
        (name,) = names(index)
        with opened(index, chroma.server) as there:
            found = asked(there)
        for turn in range(3):  # the generation before is kept for who reads it
            report = rebuild([source], index, encoder=WordHashEncoder(), server=server, to_folder=True)
            assert (report.encoded, report.reused) == (turn > 0, 30 - (turn > 0))
            with opened(index, None) as here:
                assert turn or same(asked(here), found)
            edit(source, {"mill-3": f"The weir at Oster broke {turn} times, {bool(server)}."})
        assert set(names(index)) == {""}
        assert (name in chroma.collections()) == (server is None)


def test_what_no_generation_lists_is_deleted_and_nothing_else(chroma: Chroma, steady: Path, tmp_path: Path) -> None:
    """Collections of segments that were merged away go; another index's, one that somebody else made, and listed ones stay."""
    chroma.call("POST", "/collections", {"name": "onrecord-of-somebody-else", "get_or_create": True})
    source, index = collection(tmp_path / "in", articles=20), tmp_path / "index"
    made = set[str]()
    for n in range(3):
        edit(source, {f"mill-{one}": f"The weir number {n} {one}." for one in range(20)})
        build(source, index, chroma.server)
        made |= set(names(index))
    left = set(chroma.collections())
    listed = {one.collection for folder in (index / "generations").iterdir() for one in generations.check(folder).segments}
    assert made & left == listed
    assert len(made) > len(listed)
    assert {"onrecord-of-somebody-else", *names(steady)} <= left


def test_a_killed_build_leaves_no_collection_that_nobody_knows(chroma: Chroma, steady: Path) -> None:
    """A segment that was begun has said what its collection is called; the next build deletes it."""
    begun = steady / "segments" / "000099-0badcafe"
    begun.mkdir()
    name = f"onrecord-{generations.owner(steady)}-{begun.name}"
    (begun / "collection").write_text(name)
    chroma.call("POST", "/collections", {"name": name})
    generations.sweep(steady)
    assert begun.exists()  # without the server nobody could delete the collection
    generations.sweep(steady, chroma.server)
    assert not begun.exists()
    assert name not in chroma.collections()


# ------------------------------------------------------------------ copies


def test_a_copy_answers_and_never_takes_what_is_the_originals(chroma: Chroma, served: Path, tmp_path: Path) -> None:
    """A copied folder is a reader of the same collections; a rebuild in it gets its own, and the original keeps its."""
    copy = tmp_path / "copy"
    shutil.copytree(served, copy, copy_function=os.link)  # even the files are the same
    with opened(served, chroma.server) as one, opened(copy, chroma.server) as other:
        assert same(asked(one), asked(other))
    before = set(names(served))
    edit(tmp_path / "in", {"mill-3": "The weir at Oster broke."})
    report = build(tmp_path / "in", copy, chroma.server)
    assert (report.encoded, report.reused) == (1, 29)
    assert before.isdisjoint(names(copy))
    for one in (served, copy):
        with opened(one, chroma.server) as reader:
            assert reader.try_server()[1] == ""
    moved = served.rename(tmp_path / "moved")  # still the same folder
    for n in (25, 26):
        edit(tmp_path / "in", {f"mill-{one}": None for one in range(n)})
        build(tmp_path / "in", moved, chroma.server)
    assert before.isdisjoint(chroma.collections())


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Callable[[], Path]]:
    """A disk of its own that becomes read-only when it is asked for, where this user may mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount, umount = shutil.which("mount"), shutil.which("umount")
    if not mount or subprocess.run([mount, "-t", "tmpfs", "-o", "size=64m", "none", str(disk)], check=False).returncode:
        pytest.skip("no disk can be mounted here: a read-only one is not tried")

    def seal() -> Path:
        subprocess.run([str(mount), "-o", "remount,ro", str(disk)], check=True)
        return disk / "index"

    yield seal
    with contextlib.suppress(OSError):
        subprocess.run([str(umount), "-l", str(disk)], check=False)


@pytest.mark.parametrize("where", ["a folder", "a server"])
def test_a_read_only_copy_answers(
    where: str, read_only: Callable[[], Path], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Copied pointer last onto a disk that is then read-only: it is asked and checked there, and cannot be rebuilt."""
    server = request.getfixturevalue("chroma").server if where == "a server" else None
    source, index = collection(tmp_path / "in"), tmp_path / "index"
    build(source, index, server)
    for name in ("segments", "generations"):
        shutil.copytree(index / name, tmp_path / "disk" / "index" / name)
    shutil.copy2(index / "CURRENT", tmp_path / "disk" / "index")
    copy = read_only()
    with opened(index, server) as one, opened(copy, server) as other:
        assert same(asked(one), asked(other))
    verify_live(copy, server)
    with pytest.raises(StoreError, match="cannot be written"):
        build(source, copy, server)


def test_a_copy_on_its_way_is_tried_again(tmp_path: Path) -> None:
    """A reader that sees the pointer before what it names goes on with what it has, and goes over once that is there."""
    source, index, replica = collection(tmp_path / "in"), tmp_path / "index", tmp_path / "replica"
    build(source, index, None)
    shutil.copytree(index, replica)
    edit(source, {"mill-3": "The weir at Oster broke."})
    build(source, index, None)
    with opened(replica, None) as reader:
        shutil.copy2(index / "CURRENT", replica)
        assert asked(reader, "weir at Oster").generation != generations.live(index)
        shutil.copytree(index, replica, dirs_exist_ok=True)
        reader._forget_refused()  # some seconds later
        assert asked(reader, "weir at Oster").generation == generations.live(index)
        assert asked(reader, "weir at Oster").hits[0].article.id == "mill-3"


# ------------------------------------------------------------------ a server that fails


def test_a_server_that_is_killed_while_it_is_asked(chroma: Chroma, steady: Path) -> None:
    """kill -9: each question is answered by words, and says so; a server that is started again is used again."""
    with opened(steady, chroma.server) as index:
        before = asked(index)
        assert not before.notice
        for _ in range(3):
            chroma.kill()
            found = asked(index)
            assert found.notice == SILENT
            assert found.hits[0].article.title == "The mill 7"
            assert index.try_server()[1].startswith(
                f"The vector server at {chroma.url} does not answer (Connection refused): start"
            )
            with pytest.raises(VectorsUnavailable, match="does not answer"):
                index.await_server()
            chroma.start()
            index.await_server()
            after = asked(index)  # a graph that was replayed from the server's log may order what is equally near otherwise
            assert after.hits[0].passage == before.hits[0].passage
            assert not after.notice


def test_many_ask_while_it_is_killed(chroma: Chroma, steady: Path) -> None:
    """No question fails and none is answered wrongly, whatever moment the server dies in."""
    found, done = list[Found](), threading.Event()

    def keep_asking(index: Index) -> None:
        while not done.is_set():
            found.append(asked(index))

    with opened(steady, chroma.server) as index:
        assert not asked(index).notice
        threads = [threading.Thread(target=keep_asking, args=(index,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for _ in range(2):
            seen = len(found)
            while len(found) < seen + 8:
                time.sleep(0.01)
            chroma.kill()
            seen = len(found)
            while len(found) < seen + 8:
                time.sleep(0.01)
            chroma.start()
        done.set()
        for thread in threads:
            thread.join()
        assert not asked(index).notice
    assert {one.notice for one in found} == {"", SILENT}
    assert all(one.hits[0].article.title == "The mill 7" for one in found)


_CHILD = """
import sys
from tests.test_segments import Failing
from vectorstore.doubles import WordHashEncoder
from vectorstore.rebuild import rebuild
from vectorstore.server import Server
rebuild([sys.argv[1]], sys.argv[2], encoder=WordHashEncoder(), server=Server(sys.argv[3]))
"""


def test_a_server_that_is_killed_while_an_index_is_built(chroma: Chroma, served: Path, tmp_path: Path) -> None:
    """The build ends with one line and the index before answers; the next build encodes nothing twice."""
    big = collection(tmp_path / "big", "ferry", 1_500)
    before = set(chroma.collections())
    killed = threading.Thread(target=lambda: (_wait(lambda: set(chroma.collections()) > before), chroma.kill()))
    killed.start()
    with pytest.raises(StoreError, match=r"vector server at .* does not answer|did not pass its verification") as raised:
        build(big, served, chroma.server)
    killed.join()
    assert "\n" not in str(raised.value)
    with pytest.raises(VectorsUnavailable, match=r"does not answer \(Connection refused\): start it with `chroma run`"):
        build(big, served, chroma.server)
    chroma.start()
    with opened(served, chroma.server) as index:
        assert asked(index).hits
    report = build(big, served, chroma.server)
    assert (report.articles, report.encoded) == (1_500, 0)
    verify_live(served, chroma.server)
    assert len([name for name in chroma.collections() if generations.owner(served) in name]) <= 3


def test_a_build_that_is_killed(chroma: Chroma, served: Path, tmp_path: Path) -> None:
    """kill -9 of the builder in the midst of sending: the old index is whole, and the next build leaves nothing behind."""
    big = collection(tmp_path / "big", "ferry", 1_500)
    before = set(chroma.collections())
    child = subprocess.Popen([sys.executable, "-c", _CHILD, str(big), str(served), chroma.url], cwd=ROOT)
    _wait(lambda: set(chroma.collections()) > before or child.poll() is not None)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    with opened(served, chroma.server) as index:
        assert asked(index).hits
    assert build(big, served, chroma.server).articles == 1_500
    verify_live(served, chroma.server)
    listed = {one.collection for folder in (served / "generations").iterdir() for one in generations.check(folder).segments}
    assert {name for name in chroma.collections() if generations.owner(served) in name} == listed


def _wait(until: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not until():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_what_was_lost_or_changed_is_found(chroma: Chroma, served: Path, tmp_path: Path) -> None:
    """A collection that is not what was put there is not searched: words answer, status says so, and a rebuild makes it anew."""
    vector = WordHashEncoder().encode_query("quite another").tolist()

    def deleted(name: str, id_: str) -> None:
        chroma.call("DELETE", f"/collections/{name}")

    def another(name: str, id_: str) -> None:
        chroma.call("DELETE", f"/collections/{name}")
        id_ = chroma.call("POST", "/collections", {"name": name})["id"]
        rows = np.random.default_rng(0).normal(size=(30, 7)).tolist()
        chroma.call("POST", f"/collections/{id_}/add", {"ids": [f"doc-{n}" for n in range(30)], "embeddings": rows})

    def one_more(name: str, id_: str) -> None:
        chroma.call("POST", f"/collections/{id_}/add", {"ids": ["4711"], "embeddings": [vector]})

    def one_changed(name: str, id_: str) -> None:
        chroma.call("POST", f"/collections/{id_}/upsert", {"ids": ["0"], "embeddings": [vector]})

    for damage in (deleted, another, one_more, one_changed):
        (name,) = names(served)
        with opened(served, chroma.server) as index:
            whole = asked(index)
            damage(name, chroma.collections()[name])
            for part in index._reader._vectors.parts:
                part.store.close()  # as after a minute
            found = asked(index)
            assert found.notice == LOST, damage
            assert found.hits[0].article.title == "The mill 7"
            assert re.fullmatch(
                rf"The collection {name} at .*: run `onrecord rebuild`, which makes it anew\.", index.try_server()[1]
            )
        with pytest.raises(VectorsLost, match="run `onrecord rebuild`"):
            verify_live(served, chroma.server)
        report = build(tmp_path / "in", served, chroma.server)
        assert (report.encoded, report.reused) == (0, 30)  # from the index folder, which keeps them
        with opened(served, chroma.server) as index:
            assert same(asked(index), whole)


def test_the_full_check_reads_every_vector(chroma: Chroma, steady: Path) -> None:
    """One vector among many that was changed is found by `status --check`."""
    index = steady
    id_ = chroma.collections()[names(index)[0]]
    marks = np.load(index / "segments" / names(index)[0].split("-", 2)[2] / "marks.npz")
    number = str(next(n for n in range(300) if n not in marks["places"]))
    row = chroma.call("POST", f"/collections/{id_}/get", {"ids": [number], "include": ["embeddings"]})
    moved = (np.asarray(row["embeddings"]) + np.eye(256)[3] * 0.02).tolist()
    chroma.call("POST", f"/collections/{id_}/update", {"ids": [number], "embeddings": moved})
    with opened(index, chroma.server) as reader:
        assert reader.try_server() == (1, "")
    with pytest.raises(VectorsLost, match="has vectors that were changed"):
        verify_live(index, chroma.server)
    chroma.call("POST", f"/collections/{id_}/update", {"ids": [number], "embeddings": row["embeddings"]})
    verify_live(index, chroma.server)


# ------------------------------------------------------------------ whatever answers there


class Replies(BaseHTTPRequestHandler):
    """Answers each request as its server's `reply` says."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.seen.append(self.headers)  # type: ignore[attr-defined]
        with contextlib.suppress(OSError):
            self.server.reply(self)  # type: ignore[attr-defined]

    do_POST = do_DELETE = do_GET  # noqa: N815 - as the library wants them

    def log_message(self, *_: object) -> None:
        pass

    def say(self, status: int, body: str, **headers: str) -> None:
        self.send_response(status)
        for name, value in (headers | {"Content-Length": str(len(body))}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())


def drip(request: Replies) -> None:
    request.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    for _ in range(200):
        request.wfile.write(b"x")
        request.wfile.flush()
        time.sleep(0.05)


def flood(request: Replies) -> None:
    request.send_response(200)
    request.end_headers()
    while True:
        request.wfile.write(b'"1.' + b"0" * 1_000_000)


@contextlib.contextmanager
def replying(reply: Callable[[Replies], None]) -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Replies) as running:
        running.daemon_threads = True
        running.reply, running.seen = reply, []  # type: ignore[attr-defined]
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.shutdown()


ODD = {
    "silence": (lambda request: time.sleep(3), SILENT, "did not answer in 0.3 s"),
    "a drip": (drip, SILENT, "did not answer in 0.3 s"),
    "a flood": (flood, SILENT, "does not answer|did not answer"),
    "a page": (lambda request: request.say(200, "<html>It works!</html>"), SILENT, "answers no JSON"),
    "another kind of server": (lambda request: request.say(404, "Not Found"), OTHER, "is no Chroma server, or one before 1.0"),
    "a server before 1.0": (lambda request: request.say(410, '{"error": "The v2 API"}'), SILENT, "answers 410"),
    "a later server": (lambda request: request.say(200, '"2.3.1"'), OTHER, r"is version 2.3.1: start one of version 1.x"),
    "a key that is asked for": (lambda request: request.say(401, "{}"), REFUSED, r"refuses the key \(401\): set ONRECORD_C"),
    "a forbidden key": (lambda request: request.say(403, "no, s3cret"), REFUSED, r"refuses the key \(403\)"),
    "an error": (lambda request: request.say(500, '{"message": "no\\nroom for s3cret"}'), SILENT, "answers 500 no room for …"),
    "somewhere else": (lambda request: request.say(302, "", Location="http://127.0.0.1:1/"), SILENT, "answers 302"),
    "no HTTP": (lambda request: request.wfile.write(b"220 mail ready\r\n"), SILENT, "does not answer"),
    "an end": (lambda request: request.connection.shutdown(socket.SHUT_RDWR), SILENT, "does not answer"),
    "numbers": (lambda request: request.say(200, "1"), OTHER, "is no Chroma server"),
    "lists": (lambda request: request.say(200, '"1.0.0"'), LOST, "is gone"),
}  # fmt: skip


@pytest.mark.parametrize("odd", ODD)
def test_whatever_answers_words_answer(odd: str, chroma: Chroma, steady: Path) -> None:
    """Silence, drips, pages, other programs, errors: one line that says which server and what to do, no key; words answer."""
    reply, notice, said = ODD[odd]
    with replying(reply) as running:
        url = f"http://127.0.0.1:{running.server_port}"
        with opened(steady, Server(url, "s3cret", patience=0.3, pause=0.0)) as index:
            found = asked(index)
            assert found.notice == notice
            assert found.hits[0].article.title == "The mill 7"
            problem = index.try_server()[1]
    assert re.search(said, problem)
    assert url in problem
    assert "\n" not in problem
    assert "s3cret" not in problem


def test_a_server_that_failed_is_left_alone_for_a_while(steady: Path) -> None:
    """While it is down only one question in ten seconds waits for it; the others are answered at once."""
    with replying(lambda request: time.sleep(1)) as running:
        with opened(steady, Server(f"http://127.0.0.1:{running.server_port}", patience=0.2)) as index:
            assert {asked(index).notice for _ in range(5)} == {SILENT}
        assert len(running.seen) == 1  # type: ignore[attr-defined]


def test_the_key_goes_with_every_request_and_no_proxy_sees_it(
    chroma: Chroma, steady: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a proxy before the server asks for is in a header of its own; the environment's proxies are not used."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with replying(lambda request: request.say(200, '"1.0.0"')) as running:
        settings = Settings(chroma_url=f"http://127.0.0.1:{running.server_port}/", chroma_token="s3cret")
        with opened(steady, settings.server) as index:
            assert asked(index).notice == LOST
        assert all(one["Authorization"] == "Bearer s3cret" for one in running.seen)  # type: ignore[attr-defined]
        assert running.seen  # type: ignore[attr-defined]
    assert "s3cret" not in repr(settings) + str(vars(settings) if hasattr(settings, "__dict__") else "")
    with opened(steady, chroma.server) as index:
        assert not asked(index).notice


def test_a_prefix_of_a_proxy(chroma: Chroma) -> None:
    """A server below a path is asked there."""
    seen = list[str]()
    with replying(lambda request: (seen.append(request.path), request.say(200, '"1.0.0"'))) as running:
        assert Server(f"http://127.0.0.1:{running.server_port}/chroma/").version() == "1.0.0"
    assert seen == ["/chroma/api/v2/version"]


@pytest.mark.parametrize(
    "value",
    [
        "10.0.0.5:8000", "ftp://host", "http://", "http://user:s3cret@host:8000", "http://host:8000/?key=s3cret", "http://a b",
        "http://h:99999",
    ],
)  # fmt: skip
def test_an_address_that_is_none(value: str) -> None:
    """What is no address of a server is named, with how one is written; a key in it is not shown."""
    with pytest.raises(SettingError, match=r"write it as http://10\.0\.0\.5:8000") as raised:
        read_settings({"ONRECORD_CHROMA_URL": value})
    assert "s3cret" not in str(raised.value)
    with pytest.raises(SettingError, match="what no header may"):
        read_settings({"ONRECORD_CHROMA_TOKEN": "two\nlines"})


# ------------------------------------------------------------------ two at once


def test_two_builds_of_one_index_and_of_two(chroma: Chroma, tmp_path: Path) -> None:
    """Of two builds of one index the second is refused; two indexes are built at once, and neither has the other's."""
    first, second = tmp_path / "first", tmp_path / "second"
    reports = list[Report]()
    sources = [collection(tmp_path / word, word, 200) for word in ("mill", "ferry")]
    pairs = list(zip(sources, (first, second), strict=True))
    threads = [threading.Thread(target=lambda one=one: reports.append(build(*one, chroma.server))) for one in pairs]
    for thread in threads:
        thread.start()
    _wait(lambda: (first / "writer").exists() or len(reports) > 0)
    with pytest.raises(IndexLocked, match="is being rebuilt by process"), generations.writing(first):
        pass
    for thread in threads:
        thread.join()
    assert [report.articles for report in reports] == [200, 200]
    for index, word in ((first, "mill"), (second, "ferry")):
        with opened(index, chroma.server) as reader:
            assert {hit.article.title.split()[1] for hit in asked(reader).hits} == {word}


# ------------------------------------------------------------------ what a person sees


def test_what_is_said(
    chroma: Chroma, samples_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command line: moved to the server, asked with it, without it and with none named."""
    index = tmp_path / "index"
    shutil.copytree(samples_index, index)
    ask = ["ask", "How many homes lost power in Storm Ottilie?", "--index", str(index)]

    def ran(*arguments: str) -> tuple[int, str]:
        code = main([*arguments])
        out, err = capsys.readouterr()
        return code, out + err

    monkeypatch.setenv("ONRECORD_CHROMA_URL", chroma.url)
    assert "Encoded 0, kept 53" in ran("rebuild", "--index", str(index))[1]
    code, said = ran("status", "--check", "--index", str(index))
    assert code == 0
    assert f"Vectors: 1 of 1 segments at {chroma.url}. Memory: " in said
    code, whole = ran(*ask)
    assert "61,000 homes" in whole
    assert "By words only" not in whole
    dead = f"http://127.0.0.1:{free_port()}"
    monkeypatch.setenv("ONRECORD_CHROMA_URL", dead)
    code, said = ran(*ask)
    assert (code, "61,000 homes" in said) == (0, True)
    assert f"Note: {SILENT}" in said
    assert json.loads(ran(*ask, "--json")[1])["notice"] == SILENT
    assert json.loads(ran("search", "storm", "--json", "--index", str(index))[1])["notice"] == SILENT
    assert f"By words only: The vector server at {dead} does not answer" in ran("status", "--index", str(index))[1]
    found = json.loads(ran("status", "--json", "--index", str(index))[1])["server"]
    assert (found["url"], found["segments"], found["problem"][:17]) == (dead, 1, "The vector server")
    code, said = ran("status", "--check", "--index", str(index))
    assert code == 1
    assert said.startswith(
        f"onrecord: The vector server at {dead} does not answer (Connection refused): start it with `chroma run`."
    )
    code, said = ran("rebuild", "--index", str(index))
    assert (code, said.count("\n")) == (1, 1)
    with Assistant.open(index, read_settings()) as assistant:
        assert assistant.ask("What is the price of oil?").notice == SILENT
    monkeypatch.delenv("ONRECORD_CHROMA_URL")
    code, said = ran(*ask)
    assert "Note: By words only: ONRECORD_CHROMA_URL does not say on which server the vectors are." in " ".join(said.split())
    code, said = ran("rebuild", "--index", str(index))
    assert (code, "set ONRECORD_CHROMA_URL to its address" in said) == (1, True)
