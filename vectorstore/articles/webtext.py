"""The text of a news page: trafilatura finds it, after what no reader sees has been taken out."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from itertools import islice

from vectorstore.articles import trees
from vectorstore.articles.hidden import background_of, hidden, hiding
from vectorstore.articles.markup import visible
from vectorstore.articles.trees import Tree

# Words in the middle of a sentence, whatever class they have: trafilatura takes out a span that is called "link" or "share".
_INLINE = ("span", "a", "b", "i", "em", "strong", "u", "font", "mark", "cite", "abbr", "time")
_MOST = 60_000  # elements; the largest page of our data has 20,000


def body(root: Tree) -> list[str]:
    """The paragraphs of the page's article, subheads among them; a list or a table is one, with a line for each item or row.

    Changes the tree. Empty where nothing is found.
    """
    import trafilatura

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # it logs what it discards; we say it ourselves
    for around in root.iter("p", "h2", "h3", "h4"):
        for part in around.iterdescendants(*_INLINE):
            for name in set(part.attrib) - {"href"}:
                del part.attrib[name]
    found = trafilatura.bare_extraction(root, include_comments=False, favor_precision=True)
    return [text for text in _paragraphs(found.body) if text] if found is not None else []


def day(root: Tree, address: str) -> str:
    """The day of publication by the page's markup and address, as htmldate knows them; empty where they do not say it.

    Its search for dates in the text is left out: a wrong date costs an article more than none.
    """
    from trafilatura.metadata import extract_metadata
    from trafilatura.settings import set_date_params

    return extract_metadata(root, default_url=address or None, date_config=set_date_params(extensive=False)).date or ""


def is_huge(root: Tree) -> bool:
    """Whether it has more elements than any page of news: it would keep trafilatura busy for minutes."""
    return next(islice(root.iter(), _MOST, None), None) is not None


def without_hidden(root: Tree) -> None:
    """Takes out of a tree what is not shown; the page itself is, and what holds most of it: scripts fade them in."""
    below: dict[Tree, str] = {}
    gone = []
    names = hiding("\n".join(style.text or "" for style in root.iter("style")))
    half = len("".join(root.itertext("p", "div", "span", "li"))) / 2 if names else 0
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        attributes = {str(name).lower(): value for name, value in element.attrib.items()}
        under = below.get(element.getparent(), "")
        below[element] = background_of(attributes) or under
        if element.tag in ("html", "head", "body"):
            continue
        own = {f".{name}" for name in attributes.get("class", "").split()} | {f"#{attributes.get('id', '')}"}
        own |= {f"{element.tag}{name}" for name in own}
        if hidden(element.tag, attributes, under) or (not own.isdisjoint(names) and len("".join(element.itertext())) < half):
            gone.append(element)
    for element in gone:
        element.drop_tree()


def _paragraphs(body: Tree) -> Iterator[str]:
    """What trafilatura's own elements say: p, head, quote, list of items, table of rows of cells."""
    for element in body:
        if element.tag == "list":
            yield "\n".join(filter(None, (_line(item) for item in element.iter("item"))))
        elif element.tag == "table":
            rows = ([_line(cell) for cell in row.iter("cell")] for row in element.iter("row"))
            yield "\n".join(" | ".join(filter(None, row)) for row in rows if any(row))
        elif any(child.tag in ("p", "list", "table", "quote", "head") for child in element):
            yield visible(" ".join((element.text or "").split()))
            yield from _paragraphs(element)
        else:
            lines = "\n".join(" ".join(line.split()) for line in _shown(element).split("\n")).strip()
            yield from re.split("\n{2,}", lines)
        yield visible(" ".join((element.tail or "").split()))


def _line(element: Tree) -> str:
    return " ".join(_shown(element).split())


def _shown(element: Tree) -> str:
    return visible(trees.broken(element, "lb"))
