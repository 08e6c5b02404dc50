"""A large index, made up: `python -m tests.studies.scale make FOLDER --passages 1000000`, then `measure FOLDER …` likewise.

Articles are passages of real ones, drawn with replacement and marked as made up; vectors are those of real passages, drawn with
replacement, with noise. So sizes, words and neighbours are as in a real archive, and no answer means anything. Archive, words and
segments are written by the program's own parts, without reading, splitting and comparing each article. The articles are the
benchmark's for training (../shared/data/news_training), the vectors those of an index of real news (`--like INDEX`).

`measure` asks questions, with filters and without, and compares what is found with an exact search; `--server` starts a Chroma
server and copies the segments there.
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
from vectorstore.kept import Kept
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
    database = writer._database
    fields = "id, text, title, source, url, published, authors, modified, section, language, corrections, agency, dateline"
    fields += ", heading, passages, file, place, given, address, wording, standing, digest"
    number = 0
    for place, (article, parts) in enumerate(made, 1):
        values = (*row(article), article.title, len(parts), 1, place, article.id, "", b"", 0, b"")
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


def make(folder: Path, many: int, data: Path, like: Path | None) -> None:
    """Makes the index FOLDER/PASSAGES, with a generation for each of its segments; those that are there are taken up."""
    folder.mkdir(parents=True, exist_ok=True)
    if like and not (folder / "real.npy").exists():
        real_vectors(like, folder / "real.npy")
    drawn, index = Drawn(folder / "real.npy"), folder / str(many)
    (index / "segments").mkdir(parents=True, exist_ok=True)
    words = folder / f"words-{many}"
    if not words.exists():
        making = words.with_name(f"{words.name}.making")
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir()
        with timed(f"{many:,} passages: the archive"):
            archive(making / "articles.sqlite", articles(data, many))
        with timed("the words"), closing(Archive(making / "articles.sqlite")) as opened:
            LexicalIndex.write(making / "lexical", opened.for_indexing())
        making.rename(words)
    known: dict[str, sealed.Seal] = {}
    held = list[Segment]()
    for n, start in enumerate(range(0, many, SEGMENT), 1):
        numbers = range(start, min(many, start + SEGMENT))
        name = f"{n:06d}-{len(numbers):08x}"
        written = folder / "segments" / name
        if not (written / sealed.MANIFEST).exists():
            shutil.rmtree(written, ignore_errors=True)
            with timed(f"segment {n}"):
                segments.write(written, FINGERPRINT, numbers, drawn.block(n)[: len(numbers)])
        to = index / "segments" / name
        if not to.exists():
            shutil.copytree(written, to, copy_function=os.link)
        held.append(segments.look_at(to, str(sealed.manifest(to)["digest"]), FINGERPRINT))
        if n % 5 and numbers[-1] + 1 < many:
            continue
        made = generations.new(index)
        shutil.copytree(words, made, copy_function=os.link, dirs_exist_ok=True)
        generations.seal(
            made, NONE, held, datetime.now(UTC), known, fingerprint=FINGERPRINT, embedder="made up", sources=["made up"],
            mapping={}, articles=-(-many // PER_ARTICLE), passages=many, next_passage=many,
        )  # fmt: skip
        known = generations.manifest(made).files
        generations.publish(index, made)
        print(f"{made.name}: {numbers[-1] + 1:,} vectors", flush=True)


def memory() -> tuple[int, int]:
    """MB of memory that this process holds: of its own, and of files."""
    said = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(said["RssAnon"].split()[0]) // 1024, int(said["RssFile"].split()[0]) // 1024


def quantiles(seconds: Sequence[float]) -> str:
    return " / ".join(f"{1000 * float(np.quantile(seconds, part)):.1f}" for part in (0.5, 0.95))


def measure(folder: Path, many: int, data: Path, questions: int, server: Server | None) -> None:
    """Prints what opening and asking cost."""
    index, load = folder / str(many), os.getloadavg()[0]
    began = time.perf_counter()
    encoder = MadeUp()
    encoder.encode_query("loads the network")
    print(f"load {load:.1f}; encoder {time.perf_counter() - began:.2f} s; memory {memory()} MB")
    began = time.perf_counter()
    opened = Index.open(index, encoder=encoder, rerank=False, server=server)
    took, share = time.perf_counter() - began, opened.summary().vectors
    print(f"open: {took:.2f} s, {share:.0%} of {many:,} with vectors; memory {memory()} MB")
    asked = [json.loads(line)["question"] for line in islice((data / "questions.jsonl").open(encoding="utf-8"), questions)]
    began = time.perf_counter()
    opened.search(asked[0])
    print(f"first question: {time.perf_counter() - began:.2f} s; memory {memory()} MB")
    kinds: dict[str, Filters] = {
        "no filter": Filters(),
        "a tenth of the days": Filters((), *TENTH),
        "a hundredth": Filters(since=FIRST, until=FIRST + timedelta(14)),
        "half": Filters(since=FIRST + timedelta(DAYS // 2)),
        "an outlet": Filters((opened.summary().sources[0][0],)),
        "an outlet, a tenth": Filters((opened.summary().sources[0][0],), *TENTH),
    }
    for what, filters in kinds.items():
        opened.search(asked[0], filters)
        whole, used, near, worked, right = list[float](), list[float](), list[float](), list[float](), list[float]()
        with opened._current() as reader:
            vectors, among = reader._vectors, reader._among(filters) if filters != Filters() else None
            for question in asked:
                began, busy = time.perf_counter(), time.process_time()
                opened.search(question, filters)
                whole.append(time.perf_counter() - began)
                used.append(time.process_time() - busy)
                vector = encoder.encode_query(question)
                began, busy = time.perf_counter(), time.process_time()
                found = vectors.nearest(vector, 100, among if among is None else reader._among(filters))
                near.append(time.perf_counter() - began)
                worked.append(time.process_time() - busy)
                if len(right) < 20:
                    right.append(len({n for n, _ in found} & set(exact(vectors, vector, among, 100))) / max(1, len(found)))
        cost = f"the 100 nearest {quantiles(near)} ms, {quantiles(worked)} of processors'"
        print(
            f"{what}: a question {quantiles(whole)} ms, {quantiles(used)} of processors'; {cost}, "
            f"{np.mean(right):.3f} right; memory {memory()} MB, load {os.getloadavg()[0]:.1f}",
            flush=True,
        )
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


def serve(folder: Path, many: int) -> Server:
    """A Chroma server with the segments of the index, which is copied: its segments name collections there."""
    chroma = Chroma(folder / "chroma")
    there = folder / "served" / str(many)
    if not there.exists():
        shutil.copytree(folder / str(many), there, copy_function=os.link)
        checked = generations.check(generations.folder(there, generations.live(there)))
        held = list[Segment]()
        for one in checked.segments:
            shutil.rmtree(one.folder)
            rows = Kept(folder / "segments" / one.folder.name / "vectors.npy").all()
            with timed(f"{one.folder.name} to the server"):
                made = segments.write(one.folder, FINGERPRINT, one.numbers.tolist(), rows, chroma.server, "0" * 16)
            held.append(made)
        made_of = checked.manifest
        new = generations.new(there)
        sealed.link(checked.folder, new, {name: seal for name, seal in made_of.files.items() if name != "dead.npy"})
        generations.seal(
            new, NONE, held, datetime.now(UTC), made_of.files, fingerprint=FINGERPRINT, embedder="made up", sources=["made up"],
            mapping={}, articles=made_of.articles, passages=many, next_passage=many,
        )  # fmt: skip
        generations.publish(there, new)
    return chroma.server


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["make", "measure"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--passages", type=int, default=1_000_000)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--like", type=Path)
    parser.add_argument("--questions", type=int, default=100)
    parser.add_argument("--server", action="store_true")
    given = parser.parse_args()
    if given.what == "make":
        make(given.folder, given.passages, given.data, given.like)
    elif given.server:
        where = serve(given.folder, given.passages)
        measure(given.folder / "served", given.passages, given.data, given.questions, where)
    else:
        measure(given.folder, given.passages, given.data, given.questions, None)
