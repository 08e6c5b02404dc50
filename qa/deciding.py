"""Whether a sentence decides what a question asks is so: it says the deed, or its opposite, of the same."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from qa.asking import Asked
from qa.other_words import COMMON, is_one, says_opposite, says_too
from qa.words_met import Read, share, words_met
from vectorstore.language.lexicon import pattern, word_set
from vectorstore.language.senses import is_mostly_verb
from vectorstore.language.stems import stem_set
from vectorstore.language.verbs import is_past_form
from vectorstore.language.words import rarity, words

if TYPE_CHECKING:
    from qa.quoting import Candidate

_LIKE = 0.8  # what a word of the same root counts: "ministry" for "minister"
_TOO = 0.6  # what another word for the question's counts, or one for the opposite
_IN_OTHERS = 0.85  # of what a sentence is worth, where it says the deed in another word
_MEANT = 0.8  # what the words before a sentence count for its pronoun
_AROUND = 0.6  # what a word of its passage or its headline counts for a sentence
_STORY = 1_500  # characters before and behind a sentence: whom "the company" means is told there
_BEFORE = 400  # characters before a sentence with a pronoun, which name whom it means
_SORTED = 0.2  # what a word for one of the sort counts: "mayor" of "politicians"
_SAID = 0.5  # of a word: from here on it is said
_COVERED = 0.58  # of the question's weight: what a sentence that decides has, with what is around it


class Deed(NamedTuple):
    """The place of the term that says what is done, among the question's; those of whom it is asked, and to what it is done."""

    done: int  # -1 where none says it
    by: tuple[int, ...]
    to: tuple[int, ...]


@lru_cache(maxsize=256)
def deed(ask: Asked, asking: str, first: int = 2) -> Deed:
    """What may be so, of "Did the chief of Northline sell the ferry in May?" to sell, of the chief of Northline and the ferry.

    It is not looked for before the word number `first`: behind "did" stands whoever does it.
    """
    place = {term.stem: n for n, term in enumerate(ask.terms)}
    row = words(asking)
    articles = word_set("words.articles")
    may_be = [n for n in range(first, len(row)) if row[n].stem in place and rarity(row[n].stem) >= COMMON]
    may_be = [n for n in may_be if not row[n].text[0].isupper() and not (n and row[n - 1].text.lower() in articles)]
    leads = [bool(pattern("questions.circumstance").fullmatch(word.text)) for word in row]  # "against", "under"
    may_be = [n for n in may_be if not leads[n]]
    past = [n for n in may_be if is_past_form(row[n].text)]
    verbs = past or [n for n in may_be if is_mostly_verb(row[n].stem)]
    at = next(iter(verbs or [n for n in may_be if n + 1 == len(row) or row[n + 1].is_light or leads[n + 1]]), -1)
    if at < 0:
        return Deed(-1, (), ())
    done = place[row[at].stem]
    after = pattern("questions.circumstance").split(" ".join(word.text for word in row[at + 1 :]), 1)[0]
    to = {word.stem for word in words(after)}
    return Deed(done, tuple(range(done)), tuple(n for n, term in enumerate(ask.terms) if n > done and term.stem in to))


def around(ask: Asked, one: Candidate) -> tuple[float, ...]:
    """How far each term is said in the sentence's passage or its headline."""
    return _around(ask, one.hit.article.title, one.hit.passage.text)


@lru_cache(maxsize=64)
def _around(ask: Asked, title: str, passage: str) -> tuple[float, ...]:
    return words_met(ask, (*words(title), *words(passage)))


def said(ask: Asked, done: int, one: Read, turned: bool = True) -> list[float]:
    """How far a sentence says each term, in other words too; and of the deed, where it may be `turned`, the opposite."""
    found = list(one.met)
    told = {word.stem for word in one.words if not word.is_light}
    for n, term in enumerate(ask.terms):
        if found[n] < _TOO and any(
            says_too(s, term.stem) or (turned and n == done and says_opposite(s, term.stem)) for s in told
        ):
            found[n] = _TOO
    return found


def decides(ask: Asked, what: Deed, one: Candidate) -> float:
    """How well a sentence decides whether it is so, from 0, where it does not."""
    own, near = said(ask, what.done, one.read), around(ask, one)
    for asks, tells in (("questions.blamed", "questions.answers.caused"), ("questions.befell", "questions.told.harm")):
        if what.done >= 0 and ask.terms[what.done].stem in stem_set(asks):
            own[what.done] = max(own[what.done], float(bool(pattern(tells).search(one.text))))
    if what.done < 0 or own[what.done] < _SAID:
        return 0.0
    points = any(word.text.lower() in word_set("questions.pointing") for word in one.read.words)
    title, start = one.hit.article.title, one.start
    meant = words_met(ask, words(one.hit.article.text[max(0, start - _BEFORE) : start])) if points else [0.0] * len(own)
    above = words_met(ask, words(title))

    def told(terms: Sequence[int]) -> bool:
        here = sum(ask.terms[n].weight for n in terms if max(own[n], above[n], meant[n]) >= _SAID)
        return not terms or here > _SAID * sum(ask.terms[n].weight for n in terms)

    covered = share(ask, [max(a, _MEANT * b, _AROUND * c) for a, b, c in zip(own, meant, near, strict=True)])
    enough = covered >= _COVERED and told(what.by) and told(what.to) and _all_there(ask, what, own, near)
    return covered * (1.0 if own[what.done] > _TOO else _IN_OTHERS) if enough else 0.0


def does(ask: Asked, what: Deed, sort: Collection[str], one: Candidate, aside: Collection[str] = ()) -> float:
    """How well a sentence says that somebody, or one of a sort, did what is asked; 0 where it does not.

    What is `aside` it need not say: of "charged or suspended" the other.
    """
    story = one.hit.article.text[max(0, one.start - _STORY) : one.start + _STORY]
    own, near = said(ask, what.done, one.read, turned=False), _around(ask, one.hit.article.title, story)
    if what.done < 0 or own[what.done] < _SAID or not _all_there(ask, what, own, near, aside):
        return 0.0
    there = any(stem in sort or any(is_one(stem, kind) for kind in sort) for stem in one.read.stems)
    others = [n for n, term in enumerate(ask.terms) if n == what.done or (term.stem not in sort and term.stem not in aside)]
    rarest = max(others, key=lambda n: (n != what.done) * ask.terms[n].weight)
    if max(own[rarest], near[rarest]) < _SAID:
        return 0.0
    covered = sum(ask.terms[n].share * max(own[n], _AROUND * near[n]) for n in others) / sum(ask.terms[n].share for n in others)
    return covered * (1.0 if own[what.done] > _LIKE else _IN_OTHERS) + _SORTED * (there or not sort)


def _all_there(ask: Asked, what: Deed, own: Sequence[float], near: Sequence[float], aside: Collection[str] = ()) -> bool:
    """Whether most of what the question says after the deed stands in the sentence or around it."""
    after = [n for n in range(what.done + 1, len(ask.terms)) if ask.terms[n].stem not in aside]
    there = sum(ask.terms[n].weight for n in after if max(own[n], near[n]) >= _SAID)
    return there >= _SAID * sum(ask.terms[n].weight for n in after)
