"""Which outlets and days a question asks about, by its own words: "this week", "in June 2022", "according to CNN".

English rules. A date in a question is mostly the day on which something happened, and what was published then, or soon after,
is only the likeliest to tell of it. So words are a preference: they bring articles forward and leave none out. Only words
about the articles themselves are a filter ("articles published in June", "CNN's coverage"). What can be read in two ways
("the July 4 parade", "Who bought CNN?", anything in quotation marks) is not read at all: it is searched for like other words.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

from vectorstore.errors import UsageError
from vectorstore.language.days import day_words
from vectorstore.language.lexicon import rows, word_list
from vectorstore.operators import SIGNS, Operator, day_bounds, read
from vectorstore.types import Condition, Filters, Scope, Summary, Term, Understood, as_day, strings


def scope(question: str, chosen: Filters, today: date | None, held: Summary, ignore: Collection[str] = ()) -> Scope:
    """The scope of a question: what the reader chose, and what its words add to it. The clock says today's date, if nobody does.

    An outlet or a date that was chosen wins over the question's own. `held` is the collection, whose outlets and days the words
    may mean; `ignore` lists words of an `Understood` that are to be searched for only.
    """
    today = (today and as_day(today, "today")) or date.today()
    return _read(question, chosen, today, held, ignore) if _MAY_HOLD.search(question) else Scope(today, chosen)


def _read(question: str, chosen: Filters, today: date, held: Summary, ignore: Collection[str]) -> Scope:
    outlets, unread = [name for name, _ in held.sources], strings(ignore, "ignore")
    line = read(question, unread)
    chosen, signs, conditions = _operated(line.operators, chosen, outlets)
    said = [
        one
        for one in understood(line.text, today, outlets, held.first, held.last)
        if one.words.casefold() not in {words.casefold() for words in unread}
        and not (chosen.sources if one.sources else chosen.since or chosen.until)
    ]
    filters = chosen
    for one in said:
        if one.hard:
            sources, since, until = one.sources or filters.sources, one.since or filters.since, one.until or filters.until
            filters = replace(filters, sources=sources, since=since, until=until)
    prefer = tuple(Filters(one.sources, one.since, one.until) for one in said if not one.hard)
    return Scope(today, filters, prefer, (*signs, *said), conditions)


def understood(
    question: str, today: date, outlets: Sequence[str] = (), first: date | None = None, last: date | None = None
) -> tuple[Understood, ...]:
    """The outlets and the days that the question's words ask for: at most one of each.

    `outlets` are those of the collection, `first` and `last` its earliest and latest day: a month without a year is one of
    those days', and a preference for days that the collection lacks, or that it all lies in, is none.
    """
    text = _without_quotations(question)
    found = [_outlets(text, question, outlets), _days(text, question, today, first, last)]
    return tuple(one for one in found if one)


# --- operators --------------------------------------------------------------------------------------------------------


def _operated(
    operators: Sequence[Operator], chosen: Filters, outlets: Sequence[str]
) -> tuple[Filters, list[Understood], tuple[Condition, ...]]:
    """The filters that were chosen and those that operators add, what each was read as, and the conditions of the others.

    Raises UsageError for an outlet that the collection lacks, and where nothing could be left.
    """
    sources, since, until = chosen.sources, chosen.since, chosen.until
    said, conditions = [], []
    named = [one for one in operators if one.field == "source" and not one.absent]
    if named:
        wanted = tuple(dict.fromkeys(name for one in named for term in one.terms for name in _called(term.words, outlets)))
        sources = tuple(name for name in wanted if Filters(chosen.sources).admits_outlet(name))
        if not sources:
            raise UsageError(f"{named[0].words} is not among the outlets chosen: choose {wanted[0]} as well, or take it away.")
        said += [Understood(one.words, sources, hard=True) for one in named]
    for one in operators:
        if one.field in ("before", "after"):
            first, last = day_bounds(one)
            since, until = max(filter(None, (since, first)), default=None), min(filter(None, (until, last)), default=None)
            reading = f"until {day_words(last)}" if last else f"from {day_words(first)}" if first else ""
            said.append(Understood(one.words, (), first, last, True, reading))
        elif one not in named:
            terms = one.terms
            if one.field == "source":
                terms = tuple(Term(name, "source") for term in terms for name in _called(term.words, outlets))
            conditions.append(Condition(terms, one.absent))
            said.append(Understood(one.words, hard=True, reading=_demand(conditions[-1])))
    days = " and ".join(one.words for one in operators if one.field in ("before", "after"))
    if days and since and until and since > until:
        raise UsageError(f"No day is left between {since} and {until}: change or take away {days}.")
    return replace(chosen, sources=sources, since=since, until=until), said, tuple(conditions)


def _called(name: str, outlets: Sequence[str]) -> list[str]:
    """The collection's outlets that may be called so; raises UsageError where none is."""
    known = _known(tuple(outlets))
    if found := known.get(_key(re.sub(r"^(?:https?://)?(?:www\.)?", "", name).rstrip("/"))):
        return found
    start = _key(name)[:3]
    near = [outlet for key, several in known.items() if key.startswith(start) for outlet in several]
    offered = list(dict.fromkeys(near or [outlet for outlet in outlets if outlet]))[:_OFFERED]
    quoted = [f'"{one}"' if " " in one else one for one in offered]
    raise UsageError(f"source:{name} is no outlet of these articles: use source:{' or source:'.join(quoted)}.")


