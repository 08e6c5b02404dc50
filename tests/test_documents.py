"""PDF, Word, OpenDocument, RTF, EPUB and mail become articles that can be quoted."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime
from email.message import EmailMessage
from functools import partial
from pathlib import Path

import pytest

from vectorstore.articles import mail, msg, read_document
from vectorstore.articles.document import Document
from vectorstore.articles.glyphs import Glyph, text_of
from vectorstore.types import Article, Rejected

AWKWARD = Path(__file__).resolve().parents[2] / "shared" / "data" / "files"
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def found(name: str, content: bytes) -> list[Article | Rejected]:
    return list(read_document(Document(name, name, lambda: io.BytesIO(content))))


def only(name: str, content: bytes) -> Article:
    """The one article of a document, of which nothing is rejected."""
    (article,) = found(name, content)
    assert isinstance(article, Article), article
    return article


def refused(name: str, content: bytes) -> str:
    """Why a document is no article."""
    (rejected,) = found(name, content)
    assert isinstance(rejected, Rejected), rejected
    return rejected.reason


def zipped(parts: dict[str, str]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return held.getvalue()


def pdf(pages: Iterable[Iterable[tuple[float, float, float, str]]], info: str = "") -> bytes:
    """A PDF by hand: for each page its lines as (x, y, size, text)."""
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        f"<<{info}>>",
    ]
    kids = []
    for page in pages:
        drawn = "".join(
            f"BT /F1 {size} Tf {x} {y} Td ({text.replace('(', chr(92) + '(').replace(')', chr(92) + ')')}) Tj ET\n"
            for x, y, size, text in page
        )
        objects.append(f"<</Length {len(drawn)}>>stream\n{drawn}endstream")
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents {len(objects)} 0 R/Resources<</Font<</F1 3 0 R>>>>>>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<</Type/Pages/Count {len(kids)}/Kids[{' '.join(kids)}]>>"
    out, places = b"%PDF-1.4\n", []
    for number, text in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{text}\nendobj\n".encode("cp1252")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    return (
        out
        + (
            f"xref\n0 {len(places) + 1}\n0000000000 65535 f \n{table}trailer<</Size {len(places) + 1}/Root 1 0 R/Info 4 0 R>>\n"
            f"startxref\n{len(out)}\n%%EOF"
        ).encode()
    )


def lines(texts: list[str], top: float, left: float = 60, size: float = 10) -> list[tuple[float, float, float, str]]:
    return [(left, top - 1.25 * size * n, size, text) for n, text in enumerate(texts)]


def docx(body: str, **parts: str) -> bytes:
    names = {
        "styles": "word/styles.xml",
        "core": "docProps/core.xml",
        "footnotes": "word/footnotes.xml",
        "comments": "word/comments.xml",
    }
    return zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>",
            **{names[name]: text for name, text in parts.items()},
        }
    )


def test_the_lines_of_a_pdf_are_paragraphs_again() -> None:
    """Lines are joined, divided words are whole, and the headline is what stands in large letters."""
    body = [
        "The council of Marrow has voted to rebuild the quay, the gov-",
        "ernment said on Monday. Work on the COVID-",
        "19 wing waits until May.",
    ]
    article = only("quay.pdf", pdf([[(60, 780, 22, "Marrow votes for a new quay"), *lines(body, 740)]]))
    assert article.title == "Marrow votes for a new quay"
    assert article.text == (
        "The council of Marrow has voted to rebuild the quay, the government said on Monday. "
        "Work on the COVID-19 wing waits until May."
    )


def test_what_was_deleted_is_not_read_and_what_was_inserted_is() -> None:
    """Tracked changes are read as accepted."""
    run = "<w:r><w:t>{}</w:t></w:r>".format
    deleted = "<w:del><w:r><w:delText>nine</w:delText></w:r></w:del>"
    body = f"<w:p>{run('The quay costs ')}{deleted}<w:ins>{run('ten')}</w:ins>{run(' million.')}</w:p>"
    assert only("a.docx", docx(body)).text == "The quay costs ten million."


@pytest.mark.parametrize("name", ["a.pdf", "a.docx", "a.odt", "a.rtf", "a.epub", "a.msg"])
def test_a_damaged_document_is_refused_in_one_line(name: str) -> None:
    """Nothing crashes, and the line says what to do."""
    assert "\n" not in (reason := refused(name, b"\x00\x01 nothing of the kind"))
    assert reason.endswith(".")


# PDF


def test_words_are_divided_as_they_are_written() -> None:
    """A hyphen stays where the document has the word with one, before a capital, and between two words."""
    body = [
        "The well-known ferry Anglo-",
        "Saxon, built for well-",
        "known routes, is a Bundes-",
        "regierung gift to this two-",
        "year-old port.",
    ]
    text = only("a.pdf", pdf([lines(body, 700)])).text
    assert (
        text
        == "The well-known ferry Anglo-Saxon, built for well-known routes, is a Bundesregierung gift to this two-year-old port."
    )


def test_running_heads_and_page_numbers_are_left_out() -> None:
    """What stands at the same edge of several pages is not the article's; a sentence runs on over the page."""
    prose = [f"Line {one} of the long report on the tides of Marrow tells of gauges and of" for one in "abcdefgh"]
    pages = [[(60, 815, 8, "Marrow Tidal Review"), *lines(prose, 700), (290, 30, 8, f"Page {n} of 3")] for n in (1, 2, 3)]
    text = only("a.pdf", pdf(pages)).text
    assert "Review" not in text
    assert "Page" not in text
    assert text.count("Line a") == 3


