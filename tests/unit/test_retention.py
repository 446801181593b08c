"""Retention: seven calendar years, legal holds that two people release, a purge that the chain can prove."""

import hashlib
import sqlite3
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from services.adapters.local.database import Database
from services.adapters.local.retention import SqliteRetention
from services.bootstrap import Services, build
from services.cli import analysis_document, main
from services.domain.audit import AuditEvent, BreachKind
from services.domain.errors import Conflict, Forbidden, InvalidInput, NotFound
from services.domain.ids import UserId
from services.domain.retention import CHAIN_TTL_SECONDS, retained_until
from services.domain.users import Role, User
from services.engine import Analysed, Read
from services.retention import RetentionDesk
from tests.pages.conftest import ANALYSIS, REPORT
from tests.unit.test_access import a_user
from tests.unit.test_audit_bundle import opened

EVA, OTTO = (User(user_id=UserId(name), name=name, role=Role.ADMIN) for name in ("eva", "otto"))
CUT = date(2016, 1, 1)


@pytest.fixture
def services() -> Services:
    """Six entries from before 2016, four from 2025."""
    services = build()
    for number in range(1, 11):
        year = 2015 if number <= 6 else 2025
        services.ports.audit.append(
            AuditEvent(
                actor=UserId("ann"),
                action="report_read",
                resource=f"report-{number}",
                at=datetime(year, 3, number, tzinfo=UTC),
            )
        )
    return services


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "data" / "advisor.sqlite3"


def numbers(services: Services) -> list[int]:
    return sorted(entry.seq for entry in services.ports.audit.entries())


@pytest.mark.parametrize(
    ("then", "until"),
    [
        (datetime(2026, 11, 28, 9, tzinfo=UTC), datetime(2033, 11, 28, 9, tzinfo=UTC)),
        (datetime(2020, 2, 29, tzinfo=UTC), datetime(2027, 3, 1, tzinfo=UTC)),
        (datetime(2021, 2, 28, tzinfo=UTC), datetime(2028, 2, 28, tzinfo=UTC)),
    ],
)
def test_retention_is_seven_calendar_years(then: datetime, until: datetime):
    assert retained_until(then) == until


@pytest.mark.parametrize(
    ("today", "before", "is_refused"),
    [
        (datetime(2026, 3, 1, tzinfo=UTC), date(2019, 3, 1), False),
        (datetime(2026, 3, 1, tzinfo=UTC), date(2019, 3, 2), True),
        (datetime(2026, 2, 28, 23, 59, tzinfo=UTC), date(2019, 3, 1), True),
    ],
)
def test_a_purge_is_refused_to_the_day_within_the_retention(
    services: Services, database: Path, today: datetime, before: date, is_refused: bool
):
    desk = RetentionDesk(
        services.ports.audit, SqliteRetention(Database(database)), clock=lambda: today
    )
    if is_refused:
        with pytest.raises(Forbidden, match="kept for 7 years"):
            desk.purge(before, EVA)
        assert numbers(services) == list(range(1, 11))
    else:
        assert desk.purge(before, EVA) is not None


def test_a_purge_says_what_it_took_and_the_chain_still_holds(services: Services):
    hashes = [entry.entry_hash for entry in services.ports.audit.entries()[::-1]][:6]
    purged = services.retention.purge(CUT, EVA)
    expected = hashlib.sha256("".join(f"{one}\n" for one in hashes).encode()).hexdigest()
    assert purged is not None
    assert (purged.first, purged.through, purged.entries) == (1, 6, 6)
    assert purged.range_sha256 == expected
    assert numbers(services) == [7, 8, 9, 10, 11]
    event = services.ports.audit.entries(limit=1)[0].event
    assert (event.actor, event.action) == ("eva", "audit_purged")
    assert event.detail == {
        "before": "2016-01-01", "first_seq": "1", "through_seq": "6", "entries": "6",
        "through_hash": hashes[-1], "range_sha256": expected,
    }  # fmt: skip
    found = services.ports.audit.inspect()
    assert (found.breach, found.first, found.last) == (None, 7, 11)
    assert found.checkpoints[-1].seq == 11


def test_a_second_purge_goes_on_where_the_first_ended(services: Services):
    assert services.retention.purge(date(2015, 3, 4), EVA) is not None
    second = services.retention.purge(CUT, EVA)
    assert second is not None
    assert (second.first, second.through, second.entries) == (4, 6, 3)
    assert services.retention.purge(CUT, EVA) is None
    assert numbers(services) == [7, 8, 9, 10, 11, 12]
    assert services.ports.audit.verify() is None


