"""The CFO summary shows what is safe, and says what it withholds."""

from decimal import Decimal
from pathlib import Path

import pytest

from services.adapters.local.database import Database
from services.adapters.local.records import SqliteRecordStore
from services.domain.concepts import StatementKind
from services.domain.confidence import FactConfidence
from services.domain.ids import TieOutId
from services.domain.insights import InsightStatus
from services.domain.messages import Effects
from services.domain.reports import (
    ReportStatus,
    Scenario,
    StatementColumn,
    TieOut,
    TieOutStatus,
)
from services.summary import SummaryDesk, coverage, is_safe, key_figures
from tests.factories import a_fact, a_report, an_insight
from tests.unit.statement_builder import build, year


def test_key_figures_pair_this_year_with_the_year_before():
    facts = [a_fact("revenue", 2025, 108_000_000), a_fact("revenue", 2024, 100_000_000)]
    figures, withheld = key_figures(facts, [])
    assert [(f.concept, f.current.value, f.prior.value) for f in figures] == [
        ("revenue", 108_000_000, 100_000_000)
    ]
    assert figures[0].change == Decimal("0.08")
    assert withheld == ()


def test_a_figure_of_low_confidence_is_withheld_and_named():
    shaky = FactConfidence(value=0.7, concept=0.9, period=1, unit=1)
    figures, withheld = key_figures([a_fact("revenue", 2025, 1, confidence=shaky)], [])
    assert figures == ()
    assert withheld == ("revenue",)


def test_a_figure_in_a_failed_check_is_withheld():
    fact = a_fact("total_assets", 2025, 500)
    failed = TieOut(
        tie_out_id=TieOutId("t"),
        report_id=a_report().report_id,
        check="T01",
        name="Balance",
        status=TieOutStatus.FAIL,
        total=fact.fact_id,
        sentence="does not balance",
    )
    assert key_figures([fact], [failed]) == ((), ("total_assets",))
    assert coverage([fact], [failed]).checks_failed == 1


@pytest.mark.parametrize(("now", "before"), [(5, -3), (-5, 3), (-5, -3)])
def test_no_percentage_is_claimed_from_or_to_a_loss(now, before):
    facts = [a_fact("net_income", 2025, now), a_fact("net_income", 2024, before)]
    figures, _ = key_figures(facts, [])
    assert figures[0].change is None


def test_the_latest_period_comes_first_and_a_report_that_fails_checks_after_one_that_does_not(
    tmp_path: Path,
):
    store = SqliteRecordStore(Database(tmp_path / "advisor.sqlite3"))
    draft = a_report("draft.pdf", period_end="2025-12-31")
    final = a_report("final.pdf", period_end="2025-12-31")
    older = a_report("older.pdf", period_end="2024-12-31")
    waiting = a_report("waiting.pdf", status=ReportStatus.READ)
    failed = TieOut(
        tie_out_id=TieOutId("t"),
        report_id=draft.report_id,
        check="T01",
        name="Balance",
        status=TieOutStatus.FAIL,
        sentence="does not balance",
    )
    store.commit(Effects(records=(older, final, draft, waiting, failed)))
    names = [one.report.name for one in SummaryDesk(store, store.facts).build().reports]
    assert names == ["final.pdf", "draft.pdf", "older.pdf"]


@pytest.mark.parametrize(
    ("status", "failed", "safe"),
    [
        (InsightStatus.PUBLISHED, False, True),
        (InsightStatus.PUBLISHED, True, False),
        (InsightStatus.APPROVED, True, True),
        (InsightStatus.OPEN, False, False),
        (InsightStatus.IN_REVIEW, False, False),
        (InsightStatus.REJECTED, False, False),
    ],
)
def test_only_published_or_approved_insights_are_safe(status, failed, safe):
    assert is_safe(an_insight(status=status, has_failed_check=failed)) is safe


