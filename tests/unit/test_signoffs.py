"""A sign-off is void when a number under it changes: in the real pipeline, on a small report."""

from dataclasses import replace
from decimal import Decimal

import pytest

from services.amending import amended_claim
from services.bootstrap import Services, build
from services.domain.corrections import claim_of
from services.domain.errors import Conflict, Forbidden, InvalidInput
from services.domain.ids import InsightId, UserId
from services.domain.insights import Insight, InsightStatus
from services.domain.messages import Effects, MessageKind, Queue, message
from services.domain.notices import NoticeKind
from services.domain.reports import Fact, Report
from services.domain.reviews import ActKind, Cause, ReviewItem, ReviewStatus, Verdict
from services.domain.users import Role, User
from services.extraction.service import Extraction
from services.pipeline.delivery import handle
from services.pipeline.handlers import Context, context_of
from services.review.items import open_item
from services.summary import is_safe
from tests.core_records import ANN, NOON, RAY
from tests.small_reports import small_pdf

SUE = User(user_id=UserId("sue"), name="Sue", role=Role.REVIEWER, email="sue@acme.com")


def run_all(services: Services, context: Context | None = None) -> None:
    while (delivery := services.ports.queue.claim(tuple(Queue), "w")) is not None:
        handle(delivery, context or context_of(services))


@pytest.fixture
def services() -> Services:
    made = build()
    made.intake.accept("small.pdf", small_pdf("Acme Corp", 3), ANN)
    run_all(made)
    return made


def report_of(services: Services) -> Report:
    return services.ports.records.reports()[0]


def fact_of(services: Services, concept: str, year: int = 2024) -> Fact:
    facts = services.facts.facts(report_of(services).report_id)
    return next(f for f in facts if f.concept == concept and f.period.end.year == year)


def on_income(services: Services) -> Insight:
    income = fact_of(services, "net_income").fact_id
    insights = services.ports.records.insights(report_of(services).report_id)
    return next(i for i in insights if income in {e.fact_id for e in i.evidence})


def approved(services: Services) -> ReviewItem:
    """An insight on net income that Ray approved, and its item."""
    insight = on_income(services).model_copy(update={"status": InsightStatus.IN_REVIEW})
    item = open_item(insight, ("to be sure",), NOON)
    services.ports.records.commit(Effects(records=(insight, item)))
    services.review.decide(item.review_item_id, Verdict.APPROVE, "seen", RAY)
    if services.review.needs_two(insight):
        services.review.decide(item.review_item_id, Verdict.APPROVE, "seen", SUE)
    return item


def correct(services: Services, concept: str, printed: str, by: User = ANN) -> None:
    claim = amended_claim(fact_of(services, concept), printed, Decimal(printed), 0)
    services.corrections.add(claim, "as signed", None, by)
    run_all(services)


def stored(services: Services, insight_id: InsightId | None) -> Insight:
    assert insight_id is not None
    found = services.ports.records.insight(insight_id)
    assert found is not None
    return found


def test_a_correction_makes_the_approval_void_with_both_values_and_a_notice(services: Services):
    item = approved(services)
    signed = stored(services, item.insight_id)
    assert is_safe(signed)
    correct(services, "net_income", "205")
    now = stored(services, item.insight_id)
    assert now.status is InsightStatus.IN_REVIEW
    assert not is_safe(now)
    (waiting,) = [
        one
        for one in services.ports.records.review_items(ReviewStatus.OPEN)
        if one.insight_id == item.insight_id
    ]
    assert waiting.cause is Cause.VOID
    assert waiting.signed_text == signed.text
    assert now.text != signed.text
    (change,) = waiting.changes
    assert (change.label, change.place) == ("Net income", "page 1")
    assert (change.before, change.after, change.by) == ("USD 185 m", "USD 205 m", "Ann")
    told = services.ports.records.notices(RAY.user_id)
    assert [n.kind for n in told] == [NoticeKind.SIGN_OFF_VOID]
    assert told[0].path == f"item?item={waiting.review_item_id}"
    assert "USD 205 m" in told[0].text
    trail = services.ports.audit.entries(now.insight_id)
    assert [e.event.action for e in trail].count("sign_off_void") == 1
    assert services.ports.records.review_item(item.review_item_id).status is ReviewStatus.APPROVED


def test_a_void_sign_off_is_decided_again_once_and_then_stands(services: Services):
    item = approved(services)
    correct(services, "net_income", "205")
    run_again(services, "again")
    waiting = services.ports.records.review_items(ReviewStatus.OPEN)
    (void,) = [one for one in waiting if one.insight_id == item.insight_id]
    assert void.cause is Cause.VOID
    services.review.decide(void.review_item_id, Verdict.APPROVE, "still so", RAY)
    if services.review.needs_two(stored(services, item.insight_id)):
        services.review.decide(void.review_item_id, Verdict.APPROVE, "yes", SUE)
    run_again(services, "once more")
    assert stored(services, item.insight_id).status is InsightStatus.APPROVED
    assert len(services.ports.records.decisions(void.insight_id)) == 2


