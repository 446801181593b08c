"""A store with one item in review, a clock that stands still, and the three desks over it."""

from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pytest

from services.adapters.local.database import Database
from services.adapters.local.records import SqliteRecordStore
from services.domain.ids import ReviewItemId, UserId
from services.domain.insights import Insight, InsightStatus, Materiality
from services.domain.messages import Effects
from services.domain.reviews import ReviewItem
from services.domain.users import Role, User
from services.review.desk import ReviewDesk
from services.review.items import open_item
from services.review.queue import QueueDesk
from services.review.talk import TalkDesk
from tests.core_records import Clock
from tests.factories import NOW, REVIEWER, a_fact, a_report, an_insight

ROSS = User(user_id=UserId("ros"), name="Ross Reviewer", role=Role.REVIEWER, email="ross@acme.com")
RITA = REVIEWER.model_copy(update={"email": "rita@acme.com"})
REVENUE = a_fact("revenue", 2025, 120_000_000)
OVERALL = Materiality(
    report_id=a_report().report_id,
    base="revenue",
    base_amount=Decimal(1_000_000_000),
    percent=Decimal("0.005"),
    overall=Decimal(5_000_000),
    performance=Decimal(3_750_000),
    trivial=Decimal(250_000),
    sentence="0.5 % of revenue.",
)


@dataclass
class Room:
    """Everything a test needs, over one SQLite file."""

    path: Path
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.clock.now = NOW
        self.database = Database(self.path)
        self.records = SqliteRecordStore(self.database, self.clock)
        self.desk = ReviewDesk(self.records, self.clock)
        self.queue = QueueDesk(self.records, self.clock)
        self.talk = TalkDesk(self.records, self.clock)

    def wait(self, rule: str = "R01", **changes: object) -> ReviewItem:
        """Put an insight into the queue and return its item."""
        insight = an_insight(rule, **{"status": InsightStatus.IN_REVIEW, **changes})
        item = open_item(insight, ("confidence 0.41 is below 0.60",), self.clock.now)
        self.records.commit(Effects(records=(insight, item)))
        return item

    def insight(self, item: ReviewItem) -> Insight:
        found = self.records.insight(item.insight_id)
        assert found is not None
        return found

    def item(self, item_id: ReviewItemId) -> ReviewItem:
        found = self.records.review_item(item_id)
        assert found is not None
        return found


@pytest.fixture
def room(tmp_path: Path) -> Room:
    made = Room(tmp_path / "advisor.sqlite3")
    made.records.commit(Effects(records=(a_report(), OVERALL, REVENUE)))
    return made
