"""How often the right passage is found: questions and an index in, measures out.

By passage, over the questions whose answer stands, as words, case and punctuation aside, in some passage of the index:
- ans@k: one of the first k passages holds an answer (hit@k);
- passage recall@k, passage MRR@k, passage nDCG@k: every passage of the index that holds an answer is relevant.

By article, over the questions that name one:
- art@k: one of the first k passages is of an article that the question names (hit@k);
- recall@k, MRR@k, nDCG@k: over distinct articles, each counted at its first passage.

- quote@1, quote@3: one of the first quotes of the quote-only answer holds an answer; over the same questions as ans@k, an
  abstention counting as a miss. Of a plain search: the sentences of its hits that share the rarest words with the question.
- abstained, answerable and abstained, others: how often it does not answer, by whether an answer stands in the index.
- search and answer, p50 and p95: milliseconds a question, of a search and of a whole quote-only answer.

Dates in a question are counted from the day it was asked; where that is not known, from the newest article's.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from qa.assistant import Assistant
from qa.evals.answers import as_words
from qa.evals.measures import standard
from qa.evals.types import Question
from vectorstore.language.sentences import sentences
from vectorstore.language.words import STOP_WORDS, rarity, words
from vectorstore.search import Index
from vectorstore.types import Filters, Hit

DEPTH = 10
BASELINES = ("BM25", "vectors", "RRF")
_RRF = 60  # reciprocal rank fusion's constant (Cormack, Clarke & Büttcher 2009)
_FUSED_FROM = 100  # of each search

Values = dict[str, float]  # measures of one question by name; those that do not apply to it are not there


@dataclass(frozen=True, slots=True)
class Plain:
    """What a plain search found for one question, to compare with."""

    answer_rank: int
    article_rank: int
    hit_article_rank: int
    measures: Values


@dataclass(frozen=True, slots=True)
class Result:
    """One question's outcome; ranks count from 1, and 0 means not among the hits."""

    id: str
    question: str
    answerable: bool  # an answer stands in some passage of the index
    answer_rank: int
    article_rank: int  # among distinct articles
    hit_article_rank: int  # among passages
    linked: bool
    quote_rank: int
    abstained: bool
    search_ms: float
    answer_ms: float
    measures: Values = field(default_factory=dict)
    baselines: dict[str, Plain] = field(default_factory=dict)  # the plain searches, where asked for


def depths(deepest: int = DEPTH) -> tuple[int, ...]:
    """At which k to measure: the usual ones up to the deepest, and that one."""
    return tuple(sorted({k for k in (1, 5, 10, 20, 50, 100) if k < deepest} | {deepest}))


