"""What the timers do, each once."""

from datetime import UTC, datetime

import pytest

from services.adapters.local.database import Database
from services.bootstrap import Services
from services.domain.audit import AuditEvent
from services.domain.errors import Conflict
from services.domain.notices import NoticeState
from services.domain.users import Role
from services.functions import timers
from services.functions.host import host
from tests.azure.service_bus import ServiceBusPeer
from tests.callers import a_user
from tests.core_records import ANN
from tests.functions.host import FunctionsHost, function
from tests.small_reports import small_csv

EVA = a_user(Role.ADMIN, name="eva")


def old_entry(services: Services) -> None:
    services.ports.audit.append(
        AuditEvent(
            actor=ANN.user_id, action="report_read", resource="report-1",
            at=datetime(2015, 3, 1, tzinfo=UTC),
        )
    )  # fmt: skip


def test_messages_of_commits_elsewhere_are_handed_on(
    brought: FunctionsHost, services: Services, peer: ServiceBusPeer
):
    services.intake.accept("table.csv", small_csv(1), ANN)
    function("HandOnTimer")(None)
    assert sum(len(entity.entries) for entity in peer.broker.entities.values()) == 1
    assert host().queue.bus.outgoing.pending(9) == []


def test_due_notices_are_sent(off_the_bus: FunctionsHost, services: Services, monkeypatch):
    services.intake.accept("table.csv", small_csv(1), ANN)
    off_the_bus.work_directly()
    item = services.ports.records.review_items()[0].review_item_id
    reviewer = a_user(Role.REVIEWER)
    monkeypatch.setattr("services.review.talk.UNDO_SECONDS", 0)
    for name in ("paul", "rita"):
        services.talk.assign(item, f"{name}@example.com", "", reviewer)
    function("NoticesTimer")(None)
    states = [one.state for one in services.ports.records.notices()]
    assert states == [NoticeState.SENT] * 2


def test_decisions_are_watched(brought: FunctionsHost, services: Services, monkeypatch):
    looked = []
    monkeypatch.setattr(type(services.calibration), "_watch", lambda desk: looked.append(desk))
    function("DecisionsTimer")(None)
    assert looked == [services.calibration]


def test_the_trail_is_checked_and_a_checkpoint_is_left(brought: FunctionsHost, services: Services):
    services.intake.accept("table.csv", small_csv(1), ANN)
    before = len(services.ports.audit.inspect().checkpoints)
    old_entry(services)
    function("TrailTimer")(None)
    assert len(services.ports.audit.inspect().checkpoints) == before + 1


def test_a_broken_trail_fails_the_timer(brought: FunctionsHost, services: Services):
    services.intake.accept("table.csv", small_csv(1), ANN)
    database = Database(services.settings.data_dir / "advisor.sqlite3")
    with database.transaction() as connection:
        connection.execute("DROP TRIGGER IF EXISTS audit_entries_no_update")
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_entries'"
        ).fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("UPDATE audit_entries SET event = replace(event, 'ann', 'eve')")
    with pytest.raises(Conflict, match="broken at entry 1"):
        function("TrailTimer")(None)


def test_what_is_older_than_seven_years_is_purged_by_the_system(
    brought: FunctionsHost, services: Services
):
    old_entry(services)
    services.intake.accept("table.csv", small_csv(1), ANN)
    function("RetentionTimer")(None)
    told = [one.event for one in services.ports.audit.entries()]
    assert "report-1" not in {one.resource for one in told}
    assert ("system", "audit_purged") in {(one.actor, one.action) for one in told}
    count = len(told)
    function("RetentionTimer")(None)
    assert len(services.ports.audit.entries()) == count


def test_the_purge_asks_for_no_day_within_the_retention(
    brought: FunctionsHost, services: Services, monkeypatch
):
    asked = []
    monkeypatch.setattr(
        type(services.retention), "purge", lambda _desk, day, _actor: asked.append(day)
    )
    for now in (datetime(2027, 3, 1, 2, 30, tzinfo=UTC), datetime(2028, 2, 29, 2, 30, tzinfo=UTC)):
        monkeypatch.setattr(timers, "utc_now", lambda now=now: now)
        function("RetentionTimer")(None)
    assert [day.isoformat() for day in asked] == ["2020-02-28", "2021-02-27"]


def test_a_legal_hold_stops_the_purge(brought: FunctionsHost, services: Services):
    old_entry(services)
    services.retention.hold("report-1", "a lawsuit", EVA)
    with pytest.raises(Conflict):
        function("RetentionTimer")(None)
    assert "report-1" in {one.event.resource for one in services.ports.audit.entries()}
