"""The orchestrations, replayed by the real SDK over histories that are kept in memory."""

import asyncio
import itertools
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from azure.durable_functions import OrchestrationRuntimeStatus

from services.adapters.azure.cache import RedisCache
from services.bootstrap import Services
from services.config import PROJECT_ROOT
from services.domain.base import utc_now
from services.domain.ids import ReviewItemId
from services.domain.messages import Effects, Message, MessageKind, Queue, message
from services.domain.notices import NoticeKind
from services.domain.reports import ReportStatus
from services.domain.reviews import ReasonCode, Verdict
from services.domain.users import Role
from services.functions.host import host
from services.functions.reviews import DECIDED
from tests.azure import redis_server
from tests.azure.document_intelligence import KEY, DocumentIntelligence, Fault
from tests.azure.service_bus import ServiceBusPeer
from tests.azure.test_layout import a_pdf
from tests.callers import a_user
from tests.core_records import ANN
from tests.functions.durable import Durable
from tests.functions.host import FunctionsHost, function
from tests.functions.test_path import disk_is_gone, later, left

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
PAGES = 25
PARTS = [(1, 10), (11, 20), (21, 25)]
RANGES = ["1-10", "11-20", "21-25"]


@pytest.fixture
def intelligence(monkeypatch: pytest.MonkeyPatch) -> Iterator[DocumentIntelligence]:
    """Document Intelligence and the shared cache, of which the functions are told before they are built."""
    monkeypatch.setattr("services.adapters.azure.cache.TIMEOUT_SECONDS", 20.0)
    with DocumentIntelligence() as server, redis_server.running() as redis:
        monkeypatch.setenv("ADVISOR_DOCUMENT_INTELLIGENCE_ENDPOINT", server.endpoint)
        monkeypatch.setenv("ADVISOR_DOCUMENT_INTELLIGENCE_KEY", KEY)
        monkeypatch.setenv("ADVISOR_REDIS_URL", redis.url)
        yield server


def taken(services: Services, pages: int = PAGES) -> Message:
    services.intake.accept("long.pdf", a_pdf(pages), ANN)
    first = host().queue.bus.outgoing.pending(1)[0]
    host().queue.hand_on()
    return first


def asked(brought: FunctionsHost) -> list[str]:
    return [name for name, _ in brought.durable.activities]


def status_of(services: Services, incoming: Message) -> ReportStatus:
    report = services.ports.records.report(incoming.report_id)
    assert report is not None
    return report.status


def test_a_long_document_is_read_part_by_part_and_then_worked_off_with_no_call_more(
    intelligence: DocumentIntelligence,
    brought: FunctionsHost,
    services: Services,
    peer: ServiceBusPeer,
):
    incoming = taken(services)
    assert brought.bring(Queue.INGESTION)
    assert brought.failed == []
    (instance,) = brought.durable.instances.values()
    assert instance.output == "read"
    assert asked(brought) == ["DocumentParts", *["ReadDocumentPart"] * 3, "FinishReading"]
    spans = [(g["pages"][0], g["pages"][-1]) for _, g in brought.durable.activities if "pages" in g]
    assert spans == PARTS
    assert intelligence.ranges == RANGES
    assert status_of(services, incoming) is ReportStatus.NO_STATEMENTS
    # the copy that waits for an orchestration which is lost has no effect after one that is not
    before = len(services.ports.audit.entries(limit=1000))
    later(peer)
    assert brought.bring(Queue.INGESTION)
    assert len(services.ports.audit.entries(limit=1000)) == before
    assert (left(peer), len(intelligence.posts), brought.failed) == (0, 3, [])


def test_a_part_that_is_not_read_is_asked_for_again_at_the_end(
    intelligence: DocumentIntelligence, brought: FunctionsHost, services: Services
):
    incoming = taken(services)
    intelligence.faults = [Fault(404, "NotFound")]
    assert brought.bring(Queue.INGESTION)
    assert intelligence.ranges == sorted(["1-10", *RANGES])
    assert status_of(services, incoming) is ReportStatus.NO_STATEMENTS


