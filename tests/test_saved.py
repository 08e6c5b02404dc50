"""Answers that were saved and are exported: nothing in them is markup or a formula, no quote is promised that does not stand."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from qa.errors import UsageError
from qa.types import Answer, Citation, Sentence
from ui.cli import main
from ui.export import COLUMNS, Export, defused, export_of, exported, file_name
from ui.saved import objects, saved
from ui.stored import read_answer
from vectorstore.types import Article, Summary

DAY = date(2026, 11, 27)
TEXT = "The quay at Marrow Head reopened on Monday. “We lost 40 days,” said Ana Lind, its warden.\n\nBoats are back."
QUAY = Article("quay", TEXT, "Quay reopens", "The Marrow Bell", "https://bell.example/quay", date(2026, 5, 4), ("Bo Ray",))
FIRST = "The quay at Marrow Head reopened on Monday."


class Shelf:
    """A few articles, with their earlier versions."""

    def __init__(self, *articles: Article, earlier: dict[str, list[Article]] | None = None) -> None:
        self.articles = {one.id: one for one in articles}
        self.earlier = earlier or {}

    def article(self, id_: str) -> Article | None:
        return self.articles.get(id_)

    def versions(self, id_: str) -> list[Article]:
        return self.earlier.get(id_, [])

    def summary(self) -> Summary:
        return Summary("g1", len(self.articles), 1, DAY, DAY, (), 0, refreshed="2026-11-26T10:00:00+00:00")


def answered(
    article: Article = QUAY, quote: str = FIRST, text: str = "", model: str = "quote-only", **fields: Any
) -> dict[str, Any]:
    """An answer with one quote, as `ask --json` prints it."""
    start = max(article.text.find(quote), 0)
    cited = Citation(1, quote, start, start + len(quote), article, f"{article.id}#0")
    sentence = Sentence(text or f"“{cited.shown}” — {article.source}, 4 May 2026", (1,), True)
    question = fields.pop("question", "When did the quay reopen?")
    answer = Answer(question, question, f"{sentence.text} [1]", (sentence,), (cited,), model=model, final=True)
    return answer.as_dict() | fields


def made(*given: dict[str, Any], shelf: Shelf | None = None) -> Export:
    return export_of(given, Shelf(QUAY) if shelf is None else shelf, DAY)


def table(export: Export) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(exported(export, "csv"), newline="")))


def seen(markdown: str) -> str:
    """What a Markdown reader shows, as HTML; strict about what the text itself can do: links are looked for in it, too."""
    return MarkdownIt("gfm-like", {"linkify": False, "html": True}).render(markdown)


def words(markup: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", markup)).split())


# --- statuses ---------------------------------------------------------------------------------------------------------------


def status(given: dict[str, Any], shelf: Shelf | None = None) -> tuple[str, str]:
    row = table(made(given, shelf=shelf))[0]
    return row["status"], row["reason"]


def doubted(reason: str) -> list[dict[str, Any]]:
    return [{"text": "It cost 3 million.", "citations": [1], "supported": False, "reasons": [reason]}]


ABSTAINED = answered(abstained=True, text="The articles do not say.", sentences=[], citations=[])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (answered(), "quoted word for word"),
        (answered(quote="“We lost 40 days,”"), "quoted word for word"),
        (answered(text=f"The reports differ: “{FIRST}” — The Marrow Bell"), "quoted word for word; the reports differ"),
        (answered(text="The quay is open again.", model="m"), "supported by the quote"),
        (answered(model="m", sentences=doubted("the number 3 million is not in it.")), "not supported"),
        (ABSTAINED, "the articles do not say"),
        (answered(text="“The quay at Marrow Head reopened on Tuesday.” — The Marrow Bell"), "not word for word"),
        (answered(text="“The quay at Marrow Head reopened on Monday. The mayor stole it.” — x"), "not word for word"),
        (answered(text="“Quay reopens” — by Bo Ray, The Marrow Bell, 4 May 2026"), "the headline, from the article's record"),
        (answered(text="1 article is on “the quay”:"), "counted in the articles' records when it was answered"),
        (answered(quote="The quay burned down."), "the quote does not stand in the collection now"),
        (answered(quote=""), "the quote does not stand in the collection now"),
        (answered(replace(QUAY, id="gone")), "the quote does not stand in the collection now"),
        (answered(model="m", citations=[]), "not supported"),
        ({"question": "hello", "text": "Hello."}, "no claim about the articles"),
    ],
)
def test_a_status_promises_what_was_done(given: dict[str, Any], said: str) -> None:
    """Each claim has one, and a quote that does not stand in the collection, or is not what is shown, loses its promise."""
    assert status(given)[0] == said


def test_a_quote_is_looked_for_again() -> None:
    """At another place it stands; where only an earlier version has it, or nothing has the article, the export says so."""
    moved = replace(QUAY, text=f"Corrected. {TEXT}")
    assert status(answered(), Shelf(moved)) == ("quoted word for word", "")
    now = replace(QUAY, text="The quay reopened on Sunday.")
    assert status(answered(), Shelf(now, earlier={"quay": [QUAY]}))[1] == "it stands in an earlier version of the article"
    assert status(answered(), Shelf(now))[1] == "it is not in the article"
    assert status(answered(), Shelf())[1] == "the article is not in the collection"
    export = made(answered(), answered(), shelf=Shelf(now))
    for form in ("md", "html"):
        assert "2 of 2 quotes no longer stand" in exported(export, form)
        assert "The quote does not stand in the collection now" in exported(export, form)
    nowhere = export_of([answered()], None, DAY)
    assert table(nowhere)[0]["reason"] == "not compared again with a collection"
    assert "1 quote, not compared again with a collection" in exported(nowhere, "md")


def test_the_record_is_the_collections() -> None:
    """Headline, outlet, byline, date and address are the collection's, whatever the saved answer says."""
    forged = answered()
    forged["citations"][0]["article"] |= {"title": "Forged", "source": "Forged", "url": "https://evil.example", "authors": ["F"]}
    row = table(made(forged))[0]
    assert (row["outlet"], row["headline"], row["byline"]) == ("The Marrow Bell", "Quay reopens", "Bo Ray")
    assert (row["date"], row["address"]) == ("2026-05-04", "https://bell.example/quay")


