"""A model's draft and its hits -> sentences with exact quotes.

The model writes prose with passage numbers ("… denied sending fighters [2]."); code picks, inside passage 2, the shortest
verbatim span that carries the sentence. A quote is cut out of the article's stored text by its offsets, so that
`article.text[start:end] == quote` holds by construction. Nothing that a model writes becomes a link, an image or a tag:
what is not plain words is removed before a sentence is made of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from qa.also_in import also_in
from qa.check import translated
from qa.check.verdict import SAID_BY, Verdict, coverage, key_words, said_by, verdict_on
from qa.plain import Hits, said
from qa.types import Citation, Sentence
from vectorstore.language.align import runs
from vectorstore.language.days import dated, names_weekday
from vectorstore.language.sentences import presentable
from vectorstore.language.sentences import sentences as sentence_spans
from vectorstore.language.speech import said as who_says
from vectorstore.types import Article, Hit

if TYPE_CHECKING:
    from qa.second import Second

LATER = "A later report differs"
REPORTED = "Reported on "
PIECED = "No one sentence of the articles says just this: compare the quotes."
NO_PASSAGE = "No passage carries this sentence."

_LONGEST_DRAFT = 20_000  # characters; far above any output cap, low enough that a runaway draft costs a bounded time
_CARRIES = 0.5  # share of a sentence's words that a passage must hold before we cite it where the model did not
_TOUCHES = 0.3  # the same where the model did cite it: below this there is nothing to show as its quote
_ADDS = 0.2  # share of words that a second quote must add
_ENOUGH_WORDS = 3  # a heading shares its one word with many passages
_MOST_QUOTES = 3  # from one passage, for one sentence
_LONG = 30  # words; a shorter passage sentence is quoted whole
_SPEECH = re.compile(r"\b(?:said|says|told|added|according|denied|claimed|not|never|unless|if|except)\b|n[’']t\b")

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a draft says, sentence by sentence, with the quotes that its sentences cite."""

    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    breaks: frozenset[int] = frozenset()  # indexes of the sentences that open a paragraph or a list item

    @property
    def text(self) -> str:
        """The whole draft with our own markers after each sentence: "… denied it. [1]"."""
        parts: list[str] = []
        for n, sentence in enumerate(self.sentences):
            if n:
                parts.append("\n\n" if n in self.breaks else " ")
            note = f" ({sentence.note})" if sentence.note.startswith((SAID_BY, LATER, REPORTED, PIECED)) else ""
            parts.append(sentence.text + note + "".join(f" [{number}]" for number in sentence.citations))
        return "".join(parts)


def read(draft: str, hits: Sequence[Hit], final: bool = False) -> Reading:
    """The draft's sentences without markers, each with the numbers of its quotes, in first-cited order.

    While a draft streams (`final` false) a marker or a link that is cut in two is held back, and the last sentence is not
    matched to a passage unless it says which: its marker may still come. No sentence is `supported` yet: see `verified`.
    """
    found, given = list[_Found](), Hits(hits)
    every = said(draft[:_LONGEST_DRAFT], given, final)
    for n, one in enumerate(every):
        settled = final or n < len(every) - 1
        found.append(_Found(Sentence(text=one.text), _quotes_for(one.text, one.cited, given, settled), one.opens))
    return _numbered(found)


def verified(reading: Reading, hits: Sequence[Hit], second: Second | None = None) -> Reading:
    """The reading with each sentence checked against the whole of the passages it cites and their records.

    A sentence that fails with the passages it cites and passes with another is given that one. One that fails is marked with
    the reasons. A quote that no sentence cites any more goes with it; numbers stay in first-cited order.
    """
    by_id = {hit.passage.id: hit for hit in hits}
    by_number = {c.number: (by_id[c.passage_id], (c.start, c.end)) for c in reading.citations if c.passage_id in by_id}
    found: list[_Found] = []
    for n, sentence in enumerate(reading.sentences):
        quotes = [by_number[number] for number in sentence.citations if number in by_number]
        verdict, quotes = _judged(sentence.text, quotes, hits, second)
        speakers = {who_says(hit.article.text, *span).speaker for hit, span in quotes} if verdict.supported else set()
        note = " ".join(filter(None, (said_by(sentence.text, speakers), verdict.note)))
        checked = replace(sentence, supported=verdict.supported, reasons=verdict.reasons, note=note)
        found.append(_Found(checked, tuple(quotes), n in reading.breaks))
    return second.asked_again(_numbered(found), hits) if second and second.asks == "model" else _numbered(found)


