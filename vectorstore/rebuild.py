"""Articles -> a new generation of the index. The one that was live answers until the new one is verified.

What is unchanged stays as it is. Words are published as soon as the articles are read; vectors follow, a segment at a time.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from vectorstore import generations, sealed
from vectorstore.archive import Archive, ArchiveWriter
from vectorstore.articles import apart, names
from vectorstore.articles import given as handed
from vectorstore.articles.places import kept, source
from vectorstore.building import Building, Progress
from vectorstore.encoders import PACKAGED, Encoder, open_encoder
from vectorstore.errors import IndexDamaged, NoIndex, NotAllRead, NothingToIndex, StoreError, UsageError
from vectorstore.passages import passages
from vectorstore.rejections import Rejections
from vectorstore.types import Article, Rejected


@dataclass(frozen=True, slots=True)
class Report:
    """What a rebuild did."""

    generation: str
    index: Path
    sources: tuple[Path | str, ...]  # what was read
    articles: int
    passages: int
    encoded: int  # texts that went through the encoder
    reused: int  # passages that kept a vector that was there, or that an interrupted build had made
    superseded: int  # articles of which a newer version took the place
    removed: int  # articles that are gone
    duplicates: int  # articles that were given more than once
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
            "superseded": self.superseded,
            "removed": self.removed,
            "duplicates": self.duplicates,
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
    from_index: Path | str | None = None,
    fetch: Sequence[str] | str = (),
    strict: bool = False,
    articles: Iterable[Article | Mapping[str, object]] | None = None,
    mapping: Mapping[str, str] | None = None,
) -> Report:
    """Indexes the files and folders, all of them anew; without any, what the live index was made from, or the sample articles.

    Paths may be patterns ("news/**/*.txt"), "-" is standard input; `fetch` are addresses of pages and feeds. With `strict`,
    anything that cannot be read raises NotAllRead, and nothing is published; else it is named in INDEX/rejected.jsonl too.
    `from_index` takes the articles of another index (or of this one) instead: for another embedder, without the sources.
    `articles` are indexed instead of files: Article objects, or dicts with fields by their usual names. `mapping` says what
    fields are called in files or dicts: {"kop": "title", "meta.date": "published"}.
    An article that is unchanged stays, and a text that is unchanged keeps its vector. Raises NothingToIndex where no article can
    be read, IndexLocked where another process is at it, EmbedderUnavailable; what was published before stays live.
    """
    started = time.monotonic()
    index_dir = Path(index_dir)
    own = names.mapping(dict(mapping or {}))
    encoder = encoder or open_encoder(embedder)
    given: list[Path | str] = [Path(path).expanduser() for path in ([paths] if isinstance(paths, Path | str) else paths)]
    given += addresses(fetch)
    with generations.writing(index_dir), ExitStack() as ends:
        try:
            generations.sweep(index_dir)
            if articles is not None:
                items: Iterable[Article | Rejected] = handed.given(articles, own)
                named: list[Path | str] = []
            elif from_index is None:
                given = given or _sources(index_dir)
                named = given or [samples()]
                items = apart.read(named, own=own)
            else:
                other, given = _other(Path(from_index))
                ends.callback(other.close)
                items, named = other.whole(), [Path(from_index)]
            building = ends.enter_context(Building(index_dir, encoder, embedder, [kept(path) for path in given]))
            rejections = ends.enter_context(Rejections(index_dir))
            with building.writing() as archive:
                read = _read(items, archive, named, rejections, strict)
            rejections.publish()
            encoded, reused = building.vectors(progress)
        except Exception as error:
            if isinstance(error, StoreError) or not (said := sealed.unwritable(index_dir, error)):
                raise
            raise said from error
    manifest = building.published.manifest
    return Report(
        building.published.folder.name, index_dir, tuple(named), manifest.articles, manifest.passages, encoded, reused,
        0, read.removed, read.duplicates, rejections.listed(), time.monotonic() - started,
    )  # fmt: skip


def samples() -> Path:
    """The folder of the sample articles that come with the package."""
    return Path(str(files("vectorstore"))) / "samples" / "articles"


def addresses(given: Sequence[str] | str) -> list[Path | str]:
    """What is to be fetched; raises UsageError for what is no address of the web."""
    found = [given] if isinstance(given, str) else list(given)
    for address in found:
        if not isinstance(source(address), str):
            raise UsageError(f"{address[:80]!r} is no address: write https://…")
    return list(found)


def _sources(index_dir: Path) -> list[Path | str]:
    """What the live index was made from; raises IndexDamaged where there is one that cannot say it any more."""
    try:
        found = [source(one) for one in generations.sources(generations.folder(index_dir, generations.live(index_dir)))]
        if any(str(one) == "-" for one in found):
            raise NothingToIndex("The index was made from standard input: give that again as `-`, or name files.")
        return found
    except NoIndex:
        return []
    except IndexDamaged as error:
        raise IndexDamaged(
            f"The index in {index_dir} no longer says what it was made from: run `onrecord rebuild PATH …`."
        ) from error


def _other(index_dir: Path) -> tuple[Archive, list[Path | str]]:
    """The archive of another index, and what that was made from."""
    folder = generations.folder(index_dir, generations.live(index_dir))
    manifest = generations.manifest(folder)
    sealed.check(folder, manifest.files, every_byte=True)
    return Archive(folder / "articles.sqlite"), [source(one) for one in manifest.sources]


@dataclass(slots=True)
class _Read:
    """What came of the articles that were given."""

    removed: int = 0
    duplicates: int = 0


def _read(
    items: Iterable[Article | Rejected], archive: ArchiveWriter, named: Sequence[Path | str], rejections: Rejections, strict: bool
) -> _Read:
    """Puts into the archive what is new or changed, takes out what is gone."""
    read = _Read()
    for item in items:
        if isinstance(item, Rejected):
            rejections.add(item)
        elif there := archive.given(item.id):
            read.duplicates += 1
            rejections.add(_duplicate(item, same=there.text == item.text))
        elif not archive.holds(item):
            archive.put(item, passages(item))
    read.removed = archive.remove_others()
    if not archive.passages():
        shown = ", ".join(str(path) for path in named[:3]) + (" …" if len(named) > 3 else "") or "what was given"
        raise NothingToIndex(f"No article could be read from {shown}{_first(rejections)}")
    if strict and rejections.count:
        raise NotAllRead(f"{rejections.count:,} things could not be read, so nothing was indexed{_first(rejections)}")
    return read


def _first(rejections: Rejections) -> str:
    return next((f" ({rejected.where}: {rejected.reason})" for rejected in rejections.listed()), "")


def _duplicate(article: Article, same: bool) -> Rejected:
    where = f"{article.id} ({article.title[:80]})" if article.title else article.id
    if same:
        return Rejected(where, "the article was given twice with the same text; it is indexed once.")
    return Rejected(where, "another article has this id and another text; the first stays. Give this one an id of its own.")
