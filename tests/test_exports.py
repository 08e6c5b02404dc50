"""Exports: the JSON and the tables that other tools write, by their own field names and nesting."""

from __future__ import annotations

import csv
import gzip
import io
import json
import resource
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from vectorstore.articles import jsonvalues, read
from vectorstore.articles.names import fields_of, mapping
from vectorstore.errors import UsageError
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
        assert [part for part in wanted["holds"] if part not in article.text] == []
        assert [part for part in wanted["lacks"] if part in article.text] == []


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
    assert "'03/04/2024' is not a date" in reasons(alone)[0]


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
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with (tmp_path / "a.json").open("rb") as raw:
        assert sum(1 for _ in jsonvalues.values(raw)) == 3_600
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000  # KB


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
