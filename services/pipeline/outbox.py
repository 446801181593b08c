"""Sending what lies in the outbox: each notice until it has left, at most a few times."""

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.adapters.local.telemetry import LogTelemetry
from services.domain.base import utc_now
from services.domain.errors import AdvisorError
from services.domain.notices import Notice, NoticeState
from services.ports import Notifier, Outbox, Telemetry

MAX_TRIES = 8
MAX_WAIT_SECONDS = 3600.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sender:
    """Takes notices out of the outbox one by one and hands them to the notifier."""

    outbox: Outbox
    notifier: Notifier
    clock: Callable[[], datetime] = utc_now
    telemetry: Telemetry = field(default_factory=LogTelemetry)

    def send_next(self) -> bool:
        """Send the next due notice; whether there was one. A failed try waits longer each time."""
        notice = self.outbox.take()
        if notice is None:
            return False
        try:
            with self.telemetry.span("notifier.send", "call"):
                self.notifier.send(notice)
        except AdvisorError as error:
            _log.warning("notice %s was not taken: %s", notice.notice_id, error.sentence)
            self.outbox.settle(self._failed(notice, error.sentence))
            return True
        sent = {"state": NoticeState.SENT, "sent_at": self.clock(), "error": ""}
        self.outbox.settle(notice.model_copy(update=sent))
        return True

    def _failed(self, notice: Notice, sentence: str) -> Notice:
        state = NoticeState.FAILED if notice.tries >= MAX_TRIES else NoticeState.WAITING
        base = min(2.0**notice.tries, MAX_WAIT_SECONDS)
        spread = random.Random(f"{notice.notice_id}/{notice.tries}").random()  # noqa: S311 - no secret
        wait = timedelta(seconds=base * (1 + spread))
        return notice.model_copy(
            update={"state": state, "error": sentence, "next_try": self.clock() + wait}
        )
