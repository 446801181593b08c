"""An insight of an earlier report whose figure a later report gives otherwise goes to review."""

from services.domain.insights import InsightStatus, Route
from tests.unit.analysis.contexts import CERTAIN, INCOME, analysed
from tests.unit.statement_builder import build, year

ROWS = (("Net sales", "revenue", 1000, 900), ("Income before tax", "income_before_tax", 90, 80))


def earlier_report(later_revenue):
    statement, facts = build(INCOME, [year(2017), year(2016)], list(ROWS), confidence=CERTAIN)
    _, later = build(
        INCOME,
        [year(2018), year(2017)],
        [("Net sales", "revenue", 1100, later_revenue)],
        confidence=CERTAIN,
        report_id="report-2",
    )
    analysis = analysed([statement], facts, later)
    return next(insight for insight in analysis.insights if insight.rule_id == "R01")


def test_a_figure_that_a_later_report_restates_sends_the_insight_to_review_with_both_values():
    found = earlier_report(980)
    assert (found.route, found.status) == (Route.REVIEW, InsightStatus.IN_REVIEW)
    assert found.reopened == (
        "annual.pdf gives USD 980 m for revenue, Year to Dec 31, 2017, this report USD 1,000 m",
    )
    assert found.route_reasons[0] == found.reopened[0]


def test_a_figure_that_a_later_report_repeats_or_rounds_leaves_it():
    assert earlier_report(1000).reopened == ()
    assert earlier_report(1001).reopened == ()


def test_the_text_and_the_confidence_are_those_of_the_report_itself():
    restated, repeated = earlier_report(980), earlier_report(1000)
    assert restated.text == repeated.text
    assert restated.confidence == repeated.confidence
