"""What a question asks for: the words that must be met, and the kind of thing that would answer.

Rules for English questions. A question in another form ("oil price") still has its words; it expects nothing in particular.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from vectorstore.language.places import COUNTRY, STATE
from vectorstore.language.sentences import sentences
from vectorstore.language.stems import stem
from vectorstore.language.words import STOP_WORDS, rarity, related, words

# Nouns and verbs that frame a question; an answer need not repeat them ("what is the meaning of …", "what kind of …").
_FRAME = frozenset(
    stem(word)
    for word in (
        "name called meaning mean definition define difference purpose function role kind type sort part term list describe "
        "explain summary example come happen many much number percentage percent amount real year date day month time place "
        "person people thing things located location following reason reasons way ways considered known refer referred "
        "used country city state "
        "company organization team currently now today recently recent week latest news wikipedia get got make take took "
        "various main different someone something give gave tell say said according article report world big new".split()
    )
)
_FRAME_SHARE = 0.4

_KINDS = (  # the first that matches is the question's kind
    (
        "money",
        r"\bhow much (?:money|did|does|do|will|would|is|was|has|have)\b|"
        r"\b(?:cost|price|worth|salary|fine[ds]?|pa(?:y|id))\b.*\bhow much",
    ),
    (
        "number",
        r"\bhow (?:many|much|old|long|far|high|tall|big|large|fast|heavy|often|deep|wide)\b|\bpercent(?:age)?\b|"
        r"\bwhat (?:is|was) the (?:number|population|price|score|rate|age|size|length|height|cost)\b|\bwhat (?:number|age|"
        r"share|score)\b|^number of\b",
    ),
    ("date", r"\bwhen\b|\b(?:what|which) (?:year|date|day|month|time|century|decade)\b|\bhow long ago\b"),
    ("name", r"\bwho(?:m|se)?\b"),
    (
        "place",
        r"\bwhere\b|\b(?:what|which) (?:\w+ )?(?:city|country|state|continent|town|place|region|county|nation|island|part of)\b",
    ),
    ("reason", r"\bwhy\b|\breasons?\b|\bwhat (?:\w+ )?cause[sd]?\b|\bcauses? (?:of|for)\b|\bwhat led\b"),
    ("means", r"\bhow\b"),
    ("which", r"\bwhich\b"),
    ("sense", r"\bwhat (?:is|are|was|were)\b(?! the \w+ (?:of|in|for)\b)|\bmean(?:s|ing)?\b|\bdefin\w+"),
    ("thing", r"\bwhat\b"),
    ("whether", r"^\W*(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might)\b"),
)
_KIND_PATTERNS = tuple((kind, re.compile(pattern, re.I)) for kind, pattern in _KINDS)

# Of what asks for something by name, the sorts that can be told by their form or from a list.
_SORTS = (
    ("country", re.compile(r"\b(?:what|which) (?:[\w-]+ ){0,2}(?:country|nation)\b", re.I)),
    ("state", re.compile(r"\b(?:what|which) (?:[\w.]+ )?states?\b", re.I)),
    ("percentage", re.compile(r"\bpercent(?:age)?\b|\bper cent\b|\b(?:what|which) share\b", re.I)),
    ("year", re.compile(r"\b(?:what|which) year\b", re.I)),
    ("month", re.compile(r"\b(?:what|which) month\b", re.I)),
    ("day", re.compile(r"\b(?:what|which) (?:day|date|weekday)\b", re.I)),
)
_ASKS = re.compile(r"\b(?:which|what)\b", re.I)
_FOCUS_NOUN = re.compile(
    r"(?:what|which) (?:is|was|are|were) the (?:\w+ )?(?:name|date|day|time|year|place|location|reason)s?\b", re.I
)
_JOINS = re.compile(r"\b(?:who(?:m|se)?|when|where|why|how(?! (?:many|much)))\b", re.I)
NUMBER = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|"
    r"seventeen|eighteen|"
    r"nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|dozens?|hundreds?|thousands?|millions?|billions?|trillions?|"
    r"half|third|quarter|twice|double)\b",
    re.I,
)
_MONEY = re.compile(
    r"[$£€¥]\s?\d|\d[\d,.]*\s?(?:(?:m|b|tr)illion\s)?(?:dollars?|pounds?|euros?|cents?|yen|yuan|rubles?|roubles?|rupees?|US\$)",
    re.I,
)
DATE = re.compile(
    r"\b(?:1[0-9]|20)\d\d(?:s\b|\b)|\b(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)(?:[a-z]{3,6})?\.? ?\d|"
    r"\b(?:January|February|March|April|June|July|August|September|October|November|December)\b|"
    r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|\b\d{1,2}(?::\d\d)? ?[ap]\.?m\b|\b(?:yesterday|today|tomorrow|"
    r"tonight|century|"
    r"weekend|decade)\b|\b(?:last|next|this|later this|earlier this) (?:week|month|year|summer|winter|spring|fall|autumn)\b|"
    r"\b(?:days?|weeks?|months?|years?) (?:ago|later|earlier)\b"
)
_PLACE = re.compile(
    r"\b(?:in|at|near|from|to|outside|across|off|of|into|around)\s(?:the\s)?(?:(?:city|town|state|village|capital|"
    r"north|south|east|west|"
    r"northern|southern|eastern|western|central|nearby|downtown|southeast\w*|southwest\w*|northeast\w*|"
    r"northwest\w*)\s(?:of\s)?)?[A-Z]|"
    r"\b(?:located|situated|based|headquartered|coast|border|miles)\b"
)
_REASON = re.compile(
    r"\b(?:because|due to|owing to|since|so that|so as to|in order to|in response|as a result|result(?:ed|ing)? (?:of|"
    r"in|from)|therefore|"
    r"thus|thereby|reasons?|caus\w+|blam\w+|led to|leads to|after|amid|over|following|purpose|aim\w*|prevent\w*|motivat\w+|"
    r"concern\w*|citing|allow\w*|explain\w*|to (?:avoid|protect|help|reduce|make|keep|stop|ensure|raise|honou?r))\b",
    re.I,
)
_MEANS = re.compile(
    r"\bby \w+ing\b|\b(?:by|through|using|via|with|when|process|method|means|until|then|first|which (?:allows|makes|"
    r"causes)|helps?|works?)\b",
    re.I,
)
_SENSE = re.compile(
    r"\b(?:is|are|was|were|means?|meant|refers? to|describes?|defined as|known as|called)\b(?: (?:a|an|the|any|one|"
    r"when|that|to)\b)?",
    re.I,
)
_MONTHS = (
    r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December)\b|"
    r"\b(?:Jan|Feb|Mar|Apr|Aug|Sept?|Oct|Nov|Dec)\."
)
_OF_SORT = {
    "country": COUNTRY,
    "state": STATE,
    "percentage": re.compile(r"\d ?%|\b(?:percent|per cent|half|third|quarter)\b", re.I),
    "year": re.compile(r"\b(?:1\d|20)\d\d\b"),
    "month": re.compile(_MONTHS),
    "day": re.compile(
        rf"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|(?:{_MONTHS}) \d|\b\d{{1,2}}(?:st|nd|rd|th)? (?:of )?(?:{_MONTHS})"
    ),
}
_DENIES = re.compile(
    r"\b(?:den(?:y|ies|ied|ying|ials?)|reject\w*|dismiss\w*|refut\w*|disput\w*|ruled out|not true|untrue|false|never|no evidence|"
    r"disavow\w*|contradict\w*)\b|n[’']t\b|\bnot\b",
    re.I,
)
_NAME = re.compile(r"\b(?:[A-Z][\w’'-]*[\w]|[A-Z]{2,})\b")
_OPENING = re.compile(r"[\s\"'“‘«(\[`—–-]*")


@dataclass(frozen=True, slots=True)
class Term:
    """A content word of the question, and how much it tells."""

    stem: str
    weight: float
    related: frozenset[str]  # stems that say nearly the same


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as the quote-only answerer reads it."""

    kind: str  # money, number, date, name, place, reason, means, which, sense, thing, whether; "" where nothing tells
    terms: tuple[Term, ...]
    stems: frozenset[str]  # of all its words
    denial: bool  # asks who denies, or what is denied
    sort: str  # country, state, percentage, year, month, day; "" where it asks for none of them
    asking: frozenset[str]  # stems of its last sentence that asks; the sentences before it tell the story
    counted: str  # the stem of what "how many" counts
    of: tuple[Term, ...]  # in "what is the price of oil", oil


