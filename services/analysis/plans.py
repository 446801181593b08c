"""Which figures of a budget belong beside which actual ones, and which report of a company tells of it."""

from services.analysis.facts_view import FactsView
from services.domain.ids import ReportId
from services.domain.reports import Fact


def teller(view: FactsView, actual: Fact, plan: Fact) -> ReportId:
    """Return the report that tells how an actual figure stands against its plan: one, whichever of them asks.

    It is the plan's own file where that prints the actual figure too; else the report on that very period
    and not a later one that repeats the figure, a document before a workbook.
    """
    printed = [
        fact
        for fact in view.everything()
        if fact.concept == actual.concept and fact.is_reported and not fact.derived_from
    ]
    newest = {
        report: max(fact.period.end for fact in printed if fact.report_id == report)
        for report in {fact.report_id for fact in printed}
    }
    return min(
        (fact for fact in (actual, *printed) if fact.period == actual.period),
        key=lambda fact: (
            fact.report_id != plan.report_id,
            fact.period.end != newest.get(fact.report_id),
            fact.source.page is None,
            fact.report_id,
        ),
    ).report_id
