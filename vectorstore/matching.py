"""Which articles have what a question's operators demand. The words find those that may; their text says whether they do."""

from __future__ import annotations

from collections.abc import Iterable

from vectorstore.archive import Archive
from vectorstore.lexical import LexicalIndex
from vectorstore.operators import one_form, pattern
from vectorstore.types import Article, Condition, Scope, Term


def matching(within: Scope, archive: Archive, words: LexicalIndex) -> set[int]:
    """The numbers of the articles that its filters admit and that meet every one of its conditions."""
    left = {number for number, article, _ in archive.shelved() if within.filters.admits(article)}
    for condition in within.conditions:
        having = _having(condition, left, archive, words)
        left = left - having if condition.absent else having
    return left


def _having(condition: Condition, among: set[int], archive: Archive, words: LexicalIndex) -> set[int]:
    """Those of some articles that have one of the condition's terms."""
    likely: set[int] | None = set()
    for term in condition.terms:
        found = words.holding([word] for word in term.words.split()) if term.field != "source" else None
        likely = None if found is None or likely is None else likely | archive.of_passages(found)
    asked = sorted(among if likely is None else likely & among)
    return {number for number, article in archive.some(asked) if has(article, condition.terms)}


def has(article: Article, terms: Iterable[Term]) -> bool:
    """Whether an article has one of the terms, as it is written."""
    headline = one_form(article.title)
    text = ""
    for term in terms:
        if term.field == "source":
            if article.source.casefold() == term.words.casefold():
                return True
        elif pattern(term.words).search(headline):
            return True
        elif term.field == "text":
            text = text or one_form(article.text)
            if pattern(term.words).search(text):
                return True
    return False
