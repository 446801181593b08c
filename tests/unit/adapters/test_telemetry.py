"""Telemetry without a receiver: into the log, and the trace goes on in the messages all the same."""

import logging

import pytest

from services.adapters.local.telemetry import LogTelemetry
from services.domain.ids import ReportId
from services.domain.messages import Message, MessageKind, message
from services.domain.tracing import current_traceparent, traced_ids

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
CALLER = f"00-{TRACE}-00f067aa0ba902b7-01"


def sent() -> Message:
    return message(MessageKind.REPORT_RECEIVED, ReportId("report-1"), "run-1")


def test_a_message_carries_the_trace_of_what_sends_it_and_its_id_does_not():
    with LogTelemetry().span("GET", "request", CALLER) as span:
        traced = sent()
    assert traced.traceparent == span.traceparent != CALLER
    assert traced_ids(traced.traceparent)[0] == TRACE
    assert sent().traceparent == current_traceparent() == ""
    assert sent().message_id == traced.message_id


@pytest.mark.parametrize(
    "text", ["", "x", CALLER[:-1], f"ff{CALLER[2:]}", CALLER.replace("f067", "F067")]
)
def test_what_is_no_traceparent_has_no_ids(text: str):
    assert traced_ids(text) is None


def test_figures_and_events_are_log_lines(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    LogTelemetry().metric("anomalies_detected", 3)
    LogTelemetry().event("HighConfidenceInsight", {"insight_id": "ins-1"})
    assert "metric anomalies_detected 3" in caplog.text
    assert "event HighConfidenceInsight {'insight_id': 'ins-1'}" in caplog.text
