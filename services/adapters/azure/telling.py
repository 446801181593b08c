"""What acts tell the audit trail: one document a commit, written in the transaction that brings it into force.

Whoever takes it over into the trail deletes it then; a crash between the two leaves both, under the same id.
"""

from collections.abc import Callable, Collection, Sequence

from services.adapters.azure.cosmos import PARTITION, RECORDS, Cosmos, Document
from services.audit import ACTING_FROM
from services.domain.audit import AuditEvent
from services.domain.base import Record
from services.ports import Told

_KIND = "told"


class _Content(Record):
    audit: tuple[AuditEvent, ...]


def told(events: Sequence[AuditEvent], partition: str, run: str, at: str) -> Document | None:
    """Return the document of what a commit tells, None where that is nothing; ``at`` sorts by when it was."""
    if not events:
        return None
    content = _Content(audit=tuple(_placed(event) for event in events))
    return {
        "id": f"{_KIND}-{run}",
        PARTITION: partition,
        "kind": _KIND,
        "at": f"{at}/{run}",
        "content": content.model_dump_json(),
    }


class CosmosTelling:
    """Gives what is not in the trail yet, oldest first."""

    def __init__(self, cosmos: Cosmos) -> None:
        self._cosmos = cosmos

    def pending(self, limit: int) -> list[Told]:
        """Return what up to so many commits told that nobody has settled."""
        query = f"SELECT TOP {int(limit)} * FROM c WHERE c.kind = @kind ORDER BY c.at"  # noqa: S608 - a number
        return [_told(one) for one in self._cosmos.ask(RECORDS, query, {"kind": _KIND})]

    def still(self, ids: Collection[str]) -> set[str]:
        """Return those of some ids that nobody has settled."""
        query = "SELECT c.id, c.pk FROM c WHERE c.kind = @kind AND ARRAY_CONTAINS(@ids, c.id)"
        values = {"kind": _KIND, "ids": [_place(told_id)[1] for told_id in ids]}
        return {_told_id(row) for row in self._cosmos.ask(RECORDS, query, values)} & set(ids)

    def settle(self, told: Sequence[Told]) -> None:
        """Drop what is in the trail; what somebody else dropped is no error."""
        for one in told:
            self._cosmos.delete(RECORDS, *_place(one.told_id))

    def after_commit(self, call: Callable[[], None]) -> None:
        """Call this after every commit of this process that told something, from now on."""
        self._cosmos.after_telling(call)


def _told(document: Document) -> Told:
    content = _Content.model_validate_json(document["content"])
    return Told(_told_id(document), content.audit)


def _told_id(document: Document) -> str:
    return f"{document[PARTITION]}/{document['id']}"


def _place(told_id: str) -> tuple[str, str]:
    partition, _, name = told_id.rpartition("/")
    return partition, name


def _placed(event: AuditEvent) -> AuditEvent:
    """Return the event with the address the present act comes from, where it names none itself."""
    address = ACTING_FROM.get()
    if event.ip_address or not address:
        return event
    return event.model_copy(update={"ip_address": address})
