"""An MCP host gets from the tools what the commands print: tried with the SDK's own client, over both of its ways."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest

from qa.assistant import Assistant
from qa.texts.checking import checked_text
from ui import cli
from ui.mcp import Answered, tools

mcp = pytest.importorskip("mcp", reason="the extra [mcp] is not installed: pip install --constraint constraints.txt '.[mcp]'")

ROOT = Path(__file__).resolve().parents[1]
QUESTION = "How many homes lost power in Storm Ottilie?"
TEXT = "Storm Ottilie cut power to 84,000 homes overnight."
Calls = list[tuple[str, dict[str, Any]]]


@pytest.fixture(scope="module")
def assistant(samples_index: Path) -> Iterator[Assistant]:
    with Assistant.open(samples_index) as opened:
        yield opened


def called(server: Any, calls: Calls) -> list[Any]:
    """What a client gets for some calls, one after the other."""

    async def run() -> list[Any]:
        async with mcp.Client(server) as client:
            return [await client.call_tool(name, arguments) for name, arguments in calls]

    return anyio.run(run)


def test_the_tools_say_what_they_take_and_give(assistant: Assistant) -> None:
    """Five tools that only read, each with a schema of its result."""

    async def listed() -> Any:
        async with mcp.Client(tools(assistant)) as client:
            return (await client.list_tools()).tools

    found = {tool.name: tool for tool in anyio.run(listed)}
    assert set(found) == {"ask", "search", "article", "collection", "check"}
    assert all(tool.annotations.read_only_hint and tool.output_schema["type"] == "object" for tool in found.values())
    assert found["ask"].input_schema["required"] == ["question"]


def test_results_are_those_of_the_commands(assistant: Assistant) -> None:
    """The same keys and values as --json prints, and an article's quotes stand in its text."""
    asked, found, held, checked = (
        result.structured_content
        for result in called(
            tools(assistant),
            [
                ("ask", {"question": QUESTION}),
                ("search", {"question": QUESTION, "k": 3}),
                ("collection", {}),
                ("check", {"text": TEXT}),
            ],
        )
    )
    expected = assistant.ask(QUESTION).as_dict()
    assert without_times(asked) == {key: expected[key] for key in without_times(asked)}
    assert {"text", "abstained", "notice", "sentences", "citations", "hits"} <= set(asked) == set(Answered.__dataclass_fields__)
    assert len(found["hits"]) == 3
    assert held["articles"] == 25
    expected = checked_text(TEXT, assistant.index).as_dict()
    assert without_times(checked) == without_times(expected)
    quote = asked["citations"][0]
    (whole,) = called(tools(assistant), [("article", {"id": quote["article"]["id"]})])
    assert whole.structured_content["text"][quote["start"] : quote["end"]] == quote["quote"]


def without_times(result: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in result.items() if key != "seconds"}


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("ask", {"question": " "}, "The question is empty"),
        ("ask", {"question": QUESTION, "since": "yesterday"}, "since is 'yesterday': pass a date"),
        ("ask", {}, "question: Field required"),
        ("search", {"question": QUESTION, "k": 0}, "k is 0: ask for 1 to 50 passages."),
        ("article", {"id": "none\x1b[31m\nof ours"}, "There is no article"),
        ("check", {"text": ""}, "There is no text to check"),
    ],
)
def test_a_mistake_is_an_error_of_one_line(assistant: Assistant, name: str, arguments: dict[str, Any], said: str) -> None:
    """It names the value and the remedy, and the server goes on."""
    wrong, right = called(tools(assistant), [(name, arguments), ("collection", {})])
    (content,) = wrong.content
    assert wrong.is_error
    assert said in content.text
    assert "\n" not in content.text
    assert not right.is_error


def test_both_ways_give_the_citations_of_ask(
    assistant: Assistant, samples_index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A host that starts `onrecord mcp`, and one that calls it over HTTP, get the citations that `ask --json` prints."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["-m", "ui.cli", "mcp", "--index", str(samples_index)]
    started = subprocess.Popen(
        [sys.executable, *command, "--http", "--port", str(port)], cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL
    )
    try:
        stdio = mcp.StdioServerParameters(command=sys.executable, args=command, cwd=str(ROOT))
        (by_pipe,) = called(stdio, [("ask", {"question": QUESTION})])
        wait_for(port, started)
        (by_http,) = called(f"http://127.0.0.1:{port}/mcp", [("ask", {"question": QUESTION})])
    finally:
        started.terminate()
        started.wait(30)
    assert cli.main(["ask", QUESTION, "--json", "--index", str(samples_index)]) == 0
    expected = json.loads(capsys.readouterr().out)["citations"]
    assert expected
    assert by_pipe.structured_content["citations"] == by_http.structured_content["citations"] == expected


def wait_for(port: int, started: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        assert started.poll() is None, started.stderr.read() if started.stderr else b""
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError(f"nothing listens at {port}")


def test_a_port_that_is_taken_is_said(samples_index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line, with what to do."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert cli.main(["mcp", "--http", "--port", str(port), "--index", str(samples_index)]) == 1
    assert f"Nothing can listen at 127.0.0.1:{port}" in capsys.readouterr().err
