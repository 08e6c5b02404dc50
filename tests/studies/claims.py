"""What the check makes of claims that people wrote: `python -m tests.studies.claims [--wice FILE] [--fool-me-twice FILE]`.

Files as WiCE (claims with the page they cite) and FoolMeTwice publish them: test parts, since the shipped weights were trained on
the development parts (cross-validated figures: tests/studies/LOG.md). Balanced accuracy of the rules, of the rules with the
second opinion, and of `qa.support` at even odds; WiCE's partially supported claims are not supported.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from qa.check.opinion import shared, support
from qa.check.verdict import check

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


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Measures the check on claims that people wrote.")
    parser.add_argument("--wice", type=Path)
    parser.add_argument("--fool-me-twice", type=Path)
    given = parser.parse_args(arguments)
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
