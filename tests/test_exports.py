"""Exports: the JSON and the tables that other tools write, by their own field names and nesting."""

from __future__ import annotations

import csv
import gzip
import io
import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from vectorstore.articles import read
from vectorstore.articles.inferred import inferred
from vectorstore.articles.names import fields_of, mapping
from vectorstore.doubles import WordHashEncoder
from vectorstore.errors import UsageError
from vectorstore.language.detect import code_of
from vectorstore.rebuild import rebuild
from vectorstore.types import Article, Rejected

CASES = [
    json.loads(line)
    for name in ("exports", "databases")
    for line in (Path(__file__).parent / "cases" / f"{name}.jsonl").read_text("utf-8").splitlines()
]


def write(path: Path, content: object) -> Path:
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8", newline="")
    return path


def articles(path: Path) -> list[Article]:
    return [item for item in read([path]) if isinstance(item, Article)]


def reasons(path: Path) -> list[str]:
    return [f"{Path(item.where).name}: {item.reason}" for item in read([path]) if isinstance(item, Rejected)]


@pytest.mark.parametrize("case", CASES, ids=[case["file"] for case in CASES])
def test_what_other_tools_write_is_read(tmp_path: Path, case: dict[str, Any]) -> None:
    """Every article of an export, with its headline, its day and its whole text, and nothing of the markup."""
    found = articles(write(tmp_path / case["file"], case["content"]))
    assert len(found) == len(case["articles"])
    for article, wanted in zip(found, case["articles"], strict=True):
        assert article.title == (wanted["title"] if wanted["title"] is not None else article.title)
        assert str(article.published) == wanted["published"]
        assert article.source == (wanted.get("source") or article.source)
        assert article.authors == tuple(wanted.get("authors", article.authors))
        assert article.url == wanted.get("url", article.url)
        assert article.section == wanted.get("section", article.section)
        assert [part for part in wanted["holds"] if part not in article.text] == []
        assert [part for part in wanted["lacks"] if part in article.text] == []
    assert not case.get("silent") or reasons(tmp_path / case["file"]) == []


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("Pub_Date", "published"),
        ("PublishedAt", "published"),
        ("post-title", "title"),
        ("Full Text", "text"),
        ("dc:creator", "authors"),
    ],
)
def test_names_are_compared_by_their_letters(name: str, field: str) -> None:
    """Case, dashes, underscores and a tool's own prefix do not count."""
    assert field in [known for known, _ in fields_of(name)]


def test_an_odd_optional_field_costs_itself_only(tmp_path: Path) -> None:
    """What is no author, no address or no outlet is named in one line each, and the article is kept."""
    lines = [
        {"id": "a", "text": "The weir broke.", "author": 17},
        {"id": "b", "text": "The weir broke.", "author": float("nan"), "title": ["Weir breaks"]},
        {"id": {"$oid": "c"}, "text": "The weir broke.", "date": {"$date": "2024-05-03T10:00:00Z"}, "source": ["Weir Weekly"]},
        {"id": "d", "text": ["The weir broke.", "Nobody was hurt."], "url": 5, "published": "", "date": "2024-05-03"},
    ]
    file = write(tmp_path / "a.jsonl", "\n".join(map(json.dumps, lines)))
    a, b, c, d = articles(file)
    assert (a.authors, b.authors, b.title) == ((), (), "Weir breaks")
    assert (c.id, c.published, c.source) == ("c", date(2024, 5, 3), "Weir Weekly")
    assert (d.text, d.url, d.published) == ("The weir broke.\n\nNobody was hurt.", "", date(2024, 5, 3))
    assert [reason.split(" that ")[0] for reason in reasons(file)] == [
        "a.jsonl:1: author is a number ('17')",
        "a.jsonl:4: url is a number ('5')",
    ]


def test_dates_of_one_file_help_each_other(tmp_path: Path) -> None:
    """21/05/2024 says how 03/04/2024 of the same file is meant; without it there is none, and a line says so."""
    rows = [["title", "text", "date"], ["A", "The weir broke.", "03/04/2024"], ["B", "The weir held.", "21/05/2024"]]
    table = io.StringIO()
    csv.writer(table).writerows(rows)
    assert [one.published for one in articles(write(tmp_path / "a.csv", table.getvalue()))] == [
        date(2024, 4, 3),
        date(2024, 5, 21),
    ]
    alone = write(tmp_path / "b.csv", "title,text,date\nA,The weir broke.,03/04/2024\n")
    assert articles(alone)[0].published is None
    french = {"title": "B", "text": "Le barrage a cédé dans la nuit, a dit le maire de la ville.", "date": "03/04/2024"}
    assert articles(write(tmp_path / "c.json", [french]))[0].published == date(2024, 4, 3)
    assert "'03/04/2024' may be 3 April 2024 or 4 March 2024" in reasons(alone)[0]


