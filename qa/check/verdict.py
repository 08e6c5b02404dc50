"""Does a passage carry a sentence? Rules that read both, without a model.

The sentence is aligned, word by word, with the sentences of the passages that say most of it. What stands in the place of
what then shows what was changed: another number, another month, another name, a "not" that came or went, "rose" for "fell".
A bag of words cannot see this: in "200 fighters left and 300 stayed" both numbers occur, each in one place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from qa.check.align import Claim, Whole
from qa.check.basis import basis
from qa.check.bindings import bindings
from qa.check.bounds import bounds
from qa.check.causes import CAUSES, causes
from qa.check.certainty import HEDGES, certainty
from qa.check.crossings import crossings
from qa.check.denials import denials
from qa.check.directions import directions, exchanges, ways
from qa.check.elsewhere import elsewhere
from qa.check.hedges import hedges
from qa.check.lists import lists, of_the_other
from qa.check.meant import denied, sides, stray
from qa.check.names import names
from qa.check.numbers import MULTIPLES, dates, exchanged, multiples, numbers, units
from qa.check.orders import order_words, orders
from qa.check.owners import owners
from qa.check.polarity import CUES, polarity
from qa.check.quantities import QUANTITIES, excepted, quantities
from qa.check.quotations import quotations
from qa.check.ranks import ranks
from qa.check.reach import REACHING
from qa.check.roles import roles
from qa.check.speakers import speakers
from qa.check.spelt import spelt_out
from qa.check.status import OF, counted, status
from qa.check.stitches import stitches
from qa.check.subjects import subjects
from qa.check.things import homographs, things
from qa.check.undone import undone
from vectorstore.language.align import lines_of
from vectorstore.language.detect import common_language
from vectorstore.language.detect import names as language_names
from vectorstore.language.foreign import knows_denials, tokens_in
from vectorstore.language.lexicon import word_set
from vectorstore.language.numbers import measures
from vectorstore.language.sentences import sentences as sentence_spans
from vectorstore.language.speech import said
from vectorstore.language.tokens import Token, normalised, tokens
from vectorstore.types import strings


class Rule(NamedTuple):
    """What may be wrong with a sentence, and what it must have for that: of the rest the rule is not asked."""

    judge: Callable[[Claim], Iterator[str]]
    kinds: Set[str] = frozenset({"word"})  # one of these: see Claim.kinds
    said: Set[str] = frozenset()  # or one of these words, here or in what the passages have for it
    left: Set[str] = frozenset()  # or one of these among the words beside them there

    def applies(self, claim: Claim) -> bool:
        return not (self.kinds.isdisjoint(claim.kinds) and self.said.isdisjoint(claim.said) and self.left.isdisjoint(claim.left))


RULES = (
    Rule(numbers, {"loose number"}),
    Rule(lists, {"number", "date"}),
    Rule(multiples, set(), MULTIPLES.keys()),
    Rule(exchanged, {"number"}),
    Rule(units, {"number"}, measures().keys()),
    Rule(bounds, {"number"}),
    Rule(dates, {"loose date"}),
    Rule(quantities, set(), QUANTITIES, {"only"}),
    Rule(excepted, set(), {"nobody"}, word_set("quantities.ranks.except") | {"but", "other"}),
    Rule(names, {"loose name"}),
    Rule(polarity, {"loose word"}, REACHING, CUES | REACHING),
    Rule(elsewhere, {"loose content"}),
    Rule(status, {"loose word"}, OF),
    Rule(certainty, set(), HEDGES, HEDGES),
    Rule(causes, set(), CAUSES),
    Rule(things, {"loose content"}, homographs().keys()),
    Rule(speakers),
    Rule(roles, {"apart"}),
    Rule(orders, set(), order_words()),
    Rule(ranks),
    Rule(owners),
    Rule(undone),
    Rule(directions, set(), ways().keys() | exchanges().keys()),
    Rule(stitches, {"lines"}),
    Rule(bindings),
    Rule(crossings, {"apart"}),
    Rule(subjects),
    Rule(basis, {"loose content"}),
    Rule(denied, {"loose word"}),
    Rule(sides, {"apart"}),
    Rule(stray, {"loose content"}),
    Rule(counted, {"apart"}),
)
RULES_ELSEWHERE = (  # where a text is not in English
    *(rule for rule in RULES if rule.judge in (numbers, bounds, dates, names)),
    *(Rule(denials), Rule(hedges)),
    *(rule for rule in RULES if rule.judge in (speakers, basis)),
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the passages carry the sentence and, if not, why, in words for a reader."""

    supported: bool
    reasons: tuple[str, ...] = ()
    note: str = ""  # who says it, where that is not the writer; what was checked, where that is not all


_READ = 4  # passages; a sentence that needs words of a fifth is a summary, not something that was said
_BRIEF = 400  # characters: a passage as short as a headline and its date is always read


def check(sentence: str, passages: Sequence[str]) -> Verdict:
    """Whether the passages, together, carry the sentence: its numbers, dates, names, quotations, polarity and speaker.

    Pure, and a few milliseconds. The note of what somebody else than the writer says, told as plain fact, names who says it.
    """
    verdict = verdict_on(sentence, passages)
    by = said_by(sentence, _speakers(sentence, passages)) if verdict.supported else ""
    return replace(verdict, note=" ".join(filter(None, (by, verdict.note))))


def verdict_on(sentence: str, passages: Sequence[str], whole: Whole | None = None) -> Verdict:
    """The same without who says it, for a caller who has the quotes.

    Of a passage that is cut from an article, `whole` tells which: who speaks in it may be named before it begins. What they do
    not carry as it stands is held against them with an "it" or a "we" spelt out.
    """
    passages = strings(passages, "passages")
    verdict = _checked(sentence, passages, whole)
    if not verdict.supported and (more := spelt_out(sentence, passages, whole or {})):
        again = _checked(sentence, [*passages, *more], whole)
        return again if again.supported else verdict
    return verdict


