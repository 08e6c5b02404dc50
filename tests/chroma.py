"""A real Chroma server for tests: `chroma run` on loopback, which can be killed and started again where it was."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from vectorstore.server import Server

_RUN = "import sys, chromadb_rust_bindings; chromadb_rust_bindings.cli(['chroma', 'run', *sys.argv[1:]])"  # what `chroma` does
_DATABASE = "/api/v2/tenants/default_tenant/databases/default_database"


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


class Chroma:
    """The server over a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.start()

    @property
    def server(self) -> Server:
        """Our side of it, which after a failure asks again at once."""
        return Server(self.url, pause=0.0)

    @property
    def process(self) -> int:
        """Its process's number."""
        return self._process.pid

    def start(self) -> None:
        """Starts it, the second time where it was; skips where it cannot."""
        command = [sys.executable, "-c", _RUN, "--path", str(self.folder), "--host", "127.0.0.1", "--port", str(self.port)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.folder.parent)
        deadline = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(f"{self.url}/api/v2/heartbeat", timeout=5).read()
                return
            except OSError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    self.kill()
                    pytest.skip("`chroma run` does not start here: vectors on a server are not tried")
                time.sleep(0.05)

    def kill(self) -> None:
        """kill -9."""
        self._process.kill()
        self._process.wait()

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """What anybody who reaches it may do."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + _DATABASE + path, data, {"Content-Type": "application/json"}, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read() or b"null")

    def collections(self) -> dict[str, str]:
        """Its collections: name and id."""
        return {one["name"]: one["id"] for one in self.call("GET", "/collections")}