_OFFERED = 3  # outlets that a mistaken one is answered with


def _demand(condition: Condition) -> str:
    words = " or ".join(f"“{term.words}”" for term in condition.terms)
    if condition.terms[0].field == "source":
        return f"of other outlets than {' and '.join(term.words for term in condition.terms)}"
    where = " in the headline" if all(term.field == "title" for term in condition.terms) else ""
    return f"{'without' if condition.absent else 'with'} {words}{where}"


def counted_days(question: str, today: date) -> tuple[Filters, ...]:
    """The days that the question counts from today ("this week", "yesterday"), whether or not the collection has them."""
    text = _without_quotations(question)
    found = _counted(text, today) if _MAY_HOLD.search(text) else ()
    return tuple(Filters((), one.since, one.until) for one in found if not _about_articles(text, one.start, one.end))


# --- days -------------------------------------------------------------------------------------------------------------

_EARLIER, _LATER = timedelta(1), timedelta(3)  # published the day before (time zones, "will …"), or in the days after
_MONTHS = [row[0][:3] for row in rows("dates.months")]
_WEEKDAYS = [row[0][:3] for row in rows("dates.weekdays")]
_NUMBERS = {word: n for n, word in enumerate(word_list("numbers.units")[:13])} | {"a": 1}
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
_WEEKS, _HAD = timedelta(21), re.compile(r"\bhad\b", re.I)
_LONG_AGO = 183  # days; "in September", said in June, may be the coming one

_SHORT = r"\b\.?"  # "Sept."
_MONTH = rf"(?:{'|'.join(form if n == 0 else form + _SHORT for row in rows('dates.months') for n, form in enumerate(row))})"
_YEAR = r"(?:19|20)\d\d"
_NUMBER = r"[0-3]?\d(?:st|nd|rd|th)?"
_DAY = rf"(?:{_YEAR}-\d\d-\d\d|(?:the )?{_NUMBER} (?:of )?{_MONTH}(?:,? {_YEAR})?|{_MONTH} {_NUMBER}\b(?:,? {_YEAR})?)"
_WHEN = rf"(?:{_DAY}|(?:early |late |mid[- ]|the (?:beginning|start|middle|end) of )?{_MONTH}(?:,? {_YEAR})?|{_YEAR})\b"
_WEEKDAY = rf"(?:{'|'.join(row[0] for row in rows('dates.weekdays'))})"
_SOME = "|".join(word_list("numbers.units")[2:8])

