"""Check a text against the collection: each sentence with its quote or its contradiction, each quotation with where it stands."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from pathlib import Path

from qa.check.verdict import key_words
from qa.citations import Quote, numbered
from qa.second import Second
from qa.settings import Settings, read_settings
from qa.texts.claims import Told, told
from qa.texts.quoted import Judged, Place, judged
from qa.texts.reading import Marked, Written, read
from qa.texts.types import CheckedQuotation, CheckedSentence, CheckedText, Status
from vectorstore.errors import UsageError
from vectorstore.language.detect import common_language
from vectorstore.language.lexicon import pattern, word_set
from vectorstore.language.names import is_name
from vectorstore.language.senses import is_word
from vectorstore.language.sentences import sentences
from vectorstore.language.speakers import isa
from vectorstore.language.speech import speech
from vectorstore.language.tokens import normalised, tokens
from vectorstore.search import Index
from vectorstore.types import Filters, Hit, Passage

SECONDS = 300.0  # that a text may take before the rest of it is named as not checked
LONGEST = 300_000  # characters that are read: some 50,000 words
_HITS = 8
_TOLD_OF = 20_000  # characters of an article in which those whom it tells of are named
_AROUND = 500  # characters either side of a quotation's place that a sentence is checked by
_FEW = 2  # names in a sentence that may be about another event with them
_WRONG = ("altered", "another person's", "stitched")

Progress = Callable[[int, int], None]


def check_text(
    text: str,
    index_dir: Path | str | None = None,
    settings: Settings | None = None,
    filters: Filters = Filters(),
    seconds: float = SECONDS,
) -> CheckedText:
    """A text of any kind, sentence by sentence, with what the collection says of each. Opens the index anew each time.

    Raises UsageError where there is no text, StoreError where the index is missing, damaged or of another embedder.
    """
    settings = settings or read_settings()
    with Index.open(
        Path(index_dir or settings.index), settings.embedder, rerank=settings.rerank, server=settings.server
    ) as index:
        return checked_text(text, index, filters, seconds, second=Second(settings.second_opinion))


def checked_text(
    text: str,
    index: Index,
    filters: Filters = Filters(),
    seconds: float = SECONDS,
    progress: Progress | None = None,
    clock: Callable[[], float] = time.monotonic,
    second: Second | None = None,
) -> CheckedText:
    """A text checked against an open index; what the seconds do not suffice for is "not checked", and the notice says so."""
    if not isinstance(text, str) or not text.strip():
        raise UsageError("There is no text to check: pass a file with sentences in it.")
    began = clock()
    summary = index.summary(filters)
    reading = read(text[:LONGEST])
    was_read = clock()
    marked = reading.quotations
    owners = _owners(reading.sentences, marked)
    checking = _Checking(index, filters, reading.plain, second)
    done: list[_Row] = []
    for n, written in enumerate(reading.sentences):
        if clock() - began > seconds:
            break
        mine = [(number, marked[number]) for number in owners[n]]
        done.append(checking.sentence(written, mine))
        if progress:
            progress(n + 1, len(reading.sentences))
    rows = [row.quotes for row in done] + [list(checking.quotes.get(number, ())) for number in range(len(marked))]
    rows += [row.later for row in done]
    citations, numbers = numbered(rows)
    checked = [
        replace(row.sentence, citations=numbers[n], quotations=tuple(k + 1 for k in owners[n]), differs=later)
        for n, (row, later) in enumerate(zip(done, numbers[len(done) + len(marked) :], strict=True))
    ]
    checked += [_unread(one, tuple(k + 1 for k in owners[n])) for n, one in enumerate(reading.sentences) if n >= len(done)]
    quotations = tuple(
        _quotation(number, one, checking.judged.get(number), numbers[len(done) + number]) for number, one in enumerate(marked)
    )
    return CheckedText(
        tuple(checked),
        quotations,
        citations,
        index.generation,
        summary.articles,
        _notice(len(reading.sentences) - len(done), len(reading.sentences), len(text), seconds),
        {"read": was_read - began, "total": clock() - began},
    )


def _notice(left: int, of: int, length: int, seconds: float) -> str:
    parts = []
    if left:
        parts.append(f"The last {left:,} of {of:,} sentences were not checked: the {seconds:g} seconds were over.")
    if length > LONGEST:
        parts.append(f"Only the first {LONGEST:,} of {length:,} characters were read: check the rest by itself.")
    return " ".join(parts)


def _unread(one: Written, quotations: tuple[int, ...]) -> CheckedSentence:
    return CheckedSentence(one.words, one.start, one.end, "not checked", one.kind, quotations=quotations)


def _quotation(number: int, one: Marked, found: Judged | None, citations: tuple[int, ...]) -> CheckedQuotation:
    speaker = one.speakers[0].shown if one.speakers else ""
    plain = CheckedQuotation(number + 1, one.words, one.start, one.end, speaker=speaker, citations=citations)
    if not found:
        return plain
    return replace(plain, status=found.status, said_by=found.said_by, differences=found.differences, note=found.note)


def _owners(written: Sequence[Written], marked: Sequence[Marked]) -> list[list[int]]:
    """For each sentence the quotations that it has words of."""
    owners: list[list[int]] = [[] for _ in written]
    first = 0
    for number, one in enumerate(marked):
        while first < len(written) and written[first].end <= one.start:
            first += 1
        n = first
        while n < len(written) and written[n].start < one.end:
            owners[n].append(number)
            n += 1
    return owners


@dataclass(frozen=True, slots=True)
class _Row:
    sentence: CheckedSentence
    quotes: list[Quote]
    later: list[Quote] = field(default_factory=list)  # of a later report that says otherwise


@dataclass(slots=True)
class _Checking:
    """What is known of a text so far: a sentence is often about what the one before it was about."""

    index: Index
    filters: Filters
    plain: str
    second: Second | None = None
    judged: dict[int, Judged] = field(default_factory=dict)
    quotes: dict[int, list[Quote]] = field(default_factory=dict)  # of each quotation
    before: str = ""  # the last claim that names somebody, or some place
    named: frozenset[str] = frozenset()  # and whom
    subject: frozenset[str] = frozenset()  # whom the first one names
    held: list[Hit] = field(default_factory=list)  # and what carried it
    home: set[str] = field(default_factory=set)  # the articles that the text was found to be about
    ended: int = 0  # where the sentence before ends

    def sentence(self, written: Written, mine: Sequence[tuple[int, Marked]]) -> _Row:
        """What the collection says of a sentence, with its quotations, which have their own results."""
        plain = CheckedSentence(written.words, written.start, written.end, "no claim", written.kind)
        near: list[Hit] | None = None
        goes_on = "\n" not in self.plain[self.ended : written.at[0]]
        self.ended = written.at[1]
        for number, one in mine:
            if number in self.judged:
                continue
            self.judged[number] = judged(one, written.words, self._find)
            if self.judged[number].status == "not found":
                near = self._near(written.words, goes_on) if near is None else near
                self.judged[number] = judged(one, written.words, self._find, near)
            self.quotes[number] = [(_hit(place), place[1]) for place in self.judged[number].places]
        if written.kind != "claim" or (not mine and not _tells(written.words)):
            return _Row(plain, [])
        wrong = [number for number, _ in mine if self.judged[number].status in _WRONG]
        own = [quote for number, _ in mine for quote in self.quotes[number]]
        if wrong:
            reasons = [_reason(self.judged[number], one) for number, one in mine if number in wrong]
            self._remember(written.words, [hit for hit, _ in own])
            quotes = [quote for number in wrong for quote in self.quotes[number]]
            return _Row(replace(plain, status="contradicted", reasons=tuple(reasons), is_by_quotation=True), quotes)
        if mine and self._only_quotes(written, mine):
            missing = any(self.judged[number].status == "not found" for number, _ in mine)
            self._remember(written.words, [hit for hit, _ in own])
            status: Status = "not in the articles" if missing else "supported"
            return _Row(replace(plain, status=status, is_by_quotation=True), own)
        hits = [*(hit for hit, _ in own), *(self._near(written.words, goes_on) if near is None else near)]
        found = told(written.told, hits, self.second, self.home)
        self._remember(written.words, [hit for hit, _ in found.quotes], found.status != "not in the articles")
        if _is_opinion(written.words) and found.status != "supported":
            return _Row(replace(plain, kind="opinion"), [])
        quotes = list(found.quotes) or own
        return _Row(replace(plain, status=found.status, reasons=_told(found), note=found.note), quotes, list(found.differs))

    def _only_quotes(self, written: Written, mine: Sequence[tuple[int, Marked]]) -> bool:
        """Whether a sentence has nothing beside its quotations but who says them, in words that the article has near them."""
        position, end = written.at
        rest: list[str] = []
        for _, one in mine:
            rest.append(self.plain[position : min(one.at[0], end)])
            position = max(position, min(one.at[1], end))
        rest.append(self.plain[position:end])
        told = [t for t in tokens(normalised(" ".join(" ".join(rest).split()))) if t.content and not _says(t.text)]
        beside = [key_words(hit.passage.text) for number, _ in mine for hit, _ in self.quotes[number]]
        return all(is_name(t) or (not t.values and any(t.key in keys for keys in beside)) for t in told)

    def _find(self, words: str) -> Sequence[Hit]:
        return [hit for hit in self.index.worded(words) if self.filters.admits(hit.article)]

    def _near(self, words: str, goes_on: bool) -> list[Hit]:
        """What the collection has on a sentence; one that starts with a pronoun is read behind the one before it."""
        leans = bool(self.before) and _leans(words)
        of_one = bool(self.before) and not leans and goes_on and _names_few(words)
        asked = f"{self.before} {words}" if leans or of_one else words
        found = self.index.search(asked, self.filters, _HITS)  # what a sentence says of outlets and days narrows nothing
        near = [*found, *(hit for hit in self.held if hit not in found)]
        near.sort(key=lambda hit: hit.article.id not in self.home)
        if of_one and self._is_told_there(words, near):  # "The keeper saved it" is said of the match that was just told of
            return [hit for hit in near if hit.article.id in self.home]
        of = [self.named] if _points(words) else [self.named, self.subject]
        return [hit for hit in near if hit.article.id in self.home or any(map(partial(_tells_of, hit), of))] if leans else near

    def _is_told_there(self, words: str, near: Sequence[Hit]) -> bool:
        """Whether the articles that the text was about so far have whomever a sentence names."""
        names = _named_in(words)
        return any(hit.article.id in self.home and names <= _named_in(_head(hit)) for hit in near)

    def _remember(self, words: str, hits: Sequence[Hit], is_told: bool = True) -> None:
        names = _named_in(words[:300])
        if names and not (self.before and _points(words)):
            self.before, self.named, self.subject = words[:300], names, self.subject or names
        self.held = list(hits)[:2] or self.held
        self.home |= {hit.article.id for hit in hits if is_told}


def _told(found: Told) -> tuple[str, ...]:
    return tuple(reason.replace("The passage", "The article").replace("the passage", "the article") for reason in found.reasons)


def _hit(place: Place) -> Hit:
    """The sentences around a place of an article as a passage."""
    article, (start, end) = place
    first = article.text.rfind("\n", 0, max(0, start - _AROUND)) + 1 if start > _AROUND else 0
    first = max(first, start - 3 * _AROUND)
    spans = [(a + first, b + first) for a, b in sentences(article.text[first : end + _AROUND])]
    kept = [span for span in spans if span[1] > start - _AROUND and span[0] < end + _AROUND]
    a, b = min(kept[0][0], start), max(kept[-1][1], end)
    return Hit(Passage(f"{article.id}#{a}-{b}", article.id, a, b, article.text[a:b]), article, 0.0)


def _reason(found: Judged, one: Marked) -> str:
    """What is wrong with a quotation, in a line."""
    if found.status == "altered":
        return f"The quotation is altered: {'; '.join(one.said for one in found.differences)}."
    if found.status == "stitched":
        return f"The quotation is stitched together from {len(found.places)} places."
    who = one.speakers[0].shown if one.speakers else ""
    if found.said_by:
        return f"The article gives these words to {found.said_by}, not to {who}."
    return f"{who} does not say these words in the article. {found.note}".strip()


# --- what a sentence is


def _tells(words: str) -> bool:
    """Whether a sentence has words of content, so that something is told in it."""
    return any(token.content for token in tokens(normalised(words[:2_000]))) or not words.isascii()


def _tells_of(hit: Hit, names: frozenset[str]) -> bool:
    """Whether an article names most of those whom a text has just named: "He confessed" is not said of another "he"."""
    told = _named_in(_head(hit))
    return 3 * len(names & told) >= 2 * len(names)


def _head(hit: Hit) -> str:
    return f"{hit.article.title} {hit.article.text[:_TOLD_OF]}"


def _leans(words: str) -> bool:
    """Whether a sentence is about what the one before it was about: it starts with a pronoun, or names nothing itself."""
    return _points(words) or not _named_in(words)


def _names_few(words: str) -> bool:
    """Whether a sentence names so little that what it is about stands before it."""
    return len(_named_in(words)) <= _FEW


def _points(words: str) -> bool:
    first = words.split(" ", 1)[0].casefold().strip("\"'“‘")
    return first in word_set("words.subjects") | word_set("followups.owning")


@lru_cache(maxsize=512)
def _named_in(text: str) -> frozenset[str]:
    """The names of a text, but for the first word of a sentence where that may be any."""
    row = tokens(normalised(text))
    return frozenset(t.key for t in row if is_name(t) and (not t.first or t.text.isupper() or not is_word(t.key)))


def _is_opinion(words: str) -> bool:
    """Whether the writer says what they think, wish or do, and not what happened; somebody else's opinion is a claim."""
    outside = _outside(words)
    if not any(pattern("opinions.own", language).search(outside) for language in {"en", common_language(words, [words])}):
        return False
    told = [one for one in speech(words[:2_000]) if one.end - one.start > one.frame[1] - one.frame[0] + 3]
    return not any(one.speakers[0].shown for one in told)


def _outside(words: str) -> str:
    """A sentence without what stands in quotation marks."""
    return " ".join(part for n, part in enumerate(normalised(words).split('"')) if n % 2 == 0)


def _says(word: str) -> bool:
    return isa(word.casefold(), "verbs_of_saying", "titles", "according", "after_quotation", "pronouns")
