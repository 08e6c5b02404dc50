"""How often the check accepts a true sentence and refuses an altered one: `python -m tests.studies.trust --data FOLDER`.

Sentences are taken from articles with the passage they stand in, and altered one thing at a time, in several styles each.
The generator shares no code and no word list with qa/check: a measure that knows what the check knows measures nothing.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from qa.check.verdict import check
from qa.citations import kept, read, verified
from vectorstore.language.sentences import sentences
from vectorstore.passages import passages as passages_of
from vectorstore.types import Article, Hit, Passage


@dataclass(frozen=True, slots=True)
class Case:
    """One sentence, what is cited for it, and whether the check should accept it."""

    row: str  # the line of the table: "verbatim", "number", …
    style: str  # how it was made: "times ten", "another article's name"
    sentence: str
    passages: tuple[str, ...]
    true: bool


@dataclass(frozen=True, slots=True)
class Source:
    """A sentence of an article, the passage around it, the passages after it, and another article to borrow from."""

    sentence: str
    passage: str
    nearby: tuple[str, ...]
    article: str
    other: str


# row -> the least share of right verdicts
GOALS = {
    "verbatim": 0.97,
    "paraphrase": 0.92,
    "retold": 0.92,
    "number": 0.98,
    "date": 0.97,
    "name": 0.95,
    "polarity": 0.95,
    "speaker": 0.85,
    "quotation": 1.00,
    "stitched": 0.85,
    "roles": 0.85,
    **dict.fromkeys("unit sign fraction points clock bound quantity certainty status cause thing".split(), 0.95),  # see altered
    "told truly": 0.95,
    "human": 0.85,
    "human number": 0.95,
    "human name": 0.85,
    "human polarity": 0.85,
    "shown quotes exact": 1.00,
    "garbage drafts": 1.00,
}

# --- sentences to alter


def sources(articles: Sequence[tuple[str, str]], rng: random.Random) -> Iterator[Source]:
    """One sentence after another from (id, text) articles, in a seeded order, without end."""
    while True:
        identity, text = rng.choice(articles)
        found = _long_passages(identity, text[:30_000])
        if not found:
            continue
        n = rng.randrange(len(found))
        passage = found[n].text
        wholes = [passage[slice(*span)] for span in sentences(passage)]
        wholes = [w for w in wholes if 6 <= len(w.split()) <= 50 and "\n" not in w and re.match(r"[“\"'A-Z0-9]", w)]
        wholes = [w for w in wholes if re.search(r"[.!?][”\"']?$", w) and sum(c.isupper() for c in w) < len(w) / 4]
        if wholes:
            near = tuple(p.text for p in found[max(0, n - 2) : n] + found[n + 1 : n + 3])
            yield Source(rng.choice(wholes), passage, near, text[:30_000], rng.choice(articles)[1][:30_000])


@lru_cache(maxsize=4096)
def _long_passages(identity: str, text: str) -> tuple[Passage, ...]:
    return tuple(p for p in passages_of(Article(id=identity, text=text)) if len(p.text) > 200)


def cited(source: Source, rng: random.Random) -> tuple[str, ...]:
    """What stands beside the sentence as its citation: its passage alone, or with others of the article."""
    if rng.random() < 0.6 or not source.nearby:
        return (source.passage,)
    more = rng.sample(source.nearby, min(len(source.nearby), rng.choice((1, 2))))
    return (source.passage, *more) if rng.random() < 0.5 else (*more, source.passage)


# --- alterations: each gives (style, altered sentence) or None where the sentence has nothing of the kind

Alteration = Callable[[Source, random.Random], tuple[str, str] | None]

_WORDS = "zero one two three four five six seven eight nine ten eleven twelve".split()
_BIG = (
    "thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety".split()
)
_MONTHS = "January February March April May June July August September October November December".split()
_SHORT_MONTHS = "Jan. Feb. March April May June July Aug. Sept. Oct. Nov. Dec.".split()
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Jan\.|Feb\.|Aug\.|Sept\.|Oct\.|Nov\.|Dec\.)"
)
_FIGURE = re.compile(r"(?<![\w.,$£€-])[$£€]?(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(?![\w-]|[.,]\d)(?!(?:st|nd|rd|th)\b)")
_NUMBER_WORD = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|" + "|".join(_BIG) + r")\b(?!-)", re.I
)


def _swap(text: str, match: re.Match[str], new: str, group: int = 0) -> str:
    return text[: match.start(group)] + new + text[match.end(group) :]


def _is_date_number(text: str, match: re.Match[str]) -> bool:
    whole = match.group(1)
    around = text[max(0, match.start() - 12) : match.start()], text[match.end() : match.end() + 12]
    year = re.fullmatch(r"(?:1[5-9]|20)\d\d", whole) is not None
    return year or bool(re.search(_MONTH + r" $", around[0])) or bool(re.match(r" " + _MONTH, around[1]))


def alter_number(source: Source, rng: random.Random) -> tuple[str, str] | None:
    text = source.sentence
    figures = [m for m in _FIGURE.finditer(text) if not _is_date_number(text, m)]
    words = list(_NUMBER_WORD.finditer(text))
    if not figures and not words:
        return None
    if figures and (not words or rng.random() < 0.7):
        m = rng.choice(figures)
        whole = m.group(1)
        value = int(whole.replace(",", ""))
        style = rng.choice(["plus one", "minus one", "times ten", "digit", "double", "another number of the passage"])
        new: str | None = None
        if style == "plus one":
            new = _like(whole, value + 1)
        elif style == "minus one" and value > 1:
            new = _like(whole, value - 1)
        elif style == "times ten" and value:
            new = _like(whole, value * 10)
        elif style == "double" and value:
            new = _like(whole, value * 2)
        elif style == "digit":
            at = rng.randrange(len(whole))
            if whole[at].isdigit():
                choices = [d for d in "123456789" if d != whole[at]]
                new = whole[:at] + rng.choice(choices) + whole[at + 1 :]
        else:
            others = [x.group(1) for x in _FIGURE.finditer(source.passage) if x.group(1).replace(",", "") != str(value)]
            new = rng.choice(others) if others else None
        return (style, _swap(text, m, new, 1)) if new else None
    m = rng.choice(words)
    others = [w for w in (_WORDS[2:] + _BIG) if w != m.group().lower()]
    new = rng.choice(others)
    return "number word", _swap(text, m, new.capitalize() if m.group()[0].isupper() else new)


def _like(old: str, value: int) -> str:
    return f"{value:,}" if "," in old or (value >= 10_000 and len(old) > 3) else str(value)


def _is_the_month(text: str, m: re.Match[str]) -> bool:
    before = re.search(r"\b(?:in|of|since|until|last|this|by|on|from)\s$|\d\s$", text[: m.start()])
    return bool(before or re.match(r"\s\d", text[m.end() :]))


def alter_date(source: Source, rng: random.Random) -> tuple[str, str] | None:
    text = source.sentence
    found: list[tuple[str, re.Match[str], str]] = []
    for m in re.finditer(r"\b(?:" + "|".join(_DAYS) + r")\b", text):
        found.append(("weekday", m, rng.choice([d for d in _DAYS if d != m.group()])))
    for m in re.finditer(r"\b" + _MONTH + r"(?=\s|,|\.|$)", text):
        if m.group() == "May" and not _is_the_month(text, m):
            continue
        names = _SHORT_MONTHS if m.group().endswith(".") else _MONTHS
        found.append(("month", m, rng.choice([x for x in names if x[:3] != m.group()[:3]])))
    for m in re.finditer(r"\b(?:1[5-9]|20)\d\d\b(?![,.]\d)", text):
        found.append(("year", m, str(int(m.group()) + rng.choice((-10, -2, -1, 1, 2, 10)))))
    for m in re.finditer(_MONTH + r"\s(\d{1,2})\b(?!\d|:)", text):
        day = rng.choice([d for d in range(1, 29) if d != int(m.group(1))])
        start = m.start(1)
        inner = re.compile(r"\d{1,2}").search(text, start)
        if inner:
            found.append(("day of the month", inner, str(day)))
    if not found:
        return None
    style, m, new = rng.choice(found)
    return style, _swap(text, m, new)


_NOT_NAMES = frozenset(
    "The A An In On At But And He She It They We I You His Her This That These Those There If When While As For With "
    "From After Before Since Although Mr Mrs Ms Dr President Sen Rep Gov Gen Prime Minister Secretary Director Chief "
    "Judge Justice CNN USA TODAY Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March "
    "April May June July August September October November December American Americans British English French German "
    "Russian Chinese Indian European House Senate New North South West East Read More Related Photo Photos Credit "
    "What Who Why How Where Our My Your Their Its Not No Yes All Some Most Many Democrats Republicans Democratic "
    "Republican Democrat COVID Twitter Facebook Instagram Image Getty".split()
)
_FULL_NAME = re.compile(
    r"(?<![\w’'-])([A-Z][a-z]{2,}|[A-Z]\.(?: ?[A-Z]\.)?) "
    r"((?:[A-Z]\. )?(?:Mc|O[’']|De|Van |von )?[A-Z][a-z]{2,})(?![\w-])(?! [A-Z][a-z])"
)
_PERSON_VERBS = (
    r"(?:said|says|told|added|wrote|tweeted|explained|noted|argued|announced|claimed|recalled|testified|warned|continued|replied)"
)


@lru_cache(maxsize=4096)
def full_names(text: str) -> list[tuple[str, str]]:
    """(first, last) of what look like people's names, in order, each once."""
    found = dict.fromkeys((m.group(1), m.group(2)) for m in _FULL_NAME.finditer(text))
    return [n for n in found if not (set(n[0].split()) | set(n[1].split())) & _NOT_NAMES]


