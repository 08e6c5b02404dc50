"""One rebuild's new generations: made from the one before, published with its words first, then with more and more vectors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from vectorstore import generations, sealed, segments
from vectorstore.archive import Archive
from vectorstore.archiving import ArchiveWriter
from vectorstore.encoders import Encoder
from vectorstore.errors import IndexDamaged, IndexIncompatible, NoIndex, VectorsLost
from vectorstore.filling import Filling, Place, Slices
from vectorstore.generations import Checked, Manifest
from vectorstore.lexical import LexicalIndex
from vectorstore.minilm import cores
from vectorstore.segments import NONE, Numbers, Segment, Segments, within
from vectorstore.served import prefix
from vectorstore.server import Server
from vectorstore.spread import Here, Work
from vectorstore.verify import Prober

Progress = Callable[[str, int, int], None]  # "articles" read so far and 0, or "passages" with a vector and how many there are

_SOON = 256  # fewer missing vectors than that are made before anything is published
_MOST, _SMALL = 8, 4_096  # where there are more segments than that, those with fewer vectors than that are merged
_DEAD = 0.3  # a segment of which more is dead is merged
_WORDS_ANEW = 0.3  # where more passages than that are gone, words are indexed anew


class Building:
    """The folder of the next generation and what it is made from; unfinished work is cleared away when the block ends."""

    def __init__(
        self, index_dir: Path, encoder: Encoder, embedder: str, sources: Sequence[str], mapping: Mapping[str, str],
        server: Server | None = None, work: Callable[[], Work] | None = None, to_folder: bool = False,
    ) -> None:  # fmt: skip
        """`to_folder`: what a server finds today is found from the folder again, and the collections there are deleted."""
        self._index_dir, self._encoder, self._server, self._spread = index_dir, encoder, server, work
        to = None if to_folder else server
        self._owner = generations.owner(index_dir) if to else ""
        self._place = Place(index_dir, encoder.fingerprint, to, self._owner)
        if to:
            to.version()  # before hours of work for one that does not answer
        self._said: dict[str, Any] = {"fingerprint": encoder.fingerprint, "embedder": embedder, "sources": list(sources)}
        self._said["mapping"] = dict(mapping)
        self._when = datetime.now(UTC)
        self._before, self._segments, self._lost = _sound(index_dir, encoder.fingerprint, server, to_folder)
        self._known: dict[str, sealed.Seal] = {}
        self._next = self._before.manifest.next_passage if self._before else 0
        self._verified = {segment.folder.name for segment in self._segments}
        self._working: Work | None = None  # workers, once there is enough for them
        self._live: list[Checked] = []  # what was published, the last one last
        self.languages: dict[str, int] = {}  # articles by their language's code

    def __enter__(self) -> Building:
        self._prober = Prober(self._server).__enter__()
        self._folder = generations.new(self._index_dir)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._working:
            self._working.close()
        self._prober.__exit__(kind, error, trace)
        generations.sweep(self._index_dir, self._server)

    @property
    def is_anew(self) -> bool:
        """Whether there is no generation to go on from: none, or none that is whole."""
        return self._before is None

    @property
    def published(self) -> Checked:
        """The generation that is live now."""
        return self._live[-1]

    @contextmanager
    def writing(self) -> Iterator[ArchiveWriter]:
        """The archive, to be edited: that of the generation before, or an empty one."""
        file = self._folder / "articles.sqlite"
        before = self._before.folder / file.name if self._before else None
        if before:
            sealed.copy(before, file)
        editor = ArchiveWriter(file, self._next, before)
        yield editor
        editor.close()
        self._words(editor)
        self._next = editor.next_passage

    def reading(self, archive: ArchiveWriter, progress: Progress | None) -> Progress:
        """The progress of reading, which has workers start as soon as there is enough for them, while the rest is read."""

        def told(what: str, count: int, of: int) -> None:
            self._work(archive.next_passage - archive.first_passage)
            if progress:
                progress(what, count, of)

        return told

    def _words(self, edited: ArchiveWriter) -> None:
        """Indexes the words of what is new, and takes out those of what is gone."""
        to, before = self._folder, self._before
        archive = Archive(to / "articles.sqlite")
        self._articles, self._passages = archive.counts()
        self.languages = archive.languages()
        try:
            if before and not LexicalIndex.is_current(before.folder / "lexical"):
                before = None  # the vectors stay
            if before and not edited.edited:
                archive.close()
                (to / "articles.sqlite").unlink()
                sealed.link(before.folder, to, self._linked(before.manifest))
            elif before and len(edited.removed) <= _WORDS_ANEW * before.manifest.passages:
                words = {name: seal for name, seal in self._linked(before.manifest).items() if name.startswith("lexical/")}
                sealed.link(before.folder, to, words, copied=("lexical/meta.json", "lexical/.managed.json"))
                LexicalIndex.edit(to / "lexical", edited.removed, archive.for_indexing(edited.first_passage))
            else:
                LexicalIndex.write(to / "lexical", archive.for_indexing())
        finally:
            archive.close()

    def vectors(self, progress: Progress | None) -> tuple[int, int]:
        """Makes the vectors that are missing, publishing as they come; (texts encoded, passages that kept a vector)."""
        archive = Archive(self._folder / "articles.sqlite")
        before = Archive(self._before.folder / "articles.sqlite") if self._before else None
        try:
            self._alive = np.sort(np.fromiter(archive.numbers(), np.int64))
            missing = self._alive[~within(self._alive, _all(self._segments))]
            held = len(self._alive) - len(missing)
            work = self._work(len(missing))  # workers start while words are published
            if len(missing) > _SOON:
                self._publish()
            encoded = reused = 0
            if len(missing):
                with Filling(archive, before, self._segments, self._encoder, work, self._place) as filling:
                    for segment in filling.segments(missing, partial(self._told, progress, held)):
                        self._segments.append(segment)
                        self._merge()
                        self._publish()
                        filling.search(self._segments)
                    encoded, reused = filling.encoded, filling.reused
            else:
                self._merge()
                self._publish()
            if progress:
                progress("passages", len(self._alive), len(self._alive))
            return encoded, held + reused
        finally:
            archive.close()
            if before:
                before.close()

    def _work(self, many: int) -> Work:
        """Who encodes so many passages: few are done here before a worker has started."""
        if not self._spread or many <= _SOON:
            return Here(self._encoder)
        self._working = self._working or self._spread()
        return self._working

    def _told(self, progress: Progress | None, before: int, done: int) -> None:
        if progress:
            progress("passages", before + done, len(self._alive))

    def _move(self) -> None:
        """Makes anew, of their vectors, segments that are not where they belong, do not keep them, or were lost on a server."""
        here = prefix(self._owner) if self._place.server else ""
        at_home = {one for one in self._segments if (one.collection.startswith(here) if here else not one.collection)}
        for one in [one for one in self._segments if one not in at_home or one in self._lost or not one.keeps]:
            self._segments.remove(one)
            self._anew([one], one.numbers[within(one.numbers, self._alive)].tolist())

    def _anew(self, chosen: Sequence[Segment], numbers: Sequence[int]) -> None:
        """Makes one segment of the living vectors of some."""
        if numbers:
            old = Segments(chosen, server=self._server)
            try:
                job = self._place.job(numbers, Slices(numbers, old.stacked), "segments that are made one")
                self._segments.append(self._place.moved(job, job.done(self._encoder)))
            finally:
                old.close()

    def _merge(self) -> None:
        """Makes one segment of those that are mostly dead or too many; nothing is encoded for it."""
        self._move()
        living = {segment: segment.numbers[within(segment.numbers, self._alive)] for segment in self._segments}
        whole = [one for one in self._segments if len(living[one]) >= (1 - _DEAD) * len(one.numbers)]
        small = sorted((one for one in whole if len(living[one]) < _SMALL), key=lambda one: len(living[one]))
        chosen = [one for one in self._segments if one not in whole]
        if len(whole) + bool(chosen) > _MOST and len(small) > 1:
            # As few as make it worth while: as many as the next is larger than all before it together.
            count = next(
                (n for n in range(2, len(small)) if len(living[small[n]]) > sum(len(living[o]) for o in small[:n])), len(small)
            )
            chosen += small[:count]
        if not chosen:
            return
        self._segments = [one for one in self._segments if one not in chosen]
        self._anew(chosen, sorted(int(number) for one in chosen for number in living[one]))

    def _publish(self) -> None:
        """Seals, tries and publishes the folder; what is published after that gets a folder of its own, of links."""
        if self._live:
            self._folder = generations.new(self._index_dir)
            sealed.link(self.published.folder, self._folder, self._linked(self.published.manifest))
        held = _all(self._segments)
        generations.seal(
            self._folder, held[~within(held, self._alive)], self._segments, self._when, self._known,
            articles=self._articles, passages=self._passages, next_passage=self._next, **self._said,
        )  # fmt: skip
        fresh = {segment.folder.name for segment in self._segments} - self._verified
        try:
            self._prober.verify(self._folder, fresh)
        except IndexDamaged as error:
            raise IndexDamaged(
                f"The new index did not pass its verification ({error}): the one before stays; try again."
            ) from error
        self._verified |= fresh
        generations.publish(self._index_dir, self._folder)
        generations.sweep(self._index_dir, self._server, made=False)  # the next may be being written
        self._live.append(generations.check(self._folder))

    def _linked(self, manifest: Manifest) -> dict[str, sealed.Seal]:
        """The files of a generation that another takes over, which therefore need not be read to be sealed."""
        self._known = {name: seal for name, seal in manifest.files.items() if name != "dead.npy"}
        return self._known


def _all(held: Sequence[Segment]) -> Numbers:
    return np.sort(np.concatenate([NONE, *(segment.numbers for segment in held)]))


def _sound(
    index_dir: Path, fingerprint: str, server: Server | None, to_folder: bool
) -> tuple[Checked | None, list[Segment], set[Segment]]:
    """The live generation, those of its segments that are of this embedder, and those of them that the server has lost.

    Every byte of them is as it was written; what is damaged is left out: it is made anew. No generation: None. Raises
    VectorsUnavailable where a server that has some does not answer; `to_folder` needs none.
    """
    with ThreadPoolExecutor(cores()) as readers:  # side by side: digests take longer than reading does
        try:
            folder = generations.folder(index_dir, generations.live(index_dir))
            manifest = generations.manifest(folder)
            listed = manifest.segments if manifest.fingerprint == fingerprint else ()
            looked = [readers.submit(_looked_at, index_dir / "segments" / name, digest, fingerprint) for name, digest in listed]
            sealed.check(folder, manifest.files, every_byte=True)
        except (NoIndex, IndexDamaged, IndexIncompatible):
            readers.shutdown(cancel_futures=True)
            return None, [], set()
        found = [one for each in looked if (one := each.result())]
    held, lost = list[Segment](), set[Segment]()
    for one in found:
        with suppress(VectorsLost):
            try:
                if not (to_folder and one.keeps):
                    one.look(server)
            except VectorsLost:
                if not one.keeps:
                    raise
                lost.add(one)
            held.append(one)
    return Checked(folder, manifest, tuple(held), NONE), held, lost


def _looked_at(folder: Path, digest: str, fingerprint: str) -> Segment | None:
    """The segment, every byte of it read; None where it is damaged."""
    with suppress(IndexDamaged):
        return segments.look_at(folder, digest, fingerprint, every_byte=True)
    return None
