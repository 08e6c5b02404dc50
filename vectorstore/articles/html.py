"""A saved news page (.html): its JSON-LD and meta tags first, then what stands on it.

The text is the standfirst, where the page shows one, and the body, paragraphs parted by blank lines. A page that does not say
that it is an article, and has no prose but teasers of others, holds none: a front page, a list, a login.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vectorstore.articles import trees, webtext
from vectorstore.articles.bylines import names
from vectorstore.articles.document import Document
from vectorstore.articles.encodings import Unreadable
from vectorstore.articles.fields import Record, article
from vectorstore.articles.jsonld import title_key
from vectorstore.articles.markup import plain
from vectorstore.articles.said import Said
from vectorstore.articles.shown import Shown
from vectorstore.language.days import parse_day
from vectorstore.types import Article, Rejected

_DEEPEST = 250  # levels; below, the parser loses what it reads
_LONGEST_NAME = 5  # words
_LARGEST = 2_000_000  # characters of a page that a date is searched in beyond its metadata
_HEAD = 5  # paragraphs of a body among which its headline, byline and date may be
_LINKED = 0.5  # of the words of a page without prose: more is a list of links
_PROSE = 80  # characters of a paragraph that is no teaser, name or button


def read(document: Document) -> Iterator[Article | Rejected]:
    """The one article of the page."""
    try:
        yield from article(record(document.text(), document.url), document.where, document.name)
    except Unreadable as error:
        yield Rejected(document.where, str(error))


def record(page: str, fetched: str = "") -> Record:
    """What a page says; `fetched` is the address that it came from, if known. Raises Unreadable where it has no article."""
    root = trees.html(page)
    said = Said(root, page, fetched)
    huge = webtext.is_huge(root)
    odd = huge or trees.depth(root) >= _DEEPEST
    if huge:  # only its metadata and its words, which take one pass
        root = trees.html("<p></p>")
    webtext.without_hidden(root)
    shown = Shown(root)
    title = _title(said, shown)
    standfirst = shown.standfirst(said.descriptions())
    corrections = shown.corrections(said.language())
    authors = _authors(said, shown)
    published = _published(said, shown) or (webtext.day(root, said.address) if len(page) < _LARGEST else "")
    paragraphs = plain(page).split("\n\n") if odd else shown.without_links(shown.completed(webtext.body(root)))
    if len("".join(said.live)) > len("".join(paragraphs)):
        paragraphs = said.live
    elif 3 * sum(map(len, paragraphs)) < len(said.whole):
        paragraphs = said.whole.split("\n\n")
    titles = set(map(title_key, (title, shown.headline(), said.name, *said.titles())))
    paragraphs = _without_head(paragraphs or plain(page).split("\n\n"), titles, shown.beside())
    _check(said, shown, paragraphs)
    text = "\n\n".join(paragraphs)
    return Record(
        text=text,
        title=title,
        standfirst="" if title_key(standfirst)[:_PROSE] in title_key(text) else standfirst,
        authors=authors,
        source=said.outlet(),
        url=said.address,
        published=published,
        modified=said.modified(),
        section=said.section(),
        language=said.language(),
        corrections=corrections,
    )


def _title(said: Said, shown: Shown) -> str:
    """The headline as the page gives it to others, without what is added to it there; else as it shows it."""
    given, head = said.titles(), shown.headline()
    # JSON-LD is at times broken, or the template's: what the page shows and says twice wins.
    if not said.meta("og:title") and title_key(head) in map(title_key, filter(None, (*given[1:], said.name))):
        return head
    if not given or (head and title_key(given[0]).startswith(title_key(head))):
        return head or said.name
    return given[0]


def _authors(said: Said, shown: Shown) -> tuple[str, ...]:
    """The people who wrote it; the outlet or an agency only where no person is named."""
    persons, others = said.people()
    for given in (persons, *said.metas_of_authors()):
        found = tuple(name for name in names(given) if title_key(name) not in said.names())
        # "Ann Lee, Fen Echo Sport": a desk of the outlet beside a person
        people = tuple(name for name in found if not title_key(name).startswith(tuple(f"{outlet} " for outlet in said.names())))
        if found:
            return people or found
    for byline in shown.authors():
        found = tuple(name for name in names([byline]) if title_key(name) not in said.names())
        # no initials, no "staff", no headlines
        if found and all(0 < name.count(" ") < _LONGEST_NAME and not name.split()[-1][0].islower() for name in found):
            return found
    return names(persons) or names(others)


def _published(said: Said, shown: Shown) -> str:
    """The first of the dates that is one."""
    given = [*said.published(), *shown.dates()]
    return next((one for one in given if parse_day(one)), given[0] if said.published() else "")


def _without_head(paragraphs: Sequence[str], titles: set[str], beside: set[str]) -> list[str]:
    """The paragraphs without the headline, the byline and the date above them."""
    return [text for n, text in enumerate(paragraphs) if n >= _HEAD or title_key(text) not in titles | beside]


def _check(said: Said, shown: Shown, paragraphs: Sequence[str]) -> None:
    """Raises Unreadable where there is no article."""
    prose = [text for text in paragraphs if len(text) >= _PROSE]
    others = 2 * shown.teasers(prose) > len(prose) if prose else said.asks_for_login or shown.linked() > _LINKED
    if not any(paragraphs) or (others and not said.is_article):
        raise Unreadable("the page holds no article (a front page, a list, or a login); save the article's own page.")
