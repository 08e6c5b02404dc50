"""Saved news pages and feeds become articles with what their outlets say of them."""

# ruff: noqa: E501 - markup is read more easily unbroken

from __future__ import annotations

import io
import time
from functools import partial
from pathlib import Path

import pytest

from tests.studies import html as study
from vectorstore.articles import feeds, html
from vectorstore.articles.bylines import names
from vectorstore.articles.document import Document
from vectorstore.articles.jsonld import LinkedData
from vectorstore.articles.kinds import kind
from vectorstore.types import Article, Rejected

FILES = Path(__file__).resolve().parents[2] / "shared" / "data" / "files"
AGROUND = "The ferry Lady Anne ran aground off Saltmere on Tuesday night with 212 people on board, the harbour office said."
SAFE = "Nobody was hurt, and all passengers were brought ashore in lifeboats by four in the morning, its spokeswoman Mira Toll added."
STOPPED = "The operator, Fen Lines, has stopped all sailings until divers have looked at the hull, which will take until Friday at least."
BODY = "".join(f"<p>{text}</p>" for text in (AGROUND, SAFE, STOPPED))
TEXT = f"{AGROUND}\n\n{SAFE}\n\n{STOPPED}"
LEAD = "212 people were on board when the Lady Anne struck a bank on its way to the islands"


def page(head: str, body: str, language: str = "en") -> bytes:
    return f'<!DOCTYPE html><html lang="{language}"><head><meta charset=utf-8>{head}</head><body>{body}</body></html>'.encode()


def linked(data: str) -> str:
    return f'<script type="application/ld+json">{data}</script>'


def read(content: bytes, reader: object = html) -> list[Article | Rejected]:
    return list(reader.read(Document("a", "a", lambda: io.BytesIO(content))))  # type: ignore[attr-defined]


GRAPH = """{"@context": "https://schema.org", "@graph": [
 {"@type": "WebPage", "@id": "https://salt.example/f#p", "url": "https://salt.example/f"},
 {"@type": "NewsArticle", "headline": "Ferry aground &#8211; all safe", "author": {"@id": "#ann"}, "publisher": {"@id": "#salt"},
  "datePublished": "2026-03-04T06:15:00+01:00", "articleSection": ["Harbour", "News"], "mainEntityOfPage": {"@id": "https://salt.example/f#p"}},
 {"@type": "Person", "@id": "#ann", "name": "Ann Rill"}, {"@type": "Organization", "@id": "#salt", "name": "Saltmere Post"},
 {"@type": "NewsArticle", "headline": "Mill burns", "datePublished": "2026-01-01", "url": "https://salt.example/mill"}]}"""
LIVE = """{"@type": "LiveBlogPosting", "headline": "Ferry live", "datePublished": "2026-03-04T05:00:00Z", "liveBlogUpdate": [
 {"@type": "BlogPosting", "headline": "Divers arrive", "articleBody": "Divers have arrived at the wreck and began to look at the hull at nine."},
 {"@type": "BlogPosting", "headline": "All ashore", "articleBody": "All passengers are ashore, the harbour office has said this morning."}]}"""
