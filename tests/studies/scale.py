"""A large index, made up: `python -m tests.studies.scale make FOLDER --passages 1000000`, then `measure FOLDER …` likewise.

Articles are passages of real ones, drawn with replacement and marked as made up; vectors are those of real passages, drawn with
replacement, with noise. So sizes, words and neighbours are as in a real archive, and no answer means anything. Archive, words and
segments are written by the program's own parts, without reading, splitting and comparing each article. The articles are the
benchmark's for training (../shared/data/news_training), the vectors those of an index of real news (`--like INDEX`).

`measure` asks questions, with filters and without, and compares what is found with an exact search. With `--server` both start a
Chroma server over FOLDER/chroma, and the segments are made there. `words` makes the archive alone, while segments are being made.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from tests.chroma import Chroma
from vectorstore import generations, sealed, segments
from vectorstore.archive import Archive, digest, marks, row
from vectorstore.archiving import ArchiveWriter
from vectorstore.encoders import Counted, Vectors, open_encoder
from vectorstore.lexical import LexicalIndex
from vectorstore.passages import encoded_text, passages
from vectorstore.search import Index
from vectorstore.segments import NONE, Segment, Segments
from vectorstore.server import Server
from vectorstore.types import Article, Filters

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "news_training"
REAL_TEXTS, REAL_VECTORS, NOISE = 4_000, 20_000, 0.02  # articles; vectors; the noise in each dimension
FIRST, DAYS, PER_ARTICLE = date(2021, 1, 1), 1_500, 15
SEGMENT = 65_536
FINGERPRINT, DIMENSIONS = "made-up", 384
TENTH = FIRST + timedelta(500), FIRST + timedelta(649)


class MadeUp:
    """The encoder of such an index: only questions are encoded."""

    fingerprint, dimensions = FINGERPRINT, DIMENSIONS

    def __init__(self) -> None:
        self._asking = open_encoder()

    def encode_documents(self, texts: Sequence[str], progress: Counted | None = None) -> Vectors:
        raise NotImplementedError

    def encode_query(self, text: str) -> Vectors:
        return self._asking.encode_query(text)


class Drawn:
    """Vectors by passage number: some of the real ones, with noise."""

    def __init__(self, real: Path) -> None:
        self._real = np.load(real)

    def block(self, number: int) -> Vectors:
        """Those of the passages of one segment."""
        chance = np.random.default_rng(number)
        rows = self._real[chance.integers(len(self._real), size=SEGMENT)]
        rows += chance.standard_normal(rows.shape, np.float32) * NOISE
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        return np.asarray(rows, np.float32)


def real_vectors(like: Path, file: Path) -> None:
    """Keeps the vectors of passages of a real index."""
    checked = generations.check(generations.folder(like, generations.live(like)))
    held = Segments(checked.segments)
    numbers = held.numbers[~segments.within(held.numbers, checked.dead)]
    chosen = np.sort(np.random.default_rng(1).choice(numbers, min(REAL_VECTORS, len(numbers)), replace=False)).tolist()
    np.save(file, np.concatenate([held.stacked(chosen[start : start + 2_000]) for start in range(0, len(chosen), 2_000)]))
    held.close()


def articles(data: Path, many: int) -> Iterator[tuple[Article, list[str]]]:
    """Made-up articles with so many passages in all, and the texts of their passages."""
    chance = random.Random(1)
    with gzip.open(data / "articles.jsonl.gz", "rt", encoding="utf-8") as opened:
        real = [json.loads(line) for line in islice(opened, REAL_TEXTS)]
    told = [one.text for given in real for one in passages(Article("", given["text"]))]
    outlets = sorted({given["source"] for given in real})
    for start in range(0, many, PER_ARTICLE):
        parts = [chance.choice(told) for _ in range(min(PER_ARTICLE, many - start))]
        title, day = f"Made up {start}: {chance.choice(real)['title']}", FIRST + timedelta(chance.randrange(DAYS))
        yield Article(f"made-up/{start}", "\n\n".join(parts), title, chance.choice(outlets), published=day), parts


def archive(file: Path, made: Iterator[tuple[Article, list[str]]]) -> None:
    """Writes the archive of such articles."""
    writer = ArchiveWriter(file, 0)
    writer.begin("made-up", "")
    database = writer._database
    fields = "id, text, title, source, url, published, authors, modified, section, language, corrections, agency, dateline"
    fields += ", heading, passages, file, place, given, address, wording, standing, digest"
    number = 0
    for place, (article, parts) in enumerate(made, 1):
        values = (*row(article), article.title, len(parts), 1, place, article.id, "", digest(article.text), 0, b"")
        query = f"INSERT INTO articles ({fields}) VALUES ({marks(values)})"
        of, start = database.execute(query, values).lastrowid, 0
        for n, part in enumerate(parts):
            told = digest(encoded_text(article.title, part))
            where = (number, f"{article.id}#{n}", of, start, start + len(part), told, part)
            database.execute("INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?)", where)
            number, start = number + 1, start + len(part) + 2
    writer.close()


@contextmanager
def timed(what: str) -> Iterator[None]:
    began, worked = time.time(), time.process_time()
    yield
    print(
        f"{what}: {time.time() - began:.0f} s, {time.process_time() - worked:.0f} of the processor", os.getloadavg(), flush=True
    )


def words(folder: Path, many: int, data: Path) -> Path:
    """The folder of the archive and words of an index of so many passages, made where it is not there."""
    made = folder / f"words-{many}"
    if not made.exists():
        making = made.with_name(f"{made.name}.making")
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(parents=True)
        with timed(f"{many:,} passages: the archive"):
            archive(making / "articles.sqlite", articles(data, many))
        with timed("the words"), closing(Archive(making / "articles.sqlite")) as opened:
            LexicalIndex.write(making / "lexical", opened.for_indexing())
        making.rename(made)
    return made


def make(folder: Path, many: int, data: Path, server: Server | None) -> None:
    """Makes the index FOLDER/PASSAGES, or on a server FOLDER/served/PASSAGES, with a generation for each fifth of its segments.

    What is there is taken up. On a server, collections of two indexes may be the same.
    """
    drawn, index = Drawn(folder / "real.npy"), folder / "served" / str(many) if server else folder / str(many)
    (index / "segments").mkdir(parents=True, exist_ok=True)
    known: dict[str, sealed.Seal] = {}
    held = list[Segment]()
    for n, start in enumerate(range(0, many, SEGMENT), 1):
        numbers = range(start, min(many, start + SEGMENT))
        name = f"{n:06d}-{len(numbers):08x}"
        to = index / "segments" / name
        written = to if server else folder / "segments" / name
        if not (written / sealed.MANIFEST).exists():
            shutil.rmtree(written, ignore_errors=True)
            with timed(f"segment {n}"):
                segments.write(written, FINGERPRINT, numbers, drawn.block(n)[: len(numbers)], server, "0" * 16)
        if not to.exists():
            shutil.copytree(written, to, copy_function=os.link)
        held.append(segments.look_at(to, str(sealed.manifest(to)["digest"]), FINGERPRINT))
        if n % 5 and numbers[-1] + 1 < many:
            continue
        made = generations.new(index)
        shutil.copytree(words(folder, many, data), made, copy_function=os.link, dirs_exist_ok=True)
        generations.seal(
            made, NONE, held, datetime.now(UTC), known, fingerprint=FINGERPRINT, embedder="made up", sources=["made up"],
            mapping={}, articles=-(-many // PER_ARTICLE), passages=many, next_passage=many,
        )  # fmt: skip
        known = {name: seal for name, seal in generations.manifest(made).files.items() if name != "dead.npy"}
        generations.publish(index, made)
        print(f"{made.name}: {numbers[-1] + 1:,} vectors", flush=True)


def memory(process: str | int = "self") -> tuple[int, int]:
    """MB of memory that a process holds, this one if none is named: of its own, and of files."""
    said = dict(line.split(":", 1) for line in Path(f"/proc/{process}/status").read_text().splitlines())
    return int(said["RssAnon"].split()[0]) // 1024, int(said["RssFile"].split()[0]) // 1024


def worked(chroma: Chroma | None) -> float:
    """Seconds of a processor that this process took so far, and with a server those of that."""
    there = Path(f"/proc/{chroma.process}/stat").read_text().rpartition(")")[2].split()[11:13] if chroma else []
    return time.process_time() + sum(map(int, there)) / os.sysconf("SC_CLK_TCK")


def quantiles(seconds: Sequence[float]) -> str:
    return " / ".join(f"{1000 * float(np.quantile(seconds, part)):.1f}" for part in (0.5, 0.95))


def measure(folder: Path, many: int, data: Path, questions: int, chroma: Chroma | None) -> None:
    """Prints what opening and asking cost. The processor's time is the server's, too."""
    index, load = folder / "served" / str(many) if chroma else folder / str(many), os.getloadavg()[0]
    began = time.perf_counter()
    encoder = MadeUp()
    encoder.encode_query("loads the network")
    print(f"load {load:.1f}; encoder {time.perf_counter() - began:.2f} s; memory {memory()} MB")
    began = time.perf_counter()
    opened = Index.open(index, encoder=encoder, rerank=False, server=chroma.server if chroma else None)
    took, share = time.perf_counter() - began, opened.summary().vectors
    print(f"open: {took:.2f} s, {share:.0%} of {many:,} with vectors; memory {memory()} MB")
    asked = [json.loads(line)["question"] for line in islice((data / "questions.jsonl").open(encoding="utf-8"), questions)]
    began = time.perf_counter()
    opened.search(asked[0])
    print(f"first question: {time.perf_counter() - began:.2f} s; memory {memory()} MB")
    outlet = (opened.summary().sources[0][0],)
    kinds: dict[str, Filters] = {
        "no filter": Filters(),
        "a tenth of the days": Filters((), *TENTH),
        "a hundredth": Filters(since=FIRST, until=FIRST + timedelta(14)),
        "half": Filters(since=FIRST + timedelta(DAYS // 2)),
        "an outlet": Filters(outlet),
        "an outlet, a tenth": Filters(outlet, *TENTH),
    }
    vectors = [encoder.encode_query(question) for question in asked]
    found: dict[str, list[tuple[float, float, float, float, float]]] = {what: [] for what in kinds}
    with opened._current() as reader:
        among = {what: None if filters == Filters() else reader._among(filters) for what, filters in kinds.items()}
        held = reader._vectors
        for n, (question, vector) in enumerate(zip(asked, vectors, strict=True)):
            for what in [*kinds][n % len(kinds) :] + [*kinds][: n % len(kinds)]:  # in turn: who comes first finds caches cold
                filters = kinds[what]
                clock, busy = time.perf_counter(), worked(chroma)
                opened.search(question, filters)
                whole = time.perf_counter() - clock, worked(chroma) - busy
                clock, busy = time.perf_counter(), worked(chroma)
                near = held.nearest(vector, 100, among[what])
                part = time.perf_counter() - clock, worked(chroma) - busy
                right = -1.0
                if n < 20:
                    right = len({place for place, _ in near} & set(exact(held, vector, among[what], 100))) / max(1, len(near))
                found[what].append((*whole, *part, right))
    for what, rows in found.items():
        columns = list(zip(*rows[1:], strict=True))
        print(
            f"{what}: a question {quantiles(columns[0])} ms, of processors' {1000 * float(np.mean(columns[1])):.1f}; the 100 "
            f"nearest {quantiles(columns[2])} ms, of processors' {1000 * float(np.mean(columns[3])):.1f}; "
            f"{np.mean([row for row in columns[4] if row >= 0]):.3f} right"
        )
    print(f"memory {memory()} MB, the server's {memory(chroma.process) if chroma else '-'}, load {os.getloadavg()[0]:.1f}")
    opened.close()


def exact(held: Segments, vector: Vectors, among: Any, n: int) -> list[int]:
    """The n nearest, each vector looked at."""
    best = list[tuple[float, int]]()
    for part in held.parts:
        near = np.asarray(part._kept.all()) @ vector
        if among is not None:
            near = np.where(among[part._numbers], near, -2)
        places = np.argpartition(-near, n)[:n]
        best += [(float(near[place]), int(part._numbers[place])) for place in places if near[place] > -2]
    return [number for _, number in sorted(best, reverse=True)[:n]]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["words", "make", "measure"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--passages", type=int, default=1_000_000)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--like", type=Path)
    parser.add_argument("--questions", type=int, default=100)
    parser.add_argument("--server", action="store_true")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    if given.like and not (given.folder / "real.npy").exists():
        real_vectors(given.like, given.folder / "real.npy")
    chroma = Chroma(given.folder / "chroma") if given.server and given.what != "words" else None
    try:
        if given.what == "words":
            words(given.folder, given.passages, given.data)
        elif given.what == "make":
            make(given.folder, given.passages, given.data, chroma.server.patient() if chroma else None)
        else:
            measure(given.folder, given.passages, given.data, given.questions, chroma)
    finally:
        if chroma:
            chroma.kill()
