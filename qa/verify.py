"""Does a passage carry a sentence? Rules that read both, without a model.

The sentence is aligned, word by word, with the sentences of the passages that say most of it. What stands in the place of
what then shows what was changed: another number, another month, another name, a "not" that came or went, "rose" for "fell".
A bag of words cannot see this: in "200 fighters left and 300 stayed" both numbers occur, each in one place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from itertools import pairwise

from qa.tokens import STOP, Token, normalised, same, tokens
from qa.words import rarity, stem
from vectorstore.passages import sentences


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the passages carry the sentence and, if not, why, in words for a reader."""

    supported: bool
    reasons: tuple[str, ...] = ()


_READ = 4  # passages; a sentence that needs words of a fifth is a summary, not something that was said
_BRIEF = 400  # characters: a passage as short as a headline and its date is always read


def check(sentence: str, passages: Sequence[str]) -> Verdict:
    """Whether the passages, together, carry the sentence: its numbers, dates, names, quotations, polarity and speaker.

    A pure function of its arguments that takes a few milliseconds. It reads at most 200 words of the sentence, 20,000
    characters of a passage and, beside brief ones, the four passages nearest to the sentence, without those that share less
    than half as much as the nearest and no word beyond it; where the nearest has every word and carries it, no other.
    """
    if len(passages) > 1:
        shared = _shared_heads(sentence, passages)
        counts = [len(heads) for heads in shared]
        nearest = counts.index(max(counts))
        if _may_place(sentence, passages[nearest]):
            alone = _Claim(sentence, [passages[nearest]])
            if alone.is_placed and (verdict := _judged(alone)).supported:
                return verdict
        enough = sorted(counts, reverse=True)[:_READ][-1]
        passages = [
            p
            for p, heads in zip(passages, shared, strict=True)
            if len(p) <= _BRIEF or (len(heads) >= enough and (2 * len(heads) >= counts[nearest] or not heads <= shared[nearest]))
        ]
    return _judged(_Claim(sentence, passages))


def _judged(claim: _Claim) -> Verdict:
    if not claim.tokens:
        return Verdict(False, ("There is nothing in this sentence to check.",))
    reasons = list(_quotations(claim))
    if not reasons and claim.text.count('"') % 2 == 0:
        claim.spare_quotations()  # they are in the passage word for word; what stands around them is left to check
    for rule in (_numbers, _dates, _names, _polarity, _speakers, _roles, _stitches, _basis):
        reasons.extend(rule(claim))
    return Verdict(not reasons, tuple(dict.fromkeys(reasons)))


def _shared_heads(sentence: str, passages: Sequence[str]) -> list[frozenset[str]]:
    """For each passage, which of the sentence's words it seems to have, by their first letters: it costs microseconds."""
    wanted = {token.text[:5].casefold() for token in _tokens_of(sentence) if token.content}
    lowered = [passage[:20_000].casefold() for passage in passages]
    return [frozenset([head for head in wanted if head in passage]) for passage in lowered]


def _may_place(sentence: str, passage: str) -> bool:
    """Whether the passage has each word of content and each number of the sentence, wherever they stand."""
    lines = _lines(passage[:20_000])
    return all(
        any(line.matching(token) for line in lines) if token.values else any(token.key in line.keys for line in lines)
        for token in _tokens_of(sentence)
        if token.content
    )


def _tokens_of(sentence: str) -> tuple[Token, ...]:
    return tokens(normalised(sentence.replace("\n", " ")))[:200]


def key_words(text: str) -> frozenset[str]:
    """The words of a text that carry meaning, without endings, and its numbers."""
    return frozenset(
        f"#{min(token.values):g}" if token.values else token.key for token in tokens(normalised(text)[:20_000]) if token.content
    )


def coverage(sentence: str, passage: str) -> float:
    """The share of the sentence's meaning words that the passage has."""
    wanted = key_words(sentence)
    return len(wanted & _key_words_of_passage(passage)) / len(wanted) if wanted else 0.0


@lru_cache(maxsize=512)
def _key_words_of_passage(passage: str) -> frozenset[str]:
    return key_words(passage)


def _stems(words: str) -> frozenset[str]:
    return frozenset(stem(word) for word in words.split())


# --- aligning


class _Line:
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
        return _verbs(self.tokens)

    def matching(self, token: Token) -> Sequence[int]:
        if token.values:
            return [j for j in self.numbers if same(token, self.tokens[j])]
        return self.places.get(token.key, ()) if token.key in self.keys else ()


@dataclass(frozen=True, slots=True)
class _Slot:
    """What the sentence has between two aligned words, and what the passage has between the same two."""

    here: tuple[int, ...]  # indexes of unaligned tokens of the sentence
    there: tuple[tuple[int, int], ...]  # (line, index) of unaligned tokens of the passage
    joined: bool = False  # the two aligned words are of different passage sentences
    near: tuple[tuple[int, int], ...] = ()  # those of `there` that are next to an aligned word


@lru_cache(maxsize=512)
def _lines(passage: str) -> tuple[_Line, ...]:
    text = normalised(passage)
    return tuple(_Line(found) for start, end in sentences(text) if (found := tokens(text[start:end])))


