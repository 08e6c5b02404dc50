"""7z archives: read as zip files are, with the same bounds, where their library is installed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.test_containers import LINE, MILL, found
from vectorstore.articles import sevenzip

py7zr = pytest.importorskip("py7zr", reason="the extra [7z] is not installed: pip install --constraint constraints.txt '.[7z]'")


def packed(file: Path, members: dict[str, str], **how: Any) -> Path:
    with py7zr.SevenZipFile(file, "w", **how) as archive:
        for name, content in members.items():
            archive.writestr(content, name)
    return file


def test_every_file_in_it_is_read_and_links_are_not(tmp_path: Path) -> None:
    """A member is named by the archive and its place in it; what is no file, hidden or no article is left out, or named."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "link.txt").symlink_to("/etc/hostname")
    file = tmp_path / "a.7z"
    with py7zr.SevenZipFile(file, "w") as archive:
        archive.writeall(tmp_path / "in", "in")
        for name, content in {"news/a.txt": MILL, "b.jsonl": f"{LINE}\n" * 2, ".hidden.txt": MILL, "c.json": "{}"}.items():
            archive.writestr(content, name)
    articles, rejected = found(file)
    assert articles == {"a.7z/news/a.txt": "Mill closes", "ferry": "Ferry sails"}
    assert [where.removeprefix(str(file)) for where in rejected] == [": in/link.txt", ": c.json:1"]
    assert "a link" in rejected[f"{file}: in/link.txt"]


def test_what_is_encrypted_damaged_or_endless_is_named(tmp_path: Path) -> None:
    """In one line each; what was read before it stays, and a bomb is left before it has swollen."""
    for name, how in (("content", {}), ("names", {"header_encryption": True})):
        file = packed(tmp_path / f"{name}.7z", {"a.txt": MILL}, password="secret", **how)
        assert "it is encrypted; unpack it with its password" in found(file)[1][str(file)]
    whole = packed(tmp_path / "whole.7z", {"a.txt": MILL * 50}).read_bytes()
    for at in (10, 40, len(whole) // 2, len(whole) - 10):
        (tmp_path / "cut.7z").write_bytes(whole[:at])
        (tmp_path / "hole.7z").write_bytes(whole[:at] + bytes(8) + whole[at + 8 :])
        for file in (tmp_path / "cut.7z", tmp_path / "hole.7z"):
            articles, rejected = found(file)
            assert not articles or articles == {"hole.7z/a.txt": "Mill closes"}
            assert articles or "damaged" in rejected[str(file)]
    bomb = packed(tmp_path / "bomb.7z", {"a.txt": MILL, "b.txt": "x" * 20_000_000})
    articles, rejected = found(bomb)
    assert list(articles) == ["bomb.7z/a.txt"]
    assert "times its size, as news never" in rejected[str(bomb)]


def test_a_large_file_in_it_can_be_read_back_and_forth(tmp_path: Path) -> None:
    """Whatever does not fit into memory lies in a temporary file; who stops early is not waited for."""
    path = packed(tmp_path / "a.7z", {"a.txt": "0123456789" * 3_300_000, "b.txt": MILL})
    with path.open("rb") as file, sevenzip.opened(file, 1_000_000_000) as archive:
        items: Iterator[Any] = archive.unpacked([member.name for member in archive.members()], lambda count: None)
        name, opened = next(items)
        with opened() as one, opened() as other:
            assert (name, one.read(12), other.seek(32_999_998), other.read()) == ("a.txt", b"012345678901", 32_999_998, b"89")
            assert one.read(2) == b"23"
        items.close()


def test_without_its_library_one_line_names_it(tmp_path: Path) -> None:
    """It is an extra."""
    file = packed(tmp_path / "a.7z", {"a.txt": MILL})
    code = "import sys; sys.modules['py7zr'] = None\nfrom vectorstore.articles import read\n"
    code += "print(*[one.reason for one in read(sys.argv[1:])])"
    said = subprocess.run([sys.executable, "-c", code, str(file)], capture_output=True, text=True, check=True).stdout
    assert said.count("\n") == 1
    assert "unpack it and give what is in it, or pip install --constraint constraints.txt 'onrecord[7z]'" in said
