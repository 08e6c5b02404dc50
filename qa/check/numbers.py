"""Numbers and dates: the passage gives the same ones, of the same things."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import dropwhile, pairwise, takewhile

from qa.check.align import Claim, Slot
from qa.check.bounds import bound
from vectorstore.language.align import Line
from vectorstore.language.lexicon import kinds, lines, table, word_set
from vectorstore.language.names import is_name
from vectorstore.language.numbers import M, measure_of, measures
from vectorstore.language.senses import is_mostly_verb, may_mean
from vectorstore.language.stems import stem
from vectorstore.language.tokens import Token, same
from vectorstore.language.verbs import is_deed

_PARTIAL = frozenset(word for word, kind in kinds("quantities.kinds").items() if kind != "all")
_FORMER, _NEAR_NUMBER = (word_set("numbers.from"), word_set("numbers.ago")), 5  # words
_NOW, _TO_COME = word_set("numbers.now"), word_set("numbers.to_come")
MULTIPLES: dict[str, float] = {stem(word): factor for word, factor in table("numbers.multiples").items()}


def numbers(claim: Claim) -> Iterator[str]:
    for slot in claim.slots:
        for i in slot.here:
            token = claim.tokens[i]
            if not token.values or token.date or (token.key == "one" and not token.unit) or _is_in_word(claim, token):
                continue
            instead = [claim.token_at(place) for place in slot.there if _may_be_for(claim, token, place)]
            if _roughly(claim, i, instead) or any(is_told(claim, i) for is_told in _TOLD):
                continue
            if not _given(claim, i, slot, bool(instead)):
                yield _number_reason(token, instead)


def _is_before(claim: Claim, i: int) -> bool:
    """Whether a number from which something changed is told as the one before: "from 33% to 41%" of "41%, up from 33%"."""
    if i > 2 and claim.tokens[i - 1].key == "to" and claim.tokens[i - 3].key == "from":
        return _is_before(claim, i - 2)  # what it is now
    links = [t.key for t in (*claim.tokens[max(0, i - 1) : i], *claim.tokens[i + 1 : i + 2])]
    if links != ["from", "to"] or i + 2 >= len(claim.tokens):
        return False
    token, now = claim.tokens[i], claim.tokens[i + 2]
    if any(_is_now(claim, token, now, line) for line in claim.lines):
        return True
    for n, line in enumerate(claim.lines):
        for m in (n, n + 1) if now.values and line.matching(now) else ():
            found = claim.lines[m].tokens if m < len(claim.lines) and claim.passage_of[m] == claim.passage_of[n] else ()
            for j in claim.lines[m].matching(token) if found else ():
                sides = zip(_FORMER, (found[:j][::-1], found[j + 1 :]), strict=True)
                if _is_like_one(token, now, found[j]) and any(not said.isdisjoint(_until_number(side)) for said, side in sides):
                    return True
    return False


def _is_now(claim: Claim, old: Token, new: Token, line: Line) -> bool:
    """Whether a number is what it is now of what is to change: "may rise to 67. The retirement age now stands at 64"."""
    coming = [
        other.keys for other in claim.lines if other.matching(new) and any(t.text.casefold() in _TO_COME for t in other.tokens)
    ]
    for j in line.matching(old) if coming else ():
        before = [t for t in line.tokens[:j] if not t.values]
        what = {t.key for t in before if t.content and t.text.casefold() not in _NOW and not is_mostly_verb(t.key)}
        is_now = any(t.text.casefold() in _NOW for t in before) and _is_like_one(old, new, line.tokens[j])
        if is_now and what and what <= claim.keys and any(what <= keys for keys in coming):
            return True
    return False


def _is_like_one(old: Token, new: Token, there: Token) -> bool:
    """Whether a passage's number is of the kind of the first of two: of crowns in "from 64 to 67 crowns"."""
    return _is_like(old, there) or (not old.unit and _is_like(new, there))


def is_so_changed(claim: Claim, i: int) -> bool:
    """Whether a "rose" or "fell" before "from A to B" is what the passage's two numbers make of it, in whatever words."""
    low = claim.tokens[i].text.casefold()
    k = next((k for k in range(i + 2, min(i + 5, len(claim.tokens) - 2)) if claim.tokens[k - 1].key == "from"), 0)
    if not k or not _is_before(claim, k) or not (old := claim.tokens[k].values) or not (new := claim.tokens[k + 2].values):
        return False
    return low in word_set("roles.up" if max(old) < max(new) else "roles.down")


def _until_number(found: Sequence[Token]) -> list[str]:
    """The words next to a number, as far as the next one: a year is none."""
    return [t.text.casefold() for t in takewhile(lambda t: not t.values or bool(t.date), found[:_NEAR_NUMBER])]


