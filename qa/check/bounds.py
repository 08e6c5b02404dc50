"""A number's bound: "at least 12" is not "12", "up to 40" not "40"; "more than 1,000" may be said of 1,024 (see numbers)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from qa.check.align import Claim
from vectorstore.language.lexicon import lines, word_set
from vectorstore.language.tokens import Token


@cache
def _bounds() -> tuple[tuple[tuple[str, ...], str], ...]:
    """Phrases before a number with what they make of it, longer ones first."""
    found = [
        (tuple(phrase.split()), kind)
        for kind, name in (("more", "more_than"), ("less", "less_than"), ("nearly", "nearly"))
        for phrase in lines(f"numbers.{name}")
    ]
    found += [((word,), kind) for kind in ("about", "exactly") for word in word_set(f"numbers.{kind}")]
    return tuple(sorted(found, key=lambda one: -len(one[0])))


def bounds(claim: Claim) -> Iterator[str]:
    for i, place in enumerate(claim.at):
        token = claim.tokens[i]
        if not place or not token.values or token.date or token.quoted:
            continue
        (mine, my_words), (theirs, their_words) = _bound(claim.tokens, i), _bound(claim.lines[place[0]].tokens, place[1])
        if mine in word_set(f"bounds.{theirs}"):
            continue
        if their_words:
            yield f"The passage says “{their_words}” of {token.text}" + (f", not “{my_words}”." if my_words else ".")
        else:
            yield f"The passage does not say “{my_words}”: it gives {token.text}."


def _bound(found: Sequence[Token], n: int) -> tuple[str, str]:
    before = [t.text.casefold() for t in found[max(0, n - 4) : n]]
    for phrase, kind in _bounds():
        if len(phrase) <= len(before) and tuple(before[len(before) - len(phrase) :]) == phrase and not found[n].before.strip("-"):
            measure = found[n].measure
            if phrase == ("over",) and measure and measure.dimension == "time":
                return "during", "over"  # or more than
            return kind, " ".join(phrase)
    after = [t.text.casefold() for t in found[n + 1 : n + 5]]
    for k, word in enumerate(after[1:], 1):
        if word == "so" and after[k - 1] == "or":
            return "about", "or so"
        if word in ("more", "fewer", "less") and after[k - 1] == "or":
            return ("more" if word == "more" else "less"), f"or {word}"
    return "plain", ""
