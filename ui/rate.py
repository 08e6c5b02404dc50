"""How often one may ask: counted for each user, or each address where there are no users, in one place. No library."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable

from qa.errors import TooMany, UsageError

_SECONDS = {"s": 1, "sec": 1, "second": 1, "min": 60, "minute": 60, "h": 3_600, "hour": 3_600, "day": 86_400}
_KEYS = 10_000  # that are remembered; the oldest goes


class Rate:
    """So many in so many seconds: all of them at once, and then one whenever its share of the time is over."""

    def __init__(self, number: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.number, self.seconds = number, seconds
        self._clock = clock
        self._until: dict[str, float] = {}  # when what was asked is paid for

    def take(self, who: str) -> None:
        """Counts one. Raises TooMany that says when to come back."""
        now, each = self._clock(), self.seconds / self.number
        paid = max(self._until.pop(who, now), now) + each
        if paid - now > self.seconds + each / 1_000:
            self._until[who] = paid - each
            after = max(1, math.ceil(paid - now - self.seconds))
            raise TooMany(f"That is more than {self.number:,} in {_period(self.seconds)}: ask again in {after} s.", after)
        self._until[who] = paid
        while len(self._until) > _KEYS:
            del self._until[next(iter(self._until))]


def read_rate(text: str) -> Rate:
    """The rate of "30/min". Raises UsageError."""
    found = re.fullmatch(r"([1-9][0-9]{0,5})\s*/\s*([a-z]+)", text.strip().lower(), re.ASCII)
    if not found or found[2] not in _SECONDS:
        raise UsageError(f"{text[:40]!r} is no rate: write it as 30/min; also /s, /h, /day.")
    return Rate(int(found[1]), _SECONDS[found[2]])


def _period(seconds: float) -> str:
    return {1: "a second", 60: "a minute", 3_600: "an hour", 86_400: "a day"}.get(int(seconds), f"{seconds:g} s")