def test_without_the_cache_every_part_is_asked_for_again_at_the_end(
    intelligence: DocumentIntelligence, brought: FunctionsHost, services: Services, monkeypatch
):
    incoming = taken(services)

    async def forgets(*_: object) -> None:
        return None

    monkeypatch.setattr(RedisCache, "get", forgets)
    assert brought.bring(Queue.INGESTION)
    assert sorted(intelligence.ranges) == sorted(RANGES * 2)
    assert status_of(services, incoming) is ReportStatus.NO_STATEMENTS


def test_a_small_document_is_worked_off_at_once(
    intelligence: DocumentIntelligence, brought: FunctionsHost, services: Services
):
    incoming = taken(services, pages=9)
    assert brought.bring(Queue.INGESTION)
    assert brought.durable.instances == {}
    assert intelligence.ranges == ["1-9"]
    assert status_of(services, incoming) is ReportStatus.NO_STATEMENTS


def test_an_orchestration_that_cannot_begin_costs_time_and_nothing_else(
    intelligence: DocumentIntelligence, brought: FunctionsHost, services: Services, monkeypatch
):
    incoming = taken(services)

    async def refuses(*_: object) -> str:
        raise OSError("the hub is away")

    monkeypatch.setattr(brought.durable, "start_new", refuses)
    assert brought.bring(Queue.INGESTION)
    assert [str(error) for _, error in brought.failed] == ["the hub is away"]
    assert brought.bring(Queue.INGESTION)
    assert len(brought.failed) == 1
    assert status_of(services, incoming) is ReportStatus.NO_STATEMENTS


def test_an_orchestration_that_is_lost_leaves_its_work_to_the_copy_in_the_queue(
    intelligence: DocumentIntelligence, brought: FunctionsHost, services: Services,
    peer: ServiceBusPeer, monkeypatch,
):  # fmt: skip
    incoming = taken(services)

    async def is_lost(*_: object) -> str:
        return "an instance that nobody runs"

    monkeypatch.setattr(brought.durable, "start_new", is_lost)
    assert brought.bring(Queue.INGESTION)
    assert status_of(services, incoming) is ReportStatus.RECEIVED
    later(peer)
    assert brought.bring(Queue.INGESTION)
    assert status_of(services, incoming) is ReportStatus.NO_STATEMENTS
    assert (left(peer), brought.failed) == (0, [])


def test_a_reading_that_fails_is_tried_by_the_copy_in_the_queue(
    intelligence: DocumentIntelligence, brought: FunctionsHost, services: Services,
    peer: ServiceBusPeer, monkeypatch,
):  # fmt: skip
    incoming = taken(services)
    with monkeypatch.context() as patch:
        real, count = type(services.ports.blobs).get, itertools.count()
        patch.setattr(
            type(services.ports.blobs),
            "get",
            lambda blobs, key: real(blobs, key) if next(count) < 5 else disk_is_gone(),
        )
        assert brought.bring(Queue.INGESTION)
    assert status_of(services, incoming) is ReportStatus.RECEIVED
    assert left(peer) == 1
    later(peer)
    assert brought.bring(Queue.INGESTION)
    assert status_of(services, incoming) is ReportStatus.NO_STATEMENTS
    assert len(intelligence.posts) == 3


# ------------------------------------------------------------------------------- the wait for a person


@pytest.fixture
def item(off_the_bus: FunctionsHost, services: Services) -> ReviewItemId:
    """An item of an insight that waits for a person, and the orchestration that waits for the decision."""
    workbook(services)
    off_the_bus.work_directly()
    ((waiting, instance),) = off_the_bus.durable.instances.items()
    assert (instance.status, len(instance.timers)) == (OrchestrationRuntimeStatus.Running, 1)
    return ReviewItemId(waiting)


def workbook(services: Services) -> None:
    """Take in a workbook of which one insight goes to review."""
    name = "Larkfield_FY2025_budget_vs_actual.xlsx"
    services.intake.accept(name, (PROJECT_ROOT / "samples" / name).read_bytes(), ANN)


RITA = a_user(Role.REVIEWER, name="rita")


def reminders(services: Services) -> list[tuple[str, str]]:
    return [
        (one.to, one.text)
        for one in services.ports.records.notices()
        if one.kind is NoticeKind.OVERDUE
    ]


def raise_decided(brought: FunctionsHost, item: ReviewItemId) -> None:
    asyncio.run(brought.durable.raise_event(item, DECIDED, True))


