"""Do two reports say different things of one fact? Their sentences are aligned; what stands in the place of what shows it.

Said only where it is plain: a reader who is told that "the reports differ" on two matches loses as much as one who is told that
they agree. So nearly all else must be the same words, and the two must not tell of different days.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import takewhile

from qa.check.polarity import opposed
from qa.check.status import excludes
from qa.clauses import furniture
from qa.tallies import counted, fates, is_of_people, tally
from vectorstore.language.align import NEGATIONS, Line, aligned
from vectorstore.language.datelines import dateline
from vectorstore.language.days import month
from vectorstore.language.lexicon import lines, pattern, rows, word_set
from vectorstore.language.names import demonyms, is_name
from vectorstore.language.numbers import Measure, measure_of
from vectorstore.language.senses import may_mean
from vectorstore.language.speakers import isa
from vectorstore.language.speech import speech
from vectorstore.language.stems import stem, stem_set
from vectorstore.language.tokens import Token, normalised, tokens
from vectorstore.language.verbs import is_past
from vectorstore.types import Article
from vectorstore.wirecopy import alike, turn, turns, without_speaker

_SHARED = 0.6  # of the shorter sentence's words of content, what stands in its place counted in: two tellings of one fact
_FRAME = 3  # words of content of a sentence whose last phrase is another
_PLACE = 4  # words that stand for one another; more are another story
_NOTE = 1000  # characters of an article's start where such a note stands
_SOON = 10  # days between two reports of one event
_BEFORE = 200  # characters before a sentence, of what it tells
_MONTH = 31  # and where it says that it is the toll
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
_MUTUAL = stem_set("roles.mutual")
_TOGETHER = word_set("copies.joining")
_LINKS = word_set("roles.links")
_AT = word_set("words.at_places") | {"on"}
_ONCE = stem_set("copies.once")
_ARTICLES = word_set("copies.articles")
_PASSIVE = word_set("copies.passive")
_PHRASES = {tuple(map(stem, row[1:])): row[0] for row in rows("copies.phrases")}
_PHRASED = frozenset(phrase[0] for phrase in _PHRASES)
_UNDOING = stem_set("copies.undoing")
_REVOKING = stem_set("copies.revoking")
_GIVING_CAUSE = word_set("copies.giving_cause")
_CAUSING = word_set("copies.causing")
_HAPPENING = stem_set("copies.happening")
_HOURS = {word: float(row[-1]) for row in rows("copies.hours") for word in row[:-1]}
_GROWING = word_set("copies.growing")
_IF = word_set("certainty.if")
_FURTHER = word_set("copies.further")
_BEFORE_SORT = word_set("copies.before_sort")
_BECAUSE = word_set("copies.because")
_AGO = word_set("copies.ago")
_DAY = 86_400.0  # seconds
_AGED, _OLD, _WHERE = (word_set(f"tallies.{name}") for name in ("aged", "old", "where"))
_GROUPS = word_set("copies.groups")
_OVER = word_set("copies.over")
_AT_LEAST = word_set("copies.at_least")
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
        return _told(self.text)

    @property
    def hour(self) -> float:
        """When in its day it was written, or seems to be, as far as it says: "police said at noon", "Update"."""
        if hour := _hour(self.article):
            return hour
        told = tokens(normalised(self.article.title)), tokens(normalised(self.text.replace("\n", " ")))
        clocks = [max(t.values) for t in told[1] if t.unit == "clock" and len(t.values) == 1]
        return max([0.0, *clocks, *(_HOURS.get(t.text.casefold(), 0.0) for row in told for t in row)])


def is_before(old: Article, new: Article) -> bool:
    """Whether an article is of an earlier day than another, or of an earlier hour of it."""
    days = old.published or date.min, new.published or date.min
    return days[0] < days[1] or (days[0] == days[1] and 0 < _hour(old) < _hour(new))


def _hour(article: Article) -> float:
    """When in its day this version is of, if its record says so; else 0."""
    version = article.modified
    return version.hour + version.minute / 60 if version and version.date() == article.published else 0.0


@lru_cache(maxsize=2048)  # the first quote is held against each of the others
def _told(text: str) -> tuple[Token, ...]:
    return phrased(without_speaker(tokens(normalised(text[dateline(text) :].replace("\n", " ")))))


def counted_apart(one: Report, other: Report, wanted: Set[str]) -> bool:
    """Whether the two, of the same days, count another number of the things that are asked for: "74,000 homes"."""
    days = one.article.published, other.article.published
    if not (days[0] and days[1]) or abs((days[0] - days[1]).days) > _AT_ONCE or grown(one, other):
        return False
    names, others = ({t.key for t in report.told if is_name(t)} for report in (one, other))
    if _over_time(one.told) != _over_time(other.told):  # "15,000 flights in just over a week", "2,500 flights"
        return False
    if _of_two_fates(one.told, other.told) or _of_a_part(one, other):
        return False
    if (names - others and others - names) or not _main(one.told, other.told)[0]:  # of other people, elsewhere, another event
        return False
    mine, theirs = ([t for n, t in enumerate(row) if _counts(row, n, wanted)] for row in (one.told, other.told))
    return len(mine) == len(theirs) == 1 and apart(mine, theirs)


def tolls_apart(one: Report, other: Report, fate: int) -> bool:
    """Whether the two give another number of people killed (or hurt, or missing) in one event, wherever in them that stands."""
    days, rows = (one.article.published, other.article.published), (one.told, other.told)
    counts = [token for row in rows if (token := tally(row, fate))]
    if len(counts) < 2 or not (days[0] and days[1]) or not apart(counts[:1], counts[1:]) or grown(one, other):
        return False
    gap, later = abs((days[0] - days[1]).days), rows[days[1] > days[0]]
    shared = {t.key for t in rows[0] if is_name(t)} & {t.key for t in rows[1] if is_name(t)}
    known = len(shared) > 1 or bool(_days(one) & _days(other))
    known = known or any(t.key in _CHANGING | _COUNTED_UP or t.key in _GROWING for t in later)
    by_toll = any(t.key in _COUNTED_UP or t.text.casefold() in _GROWING for t in later)  # "the final toll"
    if gap > (_MONTH if by_toll else _SOON) or (gap > _AT_ONCE and not known):
        return False
    things = {counted(row, token) for row, token in zip(rows, counts, strict=True)} - {""}
    names = [{t.key for t in row if is_name(t)} for row in rows]
    weekdays = [{t.key for n, t in enumerate(row) if t.date == "weekday" and not _is_of_saying(row, n)} for row in rows]
    on_days = not any(t.key in _CHANGING for t in later) and all(weekdays) and weekdays[0].isdisjoint(weekdays[1])
    if len(things) > 1 or (names[0] - names[1] and names[1] - names[0]) or on_days:  # of children and of people, elsewhere
        return False
    whole = [row if names[n] else (*_ahead(report), *row) for n, (row, report) in enumerate(zip(rows, (one, other), strict=True))]
    told, too = ({t.key for t in row if t.content and not (t.values or t.date or is_of_people(t))} for row in whole)
    return len(told & too - things) >= 2


def _is_of_saying(row: Sequence[Token], n: int) -> bool:
    """Whether a weekday is the one on which it was said."""
    return any(isa(t.text.casefold(), "verbs_of_saying") for t in row[max(0, n - 2) : n])


def _ahead(report: Report) -> tuple[Token, ...]:
    """What stands before a sentence that names nothing: "A quake shook Velden. At least 48 people died."."""
    at = report.article.text.find(report.text)
    return tokens(normalised(report.article.text[max(0, at - _BEFORE) : max(0, at)].replace("\n", " ")))


def _days(report: Report) -> set[date]:
    """The days that a sentence's weekdays mean."""
    row = tokens(normalised(report.text.replace("\n", " ")))
    return {day for t in row if t.date == "weekday" and (day := _day([t], report.article))}


