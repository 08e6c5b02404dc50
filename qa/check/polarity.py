"""Polarity: a "not" that came or went, a word for its opposite."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from functools import cache, lru_cache

from qa.check.align import Claim, Slot
from qa.check.reach import denials_in, reached, undenied
from qa.check.status import of_same_matter, same_state
from vectorstore.language.align import LIGHT, NEGATIONS, first_time, head
from vectorstore.language.lexicon import lines, word_list, word_set
from vectorstore.language.senses import is_synonym, may_mean
from vectorstore.language.stems import stem, stem_set
from vectorstore.language.tokens import STOP, Token
from vectorstore.language.verbs import is_past

_STOPS = stem_set("polarity.stops")
_ELSEWHERE = (
    frozenset(
        [stem(w) for code in ("de", "fr", "es") for w in word_set("polarity.negations", code) - word_set("polarity.halves", code)]
    )
    - STOP
)  # "no" and "pas", as the tokens have them
DEPRIVES = stem_set("polarity.deprives")
_UNDONE = stem_set("polarity.undone")  # "stopped using it": it is not used
CUES = NEGATIONS | stem_set("polarity.refusals") | _ELSEWHERE
_ARTICLES = word_set("words.articles")
SUBJECTS = word_set("words.subjects")
_PIVOTS, _PERIODS = word_set("roles.pivots"), stem_set("words.periods") | {"day"}
_OF_NUMBERS = word_set("numbers.over_or_under")
_COMPARED = word_set("numbers.compared")
_BEING, _BOTH_WAYS = word_set("words.being"), stem_set("polarity.both_ways")
PREFIXES = word_list("polarity.prefixes")


@cache
def _opposites() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for line in lines("polarity.opposites"):
        left, _, right = line.partition("|")
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


def opposed(a: Token, b: Token) -> bool:
    return _are_opposed(a.key, a.text.casefold(), b.key, b.text.casefold())


@lru_cache(maxsize=100_000)
def _are_opposed(one: str, first: str, other: str, second: str) -> bool:
    """Whether two words, each by its key and as it is written, say the opposite of one another."""
    if other in _opposites().get(one, ()):
        return True
    low, high = sorted((first, second), key=len)
    if any(high == prefix + low for prefix in PREFIXES) and len(low) > 3:
        return True
    short, long = sorted((one, other), key=len)
    if len(short) > 3 and any(long == prefix + short for prefix in PREFIXES):
        return True
    return low.endswith(("ful", "less")) and high.endswith(("ful", "less")) and low[-3:] != high[-3:] and low[:4] == high[:4]


def polarity(claim: Claim) -> Iterator[str]:
    moved, (kept, against) = _moved(claim), _denied_in_both(claim)
    for slot in claim.slots:
        swapped = _swapped(claim, slot) or ()
        spared = kept if swapped else kept | against
        mine = [i for i in slot.here if _turns(claim.tokens, i, moved, spared) and claim.tokens[i] not in swapped]
        cues = [(n, j) for n, j in slot.there if _turns(claim.lines[n].tokens, j, moved, kept)]
        cues = [place for place in cues if claim.token_at(place) not in swapped]
        mine, cues = _unmatched(claim, slot, mine, cues, bool(swapped)) if mine or cues else (mine, cues)
        theirs = cues if mine else [place for place in cues if _head_kept(claim, place) or _is_near(claim, slot, place)]
        odd = bool((len(mine) - len(theirs)) % 2)
        if swapped and not odd:
            yield f"This says “{swapped[0].text}” where the passage says “{swapped[1].text}”."
        elif odd and not swapped:
            if len(mine) > len(theirs) or not theirs:
                yield f"This says “{_phrase(claim.tokens, mine[0])}”; the passage does not."
            else:
                told, there = claim.lines[theirs[0][0]].tokens, theirs[0][1]
                yield f"The passage says “{_phrase(told, there)}”; this leaves out the “{told[there].text}”."
    yield from _swapped_elsewhere(claim)
    yield from _denied_elsewhere(claim)
    yield from _reached(claim)


def _turns(found: Sequence[Token], n: int, moved: frozenset[str], kept: frozenset[str]) -> bool:
    """Whether a word turns round what follows it, and the other text is not known to have the same."""
    return found[n].key in CUES - moved and not _is_bound(found, n) and head(found, n) not in kept


def _unmatched(
    claim: Claim, slot: Slot, mine: Sequence[int], theirs: Sequence[tuple[int, int]], swapped: bool
) -> tuple[list[int], list[tuple[int, int]]]:
    """The cues of both sides without those for which the other side has a word of the same sense: "fired" for "dismissed"."""
    here, there = [claim.tokens[i].key for i in slot.here], [claim.token_at(place).key for place in slot.there]

    def is_told_here(n: int, j: int) -> bool:
        """Also "banned" for "not allowed"."""
        behind = claim.lines[n].tokens[j + 1 : j + 3]
        opposite = not swapped and any(_is_against(key, behind, k) for key in here for k in range(len(behind)))
        return opposite or any(_is_told(claim.lines[n].tokens[j].key, other) for other in here)

    def is_told_there(i: int) -> bool:
        other = _is_of_others(claim, i) or _is_denied_opposite(claim, i)
        return other or any(_is_told(claim.tokens[i].key, other) for other in there)

    return [i for i in mine if not is_told_there(i)], [place for place in theirs if not is_told_here(*place)]


def _is_of_others(claim: Claim, i: int) -> bool:
    """Whether "no other" stands for an "only" of the passage, or "no … longer" for its "longest"."""
    after = [t.key for t in claim.tokens[i + 1 : i + 2]]
    if claim.tokens[i].key != "no" or not claim.used:
        return False
    words = {t.text for n in claim.used for t in claim.lines[n].tokens}
    if "before" in claim.keys and "first" in words:
        return True  # "no woman had done it before her", "the first woman to do it"
    more = {f"{t.text[:-2]}est" for t in claim.tokens[i + 1 :] if t.text.endswith("er")}
    return (after == ["other"] and "only" in words) or not more.isdisjoint(words)


def _is_denied_opposite(claim: Claim, i: int) -> bool:
    """Whether what the passage denies is the opposite of a cue: "banned" of "not allowed"."""
    rows = [told.tokens for told in claim.told]
    return any(opposed(claim.tokens[i], t) and is_denied(found, j) for found in rows for j, t in enumerate(found))


def _is_told(cue: str, other: str) -> bool:
    if other in DEPRIVES and cue in ("without", "no", "lack"):
        return True  # "lost power", "without power"; "robbed of", "a lack of"
    if other in CUES or cue in NEGATIONS | _ELSEWHERE:
        return False  # two cues cancel each other out as it is
    against = _opposites().get(cue, frozenset()) & _opposites().get(other, frozenset())  # "opposes" and "is against"
    return bool(against) or same_state(cue, other) or is_synonym(cue, other)


def _denied_in_both(claim: Claim) -> tuple[frozenset[str], frozenset[str]]:
    """What both deny, in another order or other words, and what the sentence denies of whose opposite the passage tells.

    "They are not leaving" of “We are not leaving”, "no injuries" of "nobody was hurt"; "do not pay" of "it is free".
    """
    mine = {head(claim.tokens, i) for i, t in enumerate(claim.tokens) if t.key in NEGATIONS and not claim.at[i]}
    if not mine or ("since" in claim.text and any(map(first_time, claim.told))):
        return frozenset(mine), frozenset()
    theirs = {head(told.tokens, j) for told in claim.told for j, t in enumerate(told.tokens) if t.key in NEGATIONS}
    theirs |= {told.tokens[j].key for told in claim.told for j in reached(told.tokens)}
    theirs |= {head(told.tokens, j) for told in claim.told for j, t in enumerate(told.tokens) if t.key in _UNDONE}
    theirs |= {key for key in mine if _is_denied_wherever(claim, key)}
    theirs |= {base for told in claim.told for t in told.tokens if (base := undenied(t))}
    alike = {(a, b) for a in mine for b in theirs if a and b and (a == b or is_synonym(a, b))}
    against = (
        a
        for a in mine - claim.all_keys
        if any(_is_against(a, row.tokens, j) for row in claim.akin for j in range(len(row.tokens)))
    )
    return frozenset(key for pair in alike for key in pair) | _denied_crosswise(claim), frozenset(against)


def _is_denied_wherever(claim: Claim, key: str) -> bool:
    """Whether all sentences that have a word deny it, one of them of something else that the claim tells of."""
    homes = [(line, j) for line in claim.lines for j in line.places.get(key, ())]
    mine = [t.key for t in claim.tokens if t.content and t.key != key]
    is_of_this = any(may_mean(own, other) for line, _ in homes for own in mine for other in line.keys - STOP)
    return is_of_this and all(is_denied(line.tokens, j) for line, j in homes)


def _denied_crosswise(claim: Claim) -> frozenset[str]:
    """The heads of denials that are one: "found no drugs", "drugs were not found"."""
    mine = denials_in(claim.tokens)
    theirs = [one for told in claim.told for one in denials_in(told.tokens)] if mine else []
    one = [(a, b) for a, around in mine for b, others in theirs if a != b and _is_among(a, others) and _is_among(b, around)]
    return frozenset(key for pair in one for key in pair)


def _is_among(key: str, others: Set[str]) -> bool:
    return key in others or any(is_synonym(key, other) for other in others)


def _is_against(key: str, found: Sequence[Token], j: int) -> bool:
    """Whether a word says the opposite of what is denied: "free" of "not pay"."""
    return found[j].key in _opposites().get(key, ()) and not is_denied(found, j)


def _reached(claim: Claim) -> Iterator[str]:
    """A deed told as such which the passage denies from afar, and tells nowhere else: "… no plan to close or to sell it"."""
    if any(t.key in NEGATIONS or (t.key in CUES and not place) for t, place in zip(claim.tokens, claim.at, strict=True)):
        return  # it denies itself
    for i, token in enumerate(claim.tokens):
        if not token.content or token.values or token.capital or token.quoted or i in claim.spared:
            continue
        places = [(n, j) for n in claim.used for j in claim.lines[n].matching(token)]
        if places and i not in reached(claim.tokens) and all(j in reached(claim.lines[n].tokens) for n, j in places):
            yield f"The passage denies “{claim.token_at(places[0]).text}”; this leaves out the denial."
            return


def _denied_elsewhere(claim: Claim) -> Iterator[str]:
    """A word that the alignment did not place, since it is told in another order, denied in one of the two only."""
    for i, token in enumerate(claim.tokens):
        if claim.at[i] or not token.content or token.values or token.capital or i in claim.spared or token.quoted:
            continue
        places = [(line.tokens, j) for line in claim.lines for j in line.matching(token)]
        mine = is_denied(claim.tokens, i)
        if places and all((is_denied(found, j) or j in reached(found)) != mine for found, j in places):
            if token.key in _denied_crosswise(claim):
                continue
            if mine:
                yield f"This says “not {token.text}”; the passage does not."
            else:
                yield f"The passage says “not {token.text}”; this leaves out the “not”."
            return


def is_denied(found: Sequence[Token], n: int) -> bool:
    """Whether a "not" stands before a word, with nothing but grammar between, or a "nobody" that ends the clause behind it."""
    if found[n + 1 : n + 2] and found[n + 1].key in NEGATIONS and head(found, n + 1) == found[n].key:
        return True
    k = n - 1
    while k >= 0 and found[k].key in LIGHT and not found[k + 1].before.strip("-"):
        k -= 1
    return k >= 0 and found[k].key in NEGATIONS and not found[k + 1].before.strip("-") and not _is_bound(found, k)


def _moved(claim: Claim) -> frozenset[str]:
    """Verbs of denial that both have, in another order: "the bill was rejected" of "lawmakers rejected the bill"."""
    mine = {t.key for t, place in zip(claim.tokens, claim.at, strict=True) if not place and t.content and t.key in CUES}
    theirs = {claim.token_at(p).key for slot in claim.slots for p in slot.there} if mine else set()
    return frozenset(mine & theirs)


def _is_bound(found: Sequence[Token], n: int) -> bool:
    """Whether a "no" is no denial: "no fewer than 12" is a bound."""
    return n + 2 < len(found) and found[n + 1].key in _COMPARED and found[n + 2].key == "than"


def _swapped_elsewhere(claim: Claim) -> Iterator[str]:
    """An opposite that stands beside the same word in the passage, where the words around it differ."""
    for i, token in enumerate(claim.tokens):
        if claim.at[i] or i in claim.spared or not token.content or token.key in claim.all_keys or token.key not in _opposites():
            continue
        if any(t.key in CUES for t in claim.tokens[max(0, i - 3) : i]):
            continue
        for k in (i - 1, i + 1, i - 2, i + 2):
            place = claim.at[k] if 0 <= k < len(claim.tokens) else None
            if place and claim.tokens[k].content:
                line, j = place
                for n in range(max(0, j - 3), min(len(claim.lines[line].tokens), j + 4)):
                    other = claim.lines[line].tokens[n]
                    denied = is_denied(claim.lines[line].tokens, n) or _is_turned(claim.tokens, i, claim.lines[line].tokens, n)
                    if (line, n) not in claim.taken and opposed(token, other) and not (denied or _is_of_another(claim, i, other)):
                        yield f"This says “{token.text}” where the passage says “{other.text}”."
                        return


def _is_near(claim: Claim, slot: Slot, place: tuple[int, int]) -> bool:
    """Whether it is a "nicht" or a "pas" beside what was kept: they may stand behind what they negate."""
    return claim.token_at(place).key in _ELSEWHERE and place in slot.near


def _head_kept(claim: Claim, place: tuple[int, int]) -> bool:
    """Whether the sentence kept what a negation of the passage negates."""
    line, start = place
    found = claim.lines[line].tokens
    if found[start].key in _STOPS and not _is_verb(found, start):
        return False  # "bus stops", "a failed coup": a thing, no negation of what follows
    light = LIGHT if found[start].key in NEGATIONS else LIGHT | SUBJECTS  # "denied that he had left"
    ahead = (j for j in range(start + 1, min(len(found), start + 6)) if found[j].key not in light and not found[j].values)
    return next(((line, j) in claim.taken for j in ahead), False)


def _is_verb(found: Sequence[Token], n: int) -> bool:
    """Whether it stops something: "stopped flying", "stopped the march"."""
    after = found[n + 1] if n + 1 < len(found) else None
    return bool(after and (after.text.endswith("ing") or (is_past(found[n]) and after.key in _ARTICLES)))


def _swapped(claim: Claim, slot: Slot) -> tuple[Token, Token] | None:
    if slot.joined:
        return None
    for i in slot.here:
        if claim.tokens[i].key in _OF_NUMBERS and i + 1 < len(claim.tokens) and claim.tokens[i + 1].values:
            continue  # see bounds
        for place in slot.there:
            if is_adverb(claim.tokens, i) != is_adverb(claim.lines[place[0]].tokens, place[1]):
                continue  # "the year before" of "after it had hired Kern"
            if is_denied(claim.lines[place[0]].tokens, place[1]) and not is_denied(claim.tokens, i):
                continue  # "banned" of "not allowed"
            if undenied(claim.token_at(place)) == claim.tokens[i].key and is_denied(claim.tokens, i):
                continue  # "not damaged" of "undamaged"
            if _is_turned(claim.tokens, i, claim.lines[place[0]].tokens, place[1]):
                continue  # "got four years" of "was given four years"
            if opposed(claim.tokens[i], claim.token_at(place)) and not _is_of_another(claim, i, claim.token_at(place)):
                return claim.tokens[i], claim.token_at(place)
    return None


def _is_turned(mine: Sequence[Token], i: int, theirs: Sequence[Token], j: int) -> bool:
    """Whether one of two opposites is told as done to somebody, so that both say the same: "got" of "was given"."""
    passive = [n > 0 and found[n - 1].key in _BEING for found, n in ((mine, i), (theirs, j))]
    return passive[0] != passive[1] and {mine[i].key, theirs[j].key} <= _BOTH_WAYS


def is_adverb(found: Sequence[Token], n: int) -> bool:
    """Whether a "before" or an "after" ends a phrase of time."""
    ends = n + 1 == len(found) or bool(found[n + 1].before.strip("-"))
    return ends and n > 0 and found[n].key in _PIVOTS and found[n - 1].key in _PERIODS


def _is_of_another(claim: Claim, i: int, other: Token) -> bool:
    """Whether the passage says the opposite of another matter: "guilty of theft" where one was acquitted of fraud."""
    told = of_same_matter(claim, i)
    return any(same_state(t.key, claim.tokens[i].key) for t in told) and other not in told


def _phrase(found: Sequence[Token], n: int) -> str:
    return " ".join(t.text for t in found[n : n + 2])
