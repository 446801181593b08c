"""A store with one item in review, a clock that stands still, and the three desks over it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from services.adapters.azure.cosmos import Cosmos
from services.adapters.azure.records import CosmosRecordStore
from services.adapters.azure.telling import CosmosTelling
from services.adapters.local.audit_log import SqliteAuditLog
from services.adapters.local.database import Database
from services.adapters.local.records import SqliteRecordStore
from services.domain.ids import ReviewItemId, UserId
from services.domain.insights import Insight, InsightStatus, Materiality
from services.domain.messages import Effects
from services.domain.reviews import ReviewItem
from services.domain.users import Role, User
from services.ports import RecordStore
from services.review.desk import ReviewDesk
from services.review.items import open_item
from services.review.queue import QueueDesk
from services.review.talk import TalkDesk
from tests.azure.cosmos import CosmosServer, cosmos_settings
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
    """Everything a test needs, over one store of records; ``trail`` gives what was told of a resource, newest first."""

    records: RecordStore
    trail: Callable[[str], list[str]]
    clock: Clock

    def __post_init__(self) -> None:
        self.clock.now = NOW
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


@dataclass
class LocalRoom(Room):
    """A room over one SQLite file."""

    database: Database
    path: Path


def a_local_room(path: Path) -> LocalRoom:
    database, clock = Database(path), Clock()

    def trail(resource: str) -> list[str]:
        return [one.event.action for one in SqliteAuditLog(database).entries(resource)]

    return LocalRoom(SqliteRecordStore(database, clock), trail, clock, database, path)


def a_room_in_cosmos(server: CosmosServer) -> Room:
    cosmos, clock = Cosmos(cosmos_settings(server)), Clock()

    def trail(resource: str) -> list[str]:
        events = [one for told in CosmosTelling(cosmos).pending(100) for one in told.events]
        return [one.action for one in reversed(events) if one.resource == resource]

    return Room(CosmosRecordStore(cosmos, clock), trail, clock)


@pytest.fixture
def local_room(tmp_path: Path) -> LocalRoom:
    made = a_local_room(tmp_path / "advisor.sqlite3")
    made.records.commit(Effects(records=(a_report(), OVERALL, REVENUE)))
    return made


@pytest.fixture(params=["local", "azure"])
def room(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Room]:
    """The rules hold wherever the records are."""
    server = CosmosServer() if request.param == "azure" else None
    made = a_room_in_cosmos(server) if server else a_local_room(tmp_path / "advisor.sqlite3")
    made.records.commit(Effects(records=(a_report(), OVERALL, REVENUE)))
    yield made
    if server:
        server.stop()