def ages_apart(one: Report, other: Report) -> bool:
    """Whether two reports of about one time give one person two ages: "was 34", "Greta Aune, 36,"."""
    days, rows = (one.article.published, other.article.published), (one.told, other.told)
    named = {t.key for t in rows[0] if is_name(t)} & {t.key for t in rows[1] if is_name(t)}
    if len(named) < 2 or not (days[0] and days[1]) or abs((days[0] - days[1]).days) > _SOON:
        return False
    ages = [{v for n, t in enumerate(row) if _is_age(row, n) for v in t.values} for row in rows]
    return len(ages[0]) == len(ages[1]) == 1 and ages[0] != ages[1]


def _is_age(row: Sequence[Token], n: int) -> bool:
    token, last = row[n], row[n - 1] if n else row[n]
    if not token.values or token.date or token.unit or (token.measure and token.measure.dimension != "time"):
        return False
    after = row[n + 1 : n + 3]
    apposed = is_name(last) and "," in token.before and (not after or "," in after[0].before)
    bare = not after or bool(after[0].before.strip("-\"' "))
    told = last.text.casefold() in _AGED and (bare or last.text.casefold() == "aged")
    return apposed or told or any(t.text.casefold() in _OLD for t in after)


def _of_a_part(one: Report, other: Report) -> bool:
    """Whether a sentence counts only what was so at a place of which the other article does not speak."""
    for mine, theirs in ((one, other), (other, one)):
        row = mine.told
        placed = [t for n, t in enumerate(row) if n and is_name(t) and row[n - 1].text.casefold() in _WHERE]
        text = f"{theirs.article.title} {theirs.article.text}".casefold()
        if any(t.text.casefold() not in text for t in placed):
            return True
    return False


