"""Answers that are kept, so that a request that is sent again is done once and answered alike."""

from datetime import timedelta

from services.domain.base import Instant, Record

KEPT_FOR = timedelta(hours=24)
"""How long an answer is given again."""


class KeptAnswer(Record):
    """What a request was answered with.

    ``answer_id`` names who asked for what under which key, ``fingerprint`` is the SHA-256 of what was sent;
    ``headers`` are those that belong to the answer and not to its transport.
    """

    answer_id: str
    fingerprint: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: str
    made_at: Instant
