"""One of several taken for another or for all: "the largest" of "one of the largest", "the oldest of the wrecks" for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, pairwise

from qa.check.align import Claim
from vectorstore.language.align import NEGATIONS, is_first
from vectorstore.language.lexicon import word_set
from vectorstore.language.tokens import Token

_FIRST, _AMONG, _ONLY = (word_set(f"quantities.ranks.{name}") for name in ("first", "among", "only"))
_ARTICLES = word_set("words.articles")
_EVER, _SPANS = word_set("quantities.ranks.ever"), word_set("quantities.ranks.spans")
_ORDINAL = ("ordinal", "th")
_NEAR = 5  # words


def ranks(claim: Claim) -> Iterator[str]:
    yield from _put_in(claim) if "only" in claim.all_keys or " only " in claim.text else ()
    for n, j in [(line, at) for line in sorted(claim.used) for at in claim.lines[line].firsts]:
        yield from _of_first(claim, n, j)


def _of_first(claim: Claim, n: int, j: int) -> Iterator[str]:
    found = claim.lines[n].tokens
    after = [t.key for t in found[j + 1 : j + 3]]
    if (n, j) in claim.taken:
        yield from chain(_alone(claim, claim.at.index((n, j)), found, j), _of_while(claim, found, j))
    elif after[:1] == ["of"]:
        yield from _of_them(claim, n, j)
    elif after == ["time", "since"]:
        yield from _since(claim, n, j)
    elif (n, j + 1) in claim.taken and "before" in claim.keys and claim.lines[n].keys.isdisjoint(("before", "then")):
        said = {form for t in claim.tokens for form in (t.key, t.text.casefold())}
        if said.isdisjoint({*_FIRST, *NEGATIONS}):  # "others had done it before her"
            yield f"The passage says “{found[j].text} {found[j + 1].text}”; this leaves out the “{found[j].text}”."


def _of_while(claim: Claim, found: Sequence[Token], j: int) -> Iterator[str]:
    """ "The warmest ever" of "the warmest since 1961" or "for 40 years"."""
    if _EVER.isdisjoint(claim.words) or not _EVER.isdisjoint(t.text for t in found):
        return
    for k in range(j + 1, min(len(found), j + 2 * _NEAR)):
        if found[k].values and found[k - 1].key in _SPANS:
            yield f"This says “{min(_EVER & claim.words)}” where the passage says “{found[k - 1].text} {found[k].text}”."
            return


def _put_in(claim: Claim) -> Iterator[str]:
    """ "The only" of what the passage does not say to be alone, and "one of several" of what it does."""
    lines = [claim.lines[n].tokens for n in sorted(claim.used)]
    said = frozenset(t.text.casefold() for found in lines for t in found)
    for i, token in enumerate(claim.tokens[1:], 1):
        put_in = token.key == "only" and not claim.at[i] and not token.quoted and claim.tokens[i - 1].key in _ARTICLES
        if put_in and _ONLY.isdisjoint(said):
            yield f"The passage does not say “{claim.tokens[i - 1].text} only”."
    if " only " not in claim.text and any(a.key in _ARTICLES and b.key == "only" for found in lines for a, b in pairwise(found)):
        among = [(a, b) for a, b in pairwise(claim.tokens) if a.text.casefold() in _AMONG and b.key == "of"]
        if among and not any(a.key == "one" and b.key == "of" for found in lines for a, b in pairwise(found)):
            yield f"This says “{among[0][0].text} of” where the passage says “only”."


def _alone(claim: Claim, i: int, found: Sequence[Token], j: int) -> Iterator[str]:
    """ "The largest" of "the third-largest" or of "one of the largest"."""
    mine = claim.tokens[max(0, i - _NEAR) : i]
    before = found[max(0, j - _NEAR) : j]
    if before and before[-1].unit in _ORDINAL:
        if not any(t.unit in _ORDINAL for t in mine[-2:]):
            yield f"The passage says “{before[-1].text} {found[j].text}”; this leaves out the “{before[-1].text}”."
        return
    if [t.key for t in found[j + 1 : j + 3]] == ["but", "one"] and "but" not in (t.key for t in claim.tokens):
        yield f"The passage says “{found[j].text} but one”; this leaves out the “but one”."
    words = [t.text.casefold() for t in before]
    of = next((k for k in range(len(words) - 1, -1, -1) if words[k] in ("of", "among")), -1)
    if of < 0 or len(words) - of > 3 or any(set(t.before) & set(",;:") for t in [*before[of + 1 :], found[j]]):
        return
    start = of if words[of] == "among" else of - 1
    if start >= 0 and words[start] in _AMONG and _AMONG.isdisjoint(t.text.casefold() for t in mine):
        yield f"The passage says “{' '.join(t.text for t in before[start:])} {found[j].text}”: there are others."


def _of_them(claim: Claim, n: int, j: int) -> Iterator[str]:
    """What is said of "the oldest of the wrecks" told of the wrecks."""
    found = claim.lines[n].tokens
    own = any(is_first(t) and t.unit not in _ORDINAL for t in claim.tokens)
    if own or found[j].key in claim.keys:
        return
    k = next((k for k in range(j + 2, min(len(found), j + 2 + _NEAR)) if found[k].content and not found[k].values), 0)
    if not k or (n, k) not in claim.taken or any(set(t.before) & set(",;:") for t in found[j + 1 : k + 1]):
        return  # "Ada Holt, the oldest of the four, won"
    i = claim.at.index((n, k))
    told = sum((n, m) in claim.taken and found[m].content for m in range(k + 1, len(found)))
    words = {t.text.casefold() for t in claim.tokens[max(0, i - _NEAR) : i]}
    if told and words.isdisjoint(_AMONG | {"a", "an"}):
        yield f"The passage says this of the {found[j].text} of them only."


def _since(claim: Claim, n: int, j: int) -> Iterator[str]:
    """ "For the first time since 1996" told as "since 1996"."""
    said = {form for t in claim.tokens for form in (t.key, t.text.casefold())}
    if (n, j + 2) in claim.taken and said.isdisjoint({"time", *_FIRST, *NEGATIONS}):
        which = claim.lines[n].tokens[j].text
        yield f"The passage says “{which} time since”; this leaves out the “{which} time”."
