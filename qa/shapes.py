"""The shape of an answer by quotation, after its best sentences are chosen: a summary by date, both sides of a comparison, all
of those that a question in the plural asks for, the sentence that tells why or whether before what it is about.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from qa.asking import DATE, ENOUGH, Asked, asking_sentence, fits, is_new
from qa.comparing import on_both, sides
from qa.deciding import Deed, decides, deed, does, said
from qa.other_words import COMMON
from qa.words_met import words_met
from vectorstore.language.frames import bare, wants_summary
from vectorstore.language.lexicon import pattern, word_set
from vectorstore.language.words import key, rarity, words

if TYPE_CHECKING:
    from qa.quoting import Candidate

Alike = Callable[["Candidate", "Candidate"], bool]
Stems = Collection[str]
_DEVELOPMENTS = 5  # sentences of a summary
_OF_IT = 0.6  # of a subject's words, by their weight: what a sentence of its summary or its headline has
_RARE = 6  # from here on a sentence's first word may be a name
_SEVERAL = 6  # sentences that name what a question in the plural asks for
_AS_MUCH = 0.8  # of what the best sentence meets: what another one meets that names one more
_AS_WELL_SAID, _LEAST = 0.6, 0.5  # the same of how well the best one says the deed, and how well it must
_BEHIND, _ROW = 3.0, 0.7  # how far behind the best one is in score, and what share of its it has, that names several in a row
_SUBJECT = 7  # words behind "The", among which a name says who it is
_IN_FULL = 0.95  # of the question: what a later report must meet that says who it is now
_ANY_OF = 0.4  # the same of "who was hurt or killed?"
_BESIDE = 0.5  # of what the best one meets: the other words of the question may stand in the sentence beside it
_TELLS = 2.0  # the weight of words that say something
_TOO = 0.6  # of a word that is lacking: another word for it counts so much
_LACKS = 0.15  # of a question's weight: what the best sentence leaves out for another to say
_AS_WELL = 0.05  # of a question's weight, by which a sentence may decide it a little less well and yet come first
_OF_SCORE = 0.06  # of a share: what a point of its score counts for a sentence that decides
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
        now = bool(pattern("questions.now").search(best.group()))
        return _with_rivals(best.group().split()[-1], asking[best.end() :], ask, chosen, ranked, alike, now)
    if len(ask.terms) <= ENOUGH and (plural := pattern("questions.several").search(asking)):
        return _several(plural, ask, chosen, ranked, alike)
    whether = ask.kind == "whether" and " or " not in asking
    if whether and (deciding := _deciding(asking, ask, chosen, ranked)):
        return [deciding, *(one for one in chosen if one is not deciding)][:3]
    return _telling_first(asking, ask, chosen, ranked) if whether else chosen


def _developments(ask: Asked, chosen: list[Candidate], ranked: Sequence[Candidate], alike: Alike) -> list[Candidate]:
    """One sentence of each report on the subject, in the order of their days."""
    told: list[Candidate] = []
    for one in (*chosen[:1], *ranked):
        of_it = one in chosen or (one.share >= _OF_IT and one.met > 0 and one.is_prose)
        about = one in chosen[:1] or (of_it and _is_headed(ask, one))
        known = any(one.hit.article.id == other.hit.article.id or alike(one, other) for other in told)
        if about and not known and len(told) < _DEVELOPMENTS:
            told.append(one)
    return sorted(told, key=lambda one: (one.hit.article.published is None, str(one.hit.article.published))) or chosen


def _is_headed(ask: Asked, one: Candidate) -> bool:
    """Whether an article is about what is asked: its headline names it, or it begins with the sentence."""
    return one.start == 0 or any(words_met(ask, words(one.hit.article.title)))


def _with_rivals(
    how: str, of: str, ask: Asked, chosen: list[Candidate], ranked: Sequence[Candidate], alike: Alike, now: bool
) -> list[Candidate]:
    """Of "who got the most votes?", what each of the others got: the article's sentences with a figure of the same kind."""
    if stating := _stating(how, ask, ranked, now):
        return [stating, *(one for one in chosen if one is not stating)][:2]
    first = chosen[0]
    beside = [one for one in ranked if one.hit.article.id == first.hit.article.id and _names_one(ask, one)]
    counted = {word.stem for word in words(of)[:3] if not word.is_light}
    units = frozenset().union(*(_units(one.text) for one in [first, *beside] if counted & one.read.stems))
    rivals = [one for one in beside if units & _units(one.text) and not any(alike(one, other) for other in chosen)]
    return [*chosen, *sorted(rivals, key=lambda one: one.start)][:_SEVERAL]


