"""What an article's text says of itself where its record does not: its language, its corrections, place, day and agency."""

from __future__ import annotations

from dataclasses import replace

from vectorstore.language.datelines import origin, origin_day
from vectorstore.language.days import parse_day
from vectorstore.language.detect import article_language
from vectorstore.language.lexicon import LANGUAGES, lines
from vectorstore.types import Article

_LONGEST_NOTE = 1_000  # characters; a correction is a paragraph of its own, not an article about one
_EDGES = 3  # paragraphs at either end in which a note may stand


def inferred(article: Article) -> Article:
    """The article with the fields filled that its text tells; what its record gives stays."""
    language = article.language or article_language(article.text)
    place, agency = origin(article.text)
    return replace(
        article,
        published=article.published or parse_day(origin_day(article.text)),
        language=language,
        corrections=article.corrections or _corrections(article.text, language),
        dateline=article.dateline or place,
        agency=article.agency or agency,
    )


def _corrections(text: str, language: str) -> tuple[str, ...]:
    """The paragraphs at the start and at the end that begin as the outlet's notes on its mistakes do."""
    paragraphs = [line.strip() for line in text.split("\n") if line.strip()]
    edges = paragraphs if len(paragraphs) <= 2 * _EDGES else paragraphs[:_EDGES] + paragraphs[-_EDGES:]
    return tuple(" ".join(line.split()) for line in edges if is_note(line, language))


def is_note(paragraph: str, language: str) -> bool:
    """Whether a paragraph begins as an outlet's notes on its mistakes do, in the article's language or else in English."""
    openings = lines("copies.notes", language if language in LANGUAGES else "en")
    return len(paragraph) <= _LONGEST_NOTE and bool(openings) and paragraph.lstrip("*_([ ").casefold().startswith(openings)
