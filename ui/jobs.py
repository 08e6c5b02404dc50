"""Uploads: what was sent waits in quarantine and is built into the index in the background, one job at a time.

A job adds files or takes some out. Its files change places by renaming before the build begins; where the build fails or is
cancelled, they are put back, and the index is as it was. A job that the server's end has cut short goes on when it starts again.
"""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from qa.errors import NoRoom, NotFound, TooLarge, TooMany
from ui.builds import Builder
from ui.receiving import Limits, Receiving, writable
from vectorstore import generations
from vectorstore.archive import Given
from vectorstore.errors import StoreError
from vectorstore.uploads import SCHEME, Uploaded, described, discard, folder, incoming, is_key, new_key, uploaded

WAITING, BUILDING, UNDOING, DONE, FAILED, CANCELLED = "waiting", "building", "undoing", "done", "failed", "cancelled"
OVER = (DONE, FAILED, CANCELLED)
_JOB = "job.json"
_AT_ONCE = 4  # uploads that are received at a time
_REMEMBERED = 50  # jobs that are over
_AGAIN = 3.0  # seconds until a build is tried again that another process has kept from beginning
_SOON = 60.0  # seconds that the process that has built waits for the next upload; it holds some 400 MB
_TRIES = 2  # times that a job is begun: one that ends the server itself is not tried for ever
_LISTED = 100  # things that could not be read that a job lists
_LOCKED = "IndexLocked"


@dataclass(slots=True)
class Job:
    """Files to add or to take out, and how far that is."""

    id: str
    adds: list[Uploaded]
    removes: list[Uploaded]
    by: str
    when: str
    twice: list[Uploaded] = field(default_factory=list)  # were there already, byte for byte, or come twice
    tries: int = 0
    state: str = WAITING
    read: int = 0  # articles
    encoded: int = 0  # passages that have their vector, of so many
    of: int = 0
    indexed: bool = False  # words alone find it already
    given: dict[str, Given] = field(default_factory=dict)  # by a file's key
    rejected: list[tuple[str, str]] = field(default_factory=list)  # where, as its sender calls it, and why
    unread: list[Uploaded] = field(default_factory=list)  # gave no article, and were not kept
    removed: int = 0  # articles that left with the files
    articles: int = 0  # in the collection when it was done
    message: str = ""  # why it waits or failed, in a line

    @property
    def totals(self) -> Given:
        return Given(*(sum(column) for column in zip(*self.given.values(), (0, 0, 0, 0), strict=True)))

    def as_dict(self) -> dict[str, Any]:
        given = self.totals
        return {
            "id": self.id,
            "state": self.state,
            "kind": "remove" if self.removes else "add",
            "by": self.by,
            "when": self.when,
            "files": [{"name": one.name, "bytes": one.size} for one in (*self.adds, *self.removes)],
            "same": [one.name for one in self.twice],
            "progress": {"read": self.read, "indexed": self.indexed, "encoded": self.encoded, "of": self.of},
            "added": given.articles - given.replaced,
            "replaced": given.replaced,
            "older": given.older,
            "duplicates": given.duplicates,
            "rejected": {
                "count": len(self.rejected),
                "first": [{"where": where, "reason": reason} for where, reason in self.rejected[:_LISTED]],
            },
            "not_kept": [one.name for one in self.unread],
            "removed": self.removed,
            "articles": self.articles,
            "message": self.message,
        }