def causes_apart(one: Report, other: Report) -> bool:
    """Whether the two tell of one event and give another cause of it: "… because …", "a spark caused …"."""
    old, new = sorted((one, other), key=lambda report: report.article.published or date.min)
    days, rows = (old.article.published, new.article.published), (old.told, new.told)
    told = [_with_cause(row) for row in rows]
    if not (told[0] and told[1] and days[0] and days[1]):
        return False
    events, causes = ([{t.key for t in part if _is_telling(t)} for part in parts] for parts in zip(told[0], told[1], strict=True))
    least = 1 if all(any(t.text.casefold() in _CAUSING for t in row) for row in rows) else 2
    if (
        min(map(len, causes)) < least
        or not (events[0] <= events[1] or events[1] <= events[0])
        or min(map(len, events)) < 3 - (least < 2)
    ):
        return False
    plain = events[0] == events[1] and all(any(_gives_plainly(t) for t in row) for row in rows)
    again = any(t.text.casefold() in _AGO or t.text == month(days[0]) for t in rows[1])  # of what it was then
    named = any(is_name(t) for t in told[0][0])
    if (days[1] - days[0]).days > (_AT_ONCE if not plain else _LONG if named and again else _MONTH if named else _SOON):
        return False
    return not any(a == b or may_mean(a, b) or may_mean(b, a) for a in causes[0] for b in causes[1])


def _with_cause(row: Sequence[Token]) -> tuple[Sequence[Token], Sequence[Token]] | None:
    """What happened, and what brought it about, where a sentence tells both."""
    for n, token in enumerate(row):
        if n and _gives_cause(row, n):
            return row[:n], row[n + 1 :]
        if n and token.text.casefold() in _CAUSING and row[n + 1 : n + 2] and row[n + 1].text.casefold() in _ARTICLES:
            return row[n + 1 :], row[:n]
    return None


def _gives_plainly(token: Token) -> bool:
    return token.text.casefold() in (_GIVING_CAUSE - _FURTHER) | _BECAUSE | _CAUSING


def _is_telling(token: Token) -> bool:
    return token.content and not (token.date or token.values) and token.text.casefold() not in _OF_ITS_DAY | _AGO


def _of_two_fates(mine: Sequence[Token], theirs: Sequence[Token]) -> bool:
    """Whether one tells of the dead, the other of the hurt, or of both."""
    told = [{fates()[t.key] for t in row if t.key in fates()} for row in (mine, theirs)]
    return all(told) and told[0] != told[1]


def _gives_cause(row: Sequence[Token], n: int) -> bool:
    return row[n].text.casefold() in _GIVING_CAUSE or (row[n].text == "by" and row[n - 1].text.casefold() in _CAUSING)


def _over_time(row: Sequence[Token]) -> bool:
    """Whether something is counted over so long a time: "in a week", "over 12 days", not "in 2026" or "in 3 minutes"."""
    spans = (t for n, t in enumerate(row) if any(b.text.casefold() in _OVER for b in row[max(0, n - 4) : n]))
    return any(measure and measure.dimension == "time" and measure.factor >= _DAY for t in spans if (measure := _time(t)))


def _time(token: Token) -> Measure | None:
    return token.measure or measure_of(token.text)


def _counts(row: Sequence[Token], n: int, wanted: Set[str]) -> bool:
    """Whether the token is a number of something wanted, which stands one or two words after it."""
    token, after = row[n], row[n + 1 : n + 3]
    return (
        bool(token.values and not token.date and token.unit != "%")
        and any(t.key in wanted for t in after)
        and not any(t.values for t in after)
    )


@lru_cache(maxsize=256)  # each quote is held against each sentence of the article
def corrects(article: Article) -> bool:
    """Whether an article says that it puts an earlier one right."""
    head, text = {word.strip(":—–-.,()[]").casefold() for word in article.title.split()}, article.text.casefold()
    return bool(head & _CORRECTING) or any(note in text for note in _NOTES) or tells_wrong(article.text, 0, _NOTE)


def tells_wrong(text: str, start: int, end: int) -> bool:
    """Whether a part of an article tells what an earlier report had wrong: by its own words, or by those soon after it."""
    found = pattern("copies.wrong").search(text, start, end) or pattern("copies.retracting").search(text, start, end + _NOTE)
    return found is not None and found.start() < end


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
    mine, theirs = _active(mine, theirs), _active(theirs, mine)
    if _of_other_days(one.article, other.article, mine, theirs, dates_matter) or grown(one, other):
        return False
    if all(any(t.values for t in row) for row in (mine, theirs)) and _of_two_fates(mine, theirs):
        return False
    if _mirrored(mine, theirs) or _swapped(mine, theirs) or _other_outcome(mine, theirs) or _framed(one, other):
        return True
    apart = _put_apart(mine, theirs, dates_matter) or _put_apart(*_main(mine, theirs, dates_matter), dates_matter)
    counts = [{t.values for t in row if t.values and not t.date} for row in (mine, theirs)]
    return apart and not (all(counts) and counts[0] != counts[1] and _of_a_part(one, other))


