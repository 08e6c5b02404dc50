"""Archives, places and kinds: what lies where is read where it lies, by what it holds, and what is hostile is named."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from vectorstore.articles import read
from vectorstore.articles.document import Document, shown
from vectorstore.articles.kinds import kind
from vectorstore.types import Article, Rejected

MILL = "Mill closes\n\nThe mill in Saltmere shuts in May."
LINE = json.dumps({"id": "ferry", "title": "Ferry sails", "text": "The ferry sails again."})


def found(*paths: Path | str) -> tuple[dict[str, str], dict[str, str]]:
    """Titles by id, and reasons by place."""
    items = list(read(paths))
    return (
        {item.id: item.title for item in items if isinstance(item, Article)},
        {item.where: item.reason for item in items if isinstance(item, Rejected)},
    )


def zipped(**members: bytes | str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return held.getvalue()


def tarred(mode: str, *members: tuple[str, bytes]) -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return held.getvalue()


def test_every_file_in_a_zip_is_read(tmp_path: Path) -> None:
    """A member is named by the archive and its place in it; hidden ones are left out."""
    hidden = {"__MACOSX/._a.txt": "x", "news/.hidden.txt": MILL}
    members = {"news/a.txt": MILL, "b.jsonl": LINE, "photo.jpg": b"\xff\xd8\xff\xe0", **hidden}
    (tmp_path / "export.zip").write_bytes(zipped(**members))
    articles, rejected = found(tmp_path / "export.zip")
    assert articles == {"export.zip/news/a.txt": "Mill closes", "ferry": "Ferry sails"}
    (where,) = rejected
    assert where == f"{tmp_path}/export.zip: photo.jpg"
    assert "a picture (JPEG)" in rejected[where]


@pytest.mark.parametrize("mode", ["w:", "w:gz", "w:bz2", "w:xz"])
def test_every_file_in_a_tar_is_read(tmp_path: Path, mode: str) -> None:
    """Compressed or not, whatever it is called."""
    (tmp_path / "old.dat").write_bytes(tarred(mode, ("./news/a.txt", MILL.encode()), ("b.jl", LINE.encode())))
    assert found(tmp_path / "old.dat") == ({"old.dat/news/a.txt": "Mill closes", "ferry": "Ferry sails"}, {})


@pytest.mark.parametrize(("suffix", "pack"), [(".gz", gzip.compress), (".bz2", bz2.compress), (".xz", lzma.compress)])
def test_a_compressed_file_is_read_by_what_is_in_it(tmp_path: Path, suffix: str, pack: object) -> None:
    """Under its own name and with its own kind."""
    (tmp_path / f"a.txt{suffix}").write_bytes(pack(MILL.encode()))  # type: ignore[operator]
    (tmp_path / f"b.jsonl{suffix}").write_bytes(pack(LINE.encode()))  # type: ignore[operator]
    name = tmp_path.name
    assert found(tmp_path) == ({f"{name}/a.txt{suffix}": "Mill closes", "ferry": "Ferry sails"}, {})


def test_archives_in_archives_end(tmp_path: Path) -> None:
    """A zip in a tar.gz is read; what is packed over and over is named."""
    (tmp_path / "a.tgz").write_bytes(tarred("w:gz", ("b.zip", zipped(**{"a.txt": MILL}))))
    assert found(tmp_path / "a.tgz") == ({"a.tgz/b.zip/a.txt": "Mill closes"}, {})
    content = MILL.encode()
    for _ in range(8):
        content = gzip.compress(content)
    (tmp_path / "deep.gz").write_bytes(content)
    assert "packed more than 5 times" in found(tmp_path / "deep.gz")[1][f"{tmp_path}/deep.gz"]


def test_what_leads_out_of_an_archive_is_named(tmp_path: Path) -> None:
    """Names that climb or are absolute, links and devices are not read, and the rest is."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        for name, kind_of in (
            ("../../etc/a.txt", tarfile.REGTYPE),
            ("/etc/b.txt", tarfile.REGTYPE),
            ("link.txt", tarfile.SYMTYPE),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind_of, "/etc/passwd"
            archive.addfile(info)
        info = tarfile.TarInfo("good.txt")
        info.size = len(MILL)
        archive.addfile(info, io.BytesIO(MILL.encode()))
    (tmp_path / "a.tar").write_bytes(held.getvalue())
    articles, rejected = found(tmp_path / "a.tar")
    assert list(articles) == ["a.tar/good.txt"]
    assert ["leads out" in reason or "a link" in reason for reason in rejected.values()] == [True] * 3
    (tmp_path / "a.zip").write_bytes(zipped(**{"..\\..\\a.txt": MILL, "C:/b.txt": MILL, "good.txt": MILL}))
    articles, rejected = found(tmp_path / "a.zip")
    assert list(articles) == ["a.zip/good.txt"]
    assert len(rejected) == 2


