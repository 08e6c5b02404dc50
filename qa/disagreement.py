"""Do two reports say different things of one fact? Their sentences are aligned; what stands in the place of what shows it.

Said only where it is plain: a reader who is told that "the reports differ" on two matches loses as much as one who is told that
they agree. So nearly all else must be the same words, and the two must not tell of different days.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import SequenceMatcher

from qa.check.polarity import opposed
from qa.clauses import dateline, furniture
from vectorstore.language.align import NEGATIONS, Line, aligned
from vectorstore.language.lexicon import lines, word_set
from vectorstore.language.names import demonyms, is_name
from vectorstore.language.stems import stem_set
from vectorstore.language.tokens import Token, normalised, tokens
from vectorstore.language.words import related
from vectorstore.types import Article
from vectorstore.wirecopy import turn, turns

_SHARED = 0.6  # of the shorter sentence's words of content, what stands in its place counted in: two tellings of one fact
_PLACE = 4  # words that stand for one another; more are another story
_SOON = 10  # days between two reports of one event
_ROUND = 0.12  # of a number: what a rounder one may be off by
_SPELLING = 0.8  # likeness of two spellings of one name
_AT_ONCE = 2  # days between two reports that count the same
_LONG = 400  # days between two reports of how things stand
_OF_ITS_DAY = word_set("copies.of_its_day")
_OF_ITS_WEEK = word_set("copies.of_its_week")
_COUNTED_UP = stem_set("copies.counted_up")
_CHANGING = stem_set("copies.changing")
_AHEAD = word_set("copies.ahead")
_WEEKDAYS = tuple(row.split()[0] for row in lines("dates.weekdays"))
_BOTH_WAYS = stem_set("roles.mutual") | word_set("roles.together")
_CORRECTING = word_set("copies.correcting")
_NOTES = lines("copies.notes")


@dataclass(frozen=True, slots=True)
class Report:
    """A sentence as an article has it."""

    text: str
    article: Article

    @property
    def told(self) -> tuple[Token, ...]:
        """Its words without dateline and without who said it."""
        return _without_speaker(tokens(normalised(self.text[dateline(self.text) :].replace("\n", " "))))


def counted_apart(one: Report, other: Report, wanted: Set[str]) -> bool:
    """Whether the two, of the same days, count another number of the things that are asked for: "74,000 homes"."""
    days = one.article.published, other.article.published
    if not (days[0] and days[1]) or abs((days[0] - days[1]).days) > _AT_ONCE:
        return False
    names, others = ({t.key for t in report.told if is_name(t)} for report in (one, other))
    if names - others and others - names:  # of other people, or elsewhere
        return False
    mine, theirs = ([t for n, t in enumerate(row) if _counts(row, n, wanted)] for row in (one.told, other.told))
    return len(mine) == len(theirs) == 1 and apart(mine, theirs)


def _counts(row: Sequence[Token], n: int, wanted: Set[str]) -> bool:
    """Whether the token is a number of something wanted, which stands one or two words after it."""
    token, after = row[n], row[n + 1 : n + 3]
    return bool(token.values and not token.date) and any(t.key in wanted for t in after) and not any(t.values for t in after)


def corrects(article: Article) -> bool:
    """Whether an article says that it puts an earlier one right."""
    head = {word.strip(":—–-.,()[]").casefold() for word in article.title.split()}
    return bool(head & _CORRECTING) or any(note in article.text.casefold() for note in _NOTES)


def one_story(old: Article, new: Article) -> bool:
    """Whether two articles of an outlet seem to be versions of one: most of the words of a headline."""
    mine, theirs = ({t.key for t in tokens(normalised(a.title)) if t.content} - _CORRECTING for a in (old, new))
    return 2 * len(mine & theirs) >= min(len(mine), len(theirs)) > 0


def disagree(one: Report, other: Report, dates_matter: bool = False) -> bool:
    """Whether the two give another number, name or answer in the same place of the same words.

    `dates_matter`: the question asks when, so that another day is an answer and no other event.
    """
    if furniture(one.text) or furniture(other.text):
        return False
    mine, theirs = one.told, other.told
    if _mirrored(mine, theirs):
        return not _of_other_days(one.article, other.article, mine, theirs, dates_matter)
    places = _places(mine, theirs)
    if places is None or _of_other_days(one.article, other.article, mine, theirs, dates_matter):
        return False
    kinds = [kind for here, there in places if (kind := _kind(here, there, dates_matter))]
    if not kinds or "other" in kinds:
        return False
    return len(set(kinds)) == 1 or set(kinds) == {"number", "turn"}


def _mirrored(mine: Sequence[Token], theirs: Sequence[Token]) -> bool:
    """Whether all the words are the same and two names have changed places, so that another one did it to the other."""
    told, others = ([t for t in row if t.content] for row in (mine, theirs))
    if sorted(t.key for t in told) != sorted(t.key for t in others) or any(t.key in _BOTH_WAYS for t in (*mine, *theirs)):
        return False
    named, same = ([t.key for t in row if is_name(t)] for row in (told, others))
    plain, too = ([t.key for t in row if not is_name(t)] for row in (told, others))
    return named != same and plain == too and [t.key for t in mine if t.key == "by"] == [t.key for t in theirs if t.key == "by"]


Places = list[tuple[list[Token], list[Token]]]  # what each has between two words that both have


def _places(mine: Sequence[Token], theirs: Sequence[Token]) -> Places | None:
    """What stands in place of what; None where too little is shared for that to tell anything."""
    pairs, _ = aligned(mine, Line(tuple(theirs)))
    pairs = [(i, j) for i, j in pairs if not mine[i].values or mine[i].values == theirs[j].values]
    if len([1 for i, _ in pairs if mine[i].content]) < 2:
        return None
    places: Places = []
    for (a, b), (c, d) in zip([(-1, -1), *pairs], [*pairs, (len(mine), len(theirs))], strict=True):
        here, there = _telling(mine[a + 1 : c]), _telling(theirs[b + 1 : d])
        if here or there:
            places.append((here, there))
    moved = _moved(places)
    places = [([t for t in here if t.key not in moved], [t for t in there if t.key not in moved]) for here, there in places]
    places = [place for place in places if place[0] or place[1]]
    put = min(sum(len(here) for here, there in places if there), sum(len(there) for here, there in places if here))
    shared = len([1 for i, _ in pairs if mine[i].content]) + len(moved)
    least = min(len([t for t in row if t.content]) for row in (mine, theirs))
    return places if shared + min(put, 2) >= max(_SHARED, 0.01) * least and shared >= 2 else None


def _telling(row: Sequence[Token]) -> list[Token]:
    return [token for token in row if token.content or turns(token) or token.text.casefold() in _OF_ITS_DAY | _OF_ITS_WEEK]


def _moved(places: Places) -> frozenset[str]:
    """What both have, in another place; but for names, whose order says who did it to whom."""
    here, there = ({t.key for place in places for t in place[n]} for n in (0, 1))
    names = {t.key for place in places for part in place for t in part if is_name(t)}
    return frozenset((here & there) - names)


def _kind(here: Sequence[Token], there: Sequence[Token], dates_matter: bool) -> str:
    """What the difference is of: "number", "name", "date", "turn"; "other" where it may be another event; "" where it is none."""
    if here and there:  # their weekdays are weighed in _of_other_days
        here, there = ([t for t in row if t.date != "weekday" or dates_matter] for row in (here, there))
    turned = sorted(t for row in here if (t := turn(row)) is not None) != sorted(
        t for row in there if (t := turn(row)) is not None
    )
    if not here or not there:
        row = here or there
        if all(_beside(t) for t in row):
            return ""
        if all(t.key in NEGATIONS for t in row):
            return "turn"
        return "" if row[0].before.strip("-\"' ") else "other"  # a further clause
    if max(len(here), len(there)) > _PLACE:
        return "other"
    days, numbers, names = (
        [[t for t in row if test(t)] for row in (here, there)]
        for test in (lambda t: bool(t.date), lambda t: bool(t.values) and not t.date, is_name)
    )
    if all(days):
        return "date" if dates_matter else "other"
    if dates_matter and (any(days) or all(numbers)):
        return "date" if all(t.values or t.date for t in (*here, *there)) else "other"
    if all(names) and _one_name(*names) and not any(map(bool, numbers)):
        return ""
    if all(names) and not ({t.key for t in names[0]} & {t.key for t in names[1]}):
        return "name" if not any(map(bool, numbers)) else "other"
    if any(opposed(a, b) for a in here for b in there):
        return "turn"
    if all(numbers):
        others = [t for row in (here, there) for t in row if not t.values and t.key not in _CHANGING and not turns(t)]
        if others or any(names):
            return "other"
        return "number" if apart(*numbers) else ""
    rest = [t for t in (*here, *there) if not turns(t) and not t.date]
    return "turn" if turned and not rest else _thing(here, there)


def _one_name(mine: Sequence[Token], theirs: Sequence[Token]) -> bool:
    """Whether two names may be one: "U.S." and "United States", "French" and "France", "Tom" and "Thomas"."""
    if any(b.key in demonyms().get(a.key, ()) for a in mine for b in theirs):
        return True
    short, long = sorted(("".join(t.text for t in row).replace(".", "").casefold() for row in (mine, theirs)), key=len)
    initials = {"".join(t.text[0] for t in row).casefold() for row in (mine, theirs)}
    return short in initials or (short == "usa" and "us" in initials) or _nearly(short, long)


def _nearly(short: str, long: str) -> bool:
    """Whether two spellings are of one name: a letter or two apart, or one the beginning of the other."""
    return len(short) > 3 and (long.startswith(short[:4]) or SequenceMatcher(None, short, long).ratio() > _SPELLING)


def _thing(here: Sequence[Token], there: Sequence[Token]) -> str:
    """One thing in another's place, where neither is a word for the other."""
    alone = len(here) == len(there) == 1 and not (here[0].values or there[0].values)
    return "thing" if alone and there[0].key not in related(here[0].key) and _nouns(here[0], there[0]) else "other"


