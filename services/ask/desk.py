"""Asks the stored reports: which of them a question may be about, what is in force in them, and the trail's entry."""

from collections.abc import Sequence

from services.ask.answering import Source, answer
from services.ask.answers import Answer, Refusal
from services.domain.audit import AuditEvent
from services.domain.base import utc_now
from services.domain.errors import NotFound
from services.domain.ids import ReportId
from services.domain.materiality import company_key
from services.domain.reports import Report, ReportStatus
from services.domain.users import User
from services.engine import holds_plans_only, in_force
from services.ports import AuditLog, RecordStore

_READ = frozenset({ReportStatus.READ, ReportStatus.ANALYSED})
_LONGEST_TOLD = 500


class AskDesk:
    """Answers questions from the numbers in force of stored reports."""

    def __init__(self, records: RecordStore, trail: AuditLog) -> None:
        self._records = records
        self._trail = trail

    def reports(self) -> list[Report]:
        """Return the reports that a question can be about, newest first: read, not replaced, no plans alone."""
        stored = self._records.reports()
        replaced = {one.supersedes for one in stored}
        return [
            one
            for one in stored
            if one.status in _READ
            and one.report_id not in replaced
            and not holds_plans_only(one, self._records)
        ]

    def answer(
        self, question: str, report_ids: Sequence[ReportId] = (), company: str | None = None
    ) -> Answer | Refusal:
        """Answer a question from all reports, or from those named; raises NotFound for one that is not there."""
        reports = [self._stored(one) for one in report_ids] if report_ids else self.reports()
        if company is not None:
            key = company_key(company)
            reports = [one for one in reports if one.company and company_key(one.company) == key]
        return answer(question, reports, self._source)

    def ask(
        self,
        question: str,
        actor: User,
        report_ids: Sequence[ReportId] = (),
        company: str | None = None,
    ) -> Answer | Refusal:
        """Answer a question and write into the trail what was asked, by whom, and what came out."""
        found = self.answer(question, report_ids, company)
        self.tell(found, actor)
        return found

    def tell(self, found: Answer | Refusal, actor: User) -> None:
        """Write into the trail what was asked and what came out."""
        answered = isinstance(found, Answer)
        self._trail.append(
            AuditEvent(
                actor=actor.user_id,
                action="question_asked",
                resource=found.report_id if isinstance(found, Answer) else "questions",
                result="ok" if answered else "refused",
                detail={
                    "question": found.question[:_LONGEST_TOLD],
                    "answer": found.text if isinstance(found, Answer) else found.reason.value,
                },
                at=utc_now(),
            )
        )

    def _stored(self, report_id: ReportId) -> Report:
        report = self._records.report(report_id)
        if report is None:
            raise NotFound("There is no document with this id.")
        if report.status not in _READ:
            raise NotFound("This document has no numbers to ask about: it is not read.")
        return report

    def _source(self, report: Report) -> Source:
        worked = in_force(report, self._records)
        return Source(report, worked.statements, worked.facts, worked.tie_outs)
