"""The Companies page: materiality with its versions, what applies, peers, reports."""

from decimal import Decimal

import pytest

from services.domain.messages import Effects
from services.domain.reports import ReportStatus
from services.domain.users import Role
from services.materiality import Terms
from tests.pages.conftest import texts
from tests.unit.statement_builder import manufacturer, report
from tests.unit.test_access import a_user


@pytest.fixture
def analysed(store):
    statements, facts = manufacturer()
    shown = report(status=ReportStatus.ANALYSED, company="Acme", period_end="2018-12-31")
    store.ports.records.commit(Effects(records=(shown, *statements, *facts)))
    return store


def test_without_a_report_the_page_says_when_a_company_appears(store, open_page):
    assert "No company yet" in texts(open_page("company", Role.CFO))


def test_what_applies_and_how_many_peers_are_missing_is_said(analysed, open_page):
    words = texts(open_page("company", Role.ANALYST))
    assert "Industry, trade and services" in words
    assert "4 more companies needed" in words
    assert "Nobody has changed it: the proposal stands." in words


def test_an_analyst_sees_materiality_and_cannot_change_it(analysed, open_page):
    at = open_page("company", Role.ANALYST)
    assert [button for button in at.button if button.key == "save"] == []


def test_a_cfo_sets_a_fixed_amount_with_a_reason_and_takes_it_back(analysed, open_page):
    at = open_page("company", Role.CFO)
    at.radio(key="kind_0").set_value("A fixed amount").run()
    at.text_input(key="fixed").set_value("20")
    at.text_input(key="reason").set_value("Covenant headroom")
    at.button(key="save").click().run()
    assert not at.exception
    assert "Saved." in texts(at)
    (choice,) = analysed.materiality.history("Acme")
    assert (choice.fixed, choice.comment) == (Decimal(20_000_000), "Covenant headroom")
    assert "overall 20,000,000" in texts(at)
    at.button(key="undo_materiality").click().run()
    assert analysed.materiality.history("Acme")[-1].withdrawn


def test_what_would_change_is_shown_before_saving(analysed, open_page):
    at = open_page("company", Role.CFO)
    at.radio(key="kind_0").set_value("A fixed amount").run()
    at.text_input(key="fixed").set_value("2000")
    at.button(key="preview").click().run()
    assert "would change** (confidence stays as it is)" in texts(at)
    assert analysed.materiality.history("Acme") == []


def test_a_number_that_is_none_and_a_missing_reason_are_said(analysed, open_page):
    at = open_page("company", Role.CFO)
    at.text_input(key="share").set_value("much")
    at.button(key="save").click().run()
    assert "“much” is no number" in texts(at)
    at.text_input(key="share").set_value("60")
    at.button(key="save").click().run()
    assert "Say why" in texts(at)


def test_every_version_stands_with_who_when_and_why(analysed, open_page):
    analysed.materiality.choose(
        "Acme", Terms(performance_share=Decimal("0.5")), "New lender", 0, a_user(Role.CFO)
    )
    assert "performance 50 % · cfo" in texts(open_page("company", Role.AUDITOR))
