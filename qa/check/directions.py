"""The other way around by one small word: "sent to the minister" of "sent by the minister", "exports from" of "exports to"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from qa.check.align import Claim
from vectorstore.language.lexicon import rows
from vectorstore.language.names import is_of_name
from vectorstore.language.tokens import Token


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
