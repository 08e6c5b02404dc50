"""A model's draft as plain sentences, each with the hits that its markers name: no markup, no link, no list of sources."""

from __future__ import annotations

import html
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from qa.markers import IS_MARK, MARK, Marker, list_words, marked, names_source
from vectorstore.language.sentences import sentences as sentence_spans
from vectorstore.types import Hit

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence of a draft, without markers."""

    text: str
    cited: tuple[int, ...]  # indexes of the hits that its markers name
    opens: bool  # a paragraph or a list item


def said(draft: str, hits: Hits, final: bool) -> list[Said]:
    """The sentences of a draft. While it streams (`final` false) a marker or a link that is cut in two is held back.

    What has been read of a draft that grows is not read again: it is taken in blocks that end where a sentence does.
    """
    draft = _without_apparatus(draft, hits) if "\n" in draft or ":" in draft else draft
    rounds = not _SQUARE.search(draft)
    found: list[Said] = []
    blocks = list(_blocks(draft))
    for n, block in enumerate(blocks):
        last = n == len(blocks) - 1
        read = _read(block, hits, rounds, final or not last)
        opens = n > 0 and "\n" in blocks[n - 1][len(blocks[n - 1].rstrip()) :]
        for k, one in enumerate(read):
            found.append(Said(one.text, one.cited, bool(found) and (one.opens or (k == 0 and opens))))
    return found


_SQUARE = re.compile(r"[\[【［〔{][^\]】\n]{0,40}\d|\^\d")
_BLOCK_END = re.compile(r"[.!?。！？][)”\"’*_]{0,3}(?P<marker>\s?\[\d{1,2}\]){0,3}\s+(?=[^\W\d_])|\n\s*\n(?=[^\s\[【(])")


class Hits(tuple[Hit, ...]):
    """The hits of an answer as a key of a cache: a long text is hashed once, not for each sentence."""

    def __hash__(self) -> int:
        if "hashed" not in self.__dict__:
            self.__dict__["hashed"] = super().__hash__()
        return int(self.__dict__["hashed"])


def _blocks(draft: str) -> Iterator[str]:
    """The draft in pieces that can be read by themselves, each of them cut in the same place however far the draft has grown."""
    start = 0
    for match in _BLOCK_END.finditer(draft):
        end = match.end()
        if len(draft) - end > 40 and _ends(draft[start:end], draft[end : end + 20]):
            yield draft[start:end]
            start = end
    yield draft[start:]


@lru_cache(maxsize=512)
def _ends(block: str, following: str) -> bool:
    """Whether a sentence ends here, and nothing that is open may end in the next block."""
    line = block.rstrip()[block.rstrip().rfind("\n") + 1 :]
    if "\n" not in block[len(block.rstrip()) :]:
        if line.lstrip(" -*•")[:1] in ("[", "【", "(") or "|" in line:
            return False
        plain = re.sub(r"\s?\[\d{1,2}\]", "", line) + " "
        if not any(end == len(plain.rstrip()) for _, end in sentence_spans(plain + following)):
            return False
    pairs = (("[", "]"), ("(", ")"), ("【", "】"), ("<", ">"), ("{", "}"), ("“", "”"))
    return block.count("**") % 2 == 0 and all(block.count(a) <= block.count(b) for a, b in pairs)


@lru_cache(maxsize=256)
def _read(block: str, hits: Hits, rounds: bool, final: bool) -> tuple[Said, ...]:
    text, markers = _plain(block, hits, rounds, final)
    spans = sentence_spans(text)
    cited = _assigned(text, spans, markers)
    found: list[Said] = []
    for n, (start, end) in enumerate(spans):
        words = _tidy(text[start:end])
        if any(character.isalnum() for character in words):
            found.append(Said(words, cited[n], n > 0 and "\n" in text[spans[n - 1][1] : start]))
        elif found and cited[n]:  # a line of nothing but markers, or of a marker and a stop
            found[-1] = Said(found[-1].text, tuple(dict.fromkeys(found[-1].cited + cited[n])), found[-1].opens)
    return tuple(found)


# --- what stands around an answer

_LIST_ITEM = re.compile(r"\s*(?:[-*•–]|[\[【(]?\^?\d{1,2}[\]】).:]|https?:)")
_FOOTNOTE = re.compile(r"[\s\-*•]{0,6}[\[【(]?\^?(\d{1,2})[\]】).:]{1,2}:?\s+(?P<rest>\S.{0,300})$")


@cache
def _beside() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """A heading over sources with the rest of its line; a word that introduces an answer; a remark on how sure it is."""
    dress = r"[\s>#*_\-]{0,8}"
    return (
        re.compile(
            rf"{dress}(?:{list_words('headings')})[\s*_]{{0,4}}(?:[:：][\s*_]{{0,4}}(?P<rest>.{{0,400}}))?$", re.IGNORECASE
        ),
        re.compile(rf"{dress}(?:{list_words('prefixes')})(?:[\s*_]{{0,4}}[:：][\s*_]{{0,4}}|[\s*_]{{0,4}}$)", re.IGNORECASE),
        re.compile(
            rf"(?:^|(?<=[.!?\])\s])){dress}\(?(?:{list_words('asides')})[\s*_]{{0,4}}[:：=][\s*_]{{0,4}}"
            r"[\w %,/*-]{1,40}\.?\)?$",
            re.IGNORECASE,
        ),
    )


def _without_apparatus(draft: str, hits: Sequence[Hit]) -> str:
    """The draft without lists of sources, footnotes, headings, "Answer:" and "Confidence: high"."""
    heading, prefix, aside = _beside()
    kept: list[str] = []
    listing, above = False, None  # the last line with words in it
    every = re.sub(r"\n{3,}", "\n\n", draft).split("\n")
    for n, line in enumerate(every):
        below = next((other for other in every[n + 1 : n + 4] if other.strip()), "")
        over = above is not None
        if above is not None and (found := heading.match(line)):
            rest = (found["rest"] or "").strip()
            if rest and not re.sub(r"[\[\]【】(),;\d\s.]+", "", rest):  # "Source: [1]" cites for what stands above it
                kept[above] += f" {rest}"
            listing = True
            continue
        if listing and (not line.strip() or _LIST_ITEM.match(line) or names_source(line, hits)):
            continue
        listing = False
        note = _FOOTNOTE.match(line) if over else None
        if note and (note["rest"].startswith(("http", "www.")) or names_source(note["rest"], hits)):
            continue
        if _is_heading(line, below):
            kept.append("")
            continue
        if line.lstrip().startswith("|"):
            line = _row(line, hits)
        above = len(kept) if line.strip() else above
        kept.append(aside.sub("", prefix.sub("", line, count=1)) if ":" in line or "：" in line or not over else line)
    return "\n".join(kept)


def _row(line: str, hits: Sequence[Hit]) -> str:
    """A row of a table; a cell that only names the outlet leaves its marker."""
    cells = [" ".join(_MARKERS.findall(cell)) if names_source(cell, hits) else cell.strip() for cell in line.split("|")]
    return "; ".join(cell for cell in cells if cell).replace("; [", " [")


_MARKERS = re.compile(r"[\[【]\d[^\]】]{0,20}[\]】]")


def _is_heading(line: str, below: str) -> bool:
    """Whether a line only says what comes: the names of a table's columns, or what a list is of."""
    plain = line.strip()
    if not plain or not below or re.search(r"[\[【(]\^?\d|[.!?]$", plain):
        return False
    if re.match(r"\|?[\s:|-]*-{2,}[\s:|-]*$", below) and "|" in plain:
        return True
    return plain.rstrip("*_ ").endswith(":") and bool(_LIST_ITEM.match(below)) and not re.search(r"\d", plain)


