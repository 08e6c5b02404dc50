"""The index on the disk: a rebuild is whole or nothing, damage is named, and what was live still answers."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from tests.open_files import held
from vectorstore import generations, sealed
from vectorstore.doubles import WordHashEncoder
from vectorstore.encoders import Vectors
from vectorstore.errors import (
    EmbedderUnavailable,
    IndexClosed,
    IndexDamaged,
    IndexIncompatible,
    IndexLocked,
    NoIndex,
    NotAllRead,
    NothingToIndex,
)
from vectorstore.keeping import keeping
from vectorstore.rebuild import Report, rebuild
from vectorstore.search import Index
from vectorstore.types import Article
from vectorstore.verify import Prober

ROOT = Path(__file__).resolve().parents[1]


def collection(folder: Path, words: str = "mill", articles: int = 30) -> Path:
    """A folder of small articles about `words`, each with some other words of its own."""
    folder.mkdir(exist_ok=True)
    chance = random.Random(words)
    stock = [f"{start}{end}" for start in "bdfgklmnprst" for end in ("arden", "ellow", "intry", "oster", "undle")]
    lines = (
        json.dumps(
            {
                "id": f"{words}-{n}",
                "title": f"The {words} {n}",
                "source": "cnn.com",
                "text": f"The {words} number {n} closed. {' '.join(chance.choices(stock, k=12))}.",
            }
        )
        for n in range(articles)
    )
    (folder / "articles.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder


def build(source: Path, index: Path) -> Report:
    return rebuild([source], index, encoder=WordHashEncoder())


def top(index: Path, question: str) -> str:
    with Index.open(index, encoder=WordHashEncoder(), rerank=False) as opened:
        return opened.search(question, k=1)[0].article.title


def live(index: Path) -> Path:
    return generations.folder(index, generations.live(index))


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of 300 articles; tests copy it."""
    folder = tmp_path_factory.mktemp("sound")
    build(collection(folder / "in", articles=300), folder / "index")
    return folder / "index"


# ------------------------------------------------------------------ rebuilding


def test_a_second_rebuild_encodes_only_what_is_new(tmp_path: Path) -> None:
    """Unchanged passages keep their vectors, equal texts are encoded once, and no paths means the same paths again."""
    source, index = collection(tmp_path / "in"), tmp_path / "index"
    record = json.loads((source / "articles.jsonl").read_text().splitlines()[0])
    (source / "copy.jsonl").write_text(json.dumps(record | {"id": "copy", "source": "other.example"}))
    first = build(source, index)
    assert (first.articles, first.passages, first.encoded, first.reused) == (31, 31, 30, 0)
    collection(source, articles=33)
    encoder = WordHashEncoder()
    second = rebuild([], index, encoder=encoder)
    assert (second.articles, second.encoded, second.reused, encoder.encoded) == (34, 3, 31, 3)
    third = rebuild([], index, encoder=encoder)
    assert (third.encoded, third.reused) == (0, 34)
    assert third.generation == generations.live(index)


def test_a_rebuild_reports_its_progress(tmp_path: Path) -> None:
    """The last call says that all distinct passages have their vector."""
    calls: list[tuple[str, int, int]] = []
    rebuild([collection(tmp_path / "in")], tmp_path / "i", encoder=WordHashEncoder(), progress=lambda *call: calls.append(call))
    assert calls[-1] == ("passages", 30, 30)
    assert ("articles", 30, 0) in calls


def test_duplicates(tmp_path: Path) -> None:
    """The same article twice is indexed once, and of two texts of one article the later answers; both are counted."""
    source = tmp_path / "in.jsonl"
    lines = [
        '{"id": "a", "text": "One."}',
        '{"id": "a", "text": "One."}',
        '{"id": "a", "text": "Two."}',
        '{"id": "b", "text": "One."}',
    ]
    source.write_text("\n".join(lines))
    report = build(source, tmp_path / "index")
    assert (report.articles, report.duplicates, report.superseded, report.rejected) == (2, 1, 1, ())
    assert sorted(Index.open(tmp_path / "index", encoder=WordHashEncoder(), rerank=False).texts()) == ["One.", "Two."]


