"""A cause that nobody gave: "because of the rain" where the passage only says that it rained."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from qa.check.align import Claim
from vectorstore.language.lexicon import word_set
from vectorstore.language.senses import is_mostly_verb
from vectorstore.language.tokens import Token
from vectorstore.language.verbs import is_past

_BECAUSE = word_set("causes.because")
_DESPITE = word_set("causes.despite")
_CAUSING = word_set("causes.causing")
_MAKES = word_set("causes.makes")
CAUSES = _BECAUSE | _DESPITE | _MAKES
_TIMES = word_set("causes.times")
_BE, _ARTICLES = word_set("words.being"), [[word] for word in word_set("words.articles")]
_REACH = 4  # words: what stands between is then what the conjunction replaced


def causes(claim: Claim) -> Iterator[str]:
    yield from _of_events(claim)
    for i, token in enumerate(claim.tokens):
        low = token.text.casefold()
        if claim.at[i] or token.quoted or low not in _BECAUSE | _DESPITE or _goes_to(claim, i):
            continue
        said = _said(claim, i)
        wrong = said & (_BECAUSE if low in _DESPITE else _DESPITE)
        if wrong and not said & (_DESPITE if low in _DESPITE else _CAUSING):
            yield f"This says “{token.text}” where the passage says “{min(wrong)}”."
        elif low in _BECAUSE and not said & _CAUSING and not _is_subject(claim, i):
            yield f"The passage does not say “{token.text}”: it gives no cause."


def _of_events(claim: Claim) -> Iterator[str]:
    """What only came before is no cause: "The storm caused a strike" where the passage has a strike after the storm."""
    for i, token in enumerate(claim.tokens[1:], 1):
        if claim.at[i] or token.text.casefold() not in _MAKES or any(t.text.casefold() in _CAUSING for t in _lines(claim)):
            continue
        before = claim.at[i - 1]
        found = claim.lines[before[0]].tokens[max(0, before[1] - 3) : before[1]] if before else ()
        if any(t.text.casefold() in _TIMES for t in found):
            yield f"The passage does not say “{token.text}”: it gives no cause."


def _lines(claim: Claim) -> Iterator[Token]:
    return (token for n in claim.used for token in claim.lines[n].tokens)


def _said(claim: Claim, i: int) -> frozenset[str]:
    """The words of the passage that may say what the conjunction at i says: those in its place, or those left out around it."""
    left = next((claim.at[k] for k in range(i - 1, max(-1, i - 4), -1) if claim.at[k]), None)
    right = next((claim.at[k] for k in range(i + 1, min(len(claim.at), i + 4)) if claim.at[k]), None)
    if left and right and left[0] == right[0] and 0 < right[1] - left[1] <= _REACH:
        places = [(left[0], n) for n in range(left[1] + 1, right[1])]
    else:
        places = [(n, j) for n in claim.used for j in range(len(claim.lines[n].tokens)) if (n, j) not in claim.taken]
    return frozenset(claim.token_at(place).text.casefold() for place in places)


def _goes_to(claim: Claim, i: int) -> bool:
    """Whether "due" is no cause: "due to open", "due on Monday"."""
    words = claim.tokens[i + 1 : i + 3]
    if claim.tokens[i].text.casefold() != "due":
        return False
    if len(words) < 2 or words[0].key != "to":
        return True
    verb = words[1].key in _BE or (is_mostly_verb(words[1].key) and [t.key for t in claim.tokens[i + 3 : i + 4]] in _ARTICLES)
    return verb or (claim.at[i + 2] is not None and _after_to(claim, i + 2))


def _after_to(claim: Claim, i: int) -> bool:
    place = claim.at[i]
    before = claim.lines[place[0]].tokens[max(0, place[1] - 2) : place[1]] if place else ()
    return bool(before) and before[-1].key == "to" and before[0].text.casefold() not in word_set("speech.according")


def _is_subject(claim: Claim, i: int) -> bool:
    """Whether what is named as the cause does it in the passage: "a landslide closed the road"."""
    causes = {t.key for t in claim.tokens[i + 1 : i + 5] if t.content}
    told = {t.key for t in claim.tokens[:i] if t.content}
    pairs = [pair for n in claim.used for pair in pairwise(claim.lines[n].tokens)]
    return any(a.key in causes and b.key in told and is_past(b) and not b.before for a, b in pairs)