def carried(sentence: str, hits: Sequence[Hit], second: Second | None = None) -> tuple[Verdict, list[Quote]]:
    """The verdict on a sentence that cites nothing, and the quotes of the hits that carry it, or come nearest to it."""
    return _judged(sentence, _best_quotes(sentence, hits), hits, second)


def numbered(quotes: Sequence[Sequence[Quote]]) -> tuple[tuple[Citation, ...], list[tuple[int, ...]]]:
    """The quotes of some sentences as citations, numbered in their order, and for each sentence the numbers of its own."""
    reading = _numbered(_Found(Sentence(""), tuple(row), False) for row in quotes)
    return reading.citations, [sentence.citations for sentence in reading.sentences]


def kept(reading: Reading, keeps: Callable[[int], bool]) -> Reading:
    """The sentences of a reading whose indexes `keeps` holds, with the quotes that they cite, numbered anew."""
    numbers, sentences, breaks = dict[int, int](), list[Sentence](), set[int]()
    opens = False
    for n, sentence in enumerate(reading.sentences):
        opens = opens or n in reading.breaks
        if keeps(n):
            breaks |= {len(sentences)} if opens and sentences else set()
            cited = tuple(numbers.setdefault(number, len(numbers) + 1) for number in sentence.citations)
            sentences.append(replace(sentence, citations=cited))
            opens = False
    by_number = {citation.number: citation for citation in reading.citations}
    citations = tuple(replace(by_number[old], number=new) for old, new in numbers.items())
    return Reading(tuple(sentences), citations, frozenset(breaks))


Quote = tuple[Hit, Span]  # a hit and offsets into its article's text


@dataclass(frozen=True, slots=True)
class _Found:
    """A sentence and its quotes, before they are numbered."""

    sentence: Sentence
    quotes: tuple[Quote, ...]
    opens: bool  # a paragraph or a list item


def _numbered(found: Iterable[_Found]) -> Reading:
    """Numbers in first-cited order; the same quote keeps its number."""
    citations: dict[tuple[str, int, int], Citation] = {}
    sentences: list[Sentence] = []
    breaks: set[int] = set()
    for n, one in enumerate(found):
        numbers: dict[int, None] = {}
        for hit, (start, end) in one.quotes:
            quote = hit.article.text[start:end]
            known = citations.get((hit.article.id, start, end))
            if known is None:
                others = also_in(hit.article, start, end, hit.also_in) if hit.also_in else ()
                known = Citation(len(citations) + 1, quote, start, end, hit.article, hit.passage.id, others)
                citations[(hit.article.id, start, end)] = known
            numbers[known.number] = None
        if one.opens:
            breaks.add(n)
        sentences.append(replace(one.sentence, citations=tuple(numbers)))
    return Reading(tuple(sentences), tuple(citations.values()), frozenset(breaks))


def _judged(sentence: str, quotes: list[Quote], hits: Sequence[Hit], second: Second | None) -> tuple[Verdict, list[Quote]]:
    """The verdict on a sentence, and the quotes to show for it: those of passages that carry it."""
    cited = list({hit.passage.id: hit for hit, _ in quotes}.values())
    verdict = checked(sentence, cited) if cited else Verdict(False, (NO_PASSAGE,))
    if verdict.supported and len(cited) > 1:
        alone = {hit.passage.id for hit in cited if checked(sentence, [hit]).supported}
        quotes = [quote for quote in quotes if quote[0].passage.id in alone] if alone else quotes
    if not verdict.supported:
        for hit in sorted(hits, key=lambda hit: -coverage(sentence, hit.passage.text))[:3]:
            if hit not in cited and coverage(sentence, hit.passage.text) > _CARRIES:
                other = checked(sentence, [hit])
                if other.supported and (instead := _quotes_of(sentence, hit)):
                    return other, instead
        return _abroad(sentence, cited, quotes, hits) or (second.cleared(verdict, sentence, cited) if second else verdict, quotes)
    return verdict, quotes


