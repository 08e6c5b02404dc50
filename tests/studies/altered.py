# ruff: noqa: E501 - word lists and patterns of a study
"""How often the check sees finer alterations of real sentences: `python -m tests.studies.altered --data FOLDER`.

Units, signs, fractions, percentage points, a.m. and p.m., bounds, quantities, certainty, the state of a case, causes and things: one
is altered at a time; and the same sentences told otherwise but truly. Shares no word list with qa/check: see trust.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tests.studies.trust import Case, Source, load_articles, measure, parts, table
from vectorstore.language.sentences import sentences
from vectorstore.passages import passages
from vectorstore.types import Article

Altered = tuple[str, str] | None  # how it was made, and the sentence
Maker = Callable[[Source, "re.Match[str]", random.Random], Altered]

_KINDS_OF_UNIT = [
    "metres meters feet inches yards miles kilometers kilometres centimeters".split(),
    "pounds kilograms tons tonnes ounces grams".split(),
    "seconds minutes hours days weeks months years decades".split(),
    "acres hectares".split(),
    "gallons liters litres barrels pints".split(),
    "mph km/h knots".split(),
]
_ALL_UNITS = [unit for kind in _KINDS_OF_UNIT for unit in kind]
_SAME_UNIT = [{"metres", "meters"}, {"kilometers", "kilometres"}, {"liters", "litres"}, {"tons", "tonnes"}]
_NUMBER = r"(?:\d[\d,.]*|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|forty|fifty|\d+ million)"


def _swap(text: str, m: re.Match[str], new: str, group: int | str = 0) -> str:
    if m.group(group)[:1].isupper():
        new = new[:1].upper() + new[1:]
    return text[: m.start(group)] + new + text[m.end(group) :]


def _one_of(words: str, but: str, rng: random.Random) -> str | None:
    rest = [w for w in words.split("/") if w != but.lower()]
    return rng.choice(rest) if rest else None


def unit(source: Source, m: re.Match[str], rng: random.Random) -> Altered:
    old = m.group("unit").lower()
    kind = next(k for k in _KINDS_OF_UNIT if old in k)
    others = [u for u in kind if u != old and not any({u, old} <= same for same in _SAME_UNIT)]
    return old.rstrip("s"), _swap(source.sentence, m, rng.choice(others), "unit")


def sign(source: Source, m: re.Match[str], rng: random.Random) -> Altered:
    return ("dropped", _swap(source.sentence, m, m.group("figure")))


def fraction(source: Source, m: re.Match[str], rng: random.Random) -> Altered:
    text = source.sentence
    if m.group("vulgar"):
        digit = {"½": "1", "¼": "3", "¾": "9"}[m.group("vulgar")]
        return "folded", _swap(text, m, f"{m.group('whole')}{digit}")
    if m.group("half"):
        return "half left out", _swap(text, m, m.group("n"))
    new = _one_of("a third of/a quarter of/half of/two-thirds of/three-quarters of/a fifth of", m.group(), rng)
    return ("another fraction", _swap(text, m, new)) if new else None


def points(source: Source, m: re.Match[str], rng: random.Random) -> Altered:
    return "percent", _swap(source.sentence, m, "percent")


def clock(source: Source, m: re.Match[str], rng: random.Random) -> Altered:
    half = m.group("half")
    new = half.replace("a", "p").replace("A", "P") if half[0] in "aA" else half.replace("p", "a").replace("P", "A")
    return "other half of the day", source.sentence[: m.start("half")] + new + source.sentence[m.end("half") :]


_MORE = "at least/more than/over/no fewer than"
_LESS = "up to/at most/fewer than/as many as"


def bound(source: Source, m: re.Match[str], rng: random.Random) -> Altered:
    words, text = m.group("bound"), source.sentence
    low = words.lower()
    style = rng.choice(["dropped", "turned", "exact"])
    if style == "dropped":
        rest = text[m.end("bound") + 1 :]
        return style, text[: m.start("bound")] + rest
    if style == "exact":
        return style, _swap(text, m, "exactly", "bound")
    new = rng.choice((_LESS if low in (*_MORE.split("/"), "about", "around", "nearly", "almost") else _MORE).split("/"))
    return (style, _swap(text, m, new, "bound"))


def quantity(source: Source, m: re.Match[str], rng: random.Random) -> Altered:
    options = {
        "some": "all/most",
        "most": "all/a few/half",
        "all": "some/half/few",
        "every": "almost no",
        "many": "all/few",
        "several": "all/most/no",
        "half": "all/most",
        "both": "neither",
        "few": "all/most/many",
    }[m.group("q").lower()]
    new = rng.choice(options.split("/"))
    if new in ("half", "a few") and not m.group().lower().rstrip().endswith("of"):
        new += " of the" if not m.group("of") else ""
    return f"{m.group('q').lower()} → {new}", _swap(source.sentence, m, new, "q")


_STEM = {"ed": ""}


def _past(verb: str) -> str:
    if verb in _PASTS:
        return _PASTS[verb]
    if verb.endswith("e"):
        return verb + "d"
    return verb[:-1] + "ied" if verb.endswith("y") and verb[-2] not in "aeou" else verb + "ed"


_PASTS = dict(
    pair.split("/")
    for pair in (
        "be/been have/had make/made take/taken go/gone get/gotten give/given see/seen come/come become/become leave/left lose/lost "
        "find/found keep/kept hold/held bring/brought begin/begun build/built buy/bought sell/sold pay/paid send/sent spend/spent "
        "meet/met run/run win/won cut/cut put/put set/set let/let hit/hit cost/cost rise/risen fall/fallen grow/grown drive/driven "
        "lead/led feel/felt say/said tell/told know/known think/thought mean/meant read/read show/shown speak/spoken write/written "
        "break/broken choose/chosen draw/drawn eat/eaten fly/flown hear/heard sit/sat stand/stood teach/taught wear/worn do/done "
        "hurt/hurt shut/shut stop/stopped plan/planned"
    ).split()
)


def certainty(source: Source, m: re.Match[str], rng: random.Random) -> Altered:
    text, hedge, verb = source.sentence, m.group("hedge"), m.group("verb")
    low = hedge.lower()
    if low in ("allegedly", "reportedly", "suspected", "alleged"):
        return f"{low} dropped", text[: m.start("hedge")] + text[m.end("hedge") + 1 :]
    if not verb or verb in ("not", "also", "never", "have"):
        return None
    if low in ("may", "might", "could", "would", "should"):
        style = rng.choice(["will", "has"])
        new = "will" if style == "will" else "has"
        if low == "would" and style == "will":
            return None
    elif low == "will":
        style = rng.choice(["might", "has"])
        new = style
    else:  # plans to, is expected to
        style = "has"
        new = "has"
    told = verb if new != "has" else _past(verb)
    return f"{low} → {new}", text[: m.start("hedge")] + new + " " + told + text[m.end("verb") :]


_STATES = [
    "charged/convicted/acquitted/cleared",
    "arrested/convicted/released",
    "indicted/convicted/acquitted",
    "accused/convicted",
    "convicted/acquitted/suspected",
    "killed/injured/rescued",
    "injured/killed/missing",
    "wounded/killed",
    "approved/rejected/proposed",
    "proposed/approved/rejected",
    "resigned/fired",
    "signed/drafted/rejected",
    "postponed/cancelled",
    "canceled/postponed",
    "drafted/signed",
    "bought/sold",
    "nominated/elected",
    "fired/hired",
    "sentenced/acquitted",
]
_STATE = {row.split("/")[0]: row.split("/")[1:] for row in _STATES}


def status(source: Source, m: re.Match[str], rng: random.Random) -> Altered:
    others = [w for w in _STATE[m.group("state").lower()] if w not in source.sentence]
    if not others:
        return None
    new = rng.choice(others)
    if new in ("convicted", "acquitted", "cleared") and re.match(r" (?:with|in|on|for|over)\b", source.sentence[m.end() :]):
        after = re.match(r" \w+", source.sentence[m.end() :])
        assert after
        changed = source.sentence[: m.start()] + new + " of" + source.sentence[m.end() + after.end() :]
        return f"{m.group().lower()} → {new}", changed
    return f"{m.group().lower()} → {new}", _swap(source.sentence, m, new)


def cause(source: Source, m: re.Match[str], rng: random.Random) -> Altered:
    """Two neighbouring sentences, or two halves around "and" or "while", made cause and effect."""
    text = source.sentence
    if re.search(r"because|due to|since|caus|result|led to|so that|reason", text + source.passage):
        return None
    new = rng.choice(["because", "because"])
    return m.group("joint").strip(" ,"), text[: m.start("joint")] + f" {new} " + text[m.end("joint") :]


_KIN = [
    "dog cat wolf bear horse cow sheep goat pig fox deer lion tiger shark snake bird eagle rabbit whale elephant monkey".split(),
    "car truck bus train bicycle motorcycle boat ship plane helicopter van tractor".split(),
    "hospital school church library museum stadium hotel prison airport factory restaurant theater mosque warehouse bakery".split(),
    "doctor nurse teacher lawyer farmer pilot driver chef priest plumber soldier firefighter journalist student".split(),
    "river lake mountain forest beach island valley desert bridge tunnel road".split(),
    "mother father brother sister son daughter uncle aunt cousin wife husband".split(),
    "book film song painting poem letter speech novel album podcast".split(),
    "knife gun rifle hammer bomb sword axe".split(),
    "earthquake flood wildfire hurricane tornado drought blizzard".split(),
    "apple banana orange bread cheese rice chicken pizza chocolate coffee tea beer wine milk".split(),
    "arm leg hand foot head eye ear heart lung liver kidney brain knee shoulder".split(),
    "gold silver copper iron coal oil gas".split(),
    "football basketball baseball tennis golf hockey cricket rugby soccer".split(),
    "king queen prince princess".split(),
]
_KIN_OF = {word: [w for w in kin if w != word] for kin in _KIN for word in kin}


def thing(source: Source, m: re.Match[str], rng: random.Random) -> Altered:
    old = m.group("thing")
    plural = old not in _KIN_OF and old.endswith("s") and old[:-1] in _KIN_OF
    kin = _KIN_OF.get(old[:-1] if plural else old)
    if kin:
        new = rng.choice(kin) + ("s" if plural else "")
        if {old, new} in ({"football", "soccer"}, {"boat", "ship"}) or new in source.passage:
            return None
        return "of a kind", _swap(source.sentence, m, new, "thing")
    pool = re.findall(r"\b(?:the|a) ([a-z]{4,11}) (?:was|is|has|in|of|at|that)\b", source.other)
    pool = [w for w in pool if w not in source.article and not re.search(r"(?:ed|ing|ly|st|er)$", w)]
    return ("of another article", _swap(source.sentence, m, rng.choice(pool), "thing")) if pool and rng.random() < 0.3 else None


def told_truly(source: Source, m: re.Match[str], rng: random.Random) -> Altered:
    text = source.sentence
    if m.group("hour"):
        late = m.group("ampm")[0] in "pP"
        hour = int(m.group("hour")) % 12 + (12 if late else 0)
        return "24 hours", _swap(text, m, f"{hour}:{m.group('minute') or '00'}")
    if m.group("length"):
        short = {
            "kilometers": "km",
            "kilometres": "km",
            "feet": "ft",
            "meters": "m",
            "metres": "m",
            "kilograms": "kg",
            "minutes": "min",
        }
        return "abbreviated unit", _swap(text, m, short[m.group("length")], "length")
    if m.group("speed"):
        return "speed", _swap(text, m, "miles per hour" if m.group("speed") == "mph" else "mph", "speed")
    if m.group("atleast"):
        if "more than" in m.group().lower():
            return "bound", _swap(text, m, "over", "atleast")
        return "bound", _swap(text, m, "no fewer than", "atleast")
    if m.group("most"):
        return "quantity", _swap(text, m, "a majority of", "most")
    if m.group("some"):
        return "quantity", _swap(text, m, "around", "some")
    if m.group("plans"):
        return "certainty", _swap(text, m, m.group("plans").replace("plan", "intend"), "plans")
    if m.group("might"):
        return "certainty", _swap(text, m, "might" if m.group("might") == "may" else "may", "might")
    if m.group("due"):
        return "cause", _swap(text, m, "due to", "due")
    if m.group("half"):
        return "fraction", _swap(text, m, m.group("halfn") + "½" if m.group("halfn").isdigit() else m.group(), "half")
    same = {
        "killed": "slain", "injured": "hurt", "company": "firm", "attorney": "lawyer", "purchased": "bought", "students": "pupils",
        "automobile": "car", "film": "movie", "movie": "film", "physician": "doctor", "resigned": "stepped down", "approved": "passed",
        "photo": "photograph", "job": "post", "kids": "children", "cops": "police officers", "assistance": "help", "wounded": "injured",
        "began": "started", "started": "began", "ended": "finished", "ocean": "sea", "road": "street", "murdered": "killed",
    }  # fmt: skip
    new = same[m.group("word")]
    return "synonym", _swap(text, m, new, "word")


_UNIT_AT = rf"\b{_NUMBER}[ -](?P<unit>{'|'.join(_ALL_UNITS)})\b"
KINDS: dict[str, tuple[str, Maker]] = {
    "unit": (_UNIT_AT, unit),
    "sign": (
        r"(?<=[ (])(?:[-–−]|minus |negative )(?P<figure>\d+(?:\.\d+)?)(?![\d:]|-\d)(?= ?(?:degrees|percent|%|°|C\b|F\b|,|\.| ))",
        sign,
    ),
    "fraction": (
        r"(?P<whole>\d+)(?P<vulgar>[½¼¾])|\b(?P<n>\w+)(?P<half> and a half)\b"
        r"|\b(?:a third|a quarter|two-thirds|three-quarters|half|a fifth) of\b",
        fraction,
    ),
    "points": (r"\bpercentage points?\b", points),
    "clock": (r"\b\d{1,2}(?::\d\d)? ?(?P<half>[ap]\.m\.|[ap]m|[AP]M)(?!\w)", clock),
    "bound": (
        rf"\b(?P<bound>[Aa]t least|[Mm]ore than|[Uu]p to|[Ff]ewer than|[Aa]bout|[Nn]early|[Aa]lmost|[Aa]t most|[Aa]s many as) (?=\$?{_NUMBER}\b)",
        bound,
    ),
    "quantity": (
        r"\b(?P<q>[Ss]ome|[Mm]ost|[Aa]ll|[Ee]very|[Mm]any|[Ss]everal|[Bb]oth|[Ff]ew|[Hh]alf)(?P<of> of (?:the|its|his|her|their|these))? "
        r"(?=[a-z]+s\b)",
        quantity,
    ),
    "certainty": (
        r"\b(?:(?P<hedge>may|might|could|will|should|plans to|is expected to|is likely to|hopes to|intends to|allegedly|reportedly|suspected|alleged)"
        r" (?P<verb>[a-z]{2,}))\b(?! to\b)",
        certainty,
    ),
    "status": (rf"\b(?P<state>{'|'.join(_STATE)})\b", status),
    "cause": (r"(?P<joint>, (?:and|while) | while )(?=(?:the|he|she|it|they|[A-Z][a-z]+) )", cause),
    "thing": (
        r"\b(?:[Tt]he|[Aa]n?|his|her|their|two|three|\d+) (?P<thing>[a-z]{3,12})(?= (?:was|is|were|in|on|at|of|that|who|had|has|and|from|near)\b|[.,])",
        thing,
    ),
    "told truly": (
        r"\b(?P<hour>\d{1,2})(?::(?P<minute>\d\d))? ?(?P<ampm>[ap]\.m\.|[ap]m|[AP]M)(?!\w)"
        r"|\b\d[\d,.]* (?P<length>kilometers|kilometres|feet|meters|metres|kilograms|minutes)\b|\b\d[\d.]* (?P<speed>mph|miles per hour)\b"
        rf"|\b(?P<atleast>[Aa]t least|(?<!no )[Mm]ore than) (?=\$?{_NUMBER}\b)|\b(?P<most>[Mm]ost of)(?= the [a-z]+s\b)|\b(?P<some>[Aa]bout) (?=\d)"
        r"|\b(?P<plans>plans?) to [a-z]|\b(?P<might>may|might) (?=[a-z]+ )|\b(?P<due>[Bb]ecause of)\b|\b(?P<half>(?P<halfn>\d+) and a half)\b"
        r"|\b(?P<word>killed|injured|company|attorney|purchased|students|automobile|film|movie|physician|resigned|approved|photo|kids|cops"
        r"|assistance|wounded|began|started|ended|ocean|murdered)\b",
        told_truly,
    ),
}


def cases(articles: Sequence[tuple[str, str]], each: int, seed: int) -> Iterator[Case]:
    """`each` cases of every kind, as far as the articles have them, from at most two sentences of an article."""
    for row, (pattern, make) in KINDS.items():
        rng = random.Random(f"{seed} {row}")
        order = rng.sample(range(len(articles)), len(articles))
        made, finds = 0, re.compile(pattern)
        for n in order:
            if made >= each:
                break
            identity, text = articles[n]
            if not finds.search(text[:8000]):
                continue
            found = list(_sources(identity, text[:8000], articles[rng.choice(order)][1][:8000], finds))
            for source, matches in rng.sample(found, min(2, len(found))):
                result = make(source, rng.choice(matches), rng)
                if result and result[1] != source.sentence and made < each:
                    made += 1
                    yield Case(row, *result, (source.passage,), row == "told truly")


def _sources(identity: str, text: str, other: str, finds: re.Pattern[str]) -> Iterator[tuple[Source, list[re.Match[str]]]]:
    for passage in passages(Article(id=identity, text=text)):
        if len(passage.text) <= 200:
            continue
        for span in sentences(passage.text):
            sentence = passage.text[slice(*span)]
            if (
                not (6 <= len(sentence.split()) <= 50)
                or re.search(r"[\n“”\"]", sentence)
                or not re.match(r"[A-Z0-9].*[.!?]$", sentence)
            ):
                continue
            if matches := list(finds.finditer(sentence)):
                yield Source(sentence, passage.text, (), text, other), matches


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Measure the check on finer alterations of sentences of articles.")
    parser.add_argument("--data", type=Path, required=True, help="the folder with news/ and news_training/")
    parser.add_argument("--part", choices=("dev", "test"), default="dev", help="dev: what rules were tuned on; test: the rest")
    parser.add_argument("--each", type=int, default=400, help="cases per row")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--styles", action="store_true", help="one line per way of altering, too")
    parser.add_argument("--misses", metavar="ROW", help="print the cases of this row that were judged wrongly")
    chosen = parser.parse_args(arguments)
    rows = measure(cases(load_articles(parts(chosen.data, chosen.part)[0]), chosen.each, chosen.seed))
    print(table(rows, chosen.styles))
    for miss in [miss for row in rows for miss in row.misses if row.name == chosen.misses]:
        print(f"\n[{miss.style}] {miss.sentence}\n  passages: {' || '.join(miss.passages)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
