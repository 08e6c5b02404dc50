"""How certain it is, in other languages than English: "wird" where the passage says "könnte", "a volé" for "aurait volé"."""

from __future__ import annotations

from collections.abc import Iterator

from qa.check.align import Claim
from qa.check.denials import Side
from vectorstore.language.lexicon import word_set


def hedges(claim: Claim) -> Iterator[str]:
    """A word of doubt that the sentence leaves out, though it keeps what is doubted."""
    doubts = word_set("certainty.doubts", claim.language)
    if not doubts or any(t.text.casefold() in doubts | word_set("certainty.other_doubts", claim.language) for t in claim.tokens):
        return
    for line in sorted(claim.used):
        found = claim.lines[line].tokens
        cues = [j for j, token in enumerate(found) if token.text.casefold() in doubts]
        side = Side(found, claim.language) if cues else None
        for j in cues:
            near = side.near(j) if side else []
            if near and 2 * sum((line, k) in claim.taken for k in near) >= len(near):
                yield f"The passage says “{found[j].text}”; this leaves the doubt out."
                return
