"""Questions about the collection itself, answered from its records: how many articles, which outlets, who wrote what."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, lru_cache

from qa.asking import Asked, asked
from qa.types import Answer, Citation, Sentence
from qa.words_met import met
from vectorstore.language.days import day_words
from vectorstore.language.frames import bare, polite, wants_gist
from vectorstore.language.lexicon import lines, rows, table, word_set
from vectorstore.language.sentences import sentences
from vectorstore.language.words import folded
from vectorstore.operators import read
from vectorstore.scope import scope
from vectorstore.search import Index
from vectorstore.subjects import Mention
from vectorstore.subjects import told as told_by
from vectorstore.types import Article, Filters, Found, Scope, Summary, strings

GREETING = (
    "Hello, glad to help. I answer questions about the articles in this collection, with their own words: ask who, what, when, "
    "where, why or how many, or for news about a subject, for a list of its articles, or what is in the "
    "collection."
)
_MOST = 8  # articles that an answer names where it is not asked to list them
LISTED = 500  # that one lists at most; `onrecord search --all` has no bound
_AROUND = 700  # characters around a place in which its sentence is looked for
_ABOUT = 0.6  # of a subject's words, by their weight: what an article on it has


@dataclass(frozen=True, slots=True)
class Reply:
    """What the records say: as text, and, where it is of articles, sentences that cite them."""

    text: str
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    within: Scope | None = None  # what was counted in, where the question narrows it

    def filled(self, asked: Answer) -> Answer:
        """The answer to what was asked."""
        if self.within:
            asked = replace(asked, filters=self.within.filters, understood=self.within.understood)
        return replace(asked, text=self.text, sentences=self.sentences, citations=self.citations, final=True)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the collection is asked for."""

    what: str  # a list of questions.collection in the language's data
    of: str = ""  # the subject
    by: str = ""  # an author or an outlet
    when: str = ""  # days of the articles: "in June 2022"
    counted: bool = False  # how many there are, rather than which


@dataclass(frozen=True, slots=True)
class Listed:
    """Every article on a subject, the latest first, and where they were looked for."""

    subject: str
    mentions: tuple[Mention, ...]
    within: Scope


def everything(
    question: str, index: Index, filters: Filters = Filters(), today: date | None = None, ignore: Sequence[str] = ()
) -> Listed:
    """Every article on what a question or some words are about, by its words; of an outlet, an author or days that it names.

    Raises UsageError for a mistake in its operators.
    """
    ignore = strings(ignore, "ignore")
    words = read(question, ignore).text
    found = wanted(words)
    asked_for = found if found and found.what not in ("wrote", "published") else Wanted("listed", bare(words) or words)
    within = scope(question, filters, today, index.summary(), ignore)
    asked_for, within = narrowed(asked_for, index, within, ignore)
    on = index.everything(asked_for.of, within)
    return Listed(asked_for.of, tuple(one for one in on if not asked_for.by or _is_by(one.article, asked_for.by)), within)


@cache
def _pattern(what: str) -> re.Pattern[str]:
    data = table("questions.collection")
    words = {name: data[name] for name in ("articles", "story", "outlets", "collection", "list")}
    some = [
        re.sub(r"\{(\w+)\}", lambda blank: words.get(blank[1], blank[0]), line) for line in lines(f"questions.collection.{what}")
    ]
    return re.compile("|".join(re.sub(r"\?P<(\w+)>", rf"?P<\g<1>{n}>", line) for n, line in enumerate(some)), re.I)


@lru_cache(maxsize=256)
def wanted(question: str) -> Wanted | None:
    """What of the collection the question asks for; None where it asks for what the articles say."""
    text = polite(question).strip(" ?!.,;:")
    if not text:
        return Wanted("topics")  # operators alone
    plain, when = _without_days(text)
    if when and (found := _of_kind(plain)):
        return replace(found, when=when)
    if found := _of_kind(text):
        return found
    if not wants_gist(question) or not _is_day(bare(question)):
        return None
    return Wanted("days" if re.search(r"\w", bare(question)) else "topics")


