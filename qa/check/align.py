"""A sentence and its passages, aligned once, word by word, with positions: what every rule of the check reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cached_property, lru_cache

from vectorstore.language.lexicon import word_set
from vectorstore.language.names import is_name
from vectorstore.language.sentences import sentences
from vectorstore.language.tokens import Token, normalised, same, tokens
from vectorstore.language.verbs import past_verbs

LIGHT = word_set("words.light")
NEGATIONS = word_set("polarity.negations")


class Line:
    """One sentence of a passage, with where each of its words stands in it; that is looked up for few of them."""

    def __init__(self, found: tuple[Token, ...]) -> None:
        self.tokens = found
        self.keys = frozenset([token.key for token in found])

    @cached_property
    def numbers(self) -> list[int]:
        return [j for j, token in enumerate(self.tokens) if token.values]

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


@dataclass(frozen=True, slots=True)
class Slot:
    """What the sentence has between two aligned words, and what the passage has between the same two."""

    here: tuple[int, ...]  # indexes of unaligned tokens of the sentence
    there: tuple[tuple[int, int], ...]  # (line, index) of unaligned tokens of the passage
    joined: bool = False  # the two aligned words are of different passage sentences
    near: tuple[tuple[int, int], ...] = ()  # those of `there` that are next to an aligned word


@lru_cache(maxsize=512)
def lines_of(passage: str) -> tuple[Line, ...]:
    text = normalised(passage)
    return tuple(Line(found) for start, end in sentences(text) if (found := tokens(text[start:end])))


class Claim:
    """A sentence aligned with its passages."""

    def __init__(self, sentence: str, passages: Sequence[str]) -> None:
        self.text = normalised(sentence.replace("\n", " "))
        self.tokens = tokens(self.text)[:200]
        self.passages = [passage[:20_000] for passage in passages]
        self.lines: list[Line] = []
        self.passage_of: list[int] = []  # for each line, which passage it is of
        for p, passage in enumerate(self.passages):
            found = lines_of(passage)
            self.lines.extend(found)
            self.passage_of.extend([p] * len(found))
        self.all_keys = frozenset().union(*(line.keys for line in self.lines))
        self.at: list[tuple[int, int] | None] = [None] * len(self.tokens)
        self._align()
        self.taken = {place for place in self.at if place}
        self.used = {line for line, _ in self.taken}
        self.slots = list(self._slots())
        self.spared: frozenset[int] = frozenset()

    def spare_quotations(self) -> None:
        """Leave words in quotation marks that the alignment did not place out of the slots."""
        self.slots = [
            Slot(tuple(i for i in slot.here if not self.tokens[i].quoted), slot.there, slot.joined, slot.near)
            for slot in self.slots
        ]
        self.spared = frozenset(i for i, t in enumerate(self.tokens) if t.quoted and not self.at[i])

    @cached_property
    def is_verbatim(self) -> bool:
        """Whether it stands in one sentence of the passages just so."""
        places = [place for place in self.at if place]
        return len(places) == len(self.at) and len(self.used) == 1 and places == sorted(places)

    @property
    def is_placed(self) -> bool:
        """Whether each of its words of content, names and numbers is aligned with one of the passages."""
        return all(place or not token.content for token, place in zip(self.tokens, self.at, strict=True))

    @cached_property
    def known_names(self) -> frozenset[str]:
        """The keys of what the passages write with a capital inside a sentence."""
        return frozenset(t.key for line in self.lines for t in line.tokens if t.capital and not t.first and is_name(t))

    def token_at(self, place: tuple[int, int]) -> Token:
        return self.lines[place[0]].tokens[place[1]]

    def _align(self) -> None:
        wanted = [t for t in self.tokens if t.content]
        keys = {t.key for t in wanted if not t.values}
        counted = any(t.values for t in wanted)
        shared = [
            0.0
            if keys.isdisjoint(line.keys) and not (counted and line.numbers)
            else sum(t.weight for t in wanted if (t.key in line.keys or t.values) and line.matching(t))
            for line in self.lines
        ]
        best = [n for n in sorted(range(len(self.lines)), key=lambda n: (-shared[n], n))[:5] if shared[n]]
        free = list(range(len(self.tokens)))
        taken: set[tuple[int, int]] = set()
        for _ in range(5):
            chosen: list[tuple[int, int]] = []
            line, most = -1, 0.0
            left = [self.tokens[i] for i in free]
            for n in best:
                if _most(left, self.lines[n]) <= most:
                    continue  # the whole of what it shares weighs less
                pairs, score = _aligned(left, self.lines[n], {j for m, j in taken if m == n})
                if score > most + 1e-6:
                    chosen, line, most = pairs, n, score
            chosen = [(free[i], j) for i, j in chosen]
            if any(self.at):
                chosen = self._without_fillers(chosen)
            for i, j in chosen:
                self.at[i] = (line, j)
                taken.add((line, j))
            free = [i for i in free if self.at[i] is None]
            best = [n for n in best if n != line or chosen]  # a sentence told in another order gives twice
            if not best or not any(self.tokens[i].content for i in free):
                break

    def _without_fillers(self, chosen: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """The pairs of a further passage sentence that stand for a clause of the claim, not for a word put into one.

        "Smith" in the place of "Jones" is a change, wherever else "Smith" may occur.
        """
        runs: list[list[tuple[int, int]]] = []
        for i, j in chosen:
            if runs and not any(self.at[runs[-1][-1][0] + 1 : i]) and i - runs[-1][-1][0] <= 6:
                runs[-1].append((i, j))
            else:
                runs.append([(i, j)])
        return [pair for run in runs if self._is_clause(run) for pair in run]

    def _is_clause(self, run: Sequence[tuple[int, int]]) -> bool:
        (first, start), (last, end) = run[0], run[-1]
        verbatim = len(run) >= 5 and last - first == end - start == len(run) - 1
        content = sum(1 for i, _ in run if self.tokens[i].content)
        return content >= 3 or (verbatim and content >= 1)

    def _slots(self) -> Iterator[Slot]:
        anchors = [i for i, place in enumerate(self.at) if place]
        for left, right in zip([None, *anchors], [*anchors, None], strict=True):
            here = tuple(range(0 if left is None else left + 1, len(self.tokens) if right is None else right))
            a = self.at[left] if left is not None else None
            b = self.at[right] if right is not None else None
            if a and b and a[0] == b[0]:
                there = self._free(a[0], a[1] + 1, b[1]) if a[1] < b[1] else ()
                near = there if len(there) <= 8 else there[:4] + there[-4:]
                yield Slot(here, there, a[1] > b[1], near)
            else:
                tail = self._free(a[0], a[1] + 1, len(self.lines[a[0]].tokens)) if a else ()
                head = self._free(b[0], 0, b[1]) if b else ()
                yield Slot(here, tail + head, a is not None and b is not None, tail[:4] + head[-4:])

    def _free(self, line: int, start: int, end: int) -> tuple[tuple[int, int], ...]:
        return tuple((line, j) for j in range(start, end) if (line, j) not in self.taken)


def _aligned(claim: Sequence[Token], line: Line, taken: Set[int] = frozenset()) -> tuple[list[tuple[int, int]], float]:
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


def _most(claim: Sequence[Token], line: Line) -> float:
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
    runs: list[list[tuple[int, int]]] = []
    for i, j in pairs:
        if runs and runs[-1][-1] == (i - 1, j - 1):
            runs[-1].append((i, j))
        else:
            runs.append([(i, j)])
    kept = [pair for run in runs if any(claim[i].content for i, _ in run) for pair in run]
    return [(i, j) for i, j in kept if claim[i].key not in NEGATIONS or head(claim, i) == head(line, j)]


def head(found: Sequence[Token], n: int) -> str:
    """The key of what a "not" at n negates: the next word that is more than grammar."""
    return next((t.key for t in found[n + 1 :] if t.key not in LIGHT), "")


def shortened(words: str, most: int = 80) -> str:
    """Words for a reason, cut where they are many."""
    return words if len(words) <= most else words[: words.rfind(" ", 0, most)] + " …"
