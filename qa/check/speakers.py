"""Who said it: words given to one person that the passage gives to another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qa.check.align import Claim
from vectorstore.language.names import is_name
from vectorstore.language.stems import stem_set
from vectorstore.language.tokens import Token

SAYING = stem_set("speech.verbs_of_saying")


def speakers(claim: Claim) -> Iterator[str]:
    """Words given to one person that the passage's sentence gives to another, in whatever order it is told."""
    counts: dict[int, int] = {}
    for i, place in enumerate(claim.at):
        if place and claim.tokens[i].content:
            counts[place[0]] = counts.get(place[0], 0) + 1
    if not counts:
        return
    line = claim.lines[max(counts, key=lambda n: counts[n])].tokens
    mine, theirs = _speaking(claim.tokens), _speaking(line)
    here, there = {t.key for t in claim.tokens}, {t.key for t in line}
    if mine and theirs and not any(t.key in there for t in mine) and not any(t.key in here for t in theirs):
        yield f"The passage gives this to {theirs[-1].text}, not to {mine[-1].text}."


def _speaking(found: Sequence[Token]) -> list[Token]:
    """The names next to a verb of saying: "Marta Lindqvist" in "said Marta Lindqvist" and in "Marta Lindqvist told"."""
    names: list[Token] = []
    for i, token in enumerate(found):
        if token.key not in SAYING or token.quoted:
            continue
        n = i - 1
        while n >= max(0, i - 3) and not found[n + 1].before.strip("-") and is_name(found[n]) and not found[n].quoted:
            names.append(found[n])
            n -= 1
        n = i + 1
        while token.key == "say" and n < min(len(found), i + 5) and not found[n].before.strip("-") and not found[n].quoted:
            if is_name(found[n]):
                names.append(found[n])
            elif names and names[-1] is found[n - 1]:
                break
            n += 1
    return names
