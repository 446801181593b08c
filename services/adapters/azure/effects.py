"""What an act makes of the state of one partition; nothing is read or written here."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256

from services.adapters.azure.cosmos import Document
from services.adapters.azure.guards import REVIEWED, judge
from services.adapters.azure.states import Change, Head, State, Waiting
from services.adapters.azure.tables import (
    ANSWER,
    BY_NAME,
    TABLES,
    Row,
    Table,
    claims_of,
    document_id,
    partition_of,
)
from services.adapters.azure.whole import TAKEN
from services.domain.base import Record
from services.domain.errors import Conflict
from services.domain.messages import Effects, Message, Processed
from services.domain.reports import Report

_MOST_RUNS = 40
_MODULUS = 2**256
_MARKERS = TABLES[Processed].name
Placed = tuple[int, Record]


@dataclass(slots=True)
class Part:
    """What an act wants of one partition; the numbers are the places within the act, by table."""

    creates: list[Placed] = field(default_factory=list)
    replaces: list[Table] = field(default_factory=list)
    records: list[Placed] = field(default_factory=list)
    messages: list[tuple[int, Message]] = field(default_factory=list)

    def changes_records(self, partition: str) -> bool:
        """Whether anything changes that lists or caches show."""
        return bool(self.creates or self.replaces or self.records) and not partition.startswith(
            ANSWER
        )

    def tables(self) -> set[str]:
        """Return the tables that have to be read before; not those that are replaced whatever they hold."""
        unread = {table.name for table in self.replaces if table.kept is None}
        written = {TABLES[type(record)].name for _, record in self.records}
        created = {TABLES[type(record)].name for _, record in self.creates}
        kept = {table.name for table in self.replaces if table.kept is not None}
        needed = created | kept | (written - unread) | ({_MARKERS} if self.messages else set())
        return needed | (REVIEWED if needed & (REVIEWED | {"chains"}) - {"reports"} else set())


def parts_of(effects: Effects) -> dict[str, Part]:
    """Return an act by partition; the partition whose head decides comes first: of its message, else of its records."""
    parts: dict[str, Part] = defaultdict(Part)
    for position, record in _placed(effects.creates):
        parts[partition_of(record)].creates.append((position, record))
        for claim in claims_of(record) if isinstance(record, Report) else ():
            parts[partition_of(claim)].creates.append((position, claim))
    for kind, report_id in effects.replaces:
        parts[report_id].replaces.append(TABLES[kind])
    for position, record in _placed(effects.records):
        parts[partition_of(record)].records.append((position, record))
    for position, message in enumerate(effects.messages):
        parts[message.report_id].messages.append((position, message))
    return dict(parts)


def marker_of(message: Message) -> str:
    """Return the id of a message's marker."""
    return f"{message.kind.queue.value}/{message.message_id}"


def _placed(records: Sequence[Record]) -> Iterable[Placed]:
    """Give records with their places, in the order of the tables, as rules look at what was written before."""
    for record in records:
        if type(record) not in TABLES:
            raise TypeError(f"there is no table for {type(record).__name__}")
    order = {kind: number for number, kind in enumerate(TABLES)}
    return sorted(enumerate(records), key=lambda placed: order[type(placed[1])])