HIDDEN = "".join(
    f"<p {how}>Secret words are here for machines only, and not for any reader at all.</p>"
    for how in (
        *(
            'style="display:none"',
            'style="font-size:0"',
            'style="color:#ffffff"',
            "hidden",
            'style="visibility: hidden"',
            'style="opacity:0"',
        ),
        *('style="position:absolute;left:-9999px"', 'style="text-indent:-9999px"', 'style="height:0;overflow:hidden"'),
    )
)
PAGES: dict[str, tuple[bytes, dict[str, object]]] = {
    "microdata beside that of a teaser": (
        page(
            "<title>Page</title>",
            f"""<div itemscope itemtype="https://schema.org/NewsArticle"><meta itemscope itemprop="mainEntityOfPage"
 itemid="https://salt.example/ferry"><h2 itemprop="headline">Ferry aground off Saltmere</h2><span itemprop="author" itemscope
 itemtype="https://schema.org/Person">by <b itemprop="name">Ann Rill</b></span><time itemprop="datePublished" datetime="2026-03-04">now</time>
 <div itemprop="publisher" itemscope itemtype="https://schema.org/Organization"><meta itemprop="name" content="Saltmere Post"></div>
 <div itemprop="articleBody">{BODY}</div></div><div itemscope itemtype="https://schema.org/NewsArticle"><a itemprop="url" href="/tide">
 <b itemprop="headline">Tide tables</b></a><time itemprop="datePublished" datetime="2026-01-01">then</time></div>""",
        ),
        {
            "title": "Ferry aground off Saltmere",
            "authors": ("Ann Rill",),
            "published": "2026-03-04",
            "source": "Saltmere Post",
            "url": "https://salt.example/ferry",
        },
    ),
    "JSON-LD that is broken": (
        page(
            """<title>Ferry aground off Saltmere</title><script type="application/ld+json">{"@type":"NewsArticle","headline":"x",,}</script>
 <meta name="citation_title" content="Ferry aground off Saltmere">""",
            f"<article><h1>Ferry aground off Saltmere</h1>{BODY}</article>",
        ),
        {"title": "Ferry aground off Saltmere", "text": TEXT},
    ),
    "by hand, without metadata": (
        page("<title>Ferry</title>", f"<h1>Ferry runs aground off Saltmere</h1>{BODY}"),
        {"title": "Ferry runs aground off Saltmere", "text": TEXT, "language": "en"},
    ),
    "JSON-LD, a graph whose parts point at each other": (
        page(
            linked(GRAPH) + '<link rel=canonical href="https://www.salt.example/f">', f"<h1>Ferry aground – all safe</h1>{BODY}"
        ),
        {
            "title": "Ferry aground – all safe",
            "authors": ("Ann Rill",),
            "source": "Saltmere Post",
            "section": "Harbour",
            "text": TEXT,
        },
    ),
    "JSON-LD with a comma too many": (
        page(
            linked('{"@type":"NewsArticle","headline":"Ferry","datePublished":"2026-03-04",\n"author":[{"name":"Bo Ray"},],}'),
            BODY,
        ),
        {"title": "Ferry", "authors": ("Bo Ray",), "published": "2026-03-04"},
    ),
    "JSON-LD cut off": (
        page(linked('{"@type":"NewsArticle","headline":"Ferry","datePublished":"2026-03-04","articleBody":"The fer'), BODY),
        {"title": "Ferry", "published": "2026-03-04", "text": TEXT},
    ),
    "OpenGraph": (
        page(
            '<meta property="og:title" content="Ferry runs aground | Saltmere Post"><meta property="og:site_name" content="Saltmere Post">'
            '<meta property="og:url" content="https://salt.example/ferry"><meta property="article:published_time" content="2026-03-04T05:00Z">'
            '<meta property="article:section" content="Local"><meta name="author" content="By Ann Rill and Bo Ray">',
            f"<article>{BODY}</article>",
        ),
        {
            "title": "Ferry runs aground",
            "source": "Saltmere Post",
            "url": "https://salt.example/ferry",
            "published": "2026-03-04",
            "section": "Local",
            "authors": ("Ann Rill", "Bo Ray"),
        },
    ),
    "microdata": (
        page(
            "<title>Ferry | Fen</title>",
            '<div itemscope><h1 itemprop="headline">Ferry runs aground</h1><span itemprop="author"><span itemprop="name">Ann Rill</span></span>'
            f'<meta itemprop="datePublished" content="2026-03-04"><div itemprop="articleBody">{BODY}</div></div>',
        ),
        {"title": "Ferry runs aground", "authors": ("Ann Rill",), "published": "2026-03-04", "text": TEXT},
    ),
    "byline and date on the page": (
        page(
            '<title>Ferry - Fen Echo</title><meta property="og:site_name" content="Fen Echo">',
            '<article><h1>Ferry runs aground</h1><div class="meta"><span class="byline">By Ann Rill, Harbour Correspondent</span>'
            f'<time datetime="2026-03-04T05:00">4 March</time></div>{BODY}</article>',
        ),
        {"title": "Ferry runs aground", "authors": ("Ann Rill",), "published": "2026-03-04", "text": TEXT},
    ),
    "German": (
        page(
            '<meta property="og:title" content="Fähre aufgelaufen">',
            '<article><h1>Fähre aufgelaufen</h1><p class="autor">Von Ute Brand und Jan Moor</p><p>Die Fähre ist am Dienstagabend vor Salzmoor auf '
            "Grund gelaufen, wie das Hafenamt mitteilte. An Bord waren 212 Menschen.</p><p>Verletzt wurde niemand, alle Passagiere wurden in der "
            "Nacht mit Rettungsbooten an Land gebracht, sagte die Sprecherin.</p></article>",
            "de-DE",
        ),
        {"title": "Fähre aufgelaufen", "authors": ("Ute Brand", "Jan Moor"), "language": "de"},
    ),
    "what no reader sees": (
        page(
            "<title>Ferry</title>",
            f"<article><h1>Ferry</h1><p>{AGROUND}</p>{HIDDEN}<p>{SAFE} zero\u200bwidth</p><p>{STOPPED}</p></article>",
        ),
        {"text": f"{AGROUND}\n\n{SAFE} zerowidth\n\n{STOPPED}"},
    ),
    "a note of correction": (
        page(
            "",
            f"<article><h1>Ferry</h1>{BODY}<p><em>Correction: an earlier version said that 121 people were on board.</em></p></article>",
        ),
        {"corrections": ("Correction: an earlier version said that 121 people were on board.",)},
    ),
    "a relative address": (
        page('<base href="https://echo.example/news/"><link rel="canonical" href="ferry.html">', BODY),
        {"url": "https://echo.example/news/ferry.html", "source": "echo.example", "id": "https://echo.example/news/ferry.html"},
    ),
    "an address that runs something": (page('<link rel="canonical" href="javascript:alert(1)">', BODY), {"url": "", "id": "a"}),
    "where a browser saved it from": (
        b"<!-- saved from url=(0026)https://echo.example/ferry -->\n" + page("", BODY),
        {"url": "https://echo.example/ferry"},
    ),
    "a live blog": (
        page(linked(LIVE), "<h1>Ferry live</h1><p>Loading …</p>"),
        {
            "title": "Ferry live",
            "text": "Divers arrive\n\nDivers have arrived at the wreck and began to look at the hull at nine.\n\nAll ashore\n\n"
            "All passengers are ashore, the harbour office has said this morning.",
        },
    ),
    "Windows-1251": (
        "<html lang=ru><head><meta http-equiv='Content-Type' content='text/html; charset=windows-1251'></head><body><h1>Паром сел на мель</h1>"
        "<p>Паром сел на мель у берега во вторник вечером, на борту было 212 человек, сообщили в порту города.</p></body></html>".encode(
            "cp1251"
        ),
        {"title": "Паром сел на мель", "language": "ru"},
    ),
    "UTF-8 that says it is something else": (
        page("", "<h1>Café évacué</h1>" + BODY).replace(b"charset=utf-8", b"charset=iso-8859-1"),
        {"title": "Café évacué"},
    ),
    "300 levels deep": (page("", "<div>" * 300 + BODY + "</div>" * 300), {"text": TEXT}),
    "boxes between the paragraphs": (
        page(
            "",
            f'<article><h1>Ferry</h1><p>{AGROUND}</p><div class="related"><h3>Read more</h3><ul><li><a href=/a>Sea wall vote delayed</a></li>'
            f'<li><a href=/b>Mill burns down</a></li></ul></div><p>{SAFE}</p><aside class="newsletter"><p>Sign up for our morning newsletter and '
            f"get the news of the fen every day.</p></aside><p>{STOPPED}</p></article>",
        ),
        {"text": TEXT},
    ),
    "words in the middle of a sentence, in a span of a class": (
        page(
            "",
            f'<article><h1>Ferry</h1><p>The <span class="link"><a href=/l>ferry Lady Anne</a></span> {AGROUND[20:]}</p><p>{SAFE}</p></article>',
        ),
        {"text": f"{AGROUND}\n\n{SAFE}"},
    ),
    "a standfirst that its meta tag cuts short": (
        page(
            f'<meta name="description" content="{LEAD[:60]}…">',
            f'<article><h1>Ferry</h1><p class="standfirst">{LEAD}</p><div class=body>{BODY}</div></article>',
        ),
        {"text": f"{LEAD}\n\n{TEXT}"},
    ),
    "a description that the page does not show": (
        page('<meta name="description" content="All about the ferry, the best ferry news of the whole fen, every day">', BODY),
        {"text": TEXT},
    ),
}
TEASERS = "".join(
    f"<div class=teaser><h2><a href=/n/{n}>Council number {n} votes</a></h2><p>The council of ward {n} votes on the new sea wall on Tuesday, "
    "and a narrow majority is expected for it.</p></div>"
    for n in range(20)
)
TABLE = "<table><tr><th>Ship<th>Passengers<tr><td>Lady Anne<td>212<tr><td>Lady Beth<td>40</table>"
QUOTE = "“We were lucky, and the sea was calm all night,” she said."
PAGES |= {
    "a short item": (page("<title>Bridge open</title>", "<p>The Saltmere bridge is open again.</p>"), {"text": "The Saltmere bridge is open again."}),
    "paragraphs that are line breaks": (page("", f"<h1>Ferry</h1><div>{AGROUND}<br><br>{SAFE}<br/><br/>{STOPPED}</div>"), {"text": TEXT}),
    "paragraphs that are boxes": (page("", f"<div><h1>Ferry</h1><div>{AGROUND}</div><div>{SAFE}</div><div>{STOPPED}</div></div>"), {"text": TEXT}),
    "a date in words above the text": (
        page("", f'<article><h1>Ferry</h1><p class="date">Published 4 March 2026, 10:15</p>{BODY}</article>'),
        {"published": "2026-03-04", "text": TEXT},
    ),
    "a date in the address": (page('<link rel=canonical href="https://e.example/2026/03/04/ferry">', BODY), {"published": "2026-03-04"}),
    "a year that is the site's": (page("", f"<article>{BODY}</article><footer>© 2019 Fen Echo</footer>"), {"published": "None"}),
    "a table": (
        page("", f"<article><h1>Ferry</h1><p>{AGROUND}</p>{TABLE}<p>{SAFE}</p></article>"),
        {"text": f"{AGROUND}\n\nShip | Passengers\nLady Anne | 212\nLady Beth | 40\n\n{SAFE}"},
    ),
    "a list, a subhead and a quote": (
        page("", f"<article><h1>Ferry</h1><p>{AGROUND}</p><ul><li>Two lifeboats were used<li>Nine stayed on board</ul><h2>All safe</h2><p>{SAFE}</p><blockquote>{QUOTE}</blockquote></article>"),
        {"text": f"{AGROUND}\n\nTwo lifeboats were used\nNine stayed on board\n\nAll safe\n\n{SAFE}\n\n{QUOTE}"},
    ),
    "comments and cookies": (
        page("", f'<div class="cookie-banner"><p>We use cookies to give you the best experience of all.</p></div><article><h1>Ferry</h1>{BODY}</article><section class="comments"><div class=comment><p>Reader Joe wrote that this was a scandal and that the council must act.</p></div></section>'),
        {"text": TEXT},
    ),
    "what a style sheet hides": (
        page("<style>/* x */ .no, #nor { display: none } @media print { .yes { display: none } } .tab { display: none } .tab.on { display: block }</style>",
             f'<article><h1>Ferry</h1><p class="yes">{AGROUND}</p><p class="a no">Secret words are here for machines only, and not for readers.</p><p id="nor">Secret words are here for machines only, and not for you.</p><p class=tab>{SAFE}</p><p>{STOPPED}</p></article>'),
        {"text": TEXT},
    ),
    "what a style sheet hides until a script shows it": (
        page("<style>.story { opacity: 0 }</style>", f'<article class="story"><h1>Ferry</h1>{BODY}</article>'),
        {"text": TEXT},
    ),
    "a page that fades in": (page("", f"<h1>Ferry</h1>{BODY}").replace(b"<body>", b'<body style="opacity:0">'), {"text": TEXT}),
    "a desk beside a person": (
        page('<meta property="og:site_name" content="Fen Echo | News of the fen"><meta name="author" content="Ann Rill, Fen Echo Sport">', BODY),
        {"authors": ("Ann Rill",), "source": "Fen Echo"},
    ),
}  # fmt: skip
NO_ARTICLE = {
    "a front page": page("<title>Fen Echo</title>", f"<h1>Fen Echo</h1>{TEASERS}"),
    "a list": page(
        "", "<ul>" + "".join(f"<li><a href=/n/{n}><h3>Council number {n} votes</h3></a></li>" for n in range(40)) + "</ul>"
    ),
    "a login": page(
        "", "<h1>Sign in to read on</h1><form><input type=password><button>Sign in</button></form><p>Subscribers read more.</p>"
    ),
    "nothing": b" \n",
    "an error": page("<title>404 Not found</title>", "<h1>404 Not found</h1>"),
}


