"""Vectors in Chroma, in an embedded directory. The only file that imports chromadb.

A directory is written once, closed, and afterwards only read. Chroma is not safe for anything else: two writers lose vectors,
and a killed write can leave a directory that never opens. A Chroma server would take the place of `_client`, `digest` and `same`.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from vectorstore.encoders import Vectors
from vectorstore.errors import IndexDamaged
from vectorstore.types import Filters

_NAME = "passages"
_LARGEST_BATCH = 5_000  # Chroma takes 5,461
_EF_SEARCH = 200  # recall@10 .959 at 100,000 vectors; 100 gives .98 at 10,000


class VectorStore:
    """The vectors of one generation, by passage number."""

    def __init__(self, client: Any, collection: Any) -> None:
        self._client, self._collection = client, collection

    @classmethod
    def write(cls, folder: Path, numbers: Sequence[int], vectors: Vectors, days: Sequence[int], sources: Sequence[str]) -> None:
        """Makes a new store of the vectors and closes it. `days` are day numbers (0: undated), `sources` case-folded outlets."""
        batches = max(1, -(-len(numbers) // _LARGEST_BATCH))
        size = max(1, -(-len(numbers) // batches))
        client = _client(folder)
        try:
            collection = client.create_collection(
                _NAME,
                embedding_function=None,
                # A batch per synchronisation: what is not synchronised stays in Chroma's log and is replayed by every opening.
                configuration={"hnsw": {"space": "cosine", "ef_search": _EF_SEARCH, "batch_size": size, "sync_threshold": size}},
            )
            for start in range(0, len(numbers), size):
                part = slice(start, start + size)
                collection.add(
                    ids=[str(number) for number in numbers[part]],
                    embeddings=vectors[part],
                    metadatas=[{"day": day, "source": source} for day, source in zip(days[part], sources[part], strict=True)],
                )
        finally:
            client.close()

    @classmethod
    def open(cls, folder: Path) -> VectorStore:
        """The store in the folder, to read. Its files must have been checked: Chroma crashes the process on damaged ones."""
        from chromadb.errors import ChromaError

        if not (folder / "chroma.sqlite3").is_file():  # Chroma would make a new, empty one
            raise IndexDamaged(f"{folder} holds no vectors: run `onrecord rebuild`.")
        try:
            client = _client(folder)
            return cls(client, client.get_collection(_NAME, embedding_function=None))
        except (ChromaError, ValueError, OSError) as error:
            reason = str(error).splitlines()[0][:150] if str(error) else type(error).__name__
            raise IndexDamaged(
                f"The vectors in {folder} cannot be opened ({reason}): make sure that the folder can be written to, "
                "or run `onrecord rebuild`."
            ) from error

    def count(self) -> int:
        return int(self._collection.count())

    def nearest(self, vector: Vectors, n: int, filters: Filters = Filters()) -> list[tuple[int, float]]:
        """The n nearest passages that the filters admit, as (number, cosine), nearest first."""
        found = self._collection.query(query_embeddings=[vector], n_results=n, where=_where(filters), include=["distances"])
        return [(int(id_), 1.0 - distance) for id_, distance in zip(found["ids"][0], found["distances"][0], strict=True)]

    def vectors(self, numbers: Sequence[int]) -> Vectors:
        """The stored vectors of these passages, in the order asked for."""
        rows: dict[str, Any] = {}
        wanted = [str(number) for number in numbers]
        for start in range(0, len(wanted), _LARGEST_BATCH):
            found = self._collection.get(ids=wanted[start : start + _LARGEST_BATCH], include=["embeddings"])
            rows.update(zip(found["ids"], found["embeddings"], strict=True))
        return np.asarray([rows[id_] for id_ in wanted], np.float32)

    def close(self) -> None:
        self._client.close()


def digest(folder: Path) -> tuple[str, str]:
    """Two digests of chroma.sqlite3, which Chroma writes to even when it only reads: (of its pages, of its rows).

    Every opening adds a row to its table `acquire_write` and moves the counters in its header, so its bytes cannot be compared
    as they are. The first digest leaves out that table's page and those counters and takes milliseconds. After some hundred
    openings the table has outgrown its page; then `same` falls back on the second, over the tables that answers rest on.
    """
    return _of_pages(folder / "chroma.sqlite3"), _of_rows(folder / "chroma.sqlite3")


def same(folder: Path, pages: str, rows: str) -> bool:
    """Whether chroma.sqlite3 still is what `digest` saw; raises IndexDamaged where it cannot be read at all."""
    file = folder / "chroma.sqlite3"
    return _of_pages(file) == pages or _of_rows(file) == rows


def _of_pages(file: Path) -> str:
    with _reading(file) as database:
        size = database.execute("PRAGMA page_size").fetchone()[0]
        row = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'acquire_write'").fetchone()
    raw = bytearray(file.read_bytes())
    for start, end in ((24, 28), (92, 100), ((row[0] - 1) * size, row[0] * size) if row else (0, 0)):
        raw[start:end] = bytes(end - start)
    return hashlib.sha256(raw).hexdigest()


def _of_rows(file: Path) -> str:
    found = hashlib.sha256()
    with _reading(file) as database:
        checked = database.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if checked != "ok":
            raise IndexDamaged(f"{file} is damaged ({checked.splitlines()[0][:100]}): run `onrecord rebuild`.")
        for table in ("collections", "segments", "embeddings", "embedding_metadata", "embeddings_queue", "max_seq_id"):
            for row in database.execute(f"SELECT * FROM {table} ORDER BY rowid"):  # noqa: S608 - names from the line above
                found.update(repr(row).encode("utf-8", "surrogatepass"))
    return found.hexdigest()


@contextmanager
def _reading(file: Path) -> Iterator[sqlite3.Connection]:
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as database:
            yield database
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise IndexDamaged(f"{file} is damaged ({error}): run `onrecord rebuild`.") from error


def _client(folder: Path) -> Any:
    import chromadb
    from chromadb.config import Settings

    return chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))


def _where(filters: Filters) -> dict[str, Any] | None:
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
