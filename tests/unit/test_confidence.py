"""Confidence: how checks move a fact, what an insight inherits, and where it is routed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.confidence.facts import rescore
from services.confidence.insights import RulePrior, insight_confidence, route
from services.confidence.weights import OTHER_CAUSE_ODDS, WEIGHTS, weighed
from services.domain.concepts import StatementKind
from services.domain.confidence import HIGH_FROM, Band, Confidence, FactConfidence, log_odds
from services.domain.ids import CorrectionId
from services.domain.insights import Route, Severity
from services.domain.reports import AppliedCorrection, TieOutStatus
from services.extraction import tie_out
from tests.factories import NOW
from tests.unit.statement_builder import SURE, altered, at, build, manufacturer, year

SCALE = "scale: EPS × weighted shares agrees with net income"


def scored(statements, facts):
    return {fact.fact_id: fact for fact in rescore(facts, tie_out.check(statements, facts))}


def odds(probability):
    return (1 - probability) / probability


def reasons(confidence):
    return [told.reason for told in confidence.evidence]


def block(*amounts):
    rows = [(f"Row {n}", None, *pair) for n, pair in enumerate(amounts)]
    return build(StatementKind.BALANCE, [at(2018), at(2017)], rows)


def test_a_subtotal_that_holds_in_two_columns_adds_its_weight_to_the_value():
    statement, facts = block((700, 610), (331, 285), (1031, 895))
    after = scored([statement], facts)["report-1-balance_sheet-r0-c0"].confidence
    assert log_odds(after.value) == pytest.approx(log_odds(0.97) + WEIGHTS["adds up in 2"])
    assert after.concept == pytest.approx(SURE.concept)
    assert "holds in 2 columns" in reasons(after)[0]


def test_a_subtotal_that_does_not_add_up_lowers_confidence():
    statements, facts = manufacturer()
    wrong = altered(facts, "report-1-balance_sheet-r2-c0", 5200)
    after = scored(statements, wrong)
    blamed = after["report-1-balance_sheet-r2-c0"].confidence
    assert blamed.value < SURE.value
    assert any(reason.startswith("T06 failed") for reason in reasons(blamed))


def test_blame_for_a_failed_sum_is_the_posterior_of_at_least_one_fault():
    statement, facts = block((700, 610), (331, 285), (1099, 895))
    failing = [
        t for t in tie_out.check([statement], facts) if t.status is not TieOutStatus.NOT_APPLICABLE
    ]
    assert failing == []
    rows = [("A", None, 700, 610), ("B", None, 331, 285), ("Total", None, 1099, 895)]
    statement, facts = build(StatementKind.BALANCE, [at(2018), at(2017)], rows)
    after = scored([statement], facts)
    faulty = 1 - 0.97**3 / (1 + OTHER_CAUSE_ODDS)
    expected = 1 - 0.03 / faulty
    for row in range(3):
        part = after[f"report-1-balance_sheet-r{row}-c0"].confidence.value
        assert part == pytest.approx(expected)


def test_two_doubted_members_of_a_failed_sum_explain_it_and_the_others_stay_trusted():
    rows = [(f"Row {n}", None, 700 + n, 610 + n) for n in range(6)]
    total = sum(row[2] for row in rows) + 50, sum(row[3] for row in rows)
    statement, facts = build(
        StatementKind.BALANCE, [at(2018), at(2017)], [*rows, ("Total", None, *total)]
    )
    told = {True: "second reading differs", False: "second reading agrees"}
    facts = [
        fact.model_copy(
            update={
                "confidence": fact.confidence.with_evidence(
                    [weighed("value", told[fact.row < 2], "read twice")]
                )
            }
        )
        for fact in facts
    ]
    after = scored([statement], facts)
    values = [after[f"report-1-balance_sheet-r{row}-c0"].confidence.value for row in range(7)]
    assert all(value < 0.5 for value in values[:2])
    assert all(value > HIGH_FROM for value in values[2:])


@pytest.mark.parametrize("source", ["text layer", "recognised", "workbook cell"])
def test_an_unexplained_failed_sum_leaves_no_unproved_member_of_high_confidence(source):
    """Ten rows share the blame, so that each alone still looks right: none is to be trusted unseen."""
    rows = [(f"Row {n}", None, 700 + n, 610 + n) for n in range(9)]
    total = sum(row[2] for row in rows) + 50, sum(row[3] for row in rows)
    own = FactConfidence.believed([weighed("value", source, "read once")])
    statement, facts = build(
        StatementKind.BALANCE,
        [at(2018), at(2017)],
        [*rows, ("Total", None, *total)],
        confidence=own.model_copy(update={"concept": 0.99, "period": 0.99, "unit": 0.99}),
    )
    after = scored([statement], facts)
    values = [after[f"report-1-balance_sheet-r{row}-c0"].confidence.value for row in range(10)]
    assert all(value < HIGH_FROM for value in values)


def test_blame_concentrates_on_the_cell_that_nothing_else_supports():
    statements, facts = manufacturer()
    after = scored(statements, altered(facts, "report-1-balance_sheet-r3-c0", 4663))
    total = after["report-1-balance_sheet-r5-c0"].confidence.value
    suspect = after["report-1-balance_sheet-r3-c0"].confidence.value
    assert total > 0.99 > suspect


def test_eps_times_shares_lifts_the_scale_of_tied_statements():
    statements, facts = manufacturer()
    after = scored(statements, facts)
    for row in ("income_statement-r0", "cash_flow_statement-r3", "balance_sheet-r8"):
        part = after[f"report-1-{row}-c0"].confidence
        assert part.unit == pytest.approx(0.9999)
        assert SCALE in reasons(part)


def test_eps_times_shares_proves_no_scale_where_none_was_printed():
    statements, facts = manufacturer()
    guessed = [
        fact.model_copy(update={"confidence": fact.confidence.model_copy(update={"unit": 0.6})})
        for fact in facts
    ]
    after = scored(statements, guessed)["report-1-income_statement-r0-c0"].confidence
    assert after.unit == pytest.approx(0.6)
    assert SCALE not in reasons(after)


def test_without_eps_the_scale_stays_as_read():
    rows = [("Sales", "revenue", 9, 8), ("Cost", None, 4, 5), ("Gross profit", None, 5, 3)]
    statement, facts = build(StatementKind.INCOME, [year(2018), year(2017)], rows)
    after = scored([statement], facts)
    assert [fact.confidence.unit for fact in after.values()] == pytest.approx([0.99] * 6)


def test_an_identity_of_meanings_also_supports_the_meaning():
    statements, facts = manufacturer()
    after = scored(statements, facts)["report-1-balance_sheet-r8-c0"].confidence
    told = [(e.part, e.reason[:3]) for e in after.evidence if e.name == "identity of meanings"]
    assert told == [("concept", "T01"), ("concept", "T03")]
    assert after.concept > SURE.concept


def test_one_sum_under_two_names_counts_once():
    statements, facts = manufacturer()
    after = scored(statements, facts)["report-1-balance_sheet-r8-c0"].confidence
    sums = [e.reason[:3] for e in after.evidence if e.name == "adds up in 2"]
    assert sums == ["T06", "T01"]


def test_a_sum_over_rows_without_meaning_says_nothing_about_meanings():
    statements, facts = manufacturer()
    after = scored(statements, facts)["report-1-income_statement-r0-c0"].confidence
    assert after.concept == pytest.approx(SURE.concept)


def test_the_same_number_on_two_statements_supports_its_value():
    statements, facts = manufacturer()
    with_cash = scored(statements, facts)["report-1-balance_sheet-r0-c0"].confidence
    alone = scored(statements[:2], [f for f in facts if "cash_flow" not in f.statement_id])
    assert with_cash.value > alone["report-1-balance_sheet-r0-c0"].confidence.value


def test_facts_without_checks_keep_what_the_reader_said():
    statement, facts = build(StatementKind.OTHER, [year(2018)], [("Backlog", None, 77)])
    part = scored([statement], facts)[facts[0].fact_id].confidence
    expected = (SURE.value, SURE.concept, SURE.period, SURE.unit)
    assert (part.value, part.concept, part.period, part.unit) == pytest.approx(expected)
    assert reasons(part) == []


def test_a_fact_never_becomes_certain_by_checks_alone():
    statements, facts = manufacturer()
    assert max(fact.confidence.total for fact in scored(statements, facts).values()) <= 0.9995


def reading(amount, name, sureness=0.99):
    confidence = FactConfidence(value=sureness, concept=1, period=1, unit=1)
    rows = [("Sales", "revenue", amount)]
    return build(StatementKind.INCOME, [year(2018)], rows, name=name, confidence=confidence)[1]


def test_two_amounts_for_one_meaning_cannot_both_be_right():
    facts = [*reading(8603, "statement"), *reading(100, "percentages", 0.8)]
    first, second = rescore(facts, [])
    weights = (0.99 / 0.01, 0.8 / 0.2)
    assert first.confidence.total > 0.9 > second.confidence.total
    assert first.confidence.total == pytest.approx(weights[0] / (1 + sum(weights)), rel=0.05)
    assert second.confidence.total == pytest.approx(weights[1] / (1 + sum(weights)), rel=0.05)
    assert "2 different amounts" in reasons(first.confidence)[0]


def test_two_readings_of_one_amount_agree_at_any_scale():
    facts = [*reading(8603, "statement"), *reading(8.603, "billions")]
    facts[1] = facts[1].model_copy(update={"value": Decimal(8_603_000_000), "scale": 10**9})
    assert [reasons(fact.confidence) for fact in rescore(facts, [])] == [[], []]


def sure_fact(**parts):
    confidence = FactConfidence(**{"value": 1, "concept": 1, "period": 1, "unit": 1, **parts})
    return build(
        StatementKind.INCOME, [year(2018)], [("Sales", "revenue", 9)], confidence=confidence
    )[1][0]


def test_an_insight_is_the_product_of_its_named_factors():
    found = insight_confidence([sure_fact(value=0.98)], 0.95, RulePrior(18, 2))
    assert [factor.name for factor in found.factors] == ["inputs", "margin", "rule"]
    assert found.total == pytest.approx(0.98 * 0.95 * 0.9)
    assert (found.calibrated, found.labels) == (False, 0)


def test_what_cells_share_is_counted_once():
    confidence = FactConfidence(value=0.99, concept=0.98, period=0.97, unit=0.96)
    _, facts = build(
        StatementKind.INCOME,
        [year(2018), year(2017)],
        [("Sales", "revenue", 900, 800), ("Cost", "cost_of_revenue", 500, 400)],
        confidence=confidence,
    )
    found = insight_confidence(facts, 1.0, RulePrior(1, 0))
    assert found.total == pytest.approx(1 - 4 * 0.01 - 2 * 0.02 - 2 * 0.03 - 0.04)


def test_an_unproven_value_keeps_an_insight_below_high():
    free = insight_confidence([sure_fact(value=0.95)], 1.0, RulePrior(19, 1))
    assert free.total == pytest.approx(0.95 * 0.95)
    capped = insight_confidence([sure_fact(value=0.94)], 1.0, RulePrior(19, 1))
    assert capped.band is Band.MEDIUM
    assert capped.total == pytest.approx(0.84)
    assert capped.factors[-1].name == "unproven input"


def test_an_insight_without_inputs_rests_on_rule_and_margin_alone():
    found = insight_confidence([], 0.5, RulePrior(9, 1))
    assert found.total == pytest.approx(0.45)


def certain(total):
    return Confidence(total=total, factors=())


@pytest.mark.parametrize(
    ("total", "severity", "failed", "where"),
    [
        (0.85, Severity.MEDIUM, False, Route.CFO),
        (0.8499, Severity.MEDIUM, False, Route.ANALYST),
        (0.60, Severity.HIGH, False, Route.ANALYST),
        (0.5999, Severity.INFO, False, Route.REVIEW),
        (0.84, Severity.CRITICAL, False, Route.REVIEW),
        (0.86, Severity.CRITICAL, False, Route.CFO),
        (0.99, Severity.LOW, True, Route.REVIEW),
    ],
)
def test_routes_follow_the_bands(total, severity, failed, where):
    assert route(certain(total), severity, has_failed_check=failed)[0] is where


@given(
    total=st.floats(min_value=0, max_value=1),
    severity=st.sampled_from(Severity),
    failed=st.booleans(),
)
def test_the_cfo_sees_only_high_confidence_without_a_failed_check(total, severity, failed):
    where, reasons = route(certain(total), severity, has_failed_check=failed)
    assert reasons
    assert (where is Route.CFO) == (total >= 0.85 and not failed)
    if severity is Severity.CRITICAL and total < 0.85:
        assert where is Route.REVIEW
    if where is Route.ANALYST:
        assert 0.60 <= total < 0.85


@given(
    parts=st.lists(st.floats(min_value=0, max_value=1), min_size=1, max_size=12),
    margin=st.floats(min_value=0, max_value=1),
)
def test_an_insight_is_never_surer_than_its_least_sure_input(parts, margin):
    facts = [sure_fact(value=part) for part in parts]
    facts = [
        fact.model_copy(update={"fact_id": f"f{n}", "printed_value": Decimal(n)})
        for n, fact in enumerate(facts)
    ]
    found = insight_confidence(facts, margin, RulePrior(19, 1))
    assert found.total <= min(parts) + 1e-9
    assert found.total <= margin


def test_a_failing_check_does_not_move_what_a_person_stated():
    statement, facts = block((700, 610), (331, 285), (1031, 896))
    wrong = facts[-1]
    stated = AppliedCorrection(correction_id=CorrectionId("c"), kind="confirmed", by="Ana", at=NOW)
    held = [f.model_copy(update={"correction": stated}) if f == wrong else f for f in facts]
    assert scored([statement], facts)[wrong.fact_id].confidence != wrong.confidence
    assert scored([statement], held)[wrong.fact_id].confidence == wrong.confidence


def test_columns_that_do_not_end_with_the_balance_sheet_are_doubted_in_their_period_only():
    sheet = build(StatementKind.BALANCE, [at(2018)], [("Total assets", "total_assets", 9)])
    columns = [year(2019), year(2017)]
    income = build(StatementKind.INCOME, columns, [("Net sales", "revenue", 5, 4)])
    after = scored([sheet[0], income[0]], [*sheet[1], *income[1]])
    newest = after["report-1-income_statement-r0-c0"].confidence
    assert newest.period < HIGH_FROM
    assert newest.value == SURE.value
    assert after["report-1-income_statement-r0-c1"].confidence.period == SURE.period
