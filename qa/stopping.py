"""What ends a question from another thread: whoever asked has gone, or pressed Stop."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Stop:
    """Ends what has asked to be told; ended once, it stays so. Any thread may call it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._told: list[Callable[[], None]] = []
        self.ended = False

    def when_ended(self, call: Callable[[], None]) -> None:
        """`call` is called once, when it ends: at once, if it has. It must return at once, and raise nothing."""
        with self._lock:
            if not self.ended:
                self._told.append(call)
                return
        call()

    def end(self) -> None:
        with self._lock:
            told, self._told, self.ended = self._told, [], True
        for call in told:
            call()
