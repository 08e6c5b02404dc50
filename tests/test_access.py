"""Who may enter, how often, and from where: hashed passwords, sessions, rates, and one check over everything."""

from __future__ import annotations

import http.client
import json
import os
import pty
import re
import subprocess
import sys
import threading
import time
import unicodedata
import urllib.parse
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from qa.errors import NotAllowed, TooMany, UsageError
from tests.scripted import Scripted
from ui.access import Access, read_auth
from ui.cli import main
from ui.passwords import fits, hashed, is_private, new_password, put, read_passwords, user_name
from ui.rate import Rate, read_rate
from ui.server import Served, start

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:gradio")  # Gradio's own use of pandas

CHEAP = 4  # the cost of a hash that a test makes: 2**4 in place of 2**15
WORD = "correct horse battery"


def accounts(file: Path, **words: str) -> Path:
    for name, word in words.items():
        put(file, name, hashed(word, CHEAP))
    return file


# --- the file -------------------------------------------------------------------------------------------------------------


def test_a_password_is_hashed_with_salt_and_fits_itself_only() -> None:
    """As it is made by default; a letter typed as one sign or as two is the same."""
    kept = hashed("pässwörd:1")
    assert re.fullmatch(r"\$scrypt\$ln=15,r=8,p=3\$[\w+/]{22}\$[\w+/]{43}", kept)
    assert kept != hashed("pässwörd:1", CHEAP) != hashed("pässwörd:1", CHEAP)
    assert fits(kept, unicodedata.normalize("NFD", "pässwörd:1"))
    for other in ("passwörd:1", "pässwörd:1 ", "", "x" * 5_000, kept):
        assert not fits(kept, other)


GOOD = hashed(WORD, CHEAP)
BAD_LINES = {
    "ann:secret-word": "has no password that was hashed by us",
    "ann:$2b$12$secret-wordABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklm": "has no password that was hashed",
    "ann:$argon2id$v=19$m=65536,t=3,p=4$secret-word$secret-word": "has no password that was hashed",
    "ann:$apr1$secret-word$x": "has no password that was hashed",
    "secret-word": "has no password that was hashed",
    "ann:": "has no password that was hashed",
    f"ann:{GOOD.replace('ln=4', 'ln=40')}": "has no password that was hashed",
    f"ann:{GOOD.replace('r=8', 'r=99')}": "has no password that was hashed",
    f"ann:{GOOD[:-3]}": "",  # a shorter hash is one, which nothing fits
    f"ann:{GOOD}x:y": "has no password that was hashed",
    f"ann:{GOOD}\nann:{GOOD}": ":2 names a user again",
    f":{GOOD}": "is no user's name",
    f"a\x1bb:{GOOD}": "is no user's name",
    "": "names nobody",
    "# ann:secret-word\n\n": "names nobody",
}


@pytest.mark.parametrize("text", BAD_LINES, ids=ascii)
def test_a_line_that_is_none_is_refused_with_the_remedy(text: str, tmp_path: Path) -> None:
    """It names the line, never what stands in it."""
    file = tmp_path / "users"
    file.write_text(text, encoding="utf-8")
    if not BAD_LINES[text]:
        assert not fits(read_passwords(file)["ann"], WORD)
        return
    with pytest.raises(UsageError, match=re.escape(BAD_LINES[text])) as caught:
        read_passwords(file)
    assert "secret-word" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_is_read_as_editors_leave_it(tmp_path: Path) -> None:
    """With a byte order mark, carriage returns, comments and empty lines; one that is not there is named."""
    file = tmp_path / "users"
    file.write_bytes(f"\ufeff# who\r\n\r\n  ann:{GOOD}\r\nBö:{GOOD}\r\n".encode())
    assert set(read_passwords(file)) == {"ann", "Bö"}
    with pytest.raises(UsageError, match="cannot be read"):
        read_passwords(tmp_path / "none")


