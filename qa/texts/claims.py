"""Does an article carry a sentence, or does one say otherwise on the same matter?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from qa.asking import NUMBER
from qa.check.verdict import check, contradicts
from qa.citations import Quote, carried, checked
from qa.disagreement import corrects
from qa.overtaken import SAME_OF_ANOTHER, matter, overtaken
from qa.second import Second
from qa.texts.types import Status
from vectorstore.language.detect import common_language
from vectorstore.language.lexicon import pattern, rows
from vectorstore.language.names import is_name
from vectorstore.language.senses import is_synonym, may_mean
from vectorstore.language.sentences import sentences
from vectorstore.language.speakers import isa
from vectorstore.language.tokens import normalised, tokens
from vectorstore.types import Hit

_FOUNDED = 8  # words of a sentence of which one may have no word of the article for it


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
    if verdict.supported and (unfounded := _unfounded(sentence, quotes, hits)):
        return Told("not in the articles", (f"The nearest article has no word for “{unfounded}”.",), "", tuple(quotes))
    if verdict.supported:
        later, note = overtaken(sentence, quotes, hits)
        return Told("supported", (), f"{verdict.note} {note}".strip(), tuple(quotes), later)
    best: tuple[float, Told] | None = None
    for hit in hits:
        share, span = matter(sentence, hit)
        if span is None or (best and share <= best[0]):
            continue
        against = checked(sentence, [hit])
        row = tokens(normalised(hit.article.text[slice(*span)]))
        figures = share >= SAME_OF_ANOTHER and any(t.date or (t.values and t.unit != "ordinal") for t in row)
        reasons = tuple(reason for reason in against.reasons if contradicts(reason, figures))
        if reasons and not against.supported:
            best = share, Told("contradicted", reasons, "", ((hit, span),))
    return best[1] if best else Told("not in the articles", verdict.reasons if quotes else (), "", ())


def _unfounded(sentence: str, quotes: Sequence[Quote], hits: Sequence[Hit]) -> str:
    """A word that tells something for which the articles found have none, nor one that may mean it; empty where all have one.

    What a writer cites may be summed up in other words; what a search has found may be of another matter but for that word.
    """
    quoted = {hit.passage.id: hit for hit, _ in quotes}
    texts = " \n".join(f"{hit.article.title} \n{hit.passage.text}" for hit in quoted.values())
    if common_language(sentence, [texts]) != "en":
        return ""
    found = _keys_of(texts)
    beside = _keys_of(" \n".join(f"{hit.article.title} \n{hit.article.text[slice(*span)]}" for hit, span in quotes))
    told = [token for token in tokens(normalised(sentence)) if token.content and not token.values and not token.date]
    lacked = [
        token
        for token in told
        if token.key not in found
        and not (is_name(token) or token.capital or token.quoted or _is_frame(token.text.casefold()))
        and not any(may_mean(token.key, key, narrower=False) for key in beside)
        and not any(is_synonym(token.key, key) for key in found)
    ]
    for hit in hits if lacked else ():  # what tells the same may have the word
        share, span = matter(sentence, hit) if hit.passage.id not in quoted else (0.0, None)
        keys = _keys_of(hit.article.text[slice(*span)]) if span and share >= SAME_OF_ANOTHER else frozenset()
        lacked = [token for token in lacked if token.key not in keys]
    return lacked[0].text if lacked and len(lacked) * _FOUNDED >= len(told) else ""


def _keys_of(text: str) -> frozenset[str]:
    return frozenset(token.key for token in tokens(normalised(text)[:40_000]))


def _is_frame(word: str) -> bool:
    """Whether a word only says who says it, or about how many: "thousands" of 2,500."""
    return isa(word, "verbs_of_saying", "titles") or bool(NUMBER.fullmatch(word))


def _is_put_right(sentence: str, quote: Quote) -> bool:
    """Whether a sentence rests on what a correction says was wrong, and does not say that it was."""
    hit, (start, end) = quote
    wrong, text = pattern("copies.wrong"), hit.article.text[start:end]
    if not corrects(hit.article) or wrong.search(sentence):
        return False
    told = [text[slice(*span)] for span in sentences(text)]
    return any(wrong.search(one) and check(sentence, [one]).supported for one in told)


def _year_alone(reasons: Sequence[str]) -> int:
    """The year that is all a passage lacks; none: 0. "In March" of an article of April 2026 is in March 2026."""
    found = re.fullmatch(r"The passage does not give the year (\d{4})\b.*", reasons[0]) if len(reasons) == 1 else None
    return int(found[1]) if found else 0


def _is_its_own(year: int, sentence: str, published: date) -> bool:
    """Whether the year is that of an article, and no month of the sentence comes after it."""
    months = [row[0] for row in rows("dates.months")]
    named = [months.index(token.key) + 1 for token in tokens(normalised(sentence)) if token.key in months]
    return year == published.year and all(month <= published.month for month in named)