def _abroad(sentence: str, cited: Sequence[Hit], quotes: list[Quote], hits: Sequence[Hit]) -> tuple[Verdict, list[Quote]] | None:
    """The verdict by passages in another language than the sentence's: those it cites, or that share its numbers and names."""
    nearest = sorted(hits, key=lambda hit: -translated.shared(sentence, hit.passage.text))[:2]
    refused: Verdict | None = None
    for near in ([hit] for hit in [*cited, *nearest]) if len(cited) < 2 else (list(cited), *([hit] for hit in nearest)):
        if not all(translated.differ(sentence, hit.passage.text) for hit in near):
            continue
        evidence = [text for hit in near for text in (hit.passage.text, _record(hit))]
        shared = translated.shared(sentence, "\n".join(evidence))
        is_cited = near[0] in cited
        if not is_cited and ((refused is None and bool(cited)) or shared < 2):
            continue
        reasons = tuple(translated.contradictions(sentence, evidence, [hit.passage.text for hit in hits if hit not in near]))
        note = translated.note(near[0].passage.text)
        if shared and not reasons:
            return Verdict(True, note=note), (is_cited and quotes) or _quote_abroad(sentence, near[0])
        if is_cited:
            refused = refused or Verdict(False, reasons or (f"Not checked. {note}",))
    return (refused, quotes) if refused else None


def _quote_abroad(sentence: str, hit: Hit) -> list[Quote]:
    """The sentence of a passage in another language that has most of a sentence's numbers and names, else its first."""
    spans = sentence_spans(hit.passage.text)
    if not spans:
        return []
    start, end = max(spans, key=lambda span: translated.shared(sentence, hit.passage.text[slice(*span)]))
    return [(hit, (hit.passage.start + start, hit.passage.start + end))]


def checked(sentence: str, hits: Sequence[Hit]) -> Verdict:
    """The verdict by the passages, read where they stand in their articles, and by our records of these."""
    whole = {hit.passage.text: (hit.article.text, hit.passage.start) for hit in hits}
    return verdict_on(sentence, [*whole, *(_record(replace(hit, article=_named(sentence, hit))) for hit in hits)], whole)


def _named(sentence: str, hit: Hit) -> Article:
    """Of the articles that carry a passage, the one whose outlet the sentence names."""
    low = sentence.casefold()
    return next((other for other in hit.also_in if other.source and other.source.casefold() in low), hit.article)


def _record(hit: Hit) -> str:
    """What our own records say of the article, as a passage that a sentence may rest on.

    A passage says "on Saturday", an answer "on 19 November": the dates that its weekdays can mean are part of the record.
    """
    article = hit.article
    parts = [article.title, article.source, article.source.partition(".")[0], ", ".join(article.authors)]
    if article.published:
        parts.append(f"Published {dated(article.published)}")
        for shift in range(-6, 7):
            day = article.published + timedelta(days=shift)
            if names_weekday(hit.passage.text, day) or (shift == -1 and "yesterday" in hit.passage.text):
                parts.append(dated(day))
    return "\n".join(part for part in parts if part)


# --- which span of a passage carries a sentence


@lru_cache(maxsize=1024)  # a draft that grows asks for the same sentences again
def _quotes_for(sentence: str, cited: tuple[int, ...], hits: Hits, settled: bool) -> tuple[Quote, ...]:
    """The quotes of the hits that a sentence cites; where they have none, those of the hit that covers it best."""
    quotes = [quote for k in cited for quote in _quotes_of(sentence, hits[k], settled)]
    if settled and not quotes and cited and not _best_quotes(sentence, hits):
        quotes = [q for k in cited if translated.differ(sentence, hits[k].passage.text) for q in _quote_abroad(sentence, hits[k])]
    return tuple(quotes or (_best_quotes(sentence, hits) if settled else ()))


