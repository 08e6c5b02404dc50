"""Which files of a folder this process has open."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import pytest

_DESCRIPTORS = Path("/proc/self/fd")


def held(folder: Path) -> set[Path]:
    """The open files under a folder, as paths inside it, the removed ones too; other tests' threads may have others open.

    Skips the test on a system that does not list them.
    """
    if not _DESCRIPTORS.exists():
        pytest.skip("this system does not list its open files")
    files, folder = set(), folder.resolve()
    for descriptor in _DESCRIPTORS.iterdir():
        with contextlib.suppress(OSError):  # it may be closed between these lines
            path = Path(os.readlink(descriptor).removesuffix(" (deleted)"))
            if path.is_relative_to(folder):
                files.add(path.relative_to(folder))
    return files
