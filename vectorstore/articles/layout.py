"""Lines as they stand on pages -> paragraphs as they were written: what a PDF has lost of a text.

Lines come in the order in which the file draws them, which is the order of reading in nearly all files; where a file draws
line by line across columns, the columns are put after one another.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from statistics import median

from vectorstore.language.stems import stem
from vectorstore.language.words import rarity

HYPHENS = "-\u2010\u00ad\u0002\ufffe"  # the last three as files and their readers mark a hyphen at a line's end
_MARKS = "\u00ad\u0002\ufffe"
_UNSEEN = 9.0  # what `rarity` says of a word that no news had
_ENDS = re.compile(r"[.!?:;…。！？»”\"’')\]]$")
_BULLET = re.compile("[•‣▪■●◦–—*\ue000-\uf8ff-]\\s+\\S")
_MOST_PARTS = 100  # of one line; bounds the comparing of each with each
_EDGE = 0.12  # of the page's height: where running heads and page numbers stand
_PAGE_NUMBER = re.compile(r"\W*(?:[^\W\d]{1,8}\.?\s)?\s*(\d{1,4})(?:\s*(?:[^\W\d]{1,4}|/|\|)\s*\d{1,4})?\W*")
_FROM_THE_RIGHT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_CJK = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uff00-\uffef]")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a page, or the part of it between two wide gaps; y grows upwards."""

    text: str
    left: float
    right: float
    bottom: float
    top: float
    page: int = 0
    parts: tuple[Line, ...] = ()  # of a line with wide gaps
    table: bool = False  # the parts are the cells of a table's row

    @property
    def height(self) -> float:
        return self.top - self.bottom


@dataclass(slots=True)
class Block:
    """A paragraph with the height of its letters."""

    lines: list[Line] = field(default_factory=list)

    @property
    def height(self) -> float:
        return max(line.height for line in self.lines)


def paragraphs(pages: Sequence[tuple[float, list[Line]]]) -> list[tuple[str, float, int]]:
    """(text, height of its letters, page) of every paragraph; a page is its height and its lines."""
    read = [rows(lines) for _, lines in pages]
    kept = [_with_initials(page) for page in without_running_heads([height for height, _ in pages], read)]
    lines = [line for page in kept for line in page] or [line for page in read for line in page]
    if not lines:
        return []
    leading = _leading(lines)
    rights = _rights(lines)
    blocks = [Block([lines[0]])]
    for above, line, below in zip(lines, lines[1:], [*lines[2:], None], strict=False):
        if _begins(above, line, below, leading, rights[id(above)]):
            blocks.append(Block())
        blocks[-1].lines.append(line)
    hyphened = set(re.findall(r"\w+-\w+", " ".join(line.text for line in lines).casefold()))
    return [(_text(block, hyphened), block.height, block.lines[0].page) for block in blocks]


def _text(block: Block, hyphened: set[str]) -> str:
    texts = [line.text for line in block.lines]
    return "\n".join(texts) if block.lines[0].table else joined(texts, hyphened)


# Rows and columns


def rows(lines: Iterable[Line]) -> list[Line]:
    """The page's lines: parts that stand on one line put together, columns after one another, a table's row with its cells."""
    found: list[list[Line]] = []
    for part in lines:
        if (
            found
            and len(found[-1]) < _MOST_PARTS
            and _level(found[-1][-1], part)
            and not any(_overlap(part, other) for other in found[-1])
        ):
            found[-1].append(part)
        else:
            found.append([part])
    for row in found:
        row.sort(key=lambda part: part.left, reverse=all(_FROM_THE_RIGHT.match(part.text) for part in row))
    return list(_in_columns(found))


def _level(one: Line, other: Line) -> bool:
    shared = min(one.top, other.top) - max(one.bottom, other.bottom)
    return shared > 0.5 * min(one.height, other.height)


def _overlap(one: Line, other: Line) -> bool:
    return min(one.right, other.right) - max(one.left, other.left) > 0.3 * min(one.height, other.height)


def _in_columns(found: list[list[Line]]) -> Iterator[Line]:
    lefts = _columns(found)
    if not lefts:
        yield from (_row(row, table) for row, table in zip(found, _tables(found), strict=True))
        return
    columns: list[list[Line]] = [[] for _ in lefts]
    for row in found:
        places = [max((n for n, left in enumerate(lefts) if part.left > left - part.height), default=0) for part in row]
        across = any(place + 1 < len(lefts) and part.right > lefts[place + 1] for place, part in zip(places, row, strict=True))
        if across:
            yield from (part for column in columns for part in column)
            columns = [[] for _ in lefts]
            yield _row(row)
        else:
            for place, part in zip(places, row, strict=True):
                columns[place].append(part)
    yield from (part for column in columns for part in column)


