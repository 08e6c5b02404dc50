"""Tries a generation that was just built, in a process of its own: a directory that Chroma cannot read may take that with it.

The process (`serve`) is started when a build begins and loads Chroma meanwhile; each line that it is given
is a generation's folder and the segments to try, as JSON, and it answers each with a line: empty, or what is wrong.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Collection
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from vectorstore import generations, keeping
from vectorstore.archive import Archive
from vectorstore.errors import IndexDamaged, StoreError
from vectorstore.lexical import LexicalIndex
from vectorstore.segments import Segment, Segments
from vectorstore.server import Server
from vectorstore.store import damaged, load

_SAMPLES = 50


def verify(folder: Path, segments: Collection[str] | None = None, server: Server | None = None) -> None:
    """Raises IndexDamaged unless counts agree, sampled passages are their articles' text and sampled vectors find themselves.

    Vectors of these segments are tried; without `segments`, of all.
    """
    checked = generations.check(folder)
    manifest = checked.manifest
    words = LexicalIndex.open(folder / "lexical")
    archive = Archive(folder / "articles.sqlite")
    vectors = Segments(checked.segments, checked.dead)
    try:
        counted = (*archive.counts(), words.count(), vectors.count())
        if counted != (manifest.articles, manifest.passages, manifest.passages, manifest.vectors):
            raise IndexDamaged(f"the counts (articles, passages, in words, in vectors) are {counted}")
        held = np.fromiter(archive.numbers(), np.int64)
        for number, found in archive.passages(_sampled(np.sort(held))).items():
            passage = found.passage
            whole = archive.article(passage.article_id)
            if whole is None or whole.text[passage.start : passage.end] != passage.text or number >= manifest.next_passage:
                raise IndexDamaged(f"passage {passage.id} is not its article's text")
    finally:
        vectors.close()
        archive.close()
    for segment in checked.segments:
        if segments is None or segment.folder.name in segments:
            _try(segment, server)


def _try(segment: Segment, server: Server | None) -> None:
    vectors = Segments([segment], server=server)
    try:
        if vectors.parts[0].store.count() != len(segment.numbers):
            raise IndexDamaged(f"{segment.folder.name} does not hold {len(segment.numbers)} vectors")
        lost, numbers = 0, _sampled(segment.numbers)
        for number, vector in vectors.vectors(numbers).items():
            found = dict(vectors.nearest(vector, 10))
            near = vectors.vectors(list(found))
            if not found or not all(n in near and abs(float(near[n] @ vector) - found[n]) < 1e-3 for n in found):
                raise IndexDamaged(f"the neighbours of passage {number} are not at their distances")
            # Wire copy has one vector for several passages: any of them is the same place.
            lost += number not in found and max(found.values()) < 1 - 1e-4
        if lost > len(numbers) / 2:  # the search is approximate: a few may be missed among near-equal vectors
            raise IndexDamaged(f"{lost} of {len(numbers)} sampled vectors do not find themselves")
    except damaged() as error:
        raise IndexDamaged(f"the vectors of {segment.folder.name} cannot be read ({error})") from error
    finally:
        vectors.close()


def _sampled(numbers: np.typing.NDArray[np.int64]) -> list[int]:
    places = {int(n) for n in np.linspace(0, len(numbers) - 1, min(_SAMPLES, len(numbers)))} if len(numbers) else set()
    return [int(numbers[place]) for place in sorted(places)]


def verify_live(index_dir: Path, server: Server | None = None) -> None:
    """Reads every byte of the live generation and its segments, and tries them; raises IndexDamaged, which says how to mend.

    Every vector that a server has is read too, which raises VectorsUnavailable or VectorsLost.
    """
    folder, server = generations.folder(index_dir, generations.live(index_dir)), server and server.patient()
    for segment in generations.check(folder, every_byte=True).segments:
        segment.look(server, every=True)
    try:
        with Prober(server) as prober:
            prober.verify(folder)
    except IndexDamaged as error:
        raise IndexDamaged(f"{folder} is as it was written, but does not work ({error}): run `onrecord rebuild`.") from error


class Prober:
    """The process that tries generations; it ends with the block, or is left to the next build (vectorstore/keeping.py)."""

    def __init__(self, server: Server | None = None) -> None:
        self._server, self._kind = server.told if server else None, ("prober", server is None)
        if kept := keeping.taken(self._kind):
            self._process, self._builds = kept
        else:
            self._process, self._builds = self._started(), 0
        self._stdin: Any = self._process.stdin
        self._stdout: Any = self._process.stdout

    def _started(self) -> keeping.Running:
        root = str(Path(__file__).resolve().parents[1])
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))}
        return subprocess.Popen(  # noqa: S603 - our own words
            [sys.executable, "-P", "-c", f"from vectorstore.verify import serve; serve({self._server is None})"],
            env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, errors="replace", start_new_session=True,  # Ctrl+C is for its parent alone
        )  # fmt: skip

    def verify(self, folder: Path, segments: Collection[str] | None = None) -> None:
        """Raises IndexDamaged, with the reason alone, where trying the generation fails, or the process dies of it."""
        line = ""
        with contextlib.suppress(BrokenPipeError):
            asked: dict[str, Any] = {"folder": str(folder.resolve()), "segments": None if segments is None else sorted(segments)}
            asked["server"] = self._server  # by a pipe: a key is nothing for a command line
            self._stdin.write(json.dumps(asked) + "\n")
            self._stdin.flush()
            line = self._stdout.readline()
        if line == "\n":
            return
        if not line:
            line = (self._process.communicate()[1].strip().splitlines() or [f"exit code {self._process.returncode}"])[-1]
        raise IndexDamaged(line.strip()[:300])

    def __enter__(self) -> Prober:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if error or not keeping.left(self._kind, self._process, self._builds + 1):
            keeping.end(self._process)


def serve(soon: bool = True) -> None:
    """What runs in that process; `soon` where Chroma will be needed: a server's vectors are tried without it."""
    if soon:
        threading.Thread(target=load, daemon=True).start()
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            verify(Path(asked["folder"]), asked["segments"], Server(*asked["server"]).patient() if asked["server"] else None)
            print(flush=True)
        except StoreError as error:
            print(" ".join(str(error).split()), flush=True)
