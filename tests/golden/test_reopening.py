"""A later report of the company re-opens what was relied on, once, in the real pipeline with two real filings."""

import os
from pathlib import Path

import pytest

from services.bootstrap import build
from services.config import read_settings
from services.domain.ids import UserId
from services.domain.insights import InsightStatus
from services.domain.messages import Effects, MessageKind, Queue, message
from services.domain.reviews import ReviewStatus, Verdict
from services.domain.users import Role
from services.pipeline.delivery import handle
from services.pipeline.handlers import context_of
from tests.core_records import ANN
from tests.unit.test_access import a_user

FILINGS = Path(__file__).resolve().parents[3] / "shared" / "eval" / "filings"
RULE = "R09"


@pytest.fixture
def run(tmp_path, monkeypatch):
    if not FILINGS.is_dir():
        assert os.environ.get("CI") != "true", "the shared reports must be there in CI"
        pytest.skip("the shared reports are absent")
    monkeypatch.setenv("ADVISOR_DATA_DIR", str(tmp_path / "data"))
    services = build(read_settings())
    context = context_of(services)

    def work(name=None):
        if name:
            services.intake.accept(f"{name}.pdf", (FILINGS / f"{name}.pdf").read_bytes(), ANN)
        while (delivery := services.ports.queue.claim(tuple(Queue), "w")) is not None:
            handle(delivery, context)

    return services, work


def free_cash(services):
    report = next(r for r in services.ports.records.reports() if "2017" in r.name)
    insights = services.ports.records.insights(report.report_id)
    return report, next(i for i in insights if i.rule_id == RULE)


def reopened(services, insight):
    entries = services.ports.audit.entries(insight.insight_id)
    return [e.event for e in entries if e.event.action == "insight_reopened"]


def approve(services, item, comment):
    """Free cash flow is above overall materiality: two people approve it."""
    assert services.review.needs_two(services.ports.records.insight(item.insight_id))
    for name in ("first", "second"):
        person = a_user(Role.REVIEWER).model_copy(update={"user_id": UserId(name)})
        services.review.decide(item.review_item_id, Verdict.APPROVE, comment, person)


@pytest.mark.slow
def test_a_published_insight_goes_to_review_when_a_later_report_changes_its_figure(run):
    services, work = run
    work("AMAZON_2017_10K")
    _, before = free_cash(services)
    assert before.status is InsightStatus.PUBLISHED
    work("AMAZON_2019_10K")
    report, after = free_cash(services)
    assert after.status is InsightStatus.IN_REVIEW
    assert after.route_reasons[0] == (
        "AMAZON_2019_10K.pdf gives USD 18,365 m for cash from operations, Year to Dec 31, 2017, this "
        "report USD 18,434 m"
    )
    assert after.confidence == before.confidence
    (event,) = reopened(services, after)
    assert "USD 18,365 m" in event.detail["reasons"]
    again = message(MessageKind.FACTS_EXTRACTED, report.report_id, "again")
    services.ports.records.commit(Effects(messages=(again,)))
    work()
    assert len(reopened(services, after)) == 1
    items = services.ports.records.review_items(ReviewStatus.OPEN)
    assert sum(item.insight_id == after.insight_id for item in items) == 1
    (item,) = [item for item in items if item.insight_id == after.insight_id]
    approve(services, item, "seen")
    once_more = message(MessageKind.FACTS_EXTRACTED, report.report_id, "once more")
    services.ports.records.commit(Effects(messages=(once_more,)))
    work()
    assert free_cash(services)[1].status is InsightStatus.APPROVED
    assert len(reopened(services, after)) == 1


@pytest.mark.slow
def test_an_approved_insight_is_opened_once_and_a_second_decision_stands(run):
    services, work = run
    work("AMAZON_2017_10K")
    report, insight = free_cash(services)
    records, reviewer = services.ports.records, a_user(Role.REVIEWER)
    records.commit(Effects(records=(insight.model_copy(update={"status": InsightStatus.OPEN}),)))
    first = services.review.request(insight.insight_id, "look", reviewer)
    approve(services, first, "")
    work("AMAZON_2019_10K")
    _, after = free_cash(services)
    assert after.status is InsightStatus.IN_REVIEW
    open_items = [
        i for i in records.review_items(ReviewStatus.OPEN) if i.insight_id == insight.insight_id
    ]
    (item,) = open_items
    assert item.reasons[0].startswith("AMAZON_2019_10K.pdf gives USD 18,365 m")
    assert [d.verdict for d in records.decisions(insight.insight_id)] == [Verdict.APPROVE]
    approve(services, item, "restricted cash")
    again = message(MessageKind.FACTS_EXTRACTED, report.report_id, "again")
    records.commit(Effects(messages=(again,)))
    work()
    assert free_cash(services)[1].status is InsightStatus.APPROVED
    assert len(records.decisions(insight.insight_id)) == 2
    assert len(reopened(services, insight)) == 1
