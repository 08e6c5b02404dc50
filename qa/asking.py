"""What a question asks for: the words that must be met, and the kind of thing that would answer.

Rules for English questions. A question in another form ("oil price") still has its words; it expects nothing in particular.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from qa.other_words import says_too
from qa.tallies import fates
from vectorstore.language.frames import bare, told_before, wants_gist
from vectorstore.language.lexicon import pattern, rows, table, word_list, word_set
from vectorstore.language.places import COUNTRY, STATE
from vectorstore.language.sentences import sentences
from vectorstore.language.stems import stem_set
from vectorstore.language.verbs import is_past_form
from vectorstore.language.words import SPELT, STOP_WORDS, Word, alike, key, rarity, related, spellings, words

_FRAME = stem_set("questions.frame")
_FRAME_SHARE = 0.4
ENOUGH = 8  # content words: a long question need not be met in full
_UNASKED = STOP_WORDS | frozenset(word_list("questions.indefinite"))

KINDS = tuple(table("questions.kinds"))  # the first that matches is the question's kind
NEEDS = tuple(table("questions.needs"))  # the same of what it needs
BY_FORM = frozenset(("harm", "origin", "before"))  # of these a sentence tells by its form alone, without the question's words
_SORTS = {sort: re.compile(form, re.I) for sort, form in table("questions.sorts").items()}
_AMOUNTS = {amount: re.compile(form, re.I) for amount, form in table("questions.amounts").items()}
_FORM = {name: re.compile(form, re.I) for name, form in table("questions.form").items()}

_COUNTING = (*word_list("numbers.units"), *word_list("numbers.tens"), *word_list("questions.answers.number_words"))
NUMBER = re.compile(rf"\d|\b(?:{'|'.join(_COUNTING)})\b", re.I)
_AMOUNT = re.compile(rf"[\d][\d.,]*|{NUMBER.pattern}", re.I)
_MONTHS = "|".join(form.capitalize() for row in rows("dates.months") for form in row)
_FULL = "|".join(row[0].capitalize() for row in rows("dates.months"))
_SHORT = "|".join(form.capitalize() for row in rows("dates.months") for form in row[1:])
_WEEKDAYS = "|".join(row[0].capitalize() for row in rows("dates.weekdays"))
DATE = re.compile(
    rf"\b(?:{_MONTHS})\b\.? ?\d|\b(?:{_FULL})\b|\b(?:{_WEEKDAYS})s?\b|{pattern('questions.answers.date', cased=True).pattern}"
)
_MONTH = rf"\b(?:{_FULL})\b|\b(?:{_SHORT})\."
_MONEY = tuple(table("numbers.money"))
_OF_SORT = {
    "country": COUNTRY,
    "state": STATE,
    **{sort: pattern(f"questions.answers.{sort}") for sort in ("percentage", "age")},
    "price": re.compile(rf"{pattern('questions.answers.price').pattern}|\b(?:{'|'.join(_MONEY)})\b", re.I),
    "year": re.compile(r"\b(?:1\d|20)\d\d\b"),
    "month": re.compile(_MONTH),
    "day": re.compile(rf"\b(?:{_WEEKDAYS})s?\b|(?:{_MONTH}) \d|\b\d{{1,2}}(?:st|nd|rd|th)? (?:of )?(?:{_MONTH})"),
}
_RARE = 6  # from here on a sentence's first word may be a name
_AT = word_set("questions.at")
_INSIDE = re.compile(r"(?<=[^.!?:\s\"“‘(]\s)[^\W\d_][\w-]*")
_SHOWN = frozenset("money place reason means sense".split())  # kinds of answers that some words show


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """A content word of the question, and how much it tells."""

    stem: str
    weight: float
    related: frozenset[str]  # stems that say nearly the same
    same: frozenset[str] = frozenset()  # stems that say just the same: another spelling, "killed" for "died"
    share: float = 0.0  # its part of what is enough to be met


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A question as the quote-only answerer reads it."""

    kind: str  # money, number, date, name, place, reason, means, which, sense, thing, whether; "" where nothing tells
    terms: tuple[Term, ...]
    stems: frozenset[str]  # of all its words
    denial: bool  # asks who denies, or what is denied
    sort: str  # country, state, percentage, year, month, day; "" where it asks for none of them
    asking: frozenset[str]  # stems of its last sentence that asks; the sentences before it tell the story
    counted: str  # the stem of what "how many" counts
    deed: str  # and of the word after it, which may be what they did
    of: tuple[Term, ...]  # in "what is the price of oil", oil
    subject: bool  # asks for what is known of something, or is but its words: "Tell me about the ferry", "ferry accident"
    gist: bool  # the former
    names: frozenset[str]  # stems of what is written with a capital inside a sentence
    years: frozenset[str]
    head: str = ""  # in "who is the manager of …", the stem of manager
    need: str = ""  # a kind that an answer's form shows: a cause, harm, who did it (see qa/telling.py); else as `kind`, or empty
    amount: str = ""  # what a number is to be of: a key of questions.amounts; "" where none is asked for


