"""What a benchmark gives: Question and Benchmark."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from vectorstore.types import Article, Filters, Rejected


@dataclass(frozen=True, slots=True)
class Question:
    """A question and what is right; both kinds of right may be empty."""

    id: str
    question: str
    answers: tuple[str, ...] = ()  # any of them
    gold_articles: tuple[str, ...] = ()  # ids or URLs
    grades: tuple[int, ...] = ()  # how relevant each gold article is, where the benchmark says so; else each 1
    asked: date | None = None
    filters: Filters = Filters()  # that this question was asked with

    def within(self, filters: Filters) -> Filters:
        """What to search: its own filters where it has some, else those given."""
        return filters if self.filters == Filters() else self.filters


@dataclass(frozen=True, slots=True)
class Benchmark:
    """Questions, and the collection that they are asked of where the benchmark comes with one."""

    format: str
    path: Path
    questions: tuple[Question, ...]
    articles: Callable[[], Iterator[Article | Rejected]] | None = None  # one pass over the collection; None: the user's own index
