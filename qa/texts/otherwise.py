"""Which reasons of the check say that an article has it otherwise, and not only in other words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.check.polarity import opposed
from qa.check.status import excludes
from qa.overtaken import SAME_OF_ANOTHER
from vectorstore.language.align import NEGATIONS
from vectorstore.language.lexicon import word_set
from vectorstore.language.names import is_name
from vectorstore.language.senses import is_word, may_mean
from vectorstore.language.tokens import Token, normalised, same, tokens

_MOST = 0.8  # share of a sentence's words that an article's must have where a name or a "not" tells the two apart
_ALL = 0.95  # and where the article's has only other figures

_PRONOUNS = word_set("words.subjects")
_FIGURE = re.compile(r"The passage does not give the (?:number|month|day|year) (?P<own>.{1,60}) here, but ")
_NO_FIGURE = re.compile(r"The passage does not give the number (?P<own>.{1,60})\.")
_SPEAKER = re.compile(r"The passage gives these words to (?P<who>.{1,80}), not to (?P<own>.{1,80})\.")
_OF = re.compile(r"The passage says this of (?P<who>.{1,80}), not of (?P<own>.{1,80})\.")
_WHERE = re.compile(r"This says “(?P<own>[^“”]{1,80})” where the passage says “(?P<who>[^“”]{1,80})”")
_NOT_HERE = re.compile(r"The passage says “[^“”]{1,80}”; this leaves out the “")
_NOT_THERE = re.compile(r"This says “(?P<own>[^“”]{1,80})”; the passage does not\.")
_ALWAYS = re.compile(
    r"the other way around|The passage says that .{1,80} denied this|The passage does not say that .{1,80} denied this"
)


def is_otherwise(reason: str, share: float, claim: Sequence[Token], here: str, article: str) -> bool:
    """Whether a reason to refuse a sentence says that the article tells the same matter otherwise in one sentence (`here`).

    That sentence has a share of the claim's words. A figure that stands elsewhere in the article is not another one for that; nor
    is a word another's opposite that is only another word.
    """
    if _ALWAYS.search(reason):
        return True
    row = tokens(normalised(here))
    if found := _FIGURE.match(reason) or _NO_FIGURE.match(reason):
        least = SAME_OF_ANOTHER if _FIGURE.match(reason) else _ALL
        missing = [t for t in claim if (t.values or t.date) and found["own"].startswith(t.text)]
        known = [t for t in (*row, *tokens(normalised(article))) if t.values or t.date]
        return share >= least and bool(missing) and not any(_may_be(t, other) for t in missing for other in known)
    if _OF.match(reason) and any(t.key in _PRONOUNS for t in row):
        return False  # "she rowed … at the regatta, a meeting founded by Eide": she may be the one who is named
    if found := _SPEAKER.match(reason) or _OF.match(reason):
        keys = {t.key for t in row}
        names = [t for t in claim if is_name(t) and t.text in found["own"]]
        theirs = [t for t in row if t.text in found["who"] and is_name(t) and not (t.first and is_word(t.key))]
        return share >= _MOST and bool(theirs) and not any(t.key in keys for t in names)
    if found := _WHERE.match(reason):
        mine, other = tokens(normalised(found["own"])), tokens(normalised(found["who"]))
        if any(may_mean(a.key, b.key) for a in mine if a.content for b in row if b.content):
            return False
        return any(opposed(a, b) or excludes(a.key, b.key) for a in mine for b in other)
    denied = any(t.key in NEGATIONS for t in claim)
    if _NOT_HERE.match(reason):
        return share >= _MOST and not denied and any(t.key in NEGATIONS for t in row)
    if found := _NOT_THERE.match(reason):
        said = tokens(normalised(found["own"]))
        same_way = any(t.key in NEGATIONS for t in row)
        return share >= _MOST and denied and not same_way and said[0].key in NEGATIONS and any(t.content for t in said[1:])
    return False


def _may_be(mine: Token, other: Token) -> bool:
    """Whether the article's figure is the sentence's, or a rounding of it: "more than $5" of 5.01."""
    if (mine.unit == "clock") != (other.unit == "clock"):
        return False  # "at 9 p.m." is no nine people
    if same(mine, other) or mine.date or not mine.values or not other.values:
        return same(mine, other)
    a, b = max(mine.values), max(other.values)
    return mine.unit == other.unit and abs(a - b) <= 0.01 * max(a, b)
