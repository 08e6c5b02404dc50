"""The README with what its commands and its Python lines print today. `python -m tests.readme` writes it."""

from __future__ import annotations

import contextlib
import doctest
import io
import os
import re
import shlex
import tempfile
from collections.abc import Iterator
from pathlib import Path

from qa.settings import Settings
from ui.cli import main, parser

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
SECONDS = re.compile(r"\bin \d+\.\d s\b")  # the one thing that differs from run to run


def current(text: str) -> str:
    """The README with every output, the help and the settings table made anew. Works in the current folder: index there."""
    text = re.sub(r"(?<=^```console\n)(.*?)(?=^```)", lambda m: _console(m[1]), text, flags=re.DOTALL | re.MULTILINE)
    variables: dict[str, object] = {}
    text = re.sub(r"(?<=^```pycon\n)(.*?)(?=^```)", lambda m: _pycon(m[1], variables), text, flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"^(\| variable .*?|SETTINGS)\n\n", lambda _: settings_table() + "\n\n", text, flags=re.DOTALL | re.MULTILINE)


def settings_table() -> str:
    """A table of the settings, made from the comments and defaults of qa/settings.py."""
    source = (ROOT / "qa" / "settings.py").read_text(encoding="utf-8")
    rows = ["| variable | default | what it does |", "|---|---|---|"]
    for field, comment in re.findall(r"^    (\w+): [^#\n]*# (.+)$", source, re.MULTILINE):
        variable, _, meaning = comment.partition(": ")
        default = getattr(Settings(), field)
        shown = "no" if default is False else f"{default:g}" if isinstance(default, float) else str(default)
        rows.append(f"| `{variable}` | {f'`{shown}`' if shown else ''} | {meaning} |")
    assert len(rows) == 2 + len(Settings.__dataclass_fields__), "each setting has a comment `# VARIABLE: meaning` on its line"
    return "\n".join(rows)


def _console(block: str) -> str:
    made = []
    for line in re.findall(r"^\$ .+$", block, re.MULTILINE):
        command, _, head = line.partition(" | head -")
        output = parser().format_help() if command == "$ onrecord --help" else _printed(shlex.split(command)[2:])
        made.append(f"{line}\n" + "\n".join(output.strip().splitlines()[: int(head) if head else None]) + "\n")
    return "\n".join(made)


def _printed(arguments: list[str]) -> str:
    with contextlib.redirect_stdout(io.StringIO()) as out:
        assert main(arguments) == 0, arguments
    return out.getvalue()


def _pycon(block: str, variables: dict[str, object]) -> str:
    made = []
    for example in doctest.DocTestParser().get_examples(block):
        with contextlib.redirect_stdout(io.StringIO()) as out:
            exec(compile(example.source, "README.md", "single"), variables)
        lines = example.source.rstrip("\n").split("\n")
        made += [f">>> {lines[0]}", *(f"... {line}".rstrip() for line in lines[1:])]
        made += [out.getvalue().rstrip("\n")] if out.getvalue() else []
    return "\n".join(made) + "\n"


@contextlib.contextmanager
def empty_folder() -> Iterator[None]:
    """A new folder as the current one: the README begins where there is no index yet."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        yield


if __name__ == "__main__":
    for name in [name for name in os.environ if name.startswith(("ONRECORD_", "OPENAI_"))]:
        del os.environ[name]
    os.environ["COLUMNS"] = "100"
    old = README.read_text(encoding="utf-8")
    with empty_folder():
        README.write_text(current(old), encoding="utf-8")
