"""Passages -> segments of their vectors: found in a segment that has them, taken up from a build that was stopped, or encoded.

Whoever does the work encodes and writes (vectorstore/spread.py); what is done is kept, verified and moved into place here.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from vectorstore import generations, sealed, segments
from vectorstore.archive import Archive
from vectorstore.encoded import Encoded
from vectorstore.encoders import Encoder, Vectors
from vectorstore.errors import IndexDamaged
from vectorstore.passages import encoded_text
from vectorstore.segments import NONE, Numbers, Segment, Segments, within
from vectorstore.server import Server
from vectorstore.spread import Encode, Job, Work, Write

# Vectors of a segment, or twice as many as there are already: each adds to what is searchable, and there are few. The largest
# is what Chroma writes in less than half a gigabyte of memory (half as many took as much in all).
_SEGMENT, _LARGEST = 16_384, 65_536
_WINDOW = 2_048  # passages whose texts are in memory, sorted by length
_CALL = 256  # of them that the encoder gets at once: a build that is stopped loses no more


@dataclass(frozen=True, slots=True)
class Place:
    """Where segments are made, and what is the same in all of them."""

    index_dir: Path
    fingerprint: str
    server: Server | None
    owner: str

    def job(self, numbers: Sequence[int], vectors: Any, of: str) -> Write:
        """The job of making a segment of these passages, in the order of their numbers."""
        folder = self.index_dir / "making" / generations.unused(self.index_dir, "segments").name
        server = self.server.told if self.server else None
        return Write(of, folder, self.fingerprint, numbers, vectors, server, self.owner)

    def moved(self, job: Write, digest: str) -> Segment:
        """The segment that was made, verified and where a generation may list it. Raises IndexDamaged."""
        made = segments.look_at(job.folder, digest, self.fingerprint, every_byte=True)
        if made.numbers.tolist() != sorted(job.numbers):
            raise IndexDamaged(f"{job.folder} holds other passages than it should: run `onrecord rebuild`.")
        folder = self.index_dir / "segments" / job.folder.name
        os.rename(job.folder, folder)
        sealed.sync(folder.parent)
        return Segment(folder, digest, made.numbers, made.collection)


@dataclass(slots=True, eq=False)
class _Planned:
    """A segment that is being filled."""

    encoded: Encoded
    of: str
    numbers: list[int] = field(default_factory=list)
    digests: list[bytes] = field(default_factory=list)
    waits: set[bytes] = field(default_factory=set)  # texts of it that are being encoded
    whole: bool = False  # no passage comes any more


class Filling:
    """The segments of what has no vector yet."""

    def __init__(
        self, archive: Archive, before: Archive | None, held: Sequence[Segment], encoder: Encoder, work: Work, place: Place
    ) -> None:
        self._archives = [archive, *([before] if before else [])]
        self._encoder, self._work, self._place = encoder, work, place
        self._earlier, self._held = _all(held), sum(len(one.numbers) for one in held)
        self._among, self._store = held, Segments(())
        self._left = Encoded.left(place.index_dir, encoder.fingerprint, encoder.dimensions)
        self._numbered = 1 + max((one.number for one in self._left), default=0)
        self._planned: list[_Planned] = []
        self._jobs: dict[Job, tuple[_Planned, list[bytes]]] = {}
        self._asked, self._waits = 0, set[bytes]()
        self.encoded = self.reused = 0

    def __enter__(self) -> Filling:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._store.close()
        for one in self._left:
            if error is None:
                one.clear()
            one.close()
        for planned in self._planned:
            planned.encoded.close()

    def search(self, held: Sequence[Segment]) -> None:
        """Takes other segments to look for vectors in."""
        self._store.close()
        self._among, self._store = held, Segments(())

    def segments(self, missing: Numbers, told: Callable[[int], None]) -> Iterator[Segment]:
        """Each as soon as it is there; it is to be published before the next is asked for."""
        for start in range(0, len(missing), _WINDOW):
            numbers = missing[start : start + _WINDOW].tolist()
            planned = self._open(numbers[0])
            self._ask(planned, numbers)
            many = min(max(_SEGMENT, 2 * self._held), _LARGEST)
            planned.whole = len(planned.numbers) >= many or numbers[-1] == missing[-1]
            self._held += len(planned.numbers) * planned.whole
            self._write()
            while self._work.full:
                yield from self._taken(told)
        while self._work.left:
            for segment in self._taken(told):
                if not self._work.left:
                    self._work.finish()
                yield segment

    def _open(self, first: int) -> _Planned:
        """The segment to which passages are added."""
        if not self._planned or self._planned[-1].whole:
            index_dir, encoder = self._place.index_dir, self._encoder
            encoded = Encoded(index_dir, encoder.fingerprint, encoder.dimensions, self._numbered)
            ((_, heading, *_),) = self._archives[0].of_numbers([first])
            of = f"the segment that begins with passage {first:,} (“{' '.join(heading.split())[:60]}”)"
            self._planned.append(_Planned(encoded, of))
            self._numbered += 1
        return self._planned[-1]

    def _ask(self, planned: _Planned, numbers: Sequence[int]) -> None:
        """Sees to it that each of these passages has its vector soon."""
        archive = self._archives[0]
        digests = archive.digests(numbers)
        texts = {digest: encoded_text(row[1], row[2]) for digest, row in zip(digests, archive.of_numbers(numbers), strict=True)}
        absent = [digest for digest in texts if digest not in self._waits and not self._kept(digest)]
        found = self._found(planned, absent)
        earlier = {digest for digest, number in found.items() if within(np.array([number]), self._earlier)[0]}
        self.reused += sum(digest in earlier or any(one.taken_up(digest) for one in self._left) for digest in digests)
        lacking = sorted((digest for digest in absent if digest not in found), key=lambda digest: len(texts[digest]))
        planned.numbers += numbers
        planned.digests += digests
        self._waits.update(lacking)
        planned.waits |= self._waits & texts.keys()
        self._asked += len(numbers)
        self.encoded += len(lacking)
        for start in range(0, len(lacking), _CALL):
            part = lacking[start : start + _CALL]
            self._put(Encode(planned.of, [texts[digest] for digest in part]), planned, part)

    def _put(self, job: Job, planned: _Planned, digests: list[bytes]) -> None:
        self._jobs[job] = planned, digests
        self._work.put(job)

    def _taken(self, told: Callable[[int], None]) -> Iterator[Segment]:
        """Waits for a job, keeps what came of it; the segment, where it was that."""
        job, said = self._work.next()
        planned, digests = self._jobs.pop(job)
        if isinstance(job, Write):
            yield self._place.moved(job, said)
            planned.encoded.clear()
            planned.encoded.close()
            self._planned.remove(planned)
            return
        planned.encoded.add(digests, said)
        self._waits.difference_update(digests)
        for one in self._planned:
            one.waits.difference_update(digests)
        told(self._asked - len(self._waits))
        self._write()

    def _write(self) -> None:
        """Has those segments written that have all their vectors."""
        for planned in self._planned:
            if planned.whole and not planned.waits and planned.digests:
                # A text may be in an earlier segment, too, whose vectors are kept there only, once that is published.
                self._found(planned, [digest for digest in dict.fromkeys(planned.digests) if not self._kept(digest)])
                self._store.close()  # what it holds and what is written need not be in memory at once
                self._store = Segments(())
                rows = Slices(planned.digests, self._vectors)
                planned.digests = []
                self._put(self._place.job(planned.numbers, rows, planned.of), planned, [])

    def _kept(self, digest: bytes) -> bool:
        return any(digest in one for one in self._files())

    def _files(self) -> list[Encoded]:
        return [*self._left, *(planned.encoded for planned in self._planned)]

    def _vectors(self, digests: Sequence[bytes]) -> Vectors:
        """The vectors of these texts, which are all kept, in the order asked for."""
        rows = np.zeros((len(digests), self._encoder.dimensions), np.float32)
        left = set(range(len(digests)))
        for file in self._files():
            places = [place for place in sorted(left) if digests[place] in file]
            rows[places] = file.vectors([digests[place] for place in places])
            left.difference_update(places)
        if left:
            raise IndexDamaged("Vectors of this build are gone: run `onrecord rebuild` again.")
        return rows

    def _found(self, planned: _Planned, digests: Sequence[bytes]) -> dict[bytes, int]:
        """Keeps the vectors of those of these texts that a segment has; a passage number that each is under."""
        found = self._elsewhere(digests)
        if found:
            planned.encoded.add(list(found), self._holding(list(found.values())).stacked(list(found.values())))
        return found

    def _holding(self, numbers: Sequence[int]) -> Segments:
        """The segments that have these passages, open, and no others: each takes a while and memory for all of its vectors."""
        wanted = [one for one in self._among if within(np.array(numbers, np.int64), one.numbers).any()]
        if any(one not in self._store.segments for one in wanted):
            self._store.close()
            self._store = Segments(wanted, server=self._place.server)
        return self._store

    def _elsewhere(self, digests: Sequence[bytes]) -> dict[bytes, int]:
        pairs = [(digest, number) for digest in digests for archive in self._archives for number in archive.same(digest)]
        held = within(np.array([number for _, number in pairs], np.int64), _all(self._among))
        return {digest: number for (digest, number), is_held in zip(pairs, held, strict=True) if is_held}


class Slices:
    """Vectors that are read when they are wanted."""

    def __init__(self, of: Sequence[Any], read: Callable[[Sequence[Any]], Vectors]) -> None:
        self._of, self._read = of, read

    def __getitem__(self, part: slice) -> Vectors:
        return self._read(self._of[part])


def _all(held: Sequence[Segment]) -> Numbers:
    return np.sort(np.concatenate([NONE, *(segment.numbers for segment in held)]))
