"""Segments: some thousands of vectors each, sealed; a generation lists those that it searches.

    INDEX/segments/NAME/        chroma/ (what finds the nearest), vectors.npy, numbers.npy (whose they are), and manifest.json,
                                written last; where a server finds the nearest, collection and marks.npz in the place of chroma/:
                                vectorstore/served.py

A vector whose passage is gone stays in its segment until that is merged: it is left out of what is found. Where few passages may
be found, all of these are compared; where many, more of the nearest are asked for. Chroma's own filters are not used: at 100,000
passages they took fifty times as long as a search without one.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from vectorstore import sealed
from vectorstore.encoders import Vectors
from vectorstore.errors import IndexDamaged, VectorsUnavailable
from vectorstore.kept import FILE, Kept, Rows
from vectorstore.minilm import cores
from vectorstore.served import COLLECTION, ServedStore, named, prefix
from vectorstore.server import BY_WORDS, Server
from vectorstore.store import EF_SEARCH, VectorStore

Numbers = NDArray[np.int64]
Mask = NDArray[np.bool_]  # by passage number, or by place in a segment
Hits = list[tuple[int, float]]  # passage numbers with their cosines, nearest first

NONE: Numbers = np.zeros(0, np.int64)
# Where few of a segment may be found, each is compared. Else so many more are asked for than would do if what may be found lay
# evenly, and two standard deviations; a search takes as long as comparing so many vectors for each of those that it looks for.
_FEW, _AS_LONG = 2_000, 36
_MAPPED = 2**29  # bytes of vectors, up to which they stay mapped: 350,000 of 384 dimensions
_AT_ONCE = 512  # vectors: what a processor has in its own cache
_ASKED = 8  # segments on a server that one index asks at the same time


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """A sealed segment that was looked at and not opened yet."""

    folder: Path
    digest: str  # of its manifest
    numbers: Numbers  # whose vectors it holds, in order
    collection: str = ""  # on the server that finds the nearest; empty: the folder does

    @property
    def keeps(self) -> bool:
        """Whether the vectors themselves are in its folder; they are not in what was made before that was so."""
        return (self.folder / FILE).is_file()

    def open(self, server: Server | None) -> Stored:
        """What finds the nearest; raises IndexDamaged, VectorsUnavailable."""
        return self._served(server) if self.collection else VectorStore.open(self.folder / "chroma")

    def _served(self, server: Server | None) -> ServedStore:
        if server is None:
            raise VectorsUnavailable(
                f"The vectors of {self.folder.parent.parent} are on a Chroma server: set ONRECORD_CHROMA_URL to its address.",
                f"{BY_WORDS}ONRECORD_CHROMA_URL does not say on which server the vectors are.",
            )
        return ServedStore(server, self.folder, self.collection, self.numbers)

    def read(self, server: Server | None) -> None:
        """Returns when its server has read what it finds the nearest with, which a server that was just started has not."""
        if self.collection:
            self._served(server and server.patient()).read()

    def look(self, server: Server | None, every: bool = False) -> None:
        """Raises VectorsUnavailable where its server does not answer, VectorsLost where it has something else."""
        if self.collection:
            self._served(server).look(every)


class Stored(Protocol):
    """The vectors of one segment, open."""

    def count(self) -> int: ...
    def nearest(self, vector: Vectors, n: int) -> Hits: ...
    def vectors(self, numbers: Sequence[int]) -> dict[int, Vectors]: ...
    def close(self) -> None: ...


def write(
    folder: Path, fingerprint: str, numbers: Sequence[int], vectors: Rows, server: Server | None = None, owner: str = ""
) -> Segment:
    """Makes a segment of the vectors, in the order of their numbers, in a new folder, or found by a server; seals it."""
    folder.mkdir(parents=True)
    kept = Kept.write(folder, vectors, len(numbers))
    collection = f"{prefix(owner)}{folder.name}" if server else ""
    if server:
        sealed.write(folder / COLLECTION, collection)  # first: a build that is killed leaves no collection that nobody knows of
        sealed.sync(folder)
        ServedStore.write(server, folder, collection, numbers, kept)
    else:
        VectorStore.write(folder / "chroma", numbers, kept)
    held = np.asarray(numbers, np.int64)
    save(folder / "numbers.npy", held)
    sealed.seal(folder, fingerprint=fingerprint, count=len(held))
    return Segment(folder, str(sealed.manifest(folder)["digest"]), held, collection)


def look_at(folder: Path, digest: str, fingerprint: str, every_byte: bool = False) -> Segment:
    """The segment, its files checked; raises IndexDamaged where it is not the one that the generation lists."""
    described = sealed.manifest(folder)
    if described["digest"] != digest or described.get("fingerprint") != fingerprint:
        raise IndexDamaged(f"{folder} is not the segment that the index was made with: run `onrecord rebuild`.")
    sealed.check(folder, described["files"], every_byte)
    return Segment(folder, digest, numbers(folder / "numbers.npy"), named(folder))


def numbers(file: Path) -> Numbers:
    """Passage numbers from a file; raises IndexDamaged."""
    try:
        return np.asarray(np.load(file, allow_pickle=False), np.int64)
    except OSError as error:
        raise sealed.unreadable(file, error) from error
    except ValueError as error:
        raise IndexDamaged(f"{file} is damaged: run `onrecord rebuild`.") from error


def save(file: Path, held: Numbers) -> None:
    """Writes what `numbers` reads."""
    with file.open("wb") as opened:
        np.save(opened, held)


def within(wanted: Numbers, among: Numbers) -> NDArray[np.bool_]:
    """Which of the wanted numbers are among the others, which are sorted."""
    if not len(among):
        return np.zeros(len(wanted), bool)
    places = np.searchsorted(among, wanted)
    return np.asarray(among[np.minimum(places, len(among) - 1)] == wanted)


class Segments:
    """The vectors of several segments as one store. They are opened by the first that asks; threads may share it.

    Raises VectorsUnavailable where some are on a server that does not answer, or has not what they were made with.
    """

    def __init__(self, segments: Sequence[Segment], dead: Numbers = NONE, server: Server | None = None) -> None:
        self.segments = tuple(segments)
        self.numbers = np.sort(np.concatenate([NONE, *(segment.numbers for segment in segments)]))
        self._dead, self._server = dead, server
        self._lock = threading.Lock()
        self._closed = False
        # They are asked at once: each on a server is a journey, each here takes a processor. The threads start with the first.
        threads = _ASKED if any(one.collection for one in segments) else min(cores(), len(segments))
        self._at_once = ThreadPoolExecutor(threads) if threads > 1 else None
        self._each = self._at_once.map if self._at_once else map

    @property
    def served(self) -> int:
        """How many of the segments are on a server."""
        return sum(bool(segment.collection) for segment in self.segments)

    @property
    def held(self) -> int:
        """Bytes of vectors, and of the graph that finds them, that the first question reads into this process."""
        folders = [one.folder / "chroma" for one in self.segments if not one.collection]
        return sum(file.stat().st_size for folder in folders for file in folder.rglob("*.bin"))

    def look(self) -> None:
        """Asks the server for each segment that it has; raises VectorsUnavailable."""
        for segment in self.segments:
            segment.look(self._server)

    def read(self) -> None:
        """Returns when the server has read all that it finds vectors with, however long that takes; raises VectorsUnavailable."""
        for segment in self.segments:
            segment.read(self._server)

    def count(self) -> int:
        """How many passages have a vector."""
        return len(self.numbers) - len(self._dead)

    def nearest(self, vector: Vectors, n: int, among: Mask | None = None) -> Hits:
        """The n nearest passages, of those only that the mask admits where there is one."""
        if among is not None and len(self.parts) > 1:
            return self._nearest_among(vector, n, among)
        found = self._each(lambda part: part.nearest(vector, n, among), self.parts)
        return sorted(chain.from_iterable(found), key=lambda hit: (-hit[1], hit[0]))[:n]

    def _nearest_among(self, vector: Vectors, n: int, among: Mask) -> Hits:
        """The same: of each segment as many as it is likely to have of the nearest, then n of those that may have more."""
        lefts = [part.left(among) for part in self.parts]
        shares = [n * len(left) / max(1, sum(map(len, lefts))) for left in lefts]
        asked = [min(n, int(share + 2 * share**0.5) + 3) for share in shares]
        rows = list(self._each(lambda part, left, few: part.nearest_of(left, vector, few), self.parts, lefts, asked))
        nth = sorted((cosine for row in rows for _, cosine in row), reverse=True)[:n][-1:]
        short = [at for at, (row, few) in enumerate(zip(rows, asked, strict=True)) if len(row) == few < n and [row[-1][1]] > nth]
        again = self._each(lambda at: self.parts[at].nearest_of(lefts[at], vector, n), short)
        found = dict(chain(*rows, *again))
        return sorted(found.items(), key=lambda hit: (-hit[1], hit[0]))[:n]

    def vectors(self, numbers: Sequence[int]) -> dict[int, Vectors]:
        """The stored vectors of those of these passages that have one."""
        return dict(pair for part in self.parts for pair in part.vectors(np.asarray(numbers, np.int64)))

    def stacked(self, numbers: Sequence[int]) -> Vectors:
        """The stored vectors of these passages, all of which have one, in the order asked for."""
        found = self.vectors(numbers)
        return np.stack([found[number] for number in numbers])

    @cached_property
    def parts(self) -> list[Part]:
        """The segments, open."""
        with self._lock:
            if "parts" in self.__dict__:  # by another thread
                return self.__dict__["parts"]  # type: ignore[no-any-return]
            with ExitStack() as opening:  # where one cannot be opened, those before it are closed
                opened = list[Part]()
                stays = sum((one.folder / FILE).stat().st_size for one in self.segments if one.keeps) <= _MAPPED
                for segment in self.segments if not self._closed else ():
                    opened.append(Part(segment, self._server, self._dead, stays))
                    opening.callback(opened[-1].close)
                opening.pop_all()
            self.__dict__["parts"] = opened
            return opened

    def close(self) -> None:
        with self._lock:
            self._closed = True
            if self._at_once:
                self._at_once.shutdown(wait=False, cancel_futures=True)
            for part in self.__dict__.pop("parts", ()):
                part.close()


class Part:
    """One segment, open: what finds the nearest of its vectors, and these themselves."""

    def __init__(self, segment: Segment, server: Server | None, dead: Numbers, stays: bool) -> None:
        self._segment, self._server, self._numbers = segment, server, segment.numbers
        gone = within(segment.numbers, dead)
        self._alive = ~gone if gone.any() else None
        self._opening, self._opened = threading.Lock(), cast("Stored | None", None)
        self._kept = Kept(segment.folder / FILE, stays) if segment.keeps else _Fetched(self.store, segment.numbers)

    @cached_property
    def store(self) -> Stored:
        """What finds the nearest; opened by the first that asks: vectors themselves can be read without it."""
        with self._opening:
            self._opened = self._opened or self._segment.open(self._server)
            return self._opened

    def nearest(self, vector: Vectors, n: int, among: Mask | None) -> Hits:
        """The n nearest of those that are not gone and that the mask admits."""
        everything = among is None and self._alive is None
        return self.store.nearest(vector, n) if everything else self.nearest_of(self.left(among), vector, n)

    def left(self, among: Mask | None) -> Numbers:
        """The places of those."""
        admitted = np.ones(len(self._numbers), bool) if among is None else among[self._numbers]
        return np.flatnonzero(admitted if self._alive is None else admitted & self._alive)

    def nearest_of(self, places: Numbers, vector: Vectors, n: int) -> Hits:
        """Where they are few, each is compared; else as many more are asked for as should do, then twice as many."""
        share = max(1, len(places)) / len(self._numbers)
        asked = int((n + 2 * (n * (1 - share)) ** 0.5) / share) + 1
        asked = max(asked, min(EF_SEARCH, asked * 3 // 2))  # up to there a search takes as long for more
        while len(places) > max(_FEW, _AS_LONG * max(EF_SEARCH, asked)):
            hits = self.store.nearest(vector, asked)
            at = np.searchsorted(self._numbers, [number for number, _ in hits])
            found = [hit for hit, is_left in zip(hits, within(at, places), strict=True) if is_left][:n]
            if len(found) == n or len(hits) < asked:
                return found
            asked *= 2
        held = self._kept.all()
        parts = [held[places[start : start + _AT_ONCE]] @ vector for start in range(0, len(places), _AT_ONCE)]
        near = np.concatenate([np.zeros(0, np.float32), *parts])
        best = np.argpartition(-near, n)[:n] if len(near) > n else np.arange(len(near))
        compared = zip(self._numbers[places[best]].tolist(), near[best].tolist(), strict=True)
        return sorted(compared, key=lambda hit: (-hit[1], hit[0]))

    def vectors(self, numbers: Numbers) -> Iterator[tuple[int, Vectors]]:
        """The stored vectors of those of these passages that are here."""
        places = np.searchsorted(self._numbers, numbers).clip(max=len(self._numbers) - 1)
        here = self._numbers[places] == numbers
        return zip(numbers[here].tolist(), self._kept.all()[places[here]], strict=True)

    def close(self) -> None:
        if self._opened:
            self._opened.close()
        self._kept.close()


class _Fetched:
    """Vectors that are not kept in the folder, as an array that asks what finds the nearest for them: of an index made before."""

    def __init__(self, store: Stored, numbers: Numbers) -> None:
        self._store, self._numbers = store, numbers

    def all(self) -> _Fetched:
        return self

    def __getitem__(self, places: Numbers) -> Any:
        numbers = self._numbers[places].tolist()
        parts = [self._store.vectors(numbers[start : start + _AT_ONCE]) for start in range(0, len(numbers), _AT_ONCE)]
        found = {number: row for part in parts for number, row in part.items()}
        return np.array([found[number] for number in numbers], np.float32)

    def close(self) -> None:
        """It is the store that is closed."""


def listed(segments: Sequence[Segment]) -> list[tuple[str, str]]:
    """What a generation's manifest says of its segments."""
    return [(segment.folder.name, segment.digest) for segment in segments]


def parsed(given: Any) -> tuple[tuple[str, str], ...]:
    """The same, read from a manifest."""
    return tuple((str(name), str(digest)) for name, digest in given)
