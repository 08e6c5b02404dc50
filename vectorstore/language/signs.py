"""Scripts whose words stand without spaces between them, or carry their particles: what is searched for are pairs of signs."""

from __future__ import annotations

import re

UNSPACED = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff"  # Thai, Japanese, Chinese
_RUN = re.compile(f"[{UNSPACED}\uac00-\ud7a3]+")


def has_signs(text: str) -> bool:
    return not text.isascii() and bool(_RUN.search(text))


def is_of_signs(text: str) -> bool:
    """Whether most of a text's letters are such signs."""
    return has_signs(text) and 2 * sum(map(len, _RUN.findall(text))) > sum(map(str.isalpha, text))


def paired(text: str) -> str:
    """The text with each run of signs as its overlapping pairs, which are found without knowing where a word ends."""
    return _RUN.sub(lambda run: f" {' '.join(_pairs(run.group()))} ", text)


def _pairs(run: str) -> list[str]:
    return [run[n : n + 2] for n in range(len(run) - 1)] or [run]
