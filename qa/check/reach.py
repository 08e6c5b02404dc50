"""How far a denial reaches: "does not plan to close the ward, or to sell it" denies the sale, too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vectorstore.language.align import LIGHT, NEGATIONS, head
from vectorstore.language.lexicon import word_set
from vectorstore.language.senses import is_mostly_verb, is_word
from vectorstore.language.stems import stem, stem_set
from vectorstore.language.tokens import Token
from vectorstore.language.verbs import is_past

_CUES = NEGATIONS | stem_set("polarity.refusals")
_INTENDS = stem_set("polarity.intends")  # "plan to", "intention of": what is denied is what follows
REACHING = _INTENDS | {"or", "nor"}
_ENDS = word_set("polarity.ends")
_OPENS = frozenset("to of whether if".split())
_GOES_ON = frozenset(",-\"'() ")  # signs that a denial reaches over
_FAR = 30  # words


def reached(found: Sequence[Token]) -> frozenset[int]:
    """The places of the verbs of a sentence that a denial before them reaches over an intention or an "or"."""
    cues = [n for n, token in enumerate(found) if token.key in _CUES and not token.quoted]
    return frozenset(place for cue in cues for place in _from(found, cue))


def _from(found: Sequence[Token], cue: int) -> Iterator[int]:
    first, intends = True, False  # nothing but grammar and intentions so far; one of them has been met
    for n, token in list(enumerate(found))[cue + 1 : cue + 1 + _FAR]:
        low = token.text.casefold()
        if low in _ENDS or not _GOES_ON.issuperset(token.before):
            return
        if low in ("or", "nor"):
            verb = n + 1 + (found[n + 1].key == "to" if n + 1 < len(found) else 0)
            if verb < len(found) and _is_verb(found, verb):
                yield verb
        elif first and token.key in _INTENDS:
            intends = True
        elif first and token.key not in LIGHT | _OPENS:
            first = False
            if intends and found[n - 1].key in _OPENS:
                yield n


def denials_in(found: Sequence[Token]) -> list[tuple[str, frozenset[str]]]:
    """What each "not" or "no" of a sentence stands before, and the words of content next to it on either side."""
    told = []
    for n, token in enumerate(found):
        if token.key in NEGATIONS:
            ahead = [t.key for t in found[n + 1 : n + 6] if t.key not in LIGHT][:2]
            before = next((t.key for t in reversed(found[max(0, n - 4) : n]) if t.key not in LIGHT), "")
            told.append((head(found, n), frozenset([*ahead, before]) - {""}))
    return told


def undenied(token: Token) -> str:
    """The key of what a word denies with its first letters: that of "damaged" for "undamaged"; none for "unveiled"."""
    base = token.text.casefold().removeprefix("un")
    return stem(base) if len(base) == len(token.text) - 2 > 3 and not is_mostly_verb(token.key) and is_word(stem(base)) else ""


def _is_verb(found: Sequence[Token], n: int) -> bool:
    token = found[n]
    told = found[n - 1].key == "to" or token.text.endswith("ing") or is_past(token) or is_mostly_verb(token.key)
    return told and token.content and not token.capital and not token.values
