"""Vectors that a build has made and not yet published, in files that only grow: a build that was stopped takes them up.

INDEX/encoded/FINGERPRINT holds records of one size: the digest of a text, its vector, a checksum. What a crash cut off or
garbled ends the file. Each segment that is being made has a file of its own, FINGERPRINT.NUMBER, which goes when it is published.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import numpy as np

from vectorstore.encoders import Vectors

DIGEST = 16  # bytes
_CHUNK = 4_096  # records


class Encoded:
    """A file of one embedder, open to be read and added to."""

    def __init__(self, index_dir: Path, fingerprint: str, dimensions: int, number: int = 0) -> None:
        name, self.number = _name(fingerprint), number
        self.file = index_dir / "encoded" / (f"{name}.{number}" if number else name)
        self._record = np.dtype([("digest", f"V{DIGEST}"), ("vector", "<f4", dimensions), ("check", "<u4")])
        self._places: dict[bytes, int] = {}
        self.file.parent.mkdir(exist_ok=True)
        for other in self.file.parent.iterdir():
            if other.name.partition(".")[0] != name:  # of another embedder
                other.unlink(missing_ok=True)
        self._opened = self.file.open("a+b", buffering=0)
        self._count = self._earlier = self._read()
        self._opened.truncate(self._count * self._record.itemsize)

    @classmethod
    def left(cls, index_dir: Path, fingerprint: str, dimensions: int) -> list[Encoded]:
        """Those that earlier builds left, open, by their numbers."""
        names = [file.name.partition(".") for file in (index_dir / "encoded").glob("*")]
        numbers = [int(number or 0) for name, _, number in names if name == _name(fingerprint) and (number or "0").isdecimal()]
        return [cls(index_dir, fingerprint, dimensions, number) for number in sorted(numbers)]

    def _read(self) -> int:
        """Finds what each sound record holds; the number of records before the first that is not."""
        self._opened.seek(0)
        count = 0
        while raw := self._opened.read(_CHUNK * self._record.itemsize):
            for start in range(0, len(raw), self._record.itemsize):
                record = raw[start : start + self._record.itemsize]
                if len(record) < self._record.itemsize or zlib.crc32(record[:-4]) != int.from_bytes(record[-4:], "little"):
                    return count
                self._places[record[:DIGEST]] = count
                count += 1
        return count

    def __contains__(self, digest: bytes) -> bool:
        return digest in self._places

    def taken_up(self, digest: bytes) -> bool:
        """Whether its vector was made by an earlier build."""
        return self._places.get(digest, self._earlier) < self._earlier

    def add(self, digests: Sequence[bytes], vectors: Vectors) -> None:
        """Keeps the vectors; they are safe from a kill when this returns."""
        records = np.zeros(len(digests), self._record)
        records["digest"] = np.array(digests, f"V{DIGEST}")
        records["vector"] = vectors
        for record in records:
            record["check"] = zlib.crc32(record.tobytes()[:-4])
        raw = memoryview(records.tobytes())
        while raw:
            raw = raw[self._opened.write(raw) :]
        self._places.update((digest, self._count + n) for n, digest in enumerate(digests))
        self._count += len(digests)

    def vectors(self, digests: Sequence[bytes]) -> Vectors:
        """The vectors of these texts, in the order asked for."""
        found = np.zeros((len(digests), self._record["vector"].shape[0]), np.float32)
        for n, digest in enumerate(digests):
            self._opened.seek(self._places[digest] * self._record.itemsize)
            found[n] = np.frombuffer(self._opened.read(self._record.itemsize), self._record)["vector"][0]
        return found

    def clear(self) -> None:
        """Forgets all of them: they are in a published segment."""
        self._opened.truncate(0)
        self._places.clear()
        self._count = self._earlier = 0

    def close(self) -> None:
        self._opened.close()
        if not self._places:
            self.file.unlink(missing_ok=True)

    def __enter__(self) -> Encoded:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def _name(fingerprint: str) -> str:
    return fingerprint if re.fullmatch(r"[\w-]{1,64}", fingerprint) else hashlib.sha256(fingerprint.encode()).hexdigest()