def _columns(found: list[list[Line]]) -> list[float]:
    """Where the columns begin if the file draws prose line by line across them; a table's cells do not fill their column."""
    several = [row for row in found if len(row) > 1]
    if len(several) < 6:
        return []
    count = Counter(len(row) for row in several).most_common(1)[0][0]
    several = [row for row in several if len(row) == count]
    lefts = [median(row[n].left for row in several) for n in range(count)]
    for n in range(count):
        widths = [row[n].right - row[n].left for row in several]
        if median(widths) < 0.85 * max(widths) or median(len(row[n].text) for row in several) < 20:
            return []
    return lefts


def _tables(found: list[list[Line]]) -> list[bool]:
    """For each row whether it is one of a table: its gaps stand where a neighbour's stand, and not all is drawn out prose."""
    joins = [_same_gaps(one, other) for one, other in pairwise(found)]
    tables = [False] * len(found)
    start = 0
    for end in range(1, len(found) + 1):
        if end == len(found) or not joins[end - 1]:
            run = found[start:end]
            table = len(run) > 1 and not all(_is_drawn_out(row) for row in run)
            tables[start:end] = [table] * len(run)
            start = end
    return tables


def _row(row: list[Line], table: bool = False) -> Line:
    """The row as one line, with bars between its cells if it is a table's."""
    if len(row) == 1:
        return row[0]
    return Line(
        (" | " if table else " ").join(part.text for part in row),
        min(part.left for part in row),
        max(part.right for part in row),
        min(part.bottom for part in row),
        max(part.top for part in row),
        row[0].page,
        tuple(row),
        table,
    )


def _is_drawn_out(row: list[Line]) -> bool:
    """Whether it may be a narrow column's line: single words and no figures, or gaps that are all as wide."""
    gaps = [right.left - left.right for left, right in pairwise(row)]
    words = not any(" " in part.text for part in row)
    return words and (
        (len(gaps) > 1 and max(gaps) < 1.3 * min(gaps)) or not any(letter.isdigit() for part in row for letter in part.text)
    )


def _same_gaps(row: list[Line], other: list[Line]) -> bool:
    shared = [
        (one[1], two[1])
        for one in pairwise(row)
        for two in pairwise(other)
        if min(one[1].left, two[1].left) - max(one[0].right, two[0].right) > 0.5 * one[0].height
    ]
    return len(shared) > 1 or any(_aligned(one, two) for one, two in shared)


def _aligned(one: Line, other: Line) -> bool:
    """Whether two cells stand in one column: on its left, in its middle, or, figures, on its right."""
    near = 0.4 * one.height
    if abs(one.left - other.left) < near or abs(one.left + one.right - other.left - other.right) < near:
        return True
    return abs(one.right - other.right) < near and any(letter.isdigit() for letter in one.text + other.text)


# Running heads


