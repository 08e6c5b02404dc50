"""Words without a basis in the passages."""

from __future__ import annotations

from collections.abc import Iterator

from qa.check.align import Claim, shortened
from qa.check.meant import unmeant
from vectorstore.language.senses import is_word


def basis(claim: Claim) -> Iterator[str]:
    content = [i for i, t in enumerate(claim.tokens) if t.content and i not in claim.spared and not (t.values and claim.reckoned)]
    if not content:
        return
    english = claim.language == "en"
    keys = claim.all_keys if english else frozenset().union(*(claim.lines[n].keys for n in claim.used))
    aligned = sum(1 for i in content if claim.at[i])
    told = [t.key in keys or bool(t.values and not t.date) for t in claim.tokens]  # numbers have rules of their own
    present = sum(1 for i in content if not claim.at[i] and told[i])
    half, least = (0.5, 0.5) if english else (0.75, 0.51)  # elsewhere no rule looks at each thing
    few = aligned + half * present < least * len(content)
    foreign = sum(not (claim.at[i] or claim.tokens[i].capital or is_word(claim.tokens[i].key)) for i in content)
    if few and (not english or 2 * foreign > len(content) or unmeant(claim)):
        yield "Most of this sentence is not in the passage."
    if few:
        return
    worst, run, start, span = 0.0, 0.0, 0, (0, 0)
    for n, i in enumerate(content):
        step = -1.2 if claim.at[i] else 0.6 if told[i] else 1.0
        if run + step <= 0:
            run, start = 0.0, n + 1
        else:
            run += step
            if run > worst:
                worst, span = run, (content[start], i)
    if worst >= 2.8 and not (english and not unmeant(claim)):
        words = " ".join(t.text for t in claim.tokens[span[0] : span[1] + 1])
        yield f"The passage does not carry “{shortened(words)}”."
    elif english and (missing := unmeant(claim)):
        yield f"The passage has no word for “{missing[0].text}”."
