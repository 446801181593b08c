"""Reading what is in force: of one partition exactly as one commit left it, of many by their heads."""

import time
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from services.adapters.azure.cosmos import CONTAINERS, Cosmos, Document, Stale
from services.adapters.azure.heads import Heads
from services.adapters.azure.states import Head, State
from services.adapters.azure.tables import BY_NAME, TABLES, Row, Table, row_of
from services.domain.base import Record
from services.domain.errors import Unavailable

R = TypeVar("R", bound=Record)
_TRIES = 5
_LONGEST_COMMIT_SECONDS = 600
_MODULUS = 2**256


class Reader:
    """Reads rows of tables."""

    def __init__(self, cosmos: Cosmos, heads: Heads) -> None:
        self._cosmos = cosmos
        self._heads = heads

    def of(self, kind: type[R], partition: str) -> list[R]:
        """Return a partition's records of one type in document order."""
        rows = self.rows(partition, {TABLES[kind].name})[TABLES[kind].name].values()
        return [row.record for row in sorted(rows, key=lambda row: (row.position, row.seq))]

    def rows(self, partition: str, tables: Iterable[str]) -> dict[str, dict[str, Row]]:
        """Return the rows of some tables of a partition, all as one commit left them."""
        wanted = sorted(tables)
        for _ in range(_TRIES):
            state = self._heads.in_force(self._heads.of(partition))
            found = self.under(state, partition, wanted)
            if all(_is_whole(TABLES[BY_NAME[name]], found[name], state) for name in wanted):
                return found
        raise Unavailable(
            f"The records of {partition} are not as their head says; try again in a moment."
        )

    def seen(self, head: Head, partition: str, tables: Iterable[str]) -> dict[str, dict[str, Row]]:
        """Return the rows under a head that is to be replaced next; raises Stale where it was replaced meanwhile."""
        found = self.under(head.state, partition, sorted(tables))
        if all(_is_whole(TABLES[BY_NAME[name]], rows, head.state) for name, rows in found.items()):
            return found
        raise Stale

    def under(
        self, state: State, partition: str, tables: Iterable[str]
    ) -> dict[str, dict[str, Row]]:
        """Return the rows of some tables that count under a state."""
        found: dict[str, dict[str, Row]] = {name: {} for name in tables}
        there = [name for name in found if state.runs.get(name)]
        query = "SELECT * FROM c WHERE c.pk = @pk AND ARRAY_CONTAINS(@kinds, c.kind)"
        for container in CONTAINERS:
            kinds = [name for name in there if TABLES[BY_NAME[name]].container == container]
            if not kinds:
                continue
            values = {"pk": partition, "kinds": kinds}
            for document in self._cosmos.ask(container, query, values, partition):
                if state.counts(document):
                    row = row_of(BY_NAME[document["kind"]], document)
                    found[document["kind"]][row.record_id] = row
        return found

    def first(self, kind: type[R], record_id: str) -> R | None:
        """Return the record with an id, wherever it is, or None."""
        rows = self.found(kind, "c.record_id = @id", {"id": record_id})
        return next((row.record for row in rows), None)

    def all(
        self, kind: type[R], where: str = "", values: Mapping[str, Any] | None = None
    ) -> list[R]:
        """Return the records of one type that a condition holds for, by when they were first written."""
        rows = self.found(kind, where, values or {})
        return [row.record for row in sorted(rows, key=lambda row: row.seq)]

    def found(self, kind: type[Record], where: str, values: Mapping[str, Any]) -> list[Row]:
        """Return the rows in force of one type that a condition holds for, in no order."""
        table = TABLES[kind]
        condition = f" AND {where}" if where else ""
        query = f"SELECT * FROM c WHERE c.kind = @kind{condition}"  # noqa: S608 - our own text
        documents = self.counting(table.container, query, {"kind": table.name, **values})
        return [row_of(kind, document) for document in documents]

    def counting(self, container: str, query: str, values: Mapping[str, Any]) -> list[Document]:
        """Return the documents in force that a query over all partitions finds.

        One that counts no more was replaced while it was looked for, or is a leftover; the query is asked again
        until nothing else comes, so that what replaced it is found. Old leftovers are deleted.
        """
        before: set[str] = set()
        documents: list[Document] = []
        for _ in range(_TRIES):
            documents = self._cosmos.ask(container, query, values)
            states = self._heads.states(one["pk"] for one in documents)
            counting = [one for one in documents if states[one["pk"]].counts(one)]
            ids = {one["id"] for one in documents}
            if len(counting) == len(documents):
                return counting
            if ids == before:
                self._tidy(documents, states)
                return counting
            before = ids
        return counting

    def _tidy(self, documents: Iterable[Document], states: Mapping[str, State]) -> None:
        old = time.time() - _LONGEST_COMMIT_SECONDS
        left = {
            one["pk"]
            for one in documents
            if one.get("_ts", old) < old and not states[one["pk"]].counts(one)
        }
        for partition in left:
            self._heads.tidy(partition)


def _is_whole(table: Table, rows: Mapping[str, Row], state: State) -> bool:
    """Whether the rows are all that the state counts; chains are not, once the first have ended by their time."""
    if table.ttl is not None:
        return True
    total = sum(row.total for row in rows.values()) % _MODULUS
    return total == int(state.totals.get(table.name, "0"), 16)
