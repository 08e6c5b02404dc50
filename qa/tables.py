"""Rows of a table: one is shown with the head that says what its cells are, and a head alone answers nothing."""

from __future__ import annotations

import re

_BETWEEN_CELLS = re.compile(r" *\| *|\t+| {2,}")
_FARTHEST = 200  # rows; a longer table is read as if it had no head

Span = tuple[int, int]


def head_of(text: str, start: int) -> Span | None:
    """The head of the table in which the line that holds `start` is a row, or is itself the head; None elsewhere."""
    end = text.find("\n", start) % (len(text) + 1)
    if len(_cells(text[text.rfind("\n", 0, start) + 1 : end])) < 2:
        return None
    top, rows = text.rfind("\n", 0, start) + 1, 1
    while top and rows < _FARTHEST:
        above = text.rfind("\n", 0, top - 1) + 1
        cells = _cells(text[above : top - 1])
        if len(cells) < 2 and not _is_rule(text[above : top - 1]):
            break
        top, rows = above, rows + 1
    line = text[top : text.find("\n", top) % (len(text) + 1)]
    below = text[top + len(line) + 1 : top + len(line) + 2_000].partition("\n")[0]
    # One line of cells is no table, and cells with numbers are no head.
    if rows == _FARTHEST or any(character.isdigit() for character in line) or not (len(_cells(below)) >= 2 or _is_rule(below)):
        return None
    return top + len(line) - len(line.lstrip()), top + len(line.rstrip())


def _cells(line: str) -> list[str]:
    return [cell for cell in _BETWEEN_CELLS.split(line[:2_000].strip()) if any(map(str.isalnum, cell))]


def _is_rule(line: str) -> bool:
    return bool(line.strip()) and not line.strip(" |:=+-\t")
