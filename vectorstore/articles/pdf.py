"""PDF: an article saved or printed as one, a newspaper's page. The only file that imports pypdfium2.

The day on which the file was made is no day of publication, so no date is read from its properties. pypdf was tried beside it
on 104 awkward files: pdfium read all that pypdf read and nine more (AES, broken pages), in a tenth of the time, and says where
each letter stands, from which spaces, lines, paragraphs and headlines follow.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from typing import Any

from vectorstore.articles.document import Document
from vectorstore.articles.encodings import LARGEST_ARTICLE, Unreadable
from vectorstore.articles.fields import Record, article, mended
from vectorstore.articles.glyphs import Glyph, text_of
from vectorstore.articles.head import split
from vectorstore.articles.layout import Line, paragraphs
from vectorstore.articles.properties import plausible_author, plausible_title
from vectorstore.types import Article, Rejected

_LARGEST = 300_000_000  # bytes; a newspaper's issue with its pictures
_SMALLEST_LETTER = 2.0  # points: nobody reads it
_GAP = 0.9  # of a letter's height: a gap that is more than one between words
_LONGEST_HEADLINE = 250
_UNTOLD = "\ufffd"  # a letter of which the file does not say which it is
_PRINTED_FROM = re.compile(r"(?:.*\s)?(https?://\S+)(?:\s+\d+(?:/\d+| of \d+))?")


def read(document: Document) -> Iterator[Article | Rejected]:
    """The one article of the file."""
    try:
        yield from article(_record(document.bytes(_LARGEST)), document.where, document.name)
    except Unreadable as error:
        yield Rejected(document.where, str(error))


def _record(content: bytes) -> Record:
    import pypdfium2

    try:
        opened = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise Unreadable("the PDF is locked with a password; save it without one and add that.") from error
        raise Unreadable("the PDF is damaged; save or download it again.") from error
    try:
        properties = opened.get_metadata_dict()
        pages, pictures, letters = [], False, 0
        for n in range(len(opened)):
            height, lines, has_picture = _page(opened, n)
            pages.append((height, lines))
            pictures = pictures or has_picture
            letters += sum(len(line.text) for line in lines)
            if letters > LARGEST_ARTICLE:
                raise Unreadable(f"the PDF has more than {LARGEST_ARTICLE:,} characters; split it.")
    finally:
        opened.close()
    if not letters:
        if pictures:
            raise Unreadable("the PDF holds pictures of pages and no text; run text recognition (OCR) over it first.")
        raise Unreadable("the PDF holds no text; leave it out, or add its text.")
    return _told(pages, properties)


def _told(pages: list[tuple[float, list[Line]]], properties: dict[str, str]) -> Record:
    whole = "".join(line.text for _, lines in pages for line in lines)
    if sum(_tells_nothing(letter) for letter in whole) > 0.3 * len(whole):
        raise Unreadable("the PDF's fonts do not say which letters they draw; run text recognition (OCR) over it first.")
    address, pages = _printed_from(pages)
    found = [(clean, height, page) for text, height, page in paragraphs(pages) if (clean := _clean(text))]
    named = plausible_title(properties.get("Title", ""))
    title, source, above, below = _headline(found, named)
    standfirst, body, fields = split("", "\n\n".join(below))
    return Record(
        "\n\n".join(filter(None, [*above, body])),
        title,
        standfirst,
        authors=fields.get("authors") or plausible_author(properties.get("Author", "")),
        source=fields.get("source") or source,
        url=fields.get("url") or address,
        published=fields.get("published", ""),
    )


# Letters


def _page(opened: Any, number: int) -> tuple[float, list[Line], bool]:
    """A page's height, its lines (or what stands between wide gaps), and whether there is a picture on it."""
    import pypdfium2
    from pypdfium2 import raw

    try:
        page = opened[number]
    except pypdfium2.PdfiumError:  # a damaged page; the others may be whole
        return 0.0, [], False
    try:
        left, bottom, right, top = page.get_bbox()
        text = page.get_textpage()
        lines = list(_lines(text, number, (left, bottom, right, top)))
        text.close()
        picture = not lines and any(thing.type == raw.FPDF_PAGEOBJ_IMAGE for thing in page.get_objects(max_depth=3))
    except pypdfium2.PdfiumError:
        return 0.0, [], False
    finally:
        page.close()
    return top - bottom, [_moved(line, left, bottom) for line in lines], picture


def _moved(line: Line, left: float, bottom: float) -> Line:
    return Line(line.text, line.left - left, line.right - left, line.bottom - bottom, line.top - bottom, line.page)


