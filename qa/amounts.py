"""The number, amount or price that a question asks for: which sentences of a text tell one.

It is one of what is counted or measured, or of what that may be called ("a crowd of 6,214", "nine of them"), and stands in a
sentence on the matter or beside one. A toll is told by what befell people, and a sum by what it was paid for: a firm's profit is
no price.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from functools import cache, lru_cache
from itertools import pairwise, takewhile

from qa.asking import Asked, of_sort
from qa.other_words import COMMON, says_too
from qa.tallies import befell, fate_asked, fate_of, fates
from qa.words_met import nearness, sentences_read, share
from vectorstore.language.lexicon import pattern, table, word_set
from vectorstore.language.numbers import MONEY_SIGNS, M, Measure, measures
from vectorstore.language.senses import may_mean
from vectorstore.language.stems import stem, stem_set
from vectorstore.language.tokens import Token, normalised, tokens
from vectorstore.language.verbs import is_deed
from vectorstore.language.words import key, meant, rarity, related

_MONEY = frozenset((*MONEY_SIGNS, *table("numbers.money").values()))
_GATHERED = stem_set("tallies.gathered")
_PEOPLE = stem_set("tallies.people")
_NO_NOUN = word_set("tallies.breaks") | {"of"}
_IN_WORDS = frozenset(("score", "times", "time", "free"))  # amounts that some words tell, too
_COMES = word_set("tallies.becomes") | word_set("tallies.people")
_MISSING = fates()[stem("missing")]
_VAGUE = frozenset(table("quantities.vague"))
_BEHIND, _BEFORE = 4, 4  # words between a number and what it is of
_EARLIER, _LATER = 5, 1  # sentences between one on the matter and what goes on from it, or leads to it
_NEARLY = 0.8  # of what the best sentence meets: that is on the matter, too


def untold(ask: Asked, text: str) -> bool:
    """Whether the question asks for an amount, and the text tells none."""
    return bool(ask.amount) and not told_at(ask, text)


@lru_cache(maxsize=256)
def told_at(ask: Asked, text: str) -> frozenset[int]:
    """Where the sentences begin that tell the amount asked for."""
    read = sentences_read(ask, text)
    shares = [share(ask, one.met) for one in read]
    on_it = [n for n, value in enumerate(shares) if value >= _NEARLY * max(shares)]
    told = [(n, says) for n, one in enumerate(read) if (says := _tells(ask, text[one.start : one.end]))]
    return frozenset(read[n].start for n, says in told if says > 1 or any(-_LATER <= n - k <= _EARLIER for k in on_it))


def _tells(ask: Asked, text: str) -> int:
    """Whether a sentence tells it: 2 where it says by itself what the number is of."""
    if text.lstrip().startswith("|"):  # a row of a table, whose head says what it has
        return any(char.isdigit() for char in text)
    if ask.amount in ("age", "percentage"):
        return of_sort(ask, text)
    wanted = _units().get(ask.counted, frozenset(ask.amount.split()))
    if any(name in _IN_WORDS and pattern(f"questions.answers.{name}").search(text) for name in wanted):
        return True
    row = tokens(normalised(text.replace("\n", " ")))
    if "count" in wanted:
        return _counts(ask, row, text)
    told = any(_measures(ask, wanted, row, n) for n, token in enumerate(row) if token.values)
    return told and 1 + _deed(ask, row)


@cache
def _units() -> dict[str, frozenset[str]]:
    """By the stem of a unit, what it measures: pounds are a weight, and money."""
    found = {key(form): frozenset({measure.dimension.rstrip("23")}) for form, measure in measures().items() if len(form) > 2}
    return found | {key(form): frozenset({"money"}) | found.get(key(form), frozenset()) for form in table("numbers.money")}


def _measures(ask: Asked, wanted: Set[str], row: Sequence[Token], n: int) -> bool:
    """Whether a number is in a unit of what is asked for, and is no other sum."""
    token, before = row[n], row[n - 1].key if n else ""
    if token.date or token.key in ask.stems or token.unit in ("clock", "ordinal", "th", "s") or before in ("everi", "every"):
        return False
    if "any" in wanted:
        return True
    is_money = token.unit in _MONEY or (not token.measure and max(token.values) >= 1e6)
    if is_money and not wanted.isdisjoint(("money", "unit")):
        return not _other_sum(ask, row, n)
    if "unit" in wanted:
        is_share = token.unit in ("%", "points", "part") or (n + 1 < len(row) and row[n + 1].text == "times")
        return is_share or _is_much(token.measure) or _of_it(ask, row, n)
    measured = token.measure.dimension.rstrip("23") if token.measure else ""
    return token.measure == M or measured in wanted


def _is_much(measure: Measure | None) -> bool:
    """Whether it may be how much there is of something: snow is measured in centimetres, nothing in miles."""
    far = measure is not None and measure.dimension == "length" and measure.factor > 1
    return measure is not None and measure.dimension != "time" and not far


def _of_it(ask: Asked, row: Sequence[Token], n: int) -> bool:
    """Whether a number counts what holds some of it: "300 packets of heroin"."""
    much = {term.stem for term in ask.terms} - ask.names
    return any(a.text == "of" and b.key in much for a, b in pairwise(row[n + 1 : n + 4]))


@cache
def _sums() -> dict[str, frozenset[str]]:
    found = table("questions.sums").items()
    return {name: frozenset(map(key, f"{name} {askers}".split())) for names, askers in found for name in names.split()}


def _other_sum(ask: Asked, row: Sequence[Token], n: int) -> bool:
    """Whether a sum is said to be one of another kind than what is asked: "a profit of £4m" of the price."""
    names = {t.text.casefold() for t in (*row[max(0, n - _BEFORE) : n], *row[n + 1 : n + 3])} & _sums().keys()
    return bool(names) and all(_sums()[name].isdisjoint(ask.stems) for name in names)


def _counts(ask: Asked, row: Sequence[Token], text: str) -> int:
    """Whether a sentence counts what is asked for, or says that there was none."""
    fate = fate_asked(ask.stems)
    if _deed(ask, row) and pattern("questions.answers.none").search(text):
        return 2
    if fate is not None and (not ask.counted or _is_person(ask.counted)):
        if befell(row, fate):
            return 2
        if fate != _MISSING:  # who "missed" school is none
            return 0
    return max((_is_of(ask, row, n) for n, token in enumerate(row) if token.values or token.text.casefold() in _VAGUE), default=0)


def _is_of(ask: Asked, row: Sequence[Token], n: int) -> int:
    """Whether a number is one of what is counted: 2 where the noun, or what they did, says so."""
    token, is_date = row[n], any(t.date for t in row[n : n + 2])
    if is_date or token.measure or token.unit not in ("", "part", "%", "th", "ordinal"):
        return 0
    if not ask.counted:
        return 1  # "coins stolen how many"
    nouns, before = _nouns(row, n), row[max(0, n - _BEFORE) : n]
    comes = before and before[-1].text.casefold() in _COMES and not any(t.values for t in before)
    comes = comes and any(key(t.text) == ask.counted for t in before)
    if not nouns and (comes or any(t.key in _GATHERED for t in before)):
        return 2
    named = [noun for noun in _nouns(row, n, past=True) if _agrees(ask, noun)]
    if not named:
        score = any(t.values and t.before == "-" for t in row[n : n + 2])
        others = nouns and not (_is_person(ask.counted) and any(map(_is_person, nouns)))
        return 2 * (not (score or others or token.unit) and _deed(ask, row))
    # Others drowned than were rescued, inspectors are not who is hurt, and ten men of a team watched nothing.
    loose = _is_person(ask.counted) and ask.counted not in named and rarity(ask.deed) >= COMMON and bool(ask.deed)
    if fate_of(row, n) is not None or (loose and (ask.counted in _PEOPLE) is _PEOPLE.isdisjoint(named)):
        return 2 * _deed(ask, row)
    return 1 + (ask.counted in named and not _is_person(ask.counted))


def _nouns(row: Sequence[Token], n: int, past: bool = False) -> list[str]:
    """What may be the noun that a number counts: the words behind it as far as a verb (one in the past may be an adjective), a
    comma or a preposition."""
    behind = row[n + 1 : n + 1 + _BEHIND]
    ends = [t.before.strip("-\"' ") or t.text.casefold() in _NO_NOUN or t.values or (is_deed(t) and not past) for t in behind]
    return [key(t.text) for t in takewhile(lambda t: not ends[behind.index(t)], behind) if t.content]


def _agrees(ask: Asked, noun: str) -> bool:
    """Whether a noun may name what is counted."""
    counted = ask.counted
    if noun == counted or noun in related(counted) | meant(counted) or says_too(noun, counted):
        return True
    if noun in _PEOPLE:
        return _is_person(counted)
    return may_mean(counted, noun) or (not _is_person(counted) and may_mean(noun, counted))


def _is_person(noun: str) -> bool:
    return noun in _PEOPLE or may_mean("person", noun)


def _deed(ask: Asked, row: Sequence[Token]) -> bool:
    """Whether a sentence tells what they did or suffered, in other words, too; where none is asked, anything of the question."""
    others = [term for term in ask.terms if term.stem not in ask.names | {ask.counted} and rarity(term.stem) >= COMMON]
    terms = [term for term in others if term.stem == ask.deed] or others
    return any(
        nearness(term, word) > 0.5 or word in meant(term.stem) or says_too(word, term.stem)
        for word in (key(t.text) for t in row if t.content)
        for term in terms
    )
