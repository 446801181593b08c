"""What acts want to leave the records: messages for the queues, events for the audit trail.

They are one document a commit, written in the transaction that brings the commit into force. Whoever relays them
sends them on, at least once, and says so then: a crash between the two sends them again under the same ids.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from services.adapters.azure.cosmos import RECORDS, Cosmos, Document
from services.audit import ACTING_FROM
from services.domain.audit import AuditEvent
from services.domain.base import Record
from services.domain.messages import Effects, Message

_KIND = "outgoing"


class _Content(Record):
    messages: tuple[Message, ...] = ()
    audit: tuple[AuditEvent, ...] = ()


@dataclass(frozen=True, slots=True)
class Parcel:
    """What one commit sends: ``parcel_id`` is the same however often it is looked at."""

    parcel_id: str
    partition: str
    messages: tuple[Message, ...]
    audit: tuple[AuditEvent, ...]


def parcel(effects: Effects, partition: str, run: str, at: str) -> Document | None:
    """Return the document of what a commit sends, None where that is nothing; ``at`` sorts by when it was."""
    if not (effects.messages or effects.audit):
        return None
    content = _Content(
        messages=effects.messages, audit=tuple(_placed(event) for event in effects.audit)
    )
    return {
        "id": f"{_KIND}-{run}",
        "pk": partition,
        "kind": _KIND,
        "at": f"{at}/{run}",
        "content": content.model_dump_json(),
    }


class CosmosOutgoing:
    """Gives what has not been sent on, oldest first."""

    def __init__(self, cosmos: Cosmos) -> None:
        self._cosmos = cosmos

    def pending(self, limit: int) -> list[Parcel]:
        """Return up to ``limit`` parcels that nobody said to have sent."""
        query = f"SELECT TOP {int(limit)} * FROM c WHERE c.kind = @kind ORDER BY c.at"  # noqa: S608 - a number
        return [_parcel(one) for one in self._cosmos.ask(RECORDS, query, {"kind": _KIND})]

    def sent(self, parcels: Sequence[Parcel]) -> None:
        """Drop parcels that were sent on; one that somebody else dropped is no error."""
        for one in parcels:
            self._cosmos.delete(RECORDS, one.partition, one.parcel_id)


def _parcel(document: Document) -> Parcel:
    content = _Content.model_validate_json(document["content"])
    return Parcel(document["id"], document["pk"], content.messages, content.audit)


def _placed(event: AuditEvent) -> AuditEvent:
    """Return the event with the address the present act comes from, where it names none itself."""
    address = ACTING_FROM.get()
    if event.ip_address or not address:
        return event
    return event.model_copy(update={"ip_address": address})
