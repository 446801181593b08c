"""What was done to a trail, and where: every mutation of a real database is located and named."""

import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from services.adapters.local import audit_log, checkpoints
from services.adapters.local.audit_log import SqliteAuditLog
from services.adapters.local.checkpoints import CheckpointFile
from services.adapters.local.database import Database
from services.audit import ACTING_FROM, GENESIS, canonical_json, link_hash
from services.domain.audit import AuditEntry, AuditEvent, AuditQuery, BreachKind
from services.domain.ids import UserId
from tests.core_records import NOON
from tests.unit.adapters.test_audit_log import (
    _add_at_the_end,
    _change_a_stored_hash,
    _cut_the_tail,
    _delete_one_and_close_the_gap,
    _delete_one_in_the_middle,
    _flip_a_byte,
    _insert_one,
    _rehash_one_entry,
    _swap_two,
    an_event,
)


@pytest.fixture
def marks(tmp_path: Path) -> CheckpointFile:
    return CheckpointFile(tmp_path / "audit-checkpoints")


@pytest.fixture
def trail(database: Database, marks: CheckpointFile) -> SqliteAuditLog:
    """Ten entries, checkpoints at 4 and 10."""
    log = SqliteAuditLog(database, marks)
    for number in range(1, 11):
        log.append(an_event(number, amount=f"{number}.00"))
        if number in {4, 10}:
            log.checkpoint()
    return log


def tamper(tmp_path: Path, how: Callable[[sqlite3.Connection], None]) -> None:
    raw = sqlite3.connect(tmp_path / "advisor.sqlite3", isolation_level=None)
    raw.execute("DROP TRIGGER IF EXISTS audit_entries_never_change")
    raw.execute("DROP TRIGGER IF EXISTS audit_entries_never_go")
    how(raw)
    raw.close()


def _rehash_from(raw: sqlite3.Connection, first: int) -> None:
    head = raw.execute(
        "SELECT entry_hash FROM audit_entries WHERE seq = ?", (first - 1,)
    ).fetchone()
    head = head[0] if head else GENESIS
    rows = raw.execute(
        "SELECT seq, event FROM audit_entries WHERE seq >= ? ORDER BY seq", (first,)
    ).fetchall()
    for seq, event in rows:
        event = event.replace("amount", "Amount")
        previous, head = head, link_hash(head, event)
        raw.execute(
            "UPDATE audit_entries SET event = ?, previous_hash = ?, entry_hash = ? WHERE seq = ?",
            (event, previous, head, seq),
        )
    raw.execute("UPDATE audit_head SET seq = ?, hash = ?", (rows[-1][0], head))


def _rewrite_all(raw: sqlite3.Connection) -> None:
    _rehash_from(raw, 1)


def _rewrite_the_end(raw: sqlite3.Connection) -> None:
    _rehash_from(raw, 7)


def _cut_the_tail_with_its_head(raw: sqlite3.Connection) -> None:
    _cut_the_tail(raw)
    raw.execute(
        "UPDATE audit_head SET (seq, hash) = (SELECT seq, entry_hash FROM audit_entries WHERE seq = 7)"
    )


def _swap_far_apart(raw: sqlite3.Connection) -> None:
    raw.execute("UPDATE audit_entries SET seq = -seq WHERE seq IN (3, 8)")
    raw.execute("UPDATE audit_entries SET seq = 11 + seq WHERE seq IN (-3, -8)")


def _insert_a_linked_one(raw: sqlite3.Connection) -> None:
    for seq in range(10, 4, -1):
        raw.execute("UPDATE audit_entries SET seq = ? WHERE seq = ?", (seq + 1, seq))
    (head,) = raw.execute("SELECT entry_hash FROM audit_entries WHERE seq = 4").fetchone()
    text = canonical_json(an_event(99))
    raw.execute(
        "INSERT INTO audit_entries (seq, event, previous_hash, entry_hash) VALUES (5, ?, ?, ?)",
        (text, head, link_hash(head, text)),
    )


