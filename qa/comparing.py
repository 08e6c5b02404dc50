"""Two things that a question compares: a sentence on each, from where each is told of; one that is told of nowhere, by name."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from qa.asking import DATE, NUMBER, Asked, asked, asking_sentence, is_new
from qa.other_words import COMMON
from qa.words_met import words_met
from vectorstore.language.frames import bare, polite
from vectorstore.language.lexicon import lines, pattern, table, word_set
from vectorstore.language.words import STOP_WORDS, rarity, words

if TYPE_CHECKING:
    from qa.quoting import Candidate

_SIDE = 6  # words at most that tell one of two compared things from the other
_ON_SIDE = 0.5  # of their weight: what a sentence on one of them has
_BESIDE = 0.6  # what a word of its passage or its headline counts for a sentence
_NAMED = 0.7  # of a side's weight: what some headline and passage must have, or the articles do not tell of it
_OF_IT = 0.5  # of what is asked of both: what such a passage must have
_MEASURED, _COUNTED = 1.0, 0.3  # what a figure of the kind compared counts, and any other
_ACROSS = 0.5  # off, where the sentence names the other one
_SAYS = 3.0  # the weight of words that both have in common, which are looked for with each


class Side(NamedTuple):
    """One of the two: as the question has it, and the stems that tell it from the other."""

    name: str
    stems: frozenset[str]


@lru_cache(maxsize=256)
def sides(question: str) -> tuple[Side, ...]:
    """The two things that are compared: "Which is longer, the Corr bridge or the Dell bridge?"; else none."""
    pair = _pair(polite(question).strip(" ?!."), asking_sentence(bare(question)).strip(" ?!."))
    stems = [{word.stem for word in words(DATE.sub(" ", part)) if not word.is_light} - STOP_WORDS for part in pair]
    own = [frozenset(stem for stem in stems[n] - stems[1 - n] if rarity(stem) >= COMMON) for n in range(len(stems))]
    if not own or not all(own) or max(map(len, own)) > _SIDE:
        return ()
    return tuple(Side(_named(part, one, stems[0] & stems[1]), one) for part, one in zip(pair, own, strict=True))


def _named(part: str, own: Collection[str], both: Collection[str]) -> str:
    """The words of a side, up to the last that tells it from the other, or is of both: "the Corr bridge" of "… bridge get"."""
    pieces = part.strip(" ,").split()
    last = max((n for n, piece in enumerate(pieces, 1) if any(word.stem in own for word in words(piece))), default=len(pieces))
    while last < len(pieces) and any(word.stem in both for word in words(pieces[last])):
        last += 1
    return " ".join(pieces[:last]).strip(" ,")


def _pair(polite_: str, text: str) -> tuple[str, ...]:
    for line in lines("questions.sides"):
        if found := re.match(line, polite_, re.I):
            where = pattern("questions.circumstance")
            first = re.split(r"\b(?:of|for|between|on)\b", found["a"])[-1]
            return first, found["b"] if where.search(first) else where.split(found["b"], 1)[0]
    found = pattern("questions.comparing").search(text)
    if not found:
        return ()
    before, joint, after = text.rpartition(" or ")
    if joint:
        return re.split(r"[,:;]|\b(?:of|for|between)\b", before)[-1], after
    more, _, after = text[found.start() :].rpartition(" than ")  # "Did the Corr bridge cost more than the Dell bridge?"
    first = text[: found.start()].strip().partition(" ")[2]
    return first if any(not word.is_light for word in words(first)) else more, after


@lru_cache(maxsize=256)
def searched_for(question: str) -> tuple[str, ...]:
    """What is looked for of each side by itself: its name with what both have in common, "votes in Orrel Amdahl"."""
    both, ask = sides(question), asked(question)
    stems = {ask.terms[n].stem for n in _common(both, ask, question)} if both else set()
    if sum(term.weight for term in ask.terms if term.stem in stems) < _SAYS:
        stems |= _compared(question)
    shared = {word.stem: word.text for word in words(bare(question)) if word.stem in stems}
    return tuple(" ".join([*shared.values(), side.name]) for side in both)


def _common(both: Sequence[Side], ask: Asked, question: str) -> list[int]:
    """The places of the terms that are asked of both, without "longer"."""
    how = _compared(question)
    return [n for n, term in enumerate(ask.terms) if not any(term.stem in side.stems for side in both) and term.stem not in how]


def _compared(question: str) -> set[str]:
    return {word.stem for how in _how(question) for word in words(how)}


def _how(question: str) -> set[str]:
    """The word that compares, "longer", if the question has one."""
    found = pattern("questions.comparing").search(bare(question))
    return {word.text.lower() for word in words(found.group())[:1]} if found else set()


def on_both(
    both: Sequence[Side], ask: Asked, question: str, chosen: list[Candidate], ranked: Sequence[Candidate]
) -> tuple[list[Candidate], str]:
    """A sentence on each of the two, with a figure of what is compared if there is one; and what is said where one is missing.

    Where neither is told of, what is chosen.
    """
    common = _common(both, ask, question)
    of_both = {ask.terms[n].stem for n in common}
    counting = bool(pattern("questions.comparing").search(question)) or ask.kind in ("number", "money")
    figure = next((form for of, form in table("questions.measures").items() if re.search(of, question, re.I)), "")

    def on(side: Side, one: Candidate) -> float:
        beside = {word.stem for word in words(f"{one.hit.article.title} {one.hit.passage.text}")}
        return _weight(side.stems, one.read.stems) + _BESIDE * _weight(side.stems, beside - one.read.stems)

    def worth(side: Side, other: Side, one: Candidate) -> float:
        shared = sum(ask.terms[n].share * one.read.met[n] for n in common)
        counted = any(NUMBER.search(word.text) and is_new(ask, word) for word in one.read.words)
        row = one.read.words
        numbered = [n for n in range(len(row) - 1) if NUMBER.match(row[n].text) and row[n + 1].stem in of_both]  # "48 buses"
        measured = bool((counting and numbered) or (figure and re.search(figure, one.text, re.I))) or (by_day and _is_dated(one))
        across = _weight(other.stems, one.read.stems)
        figures = _MEASURED if measured else (_COUNTED if figure or by_day else _MEASURED * counting) * counted
        return 1.5 * on(side, one) + 1.5 * shared + figures - _ACROSS * across + one.score / 40

    def asked_of(one: Candidate) -> bool:
        near = words_met(ask, [*words(one.hit.article.title), *words(one.hit.passage.text)])
        return sum(ask.terms[n].share * near[n] for n in common) >= _OF_IT * sum(ask.terms[n].share for n in common)

    by_day = not word_set("questions.by_day").isdisjoint(_how(question))
    found: list[Candidate | None] = []
    for side, other in zip(both, reversed(both), strict=True):
        told = [one for one in ranked if on(side, one) >= _ON_SIDE]
        there = any(_weight(side.stems, _stems_of(one)) >= _NAMED and asked_of(one) for one in told)
        found.append(max(told, key=lambda one: worth(side, other, one)) if there else None)
    if by_day and any(one and DATE.search(one.text) for one in found):
        found = [one if one and _is_dated(one) else None for one in found]
    shown = [one for n, one in enumerate(found) if one and one not in found[:n]]
    if not shown:
        return chosen, ""
    if together := _together(both, question, [ask.terms[n].stem for n in common], ranked):
        return [together, *(one for one in shown if one is not together)], ""
    missing, others = ([side.name for side, one in zip(both, found, strict=True) if bool(one) is has] for has in (False, True))
    return shown, f"The articles do not tell this of {missing[0]}; of {others[0]}: " if missing else ""


def _is_dated(one: Candidate) -> bool:
    """Whether a sentence has a day, or says that none is known."""
    return bool(DATE.search(one.text) or pattern("questions.answers.undated").search(one.text))


def _together(both: Sequence[Side], question: str, common: Sequence[str], ranked: Sequence[Candidate]) -> Candidate | None:
    """The best sentence that compares the two itself: "The Corr bridge is longer than the Dell bridge"."""
    roots = {word[: -len(end)] for word in _how(question) for end in ("er", "r") if word.endswith(end)}

    def says_it(one: Candidate) -> bool:
        row = [word.text.lower() for word in one.read.words]
        asked_of = all(stem in one.read.stems for stem in common) if common else any(w.startswith(r) for w in row for r in roots)
        return asked_of and bool(pattern("questions.answers.compares").search(one.text))

    told = (one for one in ranked if one.is_prose and all(_weight(side.stems, one.read.stems) >= _ON_SIDE for side in both))
    return next((one for one in told if says_it(one)), None)


def _stems_of(one: Candidate) -> set[str]:
    return {word.stem for word in words(f"{one.hit.article.title} {one.hit.passage.text}")}


def _weight(stems: Collection[str], there: Collection[str]) -> float:
    """The share of some stems, by how rare they are, that is there."""
    return sum(rarity(stem) for stem in stems if stem in there) / sum(map(rarity, stems))