def test_a_name_is_the_same_in_both_forms_of_unicode(tmp_path: Path) -> None:
    """Two lines for one user are refused in either kind of file; who types the other form may enter."""
    file, two = tmp_path / "users", "Bo\u0308"
    file.write_text(f"Bö:{GOOD}\n{two}:{GOOD}\n", encoding="utf-8")
    with pytest.raises(UsageError, match="users:2 names a user again"):
        read_passwords(file)
    with pytest.raises(UsageError, match="users:2 names the user 'Bö' again"):
        read_auth(file)
    assert Access([("Bö", "a secret of nine")]).check(two, "a secret of nine") == "Bö"


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ("a good password", "a good passwort", "The two passwords differ"),
        ("short", "short", "has 5 characters: use 8"),
        ("", "", "has 0 characters"),
        ("x" * 1_001, "x" * 1_001, "has 1,001 characters"),
        ("aaaaaaaaaa", "aaaaaaaaaa", "one sign again and again"),
        ("Annabella", "Annabella", "is the user's name"),
    ],
)
def test_a_password_that_is_too_easy_is_refused(first: str, second: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        new_password(first, second, "annabella")


@pytest.mark.parametrize("name", ["", " ", "a:b", "#ann", "a\nb", "a\x00", "x" * 101])
def test_a_name_that_its_line_cannot_hold_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="is no user's name"):
        user_name(name)


def test_a_line_is_put_in_the_place_of_the_earlier_one(tmp_path: Path) -> None:
    """Everything else stays, and nobody but the owner can read the file."""
    file = accounts(tmp_path / "users", ann="first one", bob=WORD)
    file.write_text("# who may enter\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    assert put(file, "ann", hashed(WORD, CHEAP)) is True
    assert put(file, "eve", hashed(WORD, CHEAP)) is False
    found = read_passwords(file)
    assert set(found) == {"ann", "bob", "eve"}
    assert fits(found["ann"], WORD)
    assert file.read_text(encoding="utf-8").startswith("# who may enter\n")
    assert is_private(file)
    assert [one.name for one in tmp_path.iterdir()] == ["users"]
    file.chmod(0o644)
    assert not is_private(file)


def test_the_command_asks_twice_and_shows_nothing(tmp_path: Path) -> None:
    """On a terminal: two prompts, no echo, a line in the file."""
    file = tmp_path / "users"
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "ui.cli", "password", "ann", "--file", str(file)]
    running = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
    os.close(theirs)
    shown = b""
    for prompt in (b"Password of ann: ", b"Again: "):
        while prompt not in shown:
            shown += os.read(ours, 1_024)
        time.sleep(0.2)  # getpass turns the echo off behind its prompt
        os.write(ours, f"{WORD}\n".encode())
    while b"is added in" not in shown:
        shown += os.read(ours, 1_024)
    assert running.wait(30) == 0
    os.close(ours)
    assert WORD.encode() not in shown
    assert fits(read_passwords(file)["ann"], WORD)


def test_the_command_prints_a_line_for_a_program(tmp_path: Path) -> None:
    """From standard input the password comes on two lines, or on one; without a file the line is printed."""
    for given, code in ((f"{WORD}\n", 0), (f"{WORD}\n{WORD}\n", 0), (f"{WORD}\nother words\n", 2), ("", 2)):
        done = subprocess.run(
            [sys.executable, "-m", "ui.cli", "password", "ann"], input=given, capture_output=True, text=True, check=False
        )
        assert done.returncode == code, done.stderr
        assert (done.stdout.count("ann:$scrypt$"), done.stderr.count("\n")) == ((1, 0) if code == 0 else (0, 1))


# --- who is known ---------------------------------------------------------------------------------------------------------


def cookie(token: str) -> list[tuple[bytes, bytes]]:
    return [(b"cookie", f"onrecord-session={token}".encode())]


def test_a_session_ends_with_its_password_or_its_user(tmp_path: Path) -> None:
    """The file is read again when it has changed; one that cannot be read leaves the accounts as they were."""
    now = [0.0]
    file = accounts(tmp_path / "users", ann="the first one", bob=WORD)
    access = Access(file=file, clock=lambda: now[0])
    ann, bob = (cookie(access.enter(access.check(*pair))) for pair in (("ann", "the first one"), ("bob", WORD)))
    program = [(b"authorization", b"Bearer bob:" + WORD.encode())]
    assert [access.known(ann), access.known(bob), access.known(program)] == ["ann", "bob", None]
    assert access.user(program) == access.known(program) == "bob"
    accounts(file, ann="the second one")
    now[0] += 2
    assert [access.known(ann), access.known(bob)] == [None, "bob"]
    with pytest.raises(NotAllowed, match="is wrong"):
        access.check("ann", "the first one")
    file.write_text("ann:plain words\n", encoding="utf-8")
    now[0] += 2
    assert access.known(bob) == "bob"
    file.unlink()
    accounts(file, ann="the second one")
    now[0] += 2
    assert [access.known(bob), access.known(program)] == [None, None]


