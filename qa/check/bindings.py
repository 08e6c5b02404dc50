"""A day, a year, a place or a subject from one sentence of the passage put to what another sentence tells.

That a fire broke out on Monday may be said of the four whom it hurt, though the sentence that tells of them names no day. Where
that sentence names a day of its own, which the claim leaves out, the claim has bound the wrong one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence, Set
from itertools import chain

from qa.check.align import Claim
from vectorstore.language.lexicon import word_set
from vectorstore.language.names import is_name
from vectorstore.language.stems import stem_set
from vectorstore.language.tokens import Token, same
from vectorstore.language.verbs import is_deed

_CLAUSES, _AT = word_set("words.clauses"), word_set("words.at_places")
_RELATIVES = word_set("words.relatives")
_PAST, _ARTICLES, _UP = word_set("words.apart"), word_set("words.articles"), word_set("words.particles")
_DEICTIC, _PERIODS = word_set("words.deictic"), stem_set("words.periods")
_LINKS = word_set("same.links")
_INTO_NAME = 5  # words between "in" and the name of "in the neighbouring district of Felm"


def bindings(claim: Claim) -> Iterator[str]:
    is_of_several, is_bound = not claim.kinds.isdisjoint(("lines", "loose content")), not claim.kinds.isdisjoint(("date", "name"))
    yield from chain(_of_verbs(claim), _swapped(claim)) if is_bound else ()
    yield from _bound(claim) if is_of_several and is_bound else ()
    yield from _of_whom(claim) if is_of_several and "number" in claim.kinds else ()


def _of_verbs(claim: Claim) -> Iterator[str]:
    """A day or a place of one deed put to another of the same sentence: "born in Vorl" of "born in Pell and raised in Vorl"."""
    for i, token in enumerate(claim.tokens):
        if not (token.date or is_name(token)) or (verb := _told_of(claim.tokens, i)) is None:
            continue
        ways = {
            _own(line.tokens, v, j, token)
            for line in claim.lines
            for j in line.matching(token)
            if _told_of(line.tokens, j) is not None
            for v in line.matching(claim.tokens[verb])
        }
        if ways and "" not in ways:
            yield f"The passage says this of {min(ways)}, not of {token.text}."
            return


def _swapped(claim: Claim) -> Iterator[str]:
    """A name behind a word behind which the passages have another one of the sentence's: "from Hamra" of "from Quito"."""
    mine = {i: behind for i in range(len(claim.tokens)) if (behind := _behind(claim.tokens, i))[0]}
    for i, (word, link) in mine.items() if "apart" in claim.kinds else ():
        theirs = [
            line.tokens[j]
            for line in claim.lines
            for j in range(len(line.tokens))
            if word in line.keys and _behind(line.tokens, j) == (word, link)
        ]
        others = [t for t in theirs if any(t.key == o.key and mine.get(k) != (word, link) for k, o in enumerate(claim.tokens))]
        token = claim.tokens[i]
        if others and token.key in claim.known_names and all(t.key != token.key for t in theirs):
            yield f"The passage says this of {others[0].text}, not of {token.text}."
            return


def _behind(found: Sequence[Token], n: int) -> tuple[str, str]:
    """The word and the preposition right before a name: ("port", "of") in "the port of Hamra"; nothing where there are none."""
    k = n - 1 - (n > 0 and found[n - 1].key in _ARTICLES)
    is_so = k > 0 and is_name(found[n]) and not is_name(found[n - 1]) and found[k].key in _LINKS and found[k - 1].content
    plain = is_so and not any(t.before for t in found[k : n + 1]) and not (found[k - 1].values or found[k - 1].date)
    return (found[k - 1].key, found[k].key) if plain else ("", "")


def of_list(claim: Claim) -> Iterator[str]:
    """A figure of one thing put to another of a list: of "oil costs 12 percent less, petrol 3 percent more"."""
    for line in (claim.lines[n] for n in sorted(claim.used)):
        found = line.tokens
        for m in (m for m in line.numbers if m > 1):
            thing = found[m - 1]
            listed = "," in thing.before or found[m - 2].key == "and"
            earlier = [found[n] for n in line.numbers if n < m - 1 and found[n].unit == found[m].unit and found[n].unit]
            if not (listed and earlier and thing.content and not thing.values and not thing.date):
                continue
            first, later = (any(same(t, other) for t in claim.tokens) for other in (earlier[-1], found[m]))
            if first != later and (thing.key in claim.keys) == first:
                yield f"The passage gives {found[m].text} of {thing.text}, and {earlier[-1].text} of something else."
                return


def _own(found: Sequence[Token], verb: int, n: int, token: Token) -> str:
    """The day or place that a verb has of its own, where it is not the one at n."""
    if _told_of(found, n) == verb:
        return ""
    places = (k for k in range(verb + 1, min(len(found), verb + 6)) if _told_of(found, k) == verb)
    kind = (found[k] for k in places if (found[k].date == token.date if token.date else is_name(found[k]) and not found[k].date))
    return next((t.text for t in kind), "")


def _told_of(found: Sequence[Token], n: int) -> int | None:
    """The verb that a day or a place stands right behind, with its "in" or "on"; None where there is none."""
    k = n - 1
    while k >= 0 and n - k < 4 and (found[k].values or found[k].key in _ARTICLES) and not found[k + 1].before.strip("-"):
        k -= 1
    if k < 1 or found[k].key not in (*_AT, "on", "from", "to") or found[k].before or found[k + 1].before.strip("-"):
        return None
    v = k - 1
    if found[v].text.casefold() in _UP:
        v -= 1
    return v if v >= 0 and is_deed(found[v]) else None


