"""An index grows and shrinks in place: words first, vectors in segments, and whatever stopped a build, it goes on."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from qa.assistant import Assistant
from qa.settings import Settings
from tests.test_generations import ROOT, build, collection, live, top
from ui.render import answer_html
from vectorstore import generations
from vectorstore.archive import Archive
from vectorstore.doubles import WordHashEncoder
from vectorstore.encoded import Encoded
from vectorstore.encoders import Counted, Vectors
from vectorstore.errors import EmbedderUnavailable, NoIndex, StoreError, UsageError
from vectorstore.rebuild import rebuild
from vectorstore.search import Index
from vectorstore.segments import Segments
from vectorstore.store import VectorStore
from vectorstore.types import Filters


class Failing(WordHashEncoder):
    """An encoder that gives up after so many texts."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self.after = after

    def encode_documents(self, texts: Sequence[str], progress: Counted | None = None) -> Vectors:
        if self.encoded + len(texts) > self.after:
            raise EmbedderUnavailable("The embedder is out of order: try again.")
        return super().encode_documents(texts, progress)


class Silent(WordHashEncoder):
    """An encoder that must not be asked."""

    def encode_query(self, text: str) -> Vectors:
        raise EmbedderUnavailable("no question needs the encoder")


def rows(index: Path) -> dict[str, list[int]]:
    """Each article's passage numbers in the live generation."""
    archive = Archive(live(index) / "articles.sqlite")
    numbers = sorted(archive.numbers())
    found: dict[str, list[int]] = {}
    for number, one in archive.passages(numbers).items():
        found.setdefault(one.passage.article_id, []).append(number)
    archive.close()
    return found


def edit(source: Path, change: dict[str, str | None]) -> None:
    """Gives articles of the collection another text, or takes them out."""
    file = source / "articles.jsonl"
    records = [json.loads(line) for line in file.read_text().splitlines()]
    kept = [record | {"text": change.get(record["id"]) or record["text"]} for record in records]
    file.write_text("\n".join(json.dumps(record) for record in kept if change.get(record["id"], "") is not None))


# ------------------------------------------------------------------ what changes, and what stays


def test_only_what_changed_changes(tmp_path: Path) -> None:
    """A changed article gets new passages, a gone one leaves, all others keep their numbers; no number is given twice."""
    source, index = collection(tmp_path / "in", articles=40), tmp_path / "index"
    build(source, index)
    before = rows(index)
    edit(source, {"mill-3": "The weir at Oster broke.", "mill-5": None})
    report = build(source, index)
    assert (report.articles, report.encoded, report.reused, report.removed) == (39, 1, 38, 1)
    after = rows(index)
    assert {name: numbers for name, numbers in after.items() if name != "mill-3"} == {
        name: numbers for name, numbers in before.items() if name not in ("mill-3", "mill-5")
    }
    assert after["mill-3"] == [40]
    assert top(index, "weir at Oster") == "The mill 3"
    with Index.open(index, encoder=WordHashEncoder(), rerank=False) as opened:
        assert opened.article("mill-5") is None
        hits = opened.search("The mill number 5 closed", k=40)
        assert "mill-5" not in {hit.article.id for hit in hits}
        assert "mill-3" not in {hit.article.id for hit in hits if "closed" in hit.passage.text}
        assert opened.summary().segments == 2
    edit(source, {"mill-3": None})
    build(source, index)
    edit(source, {"mill-7": "The weir at Oster holds."})
    build(source, index)
    assert rows(index)["mill-7"] == [41]


def test_a_changed_record_keeps_the_vectors_of_its_text(tmp_path: Path) -> None:
    """Another date is another article for filters; nothing is encoded for it."""
    source, index = collection(tmp_path / "in"), tmp_path / "index"
    build(source, index)
    file = source / "articles.jsonl"
    first, *others = file.read_text().splitlines()
    file.write_text("\n".join([json.dumps(json.loads(first) | {"published": "2026-03-01"}), *others]))
    report = build(source, index)
    assert (report.encoded, report.reused) == (0, 30)
    with Index.open(index, encoder=WordHashEncoder(), rerank=False) as opened:
        hits = opened.search("mill", Filters(since="2026-01-01"))  # type: ignore[arg-type] # as a user may write it
        assert [hit.article.id for hit in hits] == ["mill-0"]


