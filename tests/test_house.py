"""The rules of the house (CONTRIBUTING.md) that a program can check: imports, lazy loading, documents that are true."""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import qa
import vectorstore
from tests import readme
from ui.cli import parser

ROOT = Path(__file__).resolve().parents[1]
README = readme.README

# Which of our packages a package may import.
ARROWS = {
    "ui": {"ui", "qa", "prompts", "vectorstore"},
    "qa": {"qa", "prompts", "vectorstore"},
    "prompts": {"prompts"},
    "vectorstore": {"vectorstore"},
}
HEAVY = {
    "chromadb", "gradio", "langchain", "langchain_core", "onnxruntime", "openai", "sentence_transformers",
    "tantivy", "onnx", "tokenizers", "torch", "transformers", "lxml", "trafilatura", "feedparser",
}  # fmt: skip
# A foreign library is imported by one file, so that it can be replaced there. The exceptions, each with its reason:
SHARED_LIBRARIES = {
    "numpy": "vectors are what the encoder hands to the store",
}


def modules() -> dict[str, Path]:
    """Our modules by dotted name; a package's __init__ is the package's name."""
    found = {}
    for package in ARROWS:
        for path in sorted((ROOT / package).rglob("*.py")):
            found[".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")] = path
    return found


MODULES = modules()
TREES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in MODULES.items()}
TESTS = {path: ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "tests").rglob("*.py")}


