"""Several acts of one thread that become one commit: their documents are written, their heads only at the end.

Meanwhile the thread reads what it has written, as documents count by what a head says and it has heads of its own.
Nobody else sees any of it. At the end the stored heads are replaced if they are those that were seen.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from services.adapters.azure.cosmos import Cosmos
from services.adapters.azure.states import Change, Head, State, new_run
from services.domain.audit import AuditEvent
from services.domain.errors import Conflict

TAKEN = "Somebody else changed this at the same moment; reload and try again."


@dataclass(slots=True)
class Whole:
    """What is held back: the states to come, the heads that they are to replace, and what is told."""

    cosmos: Cosmos
    run: str = field(default_factory=new_run)
    states: dict[str, State] = field(default_factory=dict)
    events: list[AuditEvent] = field(default_factory=list)
    _heads: dict[str, Head] = field(default_factory=dict)
    _read: dict[str, State] = field(default_factory=dict)

    def head(self, partition: str) -> Head | None:
        """Return the head that this thread has of a partition; None where it has written nothing there."""
        if partition not in self.states:
            return None
        return self._heads[partition].model_copy(
            update={"state": self.states[partition], "is_open": True}
        )

    def saw(self, partition: str, state: State) -> None:
        """Keep in which state a partition was when it was read first."""
        self._read.setdefault(partition, state)

    def seen(self, states: Mapping[str, State]) -> dict[str, State]:
        """Return the states of partitions as this thread has them, given those that are stored."""
        for partition, state in states.items():
            self.saw(partition, state)
        return {partition: self.states.get(partition, state) for partition, state in states.items()}

    def add(self, changes: Sequence[Change], events: Sequence[AuditEvent]) -> None:
        """Hold an act back; raises Conflict where somebody else changed a partition since it was read."""
        for one in changes:
            if not one.head.is_open and one.head.state.runs != self._read[one.partition].runs:
                raise Conflict(TAKEN)
        for one in changes:
            self._heads.setdefault(one.partition, one.head)
            self.states[one.partition] = one.state
        self.events += events

    def follow(self, heads: Mapping[str, Head]) -> bool:
        """Put this over other heads; False where these say more than that the queue has messages meanwhile."""
        for partition, head in heads.items():
            seen, now, to_come = self._heads[partition].state, head.state, self.states[partition]
            if (now.runs, now.messages) != (seen.runs, seen.messages):
                return False
            sent = [one.message for one in now.waiting if one.is_forwarded]
            waiting = tuple(
                one.model_copy(update={"is_forwarded": one.is_forwarded or one.message in sent})
                for one in to_come.waiting
            )
            self._heads[partition] = head
            self.states[partition] = to_come.model_copy(update={"waiting": waiting})
        return True

    def changes(self) -> list[Change]:
        """Return all of it as one commit; its documents are written already."""
        return [
            Change(partition, self._heads[partition], state, ())
            for partition, state in self.states.items()
        ]


_WHOLE: ContextVar[Whole | None] = ContextVar("whole in Cosmos DB", default=None)


def whole_of(cosmos: Cosmos) -> Whole | None:
    """Return what the running thread holds back of a database, None outside of a block."""
    whole = _WHOLE.get()
    return whole if whole is not None and whole.cosmos.name == cosmos.name else None


@contextmanager
def held_back(cosmos: Cosmos) -> Iterator[Whole]:
    """Hold back what the running thread commits to a database within the block; whoever opens it commits it behind."""
    whole = Whole(cosmos)
    mark = _WHOLE.set(whole)
    try:
        yield whole
    finally:
        _WHOLE.reset(mark)