# What a question must hold to be read further; most hold none of it.
_MAY_HOLD = re.compile(
    r"\b(?:(?:19|20)\d\d|\d+(?:st|nd|rd|th)?|week(?:end)?|month|year|days?|ago|today|yesterday|last night|this \w+ing|"
    r"recent(?:ly)?|lately|summer|winter|spring|autumn|fall|"
    rf"{_WEEKDAY}|(?:{'|'.join(_MONTHS)})\w*|"
    rf"according to|report\w*|cover\w*|publish\w*|articles?|stories|headlines|sa(?:y|ys|id)|wr\w+)\b|{SIGNS.pattern}",
    re.I,
)
_SPAN = re.compile(
    rf"\b(?:between (?P<a>{_DAY}|{_WHEN}|{_NUMBER}) and|from (?P<b>{_DAY}|{_WHEN}|{_NUMBER}) (?:to|until|through))"
    rf" (?P<z>{_DAY}|{_WHEN}|{_NUMBER})(?![\w%])",
    re.I,
)
_ONE = re.compile(rf"\b(?P<how>on|in|during|throughout|since|from|of|before|after|until|by|dated) (?P<when>{_DAY}|{_WHEN})", re.I)
_ON_WEEKDAY = re.compile(
    rf"(?:\b(?P<how>(?i:on|since|last|from))\s)?(?:\b(?:late|early|last)\s)?\b(?P<when>(?i:{_WEEKDAY}))"
    r"(?:\s(?:morning|afternoon|evening|night))?(?P<s>['’]s)?\b"
)
_RELATIVE = re.compile(
    r"\b(?:(?:earlier |later )?this (?:week|month|year|morning|afternoon|evening)|"
    r"(?:(?:in|over|during) the )?(?:last|past) (?:week|month|few days|few weeks|"
    rf"(?:\d|{_SOME}) (?:days|weeks))|"
    r"(?:in )?recent (?:days|weeks|months)|yesterday|the day before yesterday|last night|earlier today|"
    r"(?:this|last|(?:over|at|during) the|(?:the )?past) weekend|"
    r"(?:over|during|this|last) (?:the )?(?:spring|summer|autumn|fall|winter)|"
    rf"(?:\d{{1,2}}|an?|{'|'.join(word_list('numbers.units')[1:11])}) (?:day|week|month)s? ago|"
    r"recent(?:ly)?|lately)(?P<s>['’]s)?\b",
    re.I,
)
_TODAY = re.compile(r"\b(?:\w+ed|said|says|died|won|happen\w*|news) (?:[\w]+ ){0,3}?(?P<words>today)\b(?!['’])")

