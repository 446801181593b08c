"""What reviewers accepted of a rule: the posterior, its versions, and what it does to a confidence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.confidence.acceptance import RulePrior, RuleVersion, acceptance_of
from services.confidence.insights import insight_confidence, rescored
from services.domain.confidence import HIGH_FROM
from services.domain.scoring import UNLABELLED, Recalibration, RuleCount
from tests.core_records import NOON
from tests.unit.test_confidence import sure_fact

PRIOR = RulePrior(17, 3)


def count(version="1.2.0", accepted=10.0, rejected=2.0, rule="R01"):
    labels = round(accepted + rejected)
    return RuleCount(
        rule_id=rule, rule_version=version, labels=labels, accepted=accepted, rejected=rejected
    )


def posterior(*counts, version="1.2.0"):
    found = acceptance_of(RuleVersion("R01", version, PRIOR), counts)
    return (found.posterior.accepted, found.posterior.rejected, found.labels)


def test_without_decisions_the_prior_stands():
    assert posterior() == (17, 3, 0)
    assert posterior(count(rule="R02")) == (17, 3, 0)


def test_decisions_on_the_same_version_and_on_its_patches_count_whole():
    assert posterior(count(), count("1.2.7", 1, 0)) == (28, 5, 13)


@pytest.mark.parametrize(
    ("version", "expected"), [("1.3.0", (22, 4)), ("1.4.0", (19.5, 3.5)), ("2.0.0", (17, 3))]
)
def test_a_new_minor_version_starts_from_the_prior_and_half_of_what_was_known(version, expected):
    assert posterior(count(), version=version)[:2] == expected


def test_decisions_on_a_later_version_say_nothing_of_an_earlier_one():
    assert posterior(count("1.3.0")) == (17, 3, 0)


def test_a_version_of_one_number_is_its_major():
    assert posterior(count("1"), version="1") == (27, 5, 12)


def test_the_posterior_is_the_rules_part_of_a_confidence_and_says_on_how_many_decisions():
    known = acceptance_of(RuleVersion("R01", "1.2.0", PRIOR), [count()])
    found = insight_confidence([sure_fact()], 1.0, known)
    (_, _, rule) = found.factors
    assert rule.value == pytest.approx(27 / 32)
    assert rule.reason == "acceptance of this rule after 12 decisions of reviewers, Beta(27, 5)"
    assert not found.calibrated


CURVE = UNLABELLED.model_copy(
    update={
        "version": 3,
        "curve": Recalibration(slope=0.5, intercept=0.2, labels=412),
        "made_at": NOON,
    }
)


def test_a_recalibrated_confidence_keeps_its_parts_and_says_on_what_it_was_calibrated():
    found = insight_confidence([sure_fact()], 0.9, RulePrior(9, 1), CURVE)
    assert found.product == pytest.approx(0.81)
    odds = 0.5 * 1.4500 + 0.2
    assert found.total == pytest.approx(1 / (1 + 2.718281828**-odds), abs=1e-4)
    assert (found.calibrated, found.labels, found.as_of) == (True, 412, NOON)


def test_no_curve_lifts_an_unproven_value_into_the_high_band():
    lifting = CURVE.model_copy(update={"curve": Recalibration(slope=1, intercept=5, labels=50)})
    found = insight_confidence([sure_fact(value=0.94)], 1.0, RulePrior(19, 1), lifting)
    assert found.total == pytest.approx(0.84)
    assert found.factors[-1].name == "unproven input"


@given(value=st.floats(0.5, 1), margin=st.floats(0, 1))
def test_scoring_again_under_the_same_terms_changes_nothing(value, margin):
    for scoring in (UNLABELLED, CURVE):
        found = insight_confidence([sure_fact(value=value)], margin, PRIOR, scoring)
        assert rescored(found, PRIOR, scoring) == found


def test_scoring_again_takes_the_new_acceptance_and_keeps_the_doubt():
    old = insight_confidence([sure_fact(value=0.94)], 1.0, RulePrior(1, 1))
    assert old.total == pytest.approx(0.47)
    new = rescored(old, RulePrior(99, 1), UNLABELLED)
    assert new.total == pytest.approx(HIGH_FROM - 0.01)
