"""Quotes where question and articles are not both in English: the sentences that the search found likeliest to answer."""

from __future__ import annotations

from collections.abc import Sequence

from vectorstore.language.sentences import presentable
from vectorstore.types import Hit

_BEHIND = 4.0  # of the best one's log odds: what is farther behind is not shown

Place = tuple[Hit, int, int]  # a sentence's start and end in the article's text


def likeliest(hits: Sequence[Hit], limit: int) -> list[Place]:
    """Up to `limit` sentences, the likeliest first, each wording once; none where none is likely to answer."""
    found = sorted(((odds, n, start, end) for n, hit in enumerate(hits) for start, end, odds in hit.judged), key=lambda r: -r[0])
    chosen: dict[str, Place] = {}
    for odds, n, start, end in found:
        text = hits[n].article.text[start:end]
        if odds >= max(0.0 if not chosen else found[0][0] - _BEHIND, -_BEHIND) and presentable(text):
            chosen.setdefault(" ".join(text.split()), (hits[n], start, end))
        if len(chosen) == limit:
            break
    return list(chosen.values())
