"""Clauses whose words stand in another sentence than the rest: "Ree Moll said they had a radio" of "They had no radio"."""

from __future__ import annotations

from collections.abc import Iterator

from qa.check.align import Claim
from qa.check.certainty import certainty
from qa.check.polarity import polarity


def elsewhere(claim: Claim) -> Iterator[str]:
    """What a clause changed of the sentence that it shares most with, where no other sentence that it shares as much with has it.

    A sentence of the passage that shares one or two words is not aligned with the claim: they may have been put into it.
    """
    for first, last in claim.unplaced:
        nearest = claim.nearest(first, last)
        if nearest and claim.used.isdisjoint(nearest):
            found = [tuple(reasons(claim.part(first, last, n))) for n in nearest]
            yield from found[0] if all(found) else ()


def reasons(part: Claim) -> Iterator[str]:
    yield from polarity(part)
    yield from certainty(part)