def _is_never_before(claim: Claim, i: int) -> bool:
    """Whether "her first victory" is told as "she had never won"."""
    return claim.tokens[i].text.casefold() == "first" and any(t.key == "never" for line in claim.told for t in line.tokens)


def _is_between(claim: Claim, i: int) -> bool:
    """Whether the passages tell the number, too, as how much more one is than another: "three more than the Blues"."""
    kind, words = bound(claim.tokens, i, claim.language)
    places = ((line.tokens, j) for line in claim.lines for j in line.matching(claim.tokens[i])) if kind == "difference" else ()
    return any(bound(found, j, claim.language) == (kind, words) for found, j in places)


def _is_reckoned(claim: Claim, i: int) -> bool:
    """Whether the passages' numbers make it: "14 in all, nine and five", which the sentence cites, or 12 as "half of the 24"."""
    token = claim.tokens[i]
    lines = [claim.lines[n] for n in sorted(claim.used)]
    cited = [t for t in claim.tokens if t.values and not t.date and any(line.matching(t) for line in lines)]
    adds = len(cited) > 1 and any(t.text.casefold() in word_set("numbers.in_all") for t in claim.tokens)
    shares = [share for line in lines for share in _shares(line.tokens)]
    if adds and all(_is_like(token, t) for t in cited) and _makes(token, sum(max(t.values) for t in cited)):
        claim.reckoned = f"{token.text} is the sum of {' and '.join(t.text for t in cited)}: the passage does not add them up."
    elif len(shares) == 1 and not token.unit and any(same(shares[0][1], t) for t in cited):
        part, whole = shares[0]
        if not _makes(token, max(part.values) * max(whole.values)):
            return False
        claim.reckoned = f"{token.text} is {part.text.casefold()} of {whole.text}."
    elif token.unit == "part" and (two := _in_proportion(claim, i, lines)):
        claim.reckoned = f"{two[0].text} of {two[1].text} is in proportion to {token.text}: the passage does not reckon it."
    elif two := _apart(claim, i, lines):
        claim.reckoned = f"{token.text} is the difference of {two[0].text} and {two[1].text}: the passage does not reckon it."
    else:
        return False
    return True


def _in_proportion(claim: Claim, i: int, lines: Sequence[Line]) -> tuple[Token, Token] | None:
    """Figures of the passage, "11 of the 25", of which it is true that they are less, or more, than a part: "fewer than half"."""
    kind, part = bound(claim.tokens, i, claim.language)[0], max(claim.tokens[i].values)
    for found in (line.tokens for line in lines):
        for n in (n for n, t in enumerate(found[1:-1], 1) if t.key == "of" and found[n - 1].values):
            whole = next((t for t in found[n + 1 : n + 3] if t.values and not t.date and max(t.values) > 1), None)
            share = max(found[n - 1].values) / max(whole.values) if whole else 0.0
            if whole and (0 < share < part if kind == "less" else part < share < 1 if kind == "more" else False):
                return found[n - 1], whole
    return None


def _apart(claim: Claim, i: int, lines: Sequence[Line]) -> tuple[Token, Token] | None:
    """Two numbers of one sentence, beside each other, that are as far apart as the claim says that it rose or fell."""
    token, up, down = claim.tokens[i], word_set("roles.up"), word_set("roles.down")
    mine = claim.words
    if claim.tokens[i - 1].key != "by" and bound(claim.tokens, i, claim.language)[0] != "difference":
        return None
    for line in lines:
        theirs = {t.text.casefold() for t in line.tokens}
        if mine.isdisjoint(up) == mine.isdisjoint(down) or any(mine.isdisjoint(w) != theirs.isdisjoint(w) for w in (up, down)):
            continue
        for a, b in pairwise(line.tokens[n] for n in line.numbers if not line.tokens[n].date):
            unit = "points" if a.unit == "%" else a.unit
            fits = _is_like(a, b) and unit == token.unit and (a.measure == token.measure or not token.measure)
            if fits and _makes(token, abs(max(a.values) - max(b.values))):
                return a, b
    return None


def _is_age(claim: Claim, i: int) -> bool:
    """Whether it is the age of one whom the passage calls by it: "Ade Marsh, 27," of "Marsh was fined. The 27-year-old …"."""
    token, after = claim.tokens[i], claim.tokens[i + 1 : i + 2]
    if not i or token.unit or "," not in token.before or not is_name(claim.tokens[i - 1]) or not (after and after[0].is_parted):
        return False
    for n, line in enumerate(claim.lines):
        for j in line.matching(token):
            if line.tokens[j].measure == measures()["year"] and line.tokens[j + 1 : j + 2] and line.tokens[j + 1].text == "old":
                return claim.tokens[i - 1].key in _named_before(claim, n, j)
    return False


