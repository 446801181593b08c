"""What a policy may change about routes, and what no policy, threshold or confidence ever can."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.analysis import service
from services.analysis.bound import uncited
from services.analysis.registry import RULES
from services.confidence.insights import held_by, routed
from services.domain.confidence import Confidence
from services.domain.insights import Quote, Route, Severity
from services.domain.policy import COLD_START, Policy
from services.domain.reports import TieOutStatus
from services.domain.scoring import UNLABELLED, Recalibration, RuleCount, Scoring
from tests.core_records import a_report, a_tie_out
from tests.unit.analysis.contexts import NOW, shipped_templates
from tests.unit.analysis.test_bound import growing, with_value


def sure(total=0.99):
    return Confidence(total=total, factors=())


def scoring(certified=None, **terms):
    policy = COLD_START.model_copy(update={"version": 2, **terms})
    return UNLABELLED.model_copy(update={"version": 4, "policy": policy, "certified": certified})


def where(total, by, severity=Severity.LOW, held=()):
    return routed(sure(total), severity, held, by)[0]


def test_a_policy_raises_the_threshold_and_its_version_stands_in_the_reason():
    by = scoring(high_from=0.93)
    assert where(0.92, by) is Route.ANALYST
    assert where(0.93, by) is Route.CFO
    assert where(0.92, by, Severity.CRITICAL) is Route.REVIEW
    assert routed(sure(0.95), Severity.LOW, (), by)[1] == (
        "confidence 0.95 is at least 0.93 (policy version 2)",
    )


def test_a_certified_threshold_above_the_policys_counts_and_one_below_does_not():
    assert where(0.9, scoring(certified=0.95)) is Route.ANALYST
    assert where(0.86, scoring(certified=0.55)) is Route.CFO
    assert where(0.84, scoring(certified=0.55)) is Route.ANALYST


def test_while_publishing_is_switched_off_everything_goes_to_review():
    for total in (0.5, 0.7, 0.99):
        assert where(total, scoring(publishing=False)) is Route.REVIEW
    assert (
        "automatic publishing is switched off (policy version 2)"
        in (routed(sure(), Severity.LOW, (), scoring(publishing=False))[1])
    )


def test_no_policy_can_be_written_below_the_cold_start_threshold():
    with pytest.raises(ValidationError):
        Policy(policy_id="p", version=1, high_from=0.84)


def bent(high_from, medium_from, certified, target, share):
    """Return a scoring that nobody could store: every check of the records is left out."""
    terms = {"high_from": high_from, "medium_from": medium_from, "target": target}
    policy = Policy.model_construct(**{**COLD_START.model_dump(), **terms, "sample_share": share})
    given_ = {**UNLABELLED.model_dump(), "policy": policy, "certified": certified}
    return Scoring.model_construct(**given_)


ANY = st.floats(-5, 5, allow_nan=False)
BENT = st.builds(bent, ANY, ANY, st.none() | ANY, ANY, ANY)
HELD = st.sampled_from(
    [
        held_by(has_failed_check=True),
        held_by(has_failed_check=False, unbound=("10.1%",)),
        held_by(has_failed_check=False, uncited=("'Net sales'",)),
        held_by(has_failed_check=True, unbound=("7",), uncited=("a quotation",)),
    ]
)


@given(by=BENT, total=st.floats(0, 1), severity=st.sampled_from(Severity), held=HELD)
def test_what_is_held_goes_to_review_under_every_policy_threshold_and_confidence(
    by, total, severity, held
):
    found, reasons = routed(sure(total), severity, held, by)
    assert found is Route.REVIEW
    assert set(held) <= set(reasons)


@given(by=BENT, total=st.floats(0, 1), severity=st.sampled_from(Severity))
def test_nothing_below_the_cold_start_threshold_publishes_by_itself(by, total, severity):
    if routed(sure(total), severity, (), by)[0] is Route.CFO:
        assert total >= 0.85


def fact_with(**source):
    context, finding = growing()
    first, role = finding.inputs[0]
    cited = first.model_copy(update={"source": first.source.model_copy(update=source)})
    return context, replace(finding, inputs=((cited, role), *finding.inputs[1:]))


@pytest.mark.parametrize(
    "source",
    [
        {"page": None},
        {"page": 0},
        {"page": None, "sheet": "P&L"},
        {"page": None, "sheet": "P&L", "cell": "34"},
        {"page": None, "cell": "B34"},
        {"printed": " "},
        {"document": ""},
    ],
)
def test_a_fact_without_a_place_to_look_it_up_is_not_cited(source):
    context, finding = fact_with(**source)
    assert uncited(finding, context) == ("'Net sales'",)


def test_a_page_or_a_cell_of_a_sheet_is_a_place():
    context, finding = growing()
    assert uncited(finding, context) == ()
    assert uncited(fact_with(page=None, sheet="P&L", cell="B34")[1], context) == ()


def test_a_computed_figure_is_cited_by_what_it_was_computed_from():
    context, finding = growing()
    first, role = finding.inputs[0]
    bare = first.source.model_copy(update={"printed": "", "cell": None})
    for parents, expected in (((first.fact_id,), ()), (("gone",), ("'Net sales'",))):
        computed = first.model_copy(update={"source": bare, "derived_from": parents})
        made = replace(finding, inputs=((computed, role), *finding.inputs[1:]))
        assert uncited(made, context) == expected


def test_what_cites_nothing_at_all_is_named_and_so_is_an_empty_quotation():
    context, finding = growing()
    assert uncited(replace(finding, inputs=(), quotes=()), context) == ("the statement itself",)
    blank = (Quote(text=" ", page=3),)
    assert uncited(replace(finding, inputs=(), quotes=blank), context) == ("a quotation",)
    said = (Quote(text="Said.", page=3),)
    assert uncited(replace(finding, inputs=(), quotes=said), context) == ()


RULE = next(rule for rule in RULES if rule.rule_id == "R01")
TRUSTED = (RuleCount(rule_id="R01", rule_version="1.0.0", labels=999, accepted=999, rejected=0),)


def failing(context, finding):
    fact = finding.facts[0]
    tie_out = a_tie_out(a_report()).model_copy(
        update={"status": TieOutStatus.FAIL, "total": fact.fact_id}
    )
    return replace(context, tie_outs=(tie_out,)), finding


def unbound_number(context, finding):
    return context, with_value(finding, yoy="+12.3 %")


def without_a_cell(context, finding):
    return context, fact_with(page=None)[1]


@given(
    by=BENT, lift=st.floats(0, 20), fault=st.sampled_from([failing, unbound_number, without_a_cell])
)
def test_the_whole_analysis_never_publishes_a_fault_however_sure_it_is_made(by, lift, fault):
    context, finding = fault(*growing())
    curve = Recalibration(slope=1, intercept=lift, labels=50)
    by = by.model_copy(update={"curve": curve, "counts": TRUSTED})
    insight, chain = service._proved(
        (RULE, 0), finding, replace(context, scoring=by), shipped_templates(), NOW
    )
    assert insight.held
    assert insight.route is Route.REVIEW
    assert chain.scoring_version == by.version


def test_without_a_fault_the_same_insight_publishes():
    context, finding = growing()
    insight, _ = service._proved((RULE, 0), finding, context, shipped_templates(), NOW)
    assert (insight.held, insight.route) == ((), Route.CFO)
