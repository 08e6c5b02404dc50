"""Does a later report say that what an older one tells no longer holds? It says so: "was annulled", "from nine years to five".

Their words need not be alike, as for qa/disagreement.py. So the two must name the same people and places and share what is told,
and what undoes it must stand beside words of the older one; else it is another matter that was called off.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from functools import cache, lru_cache

from qa.disagreement import Report, apart, is_before, phrased
from vectorstore.language.align import NEGATIONS
from vectorstore.language.datelines import dateline
from vectorstore.language.lexicon import lines, pattern, rows, word_set
from vectorstore.language.names import is_name
from vectorstore.language.stems import stem_set
from vectorstore.language.tokens import Token, keys, normalised, tokens
from vectorstore.language.verbs import is_irregular, is_past
from vectorstore.types import Article

_LONG = 400  # days in which what was planned or done may be undone
_SOON = 10  # and in which a count or a measure is still of the same event
_MONTH = 31  # and in which what was told is denied
_SHARED = 0.4  # of the words of the one that tells less: what both must have
_NEAR = 10  # words around what undoes, in which what is undone stands
_CLAUSE = 14  # words before what a thing has become, in which that it changed is said
_BEHIND = 4  # words between it and whose state it is
_STEM = 4  # letters: a merger is of those who merge
_LEAD = 3000  # characters of an article in which those whom it tells of are named
_UNDOING = stem_set("copies.undoing") | stem_set("overturned.undoing") | stem_set("overturned.pasts")
_LIFTING, _ORDERS = stem_set("overturned.lifting"), stem_set("overturned.orders")
_MOVED, _PASSIVE = stem_set("overturned.moved"), word_set("copies.passive")
_STILL = word_set("overturned.still")
_MAYBE = word_set("overturned.maybe")
_FALLS = word_set("overturned.falls")
_BENCHES = word_set("overturned.benches")
_REPORTED = word_set("overturned.reported")
_SAYING = stem_set("copies.attributing") | stem_set("overturned.saying")
_DECIDED = stem_set("overturned.decided")
_SET_ASIDE = word_set("overturned.set_aside")
_SINCE = word_set("overturned.since")
_NOT_YET = word_set("overturned.not_yet")
_LIGHT = stem_set("overturned.light") | stem_set("copies.happening")
_BECOMES = word_set("tallies.becomes") | word_set("copies.until") | word_set("overturned.becomes")
_CHANGED = stem_set("copies.changing") | stem_set("copies.moving") | stem_set("overturned.changed")
_OUTRIGHT = frozenset(lines("overturned.outright"))
_PASTS = _OUTRIGHT | word_set("overturned.pasts") | frozenset(row[0] for row in rows("copies.phrases"))
_CLAUSES, _IF = word_set("words.clauses"), word_set("certainty.if")
_PLANNED = word_set("overturned.planned")
_FURTHER = word_set("copies.further")
_RELATIVE = word_set("overturned.relative")
_POINTING = word_set("words.subjects")


def overturned(one: Report, other: Report, wanted: Set[str] = frozenset()) -> str:
    """What the later of the two says that undoes the older one: "it says “annulled”", "it gives five"; else nothing.

    `wanted`: the stems of the question, whose words may stand for the older one's own: "was not the source"."""
    old, new = (one, other) if _may_follow(one.article, other.article) else (other, one)
    if old.article.id == new.article.id or not _may_follow(old.article, new.article):
        return ""
    days = (new.article.published, old.article.published)
    gap = abs((days[0] - days[1]).days) if days[0] and days[1] else 0
    row, before = tokens_of(new.text), tokens_of(old.text)
    if gap > _LONG or not _one_matter(old, new):
        return ""
    planned = any(t.text.casefold() in _PLANNED for t in before)
    given = _replaced(row, before)
    if not given and is_before(old.article, new.article):
        given = _become(row, before, planned or gap <= _SOON)
    if given:
        return f"it gives {given}"
    said = _undone(row, before) or _moved(row, before)
    if not said and (said := _turned(old.text, new.text)) and _far_behind(said, row, _names(before) & wanted or _names(before)):
        said = ""
    said = said or (_denied(new.told, before, wanted) if planned or gap <= _MONTH else "")
    return f"it says “{said}”" if said else ""