@pytest.mark.parametrize(
    ("content", "titles"),
    [
        ('[{"title": "A", "text": "One."}, // the first\n {"title": "B", "text": "Two.",},]', ["A", "B"]),
        ('{"title": "A", "text": "One."}\n{"title": "B", "text": "Two."}', ["A", "B"]),
        ('{"title": "A", "text": "One."}{"title": "B",\n "text": "Two."}', ["A", "B"]),
        ('[{"title": "A", "text": "One."},\n{"title": "X" "text": "Broken."},\n{"title": "B", "text": "Two."}]', ["A", "B"]),
        ('[{"title": "A", "text": "One."},\n{"title": "X, "text": "Broken},\n{"title": "B", "text": "Two."}]', ["A", "B"]),
        ('[\n  {"title": "A", "text": "One."},\n  {"title": "B", "text": "Tw', ["A"]),
        ("{'title': 'A', 'text': 'One.', 'url': None}", ["A"]),
        ('\ufeff[["title", "text"], ["A", "One."], ["B", "Two."]]', ["A", "B"]),
        ('[{"title": "A", "text": "One.", "score": NaN, "author": null}]', ["A"]),
    ],
    ids=[
        "comments and commas",
        "lines",
        "one after another",
        "a comma missing",
        "a mark missing",
        "cut off",
        "Python",
        "rows",
        "NaN",
    ],
)
def test_json_that_is_none_is_read_as_far_as_it_goes(tmp_path: Path, content: str, titles: list[str]) -> None:
    """What is broken is named, and the rest is read."""
    file = write(tmp_path / "a.json", content)
    assert [article.title for article in articles(file)] == titles
    broken = "Broken" in content or content.endswith("Tw")
    assert bool(reasons(file)) == broken
    if broken:
        assert reasons(file)[0].startswith(("a.json:2: it", "a.json:3: it"))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "cp1252", "utf-8-sig"])
def test_json_in_other_encodings(tmp_path: Path, encoding: str) -> None:
    """JSON is read in the encoding it is in."""
    content = '[{"title": "Café shuts", "text": "The Café Zoë shuts in May, its owner said."}]'
    assert [one.title for one in articles(write(tmp_path / "a.json", content.encode(encoding)))] == ["Café shuts"]


def test_tables(tmp_path: Path) -> None:
    """Semicolons, quoted line ends and a formula are all text; a table without names says how to name them."""
    file = write(
        tmp_path / "a.csv",
        'sep=;\nTitel;Datum;Text\n"Wehr; bricht";03.05.2024;"Das Wehr\nbrach."\n=1+1;3.6.2024;"=HYPERLINK(""x"")"\n',
    )
    assert [(one.title, one.text) for one in articles(file)] == [
        ("Wehr; bricht", "Das Wehr\nbrach."),
        ("=1+1", '=HYPERLINK("x")'),
    ]
    bare = write(tmp_path / "b.csv", "Weir breaks,The weir broke on Friday.,2024-05-03\n")
    assert "write one such as title,text,date,url above it" in reasons(bare)[0]
    other = write(tmp_path / "c.csv", "title,url,kind\nA,https://x.example/1,news\n")
    assert "--map COLUMN=text" in reasons(other)[0]


def test_a_table_in_a_text_file_is_a_table(tmp_path: Path) -> None:
    """Excel calls its tables with tabs "Unicode text"; a text whose first line has commas is none."""
    table = "Headline\tDate\tWritten By\tBody\r\nWeir broke\t21 May 2024\tAnn Lee\tThe weir broke.\r\n"
    (one,) = articles(write(tmp_path / "Book1.txt", table.encode("utf-16")))
    assert (one.title, one.authors, str(one.published), one.text) == ("Weir broke", ("Ann Lee",), "2024-05-21", "The weir broke.")
    (one,) = articles(write(tmp_path / "b.txt", "title;date;text\nWeir;2024-05-21;The weir broke.\n"))
    assert one.title == "Weir"
    (one,) = articles(write(tmp_path / "c.txt", "Title, text, author and date\n\nWhat a record, in short, may hold.\n"))
    assert one.title == "Title, text, author and date"


