"""Which kind of document it is: by what it holds, and by its name where its bytes say no more than "text"."""

from __future__ import annotations

import io
import json
import re
import zipfile
import zlib
from itertools import takewhile

from vectorstore.articles.document import Document
from vectorstore.articles.encodings import peek
from vectorstore.articles.names import fields_of

# The kinds by suffix. A kind is the key of its reader in READERS (__init__.py), or of a container (containers.py).
_BY_SUFFIX = {
    ".txt": "text",
    ".text": "text",
    ".log": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".jl": "jsonl",
    ".json": "json",
    ".geojson": "json",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".mhtml": "eml",
    ".mht": "eml",
    ".rss": "feed",
    ".atom": "feed",
    ".rdf": "feed",
    ".xml": "xml",
    ".nitf": "nitf",
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".pdf": "pdf",
    ".docx": "docx",
    ".odt": "odt",
    ".fodt": "odt",
    ".rtf": "rtf",
    ".epub": "epub",
    ".eml": "eml",
    ".mbox": "mbox",
    ".mbx": "mbox",
    ".msg": "msg",
    ".zip": "zip",
    ".wacz": "zip",
    ".tar": "tar",
    ".tgz": "gzip",
    ".gz": "gzip",
    ".bz2": "bzip2",
    ".tbz2": "bzip2",
    ".xz": "xz",
    ".txz": "xz",
    ".warc": "warc",
}
NAMES = ", ".join(
    (".txt", ".md", ".html", ".xml", ".json", ".jsonl", ".csv", ".pdf", ".docx", ".odt", ".rtf", ".epub", ".eml", ".mbox", ".zip")
)  # as messages list them: the best known

# What begins with these bytes is this. A value with a blank in it is no kind but what the report calls a thing that is not read.
_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x1f\x8b", "gzip"),
    (0, b"BZh", "bzip2"),
    (0, b"\xfd7zXZ\0", "xz"),
    (0, b"7z\xbc\xaf\x27\x1c", "7z"),
    (0, b"{\\rtf", "rtf"),
    (0, b"WARC/", "warc"),
    (257, b"ustar", "tar"),
    (0, b"Rar!\x1a\x07", "a RAR archive"),
    (0, b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (0, b"\x04\x22\x4d\x18", "an LZ4 archive"),
    (0, b"!BDN", "an Outlook mailbox (PST)"),
    (0, b"\xff\xd8\xff", "a picture (JPEG)"),
    (0, b"\x89PNG\r\n", "a picture (PNG)"),
    (0, b"GIF8", "a picture (GIF)"),
    (8, b"WEBP", "a picture (WebP)"),
    (0, b"II*\0", "a picture (TIFF)"),
    (0, b"MM\0*", "a picture (TIFF)"),
    (0, b"8BPS", "a picture (Photoshop)"),
    (0, b"\0\0\1\0", "a picture (icon)"),
    (8, b"WAVEfmt", "a sound recording (WAV)"),
    (0, b"ID3", "a sound recording (MP3)"),
    (0, b"\xff\xfb", "a sound recording (MP3)"),
    (0, b"\xff\xf3", "a sound recording (MP3)"),
    (0, b"OggS", "a sound recording (Ogg)"),
    (0, b"fLaC", "a sound recording (FLAC)"),
    (8, b"AVI LIST", "a video (AVI)"),
    (0, b"\x1aE\xdf\xa3", "a video (Matroska)"),
    (4, b"ftyp", "a video or a picture (MP4, HEIC)"),
    (0, b"\x7fELF", "a program"),
    (0, b"MZ\x90\0", "a program"),
    (0, b"\xcf\xfa\xed\xfe", "a program"),
    (0, b"\xca\xfe\xba\xbe", "a program"),
    (0, b"SQLite format 3\0", "a database (SQLite)"),
    (0, b"PAR1", "a table (Parquet)"),
    (0, b"ARROW1", "a table (Arrow)"),
    (0, b"wOFF", "a font"),
    (0, b"wOF2", "a font"),
    (0, b"\0\1\0\0\0", "a font"),
    (0, b"OTTO\0", "a font"),
)
_OFFICE = {"word/": "docx", "xl/": "a spreadsheet (XLSX)", "ppt/": "a presentation (PPTX)"}
_MIMETYPES = {
    b"application/epub+zip": "epub",
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "a spreadsheet (ODS)",
    b"application/vnd.oasis.opendocument.presentation": "a presentation (ODP)",
}
_ROOTS = {
    "rss": "feed", "feed": "feed", "rdf": "feed", "nitf": "nitf", "newsml": "newsml", "newsitem": "newsml",
    "newsmessage": "newsml", "packageitem": "newsml", "html": "html", "urlset": "a list of addresses (a sitemap)",
    "sitemapindex": "a list of addresses (a sitemap)", "opml": "a list of feeds (OPML)", "svg": "a picture (SVG)",
}  # fmt: skip
_HTML_TAG = re.compile(
    r"<(?:head|body|div|p|article|main|section|title|meta|script|style|table|h[1-6]|span|br|center|link|header|nav|a|img)\b", re.I
)
_PROLOG = re.compile(r"\s*(?:<\?[^>]*>|<!--(?:(?!-->).)*-->|<!(?!--)[^>\[]*(?:\[[^\]]*\]\s*)?>)", re.DOTALL)
_MBOX = re.compile(r"From \S.*\d\d:\d\d.*\n(?:>?[\w-]+:|>From )")
_HEADER = re.compile(r"([A-Za-z][\w-]*):[ \t]*\S?")
_MAIL = {"from", "to", "subject", "date", "received", "message-id", "mime-version", "return-path", "delivered-to", "content-type"}
_FRONT_MATTER = re.compile(r"(---[ \t]*\n\s*[\w-]+[ \t]*:|\+\+\+[ \t]*\n\s*[\w-]+[ \t]*=)")
_NESTED = 100_000_000  # bytes of an archive in an archive that are held to tell what it is
_TEXTS = {"text", "markdown", "html", "csv", "tsv", ""}  # kinds whose files may begin with anything
_LONGEST_HEADER = 2_000  # characters of a line with the names of columns
_SUFFIX = re.compile(r"\.[a-z][a-z0-9]{0,7}")


