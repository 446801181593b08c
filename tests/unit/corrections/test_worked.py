"""A corrected report worked through again: checks, confidence and computed numbers follow the person."""

from dataclasses import replace
from pathlib import Path

import pytest

from services.bootstrap import Services, build, build_engine
from services.confidence.facts import rescore, unscored
from services.confidence.weights import DOES_NOT_ADD_UP
from services.domain.concepts import StatementKind
from services.domain.corrections import Claim, Correction, claim_of
from services.domain.messages import Effects, MessageKind, Queue, message
from services.domain.reports import Fact, Report, ReportStatus, TieOutStatus
from services.engine import Checked, corrected
from services.extraction.service import Extraction, checked
from services.pipeline.delivery import handle
from services.pipeline.handlers import context_of
from tests.corrections import a_correction, a_place, values
from tests.factories import ANALYST, REVIEWER
from tests.small_reports import letter_pdf
from tests.unit import statement_builder

SAMPLES = Path(__file__).resolve().parents[3] / "samples"
DRAFT = SAMPLES / "Larkfield_FY2025_10-K_draft_with_errors.pdf"
FINAL = SAMPLES / "Larkfield_FY2025_10-K.pdf"
PRIOR = SAMPLES / "Larkfield_FY2024_10-K.pdf"


@pytest.fixture(scope="module")
def read() -> Extraction:
    return build_engine().read(FINAL.name, FINAL.read_bytes())


def as_checked(read: Extraction) -> Checked:
    return Checked(read.statements, read.facts, read.tie_outs)


def the(facts: list[Fact], concept: str, year: int = 2025) -> Fact:
    found = [f for f in facts if f.concept == concept and f.period.end.year == year]
    return max(found, key=lambda fact: (fact.period.days, fact.confidence.total))


def restated(fact: Fact, by: int) -> Correction:
    amount = {"printed_value": fact.printed_value + by, "value": fact.value + by * fact.scale}
    return a_correction(claim_of(fact).model_copy(update=amount), fact)


def test_scoring_what_was_unscored_gives_the_same_confidence_again(read):
    printed = [fact for fact in read.facts if not fact.derived_from]
    assert rescore([unscored(fact) for fact in printed], read.tie_outs) == printed
    assert any(unscored(fact) != fact for fact in printed)


def test_without_corrections_nothing_is_worked_through_again(read):
    assert corrected(as_checked(read), []) == as_checked(read)


def test_a_correction_taken_back_gives_exactly_what_was_read(read):
    made = restated(the(read.facts, "total_assets"), 5)
    back = a_correction(made.claim, after=made).model_copy(update={"withdrawn": True})
    again = corrected(as_checked(read), [made, back])
    assert list(again.facts) == read.facts
    assert list(again.tie_outs) == read.tie_outs
    assert list(again.statements) == read.statements


def test_a_wrong_correction_breaks_the_checks_and_says_so_without_moving_the_persons_certainty(
    read,
):
    fact = the(read.facts, "total_assets")
    worked = corrected(as_checked(read), [restated(fact, 5)])
    failed = [t for t in worked.tie_outs if t.status is TieOutStatus.FAIL]
    assert fact.fact_id in {f for t in failed for f in (t.total, *t.members)}
    stated = next(f for f in worked.facts if f.fact_id == fact.fact_id)
    assert stated.confidence.total == pytest.approx(0.999**4)


def test_numbers_computed_from_a_corrected_one_are_computed_again():
    rows = [("Revenue", "revenue", 1000), ("Cost of revenue", "cost_of_revenue", 600)]
    statement, printed = statement_builder.build(
        StatementKind.INCOME, [statement_builder.year(2025)], rows
    )
    placed = [
        fact.model_copy(update={"source": a_place(report_id=fact.report_id, page=fact.row)})
        for fact in printed
    ]
    facts, tie_outs = checked([statement], placed)
    assert values(facts)[-1] == 400_000_000
    correction = restated(facts[0], 50)
    worked = corrected(Checked([statement], facts, tie_outs), [correction])
    assert values(worked.facts) == [1_050_000_000, 600_000_000, 450_000_000]


# The whole path, on the real store, queue and reader.


@pytest.fixture
def services() -> Services:
    return build()


def run_all(services: Services) -> list[MessageKind]:
    context = context_of(services)
    kinds = []
    while (delivery := services.ports.queue.claim(tuple(Queue), "w")) is not None:
        kinds.append(delivery.message.kind)
        handle(delivery, context)
    return kinds


def upload(services: Services, path: Path) -> Report:
    report = services.intake.accept(path.name, path.read_bytes(), ANALYST).report
    run_all(services)
    return report


def failing(services: Services, report: Report) -> set[str]:
    tie_outs = services.ports.records.tie_outs(report.report_id)
    return {t.tie_out_id for t in tie_outs if t.status is TieOutStatus.FAIL}


@pytest.mark.slow
def test_correcting_the_misprints_of_a_draft_makes_its_checks_hold(services):
    """The draft prints three numbers wrongly; the final report tells what they should be."""
    report = upload(services, DRAFT)
    assert failing(services, report)
    desk, machine = services.facts, services.ports.records.facts(report.report_id)
    assert any(blamed(fact) for fact in machine)
    misprints = misprinted(machine, build_engine().read(FINAL.name, FINAL.read_bytes()).facts)
    assert {wrong.label for wrong, _ in misprints} == {
        "Total current assets", "Total assets", "Net cash used in investing activities",
    }  # fmt: skip
    for wrong, right in misprints:
        services.corrections.add(right_claim(wrong, right), "as signed", None, ANALYST)
    assert desk.read(report.report_id).is_waiting
    run_all(services)
    assert not desk.read(report.report_id).is_waiting
    assert failing(services, report) == set()
    assert services.ports.records.facts(report.report_id) == machine
    for wrong, right in misprints:
        stated = desk.fact(wrong.fact_id)
        assert stated is not None
        assert stated.value == right.value
    assert not any(blamed(fact) for fact in desk.facts(report.report_id))


