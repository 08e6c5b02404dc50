"""How far a denial reaches: "does not plan to close the ward, or to sell it" denies the sale, too."""

from __future__ import annotations

from collections.abc import Sequence

from vectorstore.language.align import LIGHT, NEGATIONS
from vectorstore.language.lexicon import word_set
from vectorstore.language.senses import is_mostly_verb
from vectorstore.language.stems import stem_set
from vectorstore.language.tokens import Token
from vectorstore.language.verbs import is_irregular, is_past

_CUES = NEGATIONS | stem_set("polarity.refusals")
_INTENDS = stem_set("polarity.intends")  # "plan to", "intention of": what is denied is what follows
_ENDS = word_set("polarity.ends")
_OPENS = frozenset("to of whether if".split())
_FAR = 30  # words


def reached(found: Sequence[Token]) -> frozenset[int]:
    """The places of the verbs of a sentence that a denial before them reaches over an intention or an "or"."""
    places: set[int] = set()
    for n, token in enumerate(found):
        if token.key in _CUES and not token.quoted:
            places |= _from(found, n)
    return frozenset(places)


def _from(found: Sequence[Token], cue: int) -> set[int]:
    places: set[int] = set()
    intends = False  # whether one has been met, and the verb that it governs not yet
    first = True  # nothing but grammar and intentions so far
    for n in range(cue + 1, min(len(found), cue + 1 + _FAR)):
        token, low = found[n], found[n].text.casefold()
        if set(token.before) & set(".;:!?—") or low in _ENDS:
            break
        if low in ("or", "nor"):
            verb = n + 1 + (n + 1 < len(found) and found[n + 1].text.casefold() == "to")
            if verb < len(found) and _is_verb(found, verb):
                places.add(verb)
        elif first and token.key in _INTENDS:
            intends = True
        elif first and token.key not in LIGHT and low not in _OPENS:
            first = False
            if intends and found[n - 1].text.casefold() in _OPENS:
                places.add(n)
    return places


def _is_verb(found: Sequence[Token], n: int) -> bool:
    token, before = found[n], found[n - 1].text.casefold()
    if not token.content or token.capital or token.values:
        return False
    return before == "to" or token.text.endswith("ing") or is_past(token) or is_irregular(token) or is_mostly_verb(token.key)
