"""A sentence and its passages, aligned once, word by word, with positions: what every rule of the check reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from qa.check.wording import as_they_have_it
from vectorstore.language.align import NEGATIONS, Line, aligned, lines_of, most_shared, runs
from vectorstore.language.foreign import tokens_in
from vectorstore.language.lexicon import word_set
from vectorstore.language.names import is_name
from vectorstore.language.stems import stem_set
from vectorstore.language.tokens import Token, normalised
from vectorstore.language.verbs import is_deed

Whole = Mapping[str, tuple[str, int]]  # for a passage the text that it is cut from, and where it starts there

_PRONOUNS = word_set("speech.pronouns")
_CLAUSES = word_set("words.clauses")
_SAYING = stem_set("speech.verbs_of_saying")


@dataclass(frozen=True, slots=True)
class Slot:
    """What the sentence has between two aligned words, and what the passage has between the same two."""

    here: tuple[int, ...]  # indexes of unaligned tokens of the sentence
    there: tuple[tuple[int, int], ...]  # (line, index) of unaligned tokens of the passage
    joined: bool = False  # the two aligned words are of different passage sentences
    near: tuple[tuple[int, int], ...] = ()  # those of `there` that are next to an aligned word


class Claim:
    """A sentence aligned with its passages."""

    reckoned = ""  # how the passages' numbers make one that none of them gives, for a reader

    def __init__(self, sentence: str, passages: Sequence[str], whole: Whole | None = None, language: str = "en") -> None:
        self.passages = [passage[:20_000] for passage in passages]
        self.text = as_they_have_it(normalised(sentence.replace("\n", " ")), self.passages)
        self.language = language
        self.tokens = tokens_in(self.text, language)[:200]
        self.whole = whole or {}
        self.lines: list[Line] = []
        self.passage_of: list[int] = []  # for each line, which passage it is of
        for p, passage in enumerate(self.passages):
            found = lines_of(passage, language)
            self.lines.extend(found)
            self.passage_of.extend([p] * len(found))
        self._read()

    def _read(self) -> None:
        self.all_keys = frozenset().union(*(line.keys for line in self.lines))
        self.at: list[tuple[int, int] | None] = [None] * len(self.tokens)
        self._align()
        self.taken = {place for place in self.at if place}
        self.used = {line for line, _ in self.taken}
        self.spared: frozenset[int] = frozenset()

    def spare_quotations(self) -> None:
        """Leave words in quotation marks that the alignment did not place out of the slots."""
        self.slots = [
            Slot(tuple(i for i in slot.here if not self.tokens[i].quoted), slot.there, slot.joined, slot.near)
            for slot in self.slots
        ]
        self.spared = frozenset(i for i, t in enumerate(self.tokens) if t.quoted and not self.at[i])

    @cached_property
    def kinds(self) -> frozenset[str]:
        """What it has that a rule may have something to say of: a "number", a "loose number", which is aligned with nothing, …"""
        runs_on = all(a and b and b == (a[0], a[1] + 1) for a, b in pairwise(self.at))
        later = [(token, self.token_at(place)) for token, place in zip(self.tokens[1:], self.at[1:], strict=True) if place]
        runs_on = runs_on and all(mine.is_parted == theirs.is_parted for mine, theirs in later)  # signs and all
        loose = [token for token, place in zip(self.tokens, self.at, strict=True) if not place]
        of_all = {"lines": len(self.used) > 1, "apart": not runs_on}
        found = {kind for kind, is_so in of_all.items() if is_so}
        return frozenset(found | _kinds(self.tokens) | {f"loose {kind}" for kind in _kinds(loose)})

    @cached_property
    def said(self) -> frozenset[str]:
        """Its words and those that they are aligned with, as they are written, in small letters, and as they are compared."""
        return _forms([*self.tokens, *map(self.token_at, self.taken)])

    @cached_property
    def left(self) -> frozenset[str]:
        """The other words of the sentences that it is aligned with, likewise."""
        return _forms(t for n in self.used for j, t in enumerate(self.lines[n].tokens) if (n, j) not in self.taken)

    @cached_property
    def words(self) -> frozenset[str]:
        """Its words as they are written, in small letters."""
        return frozenset(t.text.casefold() for t in self.tokens)

    @cached_property
    def keys(self) -> frozenset[str]:
        return frozenset(t.key for t in self.tokens)

    @cached_property
    def is_verbatim(self) -> bool:
        """Whether it stands in one sentence of the passages just so."""
        places = [place for place in self.at if place]
        return len(places) == len(self.at) and len(self.used) == 1 and places == sorted(places)

    @property
    def is_placed(self) -> bool:
        """Whether each of its words of content, names and numbers is aligned with one of the passages."""
        return "loose content" not in self.kinds

    @cached_property
    def told(self) -> list[Line]:
        """The lines that were aligned, and those after them that go on about the same: "It was not full", "…, she said"."""
        goes_on = {n + 1 for n in self.used if n + 1 < len(self.lines) and _goes_on(self.lines[n + 1].tokens)}
        return [self.lines[n] for n in sorted(self.used | goes_on)]

    @cached_property
    def near(self) -> list[int]:
        """Which lines were aligned, and which others of their passages have two words of content of the claim."""
        mine, passages = {t.key for t in self.tokens if t.content and not t.values}, {self.passage_of[n] for n in self.used}
        others = (n for n, line in enumerate(self.lines) if self.passage_of[n] in passages and len(mine & line.keys) > 1)
        return sorted(self.used.union(others))

    @cached_property
    def akin(self) -> list[Line]:
        """The lines that tell it, and those that have a word of content which it has and none of the former."""
        known = frozenset().union(*(line.keys for line in self.told))
        loose = {t.key for t, place in zip(self.tokens, self.at, strict=True) if t.content and not place} - known
        return [*self.told, *(line for line in self.lines if line.keys & loose)]

    @cached_property
    def known_names(self) -> frozenset[str]:
        """The keys of what the passages write with a capital inside a sentence."""
        return frozenset(t.key for line in self.lines for t in line.tokens if t.capital and not t.first and is_name(t))

    @cached_property
    def unplaced(self) -> list[tuple[int, int]]:
        """Where runs of words that were not aligned begin and end; those of grammar, and what is quoted, are none."""
        found = runs([i for i, place in enumerate(self.at) if not place], lambda a, b: b == a + 1)
        return [(run[0], run[-1]) for run in found if any(self.tokens[i].content and i not in self.spared for i in run)]

    def nearest(self, first: int, last: int) -> list[int]:
        """The lines that share most words of content with those from first to last; none where no line has any."""
        keys = {t.key for t in self.tokens[first : last + 1] if t.content and not t.values} - _SAYING
        shared = [len(keys & line.keys) for line in self.lines]
        most = max(shared, default=0)
        return [n for n, count in enumerate(shared) if count == most > 0]

    def part(self, first: int, last: int, line: int) -> Claim:
        """The words from first to last as a claim of their own, aligned with one line."""
        part = Claim.__new__(Claim)
        part.passages, part.language, part.whole = self.passages, self.language, self.whole
        part.tokens, part.lines = self.tokens[first : last + 1], [self.lines[line]]
        part.text, part.passage_of = " ".join(t.text for t in part.tokens), [self.passage_of[line]]
        part._read()
        part.akin = [*part.told, *self.akin]  # what the passage says with an opposite may stand in another line: "it is free"
        return part

    def token_at(self, place: tuple[int, int]) -> Token:
        return self.lines[place[0]].tokens[place[1]]

    def _align(self) -> None:
        wanted = [t for t in self.tokens if t.content]
        keys = {t.key for t in wanted if not t.values}
        shared = [
            0.0
            if keys.isdisjoint(line.keys) and not (line.numbers and any(t.values for t in wanted))
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
                if most_shared(left, self.lines[n]) <= most:
                    continue  # the whole of what it shares weighs less
                pairs, score = aligned(left, self.lines[n], {j for m, j in taken if m == n})
                if score > most + 1e-6:
                    chosen, line, most = pairs, n, score
            chosen = [(free[i], j) for i, j in chosen]
            for i, j in (chosen := self._without_fillers(chosen) if any(self.at) else chosen):
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
        found = runs(chosen, lambda a, b: not any(self.at[a[0] + 1 : b[0]]) and b[0] - a[0] <= 6)
        return [pair for run in found if self._is_clause(run) for pair in run]

    def _is_clause(self, run: Sequence[tuple[int, int]]) -> bool:
        (first, start), (last, end) = run[0], run[-1]
        verbatim = len(run) >= 5 and last - first == end - start == len(run) - 1
        content = sum(1 for i, _ in run if self.tokens[i].content)
        return content >= 3 or (verbatim and content >= 1) or (content == 2 and self._fills([i for i, _ in run]))

    def _fills(self, run: Sequence[int]) -> bool:
        """Whether words are all that a further clause of the claim tells, a verb among them: "and has been signed by her"."""
        breaks = [n for n, t in enumerate(self.tokens) if n and (t.key in _CLAUSES or t.is_parted)]
        start = max((n for n in breaks if n <= run[0]), default=0)
        end = min((n for n in breaks if n > run[-1]), default=len(self.tokens))
        told = [n for n in range(start, end) if self.tokens[n].content]
        return bool(breaks) and set(told) <= set(run) and any(is_deed(self.tokens[n]) for n in told)

    @cached_property
    def slots(self) -> list[Slot]:
        """What it has in the place of what, between each two words that are aligned."""
        return list(self._slots())

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


def _kinds(found: Sequence[Token]) -> set[str]:
    there = {
        "word": bool(found),
        "content": any(t.content for t in found),
        "number": any(t.values and not t.date for t in found),
        "date": any(t.date for t in found),
        "name": any(map(is_name, found)),
    }
    return {kind for kind, is_there in there.items() if is_there}


def _forms(found: Iterable[Token]) -> frozenset[str]:
    return frozenset(form for token in found for form in (token.key, token.text.casefold()))


def _goes_on(found: Sequence[Token]) -> bool:
    said = any(a.key in _PRONOUNS and b.key in _SAYING for a, b in pairwise(found))
    return said or found[0].key in _PRONOUNS or found[0].key in NEGATIONS


def shortened(words: str, most: int = 80) -> str:
    """Words for a reason, cut where they are many."""
    return words if len(words) <= most else words[: words.rfind(" ", 0, most)] + " …"
