"""The vectors of a segment as a collection of a Chroma server, written once and afterwards only read.

Whoever reaches the server can change a collection, and a server can lose one. So the segment's folder keeps what its vectors must
add up to (`Marks`): how many there are, some of them, and a weighed sum of all. The first two are looked at when a question opens
the collection and once a minute, the sum by `onrecord status --check`.

A collection is called onrecord-OWNER-SEGMENT. The owner is an index folder (generations.owner); nothing else of it is deleted.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vectorstore.encoders import Vectors
from vectorstore.errors import IndexDamaged, VectorsLost, VectorsUnavailable
from vectorstore.sealed import unreadable
from vectorstore.server import BY_WORDS, Server
from vectorstore.store import EF_SEARCH

if TYPE_CHECKING:
    from vectorstore.kept import Rows

COLLECTION = "collection"  # the file of a segment's folder that names its collection
_MARKS = "marks.npz"
_BATCH = 250  # vectors of one request: Chroma says 50 to 250
_SYNCHRONISED = 1_000  # what came after that is replayed when a server starts, a second for each thousand
_FRESH = 60.0  # seconds after which a collection is looked at again
_SAMPLES, _LOOKED_AT = 64, 8
# Vectors come back as they were, or scaled to unit length again: what differs by more was changed.
_SAME, _SAME_SUM = 1e-4, 5e-3
LOST = f"{BY_WORDS}the vector server has lost vectors of this index, or others have changed them."


@dataclass(frozen=True, slots=True, eq=False)
class Marks:
    """What a collection's vectors must add up to."""

    places: NDArray[np.int64]  # passage numbers of the samples
    samples: Vectors
    total: NDArray[np.float64]  # each vector times a number of its own, summed

    @classmethod
    def read(cls, folder: Path) -> Marks:
        file = folder / _MARKS
        try:
            with np.load(file, allow_pickle=False) as held:
                return cls(held["places"], held["samples"], held["total"])
        except OSError as error:
            raise unreadable(file, error) from error
        except (ValueError, KeyError) as error:
            raise IndexDamaged(f"{file} is damaged: run `onrecord rebuild`.") from error

    def write(self, folder: Path) -> None:
        with (folder / _MARKS).open("wb") as opened:
            np.savez(opened, places=self.places, samples=self.samples, total=self.total)


