"""The cache of one process, in its memory."""

import time
from collections.abc import Callable

from services.memo import Memo

_MOST = 256
"""Values kept; a page of 50 insights is 70 KB."""


class LocalCache:
    """Keeps the values used last, each for its time."""

    def __init__(self, most: int = _MOST, clock: Callable[[], float] = time.monotonic) -> None:
        self._kept = Memo[tuple[float, bytes]](most)
        self._clock = clock

    async def get(self, key: str) -> bytes | None:
        """Return what was put under the key, None when its time is over or it made room."""
        until, value = self._kept.known(key) or (0.0, b"")
        return value if self._clock() < until else None

    async def put(self, key: str, value: bytes, seconds: int) -> None:
        """Keep a value for so many seconds at most."""
        self._kept.keep(key, (self._clock() + seconds, value))
