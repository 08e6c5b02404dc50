"""Which words of a sentence need one in a passage, and which word of it may be one: the same, a synonym, a broader one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from qa.asking import NUMBER
from qa.check.polarity import DEPRIVES
from qa.check.roles import same_deed
from qa.check.status import same_state
from vectorstore.language.align import NEGATIONS, Line
from vectorstore.language.lexicon import kinds, word_set
from vectorstore.language.names import demonyms, is_name
from vectorstore.language.senses import is_word, may_mean
from vectorstore.language.speakers import isa
from vectorstore.language.stems import stem_set
from vectorstore.language.tokens import Token

LIGHT = stem_set("carrying.light") | word_set("carrying.light_pasts")
_SAYING = stem_set("carrying.saying")
_QUANTITIES = frozenset(kinds("quantities.kinds"))  # which have a rule of their own
_DIMENSIONS, _NOW = word_set("carrying.dimensions"), word_set("carrying.now")
_PERIODS = word_set("words.periods")
_STANDS_FOR = word_set("carrying.stands_for")
_ONLY = word_set("carrying.only")
_FAMILY = 6  # letters that two words of one family begin with: "immigration", "immigrants"


def wanted_in(told: Sequence[Token]) -> list[int]:
    """The words of a sentence that need one in the article: they tell something, and are no frame of it."""
    content = [i for i, token in enumerate(told) if token.text.casefold() in _ONLY or (token.content and not is_frame(told, i))]
    heavy = [i for i in content if told[i].key not in LIGHT and not _is_beside(told, i)]
    plain = [i for i in heavy if not (is_named(told[i]) or told[i].values or told[i].date)]
    return heavy if plain or any((told[i].values and told[i].values != {1}) or told[i].date for i in heavy) else content


def _is_beside(told: Sequence[Token], i: int) -> bool:
    """Whether a word says what a number measures, "40 metres deep", which stretch of time, "this week", or stands for a name."""
    if not i:
        return False
    before, low = told[i - 1], told[i].text.casefold()
    if before.key == "the" and low in _STANDS_FOR:
        return True
    return (bool(before.values) and low in _DIMENSIONS) or (before.text.casefold() in _NOW and low in _PERIODS)


def is_frame(told: Sequence[Token], i: int) -> bool:
    """Whether a word only says that it is said, by whom, or about how many; "admitted" and "denied" say more."""
    token, low = told[i], told[i].text.casefold()
    if token.values or token.date:
        return False
    if isa(low, "titles"):
        return token.capital or any(is_name(t) for t in told[i + 1 : i + 2])
    return token.quoted or token.key in _SAYING or low in _QUANTITIES or bool(NUMBER.fullmatch(low))


def is_named(token: Token) -> bool:
    return is_name(token) and (not token.first or not is_word(token.key))


def has(line: Line, token: Token) -> bool:
    return bool(places(line, token))


@lru_cache(maxsize=4096)
def places(line: Line, token: Token) -> tuple[int, ...]:
    """Where a line has a word, or one that may mean it."""
    if token.values or token.date:
        given = [j for j in line.matching(token) if token.date or not _is_in_score(line.tokens, j)]
        return tuple(given) or tuple(j for j in line.numbers if _is_counted_so(line.tokens, j, token))
    if token.text.casefold() in _ONLY:
        return tuple(j for j, other in enumerate(line.tokens) if other.text.casefold() in _ONLY)
    if same := line.matching(token):
        return tuple(same)
    return tuple(j for j, other in enumerate(line.tokens) if other.content | (other.key in NEGATIONS) and answers(token, other))


def _is_in_score(found: Sequence[Token], j: int) -> bool:
    """Whether a number is one side of "7-5", which counts nothing; a sentence with a score has both."""
    sides = [k for k in (j, j + 1) if 0 < k < len(found) and found[k].before == "-" and found[k].values and found[k - 1].values]
    return bool(sides) and not found[j].unit and not found[j].measure


def _is_counted_so(found: Sequence[Token], j: int, token: Token) -> bool:
    """Whether a number is the same in another form: "the third seed" and "No. 3", "at 44" and "the 44-year-old"."""
    other = found[j]
    if token.values.isdisjoint(other.values) or token.date or other.date:
        return False
    units = {token.unit, other.unit}
    if units in ({"ordinal", ""}, {"th", ""}):
        return bool(j) and (other.unit or token.unit) != "" and found[j - 1].content and not found[j - 1].values
    measures = [t.measure.dimension for t in (token, other) if t.measure]
    return measures == ["time"] and units == {""}


def answers(token: Token, other: Token) -> bool:
    """Whether a passage's word may tell what a sentence's does: a synonym, a broader word, one of its family, the same state."""
    key, theirs = token.key, other.key
    if other.values or theirs in demonyms().get(key, ()):
        return not other.values
    if token.capital and not token.first:
        return False
    if key[:_FAMILY] == theirs[:_FAMILY] and len(key) >= _FAMILY and abs(len(key) - len(theirs)) <= 4:
        return True
    if token.text.endswith("er") and other.text.endswith("est") and token.text[:-2] == other.text[:-3]:
        return True  # "no pier was longer" of the longest
    return may_mean(key, theirs) or same_state(key, theirs) or same_deed(key, theirs) or (key in DEPRIVES and theirs in NEGATIONS)
