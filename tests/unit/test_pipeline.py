"""The pipeline: each stage happens wholly or not at all, faults end in a sentence, people's decisions stay."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.adapters.local.audit_log import SqliteAuditLog
from services.adapters.local.blobs import FileBlobStore
from services.adapters.local.database import Database
from services.adapters.local.queues import SqliteQueue
from services.adapters.local.records import SqliteRecordStore
from services.analysis.service import Analysis, analyse
from services.analysis.templates import Templates
from services.domain.errors import Unavailable, UnreadableDocument
from services.domain.insights import Insight, InsightStatus, Route
from services.domain.messages import Effects, Message, MessageKind, Queue, message
from services.domain.reports import Report, ReportFormat, ReportStatus, TextCue
from services.domain.reviews import ReviewItem, ReviewKind, ReviewStatus, Verdict
from services.extraction.service import Extraction
from services.intake import Intake
from services.pipeline.delivery import backoff_seconds, handle
from services.pipeline.handlers import HANDLERS, Context, keep_requests
from services.ports import Delivery, DocumentReader, PageRenderer, Ports
from services.review import ReviewDesk
from tests.core_records import (
    ANN,
    NOON,
    RAY,
    Clock,
    a_chain,
    a_fact,
    a_finding,
    a_gap,
    a_materiality,
    a_report,
    a_review_item,
    a_statement,
    a_tie_out,
    an_insight,
)
from tests.unit.analysis.contexts import shipped_templates

PDF = b"%PDF-1.7\n"


class OpensAll:
    """A layout reader whose documents are never looked into here."""

    @contextmanager
    def open(self, data: bytes, format: ReportFormat) -> Iterator[DocumentReader]:
        yield cast("DocumentReader", data)


def extract_one(
    document: object, report: Report, on_page: Callable[[int, int], None]
) -> Extraction:
    """An extraction that finds one fact of Acme."""
    on_page(1, 1)
    end = "2024-12-31" if b"2024" in cast("bytes", document) else "2025-12-31"
    return Extraction(
        report=report.model_copy(update={"company": "Acme", "period_end": end, "page_count": 1}),
        statements=(a_statement(report),),
        facts=(a_fact(report),),
        findings=(a_finding(report),),
        tie_outs=(a_tie_out(report),),
    )


def extract_nothing(document: object, report: Report, on_page: object) -> Extraction:
    return Extraction(report=report, statements=(), facts=(), findings=(), tie_outs=())


def three_insights(report: Report) -> tuple[Insight, Insight, Insight]:
    """One for the CFO, one for the analyst, one for review."""
    return (
        an_insight(report, "sure", route=Route.CFO, status=InsightStatus.PUBLISHED),
        an_insight(report, "so-so", route=Route.ANALYST, status=InsightStatus.OPEN),
        an_insight(report, "unsure", route=Route.REVIEW, status=InsightStatus.IN_REVIEW),
    )


class Analyst:
    """An analysis that returns three insights and remembers what history it was given."""

    def __init__(self) -> None:
        self.history: list[int] = []

    def __call__(self, report: Report, *rest: object, **_: object) -> Analysis:
        self.history.append(len(cast("list[object]", rest[3])))
        insights = three_insights(report)
        return an_analysis(report, insights)


def an_analysis(report: Report, insights: tuple[Insight, ...]) -> Analysis:
    return Analysis(
        insights=insights,
        chains=tuple(a_chain(insight) for insight in insights),
        materiality=a_materiality(report),
        not_computable=(a_gap(report),),
        metrics=(),
    )


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def context(tmp_path: Path, clock: Clock) -> Iterator[Context]:
    database = Database(tmp_path / "advisor.sqlite3")
    ports = Ports(
        blobs=FileBlobStore(tmp_path / "documents"),
        records=SqliteRecordStore(database, clock),
        queue=SqliteQueue(database, 30, clock),
        audit=SqliteAuditLog(database),
        layout=OpensAll(),
        renderer=cast("PageRenderer", None),
    )
    yield Context(
        ports=ports,
        templates=Templates(version="t", sha256="0", sentences={}),
        extract=extract_one,
        analyse=Analyst(),
        clock=clock,
        max_delivery=3,
    )
    database.close()


def upload(context: Context, name: str = "q3.pdf", data: bytes = PDF) -> Report:
    return Intake(context.ports, clock=context.clock).accept(name, data, ANN).report


def claim(context: Context) -> Delivery | None:
    return context.ports.queue.claim(tuple(Queue), "w")


def run_all(context: Context) -> list[MessageKind]:
    """Handle everything that is waiting; return the kinds in order."""
    kinds = []
    while (delivery := claim(context)) is not None:
        kinds.append(delivery.message.kind)
        handle(delivery, context)
    return kinds


def actions(context: Context) -> list[str]:
    return [entry.event.action for entry in reversed(context.ports.audit.entries())]


def test_a_report_goes_its_whole_way(context: Context):
    report = upload(context)
    assert run_all(context) == list(MessageKind)
    records = context.ports.records
    stored = records.report(report.report_id)
    assert stored is not None
    assert (stored.status, stored.company, stored.page_count) == (ReportStatus.ANALYSED, "Acme", 1)
    assert records.facts(report.report_id) == [a_fact(report)]
    assert records.statements(report.report_id) == [a_statement(report)]
    assert records.findings(report.report_id) == [a_finding(report)]
    assert records.tie_outs(report.report_id) == [a_tie_out(report)]
    assert records.materiality(report.report_id) == a_materiality(report)
    assert records.not_computable(report.report_id) == [a_gap(report)]
    assert records.insights(report.report_id) == list(three_insights(report))
    sure, _, unsure = three_insights(report)
    audited, item = sorted(records.review_items(), key=lambda one: one.kind)
    assert (item.insight_id, item.status) == (unsure.insight_id, ReviewStatus.OPEN)
    assert (audited.insight_id, audited.kind) == (sure.insight_id, ReviewKind.AUDIT_SAMPLE)
    assert records.chain(unsure.insight_id) == a_chain(unsure)
    assert actions(context) == [
        "report_received", "report_read", "report_analysed", "summary_updated", "audit_sample_drawn",
        "review_opened",
    ]  # fmt: skip
    assert context.ports.audit.verify() is None
    assert sum(context.ports.queue.depth().values()) == 0


def test_every_message_kind_has_its_handler():
    assert set(HANDLERS) == set(MessageKind)


def test_handling_the_same_message_twice_changes_nothing(context: Context):
    """A crash between a commit and its answer makes a worker do a stage again."""
    report = upload(context)
    run_all(context)
    before = context.ports.records.insights()
    for kind in MessageKind:
        ids = tuple(insight.insight_id for insight in before)
        again = message(kind, report.report_id, f"again-{kind}", ids)
        context.ports.records.commit(Effects(messages=(again,)))
    run_all(context)
    records = context.ports.records
    assert [i.insight_id for i in records.insights()] == [i.insight_id for i in before]
    assert len(records.facts(report.report_id)) == 1
    assert {item.insight_id for item in records.review_items()} <= {i.insight_id for i in before}


def test_a_document_at_fault_fails_at_once_with_its_sentence(context: Context):
    def damaged(*_: object) -> Extraction:
        raise UnreadableDocument("Page 3 is damaged.", "malformed")

    report = upload(context)
    assert run_all(replace(context, extract=damaged)) == [MessageKind.REPORT_RECEIVED]
    stored = context.ports.records.report(report.report_id)
    assert stored is not None
    assert (stored.status, stored.error) == (ReportStatus.FAILED, "Page 3 is damaged.")
    assert context.ports.queue.dead_letters() == []
    assert context.ports.audit.entries()[0].event.result == "malformed"


def test_a_missing_document_fails_and_is_not_tried_again(context: Context):
    report = upload(context)
    context.ports.blobs.delete(report.blob_key)
    run_all(context)
    stored = context.ports.records.report(report.report_id)
    assert stored is not None
    assert (stored.status, stored.error) == (ReportStatus.FAILED, "The stored document is missing.")


def test_a_document_without_statements_ends_as_such_and_says_so(context: Context):
    report = upload(context)
    assert run_all(replace(context, extract=extract_nothing)) == [MessageKind.REPORT_RECEIVED]
    stored = context.ports.records.report(report.report_id)
    assert stored is not None
    assert stored.status is ReportStatus.NO_STATEMENTS
    (finding,) = context.ports.records.findings(report.report_id)
    assert "No income statement" in finding.sentence


def test_a_document_without_statements_that_asserts_something_grave_is_analysed(context: Context):
    def only_words(document: object, report: Report, on_page: object) -> Extraction:
        doubt = TextCue(kind="going_concern", quote="Doubt exists.", page=2)
        asserting = report.model_copy(update={"cues": (doubt,), "period_end": "2025-03-01"})
        return Extraction(report=asserting, statements=(), facts=(), findings=(), tie_outs=())

    report = upload(context)
    run_all(replace(context, extract=only_words, analyse=analyse, templates=shipped_templates()))
    (insight,) = context.ports.records.insights(report.report_id)
    assert (insight.rule_id, insight.quotes[0].text) == ("K11", "Doubt exists.")
    assert insight.period.label == "Mar 1, 2025"
    stored = context.ports.records.report(report.report_id)
    assert stored is not None
    assert stored.status is ReportStatus.NO_STATEMENTS


@pytest.mark.parametrize("error", [Unavailable("Busy."), RuntimeError("a mistake of ours")])
def test_what_may_pass_is_tried_again_later_and_then_given_up(
    context: Context, clock: Clock, error: Exception
):
    tries: list[float] = []

    def failing(*_: object) -> Extraction:
        tries.append(clock.now.timestamp())
        raise error

    report = upload(context)
    broken = replace(context, extract=failing)
    for _ in range(100):
        run_all(broken)
        clock.forward(1)
    waits = [later - earlier for earlier, later in pairwise(tries)]
    assert len(tries) == 3
    assert 2 <= waits[0] <= 5
    assert 4 <= waits[1] <= 9
    (letter,) = context.ports.queue.dead_letters()
    assert letter.message.kind is MessageKind.REPORT_RECEIVED
    stored = context.ports.records.report(report.report_id)
    assert stored is not None
    assert stored.status is ReportStatus.FAILED
    assert stored.error is not None
    assert "it was tried 3 times" in stored.error
    assert sum(context.ports.queue.depth().values()) == 0


def test_a_failed_try_that_succeeds_later_leaves_a_whole_report(context: Context, clock: Clock):
    tries: list[int] = []

    def second_time_lucky(*arguments: object) -> Extraction:
        tries.append(1)
        if len(tries) == 1:
            raise Unavailable("Busy.")
        return extract_one(*arguments)  # type: ignore[arg-type]

    upload(context)
    lucky = replace(context, extract=second_time_lucky)
    run_all(lucky)
    clock.forward(10)
    assert run_all(lucky) == list(MessageKind)
    assert len(context.ports.records.insights()) == 3


def test_a_message_that_ends_its_workers_is_given_up(context: Context, clock: Clock):
    report = upload(context)
    for _ in range(3):
        assert claim(context) is not None
        clock.forward(31)
    run_all(context)
    (letter,) = context.ports.queue.dead_letters()
    assert letter.reason == "worker-lost"
    stored = context.ports.records.report(report.report_id)
    assert stored is not None
    assert stored.status is ReportStatus.FAILED


def test_a_worker_that_lost_its_lease_writes_nothing(context: Context, clock: Clock):
    upload(context)
    slow = claim(context)
    assert slow is not None
    clock.forward(31)
    fast = claim(context)
    assert fast is not None
    handle(slow, context)
    assert actions(context) == ["report_received"]
    handle(fast, context)
    assert actions(context) == ["report_received", "report_read"]


def routed_items(context: Context) -> list[ReviewItem]:
    """What waits because it was sent to review, without what was drawn for an audit."""
    items = context.ports.records.review_items()
    return [item for item in items if item.kind is ReviewKind.ROUTED]


def test_a_decision_survives_every_re_run(context: Context):
    report = upload(context)
    run_all(context)
    (item,) = routed_items(context)
    desk = ReviewDesk(context.ports.records, context.clock)
    desk.decide(item.review_item_id, Verdict.APPROVE, "seen on page 4", RAY)
    for kind in (MessageKind.REPORT_RECEIVED, MessageKind.FACTS_EXTRACTED):
        context.ports.records.commit(Effects(messages=(message(kind, report.report_id, "re-run"),)))
    run_all(context)
    stored = context.ports.records.insight(item.insight_id)
    assert stored is not None
    assert stored.status is InsightStatus.APPROVED
    (after,) = routed_items(context)
    assert after.status is ReviewStatus.APPROVED
    assert len(context.ports.records.decisions(item.insight_id)) == 1


def test_an_analysts_request_for_review_survives_a_re_run(context: Context):
    report = upload(context)
    run_all(context)
    so_so = three_insights(report)[1]
    item = ReviewDesk(context.ports.records, context.clock).request(so_so.insight_id, "", ANN)
    again = message(MessageKind.FACTS_EXTRACTED, report.report_id, "re-run")
    context.ports.records.commit(Effects(messages=(again,)))
    run_all(context)
    stored = context.ports.records.insight(so_so.insight_id)
    assert stored is not None
    assert stored.status is InsightStatus.IN_REVIEW
    assert context.ports.records.review_item(item.review_item_id) == item


def test_insights_nobody_finds_any_more_are_gone_with_their_chains_and_items(context: Context):
    report = upload(context)
    run_all(context)
    unsure = three_insights(report)[2]

    def only_the_sure_one(report: Report, *_: object, **__: object) -> Analysis:
        return an_analysis(report, three_insights(report)[:1])

    again = message(MessageKind.FACTS_EXTRACTED, report.report_id, "re-run")
    context.ports.records.commit(Effects(messages=(again,)))
    run_all(replace(context, analyse=only_the_sure_one))
    assert [i.rule_id for i in context.ports.records.insights()] == ["sure"]
    assert context.ports.records.chain(unsure.insight_id) is None
    assert routed_items(context) == []
    (audited,) = context.ports.records.review_items()
    assert audited.insight_id == three_insights(report)[0].insight_id


@pytest.mark.parametrize("order", [("2024", "2025"), ("2025", "2024")])
def test_reports_of_one_company_are_each_others_history_in_whichever_order_they_come(
    context: Context, order: tuple[str, str]
):
    for year in order:
        upload(context, f"{year}.pdf", PDF + year.encode())
        run_all(context)
    for report in context.ports.records.reports():
        entries = context.ports.audit.entries(report.report_id)
        analysed = [e.event for e in entries if e.event.action == "report_analysed"]
        assert analysed[0].detail["history_facts"] == "1"
        assert len(context.ports.records.insights(report.report_id)) == 3


def test_reports_read_side_by_side_still_become_each_others_history(context: Context):
    """Both are read before either is analysed, and each analysis ends before the other begins."""
    for year in ("2024", "2025", "2026"):
        upload(context, f"{year}.pdf", PDF + year.encode())
    kinds = run_all(context)
    assert kinds.count(MessageKind.REPORT_RECEIVED) == 3
    for report in context.ports.records.reports():
        entries = context.ports.audit.entries(report.report_id)
        analysed = [e.event for e in entries if e.event.action == "report_analysed"]
        assert analysed[0].detail["history_facts"] == "2"


def test_a_replaced_version_is_no_history(context: Context):
    analyst = Analyst()
    context = replace(context, analyse=analyst)
    upload(context, "q3.pdf", PDF + b"first")
    run_all(context)
    upload(context, "q3.pdf", PDF + b"second")
    run_all(context)
    assert analyst.history == [0, 0]


def test_keep_requests_moves_only_open_insights_that_were_in_review():
    report = a_report()
    sure, so_so, _ = three_insights(report)
    waiting = so_so.model_copy(update={"status": InsightStatus.IN_REVIEW})
    assert keep_requests((sure, so_so), (waiting,)) == (sure, waiting)
    assert keep_requests((sure, so_so), (sure,)) == (sure, so_so)


def test_publishing_leaves_a_rejected_insight_rejected(context: Context):
    report = upload(context)
    rejected = an_insight(report, "no", status=InsightStatus.REJECTED)
    accepted = message(
        MessageKind.INSIGHTS_ACCEPTED, report.report_id, "run", (rejected.insight_id, "gone")
    )
    context.ports.records.commit(Effects(records=(rejected, a_review_item(rejected))))
    effects = HANDLERS[MessageKind.INSIGHTS_ACCEPTED](accepted, context)
    assert effects.records == ()


def test_a_message_that_cannot_even_be_given_back_stays_leased(
    context: Context, clock: Clock, monkeypatch: pytest.MonkeyPatch
):
    def busy(*_: object) -> None:
        raise Unavailable("Busy.")

    upload(context)
    delivery = claim(context)
    assert delivery is not None
    with monkeypatch.context() as patch:
        patch.setattr(context.ports.queue, "complete", busy)
        patch.setattr(context.ports.queue, "abandon", busy)
        handle(delivery, context)
    assert claim(context) is None
    clock.forward(31)
    assert run_all(context) == list(MessageKind)


@given(tries=st.integers(1, 40), run=st.text(max_size=5))
def test_the_wait_doubles_up_to_a_minute_with_at_most_as_much_jitter(tries: int, run: str):
    sent = message(MessageKind.REPORT_RECEIVED, a_report().report_id, run)
    delivery = Delivery(sent, Queue.INGESTION, "token", tries)
    base = min(2.0**tries, 60.0)
    assert base <= backoff_seconds(delivery) <= 2 * base
    assert backoff_seconds(delivery) == backoff_seconds(delivery)


def test_a_message_about_no_known_report_is_settled_and_not_tried_forever(context: Context):
    stray: Message = message(MessageKind.FACTS_EXTRACTED, a_report().report_id, "run")
    context.ports.records.commit(Effects(messages=(stray,)))
    run_all(context)
    assert sum(context.ports.queue.depth().values()) == 0
    assert context.ports.audit.entries()[0].event.at == NOON
