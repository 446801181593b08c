"""Questions to begin with, made from what the newest report shows."""

from collections.abc import Callable, Sequence

from services.analysis.facts_view import FactsView
from services.ask.calendar import Calendar
from services.domain.ids import ReportId
from services.domain.reports import Fact, Report

_ALONE = (
    ("total_current_liabilities", "What is the current ratio{whose} {ended}?"),
    ("revenue", "How much did revenue{whose} grow {ended}?"),
    ("cash_from_operations", "What is free cash flow{whose} {ended} in USD millions?"),
)


def examples(
    reports: Sequence[Report], facts_of: Callable[[ReportId], Sequence[Fact]]
) -> list[str]:
    """Return questions that the newest report can be asked; none where it shows nothing of the kind."""
    if not reports:
        return []
    report = min(reports, key=lambda one: one.format.is_workbook)
    facts = facts_of(report.report_id)
    view = FactsView(facts)
    known = {fact.concept for fact in view.own()}
    years = Calendar(view).year_ends()
    if not years:
        return []
    whose = f" of {report.company}" if report.company else ""
    ended = f"for the year ended {years[-1]:%B} {years[-1].day}, {years[-1].year}"
    asked = [
        words.format(whose=whose, ended=ended) for concept, words in _ALONE if concept in known
    ]
    if {"operating_income", "revenue"} <= known:
        asked.append(
            f"What is the return on sales{whose} {ended}? Return on sales is defined as: operating income / revenue."
        )
    return asked