def run_again(services: Services, run: str) -> None:
    again = message(MessageKind.FACTS_EXTRACTED, report_of(services).report_id, run)
    services.ports.records.commit(Effects(messages=(again,)))
    run_all(services)


def test_a_correction_of_another_number_leaves_the_approval(services: Services):
    item = approved(services)
    signed = services.ports.records.decisions(item.insight_id)[0].figures
    labels = {figure.label for figure in signed}
    assert "Inventories" not in labels
    fact = next(f for f in services.facts.facts(item.report_id) if f.label == "Inventories")
    claim = amended_claim(fact, "151", Decimal(151), 0)
    services.corrections.add(claim, "", None, ANN)
    run_all(services)
    assert stored(services, item.insight_id).status is InsightStatus.APPROVED
    run_again(services, "again")
    assert stored(services, item.insight_id).status is InsightStatus.APPROVED


def test_reading_the_same_again_leaves_the_approval_and_reading_another_number_does_not(
    services: Services,
):
    item = approved(services)
    again = message(MessageKind.REPORT_RECEIVED, item.report_id, "the same")
    services.ports.records.commit(Effects(messages=(again,)))
    run_all(services)
    assert stored(services, item.insight_id).status is InsightStatus.APPROVED
    context = context_of(services)

    def reads_otherwise(*arguments: object, **options: object) -> Extraction:
        read = context.extract(*arguments, **options)
        facts = [
            f.model_copy(update={"value": f.value + 1_000_000})
            if f.label == "Net income" and f.period.end.year == 2024
            else f
            for f in read.facts
        ]
        return replace(read, facts=facts)

    other = message(MessageKind.REPORT_RECEIVED, item.report_id, "another")
    services.ports.records.commit(Effects(messages=(other,)))
    run_all(services, replace(context, extract=reads_otherwise))
    now = stored(services, item.insight_id)
    assert now.status is InsightStatus.IN_REVIEW
    assert "was USD 185 m when this was approved and is USD 186 m now" in now.reopened[0]


def test_a_reading_that_contradicts_a_person_is_shown_and_the_person_stands(services: Services):
    correct(services, "net_income", "205")
    context = context_of(services)

    def reads_otherwise(*arguments: object, **options: object) -> Extraction:
        read = context.extract(*arguments, **options)
        facts = [
            f.model_copy(
                update={
                    "value": f.value + 1_000_000,
                    "source": f.source.model_copy(update={"printed": "186"}),
                }
            )
            if f.label == "Net income" and f.period.end.year == 2024
            else f
            for f in read.facts
        ]
        return replace(read, facts=facts)

    def conflicts() -> list[str]:
        entries = services.queue.entries()
        return [e.subject.sentence for e in entries if e.reason == "Person and reader differ"]

    report_id = report_of(services).report_id
    for run, reader in (("same", context.extract), ("a", reads_otherwise), ("b", reads_otherwise)):
        again = message(MessageKind.REPORT_RECEIVED, report_id, run)
        services.ports.records.commit(Effects(messages=(again,)))
        run_all(services, replace(context, extract=reader))
        told = [] if run == "same" else [
            "Net income, Year to Dec 31, 2024: Ann stated 205 when the machine read 185; "
            "it reads 186 now. Ann's number stands."
        ]  # fmt: skip
        assert conflicts() == told
        assert fact_of(services, "net_income").value == Decimal(205_000_000)
    (entry,) = [e for e in services.queue.entries() if e.reason == "Person and reader differ"]
    services.review.decide(entry.item.review_item_id, Verdict.APPROVE, "Ann is right", RAY)
    assert conflicts() == []


def test_an_approval_the_rules_no_longer_find_still_leaves_the_summary_and_waits(
    services: Services,
):
    item = approved(services)
    context = context_of(services)

    def finds_less(*arguments: object, **options: object) -> object:
        found = context.analyse(*arguments, **options)
        kept = tuple(i for i in found.insights if i.insight_id != item.insight_id)
        return replace(found, insights=kept)

    claim = amended_claim(fact_of(services, "net_income"), "205", Decimal(205), 0)
    services.corrections.add(claim, "", None, ANN)
    run_all(services, replace(context, analyse=finds_less))
    for run in ("second", "third"):
        now = stored(services, item.insight_id)
        assert now.status is InsightStatus.IN_REVIEW
        assert "finds this no more" in now.reopened[-1]
        assert services.ports.records.chain(now.insight_id) is not None
        again = message(MessageKind.FACTS_EXTRACTED, item.report_id, run)
        services.ports.records.commit(Effects(messages=(again,)))
        run_all(services, replace(context, analyse=finds_less))
    assert item.insight_id in {
        one.insight_id for one in services.ports.records.review_items(ReviewStatus.OPEN)
    }