def _nouns(one: Token, other: Token) -> bool:
    return not any(t.text.endswith(("ed", "ing", "ly")) or t.capital or t.date for t in (one, other))


def _beside(token: Token) -> bool:
    """Whether a word may be added without making it another fact: a day or a month, "has risen to"."""
    return bool(token.date or token.key in _CHANGING)


def apart(mine: Sequence[Token], theirs: Sequence[Token]) -> bool:
    """Whether no number is a rounding of the other's: "nearly 200" of 196, "more than two decades" of 22 years."""
    if {t.unit for t in mine} != {t.unit for t in theirs} and "" not in {t.unit for t in (*mine, *theirs)}:
        return False
    ours, others = ({value * (t.measure.factor if t.measure else 1) for t in row for value in t.values} for row in (mine, theirs))
    if len(mine) == len(theirs) == 1:
        return not any(a == b or (_digits(a) != _digits(b) and abs(a - b) <= _ROUND * max(a, b)) for a in ours for b in others)
    return ours != others


def _digits(value: float) -> int:
    return len(f"{value:.10g}".replace(".", "").strip("0"))


def _of_other_days(one: Article, other: Article, mine: Sequence[Token], theirs: Sequence[Token], dates_matter: bool) -> bool:
    """Whether the two seem to tell of different days: two matches, or how prices stood in March and in May."""
    rows = (mine, theirs)
    gap = abs((one.published - other.published).days) if one.published and other.published else 0
    words = {t.text.casefold() for row in rows for t in row}
    if (gap and words & _OF_ITS_DAY) or (gap > _AT_ONCE and words & _OF_ITS_WEEK):
        return True
    ahead = all(any(t.text.casefold() in _AHEAD for t in row) for row in rows)
    if dates_matter:
        return gap > _SOON and not ahead and not any(t.date == "year" for row in rows for t in row)
    days = [_day(row, article) for row, article in zip(rows, (one, other), strict=True)]
    if days[0] and days[1] and days[0] != days[1] and not any(t.key in _COUNTED_UP for t in mine):
        return True
    event = any(Line(tuple(row)).verbs for row in rows) and not any(t.key in _COUNTED_UP for t in mine)
    return gap > (_SOON if event and not ahead else _LONG)


