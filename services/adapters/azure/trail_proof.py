"""The audit trail held against its head and its checkpoints, entry by entry, while others go on writing."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from services.adapters.azure.trail_head import Head
from services.adapters.azure.trail_rows import in_order, judged_row
from services.adapters.azure.trail_table import TrailTable
from services.audit import GENESIS, Ground, RawRow, examine
from services.domain.audit import Breach, BreachKind, Checkpoint

Proof = tuple[Breach | None, int, str]
"""The first breach, the last entry's number that holds, and its hash."""


def proved(
    table: TrailTable,
    head: Head,
    marks: tuple[Checkpoint, ...],
    base: tuple[int, str] = (0, GENESIS),
    since: datetime | None = None,
) -> Proof:
    """Walk the entries up to the head, from behind ``base`` on, which lie at ``since`` or later."""
    ground = Ground(
        recorded=(head.seq, head.hash),
        last=head.seq,
        base=base,
        marks={one.seq: one.head for one in marks},
    )
    walk = _Walk(table, head.seq, base[0], since)
    breach, seq, found = examine(walk.rows(), ground)
    if base[0] and walk.base_hash != base[1].encode():
        sentence = f"Entry {base[0]} is not stored any more as it was."
        return Breach(seq=base[0], kind=BreachKind.CHANGED, sentence=sentence), *base
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
    the first one has as its hash.
    """

    def __init__(self, table: TrailTable, last: int, base: int, since: datetime | None) -> None:
        self._table = table
        self._last = last
        self._base = base
        self._since = since
        self.greatest = 0
        self.base_hash = b""

    def rows(self) -> Iterator[RawRow]:
        """Give the entries in the order of their numbers."""
        return in_order(self._within(), self._base + 1)

    def _within(self) -> Iterator[RawRow]:
        for entity in self._table.rows(self._since):
            row = judged_row(entity)
            self.greatest = max(self.greatest, row[0])
            if row[0] == self._base:
                self.base_hash = row[3]
            if row[0] <= self._last and (self._since is None or row[0] > self._base):
                yield row
