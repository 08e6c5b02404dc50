"""How much of the product one question crosses, from the chat box to the answer: what a newcomer has to follow.

Counted are the functions of ours that run, by their files and their source lines, with everything loaded and the index open.
Files do not count: a rule a file is found more easily than eight rules in one. What we want is 800 lines; the ceilings are what
there is, and go up only for a stage that is new (the scope of a question and the reranker took them from 800 to 960). `-s` shows
the list.
"""

from __future__ import annotations

import sys
import threading
from collections import defaultdict
from pathlib import Path
from types import FrameType

import pytest

from qa.assistant import Assistant
from qa.doubles import ScriptedModel
from qa.settings import Settings
from ui import web

ROOT = Path(__file__).resolve().parents[1]
OURS = tuple(str(ROOT / package) for package in ("qa", "prompts", "vectorstore", "ui"))
QUESTION = "Who denied that the captain of the ferry had been asleep?"


def crossed(assistant: Assistant) -> dict[str, set[int]]:
    """Our files with the lines of their functions that run while the page answers the question."""
    lines: dict[str, set[int]] = defaultdict(set)

    def note(frame: FrameType, event: str, _: object) -> None:
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(OURS):
            last = max(line for _, _, line in code.co_lines() if line)
            lines[code.co_filename].update(range(code.co_firstlineno, last + 1))

    for _ in web.exchanges(assistant, QUESTION, ()):  # once before, so that what is loaded on first use is not counted
        pass
    threading.setprofile(note)
    sys.setprofile(note)
    try:
        *_, last = web.exchanges(assistant, QUESTION, ())
    finally:
        sys.setprofile(None)
        threading.setprofile(None)  # type: ignore[arg-type]
    assert last.answer
    assert last.answer.citations
    lines.pop(str(ROOT / "qa" / "doubles.py"), None)
    return lines


@pytest.mark.parametrize(("answerer", "most_lines"), [("quote", 960), ("model", 1760)])
def test_what_a_question_crosses(answerer: str, most_lines: int, samples_index: Path) -> None:
    """The way from the chat box to the answer does not grow."""
    with ScriptedModel("The operator denied that the captain had been asleep [1].") as server:
        settings = Settings(index=samples_index, answerer=answerer, base_url=server.url if answerer == "model" else "")
        with Assistant.open(samples_index, settings) as assistant:
            lines = crossed(assistant)
    for name, numbers in sorted(lines.items()):
        print(f"{Path(name).relative_to(ROOT)!s:32}{len(numbers):5}")
    total = sum(map(len, lines.values()))
    print(f"{len(lines)} files, {total} lines")
    assert total <= most_lines