# --- what strangers wrote -----------------------------------------------------------------------------------------------------

HOSTILE = [
    "Council | Budget | 2026", "| a | b |\n|---|---|\n| c | d |", "```\ncode\n```", "`x` and ``y``", "~~~\nx\n~~~",
    "![x](https://evil.example/p.png)", "[click](javascript:alert(1))", "[1]: https://evil.example",
    "[[Page]] [^1] ==x== %%y%%", "<img src=x onerror=alert(1)>", "</title><script>alert(1)</script>",
    "\"><svg/onload=alert(1)>", "<!-- hidden", "<https://evil.example>", "https://evil.example/x",
    "www.evil.example and evil.com/x", "me@evil.example", "# Head\n\n## Sub", "- item\n- item", "1. item", "    code",
    "---", "===", "> said", "**bold** __b__ _i_ ~~s~~", "&lt;b&gt; &copy; &#x41;",
    "{{ site.secret }} {% include x %}", "$x$ \\( y \\) :smile:", "غرفة الأخبار تقول", "חדשות | היום",
    "\u202egnp.exe\u202c\u2066x\u2069", "😀 𝒜𝓁𝒶 𠜎 e\u0301", "ends in \\", "\x1b[31mred\x00", "half \ud83d",
    "=HYPERLINK(\"https://evil.example\",\"x\")", "+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", "＝1+1", "＋1", "－1",
    "＠SUM(1)", " =1", "\u200b=1", "\ufeff=1", "\u00a0@x", "a; =cmd|' /C calc'!A0", "a;=1", "\";=1+1", "x\n=1+1",
    "'=1", "\x00=1", "DDE (\"cmd\";\"/C calc\";\"!A0\")",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_what_a_stranger_wrote_is_shown_as_it_stands(text: str) -> None:
    """In each field and form: no tag, link, table or formula comes of it, and its words are all there."""
    body = f"It opened. {text} So it was said."
    article = Article("x", body, text, text, "https://bell.example/x", None, (text,))
    export = made(answered(article, body, question=text), answered(article, text, model=text, text=text), shelf=Shelf(article))
    page = seen(exported(export, "md"))
    tags = set(re.findall(r"<(/?\w+)", page)) - {
        f"{s}{t}" for t in "h1 h2 p em strong br blockquote hr a".split() for s in ("", "/")
    }
    assert not tags, page
    assert set(re.findall(r'href="([^"]*)"', page)) == {"https://bell.example/x"}, page
    document = exported(export, "html")
    tags = set(re.findall(r"<(\w+)", document))
    assert tags <= set("html head meta title style body main h1 h2 p section ol li b bdi blockquote a footer".split())
    assert set(re.findall(r'(?:href|src)="([^"]*)"', document)) == {"https://bell.example/x"}
    plain = re.sub(
        r"[^\w]+", " ", re.sub(r"\x1b\[31m|[\x00\u202a-\u202e\u2066-\u2069\ufeff]", "", text).replace("\ud83d", "")
    ).strip()
    for shown in (words(page), words(document)):
        assert plain in re.sub(r"\W+", " ", shown.replace("\ufffd", ""))
    for row in table(export):
        assert set(row) == set(COLUMNS)
        for cell in row.values():
            assert not re.match(r"[\s\u200b\ufeff\"]*[=+\-@＝＋－＠]", cell), cell
            assert not re.search(r";\s*[=+@-]", cell), cell
            assert "\n" not in cell
    assert plain in re.sub(r"\W+", " ", table(export)[0]["outlet"].replace("\ufffd", ""))


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "https://a.example/\"onmouseover=alert(1)", "https://a.example/\nx",
     "//evil.example", "https://bell.example@evil.example/", "https://a.example/><script>", "ftp://a.example", "file:///etc/passwd",
     "https://\u202ex.example"],
)  # fmt: skip
def test_an_address_is_a_plain_one_or_none(url: str) -> None:
    """Whatever the record says."""
    export = made(answered(replace(QUAY, url=url)), shelf=Shelf(replace(QUAY, url=url)))
    assert "<a " not in exported(export, "html")
    assert "<a " not in seen(exported(export, "md"))
    assert table(export)[0]["address"] == ""