def _of_kind(text: str) -> Wanted | None:
    kinds = [name for name, value in table("questions.collection").items() if "\n" in value]
    for what in kinds:
        if found := _pattern(what).fullmatch(text):
            given = {name.rstrip("0123456789"): value for name, value in found.groupdict().items() if value}
            of, by = _subject(given.get("of", "")), given.get("by", "")
            if what == "of_author" and of and not _is_day(of):
                return None  # what a paper reports on a subject is what its articles say
            if by and _is_day(by) and not by.istitle():  # "The Week" is a paper
                return Wanted("days")
            what = {"by_on": "listed"}.get(what, what)
            counted = bool((of or by) and _pattern_of("counting").match(text))
            return Wanted(what, "" if what == "of_author" else of, by, counted=counted)
    return None


def _subject(words: str) -> str:
    """A subject without quotation marks, unless its words are to stand as they are."""
    bare_ = words.strip("“”\"' ")
    return f'"{bare_}"' if words[:1] in ("“", '"') and words[-1:] in ("”", '"') else bare_


@cache
def _pattern_of(name: str) -> re.Pattern[str]:
    return re.compile("|".join(lines(f"questions.{name}")), re.I)


def _without_days(text: str) -> tuple[str, str]:
    """A question and the days at its end that narrow its articles: "articles on the ferry", "in June 2026"."""
    named = frozenset().union(*rows("dates.months"), *rows("dates.weekdays"))
    known = word_set("questions.day_words") | word_set("questions.day_ties")

    def is_of_days(piece: str) -> bool:
        words = re.findall(r"[^\W\d]+|\d+", piece)  # with a capital "The Week" is a paper
        return all(word.isdigit() or word.lower() in named or word in known for word in words)

    pieces = list(re.finditer(r"\S+", text))
    first = len(pieces)
    while first and is_of_days(pieces[first - 1][0]):
        first -= 1
    while first < len(pieces) and pieces[first][0].lower() not in word_set("questions.day_starts"):
        first += 1
    days = text[pieces[first].start() :] if first < len(pieces) else ""
    told = word_set("questions.day_ties") | {"of", "the", "this", "last", "next", "past"}
    if first == 0 or not re.sub(rf"\b(?:{'|'.join(told)})\b", "", days.lower()).strip():
        return text, ""
    return text[: pieces[first].start()].strip(" ,"), days


def _is_day(text: str) -> bool:
    """Whether a text names a day or days, or nothing."""
    known = word_set("questions.day_words").union(*rows("dates.months"), *rows("dates.weekdays"))
    return all(word in known or word.isdigit() for word in re.findall(r"[^\W\d]+|\d+", text.lower()))


def from_records(question: Wanted, index: Index, found: Found, ignore: Sequence[str] = ()) -> Reply | None:
    """The answer that the records give, or None where they have none: no such author, no article on the subject.

    `found` is what a search gave; its scope is that of the question. `ignore` lists words that are not to be read as days.
    """
    question, within = narrowed(question, index, found.scope, ignore)
    reply = _reply(question, index, within, found)
    return replace(reply, within=within) if reply else None