def _best_quotes(sentence: str, hits: Sequence[Hit]) -> list[Quote]:
    """The quotes of the one hit whose passage best covers a sentence that cites none, when it covers it well."""
    if len(key_words(sentence)) < _ENOUGH_WORDS:
        return []
    best = max(hits, key=lambda hit: coverage(sentence, hit.passage.text), default=None)
    return _quotes_of(sentence, best) if best and coverage(sentence, best.passage.text) > _CARRIES else []


def _quotes_of(sentence: str, hit: Hit, settled: bool = True) -> list[Quote]:
    shift = hit.passage.start
    found = [(shift + start, shift + end) for start, end in _spans(sentence, hit.passage.text, settled)]
    return [(hit, span) for span in found if 0 <= span[0] < span[1] <= len(hit.article.text)]


@lru_cache(maxsize=4096)
def _spans(sentence: str, passage: str, settled: bool) -> tuple[Span, ...]:
    """The shortest spans of the passage that carry the sentence, in reading order; none when it shares too few words.

    Whole sentences, as few as give its words; a neighbour is added where the check needs it (who "he" is), once the sentence
    has stopped growing.
    """
    wanted = key_words(sentence)
    if not wanted:
        return ()
    spans = sentence_spans(passage)
    held = [wanted & key_words(passage[start:end]) if presentable(passage[start:end]) else frozenset() for start, end in spans]
    small = set(sentence.casefold().split())
    alike = [len(small.intersection(passage[start:end].casefold().split())) for start, end in spans]
    chosen: list[int] = []
    have: frozenset[str] = frozenset()
    while len(chosen) < _MOST_QUOTES:
        gains = [len(words - have) for words in held]
        # A neighbour of one already chosen wins a tie, then one with more of the small words, then the earlier one.
        beside = [any(abs(n - c) == 1 for c in chosen) for n in range(len(spans))]
        best = max(range(len(spans)), key=lambda n: (gains[n], beside[n], alike[n], -n), default=None)
        if best is None or gains[best] < max(1, (_ADDS if chosen else _TOUCHES) * len(wanted)):
            break
        chosen.append(best)
        have |= held[best]
    if not chosen:
        return ()
    chosen = _with_context(sentence, passage, spans, chosen) if settled else chosen
    found = runs(sorted(chosen), lambda a, b: b == a + 1)
    if len(chosen) == 1:
        return (_clause(sentence, passage, *spans[chosen[0]]),)
    return tuple((spans[run[0]][0], spans[run[-1]][1]) for run in found)


def _with_context(sentence: str, passage: str, spans: Sequence[Span], chosen: list[int]) -> list[int]:
    """The chosen passage sentences, with one more where the passage carries the sentence and they alone do not."""

    def carries(numbers: Iterable[int]) -> bool:
        return verdict_on(sentence, [" ".join(passage[slice(*spans[n])] for n in sorted(numbers))]).supported

    if carries(chosen) or len(chosen) == len(spans) or not verdict_on(sentence, [passage]).supported:
        return chosen
    near = [n for n in range(len(spans)) if n not in chosen and any(abs(n - c) <= 2 for c in chosen)]
    near.sort(key=lambda n: min((abs(n - c), n > c) for c in chosen))
    for n in near:
        if carries([*chosen, n]):
            return [*chosen, n]
    return chosen


_CLAUSE_ENDS = re.compile(r"; | — | – |, (?:and|but|while|although|though) (?=(?:he|she|they|it|the|a|an|[A-Z]\w+)\b)")


def _clause(sentence: str, passage: str, start: int, end: int) -> Span:
    """The part of a long passage sentence, up to or from a break between clauses, that carries the sentence by itself."""
    if len(passage[start:end].split()) < _LONG:
        return start, end
    shared = key_words(sentence) & key_words(passage[start:end])
    # Only a clause that follows is cut off, and only where it says nothing of the claim: one that leads may hold who speaks.
    for match in _CLAUSE_ENDS.finditer(passage, start, end):
        part = passage[start : match.start()]
        unbroken = part.count("“") == part.count("”") and part.count('"') % 2 == 0 and len(part.split()) >= 6
        if unbroken and not _SPEECH.search(passage, match.end(), end) and shared <= key_words(part):
            return start, match.start()
    return start, end
