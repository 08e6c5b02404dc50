"""Does an article of another day go on with the story that answers a question? Then what it says of the question is shown, too.

Nothing is claimed of whether the two differ, only which is the earlier: so a reader sees what became of a plan, a toll or a
verdict, in whatever words that is told. Two articles are of one story where they share much that the question does not say.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from qa.asking import Asked
from qa.words_met import sentences_read
from vectorstore.language.stems import stem
from vectorstore.language.tokens import DAY_NAMES
from vectorstore.language.words import rarity, words
from vectorstore.types import Article, Hit

_LONG = 1000  # days in which a story goes on
_SHARED = 0.2  # of the weight of the words of the shorter article: what two of one story have both
_NAMED = 0.1  # the same where they share a name that the question has not
_DAYS = frozenset(map(stem, DAY_NAMES))


def is_later(old: Article, new: Article) -> bool:
    """Whether an article is of a day after another, and not so long after it that it is of another story."""
    return bool(old.published and new.published and 0 < (new.published - old.published).days <= _LONG)


def one_story(ask: Asked, hits: Sequence[Hit], one: Article, other: Article) -> bool:
    """Whether two articles are of one story, and the other of all whom the question names; `hits` has passages of both."""
    mine, theirs = (_gist(ask, tuple(hit for hit in hits if hit.article.id == article.id)) for article in (one, other))
    both = sum(value for key, value in mine.told.items() if key in theirs.told)
    least = min(sum(told.values()) for told in (mine.told, theirs.told))
    if not both >= (_NAMED if mine.names & theirs.names else _SHARED) * least > 0:
        return False
    return ask.names <= {word.stem for word in words(f"{other.source}\n{other.title}\n{other.text}")} | _DAYS


class _Gist(NamedTuple):
    """The words that an article's passages tell beyond the question, each with its rarity, and the names among them."""

    told: dict[str, float]
    names: frozenset[str]


@lru_cache(maxsize=64)
def _gist(ask: Asked, hits: Sequence[Hit]) -> _Gist:
    rows = [one.words for hit in hits for one in sentences_read(ask, hit.passage.text)]
    own = ask.stems | {word.stem for word in words(hits[0].article.source)} | _DAYS
    said = [word for row in (words(hits[0].article.title), *rows) for word in row if not word.is_light and word.stem not in own]
    told = {word.stem: rarity(word.stem) for word in said}
    return _Gist(told, frozenset(word.stem for row in rows for word in row[1:] if word.text[0].isupper()) & told.keys())