def _change_a_link(raw: sqlite3.Connection) -> None:
    raw.execute("UPDATE audit_entries SET previous_hash = 'ab' WHERE seq = 5")


def _no_text_any_more(raw: sqlite3.Connection) -> None:
    (event,) = raw.execute("SELECT event FROM audit_entries WHERE seq = 5").fetchone()
    raw.execute(
        "UPDATE audit_entries SET event = CAST(? AS TEXT) WHERE seq = 5",
        (event.encode().replace(b"5.00", b"5.\xff0"),),
    )


def _change_the_last_with_its_hash(raw: sqlite3.Connection) -> None:
    event, previous = raw.execute(
        "SELECT event, previous_hash FROM audit_entries WHERE seq = 10"
    ).fetchone()
    event = event.replace("10.00", "11.00")
    raw.execute(
        "UPDATE audit_entries SET event = ?, entry_hash = ? WHERE seq = 10",
        (event, link_hash(previous, event)),
    )


@pytest.mark.parametrize(
    ("how", "seq", "kind"),
    [
        (_flip_a_byte, 5, BreachKind.CHANGED),
        (_no_text_any_more, 5, BreachKind.CHANGED),
        (_change_a_stored_hash, 5, BreachKind.CHANGED),
        (_change_a_link, 5, BreachKind.CHANGED),
        (_rehash_one_entry, 6, BreachKind.CHANGED),
        (_swap_two, 5, BreachKind.SWAPPED),
        (_swap_far_apart, 3, BreachKind.SWAPPED),
        (_delete_one_in_the_middle, 5, BreachKind.DELETED),
        (_delete_one_and_close_the_gap, 5, BreachKind.DELETED),
        (_insert_one, 5, BreachKind.INSERTED),
        (_insert_a_linked_one, 5, BreachKind.INSERTED),
        (_add_at_the_end, 11, BreachKind.INSERTED),
        (_cut_the_tail, 8, BreachKind.TRUNCATED),
        (_cut_the_tail_with_its_head, 8, BreachKind.TRUNCATED),
        (_change_the_last_with_its_hash, 5, BreachKind.REWRITTEN),
        (_rewrite_all, 1, BreachKind.REWRITTEN),
        (_rewrite_the_end, 5, BreachKind.REWRITTEN),
    ],
)
def test_what_was_done_is_named_with_the_first_entry_it_was_done_to(
    trail: SqliteAuditLog, tmp_path: Path, how: Callable[[sqlite3.Connection], None], seq, kind
):
    tamper(tmp_path, how)
    found = trail.inspect()
    assert found.breach is not None
    assert (found.breach.seq, found.breach.kind) == (seq, kind)
    assert trail.verify() == seq


def test_without_checkpoints_a_full_rewrite_passes_unseen(trail: SqliteAuditLog, tmp_path: Path):
    tamper(tmp_path, _rewrite_all)
    assert SqliteAuditLog(Database(tmp_path / "advisor.sqlite3")).verify() is None


def test_without_checkpoints_a_last_entry_that_was_hashed_again_is_told_by_the_head(
    trail: SqliteAuditLog, tmp_path: Path
):
    tamper(tmp_path, _change_the_last_with_its_hash)
    breach = SqliteAuditLog(Database(tmp_path / "advisor.sqlite3")).inspect().breach
    assert breach is not None
    assert (breach.seq, breach.kind) == (10, BreachKind.CHANGED)


def test_a_byte_flipped_in_the_database_file_itself_is_found(
    trail: SqliteAuditLog, database: Database, tmp_path: Path
):
    with database.reading() as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    file = tmp_path / "advisor.sqlite3"
    stored = file.read_bytes()
    assert stored.count(b'"amount":"5.00"') == 1
    file.write_bytes(stored.replace(b'"amount":"5.00"', b'"amount":"5.01"'))
    breach = SqliteAuditLog(Database(file)).inspect().breach
    assert breach is not None
    assert (breach.seq, breach.kind) == (5, BreachKind.CHANGED)


