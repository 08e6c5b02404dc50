"""Files added through the page: what a newsroom sends, what a stranger could, and that the collection stays whole."""

from __future__ import annotations

import http.client
import io
import json
import os
import resource
import shutil
import socket
import urllib.parse
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from qa.assistant import Assistant
from qa.errors import NoRoom
from qa.settings import Settings
from tests.scripted import Scripted
from tests.test_api import send, until
from ui.jobs import Uploads
from ui.receiving import Limits, Receiving
from ui.server import Served, start
from vectorstore import generations, uploads
from vectorstore.rebuild import rebuild
from vectorstore.search import Index

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:gradio")  # Gradio's own use of pandas

EMBEDDER = Settings().embedder
WALL = (
    "The sea wall of Harrow Quay held on Monday, the harbour master Ede Tamm said. Repairs will cost 4 million crowns, and the "
    "lower road stays closed until the end of the week."
)


def page(title: str, text: str, day: str = "2026-03-09", address: str = "https://echo.example/2026/wall") -> bytes:
    """An article as a browser saves it."""
    return (
        f"<!doctype html><html><head><title>{title}</title><link rel='canonical' href='{address}'>"
        "<meta property='og:site_name' content='The Quay Echo'>"
        f"<meta property='article:published_time' content='{day}T08:00:00Z'>"
        f"</head><body><nav>Home</nav><article><h1>{title}</h1><p>{text}</p></article></body></html>"
    ).encode()


