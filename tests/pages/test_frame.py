"""The frame: roles, refused pages, errors as sentences, the audit page."""

import pytest

from components.navigation import HOMES, PAGES, may_open
from services.domain.audit import AuditEvent
from services.domain.errors import NotFound
from services.domain.ids import UserId
from services.domain.users import Role
from services.summary import SummaryDesk
from tests.factories import NOW


@pytest.mark.parametrize("role", list(Role))
def test_every_role_has_a_home_it_may_open(role):
    assert may_open(HOMES[role], role)


@pytest.mark.parametrize("role", list(Role))
def test_a_menu_holds_only_pages_the_role_may_open(role):
    assert all(may_open(name, role) for name, page in PAGES.items() if role in page.menu)


def test_an_analyst_who_follows_a_link_to_the_queue_is_refused(seeded, open_page):
    at = open_page("review", Role.ANALYST)
    assert "may not open this page" in at.warning[0].value
    assert not at.radio


def test_a_reviewer_may_not_upload(seeded, open_page):
    at = open_page("upload", Role.REVIEWER)
    assert not at.file_uploader
    assert "may not open this page" in at.warning[0].value


def test_an_unknown_role_in_the_address_is_the_least_able_preparer(store, open_page):
    at = open_page("summary", Role.CFO)
    at.query_params["role"] = "emperor"
    assert at.selectbox(key="role_picker").value is Role.CFO


def test_the_role_stays_in_the_address(store, open_page):
    assert open_page("summary", Role.CFO).query_params["role"] == "cfo"


def test_switching_the_role_away_from_a_page_leads_to_the_new_roles_home(seeded, open_page):
    at = open_page("upload", Role.ANALYST)
    at.selectbox(key="role_picker").set_value(Role.CFO).run()
    assert at.title[0].value == "CFO summary"


def test_an_expected_error_is_shown_as_its_sentence(store, open_page, monkeypatch):
    def refuse(self):
        raise NotFound("The report is gone.")

    monkeypatch.setattr(SummaryDesk, "build", refuse)
    assert open_page("summary", Role.CFO).error[0].value == "The report is gone."


def test_an_unexpected_error_shows_a_reference_and_no_details(
    store, open_page, monkeypatch, caplog
):
    def break_down(self):
        raise RuntimeError("secret path")

    monkeypatch.setattr(SummaryDesk, "build", break_down)
    shown = open_page("summary", Role.CFO).error[0].value
    assert "secret path" not in shown
    assert "reference" in shown
    assert any(record.message == "page_failed" for record in caplog.records)


def test_the_audit_trail_lists_entries_and_says_that_it_is_whole(store, open_page):
    store.ports.audit.append(
        AuditEvent(actor=UserId("ana"), action="report_uploaded", resource="report-1", at=NOW)
    )
    at = open_page("audit", Role.AUDITOR)
    assert at.dataframe[0].value["What"].tolist() == ["Report uploaded"]
    at.button(key="verify").click().run()
    assert "whole" in at.success[0].value