@lru_cache(maxsize=256)
def asked(question: str) -> Asked:
    """What the question asks for."""
    found = words(question)
    content = [word for word in found if word.text.lower() not in STOP_WORDS] or found
    unique = dict.fromkeys(word.stem for word in content)
    terms = tuple(Term(s, rarity(s) * (_FRAME_SHARE if s in _FRAME else 1.0), related(s)) for s in unique)
    asking = _asking(question)
    focus = _focus(asking)
    kind = next((kind for kind, pattern in _KIND_PATTERNS if pattern.search(focus)), "")
    return Asked(
        kind,
        terms,
        frozenset(word.stem for word in found),
        bool(re.search(r"\b(?:den(?:y|ie[sd]|ying)|reject(?:s|ed)?|dismiss(?:es|ed)?|disput(?:es?|ed))\b", question, re.I)),
        next((sort for sort, pattern in _SORTS if pattern.search(focus)), ""),
        frozenset(word.stem for word in words(asking)),
        _counted(asking),
        tuple(term for term in terms if term.stem in _of(asking)),
    )


def fits(question: Asked, text: str) -> bool:
    """Whether the text holds the kind of thing that the question asks for, beyond what the question itself says."""
    kind = question.kind
    if kind == "money":
        return bool(_MONEY.search(text))
    if kind == "number":
        return any(not _said(question, found.group()) for found in re.finditer(rf"[\d][\d.,]*|{NUMBER.pattern}", text, re.I))
    if kind == "date":
        return bool(DATE.search(text))
    if kind in ("name", "which"):
        return new_names(question, text) > 0
    if kind == "place":
        return bool(_PLACE.search(text)) and new_names(question, text) > 0
    if kind == "reason":
        return bool(_REASON.search(text))
    if kind == "means":
        return bool(_MEANS.search(text))
    if kind == "sense":
        return bool(_SENSE.search(text))
    return True