def test_columns_drawn_line_by_line_are_read_one_after_the_other() -> None:
    """Prose in two columns is put in order; a table's rows keep their cells, in line with their head."""
    left = [f"the left column's line {word} has this length" for word in "one two six ten red big low".split()]
    right = [f"the right column's line {word} has the length" for word in "one two six ten red big low".split()]
    drawn = [
        part
        for n, (one, two) in enumerate(zip(left, right, strict=True))
        for part in ((40, 700 - 12 * n, 10, one), (320, 700 - 12 * n, 10, two))
    ]
    assert only("a.pdf", pdf([drawn])).text == " ".join(left + right)
    cells = [("Ward", "Yes", "No"), ("North Quay", "412", "199"), ("Holm", "97", "143")]
    table = [(60 + 120 * k, 600 - 14 * n, 10, cell) for n, row in enumerate(cells) for k, cell in enumerate(row)]
    assert only("b.pdf", pdf([table])).text == "Ward | Yes | No\nNorth Quay | 412 | 199\nHolm | 97 | 143"


def test_properties_of_a_pdf_count_where_they_are_to_be_believed() -> None:
    """A program's title and an account are no headline and no author; the day on which the file was made is no date."""
    page = [[*lines(["The quay is open again, the council of Marrow said."], 700)]]
    made = only("a.pdf", pdf(page, "/Title(Microsoft Word - quay3.doc)/Author(jdoe)/CreationDate(D:20240503)"))
    assert (made.title, made.authors, made.published) == ("", (), None)
    named = only("b.pdf", pdf(page, "/Title(Quay open again)/Author(Ann Lee)"))
    assert (named.title, named.authors) == ("Quay open again", ("Ann Lee",))


def test_a_pdf_without_text_says_what_to_do() -> None:
    """Pictures of pages want OCR; letters that tell nothing are no text."""
    assert "holds no text" in refused("a.pdf", pdf([[]]))
    private = pdf([lines(["AAAAAAAAAAAA"], 700)]).replace(b"/WinAnsiEncoding", b"<</Differences[65/uniE001]>>")
    assert "text recognition" in refused("b.pdf", private)


@pytest.mark.parametrize(
    ("gaps", "text"),
    [([0, 0, 3, 0], "abcde"), ([1.5, 1.5, 4, 1.5, 1.5, 1.5], "abc defg"), ([4, 4, 4, 4, 4], "abcdef")],
)
def test_a_space_is_a_gap_wider_than_the_others(gaps: list[float], text: str) -> None:
    """Spaced letters are one word; a gap within it that is wider is between two."""
    place, line = 0.0, []
    for letter, gap in zip(text.replace(" ", ""), [0.0, *gaps], strict=True):
        line.append(Glyph(letter, place + gap, place + gap + 5, 0, 10, gap > 1))
        place += gap + 5
    expected = {"abcde": "abc de"}.get(text, text)
    assert text_of(line) == expected


