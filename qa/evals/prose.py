"""How good a model's prose is: each question answered by the model and by quoting alone, side by side.

- held: the answer as a reader gets it has an answer of the question: one of the first sentences that is supported, or a quote
  beside it, says it; of the questions whose answer stands in the index. No answer is a miss.
- in words: one of the supported sentences says it itself, whatever is quoted beside it.
- supported: the share of the sentences that the check passed; quotes always are.
- quoted: how often quotes stood in the place of the prose or beside it: no answer was found, or none that was supported.
- abstained, answerable and abstained, others: as for quote-only.
- seconds a question, and tokens read and written, where the endpoint counts them; failed: how often it gave an error instead.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from qa.assistant import Assistant
from qa.errors import ModelError
from qa.evals.bootstrap import interval
from qa.evals.retrieval import Holdings, Judgement, percentile
from qa.evals.types import Question
from qa.models import ChatModel, Draft
from qa.types import Answer
from vectorstore.types import Filters

_SHOWN = 3  # quotes and sentences that a reader reads

Values = dict[str, float]


@dataclass(frozen=True, slots=True)
class Told:
    """One question's outcome, by the model or by quoting."""

    text: str
    measures: Values
    error: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """One question, answered both ways."""

    id: str
    question: str
    answerable: bool
    prose: Told
    quotes: Told


class Metered(ChatModel):
    """A model that keeps count of the tokens of its last answer."""

    tokens: Mapping[str, int] = {}

    def stream(self, *given: Any, **named: Any) -> Iterator[Draft]:
        for draft in super().stream(*given, **named):
            self.tokens = draft.usage or {}
            yield draft


def measure(
    assistant: Assistant,
    questions: Sequence[Question],
    filters: Filters = Filters(),
    progress: Callable[[int], None] | None = None,
) -> list[Pair]:
    """Ask every question of the model that the settings name, and again without it; one that it fails at is not answered."""
    model = Metered(assistant.settings)
    prose = Assistant(assistant.index, assistant.settings, model)
    quoting = Assistant(assistant.index, replace(assistant.settings, answerer="quote"))
    holdings = Holdings(assistant.index.texts())
    newest = assistant.summary().last
    pairs = []
    for number, question in enumerate(questions, 1):
        right = Judgement.of(question, holdings)

        def ask(by: Assistant, question: Question = question) -> Answer:
            return by.ask(question.question, filters=question.within(filters), today=question.asked or newest)

        model.tokens = {}
        started = time.perf_counter()
        try:
            answer, failed = ask(prose), ""
        except ModelError as error:
            answer, failed = Answer(question.question, question.question, "", abstained=True), str(error)
        written = time.perf_counter()
        quoted = ask(quoting)
        ended = time.perf_counter()
        values = _values(answer, right, bool(failed)) | {"quoted": float(bool(answer.label)), "failed": float(bool(failed))}
        counts = {"tokens read": model.tokens.get("input_tokens"), "tokens written": model.tokens.get("output_tokens")}
        values |= {"seconds": written - started} | {name: float(count) for name, count in counts.items() if count is not None}
        quote_values = _values(quoted, right) | {"seconds": ended - written}
        both = Told(answer.text, values, failed), Told(quoted.text, quote_values)
        pairs.append(Pair(question.id, question.question, bool(right.passages), *both))
        if progress:
            progress(number)
    return pairs


def _values(answer: Answer, right: Judgement, failed: bool = False) -> Values:
    by_number = {citation.number: citation.quote for citation in answer.citations}
    shown = [] if answer.abstained else [one for one in (*answer.sentences, *answer.beside) if one.supported][:_SHOWN]
    values: Values = {}
    if right.passages:
        in_words = any(right.said_in(sentence.text) for sentence in shown)
        quotes = [by_number[n] for sentence in shown for n in sentence.citations if n in by_number]
        values["held"] = float(in_words or any(map(right.said_in, quotes)))
        values["in words"] = float(in_words)
    if answer.sentences and not answer.abstained:
        values["supported"] = sum(sentence.supported for sentence in answer.sentences) / len(answer.sentences)
    values["abstained, answerable" if right.passages else "abstained, others"] = float(answer.abstained and not failed)
    return values


NAMES = (
    *("held", "in words", "supported", "quoted", "abstained, answerable", "abstained, others", "failed"),
    *("seconds", "tokens read", "tokens written"),
)


def report(pairs: Sequence[Pair], about: Mapping[str, Any]) -> dict[str, Any]:
    """The run as one JSON object: each measure of the prose, of the quotes, and the paired difference with its interval."""
    measures: dict[str, Any] = {}
    for name in NAMES:
        both = [(pair.prose.measures.get(name), pair.quotes.measures.get(name)) for pair in pairs]
        paired = [p - q for p, q in both if p is not None and q is not None]
        row = {
            "prose": _mean(p for p, _ in both if p is not None),
            "quotes": _mean(q for _, q in both if q is not None),
            "difference": _mean(paired),
            "interval": list(interval(paired)) if paired else None,
            "questions": sum(p is not None for p, _ in both),
        }
        measures[name] = row
    return {
        "about": dict(about),
        "questions": len(pairs),
        "answerable": sum(pair.answerable for pair in pairs),
        "measures": measures,
        "seconds p50": percentile([pair.prose.measures["seconds"] for pair in pairs], 50),
        "pairs": [asdict(pair) for pair in pairs],
    }


def report_text(made: Mapping[str, Any]) -> str:
    """A run as one table."""
    about = made["about"]
    lines = [
        f"{about['benchmark']}: {made['questions']:,} questions, {made['answerable']:,} of them with an answer in "
        f"{about['articles']:,} articles ({about['index']}).",
        "",
        f"  {'':24}{about['model'][:14]:>15}{'quote-only':>13}{'over quote-only':>24}",
    ]
    for name, row in made["measures"].items():
        if row["prose"] is None:
            continue
        change = ""
        if row["difference"] is not None and name != "seconds":
            low, high = row["interval"]
            change = f"{row['difference']:+.3f} [{low:+.3f}, {high:+.3f}]"
        lines.append(f"  {name:24}{_figure(row['prose']):>15}{_figure(row['quotes']):>13}{change:>24}".rstrip())
    return "\n".join([*lines, "", "In brackets: the paired 95 % bootstrap interval over the questions."])


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:,.1f}" if value >= 10 else f"{value:.3f}"


def _mean(values: Iterable[float]) -> float | None:
    listed = list(values)
    return sum(listed) / len(listed) if listed else None
