"""Web archives and addresses: a page is read with its address and its moment; no address of one's own network is asked."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.test_containers import zipped
from vectorstore.articles import fetch, read, read_document
from vectorstore.articles.encodings import Unreadable
from vectorstore.types import Article, Rejected

SENTENCES = "The mill by the river in Saltmere shuts in May, the council said. Forty people lose their work. The mayor wept. "
BODY = f"<article><h1>Mill closes</h1><p>{SENTENCES * 4}</p></article>"
PAGE = f"<!DOCTYPE html><html><head><title>Мельница</title></head><body>{BODY}</body></html>"


def record(kind: str, address: str, status: str, media: str, body: bytes) -> bytes:
    answer = f"HTTP/1.1 {status}\r\nContent-Type: {media}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {address}\r\nWARC-Date: 2024-05-03T10:15:00Z\r\n"
        f"WARC-Record-ID: <urn:uuid:0>\r\nContent-Type: application/http\r\nContent-Length: {len(answer)}\r\n\r\n"
    )
    return head.encode() + answer + b"\r\n\r\n"


CRAWL = (
    record("response", "https://a.example/mill", "200 OK", "text/html; charset=koi8-r", PAGE.encode("koi8-r")),
    record("response", "https://a.example/gone", "404 Not Found", "text/html", PAGE.encode()),
    record("response", "https://a.example/logo", "200 OK", "image/png", b"\x89PNG\r\n"),
    record("revisit", "https://a.example/mill", "200 OK", "text/html", b""),
    record("request", "https://a.example/mill", "200 OK", "text/html", b""),
)


@pytest.mark.parametrize("form", ["warc", "warc.gz", "wacz"])
def test_the_pages_of_a_web_archive_are_read(tmp_path: Path, form: str) -> None:
    """With their address; the moment of the crawl tells versions apart and is no day of publication."""
    packed = b"".join(map(gzip.compress, CRAWL))
    content = {"warc": b"".join(CRAWL), "warc.gz": packed}.get(form)
    other = zipped(**{"archive/a.warc.gz": packed, "datapackage.json": "{}", "pages/pages.jsonl": '{"title": "x", "text": "x"}'})
    (tmp_path / f"crawl.{form}").write_bytes(content or other)
    (found,) = read([tmp_path / f"crawl.{form}"])
    assert isinstance(found, Article)
    assert (found.id, found.url, found.source) == ("https://a.example/mill", "https://a.example/mill", "a.example")
    assert "Forty people" in found.text
    assert (found.published, found.modified) == (None, datetime(2024, 5, 3, 10, 15, tzinfo=UTC))


def test_a_damaged_web_archive_keeps_what_came_before(tmp_path: Path) -> None:
    """And is named."""
    (tmp_path / "a.warc").write_bytes(CRAWL[0] + b"no record\r\n" * 30)
    found = list(read([tmp_path / "a.warc"]))
    assert isinstance(found[0], Article)
    assert all(isinstance(item, Rejected) and "damaged" in item.reason for item in found[1:])


@pytest.mark.parametrize(
    ("address", "there"),
    [
        ("93.184.216.34", True), ("2606:2800:220:1:248:1893:25c8:1946", True), ("127.0.0.1", False), ("10.1.2.3", False),
        ("172.16.0.1", False), ("192.168.1.1", False), ("169.254.169.254", False), ("100.64.0.1", False), ("0.0.0.0", False),
        ("224.0.0.1", False), ("::1", False), ("fe80::1%eth0", False), ("fd00::1", False), ("::ffff:127.0.0.1", False),
        ("::ffff:93.184.216.34", True), ("64:ff9b::7f00:1", False), ("2002:7f00:1::", False), ("::", False),
    ],
)  # fmt: skip
def test_which_addresses_are_public(address: str, there: bool) -> None:
    """Those of this machine, of private networks and of the link are not, however they are written."""
    assert fetch.public(address) == there


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:1/", "http://localhost/a", "http://[::1]/", "http://0x7f000001/", "http://2130706433/"]
)
def test_ones_own_machine_is_not_asked(address: str) -> None:
    """By whatever name."""
    with pytest.raises(Unreadable, match=r"of this machine|cannot be fetched"):
        fetch.document(address)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A server on loopback that says what its paths ask it to."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = PAGE.encode("koi8-r") if self.path == "/mill" else b"x" * 30_000_000 if self.path == "/big" else b""
            target = {"/moved": "/mill", "/loop": "/loop", "/file": "file:///etc/passwd", "/in": "http://10.0.0.1/"}.get(
                self.path
            )
            self.send_response(302 if target else 404 if self.path == "/gone" else 200)
            self.send_header("Content-Type", "text/html; charset=koi8-r")
            if target:
                self.send_header("Location", target)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            try:
                self.wfile.write(body)
            except OSError:
                return

        def log_message(self, *ignored: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_address[1]}"
        running.shutdown()


def loopback(address: str) -> bool:
    return address == "127.0.0.1"


def test_a_page_is_fetched_and_read(server: str) -> None:
    """In the encoding that its server names, under the address where it ended."""
    document = fetch.document(f"{server}/moved", allowed=loopback)
    (found,) = read_document(document)
    assert isinstance(found, Article)
    assert (found.url, found.id) == (f"{server}/mill", f"{server}/mill")
    assert "Forty people" in found.text
    assert "Мельница" in document.text()


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/loop", "redirects more than"),
        ("/file", "no address of the web"),
        ("/in", "private network"),
        ("/big", "more than"),
        ("/gone", "404"),
    ],
)
def test_what_is_not_fetched_is_named(server: str, path: str, words: str) -> None:
    """Redirects without end, to files and to private networks, pages without end and pages that are gone."""
    with pytest.raises(Unreadable, match=words):
        fetch.document(server + path, allowed=loopback)