def alter_name(source: Source, rng: random.Random) -> tuple[str, str] | None:
    text = source.sentence
    known = full_names(source.article)
    lasts = {last for _, last in known}
    here = [m for m in _FULL_NAME.finditer(text) if (m.group(1), m.group(2)) in known]
    singles = [
        m
        for m in re.finditer(r"\b[A-Z][a-z]{3,}\b", text)
        if m.group() in lasts and not any(h.start() <= m.start() < h.end() for h in here)
    ]
    places = [
        m
        for m in re.finditer(r"(?<=\b(?:in|of|to|at) )[A-Z][a-z]{3,}(?: [A-Z][a-z]{3,})?(?=[ ,.])", text)
        if not set(m.group().split()) & _NOT_NAMES
    ]
    style = rng.choice(["same article", "another article", "first name", "surname", "place or organisation"])
    others = [n for n in known if text.find(n[1]) < 0]
    strangers = [n for n in full_names(source.other) if n[1] not in source.article]
    if style == "place or organisation":
        pool = [
            m.group()
            for m in re.finditer(r"(?<=\b(?:in|of|to|at) )[A-Z][a-z]{3,}(?: [A-Z][a-z]{3,})?(?=[ ,.])", source.other)
            if not set(m.group().split()) & _NOT_NAMES and m.group() not in source.article
        ]
        if places and pool:
            return style, _swap(text, rng.choice(places), rng.choice(pool))
        return None
    if not here and not singles:
        return None
    if style in ("same article", "another article"):
        pool2 = others if style == "same article" else strangers
        if not pool2:
            return None
        new = rng.choice(pool2)
        if here and (not singles or rng.random() < 0.6):
            return style, _swap(text, rng.choice(here), " ".join(new))
        return style, _swap(text, rng.choice(singles), new[1])
    if not here or not strangers:
        return None
    m = rng.choice(here)
    new = rng.choice(strangers)
    return style, _swap(text, m, new[0], 1) if style == "first name" else _swap(text, m, new[1], 2)


