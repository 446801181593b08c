"""What is in force in a partition, as its head document says it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from pydantic import Field

from services.adapters.azure.cosmos import PARTITION, Document
from services.adapters.azure.tables import ANSWER, ANSWER_SECONDS
from services.domain.base import Record
from services.domain.messages import Message, Queue

HEAD = "head"
MOST_OPERATIONS = 90
"""Documents that are written in one transaction at most, the head and what is told aside."""
_WORK = frozenset({Queue.INGESTION, Queue.ANALYSIS})


def new_run() -> str:
    """Return the name of one attempt to commit; no two share documents, so that a late one changes nothing in force."""
    return uuid4().hex[:24]


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
    def messages(self) -> list[Message]:
        """The messages without a marker, oldest first."""
        return [one.message for one in self.waiting]

    @property
    def is_in_work(self) -> bool:
        """Whether the report waits to be read or analysed, or is being so now."""
        return any(one.message.kind.queue in _WORK for one in self.waiting)

    @property
    def next_to_send(self) -> "Waiting | None":
        """The message to hand to the queue: the oldest one, as a report has one in flight; None while the queue has it."""
        return next((one for one in self.waiting[:1] if not one.is_forwarded), None)

    def all_runs(self) -> set[str]:
        """Return every run that the state names, those that were dropped with it too."""
        return {run for some in self.runs.values() for run in some} | set(self.dropped)

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

    ``tag`` and ``written`` (Unix time) are those of the document that it was read from. An open one is only this
    thread's: its state is not stored yet.
    """

    state: State = State()
    pending: Pending | None = None
    decided: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    tag: str = ""
    written: int = 0
    is_open: bool = False

    def document(self, partition: str) -> Document:
        """Return the head as it is stored.

        ``changes`` are summed up to tell whether any partition has changed, ``waits`` names the queues of what waits,
        ``due`` is since when somebody has to do something here: hand on a message, or settle what is pending.
        """
        document: Document = {
            "id": HEAD,
            PARTITION: partition,
            "kind": HEAD,
            "changes": self.state.changes,
            "content": self.model_dump_json(exclude={"tag", "written", "is_open"}),
        }
        if partition.startswith(ANSWER):
            document["ttl"] = ANSWER_SECONDS
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
        return len(self.documents) > MOST_OPERATIONS


def head_of(document: Document | None) -> Head:
    """Return the head that a document holds; an empty one without a document."""
    if document is None:
        return Head()
    content = Head.model_validate_json(document["content"])
    return content.model_copy(update={"tag": document["_etag"], "written": document["_ts"]})
