"""A cause that nobody gave: "because of the rain" where the passage only says that it rained."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from qa.check.align import Claim
from vectorstore.language.lexicon import word_set

_BECAUSE = word_set("causes.because")
_DESPITE = word_set("causes.despite")
_CAUSING = word_set("causes.causing")


def causes(claim: Claim) -> Iterator[str]:
    for i, token in enumerate(claim.tokens):
        low = token.text.casefold()
        if claim.at[i] or token.quoted or low not in _BECAUSE | _DESPITE or _goes_to(claim, i):
            continue
        texts = {t.text.casefold() for n in claim.used for t in claim.lines[n].tokens}
        free = {claim.token_at(p).text.casefold() for slot in claim.slots if i in slot.here for p in slot.there}
        wrong = _BECAUSE if low in _DESPITE else _DESPITE
        if free & wrong and not texts & ({low} | (_CAUSING if low in _BECAUSE else _DESPITE)):
            yield f"This says “{token.text}” where the passage says “{min(free & wrong)}”."
        elif low in _BECAUSE and not texts & _CAUSING and not _is_subject(claim, i):
            yield f"The passage does not say “{token.text}”: it gives no cause."


def _goes_to(claim: Claim, i: int) -> bool:
    """Whether "due" is no cause: "due to open", "due on Monday"."""
    words = claim.tokens[i + 1 : i + 3]
    if claim.tokens[i].text.casefold() != "due":
        return False
    return not words or words[0].key != "to" or (len(words) > 1 and claim.at[i + 2] is not None and _after_to(claim, i + 2))


def _after_to(claim: Claim, i: int) -> bool:
    place = claim.at[i]
    return bool(place and place[1] and claim.lines[place[0]].tokens[place[1] - 1].key == "to")


def _is_subject(claim: Claim, i: int) -> bool:
    """Whether what is named as the cause does it in the passage: "a landslide closed the road"."""
    causes = {t.key for t in claim.tokens[i + 1 : i + 6] if t.content}
    told = {t.key for t in claim.tokens[:i] if t.content}
    for n in claim.used:
        for a, b in pairwise(claim.lines[n].tokens):
            if a.key in causes and b.key in told and not b.before:
                return True
    return False