def test_damaged_and_encrypted_archives_are_named(tmp_path: Path) -> None:
    """Each with one line; what came before the damage is read."""
    whole = zipped(**{"a.txt": MILL, "b.txt": MILL})
    (tmp_path / "cut.zip").write_bytes(whole[:60])
    locked = bytearray(zipped(**{"a.txt": MILL}))
    locked[6] |= 1
    locked[locked.index(b"PK\1\2") + 8] |= 1
    (tmp_path / "locked.zip").write_bytes(bytes(locked))
    (tmp_path / "cut.tar").write_bytes(tarred("w:", ("a.txt", MILL.encode()), ("b.txt", MILL.encode() * 900))[:3000])
    articles, rejected = found(tmp_path)
    assert list(articles.values()) == ["Mill closes"]
    reasons = {Path(where.partition(": ")[0]).name: reason for where, reason in rejected.items()}
    assert "damaged" in reasons["cut.zip"]
    assert "encrypted" in reasons["locked.zip"]
    assert "damaged" in reasons["cut.tar"]


def test_names_are_shown_without_tricks(tmp_path: Path) -> None:
    """A name that is not UTF-8, or that holds control characters, is read, and shown escaped."""
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt")).write_text(MILL)
    (tmp_path / "red\x1b[31m\u202etxt.exe").write_bytes(b"\x7fELF\0")
    articles, rejected = found(tmp_path)
    assert list(articles) == [f"{tmp_path.name}/caf\\xe9.txt"]
    assert list(rejected) == [f"{tmp_path}/red\\x1b[31m\\u202etxt.exe"]
    assert shown("Zürich 東京 a b") == "Zürich 東京 a b"


def test_a_pattern_and_an_unreadable_path(tmp_path: Path) -> None:
    """A pattern that the shell did not replace is replaced here; a path with a NUL is named."""
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.txt").write_text(MILL)
    (tmp_path / "b.txt").write_text(MILL)
    assert list(found(tmp_path / "**" / "*.txt")[0]) == ["b.txt", "a.txt"]
    assert "no such file" in found(tmp_path / "*.nothing")[1][f"{tmp_path}/*.nothing"]
    assert list(found(Path("a\0b"))[1]) == ["a\\x00b"]


def test_standard_input_is_read_by_what_it_holds() -> None:
    """`-` takes an archive as well as text."""
    program = "from vectorstore.articles import read; print([(item.id, item.title) for item in read(['-'])])"
    for given, wanted in ((zipped(**{"a.txt": MILL}), "standard-input/a.txt"), (MILL.encode(), "standard-input")):
        done = subprocess.run([sys.executable, "-c", program], input=given, capture_output=True, check=True)
        assert done.stdout.decode().strip() == str([(wanted, "Mill closes")])


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
def test_a_closed_folder_is_named(tmp_path: Path) -> None:
    """A folder that may not be listed and a file that may not be opened are named, and the rest is read."""
    (tmp_path / "closed").mkdir(mode=0)
    (tmp_path / "a.txt").write_text(MILL)
    (tmp_path / "b.txt").write_text(MILL)
    (tmp_path / "b.txt").chmod(0)
    articles, rejected = found(tmp_path)
    (tmp_path / "closed").chmod(0o700)
    assert len(articles) == 1
    assert {Path(where).name for where in rejected} == {"closed", "b.txt"}


