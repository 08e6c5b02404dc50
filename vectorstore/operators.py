"""What a searcher's signs mean: "exact phrase", -word, A OR B, title:word, source:outlet, before:day, after:day.

A line of words is a search: every sign in it counts. A question, or a sentence, is prose, in which a quotation, a dash and "or"
are what they always were: there source:, before:, after: and title: count, with something right behind them, and what stands
after the question: `Who sued him? -Trump "special master"`. A mistake is a UsageError that names it and the remedy.

tantivy finds the articles that may have the words (lexical.py); whether they have them is looked up in their text. Its own query
parser is not asked: to it "3-2" and a lone bracket are syntax too, and its phrases are of stems, without "of" and "the".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import takewhile

from vectorstore.errors import UsageError
from vectorstore.language import folding
from vectorstore.language.days import month_in, parse_day
from vectorstore.language.frames import opener, polite, wants_gist
from vectorstore.language.words import folded
from vectorstore.types import Term

_LONGEST = 4_000  # characters that are read
_SENTENCE = 7  # plain words from which a line is prose
_FIELDS = frozenset({"title", "source", "before", "after"})
# What others call them, and what to write.
_MEANT = {
    **dict.fromkeys(("titles", "headline", "headlines", "intitle", "allintitle", "head"), "title:"),
    **dict.fromkeys(("sources", "site", "outlet", "outlets", "publication", "publisher", "newspaper"), "source:"),
    **dict.fromkeys(("since", "daterange", "date", "dates", "day"), "after: and before:"),
    "until": "before: (that day itself is left out)",
    **dict.fromkeys(("author", "authors", "byline", "inauthor"), "the question “articles by …”"),
}
_ELSEWHERE = {
    "AND": 'put each word that an article must have in quotation marks: "ferry" "inquiry"',
    "NOT": "write -word for what an article must not have",
}
_STRAIGHT = str.maketrans("“”„‟＂", '"""""')
# A sign is one where a word begins; the quotation mark of an inch (6'2") is none.
_TOKEN = re.compile(
    r'(?<![^\s(])(?P<minus>-?)(?:(?P<field>[A-Za-z]{2,12}):(?!//))?(?:"(?P<quoted>[^"]*)"(?!\w)|(?P<plain>[^\s(]\S*))'
)
# What a line must hold to be read at all; most hold none of it.
SIGNS = re.compile(r"""["“”„]|(?<!\S)-[^\W\d]|(?-i:\b(?:OR|AND|NOT)\b)|[A-Za-z]:""")


