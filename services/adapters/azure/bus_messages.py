"""Messages as Service Bus carries them: ours written for the way, and read from what comes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from azure.servicebus import ServiceBusMessage
from pydantic import ValidationError

from services.domain.messages import Message

_DELIVERIES, _REASON, _DESCRIPTION = "deliveries", "reason", "description"
Properties = Mapping[Any, Any] | None
"""The application properties of a message; the SDK gives their names as bytes, the Functions host as text."""


@dataclass(frozen=True, slots=True)
class GivenUp:
    """Why a message is on its way to the dead letters."""

    reason: str
    description: str


def wire(message: Message) -> ServiceBusMessage:
    """Return a message as it travels first."""
    return _written(message, "", {_DELIVERIES: 0})


def retry(message: Message, deliveries: int, due: datetime) -> ServiceBusMessage:
    """Return the copy of a message that comes again later; it has its own id, as duplicates of one are dropped."""
    copy = _written(message, f"/{deliveries}", {_DELIVERIES: deliveries})
    copy.scheduled_enqueue_time_utc = due
    return copy


def last_wire(message: Message, letter: GivenUp) -> ServiceBusMessage:
    """Return the copy of a message that was given up where it could not be dead-lettered: who gets it sees to that."""
    return _written(
        message, "/given-up", {_REASON: letter.reason, _DESCRIPTION: letter.description}
    )


def _written(message: Message, tail: str, properties: dict[str | bytes, Any]) -> ServiceBusMessage:
    return ServiceBusMessage(
        message.model_dump_json(),
        message_id=f"{message.message_id}{tail}",
        session_id=message.report_id,
        correlation_id=message.correlation_id,
        subject=message.kind.value,
        content_type="application/json",
        application_properties=properties,
    )


def message_in(body: bytes) -> Message | None:
    """Return the message in a body, or None where it is no message of ours."""
    try:
        return Message.model_validate_json(body)
    except ValidationError:
        return None


def deliveries_before(properties: Properties) -> int:
    """Return how often a message was delivered before it was sent again as a retry."""
    return int(_property(properties, _DELIVERIES) or 0)


def given_up(properties: Properties) -> GivenUp | None:
    """Return why a message was given up already, None for one that is to be worked on."""
    reason = _property(properties, _REASON)
    if reason is None:
        return None
    return GivenUp(_text(reason), _text(_property(properties, _DESCRIPTION) or ""))


def _property(properties: Properties, name: str) -> Any:
    found = properties or {}
    return found.get(name.encode(), found.get(name))


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