@lru_cache(maxsize=256)
def asked(question: str) -> Asked:
    """What the question asks for."""
    heard, question, gist = told_before(question), bare(question) or question, wants_gist(question)
    found = words(question)
    content = [word for word in found if word.text.lower() not in _UNASKED] or found
    measured = {found[1].lower() for found in _FORM["measured"].finditer(question)}  # "how old" is asked of "38"
    if gist:
        measured |= word_set("questions.happenings")
    asking = asking_sentence(question)
    if heard:  # what an article has of it is no part of the answer
        content = [word for word in content if not word.text.isdigit() or word.text in asking]
        measured |= {word.text.lower() for word in found} - {word.text.lower() for word in words(asking)}
    terms: list[Term] = []
    for word in content:
        if not any(word.stem == term.stem or word.stem in alike(term.stem) for term in terms):
            terms.append(_term(word.stem, word.text, word.stem in _FRAME or word.text.lower() in measured))
    # The heaviest few words of a long question name its story: these are enough.
    enough = sum(sorted((term.weight for term in terms), reverse=True)[:ENOUGH]) or 1.0
    terms = [replace(term, share=term.weight / enough) for term in terms]
    focus = _focus(asking)
    kind = "" if gist else next((kind for kind in KINDS if pattern(f"questions.kinds.{kind}").search(focus)), "")
    denial = bool(_FORM["denial"].search(question))
    return Asked(
        kind,
        tuple(terms),
        frozenset(word.stem for word in found).union(*(term.same for term in terms)),
        denial,
        next((sort for sort, form in _SORTS.items() if form.search(focus)), ""),
        frozenset(word.stem for word in words(asking)),
        *_counted(asking),
        tuple(term for term in terms if term.stem in _of(asking)),
        not kind,
        gist,
        frozenset(key(found.group()) for found in _INSIDE.finditer(question) if found.group()[0].isupper()),
        years_in(question),
        key(head.group(1).split()[-1]) if (head := _FORM["head"].search(asking)) else "",
        "" if denial or gist else next((need for need in NEEDS if pattern(f"questions.needs.{need}").search(asking)), kind),
        next((amount for amount, form in _AMOUNTS.items() if form.search(focus)), ""),
    )


def _term(stemmed: str, text: str, frame: bool) -> Term:
    same = alike(stemmed)
    weight = min(map(rarity, (stemmed, *same)))
    if weight > SPELT:
        same |= frozenset(map(key, spellings(text)))
    return Term(stemmed, weight * (_FRAME_SHARE if frame else 1.0), related(stemmed), same)


def fits(question: Asked, text: str) -> bool:
    """Whether the text holds the kind of thing that the question asks for, beyond what the question itself says."""
    kind = question.kind
    if kind == "number":
        told = any(key(n.group()) not in question.stems for n in _AMOUNT.finditer(text))
        return (told and not counts_others(question, text)) or _says_how(question, text)
    if kind == "date":
        return bool(DATE.search(text))
    if kind in _SHOWN and not pattern(f"questions.answers.{kind}", cased=kind == "place").search(text):
        return False
    return kind not in ("name", "which", "place") or new_names(question, text) > 0


def _says_how(question: Asked, text: str) -> bool:
    """Whether it tells a degree in words: "how heavy was the rain?" is answered by "heavy rain"."""
    degrees = word_set("questions.degrees")
    return any(a.text.lower() in degrees and {a.stem, b.stem} <= question.stems for a, b in pairwise(words(text)))


def counts(question: Asked, text: str) -> bool:
    """Whether a number stands close before what "how many" asks for; any number will do where it asks for nothing by name."""
    return bool(_counting(question, text)) if question.counted else fits(question, text)


