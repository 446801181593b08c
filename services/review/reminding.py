"""A reminder of a review item that nobody decided in time, once for each due date."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from services.domain.audit import AuditEvent
from services.domain.base import utc_now
from services.domain.errors import Conflict, NotFound
from services.domain.ids import ReviewItemId
from services.domain.messages import Effects
from services.domain.notices import Notice, NoticeKind
from services.domain.reviews import ReviewStatus
from services.domain.users import SYSTEM
from services.ports import RecordStore
from services.review.bench import Bench, Case
from services.review.notices import Told, notice
from services.review.queue import subject_of, usual_due

REVIEWERS = "reviewers"
"""Who is told of an item that is nobody's: as they have no address, the mailbox of notices."""


class ReminderDesk:
    """Says until when an item is to be decided, and reminds of it afterwards."""

    def __init__(self, records: RecordStore, clock: Callable[[], datetime] = utc_now) -> None:
        self._bench = Bench(records, clock)
        self._records = records

    def due(self, review_item_id: ReviewItemId) -> datetime | None:
        """Return until when an item is to be decided, None for one that is decided or gone."""
        case = self._waiting(review_item_id)
        return None if case is None else self._due(case)

    def remind(self, review_item_id: ReviewItemId) -> Notice | None:
        """Tell who has an overdue item, or the reviewers, once; None where it is decided or not due."""
        case = self._waiting(review_item_id)
        due = None if case is None else self._due(case)
        if case is None or due is None or due > case.now:
            return None
        about = case.insight.title if case.insight is not None else "how a report was read"
        words = f"It was to be decided by {due:%Y-%m-%d %H:%M} UTC."
        to = case.state.assigned_to or (case.state.claim.by if case.state.claim else REVIEWERS)
        told = Told(NoticeKind.OVERDUE, to, f"A review item is overdue: {about}", words, "System")
        made = notice(told, case.item, due.isoformat(), case.now, case.now)
        with suppress(Conflict):  # it was told already
            self._records.commit(Effects(creates=(made,), audit=(_event(case, made),)))
        return made

    def _waiting(self, review_item_id: ReviewItemId) -> Case | None:
        try:
            case = self._bench.case(review_item_id)
        except NotFound:
            return None
        return case if case.item.status is ReviewStatus.OPEN else None

    def _due(self, case: Case) -> datetime | None:
        if case.state.due is not None:
            return case.state.due
        subject = subject_of(case.item, self._records)
        return None if subject is None else usual_due(case.item, subject)


def _event(case: Case, told: Notice) -> AuditEvent:
    return AuditEvent(
        actor=SYSTEM.user_id,
        action="review_overdue",
        resource=case.subject,
        detail={"item": case.item.review_item_id, "to": told.to, "alert": told.notice_id},
        at=case.now,
    )
