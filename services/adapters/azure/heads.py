"""The head of a partition says what is in force there; a commit writes documents first and the heads last.

A document counts when its run, the commit that wrote it, is among those the head names for its kind and the
document itself is not among the superseded. So nobody sees half of a commit, whichever containers it is in:
replacing the head, on condition of its entity tag, is what commits. Where a commit touches several partitions,
the others first keep their next state as ``pending`` beside the present one; the head of the first partition
decides for all by naming the run in ``decided``, and a pending state whose run it does not name never counts.
"""

import json
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import islice

from services.adapters.azure.cosmos import (
    CONTAINERS,
    PARTITION,
    RECORDS,
    Cosmos,
    Document,
    Operation,
    Stale,
)
from services.adapters.azure.states import (
    HEAD,
    MOST_OPERATIONS,
    Change,
    Head,
    Pending,
    State,
    head_of,
)
from services.adapters.azure.tables import container_of
from services.adapters.azure.telling import told
from services.adapters.azure.whole import TAKEN, Whole, held_back, whole_of
from services.domain.audit import AuditEvent
from services.domain.errors import Conflict, Unavailable

_MOST_BYTES = 1_500_000
_ALONG_BYTES = 500_000
_TRIES = 5
_CLOCKS_DIFFER_SECONDS = 5


@dataclass(slots=True)
class _Batch:
    """Documents of one container that are written together."""

    container: str
    operations: list[Operation]
    size: int = 0

    @property
    def goes_along(self) -> bool:
        """Whether it is small enough to be one transaction with the head, and in its container."""
        return self.container == RECORDS and self.size < _ALONG_BYTES


def _batches(documents: Sequence[tuple[str, Document]]) -> Iterator[_Batch]:
    """Give the batches of some documents, those of the head's container last."""
    for container in (*(one for one in CONTAINERS if one != RECORDS), RECORDS):
        batch = _Batch(container, [])
        for document in (one for where, one in documents if where == container):
            size = len(json.dumps(document))
            if len(batch.operations) == MOST_OPERATIONS or (
                batch.operations and batch.size + size > _MOST_BYTES
            ):
                yield batch
                batch = _Batch(container, [])
            batch.operations.append(("upsert", (document,)))
            batch.size += size
        if batch.operations:
            yield batch