_OPPOSITES = [
    tuple(pair.split("/"))
    for pair in (
        "rose/fell increased/decreased won/lost before/after denied/confirmed accepted/rejected approved/rejected "
        "above/below more/less more/fewer higher/lower first/last best/worst better/worse best/worst opened/closed "
        "began/ended started/stopped supported/opposed guilty/innocent legal/illegal inside/outside up/down high/low "
        "large/small big/small old/new young/old strong/weak rich/poor success/failure success/failure gained/lost "
        "agreed/refused allowed/banned allow/ban arrived/left early/late easy/difficult same/different "
        "public/private positive/negative safe/dangerous increase/decrease rise/fall win/lose winning/losing "
        "support/oppose accept/reject major/minor true/false many/few always/never possible/impossible "
        "likely/unlikely able/unable hired/fired passed/failed expanded/shrank grew/shrank improved/worsened "
        "raised/lowered raised/cut growing/shrinking rising/falling increasing/decreasing majority/minority "
        "maximum/minimum most/least most/fewest victory/defeat won/lost include/exclude included/excluded alive/dead "
        "male/female man/woman men/women north/south east/west northern/southern eastern/western left/right good/bad "
        "happy/sad hot/cold dry/wet fast/slow strength/weakness friend/enemy friends/enemies ally/enemy "
        "attack/defend praised/criticized bought/sold buy/sell lend/borrow import/export entered/left "
        "remembered/forgot loved/hated love/hate presence/absence remain/leave stay/leave full/empty cheap/expensive "
        "cheaper/costlier deny/confirm ahead/behind under/over earlier/later future/past arrested/released "
        "found/lost widened/narrowed tightened/eased advanced/retreated convicted/acquitted succeeded/failed "
        "available/unavailable known/unknown expected/unexpected certain/uncertain safer/riskier stronger/weaker "
        "larger/smaller longer/shorter older/younger good/poor longest/shortest largest/smallest biggest/smallest "
        "highest/lowest encouraged/discouraged appeared/disappeared legal/unlawful healthy/sick "
        "optimistic/pessimistic temporary/permanent".split()
    )
]
_OPPOSITE = defaultdict(list)
for _a, _b in _OPPOSITES:
    _OPPOSITE[_a].append(_b)
    _OPPOSITE[_b].append(_a)
_AUXILIARY = re.compile(
    r"\b(is|are|was|were|has|have|had|will|would|could|should|can|did|does|do|must|may|might)\b(?! (?:not|never|no)\b|n)"
)
_CONTRACTED = {"will": "won’t", "can": "can’t", "may": "may not", "might": "might not"}
_PAST = re.compile(r"\b(?!need|indeed|hundred|red|bed|shed|fed|speed|united|said)([a-z]{3,}ed)\b")


def alter_polarity(source: Source, rng: random.Random) -> tuple[str, str] | None:
    text = source.sentence
    style = rng.choice(
        ["insert not", "insert n't", "insert never", "did not", "remove not", "antonym", "antonym", "no longer", "failed to"]
    )
    auxiliaries = list(_AUXILIARY.finditer(text))
    if style in ("insert not", "insert n't", "insert never", "no longer"):
        if not auxiliaries:
            return None
        m = rng.choice(auxiliaries)
        word = m.group()
        if style == "insert n't":
            return style, _swap(text, m, _CONTRACTED.get(word, word + "n’t"))
        return style, _swap(text, m, f"{word} " + {"insert not": "not", "insert never": "never", "no longer": "no longer"}[style])
    if style in ("did not", "failed to"):
        verbs = [
            m for m in _PAST.finditer(text) if re.search(r"(?:^|[A-Z]\w+|\b(?:he|she|it|they|who|we|I)) $", text[: m.start()])
        ]
        if not verbs:
            return None
        m = rng.choice(verbs)
        stem = m.group()[:-2] if not m.group().endswith("ied") else m.group()[:-3] + "y"
        return style, _swap(text, m, ("did not " if style == "did not" else "failed to ") + stem)
    if style == "remove not":
        found = list(re.finditer(r"\b(?:not|never) |n[’']t\b|\bno longer |\bnot yet |\bfailed to ", text))
        if not found:
            return None
        m = rng.choice(found)
        out = _swap(text, m, "")
        return style, out.replace(" wo ", " will ").replace(" ca ", " can ")
    opposites = [m for m in re.finditer(r"[A-Za-z]+", text) if m.group().lower() in _OPPOSITE]
    if not opposites:
        return None
    m = rng.choice(opposites)
    new = rng.choice(_OPPOSITE[m.group().lower()])
    return style, _swap(text, m, new.capitalize() if m.group()[0].isupper() else new)


@lru_cache(maxsize=4096)
def _speakers_of(article: str) -> list[tuple[str, str]]:
    """Those of an article's names that stand beside a verb of saying."""
    beside = {
        m.group(1) or m.group(2)
        for m in re.finditer(
            rf"\b([A-Z][\w’'-]+)(?=[^.]{{0,40}}\b{_PERSON_VERBS}\b)|\bsaid (?:[^.A-Z]{{0,30}}[A-Z]\S* )?([A-Z]\w+)", article
        )
    }
    return [n for n in full_names(article) if n[1] in beside]


