"""What a page says of its article where no reader looks: in JSON-LD, in meta tags, in links."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from vectorstore.articles import microdata
from vectorstore.articles.fields import line, web_address
from vectorstore.articles.jsonld import LinkedData, Node, kinds, text, title_key
from vectorstore.articles.markup import plain, unescaped
from vectorstore.articles.trees import Tree
from vectorstore.language.days import parse_day

_SAVED_FROM = re.compile(r"(?:saved from url=\(\d{1,9}\)|\burl:\s{0,3})(https?://[^\s>]{1,1000})", re.IGNORECASE)
_TITLES = ("og:title", "twitter:title", "dc.title", "dcterms.title", "citation_title", "sailthru.title", "parsely-title")
_DESCRIPTIONS = ("og:description", "description", "twitter:description", "dc.description", "dcterms.description")
_PUBLISHED = (
    *(
        "article:published_time",
        "og:published_time",
        "article:published",
        "parsely-pub-date",
        "sailthru.date",
        "citation_publication_date",
    ),
    *(
        "datepublished",
        "date",
        "pubdate",
        "publishdate",
        "publish-date",
        "publication_date",
        "dc.date.issued",
        "dc.date",
        "dcterms.date",
    ),
    *(
        "dcterms.created",
        "dc.date.created",
        "cxenseparse:recs:publishtime",
        "cxenseparse:publishtime",
        "article.published",
        "last-modified",
    ),
)
_MODIFIED = (
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "lastmod",
    "last-modified",
    "dcterms.modified",
    "dc.date.modified",
)
_AUTHORS = (
    *(
        "author",
        "article:author",
        "article:author_name",
        "og:author",
        "byl",
        "byline",
        "parsely-author",
        "sailthru.author",
        "dc.creator",
    ),
    *(
        "dcterms.creator",
        "dc.contributor",
        "citation_author",
        "cxenseparse:author",
        "dcsext.author",
        "article.author",
        "articleauthor",
    ),
)
_SECTIONS = ("article:section", "parsely-section", "cxenseparse:section", "og:section", "section", "articlesection")
_OUTLETS = ("og:site_name", "application-name", "apple-mobile-web-app-title", "dc.publisher", "dcterms.publisher", "publisher")
_BETWEEN = re.compile(r"\s+[–—·•»:-]{1,3}\s+|\s*[|｜]\s*")  # of a headline and the outlet's name
_SHORTEST = 8  # characters of a headline


class Said:
    """The fields of a page's article, each from the first place that has it."""

    def __init__(self, root: Tree, page: str, fetched: str = "") -> None:
        self._metas: dict[str, list[str]] = {}
        for meta in root.iter("meta"):
            name = (meta.get("property") or meta.get("name") or meta.get("itemprop") or "").lower().strip()
            if name and (content := line(unescaped(meta.get("content") or ""))):
                self._metas.setdefault(name, []).append(content)
        links = {rel: link.get("href") or "" for link in root.iter("link") for rel in (link.get("rel") or "").lower().split()}
        saved = _SAVED_FROM.search(page[:3_000])
        base = next((base.get("href") for base in root.iter("base") if base.get("href")), "")
        here = next(filter(None, map(web_address, (fetched, saved[1] if saved else "", base, self.meta("og:url")))), "")
        head = root.find(".//title")
        self._title = line(head.text_content()) if head is not None else ""
        self._linked = LinkedData(
            [s.text or "" for s in root.iter("script") if "ld+json" in (s.get("type") or "").lower()],
            _of_the_article(microdata.objects(root), {self.meta("og:title"), self._title}),
        )
        given = [_joined(here, one) for one in (links.get("canonical", ""), self.meta("og:url"), self.meta("twitter:url"))]
        self._node = self._linked.article(set(given) | {here}, {self.meta("og:title"), self._title})
        given += [_joined(here, self._linked.address(self._node)), web_address(fetched), web_address(saved[1] if saved else "")]
        known = list(filter(None, given))
        # A canonical address that is the site's front page is a mistake of its template.
        self.address = next(
            (one for one in known if urlsplit(one).path.strip("/") or urlsplit(one).query), known[0] if known else ""
        )
        self.asks_for_login = any((one.get("type") or "").lower() == "password" for one in root.iter("input"))
        self._lang = (root.get("lang") or root.get("xml:lang") or "").strip()

    def meta(self, *names: str) -> str:
        """The first of the meta tags that is there."""
        return next((self._metas[name][0] for name in names if name in self._metas), "")

    @property
    def is_article(self) -> bool:
        """Whether it says that it is one."""
        typed = " ".join(kinds(self._node))
        return (
            "article" in self.meta("og:type").lower()
            or "Article" in typed
            or "Posting" in typed
            or bool(self.meta(_PUBLISHED[0]))
        )

    @property
    def live(self) -> list[str]:
        """The updates of a live blog that JSON-LD tells whole, newest first as a rule: each its headline and its text."""
        updates = self._node.get("liveBlogUpdate")
        found = []
        for update in updates[:5_000] if isinstance(updates, list) else []:
            if isinstance(update, dict) and (body := plain(text(update.get("articleBody")))):
                head = plain(text(update.get("headline")))
                found += [head] * (title_key(head) not in title_key(body[: len(head) + 50])) + body.split("\n\n")
        return found

    @property
    def whole(self) -> str:
        """The text of the article, where JSON-LD has it."""
        return plain(text(self._node.get("articleBody")))

    def titles(self) -> list[str]:
        """The headline as each place gives it, the page's own name for itself taken off its end."""
        given = [self.meta(*_TITLES[:1]), plain(text(self._node.get("headline"))), self.meta(*_TITLES[1:])]
        return [one for one in (_without_outlet(line(title), self.names()) for title in given) if one]

    @property
    def name(self) -> str:
        """What the page calls itself in the window's frame."""
        return _without_outlet(self._title, self.names())

    def names(self) -> set[str]:
        """What the outlet is called, to be compared."""
        host = (urlsplit(self.address).hostname or "").removeprefix("www.")
        names = {self.outlet(), self.meta("og:site_name"), self._linked.name(self._node.get("publisher")), host}
        return {title_key(name) for name in names if name}

    def descriptions(self) -> list[str]:
        """What may be the standfirst, if the page shows it."""
        node = (plain(text(self._node.get(key))) for key in ("description", "alternativeHeadline", "abstract"))
        return [line(one) for one in [*node, *(self.meta(name) for name in _DESCRIPTIONS)] if len(one) > 20]

    def people(self) -> tuple[list[str], list[str]]:
        """(who wrote it, which organisations are named as if they had), as JSON-LD has it."""
        persons: list[str] = []
        others: list[str] = []
        given = self._node.get("author") or self._node.get("creator") or []
        for one in given if isinstance(given, list) else [given]:
            node = self._linked.whole(one)
            name = self._linked.name(one)
            typed = kinds(node)
            (others if any("Organization" in kind for kind in typed) and "Person" not in typed else persons).append(name)
        return list(filter(None, persons)), list(filter(None, others))

    def metas_of_authors(self) -> list[list[str]]:
        """What each of the meta tags for authors says."""
        return [self._metas[name] for name in _AUTHORS if name in self._metas]

    def outlet(self) -> str:
        site = re.split(r"\s+[|–—-]\s+", self.meta("og:site_name").lstrip("@"))[0]  # without its motto
        return site or self._linked.name(self._node.get("publisher")) or self.meta(*_OUTLETS[1:])

    def published(self) -> list[str]:
        """The day and the time of publication, as each place has them."""
        return [
            one
            for one in [
                text(self._node.get("datePublished")),
                *(self.meta(name) for name in _PUBLISHED),
                text(self._node.get("dateCreated")),
            ]
            if one
        ]

    def modified(self) -> str:
        return text(self._node.get("dateModified")) or self.meta(*_MODIFIED)

    def section(self) -> str:
        return plain(text(self._node.get("articleSection"))) or self.meta(*_SECTIONS)

    def language(self) -> str:
        return (
            self._lang
            or self._linked.name(self._node.get("inLanguage"), ("alternateName", "name"))
            or self.meta("content-language", "og:locale")
        )


