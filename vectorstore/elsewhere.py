"""Questions and passages that are not both in English: each sentence's odds to answer, by meaning and by rare words.

Nothing here knows a language. A sentence is near the question in meaning, where the embedder knows both languages; it shares the
question's words, rare ones most, where both are in one. `python -m tests.studies.languages DATA --fit` prints the weights.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from operator import mul
from typing import NamedTuple

from vectorstore.encoders import Encoder
from vectorstore.language.detect import code_of, language_of
from vectorstore.language.lexicon import word_set
from vectorstore.language.sentences import PUTS, sentences
from vectorstore.lexical import LexicalIndex
from vectorstore.types import Passage

TRAITS = ("words met", "rank", "meaning")
_BESIDE = 0.5  # what a word counts that stands in the sentence before or after, or in the headline


class Way(NamedTuple):
    """How much meaning and words say, fitted by the study."""

    share: float  # of meaning in the fused score
    order: tuple[float, ...]  # what each of TRAITS says of a sentence beside the others
    evidence: tuple[float, ...]  # what the most of each says of whether there is an answer at all
    constant: float
    notice: str = "Not all in English: searched by meaning and by shared words, without the rules for English questions."


BY_WORDS = (
    "Not all in English: searched by shared words only. ONRECORD_EMBEDDER=multilingual and "
    "`onrecord rebuild`, and it is searched by meaning, too."
)
WORDS = Way(0.1, (12.39, -2.0, 0.0), (11.67, 0.0, 0.0), -3.1, BY_WORDS)  # where the embedder does not know the languages
SAME = Way(0.7, (6.33, -1.55, 35.84), (9.51, 0.0, 54.63), -49.4)  # where it does
# And the question is in another language than the passage: hardly a word is shared.
ACROSS = Way(0.9, (2.96, -1.6, 58.16), (0.0, 0.0, 49.75), -38.65)

Odds = tuple[tuple[int, int, float], ...]  # as Hit.judged
Traits = Sequence[tuple[int, int, tuple[float, ...]]]
Read = tuple[str, Passage, str]  # headline, passage, its article's language


def is_multilingual(encoder: Encoder) -> bool:
    """Whether an embedder puts what says the same in two languages near each other."""
    return bool(getattr(encoder, "multilingual", False))


def elsewhere(question: str, languages: Sequence[str]) -> bool:
    """Whether a question and the first passages found for it, by their articles' languages, are not both in English."""
    others = sum(code_of(language) != "en" for language in languages if language)
    return 2 * others > len(languages) or language_of(question) not in ("", "en")


def way(question: str, language: str, knows: bool) -> Way:
    """How a question is compared with passages in a language; `knows` says whether the embedder knows both."""
    if not knows:
        return WORDS
    return ACROSS if language_of(question) not in ("", code_of(language)) else SAME


def judged(question: str, found: Sequence[Read], how: Way, encoder: Encoder | None, words: LexicalIndex) -> list[Odds]:
    """For each passage, the best first, its sentences with their log odds to answer.

    The best one's are those that there is an answer at all: it is told from 0 on. Without an encoder, which is one that knows the
    languages, by words alone.
    """
    rows = read(question, found, encoder, words)
    every = [traits for row in rows for *_, traits in row]
    most = [max(column) for column in zip(*every, strict=True)]
    best = max((sum(map(mul, how.order, traits)) for traits in every), default=0.0)
    base = how.constant + sum(map(mul, how.evidence, most)) - best
    return [tuple((start, end, base + sum(map(mul, how.order, traits))) for start, end, traits in row) for row in rows]


def read(question: str, found: Sequence[Read], encoder: Encoder | None, words: LexicalIndex) -> list[Traits]:
    """Each passage's sentences, where they stand in the article, with what `judged` weighs in the order of `TRAITS`."""
    spans = [sentences(passage.text) for _, passage, _ in found]
    texts = [[passage.text[slice(*span)] for span in row] for (_, passage, _), row in zip(found, spans, strict=True)]
    near = iter(_meanings(question, [text for row in texts for text in row], encoder))
    rows: list[Traits] = []
    for rank, ((heading, passage, language), places, row) in enumerate(zip(found, spans, texts, strict=True)):
        asked_for = not word_set("speech.asks", code_of(language)).isdisjoint(question.casefold().rstrip("?").split())
        puts = [bool(PUTS.search(text)) and not asked_for for text in row]
        shares = _shares(words.terms(question, language), [words.stems(text, language) for text in (heading, *row)], puts)
        traits = [(share, math.log1p(rank), next(near)) for share in shares]
        rows.append([(passage.start + a, passage.start + b, one) for (a, b), one in zip(places, traits, strict=True)])
    return rows


def _meanings(question: str, texts: Sequence[str], encoder: Encoder | None) -> list[float]:
    """How near each text is to the question in meaning."""
    if not texts or not encoder:
        return [0.0] * len(texts)
    return [float(value) for value in encoder.encode_documents(texts) @ encoder.encode_query(question)]


def _shares(terms: Mapping[str, float], stems: Sequence[Collection[str]], puts: Sequence[bool]) -> list[float]:
    """What share of the question's rare words each sentence has; the headline's stems come first.

    What follows a question (`puts`) answers it, and has its words; the question itself says nothing.
    """
    headline, *rows = map(frozenset, stems)
    total, shares = sum(terms.values()) or 1.0, []
    for n, row in enumerate(rows):
        beside = headline.union(*rows[max(0, n - 1) : n + 2])
        own = frozenset[str]() if puts[n] else row.union(rows[n - 1]) if n and puts[n - 1] else row
        met = (weight * (1.0 if term in own else _BESIDE * (term in beside)) for term, weight in terms.items())
        shares.append(sum(met) / total)
    return shares