def given(article: Article, names: dict[str, object]) -> dict[str, object]:
    return {name: str(article.published) if name == "published" else getattr(article, name) for name in names}


@pytest.mark.parametrize("case", PAGES)
def test_a_saved_page_becomes_an_article(case: str) -> None:
    """JSON-LD and meta tags come first, the page fills what they leave open; what no reader sees is left out."""
    content, right = PAGES[case]
    [article] = read(content)
    assert isinstance(article, Article)
    assert given(article, right) == right


@pytest.mark.parametrize("case", NO_ARTICLE)
def test_a_page_without_an_article_is_rejected(case: str) -> None:
    """A front page is no article, though its teasers are sentences."""
    [rejected] = read(NO_ARTICLE[case])
    assert isinstance(rejected, Rejected)
    assert "save the article's own page" in rejected.reason or "the page is empty" in rejected.reason


def test_hostile_pages_end() -> None:
    """What is nested or repeated without end takes seconds, and its text is kept where it has any."""
    started = time.process_time()
    for content in (
        page("", "<div>" * 100_000 + BODY),
        page(linked("[" * 100_000), BODY),
        page(linked('{"a":' * 100_000), BODY),
        page(linked('{"@type":"NewsArticle","headline":"' + "\\" * 100_000), BODY),
        page("", '<span class="author byline">' * 3_000 + BODY),
    ):
        [article] = read(content)
        assert isinstance(article, Article)
        assert AGROUND in article.text
    assert time.process_time() - started < 15
    loop = LinkedData(
        ['{"@type": "NewsArticle", "@id": "#a", "headline": "x", "author": {"@id": "#a"}, "mainEntity": {"@id": "#a"}}']
    )
    assert loop.article(set(), set())["headline"] == "x"