# What may follow a date that stands for itself: "the July 14 storm" and "in 2022 dollars" name something else.
_GOES_ON = re.compile(
    r"\s*(?:$|[?.!,;:)\]\u2013\u2014]|\s(?:in|on|at|when|where|who|whom|which|that|what|why|how|the|an?|and|or|but|for|from|to|of|by|"
    r"with|without|after|before|during|over|amid|as|was|were|did|do|does|is|are|has|had|have|because|due|since|if|while|it|he|she|they|"
    r"his|her|its|their|there|said|about|near|into|against|under|until|following|saying|\w+ed)\b)"
)
_ALWAYS, _OF_NEWS, _IN, _BEFORE = ("|".join(word_list(f"articles.{name}")) for name in ("always", "of_news", "in", "before"))
_ARTICLES = rf"(?:\b(?P<always>{_ALWAYS})|(?:^|[.,:;!?] |\b(?:{_IN}) )(?:(?:{_BEFORE}) )*(?P<news>{_OF_NEWS}))"
_OF_ARTICLES = re.compile(
    rf"{_ARTICLES}(?: (?:that|which)(?: (?:was|were|is|are))?)?(?: (?:published|written|printed|posted|released|dated|filed|"
    r"appeared|ran))?(?: (?:on|in|from|of|during))? $",
    re.I,
)
_WHOSE_ARTICLES = re.compile(rf"['’]s (?:{_ALWAYS}|{_OF_NEWS})\b", re.I)
_ARTICLES_FOLLOW = re.compile(rf"(?:['’]s)? (?:{_ALWAYS}|{_OF_NEWS})\b", re.I)
_TO_COME = re.compile(
    r"\b(?:will|won['’]t|would|shall|expected|set to|going to|upcoming|coming|scheduled|plan(?:s|ned)?|next|due (?:in|on))\b",
    re.I,
)
_AGES = re.compile(
    r"\b(?:born|founded|established|formed|invented|dat(?:es|ed|ing)|(?:is|was|were) (?:first )?built|erected|composed)\b", re.I
)
_RECORD = re.compile(r"\b(?:first|only|record|most|least|worst|best|\w{3,}est|time|years?|ever)\b", re.I)
# "over the attack in June", "of the fire on 2 May": a known event, and the question is about what came of it.
_OF_A_KNOWN = re.compile(
    r"\b(?:over|about|after|for|of|since|before|following) (?:the|an?|his|her|their|its|that) (?:[\w'’-]+ ){1,4}$", re.I
)
_HOLIDAYS = {(1, 6), (7, 4), (9, 11), (10, 7), (12, 25)}  # names of events as often as days
_APART = re.compile(r"\b(?:besides|aside from|apart from|other than|in addition to)\b|\bthan $", re.I)
# "How many days are there in February?", "Where is it used today?": asked of any year, or of these times.
_GENERAL = re.compile(r"\b(?:do|does|is|are|can|should)\b", re.I)
_PAST = re.compile(
    r"\b(?:did|was|were|had|has|have|happen\w*|(?!used|called|known|based|located|need)\w{2,}ed|said|won|died|left|lost|fell|rose)\b",
    re.I,
)
_NOT_ONE_DAY = re.compile(
    r"\b(?:every|each|next|any|an?|the|this|until|by|most|some|first|second|third|coming|per|of|and|or) $", re.I
)
_NOT_RECENT = re.compile(r" (?:years|decades|history|memory|times|past)\b")
_COMPARED = re.compile(
    r"\b(?:than|compared (?:to|with)|until|as|more|from|versus|vs\.?)(?: (?:in|over|the|about|just|early))* $", re.I
)


@dataclass(frozen=True, slots=True)
class _Window:
    start: int  # in the question
    end: int
    since: date
    until: date
    rank: int  # 0: days counted from today, 1: a date


def _days(text: str, question: str, today: date, first: date | None, last: date | None) -> Understood | None:
    newest = min(today, last) if last else today
    windows = [*_spans(text, newest), *_dates(text, newest), *_weekdays(text, today), *_counted(text, today)]
    soft, hard = [], []
    for window in windows:
        before = text[: window.start]
        if _about_articles(text, window.start, window.end):
            hard.append(window)
        elif _prefers(window, text, before):
            slack = _Window(window.start, window.end, window.since - _EARLIER, window.until + _LATER, window.rank)
            if first and last and (slack.until < first or slack.since > last or (slack.since <= first and slack.until >= last)):
                continue
            soft.append(slack)
    best = [window for window in soft if window.rank == 0] or soft
    if hard:
        return _said(question, hard[0], hard=True) if len({(w.since, w.until) for w in hard}) == 1 else None
    if not best or (best[0].rank and len({(w.since, w.until) for w in best}) > 1):
        return None  # several dates: nobody knows which one the news is of
    return _said(question, min(best, key=lambda window: window.until - window.since), hard=False)


def _about_articles(text: str, start: int, end: int) -> bool:
    """Whether days stand with a word for articles: "articles published …", "…'s headlines"."""
    owned = text[end - 2 : end] in ("'s", "’s")
    return bool(_OF_ARTICLES.search(text[:start]) or _WHOSE_ARTICLES.match(text, end - 2 if owned else end))


def _said(question: str, window: _Window, hard: bool) -> Understood:
    return Understood(question[window.start : window.end].strip(), (), window.since, window.until, hard)


