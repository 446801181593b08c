"""The audit trail held against its head and its checkpoints, entry by entry, while others go on writing."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from services.adapters.azure.trail_head import Head
from services.adapters.azure.trail_rows import entry_of, in_order, judged_row
from services.adapters.azure.trail_table import TrailTable
from services.audit import PURGED, Ground, RawRow, examine, proves, unproved
from services.domain.audit import Breach, BreachKind, Checkpoint

Proof = tuple[Breach | None, int, str]
"""The first breach, the last entry's number that holds, and its hash."""


def proved(
    table: TrailTable,
    head: Head,
    marks: tuple[Checkpoint, ...],
    known: tuple[int, str] | None = None,
    since: datetime | None = None,
) -> Proof:
    """Walk the entries up to the head: all, or those behind a ``known`` one, which lie at ``since`` or later."""
    base = known or head.base
    ground = Ground(
        recorded=(head.seq, head.hash),
        last=head.seq,
        base=base,
        marks={one.seq: one.head for one in marks},
    )
    walk = _Walk(table, head.seq, base, since)
    breach, seq, found = examine(walk.rows(), ground)
    if known is not None and walk.base_hash != base[1].encode():
        sentence = f"Entry {base[0]} is not stored any more as it was."
        return Breach(seq=base[0], kind=BreachKind.CHANGED, sentence=sentence), *base
    if known is None and base[0] and not walk.is_proved(ground):
        return unproved(base[0]), seq, found
    if breach is not None:
        # What the breach is called depends on whether entries are missing at the end.
        last = max((judged_row(one)[0] for one in table.rows(since)), default=0)
        return examine(walk.rows(), replace(ground, last=last))
    if walk.greatest > max(head.seq, table.head().seq):
        sentence = (
            f"The trail ended at entry {head.seq}; what follows was not written by the product."
        )
        breach = Breach(seq=head.seq + 1, kind=BreachKind.INSERTED, sentence=sentence)
    return breach, seq, found


class _Walk:
    """The entries between two numbers.

    Once they were walked, ``greatest`` is the greatest number that was met, ``base_hash`` what the entry before
    the first one has as its hash. What a purge has not taken away yet is passed over.
    """

    def __init__(
        self, table: TrailTable, last: int, base: tuple[int, str], since: datetime | None
    ) -> None:
        self._table = table
        self._last = last
        self._base = base
        self._since = since
        self.greatest = 0
        self.base_hash = b""
        self._says_purged = False

    def rows(self) -> Iterator[RawRow]:
        """Give the entries in the order of their numbers."""
        return in_order(self._within(), self._base[0] + 1)

    def is_proved(self, ground: Ground) -> bool:
        """Whether an entry that was met says that the base was purged, and no checkpoint names another hash there."""
        seq, head = self._base
        return self._says_purged and ground.marks.get(seq, head) == head

    def _within(self) -> Iterator[RawRow]:
        base, head = self._base
        for entity in self._table.rows(self._since):
            row = judged_row(entity)
            self.greatest = max(self.greatest, row[0])
            if row[0] == base:
                self.base_hash = row[3]
            if entity.get("action") == PURGED and base:
                self._says_purged |= proves(entry_of(entity).event, base, head)
            if row[0] <= self._last and row[0] not in range(1, base + 1):
                yield row