@pytest.mark.parametrize(
    "above",
    [
        "FOR IMMEDIATE RELEASE\n\nMedia contact: Bo Ray, +00 555 0100\nbo@quay.example\n\n",
        "Press release\n",
        "FOR IMMEDIATE RELEASE: May 21, 2024\n\n",
        "NEWS RELEASE\n21 May 2024\n\n",
        "PRESS RELEASE\nEmbargoed until 10:00, 21 May 2024\n\n",
    ],
)
def test_a_press_release_begins_with_its_headline(tmp_path: Path, above: str) -> None:
    """What says that it is one, and whom to call, is no headline; its place and day are the article's."""
    (one,) = map(
        inferred, articles(write(tmp_path / "a.txt", f"{above}Weir to be rebuilt\n\nTARN, May 21, 2024 – Work begins.\n"))
    )
    assert (one.title, str(one.published), one.dateline) == ("Weir to be rebuilt", "2024-05-21", "TARN")
    assert one.text.startswith("TARN, May 21, 2024 – Work begins.")
    assert ("Bo Ray" in one.text) == ("Bo Ray" in above)


def test_fields_of_ones_own(tmp_path: Path) -> None:
    """--map says what a field is called, nested ones with dots; what is no field of ours is named."""
    record = {"kop": "Weir breaks", "inhoud": {"plat": "The weir broke."}, "meta": {"dag": "2024-05-03"}}
    own = mapping({"kop": "title", "inhoud.plat": "text", "published": "meta.dag"})
    (article,) = read([write(tmp_path / "a.json", record)], own)
    assert isinstance(article, Article)
    assert (article.title, article.text, article.published) == ("Weir breaks", "The weir broke.", date(2024, 5, 3))
    with pytest.raises(UsageError, match="'kopp' is no field of ours"):
        mapping({"kop": "kopp"})


def test_what_was_not_published_is_left_out(tmp_path: Path) -> None:
    """A draft is named, not indexed."""
    file = write(
        tmp_path / "a.json",
        [{"title": "A", "text": "One.", "status": "draft"}, {"title": "B", "text": "Two.", "status": "publish"}],
    )
    assert [one.title for one in articles(file)] == ["B"]
    assert "marked 'draft'" in reasons(file)[0]


# ------------------------------------------------------------------ hostile input


@pytest.mark.parametrize(
    "content",
    [
        "[" * 100_000,
        '{"a":' * 100_000 + "1" + "}" * 100_000,
        "[" * 50_000 + "]" * 50_000,
        '{"text": "' + "x" * 5_000_000,
        "/*" + "x" * 1_000_000,
        '{"' * 100_000,
        "\\" * 100_000,
        '["' + '\\"' * 500_000,
    ],
    ids=["lists", "objects", "closed lists", "a string", "a comment", "marks", "backslashes", "escapes"],
)
def test_hostile_json_gives_a_line(tmp_path: Path, content: str) -> None:
    """Nesting without end and what is never closed are named; nothing swells or hangs."""
    for name in ("a.json", "a.jsonl"):
        assert 1 <= len(reasons(write(tmp_path / name, content))) <= 4
        assert not articles(tmp_path / name)


def test_a_small_file_that_swells_ends_soon(tmp_path: Path) -> None:
    """Millions of empty lists or lines in some kilobytes give a few report lines, and the file is not read to its end."""
    many = write(tmp_path / "a.jsonl.gz", gzip.compress(b"[]\n" * 3_000_000))
    blank = write(tmp_path / "b.jsonl.gz", gzip.compress(b"\n" * 60_000_000))
    plain = write(tmp_path / "c.jsonl", b"[]\n" * 60_000)
    for file in (many, blank, plain):
        assert 1 <= len(reasons(file)) <= 2
        assert not articles(file)


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """A list of 60 MB is read item by item."""
    text = "The weir broke. " * 1_000
    with (tmp_path / "a.json").open("w") as file:
        file.write("[" + ",\n".join(json.dumps({"id": n, "text": text}) for n in range(10)))
        for n in range(10, 3_600):
            file.write(",\n" + json.dumps({"id": n, "text": text}))
        file.write("]")
    code = (  # in a process of its own: threads that other tests have left may grow this one
        "import resource, sys; from vectorstore.articles import jsonvalues\n"
        "def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "before = peak(); raw = open(sys.argv[1], 'rb'); print(sum(1 for _ in jsonvalues.values(raw)), peak() - before)"
    )
    run = [sys.executable, "-c", code, str(tmp_path / "a.json")]
    found, grown = map(int, subprocess.run(run, capture_output=True, text=True, check=True).stdout.split())
    assert found == 3_600
    assert grown < 20_000  # KB


