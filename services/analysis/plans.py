"""Which figures of budgets and forecasts belong beside which actual ones, and which report tells of them."""

from collections.abc import Iterable, Sequence

from services.analysis.facts_view import FactsView
from services.domain.concepts import StatementKind, Unit
from services.domain.ids import FactId, ReportId
from services.domain.periods import Period
from services.domain.reports import Fact, Scenario

SAME_PERIOD_DAYS = 7
"""How far apart two calendars may end one period."""
Row = tuple[StatementKind, str, Period, Unit]
"""What tells a printed row without a standard meaning: statement, label, the column's period, what it counts."""


def pairs(view: FactsView) -> list[tuple[Fact, Fact]]:
    """Return (actual, plan) of the figures that have a plan: one budget and one forecast of each.

    Of several plans this report's own comes first, and of those the one that the actual figure's row prints.
    """
    plans = view.plans()
    named = view.by_concept() if plans else {}
    unnamed = _unnamed(view, plans)
    found: dict[tuple[FactId, Scenario], list[tuple[Fact, Fact]]] = {}
    for plan in plans:
        known = named.get(plan.concept or "", [])
        actual = _actual_of(view, known, plan) if plan.concept else unnamed.get(plan.fact_id)
        if actual is not None and (actual.currency, actual.unit) == (plan.currency, plan.unit):
            found.setdefault((actual.fact_id, plan.scenario), []).append((actual, plan))
    return [min(rivals, key=lambda pair: _rank(view, *pair)) for rivals in found.values()]


def _actual_of(view: FactsView, known: Sequence[Fact], plan: Fact) -> Fact | None:
    """Return the actual figure of a plan's period: this report's before another's, the nearest end before others."""
    fitting = [fact for fact in known if _is_of(fact, plan)]
    return min(
        fitting, key=lambda fact: (not view.owns(fact), _days_apart(fact, plan)), default=None
    )


def _is_of(fact: Fact, plan: Fact) -> bool:
    """Whether a figure is of a plan's period.

    Of another file that may be the same year or part of it by another calendar: a year of 52 or 53 weeks ends
    within a week of the month that a budget names.
    """
    one, other = fact.period, plan.period
    if one == other:
        return True
    return (
        fact.report_id != plan.report_id
        and one.span == other.span != "?"
        and _days_apart(fact, plan) <= SAME_PERIOD_DAYS
    )


def _days_apart(fact: Fact, plan: Fact) -> int:
    return abs((fact.period.end - plan.period.end).days)


def _unnamed(view: FactsView, plans: Sequence[Fact]) -> dict[FactId, Fact]:
    """Return the actual figures of this report's rows without a standard meaning, by the id of their plan.

    Both stand in one row, or in two tables of which each prints one row of that label.
    """
    if not plans:
        return {}
    actual = _by_row(fact for fact in view.everything() if view.owns(fact) and fact.is_reported)
    planned = _by_row(plan for plan in plans if view.owns(plan))
    found: dict[FactId, Fact] = {}
    for row, here in planned.items():
        beside = actual.get(row, [])
        for plan in here:
            in_row = [fact for fact in beside if _in_one_row(fact, plan)]
            elsewhere = [fact for fact in beside if fact.statement_id != plan.statement_id]
            alike = [one for one in here if one.scenario is plan.scenario]
            only = elsewhere if len(beside) == len(alike) == 1 else []
            for fact in (in_row or only)[:1]:
                found[plan.fact_id] = fact
    return found


def _by_row(facts: Iterable[Fact]) -> dict[Row, list[Fact]]:
    unnamed = [fact for fact in facts if fact.concept is None and fact.label.strip()]
    amounts = {(fact.statement_id, fact.row) for fact in unnamed if fact.unit is not Unit.PURE}
    found: dict[Row, list[Fact]] = {}
    for fact in unnamed:
        place = (fact.statement_id, fact.row)
        percentage = fact.unit is Unit.PURE and (place in amounts or "%" in fact.source.printed)
        if not percentage:
            label = " ".join(fact.label.casefold().split())
            found.setdefault((fact.statement, label, fact.period, fact.unit), []).append(fact)
    return found


def _rank(view: FactsView, actual: Fact, plan: Fact) -> tuple[bool, bool, int]:
    return not view.owns(plan), not _in_one_row(actual, plan), _days_apart(actual, plan)


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
        (fact for fact in (actual, *printed) if _is_of(fact, plan)),
        key=lambda fact: (
            fact.report_id != plan.report_id,
            fact.period.end != newest.get(fact.report_id),
            fact.source.page is None,
            fact.report_id,
        ),
    ).report_id