def alter_speaker(source: Source, rng: random.Random) -> tuple[str, str] | None:
    text = source.sentence
    speakers = _speakers_of(source.article)
    if len(speakers) < 2 or not re.search(rf"\b{_PERSON_VERBS}\b|according to", text):
        return None
    for first, last in speakers:
        full = f"{first} {last}"
        m = re.search(
            rf"(?:{re.escape(full)}|\b{re.escape(last)})(?=[^.“”\"]{{0,60}}\b{_PERSON_VERBS}\b)"
            rf"|(?<=said )(?:{re.escape(full)}|{re.escape(last)}\b)|(?<=according to )(?:{re.escape(full)}|{re.escape(last)}\b)",
            text,
        )
        if m:
            others = [n for n in speakers if n[1] != last and n[1] not in text]
            nearby = [n for n in others if n[1] in source.passage]
            if not others:
                return None
            new = rng.choice(nearby or others)
            style = "quoted in the same passage" if nearby else "quoted elsewhere in the article"
            return style, _swap(text, m, " ".join(new) if " " in m.group() else new[1])
    m = re.search(rf"\b(?:he|she|they)(?= {_PERSON_VERBS}\b)", text, re.IGNORECASE)
    before = source.passage[: source.passage.find(text)]
    said_before = [n for n in speakers if n[1] in before]
    if m and said_before:
        last_named = max(said_before, key=lambda n: before.rfind(n[1]))
        others = [n for n in speakers if n[1] != last_named[1] and n[1] not in before[-400:]]
        if others:
            new = rng.choice(others)
            return "a pronoun given another name", _swap(text, m, rng.choice([new[1], " ".join(new)]))
    return None


_FILLERS = "really very also never quite always completely certainly only deeply hardly".split()
_REPLACEMENTS = (
    "people country government money water family president weapon problem future school terrible wonderful nothing".split()
)


def alter_quotation(source: Source, rng: random.Random) -> tuple[str, str] | None:
    text = source.sentence
    if text.count('"') % 2 or ('"' in text and "“" in text):  # what is inside and what is outside cannot be told
        return None
    pairs = [m.group(1) or m.group(2) or "" for m in re.finditer(r"“([^“”]*)”|\"([^\"]*)\"", text)]
    found = [re.search(re.escape(words), text) for words in pairs if len(words.split()) >= 4]
    quotes = [m for m in found if m]
    if not quotes:
        return None
    m = rng.choice(quotes)
    words = m.group().split()
    at = rng.randrange(1, len(words) - 1)
    style = rng.choice(["word replaced", "word removed", "word added", "two words exchanged"])
    if style == "word replaced":
        words[at] = rng.choice(_REPLACEMENTS)
    elif style == "word removed":
        del words[at]
    elif style == "word added":
        words.insert(at, rng.choice(_FILLERS))
    else:
        if words[at].lower() == words[at - 1].lower():
            return None
        words[at - 1], words[at] = words[at], words[at - 1]
    new = " ".join(words)
    if any(_spoken_words(new) in _spoken_words(passage) for passage in (source.passage, *source.nearby)):
        return None  # the passages may well have the new words too, where a speaker says a thing twice
    return style, _swap(text, m, new)


def _spoken_words(text: str) -> str:
    return " " + " ".join(re.findall(r"[\w$£€%&]+|(?<=\s)[–—-]+(?=\s)", text.lower())) + " "


