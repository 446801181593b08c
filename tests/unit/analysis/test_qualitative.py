"""Severity beyond the amount: each qualitative reason raises a possible misstatement by one level."""

from decimal import Decimal

import pytest

from services.analysis.qualitative import severity_at_risk
from services.analysis.service import analyse, context_of
from services.domain.concepts import StatementKind
from services.domain.insights import Severity
from services.domain.reports import TextCue
from services.extraction import tie_out
from tests.unit.analysis.contexts import (
    NOW,
    balance,
    income,
    insight_of,
    joined,
    shipped_templates,
)
from tests.unit.statement_builder import at, build, report, year

M = 1_000_000
NO_RATE = "not held against net income and EPS: no tax rate of 0 to 60 % was read for the period"


def statement(*, profit=(100, 90), eps=(1.0, 0.9), tax=(26, 24), operating=(140, 130)):
    rows = [
        ("Revenue", "revenue", 1000, 1000),
        ("Selling expenses", "sga", 200, 200),
        ("Operating income", "operating_income", *operating),
        ("Income before tax", "income_before_tax", 130, 120),
        ("Income taxes", "income_tax_expense", *(tax or ())),
        ("Net income", "net_income", *profit),
        ("Diluted EPS", "eps_diluted", *eps),
        ("Diluted shares", "shares_diluted_wavg", 100, 100),
    ]
    return income([year(2018), year(2017)], *rows)


def judged(amount, *, about="revenue", column=0, cues=(), **figures):
    parts = (
        statement(**figures),
        balance([at(2018), at(2017)], ("Total assets", "total_assets", 900, 800)),
    )
    statements, facts = joined(*parts)
    context = context_of(report(cues=cues), statements, facts, [], [])
    (fact,) = (fact for fact in facts if fact.concept == about and fact.column == column)
    return severity_at_risk(context, Decimal(amount), fact)


def at_risk(amount, **how):
    risk = judged(amount, **how)
    return risk.severity, risk.reasons


def test_an_amount_alone_has_the_severity_of_its_size():
    assert at_risk(2 * M) == (Severity.LOW, ())


def test_an_amount_above_net_income_could_turn_it_into_a_loss():
    severity, reasons = at_risk(2 * M, profit=(1, 90))
    assert severity is Severity.MEDIUM
    assert reasons == (
        "after tax at 20.0 %, it is more than the net income, whose sign it could change",
    )


def test_an_amount_before_tax_is_held_against_net_income_after_tax():
    assert at_risk(Decimal("2.4") * M, profit=(2, 90))[1] == ()
    assert len(at_risk(Decimal("2.6") * M, profit=(2, 90))[1]) == 1


def test_an_amount_after_tax_is_held_against_net_income_as_it_stands():
    (reason,) = at_risk(Decimal("2.4") * M, profit=(2, 90), about="net_income")[1]
    assert reason == "it is more than the net income, whose sign it could change"


@pytest.mark.parametrize("tax", [None, (-5, 24), (90, 24)], ids=["not read", "negative", "69 %"])
def test_without_a_plausible_tax_rate_net_income_and_eps_are_not_judged_and_that_is_said(tax):
    risk = judged(2 * M, profit=(1, 90), eps=(1.0, 0.99), tax=tax)
    assert (risk.severity, risk.reasons, risk.unjudged) == (Severity.LOW, (), (NO_RATE,))
    assert risk.told("above 1").endswith(f"above 1; {NO_RATE}")
    assert judged(2 * M).unjudged == ()


def test_operating_income_is_before_tax_and_only_lines_above_it_can_turn_it():
    found = at_risk(2 * M, operating=(1, 130), tax=None)
    reason = "it is more than the operating income, whose sign it could change"
    assert found == (Severity.MEDIUM, (reason,))
    for below in ("income_before_tax", "net_income"):
        assert at_risk(2 * M, operating=(1, 130), about=below)[1] == ()


def test_a_difference_on_the_balance_sheet_turns_no_profit_and_no_eps():
    risk = judged(2 * M, profit=(1, 90), eps=(1.0, 0.99), about="total_assets")
    assert (risk.severity, risk.reasons, risk.unjudged) == (Severity.LOW, (), ())


