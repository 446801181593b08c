"""The head of a partition says what is in force there; a commit writes documents first and the heads last.

A document counts when its run, the commit that wrote it, is among those the head names for its kind and the
document itself is not among the superseded. So nobody sees half of a commit, whichever containers it is in:
replacing the head, on condition of its entity tag, is what commits. Where a commit touches several partitions,
the others first keep their next state as ``pending`` beside the present one; the head of the first partition
decides for all by naming the run in ``decided``, and a pending state whose run it does not name never counts.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from pydantic import Field

from services.adapters.azure.cosmos import (
    CONTAINERS,
    PARTITION,
    RECORDS,
    Cosmos,
    Document,
    Operation,
    Stale,
)
from services.adapters.azure.tables import container_of
from services.domain.base import Record
from services.domain.errors import Unavailable
from services.domain.messages import Message, Queue

_HEAD = "head"
_MOST_OPERATIONS = 90
_MOST_BYTES = 1_500_000
_ALONG_BYTES = 500_000
_TRIES = 5
_CLOCKS_DIFFER_SECONDS = 5
_WORK = frozenset({Queue.INGESTION, Queue.ANALYSIS})


class Waiting(Record):
    """A message that was committed at a time (as text that sorts), and whether the queue has it."""

    message: Message
    at: str
    is_forwarded: bool = False


class State(Record):
    """What is in force in a partition after its commit ``number``.

    ``changes`` counts the commits that changed records, which those of messages and audit events alone do not.
    ``runs`` by kind are those whose documents count, except the ``superseded`` ids; ``dropped`` runs count no
    more, their documents are deleted after the commit. ``totals`` by kind add up the records' fingerprints.
    ``waiting`` are the messages without a marker, oldest first. ``at`` is the time of the last commit, ``last`` its run.
    """

    number: int = 0
    changes: int = 0
    at: str = ""
    last: str = ""
    runs: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    totals: dict[str, str] = Field(default_factory=dict)
    superseded: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    waiting: tuple[Waiting, ...] = ()

    @property
    def is_in_work(self) -> bool:
        """Whether the report waits to be read or analysed, or is being so now."""
        return any(one.message.kind.queue in _WORK for one in self.waiting)

    @property
    def next_to_send(self) -> "Waiting | None":
        """The message to hand to the queue: the oldest one, as a report has one in flight; None while the queue has it."""
        return next((one for one in self.waiting[:1] if not one.is_forwarded), None)

    def counts(self, document: Document) -> bool:
        """Whether a document is in force."""
        return (
            document["run"] in self.runs.get(document["kind"], ())
            and document["id"] not in self.superseded
        )


class Pending(Record):
    """A state that will be in force once the head of the partition ``decider`` names ``run`` as decided."""

    decider: str
    run: str
    state: State


class Head(Record):
    """The head document: the state, one that waits for another partition, and what this one has decided for others.

    ``tag`` and ``written`` (Unix time) are those of the document that it was read from.
    """

    state: State = State()
    pending: Pending | None = None
    decided: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    tag: str = ""
    written: int = 0

    def document(self, partition: str) -> Document:
        """Return the head as it is stored.

        ``changes`` are summed up to tell whether any partition has changed, ``waits`` names the queues of what waits,
        ``due`` is since when somebody has to do something here: hand on a message, or settle what is pending.
        """
        document: Document = {
            "id": _HEAD,
            PARTITION: partition,
            "kind": _HEAD,
            "changes": self.state.changes,
            "content": self.model_dump_json(exclude={"tag", "written"}),
        }
        if self.state.waiting:
            document["waits"] = " ".join(one.message.kind.queue for one in self.state.waiting)
        if self.pending is not None:
            document["due"] = self.pending.state.at
        elif (unsent := self.state.next_to_send) is not None:
            document["due"] = unsent.at
        return document


@dataclass(frozen=True, slots=True)
class Change:
    """What a commit does to one partition: the state that it saw, the one to come, and the documents of that."""

    partition: str
    head: Head
    state: State
    documents: Sequence[tuple[str, Document]]
    """Each with the container it belongs to."""

    @property
    def is_long(self) -> bool:
        """Whether it is worth to look for what an earlier attempt at it may have left."""
        return len(self.documents) > _MOST_OPERATIONS


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
            if len(batch.operations) == _MOST_OPERATIONS or (
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
        """Return a partition's head; an empty one where nothing was committed."""
        return head_of(self._cosmos.read(RECORDS, partition, _HEAD))

    def states(self, partitions: Iterable[str]) -> dict[str, State]:
        """Return what is in force in some partitions."""
        wanted, found = iter(sorted(set(partitions))), dict[str, State]()
        while some := list(islice(wanted, 200)):
            rows = self._cosmos.ask(
                RECORDS,
                "SELECT * FROM c WHERE c.kind = 'head' AND ARRAY_CONTAINS(@some, c.pk)",
                {"some": some},
            )
            found.update({row[PARTITION]: self.in_force(head_of(row)) for row in rows})
        return found

    def in_force(self, head: Head) -> State:
        """Return the state that counts: the pending one if its decider has decided so."""
        pending = head.pending
        if pending is not None and pending.run in self.of(pending.decider).decided:
            return pending.state
        return head.state

    def changes(self) -> int:
        """Return the number of commits that changed records, in all partitions."""
        rows = self._cosmos.ask(
            RECORDS, "SELECT VALUE SUM(c.changes) FROM c WHERE c.kind = 'head'", {}
        )
        return int(rows[0] or 0) if rows else 0

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

    def commit(self, changes: Sequence[Change], run: str, outgoing: Document | None) -> None:
        """Bring the changes into force together; the first one's partition decides and keeps what goes out.

        Raises Stale, with the old states in force, where a partition is not as it was seen.
        """
        first, *others = changes
        along = {change.partition: self._write(change) for change in changes}
        for change in others:
            pending = Pending(decider=first.partition, run=run, state=change.state)
            head = Head(state=change.head.state, pending=pending)
            self._put(change.partition, change.head, head, along[change.partition])
        told = {run: tuple(one.partition for one in others)} if others else {}
        also = along[first.partition]
        if outgoing is not None:
            also.append(("upsert", (outgoing,)))
        self._decide(first, Head(state=first.state, decided=told), also)
        self._after(changes, told)
        if outgoing is not None:
            self._cosmos.tell()

    def _write(self, change: Change) -> list[Operation]:
        """Write the documents that nobody sees yet, and return the writing of the last few: it goes with the head."""
        self._clear(change.partition, change.head.state)
        batches = list(_batches(change.documents))
        along = batches.pop().operations if batches and batches[-1].goes_along else []
        for batch in batches:
            self._cosmos.write(batch.container, change.partition, batch.operations)
        return along

    def _decide(self, change: Change, head: Head, along: Sequence[Operation]) -> None:
        try:
            self._put(change.partition, change.head, head, along)
        except (Stale, Unavailable):
            # The answer may have been lost: what counts is what is there.
            if self.of(change.partition).state.last != head.state.last:
                raise

    def _after(self, changes: Sequence[Change], told: Mapping[str, Sequence[str]]) -> None:
        """Do what the next commit would do otherwise; the act is done, so that nothing here is an error."""
        try:
            if told:
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
            "runs": [run for some in head.state.runs.values() for run in some],
        }
        for container in CONTAINERS:
            self._delete(container, partition, query, values)

    def _resolve(self, partition: str, head: Head, pending: Pending) -> None:
        decider = self.of(pending.decider)
        if pending.run in decider.decided:
            self._put(partition, head, Head(state=pending.state))
            return
        # Whoever prepared it may still decide: with another tag on the decider's head that fails.
        self._put(pending.decider, decider, decider)
        self._put(partition, head, Head(state=head.state))

    def _tell(self, partition: str, head: Head) -> None:
        for run, others in head.decided.items():
            for other in others:
                there = self.of(other)
                if there.pending is not None and there.pending.run == run:
                    self._put(other, there, Head(state=there.pending.state))
        self._put(partition, head, head.model_copy(update={"decided": {}}))

    def _put(self, partition: str, seen: Head, head: Head, also: Sequence[Operation] = ()) -> None:
        document = head.document(partition)
        replace: Operation = (
            ("replace", (_HEAD, document), {"if_match_etag": seen.tag})
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
        while some := list(islice(rows, _MOST_OPERATIONS)):
            deleting: list[Operation] = [("delete", (row["id"],)) for row in some]
            self._cosmos.write(container, partition, deleting)
        return len(found)


def head_of(document: Document | None) -> Head:
    """Return the head that a document holds; an empty one without a document."""
    if document is None:
        return Head()
    content = Head.model_validate_json(document["content"])
    return content.model_copy(update={"tag": document["_etag"], "written": document["_ts"]})
