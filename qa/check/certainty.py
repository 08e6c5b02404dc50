"""How certain it is: "will" or "has" where the passage says "may", "is alleged to" or "plans to"."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from qa.check.align import Claim
from vectorstore.language.align import NEGATIONS
from vectorstore.language.lexicon import kinds, table, word_set
from vectorstore.language.senses import may_mean
from vectorstore.language.stems import stem_set
from vectorstore.language.tokens import Token
from vectorstore.language.verbs import is_deed, is_past_form

_KIND = kinds("certainty.plain")
_WITH_TO = kinds("certainty.with_to")
_TO_HAVE = word_set("certainty.to_have")
_OF = word_set("certainty.with_to.alleged")
_HELD, _OVER, _IF = (word_set(f"certainty.{name}") for name in ("held", "held_over", "if"))
HEDGES = frozenset({*_KIND, *_WITH_TO, *_TO_HAVE, *_OF, *_HELD, "to"})
_ATTRIBUTED = stem_set("certainty.attributed")
_BEING = word_set("words.being")
_FACTS = word_set("certainty.facts")
_NEAR = 5  # words between two aligned ones
_ARTICLES = word_set("words.articles")
_LINKS = word_set("roles.links")
_PASSED = word_set("certainty.passed") | NEGATIONS | _BEING | _OVER
_COMMON = word_set("certainty.with_to.duty") | word_set("certainty.with_to.future")  # too common to rule "X to" from afar
_WEAKER = {kind: frozenset(said.split()) for kind, said in table("certainty.weaker").items()}


def certainty(claim: Claim) -> Iterator[str]:
    attributed = any(t.key in _ATTRIBUTED and not _is_suspect(claim.tokens, i) for i, t in enumerate(claim.tokens))
    others = () if claim.is_placed else _of_other_verbs(claim)
    yield from itertools.islice(itertools.chain(_of_verbs(claim, attributed), _of_slots(claim, attributed), others), 1)


def _is_suspect(found: Sequence[Token], n: int) -> bool:
    """Whether it is "the suspect" or "the accused", which does not say that somebody says so."""
    return found[n].text.casefold() in word_set("certainty.suspects") and (not n or found[n - 1].key in _ARTICLES)


def _of_slots(claim: Claim, attributed: bool) -> Iterator[str]:
    """Another "may", "will" or "reportedly" between the same two words, or none where the passage has one."""
    for slot in claim.slots:
        right = slot.here[-1] + 1 if slot.here else len(claim.at)
        if slot.joined or not slot.there or any(claim.tokens[i].quoted for i in slot.here):
            continue
        line, last = slot.there[-1]
        before_same = right < len(claim.at) and claim.at[right] == (line, last + 1)
        bounded = (line, slot.there[0][1] - 1) in claim.taken and (line, last + 1) in claim.taken and len(slot.there) <= _NEAR
        if not (bounded or before_same) or len(slot.here) > _NEAR:
            continue
        there = [claim.token_at(p).text.casefold() for p in (slot.there if bounded else slot.there[-3:])]
        theirs = next((word for word in there if word in _KIND), "")
        here = [claim.tokens[i].text.casefold() for i in slot.here]
        if bounded and here and not attributed and {"have", "having", "be"} & set(there):
            yield from _alleged_to(there, here)
        if not theirs:
            continue
        mine = next((word for word in here if word in _KIND or word == "can"), "")
        meant = next((_WITH_TO[word] for word in here if is_past_form(word) and word in _WITH_TO), "")  # "is planned for Friday"
        if mine or meant:
            if not _may_say(claim, _KIND.get(mine, meant or "possible"), _KIND[theirs]):
                yield f"This says “{mine or here[0]}” where the passage says “{theirs}”."
        elif "to" not in here and ((_KIND[theirs] == "alleged" and not attributed) or _states(claim, here, right)):
            yield f"The passage says “{theirs}”; this leaves it out."


def _of_other_verbs(claim: Claim) -> Iterator[str]:
    """A verb as done for one of its meaning that the passage expects: "raised rates" of "rates are expected to rise"."""
    for i, (token, place) in enumerate(zip(claim.tokens, claim.at, strict=True)):
        if place or token.quoted or not is_deed(token) or _kind(claim.tokens, i)[0]:
            continue
        near = next((place for place in claim.at[i + 1 : i + 1 + _NEAR] if place), None)
        for j, other in enumerate(claim.lines[near[0]].tokens) if near else ():
            theirs, said = _kind(claim.lines[near[0]].tokens, j) if near and may_mean(other.key, token.key) else ("", "")
            if theirs in ("planned", "likely", "future") and other.key != token.key:
                yield f"This says “{token.text}” where the passage says “{said}”."


def _states(claim: Claim, here: Sequence[str], right: int) -> bool:
    """Whether words tell of something as done; "the final is on Saturday" may be said of one that will be played then."""
    is_dated = bool(here) and here[-1] in word_set("certainty.present") and any(t.date for t in claim.tokens[right : right + 3])
    return not is_dated and any(word in _FACTS for word in here)


def _alleged_to(words: Sequence[str], here: Sequence[str]) -> Iterator[str]:
    """Whether a sentence lacks the "believed to have" or "accused of having" that the passage has in its place."""
    for word, link, verb in zip(words, words[1:], words[2:], strict=False):
        is_alleged = word in _TO_HAVE or _WITH_TO.get(word) == "alleged"
        if is_alleged and "to" not in here and (link, verb) in (("to", "have"), ("to", "be"), ("of", "having")):
            yield f"The passage says “{word} {link} {verb}”; this leaves it out."


def _of_verbs(claim: Claim, attributed: bool) -> Iterator[str]:
    for i, (token, place) in enumerate(zip(claim.tokens, claim.at, strict=True)):
        if not place or not token.content or token.values or token.date or token.quoted or (token.capital and not token.first):
            continue
        found = claim.lines[place[0]].tokens
        (mine, my_word), (theirs, their_word) = _kind(claim.tokens, i), _kind(found, place[1])
        if theirs == mine or (theirs == "alleged" and attributed):
            if theirs in ("future", "conditional") and (clause := _dropped_if(claim, found)):
                yield f"The passage says this only “{clause}”."
            continue
        if theirs and theirs != "infinitive":
            if _may_say(claim, mine, theirs) and not (theirs == "conditional" and mine == "future" and _dropped_if(claim, found)):
                continue
            if not mine and not _asserts(claim.tokens, i, theirs):
                continue
            yield f"This says “{my_word or token.text}” where the passage says “{their_word}”."
        if theirs or mine not in ("possible", "likely", "future", "planned"):
            continue
        told = mine == "possible" or is_deed(found[place[1]])
        if told and not any(t.text.casefold() == my_word for t in found) and not _hedged(found):
            yield f"This says “{my_word}”; the passage does not."


def _may_say(claim: Claim, mine: str, theirs: str) -> bool:
    """Whether a sentence is no surer than the passage; "would" of "might" is, unless it says on what that hangs."""
    if mine == "conditional" and theirs == "possible":
        return any(t.text.casefold() in _IF for t in claim.tokens)
    return mine == theirs or mine in _WEAKER[theirs]


def _hedged(found: Sequence[Token]) -> bool:
    words = [t.text.casefold() for t in found]
    return any(word in _KIND or _WITH_TO.get(word) in ("planned", "likely", "promised") for word in words)


def _dropped_if(claim: Claim, found: Sequence[Token]) -> str:
    """The "if" of the passage's sentence, where the sentence has none."""
    return next(
        (t.text for t in found if t.text.casefold() in _IF and not claim.words & (_IF | {"would", "could", "might", "may"})), ""
    )


