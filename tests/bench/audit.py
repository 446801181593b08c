"""``python -m tests.bench.audit``: how fast a long trail is written, verified and found broken."""

import sqlite3
import sys
import tempfile
import time
from pathlib import Path

from services.adapters.local.audit_log import SqliteAuditLog
from services.adapters.local.checkpoints import CheckpointFile
from services.adapters.local.database import Database
from services.adapters.local.effects import append_events
from services.domain.audit import AuditEvent
from services.domain.base import utc_now
from services.domain.ids import UserId

EVENTS, BATCH = 200_000, 1_000
VERIFIED_A_SECOND = 200_000
_DETAIL = {f"field_{number}": "0123456789abcdef" * 3 for number in range(10)}


def main() -> int:
    """Print the figures; return 1 when the trail is verified slower than the bar, or a flip is missed."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "advisor.sqlite3"
        database = Database(path)
        log = SqliteAuditLog(database, CheckpointFile(Path(folder) / "audit-checkpoints"))
        written = _write(database)
        best = min(_verify(log) for _ in range(3))
        size = sum(len(e.event.model_dump_json()) for e in log.entries(limit=100)) / 100
        database.close()
        missed = _flip(path, EVENTS // 2) != EVENTS // 2
    rate = EVENTS / best
    print(
        f"audit: {EVENTS:,} events of {size:.0f} bytes, written at {EVENTS / written:,.0f} a second"
    )
    print(f"audit: verified at {rate:,.0f} events a second (bar {VERIFIED_A_SECOND:,}), best of 3")
    print(f"audit: a byte flipped in the middle is {'MISSED' if missed else 'located'}")
    return int(rate < VERIFIED_A_SECOND or missed)


def _write(database: Database) -> float:
    start = time.perf_counter()
    for first in range(0, EVENTS, BATCH):
        events = [
            AuditEvent(
                actor=UserId("ann"),
                action="report_read",
                resource=f"report-{number}",
                detail=_DETAIL,
                at=utc_now(),
            )
            for number in range(first, first + BATCH)
        ]
        with database.transaction() as connection:
            append_events(connection, events)
    return time.perf_counter() - start


def _verify(log: SqliteAuditLog) -> float:
    start = time.perf_counter()
    found = log.inspect()
    if found.breach is not None or found.last != EVENTS:
        raise AssertionError(found.breach)
    return time.perf_counter() - start


def _flip(path: Path, seq: int) -> int | None:
    with sqlite3.connect(path) as raw:
        raw.execute("DROP TRIGGER audit_entries_never_change")
        raw.execute(
            "UPDATE audit_entries SET event = replace(event, 'ann', 'anx') WHERE seq = ?", (seq,)
        )
    raw.close()
    return SqliteAuditLog(Database(path)).verify()


if __name__ == "__main__":
    sys.exit(main())