def test_many_small_changes_stay_few_segments(tmp_path: Path) -> None:
    """Small segments are merged, dead vectors leave with them, and what is found is what a new index would find."""
    source, index, encoder = collection(tmp_path / "in", articles=20), tmp_path / "index", WordHashEncoder()
    for n in range(9):
        edit(source, {f"mill-{n}": f"The mill of the year {n} has a weir."})
        rebuild([source], index, encoder=encoder)
    assert encoder.encoded == 20 + 8
    checked = generations.check(live(index), every_byte=True)
    assert len(checked.segments) < 8
    assert len(checked.dead) < 20
    fresh = tmp_path / "fresh"
    build(source, fresh)
    with (
        Index.open(index, encoder=encoder, rerank=False) as grown,
        Index.open(fresh, encoder=encoder, rerank=False) as new,
    ):
        for question in ("mill year weir", "Which mill closed?", "mill 17"):
            found = [{hit.article.id: hit.passage.text for hit in opened.apart(question)[1]} for opened in (grown, new)]
            assert found[0] == found[1]


def test_segments_of_which_some_is_gone_find_what_exact_search_finds(tmp_path: Path) -> None:
    """However many of the nearest are gone: the n nearest of the others come back."""
    from vectorstore import segments

    drawn = np.random.default_rng(1).normal(size=(900, 16)).astype(np.float32)
    vectors = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    parts = [
        segments.write(tmp_path / str(start), "f", range(start, start + 300), vectors[start : start + 300])
        for start in (0, 300, 600)
    ]
    question = vectors[5]
    order = np.argsort(-(vectors @ question))
    for gone in ([], order[:120], order[::2]):
        store = Segments(parts, np.sort(np.asarray(gone, np.int64)))
        best = [int(n) for n in order if n not in set(gone)][:25]
        assert [number for number, _ in store.nearest(question, 25)] == best
        assert sorted(store.vectors([3, 400, 899, 900])) == [3, 400, 899]
        assert store.vectors([]) == {}
        store.close()


def test_within_filters_is_found_what_exact_search_finds(tmp_path: Path) -> None:
    """However few or many may be found, near the question or far from it, of whole segments and of such as some is gone from."""
    from vectorstore import segments

    chance = np.random.default_rng(2)
    drawn = chance.normal(size=(9_000, 16)).astype(np.float32)
    vectors = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    parts = [
        segments.write(tmp_path / str(start), "f", range(start, start + 4_500), vectors[start : start + 4_500])
        for start in (0, 4_500)
    ]
    (tmp_path / "4500" / "vectors.npy").rename(tmp_path / "elsewhere")  # as in an index that was made before
    question, gone = vectors[5], np.arange(100, 1_000)
    near = np.argsort(-(vectors @ question))
    masks = [chance.random(9_000) < share for share in (0.0, 0.001, 0.1, 0.4, 0.9, 1.0)]
    masks += [np.isin(np.arange(9_000), near[4_000:]), np.isin(np.arange(9_000), near[:30])]
    for dead in (segments.NONE, gone):
        store = Segments(parts, dead)
        for mask in masks:
            best = [int(n) for n in near if mask[n] and n not in dead][:25]
            found = store.nearest(question, 25, mask)
            assert len(set(best) & {number for number, _ in found}) >= 0.96 * len(best) == 0.96 * len(found)
            assert np.allclose([cosine for _, cosine in found], vectors[[number for number, _ in found]] @ question, atol=1e-5)
        store.close()