def without_running_heads(heights: Sequence[float], pages: list[list[Line]]) -> list[list[Line]]:
    """The pages without page numbers, and without the lines near an edge that stand there on other pages too."""
    keys = Counter(
        key for height, page in zip(heights, pages, strict=True) for key in {_key(line, height) for line in page} if key
    )
    enough = 2 if len(pages) < 6 else max(3, len(pages) // 4)  # left and right pages may have heads of their own
    return [
        [line for line in page if not ((key := _key(line, height)) and (keys[key] >= enough or _is_page_number(line.text, n)))]
        for n, (height, page) in enumerate(zip(heights, pages, strict=True))
    ]


def _key(line: Line, height: float) -> str:
    """What a running head is recognised by; empty for a line in the middle of the page and a row of a table."""
    middle = (line.top + line.bottom) / 2
    if _EDGE * height < middle < (1 - _EDGE) * height or len(line.parts) > 2 or len(line.text) > 200:
        return ""
    return f"{round(middle / max(height, 1) * 50)} {re.sub(r'[0-9]+', '#', line.text.casefold())}"


def _is_page_number(text: str, page: int) -> bool:
    return bool((match := _PAGE_NUMBER.fullmatch(text)) and int(match[1]) == page + 1)


# Paragraphs


def _with_initials(page: list[Line]) -> list[Line]:
    """The page with each large first letter of a paragraph put before the line that it stands beside."""
    initials = [line for line in page if len(line.text) <= 2 and line.text[-1].isupper()]
    for initial in initials[:50]:
        beside = [
            line
            for line in page
            if initial.right - 0.3 * line.height < line.left < initial.right + line.height
            and 1.5 * line.height < initial.height
            and initial.bottom < (line.top + line.bottom) / 2 < initial.top
        ]
        if beside:
            first = max(beside, key=lambda line: line.top)
            page = [
                replace(line, text=initial.text + line.text) if line is first else line for line in page if line is not initial
            ]
    return page


def _leading(lines: list[Line]) -> dict[int, float]:
    """For each height of letters how far apart its lines stand; of one that has too few to tell, nothing."""
    steps: dict[int, list[float]] = {}
    for above, line in pairwise(lines):
        step = above.bottom - line.bottom
        if abs(above.height - line.height) < 0.1 * line.height and 0.5 * line.height < step < 3 * line.height:
            steps.setdefault(round(line.height), []).append(step)
    # Not the median: of many short paragraphs most steps are those between them.
    return {height: sorted(found)[len(found) // 4] for height, found in steps.items()}


def _rights(lines: list[Line]) -> dict[int, float]:
    """For each line how far to the right its column goes: as far as two of the lines near it that begin where it begins.

    Of a line that has few such neighbours nothing is known: a headline's lines are as long as somebody liked them.
    """
    found = {}
    for n, line in enumerate(lines):
        near = [
            one.right
            for one in lines[max(0, n - 15) : n + 16]
            if abs(one.left - line.left) < 2 * line.height and abs(one.height - line.height) < 0.15 * line.height
        ]
        # What one line alone reaches is a heading across the columns.
        near.sort(reverse=True)
        several = (one for one, other in pairwise(near) if one - other < 2 * line.height)
        reached = next(several, line.right) if len(near) > 8 else near[0]
        found[id(line)] = reached if len(near) > 2 else line.right
    return found


def _begins(above: Line, line: Line, below: Line | None, leading: dict[int, float], right: float) -> bool:
    """Whether a line begins a paragraph, by its letters, its distance, its indent, and the line above it."""
    height, step = line.height, above.bottom - line.bottom
    if above.table or line.table or _BULLET.match(line.text):
        return not (above.table and line.table and step > 0)
    if abs(above.height - height) > 0.15 * max(above.height, height):
        # A line with a raised number or another script in it is as high as both; its neighbours are of the same text.
        return not (0 < step < 1.6 * min(above.height, height) and _goes_on(above.text, line.text))
    if line.page != above.page or step < 0.3 * height or line.left > above.right or line.right < above.left:
        return not _goes_on(above.text, line.text)
    if step > 1.2 * leading.get(round(height), 1.4 * height) + 1:
        return True
    ended = bool(_ENDS.search(above.text))
    centred = abs((line.left + line.right) - (above.left + above.right)) < height
    if line.left > above.left + 0.7 * height and not centred:
        return ended if below is None or below.page != line.page else below.left < line.left - 0.5 * height
    width = (line.right - line.left) / max(len(line.text), 1)
    room = right - above.right - (len(line.text.split(" ", 1)[0]) + 1) * width  # what the next word would have left
    return room > (0.5 * height if ended else 0.3 * (right - above.left))


def _goes_on(above: str, line: str) -> bool:
    """Whether a sentence runs from the one into the other, a column or a page apart."""
    return not _ENDS.search(above) and (
        above[-1:] in HYPHENS or above[-1:] == "," or (line[:1].isalpha() and not line[:1].isupper())
    )


def joined(lines: Sequence[str], hyphened: set[str] | frozenset[str] = frozenset()) -> str:
    """The lines of a paragraph as one; a word that was divided at a line's end is whole again: "gov-", "ernment".

    `hyphened` are the document's words with a hyphen inside a line, in lower case: they keep it at a line's end too.
    """
    text = ""
    for line in lines:
        if text and text[-1] in HYPHENS and len(text) > 1 and text[-2].isalpha():
            text = text[:-1] + _hyphen(text, line, hyphened) + line
        elif not text or text[-1] in "—/" or (_CJK.match(text[-1]) and _CJK.match(line)):
            text += line
        else:
            text += " " + line
    return re.sub(f"[{_MARKS}]", "", text)


def _hyphen(text: str, line: str, hyphened: set[str] | frozenset[str]) -> str:
    """The hyphen that stays between two lines: "COVID-" "19", "Anglo-" "Saxon", "well-" "known"; none in "gov-" "ernment"."""
    before, after = re.search(r"\w*\W\Z", text[-60:]), re.match(r"\w+", line[:60])
    if not after or not before or not line[0].islower():
        return "-"
    one, two = before[0][:-1].casefold(), after[0].casefold()
    if f"{one}-{two}" in hyphened:
        return "-"
    known = [rarity(stem(word)) < _UNSEEN for word in (one + two, one, two)]
    return "-" if known == [False, True, True] and min(len(one), len(two)) > 2 else ""
