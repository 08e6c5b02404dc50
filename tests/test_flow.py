"""How much of the product one question crosses, from the chat box to the answer: what a newcomer has to follow.

Counted are the source lines of our functions that run, with everything loaded and the index open, and of the patterns and tables
of code that they use: a rule moved from a function into a regular expression is no shorter. A list read from a data file is one
line. Files do not count: a rule a file is found more easily than eight rules in one. What we want is 900 lines for quoting and
1,700 with a model; the ceilings are what there is, and went up with what is new: who said it, copies and reports that differ,
what people type, bounds, quantities, certainty, states, causes, things, whose deed and whose number, what was not done, whether
anything answers, whether a later report says otherwise. `-s` shows the list.
"""

from __future__ import annotations

import ast
import asyncio
import re
import sys
import threading
from collections import defaultdict
from functools import cache
from pathlib import Path
from types import CodeType, FrameType

import pytest

from qa.assistant import Assistant
from qa.asynchronous import AsyncAssistant
from qa.doubles import ScriptedModel
from qa.settings import Settings
from qa.types import Answer
from ui.conversing import events
from ui.line import Line
from ui.wire import Asked, Event

ROOT = Path(__file__).resolve().parents[1]
OURS = tuple(str(ROOT / package) for package in ("qa", "prompts", "vectorstore", "ui"))
# The way through the server, which is the same for every client and every answer.
SERVED = ("ui/conversing.py", "ui/line.py", "ui/wire.py", "qa/asynchronous.py", "qa/stopping.py")
QUESTION = "Who denied that the captain of the ferry had been asleep?"


Lines = dict[str, set[int]]  # by file


def asked(assistant: Assistant) -> None:
    """The question, asked as every client's request does; how the answer is written as JSON or HTML is not counted."""

    def whole(answer: Answer, _: int) -> Event:
        return {"event": "final", "answer": answer}

    async def heard() -> list[Event]:
        answering = AsyncAssistant(assistant, 1)
        told = [event async for event in events(answering, Line(1, 1), Asked(QUESTION), whole)]
        answering.close_threads()
        return told

    *_, last = asyncio.run(heard())
    assert last["answer"].citations


def crossed(assistant: Assistant) -> tuple[Lines, Lines]:
    """The lines of our functions that run while the page answers the question, and of the patterns and tables that they use."""
    ran: set[CodeType] = set()

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(OURS):
            ran.add(frame.f_code)

    asked(assistant)  # once before, so that what is loaded on first use is not counted
    threading.setprofile(note)
    sys.setprofile(note)
    try:
        asked(assistant)
    finally:
        sys.setprofile(None)
        threading.setprofile(None)  # type: ignore[arg-type]
    lines, tables = defaultdict[str, set[int]](set), defaultdict[str, set[int]](set)
    for code in (code for code in ran if not code.co_filename.endswith("doubles.py")):
        last_line = max(line for _, _, line in code.co_lines() if line)
        lines[code.co_filename].update(range(code.co_firstlineno, last_line + 1))
        for name in code.co_names:
            add_table(code.co_filename, name, tables)
    return lines, tables


def add_table(file: str, name: str, tables: Lines) -> None:
    """Adds the lines where a module's pattern or table of that name is written, and those of what it is made from."""
    assigned, imported = top_level(file)
    if name in imported:
        add_table(*imported[name], tables)
    elif name in assigned and assigned[name][0] not in tables[file]:
        start, end, names = assigned[name]
        module = next(module for module in list(sys.modules.values()) if getattr(module, "__file__", None) == file)
        if isinstance(getattr(module, name), re.Pattern | frozenset | set | dict | tuple | list | str):
            tables[file].update(range(start, end + 1))
            for other in names:
                add_table(file, other, tables)


@cache
def top_level(file: str) -> tuple[dict[str, tuple[int, int, set[str]]], dict[str, tuple[str, str]]]:
    """A file's assigned names, each with its first and last line and the names in its value; and where imported ones are from."""
    assigned, imported = {}, {}
    for node in ast.parse(Path(file).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value:
            used = {part.id for part in ast.walk(node.value) if isinstance(part, ast.Name)}
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                for part in ast.walk(target):
                    if isinstance(part, ast.Name):
                        assigned[part.id] = (node.lineno, node.end_lineno or node.lineno, used)
        elif isinstance(node, ast.ImportFrom):
            source = ROOT.joinpath(*(node.module or "").split(".")).with_suffix(".py")
            if source.is_file():
                imported |= {alias.asname or alias.name: (str(source), alias.name) for alias in node.names}
    return assigned, imported


@pytest.mark.parametrize(("answerer", "most_lines", "most_served"), [("quote", 1086, 172), ("model", 1918, 184)])
def test_what_a_question_crosses(answerer: str, most_lines: int, most_served: int, samples_index: Path) -> None:
    """The way from the question to the answer does not grow, nor the way through the server."""
    # So slowly that the question is answered from the same half answers both times: what was read is not read again.
    with ScriptedModel("The operator denied that the captain had been asleep [1].", pause=0.1) as server:
        settings = Settings(index=samples_index, answerer=answerer, base_url=server.url if answerer == "model" else "")
        with Assistant.open(samples_index, settings) as assistant:
            lines, tables = crossed(assistant)
    for name in sorted({*lines, *tables}):
        print(f"{Path(name).relative_to(ROOT)!s:36}{len(lines[name]):5}{len(tables[name]):5}")
    served = sum(len(lines.pop(name, ())) + len(tables.pop(name, ())) for name in (str(ROOT / file) for file in SERVED))
    functions, patterns = (sum(map(len, counted.values())) for counted in (lines, tables))
    total = functions + patterns
    print(f"{functions} lines of functions, {patterns} of patterns and tables: {total}; {served} through the server")
    assert total <= most_lines
    assert served <= most_served
