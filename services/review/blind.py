"""What is judged blind: who decides on an audit is not told how sure we are until it is decided."""

from collections.abc import Iterable

from services.access import Permission, may
from services.domain.ids import InsightId
from services.domain.users import User
from services.ports import RecordStore
from services.review.items import audit_item_id


def judges_blind(actor: User) -> bool:
    """Whether the actor is one of those who decide, so that open audits are kept from them."""
    return may(actor, Permission.REVIEW)


def blind_to(
    actor: User, insights: Iterable[InsightId], records: RecordStore
) -> frozenset[InsightId]:
    """Return those of the insights whose confidence, and what it follows from, the actor is not told now."""
    if not judges_blind(actor):
        return frozenset()
    found = {one: records.review_item(audit_item_id(one)) for one in insights}
    return frozenset(one for one, item in found.items() if item is not None and item.is_blind)