def kind(document: Document) -> str:
    """The key of its reader or container; words with a blank ("a picture (JPEG)") for what is not read; empty: unknown."""
    named = _BY_SUFFIX.get(document.suffix, "")
    head = document.head()
    held = _binary(head, document) or _written(head, document, named)
    if held:
        return held
    if named or _SUFFIX.fullmatch(document.suffix):
        return named
    return "text"  # a name without a suffix


def _binary(head: bytes, document: Document) -> str:
    """What its first bytes are the mark of."""
    if head.startswith((b"PK\3\4", b"PK\5\6", b"PK\7\x08")):
        return _zipped(head, document)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _old_office(document)
    if b"%PDF-" in head[:1024]:
        return "pdf"
    return next((what for at, mark, what in _MAGIC if head.startswith(mark, at)), "")


def _zipped(head: bytes, document: Document) -> str:
    """Which of the many formats that are zip files it is."""
    for mimetype, what in _MIMETYPES.items():
        if head[30:38] == b"mimetype" and head[38:].startswith(mimetype) and not head[38 + len(mimetype) :].startswith(b"-"):
            return what
    names: list[str] = []
    try:
        with document.open() as file:
            archive = zipfile.ZipFile(file if file.seekable() else io.BytesIO(document.bytes(_NESTED)))
            names = archive.namelist()
            if "mimetype" in names:  # not at its head, as it should be
                with archive.open("mimetype") as inner:
                    said = inner.read(100).strip()
                if said in _MIMETYPES:
                    return _MIMETYPES[said]
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError):
        pass  # one that was cut off has no list of its members
    text = names or [name.decode("latin-1") for name in re.findall(rb"(?:word|xl|ppt)/|\[Content_Types\]\.xml", head)]
    if "[Content_Types].xml" in text:
        return next((what for folder, what in _OFFICE.items() if any(name.startswith(folder) for name in text)), "zip")
    if "META-INF/container.xml" in text and "mimetype" in text:
        return "epub"
    if "content.xml" in text and ("styles.xml" in text or document.suffix == ".odt"):
        return "odt"
    # One that was cut off has no list of its members: its name says more than "a damaged zip".
    return _BY_SUFFIX.get(document.suffix, "zip") if not names and document.suffix in (".docx", ".odt", ".epub") else "zip"


