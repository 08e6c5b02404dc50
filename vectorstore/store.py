"""Vectors in Chroma, in an embedded directory. The only file that imports chromadb.

A directory is written once, closed, and afterwards only read, and that through a temporary folder (vectorstore/scratch.py): its
bytes stay as they were. Chroma is not safe for anything else: two writers lose vectors, and a killed write can leave a directory
that never opens. A Chroma server takes the place of the directory in vectorstore/served.py.
"""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

from vectorstore.encoders import Vectors
from vectorstore.errors import IndexDamaged, StoreError
from vectorstore.scratch import Scratch
from vectorstore.types import Filters

Near = list[tuple[int, float]]  # passage numbers with their cosines, the nearest first
Among = Sequence[int] | None  # the passages that are looked at; None: all
_NAME = "passages"
_LARGEST_BATCH = 5_000  # Chroma takes 5,461
EF_SEARCH = 200  # recall@10 .959 at 100,000 vectors; 100 gives .98 at 10,000


class Rows(Protocol):
    """Vectors that are read a slice at a time: an array, or a file of them."""

    def __getitem__(self, part: slice, /) -> Vectors: ...


class VectorStore:
    """The vectors of one segment, by passage number."""

    def __init__(self, client: Any, collection: Any, scratch: Scratch) -> None:
        self._client, self._collection, self._scratch = client, collection, scratch

    @classmethod
    def write(cls, folder: Path, numbers: Sequence[int], vectors: Rows, days: Sequence[int], sources: Sequence[str]) -> None:
        """Makes a new store of the vectors and closes it. `days` are day numbers (0: undated), `sources` case-folded outlets.

        Raises OSError (no space) where Chroma gave up on a full disk, which it does not say, and StoreError for another failure.
        """
        batches = max(1, -(-len(numbers) // _LARGEST_BATCH))
        bounds = [len(numbers) * n // batches for n in range(batches + 1)]
        # Each batch is synchronised: what is not stays in Chroma's log and is replayed by every opening (4,560 vectors: 5 s). So
        # none may be smaller than the threshold, not even by one.
        size = max(1, len(numbers) // batches)
        part = slice(0, size)
        client = _client(folder)
        try:
            collection = client.create_collection(
                _NAME,
                embedding_function=None,
                configuration={"hnsw": {"space": "cosine", "ef_search": EF_SEARCH, "batch_size": size, "sync_threshold": size}},
            )
            for start, end in pairwise(bounds):
                part = slice(start, end)
                collection.add(
                    ids=[str(number) for number in numbers[part]],
                    embeddings=vectors[part],
                    metadatas=[{"day": day, "source": source} for day, source in zip(days[part], sources[part], strict=True)],
                )
        except damaged() as error:
            if shutil.disk_usage(folder).free < 2 * vectors[part].nbytes:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder)) from error
            raise StoreError(f"Chroma could not write vectors to {folder} ({_reason(error)}): run it again.") from error
        finally:
            client.close()
        with closing(sqlite3.connect(folder / "chroma.sqlite3")) as database:  # each opening copies it: 12.7 MB become 5
            database.execute("VACUUM")

    @classmethod
    def open(cls, folder: Path) -> VectorStore:
        """The store in the folder, to read. Its files must have been checked: Chroma crashes the process on damaged ones."""
        from chromadb.errors import ChromaError

        if not (folder / "chroma.sqlite3").is_file():  # Chroma would make a new, empty one
            raise IndexDamaged(f"{folder} holds no vectors: run `onrecord rebuild`.")
        scratch = Scratch(folder, "chroma.sqlite3")
        try:
            client = _client(scratch.folder)
            return cls(client, client.get_collection(_NAME, embedding_function=None), scratch)
        except (ChromaError, ValueError, OSError) as error:
            scratch.close()
            raise IndexDamaged(
                f"The vectors in {folder} cannot be opened ({_reason(error)}): make sure that {scratch.folder.parent} has room, "
                "or run `onrecord rebuild`."
            ) from error

    def count(self) -> int:
        return int(self._collection.count())

    def nearest(self, vector: Vectors, n: int, filters: Filters = Filters(), among: Among = None) -> Near:
        """The n nearest passages that the filters admit, among these if some are given, as (number, cosine), nearest first."""
        ids = [str(number) for number in among] if among else None
        found = self._collection.query([vector], ids=ids, n_results=n, where=where(filters), include=["distances"])
        return [(int(id_), 1.0 - distance) for id_, distance in zip(found["ids"][0], found["distances"][0], strict=True)]

    def vectors(self, numbers: Sequence[int]) -> dict[int, Vectors]:
        """The stored vectors of those of these passages that are here; 5,000 at once at most."""
        if not numbers:  # Chroma refuses to be asked for none
            return {}
        found = self._collection.get(ids=[str(number) for number in numbers], include=["embeddings"])
        return dict(zip(map(int, found["ids"]), found["embeddings"], strict=True))

    def close(self) -> None:
        self._client.close()
        self._scratch.close()


def damaged() -> type[Exception]:
    """What Chroma raises where it comes upon damage."""
    from chromadb.errors import ChromaError

    raised: type[Exception] = ChromaError
    return raised


def _reason(error: Exception) -> str:
    return str(error).splitlines()[0][:150] if str(error) else type(error).__name__


def load() -> None:
    """Imports Chroma now, a second before it is needed."""
    import chromadb  # noqa: F401 - that is all


def _client(folder: Path) -> Any:
    import chromadb
    from chromadb.config import Settings

    return chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))


def where(filters: Filters) -> dict[str, Any] | None:
    terms: list[dict[str, Any]] = []
    if filters.sources:
        terms.append({"source": {"$in": [source.casefold() for source in filters.sources]}})
    if filters.since or filters.until:
        first, last = day_range(filters)
        terms += [{"day": {"$gte": first}}, {"day": {"$lte": last}}]
    return {"$and": terms} if len(terms) > 1 else terms[0] if terms else None


def day_range(filters: Filters) -> tuple[int, int]:
    """The first and the last day number that the filters admit; 0, no date, is in no range."""
    return (filters.since.toordinal() if filters.since else 1), (filters.until.toordinal() if filters.until else 10_000_000)