def narrowed(question: Wanted, index: Index, within: Scope, ignore: Sequence[str] = ()) -> tuple[Wanted, Scope]:
    """What is asked without the outlet and the days that it names, and the scope with them.

    "Articles on the ferry from Coastwire in June": what a question says of its articles leaves others out.
    """
    within, held, said = replace(within, prefer=()), index.summary(), [*within.understood]
    tail = re.fullmatch(r"(?P<of>.+?),? (?:(?:published|written|printed) )?(?:from|by|in) (?:the )?(?P<by>[^,]+)", question.of)
    for words in (f"articles from {question.by}" if question.by else "", f"articles from {tail['by']}" if tail else ""):
        told = scope(words, Filters(), within.today, held, ignore) if words else None
        if told and told.filters.sources:
            of = tail["of"] if tail and words.endswith(tail["by"]) else question.of
            question = replace(question, of=of, by="" if question.by and words.endswith(question.by) else question.by)
            within = _also(within, told)
            said += [replace(one, words=one.words.removeprefix("articles from ")) for one in told.understood if one.hard]
    if tail and question.of.endswith(tail["by"]) and " by " in question.of and _writes(tail["by"], index):
        question = replace(question, of=tail["of"], by=tail["by"])
    if question.when and question.when.casefold() not in {words.casefold() for words in ignore}:
        days = re.sub(r"^(?:published|written|printed|posted|dated) ", "", question.when)
        told = scope(f"articles published {days}", Filters(), within.today, held)
        if told.filters.since or told.filters.until:
            within = _also(within, told)
            said += [replace(one, words=question.when) for one in told.understood if one.hard]
    terms = [term.words for one in within.conditions if not one.absent for term in one.terms if term.field != "source"]
    if terms and told_by(question.of) <= told_by(" ".join(terms)):
        question = replace(question, of=" or ".join(terms))
    unique = {(one.sources, one.since, one.until, one.reading): one for one in said if one.hard}
    return question, replace(within, understood=tuple(unique.values()))


def _also(within: Scope, told: Scope) -> Scope:
    """A scope narrowed to the outlets and the days of another as well."""
    ours, theirs = within.filters, told.filters
    both = tuple(name for name in theirs.sources or ours.sources if ours.admits_outlet(name))
    since = max(filter(None, (ours.since, theirs.since)), default=None)
    until = min(filter(None, (ours.until, theirs.until)), default=None)
    return replace(within, filters=replace(ours, sources=both or theirs.sources, since=since, until=until))


def _writes(name: str, index: Index) -> bool:
    return bool(index.listed(lambda article: _is_by(article, name), 1)[0])


def _reply(question: Wanted, index: Index, within: Scope, found: Found) -> Reply | None:
    if question.what == "count":
        return Reply(_counted(_summary(index, within)))
    if question.what == "outlet":
        names = [f"{name or 'no outlet named'} ({_many(count)})" for name, count in _summary(index, within).sources]
        return Reply(f"{_many(len(names), 'outlet')}: {_row(names)}.")
    if question.what == "dates":
        return Reply(_dates(_summary(index, within)))
    if question.what == "months":
        return Reply(_by_month([one.article for one in index.everything("", within)]))
    if question.what in ("wrote", "published"):
        return _headed(question, index, within)
    if question.what == "days" and within.filters == Filters() and not within.conditions and not question.of:
        wishes = found.scope.prefer
        if not wishes:
            return None  # no article is of those days
        within = replace(within, filters=wishes[0])
    on = [one for one in index.everything(question.of, within) if not question.by or _is_by(one.article, question.by)]
    if question.what == "writers":
        return _written_by(on, question.of, index)
    if question.by and not on:
        return None
    if question.by and not question.of:
        shown = _with_text(on[: _MOST if question.counted else LISTED], index)
        return _listing(f"{_many(len(on))} by {question.by}:", shown)
    if not question.of:
        return _latest(question, on, within.filters, index)
    return _on(question, on, found)


def _summary(index: Index, within: Scope) -> Summary:
    """What the records hold within a scope."""
    held = index.summary(within.filters)
    if not within.conditions:
        return held
    on = [one.article for one in index.everything("", within)]
    outlets = Counter(article.source for article in on)
    days = [article.published for article in on if article.published]
    return replace(
        held,
        articles=len(on),
        sources=tuple(outlets.most_common()),
        first=min(days, default=None),
        last=max(days, default=None),
        undated=len(on) - len(days),
    )


def _with_text(on: Sequence[Mention], index: Index) -> list[Mention]:
    """The same articles; those that are known by their records alone, with their text."""
    return [one if one.article.text else replace(one, article=index.article(one.article.id) or one.article) for one in on]


