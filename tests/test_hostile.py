"""Files made to stop us: each is named or read within its time and memory, and the good ones beside them are read.

These are the fast ones. A million articles, 500 MB of line ends and the like were tried by hand: see tests/studies/LOG.md.
"""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import tarfile
import time
from pathlib import Path

from tests.test_containers import MILL, zipped
from vectorstore.articles import apart
from vectorstore.types import Article, Rejected

DEEP = 100_000
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
LAUGHS = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(10)
)


def document(body: str, before: str = "") -> bytes:
    """A Word file."""
    text = f'{before}<w:document xmlns:w="{WORD}"><w:body><w:p><w:r><w:t>{body}</w:t></w:r></w:p></w:body></w:document>'
    return zipped(**{"[Content_Types].xml": "<Types/>", "word/document.xml": text})


def links() -> bytes:
    """A tar file with a link, a device and a name that climbs."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        for name, sort in (("../../a.txt", tarfile.REGTYPE), ("link.txt", tarfile.SYMTYPE), ("device", tarfile.CHRTYPE)):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = sort, "/etc/passwd"
            archive.addfile(info)
    return held.getvalue()


def feed(text: str, before: str = "") -> str:
    return f'{before}<rss version="2.0"><channel><item><title>A</title><description>{text}</description></item></channel></rss>'


TEXT = MILL.replace("\n", " ")
BOMB = zipped(**{f"{n}.txt": "a" * 5_000_000 for n in range(4)})
# What is wrong with each is in its name; the words are of what is said of it, none where it gives an article.
FILES: dict[str, tuple[bytes | str, str]] = {
    "newlines.jsonl.gz": (gzip.compress(b"\n" * 60_000_000, 1), "times its size|hold no article"),
    "lists.jsonl.gz": (gzip.compress(b"[]\n" * 10_000_000, 1), "times its size|none of its lines"),
    "letters.txt.bz2": (bz2.compress(b"a" * 50_000_000), "more than 10,000,000 bytes|times its size"),
    "words.html.xz": (lzma.compress(b"<p>word " * 5_000_000, preset=0), "more than 10,000,000 bytes|times its size"),
    "bomb.zip": (zipped(**{f"{n}.zip": BOMB for n in range(8)}), "times its size"),
    "links.tar": (links(), "leads out|a link"),
    "word.docx": (document("word " * 12_000_000), "swells"),
    "laughs.docx": (document("&k;", LAUGHS + "]>"), "entities"),
    "laughs.nitf": (f"{LAUGHS}]><nitf><body><body.content><p>&k;</p></body.content></body></nitf>", "entities"),
    "laughs.xml": (feed("&k;", LAUGHS + "]>"), ""),
    "file.xml": (feed("The mill &x; shuts.", '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'), ""),
    "deep.json": ("[" * DEEP + "]" * DEEP, "nested too deeply"),
    "deeper.json": ('{"a":' * DEEP + "1" + "}" * DEEP, "nested too deeply"),
    "deep.jsonl": ('{"text": ' + "[" * DEEP + "]" * DEEP + "}\n" + json.dumps({"text": MILL}), ""),
    "deep.html": ("<html><body>" + "<div>" * DEEP + MILL * 5 + "</div>" * DEEP, ""),
    "deep.md": ("---\na: " + "[" * 40_000 + "]" * 40_000 + f"\n---\n{MILL}", ""),
    "deep.rtf": ("{\\rtf1" + "{" * DEEP + "x" + "}" * DEEP + "}", "groups in one another"),
    "quotes.md": (">" * DEEP + f" deep\n\n{MILL}", ""),
    "long.txt": ("word " * 20_000_000, "more than 10,000,000 bytes"),
    "nul.txt": (MILL + "\0\0", "NUL"),
    "surrogate.jsonl": ('{"title": "\\udfff", "text": "The mill \\ud83d shuts."}', ""),
    "script.jsonl": (json.dumps({"title": "A", "url": "javascript:alert(1)", "text": MILL}), ""),
    "script.xml": (feed(MILL).replace("<title>", "<link>javascript:alert(1)</link><title>"), ""),
    "formula.csv": (f"title,text,author\n=cmd|' /C calc'!A0,{TEXT},=1+1\n", ""),
    "aliases.md": (
        "---\na: &a [x,x,x,x,x,x,x,x,x]\n"
        + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [{','.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(9))
        + f"title: *j\n---\n{MILL}",
        "",
    ),
    "loop.pdf": (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[2 0 R]/Count 1>>endobj\ntrailer<</Root 1 0 R>>",
        "no text|damaged",
    ),
}


def test_no_file_stops_the_others(tmp_path: Path) -> None:
    """Each is read or named in words for what is wrong with it, none for longer than its time, and the last file is read."""
    for name, (content, _) in FILES.items():
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    (tmp_path / "zz.txt").write_text(MILL)
    begun = time.monotonic()
    items = list(apart.read([tmp_path]))
    assert time.monotonic() - begun < 120
    articles = [item for item in items if isinstance(item, Article)]
    rejected = [item for item in items if isinstance(item, Rejected)]
    for name, (_, words) in FILES.items():
        said = " ".join(item.reason for item in rejected if Path(item.where.partition(": ")[0]).name.startswith(name))
        read = [item for item in articles if item.id.startswith(f"{tmp_path.name}/{name}")]
        assert any(word in said for word in words.split("|")) if words else read, f"{name}: {said}"
        assert not any(item.url or "root:" in item.text for item in read)
    assert articles[-1].title == "Mill closes"


def test_a_spent_archive_is_named_once(tmp_path: Path) -> None:
    """Not once for each of the files in it that are not read any more."""
    (tmp_path / "bomb.zip").write_bytes(zipped(**{f"{n}.zip": BOMB for n in range(60)}))
    assert len([item for item in apart.read([tmp_path]) if "times its size" in getattr(item, "reason", "")]) == 1
