"""The whole article as safe HTML, with the quote marked where it stands. Pure functions."""

from __future__ import annotations

import re

from ui.render import escaped, headline_html, one_line, source_link
from vectorstore.types import Article

_PARAGRAPH = re.compile(r"\n[ \t\r]*\n|\n")


def reader_html(article: Article, start: int = 0, end: int = 0) -> str:
    """The article, paragraph by paragraph; what stands from `start` to `end` is marked."""
    parts, begin = [], 0
    for stop in [*(found.start() for found in _PARAGRAPH.finditer(article.text)), len(article.text)]:
        if article.text[begin:stop].strip():
            parts.append(f'<p dir="auto">{_marked(article.text, begin, stop, start, end)}</p>')
        begin = stop
    notes = "".join(f'<p class="or-note" dir="auto">{escaped(one_line(note))}</p>' for note in article.corrections)
    return (
        f'<article class="or-card or-whole" data-article="{escaped(article.id)}">{headline_html(article)}'
        f'<div class="or-text-whole">{"".join(parts)}</div>{notes}{source_link(article)}</article>'
    )


def _marked(text: str, begin: int, stop: int, start: int, end: int) -> str:
    """A part of the text; of it, what lies between `start` and `end` in a <mark>."""
    first, last = max(begin, start), min(stop, end)
    if first >= last:
        return escaped(text[begin:stop].strip())
    return (
        f'{escaped(text[begin:first].lstrip())}<mark tabindex="-1">{escaped(text[first:last])}</mark>'
        f"{escaped(text[last:stop].rstrip())}"
    )
