"""Failed tie-outs become anomalies with both numbers, their page, and a hint."""

import pytest

from services.domain.concepts import StatementKind
from services.domain.insights import Severity
from tests.unit.analysis.contexts import analysed
from tests.unit.statement_builder import altered, at, build, manufacturer, year


def found(rule_id, fact_id, printed):
    statements, facts = manufacturer()
    analysis = analysed(statements, altered(facts, fact_id, printed))
    return [insight for insight in analysis.insights if insight.rule_id == rule_id]


def place(label):
    return next(fact.fact_id for fact in manufacturer()[1] if fact.label == label)


@pytest.mark.parametrize("rule_id", ["A04", "A05", "A06", "A08", "A09", "A11"])
def test_statements_that_tie_fail_no_check(rule_id):
    statements, facts = manufacturer()
    assert rule_id not in {insight.rule_id for insight in analysed(statements, facts).insights}


def test_eps_that_does_not_follow_from_income_and_shares_is_named():
    insight = found("A06", place("Basic earnings per share"), "7.09")[0]
    assert insight.text == (
        "Basic EPS times weighted shares gives USD 4,172 m for the year to Dec 31, 2018, but "
        "'Net income attributable to the parent' is USD 5,349 m (USD 1,177 m apart)."
    )
    assert insight.severity is Severity.MEDIUM
    assert insight.has_failed_check


def test_more_basic_than_diluted_shares_are_impossible():
    insight = found("A11", place("Weighted average shares, diluted"), "502.0")[0]
    assert "diluted shares are no fewer than basic shares" in insight.text
    assert "page 1" in insight.text


def test_shares_a_thousandfold_apart_are_called_a_wrong_scale():
    insights = found("A06", place("Weighted average shares, basic"), "588500")
    assert any("thousand times" in insight.text for insight in insights)


def test_a_row_of_another_order_is_named_with_its_unit():
    insights = found("A08", place("Goodwill and other assets"), "140530000")
    assert [insight.severity for insight in insights] == [Severity.HIGH]
    assert "check the unit" in insights[0].text


def test_more_shares_issued_than_authorised_are_impossible_in_numbers_of_shares():
    statements, facts = manufacturer()
    label = "Common stock: 900 shares authorized; 961 shares issued"
    sheet, stock = build(StatementKind.BALANCE, [at(2018)], [(label, None, 9)], name="equity")
    insights = analysed([*statements, sheet], [*facts, *stock]).insights
    (insight,) = [insight for insight in insights if insight.rule_id == "A11"]
    assert insight.text == (
        "The words 'Common stock: 900 shares authorized; 961 shares issued' (page 1) give 961 shares for "
        "Dec 31, 2018 where 900 are the most possible: shares outstanding are no more than issued, and "
        "issued than authorised. Check the label."
    )
    assert insight.chart is None


def test_a_segment_above_the_companys_revenue_is_impossible():
    statements, facts = manufacturer()
    table, rows = build(
        StatementKind.SEGMENTS,
        [year(2018), year(2017)],
        [
            ("Safety", None, 127650, 12000),
            ("Consumer", None, 20000, 19657),
            ("Total", None, 32765, 31657),
        ],
    )
    parts = [f.model_copy(update={"member": f.label if f.row < 2 else None}) for f in rows]
    insights = analysed([*statements, table], [*facts, *parts]).insights
    (insight,) = [insight for insight in insights if insight.rule_id == "A11"]
    assert insight.text == (
        "No part of the revenue is more than the whole: 'Safety' is 127,650 million and 'Total' 32,765 "
        "million for Year to Dec 31, 2018 (page 1). Check the number and its label."
    )
