"""Article -> Passages: runs of whole sentences with exact character offsets."""

from __future__ import annotations

import re
from urllib.parse import unquote

from vectorstore.language.sentences import Span, sentences
from vectorstore.types import Article, Passage

# Of an address, its longest run of words: "https://example.com/2022/08/24/politics/student-loan-plan/" is on a student loan plan.
_ADDRESS = re.compile(r"https?://[^/?#]*/([^?#]*)", re.I)
_SUFFIX = re.compile(r"\.\w{2,5}$")
_SPELT = re.compile(r"(?<![^\W_])(?:[^\W\d_]+|\d{1,4})(?![^\W_])")  # words and years, no article numbers


def passages(article: Article, words: int = 100) -> list[Passage]:
    """The article's passages in reading order: whole sentences, about `words` words each, none shared.

    A passage stops before it would pass `words` by more than it would fall short; a short rest joins the one before it.
    """
    return [passage for passage, _ in with_sentences(article, words)]


def with_sentences(article: Article, words: int = 100) -> list[tuple[Passage, list[Span]]]:
    """The passages, each with where its sentences stand in the article's text."""
    groups: list[list[Span]] = []
    sizes: list[int] = []
    for span in sentences(article.text):
        size = len(article.text[slice(*span)].split())
        if groups and sizes[-1] + size / 2 <= words:
            groups[-1].append(span)
            sizes[-1] += size
        else:
            groups.append([span])
            sizes.append(size)
    if len(groups) > 1 and sizes[-1] < words / 4:
        groups[-2].extend(groups.pop())
    found = []
    for n, group in enumerate(groups):
        start, end = group[0][0], group[-1][1]
        found.append((Passage(f"{article.id}#{n}", article.id, start, end, article.text[start:end]), group))
    return found


def encoded_text(heading: str, passage: str) -> str:
    """What the encoder is given for a passage: a passage deep in an article names its subject only in the headline."""
    return f"{heading}\n{passage}" if heading else passage


def heading(article: Article) -> str:
    """What an article is found by beside its text: its headline, or else the words that its address spells, if any."""
    address = None if article.title.strip() else _ADDRESS.match(article.url[:2_000])
    if not address:
        return article.title
    spelt: list[list[str]] = [_SPELT.findall(_SUFFIX.sub("", part)) for part in unquote(address[1]).split("/")]
    longest = max(spelt, key=len)
    return " ".join(longest) if len(longest) > 1 else ""
