"""`onrecord eval`: a benchmark measured, or two saved runs compared, as a table, as JSON and as a picture."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from qa.assistant import Assistant
from qa.errors import UsageError
from qa.evals import benchmarks, collection, prose
from qa.evals.bootstrap import SEED
from qa.evals.plot import Panel, svg
from qa.evals.report import Report, compare, hit_curve, read, report
from qa.evals.retrieval import depths, measure
from qa.evals.types import Benchmark
from qa.settings import Settings
from vectorstore.types import Filters, Rejected

_SHOWN = 15  # changed questions of each kind in a comparison; --json has all
_OURS = "onrecord"

Progress = Callable[[int, int], None]
Bar = Callable[[str, str], Any]  # (what, unit) -> a context whose value is a Progress


def evaluate(options: argparse.Namespace, settings: Settings, filters: Filters, bar: Bar) -> int:
    """Does what the options ask for and prints it; returns the exit code."""
    if bool(options.path) == bool(options.compare):
        raise UsageError("eval takes either a PATH of questions or --compare RUN_A RUN_B.")
    for file in (options.plot, options.save):
        if file and not Path(file).expanduser().absolute().parent.is_dir():
            raise UsageError(f"{file} cannot be written: its folder does not exist.")
    if options.plot and Path(options.plot).suffix.lower() != ".svg":
        raise UsageError(f"--plot {options.plot}: the picture is SVG, which browsers show; name it FILE.svg.")
    if options.compare:
        return _compare(options)
    if options.model and not settings.uses_model:
        raise UsageError("--model measures a language model, and none is set: set OPENAI_BASE_URL or OPENAI_API_KEY.")
    benchmark = benchmarks.read(Path(options.path).expanduser(), options.format or "")
    if options.model:
        return _prose(benchmark, options, settings, filters, bar)
    with _index(benchmark, options, settings, bar) as (assistant, rejected):
        with bar("Asking", " questions") as progress:
            results = measure(
                assistant,
                benchmark.questions,
                filters,
                options.k,
                options.baselines,
                lambda done: progress(done, len(benchmark.questions)),
            )
        own = benchmark.articles is not None and not options.index
        made = report(results, _about(benchmark, assistant, filters, options.k, own), options.k)
    _write(options.save, json.dumps(made))
    if options.plot:
        labels = {_OURS: "", **{search: search for search in made["baselines"]}}
        curves = {
            kind: tuple((label, hit_curve(made["questions"], kind, options.k, search)) for label, search in labels.items())
            for kind in ("passage", "article")
        }
        _write(options.plot, svg(f"{benchmark.path.name}: found among the first k", _panels(curves)))
    if options.json:
        print(json.dumps(made))
    else:
        if rejected:
            first = f"{rejected[0].where}: {rejected[0].reason}"
            print(f"{len(rejected):,} articles left out or taken without a date; the first: {_short(first)}", file=sys.stderr)
        print(report_text(made))
    return 0


def _prose(benchmark: Benchmark, options: argparse.Namespace, settings: Settings, filters: Filters, bar: Bar) -> int:
    """What the model of the settings writes, beside what quoting alone answers."""
    with _index(benchmark, options, settings, bar) as (opened, _), bar("Asking", " questions") as progress:
        assistant = Assistant(opened.index, replace(settings, index=opened.settings.index))
        pairs = prose.measure(assistant, benchmark.questions, filters, lambda done: progress(done, len(benchmark.questions)))
        about = _about(benchmark, assistant, filters, settings.passages, benchmark.articles is not None and not options.index)
    made = prose.report(pairs, about | {"model": settings.model})
    _write(options.save, json.dumps(made))
    print(json.dumps(made) if options.json else prose.report_text(made))
    return 0


def report_text(made: Report) -> str:
    """A run as tables: by passage, by article, quotes, abstentions, times."""
    about, measures, at = made["about"], made["measures"], depths(made["about"]["k"])
    last = at[-1]
    by = [*(f"recall@{k}" for k in at), f"MRR@{last}", f"nDCG@{last}"]
    lines = [
        f"{about['benchmark']}: {measures['questions']:,} questions, asked of {about['articles']:,} articles "
        f"in {about['passages']:,} passages ({about['index']})."
    ]
    groups = (
        (
            f"By passage: the {measures['answerable']:,} questions whose answer stands in one; a passage with it is right",
            [*(f"ans@{k}" for k in at), *(f"passage {name}" for name in by)],
        ),
        (f"By article: the {measures['linked']:,} questions that name one", [*(f"art@{k}" for k in at), *by]),
        ("Quote-only: one of the first quotes holds the answer; no answer is a miss", ["quote@1", "quote@3"]),
        ("Share not answered, by whether an answer stands in the collection", ["abstained, answerable", "abstained, others"]),
    )
    for title, names in groups:
        rows = [_row(name, made) for name in names if measures.get(name) is not None]
        if rows:
            plain = [search for search, beside in made["baselines"].items() if any(name in beside["measures"] for name in names)]
            lines += ["", title, _cells("", _OURS, *_heads(plain)), *rows]
    times = "   ".join(
        f"{name} {measures[f'{name} p50 ms']:.1f} / {measures[f'{name} p95 ms']:.1f}"
        for name in ("search", "answer")
        if measures[f"{name} p50 ms"] is not None
    )
    lines += ["", f"Milliseconds a question, p50 / p95: {times}"]
    lines.append("In brackets: 95 % bootstrap intervals over the questions; a difference's is paired.")
    if made["baselines"]:
        lines.append("* differs from onrecord: the paired interval of the difference leaves out 0.")
    return "\n".join(lines)


def comparison_text(found: Mapping[str, Any], names: Sequence[str]) -> str:
    """A comparison as tables: each measure with its difference, then which questions got better and which worse."""
    lines = [f"A: {names[0]}", f"B: {names[1]}", f"{found['questions']:,} questions in both."]
    for side in ("a", "b"):
        if found[f"only_in_{side}"]:
            lines.append(f"Left out: {found[f'only_in_{side}']:,} that are only in {side.upper()}.")
    lines += ["", f"{'':24}{'A':>7}{'B':>7}{'B - A':>9}  {'95 %':16}{'better':>7}{'worse':>7}{'same':>7}"]
    for name, change in found["measures"].items():
        low, high = change["interval"]
        sure = "*" if low > 0 or high < 0 else " "
        same = change["questions"] - change["better"] - change["worse"]
        lines.append(
            f"{name:24}{_share(change['a']):>7}{_share(change['b']):>7}{_signed(change['value']):>8}{sure}  "
            f"{f'[{_signed(low)}, {_signed(high)}]':16}{change['better']:>7}{change['worse']:>7}{same:>7}"
        )
    for kind, moves in found["changes"].items():
        for side, rows in moves.items():
            if rows:
                lines += ["", f"{_TITLES[kind]}: {side} in B for {len(rows):,} questions (rank in A -> in B; - is not found)"]
                lines += [
                    f"  {_rank(row['a'])} -> {_rank(row['b'])}  {_short(str(row['id']))}  {_short(row['question'])}"
                    for row in rows[:_SHOWN]
                ]
                if len(rows) > _SHOWN:
                    lines.append(f"  … and {len(rows) - _SHOWN:,} more; --json lists all")
    return "\n".join(lines)


_TITLES = {"passage": "First passage with an answer", "article": "First article named", "quote": "First quote with an answer"}


def _compare(options: argparse.Namespace) -> int:
    runs = [read(Path(name).expanduser()) for name in options.compare]
    found = compare(*runs)
    _write(options.save, json.dumps(found))
    if options.plot:
        deepest = min(int(run["about"]["k"]) for run in runs)
        title = " and ".join(f"{label}: {Path(name).name}" for label, name in zip("AB", options.compare, strict=True))
        curves = {
            kind: tuple((label, hit_curve(run["questions"], kind, deepest)) for label, run in zip("AB", runs, strict=True))
            for kind in ("passage", "article")
        }
        _write(options.plot, svg(f"Found among the first k, {title}", _panels(curves)))
    print(json.dumps(found) if options.json else comparison_text(found, options.compare))
    return 0


@contextmanager
def _index(
    benchmark: Benchmark, options: argparse.Namespace, settings: Settings, bar: Bar
) -> Iterator[tuple[Assistant, list[Rejected]]]:
    """An assistant over the index named with --index, or over the benchmark's own collection, kept in --keep or made for now."""
    quoting = replace(settings, answerer="quote")
    if options.keep and (options.index or benchmark.articles is None):
        raise UsageError("--keep is for a benchmark that brings its collection, and not together with --index.")
    if options.index or benchmark.articles is None:
        with Assistant.open(settings.index, quoting) as assistant:
            yield assistant, []
        return
    with tempfile.TemporaryDirectory(prefix="onrecord-eval-") as scratch:
        folder = Path(options.keep).expanduser() if options.keep else Path(scratch) / "index"
        with bar("Encoding", " passages") as encoded:

            def progress(what: str, done: int, total: int) -> None:
                if what == "passages":
                    encoded(done, total)

            index, rejected = collection.opened(benchmark, folder, settings.embedder, rerank=settings.rerank, progress=progress)
        with Assistant(index, replace(quoting, index=folder)) as assistant:
            yield assistant, rejected