def test_articles_from_python(tmp_path: Path) -> None:
    """Articles, and dicts as a JSON file would hold them, under names of one's own too; what is none is reported."""
    given = [
        Article("a", "The mill in Saltmere shuts in May."),
        {"headline": "Bakery opens", "story": "A bakery opens on Ferry Street."},
        {"headline": "Nothing"},
    ]
    report = rebuild(index_dir=tmp_path / "index", articles=iter(given), mapping={"story": "text"}, encoder=WordHashEncoder())  # type: ignore[arg-type] # wrong on purpose
    assert (report.articles, len(report.rejected)) == (2, 1)
    with pytest.raises(NothingToIndex, match="made from standard input or from Python: give its articles again"):
        rebuild([], tmp_path / "index", encoder=WordHashEncoder())
    kept = [json.loads(line) for line in (tmp_path / "index" / "rejected.jsonl").read_text().splitlines()]
    assert kept == [{"where": one.where, "reason": one.reason} for one in report.rejected]


def test_a_strict_rebuild_changes_nothing(tmp_path: Path) -> None:
    """Where something cannot be read, the index that was there stays."""
    source, index = collection(tmp_path / "in"), tmp_path / "index"
    build(source, index)
    before = generations.live(index)
    (source / "bad.json").write_text("{")
    with pytest.raises(NotAllRead, match=r"nothing was indexed.*bad.json"):
        rebuild([source], index, encoder=WordHashEncoder(), strict=True)
    assert generations.live(index) == before
    assert rebuild([source], index, encoder=WordHashEncoder()).rejected


def test_files_that_did_not_change_are_not_read_again(tmp_path: Path) -> None:
    """One changed file among others: its articles are new, what was wrong with the others is said again."""
    source, index = collection(tmp_path / "in"), tmp_path / "index"
    (source / "bad.json").write_text("{")
    (source / "mill.txt").write_text("Mill closes\n\nIt shuts in May.\n")
    first = build(source, index)
    os.utime(source / "articles.jsonl", ns=(1, 1))
    touched = rebuild([], index, encoder=WordHashEncoder())
    (source / "mill.txt").write_text("Mill closes\n\nIt shuts in June.\n")
    changed = rebuild([], index, encoder=WordHashEncoder())
    assert (touched.encoded, changed.encoded, changed.superseded, changed.removed) == (0, 1, 1, 0)
    assert first.rejected == touched.rejected == changed.rejected
    assert first.rejected


@pytest.mark.parametrize("passages", [1, 2, 3])
def test_a_small_index_can_be_opened_again(tmp_path: Path, passages: int) -> None:
    """Even with one passage, opening the index leaves its files as they were."""
    build(collection(tmp_path / "in", articles=passages), tmp_path / "index")
    for _ in range(3):
        assert "mill" in top(tmp_path / "index", "Which mill closed?")


def test_an_index_inside_the_collection_is_no_part_of_it(tmp_path: Path) -> None:
    """`onrecord rebuild .` puts the index into the folder that it reads: it is never taken for articles."""
    source = collection(tmp_path / "news", articles=5)
    for _ in range(2):
        report = build(source, source / "onrecord-index")
        assert (report.articles, report.rejected) == (5, ())
    with pytest.raises(NothingToIndex, match="this folder is an index; give the articles"):
        build(source / "onrecord-index", tmp_path / "other")


def test_nothing_to_index_leaves_the_live_index(tmp_path: Path) -> None:
    """A folder without a readable article raises, names why, and the index that was live still answers."""
    index, empty = tmp_path / "index", tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(NothingToIndex, match=r"No article could be read from .*empty.*no file to read"):
        build(empty, index)
    build(collection(tmp_path / "in"), index)
    before = generations.live(index)
    with pytest.raises(NothingToIndex, match="no such file"):
        build(tmp_path / "nowhere", index)
    assert generations.live(index) == before
    assert len(list((index / "generations").iterdir())) == 1
    assert top(index, "mill 7") == "The mill 7"


def test_an_unknown_embedder_leaves_the_live_index(tmp_path: Path) -> None:
    """A name that cannot be loaded is named with the remedy, without a network."""
    index, source = tmp_path / "index", collection(tmp_path / "in")
    build(source, index)
    with pytest.raises(EmbedderUnavailable, match=r"'no-such/model' cannot be loaded .*ONRECORD_EMBEDDER"):
        rebuild([source], index, embedder="no-such/model")
    assert top(index, "mill 7") == "The mill 7"


def test_old_generations_are_swept(tmp_path: Path) -> None:
    """The live one and the one before stay, so that a reader that is just opening it finds it."""
    source, index = collection(tmp_path / "in"), tmp_path / "index"
    names = [build(source, index).generation for _ in range(3)]
    assert sorted(entry.name for entry in (index / "generations").iterdir()) == names[-2:]


