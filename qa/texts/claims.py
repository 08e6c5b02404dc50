"""Does an article carry a sentence, or does one say otherwise on the same matter?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from qa.check.align import Claim
from qa.check.numbers import numbers
from qa.check.polarity import polarity
from qa.check.status import status
from qa.check.verdict import check, contradicts, key_words
from qa.citations import Quote, carried, checked
from qa.clauses import furniture
from qa.disagreement import corrects
from qa.second import Second
from qa.texts.types import Status
from vectorstore.language.days import day_words
from vectorstore.language.detect import common_language
from vectorstore.language.lexicon import pattern, rows
from vectorstore.language.names import is_name
from vectorstore.language.sentences import sentences
from vectorstore.language.tokens import normalised, tokens
from vectorstore.types import Hit

_SAME = 0.5  # share of a sentence's words of content that the passage must have for the two to be about one matter
_SAME_OF_ANOTHER = 0.7  # where it is a name that differs: "the mayor of Velden resigned" is not about the mayor of Saltmere
_NAMED = 10_000  # characters of an article in which those whom it tells of are named
_OVERTAKEN = 200  # days in which a report may be reversed; after them it is more often another event
_SOON = 10  # and in which another count is of the same event
_TOLD = 0.6  # share of a sentence's words that a later report needs to be on the same matter
_LEAST = 2  # words of content that both have


@dataclass(frozen=True, slots=True)
class Told:
    """What the collection says of a sentence."""

    status: Status
    reasons: tuple[str, ...] = ()
    note: str = ""
    quotes: tuple[Quote, ...] = ()
    differs: tuple[Quote, ...] = ()  # where a later report says otherwise


def told(sentence: str, hits: Sequence[Hit], second: Second | None = None) -> Told:
    """What the passages found for a sentence say of it: the quote that carries it, or the one that contradicts it."""
    verdict, quotes = carried(sentence, hits, second)
    if not verdict.supported and (year := _year_alone(verdict.reasons)):
        same = [hit for hit in hits if hit.article.published and _is_its_own(year, sentence, hit.article.published)]
        if same:
            verdict, quotes = carried(re.sub(rf",? ?\b{year}\b", "", sentence, count=1), same)
    if verdict.supported and (wrong := [quote for quote in quotes if _is_put_right(sentence, quote)]):
        return Told("contradicted", ("The article says that this was wrong.",), "", tuple(wrong))
    if verdict.supported:
        later, note = _reversed(sentence, quotes, hits)
        return Told("supported", (), f"{verdict.note} {note}".strip(), tuple(quotes), later)
    best: tuple[float, Told] | None = None
    for hit in hits:
        share, span = _matter(sentence, hit)
        if span is None or (best and share <= best[0]):
            continue
        against = checked(sentence, [hit])
        reasons = tuple(reason for reason in against.reasons if contradicts(reason, share >= _SAME_OF_ANOTHER))
        if reasons and not against.supported:
            best = share, Told("contradicted", reasons, "", ((hit, span),))
    return best[1] if best else Told("not in the articles", verdict.reasons if quotes else (), "", ())


def _is_put_right(sentence: str, quote: Quote) -> bool:
    """Whether a sentence rests on what a correction says was wrong, and does not say that it was."""
    hit, (start, end) = quote
    wrong, text = pattern("copies.wrong"), hit.article.text[start:end]
    if not corrects(hit.article) or wrong.search(sentence):
        return False
    told = [text[slice(*span)] for span in sentences(text)]
    return any(wrong.search(one) and check(sentence, [one]).supported for one in told)


def _reversed(sentence: str, quotes: Sequence[Quote], hits: Sequence[Hit]) -> tuple[tuple[Quote, ...], str]:
    """Where a later report has the opposite, a "not" or, some days later, another number in the same words, and that in words.

    Whoever prints the sentence must know. Another name or thing is more often of another event, so these say nothing here.
    """
    days = [hit.article.published for hit, _ in quotes if hit.article.published]
    best: tuple[float, tuple[Quote, ...], str] = (0.0, (), "")
    for hit in hits if days and not furniture(sentence) else ():
        published = hit.article.published
        later = (published - max(days)).days if published else 0
        if not published or not 0 < later <= _OVERTAKEN:
            continue
        share, span = _matter(sentence, hit)
        if span is None or share <= best[0] or checked(sentence, [hit]).supported:
            continue
        words = hit.article.text[slice(*span)]
        found = [] if furniture(words) else [r for text in (words, hit.article.title) for r in _otherwise(sentence, text, later)]
        if found:
            who = ", ".join(filter(None, (hit.article.source, day_words(published))))
            best = share, ((hit, span),), f"A later report differs ({who}): {found[0].replace(' passage ', ' report ')}"
    return best[1:]


def _otherwise(sentence: str, text: str, days: int) -> list[str]:
    """What a text of some days later has otherwise, where it has most of the sentence's words."""
    claim = Claim(sentence, [text])
    told = [bool(place) for token, place in zip(claim.tokens, claim.at, strict=True) if token.content]
    if sum(told) < _TOLD * len(told):
        return []
    turned = [reason for rule in (polarity, status) for reason in rule(claim) if "he passage says" in reason]
    return turned + [reason for reason in numbers(claim) if days <= _SOON and contradicts(reason)]


def _year_alone(reasons: Sequence[str]) -> int:
    """The year that is all a passage lacks; none: 0. "In March" of an article of April 2026 is in March 2026."""
    found = re.fullmatch(r"The passage does not give the year (\d{4})\b.*", reasons[0]) if len(reasons) == 1 else None
    return int(found[1]) if found else 0


def _is_its_own(year: int, sentence: str, published: date) -> bool:
    """Whether the year is that of an article, and no month of the sentence comes after it."""
    months = [row[0] for row in rows("dates.months")]
    named = [months.index(token.key) + 1 for token in tokens(normalised(sentence)) if token.key in months]
    return year == published.year and all(month <= published.month for month in named)


def _matter(sentence: str, hit: Hit) -> tuple[float, tuple[int, int] | None]:
    """How much of a sentence one sentence of a passage has, and where that stands; nothing where it is of another matter."""
    text = hit.passage.text
    language = common_language(sentence, [text])
    best: tuple[float, tuple[int, int] | None] = (0.0, None)
    for start, end in sentences(text):
        claim = Claim(sentence, [text[start:end]], None, language)
        wanted = [i for i, token in enumerate(claim.tokens) if token.content]
        held = [i for i in wanted if claim.at[i]]
        plain = [i for i in wanted if not claim.tokens[i].values and not claim.tokens[i].date]
        names = [i for i in plain if is_name(claim.tokens[i])]
        lacked = [i for i in names if not claim.at[i]]
        keys = _keys(f"{hit.article.title}\n{hit.article.text[:_NAMED]}") if lacked else frozenset()
        known = {i for i in names if claim.at[i] or claim.tokens[i].key in keys}
        need = _SAME if known.issuperset(names) else _SAME_OF_ANOTHER
        share = sum(bool(claim.at[i]) or i in known for i in plain) / max(1, len(plain))
        if len(held) >= _LEAST and share >= need and share > best[0]:
            best = share, (hit.passage.start + start, hit.passage.start + end)
    return best


@lru_cache(maxsize=512)
def _keys(text: str) -> frozenset[str]:
    return key_words(text)
