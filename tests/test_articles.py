"""Readers: what a file says becomes an Article; what is none comes back with a reason and stops nothing."""

from __future__ import annotations

import gzip
import json
import os
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest

from vectorstore.articles import jsonl, read
from vectorstore.articles.encodings import LARGEST_ARTICLE
from vectorstore.language.days import parse_day
from vectorstore.types import Article, Rejected

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def articles(*paths: Path) -> list[Article]:
    return [item for item in read(paths) if isinstance(item, Article)]


def rejected(*paths: Path) -> list[Rejected]:
    return [item for item in read(paths) if isinstance(item, Rejected)]


def only(path: Path) -> Article:
    found = list(read([path]))
    assert len(found) == 1
    assert isinstance(found[0], Article), found[0]
    return found[0]


def reason(path: Path) -> str:
    found = list(read([path]))
    assert len(found) == 1, found
    assert isinstance(found[0], Rejected)
    assert found[0].where.startswith(str(path))
    return found[0].reason


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


# ------------------------------------------------------------------ plain text


def test_text_with_a_repeated_standfirst(tmp_path: Path) -> None:
    """A standfirst that the first paragraph repeats is stored once."""
    file = write(tmp_path / "a.txt", "Mill closes\nThe mill shuts in May.\n\nThe mill shuts in May.\nWorkers wept.\n")
    assert only(file) == Article("a.txt", "The mill shuts in May.\nWorkers wept.", "Mill closes")


def test_text_with_its_own_standfirst(tmp_path: Path) -> None:
    """A standfirst that says something new stands before the body."""
    file = write(tmp_path / "a.txt", "Mill closes\nForty jobs go.\n\nThe mill shuts in May.\n")
    assert only(file).text == "Forty jobs go.\n\nThe mill shuts in May."


@pytest.mark.parametrize("gap", ["", "\n"])
def test_text_with_byline_date_source_and_address(tmp_path: Path, gap: str) -> None:
    """Byline, date, outlet and address are fields, in the head or in a paragraph of their own, and not text."""
    file = write(
        tmp_path / "a.txt",
        f"Mill closes\nForty jobs go.\n{gap}By Ann Lee and Bo Ray\n12 March 2024\nSource: The Harbour Post\n"
        "URL: https://www.harbour.example/mill\n\nBy Tuesday the mill was empty.\n",
    )
    assert only(file) == Article(
        "https://www.harbour.example/mill",
        "Forty jobs go.\n\nBy Tuesday the mill was empty.",
        "Mill closes",
        "The Harbour Post",
        "https://www.harbour.example/mill",
        date(2024, 3, 12),
        ("Ann Lee", "Bo Ray"),
    )


@pytest.mark.parametrize(
    "above",
    [
        "Forty jobs go.\n\nBy Ann Lee\n12 March 2024\n\n",
        "\nForty jobs go.\n\nBy Ann Lee\n\nPublished 12 March 2024\n\n",
        "\nForty jobs go.\n\nBy Ann Lee | 12 March 2024 | 4 min read\n\n",
        "\nForty jobs go.\n\nBy Ann Lee, March 12, 2024\n",
        "\nForty jobs go.\n\nUpdated 13 March 2024\n12 March 2024\nBy Ann Lee\n",
        "By Ann Lee - 12 March 2024\n\nForty jobs go.\n\n",
    ],
)
def test_text_with_a_byline_in_one_of_the_usual_places(tmp_path: Path, above: str) -> None:
    """The standfirst may be a paragraph of its own, and byline and date one line or several, above it or below."""
    found = only(write(tmp_path / "a.txt", f"Mill closes\n{above}Saltmere - The mill shuts in May."))
    assert (found.title, found.authors, found.published) == ("Mill closes", ("Ann Lee",), date(2024, 3, 12))
    assert found.text == "Forty jobs go.\n\nSaltmere - The mill shuts in May."


@pytest.mark.parametrize(
    "text",
    [
        "By Tuesday the army of Ann Lee and Bo\nhad left the town.\n\nIt was May.",
        "\nBy Tuesday the army of Ann Lee and Bo\nhad left the town.\n\nIt was May.",
        "\nThe choir is back.\n\nDate: 14 May 2026\nVenue: the hall",
        "\nThe choir is back.\n\nIt was May.\n\nBy Ann Lee\n\nIt was June.",
        "\n" + "The choir is back. " * 30 + "\n\nBy Ann Lee\n\nIt was June.",
    ],
    ids=["a wrapped line", "a wrapped line of the body", "a concert's date", "further below", "a long paragraph above"],
)
def test_text_that_looks_like_a_byline_or_a_date(tmp_path: Path, text: str) -> None:
    """What may be the article's own words stays in its text, and nobody is named as its author."""
    found = only(write(tmp_path / "a.txt", f"Mill closes\n{text}"))
    assert (" ".join(found.text.split()), found.authors, found.published) == (" ".join(text.split()), (), None)


