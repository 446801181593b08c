"""The audit sample in the pipeline: who is drawn, that it stays published, and that a re-run draws nobody else."""

from dataclasses import replace

import pytest

from services.domain.insights import InsightStatus, Route
from services.domain.messages import Effects, MessageKind, message
from services.domain.reviews import ReviewKind, ReviewStatus, Verdict
from services.pipeline.audit_sample import REASON, sample
from services.pipeline.handlers import publish_insights
from services.review import ReviewDesk
from tests.core_records import NOON, RAY, a_report, an_insight
from tests.unit.test_pipeline import an_analysis, clock, context, run_all, upload  # noqa: F401

WEEK = 7 * 24 * 3600


def many(report, count=30):
    """Insights that publish by themselves."""
    return tuple(
        an_insight(report, f"rule-{n}", route=Route.CFO, status=InsightStatus.PUBLISHED)
        for n in range(count)
    )


@pytest.fixture
def publishing(context):  # noqa: F811 - the fixture of the pipeline
    return replace(context, analyse=lambda report, *_, **__: an_analysis(report, many(report)))


def audits(context):  # noqa: F811
    items = context.ports.records.review_items()
    return [item for item in items if item.kind is ReviewKind.AUDIT_SAMPLE]


def test_five_a_week_are_drawn_at_least_and_stay_published(publishing):
    upload(publishing)
    run_all(publishing)
    records = publishing.ports.records
    draws = records.audit_draws()
    assert len(draws) == 30
    drawn = {draw.insight_id for draw in draws if draw.is_drawn}
    assert len(drawn) >= 5
    assert {item.insight_id for item in audits(publishing)} == drawn
    assert {item.reasons for item in audits(publishing)} == {(REASON,)}
    assert {i.status for i in records.insights()} == {InsightStatus.PUBLISHED}
    (propensity,) = {draw.propensity for draw in draws}
    assert 5 / 30 < propensity < 5 / 30 + 0.1
    trail = [e.event for e in publishing.ports.audit.entries()]
    told = [e for e in trail if e.action == "audit_sample_drawn"]
    assert {e.resource for e in told} == drawn
    assert {e.detail["propensity"] for e in told} == {f"{propensity:.4f}"}


@pytest.mark.parametrize("weeks", [0, 2])
def test_a_re_run_draws_nobody_else_this_week_or_another(context, clock, weeks):  # noqa: F811
    publishing = replace(
        context, analyse=lambda report, *_, **__: an_analysis(report, many(report, 100))
    )
    report = upload(publishing)
    run_all(publishing)
    before, items = publishing.ports.records.audit_draws(), audits(publishing)
    assert len(items) > 5
    clock.forward(weeks * WEEK)
    for kind in (MessageKind.REPORT_RECEIVED, MessageKind.FACTS_EXTRACTED):
        again = message(kind, report.report_id, "re-run")
        publishing.ports.records.commit(Effects(messages=(again,)))
        run_all(publishing)
    assert sum(publishing.ports.queue.depth().values()) == 0
    assert publishing.ports.records.audit_draws() == before
    assert audits(publishing) == items


def test_with_five_drawn_this_week_the_next_are_drawn_with_one_in_ten(publishing, clock):  # noqa: F811
    upload(publishing)
    run_all(publishing)
    other = a_report("other.pdf", "other")
    found = sample(many(other, 200), publishing.ports.records, clock())
    assert {draw.propensity for draw in found.draws} == {0.1}
    assert 8 <= len(found.items) <= 35
    clock.forward(WEEK)
    later = sample(many(other, 200), publishing.ports.records, clock())
    assert {round(draw.propensity, 3) for draw in later.draws} == {0.1}
    assert len(sample(many(other, 3), publishing.ports.records, clock()).items) == 3


def test_a_decision_on_a_sample_settles_the_insight_and_closes_its_item(publishing):
    report = upload(publishing)
    run_all(publishing)
    item = audits(publishing)[0]
    desk = ReviewDesk(publishing.ports.records, publishing.clock)
    desk.decide(item.review_item_id, Verdict.REJECT, "another company", RAY)
    again = message(MessageKind.FACTS_EXTRACTED, report.report_id, "re-run")
    publishing.ports.records.commit(Effects(messages=(again,)))
    run_all(publishing)
    records = publishing.ports.records
    assert records.insight(item.insight_id).status is InsightStatus.REJECTED
    assert records.review_item(item.review_item_id).status is ReviewStatus.REJECTED
    assert len(audits(publishing)) == len([d for d in records.audit_draws() if d.is_drawn])


def test_a_sample_that_is_sent_to_review_waits_there_once(publishing):
    report = upload(publishing)
    run_all(publishing)
    item = audits(publishing)[0]

    def doubted(report, *_, **__):
        return an_analysis(
            report,
            tuple(
                one.model_copy(update={"route": Route.REVIEW, "status": InsightStatus.IN_REVIEW})
                for one in many(report)
            ),
        )

    again = message(MessageKind.FACTS_EXTRACTED, report.report_id, "doubted")
    publishing.ports.records.commit(Effects(messages=(again,)))
    run_all(replace(publishing, analyse=doubted))
    waiting = publishing.ports.records.review_items(ReviewStatus.OPEN)
    (own,) = [one for one in waiting if one.insight_id == item.insight_id]
    assert own.kind is ReviewKind.ROUTED
    back = message(MessageKind.FACTS_EXTRACTED, report.report_id, "back")
    publishing.ports.records.commit(Effects(messages=(back,)))
    run_all(publishing)
    (again_item,) = [one for one in audits(publishing) if one.insight_id == item.insight_id]
    assert again_item.review_item_id == item.review_item_id


@pytest.mark.parametrize(
    "changed",
    [
        {"route": Route.ANALYST},
        {"route": Route.REVIEW},
        {"route": Route.CFO, "held": ("a check on its numbers failed",)},
    ],
)
def test_a_late_message_publishes_nothing_that_was_routed_elsewhere_meanwhile(context, changed):  # noqa: F811
    report = a_report()
    insight = an_insight(report, status=InsightStatus.OPEN, **changed)
    context.ports.records.commit(Effects(records=(report, insight)))
    late = message(MessageKind.INSIGHTS_ACCEPTED, report.report_id, "late", (insight.insight_id,))
    assert publish_insights(late, context).records == ()
    sure = insight.model_copy(update={"route": Route.CFO, "held": ()})
    context.ports.records.commit(Effects(records=(sure,)))
    first = publish_insights(late, context).records[0]
    assert (first.status, NOON) == (InsightStatus.PUBLISHED, first.created_at)
