"""Kept answers: written in one transaction with what was done for the request."""

from contextlib import AbstractContextManager
from typing import Protocol

from services.domain.answers import KeptAnswer


class AnswerStore(Protocol):
    """Makes an act and its answer one: both are stored, or neither is."""

    def together(self, *, alone: bool = False) -> AbstractContextManager[None]:
        """Make everything that the running thread commits meanwhile one transaction; nothing stays on any error.

        Nobody else writes from the first commit on, with ``alone`` from the beginning.
        """
        ...

    def kept(self, answer_id: str) -> KeptAnswer | None:
        """Return an answer while it is kept."""
        ...

    def keep(self, answer: KeptAnswer) -> None:
        """Keep an answer and drop those whose time is over; raises Conflict when one with its id is there."""
        ...
