"""Errors of the command line, as the person who gets them reads them."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from ui import cli


def test_the_remedy_for_a_missing_index_is_a_command_that_works(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where `--index` named the folder, the command in the error names it too: copied and run, it makes that index."""
    question = ["ask", "Who denied that the captain of the ferry had been asleep?", "--index", str(tmp_path / "my index")]
    assert cli.main(question) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    remedy = re.search("`onrecord ([^`]+)`", error)
    assert remedy
    assert cli.main(shlex.split(remedy[1])) == 0
    assert (tmp_path / "my index" / "CURRENT").exists()
    assert cli.main(question) == 0


def test_without_an_index_folder_the_remedy_is_the_plain_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The folder that a setting names is the one that `onrecord rebuild` makes: nothing is added."""
    monkeypatch.setenv("ONRECORD_INDEX", str(tmp_path / "index"))
    assert cli.main(["status"]) == 1
    assert capsys.readouterr().err.endswith("run `onrecord rebuild`.\n")