class ServedStore:
    """The vectors of one segment, by passage number."""

    def __init__(self, server: Server, folder: Path, name: str, numbers: NDArray[np.int64]) -> None:
        self._server, self._folder, self._name, self._numbers = server, folder, name, numbers
        self._id, self._looked_at, self._marks = "", 0.0, Marks.read(folder)

    @classmethod
    def write(cls, server: Server, folder: Path, name: str, numbers: Sequence[int], vectors: Rows) -> None:
        """Makes a collection of the vectors; the folder gets what they must add up to."""
        server.version()
        hnsw = {"space": "cosine", "ef_search": EF_SEARCH, "batch_size": 100, "sync_threshold": _SYNCHRONISED}
        made = {"name": name, "get_or_create": True, "configuration": {"hnsw": hnsw}}
        id_ = _id(server.ask("POST", "/collections", made), server)
        wanted = {int(place) for place in np.linspace(0, len(numbers) - 1, min(_SAMPLES, len(numbers)))}
        chosen, samples, total = list[int](), list[Vectors](), _nothing()
        for start in range(0, len(numbers), _BATCH):
            part = slice(start, start + _BATCH)
            ids, rows = numbers[part], np.asarray(vectors[part], np.float32)
            total = total + _weighed(ids, rows)
            for place in wanted & set(range(start, start + len(ids))):
                chosen.append(int(numbers[place]))
                samples.append(rows[place - start])
            body = {"ids": [str(number) for number in ids], "embeddings": [_packed(row) for row in rows]}
            if server.ask("POST", f"/collections/{id_}/add", body) is None:
                raise _lost(server, name, "is gone while it was being made")
        Marks(np.asarray(chosen, np.int64), np.stack(samples), total).write(folder)

    def look(self, every: bool = False) -> None:
        """Raises VectorsLost where the collection is not as it was made; `every` reads all of it."""
        self._server.version()
        id_ = _id(self._server.ask("GET", f"/collections/{self._name}"), self._server, self._name)
        if (count := self._server.ask("GET", f"/collections/{id_}/count")) != len(self._numbers):
            raise _lost(self._server, self._name, f"holds {count} vectors, not {len(self._numbers):,}")
        places = self._marks.places if every else self._marks.places[:: max(1, len(self._marks.places) // _LOOKED_AT)]
        found = self._got(id_, places)
        for number, sample in zip(self._marks.places.tolist(), self._marks.samples, strict=True):
            if number in places and not _alike(found.get(number), sample, _SAME):
                raise _lost(self._server, self._name, f"has another vector of passage {number}")
        if every:
            self._add_up(id_)
        self._id, self._looked_at = id_, time.monotonic()

    def _add_up(self, id_: str) -> None:
        total = _nothing()
        for start in range(0, len(self._numbers), _BATCH):
            part = self._numbers[start : start + _BATCH]
            found = self._page(id_, part)
            ids = [int(one) for one in found["ids"]]
            if sorted(ids) != part.tolist():
                raise _lost(self._server, self._name, "lacks passages")
            total = total + _weighed(ids, np.asarray(found["embeddings"], np.float32))
        if not _alike(total, self._marks.total, _SAME_SUM):
            raise _lost(self._server, self._name, "has vectors that were changed")

    def count(self) -> int:
        self._ready()
        return len(self._numbers)

    def read(self) -> None:
        """Returns when the server has read what it finds these vectors with."""
        self.nearest(self._marks.samples[0], 1)

    def nearest(self, vector: Vectors, n: int) -> list[tuple[int, float]]:
        """The n nearest passages, as (number, cosine), nearest first."""
        id_ = self._ready()
        asked = {"query_embeddings": [np.asarray(vector, np.float32)], "n_results": n, "include": ["distances"]}
        found = self._server.ask("POST", f"/collections/{id_}/query", asked)
        try:
            hits = [(int(one), 1.0 - float(away)) for one, away in zip(found["ids"][0], found["distances"][0], strict=True)]
        except (TypeError, KeyError, IndexError, ValueError) as error:
            raise self._gone(found) from error
        if not np.isin([number for number, _ in hits], self._numbers).all():
            raise self._gone(found)
        return hits

    def vectors(self, numbers: Sequence[int]) -> dict[int, Vectors]:
        """The stored vectors of those of these passages that are here."""
        id_, asked = self._ready(), np.asarray(numbers, np.int64)
        return self._got(id_, asked[np.isin(asked, self._numbers)])

    def _got(self, id_: str, numbers: NDArray[np.int64]) -> dict[int, Vectors]:
        held: dict[int, Vectors] = {}
        for start in range(0, len(numbers), _BATCH):
            found = self._page(id_, numbers[start : start + _BATCH])
            rows = np.asarray(found["embeddings"], np.float32)
            held |= {int(one): row for one, row in zip(found["ids"], rows, strict=True)}
        return held

    def _page(self, id_: str, numbers: NDArray[np.int64]) -> dict[str, Any]:
        asked = {"ids": [str(number) for number in numbers.tolist()], "include": ["embeddings"]}
        found = self._server.ask("POST", f"/collections/{id_}/get", asked)
        try:
            if len(found["embeddings"]) != len(found["ids"]):
                raise ValueError
            [int(one) for one in found["ids"]]
            np.asarray(found["embeddings"], np.float32)
        except (TypeError, KeyError, ValueError) as error:
            raise self._gone(found) from error
        return dict(found)

    def _ready(self) -> str:
        """The collection's id on the server; looked at where that is long ago."""
        while not (id_ := self._id) or time.monotonic() - self._looked_at > _FRESH:
            self.look()
        return id_

    def _gone(self, found: Any) -> VectorsUnavailable:
        """What to raise where an answer is not what a collection as it was made gives; the next question looks at it anew."""
        self._id = ""
        return _lost(self._server, self._name, "is gone" if found is None else "gives what it was not given")

    def close(self) -> None:
        self._id = ""


def forget(folder: Path, owner: Callable[[], str], server: Server | None) -> bool:
    """Deletes the collection of a segment that nobody lists any more; whether its folder may go, too."""
    try:
        name = (folder / COLLECTION).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return True
    if not name.startswith(prefix(owner())):  # another index's, of which this is a copy
        return True
    try:
        if server is not None:
            server.ask("DELETE", f"/collections/{name}")
    except VectorsUnavailable:
        return False
    return server is not None


def prefix(owner: str) -> str:
    """What the names of an index folder's collections begin with."""
    return f"onrecord-{owner}-"


def _id(found: Any, server: Server, name: str = "") -> str:
    if not isinstance(found, dict) or not str(found.get("id", "")):
        raise _lost(server, name, "is gone")
    return str(found["id"])


def _lost(server: Server, name: str, how: str) -> VectorsLost:
    return VectorsLost(f"The collection {name} at {server.url} {how}: run `onrecord rebuild`, which makes it anew.", LOST)


def _packed(row: Vectors) -> str:
    return base64.b64encode(row.astype("<f4").tobytes()).decode("ascii")


def _nothing() -> NDArray[np.float64]:
    return np.zeros((), np.float64)


def _weighed(numbers: Iterable[int], rows: Vectors) -> NDArray[np.float64]:
    """The sum of these vectors, each times a number from .5 to 1.5 that its passage number gives: so exchanged ones show."""
    weights = np.asarray([0.5 + (int(number) * 2_654_435_761 % 2**32) / 2**32 for number in numbers])
    return np.asarray(weights @ rows.astype(np.float64), np.float64)


def _alike(found: Any, expected: Any, tolerance: float) -> bool:
    return found is not None and np.shape(found) == np.shape(expected) and bool(np.allclose(found, expected, atol=tolerance))


def named(folder: Path) -> str:
    """The collection that a segment's folder names; empty where its vectors lie in the folder."""
    try:
        return (folder / COLLECTION).read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(folder / COLLECTION, error) from error
