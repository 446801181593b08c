"""The audit trail: gap-free, linked, append-only, and every way of tampering shows."""

import sqlite3
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.adapters.local.audit_log import SqliteAuditLog
from services.adapters.local.database import Database
from services.audit import GENESIS, Ground, canonical_json, examine, link_hash
from services.domain.audit import AuditEvent, BreachKind
from services.domain.errors import Conflict
from services.domain.ids import UserId
from tests.core_records import NOON


def an_event(number: int = 1, **detail: str) -> AuditEvent:
    return AuditEvent(
        actor=UserId("ann"), action="report_read", resource=f"r{number % 3}", detail=detail, at=NOON
    )


@pytest.fixture
def trail(database: Database) -> SqliteAuditLog:
    log = SqliteAuditLog(database)
    for number in range(1, 11):
        log.append(an_event(number, amount=f"{number}.00"))
    return log


def test_entries_are_numbered_without_gaps_and_linked(trail: SqliteAuditLog):
    entries = trail.entries()[::-1]
    assert [entry.seq for entry in entries] == list(range(1, 11))
    assert entries[0].previous_hash == GENESIS
    assert all(b.previous_hash == a.entry_hash for a, b in pairwise(entries))
    assert trail.verify() is None


def test_an_empty_trail_is_whole(database: Database):
    assert SqliteAuditLog(database).verify() is None


def test_entries_are_found_by_resource_newest_first(trail: SqliteAuditLog):
    assert [entry.seq for entry in trail.entries("r0")] == [9, 6, 3]
    assert [entry.seq for entry in trail.entries(limit=2)] == [10, 9]


def test_the_hash_is_the_one_that_anybody_can_compute_again():
    event = an_event(amount="1.00")
    text = (
        '{"action":"report_read","actor":"ann","at":"2026-03-02T12:00:00Z",'
        '"detail":{"amount":"1.00"},"resource":"r1","result":"ok"}'
    )
    assert canonical_json(event) == text
    assert (
        link_hash(GENESIS, text)
        == "597cb14eef157ee2c4cf2a0b5f12c0cfe0fc6cf3adcba899b9428851712550eb"
    )


@pytest.mark.parametrize(
    "verb", ["UPDATE audit_entries SET event = '{}'", "DELETE FROM audit_entries"]
)
def test_the_database_refuses_to_change_or_drop_an_entry(
    trail: SqliteAuditLog, database: Database, verb: str
):
    with pytest.raises(Conflict), database.transaction() as connection:
        connection.execute(verb)
    assert trail.verify() is None


def _flip_a_byte(raw: sqlite3.Connection) -> None:
    raw.execute("UPDATE audit_entries SET event = replace(event, '5.00', '6.00') WHERE seq = 5")


def _swap_two(raw: sqlite3.Connection) -> None:
    raw.execute("UPDATE audit_entries SET seq = -seq WHERE seq IN (5, 6)")
    raw.execute("UPDATE audit_entries SET seq = 11 + seq WHERE seq IN (-5, -6)")


def _delete_one_in_the_middle(raw: sqlite3.Connection) -> None:
    raw.execute("DELETE FROM audit_entries WHERE seq = 5")


def _delete_one_and_close_the_gap(raw: sqlite3.Connection) -> None:
    raw.execute("DELETE FROM audit_entries WHERE seq = 5")
    for seq in range(6, 11):
        raw.execute("UPDATE audit_entries SET seq = ? WHERE seq = ?", (seq - 1, seq))


def _insert_one(raw: sqlite3.Connection) -> None:
    for seq in range(10, 4, -1):
        raw.execute("UPDATE audit_entries SET seq = ? WHERE seq = ?", (seq + 1, seq))
    raw.execute(
        "INSERT INTO audit_entries (seq, event, previous_hash, entry_hash) "
        "SELECT 5, event, previous_hash, 'x' FROM audit_entries WHERE seq = 6"
    )


def _change_a_stored_hash(raw: sqlite3.Connection) -> None:
    raw.execute("UPDATE audit_entries SET entry_hash = ? WHERE seq = 5", ("0" * 64,))


def _rehash_one_entry(raw: sqlite3.Connection) -> None:
    event, previous = raw.execute(
        "SELECT event, previous_hash FROM audit_entries WHERE seq = 5"
    ).fetchone()
    event = event.replace("5.00", "6.00")
    raw.execute(
        "UPDATE audit_entries SET event = ?, entry_hash = ? WHERE seq = 5",
        (event, link_hash(previous, event)),
    )


def _cut_the_tail(raw: sqlite3.Connection) -> None:
    raw.execute("DELETE FROM audit_entries WHERE seq > 7")


def _add_at_the_end(raw: sqlite3.Connection) -> None:
    (head,) = raw.execute("SELECT entry_hash FROM audit_entries WHERE seq = 10").fetchone()
    text = canonical_json(an_event())
    raw.execute(
        "INSERT INTO audit_entries (seq, event, previous_hash, entry_hash) VALUES (11, ?, ?, ?)",
        (text, head, link_hash(head, text)),
    )


@pytest.mark.parametrize(
    ("tamper", "first_bad"),
    [
        (_flip_a_byte, 5),
        (_swap_two, 5),
        (_delete_one_in_the_middle, 5),
        (_delete_one_and_close_the_gap, 5),
        (_insert_one, 5),
        (_change_a_stored_hash, 5),
        (_rehash_one_entry, 6),
        (_cut_the_tail, 8),
        (_add_at_the_end, 11),
    ],
)
def test_tampering_around_the_triggers_is_found_at_the_first_bad_entry(
    trail: SqliteAuditLog,
    tmp_path: Path,
    tamper: Callable[[sqlite3.Connection], None],
    first_bad: int,
):
    raw = sqlite3.connect(tmp_path / "advisor.sqlite3", isolation_level=None)
    raw.execute("DROP TRIGGER audit_entries_never_change")
    raw.execute("DROP TRIGGER audit_entries_never_go")
    tamper(raw)
    raw.close()
    assert trail.verify() == first_bad


@given(
    details=st.lists(st.dictionaries(st.text(), st.text(), max_size=3), min_size=1, max_size=5),
    data=st.data(),
)
def test_any_changed_character_of_any_event_breaks_the_chain_there(
    details: list[dict[str, str]], data: st.DataObject
):
    rows, head = list[tuple[int, bytes, bytes, bytes]](), GENESIS
    for seq, detail in enumerate(details, start=1):
        text = canonical_json(an_event(1, **{f"k{key}": value for key, value in detail.items()}))
        entry_hash = link_hash(head, text)
        rows.append((seq, text.encode(), head.encode(), entry_hash.encode()))
        head = entry_hash
    ground = Ground(recorded=(len(rows), head), last=len(rows))
    assert examine(rows, ground) == (None, len(rows), head)
    which = data.draw(st.integers(0, len(rows) - 1))
    seq, event, previous, linked = rows[which]
    text = event.decode()
    at = data.draw(st.integers(0, len(text) - 1))
    other = "x" if text[at] != "x" else "y"
    rows[which] = (seq, (text[:at] + other + text[at + 1 :]).encode(), previous, linked)
    breach, _, _ = examine(rows, ground)
    assert breach is not None
    assert (breach.seq, breach.kind) == (which + 1, BreachKind.CHANGED)
