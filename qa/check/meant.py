"""What a sentence says in words of its own: whether words of the passages may mean them, and who does it to whom there.

A passage may say a thing in many words, so what it lacks proves nothing by itself. But a word that tells something, with none in
the passages that could stand for it, is what a false sentence differs in: of seven that were accepted, six had one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache

from qa.check.align import Claim, shortened
from qa.check.numbers import MULTIPLES, is_so_changed
from qa.check.polarity import CUES, is_denied, opposed
from qa.check.reach import reached, undenied
from qa.check.status import same_state
from qa.check.wanted import LIGHT, answers, wanted_in
from qa.check.wording import comparatives
from vectorstore.language.align import LIGHT as LIGHT_WORDS
from vectorstore.language.align import Line
from vectorstore.language.foreign import tokens_in
from vectorstore.language.lexicon import kinds, table, word_set
from vectorstore.language.names import TITLES, is_name
from vectorstore.language.senses import is_mostly_verb, is_synonym, is_word
from vectorstore.language.stems import stem_set
from vectorstore.language.tokens import Token, normalised, same
from vectorstore.language.verbs import is_deed

_LIGHT = LIGHT | stem_set("carrying.saying") | stem_set("meant.light") | stem_set("words.periods")
_RULED = _LIGHT | TITLES | CUES  # other rules ask about denials and titles
_COUNTED = frozenset(kinds("quantities.kinds")) | frozenset(table("quantities.vague"))  # … and about "majority" and "several"
_MUTUAL = stem_set("roles.mutual") | stem_set("speech.verbs_of_saying")
_BEING, _ARTICLES = word_set("words.being"), word_set("words.articles")
_HAVING = word_set("words.auxiliaries") | word_set("speech.auxiliaries") | _BEING
_PRONOUNS = word_set("words.subjects")
_REACHING = stem_set("meant.reaching")  # "failed to reach a deal" is without one
_OUGHT = word_set("certainty.plain.advice")
_AHEAD = 600  # characters of an article before a passage, in which stands what its "it" is
_BY = 4  # words between a verb and its "by"


@lru_cache(maxsize=16)  # two rules ask
def unmeant(claim: Claim) -> tuple[Token, ...]:
    """The words of content that tell something and that no word of the passages may mean."""
    open_ = [i for i in wanted_in(claim.tokens) if not claim.at[i] and i not in claim.spared and _tells(claim, claim.tokens[i])]
    if not open_:
        return ()
    cut = (whole[max(0, start - _AHEAD) : start] for whole, start in claim.whole.values())
    known = claim.all_keys.union(*({t.key for t in tokens_in(normalised(text), claim.language)} for text in cut))
    places = ((n, j) for n, line in enumerate(claim.lines) for j, t in enumerate(line.tokens) if t.content and not t.values)
    free = {(t.key, t.text.casefold()): t for place in places if place not in claim.taken and (t := claim.token_at(place))}
    return tuple(claim.tokens[i] for i in open_ if claim.tokens[i].key not in known and not _is_meant(claim, i, free.values()))


def _tells(claim: Claim, token: Token) -> bool:
    named = is_name(token) and not (token.first and token.key not in claim.known_names)
    if not token.content or token.values or token.date or token.quoted or named or token.text.casefold() in _COUNTED:
        return False
    return token.key not in _RULED and is_word(token.key) and not token.text.endswith("ly")


def _is_meant(claim: Claim, i: int, free: Iterable[Token]) -> bool:
    """Whether one of some words may stand for a word of the sentence, or is its opposite and denied in one of the two only."""
    token, mine = claim.tokens[i], turned_round(claim.tokens, i)
    if is_so_changed(claim, i):
        return True
    if token.key in MULTIPLES:
        return any(MULTIPLES.get(t.key) == MULTIPLES[token.key] for line in claim.lines for t in line.tokens)
    return any(_may_stand(token, other) for other in free) or any(
        turned_round(line.tokens, j) != mine for line in claim.lines for j, t in enumerate(line.tokens) if opposed(token, t)
    )


def _may_stand(token: Token, other: Token) -> bool:
    a, b = token.key, other.key
    if answers(token, other):
        return not opposed(token, other)
    return _is_what_is_not(b, token) or _is_what_is_not(a, other)


def _is_what_is_not(key: str, token: Token) -> bool:
    """Whether a word denies with its first letters what another says: "unhurt" of "injured"."""
    base = undenied(token)
    return bool(base) and (base == key or is_synonym(key, base))


def _changed(claim: Claim) -> Iterator[str]:
    """ "More were sold" where the passage says that sales fell, "has become dearer" where it says that prices did."""
    up, down = word_set("roles.up"), word_set("roles.down")
    told = [t for n in sorted(claim.used) for t in claim.lines[n].tokens if t.text.casefold() in up | down]
    for i, token in enumerate(claim.tokens):
        ways = {
            n for n, sides in enumerate(zip(*comparatives(), strict=True)) if any(token.text.casefold() in row for row in sides)
        }
        if claim.at[i] or len(ways) != 1 or not told or any("than" in claim.lines[n].keys for n in claim.used):
            continue
        if all((t.text.casefold() in down) != (1 in ways) for t in told):
            yield f"This says “{token.text}” where the passage says “{told[0].text}”."
            return


def denied(claim: Claim) -> Iterator[str]:
    """A word whose like the passages deny, or that they deny: "there were injuries" of "nobody was hurt"."""
    yield from _changed(claim)
    if "first" in claim.keys and any("never" in line.keys for line in claim.told):
        return  # "her first victory" where she "had never won"
    for i, token in enumerate(claim.tokens):
        if claim.at[i] or i in claim.spared or not _tells(claim, token) or token.key in claim.all_keys:
            continue
        if any(t.text in _OUGHT for t in claim.tokens[max(0, i - 4) : i]):
            continue  # "should not have been sacked" says that one was
        afar = (
            (row.tokens, j, True) for row in claim.lines for j, t in enumerate(row.tokens) if _is_what_is_not(token.key, t)
        )  # "undamaged"
        places = _like(claim.akin, token, _are_one) or _like(claim.akin, token, answers) or list(afar)
        mine = turned_round(claim.tokens, i)
        if places and all(turned_round(found, j) ^ sign != mine for found, j, sign in places):
            found, j, _ = places[0]
            yield f"This says “{'not ' * mine}{token.text}” where the passage says “{found[j].text}”."
            return


def turned_round(found: Sequence[Token], n: int) -> bool:
    """Whether a word is denied, or refused: "not sell", "refused to sell", "no plan to sell"."""
    k = n - 1
    while k >= 0 and found[k].key in LIGHT_WORDS | _REACHING:
        k -= 1
    return is_denied(found, n) or n in reached(found) or (k >= 0 and found[k].key in CUES)


def _like(told: Sequence[Line], token: Token, alike: Callable[[Token, Token], bool]) -> list[tuple[Sequence[Token], int, bool]]:
    """Where some lines have a word like another, or its opposite, and which of the two it is."""
    words = [(line.tokens, j, t) for line in told for j, t in enumerate(line.tokens) if t.content and not t.values]
    return [(found, j, is_so) for found, j, t in words if (is_so := opposed(token, t)) or alike(token, t)]


def _are_one(token: Token, other: Token) -> bool:
    return is_synonym(token.key, other.key) or same_state(token.key, other.key)


def sides(claim: Claim) -> Iterator[str]:
    """Two names of which a verb has each in the other's place, or of which the passages have no verb like it."""
    for i, token in enumerate(claim.tokens[:-1]):
        if not i or token.key in _MUTUAL or not _is_verb(claim.tokens, i):
            continue
        doer, done_to = (side & claim.known_names for side in _sides(claim.tokens, i))
        if not doer:
            continue
        ways = [_sides(line.tokens, j) for line in claim.lines for j, t in enumerate(line.tokens) if _is_one(token, t)]
        kept = any((doer & a and (not done_to or not b or done_to & b)) or (not a and done_to & b) for a, b in ways)
        is_own = bool(done_to) and token.key not in claim.all_keys and token.key not in _LIGHT
        if not kept and (is_own or any(doer & b or done_to & a for a, b in ways)):
            yield f"The passage does not carry “{shortened(' '.join(t.text for t in claim.tokens[max(0, i - 4) : i + 5]))}”."
            return