@pytest.mark.parametrize("line", ["12 March 2024\n", "By A" + 200_000 * " " + "b\n", "By A" + 100_000 * ", b" + "\n"])
def test_a_hostile_head_is_read_in_no_time(tmp_path: Path, line: str) -> None:
    """Dates without end, a line of spaces, a byline of commas: what is too much for fields is text, and takes no minutes."""
    found = only(write(tmp_path / "a.txt", "Mill closes\n\n" + max(1, 400_000 // len(line)) * line))
    assert line.strip() in found.text


def test_text_without_standfirst_or_without_headline(tmp_path: Path) -> None:
    """A headline alone in the head has no standfirst; a first line as long as a paragraph is no headline."""
    assert only(write(tmp_path / "a.txt", "Mill closes\n\nIt shuts in May.")).text == "It shuts in May."
    long = "The mill that stood by the river for two hundred years is to close. " * 5
    found = only(write(tmp_path / "b.txt", long))
    assert (found.title, found.text) == ("", long.strip())


@pytest.mark.parametrize(
    "raw",
    [
        "Café\n\nIt’s open – “now”.".encode(),
        b"\xef\xbb\xbf" + "Café\n\nIt’s open – “now”.".encode(),
        "Café\r\n\r\nIt’s open – “now”.\r\n".encode(),
        "Café\n\nIt’s open – “now”.".encode("utf-16"),
        "Café\n\nIt’s open – “now”.".encode("cp1252"),
    ],
    ids=["utf-8", "byte order mark", "CRLF", "utf-16", "windows-1252"],
)
def test_text_encodings(tmp_path: Path, raw: bytes) -> None:
    """The same article in five spellings is the same article."""
    found = only(write(tmp_path / "a.txt", raw))
    assert (found.title, found.text) == ("Café", "It’s open – “now”.")


# ------------------------------------------------------------------ Markdown


def test_markdown(tmp_path: Path) -> None:
    """Front matter gives the fields; the stored text is what a reader would see."""
    file = write(
        tmp_path / "a.md",
        "---\ntitle: 'Mill closes: what now?'\nstandfirst: Forty *jobs* go\nbyline: By Ann Lee, Bo Ray and Cy Dee\n"
        "outlet: The Harbour Post\ndate: 2024-03-12\nurl: https://harbour.example/mill\nid: mill-1\n---\n\n"
        "# Mill closes: what now?\n\nThe **mill** shuts in [May](https://x.example/a_(b)), said *Mr. Ray*.\n\n"
        "> We wept, 3 * 4 * 5 times.\n\n![a mill](mill.png)\nsnake_case_name\n",
    )
    assert only(file) == Article(
        "mill-1",
        "Forty *jobs* go\n\nThe mill shuts in May, said Mr. Ray.\n\nWe wept, 3 * 4 * 5 times.\n\nsnake_case_name",
        "Mill closes: what now?",
        "The Harbour Post",
        "https://harbour.example/mill",
        date(2024, 3, 12),
        ("Ann Lee", "Bo Ray", "Cy Dee"),
    )


def test_markdown_without_front_matter(tmp_path: Path) -> None:
    """The first heading is the headline."""
    found = only(write(tmp_path / "a.md", "# Mill closes\n\nIt shuts in May.\n"))
    assert (found.title, found.text) == ("Mill closes", "It shuts in May.")


@pytest.mark.parametrize(
    "head",
    [
        "# Mill closes\n\n*Forty jobs go.*\n\n**By Ann Lee** | 12 March 2024\n\nSource: The Harbour Post\n",
        '+++\ntitle = "Mill closes"\nstandfirst = "Forty jobs go."\nauthor = "Ann Lee"\ndate = 2024-03-12T10:00:00+01:00\n'
        'publisher = "The Harbour Post"\n[params]\ntoc = false\n+++\n',
        '---\ntitle: Mill closes\ndescription: Forty jobs go.\nauthor:\n  - "[[People/Ann Lee|Ann Lee]]"\ncreated: 2024-04-01\n'
        "published: 2024-03-12\nsource: The Harbour Post\n---\n",
    ],
    ids=["no front matter", "TOML", "wiki links"],
)
def test_markdown_as_other_tools_write_it(tmp_path: Path, head: str) -> None:
    """Byline and date below the heading, TOML front matter and names as wiki links are fields too."""
    text = "Forty jobs go.\n\nThe mill shuts in May."
    want = Article("a.md", text, "Mill closes", "The Harbour Post", "", date(2024, 3, 12), ("Ann Lee",))
    assert replace(only(write(tmp_path / "a.md", f"{head}\nThe **mill** shuts in May.\n")), modified=None) == want


def test_broken_toml_is_rejected(tmp_path: Path) -> None:
    """TOML front matter that is none is named; a day that is none is a TOML error."""
    for front in ("title = ", "date = 2024-13-45", "a = " + "[" * 3000):
        assert "front matter is broken" in reason(write(tmp_path / "a.md", f"+++\n{front}\n+++\n\nText.\n"))


@pytest.mark.parametrize("front", ["- a\n- b", "[" * 3000])
def test_front_matter_without_fields_is_rejected(tmp_path: Path, front: str) -> None:
    """Front matter that is no list of fields is named."""
    assert "front matter is broken" in reason(write(tmp_path / "a.md", f"---\n{front}\n---\n\nText.\n"))


_ALIASES = "\n".join(f"{name}: &{name} [{', '.join(9 * [f'*{before}'])}]" for before, name in pairwise("abcdefghijk"))


@pytest.mark.parametrize(
    ("front", "title"),
    [
        ("title: Weir breaks: farms flooded\na: b", "Weir breaks: farms flooded"),
        ('title: "No chance": weir breaks', '"No chance": weir breaks'),
        ("title: *Weir* breaks", "Weir breaks"),
        ("title:\tWeir breaks", "Weir breaks"),
        ("title: Weir breaks\nauthor: @nia", "Weir breaks"),
        (f"title: Weir breaks\na: &a [1]\n{_ALIASES}", "Weir breaks"),
    ],
    ids=["a colon", "a quotation", "a star", "a tab", "an at", "aliases without end"],
)
def test_broken_front_matter_is_read_line_by_line(tmp_path: Path, front: str, title: str) -> None:
    """What people write without thinking of YAML is read as they meant it; a line says so. What refers to itself never swells."""
    file = write(tmp_path / "a.md", f"---\n{front}\n---\n\nText.\n")
    assert [found.title for found in articles(file)] == [title]
    assert all("it was read as `name: value` lines" in item.reason for item in rejected(file))


def test_front_matter_runs_nothing(tmp_path: Path) -> None:
    """Tags of a programming language are words."""
    file = write(tmp_path / "a.md", "---\na: !!python/object/apply:os.system [ls]\ntitle: [x]\n---\n\nText.\n")
    assert [found.text for found in articles(file)] == ["Text."]


@pytest.mark.parametrize(
    ("content", "title", "text"),
    [
        ("\n\n---\ntitle: Weir breaks\n---\n\nText.", "Weir breaks", "Text."),
        ('{\n"title": "Weir breaks"\n}\n\nText.', "Weir breaks", "Text."),
        ("Weir breaks\n===========\n\nText.", "Weir breaks", "Text."),
        (
            "# Weir breaks\n\nIt broke,[^1] he said.<br>A &amp; B \\$5 ~~old~~ ==new==.\n\n[^1]: In a letter.",
            "Weir breaks",
            "It broke, he said.\nA & B $5 old new.\n\nIn a letter.",
        ),
        (
            "# Weir\n\n| Farm | Cows |\n|---|---|\n| Low | 41 |\n\n- one\n- two\n",
            "Weir",
            "| Farm | Cows |\n|---|---|\n| Low | 41 |\n\none\ntwo",
        ),
        ("# Weir\n\n<p>It <em>broke</em>.</p>\n\n{{< figure src=x >}}\n", "Weir", "It broke."),
    ],
    ids=["below blank lines", "JSON", "underlined", "footnotes and signs", "a table and a list", "HTML and calls"],
)
def test_markdown_as_people_write_it(tmp_path: Path, content: str, title: str, text: str) -> None:
    """Front matter in other forms and places, and marks that no reader sees."""
    found = only(write(tmp_path / "a.md", content))
    assert (found.title, found.text) == (title, text)


# ------------------------------------------------------------------ JSON


def test_jsonl_keeps_the_text_as_it_is(tmp_path: Path) -> None:
    """Offsets are into the user's own text: nothing of it is folded or stripped, but a lone surrogate becomes U+FFFD."""
    text = "  One.\r\n\r\n\tTwo\u00a0… \ud800 end.\n"
    file = write(tmp_path / "a.jsonl", json.dumps({"id": 7, "text": text, "title": " Mill\n closes ", "published": None}))
    assert only(file) == Article("7", text.replace("\ud800", "\ufffd"), "Mill closes")


def test_jsonl_other_names_of_the_fields(tmp_path: Path) -> None:
    """Common names of the same fields are understood; the outlet falls back to the host, the id to the address."""
    record = {
        "headline": "Mill closes",
        "byline": "By Ann Lee",
        "date": "2024-03-12T23:30:00-05:00",
        "body": "It shuts in May.",
        "link": "https://www.harbour.example/mill?x=1",
        "standfirst": "Forty jobs go.",
    }
    url = "https://www.harbour.example/mill?x=1"
    text = "Forty jobs go.\n\nIt shuts in May."
    moment = datetime(2024, 3, 13, 4, 30, tzinfo=UTC)
    want = Article(url, text, "Mill closes", "harbour.example", url, date(2024, 3, 12), ("Ann Lee",), moment)
    assert only(write(tmp_path / "a.jsonl", json.dumps(record))) == want
    assert only(write(tmp_path / "a.jsonl.gz", gzip.compress(json.dumps(record).encode()))) == want
    assert only(write(tmp_path / "a.json", json.dumps([record]))) == want
    assert only(write(tmp_path / "b.json", json.dumps(record))) == want


@pytest.mark.parametrize(
    "record",
    [
        {
            "@type": "NewsArticle",
            "headline": "Mill closes",
            "articleBody": "It shuts in May.",
            "datePublished": "2024-03-12T10:00:00Z",
            "author": {"@type": "Person", "name": "Ann Lee"},
            "publisher": {"@type": "Organization", "name": "The Harbour Post"},
            "url": "https://www.harbour.example/mill",
        },
        {
            "title": "Mill closes",
            "author": "Ann Lee",
            "date": "2024-03-12",
            "text": "It shuts in May.",
            "source": "https://www.harbour.example/mill",
            "source-hostname": "The Harbour Post",
        },
        {
            "title": "Mill closes",
            "authors": ["Ann Lee"],
            "date_publish": "2024-03-12 10:00:00",
            "maintext": "It shuts in May.",
            "url": "https://www.harbour.example/mill",
            "source_domain": "The Harbour Post",
        },
    ],
    ids=["schema.org", "an address as the source", "crawled"],
)
def test_json_as_other_tools_write_it(tmp_path: Path, record: dict[str, object]) -> None:
    """What extractors and web pages call the fields is understood; an address is never shown as an outlet."""
    url = "https://www.harbour.example/mill"
    want = Article(url, "It shuts in May.", "Mill closes", "The Harbour Post", url, date(2024, 3, 12), ("Ann Lee",))
    assert replace(only(write(tmp_path / "a.json", json.dumps(record))), modified=None) == want
    alone = {"text": "It shuts in May.", "source": url}
    assert only(write(tmp_path / "b.json", json.dumps(alone))) == Article(url, "It shuts in May.", "", "harbour.example", url)


def test_an_odd_field_beside_the_outlet_costs_nothing(tmp_path: Path) -> None:
    """Where the outlet is given, other fields that might have been it are not looked at."""
    record = {"id": "a", "text": "It shuts.", "source": "The Post", "site": 5, "publication": ["x"]}
    assert only(write(tmp_path / "a.jsonl", json.dumps(record))).source == "The Post"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "file:///etc/passwd", "//x.example", "http://", "https://[bad"])
def test_only_web_addresses_are_kept(tmp_path: Path, url: str) -> None:
    """An address that is no http(s) one is dropped: it would become a link."""
    assert only(write(tmp_path / "a.jsonl", json.dumps({"id": "a", "url": url, "text": "Text."}))).url == ""


GOOD = '{"id": "good", "text": "Good."}'


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{not json", "not JSON"),
        ("[1, 2]", "a list, not an object"),
        ('"text"', "a string, not an object"),
        ('{"id": "a"}', "no text"),
        ('{"id": "a", "text": "  "}', "empty"),
        ('{"text": ' + "[" * 100_000 + "]" * 100_000 + "}", "nested too deeply"),
        ('{"text": ' + "9" * 5_000 + "}", "a value we cannot read"),
        ("\0\0\0", "not JSON"),
    ],
)
def test_a_broken_line_is_named_and_the_rest_is_read(tmp_path: Path, line: str | bytes, words: str) -> None:
    """Each bad line gets one line in the report, with its number; the lines around it are indexed."""
    raw = line if isinstance(line, bytes) else line.encode()
    file = write(tmp_path / "a.jsonl", GOOD.encode() + b"\n" + raw + b"\n\n" + GOOD.replace("good", "last").encode())
    assert [article.id for article in articles(file)] == ["good", "last"]
    (bad,) = rejected(file)
    assert bad.where == f"{file}:2"
    assert words in bad.reason
    assert "\n" not in bad.reason


