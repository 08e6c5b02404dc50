"""What readers said of answers (INDEX/feedback.jsonl, which `onrecord chat` keeps), as questions asked of one's own index.

Of a thumbs-up the articles that were cited are right, and not answering where it did not answer. A thumbs-down says what is
right where it names an address or a quote, in fields of their own or in the words given with it; any other says only what is
wrong, and is left out. Of lines with one id the last counts: it changes what was said before.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from qa.errors import UsageError
from qa.evals.benchmarks.lines import rows, string, strings
from qa.evals.types import Benchmark, Question
from vectorstore.language.days import parse_day
from vectorstore.language.quotations import quotations
from vectorstore.types import Filters

_NEEDED = '{"id", "verdict", "question"}, as onrecord chat writes it'
_ADDRESS = re.compile(r"https?://[^\s<>\"“”«»]{3,2000}")
_SHORTEST = 3  # words of a quotation that can be looked for


def is_feedback(path: Path) -> bool:
    """Whether the first line of a file is feedback."""
    with path.open(encoding="utf-8-sig", errors="replace") as lines:
        first = next((line for line in lines if line.strip()), "")
    try:
        row = json.loads(first)
    except (ValueError, RecursionError):
        return False
    return isinstance(row, dict) and {"verdict", "question"} <= row.keys()


def read(path: Path) -> Benchmark:
    last: dict[str, tuple[int, dict[str, Any]]] = {}
    for number, row in rows(path, _NEEDED):
        if not isinstance(row.get("id"), str):
            raise UsageError(f"{path}:{number} is not {_NEEDED}: mend the line.")
        last[row["id"]] = number, row
    questions = []
    for number, row in last.values():
        try:
            if question := _question(row):
                questions.append(question)
        except (KeyError, TypeError, AttributeError) as error:
            raise UsageError(f"{path}:{number} is not {_NEEDED}: mend the line.") from error
    if not questions:
        raise UsageError(
            f"{path} says of no question what is right: it needs a thumbs-up, or an address or a quote that was missed."
        )
    return Benchmark("feedback", path, tuple(questions))


def _question(row: dict[str, Any]) -> Question | None:
    verdict, said = row["verdict"], row.get("text") or ""
    gold, answers = dict[str, None](), dict[str, None]()
    if verdict == "up":
        gold = dict.fromkeys(one["article"] for one in row.get("cited") or ())
    elif verdict == "down":
        addresses = [row.get("address") or "", *_ADDRESS.findall(said)]
        gold = dict.fromkeys(address.strip().rstrip(".,;:!?)") for address in addresses if address.strip())
        marked = [said[one.start : one.end].strip("“”„«»\"'‘’‹› ") for one in quotations(said)]
        quotes = [row.get("quote") or "", *(quote for quote in marked if len(quote.split()) >= _SHORTEST)]
        answers = dict.fromkeys(quote.strip() for quote in quotes if quote.strip())
    if not (gold or answers or (verdict == "up" and row.get("abstained"))):
        return None
    filters = row.get("filters") or {}
    return Question(
        string(row, "id"),
        string(row, "standalone_question", "question"),
        strings(list(answers)),
        strings(list(gold)),
        asked=parse_day(row["asked"]) if isinstance(row.get("asked"), str) else None,
        filters=Filters(**{name: value for name, value in filters.items() if name != "understood" and value}),
    )
