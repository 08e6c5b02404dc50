"""Letters as they stand on a line -> its text: where there is a space, and in which order they are read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

_LIGATURES = {chr(code): unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)}
_FROM_THE_RIGHT = frozenset(("R", "AL"))
_FIGURES = re.compile(r"[0-9A-Za-z\u0660-\u0669](?:[0-9A-Za-z\u0660-\u0669.,:/%-]*[0-9A-Za-z\u0660-\u0669%])?")
_AFTER_A_SENTENCE = ".,;:!?”’\"')»"


@dataclass(frozen=True, slots=True)
class Glyph:
    """One letter with its box; `apart` where the PDF library sees a space before it."""

    letter: str
    left: float
    right: float
    bottom: float
    top: float
    apart: bool = False

    @property
    def height(self) -> float:
        return self.top - self.bottom


def text_of(line: Sequence[Glyph], slanting: bool = False) -> str:
    """The text of one line's letters, which stand in the order in which the file draws them."""
    if not line:
        return ""
    if any(unicodedata.bidirectional(glyph.letter) in _FROM_THE_RIGHT for glyph in line):
        return _folded(_from_the_right(line))
    if slanting:  # the boxes overlap: the library knows better
        return _folded("".join(" " * glyph.apart + _letter(glyph) for glyph in line))
    gaps = [second.left - first.right for first, second in pairwise(line)]
    usual = _usual(line, gaps)
    height = sorted(glyph.height for glyph in line)[len(line) // 2]
    # Where the file writes its spaces, the library sees too many others.
    guessed = 0.2 if any(glyph.letter == " " for glyph in line) else 0.11
    out = [_letter(line[0])]
    for (before, glyph), gap in zip(pairwise(line), gaps, strict=True):
        if glyph.letter.isdigit() and _is_note(before, glyph):
            continue
        if gap - usual > (guessed if glyph.apart else 0.25) * height:
            out.append(" ")
        out.append(_letter(glyph))
    return _folded("".join(out))


def _letter(glyph: Glyph) -> str:
    return _LIGATURES.get(glyph.letter, glyph.letter)


def _usual(line: Sequence[Glyph], gaps: list[float]) -> float:
    """How far apart the letters of spaced words stand: what is more than that is a space. Figures in a row are not spaced."""
    between = [
        gap
        for (first, second), gap in zip(pairwise(line), gaps, strict=True)
        if first.letter.isalpha() and second.letter.isalpha()
    ]
    if len(between) < 4 or len(between) < 0.5 * len(gaps):
        return 0.0
    usual = median(between)
    return usual if usual > 0.05 * line[0].height else 0.0


def _is_note(before: Glyph, glyph: Glyph) -> bool:
    """Whether it is the raised figure of a footnote behind a sentence; behind a letter or a figure it may be a power."""
    small = glyph.height < 0.85 * before.height and glyph.bottom > before.bottom + 0.15 * before.height
    level = abs(glyph.height - before.height) < 0.1 * before.height  # a second figure of the same note
    return small and before.letter in _AFTER_A_SENTENCE and not level


def _from_the_right(line: Sequence[Glyph]) -> str:
    """Arabic or Hebrew in the order of reading: by where the letters stand, since some files draw some words backwards."""
    # A letter with its marks, or two that are drawn as one, stand in one place: lam goes before alef.
    out: list[Glyph] = []
    for glyph in sorted(line, key=lambda glyph: -(glyph.left + glyph.right)):
        out.append(glyph)
        if len(out) > 1 and abs(out[-2].left - glyph.left) < 0.01 and glyph.letter == "ل" and out[-2].letter in "اأإآ":
            out[-2:] = [glyph, out[-2]]
    height = max(glyph.height for glyph in line)
    narrowest = 0.22 if any(glyph.letter.isspace() for glyph in line) else 0.15  # where the file writes its spaces, or not
    words: list[list[Glyph]] = [[]]
    for glyph in out:
        if glyph.letter.isspace() or (words[-1] and words[-1][-1].left - glyph.right > narrowest * height):
            words.append([])
        if not glyph.letter.isspace():
            words[-1].append(glyph)
    return " ".join(_turned("".join(_letter(glyph) for glyph in word)) for word in words)


def _turned(word: str) -> str:
    """A word that was read from the right, with its figures and foreign letters the right way round."""
    return _FIGURES.sub(lambda part: part[0][::-1], word)


def _folded(text: str) -> str:
    return " ".join(text.split())
