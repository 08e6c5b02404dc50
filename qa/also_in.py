"""Which other articles carry the same words: found there word for word, like a quote, or not named."""

from __future__ import annotations

from collections.abc import Iterable

from vectorstore.language.folding import place
from vectorstore.language.sentences import sentences
from vectorstore.language.speech import Said, said
from vectorstore.language.tokens import normalised, tokens
from vectorstore.types import Article
from vectorstore.wirecopy import attributes, turns

_AROUND = 700  # characters in which the sentence ends that holds the quote
_LEAST = 3  # words of content, and two more: fewer stand in many articles by chance


def also_in(own: Article, start: int, end: int, others: Iterable[Article]) -> tuple[Article, ...]:
    """The articles, one of each other outlet, in which that quote stands word for word, of the same speaker."""
    quote = own.text[start:end]
    if min(len(quote.split()) - 2, sum(token.content for token in tokens(normalised(quote)))) < _LEAST:
        return ()
    found: dict[str, Article] = {}
    for other in others:
        if other.source == own.source or other.id == own.id or other.source in found:
            continue
        span = standing(quote, other.text)
        if span and not _turned(other.text, *span) and one_speaker(said(own.text, start, end), said(other.text, *span)):
            found[other.source] = other
    return tuple(found.values())


def standing(quote: str, text: str) -> tuple[int, int] | None:
    """Where a quote stands in a text word for word, its first letter small or large: "The owner said the mill will close"."""
    return place(quote, text) or place(quote[:1].swapcase() + quote[1:], text)


def shared(whole: str, others: Iterable[Article]) -> tuple[int, int]:
    """The part of a sentence that is a whole sentence of another article: "…, the agency reported" goes."""
    told = (other.text[a:b].rstrip(" .") for other in others for a, b in sentences(other.text) if b - a <= len(whole) + 1)
    found = (span for text in told if len(text.split()) > _LEAST and (span := standing(text, whole)))
    return max(found, key=lambda span: span[1] - span[0], default=(0, len(whole)))


def one_speaker(mine: Said, theirs: Said) -> bool:
    """Whether two quotations may be of one speaker; what one paper says and another only quotes is not."""
    if not mine.speaker or not theirs.speaker:
        return bool(mine.opening) == bool(theirs.opening)
    # "…, its owner said, the agency reported" has two
    names, others = ([name.split() for name in s.speaker.split(" and ") if name] for s in (mine, theirs))
    return any(_may_be_one(a, b) for a in names for b in others)


def _may_be_one(one: list[str], other: list[str]) -> bool:
    """Whether two names may be of one: "Kern" and "Ida Kern", "Jo Kern" and "Joan Kern", not "Ida Kern" and "Vit Kern"."""
    firsts = {name[0][:2] for name in (one, other) if len(name) > 1 and name[0][0].isupper()}
    return one[-1].casefold() == other[-1].casefold() and len(firsts) < 2


def _turned(text: str, start: int, end: int) -> bool:
    """Whether the rest of the sentence turns the words round: "it is untrue that …"."""
    begin = max(0, start - _AROUND)
    around = text[begin : end + _AROUND]
    start, end = start - begin, end - begin
    whole = [(a, b) for a, b in sentences(around) if a < end and b > start]
    beside = [around[min(start, whole[0][0]) : start], around[end : max(end, whole[-1][1])]] if whole else []
    told = [tokens(normalised(part)) for part in beside]
    return any(turns(token) for row in told if not attributes(row) for token in row)
