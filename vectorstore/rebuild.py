"""Articles -> a new generation of the index. The one that was live answers until the new one is verified."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from vectorstore import articles, generations
from vectorstore.archive import Archive, ArchiveWriter
from vectorstore.encoders import PACKAGED, Encoder, Vectors, open_encoder
from vectorstore.errors import IndexDamaged, IndexIncompatible, NoIndex, NothingToIndex
from vectorstore.lexical import LexicalIndex
from vectorstore.passages import encoded_text, heading, passages
from vectorstore.store import VectorStore
from vectorstore.types import Article, Rejected

Progress = Callable[[int, int], None]  # passages with a vector so far, and how many there are


@dataclass(frozen=True, slots=True)
class Report:
    """What a rebuild did."""

    generation: str
    index: Path
    sources: tuple[Path, ...]  # what was read
    articles: int
    passages: int
    encoded: int  # texts that went through the encoder
    reused: int  # passages that kept their vectors from the generation before
    rejected: tuple[Rejected, ...]
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        return {
            "generation": self.generation,
            "index": str(self.index),
            "sources": [str(source) for source in self.sources],
            "articles": self.articles,
            "passages": self.passages,
            "encoded": self.encoded,
            "reused": self.reused,
            "rejected": [{"where": rejected.where, "reason": rejected.reason} for rejected in self.rejected],
            "seconds": round(self.seconds, 3),
        }


def rebuild(
    paths: Sequence[Path | str] | Path | str = (),
    index_dir: Path | str = "onrecord-index",
    embedder: str = PACKAGED,
    *,
    encoder: Encoder | None = None,
    progress: Progress | None = None,
) -> Report:
    """Indexes the files and folders, all of them anew; without any, what the live index was made from, or the sample articles.

    An article whose text is unchanged keeps its vectors. Raises NothingToIndex where no article can be read, IndexLocked where
    another process is at it, EmbedderUnavailable; in every case the live index stays as it is.
    """
    started = time.monotonic()
    index_dir = Path(index_dir)
    encoder = encoder or open_encoder(embedder)
    with generations.writing(index_dir):
        before = _live(index_dir)
        given = [Path(path).expanduser() for path in ([paths] if isinstance(paths, Path | str) else paths)] or _sources(index_dir)
        sources = given or [samples()]
        building = generations.new(index_dir)
        try:
            rejected = _write_archive(building, sources)
            archive = Archive(building / "articles.sqlite")
            try:
                rows = list(archive.for_indexing())
                LexicalIndex.write(building / "lexical", rows)
                digests = [digest for digest, _ in archive.digests()]
                vectors, encoded, reused = _vectors(rows, digests, encoder, index_dir, before, progress)
                VectorStore.write(
                    building / "chroma", [row[0] for row in rows], vectors, [row[3] for row in rows], [row[4] for row in rows]
                )
                count = archive.counts()
            finally:
                archive.close()
            generations.seal(
                building,
                fingerprint=encoder.fingerprint,
                embedder=embedder,
                dimensions=int(vectors.shape[1]),
                articles=count[0],
                passages=count[1],
                sources=tuple(str(path.resolve()) for path in given),
            )
            generations.verify(building)
        except BaseException:
            shutil.rmtree(building, ignore_errors=True)
            raise
        generations.publish(index_dir, building)
        generations.sweep(index_dir, keep={building.name, before or building.name})
    seconds = time.monotonic() - started
    return Report(building.name, index_dir, tuple(sources), *count, encoded, reused, tuple(rejected), seconds)


def samples() -> Path:
    """The folder of the sample articles that come with the package."""
    return Path(str(files("vectorstore"))) / "samples" / "articles"


def _live(index_dir: Path) -> str | None:
    try:
        return generations.live(index_dir)
    except (NoIndex, IndexDamaged):
        return None


def _sources(index_dir: Path) -> list[Path]:
    """What the live index was made from; raises IndexDamaged where there is one that cannot say it any more."""
    try:
        return generations.sources(generations.folder(index_dir, generations.live(index_dir)))
    except NoIndex:
        return []
    except IndexDamaged as error:
        raise IndexDamaged(
            f"The index in {index_dir} no longer says what it was made from: run `onrecord rebuild PATH …`."
        ) from error


def _write_archive(building: Path, sources: Sequence[Path]) -> list[Rejected]:
    writer = ArchiveWriter(building / "articles.sqlite")
    rejected = []
    seen: dict[str, bytes] = {}
    try:
        for item in articles.read(sources):
            if isinstance(item, Rejected):
                rejected.append(item)
                continue
            content = _sha256(item.text)
            if item.id in seen:
                rejected.append(_duplicate(item, same=seen[item.id] == content))
                continue
            seen[item.id] = content
            parts = passages(item)
            writer.add(item, parts, [_sha256(encoded_text(heading(item), part.text)) for part in parts])
    finally:
        writer.close()
    if not writer.passages:
        names = ", ".join(str(path) for path in sources[:3]) + (" …" if len(sources) > 3 else "")
        why = f" ({rejected[0].where}: {rejected[0].reason})" if rejected else ""
        raise NothingToIndex(f"No article could be read from {names}{why}")
    return rejected


def _duplicate(article: Article, same: bool) -> Rejected:
    where = f"{article.id} ({article.title[:80]})" if article.title else article.id
    if same:
        return Rejected(where, "the article was given twice with the same text; it is indexed once.")
    return Rejected(where, "another article has this id and another text; the first stays. Give this one an id of its own.")


def _vectors(
    rows: Sequence[tuple[int, str, str, int, str]],
    digests: Sequence[bytes],
    encoder: Encoder,
    index_dir: Path,
    before: str | None,
    progress: Progress | None,
) -> tuple[Vectors, int, int]:
    """The passages' vectors, how many texts were encoded for them, and how many passages kept one from the generation before."""
    texts = {digest: encoded_text(row[1], row[2]) for digest, row in zip(digests, rows, strict=True)}
    known: dict[bytes, Any] = {}
    with _open_before(index_dir, before, encoder.fingerprint) as opened:
        if opened:
            archive, store = opened
            numbers = {digest: number for digest, number in archive.digests() if digest in texts}
            known = dict(zip(numbers, store.vectors(list(numbers.values())), strict=True))
    reused = sum(digest in known for digest in digests)
    missing = [digest for digest in texts if digest not in known]
    if missing:
        counted = (lambda done: progress(len(known) + done, len(texts))) if progress else None
        known.update(zip(missing, encoder.encode_documents([texts[digest] for digest in missing], counted), strict=True))
    elif progress:
        progress(len(texts), len(texts))
    return np.stack([known[digest] for digest in digests]).astype(np.float32), len(missing), reused


@contextmanager
def _open_before(index_dir: Path, before: str | None, fingerprint: str) -> Iterator[tuple[Archive, VectorStore] | None]:
    """The generation before, where it is sound and of the same embedder: else its vectors are no use."""
    try:
        path = generations.folder(index_dir, before) if before else None
        usable = path is not None and generations.check(path).fingerprint == fingerprint
        opened = (Archive(path / "articles.sqlite"), VectorStore.open(path / "chroma")) if path and usable else None
    except (IndexDamaged, IndexIncompatible):
        opened = None
    try:
        yield opened
    finally:
        for part in opened or ():
            part.close()


def _sha256(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
