"""Two sentences made into one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from qa.check.align import Claim
from qa.check.same import fills, goes_on_of_it, is_put_in
from vectorstore.language.lexicon import word_set
from vectorstore.language.names import TITLES, is_name
from vectorstore.language.stems import stem_set

SUBJECTS, ARTICLES = word_set("words.subjects"), word_set("words.articles")
_AUXILIARIES = word_set("words.being") | word_set("words.auxiliaries")
_JOINS = word_set("words.joins")
_SAYING = stem_set("speech.verbs_of_saying")


def stitches(claim: Claim) -> Iterator[str]:
    """A piece of one sentence run on into a piece of another, where the other was cut in the middle."""
    anchors = [i for i, place in enumerate(claim.at) if place]
    for left, right in pairwise(anchors):
        a, b = claim.at[left], claim.at[right]
        if a is None or b is None or a[0] == b[0] or _writers_join(claim, left, right) or _only_names_the_speaker(claim, right):
            continue
        if _are_of_one(claim, a[0], b[0]):
            continue
        if (_cut_before(claim, b) and _cut_after(claim, a)) or (_cut_short(claim, a) and not _takes_up(claim, a, b)):
            if goes_on_of_it(claim, left, right) or fills(claim, left, right) or is_put_in(claim, left, right):
                continue
            yield "This joins words of two sentences of the passage into one."
            return


def _are_of_one(claim: Claim, line: int, other: int) -> bool:
    """Whether both sentences begin with the name with which the claim does, so that what they tell is told of one."""
    lines = (claim.tokens, claim.lines[line].tokens, claim.lines[other].tokens)
    heads = [[t.key for t in found if t.key not in ARTICLES][:2] for found in lines]
    return heads[0] == heads[1] == heads[2] and any(is_name(t) for t in claim.tokens[:3])


def _only_names_the_speaker(claim: Claim, right: int) -> bool:
    """Whether all before a word is who says it, "Bo Lind said": the passage may have "he said"; who it was, another rule asks."""
    before = [t for t in claim.tokens[:right] if t.content]
    says = [n for n, t in enumerate(before) if t.key in _SAYING]
    return bool(says) and says[0] == len(before) - 1 and all(is_name(t) or t.key in TITLES or t.first for t in before[:-1])


def _writers_join(claim: Claim, left: int, right: int) -> bool:
    """Whether the sentence has a conjunction or a comma of its own between two pieces, one that neither piece brought."""
    a, b = claim.at[left], claim.at[right]
    if a is None or b is None:
        return True
    if any(t.key in _JOINS for t in claim.tokens[left + 1 : right]):
        return True
    after = claim.lines[a[0]].tokens[a[1] + 1 : a[1] + 2]
    brought = any(t.is_parted for t in (claim.token_at(b), *after))
    return not brought and any(t.is_parted for t in claim.tokens[left + 1 : right + 1])


def _takes_up(claim: Claim, a: tuple[int, int], b: tuple[int, int]) -> bool:
    """Whether "they" stands in the passage for what the sentence has: "Ministers from six countries" met, and "they agreed"."""
    line, j = b
    first, *more = claim.lines[line].tokens[:j] or [None]
    takes_up = first is not None and first.key in SUBJECTS and all(t is not None and t.key in _AUXILIARIES for t in more)
    return takes_up and line == a[0] + 1 and claim.at[0] in ((a[0], 0), (a[0], 1))


def _cut_before(claim: Claim, place: tuple[int, int]) -> bool:
    """Whether the passage sentence has words of its own before this one, in the same clause, that the claim lacks."""
    line, j = place
    found = claim.lines[line].tokens
    if found[j].is_parted and found[j].key not in _JOINS:
        return False
    behind_break = False
    while j > 0:
        behind_break = behind_break or found[j].is_parted
        j -= 1
        if found[j].content and found[j].key not in claim.keys:
            return True
        if found[j].content and behind_break:
            return False
        if found[j].key in SUBJECTS and not behind_break:
            return False
    return False


def _cut_after(claim: Claim, place: tuple[int, int]) -> bool:
    line, j = place
    return any(t.content and t.key not in claim.keys for t in claim.lines[line].tokens[j + 1 :])


def _cut_short(claim: Claim, place: tuple[int, int]) -> bool:
    """Whether the passage sentence goes on after this word without a pause: it was left in the middle of a phrase."""
    line, j = place
    following = claim.lines[line].tokens[j + 1 : j + 2]
    return bool(following) and not following[0].is_parted and (line, j + 1) not in claim.taken and following[0].key not in _JOINS
