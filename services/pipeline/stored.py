"""What an analysis works on, as it is stored: numbers in force, their checks, and the company's history."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.corrections.facts import FactDesk
from services.domain.corrections import Correction
from services.domain.reports import Fact, Report
from services.engine import Checked, companions, corrected
from services.ports import RecordStore


@dataclass(frozen=True, slots=True)
class Stored:
    """A report's numbers with people's corrections in place, and the company's other reports."""

    read: Checked
    corrections: Sequence[Correction]
    others: Sequence[Report]
    history: Sequence[Fact]


def stored(report: Report, records: RecordStore) -> Stored:
    """Return what the next analysis of a report works on."""
    report_id = report.report_id
    others = companions(report, records.reports())
    facts_of = FactDesk(records).facts
    corrections = records.corrections(report_id)
    as_read = Checked(
        records.statements(report_id), records.facts(report_id), records.tie_outs(report_id)
    )
    return Stored(
        read=corrected(as_read, corrections),
        corrections=corrections,
        others=others,
        history=[fact for other in others for fact in facts_of(other.report_id)],
    )
