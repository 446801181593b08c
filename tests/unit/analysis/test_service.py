"""The analysis stage: proofs, routes, replay to the bit, and speed."""

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

from services.analysis.registry import RULES, RULESET_VERSION
from services.analysis.service import Analysis
from services.domain.confidence import FactConfidence
from services.domain.insights import InsightStatus, Route
from tests.unit.analysis.contexts import (
    CERTAIN,
    INCOME,
    NOW,
    analysed,
    income,
    insight_of,
    joined,
    reason_of,
    shipped_templates,
)
from tests.unit.statement_builder import altered, build, manufacturer, year

ROOT = Path(__file__).parents[3]
YEARS = [year(2018), year(2017)]
REPLAY = "from tests.unit.analysis.test_service import digest; print(digest())"


def fingerprint(analysis: Analysis) -> str:
    records = [*analysis.insights, *analysis.chains, *analysis.not_computable, *analysis.metrics]
    text = "\n".join(record.model_dump_json() for record in records)
    return hashlib.sha256(text.encode()).hexdigest()


def digest() -> str:
    statements, facts = manufacturer()
    return fingerprint(analysed(statements, altered(facts, "report-1-balance_sheet-r3-c0", 4663)))


def replayed(seed: str) -> str:
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    command = [sys.executable, "-c", REPLAY]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_a_replay_is_equal_to_the_bit_in_other_processes():
    assert {replayed("1"), replayed("4242"), digest()} == {digest()}


def test_the_order_of_facts_does_not_change_an_insight():
    statements, facts = manufacturer()
    first, second = analysed(statements, facts), analysed(statements, list(reversed(facts)))
    assert [i.model_dump_json() for i in first.insights] == [
        i.model_dump_json() for i in second.insights
    ]


def test_every_rule_either_ran_or_says_why_not():
    analysis = analysed(*manufacturer())
    open_ = {n.rule_id: n.reason for n in analysis.not_computable}
    need_more_years = {
        "A07",
        "A12",
        "A18",
        "A19",
        "A20",
        "R02",
        "R10",
        "R12",
        "R13",
        "R16",
        "R17",
        "R19",
    }
    not_printed = {"A09", "A23", "A24", "R22", "K04", "K08", "K18", "K20", "R14", "R18", "R20"}
    assert open_.keys() <= need_more_years | not_printed
    assert all(open_.values())
    assert len({rule.rule_id for rule in RULES}) == len(RULES) >= 40


def test_every_input_is_cited_and_every_calculation_names_its_facts():
    statements, facts = manufacturer()
    known = {fact.fact_id for fact in facts}
    for insight in analysed(statements, facts).insights:
        cited = {item.fact_id for item in insight.evidence}
        assert cited
        assert cited <= known
        for calculation in insight.calculations:
            assert calculation.inputs
            assert set(calculation.inputs) <= cited


def test_a_chain_runs_from_cells_to_route():
    analysis = analysed(*manufacturer())
    chain = analysis.chains[0]
    insight = analysis.insights[0]
    actions = [step.action for step in chain.steps]
    assert actions[:2] == ["read cells", "consult checks"]
    assert actions[-3:] == ["compare with threshold", "score", "route"]
    assert set(actions[2:-3]) == {"compute"}
    assert [step.step for step in chain.steps] == list(range(1, len(actions) + 1))
    assert (chain.insight_id, insight.chain_id) == (insight.insight_id, chain.chain_id)
    assert chain.ruleset_version == RULESET_VERSION
    assert shipped_templates().sha256 in chain.prompt_template_version
    assert chain.timestamp == NOW


def test_the_inputs_hash_moves_with_an_input():
    statements, facts = manufacturer()
    later = analysed(statements, altered(facts, "report-1-income_statement-r0-c0", 32766))
    before = analysed(statements, facts)
    hashes = [
        next(
            chain.inputs_hash
            for chain, insight in zip(analysis.chains, analysis.insights, strict=True)
            if insight.rule_id == "R01"
        )
        for analysis in (before, later)
    ]
    assert hashes[0] != hashes[1]


