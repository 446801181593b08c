"""A circuit breaker: a service that fails again and again is left alone for a while."""

import threading
import time
from collections.abc import Callable

from services.domain.errors import Unavailable

FAILURES, WINDOW_SECONDS, PAUSE_SECONDS = 5, 30.0, 30.0


class Breaker:
    """Opens after several failures in a short time; after a pause one call at a time may try again."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures: list[float] = []
        self._closed_from: float | None = None

    def pass_or_raise(self) -> None:
        """Let a call pass; raises Unavailable while the circuit is open.

        When the pause is over one call passes, and the next pause begins unless it works.
        """
        with self._lock:
            now = self._clock()
            if self._closed_from is None:
                return
            if now < self._closed_from:
                raise Unavailable(
                    f"The language model failed {FAILURES} times in a row and is left alone for "
                    f"{PAUSE_SECONDS:.0f} seconds."
                )
            self._closed_from = now + PAUSE_SECONDS

    def failed(self) -> None:
        """Count a failure; too many within the window open the circuit."""
        with self._lock:
            now = self._clock()
            self._failures = [at for at in self._failures if now - at < WINDOW_SECONDS] + [now]
            if len(self._failures) >= FAILURES:
                self._closed_from = now + PAUSE_SECONDS

    def worked(self) -> None:
        """Forget the failures and close the circuit."""
        with self._lock:
            self._failures.clear()
            self._closed_from = None
