"""Telemetry to Application Insights, in batches from threads of the SDK: a receiver that is gone costs nothing."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from azure.monitor.opentelemetry import configure_azure_monitor
from opentelemetry import metrics, trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from services.config import Settings
from services.domain.tracing import current_traceparent, within
from services.ports.telemetry import Span, SpanKind

_NAME = "advisor.events"
_KINDS = {
    "request": trace.SpanKind.SERVER,
    "work": trace.SpanKind.CONSUMER,
    "call": trace.SpanKind.CLIENT,
}
_LIBRARIES = (
    "azure_sdk", "django", "fastapi", "flask", "httpx", "httpx2", "psycopg2", "requests", "urllib", "urllib3",
)  # fmt: skip
"""None of them is traced by itself: the addresses they call hold secrets, and ids of people."""
_propagator = TraceContextTextMapPropagator()
_events = logging.getLogger(_NAME)


def open_telemetry(settings: Settings) -> "AzureTelemetry":
    """Return the telemetry of this process; the first call starts it."""
    return _started(settings.app_insights_connection_string)


@cache
def _started(connection_string: str) -> "AzureTelemetry":
    # Microsoft's own statistics and its remote control would leave for other hosts than the one that is set.
    for part in ("STATSBEAT_DISABLED_ALL", "SDKSTATS_DISABLED", "CONTROLPLANE_DISABLED"):
        os.environ[f"APPLICATIONINSIGHTS_{part}"] = "true"
    configure_azure_monitor(
        connection_string=_without_slash(connection_string),
        disable_offline_storage=True,
        enable_live_metrics=False,
        enable_performance_counters=False,
        logger_name=_NAME,
        sampling_ratio=1.0,
        resource=Resource.create({"service.name": "advisor"}),
        instrumentation_options={name: {"enabled": False} for name in _LIBRARIES},
    )
    _events.setLevel(logging.INFO)
    return AzureTelemetry()


def _without_slash(connection_string: str) -> str:
    """Return a connection string whose addresses end without a slash: the SDK would ask for ``//v2.1/track``."""
    return ";".join(part.strip().rstrip("/") for part in connection_string.split(";"))


class AzureTelemetry:
    """Figures as histograms, events as custom events, spans as requests and dependencies."""

    def __init__(self) -> None:
        self._meter = metrics.get_meter(_NAME)
        self._tracer = trace.get_tracer(_NAME)
        self._histogram = cache(self._meter.create_histogram)

    def metric(self, name: str, value: float) -> None:
        """Count a figure in; figures leave once a minute."""
        self._histogram(name).record(value)

    def event(self, name: str, about: dict[str, str | float]) -> None:
        """Send an event, in the trace of what is being done."""
        _events.info(name, extra={"microsoft.custom_event.name": name, **about})

    @contextmanager
    def span(self, name: str, kind: SpanKind, parent: str = "") -> Iterator[Span]:
        """Send a span; what an exception says stays here, as it may quote a document."""
        above = _propagator.extract({"traceparent": parent or current_traceparent()})
        with self._tracer.start_as_current_span(
            name, above, _KINDS[kind], record_exception=False, set_status_on_exception=False
        ) as sent:
            carried: dict[str, str] = {}
            _propagator.inject(carried)
            span = Span(name, carried["traceparent"])
            ended = False
            try:
                with within(span.traceparent):
                    yield span
                ended = True
            finally:
                sent.update_name(span.name)
                sent.set_attributes(span.about)
                if span.failed or not ended:
                    sent.set_status(trace.StatusCode.ERROR)