def test_arabic_is_read_from_the_right_with_its_figures_from_the_left() -> None:
    """The order in which a file draws the letters does not count."""
    drawn = [Glyph(letter, 100 - 10 * n, 110 - 10 * n, 0, 12) for n, letter in enumerate("في 41 مايو")]
    assert text_of(drawn) == text_of(drawn[::-1]) == "في 14 مايو"


# Word, OpenDocument, RTF


def styled(text: str, style: str = "") -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>'


BODY = "The council of Marrow voted on Monday to rebuild the quay, which two storms had damaged."


def test_a_word_document_tells_its_headline_byline_and_day() -> None:
    """Styles count by the name that Word stores in every language; what stands below the headline is read as in plain text."""
    styles = f'<w:styles {W}><w:style w:styleId="Titel"><w:name w:val="Title"/></w:style></w:styles>'
    core = '<c xmlns:dc="d"><dc:title>Vorlage.dotx</dc:title><dc:creator>admin</dc:creator></c>'
    row = "<w:tr><w:tc><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc></w:tr>"
    table = f"<w:tbl>{row.format('Ward', 'Yes')}{row.format('Holm', '97')}</w:tbl>"
    body = styled("A new quay for Marrow", "Titel") + styled("By Ann Lee") + styled("3 May 2024") + styled(BODY) + table
    article = only("a.docx", docx(body, styles=styles, core=core))
    assert (article.title, article.authors, str(article.published)) == ("A new quay for Marrow", ("Ann Lee",), "2024-05-03")
    assert article.text == f"{BODY}\n\nWard | Yes\nHolm | 97"


def test_comments_and_hidden_text_are_not_read_and_footnotes_follow() -> None:
    """A paragraph whose end was deleted goes on in the next."""
    body = (
        "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t>The quay costs </w:t></w:r></w:p>"
        "<w:p><w:r><w:t>ten million.</w:t></w:r>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>nobody sees this</w:t></w:r></w:p>"
    )
    note = "<w:footnote><w:p><w:r><w:t>By its own count.</w:t></w:r></w:p></w:footnote>"
    notes = f'<w:footnotes {W}><w:footnote w:type="separator"><w:p/></w:footnote>{note}</w:footnotes>'
    comments = f"<w:comments {W}><w:comment><w:p><w:r><w:t>Check!</w:t></w:r></w:p></w:comment></w:comments>"
    assert (
        only("a.docx", docx(body, footnotes=notes, comments=comments)).text == "The quay costs ten million.\n\nBy its own count."
    )


def test_a_kicker_in_capitals_is_no_headline() -> None:
    """ "FOR IMMEDIATE RELEASE" stands above it."""
    assert (
        only("a.docx", docx(styled("FOR IMMEDIATE RELEASE") + styled("Marrow gets a new quay") + styled(BODY))).title
        == "Marrow gets a new quay"
    )


def test_what_another_program_put_into_a_word_document_is_read() -> None:
    """A page that stands in it as a whole file is text of it."""
    head = "MIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n"
    page = f"{head}--b\nContent-Type: text/html\n\n<p>{BODY}</p>\n--b--\n"
    relations = '<Relationships><Relationship Id="r1" Type="t/aFChunk" Target="page.mht"/></Relationships>'
    parts = {
        "[Content_Types].xml": "<Types/>",
        "word/document.xml": f'<w:document {W} xmlns:r="r"><w:body><w:altChunk r:id="r1"/></w:body></w:document>',
        "word/_rels/document.xml.rels": relations,
        "word/page.mht": page,
    }
    assert only("a.docx", zipped(parts)).text == BODY


def test_a_word_document_that_swells_is_refused() -> None:
    """No more of it is unpacked than a document can need."""
    assert "swells" in refused("a.docx", docx(styled("x" * 41_000_000)))


