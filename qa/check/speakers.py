"""Who said it: words given to one person that the passage gives to another, or to nobody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import pairwise

from qa.check.align import Claim
from qa.check.polarity import CUES, is_denied
from qa.check.referring import key_of, names_what_is_meant
from vectorstore.language.eastern import EASTERN
from vectorstore.language.lexicon import word_set
from vectorstore.language.senses import may_mean
from vectorstore.language.sentences import sentences
from vectorstore.language.speakers import Speaker, speak_beside
from vectorstore.language.speech import Speech, speech, speech_in
from vectorstore.language.stems import stem, stem_set
from vectorstore.language.tokens import Token, normalised, tokens
from vectorstore.language.words import one_spelling

_NEGATIONS = word_set("polarity.negations")
_TURNED = stem_set("polarity.refusals") | stem_set("speech.denials")
_PRONOUNS = word_set("words.subjects")
_PERIODS = stem_set("words.periods")
_FEW = 2  # words of content: as few may stand by chance in something else that the speaker said or did


@dataclass(frozen=True)
class Part:
    """A stretch of a passage: what somebody says in it, or else what its writer does."""

    text: str
    speakers: tuple[Speaker, ...] = ()  # none: the writer's own words
    frame: str = ""
    denied: bool = False
    passage: str = field(default="", repr=False)

    @cached_property
    def keys(self) -> frozenset[str]:
        return _keys(self.text)

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        return tokens(normalised(self.text))

    @cached_property
    def low(self) -> str:
        return self.text.casefold()

    @cached_property
    def said(self) -> frozenset[str]:
        """What is said, without who says it."""
        return self.keys - _keys(self.frame)

    @cached_property
    def own(self) -> str:
        """The same as it is written."""
        return self.text.replace(self.frame, " ", 1) if self.frame else self.text

    @cached_property
    def negated(self) -> bool:
        return _is_negated(self.text)

    def is_by(self, who: Speaker) -> bool:
        return any(one.is_same(who) or _is_one(one, who) for one in self.speakers)

    @property
    def is_unknown(self) -> bool:
        return bool(self.speakers) and not any(one.shown for one in self.speakers)


@lru_cache(maxsize=4096)
def _is_one(one: Speaker, who: Speaker) -> bool:
    """Whether two may be one by other words for what they are, "the firm" and "the company", or by their initials."""
    if one.names and not who.names:  # "the bank" is "Velden Savings Bank"
        is_company = who.roles <= stem_set("speech.any_company") and who.shown[-1:] != "s"  # "the firm", not "consumer groups"
        is_company &= not one.heads.isdisjoint(stem_set("speech.companies"))
        return is_company or not who.heads.isdisjoint(map(stem, one.names & word_set("speech.bodies")))
    if not one.names and not who.names:
        return not speak_beside(one, who) and any(may_mean(a, b) or may_mean(b, a) for a in who.heads for b in one.heads)
    short, long = sorted((one.shown, who.shown), key=len)
    return short.isupper() and len(short) > 1 and short == "".join(c for c in long if c.isupper())


@lru_cache(maxsize=512)
def parts(passage: str, whole: str = "", start: int = 0) -> tuple[Part, ...]:
    """A passage by who says what; read where it stands in the whole text, which may name who speaks before it begins."""
    whole = whole or passage
    end = start + len(passage)
    found = speech_in(whole, start, end)
    rows: list[Part] = []
    for a, b in sentences(passage):
        a, b = a + start, b + start
        position = a
        for one in found:
            if one.start >= b or one.end <= position:
                continue
            if whole[position : one.start].strip() and one.start > position:
                rows.append(Part(whole[position : one.start], passage=passage))
            position = min(b, one.end)
            said = whole[max(a, one.start) : position]
            rows.append(Part(said, one.speakers, whole[slice(*one.frame)], one.denied, passage))
        if whole[position:b].strip():
            rows.append(Part(whole[position:b], passage=passage))
    return tuple(rows)


def speakers(claim: Claim) -> Iterator[str]:
    """What the sentence says that somebody said stands in what the passages let that one say."""
    for one, end in _claimed(speech(claim.text)):
        who = one.speakers[0]
        if who.shown and (reason := _unsaid(claim, one, end)) and not (_is_vague(who) or _is_outlet(claim, who)):
            yield reason


def _unsaid(claim: Claim, one: Speech, end: int) -> str:
    """What is wrong with giving it to the one who is said to speak; "" where nothing is."""
    who = one.speakers[0]
    words = f"{claim.text[one.start : one.frame[0]]} {claim.text[one.frame[1] : end]}"
    found = [part for passage in claim.passages for part in parts(passage, *claim.whole.get(passage, ("", 0)))]
    content = _ordered(words)
    if content and (reason := _reason(content, words, one, found) or (not one.denied and _of_another(words, one, found))):
        return reason
    if len(content) <= _FEW and (told := _told(words)):  # "there were more than ever", "nobody had ever asked him"
        holding = [part for part in found if told in _plain(part.text)]
        if holding and not any(part.is_by(who) or part.is_unknown or (content and not part.speakers) for part in holding):
            return f"The passage does not say that {who.shown} said this."
    return ""


def _claimed(spoken: Sequence[Speech]) -> Iterator[tuple[Speech, int]]:
    """What the sentence gives to somebody, each with where it ends: what is told in it that another said is part of it."""
    n = 0
    while n < len(spoken):
        one, end, n = spoken[n], spoken[n].end, n + 1
        while n < len(spoken) and one.speakers[0] in spoken[n].speakers:
            end, n = spoken[n].end, n + 1
        yield one, end


def _reason(content: Sequence[str], words: str, one: Speech, found: Sequence[Part]) -> str:
    wanted = set(content)
    mine = [part for part in found if any(part.is_by(who) for who in one.speakers)]
    if one.start:  # "Kern said … but her staff thought …": she may say that herself
        mine += [part for part in found if part not in mine and part.speakers and _names(part, one.speakers[0])]
    near = [part for part in found if not part.speakers and any(_names(part, who) for who in one.speakers)]
    own = _all(part.keys for part in mine) | _all(part.keys for part in near)
    missing = wanted - own - _all(part.keys for part in found if part.is_unknown)
    home = {part.passage for part in mine}  # in another one a word may stand by chance, two hardly; what none has other rules say
    missing &= _all(part.keys for part in found if not home or part.passage in home or len(part.keys & wanted) > 1) - _PERIODS
    if missing and not any(names_what_is_meant(words, part.own, missing) for part in mine):
        return _by_another(wanted, missing, mine, one, found)
    if one.denied or not wanted & own:
        return _not_denied(wanted & own, [*mine, *near], one) if one.denied else ""
    best = max(mine, key=lambda part: (len(wanted & part.said), not part.denied), default=None)
    if best and best.denied and not _is_negated(words):
        return f"The passage says that {one.speakers[0].shown} denied this."
    return _not_said(words, one, found)


def _by_another(wanted: Set[str], missing: Set[str], mine: Sequence[Part], one: Speech, found: Sequence[Part]) -> str:
    """That the words are another's, or nobody's."""
    theirs = [part for part in found if part.speakers and not part.is_unknown and part not in mine]
    others = max(theirs, key=lambda part: len(missing & part.said) + len(wanted & part.said) / 100, default=None)
    if others and not any(c.isalpha() for c in others.speakers[0].shown):
        return ""  # "Kern, 46, said": that is no one
    if others and missing & others.said:
        return f"The passage gives these words to {others.speakers[0].shown}, not to {one.speakers[0].shown}."
    return f"The passage does not say that {one.speakers[0].shown} said this."


def _not_denied(held: Set[str], parts: Sequence[Part], one: Speech) -> str:
    """That nobody denies it where most of it stands."""
    most = max((len(held & part.keys) for part in parts), default=0)
    telling = [part for part in parts if len(held & part.keys) == most]
    if not held or any(part.denied or part.keys & _TURNED or set(part.low.split()) & _NEGATIONS for part in telling):
        return ""
    return f"The passage does not say that {one.speakers[0].shown} denied this."


def _not_said(words: str, one: Speech, found: Sequence[Part]) -> str:
    """What the speaker says is not so wherever it stands: "he is selling the ship" of “We are not selling the ship”."""
    told = tokens(normalised(words))
    if any(t.key in CUES for t in told):
        return ""
    rows = [part.tokens for part in found if any(map(part.is_by, one.speakers))]
    for key in [t.key for t in told if t.content and not (t.values or t.capital)]:
        places = [(t.text, is_denied(row, n)) for row in rows for n, t in enumerate(row) if t.key == key]
        if places and all(denied for _, denied in places):
            return f"The passage says “not {places[0][0]}”; this leaves out the “not”."
    return ""


def _of_another(words: str, one: Speech, found: Sequence[Part]) -> str:
    """Whether somebody else says the whole of it, and what this one says lacks a word of it or denies it."""
    wanted, negated = _keys(words), _is_negated(words)
    whole = [part for part in found if part.negated == negated and wanted <= part.said]
    if not whole or any(not p.speakers or p.is_unknown or any(map(p.is_by, one.speakers)) for p in whole):
        return ""
    mine = [part for part in found if any(map(part.is_by, one.speakers))]
    best = max(mine, key=lambda part: len(wanted & part.said), default=None)
    if best is None or _refers(best) or (wanted <= _all(part.said for part in mine) and best.negated == negated):
        return ""
    return f"The passage gives these words to {whole[0].speakers[0].shown}, not to {one.speakers[0].shown}."


def _refers(part: Part) -> bool:
    """Whether it speaks of an "it" or a "they", which a sentence may name."""
    told = part.low.replace(part.frame.casefold(), " ") if part.frame else part.low  # the "she" of "she said" is no such word
    return not _PRONOUNS.isdisjoint(told.replace("“", " ").replace('"', " ").replace(",", " ").split())


@lru_cache(maxsize=4096)
def _is_negated(text: str) -> bool:
    return any(token.key in _NEGATIONS for token in tokens(normalised(text)))


def _names(part: Part, who: Speaker) -> bool:
    """Whether a sentence names the one who is said to speak: the writer's own, or one of somebody else."""
    words = set(map(one_spelling, part.low.replace("’", "'").replace("'s", " ").replace(",", " ").replace(".", " ").split()))
    is_role = not who.names and bool(who.heads) and _are_among(who.heads, part.said)
    return is_role or bool(who.names & words) or (not who.shown.isascii() and who.shown in part.text)  # 李明说 is one word