def test_names_are_taken_out_of_bylines() -> None:
    """No "By", no desk, no address; each name once."""
    for byline, people in {
        "By Ann Rill and Bo Ray": ("Ann Rill", "Bo Ray"),
        "Written by Ann Rill, Political Editor": ("Ann Rill",),
        "Ann Rill, Bo Ray & Cy Dee": ("Ann Rill", "Bo Ray", "Cy Dee"),
        "Ann Rill / Journalist": ("Ann Rill",),
        "Ute Brand (ube)": ("Ute Brand",),
        "José Ortega y Gasset": ("José Ortega y Gasset",),
        "Par Jean Rill et Anne Moulin, journalistes": ("Jean Rill", "Anne Moulin"),
        "https://social.example/fenecho": (),
        "Ann Rill ann@echo.example": ("Ann Rill",),
    }.items():
        assert names([byline, byline]) == people, byline


FEEDS: dict[str, tuple[bytes, dict[str, object]]] = {
    "RSS with the whole text": (
        f"""<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Saltmere Post</title><language>en-GB</language><item>
 <title>Ferry &amp;#8211; aground</title><link>https://salt.example/ferry</link><guid isPermaLink="false">post-77</guid>
 <pubDate>Wed, 04 Mar 2026 05:00:00 GMT</pubDate><dc:creator><![CDATA[Ann Rill]]></dc:creator><category>Harbour</category>
 <description><![CDATA[The ferry Lady Anne ran … [&#8230;]]]></description><content:encoded><![CDATA[{BODY}{HIDDEN}<p>The post
 <a href="https://salt.example/ferry">Ferry – aground</a> appeared first on <a href="/">Saltmere Post</a>.</p>]]></content:encoded>
 </item></channel></rss>""".encode(),
        {
            "title": "Ferry – aground",
            "text": TEXT,
            "authors": ("Ann Rill",),
            "section": "Harbour",
            "source": "Saltmere Post",
            "url": "https://salt.example/ferry",
            "id": "post-77",
            "published": "2026-03-04",
            "language": "en",
        },
    ),
    "Atom": (
        f"""<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://echo.example/"><title>Fen Echo</title><entry>
 <title type="html">Ferry &lt;b&gt;aground&lt;/b&gt;</title><link href="/ferry"/><id>https://echo.example/ferry</id>
 <updated>2026-03-04T09:00:00Z</updated><published>2026-03-04T05:00:00Z</published><author><name>Bo Ray</name></author>
 <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">{BODY}</div></content></entry></feed>""".encode(),
        {
            "title": "Ferry aground",
            "text": TEXT,
            "authors": ("Bo Ray",),
            "url": "https://echo.example/ferry",
            "id": "https://echo.example/ferry",
            "published": "2026-03-04",
            "source": "Fen Echo",
        },
    ),
    "RDF": (
        f"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://f.example"><title>Fen Wire</title></channel>
 <item rdf:about="https://f.example/1"><title>Ferry aground</title><link>https://f.example/1</link><description>{AGROUND}</description>
 <dc:date>2026-03-04T05:00:00+00:00</dc:date></item></rdf:RDF>""".encode(),
        {"title": "Ferry aground", "text": AGROUND, "published": "2026-03-04", "url": "https://f.example/1"},
    ),
    "an entry's own source, and an address that runs something": (
        f"""<rss version="2.0"><channel><title>Search: ferry</title><item><title>Ferry</title><link>javascript:alert(1)</link>
 <source url="https://echo.example">Fen Echo</source><description>{AGROUND}</description></item></channel></rss>""".encode(),
        {"source": "Fen Echo", "url": "", "text": AGROUND},
    ),
    "a teaser, and a byline with an address": (
        b"""<rss version="2.0"><channel><title>Fen Echo</title><item><title>Ferry</title><author>ann@echo.example (Ann Rill)</author>
 <description>The ferry ran aground, and [...]</description></item></channel></rss>""",
        {"text": "The ferry ran aground, and [...]", "authors": ("Ann Rill",)},
    ),
    "an aggregator's headline": (
        f"""<rss version="2.0"><channel><title>"Ferry" - Search</title><item><title>Ferry aground - off Saltmere - Fen Echo</title>
 <source url="https://echo.example">Fen Echo</source><description>{AGROUND}</description></item></channel></rss>""".encode(),
        {"title": "Ferry aground - off Saltmere", "source": "Fen Echo"},
    ),
    "a trailer that names another headline": (
        f"""<rss version="2.0"><channel><title>Salt</title><item><title>Ferry</title><description><![CDATA[{BODY}<p>Der Beitrag
 <a href="/x">Fähre</a> erschien zuerst auf <a href="/">Salz</a>.</p>]]></description></item></channel></rss>""".encode(),
        {"text": TEXT},
    ),
    "UTF-16": (
        f'<?xml version="1.0" encoding="utf-16"?><rss version="2.0"><channel><item><title>Fähre</title><description>{AGROUND}</description>'
        "</item></channel></rss>".encode("utf-16"),
        {"title": "Fähre", "text": AGROUND},
    ),
    "a headline alone": (b'<rss version="2.0"><channel><item><title>Ferry aground</title></item></channel></rss>', {"text": "Ferry aground"}),
    "a file of this machine's": (
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><rss version="2.0"><channel><item><title>Ferry &x;</title></item></channel></rss>',
        {"title": "Ferry &x;"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", FEEDS)
def test_an_entry_of_a_feed_becomes_an_article(case: str) -> None:
    """Its whole text before its teaser, its address if it is one, its id where that is no address."""
    content, right = FEEDS[case]
    assert kind(Document("a.xml", "a.xml", lambda: io.BytesIO(content))) == "feed"
    [article] = read(content, feeds)
    assert isinstance(article, Article)
    assert given(article, right) == right


@pytest.mark.parametrize(
    "end",
    [
        "<description>{0}",
        "<description><![CDATA[<p>{0}</p>",
        "<description>{0}</descr",
        "<content:encoded><![CDATA[{0}]]></content:encoded>",
    ],
)
def test_a_feed_that_breaks_off_keeps_what_there_is(end: str) -> None:
    """And says so."""
    head = "<rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/'><channel><title>Fen Echo</title>"
    item = "<item><title>Ferry</title><description>It ran aground.</description></item><item><title>Quay</title>"
    first, second, said = read((head + item + end.format(AGROUND)).encode(), feeds)
    assert isinstance(first, Article)
    assert isinstance(second, Article)
    assert isinstance(said, Rejected)
    assert (first.text, second.title, second.text) == ("It ran aground.", "Quay", AGROUND)
    assert "breaks off" in said.reason


@pytest.mark.parametrize(
    "content", [b"<html><p>404</p></html>", b"", b"\0" * 99, b"<rss version='2.0'><channel></channel></rss>"]
)
def test_what_is_no_feed_is_rejected(content: bytes) -> None:
    """With the reason."""
    [rejected] = read(content, feeds)
    assert isinstance(rejected, Rejected)
    assert "no entries" in rejected.reason or "no RSS or Atom feed" in rejected.reason


@pytest.mark.skipif(not FILES.is_dir(), reason="the public pages and feeds are not beside this checkout (shared/data/files)")
def test_public_pages_and_feeds() -> None:
    """A sixth of the article-extraction benchmark is read as well as the whole (.97), and no feed of feedparser's breaks us."""
    pages = list(study.benchmark(FILES))[::6]
    texts = [(one.body, article.text if (article := study.read(one.file)) else "") for one in pages]
    assert study.f1([study.precision_recall(*pair) for pair in texts]) > 0.95
    for file in sorted((FILES / "feeds").rglob("*.xml"))[::4]:
        for one in feeds.read(Document(str(file), file.name, partial(file.open, "rb"))):
            assert isinstance(one, Rejected) or one.text.strip()
