"""Failed tie-outs become anomalies with both numbers, their page, and a hint."""

import pytest

from services.domain.insights import Severity
from tests.unit.analysis.contexts import analysed
from tests.unit.statement_builder import altered, manufacturer


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
