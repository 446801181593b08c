"""Signed checkpoints of the audit trail: a file of its own beside the database, only ever appended to."""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from pydantic import ValidationError

from services.audit import canonical_json, first_unsigned, signature_of, signed
from services.domain.audit import Breach, BreachKind, Checkpoint
from services.domain.errors import Unavailable

_KEY_BYTES = 32


class CheckpointFile:
    """``checkpoints.jsonl`` and its key in a folder; one writer at a time, every line on disk.

    The key is made with the first checkpoint, readable by its owner only, and gets its name after that is
    on disk. A key without checkpoints, or checkpoints without their key, mean that somebody took the other
    away: nothing is written then.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / "checkpoints.jsonl"
        self._key = folder / "checkpoints.key"
        self._new_key = folder / "checkpoints.key.new"

    def write(self, seq: int, head: str, at: datetime) -> Checkpoint | None:
        """Append a checkpoint; None when the last one is as far already, or when the file or its key is gone.

        Raises OSError where the disk does not take it.
        """
        if seq < 1 or (self._key.exists() and not self._file.exists()):
            return None
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._locked() as file:
            lines = file.read().splitlines()
            if bool(lines) is not self._has_key(lines):
                return None
            last = Checkpoint.model_validate_json(lines[-1]) if lines else None
            if last is not None and last.seq >= seq:
                return None
            key = self._read_key() if lines else self._make_key()
            is_first = not lines
            number, previous = (last.number + 1, last.signature) if last else (1, "")
            bare = Checkpoint(number=number, seq=seq, head=head, at=at, previous=previous)
            checkpoint = signed(bare, key)
            file.write(canonical_json(checkpoint).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
            if is_first or not self._key.exists():
                self._new_key.replace(self._key)
        return checkpoint

    def read(self) -> tuple[tuple[Checkpoint, ...], Breach | None]:
        """Return the checkpoints, oldest first, and what of them does not hold (None when all do).

        Where something does not hold, only the checkpoints before it are returned.
        """
        try:
            return self._read()
        except (OSError, ValueError) as error:
            return (), _gone(f"The checkpoints or their key cannot be read ({error}).")

    def _read(self) -> tuple[tuple[Checkpoint, ...], Breach | None]:
        lines = self._lines()
        if not lines:
            is_taken = self._key.exists()
            return (), _gone("The checkpoints are gone; their key is there.") if is_taken else None
        if not self._has_key(lines):
            return (), _gone("The key of the checkpoints is gone.")
        found: list[Checkpoint] = []
        fault = None
        for number, line in enumerate(lines, start=1):
            try:
                found.append(Checkpoint.model_validate_json(line))
            except ValidationError:
                fault = _gone(f"Checkpoint {number} cannot be read.", found[-1].seq if found else 1)
                break
        fault = first_unsigned(found, self._read_key()) or fault
        held = found if fault is None else [one for one in found if one.seq < fault.seq]
        return tuple(held), fault

    def last_seq(self) -> int:
        """Return how far the last readable checkpoint is, 0 when there is none."""
        checkpoints, _ = self.read()
        return checkpoints[-1].seq if checkpoints else 0

    def sign(self, data: bytes) -> str:
        """Return the HMAC-SHA256 of data with the key; raises Unavailable before the first checkpoint."""
        if not self._key.exists():
            raise Unavailable("There is no key to sign with: the trail has no checkpoint yet.")
        return signature_of(data, self._read_key())

    def _lines(self) -> list[bytes]:
        if not self._file.exists():
            return []
        with self._file.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH)
            return file.read().splitlines()

    def _has_key(self, lines: list[bytes]) -> bool:
        """Whether there is a key; one whose first checkpoint was never written is none."""
        return self._key.exists() or (bool(lines) and self._new_key.exists())

    def _read_key(self) -> bytes:
        file = self._key if self._key.exists() else self._new_key
        key = bytes.fromhex(file.read_text(encoding="ascii"))
        if len(key) != _KEY_BYTES:
            raise ValueError(f"the key has {len(key)} bytes instead of {_KEY_BYTES}")
        return key

    def _make_key(self) -> bytes:
        key = secrets.token_bytes(_KEY_BYTES)
        self._new_key.unlink(missing_ok=True)
        descriptor = os.open(self._new_key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(key.hex())
            file.flush()
            os.fsync(file.fileno())
        return key

    @contextmanager
    def _locked(self) -> Iterator[BinaryIO]:
        with self._file.open("a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            yield file


def _gone(sentence: str, seq: int = 1) -> Breach:
    return Breach(seq=seq, kind=BreachKind.CHECKPOINT, sentence=sentence)