def test_filters_admit_what_the_records_say(tmp_path: Path) -> None:
    """Outlets in any case and days with both ends, alone and with what operators leave; what has no date is in no range."""
    post, day = "The Harbour Post", "2024-03-02"
    told = [("CNN.com", "2024-03-01"), ("cnn.com", day), (post, day), (post, None)]
    rows = [
        {"id": f"{n}", "title": f"Mill {n}", "text": f"The mill number {n} closed.", "source": outlet, "published": when}
        for n, (outlet, when) in enumerate(told)
    ]
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "articles.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    build(tmp_path / "in", tmp_path / "index")
    edit(tmp_path / "in", {"0": "The mill closed for ever.", "1": None})
    build(tmp_path / "in", tmp_path / "index")
    wanted = {
        Filters(("CNN.COM",)): {"0"},
        Filters(since=date(2024, 3, 2)): {"2"},
        Filters(until=date(2024, 3, 2)): {"0", "2"},
        Filters(("the harbour post",)): {"2", "3"},
        Filters(("the harbour post",), until=date(2024, 3, 1)): set(),
        Filters(("nobody",)): set(),
        Filters(): {"0", "2", "3"},
    }
    with Index.open(tmp_path / "index", encoder=WordHashEncoder(), rerank=False) as opened:
        for filters, ids in wanted.items():
            assert {hit.article.id for hit in opened.apart("mill closed", filters)[1]} == ids
        assert [hit.article.id for hit in opened.retrieve('mill closed before:2024-03-03 "for ever"').hits] == ["0"]
        assert [hit.article.id for hit in opened.retrieve("mill number -ever", Filters(since=date(2024, 3, 1))).hits] == ["2"]


# ------------------------------------------------------------------ words first, and going on


def test_words_are_searchable_before_their_vectors(tmp_path: Path) -> None:
    """An encoder that fails leaves an index that answers by words, without an encoder, and says that it has no vectors."""
    source, index = collection(tmp_path / "in", articles=700), tmp_path / "index"
    with pytest.raises(EmbedderUnavailable, match="out of order"):
        rebuild([source], index, encoder=Failing(after=300))
    with Index.open(index, encoder=Silent(), rerank=False) as opened:
        assert opened.search("mill 7", k=1)[0].article.title == "The mill 7"
        assert (opened.summary().vectors, opened.summary().articles, opened.summary().segments) == (0.0, 700, 0)
        report = build(source, index)
        assert (report.encoded, report.reused) == (700 - 256, 256)
        assert opened.summary().vectors == 0.0  # its encoder is not asked; the new one needs it
    assert top(index, "mill 7") == "The mill 7"
    assert not list((index / "encoded").iterdir())


def test_an_index_with_a_part_of_its_vectors_answers(tmp_path: Path) -> None:
    """New articles are found by their words while their vectors are missing, the old ones by both."""
    source, index = collection(tmp_path / "in", articles=40), tmp_path / "index"
    build(source, index)
    collection(tmp_path / "in2", "ferry", 400)
    with pytest.raises(EmbedderUnavailable, match="out of order"):
        rebuild([source, tmp_path / "in2"], index, encoder=Failing(after=10))
    with Index.open(index, encoder=WordHashEncoder(), rerank=False) as opened:
        assert opened.summary().vectors == pytest.approx(40 / 440)
        assert opened.search("ferry 7", k=1)[0].article.title == "The ferry 7"
        assert opened.search("mill 7", k=1)[0].article.title == "The mill 7"
        assert opened.search("", k=1) == []
        assert opened.search("Who is who?", k=1)  # no word to search for: by meaning
        answer = Assistant(opened, Settings(index=index)).ask("When did the mill 7 close?")
        shown = answer.as_dict()
        assert shown["vectors"] == pytest.approx(40 / 440)
        assert datetime.fromisoformat(shown["refreshed"]).date() == datetime.now(UTC).date()
        assert "vectors 9 %" in answer_html(answer, 1)


_CHILD = """
import sys, time
from vectorstore.doubles import WordHashEncoder
from vectorstore.rebuild import rebuild
class Slow(WordHashEncoder):
    def encode_documents(self, texts, progress=None):
        time.sleep(0.3)
        return super().encode_documents(texts, progress)
rebuild([sys.argv[1]], sys.argv[2], encoder=Slow())
"""


