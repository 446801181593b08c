"""Reasoner: a language model that is asked for words; what it says is judged by others."""

from typing import Protocol

from services.domain.reasoning import Question, Reply


class Reasoner(Protocol):
    """Answers questions; may be asked by several threads at once."""

    @property
    def asked(self) -> str:
        """The deployment or model that the settings name."""
        ...

    def reply(self, question: Question, seconds: float) -> Reply:
        """Return the answer, unread.

        Args:
            question: Prompt and turns.
            seconds: How long to wait at most, tries again included.

        Raises:
            Unavailable: there is no answer, with the reason in words.
        """
        ...
