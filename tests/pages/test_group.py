"""The group's companies side by side: by their newest report, the worst first, each with its link."""

from services.domain.ids import TieOutId
from services.domain.insights import InsightStatus, Severity
from services.domain.messages import Effects
from services.domain.reports import TieOut, TieOutStatus
from services.domain.users import Role
from tests.factories import a_fact, a_report, an_insight
from tests.pages.conftest import REPORT, texts


def test_the_worst_company_comes_first_with_its_figures_and_what_is_open(seeded, open_page):
    other = a_report("other.pdf", company="Borealis Inc", period_end="2025-12-31")
    seeded.ports.records.commit(
        Effects(
            records=(
                other,
                a_fact("revenue", 2025, 50_000_000, report_id=other.report_id),
                a_fact("revenue", 2024, 40_000_000, report_id=other.report_id),
                an_insight("K09", report_id=other.report_id, severity=Severity.CRITICAL),
                an_insight(
                    "K08",
                    report_id=REPORT.report_id,
                    severity=Severity.CRITICAL,
                    status=InsightStatus.REJECTED,
                ),
            )
        )
    )
    names = [row.company.name for row in seeded.cfo.overview()]
    assert names == ["Borealis Inc", "Acme Corp"]
    first, second = seeded.cfo.overview()
    assert (first.severity, first.failed_checks, first.open_reviews) == (Severity.CRITICAL, 0, 0)
    assert (second.severity, second.failed_checks, second.open_reviews) == (Severity.INFO, 1, 1)
    at = open_page("group", Role.CFO)
    assert not at.exception
    words = texts(at)
    assert "USD 50 m  \n+25.0 %" in words
    assert "USD 120 m  \n+20.0 %" in words
    assert words.index("USD 50 m") < words.index("USD 120 m")


def test_a_failed_check_ranks_a_company_above_one_of_the_same_severity(seeded):
    other = a_report("aaa.pdf", company="Aaa Corp", period_end="2025-12-31")
    two_failed = [
        TieOut(
            tie_out_id=TieOutId(f"x-{number}"),
            report_id=other.report_id,
            check="T01",
            name="Balance",
            status=TieOutStatus.FAIL,
            sentence="does not balance",
        )
        for number in range(2)
    ]
    insight = an_insight(report_id=other.report_id, severity=Severity.INFO)
    seeded.ports.records.commit(Effects(records=(other, insight, *two_failed)))
    assert [row.company.name for row in seeded.cfo.overview()] == ["Aaa Corp", "Acme Corp"]


def test_of_two_reports_for_one_period_the_one_with_more_key_figures_speaks_for_a_company(seeded):
    workbook = a_report("budget_vs_actual.xlsx", format="xlsx", period_end="2025-12-31")
    fuller = a_report("restated.pdf", period_end="2025-12-31")
    facts = [
        a_fact(concept, 2025, 50_000_000, report_id=fuller.report_id)
        for concept in ("revenue", "net_income", "total_assets")
    ]
    seeded.ports.records.commit(Effects(records=(fuller, workbook, *facts)))
    (row,) = seeded.cfo.overview()
    assert row.report.name == "restated.pdf"
    assert set(row.figures) == {"revenue", "net_income"}


def test_without_a_company_the_overview_says_when_one_appears(store, open_page):
    assert "No company yet" in texts(open_page("group", Role.CFO))
