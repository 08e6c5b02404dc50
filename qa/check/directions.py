"""The other way around by one small word: "sent to the minister" of "sent by the minister", "exports from" of "exports to"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from qa.check.align import Claim
from vectorstore.language.lexicon import lines, rows
from vectorstore.language.names import is_of_name
from vectorstore.language.stems import stem
from vectorstore.language.tokens import STOP, Token

_REACH = 6  # words of what is given up
_BEHIND = 3  # and of what comes for it


def directions(claim: Claim) -> Iterator[str]:
    """The small word that the passage has between the same two words, where the two exclude one another."""
    others = ways()
    for i, place in enumerate(claim.at):
        if not place or not (mine := _before(claim.tokens, i, others)):
            continue
        word, governor = claim.tokens[mine].key, claim.tokens[mine - 1].key
        token, line = claim.tokens[i], claim.lines[place[0]].tokens
        found = {
            line[at].key
            for j in claim.lines[place[0]].matching(token)
            if (at := _before(line, j, others)) and line[at - 1].key == governor
        }
        if found and word not in found and (other := min(found & others[word], default="")):
            yield f"This says “{word} {token.text}” where the passage says “{other} {token.text}”."
            return
    yield from _exchanged(claim)


def _exchanged(claim: Claim) -> Iterator[str]:
    """What took the place of what, the other way around: "replaced glass with plastic" of "switched from plastic to glass"."""
    mine = list(_changes(claim.tokens))
    theirs = [change for n in claim.used for change in _changes(claim.lines[n].tokens)] if mine else []
    for old, new in mine:
        kept = any(old & before and new & after for before, after in theirs)
        if not kept and any(old & after and new & before for before, after in theirs):
            yield "The passage tells what took the place of what the other way around."
            return


def _changes(found: Sequence[Token]) -> Iterator[tuple[frozenset[str], frozenset[str]]]:
    """What was before and what came for it, by their words: "from A to B", "replaced A with B", "dropped A for B"."""
    for n, token in enumerate(found):
        for links in exchanges().get(token.key, ()):
            at = next((k for k in range(n + 2, min(n + 2 + _REACH, len(found))) if found[k].key in links), 0)
            if at and not any(found[k].is_parted for k in range(n + 1, at + 1)):
                old = frozenset(t.key for t in found[n + 1 : at] if t.content)
                new = frozenset(t.key for t in found[at + 1 : at + 1 + _BEHIND] if t.content)
                yield old - new, new - old


@cache
def exchanges() -> dict[str, list[frozenset[str]]]:
    """For a word before what is given up, the words before what comes for it."""
    found: dict[str, list[frozenset[str]]] = {}
    for line in lines("roles.exchanges"):
        before, _, behind = line.partition("|")
        for word in before.split():
            found.setdefault(word if word in STOP else stem(word), []).append(frozenset(behind.split()))
    return found


def _before(found: Sequence[Token], n: int, words: dict[str, frozenset[str]]) -> int:
    """Where the small word stands before what is told at n, articles and the rest of its name aside; 0 where there is none."""
    k = n - 1
    while k > 0 and not found[k + 1].is_parted and is_of_name(found[k]):
        k -= 1
    is_plain = k > 0 and found[k].key in words and not any(t.is_parted for t in found[k : n + 1])
    return k if is_plain and found[n].content and not found[n].date else 0


@cache
def ways() -> dict[str, frozenset[str]]:
    """For a small word, those that say another thing of the same two."""
    found: dict[str, frozenset[str]] = {}
    for row in rows("roles.ways"):
        for word in row:
            found[word] = found.get(word, frozenset()) | (frozenset(row) - {word})
    return found
