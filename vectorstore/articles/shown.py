"""What a page shows of its article beside the body: headline, standfirst, byline, date, notes of correction."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from operator import itemgetter

from vectorstore.articles import trees
from vectorstore.articles.fields import line
from vectorstore.articles.inferred import is_note
from vectorstore.articles.jsonld import title_key
from vectorstore.articles.markup import visible
from vectorstore.articles.trees import Tree

_BLOCKS = frozenset(
    "p h1 h2 h3 h4 h5 h6 div li td dd dt blockquote figcaption section article header footer main aside nav ul ol table".split()
)
_BYLINE = re.compile(
    r"(?:^|[\s_-])(?:authors?|bylines?|writers?|autor(?:en|es)?|auteurs?|autore)(?:$|[\s_-])|(?:author|byline)s?-?_?name",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"(?:^|[\s_-])(?:date|dateline|datum|published|pubdate|timestamp|publish(?:ed)?-?date)(?:$|[\s_-])", re.IGNORECASE
)
_LINKING = frozenset(("p", "h2", "h3", "h4", "h5", "div"))
_TEXT = frozenset(("p", "h2", "h3", "h4"))
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_ELSEWHERE = frozenset(("aside", "footer", "nav"))  # parts of a page that are not its article
_LONGEST_LABEL = 25  # characters: "Read more:"
_LONGEST_BYLINE, _LONGEST_STANDFIRST = 200, 800  # characters
_SHORTEST_STANDFIRST = 30
_OPENING = 24  # characters by which a paragraph is known that trafilatura has taken words out of
_MISSED = 0.2  # of the text found: less is a caption or a note


class Shown:
    """The lines of a page, hidden ones left out already."""

    def __init__(self, root: Tree) -> None:
        self._root = root
        self._lines = list(_leaves(root))
        self._keys = [title_key(text) for _, text in self._lines]

    def completed(self, paragraphs: Sequence[str]) -> list[str]:
        """The paragraphs of a body, verbatim, with those that stand in boxes of the same kind as most of them and were not found.

        An article whose page puts an advertisement or a picture between two boxes of text is often found by half.
        """
        places: dict[str, int] = {}
        openings: dict[str, int] = {}
        for place, (_, text) in reversed(list(enumerate(self._lines))):
            places[_squeezed(text)] = openings[_squeezed(text)[:_OPENING]] = place
        found: list[tuple[float, str]] = []  # where it stands, what it says
        for text in paragraphs:
            key = _squeezed(text)
            at = places.get(key, openings.get(key[:_OPENING], -1))
            if at >= 0 and (key in places or _left_out(key, _squeezed(self._lines[at][1]))):
                found.append((at, text if "\n" in text else self._lines[at][1]))  # line breaks in a paragraph stay
            else:
                found.append((found[-1][0] + 1e-6 if found else -1.0, text))
        taken = {int(at) for at, _ in found if at == int(at) >= 0}
        boxes = Counter(_box(self._lines[at][0]) for at in taken if self._lines[at][0].tag == "p")
        box, times = boxes.most_common(1)[0] if boxes else ((), 0)
        more: list[tuple[float, str]] = [
            (at, text)
            for at, (element, text) in enumerate(self._lines)
            if times > 1 and element.tag in _TEXT and at not in taken and _box(element) == box and not _is_link(element)
        ]
        if 3 * times < len(found) or sum(len(text) for _, text in more) < _MISSED * sum(map(len, paragraphs)):
            more = []
        return [text for _, text in (sorted(found + more, key=itemgetter(0)) if more else found)]

    def headline(self) -> str:
        """Its first-level heading; of several the longest."""
        heads = [line(" ".join(head.itertext())) for head in self._root.iter("h1") if not _elsewhere(head)]
        return max(heads, key=len, default="")

    def linked(self) -> float:
        """Which share of the page's letters are links."""
        links = sum(len(line("".join(link.itertext()))) for link in self._root.iter("a"))
        return links / (sum(len(text) for _, text in self._lines) or 1)

    def without_links(self, paragraphs: Sequence[str]) -> list[str]:
        """The paragraphs that are more than a link to another article, where most are."""
        links = {_squeezed(text) for element, text in self._lines if element.tag in _LINKING and _is_link(element)}
        kept = [text for text in paragraphs if _squeezed(text) not in links]
        return kept if 2 * len(kept) > len(paragraphs) else list(paragraphs)

    def teasers(self, paragraphs: Sequence[str]) -> int:
        """How many of the paragraphs stand below a heading that is a link: as on a front page, to other articles."""
        below = {
            _squeezed(text)
            for (above, _), (_, text) in pairwise(self._lines)
            if any(one.tag in _HEADINGS for one in (above, *list(above.iterancestors())[:2])) and _is_link(above)
        }
        return sum(_squeezed(text) in below for text in paragraphs)

    def standfirst(self, described: Sequence[str]) -> str:
        """The line in which the page shows what its meta tags say of it; whole, where they cut it short."""
        for description in described:
            key = title_key(re.sub(r"\s*(?:\.\.\.|…|\[…\])\s*$", "", description))
            if len(key) < _SHORTEST_STANDFIRST:
                continue
            for (element, text), other in zip(self._lines, self._keys, strict=True):
                if other.startswith(key) and len(text) <= _LONGEST_STANDFIRST and not _elsewhere(element):
                    return text
        return ""

    def authors(self) -> Iterator[str]:
        """What stands where pages put bylines: the most certain places first, and inner ones before what is around them."""
        certain = self._root.xpath("//*[@rel='author' or @itemprop='author']")
        likely = [
            one for one in self._root.xpath("//*[@class or @id]") if _BYLINE.search(f"{one.get('class', '')} {one.get('id', '')}")
        ]
        for places in (certain, likely):
            around = {above for one in places for above in one.iterancestors()}
            for element in sorted(places, key=lambda one: one in around):
                text = line(element.get("content") or " ".join(element.itertext()))
                if 0 < len(text) <= _LONGEST_BYLINE and not _elsewhere(element):
                    yield visible(text)

    def dates(self) -> Iterator[str]:
        """What stands where pages put their date: machines' form before people's."""
        for moment in self._root.iter("time"):
            if not _elsewhere(moment):
                yield line(moment.get("datetime") or " ".join(moment.itertext()))
        for element in self._root.xpath("//*[@itemprop='datePublished' or @property='datePublished' or @class or @id]"):
            named = "datePublished" in (element.get("itemprop"), element.get("property"))
            if named or _DATE.search(f"{element.get('class', '')} {element.get('id', '')}"):
                text = line(element.get("content") or element.get("datetime") or " ".join(element.itertext()))
                if 0 < len(text) <= _LONGEST_BYLINE and not _elsewhere(element):
                    yield text

    def beside(self) -> set[str]:
        """What the page shows of the article's author and date, to be told from its text."""
        return {title_key(text) for text in (*self.authors(), *self.dates())}

    def corrections(self, language: str) -> tuple[str, ...]:
        """The paragraphs that begin as the outlet's notes on its mistakes do."""
        return tuple(dict.fromkeys(text for _, text in self._lines if is_note(text, language[:2].lower())))