def _prefers(window: _Window, text: str, before: str) -> bool:
    """Whether words that name days say when the news was."""
    if window.rank == 0:
        return True
    words = text[window.start : window.end]
    if words.lower().startswith(("from ", "of ", "before ", "after ", "until ", "dated ")) and not _SPAN.fullmatch(words):
        return False
    if words.lower().startswith("since ") and _RECORD.search(before):
        return False
    general = _GENERAL.search(text) and not _PAST.search(text) and not re.search(_YEAR, words)
    return not (general or any(known.search(before) for known in (_AGES, _OF_A_KNOWN, _APART)) or _TO_COME.search(text))


def _spans(text: str, newest: date) -> Iterator[_Window]:
    """ "between 1 and 5 August", "from June to August 2022" """
    for found in _SPAN.finditer(text):
        left, right = found["a"] or found["b"], found["z"]
        if re.fullmatch(_YEAR, left) or re.fullmatch(_YEAR, right):
            continue  # a range of years is one of data
        month = re.search(rf"{_MONTH}(?:,? {_YEAR})?", right, re.I) or re.search(_MONTH, left, re.I)
        if not month or not _GOES_ON.match(text[found.end() :]):
            continue
        if re.fullmatch(_NUMBER, left, re.I):
            left = f"{left} {month.group()}"
        if re.fullmatch(_NUMBER, right, re.I):
            right = f"{right} {month.group()}"
        year = re.search(_YEAR, right)
        if year and not re.search(_YEAR, left):
            left = f"{left} {year.group()}"
        a, z = _window(left, newest), _window(right, newest)
        if a and z and a[0] <= z[1]:
            yield _Window(found.start(), found.end(), a[0], z[1], 1)


def _dates(text: str, newest: date) -> Iterator[_Window]:
    """ "on 14 July", "in June 2022", "since June 13", "in 2022" """
    covered = [found.span() for found in _SPAN.finditer(text)]
    for found in _ONE.finditer(text):
        if any(start <= found.start("when") < end for start, end in covered):
            continue
        how, when = found["how"].lower(), found["when"]
        a_day, year = bool(re.fullmatch(_DAY, when, re.I)), bool(re.fullmatch(_YEAR, when))
        after = text[found.end() :]
        if not _about_articles(text, found.start(), found.end()) and (
            not _GOES_ON.match(after) or (how == "in" and a_day) or (how == "since" and year)
        ):
            continue
        name = re.search(_MONTH, when, re.I)
        # "in may" may be anything; "in june" is June where nobody took care of capitals.
        unclear = name and (not text.islower() or (name.group() in ("may", "march", "mar") and not re.search(r"\d", when)))
        if name and name.group()[0].islower() and unclear:
            continue
        if (
            name
            and name.group() == "May"
            and re.search(r"\b(?:confidence|faith|trust|belief|believe)$", text[: found.start()].rstrip())
        ):
            continue
        window = _window(when, newest)
        if not window:
            continue
        since, until = window
        if how == "by":  # "had caught measles by 12 May": as the news of then had it
            if not _HAD.search(text[: found.start()]):
                continue
            since -= _WEEKS
        elif how in ("since", "after"):
            since, until = (since if how == "since" else until + timedelta(1)), max(newest, until)
        elif how in ("before", "until"):
            since, until = date(1900, 1, 1), since - timedelta(1) if how == "before" else until
        yield _Window(found.start(), found.end(), since, until, 1)


