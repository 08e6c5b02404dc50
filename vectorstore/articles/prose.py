"""Text as publishing systems keep it -> plain text: a string, paragraphs, blocks of a rich-text editor, a wrapper around one.

Portable Text, ProseMirror, Slate, Lexical, Mobiledoc, Editor.js, Draft.js, Quill, Contentful's and Arc's elements are all lists
of nodes with a type, children and words; they are walked in one way.
"""

from __future__ import annotations

import html
import json
from collections.abc import Mapping

from vectorstore.articles.markup import has_markup, plain

_DEEPEST = 60
_MOST_NODES = 200_000
# Where a node keeps its children, and its words; the first that is there counts.
_CHILDREN = (
    *(
        "rich_text",
        "children",
        "content",
        "blocks",
        "content_elements",
        "story-elements",
        "storyelements",
        "elements",
        "cards",
        "sections",
    ),
    *("items", "nodes", "paragraphs", "ops", "rows", "cells", "root", "document", "doc", "json", "data", "attributes", "props"),
)
_WORDS = (
    *(
        "plain_text",
        "text",
        "value",
        "content",
        "html",
        "insert",
        "rendered",
        "body",
        "paragraph",
        "markdown",
        "main",
        "#text",
        "_text",
        "$t",
    ),
    *(
        "__html",
        "_",
        "@value",
        "processed",
        "raw",
        "plain",
        "innerhtml",
        "markup",
        "default",
        "basic",
        "en",
        "quote",
        "textcontent",
    ),
)
_NOT_PROSE = (
    "image photo picture video audio embed media gallery figure ad advert advertisement divider hr code script style button "
    "link_list interstitial_link related newsletter oembed_response oembed raw_html interactive map twitter tweet youtube "
    "instagram slideshow horizontalrule thematicbreak bookmark file custom_embed reference graphic promo signup paywall"
).split()
_INSIDE_A_LINE = (
    "span text link hyperlink a strong b em i bold italic underline code mention linebreak hardbreak break plain pre "
    "text_link phone email url hashtag custom_emoji spoiler strikethrough blockquote_inline extended-text autolink"
).split()
_PARAGRAPHS = (
    "paragraph p heading header block list-item listitem list_item li quote pullquote unstyled h1 h2 h3 h4 h5 h6 "
    "extended-heading tablecell table-cell td th text"
).split()


def prose(value: object) -> str:
    """The text in a value as it stands, tags and all taken out where it has any; empty where the value is no text."""
    if isinstance(value, str):
        return _Walk().string(value, 0)
    return _Walk().block(value, 0).strip("\n")


def heading(value: object) -> str:
    """A name or a headline: on one line, entities resolved."""
    text = value if isinstance(value, str) else _Walk().block(value, 0)
    text = plain(text) if has_markup(text) else text
    return " ".join((html.unescape(text) if "&" in text else text).split())


_OF_AN_ARTICLE = ("title", "headline", "headlines", "date", "published")


def is_blocks(value: object) -> bool:
    """Whether a list holds parts of one text, not articles: no words have a headline or a date beside them."""
    return isinstance(value, list) and not any(
        isinstance(part, Mapping) and any(part.get(name) for name in _OF_AN_ARTICLE) and _kind(part) not in _NOT_PROSE
        for part in value
    )