def _is_one(token: Token, other: Token) -> bool:
    return other.content and not other.values and (token.key == other.key or is_synonym(token.key, other.key))


def _is_verb(found: Sequence[Token], n: int) -> bool:
    token = found[n]
    if not token.content or token.capital or token.values or found[n - 1].key in _ARTICLES:
        return False
    is_now = token.text.partition(" ")[0].endswith("s") and is_mostly_verb(token.key)
    return is_deed(token) or found[n - 1].key in _HAVING or is_now


def _sides(found: Sequence[Token], verb: int) -> tuple[frozenset[str], frozenset[str]]:
    """The names of who does what a verb says, and of whom it is done to; none where it is no name that stands there."""
    at = verb
    while at and not found[at].is_parted and (found[at - 1].key in _HAVING or found[at - 1].text.endswith("ly")):
        at -= 1
    subject = _run(found, at - 1, -1) if not found[at].is_parted else frozenset()
    by = next((n for n in range(verb + 1, min(len(found), verb + _BY)) if found[n].key == "by"), 0)
    if any(t.key in _BEING for t in found[at:verb]) or by == verb + 1:
        return _run(found, by + 1, 1) if by else frozenset(), subject
    return subject, _run(found, verb + 1, 1)


def _run(found: Sequence[Token], n: int, step: int) -> frozenset[str]:
    """The keys of the name that ends at a place, or begins there, behind an article and a title."""
    keys = set[str]()
    while 0 <= n < len(found) and (is_name(found[n]) or (step > 0 and not keys and found[n].key in _ARTICLES | TITLES)):
        keys |= {found[n].key} if is_name(found[n]) else set()
        if found[n].is_parted and (step < 0 or keys):
            break
        n += step
    return frozenset(keys)


