"""Words without a basis in the passages."""

from __future__ import annotations

from collections.abc import Iterator

from qa.check.align import Claim, shortened


def basis(claim: Claim) -> Iterator[str]:
    content = [i for i, t in enumerate(claim.tokens) if t.content and i not in claim.spared]
    if not content:
        return
    english = claim.language == "en"
    keys = claim.all_keys if english else frozenset().union(*(claim.lines[n].keys for n in claim.used))
    aligned = sum(1 for i in content if claim.at[i])
    present = sum(1 for i in content if not claim.at[i] and claim.tokens[i].key in keys)
    if (aligned + (0.5 if english else 0.75) * present) / len(content) < (
        0.5 if english else 0.51
    ):  # elsewhere no rule looks at each thing
        yield "Most of this sentence is not in the passage."
        return
    worst, run, start, span = 0.0, 0.0, 0, (0, 0)
    for n, i in enumerate(content):
        step = -1.2 if claim.at[i] else 0.6 if claim.tokens[i].key in keys else 1.0
        if run + step <= 0:
            run, start = 0.0, n + 1
        else:
            run += step
            if run > worst:
                worst, span = run, (content[start], i)
    if worst >= 2.8:
        words = " ".join(t.text for t in claim.tokens[span[0] : span[1] + 1])
        yield f"The passage does not carry “{shortened(words)}”."
