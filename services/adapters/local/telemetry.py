"""Telemetry into the log."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

from services.domain.tracing import child_of, current_traceparent, within
from services.ports.telemetry import Span, SpanKind

_log = logging.getLogger(__name__)


class LogTelemetry:
    """One log line a figure, an event and, at DEBUG, a span."""

    def metric(self, name: str, value: float) -> None:
        """Log a figure."""
        _log.info("metric %s %g", name, value)

    def event(self, name: str, about: dict[str, str | float]) -> None:
        """Log an event."""
        _log.info("event %s %s", name, about)

    @contextmanager
    def span(self, name: str, kind: SpanKind, parent: str = "") -> Iterator[Span]:
        """Log how long a block took; its trace goes on in the messages it sends."""
        span = Span(name, child_of(parent or current_traceparent()))
        started = time.perf_counter()
        try:
            with within(span.traceparent):
                yield span
        finally:
            took = (time.perf_counter() - started) * 1000
            _log.debug("%s %s %.1f ms trace=%s", kind, span.name, took, span.traceparent)