def _about(benchmark: Benchmark, assistant: Assistant, filters: Filters, deepest: int, own: bool) -> dict[str, Any]:
    held = assistant.summary(filters)
    return {
        "benchmark": str(benchmark.path),
        "format": benchmark.format,
        "index": "its own" if own else str(assistant.settings.index),
        "generation": held.generation,
        "articles": held.articles,
        "passages": held.passages,
        "embedder": assistant.settings.embedder,
        "sources": list(filters.sources),
        "since": filters.since.isoformat() if filters.since else None,
        "until": filters.until.isoformat() if filters.until else None,
        "sections": list(filters.sections),
        "languages": list(filters.languages),
        "k": deepest,
        "seed": SEED,
    }


def _panels(curves: Mapping[str, Any]) -> list[Panel]:
    return [
        Panel("By passage: one holds the answer", curves["passage"]),
        Panel("By article: one is of it", curves["article"]),
    ]


def _row(name: str, made: Report) -> str:
    cells = [f"{_share(made['measures'][name])} {_between(made['intervals'][name])}"]
    for number, (_, beside) in enumerate(made["baselines"].items()):
        if name in beside["measures"]:
            difference = beside["differences"][name]
            low, high = difference["interval"]
            sure = "*" if low > 0 or high < 0 else ""
            cells.append(_share(beside["measures"][name]) + sure)
            if not number:
                cells.append(f"{_signed(difference['value'])} [{_signed(low)}, {_signed(high)}]")
    return _cells(name, *cells)


