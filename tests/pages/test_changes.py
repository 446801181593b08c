"""The page of what changed since the last report."""

from io import BytesIO
from urllib.parse import parse_qsl

import pytest
from reportlab.pdfgen.canvas import Canvas

from services.domain.insights import NotComputable
from services.domain.messages import Effects
from services.domain.reports import ReportStatus
from services.domain.users import Role
from tests.pages.conftest import texts
from tests.unit.analysis.contexts import BALANCE, CERTAIN, INCOME
from tests.unit.statement_builder import at, build, report, year


def a_pdf(*lines: str) -> bytes:
    buffer = BytesIO()
    canvas = Canvas(buffer, invariant=1)
    for place, line in enumerate(
        ["Item 1A. Risk Factors", *lines, "Item 1B. Unresolved Staff Comments"]
    ):
        canvas.drawString(40, 750 - 20 * place, line)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


@pytest.fixture
def two_reports(store):
    for number, (revenue, risk) in {
        2017: (900, "Our customers may buy less than they did before."),
        2018: (1000, "Cyber attacks may stop our plants for several weeks."),
    }.items():
        of = report(
            report_id=f"report-{number}", name=f"{number}.pdf", sha256=str(number), company="Acme",
            status=ReportStatus.ANALYSED, period_end=f"{number}-12-31", blob_key=f"2026/11/report-{number}.pdf",
        )  # fmt: skip
        statement, facts = build(
            INCOME, [year(number)], [("Net sales", "revenue", revenue)], confidence=CERTAIN,
            report_id=of.report_id,
        )  # fmt: skip
        store.ports.blobs.put(
            of.blob_key, a_pdf("We operate in many countries of the world.", risk)
        )
        store.ports.records.commit(Effects(records=(of, statement, *facts)))
    return store


def test_figures_and_risk_factors_stand_beside_those_of_the_last_report(two_reports, open_page):
    page = open_page("changes", Role.ANALYST, report="report-2018")
    assert not page.exception
    row = page.dataframe[0].value.iloc[0]
    assert list(row) == [
        "Revenue",
        "USD 900 m (Year to Dec 31, 2017)",
        "USD 1,000 m (Year to Dec 31, 2018)",
        "USD 100 m",
        "+11.1 %",
    ]
    words = texts(page)
    assert "> Cyber attacks may stop our plants for several weeks." in words
    assert "> Our customers may buy less than they did before." in words
    assert {m.label: m.value for m in page.metric}["As before"] == "1"


@pytest.fixture
def two_balances(two_reports):
    """Add balance sheets: current assets fell from twice current liabilities to 0.8 of them."""
    for number, assets in {2017: 200, 2018: 80}.items():
        statement, facts = build(
            BALANCE,
            [at(number)],
            [
                ("Total current assets", "total_current_assets", assets),
                ("Total assets", "total_assets", 500),
                ("Total current liabilities", "total_current_liabilities", 100),
            ],
            confidence=CERTAIN,
            report_id=f"report-{number}",
        )
        two_reports.ports.records.commit(Effects(records=(statement, *facts)))
    return two_reports


def test_a_crossed_threshold_is_listed_with_both_values_the_rule_and_links_to_the_cells(
    two_balances, open_page
):
    page = open_page("changes", Role.ANALYST, report="report-2018")
    assert not page.exception
    (row,) = page.dataframe[1].value.to_numpy().tolist()
    assert row == [
        "Current ratio",
        "2.00× (Dec 31, 2017)",
        "0.80× (Dec 31, 2018)",
        "fell below 1.00× (K01 Liquidity profile)",
        "worse",
    ]
    links = {
        link.proto.label: dict(parse_qsl(link.proto.query_string))
        for link in page.get("page_link")
        if link.proto.label.startswith("Current ratio")
    }
    assert links["Current ratio, this report"]["report"] == "report-2018"
    assert links["Current ratio, last report"]["report"] == "report-2017"
    assert links["Current ratio, last report"]["metric"] == "current_ratio"


def test_without_a_metric_in_both_reports_the_page_says_that_no_threshold_can_be_looked_at(
    two_reports, open_page
):
    words = texts(open_page("changes", Role.ANALYST, report="report-2018"))
    assert "No metric with a threshold could be computed for both reports." in words


def test_why_restated_figures_could_not_be_looked_for_is_said_and_not_that_none_changed(
    two_reports, open_page
):
    not_run = NotComputable(
        report_id="report-2018",
        rule_id="A07",
        title="Prior-year figures changed",
        reason="the earlier report of this company shares no period with this one",
    )
    two_reports.ports.records.commit(Effects(records=(not_run,)))
    words = texts(open_page("changes", Role.ANALYST, report="report-2018"))
    assert (
        "Could not be looked for: the earlier report of this company shares no period with this one."
        in words
    )
    assert "No figure of an earlier period" not in words


def test_where_both_reports_print_the_same_the_page_says_so(two_reports, open_page):
    words = texts(open_page("changes", Role.ANALYST, report="report-2018"))
    assert "No figure of an earlier period that both reports print changed" in words


def test_the_first_report_of_a_company_says_what_to_upload(two_reports, open_page):
    at = open_page("changes", Role.ANALYST, report="report-2017")
    assert "No earlier report of this company" in texts(at)


def test_without_reports_the_page_says_what_it_needs(store, open_page):
    assert "Upload two reports of one company." in texts(open_page("changes", Role.CFO))
