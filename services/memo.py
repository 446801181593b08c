"""Results kept as long as what they were made of stays the same."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

Made = TypeVar("Made")


class Memo(Generic[Made]):
    """Keeps the ``most`` results used last, each under a key that names the state it was made of."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, Made] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """Return what ``make`` gives, made once while the key is kept; two threads may make it twice."""
        known = self.known(key)
        return self.keep(key, make()) if known is None else known

    def known(self, key: Hashable) -> Made | None:
        """Return what is kept under the key, None when nothing is."""
        with self._lock:
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key]

    def known_of(self, keys: Sequence[Hashable]) -> list[Made | None]:
        """Return what is kept under each key, None for each that nothing is kept under."""
        with self._lock:
            found = [self._kept.get(key) for key in keys]
            for key, made in zip(keys, found, strict=True):
                if made is not None:
                    self._kept.move_to_end(key)
            return found

    def keep(self, key: Hashable, made: Made) -> Made:
        """Keep a result and return it."""
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return made
