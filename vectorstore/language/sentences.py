"""Text -> sentences with exact character offsets.

The sentence is the unit of a quote, so finding its ends is ours to do well: a quote that stops at "Gen." or starts in
the middle of a quotation misleads. Rules follow what news prose does (Grefenstette & Tapanainen 1994 describe the
full-stop ambiguity): a stop ends a sentence unless it belongs to an abbreviation, an initial, a number or a URL.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from vectorstore.language.lexicon import LANGUAGES, word_list
from vectorstore.language.stems import stem, stem_set

Span = tuple[int, int]


@cache
def _any(name: str) -> frozenset[str]:
    """A list of all languages together: what a text is in is not asked, for a line of it may be in another."""
    return frozenset(word for language in LANGUAGES for word in word_list(f"sentences.{name}", language))


_CLOSERS = "\"'”’»›)]}」』】）》"
_OPENERS = "\"'“‘«‹([{„‚「『【（《¿¡"
_HARD = "。！？｡।॥؟۔።։"  # ends of other scripts, whatever follows them
# One stop or a run of them ("?!", "...", ". . ."), then closing quotes and brackets, then white space or the end. „German“ and
# »German« close with what opens in English and French, so these close only where nothing is quoted behind them.
# Every match starts with one class of characters, which lets the search leap from one to the next, and never inside a run of
# stops, nor is a run given back: fifty thousand dots before a page number took nine minutes.
_STOP = re.compile(
    rf"[.!?…{_HARD}](?<![.!?…][.!?…])(?:"
    rf"(?:(?<=\.)(?: \.){{1,3}}|(?<=[.!?…])[.!?…]*+|(?<=[{_HARD}])[{_HARD}]*+)(?:[ \xa0\u202f]?»|[{re.escape(_CLOSERS)}“«‹])*"
    rf"(?:(?=\s|$)|(?<=[{_HARD}」』】）》])|(?<=[{_HARD}][”’]))"
    r"|(?:(?<=[^\W_A-Z][\w%)][.!?])|(?<= \d[.!?]))[”\"’']?(?=[“\"‘']?[A-Z][a-z’']{0,30} ))"  # scraped text: "he said it.He left"
)
_WORD_BEFORE = re.compile(r"[\w.&’'-]*$")
_INNER_CAPITAL = re.compile(r"[a-z]{1,2}[A-Z]")  # iPhone, eBay: starts a sentence all the same
_CLAUSE = re.compile(r"[^.!?,;:…\n“”\"«»„。，：！？]{0,80}")
# "Ruben Acker, a father of three, asked at the meeting": who it is stands between the name and the verb.
_NAMED = re.compile(
    r"(?:[^\W\d_a-z][\w.'’-]* ){0,3}[^\W\d_a-z][\w'’-]*, [^.!?;:…\n“”\"«»„]{3,80}?, (?P<after>[^.!?,;:…\n“”\"«»„]{1,60})"
)
# A question, or one that somebody asked: "“When?” Ida Kern asked."
PUTS = re.compile(r"[?？؟][ \xa0\u202f]?(?:[”’\"»“」』]{1,2},?(?=\s)|[”’\"»“」』]{0,2}\s*$)")
_NO_VOWEL = re.compile(r"(?![aeiouyAEIOUY])[A-Za-z][b-df-hj-np-tv-xz]+")  # Bldg, Cmdr, hrs: only abbreviations
_BRACKETED = re.compile(r"[(\[][A-Za-z-]{1,7}\.[)\]]$")  # "(ret.) Olga Prowse"
_NUMERAL = re.compile(r"\d|[IVX]{1,6}\b")

_LONGEST_SENTENCE = 700  # characters; tables and listings run on without a stop and are cut at a word


def sentences(text: str) -> list[Span]:
    """The sentences of a text as (start, end) offsets, in order, without the white space around them.

    Every non-blank character belongs to exactly one span. A line break ends a sentence, unless the paragraph is hard-wrapped
    (several full lines of nearly one length).
    """
    spans: list[Span] = []
    for start, end in _blocks(text):
        ends = [*_stops(text, start, end), end]
        pieces = [piece for span in zip([start, *ends], ends, strict=False) for piece in _trimmed(text, *span)]
        spans += pieces if all(presentable(text[slice(*piece)]) for piece in pieces) else _mended(text, pieces)
    long = any(end - start > _LONGEST_SENTENCE for start, end in spans)
    return [piece for span in spans for piece in _cut_long(text, *span)] if long else spans


def presentable(sentence: str) -> bool:
    """Whether a sentence can be shown by itself: it is no scrap, starts with no closing mark or stop, ends in no abbreviation."""
    enough = 4 if sentence.isascii() else 2
    if (sum(map(str.isalnum, sentence[:12])) < enough and sum(map(str.isalnum, sentence)) < enough) or _STRAY.match(sentence):
        return False
    found = _WORD_BEFORE.search(sentence[-31:-1]) if sentence.endswith(".") else None
    return not (found and _is_short(found.group()))


def _is_short(written: str) -> bool:
    """Whether a word is one of those that always introduce a name; "Me Durand" is so called, "me" is not."""
    word = _last_part(written)
    return word in _any("abbreviations") and not (written.islower() and word in _any("capitalised"))


_STRAY = re.compile(r"[.,;:!?…”’»)\]}]")


def _mended(text: str, found: Sequence[Span]) -> list[Span]:
    """The sentences of a line, where what cannot stand alone joins the one before it, or else the one behind it."""
    spans: list[Span] = []
    held: Span | None = None  # a scrap that waits for what follows
    for start, end in found:
        start = held[0] if held else start
        held = None
        if presentable(text[start:end]):
            spans.append((start, end))
        elif spans and (_STRAY.match(text, start) or end - start < 4):
            spans[-1] = spans[-1][0], end
        else:
            held = start, end
    if held:
        spans[-1:] = [(spans[-1][0] if spans else held[0], held[1])]
    return spans


def _blocks(text: str) -> Iterator[Span]:
    """Stretches of text inside which only punctuation can end a sentence: lines, or whole hard-wrapped paragraphs."""
    for paragraph in re.finditer(r"(?:[^\n]*\S[^\n]*(?:\n|$))+", text):
        start, end = paragraph.span()
        lines = paragraph.group().splitlines()
        if len(lines) > 1 and _hard_wrapped(lines):
            yield start, end
            continue
        for line in re.finditer(r"[^\r\n\v\f\x85\u2028\u2029]+", text[start:end]):
            yield start + line.start(), start + line.end()


def _hard_wrapped(lines: list[str]) -> bool:
    full = [len(line.rstrip()) for line in lines[:-1]]
    if min(full) < 45 or max(full) > 100 or max(full) - min(full) > 22:
        return False
    if len(full) == 1:  # two lines: a headline over a standfirst, unless the second goes on in lower case
        return lines[1].lstrip()[:1].islower()
    # Full lines that all end in a stop are short paragraphs, not wrapped prose.
    return any(not line.rstrip().endswith((".", "!", "?", "…", "”", '"', ":")) for line in lines[:-1])


def _stops(text: str, start: int, end: int) -> Iterator[int]:
    return (m.end() for m in _STOP.finditer(text, start, end) if m.end() < end and _ends_sentence(text, start, m, end))


def _ends_sentence(text: str, start: int, match: re.Match[str], end: int) -> bool:
    mark = match.group()
    following = text[match.end() : min(end, match.end() + 100)].lstrip()
    if not following:
        return True
    closed = mark[-1] in _CLOSERS + "“«‹"
    if mark[0] in _HARD:
        return not ((closed and mark[-1] not in ")]）】" and _goes_on_saying(following)) or _is_inside(text, match.start()))
    first = following.lstrip(_OPENERS + "—–- ")[:1]
    if first.islower() and not _INNER_CAPITAL.match(following):
        # "Is it true?" he asked.  /  "... and so on" — a lower-case start continues the sentence.
        return False
    if mark[0] in "!?":
        return not (closed and mark[-1] not in ")]}" and _goes_on_saying(following))
    if mark.startswith((". .", "..", "…")):
        return first.isupper() or _no_case(first) or following[0] in _OPENERS or (closed and mark[-1] not in ")]}")
    written = _WORD_BEFORE.findall(text, max(start, match.start() - 30), match.start())[0].strip("'’-&")
    if closed:
        return not _BRACKETED.search(text, max(start, match.start() - 12), match.end()) or _starts(following)
    return _ends_after(written, following, first, match.start() - len(written) == start, text[start : match.start()])


def _is_inside(text: str, at: int) -> bool:
    """Whether a stop stands in 「 」, which are part of the sentence around them."""
    before, behind = text[max(0, at - _BRACKETS) : at], text[at + 1 : at + _BRACKETS]
    close = behind.find("」")
    return before.rfind("「") > before.rfind("」") and close > 0 and "\n" not in behind[:close] and "「" not in behind[:close]


_BRACKETS = 200  # characters: what one says in as many is shown by its sentences


def _ends_after(written: str, following: str, first: str, opens: bool, before: str) -> bool:
    """Whether a plain full stop behind a word ends its sentence."""
    word = _last_part(written)
    if _is_short(written) or (word in _any("before_number") and _NUMERAL.match(following)):
        return False  # "Gen." introduces a name, "St." a saint
    starts = _starts(following)
    if word in _any("may_end") or _NO_VOWEL.fullmatch(written):
        return starts or following[0] in _OPENERS
    if re.fullmatch(r"(?:[^\W\d_]\.)*[^\W\d_]", word):
        # Initials: "J. K. Rowling", "George W. Bush"; "I." and "plan B." can end one.
        return _no_case(first) or (starts and "." not in word)
    if word.isdigit():  # "1. Singapore": a list number at the start of its line; "am 3. Oktober": an ordinal
        return not (opens and first) and not (len(word) < 3 and _is_ordinal(following, before[: -len(word)]))
    return True


def _starts(following: str) -> bool:
    return following.split(maxsplit=1)[0].strip(_OPENERS + _CLOSERS + ",.:;") in _any("starts")


def _last_part(written: str) -> str:
    """What stands before a stop, as the lists have it: of "Then-Gov" gov, of "Maj.-Gen" gen."""
    return written.strip("'’-&").casefold().rpartition("-")[2].lstrip(".")


def _is_ordinal(following: str, before: str) -> bool:
    words = before.split()
    return following.split(maxsplit=1)[0].strip(",.;:").casefold() in _months() or bool(
        words and words[-1].casefold() in _any("before_ordinal")
    )


@cache
def _months() -> frozenset[str]:
    return frozenset(word for language in LANGUAGES if language != "en" for word in word_list("dates.months", language))


def _goes_on_saying(following: str) -> bool:
    """Whether what follows a closed quotation says whose it was: "“Is it true?” Ida Orrin asked."; "と話した" """
    clause = _NAMED.match(following) or _CLAUSE.match(following)
    words = clause.group().split() if clause else []
    words = [words[0], *clause["after"].split()[:3]] if clause and "after" in clause.re.groupindex else words
    if words and not words[0].isascii() and _no_case(words[0][0]):
        plain = words[0].rstrip("。，：、！？,:")
        return any(plain.startswith(verb) or plain[:10].endswith(verb) for verb in _any("says_after_quotation"))
    return any(
        stem(word) in stem_set("speech.verbs_of_saying") or word in _any("says_after_quotation")
        for word in map(str.casefold, words[1:7])
    ) and not any(word in _any("starts_no_tag") for word in map(str.casefold, words[:1]))


def _no_case(letter: str) -> bool:
    return letter.isalpha() and letter.lower() == letter.upper()


def _trimmed(text: str, start: int, end: int) -> list[Span]:
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    return [(start, start + len(piece.strip()))] if piece.strip() else []


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
