"""Do two texts carry the same agency copy? Outlets add a dateline or an attribution, cut a sentence, break paragraphs elsewhere.

Two sentences are one copy only where every word of one stands in the other, in its order, but for words like "the". Where both
have words that the other lacks they are two statements, and a reader must see both.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from vectorstore.language.align import NEGATIONS, Line, aligned, lines_of
from vectorstore.language.datelines import dateline
from vectorstore.language.lexicon import pattern, rows, table, word_list, word_set
from vectorstore.language.stems import stem, stem_set
from vectorstore.language.tokens import Token

_ALIKE = 0.5  # share of the shorter text's words that the other one has, too: two tellings of the same thing
_MOST = 0.6  # share of the shorter passage's words in sentences that are copies: the same copy

_SLIGHT = word_set("copies.slight")
_ATTRIBUTING = stem_set("copies.attributing")
_AT_LEAST = word_set("copies.at_least")
_BEING = word_set("words.being")
_TURNS = [
    *rows("copies.turning"),
    *(words.split() for name in ("certainty.plain", "quantities.kinds") for words in table(name).values()),
    *(word_list(f"certainty.{name}") for name in ("with_to.likely", "with_to.planned", "if")),
]
_TURNING = {form: n for n, row in enumerate(_TURNS, 1) for word in row for form in (word, stem(word))} | dict.fromkeys(
    NEGATIONS | stem_set("polarity.refusals"), 0
)
_WORD = re.compile(r"\w+(?:[.,’'-]\w+)*")


def without_credit(text: str) -> str:
    """A sentence as written, without its dateline and without who reported it at its end: a copy may have others."""
    return pattern("copies.credit").sub("", text[dateline(text) :])


def same_copy(one: str, other: str) -> bool:
    """True where most of the shorter passage's sentences are copies of the other's, and none is told in two ways."""
    if len(one) > len(other):
        one, other = other, one
    words, others = _words(one), _words(other)
    if len(words & others) < _ALIKE * len(words):
        return False
    theirs = lines_of(other)
    total = same = 0
    for mine in lines_of(one):
        total += len(mine.tokens)
        near = [line for line in theirs if alike(mine, line)]
        if any(same_sentence(mine, line) for line in near):
            same += len(mine.tokens)
        elif near:
            return False
    return same >= _MOST * total > 0


def alike(one: Line, other: Line) -> bool:
    """Whether half of the words of content of the shorter of two sentences stand in the other."""
    mine, theirs = _told(one), _told(other)
    return 2 * len(mine & theirs) >= min(len(mine), len(theirs)) > 0


def same_sentence(one: Line, other: Line) -> bool:
    """Whether one of two sentences has all the words of the other, in order, and nothing that makes another statement of it."""
    short, long = sorted((one, other), key=lambda line: len(line.tokens))
    if any(not (t.values or t.key in long.keys or t.text.casefold() in _SLIGHT) for t in short.tokens):
        return False  # as most pairs are: there is no need to align them
    pairs = [(i, j) for i, j in aligned(short.tokens, long)[0] if _equal(short.tokens[i], long.tokens[j])]
    here, there = {i for i, _ in pairs}, {j for _, j in pairs}
    lost = [token for i, token in enumerate(short.tokens) if i not in here]
    added = [token for j, token in enumerate(long.tokens) if j not in there]
    if not here or any(t.text.casefold() not in _SLIGHT for t in lost) or any(t.text.casefold() in _AT_LEAST for t in added):
        return False
    return not any(map(turns, added)) or _same_but_for_speaker(short, long)


def _same_but_for_speaker(short: Line, long: Line) -> bool:
    """Whether it is only who said it that seems to make another statement: "…, the agency reported"."""
    bare = without_speaker(long.tokens)
    if len(short.tokens) > len(bare):  # "…, the police said, the agency reported": both lose who said it
        short = Line(without_speaker(short.tokens))
    return len(short.tokens) <= len(bare) < len(long.tokens) and same_sentence(short, Line(bare))


def without_speaker(row: tuple[Token, ...]) -> tuple[Token, ...]:
    """The words but for a clause at the start or the end that says who said it."""
    starts = [0, *(n for n, t in enumerate(row) if n and t.before.strip("-\"' "))]
    clauses = [row[a:b] for a, b in zip(starts, [*starts[1:], len(row)], strict=True)]
    kept = [clause for n, clause in enumerate(clauses) if not (n > 0 and attributes(clause))]
    first = kept[0]
    at = next((n for n, t in enumerate(first[:6]) if t.key in _ATTRIBUTING and n), -1)
    if any(t.values or turns(t) or t.text.casefold() in _BEING for t in first[: max(at, 0)]):
        at = -1  # "There are nine confirmed cases" tells no "who confirmed"
    if 0 < at < len(first) - 3:
        rest = first[at + 1 :]
        that = next((n for n, t in enumerate(rest[:6]) if t.key == "that"), 0)  # "said in the evening that"
        rest = rest[that:]
        while rest and (rest[0].text.casefold() == "that" or rest[0].date == "weekday" or rest[0].text.casefold() == "on"):
            rest = rest[1:]
        kept[0] = rest
    elif len(kept) > 1 and attributes(first) and len(first) <= 8:
        kept = kept[1:]
    return tuple(t for clause in kept for t in clause)


def attributes(clause: Sequence[Token]) -> bool:
    """Whether a clause only says who told it."""
    return len(clause) <= 10 and any(t.key in _ATTRIBUTING or t.text.casefold() == "according" for t in clause)


def turns(token: Token) -> bool:
    """Whether a word that is added to a sentence makes another statement of it: "not", "may", "some", "refused"."""
    return turn(token) is not None


def turn(token: Token) -> int | None:
    """Which turn such a word gives: "may" and "might" the same one; None for any other word, and for the month of May."""
    return None if token.date else _TURNING.get(token.text.casefold(), _TURNING.get(token.key))


def _told(line: Line) -> frozenset[str]:
    return frozenset([token.key for token in line.tokens if token.content]) or line.keys


def _equal(one: Token, other: Token) -> bool:
    """Whether two aligned words are the same word: forms of one, like "plan" and "planned", are not."""
    if one.values or other.values:
        return (one.values, one.unit, one.measure) == (other.values, other.unit, other.measure)
    return one.text.casefold() == other.text.casefold() or (one.key == other.key and "." in one.text + other.text)


@lru_cache(maxsize=4096)  # a passage is held against many others
def _words(text: str) -> frozenset[str]:
    return frozenset(word.casefold() for word in _WORD.findall(text))