def test_the_format_of_the_samples() -> None:
    """The sample articles that a rebuild without paths falls back to are all read."""
    from vectorstore.articles import read
    from vectorstore.rebuild import samples
    from vectorstore.types import Article

    assert all(isinstance(item, Article) for item in read([samples()]))


def test_builds_that_follow_each_other_share_their_processes(tmp_path: Path) -> None:
    """Where that is asked for, reader and prober serve the next build too; one that has died meanwhile is replaced; all end."""
    source = collection(tmp_path / "in", articles=3)

    def children() -> set[str]:
        return {one for task in Path("/proc/self/task").iterdir() for one in (task / "children").read_text().split()}

    before, seen = children(), list[set[str]]()
    with keeping():
        for n in range(3):
            build(source, tmp_path / f"index-{n}")
            seen.append(children() - before)
            if n == 1:
                for process in seen[1]:
                    os.kill(int(process), signal.SIGKILL)
                    os.waitid(os.P_PID, int(process), os.WEXITED | os.WNOWAIT)
    assert [len(each) for each in seen] == [2, 2, 2]
    assert seen[0] == seen[1]
    assert seen[1].isdisjoint(seen[2])
    assert children() == before


# ------------------------------------------------------------------ killed, locked

_CHILD = """
import sys
import time
from pathlib import Path
from vectorstore import building, generations
from vectorstore.doubles import WordHashEncoder
from vectorstore.rebuild import rebuild
building._SOON = 5_000  # so that nothing is published before the end
generations.publish = lambda *_: time.sleep(120)  # it is killed before, however late it is seen that a file is there
rebuild([Path(sys.argv[1])], Path(sys.argv[2]), encoder=WordHashEncoder())
"""


STEPS = [
    "generations/*/articles.sqlite",
    "generations/*/lexical/meta.json",
    "encoded/*",
    "making/*/chroma/chroma.sqlite3",
    "making/*/numbers.npy",
    "making/*/manifest.json",
    "segments/*/manifest.json",
    "generations/*/dead.npy",
    "generations/*/manifest.json",
]


@pytest.fixture(scope="module")
def killed(sound: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Path]]:
    """What kill -9 leaves of a rebuild at each step: a copy that was made while it stood still; at the last, it is killed."""
    folder, left = tmp_path_factory.mktemp("killed"), dict[str, Path]()
    index = folder / "index"
    shutil.copytree(sound, index)
    there = {file for reached in STEPS for file in index.glob(reached)}
    new = collection(folder / "new", "ferry", 2_000)
    child = subprocess.Popen([sys.executable, "-c", _CHILD, str(new), str(index)], cwd=ROOT)
    deadline = time.monotonic() + 60
    for number, reached in enumerate(STEPS):
        while not set(index.glob(reached)) - there:
            assert child.poll() is None, "the rebuild ended before it could be killed"
            assert time.monotonic() < deadline
            time.sleep(0.002)
        os.kill(child.pid, signal.SIGSTOP if reached != STEPS[-1] else signal.SIGKILL)
        if reached != STEPS[-1]:
            left[reached] = folder / str(number)
            shutil.copytree(index, left[reached], ignore_dangling_symlinks=True)
            os.kill(child.pid, signal.SIGCONT)
    child.wait()
    yield left | {STEPS[-1]: index}
    shutil.rmtree(folder)


@pytest.mark.parametrize("reached", STEPS)
def test_a_killed_rebuild_leaves_the_old_index(sound: Path, killed: dict[str, Path], tmp_path: Path, reached: str) -> None:
    """kill -9 at any stage: the old generation answers, and the next rebuild clears up at once, and works."""
    before, index = generations.live(sound), killed[reached]
    assert len(set(index.glob(reached))) > len(set(sound.glob(reached)))
    assert generations.live(index) == before
    assert top(index, "mill 7") == "The mill 7"
    report = build(collection(tmp_path / "third", "lamb"), index)
    assert top(index, "lamb 7") == "The lamb 7"
    assert {entry.name for entry in (index / "generations").iterdir()} == {before, report.generation}
    listed = {name for entry in (index / "generations").iterdir() for name, _ in generations.manifest(entry).segments}
    assert {entry.name for entry in (index / "segments").iterdir()} == listed
    assert not list((index / "encoded").iterdir()) + list((index / "making").iterdir())