def test_a_bundle_after_a_purge_begins_where_the_trail_does(services: Services):
    services.retention.purge(CUT, EVA)
    bundle = services.audit_bundle.make(EVA)
    assert services.audit_bundle.check(bundle).faults == ()
    assert b'"first": 7' in opened(bundle)["manifest.json"]


@pytest.mark.parametrize("scope", ["*", "report-4"])
def test_a_legal_hold_stops_a_purge_of_what_it_is_on(services: Services, scope: str):
    services.retention.hold(scope, "Case 12/2026", EVA)
    with pytest.raises(Conflict, match="Case 12/2026"):
        services.retention.purge(CUT, OTTO)
    assert numbers(services) == list(range(1, 12))


def test_a_hold_on_something_else_stops_nothing(services: Services):
    services.retention.hold("report-9", "Case 12/2026", EVA)
    assert services.retention.purge(CUT, OTTO) is not None


def test_a_hold_is_released_by_two_people_and_then_the_purge_goes_through(services: Services):
    hold = services.retention.hold("*", "Case 12/2026", EVA)
    assert services.retention.release(hold.hold_id, EVA).in_force
    with pytest.raises(Forbidden, match="somebody else"):
        services.retention.release(hold.hold_id, EVA)
    with pytest.raises(Conflict):
        services.retention.purge(CUT, EVA)
    assert not services.retention.release(hold.hold_id, OTTO).in_force
    with pytest.raises(Conflict, match="released already"):
        services.retention.release(hold.hold_id, EVA)
    (kept,) = services.retention.holds()
    assert (kept.set_by, kept.asked_by, kept.released_by) == ("eva", "eva", "otto")
    trail = [entry.event for entry in services.ports.audit.entries(limit=3)]
    assert [(event.action, event.actor) for event in trail] == [
        ("legal_hold_released", "otto"), ("legal_hold_release_asked", "eva"), ("legal_hold_set", "eva"),
    ]  # fmt: skip
    assert services.retention.purge(CUT, EVA) is not None


def test_holds_and_purges_are_for_administrators_and_need_words(services: Services):
    auditor = a_user(Role.AUDITOR)
    with pytest.raises(Forbidden):
        services.retention.hold("*", "why", auditor)
    with pytest.raises(Forbidden):
        services.retention.purge(CUT, auditor)
    with pytest.raises(Forbidden):
        services.retention.release("x", auditor)
    with pytest.raises(NotFound):
        services.retention.release("x", EVA)
    for scope, reason in ((" ", "why"), ("*", " ")):
        with pytest.raises(InvalidInput):
            services.retention.hold(scope, reason, EVA)


def test_a_broken_trail_is_not_purged(services: Services, database: Path):
    with sqlite3.connect(database) as raw:
        raw.execute("DROP TRIGGER audit_entries_never_change")
        raw.execute("UPDATE audit_entries SET event = replace(event, 'ann', 'eve') WHERE seq = 2")
    raw.close()
    with pytest.raises(Conflict, match="broken at entry 2"):
        services.retention.purge(CUT, EVA)
    assert len(numbers(services)) == 10


@pytest.mark.parametrize(
    ("base", "seq", "is_refused"), [(0, 1, True), (6, 1, False), (10, 7, True)],
    ids=["not purged", "purged and old", "within seven years"],
)  # fmt: skip
def test_the_database_itself_lets_only_purged_entries_of_seven_years_go(
    services: Services, database: Path, base: int, seq: int, is_refused: bool
):
    with Database(database).transaction() as connection:
        connection.execute("UPDATE audit_base SET seq = ?", (base,))
    delete = f"DELETE FROM audit_entries WHERE seq = {seq}"
    if is_refused:
        with pytest.raises(Conflict), Database(database).transaction() as connection:
            connection.execute(delete)
    else:
        with Database(database).transaction() as connection:
            assert connection.execute(delete).rowcount == 1


