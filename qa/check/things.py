"""Another thing for the thing: "dog" where the passage has "wolf"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from qa.check.align import Claim, Slot
from qa.check.names import BOUNDS
from qa.check.polarity import is_denied, opposed
from vectorstore.language.lexicon import lines, word_set
from vectorstore.language.senses import is_mostly_verb, may_mean
from vectorstore.language.tokens import Token
from vectorstore.language.verbs import is_past

_ARTICLES = word_set("words.articles")
_BEFORE_NOUNS = _ARTICLES | {"of", "by", "for", "with"}
_REACH = 4  # words between two aligned ones: further apart, what stands where cannot be told


def things(claim: Claim) -> Iterator[str]:
    """A word that the passages lack, alone in the place of one that says something else."""
    yield from _of_one_stem(claim)
    for slot in claim.slots:
        mine = [i for i in slot.here if claim.tokens[i].content]
        if len(mine) != 1 or slot.joined or len(slot.here) > _REACH:
            continue
        token = claim.tokens[mine[0]]
        if (
            not _is_thing(claim.tokens, mine[0])
            or _is_said(claim, token)
            or (token.key in claim.all_keys and not _is_exchanged(claim, slot))
        ):
            continue
        there = _instead(claim, slot, mine[0])
        likely = (*there, *_verbs(claim, slot))
        if there and not any(_may_stand(token, other) or _is_not(claim, token, other) for other in likely):
            yield f"This says “{token.text}” where the passage says “{there[-1].text}”."


def _is_not(claim: Claim, token: Token, other: Token) -> bool:
    """Whether the passage denies a word's opposite: "unable" of "not able"."""
    lines = [claim.lines[n] for n in sorted(claim.used)] if opposed(token, other) and token.text.endswith(other.text) else []
    return any(is_denied(line.tokens, j) for line in lines for j in line.matching(other))


def _verbs(claim: Claim, slot: Slot) -> list[Token]:
    """What the passage tells of the place with a verb: "employs" of "30 employees" where it "employs 30 people"."""
    line, last = next((place for place in claim.at[slot.here[0] - 1 :] if place), (0, 0))
    return [t for t in claim.lines[line].tokens[max(0, last - _REACH) : last] if is_mostly_verb(t.key)]


def _is_said(claim: Claim, token: Token) -> bool:
    """Whether it is told of what somebody is quoted with: who says what is another rule's."""
    places = [line.tokens[j] for line in claim.lines for j in line.matching(token)]
    return bool(places) and not token.quoted and all(t.quoted for t in places)


def _instead(claim: Claim, slot: Slot, i: int) -> Sequence[Token]:
    """The words of content that the passage has in this very place: between the same two words, or next to the same one."""
    left, right = slot.here[0] - 1, slot.here[-1] + 1
    a = claim.at[left] if left >= 0 else None
    b = claim.at[right] if right < len(claim.at) else None
    found: list[tuple[int, int]] = []
    if a and b and a[0] == b[0] and b[1] - a[1] - 1 <= _REACH:
        found = list(slot.there)
    elif b and right - i == 1 and not (a and a[0] == b[0]):
        found = [(b[0], b[1] - 1)] if b[1] else []
    elif a:
        line, start, words = claim.lines[a[0]].tokens, a[1] + 1, i - left - 1
        same = [t.key for t in line[start : start + words]] == [t.key for t in claim.tokens[left + 1 : i]]
        found = [(a[0], start + words)] if same and start + words < len(line) else []
    found = [p for p in found if p not in claim.taken and claim.token_at(p).content and not claim.token_at(p).date]
    return [claim.token_at(p) for p in found] if all(_is_thing(claim.lines[n].tokens, j) for n, j in found) else ()


def _is_thing(found: Sequence[Token], n: int) -> bool:
    """Whether a word is a plain one that is no verb: those have too many synonyms."""
    token = found[n]
    if (
        not token.content
        or token.text in BOUNDS
        or token.values
        or token.date
        or token.quoted
        or not (token.text.isalpha() and token.text.islower())
    ):
        return False
    is_noun = n > 0 and (found[n - 1].key in _BEFORE_NOUNS or bool(found[n - 1].values))
    return is_noun or not (is_past(token) or is_mostly_verb(token.key)) or _ends_phrase(found, n)


def _ends_phrase(found: Sequence[Token], n: int) -> bool:
    """Whether it is the last word of "a submerged rock": behind an article and an adjective, before a sign or a preposition."""
    if is_past(found[n]) or found[n].text.endswith(("s", "ing")) or found[n].before.strip("-"):
        return False
    after = found[n + 1] if n + 1 < len(found) else None
    if after and not after.before.strip("-") and (after.content or after.key in _ARTICLES):
        return False
    k = n - 1
    while k >= 0 and n - k < 3 and found[k].content and found[k].text.islower() and not found[k].text.endswith("s"):
        k -= 1
    return 0 <= k < n - 1 and found[k].key in _ARTICLES


def _may_stand(token: Token, other: Token) -> bool:
    return may_mean(token.key, other.key) and not _are_homographs(token.text, other.text)


def _are_homographs(one: str, other: str) -> bool:
    mine, theirs = homographs().get(one.casefold(), {}), homographs().get(other.casefold(), {})
    return any(theirs.get(row, side) != side for row, side in mine.items())


def _is_exchanged(claim: Claim, slot: Slot) -> bool:
    """Whether one word stands exactly where the passage has one other, so that it does not help that the former is near."""
    if len(slot.here) == 1 == len(slot.there) and 0 < slot.here[0] < len(claim.at) - 1:
        return True
    there = [claim.token_at(place) for place in slot.there]
    return slot.here[0] == 0 and len(there) <= 2 and all(t.first or t.content for t in there)  # "The union" for "The airport"


@cache
def homographs() -> dict[str, dict[int, int]]:
    """For a word, by row, on which side of it the word is."""
    found: dict[str, dict[int, int]] = {}
    for row, line in enumerate(lines("words.homographs")):
        for side, words in enumerate(line.split("|")):
            for word in words.split():
                found.setdefault(word, {})[row] = side
    return found


def _of_one_stem(claim: Claim) -> Iterator[str]:
    """Two words that are compared as one, and are not: "university" and "universe"."""
    for token, place in zip(claim.tokens, claim.at, strict=True):
        if place and _are_homographs(token.text, other := claim.token_at(place).text):
            yield f"This says “{token.text}” where the passage says “{other}”."