class Plan:
    """Applies a part to the rows of its partition, then says what changes."""

    def __init__(self, head: Head, rows: dict[str, dict[str, Row]], run: str, now: str) -> None:
        self._head = head
        self._before = {table: dict(found) for table, found in rows.items()}
        self._rows: dict[str, dict[str, Row]] = defaultdict(dict)
        self._rows.update(rows)
        self._run = run
        self._at = max(now, head.state.at)
        self._written = 0
        self._anew: set[str] = set()

    def change(self, partition: str, part: Part) -> Change:
        """Return the change; raises Conflict or Forbidden where a rule or what is there is against it."""
        for position, record in part.creates:
            self._create(position, record)
        for table in part.replaces:
            self._drop(table)
        for position, record in part.records:
            self._upsert(position, record)
        return self._result(partition, part)

    def _create(self, position: int, record: Record) -> None:
        table = TABLES[type(record)]
        if table.record_id(record) in self._rows[table.name]:
            raise Conflict(TAKEN)
        judge(record, self._rows, is_in_work=self._head.state.is_in_work)
        self._put(table, record, position, None)

    def _drop(self, table: Table) -> None:
        there = self._rows[table.name]
        if table.never_changes and there:
            raise Conflict(f"{table.never_changes} are never changed")
        kept = table.kept
        self._rows[table.name] = (
            {}
            if kept is None
            else {name: row for name, row in there.items() if kept(row, self._rows)}
        )
        self._anew.add(table.name)

    def _upsert(self, position: int, record: Record) -> None:
        table = TABLES[type(record)]
        before = self._rows[table.name].get(table.record_id(record))
        if before is not None:
            if table.never_changes:
                raise Conflict(f"{table.never_changes} are never changed")
            is_kept = table.kept is not None and table.kept(before, self._rows)
            if is_kept and not table.yields(record, self._rows):
                return
        else:
            judge(record, self._rows, is_in_work=self._head.state.is_in_work)
        self._put(table, record, position, before)

    def _put(self, table: Table, record: Record, position: int, before: Row | None) -> None:
        record_id = table.record_id(record)
        for read in table.unique:
            value = read(record)
            others = (row for name, row in self._rows[table.name].items() if name != record_id)
            if value is not None and any(read(row.record) == value for row in others):
                raise Conflict(TAKEN)
        self._written += 1
        text = f"{table.name}/{record_id}/{record.model_dump_json()}"
        self._rows[table.name][record_id] = Row(
            record=record,
            record_id=record_id,
            seq=before.seq if before else self._seq(),
            position=before.position if before else position,
            run=self._run_of(table),
            total=int(sha256(text.encode()).hexdigest(), 16),
        )

    def _seq(self) -> str:
        return f"{self._at}/{self._head.state.number + 1:08d}/{self._written:06d}"

    def _run_of(self, table: Table) -> str:
        return f"{table.name}-{self._run}"

    def _result(self, partition: str, part: Part) -> Change:
        state = self._head.state
        runs, totals = dict(state.runs), dict(state.totals)
        # What is not stored yet is not deleted yet either.
        superseded = list(state.superseded if self._head.is_open else ())
        dropped = list(state.dropped if self._head.is_open else ())
        documents = list[tuple[str, Document]]()
        for table in (TABLES[BY_NAME[name]] for name in list(self._rows)):
            now, before = self._rows[table.name], self._before.get(table.name, {})
            run = self._run_of(table)
            new = [row for row in now.values() if row.run == run]
            is_long = table.name in self._before and len(runs.get(table.name, ())) >= _MOST_RUNS
            if table.name in self._anew or is_long:
                new = [replace(row, run=run) for row in now.values()]
                dropped += [one for one in runs.pop(table.name, ()) if one != run]
                runs.update({table.name: (run,)} if new else {})
            elif new:
                runs[table.name] = (*runs.get(table.name, ()), run)
                superseded += [
                    document_id(before[row.record_id]) for row in new if row.record_id in before
                ]
            if table.name in self._anew or new:
                total = sum(row.total for row in now.values()) % _MODULUS
                totals[table.name] = f"{total:064x}"
                if not now:
                    del totals[table.name]
            documents += [(table.container, table.document(row, partition)) for row in new]
        after = State(
            number=state.number + 1,
            changes=state.changes + part.changes_records(partition),
            at=self._at,
            last=self._run,
            runs=runs,
            totals=totals,
            superseded=tuple(superseded),
            dropped=tuple(dropped),
            waiting=self._waiting(part.messages),
        )
        return Change(partition, self._head, after, documents)

    def _waiting(self, new: Sequence[tuple[int, Message]]) -> tuple[Waiting, ...]:
        """Return the messages that wait from now on; one that was sent before, even if worked off, is the same message."""
        markers, before = self._rows[_MARKERS], self._head.state.waiting
        left = {marker_of(one.message): one for one in before}
        for position, message in new:
            waiting = Waiting(message=message, at=f"{self._at}/{position:06d}")
            left.setdefault(marker_of(message), waiting)
        return tuple(one for marker, one in left.items() if marker not in markers)
