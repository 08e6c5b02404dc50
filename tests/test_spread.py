"""Segments that several processes make: what one process would have made, whoever dies meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from tests.chroma import Chroma
from tests.test_generations import ROOT, collection, live, top
from vectorstore import generations
from vectorstore.doubles import WordHashEncoder
from vectorstore.encoders import Counted, PackagedEncoder, Vectors
from vectorstore.errors import EmbedderUnavailable, StoreError, UsageError, WorkersLost
from vectorstore.processes import Processes
from vectorstore.rebuild import Report, rebuild
from vectorstore.segments import Segments
from vectorstore.spread import Encode, Spread, Told
from vectorstore.verify import verify_live

ARTICLES = 1_500
Alone = tuple[Path, list[dict[int, bytes]]]  # a collection, and each segment's vectors by passage number


class Noting(WordHashEncoder):
    """An encoder that leaves a file named for each process that it works in, and takes its time."""

    def __init__(self, folder: Path, pause: float = 0.0) -> None:
        super().__init__()
        self.folder, self.pause = folder, pause

    def encode_documents(self, texts: Sequence[str], progress: Counted | None = None) -> Vectors:
        (self.folder / str(os.getpid())).touch()
        time.sleep(self.pause)
        return super().encode_documents(texts, progress)


class Deadly(WordHashEncoder):
    """An encoder that a text kills, with its process."""

    def encode_documents(self, texts: Sequence[str], progress: Counted | None = None) -> Vectors:
        if any("number 399 closed" in text for text in texts):
            os.kill(os.getpid(), signal.SIGKILL)
        return super().encode_documents(texts, progress)


class Failing(WordHashEncoder):
    def encode_documents(self, texts: Sequence[str], progress: Counted | None = None) -> Vectors:
        raise EmbedderUnavailable("The embedder is out of order: try again.")


class Local(WordHashEncoder):
    def __init__(self) -> None:
        super().__init__()
        self.lock = threading.Lock()


def made(source: Path, index: Path, encoder: WordHashEncoder, workers: int = 2) -> Report:
    return rebuild([source], index, encoder=encoder, workers=workers)


def vectors(index: Path) -> list[dict[int, bytes]]:
    """Each segment's vectors by passage number."""
    held = []
    for segment in generations.check(live(index), every_byte=True).segments:
        store = Segments([segment])
        numbers = segment.numbers.tolist()
        held.append({n: row.tobytes() for n, row in store.vectors(numbers).items()})
        store.close()
    return held


def alive(folder: Path) -> list[int]:
    """The workers that left their sign and still run."""
    found = []
    for file in folder.iterdir():
        with suppress(OSError):
            line = Path("/proc", file.name, "cmdline").read_bytes()  # empty of one that has ended and is not buried yet
            found += [int(file.name)] * (b"processes import serve" in line or line.startswith(b"ray::"))
    return found


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Alone:
    """A collection, and the vectors that one process makes of it."""
    folder = tmp_path_factory.mktemp("alone")
    report = made(collection(folder / "in", articles=ARTICLES), folder / "index", WordHashEncoder(), workers=1)
    assert (report.encoded, report.reused, report.articles) == (ARTICLES, 0, ARTICLES)
    return folder / "in", vectors(folder / "index")


def test_workers_make_what_one_process_makes(alone: Alone, tmp_path: Path) -> None:
    """The same segments of the same passages with the same vectors, bit for bit, where one is killed meanwhile, too."""
    noted, done = tmp_path / "noted", list[int]()
    noted.mkdir()

    def told(what: str, passages: int, of: int) -> None:
        if what == "passages":
            done.append(passages)
            if len(done) in (1, 4):  # kill -9: another takes its jobs
                os.kill(alive(noted)[0], signal.SIGKILL)

    report = rebuild([alone[0]], tmp_path / "two", encoder=Noting(noted, 0.1), workers=2, progress=told)
    assert (report.encoded, report.reused, report.articles) == (ARTICLES, 0, ARTICLES)
    assert done[-1] == ARTICLES
    assert len(list(noted.iterdir())) > 2
    assert str(os.getpid()) not in {file.name for file in noted.iterdir()}
    assert not alive(noted)
    assert vectors(tmp_path / "two") == alone[1]
    assert not list((tmp_path / "two" / "making").iterdir()) + list((tmp_path / "two" / "encoded").iterdir())


_SMALL = """
import sys
from pathlib import Path
from tests.test_spread import made
from vectorstore import filling
from vectorstore.doubles import WordHashEncoder
filling._SEGMENT = filling._LARGEST = 400
filling._WINDOW = 200
report = made(Path(sys.argv[1]), Path(sys.argv[2]), WordHashEncoder())
print(report.articles, report.encoded)
"""


