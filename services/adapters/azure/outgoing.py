"""The messages that records in Cosmos DB were committed with: they wait in the head of their report's partition."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime

from services.adapters.azure.cosmos import PARTITION, RECORDS, Cosmos, Stale
from services.adapters.azure.effects import marker_of
from services.adapters.azure.heads import Heads
from services.adapters.azure.reading import Reader
from services.adapters.azure.states import Change, Head, Waiting, head_of, new_run
from services.adapters.azure.tables import TABLES
from services.domain.base import utc_now
from services.domain.errors import Unavailable
from services.domain.messages import Message, Processed, Queue

_MARKERS = TABLES[Processed].name
_LONGEST_COMMIT_SECONDS = 60
_TRIES = 10


class CosmosOutgoing:
    """A message waits from its commit until its marker is committed; in between it is handed on."""

    def __init__(self, cosmos: Cosmos, clock: Callable[[], datetime] = utc_now) -> None:
        self._cosmos = cosmos
        self._clock = clock
        self._heads = Heads(cosmos)
        self._read = Reader(cosmos, self._heads)

    def pending(self, limit: int) -> list[Message]:
        """Return at most so many messages to hand to the queue, oldest first; a report's next waits for its last."""
        query = (
            f"SELECT TOP {int(limit)} * FROM c WHERE c.kind = 'head' AND c.due > '' ORDER BY c.due"  # noqa: S608 - a number
        )
        found = list[Waiting]()
        for document in self._cosmos.ask(RECORDS, query, {}):
            head = head_of(document)
            self._end_old(document[PARTITION], head)
            unsent = self._heads.in_force(head).next_to_send
            if unsent is not None:
                found.append(unsent)
        return [one.message for one in sorted(found, key=lambda one: one.at)]

    def forwarded(self, messages: Sequence[Message]) -> None:
        """Keep that the queue has these messages."""
        by_report: dict[str, set[str]] = defaultdict(set)
        for one in messages:
            by_report[one.report_id].add(marker_of(one))
        for report_id, markers in by_report.items():
            self._mark(report_id, markers)

    def was_processed(self, message: Message) -> bool:
        """Whether the marker of a message is committed."""
        rows = self._read.rows(message.report_id, {_MARKERS})
        return marker_of(message) in rows[_MARKERS]

    def unprocessed(self) -> dict[Queue, int]:
        """Return the number of committed messages without a marker by queue, whether the queue has them or not."""
        rows = self._cosmos.ask(
            RECORDS, "SELECT c.waits FROM c WHERE c.kind = 'head' AND c.waits > ''", {}
        )
        counts = Counter(queue for row in rows for queue in row["waits"].split())
        return {queue: counts[queue.value] for queue in Queue}

    def _mark(self, partition: str, markers: set[str]) -> None:
        for _ in range(_TRIES):
            head = self._heads.settled(partition)
            waiting = tuple(
                one.model_copy(
                    update={"is_forwarded": one.is_forwarded or marker_of(one.message) in markers}
                )
                for one in head.state.waiting
            )
            if waiting == head.state.waiting:
                return
            run = new_run()
            state = head.state.model_copy(update={"waiting": waiting, "last": run})
            try:
                self._heads.commit([Change(partition, head, state, ())], run)
            except Stale:
                continue
            return
        raise Unavailable("Others write the same records all the time; try again in a moment.")

    def _end_old(self, partition: str, head: Head) -> None:
        """Settle what is pending since longer than any commit lives: whoever began it has died."""
        old = self._clock().timestamp() - head.written > _LONGEST_COMMIT_SECONDS
        if head.pending is not None and old:
            self._heads.settled(partition)