def _put_apart(mine: Sequence[Token], theirs: Sequence[Token], dates_matter: bool) -> bool:
    """Whether all that differs is one kind of thing, put in the other's place."""
    places = _places(mine, theirs) or []
    kinds = [kind for here, there, lead in places if (kind := _kind(here, there, dates_matter, lead))]
    if {t.unit == "ordinal" for here, there, _ in places for t in (*here, *there) if t.values} == {True, False}:
        return False  # 4 percent in the second quarter, 6 percent in the third
    if not kinds or "other" in kinds or kinds.count("thing") > 1 or kinds.count("name") > 1:  # of another in another place
        return False
    once = {"name", "number"} if {t.key for t in mine} & {t.key for t in theirs} & _ONCE else {"number", "turn"}
    return len(set(kinds)) == 1 or set(kinds) == once  # who won the one election, and by how many votes


def _framed(one: Report, other: Report) -> bool:
    """Whether two reports of a day or two have one sentence but for a phrase: "was stopped by …", "will be built in …"."""
    days, rows = (one.article.published, other.article.published), (one.told, other.told)
    if not (days[0] and days[1]) or abs((days[0] - days[1]).days) > _AT_ONCE:
        return False
    alike = sum(1 for _ in takewhile(lambda pair: pair[0].key == pair[1].key, zip(*rows, strict=False)))
    while alike and rows[0][alike - 1].text.casefold() in _ARTICLES:
        alike -= 1  # "by a spark", "by a heater"
    backwards = zip(rows[0][alike:][::-1], rows[1][alike:][::-1], strict=False)
    after = sum(1 for _ in takewhile(lambda pair: pair[0].key == pair[1].key, backwards))
    rest = [row[alike - (row[alike - 1].key in _LINKS if alike else 0) : len(row) - after] for row in rows]
    told = [[t for t in row if t.content] for row in rest]
    if sum(t.content for t in rows[0][:alike]) < _FRAME or not all(rest) or not all(1 < len(row) <= _PLACE for row in told):
        return False
    leads = [row[0].key for row in rest]
    where = all(lead in _AT for lead in leads) and all(any(is_name(t) for t in row) for row in told)
    if not (leads[0] == leads[1] == "by" or where) or any(t.values or t.date or t.is_parted for row in rest for t in row):
        return False
    return not any(a.key == b.key or may_mean(a.key, b.key) or may_mean(b.key, a.key) for a in told[0] for b in told[1])


def _main(mine: Sequence[Token], theirs: Sequence[Token], plans: bool = False) -> tuple[Sequence[Token], Sequence[Token]]:
    """What both say first, without how each goes on ("…, with two goals from …"), unless that may be of two events.

    Of `plans`, when a thing will be, whatever else is told of it: there is but one reopening of a gallery.
    """
    rows = [mine, theirs]
    ends = [next((n for n, t in enumerate(row) if _goes_on(row, n, t)), len(row)) for row in rows]
    tails = [{t.key: t for t in row[end:] if t.content} for row, end in zip(rows, ends, strict=True)]
    own = [[t for key, t in tails[n].items() if key not in tails[1 - n]] for n in (0, 1)]
    how = any(row[end].text.casefold() in _FURTHER for row, end in zip(rows, ends, strict=True) if end < len(row))
    events = all(own) and (how or all(any(is_name(t) or t.date for t in row) for row in own))
    plans = plans and all(any(t.text.casefold() == "will" for t in row) for row in rows)
    if not plans and (events or 2 * len(tails[0].keys() & tails[1].keys()) < min(map(len, tails))):
        return (), ()
    return mine[: ends[0]], theirs[: ends[1]]


def _goes_on(row: Sequence[Token], n: int, token: Token) -> bool:
    """Whether a further clause begins there, after one that has its verb: "…, with", "… after"."""
    opens = "," in token.before or token.text.casefold() in _FURTHER
    verb = opens and any(is_past(t) or t.text.casefold() in _AHEAD | _PASSIVE for t in row[:n])
    return verb and sum(t.content for t in row[:n]) > 2