class _Claim:
    """A sentence aligned with its passages."""

    def __init__(self, sentence: str, passages: Sequence[str]) -> None:
        self.text = normalised(sentence.replace("\n", " "))
        self.tokens = tokens(self.text)[:200]
        self.passages = [passage[:20_000] for passage in passages]
        self.lines: list[_Line] = []
        self.passage_of: list[int] = []  # for each line, which passage it is of
        for p, passage in enumerate(self.passages):
            found = _lines(passage)
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
            _Slot(tuple(i for i in slot.here if not self.tokens[i].quoted), slot.there, slot.joined, slot.near)
            for slot in self.slots
        ]
        self.spared = frozenset(i for i, t in enumerate(self.tokens) if t.quoted and not self.at[i])

    @cached_property
    def told(self) -> _Told:
        places = [place for place in self.at if place]
        verbatim = len(places) == len(self.at) and len(self.used) == 1 and places == sorted(places)
        return _Told() if verbatim else _told(self)

    @property
    def is_placed(self) -> bool:
        """Whether each of its words of content, names and numbers is aligned with one of the passages."""
        return all(place or not token.content for token, place in zip(self.tokens, self.at, strict=True))

    @cached_property
    def known_names(self) -> frozenset[str]:
        """The keys of what the passages write with a capital inside a sentence."""
        return frozenset(t.key for line in self.lines for t in line.tokens if t.capital and not t.first and _is_name(t))

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

    def _slots(self) -> Iterator[_Slot]:
        anchors = [i for i, place in enumerate(self.at) if place]
        for left, right in zip([None, *anchors], [*anchors, None], strict=True):
            here = tuple(range(0 if left is None else left + 1, len(self.tokens) if right is None else right))
            a = self.at[left] if left is not None else None
            b = self.at[right] if right is not None else None
            if a and b and a[0] == b[0]:
                there = self._free(a[0], a[1] + 1, b[1]) if a[1] < b[1] else ()
                near = there if len(there) <= 8 else there[:4] + there[-4:]
                yield _Slot(here, there, a[1] > b[1], near)
            else:
                tail = self._free(a[0], a[1] + 1, len(self.lines[a[0]].tokens)) if a else ()
                head = self._free(b[0], 0, b[1]) if b else ()
                yield _Slot(here, tail + head, a is not None and b is not None, tail[:4] + head[-4:])

    def _free(self, line: int, start: int, end: int) -> tuple[tuple[int, int], ...]:
        return tuple((line, j) for j in range(start, end) if (line, j) not in self.taken)


def _aligned(claim: Sequence[Token], line: _Line, taken: Set[int] = frozenset()) -> tuple[list[tuple[int, int]], float]:
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


def _most(claim: Sequence[Token], line: _Line) -> float:
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
    return [(i, j) for i, j in kept if claim[i].key not in _NOT or _head(claim, i) == _head(line, j)]


_LIGHT = frozenset(
    "a an the to be been being is are was were have has had do did does in of on at for with by yet that this any".split()
)


def _head(found: Sequence[Token], n: int) -> str:
    """The key of what a "not" at n negates: the next word that is more than grammar."""
    return next((t.key for t in found[n + 1 :] if t.key not in _LIGHT), "")


# --- quotations


def _quotations(claim: _Claim) -> Iterator[str]:
    text = claim.text
    spans = _quoted_spans(text)
    singles = [m.span(1) for m in _SINGLE.finditer(text) if m.group(1).count(" ") >= 2]
    spans += [single for single in singles if not any(start <= single[0] < end for start, end in spans)]
    passages = [normalised(passage) for passage in claim.passages] if spans else []
    for start, end in spans:
        words = text[start:end].strip()
        if _plain_words(words).strip() and not any(_has_words(passage, words) for passage in passages):
            yield f"The passage does not have these words as quoted: “{_short(words)}”."


# The first mark that can close does: "the workers' rights" has one of its own. One or two words are a title or a nickname.
_SINGLE = re.compile(r"(?<![\w'.])'(?!(?:\d0s|em|til|tis|twas|n|cause|bout)\b)(\w(?:[^'\"]|(?<=\w)'(?=\w)){2,500}?)'(?!\w)")


def _has_words(passage: str, quoted: str) -> bool:
    """Whether the passage has the quoted words, one after the other, with its dashes where the quotation has them."""
    if _plain_words(quoted) not in _plain_words(passage):
        return False
    (wanted, signs), (words, theirs) = _words_and_gaps(quoted), _words_and_gaps(passage)
    if not _DASH.search(quoted) and not any(_DASH.search(sign) for sign in theirs):
        return True
    starts = [n for n in range(len(words) - len(wanted) + 1) if words[n : n + len(wanted)] == wanted]
    return any(_dashes_agree(signs[1:], theirs[n + 1 : n + len(wanted)]) for n in starts)


_DASH = re.compile(r"-(?=[\s-])|(?<=\s)-")  # no hyphen


