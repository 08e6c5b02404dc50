"""Names, as tokens show them: which token is part of one, and which peoples belong to which country."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from vectorstore.language.lexicon import word_list, word_set
from vectorstore.language.stems import stem, stem_set
from vectorstore.language.tokens import Token

TITLES = stem_set("names.titles")
_ARTICLES = word_set("words.articles")


def is_name(token: Token) -> bool:
    return token.capital and token.content and not token.date and not token.values and token.key not in TITLES


def is_of_name(token: Token) -> bool:
    """Whether it may stand in front of or inside a name: it is one, a title or an article."""
    return is_name(token) or token.key in TITLES or token.key in _ARTICLES


def full_name(found: Sequence[Token], i: int) -> str:
    """The whole run of capitals around token i."""
    start = end = i
    while start > 0 and is_name(found[start - 1]) and not found[start].before:
        start -= 1
    while end + 1 < len(found) and is_name(found[end + 1]) and not found[end + 1].before:
        end += 1
    return " ".join(t.text for t in found[start : end + 1])


@cache
def demonyms() -> dict[str, frozenset[str]]:
    """For the stem of a people's adjective its country's, and the other way around: "french" and "france"."""
    found: dict[str, set[str]] = {}
    for people, _, country in (pair.partition("/") for pair in word_list("names.peoples")):
        found.setdefault(stem(people), set()).add(stem(country))
        found.setdefault(stem(country), set()).add(stem(people))
    return {key: frozenset(others) for key, others in found.items()}
