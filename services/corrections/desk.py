"""Taking what people state of numbers: added, corrected, confirmed, withdrawn; nothing is overwritten."""

from collections.abc import Callable
from datetime import datetime

from services.access import Permission, require
from services.corrections.claims import check_claim, checked_comment
from services.corrections.in_force import place_key
from services.domain.audit import AuditEvent
from services.domain.base import utc_now
from services.domain.corrections import (
    SAME_PLACE,
    Claim,
    Correction,
    at_place,
    claim_of,
    reading_of,
    shared_place,
)
from services.domain.errors import Conflict, InvalidInput, NotFound
from services.domain.ids import CorrectionId, FactId, ReportId, deterministic_id
from services.domain.messages import Effects, MessageKind, message
from services.domain.provenance import SourceRef
from services.domain.reports import MachineReading, Report, ReportStatus
from services.domain.users import User
from services.ports import RecordStore

_ACTS = {"added": "fact_added", "corrected": "fact_corrected", "confirmed": "fact_confirmed"}
_READABLE = {ReportStatus.READ, ReportStatus.ANALYSED, ReportStatus.NO_STATEMENTS}


class CorrectionDesk:
    """Records what people state of the numbers of a report and has the report worked through again."""

    def __init__(self, records: RecordStore, clock: Callable[[], datetime] = utc_now) -> None:
        self._records = records
        self._clock = clock

    def add(self, claim: Claim, comment: str, seen: CorrectionId | None, actor: User) -> Correction:
        """Take a claim about a place: a number that was missed, or another than was read there.

        ``seen`` is the last correction of the place that the person knew of. Raises Forbidden for a
        role that may not correct, InvalidInput with what to mend, NotFound, and Conflict when the report
        is not read yet or when somebody else stated something of the place meanwhile.
        """
        correction, effects = self.add_effects(claim, comment, seen, actor)
        self._records.commit(effects)
        return correction

    def add_effects(
        self, claim: Claim, comment: str, seen: CorrectionId | None, actor: User
    ) -> tuple[Correction, Effects]:
        """Return the correction that ``add`` would take, and what it writes; raises as it does."""
        require(actor, Permission.CORRECT)
        report = self._report(claim.source.report_id)
        check_claim(claim, report)
        last = self.last_at(claim.source)
        if (last.correction_id if last else None) != seen:
            raise Conflict(_meanwhile(last))
        machine = self._machine_at(claim.source)
        correction = self._correction(claim, machine, comment, last, actor)
        return correction, _effects(correction, _ACTS[correction.kind], last)

    def confirm(self, fact_id: FactId, comment: str, actor: User) -> Correction:
        """State that what the extractor read is right.

        Raises as ``add`` does; InvalidInput for a number that is computed and stands nowhere.
        """
        require(actor, Permission.CORRECT)
        fact = self._records.fact(fact_id)
        if fact is None:
            raise NotFound("This number is no longer stored; reload the page.")
        if fact.derived_from:
            raise InvalidInput(
                "This number is computed; confirm the printed numbers it is computed from."
            )
        last = self.last_at(fact.source)
        if last is not None and not last.withdrawn:
            raise Conflict(_meanwhile(last))
        return self.add(claim_of(fact), comment, last.correction_id if last else None, actor)

    def withdraw(
        self, report_id: ReportId, correction_id: CorrectionId, comment: str, actor: User
    ) -> Correction:
        """Take a correction back, so that what the extractor reads there counts again.

        Raises Forbidden, NotFound, and Conflict when it is withdrawn or replaced already.
        """
        withdrawn, effects = self.withdraw_effects(report_id, correction_id, comment, actor)
        self._records.commit(effects)
        return withdrawn

    def withdraw_effects(
        self, report_id: ReportId, correction_id: CorrectionId, comment: str, actor: User
    ) -> tuple[Correction, Effects]:
        """Return the withdrawal, and what it writes; raises as ``withdraw`` does."""
        require(actor, Permission.CORRECT)
        self._report(report_id)
        made = self._records.corrections(report_id)
        correction = next((c for c in made if c.correction_id == correction_id), None)
        if correction is None:
            raise NotFound("There is no such correction.")
        last = self.last_at(correction.claim.source)
        if last is None or last.correction_id != correction_id or last.withdrawn:
            raise Conflict(_meanwhile(last))
        withdrawn = self._correction(last.claim, last.machine, comment, last, actor).model_copy(
            update={"withdrawn": True}
        )
        return withdrawn, _effects(withdrawn, "correction_withdrawn", last)

    def last_at(self, source: SourceRef) -> Correction | None:
        """Return the last correction of a place, a withdrawal too, or None."""
        return at_place(source, self._records.corrections(source.report_id))

    def _report(self, report_id: ReportId) -> Report:
        report = self._records.report(report_id)
        if report is None:
            raise NotFound("This report does not exist.")
        if report.status not in _READABLE:
            raise Conflict("This report is not read; its numbers can be corrected when it is.")
        return report

    def _machine_at(self, source: SourceRef) -> MachineReading | None:
        facts = self._records.facts(source.report_id)
        shares = [(0.0 if f.derived_from else shared_place(source, f.source), f) for f in facts]
        share, fact = max(shares, key=lambda pair: pair[0], default=(0.0, None))
        return reading_of(fact) if fact is not None and share >= SAME_PLACE else None

    def _correction(
        self,
        claim: Claim,
        machine: MachineReading | None,
        comment: str,
        last: Correction | None,
        actor: User,
    ) -> Correction:
        replaces = last.correction_id if last else None
        parts = (claim.source.report_id, place_key(claim.source), replaces)
        return Correction(
            correction_id=CorrectionId(deterministic_id("correction", *parts)),
            report_id=claim.source.report_id,
            claim=claim,
            machine=machine,
            comment=checked_comment(comment),
            made_by=actor.user_id,
            made_by_name=actor.name,
            made_at=self._clock(),
            replaces=replaces,
        )


def _effects(correction: Correction, act: str, last: Correction | None) -> Effects:
    claim, report_id = correction.claim, correction.report_id
    standing = last.claim if last is not None and not last.withdrawn else correction.machine
    after = correction.machine if correction.withdrawn else claim
    # The id of the correction names the run: sent twice, it is the same message.
    again = message(MessageKind.FACTS_EXTRACTED, report_id, correction.correction_id)
    return Effects(
        creates=(correction,),
        messages=(again,),
        audit=(
            AuditEvent(
                actor=correction.made_by,
                action=act,
                resource=report_id,
                detail={
                    "label": claim.label,
                    "place": claim.source.place,
                    "before": _words(standing),
                    "after": _words(after),
                    "comment": correction.comment,
                    "correction": correction.correction_id,
                },
                at=correction.made_at,
            ),
        ),
    )


def _words(said: Claim | MachineReading | None) -> str:
    if said is None:
        return "no number read"
    meaning = said.concept or "no standard concept"
    return f"{said.value:,f} {said.currency} · {said.unit.value} · {meaning} · {said.period.label}"


def _meanwhile(last: Correction | None) -> str:
    if last is None:
        return "What you saw of this place has changed; reload the page and look again."
    did = "withdrew a correction here" if last.withdrawn else f"{last.kind} this number"
    return f"{last.made_by_name} {did} meanwhile; reload the page to see it."