def test_a_page_to_print_is_closed() -> None:
    """No script, nothing loaded, and the browser is told so."""
    page = exported(made(answered()), "html")
    assert "default-src 'none'" in page
    assert not re.search(r"<(?:script|link|img|iframe|object|form)\b|@import|url\(|\son\w+=", page)


def test_a_table_begins_with_a_mark_where_it_is_asked_for() -> None:
    """UTF-8's own, for Excel; one row a claim and citation; the columns are named."""
    text = exported(made(answered()), "csv", bom=True)
    assert text.startswith('\ufeff"question","claim"')
    assert len(text.splitlines()) == 2
    assert COLUMNS[1:3] == ("claim", "quote")
    assert defused("plain") == "plain"


# --- what can be read ----------------------------------------------------------------------------------------------------------


def test_answers_are_read_however_they_were_kept() -> None:
    """One object, several on lines or not, a list, and the events of the API."""
    one = json.dumps({"question": "a", "text": "b"})
    for text in (f"{one}\n{one}\n", f"{one} {one}", f"[{one},{one}]", f"\ufeff{one}\r\n\r\n{one}"):
        assert len(list(objects(text, "x"))) == 2
    events = '{"event": "received"}\n{"event": "final", "answer": ' + one + "}\n"
    assert [found["question"] for found in objects(events, "x")] == ["a"]
    assert list(objects("", "x")) == []


BAD: list[tuple[Any, str]] = [
    ([], "There is no answer to export: pass what `onrecord ask --json` prints"),
    ([7], "answers[0] is 7 and no answer"),
    ([{}], "answers[0] is an object and no answer"),
    ([{"question": 1, "text": ""}], "answers[0].question is 1"),
    ([{"question": "a", "sentences": {}}], "answers[0].sentences is an object"),
    ([{"question": "a", "text": "", "citations": [{"number": True}]}], "answers[0].citations[0].number is true"),
    ([{"question": "a", "text": "", "citations": [{"number": 10**12}]}], "answers[0].citations[0].number is 1000000000000"),
    ([{"question": "a", "text": "", "citations": [{"number": 1, "quote": "x"}]}], "answers[0].citations[0].article is None"),
    ([{"question": "a", "text": "", "abstained": "yes"}], "answers[0].abstained is 'yes'"),
    ([{"question": "a", "text": "", "sentences": [None]}], "answers[0].sentences[0] is null"),
    ([answered()] * 501, "There are 501 answers: export at most 500"),
]


@pytest.mark.parametrize(("given", "message"), BAD, ids=[message for _, message in BAD])
def test_what_is_no_answer_is_refused_in_a_line(given: Any, message: str) -> None:
    """It names the field."""
    with pytest.raises(UsageError, match=re.escape(message).replace("None", "(None|null)")) as caught:
        export_of(given, None, DAY)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["{", "nonsense", '{"a": 1} x', "7", '"x"', "[[]]", "[" * 100_000])