def phrased(row: Sequence[Token]) -> tuple[Token, ...]:
    """The words with one for a phrase: "cancel" for "called off"."""
    if _PHRASED.isdisjoint([t.key for t in row]):
        return tuple(row)
    found: list[Token] = []
    n = 0
    while n < len(row):
        size, word = next(((len(p), w) for p, w in _PHRASES.items() if tuple(t.key for t in row[n : n + len(p)]) == p), (1, ""))
        found.append(row[n]._replace(key=stem(word), text=word, content=True) if word else row[n])
        n += size
    return tuple(found)


def _active(row: tuple[Token, ...], other: tuple[Token, ...]) -> tuple[Token, ...]:
    """The words as if told of who did it, where only the other report tells it so: "was shot by a man" is "a man shot"."""
    verb = next((n for n, t in enumerate(row) if _is_passive(row, n)), 0)
    if not verb or any(_is_passive(other, n) for n in range(len(other))) or row[verb].key not in {t.key for t in other}:
        return row
    by = next(n for n in range(verb + 1, len(row)) if row[n].key == "by")
    end = next(
        (n for n in range(by + 2, len(row)) if row[n].before.strip("-\"' ") or row[n].date or row[n].key in _LINKS), len(row)
    )
    be = next(n for n in range(verb - 1, -1, -1) if row[n].text.casefold() in _PASSIVE)
    return (*row[by + 1 : end], row[verb], *row[:be], *row[verb + 1 : by], *row[end:])


def _is_passive(row: Sequence[Token], n: int) -> bool:
    """Whether a verb stands there whose "by" soon follows, with who did it."""
    by = next((k for k in range(n + 1, min(len(row) - 1, n + 3)) if row[k].key == "by"), 0)
    after = next((t for t in row[by + 1 : by + 4] if t.content or t.values), None) if by else None
    return (
        bool(after and not after.date and not after.values)
        and is_past(row[n])
        and any(t.text.casefold() in _PASSIVE for t in row[max(0, n - 2) : n])
    )


def grown(one: Report, other: Report, across: bool = False) -> bool:
    """Whether one counts "at least" so many, and the other more: "so far" that day, or later in that outlet, or `across` them."""
    for less, more in ((one, other), (other, one)):
        if less.article.published == more.article.published and "least" in less.text and _GROWING & set(more.text.split()):
            counted = [max((v for t in r.told if not t.date for v in t.values), default=0.0) for r in (less, more)]
            return 0 < counted[0] < counted[1] and alike(Line(less.told), Line(more.told))
        here = across or less.article.source == more.article.source
        if here and ("least" in less.text or "more than" in less.text) and _outgrown(less, more):
            return True
    return False


def _outgrown(less: Report, more: Report) -> bool:
    """Whether a report of some days later counts more of what the earlier one counted "at least" so many of."""
    days = less.article.published, more.article.published
    if not (days[0] and days[1]) or not 0 < (days[1] - days[0]).days <= _SOON:
        return False
    names, others = ({t.key for t in report.told if is_name(t)} for report in (less, more))
    told, too = ({t.key for t in report.told if t.content and not t.values and not t.date} for report in (less, more))
    if (names - others and others - names) or 2 * len(told & too) < min(len(told), len(too)):
        return False
    for n, token in enumerate(less.told):
        before = less.told[max(0, n - 3) : n]
        if token.values and any(t.text.casefold() in _AT_LEAST for t in before) and not any(t.key in NEGATIONS for t in before):
            thing = {t.key for t in less.told[n + 1 : n + 3] if t.content}
            counts = [max(t.values) for m, t in enumerate(more.told) if thing and _counts(more.told, m, thing)]
            return len(counts) == 1 and counts[0] > max(token.values)
    return False


def _apart(mine: Sequence[Token], theirs: Sequence[Token]) -> tuple[list[Token], list[Token]] | None:
    """What each tells that the other does not, in whatever order; None where they share too little, or speak of two names."""
    told, others = ([t for n, t in enumerate(row) if t.content and not _is_day(row, n)] for row in (mine, theirs))
    keys, too = {t.key for t in told}, {t.key for t in others}
    here, there = [t for t in told if t.key not in too], [t for t in others if t.key not in keys]
    if len(keys & too) < max(2, _SHARED * (min(len(keys), len(too)) - 1)):
        return None
    both = [all(any(test(t) for t in row) for row in (here, there)) for test in (is_name, lambda t: bool(t.values or t.date))]
    return None if any(both) else (here, there)


def _is_day(row: Sequence[Token], n: int) -> bool:
    """Whether a word is part of a day: "on Sunday", "20 September"."""
    beside = row[max(0, n - 1) : n + 2] if row[n].values else row[n : n + 1]
    return any(t.date in ("weekday", "month") for t in beside)


