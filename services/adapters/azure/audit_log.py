"""The append-only, hash-linked audit trail in Azure Table Storage, with checkpoints in a container beside it."""

import logging
import random
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from services.adapters.azure.checkpoints import AzureCheckpoints
from services.adapters.azure.containers import open_container
from services.adapters.azure.tallies import counted
from services.adapters.azure.trail_head import Head
from services.adapters.azure.trail_proof import proved
from services.adapters.azure.trail_reading import matching, newest
from services.adapters.azure.trail_rows import MOST_CHARACTERS, in_order, raw_row
from services.adapters.azure.trail_table import NoHead, TrailTable, open_table
from services.audit import ACTING_FROM, GENESIS, linked
from services.config import Settings
from services.domain.audit import (
    AuditEntry,
    AuditEvent,
    AuditQuery,
    Breach,
    BreachKind,
    Check,
    RequestEvent,
    Verification,
)
from services.domain.base import utc_now
from services.domain.errors import InvalidInput, Unavailable
from services.domain.listings import Page
from services.ports import StoredEntry, Told

WHOLE_UP_TO, WHOLE_EVERY = 10_000, timedelta(hours=1)
"""A trail of so few entries is checked as a whole each time, in ten requests; a longer one so often."""
CHECKPOINT_EVERY = 1_000
"""Entries between two checkpoints at most."""
LATE = timedelta(days=1)
"""An entry is written so long after what it tells of at most; one that came later is found by the next whole check."""
_TRIES, _PAUSE_SECONDS = 100, 0.02
_KEY_CHARACTERS = 32
_log = logging.getLogger(__name__)

Telling = Callable[[Head], tuple[list[AuditEvent], Head]]
"""Given the head, returns what is to be appended, and the head with whatever else is to change."""


