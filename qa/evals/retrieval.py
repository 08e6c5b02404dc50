"""How often the right passage is found: ans@k, art@k, MRR, nDCG, answer in the quoted sentences, abstention, latency.

A question file is JSON lines: `{"id", "question", "answers": […], "gold_articles": […]}` (the last two may be empty; an
article is named by its id or its URL).

- ans@k: one of the first k passages holds an answer, as words, case and punctuation aside; over the questions whose answer
  stands in some passage of the index.
- art@k: one of the first k passages is of an article that the question names; over the questions that name one.
- MRR@10 and nDCG@10 are by article, each article counted at its first passage; relevance is 0 or 1 (Järvelin & Kekäläinen 2002).
- quote@1, quote@3: one of the first quotes of the quote-only answer holds an answer; over the same questions as ans@k, an
  abstention counting as a miss.
"""

from __future__ import annotations

import json
import math
import re
import time
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa.assistant import Assistant
from qa.errors import UsageError
from vectorstore.types import Filters, Hit

DEPTHS = (1, 5, 10)


@dataclass(frozen=True, slots=True)
class Question:
    id: str
    question: str
    answers: tuple[str, ...] = ()
    gold_articles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """One question's outcome; ranks count from 1, and 0 means not among the hits."""

    id: str
    answerable: bool  # an answer stands in some passage of the index
    answer_rank: int
    article_rank: int  # among distinct articles
    hit_article_rank: int  # among passages
    linked: bool
    quote_rank: int
    abstained: bool
    search_ms: float
    answer_ms: float


def read_questions(path: Path) -> list[Question]:
    """The questions of a JSON-lines file. Raises UsageError naming the line that is none."""
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: pass a file of JSON lines.") from error
    questions = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            gold = row.get("gold_articles", row.get("article", ()))
            gold = (gold,) if isinstance(gold, str) else tuple(gold)
            questions.append(Question(str(row["id"]), row["question"], tuple(row.get("answers", ())), gold))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise UsageError(f'{path}:{number} is not {{"id", "question", "answers"}}: mend the line.') from error
    return questions


def measure(assistant: Assistant, questions: Sequence[Question], filters: Filters = Filters()) -> list[Result]:
    """Ask every question; quote-only where the assistant has no model."""
    stored = _Stored(assistant)
    results = []
    for question in questions:
        started = time.perf_counter()
        hits = assistant.index.search(question.question, filters, max(DEPTHS))
        searched = time.perf_counter()
        answer = assistant.ask(question.question, filters=filters)
        answered = time.perf_counter()
        patterns = [answer_words(text) for text in question.answers]
        gold = set(question.gold_articles)
        articles = list({hit.article.id: _articles_of(hit) & gold for hit in hits}.values())
        results.append(
            Result(
                id=question.id,
                answerable=any(stored.holds(pattern) for pattern in patterns),
                answer_rank=_rank(holds(hit, patterns) for hit in hits),
                article_rank=_rank(articles),
                hit_article_rank=_rank(_articles_of(hit) & gold for hit in hits),
                linked=bool(gold),
                quote_rank=0 if answer.abstained else _rank(_says(c.quote, patterns) for c in answer.citations[:3]),
                abstained=answer.abstained,
                search_ms=1000 * (searched - started),
                answer_ms=1000 * (answered - searched),
            )
        )
    return results


def table(results: Sequence[Result]) -> dict[str, float]:
    """The measures by name, in the order in which they are best read."""
    answerable = [r for r in results if r.answerable]
    linked = [r for r in results if r.linked]
    measures: dict[str, float] = {"questions": len(results), "answerable": len(answerable), "linked": len(linked)}
    for k in DEPTHS:
        measures[f"ans@{k}"] = _share(0 < r.answer_rank <= k for r in answerable)
    for k in DEPTHS:
        measures[f"art@{k}"] = _share(0 < r.hit_article_rank <= k for r in linked)
    measures["MRR@10"] = _mean(1 / r.article_rank if r.article_rank else 0.0 for r in linked)
    measures["nDCG@10"] = _mean(1 / math.log2(r.article_rank + 1) if r.article_rank else 0.0 for r in linked)
    for k in (1, 3):
        measures[f"quote@{k}"] = _share(0 < r.quote_rank <= k for r in answerable)
    measures["abstained, answerable"] = _share(r.abstained for r in answerable)
    measures["abstained, others"] = _share(r.abstained for r in results if not r.answerable)
    for name, times in (("search", [r.search_ms for r in results]), ("answer", [r.answer_ms for r in results])):
        for percent in (50, 95):
            measures[f"{name} p{percent} ms"] = _percentile(times, percent)
    return measures


def answer_words(text: str) -> re.Pattern[str]:
    """A pattern that finds an answer's words in plain() text, whole words only."""
    return re.compile(rf"(?<!\w){re.escape(plain(text))}(?!\w)") if plain(text) else re.compile(r"(?!)")


def plain(text: str) -> str:
    """Text for comparing: NFKC, lower case, one space for each run of what is no letter and no digit, no leading article."""
    words = re.sub(r"[\W_]+", " ", unicodedata.normalize("NFKC", text).casefold()).strip()
    return re.sub(r"^(?:the|an?) (?=\w)", "", words)


def holds(hit: Hit, patterns: Iterable[re.Pattern[str]]) -> bool:
    return _says(hit.passage.text, patterns)


def _says(text: str, patterns: Iterable[re.Pattern[str]]) -> bool:
    words = plain(text)
    return any(pattern.search(words) for pattern in patterns)


def _articles_of(hit: Hit) -> set[str]:
    return {name for article in (hit.article, *hit.also_in) for name in (article.id, article.url)}


class _Stored:
    """All passages of the index as one text, to tell the questions that it can answer."""

    def __init__(self, assistant: Assistant) -> None:
        self._text = "\n".join(plain(text) for text in assistant.index.texts())

    def holds(self, pattern: re.Pattern[str]) -> bool:
        return bool(pattern.search(self._text))


def _rank(found: Iterable[Any]) -> int:
    return next((n for n, yes in enumerate(found, 1) if yes), 0)


def _share(found: Iterable[bool]) -> float:
    return _mean(1.0 if yes else 0.0 for yes in found)


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return sum(listed) / len(listed) if listed else float("nan")


def _percentile(values: Sequence[float], percent: int) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(len(ordered) * percent / 100) - 1)] if ordered else float("nan")
