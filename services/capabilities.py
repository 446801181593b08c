"""Which service does what, and how each of them is: all are asked at once, none for longer than its time."""

import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass
from threading import Thread

from services.domain.errors import AdvisorError

PATIENCE_SECONDS = 30.0
"""Whoever has not answered by then counts as silent; adapters give up earlier by themselves."""
_OUR_OWN = "Part of the product; there is nobody to ask."
_TAKES_ONLY = "It takes what it is sent and cannot be asked; what it refused is in the log."
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Capability:
    """What is needed, the adapter in use, its host ('' on this machine), and how it is asked (None: it cannot be)."""

    name: str
    adapter: str
    host: str
    check: Callable[[], str] | None


@dataclass(frozen=True, slots=True)
class Checkup:
    """How a capability was found: fine or not, in words, and how long the answer took."""

    capability: Capability
    is_fine: bool
    sentence: str
    milliseconds: int


class CapabilityDesk:
    """Tells which adapters are in use and asks them how they are."""

    def __init__(
        self, capabilities: Sequence[Capability], patience_seconds: float = PATIENCE_SECONDS
    ) -> None:
        self.capabilities = tuple(capabilities)
        self._patience = patience_seconds

    def check(self) -> list[Checkup]:
        """Return how each capability is, in the order of the table; takes as long as the slowest."""
        asked = [(one, _begun(one)) for one in self.capabilities]
        wait([future for _, future in asked], timeout=self._patience)
        return [future.result() if future.done() else self._silent(one) for one, future in asked]

    def _silent(self, capability: Capability) -> Checkup:
        sentence = f"It gave no answer in {self._patience:.0f} seconds."
        return Checkup(capability, False, sentence, round(self._patience * 1000))


def _begun(capability: Capability) -> Future[Checkup]:
    """Return what a thread of its own will say; the end of the program does not wait for it."""
    future = Future[Checkup]()

    def ask() -> None:
        future.set_result(_asked(capability))

    Thread(target=ask, name=f"check {capability.name}", daemon=True).start()
    return future


def _asked(capability: Capability) -> Checkup:
    if capability.check is None:
        sentence = _TAKES_ONLY if capability.host else _OUR_OWN
        return Checkup(capability, True, sentence, 0)
    begun = time.monotonic()
    try:
        is_fine, sentence = True, capability.check()
    except AdvisorError as error:
        is_fine, sentence = False, error.sentence
    except Exception as error:  # noqa: BLE001 - a check that breaks is a finding, and the others still count
        _log.exception("the check of %s broke", capability.name)
        is_fine, sentence = False, f"The check itself broke ({type(error).__name__}); see the log."
    return Checkup(capability, is_fine, sentence, round((time.monotonic() - begun) * 1000))