def _leaves(root: Tree) -> Iterator[tuple[Tree, str]]:
    """Every element of the page that begins a line and holds no other such, with its text."""
    holds: set[Tree] = set()
    for element in root.iter():
        if element.tag in _BLOCKS:
            above = element.getparent()
            while above is not None and above not in holds:
                holds.add(above)
                above = above.getparent()
    for element in root.iter():
        if element.tag in _BLOCKS and element not in holds:
            # two line breaks are a paragraph
            texts = (line(visible(part)) for part in re.split(r"\n\s*\n", trees.broken(element, "br")))
            yield from ((element, text) for text in texts if text)


def _box(element: Tree) -> tuple[object, ...]:
    """What kind of box an element stands in, and in which article of the page."""
    above = list(element.iterancestors())[:2]
    return *((one.tag, one.get("class"), one.get("itemprop")) for one in above), next(element.iterancestors("article"), None)


def _is_link(element: Tree) -> bool:
    """Whether a paragraph is one link, or a word, a colon and one link: to another article."""
    text = line("".join(element.itertext()))
    label, colon, _ = text[:_LONGEST_LABEL].partition(":")
    linked = sum(len(line("".join(link.itertext()))) for link in element.iter("a"))
    return linked > 0.9 * len(text) or (bool(colon) and linked > 0.9 * (len(text) - len(label) - 1))


def _left_out(some: str, whole: str) -> bool:
    """Whether a text is another with words left out of its middle."""
    rest = iter(whole)
    return 2 * len(some) > len(whole) and all(character in rest for character in some)


def _squeezed(text: str) -> str:
    return re.sub(r"\W+", "", text.casefold())


def _elsewhere(element: Tree) -> bool:
    return any(above.tag in _ELSEWHERE for above in element.iterancestors())