def _named_before(claim: Claim, n: int, j: int) -> frozenset[str]:
    """The name that a sentence has before a place, or with which the nearest sentence before it that has one begins."""
    found: Sequence[Token] = claim.lines[n].tokens[:j]
    while not any(map(is_name, found)) and n and claim.passage_of[n - 1] == claim.passage_of[n]:
        n -= 1
        found = claim.lines[n].tokens
    names = dropwhile(lambda t: not is_name(t) or (t.first and t.key not in claim.known_names), found)
    return frozenset(t.key for t in takewhile(is_name, names))


_TOLD = (_is_age, _is_before, _is_never_before, _is_reckoned, _is_between)  # in another form


def _shares(found: Sequence[Token]) -> Iterator[tuple[Token, Token]]:
    """Parts with their wholes: "half of the 24"."""
    for part, of, *after in zip(found, found[1:], found[2:], found[3:], strict=False):
        whole = next((t for t in after if t.values and not t.date), None)
        if whole and of.key == "of" and 0 < max(part.values, default=0) < 1:
            yield part, whole


def _makes(token: Token, number: float) -> bool:
    return any(math.isclose(value, number) for value in token.values)


def _is_like(a: Token, b: Token) -> bool:
    """Whether two numbers can be added up: both of metres, of euros or of things."""
    return a.unit == b.unit and (a.measure and a.measure.factor) == (b.measure and b.measure.factor)


def units(claim: Claim) -> Iterator[str]:
    """A number of one thing that is a number of another in the passage: "three things" for three decades, "a year" for 1½."""
    for i, token in enumerate(claim.tokens):
        place = claim.at[i]
        if place and token.values and not token.date:
            yield from _whole(claim, i, place)
            other, there = claim.token_at(place), claim.lines[place[0]].tokens
            mine, theirs = _counted(claim.tokens, i), _counted(there, place[1])
            if mine and other.measure and not (token.measure or token.unit or measure_of(mine.text) or claim.at[i + 1]):
                yield f"This counts “{mine.text}” where the passage says “{other.text}”."
            elif not theirs or token.measure in (None, M) or other.measure or other.unit or _has_unit(there, place[1]):
                continue
            elif (place[0], place[1] + 1) not in claim.taken:
                yield f"This says “{token.text}” where the passage counts “{theirs.text}”."
        elif not place and i and claim.tokens[i - 1].key in ("a", "an") and (measure := measure_of(token.text)):
            near = next((slot.near for slot in claim.slots if i in slot.here), ())  # what is quoted is in none
            found = [t for t in map(claim.token_at, near) if t.measure and t.measure.dimension == measure.dimension]
            sizes = [v * t.measure.factor for t in found for v in t.values if t.measure]
            if len(sizes) == 1 and abs(sizes[0] - measure.factor) > 0.01 * measure.factor:
                yield f"This says “a {token.text}” where the passage says “{found[0].text}”."


def _counted(found: Sequence[Token], n: int) -> Token | None:
    """The plain word right behind a number."""
    after = found[n + 1] if n + 1 < len(found) else None
    return after if after and after.content and not after.before and not after.values and after.text.islower() else None


def _has_unit(found: Sequence[Token], n: int) -> bool:
    return any(measure_of(t.text) for t in found[n + 1 : n + 4])


def _given(claim: Claim, i: int, slot: Slot, contested: bool) -> bool:
    """Whether an unaligned number or date stands elsewhere in the passages beside a word that it stands beside here."""
    token = claim.tokens[i]
    is_measured = bool(token.measure) or token.unit not in ("", "ordinal", "th")
    reach = 6 if (token.date or is_measured) and not contested else 3  # "on Thursday she will travel to …": another order
    mine = _beside(claim.tokens, i, reach)
    for n, line in enumerate(claim.lines):
        for j, other in enumerate(line.tokens):
            if not same(token, other):
                continue
            if (n, j) in slot.there and not contested:
                return True
            theirs = _beside(line.tokens, j, reach)
            if mine & theirs or (not (contested or token.date) and any(may_mean(a, b) for a in mine for b in theirs)):
                return not contested or (n, j) in slot.there
            if not contested and (not mine or (n in claim.used and (n, j) not in claim.taken)):
                return True
    return False


def _is_said(claim: Claim, token: Token) -> bool:
    """Whether the sentence has a number of the passage somewhere."""
    return any(same(token, other) for other in claim.tokens)