def test_a_whole_trail_names_its_entries_head_and_checkpoints(trail: SqliteAuditLog):
    found = trail.inspect()
    assert (found.breach, found.first, found.last) == (None, 1, 10)
    assert found.head == trail.entries(limit=1)[0].entry_hash
    assert [one.seq for one in found.checkpoints] == [4, 10]


def test_a_verification_and_a_start_leave_a_checkpoint_once(
    trail: SqliteAuditLog, database: Database, marks: CheckpointFile
):
    trail.append(an_event(11))
    assert [one.seq for one in trail.inspect().checkpoints] == [4, 10, 11]
    trail.inspect()
    trail.append(an_event(12))
    SqliteAuditLog(database, marks)
    assert [one.seq for one in marks.read()[0]] == [4, 10, 11, 12]


def test_a_checkpoint_is_left_every_so_many_entries(
    database: Database, marks: CheckpointFile, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(audit_log, "CHECKPOINT_EVERY", 3)
    log = SqliteAuditLog(database, marks)
    for number in range(1, 9):
        log.append(an_event(number))
    assert [one.seq for one in marks.read()[0]] == [3, 6]


def test_a_broken_trail_gets_no_further_checkpoint(trail: SqliteAuditLog, tmp_path: Path):
    tamper(tmp_path, _cut_the_tail_with_its_head)
    trail.append(an_event(8))
    assert [one.seq for one in trail.inspect().checkpoints] == [4, 10]
    assert trail.inspect().breach is not None


def test_the_key_is_readable_by_its_owner_only_and_each_checkpoint_holds_the_one_before(
    trail: SqliteAuditLog, tmp_path: Path, marks: CheckpointFile
):
    assert (tmp_path / "audit-checkpoints" / "checkpoints.key").stat().st_mode & 0o777 == 0o600
    (first, second), fault = marks.read()
    assert fault is None
    assert (first.previous, second.previous) == ("", first.signature)
    assert len(first.signature) == 64


@pytest.mark.parametrize(
    ("old", "new", "seq", "words"),
    [
        (b'"seq":4', b'"seq":3', 3, "Checkpoint 1 is not the one"),
        (b'"seq":10', b'"seq":11', 11, "Checkpoint 2 is not the one"),
        (b'{"at"', b'{"ta"', 1, "Checkpoint 1 cannot be read"),
    ],
)
def test_a_checkpoint_that_was_changed_is_named(
    trail: SqliteAuditLog, tmp_path: Path, old: bytes, new: bytes, seq: int, words: str
):
    file = tmp_path / "audit-checkpoints" / "checkpoints.jsonl"
    file.write_bytes(file.read_bytes().replace(old, new))
    breach = trail.inspect().breach
    assert breach is not None
    assert (breach.kind, breach.seq) == (BreachKind.CHECKPOINT, seq)
    assert words in breach.sentence


def test_a_checkpoint_taken_out_of_the_middle_is_missed(trail: SqliteAuditLog, tmp_path: Path):
    file = tmp_path / "audit-checkpoints" / "checkpoints.jsonl"
    file.write_bytes(file.read_bytes().splitlines(keepends=True)[1])
    breach = trail.inspect().breach
    assert breach is not None
    assert breach.kind is BreachKind.CHECKPOINT


@pytest.mark.parametrize("name", ["checkpoints.jsonl", "checkpoints.key"])
def test_checkpoints_or_a_key_taken_away_are_told_and_not_made_anew(
    trail: SqliteAuditLog, database: Database, marks: CheckpointFile, tmp_path: Path, name: str
):
    (tmp_path / "audit-checkpoints" / name).unlink()
    trail.append(an_event(11))
    breach = SqliteAuditLog(database, marks).inspect().breach
    assert breach is not None
    assert (breach.kind, "gone" in breach.sentence) == (BreachKind.CHECKPOINT, True)
    assert not (tmp_path / "audit-checkpoints" / name).exists()


@pytest.mark.parametrize("key", ["no key", ""])
def test_a_key_that_is_none_is_told_and_the_log_still_opens(
    trail: SqliteAuditLog, database: Database, marks: CheckpointFile, tmp_path: Path, key: str
):
    (tmp_path / "audit-checkpoints" / "checkpoints.key").write_text(key)
    breach = SqliteAuditLog(database, marks).inspect().breach
    assert breach is not None
    assert (breach.kind, "cannot be read" in breach.sentence) == (BreachKind.CHECKPOINT, True)
    trail.append(an_event(11))
    SqliteAuditLog(database, marks)
    file = tmp_path / "audit-checkpoints" / "checkpoints.jsonl"
    assert len(file.read_bytes().splitlines()) == 2


def test_a_crash_while_the_first_checkpoint_is_made_is_no_breach(
    database: Database, marks: CheckpointFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def crash(*_: object) -> None:
        raise SystemExit

    log = SqliteAuditLog(database, marks)
    log.append(an_event())
    with monkeypatch.context() as before_the_line:
        before_the_line.setattr(checkpoints, "signed", crash)
        with pytest.raises(SystemExit):
            log.checkpoint()
    assert log.inspect().breach is None
    assert [one.seq for one in marks.read()[0]] == [1]


def test_a_crash_before_the_key_has_its_name_is_no_breach(
    trail: SqliteAuditLog, database: Database, marks: CheckpointFile, tmp_path: Path
):
    folder = tmp_path / "audit-checkpoints"
    (folder / "checkpoints.key").rename(folder / "checkpoints.key.new")
    trail.append(an_event(11))
    found = SqliteAuditLog(database, marks).inspect()
    assert (found.breach, [one.seq for one in found.checkpoints]) == (None, [4, 10, 11])
    assert (folder / "checkpoints.key").exists()


def test_a_disk_that_takes_no_checkpoint_stops_no_entry(
    database: Database, marks: CheckpointFile, monkeypatch: pytest.MonkeyPatch, caplog
):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(audit_log, "CHECKPOINT_EVERY", 1)
    monkeypatch.setattr(marks, "write", full)
    log = SqliteAuditLog(database, marks)
    assert log.append(an_event()).seq == 1
    assert "checkpoint at entry 1 was not written" in caplog.text


def test_two_processes_that_leave_checkpoints_keep_one_line_of_signatures(
    trail: SqliteAuditLog, database: Database, tmp_path: Path
):
    other = SqliteAuditLog(database, CheckpointFile(tmp_path / "audit-checkpoints"))
    for number in range(11, 15):
        (trail if number % 2 else other).append(an_event(number))
        trail.checkpoint()
        other.checkpoint()
    found = trail.inspect()
    assert [one.seq for one in found.checkpoints] == [4, 10, 11, 12, 13, 14]
    assert found.breach is None


def test_entries_are_searched_by_actor_action_resource_and_time(database: Database):
    log = SqliteAuditLog(database)
    for number in range(1, 5):
        log.append(
            AuditEvent(
                actor=UserId("ann" if number % 2 else "bob"),
                action="read" if number < 4 else "signed",
                resource=f"report-{number}",
                at=NOON.replace(day=number, microsecond=number),
            )
        )

    def found(**asked: object) -> list[int]:
        return [entry.seq for entry in log.search(AuditQuery.model_validate(asked)).items]

    assert found() == [4, 3, 2, 1]
    assert found(actor="ann") == [3, 1]
    assert found(action="signed") == [4]
    assert found(resource="report-2") == [2]
    assert found(resource="report-", actor="bob", action="read") == [2]
    assert found(since=NOON.replace(day=3)) == [4, 3]
    assert found(until=NOON.replace(day=3)) == [2, 1]
    assert [entry.seq for entry in log.search(AuditQuery(), limit=1).items] == [4]


def test_an_entry_has_the_partition_and_row_key_of_the_specification(database: Database):
    entry = SqliteAuditLog(database).append(an_event(amount="1.00"))
    assert entry.partition_key == "2026-03"
    assert entry.event_id == "597cb14e-ef15-7ee2-c4cf-2a0b5f12c0cf"
    assert entry.row_key == "2026-03-02T12:00:00.000000Z-597cb14e-ef15-7ee2-c4cf-2a0b5f12c0cf"


def test_an_act_from_a_page_keeps_its_address_and_one_of_the_system_has_none(database: Database):
    log = SqliteAuditLog(database)
    token = ACTING_FROM.set("192.0.2.7")
    try:
        from_a_page = log.append(an_event())
    finally:
        ACTING_FROM.reset(token)
    of_the_system = log.append(an_event())
    assert (from_a_page.event.ip_address, of_the_system.event.ip_address) == ("192.0.2.7", "")
    stored = log.entries()
    assert [one.event.ip_address for one in stored] == ["", "192.0.2.7"]
    assert isinstance(stored[0], AuditEntry)
    assert log.verify() is None


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The time of checks; the trail is a long one."""
    now = [NOON]
    monkeypatch.setattr(audit_log, "WHOLE_UP_TO", 0)
    monkeypatch.setattr("services.adapters.local.audit_log.utc_now", lambda: now[0])
    return now


def test_a_check_reads_what_is_new_and_says_when_the_rest_was_checked(trail, now):
    whole = trail.check()
    assert (whole.breach, whole.first, whole.last, whole.whole_at) == (None, 1, 10, NOON)
    now[0] += timedelta(minutes=5)
    trail.append(an_event())
    new = trail.check()
    assert (new.breach, new.first, new.last) == (None, 11, 11)
    assert (new.at, new.whole_at) == (now[0], NOON)
    assert new.head == trail.entries(limit=1)[0].entry_hash
    assert (trail.check().first, trail.check().last) == (12, 11)
    assert trail.check(whole=True).first == 1
    now[0] += timedelta(minutes=59)
    assert trail.check().first == 12
    now[0] += timedelta(minutes=1)
    assert (trail.check().first, trail.check().whole_at) == (1, now[0])


@pytest.mark.parametrize(
    ("seq", "first_bad"),
    [(11, 11), (10, 10), (3, 3)],
    ids=["of what is new", "of the last known entry", "of an old entry, told when all is checked"],
)
def test_a_check_finds_what_was_changed(trail, tmp_path, now, seq, first_bad):
    assert trail.check().last == 10
    trail.append(an_event())
    tamper(
        tmp_path,
        lambda raw: raw.execute(
            "UPDATE audit_entries SET entry_hash = printf('%064d', 7) WHERE seq = ?", (seq,)
        ),
    )
    if seq < 10:
        assert trail.check().breach is None
        now[0] += timedelta(hours=1)
    breach = trail.check().breach
    assert breach is not None
    assert breach.seq == first_bad
    assert trail.check().first == 1


def test_a_short_trail_is_checked_as_a_whole_each_time(trail, tmp_path):
    trail.check()
    tamper(tmp_path, lambda raw: raw.execute("UPDATE audit_entries SET event = '{}' WHERE seq = 2"))
    breach = trail.check().breach
    assert breach is not None
    assert breach.seq == 2


def test_a_check_finds_a_cut_off_end(trail, tmp_path, now):
    trail.check()
    trail.append(an_event())
    tamper(tmp_path, lambda raw: raw.execute("DELETE FROM audit_entries WHERE seq = 11"))
    breach = trail.check().breach
    assert breach is not None
    assert (breach.seq, breach.kind) == (11, BreachKind.TRUNCATED)
