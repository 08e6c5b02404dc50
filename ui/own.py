"""An answer's own words in the reader's language: ui/texts/own/, one file a language. No library.

Answers are made, kept and sent in English: "Searched 25 articles, 3 March 2026 to 22 May 2026." What is ours in that is a frame
with blanks, and another language has a frame for it. What fills the blanks (quotes, names, headlines) stays as it was written;
days and counts are written as the language writes them. Words that no frame is known for stay English.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib.resources import files

from qa.types import Answer, Sentence
from ui.wording import say, spoken
from vectorstore.language.days import month_name
from vectorstore.language.detect import code_of, language_name

_ANYTHING = re.compile(r"[^\n]+")
_MAY_FILL = {"count": re.compile(r"\d[\d,]{0,12}"), "day": re.compile(r"\d{1,2} [A-Z][a-z]{2,8}(?: \d{4})?")}
_LONGEST = 4_000  # characters of a text that is looked at: ours are short
_DAY = re.compile(r"(\d{1,2}) ([A-Z][a-z]{2,8})(?: (\d{4}))?")
_COUNTED = re.compile(r"\((\d[\d,]{0,12})(?: (?:articles?))?\)(?=$|, | and )")  # behind a name in a list


@dataclass(frozen=True, slots=True)
class Frame:
    """A sentence of ours: what stands between its blanks, their names, and the same in another language."""

    literals: tuple[str, ...]
    blanks: tuple[str, ...]
    other: str

    @classmethod
    def read(cls, english: str, other: str) -> Frame:
        parts = re.split(r"\{(\w+)\}", english)
        return cls(tuple(parts[::2]), tuple(parts[1::2]), other)

    @property
    def size(self) -> int:
        return sum(map(len, self.literals))

    @property
    def is_sentence(self) -> bool:
        return self.literals[-1].endswith(".")

    def fits(self, text: str, whole: bool) -> tuple[int, dict[str, str]] | None:
        """Where the frame ends in the text, and what fills its blanks: each ends where the words behind it first stand."""
        if not text.startswith(self.literals[0]):
            return None
        at, filled = len(self.literals[0]), dict[str, str]()
        for name, literal in zip(self.blanks, self.literals[1:], strict=True):
            is_last = name == self.blanks[-1]
            if is_last and whole:
                end = len(text) - len(literal) if text.endswith(literal) else -1
            elif is_last:
                end = _sentence_end(text, literal, at)
            else:
                end = text.find(literal, at + 1)
            if end <= at or not _MAY_FILL.get(re.sub("_.*", "", name), _ANYTHING).fullmatch(text, at, end):
                return None
            filled[name], at = text[at:end], end + len(literal)
        return (at, filled) if at == len(text) or (not whole and text[at : at + 1] == " ") else None


def _sentence_end(text: str, literal: str, at: int) -> int:
    """Where these words first stand with nothing but a space, or nothing, behind them."""
    while (end := text.find(literal, at + 1)) >= 0:
        if text[end + len(literal) : end + len(literal) + 1] in ("", " "):
            return end
        at = end
    return -1


@cache
def _frames(language: str) -> tuple[Frame, ...]:
    file = files("ui") / "texts" / "own" / f"{language}.toml"
    given = tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return tuple(sorted((Frame.read(*pair) for pair in given.items()), key=lambda frame: -frame.size))


def own(text: str) -> str:
    """Words of ours in the reader's language, one sentence or several; as they are where they are not ours."""
    frames = _frames(spoken().language)
    if not frames or not text or len(text) > _LONGEST:
        return text
    for frame in frames:
        if found := frame.fits(text, whole=True):
            return _filled(frame, found[1])
    said, at = [], 0
    while at < len(text):
        rest = text[at:]
        fitting = ((one, found) for one in frames if one.is_sentence and (found := one.fits(rest, whole=False)))
        first = next(fitting, None)
        said.append(_filled(first[0], first[1][1]) if first else rest)
        at += (first[1][0] if first else len(rest)) + 1
    return " ".join(said)


