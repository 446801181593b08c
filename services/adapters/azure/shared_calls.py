"""Answers of Document Intelligence kept for an hour in the cache, so that one process reads what another asked for."""

import json
import zlib
from collections.abc import Sequence
from hashlib import sha256
from typing import Protocol

import anyio

from services.adapters.azure.analyze_calls import MODEL, Deadline, Json, page_ranges
from services.ports import Cache

KEPT_SECONDS = 3600


class Calls(Protocol):
    """Who asks the service for pages."""

    def result(self, data: bytes, numbers: Sequence[int], deadline: Deadline) -> Json:
        """Return the ``analyzeResult`` of the given rising 1-based pages of a PDF, with all of them."""
        ...

    def check(self) -> str:
        """Return how the service is; raises Unavailable."""
        ...


class SharedCalls:
    """Asks the service for a range of pages once, whichever process asks; without the cache it is asked again."""

    def __init__(self, calls: Calls, cache: Cache) -> None:
        self._calls = calls
        self._cache = cache

    def result(self, data: bytes, numbers: Sequence[int], deadline: Deadline) -> Json:
        """Return the ``analyzeResult`` of the pages; raises as ``AnalyzeCalls``. Not for the event loop's thread."""
        key = f"{MODEL}/{sha256(data).hexdigest()}/{page_ranges(numbers)}"
        found = anyio.run(self._cache.get, key)
        if found is not None:
            kept: Json = json.loads(zlib.decompress(found))
            return kept
        result = self._calls.result(data, numbers, deadline)
        packed = zlib.compress(json.dumps(result).encode())
        anyio.run(self._cache.put, key, packed, KEPT_SECONDS)
        return result

    def check(self) -> str:
        """Return how the service is; raises Unavailable."""
        return self._calls.check()
