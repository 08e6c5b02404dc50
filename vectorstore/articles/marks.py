"""Markdown as a reader sees it. The only file that imports markdown-it-py."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from vectorstore.articles.markup import plain

_HEADING = re.compile(r"\A\s*#{1,2}[ \t]+(.+?)[ \t#]*(?:\n|\Z)")
_UNDERLINED = re.compile(r"\A\s*([^\s|>#*+-][^\n]*)\n[ \t]{0,3}(?:=+|-{3,})[ \t]*(?:\n|\Z)")
_IS_MARKDOWN = re.compile(r"^#{1,6} \S|\]\(https?://[^)\s]+\)|(?<![\w*])\*\*[^\s*][^*\n]*\*\*(?!\w)", re.MULTILINE)
_BEFORE = [
    (re.compile(r"!\[\[[^\[\]\n]*\]\]"), ""),  # Obsidian's pictures
    (re.compile(r"\[\[(?:[^\[\]|\n]*\|)?([^\[\]|\n]+)\]\]"), r"\1"),  # and links
    (re.compile(r"\{\{[<%].{0,500}?[%>]\}\}|\{%.{0,500}?%\}"), ""),  # Hugo's and Jekyll's calls
    (re.compile(r"^[ \t]*\{:[^}\n]{0,200}\}[ \t]*$", re.MULTILINE), ""),
    (re.compile(r"^\[\^[^\]\n]{1,60}\]:[ \t]*", re.MULTILINE), ""),  # a footnote's mark, before it and in the text
    (re.compile(r"\[\^[^\]\n]{1,60}\]"), ""),
    (re.compile(r"^(?:#\w+[ \t]*)+$", re.MULTILINE), ""),  # tags
]
_IN_WORDS = [
    (re.compile(r"==(?=\S)([^=\n]+)(?<=\S)=="), r"\1"),
    (re.compile(r"(?<=\w)~(\w{1,6})~|(?<=\w)\^(\w{1,6})\^"), r"\1\2"),
    (re.compile(r"^\[[ xX]\] "), ""),
]


def is_markdown(text: str) -> bool:
    """Whether a text that is not called so is Markdown: it has links, bold words or headings in its way."""
    head = text[:20_000]
    return ("**" in head or "](" in head or "#" in head) and bool(_IS_MARKDOWN.search(head))


def body(text: str, title: str) -> str:
    """A Markdown text reduced, without the heading above it that is its article's title."""
    heading, below = below_heading(text)
    return reduced(below if heading and title and reduced(heading).casefold()[:40] == title.casefold()[:40] else text)


def below_heading(text: str) -> tuple[str, str]:
    """The heading that a text begins with, if any, and what follows it."""
    heading = _HEADING.match(text) or _UNDERLINED.match(text)
    return (heading[1].strip(), text[heading.end() :]) if heading else ("", text)


def reduced(text: str) -> str:
    """A Markdown text as a reader sees it."""
    for pattern, replacement in _BEFORE:
        text = pattern.sub(replacement, text)
    return "\n\n".join(part for part in _parts(_parser().parse(text)) if part.strip()).strip()


@cache
def _parser() -> Any:
    from markdown_it import MarkdownIt

    # No tables: their lines stay as they are, so that a row is found together with its head.
    return MarkdownIt("commonmark").enable("strikethrough").disable("code")


def _parts(tokens: list[Any]) -> Iterator[str]:
    """The blocks of a text; the items of a list are lines of one block."""
    lists: list[int | None] = []
    items: list[str] = []
    fresh = False
    for token in tokens:
        if token.type in ("bullet_list_open", "ordered_list_open"):
            start = token.attrs.get("start", 1) if token.type == "ordered_list_open" else None
            lists.append(int(start) if isinstance(start, int | str) else None)
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            lists.pop()
            if not lists:
                yield "\n".join(items)
                items = []
        elif token.type == "list_item_open":
            fresh = True
        elif token.type in ("inline", "fence", "html_block"):
            text = _inline(token) if token.type == "inline" else token.content if token.type == "fence" else plain(token.content)
            text = text.strip("\n")
            if not lists:
                yield text
            elif text.strip():
                number = lists[-1]
                items.append(f"{number}. {text}" if fresh and number is not None else text)
                lists[-1] = number + 1 if fresh and number is not None else number
                fresh = False


def _inline(token: Any) -> str:
    words = []
    for child in token.children or []:
        if child.type in ("text", "code_inline", "text_special"):
            words.append(child.content)
        elif child.type in ("softbreak", "hardbreak") or (
            child.type == "html_inline" and re.match(r"<br\b", child.content, re.IGNORECASE)
        ):
            words.append("\n")
    text = "".join(words)
    for pattern, replacement in _IN_WORDS:
        text = pattern.sub(replacement, text)
    if any(child.type == "image" for child in token.children or []):
        text = re.sub(r"(?<=\S) {2,}(?=\S)", " ", text)  # one stood on either side of it
    return re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE)