def undoes(one: Report, other: Report) -> bool:
    """Whether one of two reports of an event says that it is off, or is not so: "is called off", "reports of it were wrong"."""
    rows, articles = (one.told, other.told), (one.article, other.article)
    off = not all(_UNDOING.isdisjoint([t.key for t in row]) for row in rows) and _is_off(*rows, *articles)
    same = len({next((t.key for t in row if t.content), "") for row in rows}) == 1
    pairs = [(a, b) for a, b in ((one, other), (other, one)) if same or "I" in [t.text for t in a.told[:1]]]
    return off or any(_denies(a.told if same else _named(a), b.told, *articles) for a, b in pairs)


def _is_off(mine: Sequence[Token], theirs: Sequence[Token], one: Article, other: Article) -> bool:
    """Whether one tells all that the other does, or their main clauses do, but that it is off."""
    rows = mine, theirs
    short, long = sorted(rows, key=len)
    if list(long[: len(short)]) == list(short) and [t.text for t in long[len(short) : len(short) + 1]] == ["and"]:
        return False  # "…, and we should have stopped years ago"
    mains = [row[: next((n for n, t in enumerate(row) if ";" in t.before or _goes_on(row, n, t)), len(row))] for row in rows]
    for here, there in [two for pair in (rows, mains) if (found := _apart(*pair)) for two in (found, found[::-1])]:
        rest, more = ([t for t in row if t.key not in _HAPPENING] for row in (here, there))
        rest = [t for t in rest if not (t.unit or t.measure)]  # "for 900 million euros"
        ahead = len(rest) < len(here) or any(t.text.casefold() == "will" for t in (*mine, *theirs))
        few = len(rest) <= ahead and len(more) <= _PLACE and not any(is_name(t) or t.values for t in (*rest, *more))
        if few and any(t.key in _REVOKING for t in more):
            return not (one.published and other.published) or abs((one.published - other.published).days) <= _LONG
        if few and any(t.key in _UNDOING for t in more):
            return not _of_other_days(one, other, mine, theirs, dates_matter=False)
    return False


def _named(report: Report) -> tuple[Token, ...]:
    """What somebody says of themselves, told of them: “I am not resigning,” Kern said. Else nothing."""
    who = next((one.speakers[0] for one in speech(report.text) if one.speakers[0].names), None)
    ahead = [t._replace(key="will", text="will") if t.key == "am" else t for t in report.told[1:]]  # "I am not resigning"
    return (*(t._replace(content=True) for t in tokens(who.shown)), *ahead) if who else ()


def _denies(mine: Sequence[Token], theirs: Sequence[Token], one: Article, other: Article) -> bool:
    """Whether the first clause of one says of all that it tells that it is not so, and the other's that it is."""
    no, yes = ((*row[:1], *takewhile(lambda t: not t.before.strip("-\"' "), row[1:])) for row in (mine, theirs))
    told = [t for t in no if t.content and t.key not in NEGATIONS]
    if len(told) < 3 or [t.key in NEGATIONS for t in no].count(True) != 1:
        return False
    at = 0
    for word in told:
        at = 1 + next((n for n in range(at, len(yes)) if (yes[n].key, yes[n].values) == (word.key, word.values)), -1)
        if not at:
            return False
    if (
        any(t.key in NEGATIONS for t in yes[:at])
        or {turn(t) for t in yes[:at]} - {turn(t) for t in no}
        or any(t.text.casefold() in _IF for t in yes)
    ):  # "may buy"
        return False
    return not _of_other_days(one, other, no, no, dates_matter=False)


def _other_outcome(mine: Sequence[Token], theirs: Sequence[Token]) -> bool:
    """Whether the two give one matter two outcomes: "cleared" and "found guilty"."""
    found = _apart(mine, theirs)
    if not found or min(map(len, found)) > 2 or max(map(len, found)) > _PLACE:
        return False
    return any(opposed(a, b) or excludes(a.key, b.key) for a in found[0] for b in found[1])


def _swapped(mine: Sequence[Token], theirs: Sequence[Token]) -> bool:
    """Whether two words, and nothing else, have changed places: "the army … of the rebels", "the rebels … of the army"."""
    told, others = ([t for t in row if t.content and not t.date] for row in (mine, theirs))
    keys, too = {t.key for t in told}, {t.key for t in others}
    least = min(len(told), len(others))
    told, others = [t for t in told if t.key in too], [t for t in others if t.key in keys]
    moved = [n for n, (a, b) in enumerate(zip(told, others, strict=False)) if a.key != b.key]
    put = {told[n].key: others[n].key for n in moved}
    # "around the world solo", "solo around the world"
    if (moved and moved[-1] - moved[0] == 1) or len(told) != len(others) or len(told) < max(3, least - 1):
        return False
    if len(put) != 2 or set(put) != set(put.values()):
        return _turned_about(told, others)
    if any(t.key in _MUTUAL or (t.key in put and is_past(t)) for t in (*mine, *theirs)):
        return False
    bare = [[t for t in row if t.text.casefold() not in _ARTICLES] for row in (mine, theirs)]
    beside = [
        t for row in bare for n, x in enumerate(row) if x.key in put for t in (*row[max(0, n - 1) : n], *row[n + 1 : n + 2])
    ]
    return not any(t.text.casefold() in _TOGETHER for t in beside)