def test_a_file_that_holds_no_answer_is_refused_in_a_line(text: str) -> None:
    """It names the file."""
    with pytest.raises(UsageError, match=r"^talk\.json.*pass what `onrecord ask --json` prints\.$"):
        list(objects(text, "talk.json"))


@pytest.mark.parametrize("question", ["", "   ", "غرفة", "../../etc/passwd", "x" * 5_000, "a\nb", "😀"])
def test_a_file_is_named_so_that_every_system_takes_it(question: str) -> None:
    """Whatever was asked."""
    assert re.fullmatch(r"onrecord-[a-z0-9-]{1,60}\.md", file_name(made(answered(question=question)), "md"))


# --- the command ----------------------------------------------------------------------------------------------------------------


def test_the_command_exports_and_overwrites_nothing(
    tmp_path: Path, samples_index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`ask --json` in, a document out; a file that is there stays, unless --force is given; UTF-16 is read, too."""
    assert main(["ask", "How many homes lost power in Storm Ottilie?", "--json", "--index", str(samples_index)]) == 0
    saved = tmp_path / "a.json"
    saved.write_text(capsys.readouterr().out, encoding="utf-16")
    out = tmp_path / "a.csv"
    arguments = ["export", str(saved), "--index", str(samples_index)]
    assert main([*arguments, "-o", str(out), "--bom"]) == 0
    rows = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8-sig"), newline="")))
    assert [row["status"] for row in rows] == ["quoted word for word", "quoted word for word; the reports differ"]
    before = out.read_bytes()
    assert before.startswith(b"\xef\xbb\xbf")
    assert main([*arguments, "-o", str(out)]) == 2
    assert "is there already: name another file, or add --force" in capsys.readouterr().err
    assert out.read_bytes() == before
    assert main([*arguments, "-o", str(out), "--force"]) == 0
    assert out.read_bytes() == before[3:]
    assert main(arguments) == 0
    assert capsys.readouterr().out.startswith("# How many homes lost power in Storm Ottilie?\n")


def test_the_command_says_what_is_wrong(
    tmp_path: Path, samples_index: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    """No file, no answer in it, no folder to write to, no index: a line each, and exit code 2; without an index it exports."""
    monkeypatch.chdir(tmp_path)
    saved, empty = tmp_path / "a.json", tmp_path / "empty.json"
    saved.write_text(json.dumps(answered()), encoding="utf-8")
    empty.write_text("[]", encoding="utf-8")
    index = ["--index", str(samples_index)]
    for arguments in (
        ["no.json", *index], [str(empty), *index], [str(saved), "-o", str(tmp_path / "no" / "a.md"), *index],
        [str(saved), "--bom", *index],
    ):  # fmt: skip
        assert main(["export", *arguments]) == 2
        assert capsys.readouterr().err.count("\n") == 1
    assert main(["export", str(saved), "--index", str(tmp_path / "none")]) == 1
    capsys.readouterr()
    assert main(["export", str(saved)]) == 0
    shown = capsys.readouterr()
    assert "not compared again with a collection" in shown.out
    assert shown.err.startswith("onrecord: there is no index here, so the quotes are not compared again")


# --- checked once more ------------------------------------------------------------------------------------------------


def test_what_was_edited_is_no_longer_supported() -> None:
    """On the page and in an export: other words between the marks, a model's sentence that its quote does not carry."""
    shelf = Shelf(QUAY)
    for sound, text, why in (
        (answered(), "“The quay at Marrow Head burned on Monday.” — The Marrow Bell, 4 May 2026", "not word for word"),
        (
            answered(text="The quay reopened.", model="small-1b"),
            "The quay at Marrow Head never reopened.",
            "not supported",
        ),
    ):
        assert read_answer(sound, shelf.article).sentences[0].supported
        sound["sentences"][0]["text"] = text
        (sentence,) = read_answer(sound, shelf.article).sentences
        assert not sentence.supported
        assert sentence.reasons
        (claim,) = saved([sound], shelf)[0].claims
        assert claim.status == why
        assert claim.why


def test_an_article_is_nearest_once() -> None:
    """An article with three of the nearest passages leaves room for two others."""
    others = [replace(QUAY, id=f"a{n}", title=f"Nr {n}") for n in range(3)]
    hits = [{"article_id": one.id, "title": one.title} for one in (QUAY, QUAY, others[0], QUAY, *others)]
    abstained = answered() | {"abstained": True, "hits": hits}
    assert [one.id for one in saved([abstained], Shelf(QUAY, *others))[0].nearest] == ["quay", "a0", "a1"]
