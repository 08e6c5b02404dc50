"""What a passage says that somebody denies, spelt out: "Kern denied taking money." of "She denied it." or “I took no money.”"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import dropwhile, takewhile

from qa.check.align import Whole
from vectorstore.language.lexicon import pattern
from vectorstore.language.names import is_name
from vectorstore.language.sentences import sentences
from vectorstore.language.speakers import Speaker
from vectorstore.language.speech import Speech, speech_in
from vectorstore.language.stems import stem_set
from vectorstore.language.tokens import normalised, tokens

_BEFORE = 3  # sentences: as far before it an accusation stands
_WE = re.compile(r"\b(?:I|[Ww]e|[Oo]ur|us)\b")
_START = 200  # characters of a story that name what it is about
_CLAUSE = re.compile(r"[,;—]| and | but ")


def spelt_out(sentence: str, passages: Sequence[str], whole: Whole) -> list[str]:
    """What a sentence may rest on, as further passages: who denies what, and what the company says whose chief says “we”."""
    told: list[str] = []
    denies = bool(pattern("speech.denying").search(sentence))
    for passage in passages:
        text, start = whole.get(passage, (passage, 0))
        spans = [(start + a, start + b) for a, b in sentences(passage)]
        told += _it(text, spans) if denies else ()
        told += _not_so(sentence, text, spans, denies)
    return list(dict.fromkeys(told))


def speaks_for_it(one: Speech, text: str) -> bool:
    """Whether a chief says "we": what the chief denies the company does."""
    return not one.speakers[0].heads.isdisjoint(stem_set("speech.chiefs")) and bool(_WE.search(text))


@lru_cache(maxsize=64)
def company(whole: str) -> Speaker:
    """Whom a story begins with by name: "Velden Ferries is in talks …"."""
    names = list(takewhile(is_name, dropwhile(lambda t: not is_name(t), tokens(normalised(whole[:_START])))))
    return Speaker(" ".join(t.text for t in names), frozenset(t.text.casefold() for t in names))


def _not_so(sentence: str, text: str, spans: Sequence[tuple[int, int]], denies: bool) -> Iterator[str]:
    """Of “I will not sell it,” Kern said: "Ida Kern denied that I will sell it"; and that her company said so."""
    named, negated = company(text), pattern("speech.negated")
    is_company = any(name in sentence.casefold() for name in named.names)
    for start, end in spans if denies or is_company else ():
        for one in speech_in(text, start, end):
            said, who = _said(one, text, start, end), one.speakers[:1] if one.speakers[0].shown else ()
            if is_company and speaks_for_it(one, said):
                who += (named,)
                yield f"{named.shown} said that {said}"
            for clause in [said] if len(negated.findall(said)) < 2 else _CLAUSE.split(said):
                if denies and not one.denied and len(negated.findall(clause)) == 1:
                    yield from (f"{each.shown} denied that {negated.sub('', clause)}" for each in who)


def _it(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[str]:
    """Of "The party accused Kern of taking money. She denied it.": "Ida Kern denied that taking money"."""
    found = pattern("speech.denied_it")
    for n, (start, end) in enumerate(spans):
        spoken = speech_in(text, spans[max(0, n - _BEFORE)][0], end) if found.search(text[start:end]) else []
        denial = next((one for one in spoken if one.start >= start and (one.denied or one is spoken[-1])), None)
        if not denial or not (who := denial.speakers[0]).shown:
            continue
        told = list(_accusations(text[start : denial.frame[0]], start, text, spoken, who))
        for k in range(n - 1, max(-1, n - 1 - _BEFORE), -1) if not told else ():
            a, b = spans[k]
            if found.search(text[a:b]) or (told and "\n" in text[b : spans[k + 1][0]]):
                break  # that is another accusation
            told += _accusations(text[a:b], a, text, spoken, who)
        yield from (f"{who.shown} denied that {one}" for one in told)


def _accusations(sentence: str, start: int, text: str, spoken: Sequence[Speech], who: Speaker) -> Iterator[str]:
    """What a sentence, or a part of one, says against somebody: what another one says there, or what they are accused of."""
    end = start + len(sentence)
    here = [one for one in spoken if one.start < end and one.end > start]
    others = [one for one in here if not all(each.is_same(who) for each in one.speakers)]
    for one in others:
        said = _said(one, text, start, end)
        own = any(each.is_same(who) for each in one.speakers)  # "Dahl said that he had told her to go"
        yield f"had said {said}" if own else _accused_of(said) or said
    if not others and (said := _accused_of(sentence)):
        yield said


def _said(one: Speech, text: str, start: int, end: int) -> str:
    """What is said in a part of a text, without who says it."""
    first, last = max(one.start, start), min(one.end, end)
    return f"{text[first : max(first, one.frame[0])]} {text[max(first, one.frame[1]) : last]}".strip(' ,“”"')


def _accused_of(text: str) -> str:
    """What somebody is accused of there: "taking money"."""
    found = pattern("speech.accused_of").search(text)
    return text[found.end() :] if found else ""