def test_an_opendocument_text_is_read() -> None:
    """Styles, notes, lists, spaces and line breaks; not comments and what was deleted."""
    names = ("office", "text", "style", "table")
    body = (
        "<text:tracked-changes><text:deletion><text:p>Old words.</text:p></text:deletion></text:tracked-changes>"
        '<text:p text:style-name="P1">A new quay for Marrow</text:p>'
        "<text:p>The<text:s/>quay<text:note><text:note-citation>1</text:note-citation>"
        "<text:note-body><text:p>Built in 1911.</text:p></text:note-body></text:note> opens<text:line-break/>again."
        "<office:annotation>"
        "<text:p>Really?</text:p></office:annotation></text:p>"
        "<text:list><text:list-item><text:p>Two berths</text:p></text:list-item></text:list>"
    )
    spaces = " ".join(f'xmlns:{name}="urn:{name}"' for name in names)
    content = (
        f"<office:document-content {spaces}><office:automatic-styles>"
        '<style:style style:name="P1" style:parent-style-name="Title"/>'
        f"</office:automatic-styles><office:body><office:text>{body}</office:text></office:body></office:document-content>"
    )
    article = only("a.odt", zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content}))
    assert article.title == "A new quay for Marrow"
    assert article.text == "The quay opens again.\n\nTwo berths\n\nBuilt in 1911."
    locked = '<m:manifest xmlns:m="urn:m"><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>'
    assert "locked" in refused(
        "b.odt",
        zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "x", "META-INF/manifest.xml": locked}),
    )


@pytest.mark.parametrize(
    ("rtf", "text"),
    [
        (rb"Caf\'e9 owners \'97 half of them \'97 met.", "Café owners — half of them — met."),
        (rb"{\f1 \'cc\'ee\'f1\'f2} is \u8220?bridge\u8221? in Russian.", "Мост is “bridge” in Russian."),
        (rb"{\f2 \'83A\'83\\\'83q}", "アソヒ"),  # two bytes a letter, of which the second may be an ASCII one
        (rb"It costs {\deleted nine}{\v hidden}ten.{\footnote A note.}", "It costs ten.\n\nA note."),
        (rb"See {\field{\*\fldinst HYPERLINK x}{\fldrslt the page}}.{\*\unknown junk}{\pict 0123}", "See the page."),
        (rb"\trowd Ward\cell Yes\cell\row Holm\cell 97\cell\row\pard After.\par", "Ward | Yes\nHolm | 97\n\nAfter."),
        (rb"\uc2\u-10179 ??\u-8704 ?? yes", "😀 yes"),
    ],
)
def test_rtf_is_read_in_its_code_pages(rtf: bytes, text: str) -> None:
    """Each font has its own; what was deleted, hidden or is the program's is not text."""
    fonts = rb"{\fonttbl{\f0\fcharset0 Times;}{\f1\fcharset204 Times;}{\f2\fcharset128 Mincho;}}"
    assert only("a.rtf", rb"{\rtf1\ansi\ansicpg1252" + fonts + rb"\pard\f0 " + rtf + rb"\par}").text == text


def test_rtf_without_its_scripts_fonts_is_in_the_files_code_page() -> None:
    """Many programs write Cyrillic in a font that says it is Western."""
    raw = "".join(f"\\'{byte:02x}" for byte in "Мост закрыт".encode("cp1251")).encode()
    assert only("a.rtf", rb"{\rtf1\ansi\ansicpg1251{\fonttbl{\f0\fcharset0 Arial;}}\f0 " + raw + rb"\par}").text == "Мост закрыт"


# EPUB