class _Walk:
    def __init__(self) -> None:
        self.nodes = 0

    def block(self, value: object, depth: int) -> str:
        self.nodes += 1
        if depth > _DEEPEST or self.nodes > _MOST_NODES:
            return ""
        if isinstance(value, str):
            return self.string(value, depth)
        if isinstance(value, list):
            return self.several(value, depth)
        return self.node(value, depth) if isinstance(value, Mapping) else ""

    def string(self, value: str, depth: int) -> str:
        if (
            value[:1] in "{["
            and value[-1:] in "}]"
            and any(f'"{name}"' in value[:400] for name in ("root", "sections", "blocks", "type"))
        ):
            try:
                return self.block(json.loads(value), depth + 1)
            except (ValueError, RecursionError):
                return value
        return plain(value) if has_markup(value) else value

    def several(self, parts: list[object], depth: int, inline: bool = False) -> str:
        if all(isinstance(part, str) for part in parts):
            return _strings([self.string(str(part), depth) for part in parts])
        if inline or (any(isinstance(part, str) for part in parts) and not _mobile(parts)):
            return "".join(self.inline(part, depth) for part in parts)
        if _mobile(parts):
            return _marked(parts)
        texts = [self.block(part, depth + 1) for part in parts]
        return "\n\n".join(text for text in (one.strip("\n") for one in texts) if text.strip())

    def inline(self, part: object, depth: int) -> str:
        if isinstance(part, str):
            return part
        kind = _kind(part)
        if kind in ("hardbreak", "linebreak", "break", "br"):
            return "\n"
        return self.block(part, depth + 1)

    def node(self, node: Mapping[str, object], depth: int) -> str:
        kind = _kind(node)
        if kind in _NOT_PROSE:
            return ""
        node = {str(name).lower(): one for name, one in node.items()}
        for name in _CHILDREN:
            below = node.get(name)
            if isinstance(below, list) and below:
                if name == "ops":
                    return "".join(self.inline(part, depth) for part in below)
                if name == "sections" and "markups" in node:
                    return self.mobiledoc(node)
                inline = kind in _PARAGRAPHS or kind in _INSIDE_A_LINE or (name in ("children", "content") and _leaves(below))
                text = self.several(below, depth + 1, inline)
                if text.strip():
                    return text
            elif isinstance(below, Mapping):
                text = self.block(below, depth + 1)
                if text.strip():
                    return text
        for name in _WORDS:
            words = node.get(name)
            if isinstance(words, str) and words.strip():
                return self.string(words, depth)
            if isinstance(words, list | Mapping) and words:
                text = self.block(words, depth + 1)
                if text.strip():
                    return text
        return ""

    def mobiledoc(self, node: Mapping[str, object]) -> str:
        sections, cards = node.get("sections"), node.get("cards")
        texts = []
        for section in sections if isinstance(sections, list) else []:
            if not isinstance(section, list) or not section:
                continue
            if section[0] == 10 and isinstance(cards, list) and len(section) > 1 and isinstance(section[1], int):
                card = cards[section[1]] if 0 <= section[1] < len(cards) else None
                if isinstance(card, list) and len(card) > 1 and card[0] in ("markdown", "card-markdown", "html", "paragraph"):
                    texts.append(self.block(card[1], 1))
            elif section[0] == 3 and len(section) > 2 and isinstance(section[2], list):
                texts.append("\n".join(_marked(item) for item in section[2] if isinstance(item, list)))
            elif len(section) > 2 and isinstance(section[2], list):
                texts.append(_marked(section[2]))
        return "\n\n".join(text for text in texts if text.strip())


def _kind(node: object) -> str:
    if not isinstance(node, Mapping):
        return ""
    found = next((node[name] for name in ("type", "_type", "nodeType", "__component", "blockName", "tag") if name in node), "")
    kind = found.lower() if isinstance(found, str) else ""
    return kind.removeprefix("core/").removeprefix("blocks.").removeprefix("core-")


def _leaves(parts: list[object]) -> bool:
    """Whether all of a node's children are words of one line."""
    return all(
        isinstance(part, str)
        or (
            isinstance(part, Mapping)
            and _kind(part) in ("", *_INSIDE_A_LINE)
            and isinstance(part.get("text", part.get("value", "")), str)
            and not any(isinstance(part.get(name), list) for name in ("children", "blocks"))
        )
        or (_kind(part) in ("link", "hyperlink", "a", "inline", "mention"))
        for part in parts
    )


def _mobile(parts: list[object]) -> bool:
    return bool(parts) and all(isinstance(part, list) and len(part) == 4 and isinstance(part[3], str) for part in parts)


def _marked(parts: list[object]) -> str:
    """The words of Mobiledoc's markers: [0, [], 0, "words"]."""
    return "".join(str(part[3]) for part in parts if isinstance(part, list) and len(part) == 4 and isinstance(part[3], str))


def _strings(parts: list[str]) -> str:
    """Paragraphs with blank lines between them; what a scraper cut out of one paragraph, joined as it was."""
    parts = [part for part in parts if part.strip()]
    ends = sum(part.rstrip()[-1] in ".!?…:”\"»’'。！？)" for part in parts)
    if len(parts) > 1 and ends < len(parts) / 2 and sum(part[0] == " " or part[-1] == " " for part in parts) >= len(parts) / 2:
        return "".join(parts)
    return "\n\n".join(part.strip() for part in parts) if len(parts) > 1 else "".join(parts)