def _may_follow(old: Article, new: Article) -> bool:
    return is_before(old, new) or (old.published == new.published and not is_before(new, old))


@lru_cache(maxsize=2048)
def tokens_of(text: str) -> tuple[Token, ...]:
    return phrased(tokens(normalised(text[dateline(text) :].replace("\n", " "))))


@lru_cache(maxsize=512)
def _known(article: Article) -> frozenset[str]:
    """The words of an article's headline and start."""
    return keys(f"{article.title}\n{article.text[:_LEAD]}")


def _names(row: Sequence[Token]) -> set[str]:
    """Names; a capital at the start is one where another name follows it."""
    after = [*row[1:], None]
    named = ((t, b) for t, b in zip(row, after, strict=False) if is_name(t) and len(t.text) > 1)
    return {t.key for t, b in named if not t.first or (b and is_name(b) and not b.before)}


def _told(row: Sequence[Token]) -> set[str]:
    return {t.key for t in row if t.content and not t.values and not t.date}


def _one_matter(old: Report, new: Report) -> bool:
    """Whether both name the same, and share what is told; an "it" or a "they" takes up the sentence before."""
    mine, theirs = old.told, new.told
    if any(t.text.casefold() in _POINTING for t in theirs[:1]):
        at = new.article.text.find(new.text)
        theirs = (*tokens_of(new.article.text[max(0, at - 200) : max(0, at)]), *theirs)
    here, there = _told(mine), _told(theirs) | _told(tokens_of(new.text))
    both = {a for a in here for b in there if _of_one_stem(a, b)}
    figures = {t.values for t in mine if t.values} & {t.values for t in theirs if t.values}
    shared = len(both) + len(figures)
    if shared < max(3, _SHARED * min(len(here), len(there))):  # before an article's names are read
        return False
    outlets = {t.key for report in (old, new) for t in tokens(normalised(report.article.source))}
    names, others = _names(tokens_of(old.text)) - outlets, _names(tokens_of(new.text)) - outlets
    odd = names - _known(new.article) if names else names
    if 2 * len(odd) > len(names) or (odd and others - _known(old.article)):
        return False
    names |= {t.key for t in tokens_of(old.text)[:1] if is_name(t) and t.key in {o.key for o in theirs if is_name(o)}}
    return shared > 3 or bool(both & names)


def _undone(row: Sequence[Token], old: Sequence[Token]) -> str:
    """The word that says that it was undone: "has annulled", "voted to scrap", "lifted its notice"."""
    keys = {t.key for t in old}
    if keys & _UNDOING:
        return ""
    for n, token in enumerate(row):
        passive = n and row[n - 1].text.casefold() in _PASSIVE  # "the ban on bathing was lifted"
        ordered = row[max(0, n - _CLAUSE) : n] if passive else row[n + 1 : n + _CLAUSE]
        lifts = token.key in _LIFTING and any(t.key in _ORDERS for t in ordered) and keys & _ORDERS
        verb = is_past(token) or is_irregular(token) or token.text in _PASTS or token.text.endswith("ing")
        verb = verb or row[n - 1].text.casefold() == "to"
        falls = not passive and any(t.text.casefold() in _FALLS for t in row[n + 1 : n + 2])  # "prices have dropped below"
        if not (token.key in _UNDOING or token.text in _OUTRIGHT or lifts) or not verb or falls or not _is_done(row, n):
            continue
        beside = [*_clause(row[max(0, n - _NEAR) : n][::-1]), *_clause(row[n + 1 : n + 1 + _NEAR])]
        both = [t for t in beside if t.content and any(_alike(t, o) for o in old)]
        if len({t.key for t in both}) >= 2 and any(not is_name(t) for t in both):  # two launches at one space center are two
            return token.text
    return ""


def _alike(one: Token, other: Token) -> bool:
    """Whether it is one word, a name in both or in neither, or one figure."""
    if one.values or other.values:
        return one.values == other.values and bool(one.unit == other.unit)
    return is_name(one) == is_name(other) and _of_one_stem(one.key, other.key)


def _of_one_stem(a: str, b: str) -> bool:
    return a == b or (min(len(a), len(b)) >= _STEM and (a.startswith(b) or b.startswith(a)))


def _clause(row: Sequence[Token]) -> Iterator[Token]:
    for token in row:
        if ";" in token.before:
            return
        yield token


