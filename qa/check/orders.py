"""What came first or made the other happen, told the other way around; the sides of a "than"; "fewer" for "more" of the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from functools import cache
from itertools import combinations, takewhile
from typing import NamedTuple

from qa.check.align import Claim
from qa.check.polarity import is_adverb
from qa.check.wanted import answers
from qa.check.wording import comparatives
from vectorstore.language.align import Line
from vectorstore.language.lexicon import kinds, word_set
from vectorstore.language.names import is_name
from vectorstore.language.stems import stem_set
from vectorstore.language.tokens import Token
from vectorstore.language.verbs import is_deed

_SIDE = 10  # words
_GAP = 6  # words between "led" and its "to"
_HEAD = 4  # words up to an "earlier" that tells when of a whole sentence
_FAR = 16  # words between "more" and its "than"
_TIMES = word_set("orders.times")
_OPENS = word_set("words.articles") | word_set("words.subjects")
_SAYING = stem_set("speech.verbs_of_saying")
_JOINS, _BEING = word_set("orders.joins"), word_set("words.being")


class _Told(NamedTuple):
    """Two things that a text tells as one behind the other, by their words, and the word that says so."""

    first: frozenset[str]
    second: frozenset[str]
    word: str


@cache
def _links() -> dict[str, list[tuple[str, list[str]]]]:
    """For a word that says what comes first, how it does, and the words that it needs behind it."""
    found: dict[str, list[tuple[str, list[str]]]] = {}
    for entry, kind in kinds("orders.links").items():
        word, *more = entry.split(">")
        found.setdefault(word, []).append((kind, more))
    return found


@cache
def order_words() -> frozenset[str]:
    return frozenset({"than", *_TIMES, *(max(entry.split(">"), key=len) for entry in kinds("orders.links"))})


def orders(claim: Claim) -> Iterator[str]:
    """The pivots of the sentence whose sides the passages have in each other's place."""
    for i, token in enumerate(claim.tokens):
        if token.key in ("than", *_TIMES) and not token.quoted:
            for line in claim.lines:
                if (j := next((j for j, t in enumerate(line.tokens) if t.key == token.key), -1)) >= 0:
                    yield from _of_two(claim.tokens, i, line.tokens, j)
    names = frozenset(t.key for t in claim.tokens if is_name(t))
    mine = [] if claim.is_verbatim else list(_told(claim.tokens))
    theirs = [*_in_passages(claim)] if mine else []
    for told in mine:
        first, second = (_as_theirs(claim, side) for side in (told.first, told.second))
        kept = max((_shared(first & t.first, second & t.second, names) for t in theirs), default=0)
        if max((_shared(first & t.second, second & t.first, names) for t in theirs), default=0) > kept:
            yield f"The passage tells this the other way around: “{told.word}” has its two sides exchanged."


def _shared(one: frozenset[str], other: frozenset[str], names: frozenset[str]) -> int:
    """How much two sides have in common with two others, where both have something; names tell more than words."""
    return len(one) + len(other) + len(names & (one | other)) if one and other else 0


def _as_theirs(claim: Claim, side: frozenset[str]) -> frozenset[str]:
    """The words of a side, and for one that the passages lack those that may mean it."""
    lacking = [t for t in claim.tokens if t.key in side and t.key not in claim.all_keys]
    return side.union(other.key for t in lacking for line in claim.lines for other in line.tokens if answers(t, other))


def _in_passages(claim: Claim) -> Iterator[_Told]:
    before: Sequence[Token] = ()
    for n, line in enumerate(claim.lines):
        yield from _told(line.tokens, before)
        yield from _and_so(line.tokens, claim.keys)
        last = n + 1 == len(claim.lines) or claim.passage_of[n] != claim.passage_of[n + 1]
        before = () if last else line.tokens
    for p in sorted({claim.passage_of[n] for n in claim.used}):
        dated = [one for n, line in enumerate(claim.lines) if claim.passage_of[n] == p for one in _dated(line)]
        dated = [(year, told) for year, told in dated if 3 * len(told & claim.keys) >= len(told)]
        for (year, one), (later, other) in combinations(sorted(dated, key=lambda d: d[0]), 2):
            if year < later:
                yield _Told(one - other, other - one, f"{later:g}")


def _told(found: Sequence[Token], before: Sequence[Token] = ()) -> Iterator[_Told]:
    """What a sentence tells as one behind the other; a "then" at its head may be behind the sentence before."""
    for n, token in enumerate(found):
        entries = _links().get(token.text.casefold(), ())
        kind = next((kind for kind, more in entries if _follows(found, n, more)), "")
        if not kind or [t.unit for t in found[n + 1 : n + 2]] == ["clock"]:
            continue  # "shortly before midnight" tells when, not of two events
        if kind == "then":
            start = next((k for k in range(n, 0, -1) if found[k].key in _JOINS), 0)
            first, second = _content(found[:start][-_SIDE:] if start else before), _content(found[start : start + _SIDE])
        elif kind == "having":
            end = next((k for k in range(n + 1, len(found)) if found[k].is_parted), len(found))
            first, second = _content(found[n:end]), _content(found[end : end + _SIDE])
        else:
            of_before = not n and bool(before) and found[n + 1].key == "that"  # "Before that she had won"
            if kind == "earlier" and before and n < _HEAD:  # "Twenty minutes earlier, residents had heard a bang"
                yield _Told(_content(found[n + 1 :]) - _content(before), _content(before) - _content(found[n + 1 :]), token.text)
            if kind == "earlier":
                continue
            first, second = (_content(found[2:]), _content(before)) if of_before else _around(found, n)
            if kind == "makes" and before and not _content(found[:n]):
                first, second = _content(before), _content(found[n + 1 : n + _SIDE])  # "This led to a decline"
            passive = kind in ("makes", "after") and found[n - 1].key in _BEING and "by" in [t.key for t in found[n + 1 : n + 4]]
            if (kind == "after") != passive:
                first, second = second, first
        if first - second and second - first:
            yield _Told(first - second, second - first, token.text)


