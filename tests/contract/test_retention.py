"""What every audit trail keeps to when its oldest entries are purged or held, in SQLite and in Table Storage alike."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.adapters.azure.trail_table import TrailTable
from services.audit import GENESIS
from services.domain.audit import AuditEvent, AuditQuery, BreachKind
from services.domain.errors import AdvisorError, Conflict, Forbidden, Unavailable
from services.domain.ids import UserId
from services.domain.retention import LegalHold
from services.ports import AuditLog, AuditRetention
from tests.contract.trails import TRAILS, Row, TableTrail, Trail, opened_trail

CUT, NOW = datetime(2016, 1, 1, tzinfo=UTC), datetime(2026, 3, 2, 12, tzinfo=UTC)
EVA, OTTO = UserId("eva"), UserId("otto")


@pytest.fixture(params=TRAILS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Trail]:
    yield from opened_trail(request, tmp_path)


@pytest.fixture
def log(place: Trail) -> AuditLog:
    """Six entries of two months of 2015, four of 2025."""
    log = place.open()
    for number in range(1, 11):
        log.append(an_event(number, 2015 if number <= 6 else 2025))
    assert log.inspect().breach is None
    return log


@pytest.fixture
def retention(place: Trail, log: AuditLog) -> AuditRetention:
    return place.retention()


def an_event(number: int, year: int) -> AuditEvent:
    at = datetime(year, 4 if number > 3 else 3, number, tzinfo=UTC)
    return AuditEvent(actor=UserId("ann"), action="read", resource=f"report-{number}", at=at)


def a_hold(scope: str = "*", **changed: object) -> LegalHold:
    fields = {"hold_id": "h1", "scope": scope, "reason": "Case 12", "set_by": EVA, "set_at": NOW}
    return LegalHold.model_validate(fields | changed)


def told(hold: LegalHold) -> AuditEvent:
    return AuditEvent(actor=hold.set_by, action="legal_hold_set", resource=hold.scope, at=NOW)


def numbers(log: AuditLog) -> list[int]:
    return [entry.seq for entry in log.entries()[::-1]]


def test_a_purge_says_what_it_took_and_the_chain_still_holds(
    log: AuditLog, retention: AuditRetention
):
    hashes = [row[3] for row in log.stored()][:6]
    purged = retention.purge(CUT, EVA, NOW)
    expected = hashlib.sha256("".join(f"{one}\n" for one in hashes).encode()).hexdigest()
    assert purged is not None
    assert (purged.first, purged.through, purged.entries) == (1, 6, 6)
    assert purged.range_sha256 == expected
    event = log.entries(limit=1)[0].event
    assert (event.actor, event.action, event.at) == (EVA, "audit_purged", NOW)
    assert event.detail == {
        "before": "2016-01-01", "first_seq": "1", "through_seq": "6", "entries": "6",
        "through_hash": hashes[-1], "range_sha256": expected,
    }  # fmt: skip
    found = log.inspect()
    assert (found.breach, found.first, found.last) == (None, 7, 11)
    assert numbers(log) == [row[0] for row in log.stored()] == [7, 8, 9, 10, 11]
    assert {one.seq for one in log.search(AuditQuery()).items} == {7, 8, 9, 10, 11}


def test_a_second_purge_goes_on_where_the_first_ended(log: AuditLog, retention: AuditRetention):
    first = retention.purge(datetime(2015, 3, 3, tzinfo=UTC), EVA, NOW)
    assert first is not None
    assert first.through == 2
    second = retention.purge(CUT, EVA, NOW)
    assert second is not None
    assert second.through == 6
    assert retention.purge(CUT, EVA, NOW) is None
    assert log.verify() is None


def test_other_processes_go_on_behind_a_purge(
    place: Trail, log: AuditLog, retention: AuditRetention
):
    other = place.open()
    assert other.append(an_event(11, 2025)).seq == 11
    retention.purge(CUT, EVA, NOW)
    assert other.append(an_event(13, 2025)).seq == 13
    assert log.append(an_event(14, 2025)).seq == 14
    assert numbers(other) == list(range(7, 15))
    assert other.verify() is None


def test_everything_can_be_purged_but_what_tells_of_it(place: Trail):
    log = place.open()
    for number in range(1, 7):
        log.append(an_event(number, 2015))
    purged = place.retention().purge(CUT, EVA, NOW)
    assert purged is not None
    assert purged.through == 6
    assert numbers(log) == [7]
    assert log.verify() is None


def test_the_store_itself_keeps_what_is_younger_than_seven_years(
    log: AuditLog, retention: AuditRetention
):
    with pytest.raises(AdvisorError):
        retention.purge(datetime(2026, 1, 1, tzinfo=UTC), EVA, NOW)
    assert numbers(log) == list(range(1, 11))


def test_an_old_event_that_was_written_late_stays(log: AuditLog, retention: AuditRetention):
    log.append(an_event(12, 2015))
    purged = retention.purge(CUT, EVA, NOW)
    assert purged is not None
    assert purged.through == 6
    assert numbers(log) == [7, 8, 9, 10, 11, 12]
    assert log.verify() is None


@pytest.mark.parametrize("scope", ["*", "report-4"])
def test_a_legal_hold_stops_a_purge_of_what_it_is_on(
    log: AuditLog, retention: AuditRetention, scope: str
):
    retention.keep(a_hold(scope), told(a_hold(scope)))
    with pytest.raises(Conflict, match="Case 12"):
        retention.purge(CUT, OTTO, NOW)
    assert numbers(log) == list(range(1, 12))


def test_a_hold_on_something_else_stops_nothing(log: AuditLog, retention: AuditRetention):
    retention.keep(a_hold("report-9"), told(a_hold("report-9")))
    assert retention.purge(CUT, OTTO, NOW) is not None


def test_every_process_knows_the_holds(place: Trail, log: AuditLog, retention: AuditRetention):
    hold = a_hold()
    retention.keep(hold, told(hold))
    other = a_hold("report-1", hold_id="h2")
    retention.keep(other, told(other))
    assert place.retention().holds() == [hold, other]
    assert [one.event.action for one in log.entries(limit=2)] == ["legal_hold_set"] * 2


def test_two_different_people_release_a_hold(retention: AuditRetention):
    hold = a_hold()
    retention.keep(hold, told(hold))
    for alone in (
        a_hold(released_by=OTTO, released_at=NOW),
        a_hold(asked_by=EVA, asked_at=NOW, released_by=EVA, released_at=NOW),
    ):
        with pytest.raises(Forbidden, match="Two different people"):
            retention.keep(alone, told(hold))
    retention.keep(asked := a_hold(asked_by=EVA, asked_at=NOW), told(hold))
    with pytest.raises(Conflict, match="by somebody else meanwhile"):
        retention.keep(a_hold(asked_by=OTTO, asked_at=NOW), told(hold))
    released = asked.model_copy(update={"released_by": OTTO, "released_at": NOW})
    retention.keep(released, told(hold))
    assert retention.holds() == [released]
    with pytest.raises(Conflict, match="by somebody else meanwhile"):
        retention.keep(released, told(hold))
    assert retention.purge(CUT, EVA, NOW) is not None


def test_a_hold_begins_unreleased(log: AuditLog, retention: AuditRetention):
    with pytest.raises(Forbidden, match="begins unreleased"):
        retention.keep(a_hold(asked_by=EVA, asked_at=NOW), told(a_hold()))
    assert retention.holds() == []
    assert numbers(log)[-1] == 10


def test_a_beginning_that_was_deleted_around_the_purge_is_told(
    place: Trail, log: AuditLog, retention: AuditRetention
):
    retention.purge(datetime(2015, 3, 3, tzinfo=UTC), EVA, NOW)

    def shorten(rows: list[Row], head: tuple[int, str]) -> tuple[list[Row], tuple[int, str]]:
        return rows[2:], head

    place.tamper(shorten)
    breach = place.open().inspect().breach
    assert breach is not None
    assert (breach.seq, breach.kind) in {(1, BreachKind.DELETED), (3, BreachKind.DELETED)}


# Only in Table Storage, where deleting comes after the purge


only_in_a_table = pytest.mark.parametrize("place", TRAILS[1:], indirect=True)


@pytest.fixture
def table(place: Trail) -> TableTrail:
    assert isinstance(place, TableTrail)
    return place


@only_in_a_table
def test_what_a_purge_could_not_delete_is_in_the_trail_no_more_and_goes_with_the_next(
    table: TableTrail, log: AuditLog, monkeypatch: pytest.MonkeyPatch
):
    def broken(*_: object) -> None:
        raise Unavailable("The connection broke.")

    with monkeypatch.context() as patched:
        patched.setattr(TrailTable, "delete", broken)
        with pytest.raises(Unavailable):
            table.retention().purge(CUT, EVA, NOW)
    assert stored_numbers(table) == list(range(1, 12))
    assert numbers(log) == [row[0] for row in log.stored()] == [7, 8, 9, 10, 11]
    assert sorted(one.seq for one in log.search(AuditQuery()).items) == [7, 8, 9, 10, 11]
    assert log.inspect().breach is None
    assert table.retention().purge(CUT, EVA, NOW) is None
    assert stored_numbers(table) == [7, 8, 9, 10, 11]


@only_in_a_table
def test_a_hold_that_comes_in_between_stops_the_purge(
    table: TableTrail, log: AuditLog, monkeypatch: pytest.MonkeyPatch
):
    rows = TrailTable.rows

    def held(self: TrailTable, *given: object) -> object:
        monkeypatch.setattr(TrailTable, "rows", rows)
        table.retention().keep(a_hold(), told(a_hold()))
        return rows(self, *given)

    monkeypatch.setattr(TrailTable, "rows", held)
    with pytest.raises(Conflict, match="meanwhile"):
        table.retention().purge(CUT, OTTO, NOW)
    assert stored_numbers(table) == list(range(1, 12))


@only_in_a_table
def test_a_base_that_no_entry_proves_is_told(table: TableTrail, log: AuditLog):
    head = next(one for one in table.table.list_entities() if one["PartitionKey"] == "head")
    assert head["hash"] != GENESIS
    sixth = next(row for row in log.stored() if row[0] == 6)
    table.move_base((6, sixth[3]))
    breach = table.open().inspect().breach
    assert breach is not None
    assert (breach.seq, breach.kind) == (1, BreachKind.DELETED)
    assert "Entries 1 to 6 are gone" in breach.sentence


def stored_numbers(table: TableTrail) -> list[int]:
    return sorted(
        one["seq"] for one in table.table.list_entities() if one["PartitionKey"] != "head"
    )
