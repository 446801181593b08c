"""Passwords hashed with Argon2id."""

import argon2
from argon2.exceptions import InvalidHashError, VerificationError

NOBODYS = "$argon2id$v=19$m=65536,t=3,p=4$D5lse5MaEfZx1DKthjS3Ng$HZwBY1NVAvqkPmlgzXcmx14QMRXf+/GddTAYfDILdT0"
"""The hash of a random password that nobody knows, with the parameters of all others: it takes as long."""


class Argon2Hasher:
    """Argon2id (RFC 9106, the low-memory profile: 64 MiB, 3 passes, 4 lanes)."""

    def __init__(self) -> None:
        self._argon2 = argon2.PasswordHasher()

    def hash(self, password: str) -> str:
        """Return the salted hash of a password, with its parameters in it."""
        return self._argon2.hash(password)

    def verify(self, stored: str, password: str) -> bool:
        """Whether the password has the stored hash; without one ('') it takes as long and is False."""
        try:
            fits = self._argon2.verify(stored or NOBODYS, password)
        except (VerificationError, InvalidHashError):
            return False
        return fits and bool(stored)