@pytest.mark.parametrize(
    "text",
    [
        "Copies\n\n" + "1 of 2 DOCUMENTS\n" * 20_000,
        "Copies\n\n" + "Length: 3 words\n" * 50_000,
        "Copies\n\n" + "_" * 400_000,
        "A\n\n" + "A | B | C\n" * 20_000,
        "HD x\nPD 3 May 2024\nLP y\n" * 20_000,
    ],
    ids=["separators", "labels", "a rule", "menus", "codes"],
)
def test_hostile_text_exports_take_no_minutes(tmp_path: Path, text: str) -> None:
    """What looks like an export without end is read in no time."""
    assert list(read([write(tmp_path / "a.txt", text)]))


# ------------------------------------------------------------------ from Python


def test_articles_that_a_program_hands_over(tmp_path: Path) -> None:
    """Articles, or dicts with fields by their usual names or one's own, are indexed without files."""
    handed = [Article("a", "The weir broke.", "Weir breaks"), {"kop": "Weir held", "body": "The weir held."}, 5]
    own = {"kop": "title"}
    report = rebuild(articles=handed, index_dir=tmp_path / "index", encoder=WordHashEncoder(), mapping=own)  # type: ignore[arg-type]
    assert (report.articles, [one.reason for one in report.rejected]) == (2, ["it is a int, no dict."])
    with pytest.raises(UsageError, match="'headlin' is no field of ours"):
        rebuild(tmp_path, tmp_path / "index", encoder=WordHashEncoder(), mapping={"kop": "headlin"})


# ------------------------------------------------------------------ XML