def _turned_about(told: Sequence[Token], others: Sequence[Token]) -> bool:
    """Whether what stands before a verb in one stands after it in the other, and the other way around."""
    if any(t.key in _MUTUAL for t in told):
        return False
    alike = sum(1 for _ in takewhile(lambda pair: pair[0].key == pair[1].key, zip(told, others, strict=False)))
    told, others = told[alike:], others[alike:]  # "Under a merciless sun, …"
    for n, verb in enumerate(told):
        at = next((k for k, t in enumerate(others) if t.key == verb.key and is_past(verb) and is_past(t)), 0)
        parts = [{t.key for t in row} for row in (told[:n], told[n + 1 :], others[:at], others[at + 1 :])]
        if n and at and parts[0] <= parts[3] and parts[2] <= parts[1]:
            return True
    return False


def _mirrored(mine: Sequence[Token], theirs: Sequence[Token]) -> bool:
    """Whether all the words are the same and two names have changed places, so that another one did it to the other."""
    told, others = ([t for t in row if t.content] for row in (mine, theirs))
    if sorted(t.key for t in told) != sorted(t.key for t in others) or any(t.key in _BOTH_WAYS for t in (*mine, *theirs)):
        return False
    named, same = ([t.key for t in row if is_name(t)] for row in (told, others))
    plain, too = ([t.key for t in row if not is_name(t)] for row in (told, others))
    return named != same and plain == too and [t.key for t in mine if t.key == "by"] == [t.key for t in theirs if t.key == "by"]


# What each has between two words that both have, and the preposition before it, if it is the same one.
Places = list[tuple[list[Token], list[Token], str]]


def _places(mine: Sequence[Token], theirs: Sequence[Token]) -> Places | None:
    """What stands in place of what; None where too little is shared for that to tell anything."""
    pairs, _ = aligned(mine, Line(tuple(theirs)))
    pairs = [
        (i, j)
        for i, j in pairs
        if not mine[i].values or (mine[i].values == theirs[j].values and not _in_other_unit(mine[i], theirs[j]))
    ]
    all_but_one = len(mine) == len(theirs) == len(pairs) + 1 > _PLACE  # "We will strike until Christmas"
    if len([1 for i, _ in pairs if mine[i].content]) < 2 - all_but_one:
        return None
    places: Places = []
    for (a, b), (c, d) in zip([(-1, -1), *pairs], [*pairs, (len(mine), len(theirs))], strict=True):
        here, there = _telling(mine[a + 1 : c]), _telling(theirs[b + 1 : d])
        if here or there:
            leads = [_lead(mine, a, here), _lead(theirs, b, there)]
            places.append((here, there, leads[0] if leads[0] == leads[1] else ""))
    moved = _moved(places)
    places = [([t for t in x if t.key not in moved], [t for t in y if t.key not in moved], lead) for x, y, lead in places]
    places = [place for place in places if place[0] or place[1]]
    put = min(sum(len(here) for here, there, _ in places if there), sum(len(there) for here, there, _ in places if here))
    shared = len([1 for i, _ in pairs if mine[i].content]) + len(moved)
    least = min(len([t for t in row if t.content]) for row in (mine, theirs))
    return places if shared + min(put, 2) >= max(_SHARED, 0.01) * least and shared >= 2 - all_but_one else None


def _telling(row: Sequence[Token]) -> list[Token]:
    return [
        token
        for token in row
        if token.content or token.values or turns(token) or token.text.casefold() in _OF_ITS_DAY | _OF_ITS_WEEK
    ]


def _lead(row: Sequence[Token], start: int, told: Sequence[Token]) -> str:
    """The preposition before what is told after the word at start; "by" of who or what the sentence starts with."""
    if start < 0:
        return "by"
    before = row[max(0, start - 1) : row.index(told[0], start + 1)] if told else ()
    return next((t.key for t in reversed(before) if t.text.casefold() not in _ARTICLES), "")


def _moved(places: Places) -> frozenset[str]:
    """What both have, in another place; but for names, whose order says who did it to whom."""
    here, there = ({t.key for here, _, _ in places for t in here}, {t.key for _, there, _ in places for t in there})
    every = [t for here, there, _ in places for t in (*here, *there)]
    names = {t.key for t in every if is_name(t)}
    sums = {t.key for t in every if any(o.key == t.key and (o.values != t.values or _in_other_unit(t, o)) for o in every)}
    return frozenset((here & there) - names - sums)


