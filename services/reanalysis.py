"""Asking for a report's analysis: it comes by itself, so that only what failed or is outdated is done again."""

from collections.abc import Callable
from datetime import datetime

from services.access import Permission, may_see, require
from services.domain.audit import AuditEvent
from services.domain.base import utc_now
from services.domain.errors import Conflict, NotFound
from services.domain.ids import ReportId
from services.domain.insights import InsightStatus
from services.domain.messages import Effects, MessageKind, message
from services.domain.reports import Report, ReportStatus
from services.domain.users import User
from services.ports import RecordStore

_DECIDED = {InsightStatus.APPROVED, InsightStatus.REJECTED}


class AnalysisDesk:
    """Sends a report to be analysed again where its analysis is missing or made by other rules."""

    def __init__(
        self, records: RecordStore, ruleset: str, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._records = records
        self._ruleset = ruleset
        self._clock = clock

    def trigger(self, report_id: ReportId, actor: User) -> Report:
        """Return the report, whose analysis is there or comes; another one is begun only where needed.

        Raises Forbidden, NotFound for one that the actor may not know of too, and Conflict for a document that
        could not be read.
        """
        require(actor, Permission.UPLOAD)
        report = self._records.report(report_id)
        if report is None or not may_see(actor, report):
            raise NotFound("There is no document with this id.")
        if self._records.is_in_work(report_id) or not self._is_needed(report):
            return report
        now = self._clock()
        waiting = report.model_copy(update={"status": ReportStatus.READ, "error": None})
        event = AuditEvent(
            actor=actor.user_id, action="analysis_triggered", resource=report_id, at=now
        )
        again = message(
            MessageKind.FACTS_EXTRACTED, report_id, f"{self._ruleset}/{now.isoformat()}"
        )
        self._records.commit(Effects(records=(waiting,), messages=(again,), audit=(event,)))
        return waiting

    def _is_needed(self, report: Report) -> bool:
        if report.status is ReportStatus.FAILED:
            if not self._records.facts(report.report_id):
                raise Conflict(
                    f"This document could not be read, so there is nothing to analyse: {report.error}"
                )
            return True
        return report.status is ReportStatus.READ or (
            report.status is ReportStatus.ANALYSED and self._is_outdated(report.report_id)
        )

    def _is_outdated(self, report_id: ReportId) -> bool:
        """Whether other rules found its insights; what people decided on keeps the chain it was decided by."""
        undecided = (one for one in self._records.insights(report_id) if one.status not in _DECIDED)
        first = next(undecided, None)
        chain = None if first is None else self._records.chain(first.insight_id)
        return chain is not None and chain.ruleset_version != self._ruleset