def test_a_killed_build_keeps_what_it_has_encoded(tmp_path: Path) -> None:
    """kill -9 in the midst of encoding: the next build encodes only the rest."""
    source, index = collection(tmp_path / "in", articles=1_500), tmp_path / "index"
    child = subprocess.Popen([sys.executable, "-c", _CHILD, str(source), str(index)], cwd=ROOT)
    deadline = time.monotonic() + 60
    while not any(file.stat().st_size > 500 * 1044 for file in (index / "encoded").glob("*")):
        assert child.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    assert top(index, "mill 7") == "The mill 7"
    report = build(source, index)
    assert report.encoded <= 1_000
    assert report.encoded + report.reused == 1_500
    with Index.open(index, encoder=WordHashEncoder(), rerank=False) as opened:
        assert opened.summary().vectors == 1.0


def test_a_torn_or_garbled_record_is_encoded_anew(tmp_path: Path) -> None:
    """What a crash cut off, or a disk garbled, ends the file; what stands before it is kept, bit for bit."""
    vectors = np.random.default_rng(0).normal(size=(5, 8)).astype(np.float32)
    digests = [bytes([n] * 15) + b"\0" for n in range(5)]
    with Encoded(tmp_path, "f", 8) as kept:
        kept.add(digests, vectors)
        assert np.array_equal(kept.vectors(digests[::-1]), vectors[::-1])
        size = kept.file.stat().st_size
    with kept.file.open("ab") as opened:
        opened.write(b"half a record")
    with Encoded(tmp_path, "f", 8) as again:
        assert [digest in again for digest in digests] == [True] * 5
        assert again.file.stat().st_size == size
        assert np.array_equal(again.vectors(digests), vectors)
    raw = bytearray(kept.file.read_bytes())
    raw[3 * size // 5 + 20] ^= 255
    kept.file.write_bytes(raw)
    with Encoded(tmp_path, "f", 8) as again:
        assert [digest in again for digest in digests] == [True] * 3 + [False] * 2
        assert again.taken_up(digests[0])
        again.clear()
    assert not kept.file.exists()


def test_an_index_for_another_embedder_is_made_without_the_sources(tmp_path: Path) -> None:
    """The articles come from the other index, whose sources may be gone; it stays as it was. It may be the same index.

    Earlier versions, duplicates and what could not be read come along, and so does what fields are called.
    """
    source, index = collection(tmp_path / "in"), tmp_path / "index"
    early = {
        "id": "tug",
        "kop": "The tug",
        "text": "A tug sank off Hollin.",
        "date": "2026-03-01",
        "url": "https://a.example/tug",
    }
    rows = [early, early, early | {"text": "A tug nearly sank off Hollin.", "date": "2026-03-02"}]
    (source / "tug.jsonl").write_text("\n".join([*map(json.dumps, rows), "{cut off"]), encoding="utf-8")
    first = rebuild([source], index, encoder=WordHashEncoder(), mapping={"kop": "title"})
    kept = ("articles", "passages", "superseded", "duplicates", "rejected")
    assert (first.articles, first.superseded, first.duplicates, len(first.rejected)) == (31, 1, 1, 1)
    shutil.rmtree(source)
    other = WordHashEncoder(64)
    with pytest.raises(NoIndex, match="to take articles from: give the folder of one"):
        rebuild([], tmp_path / "other", encoder=other, from_index=tmp_path / "nowhere")
    report = rebuild([], tmp_path / "other", encoder=other, from_index=index)
    assert report.encoded == 31
    assert [getattr(report, name) for name in kept] == [getattr(first, name) for name in kept]
    with Index.open(tmp_path / "other", encoder=other, rerank=False) as opened:
        assert opened.search("mill 7", k=1)[0].article.title == "The mill 7"
        assert [(one.title, one.text) for one in opened.versions("tug")] == [("The tug", "A tug sank off Hollin.")]
    assert top(index, "mill 7") == "The mill 7"
    report = rebuild([], index, encoder=other, from_index=index)
    assert (report.encoded, report.removed) == (31, 0)
    assert [getattr(report, name) for name in kept] == [getattr(first, name) for name in kept]
    with Index.open(index, encoder=other, rerank=False) as opened:
        assert opened.search("mill 7", k=1)[0].article.title == "The mill 7"


# ------------------------------------------------------------------ disks


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 6 MB of its own, where this user may mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = shutil.which("mount")
    if not mount or subprocess.run([mount, "-t", "tmpfs", "-o", "size=6m", "none", str(disk)], check=False).returncode:
        pytest.skip("no small disk can be mounted here: the full disk is not tried")
    yield disk
    with contextlib.suppress(OSError):
        subprocess.run([str(shutil.which("umount")), "-l", str(disk)], check=False)


def test_a_full_disk(small_disk: Path, tmp_path: Path) -> None:
    """A rebuild says that the disk is full and leaves an index that answers, on the full disk too; with room again, it works."""
    index = small_disk / "index"
    source = collection(tmp_path / "in")
    build(source, index)
    filler = small_disk / "filler"
    big = collection(tmp_path / "big", "ferry", 3_000)
    for left in (0, 100_000, 800_000, 2_000_000):
        free = shutil.disk_usage(small_disk).free
        with filler.open("wb") as opened, contextlib.suppress(OSError):
            opened.write(bytes(max(0, free - left)))
        with pytest.raises(StoreError, match=r"The disk of .* is full: make room"):
            build(big, index)
        assert top(index, "number 7 closed") in ("The mill 7", "The ferry 7")  # its words may be published already
        filler.unlink()
    collection(tmp_path / "in", articles=33)
    assert build(source, index).articles == 33


def test_chroma_gives_up_on_a_full_disk(small_disk: Path) -> None:
    """Chroma says that it failed to apply logs; what is said is that the disk has no room."""
    many = np.random.default_rng(1).random((12_000, 64), np.float32)
    with pytest.raises(OSError, match="No space left on device"):
        VectorStore.write(small_disk / "chroma", range(len(many)), many)


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that everybody may look into: pytest's, and TMPDIR, may be for their owner alone."""
    shared = Path("/var/tmp")
    if not shared.is_dir() or not shared.stat().st_mode & stat.S_IXOTH:
        pytest.skip("there is no temporary folder for everybody: reading without the right to write is not tried")
    with tempfile.TemporaryDirectory(dir=shared) as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can stop being root")
def test_a_folder_that_may_only_be_read(public: Path) -> None:
    """Who may only read the index can ask it and not rebuild it; who may not even read it is told so, not to rebuild."""
    index, source = public / "index", collection(public / "in")
    build(source, index)
    code = (
        "import os, sys\n"
        "from tests.test_generations import build, top\n"
        "from pathlib import Path\n"
        "from vectorstore.errors import StoreError\n"
        "top(Path(sys.argv[1]), 'mill 7')\n"  # what is imported late may be where nobody else may read
        "import filelock\n"
        "os.setgid(65534); os.setuid(65534)\n"
        "try:\n"
        "    print(top(Path(sys.argv[1]), 'mill 7'))\n"
        "    build(Path(sys.argv[2]), Path(sys.argv[1]))\n"
        "except StoreError as error:\n"
        "    print(error)\n"
    )

    def asked(index: Path) -> list[str]:
        command = [sys.executable, "-c", code, str(index), str(source)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert not done.returncode, done.stderr
        return done.stdout.splitlines()

    for entry in public.rglob("*"):
        entry.chmod(0o755 if entry.is_dir() else 0o644)
    answer, refused = asked(index)
    assert answer == "The mill 7"
    assert "cannot be written (Permission denied): choose another folder with --index" in refused
    secret = public / "secret"
    shutil.copytree(index, secret)
    (secret / "segments").chmod(0o700)
    (said,) = asked(secret)
    assert "may not be read (Permission denied): give yourself the right to read" in said
    assert "rebuild" not in said


def test_usage() -> None:
    """What is no text and no day that can be counted from is named."""
    with pytest.raises(UsageError, match=r"The outlet '\\udcff' is no text"):
        Filters(sources=("\udcff",))
    with pytest.raises(UsageError, match="pass a day of the years 1000 to 9000"):
        Filters(since="0001-01-01")  # type: ignore[arg-type] # as a user may write it
