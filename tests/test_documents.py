"""PDF, Word, OpenDocument, RTF, EPUB and mail become articles that can be quoted."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable

import pytest

from vectorstore.articles import read_document
from vectorstore.articles.document import Document
from vectorstore.types import Article, Rejected

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
