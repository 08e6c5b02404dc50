"""Words of two clauses of a passage crossed: "lent a bear" of "lent two lynxes to Pell and got a bear in return".

A word in the place of another of its kind is a change only where the clause that has it tells something else, too: it has its own
verb, number or name in the place of one that the sentence took from the other clause.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import permutations, product

from qa.check.align import Claim
from qa.check.bindings import clauses
from qa.check.others import others
from vectorstore.language.lexicon import word_set
from vectorstore.language.names import is_name
from vectorstore.language.senses import is_mostly_verb
from vectorstore.language.speakers import isa
from vectorstore.language.tokens import Token
from vectorstore.language.verbs import is_irregular, is_past

_ARTICLES = word_set("words.articles")
_BEFORE = word_set("carrying.binds")
_AUXILIARIES = word_set("words.being") | word_set("words.auxiliaries")

_KINDS = ("clock", "ordinal", "th", "%")
Place = tuple[str, ...]  # what a word is to its clause: its verb, its subject, what stands behind "in", a number of kilometres
Part = dict[Place, list[tuple[int, int]]]  # of a clause, the words in each place: line and position


def crossings(claim: Claim) -> Iterator[str]:
    """What the passage tells of another of two clauses, each of which has its own word in both places, or its own subject."""
    yield from others(claim)
    says = max((n + 1 for n, t in enumerate(claim.tokens) if isa(t.text.casefold(), "verbs_of_saying")), default=0)
    told = [t for t in claim.tokens[says:] if t.content and not t.quoted]  # who says it is told by another rule
    spots = {t: {(n, j) for n in claim.used for j in claim.lines[n].matching(t)} for t in told}
    claimed = set().union(*spots.values()) if spots else set()
    parts = [part for n in sorted(claim.used) for part in _parts(n, claim.lines[n].tokens)]
    for clause in clauses(claim.tokens):
        mine = {t: spots[t] for t in claim.tokens[clause.start : clause.stop] if t in spots}
        for one, other in permutations(parts, 2):
            taken = list(_only_in(one, other, mine, claimed))
            left = list(_only_in(other, one, mine, claimed)) if taken else ()
            for (place, token, _), (there, with_it, rival) in product(taken, left):
                if place != there:
                    yield f"The passage tells “{token.text}” with “{claim.token_at(rival).text}”, not with “{with_it.text}”."
                    return


def _only_in(
    part: Part, other: Part, mine: Mapping[Token, set[tuple[int, int]]], claimed: Set[tuple[int, int]]
) -> Iterator[tuple[Place, Token, tuple[int, int]]]:
    """The sentence's words in a place of one clause for which the other has words that the sentence lacks, with one of those."""
    for place, there in part.items():
        theirs = other.get(place, [])
        if theirs and claimed.isdisjoint(theirs):
            yield from ((place, token, theirs[0]) for token, spots in mine.items() if spots and spots <= set(there))


def _parts(n: int, found: Sequence[Token]) -> Iterator[Part]:
    """The clauses of a line with what stands in which place of them."""
    yield from filter(None, (_places(n, found, part) for part in clauses(found)))


def _places(n: int, found: Sequence[Token], part: range) -> Part:
    verb = next((j for j in part if _is_verb(found, j)), None)
    place: Place = ("subject",)
    places: Part = {}
    for j in part:
        token = found[j]
        if j == verb:
            places["verb",] = [(n, j)]
            place = ("object",)
        elif token.key in _BEFORE:
            place = ("behind", token.key)
        elif token.values or token.date:
            kind = token.date or (token.unit if token.unit in _KINDS else "")
            places.setdefault(("figure", kind), []).append((n, j))
        elif token.content:
            if verb is None and place == ("subject",) and not (token.capital and is_name(token)):
                place = ("object",)  # "won silver in the slalom and bronze in the downhill"
            if place in places and (found[j - 1].key in _ARTICLES or (is_name(found[j - 1]) and not token.capital)):
                place = ("subject",) if verb is not None and j < verb else ("object",)  # "in Felm the river burst"
            places.setdefault(place, []).append((n, j))
    return places


def _is_verb(found: Sequence[Token], j: int) -> bool:
    token, before = found[j], found[j - 1].key if j else ""
    if token.key in _AUXILIARIES or not token.content or token.capital or token.values or before in _ARTICLES | _BEFORE:
        return False
    return is_past(token) or is_irregular(token) or is_mostly_verb(token.key)
