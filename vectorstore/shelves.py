"""Which passages filters admit: found once from the records of all articles, so that no question asks the archive for it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable

import numpy as np

from vectorstore.archive import Archive
from vectorstore.segments import Mask
from vectorstore.types import Filters


class Shelves:
    """The outlets and days of all articles, and their passages."""

    def __init__(self, archive: Archive, end: int) -> None:
        """Passages have numbers below `end`."""
        rows = [row for row in archive.shelves() if row[4]]
        self._end = end
        self._first, self._many = (np.array([row[n] for row in rows], np.int64) for n in (3, 4))
        self._articles = np.array([row[0] for row in rows], np.int64)
        self._outlets, self._days = _Labels(row[1] for row in rows), _Labels(row[2] for row in rows)

    def admitted(self, filters: Filters) -> Mask:
        """The passages that the filters admit."""
        return self._passages(self._outlets.which(filters.admits_outlet) & self._days.which(filters.admits_day))

    def of(self, articles: Iterable[int]) -> Mask:
        """The passages of these articles."""
        return self._passages(np.isin(self._articles, np.fromiter(articles, np.int64)))

    def _passages(self, chosen: Mask) -> Mask:
        """Those of the chosen articles: an article's stand in a row."""
        steps = np.zeros(self._end + 1, np.int8)
        steps[self._first[chosen]] += 1
        steps[self._first[chosen] + self._many[chosen]] -= 1
        return np.cumsum(steps[:-1], dtype=np.int8).astype(bool)


class _Labels:
    """One label of each article, of which there are few different ones."""

    def __init__(self, labels: Iterable[Hashable]) -> None:
        numbered: dict[Hashable, int] = {}
        self._of = np.array([numbered.setdefault(label, len(numbered)) for label in labels], np.int64)
        self._labels = list(numbered)

    def which(self, admits: Callable[..., bool]) -> Mask:
        """The articles whose label is admitted."""
        return np.array([admits(label) for label in self._labels], bool)[self._of]
