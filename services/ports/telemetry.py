"""Telemetry: how the product does, told to whoever runs it; never who somebody is nor what a document says."""

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Literal, Protocol

SpanKind = Literal["request", "work", "call"]
"""A request that is answered, a message that is worked on, a call of another service."""


@dataclass(slots=True)
class Span:
    """One piece of work of a trace; ``name``, ``about`` and ``failed`` may be set until it ends."""

    name: str
    traceparent: str
    about: dict[str, str | int] = field(default_factory=dict)
    failed: bool = False


class Telemetry(Protocol):
    """Takes figures, events and spans, never raises, and lets nobody wait for its receiver."""

    def metric(self, name: str, value: float) -> None:
        """Take one figure; its unit is in its name, such as ``ingestion_duration_ms``."""
        ...

    def event(self, name: str, about: dict[str, str | float]) -> None:
        """Take something that happened, by ids and figures only."""
        ...

    def span(self, name: str, kind: SpanKind, parent: str = "") -> AbstractContextManager[Span]:
        """Trace a block under a ``traceparent``, or where it is "" under what is being done; it fails by raising."""
        ...