def measure(
    assistant: Assistant,
    questions: Sequence[Question],
    filters: Filters = Filters(),
    deepest: int = DEPTH,
    baselines: bool = False,
    progress: Callable[[int], None] | None = None,
) -> list[Result]:
    """Ask every question; quote-only where the assistant has no model. `progress` is told how many are done."""
    holdings = Holdings(assistant.index.texts())
    newest = assistant.summary().last
    asked = []
    rankings: dict[str, dict[str, Ranking]] = {name: {} for name in ("", *(BASELINES if baselines else ()))}
    plain_quotes: dict[tuple[str, str], int] = {}
    judged = {question.id: Judgement.of(question, holdings) for question in questions}
    for number, question in enumerate(questions, 1):
        right = judged[question.id]
        started = time.perf_counter()
        today = question.asked or newest  # "this week" is not of the day on which the measure is run
        within = question.within(filters)
        hits = assistant.index.retrieve(question.question, within, today, k=deepest).hits
        searched = time.perf_counter()
        answer = assistant.ask(question.question, filters=within, today=today)
        answered = time.perf_counter()
        quotes = [] if answer.abstained else [citation.quote for citation in answer.citations[:3]]
        quote_rank = _rank(right.said_in(quote) for quote in quotes)
        asked.append((quote_rank, answer.abstained, 1000 * (searched - started), 1000 * (answered - searched)))
        rankings[""][question.id] = right.ranking(hits, holdings)
        if baselines:
            for name, found in plain_searches(assistant.index, question.question, within, deepest).items():
                rankings[name][question.id] = right.ranking(found, holdings)
                plain_quotes[name, question.id] = _rank(right.said_in(said) for said in overlapping(question.question, found))
        if progress:
            progress(number)
    values = {name: _values(judged, ranked, depths(deepest)) for name, ranked in rankings.items()}
    for name in rankings:
        for question, (quote_rank, *_) in zip(questions, asked, strict=True):
            if judged[question.id].passages:
                rank = plain_quotes[name, question.id] if name else quote_rank
                values[name][question.id] |= {f"quote@{k}": float(0 < rank <= k) for k in (1, 3)}
    results = []
    for question, (quote_rank, abstained, search_ms, answer_ms) in zip(questions, asked, strict=True):
        ranking, right = rankings[""][question.id], judged[question.id]
        measures = values[""][question.id]
        measures["abstained, answerable" if right.passages else "abstained, others"] = float(abstained)
        results.append(
            Result(
                id=question.id,
                question=question.question,
                answerable=bool(right.passages),
                answer_rank=ranking.answer_rank,
                article_rank=ranking.article_rank,
                hit_article_rank=ranking.hit_article_rank,
                linked=bool(right.articles),
                quote_rank=quote_rank,
                abstained=abstained,
                search_ms=search_ms,
                answer_ms=answer_ms,
                measures=measures,
                baselines={
                    name: Plain(*ranked[question.id].ranks, values[name][question.id])
                    for name, ranked in rankings.items()
                    if name
                },
            )
        )
    return results


def table(results: Sequence[Result], deepest: int = DEPTH) -> dict[str, float]:
    """The measures by name, in the order in which they are best read; nan where no question has it."""
    measures: dict[str, float] = {
        "questions": len(results),
        "answerable": sum(r.answerable for r in results),
        "linked": sum(r.linked for r in results),
    }
    for name in measure_names(deepest):
        measures[name] = _mean(r.measures[name] for r in results if name in r.measures)
    for name, times in (("search", [r.search_ms for r in results]), ("answer", [r.answer_ms for r in results])):
        for percent in (50, 95):
            measures[f"{name} p{percent} ms"] = percentile(times, percent)
    return measures


def measure_names(deepest: int = DEPTH) -> list[str]:
    """The measures that each question has a value of, in the order of the table."""
    by_article = [f"recall@{k}" for k in depths(deepest)] + [f"MRR@{deepest}", f"nDCG@{deepest}"]
    return [
        *(f"ans@{k}" for k in depths(deepest)),
        *(f"passage {name}" for name in by_article),
        *(f"art@{k}" for k in depths(deepest)),
        *by_article,
        "quote@1",
        "quote@3",
        "abstained, answerable",
        "abstained, others",
    ]


def plain_searches(index: Index, question: str, filters: Filters, k: int) -> dict[str, list[Hit]]:
    """The first k passages of BM25 alone, of the vectors alone, and of their plain rank fusion."""
    by_words, by_meaning = index.apart(question, filters, max(_FUSED_FROM, k))
    hits, scores = {}, dict[str, float]()
    for found in (by_words, by_meaning):
        for place, hit in enumerate(found, 1):
            hits[hit.passage.id] = hit
            scores[hit.passage.id] = scores.get(hit.passage.id, 0.0) + 1 / (_RRF + place)
    fused = sorted(scores, key=lambda id_: (-scores[id_], id_))
    return {"BM25": by_words[:k], "vectors": by_meaning[:k], "RRF": [hits[id_] for id_ in fused[:k]]}


def overlapping(question: str, hits: Sequence[Hit], most: int = 3) -> list[str]:
    """The sentences of the hits whose words, met in the question too, are rarest together; of equals the first found."""
    asked = {word.stem for word in words(question)} - STOP_WORDS
    said = [hit.passage.text[start:end] for hit in hits for start, end in sentences(hit.passage.text)]
    return sorted(said, key=lambda text: -sum(rarity(stem) for stem in asked & {word.stem for word in words(text)}))[:most]


