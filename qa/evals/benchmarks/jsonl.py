"""Our own format: `{"id", "question", "answers": […], "gold_articles": […]}` lines, asked of an index of one's own.

An article is named by its id or its URL; `asked` is the day of the question. A folder with questions.jsonl and articles.jsonl
(or articles.jsonl.gz, in any form that `onrecord rebuild` reads) brings its collection along.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from qa.errors import UsageError
from qa.evals.benchmarks.lines import rows, string, strings
from qa.evals.types import Benchmark, Question
from vectorstore import articles
from vectorstore.language.days import parse_day

_NEEDED = '{"id", "question", "answers"}'


def read(path: Path) -> Benchmark:
    if not path.is_dir():
        return Benchmark("jsonl", path, tuple(read_questions(path)))
    files = [path / name for name in ("articles.jsonl", "articles.jsonl.gz") if (path / name).exists()]

    collection = (lambda: articles.read(files)) if files else None
    return Benchmark("jsonl", path, tuple(read_questions(path / "questions.jsonl")), collection)


def read_questions(path: Path) -> list[Question]:
    """The questions of a JSON-lines file. Raises UsageError naming the line that is none."""
    questions = []
    for number, row in rows(path, _NEEDED):
        try:
            questions.append(
                Question(
                    string(row, "id"),
                    string(row, "question"),
                    strings(row.get("answers")),
                    strings(row.get("gold_articles", row.get("article"))),
                    asked=_day(row.get("asked")),
                )
            )
        except (KeyError, TypeError) as error:
            raise UsageError(f"{path}:{number} is not {_NEEDED}: mend the line.") from error
    return questions


def _day(value: object) -> date | None:
    return parse_day(value) if isinstance(value, str) else None