def _stating(how: str, ask: Asked, ranked: Sequence[Candidate], now: bool) -> Candidate | None:
    """The best sentence that says itself which is "the oldest", if one does; of what is so now the latest of those in full."""
    stem, most = key(how), max((one.share for one in ranked), default=0.0)
    of_it = [one for one in ranked if stem in one.read.stems and one.share >= _BESIDE * most and one.is_prose]
    stating = [one for one in of_it if rarity(stem) >= COMMON and any(is_new(ask, word) for word in one.read.words)]
    stating = [one for one in stating if not pattern("questions.answers.among").search(one.text)] or stating
    in_full = [one for one in stating if now and min(one.met, stating[0].met) >= _IN_FULL]
    return max(in_full or stating[:1], key=lambda one: str(one.hit.article.published or ""), default=None)


def _names_one(ask: Asked, one: Candidate) -> bool:
    return one.is_prose and any(word.text[0].isupper() and is_new(ask, word) for word in one.read.words[1:])


def _units(text: str) -> frozenset[str]:
    """What a text's figures are figures of: votes, %, €."""
    return frozenset(next(filter(None, found.groups())).lower() for found in pattern("questions.units").finditer(text))


def _several(
    plural: re.Match[str], ask: Asked, chosen: list[Candidate], ranked: Sequence[Candidate], alike: Alike
) -> list[Candidate]:
    """Of "which towns were flooded?", a sentence for each that is named and said to be: each names one more.

    Those first that say the deed, in other words too; if fewer than two do, those as well that have most of its words.
    """
    rest = plural.string[plural.end() :]
    deeds = [deed(ask, part, 0) for part in rest.split(" or ")]  # "charged or suspended"
    named = {ask.terms[what.done].stem for what in deeds if what.done >= 0}
    sort = {word.stem for word in words(plural.group())[-1:]}
    asked_for = sort & {term.stem for term in ask.terms}
    prose = [one for one in ranked if one.is_prose]
    well = {id(one): max(does(ask, what, asked_for, one, _others(ask, what, named)) for what in deeds) for one in prose}
    least = max(_LEAST, _AS_WELL_SAID * max(well.values(), default=0.0))
    first = chosen[0] if well.get(id(chosen[0]), 0.0) >= least else None
    doing = sorted((one for one in prose if well[id(one)] >= least), key=lambda one: (one is not first, -well[id(one)]))
    told = _naming(ask, [*_rows(ask, sort, chosen[0], prose), *doing], alike)
    if len(doing) < 2:
        told = _naming(ask, [*told, *_worded(rest, sort, ask, chosen, prose)], alike)
    return told if len(told) > 1 else [*told, *(one for one in chosen if one not in told)][:3]


def _rows(ask: Asked, sort: set[str], best: Candidate, prose: Sequence[Candidate]) -> list[Candidate]:
    """The sentence that names several of those asked for in a row and is nearly as good as the best, if one is."""
    names = pattern("questions.row", cased=True)
    near = [one for one in prose if one.score >= best.score - _BEHIND and one.share >= _ROW * best.share]
    of_it = (one for one in near if sort & one.read.stems or one.met >= _OF_IT)
    return list(islice((one for one in of_it if (row := names.search(one.text)) and len(_new(ask, row.group())) > 1), 1))


def _new(ask: Asked, text: str) -> set[str]:
    return {word.stem for word in words(text) if word.text[0].isupper() and is_new(ask, word)}


def _others(ask: Asked, what: Deed, deeds: set[str]) -> set[str]:
    return deeds - {ask.terms[what.done].stem}


def _naming(ask: Asked, several: Sequence[Candidate], alike: Alike) -> list[Candidate]:
    """Of these the first, and each that names one more than those before."""
    told: list[Candidate] = []
    named: set[str] = set()
    for one in several:
        new = _named(ask, one) - named
        if new and len(told) < _SEVERAL and not any(one is other or alike(one, other) for other in told):
            told.append(one)
            named |= new
    return told