def _filled(frame: Frame, found: Mapping[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda blank: _blank(blank[1], found[blank[1]]), frame.other)


def _blank(name: str, text: str) -> str:
    """What fills a blank, as its name says what it is."""
    if name.startswith("day"):
        return days(text)
    if name.startswith("count"):
        return text.replace(",", say("thousands"))
    if name.startswith("row"):
        return _row(text)
    if name.startswith("language"):
        return language_name(code_of(text), spoken().language) if code_of(text) else text
    return own(text) if name.startswith("own") else text


def days(text: str) -> str:
    """The days of a text of ours as the reader's language writes them."""
    return _DAY.sub(lambda found: _day(found[1], found[2], found[3]) or found[0], text)


def _day(number: str, month: str, year: str | None) -> str:
    at = next((date(2000, n, 1) for n in range(1, 13) if month_name(date(2000, n, 1), "en") == month), None)
    if at is None:
        return ""
    named = month_name(at, spoken().language)
    return say("day", day=number, month=named, year=year) if year else say("day.month", day=number, month=named)


def _row(text: str) -> str:
    """A list of names with their counts: a name is not looked into for its "and"."""
    parts, at = list[str](), 0
    for found in _COUNTED.finditer(text):
        begin = at + next((len(one) for one in (", ", " and ") if at and text.startswith(one, at)), 0)
        between = f" {say('and')} " if text.startswith(" and ", at) and at else ", " if at else ""
        counted = found[0]
        if "article" in counted:
            number = int(found[1].replace(",", ""))
            counted = f"({spoken().count('articles', number)})"
        parts.append(f"{between}{text[begin : found.start()]}{counted}")
        at = found.end()
    return "".join(parts) + text[at:]


# --- a sentence that shows a quote --------------------------------------------------------------------------------------


def own_quoted(text: str, authors: tuple[tuple[str, ...], ...] = ()) -> str:
    """A quotation with what is ours around it: what leads to it, and who says it, when. `authors` are those of its articles."""
    said, dash, credit = text.rpartition("” — ")
    if not dash:
        return own(text)
    lead, mark, quote = said.partition("“")
    lead = f"{own(lead.strip())} " if lead.strip() else lead
    return f"{lead}{mark}{quote}{dash}{_credit(credit, authors)}"


def _credit(credit: str, authors: tuple[tuple[str, ...], ...]) -> str:
    """ "by Ada Brandt and Ida Kern, Coastwire, 3 May 2026 (also in Radio Ouvre)": the names stay."""
    for names in authors:
        by = f"by {_joined(names, 'and')}"
        if names and credit.startswith(by):
            credit = f"{say('credit.by')} {_joined(names, say('and'))}{credit.removeprefix(by)}"
            break
    for ours in ("no author named", "undated"):
        credit = ", ".join(own(part) if part == ours else part for part in credit.split(", "))
    credit, also, others = credit.partition(" (also in ")
    last = credit.rpartition(", ")
    credit = f"{last[0]}{last[1]}{days(last[2])}" if _DAY.fullmatch(last[2]) else credit
    return f"{credit} ({say('also_in').lower()} {others}" if also else credit


def _joined(names: tuple[str, ...], word: str) -> str:
    return f"{', '.join(names[:-1])} {word} {names[-1]}" if len(names) > 1 else "".join(names)


# --- a whole answer -----------------------------------------------------------------------------------------------------


def worded(answer: Answer) -> Answer:
    """The answer with its own words in the reader's language; quotes, and what a model wrote, stay as they are."""
    if not _frames(spoken().language):
        return answer
    authors = tuple(dict.fromkeys(citation.article.authors for citation in answer.citations))

    def sentences(given: tuple[Sentence, ...], quoted: bool) -> Iterator[Sentence]:
        for one in given:
            text = own_quoted(one.text, authors) if quoted else one.text
            yield replace(one, text=text, reasons=tuple(map(own, one.reasons)), note=own(one.note))

    return replace(
        answer,
        text=own(answer.text) if answer.abstained or not answer.sentences else answer.text,
        sentences=tuple(sentences(answer.sentences, answer.is_quoted)),
        beside=tuple(sentences(answer.beside, True)),
        notice=own(answer.notice),
        label=own(answer.label),
        understood=tuple(replace(one, reading=own(one.reading)) for one in answer.understood),
    )
