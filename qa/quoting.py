"""Answering by quotation: the sentences of the hits that answer the question, verbatim and attributed.

`evidence` says how likely some passages answer a question at all; below `THRESHOLD` the articles are taken not to say.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from qa.types import Citation, Sentence
from qa.words import STOP_WORDS, rarity, words
from vectorstore.passages import sentences
from vectorstore.types import Article, Hit

THRESHOLD = 0.5

_MONTHS = "January February March April May June July August September October November December".split()
_NUMBER = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|hundreds?|thousands?|millions?|billions?|"
    r"trillions?|half|none|no)\b",
    re.I,
)
_DATE = re.compile(
    r"\b(?:1[5-9]|20)\d\d\b|\b(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.? \d|\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|"
    r"Sun)day\b|\b\d{1,2}(?::\d\d)? ?[ap]\.?m\b|\b(?:yesterday|today|tomorrow|century|weekend)\b|\b(?:last|next|this) (?:week|month|year)\b",
)
_NAME = re.compile(r"(?<![.!?“\"] )(?<!^)\b[A-Z][\w’'-]+")
_REASON = re.compile(
    r"\b(?:because|due to|after|amid|over|in response|to \w+|so that|since|following|reason|caus\w+|blam\w+)\b", re.I
)
_DENIAL = re.compile(r"\b(?:den(?:y|ie[sd]|ying|ial)|not|n[’']t|never|rejected|refused|dismissed|ruled out)\b", re.I)


@dataclass(frozen=True, slots=True)
class _Candidate:
    start: int
    end: int
    hit: Hit
    score: float


def evidence(question: str, passages: Sequence[str]) -> float:
    """How likely it is, from 0 to 1, that these passages answer the question. Below `THRESHOLD`, abstain."""
    wanted = _content(question)
    if not wanted or not passages:
        return 0.0
    total = sum(map(rarity, wanted))
    best = 0.0
    for passage in passages:
        spans = sentences(passage)
        for n, (start, _) in enumerate(spans):
            text = passage[start : spans[min(n + 1, len(spans) - 1)][1]]
            held = {word.stem for word in words(text)}
            share = sum(rarity(stem) for stem in wanted if stem in held) / total
            best = max(best, share + 0.1 * _fits(question, text))
    return 1 / (1 + math.exp(-8 * (best - 0.6)))


def quote(question: str, hits: Sequence[Hit], limit: int = 3) -> tuple[tuple[Sentence, ...], tuple[Citation, ...]]:
    """The one to `limit` sentences of the hits that best answer the question, each with its one citation, best first."""
    wanted = _content(question)
    total = sum(map(rarity, wanted)) or 1.0
    candidates: dict[tuple[str, int], _Candidate] = {}
    for rank, hit in enumerate(hits):
        for start, end in sentences(hit.passage.text):
            text = hit.passage.text[start:end]
            held = {word.stem for word in words(text)}
            share = sum(rarity(stem) for stem in wanted if stem in held) / total
            score = share + 0.25 * _fits(question, text) - 0.02 * rank
            candidates.setdefault(
                (hit.article.id, hit.passage.start + start),
                _Candidate(hit.passage.start + start, hit.passage.start + end, hit, score),
            )
    ranked = sorted(candidates.values(), key=lambda c: -c.score)
    chosen: list[_Candidate] = []
    seen: list[set[str]] = []
    for candidate in ranked:
        if len(chosen) == limit or (chosen and candidate.score < 0.6 * chosen[0].score):
            break
        held = {word.stem for word in words(_text(candidate))}
        if any(len(held & other) > 0.7 * min(len(held), len(other)) for other in seen):
            continue
        chosen.append(candidate)
        seen.append(held)
    citations = tuple(
        Citation(number, _text(c), c.start, c.end, c.hit.article, c.hit.passage.id, c.hit.also_in)
        for number, c in enumerate(chosen, 1)
    )
    return tuple(Sentence(f"{_quoted(c.quote)} — {_credit(c.article)}", (c.number,), True) for c in citations), citations


def _text(candidate: _Candidate) -> str:
    return candidate.hit.article.text[candidate.start : candidate.end]


def _content(question: str) -> list[str]:
    return list(dict.fromkeys(word.stem for word in words(question) if word.text.lower() not in STOP_WORDS))


def _fits(question: str, text: str) -> float:
    """1 where the sentence holds the kind of thing that the question asks for, 0 where it does not."""
    low = question.lower()
    if re.search(r"\bhow (?:many|much|old|long|far|high|tall|big|large)\b|\b(?:percent|percentage)\b", low):
        return float(bool(_NUMBER.search(text)))
    if re.search(r"\bwhen\b|\bwhat (?:year|date|day|month|time)\b|\bwhich (?:year|month|day)\b", low):
        return float(bool(_DATE.search(text)))
    if re.search(r"\b(?:deny|denies|denied|rejected)\b", low):
        return float(bool(_DENIAL.search(text)))
    if re.search(r"\b(?:who|whom|whose|where|which|what)\b", low):
        asked = {word.text.lower() for word in words(question)}
        return float(any(name.group().lower() not in asked for name in _NAME.finditer(text)))
    if re.search(r"\bwhy\b", low):
        return float(bool(_REASON.search(text)))
    return 1.0


def _quoted(quote: str) -> str:
    return f"“{quote}”"


def _credit(article: Article) -> str:
    """Who says it, and when: the outlet and the date, or else the headline."""
    parts = [article.source or article.title or article.id]
    if article.published:
        parts.append(_day(article.published))
    return ", ".join(parts)


def _day(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