def test_one_writer(tmp_path: Path) -> None:
    """A second rebuild says who holds the index and gives up within 2 seconds; reading goes on."""
    index, source = tmp_path / "index", collection(tmp_path / "in")
    build(source, index)
    with generations.writing(index):
        started = time.monotonic()
        with pytest.raises(IndexLocked, match=rf"is being rebuilt by process {os.getpid()} on .*: wait"):
            build(source, index)
        assert time.monotonic() - started < 2
        assert top(index, "mill 7") == "The mill 7"
    build(source, index)


# ------------------------------------------------------------------ damaged, missing, other


def test_no_index(tmp_path: Path) -> None:
    """A folder without an index names itself and the command that makes one."""
    with pytest.raises(NoIndex, match=r"no index in .*nowhere: run `onrecord rebuild`"):
        Index.open(tmp_path / "nowhere", encoder=WordHashEncoder(), rerank=False)
    assert not (tmp_path / "nowhere").exists()


def flip(file: Path) -> None:
    """64 bytes in the middle of the file are other ones, its size the same."""
    raw = bytearray(file.read_bytes())
    middle = max(0, len(raw) // 2 - 32)
    raw[middle : middle + 64] = bytes(255 - byte for byte in raw[middle : middle + 64])
    file.write_bytes(raw)


DAMAGE: dict[str, Callable[[Path], None]] = {
    "flipped": flip,
    "cut": lambda file: os.truncate(file, file.stat().st_size // 2),
    "emptied": lambda file: os.truncate(file, 0),
    "deleted": Path.unlink,
}


def parts(index: Path) -> list[Path]:
    """Every file that the live generation rests on, relative to the index."""
    checked = generations.check(live(index))
    folders = [checked.folder, *(segment.folder for segment in checked.segments)]
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file() and file.suffix != ".lock"]
    return [file.relative_to(index) for file in files if file.stat().st_size]


@pytest.mark.parametrize("damage", DAMAGE)
def test_every_damaged_file_is_found_before_it_is_opened(sound: Path, tmp_path: Path, damage: str) -> None:
    """Whatever happens to any file of the generation or of its segments, opening says so and names the remedy, which helps."""
    names = parts(sound)
    assert len(names) > 15
    for number, name in enumerate(names):
        index = tmp_path / str(number)
        shutil.copytree(sound, index)
        DAMAGE[damage](index / name)
        with pytest.raises(IndexDamaged, match="onrecord rebuild"):
            Index.open(index, encoder=WordHashEncoder(), rerank=False)
    assert build(collection(tmp_path / "in"), index).articles == 30
    assert top(index, "mill 7") == "The mill 7"


def test_two_files_that_changed_places_are_found(sound: Path, tmp_path: Path) -> None:
    """Swapped files, and a segment in another's place, are not what the manifest lists."""
    names = parts(sound)
    for number, (one, other) in enumerate(pairwise(names)):
        index = tmp_path / str(number)
        shutil.copytree(sound, index)
        (index / one).rename(index / "aside")
        (index / other).rename(index / one)
        (index / "aside").rename(index / other)
        with pytest.raises(IndexDamaged, match="onrecord rebuild"):
            Index.open(index, encoder=WordHashEncoder(), rerank=False)


def test_a_rotten_byte_is_found_by_the_full_check_and_mended(tmp_path: Path) -> None:
    """A byte that changed while the file's time did not passes the opening, not the check of every byte, nor into a new index."""
    index, source = tmp_path / "index", collection(tmp_path / "in")
    build(source, index)
    for name in parts(index):
        if name.name == "manifest.json":
            continue
        file = index / name
        now = file.stat()
        flip(file)
        os.utime(file, ns=(now.st_atime_ns, now.st_mtime_ns))
        with pytest.raises(IndexDamaged, match="not as it was written"):
            generations.check(live(index), every_byte=True)
        build(source, index)
        generations.check(live(index), every_byte=True)
        assert top(index, "mill 7") == "The mill 7"
        break


def test_an_index_that_forgot_its_sources(sound: Path, tmp_path: Path) -> None:
    """Without paths, a rebuild of an index that cannot say what it was made from asks for them instead of guessing."""
    index = tmp_path / "index"
    shutil.copytree(sound, index)
    (live(index) / "manifest.json").unlink()
    with pytest.raises(IndexDamaged, match=r"run `onrecord rebuild PATH …`"):
        rebuild([], index, encoder=WordHashEncoder())


@pytest.mark.parametrize("content", [b"", b"../../etc", b"000001-zzzzzzzz", b"\xff\xfe", b"000009-00000000\n"])
def test_a_damaged_pointer(sound: Path, tmp_path: Path, content: bytes) -> None:
    """A CURRENT that names no generation of ours is damage; a rebuild mends it."""
    index = tmp_path / "index"
    shutil.copytree(sound, index)
    (index / "CURRENT").write_bytes(content)
    with pytest.raises(IndexDamaged, match="onrecord rebuild"):
        Index.open(index, encoder=WordHashEncoder(), rerank=False)
    build(collection(tmp_path / "in"), index)
    assert top(index, "mill 7") == "The mill 7"


def test_another_embedder_is_refused(sound: Path) -> None:
    """An index of another embedder is not searched, even one of the same dimensions."""
    with pytest.raises(IndexIncompatible, match=r"another embedder .*run `onrecord rebuild`"):
        Index.open(sound, encoder=WordHashEncoder(fingerprint="another"))


def test_another_embedder_encodes_all_anew(tmp_path: Path) -> None:
    """Vectors of another embedder are never kept."""
    source, index = collection(tmp_path / "in"), tmp_path / "index"
    build(source, index)
    report = rebuild([source], index, encoder=WordHashEncoder(fingerprint="another"))
    assert (report.encoded, report.reused) == (30, 0)


def test_another_format_is_refused(sound: Path, tmp_path: Path) -> None:
    """An index of another format names both numbers and the remedy, which makes it anew of what it was made from."""
    index = tmp_path / "index"
    shutil.copytree(sound, index)
    file = live(index) / "manifest.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"format": 99}))
    with pytest.raises(IndexIncompatible, match=r"format 99, this is 6: run `onrecord rebuild`"):
        Index.open(index, encoder=WordHashEncoder(), rerank=False)
    report = rebuild([], index, encoder=WordHashEncoder())
    assert (report.articles, report.encoded) == (300, 300)
    Index.open(index, encoder=WordHashEncoder(), rerank=False).close()


def test_verification_finds_what_is_wrong(sound: Path, tmp_path: Path) -> None:
    """A generation whose manifest and files disagree does not pass, and is never published."""
    index = tmp_path / "index"
    shutil.copytree(sound, index)
    described = generations.manifest(live(index))
    with Prober() as prober:
        prober.verify(live(index))
        for wrong in ({"passages": 299}, {"vectors": 299}, {"next_passage": 3}):
            file = live(index) / "manifest.json"
            said = {name: value for name, value in json.loads(file.read_text()).items() if name not in ("digest", "files")}
            sealed.seal(live(index), described.files, **(said | wrong))
            with pytest.raises(IndexDamaged, match=r"^(the counts|passage)"):
                prober.verify(live(index))
            sealed.seal(live(index), described.files, **said)


def test_verification_outlives_the_process_that_dies_of_it(sound: Path, tmp_path: Path) -> None:
    """A directory that kills Chroma kills the process that tries it, not ours, and the reason given is one line."""
    index = tmp_path / "index"
    shutil.copytree(sound, index)
    (segment,) = generations.check(live(index)).segments
    flip(next(segment.folder.rglob("data_level0.bin")))
    described = json.loads((segment.folder / "manifest.json").read_text())
    sealed.seal(segment.folder, **{name: described[name] for name in ("fingerprint", "count")})
    digest = sealed.manifest(segment.folder)["digest"]
    said = json.loads((live(index) / "manifest.json").read_text()) | {"segments": [(segment.folder.name, digest)]}
    sealed.seal(live(index), **{name: value for name, value in said.items() if name not in ("digest", "files")})
    with Prober() as prober, pytest.raises(IndexDamaged, match=r"exit code|vector|neighbours"):
        prober.verify(live(index))


# ------------------------------------------------------------------ readers and a new generation


def test_a_reader_goes_over_to_the_new_generation(tmp_path: Path) -> None:
    """While threads ask, a rebuild is published: every answer is whole, from the old or the new one, and then from the new.

    Hits, summary and the generation's name are always of the same one.
    """
    index = tmp_path / "index"
    build(collection(tmp_path / "old", "mill"), index)
    stop = threading.Event()
    titles: list[str] = []
    named: set[tuple[str, str, str]] = set()
    failures: list[BaseException] = []
    with Index.open(index, encoder=WordHashEncoder(), rerank=False) as opened:

        def ask() -> None:
            while not stop.is_set():
                try:
                    found = opened.retrieve("closed number 7", k=1)
                    titles.append(found.hits[0].article.title)
                    named.add((titles[-1], found.generation, found.summary.generation))
                except BaseException as error:
                    failures.append(error)
                    raise

        threads = [threading.Thread(target=ask) for _ in range(3)]
        for thread in threads:
            thread.start()
        before, after = opened.generation, build(collection(tmp_path / "new", "ferry"), index).generation
        deadline = time.monotonic() + 30
        while titles[-1:] != ["The ferry 7"] and time.monotonic() < deadline:
            time.sleep(0.05)
        stop.set()
        for thread in threads:
            thread.join()
        assert not failures
        assert named == {("The mill 7", before, before), ("The ferry 7", after, after)}
        assert opened.search("ferry 3", k=1)[0].article.title == "The ferry 3"
        assert opened.summary().generation == generations.live(index)
        assert opened.article("ferry-3") is not None
        assert opened.article("mill-3") is None


def test_a_reader_outlives_a_broken_new_generation(tmp_path: Path) -> None:
    """A new generation that cannot be opened is not gone over to: the old one still answers."""
    source, index = collection(tmp_path / "in"), tmp_path / "index"
    build(source, index)
    with Index.open(index, encoder=WordHashEncoder(), rerank=False) as opened:
        rebuild([source], index, encoder=WordHashEncoder(fingerprint="another"))
        assert opened.search("mill 7", k=1)[0].article.title == "The mill 7"
        (index / "CURRENT").unlink()
        assert opened.search("mill 8", k=1)[0].article.title == "The mill 8"


class Tired(WordHashEncoder):
    """An encoder that fails while it is `tired`."""

    tired = False

    def encode_query(self, text: str) -> Vectors:
        if self.tired:
            raise EmbedderUnavailable("The embedder is tired: let it sleep.")
        return super().encode_query(text)


def test_a_new_generation_that_fails_its_first_search_is_closed(tmp_path: Path) -> None:
    """It is not gone over to, and its files are given back."""
    source, index = collection(tmp_path / "in"), tmp_path / "index"
    build(source, index)
    encoder = Tired()
    with Index.open(index, encoder=encoder, rerank=False) as opened:
        before = opened.generation
        encoder.tired = True
        build(source, index)
        assert opened.summary().generation == before != generations.live(index)
        encoder.tired = False
        assert opened.search("mill 7", k=1)[0].article.title == "The mill 7"
        wait_for_files(index, {before})


def test_a_closed_index_says_so(tmp_path: Path) -> None:
    """Whatever is asked of it afterwards is one error of ours that names the remedy; closing twice is nothing."""
    index = tmp_path / "index"
    build(collection(tmp_path / "in"), index)
    opened = Index.open(index, encoder=WordHashEncoder(), rerank=False)
    opened.close()
    build(collection(tmp_path / "in"), index)  # and no newer generation is opened
    opened.close()
    asks: list[Callable[[], object]] = [
        lambda: opened.search("mill"),
        lambda: opened.retrieve("mill"),
        lambda: opened.apart("mill"),
        lambda: opened.article("mill-1"),
        opened.summary,
        opened.texts,
    ]
    for ask in asks:
        with pytest.raises(IndexClosed, match=r"was closed: open it anew with Index\.open"):
            ask()
    wait_for_files(index, set())


def wait_for_files(index: Path, of: set[str]) -> None:
    """Waits until only these generations have open files: Chroma closes its connections on threads of its own."""
    deadline = time.monotonic() + 20
    while (open_ := {file.parts[0] for file in held(index / "generations")}) != of:
        assert time.monotonic() < deadline, open_
        time.sleep(0.02)


def test_readers_do_not_close_each_other(tmp_path: Path) -> None:
    """Two readers of one index in one process: closing one leaves the other open."""
    index = tmp_path / "index"
    build(collection(tmp_path / "in"), index)
    with Index.open(index, encoder=WordHashEncoder(), rerank=False) as first:
        with Index.open(index, encoder=WordHashEncoder(), rerank=False) as second:
            assert second.search("mill 3", k=1)
        assert first.search("mill 7", k=1)[0].article.title == "The mill 7"


def test_many_swaps_hold_no_files(tmp_path: Path) -> None:
    """Old generations are closed: their files are given back."""
    source, index = collection(tmp_path / "in"), tmp_path / "index"
    build(source, index)
    with Index.open(index, encoder=WordHashEncoder(), rerank=False) as opened:
        for _ in range(3):
            build(source, index)
            opened.search("mill 7")
            wait_for_files(index, {opened.generation})
