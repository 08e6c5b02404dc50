"""The things that the store holds and hands out: Article -> Passage -> Hit -> Found.

All are frozen: what has been read from disk is never edited in memory.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from vectorstore.errors import UsageError
from vectorstore.language.detect import code_of

_FIRST_YEAR, _LAST_YEAR = 1000, 9000  # days that can be counted from, in both directions


def strings(given: object, name: str) -> tuple[str, ...]:
    """A sequence of strings, of which one alone may be given as it is: its characters are never meant."""
    several = list(given) if isinstance(given, Iterable) and not isinstance(given, str) else [given] if given else []
    found = tuple(one for one in several if isinstance(one, str))
    if len(found) < len(several):
        raise UsageError(f"{name} is {str(given)[:60]!r}: pass strings.")
    return found


def as_day(given: object, name: str) -> date | None:
    """A date, of which its ISO form may be given."""
    try:
        day = date.fromisoformat(given) if isinstance(given, str) else given
    except ValueError:
        day = ""
    if day is not None and not isinstance(day, date):
        raise UsageError(f"{name} is {str(given)[:60]!r}: pass a date, or write it as 2026-03-31.")
    if day and not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise UsageError(f"{name} is {day}: pass a day of the years {_FIRST_YEAR} to {_LAST_YEAR}.")
    return day.date() if isinstance(day, datetime) else day


@dataclass(frozen=True, slots=True)
class Article:
    """One news article as its reader understood it.

    `text` is the stored text: every offset in onrecord counts Unicode code points into it. It holds the standfirst (unless
    the body's first paragraph already says it) and the body; the headline and the byline are fields of their own.
    """

    id: str
    text: str
    title: str = ""
    source: str = ""  # the outlet, as a reader would name it: "cnn.com", "The Harbour Post"
    url: str = ""
    published: date | None = None
    authors: tuple[str, ...] = ()
    # The moment of this version, in UTC: its last change, else its publication where the time of day is given.
    modified: datetime | None = None
    section: str = ""  # as the outlet names it: "Politics"
    language: str = ""  # two letters, as ISO 639-1: "de"; empty: not known
    corrections: tuple[str, ...] = ()  # the outlet's notes that say what it has corrected
    agency: str = ""  # whose copy it is, where another than the outlet wrote it: "AP"
    dateline: str = ""  # the place where it was written: "SALTMERE"


@dataclass(frozen=True, slots=True)
class Rejected:
    """Input that did not become an article, and why, in words for the report."""

    where: str  # the file, with the line where there is one: "feed.jsonl:12"
    reason: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences of one article: `text == article.text[start:end]`."""

    id: str  # "ARTICLE_ID#0", "ARTICLE_ID#1", … in reading order
    article_id: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that a search found, with its article. A higher score is better; scores compare within one search."""

    passage: Passage
    article: Article
    score: float
    also_in: tuple[Article, ...] = ()  # other outlets' articles that carry the same words (wire copy)
    # Sentences that the reranker read: start and end in the article's text, and the log odds (compare within one search).
    judged: tuple[tuple[int, int, float], ...] = ()
    elsewhere: bool = False  # found for a question that is not in English, or no passage is: these odds are absolute
    answers: float | None = None  # how much speaks for its answering at all, where the reranker read it; compares across searches


@dataclass(frozen=True, slots=True)
class Filters:
    """What to search: outlets, sections, languages (any of them, case ignored), dates (both ends included). Empty: everything.

    An article without a date is outside every date range, one that names no section outside every section. One of several may be
    given as a string, a day as "2026-03-31", a language as "de" or "German"; what is none of these raises UsageError.
    """

    sources: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    sections: tuple[str, ...] = ()  # as the outlets name them: "Politics"
    languages: tuple[str, ...] = ()  # by their codes: "de"

    def __post_init__(self) -> None:
        if (self.sources, self.since, self.until, self.sections, self.languages) != ((), None, None, (), ()):
            self._read()

    def _read(self) -> None:
        """Puts in place what the caller meant."""
        for name, one in (("sources", "outlet"), ("sections", "section"), ("languages", "language")):
            object.__setattr__(self, name, strings(getattr(self, name), name))
            for given in getattr(self, name):
                if any("\ud800" <= character <= "\udfff" for character in given):
                    raise UsageError(f"The {one} {ascii(given)[:60]} is no text: write it in UTF-8.")
        object.__setattr__(self, "languages", tuple(dict.fromkeys(_language(given) for given in self.languages)))
        object.__setattr__(self, "since", as_day(self.since, "since"))
        object.__setattr__(self, "until", as_day(self.until, "until"))

    def admits(self, article: Article) -> bool:
        return self.admits_outlet(article.source) and self.admits_day(article.published) and self.admits_record(article)

    def admits_outlet(self, source: str) -> bool:
        return not self.sources or source.casefold() in {s.casefold() for s in self.sources}

    def admits_day(self, day: date | None) -> bool:
        if not self.since and not self.until:
            return True
        return day is not None and (self.since or date.min) <= day <= (self.until or date.max)

    @property
    def by_record(self) -> bool:
        """Whether they ask for what is neither among the words nor beside the vectors: for a section, a language."""
        return bool(self.sections or self.languages)

    def admits_record(self, article: Article) -> bool:
        if self.sections and one_section(article.section) not in {one_section(name) for name in self.sections}:
            return False
        return not self.languages or code_of(article.language) in self.languages


def one_section(name: str) -> str:
    """A section's name as it is compared."""
    return " ".join(name.split()).casefold()


def _language(given: str) -> str:
    """The code of a language that a caller names; raises UsageError for what is none."""
    if not (code := code_of(given)):
        raise UsageError(f"{given[:60]!r} is no language that we know: write it as English, or by its two letters, en.")
    return code


@dataclass(frozen=True, slots=True)
class Summary:
    """What an index holds, for status lines and abstentions."""

    generation: str
    articles: int
    passages: int
    first: date | None  # the earliest and the latest publication date
    last: date | None
    sources: tuple[tuple[str, int], ...]  # (outlet, articles), most articles first
    undated: int  # articles without a date
    vectors: float = 1.0  # the share of the index's passages that have their vector; words alone find the others
    refreshed: str = ""  # when the articles were last read: ISO 8601, UTC
    segments: int = 0  # parts that the vectors lie in


@dataclass(frozen=True, slots=True)
class Understood:
    """Words of a question that ask for outlets or for days, and what they were taken for."""

    words: str  # as they stand in the question: "this week"
    sources: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    hard: bool = False  # searched only within it; otherwise it comes first, and nothing is left out
    reading: str = ""  # of an operator, what it leaves: "with “special master”", "after 3 May 2026"


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand in articles as they are written, case and accents aside."""

    words: str
    field: str  # "text": anywhere in the article, its headline too; "title": in its headline; "source": its outlet


@dataclass(frozen=True, slots=True)
class Condition:
    """What an article must have, any of some terms, or must have none of."""

    terms: tuple[Term, ...]
    absent: bool = False


@dataclass(frozen=True, slots=True)
class Scope:
    """How to search: within `filters`, what `prefer` admits first; `understood` is what the words of the question gave."""

    today: date
    filters: Filters
    prefer: tuple[Filters, ...] = ()
    understood: tuple[Understood, ...] = ()
    conditions: tuple[Condition, ...] = ()  # what the question's operators demand of an article

    @property
    def newest(self) -> date | None:
        """The day up to which newer articles come earlier: today, or the last day asked about; none where days were chosen."""
        if self.filters.since or self.filters.until:
            return None
        return min([self.today, *(days.until for days in self.prefer if days.until)])


@dataclass(frozen=True, slots=True)
class Found:
    """What one act of search gave, all of one generation of the index."""

    hits: tuple[Hit, ...]  # best first
    scope: Scope
    summary: Summary  # what the scope's filters leave to search in
    generation: str
    notice: str = ""  # what is to be said with it: "By words only: the vector server does not answer."

    @property
    def texts(self) -> list[str]:
        return [hit.passage.text for hit in self.hits]
