"""Cache: answers that are quicker to fetch than to make; every one may be gone at any time."""

from typing import Protocol


class Cache(Protocol):
    """Asked on the event loop, which no method keeps waiting; none raises, a cache that is down knows nothing."""

    async def get(self, key: str) -> bytes | None:
        """Return what was put under the key, whole, None when it is not there any more."""
        ...

    async def put(self, key: str, value: bytes, seconds: int) -> None:
        """Keep a value for so many seconds at most."""
        ...
