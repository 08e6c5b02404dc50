"""Do some passages answer a question? `evidence` on CLAPNQ, and the fit that its weights come from.

    python -m tests.studies.abstain DATA          AUROC and balanced accuracy of the weights in the code (in sample)
    python -m tests.studies.abstain DATA --fit    cross-validated figures, and weights for qa/answerable.toml (needs scikit-learn)

DATA holds abstain/ (CLAPNQ, two JSONL files) and reading/ (SQuAD format: a question with its own paragraph, and with the
paragraph of the same page that BM25 likes best among those without its answer).
"""

from __future__ import annotations

import argparse
import json
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from qa.answerable import THRESHOLD, TRAITS, evidence, traits
from qa.asking import asked
from qa.evals.answers import as_words
from vectorstore.language.words import words

SEED = 20261122
READING_WEIGHT = 0.1  # of one reading/ pair beside one of CLAPNQ: it overlaps more than questions that people type
PENALTY = 0.1  # scikit-learn's C

Pair = tuple[str, str, bool]  # question, passage, whether it answers


def clapnq(data: Path) -> Iterator[Pair]:
    """CLAPNQ's questions with their passage."""
    for name, answers in (("answerable", True), ("unanswerable", False)):
        with (data / "abstain" / f"clapnq_{name}.jsonl").open(encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                yield row["input"], row["passages"][0]["text"], answers


def reading(data: Path) -> Iterator[Pair]:
    """A page's questions with their own paragraph, and with the best of its other paragraphs."""
    for file in sorted((data / "reading").glob("*.json")):
        for page in json.loads(file.read_text(encoding="utf-8"))["data"]:
            contexts = [paragraph["context"] for paragraph in page["paragraphs"]]
            texts = [as_words(context) for context in contexts]
            counts = [Counter(word.stem for word in words(context)) for context in contexts]
            for n, paragraph in enumerate(page["paragraphs"]):
                for qa in paragraph["qas"]:
                    yield qa["question"], contexts[n], True
                    answers = list(filter(None, (as_words(answer["text"]) for answer in qa["answers"])))
                    others = [m for m, text in enumerate(texts) if m != n and not any(answer in text for answer in answers)]
                    if others:
                        yield qa["question"], contexts[max(others, key=lambda m: _bm25(qa["question"], counts[m]))], False


def measure(pairs: Sequence[Pair]) -> dict[str, float]:
    """AUROC, and balanced accuracy at `THRESHOLD`, of `evidence` as the product calls it."""
    scored = [(evidence(question, [passage]), answers) for question, passage, answers in pairs]
    return figures(scored)


def figures(scored: Sequence[tuple[float, bool]]) -> dict[str, float]:
    """AUROC (ties count half) and balanced accuracy at `THRESHOLD` of scores with their labels."""
    right = [score for score, answers in scored if answers]
    wrong = [score for score, answers in scored if not answers]
    wins = sum((one > other) + (one == other) / 2 for one in right for other in wrong)
    kept = sum(score >= THRESHOLD for score in right) / len(right)
    refused = sum(score < THRESHOLD for score in wrong) / len(wrong)
    return {"auroc": wins / len(right) / len(wrong), "balanced accuracy": (kept + refused) / 2, "kept": kept, "refused": refused}


def fit(
    own: Sequence[Pair], more: Sequence[Pair], folds: int = 10, rounds: int = 4
) -> tuple[dict[str, float], list[float], float]:
    """Cross-validated figures on `own` (its folds beside all of `more`), then weights and bias fitted on everything."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]  # it ships no types
    from sklearn.model_selection import StratifiedKFold  # type: ignore[import-untyped]

    def table(pairs: Sequence[Pair]) -> tuple[np.ndarray, np.ndarray]:
        return np.array([traits(asked(q), p) for q, p, _ in pairs]), np.array([answers for *_, answers in pairs])

    (x, y), (x2, y2) = table(own), table(more)

    def fitted(rows: np.ndarray) -> tuple[np.ndarray, float]:
        both, labels = np.vstack([x[rows], x2]), np.append(y[rows], y2)
        shares = np.append(np.ones(len(rows)), np.full(len(y2), READING_WEIGHT))
        mean, spread = both.mean(0), both.std(0) + 1e-9
        model = LogisticRegression(C=PENALTY, max_iter=5000).fit((both - mean) / spread, labels, sample_weight=shares)
        weights = model.coef_[0] / spread
        return weights, float(model.intercept_[0] - weights @ mean)

    runs = []
    for extra in range(rounds):
        scored: list[tuple[float, bool]] = []
        for train, test in StratifiedKFold(folds, shuffle=True, random_state=SEED + extra).split(x, y):
            weights, bias = fitted(train)
            scored += [
                (1 / (1 + math.exp(-(row @ weights + bias))), bool(label)) for row, label in zip(x[test], y[test], strict=True)
            ]
        runs.append(figures(scored))
    weights, bias = fitted(np.arange(len(y)))
    return {name: sum(run[name] for run in runs) / rounds for name in runs[0]}, [float(w) for w in weights], bias


def _bm25(question: str, counts: Counter[str]) -> float:
    size = 0.25 + 0.75 * counts.total() / 130
    return sum(term.weight * counts[term.stem] * 2.2 / (counts[term.stem] + 1.2 * size) for term in asked(question).terms)


def _row(name: str, values: dict[str, float]) -> str:
    return f"{name:34}" + "  ".join(f"{key} {value:.3f}" for key, value in values.items())


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.studies.abstain", description="How well evidence tells answerable questions."
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--fit", action="store_true", help="cross-validate, and print weights for qa/answerable.toml")
    given = parser.parse_args(arguments)
    own, more = list(clapnq(given.data)), list(reading(given.data))
    print(_row("CLAPNQ (weights fitted on it)", measure(own)))
    print(_row("reading/, same page", measure(more)))
    if given.fit:
        values, weights, bias = fit(own, more)
        print(_row("CLAPNQ, cross-validated", values))
        print(f'["texts"]\n"bias" = {bias:.4f}')
        for name, weight in zip(TRAITS, weights, strict=True):
            print(f'"{name}" = {weight:.4f}')


if __name__ == "__main__":
    main()
