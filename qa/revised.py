"""Does a later report answer a question otherwise than an older one? By what it says of the older answer, in whatever words.

Two sentences in the same words are compared in qa/disagreement.py, and what says that it undoes another in qa/overturned.py.
Here the question says what both tell of: all of its names are in both articles, and most of its words beside both sentences.
Then a change that the later report tells of there ("had blamed eggs at first", "has risen to") is one of what is asked.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from datetime import date
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from qa.asking import Asked
from qa.disagreement import Report, apart, is_before
from qa.overturned import become, far_behind, known, tokens_of, turned
from qa.tallies import fate_asked, fates, is_of_people, tally
from qa.words_met import met
from vectorstore.language.align import NEGATIONS
from vectorstore.language.lexicon import pattern, rows, word_list, word_set
from vectorstore.language.names import is_name
from vectorstore.language.sentences import sentences
from vectorstore.language.tokens import Token, normalised, tokens
from vectorstore.language.verbs import is_past

_LONG = 400  # days in which what was told may be told otherwise
_YEARS = 1500  # and in which a verdict is, of those who are named
_SOON = 10  # and in which the victims of one event are counted
_MET = 0.7  # of the question's weight: what stands beside each of the two sentences
_BESIDE = 300  # characters before and after a sentence in which its neighbours stand
_FORMS = {form: n for n, row in enumerate(rows("dates.months")) for form in row}
_SEASONS = {word: n for n, word in enumerate(word_list("revised.seasons"), 1)}
_BARELY = 0.5  # the same where it is asked whether: "walked free" has few of the words of "found guilty"
_HINTED = 0.25  # the same of a sentence that goes on from the one before it
_LEAST = 3  # words that two sentences share, of which one has a "not"
_WHOLLY = 0.9  # the same of a sentence that tells it by itself
_RETOLD = {
    "whether": 0.4,
    "reason": 0.5,
    "": 0.6,
}  # by what is asked, of the older sentence's words: what stands beside the later one that takes it back
_NEAR = 5  # words around what says that it was thought first, in which it stands
_NAMING = ("name", "place", "which")
_GROUPS = word_set("copies.groups")
_FURTHER = word_set("copies.further")
_IF = word_set("certainty.if")
_AHEAD = word_set("copies.ahead")


class Telling(NamedTuple):
    """A sentence, and it between both of its neighbours, below the headline, a line each."""

    text: str
    beside: str

    @property
    def row(self) -> tuple[Token, ...]:
        return tokens_of(self.text)


@lru_cache(maxsize=1024)
def _telling(title: str, text: str, sentence: str) -> Telling:
    at = max(text.find(sentence), 0)
    start, stop = max(0, at - _BESIDE), at + len(sentence) + _BESIDE
    before = [text[start + a : start + b] for a, b in sentences(text[start:at])][-1:]
    after = [text[at + len(sentence) + a : at + len(sentence) + b] for a, b in sentences(text[at + len(sentence) : stop])][:1]
    flat = " ".join(sentence.split())
    return Telling(flat, "\n".join([title, *before, flat, *after]))


def revised(ask: Asked, one: Report, other: Report) -> bool:
    """Whether the later of two reports says of what is asked that it is no longer, or never was, as the other tells it."""
    old, new = (one, other) if is_before(one.article, other.article) else (other, one)
    then, later = old.article.published, new.article.published
    if not (ask.kind and then and later) or not 0 < (later - then).days <= (_LONG if ask.kind != "whether" else _YEARS):
        return False
    was, now = (_telling(r.article.title, r.article.text, r.text) for r in (old, new))
    least = _MET if ask.kind != "whether" else _BARELY
    if any(met(ask, " ".join([told.beside, *ask.names])) < least for told in (was, now)):  # before any article is read
        return False
    if ask.kind in ("number", "money"):
        told = _recounted(ask, was, now, (later - then).days <= _SOON, known(old.article))
    elif ask.kind == "date":
        told = met(ask, now.text) >= _HINTED and _redated(was, now, then, later)
    elif ask.kind == "whether":
        told = _turned(ask, was, now, known(old.article)) and _retold(old, now, _RETOLD["whether"])
    else:
        told = ask.kind == "reason" and bool(turned(was.text, now.text, "revised.causes"))
        told = told or _taken_back(ask, old, was, now, known(old.article))
    return told and _of_it(ask, old, new, was, now, least)


def _of_it(ask: Asked, old: Report, new: Report, was: Telling, now: Telling, least: float) -> bool:
    """Whether both sentences, with what stands around them, are of what is asked, and neither of what the other article lacks."""
    there = known(old.article), known(new.article)
    odd = [{t.key for t in row if is_name(t) and not t.first} - here for row, here in ((was.row, there[1]), (now.row, there[0]))]
    if all(odd) and ask.kind not in _NAMING:
        return False
    sorts = [{t.key for t in row if t.unit == "ordinal" or t.text.casefold() in _GROUPS} for row in (was.row, now.row)]
    if all(sorts) and sorts[0].isdisjoint(sorts[1]):  # the second section, the women's team
        return False
    if _of_other_things(was.row, now.row):
        return False
    place = len({t.key for t in was.row if is_name(t)} & {t.key for t in tokens(normalised(now.beside)) if is_name(t)}) > 1
    names = ask.names if place else frozenset()
    lacked = [
        n for n in ask.names - names if not all(any(n == k or (len(n) > 4 and k.startswith(n)) for k in here) for here in there)
    ]
    texts = [" ".join([telling.beside, *names]) for telling in (was, now)]
    return not lacked and all(met(ask, text) >= least for text in texts)


def _of_other_things(was: Sequence[Token], now: Sequence[Token]) -> bool:
    """Whether another thing of one name is told of: "the Marr tunnel", "the Marr bridge"."""
    called = [{a.key: b.key for a, b in pairwise(row) if is_name(a) and _is_thing(b)} for row in (was, now)]
    rows = [{t.key for t in row} for row in (was, now)]
    both = called[0].keys() & called[1].keys()
    return any(called[0][name] not in rows[1] and called[1][name] not in rows[0] for name in both)


def _is_thing(token: Token) -> bool:
    return token.content and not (token.before.strip() or token.capital or token.values or token.date or is_past(token))


def _recounted(ask: Asked, was: Telling, now: Telling, soon: bool, there: Set[str]) -> bool:
    """Whether another number is given: the later report says that it has changed, or counts victims soon after."""
    fate = fate_asked(ask.stems)
    pairs = [(a, b) for a in _sums(ask, was.row, fate) for b in _sums(ask, now.row, fate) if _of_one_sort(a, b)]
    if len(pairs) != 1 or not apart(*([token] for token in pairs[0])):
        return False
    if become(now.row, was.row, at_any_rate=True) or pattern("revised.back").search(now.beside):
        return True
    event = {t.stem for t in ask.terms} - {key.casefold() for key in ask.names} - fates().keys() - {ask.counted}
    return (
        fate is not None and soon and bool(event) and not any(is_name(t) and not t.first and t.key not in there for t in now.row)
    )


def _of_one_sort(one: Token, other: Token) -> bool:
    measures = [token.measure.dimension if token.measure else "" for token in (one, other)]
    return one.unit == other.unit and measures[0] == measures[1]


def _sums(ask: Asked, row: Sequence[Token], fate: int | None) -> list[Token]:
    """The numbers of what is counted; of money, or what is measured, those with a unit."""
    if fate is not None:
        return [token for token in [tally(row, fate)] if token]
    found = [t for t in row if t.values and not t.date and t.key not in ask.stems]
    if ask.kind == "money" or not ask.counted:
        return [t for t in found if (t.unit or t.measure) and t.unit not in ("%", "clock", "ordinal")]
    after = [(t, row[row.index(t) + 1 : row.index(t) + 4]) for t in found]
    return [t for t, near in after if any(o.key == ask.counted for o in near) or any(is_of_people(o) for o in near[:1])]


def _redated(was: Telling, now: Telling, then: date, later: date) -> bool:
    """Whether another day or month is given, before that of the older report has come, or with a word that it was moved."""
    olds, news = _days(was.row, then), _days(now.row, later)
    if not olds or not news or olds & news or any(o[1] == n[1] and not (o[2] and n[2]) for o in olds for n in news):
        return False
    if pattern("revised.changed").search(now.beside) or pattern("revised.back").search(now.beside):
        return True
    ahead = all(any(t.text.casefold() in _AHEAD for t in row) for row in (was.row, now.row))
    return ahead and all((later.year, later.month) <= o[:2] <= (o[0], 12) for o in olds)


def _days(row: Sequence[Token], told: date) -> set[tuple[int, int, int]]:
    """The days, months, seasons or years named, each as year, month (or season) and day, 0 where none is given."""
    found: set[tuple[int, int, int]] = set()
    for n, token in enumerate(row):
        year = next((int(v) for t in row[n + 1 : n + 3] if t.date == "year" for v in t.values), 0)
        season = _SEASONS.get(token.text.casefold(), 0)
        if token.date == "month":
            month = _FORMS[token.text.casefold().strip(".")] + 1
            beside = [t for t in (*row[max(0, n - 1) : n], *row[n + 1 : n + 2]) if t.values and not t.date]
            day = next((int(v) for t in beside for v in t.values if 1 <= v <= 31), 0)
            found.add((year or told.year + (month < told.month), month, day))
        elif season:
            found.add((year or told.year, 12 + season, 0))
        elif token.date == "year" and not any(t.date == "month" or t.text.casefold() in _SEASONS for t in row[max(0, n - 2) : n]):
            found.update((int(value), 0, 0) for value in token.values)
    return found


def _turned(ask: Asked, was: Telling, now: Telling, there: Set[str]) -> bool:
    """Whether the later report turns a plan or a state around, and not that of somebody of whom the older one does not tell."""
    if any(t.text.casefold() in _IF for t in (*was.row, *now.row)):
        return False
    found = pattern("revised.turned").search(now.text)
    said = found.group() if found and not pattern("revised.turned").search(was.text) else ""
    said = said or turned(was.text, now.text) or turned(was.text, now.text, "revised.states")
    if not said:
        return _negated(ask, was.row, now.row)
    before = tokens(normalised(now.text[: now.text.find(said)]))
    return not far_behind(said, now.row, ask.names) and not any(is_name(t) and not t.first and t.key not in there for t in before)


def _negated(ask: Asked, was: Sequence[Token], now: Sequence[Token]) -> bool:
    """Whether one says "not" of what the other tells, with but one word of its own: "will not be a candidate for mayor"."""
    numbered = [(row, [*row[1:], None]) for row in (was, now)]  # "No. 1" denies nothing
    cues = [
        [n for n, t in enumerate(row) if t.key in NEGATIONS and not ((b := after[n]) and b.values)] for row, after in numbered
    ]
    if sorted(map(len, cues)) != [0, 1]:
        return False
    no, yes = (was, now) if cues[0] else (now, was)
    n = max(*cues, key=len)[0]
    end = next((k for k in range(n + 1, len(no)) if no[k].is_parted or no[k].text.casefold() in _FURTHER), len(no))
    keys = {t.key for t in yes} | ask.stems
    after = [t.key for t in no[n + 1 : end] if t.content and not t.date]
    held = [key in keys for key in (*(t.key for t in no[:n] if t.content), *after)]
    first = [next((t.key for t in row if t.content), "") for row in (no, yes)]
    same = not ask.names or first[0] == first[1] or all(key in {t.key for t in row} for key in ask.names for row in (no, yes))
    return (
        same
        and len(held) > _LEAST
        and sum(key not in keys for key in after) <= 1 <= sum(key in keys for key in after)
        and sum(held) >= len(held) - 1
    )


def _retold(old: Report, now: Telling, least: float) -> bool:
    """Whether so much of the older sentence stands beside the later one."""
    told, again = [t for t in old.told if t.content], {t.key for t in tokens(normalised(now.beside))}
    return sum(t.key in again for t in told) >= least * len(told)


def _taken_back(ask: Asked, old: Report, was: Telling, now: Telling, there: Set[str]) -> bool:
    """Whether the later report tells of the older answer as of what was thought or planned first, and gives another."""
    own = [t for t in was.row if t.content and not t.date and t.key not in ask.stems]
    if ask.kind in _NAMING and (named := [t for t in own if is_name(t) and t.key not in {o.key for o in now.row}]):
        own, new = named, [t for t in now.row if is_name(t) and t.key not in ask.stems]
        if pattern("revised.upset").search(now.text):
            return min(met(ask, was.text), met(ask, now.text)) >= _WHOLLY and any(t not in was.row for t in new)
        if all(t.first or t.key in there for t in new):
            return False
    elif ask.kind in _NAMING and met(ask, was.text) < _MET:  # it names nobody who is named no more
        return False
    if not _retold(old, now, _RETOLD.get(ask.kind, _RETOLD[""])):
        return False
    for part in now.beside.split("\n")[1:]:
        row = tokens(normalised(part))
        for found in pattern("revised.back").finditer(part):
            at = len(part[: found.start()].split())
            near = row[max(0, at - _NEAR) : at + len(found.group().split()) + _NEAR]
            if any(t.key in {o.key for o in own} for t in near):
                return True
    return False