def test_a_line_of_the_income_statement_in_a_note_counts_and_another_line_there_does_not():
    part, facts = statement(profit=(1, 90))
    note, noted = build(StatementKind.SEGMENTS, [year(2018)], [
        ("Net sales", "revenue", 1000), ("Capital spending", "capex", 90), ("Staff", None, 7)
    ])  # fmt: skip
    context = context_of(report(), [part, note], [*facts, *noted], [], [])
    reasons = [len(severity_at_risk(context, Decimal(2 * M), fact).reasons) for fact in noted]
    assert reasons == [1, 0, 0]


def test_an_amount_of_a_cent_a_share_that_exceeds_the_change_of_eps_could_turn_it_round():
    severity, reasons = at_risk(2 * M, eps=(1.0, 0.99))
    told = "after tax at 20.0 %, it could turn the change of EPS round"
    assert (severity, reasons) == (Severity.MEDIUM, (told,))
    assert at_risk(2 * M, eps=(1.0, 0.90))[1] == ()
    assert at_risk(Decimal("1.2") * M, eps=(1.0, 0.99))[1] == ()


def test_an_amount_of_the_year_before_is_held_against_that_year():
    assert len(at_risk(2 * M, profit=(100, 1), column=1)[1]) == 1
    assert at_risk(2 * M, profit=(1, 90), column=1)[1] == ()


@pytest.mark.parametrize("kind", ["covenant_breached", "going_concern", "controls_not_effective"])
def test_a_grave_assertion_of_the_text_raises_it(kind):
    cue = TextCue(kind=kind, quote="It is so.", page=1)
    severity, reasons = at_risk(2 * M, cues=(cue,))
    assert severity is Severity.MEDIUM
    assert len(reasons) == 1


def test_a_notice_that_statements_are_not_to_be_relied_upon_is_a_finding_of_its_own():
    cue = TextCue(kind="non_reliance", quote="It is so.", page=1)
    assert at_risk(2 * M, cues=(cue,)) == (Severity.LOW, ())


def test_a_figure_on_which_managements_pay_is_based_raises_it():
    quote = "Annual incentives are based on operating income."
    cue = TextCue(kind="pay_metric", quote=quote, page=31)
    severity, reasons = at_risk(2 * M, about="operating_income", cues=(cue,))
    told = "page 31 says that management's pay is based on it"
    assert (severity, reasons) == (Severity.MEDIUM, (told,))
    for other in ("revenue", "sga", "total_assets"):
        assert at_risk(2 * M, about=other, cues=(cue,)) == (Severity.LOW, ())


def test_reasons_add_up_and_stop_at_critical():
    cue = TextCue(kind="going_concern", quote="It is so.", page=1)
    severity, reasons = at_risk(30 * M, profit=(1, 90), eps=(1.0, 0.99), cues=(cue,))
    assert (severity, len(reasons)) == (Severity.CRITICAL, 3)


def test_what_is_clearly_trivial_stays_low_whatever_the_text_says():
    cue = TextCue(kind="going_concern", quote="It is so.", page=1)
    assert at_risk(1000, cues=(cue,)) == (Severity.LOW, ())


def printed_twice(**changes):
    part = income(
        [year(2018), year(2017)],
        ("Revenue", "revenue", 1000, 1000),
        ("Operating income", "operating_income", 140, 130),
        ("Income from operations", "operating_income", 170, 130),
        ("Income before tax", "income_before_tax", 130, 120),
        ("Net income", "net_income", 10, 90),
    )
    statements, facts = joined(part, balance([at(2018)], ("Total assets", "total_assets", 900)))
    checks = tie_out.check(statements, facts)
    of, templates = report(**changes), shipped_templates()
    analysis = analyse(of, statements, facts, checks, [], templates, NOW, lambda: 0.0)
    found = insight_of(analysis, "A10")
    chain = next(chain for chain in analysis.chains if chain.insight_id == found.insight_id)
    return found, [told for step in chain.steps for told in step.inputs]


def test_a_figure_printed_twice_is_medium_at_most_and_its_chain_says_what_was_not_judged():
    cue = TextCue(kind="going_concern", quote="It is so.", page=1)
    found, told = printed_twice(cues=(cue,))
    assert found.severity is Severity.MEDIUM
    assert any("raised: the text says that there is doubt about going concern" in t for t in told)
    assert any(NO_RATE in line for line in told)