def _of_the_article(objects: list[Node], titles: set[str]) -> list[Node]:
    """Those that describe the page's own article, not the teasers of others: they hold its body, or bear its headline."""
    keys = set(filter(None, map(title_key, titles)))
    return [
        {name: [] if name == "articleBody" else value for name, value in one.items()}
        for one in objects
        if "articleBody" in one or title_key(text(one.get("headline"))) in keys
    ]


def _joined(base: str, address: str) -> str:
    try:
        return web_address(urljoin(base, address.strip())) if address.strip() else ""
    except ValueError:
        return ""


def _without_outlet(title: str, names: set[str]) -> str:
    """ "Ferry sinks | Sport | Saltmere Post" -> "Ferry sinks": the outlet's name behind a bar, a section, a date."""
    taken = False
    for _ in range(4):
        between = list(_BETWEEN.finditer(title))
        if not between or between[-1].start() < _SHORTEST:
            break
        key = title_key(title[between[-1].end() :])
        outlet = bool(key) and any(f" {key} " in f" {name} " or f" {name} " in f" {key} " for name in names)
        section = taken and "|" in between[-1][0] and len(key.split()) < 3
        if not (outlet or section or parse_day(title[between[-1].end() :])):
            break
        title, taken = title[: between[-1].start()], taken or outlet
    return title