def test_each_piece_of_an_epub_is_an_article() -> None:
    """Named by the table of contents; what it does not name goes on with the piece before; covers are none."""
    page = '<html xmlns="http://www.w3.org/1999/xhtml"><body>{}</body></html>'.format
    pages = {
        "cover.xhtml": page("<img/>"),
        "a.xhtml": page(f"<h2>The last light</h2><p>By Ann Lee</p><p>{BODY}</p>"),
        "a2.xhtml": page(f"<p>{BODY} And so on.</p>"),
        "b.xhtml": page(f"<h2>Eelgrass &amp; stone</h2><p>{BODY}</p>"),
    }
    items = "".join(f'<item id="{name}" href="{name}" media-type="application/xhtml+xml"/>' for name in pages)
    opf = (
        '<package xmlns:dc="http://purl.org/dc/elements/1.1/">'
        "<metadata><dc:title>Marrow Review</dc:title><dc:date>2024-05-03</dc:date></metadata>"
        f'<manifest>{items}<item id="n" href="n.ncx"/></manifest><spine toc="n">'
        f"{''.join(f'<itemref idref={name!r}/>' for name in pages)}</spine></package>"
    )
    points = "".join(
        f"<navPoint><navLabel><text>{title}</text></navLabel><content src='{name}'/></navPoint>"
        for name, title in (("a.xhtml#x", "The last light"), ("b.xhtml", "Eelgrass &amp; stone"))
    )
    container = '<container><rootfile full-path="o/c.opf"/></container>'
    book = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": container,
        "o/c.opf": opf,
        "o/n.ncx": f"<ncx>{points}</ncx>",
    }
    light, stone = found("m.epub", zipped(book | {f"o/{name}": text for name, text in pages.items()}))
    assert isinstance(light, Article)
    assert isinstance(stone, Article)
    assert (light.title, light.authors, light.source, str(light.published)) == (
        "The last light",
        ("Ann Lee",),
        "Marrow Review",
        "2024-05-03",
    )
    assert light.text == f"{BODY}\n\n{BODY} And so on."
    assert (stone.title, stone.text, stone.id) == ("Eelgrass & stone", BODY, "m.epub/o/b.xhtml")


# Mail


def mailed(text: str, headers: str = "", subject: str = "Quay", sender: str = "Ann Lee <ann@marrow.example>") -> Article:
    head = f"From: {sender}\nSubject: {subject}\nDate: Fri, 3 May 2024 09:15:00 +0200\n{headers}\n"
    return only("a.eml", (head + text).encode())


@pytest.mark.parametrize(
    ("sender", "headers", "authors", "source"),
    [
        ("Ann Lee <ann@marrow.example>", "", ("Ann Lee",), "marrow.example"),
        ('"Lee, Ann" <ann@gmail.com>', "", ("Ann Lee",), ""),
        ("Marrow Press Office <press@marrow.example>", "", (), "Marrow Press Office"),
        ("Ann Lee <desk@holm.example>", "", ("Ann Lee",), "holm.example"),
        ("Ann Lee <newsroom@holm.example>", "Organization: Holm Echo\n", ("Ann Lee",), "Holm Echo"),
        ("Ann Lee | Holm Echo <news@holm.example>", "", ("Ann Lee",), "Holm Echo"),
        ("Ann Lee, Holm Echo <desk@holm.example>", "", ("Ann Lee",), "Holm Echo"),
        ("Holm Echo <desk@holm.example>", "", (), "Holm Echo"),
        ("Marrow Gemeinde Redaktion <info@holm.example>", "", (), "Marrow Gemeinde Redaktion"),
        ("desk@holm.example", "", (), "holm.example"),
        ("The Marrow Letter <a@b.example>", "List-Unsubscribe: <https://b.example>\n", (), "The Marrow Letter"),
        ("=?utf-8?q?Zo=C3=AB_?= =?utf-8?b?TGVl?= <z@marrow.example>", "", ("Zoë Lee",), "marrow.example"),
        ("ann@marrow.example (Ann Lee)", "", ("Ann Lee",), "marrow.example"),
    ],
)
def test_who_sent_a_mail(sender: str, headers: str, authors: tuple[str, ...], source: str) -> None:
    """A person is the author, an office or a newsletter the outlet."""
    article = mailed("The quay is open.", headers, sender=sender)
    assert (article.authors, article.source, str(article.published)) == (authors, source, "2024-05-03")


OLDER = "From: Bo Ray <bo@holm.example>\nSent: Thursday, 2 May 2024 15:30\nTo: Ann Lee\nSubject: Quay\n\nWhen does the quay open?"


@pytest.mark.parametrize(
    "text",
    [
        "It opens on Monday.\n-- \nAnn Lee\nMarrow Harbour",
        "It opens on Monday.\n\nOn Thu, 2 May 2024 at 15:30, Bo Ray <bo@holm.example>\nwrote:\n\n> When does the quay open?\n",
        f"It opens on Monday.\n\n-----Original Message-----\n{OLDER}",
        f"It opens on Monday.\n\n{OLDER}",
        "It opens on Monday.\n_______________________________________________\nmarrow mailing list\nmarrow@lists.example",
    ],
)
def test_signatures_and_quoted_letters_are_left_out(text: str) -> None:
    """What is plainly marked as another's words, or as no words of the letter, is not read as its sender's."""
    assert mailed(text, subject="Re: AW: Quay").text == "It opens on Monday."


