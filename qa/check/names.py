"""Names: the passage has them, and says this of the same ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from qa.check.align import Claim, Slot
from qa.check.roles import told
from vectorstore.language.lexicon import lines, word_set
from vectorstore.language.names import demonyms, full_name, is_name
from vectorstore.language.places import COUNTRY
from vectorstore.language.senses import is_word
from vectorstore.language.speech import speech
from vectorstore.language.stems import stem_set
from vectorstore.language.tokens import Token
from vectorstore.language.words import rarity

BOUNDS = frozenset(lines("numbers.nearly")) | word_set("numbers.about") | word_set("numbers.exactly")
SAYING = stem_set("speech.verbs_of_saying")
SUBJECTS, _AT = word_set("words.subjects"), word_set("words.at_places")


def names(claim: Claim) -> Iterator[str]:
    known = claim.known_names
    moved = {t.key for t, place in zip(claim.tokens, claim.at, strict=True) if not place}
    seen: set[str] = set()
    for slot in claim.slots:
        there = [claim.token_at(p) for p in slot.near]
        close = len(slot.here) <= 8 and not slot.joined
        for i in slot.here:
            token = claim.tokens[i]
            if not is_name(token) or token.text in seen or (token.first and token.text.casefold() in BOUNDS):
                continue
            if token.first and token.key not in known and not _looks_like_a_name(claim, i) and not _new_subject(claim, slot, i):
                continue
            seen.add(token.text)
            others = [t for t in there if is_name(t) and t.key not in moved and (not t.first or t.key in known or token.first)]
            if not i or claim.tokens[i - 1].key not in _AT:  # whom a court in Felm sentenced is no Felm
                others = [t for t in others if not _is_where(claim, slot, t)]
            if there and there[-1].key in SUBJECTS:  # the name stands for the pronoun, whatever other names are near
                others = []
            if not _mentioned(token, claim, known):
                yield _name_reason(claim, i, others)
            elif token.key in told(claim).moved or token.text.casefold() in _framed(claim.text):
                continue  # "B was sued by A"; who speaks is for another rule
            elif close and others and not _same_person(claim, i, others, known):
                yield f"The passage says this of {others[0].text}, not of {token.text}."
            elif close and not others and _is_other_antecedent(claim, i, slot, known):
                yield f"The passage does not say this of {token.text}."
    yield from _broken_names(claim)


def _is_where(claim: Claim, slot: Slot, token: Token) -> bool:
    """Whether a name of a slot stands behind an "in" there."""
    places = [(n, j) for n, j in slot.near if claim.token_at((n, j)) is token]
    return any(j > 0 and claim.lines[n].tokens[j - 1].key in _AT for n, j in places)


def _framed(text: str) -> frozenset[str]:
    """The names in an "according to" at the start of a sentence."""
    if text.partition(" ")[0].casefold() not in word_set("speech.according"):
        return frozenset()
    return frozenset().union(*(one.speakers[0].names for one in speech(text)[:1]))


def _new_subject(claim: Claim, slot: Slot, i: int) -> bool:
    """Whether a capital at the start of the sentence stands where the passage's sentence starts with a name."""
    if i != slot.here[-1] or claim.tokens[i].key in claim.all_keys:
        return False
    return bool(slot.there) and len(slot.there) <= 4 and all(is_name(claim.token_at(p)) for p in slot.there)


def _is_other_antecedent(claim: Claim, i: int, slot: Slot, known: frozenset[str]) -> bool:
    """Whether the passage has a pronoun here that must mean somebody else: the name is nowhere near before it."""
    pronouns = [p for p in slot.there if claim.token_at(p).key in ("he", "she")]
    if not pronouns:
        return False
    line = pronouns[0][0]
    before = [n for n in range(max(0, line - 3), line + 1) if claim.passage_of[n] == claim.passage_of[line]]
    near = [t for n in before for t in claim.lines[n].tokens]
    return not any(t.key == claim.tokens[i].key for t in near) and any(is_name(t) and t.key in known for t in near)


def _name_reason(claim: Claim, i: int, others: Sequence[Token]) -> str:
    return f"The passage does not mention {full_name(claim.tokens, i)}."


def _looks_like_a_name(claim: Claim, i: int) -> bool:
    """A capital at the start of a sentence: a name when it is a country or no word, or a name or a reporting verb follows it."""
    token, following = claim.tokens[i], claim.tokens[i + 1] if i + 1 < len(claim.tokens) else None
    if token.key in claim.all_keys or rarity(token.key) < 4.5:
        return False
    if COUNTRY.fullmatch(token.text) or not (is_word(token.key) or token.text.endswith("s")):
        return True  # "Indonesia was shaken", "Bramwick was flooded"; not "Midwives"
    return following is not None and not following.before and (is_name(following) or following.key in SAYING)


def _mentioned(token: Token, claim: Claim, known: frozenset[str]) -> bool:
    if token.key in claim.all_keys or demonyms().get(token.key, frozenset()) & claim.all_keys:
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
    if len(letters) == 2:  # two stand in a row in nearly every sentence: those of one name only
        return any(f"{a.text[0]}{b.text[0]}".casefold() == letters for a, b in pairwise(found) if a.capital and b.capital)
    initials = "".join(t.text[0].casefold() for t in found if t.capital or t.content)
    return letters in "".join(t.text[0].casefold() for t in found if t.capital) or letters in initials


def _same_person(claim: Claim, i: int, others: Sequence[Token], known: frozenset[str]) -> bool:
    """Whether the name here and the name there are one: a first name beside its surname somewhere, "South East", a form."""
    token = claim.tokens[i]
    low = token.text.casefold()
    if "".join(t.text.casefold() for t in others) == low or any(_prefix(t.text.casefold(), low) >= 4 for t in others):
        return True
    pairs = [{token.key, other.key} for other in others]
    for line in claim.lines:
        for a, b in pairwise(line.tokens):
            if not b.before and is_name(a) and is_name(b) and {a.key, b.key} in pairs:
                return True
    return False


def _broken_names(claim: Claim) -> Iterator[str]:
    """A first name and a surname that the passages have, but of two people."""
    for i, (a, b) in enumerate(pairwise(claim.tokens)):
        if a.first or b.before or not (is_name(a) and is_name(b)) or (claim.at[i] and claim.at[i + 1]):
            continue
        if a.key in claim.all_keys and b.key in claim.all_keys and _of_another(claim, a.key, b.key):
            yield f"The passage does not mention {a.text} {b.text}."


def _of_another(claim: Claim, first: str, last: str) -> bool:
    """Whether the passages put other names before this surname, and never this one nearly beside it."""
    others = False
    for line in claim.lines:
        if last not in line.keys:
            continue
        for n, token in enumerate(line.tokens):
            if token.key == last and n:
                if line.tokens[n - 1].key == first or (n > 1 and line.tokens[n - 2].key == first):
                    return False
                others = others or (not token.before and is_name(line.tokens[n - 1]))
    return others