def _dashes_agree(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    """A dash breaks a sentence as a word does: another sign may stand in its place, but not none."""
    return all(
        (a.strip() or not _DASH.search(b)) and (b.strip() or not _DASH.search(a)) for a, b in zip(ours, theirs, strict=True)
    )


def _quoted_spans(text: str) -> list[tuple[int, int]]:
    """What stands in quotation marks, also where one was opened in an earlier sentence, is closed in a later one, or nested."""
    marks = [m.start() for m in re.finditer('"', text)]
    opens = [_opens(text, mark) for mark in marks]
    if len(marks) % 2 == 0 and not any(opens[1::2]):
        return [(marks[n] + 1, marks[n + 1]) for n in range(0, len(marks), 2)]
    all_closed = opens.count(False) >= opens.count(True)  # else one mark closes whatever is open
    spans, start, depth = [], 0, 0 if opens[0] else 1
    for mark, opening in zip(marks, opens, strict=True):
        if depth:
            spans.append((start, mark))
        depth = depth + 1 if opening else max(0, depth - 1) if all_closed else 0
        start = mark + 1
    return [*spans, (start, len(text))] if depth else spans


def _opens(text: str, mark: int) -> bool:
    return (mark == 0 or text[mark - 1] in ' ([-"') and mark + 1 < len(text) and not text[mark + 1].isspace()


_QUOTED_WORD = re.compile(r"n't|[^\W_]+|[$£€¥]|\.\.\.(?=\s*\w)")


@lru_cache(maxsize=1024)
def _plain_words(text: str) -> str:
    """The text as its words alone, so that spacing and punctuation make no difference: " i will not go "."""
    return " " + " ".join(_QUOTED_WORD.findall(_with_plain_signs(text))) + " "


def _words_and_gaps(text: str) -> tuple[list[str], list[str]]:
    """The words of `_plain_words`, and what stands before each of them."""
    text = _with_plain_signs(text)
    words, gaps, end = [], [], 0
    for match in _QUOTED_WORD.finditer(text):
        words.append(match.group())
        gaps.append(text[end : match.start()])
        end = match.end()
    return words, gaps


def _with_plain_signs(text: str) -> str:
    text = re.sub(r"(\w)n't\b", r"\1 n't", text.casefold()).replace(" ca n't", " can n't")
    return text.replace("&", " and ").replace("%", " percent ").replace("per cent", "percent")


def _short(words: str, most: int = 80) -> str:
    return words if len(words) <= most else words[: words.rfind(" ", 0, most)] + " …"


# --- numbers and dates

_ABOUT = frozenset("about around approximately roughly some circa estimated".split())
_MORE = frozenset(("over", "above", "exceeding", "at least", "more than", "upwards of"))
_LESS = frozenset(("under", "below", "almost", "nearly", "at most", "up to", "less than", "fewer than"))


def _numbers(claim: _Claim) -> Iterator[str]:
    for slot in claim.slots:
        for i in slot.here:
            token = claim.tokens[i]
            if not token.values or token.date or (token.key == "one" and not token.unit):
                continue
            instead = [t for t in (claim.token_at(p) for p in slot.there) if t.values and not t.date and t.content]
            if _roughly(claim, i, instead):
                continue
            if not _given(claim, i, slot, bool(instead)):
                yield _number_reason(token, instead)


def _given(claim: _Claim, i: int, slot: _Slot, contested: bool) -> bool:
    """Whether an unaligned number or date stands elsewhere in the passages beside a word that it stands beside here."""
    token = claim.tokens[i]
    mine = _beside(claim.tokens, i, 3)
    for n, line in enumerate(claim.lines):
        for j, other in enumerate(line.tokens):
            if not same(token, other):
                continue
            if (n, j) in slot.there and not contested:
                return True
            if mine & _beside(line.tokens, j, 3):
                return not contested or (n, j) in slot.there
            if not contested and (not mine or (n in claim.used and (n, j) not in claim.taken)):
                return True
    return False


def _beside(found: Sequence[Token], n: int, reach: int) -> frozenset[str]:
    return frozenset(
        t.key for k, t in enumerate(found[max(0, n - reach) : n + reach + 1], max(0, n - reach)) if k != n and t.content
    )


def _roughly(claim: _Claim, i: int, instead: Sequence[Token]) -> bool:
    """Whether the words before a number make it a rounding of the passage's: "nearly 200" of 196."""
    before = [t.text.casefold() for t in claim.tokens[max(0, i - 3) : i]]
    words = set(before) | {f"{a} {b}" for a, b in pairwise(before)}
    if not words & (_ABOUT | _MORE | _LESS):
        return False
    pool = instead or [t for line in claim.lines for t in line.tokens if t.values and not t.date]
    for value in claim.tokens[i].values:
        for other in (v for t in pool for v in t.values):
            if min(other, value) <= 0 or _digits(value) >= _digits(other) or _digits(value) > 2:
                continue
            if words & _ABOUT and abs(value - other) <= 0.06 * other:
                return True
            if words & _MORE and value <= other <= 1.25 * value:
                return True
            if words & _LESS and 0.8 * value <= other <= value:
                return True
    return False


def _digits(value: float) -> int:
    """How many digits a number gives: 2 for 120,000, 3 for 19.6."""
    return len(f"{value:.10g}".replace(".", "").strip("0")) if value < 1e10 else 3


def _number_reason(token: Token, instead: Sequence[Token]) -> str:
    shown = token.text + ("%" if token.unit == "%" else "")
    if len(instead) == 1:
        return f"The passage does not give the number {shown} here, but {instead[0].text}."
    return f"The passage does not give the number {shown}."


def _dates(claim: _Claim) -> Iterator[str]:
    for slot in claim.slots:
        for i in slot.here:
            token = claim.tokens[i]
            if not token.date:
                continue
            there = [claim.token_at(p) for p in slot.there]
            instead = [t for t in there if t.date == token.date or (token.date == "year" and t.values)]
            if not _given(claim, i, slot, bool(instead)):
                what = {"month": "month", "weekday": "day", "year": "year"}[token.date]
                but = f" here, but {instead[0].text}" if len(instead) == 1 else ""
                yield f"The passage does not give the {what} {token.text}{but}."


# --- names


def _is_name(token: Token) -> bool:
    return token.capital and token.content and not token.date and not token.values and token.key not in _TITLES


_TITLES = _stems(
    "president mr mrs ms dr sen rep gov gen col lt sgt prof senator representative governor general colonel professor "
    "doctor secretary minister prime chancellor king queen prince princess pope judge justice director chief sir lady lord "
    "capt captain mayor sheriff detective officer the"
)
_PEOPLES = (
    "french/france dutch/netherlands british/britain british/uk english/england spanish/spain american/usa american/america "
    "german/germany chinese/china polish/poland danish/denmark swedish/sweden finnish/finland swiss/switzerland greek/greece "
    "turkish/turkey welsh/wales scottish/scotland irish/ireland norwegian/norway thai/thailand"
)
_DEMONYMS: dict[str, set[str]] = {}
for _people, _, _country in (_pair.partition("/") for _pair in _PEOPLES.split()):
    _DEMONYMS.setdefault(stem(_people), set()).add(stem(_country))
    _DEMONYMS.setdefault(stem(_country), set()).add(stem(_people))


def _names(claim: _Claim) -> Iterator[str]:
    known = claim.known_names
    moved = {t.key for t, place in zip(claim.tokens, claim.at, strict=True) if not place}
    seen: set[str] = set()
    for slot in claim.slots:
        there = [claim.token_at(p) for p in slot.near]
        close = len(slot.here) <= 8 and not slot.joined
        for i in slot.here:
            token = claim.tokens[i]
            if not _is_name(token) or token.text in seen:
                continue
            if token.first and token.key not in known and not _looks_like_a_name(claim, i) and not _new_subject(claim, slot, i):
                continue
            seen.add(token.text)
            others = [t for t in there if _is_name(t) and t.key not in moved and (not t.first or t.key in known or token.first)]
            if there and there[-1].key in _SUBJECTS:  # the name stands for the pronoun, whatever other names are near
                others = []
            if not _mentioned(token, claim, known):
                yield _name_reason(claim, i, others)
            elif token.key in claim.told.moved:
                continue  # "B was sued by A"
            elif close and others and not _same_person(claim, i, others, known):
                yield f"The passage says this of {others[0].text}, not of {token.text}."
            elif close and not others and _is_other_antecedent(claim, i, slot, known):
                yield f"The passage does not say this of {token.text}."
    yield from _broken_names(claim)


def _new_subject(claim: _Claim, slot: _Slot, i: int) -> bool:
    """Whether a capital at the start of the sentence stands where the passage's sentence starts with a name."""
    if i != slot.here[-1] or claim.tokens[i].key in claim.all_keys:
        return False
    return bool(slot.there) and len(slot.there) <= 4 and all(_is_name(claim.token_at(p)) for p in slot.there)


def _is_other_antecedent(claim: _Claim, i: int, slot: _Slot, known: frozenset[str]) -> bool:
    """Whether the passage has a pronoun here that must mean somebody else: the name is nowhere near before it."""
    pronouns = [p for p in slot.there if claim.token_at(p).key in ("he", "she")]
    if not pronouns:
        return False
    line = pronouns[0][0]
    before = [n for n in range(max(0, line - 3), line + 1) if claim.passage_of[n] == claim.passage_of[line]]
    near = [t for n in before for t in claim.lines[n].tokens]
    return not any(t.key == claim.tokens[i].key for t in near) and any(_is_name(t) and t.key in known for t in near)


def _name_reason(claim: _Claim, i: int, others: Sequence[Token]) -> str:
    return f"The passage does not mention {_full(claim.tokens, i)}."


def _full(found: Sequence[Token], i: int) -> str:
    """The whole run of capitals around token i."""
    start = end = i
    while start > 0 and _is_name(found[start - 1]) and not found[start].before:
        start -= 1
    while end + 1 < len(found) and _is_name(found[end + 1]) and not found[end + 1].before:
        end += 1
    return " ".join(t.text for t in found[start : end + 1])


def _looks_like_a_name(claim: _Claim, i: int) -> bool:
    """A capital at the start of a sentence: a name when another name or a reporting verb follows it."""
    following = claim.tokens[i + 1] if i + 1 < len(claim.tokens) else None
    if claim.tokens[i].key in claim.all_keys or rarity(claim.tokens[i].key) < 4.5:
        return False
    return following is not None and not following.before and (_is_name(following) or following.key in _SPEAKING)


def _mentioned(token: Token, claim: _Claim, known: frozenset[str]) -> bool:
    if token.key in claim.all_keys or _DEMONYMS.get(token.key, set()) & claim.all_keys:
        return True
    low = token.text.casefold().replace(".", "")
    if len(low) >= 5 and any(
        name[:4] == low[:4] and abs(len(name) - len(low)) <= 4 and _prefix(name, low) >= 4 for name in known
    ):
        return len(low) >= 6 or any(_prefix(name, low) >= 5 for name in known)
    if token.text.isupper() and len(token.text) >= 2:
        return any(_initials(line.tokens, low) for line in claim.lines)
    return False


def _prefix(a: str, b: str) -> int:
    n = 0
    while n < min(len(a), len(b)) and a[n] == b[n]:
        n += 1
    return n


def _initials(found: Sequence[Token], letters: str) -> bool:
    initials = "".join(t.text[0].casefold() for t in found if t.capital or t.content)
    return letters in "".join(t.text[0].casefold() for t in found if t.capital) or letters in initials


def _same_person(claim: _Claim, i: int, others: Sequence[Token], known: frozenset[str]) -> bool:
    """Whether the name here and the name there are one: a first name beside its surname somewhere, "South East", a form."""
    token = claim.tokens[i]
    low = token.text.casefold()
    if "".join(t.text.casefold() for t in others) == low or any(_prefix(t.text.casefold(), low) >= 4 for t in others):
        return True
    pairs = [{token.key, other.key} for other in others]
    for line in claim.lines:
        for a, b in pairwise(line.tokens):
            if not b.before and _is_name(a) and _is_name(b) and {a.key, b.key} in pairs:
                return True
    return False


def _broken_names(claim: _Claim) -> Iterator[str]:
    """A first name and a surname that the passages have, but of two people."""
    for i, (a, b) in enumerate(pairwise(claim.tokens)):
        if a.first or b.before or not (_is_name(a) and _is_name(b)) or (claim.at[i] and claim.at[i + 1]):
            continue
        if a.key in claim.all_keys and b.key in claim.all_keys and _of_another(claim, a.key, b.key):
            yield f"The passage does not mention {a.text} {b.text}."


def _of_another(claim: _Claim, first: str, last: str) -> bool:
    """Whether the passages put other names before this surname, and never this one nearly beside it."""
    others = False
    for line in claim.lines:
        if last not in line.keys:
            continue
        for n, token in enumerate(line.tokens):
            if token.key == last and n:
                if line.tokens[n - 1].key == first or (n > 1 and line.tokens[n - 2].key == first):
                    return False
                others = others or (not token.before and _is_name(line.tokens[n - 1]))
    return others


# --- polarity

_NOT = frozenset("not never no nor neither none nobody nothing nowhere without hardly barely scarcely rarely seldom".split())
_REFUSALS = _stems(
    "fail failed refuse deny reject unable lack decline avoid prevent stop cease dismiss dispute oppose cancel false denial "
    "refusal failure absence forbid ban prohibit halt withhold"
)
_STOPS = _stems("stop cease halt avoid prevent cancel lack false failure absence ban withhold")
_CUES = _NOT | _REFUSALS
_MAYBE = frozenset("may might could possibly perhaps allegedly reportedly".split())


@cache
def _opposites() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for line in files("qa").joinpath("opposites.txt").read_text(encoding="utf-8").splitlines():
        left, bar, right = line.partition("|")
        if not bar or line.startswith("#"):
            continue
        for a, b in ((left, right), (right, left)):
            for word in a.split():
                found.setdefault(_key(word), set()).update(_key(other) for other in b.split())
    for word in [w for w in found if 3 <= len(w) <= 8]:  # "cheap" brings "cheaper", "cheapest"
        for ending in ("er", "est"):
            others = {_key(_compared(other, ending)) for other in found[word] if 3 <= len(other) <= 8}
            found.setdefault(_key(_compared(word, ending)), set()).update(others)
    return {word: frozenset(others - {word}) for word, others in found.items()}


def _compared(word: str, ending: str) -> str:
    if word.endswith("y"):
        return word[:-1] + "i" + ending
    return word.rstrip("e") + ending


def _key(word: str) -> str:
    return word if word in STOP else stem(word)


_PREFIXES = ("un", "in", "im", "il", "ir", "non", "dis", "mis", "anti", "de")


def _opposed(a: Token, b: Token) -> bool:
    if b.key in _opposites().get(a.key, ()):
        return True
    low, other = sorted((a.text.casefold(), b.text.casefold()), key=len)
    if any(other == prefix + low for prefix in _PREFIXES) and len(low) > 3:
        return True
    short, long = sorted((a.key, b.key), key=len)
    if len(short) > 3 and any(long == prefix + short for prefix in _PREFIXES):
        return True
    return low.endswith(("ful", "less")) and other.endswith(("ful", "less")) and low[-3:] != other[-3:] and low[:4] == other[:4]


def _polarity(claim: _Claim) -> Iterator[str]:
    for slot in claim.slots:
        swapped = _swapped(claim, slot)
        here = [claim.tokens[i] for i in slot.here]
        mine = [t for t in here if t.key in _CUES and not (swapped and t is swapped[0])]
        cues = [p for p in slot.there if claim.token_at(p).key in _CUES and not (swapped and claim.token_at(p) is swapped[1])]
        theirs = cues if mine else [place for place in cues if _head_kept(claim, place)]
        odd = bool((len(mine) - len(theirs)) % 2)
        if swapped and not odd:
            yield f"This says “{swapped[0].text}” where the passage says “{swapped[1].text}”."
        elif odd and not swapped:
            if len(mine) > len(theirs) or not theirs:
                yield f"This says “{_phrase(claim.tokens, slot.here, mine[0])}”; the passage does not."
            else:
                there = claim.token_at(theirs[0])
                yield f"The passage says “{_phrase_there(claim, theirs[0])}”; this leaves out the “{there.text}”."
    yield from _swapped_elsewhere(claim)


def _swapped_elsewhere(claim: _Claim) -> Iterator[str]:
    """An opposite that stands beside the same word in the passage, where the words around it differ."""
    for i, token in enumerate(claim.tokens):
        if claim.at[i] or i in claim.spared or not token.content or token.key in claim.all_keys or token.key not in _opposites():
            continue
        if any(t.key in _CUES for t in claim.tokens[max(0, i - 3) : i]):
            continue
        for k in (i - 1, i + 1, i - 2, i + 2):
            place = claim.at[k] if 0 <= k < len(claim.tokens) else None
            if place and claim.tokens[k].content:
                line, j = place
                for n in range(max(0, j - 3), min(len(claim.lines[line].tokens), j + 4)):
                    other = claim.lines[line].tokens[n]
                    if (line, n) not in claim.taken and _opposed(token, other):
                        yield f"This says “{token.text}” where the passage says “{other.text}”."
                        return


def _head_kept(claim: _Claim, place: tuple[int, int]) -> bool:
    """Whether the sentence kept what a negation of the passage negates."""
    line, start = place
    found = claim.lines[line].tokens
    if found[start].key in _STOPS and not (start + 1 < len(found) and found[start + 1].text.endswith("ing")):
        return False  # "bus stops", "a failed coup": a thing, no negation of what follows
    return next(
        ((line, j) in claim.taken for j in range(start + 1, min(len(found), start + 6)) if found[j].key not in _LIGHT), False
    )


def _swapped(claim: _Claim, slot: _Slot) -> tuple[Token, Token] | None:
    if slot.joined:
        return None
    for i in slot.here:
        for place in slot.there:
            if _opposed(claim.tokens[i], claim.token_at(place)):
                return claim.tokens[i], claim.token_at(place)
    return None


def _phrase(found: Sequence[Token], here: Sequence[int], token: Token) -> str:
    n = next(i for i in here if found[i] is token)
    if token.text.casefold().endswith("n't"):
        return " ".join([token.text, *(t.text for t in found[n + 1 : n + 2])])
    return " ".join(t.text for t in found[n : n + 2])


def _phrase_there(claim: _Claim, place: tuple[int, int]) -> str:
    return " ".join(t.text for t in claim.lines[place[0]].tokens[place[1] : place[1] + 2])


# --- who said it

_SPEAKING = _stems(
    "say tell add write tweet explain argue announce claim recall testify warn continue reply state insist admit deny "
    "confirm acknowledge suggest report believe think ask answer declare predict"
)


def _speakers(claim: _Claim) -> Iterator[str]:
    """Words given to one person that the passage's sentence gives to another, in whatever order it is told."""
    counts: dict[int, int] = {}
    for i, place in enumerate(claim.at):
        if place and claim.tokens[i].content:
            counts[place[0]] = counts.get(place[0], 0) + 1
    if not counts:
        return
    line = claim.lines[max(counts, key=lambda n: counts[n])].tokens
    mine, theirs = _speaking(claim.tokens), _speaking(line)
    here, there = {t.key for t in claim.tokens}, {t.key for t in line}
    if mine and theirs and not any(t.key in there for t in mine) and not any(t.key in here for t in theirs):
        yield f"The passage gives this to {theirs[-1].text}, not to {mine[-1].text}."


def _speaking(found: Sequence[Token]) -> list[Token]:
    """The names next to a verb of saying: "Marta Lindqvist" in "said Marta Lindqvist" and in "Marta Lindqvist told"."""
    names: list[Token] = []
    for i, token in enumerate(found):
        if token.key not in _SPEAKING or token.quoted:
            continue
        n = i - 1
        while n >= max(0, i - 3) and not found[n + 1].before.strip("-") and _is_name(found[n]) and not found[n].quoted:
            names.append(found[n])
            n -= 1
        n = i + 1
        while token.key == "say" and n < min(len(found), i + 5) and not found[n].before.strip("-") and not found[n].quoted:
            if _is_name(found[n]):
                names.append(found[n])
            elif names and names[-1] is found[n - 1]:
                break
            n += 1
    return names


# --- who did it to whom

# What two do or are to one another: who is named first says nothing.
_MUTUAL = _stems(
    "meet marry wed divorce face play tie draw talk speak chat debate fight clash battle compete differ agree disagree "
    "collaborate cooperate merge border neighbor neighbour ally trade date separate split spar collide resemble equal "
    "match pair team share negotiate argue converse correspond intersect wrestle reunite embrace kiss hug join accompany "
    "connect link combine mix compare contrast rival friend colleague teammate co-star twin cousin sibling brother sister "
    "partner opponent spouse similar identical equivalent adjacent alike relate include involve"
)
_TOGETHER = frozenset("and or with like as between among versus vs v near beside alongside nor both".split())
_LINKS = frozenset("of on to from by at in for over under against about before after into onto through upon towards".split())
_BEING = frozenset("be am is are was were been being get gets got getting".split())
_PAST = frozenset(
    "told said gave given took taken beat beaten won lost led left sent sold bought brought taught caught fought sought thought "
    "shot hit sued put set let kept held built paid made saw seen knew known wrote written chose chosen drew drawn threw thrown "
    "broke broken spoke spoken stole stolen drove driven ran began became sang sung struck found felt fed fled bit bitten upset "
    "forgave forgiven swore quit overtook overtaken dealt meant lent spent bound".split()
)


@dataclass(frozen=True, slots=True)
class _Between:
    """What stands between two participants, as far as it says which of the two acts."""

    ways: dict[tuple[str, ...], bool]  # a verb and its preposition, or the few words between -> whether the first one acts
    content: frozenset[str]


def _roles(claim: _Claim) -> Iterator[str]:
    """Two who are in each other's place: "A sued B" or "B was sued by A" where the passage says that B sued A."""
    if claim.told.turned:
        one, other = claim.told.turned
        yield f"The passage tells this of {one} and {other} the other way around."


@dataclass(frozen=True, slots=True)
class _Told:
    """How the passages tell of two whom the sentence names: the first pair told the other way around, and who is where."""

    turned: tuple[str, str] | None = None
    moved: frozenset[str] = frozenset()  # keys of those who stand on the other side of a verb, in the same part


def _told(claim: _Claim) -> _Told:
    """How the passages tell what the sentence says of each two participants.

    Only two whom some line of the passages has with the same verb or the same few words between them are looked at, and
    a line that tells it as the sentence does, at least as fully, settles it.
    """
    turned: tuple[str, str] | None = None
    moved: set[str] = set()
    runs = _participants(claim.tokens)
    own_verbs = _verbs(claim.tokens)
    keys = [frozenset(t.key for t in claim.tokens[start : end + 1] if t.content) for start, end in runs]
    for m, a in enumerate(runs):
        for n in range(m + 1, len(runs)):
            ours, theirs = keys[m] - keys[n], keys[n] - keys[m]
            if runs[n][0] - a[1] > _REACH:
                break
            lines = [line for line in claim.lines if not ours.isdisjoint(line.keys) and not theirs.isdisjoint(line.keys)]
            if not lines:
                continue
            verbs = own_verbs.union(*(line.verbs for line in lines))
            mine = _between(claim.tokens, a, runs[n], verbs)
            if mine.ways:
                found = [_retold(mine, line.tokens, ours, theirs, verbs) for line in lines]
                kept, other_way = max(k for k, _, _ in found), max(t for _, t, _ in found)
                if other_way > kept and not turned:
                    turned = (_full(claim.tokens, a[1]), _full(claim.tokens, runs[n][0]))
                elif kept and any(crossed for _, _, crossed in found):
                    moved |= ours | theirs
    return _Told(turned, frozenset(moved))


_REACH = 15  # words between two participants


def _participants(found: Sequence[Token]) -> list[tuple[int, int]]:
    """(first, last) of each run of names, and of each other word of content that stands beside a verb."""
    runs: list[tuple[int, int]] = []
    for i, token in enumerate(found):
        if not token.content or token.values or token.date or (token.capital and token.key in _TITLES):
            continue
        if token.capital and runs and runs[-1][1] == i - 1 and found[i - 1].capital and not token.before.strip("."):
            runs[-1] = (runs[-1][0], i)
        elif token.capital or _is_thing(found, i):
            runs.append((i, i))
    return runs


def _is_thing(found: Sequence[Token], i: int) -> bool:
    """Whether a small word may be who acts or is acted on: it follows a verb, or "by", or comes before a verb."""
    if _is_past(found[i]):
        return False
    after = next((t for t in found[i + 1 : i + 4] if t.key not in _AUXILIARIES and not t.text.endswith("ly")), None)
    before = next((t for t in reversed(found[max(0, i - 3) : i]) if t.key not in _ARTICLES), None)
    return (after is not None and _is_past(after)) or (before is not None and (before.key == "by" or _is_past(before)))


_ARTICLES = frozenset("a an the his her their its our my your this that these those".split())
_AUXILIARIES = _BEING | frozenset("has have had will would also not never".split())


def _is_past(token: Token) -> bool:
    low = token.text
    return token.content and not token.capital and (low in _PAST or (len(low) > 4 and low.endswith("ed")))


def _verbs(found: Sequence[Token]) -> frozenset[str]:
    return frozenset(t.key for t in found if _is_past(t))


_NOTHING = _Between({}, frozenset())


def _between(found: Sequence[Token], a: tuple[int, int], b: tuple[int, int], verbs: Set[str]) -> _Between:
    """Which of two participants acts, by the words between them."""
    all_words = found[a[1] + 1 : b[0]]
    if any(set(t.before) & set(';:"') for t in found[a[1] + 1 : b[0] + 1]):
        return _NOTHING
    words = [t for t in all_words if t.key not in _ARTICLES and not (t.capital and t.key in _TITLES)]
    content = frozenset(t.key for t in words if t.content)
    if not words or words[-1].key in _TOGETHER or words[0].key in _TOGETHER or content & _MUTUAL:
        return _NOTHING
    pasts = [n for n, t in enumerate(words) if t.key in verbs and not t.capital]
    names = found[a[1]].capital and found[b[0]].capital
    if not pasts:
        return _frame(words, content, found[a[0] - 1].key if a[0] else "") if names else _NOTHING
    if not names and len(content) > 2:
        return _NOTHING
    last = pasts[-1]
    link = next((t.key for t in reversed(words[last + 1 :]) if t.key in _LINKS), "")
    passive = [n for n in pasts if n and _auxiliary(words, n) in _BEING]
    if link == "by" and (len(words) - last <= 3 or last in passive):
        return _Between({(words[last].key, ""): False}, content)
    ways: dict[tuple[str, ...], bool]
    ways = {(words[n].key, link): True for n in pasts if n not in passive and "," not in words[n].before}
    return _Between(ways, content)  # what is done to the first one, without saying by whom, tells nothing


def _auxiliary(words: Sequence[Token], n: int) -> str:
    return next((t.key for t in reversed(words[:n]) if not t.text.endswith("ly") and t.key not in ("not", "never", "also")), "")


def _frame(words: Sequence[Token], content: frozenset[str], before: str) -> _Between:
    """A few words that must stand between the other two just so: "'s criticism of", "from A to B", "is taller than"."""
    keys = tuple(t.key for t in words)
    if not content and {before, *keys} == {"from", "to"}:
        return _Between({("from", "to"): before == "from"}, content)
    if len(keys) > 5 or (_BEING & set(keys) and keys[-1] != "than") or (not content and keys[-1] not in _LINKS):
        return _NOTHING
    return _Between({("", "" if content else before, *keys): True}, content)


def _retold(mine: _Between, line: Sequence[Token], ours: Set[str], theirs: Set[str], verbs: Set[str]) -> tuple[int, int, bool]:
    """How much of this a line tells the same way, how much the other way around, and whether the former with the two crossed."""
    runs: list[tuple[int, int, bool]] = []  # first, last, whether it is the first of the two
    for j, token in enumerate(line):
        if token.key in ours or token.key in theirs:
            if runs and runs[-1][1] == j - 1 and runs[-1][2] == (token.key in ours):
                runs[-1] = (runs[-1][0], j, runs[-1][2])
            else:
                runs.append((j, j, token.key in ours))
    kept, turned, crossed = 0, 0, False
    for (start, end, first), (following, stop, second) in pairwise(runs):
        if first == second or following - end > _REACH:
            continue
        found = _between(line, (start, end), (following, stop), verbs)
        if 2 * len(found.content & mine.content) < min(len(mine.content), len(found.content)):
            continue
        agreeing = [(acts == mine.ways[key]) == first for key, acts in found.ways.items() if key in mine.ways]
        kept, turned = max(kept, sum(agreeing)), max(turned, len(agreeing) - sum(agreeing))
        crossed = crossed or (any(agreeing) and not first)
    return kept, turned, crossed


# --- two sentences made into one


_SUBJECTS = frozenset("he she they it we i".split())
_BREAKS = frozenset(',;:()!?"')
_JOINS = frozenset(
    "and but or while which who that as when where because although whereas so then with by for after before if".split()
)


def _stitches(claim: _Claim) -> Iterator[str]:
    """A piece of one sentence run on into a piece of another, where the other was cut in the middle."""
    anchors = [i for i, place in enumerate(claim.at) if place]
    for left, right in pairwise(anchors):
        a, b = claim.at[left], claim.at[right]
        if a is None or b is None or a[0] == b[0] or _writers_join(claim, left, right):
            continue
        if (_cut_before(claim, b) and _cut_after(claim, a)) or _cut_short(claim, a):
            yield "This joins words of two sentences of the passage into one."
            return


def _writers_join(claim: _Claim, left: int, right: int) -> bool:
    """Whether the sentence has a conjunction or a comma of its own between two pieces, one that neither piece brought."""
    a, b = claim.at[left], claim.at[right]
    if a is None or b is None:
        return True
    if any(t.key in _JOINS for t in claim.tokens[left + 1 : right]):
        return True
    after = claim.lines[a[0]].tokens[a[1] + 1 : a[1] + 2]
    brought = claim.token_at(b).before + "".join(t.before for t in after)
    return any(set(t.before) & _BREAKS and not set(brought) & _BREAKS for t in claim.tokens[left + 1 : right + 1])


def _cut_before(claim: _Claim, place: tuple[int, int]) -> bool:
    """Whether the passage sentence has words of its own before this one, in the same clause, that the claim lacks."""
    line, j = place
    keys = {t.key for t in claim.tokens}
    found = claim.lines[line].tokens
    if set(found[j].before) & _BREAKS and found[j].key not in _JOINS:
        return False
    behind_break = False
    while j > 0:
        behind_break = behind_break or bool(set(found[j].before) & _BREAKS)
        j -= 1
        if found[j].content and found[j].key not in keys:
            return True
        if found[j].content and behind_break:
            return False
        if found[j].key in _SUBJECTS and not behind_break:
            return False
    return False


def _cut_after(claim: _Claim, place: tuple[int, int]) -> bool:
    line, j = place
    keys = {t.key for t in claim.tokens}
    return any(t.content and t.key not in keys for t in claim.lines[line].tokens[j + 1 :])


def _cut_short(claim: _Claim, place: tuple[int, int]) -> bool:
    """Whether the passage sentence goes on after this word without a pause: it was left in the middle of a phrase."""
    line, j = place
    following = claim.lines[line].tokens[j + 1 : j + 2]
    return (
        bool(following)
        and not set(following[0].before) & _BREAKS
        and (line, j + 1) not in claim.taken
        and following[0].key not in _JOINS
    )


# --- words without a basis


def _basis(claim: _Claim) -> Iterator[str]:
    content = [i for i, t in enumerate(claim.tokens) if t.content and i not in claim.spared]
    if not content:
        return
    aligned = sum(1 for i in content if claim.at[i])
    present = sum(1 for i in content if not claim.at[i] and claim.tokens[i].key in claim.all_keys)
    if (aligned + 0.5 * present) / len(content) < 0.5:
        yield "Most of this sentence is not in the passage."
        return
    worst, run, start, span = 0.0, 0.0, 0, (0, 0)
    for n, i in enumerate(content):
        step = -1.2 if claim.at[i] else 0.6 if claim.tokens[i].key in claim.all_keys else 1.0
        if run + step <= 0:
            run, start = 0.0, n + 1
        else:
            run += step
            if run > worst:
                worst, span = run, (content[start], i)
    if worst >= 2.8:
        words = " ".join(t.text for t in claim.tokens[span[0] : span[1] + 1])
        yield f"The passage does not carry “{_short(words)}”."