def test_several_segments_with_texts_that_they_share(tmp_path: Path) -> None:
    """A text that stands in two segments is encoded once, whichever of them is ready first."""
    source, index = collection(tmp_path / "in", articles=600), tmp_path / "index"
    lines = (source / "articles.jsonl").read_text().splitlines()
    again = [line.replace('"id": "mill-', '"id": "copy-').replace("cnn.com", "post.example") for line in lines]
    (source / "articles.jsonl").write_text("\n".join(lines + again))
    command = [sys.executable, "-c", _SMALL, str(source), str(index)]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout == "1200 600\n"
    held = vectors(index)
    assert [len(one) for one in held] == [400, 400, 400]
    found = {n: row for one in held for n, row in one.items()}
    assert all(found[n] == found[n + 600] for n in range(600))


def test_what_kills_every_worker_is_named(tmp_path: Path) -> None:
    """Three workers die of the same segment: one line says which, and words answer."""
    source, index = collection(tmp_path / "in", articles=500), tmp_path / "index"
    with pytest.raises(WorkersLost, match=r"^3 workers died of .* that begins with passage 0 \(“The mill 0”\), .*signal 9"):
        made(source, index, Deadly())
    assert top(index, "mill 7") == "The mill 7"


_CHILD = """
import sys
from pathlib import Path
from tests.test_spread import Noting, made
made(Path(sys.argv[1]), Path(sys.argv[2]), Noting(Path(sys.argv[3]), 0.3))
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_driver_that_is_killed(alone: Alone, tmp_path: Path, how: signal.Signals) -> None:
    """kill -9, or Ctrl+C: its workers end with it, and a build without workers takes up what they had made."""
    (source, _), index, noted = alone, tmp_path / "index", tmp_path / "noted"
    noted.mkdir()
    command = [sys.executable, "-c", _CHILD, str(source), str(index), str(noted)]
    child = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    until(lambda: len(alive(noted)) == 2 and any(file.stat().st_size > 500 * 1044 for file in index.glob("encoded/*")))
    child.send_signal(how)
    child.wait()
    until(lambda: not alive(noted))
    if how == signal.SIGINT:
        return
    assert top(index, "mill 7") == "The mill 7"
    report = made(source, index, WordHashEncoder(), workers=1)
    assert report.encoded <= ARTICLES - 500
    assert report.encoded + report.reused == ARTICLES
    assert vectors(index) == alone[1]
    assert not list((index / "making").iterdir()) + list((index / "encoded").iterdir())


def test_workers_with_a_server(chroma: Chroma, tmp_path: Path) -> None:
    """Workers put the vectors onto a Chroma server as one process does."""
    source, index = collection(tmp_path / "in", articles=300), tmp_path / "index"
    report = rebuild([source], index, encoder=WordHashEncoder(), server=chroma.server, workers=2)
    assert report.encoded == 300
    verify_live(index, chroma.server)
    assert {one.collection for one in generations.check(live(index)).segments} <= set(chroma.collections())


def test_few_passages_start_no_workers(tmp_path: Path) -> None:
    """What is soon done is done here."""
    noted = tmp_path / "noted"
    noted.mkdir()
    made(collection(tmp_path / "in"), tmp_path / "index", Noting(noted))
    assert [file.name for file in noted.iterdir()] == [str(os.getpid())]


def test_what_goes_wrong_in_a_worker_is_said_as_here(tmp_path: Path) -> None:
    """An embedder that fails fails the build with its own line; one that cannot travel is refused; so is another folder."""
    source = collection(tmp_path / "in", articles=400)
    with pytest.raises(EmbedderUnavailable, match="out of order: try again"):
        made(source, tmp_path / "index", Failing())
    with pytest.raises(UsageError, match=r"cannot be given to other processes \(.*lock.*\): name its model"):
        made(source, tmp_path / "index", Local())
    for told, said in (
        (Told(WordHashEncoder(64), 1, (tmp_path / "sign", "")), "has another embedder than this machine"),
        (Told(WordHashEncoder(), 1, (tmp_path / "sign", "process 1 on desk")), "does not see the index folder"),
    ):
        spread = Spread(Processes(told, 1), WordHashEncoder().fingerprint)
        spread.put(Encode("a segment", ["text"]))
        with pytest.raises(StoreError, match=said):
            spread.next()
        spread.close()


def test_threads_are_shared_out(tmp_path: Path) -> None:
    """An encoder that is told how many threads to use gives the same vectors."""
    texts = [f"The mill number {n} closed in Oster." for n in range(40)]
    assert np.array_equal(PackagedEncoder(threads=1).encode_documents(texts), PackagedEncoder().encode_documents(texts))


def until(done: object) -> None:
    deadline = time.monotonic() + 60
    while not done():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.02)