def _are_among(heads: Set[str], keys: Set[str]) -> bool:
    """Whether words, which may have accents ("préfecture"), are among keys, which have none."""
    return heads <= keys or (not all(map(str.isascii, heads)) and _keys(" ".join(sorted(heads))) <= keys)


def _is_vague(who: Speaker) -> bool:
    return not who.names and bool(who.heads) and who.heads <= word_set("speech.vague")


def _is_outlet(claim: Claim, who: Speaker) -> bool:
    """Whether it is the outlet or the writer: what our own records say of the article has a line of just that."""
    wanted = who.shown.casefold().removeprefix("the ")
    records = (passage for passage in claim.passages if len(passage) <= 400 and passage not in claim.whole)
    rows = [line for record in records for line in record.split("\n")]
    names = [name for line in rows for name in (line.split(", ") if claim.whole else [line])]
    return any(wanted == name.strip().casefold().removeprefix("the ") for name in names)


def _all(sets: Iterator[frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*sets)


@lru_cache(maxsize=4096)
def _keys(text: str) -> frozenset[str]:
    return frozenset(_ordered(text))


def _told(text: str) -> str:
    """What "said that it is over" tells, without the "that"."""
    first, _, rest = (plain := _plain(text)).partition(" ")
    return rest if first in word_set("speech.that") else plain


def _plain(text: str) -> str:
    return " ".join(token.key for token in tokens(normalised(text)))


@lru_cache(maxsize=4096)
def _ordered(text: str) -> tuple[str, ...]:
    if EASTERN.search(text):  # what is one word there is open: any two signs that stand together
        return tuple(dict.fromkeys(map("".join, pairwise(filter(str.isalnum, normalised(text))))))
    return tuple(dict.fromkeys(key_of(t) for t in tokens(normalised(text)) if t.content))
