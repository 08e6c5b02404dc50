"""Which articles name a subject, by its words, and of which of them it is the matter rather than named in passing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vectorstore.archive import Archive
from vectorstore.language.lexicon import rows
from vectorstore.language.stems import inflected
from vectorstore.language.words import Word, words
from vectorstore.lexical import LexicalIndex
from vectorstore.operators import one_form, pattern
from vectorstore.types import Article, Term

_NEAR = 200  # characters within which the words of a subject stand together: about a sentence
_COMPOUND = 25  # for each word of what is no name: "the price of gas", "forgive some of the student loans"
_GAP = 14  # characters between the words of a name: "Ida M. Kern"
_OPENING = 600  # characters in which news says what it is about
_OFTEN, _SHORT = 3, 3_000  # times that make it the matter of an article; of a short one, one less


@dataclass(frozen=True, slots=True)
class Mention:
    """An article that names a subject."""

    article: Article
    times: int  # in the text
    start: int  # of the first place in the text; 0 where its headline alone has it
    leads: bool = True  # it is in the headline or the opening
    often: bool = False  # it comes up again and again

    @property
    def is_matter(self) -> bool:
        """Whether the article is about it, rather than naming it in passing."""
        return self.leads or self.often


def mentions(subject: str, numbers: Sequence[int], archive: Archive, index: LexicalIndex) -> list[Mention]:
    """Those of the articles of these numbers that name the subject."""
    held = index.holding(_alternatives(subject))
    likely = set(numbers) if held is None else set(numbers) & archive.of_passages(held)
    found = (_mention(subject, article) for _, article in archive.some(sorted(likely)))
    return [one for one in found if one]


def _mention(subject: str, article: Article) -> Mention | None:
    text, title = one_form(article.text), one_form(article.title)
    found, in_title = list(places(subject, text)), any(True for _ in places(subject, title))
    if not found and not in_title:
        return None
    if found and _is_name(named := _told(subject)):  # who was named in full is called by the last name then
        last = (one_form(named[-1].text),)
        in_title = in_title or any(True for _ in _of_word(last, title))
        found = sorted({*found, *(place for place in _of_word(last, text) if place > found[0] + _far(named[0]))})
    return _at(article, text, found, in_title)


def with_terms(terms: Sequence[Term], numbers: Sequence[int], archive: Archive) -> list[Mention]:
    """Each of the articles of these numbers, as it names any of some terms."""
    looked = [pattern(term.words) for term in terms]
    found = []
    for _, article in archive.some(numbers):
        text, title = one_form(article.text), one_form(article.title)
        starts = sorted({place.start() for one in looked for place in one.finditer(text)})
        found.append(_at(article, text, starts, any(one.search(title) for one in looked)))
    return found


def told(subject: str) -> set[str]:
    """The stems of a subject's words."""
    return {word.stem for word in _told(subject) if not word.is_light}


def _at(article: Article, text: str, found: Sequence[int], in_title: bool) -> Mention:
    """How an article names what stands at these places of its text in one form."""
    start = found[0] if found else 0
    often = len(found) >= _OFTEN - (len(text) < _SHORT)
    place = start if len(text) == len(article.text) else round(start * len(article.text) / len(text))
    at = max(0, min(len(article.text) - 1, place))
    return Mention(article, len(found), at, in_title or (bool(found) and start < _OPENING), often)


def _is_name(named: Sequence[Word]) -> bool:
    return len(named) > 1 and all(word.text[:1].isupper() or word.text.isdigit() for word in named)


def places(subject: str, text: str) -> Iterator[int]:
    """Where a subject is named in a text that `one_form` gave: its words side by side if it is a name, else near each other."""
    if subject[:1] in '"“' and subject[-1:] in '"”':
        yield from (found.start() for found in pattern(subject.strip('"“” ')).finditer(text))
        return
    named = _told(subject)
    several = _alternatives(subject)
    seen = sorted((place, n) for n, alternatives in enumerate(several) for place in _of_word(alternatives, text))
    is_name = _is_name(named)
    near = _NEAR if any(word.text[:1].isupper() for word in named) else _COMPOUND * len(named)
    last: dict[int, int] = {}
    for place, n in seen:
        if is_name:
            before = last.get(n - 1, -1)
            last = {n: place} if n == 0 else {**last, n: place} if before >= 0 and place - before <= _far(named[n - 1]) else {}
        else:
            last[n] = place
        if len(last) == len(several) and place - min(last.values()) <= near:
            yield min(last.values())
            last = {}


def _far(word: Word) -> int:
    return len(word.text) + _GAP


def _told(subject: str) -> list[Word]:
    every = words(subject)
    return [word for word in every if not word.is_light] or list(every)


def _alternatives(subject: str) -> list[tuple[str, ...]]:
    """The words of a subject, each with what else it may be called: a month in short, an event beside a place."""
    low = [one_form(word.text) for word in _told(subject)]
    if len(low) == 1:
        return [(low[0],)]
    months = [row for row in rows("dates.months") if not {"may", "march"} & {*row}]
    called = [*months, *rows("words.events")]
    return [next((row for row in called if inflected(word) in map(inflected, row)), (word,)) for word in low]


def _of_word(alternatives: Sequence[str], text: str) -> Iterator[int]:
    for word in alternatives:
        base = inflected(word)
        start = re.escape(base[: max(3, len(base) - 1)]) if word.isalpha() else re.escape(word)
        for found in re.finditer(rf"(?<!\w){start}\w*", text):
            if found[0] == word or (word.isalpha() and inflected(found[0]) == base):
                yield found.start()