def _kind(found: Sequence[Token], n: int) -> tuple[str, str]:
    """How certain what token n tells is, and the word that says so: ("possible", "may") of "close" in "may soon close"."""
    said: dict[str, str] = {}
    for k in range(n - 1, max(-1, n - 7), -1):
        if set(found[k + 1].before) & set(',;:.!?"()'):
            break
        if found[k].date:
            continue  # "in May"
        low, after = found[k].text.casefold(), found[k + 1].key if k + 1 < n else ""
        if low in _KIND:
            said.setdefault(_KIND[low], low)
        elif after == "to" and (kind := "future" if low in _BEING else _WITH_TO.get(low) or _to_have(low, found[k + 2])):
            said.setdefault(kind, f"{low} to")
        elif k == n - 1 and _WITH_TO.get(low) == "planned" and found[n].text.endswith("ing"):
            said.setdefault("planned", low)  # "is considering buying"
        elif (after == "of" and low in _OF) or (after in _OVER and low in _HELD and found[n].text.endswith("ing")):
            said.setdefault("alleged", f"{low} {after}")
        elif after in ("to", "of") and (governor := _governor(found, k, after)):
            said.setdefault(_WITH_TO[governor], f"{governor} … {after}")
            break
        elif low not in _PASSED and not low.endswith("ly"):
            if after == "to":
                said.setdefault("infinitive", "to")
            break
    return next(((kind, said[kind]) for kind in _WEAKER if kind in said), ("", ""))


def _to_have(word: str, verb: Token) -> str:
    """What "said to have" and "appears to be" are; "said to reporters" is nothing of the kind."""
    return "alleged" if word in _TO_HAVE and verb.key in ("have", "be") else ""


def _governor(found: Sequence[Token], k: int, link: str) -> str:
    """The verb before "X to" or "X of": "expect" in "analysts expect Norvik to", "accused" in "accused Norvik of"."""
    for n in range(k, max(-1, k - 4), -1):
        low = found[n].text.casefold()
        if low in (_WITH_TO if link == "to" else _OF) and low not in _COMMON:
            return low
        if set(found[n].before) & set(',;:.!?"()') or low in _LINKS:
            return ""
    return ""


def _asserts(found: Sequence[Token], i: int, theirs: str) -> bool:
    """Whether token i tells of something as a fact: it is no noun and no form without a subject."""
    token = found[i]
    before = next((t for t in reversed(found[:i]) if not t.text.endswith("ly")), None)
    if before is None:
        return False
    if theirs == "alleged":
        return True
    if before.key in _ARTICLES or before.key in _LINKS or before.key in ("and", "or", "whether", "who", "which", "that"):
        return False
    if token.text.endswith("ing") and before.key not in _BEING:
        return False
    done = is_deed(token) or before.text.casefold() in (*_FACTS, "been", "did")
    return done or theirs in ("possible", "advice") or (theirs in ("planned", "likely", "asked") and token.text.endswith("s"))