def _old_office(document: Document) -> str:
    with document.open() as file:
        content = file.read(20_000_000)
    for name, what in (
        ("__substg1.0_", "msg"),
        ("__properties_version1.0", "msg"),
        ("EncryptedPackage", "docx"),  # which its reader names as locked
        ("WordDocument", "a Word file of before 2007 (DOC)"),
    ):
        if name.encode("utf-16-le") in content:
            return what
    return "an Office file of before 2007"


def _written(head: bytes, document: Document, named: str) -> str:
    """What a text is by its first characters; what it is called where it is no text at all; empty where it is just text."""
    text = peek(head)
    if text is None:
        return "" if named else "no text (it holds NUL bytes)"
    text = text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff \t\n")
    if text.startswith("<"):
        return _markup(text, named)
    # A Markdown file may begin with its fields as JSON.
    if (
        named != "markdown"
        and re.match(r'\{\s*(?:"|\}|$)|\[\s*(?:[\{\["\]]|$)', text)
        and (named not in _TEXTS or re.match(r'\{\s*"|\[\s*\{', text))
    ):
        return _json(document, named)
    if _MBOX.match(text):
        return "mbox"
    if named not in ("markdown", "csv", "tsv") and _is_mail(text, named):
        return "eml"
    if named in ("text", "") and _FRONT_MATTER.match(text):
        return "markdown"
    if named in ("text", "") and _is_table(text):
        return "csv"
    return ""


def _markup(text: str, named: str) -> str:
    rest = text
    while found := _PROLOG.match(rest):
        if re.match(r"\s*<!doctype\s+html", found[0], re.IGNORECASE):
            return "html"
        rest = rest[found.end() :]
    root = re.match(r"\s*<(?:[\w.-]+:)?([\w.-]+)", rest)
    what = _ROOTS.get(root[1].lower(), "") if root else ""
    if what == "feed" and "wordpress.org/export/" in text:
        return "wxr"
    if what == "feed" and root and root[1].lower() == "rdf" and "purl.org/rss/" not in text and "my.netscape.com" not in text:
        return "xml"
    if what:
        return what
    if named in ("markdown", "csv", "tsv"):
        return ""
    if text.startswith("<?xml") or named in ("xml", "feed", "nitf"):
        return named or "xml"
    return "html" if _HTML_TAG.match(rest.lstrip()) else ""


def _json(document: Document, named: str) -> str:
    """One value, or one a line."""
    text = (peek(document.head(1_000_000)) or "").lstrip("\ufeff \t\r\n")
    first, _, rest = text.partition("\n")
    if not rest.strip():
        return named if named in ("json", "jsonl") else "json"
    try:
        json.loads(first)
    except (ValueError, RecursionError):
        # A broken first line among lines, or one value over several lines?
        lines = [line for line in rest.split("\n")[:3] if line.strip()]
        return (
            "jsonl"
            if named == "jsonl" and first.startswith("{") and first.strip() != "{" and lines[0].startswith("{")
            else "json"
        )
    return "jsonl"


def _is_table(text: str) -> bool:
    """Whether its first line names the columns of a table: Excel's "Unicode text" is one with tabs."""
    first, _, rest = text.partition("\n")
    if not rest.strip() or len(first) > _LONGEST_HEADER:
        return False
    for delimiter in "\t;,":
        cells = [cell.strip('" ') for cell in first.split(delimiter)]
        known = [{field for field, rank in fields_of(cell) if rank < 1_000} for cell in cells if len(cell) < 40]
        named = sum(map(bool, known))
        if len(cells) > 2 and named >= (len(cells) if delimiter == "," else 3) and any("text" in one for one in known):
            return delimiter in rest
    return False


def _is_mail(text: str, named: str) -> bool:
    """Whether it begins with the header of a mail."""
    lines = text.split("\n\n", 1)[0].split("\n")
    if not _HEADER.match(lines[0]):
        return False
    header = list(takewhile(lambda line: line[:1] in (" ", "\t") or _HEADER.match(line), lines))
    names = {found[1].lower() for line in header if (found := _HEADER.match(line))} & _MAIL
    if names & {"received", "message-id", "mime-version", "return-path"}:
        return len(names) >= 2
    return {"from", "subject"} <= names and bool(names & {"to", "date"})
