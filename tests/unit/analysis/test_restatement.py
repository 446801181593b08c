"""Prior-year figures against the report of that year: what changed, how much it matters, and the unit."""

from decimal import Decimal

import pytest

from services.analysis.service import analyse
from services.domain.insights import Quote, Severity
from tests.unit.analysis.contexts import (
    CERTAIN,
    INCOME,
    NOW,
    analysed,
    reason_of,
    shipped_templates,
)
from tests.unit.statement_builder import build, report, year


def two_reports(now, then, *, scale=1_000_000, scale_then=1_000_000):
    """Return the analysis of a 2018 report whose 2017 column is ``now`` where the 2017 report said ``then``."""
    latest = build(
        INCOME,
        [year(2018), year(2017)],
        [
            ("Net sales", "revenue", 1100, now[0]),
            ("Interest expense", "interest_expense", 12, now[1]),
            ("Income before tax", "income_before_tax", 100, now[2]),
        ],
        confidence=CERTAIN,
        scale=scale,
    )
    _, earlier = build(
        INCOME,
        [year(2017)],
        [
            ("Net sales", "revenue", then[0]),
            ("Interest expense", "interest_expense", then[1]),
            ("Income before tax", "income_before_tax", then[2]),
        ],
        confidence=CERTAIN,
        report_id="report-0",
        scale=scale_then,
    )
    return analysed([latest[0]], latest[1], earlier)


def changed(analysis):
    return {i.title: i for i in analysis.insights if i.rule_id == "A07"}


def test_figures_that_are_printed_again_are_no_finding():
    analysis = two_reports((1000, 10, 90), (1000, 10, 90))
    assert changed(analysis) == {}
    assert reason_of(analysis, "A07") is None


def test_a_changed_revenue_is_tier_a_with_both_values_sources_and_the_change():
    found = changed(two_reports((980, 10, 90), (1000, 10, 90)))
    insight = found["Prior-year figures changed: revenue"]
    assert insight.severity is Severity.HIGH
    assert insight.text == (
        "Revenue for the year to Dec 31, 2017 was USD 1,000 m in annual.pdf (page 1) and is "
        "USD 980 m in this report (page 1), a change of USD (20.0) m (tier A). No reason for it was "
        "found in the text."
    )
    assert {e.fact_id.split("-")[1] for e in insight.evidence} == {"0", "1"}


@pytest.mark.parametrize(
    ("now", "title", "severity"),
    [
        ((1000, 10, 80), "Prior-year figures changed: totals", Severity.MEDIUM),
        ((1000, 16, 90), "Prior-year figures changed: other lines", Severity.LOW),
    ],
)
def test_totals_are_tier_b_and_other_lines_tier_c(now, title, severity):
    assert changed(two_reports(now, (1000, 10, 90)))[title].severity is severity


def test_a_change_of_one_printed_unit_is_rounding():
    assert changed(two_reports((1001, 10, 90), (1000, 10, 90))) == {}


def test_another_unit_is_named_and_is_no_restatement():
    analysis = two_reports((1000, 10, 90), (1_000_000, 10_000, 90_000), scale_then=1_000)
    assert changed(analysis) == {}
    scale = [i for i in analysis.insights if i.rule_id == "A08"]
    assert len(scale) == 1
    assert "presents amounts in millions, annual.pdf in thousands" in scale[0].text


def test_without_an_earlier_report_it_says_so():
    latest = build(INCOME, [year(2018)], [("Net sales", "revenue", 1000)], confidence=CERTAIN)
    reason = reason_of(analysed([latest[0]], latest[1]), "A07")
    assert reason == "no earlier report of this company was uploaded"


def test_a_later_report_is_no_earlier_one():
    latest = build(INCOME, [year(2017)], [("Net sales", "revenue", 1000)], confidence=CERTAIN)
    _, later = build(
        INCOME, [year(2018), year(2017)], [("Net sales", "revenue", 1200, 900)],
        confidence=CERTAIN, report_id="report-2",
    )  # fmt: skip
    assert changed(analysed([latest[0]], latest[1], later)) == {}


def test_the_amount_is_the_change_in_base_units():
    insight = changed(two_reports((980, 10, 90), (1000, 10, 90)))[
        "Prior-year figures changed: revenue"
    ]
    assert insight.amount == Decimal(-20_000_000)


def test_lines_of_one_tier_are_one_finding_that_names_the_largest_and_the_others():
    found = changed(two_reports((1000, 16, 80), (1000, 10, 90)))
    assert set(found) == {
        "Prior-year figures changed: totals",
        "Prior-year figures changed: other lines",
    }
    latest = build(
        INCOME,
        [year(2018), year(2017)],
        [
            ("Net sales", "revenue", 1100, 1000),
            ("Gross profit", "gross_profit", 500, 430),
            ("Income before tax", "income_before_tax", 100, 80),
        ],
        confidence=CERTAIN,
    )
    _, earlier = build(
        INCOME,
        [year(2017)],
        [
            ("Net sales", "revenue", 1000),
            ("Gross profit", "gross_profit", 400),
            ("Income before tax", "income_before_tax", 90),
        ],
        confidence=CERTAIN,
        report_id="report-0",
    )
    (insight,) = changed(analysed([latest[0]], latest[1], earlier)).values()
    assert insight.text.startswith("Gross profit for the year to Dec 31, 2017 was USD 400 m")
    assert "1 more figure (income before tax) changed too" in insight.text
    assert [c.display for c in insight.calculations] == ["USD 30.0 m", "USD (10.0) m"]
    assert len(insight.evidence) == 4


def test_how_many_figures_were_compared_stands_in_the_chain():
    analysis = two_reports((980, 10, 90), (1000, 10, 90))
    lines = [line for chain in analysis.chains for step in chain.steps for line in step.inputs]
    assert any("3 figures printed in both reports, 2 alike, 1 changed" in line for line in lines)


def test_the_reason_that_the_text_gives_is_quoted_with_its_page():
    statement, facts = build(
        INCOME, [year(2018), year(2017)], [("Net sales", "revenue", 1100, 980)], confidence=CERTAIN
    )
    _, earlier = build(
        INCOME, [year(2017)], [("Net sales", "revenue", 1000)], confidence=CERTAIN,
        report_id="report-0",
    )  # fmt: skip
    reason = Quote(text="Certain prior year amounts were reclassified.", page=63)
    of = report(recasts=(reason,))
    analysis = analyse(of, [statement], facts, [], earlier, shipped_templates(), NOW, lambda: 0.0)
    (insight,) = changed(analysis).values()
    assert (
        "The text says: “Certain prior year amounts were reclassified” (page 63)." in insight.text
    )
    assert insight.quotes == (reason,)
