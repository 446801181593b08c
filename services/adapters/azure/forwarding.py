"""The trail of this machine taken over into the one in Table Storage, which is the one that is read.

What is written down of an act commits with the act: in the database of this machine, or in that of the records where
they are elsewhere. From there it goes on, in order and once each.
"""

import logging
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime

from services.adapters.azure.audit_log import AzureAuditLog, open_audit_log
from services.adapters.local.audit_log import SqliteAuditLog
from services.adapters.local.key_file import installation_key
from services.config import Settings
from services.domain.audit import (
    AuditEntry,
    AuditEvent,
    AuditQuery,
    Check,
    RequestEvent,
    Verification,
)
from services.domain.errors import Unavailable
from services.domain.listings import Page
from services.ports import StoredEntry, Telling

AT_ONCE = 500
"""Entries that are taken over in one write at most."""
COMMITS_AT_ONCE = 50
"""Commits of records elsewhere whose events are taken over in one write at most."""
_log = logging.getLogger(__name__)


class ForwardedTrail:
    """Writes to the trail of this machine; reads from the shared one, after all that was committed here is in it.

    ``source`` names this machine's trail there, for all its processes. While Table Storage does not answer nothing
    is lost and no act is stopped; what is behind goes on with the next commit.
    """

    def __init__(
        self,
        here: SqliteAuditLog,
        there: AzureAuditLog,
        source: str,
        telling: Telling | None = None,
    ) -> None:
        self._here = here
        self._telling = telling
        self._there = there
        self._source = source
        self._turn = threading.Lock()
        self._through: int | None = None
        self._waiting = threading.Lock()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="audit-forwarding")
        here.after_commit(self._soon)
        if telling is not None:
            telling.after_commit(self._soon)

    def append(self, event: AuditEvent) -> AuditEntry:
        """Write one event; its number and hashes are those of this machine's trail."""
        return self._here.append(event)

    def witness(self, requests: Sequence[RequestEvent], now: datetime) -> None:
        """Write requests down, all in one transaction, and the counts of minutes that are over by ``now``."""
        self._here.witness(requests, now)

    def entries(self, resource: str | None = None, limit: int = 200) -> list[AuditEntry]:
        """Return entries of one resource or of all, newest first."""
        return self._whole().entries(resource, limit)

    def search(
        self, query: AuditQuery, after: tuple[str, int] | None = None, limit: int = 200
    ) -> Page[AuditEntry]:
        """Return a page of the entries that match, newest first by time."""
        return self._whole().search(query, after, limit)

    def verify(self) -> int | None:
        """Return the first sequence number that does not hold, or None when the shared trail is whole."""
        return self._whole().verify()

    def inspect(self) -> Verification:
        """Check the whole shared trail and its checkpoints."""
        return self._whole().inspect()

    def check(self, *, whole: bool = False) -> Check:
        """Check the shared trail; of a long one what is new."""
        return self._whole().check(whole=whole)

    def stored(self) -> Iterator[StoredEntry]:
        """Give every entry of the shared trail as it is stored, oldest first."""
        return self._whole().stored()

    def sign(self, data: bytes) -> str:
        """Return the installation's signature (HMAC-SHA256, hex)."""
        return self._there.sign(data)

    def close(self) -> None:
        """Let what is on its way arrive, and close the connections."""
        self._thread.shutdown()
        self._there.close()

    def forward(self) -> None:
        """Take over what was committed here; raises Unavailable."""
        with self._turn:
            if self._through is None:
                self._through = self._begun()
            while entries := self._here.committed(self._through, AT_ONCE):
                self._there.take(self._source, entries)
                self._through = entries[-1][0]
            if self._telling is not None:
                self._take_told(self._telling)

    def _take_told(self, telling: Telling) -> None:
        while told := telling.pending(COMMITS_AT_ONCE):
            self._there.take_told(told, telling.still)
            telling.settle(told)

    def _begun(self) -> int:
        through = self._there.taken(self._source)
        last = next((one.seq for one in self._here.entries(limit=1)), 0)
        if through > last:
            raise Unavailable(
                f"This machine's audit trail ends at entry {last}, and {through} of it are in Table Storage already: "
                "an older state of the data folder was put back. Start it with a new source.key in audit-checkpoints."
            )
        return through

    def _whole(self) -> AzureAuditLog:
        self.forward()
        return self._there

    def _soon(self) -> None:
        """Forward in the background, once for all commits that come before it begins."""
        if self._waiting.acquire(blocking=False):
            with suppress(RuntimeError):  # the process ends; the next one goes on
                self._thread.submit(self._begin)

    def _begin(self) -> None:
        self._waiting.release()
        try:
            self.forward()
        except Unavailable:
            _log.warning("the audit trail in Table Storage is behind this machine's", exc_info=True)


def forwarded(
    settings: Settings, here: SqliteAuditLog, telling: Telling | None = None
) -> ForwardedTrail:
    """Return the trail of the settings' table, fed by this machine's and by what records elsewhere were committed with.

    Nothing is asked of the service yet.
    """
    source = installation_key(settings.data_dir / "audit-checkpoints" / "source.key").hex()
    return ForwardedTrail(here, open_audit_log(settings), source, telling)