def _counting(question: Asked, text: str) -> list[int]:
    row = words(text)
    near = [n for n, word in enumerate(row) if any(after.stem == question.counted for after in row[n + 1 : n + 4])]
    return [n for n in near if NUMBER.match(row[n].text)]


def counts_others(question: Asked, text: str) -> bool:
    """Whether another deed has them for its object: of how many marched, "detained 31 people at the march" counts others."""
    row = words(text) if question.deed and question.deed not in fates() else ()
    before = [row[n - 1] for n in _counting(question, text) if n] if row else []
    done = question.stems | related(question.deed)
    return bool(before) and all(is_past_form(word.text) and word.stem not in done for word in before)


def _counted(asking: str) -> tuple[str, str]:
    counted, deed = found.groups("") if (found := _FORM["counted"].search(asking)) else ("", "")
    return key(counted), "" if deed.lower() in STOP_WORDS else key(deed)


def _of(asking: str) -> frozenset[str]:
    found = _FORM["of"].search(asking)
    return frozenset(word.stem for word in words(found.group(1))) if found else frozenset()


def asking_sentence(question: str) -> str:
    """The sentence that asks: a question may begin by telling what it is about."""
    asking = [question[start:end] for start, end in sentences(question) if question[start:end].rstrip("\"'”’) ").endswith("?")]
    return asking[-1] if asking else question


def _focus(asking: str) -> str:
    """The asking sentence without a "who", "when" or "where" that joins clauses: "… when he drew which celebrity?" asks which."""
    found = list(_FORM["asks"].finditer(asking))
    others = list(_FORM["joins"].finditer(asking))
    if not found or not others or (_opens(asking, others[0]) and others[0].start() < found[0].start()):
        return asking
    one = found[0] if _opens(asking, found[0]) else found[-1]
    closes = not any(map(str.isalnum, asking[others[-1].end() :]))  # "…, which was tried out where?"
    if closes or _FORM["focus_noun"].match(asking, one.start()):
        return asking
    return one.group() + _FORM["joins"].sub("", asking[one.end() :])


def _opens(asking: str, found: re.Match[str]) -> bool:
    return len(asking[: found.start()].split()) <= 3  # "in which", "and so when"


def years_in(text: str) -> frozenset[str]:
    return frozenset(found.group() for found in _OF_SORT["year"].finditer(text))


def of_sort(question: Asked, text: str) -> bool:
    """Whether the text names one of the sort that the question asks for, other than those that the question names."""
    found = _OF_SORT[question.sort].finditer(text) if question.sort else ()
    return any(not {word.stem for word in words(match.group())} <= question.stems for match in found)


def names_none(question: Asked, text: str) -> bool:
    """Whether the question asks who somebody is, and the text tells no name of one."""
    called = not question.head or pattern("questions.answers.called").search(text)
    return not called and not any(_names_one(question, text, *span) for span in sentences(text))


def _names_one(question: Asked, text: str, start: int, end: int) -> bool:
    """Whether a sentence on what is asked for has a name that is none of a place; with "she" for a name that stands before it."""
    row = words(text[start:end])
    if not any(question.head in (word.stem, *related(word.stem)) or says_too(question.head, word.stem) for word in row):
        return False
    places = _AT - {"the"}  # "from lake Ulm"
    named = [
        b.text[0].isupper() and a.text.lower() not in _AT and before.text.lower() not in places and _is_telling(question, b)
        for before, a, b in zip([row[0], *row], row, row[1:], strict=False)
    ]
    begins = row[0].text.lower() in word_set("words.subjects") or (rarity(row[0].stem) > _RARE and is_new(question, row[0]))
    return begins or any(named)


def _is_telling(question: Asked, word: Word) -> bool:
    return is_new(question, word) and not DATE.match(word.text)


def denies(text: str) -> bool:
    return bool(pattern("questions.answers.denial").search(text))


def new_names(question: Asked, text: str) -> int:
    """How many capitalised words the text has that the question does not have; a sentence's first word counts if it is rare."""
    named = [(n, word) for n, word in enumerate(words(text)) if word.text[0].isupper() and is_new(question, word)]
    return sum(n > 0 or rarity(word.stem) > _RARE for n, word in named)


def is_new(question: Asked, word: Word) -> bool:
    """Whether a word carries something that the question does not say."""
    return not word.is_light and word.stem not in question.stems
