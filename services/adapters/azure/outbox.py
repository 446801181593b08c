"""The outbox in Cosmos DB: notices that were committed with their act and have not left yet."""

from collections.abc import Callable
from datetime import datetime, timedelta

from services.adapters.azure.cosmos import Cosmos, Stale
from services.adapters.azure.effects import Part, Plan
from services.adapters.azure.heads import Heads
from services.adapters.azure.reading import Reader
from services.adapters.azure.records import CosmosRecordStore
from services.adapters.azure.states import new_run
from services.adapters.azure.tables import Row, partition_of, sortable
from services.domain.base import utc_now
from services.domain.messages import Effects
from services.domain.notices import Notice, NoticeState

_NOTICES = "notices"
_TRIES = 5


class CosmosOutbox:
    """A notice that is taken is due again after the lease, should its sender die with it."""

    def __init__(
        self,
        cosmos: Cosmos,
        lease_seconds: float = 30,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._lease = timedelta(seconds=lease_seconds)
        self._clock = clock
        self._heads = Heads(cosmos)
        self._read = Reader(cosmos, self._heads)
        self._store = CosmosRecordStore(cosmos, clock)

    def take(self) -> Notice | None:
        """Return the next due notice, counted as tried and moved on by the lease; None when there is none."""
        for _ in range(_TRIES):
            row = self._next()
            if row is None:
                return None
            try:
                return self._taken(row)
            except Stale:
                continue  # somebody else took it, or wrote to its report: look again
        return None

    def settle(self, notice: Notice) -> None:
        """Keep what became of a notice."""
        self._store.commit(Effects(records=(notice,)))

    def _next(self) -> Row | None:
        values = {"waiting": NoticeState.WAITING.value, "now": sortable(self._clock())}
        due = self._read.found(Notice, "c.state = @waiting AND c.next_try <= @now", values)
        return min(due, key=lambda row: (row.record.next_try, row.seq), default=None)

    def _taken(self, row: Row) -> Notice:
        partition = partition_of(row.record)
        head = self._heads.settled(partition)
        rows = self._read.seen(head, partition, {_NOTICES})
        there = rows[_NOTICES].get(row.record_id)
        if there is None or there.run != row.run:
            raise Stale
        now = self._clock()
        notice: Notice = row.record.model_copy(
            update={"tries": row.record.tries + 1, "next_try": now + self._lease}
        )
        run = new_run()
        part = Part(records=[(0, notice)])
        change = Plan(head, rows, run, sortable(now)).change(partition, part)
        self._heads.commit([change], run)
        return notice
