"""A number's bound: "at least 12" is not "12", "up to 40" not "40"; "more than 1,000" may be said of 1,024 (see numbers)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain, takewhile

from qa.check.align import Claim
from qa.check.bindings import of_list
from vectorstore.language.lexicon import lines, word_set
from vectorstore.language.tokens import Token

_UP_TO, _REACHING = lines("bounds.up_to"), word_set("bounds.reaching")
_COMPARED, _CHANGES = word_set("bounds.compared"), word_set("bounds.changes")


@cache
def _bounds(language: str) -> tuple[tuple[tuple[str, ...], str], ...]:
    """Phrases before a number with what they make of it, longer ones first."""
    found = [
        (tuple(phrase.replace("'", "' ").split()), kind)  # "jusqu'à" is two words
        for kind, name in (("more", "more_than"), ("less", "less_than"), ("nearly", "nearly"))
        for phrase in lines(f"numbers.{name}", language)
    ]
    found += [
        ((word,), kind) for kind in ("about", "exactly") for word in word_set(f"numbers.{kind}", language) if word != "some"
    ]
    found += [(("some",), "some")]  # a writer's "some 40,000" may be told as 40,000
    return tuple(sorted(found, key=lambda one: -len(one[0])))


def bounds(claim: Claim) -> Iterator[str]:
    for i, token in enumerate(claim.tokens):
        if not token.values or token.date or token.quoted or not (place := claim.at[i] or _only(claim, token)):
            continue
        (mine, my_words), (theirs, their_words) = (
            bound(found, n, claim.language) for found, n in ((claim.tokens, i), (claim.lines[place[0]].tokens, place[1]))
        )
        yield from chain(_changed(claim, i, place), of_list(claim))
        if mine in word_set(f"bounds.{theirs}") or (theirs == "difference" and _tells_apart(claim, i)):
            continue
        if token.measure and _is_peak(claim.lines[place[0]].tokens, place[1], my_words) | _is_peak(claim.tokens, i, their_words):
            continue
        if their_words:
            yield f"The passage says “{their_words}” of {token.text}" + (f", not “{my_words}”." if my_words else ".")
        else:
            yield f"The passage does not say “{my_words}”: it gives {token.text}."


def _is_peak(found: Sequence[Token], n: int, other_words: str) -> bool:
    """Whether a measure is told as reached where the other side says "up to" it: "winds reached 95 km/h"."""
    return other_words in _UP_TO and any(t.text.casefold() in _REACHING for t in found[max(0, n - 2) : n])


def _changed(claim: Claim, i: int, place: tuple[int, int]) -> Iterator[str]:
    """ "Fell to 52,000" of "down from 52,000"."""
    mine, theirs = (some[n - 1].key if n else "" for some, n in ((claim.tokens, i), (claim.lines[place[0]].tokens, place[1])))
    if mine != theirs and _CHANGES.issuperset((mine, theirs)):
        yield f"This says “{mine} {claim.tokens[i].text}” where the passage says “{theirs} {claim.tokens[i].text}”."


def _tells_apart(claim: Claim, i: int) -> bool:
    """Whether a sentence tells a number as the difference of two in other words: "won by 12", "exceeds it by 12"."""
    return claim.tokens[i - 1].text == "by" or not _COMPARED.isdisjoint(t.text for t in claim.tokens)


def _only(claim: Claim, number: Token) -> tuple[int, int] | None:
    """Where a number that is told in another order stands in the passages, if only once."""
    found = [(n, j) for n in claim.used for j in claim.lines[n].matching(number)]
    return found[0] if len(found) == 1 and found[0] not in claim.taken else None


def bound(found: Sequence[Token], n: int, language: str) -> tuple[str, str]:
    before = [t.text.casefold() for t in found[max(0, n - 4) : n]]
    for phrase, kind in _bounds(language):
        if len(phrase) <= len(before) and tuple(before[len(before) - len(phrase) :]) == phrase and not found[n].before.strip("-"):
            measure = found[n].measure
            if phrase == ("over",) and measure and measure.dimension == "time":
                return "during", "over"  # or more than
            return kind, " ".join(phrase)
    after = [t.text.casefold() for t in found[n + 1 : n + 7]]
    behind = [
        t.text.casefold() for t in takewhile(lambda t: not t.is_parted, found[n + 1 : n + 7])
    ]  # "five years, more than ever"
    if "than" in behind and (compared := next((word for word in after[:2] if word in _COMPARED), "")):
        return "difference", f"{compared} than"
    for k, word in enumerate(after[1:6], 1):
        if word in ("most", "least") and after[k - 1] == "at":
            return ("less" if word == "most" else "more"), f"at {word}"
        if word == "so" and after[k - 1] == "or":
            return "about", "or so"
        if word in ("more", "fewer", "less") and after[k - 1] == "or":
            return ("more" if word == "more" else "less"), f"or {word}"
    return "plain", ""


def is_in_bound(found: Sequence[Token], n: int, language: str) -> bool:
    """Whether a word is of the bound of a number that follows: the "more" of "more than 12"."""
    number = next((k for k in range(n + 1, min(len(found), n + 4)) if found[k].values and not found[k].date), 0)
    return number > 0 and found[n].text.casefold() in bound(found, number, language)[1].split()