@dataclass(frozen=True, slots=True)
class Operator:
    """Some words of a line that are an operator, as they stand in it."""

    words: str
    field: str  # "source", "before", "after"; "title" or "" for what an article must have, or must not
    terms: tuple[Term, ...]  # any of them; of source, before and after the one value
    absent: bool = False  # it must not have them


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it is read: what is looked for, without the operators, and these."""

    text: str
    operators: tuple[Operator, ...] = ()


@dataclass(frozen=True, slots=True)
class _Token:
    start: int
    end: int
    minus: bool
    field: str
    value: str
    quoted: bool

    @property
    def is_or(self) -> bool:
        return self.value == "OR" and not (self.quoted or self.field or self.minus)

    @property
    def asks(self) -> bool:
        """Whether it is a whole question, put in quotation marks as it was copied from somewhere."""
        return self.quoted and not (self.field or self.minus) and self.value.endswith("?")

    @property
    def is_operator(self) -> bool:
        """Whether it is one by its form, wherever it stands."""
        return bool(self.field or self.minus or self.quoted or self.is_or)


@lru_cache(maxsize=256)
def read(line: str, ignore: tuple[str, ...] = ()) -> Line:
    """What is looked for and the operators beside it; those whose words are in `ignore` are no operators.

    What is looked for keeps the words of phrases, of alternatives and of title:.

    Raises UsageError for a sign that is begun and not meant to be prose: an open quotation mark, an OR without a side.
    """
    if not SIGNS.search(line):
        return Line(line)
    text = line[:_LONGEST].translate(_STRAIGHT)
    tokens = [_token(found) for found in _TOKEN.finditer(text)]
    if len(tokens) == 1 and tokens[0].asks:
        return Line(tokens[0].value)
    signs = _signs(text, tokens)
    if not signs:
        return Line(line)
    ignored = {folding.folded(words).casefold() for words in ignore}
    operators, kept, at = [], [], 0
    for several in _joined(tokens, signs):
        words = text[several[0].start : several[-1].end]
        given = "OR" if several[0].is_or else several[0].field
        operator = Operator(words, given, tuple(_term(one) for one in several if not one.is_or), several[0].minus)
        unread = folding.folded(words).casefold() in ignored
        if not unread:
            operators.append(operator)
        kept += [text[at : several[0].start], _searched(operator)]
        at = several[-1].end
    left = " ".join("".join([*kept, text[at:]]).split())
    if operators and not left and all(one.absent for one in operators):
        raise UsageError(f"{operators[0].words} only leaves out: add what is looked for.")
    return Line(left, tuple(operators))


def _token(found: re.Match[str]) -> _Token:
    field, plain = (found["field"] or "").lower(), found["plain"] or ""
    value = (found["quoted"] if found["quoted"] is not None else plain).strip()
    minus, end = bool(found["minus"]), found.end()
    if plain.endswith(":") and plain[:-1].lower() in _FIELDS:
        return _Token(found.start(), end, minus, plain[:-1].lower(), "", False)
    if field and field not in _FIELDS and field not in _MEANT:
        field, value = "", f"{found['field']}:{value}"  # "12:30", "re:Invent"
        return _Token(found.start(), end, minus and value[0].isalpha(), "", value, False)
    if not found["quoted"] and not field:
        minus = minus and plain[:1].isalpha() and "?" not in plain
    if plain and (minus or field):
        value = value.rstrip(",;)") or value
    return _Token(found.start(), end, minus, field, value, found["quoted"] is not None)


def _signs(text: str, tokens: Sequence[_Token]) -> set[_Token]:
    """Which of the tokens are operators here."""
    by_form = [one for one in tokens if one.is_operator]
    sure = {one for one in by_form if one.field and (one.value or one.quoted)}
    asks = max((n for n, one in enumerate(tokens, 1) if "?" in one.value and not one.quoted), default=0)
    behind = tokens[asks:]
    if asks and behind and all(one.is_operator for one in behind):
        return sure | set(behind)
    last = set(takewhile(lambda one: one.minus or (one.field and one.value), reversed(tokens))) if not asks else set()
    if _is_prose(text, tokens) and not (not asks and (sure or last)):
        return sure
    _complete(text, tokens)
    return set(by_form) - {one for one in by_form if one.is_or and text.isupper()}


def _is_prose(text: str, tokens: Sequence[_Token]) -> bool:
    plain = [one for one in tokens if not one.is_operator]
    return bool(
        any("?" in one.value for one in plain)
        or len(plain) >= _SENTENCE
        or (text.rstrip()[-1:] in tuple(".:!…") and not tokens[-1].is_operator)
        or re.match(opener(), polite(text), re.I)
        or wants_gist(text)
    )


def _complete(text: str, tokens: Sequence[_Token]) -> None:
    """Raises UsageError for what a search begins and does not end."""
    if open_ := next((one for one in tokens if one.value.startswith('"') and not one.quoted), None):
        raise UsageError(
            f"The quotation mark before {open_.value[1:40] or 'the end'} has no second one: close the phrase, or take it away."
        )
    for n, one in enumerate(tokens):
        sides = [tokens[m] if 0 <= m < len(tokens) else None for m in (n - 1, n + 1)]
        place = n and tokens[n - 1].value.endswith(",")  # "Portland, OR"
        cried = text.isupper() and len(tokens) > 1  # in capitals throughout, OR is "or"
        if one.is_or and not place and not cried and not all(side and not side.is_or for side in sides):
            raise UsageError("OR stands between two words or phrases: write ferry OR boat, or take it away.")
        if one.value in _ELSEWHERE and not (one.quoted or one.field or one.minus or text.isupper()):
            raise UsageError(f"{one.value} is no operator here: {_ELSEWHERE[one.value]}.")
        if one.field in _FIELDS and not one.value and (n == 0 or one.quoted or one.minus):
            example = {"title": "title:ferry", "source": 'source:"The Harbour Post"'}.get(one.field, f"{one.field}:2026-03-31")
            raise UsageError(f"{one.field}: has nothing right behind it: write {example}, without a space.")


def _joined(tokens: Sequence[_Token], signs: set[_Token]) -> list[list[_Token]]:
    """The operators, in order; of A OR B OR C, whose sides may be plain words, the tokens of all in one."""
    found: list[list[_Token]] = []
    n = 0
    while n < len(tokens):
        several = [tokens[n]]
        while len(tokens) > n + 2 and tokens[n + 1].is_or and tokens[n + 1] in signs and _joins(tokens[n], tokens[n + 2]):
            several += [tokens[n + 1], tokens[n + 2]]
            n += 2
        if len(several) > 1 or (several[0] in signs and not several[0].is_or):
            found.append(several)
        n += 1
    return found


def _joins(left: _Token, right: _Token) -> bool:
    """Whether two sides of an OR are of one kind: words and phrases, or outlets."""
    if left.minus or right.minus:
        raise UsageError(f"-{(left if left.minus else right).value} stands beside OR: what is left out is left out alone.")
    if left.field in ("before", "after") or right.field in ("before", "after"):
        raise UsageError("before: and after: cannot stand beside OR: ask twice.")
    if (left.field == "source") != (right.field == "source"):
        raise UsageError("source: stands beside OR with a word: only outlets can be alternatives of outlets.")
    return True


def _term(token: _Token) -> Term:
    if token.field in _MEANT:
        raise UsageError(f"{token.field}: is no operator here: use {_MEANT[token.field]}.")
    if not token.quoted and token.value.startswith('"'):
        raise UsageError(f"{token.field}:{token.value[:40]} has no second quotation mark: close it.")
    if not re.search(r"\w", token.value):
        raise UsageError(f"“{token.value[:40]}” has no word in it: put words between the quotation marks, or take them away.")
    return Term(token.value if token.quoted else token.value.rstrip(",;)"), token.field or "text")


def _searched(operator: Operator) -> str:
    """The words of an operator that are looked for beside their being required."""
    if operator.absent or operator.field in ("source", "before", "after"):
        return " "
    return " ".join(term.words for term in operator.terms)


def day_bounds(operator: Operator) -> tuple[date | None, date | None]:
    """The first and the last day that before: or after: leaves; raises UsageError for what is no day, month or year."""
    given = operator.terms[0].words
    span = _span(given)
    if operator.absent:
        raise UsageError(f"{operator.words} leaves out days: use {'after' if operator.field == 'before' else 'before'}: instead.")
    if span is None:
        shapes = ", ".join(f"{operator.field}:{shape}" for shape in ("2026-03-31", "2026-03"))
        raise UsageError(f"{operator.words} names no day: write it as {shapes} or {operator.field}:2026.")
    return (None, span[0] - timedelta(1)) if operator.field == "before" else (span[1] + timedelta(1), None)


def _span(given: str) -> tuple[date, date] | None:
    """The days of "2026-03-31", "31 March 2026", "2026-03", "March 2026", "2026"."""
    span = None
    named = re.fullmatch(r"([^\W\d]{3,12})\.? (\d{4})|(\d{4})(?:[-/](\d\d?))?", given.strip())
    try:
        if named:
            month = month_in(named[1].casefold(), "en") if named[1] else int(named[4] or 1)
            first = date(int(named[2] or named[3]), month, 1)
            last = first.replace(month=12) if not (named[1] or named[4]) else first
            span = first, (last.replace(day=28) + timedelta(4)).replace(day=1) - timedelta(1)
        elif day := parse_day(given):
            span = day, day
    except (ValueError, OverflowError):
        return None
    return span if span and 1000 < span[0].year < 9000 else None


@lru_cache(maxsize=256)
def pattern(words: str) -> re.Pattern[str]:
    """What finds the words of a term in a text that `one_form` gave: as they are written, one after the other, whole words."""
    plain = one_form(words).strip()
    cuts = [r"(?<!\w)" if _is_spaced(plain[:1]) else "", r"(?!\w)" if _is_spaced(plain[-1:]) else ""]
    return re.compile(re.escape(plain).join(cuts))


def _is_spaced(sign: str) -> bool:
    """Whether it belongs to a word of a script that puts spaces between words."""
    return bool(re.match(r"\w", sign)) and ord(sign) < 0x2E80


def one_form(text: str) -> str:
    """A text in lower case, without accents, with single spaces, straight quotation marks and hyphens."""
    return folded(folding.folded(text)).casefold()
