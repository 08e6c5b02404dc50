"""A text as somebody wrote it -> its sentences and quotations, without markup and markers, each with where it stands.

Markdown, HTML, lists, tables, footnotes and reference marks ("[1]") are taken out; what is left keeps its place in the text.
"""

from __future__ import annotations

import html
import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache

from qa.markers import list_words
from vectorstore.language.lexicon import word_set
from vectorstore.language.quotations import quotations
from vectorstore.language.sentences import sentences
from vectorstore.language.speakers import Speaker
from vectorstore.language.speech import speech_in

Span = tuple[int, int]

GONE = "\0"  # stands for each character that is taken out, until all are known
_LONGEST_HEADING = 14  # words
_COLUMNS = "columns"  # the names of them


@dataclass(frozen=True, slots=True)
class Written:
    """A sentence: where it stands in the text as it was given, and in its plain words."""

    start: int
    end: int
    at: Span  # in `Reading.plain`
    words: str
    kind: str  # claim, question, heading, source, fragment
    told: str = ""  # what it tells: a row of a table with the names of its columns


@dataclass(frozen=True, slots=True)
class Marked:
    """A quotation: where it stands, what is in it, and who says it as far as the text names anybody."""

    start: int
    end: int
    at: Span
    words: str
    speakers: tuple[Speaker, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """A text that was read."""

    plain: str
    sentences: tuple[Written, ...]
    quotations: tuple[Marked, ...]


def read(text: str) -> Reading:
    """The sentences and the quotations of a text, in order."""
    plain, at, lines = _plain(text)
    starts, kinds = [start for start, _ in lines], [kind for _, kind in lines]
    columns = _columns(plain, starts, kinds)

    def given(start: int, end: int) -> Span:
        return at[start], at[end - 1] + 1

    found = []
    for start, end in sentences(plain):
        words = " ".join(plain[start:end].split()).replace(" ;", ";")
        if any(map(str.isalnum, words)):
            kind = kinds[max(0, bisect_right(starts, start) - 1)] or _kind(words)
            told = _with_columns(words, heads) if (heads := columns.get(bisect_right(starts, start) - 1)) else words
            found.append(Written(*given(start, end), (start, end), words, "heading" if kind == _COLUMNS else kind, told))
    marked = [Marked(*given(*one), one, _inside(plain[slice(*one)]), _said_by(plain, one)) for one in _quoted(plain)]
    return Reading(plain, tuple(found), tuple(marked))


def _columns(plain: str, starts: list[int], kinds: list[str]) -> dict[int, list[str]]:
    """For each line that is a row of a table the names of its columns."""
    found: dict[int, list[str]] = {}
    heads: list[str] = []
    for n, (start, end) in enumerate(zip(starts, [*starts[1:], len(plain)], strict=True)):
        row = plain[start:end].strip()
        if kinds[n] == _COLUMNS:
            heads = row.replace(" ;", ";").split("; ")
        elif heads and row:
            found[n] = heads
        elif n and kinds[n - 1] != _COLUMNS:
            heads = []
    return found


def _with_columns(words: str, heads: list[str]) -> str:
    """A row with the names of its columns, but for that of the first, which only says what the rows are."""
    cells = words.split("; ")
    if len(cells) != len(heads):
        return words
    return "; ".join([cells[0], *(f"{head} {cell}" for head, cell in zip(heads[1:], cells[1:], strict=True))])


def _kind(words: str) -> str:
    if words.rstrip("\"'”’»)* ").endswith(("?", "？", "؟")):
        return "question"
    if words.endswith(":") or (words.isascii() and len(words.split(" ", 3)) < 3):
        return "fragment"
    return "claim"


# --- quotations


def _quoted(plain: str) -> list[Span]:
    """What stands in quotation marks and is more than a term or a title of one or two words that nobody says."""
    found = [(one.start, one.end) for one in quotations(plain) if one.opening and not _is_title(plain, one.start, one.end)]
    return [one for one in found if len(_inside(plain[slice(*one)]).split()) > 2 or _said_by(plain, one)]


_TITLE = 8  # words at most


def _is_title(plain: str, start: int, end: int) -> bool:
    """Whether it is the name of a work, which nobody says: "Ted Lasso", in capitals, in the middle of what is told."""
    inner = _inside(plain[start:end])
    words = [word for word in inner.split() if word.isalpha() and word not in word_set("names.small")]
    apart = inner[-1:] in ",.!?…" or plain[:start].rstrip()[-1:] in (",", ":") or plain[end : end + 1] == ","
    return bool(words) and not apart and len(inner.split()) <= _TITLE and all(word[0].isupper() for word in words)


_EDGE = " \t\n\"'“”„«»‹›「」『』‘’‚"
_PARAGRAPH_MARK = re.compile(r"(\n\s*)[\"'“„«‹「‘»]")


def _inside(quotation: str) -> str:
    """What stands in a quotation, without its marks and those that open its further paragraphs."""
    inner = _PARAGRAPH_MARK.sub(r"\1", quotation[1:])
    closed = inner[-1:] in _EDGE.strip()
    return (inner[:-1] if closed else inner).strip()


def _said_by(plain: str, span: Span) -> tuple[Speaker, ...]:
    """Who says a quotation, the nearest first; none where nobody is named."""
    found = speech_in(plain, *span)
    held = [one for one in found if 2 * (min(one.end, span[1]) - max(one.start, span[0])) > min(one.end, span[1]) - span[0]]
    return next((one.speakers for one in held if _is_somebody(one.speakers[0])), ())


def _is_somebody(one: Speaker) -> bool:
    """Whether it is a name or "the mayor": in "One reaction stood out: “…”" nobody speaks."""
    return bool(one.names) or one.shown.split(" ", 1)[0].casefold() in word_set("words.articles")


# --- plain words


def _plain(text: str) -> tuple[str, list[int], list[tuple[int, str]]]:
    """The text's plain words, where each character of them stands in it, and where its lines start and of which kind they are."""
    out = _LINE_END.sub(lambda m: GONE * (len(m.group()) - 1) + "\n", text.replace(GONE, " "))
    out = "".join(_visible(c) for c in out) if not out.isascii() or not out.replace("\n", "").isprintable() else out
    out = html_entities(out)
    for form in _INLINE:
        out = form.sub(_kept, out)
    chars: list[str] = []
    at: list[int] = []
    lines: list[tuple[int, str]] = []
    position = 0
    for row, kind in _lines(out.split("\n")):
        lines.append((len(chars), kind))
        for n, c in enumerate(row, position):
            if c != GONE and (not c.isspace() or (chars and chars[-1] not in " \n")):
                chars.append(" " if c.isspace() else c)
                at.append(n)
        position += len(row) + 1
        if chars and chars[-1] == " ":
            chars.pop()
            at.pop()
        if chars and chars[-2:] != ["\n", "\n"]:
            chars.append("\n")
            at.append(position - 1)
    return "".join(chars), at, lines


_LINE_END = re.compile(r"\r\n|[\r\v\f\x85\u2028\u2029]")
_TABLE_RULE = re.compile(r"[\s|:-]*-{2,}[\s|:-]*")
_START = re.compile(
    r"[ \t]{0,12}(?:>[ \t]?){1,5}|[ \t]{0,12}(?:[-*+•–‣◦][ \t]+(?:\[[ xX]\][ \t]+)?|\(?\d{1,3}[.)][ \t]+|\(?[a-z][.)][ \t]+)"
)
_HEADING = re.compile(r"[ \t]{0,3}#{1,6}[ \t]+")
_NOTE = re.compile(r"[ \t]{0,3}\[\^[^\]\s]{1,30}\]:[ \t]?")
_BOLD = re.compile(r"[ \t]{0,3}(\*\*|__)[^*_]{1,200}\1:?[ \t]*")


def _lines(rows: list[str]) -> list[tuple[str, str]]:
    """Each line without what only marks it as an item, a heading or a row, and its kind, as far as its form tells."""
    found: list[tuple[str, str]] = []
    listing = code = False
    for n, row in enumerate(rows):
        bare = row.replace(GONE, "").strip()
        below = rows[n + 1].replace(GONE, "").strip() if n + 1 < len(rows) else ""
        above = rows[n - 1].replace(GONE, "").strip() if n else ""
        if bare.startswith(("```", "~~~")):
            code = not code
            found.append((GONE * len(row), ""))
        elif _sources().fullmatch(bare):
            listing = True
            found.append((row, "source"))
        elif bare and set(bare) <= set("-=*_|:+ ") and len(bare) > 1:
            found.append((GONE * len(row), ""))
        elif note := _NOTE.match(row):
            rest = row[note.end() :]
            told = len(rest.split()) > 7 and rest.rstrip()[-1:] in '.!”"' and not listing
            found.append((GONE * note.end() + rest, "" if told else "source"))
        elif mark := _HEADING.match(row):
            found.append((GONE * mark.end() + row[mark.end() :].replace("#", GONE), "heading"))
        elif "|" in bare.strip("|") and (bare.startswith("|") or _TABLE_RULE.fullmatch(below) or "|" in above):
            found.append((_cells(row), _COLUMNS if "|" in below and _TABLE_RULE.fullmatch(below) else ""))
        else:
            start = _START.match(row)
            while start and (more := _START.match(row, start.end())) and more.end() > start.end():
                start = more
            begin = start.end() if start else 0
            listing = listing and (not bare or bool(start) or bool(above) or row.lstrip().startswith(GONE))
            plain = GONE * begin + row[begin:]
            kind = "source" if listing and bare else ""
            if not kind and not start and bare and len(rows) > 1:
                underlined = bool(below) and set(below) <= set("=-") and len(below) > 2 and not above
                alone = (
                    not above and not below and n + 1 < len(rows) and any(other.strip(GONE + " \t") for other in rows[n + 1 :])
                )
                if underlined or ((_BOLD.fullmatch(bare) or alone) and _may_head(bare)):
                    kind = "heading"
            found.append((_EMPHASIS.sub(_kept, plain), kind))
    return [(_EMPHASIS.sub(_kept, row), kind) for row, kind in found]


def _may_head(bare: str) -> bool:
    bare = bare.strip("*_ ")
    return len(bare.split()) <= _LONGEST_HEADING and bare[-1:] not in '.!?…"”»’。！？;,'


def _cells(row: str) -> str:
    """A row of a table as a sentence: its cells with a semicolon between them."""
    first, last = row.find("|"), row.rfind("|")
    inner = row.rstrip(GONE + " \t")
    cells = list(row)
    for n, c in enumerate(row):
        if c == "|":
            outer = (n == first and not row[:n].strip(GONE + " \t")) or (n == last and n == len(inner) - 1)
            cells[n] = GONE if outer else ";"
    return "".join(cells)


@cache
def _sources() -> re.Pattern[str]:
    """A line that only says that sources follow."""
    return re.compile(rf"[\s>#*_\-]{{0,8}}(?:{list_words('headings')})[\s*_]{{0,4}}[:：]?[\s*_]{{0,4}}", re.IGNORECASE)


def _visible(c: str) -> str:
    if c in "\n\t":
        return c
    return GONE if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn") else c


_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,31});")