def _is_done(row: Sequence[Token], n: int) -> bool:
    """Whether what a word says has happened: not "may be scrapped", "has not been scrapped", "wants to scrap"."""
    before = row[max(0, n - 5) : n]
    start = next((k for k in range(n, 0, -1) if row[k].before.strip("-\"' ")), 0)
    if any(t.text.casefold() in _FURTHER | _RELATIVE for t in row[start:n]):  # "the first vote since the court overturned it"
        return False
    if any(t.key in NEGATIONS for t in before) or _leaves_open([t.text for t in (*before, row[n])]):
        return False
    to = next((k for k in range(n - 1, max(-1, n - 3), -1) if row[k].text.casefold() == "to"), -1)
    return to < 0 or any(t.key in _DECIDED for t in row[max(0, to - 2) : to])


@cache
def _states() -> list[tuple[re.Pattern[str], ...]]:
    return [tuple(re.compile(rf"\b(?:{side.strip()})\b", re.I) for side in row.split("=>")) for row in lines("overturned.states")]


def _turned(old: str, new: str) -> str:
    """The other state that the later report tells of: "was found" of a missing girl, "back to work" after a strike."""
    for was, now in _states():
        found = now.search(new)
        if found and was.search(old) and not now.search(old) and _holds(new[: found.start()]):
            still = was.search(new, found.end())
            if not still or _STILL.isdisjoint(new[found.end() : still.start()].casefold().split()):
                return found.group()
    return ""


def turns(text: str) -> bool:
    """Whether a sentence denies, undoes or turns around what it is of, whatever that is."""
    undone = any(t.key in _UNDOING or t.key in NEGATIONS for t in tokens_of(text))
    return undone or pattern("copies.about").search(text) is not None


def _far_behind(said: str, row: Sequence[Token], names: Set[str]) -> bool:
    """Whether those of whom it is asked are told of only far behind it: "was cleared of failing to supervise the nurse Monk"."""
    keys = [t.key for t in tokens(normalised(said))]
    at = next((n for n in range(len(row)) if [t.key for t in row[n : n + len(keys)]] == keys), len(row))
    whose = next((n for n, t in enumerate(row) if t.key in names), 0)
    return whose > at + len(keys) + _BEHIND


def _holds(before: str) -> bool:
    last = [word.strip(",.'\"“”’").casefold() for word in before.split()[-4:]]
    return not (any(word in NEGATIONS for word in last) or _leaves_open([*last, ""]))


def _leaves_open(said: Sequence[str]) -> bool:
    """Whether one of some words leaves what follows open or asks for it; an appeal court, or a court of appeal, does neither."""
    row = [word.casefold() for word in said]
    return any(w in _MAYBE and after not in _BENCHES and b != "of" for b, w, after in zip(["", *row], row, row[1:], strict=False))


def _replaced(row: Sequence[Token], old: Sequence[Token]) -> str:
    """What stands for the older report's own number or name, which is named, too: "from nine to five", "not Karl but Kurt"."""
    values = {v for t in old if not t.date for v in t.values}
    names = _names(old)
    for n, token in enumerate(row):
        before = [t.text.casefold() for t in row[max(0, n - 5) : n]]
        cues = set() if _SINCE & set(before) else _SET_ASIDE & set(before)
        if token.values & values and not token.date and cues:
            others = [t for t in row if t.values and not (t.date or t.values & values) and t.unit in ("", token.unit)]
            others = [t for t in others if t.measure in (None, token.measure)]
            others = [t for t in others if cues != {"from"} or row[row.index(t) - 1].key == "to"]
            if others:
                return others[0].text
        if before and before[-1] == "not" and token.key in names and is_name(token):
            others = [t for t in row[: n - 1] if is_name(t) and not t.first and t.key not in {o.key for o in old}]
            if others:
                return others[-1].text
    return ""


