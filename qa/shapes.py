"""The shape of an answer by quotation, after its best sentences are chosen: a summary by date, both sides of a comparison, all
of those that a question in the plural asks for, the sentence that tells why or whether before what it is about.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

from qa.asking import DATE, ENOUGH, Asked, asking_sentence, fits, is_new
from qa.clauses import furniture
from qa.comparing import on_both, sides
from qa.deciding import decides, deed
from qa.words_met import words_met
from vectorstore.language.frames import bare, wants_summary
from vectorstore.language.lexicon import pattern
from vectorstore.language.words import words

if TYPE_CHECKING:
    from qa.quoting import Candidate

Alike = Callable[["Candidate", "Candidate"], bool]
Stems = Collection[str]
_DEVELOPMENTS = 5  # sentences of a summary
_OF_IT = 0.6  # of a subject's words, by their weight: what a sentence of its summary or its headline has
_SEVERAL = 6  # sentences that name what a question in the plural asks for
_AS_MUCH = 0.8  # of what the best sentence meets: what another one meets that names one more
_ANY_OF = 0.4  # the same of "who was hurt or killed?"
_BESIDE = 0.5  # of what the best one meets: the other words of the question may stand in the sentence beside it
_TELLS = 2.0  # the weight of words that say something
_CAUSE = 0.5  # what a cause counts of "why?", beside the share of the question's weight
_NEARLY = 0.75  # of what the best sentence meets: what another one meets that is no cause and yet comes first
_LACKS = 0.15  # of a question's weight: what the best sentence leaves out for another to say
_AS_WELL = 0.05  # of a question's weight, by which a sentence may decide it a little less well and yet come first
_APART = 400  # characters: how far off in the article the sentence stands that says it


def shaped(
    question: str, ask: Asked, chosen: list[Candidate], ranked: Sequence[Candidate], alike: Alike
) -> tuple[list[Candidate], str]:
    """The sentences to quote, the best first but in a summary, and what is said before them.

    `ranked` are all, `alike` tells whether two say the same.
    """
    if both := sides(question):
        return on_both(both, ask, question, chosen, ranked)
    return _in_shape(question, ask, chosen, ranked, alike), ""


def _in_shape(question: str, ask: Asked, chosen: list[Candidate], ranked: Sequence[Candidate], alike: Alike) -> list[Candidate]:
    if wants_summary(question):
        return _developments(ask, chosen, ranked, alike)
    asking = asking_sentence(bare(question))
    if best := pattern("questions.best").search(asking):
        return _with_rivals(asking[best.end() :], ask, chosen, ranked, alike)
    if len(ask.terms) <= ENOUGH and (plural := pattern("questions.several").search(asking)):
        return _several(plural, ask, chosen, ranked, alike)
    whether = ask.kind == "whether" and " or " not in asking
    if whether and (deciding := _deciding(asking, ask, chosen, ranked)):
        return [deciding, *(one for one in chosen if one is not deciding)][:3]
    return _telling_first(asking, ask, chosen, ranked) if whether or ask.kind == "reason" else chosen


def _developments(ask: Asked, chosen: list[Candidate], ranked: Sequence[Candidate], alike: Alike) -> list[Candidate]:
    """One sentence of each report on the subject, in the order of their days."""
    told: list[Candidate] = []
    for one in (*chosen[:1], *ranked):
        of_it = one in chosen or (one.share >= _OF_IT and one.met > 0 and not furniture(one.text))
        about = one in chosen[:1] or (of_it and _is_headed(ask, one))
        known = any(one.hit.article.id == other.hit.article.id or alike(one, other) for other in told)
        if about and not known and len(told) < _DEVELOPMENTS:
            told.append(one)
    return sorted(told, key=lambda one: (one.hit.article.published is None, str(one.hit.article.published))) or chosen


def _is_headed(ask: Asked, one: Candidate) -> bool:
    """Whether an article is about what is asked: its headline names it, or it begins with the sentence."""
    return one.start == 0 or any(words_met(ask, words(one.hit.article.title)))


def _with_rivals(of: str, ask: Asked, chosen: list[Candidate], ranked: Sequence[Candidate], alike: Alike) -> list[Candidate]:
    """Of "who got the most votes?", what each of the others got: the article's sentences with a figure of the same kind."""
    first = chosen[0]
    beside = [one for one in ranked if one.hit.article.id == first.hit.article.id and _names_one(ask, one)]
    counted = {word.stem for word in words(of)[:3] if not word.is_light}
    units = frozenset().union(*(_units(one.text) for one in [first, *beside] if counted & one.read.stems))
    rivals = [one for one in beside if units & _units(one.text) and not any(alike(one, other) for other in chosen)]
    return [*chosen, *sorted(rivals, key=lambda one: one.start)][:_SEVERAL]


