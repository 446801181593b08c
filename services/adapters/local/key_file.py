"""The installation's own key for the cookies of sign-in: made once, readable by its owner only."""

import contextlib
import os
import secrets
from pathlib import Path

from services.domain.errors import Unavailable

_KEY_BYTES = 32


def installation_key(file: Path) -> bytes:
    """Return the key in a file; makes it when it is missing, so that whoever was signed in signs in again.

    Raises Unavailable when what is there is no key.
    """
    if not file.exists():
        _make(file)
    try:
        key = bytes.fromhex(file.read_text(encoding="ascii"))
    except (OSError, ValueError) as error:
        raise Unavailable(f"The key in {file} cannot be read ({error}).") from error
    if len(key) != _KEY_BYTES:
        raise Unavailable(f"The key in {file} has {len(key)} bytes instead of {_KEY_BYTES}.")
    return key


def _make(file: Path) -> None:
    """Write a key under a name of its own first, so that two who start at once have the same one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as open_draft:
        open_draft.write(secrets.token_bytes(_KEY_BYTES).hex())
        open_draft.flush()
        os.fsync(open_draft.fileno())
    with contextlib.suppress(FileExistsError):
        os.link(draft, file)
    draft.unlink()