def _is_in_word(claim: Claim, token: Token) -> bool:
    """Whether a word of the passage says the number: "halved" is "cut by half" or "by 50 percent", "both" two."""
    factors = {MULTIPLES[t.key] for k in claim.used for t in claim.lines[k].tokens if t.key in MULTIPLES}
    if any(_is_times(value, token.unit, factor) for value in token.values for factor in factors):
        return True
    if token.values == {2.0} and any(t.key == "both" for n in claim.used for t in claim.lines[n].tokens):
        return True
    return token.text.casefold() == "half" and stem("halve") in claim.all_keys


def _is_times(value: float, unit: str, factor: float) -> bool:
    """Whether a number says how many times as much: "three times", "by 200 percent", "by half"."""
    return (value == factor and unit in ("", "part")) or (unit == "%" and value == round(100 * abs(factor - 1)))


def _whole(claim: Claim, i: int, place: tuple[int, int]) -> Iterator[str]:
    """The whole taken for its part: "480 workers were dismissed" where the passage says 120 of 480."""
    found = claim.lines[place[0]].tokens
    start, part = _part_of(found, place[1])
    told = not part or (place[0], start) in claim.taken or any(t.values and same(t, part) for t in claim.tokens)
    if not part or told or any(t.key == "of" for t in claim.tokens[max(0, i - 4) : i]):
        return
    acts = (at[1] for at in claim.at if at and at[0] == place[0] and not start <= at[1] <= place[1] + 1)
    if any(not found[j].capital and _is_act(found[j]) for j in acts):
        yield f"This says “{claim.tokens[i].text}” where the passage says “{part.text} of {found[place[1]].text}”."


def _is_act(token: Token) -> bool:
    return token.content and (is_deed(token) or is_mostly_verb(token.key))


def _part_of(found: Sequence[Token], n: int) -> tuple[int, Token | None]:
    """The part of which the number at n is the whole, and where that is told from: "120 of its 480", "of its 480, 120"."""
    k = n - 1
    while k >= 0 and n - k < 6 and found[k].key != "of" and not found[k].values and not found[k + 1].before.strip("-"):
        k -= 1
    if k < 0 or found[k].key != "of" or found[k + 1].before.strip("-"):
        return 0, None
    if not k or "," in found[k].before:
        return k, next((t for t in found[n + 1 : n + 9] if _is_part(t)), None)
    before = k - 1 - (found[k - 1].text.casefold() == "out")
    for m in (before, before - 1):  # "18 passengers of the 62"
        if m >= 0 and _is_part(found[m]) and not any(t.before.strip("-") for t in found[m + 1 : k + 1]):
            return m, found[m]
    return 0, None


def _is_part(token: Token) -> bool:
    return bool(token.values and not token.date) or token.text.casefold() in _PARTIAL


def multiples(claim: Claim) -> Iterator[str]:
    """A "doubled" that the passage's numbers gainsay: it rose by 40 percent, or threefold."""
    for i, token in enumerate(claim.tokens):
        if claim.at[i] or token.values or (factor := MULTIPLES.get(token.key)) is None:
            continue
        there = [t for k in claim.used for t in claim.lines[k].tokens]
        counts = [v for t in there if t.values and not t.date for v in t.values]
        if any(t.key in MULTIPLES and MULTIPLES[t.key] == factor for t in there) or any(
            abs(b - factor * a) <= 0.06 * b for a in counts for b in counts
        ):
            continue
        said = [t for t in there if t.key in MULTIPLES or t.unit in ("%", "part") or (t.values and t.values <= {2, 3, 4})]
        if said and not any(_is_times(v, t.unit, factor) for t in said for v in t.values):
            yield f"This says “{token.text}” where the passage says “{said[0].text}”."


def exchanged(claim: Claim) -> Iterator[str]:
    """Two numbers of the passage in each other's place: "39 to 61" for "61 to 39", "5 missing and 3 injured"."""
    mine = [i for i, t in enumerate(claim.tokens) if t.values and not t.date and t.key != "one"]
    for i, k in pairwise(mine):
        a, b = claim.tokens[i], claim.tokens[k]
        if k - i > _APART or a.values & b.values:
            continue
        ways = {_order(claim, line, (i, k)) for line in range(len(claim.lines)) if len(claim.lines[line].numbers) > 1}
        if "turned" in ways and "kept" not in ways:
            yield f"The passage gives {b.text} and {a.text} the other way around."
            return


_APART = 6  # words between two numbers that belong together