def _become(row: Sequence[Token], old: Sequence[Token], at_any_rate: bool) -> str:
    """What a number or a day of the older report has become: "has spread to 11,200", "now rates it EF3".

    Else only of what is named as that which has changed: "has raised its offer to 21.50 euros"."""
    for n, token in enumerate(row):
        before = [t.text.casefold() for t in row[max(0, n - _CLAUSE) : n]]
        to = bool(before) and before[-1] in _BECOMES and any(t.key in _CHANGED for t in row[max(0, n - _CLAUSE) : n])
        if not token.values or token.date or token.text.casefold() == "one" or not (to or "now" in before):
            continue
        if not at_any_rate and not (to and _of_what_changed(row, n, old)):
            continue
        day = _day(row, n)
        olds = [t for k, t in enumerate(old) if t.values and not t.date and (bool(_day(old, k)) == bool(day))]
        olds = [t for t in olds if t.measure == token.measure and (t.unit == token.unit or day)]
        if not (token.unit or token.measure or day or to):  # "now a Category 4 storm" says nothing of two million people
            olds = [t for t in olds if row[n - 1].key == old[old.index(t) - 1].key]
        known = any(t.values & token.values and (not day or _day(old, k) == day) for k, t in enumerate(old))
        if len(olds) == 1 and not known and (day or "now" in before or apart(olds, [token])):
            return f"{token.text} {day}".strip()
    return ""


def _of_what_changed(row: Sequence[Token], n: int, old: Sequence[Token]) -> bool:
    """Whether what has changed is named, and told of in the older report, which tells of no change itself."""
    verb = next((k for k in range(n - 1, max(-1, n - _CLAUSE), -1) if row[k].key in _CHANGED), n)
    named = [t for t in row[verb + 1 : n] if t.content and not is_name(t)]
    return any(_alike(t, o) for t in named for o in old) and not any(t.key in _CHANGED for t in old)


def _moved(row: Sequence[Token], old: Sequence[Token]) -> str:
    """Where it has been moved to: "has been moved to the Riverside Hall"."""
    keys = {t.key for t in old}
    for n, token in enumerate(row):
        to = next((k for k in range(n + 1, min(len(row), n + 4)) if row[k].text.casefold() == "to"), 0)
        if token.key in _MOVED and to and _is_done(row, n) and any(t.text.casefold() in _PASSIVE for t in row[max(0, n - 2) : n]):
            place = [t for t in row[to + 1 : to + 5] if is_name(t) and t.key not in keys]
            if place and any(is_name(t) for t in old):
                return " ".join(t.text for t in place)
    return ""


def _day(row: Sequence[Token], n: int) -> str:
    """The month beside the number of a day."""
    return next((t.text for t in (*row[n + 1 : n + 2], *row[max(0, n - 1) : n]) if t.date == "month"), "")


def _denied(row: Sequence[Token], old: Sequence[Token], wanted: Set[str]) -> str:
    """What the later report says is not so, all of which the older one tells: "no plans to shut the plant"."""
    cues = [n for n, t in enumerate(row) if t.key in NEGATIONS]
    keys, told = {t.key for t in old}, _told(old)
    if (
        len(cues) != 1
        or keys & (NEGATIONS | _UNDOING)
        or any(t.text.casefold() in _IF for t in old)  # "will close if …" is not taken back by "will not close"
        or any(t.text.casefold() in _NOT_YET for t in row[cues[0] + 1 : cues[0] + 4])
    ):
        return ""
    n = cues[0]
    if n and row[n - 1].text.casefold() in _CLAUSES:  # "for this one, but not that one"
        return ""
    if any(t.text.casefold() in _MAYBE - _REPORTED for t in row[max(0, n - 4) : n]):
        return ""
    ends = [k for k in range(n + 1, len(row)) if row[k].before.strip("-\"' ") or row[k].text.casefold() in _FURTHER]
    starts = [k for k in range(n, 0, -1) if row[k].before.strip("-\"' ")]
    after = [t for t in row[n + 1 : min(ends, default=len(row))] if t.content and not t.date and t.key not in _LIGHT]
    ahead = [t for t in row[max(starts, default=0) : n] if t.content and not t.date and t.key not in _LIGHT]
    if any(t.key not in keys | wanted or (t.values and t.key not in keys) for t in after):
        return ""
    if after and after[0].key in _SAYING:  # "did not say why"
        return ""
    whole = {t.key for t in ahead} | {t.key for t in after}
    held = whole & told
    denied = row[n + 1 : min(ends, default=len(row))]
    if not after and not (whole <= told | wanted and any(t.key in _LIGHT for t in denied)):
        return ""
    return row[n].text if len(held) >= 2 or (len(held) == 1 and held == whole) else ""
