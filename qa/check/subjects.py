"""A subject from one sentence of the passage put to what another one, or another clause, tells of a subject of its own.

"Halden closed in March" of "Halden runs nine homes. Larkfield, which had 42 residents, closed in March": all of its words are
there, but the passage closes another. Which words are a subject shows where they stand: before the verb, no clause between.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from qa.check.align import Claim
from qa.check.doers import SAYING, of_another, shown
from vectorstore.language.align import Line
from vectorstore.language.lexicon import word_set
from vectorstore.language.names import TITLES, is_name
from vectorstore.language.senses import is_word, may_mean
from vectorstore.language.tokens import Token
from vectorstore.language.verbs import is_past

_CLAUSES, _RELATIVES = word_set("words.clauses"), word_set("words.relatives")
_AUXILIARIES = word_set("words.auxiliaries")
_VERBS = word_set("words.being") | _AUXILIARIES
_PRONOUNS = word_set("words.subjects")
_TAKES_UP = _PRONOUNS | word_set("words.articles")
_BEFORE_PLACES = word_set("words.light") - word_set("words.articles") - _VERBS
_BESIDE = 6  # words between two names of one: "the mayor of Oxter, Lucinda Farr"


def subjects(claim: Claim) -> Iterator[str]:
    first = next((n for n, t in enumerate(claim.tokens) if t.content), -1)
    instead = iter(()) if first < 0 or claim.at[first] else _instead(claim)
    return chain(of_another(claim), instead) if claim.tokens[first].capital else instead


def _instead(claim: Claim) -> Iterator[str]:
    """Who or what the passage says it of."""
    mine = _head(claim)
    after = next((i for i in range(mine[-1] + 1, len(claim.tokens)) if claim.at[i] and claim.tokens[i].content), 0) if mine else 0
    place = claim.at[after]
    if not after or not place:
        return
    line = claim.lines[place[0]]
    told = [claim.tokens[i] for i in mine]
    if any(line.matching(t) for t in told) or sum(bool(p and p[0] == place[0]) for p in claim.at) < 3:
        return
    begins = any(_begins_with(other, told) for n, other in enumerate(claim.lines) if n != place[0])
    theirs = _subject(line.tokens, place[1], begins)
    if not theirs or any(t.key in claim.keys or t.values or t.date for t in theirs):
        return
    named, others = ([t for t in some if _is_named(claim, t)] for some in (told, theirs))
    if bool(named) != bool(others) or not _elsewhere(claim, place[0], told) or _may_be_one(claim, told, theirs):
        return
    yield f"The passage says this of {shown(others or theirs)}, not of {shown(named or told)}."


def _is_named(claim: Claim, token: Token) -> bool:
    """Whether it is a name, where a sentence begins with it, too."""
    return is_name(token) and (not token.first or token.key in claim.known_names or not is_word(token.key))


def _head(claim: Claim) -> list[int]:
    """The words that a sentence begins with, up to its verb: content only; none where it begins otherwise."""
    found = claim.tokens
    head: list[int] = []
    for i, token in enumerate(found[:8]):
        if head and claim.at[i] and is_name(token) and not token.before:
            return []  # "Billy Herman", of whom the other sentence has "Herman"
        if i and (token.is_parted or token.key in _CLAUSES or token.key in _VERBS or is_past(token) or claim.at[i]):
            break
        if token.quoted or token.values or token.date or (not i and token.key in _BEFORE_PLACES):
            return []
        if token.key in _BEFORE_PLACES or token.key in SAYING:
            break
        if token.content:
            head.append(i)
    return head


def _subject(found: Sequence[Token], end: int, begins: bool) -> list[Token]:
    """The words of content before the verb of the clause that a word stands in; none where it takes up what went before.

    "The company" may be one that was named before; where the words it is held against begin a sentence, it is no other.
    """
    begin = next((n for n in range(end, 0, -1) if _opens(found, n, end)), 0)
    if found[begin].key in _RELATIVES:
        if found[begin].key == "that" and any(t.key in SAYING for t in found[:begin]):
            begin += 1  # "told the staff on Monday that production would end"
        else:  # whom it is said of stands before it
            return [t for t in found[max(0, begin - 2) : begin] if t.content][-1:]
    subject: list[Token] = []
    aside = False
    for n in range(begin, end):
        token = found[n]
        if n > begin and token.is_parted:
            aside = token.key in _RELATIVES and not aside
            if ";" in token.before:
                return []
        if aside:
            continue
        if token.key in _VERBS or is_past(token) or token.key in SAYING or (subject and token.key in _BEFORE_PLACES):
            break
        if token.content and token.key not in TITLES:
            subject.append(token)
    names = {is_name(t) for t in subject}
    if found[begin].key in (_PRONOUNS if begins and True not in names else _TAKES_UP) and len(names) < 2:
        return []  # "she", "the company", "the Whites"; not "the director, Ada Holt"
    return subject


def _opens(found: Sequence[Token], n: int, end: int) -> bool:
    """Whether a clause that goes on to `end` begins with a word: behind a semicolon, or a relative pronoun."""
    if found[n].key in _RELATIVES:
        return not any(t.is_parted for t in found[n + 1 : end + 1])
    return bool(set(found[n].before) & set(";:"))


def _elsewhere(claim: Claim, home: int, told: Sequence[Token]) -> bool:
    """Whether another line has these words."""
    return any(all(line.matching(t) for t in told) for n, line in enumerate(claim.lines) if n != home)


def _may_be_one(claim: Claim, told: Sequence[Token], theirs: Sequence[Token]) -> bool:
    """Whether the two may be one: beside each other in some line, or one a word for the other."""
    if any(may_mean(a.key, b.key) or may_mean(b.key, a.key) for a in told for b in theirs):
        return True
    for line in claim.lines:
        here, there = [j for t in told for j in line.matching(t)], [j for t in theirs for j in line.matching(t)]
        if any(abs(a - b) <= _BESIDE and not _has_verb(line.tokens[min(a, b) : max(a, b)]) for a in here for b in there):
            return True
    return False


def _has_verb(found: Sequence[Token]) -> bool:
    """Whether one does something to the other: "Orbiton has agreed to buy Kestrel", "Orbiton to buy Kestrel"."""
    return any(is_past(t) or t.key in _AUXILIARIES or t.text == "to" for t in found)


def _begins_with(line: Line, mine: Sequence[Token]) -> bool:
    """Whether a line is about these words: it begins with them, an article before them or not."""
    head = [t.key for t in line.tokens if t.content][: len(mine)]
    return head == [t.key for t in mine]
