"""The CFO summary shows what is safe, and says what it withholds."""

from decimal import Decimal
from pathlib import Path

import pytest

from services.adapters.local.database import Database
from services.adapters.local.records import SqliteRecordStore
from services.domain.confidence import FactConfidence
from services.domain.ids import TieOutId
from services.domain.insights import InsightStatus
from services.domain.messages import Effects
from services.domain.reports import ReportStatus, TieOut, TieOutStatus
from services.summary import SummaryDesk, coverage, is_safe, key_figures
from tests.factories import a_fact, a_report, an_insight


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


def test_no_change_is_claimed_from_a_loss():
    facts = [a_fact("net_income", 2025, 5), a_fact("net_income", 2024, -3)]
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
