"""One choice of a report on the pages that show a single one: the address opens it, a choice goes there."""

import pytest

from components import report_picker
from services.domain.messages import Effects
from services.domain.reports import ReportStatus
from services.domain.users import Role
from tests.unit.statement_builder import report

PAGES = ["budget", "changes", "metrics"]


@pytest.fixture
def two(store):
    made = [
        report(
            report_id=f"report-{number}", name=f"{number}.pdf", sha256=str(number),
            status=ReportStatus.ANALYSED, uploaded_at=f"2026-11-2{number}T12:00:00Z",
        )
        for number in (1, 2)
    ]  # fmt: skip
    store.ports.records.commit(Effects(records=tuple(made)))
    return store


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(("number", "at_place"), [(1, 1), (2, 0)])
def test_the_report_in_the_address_is_the_one_shown(two, open_page, page, number, at_place):
    at = open_page(page, Role.ANALYST, report=f"report-{number}")
    assert at.selectbox[0].options == ["2.pdf", "1.pdf"]
    assert at.selectbox[0].value == at_place


@pytest.mark.parametrize("page", PAGES)
def test_a_chosen_report_goes_into_the_address(two, open_page, page):
    at = open_page(page, Role.ANALYST, report="report-2")
    at.selectbox[0].set_value(1).run()
    assert at.query_params["report"] == "report-1"
    assert at.selectbox[0].value == 1


@pytest.mark.parametrize("page", PAGES)
def test_an_unknown_report_in_the_address_opens_the_first(two, open_page, page):
    at = open_page(page, Role.ANALYST, report="gone")
    assert at.query_params["report"] == "report-2"


@pytest.mark.parametrize("page", PAGES)
def test_the_pages_share_one_choice(two, open_page, monkeypatch, page):
    asked = []
    monkeypatch.setattr(report_picker, "listed", lambda one: asked.append(one) or one.name)
    assert not open_page(page, Role.ANALYST).exception
    assert {one.report_id for one in asked} == {"report-1", "report-2"}
