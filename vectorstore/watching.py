"""Tells when files that an index was made from have changed. The only file that imports watchfiles."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

_QUIET = 1_000  # milliseconds without a further change: an export that is being written is read once, when it is whole
_LONGEST = 30_000  # of changes without such a pause


def changes(paths: Sequence[Path], index_dir: Path, stop: threading.Event | None = None) -> Iterator[int]:
    """0 once as soon as the watch is on, then after each change below the paths how many files it touched.

    What changes while the caller is busy is told afterwards. Ends when `stop` is set; Ctrl+C is raised.
    Nothing below the index and no hidden file counts. A file is watched through its folder, so that one that is replaced, as
    feeds and exports are, stays watched; a folder that is gone and comes back too.
    """
    from watchfiles import Change, watch

    files = {path.resolve() for path in paths if not path.is_dir()}
    folders = {path.resolve() for path in paths if path.is_dir()}
    below = index_dir.resolve()

    def counts(_: Change, name: str) -> bool:
        path = Path(name)
        if path.is_relative_to(below):
            return False
        if path in files:
            return True
        base = next((folder for folder in folders if path.is_relative_to(folder)), None)
        return base is not None and not any(part.startswith(".") for part in path.relative_to(base).parts)

    watched = folders | {file.parent for file in files if file.parent.is_dir()}
    started = False
    for found in watch(
        *watched,
        watch_filter=counts,
        debounce=_LONGEST,
        step=_QUIET,
        stop_event=stop,
        rust_timeout=_QUIET,
        yield_on_timeout=True,
        ignore_permission_denied=True,
    ):
        if found or not started:
            started = True
            yield len({name for _, name in found})
