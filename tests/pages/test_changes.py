"""The page of what changed since the last report."""

from io import BytesIO

import pytest
from reportlab.pdfgen.canvas import Canvas

from services.domain.messages import Effects
from services.domain.reports import ReportStatus
from services.domain.users import Role
from tests.pages.conftest import texts
from tests.unit.analysis.contexts import CERTAIN, INCOME
from tests.unit.statement_builder import build, report, year


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
    at = open_page("changes", Role.ANALYST, report="report-2018")
    assert not at.exception
    row = at.dataframe[0].value.iloc[0]
    assert list(row) == [
        "Revenue",
        "USD 900 m (Year to Dec 31, 2017)",
        "USD 1,000 m (Year to Dec 31, 2018)",
        "USD 100 m",
        "+11.1 %",
    ]
    words = texts(at)
    assert "> Cyber attacks may stop our plants for several weeks." in words
    assert "> Our customers may buy less than they did before." in words
    assert {m.label: m.value for m in at.metric}["As before"] == "1"


def test_the_first_report_of_a_company_says_what_to_upload(two_reports, open_page):
    at = open_page("changes", Role.ANALYST, report="report-2017")
    assert "No earlier report of this company" in texts(at)


def test_without_reports_the_page_says_what_it_needs(store, open_page):
    assert "Upload two reports of one company." in texts(open_page("changes", Role.CFO))
