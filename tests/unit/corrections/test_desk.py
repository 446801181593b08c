"""Taking what people state: who may, what is refused with which words, and what the trail keeps."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from services.adapters.local.audit_log import SqliteAuditLog
from services.adapters.local.database import Database
from services.adapters.local.queues import SqliteQueue
from services.adapters.local.records import SqliteRecordStore
from services.corrections.claims import MAX_COMMENT, MAX_LABEL
from services.corrections.desk import CorrectionDesk
from services.corrections.facts import FactDesk
from services.domain.concepts import Unit
from services.domain.corrections import Claim
from services.domain.errors import Conflict, Forbidden, InvalidInput, NotFound
from services.domain.ids import CorrectionId, FactId, ReportId, UserId
from services.domain.messages import Effects, MessageKind, Queue
from services.domain.periods import Period
from services.domain.provenance import Box
from services.domain.reports import ReportFormat, ReportStatus
from services.domain.users import Role, User
from tests.corrections import a_claim, a_place
from tests.factories import ANALYST, AUDITOR, CFO, NOW, REVIEWER, a_fact, a_report, year_end

REPORT = a_report(page_count=9)
REVENUE = a_fact("revenue", 2025, 120_000_000)
DERIVED = a_fact("gross_profit", 2025, 50_000_000, derived_from=(REVENUE.fact_id,))
MISSED = a_claim(REVENUE, label="Other income", concept=None, source=a_place(Box(1, 1, 9, 9)))
ADMIN = User(user_id=UserId("adm"), name="Adam Admin", role=Role.ADMIN)


def corrected(millions: int = 125, **changes: object) -> Claim:
    amount = {"value": Decimal(millions * 1_000_000), "printed_value": Decimal(millions)}
    return a_claim(REVENUE, **{**amount, **changes})


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path / "advisor.sqlite3")


@pytest.fixture
def records(database: Database) -> SqliteRecordStore:
    store = SqliteRecordStore(database)
    store.commit(Effects(records=(REPORT, REVENUE, DERIVED)))
    return store


@pytest.fixture
def desk(records: SqliteRecordStore) -> CorrectionDesk:
    return CorrectionDesk(records, clock=lambda: NOW)


def test_a_correction_is_kept_beside_what_the_machine_read(desk, records):
    made = desk.add(corrected(), "  a digit was misread ", None, ANALYST)
    assert records.corrections(REPORT.report_id) == [made]
    assert records.facts(REPORT.report_id) == [REVENUE, DERIVED]
    assert made.machine is not None
    assert (made.kind, made.comment, made.machine.value) == (
        "corrected",
        "a digit was misread",
        120_000_000,
    )


def test_the_report_is_worked_through_again(desk, database):
    made = desk.add(corrected(), "", None, ANALYST)
    delivery = SqliteQueue(database).claim((Queue.ANALYSIS,), "w")
    assert delivery is not None
    assert (delivery.message.kind, delivery.message.report_id) == (
        MessageKind.FACTS_EXTRACTED,
        REPORT.report_id,
    )
    assert delivery.message.correlation_id == made.correction_id


def test_the_trail_says_who_changed_what_from_what_to_what(desk, database):
    desk.add(corrected(), "misread", None, ANALYST)
    event = SqliteAuditLog(database).entries()[0].event
    assert (event.actor, event.action, event.resource) == (
        "ana",
        "fact_corrected",
        REPORT.report_id,
    )
    assert event.detail["place"] == "page 5"
    assert event.detail["before"] == "120,000,000 USD · USD · revenue · Year to Dec 31, 2025"
    assert event.detail["after"] == "125,000,000 USD · USD · revenue · Year to Dec 31, 2025"
    assert event.detail["comment"] == "misread"


def test_a_missed_number_has_nothing_before_it(desk, database):
    assert desk.add(MISSED, "", None, REVIEWER).kind == "added"
    event = SqliteAuditLog(database).entries()[0].event
    assert (event.action, event.detail["before"]) == ("fact_added", "no number read")


def test_confirming_states_what_the_machine_read(desk, records):
    made = desk.confirm(REVENUE.fact_id, "", REVIEWER)
    assert (made.kind, made.claim.value) == ("confirmed", 120_000_000)
    fact, _ = FactDesk(records).facts(REPORT.report_id)
    assert fact.correction is not None
    assert fact.correction.kind == "confirmed"


def test_withdrawing_is_a_record_of_its_own_and_lets_the_machine_count_again(
    desk, records, database
):
    made = desk.add(corrected(), "", None, ANALYST)
    back = desk.withdraw(REPORT.report_id, made.correction_id, "my mistake", REVIEWER)
    assert records.corrections(REPORT.report_id) == [made, back]
    assert (back.withdrawn, back.replaces, back.made_by) == (True, made.correction_id, "rev")
    assert FactDesk(records).facts(REPORT.report_id) == [REVENUE, DERIVED]
    event = SqliteAuditLog(database).entries()[0].event
    assert event.action == "correction_withdrawn"
    assert event.detail["before"].startswith("125,000,000")
    assert event.detail["after"].startswith("120,000,000")


def test_what_was_withdrawn_can_be_stated_or_confirmed_again(desk, records):
    made = desk.add(corrected(), "", None, ANALYST)
    back = desk.withdraw(REPORT.report_id, made.correction_id, "", ANALYST)
    again = desk.add(corrected(), "", back.correction_id, ANALYST)
    assert again.replaces == back.correction_id
    desk.withdraw(REPORT.report_id, again.correction_id, "", ANALYST)
    assert desk.confirm(REVENUE.fact_id, "", ANALYST).kind == "confirmed"


@pytest.mark.parametrize("actor", [CFO, AUDITOR, ADMIN], ids=lambda a: a.role.value)
def test_only_analysts_and_reviewers_correct(desk, records, actor):
    made = desk.add(corrected(), "", None, ANALYST)
    for act in (
        lambda: desk.add(MISSED, "", None, actor),
        lambda: desk.confirm(REVENUE.fact_id, "", actor),
        lambda: desk.withdraw(REPORT.report_id, made.correction_id, "", actor),
    ):
        with pytest.raises(Forbidden, match="may not correct numbers"):
            act()
    assert records.corrections(REPORT.report_id) == [made]


def test_somebody_elses_correction_meanwhile_is_a_conflict_and_stays(desk, records):
    made = desk.add(corrected(125), "", None, REVIEWER)
    with pytest.raises(Conflict, match="Rita Reviewer corrected this number meanwhile"):
        desk.add(corrected(126), "", None, ANALYST)
    with pytest.raises(Conflict, match="Rita Reviewer corrected"):
        desk.confirm(REVENUE.fact_id, "", ANALYST)
    later = desk.add(corrected(126), "", made.correction_id, ANALYST)
    with pytest.raises(Conflict, match="Ana Analyst corrected"):
        desk.withdraw(REPORT.report_id, made.correction_id, "", REVIEWER)
    assert records.corrections(REPORT.report_id) == [made, later]


def test_two_people_at_the_same_moment_cannot_both_win(desk, records, monkeypatch):
    first = desk.add(corrected(125), "", None, REVIEWER)
    for seen, stale in ((None, []), (first.correction_id, [first])):
        monkeypatch.setattr(records, "corrections", lambda _id, stale=stale: list(stale))
        if stale:
            desk.add(corrected(126), "", seen, REVIEWER)
        with pytest.raises(Conflict, match="at the same moment"):
            desk.add(corrected(127), "", seen, ANALYST)
    monkeypatch.undo()
    assert [c.claim.value for c in records.corrections(REPORT.report_id)] == [125e6, 126e6]


def test_a_correction_somebody_saw_that_is_not_there_is_a_conflict(desk, records):
    with pytest.raises(Conflict, match="has changed; reload the page"):
        desk.add(corrected(), "", CorrectionId("elsewhere"), ANALYST)
    assert records.corrections(REPORT.report_id) == []


def test_a_withdrawal_is_not_withdrawn_again(desk):
    made = desk.add(corrected(), "", None, ANALYST)
    desk.withdraw(REPORT.report_id, made.correction_id, "", ANALYST)
    with pytest.raises(Conflict, match="withdrew a correction here"):
        desk.withdraw(REPORT.report_id, made.correction_id, "", ANALYST)
    with pytest.raises(Conflict, match="withdrew a correction here"):
        desk.add(corrected(), "", made.correction_id, REVIEWER)


def test_what_does_not_exist_is_said_not_to_exist(desk):
    with pytest.raises(NotFound, match="no such correction"):
        desk.withdraw(REPORT.report_id, CorrectionId("none"), "", ANALYST)
    with pytest.raises(NotFound, match="no longer stored"):
        desk.confirm(FactId("none"), "", ANALYST)
    elsewhere = corrected(source=a_place(report_id=ReportId("none")))
    with pytest.raises(NotFound, match="report does not exist"):
        desk.add(elsewhere, "", None, ANALYST)


def test_a_computed_number_is_not_confirmed(desk):
    with pytest.raises(InvalidInput, match="computed"):
        desk.confirm(DERIVED.fact_id, "", ANALYST)


@pytest.mark.parametrize(
    "status", [ReportStatus.RECEIVED, ReportStatus.READING, ReportStatus.FAILED]
)
def test_a_report_that_is_not_read_takes_no_corrections(desk, records, status):
    records.commit(Effects(records=(REPORT.model_copy(update={"status": status}),)))
    with pytest.raises(Conflict, match="not read"):
        desk.add(corrected(), "", None, ANALYST)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"label": "  "}, "its label is empty"),
        ({"label": "x" * (MAX_LABEL + 1)}, "at most 300 characters; yours has 301"),
        ({"source": a_place(page=10)}, "The report has 9 pages; there is no page 10."),
        ({"source": a_place(page=0)}, "there is no page 0"),
        ({"source": a_place().model_copy(update={"boxes": ()})}, "Point at the number"),
        ({"value": Decimal(1)}, "not the printed number times its scale"),
        ({"scale": 0, "value": Decimal(0)}, "The scale is 1 or more"),
        ({"concept": "profitability"}, "“profitability” is not one of the standard concepts"),
        ({"period": year_end(2025)}, "Revenue is of a stretch of time"),
        ({"concept": "total_assets"}, "Total assets is a balance at a date"),
        ({"unit": Unit.SHARES}, "Revenue counts USD, not shares"),
    ],
)
def test_a_claim_that_cannot_hold_is_refused_with_what_to_mend(desk, records, changes, sentence):
    with pytest.raises(InvalidInput, match=sentence):
        desk.add(corrected(**changes), "", None, ANALYST)
    assert records.corrections(REPORT.report_id) == []


def test_a_reversed_sign_is_a_value_too(desk):
    claim = corrected(125, concept="capex", value=Decimal(125_000_000), printed_value=Decimal(-125))
    assert desk.add(claim, "", None, ANALYST).claim.value == 125_000_000


def test_a_comment_is_refused_and_not_cut(desk, records):
    with pytest.raises(InvalidInput, match="2,001"):
        desk.add(corrected(), "x" * (MAX_COMMENT + 1), None, ANALYST)
    assert records.corrections(REPORT.report_id) == []


def test_a_number_of_a_workbook_needs_a_cell(desk, records):
    workbook = a_report("budget.xlsx", format=ReportFormat.XLSX)
    records.commit(Effects(records=(workbook,)))
    place = a_place(report_id=workbook.report_id, page=None, sheet="P&L", cell="B34")
    for cell in (None, "B34:C35"):
        with pytest.raises(InvalidInput, match="Choose the cell"):
            desk.add(corrected(source=place.model_copy(update={"cell": cell})), "", None, ANALYST)
    assert desk.add(corrected(source=place), "", None, ANALYST).claim.source.place == "P&L!B34"


def test_a_balance_has_a_date(desk):
    balance = corrected(concept="total_assets", period=Period(end=date(2025, 12, 31)))
    assert desk.add(balance, "", None, ANALYST).claim.period == year_end(2025)