def test_a_date_that_is_none(tmp_path: Path) -> None:
    """The article is kept without a date, and the report names the value."""
    file = write(tmp_path / "a.jsonl", '{"id": "a", "text": "x", "published": "2024-13-45"}')
    assert articles(file) == [Article("a", "x")]
    assert "'2024-13-45' is not a date" in rejected(file)[0].reason
    markdown = write(tmp_path / "a.md", "---\ndate: 2024-13-45\n---\nText.")
    assert articles(markdown)[0].published is None
    assert "'2024-13-45' is not a date" in rejected(markdown)[0].reason


def test_a_file_of_other_things_gets_one_line(tmp_path: Path) -> None:
    """A file of questions in the folder does not fill the report."""
    file = write(tmp_path / "questions.jsonl", "\n".join(json.dumps({"question": f"{n}?"}) for n in range(500)))
    assert "none of its lines is an article" in reason(file)


def test_a_line_too_long_to_hold() -> None:
    """A line over the limit is passed over without being held in memory, and the next one is read."""
    lines = BytesIO(b"one\n" + b"x" * 5_000 + b"\n" + b"three")
    assert list(jsonl.bounded_lines(lines, limit=1_000)) == [(1, b"one\n"), (2, None), (3, b"three")]


def test_a_giant_article_is_refused(tmp_path: Path) -> None:
    """100 MB of text is no article."""
    file = tmp_path / "a.txt"
    with file.open("wb") as opened:
        opened.truncate(100_000_000)
    assert "more than 10,000,000 bytes" in reason(file)
    line = write(tmp_path / "a.jsonl", json.dumps({"text": "x" * (LARGEST_ARTICLE + 1)}))
    assert "Split it" in reason(line)