def test_what_is_held_back_is_not_safe_though_it_says_published():
    held = an_insight(status=InsightStatus.PUBLISHED, held=("a figure names no cell",))
    assert not is_safe(held)
    assert is_safe(held.model_copy(update={"status": InsightStatus.APPROVED}))


def a_check(name: str, status: TieOutStatus, total: str, *members: str) -> TieOut:
    return TieOut(
        tie_out_id=TieOutId(name),
        report_id=a_report().report_id,
        check="T01",
        name=name,
        status=status,
        total=total,
        members=members,
        sentence=name,
    )


def test_checks_between_the_primary_statements_are_counted_by_themselves():
    cash, assets = a_fact("cash_and_equivalents", 2025, 5), a_fact("total_assets", 2025, 9)
    note = a_fact("a row of a note", 2025, 5)
    counted = coverage(
        [cash, assets, note],
        [
            a_check("a", TieOutStatus.PASS, assets.fact_id, cash.fact_id),
            a_check("b", TieOutStatus.PASS_ROUNDING, assets.fact_id),
            a_check("c", TieOutStatus.FAIL, cash.fact_id, assets.fact_id),
            a_check("d", TieOutStatus.PASS, cash.fact_id, note.fact_id),
            a_check("e", TieOutStatus.FAIL, note.fact_id),
            a_check("f", TieOutStatus.NOT_APPLICABLE, cash.fact_id),
        ],
    )
    assert (counted.face_passed, counted.face_failed) == (2, 1)
    assert (counted.checks_passed, counted.checks_failed) == (3, 2)


def test_a_workbook_of_nothing_but_plans_stands_behind_the_report_on_a_year_that_is_over(tmp_path):
    store = SqliteRecordStore(Database(tmp_path / "advisor.sqlite3"))
    annual = a_report("annual.pdf", period_end="2025-12-31")
    budget = a_report("budget.xlsx", period_end="2026-12-31", format="xlsx")
    statement, _ = build(StatementKind.INCOME, [year(2026)], [("Revenue", "revenue", 5)])
    planned = statement.model_copy(
        update={
            "report_id": budget.report_id,
            "columns": (StatementColumn(period=year(2026), scenario=Scenario.BUDGET),),
        }
    )
    store.commit(Effects(records=(annual, budget, planned)))
    built = SummaryDesk(store, store.facts).build().reports
    assert [(one.report.name, one.plans_only) for one in built] == [
        ("annual.pdf", False),
        ("budget.xlsx", True),
    ]


def test_of_two_reports_on_one_period_the_one_with_more_key_figures_comes_first(tmp_path):
    store = SqliteRecordStore(Database(tmp_path / "advisor.sqlite3"))
    annual = a_report("annual.pdf", period_end="2025-12-31")
    workbook = a_report("budget_vs_actual.xlsx", period_end="2025-12-31", format="xlsx")
    facts = [
        a_fact("revenue", 2025, 5, report_id=workbook.report_id),
        a_fact("revenue", 2025, 5, report_id=annual.report_id),
        a_fact("net_income", 2025, 5, report_id=annual.report_id),
    ]
    store.commit(Effects(records=(annual, workbook, *facts)))
    names = [one.report.name for one in SummaryDesk(store, store.facts).build().reports]
    assert names == ["annual.pdf", "budget_vs_actual.xlsx"]


def test_a_summary_is_made_anew_only_when_the_report_changed(tmp_path):
    store = SqliteRecordStore(Database(tmp_path / "advisor.sqlite3"))
    store.commit(Effects(records=(a_report(), a_fact("revenue", 2025, 5))))
    asked = []

    def facts(report_id):
        asked.append(report_id)
        return store.facts(report_id)

    desk = SummaryDesk(store, facts)
    assert desk.build() == desk.build()
    assert len(asked) == 1
    store.commit(Effects(records=(a_fact("revenue", 2025, 6),)))
    assert desk.build().reports[0].figures[0].current.value == 6
