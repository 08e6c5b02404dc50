"""Workers on a Ray cluster, one a processor: the only file that imports ray.

A process of its own (`serve`) asks Ray, so that Ray starts while articles are read, and with its own settings: it reads them when
it is imported, and a program that calls us may have done that. Ray sends nothing anywhere from here: its usage statistics and its
dashboard are off, and a cluster that is started for one build listens on this machine alone. What Ray writes goes to a temporary
folder, which ends with the build.
"""

from __future__ import annotations

import contextlib
import importlib.util
import logging
import os
import pickle
import queue
import re
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

from vectorstore.errors import ClusterUnavailable, OnRecordError, UsageError
from vectorstore.minilm import cores
from vectorstore.processes import packed
from vectorstore.scratch import Scratch
from vectorstore.spread import Bench, Failed, Job, Lost, Told

AUTO = "auto"
_CONNECT, _ANSWER = 5.0, 15.0  # seconds for a connection to be taken, and for Ray to say that it is well
_REFUSED = "it wants a token: set RAY_AUTH_MODE=token, and RAY_AUTH_TOKEN where Ray has not kept it on this machine"
_END = 30.0  # seconds for Ray to end by itself
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
        self.count = count or cores()  # until the cluster says how many processors it has
        self._events: queue.SimpleQueue[tuple[Any, Any]] = queue.SimpleQueue()
        joined = getattr(sys.modules.get("ray"), "is_initialized", bool)()  # by a program of which this is a part
        address = sys.modules["ray"].get_runtime_context().gcs_address if joined else address
        self._own = None if address else Scratch(short=True)
        alone = not address or address.rpartition(":")[0] in ("127.0.0.1", "localhost")
        settings = (_QUIET | {_LOOPBACK: "0"} if alone else _QUIET) | os.environ
        if self._own and not any(name.startswith("RAY_AUTH_") for name in os.environ):  # else Ray keeps one in the home folder
            settings |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
        root = str(Path(__file__).resolve().parents[1])
        settings["PYTHONPATH"] = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
        self._words, self._started = tempfile.TemporaryFile(), False  # noqa: SIM115 - closed when the process has ended
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", "from vectorstore.cluster import serve; serve()"],
            env=settings, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._words,
            start_new_session=True,  # Ctrl+C is for its parent alone
        )  # fmt: skip
        self._to: Any = self._process.stdin
        self._tell((sys.path, sys.argv[:1], address, count, str(self._own.folder) if self._own else ""))
        self._tell(_travelling(told))
        threading.Thread(target=self._listen, daemon=True).start()

    def _tell(self, order: Any) -> None:
        with contextlib.suppress(BrokenPipeError):  # `_listen` says it
            pickle.dump(order, self._to)
            self._to.flush()

    def _listen(self) -> None:
        by: Any = self._process.stdout
        try:
            while True:
                worker, said = pickle.load(by)  # noqa: S301 - by our own process
                if isinstance(said, int):
                    self.count, self._started = said, True
                else:
                    self._events.put((worker, said))
        except (EOFError, OSError, ValueError, pickle.UnpicklingError):
            self._events.put((None, Lost("")))

    def start(self) -> None:
        self._tell((None, None))

    def send(self, worker: int, job: Job) -> None:
        self._tell((worker, job.packed()))

    def event(self, patience: float) -> tuple[int | None, Any] | None:
        try:
            worker, said = self._events.get(timeout=patience)
        except queue.Empty:
            return None
        if worker is None and isinstance(said, Lost):
            raise ClusterUnavailable(f"Ray has ended ({self._last_words()}): try it again, or use --workers.")
        return worker, said

    def _last_words(self) -> str:
        code = self._process.wait()
        self._words.seek(0)
        lines = self._words.read().decode("utf-8", "replace").strip().splitlines()
        return " ".join(lines[-1].split())[:150] if lines else f"exit code {code}"

    def finish(self) -> None:
        if not self._to.closed:
            with contextlib.suppress(BrokenPipeError):
                self._to.close()

    def close(self) -> None:
        self.finish()
        try:
            self._process.wait(_END if self._started else 0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        with contextlib.suppress(OSError, AttributeError):  # none is left; Windows has no groups
            os.killpg(self._process.pid, signal.SIGKILL)  # two of Ray's outlive one that was killed
        self._words.close()
        if self._own:
            self._own.close()


def _travelling(told: Told) -> bytes:
    """What a worker must know, as bytes; an encoder of the program that was called goes along with its class."""
    if isinstance(told.embedder, str):
        return pickle.dumps(told)
    from ray import cloudpickle

    try:
        return bytes(cloudpickle.dumps(told))
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        raise UsageError(
            f"The encoder cannot be given to other processes ({error}): name its model in `embedder`, or leave `ray`."
        ) from error


def serve() -> None:
    """What runs in the process that asks Ray: a crew's orders in, what becomes of workers out. It ends when its parent does."""
    told = sys.stdin.buffer
    says = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    sys.path[:], sys.argv[:1], address, count, folder = pickle.load(told)  # noqa: S301 - by our own parent; then all can be imported
    raw = pickle.load(told)  # noqa: S301 - the same
    talking = threading.Lock()

    def say(worker: int | None, said: Any) -> None:
        with talking, contextlib.suppress(BrokenPipeError):
            says.write(packed((worker, said)))
            says.flush()

    try:
        actors = _Actors(pickle.loads(raw), address, count, folder, say)  # noqa: S301 - the same
    except OnRecordError as error:
        say(None, Failed(error))
        return
    try:
        with contextlib.suppress(EOFError):
            while True:
                actors.obey(*pickle.load(told))  # noqa: S301 - the same
    finally:
        actors.close()
        os._exit(0)  # threads wait for workers that are no more


class _Actors:
    """Benches on a cluster, one a processor, each with a thread that talks with it."""

    def __init__(self, told: Told, address: str, count: int, folder: str, say: Any) -> None:
        import ray

        self._ray, self._told, self._say = ray, told, say
        self._running: list[tuple[Any, queue.SimpleQueue[Job]]] = []
        said: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.CRITICAL}
        if folder:
            said |= {
                "num_cpus": count or cores(), "include_dashboard": False, "_temp_dir": folder,
                "object_store_memory": _STORE, "_system_config": {"worker_niceness": 0},
            }  # fmt: skip
        try:
            ray.init(address or "local", **said)
        except (ConnectionError, RuntimeError, ValueError, SystemExit) as error:
            reason = " ".join(str(error).split())[:200]
            raise ClusterUnavailable(
                f"The Ray cluster {address or 'of this build'} cannot be joined ({reason}): this machine must be of it, by "
                "`ray start --address=…`."
            ) from error
        processors = int(ray.cluster_resources().get("CPU", 1))
        many = max(1, min(count or processors, processors))
        say(None, many)
        for _ in range(many):
            self.obey(None, None)

    def obey(self, worker: int | None, job: Job | None) -> None:
        """Gives the worker the job, or starts another."""
        if worker is not None and job is not None:
            self._running[worker][1].put(job)
            return
        made = self._ray.remote(num_cpus=1, max_restarts=0, max_task_retries=0)(Bench)
        self._running.append((made.remote(self._told), queue.SimpleQueue()))
        threading.Thread(target=self._talk, args=(len(self._running) - 1,), daemon=True).start()

    def _talk(self, worker: int) -> None:
        actor, jobs = self._running[worker]
        try:
            self._say(worker, self._ray.get(actor.ready.remote()))
            while True:
                self._say(worker, self._ray.get(actor.do.remote(jobs.get())))
        except self._ray.exceptions.RayError as error:
            self._say(worker, Lost(_why(error)))
            self._ray.kill(actor, no_restart=True)

    def close(self) -> None:
        for actor, _ in self._running:
            self._ray.kill(actor, no_restart=True)
        self._ray.shutdown()


def _why(error: Exception) -> str:
    """What Ray says of a worker that died, short: the error that killed it, where there was one."""
    raised = [line.strip() for line in str(error).splitlines() if re.match(r"\s*\w*(?:Error|Exception): ", line)]
    return raised[-1][:150] if raised else type(error).__name__