def test_a_decision_ends_the_wait_and_nobody_is_reminded(
    brought: FunctionsHost, services: Services, item: ReviewItemId
):
    services.review.decide(item, Verdict.REJECT, "It is small.", RITA, ReasonCode.IMMATERIAL)
    raise_decided(brought, item)
    instance = brought.durable.instances[item]
    assert (instance.output, instance.timers) == ("decided", {})
    assert reminders(services) == []


def test_a_decision_that_was_not_told_of_is_seen_when_the_item_is_due(
    brought: FunctionsHost, services: Services, item: ReviewItemId
):
    services.review.decide(item, Verdict.REJECT, "It is small.", RITA, ReasonCode.IMMATERIAL)
    brought.durable.fire(item)
    assert brought.durable.instances[item].output == "decided"
    assert reminders(services) == []


def test_who_should_decide_is_reminded_once_of_an_overdue_item(
    brought: FunctionsHost, services: Services, item: ReviewItemId
):
    services.talk.set_due(item, datetime(2026, 1, 2, 9, tzinfo=UTC), RITA)
    brought.durable.fire(item)
    assert brought.durable.instances[item].output == "reminded"
    assert reminders(services) == [("reviewers", "It was to be decided by 2026-01-02 09:00 UTC.")]
    assert function("RemindOfReview")(item)
    assert len(reminders(services)) == 1


def test_who_the_item_was_assigned_to_is_reminded(
    brought: FunctionsHost, services: Services, item: ReviewItemId
):
    services.talk.assign(item, "paul@example.com", "", RITA)
    services.talk.set_due(item, datetime(2026, 1, 2, 9, tzinfo=UTC), RITA)
    brought.durable.fire(item)
    assert [to for to, _ in reminders(services)] == ["paul@example.com"]


def test_a_due_date_that_was_moved_is_waited_for_again(
    brought: FunctionsHost, services: Services, item: ReviewItemId
):
    moved = utc_now() + timedelta(days=30)
    services.talk.set_due(item, moved, RITA)
    brought.durable.fire(item)
    instance = brought.durable.instances[item]
    assert instance.status is OrchestrationRuntimeStatus.Running
    assert list(instance.timers.values()) == [moved]
    assert reminders(services) == []


def test_an_event_without_a_decision_ends_no_wait(
    brought: FunctionsHost, services: Services, item: ReviewItemId
):
    raise_decided(brought, item)
    instance = brought.durable.instances[item]
    assert instance.status is OrchestrationRuntimeStatus.Running
    assert len(instance.timers) == 1


def test_an_item_that_is_waited_for_is_not_begun_anew(
    brought: FunctionsHost, services: Services, item: ReviewItemId
):
    insight = services.ports.records.review_item(item).insight_id
    report = services.ports.records.insight(insight).report_id
    again = message(MessageKind.INSIGHTS_ESCALATED, report, "another run", (insight,))
    services.ports.records.commit(Effects(messages=(again,)))
    before = brought.durable.instances[item]
    brought.work_directly()
    assert list(brought.durable.instances) == [item]
    assert brought.durable.instances[item] is before


def test_a_wait_that_could_not_begin_begins_when_the_message_comes_again(
    brought: FunctionsHost, services: Services, monkeypatch
):
    workbook(services)
    started = brought.durable.start_new
    tries = itertools.count()

    async def refuses_once(*given: object) -> str:
        if next(tries) == 0:
            raise OSError("the hub is away")
        return await started(*given)

    monkeypatch.setattr(brought.durable, "start_new", refuses_once)
    brought.work()
    brought.bring(Queue.LOW_CONFIDENCE)
    assert [str(error) for _, error in brought.failed] == ["the hub is away"]
    assert len(brought.durable.instances) == 1


def test_an_orchestrator_that_asks_the_clock_is_found():
    def by_the_clock(body: str) -> str:
        asked = json.loads(body)["history"][0]["Timestamp"] + str(next(ticks))
        return json.dumps({"isDone": True, "actions": [], "output": asked})

    ticks = itertools.count()
    durable = Durable({"ByTheClock": by_the_clock})
    with pytest.raises(AssertionError, match="by its history alone"):
        asyncio.run(durable.start_new("ByTheClock", "one", None))
