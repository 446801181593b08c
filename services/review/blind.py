"""What is judged blind: who decides on an audit is not told how sure we are until it is decided."""

from services.access import Permission, may
from services.domain.ids import InsightId
from services.domain.reviews import ReviewStatus
from services.domain.users import User
from services.ports import RecordStore


def judges_blind(actor: User) -> bool:
    """Whether the actor is one of those who decide, so that open audits are kept from them."""
    return may(actor, Permission.REVIEW)


def blind_to(actor: User, records: RecordStore) -> frozenset[InsightId]:
    """Return the insights whose confidence, status and route the actor is not told now."""
    if not judges_blind(actor):
        return frozenset()
    waiting = records.review_items(ReviewStatus.OPEN)
    return frozenset(one.insight_id for one in waiting if one.is_blind and one.insight_id)
