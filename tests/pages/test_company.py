"""The Companies page: materiality with its versions, what applies, peers, reports."""

from decimal import Decimal

import pytest

from services.domain.messages import Effects, MessageKind, message
from services.domain.reports import ReportStatus
from services.domain.users import Role
from services.materiality import Terms
from services.pipeline.handlers import analyse_report, context_of
from tests.pages.conftest import texts
from tests.unit.statement_builder import manufacturer, report
from tests.unit.test_access import a_user

HALF = Terms(performance_share=Decimal("0.5"))


def captions(at):
    return [one.value for one in at.caption]


@pytest.fixture
def analysed(store):
    statements, facts = manufacturer()
    shown = report(status=ReportStatus.ANALYSED, company="Acme", period_end="2018-12-31")
    records = store.ports.records
    records.commit(Effects(records=(shown, *statements, *facts)))
    incoming = message(MessageKind.FACTS_EXTRACTED, shown.report_id, "run-1")
    records.commit(analyse_report(incoming, context_of(store)))
    return store


def test_without_a_report_the_page_says_when_a_company_appears(store, open_page):
    assert "No company yet" in texts(open_page("company", Role.CFO))


def test_what_applies_and_how_many_peers_are_missing_is_said(analysed, open_page):
    at = open_page("company", Role.ANALYST)
    words = texts(at)
    told = at.table[0].value
    assert told["Verdict"].unique().tolist() == [":green-badge[applies]"]
    assert "the variant for a manufacturer (Z′)" in told["Why"].to_list()
    assert "Industry, trade and services" in words
    assert "4 more companies needed" in words
    assert "Nobody has changed it: the proposal stands." in words


def test_an_analyst_sees_materiality_and_cannot_change_it(analysed, open_page):
    at = open_page("company", Role.ANALYST)
    assert [button for button in at.button if button.key == "save"] == []


def test_a_cfo_sets_a_fixed_amount_with_a_reason_and_takes_it_back(analysed, open_page):
    at = open_page("company", Role.CFO)
    at.radio(key="kind_0").set_value("Amounts").run()
    at.text_input(key="fixed_0").set_value("20")
    at.text_input(key="reason_0").set_value("Covenant headroom")
    at.button(key="save").click().run()
    assert not at.exception
    assert "Saved." in texts(at)
    (choice,) = analysed.materiality.history("Acme")
    assert (choice.fixed, choice.comment) == (Decimal(20_000_000), "Covenant headroom")
    assert at.table[0].value["Sets"].to_list() == ["overall 20,000,000"]
    assert (at.metric[0].value, captions(at)[1]) == ("USD 20 m", "proposed: USD 350 m")
    assert "being analysed again" in texts(at)
    at.button(key="undo_materiality").click().run()
    assert analysed.materiality.history("Acme")[-1].withdrawn
    assert at.metric[0].value == "USD 350 m"


def test_undo_sets_the_version_before_again_as_a_new_one(analysed, open_page):
    cfo = a_user(Role.CFO)
    analysed.materiality.choose("Acme", HALF, "New lender", 0, cfo)
    analysed.materiality.choose("Acme", Terms(fixed=Decimal(5_000_000)), "Board", 1, cfo)
    at = open_page("company", Role.CFO)
    assert at.button(key="undo_materiality").label == "Undo: performance 50 %"
    at.button(key="undo_materiality").click().run()
    last = analysed.materiality.history("Acme")[-1]
    assert (last.version, last.performance_share, last.fixed) == (3, Decimal("0.5"), None)
    assert last.comment == "Undo of version 2: as version 1 again"


def test_of_two_people_editing_the_second_is_told_and_keeps_what_they_typed(analysed, open_page):
    at = open_page("company", Role.CFO)
    at.text_input(key="share_0").set_value("60")
    at.text_input(key="reason_0").set_value("Mine")
    analysed.materiality.choose("Acme", HALF, "Theirs", 0, a_user(Role.REVIEWER))
    at.button(key="save").click().run()
    (error,) = [one.value for one in at.error]
    assert error.startswith(
        "reviewer set version 1 meanwhile (performance 50 %). Nothing was saved"
    )
    assert [one.comment for one in analysed.materiality.history("Acme")] == ["Theirs"]
    at.button(key="save").click().run()
    assert [one.comment for one in analysed.materiality.history("Acme")] == ["Theirs", "Mine"]


def test_an_undo_of_what_somebody_else_replaced_meanwhile_is_a_conflict(analysed, open_page):
    cfo = a_user(Role.CFO)
    analysed.materiality.choose("Acme", HALF, "New lender", 0, cfo)
    at = open_page("company", Role.CFO)
    analysed.materiality.choose("Acme", Terms(fixed=Decimal(5_000_000)), "Board", 1, cfo)
    at.button(key="undo_materiality").click().run()
    assert "set version 2 meanwhile" in texts(at)
    assert len(analysed.materiality.history("Acme")) == 2


def test_a_link_to_a_company_opens_it(analysed, open_page):
    other = report(status=ReportStatus.ANALYSED, company="Zenith", period_end="2018-12-31")
    other = other.model_copy(update={"report_id": "report-2", "sha256": "2", "name": "z.pdf"})
    analysed.ports.records.commit(Effects(records=(other,)))
    at = open_page("company", Role.ANALYST, company="zenith")
    assert at.selectbox[0].value == 1
    assert at.selectbox[0].options == ["Acme", "Zenith"]


def test_what_would_change_is_shown_before_saving(analysed, open_page):
    at = open_page("company", Role.CFO)
    at.radio(key="kind_0").set_value("Amounts").run()
    at.text_input(key="fixed_0").set_value("2000")
    at.button(key="preview").click().run()
    assert "would change** (confidence stays as it is)" in texts(at)
    assert analysed.materiality.history("Acme") == []


def test_a_number_that_is_none_and_a_missing_reason_are_said(analysed, open_page):
    at = open_page("company", Role.CFO)
    at.text_input(key="share_0").set_value("much")
    at.button(key="save").click().run()
    assert "“much” is no number" in texts(at)
    at.text_input(key="share_0").set_value("60")
    at.button(key="save").click().run()
    assert "Say why" in texts(at)


def test_every_version_stands_with_who_when_and_why(analysed, open_page):
    analysed.materiality.choose("Acme", HALF, "New lender", 0, a_user(Role.CFO))
    at = open_page("company", Role.AUDITOR)
    (row,) = at.table[0].value.to_dict("records")
    assert (row["Version"], row["Sets"], row["Who"]) == ("1", "performance 50 %", "cfo")
    assert row["When"].endswith("UTC")
    assert [button for button in at.button if button.key == "undo_materiality"] == []