def test_a_cut_archive_keeps_what_came_before(tmp_path: Path) -> None:
    """A .jsonl.gz that was cut off gives its first articles and one line."""
    raw = gzip.compress("\n".join(json.dumps({"id": str(n), "text": os.urandom(400).hex()}) for n in range(200)).encode())
    file = write(tmp_path / "a.jsonl.gz", raw[: len(raw) // 2])
    assert len(articles(file)) > 50
    assert "damaged from here on" in rejected(file)[-1].reason
    assert "damaged" in reason(write(tmp_path / "b.jsonl.gz", b"no gzip at all"))


# ------------------------------------------------------------------ files and folders


def test_what_is_no_article_is_named(tmp_path: Path) -> None:
    """Each thing in a folder that is no article gets one line that names it and the remedy; the article beside it is read."""
    write(tmp_path / "a.txt", "Mill closes\n\nIt shuts in May.")
    write(tmp_path / "binary.txt", b"\x7fELF\0\0\1")
    write(tmp_path / "control.txt", b"caf\xe9 \x01\x02\x03 and so on")
    write(tmp_path / "empty.txt", "")
    write(tmp_path / "headline.txt", "Mill closes\n")
    write(tmp_path / "photo.jpeg", b"\xff\xd8")
    write(tmp_path / ".hidden.txt", "Hidden\n\nText.")
    write(tmp_path / ".git" / "a.txt", "Hidden\n\nText.")
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe.txt")
    assert [article.title for article in articles(tmp_path)] == ["Mill closes"]
    named = {Path(item.where).name: item.reason for item in rejected(tmp_path)}
    assert sorted(named) == ["binary.txt", "control.txt", "empty.txt", "gone.txt", "headline.txt", "photo.jpeg", "pipe.txt"]
    assert ".jsonl" in named["photo.jpeg"]


def test_missing_and_empty(tmp_path: Path) -> None:
    """A path that is not there and a folder with nothing in it are named."""
    assert "no such file" in reason(tmp_path / "nowhere")
    assert "no file to read" in reason(tmp_path)


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    """A link that leads back up is followed once."""
    write(tmp_path / "deep" / "a.txt", "Mill closes\n\nIt shuts in May.")
    (tmp_path / "deep" / "up").symlink_to(tmp_path)
    assert len(articles(tmp_path)) == 1


def test_ids_from_paths_do_not_move_and_do_not_meet(tmp_path: Path) -> None:
    """An article without an id is named by its place below the given path; two folders of one name are told apart."""
    for parent in ("one", "two"):
        write(tmp_path / parent / "news" / "2024" / "a.txt", f"Mill {parent}\n\nIt shuts in May.")
    assert [a.id for a in articles(tmp_path / "one" / "news")] == ["news/2024/a.txt"]
    assert [a.id for a in articles(tmp_path / "one" / "news", tmp_path / "two" / "news")] == [
        "one/news/2024/a.txt",
        "two/news/2024/a.txt",
    ]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-03-12", date(2024, 3, 12)),
        ("2024-03-12T10:11:12Z", date(2024, 3, 12)),
        ("2024-03-12 10:11:12.123+02:00", date(2024, 3, 12)),
        ("12 March 2024", date(2024, 3, 12)),
        ("Tuesday, 12 March 2024", date(2024, 3, 12)),
        ("March 12, 2024", date(2024, 3, 12)),
        ("Mar. 3rd, 2024 at 10:15 a.m.", date(2024, 3, 3)),
        ("Tue, 12 Mar 2024 10:00:00 +0000", date(2024, 3, 12)),
        ("3rd of May 2024", date(2024, 5, 3)),
        ("10:15, 3 May 2024", date(2024, 5, 3)),
        ("Published: 14 May 2024", date(2024, 5, 14)),
        ("Fri May  3 10:15:00 2024", date(2024, 5, 3)),
        ("5/21/2024, 4:12:43 PM", date(2024, 5, 21)),
        ("2024/05/03", date(2024, 5, 3)),
        ("20240503101500", date(2024, 5, 3)),
        ("1714730400", date(2024, 5, 3)),
        ("1714730400000", date(2024, 5, 3)),
        ("3. Mai 2024, 10:15 Uhr", date(2024, 5, 3)),
        ("vendredi 3 mai 2024 à 10h15", date(2024, 5, 3)),
        ("3 de mayo de 2024", date(2024, 5, 3)),
        ("3 maja 2024", date(2024, 5, 3)),
        ("3 мая 2024 г.", date(2024, 5, 3)),
        ("1712101600000", date(2024, 4, 2)),
        ("20240402T101500Z", date(2024, 4, 2)),
        ("2024-4-2", date(2024, 4, 2)),
        ("1712052900000000", date(2024, 4, 2)),
        ("2-Apr-2024", date(2024, 4, 2)),
        ("02-APR-24 08.00.00.000000 PM", date(2024, 4, 2)),
        ("Tue Apr 02 2024 10:15:00 GMT+0200 (Central European Summer Time)", date(2024, 4, 2)),
        ("10:15 a.m. ET, April 2, 2024", date(2024, 4, 2)),
        ("Published: 2 April 2024", date(2024, 4, 2)),
        ("Publié le 2 avril 2024 à 10h15", date(2024, 4, 2)),
        ("Veröffentlicht am 02.04.2024 um 10:15 Uhr", date(2024, 4, 2)),
        ("02.04.24", date(2024, 4, 2)),
        ("2024年4月2日 10:15", date(2024, 4, 2)),
        ("Updated 3 hours ago", None),
        ("April 3-5, 2024", None),
        ("0000-00-00", None),
        ("0001-01-01T00:00:00Z", None),
        ("1970-01-01", None),
        ("0", None),
        ("99999999999999999999", None),
        ("2024-13-45", None),
        ("31 February 2024", None),
        ("03/04/2024", None),
        ("March 2024", None),
        ("yesterday", None),
        ("", None),
        ("May 5, 2024 was a good day", None),
    ],
)
def test_dates(text: str, day: date | None) -> None:
    """A day is read in the ways news prints it; what could be two days is none."""
    assert parse_day(text) == day


def test_the_news_data_reads_whole() -> None:
    """All 3,032 articles of the shared data are read, with the text they came with."""
    file = DATA / "news" / "articles.jsonl.gz"
    if not file.exists():
        pytest.skip(f"the shared data is not here: {file}")
    with gzip.open(file) as lines:
        given = [json.loads(line) for line in lines]
    found = list(read([file]))
    assert [item.text for item in found if isinstance(item, Article)] == [record["text"] for record in given]
    assert len(found) == 3032
