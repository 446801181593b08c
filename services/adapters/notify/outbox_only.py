"""No way out: the notice stays in the outbox, where its recipient reads it on the Inbox page."""

from services.domain.notices import Notice


class OutboxOnly:
    """The embedded default: being in the outbox is being delivered."""

    def send(self, notice: Notice) -> None:
        """Leave the notice where it is."""
