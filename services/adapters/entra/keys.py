"""The public keys that Entra ID signs with: kept, and fetched anew when a token names one we do not have."""

import time
from collections.abc import Callable, Mapping
from threading import Lock

from jwt import PyJWK, PyJWKClient, PyJWTError

from services.domain.errors import Unavailable

ALGORITHM = "RS256"
"""The one algorithm that is taken, whatever a token or a key says."""
COOLDOWN_SECONDS = 30.0
"""No two requests for the keys are closer than this, whatever tokens name and whether they succeed."""
FRESH_SECONDS = 900.0
"""Older keys are fetched anew before they are used, so that a withdrawn one ends."""
KEPT_SECONDS = 24 * 3600.0
"""For so long after the last answer its keys are used while the endpoint does not answer."""
_TIMEOUT_SECONDS = 5.0


class SigningKeys:
    """The keys of one address by their id; safe to be asked by several threads."""

    def __init__(self, address: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = PyJWKClient(address, cache_jwk_set=False, timeout=_TIMEOUT_SECONDS)
        self._clock = clock
        self._lock = Lock()
        self._keys: Mapping[str, PyJWK] = {}
        self._fetched_at: float | None = None
        self._tried_at: float | None = None

    def find(self, key_id: str) -> PyJWK | None:
        """Return the key, None when it is not among the published ones; raises Unavailable without any keys."""
        if self._is_wanted(key_id) and self._lock.acquire(blocking=key_id not in self._keys):
            try:
                if self._is_wanted(key_id) and not self._is_cooling_down():
                    self._fetch()
            finally:
                self._lock.release()
        if self._fetched_at is None or self._clock() - self._fetched_at > KEPT_SECONDS:
            raise Unavailable(
                "Entra ID gives no signing keys at the moment; try again in a minute."
            )
        return self._keys.get(key_id)

    def _is_wanted(self, key_id: str) -> bool:
        """Whether the key is missing, or all are too old to be used unasked."""
        is_fresh = self._fetched_at is not None and self._clock() - self._fetched_at < FRESH_SECONDS
        return not is_fresh or key_id not in self._keys

    def _is_cooling_down(self) -> bool:
        return self._tried_at is not None and self._clock() - self._tried_at < COOLDOWN_SECONDS

    def _fetch(self) -> None:
        self._tried_at = self._clock()
        try:
            found = self._client.get_signing_keys()
        except (PyJWTError, OSError, ValueError):
            return
        self._keys = {
            key.key_id: key for key in found if key.key_id and key.algorithm_name == ALGORITHM
        }
        self._fetched_at = self._clock()