@pytest.mark.parametrize(
    ("name", "content", "wanted"),
    [
        ("a.txt", b"%PDF-1.7\n", "pdf"),
        ("a.pdf", b"<!DOCTYPE html><html><body>", "html"),
        ("a.txt", b'<?xml version="1.0"?>\n<rss version="2.0">', "feed"),
        ("a.xml", b'<?xml version="1.0"?><!-- a --><feed xmlns="http://www.w3.org/2005/Atom">', "feed"),
        ("a", b'<rss xmlns:wp="http://wordpress.org/export/1.2/">', "wxr"),
        ("a.xml", b"<nitf><head>", "nitf"),
        ("a.xml", b'<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/">', "newsml"),
        ("a.xml", b"<farm><cow/></farm>", "xml"),
        ("a.txt", b"{\\rtf1\\ansi", "rtf"),
        ("a.warc", b"WARC/1.0\r\n", "warc"),
        ("a.txt", b'{"title": "x", "text": "y"}\n{"title": "z", "text": "y"}\n', "jsonl"),
        ("a.json", b'{"title": "x"}\n{"title": "z"}\n', "jsonl"),
        ("a.json", b'{\n"title": "x"}\n', "json"),
        ("a.jsonl", b'[\n{"title": "x"},\n{"title": "y"}\n]', "json"),
        ("a.jsonl", b'{"broken\n{"title": "y"}\n', "jsonl"),
        ("a.jsonl", b'["a", "b"]\n', "jsonl"),
        ("a.txt", b"[Photo] The mayor speaks.", "text"),
        ("a.txt", b"From ann@post.example Fri May  3 10:15:00 2024\nFrom: ann@post.example\n", "mbox"),
        ("a.txt", b"From the river, the mill looks empty.\nIt is.", "text"),
        ("a", b"Received: from a\nFrom: a@b.example\nSubject: x\n\ntext", "eml"),
        ("a.txt", b"Mill closes\nSubject: mills\n", "text"),
        ("a.txt", b"---\ntitle: Mill closes\n---\n", "markdown"),
        ("a.md", b"<div>Mill</div>\n# Mill closes", "markdown"),
        ("a.csv", b"title,text\n", "csv"),
        ("a.log", b"Mill closes\n", "text"),
        ("README", b"Mill closes\n", "text"),
        ("2024.05.03 mill", b"Mill closes\n", "text"),
        ("a.css", b"p { color: red }", ""),
        ("a.txt", b"SQLite format 3\0", "a database (SQLite)"),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"), "a Word file of before 2007 (DOC)"),
        ("a.bin", b"\1\2\0\3", "no text (it holds NUL bytes)"),
        ("a.txt", "\ufeff<rss version='2.0'>".encode("utf-16"), "feed"),
    ],
)
def test_a_document_is_what_it_holds(name: str, content: bytes, wanted: str) -> None:
    """A wrong suffix does not matter; a name decides where the bytes say no more than text."""
    assert kind(Document(name, name, lambda: io.BytesIO(content))) == wanted


def test_office_files_are_told_from_zips() -> None:
    """By their members."""
    for wanted, members in (
        ("docx", {"[Content_Types].xml": "", "word/document.xml": ""}),
        ("a spreadsheet (XLSX)", {"[Content_Types].xml": "", "xl/workbook.xml": ""}),
        ("odt", {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "", "styles.xml": ""}),
        ("epub", {"mimetype": "application/epub+zip", "META-INF/container.xml": ""}),
        ("zip", {"word.txt": ""}),
    ):
        content = zipped(**members)
        assert kind(Document("a", "a", lambda content=content: io.BytesIO(content))) == wanted  # type: ignore[misc]