def blamed(fact: Fact) -> bool:
    return any(told.name == DOES_NOT_ADD_UP for told in fact.confidence.evidence)


def misprinted(draft: list[Fact], truth: list[Fact]) -> list[tuple[Fact, Fact]]:
    """The printed numbers of a draft that the final report prints otherwise, each with its right one."""

    def key(fact: Fact) -> tuple[object, ...]:
        return (fact.statement, fact.label, fact.unit, fact.period)

    right = {key(fact): fact for fact in truth if not fact.derived_from}
    pairs = [(fact, right[key(fact)]) for fact in draft if key(fact) in right]
    return [(wrong, good) for wrong, good in pairs if wrong.value != good.value]


def right_claim(wrong: Fact, right: Fact) -> Claim:
    return claim_of(wrong).model_copy(
        update={"printed_value": right.printed_value, "value": right.value}
    )


@pytest.mark.slow
def test_a_correction_survives_reading_the_report_again_and_withdrawing_restores_the_machine(
    services,
):
    report = upload(services, FINAL)
    records = services.ports.records
    read = (records.facts(report.report_id), records.tie_outs(report.report_id))
    revenue = the(read[0], "revenue")
    made = services.corrections.add(restated(revenue, 3).claim, "", None, ANALYST)
    records.commit(
        Effects(messages=(message(MessageKind.REPORT_RECEIVED, report.report_id, "again"),))
    )
    assert run_all(services).count(MessageKind.REPORT_RECEIVED) == 1
    stored = records.report(report.report_id)
    assert stored is not None
    assert (stored.status, stored.corrections) == (ReportStatus.ANALYSED, 1)
    again = services.facts.fact(revenue.fact_id)
    assert again is not None
    assert again.value == revenue.value + 3 * revenue.scale
    assert records.facts(report.report_id) == read[0]
    services.corrections.withdraw(report.report_id, made.correction_id, "", REVIEWER)
    assert services.facts.facts(report.report_id) == read[0]
    run_all(services)
    assert services.facts.facts(report.report_id) == read[0]
    assert records.tie_outs(report.report_id) == read[1]
    assert len(records.corrections(report.report_id)) == 2


@pytest.mark.slow
def test_an_added_number_is_evidence_and_outlives_the_reading_that_missed_it(services):
    report = upload(services, FINAL)
    records = services.ports.records
    revenue = the(records.facts(report.report_id), "revenue")
    context = context_of(services)

    def extract_without_it(*arguments: object, **options: object) -> Extraction:
        read = context.extract(*arguments, **options)
        kept = [fact for fact in read.facts if fact.fact_id != revenue.fact_id]
        return replace(read, facts=kept)

    misses = replace(context, extract=extract_without_it)
    again = message(MessageKind.REPORT_RECEIVED, report.report_id, "missed")
    records.commit(Effects(messages=(again,)))
    while (delivery := services.ports.queue.claim(tuple(Queue), "w")) is not None:
        handle(delivery, misses)
    assert services.facts.fact(revenue.fact_id) is None
    claim = claim_of(revenue)
    assert services.corrections.add(claim, "", None, ANALYST).kind == "added"
    run_all(services)
    added = next(f for f in services.facts.facts(report.report_id) if f.correction is not None)
    assert (added.value, added.row, added.column, added.statement_id) == (
        revenue.value,
        revenue.row,
        revenue.column,
        revenue.statement_id,
    )
    cited = {e.fact_id for i in records.insights(report.report_id) for e in i.evidence}
    assert added.fact_id in cited
    assert services.facts.fact(added.fact_id) == added


@pytest.mark.slow
def test_the_companys_other_reports_are_analysed_with_the_corrected_history(services):
    prior, final = upload(services, PRIOR), upload(services, FINAL)
    records = services.ports.records
    revenue = the(records.facts(prior.report_id), "revenue", 2024)
    entries = len(services.ports.audit.entries(final.report_id))
    services.corrections.add(restated(revenue, 3).claim, "", None, ANALYST)
    kinds = run_all(services)
    assert kinds.count(MessageKind.FACTS_EXTRACTED) == 2
    assert len(services.ports.audit.entries(final.report_id)) > entries


@pytest.mark.slow
def test_a_report_without_statements_can_be_given_its_numbers_and_is_analysed(services):
    report = upload(services, FINAL)
    facts = services.ports.records.facts(report.report_id)
    empty = services.intake.accept("letter.pdf", letter_pdf(), ANALYST).report
    run_all(services)
    stored = services.ports.records.report(empty.report_id)
    assert stored is not None
    assert stored.status is ReportStatus.NO_STATEMENTS
    source = the(facts, "revenue").source.model_copy(
        update={"report_id": empty.report_id, "document": "letter.pdf", "page": 1}
    )
    claim = claim_of(the(facts, "revenue")).model_copy(update={"source": source})
    made = services.corrections.add(claim, "", None, ANALYST)
    run_all(services)
    stored = services.ports.records.report(empty.report_id)
    assert stored is not None
    assert stored.status is ReportStatus.ANALYSED
    (statement,) = services.facts.read(empty.report_id).statements
    assert [line.label for line in statement.rows] == [claim.label]
    services.corrections.withdraw(empty.report_id, made.correction_id, "", ANALYST)
    run_all(services)
    stored = services.ports.records.report(empty.report_id)
    assert stored is not None
    assert (stored.status, services.facts.facts(empty.report_id)) == (
        ReportStatus.NO_STATEMENTS,
        [],
    )
