"""A model's draft and its hits -> sentences with exact quotes.

The model writes prose with passage numbers ("… denied sending fighters [2]."); code picks, inside passage 2, the shortest
verbatim span that carries the sentence. A quote is cut out of the article's stored text by its offsets, so that
`article.text[start:end] == quote` holds by construction. Nothing that a model writes becomes a link, an image or a tag:
what is not plain words is removed before a sentence is made of it.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from qa.types import Citation, Sentence
from qa.verify import Verdict, check, coverage, key_words
from vectorstore.passages import sentences as sentence_spans
from vectorstore.types import Hit

NO_PASSAGE = "No passage carries this sentence."

_LONGEST_DRAFT = 20_000  # characters; far above any output cap, low enough that a runaway draft costs a bounded time
_CARRIES = 0.5  # share of a sentence's words that a passage must hold before we cite it where the model did not
_TOUCHES = 0.2  # the same where the model did cite it: below this there is nothing to show as its quote
_ADDS = 0.2  # share of words that a second quote must add

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
            parts.append(sentence.text + "".join(f" [{number}]" for number in sentence.citations))
        return "".join(parts)


def read(draft: str, hits: Sequence[Hit], final: bool = False) -> Reading:
    """The draft's sentences without markers, each with the numbers of its quotes, in first-cited order.

    While a draft streams (`final` false) a marker or a link that is cut in two is held back, and the last sentence is not
    matched to a passage unless it says which: its marker may still come. No sentence is `supported` yet: see `verified`.
    """
    text, markers = _plain(draft[:_LONGEST_DRAFT], len(hits), final)
    spans = sentence_spans(text)
    cited = _assigned(text, spans, markers)
    book = _Numbers()
    read_sentences: list[Sentence] = []
    breaks: set[int] = set()
    for n, (start, end) in enumerate(spans):
        words = _tidy(text[start:end])
        if not any(character.isalnum() for character in words):
            continue
        if n and "\n" in text[spans[n - 1][1] : start]:
            breaks.add(len(read_sentences))
        chosen = [hits[k] for k in cited[n]]
        if not chosen and (final or n < len(spans) - 1):
            chosen = _best_hit(words, hits)
        quotes = [(hit, span) for hit in chosen for span in _quotes(words, hit.passage.text)]
        numbers = dict.fromkeys(book.number(hit, span) for hit, span in _worth_showing(words, quotes))
        read_sentences.append(Sentence(text=words, citations=tuple(numbers)))
    return Reading(tuple(read_sentences), tuple(book.citations), frozenset(breaks))


def verified(reading: Reading, hits: Sequence[Hit], strict: bool = False) -> Reading:
    """The reading with each sentence checked against the whole of the passages it cites and their records.

    A sentence that fails is marked with the reasons, or left out when `strict`; a quote that no sentence cites any more goes
    with it, and the others are numbered anew in the same order.
    """
    by_id = {hit.passage.id: hit for hit in hits}
    by_number = {citation.number: citation for citation in reading.citations}
    kept: list[Sentence] = []
    breaks: set[int] = set()
    broken = False
    for n, sentence in enumerate(reading.sentences):
        broken = broken or n in reading.breaks
        passage_ids = dict.fromkeys(by_number[number].passage_id for number in sentence.citations)
        cited = [by_id[passage_id] for passage_id in passage_ids if passage_id in by_id]
        verdict = Verdict(False, (NO_PASSAGE,))
        if cited:
            verdict = check(sentence.text, [hit.passage.text for hit in cited] + [_record(hit) for hit in cited])
        if strict and not verdict.supported:
            continue
        if broken and kept:
            breaks.add(len(kept))
        broken = False
        kept.append(replace(sentence, supported=verdict.supported, reasons=verdict.reasons))
    return _renumbered(kept, by_number, frozenset(breaks))


def _renumbered(kept: Iterable[Sentence], by_number: dict[int, Citation], breaks: frozenset[int]) -> Reading:
    new: dict[int, int] = {}
    sentences: list[Sentence] = []
    for sentence in kept:
        numbers = tuple(new.setdefault(number, len(new) + 1) for number in sentence.citations)
        sentences.append(replace(sentence, citations=numbers))
    citations = tuple(replace(by_number[old], number=number) for old, number in new.items())
    return Reading(tuple(sentences), citations, breaks)


def _record(hit: Hit) -> str:
    """What our own records say of the article, as a passage that a sentence may rest on."""
    article = hit.article
    day = article.published
    parts = [article.title, article.source, ", ".join(article.authors)]
    if day:
        parts.append(f"{day:%A}, {day.day} {day:%B %Y}")
    return ". ".join(part for part in parts if part)


class _Numbers:
    """Citations in first-cited order; the same quote keeps its number."""

    def __init__(self) -> None:
        self.citations: list[Citation] = []
        self._known: dict[tuple[str, int, int], int] = {}

    def number(self, hit: Hit, span: Span) -> int:
        start, end = hit.passage.start + span[0], hit.passage.start + span[1]
        key = (hit.article.id, start, end)
        if key not in self._known:
            self._known[key] = len(self.citations) + 1
            quote = hit.article.text[start:end]
            self.citations.append(Citation(self._known[key], quote, start, end, hit.article, hit.passage.id, hit.also_in))
        return self._known[key]


# --- which span of a passage carries a sentence


def _best_hit(sentence: str, hits: Sequence[Hit]) -> list[Hit]:
    """The one hit whose passage best covers a sentence that cites none, when it covers it well."""
    best, most = None, _CARRIES
    for hit in hits:
        covered = coverage(sentence, hit.passage.text)
        if covered > most:
            best, most = hit, covered
    return [best] if best else []


def _worth_showing(sentence: str, quotes: list[tuple[Hit, Span]]) -> list[tuple[Hit, Span]]:
    """The quotes without those that add nothing to one before them."""
    return quotes


@lru_cache(maxsize=4096)
def _quotes(sentence: str, passage: str) -> tuple[Span, ...]:
    """The shortest spans of the passage that carry the sentence, in reading order; none when it shares too few words."""
    wanted = key_words(sentence)
    if not wanted:
        return ()
    spans = sentence_spans(passage)
    held = [wanted & key_words(passage[start:end]) for start, end in spans]
    chosen: list[int] = []
    have: set[str] = set()
    while len(chosen) < 3:
        gains = [len(words - have) for words in held]
        # The earlier sentence wins a tie; a neighbour of one already chosen wins over a distant one.
        best = max(range(len(spans)), key=lambda n: (gains[n], any(abs(n - c) == 1 for c in chosen), -n), default=None)
        if best is None or gains[best] < max(1, (_ADDS if chosen else _TOUCHES) * len(wanted)):
            break
        chosen.append(best)
        have |= held[best]
    runs: list[list[int]] = []
    for n in sorted(chosen):
        if runs and n == runs[-1][-1] + 1:
            runs[-1].append(n)
        else:
            runs.append([n])
    return tuple((spans[run[0]][0], spans[run[-1]][1]) for run in runs)


# --- a draft as plain words, and the markers in it

# Each marker becomes one private character while the text is cleaned; drafts have their own ones removed first.
_MARK = 0xF0000
_IS_MARK = re.compile("[\U000f0000-\U000fffff]")
_NUMBERS = r"\d{1,4}(?:\s{0,2}(?:,|;|&|\+|–|—|-|and|to|bis|/)?\s{0,2}\^?(?:passages?\s|sources?\s)?#?\d{1,4}){0,20}"
_LABEL = r"(?:(?:passages?|sources?|documents?|docs?|articles?|refs?|references?|citations?|cites?|see|p|no|nr)\b\.?[\s:#]{0,3})?"
_INSIDE = rf"\s{{0,3}}[#^]?\s{{0,2}}{_LABEL}[#^]?{_NUMBERS}\s{{0,3}}(?:†[^\]】\[]{{0,40}})?"
_BRACKETS = re.compile(
    rf"<sup>\s{{0,3}}[\[(]{{0,2}}({_NUMBERS})[\])]{{0,2}}\s{{0,3}}</sup>"
    rf"|[\[【〔［]{{1,4}}({_INSIDE})[\]】〕］]{{1,4}}(?:\([^()\s]{{0,500}}\))?",
    re.IGNORECASE,
)
_LABELLED_ROUND = re.compile(
    rf"[(（]\s?(?:see\s)?(?:passages?|sources?|documents?|articles?|refs?)\s?#?({_NUMBERS})\s?[)）]", re.IGNORECASE
)
_ROUND = re.compile(r"(?<=[\w.!?”\"’)])\s?[(（](\d{1,2}(?:\s?[,;]\s?\d{1,2}){0,8})[)）](?=\s*(?:[.,;:!?]|$|[A-Z“\"]))")
_SUPERSCRIPT = re.compile(r"(?<=[^\W\d_]{3})[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2}(?:[⁻,˒][⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2})*|(?<=[.!?,;”\"’)])[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2}")
_CUT_MARKER = re.compile(
    r"(?:[\[【〔［]{1,4}[^\]】〕］\n]{0,60}|[(（]\s?(?:[a-z]{0,10}\s?)?[\d,;\s]{0,12}|\]\([^)\s]{0,500}|<[^<>\n]{0,300}|&#?\w{0,8}"
    r"|(?:https?:|www\.|javascript:|data:)\S{0,500}|\\|!)$",
    re.IGNORECASE,
)
_ESCAPED = re.compile(r"\\([\[\]()*_#`~>|!<{}.+-])")
_IMAGE = re.compile(r"!\[([^\[\]]{0,300})\](?:\([^()\n]{0,600}(?:\([^()\n]{0,200}\)[^()\n]{0,200})?\)|\[[^\[\]]{0,100}\])?")
_LINK = re.compile(r"\[([^\[\]]{1,300})\]\([^()\n]{0,600}(?:\([^()\n]{0,200}\)[^()\n]{0,200})?\)")
_DEFINITION = re.compile(r"^[ ]{0,3}\[[^\[\]\n]{1,60}\]:[ \t]{0,5}\S{1,600}.*$", re.MULTILINE)
_TAG = re.compile(r"<!--.{0,2000}?-->|</?[a-z!?][^<>]{0,2000}>", re.IGNORECASE | re.DOTALL)
_URL = re.compile(r"(?:\b[a-z][a-z0-9+.-]{1,20}://|\bwww\.|//(?=\w{1,60}\.))[^\s<>\"”’)\]]{1,2000}", re.IGNORECASE)
_SCHEME = re.compile(r"\b(?:javascript|vbscript|data|mailto|file|blob|tel):(?=\S)", re.IGNORECASE)
_EMAIL = re.compile(r"(?<=[\w.+-])@(?=[\w-]{1,60}\.\w)")
_LINE_START = re.compile(
    r"^[ \t]{0,12}(?:(?:>[ \t]?){1,5}|#{1,6}[ \t]+|(?:[-*+•–]|\d{1,2}[.)])[ \t]+|[-=*_]{3,}[ \t]*$)", re.MULTILINE
)
_EMPHASIS = re.compile(r"\*{1,3}|~~|`{1,3}|(?<![^\W_])_{1,3}(?=\S)|(?<=\S)_{1,3}(?![^\W_])")
_TABLE_RULE = re.compile(r"^[ \t]*\|?(?:[ \t]*:?-{2,}:?[ \t]*\|)+[ \t:-]*$", re.MULTILINE)
_PUNCTUATION_RUN = re.compile(r"([^\w\s\U000f0000-\U000fffff])[^\w\s\U000f0000-\U000fffff]{11,}")
_ROUND_OF_SQUARE = str.maketrans("[]【】〔〕［］", "()()()()")
_SUPERSCRIPT_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻˒", "0123456789-,")


def _plain(draft: str, hits: int, final: bool) -> tuple[str, list[tuple[int, tuple[int, ...]]]]:
    """The draft's words without markup, and its markers as (offset into those words, indexes of hits)."""
    text = "".join(c for c in draft if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    text = re.sub(r"[^\S\n]+", " ", html.unescape(text).translate({0xA0: " "}))
    text = re.sub(r" ?\n[ \n]*\n ?", "\n\n", text)
    text = "".join(c for c in text if c == "\n" or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    text = _ESCAPED.sub(r"\1", text)
    if not final:
        tail = max(0, len(text) - 700)
        while cut := _CUT_MARKER.search(text, tail):
            text = text[: cut.start()]
    found: list[tuple[int, ...]] = []

    def mark(match: re.Match[str]) -> str:
        inside = next((group for group in match.groups() if group), match.group()).translate(_SUPERSCRIPT_DIGITS)
        found.append(_indexes(inside, hits))
        return chr(_MARK + len(found) - 1)

    bracketed = bool(_BRACKETS.search(text))
    text = _IMAGE.sub(r" \1 ", text)
    text = _LABELLED_ROUND.sub(mark, _BRACKETS.sub(mark, text))
    text = _SUPERSCRIPT.sub(
        lambda m: mark(m) if any(_indexes(m.group().translate(_SUPERSCRIPT_DIGITS), hits)) or True else "", text
    )
    if not bracketed:
        text = _ROUND.sub(mark, text)
    for _ in range(3):
        text = _TAG.sub(" ", _LINK.sub(r"\1", _IMAGE.sub(r" \1 ", text)))
    text = _SCHEME.sub(" ", _URL.sub(" ", _DEFINITION.sub("", text)))
    text = _EMAIL.sub(" at ", text)
    text = _LINE_START.sub("", _LINE_START.sub("", _TABLE_RULE.sub("", text)))
    text = _EMPHASIS.sub("", text).replace("|", " ")
    text = re.sub(r"<(?=[^\s\d])|(?<=[^\s\d])>", " ", text)
    text = _PUNCTUATION_RUN.sub(r"\1", text).translate(_ROUND_OF_SQUARE).replace("!(", "(")
    return _without_marks(text, found)


def _without_marks(text: str, found: list[tuple[int, ...]]) -> tuple[str, list[tuple[int, tuple[int, ...]]]]:
    pieces: list[str] = []
    markers: list[tuple[int, tuple[int, ...]]] = []
    length = position = 0
    for match in _IS_MARK.finditer(text):
        pieces.append(text[position : match.start()])
        length += match.start() - position
        markers.append((length, found[ord(match.group()) - _MARK]))
        position = match.end()
    pieces.append(text[position:])
    return "".join(pieces), markers


def _indexes(inside: str, hits: int) -> tuple[int, ...]:
    """The hits that a marker names ("1, 3", "1-3", "passages 1 and 2"), in its order, those that exist."""
    named: list[int] = []
    for low, high in re.findall(r"(\d{1,4})(?:\s*(?:-|–|—|to|bis)\s*\^?#?(\d{1,4}))?", inside):
        first, last = sorted((int(low), int(high or low)))
        named.extend(range(max(first, 1), min(last, hits) + 1))
    return tuple(dict.fromkeys(number - 1 for number in named))


def _assigned(text: str, spans: Sequence[Span], markers: Sequence[tuple[int, tuple[int, ...]]]) -> list[tuple[int, ...]]:
    """For each sentence the hits that its markers name. A marker belongs to the sentence that it stands in or follows.

    Where a line starts with a marker and does not end with one, its markers stand before their sentences.
    """
    cited: list[dict[int, None]] = [{} for _ in spans]
    for offset, indexes in markers:
        before = [n for n, (start, _) in enumerate(spans) if start < offset]
        n = before[-1] if before else 0
        if not spans:
            break
        line_start = text.rfind("\n", 0, offset) + 1
        if before and spans[n][1] <= offset and not text[line_start:offset].strip() and text[offset:].strip():
            line_end = text.find("\n", offset)
            if text[offset : line_end if line_end >= 0 else None].strip():
                n = min(n + 1, len(spans) - 1)
        cited[n].update(dict.fromkeys(indexes))
    return [tuple(indexes) for indexes in cited]


def _tidy(words: str) -> str:
    """A sentence without the gaps that removed markers leave: "it  ." -> "it."."""
    words = re.sub(r"\s+", " ", words)
    words = re.sub(r"\(\s*\)|\(\s*(?=[.,;])", "", words)
    return re.sub(r" {1,2}(?=[.,;:!?)”’](?:\s|$))", "", re.sub(r" {2,}", " ", words)).strip()