def test_a_forwarded_letter_is_its_first_senders() -> None:
    """What a colleague passed on is what the mail is about."""
    article = mailed(f"For the archive.\n\n-----Original Message-----\n{OLDER}", subject="Fwd: Quay")
    assert (article.title, article.authors, article.text) == ("Quay", ("Bo Ray",), "When does the quay open?")
    assert str(article.published) == "2024-05-02"


def test_a_press_contact_is_no_quoted_letter() -> None:
    """Lines with labels and an address may be the sender's own."""
    text = "The quay opens on Monday.\n\nContact: Ann Lee\nMail: ann@marrow.example\nPhone: 0700 123456"
    assert mailed(text).text == text


def test_attachments_are_articles_of_their_own_and_html_is_read_where_the_text_is_a_stub() -> None:
    """The stub that a program puts beside HTML is not the letter; pictures are no documents; names may be in pieces."""
    message = EmailMessage()
    message["From"], message["Subject"] = "Ann Lee <ann@marrow.example>", "Quay"
    message.set_content("Your program shows no HTML.")
    message.add_alternative(f"<div style='display:none'>Preview</div><p>{BODY}</p><p>{BODY}</p>", subtype="html")
    message.add_attachment(
        docx(styled("Marrow gets a new quay") + styled(BODY)), maintype="application", subtype="x", filename="größe.docx"
    )
    message.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="logo.png")
    letter, attached = found("a.eml", message.as_bytes())
    assert isinstance(letter, Article)
    assert isinstance(attached, Article)
    assert letter.text == f"{BODY}\n\n{BODY}"
    assert (attached.title, attached.id) == ("Marrow gets a new quay", "a.eml/größe.docx")


def test_letters_of_any_charset_are_read() -> None:
    """Declared, wrongly declared, or not declared."""
    for charset, declared in (("koi8-r", "koi8-r"), ("iso-2022-jp", "ISO-2022-JP"), ("utf-8", "us-ascii"), ("utf-8", "x-none")):
        text = "港は開いた。" if "jp" in charset else "Мост закрыт."
        head = f"From: a@b.example\nContent-Type: text/plain; charset={declared}\n\n"
        assert only("a.eml", head.encode() + text.encode(charset)).text == text


def test_every_message_of_a_mailbox_is_an_article() -> None:
    """A broken one is named and the rest is read; "From" in a letter begins none."""
    box = (
        b"From a@b.example Fri May  3 10:00:00 2024\nSubject: One\n\nThe quay is open.\n"
        b">From here it is not.\n\nFrom this point on it is.\n\n"
        b"From a@b.example Fri May  3 11:00:00 2024\nContent-Type: multipart/mixed; boundary=x\n\n\n"
        b"From a@b.example Fri May  3 12:00:00 2024\nSubject: Three\nMessage-ID: <3@b>\n\nThe ferry sails.\n"
    )
    one, two, three = found("a.mbox", box)
    assert isinstance(one, Article)
    assert isinstance(two, Rejected)
    assert isinstance(three, Article)
    assert (one.text, str(one.published)) == (
        "The quay is open.\nFrom here it is not.\n\nFrom this point on it is.",
        "2024-05-03",
    )
    assert (two.where, three.id) == ("a.mbox: message 2", "3@b")


def test_a_page_that_a_browser_saved_is_the_page() -> None:
    """It goes to the reader of pages as UTF-8, with the address that it was saved from."""
    page = (
        "From: <Saved by Blink>\nSubject: x\nMIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n"
        "--b\nContent-Type: text/html; charset=cp1251\n"
        "Content-Transfer-Encoding: 8bit\nContent-Location: https://marrow.example/quay\n\n"
        "<html><meta charset=cp1251>Мост</html>\n--b--\n"
    ).encode("cp1251")
    (inner,) = mail.read(Document("p.mhtml", "p.mhtml", lambda: io.BytesIO(page)))
    assert isinstance(inner, Document)
    assert inner.url == "https://marrow.example/quay"
    assert "Мост" in inner.bytes().decode("utf-8-sig")


