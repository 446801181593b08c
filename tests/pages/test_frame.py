"""The frame: roles, refused pages, errors as sentences, the audit page."""

import pytest
from streamlit.testing.v1 import AppTest

from components.navigation import HOMES, PAGES, in_menu, may_open
from services.domain.audit import AuditEvent
from services.domain.errors import NotFound, Unavailable
from services.domain.ids import UserId
from services.domain.users import Role
from services.sign_in.desk import ENDED
from services.summary import SummaryDesk
from tests.callers import a_user
from tests.conftest import ROOT
from tests.factories import NOW
from tests.pages.conftest import REPORT, REVENUE, SIGNED_IN, texts


@pytest.mark.parametrize("role", list(Role))
def test_every_role_has_a_home_it_may_open(role):
    assert may_open(HOMES[role], role)


@pytest.mark.parametrize("role", list(Role))
def test_a_menu_holds_only_pages_the_role_may_open(role):
    assert all(may_open(name, role) for name, page in PAGES.items() if role in page.menu)


def test_the_trail_of_all_companies_is_in_the_menu_of_who_sees_all():
    auditor = a_user(Role.AUDITOR)
    limited = auditor.model_copy(update={"companies": frozenset({"acme"})})
    assert in_menu(PAGES["audit"], auditor)
    assert not in_menu(PAGES["audit"], limited)
    assert in_menu(PAGES["insights"], limited)


def test_an_analyst_who_follows_a_link_to_the_queue_is_refused(seeded, open_page):
    at = open_page("review", Role.ANALYST)
    assert "may not open this page" in at.warning[0].value
    assert not at.radio


def test_a_reviewer_may_not_upload(seeded, open_page):
    at = open_page("upload", Role.REVIEWER)
    assert not at.file_uploader
    assert "may not open this page" in at.warning[0].value


def test_a_role_in_the_address_makes_nobody_anything(seeded, open_page):
    at = open_page("review", Role.ANALYST)
    at.query_params["role"] = "reviewer"
    at.run()
    assert "The role analyst may not open this page." in at.warning[0].value


def test_a_refused_page_leads_home(seeded, open_page):
    at = open_page("upload", Role.CFO)
    assert at.warning[0].value == "The role cfo may not open this page."
    assert not at.file_uploader


def test_the_sidebar_says_who_is_signed_in_and_how_to_leave(store, open_page):
    at = open_page("summary", Role.CFO)
    (shown,) = [one.proto.body for one in at.sidebar.get("html")]
    assert "<b>CFO</b><span>cfo</span>" in shown
    assert '<form method="post" action="/auth/sign-out">' in shown


@pytest.mark.parametrize("name", sorted(PAGES))
def test_nobody_sees_anything_of_any_page(seeded, open_page, monkeypatch, name):
    monkeypatch.setattr("components.session.session_id", lambda: "")
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30).run()
    at.switch_page(PAGES[name].script).run()
    assert at.warning[0].value == ENDED
    assert not at.title
    assert not at.dataframe
    assert texts(at) == ENDED


def test_a_session_that_ended_shows_nothing_any_more(seeded, open_page):
    at = open_page("insights", Role.ANALYST)
    assert at.title[0].value == "Insights"
    seeded.sign_in.sign_out(at.session_state[SIGNED_IN], "127.0.0.1")
    at.run()
    assert texts(at) == ENDED


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


def views(services):
    entries = services.ports.audit.entries(limit=400)[::-1]
    told = [one.event for one in entries if one.event.action.startswith("page_")]
    return [(one.actor, one.action, one.resource, one.result) for one in told]


def test_a_page_is_told_when_it_is_opened_and_when_another_thing_is_on_it(seeded, open_page):
    at = open_page("report", Role.ANALYST, report=REPORT.report_id)
    at.run()
    assert views(seeded)[-1] == ("demo-analyst", "page_viewed", REPORT.report_id, "ok")
    count = len(views(seeded))
    at.query_params["fact"] = REVENUE.fact_id
    at.run()
    assert views(seeded)[count:] == [("demo-analyst", "page_viewed", REVENUE.fact_id, "ok")]


def test_a_refused_page_is_told(seeded, open_page):
    open_page("upload", Role.CFO)
    assert views(seeded)[-1] == ("demo-cfo", "page_refused", "upload", "forbidden")


def test_what_cannot_be_told_is_not_shown(seeded, open_page, monkeypatch):
    def full(self, event):
        raise Unavailable("The disk is full.")

    monkeypatch.setattr("services.adapters.local.audit_log.SqliteAuditLog.append", full)
    at = open_page("insights", Role.ANALYST)
    assert at.warning[0].value == "The disk is full."
    assert not at.title


def test_the_audit_trail_lists_entries_and_says_that_it_is_whole(store, open_page):
    store.ports.audit.append(
        AuditEvent(actor=UserId("ana"), action="report_uploaded", resource="report-1", at=NOW)
    )
    at = open_page("audit", Role.AUDITOR)
    shown = at.dataframe[0].value["What"].tolist()
    assert "Report uploaded" in shown
    assert shown[0] == "Page viewed"
    at.button(key="verify").click().run()
    assert "whole" in at.success[0].value