def html_entities(text: str) -> str:
    """The text with each entity as its character, filled up to its length."""

    def one(found: re.Match[str]) -> str:
        made = html.unescape(found.group())
        return made + GONE * (len(found.group()) - len(made)) if len(made) == 1 and made not in (GONE, "\n") else found.group()

    return _ENTITY.sub(one, text) if "&" in text else text


def _kept(found: re.Match[str]) -> str:
    """As many characters as the match has, of which only those of its group `kept` are left."""
    whole, start = found.group(), found.start()
    a, b = found.span("kept") if "kept" in found.re.groupindex else (-1, -1)
    a, b = (a - start, b - start) if a >= 0 else (0, 0)
    made = "".join(c if c == "\n" or a <= n < b else GONE for n, c in enumerate(whole))
    before, after = found.string[start - 1 : start], found.string[found.end() : found.end() + 1]
    apart = before.strip(GONE) and after.strip(GONE) and not before.isspace() and after.isalnum() and a == b
    return (" " if made[0] == GONE else made[0]) + made[1:] if apart and "em" not in found.re.groupindex else made


_MARKER = r"\^?\d{1,3}(?:[,;–-] ?\^?\d{1,3}){0,9}"
_INLINE = (
    re.compile(r"<!--.{0,2000}?-->", re.S),
    re.compile(r"\([ \t]{0,3}(?:\[[^\[\]\n]{1,120}\]\([^()\s]{1,600}\)[,; ]{0,3}){1,6}\)"),  # ([Harbour Post](https://…))
    re.compile(r"!\[[^\[\]\n]{0,300}\](?:\([^()\n]{0,600}\)|\[[^\[\]\n]{0,100}\])?"),
    re.compile(rf"\[{_MARKER}\](?:\([^()\s]{{0,600}}\))?(?!:)|(?:(?<=\S)|(?<=\S ))\[{_MARKER}\]"),
    re.compile(r"\[(?P<kept>[^\[\]\n]{1,300})\]\([^()\n]{0,600}\)"),
    re.compile(r"^[ ]{0,3}\[[^\[\]\n]{1,60}\]:[ \t]{1,5}(?:<|https?:)\S{1,600}.{0,300}$", re.M),
    re.compile(r"[【〔][^】〕\n]{1,60}[】〕]"),
    re.compile(r"\[\^[^\]\s]{1,30}\](?!:)"),
    re.compile(r"<sup>[^<>\n]{0,30}</sup>", re.I),
    re.compile(r"</?[a-zA-Z][^<>]{0,500}>"),
    re.compile(r"<?(?:https?://|www\.)[^\s<>\"”’)\]\x00]{1,2000}>?"),
    re.compile(r"(?:(?<=[.,;:!?”\"’)])|(?<=[^\W\d_]{3}))[\u00b9\u00b2\u00b3\u2070-\u2079]{1,3}(?=[\s.,;:!?”\"’)]|$)", re.M),
)
_EMPHASIS = re.compile(
    r"(?P<em>\*{1,3}|~~|`{1,3}|(?<![^\W_])_{1,3}(?=\S)|(?<=\S)_{1,3}(?![^\W_]))|\\(?P<kept>[\[\]()*_#`~>|!<{}.+-])"
)
