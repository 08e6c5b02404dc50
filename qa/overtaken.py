"""Does a later report say otherwise than the one that a sentence rests on? Whoever prints the sentence must know."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from qa.check.align import Claim
from qa.check.numbers import numbers
from qa.check.polarity import polarity
from qa.check.status import status
from qa.check.verdict import contradicts, key_words
from qa.citations import LATER, Quote, checked
from qa.clauses import furniture
from qa.disagreement import Report, apart, tells_wrong, tolls_apart
from qa.overturned import overturned
from qa.tallies import fate_asked, tally
from vectorstore.language.days import day_words
from vectorstore.language.detect import common_language
from vectorstore.language.lexicon import word_set
from vectorstore.language.names import is_name
from vectorstore.language.sentences import sentences
from vectorstore.language.stems import stem_set
from vectorstore.language.tokens import Token, normalised, tokens
from vectorstore.language.words import SPELT, rarity
from vectorstore.types import Hit

_SAME = 0.5  # share of a sentence's words of content that the passage must have for the two to be about one matter
SAME_OF_ANOTHER = 0.7  # where it is a name that differs: "the mayor of Velden resigned" is not about the mayor of Saltmere
_NAMED = 10_000  # characters of an article in which those whom it tells of are named
_OVERTAKEN = 200  # days in which a report may be reversed; after them it is more often another event
_SOON = 10  # and in which another count is of the same event
_TOLD = 0.6  # share of a sentence's words that a later report needs to be on the same matter
_CLAUSE = 8  # words before what a thing has become, in which that it changed is said
_BECOMES = word_set("tallies.becomes") | word_set("copies.until")
_CHANGED = stem_set("copies.changing") | stem_set("copies.moving")
_LEAST = 2  # words of content that both have
_NAMED_WORDS = re.compile(r"“([^“”]{1,80})”")


# Whoever prints the sentence must know. Another name or thing is more often of another event, so these say nothing here.
def overtaken(sentence: str, quotes: Sequence[Quote], hits: Sequence[Hit]) -> tuple[tuple[Quote, ...], str]:
    """Where a later report has the opposite, a "not" or, some days later, another number in the same words, and that in words."""
    day = max((hit.article.published for hit, _ in quotes if hit.article.published), default=None)
    if not day or furniture(sentence) or _points_back(sentence):
        return (), ""
    fate = fate_asked({t.key for t in tokens(normalised(sentence))})
    return _told_later(Report(sentence, quotes[0][0].article), fate, hits, day) or _told_otherwise(sentence, hits, day)


def _told_otherwise(sentence: str, hits: Sequence[Hit], since: date) -> tuple[tuple[Quote, ...], str]:
    """Where the later report that has most of the sentence's words says the opposite, and that in words."""
    best: tuple[float, tuple[Quote, ...], str] = (0.0, (), "")
    for hit in hits:
        published = hit.article.published or since
        if not 0 < (later := (published - since).days) <= _OVERTAKEN:
            continue
        share, span = matter(sentence, hit)
        if span is None or share <= best[0] or checked(sentence, [hit]).supported:
            continue
        words = hit.article.text[slice(*span)]
        found = [] if furniture(words) else [r for text in (words, hit.article.title) for r in _otherwise(sentence, text, later)]
        if found:
            who = ", ".join(filter(None, (hit.article.source, day_words(published))))
            best = share, ((hit, span),), f"{LATER} ({who}): {found[0]}"
    return best[1:]


def _told_later(told: Report, fate: int | None, hits: Sequence[Hit], since: date) -> tuple[tuple[Quote, ...], str] | None:
    """Where the last of the later reports that give another toll, or undo what is told, does so, and that in words."""
    later = [(hit.article.published, hit) for hit in hits if hit.article.published and hit.article.published >= since]
    for day, hit in sorted(later, key=lambda one: one[0], reverse=True):
        spans = sentences(hit.passage.text)
        for n, (a, b) in enumerate(spans):
            other, begin, what = Report(hit.passage.text[a:b], hit.article), hit.passage.start, ""
            if _corrects(told, other, begin + a, begin + b):
                c, b = spans[min(n + 1, len(spans) - 1)]
                what = f"it corrects this: “{' '.join(hit.passage.text[c:b].split()).rstrip('.')}”"
            elif day > since and fate is not None and tolls_apart(told, other, fate) and (count := tally(other.told, fate)):
                what = f"it gives {count.text}"
            elif day > since and (undone := overturned(told, other)):
                what = undone
            if what:
                who = ", ".join(filter(None, (hit.article.source, day_words(day))))
                return ((hit, (begin + a, begin + b)),), f"{LATER} ({who}): {what}."
    return None


