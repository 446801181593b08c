"""A process that writes telemetry, as the SDK's providers are global to one; prints what its spans were."""

import json
import sys

from services.adapters.wiring import chosen_telemetry
from services.config import Settings
from services.domain.ids import ReportId
from services.domain.messages import MessageKind, message
from services.domain.tracing import current_traceparent
from services.ports import Telemetry

CALLER = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def written(telemetry: Telemetry) -> dict[str, str]:
    """Write spans, figures and events; return the spans' traceparents by what they were."""
    with telemetry.span("GET", "request", CALLER) as called:
        sent = message(MessageKind.REPORT_RECEIVED, ReportId("report-1"), "run-1").traceparent
        with telemetry.span("blobs.get", "call") as within:
            telemetry.metric("ingestion_duration_ms", 12.5)
        called.name, called.about, called.failed = "GET /x", {"status": 500}, True
    with telemetry.span("ReportReceived", "work", sent) as continued:
        telemetry.event("HighConfidenceInsight", {"insight_id": "i", "confidence": 0.9})
    with telemetry.span("ReportReceived", "work", "no traceparent") as nobodys:
        pass
    raised = "nothing"
    try:
        with telemetry.span("fails", "work", CALLER):
            int("a word of the document")
    except ValueError:
        raised = "what the block raised"
    return {
        "called": called.traceparent, "sent": sent, "within": within.traceparent, "raised": raised,
        "continued": continued.traceparent, "nobodys": nobodys.traceparent, "left": current_traceparent(),
        "kind": type(telemetry).__name__,
    }  # fmt: skip


if __name__ == "__main__":
    chosen = chosen_telemetry(Settings(_env_file=None, app_insights_connection_string=sys.argv[1]))
    print(json.dumps(written(chosen)))
