"""The trail is searched through indexes and page by page; searching changes nothing that is stored."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.adapters.local import searching
from services.adapters.local.audit_log import SqliteAuditLog
from services.adapters.local.database import Database
from services.adapters.local.searching import matching
from services.domain.audit import AuditEvent, AuditQuery
from services.domain.ids import UserId

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def an_event(number: int, **changed: object) -> AuditEvent:
    fields = {
        "actor": UserId(("ann", "bob", "cid")[number % 3]),
        "action": "read" if number % 5 else "signed",
        "resource": f"report-{number % 7}",
        "at": NOON + timedelta(minutes=number),
    }
    return AuditEvent.model_validate(fields | changed)


@pytest.fixture
def log(database: Database) -> SqliteAuditLog:
    """Forty entries, not all in the order of their times."""
    log = SqliteAuditLog(database)
    for number in range(40):
        log.append(an_event(number + 3 if number % 10 == 0 else number))
    return log


def numbers(log: SqliteAuditLog, limit: int = 200, **asked: object) -> list[int]:
    """The numbers of all pages of a search in their order."""
    found, after = list[int](), None
    while True:
        page = log.search(AuditQuery.model_validate(asked), after, limit)
        found += [entry.seq for entry in page.items]
        if page.after is None:
            return found
        assert len(page.items) == limit
        after = page.after


QUERIES = [
    {},
    {"actor": "ann"},
    {"action": "signed"},
    {"actor": "bob", "action": "read"},
    {"resource": "report-3"},
    {"resource": "rep", "actor": "cid"},
    {"resource": "eport"},
    {"since": NOON + timedelta(minutes=5), "until": NOON + timedelta(minutes=20)},
    {"actor": "ann", "until": NOON + timedelta(minutes=20)},
]


@pytest.mark.parametrize("few", [1, 5, 2_000])
@pytest.mark.parametrize("asked", QUERIES, ids=str)
def test_a_search_finds_what_matches_newest_first_in_pages_of_any_size(
    log, asked, few, monkeypatch
):
    monkeypatch.setattr(searching, "_FEW", few)

    def matches(event: AuditEvent) -> bool:
        return (
            asked.get("actor") in {None, event.actor}
            and asked.get("action") in {None, event.action}
            and event.resource.startswith(asked.get("resource", ""))
            and asked.get("since", NOON) <= event.at
            and event.at < asked.get("until", NOON + timedelta(days=1))
        )

    newest_first = sorted(log.entries(), key=lambda one: (one.event.at, one.seq), reverse=True)
    expected = [one.seq for one in newest_first if matches(one.event)]
    for limit in (1, 3, 200):
        assert numbers(log, limit, **asked) == expected


def test_times_with_and_without_fractions_are_in_one_order(database: Database):
    log = SqliteAuditLog(database)
    for fraction in (0, 5, 500_000):
        log.append(an_event(0, at=NOON.replace(microsecond=fraction)))
    log.append(an_event(0, at=NOON.replace(second=1)))
    assert numbers(log) == [4, 3, 2, 1]


@pytest.mark.parametrize(
    ("asked", "few", "index"),
    [
        ({}, 1, "when"),
        ({"actor": "ann"}, 1, "who"),
        ({"action": "read"}, 1, "what"),
        ({"resource": "report-", "actor": "ann"}, 1, "who"),
        ({"actor": "ann", "action": "signed"}, 10, "what"),
        ({"resource": "report-3", "actor": "ann"}, 10, "resource"),
        ({"resource": "report-"}, 1, "when"),
    ],
)
def test_a_search_goes_through_the_index_that_leads_to_least(log, asked, few, index, monkeypatch):
    monkeypatch.setattr(searching, "_FEW", few)
    asked_of_sqlite: list[str] = []
    with log._database.reading() as connection:
        connection.set_trace_callback(asked_of_sqlite.append)
        matching(connection, AuditQuery.model_validate(asked), ("2026-03-02T12:30:00", 5), 3)
        connection.set_trace_callback(None)
        plan = connection.execute(f"EXPLAIN QUERY PLAN {asked_of_sqlite[-1]}").fetchall()
    words = " ".join(row[3] for row in plan)
    assert f"USING INDEX audit_entries_{index} " in words
    assert ("TEMP B-TREE" in words) == (index == "resource")


def test_a_trail_of_before_is_searched_without_a_stored_letter_changed(tmp_path: Path):
    path = tmp_path / "advisor.sqlite3"
    database = Database(path)
    before = SqliteAuditLog(database)
    for number in range(6):
        before.append(an_event(number))
    stored = list(before.stored())
    with database.transaction() as connection:
        for name in ("when", "who", "what"):
            connection.execute(f"DROP INDEX audit_entries_{name}")
        for column in ("actor", "action", "at"):
            connection.execute(f"ALTER TABLE audit_entries DROP COLUMN {column}")
        connection.execute("PRAGMA user_version = 5")
    database.close()
    again = SqliteAuditLog(Database(path))
    assert numbers(again, actor="ann") == [4, 1]
    assert list(again.stored()) == stored
    assert again.verify() is None
