"""What applies to a kind of company: the matrix says what the rules then do."""

from dataclasses import replace

import pytest

from services.analysis.applicability import Verdict, applicability, left_out
from services.analysis.finding import CannotCompute
from services.analysis.registry import RULES
from tests.unit.analysis.contexts import context_of
from tests.unit.statement_builder import manufacturer

KINDS = {
    "bank": {"financial": True, "classified": False, "manufacturer": False},
    "unclassified": {"classified": False},
    "utility": {"utility": True},
    "property": {"property_company": True},
}
RUN = {rule.rule_id: rule.run for rule in RULES}


def context(kind):
    found = context_of(*manufacturer())
    return replace(found, profile=replace(found.profile, **KINDS.get(kind, {})))


def verdicts(kind):
    return {one.measure: one.verdict for one in applicability(context(kind).profile)}


@pytest.mark.parametrize("kind", KINDS)
def test_a_rule_of_a_measure_that_does_not_apply_has_no_answer(kind):
    for one in applicability(context(kind).profile):
        if one.verdict in {Verdict.NOT, Verdict.TREND}:
            for rule_id in one.rules:
                with pytest.raises(CannotCompute):
                    RUN[rule_id](context(kind))


def test_everything_applies_to_a_manufacturer_and_its_altman_score_is_named():
    found = applicability(context("manufacturer").profile)
    assert {one.verdict for one in found} == {Verdict.APPLIES}
    assert "the variant for a manufacturer (Z′)" in [one.why for one in found]
    assert left_out(context("manufacturer").profile) == []


def test_nothing_of_the_matrix_applies_to_a_bank():
    assert set(verdicts("bank").values()) == {Verdict.NOT}
    assert "beneish_m" in left_out(context("bank").profile)


def test_a_utility_has_its_liquidity_as_a_trend_and_its_scores_with_caution():
    found = verdicts("utility")
    assert found["Current, quick and cash ratio"] is Verdict.TREND
    assert found["Altman distress score"] is Verdict.CAUTION
    assert found["Gross margin"] is Verdict.NOT
    assert found["Debt to EBITDA"] is Verdict.APPLIES


def test_a_property_company_has_no_multiple_of_ebitda_and_no_screens():
    found = verdicts("property")
    assert found["Debt to EBITDA"] is Verdict.NOT
    assert found["Other distress, manipulation and strength screens"] is Verdict.NOT
    assert found["Current, quick and cash ratio"] is Verdict.APPLIES