def test_the_database_itself_keeps_what_is_held_and_releases_with_two_people(
    services: Services, database: Path
):
    hold = services.retention.hold("report-1", "Case 12/2026", EVA)
    store = Database(database)
    with store.transaction() as connection:
        connection.execute("UPDATE audit_base SET seq = 6")
    with pytest.raises(Conflict), store.transaction() as connection:
        connection.execute("DELETE FROM audit_entries WHERE seq = 1")
    alone = "UPDATE legal_holds SET asked_by = 'eva', released_by = 'eva'"
    with pytest.raises(Forbidden, match="Two different people"), store.transaction() as connection:
        connection.execute(alone)
    services.retention.release(hold.hold_id, EVA)
    with pytest.raises(Forbidden, match="Two different people"), store.transaction() as connection:
        connection.execute("UPDATE legal_holds SET released_by = 'eva'")
    with pytest.raises(Conflict), store.transaction() as connection:
        connection.execute("UPDATE legal_holds SET asked_by = 'mia'")
    with pytest.raises(Conflict, match="never deleted"), store.transaction() as connection:
        connection.execute("DELETE FROM legal_holds")
    with pytest.raises(Forbidden, match="unreleased"), store.transaction() as connection:
        connection.execute(
            "INSERT INTO legal_holds (hold_id, scope, reason, set_by, set_at, asked_by, released_by) "
            "VALUES ('h', '*', 'r', 'a', 't', 'a', 'b')"
        )


def test_a_beginning_that_was_deleted_around_the_purge_is_told(services: Services, database: Path):
    services.retention.purge(date(2015, 3, 3), EVA)
    with sqlite3.connect(database, isolation_level=None) as raw:
        (head,) = raw.execute("SELECT entry_hash FROM audit_entries WHERE seq = 5").fetchone()
        raw.execute("UPDATE audit_base SET seq = 5, hash = ?", (head,))
        raw.execute("DELETE FROM audit_entries WHERE seq <= 5")
    raw.close()
    breach = services.ports.audit.inspect().breach
    assert breach is not None
    assert (breach.seq, breach.kind) == (1, BreachKind.DELETED)
    assert "Entries 1 to 5 are gone" in breach.sentence


def test_a_data_folder_from_before_gets_retention_and_keeps_its_trail(
    services: Services, database: Path
):
    with sqlite3.connect(database, isolation_level=None) as raw:
        for name in ("audit_base", "legal_holds"):
            raw.execute(f"DROP TABLE {name}")
        raw.execute("DROP INDEX audit_entries_purges")
        raw.execute("DROP TRIGGER audit_entries_never_go")
        raw.execute(
            "CREATE TRIGGER audit_entries_never_go BEFORE DELETE ON audit_entries "
            "BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END"
        )
        raw.execute("PRAGMA user_version = 4")
    raw.close()
    again = build()
    assert again.ports.audit.verify() is None
    assert again.retention.purge(CUT, EVA) is not None
    assert again.ports.audit.verify() is None
    assert numbers(again) == [7, 8, 9, 10, 11]


def test_the_command_line_holds_releases_and_purges(services: Services, capsys):
    assert main(["audit", "hold", "*", "--reason", "Case 12", "--by", "eva"]) == 0
    hold_id = capsys.readouterr().out.split()[0]
    assert main(["audit", "purge", "--before", "2016-01-01", "--by", "eva"]) == 5
    assert "Case 12" in capsys.readouterr().err
    assert main(["audit", "release", hold_id, "--by", "eva"]) == 0
    assert main(["audit", "release", hold_id, "--by", "eva"]) == 5
    assert main(["audit", "release", hold_id, "--by", "otto"]) == 0
    assert main(["audit", "holds"]) == 0
    assert capsys.readouterr().out.endswith(f"{hold_id}  *  released  eva: Case 12\n")
    assert main(["audit", "purge", "--before", "2026-01-01", "--by", "eva"]) == 5
    assert "kept for 7 years" in capsys.readouterr().err
    assert main(["audit", "purge", "--before", "2016-01-01", "--by", "eva"]) == 0
    assert capsys.readouterr().out.startswith("Purged: entries 1 to 6, sha256 ")
    assert main(["audit", "purge", "--before", "2016-01-01", "--by", "eva"]) == 0
    assert capsys.readouterr().out == "There is nothing to purge.\n"
    assert main(["audit", "verify"]) == 0


def test_a_reasoning_chain_leaves_with_the_ttl_of_the_specification():
    read = Read(REPORT, (), (), (), ())
    (chain, *_) = analysis_document([Analysed(read, ANALYSIS)])["reasoning_chains"]
    assert CHAIN_TTL_SECONDS == 220_838_400
    assert chain["ttl"] == 220_838_400
