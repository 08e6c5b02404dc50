"""A second opinion on a claim: how much speaks for passages' carrying it, read by a small model of our own."""

from __future__ import annotations

from collections.abc import Sequence

from qa.check.verdict import key_words
from vectorstore.language.sentences import sentences
from vectorstore.language.words import rarity

WORDS = 150  # of the passages that are read: the sentences that say most of the claim
_AGAIN = 0.3  # what a word counts that another chosen sentence has, beside one that none has
_BESIDE = 0.1  # of a neighbour's share


def nearest(claim: str, passages: Sequence[str], words: int = WORDS) -> str:
    """The passages' sentences that say most of a claim, in their order; all of them where they are few."""
    if sum(len(passage.split()) for passage in passages) <= words:
        return "\n".join(passages)
    wanted = {key: rarity(key) for key in key_words(claim)}
    texts = [passage[start:end] for passage in passages for start, end in sentences(passage[:20_000])]
    held = [wanted.keys() & key_words(text) for text in texts]
    sizes = [len(text.split()) for text in texts]
    shares = [sum(wanted[key] for key in keys) for keys in held]
    beside = [_BESIDE * max(shares[max(0, n - 1) : n + 2], default=0.0) for n in range(len(texts))]
    chosen: set[int] = set()
    have: set[str] = set()
    left = words
    while fits := [n for n in range(len(texts)) if n not in chosen and (sizes[n] <= left or not chosen)]:
        best = max(fits, key=lambda n: sum(wanted[key] * (_AGAIN if key in have else 1) for key in held[n]) + beside[n])
        chosen.add(best)
        have |= held[best]
        left -= sizes[best]
    return "\n".join(texts[n] for n in sorted(chosen))