class AzureAuditLog:
    """Many processes may write: the head's ETag lets one through at a time (decision 0027)."""

    def __init__(self, table: TrailTable, checkpoints: AzureCheckpoints) -> None:
        self._table = table
        self._checkpoints = checkpoints
        self._turn = threading.Lock()
        self._head: Head | None = None
        self._settled = ""
        self._marked: int | None = None
        self._known: Check | None = None

    def append(self, event: AuditEvent) -> AuditEntry:
        """Write one event; raises Unavailable, and then it may have been written all the same."""
        return self.write(lambda head: ([event], head))[0]

    def witness(self, requests: Sequence[RequestEvent], now: datetime) -> None:
        """Write requests down, all in one write, and the counts of minutes that are over by ``now``."""

        def told(head: Head) -> tuple[list[AuditEvent], Head]:
            events, tallies = counted(head.tallies, requests, now)
            return events, replace(head, tallies=tallies)

        self.write(told)

    def taken(self, source: str) -> int:
        """Return the number up to which the entries of another trail were taken over."""
        return self.current().sources.get(source, 0)

    def take(self, source: str, entries: Sequence[tuple[int, AuditEvent]]) -> None:
        """Append another trail's next entries, by their numbers there; those that were taken over are left out."""

        def told(head: Head) -> tuple[list[AuditEvent], Head]:
            through = head.sources.get(source, 0)
            new = [(number, event) for number, event in entries if number > through]
            last = max((number for number, _ in new), default=through)
            return [event for _, event in new], replace(
                head, sources={**head.sources, source: last}
            )

        self._take(told)

    def take_told(self, some: Sequence[Told], still: Callable[[Collection[str]], set[str]]) -> None:
        """Append what records told, each once: only what is not settled there, and not noted here as taken.

        ``still`` says what is not settled, asked once the head is known. The head forgets what is settled: nobody can
        take that again, as who has an older head cannot replace this one.
        """

        def told(head: Head) -> tuple[list[AuditEvent], Head]:
            there = still({*head.taken, *(one.told_id for one in some)})
            new = [one for one in some if one.told_id in there - set(head.taken)]
            if not new:
                return [], head
            kept = [name for name in head.taken if name in there]
            return [event for one in new for event in one.events], replace(
                head, taken=(*kept, *(one.told_id for one in new))
            )

        self._take(told)

    def entries(self, resource: str | None = None, limit: int = 200) -> list[AuditEntry]:
        """Return entries of one resource or of all, newest first."""
        return newest(self._table, self.current(), resource, limit)

    def search(
        self, query: AuditQuery, after: tuple[str, int] | None = None, limit: int = 200
    ) -> Page[AuditEntry]:
        """Return a page of the entries that match, newest first by time."""
        return matching(self._table, self.current(), query, after, limit)

    def verify(self) -> int | None:
        """Return the first sequence number that does not hold, or None when the trail is whole."""
        breach = self.inspect().breach
        return None if breach is None else breach.seq

    def inspect(self) -> Verification:
        """Check every link, the head and the checkpoints; leave a checkpoint when all holds."""
        marks, fault = self._checkpoints.read()
        first, seq, found = 1, 0, GENESIS
        try:
            head = self.current()
            first = head.base[0] + 1
            breach, seq, found = proved(self._table, head, marks)
        except NoHead as error:
            breach = Breach(seq=1, kind=BreachKind.CHANGED, sentence=error.sentence)
        if breach is None and fault is None:
            self._mark(seq, found)
            marks, fault = self._checkpoints.read()
        return Verification(
            first=first, last=seq, head=found, checkpoints=marks, breach=breach or fault
        )

    def check(self, *, whole: bool = False) -> Check:
        """Check the trail; of a long one what is new since this process checked all of it within the hour."""
        known = self._known
        if whole or known is None or known.breach or known.last <= WHOLE_UP_TO:
            return self._whole()
        if utc_now() - known.whole_at >= WHOLE_EVERY:
            return self._whole()
        self._known = self._since(known) or self._whole()
        return self._known

    def _whole(self) -> Check:
        began, found = utc_now(), self.inspect()
        self._known = Check(
            breach=found.breach,
            first=found.first,
            last=found.last,
            head=found.head,
            at=began,
            whole_at=began,
        )
        return self._known

    def _since(self, known: Check) -> Check | None:
        """Check the entries behind a known one; None when that is not stored any more as it was."""
        marks, fault = self._checkpoints.read()
        head, since, now = self.current(), known.at - LATE, utc_now()
        breach, last, found = proved(
            self._table, head, marks, known=(known.last, known.head), since=since
        )
        if breach or fault:
            return None
        changed = {"first": known.last + 1, "last": last, "head": found, "at": now}
        return known.model_copy(update=changed)

    def stored(self) -> Iterator[StoredEntry]:
        """Give every entry as it is stored, oldest first; bytes that are no text become U+FFFD."""
        head = self.current()
        for seq, *texts in in_order(map(raw_row, self._table.rows())):
            if head.base[0] < seq <= head.seq:
                event, previous_hash, entry_hash = (text.decode(errors="replace") for text in texts)
                yield seq, event, previous_hash, entry_hash

    def sign(self, data: bytes) -> str:
        """Return the installation's signature (HMAC-SHA256, hex)."""
        return self._checkpoints.sign(data)

    def checkpoint(self) -> None:
        """Put the head into the checkpoints; a container that refuses it is only logged."""
        head = self.current()
        self._mark(head.seq, head.hash)

    def close(self) -> None:
        """Close the connections."""
        self._table.close()
        self._checkpoints.close()

    def _take(self, told: Telling) -> None:
        # The events have their addresses; whoever acts now is not who did what they tell.
        address = ACTING_FROM.set("")
        try:
            self.write(told)
        finally:
            ACTING_FROM.reset(address)

    def write(self, told: Telling) -> list[AuditEntry]:
        """Append what a change of the head tells, in one write with it; raises Unavailable."""
        with self._turn:
            head = self._moved(told)
            try:
                self._settle(head)
            except Unavailable:
                _log.warning(
                    "the audit trail's head holds its last entries until they are stored",
                    exc_info=True,
                )
            self._look(head)
        return [entry for entry, _ in head.pending]

    def _moved(self, told: Telling) -> Head:
        """Move the head on; whoever was faster is waited for a little."""
        for attempt in range(_TRIES):
            head = self._head or self._table.head()
            self._settle(head)
            events, changed = told(head)
            if not events and changed == head:
                return replace(head, pending=())
            added = _fitting(linked(head.seq, head.hash, events))
            new, self._head = changed.moved(added), None
            etag = self._table.move(head, new)
            if etag is not None:
                self._head = replace(new, etag=etag)
                return self._head
            if self._went_through(new):
                return new
            time.sleep(random.uniform(0, _PAUSE_SECONDS * min(attempt, 10)))  # noqa: S311 - no secret
        raise Unavailable("Many are writing to the audit trail at once; try again in a moment.")

    def _went_through(self, new: Head) -> bool:
        """Whether a refused write is stored: it was the second try of one whose answer was lost."""
        return self._table.head().write_id == new.write_id or self._table.holds(new)

    def current(self) -> Head:
        """Return the head as it is now, with all its entries in their places."""
        head = self._table.head()
        self._settle(head)
        return head

    def _settle(self, head: Head) -> None:
        if head.write_id != self._settled:
            self._table.settle(head)
            self._settled = head.write_id

    def _look(self, head: Head) -> None:
        try:
            if self._marked is None:
                self._marked = self._checkpoints.last_seq()
        except Unavailable:
            _log.exception("the audit trail's checkpoints cannot be read")
            return
        if head.seq - self._marked >= CHECKPOINT_EVERY:
            self._mark(head.seq, head.hash)

    def _mark(self, seq: int, head: str) -> None:
        if self._marked is not None and seq <= self._marked:
            return
        try:
            self._checkpoints.write(seq, head, utc_now())
        except (Unavailable, ValueError):
            _log.exception("the audit trail's checkpoint at entry %s was not written", seq)
        self._marked = seq


def open_audit_log(settings: Settings) -> AzureAuditLog:
    """Return the trail of ``settings.table_name``; raises InvalidInput naming the variable that is missing for it."""
    if not settings.blob_endpoint:
        raise InvalidInput(
            "ADVISOR_TABLE_ENDPOINT needs ADVISOR_BLOB_ENDPOINT: the trail's checkpoints lie in the documents' account."
        )
    if len(settings.checkpoint_key) < _KEY_CHARACTERS:
        raise InvalidInput(
            f"ADVISOR_TABLE_ENDPOINT needs ADVISOR_CHECKPOINT_KEY, {_KEY_CHARACTERS} characters or more: "
            "it signs the trail's checkpoints."
        )
    container = open_container(
        settings, settings.checkpoint_container, "ADVISOR_CHECKPOINT_CONTAINER"
    )
    checkpoints = AzureCheckpoints(container, settings.checkpoint_key.encode())
    return AzureAuditLog(open_table(settings), checkpoints)


def _fitting(added: Iterator[tuple[AuditEntry, str]]) -> list[tuple[AuditEntry, str]]:
    """Return the entries; raises InvalidInput for one that no entity holds, before it is in the trail."""
    entries = list(added)
    longest = max((len(text) for _, text in entries), default=0)
    if longest > MOST_CHARACTERS:
        raise InvalidInput(
            f"An audit entry has {longest:,} characters; at most {MOST_CHARACTERS:,} are taken."
        )
    return entries
