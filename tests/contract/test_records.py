"""The record store, on this machine and in Cosmos DB: exact round trips, one commit an act, what people decided stays."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.adapters.azure.cosmos import Cosmos
from services.adapters.azure.outgoing import CosmosOutgoing
from services.adapters.azure.records import CosmosRecordStore
from services.adapters.azure.telling import CosmosTelling
from services.adapters.local.audit_log import SqliteAuditLog
from services.adapters.local.database import Database
from services.adapters.local.queues import SqliteQueue
from services.adapters.local.records import SqliteRecordStore
from services.domain.audit import AuditEvent
from services.domain.corrections import Correction, FactInForce, StatementInForce
from services.domain.errors import Conflict
from services.domain.ids import ReportId
from services.domain.insights import Insight, InsightStatus, ReasoningChain, Severity
from services.domain.messages import Effects, MessageKind, message
from services.domain.reports import Fact, Progress, ReportStatus, TieOut
from services.domain.reviews import ReviewItem, ReviewStatus
from services.ports import RecordStore
from tests.azure.cosmos import CosmosServer, cosmos_settings
from tests.core_records import (
    ANN,
    NOON,
    Clock,
    a_chain,
    a_correction,
    a_decision,
    a_fact,
    a_fact_in_force,
    a_finding,
    a_gap,
    a_materiality,
    a_report,
    a_review_item,
    a_sign_off,
    a_statement,
    a_statement_in_force,
    a_tie_out,
    an_insight,
)  # fmt: skip

REPORT = a_report()


@dataclass(frozen=True)
class Kept:
    """A store, and what its commits sent: the ids of messages and the actions of audit events."""

    store: RecordStore
    sent: Callable[[], tuple[list[str], list[str]]]


def _local(folder: Path) -> Iterator[Kept]:
    database = Database(folder / "advisor.sqlite3")

    def sent() -> tuple[list[str], list[str]]:
        claimed = SqliteQueue(database).claim(list(SqliteQueue(database).depth()), "w")
        messages = [] if claimed is None else [claimed.message.message_id]
        return messages, [one.event.action for one in SqliteAuditLog(database).entries()]

    yield Kept(SqliteRecordStore(database, Clock()), sent)
    database.close()


def _azure() -> Iterator[Kept]:
    server = CosmosServer()
    cosmos = Cosmos(cosmos_settings(server))

    def sent() -> tuple[list[str], list[str]]:
        messages = [one.message_id for one in CosmosOutgoing(cosmos).pending(100)]
        return messages, [
            one.action for told in CosmosTelling(cosmos).pending(100) for one in told.events
        ]

    yield Kept(CosmosRecordStore(cosmos, Clock()), sent)
    server.stop()


@pytest.fixture(params=["local", "azure"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kept]:
    yield from _local(tmp_path) if request.param == "local" else _azure()


@pytest.fixture
def store(kept: Kept) -> RecordStore:
    return kept.store


def test_every_record_comes_back_as_it_was_written(store: RecordStore):
    insight = an_insight(REPORT)
    one_of_each = (
        a_statement(REPORT), a_fact(REPORT), a_finding(REPORT), a_tie_out(REPORT),
        a_materiality(REPORT), a_gap(REPORT), insight, a_chain(insight), a_review_item(insight),
        a_fact_in_force(REPORT), a_statement_in_force(REPORT),
    )  # fmt: skip
    made = (REPORT, a_decision(insight), a_correction(REPORT), a_sign_off(REPORT))
    store.commit(Effects(creates=made, records=one_of_each))
    rid = REPORT.report_id
    assert store.report(rid) == REPORT
    assert store.statements(rid) == [a_statement(REPORT)]
    assert store.facts(rid) == [a_fact(REPORT)]
    assert store.fact(a_fact(REPORT).fact_id) == a_fact(REPORT)
    assert store.corrections(rid) == [a_correction(REPORT)]
    assert store.facts_in_force(rid) == [a_fact(REPORT)]
    assert store.fact_in_force(a_fact(REPORT).fact_id) == a_fact(REPORT)
    assert store.statements_in_force(rid) == [a_statement(REPORT)]
    assert store.findings(rid) == [a_finding(REPORT)]
    assert store.tie_outs(rid) == [a_tie_out(REPORT)]
    assert store.materiality(rid) == a_materiality(REPORT)
    assert store.not_computable(rid) == [a_gap(REPORT)]
    assert store.insights(rid) == [insight]
    assert store.insight(insight.insight_id) == insight
    assert store.chain(insight.insight_id) == a_chain(insight)
    assert store.review_items() == [a_review_item(insight)]
    assert store.review_item(a_review_item(insight).review_item_id) == a_review_item(insight)
    assert store.decisions(insight.insight_id) == [a_decision(insight)]
    assert store.sign_offs(rid) == [a_sign_off(REPORT)]


def test_what_is_not_there_is_none_or_empty(store: RecordStore):
    nobody = ReportId("report-0")
    assert store.report(nobody) is None
    assert store.reports() == store.facts(nobody) == store.insights() == store.review_items() == []
    assert store.corrections(nobody) == store.facts_in_force(nobody) == []
    assert store.fact_in_force(a_fact(REPORT).fact_id) is None
    assert store.materiality(nobody) is None
    assert store.progress(nobody) is None
    assert store.report_by_sha256("0" * 64) is None
    assert store.latest_named("q3.pdf") is None


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=st.decimals(allow_nan=False, allow_infinity=False, places=6))
def test_an_amount_keeps_every_digit(store: RecordStore, value: Decimal):
    store.commit(Effects(records=(a_fact(REPORT, value=str(value)),)))
    stored = store.facts(REPORT.report_id)[0].value
    assert str(stored) == str(value)


def test_facts_come_in_document_order_and_not_in_the_order_of_their_ids(store: RecordStore):
    facts = [a_fact(REPORT, row=row) for row in (3, 1, 2)]
    store.commit(Effects(records=tuple(facts)))
    assert [fact.row for fact in store.facts(REPORT.report_id)] == [3, 1, 2]


def test_insights_come_worst_first_and_reports_newest_first(store: RecordStore):
    newer = a_report("new.pdf", "b", uploaded_at=NOON.replace(hour=13))
    mild = an_insight(REPORT, "r1", severity=Severity.LOW)
    grave = an_insight(newer, "r2", severity=Severity.CRITICAL)
    middling = an_insight(REPORT, "r3", severity=Severity.HIGH)
    store.commit(Effects(creates=(REPORT, newer), records=(mild, grave, middling)))
    assert store.insights() == [grave, middling, mild]
    assert store.insights(REPORT.report_id) == [middling, mild]
    assert store.reports() == [newer, REPORT]


def test_a_report_is_found_by_its_content_and_its_newest_version_by_its_name(
    store: RecordStore,
):
    second = a_report(content="b", version=2, supersedes=REPORT.report_id)
    store.commit(Effects(creates=(REPORT,)))
    store.commit(Effects(creates=(second,)))
    assert store.report_by_sha256(REPORT.sha256) == REPORT
    assert store.latest_named("q3.pdf") == second


@pytest.mark.parametrize(
    "second",
    [REPORT, a_report("other.pdf"), a_report(content="b")],
    ids=["the same report", "the same bytes", "the same name and version"],
)
def test_a_create_of_what_is_there_is_a_conflict_and_writes_nothing(kept: Kept, second: object):
    store = kept.store
    store.commit(Effects(creates=(REPORT,)))
    event = AuditEvent(actor=ANN.user_id, action="twice", resource="x", at=NOON)
    with pytest.raises(Conflict):
        store.commit(
            Effects(
                creates=(second,),  # type: ignore[arg-type]
                records=(a_fact(REPORT),),
                messages=(message(MessageKind.REPORT_RECEIVED, REPORT.report_id, "run"),),
                audit=(event,),
            )
        )
    assert store.reports() == [REPORT]
    assert store.facts(REPORT.report_id) == []
    assert kept.sent() == ([], [])


def test_replaced_kinds_leave_nothing_stale_and_other_reports_alone(store: RecordStore):
    other = a_report("other.pdf", "b")
    store.commit(Effects(records=(a_fact(REPORT, 1), a_fact(REPORT, 2), a_fact(other, 1))))
    store.commit(Effects(records=(a_fact(REPORT, 2),), replaces=((Fact, REPORT.report_id),)))
    assert store.facts(REPORT.report_id) == [a_fact(REPORT, 2)]
    assert store.facts(other.report_id) == [a_fact(other, 1)]


def test_a_re_run_never_touches_what_a_person_decided(store: RecordStore):
    insight = an_insight(REPORT, status=InsightStatus.IN_REVIEW)
    item = a_review_item(insight)
    approved = insight.model_copy(update={"status": InsightStatus.APPROVED})
    closed = item.model_copy(update={"status": ReviewStatus.APPROVED, "decided_at": NOON})
    store.commit(Effects(records=(insight, a_chain(insight), item)))
    store.commit(Effects(creates=(a_decision(insight),), records=(approved, closed)))
    changed = an_insight(REPORT, text="Something else.", status=InsightStatus.PUBLISHED)
    rid = REPORT.report_id
    store.commit(
        Effects(
            replaces=((Insight, rid), (ReasoningChain, rid), (ReviewItem, rid)),
            records=(changed, a_chain(changed, "rose"), item),
        )
    )
    assert store.insights(rid) == [approved]
    assert store.chain(insight.insight_id) == a_chain(insight)
    assert store.review_items() == [closed]
    assert store.decisions(insight.insight_id) == [a_decision(insight)]


def test_what_a_person_stated_is_never_dropped_nor_overwritten(store: RecordStore):
    first, second = a_correction(REPORT), a_correction(REPORT, 2)
    store.commit(Effects(creates=(first,)))
    store.commit(Effects(creates=(second,)))
    rid = REPORT.report_id
    kinds = (Correction, FactInForce, StatementInForce, Fact)
    changed = first.model_copy(update={"comment": "something else"})
    store.commit(Effects(replaces=tuple((kind, rid) for kind in kinds), records=(changed,)))
    assert store.corrections(rid) == [first, second]


def test_two_corrections_cannot_replace_the_same_one(store: RecordStore):
    store.commit(Effects(creates=(a_correction(REPORT), a_correction(REPORT, 2))))
    rival = a_correction(REPORT, 3).model_copy(
        update={"replaces": a_correction(REPORT).correction_id}
    )
    with pytest.raises(Conflict):
        store.commit(Effects(creates=(rival,)))
    assert len(store.corrections(REPORT.report_id)) == 2


def test_a_re_run_does_replace_what_nobody_decided_on(store: RecordStore):
    insight, gone = an_insight(REPORT), an_insight(REPORT, "gone")
    changed = an_insight(REPORT, text="Something else.")
    store.commit(Effects(records=(insight, a_chain(insight), gone, a_chain(gone))))
    rid = REPORT.report_id
    store.commit(
        Effects(
            replaces=((Insight, rid), (ReasoningChain, rid)),
            records=(changed, a_chain(changed, "rose")),
        )
    )
    assert store.insights(rid) == [changed]
    assert store.chain(insight.insight_id) == a_chain(changed, "rose")
    assert store.chain(gone.insight_id) is None


def test_review_items_are_found_by_status_oldest_first(store: RecordStore):
    early, late = an_insight(REPORT, "r1"), an_insight(REPORT, "r2")
    first = a_review_item(early)
    second = a_review_item(late).model_copy(update={"opened_at": NOON.replace(hour=13)})
    done = a_review_item(an_insight(REPORT, "r3")).model_copy(
        update={"status": ReviewStatus.REJECTED}
    )
    store.commit(Effects(records=(second, first, done)))
    assert store.review_items(ReviewStatus.OPEN) == [first, second]
    assert store.review_items(ReviewStatus.REJECTED) == [done]


def test_a_second_decision_on_the_same_item_is_a_conflict(store: RecordStore):
    insight = an_insight(REPORT)
    store.commit(Effects(creates=(a_decision(insight),)))
    with pytest.raises(Conflict):
        store.commit(Effects(creates=(a_decision(insight),)))


def test_the_last_progress_said_is_the_one_that_counts(store: RecordStore):
    said = Progress(
        report_id=REPORT.report_id, stage="reading", total=9, started_at=NOON, updated_at=NOON
    )
    store.set_progress(said)
    store.set_progress(said.model_copy(update={"done": 4}))
    progress = store.progress(REPORT.report_id)
    assert progress is not None
    assert (progress.done, progress.total) == (4, 9)


def test_a_record_is_updated_in_place(store: RecordStore):
    store.commit(Effects(creates=(REPORT,)))
    read = REPORT.model_copy(update={"status": ReportStatus.READ, "company": "Acme"})
    store.commit(Effects(records=(read,)))
    assert store.reports() == [read]


def test_an_error_inside_a_transaction_leaves_nothing_behind(store: RecordStore):
    with pytest.raises(TypeError, match="AuditEvent"):
        store.commit(
            Effects(
                creates=(REPORT,),
                records=(AuditEvent(actor=ANN.user_id, action="x", resource="x", at=NOON),),
            )
        )
    assert store.reports() == []


def test_two_people_who_sign_at_once_do_not_both_get_the_same_version(store: RecordStore):
    store.commit(Effects(creates=(REPORT, a_sign_off(REPORT))))
    again = a_sign_off(REPORT).model_copy(update={"sign_off_id": "another"})
    with pytest.raises(Conflict):
        store.commit(Effects(creates=(again,)))
    store.commit(Effects(creates=(a_sign_off(REPORT, 2),)))
    assert [one.version for one in store.sign_offs(REPORT.report_id)] == [1, 2]


def test_the_state_of_reports_changes_with_any_of_their_records_and_with_no_other(
    store: RecordStore,
):
    other = a_report("q4.pdf", "b")
    store.commit(Effects(creates=(REPORT, other), records=(a_fact(REPORT),)))
    ids = [REPORT.report_id]
    before = store.state_of(ids)
    store.commit(Effects(records=(a_fact(other), a_tie_out(other))))
    assert store.state_of(ids) == before
    assert store.state_of([REPORT.report_id, other.report_id]) != before
    store.commit(Effects(records=(a_fact(REPORT, value="-1234567890123456789.02"),)))
    changed = store.state_of(ids)
    assert changed != before
    store.commit(Effects(records=(a_tie_out(REPORT),)))
    assert store.state_of(ids) != changed
    store.commit(Effects(records=(a_fact(REPORT),), replaces=((TieOut, REPORT.report_id),)))
    assert store.state_of(ids) == before