def imports(tree: ast.AST) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(module, names) of every import that runs, function-local ones too; those under `if TYPE_CHECKING:` do not run."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.Import):
            yield from ((alias.name, ()) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports name the module in full"
            yield node.module or "", tuple(alias.name for alias in node.names)
        else:
            yield from imports(node)


def edges(name: str) -> set[str]:
    """Which of our modules a module imports."""
    found = set()
    for module, names in imports(TREES[name]):
        if module.partition(".")[0] in ARROWS:
            found |= {f"{module}.{n}" if f"{module}.{n}" in MODULES else module for n in names} or {module}
    return found - {name}


@pytest.mark.parametrize("name", MODULES)
def test_imports_point_one_way(name: str) -> None:
    """ui may import qa; qa may import prompts and vectorstore; nothing points back."""
    package = name.partition(".")[0]
    assert {other.partition(".")[0] for other in edges(name)} <= ARROWS[package]


@pytest.mark.parametrize("name", MODULES)
def test_imports_name_the_module_that_defines_a_thing(name: str) -> None:
    """Nothing of ours goes through the package roots of qa, vectorstore and ui: they are for users."""
    for module, names in imports(TREES[name]):
        if module in ("qa", "vectorstore", "ui"):
            assert all(f"{module}.{n}" in MODULES for n in names), f"from {module} import {', '.join(names)}"


def test_no_cycle_between_modules() -> None:
    """The modules can be put in an order in which each imports only earlier ones."""
    left = {name: edges(name) & set(MODULES) for name in MODULES}
    while left:
        free = [name for name, needs in left.items() if not needs & set(left)]
        assert free, f"these import each other in a circle: {', '.join(left)}"
        for name in free:
            del left[name]


def test_a_foreign_library_is_imported_by_one_file() -> None:
    """Delete the file and the library is gone."""
    users: dict[str, set[str]] = {}
    for name, tree in TREES.items():
        for module, _ in imports(tree):
            library = module.partition(".")[0]
            if library not in sys.stdlib_module_names and library not in ARROWS:
                users.setdefault(library, set()).add(name)
    several = {library: sorted(files) for library, files in users.items() if len(files) > 1}
    assert set(several) <= set(SHARED_LIBRARIES), several


def test_the_dependencies_are_what_is_imported() -> None:
    """Nothing is imported that is not asked for in pyproject.toml, nothing is asked for that is not imported, all is pinned."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    imported = {module.partition(".")[0] for tree in TREES.values() for module, _ in imports(tree)}
    imported -= {*sys.stdlib_module_names, *ARROWS}
    extras = [line for name, lines in project["optional-dependencies"].items() if name != "test" for line in lines]
    asked = {re.split(r"[>=<]", line)[0] for line in [*project["dependencies"], *extras]}
    asked -= {"langchain", "lxml-html-clean"}  # pyproject.toml says why each is installed all the same
    assert {
        {"yaml": "pyyaml", "markdown_it": "markdown-it-py", "Stemmer": "pystemmer"}.get(name, name.replace("_", "-"))
        for name in imported
    } == asked
    pinned = (ROOT / "constraints.txt").read_text(encoding="utf-8").lower().replace("_", "-")
    for line in [*project["dependencies"], *extras, *project["optional-dependencies"]["test"]]:
        assert f"\n{re.split(r'[>=<]', line)[0].lower()}==" in pinned, line
    assert "file:" not in pinned
    assert " @ " not in pinned


@pytest.mark.parametrize(
    "arguments", [["-c", "import qa"], ["-c", "import vectorstore"], ["-m", "ui.cli", "--help"]], ids=" ".join
)
def test_starting_loads_nothing_heavy(arguments: list[str]) -> None:
    """`import qa` and `onrecord --help` load none of the heavy libraries."""
    done = subprocess.run([sys.executable, "-X", "importtime", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines() if "import time:" in line}
    assert {"argparse"} & loaded or "qa" in loaded or "vectorstore" in loaded
    assert not loaded & HEAVY


def test_what_users_need_is_at_the_package_roots() -> None:
    """Whoever uses onrecord from Python imports it from `qa`, the index alone from `vectorstore`, errors included."""
    for root in (qa, vectorstore):
        assert {"Filters", "Index", "OnRecordError"} <= set(root.__all__)
        for name in root.__all__:
            assert hasattr(root, name), name
    assert {"Settings", "Answer", "Assistant", "ask"} <= set(qa.__all__)
    for file, root in (("qa", qa), ("vectorstore", qa), ("vectorstore", vectorstore)):
        tree = TREES[f"{file}.errors"]
        assert {node.name for node in tree.body if isinstance(node, ast.ClassDef)} <= set(root.__all__)


def test_our_types_are_seen_by_type_checkers() -> None:
    """Each package carries the mark of PEP 561."""
    assert all((ROOT / package / "py.typed").is_file() for package in ARROWS)


def test_no_day_is_named_by_the_hosts_locale() -> None:
    """A weekday or a month in words comes from vectorstore/language: %A and %B are another language on another machine."""
    for name, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FormattedValue) and node.format_spec:
                assert not re.search(r"%[aAbBcpxX]", ast.unparse(node.format_spec)), f"{name}:{node.lineno}"
            assert not (isinstance(node, ast.Attribute) and node.attr in ("strftime", "strptime")), f"{name}:{node.lineno}"


# Words of a list that only vectorstore/language may hold: so many of them in one module are a second list.
LISTS = {
    "months": "january february april june july august september october november december jan feb apr jun jul aug oct nov dec",
    "weekdays": "monday tuesday wednesday thursday friday saturday sunday tues wednes thurs satur",
    "number words": "two three four five six seven eight nine ten eleven twelve twenty thirty hundred thousand million billion",
    "negations": "not never none nobody nothing neither nor cannot without hardly denied denies deny",
    "titles": "mr mrs ms dr prof gen col lt sgt capt rev sen rep gov",
}


@pytest.mark.parametrize("kind", LISTS)
def test_nobody_else_holds_a_list_of_the_language(kind: str) -> None:
    """Month names, weekdays, number words, negations and titles stand in vectorstore/language alone."""
    words = set(LISTS[kind].split())
    for name in TREES:
        held = {word for string in no_sentences(name) if len(string & words) > 2 for word in string & words}
        assert len(held) < 4, f"{name} has a list of {kind}: {', '.join(sorted(held))}"


@cache
def no_sentences(name: str) -> list[frozenset[str]]:
    """The words of each string of a module that is no docstring and no sentence."""
    if name.startswith(("vectorstore.language.", "qa.doubles")):
        return []
    nodes = list(ast.walk(TREES[name]))
    documented = {id(node.body[0].value) for node in nodes if _has_docstring(node)}  # type: ignore[attr-defined]
    texts = [node.value for node in nodes if isinstance(node, ast.Constant) and id(node) not in documented]
    told = [text.lower() for text in texts if isinstance(text, str) and not text.rstrip().endswith((".", ":", "?"))]
    return [frozenset(re.findall(r"[a-z]+", text)) for text in told]


def _has_docstring(node: ast.AST) -> bool:
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return isinstance(node, kinds) and ast.get_docstring(node) is not None


def test_nothing_is_mocked() -> None:
    """Tests use real parts and the doubles that we ship; they replace no attribute of anything."""
    for where, tree in [*TREES.items(), *TESTS.items()]:
        for module, names in imports(tree):
            full = {module, *(f"{module}.{name}" for name in names)}
            assert not full & {"unittest.mock", "mock", "pytest_mock"}, where
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in ("setattr", "setitem"):
                assert not (isinstance(node.value, ast.Name) and node.value.id == "monkeypatch"), f"{where}:{node.lineno}"


@pytest.mark.parametrize("name", MODULES)
def test_a_modules_names_are_each_bound_once_and_read(name: str) -> None:
    """A second constant of a name replaces the first unseen, and what nothing reads is dead."""
    tree = TREES[name]
    bound: list[str] = []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            bound.append(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            bound += [part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)]
    assert not [one for one, times in Counter(bound).items() if times > 1]
    read = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    assert not [one for one in bound if one.startswith("_") and not one.startswith("__") and one not in read]


def test_pytest_raises_says_what() -> None:
    """An expected error is recognised by its message, not only by its class."""
    for path, tree in TESTS.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and ast.unparse(node.func) == "pytest.raises":
                assert any(keyword.arg == "match" for keyword in node.keywords), f"{path}:{node.lineno}"


# The README


def readme_commands() -> list[str]:
    """The command lines in the README's code blocks: shell blocks, and `$ ` lines of blocks that show output."""
    found = []
    for language, block in re.findall(r"^```(\w*)\n(.*?)^```", README.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE):
        for line in block.replace("\\\n", " ").splitlines():
            if line.startswith("$ "):
                found.append(line[2:])
            elif language == "sh":
                found.append(line)
    return [line for line in found if line.strip() and not line.startswith("#")]


def test_every_onrecord_line_in_the_readme_is_one_the_command_has() -> None:
    """A reader can copy any `onrecord` line of the README."""
    lines = [line for line in readme_commands() if re.match(r"(?:\w+=\S+ )*onrecord\b", line)]
    assert len(lines) >= 5
    for line in lines:
        words = shlex.split(line.partition(" | ")[0], comments=True)
        words = words[words.index("onrecord") + 1 :]
        if words not in (["--help"], ["-h"]):
            assert parser().parse_args(words).run, line


def test_every_make_line_in_the_readme_is_a_target() -> None:
    """`make chat` and `make test` exist, and so does every variable that the README sets for them."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    lines = [shlex.split(line, comments=True) for line in readme_commands() if line.startswith("make ")]
    assert {words[1] for words in lines} >= {"chat", "test"}
    for words in lines:
        for word in words[1:]:
            name, given, _ = word.partition("=")
            assert re.search(rf"^{name} \?=" if given else rf"^{name}:", makefile, re.MULTILINE), word


def test_what_the_readme_shows_is_what_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its outputs, its help and its settings table are today's; `python -m tests.readme` brings them up to date."""
    monkeypatch.setenv("COLUMNS", "100")
    shown = README.read_text(encoding="utf-8")
    with readme.empty_folder():
        today = readme.current(shown)
    assert readme.SECONDS.sub("in 1.0 s", today) == readme.SECONDS.sub("in 1.0 s", shown)


def test_the_changelog_keeps_its_grammar() -> None:
    """Versions newest first; under each, one-line entries that begin with one of four words."""
    lines = [line for line in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").splitlines()[1:] if line.strip()]
    entries = [line for line in lines if line.startswith("- ")]
    assert entries
    for line in lines:
        assert re.fullmatch(
            r"## (?:Unreleased|\d+\.\d+\.\d+ \(\d{4}-\d\d-\d\d\))|- (?:New|Better|Fixed|Gone): .+|  \S.*|[^-# ].*", line
        ), line