class Uploads:
    """What was added to one index through the page, and the jobs that do it. Close it where it is no longer served."""

    def __init__(
        self,
        index_dir: Path,
        embedder: str,
        chroma: tuple[str, str] = ("", ""),
        limits: Limits | None = None,
        again: float = _AGAIN,
    ) -> None:
        self.index_dir, self.limits = index_dir, limits or Limits()
        self._builder_of: Callable[[], Builder] = lambda: Builder(index_dir, embedder, chroma)
        self._again = again
        self._jobs: dict[str, Job] = {}
        self._receiving = 0
        self._changed = threading.Condition()
        self._builder: Builder | None = None  # the worker's alone
        self._running: Builder | None = None  # while it builds
        self._closed = False
        self._take_up()
        self._worker = threading.Thread(target=self._work, name="onrecord-uploads", daemon=True)
        self._worker.start()

    # --- what is asked of it ----------------------------------------------------------------------------------------------

    def begin(self, kind: str, size: int, by: str) -> Receiving:
        """An upload of that type and size: give it its parts, then to `add`. Raises TooMany, TooLarge, NoRoom, UsageError."""
        free = shutil.disk_usage(self.index_dir).free - self.limits.spare
        if size > free:
            raise NoRoom(f"The disk has {max(0, free) // 1_000_000:,} MB left for uploads: make room and send it again.")
        if len(uploaded(self.index_dir)) >= self.limits.kept:
            raise TooLarge(f"There are {self.limits.kept:,} uploaded files already: delete some, or use `onrecord rebuild PATH`.")
        with self._changed:
            if self._receiving >= _AT_ONCE:
                raise TooMany(f"{_AT_ONCE} uploads are being received: try again in 10 s.", 10)
            self._receiving += 1
        try:
            return Receiving(incoming(self.index_dir) / new_key(0), kind, by, self.limits)
        except BaseException:
            self.received()
            raise

    def received(self) -> None:
        """An upload that was begun has ended, either way."""
        with self._changed:
            self._receiving -= 1

    def add(self, receiving: Receiving) -> Job:
        """The job that builds in what was received. Raises UsageError where that is not whole."""
        files = receiving.finish()
        with writable():
            return self._added(receiving, files)

    def remove(self, key: str, by: str) -> Job:
        """The job that takes a file out of the collection, and with it its articles. Raises NotFound."""
        one = next((one for one in uploaded(self.index_dir) if one.key == key), None)
        if one is None or any(one in job.removes for job in self.jobs() if job.state not in OVER):
            raise NotFound(f"There is no uploaded file {key[:60]!r}: take one from the list of them.")
        job = Job(new_key(0), [], [one], by, datetime.now(UTC).isoformat(timespec="seconds"))
        with writable():
            (incoming(self.index_dir) / job.id).mkdir(parents=True)
            return self._enqueue(job)

    def cancel(self, id_: str) -> Job:
        """Ends a job: the collection is then as it was before it. Raises NotFound."""
        with self._changed:
            job = self.job(id_)
            if job.state == WAITING:
                self._over(job, CANCELLED)
                self._put_back(job)
            elif job.state == BUILDING:
                job.state = UNDOING
                if self._running:
                    self._running.stop()
            self._changed.notify_all()
            return job

    def job(self, id_: str) -> Job:
        """A job. Raises NotFound."""
        if id_ not in self._jobs:
            raise NotFound(f"There is no upload {id_[:60]!r}: take one from the list of them.")
        return self._jobs[id_]

    def jobs(self) -> list[Job]:
        """The jobs, the latest first; of those that are over some."""
        with self._changed:
            return sorted(self._jobs.values(), key=lambda job: job.id, reverse=True)

    def files(self) -> list[Uploaded]:
        """What was added, the latest first."""
        return uploaded(self.index_dir)[::-1]

    def close(self) -> None:
        """Ends what is being built; it goes on when there is an Uploads for this index again."""
        with self._changed:
            self._closed = True
            if self._running:
                self._running.stop()
            self._changed.notify_all()
        self._worker.join(5)

    # --- jobs -------------------------------------------------------------------------------------------------------------

    def _added(self, receiving: Receiving, files: Sequence[Uploaded]) -> Job:
        known = {one.digest for one in uploaded(self.index_dir)}
        job = Job(receiving.folder.name, [], [], files[0].by, files[0].when)
        for one in files:
            if one.digest in known:
                discard(receiving.folder / one.key)
                job.twice.append(one)
            else:
                known.add(one.digest)
                job.adds.append(one)
        if not job.adds:
            receiving.abandon()
            job.state = DONE
        return self._enqueue(job)

    def _enqueue(self, job: Job) -> Job:
        if job.state != DONE:
            self._save(job)
        with self._changed:
            self._jobs[job.id] = job
            over = [one.id for one in sorted(self._jobs.values(), key=lambda one: one.id) if one.state in OVER]
            for id_ in over[:-_REMEMBERED]:
                del self._jobs[id_]
            self._changed.notify_all()
        return job

    def _save(self, job: Job) -> None:
        kept = {"by": job.by, "when": job.when, "tries": job.tries, "undo": job.state == UNDOING}
        names = {"adds": [one.key for one in job.adds], "removes": [one.key for one in job.removes]}
        file = incoming(self.index_dir) / job.id / _JOB
        file.with_suffix(".new").write_text(json.dumps(kept | names), encoding="ascii")
        os.replace(file.with_suffix(".new"), file)

    def _take_up(self) -> None:
        """The jobs that were not over when the server ended; what was still being received is deleted."""
        try:
            left = sorted(entry.name for entry in os.scandir(incoming(self.index_dir)))
        except OSError:
            return
        for name in left:
            place = incoming(self.index_dir) / name
            try:
                saved = json.loads((place / _JOB).read_text(encoding="ascii"))
                adds, removes = ([one for key in saved[kind] if (one := self._of(place, key))] for kind in ("adds", "removes"))
                job = Job(name, adds, removes, str(saved["by"]), str(saved["when"]), tries=int(saved["tries"]))
            except (OSError, ValueError, KeyError, TypeError, RecursionError):
                shutil.rmtree(place, ignore_errors=True)
                continue
            if job.tries >= _TRIES:
                job.message = "It was begun twice, and each time the server ended: use `onrecord rebuild PATH` instead."
            if job.tries >= _TRIES or saved.get("undo"):
                job.state = UNDOING
            self._jobs[job.id] = job

    def _of(self, place: Path, key: str) -> Uploaded | None:
        """A job's file, in quarantine or among the kept ones."""
        return (described(place / key) or described(folder(self.index_dir) / key)) if is_key(key) else None

    def _next(self) -> Job | None:
        with self._changed:
            while not self._closed:
                for job in sorted(self._jobs.values(), key=lambda one: one.id):
                    if job.state in (WAITING, UNDOING):
                        job.state = BUILDING if job.state == WAITING else UNDOING  # from here on it is the worker's to end
                        return job
                if not self._changed.wait(_SOON if self._builder else None):
                    self._dismiss()
            return None

    def _dismiss(self) -> None:
        if self._builder:
            self._builder.close()
        self._builder = None

    def _work(self) -> None:
        while job := self._next():
            try:
                self._run(job)
            except OSError as error:  # the disk
                job.message = f"The index's folder cannot be written ({error.strerror or error}): make room there and try again."
                with suppress(OSError):
                    self._put_back(job)
                self._over(job, FAILED)
        self._dismiss()

    def _run(self, job: Job) -> None:
        if job.state == UNDOING:  # by an earlier server
            self._undo(job, "", FAILED)
            return
        job.tries += 1
        self._save(job)
        self._move(job.adds, incoming(self.index_dir) / job.id, folder(self.index_dir))
        self._move(job.removes, folder(self.index_dir), incoming(self.index_dir) / job.id)
        before = self._live()
        said = self._built(job, BUILDING, before)
        if self._closed:  # it goes on another time, and this one does not count
            job.tries -= 1
            self._save(job)
            return
        if "done" in said and job.state == BUILDING:
            self._finish(job, said["done"])
        elif job.state == UNDOING:
            self._undo(job, before, CANCELLED)
        else:
            job.message = said.get("failed", ["", "The build was cut short: try it again, or use `onrecord rebuild`."])[1]
            self._undo(job, before, FAILED)

    def _built(self, job: Job, state: str, before: str) -> dict[str, Any]:
        """The last word of a build that was begun for the job; it waits for other processes that build."""
        while True:
            with self._changed:
                if self._closed or (job.state == UNDOING and state == BUILDING):
                    return {}
                job.state = state
                if not (self._builder and self._builder.is_ready):
                    self._dismiss()
                    self._builder = self._builder_of()
                self._running = builder = self._builder
            said: dict[str, Any] = {}
            try:
                for said in builder.built():
                    if progress := said.get("progress"):
                        self._told(job, before, *progress)
            finally:
                with self._changed:
                    self._running = None
            if said.get("failed", [""])[0] != _LOCKED:
                if "done" not in said:
                    self._dismiss()
                return said
            with self._changed:
                job.message = said["failed"][1]
                self._changed.wait_for(lambda: self._closed or (job.state == UNDOING and state == BUILDING), self._again)

    def _told(self, job: Job, before: str, what: str, done: int, total: int) -> None:
        job.message = ""
        if what == "articles":
            job.read = done
        else:
            job.encoded, job.of = done, total
            job.indexed = job.indexed or self._live() != before

    def _finish(self, job: Job, done: dict[str, Any]) -> None:
        """Notes what came of it. A file that gave no article is not kept: it would be read in vain by every rebuild."""
        given = {one.key: Given(*done["given"][one.where]) for one in job.adds if one.where in done["given"]}
        by_key = {one.key: one for one in job.adds}
        for where, reason in done["rejected"]:
            key = where.removeprefix(SCHEME).partition("/")[0]
            if one := by_key.get(key):
                job.rejected.append((one.name + where.removeprefix(one.where), reason))
        job.given, job.removed, job.articles, job.message = given, done["removed"], done["articles"], ""
        for one in job.adds:
            if one.key not in given:
                job.unread.append(one)
                discard(folder(self.index_dir) / one.key)
        shutil.rmtree(incoming(self.index_dir) / job.id, ignore_errors=True)
        self._over(job, DONE)

    def _undo(self, job: Job, before: str, state: str) -> None:
        """Puts the files back, and, where something of the job was published already, builds without it."""
        job.state = UNDOING
        self._save(job)
        self._put_back(job, discarding=False)
        if self._live() != before:
            self._built(job, UNDOING, before)
            if self._closed:
                return
        shutil.rmtree(incoming(self.index_dir) / job.id, ignore_errors=True)
        self._over(job, state)

    def _put_back(self, job: Job, discarding: bool = True) -> None:
        self._move(job.removes, incoming(self.index_dir) / job.id, folder(self.index_dir))
        self._move(job.adds, folder(self.index_dir), incoming(self.index_dir) / job.id)
        if discarding:
            shutil.rmtree(incoming(self.index_dir) / job.id, ignore_errors=True)

    def _move(self, files: Sequence[Uploaded], of: Path, to: Path) -> None:
        for one in files:
            if (of / one.key).is_dir() and not (to / one.key).exists():
                (of / one.key).rename(to / one.key)

    def _live(self) -> str:
        with suppress(StoreError):
            return generations.live(self.index_dir)
        return ""

    def _over(self, job: Job, state: str) -> None:
        with self._changed:
            job.state = state
            self._changed.notify_all()
