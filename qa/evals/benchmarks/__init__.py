"""A path in, a Benchmark out: one reader per format, told by what lies at the path.

jsonl        FILE.jsonl                      {"id", "question", "answers", "gold_articles"} lines, asked of an index of yours
             FOLDER/questions.jsonl          the same, with FOLDER/articles.jsonl (or .jsonl.gz) as the collection
feedback     FILE.jsonl                      what readers said of answers, as `onrecord chat` keeps it
squad        FILE.json                       SQuAD, XQuAD and what follows their format: each paragraph is an article
beir         FOLDER/corpus.jsonl             with queries.jsonl and qrels/test.tsv
realtimeqa   FOLDER, or one YYYYMMDD_qa.jsonl of a checkout of github.com/realtimeqa/realtimeqa_public
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from qa.assistant import readable
from qa.errors import QuestionError, UsageError
from qa.evals.benchmarks import beir, feedback, jsonl, realtimeqa, squad
from qa.evals.types import Benchmark

READERS = {"jsonl": jsonl.read, "feedback": feedback.read, "squad": squad.read, "beir": beir.read, "realtimeqa": realtimeqa.read}


def read(path: Path, format_: str = "") -> Benchmark:
    """The benchmark at that path. Raises UsageError, in one line that names the file and the line, where it is none."""
    if not path.exists():
        raise UsageError(f"{path} does not exist: check the path.")
    benchmark = READERS[format_ or _format(path)](path)
    if not benchmark.questions:
        raise UsageError(f"{path} holds no question: there is nothing to measure.")
    for question in benchmark.questions:
        try:
            readable(question.question)
        except QuestionError as error:
            raise UsageError(f"{path}, question {question.id!r}: {error}") from error
    most = Counter(question.id for question in benchmark.questions).most_common(1)[0]
    if most[1] > 1:
        raise UsageError(f"{path}: {most[1]} questions have the id {most[0]!r}; give each its own.")
    return benchmark


def _format(path: Path) -> str:
    if path.is_file():
        if realtimeqa.week(path):
            return "realtimeqa"
        if path.suffix.lower() == ".json":
            return "squad"
        return "feedback" if feedback.is_feedback(path) else "jsonl"
    if (path / "corpus.jsonl").exists() or (path / "queries.jsonl").exists():
        return "beir"
    if (path / "questions.jsonl").exists():
        return "jsonl"
    if realtimeqa.weeks(path):
        return "realtimeqa"
    raise UsageError(
        f"{path} is no benchmark we read: it needs questions.jsonl, or corpus.jsonl with queries.jsonl and qrels/test.tsv, "
        "or the YYYYMMDD_qa.jsonl files of RealTime QA. --format names one."
    )
