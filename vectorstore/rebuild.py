"""Articles -> a new generation of the index. The one that was live answers until the new one is verified.

What is unchanged stays as it is. Words are published as soon as the articles are read; vectors follow, a segment at a time.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

from vectorstore import cluster, generations, sealed, uploads
from vectorstore.archive import Archive
from vectorstore.archiving import ArchiveWriter, stamp
from vectorstore.articles import given as handed
from vectorstore.articles.apart import read_places
from vectorstore.articles.inferred import inferred
from vectorstore.articles.lines import Line, Read
from vectorstore.articles.names import mapping as own_names
from vectorstore.articles.places import Place, kept, source
from vectorstore.building import Building, Progress
from vectorstore.encoders import PACKAGED, Encoder, open_encoder
from vectorstore.errors import IndexDamaged, NoIndex, NotAllRead, NothingToIndex, StoreError, UsageError
from vectorstore.minilm import cores
from vectorstore.processes import Processes
from vectorstore.rejections import Rejections, listed
from vectorstore.server import Server
from vectorstore.spread import Spread, Told, Work
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
    superseded: int  # articles in whose place a newer version answers: given beside it, or now in their place
    removed: int  # articles that were there before and are gone
    duplicates: int  # articles that were given more than once; one of each is indexed
    languages: dict[str, int]  # articles by their language's code, the most first; "" where it is not known
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
            "languages": self.languages,
            "rejected": [{"where": rejected.where, "reason": rejected.reason} for rejected in self.rejected],
            "seconds": round(self.seconds, 3),
        }


def rebuild(
    paths: Sequence[Path | str] | Path | str = (),
    index_dir: Path | str = "onrecord-index",
    embedder: str = PACKAGED,
    *,
    articles: Iterable[Article | Mapping[str, object]] | None = None,
    mapping: Mapping[str, str] | None = None,
    encoder: Encoder | None = None,
    progress: Progress | None = None,
    from_index: Path | str | None = None,
    fetch: Sequence[str] | str = (),
    strict: bool = False,
    server: Server | None = None,
    workers: int = 0,
    ray: str = "",
    only_uploads: bool = False,
    to_folder: bool = False,
) -> Report:
    """Indexes the files and folders; without any, what the live index was made from, or the sample articles.

    Paths may be patterns ("news/**/*.txt"), "-" is standard input; `fetch` are addresses of pages and feeds. Instead of them,
    `articles` may be any number of Articles or of dicts as a JSON file would hold them, and `from_index` takes those of another
    index (or of this one): for another embedder, without the sources. `mapping` says what fields are called:
    {"headline": "title"}.

    With a `server` it finds the nearest vectors, those of the folder, too: nothing is encoded for it. With `to_folder` they are
    found in the folder again; the server need not answer, but keeps its collections where it does not. With more than one of
    `workers`, processes of this machine that share its processors make the segments; with `ray`, the address of a Ray cluster or
    "auto", its actors do, as many as it has processors, or `workers`. All its machines must see the index folder at its path.

    What was added through the page (vectorstore/uploads.py) is read after whatever is given. With `only_uploads` nothing else is
    read, and nothing else changes: not even what a folder held that is not there today.

    A file that did not change is not read again, an article that did not stays, and a text that did not keeps its vector. What
    cannot be read is named in the report and in INDEX/rejected.jsonl; with `strict` it raises NotAllRead, and nothing is
    published. Raises NothingToIndex where no article can be read, IndexLocked where another process is at it,
    EmbedderUnavailable, VectorsUnavailable; what was published before stays live.
    """
    started = time.monotonic()
    index_dir, server = Path(index_dir), server and server.patient()
    own = own_names(dict(mapping or {}))
    told: Encoder | str = encoder or embedder
    at = cluster.found(ray) if ray else None  # before hours of work for one that does not answer
    index_dir = index_dir.absolute() if ray else index_dir
    encoder = encoder or open_encoder(embedder)
    given: list[Path | str] = [Path(path).expanduser() for path in ([paths] if isinstance(paths, Path | str) else paths)]
    given += addresses(fetch)
    named: list[Path | str]
    with generations.writing(index_dir), ExitStack() as ends:
        try:
            generations.sweep(index_dir, server)
            added: list[Path | str] = [uploads.folder(index_dir)] if uploads.uploaded(index_dir) else []
            if only_uploads:
                saved, own = generations.made_from(generations.folder(index_dir, generations.live(index_dir)))
                given, named = [source(one) for one in saved], []
            elif articles is not None:
                given, named = [Path("-")], [Path("the articles that were given")]
            elif from_index is not None:
                other, given, before = _other(Path(from_index), index_dir)
                ends.callback(other.close)
                named, own = [Path(from_index)], own or before
            else:
                if not given:
                    given, before = _made_from(index_dir)
                    own = own or before
                named = given or [samples()]  # which are not kept: the next version may bring others
            work = partial(_shared, told, encoder.fingerprint, index_dir, workers, at) if ray or workers > 1 else None
            building = ends.enter_context(
                Building(index_dir, encoder, embedder, [kept(path) for path in given], own, server, work, to_folder)
            )
            if only_uploads and building.is_anew:
                raise IndexDamaged(f"The index in {index_dir} is damaged, nothing can be added to it: run `onrecord rebuild`.")
            rejections = ends.enter_context(Rejections(index_dir))
            with building.writing() as archive:
                reading = building.reading(archive, progress)
                if only_uploads:
                    archive.keep(uploads.SCHEME)
                if articles is not None:
                    _read(_given(articles, own, archive), rejections, reading)
                if from_index is not None and articles is None:
                    _read(_taken_over(other, Path(from_index), index_dir, archive), rejections, reading)
                paths = named if articles is None and from_index is None else ()
                _read(_files(paths, own, archive, index_dir), rejections, reading)
                if only_uploads:
                    _read(listed(index_dir, uploads.SCHEME), rejections, None)  # what was said of all else
                named = [*named, *added]
                archive.settle()
                _refuse(rejections, archive.passages(), named, strict)
            rejections.publish()
            encoded, reused = building.vectors(progress)
        except Exception as error:
            if isinstance(error, StoreError) or not (said := sealed.unwritable(index_dir, error)):
                raise
            raise said from error
    manifest = building.published.manifest
    return Report(
        building.published.folder.name, index_dir, tuple(named), manifest.articles, manifest.passages, encoded, reused,
        archive.superseded, archive.gone, archive.duplicates, building.languages, rejections.listed(), time.monotonic() - started,
    )  # fmt: skip


def _shared(embedder: Encoder | str, fingerprint: str, index_dir: Path, workers: int, ray: str | None) -> Work:
    """Workers to make the segments."""
    if ray is not None:
        return Spread(cluster.Cluster(Told(embedder, 1, generations.sign(index_dir)), ray, workers), fingerprint)
    told = Told(embedder, max(1, cores() // workers), generations.sign(index_dir))
    return Spread(Processes(told, workers), fingerprint)


def sources(paths: Sequence[Path | str], index_dir: Path) -> list[Path | str]:
    """What a rebuild of these paths would read: they, else what the live index was made from, else the samples."""
    return list(paths) or _made_from(index_dir)[0] or [samples()]


def samples() -> Path:
    """The folder of the sample articles that come with the package."""
    return Path(str(files("vectorstore"))) / "samples" / "articles"


def addresses(given: Sequence[str] | str) -> list[Path | str]:
    """What is to be fetched; raises UsageError for what is no address of the web."""
    listed = [given] if isinstance(given, str) else list(given)
    for address in listed:
        if not isinstance(source(address), str):
            raise UsageError(f"{address[:80]!r} is no address: write https://…")
    return list(listed)


def _made_from(index_dir: Path) -> tuple[list[Path | str], dict[str, str]]:
    """The sources and the mapping of the live index; raises IndexDamaged where there is one that cannot say them any more."""
    try:
        saved, own = generations.made_from(generations.folder(index_dir, generations.live(index_dir)))
    except NoIndex:
        return [], {}
    except IndexDamaged as error:
        raise IndexDamaged(
            f"The index in {index_dir} no longer says what it was made from: run `onrecord rebuild PATH …`."
        ) from error
    if "-" in saved:
        raise NothingToIndex("The index was made from standard input or from Python: give its articles again, or name files.")
    return [source(one) for one in saved], own


def _other(other: Path, index_dir: Path) -> tuple[Archive, list[Path | str], dict[str, str]]:
    """The archive of another index, what that was made from and by which field names; what was added to it is a source here."""
    try:
        folder = generations.folder(other, generations.live(other))
    except NoIndex:
        raise NoIndex(f"There is no index in {other} to take articles from: give the folder of one.") from None
    manifest = generations.manifest(folder)
    sealed.check(folder, manifest.files, every_byte=True)
    theirs: list[Path | str] = [uploads.folder(other)] if uploads.uploaded(other) and not _is_one(other, index_dir) else []
    return Archive(folder / "articles.sqlite"), [*(source(one) for one in manifest.sources), *theirs], dict(manifest.mapping)


def _taken_over(other: Archive, of: Path, index_dir: Path, archive: ArchiveWriter) -> Iterator[Read]:
    """All that another index has of each file, put into the archive: earlier versions, and what could not be read, too."""
    own = _is_one(of, index_dir)
    for number, name, mark in other.files():
        if name.startswith(uploads.SCHEME):
            if own:  # it is read from its file: else it could not be taken out again
                continue
            name, mark = str(uploads.folder(of) / name.removeprefix(uploads.SCHEME)), ""
        held = archive.holds(name, mark)
        archive.begin(name, mark)
        for item in other.of_file(number):
            if not held:
                archive.take(item)
            if isinstance(item, Article):
                yield item
    yield from listed(of, uploads.SCHEME if own else "")


def _is_one(one: Path | str, other: Path) -> bool:
    return Path(one).resolve() == other.resolve()


def _files(paths: Sequence[Path | str], own: Mapping[str, str], archive: ArchiveWriter, index_dir: Path) -> Iterator[Read]:
    """What is new in the files, those added to the index too, put into the archive; what they have still; what cannot be read."""

    def mark(place: Place) -> str:
        return stamp(Path(place.path), place.name, *sorted(own.items()))

    def unchanged(place: Place) -> bool:
        return archive.holds(place.where, mark(place))

    where = ""
    more, before = uploads.places(index_dir), str(archive.before or "")
    for item in read_places(paths, unchanged, own, more=more, archive=before):
        if isinstance(item, Place):
            where = item.where
            yield from archive.begin(item.where, mark(item))
        else:
            # What is not said of the file is said of its folder, and looked at anew each time.
            if not isinstance(item, Rejected) or (where and item.where.startswith(where)):
                archive.take(item)
            yield item


def _given(
    articles: Iterable[Article | Mapping[str, object]], own: Mapping[str, str], archive: ArchiveWriter
) -> Iterator[Article | Rejected]:
    """Articles, or dicts of their fields, put into the archive; a dict that is none comes back as a Rejected."""
    archive.begin("", "")
    for item in handed.given(articles, own):
        if isinstance(item, Article):
            archive.put(inferred(item))
        yield item


def _read(items: Iterable[Read], rejections: Rejections, progress: Progress | None) -> None:
    """Goes through the items, noting what was rejected and telling how many articles there were."""
    articles = 0
    for item in items:
        if isinstance(item, Rejected):
            rejections.add(item)
        elif progress and not (isinstance(item, Line) and not item.known):  # its article follows
            progress("articles", articles := articles + 1, 0)


def _refuse(rejections: Rejections, passages: int, named: Sequence[Path | str], strict: bool) -> None:
    """Raises where there is nothing to index, or, if that is asked for, something that could not be read."""
    first = next((f" ({rejected.where}: {rejected.reason})" for rejected in rejections.listed()), "")
    if not passages:
        names = ", ".join(str(path) for path in named[:3]) + (" …" if len(named) > 3 else "")
        raise NothingToIndex(f"No article could be read from {names}{first}")
    if strict and rejections.count:
        raise NotAllRead(f"{rejections.count:,} things could not be read, so nothing was indexed{first}")
