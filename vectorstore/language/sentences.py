"""Text -> sentences with exact character offsets.

The sentence is the unit of a quote, so finding its ends is ours to do well: a quote that stops at "Gen." or starts in
the middle of a quotation misleads. Rules follow what news prose does (Grefenstette & Tapanainen 1994 describe the
full-stop ambiguity): a stop ends a sentence unless it belongs to an abbreviation, an initial, a number or a URL.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vectorstore.language.lexicon import word_list, word_set

Span = tuple[int, int]

_TITLES = word_set("sentences.abbreviations")
_MAYBE = word_set("sentences.abbreviations_that_may_end")
_MAYBE_NEVER_BEFORE_NUMBER = word_set("sentences.abbreviations_before_number")

_CLOSERS = "\"'”’»)]}"
_OPENERS = "\"'“‘«([{"
# One stop or a run of them ("?!", "..."), then closing quotes and brackets, then white space or the end.
_STOP = re.compile(rf"(?:[.!?…]+|[。！？])[{re.escape(_CLOSERS)}]*(?=\s|$)|[。！？]")
_WORD_BEFORE = re.compile(r"[\w.&’'-]*$")
_STARTS_SENTENCE_AFTER_ABBREVIATION = re.compile(rf"(?:{'|'.join(word_list('sentences.starts'))})\b")

_LONGEST_SENTENCE = 700  # characters; tables and listings run on without a stop and are cut at a word


def sentences(text: str) -> list[Span]:
    """The sentences of a text as (start, end) offsets, in order, without the white space around them.

    Every non-blank character belongs to exactly one span. A line break ends a sentence, unless the paragraph is hard-wrapped
    (several full lines of nearly one length).
    """
    spans: list[Span] = []
    for start, end in _blocks(text):
        position = start
        for stop in _stops(text, start, end):
            spans.extend(_trimmed(text, position, stop))
            position = stop
        spans.extend(_trimmed(text, position, end))
    return [piece for span in spans for piece in _cut_long(text, *span)]


def _blocks(text: str) -> Iterator[Span]:
    """Stretches of text inside which only punctuation can end a sentence: lines, or whole hard-wrapped paragraphs."""
    for paragraph in re.finditer(r"(?:[^\n]*\S[^\n]*(?:\n|$))+", text):
        start, end = paragraph.span()
        lines = paragraph.group().splitlines()
        if _hard_wrapped(lines):
            yield start, end
            continue
        for line in re.finditer(r"[^\r\n\v\f\x85\u2028\u2029]+", text[start:end]):
            yield start + line.start(), start + line.end()


def _hard_wrapped(lines: list[str]) -> bool:
    full = [len(line.rstrip()) for line in lines[:-1]]
    if not full or min(full) < 45 or max(full) > 100 or max(full) - min(full) > 22:
        return False
    if len(full) == 1:  # two lines: a headline over a standfirst, unless the second goes on in lower case
        return lines[1].lstrip()[:1].islower()
    # Full lines that all end in a stop are short paragraphs, not wrapped prose.
    return any(not line.rstrip().endswith((".", "!", "?", "…", "”", '"', ":")) for line in lines[:-1])


def _stops(text: str, start: int, end: int) -> Iterator[int]:
    for match in _STOP.finditer(text, start, end):
        if match.end() < end and _ends_sentence(text, start, match, end):
            yield match.end()


def _ends_sentence(text: str, start: int, match: re.Match[str], end: int) -> bool:
    mark = match.group()
    following = text[match.end() : min(end, match.end() + 40)].lstrip()
    if not following:
        return True
    if mark[0] in "。！？":
        return True
    first = following.lstrip(_OPENERS + "—–- ")[:1]
    closed = mark[-1] in _CLOSERS
    if first.islower():
        # "Is it true?" he asked.  /  "... and so on" — a lower-case start continues the sentence.
        return False
    if mark[0] in "!?":
        return True
    if mark.startswith(("..", "…")):
        return first.isupper() or following[0] in _OPENERS or closed
    found = _WORD_BEFORE.search(text, max(start, match.start() - 30), match.start())
    word = (found.group() if found else "").strip("'’-&").casefold()
    if closed:
        return True
    if word in _TITLES:
        # "Gen." introduces a name; "No. 10" a number; "St." a saint.
        return (
            word in ("no", "nos", "jr", "sr")
            and not (first.isdigit() if word in ("no", "nos") else False)
            and bool(_STARTS_SENTENCE_AFTER_ABBREVIATION.match(following))
        )
    if word in _MAYBE:
        if word in _MAYBE_NEVER_BEFORE_NUMBER and first.isdigit():
            return False
        if following[0] in _OPENERS:
            return True
        return bool(_STARTS_SENTENCE_AFTER_ABBREVIATION.match(following))
    if re.fullmatch(r"(?:[a-z]\.)*[a-z]", word):
        # Initials: "J. K. Rowling", "George W. Bush"; "I." and "plan B." can end one.
        return bool(_STARTS_SENTENCE_AFTER_ABBREVIATION.match(following)) and "." not in word
    # "1. Singapore": a list number at the start of its line
    return not (word.isdigit() and match.start() - len(word) == start and first)


def _trimmed(text: str, start: int, end: int) -> list[Span]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return [(start, end)] if start < end else []


def _cut_long(text: str, start: int, end: int) -> Iterator[Span]:
    """A run without a stop, cut at semicolons or else at words, so that no passage outgrows the encoder."""
    while end - start > _LONGEST_SENTENCE:
        window = text[start : start + _LONGEST_SENTENCE]
        cut = max(window.rfind("; "), window.rfind(" | "), window.rfind(" • "))
        if cut < _LONGEST_SENTENCE // 2:
            cut = window.rfind(" ")
        cut = start + cut + 1 if cut > 0 else start + _LONGEST_SENTENCE
        yield from _trimmed(text, start, cut)
        start = cut
    yield from _trimmed(text, start, end)
