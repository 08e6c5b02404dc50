"""Vectors in Chroma, in an embedded directory. The only file that imports chromadb.

A directory is written once, closed, and afterwards only read, and that through a temporary folder (vectorstore/scratch.py): its
bytes stay as they were. Chroma is not safe for anything else: two writers lose vectors, and a killed write can leave a directory
that never opens. A Chroma server takes the place of the directory in vectorstore/served.py.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

from vectorstore.encoders import Vectors
from vectorstore.errors import IndexDamaged, StoreError
from vectorstore.kept import Rows
from vectorstore.scratch import Scratch

_NAME = "passages"
_LARGEST_BATCH = 5_000  # Chroma takes 5,461
EF_SEARCH = 200  # recall@10 .959 at 100,000 vectors; 100 gives .98 at 10,000


class VectorStore:
    """The vectors of one segment, by passage number."""

    def __init__(self, client: Any, collection: Any, scratch: Scratch) -> None:
        self._client, self._collection, self._scratch = client, collection, scratch

    @classmethod
    def write(cls, folder: Path, numbers: Sequence[int], vectors: Rows) -> None:
        """Makes a new store of the vectors and closes it.

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
                collection.add(ids=[str(number) for number in numbers[part]], embeddings=vectors[part])
        except damaged() as error:
            if shutil.disk_usage(folder).free < 2 * vectors[part].nbytes:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder)) from error
            raise StoreError(f"Chroma could not write vectors to {folder} ({_reason(error)}): run it again.") from error
        finally:
            client.close()
        with closing(sqlite3.connect(folder / "chroma.sqlite3")) as database:  # each opening copies it: 12.7 MB become 5
            database.execute("VACUUM")
        _give_back()

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

    def nearest(self, vector: Vectors, n: int) -> list[tuple[int, float]]:
        """The n nearest passages, as (number, cosine), nearest first."""
        found = self._collection.query(query_embeddings=[vector], n_results=n, include=["distances"])
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


def _give_back() -> None:
    """Returns free memory to the system, where the C library can: without it each segment that is written leaves some 60 MB."""
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


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