def _latest(question: Wanted, on: Sequence[Mention], filters: Filters, index: Index) -> Reply | None:
    """Of all articles the latest, or the oldest one; of those of an outlet or of some days, every one."""
    if question.what == "oldest":
        on = [one for one in reversed(on) if one.article.published]
    one_only, narrow = question.what in ("newest", "oldest"), filters != Filters() and not question.counted
    shown = on[: 1 if one_only else LISTED if narrow else _MOST]
    lead = f"{_many(len(on))}{f' of {_row(filters.sources)}' if filters.sources else ''}"
    lead += f". The latest {len(shown):,}:" if len(shown) < len(on) else ":"
    return _listing("" if one_only else lead, _with_text(shown, index)) if shown else None


def on_it(ask: Asked, found: Found) -> tuple[list[Article], list[Article]]:
    """The articles of what was found, and those that are on what is asked, by the words of their headlines and passages."""
    articles = list(dict.fromkeys(a for hit in found.hits for a in (hit.article, *hit.also_in)))
    texts = {article: article.title for article in articles}
    for hit in found.hits:
        texts[hit.article] += " " + hit.passage.text
    return articles, [article for article in articles if met(ask, texts[article]) >= _ABOUT]


def _headed(question: Wanted, index: Index, within: Scope) -> Reply | None:
    """The records of the articles that a question points at by what they are about, or by their headline."""
    told = question.of.strip('"')
    ask = asked(told)
    _, on = on_it(ask, index.retrieve(told, within.filters, within.today, asked=""))
    quoted = question.of.startswith('"')
    on = [article for article in on if not question.by or _is_by(article, question.by)]
    named = [article for article in on if met(ask, article.title) >= _ABOUT]
    shown = named[:3] or ([] if quoted else on[:3])
    return _listing("", shown) if shown else None


def _written_by(on: Sequence[Mention], subject: str, index: Index) -> Reply | None:
    names = Counter(name for one in on for name in one.article.authors)
    if not names:
        return None
    told = [f"{name} ({count:,})" for name, count in names.most_common(LISTED if subject else 3 * _MOST)]
    more = f" and {len(names) - len(told):,} more" if len(names) > len(told) else ""
    lead = f"{_many(len(names), 'author')} {f'on {_marked(subject)}' if subject else ''}".strip()
    return _listing(f"{lead}: {_row(told)}{more}.", _with_text([one for one in on if one.article.authors][:_MOST], index))


def _on(question: Wanted, on: Sequence[Mention], found: Found) -> Reply | None:
    """What is on a subject: counted, by date, those of which it is the matter before those that only name it."""
    subject = _marked(question.of)
    if not on and question.what in ("newest", "oldest"):
        return None  # news in other words: "the train derailment" is "a train derails"
    if not on:
        articles = list(dict.fromkeys(hit.article for hit in found.hits))[:3]
        return _listing(f"No article names {subject}. Nearest in meaning:", articles) if articles else None
    matter = [one for one in on if one.is_matter]
    named = [one for one in on if not one.is_matter]
    first = matter or named
    if question.what == "newest":
        latest = [one for one in first if one.leads] or first
        return _listing(f"The latest of {_many(len(first))} on {subject}:", latest[:3], quoted=True)
    if question.what == "oldest":
        dated = [one for one in reversed(first) if one.article.published][:1]
        return _listing(f"The first of {_many(len(first))} on {subject}:", dated, quoted=True) if dated else None
    count = f"{_many(len(matter))} {'is' if len(matter) == 1 else 'are'} on {subject}"
    passing = f"{len(named):,} {'more ' if matter else ''}{'names' if len(named) == 1 else 'name'} it in passing"
    lead = "; ".join(filter(None, (count if matter or not named else "", passing if named else "")))
    if not matter:
        lead = f"No article is on {subject}; {passing}"
    if question.what == "reporting":
        outlets = Counter(one.article.source or "no outlet named" for one in first).most_common()
        told = _row([f"{name} ({_many(count)})" for name, count in outlets])
        latest = [next(one for one in first if (one.article.source or "no outlet named") == name) for name, _ in outlets]
        return _listing(f"{_many(len(outlets), 'outlet')} on {subject}: {told}.", latest[:_MOST], quoted=True)
    shown = [*matter, *named][: _MOST if question.counted else LISTED]
    if len(shown) < len(on):
        lead += f". The latest {len(shown):,}"
    return _listing(f"{lead}:", shown)


