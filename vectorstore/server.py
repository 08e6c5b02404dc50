"""A Chroma server, asked over its REST API: one request, one answer, within a deadline.

Chroma's own client waits for ever, follows the environment's proxies and takes a second to import. Here a thread talks and who
asks waits no longer than the deadline: a socket's own timeout starts again with every byte, and a name look-up has none. No proxy
of the environment is used: a server stands on this machine or on a private network, since it asks nobody for a password.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from vectorstore.errors import VectorsUnavailable

_DATABASE = "/api/v2/tenants/default_tenant/databases/default_database"
PATIENCE = 5.0  # seconds for one answer; a search within a tenth of 60,000 vectors takes .3
_LONG = 60.0  # the same for a build
PAUSE = 10.0  # seconds in which a server that failed is not asked: questions are answered by words at once
_LARGEST = 64_000_000  # bytes of an answer; 250 vectors of 1,024 dimensions are 6 MB
_IDLE = 8  # connections that are kept
KNOWN = "1."  # the versions whose API this is; the server in Rust calls itself 1.0.0

BY_WORDS = "By words only: "
SILENT = f"{BY_WORDS}the vector server does not answer."
REFUSED = f"{BY_WORDS}the vector server refuses the key."
OTHER = f"{BY_WORDS}the vector server is of another version."


class Server:
    """A server by its address; threads may share it. It connects when it is asked first."""

    def __init__(self, url: str, token: str = "", patience: float = PATIENCE, pause: float = PAUSE) -> None:
        parts = urlsplit(url)
        self.url = url.rstrip("/")
        self._secure, self._host, self._port = parts.scheme == "https", parts.hostname or "", parts.port
        self._path = parts.path.rstrip("/")
        self._token, self.told = token, (url, token)  # what another process makes the same of
        self._patience, self._pause = patience, pause
        self._headers = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
        if token:
            self._headers |= {"Authorization": f"Bearer {token}", "X-Chroma-Token": token}
        self._idle: list[HTTPConnection] = []
        self._lock = threading.Lock()
        self._failed: VectorsUnavailable | None = None
        self._again = 0.0

    def version(self) -> str:
        """What the server calls its version; raises VectorsUnavailable where that is none that we know."""
        found = self._asked("GET", "/api/v2/version", None)
        if not isinstance(found, str) or not found.startswith(KNOWN):
            said = f"is version {found[:20]}" if isinstance(found, str) else "is no Chroma server, or one before 1.0"
            raise self._fails(f"{said}: start one of version {KNOWN}x with `chroma run`.", OTHER)
        return found

    def patient(self) -> Server:
        """The same server for a build or a check, which may wait longer for each answer than a reader."""
        return Server(*self.told, patience=_LONG, pause=0.0)

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """What the server answers below its database, None where it has no such thing; raises VectorsUnavailable."""
        return self._asked(method, _DATABASE + path, body)

    def _asked(self, method: str, path: str, body: Mapping[str, Any] | None) -> Any:
        import orjson

        self._admit()
        data = None if body is None else orjson.dumps(body, option=orjson.OPT_SERIALIZE_NUMPY)
        status, raw = self._exchanged(method, self._path + path, data)
        try:
            found = orjson.loads(raw) if raw else None
        except orjson.JSONDecodeError:
            status, found = status if status >= 300 else 0, None
        if status in (401, 403):
            raise self._fails(f"refuses the key ({status}): set ONRECORD_CHROMA_TOKEN to the one that it wants.", REFUSED)
        if status == 404:
            found = None
        elif not 200 <= status < 300:
            said = f" {str(found['message'])[:100]}" if isinstance(found, dict) and "message" in found else ""
            said = "no JSON" if not status else f"{status}{said.replace(self._token, '…') if self._token else said}"
            raise self._fails(f"answers {' '.join(said.split())}: see its log, or make sure that it is a Chroma server.", SILENT)
        self._failed = None
        return found

    def _admit(self) -> None:
        """Raises what was raised last where that was a moment ago; of those who ask after that, one tries."""
        with self._lock:
            now = time.monotonic()
            if self._failed and now < self._again:
                raise VectorsUnavailable(str(self._failed), self._failed.notice)
            self._again = now + self._pause

    def _fails(self, said: str, notice: str) -> VectorsUnavailable:
        failed = VectorsUnavailable(f"The vector server at {self.url} {said}", notice)
        self._failed, self._again = failed, time.monotonic() + self._pause
        return failed

    def _exchanged(self, method: str, path: str, data: bytes | None) -> tuple[int, bytes]:
        ends = time.monotonic() + self._patience
        while True:
            connection = self._kept()  # what the server has closed meanwhile is tried anew
            talk = _Talk(connection or self._connection(), method, path, data, self._headers)
            if not talk.done.wait(max(0.0, ends - time.monotonic())):
                talk.cut()
                raise self._fails(f"did not answer in {self._patience:g} s: see whether it is overloaded.", SILENT)
            if talk.error is None:
                if talk.kept and len(self._idle) < _IDLE:
                    self._idle.append(talk.connection)
                return talk.status, talk.raw
            if connection is None:
                reason, remedy = _said(talk.error)
                raise self._fails(f"does not answer ({reason}): {remedy}.", SILENT) from talk.error

    def _kept(self) -> HTTPConnection | None:
        try:
            return self._idle.pop()
        except IndexError:  # another thread may have taken the last
            return None

    def _connection(self) -> HTTPConnection:
        if not self._secure:
            return HTTPConnection(self._host, self._port, timeout=self._patience)
        import ssl

        return HTTPSConnection(self._host, self._port, timeout=self._patience, context=ssl.create_default_context())

    def close(self) -> None:
        """Closes what is kept open; it can be asked again."""
        while self._idle:
            self._idle.pop().close()


class _Talk:
    """One request on a connection, in a thread of its own."""

    def __init__(
        self, connection: HTTPConnection, method: str, path: str, data: bytes | None, headers: Mapping[str, str]
    ) -> None:
        self.connection, self._asked = connection, (method, path, data, headers)
        self.done = threading.Event()
        self.error: Exception | None = None
        self.status, self.raw, self.kept = 0, b"", False
        threading.Thread(target=self._run, daemon=True, name="vector server").start()

    def _run(self) -> None:
        try:
            self.connection.request(*self._asked)
            response = self.connection.getresponse()
            self.raw, self.status = response.read(_LARGEST + 1), response.status
            if len(self.raw) > _LARGEST:
                raise HTTPException(f"more than {_LARGEST:,} bytes")
            self.kept = not response.will_close
        except (OSError, HTTPException, ValueError, AttributeError) as error:  # AttributeError: it was cut
            self.error = error
        finally:
            if not self.kept:
                self.connection.close()
            self.done.set()

    def cut(self) -> None:
        """Ends it from outside."""
        sock = self.connection.sock
        try:
            if sock is not None:
                sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def _said(error: Exception) -> tuple[str, str]:
    """What went wrong with a connection, and what to do about it."""
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    remedy = "start it with `chroma run`"
    if isinstance(error, socket.gaierror):
        remedy = "look at the address in ONRECORD_CHROMA_URL"
    elif "CERTIFICATE_VERIFY" in str(error):
        remedy = "set SSL_CERT_FILE to the certificate of whoever signed its own"
    elif "SSL" in str(error):
        remedy = "write http:// if there is no proxy before it"
    return " ".join(json.dumps(str(text), ensure_ascii=False)[1:-1].split())[:120], remedy
