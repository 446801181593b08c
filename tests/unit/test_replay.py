"""Replay: the stored facts give every insight again, to the bit, in this process and in another."""

import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from services.bootstrap import build
from services.calibration.wishes import Wish
from services.config import Settings
from services.domain.errors import NotFound
from services.domain.ids import InsightId
from services.domain.insights import InsightStatus
from services.domain.messages import Effects, MessageKind, message
from services.domain.reports import ReportStatus
from services.domain.users import Role
from services.materiality import Terms
from services.pipeline.handlers import analyse_report, context_of
from services.pipeline.replay import replay
from tests.labels import decide
from tests.unit.statement_builder import REPORT, manufacturer, report
from tests.unit.test_access import a_user

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def services(tmp_path):
    """Return services whose store holds an analysed report of a manufacturer."""
    built = build(Settings(data_dir=tmp_path))
    statements, facts = manufacturer()
    stored = report(status=ReportStatus.READ, company="Acme")
    built.ports.records.commit(Effects(records=(stored, *statements, *facts)))
    incoming = message(MessageKind.FACTS_EXTRACTED, REPORT, "run-1")
    built.ports.records.commit(analyse_report(incoming, context_of(built)))
    return built


def again(services, insight_id):
    return replay(insight_id, services.ports.records, services.templates)


def command(tmp_path, insight_id, seed="1"):
    return subprocess.run(
        [sys.executable, "-m", "services", "replay", insight_id],
        cwd=ROOT,
        env={**os.environ, "ADVISOR_DATA_DIR": str(tmp_path), "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_every_stored_insight_replays_identically(services):
    insights = services.ports.records.insights(REPORT)
    assert len(insights) >= 5
    assert [again(services, i.insight_id).differences for i in insights] == [()] * len(insights)


@pytest.mark.parametrize("seed", ["1", "4242"])
def test_another_process_says_that_it_is_identical(services, tmp_path, seed):
    insight = services.ports.records.insights(REPORT)[0]
    done = command(tmp_path, insight.insight_id, seed)
    assert done.returncode == 0, done.stdout + done.stderr
    chain = services.ports.records.chain(insight.insight_id)
    assert f"inputs sha256 {chain.inputs_hash}" in done.stdout


def test_a_fact_changed_in_the_store_is_named_step_by_step(services, tmp_path):
    records = services.ports.records
    insight = next(i for i in records.insights(REPORT) if i.rule_id == "R01")
    used = records.fact(insight.evidence[0].fact_id)
    records.commit(Effects(records=(used.model_copy(update={"value": used.value + Decimal(1)}),)))
    found = again(services, insight.insight_id)
    assert not found.is_identical
    assert any(line.startswith("inputs_hash: stored") for line in found.differences)
    assert any("(compute), " in line for line in found.differences)
    done = command(tmp_path, insight.insight_id)
    assert done.returncode == 4
    assert "The replay differs:" in done.stdout


def test_an_insight_that_is_found_no_more_is_said_so(services):
    records = services.ports.records
    insight = next(i for i in records.insights(REPORT) if i.rule_id == "R01")
    used = records.fact(insight.evidence[0].fact_id)
    records.commit(Effects(records=(used.model_copy(update={"concept": None}),)))
    assert again(services, insight.insight_id).differences == (
        "Rule R01 finds this no more in the stored facts.",
    )


def test_an_unknown_insight_is_wrong_use(services, tmp_path):
    with pytest.raises(NotFound):
        again(services, InsightId("ins-none"))
    done = command(tmp_path, "ins-none")
    assert done.returncode == 2
    assert "ins-none" in done.stderr


def test_a_step_shows_its_operands_at_full_precision(services):
    records = services.ports.records
    insight = next(i for i in records.insights(REPORT) if i.rule_id == "R01")
    step = next(s for s in records.chain(insight.insight_id).steps if s.action == "compute")
    assert "Net sales, Year to Dec 31, 2018 = 32765000000 (page 1)" in step.inputs


def set_materiality(services, millions, seen):
    terms = Terms(fixed=Decimal(millions) * 1_000_000)
    services.materiality.choose("Acme", terms, "Board", seen, a_user(Role.CFO))


def analysed_again(services, run):
    incoming = message(MessageKind.FACTS_EXTRACTED, REPORT, run)
    services.ports.records.commit(analyse_report(incoming, context_of(services)))


def test_an_insight_replays_with_the_materiality_that_was_in_force_when_it_was_made(services):
    records = services.ports.records
    before = {i.insight_id: i.severity for i in records.insights(REPORT)}
    set_materiality(services, 2000, 0)
    for insight_id in before:
        assert again(services, insight_id).differences == ()
    analysed_again(services, "run-2")
    after = {i.insight_id: i.severity for i in records.insights(REPORT)}
    assert {i: s for i, s in after.items() if before.get(i) != s}
    set_materiality(services, 1, 1)
    for insight_id in after:
        assert records.chain(insight_id).materiality_version == 1
        assert again(services, insight_id).differences == ()


def test_an_approved_insight_keeps_its_version_when_materiality_is_set_later(services):
    records = services.ports.records
    insight = next(i for i in records.insights(REPORT) if i.amount is not None)
    approved = insight.model_copy(update={"status": InsightStatus.APPROVED})
    records.commit(Effects(records=(approved,)))
    set_materiality(services, 2000, 0)
    analysed_again(services, "run-2")
    assert records.chain(insight.insight_id).materiality_version == 0
    assert again(services, insight.insight_id).is_identical


def test_a_version_that_cannot_be_found_any_more_is_named_in_the_replay(services):
    records = services.ports.records
    insight = records.insights(REPORT)[0]
    chain = records.chain(insight.insight_id)
    records.commit(Effects(records=(chain.model_copy(update={"materiality_version": 7}),)))
    assert "materiality_version: stored 7, now 0" in again(services, insight.insight_id).differences


def test_an_insight_replays_with_the_scoring_that_was_in_force_when_it_was_made(services):
    records = services.ports.records
    before = {i.insight_id: i.confidence for i in records.insights(REPORT)}
    raised = Wish(target=0.95, high_from=0.93)
    proposal = services.calibration.propose(raised, "Board", 0, a_user(Role.CFO))
    services.calibration.rule(proposal.proposal_id, True, "agreed", a_user(Role.REVIEWER))
    assert all(again(services, insight_id).differences == () for insight_id in before)
    decide(records, 120, lambda n: n % 4 != 0, sample=False)
    services.calibration.renew(a_user(Role.CFO))
    analysed_again(services, "run-2")
    after = {i.insight_id: i for i in records.insights(REPORT)}
    assert all(one.confidence.calibrated for one in after.values())
    assert all(one.confidence != before[insight_id] for insight_id, one in after.items())
    decide(records, 40, start=120, sample=False)
    services.calibration.renew(a_user(Role.CFO))
    for insight_id in after:
        assert records.chain(insight_id).scoring_version == 2
        assert again(services, insight_id).differences == ()


def test_a_scoring_that_cannot_be_found_any_more_is_named_in_the_replay(services):
    records = services.ports.records
    chain = records.chain(records.insights(REPORT)[0].insight_id)
    records.commit(Effects(records=(chain.model_copy(update={"scoring_version": 7}),)))
    assert "scoring_version: stored 7, now 0" in again(services, chain.insight_id).differences
