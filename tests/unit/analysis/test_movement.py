"""A12: unusual movement needs history, shares variance across lines, and names its range."""

from decimal import Decimal

from services.domain.insights import Severity
from tests.unit.analysis.contexts import CERTAIN, INCOME, analysed, reason_of
from tests.unit.statement_builder import build, manufacturer, year

LINES = {
    "revenue": (1000, 1050, 1098, 1151, 1210, 1268),
    "cost_of_revenue": (600, 632, 659, 690, 727, 760),
    "sga": (200, 209, 221, 229, 243, 251),
    "income_before_tax": (150, 159, 163, 174, 180, 190),
}


def company(**changes):
    lines = {**LINES, **changes}
    columns = [year(2018 - back) for back in range(6)]
    rows = [(name, name, *reversed(values)) for name, values in lines.items()]
    statement, facts = build(INCOME, columns, rows, confidence=CERTAIN)
    return [statement], facts


def flagged(analysis):
    return [insight for insight in analysis.insights if insight.rule_id == "A12"]


def test_a_jump_beyond_the_companys_own_history_is_flagged():
    analysis = analysed(*company(sga=(200, 209, 221, 229, 243, 330)))
    found = flagged(analysis)
    assert len(found) == 1
    text = found[0].text
    assert "Selling, general and administrative moved from USD 243 m to USD 330 m" in text
    assert "4 lines tested" in text
    assert found[0].amount == Decimal(87_000_000)
    assert found[0].severity is Severity.CRITICAL


def test_steady_growth_is_quiet():
    analysis = analysed(*company())
    assert flagged(analysis) == []
    assert reason_of(analysis, "A12") is None


def test_a_jump_below_materiality_is_quiet():
    small = company(interest_paid=(1.0, 1.1, 1.2, 1.3, 1.4, 3.4))
    assert flagged(analysed(*small)) == []


def test_two_years_are_too_few():
    assert "five comparable periods" in reason_of(analysed(*manufacturer()), "A12")


def test_earlier_reports_supply_the_history():
    statements, facts = company(sga=(200, 209, 221, 229, 243, 330))
    recent = [fact for fact in facts if fact.column < 2]
    older = [fact for fact in facts if fact.column >= 2]
    assert reason_of(analysed(statements, recent), "A12")
    assert len(flagged(analysed(statements, recent, older))) == 1


def test_lines_that_change_sign_are_compared_as_shares_of_revenue():
    analysis = analysed(
        *company(net_income=(-5, 4, 9, 13, 18, 95), income_tax_expense=(-2, 3, 7, 12, 15, 20))
    )
    found = [insight for insight in flagged(analysis) if "Net income" in insight.text]
    assert found
    assert "6 lines tested" in found[0].text


def test_an_old_outlier_is_set_aside_and_named():
    columns = {
        name: (*values, values[-1] * 1.05, values[-1] * 1.1) for name, values in LINES.items()
    }
    columns["sga"] = (200, 900, 945, 990, 1041, 1092, 1147, 2600)
    periods = [year(2020 - back) for back in range(8)]
    rows = [(name, name, *reversed(values)) for name, values in columns.items()]
    statement, facts = build(INCOME, periods, rows, confidence=CERTAIN)
    found = flagged(analysed([statement], facts))
    assert "with the unusual one of the year to Dec 31, 2014 set aside" in found[0].text
    margin = next(f.value for f in found[0].confidence.factors if f.name == "margin")
    assert margin == 0.80