def test_the_ripple_shows_what_an_amended_number_changes_before_it_is_saved(services: Services):
    item = approved(services)
    claim = amended_claim(fact_of(services, "net_income"), "205", Decimal(205), 0)
    ripple = services.amending.ripple(claim, None, RAY)
    assert (ripple.before, ripple.after) == (Decimal(185_000_000), Decimal(205_000_000))
    names = {move.one.metric_id for move in ripple.metrics}
    assert names == {"net_income_growth", "roa", "roe", "zmijewski_x"}
    assert item.insight_id in {move.one.insight_id for move in ripple.insights}
    assert any(check.fails_now for check in ripple.checks)
    assert not ripple.is_still
    assert services.ports.records.corrections(item.report_id) == []
    assert stored(services, item.insight_id).status is InsightStatus.APPROVED


def test_what_the_ripple_told_is_what_the_saved_number_leads_to(services: Services):
    insight = on_income(services).model_copy(update={"status": InsightStatus.IN_REVIEW})
    item = open_item(insight, ("to be sure",), NOON)
    services.ports.records.commit(Effects(records=(insight, item)))
    claim = amended_claim(fact_of(services, "net_income"), "205", Decimal(205), 0)
    ripple = services.amending.ripple(claim, None, RAY)
    services.amending.amend(item.review_item_id, claim, "note 4", None, RAY)
    run_all(services)
    stored_now = {i.insight_id: i for i in services.ports.records.insights(item.report_id)}
    for move in ripple.insights:
        if move.after is None:
            assert move.one.insight_id not in stored_now
        else:
            assert stored_now[move.after.insight_id].text == move.after.text
    metrics = services.metrics.of(item.report_id).metrics
    measured = {(m.metric_id, m.period): m.value for m in metrics}
    for move in ripple.metrics:
        assert measured.get((move.one.metric_id, move.one.period)) == (
            move.after.value if move.after else None
        )


def test_who_amends_a_number_needs_somebody_else_to_approve(services: Services):
    insight = on_income(services).model_copy(update={"status": InsightStatus.IN_REVIEW})
    item = open_item(insight, ("to be sure",), NOON)
    services.ports.records.commit(Effects(records=(insight, item)))
    claim = amended_claim(fact_of(services, "net_income"), "205", Decimal(205), 0)
    with pytest.raises(InvalidInput, match="what the amended number rests on"):
        services.amending.amend(item.review_item_id, claim, " ", None, RAY)
    services.amending.amend(item.review_item_id, claim, "note 4", None, RAY)
    with pytest.raises(Conflict, match="worked out again"):
        services.review.decide(item.review_item_id, Verdict.APPROVE, "", SUE)
    run_all(services)
    assert stored(services, item.insight_id).prepared_by == (RAY.user_id,)
    with pytest.raises(Forbidden, match="stated a number"):
        services.review.decide(item.review_item_id, Verdict.APPROVE, "", RAY)
    services.review.decide(item.review_item_id, Verdict.APPROVE, "", SUE)


def test_an_amended_number_is_taken_back_with_its_act(services: Services):
    insight = on_income(services).model_copy(update={"status": InsightStatus.IN_REVIEW})
    item = open_item(insight, ("to be sure",), NOON)
    services.ports.records.commit(Effects(records=(insight, item)))
    claim = amended_claim(fact_of(services, "net_income"), "205", Decimal(205), 0)
    services.amending.amend(item.review_item_id, claim, "note 4", None, RAY)
    services.amending.undo(item.review_item_id, RAY)
    assert services.ports.records.corrections(item.report_id)[-1].withdrawn
    run_all(services)
    assert fact_of(services, "net_income").value == Decimal(185_000_000)
    kinds = [a.kind for a in services.ports.records.review_acts(item.review_item_id)]
    assert kinds == [ActKind.AMEND, ActKind.UNDO]
    assert stored(services, item.insight_id).prepared_by == ()


def test_an_amended_number_never_publishes_its_own_insight(services: Services):
    """A person's number is sure, and a sure insight is published by itself: not past the second person."""
    insight = on_income(services)
    assert insight.status is InsightStatus.PUBLISHED
    insight = insight.model_copy(update={"status": InsightStatus.IN_REVIEW})
    item = open_item(insight, ("to be sure",), NOON)
    services.ports.records.commit(Effects(records=(insight, item)))
    for concept, printed in (("net_income", "205"), ("income_before_tax", "245")):
        claim = amended_claim(fact_of(services, concept), printed, Decimal(printed), 0)
        services.amending.amend(item.review_item_id, claim, "note 4", None, RAY)
        run_all(services)
    assert not stored(services, item.insight_id).has_failed_check
    assert stored(services, item.insight_id).status is InsightStatus.IN_REVIEW
    assert services.ports.records.review_item(item.review_item_id).status is ReviewStatus.OPEN


def test_a_computed_number_and_the_same_number_are_not_amended(services: Services):
    fact = fact_of(services, "net_income")
    with pytest.raises(Conflict, match="as it stands"):
        amended_claim(fact, "185", Decimal(185), 0)
    computed = fact.model_copy(update={"derived_from": (fact.fact_id,)})
    with pytest.raises(InvalidInput, match="computed"):
        amended_claim(computed, "1", Decimal(1), 0)
    turned = fact.model_copy(update={"value": -fact.value})
    assert amended_claim(turned, "5", Decimal(5), 0).value == Decimal(-5_000_000)
    assert claim_of(fact).value == fact.value