def alter_stitch(source: Source, rng: random.Random) -> tuple[str, str] | None:
    a = source.sentence
    style = rng.choice(["halves", "subject and predicate", "clause of an uncited passage", "halves of the article"])
    same = [source.passage[slice(*s)] for s in sentences(source.passage)]
    far = [p[slice(*s)] for p in source.nearby for s in sentences(p)]
    pool = same if style in ("halves", "subject and predicate") else far
    pool = [b for b in pool if b != a and len(b.split()) >= 8 and re.search(r"[.!?][”\"']?$", b) and "\n" not in b]
    if not pool or len(a.split()) < 8:
        return None
    b = rng.choice(pool)
    if "“" in a + b or '"' in a + b:  # half a quotation is a changed quotation: another row
        return None
    if style in ("halves", "halves of the article"):
        first, second = a.split(), b.split()
        return style, " ".join(first[: len(first) // 2] + second[len(second) // 2 :])
    if style == "subject and predicate":
        verb = r"\b(?:is|are|was|were|has|have|had|will|would|said|could|can|did)\b"
        ma, mb = re.search(verb, a), re.search(verb, b)
        if not ma or not mb or not 3 < ma.start() < 80 or not 3 < mb.start() < 80:
            return None
        if a[: ma.start()].split()[0] in ("He", "She", "It", "They") or a[: ma.start()].split()[0] == b.split()[0]:
            return None
        if re.match(r"(?:He|She|It|They|This|That|There|I|We|You)\b", b):  # the pronoun may well mean a's subject
            return None
        return style, a[: ma.start()] + b[mb.start() :]
    return style, re.sub(r"[.!?]$", "", a) + rng.choice([" and ", ", while ", ", but ", " after "]) + b[0].lower() + b[1:]


_PARTICIPANT = re.compile(r"(?<![\w’'“\"-])(?:[A-Z][a-z]+|[A-Z]{2,5})(?: [A-Z]\.)?(?: (?:Mc|O[’'])?[A-Z][a-z]+){0,3}(?![\w-])")
_DOING = r"(?:[a-z]{2,}(?:ed|ught)|told|beats?|said|says|took|gave|hit|shot|sent|sold|led|won|lost|saw|made|left|wrote)"
# What A and B do to one another, or what ranks them side by side: the sentence may well stay true when they change places.
_MUTUAL = re.compile(
    r"\b(?:with|and|or|versus|vs|between|both|together|alongside|like|as|joined|married|wed|met|meets?|faced?|faces|"
    r"played|plays|tied|drew|fought|debated|dated|is|are|rivals?|partners?|twins?|merged|agreed|border\w*)\b|[;:…]|&"
)
_WAY = re.compile(r"\b(?:flights?|flew|moved?|travell?\w*|trip|way|traded|went) from $")  # not "states from Maine to Ohio"


def _outside_quotations(text: str, match: re.Match[str]) -> bool:
    before = text[: match.start()]
    return before.count("“") == before.count("”") and before.count('"') % 2 == 0


def _participants(source: Source) -> list[re.Match[str]]:
    """Names of people, places and bodies, as far as capitals tell: a first word only where the article has it elsewhere, too."""
    found = []
    for m in _PARTICIPANT.finditer(source.sentence):
        words = set(m.group().split())
        known = m.start() > 0 or re.search(rf"[a-z,] {re.escape(m.group())}\b", source.article)
        if known and not words & _NOT_NAMES and not words & set(_MONTHS) and _outside_quotations(source.sentence, m):
            found.append(m)
    return found


def alter_roles(source: Source, rng: random.Random) -> tuple[str, str] | None:
    """Two participants in each other's places: "A sued B" becomes "B sued A", or "A was sued by B"."""
    if rng.random() < 0.5 and (turned := _made_passive(source, rng, "b", "a")):
        return "passive of the wrong one", turned[1]
    text = source.sentence
    found: dict[str, list[tuple[re.Match[str], re.Match[str]]]] = defaultdict(list)
    names = _participants(source)
    for n, a in enumerate(names):
        for b in names[n + 1 :]:
            between = text[a.end() : b.start()]
            if set(a.group().split()) & set(b.group().split()) or len(between) > 90 or re.search(r'[“”"]', between):
                continue
            if re.match(r"(?:[’']s?)? (?:and|or|&) ", text[b.end() :]) or re.search(r"(?:\band|\bor|,) $", text[: a.start()]):
                continue  # one of several: their order may mean nothing
            if between == " to " and _WAY.search(text[: a.start()]):
                found["from … to …"].append((a, b))
            elif _MUTUAL.search(between):
                continue
            elif re.search(rf"\b{_DOING} by (?:the |[A-Z]\w+\. |President )?$", between):
                found["done by"].append((a, b))
            elif re.fullmatch(
                rf" (?:\w+ly |had |has |also |have )?{_DOING} (?:[a-z]+ )?(?:the |[A-Z]\w+\. |President )?", between
            ):
                found["around a verb"].append((a, b))
            elif re.fullmatch(r"[’']s? (?:[a-z-]+ ){1,3}(?:of|on|over|against|to|from|for) (?:the )?", between):
                found["A's … of B"].append((a, b))
            elif re.search(rf"\b{_DOING}\b", between):
                found["further apart"].append((a, b))
    styles = [style for style in found if style != "further apart"] or (["further apart"] if found and rng.random() < 0.1 else [])
    if not styles:
        return None
    style = rng.choice(styles)
    a, b = rng.choice(found[style])
    return style, text[: a.start()] + b.group() + text[a.end() : b.start()] + a.group() + text[b.end() :]


_ADVERB = r"(?:[a-z]+ly|also|then|later|once|never|not|who|has|had|have|was|were|and|that|which|first|just|even|still)"
_THING = rf"(?:[Tt]he|[Aa]n?) (?:(?!{_ADVERB}\b)[a-z]{{3,}} )?(?!{_ADVERB}\b)[a-z]{{3,}}"
_SOMEBODY = rf"(?:{_THING}|(?!Wh)[A-Z][a-z]+(?: (?:Mc|O[’'])?[A-Z][a-z]+){{0,2}})"
_ACTIVE = re.compile(
    r"(?P<lead>^|^(?:In|On|At|After|Before|Last|During|Since|By) [^,“\"]{3,50}, |\b(?:that|when|after|because|while|where) )"
    rf"(?P<a>{_SOMEBODY}) "
    r"(?P<verb>(?!(?:remain|turn|seem|appear|prov|stay|last|arriv|look|sound|total|need|show)ed)[a-z]{2,}[^e]ed"
    r"|told|shot|hit|sued|beat) "
    rf"(?P<b>{_SOMEBODY})(?= (?:in|on|at|during|after|before|last|this) |\.|, (?:after|when|while|who|which|[a-z]+ing) )"
)
_SECOND_VERB = re.compile(r"\band (?:has|had|was|were|is|[a-z]+ed)\b")  # it would lose its subject


def retold(source: Source, rng: random.Random) -> tuple[str, str] | None:
    """A sentence of the passage with an active clause made passive, which says the same: "B was sued by A" of "A sued B"."""
    return _made_passive(source, rng, "a", "b")


def _made_passive(source: Source, rng: random.Random, doer: str, other: str) -> tuple[str, str] | None:
    texts = [source.passage[slice(*span)] for span in sentences(source.passage)]
    found = [(text, m) for text in texts if len(text.split()) <= 50 and (m := _ACTIVE.search(text))]
    found = [(text, m) for text, m in found if _outside_quotations(text, m) and not _SECOND_VERB.search(text[m.end() :])]
    found = [(text, m) for text, m in found if not set(m.group().split()) & (_NOT_NAMES - {"The", "A", "An", "In", "On", "At"})]
    if not found:
        return None
    text, m = rng.choice(found)
    a, b = (name[0].lower() + name[1:] if name.split()[0] in ("The", "A", "An") else name for name in (m[doer], m[other]))
    plural = b[0].islower() and b.endswith("s") and not b.endswith("ss")
    told = f"{b} {'were' if plural else 'was'} {'beaten' if m['verb'] == 'beat' else m['verb']} by {a}"
    return "passive", text[: m.start()] + m["lead"] + (told if m["lead"] else told[0].upper() + told[1:]) + text[m.end() :]


_ONES = dict(zip("0 1 2 3 4 5 6 7 8 9 10 11 12".split(), _WORDS, strict=True))
_UNDER_TWENTY = dict(enumerate(_WORDS)) | {13 + n: w for n, w in enumerate(_BIG[:7])}
_TENS = {20 + 10 * n: w for n, w in enumerate(_BIG[7:])}


def _spoken(value: int) -> str | None:
    if value in _UNDER_TWENTY:
        return _UNDER_TWENTY[value]
    if value < 100:
        return _TENS[value // 10 * 10] + (f"-{_UNDER_TWENTY[value % 10]}" if value % 10 else "")
    if value % 100 == 0 and value < 1000:
        return f"{_UNDER_TWENTY[value // 100]} hundred"
    if value % 1000 == 0 and value < 100_000:
        rest = _spoken(value // 1000)
        return f"{rest} thousand" if rest else None
    return None


def paraphrase(source: Source, rng: random.Random) -> tuple[str, str] | None:
    """The sentence said again by one or two rules that keep its meaning."""
    text, done = source.sentence, []
    quoted = [m.span() for m in re.finditer(r"[“\"][^“”\"]*[”\"]?", text)]

    def outside(m: re.Match[str]) -> bool:  # words in quotation marks stay
        return not any(s <= m.start() < e for s, e in quoted)

    rules = ["number words", "surname only", "tense of said", "percent", "million"]
    rng.shuffle(rules)
    for rule in rules[:4]:
        quoted = [m.span() for m in re.finditer(r"[“\"][^“”\"]*[”\"]?", text)]
        if rule == "number words":
            ms = [
                m
                for m in _FIGURE.finditer(text)
                if outside(m) and m.group()[0].isdigit() and not m.group(2) and not _is_date_number(text, m)
            ]
            ms = [
                m for m in ms if _spoken(int(m.group(1).replace(",", ""))) and not re.match(r"%|:\d| [ap]\.?m", text[m.end() :])
            ]
            back = [m for m in _NUMBER_WORD.finditer(text) if outside(m) and m.group() in _ONES.values()]
            back = [m for m in back if not re.search(r"(?:ty|hundred|thousand)[ -]$", text[: m.start()], re.I)]
            if ms:
                m = rng.choice(ms)
                text = _swap(text, m, _spoken(int(m.group(1).replace(",", ""))) or "")
                done.append(rule)
            elif back:
                m = rng.choice(back)
                text = _swap(text, m, str(_WORDS.index(m.group())))
                done.append("figures")
        elif rule == "surname only":
            ms = [m for m in _FULL_NAME.finditer(text) if outside(m) and (m.group(1), m.group(2)) in full_names(source.article)]
            if ms:
                m = rng.choice(ms)
                text = _swap(text, m, m.group(2))
                done.append(rule)
        elif rule == "tense of said":
            pairs = {"said": "says", "says": "said", "told": "tells", "added": "adds", "wrote": "writes", "say": "said"}
            ms = [m for m in re.finditer(r"\b(?:said|says|told|added|wrote)\b", text) if outside(m)]
            if ms:
                m = rng.choice(ms)
                text = _swap(text, m, rng.choice([pairs[m.group()], "stated" if m.group() == "said" else pairs[m.group()]]))
                done.append(rule)
        elif rule == "percent" and re.search(r"\d%", text):
            m2 = re.search(r"(?<=\d)%", text)
            if m2 and outside(m2):
                text = _swap(text, m2, " percent")
                done.append(rule)
        elif rule == "million":
            m2 = re.search(r"(?<=\d) (million|billion)\b", text)
            if m2 and outside(m2):
                text = _swap(text, m2, {"million": "m", "billion": "bn"}[m2.group(1)])
                done.append(rule)
    return (", ".join(done), text) if done else None


ALTERATIONS: dict[str, Alteration] = {
    "number": alter_number,
    "date": alter_date,
    "name": alter_name,
    "polarity": alter_polarity,
    "speaker": alter_speaker,
    "quotation": alter_quotation,
    "stitched": alter_stitch,
    "roles": alter_roles,
}


_TRUE_ROWS = ("verbatim", "paraphrase", "retold")


def news_cases(articles: Sequence[tuple[str, str]], each: int, seed: int) -> list[Case]:
    """`each` cases of every row but the human ones, from (id, text) articles."""
    cases: list[Case] = []
    articles = random.Random(seed).sample(articles, min(len(articles), 3 * each))
    makers: dict[str, Alteration] = {
        "verbatim": lambda s, _: ("as it stands", s.sentence),
        "paraphrase": paraphrase,
        "retold": retold,
        **ALTERATIONS,
    }
    for row, make in makers.items():
        rng = random.Random(f"{seed} {row}")
        stream, made, tries = sources(articles, rng), 0, 0
        while made < each and tries < each * 200:
            tries += 1
            source = next(stream)
            result = make(source, rng)
            if result is None or (row != "verbatim" and result[1] == source.sentence):
                continue
            if row == "stitched" and "passage" in result[0]:
                cases.append(Case(row, *result, (source.passage,), False))
            else:
                cases.append(Case(row, *result, cited(source, rng), row in _TRUE_ROWS))
            made += 1
    return cases


def human_cases(records: Sequence[dict[str, object]], seed: int) -> list[Case]:
    """People's answers (CLAPNQ records), sentence by sentence, as they are and altered."""
    rng = random.Random(seed)
    cases: list[Case] = []
    pairs = [(sentence, passage) for sentence, passage in _human_sentences(records)]
    everything = " ".join(passage for _, passage in pairs)
    for sentence, passage in pairs:
        cases.append(Case("human", "as it stands", sentence, (passage,), True))
        source = Source(sentence, passage, (), sentence + " " + passage, everything[rng.randrange(len(everything) // 2) :][:8000])
        for row, alter in (("number", _human_number), ("name", _human_name), ("polarity", alter_polarity)):
            for _ in range(6):
                result = alter(source, rng)
                if result and result[1] != sentence:
                    cases.append(Case(f"human {row}", *result, (passage,), False))
                    break
    return cases


def _human_sentences(records: Sequence[dict[str, object]]) -> Iterator[tuple[str, str]]:
    for record in records:
        passage = record["passages"][0]["text"]  # type: ignore[index]
        answer = record["output"][0]["answer"]  # type: ignore[index]
        for span in sentences(answer):
            if len(answer[slice(*span)].split()) >= 3:
                yield answer[slice(*span)], passage


def _human_number(source: Source, rng: random.Random) -> tuple[str, str] | None:
    return alter_date(source, rng) if rng.random() < 0.3 else alter_number(source, rng)


_CAPITALS = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{2,}(?: [A-Z][a-z]{2,}){0,2}(?=[ ,.])")


def _capitals(text: str) -> list[re.Match[str]]:
    return [m for m in _CAPITALS.finditer(text) if not set(m.group().split()) & _NOT_NAMES]


def _human_name(source: Source, rng: random.Random) -> tuple[str, str] | None:
    """Encyclopedia prose has few full names of people: any run of capitals inside the sentence is one."""
    mine = _capitals(source.sentence)
    theirs = [m.group() for m in _capitals(source.other) if m.group() not in source.passage]
    inside = [m.group() for m in _capitals(source.passage) if m.group() not in source.sentence]
    if not mine:
        return None
    if inside and rng.random() < 0.3:
        return "another name of the passage", _swap(source.sentence, rng.choice(mine), rng.choice(inside))
    return ("another passage's name", _swap(source.sentence, rng.choice(mine), rng.choice(theirs))) if theirs else None


# --- drafts: what a model might write, well or badly


def drafts(hits: Sequence[Hit], count: int, seed: int) -> Iterator[str]:
    """Garbage of many kinds around real words: wrong numbers, broken markers, no text, endless text, markup, links."""
    rng = random.Random(seed)
    pieces = [hit.passage.text[slice(*span)] for hit in hits for span in sentences(hit.passage.text)] or ["Nothing."]
    markers = (
        "[1] [2] [1, 2] [1-3] [3-1] [0] [-1] [99] [999999999999] [1-99999999] [[1]] [[[2]]] [^1] [1][1][1] 【1】 "
        "【2†source】 [1 [ ] [] [a] [1a] [passage 2] [1 2] (1) (2, 3) ² ¹⁻³ <sup>1</sup> [1](http://evil.example/a) "
        "[x](javascript:alert(1)) ![1](http://evil.example/p.png) ![a [1] b](data:text/html,x) [1]: "
        "http://evil.example <img src=x onerror=alert(1)> <a href='http://evil.example'>[1]</a> \\[1\\] &#91;1&#93; "
        "[1;2] [1,,2] [¹] [１] [١] www.evil.example http://evil.example/?q=[1] <script>alert([1])</script> `[1]` "
        "**[1]** | [1] | \u202e[1]\u202c \ud800 \x00 \u200b[\u200b1\u200b] \uf8ff \U000f0000 \U000f0001"
    ).split(" ")
    glue = [
        " ",
        "",
        "\n",
        "\n\n",
        ". ",
        "... ",
        ", ",
        "\t",
        "\n- ",
        "\n1. ",
        "\n> ",
        "\n# ",
        "\n| ",
        "``` ",
        "“",
        '"',
        "(",
        ")",
        "*",
        "_",
    ]
    for n in range(count):
        kind = n % 8
        if kind == 0:
            yield "".join(rng.choice(markers) + rng.choice(glue) for _ in range(rng.randrange(12)))
        elif kind == 1:
            yield "".join(
                rng.choice((rng.choice(pieces), rng.choice(markers))) + rng.choice(glue) for _ in range(rng.randrange(1, 25))
            )
        elif kind == 2:
            yield rng.choice(pieces)[: rng.randrange(1, 80)] + rng.choice(markers) * rng.choice((1, 3, 500))
        elif kind == 3:
            yield "".join(
                chr(rng.choice((rng.randrange(32, 127), rng.randrange(0x110000)))) for _ in range(rng.randrange(1, 300))
            )
        elif kind == 4:
            whole = " ".join(f"{piece} {rng.choice(markers)}" for piece in rng.sample(pieces, min(6, len(pieces))))
            cut = rng.randrange(len(whole))
            yield whole[:cut] + rng.choice(markers) + whole[cut + rng.randrange(30) :]
        elif kind == 5:
            yield rng.choice(["", " ", "\n\n", "[1]", "[", "]", ".", "[1].", "[1] [2].", "…", "“”", "[9]", "\x00", "\ud83d"])
        elif kind == 6:
            yield (
                rng.choice(
                    ["a", "[", "[1", "[1]", "]", "(", "<", "![", "*", "_", " ", "\n", ".", "1", "“", "&#", "[^", "http://", "\\"]
                )
            ) * rng.choice((50, 5_000, 40_000))
        else:
            words = " ".join(pieces).split()
            yield " ".join(
                rng.choice((rng.choice(words), rng.choice(words), rng.choice(markers)))
                for _ in range(rng.choice((20, 200, 3000)))
            )


_LINK_LIKE = re.compile(r"\]\(|!\[|<[a-z/!]|://|javascript:|www\.|\[\d|\d\]|【", re.IGNORECASE)


def faults(draft: str, hits: Sequence[Hit], final: bool, strict: bool) -> list[str]:
    """What is wrong with what a reader would be shown of this draft: an invalid number, quote or link."""
    reading = read(draft, hits, final)
    found: list[str] = []
    known = {hit.article.id: hit.article for hit in hits}
    checked = verified(reading, hits)
    for shown in (reading, kept(checked, lambda n: checked.sentences[n].supported or not strict)):
        numbers = [citation.number for citation in shown.citations]
        if numbers != list(range(1, len(numbers) + 1)):
            found.append(f"numbers {numbers}")
        first_cited = list(dict.fromkeys(n for sentence in shown.sentences for n in sentence.citations))
        if first_cited != numbers:
            found.append(f"cited {first_cited}, listed {numbers}")
        for citation in shown.citations:
            article = known.get(citation.article.id)
            if article is None or article.text[citation.start : citation.end] != citation.quote or not citation.quote.strip():
                found.append(f"quote {citation.quote[:40]!r}")
        found += [f"text {sentence.text[:60]!r}" for sentence in shown.sentences if _LINK_LIKE.search(sentence.text)]
    return found


def some_hits(articles: Sequence[tuple[str, str]], rng: random.Random, k: int) -> list[Hit]:
    """k passages of articles, as a search might hand them out."""
    hits: list[Hit] = []
    while len(hits) < k:
        identity, text = rng.choice(articles)
        article = Article(
            id=identity, text=text[:30_000], title=text[:60].split("\n")[0], source="a paper", published=date(2022, 6, 5)
        )
        found = passages_of(article)
        if found:
            passage = rng.choice(found)
            hits.append(Hit(Passage(passage.id, identity, passage.start, passage.end, passage.text), article, 1.0))
    return hits


def measure_drafts(articles: Sequence[tuple[str, str]], count: int, seed: int) -> dict[str, tuple[int, int, list[str]]]:
    """row -> (right, all, examples of what is wrong): garbage drafts, and true sentences with true markers."""
    rng = random.Random(seed)
    wrong: list[str] = []
    batches = [some_hits(articles, rng, rng.choice((1, 3, 8))) for _ in range(10)]
    for n, batch in enumerate(batches):
        for draft in drafts(batch, count // 10, seed + n):
            bad = faults(draft, batch, final=rng.random() < 0.7, strict=rng.random() < 0.5)
            if bad:
                wrong.append(f"{bad[0]} from {draft[:60]!r}")
    shown = exact = 0
    missed: list[str] = []
    for batch in batches:
        for k, hit in enumerate(batch, 1):
            draft = " ".join(f"{hit.passage.text[slice(*span)]} [{k}]" for span in sentences(hit.passage.text))
            for citation in read(draft, batch, final=True).citations:
                shown += 1
                good = citation.article.text[citation.start : citation.end] == citation.quote
                exact += good
                if not good:
                    missed.append(citation.quote[:60])
    garbage = count // 10 * 10
    return {
        "shown quotes exact": (exact, shown, missed),
        "garbage drafts": (garbage - len(wrong), garbage, wrong),
    }


# --- the table


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    right: int
    of: int
    styles: dict[str, tuple[int, int]]
    misses: tuple[Case, ...] = ()

    @property
    def share(self) -> float:
        return self.right / self.of if self.of else float("nan")


def measure(cases: Iterable[Case]) -> list[Row]:
    """One row per kind of case: how many verdicts were right, and which were not."""
    styles: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    misses: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        right = check(case.sentence, case.passages).supported == case.true
        tally = styles[case.row][case.style]
        tally[0] += right
        tally[1] += 1
        if not right:
            misses[case.row].append(case)
    return [
        Row(
            name,
            sum(right for right, _ in by.values()),
            sum(of for _, of in by.values()),
            {style: (right, of) for style, (right, of) in by.items()},
            tuple(misses[name]),
        )
        for name, by in styles.items()
    ]


def load_articles(path: Path) -> list[tuple[str, str]]:
    """(id, text) of the articles in a JSONL file, gzipped or not, that are long enough to take sentences from."""
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    records = [json.loads(line) for line in raw.decode("utf-8").splitlines() if line.strip()]
    return [(r["id"], r["text"]) for r in records if len(r["text"]) > 800]


def load_human(path: Path, half: int | None) -> list[dict[str, object]]:
    """CLAPNQ records: the even ones (half 0), the odd ones (half 1), or all."""
    with path.open(encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines if line.strip()]
    return records if half is None else records[half::2]


def parts(data: Path, part: str) -> tuple[Path, int]:
    """Where a part's articles are, and which half of the human answers: rules are tuned on "dev", figures told of both."""
    return data / ("news_training" if part == "dev" else "news") / "articles.jsonl.gz", 0 if part == "dev" else 1


def table(rows: Sequence[Row], verbose: bool = False) -> str:
    lines = [f"{'row':<20} {'right':>6} {'of':>6} {'share':>7} {'goal':>6}"]
    for row in rows:
        goal = GOALS[row.name]
        short = "" if row.share >= goal else "  below"
        lines.append(f"{row.name:<20} {row.right:>6} {row.of:>6} {row.share:>7.3f} {goal:>6.2f}{short}")
        if verbose:
            lines += [
                f"    {style:<40} {right:>5} {of:>5} {right / of:>7.3f}" for style, (right, of) in sorted(row.styles.items())
            ]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Measure the check of citations on articles and people's answers.")
    parser.add_argument("--data", type=Path, required=True, help="the folder with news/, news_training/ and abstain/")
    parser.add_argument("--part", choices=("dev", "test"), default="dev", help="dev: what rules were tuned on; test: the rest")
    parser.add_argument("--each", type=int, default=400, help="cases per row")
    parser.add_argument("--drafts", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--json", action="store_true", help="print JSON instead of the table")
    parser.add_argument("--styles", action="store_true", help="one line per way of altering, too")
    parser.add_argument("--misses", metavar="ROW", help="print the cases of this row that were judged wrongly")
    chosen = parser.parse_args(arguments)
    news, half = parts(chosen.data, chosen.part)
    articles = load_articles(news)
    rows = measure(news_cases(articles, chosen.each, chosen.seed))
    rows += measure(human_cases(load_human(chosen.data / "abstain" / "clapnq_answerable.jsonl", half), chosen.seed))
    drafted = measure_drafts(articles, chosen.drafts, chosen.seed) if chosen.drafts else {}
    rows += [Row(name, right, of, {}) for name, (right, of, _) in drafted.items()]
    if chosen.json:
        figures = {
            r.name: {"right": r.right, "of": r.of, "share": r.share, "goal": GOALS[r.name], "styles": r.styles} for r in rows
        }
        print(json.dumps(figures, indent=1))
    else:
        print(table(rows, chosen.styles))
    for row in rows:
        for miss in row.misses if row.name == chosen.misses else ():
            reasons = check(miss.sentence, miss.passages).reasons
            print(f"\n[{miss.style}] {miss.sentence}\n  {reasons}\n  passages: {' || '.join(miss.passages)}")
    for _, _, examples in drafted.values():
        for example in examples[:10]:
            print("fault:", example, file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
