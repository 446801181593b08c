"""Notices to people: written with the act they tell of, sent afterwards, as often as it takes."""

from enum import StrEnum

from services.domain.base import Instant, Probability, Record
from services.domain.ids import InsightId, NoticeId, ReportId, ReviewItemId


class NoticeKind(StrEnum):
    """What a notice tells."""

    ESCALATED = "escalated"
    ASSIGNED = "assigned"
    QUESTION = "question"
    ANSWER = "answer"
    SIGN_OFF_VOID = "sign_off_void"
    OVERDUE = "overdue"


class NoticeState(StrEnum):
    """Whether a notice has left; ``FAILED`` after the last try, ``WITHDRAWN`` when its act was undone before."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


class Notice(Record):
    """One notice: to whom (an e-mail address or a user id), what, and the page it leads to.

    ``path`` is the page and its query without host, such as ``item?item=review-1``. ``next_try`` is when
    it is sent next; a sender that takes it moves that on, so that no two send it at once.
    ``summary`` and ``confidence`` (0 to 1) are the insight's; while it is audited its confidence is not told.
    """

    notice_id: NoticeId
    kind: NoticeKind
    to: str
    subject: str
    text: str
    path: str
    report_id: ReportId
    review_item_id: ReviewItemId
    insight_id: InsightId | None = None
    summary: str | None = None
    confidence: Probability | None = None
    written_by: str
    written_at: Instant
    state: NoticeState = NoticeState.WAITING
    tries: int = 0
    next_try: Instant
    sent_at: Instant | None = None
    error: str = ""
