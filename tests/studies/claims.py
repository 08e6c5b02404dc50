"""What the check makes of claims that people wrote: `python -m tests.studies.claims [--wice FILE] [--fool-me-twice FILE]`.

`--fit SCORES` prints the weights of qa/check/opinion.py, fitted on the two files given (development parts) with the scores.npz
that tests/studies/claims_model.py left, and what they reach where each part of four is judged by weights of the others.

Files as WiCE (claims with the page they cite) and FoolMeTwice publish them: test parts, since the shipped weights were trained on
the development parts (cross-validated figures: tests/studies/LOG.md). Balanced accuracy of the rules, of the rules with the
second opinion, and of `qa.support` at even odds; WiCE's partially supported claims are not supported.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from qa.check.opinion import shared, support
from qa.check.verdict import check, coverage

Claim = tuple[str, list[str], bool]


def wice(file: Path) -> list[Claim]:
    rows = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    return [(row["claim"], [" ".join(row["evidence"])], row["label"] == "supported") for row in rows]


def fool_me_twice(file: Path, titled: bool) -> list[Claim]:
    rows = list(map(json.loads, file.read_text(encoding="utf-8").splitlines()))
    gold = [" ".join(one["text"] for one in row["gold_evidence"]) for row in rows]
    texts = [f"{row['wikipedia_page']}\n{text}" if titled else text for row, text in zip(rows, gold, strict=True)]
    return [(row["text"], [text], row["label"] == "SUPPORTS") for row, text in zip(rows, texts, strict=True)]


def figure(name: str, told: Sequence[bool], right: Sequence[bool]) -> str:
    accepted = sum(t and r for t, r in zip(told, right, strict=True)) / max(1, sum(right))
    refused = sum(not t and not r for t, r in zip(told, right, strict=True)) / max(1, len(right) - sum(right))
    return f"    {name:<34} {(accepted + refused) / 2:.3f} (accepts {accepted:.2f}, refuses {refused:.2f})"


def fitted(wice_file: Path, fool_file: Path, scores: Path, run: str) -> Iterator[str]:
    """Logistic regression on the network's log odds, the words covered, the rules' verdict and how many reasons they give."""
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]  # it ships no types

    from tests.studies.claims_data import part

    rows = [json.loads(line) for line in wice_file.read_text(encoding="utf-8").splitlines()]
    pages = [row["meta"]["id"].split("-")[0] for row in rows]
    others = [json.loads(line)["wikipedia_page"] for line in fool_file.read_text(encoding="utf-8").splitlines()]
    sets = [wice(wice_file), [], []]
    sets[1:] = [fool_me_twice(fool_file, titled) for titled in (False, True)]
    turns = [one for pair in zip(sets[1], sets[2], strict=True) for one in pair]  # as claims_data has them
    claims = [*sets[0], *turns]
    of = np.array([0] * len(sets[0]) + [1, 2] * len(sets[1]))
    parts = np.array([part(page) for page in [*pages, *(page for page in others for _ in range(2))]])
    right = np.array([one for *_, one in claims])
    verdicts = [check(claim, passages) for claim, passages, _ in claims]
    told = np.array([
        (odds, coverage(claim, " ".join(passages)), verdict.supported, min(4, len(verdict.reasons)))
        for (claim, passages, _), verdict, odds in zip(claims, verdicts, np.load(scores)[run][: len(claims), 0], strict=True)
    ])  # fmt: skip
    weight = np.ones(len(claims))
    for n, share in enumerate((1.0, 0.5, 0.5)):
        for kind in (True, False):
            mine = (of == n) & (right == kind)
            weight[mine] = share / mine.sum()
    weight /= weight.mean()
    mean, spread = told.mean(0), told.std(0)
    plain = (told - mean) / spread
    judged = np.zeros(len(claims))
    for k in range(max(parts) + 1):
        rest = parts != k
        model = LogisticRegression(C=300, max_iter=2000).fit(plain[rest], right[rest], sample_weight=weight[rest])
        judged[parts == k] = model.decision_function(plain[parts == k])
    for n, name in enumerate(("WiCE", "FoolMeTwice", "FoolMeTwice, titled")):
        yield figure(name, list(judged[of == n] >= 0), list(right[of == n]))
    model = LogisticRegression(C=300, max_iter=2000).fit(plain, right, sample_weight=weight)
    weights = model.coef_[0] / spread
    yield f"odds, covered, passed, reason: {np.round(weights, 4)}, bias {model.intercept_[0] - float(weights @ mean):.4f}"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Measures the check on claims that people wrote.")
    parser.add_argument("--wice", type=Path)
    parser.add_argument("--fool-me-twice", type=Path)
    parser.add_argument("--fit", type=Path, metavar="SCORES")
    parser.add_argument("--run", default="six", help="whose scores")
    given = parser.parse_args(arguments)
    if given.fit:
        print(*fitted(given.wice, given.fool_me_twice, given.fit, given.run), sep="\n")
        return
    sets: dict[str, list[Claim]] = {"WiCE": wice(given.wice)} if given.wice else {}
    for titled in (False, True) if given.fool_me_twice else ():
        sets["FoolMeTwice, gold" + ", titled" * titled] = fool_me_twice(given.fool_me_twice, titled)
    for name, claims in sets.items():
        right = [one for *_, one in claims]
        verdicts = [check(claim, passages) for claim, passages, _ in claims]
        second = [shared().cleared(c, p, verdict) for (c, p, _), verdict in zip(claims, verdicts, strict=True)]
        print(f"{name}, {len(claims)} claims, {sum(right)} supported")
        print(figure("rules", [one.supported for one in verdicts], right))
        print(figure("rules and second opinion", [one.supported for one in second], right))
        print(figure("qa.support at even odds", [support(claim, passages) >= 0.5 for claim, passages, _ in claims], right))


if __name__ == "__main__":
    main()
