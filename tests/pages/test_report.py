"""The page Statements: what was read, the checks, the notes, and one number's source."""

from services.domain.insights import NotComputable
from services.domain.messages import Effects
from services.domain.reports import ReportStatus
from services.domain.users import Role
from tests.factories import a_report
from tests.pages.conftest import PRIOR, REPORT, texts


def test_without_reports_the_page_says_where_to_begin(store, open_page):
    assert "No reports yet" in texts(open_page("report", Role.ANALYST))


def test_a_statement_opens_on_its_first_number_with_its_particulars(seeded, open_page):
    at = open_page("report", Role.ANALYST, report=REPORT.report_id)
    assert not at.exception
    assert not at.error or all("differ" in error.value for error in at.error)
    table = at.table[0].value
    assert dict(zip(table["Field"], table["Value"], strict=True))["Value"] == r"120,000,000 USD"


def test_a_link_to_a_fact_opens_that_fact(seeded, open_page):
    at = open_page("report", Role.ANALYST, report=REPORT.report_id, fact=PRIOR.fact_id)
    table = at.table[0].value
    assert dict(zip(table["Field"], table["Value"], strict=True))["Value"] == r"100,000,000 USD"


def test_the_figures_count_numbers_checks_and_insights(seeded, open_page):
    at = open_page("report", Role.ANALYST)
    values = {metric.label: metric.value for metric in at.metric}
    assert values["Numbers read"] == "2"
    assert values["Checks that hold"] == "0 of 1"
    assert values["Insights"] == "3"
    assert values["Materiality"] == "n/a"


def test_a_failed_check_and_a_reading_note_are_said(seeded, open_page):
    at = open_page("report", Role.ANALYST)
    assert "Assets equal liabilities and equity" in at.error[0].value
    assert "Prior-year columns are recast. (page 5)" in texts(at)


def test_a_report_that_could_not_be_read_shows_its_sentence_and_no_zeros(store, open_page):
    report = a_report(status=ReportStatus.FAILED, error="It is protected by a password.")
    store.ports.records.commit(Effects(records=(report,)))
    at = open_page("report", Role.ANALYST)
    assert at.warning[0].value == "It is protected by a password."
    assert not at.metric


def test_a_rule_that_did_not_run_says_why(seeded, open_page):
    missing = NotComputable(
        report_id=REPORT.report_id, rule_id="K03", title="Altman Z", reason="No retained earnings."
    )
    seeded.ports.records.commit(Effects(records=(missing,)))
    at = open_page("report", Role.ANALYST)
    assert "**Altman Z** — No retained earnings." in texts(at)
