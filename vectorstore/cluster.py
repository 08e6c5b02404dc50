"""Workers on a Ray cluster, one a processor: the only file that imports ray.

Ray sends nothing anywhere from here: its usage statistics and its dashboard are off, and a cluster that is started for one build
listens on this machine alone. What Ray writes goes to a temporary folder, which ends with the build.
"""

from __future__ import annotations

import contextlib
import importlib.util
import logging
import os
import re
import secrets
import socket
import subprocess
import sys
import time
from collections import deque
from pathlib import Path
from typing import Any

from vectorstore.errors import ClusterUnavailable, UsageError
from vectorstore.minilm import cores
from vectorstore.scratch import Scratch
from vectorstore.spread import Bench, Job, Lost, Told

AUTO = "auto"
_CONNECT, _ANSWER = 5.0, 15.0  # seconds for a connection to be taken, and for Ray to say that it is well
_REFUSED = "it wants a token: set RAY_AUTH_MODE=token, and RAY_AUTH_TOKEN where Ray has not kept it on this machine"
_STORE = 512 * 2**20  # bytes, at most, for vectors on their way to who writes them
_LOOPBACK = "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"  # "0": a node of this machine alone, which Linux would have listen everywhere
_QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0", "RAY_DEDUP_LOGS_SKIP_REGEX": ".",
    "RAY_enable_metrics_collection": "0",
}  # fmt: skip


def found(address: str) -> str:
    """The address of a cluster that answers; empty for "auto" where none runs. Raises UsageError, ClusterUnavailable."""
    named = re.fullmatch(r"(?:[\w.-]+|\[[0-9A-Fa-f:.]+\]):(\d{1,5})", address, re.ASCII)
    if address != AUTO and not (named and 0 < int(named[1]) < 65_536):
        raise UsageError(f"{address[:80]!r} is no address of a Ray cluster: write it as 10.0.0.5:6379, or auto.")
    if importlib.util.find_spec("ray") is None:
        raise ClusterUnavailable(
            "Ray is not installed: pip install --constraint constraints.txt 'onrecord[cluster]' (from here: '.[cluster]'), or "
            "use --workers."
        )
    if address != AUTO:
        if reason := _silent(address):
            raise ClusterUnavailable(f"No Ray cluster answers at {address} ({reason}); `ray start --head` starts one.")
        return address
    running = _running()
    reason = _silent(running) if running else ""
    if reason == _REFUSED:
        raise ClusterUnavailable(f"The Ray cluster at {running} does not let us in ({reason}).")
    return running if running and not reason else ""


def _running() -> str:
    """The cluster that Ray's own commands would mean on this machine."""
    if os.environ.get("RAY_ADDRESS", AUTO) not in ("", AUTO, "local"):
        return os.environ["RAY_ADDRESS"]
    with contextlib.suppress(OSError, UnicodeDecodeError):
        return (Path(os.environ.get("RAY_TMPDIR", "/tmp")) / "ray" / "ray_current_cluster").read_text(encoding="utf-8").strip()  # noqa: S108 - Ray's
    return ""


def _silent(address: str) -> str:
    """Why no cluster answers there; empty where one does. Ray itself would try for two minutes, and then end the process."""
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), _CONNECT).close()
    except (OSError, ValueError) as error:
        return " ".join(str(getattr(error, "strerror", None) or error).split())[:100]
    asked = [sys.executable, "-m", "ray.scripts.scripts", "health-check", "--address", address]
    try:
        done = subprocess.run(asked, env=os.environ | _QUIET, capture_output=True, timeout=_ANSWER, check=False)  # noqa: S603 - checked
        said = done.stderr if done.returncode else None
    except subprocess.TimeoutExpired as error:
        said = error.stderr or b""
    if said is None:
        return ""
    return _REFUSED if b"InvalidAuthToken" in said else "what listens there is no Ray, or another version of it"


class Cluster:
    """A crew of actors on the cluster at an address that was `found`; without one, on a cluster of its own."""

    def __init__(self, told: Told, address: str, count: int = 0) -> None:
        self._told = told
        self._own: Scratch | None = None
        self._actors: dict[int, Any] = {}
        self._asked: dict[int, deque[Any]] = {}  # what each is to answer, in order
        self._started = 0
        alone = not address or address.rpartition(":")[0] in ("127.0.0.1", "localhost")
        for name, value in (_QUIET | {_LOOPBACK: "0"} if alone else _QUIET).items():
            os.environ.setdefault(name, value)
        if not address and not any(name.startswith("RAY_AUTH_") for name in os.environ):  # else Ray keeps one in the home folder
            os.environ |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
        import ray

        self._ray = ray
        self._connect(address, count)
        processors = int(ray.cluster_resources().get("CPU", 1))
        self.count = max(1, min(count or processors, processors))

    def _connect(self, address: str, count: int) -> None:
        ray = self._ray
        said: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.CRITICAL}
        self._joined = not ray.is_initialized()  # else by a program of which this is a part
        if not self._joined:
            return
        if not address:
            self._own = Scratch(short=True)
            said |= {
                "num_cpus": count or cores(), "include_dashboard": False, "_temp_dir": str(self._own.folder),
                "object_store_memory": _STORE, "_system_config": {"worker_niceness": 0},
            }  # fmt: skip
        try:
            ray.init(address or "local", **said)
        except (ConnectionError, RuntimeError, ValueError, SystemExit) as error:
            self.close()
            reason = " ".join(str(error).split())[:200]
            raise ClusterUnavailable(
                f"The Ray cluster {address or 'of this build'} cannot be joined ({reason}): this machine must be of it, by "
                "`ray start --address=…`."
            ) from error

    def start(self) -> None:
        number, self._started = self._started, self._started + 1
        made = self._ray.remote(num_cpus=1, max_restarts=0, max_task_retries=0)(Bench)
        self._actors[number] = made.remote(self._told)
        self._asked[number] = deque([self._actors[number].ready.remote()])

    def send(self, worker: int, job: Job) -> None:
        self._asked[worker].append(self._actors[worker].do.remote(job.packed()))

    def event(self, patience: float) -> tuple[int, Any] | None:
        first = {asked[0]: worker for worker, asked in self._asked.items() if asked}
        if not first:
            time.sleep(patience)
            return None
        ready, _ = self._ray.wait(list(first), num_returns=1, timeout=patience)
        if not ready:
            return None
        worker = first[ready[0]]
        try:
            said = self._ray.get(self._asked[worker].popleft())
        except self._ray.exceptions.RayError as error:
            said = Lost(_why(error))
            self._asked.pop(worker)
            self._ray.kill(self._actors.pop(worker), no_restart=True)
        return worker, said

    def close(self) -> None:
        for actor in self._actors.values():
            self._ray.kill(actor, no_restart=True)
        self._actors.clear()
        self._asked.clear()
        if self._joined:
            self._ray.shutdown()
        if self._own:
            self._own.close()


def _why(error: Exception) -> str:
    """What Ray says of a worker that died, short: the error that killed it, where there was one."""
    raised = [line.strip() for line in str(error).splitlines() if re.match(r"\s*\w*(?:Error|Exception): ", line)]
    return raised[-1][:150] if raised else type(error).__name__