def _kind(here: Sequence[Token], there: Sequence[Token], dates_matter: bool, lead: str) -> str:
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
        more = [all(not is_name(t) for t in row) or any(not is_name(t) and not t.date for t in row) for row in (here, there)]
        return "name" if not any(map(bool, numbers)) and not all(more) else "other"
    if any(opposed(a, b) for a in here for b in there):
        return "other" if any(t.text.casefold() in _GROUPS for t in (*here, *there)) else "turn"
    if all(numbers):
        others = [t for row in (here, there) for t in row if not t.values and t.key not in _CHANGING and not turns(t)]
        if others or any(names):
            return "other"
        return "number" if apart(*numbers) else ""
    rest = [t for t in (*here, *there) if not turns(t) and not t.date]
    return "turn" if turned and not rest else _thing(here, there, lead)


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


def _thing(here: Sequence[Token], there: Sequence[Token], lead: str) -> str:
    """One thing in another's place, where neither is a word for the other; after one preposition also "a short circuit"."""
    alone = len(here) == len(there) == 1 or (lead in _LINKS and max(len(here), len(there)) <= 2)
    if not alone or any(t.values or turns(t) for t in (*here, *there)):
        return "other"
    pairs = [(a, b) for a in here for b in there]
    other = all(_nouns(a, b) and not (may_mean(a.key, b.key) or may_mean(b.key, a.key)) for a, b in pairs)
    return "thing" if other else "other"


def _nouns(one: Token, other: Token) -> bool:
    return not any(
        t.text.endswith(("ed", "ing", "ly")) or is_past(t) or len(t.text) < 3 or t.capital or t.date for t in (one, other)
    )


def _beside(token: Token) -> bool:
    """Whether a word may be added without making it another fact: a day or a month, "has risen to"."""
    return bool(token.date or token.key in _CHANGING)


def apart(mine: Sequence[Token], theirs: Sequence[Token]) -> bool:
    """Whether no number is a rounding of the other's: "nearly 200" of 196, "more than two decades" of 22 years."""
    if _in_other_money(mine, theirs):
        return {v for t in mine for v in t.values} == {v for t in theirs for v in t.values}  # else one may be the other, changed
    ours, others = ({value * (t.measure.factor if t.measure else 1) for t in row for value in t.values} for row in (mine, theirs))
    if len(mine) == len(theirs) == 1:
        return not any(a == b or (_digits(a) != _digits(b) and abs(a - b) <= _off(max(a, b))) for a in ours for b in others)
    return not (ours <= others or others <= ours)


def _off(value: float) -> float:
    """By how much a rounding of it may be off; two thirds are not three quarters."""
    return (_ROUND if value >= 1 else _ROUND / 4) * value


def _in_other_money(mine: Sequence[Token], theirs: Sequence[Token]) -> bool:
    return {t.unit for t in mine} != {t.unit for t in theirs} and "" not in {t.unit for t in (*mine, *theirs)}


def _in_other_unit(one: Token, other: Token) -> bool:
    """Whether the numbers are of two kinds of money, or of two measures of one thing: tonnes and kilos."""
    mine, theirs = one.measure, other.measure
    measured = bool(mine and theirs and mine.dimension == theirs.dimension and mine.factor != theirs.factor)
    return measured or _in_other_money([one], [other])


def _digits(value: float) -> int:
    return len(f"{value:.10g}".replace(".", "").strip("0"))


def _of_other_days(one: Article, other: Article, mine: Sequence[Token], theirs: Sequence[Token], dates_matter: bool) -> bool:
    """Whether the two seem to tell of different days: two matches, or how prices stood in March and in May."""
    rows = (mine, theirs)
    gap = abs((one.published - other.published).days) if one.published and other.published else 0
    words = {t.text.casefold() for row in rows for n, t in enumerate(row) if not _is_sort(row, n)}
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


def _is_sort(row: Sequence[Token], n: int) -> bool:
    """Whether a day or a time of day only says what sort of thing it is: "the evening surgery", "a row over Sunday opening"."""
    after = [t for t in row[n + 1 : n + 2] if n and t.content and not (t.before or t.date or t.capital)]
    return any(t.text.casefold() not in _OF_ITS_DAY and row[n - 1].text.casefold() in _BEFORE_SORT for t in after)


def _day(row: Sequence[Token], article: Article) -> date | None:
    """The day that a sentence's weekday means, as near as its article's date tells."""
    named = next((t.key for n, t in enumerate(row) if t.date == "weekday" and not _is_sort(row, n)), "")
    if not named or not article.published:
        return None
    shift = (_WEEKDAYS.index(named) - article.published.weekday()) % 7
    return article.published + timedelta(shift if shift <= 1 else shift - 7)
