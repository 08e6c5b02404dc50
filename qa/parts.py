"""Two questions in one, apart: "How many homes lost power, and who won the cup?"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache, lru_cache
from itertools import zip_longest

from prompts import NOT_IN_ARTICLES
from qa.asking import asked
from qa.comparing import searched_for
from qa.quoting import quote
from qa.types import Citation, Sentence
from qa.words_met import met
from vectorstore.language.frames import bare, opener, wants_gist
from vectorstore.language.lexicon import word_list, word_set
from vectorstore.language.words import STOP_WORDS, words
from vectorstore.types import Filters, Hit

QUOTED_ABOVE = "What the articles say of this is quoted above"  # of the second of two questions with one answer
_MOST = 3  # questions that are taken apart; more are a text
_ASKS = 2.5  # the weight of a question's words from which it asks for something: "and when?" does not
_TELL = 9.0  # the weight of all of its words from which they do together
_TELLS = 6.0  # the weight of a word that finds a story of its own
_SAID = 0.4  # of the weight of its own words that a passage must have, of "… and what stopped the trains?"
_OF_IT = 0.6  # of what the passage has that has most of the words


@lru_cache(maxsize=256)
def parts(question: str) -> tuple[str, ...]:
    """The questions that a question is made of, each so that it can be asked by itself; one that is whole is its only part.

    One that compares two things is whole, and behind it stands what each of them is looked for with.

    A part without a subject of its own ("… and how many people were hurt?") is told the first part before.
    """
    found = [one.strip(" ,;") for one in _cut().split(question) if one.strip(" ,;?")]
    if not 2 <= len(found) <= _MOST or not all(map(_stands, found)):
        return (question, *searched_for(question))
    whole = [one if one.endswith("?") else f"{one}?" for one in found]
    return (whole[0], *(one if _has_subject(one) else leading(whole[0]) + one for one in whole[1:]))


def leading(first: str) -> str:
    """The first part as it is told before one that has no subject of its own."""
    return f"{first.rstrip('? ')}. "


def _says(own: str, text: str) -> bool:
    """Whether a text has enough of a question's words to be what is said of it."""
    return met(asked(own), text) >= _SAID


def _of_one_matter(part: str, own: str, hits: Sequence[Hit]) -> list[Hit]:
    """The hits of the first part's matter ("… and how many were hurt?" is asked of that ferry), if one says a thing of it."""
    if not any(_says(own, hit.passage.text) for hit in hits):
        return []
    shares = [met(asked(part), f"{hit.article.title} {hit.passage.text}") for hit in hits]
    return [hit for hit, share in zip(hits, shares, strict=True) if share >= _OF_IT * max(shares)]


def in_turn(
    asking: Sequence[str], found: Sequence[Sequence[Hit]], told: Sequence[bool], prefer: Sequence[Filters]
) -> tuple[tuple[Sentence, ...], tuple[Citation, ...]]:
    """The quotes that answer each of some questions in turn, as `quote` gives them; or that one is not answered."""
    shown: list[Sentence] = []
    cited: list[Citation] = []
    for one, hits, answered in zip(asking, found, told, strict=True):
        own, before = one.removeprefix(leading(asking[0])), len(shown)
        hits = hits if own == one else _of_one_matter(one, own, hits)
        sentences, citations = quote(own, hits, 2, prefer) if answered else ((), ())
        by_number = {citation.number: citation for citation in citations}
        for sentence in sentences:
            best = by_number[sentence.citations[0]].quote
            if above := tuple(c.number for c in cited if c.quote == best):
                if len(shown) == before and _says(own, best):
                    shown.append(Sentence(f"{QUOTED_ABOVE}: “{own}”", above, supported=True))
                    break  # what follows says less
                continue
            places = {(c.article.id, c.start, c.end): c.number for c in cited}
            numbers = []
            for there in (by_number[n] for n in sentence.citations):  # a table's row has its head beside it
                numbers.append(places.get((there.article.id, there.start, there.end), len(cited) + 1))
                cited += [replace(there, number=numbers[-1])] * (numbers[-1] > len(cited))
            shown.append(replace(sentence, citations=tuple(numbers)))
        if len(shown) == before:
            shown.append(Sentence(f"{NOT_IN_ARTICLES.rstrip('.')}: “{own}”", supported=True))
    return tuple(shown), tuple(cited)


@cache
def _cut() -> re.Pattern[str]:
    asks = rf"(?:{'|'.join(word_list('questions.asking'))})\b"
    joins = "|".join(word_list("questions.joining"))
    after_mark = rf"\?+\s+(?:\(?\d[.)]\s*)?(?:(?:{joins}),?\s)*(?=\w)"
    return re.compile(rf"^\(?1[.)]\s|{after_mark}|[,;]?\s(?:{joins})\s(?={asks})|;\s(?={asks})", re.I)


def _stands(one: str) -> bool:
    """Whether it asks for something, and points at nothing outside: in "how many workers keep their jobs" they are named."""
    text = bare(one)
    pointing = word_set("questions.pointing")
    stop = next((word.start() for word in re.finditer(r"\w+", text) if word[0].lower() in pointing), len(text))
    return bool(re.match(opener(), text, re.I) or wants_gist(one)) and sum(_weights(text[:stop])) > _ASKS


def _has_subject(one: str) -> bool:
    weights = _weights(one)
    return bool(re.search(r"\s\W?[^\W\d_a-z]", one)) or max(weights, default=0.0) >= _TELLS or sum(weights) >= _TELL


def _weights(text: str) -> list[float]:
    told = any(word.text.lower() not in STOP_WORDS for word in words(text))
    return [term.weight for term in asked(text).terms] if told else []


def interleaved(rows: Sequence[Sequence[Hit]], most: int) -> tuple[Hit, ...]:
    """The hits of several searches in turn, each passage once."""
    taken = {hit.passage.id: hit for turn in zip_longest(*rows) for hit in turn if hit}
    return tuple(taken.values())[:most]
