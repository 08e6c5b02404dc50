"""The whole path where there is no network at all: in a namespace that has not even a loopback address."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def without_network(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """`onrecord …` run under `unshare -rn`."""
    command = ["unshare", "-rn", sys.executable, "-m", "ui.cli", *arguments, "--index", str(folder / "index")]
    environment = os.environ | {"HOME": str(folder), "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=280)


@pytest.fixture(scope="module", autouse=True)
def namespace() -> None:
    if not shutil.which("unshare") or subprocess.run(["unshare", "-rn", "true"], capture_output=True).returncode:
        pytest.skip("unshare -rn is not permitted here: that nothing needs a network is NOT tested")


def test_rebuild_and_ask_without_a_network(tmp_path: Path) -> None:
    """The sample articles are indexed and a question is answered with a quote; so is one that they do not answer."""
    rebuilt = without_network("rebuild", "--json", folder=tmp_path)
    assert rebuilt.returncode == 0, rebuilt.stderr
    assert json.loads(rebuilt.stdout)["articles"] == 25

    asked = without_network("ask", "How many turbines may be built on Gannet Bank?", "--json", folder=tmp_path)
    assert asked.returncode == 0, asked.stderr
    assert "42" in json.loads(asked.stdout)["citations"][0]["quote"]

    asked = without_network("ask", "What is the price of oil?", "--json", folder=tmp_path)
    assert asked.returncode == 0, asked.stderr
    assert json.loads(asked.stdout)["abstained"]
