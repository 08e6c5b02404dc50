"""Does one of the first quoted sentences hold the answer? Over the first ten passages of BM25 alone, so no vectors are needed.

    python -m tests.studies.quoting DATA          quote@1, @2, @3 on DATA/news, quotes as they are shown
    python -m tests.studies.quoting DATA --fit    weights for qa/quoting.py from DATA/news_training and reading/, never news/

quote@k: an answer stands, as words, in one of the first k quotes; over the questions whose answer stands in some passage.
The fit is a softmax over the sentences of a question's hits: it makes likely that one with the answer comes first.
`qa.evals.retrieval` measures the same on a whole index, abstentions included.
"""

from __future__ import annotations

import argparse
import gzip
import json
import tempfile
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from qa.answerable import THRESHOLD, evidence
from qa.asking import asked
from qa.evals.answers import as_words
from qa.quoting import SENTENCE_TRAITS, candidates, quote
from vectorstore.lexical import LexicalIndex
from vectorstore.passages import passages
from vectorstore.types import Article, Hit

HITS = 10
PENALTY = 1e-3  # on the squared weights of standardised traits
STEPS = 400

Asking = tuple[str, list[Hit], tuple[str, ...], bool]  # question, hits, answers, whether some passage holds one


def collection(folder: Path) -> Iterator[Asking]:
    """The questions of a folder like news/ with BM25's hits."""
    articles = {}
    with gzip.open(folder / "articles.jsonl.gz", "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            articles[row["id"]] = Article(
                row["id"],
                row["text"],
                row.get("title") or "",
                row.get("source") or "",
                published=date.fromisoformat(row["published"][:10]) if row.get("published") else None,
            )
    all_ = [passage for article in articles.values() for passage in passages(article)]
    plain = [as_words(passage.text) for passage in all_]
    with tempfile.TemporaryDirectory() as scratch:
        words = Path(scratch) / "words"
        LexicalIndex.write(words, ((n, articles[p.article_id].title, p.text, 0, "") for n, p in enumerate(all_)))
        index = LexicalIndex.open(words)
        with (folder / "questions.jsonl").open(encoding="utf-8") as lines:
            for row in [json.loads(line) for line in lines]:
                found = index.search(row["question"], HITS)
                hits = [Hit(all_[n], articles[all_[n].article_id], score) for n, score in found]
                answers = tuple(filter(None, map(as_words, row["answers"])))
                yield row["question"], hits, answers, any(answer in text for text in plain for answer in answers)


def reading(file: Path, most: int = 600) -> Iterator[Asking]:
    """SQuAD-style questions, as people type them, with the paragraphs of their page as hits."""
    count = 0
    for page in json.loads(file.read_text(encoding="utf-8"))["data"]:
        articles = [Article(f"{page['title']}{n}", p["context"], page["title"]) for n, p in enumerate(page["paragraphs"])]
        all_ = [passage for article in articles for passage in passages(article)]
        of = {article.id: article for article in articles}
        with tempfile.TemporaryDirectory() as scratch:
            LexicalIndex.write(Path(scratch) / "words", ((n, "", p.text, 0, "") for n, p in enumerate(all_)))
            index = LexicalIndex.open(Path(scratch) / "words")
            for qa in (qa for paragraph in page["paragraphs"] for qa in paragraph["qas"]):
                found = index.search(qa["question"], HITS)
                answers = tuple(filter(None, {as_words(answer["text"]) for answer in qa["answers"]}))
                yield qa["question"], [Hit(all_[n], of[all_[n].article_id], score) for n, score in found], answers, True
                count += 1
                if count == most:
                    return


def measure(questions: Sequence[Asking]) -> dict[str, float]:
    """quote@1, @2, @3, the same with an abstention counted as a miss, quotes shown a question, and how often it answers."""
    answerable = [row for row in questions if row[3]]
    rest = [row for row in questions if not row[3]]
    reached = [0, 0, 0]
    told = shown = 0
    for question, hits, answers, _ in answerable:
        quotes = [as_words(citation.quote) for citation in quote(question, hits)[1]]
        shown += len(quotes)
        first = next((n for n, text in enumerate(quotes) if any(answer in text for answer in answers)), 3)
        for n in range(first, 3):
            reached[n] += 1
        told += first < 3 and _answered(question, hits)
    figures = {f"quote@{n}": count / len(answerable) for n, count in enumerate(reached, 1)}
    return figures | {
        "quote@3 after abstaining": told / len(answerable),
        "quotes": shown / len(answerable),
        "answered": sum(_answered(q, hits) for q, hits, *_ in answerable) / len(answerable),
        "answered of the others": sum(_answered(q, hits) for q, hits, *_ in rest) / max(1, len(rest)),
    }


def fit(questions: Sequence[Asking]) -> list[float]:
    """Weights of SENTENCE_TRAITS."""
    import numpy as np

    groups: list[tuple[Any, Any]] = []
    for question, hits, answers, _ in questions:
        found = candidates(asked(question), tuple(hits))
        labels = np.array([any(answer in as_words(c.text) for answer in answers) for c in found])
        if labels.any() and not labels.all():
            groups.append((np.array([c.traits for c in found]), labels))
    stacked = np.vstack([rows for rows, _ in groups])
    mean, spread = stacked.mean(0), stacked.std(0) + 1e-9
    groups = [((rows - mean) / spread, labels) for rows, labels in groups]
    weights = np.zeros(stacked.shape[1])
    step, moment, square = 0.05, np.zeros_like(weights), np.zeros_like(weights)
    for n in range(1, STEPS + 1):  # Adam (Kingma & Ba 2015)
        gradient = 2 * PENALTY * weights
        for rows, labels in groups:
            score = rows @ weights
            chance = np.exp(score - score.max())
            right = np.where(labels, chance, 0)
            gradient += rows.T @ (chance / chance.sum() - right / right.sum()) / len(groups)
        moment, square = 0.9 * moment + 0.1 * gradient, 0.999 * square + 0.001 * gradient**2
        weights -= step * (moment / (1 - 0.9**n)) / (np.sqrt(square / (1 - 0.999**n)) + 1e-9)
    return [float(w) for w in weights / spread]


def _answered(question: str, hits: Sequence[Hit]) -> bool:
    return evidence(question, [hit.passage.text for hit in hits]) >= THRESHOLD


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.studies.quoting", description="How often the quotes hold the answer.")
    parser.add_argument("data", type=Path)
    parser.add_argument("--fit", action="store_true", help="print weights for qa/quoting.py, fitted on news_training")
    given = parser.parse_args(arguments)
    pages = [row for file in sorted((given.data / "reading").glob("*.json")) for row in reading(file)]
    if given.fit:
        for name, weight in zip(SENTENCE_TRAITS, fit([*collection(given.data / "news_training"), *pages]), strict=True):
            print(f"    {weight:.3f},  # {name}")
    for name, rows in (("news", list(collection(given.data / "news"))), ("reading", pages)):
        print(f"{name:8}", "  ".join(f"{key} {value:.3f}" for key, value in measure(rows).items()))


if __name__ == "__main__":
    main()
