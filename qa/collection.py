"""Questions about the collection itself, answered from its records: how many articles, which outlets, who wrote what."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from qa.asking import Asked, asked
from qa.types import Citation, Sentence
from qa.words_met import met
from vectorstore.language.days import day_words
from vectorstore.language.frames import bare, polite, wants_gist
from vectorstore.language.lexicon import lines, rows, table, word_set
from vectorstore.language.sentences import sentences
from vectorstore.language.words import folded
from vectorstore.search import Index
from vectorstore.types import Article, Found, Summary

GREETING = (
    "Hello, glad to help. I answer questions about the articles in this collection, with their own words: ask who, what, when, "
    "where, why or how many, or for news about a subject, for a list of its articles, or what is in the "
    "collection."
)
_MOST = 8  # articles that an answer lists
_ABOUT = 0.6  # of a subject's words, by their weight: what an article on it has


@dataclass(frozen=True, slots=True)
class Reply:
    """What the records say: as text, and, where it is of articles, sentences that cite them."""

    text: str
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the collection is asked for."""

    what: str  # a list of questions.collection in the language's data
    of: str = ""  # the subject
    by: str = ""  # an author or an outlet


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
    kinds = [name for name, value in table("questions.collection").items() if "\n" in value]
    for what in kinds:
        if found := _pattern(what).fullmatch(text):
            given = {name.rstrip("0123456789"): value for name, value in found.groupdict().items() if value}
            of, by = given.get("of", "").strip("“”\"' "), given.get("by", "")
            if what == "of_author" and of and not _is_day(of):
                return None  # what a paper reports on a subject is what its articles say
            if by and _is_day(by):
                return Wanted("days")
            return Wanted(what, "" if what == "of_author" else of, by)
    if not wants_gist(question) or not _is_day(bare(question)):
        return None
    return Wanted("days" if re.search(r"\w", bare(question)) else "topics")


def _is_day(text: str) -> bool:
    """Whether a text names a day or days, or nothing."""
    known = word_set("questions.day_words").union(*rows("dates.months"), *rows("dates.weekdays"))
    return all(word in known or word.isdigit() for word in re.findall(r"[^\W\d]+|\d+", text.lower()))


def from_records(question: Wanted, index: Index, found: Found) -> Reply | None:
    """The answer that the records give, or None where they have none: no such author, no article on the subject.

    `found` is what a search for the subject gave; its filters are those of the question.
    """
    summary, scope = found.summary, found.scope

    def within(article: Article) -> bool:
        """Whether it is of the outlets and days that the question names."""
        return scope.filters.admits(article) and all(wish.admits(article) for wish in scope.prefer)

    if question.what == "count":
        return Reply(_counted(summary))
    if question.what == "outlet":
        names = [f"{name or 'no outlet named'} ({_many(count)})" for name, count in summary.sources]
        return Reply(f"{_many(len(names), 'outlet')}: {_row(names)}.")
    if question.what == "dates":
        return Reply(_dates(summary))
    if question.by and not question.of:
        return _by(question.by, index, within)
    if not question.of:
        if question.what == "days" and within(Article("", "")):
            return None  # no article is of those days
        one = question.what in ("newest", "oldest")
        count, articles = index.listed(within, 1 if one else _MOST, question.what == "oldest")
        lead = "" if one or count == len(articles) else f"The latest of {_many(count)}:"
        return _listing(lead, articles) if articles else None
    return _on(question, found)


def on_it(ask: Asked, found: Found) -> tuple[list[Article], list[Article]]:
    """The articles of what was found, and those that are on what is asked, by the words of their headlines and passages."""
    articles = list(dict.fromkeys(a for hit in found.hits for a in (hit.article, *hit.also_in)))
    texts = {article: article.title for article in articles}
    for hit in found.hits:
        texts[hit.article] += " " + hit.passage.text
    return articles, [article for article in articles if met(ask, texts[article]) >= _ABOUT]


def _on(question: Wanted, found: Found) -> Reply | None:
    ask = asked(question.of)
    articles, on = on_it(ask, found)
    on = [article for article in on if not question.by or _is_by(article, question.by)]
    named = [article for article in on if met(ask, article.title) >= _ABOUT]
    if question.what in ("wrote", "published"):
        return _listing("", (named or on)[:3]) if on else None
    if question.what in ("newest", "oldest"):
        on.sort(key=lambda a: a.published.toordinal() if a.published else 0, reverse=question.what == "newest")
        return _listing("", on[:1]) if on else None
    if question.what == "reporting" and on:
        outlets = list(dict.fromkeys(article.source for article in on if article.source))
        return _listing(f"{_row(outlets)}:", on[:_MOST])
    if not on:
        return _listing(f"No article names “{question.of}”. Nearest in meaning:", articles[:3]) if articles else None
    return _listing(f"{_many(len(on))} found on “{question.of}”:", on[:_MOST])


def _by(name: str, index: Index, within: Callable[[Article], bool]) -> Reply | None:
    count, articles = index.listed(lambda article: within(article) and _is_by(article, name), _MOST)
    return _listing(f"{_many(count)} by {name}:", articles) if articles else None


def _is_by(article: Article, name: str) -> bool:
    names = [_plain(one) for one in (*article.authors, article.source)]
    return any(f" {_plain(name) or '?'} " in f" {one} " for one in names)


def _plain(name: str) -> str:
    return re.sub(r"^the ", "", " ".join(re.findall(r"\w+", folded(name).lower())))


def _listing(lead: str, articles: Sequence[Article]) -> Reply:
    """The articles, each with its headline, byline, outlet and date, and cited by its first sentence."""
    cited = []
    for number, article in enumerate(articles, 1):
        start, end = next(iter(sentences(article.text)), (0, len(article.text)))
        cited.append(Citation(number, article.text[start:end], start, end, article, f"{article.id}#0"))
    said = [Sentence(lead, tuple(range(1, len(cited) + 1)), supported=True)] if lead else []
    said += [Sentence(_record(article), (number,), supported=True) for number, article in enumerate(articles, 1)]
    text = "\n\n".join(s.text + "".join(f" [{n}]" for n in s.citations) for s in said)
    return Reply(text, tuple(said), tuple(cited))


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


def _many(number: int, noun: str = "article") -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _row(names: Iterable[str]) -> str:
    *first, last = list(names) or [""]
    return f"{', '.join(first)} and {last}" if first else last
