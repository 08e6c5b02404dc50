"""How far who says a sentence answers for the names of a question that asks what they said: “I was told,” she said."""

from __future__ import annotations

from functools import cache

from qa.asking import Asked
from qa.check.spelt import company, speaks_for_it
from qa.words_met import Read
from vectorstore.language.lexicon import word_set
from vectorstore.language.speech import speech_in
from vectorstore.language.words import key
from vectorstore.types import Hit


def asks_what_is_said(ask: Asked) -> bool:
    """Whether a question asks what somebody it names said, or was told."""
    return bool(ask.names) and not ask.stems.isdisjoint(_saying())


def asks_who_said(ask: Asked) -> bool:
    return ask.kind == "name" and not ask.stems.isdisjoint(_saying())


@cache
def _saying() -> frozenset[str]:
    return frozenset(map(key, word_set("questions.says")))


def heard(ask: Asked, hit: Hit, one: Read) -> tuple[float, ...]:
    """What a sentence meets, and the question's names that are of who says it, or of the company that a chief speaks for."""
    start, end, text = hit.passage.start + one.start, hit.passage.start + one.end, hit.article.text
    spoken = speech_in(text, start, end)
    who = [name for said in spoken for name in said.speakers[0].names]
    who += [name for said in spoken if speaks_for_it(said, text[start:end]) for name in company(text).names]
    names = ask.names.intersection(map(key, who))
    return tuple(max(value, float(term.stem in names)) for term, value in zip(ask.terms, one.met, strict=True))