def _corrects(told: Report, other: Report, start: int, end: int) -> bool:
    """Whether the outlet says there that it had this wrong."""
    if told.article.id == other.article.id or told.article.source != other.article.source:
        return False
    mine, theirs = ({t.key for t in report.told if t.content and not t.values} for report in (told, other))
    return len(mine & theirs) >= _TOLD * len(mine) and tells_wrong(other.article.text, start, end)


def _points_back(sentence: str) -> bool:
    """Whether what a sentence tells of stands before it: "That was before the war." So it does where it names nothing."""
    told = tokens(normalised(sentence))
    first, second, *_ = (*(token.key for token in told), "", "")
    named = any(is_name(t) and (not t.first or rarity(t.key) > SPELT) for t in told)
    points = first in word_set("words.subjects") | word_set("followups.owning")
    return points or not named or (first in word_set("words.articles") and second in word_set("words.being"))


def _otherwise(sentence: str, text: str, days: int) -> list[str]:
    """What a text of some days later has otherwise, where it has most of the sentence's words."""
    claim = Claim(sentence, [text])
    moved = [] if _CHANGED.isdisjoint(claim.all_keys) else _changed(claim)
    told = [bool(place) for token, place in zip(claim.tokens, claim.at, strict=True) if token.content]
    if moved or sum(told) < _TOLD * len(told):
        return moved
    turned = [reason for rule in (polarity, status) for reason in rule(claim) if "he passage says" in reason and _tells(reason)]
    soon = days <= _SOON and fate_asked(claim.keys) is None  # of a toll see above
    return turned + [reason for reason in numbers(claim) if soon and contradicts(reason)]


def _tells(reason: str) -> bool:
    """Whether what a reason names are words that tell what happened: no "her" for "he", no name ("the Open") for a word."""
    light = word_set("speech.pronouns") | word_set("followups.owning")
    return not any(word.casefold() in light or word.istitle() for word in _NAMED_WORDS.findall(reason))


def matter(sentence: str, hit: Hit) -> tuple[float, tuple[int, int] | None]:
    """How much of a sentence one sentence of a passage has, and where that stands; nothing where it is of another matter."""
    text = hit.passage.text
    language = common_language(sentence, [text])
    best: tuple[float, tuple[int, int] | None] = (0.0, None)
    for start, end in sentences(text):
        claim = Claim(sentence, [text[start:end]], None, language)
        wanted = [i for i, token in enumerate(claim.tokens) if token.content]
        held = [i for i in wanted if claim.at[i]]
        plain = [i for i in wanted if not claim.tokens[i].values and not claim.tokens[i].date]
        names = [i for i in plain if is_name(claim.tokens[i])]
        lacked = [i for i in names if not claim.at[i]]
        keys = _keys(f"{hit.article.title}\n{hit.article.text[:_NAMED]}") if lacked else frozenset()
        known = {i for i in names if claim.at[i] or claim.tokens[i].key in keys}
        share = sum(bool(claim.at[i]) or i in known for i in plain) / max(1, len(plain))
        if len(held) >= _LEAST and share >= (_SAME if known.issuperset(names) else SAME_OF_ANOTHER) and share > best[0]:
            best = share, (hit.passage.start + start, hit.passage.start + end)
    return best


def _changed(claim: Claim) -> list[str]:
    """What a later text says that a number or a planned day has become: "has risen to 45,000", "was put back to 15 August"."""
    plain = [t.key in claim.all_keys for t in claim.tokens if t.content and not t.values and not t.date]
    mine = [i for i, t in enumerate(claim.tokens) if t.values and not t.date and not claim.at[i]]
    found = [token for line in claim.lines for token in line.tokens]
    for n, token in enumerate(found) if mine and sum(plain) >= SAME_OF_ANOTHER * len(plain) else ():
        if not token.values or not n or found[n - 1].text.casefold() not in _BECOMES:
            continue
        day, planned = _month(found, n), any(t.text.casefold() == "will" for t in claim.tokens)
        olds = [claim.tokens[i] for i in mine if bool(_month(claim.tokens, i)) == bool(day)]
        olds = [old for old in olds if (old.unit, old.measure) == (token.unit, token.measure) and apart([old], [token])]
        told = any(t.values & token.values for t in claim.tokens) or (day and not planned)
        if len(olds) == 1 and not told and any(t.key in _CHANGED for t in found[max(0, n - _CLAUSE) : n]):
            return [f"it gives {token.text} {day}".strip() + "."]
    return []


def _month(row: Sequence[Token], n: int) -> str:
    """The month beside the number of a day."""
    return next((t.text for t in (*row[n + 1 : n + 2], *row[max(0, n - 1) : n]) if t.date == "month"), "")


@lru_cache(maxsize=512)
def _keys(text: str) -> frozenset[str]:
    return key_words(text)
