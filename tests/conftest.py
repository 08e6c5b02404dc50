"""What several tests share: an environment without the user's settings, and an index of the sample articles."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chroma import Chroma
from tests.llama import llama_server
from vectorstore.keeping import keeping
from vectorstore.rebuild import rebuild

SAMPLES = Path(__file__).resolve().parents[1] / "vectorstore" / "samples"


@pytest.fixture(autouse=True)
def without_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key or a setting of whoever runs the tests is not the tests' business."""
    for name in list(os.environ):
        if name.startswith(("ONRECORD_", "OPENAI_")):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True, scope="session")
def keep_processes() -> Iterator[None]:
    """Hundreds of small builds share their processes, as those of `rebuild --watch` do; the tests of commands start their own."""
    with keeping():
        yield


@pytest.fixture(scope="session")
def samples_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the sample articles, made once with the real encoder; read it, do not rebuild into it."""
    folder = tmp_path_factory.mktemp("samples") / "index"
    report = rebuild([SAMPLES / "articles"], folder)
    assert not report.rejected
    return folder


@pytest.fixture(scope="session")
def llama_url() -> Iterator[str]:
    """The address of a real model's server, started once; it wants the key tests.llama.LLAMA_KEY."""
    with llama_server() as url:
        yield url


@pytest.fixture(scope="session")
def chroma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chroma]:
    """A Chroma server that all tests share; who kills it starts it again."""
    running = Chroma(tmp_path_factory.mktemp("chroma") / "data")
    yield running
    running.kill()
