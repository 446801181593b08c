"""Legal holds and the purge of the audit trail in Table Storage: both lie in its head, beside the entry that tells of them."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from services.adapters.azure.audit_log import LATE, AzureAuditLog, Telling, open_audit_log
from services.adapters.azure.trail_head import Head
from services.adapters.azure.trail_rows import entry_of, in_order, raw_row
from services.adapters.azure.trail_table import Entity, TrailTable, open_table
from services.audit import RawRow, purge_event
from services.config import Settings
from services.domain.audit import AuditEvent
from services.domain.errors import Conflict
from services.domain.ids import UserId
from services.domain.retention import LegalHold, Purged, retained_until


class AzureRetention:
    """One write of the head is a hold, or a purge; what that took is deleted after it, by the next purge at the latest."""

    def __init__(self, log: AzureAuditLog, table: TrailTable) -> None:
        self._log = log
        self._table = table

    def holds(self) -> list[LegalHold]:
        """Return every hold, oldest first."""
        return list(self._log.current().holds)

    def keep(self, hold: LegalHold, event: AuditEvent) -> None:
        """Write a hold or what became of it; raises Conflict when somebody else changed it meanwhile."""

        def told(head: Head) -> tuple[list[AuditEvent], Head]:
            holds = {one.hold_id: one for one in head.holds}
            hold.follow(holds.get(hold.hold_id))
            return [event], replace(head, holds=tuple((holds | {hold.hold_id: hold}).values()))

        self._log.write(told)

    def purge(self, before: datetime, actor: UserId, now: datetime) -> Purged | None:
        """Take the oldest entries up to the first from ``before`` on out of the trail, say so in it, and delete them.

        Raises Conflict under a legal hold, for what is younger than seven years, or when a hold or another purge came
        in between.
        """
        if retained_until(before) > now:
            raise Conflict(
                "The audit trail is append-only: what is younger than seven years stays."
            )
        found, purged = self._log.current(), None
        base, through = found.base[0], _through(self._table.rows(before), found.seq)
        if through > base:
            rows = _unheld(self._until(before, range(base + 1, through + 1)), found.holds)
            purged, last_hash = _stretch(rows, base + 1)
            event = purge_event(purged, before, last_hash, actor, now)
            self._log.write(_purging(found, (purged.through, last_hash), event))
        self._table.delete(self._until(before, range(1, max(base, through) + 1)))
        return purged

    def _until(self, before: datetime, numbers: range) -> Iterator[Entity]:
        """Give the entries with these numbers, all of them older than a moment, by their times."""
        for entity in self._table.rows():
            if entry_of(entity).event.at >= before:
                return
            if entity["seq"] in numbers:
                yield entity


def open_retention(settings: Settings) -> AzureRetention:
    """Return the retention of ``settings.table_name``; raises InvalidInput as ``open_audit_log`` does."""
    return AzureRetention(open_audit_log(settings), open_table(settings))


def _through(rows: Iterable[Entity], last: int) -> int:
    """Return the last number before the first entry from a moment on; ``rows`` are those, by their times.

    A number is given when an entry is written, LATE after its time at most.
    """
    first_kept, until = last + 1, None
    for entry in map(entry_of, rows):
        if until is not None and entry.event.at > until:
            break
        until = until or entry.event.at + LATE
        first_kept = min(first_kept, entry.seq)
    return first_kept - 1


def _unheld(entities: Iterable[Entity], holds: Sequence[LegalHold]) -> Iterator[RawRow]:
    """Give what is stored of the entries; raises Conflict at one that a legal hold keeps."""
    for entity in entities:
        resource = entry_of(entity).event.resource
        for hold in holds:
            if hold.keeps(resource):
                raise hold.refusal()
        yield raw_row(entity)


def _stretch(rows: Iterable[RawRow], first: int) -> tuple[Purged, str]:
    """Return what a purge of these entries takes away, and the hash of the last of them."""
    digest, count, through, hash = hashlib.sha256(), 0, first, b""
    for row in in_order(rows, first):
        through, *_, hash = row
        digest.update(hash + b"\n")
        count += 1
    purged = Purged(first=first, through=through, entries=count, range_sha256=digest.hexdigest())
    return purged, hash.decode()


def _purging(found: Head, base: tuple[int, str], event: AuditEvent) -> Telling:
    def told(head: Head) -> tuple[list[AuditEvent], Head]:
        if (head.base, head.holds) != (found.base, found.holds):
            raise Conflict(
                "Somebody set a legal hold or purged meanwhile; nothing was purged. Look again."
            )
        return [event], replace(head, base=base)

    return told