def _day(row: Sequence[Token], article: Article) -> date | None:
    """The day that a sentence's weekday means, as near as its article's date tells."""
    named = next((t.key for t in row if t.date == "weekday"), "")
    if not named or not article.published:
        return None
    shift = (_WEEKDAYS.index(named) - article.published.weekday()) % 7
    return article.published + timedelta(shift if shift <= 1 else shift - 7)


def _without_speaker(row: tuple[Token, ...]) -> tuple[Token, ...]:
    """The words but for a clause at the start or the end that says who said it."""
    starts = [0, *(n for n, t in enumerate(row) if n and t.before.strip("-\"' "))]
    clauses = [row[a:b] for a, b in zip(starts, [*starts[1:], len(row)], strict=True)]
    kept = [clause for n, clause in enumerate(clauses) if not (n > 0 and _says(clause))]
    first = kept[0]
    at = next((n for n, t in enumerate(first[:6]) if t.key == "say" and n), -1)
    if 0 < at < len(first) - 3:
        rest = first[at + 1 :]
        while rest and (rest[0].text.casefold() == "that" or rest[0].date == "weekday" or rest[0].text.casefold() == "on"):
            rest = rest[1:]
        kept[0] = rest
    elif len(kept) > 1 and _says(first) and len(first) <= 8:
        kept = kept[1:]
    return tuple(t for clause in kept for t in clause)


def _says(clause: Sequence[Token]) -> bool:
    return len(clause) <= 10 and any(t.key == "say" or t.text.casefold() == "according" for t in clause)