def test_status_follows_the_route():
    statements, facts = manufacturer()
    wrong = altered(facts, "report-1-balance_sheet-r21-c0", 36400)
    expected = {
        Route.CFO: InsightStatus.PUBLISHED,
        Route.ANALYST: InsightStatus.OPEN,
        Route.REVIEW: InsightStatus.IN_REVIEW,
    }
    routes = set()
    for insight in analysed(statements, wrong).insights:
        assert insight.status is expected[insight.route]
        routes.add(insight.route)
    assert routes == {Route.CFO, Route.ANALYST, Route.REVIEW}


def test_an_insight_on_a_number_in_a_failed_check_waits_for_a_person():
    statements, facts = manufacturer()
    found = insight_of(
        analysed(statements, altered(facts, "report-1-income_statement-r1-c0", 17682)), "R03"
    )
    assert found.has_failed_check
    assert found.route is Route.REVIEW
    assert "a check on its numbers failed" in found.route_reasons


def test_low_facts_feed_no_insight():
    statements, facts = manufacturer()
    low = FactConfidence(value=0.97, concept=0.5, period=0.99, unit=0.99)
    unsure = [
        fact.model_copy(update={"confidence": low}) if fact.concept == "revenue" else fact
        for fact in facts
    ]
    analysis = analysed(statements, unsure)
    assert insight_of(analysis, "R01") is None
    assert "confidence" in reason_of(analysis, "R01")


def test_an_empty_report_answers_with_reasons():
    analysis = analysed([], [])
    assert (analysis.insights, analysis.materiality, analysis.metrics) == ((), None, ())
    assert {n.rule_id for n in analysis.not_computable} == {
        *(rule.rule_id for rule in RULES),
        "materiality",
    }


def test_worst_insights_come_first():
    statements, facts = manufacturer()
    analysis = analysed(statements, altered(facts, "report-1-balance_sheet-r21-c0", 36400))
    ranks = [insight.severity.rank for insight in analysis.insights]
    assert ranks == sorted(ranks, reverse=True)
    assert analysis.insights[0].rule_id == "A01"


def test_a_report_is_analysed_within_a_second():
    statements, facts = manufacturer()
    start = time.perf_counter()
    analysed(statements, facts)
    assert time.perf_counter() - start < 1


def test_a_report_without_an_income_statement_still_reads_its_cash_flow():
    statements, facts = manufacturer()
    cash = [fact for fact in facts if "cash_flow" in fact.statement_id]
    analysis = analysed([statements[2]], cash)
    assert reason_of(analysis, "R01").startswith("no income statement")
    assert "there is no materiality" in reason_of(analysis, "R09")


def test_a_zero_revenue_divides_nothing():
    analysis = analysed(
        *joined(
            income(
                [year(2018), year(2017)],
                ("Revenue", "revenue", 0, 900),
                ("Cost of sales", "cost_of_revenue", 0, 500),
                ("Gross profit", "gross_profit", 0, 400),
                ("Selling, general and administrative", "sga", 100, 100),
                ("Operating income", "operating_income", -100, 300),
            )
        )
    )
    assert reason_of(analysis, "R03") == "revenue is zero"
    assert reason_of(analysis, "R04") == "revenue is zero"


def test_a_finding_on_figures_that_only_another_report_prints_is_that_reports_to_tell():
    rows = [("Net income", "net_income", 80, 5), ("Income before tax", "income_before_tax", 90, 10)]
    here = income(YEARS, ("Net sales", "revenue", 1000, 990), ("Income before tax", None, 90, 10))
    _, elsewhere = build(INCOME, YEARS, rows, confidence=CERTAIN, report_id="report-0")
    analysis = analysed([here[0]], here[1], elsewhere)
    assert insight_of(analysis, "R08") is None
    assert reason_of(analysis, "R08") == (
        "net income, Year to Dec 31, 2018 is not printed here but in annual.pdf, which tells of it"
    )
    own = analysed(*joined(income(YEARS, *rows)))
    assert "rose by USD 75.0 m" in insight_of(own, "R08").text
