"""Which figures of budgets and forecasts belong beside which actual ones, and which report tells of them."""

from services.analysis.facts_view import FactsView
from services.domain.ids import FactId, ReportId
from services.domain.reports import Fact, Scenario


def pairs(view: FactsView) -> list[tuple[Fact, Fact]]:
    """Return (actual, plan) of the figures that have a plan: one budget and one forecast of each.

    Of several plans this report's own comes first, and of those the one that the actual figure's row prints.
    """
    found: dict[tuple[FactId, Scenario], list[tuple[Fact, Fact]]] = {}
    for plan in view.plans():
        actual = _actual_of(view, plan)
        if actual is not None and (actual.currency, actual.unit) == (plan.currency, plan.unit):
            found.setdefault((actual.fact_id, plan.scenario), []).append((actual, plan))
    return [min(rivals, key=lambda pair: _apart(view, *pair)) for rivals in found.values()]


def _actual_of(view: FactsView, plan: Fact) -> Fact | None:
    found = None if plan.concept is None else view.get(plan.concept, plan.period)
    return found if isinstance(found, Fact) else None


def _apart(view: FactsView, actual: Fact, plan: Fact) -> tuple[bool, bool]:
    return not view.owns(plan), not _in_one_row(actual, plan)


def _in_one_row(actual: Fact, plan: Fact) -> bool:
    return (actual.statement_id, actual.row) == (plan.statement_id, plan.row)


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