def _of_whom(claim: Claim) -> Iterator[str]:
    """A number that a "which" puts to the name before it, put to another name of that line: "Oxter, which reached 46 degrees"."""
    for token, place in zip(claim.tokens, claim.at, strict=True):
        if not place or not token.values or token.date:
            continue
        line = claim.lines[place[0]].tokens
        begin = next((n for n in range(place[1], 0, -1) if line[n].key in _RELATIVES and line[n].is_parted), 0)
        if not begin or any(t.is_parted for t in line[begin + 1 : place[1]]):
            continue
        start = begin
        while start and is_name(line[start - 1]) and (start == begin or not line[start].before):
            start -= 1
        others = [t for t in (*line[:start], *line[place[1] :]) if is_name(t) and t.key in claim.keys]
        if start < begin and others and claim.keys.isdisjoint(t.key for t in line[start:begin]):
            yield f"The passage says this of {' '.join(t.text for t in line[start:begin])}, not of {others[0].text}."
            return


def _bound(claim: Claim) -> Iterator[str]:
    for clause in clauses(claim.tokens):
        for i in clause:
            token = claim.tokens[i]
            if token.quoted or not (token.date or _is_place(claim.tokens, i)):
                continue
            home = _home(claim, clause, i)
            if home is None or claim.lines[home].matching(token) or not _elsewhere(claim, home, token):
                continue
            if other := _rival(claim, claim.lines[home].tokens, i):
                yield f"The passage says this of {other}, not of {token.text}."
                return


def clauses(found: Sequence[Token]) -> Iterator[range]:
    """The statements of a sentence, as it joins them."""
    start = 0
    for n, token in enumerate(found):
        if n and (token.key in _CLAUSES or (token.is_parted and not token.values)):
            yield range(start, n)
            start = n
    yield range(start, len(found))


def _home(claim: Claim, clause: range, i: int) -> int | None:
    """The line that tells what the clause tells, the phrase of its word `i` aside; None where that is not plain."""
    begins = next((n for n in range(i, clause.start, -1) if claim.tokens[n].key in (*_AT, "on")), clause.start)
    before, rest = range(clause.start, begins), (n for n in clause if n < begins or n > i)
    for some in (before, rest):
        told = [claim.tokens[n] for n in some if n != i and claim.tokens[n].content]
        found = Counter(n for n, line in enumerate(claim.lines) for t in told if line.matching(t))
        found.update(n for n in found if claim.lines[n].matching(told[-1]) and some is before)  # the verb, of two that are equal
        first = found.most_common(2)
        if len(told) > 1 and first and (len(first) == 1 or first[0][1] > first[1][1]):
            plain = [t for t in told if not is_name(t)]  # a line that only names them does not tell it: "She will begin"
            passage = claim.passage_of[first[0][0]]
            near = [line if claim.passage_of[n] == passage else None for n, line in enumerate(claim.lines)]
            telling = [n for n, line in enumerate(near) if line and any(map(line.matching, plain))]
            return first[0][0] if first[0][0] in telling or len(telling) != 1 else telling[0]
    return None


def _elsewhere(claim: Claim, home: int, token: Token) -> bool:
    """Whether another sentence of the same passage has the word."""
    same = (line for n, line in enumerate(claim.lines) if n != home and claim.passage_of[n] == claim.passage_of[home])
    return any(line.matching(token) for line in same)


def _rival(claim: Claim, there: Sequence[Token], i: int) -> str:
    """What a line has of the kind of the claim's word, and the claim has not."""
    kind = [j for j in range(len(there)) if _is_of_kind(there, j, claim.tokens[i], claim.keys)]
    if not kind or any(there[j].key in claim.keys for j in kind):
        return ""
    first = kind[0]
    return " ".join(t.text for t in there[first - (there[first].key in _PERIODS) : first + 1])


def _is_of_kind(there: Sequence[Token], j: int, token: Token, keys: Set[str]) -> bool:
    """Whether a word of a line tells a year, a day or a place, as the claim's word does."""
    other, before = there[j], there[j - 1].key if j else ""
    if not token.date:
        return is_name(other) and not other.date and _is_there(there, j)
    deictic = other.key in _PERIODS and before in _DEICTIC
    if token.date == "year":
        return other.date == "year" or deictic
    if deictic:
        return before in _PAST and other.key != "week"
    if other.date == "year":  # of what the claim tells: "won the title in 2009", not "fined it for a spill in 2009"
        return next((t.key in keys for t in reversed(there[:j]) if t.content), False)
    return other.date in ("month", "weekday")


def _is_place(found: Sequence[Token], n: int) -> bool:
    """Whether a name stands behind "in" or "at"."""
    return n > 0 and is_name(found[n]) and found[n - 1].key in _AT and not found[n].before


def _is_there(found: Sequence[Token], n: int) -> bool:
    """Whether a name says where: behind "in", in "in the district of Felm", or "to Felm, where"."""
    if n and (_is_place(found, n) or (found[n - 1].key == "to" and [t.key for t in found[n + 1 : n + 2]] == ["where"])):
        return True
    if n < 2 or found[n - 1].key != "of":
        return False
    return any(t.key in _AT for t in found[max(0, n - _INTO_NAME) : n - 1])