def _weekdays(text: str, today: date) -> Iterator[_Window]:
    """ "on Monday", "Thursday", "since Friday", "Sunday's" """
    for found in _ON_WEEKDAY.finditer(text):
        before, after = text[: found.start()], text[found.end() :]
        how, when = (found["how"] or "").lower(), found["when"]
        if not when[0].isupper() and not text.islower():
            continue
        cued = _about_articles(text, found.start(), found.end())
        if not cued and (_TO_COME.search(text) or _NOT_ONE_DAY.search(before)):
            continue
        if not how and re.search(r"(?<![.?!:] )\b[A-Z][\w'’]* $", before) and before.strip().count(" "):
            continue  # "Black Friday"
        if re.match(r"\s(?:[A-Z]|\d|\w+ \d)", after) and not found["s"] and not (how == "on" and re.match(r"\s[A-Z]", after)):
            continue  # "Sunday Times"; "Monday 14 July" is read as a date
        if not cued and not found["s"] and how not in ("on", "since") and not _GOES_ON.match(after):
            continue
        day = today - timedelta((today.weekday() - _WEEKDAYS.index(when[:3].lower())) % 7)
        if how == "last" and day == today:
            day -= timedelta(7)
        if how == "since" and _RECORD.search(before):
            continue
        yield _Window(found.start(), found.end(), day, max(day, today) if how == "since" else day, 0)


def _counted(text: str, today: date) -> Iterator[_Window]:
    """ "this week", "yesterday", "two weeks ago", "over the summer", "recently": days counted from today"""
    general = _GENERAL.search(text) and not _PAST.search(text)
    for found in () if general else _TODAY.finditer(text):
        yield _Window(found.start("words"), found.end("words"), today, today, 0)
    for found in _RELATIVE.finditer(text):
        before, after = text[: found.start()], text[found.end() :]
        words = re.sub(r"['’]s$", "", found.group())
        if re.search(r"\b(?:Week|Year|Month|Night|Weekend|Summer|Winter|Spring|Fall)\b", words) and not words.isupper():
            continue  # a title
        window = _ago(words.lower(), today)
        if not window or (general and any(season in words.lower() for season in _SEASONS)):
            continue
        if not _about_articles(text, found.start(), found.end()) and (_COMPARED.search(before) or _NOT_RECENT.match(after)):
            continue
        yield _Window(found.start(), found.end(), *window, 0)


def _ago(words: str, today: date) -> tuple[date, date] | None:
    """First and last day of what is counted from today, or None where that is not clear."""

    def back(days: int) -> date:
        return today - timedelta(days)

    unit = next((unit for unit in ("weekend", "week", "month", "year", "day", *_SEASONS) if unit in words), "")
    if words.startswith("recent") or words in ("lately", "in recent weeks"):
        return back({"day": 7, "month": 120}.get(unit, 30)), today
    if words.startswith("in recent"):
        return back(7 if unit == "day" else 120), today
    if words == "the day before yesterday":
        return back(2), back(2)
    if words in ("yesterday", "last night"):
        return back(1), back(1)
    if words.endswith(" ago"):
        count = _NUMBERS.get(words.split()[0], 1) if not words[0].isdigit() else int(words.split()[0])
        days = count * {"day": 1, "week": 7, "month": 30}[unit]
        loose = {"day": 0, "week": 3, "month": 15}[unit]
        return (back(days + loose), back(days - loose)) if days <= 365 else None
    if unit == "weekend":
        saturday = back((today.weekday() - 5) % 7)
        return (back(4), today) if words.startswith("this") else (saturday, saturday + timedelta(1))
    if unit in _SEASONS:
        return _season(unit, words, today)
    if "this" in words.split():
        if unit == "month":
            return today.replace(day=1), today
        return (
            (today.replace(month=1, day=1), today) if unit == "year" else (back(7), today) if unit == "week" else (today, today)
        )
    if words == "last week":
        monday = back(today.weekday() + 7)
        return monday, monday + timedelta(6)
    if words == "last month":
        end = today.replace(day=1) - timedelta(1)
        return end.replace(day=1), end
    count = next((n for n in (_NUMBERS.get(word, int(word) if word.isdigit() else 0) for word in words.split()) if n), 1)
    days = {"week": 7, "month": 31, "day": 1}.get(unit, 7) * (3 if "few" in words else count)
    return back(max(days, 3)), today