def _names_one(ask: Asked, one: Candidate) -> bool:
    return not furniture(one.text) and any(word.text[0].isupper() and is_new(ask, word) for word in one.read.words[1:])


def _units(text: str) -> frozenset[str]:
    """What a text's figures are figures of: votes, %, €."""
    return frozenset(next(filter(None, found.groups())).lower() for found in pattern("questions.units").finditer(text))


def _several(
    plural: re.Match[str], ask: Asked, chosen: list[Candidate], ranked: Sequence[Candidate], alike: Alike
) -> list[Candidate]:
    """Of "which towns were flooded?", a sentence for each that is named and said to be: each names one more."""
    said = pattern("questions.circumstance").split(plural.string[plural.end() :], 1)[0]
    stems = {word.stem for word in words(said)}
    own = [n for n, term in enumerate(ask.terms) if term.stem in stems]
    own = own if sum(ask.terms[n].weight for n in own) > _TELLS else list(range(len(ask.terms)))

    def does(one: Candidate) -> float:
        return sum(ask.terms[n].weight * one.read.met[n] for n in own)

    def is_one(one: Candidate) -> bool:
        near = f"{one.hit.article.title} {one.hit.article.text[max(0, one.start - _APART) : one.end + _APART]}"
        return sort <= {word.stem for word in words(near)}

    sort = {word.stem for word in words(plural.group())[-1:]} - ask.stems.difference(term.stem for term in ask.terms)
    sort = sort if is_one(chosen[0]) else set()
    any_of = _ANY_OF if " or " in said else _AS_MUCH
    most, best = max(map(does, ranked)), max(one.share for one in ranked)
    told: list[Candidate] = []
    named: set[str] = set()
    for one in (*chosen[:1], *ranked):
        new = _named(ask, one) - named
        enough = does(one) >= any_of * most > 0 and one.share >= _BESIDE * best and is_one(one) and not furniture(one.text)
        if enough and (new or not told) and len(told) < _SEVERAL and not any(one is other or alike(one, other) for other in told):
            told.append(one)
            named |= new
    return told if len(told) > 1 else chosen


def _named(ask: Asked, one: Candidate) -> set[str]:
    """The stems of the names and figures in a sentence that the question does not have, without its days."""
    days = {word.stem for found in DATE.finditer(one.text) for word in words(found.group())}
    new = {word.stem for word in one.read.words if word.text[0].isupper() and is_new(ask, word)}
    return (new if fits(ask, one.text) else set()) - days


def _deciding(asking: str, ask: Asked, chosen: list[Candidate], ranked: Sequence[Candidate]) -> Candidate | None:
    """The sentence that says whether it is so; of those that do as well, the one that was chosen first."""
    what = deed(ask, asking)
    prose = [one for one in ranked if not furniture(one.text)]
    worth = [(decides(ask, what, one) + _AS_WELL * (one is chosen[0]), -n) for n, one in enumerate(prose)]
    most, place = max(worth, default=(0.0, 0))
    return prose[-place] if most > _AS_WELL else None


def _telling_first(asking: str, ask: Asked, chosen: list[Candidate], ranked: Sequence[Candidate]) -> list[Candidate]:
    """Before the others the sentence that has what the best one lacks of the question, or of "why?" a cause."""
    first, why = chosen[0], ask.kind == "reason"
    above = words_met(ask, words(first.hit.article.title))
    lacks = [n for n, pair in enumerate(zip(first.read.met, above, strict=True)) if max(pair) < 0.5]
    if sum(ask.terms[n].share for n in lacks) < _LACKS or not (why or _decides(ask, asking) in lacks):
        lacks = []

    def tells(one: Candidate) -> float:
        counted = not why or one.met >= _NEARLY * first.met
        more = counted * sum(ask.terms[n].share for n in lacks if one.read.met[n] >= 0.8)
        return more + _CAUSE * (why and bool(pattern("questions.answers.cause").search(one.text)))

    others = [one for one in ranked if _near(first, one) or (why and one.share >= _BESIDE * first.share)]
    best = max([first, *(one for one in others if not furniture(one.text))], key=tells)
    return [best, *(one for one in chosen if one is not best)][:3]


def _decides(ask: Asked, asking: str) -> int:
    """The place among the question's terms of the one that says what may be so: "Did the chief of Northline resign?"."""
    stems = {word.stem for word in words(pattern("questions.circumstance").split(asking, 1)[0])}
    return max((n for n, term in enumerate(ask.terms) if term.stem in stems), default=-1)


def _near(one: Candidate, other: Candidate) -> bool:
    return one.hit.article.id == other.hit.article.id and abs(one.start - other.start) <= _APART