@dataclass(frozen=True, slots=True)
class Ranking:
    """What one search found for one question, as far as measures need it."""

    answer_rank: int
    article_rank: int
    hit_article_rank: int
    passages: tuple[str, ...]  # distinct texts, best first, by name
    articles: tuple[str, ...]  # distinct articles, best first

    @property
    def ranks(self) -> tuple[int, int, int]:
        return self.answer_rank, self.article_rank, self.hit_article_rank


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is right for one question in one collection."""

    answers: tuple[str, ...]  # as words
    passages: Mapping[str, int]  # those that hold an answer -> 1
    articles: Mapping[str, int]  # those that the question names -> grade

    @classmethod
    def of(cls, question: Question, holdings: Holdings) -> Judgement:
        answers = tuple(filter(None, map(as_words, question.answers)))
        grades = question.grades or (1,) * len(question.gold_articles)
        holding = {name: 1 for answer in answers for name in holdings.holding(answer)}
        return cls(answers, holding, dict(zip(question.gold_articles, grades, strict=True)))

    def said_in(self, text: str) -> bool:
        """Whether the text holds an answer, as whole words."""
        inside = as_words(text)
        return any(answer in inside for answer in self.answers)

    def ranking(self, hits: Sequence[Hit], holdings: Holdings) -> Ranking:
        passages = [holdings.name(hit.passage.text) for hit in hits]
        named = [sorted(_names(hit) & self.articles.keys()) for hit in hits]
        articles = dict.fromkeys(
            name for hit, names in zip(hits, named, strict=True) for name in names or [f"other {hit.article.id}"]
        )
        first_hits = list({hit.article.id: bool(names) for hit, names in zip(hits, named, strict=True)}.values())
        return Ranking(
            answer_rank=_rank(name in self.passages for name in passages),
            article_rank=_rank(first_hits),
            hit_article_rank=_rank(named),
            passages=tuple(dict.fromkeys(passages)),
            articles=tuple(articles),
        )


class Holdings:
    """All passages of an index, to tell which hold an answer. A text that several passages have counts once."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._numbers: dict[str, int] = {}
        for text in texts:
            self._numbers.setdefault(text, len(self._numbers))
        self._all = "\n".join(map(as_words, self._numbers))

    def name(self, text: str) -> str:
        """What judgements call a passage of that text."""
        return str(self._numbers.get(text, -1))

    def holding(self, answer: str) -> set[str]:
        """The passages that hold an answer, given as words."""
        found = set()
        line = place = 0
        while (at := self._all.find(answer, place)) >= 0:
            line += self._all.count("\n", place, at)
            found.add(str(line))
            end = self._all.find("\n", at)
            if end < 0:
                break
            line, place = line + 1, end + 1
        return found


def percentile(values: Sequence[float], percent: int) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(len(ordered) * percent / 100) - 1)] if ordered else float("nan")


def _values(judged: Mapping[str, Judgement], ranked: Mapping[str, Ranking], at: Sequence[int]) -> dict[str, Values]:
    """Each question's measures of one search."""
    passages = standard({q: j.passages for q, j in judged.items()}, {q: r.passages for q, r in ranked.items()}, at)
    articles = standard({q: j.articles for q, j in judged.items()}, {q: r.articles for q, r in ranked.items()}, at)
    values: dict[str, Values] = {}
    for question, right in judged.items():
        ranking = ranked[question]
        found: Values = {}
        if right.passages:
            found |= {f"ans@{k}": float(0 < ranking.answer_rank <= k) for k in at}
            found |= {f"passage {name}": value for name, value in passages[question].items()}
        if right.articles:
            found |= {f"art@{k}": float(0 < ranking.hit_article_rank <= k) for k in at}
            found |= articles[question]
        values[question] = found
    return values


def _names(hit: Hit) -> set[str]:
    return {name for article in (hit.article, *hit.also_in) for name in (article.id, article.url) if name}


def _rank(found: Iterable[Any]) -> int:
    return next((n for n, yes in enumerate(found, 1) if yes), 0)


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return sum(listed) / len(listed) if listed else float("nan")
