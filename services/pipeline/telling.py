"""What the pipeline tells of a message it has worked on: by ids, counts and confidences, no amount and no text."""

from services.domain.insights import Insight, InsightKind
from services.domain.messages import Effects, Message, MessageKind
from services.ports import Telemetry


def tell(telemetry: Telemetry, incoming: Message, effects: Effects, seconds: float) -> None:
    """Tell what came of a message, once it is committed; ``seconds`` is how long it was worked on."""
    insights = [record for record in effects.records if isinstance(record, Insight)]
    if incoming.kind is MessageKind.REPORT_RECEIVED:
        telemetry.metric("ingestion_duration_ms", seconds * 1000)
    if incoming.kind is MessageKind.FACTS_EXTRACTED:
        for insight in insights:
            telemetry.metric("confidence_score", insight.confidence.total)
        anomalies = sum(insight.kind is InsightKind.ANOMALY for insight in insights)
        telemetry.metric("anomalies_detected", anomalies)
    if incoming.kind is MessageKind.INSIGHTS_ACCEPTED:
        for insight in insights:
            telemetry.event("HighConfidenceInsight", _told(insight))


def _told(insight: Insight) -> dict[str, str | float]:
    return {
        "insight_id": insight.insight_id,
        "report_id": insight.report_id,
        "confidence_score": insight.confidence.total,
        "classification": "auto_summary_generated",
    }