class Heads:
    """Reads heads, and commits changes."""

    def __init__(self, cosmos: Cosmos) -> None:
        self._cosmos = cosmos

    def of(self, partition: str) -> Head:
        """Return a partition's head as this thread has it; an empty one where nothing was committed."""
        whole = whole_of(self._cosmos)
        if whole is None:
            return self._stored(partition)
        head = whole.head(partition)
        if head is None:
            head = self._stored(partition)
            whole.saw(partition, self.in_force(head))
        return head

    def states(self, partitions: Iterable[str]) -> dict[str, State]:
        """Return what is in force in some partitions, for this thread."""
        asked = dict.fromkeys(partitions, State())
        wanted, found = iter(sorted(asked)), dict(asked)
        while some := list(islice(wanted, 200)):
            rows = self._cosmos.ask(
                RECORDS,
                "SELECT * FROM c WHERE c.kind = 'head' AND ARRAY_CONTAINS(@some, c.pk)",
                {"some": some},
            )
            found.update({row[PARTITION]: self.in_force(head_of(row)) for row in rows})
        whole = whole_of(self._cosmos)
        return found if whole is None else whole.seen(found)

    def in_force(self, head: Head) -> State:
        """Return the state that counts: the pending one if its decider has decided so."""
        pending = head.pending
        if pending is not None and pending.run in self._stored(pending.decider).decided:
            return pending.state
        return head.state

    def version(self) -> Hashable:
        """Return the number of commits that changed records, in all partitions; within a block something of its own."""
        rows = self._cosmos.ask(
            RECORDS, "SELECT VALUE SUM(c.changes) FROM c WHERE c.kind = 'head'", {}
        )
        changes, whole = int(rows[0] or 0) if rows else 0, whole_of(self._cosmos)
        if whole is None or not whole.states:
            return changes
        return changes, whole.run, sum(state.number for state in whole.states.values())

    @contextmanager
    def together(self) -> Iterator[None]:
        """Make what the running thread commits meanwhile one commit; nothing of it comes into force on any error.

        Raises Conflict at the end where somebody else changed what was changed here.
        """
        with ExitStack() as undoing, held_back(self._cosmos) as whole:
            undoing.callback(lambda: self.forget(whole.changes()))
            yield
            undoing.pop_all()
        if whole.states:
            self._commit_whole(whole)

    def _commit_whole(self, whole: Whole) -> None:
        for _ in range(_TRIES):
            try:
                self.commit(whole.changes(), whole.run, whole.events)
            except Stale:
                # The one that decides comes last: to settle another may have to change it.
                heads = {one: self.settled(one) for one in reversed(whole.states)}
                if not whole.follow(heads):
                    break
            else:
                return
        self.forget(whole.changes())
        raise Conflict(TAKEN)

    def settled(self, partition: str) -> Head:
        """Return a partition's head with nothing pending on it and nothing left to tell others."""
        for _ in range(_TRIES):
            head = self.of(partition)
            try:
                if head.pending is not None:
                    self._resolve(partition, head, head.pending)
                elif head.decided:
                    self._tell(partition, head)
                else:
                    return head
            except Stale:
                continue
        raise Unavailable("Others write the same records all the time; try again in a moment.")

    def commit(
        self, changes: Sequence[Change], run: str, events: Sequence[AuditEvent] = ()
    ) -> None:
        """Bring the changes into force together; the first one's partition decides and keeps what is told.

        Raises Stale, with the old states in force, where a partition is not as it was seen. Within a block documents are
        written and nothing comes into force.
        """
        whole = whole_of(self._cosmos)
        if whole is not None:
            for change in changes:
                self._write_all(change)
            whole.add(changes, events)
            return
        first, *others = changes
        along = {change.partition: self._write(change) for change in changes}
        for change in others:
            pending = Pending(decider=first.partition, run=run, state=change.state)
            head = Head(state=change.head.state, pending=pending)
            self._put(change.partition, change.head, head, along[change.partition])
        decided = {run: tuple(one.partition for one in others)} if others else {}
        also = along[first.partition]
        at = f"{first.state.at}/{first.state.number:08d}"
        outgoing = told(events, first.partition, run, at)
        if outgoing is not None:
            also.append(("upsert", (outgoing,)))
        self._decide(first, Head(state=first.state, decided=decided), also)
        self._after(changes, decided)
        if outgoing is not None:
            self._cosmos.tell()

    def forget(self, changes: Sequence[Change]) -> None:
        """Delete the documents of changes that did not come into force, and will not; where that fails nobody sees them.

        Not for a commit without an answer: it may still arrive.
        """
        query = "SELECT c.id FROM c WHERE c.pk = @pk AND ARRAY_CONTAINS(@runs, c.run)"
        with suppress(Stale, Unavailable):
            for change in changes:
                written = change.state.all_runs() - change.head.state.all_runs()
                left = written - self.settled(change.partition).state.all_runs()
                values = {"pk": change.partition, "runs": sorted(left)}
                for container in sorted({container_of(run) for run in left}):
                    self._delete(container, change.partition, query, values)

    def tidy(self, partition: str) -> None:
        """Delete what attempts left that died; who is still at one finds another tag on the head and begins anew."""
        if whole_of(self._cosmos) is not None:
            return
        with suppress(Stale, Unavailable):
            head = self.settled(partition)
            self._put(partition, head, head)
            self._sweep(partition)

    def _write(self, change: Change) -> list[Operation]:
        """Write the documents that nobody sees yet, and return the writing of the last few: it goes with the head."""
        self._clear(change.partition, change.head.state)
        batches = list(_batches(change.documents))
        along = batches.pop().operations if batches and batches[-1].goes_along else []
        for batch in batches:
            self._cosmos.write(batch.container, change.partition, batch.operations)
        return along

    def _write_all(self, change: Change) -> None:
        for batch in _batches(change.documents):
            self._cosmos.write(batch.container, change.partition, batch.operations)

    def _stored(self, partition: str) -> Head:
        return head_of(self._cosmos.read(RECORDS, partition, HEAD))

    def _decide(self, change: Change, head: Head, along: Sequence[Operation]) -> None:
        try:
            self._put(change.partition, change.head, head, along)
        except (Stale, Unavailable):
            # The answer may have been lost: what counts is what is there.
            if self._stored(change.partition).state.last != head.state.last:
                raise

    def _after(self, changes: Sequence[Change], decided: Mapping[str, Sequence[str]]) -> None:
        """Do what the next commit would do otherwise; the act is done, so that nothing here is an error."""
        try:
            if decided:
                self.settled(changes[0].partition)
            for change in changes:
                self._clear(change.partition, change.state)
                if change.is_long:
                    self._sweep(change.partition)
        except (Stale, Unavailable):
            return

    def _sweep(self, partition: str) -> None:
        """Delete what attempts left that died before the head was written.

        Whoever wrote documents before that had seen an older head and cannot bring them into force any more.
        """
        head = self.settled(partition)
        query = (
            "SELECT c.id FROM c WHERE c.pk = @pk AND c._ts < @before AND c.run > '' "
            "AND NOT ARRAY_CONTAINS(@runs, c.run)"
        )
        values = {
            "pk": partition,
            "before": head.written - _CLOCKS_DIFFER_SECONDS,
            "runs": sorted(head.state.all_runs()),
        }
        for container in CONTAINERS:
            self._delete(container, partition, query, values)

    def _resolve(self, partition: str, head: Head, pending: Pending) -> None:
        decider = self._stored(pending.decider)
        if pending.run in decider.decided:
            self._put(partition, head, Head(state=pending.state))
            return
        # Whoever prepared it may still decide: with another tag on the decider's head that fails.
        self._put(pending.decider, decider, decider)
        self._put(partition, head, Head(state=head.state))

    def _tell(self, partition: str, head: Head) -> None:
        for run, others in head.decided.items():
            for other in others:
                there = self._stored(other)
                if there.pending is not None and there.pending.run == run:
                    self._put(other, there, Head(state=there.pending.state))
        self._put(partition, head, head.model_copy(update={"decided": {}}))

    def _put(self, partition: str, seen: Head, head: Head, also: Sequence[Operation] = ()) -> None:
        document = head.document(partition)
        replace: Operation = (
            ("replace", (HEAD, document), {"if_match_etag": seen.tag})
            if seen.tag
            else ("create", (document,))
        )
        self._cosmos.write(RECORDS, partition, [replace, *also])

    def _clear(self, partition: str, state: State) -> None:
        """Delete the documents that the state says do not count any more."""
        if not (state.superseded or state.dropped):
            return
        query = (
            "SELECT c.id FROM c WHERE c.pk = @pk AND "
            "(ARRAY_CONTAINS(@ids, c.id) OR ARRAY_CONTAINS(@runs, c.run))"
        )
        values = {"pk": partition, "ids": state.superseded, "runs": state.dropped}
        for container in sorted({container_of(name) for name in state.superseded + state.dropped}):
            self._delete(container, partition, query, values)

    def _delete(
        self, container: str, partition: str, query: str, values: Mapping[str, object]
    ) -> int:
        found = self._cosmos.ask(container, query, values, partition)
        rows = iter(found)
        while some := list(islice(rows, MOST_OPERATIONS)):
            deleting: list[Operation] = [("delete", (row["id"],)) for row in some]
            self._cosmos.write(container, partition, deleting)
        return len(found)
