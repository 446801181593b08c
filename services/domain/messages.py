"""Messages between stages and the effects a handler returns; only the pipeline publishes them."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from services.domain.audit import AuditEvent
from services.domain.base import Record
from services.domain.ids import MessageId, ReportId, deterministic_id
from services.domain.tracing import current_traceparent


class Queue(StrEnum):
    """The four queues, named as in Azure Service Bus."""

    INGESTION = "ingestion-queue"
    ANALYSIS = "analysis-queue"
    HIGH_CONFIDENCE = "high-confidence-queue"
    LOW_CONFIDENCE = "low-confidence-queue"


class MessageKind(StrEnum):
    """What happened, in the past tense; each kind travels on one queue."""

    REPORT_RECEIVED = "ReportReceived"
    FACTS_EXTRACTED = "FactsExtracted"
    INSIGHTS_ACCEPTED = "InsightsAccepted"
    INSIGHTS_ESCALATED = "InsightsEscalated"

    @property
    def queue(self) -> Queue:
        """The queue this kind travels on."""
        return {
            MessageKind.REPORT_RECEIVED: Queue.INGESTION,
            MessageKind.FACTS_EXTRACTED: Queue.ANALYSIS,
            MessageKind.INSIGHTS_ACCEPTED: Queue.HIGH_CONFIDENCE,
            MessageKind.INSIGHTS_ESCALATED: Queue.LOW_CONFIDENCE,
        }[self]


class Message(Record):
    """One thing that happened to one report; the id makes a repeated send the same message.

    ``traceparent`` is the W3C trace of what sent it first; it is no part of the id.
    """

    message_id: MessageId
    kind: MessageKind
    report_id: ReportId
    insight_ids: tuple[str, ...] = ()
    correlation_id: str
    traceparent: str = ""


class Processed(Record):
    """The marker of a message that was worked off, created in the commit of its effects.

    Where queue and records cannot commit together a message may come again; creating its marker again is a Conflict
    then, so that its effects happen once. ``session`` is the report it was about.
    """

    message_id: MessageId
    queue: Queue
    session: ReportId
    at: datetime


def message(
    kind: MessageKind,
    report_id: ReportId,
    correlation_id: str,
    insight_ids: tuple[str, ...] = (),
) -> Message:
    """Return the message with its deterministic id (kind, report, insights, run)."""
    return Message(
        message_id=MessageId(
            deterministic_id("msg", kind, report_id, correlation_id, *insight_ids)
        ),
        kind=kind,
        report_id=report_id,
        insight_ids=insight_ids,
        correlation_id=correlation_id,
        traceparent=current_traceparent(),
    )


_REFRESH = "/history"


def refresh_run(run: str) -> str:
    """Return the correlation of a run that works a report through again and starts no other."""
    return run + _REFRESH


def is_refresh(run: str) -> bool:
    """Whether a correlation is that of a refresh."""
    return run.endswith(_REFRESH)


@dataclass(frozen=True, slots=True)
class Effects:
    """Everything one stage wants to happen, committed in one transaction or not at all.

    ``records`` are upserted by their id. ``replaces`` names (record type, report) pairs whose earlier
    records are dropped first, so that a re-run leaves nothing stale. ``creates`` are inserted and raise
    Conflict, with nothing written, when one of their ids is already there.
    """

    creates: tuple[Record, ...] = ()
    records: tuple[Record, ...] = ()
    replaces: tuple[tuple[type[Record], ReportId], ...] = ()
    messages: tuple[Message, ...] = ()
    audit: tuple[AuditEvent, ...] = field(default=())


def joined(*acts: Effects) -> Effects:
    """Return several acts as one, to be committed in one transaction."""
    return Effects(
        creates=tuple(one for act in acts for one in act.creates),
        records=tuple(one for act in acts for one in act.records),
        replaces=tuple(one for act in acts for one in act.replaces),
        messages=tuple(one for act in acts for one in act.messages),
        audit=tuple(one for act in acts for one in act.audit),
    )
