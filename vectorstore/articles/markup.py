"""Text with HTML in it, as a reader sees it: tags and entities read, what is hidden left out.

Written by hand, not with a parser that builds a tree: one pass, linear in the text, and no depth of nesting is too deep for it.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator

from vectorstore.articles.hidden import background_of, hidden

_NAMED = "|".join(
    "amp lt gt quot apos nbsp shy ndash mdash hellip lsquo rsquo ldquo rdquo laquo raquo bull middot copy reg trade euro pound "
    "[aeiounyAEIOUNY](?:acute|grave|circ|uml|tilde) [aA]ring [cC]cedil szlig [oO]slash aelig AElig oelig deg para sect times "
    "thinsp ensp emsp zwnj zwj".split()
)
_ENTITY = re.compile(rf"&(?:#\d{{1,7}}|#[xX][0-9a-fA-F]{{1,6}}|{_NAMED});")
_HUGE_NUMBER = re.compile(r"&#[xX]?[0-9a-fA-F]{8,};?")  # html.unescape raises ValueError from 4,300 digits on
_PARAGRAPHS = frozenset(
    "p div h1 h2 h3 h4 h5 h6 blockquote section article aside header footer main nav figure figcaption table caption ul ol dl "
    "pre hr address form fieldset center details summary body html title legend menu".split()
)
_LINES = frozenset("li tr dt dd br thead tbody tfoot".split())
_CELLS = frozenset(("td", "th"))
_INLINE = frozenset(
    "a abbr acronym b big cite code em font i img ins del kbd mark q s samp small span strike strong sub sup tt u var wbr".split()
)
_EMPTY = frozenset("area base br col embed hr img input link meta param source track wbr".split())
_RAW = frozenset("script style textarea title iframe noembed noframes xmp".split())
# What an opening tag ends where it is open, and what it does not look beyond: nobody writes </li>.
_ENDS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    **dict.fromkeys(
        _PARAGRAPHS - {"caption", "legend", "body", "html", "title"}, (frozenset(("p",)), frozenset(("td", "th", "table")))
    ),
    "li": (frozenset(("li",)), frozenset(("ul", "ol", "menu"))),
    "tr": (frozenset(("tr",)), frozenset(("table",))),
    **dict.fromkeys(("td", "th"), (_CELLS, frozenset(("tr", "table")))),
    **dict.fromkeys(("dt", "dd"), (frozenset(("dt", "dd")), frozenset(("dl",)))),
}
_FARTHEST = 20  # elements between an open one and the tag that ends it: bounds the search
_BREAKS = re.compile(r"<(?:p|br)[\s/>]", re.IGNORECASE)
_BLOCKS = re.compile(rf"</?(?:{'|'.join(sorted(_PARAGRAPHS | _LINES))})[\s/>]", re.IGNORECASE)
_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9_-]{0,40}(?::[a-zA-Z0-9_-]{1,40})?(?=[\s/>])")
_BARE = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})\s{0,9}/?>")
_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]{1,60})(?:\s{0,9}=\s{0,9}(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")
_INVISIBLE = re.compile("[\u00ad\u200b\u2060-\u2064\ufeff\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]")
# Joiners shape Persian and Indian letters and emoji; between Latin letters, and in rows, they only hide something.
_JOINERS = re.compile("[\u200c\u200d]{2,}|(?<=[\0-\u024f])[\u200c\u200d]|[\u200c\u200d](?=[\0-\u024f])")


def has_markup(text: str) -> bool:
    """Whether a text is HTML, or has entities in it: "</p>", "<br", "&#8217;", "&amp;"; not "a < b", "<3" or "AT&T"."""
    if _ENTITY.search(text):
        return True
    if "<" not in text:
        return False
    names = [(name, tag) for name, tag in _tags(text) if name.lower() in _PARAGRAPHS | _LINES | _CELLS | _INLINE | _RAW | _EMPTY]
    return any(tag.startswith("</") or name in _EMPTY or "=" in tag or name in _PARAGRAPHS for name, tag in names)


def plain(fragment: str) -> str:
    """A fragment of HTML, or a text with tags and entities in it, as plain text.

    Paragraphs are parted by blank lines, list items and rows of tables have a line each, cells are parted by " | ". Scripts,
    forms, comments and hidden elements are gone. A text without tags keeps its lines; one that was escaped twice is read twice.
    """
    text = _reduced(fragment.replace("<![CDATA[", "").replace("]]>", ""))
    if ("<" in text or "&" in text) and "<" not in fragment and has_markup(text):
        text = _reduced(text)
    elif _ENTITY.search(text):
        text = unescaped(text)
    return text


def unescaped(text: str) -> str:
    """The text with its entities read."""
    return html.unescape(_HUGE_NUMBER.sub("\ufffd", text)) if "&" in text else text


def visible(text: str) -> str:
    """The text without characters that nobody sees: zero-width ones, soft hyphens, tags, changes of direction."""
    if text.isascii():
        return text
    return _JOINERS.sub("", _INVISIBLE.sub("", text))


def _tags(text: str) -> Iterator[tuple[str, str]]:
    """(name in lower case, whole tag) of every tag in a text."""
    for kind, name, piece in _pieces(text):
        if kind in ("open", "close"):
            yield name, piece


def _pieces(text: str) -> Iterator[tuple[str, str, str]]:
    """(kind, name, piece): "text", "open", "close"; comments, declarations and the content of scripts are left out.

    Linear: a search that failed once is not made again.
    """
    here, shown, last = 0, 0, text.rfind(">")
    quoted = True  # whether quotation marks in tags are paired; else a tag ends with the next ">"
    while (here := text.find("<", here)) >= 0 and here < last:
        if (bare := _BARE.match(text, here)) and (low := bare[2].lower()) not in _RAW:  # most tags: a shorter way
            if shown < here:
                yield "text", "", text[shown:here]
            yield ("close" if bare[1] else "open"), low, bare[0]
            here = shown = bare.end()
            continue
        ahead = text[here + 1]
        name = _NAME.match(text, here + 2 if ahead == "/" else here + 1)
        if not name and ahead not in "!?":
            here += 1
            continue
        yield "text", "", text[shown:here]
        if text.startswith("<!--", here):
            end = text.find("-->", here + 2)
            here = shown = len(text) if end < 0 else end + 3
            continue
        end = _end_of_tag(text, name.end(), last) if name and quoted else text.find(">", here)
        if end < 0:
            quoted = False
            end = text.find(">", here)
        tag, here = text[here : end + 1], end + 1
        if name:
            low = name[0].lower()
            yield ("close" if ahead == "/" else "open"), low, tag
            if low in _RAW and ahead != "/" and not tag.endswith("/>"):
                closing = re.compile(rf"</{low}(?=[\s/>])", re.IGNORECASE | re.ASCII).search(text, here)
                here = closing.start() if closing else len(text)
        shown = here
    yield "text", "", text[shown:]


def _end_of_tag(text: str, start: int, last: int) -> int:
    """Where the ">" of a tag is, one in quotation marks not counted; -1 where the marks are not paired."""
    while start <= last:
        end = text.find(">", start)
        marks = [place for mark in "\"'" if (place := text.find(mark, start, end)) >= 0 and "=" in text[start:place][-9:]]
        if not marks:
            return end
        mark = min(marks)
        start = text.find(text[mark], mark + 1) + 1
        if not start:
            return -1
    return -1


def attributes(tag: str) -> dict[str, str]:
    """The attributes of a tag, names in lower case; the first of a name counts."""
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(tag[:10_000], re.match(r"</?[^\s/>]*", tag).end()):  # type: ignore[union-attr]
        found.setdefault(match[1].lower(), unescaped(match[2] or match[3] or match[4] or ""))
    return found


def _reduced(fragment: str) -> str:
    """One reading of the fragment."""
    page = _Page(blank_lines=not _BREAKS.search(fragment), lines=not _BLOCKS.search(fragment))
    for kind, name, piece in _pieces(fragment):
        if kind == "text":
            page.write(piece)
        elif kind == "open":
            page.open(name, piece)
        else:
            page.close(name)
    return page.text()


class _Page:
    """Text as it is laid out while its tags are read."""

    def __init__(self, blank_lines: bool, lines: bool) -> None:
        self._blank_lines, self._lines = blank_lines, lines  # whether those of the source are lines of the text
        self._out: list[str] = []
        self._gap = 0  # line ends that are due before the next word
        self._space = False  # whether a space is
        self._due = 0  # line ends of the source since the last word
        self._open: list[tuple[str, bool, str]] = []  # name, whether it is hidden, what it stands on
        self._names: Counter[str] = Counter()
        self._hidden = self._pre = 0  # how many of the open elements are
        self._cells: list[int] | None = None  # where the cells of the innermost row begin in `_out`

    def open(self, name: str, tag: str) -> None:
        ended, beyond = _ENDS.get(name, ((), ()))
        for other, _, _ in self._open[: -_FARTHEST - 1 : -1] if ended else ():
            if other in beyond:
                break
            if other in ended:
                self._shut(other)
                break
        self._part(name)
        if name in _CELLS and self._cells is not None:
            self._cells.append(len(self._out))
        if name == "tr":
            self._cells = []
        elif name == "table":
            self._cells = None  # a row around a table is layout
        if name in _EMPTY:
            return
        found = attributes(tag) if " " in tag or "\n" in tag or "\t" in tag else {}
        below = self._open[-1][2] if self._open else ""
        unseen = hidden(name, found, below)
        self._open.append((name, unseen, (background_of(found) if found else "") or below))
        self._names[name] += 1
        self._hidden += unseen
        self._pre += name == "pre"
        if name == "q":  # browsers write the marks
            self.write("“")

    def close(self, name: str) -> None:
        if name == "q" and self._names["q"] and not self._hidden:
            self._space = False
            self._out.append("”")
        if self._names[name]:
            self._shut(name)
        self._part(name)

    def write(self, text: str) -> None:
        """Text between two tags."""
        if self._hidden or not text:
            return
        text = unescaped(text)
        if self._pre:
            self._as_it_stands(text)
        elif self._blank_lines or self._lines:
            self._line_by_line(text)
        else:
            self._words(text)

    def _as_it_stands(self, text: str) -> None:
        for number, line in enumerate(text.split("\n")):
            self._gap += number > 0
            if line.strip():
                self._flush()
                self._out.append(line.rstrip().expandtabs(4))

    def _line_by_line(self, text: str) -> None:
        for number, line in enumerate(text.split("\n")):
            if number:
                self._space, self._due = True, self._due + 1
            if line.strip():
                if self._due > 1 or (self._due and self._lines):
                    self._gap = max(self._gap, min(self._due, 2))
                self._due = 0
            self._words(line)

    def _words(self, text: str) -> None:
        words = text.split()
        if not words:
            self._space |= bool(text)
            return
        self._space |= text[0].isspace()
        self._flush()
        self._out.append(" ".join(words))
        self._space = text[-1].isspace()

    def _flush(self) -> None:
        """Writes the line ends or the space that are due."""
        if self._out:
            self._out.append("\n" * min(self._gap, 2) or " " * self._space)
        self._gap, self._space = 0, False

    def _part(self, name: str) -> None:
        """Begins a paragraph or a line where an element does so."""
        if self._hidden:
            return
        if name == "br":
            self._gap = min(self._gap + 1, 2)
        elif name in _PARAGRAPHS:
            self._gap = 2
        elif name in _LINES or name in _CELLS:
            self._gap = max(self._gap, 1)
        else:
            return
        self._due = 0

    def _shut(self, name: str) -> None:
        """Ends the innermost open element of a name, and what is open in it."""
        while self._open:
            last, unseen, _ = self._open.pop()
            self._names[last] -= 1
            self._hidden -= unseen
            self._pre -= last == "pre"
            if last == "tr":
                self._row()
            if last == name:
                break

    def _row(self) -> None:
        """Puts the cells of a row on one line, where each has one line."""
        starts, self._cells = self._cells, None
        if not starts or self._hidden:
            return
        ends = [*starts[1:], len(self._out)]
        cells = ["".join(self._out[start:end]).strip() for start, end in zip(starts, ends, strict=True)]
        if sum(map(bool, cells)) > 1 and not any("\n" in cell for cell in cells):
            before = "\n" if starts[0] and self._out[starts[0] :][:1] == ["\n"] else "\n\n" if starts[0] else ""
            self._out[starts[0] :] = [before, " | ".join(cells)]

    def text(self) -> str:
        return visible("".join(self._out)).strip()