def _lines(text: Any, number: int, edges: tuple[float, float, float, float]) -> Iterator[Line]:
    """The letters put together where they stand beside each other on one line; a space is where there is room for one."""
    from pypdfium2 import raw

    box = raw.FS_RECTF()
    handle = text.raw
    line: list[Glyph] = []
    at = (0.0, 0.0, 0.0, 0.0)  # where it stands: left, bottom, right, top
    angle, drawn_at, guessed, backwards = 0.0, math.inf, "", False
    for n in range(text.count_chars()):
        code = raw.FPDFText_GetUnicode(handle, n)
        letter = chr(code) if code else _UNTOLD
        if letter in " \r\n" and raw.FPDFText_IsGenerated(handle, n) == 1:
            guessed += letter  # pdfium's own spaces and line ends
            continue
        if not raw.FPDFText_GetLooseCharBox(handle, n, box):
            continue
        left, bottom, right, top = box.left, box.bottom, box.right, box.top
        if not (edges[0] <= (left + right) / 2 <= edges[2] and edges[1] <= (bottom + top) / 2 <= edges[3]):
            continue  # cut off: nobody sees it
        before = angle
        if abs(bottom - drawn_at) > 0.3 * (top - bottom):  # asked only where it may have changed: each asking takes time
            angle = raw.FPDFText_GetCharAngle(handle, n) / (math.pi / 2)
        drawn_at = bottom
        turned = round(angle) % 4
        if turned:
            left, bottom, right, top = _upright(turned, left, bottom, right, top)
        height = top - bottom
        if height < _SMALLEST_LETTER:
            continue
        if not letter.isascii():
            backwards = {"L": False, "R": True, "AL": True}.get(unicodedata.bidirectional(letter), backwards)
        elif backwards and letter.isalpha():
            backwards = False
        if backwards or abs(angle - round(angle)) > 0.02:
            # Boxes of slanting letters overlap, and Arabic goes to the left and its figures to the right.
            beside = "\n" not in guessed
        else:
            low = min(height, at[3] - at[1])
            beside = -height < left - at[2] < _GAP * low and min(top, at[3]) - max(bottom, at[1]) > 0.4 * low
        if not (line and beside and turned == round(before) % 4):
            yield from _line(line, at, number)
            line, at = [], (left, bottom, right, top)
        # A raised figure does not lift the line; neither does a letter that is not told, which comes from another font.
        elif (code and height > 1.2 * (at[3] - at[1])) or all(glyph.letter == _UNTOLD for glyph in line):
            at = (at[0], bottom, at[2], top)
        line.append(Glyph(letter, left, right, bottom, top, bool(guessed)))
        at, guessed = (min(left, at[0]), at[1], max(right, at[2]), at[3]), ""
    yield from _line(line, at, number)


def _line(line: list[Glyph], at: tuple[float, float, float, float], number: int) -> Iterator[Line]:
    # Boxes of slanting letters are higher than the letters are apart.
    slanting = len(line) > 2 and abs(line[-1].bottom - line[0].bottom) > 0.3 * line[0].height
    text = text_of(line, slanting)
    if text:
        yield Line(mended(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")), at[0], at[2], at[1], at[3], number)


def _upright(turned: int, left: float, bottom: float, right: float, top: float) -> tuple[float, float, float, float]:
    """The box as it stands if the page is turned so that its text is upright."""
    if turned == 1:
        return bottom, -right, top, -left
    if turned == 2:
        return -right, -top, -left, -bottom
    if turned == 3:
        return -top, left, -bottom, right
    return left, bottom, right, top


def _tells_nothing(letter: str) -> bool:
    return (not letter.isascii() and (letter == _UNTOLD or unicodedata.category(letter) in ("Cc", "Co", "Cn"))) or letter < " "


def _clean(text: str) -> str:
    """The text without symbols of private fonts (arrows, logos) and control characters."""
    kept = "".join(" " if _tells_nothing(letter) and letter not in "\n\ufffd" else letter for letter in text)
    return "\n".join(" ".join(row.split()) for row in kept.split("\n")).strip()


# What the page says of the article


def _headline(found: list[tuple[str, float, int]], named: str) -> tuple[str, str, list[str], list[str]]:
    """(headline, outlet, paragraphs above it, those below): what stands in the largest letters, or what the file says."""
    texts = [text for text, _, _ in found]
    sizes: Counter[float] = Counter()
    for text, height, _ in found:
        sizes[round(height, 1)] += len(text)
    body = sizes.most_common(1)[0][0] if sizes else 0
    first = [n for n, (text, height, page) in enumerate(found) if page == found[0][2] and _may_be_headline(text)]
    large = sorted((n for n in first if found[n][1] > 1.15 * body), key=lambda n: -found[n][1])
    for n in large + first:  # "Council backs bridge - The Fen Post"
        if named and named.casefold().startswith(texts[n].casefold()):
            suffix = re.fullmatch(r"\s*[|–—·:-]+\s*(\S.{0,60})", named[len(texts[n]) :])
            return texts[n], suffix[1] if suffix else "", texts[:n], texts[n + 1 :]
    if named and not large:
        return named, "", [], texts
    # A masthead is larger than the headline, and shorter.
    best = next((n for n in large if len(texts[n].split()) > 3), large[0] if large else None)
    if best is None:
        if (
            len(texts) > 1
            and _may_be_headline(texts[0])
            and not re.search(r"[.:;,]$", texts[0])
            and len(texts[1]) > len(texts[0])
        ):
            return texts[0], "", [], texts[1:]
        return "", "", [], texts
    if named and len(texts[best].split()) < 3:
        return named, "", [], texts
    return texts[best], "", texts[:best], texts[best + 1 :]


def _may_be_headline(text: str) -> bool:
    return " | " not in text and len(text) <= _LONGEST_HEADLINE and sum(letter.isalpha() for letter in text) > 7


def _printed_from(pages: list[tuple[float, list[Line]]]) -> tuple[str, list[tuple[float, list[Line]]]]:
    """The address that a browser prints at each page's edge, and the pages without what it prints there; else the pages."""
    address, kept = "", []
    for height, lines in pages:
        edges = [line for line in lines if not 0.06 * height < (line.top + line.bottom) / 2 < 0.94 * height]
        match = next(filter(None, (_PRINTED_FROM.fullmatch(line.text) for line in edges)), None)
        address = address or (match[1] if match else "")
        kept.append((height, [line for line in lines if not match or line not in edges]))
    return address, kept
