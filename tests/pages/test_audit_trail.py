"""The Audit trail page: search, what a verification says, the bundle, and the address of an act."""

import sqlite3
from datetime import date

import pytest

from services.domain.audit import AuditEvent, RequestEvent
from services.domain.ids import UserId
from services.domain.users import Role
from tests.factories import NOW
from tests.pages.conftest import texts


@pytest.fixture
def acts(store):
    """Three acts of two people on two days."""
    for number, (who, what) in enumerate(
        [("ana", "report_uploaded"), ("rev", "insight_approved"), ("ana", "fact_corrected")], 1
    ):
        store.ports.audit.append(
            AuditEvent(
                actor=UserId(who), action=what, resource=f"report-{number}",
                at=NOW.replace(day=10 + number // 3), ip_address="192.0.2.7",
            )
        )  # fmt: skip
    return store


def numbers(at):
    """The places of the shown acts among those of the test."""
    resources = at.dataframe[0].value["On"].tolist()
    return [int(one.removeprefix("report-")) for one in resources if one.startswith("report-")]


def test_entries_are_searched_by_person_act_object_and_days(acts, open_page):
    at = open_page("audit", Role.AUDITOR)
    assert numbers(at) == [3, 2, 1]
    shown = at.dataframe[0].value
    assert set(shown[shown["On"].str.startswith("report-")]["From"]) == {"192.0.2.7"}
    at.text_input(key="who").set_value("ana").run()
    assert numbers(at) == [3, 1]
    at.text_input(key="what").set_value("Report uploaded").run()
    assert numbers(at) == [1]
    at.text_input(key="who").set_value("").run()
    at.text_input(key="what").set_value("").run()
    at.text_input(key="on").set_value("report-2").run()
    assert numbers(at) == [2]
    at.text_input(key="on").set_value("").run()
    at.date_input(key="until").set_value(date(NOW.year, NOW.month, 10)).run()
    assert numbers(at) == [2, 1]
    at.date_input(key="since").set_value(date(NOW.year, NOW.month, 11)).run()
    assert "No entry matches" in texts(at)


def test_a_long_trail_is_turned_page_by_page_and_a_new_search_begins_at_the_newest(acts, open_page):
    def an_act(number):
        return AuditEvent(
            actor=UserId("ana"), action="report_read", resource="r", at=NOW.replace(day=20, microsecond=number)
        )  # fmt: skip

    acts.ports.audit.witness([RequestEvent(an_act(number)) for number in range(400)], NOW)
    first = acts.ports.audit.entries("r", limit=400)[-1].seq
    at = open_page("audit", Role.AUDITOR)
    at.text_input(key="who").set_value("ana").run()

    def shown():
        return [one - first for one in at.dataframe[0].value["No."].tolist()]

    assert shown() == list(range(399, 199, -1))
    assert [one.key for one in at.button if one.key in {"newer", "older"}] == ["older"]
    at.button(key="older").click().run()
    assert shown() == list(range(199, -1, -1))
    at.button(key="older").click().run()
    assert numbers(at) == [3, 1]
    assert "Page 3: 2 entries" in texts(at)
    assert [one.key for one in at.button if one.key in {"newer", "older"}] == ["newer"]
    at.button(key="newer").click().run()
    assert shown()[0] == 199
    at.text_input(key="who").set_value("rev").run()
    assert numbers(at) == [2]


def test_a_verification_shows_the_checkpoints(acts, open_page):
    at = open_page("audit", Role.AUDITOR)
    at.button(key="verify").click().run()
    entries = acts.ports.audit.entries(limit=1)[0].seq
    assert f"every hash holds ({entries} entries, 2 checkpoints)" in at.success[0].value
    # One when the page's process began, one now; in between this page was opened.
    assert [int(one) for one in at.table[0].value["Entry"]] == [entries, entries - 1]


def test_a_broken_trail_is_told_with_its_entry_and_kind(acts, open_page, tmp_path):
    with sqlite3.connect(tmp_path / "data" / "advisor.sqlite3") as raw:
        raw.execute("DROP TRIGGER audit_entries_never_change")
        raw.execute("UPDATE audit_entries SET event = replace(event, 'rev', 'eve') WHERE seq = 2")
    raw.close()
    at = open_page("audit", Role.AUDITOR)
    at.button(key="verify").click().run()
    assert "broken at entry 2 (changed)" in at.error[0].value


def test_the_bundle_is_made_on_demand_by_an_act_from_this_machine(acts, open_page):
    at = open_page("audit", Role.AUDITOR)
    assert not at.get("download_button")
    at.button(key="bundle").click().run()
    assert not at.exception
    assert at.get("download_button")
    event = acts.ports.audit.entries(limit=1)[0].event
    assert (event.action, event.actor, event.ip_address) == (
        "audit_exported", "demo-auditor", "127.0.0.1",
    )  # fmt: skip