def counts(question: Asked, text: str) -> bool:
    """Whether a number stands close before what "how many" asks for; any number will do where it asks for nothing by name."""
    if not question.counted:
        return fits(question, text)
    row = words(text)
    return any(
        NUMBER.match(word.text) and any(after.stem == question.counted for after in row[n + 1 : n + 4])
        for n, word in enumerate(row)
    )


def _counted(asking: str) -> str:
    found = re.search(r"\bhow many (?:more |of the |other |new )?([^\W_]+)", asking, re.I)
    return stem(found.group(1).lower()) if found else ""


def _of(asking: str) -> frozenset[str]:
    found = re.search(r"\b(?:what|who) (?:is|are|was|were) (?:the )?(?:[\w-]+ ){1,2}(?:of|in|for) (.+)$", asking, re.I)
    return frozenset(word.stem for word in words(found.group(1))) if found else frozenset()


def _asking(question: str) -> str:
    """The sentence that asks: a question may begin by telling what it is about."""
    asking = [question[start:end] for start, end in sentences(question) if question[start:end].rstrip("\"'”’) ").endswith("?")]
    return asking[-1] if asking else question


def _focus(asking: str) -> str:
    """The asking sentence without a "who", "when" or "where" that joins clauses: "… when he drew which celebrity?" asks which."""
    found = list(_ASKS.finditer(asking))
    others = list(_JOINS.finditer(asking))
    if not found or not others or (_opens(asking, others[0]) and others[0].start() < found[0].start()):
        return asking
    one = found[0] if _opens(asking, found[0]) else found[-1]
    closes = not any(map(str.isalnum, asking[others[-1].end() :]))  # "…, which was tried out where?"
    if closes or _FOCUS_NOUN.match(asking, one.start()):
        return asking
    return one.group() + _JOINS.sub("", asking[one.end() :])


def _opens(asking: str, found: re.Match[str]) -> bool:
    return len(asking[: found.start()].split()) <= 3  # "in which", "and so when"


def of_sort(question: Asked, text: str) -> bool:
    """Whether the text names one of the sort that the question asks for, other than those that the question names."""
    found = _OF_SORT[question.sort].finditer(text) if question.sort else ()
    return any(not {word.stem for word in words(match.group())} <= question.stems for match in found)


def denies(text: str) -> bool:
    return bool(_DENIES.search(text))


def new_names(question: Asked, text: str) -> int:
    """How many capitalised words the text has that the question does not have; a sentence's first word counts if it is rare."""
    first = _OPENING.match(text)
    start = first.end() if first else 0
    count = 0
    for found in _NAME.finditer(text):
        low = found.group().lower()
        if low in STOP_WORDS or stem(low) in question.stems:
            continue
        count += found.start() > start or rarity(stem(low)) > 6
    return count


def _said(question: Asked, number: str) -> bool:
    return stem(number.lower()) in question.stems
