"""Signed checkpoints of the audit trail in a container of their own: one blob each, written once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from pydantic import ValidationError

from services.adapters.azure.containers import Container
from services.audit import canonical_json, first_unsigned, signature_of, signed
from services.domain.audit import Breach, BreachKind, Checkpoint

_AT_ONCE = 8


class AzureCheckpoints:
    """``{number}.json`` from 1 on; of two writers of one number the first one's stays.

    The key that signs them is a secret of the installation and lies in neither store.
    """

    def __init__(self, container: Container, key: bytes) -> None:
        self._container = container
        self._key = key

    def write(self, seq: int, head: str, at: datetime) -> Checkpoint | None:
        """Store a checkpoint; None when the last one is as far already. Raises Unavailable."""
        names = self._container.names()
        last = self._read(names[-1]) if names else None
        if seq < 1 or (last is not None and last.seq >= seq):
            return None
        number, previous = (last.number + 1, last.signature) if last else (1, "")
        bare = Checkpoint(number=number, seq=seq, head=head, at=at, previous=previous)
        checkpoint = signed(bare, self._key)
        data = canonical_json(checkpoint).encode()
        is_ours = self._container.write_once(_name(number), data, "application/json")
        return checkpoint if is_ours else None

    def read(self) -> tuple[tuple[Checkpoint, ...], Breach | None]:
        """Return the checkpoints, oldest first, and what of them does not hold (None when all do).

        Where something does not hold, only the checkpoints before it are returned. Raises Unavailable.
        """
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            texts = list(pool.map(self._container.read, self._container.names()))
        found: list[Checkpoint] = []
        fault = None
        for number, text in enumerate(texts, start=1):
            try:
                found.append(Checkpoint.model_validate_json(text))
            except ValidationError:
                sentence = f"Checkpoint {number} cannot be read."
                seq = found[-1].seq if found else 1
                fault = Breach(seq=seq, kind=BreachKind.CHECKPOINT, sentence=sentence)
                break
        fault = first_unsigned(found, self._key) or fault
        held = found if fault is None else [one for one in found if one.seq < fault.seq]
        return tuple(held), fault

    def last_seq(self) -> int:
        """Return how far the last checkpoint is, 0 when there is none or it cannot be read."""
        names = self._container.names()
        try:
            return self._read(names[-1]).seq if names else 0
        except ValueError:
            return 0

    def sign(self, data: bytes) -> str:
        """Return the HMAC-SHA256 of data with the key, as hex."""
        return signature_of(data, self._key)

    def close(self) -> None:
        """Close the connections."""
        self._container.close()

    def _read(self, name: str) -> Checkpoint:
        return Checkpoint.model_validate_json(self._container.read(name))


def _name(number: int) -> str:
    return f"{number:08d}.json"
