"""Words without a basis in the passages."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from qa.check.align import Claim, shortened
from qa.check.polarity import opposed
from qa.check.wanted import answers, wanted_in
from vectorstore.language.align import lines_of
from vectorstore.language.names import is_name
from vectorstore.language.senses import may_mean


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
    if few and not (english and aligned + present + _synonyms(claim) == len(content)):
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
    if worst >= 2.8:
        words = " ".join(t.text for t in claim.tokens[span[0] : span[1] + 1])
        yield f"The passage does not carry “{shortened(words)}”."
    elif english and (unfounded := next(_unfounded(claim), "")):
        yield f"The passage has no word for “{unfounded}”."


def _unfounded(claim: Claim) -> Iterator[str]:
    """The words for which the passages have none, nor one that may mean it; names have a rule of their own."""
    around: frozenset[str] | None = None
    for i in wanted_in(claim.tokens):
        token = claim.tokens[i]
        if (
            i in claim.spared
            or claim.at[i]
            or not token.content
            or token.values
            or token.date
            or is_name(token)
            or token.key in claim.all_keys
        ):
            continue
        if any(answers(token, other) or opposed(token, other) for line in claim.lines for other in line.tokens):
            continue
        if around is None:  # "the inspector" may be named before the passage begins
            around = frozenset().union(*(_keys(text) for text, _ in claim.whole.values()))
        if token.key not in around:
            yield token.text


@lru_cache(maxsize=64)
def _keys(text: str) -> frozenset[str]:
    return frozenset(key for line in lines_of(text[:20_000]) for key in line.keys)


def _synonyms(claim: Claim) -> int:
    """How many words that the passages lack stand in the place of one that means the same: "The firm fired 340 employees"."""
    found = 0
    for slot in claim.slots:
        there = [other for place in slot.there if (other := claim.token_at(place)).content]
        mine = [token for i in slot.here if (token := claim.tokens[i]).content and token.key not in claim.all_keys]
        found += sum(any(may_mean(token.key, other.key) for other in there) for token in mine)
    return found