def _order(claim: Claim, line: int, pair: tuple[int, int]) -> str:
    """How a line of the passages gives two numbers: each of the same thing, each of the other's, or of what cannot be told."""
    found = claim.lines[line]
    first, second = (found.matching(claim.tokens[n]) for n in pair)
    both = [(x, y) for x in first for y in second if x != y and abs(x - y) <= _APART]
    if not both:
        return ""
    i, k = pair
    things = _thing(claim.tokens, i, k), _thing(claim.tokens, k, k + _APART)
    score = k - i == 1 or (k - i == 2 and claim.tokens[i + 1].key in ("to", "against"))
    for x, y in both:
        if things[0] and things[1] and things[0] != things[1]:
            theirs = (_thing(found.tokens, x, y if y > x else x + _APART), _thing(found.tokens, y, x if x > y else y + _APART))
            if theirs == things:
                return "kept"
            if theirs == (things[1], things[0]):
                return "turned"
        elif score and y > x and y - x <= 2:
            return "kept"
        elif score and x > y and x - y <= 2:
            return "turned"
    return ""


def _thing(found: Sequence[Token], n: int, end: int) -> str:
    """What a number counts: the next word of content before the next number."""
    return next((t.key for t in found[n + 1 : min(end, n + 4)] if t.content and not t.values), "")


def _beside(found: Sequence[Token], n: int, reach: int) -> frozenset[str]:
    return frozenset(
        t.key for k, t in enumerate(found[max(0, n - reach) : n + reach + 1], max(0, n - reach)) if k != n and t.content
    )


def _roughly(claim: Claim, i: int, instead: Sequence[Token]) -> bool:
    """Whether the words before a number make it a rounding of the passage's: "nearly 200" of 196."""
    before = [t.text.casefold() for t in claim.tokens[max(0, i - 3) : i]]
    words = set(before) | {f"{a} {b}" for a, b in pairwise(before)}
    about = word_set("numbers.about", claim.language)
    more, nearly, under = (frozenset(lines(f"numbers.{name}", claim.language)) for name in ("more_than", "nearly", "less_than"))
    if not words & (about | more | nearly | under):
        return False
    pool = instead or [t for line in claim.lines for t in line.tokens if t.values and not t.date]
    for value in claim.tokens[i].values:
        for other in (v / 100 if t.unit == "%" and value < 1 else v for t in pool for v in t.values):  # "over half" of 54 percent
            if min(other, value) <= 0 or (value >= 1 and (_digits(value) >= _digits(other) or _digits(value) > 2)):
                continue
            if words & about and abs(value - other) <= 0.06 * other:
                return True
            if words & more and value <= other <= 1.25 * value:
                return True
            if words & (nearly | under) and 0.8 * value <= other <= value:
                return True
    return False


def _digits(value: float) -> int:
    """How many digits a number gives: 2 for 120,000, 3 for 19.6."""
    return len(f"{value:.10g}".replace(".", "").strip("0")) if value < 1e10 else 3


def _number_reason(token: Token, instead: Sequence[Token]) -> str:
    shown = token.text + ("%" if token.unit == "%" else "")
    if len(instead) == 1 and _are_of_one_kind(token, instead[0]):
        return f"The passage does not give the number {shown} here, but {instead[0].text}."
    return f"The passage does not give the number {shown}."


def _may_be_for(claim: Claim, token: Token, place: tuple[int, int]) -> bool:
    """Whether a number may stand in another's place: two years do not stand for $3,500 or 40 pens."""
    other, counted = claim.token_at(place), _counted(claim.lines[place[0]].tokens, place[1])
    if not other.values or other.date or not other.content or (token.measure and counted and not other.measure):
        return False
    kinds = [t.measure.dimension if t.measure and t.measure != M else t.unit for t in (token, other)]
    return kinds[0] == kinds[1] or "" in kinds


def _are_of_one_kind(one: Token, other: Token) -> bool:
    """Whether one number may be given for the other: 50 years are none of £45 billion, nor is a first place of three cups."""
    units = [(t.unit, t.measure.dimension if t.measure else "") for t in (one, other)]
    return units[0] == units[1]


def dates(claim: Claim) -> Iterator[str]:
    for slot in claim.slots:
        for i in slot.here:
            token = claim.tokens[i]
            if not token.date:
                continue
            there = [claim.token_at(p) for p in slot.there]
            instead = [
                t
                for t in there
                if t.date == token.date or (token.date == "year" and t.values and t.content and not _is_said(claim, t))
            ]
            if not _given(claim, i, slot, bool(instead)):
                what = {"month": "month", "weekday": "day", "year": "year"}[token.date]
                but = f" here, but {instead[0].text}" if len(instead) == 1 else ""
                yield f"The passage does not give the {what} {token.text}{but}."
