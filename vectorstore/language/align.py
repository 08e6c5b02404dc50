"""Two sentences aligned word by word, with positions: the check, quoting and wire copy compare texts with nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TypeVar

from vectorstore.language.foreign import tokens_in
from vectorstore.language.lexicon import pattern, word_set
from vectorstore.language.sentences import sentences
from vectorstore.language.tokens import Token, normalised, same
from vectorstore.language.verbs import past_verbs

T = TypeVar("T")

LIGHT = word_set("words.light")
NEGATIONS = word_set("polarity.negations")
_OBJECTS = word_set("polarity.objects")
_FIRST, _OTHERS = word_set("quantities.ranks.first"), word_set("quantities.ranks.others")


class Line:
    """One sentence of a passage, with where each of its words stands in it; that is looked up for few of them."""

    def __init__(self, found: tuple[Token, ...]) -> None:
        self.tokens = found
        self.keys = frozenset([token.key for token in found])

    @cached_property
    def numbers(self) -> list[int]:
        return [j for j, token in enumerate(self.tokens) if token.values]

    @cached_property
    def firsts(self) -> list[int]:
        """Where it tells of one as the first of several: "oldest", "third"."""
        return [j for j, token in enumerate(self.tokens) if is_first(token)]

    @cached_property
    def places(self) -> dict[str, list[int]]:
        places: dict[str, list[int]] = {}
        for j, token in enumerate(self.tokens):
            if not token.values:
                places.setdefault(token.key, []).append(j)
        return places

    @cached_property
    def verbs(self) -> frozenset[str]:
        return past_verbs(self.tokens)

    def matching(self, token: Token) -> Sequence[int]:
        if token.values:
            return [j for j in self.numbers if same(token, self.tokens[j])]
        return self.places.get(token.key, ()) if token.key in self.keys else ()


def is_first(token: Token) -> bool:
    low = token.text
    return token.unit == "ordinal" or low in _FIRST or (low.endswith("est") and len(low) > 4 and low not in _OTHERS)


def first_time(line: Line) -> bool:
    """Whether it tells of "the first time since" another."""
    return any([t.key for t in line.tokens[j + 1 : j + 3]] == ["time", "since"] for j in line.firsts)


@lru_cache(maxsize=512)
def lines_of(passage: str, language: str = "en") -> tuple[Line, ...]:
    text = normalised(pattern("clauses.quiz", cased=True).sub("", passage))  # nobody says which of its answers is right
    return tuple(Line(found) for start, end in sentences(text) if (found := tokens_in(text[start:end], language)))


def aligned(claim: Sequence[Token], line: Line, taken: Set[int] = frozenset()) -> tuple[list[tuple[int, int]], float]:
    """Pairs of equal tokens, in order in both, that weigh most; runs weigh more than scattered words.

    The heaviest common subsequence over the pairs that match (after Hunt and Szymanski 1977), not over the whole table.
    """
    width = len(line.tokens)
    best = [0.0] * (width + 1)  # best[j]: the heaviest chain that ends before j
    owner: list[_Link | None] = [None] * (width + 1)
    previous: dict[int, _Link] = {}
    for i, token in enumerate(claim):
        weight = token.weight
        here: dict[int, _Link] = {}
        for j in line.matching(token):
            if j in taken:
                continue
            run = previous.get(j - 1)
            if run and run.score + 0.25 >= best[j]:
                here[j] = _Link(run.score + weight + 0.25, i, j, run)
            else:
                here[j] = _Link(best[j] + weight, i, j, owner[j])
        for j, link in here.items():
            for k in range(j + 1, width + 1):
                if best[k] >= link.score:
                    break
                best[k], owner[k] = link.score, link
        previous = here
    pairs: list[tuple[int, int]] = []
    at = owner[width]
    while at:
        pairs.append((at.i, at.j))
        at = at.before
    pairs.reverse()
    return _without_strays(pairs, claim, line.tokens), best[width]


def most_shared(claim: Sequence[Token], line: Line) -> float:
    """No alignment of the two weighs more."""
    return sum([token.weight + 0.25 for token in claim if token.key in line.keys or (token.values and line.numbers)])


@dataclass(frozen=True, slots=True)
class _Link:
    """A matching pair at the end of a chain of them."""

    score: float
    i: int
    j: int
    before: _Link | None


def _without_strays(pairs: list[tuple[int, int]], claim: Sequence[Token], line: Sequence[Token]) -> list[tuple[int, int]]:
    """The pairs without function words that met by chance: runs of them with no word of content among them."""
    kept = [
        pair
        for run in runs(pairs, lambda a, b: b == (a[0] + 1, a[1] + 1))
        if any(claim[i].content for i, _ in run)
        for pair in run
    ]
    return [(i, j) for i, j in kept if claim[i].key not in NEGATIONS or head(claim, i) == head(line, j)]


def head(found: Sequence[Token], n: int) -> str:
    """The key of what a "not" at n negates: the next word that is more than grammar; of "injured nobody" the verb before it."""
    if found[n].key in _OBJECTS and (n + 1 == len(found) or found[n + 1].is_parted):
        return next((t.key for t in found[n - 1 :: -1] if t.key not in LIGHT), "") if n else ""
    return next((t.key for t in found[n + 1 :] if t.key not in LIGHT), "")


def runs(items: Iterable[T], joins: Callable[[T, T], bool]) -> list[list[T]]:
    """The items in order, in as few groups as possible; inside one each joins the one before it."""
    found: list[list[T]] = []
    for item in items:
        if found and joins(found[-1][-1], item):
            found[-1].append(item)
        else:
            found.append([item])
    return found