WXR = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:wp="http://wordpress.org/export/1.2/"><channel><title>The Harbour Post</title><language>en-US</language>
<wp:author><wp:author_login>ann</wp:author_login><wp:author_display_name><![CDATA[Ann Lee]]></wp:author_display_name></wp:author>
{items}</channel></rss>"""
POST = """<item><title>{title}</title><link>https://harbour.example/{title}</link><dc:creator><![CDATA[ann]]></dc:creator>
<content:encoded><![CDATA[<p>The mill shuts in <b>May</b>.</p>

[caption id="x"]<img src="y"/> A mill[/caption]<p>Forty jobs [sic] go.</p>]]></content:encoded>
<wp:post_date>2024-03-12 10:00:00</wp:post_date><wp:post_modified_gmt>2024-03-13 09:00:00</wp:post_modified_gmt>
<wp:status>{status}</wp:status><wp:post_type>{kind}</wp:post_type>
<category domain="category" nicename="n">News</category></item>"""


def test_a_wordpress_export(tmp_path: Path) -> None:
    """Published posts and pages are read, drafts named, menus and pictures passed over."""
    posts = [("a", "publish", "post"), ("b", "draft", "post"), ("c", "inherit", "attachment"), ("d", "publish", "page")]
    items = "".join(POST.format(title=title, status=status, kind=kind) for title, status, kind in posts)
    file = write(tmp_path / "a.xml", WXR.format(items=items))
    first, page = articles(file)
    assert (first.title, first.authors, first.source, first.section) == ("a", ("Ann Lee",), "The Harbour Post", "News")
    assert (first.text, str(first.published)) == ("The mill shuts in May.\n\nForty jobs [sic] go.", "2024-03-12")
    assert (page.url, page.language) == ("https://harbour.example/d", "en")
    assert "marked 'draft'" in reasons(file)[0]


NITF = """<nitf{lang}><head><title>x</title><docdata management-status="{status}"><doc-id id-string="mill-1"/>
<date.issue norm="20240312T100000Z"/></docdata><pubdata name="Harbour Wire" position.section="Economy"/></head><body><body.head>
<hedline><hl1>Mill closes</hl1><hl2>Forty jobs go</hl2></hedline><byline>By Ann Lee</byline><dateline>
<location>SALTMERE</location></dateline></body.head>
<body.content><p>The mill shuts in May.</p><media><media-caption>A mill</media-caption></media>
<p>Nobody knew.</p></body.content></body></nitf>"""
G2 = """<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="urn:mill:1" xml:lang="en"><itemMeta>
<itemClass qcode="ninat:text"/><provider literal="Harbour Wire"/><versionCreated>2024-03-12T11:00:00Z</versionCreated>
<firstCreated>2024-03-12T10:00:00Z</firstCreated><pubStatus qcode="stat:{status}"/></itemMeta><contentMeta>
<headline>Mill closes</headline><by>By Ann Lee</by><slugline>MILL-CLOSES</slugline></contentMeta>
<contentSet>{content}</contentSet>
</newsItem>"""
ML1 = """<NewsML><NewsItem><Identification><NewsIdentifier><PublicIdentifier>urn:mill:1</PublicIdentifier></NewsIdentifier>
</Identification><NewsManagement><FirstCreated>20240312T100000Z</FirstCreated><Status FormalName="{status}"/></NewsManagement>
<NewsComponent><NewsLines><HeadLine>Mill closes</HeadLine><ByLine>Ann Lee</ByLine></NewsLines><AdministrativeMetadata><Provider>
<Party FormalName="Harbour Wire"/></Provider></AdministrativeMetadata><ContentItem><DataContent><p>The mill shuts in May.</p>
<p>Nobody knew.</p></DataContent></ContentItem></NewsComponent></NewsItem></NewsML>"""
XHTML = (
    '<inlineXML contenttype="application/xhtml+xml"><html xmlns="http://www.w3.org/1999/xhtml"><body>{}</body></html></inlineXML>'
)


@pytest.mark.parametrize(
    "form",
    [
        NITF.replace("{lang}", ' xml:lang="en"'),
        G2.replace("{content}", XHTML.format("<p>The mill shuts in May.</p><p>Nobody knew.</p>")),
        G2.replace("{content}", "<inlineXML>" + NITF.format(lang=' xmlns=""', status="usable") + "</inlineXML>"),
        ML1,
    ],
    ids=["NITF", "NewsML-G2", "NITF in NewsML-G2", "NewsML 1"],
)
def test_wire_formats(tmp_path: Path, form: str) -> None:
    """Headline, byline, agency, day and text of an item; one that was canceled is named and not indexed."""
    file = write(tmp_path / "a.xml", form.replace("{status}", "usable"))
    (article,) = articles(file)
    assert (article.title, article.authors, str(article.published)) == ("Mill closes", ("Ann Lee",), "2024-03-12")
    assert article.text.endswith("The mill shuts in May.\n\nNobody knew.")
    assert article.source == "Harbour Wire"
    canceled = write(tmp_path / "b.xml", form.replace("{status}", "Canceled"))
    assert not articles(canceled)
    assert "'canceled'" in reasons(canceled)[0]


def test_xml_of_no_known_format(tmp_path: Path) -> None:
    """Elements are read by their names, as in JSON."""
    row = "<article id='7'><headline>Mill {}</headline><pubDate>2024-03-12</pubDate><body><para>It shuts.</para>"
    row += "<para>So.</para></body></article>"
    file = write(tmp_path / "a.xml", "<archive>" + row.format("A") + row.format("B").replace("7", "8") + "</archive>")
    assert [(one.title, one.text) for one in articles(file)] == [("Mill A", "It shuts.\n\nSo."), ("Mill B", "It shuts.\n\nSo.")]


def test_ninjs(tmp_path: Path) -> None:
    """One of several bodies is taken; a picture is no article, and what was canceled is named and not indexed."""
    item = {
        "uri": "urn:mill:1",
        "type": "text",
        "pubstatus": "usable",
        "versioncreated": "2024-03-12T11:00:00Z",
        "firstcreated": "2024-03-12T10:00:00Z",
        "copyrightholder": "Harbour Wire",
        "language": "en",
        "headlines": [{"role": "main", "value": "Mill closes"}],
        "bodies": [
            {"role": "html", "value": "<p>The mill shuts in May.</p>"},
            {"role": "text", "value": "The mill shuts in May."},
        ],
        "by": "Ann Lee",
    }
    file = write(
        tmp_path / "a.json", [item, item | {"pubstatus": "canceled"}, {"uri": "urn:p", "type": "picture", "headlines": []}]
    )
    (article,) = articles(file)
    assert (article.title, article.text, article.agency) == ("Mill closes", "The mill shuts in May.", "Harbour Wire")
    assert (str(article.published), article.modified and article.modified.hour) == ("2024-03-12", 11)
    assert "'canceled'" in reasons(file)[0]


@pytest.mark.parametrize(
    ("said", "code"), [("en-GB", "en"), ("eng", "en"), ("German", "de"), ("swedish", "sv"), ("de_AT", "de"), ("x", "")]
)
def test_languages_as_records_say_them(said: str, code: str) -> None:
    """A code of two or three letters, with a country or not, or the language's name."""
    assert code_of(said) == code
