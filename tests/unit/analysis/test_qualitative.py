"""Severity beyond the amount: each qualitative reason raises a possible misstatement by one level."""

from decimal import Decimal

import pytest

from services.analysis.qualitative import severity_at_risk
from services.analysis.service import context_of
from services.domain.insights import Severity
from services.domain.reports import TextCue
from tests.unit.analysis.contexts import income
from tests.unit.statement_builder import report, year

M = 1_000_000


def at_risk(amount, *, profit=(100, 90), eps=(1.0, 0.9), cues=()):
    statement, facts = income(
        [year(2018), year(2017)],
        ("Revenue", "revenue", 1000, 1000),
        ("Income before tax", "income_before_tax", 130, 120),
        ("Net income", "net_income", *profit),
        ("Diluted EPS", "eps_diluted", *eps),
        ("Diluted shares", "shares_diluted_wavg", 100, 100),
    )
    context = context_of(report(cues=cues), [statement], facts, [], [])
    return severity_at_risk(context, Decimal(amount))


def test_an_amount_alone_has_the_severity_of_its_size():
    assert at_risk(2 * M) == (Severity.LOW, ())


def test_an_amount_above_net_income_could_turn_it_into_a_loss():
    severity, reasons = at_risk(2 * M, profit=(1, 90))
    assert severity is Severity.MEDIUM
    assert reasons == ("it is more than the net income, whose sign it could change",)


def test_an_amount_of_a_cent_a_share_that_exceeds_the_change_of_eps_could_turn_it_round():
    severity, reasons = at_risk(2 * M, eps=(1.0, 0.99))
    assert (severity, reasons) == (Severity.MEDIUM, ("it could turn the change of EPS round",))
    assert at_risk(2 * M, eps=(1.0, 0.90))[1] == ()


@pytest.mark.parametrize("kind", ["covenant_breached", "going_concern", "controls_not_effective"])
def test_a_grave_assertion_of_the_text_raises_it(kind):
    cue = TextCue(kind=kind, quote="It is so.", page=1)
    severity, reasons = at_risk(2 * M, cues=(cue,))
    assert severity is Severity.MEDIUM
    assert len(reasons) == 1


def test_reasons_add_up_and_stop_at_critical():
    cue = TextCue(kind="going_concern", quote="It is so.", page=1)
    severity, reasons = at_risk(30 * M, profit=(1, 90), eps=(1.0, 0.99), cues=(cue,))
    assert (severity, len(reasons)) == (Severity.CRITICAL, 3)


def test_what_is_clearly_trivial_stays_low_whatever_the_text_says():
    cue = TextCue(kind="going_concern", quote="It is so.", page=1)
    assert at_risk(1000, cues=(cue,)) == (Severity.LOW, ())
