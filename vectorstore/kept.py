"""The vectors of a segment as they are, in a file beside what finds the nearest: read where one is asked for, or some compared.

Of a large index the file is mapped anew each time: what was read stays in the system's cache, and nothing of it in this process.
The file stays open, so a segment that is swept meanwhile still answers.
"""

from __future__ import annotations

import mmap
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from vectorstore.encoders import Vectors
from vectorstore.errors import IndexDamaged
from vectorstore.sealed import unreadable

FILE = "vectors.npy"
_WRITTEN = 4_096  # rows that are in memory at once


class Rows(Protocol):
    """Vectors that are read a slice at a time: an array, or a file of them."""

    def __getitem__(self, part: slice, /) -> Vectors: ...


class Kept:
    """The vectors of a segment, in the order of their passages' numbers. Threads may share it."""

    def __init__(self, file: Path, stays: bool = False) -> None:
        """`stays`: what was read remains mapped, which saves half of the time that comparing some takes, and costs memory."""
        try:
            self._opened = file.open("rb")
        except OSError as error:
            raise unreadable(file, error) from error
        try:
            np.lib.format.read_magic(self._opened)
            self._shape, _, _ = np.lib.format.read_array_header_1_0(self._opened)
        except ValueError as error:
            self._opened.close()
            raise IndexDamaged(f"{file} is damaged: run `onrecord rebuild`.") from error
        self._start = self._opened.tell()
        self._stays = self._mapped() if stays else None

    @classmethod
    def write(cls, folder: Path, vectors: Rows, many: int) -> Vectors:
        """Writes so many vectors into the folder; the same, to be read from there."""
        about: Any = {"descr": "<f4", "fortran_order": False, "shape": (many, vectors[:1].shape[1])}
        with (folder / FILE).open("wb") as opened:
            np.lib.format.write_array_header_1_0(opened, about)
            for start in range(0, many, _WRITTEN):
                opened.write(np.ascontiguousarray(vectors[start : start + _WRITTEN], "<f4").tobytes())
        return cls(folder / FILE).all()

    def all(self) -> Vectors:
        """Every vector; only what is looked at is read."""
        return self._mapped() if self._stays is None else self._stays

    def _mapped(self) -> Vectors:
        mapped = mmap.mmap(self._opened.fileno(), 0, access=mmap.ACCESS_READ)
        return np.frombuffer(mapped, "<f4", offset=self._start).reshape(self._shape)

    def close(self) -> None:
        self._stays = None
        self._opened.close()