def _marked(subject: str) -> str:
    return "“" + subject.strip('"') + "”"


def _is_by(article: Article, name: str) -> bool:
    names = [_plain(one) for one in (*article.authors, article.source)]
    return any(f" {_plain(name) or '?'} " in f" {one} " for one in names)


def _plain(name: str) -> str:
    return re.sub(r"^the ", "", " ".join(re.findall(r"\w+", folded(name).lower())))


def _listing(lead: str, articles: Sequence[Article | Mention], quoted: bool = False) -> Reply:
    """The articles, each with its headline, byline, outlet and date, and cited by the sentence that names the subject.

    With `quoted` that sentence stands in the answer, too.

    What is said of all of them cites all, or, of many, the first and the last.
    """
    several = [one if isinstance(one, Mention) else Mention(one, 0, 0) for one in articles]
    cited = [_cited(number, one) for number, one in enumerate(several, 1)]
    numbers = range(1, len(cited) + 1)
    ends = tuple(numbers if len(cited) <= _MOST else (1, len(cited)))
    said = [Sentence(lead, ends, supported=True)] if lead else []
    rows = [f"“{one.shown}” {_record(one.article)}" if quoted else _record(one.article) for one in cited]
    said += [Sentence(row, (number,), supported=True) for number, row in zip(numbers, rows, strict=True)]
    text = "\n\n".join(s.text + "".join(f" [{n}]" for n in s.citations) for s in said)
    return Reply(text, tuple(said), tuple(cited))


def _cited(number: int, one: Mention) -> Citation:
    start, end = named_in(one)
    return Citation(number, one.article.text[start:end], start, end, one.article, f"{one.article.id}#0")


def named_in(one: Mention) -> tuple[int, int]:
    """Where the first sentence stands that names the subject: its start and end in the article's text."""
    text = one.article.text
    begin = max(0, one.start - _AROUND)
    spans = [(begin + start, begin + end) for start, end in sentences(text[begin : one.start + _AROUND])]
    within = [span for span in spans if span[0] <= one.start < span[1]]
    return (within or spans or [(0, len(text))])[0]


def _record(article: Article) -> str:
    by = f"by {_row(article.authors)}" if article.authors else "no author named"
    when = day_words(article.published) if article.published else "undated"
    return f"“{article.title or article.id}” — {', '.join(filter(None, (by, article.source, when)))}"


def _counted(summary: Summary) -> str:
    outlets = len([name for name, _ in summary.sources if name])
    return f"{_many(summary.articles)} from {_many(outlets, 'outlet')}. {_dates(summary)}"


def _dates(summary: Summary) -> str:
    if not summary.first or not summary.last:
        return "None has a date."
    undated = f" {summary.undated:,} without a date." if summary.undated else ""
    days = [day_words(day) for day in dict.fromkeys((summary.first, summary.last))]
    return f"Published {' to '.join(days)}.{undated}"


def _by_month(articles: Sequence[Article]) -> str:
    months = Counter(one.published.replace(day=1) for one in articles if one.published)
    told = [f"{day_words(month).partition(' ')[2]} ({_many(count)})" for month, count in sorted(months.items())]
    undated = len(articles) - sum(months.values())
    return f"{_many(len(articles))} by month: {_row([*told, *([f'without a date ({undated:,})'] if undated else [])])}."


def _many(number: int, noun: str = "article") -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _row(names: Iterable[str]) -> str:
    *first, last = list(names) or [""]
    return f"{', '.join(first)} and {last}" if first else last
