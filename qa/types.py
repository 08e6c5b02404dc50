"""Question in, answer out: Turn, Citation, Sentence, Answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from vectorstore.language.folding import place
from vectorstore.language.quotations import set_inside
from vectorstore.language.speech import Said, said
from vectorstore.types import Article, Filters, Found, Hit, Understood, strings


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier exchange of a conversation, passed in by the caller."""

    question: str
    answer: str = ""
    titles: tuple[str, ...] = ()  # headlines of the articles that the answer cited

    def __post_init__(self) -> None:
        object.__setattr__(self, "titles", strings(self.titles, "titles"))


@dataclass(frozen=True, slots=True)
class Citation:
    """A verbatim quote: `article.text[start:end] == quote`, always."""

    number: int  # 1, 2, … in the order in which the answer first cites them
    quote: str
    start: int
    end: int
    article: Article
    passage_id: str
    also_in: tuple[Article, ...] = ()  # other outlets' articles in which the quote stands, word for word

    @property
    def said(self) -> Said:
        """Who says these words in the article, and the quotation marks around them that stand outside of the quote."""
        return said(self.article.text, self.start, self.end)

    @property
    def speaker(self) -> str:
        """Whose words they are: "Ida Kern"; empty where they are the article's own."""
        return self.said.speaker

    @property
    def shown(self) -> str:
        """The quote as it is shown between “ and ”: one from inside a quotation has its marks, as single ones."""
        return set_inside(f"{self.said.opening}{self.quote}{self.said.closing}")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an answer, without markers, and whether its citations carry it."""

    text: str
    citations: tuple[int, ...] = ()
    supported: bool = False
    reasons: tuple[str, ...] = ()  # why not, in words for a reader
    note: str = ""  # what was checked, where that is not all: "Only numbers and names were checked: …"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer so far (`final` false while it streams), or the whole of it."""

    question: str
    standalone_question: str
    text: str  # the sentences with their markers: "… denied it. [1]"
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    hits: tuple[Hit, ...] = ()
    abstained: bool = False
    model: str = "quote-only"
    index: str = ""  # the generation that was searched
    vectors: float = 1.0  # the share of its passages that have their vector: less while it is built; words alone find the others
    refreshed: str = ""  # when its articles were last read: ISO 8601, UTC
    filters: Filters = Filters()  # what was searched: those that were chosen, and what is `hard` of what was understood
    understood: tuple[Understood, ...] = ()
    notice: str = ""  # what a reader must know of the whole answer: "cut off at the length limit"
    label: str = ""  # said over quotes that stand in the place of a model's prose, or `beside` it: it is none, or not supported
    beside: tuple[Sentence, ...] = ()  # quotes that match the question, where the model's words do not rest on them
    seconds: dict[str, float] = field(default_factory=dict)  # by stage: rewrite, search, answer, total
    final: bool = False

    @property
    def is_quoted(self) -> bool:
        """Whether its sentences are quotes with who says them, and no prose."""
        return self.model == "quote-only" or bool(self.label and not self.beside)

    def as_dict(self) -> dict[str, Any]:
        """The object that `ask --json` prints."""
        return {
            "question": self.question,
            "standalone_question": self.standalone_question,
            "text": self.text,
            "abstained": self.abstained,
            "model": self.model,
            "index": self.index,
            "vectors": self.vectors,
            "refreshed": self.refreshed,
            "seconds": {stage: round(value, 4) for stage, value in self.seconds.items()},
            "filters": filters_dict(self.filters, self.understood),
            "notice": self.notice,
            "label": self.label,
            "sentences": [sentence_dict(s) for s in self.sentences],
            "beside": [sentence_dict(s) for s in self.beside],
            "citations": [citation_dict(c) for c in self.citations],
            "hits": [hit_dict(h) for h in self.hits],
        }


def sentence_dict(sentence: Sentence) -> dict[str, Any]:
    return {
        "text": sentence.text,
        "citations": list(sentence.citations),
        "supported": sentence.supported,
        "reasons": list(sentence.reasons),
        "note": sentence.note,
    }


def citation_dict(citation: Citation) -> dict[str, Any]:
    return {
        "number": citation.number,
        "quote": citation.quote,
        "start": citation.start,
        "end": citation.end,
        "speaker": citation.speaker,
        "article": article_dict(citation.article),
        "also_in": [also_in_dict(citation.quote, article) for article in citation.also_in],
    }


def filters_dict(filters: Filters, understood: Sequence[Understood] = ()) -> dict[str, Any]:
    return {
        "sources": list(filters.sources),
        "since": _iso(filters.since),
        "until": _iso(filters.until),
        "sections": list(filters.sections),
        "languages": list(filters.languages),
        "understood": [understood_dict(one) for one in understood],
    }


def understood_dict(one: Understood) -> dict[str, Any]:
    days = {"since": _iso(one.since), "until": _iso(one.until)}
    reading = {"reading": one.reading} if one.reading else {}
    return {"words": one.words, "sources": list(one.sources), **days, "hard": one.hard, **reading}


def found_dict(found: Found) -> dict[str, Any]:
    """What `search --json` prints of one act of search."""
    return {
        "hits": [hit_dict(hit) for hit in found.hits],
        "filters": filters_dict(found.scope.filters, found.scope.understood),
        "index": found.generation,
        "vectors": found.summary.vectors,
        "refreshed": found.summary.refreshed,
        "notice": found.notice,
    }


def article_dict(article: Article) -> dict[str, Any]:
    return {
        "id": article.id,
        "title": article.title,
        "source": article.source,
        "url": article.url,
        "published": _iso(article.published),
        "authors": list(article.authors),
    }


def also_in_dict(quote: str, article: Article) -> dict[str, Any]:
    """The article, and where in its text the quote stands: its spaces, quotation marks and dashes may be others there."""
    start, end = place(quote, article.text) or (0, 0)
    return article_dict(article) | {"quote": article.text[start:end], "start": start, "end": end}


def hit_dict(hit: Hit) -> dict[str, Any]:
    return {
        "article_id": hit.article.id,
        "passage_id": hit.passage.id,
        "title": hit.article.title,
        "source": hit.article.source,
        "published": _iso(hit.article.published),
        "url": hit.article.url,
        "start": hit.passage.start,
        "end": hit.passage.end,
        "text": hit.passage.text,
        "score": round(hit.score, 6),
    }


def _iso(day: Any) -> str | None:
    return day.isoformat() if day else None