def _season(unit: str, words: str, today: date) -> tuple[date, date] | None:
    """The season that runs, or that ended in the last three months; "last summer" is clear only before the next one begins."""
    month = _SEASONS[unit]
    since = date(today.year - (today.month < month), month, 1)
    end = (since + timedelta(100)).replace(day=1) - timedelta(1)
    if words.startswith("last") and (since.year == today.year or today <= end):
        return None
    return (since, min(end, today)) if words.startswith("last") or today - end <= timedelta(92) else None


def _window(words: str, newest: date) -> tuple[date, date] | None:
    """First and last day of a date in words; without a year, the latest such day in the half year before `newest`."""
    iso = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", words)
    named, said = re.search(_MONTH, words, re.I), re.search(rf"\b{_YEAR}\b", words)
    if iso:
        return _as_days(int(iso[1]), int(iso[2]), int(iso[3]))
    if not named:
        return (date(int(words), 1, 1), date(int(words), 12, 31)) if said else None
    month = _MONTHS.index(named.group()[:3].lower()) + 1
    rest = re.sub(rf"\b{_YEAR}\b", "", words)
    number = re.search(r"\d+", rest)
    day = int(number.group()) if number else 0
    if number and not day:
        return None
    if said:
        return _as_days(int(said.group()), month, day)
    if (month, day) in _HOLIDAYS:
        return None
    for year in (newest.year, newest.year - 1):
        window = _as_days(year, month, day)
        if window and window[0] <= newest:
            return window if newest - window[1] <= timedelta(_LONG_AGO) else None
    return None


def _as_days(year: int, month: int, day: int) -> tuple[date, date] | None:
    if not 1 <= month <= 12 or not 1900 <= year <= 2099 or not 0 <= day <= monthrange(year, month)[1]:
        return None
    return date(year, month, day or 1), date(year, month, day or monthrange(year, month)[1])


# --- outlets ----------------------------------------------------------------------------------------------------------

_LONGEST_NAME = 5  # words
_CITED = re.compile(r"\b(?:according to|(?:as )?(?:reported|published|written) (?:by|in)) (?:the )?$", re.I)
_ARTICLES_OF = re.compile(rf"{_ARTICLES} (?:(?:published|printed|written) )?(?:from|in|by|at) (?:the )?$", re.I)
_INSIDE = re.compile(
    r"\b(?:says?|said|wr(?:ote|itten|ite)|reported|read|told|appeared|published|interview|column|op-ed)\b.*\bin (?:the )?$", re.I
)
_ASKED_OF = re.compile(r"\b(?:did|does|do|has|have|had) (?:the )?$", re.I)
_REPORTS = re.compile(
    r" (?:report|write|written|reported|cover|covered|publish|published)\b(?! (?:off|(?:(?:the|its|his|her|their|a|any) )?"
    r"(?:loss(?:es)?|earnings|profits?|results|costs?|expenses|bills?|fees?|rent|damage))\b)",
    re.I,
)
_SAYS = re.compile(r" (?:say|said|tell|told)\b(?!.*\b(?:about (?:its|their|itself)|in a statement)\b)", re.I)
_STATED = re.compile(r" (?:has )?report(?:s|ed) (?:on|that|this)\b", re.I)
_JOINED = re.compile(r"(?:,| and| or|, and|, or) (?:the )?", re.I)


@dataclass(frozen=True, slots=True)
class _Mention:
    start: int
    end: int
    sources: tuple[str, ...]


def _outlets(text: str, question: str, outlets: Sequence[str]) -> Understood | None:
    mentions = _mentions(text, outlets)
    for n, mention in enumerate(mentions):
        before, after = text[: mention.start], text[mention.end :]
        cue = _cue(before, after)
        if not cue:
            continue
        start, end, hard = cue[0], mention.end + cue[1], cue[2]
        joined = [mention]
        for other in mentions[n + 1 :]:
            if _JOINED.fullmatch(text[joined[-1].end : other.start]):
                joined.append(other)
        for other in reversed(mentions[:n]):
            if _JOINED.fullmatch(text[other.end : joined[0].start]):
                joined.insert(0, other)
        sources = tuple(dict.fromkeys(source for one in joined for source in one.sources))
        if set(sources) == set(outlets):
            return None  # it has no others
        start, end = min(start, joined[0].start), max(end, joined[-1].end)
        return Understood(question[start:end].strip(), sources, None, None, hard)
    return None