def _and_so(found: Sequence[Token], keys: Set[str]) -> Iterator[_Told]:
    """What an "-ing" behind a comma tells came of it: "a dam burst, flooding the town"; not "he left, citing his age"."""
    for n in (n for n in range(1, len(found)) if "," in found[n].before and found[n].text.endswith("ing")):
        if found[n].key in keys and found[n].key not in _SAYING and found[n].text.casefold() not in _links():
            yield _Told(_content(found[max(0, n - _SIDE) : n]), _content(found[n : n + _SIDE]), found[n].text)


def _follows(found: Sequence[Token], n: int, more: Sequence[str]) -> bool:
    """Whether the words that a link needs stand behind it; a "…" is a few of any: "led many to leave"."""
    if more[:1] != ["…"]:
        return more == [t.text for t in found[n + 1 : n + 1 + len(more)]]
    behind = takewhile(lambda t: not t.is_parted, found[n + 2 : n + 2 + _GAP])
    return any(t.text == more[1] for t in behind)


def _around(found: Sequence[Token], n: int) -> tuple[frozenset[str], frozenset[str]]:
    """What stands before and behind a link; at the head of a sentence, what follows behind its comma, and before that."""
    if is_adverb(found, n):
        return frozenset(), frozenset()
    left, right = _sides(found, n)
    opens = (k for k in range(n + 2, len(found)) if found[k].key in _OPENS and found[k - 1].content)
    end = next(
        (k for k in range(n + 2, len(found)) if "," in found[k].before), next(opens, len(found))
    )  # "After lunch they left"
    return (_content(found[end : end + _SIDE]), _content(found[n + 1 : end])) if not left else (left, right)


def _content(found: Sequence[Token]) -> frozenset[str]:
    return frozenset(t.key for t in found if t.content and not t.values and not t.date)


def _dated(line: Line) -> Iterator[tuple[float, frozenset[str]]]:
    """What a sentence tells of a year, clause by clause."""
    start = 0
    for n in range(1, len(line.tokens) + 1):
        ends = n == len(line.tokens) or line.tokens[n].key in _JOINS or line.tokens[n].is_parted
        clause = line.tokens[start:n] if ends else ()
        if told := _content(clause):
            yield from ((min(t.values), told) for t in clause if t.date == "year")
            start = n


def _of_two(mine: Sequence[Token], i: int, theirs: Sequence[Token], j: int) -> Iterator[str]:
    (a, b), (left, right) = _sides(mine, i), _sides(theirs, j)
    names = frozenset(t.key for t in mine if is_name(t))
    kept, crossed = len(a & left) + len(b & right), _shared(a & right, b & left, names)
    more, less = _compared(mine, i), _compared(theirs, j)
    opposed = any((more in up and less in down) or (more in down and less in up) for up, down in comparatives())
    if crossed > kept and not opposed:
        yield f"The passage tells this the other way around: “{mine[i].text}” has its two sides exchanged."
    elif kept > crossed and a & left and b & right and opposed:
        yield f"This says “{more}” where the passage says “{less}”."


def _sides(found: Sequence[Token], n: int) -> tuple[frozenset[str], frozenset[str]]:
    """What stands before and behind a word, as far as no stop or semicolon parts it from that."""
    end = n + _SIDE
    if found[n].key in _TIMES:  # "twice as many moved to Orm as to Pell", "twice those in Pell"
        n = next((k for k in range(min(len(found), end) - 1, n + 1, -1) if found[k].key == "as"), n)
        end = next((k + 1 for k in range(n + 1, len(found)) if found[k].content and not found[k].values), end)
    before = takewhile(lambda t: not set(t.before) & set(";:"), reversed(found[max(0, n - _SIDE) : n]))
    signs = set(";:") if _is_aside_next(found, n) else set(",;:")
    after = takewhile(lambda t: not set(t.before) & signs, found[n + 1 : end])
    one = frozenset(t.key for t in before if t.content and not t.values)
    other = frozenset(t.key for t in after if t.date or (t.content and not t.values))
    return one - other, other - one


def _is_aside_next(found: Sequence[Token], n: int) -> bool:
    """Whether an aside parts the subject behind a word from its verb: "after its author, Sylvie Roth, had resigned"."""
    first = next((k for k in range(n + 1, len(found)) if found[k].is_parted), len(found))
    second = next((k for k in range(first + 1, len(found)) if found[k].is_parted), len(found))
    told = [any(is_deed(t) for t in some) for some in (found[n + 1 : first], found[first:second], found[second:])]
    return found[n].key != "than" and told == [False, False, True]


def _compared(found: Sequence[Token], n: int) -> str:
    """The comparative before a "than": "more" of "four more votes than"."""
    words = [t.text.casefold() for t in found[max(0, n - _FAR) : n]] if found[n].key == "than" else []
    return next((word for word in reversed(words) if any(word in up | down for up, down in comparatives())), "")
