"""What acts tell the audit trail: one document a commit, written in the transaction that brings it into force.

Whoever takes it over into the trail deletes it then; a crash between the two leaves both, under the same id.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from services.adapters.azure.cosmos import RECORDS, Cosmos, Document
from services.audit import ACTING_FROM
from services.domain.audit import AuditEvent
from services.domain.base import Record

_KIND = "told"


class _Content(Record):
    audit: tuple[AuditEvent, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What one commit tells, under an id that no other has."""

    told_id: str
    partition: str
    events: tuple[AuditEvent, ...]


def told(events: Sequence[AuditEvent], partition: str, run: str, at: str) -> Document | None:
    """Return the document of what a commit tells, None where that is nothing; ``at`` sorts by when it was."""
    if not events:
        return None
    content = _Content(audit=tuple(_placed(event) for event in events))
    return {
        "id": f"{_KIND}-{run}",
        "pk": partition,
        "kind": _KIND,
        "at": f"{at}/{run}",
        "content": content.model_dump_json(),
    }


class CosmosTold:
    """Gives what is not in the trail yet, oldest first."""

    def __init__(self, cosmos: Cosmos) -> None:
        self._cosmos = cosmos

    def pending(self, limit: int) -> list[Told]:
        """Return what up to so many commits told that nobody has settled."""
        query = f"SELECT TOP {int(limit)} * FROM c WHERE c.kind = @kind ORDER BY c.at"  # noqa: S608 - a number
        return [_told(one) for one in self._cosmos.ask(RECORDS, query, {"kind": _KIND})]

    def still(self, ids: Collection[str]) -> set[str]:
        """Return those of some ids that nobody has settled."""
        query = "SELECT c.id FROM c WHERE c.kind = @kind AND ARRAY_CONTAINS(@ids, c.id)"
        values = {"kind": _KIND, "ids": sorted(ids)}
        return {row["id"] for row in self._cosmos.ask(RECORDS, query, values)}

    def settle(self, some: Sequence[Told]) -> None:
        """Drop what is in the trail; what somebody else dropped is no error."""
        for one in some:
            self._cosmos.delete(RECORDS, one.partition, one.told_id)


def _told(document: Document) -> Told:
    content = _Content.model_validate_json(document["content"])
    return Told(document["id"], document["pk"], content.audit)


def _placed(event: AuditEvent) -> AuditEvent:
    """Return the event with the address the present act comes from, where it names none itself."""
    address = ACTING_FROM.get()
    if event.ip_address or not address:
        return event
    return event.model_copy(update={"ip_address": address})