def test_nobody_locks_another_one_out() -> None:
    """Wrong passwords count for the user and the address together; who is logged in stays so."""
    now = [0.0]
    access = Access([("ann", hashed(WORD, CHEAP))], clock=lambda: now[0])
    inside = cookie(access.enter("ann"))
    for _ in range(200):
        with pytest.raises((NotAllowed, TooMany), match="wrong"):
            access.check("ann", "guess", "192.0.2.66")
    for n in range(300):
        with pytest.raises(NotAllowed, match="is wrong"):
            access.check(f"nobody {n}", "guess", "192.0.2.66")
    assert access.check("ann", WORD, "192.0.2.1") == access.known(inside) == "ann"
    with pytest.raises(TooMany, match="try again in"):
        access.check("ann", WORD, "192.0.2.66")


def test_a_rate_is_counted_for_each() -> None:
    """So many at once, then one a share of the time; another one is not touched by it."""
    now = [0.0]
    rate = Rate(3, 60, clock=lambda: now[0])
    for _ in range(3):
        rate.take("ann")
    with pytest.raises(TooMany, match="more than 3 in a minute: ask again in 20 s") as caught:
        rate.take("ann")
    assert caught.value.retry_after == 20
    rate.take("bob")
    now[0] = 20.0
    rate.take("ann")
    with pytest.raises(TooMany, match="ask again in 20 s"):
        rate.take("ann")
    now[0] = 500.0
    for _ in range(3):
        rate.take("ann")


@pytest.mark.parametrize("text", ["30", "0/min", "-1/min", "30/fortnight", "1e3/min", "30 per min", "", "٣/min", "9999999/s"])
def test_a_rate_that_is_none_is_refused(text: str, capsys: Any) -> None:
    with pytest.raises(UsageError, match="write it as 30/min"):
        read_rate(text)
    with pytest.raises(SystemExit, match="2"):
        main(["chat", f"--rate={text}"])
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(("text", "seconds"), [("30/min", 60), (" 2 / S ", 1), ("500/day", 86_400), ("9/hour", 3_600)])
def test_a_rate_is_read(text: str, seconds: int) -> None:
    assert read_rate(text).seconds == seconds


# --- over the wire --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    file = accounts(tmp_path_factory.mktemp("who") / "users", ann=WORD, bob="another long one", rita="the third of them")
    with start(Scripted(), port=0, auth=Access(file=file), root="/archive", rate=Rate(5, 3_600)) as served:
        yield served


def send(served: Served, path: str, body: Any = None, method: str = "POST", **headers: str) -> tuple[int, dict[str, str], str]:
    """Status, headers and text of one response; no redirect is followed."""
    host, _, root = served.url.removeprefix("http://").partition("/")
    with closing(http.client.HTTPConnection(host, timeout=60)) as connection:
        data = body if isinstance(body, str | bytes | None) else json.dumps(body)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, f"/{root}{path}".replace("//", "/"), data, named)
        response = connection.getresponse()
        return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read().decode()


def log_in(served: Served, user: str, password: str, **headers: str) -> tuple[int, dict[str, str], str]:
    form = urllib.parse.urlencode({"user": user, "password": password, "then": "/"})
    return send(served, "/login", form, content_type="application/x-www-form-urlencoded", **headers)


ASKED = {"question": "Who denied it?"}