def _cue(before: str, after: str) -> tuple[int, int, bool] | None:
    """Where the words begin that make an outlet's name ask for its articles, how far they go on, and whether only for those."""
    start = len(before)
    follow = _ARTICLES_FOLLOW.match(after)
    if follow and not re.search(r"\b(?:about|against|to) (?:the )?$", before, re.I):
        return start, follow.end(), True
    of_articles = _ARTICLES_OF.search(before)
    if of_articles and not re.match(r"['’]| [A-Z]", after):
        return max(of_articles.start("always"), of_articles.start("news")), 0, True
    if not _GOES_ON.match(after) and not _REPORTS.match(after) and not _SAYS.match(after):
        return None
    cited = _CITED.search(before)
    if cited and _GOES_ON.match(after):
        return cited.start(), 0, False
    asked = _ASKED_OF.search(before)
    for pattern, hard in ((_REPORTS, True), (_SAYS, False)):
        verb = pattern.match(after)
        if asked and verb:
            return asked.start(), verb.end(), hard
    stated = _STATED.match(after)
    if stated:
        return start, stated.end(), False
    inside = _INSIDE.search(before)
    return (before.lower().rfind("in "), 0, False) if inside else None


def _mentions(text: str, outlets: Sequence[str]) -> list[_Mention]:
    """The outlets that the text names, in order."""
    known = _known(tuple(outlets))
    tokens = [found.span() for found in re.finditer(r"[\w&]+(?:[.\-'’](?!s\b)[\w&]+)*", text)]
    mentions, n = [], 0
    while n < len(tokens):
        for m in range(min(n + _LONGEST_NAME, len(tokens)), n, -1):
            start, end = tokens[n][0], tokens[m - 1][1]
            key = _key(text[start:end])
            capital = text[tokens[m - 1][0]].isupper() or "." in text[start:end]
            # In lower case "the week" and "time" are words; "usa today" and "according to cnn" can only be outlets.
            plain = text.islower() and (
                (m - n > 1 and not text[start:end].startswith("the ")) or text[:start].endswith("according to ")
            )
            if key in known and (capital or plain):
                mentions.append(_Mention(start, end, tuple(known[key])))
                n = m
                break
        else:
            n += 1
    return mentions


@lru_cache(maxsize=4)  # a collection's outlets are the same for each question
def _known(outlets: tuple[str, ...]) -> dict[str, list[str]]:
    """The outlets that may be called so, by key."""
    known: dict[str, list[str]] = {}
    for outlet in outlets:
        for key in _names(outlet):
            known.setdefault(key, []).append(outlet)
    return known


def _names(outlet: str) -> set[str]:
    """How an outlet may be called in a question, as keys: cnn.com is CNN, "The Harbour Post" also Harbour Post."""
    host = re.fullmatch(r"(?:www\.|edition\.|m\.)?([\w-]+)(?:\.(?:co|com|org|net))?\.[a-z]{2,6}", outlet.strip(), re.I)
    names = {outlet, host[1]} if host else {outlet}
    words = outlet.split()
    if len(words) > 2 and words[0].lower() == "the":
        names.add(" ".join(words[1:]))
    for name in list(names):
        names.add(re.sub(r"(?<=\w)[ -]?(?:news|online|magazine|newspaper)$", "", name, flags=re.I))
        names.add(f"{name} news")
    return {_key(name) for name in names} - {""}


def _key(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())


def _without_quotations(question: str) -> str:
    """The question with what stands in quotation marks blanked out, every other character in its place."""
    marks = r"“[^”]*”|„[^“”]*[“”]|«[^»]*»|\"[^\"]*\"|(?<!\w)‘[^‘]*?’(?!\w)|(?<!\w)'[^']*'(?!\w)"
    return re.sub(marks, lambda found: "\u25a1" * len(found.group()), question)
