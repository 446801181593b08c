"""The cache that processes share, in Redis.

It may be slow, gone, or written to by others. What it gives is believed only with the seal of this installation, made
over key and value; while it does not answer, nobody waits for it.
"""

import hashlib
import hmac
import logging
import time
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from anyio import to_thread
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from services.config import Settings
from services.domain.errors import Unavailable

TIMEOUT_SECONDS = 0.5
"""For a connection, and for an answer; making most answers anew takes less."""
PAUSE_SECONDS = 30.0
"""For so long after a failure Redis is not asked."""
_SEAL_BYTES = hashlib.sha256().digest_size
_log = logging.getLogger(__name__)


class RedisCache:
    """Keeps values in Redis under a hash of their key, each sealed with the key of the installation."""

    def __init__(
        self, client: Redis, seal_key: bytes, host: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._client = client
        self._seal_key = seal_key
        self._host = host
        self._clock = clock
        self._silent_until: float | None = None

    async def get(self, key: str) -> bytes | None:
        """Return what was put under the key; None when it is gone, not ours or not whole, or Redis does not answer."""
        name = _name(key)
        found = await self._asked(partial(self._client.get, name))
        if not isinstance(found, bytes):
            return None
        seal, value = found[:_SEAL_BYTES], found[_SEAL_BYTES:]
        return value if hmac.compare_digest(seal, self._seal(name, value)) else None

    async def put(self, key: str, value: bytes, seconds: int) -> None:
        """Keep a value for so many seconds at most; without effect while Redis does not answer."""
        name = _name(key)
        sealed = self._seal(name, value) + value
        await self._asked(partial(self._client.set, name, sealed, ex=seconds))

    def check(self) -> str:
        """Return how Redis is; raises Unavailable when it does not answer."""
        try:
            self._client.ping()
        except (RedisError, OSError) as error:
            raise Unavailable(
                f"Redis at {self._host} (ADVISOR_REDIS_URL) does not answer ({_words(error)}); "
                "answers are made anew instead."
            ) from error
        return "Answers."

    async def _asked(self, ask: Callable[[], Any]) -> Any:
        if self._silent_until is not None and self._clock() < self._silent_until:
            return None
        try:
            answer = await to_thread.run_sync(ask)
        except (RedisError, OSError) as error:
            if self._silent_until is None:
                _log.warning("Redis at %s does not answer: %s", self._host, _words(error))
            self._silent_until = self._clock() + PAUSE_SECONDS
            return None
        if self._silent_until is not None:
            _log.warning("Redis at %s answers again", self._host)
            self._silent_until = None
        return answer

    def _seal(self, name: str, value: bytes) -> bytes:
        return hmac.new(self._seal_key, name.encode() + value, hashlib.sha256).digest()


def open_cache(settings: Settings, seal_key: bytes) -> RedisCache:
    """Return the cache of the settings; nothing is connected before it is asked."""
    trust = {"ssl_ca_certs": settings.azure_ca_file or None}
    client = Redis.from_url(
        settings.redis_url,
        socket_connect_timeout=TIMEOUT_SECONDS,
        socket_timeout=TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 0),
        **(trust if settings.redis_url.startswith("rediss:") else {}),
    )
    return RedisCache(client, seal_key, urlsplit(settings.redis_url).hostname or "")


def _name(key: str) -> str:
    return f"advisor:{hashlib.sha256(key.encode()).hexdigest()}"


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