def _worded(rest: str, sort: set[str], ask: Asked, chosen: list[Candidate], ranked: Sequence[Candidate]) -> list[Candidate]:
    """The sentences that have most of what is said of those asked for, the chosen one before them."""
    before = pattern("questions.circumstance").split(rest, 1)[0]
    stems = {word.stem for word in words(before)}
    own = [n for n, term in enumerate(ask.terms) if term.stem in stems]
    own = own if sum(ask.terms[n].weight for n in own) > _TELLS else list(range(len(ask.terms)))

    def has(one: Candidate) -> float:
        return sum(ask.terms[n].weight * one.read.met[n] for n in own)

    def is_one(one: Candidate) -> bool:
        near = f"{one.hit.article.title} {one.hit.article.text[max(0, one.start - _APART) : one.end + _APART]}"
        return sort <= {word.stem for word in words(near)}

    sort = sort - ask.stems.difference(term.stem for term in ask.terms)
    sort = sort if is_one(chosen[0]) else set()
    any_of = _ANY_OF if " or " in before else _AS_MUCH
    most, best = max(map(has, ranked), default=0.0), max((one.share for one in ranked), default=0.0)
    enough = [one for one in ranked if has(one) >= any_of * most > 0 and one.share >= _BESIDE * best and is_one(one)]
    return [*(one for one in chosen[:1] if one in enough), *enough]


def _named(ask: Asked, one: Candidate) -> set[str]:
    """The stems of what a sentence names that the question does not: names and figures, without days; of "what?" any words.

    A sentence that begins with a pronoun names whoever its article speaks of.
    """
    days = {word.stem for found in DATE.finditer(one.text) for word in words(found.group())}
    row = one.read.words if ask.kind in ("thing", "sense") else one.read.words[:1]
    if row[0].text.lower() in word_set("questions.pointing"):
        return {one.hit.article.id}
    begins = one.read.words[: _SUBJECT + 1]
    if ask.kind in ("name", "which") and begins[0].text == "The" and not any(word.text[0].isupper() for word in begins[1:]):
        return set()  # "The drugmaker will cut …" names it elsewhere
    capital = [word for n, word in enumerate(one.read.words) if word.text[0].isupper() and (n or rarity(word.stem) > _RARE)]
    new = {word.stem for word in (capital if len(row) == 1 else row) if is_new(ask, word)}
    return (new if len(row) > 1 or ask.kind == "place" or fits(ask, one.text) else set()) - days


def _deciding(asking: str, ask: Asked, chosen: list[Candidate], ranked: Sequence[Candidate]) -> Candidate | None:
    """The sentence that says whether it is so; of those that do as well, the one that was chosen first."""
    what = deed(ask, asking)
    prose = [one for one in ranked if one.is_prose]
    deciding = {id(one): share for one in prose if (share := decides(ask, what, one))}

    def worth(one: Candidate) -> float:
        return deciding[id(one)] + _OF_SCORE * one.score + _AS_WELL * (one is chosen[0])

    return max((one for one in prose if id(one) in deciding), key=worth, default=None)


def _telling_first(asking: str, ask: Asked, chosen: list[Candidate], ranked: Sequence[Candidate]) -> list[Candidate]:
    """Before the others the sentence that has what the best one lacks of the question."""
    first = chosen[0]
    above = words_met(ask, words(first.hit.article.title))
    lacks = [n for n, pair in enumerate(zip(first.read.met, above, strict=True)) if max(pair) < 0.5]
    if sum(ask.terms[n].share for n in lacks) < _LACKS or _decides(ask, asking) not in lacks:
        return chosen

    def tells(one: Candidate) -> float:
        has = said(ask, -1, one.read)
        return sum(ask.terms[n].share for n in lacks if has[n] >= _TOO)

    best = max([first, *(one for one in ranked if one.is_prose and _near(first, one))], key=tells)
    return [best, *(one for one in chosen if one is not best)][:3]


def _decides(ask: Asked, asking: str) -> int:
    """The place among the question's terms of the one that says what may be so: "Did the chief of Northline resign?"."""
    stems = {word.stem for word in words(pattern("questions.circumstance").split(asking, 1)[0])}
    return max((n for n, term in enumerate(ask.terms) if term.stem in stems), default=-1)


def _near(one: Candidate, other: Candidate) -> bool:
    return one.hit.article.id == other.hit.article.id and abs(one.start - other.start) <= _APART