SAID_BY = "Said by "


def said_by(sentence: str, speakers: Set[str]) -> str:
    """Whose words a sentence tells as plain fact: "Said by Ida Kern." where all are hers and it does not say so."""
    words = re.findall(r"\w+", re.sub("^(?:an?|the) ", "", "".join(speakers), flags=re.I)) if len(speakers) == 1 else []
    names = {word.casefold() for word in words if word[0].isupper()} or {word.casefold() for word in words[-1:]}
    return f"{SAID_BY}{''.join(speakers)}." if names and names.isdisjoint(re.findall(r"\w+", sentence.casefold())) else ""


def _speakers(sentence: str, passages: Sequence[str]) -> Set[str]:
    """Who says most of a sentence in the passages; "" of the writer, where some sentence of his has as much of it."""
    wanted = key_words(sentence)
    places = [(len(wanted & key_words(text[a:b])), text, a, b) for text in passages for a, b in sentence_spans(text[:20_000])]
    most = max((held for held, *_ in places), default=0)
    return {said(text, a, b).speaker for held, text, a, b in places if held == most} if 2 * most >= len(wanted) else set()


# At most 200 words of the sentence, 20,000 characters of a passage and, beside brief ones, the four passages nearest to the
# sentence are read, without those that share less than half as much as the nearest and no word beyond it; where the nearest has
# every word and carries it, no other.
def _checked(sentence: str, passages: Sequence[str], whole: Whole | None) -> Verdict:
    language = common_language(sentence, list(whole or ()) or passages)  # our own records are in English
    if len(passages) > 1:
        shared = _shared_heads(sentence, passages)
        counts = [len(heads) for heads in shared]
        nearest = counts.index(max(counts))
        if _may_place(sentence, passages[nearest], language):
            alone = Claim(sentence, [passages[nearest]], whole, language)
            if alone.is_placed and (verdict := _judged(alone)).supported:
                return verdict
        enough = sorted(counts, reverse=True)[:_READ][-1]
        near = [len(h) >= enough and (2 * len(h) >= counts[nearest] or not h <= shared[nearest]) for h in shared]
        passages = [p for p, is_near in zip(passages, near, strict=True) if is_near or len(p) <= _BRIEF]
    return _judged(Claim(sentence, passages, whole, language))


def _judged(claim: Claim) -> Verdict:
    if not claim.tokens:
        return Verdict(False, ("There is nothing in this sentence to check.",))
    reasons = list(quotations(claim)) if '"' in claim.text or "'" in claim.text else []
    if not reasons and '"' in claim.text and claim.text.count('"') % 2 == 0:
        claim.spare_quotations()  # they are in the passage word for word; what stands around them is left to check
    for rule in RULES if claim.language == "en" else RULES_ELSEWHERE:
        reasons.extend(rule.judge(claim) if rule.applies(claim) else ())
    reasons = [reason for reason in reasons if not of_the_other(claim, reason)]
    note = claim.reckoned or (_note(claim.language) if claim.language != "en" else "")
    return Verdict(not reasons, tuple(dict.fromkeys(reasons)), "" if reasons else note)


def _note(language: str) -> str:
    """What was checked of a sentence in a language whose denials we do not know."""
    if knows_denials(language):
        return ""
    return f"Only words, numbers and names were checked, not denials: the passage is in {language_names()[language]}."


def _shared_heads(sentence: str, passages: Sequence[str]) -> list[frozenset[str]]:
    """For each passage, which of the sentence's words it seems to have, by their first letters: it costs microseconds."""
    wanted = {token.text[:5].casefold() for token in _tokens_of(sentence) if token.content}
    lowered = [passage[:20_000].casefold() for passage in passages]
    return [frozenset([head for head in wanted if head in passage]) for passage in lowered]


def _may_place(sentence: str, passage: str, language: str) -> bool:
    """Whether the passage has each word of content and each number of the sentence, wherever they stand."""
    lines = lines_of(passage[:20_000], language)
    return all(
        any(line.matching(token) for line in lines) if token.values else any(token.key in line.keys for line in lines)
        for token in _tokens_of(sentence, language)
        if token.content
    )


def _tokens_of(sentence: str, language: str = "en") -> tuple[Token, ...]:
    return tokens_in(normalised(sentence.replace("\n", " ")), language)[:200]


# What a rule says where a passage tells the same matter otherwise, and does not only lack something of it.
_OTHERWISE = re.compile(r"the passage (?:says|counts|gives|tells)\b|; the passage does not\.|, but \S|: it gives \S+\.$", re.I)


def contradicts(reason: str) -> bool:
    """Whether a reason of a verdict says that a passage has something else ("…, but 61,000"), not that it lacks something."""
    return bool(_OTHERWISE.search(reason))


def key_words(text: str) -> frozenset[str]:
    """The words of a text that carry meaning, without endings, and its numbers."""
    return frozenset(
        f"#{min(token.values):g}" if token.values else token.key for token in tokens(normalised(text)[:20_000]) if token.content
    )


def coverage(sentence: str, passage: str) -> float:
    """The share of the sentence's meaning words that the passage has."""
    wanted = key_words(sentence)
    return len(wanted & _key_words_of_passage(passage)) / len(wanted) if wanted else 0.0


@lru_cache(maxsize=512)
def _key_words_of_passage(passage: str) -> frozenset[str]:
    return key_words(passage)