def stray(claim: Claim) -> Iterator[str]:
    """A deed that the passages tell only where they tell nothing else of what the sentence does: "found" of another one."""
    for i, token in enumerate(claim.tokens):
        if claim.at[i] or i in claim.spared or token.key in _MUTUAL or not (_is_deed(token) or _is_of_own_deed(claim, i)):
            continue
        homes = [line for line in claim.lines if any(_has(token, t) for t in line.tokens)] if not is_so_changed(claim, i) else []
        others = [t for t in claim.tokens if t.content and t.key != token.key]
        if homes and not any(
            line.tokens[0].key in _PRONOUNS or any(_has(t, o) for t in others for o in line.tokens) for line in homes
        ):
            yield f"The passage does not carry “{token.text}”."
            return


def _is_deed(token: Token) -> bool:
    return token.content and token.key not in _LIGHT - {"find"} and is_deed(token)


def _is_of_own_deed(claim: Claim, i: int) -> bool:
    """Whether it stands behind a verb of the sentence's own: "use oil"."""
    n = i - 1 - (claim.tokens[i - 1].key in _ARTICLES)
    verb = claim.tokens[n].key if n > 0 and not claim.at[n] else ""
    return bool(verb) and verb not in _MUTUAL and is_mostly_verb(verb) and _tells(claim, claim.tokens[i])


def _has(token: Token, other: Token) -> bool:
    """Whether one word may stand for another, or for its opposite."""
    if not other.content or other.values or other.date:
        return bool(token.values) and same(token, other)
    return token.key == other.key or _may_stand(token, other) or opposed(token, other)
