"""Segments: some thousands of vectors each, sealed; a generation lists those that it searches.

    INDEX/segments/NAME/        chroma/, numbers.npy (whose vectors they are), and manifest.json, written last; or, where a server
                                has the vectors, collection and marks.npz in the place of chroma/: vectorstore/served.py

A vector whose passage is gone stays in its segment until that is merged: it is left out of what is found.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from vectorstore import sealed
from vectorstore.encoders import Vectors
from vectorstore.errors import IndexDamaged, VectorsUnavailable
from vectorstore.served import COLLECTION, ServedStore, named, prefix
from vectorstore.server import BY_WORDS, Server
from vectorstore.store import Among, Near, Rows, VectorStore
from vectorstore.types import Filters

Numbers = NDArray[np.int64]

NONE: Numbers = np.zeros(0, np.int64)
_FEW = 2_000  # vectors that are fetched or gone through one by one
_AT_ONCE = 8  # segments on a server that one index asks at the same time


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """A sealed segment that was looked at and not opened yet."""

    folder: Path
    digest: str  # of its manifest
    numbers: Numbers  # whose vectors it holds, in order
    collection: str = ""  # on the server that has them; empty: they are in the folder

    def open(self, server: Server | None) -> Stored:
        """Its vectors, to read; raises IndexDamaged, VectorsUnavailable."""
        return self._served(server) if self.collection else VectorStore.open(self.folder / "chroma")

    def _served(self, server: Server | None) -> ServedStore:
        if server is None:
            raise VectorsUnavailable(
                f"The vectors of {self.folder.parent.parent} are on a Chroma server: set ONRECORD_CHROMA_URL to its address.",
                f"{BY_WORDS}ONRECORD_CHROMA_URL does not say on which server the vectors are.",
            )
        return ServedStore(server, self.folder, self.collection, self.numbers)

    def look(self, server: Server | None, every: bool = False) -> None:
        """Raises VectorsUnavailable where its server does not answer, VectorsLost where it has something else."""
        if self.collection:
            self._served(server).look(every)


class Stored(Protocol):
    """The vectors of one segment, open."""

    def count(self) -> int: ...
    def nearest(self, vector: Vectors, n: int, filters: Filters = ..., among: Among = None) -> Near: ...
    def vectors(self, numbers: Sequence[int]) -> dict[int, Vectors]: ...
    def close(self) -> None: ...


def write(
    folder: Path, fingerprint: str, numbers: Sequence[int], vectors: Rows, days: Sequence[int], sources: Sequence[str],
    server: Server | None = None, owner: str = "",
) -> Segment:  # fmt: skip
    """Makes a segment of the vectors in a new folder, or in a new collection of the server, and seals it."""
    folder.mkdir(parents=True)
    collection = f"{prefix(owner)}{folder.name}" if server else ""
    if server:
        sealed.write(folder / COLLECTION, collection)  # first: a build that is killed leaves no collection that nobody knows of
        sealed.sync(folder)
        ServedStore.write(server, folder, collection, numbers, vectors, days, sources)
    else:
        VectorStore.write(folder / "chroma", numbers, vectors, days, sources)
    held = np.sort(np.asarray(numbers, np.int64))
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
        # Those on a server are asked at once: each is a journey. The threads start with the first question.
        self._at_once = ThreadPoolExecutor(_AT_ONCE) if any(one.collection for one in segments) else None
        self.each = self._at_once.map if self._at_once else map

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

    def count(self) -> int:
        """How many passages have a vector."""
        return len(self.numbers) - len(self._dead)

    def nearest(self, vector: Vectors, n: int, filters: Filters = Filters()) -> list[tuple[int, float]]:
        """The n nearest passages that the filters admit, as (number, cosine), nearest first."""
        found = [hit for hits in self.each(lambda store: store.nearest(vector, n, filters), self.stores) for hit in hits]
        return sorted(found, key=lambda hit: (-hit[1], hit[0]))[:n]

    def vectors(self, numbers: Sequence[int]) -> dict[int, Vectors]:
        """The stored vectors of those of these passages that have one."""
        return {number: row for rows in self.each(lambda one: one.vectors(numbers), self.stores) for number, row in rows.items()}

    def stacked(self, numbers: Sequence[int]) -> Vectors:
        """The stored vectors of these passages, all of which have one, in the order asked for."""
        found = self.vectors(numbers)
        return np.stack([found[number] for number in numbers])

    def narrowed(self, numbers: Collection[int], out: bool) -> Narrowed:
        """The vectors of these passages only, or of all others; opened and closed with these."""
        return Narrowed(self, numbers, out)

    @cached_property
    def stores(self) -> list[Stored]:
        """The segments, open."""
        with self._lock:
            if "stores" in self.__dict__:  # by another thread
                return self.__dict__["stores"]  # type: ignore[no-any-return]
            with ExitStack() as opening:  # where one cannot be opened, those before it are closed
                opened = list[Stored]()
                for segment in self.segments if not self._closed else ():
                    store = segment.open(self._server)
                    opening.callback(store.close)
                    dead = segment.numbers[within(segment.numbers, self._dead)]
                    opened.append(_Living(store, dead, len(segment.numbers)) if len(dead) else store)
                opening.pop_all()
            self.__dict__["stores"] = opened
            return opened

    def close(self) -> None:
        with self._lock:
            self._closed = True
            if self._at_once:
                self._at_once.shutdown(wait=False, cancel_futures=True)
            for store in self.__dict__.pop("stores", ()):
                store.close()


class Narrowed(Segments):
    """The vectors of some passages only, or of all but these."""

    def __init__(self, whole: Segments, numbers: Collection[int], out: bool) -> None:
        given = np.fromiter(numbers, np.int64, len(numbers))
        self._whole, self._among = whole, np.setdiff1d(whole.numbers, given) if out else np.intersect1d(whole.numbers, given)
        self.segments, self.vectors = whole.segments, whole.vectors  # type: ignore[method-assign]  # the same ones

    def nearest(self, vector: Vectors, n: int, filters: Filters = Filters()) -> list[tuple[int, float]]:
        """The n nearest of them: each is looked at where they are few, else Chroma looks among those of each segment."""
        if len(self._among) <= _FEW:
            held = self.vectors(self._among.tolist())
            found = [(number, float(row @ vector)) for number, row in held.items()]
        else:
            parts = [one.numbers[within(one.numbers, self._among)] for one in self.segments]
            asked = [(store, part) for store, part in zip(self._whole.stores, parts, strict=True) if len(part)]
            rows = self._whole.each(lambda one: one[0].nearest(vector, n, among=one[1].tolist()), asked)
            found = [hit for row in rows for hit in row]
        return sorted(found, key=lambda hit: (-hit[1], hit[0]))[:n]


class _Living:
    """A store of which some passages are gone: they are not found."""

    def __init__(self, store: Stored, dead: Numbers, held: int) -> None:
        self._store, self._dead, self._held = store, dead, held
        self.count, self.vectors, self.close = store.count, store.vectors, store.close

    def nearest(self, vector: Vectors, n: int, filters: Filters = Filters(), among: Among = None) -> Near:
        """The n nearest; as many more are asked for as are likely to be gone, and then as all that are."""
        gone, alive = len(self._dead), list[tuple[int, float]]()
        for more in (min(gone, 2 * n * gone // self._held + 10), gone):
            hits = self._store.nearest(vector, n + more, filters, among)
            dead = within(np.asarray([number for number, _ in hits], np.int64), self._dead)
            alive = [hit for hit, is_dead in zip(hits, dead, strict=True) if not is_dead]
            if len(alive) >= n or len(hits) < n + more:
                break
        return alive[:n]


def listed(segments: Sequence[Segment]) -> list[tuple[str, str]]:
    """What a generation's manifest says of its segments."""
    return [(segment.folder.name, segment.digest) for segment in segments]


def parsed(given: Any) -> tuple[tuple[str, str], ...]:
    """The same, read from a manifest."""
    return tuple((str(name), str(digest)) for name, digest in given)