def _heads(searches: Sequence[str]) -> list[str]:
    """The first plain search's column is followed by the difference to it."""
    return [head for number, search in enumerate(searches) for head in ([search] if number else [search, f"over {search}"])]


def _cells(name: str, ours: str = "", first: str = "", over: str = "", *others: str) -> str:
    return f"  {name:22}{ours:21}{first:7}{over:22}{''.join(f'{cell:10}' for cell in others)}".rstrip()


def _write(name: str | None, text: str) -> None:
    if name:
        try:
            Path(name).expanduser().write_text(text, encoding="utf-8", errors="backslashreplace")
        except OSError as error:
            raise UsageError(f"{name} cannot be written ({error.strerror}): name another file.") from error


def _share(value: float) -> str:
    return f"{value:.3f}".replace("0.", ".", 1) if value < 1 else f"{value:.3f}"


def _signed(value: float) -> str:
    return f"{value:+.3f}".replace("0.", ".", 1)


def _between(ends: Sequence[float]) -> str:
    return f"[{_share(ends[0])}, {_share(ends[1])}]"


def _rank(rank: int) -> str:
    return f"{rank or '-':>3}"


def _short(text: str) -> str:
    """Text of a saved run for one line of a terminal: nothing in it commands the terminal."""
    plain = "".join(c if c.isprintable() else " " for c in text)
    return plain if len(plain) <= 90 else plain[:88] + " …"