# --- plain words

_OPEN_AT_END = re.compile(r"\s?[\[【〔［{⟦(]{1,4}(?:[\d\s,^-]{0,20}|[a-z]{0,12}\s?\d{0,3})$", re.IGNORECASE)
_CUT_MARKER = re.compile(
    r"(?:[\[【〔［{⟦「『«‹]{1,4}[^\]】〕］}⟧」』»›\n]{0,80}|[(（]\s?(?:[a-z.,]{0,12}\s?){0,3}[\d,;\s]{0,12}|\]\([^)\s]{0,500}"
    r"|<(?:[a-z/!?\d][^<>\n]{0,300})?|&#?\w{0,8}|#{1,2}\d{0,3}\$?|\$[^$\s]{0,12}|\\[a-z]{0,16}|~|\^[^\s\w]?\d{0,3}|\bcite\w{0,40}"
    r"|<(?:sup|sub|cite|ref|citation|source|doc|a)\b[^<>]{0,80}>[^<>\n]{0,40}(?:<[^<>]{0,12})?"
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
_LINK_PARTS = re.compile(r"www\.|:?//|(?:javascript|vbscript):", re.IGNORECASE)  # what broken syntax leaves
_EMAIL = re.compile(r"(?<=[\w.+-])@(?=[\w-]{1,60}\.\w)")
_LINE_START = re.compile(
    r"^[ \t]{0,12}(?:(?:>[ \t]?){1,5}|#{1,6}[ \t]+|(?:[-*+•–]|\d{1,2}[.)])[ \t]+|[-=*_]{3,}[ \t]*$)", re.MULTILINE
)
_EMPHASIS = re.compile(r"\*{1,3}|~~|`{1,3}|(?<![^\W_])_{1,3}(?=\S)|(?<=\S)_{1,3}(?![^\W_])")
_TABLE_RULE = re.compile(r"^[ \t]*\|?(?:[ \t]*:?-{2,}:?[ \t]*\|)+[ \t:-]*$", re.MULTILINE)
_PUNCTUATION_RUN = re.compile(r"([^\w\s\U000f0000-\U000fffff])[^\w\s\U000f0000-\U000fffff]{11,}")
_EDITORS = re.compile(
    r"\[(?=[^\W\d_\u00b2\u00b3\u00b9\u2070-\u2089][^\[\]\d\n]{0,40}\]|…\]|\.{3}\])([^\[\]]{1,41})\]"
)  # [he], [sic], […] of a quotation
_ROUND_OF_SQUARE = str.maketrans("[]【】〔〕［］\ue001\ue002", "()()()()[]")


_MARKUP = re.compile(
    r"[^\w\s.,;:!?'\"’“”()%&-]|[\d_]|www|@|^\s*-|(?<=\n)\s*-|:\S|[\u00b2\u00b3\u00b9\u2070-\u2089\u2460-\u27ff]|.\W{11}"
)


def _seen(text: str) -> str:
    """The text without control characters, private ones and others that nobody sees."""
    if text.replace("\n", "").isprintable():
        return text
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn"))


def _plain(draft: str, hits: Hits, rounds: bool, final: bool) -> tuple[str, list[tuple[int, Marker]]]:
    """The draft's words without markup, and its markers as (offset into those words, indexes of hits)."""
    text = _seen(re.sub(r"[^\S\n]+", " ", html.unescape(_seen(draft)).translate({0xA0: " "})))
    text = re.sub(r" ?\n[ \n]*\n ?", "\n\n", text)
    text = _ESCAPED.sub(r"\1", text)
    if not final:
        tail = max(0, len(text) - 700)
        while cut := _CUT_MARKER.search(text, tail):
            text = text[: cut.start()]
    else:
        text = _OPEN_AT_END.sub("", text)
    if not _MARKUP.search(text):  # most pieces of a stream
        return re.sub(r"[^\S\n]+", " ", text), []
    text, found = marked(_IMAGE.sub(r" \1 ", text), hits, rounds)
    for _ in range(3):
        text = _TAG.sub(" ", _LINK.sub(r"\1", _IMAGE.sub(r" \1 ", text)))
    text = _SCHEME.sub(" ", _URL.sub(" ", _DEFINITION.sub("", text)))
    text = _EMAIL.sub(" at ", _LINK_PARTS.sub(" ", text))
    text = _LINE_START.sub("", _LINE_START.sub("", _TABLE_RULE.sub("", text)))
    text = _EMPHASIS.sub("", text).replace("|", " ")
    text = re.sub(r"<(?=[^\s\d])|(?<=[^\s\d])>", " ", text)
    text = _EDITORS.sub("\ue001\\1\ue002", _PUNCTUATION_RUN.sub(r"\1", text)).translate(_ROUND_OF_SQUARE).replace("!(", "(")
    text = re.sub(r"[^\S\n]+", " ", text)  # what was removed leaves spaces, and the splitter is slow on long runs of them
    return _without_marks(text, found)


def _without_marks(text: str, found: list[Marker]) -> tuple[str, list[tuple[int, Marker]]]:
    pieces: list[str] = []
    markers: list[tuple[int, Marker]] = []
    length = position = 0
    for match in IS_MARK.finditer(text):
        pieces.append(text[position : match.start()])
        length += match.start() - position
        markers.append((length, found[ord(match.group()) - MARK]))
        position = match.end()
        if pieces[-1][-1:] in (".", "!", "?", "”", '"') and text[position : position + 1].isalnum():
            pieces.append(" ")  # "it.[2]Next"
            length += 1
    pieces.append(text[position:])
    return "".join(pieces), markers


def _assigned(text: str, spans: Sequence[Span], markers: Sequence[tuple[int, Marker]]) -> list[tuple[int, ...]]:
    """For each sentence the hits that its markers name. A marker belongs to the sentence that it stands in or follows.

    Where a line starts with a marker and does not end with one, its markers stand before their sentences.
    """
    cited: list[dict[int, None]] = [{} for _ in spans]
    starts, ends = [start for start, _ in spans], [end for _, end in spans]
    leading: dict[int, bool] = {}  # by where a line starts
    places = {offset for offset, _ in markers}
    for offset, indexes in markers if spans else ():
        start = text.rfind("\n", 0, offset) + 1
        if start not in leading:
            line = text[start:].partition("\n")[0]
            first, last = start + len(line) - len(line.lstrip()), start + len(line.rstrip())
            leads = start in places or first in places
            leading[start] = leads and first < last and places.isdisjoint(range(last, start + len(line) + 1))
        n = bisect_right(ends, offset) if leading[start] else bisect_left(starts, offset) - 1
        cited[min(max(n, 0), len(spans) - 1)].update(dict.fromkeys(indexes))
    return [tuple(indexes) for indexes in cited]


def _tidy(words: str) -> str:
    """A sentence without the gaps that removed markers leave: "it  ." -> "it."."""
    words = re.sub(r"\s+", " ", words)
    words = re.sub(r"\(\s*\)|\(\s*(?=[.,;])|\s?,\s?(?=[.;:!?](?:\s|$))", "", words)
    return re.sub(r" {1,2}(?=[.,;:!?)”’](?:\s|$))", "", re.sub(r" {2,}", " ", words)).strip()
