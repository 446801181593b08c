"""The notices that go with what people do, written in the same transaction as the act."""

from dataclasses import dataclass
from datetime import datetime

from services.domain.ids import NoticeId, deterministic_id
from services.domain.notices import Notice, NoticeKind
from services.domain.reviews import ReviewItem

_PAGES = {NoticeKind.QUESTION: "inbox"}


@dataclass(frozen=True, slots=True)
class Told:
    """What a notice says: its kind, to whom, one line, the text, who writes."""

    kind: NoticeKind
    to: str
    subject: str
    text: str
    by: str


def notice(told: Told, item: ReviewItem, key: str, at: datetime, send_from: datetime) -> Notice:
    """Return a notice about an item; the same ``key`` of the same item to the same person is the same notice.

    It is sent from ``send_from`` on, so that an act can still be undone before anybody hears of it.
    """
    page = _PAGES.get(told.kind, "item")
    return Notice(
        notice_id=NoticeId(
            deterministic_id("notice", item.review_item_id, told.kind, key, told.to)
        ),
        kind=told.kind,
        to=told.to,
        subject=told.subject,
        text=told.text,
        path=f"{page}?item={item.review_item_id}",
        report_id=item.report_id,
        review_item_id=item.review_item_id,
        insight_id=item.insight_id,
        written_by=told.by,
        written_at=at,
        next_try=send_from,
    )
