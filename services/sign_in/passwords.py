"""Which passwords are refused: short ones, common ones, patterns, and one's own name."""

import unicodedata

from services.domain.errors import InvalidInput
from services.domain.users import User

SHORTEST, LONGEST = 12, 128
"""Characters; the longest bounds the work of hashing."""
_LONGEST_UNIT = 6
_RUNS = (
    "0123456789012345678901234567890",
    "abcdefghijklmnopqrstuvwxyzabcdefgh",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol",
    "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0",
)
_WORDS = (
    "password", "passwort", "passw0rd", "p@ssword", "p@ssw0rd", "welcome", "letmein", "admin", "administrator",
    "qwerty", "iloveyou", "changeme", "secret", "monkey", "dragon", "football", "baseball", "sunshine",
    "princess", "superman", "batman", "trustno1", "whatever", "starwars", "computer", "internet", "master",
    "michael", "liverpool", "chocolate", "basketball", "winter", "spring", "summer", "autumn", "hello",
    "finance", "advisor", "analyst", "reviewer", "auditor", "controller", "company", "abc", "test", "guest",
    "login", "user", "default", "money", "your", "my", "is", "the", "love", "forever", "always", "correct",
    "horse", "battery", "staple",
)  # fmt: skip
"""What common passwords are made of: nothing else beside digits and signs makes a password common too."""


def prepared(password: str) -> str:
    """Return the one form in which a password is hashed and compared (Unicode NFKC)."""
    return unicodedata.normalize("NFKC", password)


def require_strong(password: str, owner: User) -> None:
    """Return when a password may be set; raises InvalidInput saying what is wrong with it."""
    text = prepared(password)
    if not SHORTEST <= len(text) <= LONGEST:
        raise InvalidInput(
            f"A password has {SHORTEST} to {LONGEST} characters; this one has {len(text)}."
        )
    own = [owner.user_id, *owner.name.split(), *owner.email.split("@")]
    if is_common(text, own):
        raise InvalidInput(
            "This password is among those that are tried first (common words, patterns, or the own name); "
            "take several words that do not belong together."
        )


def is_common(password: str, own: list[str]) -> bool:
    """Whether a password is a pattern, or common words and ``own`` ones with digits and signs only."""
    text = password.casefold()
    if len(set(text)) < _LONGEST_UNIT or _repeats(text) or any(text in run for run in _both_ways()):
        return True
    words = sorted({*_WORDS, *(word.casefold() for word in own if len(word) > 1)}, key=len)
    for word in reversed(words):
        text = text.replace(word, "")
    return not any(letter.isalpha() for letter in text)


def _repeats(text: str) -> bool:
    units = (text[:size] for size in range(1, _LONGEST_UNIT + 1))
    return any((unit * len(text))[: len(text)] == text for unit in units)


def _both_ways() -> list[str]:
    return [*_RUNS, *(run[::-1] for run in _RUNS)]
