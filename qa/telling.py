"""Which sentences tell the kind of thing that is asked: of why a cause, of whether anybody was hurt what befell them.

One that only says again what is asked tells nothing. Often it is a sentence behind: "The bridge is shut. A diver found a crack."
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from qa.asking import DATE, NEEDS, Asked, asking_sentence, is_new, new_names, of_sort
from qa.check.spelt import company, speaks_for_it
from qa.deciding import deed, said
from vectorstore.language.frames import bare
from vectorstore.language.lexicon import pattern, word_set
from vectorstore.language.speech import speech_in
from vectorstore.language.verbs import is_past_form
from vectorstore.language.words import key, words

if TYPE_CHECKING:
    from qa.quoting import Candidate

_PASSAGE = 2  # the place among a candidate's traits of what its passage has of the question
_OF_MATTER = 0.85  # of what the best passage has of a question: what one of the same matter has
_BEHIND = 3  # sentences behind the one on the matter that may explain it
_ENOUGH = 0.5  # of a question's weight, its neighbours and the headline counted half: a sentence that has so much is on it
_NEARLY = 0.75  # of what the best sentence has: the first with so much is where the matter is told
_TELLS = 2.5  # the weight of a question's word that ties a sentence to it
_SAID = 0.5


def telling(question: str, ask: Asked, ranked: Sequence[Candidate]) -> list[Candidate] | None:
    """The sentences on the matter that tell it, best first; None where the question asks for nothing that can be told by form.

    `ranked` are all candidates, the best first.
    """
    if ask.need not in NEEDS or not ranked:
        return None
    best = max(one.traits[_PASSAGE] for one in ranked)
    matter = [one for one in ranked if one.traits[_PASSAGE] >= _OF_MATTER * best and one.is_prose]
    if ask.need == "cause":
        return _causes(ask, matter)
    if ask.need == "words":
        return _words_of(asking_sentence(bare(question)), ask, matter)
    if ask.need in _OF_DEED:
        return _done(asking_sentence(bare(question)), ask, matter)
    return [one for one in matter if pattern(f"questions.told.{ask.need}").search(one.text)]


def telling_first(question: str, ask: Asked, ranked: Sequence[Candidate]) -> Sequence[Candidate]:
    """All candidates, the best of those that tell it before the others, where the best one of all does not."""
    told = telling(question, ask, ranked) or ranked
    return ranked if ranked[0] in told else [told[0], *(one for one in ranked if one is not told[0])]


def _causes(ask: Asked, matter: Sequence[Candidate]) -> list[Candidate] | None:
    """The sentences that give a cause: by a word that says so, or behind the matter by something gone wrong."""
    found: dict[int, float] = {}
    for article in dict.fromkeys(one.hit.article.id for one in matter):
        own = [one for one in matter if one.hit.article.id == article]
        row = sorted(own, key=lambda one: one.start)
        at, first = next((n, one) for n, one in enumerate(row) if one.share >= _NEARLY * own[0].share)
        for n, one in enumerate(row):
            found[id(one)] = _cause(ask, one, first, n - at)
    told = sorted((one for one in matter if found[id(one)] > 0), key=lambda one: -found[id(one)])
    return told if told or not any(map(_may_go_on, matter)) else None


def _may_go_on(one: Candidate) -> bool:
    """Whether a cause may stand in a part of a long article that the search has not brought."""
    text, passage = one.hit.article.text, one.hit.passage
    return bool(pattern("questions.answers.cause").search(text[: passage.start] + text[passage.end :]))


def _cause(ask: Asked, one: Candidate, first: Candidate, behind: int) -> float:
    """How well a sentence that stands so many sentences behind the one on the matter gives a cause; 0 where it does not.

    One that says so by a word comes first; then, behind the matter, what had gone wrong; then whatever stands right behind it and
    is none of what articles go on with: what comes of it, what others make of it, what was before.
    """
    text = pattern("questions.told.untold").sub(" ", one.text)
    tied = behind == 0 or any(term.weight > _TELLS and met >= _SAID for term, met in zip(ask.terms, one.read.met, strict=True))
    tied = tied or behind == 1 or (0 < behind <= _BEHIND and bool(pattern("questions.told.points").match(text)))
    for grade, form in ((3, "questions.answers.cause"), (2, "questions.told.weak_cause")):
        if tied and pattern(form).search(text):
            return grade + one.share / (first.share or 1.0)
    if follows := pattern("questions.told.reaction").search(text):
        text = text[: follows.start()]  # "They have to find £12m, and the fields will bring in five."
    if not 0 < behind <= _BEHIND or not text:
        return 0.0
    wrong = any(key(found.group()) not in ask.stems for found in pattern("questions.told.wrong").finditer(text))
    told = wrong or (behind == 1 and not follows and not pattern("questions.told.goes_on").search(text) and not _happens(one))
    return (wrong + 1 / (1 + behind)) * told


def _happens(one: Candidate) -> bool:
    """Whether a sentence tells what somebody did then: "Cleaners carried it away", not "They have won one of eleven games"."""
    row, helps = [word.text.lower() for word in one.read.words], word_set("followups.auxiliaries")
    return any(is_past_form(word) and before not in helps for before, word in pairwise(row))


def _words_of(asking: str, ask: Asked, matter: Sequence[Candidate]) -> list[Candidate] | None:
    """The sentences with words of somebody whom the question names, or says what they are; None where it is a "he"."""
    found = pattern("questions.needs.words").search(asking)
    whole = pattern("questions.told.belongs").split(found["who"], 1)[0] if found else ""  # "the mayor of Dorne"
    who = {word.stem for word in words(whole) if not word.is_light}
    named = who & ask.names or who
    return [one for one in matter if not named.isdisjoint(_speakers(one))] if named else None


def _speakers(one: Candidate) -> set[str]:
    """The names of those who say a part of a sentence, what they are, and the company that they speak for, by stem."""
    text = one.hit.article.text
    spoken = speech_in(text, one.start, one.end)
    names = {key(name) for part in spoken for who in part.speakers for name in (*who.names, *who.roles)}
    return names | {key(name) for part in spoken if speaks_for_it(part, one.text) for name in company(text).names}


def _done(asking: str, ask: Asked, matter: Sequence[Candidate]) -> list[Candidate] | None:
    """The sentences that say the deed or most of the question, and by whom, where or when; of what will be, what is to be."""
    what, ahead = deed(ask, asking, 1), pattern("questions.told.ahead")
    to_be = bool(ahead.search(asking))
    told = [one for one in matter if _OF_DEED[ask.need](ask, one) and (not to_be or ahead.search(one.text))]
    if what.done < 0:
        return told  # any words may tell where somebody went
    stem = ask.terms[what.done].stem
    told = [one for one in told if ask.need != "doer" or not _suffers(stem, asking, one)]
    saying = [one for one in told if said(ask, what.done, one.read, turned=False)[what.done] >= _SAID]
    return saying or [one for one in told if one.share >= _ENOUGH]


def _has_somebody(ask: Asked, one: Candidate) -> bool:
    """Whether a sentence has a name, or a word for somebody, that is none of the question's: "owner" of "who owns it?"."""
    stems = tuple(term.stem for term in ask.terms)
    row = (*one.read.words, *one.read.words[-1:])
    new = [a for a, b in pairwise(row) if is_new(ask, a) and not a.stem.startswith(stems) and b.stem not in ask.names]
    people = word_set("followups.roles") | word_set("questions.told.people")
    text = pattern("questions.told.whereabouts", cased=True).sub(" ", one.text)
    return any(word.text in people for word in new) or new_names(ask, DATE.sub(" ", text)) > 0


def _suffers(deed: str, asking: str, one: Candidate) -> bool:
    """Whether the deed is told of those to whom it was done, of a question for who did it: "a woman was found"."""
    row, undone = one.read.words, word_set("questions.told.undergoes")
    active = not any(word.text.lower() in undone for word in words(asking))
    near = (row[n - 2 : n] for n in range(2, len(row)) if row[n].stem == deed)
    return active and any(word.text.lower() in undone for pair in near for word in pair) and " by " not in one.text


def _has_place(ask: Asked, one: Candidate) -> bool:
    spots = pattern("questions.told.spot").finditer(one.text)
    return any(is_new(ask, word) for found in spots for word in words(found["at"]))


def _has_day(ask: Asked, one: Candidate) -> bool:
    season = pattern("questions.told.season")
    return of_sort(ask, one.text) if ask.sort else bool(DATE.search(one.text) or season.search(one.text))


_OF_DEED = {"doer": _has_somebody, "spot": _has_place, "day": _has_day}
