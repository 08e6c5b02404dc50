"""Does an article carry a sentence, or does one say otherwise on the same matter?"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from datetime import date

from qa.check.verdict import Verdict, verdict_on
from qa.citations import Quote, carried, checked
from qa.disagreement import corrects
from qa.overtaken import matter, overtaken
from qa.second import Second
from qa.texts.carrying import Carried, carrying, is_wording
from qa.texts.otherwise import is_otherwise
from qa.texts.types import Status
from vectorstore.language.align import Line
from vectorstore.language.detect import common_language
from vectorstore.language.lexicon import pattern, rows
from vectorstore.language.names import is_name
from vectorstore.language.sentences import sentences
from vectorstore.language.tokens import normalised, tokens
from vectorstore.types import Hit

_FIGURES, _HOME = 0.2, 0.15  # what all figures count, and an article that the text is about, beside the share of words
_CERTAIN = 0.9  # share of words from which a sentence that names nobody is of the same event
_READ = 20_000  # characters of an article in which a figure may stand
_FAR = 1_000  # words, more than any sentence lacks
_NOTHING = "The nearest article does not say this."
_SAYS_OTHERWISE = re.compile(r"In the article |[Tt]he article says ")  # a reason that does more than miss something


@dataclass(frozen=True, slots=True)
class Told:
    """What the collection says of a sentence."""

    status: Status
    reasons: tuple[str, ...] = ()
    note: str = ""
    quotes: tuple[Quote, ...] = ()
    differs: tuple[Quote, ...] = ()  # where a later report says otherwise


def told(sentence: str, hits: Sequence[Hit], second: Second | None = None, home: Set[str] = frozenset()) -> Told:
    """What the passages found for a sentence say of it: the quote that carries it, or the one that contradicts it.

    `home` are the articles (their ids) that the sentences before it were found to be about.
    """
    verdict, quotes = carried(sentence, hits, second)
    if not verdict.supported and (year := _year_alone(verdict.reasons)):
        same = [hit for hit in hits if hit.article.published and _is_its_own(year, sentence, hit.article.published)]
        if same:
            sentence, hits = re.sub(rf",? ?\b{year}\b", "", sentence, count=1), same
            verdict, quotes = carried(sentence, hits)
    if verdict.supported and (wrong := [quote for quote in quotes if _is_put_right(sentence, quote)]):
        return Told("contradicted", ("The article says that this was wrong.",), "", tuple(wrong))
    found = Carried(against=_NOTHING)
    if common_language(sentence, [hit.passage.text for hit in hits]) == "en" and not verdict.note:
        found = _carried_by(sentence, quotes, hits)
        if not found.missing and _SAYS_OTHERWISE.search(found.against):
            return Told("contradicted", (found.against,), "", found.quotes)
        verdict = Verdict(not found.against)
        quotes = list(found.quotes)
    if verdict.supported:
        later, note = overtaken(sentence, quotes, hits)
        return Told("supported", (), f"{verdict.note} {note}".strip(), tuple(quotes), later)
    against = _contradicted(sentence, hits, home)
    return against or Told("not in the articles", (found.against,) if found.quotes else (), "", found.quotes)


def _contradicted(sentence: str, hits: Sequence[Hit], home: Set[str]) -> Told | None:
    """That the articles' sentence which is nearest to it says otherwise; nothing where it only has other words.

    Of many articles on gas prices some have another price: it is the one that the text is about, or that has most of its figures.
    """
    claim = tokens(normalised(sentence))
    figures = [token for token in claim if token.values and not token.date]
    best: tuple[float, float, Hit, tuple[int, int]] | None = None
    for hit in hits:
        share, span = matter(sentence, hit)
        if span is None:
            continue
        row = Line(tokens(normalised(hit.article.text[slice(*span)])))
        same = sum(bool(row.matching(token)) for token in figures) / max(1, len(figures))
        weight = share + _FIGURES * same + _HOME * (hit.article.id in home)
        if best is None or weight > best[0]:
            best = weight, share, hit, span
    if best is None:
        return None
    _, share, hit, span = best
    here = hit.article.text[slice(*span)]
    keys = {token.key for token in tokens(normalised(here))}
    if share < _CERTAIN and hit.article.id not in home and not any(is_name(t) and not t.first and t.key in keys for t in claim):
        return None  # nobody and no place of it is named there: it may be another event
    against = checked(sentence, [hit])
    told = [r for r in against.reasons if is_otherwise(r, share, claim, here, hit.article.text[:_READ])]
    return Told("contradicted", tuple(told), "", ((hit, span),)) if told and not against.supported else None


def _carried_by(sentence: str, quotes: Sequence[Quote], hits: Sequence[Hit]) -> Carried:
    """The sentences of one of the passages that carry a sentence by themselves; where none do, those that come nearest."""
    quoted = {hit.passage.id: hit for hit, _ in quotes}
    rest = [hit for hit in hits if hit.passage.id not in quoted]
    nearest = Carried(against=_NOTHING, missing=_FAR)
    for hit in (*quoted.values(), *rest):
        found = carrying(sentence, hit)
        if not found.against:
            reasons = [reason for reason in checked(sentence, [hit]).reasons if not is_wording(reason, sentence, found.lines)]
            if not reasons:
                return found
            found = replace(found, against=reasons[0])
        if found.missing < nearest.missing:
            nearest = found
    return nearest


def _is_put_right(sentence: str, quote: Quote) -> bool:
    """Whether a sentence rests on what a correction says was wrong, and does not say that it was."""
    hit, (start, end) = quote
    wrong, text = pattern("copies.wrong"), hit.article.text[start:end]
    if not corrects(hit.article) or wrong.search(sentence):
        return False
    told = [text[slice(*span)] for span in sentences(text)]
    return any(wrong.search(one) and verdict_on(sentence, [one]).supported for one in told)


def _year_alone(reasons: Sequence[str]) -> int:
    """The year that is all a passage lacks; none: 0. "In March" of an article of April 2026 is in March 2026."""
    found = re.fullmatch(r"The passage does not give the year (\d{4})\b.*", reasons[0]) if len(reasons) == 1 else None
    return int(found[1]) if found else 0


def _is_its_own(year: int, sentence: str, published: date) -> bool:
    """Whether the year is that of an article, and no month of the sentence comes after it."""
    months = [row[0] for row in rows("dates.months")]
    named = [months.index(token.key) + 1 for token in tokens(normalised(sentence)) if token.key in months]
    return year == published.year and all(month <= published.month for month in named)
