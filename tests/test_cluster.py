"""The same on Ray: a cluster of two workers on this machine, one that was running and one of the build's own."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_generations import ROOT, collection, top
from tests.test_spread import alive, until, vectors
from ui import cli
from vectorstore.doubles import WordHashEncoder
from vectorstore.errors import ClusterUnavailable, UsageError
from vectorstore.rebuild import rebuild

RAY = "the extra [cluster] is not installed: pip install --constraint constraints.txt '.[cluster]'"
ARTICLES = 800

_BUILD = """
import os, signal, sys
from pathlib import Path
import ray as imported
from tests.test_spread import Noting, alive
from vectorstore.rebuild import rebuild
source, index, noted, ray, kills = sys.argv[1:]
done = []
def told(what, passages, of):
    if what == "passages":
        done.append(passages)
        if len(done) in map(int, kills.split()):
            os.kill(alive(Path(noted))[0], signal.SIGKILL)
report = rebuild([source], index, encoder=Noting(Path(noted), 0.1), ray=ray, workers=2, progress=told)
print(report.encoded, report.reused)
"""


@pytest.fixture(scope="module")
def cluster() -> Iterator[tuple[str, dict[str, str]]]:
    """The address of a running cluster of two workers that listens on this machine alone, and the settings to reach it."""
    pytest.importorskip("ray", reason=RAY)
    folder = tempfile.mkdtemp(prefix="ray", dir="/tmp")  # sockets have little room for their names
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    settings = {
        "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0", "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32),
    }  # fmt: skip
    ray = [sys.executable, "-m", "ray.scripts.scripts"]
    started = subprocess.Popen(
        [*ray, "start", "--head", "--block", "--num-cpus=2", f"--port={address.rpartition(':')[2]}", "--include-dashboard=false",
         f"--temp-dir={folder}", f"--object-store-memory={100 * 2**20}"],
        env=os.environ | settings, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    until(lambda: started.poll() is not None or Path(folder, "ray_current_cluster").exists())
    yield address, settings
    started.send_signal(signal.SIGTERM)
    started.wait()
    shutil.rmtree(folder, ignore_errors=True)


def build(source: Path, index: Path, noted: Path, ray: str, kills: str, more: dict[str, str]) -> subprocess.Popen[str]:
    noted.mkdir(exist_ok=True)
    command = [sys.executable, "-c", _BUILD, str(source), str(index), str(noted), ray, kills]
    return subprocess.Popen(command, cwd=ROOT, env=os.environ | more, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_a_running_cluster(cluster: tuple[str, dict[str, str]], tmp_path: Path) -> None:
    """Actors make what one process makes, bit for bit, where one is killed, too. The rest is in tests/studies/kills.py."""
    address, settings = cluster
    source = collection(tmp_path / "in", articles=ARTICLES)
    rebuild([source], tmp_path / "one", encoder=WordHashEncoder())
    child = build(source, tmp_path / "two", tmp_path / "noted", address, "1", settings)
    assert child.communicate() == (f"{ARTICLES} 0\n", "")
    assert len(list((tmp_path / "noted").iterdir())) >= 2
    assert not alive(tmp_path / "noted")
    assert vectors(tmp_path / "two") == vectors(tmp_path / "one")


def test_a_cluster_of_its_own(tmp_path: Path) -> None:
    """Where none runs, `auto` starts one for this build, in a program that has imported ray before, too.

    It prints nothing, listens on this machine alone, and leaves nothing.
    """
    pytest.importorskip("ray", reason=RAY)
    source, temporary = collection(tmp_path / "in", articles=260), tempfile.mkdtemp(prefix="t", dir="/tmp")
    more = {"TMPDIR": temporary, "RAY_TMPDIR": temporary, "HOME": temporary}
    child = build(source, tmp_path / "index", tmp_path / "noted", "auto", "", more)
    heard = set[str]()
    ended = threading.Event()

    def listen() -> None:
        while not ended.wait(0.5):
            heard.update(addresses(Path(temporary)))

    listening = threading.Thread(target=listen)
    listening.start()
    said = child.communicate()
    ended.set()
    listening.join()
    assert said == ("260 0\n", "")
    assert heard <= {"127.0.0.1"}
    assert top(tmp_path / "index", "mill 7") == "The mill 7"
    assert not alive(tmp_path / "noted")
    assert [file.name for file in Path(temporary).iterdir() if file.name.startswith((".ray", "onrecord"))] == []
    shutil.rmtree(temporary)


def addresses(folder: Path) -> set[str]:
    """On which addresses programs listen whose command line names the folder."""
    shown = shutil.which("ss")
    if not shown:
        return set()
    found = set()
    for line in subprocess.run([shown, "-ltnpH"], capture_output=True, text=True, check=False).stdout.splitlines():
        for process in {part.partition(",")[0] for part in line.split("pid=")[1:]}:
            file = Path("/proc") / process / "cmdline"
            if file.exists() and str(folder).encode() in file.read_bytes():
                found.add(line.split()[3].rpartition(":")[0].strip("[]").removeprefix("::ffff:"))
    return found


def test_addresses_that_are_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is no address is wrong usage; where nobody or somebody else answers, one line says so before anything is read."""
    source = collection(tmp_path / "in")
    for wrong in ("desk", "http://10.0.0.5:6379", "ray://10.0.0.5:10001", "10.0.0.5:0", "a b:1"):
        with pytest.raises(UsageError, match="is no address of a Ray cluster: write it as"):
            rebuild([source], tmp_path / "index", encoder=WordHashEncoder(), ray=wrong)
    pytest.importorskip("ray", reason=RAY)
    with pytest.raises(ClusterUnavailable, match=r"answers at 127.0.0.1:1 \(Connection refused\); `ray start --head` starts one"):
        rebuild([source], tmp_path / "index", encoder=WordHashEncoder(), ray="127.0.0.1:1")
    assert cli.main(["rebuild", str(source), "--ray", "127.0.0.1:1", "--index", str(tmp_path / "index")]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "index").exists()
