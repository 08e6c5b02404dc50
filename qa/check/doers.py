"""Another one's deed or office: "Rask sent a bus" of "a bus sent by Oll", "Rask is the secretary" of "Secretary Hal Brandt"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qa.check.align import Claim
from vectorstore.language.lexicon import word_set
from vectorstore.language.names import TITLES, is_name, is_of_name
from vectorstore.language.stems import stem_set
from vectorstore.language.tokens import Token
from vectorstore.language.verbs import is_past

_ARTICLES, _BEING = word_set("words.articles"), word_set("words.being")
_HAVING = word_set("words.auxiliaries") - _BEING
_CLAUSES = (word_set("words.clauses") | word_set("words.relatives")) - word_set("words.joins")
_PRONOUNS = word_set("words.subjects")
SAYING = stem_set("speech.verbs_of_saying")
_NEAR = 6  # words between two names of one


def of_another(claim: Claim) -> Iterator[str]:
    """Who the passage says did it, or holds the office, where the sentence begins with another's name."""
    found = claim.tokens
    end = next((n for n, t in enumerate(found) if not (is_name(t) or t.key in TITLES or t.key in _ARTICLES)), len(found))
    mine = [t for t in found[:end] if is_name(t)]
    while end < len(found) and (found[end].key in _HAVING or found[end].text.endswith("ly")):
        end += 1
    if not mine or end >= len(found) or any(t.is_parted for t in found[1 : end + 1]):
        return
    theirs = _office(claim, end) if found[end].key in _BEING else _deed(claim, end)
    if theirs and theirs[-1].key not in claim.keys and not _may_be_one(claim, mine, theirs):
        yield f"The passage says this of {shown(theirs)}, not of {shown(mine)}."


def _deed(claim: Claim, verb: int) -> list[Token]:
    """Who does in the passage what the sentence's verb says; nobody where one line has it of the sentence's own."""
    token, place = claim.tokens[verb], claim.at[verb]
    if not is_past(token) or token.key in SAYING:
        return []
    every = [(n, j, _doer(line.tokens, j)) for n, line in enumerate(claim.lines) for j in line.matching(token)]
    if any(who and who[-1].key in claim.keys for *_, who in every):
        return []

    def is_told(n: int, j: int) -> bool:
        """Here, or of an "it" that the line before names: "Rask called the price absurd. Oll defended it."."""
        takes_up = n - 1 in claim.used and any(t.key in _PRONOUNS for t in claim.lines[n].tokens[j + 1 : j + 2])
        return n == place[0] if place else n in claim.used or takes_up

    return next((who for n, j, who in every if is_told(n, j)), [])


def _doer(line: Sequence[Token], verb: int) -> list[Token]:
    """The names right before a verb, that begin a clause, or right behind it and a "by"."""
    if [t.key for t in line[verb + 1 : verb + 2]] == ["by"]:
        behind = line[verb + 2 : verb + 9]
        stop = next((n for n, t in enumerate(behind) if (n and t.is_parted) or not is_of_name(t)), len(behind))
        return [t for t in behind[:stop] if is_name(t)]
    at = verb
    while at and not line[at].is_parted and (line[at - 1].key in _HAVING or line[at - 1].text.endswith("ly")):
        at -= 1
    aside = _aside(line, at)
    at = start = aside or at
    while start and (start == aside or not line[start].is_parted) and is_of_name(line[start - 1]):
        start -= 1
    if aside:  # whose office may stand before it: "Forward Leo Brandt, the oldest of them, won"
        return [t for t in line[start:at] if is_name(t)] if not any(is_past(t) for t in line[:start]) else []
    opens = not start or line[start].is_parted or line[start - 1].key in _CLAUSES
    return [t for t in line[start:at] if is_name(t)] if opens else []


def _aside(line: Sequence[Token], verb: int) -> int:
    """Where what stands between commas before a verb begins, "Leo Brandt, the oldest of them, won"; 0 where nothing does."""
    if verb >= len(line) or "," not in line[verb].before:
        return 0
    begin = next((n for n in range(verb - 1, 0, -1) if line[n].is_parted), 0)
    told = begin and "," in line[begin].before and (line[begin].key in _ARTICLES or line[begin].values)
    return begin if told and not any(t.key in _CLAUSES for t in line[begin:verb]) else 0


def _office(claim: Claim, being: int) -> list[Token]:
    """The name that stands behind the office that the sentence gives to its own: "Transport Secretary Hal Brandt"."""
    rest = [t for t in claim.tokens[being + 1 :] if t.key not in _ARTICLES]
    if not rest or len(rest) > 3 or rest[-1].key not in TITLES:
        return []
    wanted = [t.key for t in rest]
    for line in claim.lines:
        for j in line.matching(rest[-1]):
            if [t.key for t in line.tokens[j + 1 - len(wanted) : j + 1]] == wanted:
                behind = line.tokens[j + 1 : j + 4]
                stop = next((n for n, t in enumerate(behind) if not is_name(t) or t.is_parted), len(behind))
                if stop:
                    return list(behind[:stop])
    return []


def _may_be_one(claim: Claim, mine: Sequence[Token], theirs: Sequence[Token]) -> bool:
    """Whether two names may be of one: close by in some line, with no sign between them but right behind the first."""
    for line in claim.lines:
        here, there = ([j for t in some for j in line.matching(t)] for some in (mine, theirs))
        for a, b in ((min(a, b), max(a, b)) for a in here for b in there):
            between = line.tokens[a + 1 : b + 1]
            signs = [n for n, t in enumerate(between) if t.is_parted]
            if b - a <= _NEAR and signs[:1] in ([], [0]) and not any(is_past(t) or t.key in ("and", "by") for t in between):
                return True
    return False


def shown(found: Sequence[Token]) -> str:
    return " ".join(t.text for t in found)
