"""An answer in another language than the question's, where no article in its own answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from vectorstore.language.detect import language_name, language_of
from vectorstore.search import Index
from vectorstore.types import Found

# As log odds. English questions over a third of XQuAD in English and a third in another language: 34 of 35 are answered that
# German alone answers, and 3 of 43 that nothing does, not 35 and 8 as at 0; of Chinese 22 of 45 and none, not 35 and 1.
_LIKELY = 0.5


def across(
    index: Index, asking: Sequence[str], finds: Sequence[Found], ignore: tuple[str, ...], k: int, asked: str
) -> tuple[list[Found], list[bool]]:
    """What the articles in other languages have on each question, and whether it answers; what was found where that does not.

    In a collection of many languages a question's own fill its hits: they are near in meaning and share its words.
    """
    here, others = finds[0].scope, index.other_languages(asking[0])
    if here.filters.languages or not others:
        return list(finds), [False] * len(finds)
    within = replace(here.filters, languages=others)
    *_, there = index.retrieve_each(asking, within, here.today, ignore, k, asked)
    told = [any(odds >= _LIKELY for hit in had.hits for *_, odds in hit.judged) for had in there]
    said = f"No article in {language_name(language_of(asked) or 'en')} answers this; one in another language may."
    return [
        replace(other, scope=own.scope, summary=own.summary, notice=said) if answers else own
        for own, other, answers in zip(finds, there, told, strict=True)
    ], told
