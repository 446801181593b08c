"""The facts and statements everybody works with; pages, exports, summary and analyses read them here."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from services.corrections.in_force import in_force
from services.corrections.seating import seated
from services.domain.corrections import Correction, FactInForce, StatementInForce
from services.domain.ids import FactId, ReportId
from services.domain.reports import Fact, Statement
from services.ports import RecordStore


@dataclass(frozen=True, slots=True)
class Worked:
    """A report's statements and facts with what people stated in place.

    ``is_waiting`` says that checks, computed numbers and insights do not know the newest corrections yet.
    """

    statements: list[Statement]
    facts: list[Fact]
    is_waiting: bool = False


def with_corrections(
    statements: Sequence[Statement], facts: Sequence[Fact], corrections: Sequence[Correction]
) -> Worked:
    """Return what was read with the corrections in place; checks and computed numbers are not renewed."""
    return Worked(*seated(statements, in_force(facts, corrections)))


def kept_in_force(
    report_id: ReportId, statements: Iterable[Statement], facts: Iterable[Fact]
) -> Iterator[FactInForce | StatementInForce]:
    """Give what an analysis of a corrected report used, to be stored beside what was read."""
    for statement in statements:
        yield StatementInForce(report_id=report_id, statement=statement)
    for fact in facts:
        yield FactInForce(report_id=report_id, fact=fact)


class FactDesk:
    """Gives facts in force; the extractor's own stay in the record store."""

    def __init__(self, records: RecordStore) -> None:
        self._records = records

    def read(self, report_id: ReportId) -> Worked:
        """Return a report's statements and facts, as its last analysis used them when it knew all corrections."""
        records = self._records
        corrections = records.corrections(report_id)
        if not corrections:
            return Worked(records.statements(report_id), records.facts(report_id))
        report = records.report(report_id)
        if report is not None and report.corrections == len(corrections):
            return Worked(records.statements_in_force(report_id), records.facts_in_force(report_id))
        stated = with_corrections(
            records.statements(report_id), records.facts(report_id), corrections
        )
        return Worked(stated.statements, stated.facts, is_waiting=True)

    def facts(self, report_id: ReportId) -> list[Fact]:
        """Return a report's facts in force."""
        return self.read(report_id).facts

    def fact(self, fact_id: FactId) -> Fact | None:
        """Return one fact in force or None."""
        known = self._records.fact_in_force(fact_id) or self._records.fact(fact_id)
        if known is None or not self._records.corrections(known.report_id):
            return known
        return next((f for f in self.facts(known.report_id) if f.fact_id == fact_id), None)