def compound(streams: dict[str, bytes]) -> bytes:
    """A compound file (CFB) with these streams, each of whole sectors, as Outlook writes its mails."""
    names = sorted(streams, key=lambda name: (len(name), name.upper()))
    data = {name: streams[name].ljust(max(4096, -(-len(streams[name]) // 512) * 512), b"\0") for name in names}
    directory = -(-(len(names) + 1) * 128 // 512)
    chain: list[int] = [0xFFFFFFFD] + [n + 1 for n in range(1, directory)] + [0xFFFFFFFE]
    starts = {}
    for name in names:
        starts[name] = len(chain)
        chain += [len(chain) + n + 1 for n in range(len(data[name]) // 512 - 1)] + [0xFFFFFFFE]

    def entry(name: str, kind: int, right: int, child: int, start: int, size: int) -> bytes:
        head = struct.pack("<HBBIII", 2 * len(name) + 2, kind, 1, 0xFFFFFFFF, right, child)
        return name.encode("utf-16-le").ljust(64, b"\0") + head + bytes(36) + struct.pack("<IQ", start, size)

    entries = entry("Root Entry", 5, 0xFFFFFFFF, 1, 0xFFFFFFFE, 0)
    for n, name in enumerate(names, 1):
        entries += entry(name, 2, n + 1 if n < len(names) else 0xFFFFFFFF, 0xFFFFFFFF, starts[name], len(data[name]))
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(16)
        + struct.pack("<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    )
    header += struct.pack("<I", 0) + b"\xff" * (512 - len(header) - 4)
    table = b"".join(struct.pack("<I", one) for one in chain).ljust(512, b"\xff")
    return header + table + entries.ljust(directory * 512, b"\0") + b"".join(data[name] for name in names)


def test_outlooks_own_mail_is_read() -> None:
    """Its subject, sender, day and text, by their numbers."""
    text = {"0037": "RE: Quay", "0C1A": "Ann Lee", "5D01": "ann@marrow.example", "1000": f"{BODY}\r\n"}
    sent = int((datetime(2024, 5, 3, 9, tzinfo=UTC) - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds()) * 10_000_000
    streams = {f"__substg1.0_{number}001F": words.encode("utf-16-le") for number, words in text.items()}
    streams["__properties_version1.0"] = bytes(32) + struct.pack("<HHIQ", 0x40, 0x39, 6, sent)
    article = only("a.msg", compound(streams))
    assert (article.title, article.authors, article.source, article.text) == ("Quay", ("Ann Lee",), "marrow.example", BODY)
    assert str(article.published) == "2024-05-03"


def test_compressed_rtf_is_unpacked() -> None:
    """A letter, then six of the dictionary that every packed text begins with; or all of it as it stands."""
    assert msg.unpacked(b"") == b""
    assert msg.unpacked(struct.pack("<IIII", 20, 8, 0x414C454D, 0) + b"{\\rtf1 x}") == b"{\\rtf1 x"
    assert msg.unpacked(struct.pack("<IIII", 20, 99, 0x75465A4C, 0) + bytes([0b10, ord("a"), 0x00, 0x03])) == b"a{\\rtf"


# Files that awkward programs wrote


@pytest.mark.skipif(not AWKWARD.is_dir(), reason="the files of other programs' tests are not here")
def test_other_programs_awkward_files_give_text_or_a_reason() -> None:
    """Of files that made other readers stumble none stops the rest, and each is an article or named in one line."""
    kinds = (".pdf", ".docx", ".odt", ".rtf", ".epub", ".eml", ".mbox", ".msg")
    files = sorted(path for folder in ("pdf", "documents") for path in (AWKWARD / folder).iterdir() if path.suffix in kinds)[::4]
    read = 0
    for path in files:
        told = list(read_document(Document(str(path), path.name, partial(path.open, "rb"))))
        assert told, path
        assert all(one.text.strip() if isinstance(one, Article) else "\n" not in one.reason for one in told), path
        read += any(isinstance(one, Article) for one in told)
    assert read > 0.7 * len(files)