def zipped(members: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def form(files: list[tuple[str, bytes]]) -> tuple[bytes, dict[str, str]]:
    """The body and the type of a form with these files."""
    parts = (
        f'--edge\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: x/y\r\n\r\n'.encode()
        + content
        for name, content in files
    )
    return b"\r\n".join((*parts, b"--edge--\r\n")), {"content-type": "multipart/form-data; boundary=edge"}


@contextmanager
def served(index: Path, limits: Limits | None = None) -> Iterator[Served]:
    """The chat over an index, with uploads."""
    taking = Uploads(index, EMBEDDER, limits=limits, again=0.2)
    with Assistant.open(index, Settings(index=index)) as assistant, start(assistant, port=0, uploads=taking) as running:
        yield running


@pytest.fixture(scope="module")
def index(samples_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample articles, to be added to."""
    folder = tmp_path_factory.mktemp("uploads") / "index"
    shutil.copytree(samples_index, folder)
    return folder


@pytest.fixture(scope="module")
def chat(index: Path) -> Iterator[Served]:
    with served(index) as running:
        yield running


def get(chat: Served, path: str = "") -> dict[str, Any]:
    return dict(json.loads(send(f"{chat.url}/api/v1/uploads{path}")[1]))


def sent(chat: Served, *files: tuple[str, bytes]) -> tuple[int, dict[str, Any]]:
    status, text = send(f"{chat.url}/api/v1/uploads", *form(list(files)))
    return status, json.loads(text)


def over(chat: Served, job: dict[str, Any]) -> dict[str, Any]:
    """The job once it is over."""
    until(lambda: get(chat, f"/jobs/{job['id']}")["job"]["state"] in ("done", "failed", "cancelled"))
    return dict(get(chat, f"/jobs/{job['id']}")["job"])


def added(chat: Served, *files: tuple[str, bytes]) -> dict[str, Any]:
    """The job of these files, done."""
    status, found = sent(chat, *files)
    assert status == 202, found
    job = over(chat, found["job"])
    assert job["state"] == "done", job
    return job


def removed(chat: Served, key: str) -> dict[str, Any]:
    return over(chat, json.loads(send(f"{chat.url}/api/v1/uploads/{key}", method="DELETE")[1])["job"])


def held(index: Path) -> list[str]:
    """What lies in quarantine."""
    place = uploads.incoming(index)
    return os.listdir(place) if place.exists() else []


def articles(chat: Served) -> int:
    return int(json.loads(send(f"{chat.url}/api/v1/collection")[1])["articles"])


# --- what a newsroom does -----------------------------------------------------------------------------------------------


def test_a_file_comes_in_is_asked_about_and_leaves(chat: Served, index: Path) -> None:
    """What was added is found, a rebuild by the command keeps it, a newer version replaces it, and what is deleted is gone."""
    before = articles(chat)
    job = added(chat, ("wall.html", page("The sea wall held", WALL)), ("photo.html", b"\xff\xd8\xff\xe0" + os.urandom(2_000)))
    assert (job["added"], job["replaced"], job["articles"]) == (1, 0, before + 1)
    assert [row["where"] for row in job["rejected"]["first"]] == job["not_kept"] == ["photo.html"]
    assert "a picture (JPEG)" in job["rejected"]["first"][0]["reason"]
    hits = json.loads(send(f"{chat.url}/api/v1/search?question=Who+said+the+sea+wall+held?&k=3")[1])["hits"]
    assert hits[0]["source"] == "The Quay Echo"

    report = rebuild(index_dir=index)
    assert (report.articles, report.encoded) == (before + 1, 0)
    assert report.sources[-1] == uploads.folder(index)

    again = added(chat, ("other name.html", page("The sea wall held", WALL)))
    assert (again["same"], again["added"]) == (["other name.html"], 0)
    newer = added(chat, ("wall.html", page("The sea wall held", WALL.replace("4 million", "5 million"), "2026-03-10")))
    assert (newer["added"], newer["replaced"], newer["articles"]) == (0, 1, before + 1)

    latest, first = get(chat)["files"]
    assert (latest["replaced"], first["older"], first["articles"]) == (1, 1, 0)
    assert removed(chat, latest["id"])["state"] == "done"
    assert get(chat)["files"][0]["articles"] == 1
    assert removed(chat, first["id"])["removed"] == 1
    assert articles(chat) == before
    assert get(chat)["files"] == []


def test_sources_that_are_away_are_kept(tmp_path: Path) -> None:
    """A build of uploads reads nothing else: what came from a folder that is not there today, or from Python, stays."""
    news, made = tmp_path / "news", tmp_path / "index"
    news.mkdir()
    (news / "a.html").write_bytes(page("The sea wall held", WALL))
    (news / "b.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    rebuild([news], made)
    shutil.rmtree(news)
    key, text = uploads.new_key(1), b"A second report\n\nThe lower road of Harrow Quay is open again, the council said on Friday."
    place = uploads.folder(made) / key
    place.mkdir(parents=True)
    (place / "b.txt").write_bytes(text)
    uploads.describe(place, uploads.Uploaded(key, "b.txt", len(text), "x", "2026-03-10T00:00:00+00:00"))
    report = rebuild(index_dir=made, only_uploads=True)
    assert (report.articles, report.removed, report.encoded) == (2, 0, 1)
    assert [Path(one.where).name for one in report.rejected] == ["b.png"]
    with Index.open(made) as opened:
        assert opened.by_file(uploads.SCHEME)[f"{uploads.SCHEME}{key}/b.txt"].articles == 1

    rebuild(articles=[{"title": "Given", "text": WALL, "id": "g"}], index_dir=made)
    assert rebuild(index_dir=made, only_uploads=True).articles == 2
    assert rebuild(index_dir=made, from_index=made).articles == 2
    shutil.rmtree(place)
    assert rebuild(index_dir=made, only_uploads=True).articles == 1


def test_the_chat_answers_while_it_builds_and_a_build_can_be_cancelled(chat: Served, index: Path) -> None:
    """A second upload waits for the first; one that is cancelled leaves nothing, and answers come all the while."""
    before, live = articles(chat), generations.live(index)
    many = "\n".join(
        json.dumps({"id": f"m{n}", "title": f"Notice {n}", "text": f"Notice {n}: the quay's gate {n} is shut. " + WALL * 3})
        for n in range(600)
    )
    _, first = sent(chat, ("many.jsonl", many.encode()))
    _, second = sent(chat, ("wall.txt", b"The sea wall held\n\n" + WALL.encode()))
    assert get(chat, f"/jobs/{second['job']['id']}")["job"]["state"] == "waiting"
    until(lambda: get(chat, f"/jobs/{first['job']['id']}")["job"]["progress"]["indexed"])  # published: found by words already
    status, text = send(f"{chat.url}/api/v1/answers", {"question": "How many homes lost power in Storm Ottilie?"})
    assert (status, json.loads(text)["abstained"]) == (200, False)
    assert send(f"{chat.url}/api/v1/uploads/jobs/{first['job']['id']}", method="DELETE")[0] == 200
    assert over(chat, first["job"])["state"] == "cancelled"
    assert over(chat, second["job"])["added"] == 1
    assert articles(chat) == before + 1
    assert generations.live(index) != live
    assert [one["name"] for one in get(chat)["files"]] == ["wall.txt"]
    assert held(index) == []
    removed(chat, get(chat)["files"][0]["id"])


def test_a_build_waits_for_the_command(chat: Served, index: Path) -> None:
    """Where `onrecord rebuild` is at it, the upload says so and goes on afterwards."""
    with generations.writing(index):
        _, found = sent(chat, ("gate.txt", b"The gate is shut\n\nThe gate of Harrow Quay was shut on Sunday, the council said."))
        until(lambda: "is being rebuilt by" in get(chat, f"/jobs/{found['job']['id']}")["job"]["message"])
    assert over(chat, found["job"])["added"] == 1
    removed(chat, get(chat)["files"][0]["id"])


def test_a_job_goes_on_after_a_restart(samples_index: Path, tmp_path: Path) -> None:
    """What was received whole is built in when the server is there again; what was cut off is deleted."""
    made = tmp_path / "index"
    shutil.copytree(samples_index, made)
    with served(made) as chat, generations.writing(made):
        _, found = sent(chat, ("gate.txt", b"The gate is shut\n\nThe gate of Harrow Quay was shut on Sunday, the council said."))
    (uploads.incoming(made) / uploads.new_key(0)).mkdir()
    with served(made) as chat:
        assert over(chat, found["job"])["added"] == 1
        assert held(made) == []


# --- what a stranger could do -------------------------------------------------------------------------------------------


def test_nothing_can_be_added_without_the_flag() -> None:
    """403 in one line that names it, whatever is asked; the collection says that it offers none."""
    with start(Scripted(), port=0) as plain:
        for method, path in (("GET", ""), ("POST", ""), ("DELETE", "/x"), ("GET", "/jobs/x"), ("DELETE", "/jobs/x")):
            status, text = send(f"{plain.url}/api/v1/uploads{path}", b"x" if method == "POST" else None, method=method)
            assert (status, "`onrecord chat --allow-uploads`" in text, text.count("\n")) == (403, True, 1), text


NAMES = {
    "../../../etc/passwd.txt": "passwd.txt",
    "..\\\\..\\\\evil.txt": "evil.txt",
    "/etc/cron.d/x.txt": "x.txt",
    "..": "file",
    ".htaccess": "htaccess",
    "a%22><img src=x onerror=alert(1)>.txt": "a___img src=x onerror=alert(1)_.txt",
    "x\u202egnp.txt": "x_gnp.txt",
    "n" * 400 + ".txt": "n" * 116 + ".txt",
    "日本語 é.txt": "日本語 é.txt",
}


def test_names_lead_nowhere(chat: Served, index: Path) -> None:
    """A file lies under the last part of its name, below its own folder, and is shown under the name that was sent."""
    texts = (
        (name, f"Report {n}\n\nReport number {n} says that gate {n} was shut. {WALL}".encode()) for n, name in enumerate(NAMES)
    )
    job = added(chat, *texts)
    assert job["added"] == len(NAMES), job
    below = [path for path in uploads.folder(index).rglob("*") if path.is_file() and path.name != ".about.json"]
    assert all(path.parent.parent == uploads.folder(index) for path in below)
    assert {path.name for path in below} == set(NAMES.values())
    assert {one["name"] for one in get(chat)["files"]} == {name.replace("%22", '"').replace("\\\\", "\\") for name in NAMES}


HOSTILE = [
    ("bomb.zip", zipped({"a.txt": b"0" * 60_000_000}), "10,000,000 bytes"),
    ("swelling.zip", zipped({f"{n}.txt": b" " * 9_000_000 for n in range(4)}), "times its size"),
    ("out.zip", zipped({"../evil.txt": WALL.encode()}), "its name leads out of the archive"),
    ("empty.txt", b"", "there is no text"),
    ("torn.zip", zipped({"a.txt": WALL.encode() * 50})[:-30], "damaged"),
    ("setup.exe", b"MZ" + bytes(range(256)) * 9, "no article"),
]


def test_hostile_files_are_named_and_not_kept(chat: Served, index: Path) -> None:
    """A bomb, a climbing name, an empty or torn file: each has its reason, none of them stays, nothing else changes."""
    before = articles(chat), {one["id"] for one in get(chat)["files"]}
    job = added(chat, *((name, content) for name, content, _ in HOSTILE))
    assert (job["added"], job["articles"]) == (0, before[0])
    told = {row["where"].partition(":")[0]: row["reason"] for row in job["rejected"]["first"]}
    for name, _, reason in HOSTILE:
        assert reason in told[name], (name, told.get(name))
    assert job["not_kept"] == [name for name, _, _ in HOSTILE]
    assert {one["id"] for one in get(chat)["files"]} == before[1]
    listed = json.loads(send(f"{chat.url}/api/v1/collection")[1])["rejected"]
    assert "out.zip: ../evil.txt" in [row["where"] for row in listed["first"]]


@pytest.mark.parametrize(
    ("body", "headers", "status", "message"),
    [
        (b"{}", {"content-type": "application/json"}, 422, "'application/json', no form"),
        (b"x", {"content-type": "multipart/form-data"}, 422, "no form"),
        (b"x", {"content-type": "multipart/form-data; boundary=edge"}, 422, "cannot be read"),
        (b"", {"content-type": "multipart/form-data; boundary=edge"}, 422, "breaks off"),
        (b"--edge--\r\n", {"content-type": "multipart/form-data; boundary=edge"}, 422, "no file in it"),
        (form([("a.txt", b"hello")])[0][:-20], form([])[1], 422, "breaks off"),
        (b'--edge\r\nContent-Disposition: form-data; name="x"\r\n\r\n1\r\n--edge--\r\n', form([])[1], 422, "'x' is no file"),
        (form([("a.txt", b"0" * 3_000)])[0], form([])[1], 413, "a.txt has more than"),
        (form([("a.txt", b"0"), ("b.txt", b"1"), ("c.txt", b"2")])[0], form([])[1], 413, "more than 2 files"),
        (form([("a.txt", b"0" * 9_000)])[0], form([])[1], 413, "send at most"),
    ],
)
def test_what_is_no_upload_is_refused_in_a_line(
    small: Served, body: bytes, headers: dict[str, str], status: int, message: str
) -> None:
    """What is not a form, breaks off, is too large or too much: one line, and nothing of it is kept."""
    got, text = send(f"{small.url}/api/v1/uploads", body, headers)
    assert (got, text.count("\n")) == (status, 1), text
    assert message in json.loads(text)["error"]["message"]
    assert get(small)["jobs"] == []


@pytest.fixture(scope="module")
def small(samples_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that takes little."""
    folder = tmp_path_factory.mktemp("small") / "index"
    shutil.copytree(samples_index, folder)
    with served(folder, Limits(request=5_000, file=2_000, files=2)) as running:
        yield running
    assert held(folder) == []


def test_an_upload_that_is_cut_off_leaves_nothing(chat: Served, index: Path) -> None:
    """Whoever leaves half-way has sent nothing, and the next one is served."""
    body, headers = form([("half.txt", WALL.encode() * 10_000)])
    target = urllib.parse.urlsplit(chat.url)
    for _ in range(3):
        with socket.create_connection((target.hostname, target.port)) as connection:
            head = f"POST /api/v1/uploads HTTP/1.1\r\nHost: {target.netloc}\r\nContent-Type: {headers['content-type']}\r\n"
            connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body[: len(body) // 2])
            until(lambda: held(index))
        until(lambda: not held(index))
    assert not any(one["name"] == "half.txt" for one in get(chat)["files"])


def test_four_uploads_are_received_at_a_time(chat: Served, index: Path) -> None:
    """The fifth is told when to come back."""
    target = urllib.parse.urlsplit(chat.url)
    slow = [http.client.HTTPConnection(str(target.hostname), target.port) for _ in range(4)]
    until(lambda: not held(index))
    for number, one in enumerate(slow, 1):
        one.putrequest("POST", "/api/v1/uploads")
        for name, value in (("content-type", form([])[1]["content-type"]), ("content-length", "100")):
            one.putheader(name, value)
        one.endheaders(b"--edge\r\n")
        until(lambda number=number: len(held(index)) == number)
    assert sent(chat, ("a.txt", b""))[0] == 429
    for one in slow:
        one.close()
    until(lambda: not held(index))
    assert sent(chat, ("a.txt", b""))[0] == 202


def test_a_full_disk_is_said_and_leaves_nothing(samples_index: Path, tmp_path: Path) -> None:
    """Too little room for what is announced is refused before it is read; a disk that fills up while it comes, as it does."""
    made = tmp_path / "index"
    shutil.copytree(samples_index, made)
    with served(made, Limits(spare=10**18)) as chat:
        status, text = send(f"{chat.url}/api/v1/uploads", *form([("a.txt", WALL.encode())]))
        assert (status, "The disk has 0 MB left for uploads" in text) == (507, True)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    body, headers = form([("a.txt", WALL.encode() * 100)])
    receiving = Receiving(uploads.incoming(made) / uploads.new_key(0), headers["content-type"], "", Limits())
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, before[1]))  # what a file may have: as if no more room were there
        with pytest.raises(NoRoom, match="The disk is full: make room and try again"):
            receiving.take(body)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        receiving.abandon()
    assert held(made) == []


def test_a_form_comes_in_whatever_pieces(tmp_path: Path) -> None:
    """A byte at a time or all at once: the same bytes lie on the disk, edges that look like the form's own among them."""
    content = b"\r\n--edg" + os.urandom(300) + b"\r\n--edge1\r\n--\r\n" + bytes(20)
    body, headers = form([("a.bin", content), ("b.bin", b"")])
    for size in (1, 7, len(body)):
        receiving = Receiving(tmp_path / str(size), headers["content-type"], "", Limits())
        for start_ in range(0, len(body), size):
            receiving.take(body[start_ : start_ + size])
        one, other = receiving.finish()
        assert (receiving.folder / one.key / "a.bin").read_bytes() == content
        assert (one.size, other.size, uploads.described(receiving.folder / one.key)) == (len(content), 0, one)


def test_another_sites_form_adds_nothing(samples_index: Path, tmp_path: Path) -> None:
    """A form that another page posts with its reader's session is refused, and so is everybody without a password."""
    made = tmp_path / "index"
    shutil.copytree(samples_index, made)
    body, headers = form([("a.txt", WALL.encode())])
    taking = Uploads(made, EMBEDDER)
    with Assistant.open(made, Settings(index=made)) as assistant:
        with_password = start(assistant, port=0, auth=[("ann", "x")], uploads=taking)
        with with_password as locked:
            assert send(f"{locked.url}/api/v1/uploads", body, headers)[0] == 401
            login = http.client.HTTPConnection(locked.url.removeprefix("http://"))
            login.request("POST", "/login", "user=ann&password=x", {"content-type": "application/x-www-form-urlencoded"})
            headers["cookie"] = str(login.getresponse().headers["set-cookie"]).partition(";")[0]
            login.close()
            for other in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}, {"origin": "null"}):
                assert send(f"{locked.url}/api/v1/uploads", body, headers | other)[0] == 403
            assert get_with(locked, headers)["jobs"] == []
            status, text = send(f"{locked.url}/api/v1/uploads", body, headers | {"origin": locked.url})
            assert (status, json.loads(text)["job"]["by"]) == (202, "ann")


def get_with(chat: Served, headers: dict[str, str]) -> dict[str, Any]:
    return dict(json.loads(send(f"{chat.url}/api/v1/uploads", headers={"cookie": headers["cookie"]})[1]))


def test_the_table_of_everything_is_no_formula(chat: Served) -> None:
    """What an article is called cannot become a formula in the table that is downloaded."""
    added(chat, ("f.html", page("=HYPERLINK(1) sea wall", WALL.replace("Monday", "Thursday"), address="https://echo.example/f")))
    status, text = send(f"{chat.url}/api/v1/everything?question=sea+wall&format=csv")
    assert status == 200
    assert "'=HYPERLINK(1) sea wall" in text
    found = json.loads(send(f"{chat.url}/api/v1/everything?question=sea+wall")[1])
    assert found["count"] == len(found["articles"]) == text.strip().count("\n")
    assert send(f"{chat.url}/api/v1/everything?question=sea+wall&format=xls")[0] == 422