def test_a_reader_logs_in_sees_who_is_in_and_logs_out(locked: Served) -> None:
    """The cookie is for this server alone, and for https where a proxy has it."""
    status, headers, _ = log_in(locked, "ann", WORD)
    assert (status, headers["location"]) == (303, "/archive/")
    for part in ("HttpOnly", "SameSite=lax", "Path=/archive"):
        assert part in headers["set-cookie"]
    assert "Secure" not in headers["set-cookie"]
    assert "Secure" in log_in(locked, "ann", WORD, x_forwarded_proto="https")[1]["set-cookie"]
    token = headers["set-cookie"].partition(";")[0]
    assert json.loads(send(locked, "/api/v1/session", method="GET", cookie=token)[2])["user"] == "ann"
    page = send(locked, "/login", method="GET", cookie=token)[2]
    assert "<bdi>ann</bdi>" in page
    assert 'action="/archive/logout"' in page
    assert "You are logged in" not in send(locked, "/login", method="GET", cookie=token + "x")[2]
    assert send(locked, "/logout", "", cookie=token)[0] == 303
    assert send(locked, "/api/v1/session", method="GET", cookie=token)[0] == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec_fetch_site": "cross-site"}, 403),
        ({"sec_fetch_site": "same-site"}, 403),
        ({"sec_fetch_site": "same-origin"}, 401),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://127.0.0.1:1"}, 403),
        ({"origin": "https://news.example", "x_forwarded_host": "news.example"}, 401),
        ({}, 401),
    ],
)
def test_what_another_sites_page_sends_is_refused(locked: Served, headers: dict[str, str], status: int) -> None:
    """Before anything else is looked at: asking, logging in, logging out, Gradio's own way."""
    for path in ("/api/v1/answers", "/v1/chat/completions", "/logout", "/gradio_api/call/ask", "/api/v1/feedback"):
        assert send(locked, path, "{}", **headers)[0] == status, path
    assert log_in(locked, "eve", "guess of eve", **headers)[0] == status


def test_a_user_asks_as_often_as_the_rate_says(locked: Served) -> None:
    """429 with Retry-After in each protocol's form, by whichever way; reading the page, an article or the session is free."""
    key = {"authorization": "Bearer rita:the third of them"}
    for path, body in (
        ("/api/v1/answers", ASKED),
        ("/api/v1/check", {}),
        ("/v1/chat/completions", {}),
        ("/gradio_api/call/ask", {}),
    ):
        assert send(locked, path, body, **key)[0] != 429
    assert send(locked, "/api/v1/search?question=", method="GET", **key)[0] == 422
    for path, body in (("/api/v1/answers", ASKED), ("/v1/chat/completions", {}), ("/gradio_api/queue/join", {})):
        status, headers, text = send(locked, path, body, **key)
        assert (status, int(headers["retry-after"]) > 1) == (429, True), path
        assert "more than 5 in an hour" in json.loads(text)["error"]["message"]
    assert send(locked, "/api/v1/search?question=a", method="GET", accept="text/html", **key)[0] == 429
    for path in ("/", "/api/v1/session", "/v1/models", "/api/docs"):
        assert send(locked, path, method="GET", **key)[0] == 200
    assert send(locked, "/api/v1/answers", ASKED, authorization="Bearer bob:another long one")[0] == 200


def test_a_login_that_is_too_large_is_refused(locked: Served) -> None:
    """As every request is, from a size of its own."""
    status, _, text = log_in(locked, "ann", "x" * 9_000)
    assert status == 413
    assert "send at most 8,000 bytes" in json.loads(text)["error"]["message"]


def test_wrong_passwords_tell_when_to_come_back(locked: Served) -> None:
    """In the page that a browser gets, and in its headers; nothing of the password is in it."""
    for _ in range(5):
        assert log_in(locked, "mallory", "my secret guess")[0] == 401
    status, headers, page = log_in(locked, "mallory", "my secret guess")
    assert (status, 0 < int(headers["retry-after"]) <= 61, headers["cache-control"]) == (429, True, "no-store")
    assert "secret guess" not in page
    assert log_in(locked, "ann", WORD)[0] == 303


def test_comparing_passwords_stops_nobody_else(tmp_path: Path) -> None:
    """While dear hashes are compared, the server answers; too many from one address are told to wait."""
    file = tmp_path / "users"
    put(file, "ann", hashed(WORD, 16))
    with start(Scripted(), port=0, auth=Access(file=file)) as served:
        came: list[int] = []
        guessing = [
            threading.Thread(target=lambda n=n: came.append(log_in(served, f"u{n}", "guess of it")[0])) for n in range(16)
        ]
        for one in guessing:
            one.start()
        began = time.monotonic()
        assert send(served, "/health", method="GET")[0] == 200
        answered = time.monotonic() - began
        for one in guessing:
            one.join()
        whole = time.monotonic() - began
    assert set(came) == {401, 429}
    assert answered < whole / 2
