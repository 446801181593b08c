"""How far work is, chains, facts, metrics, summaries, review items and the audit trail over HTTP."""

from datetime import timedelta
from decimal import Decimal

import pytest

from services.domain.audit import AuditEvent
from services.domain.corrections import FactInForce
from services.domain.ids import ReportId, ReviewItemId, UserId
from services.domain.insights import InsightStatus
from services.domain.messages import Effects, MessageKind, message
from services.domain.reports import Progress, ReportStatus
from services.domain.reviews import ReviewItem, ReviewKind
from services.pipeline.handlers import analyse_report, context_of
from tests.corrections import a_claim, a_place
from tests.factories import ANALYST, NOW, a_confidence, a_fact, a_report, an_insight, year_end
from tests.narrations import OPINION, REFUSED, SILENT, a_narration
from tests.unit.statement_builder import REPORT as BUILT
from tests.unit.statement_builder import manufacturer
from tests.unit.statement_builder import report as built_report

REPORT = a_report(page_count=9)
ANALYSIS = REPORT.report_id.replace("report-", "analysis-")
INGESTION = REPORT.report_id.replace("report-", "ingestion-")


def keep(services, *records) -> None:
    services.ports.records.commit(Effects(records=records))


def every_page(client, address: str, list_name: str = "facts") -> list[list[dict]]:
    pages = []
    while address is not None:
        answer = client.get(address).json()
        pages.append(answer[list_name])
        address = answer["pagination"]["next"]
    return pages


@pytest.fixture
def analysed(services) -> str:
    """The analysis id of a manufacturer's report that the product itself analysed."""
    statements, facts = manufacturer()
    stored = built_report(status=ReportStatus.READ, company="Acme")
    keep(services, stored, *statements, *facts)
    incoming = message(MessageKind.FACTS_EXTRACTED, BUILT, "run-1")
    services.ports.records.commit(analyse_report(incoming, context_of(services)))
    return f"analysis-{BUILT.removeprefix('report-')}"


def test_a_chain_is_given_as_the_contract_shows_it_and_replays(client, services, analysed):
    first = client.get("/api/v1/insights?confidence_min=0").json()["insights"][0]
    chain = client.get(first["_links"]["reasoning_chain"]).json()
    stored = services.ports.records.chain(first["id"])
    assert (chain["id"], chain["insight_id"]) == (stored.chain_id, first["id"])
    assert chain["prompt_template_version"] == stored.prompt_template_version
    assert chain["model_version"] == stored.model_version == first["model_version"]
    assert chain["confidence_score"] == first["confidence"]
    assert chain["ttl"] == 220_838_400
    assert [step["step"] for step in chain["steps"]] == [one.step for one in stored.steps]
    step, kept = chain["steps"][0], stored.steps[0]
    assert (step["action"], step["result"]["text"]) == (kept.action, kept.result)
    assert step["result"]["inputs"] == list(kept.inputs)
    told = client.get(chain["_links"]["replay"]).json()
    assert (told["identical"], told["differences"]) == (True, [])
    assert client.get(chain["_links"]["insight"]).json() == first


def test_a_replay_names_what_differs(client, services, analysed):
    insight = next(i for i in services.ports.records.insights(BUILT) if i.rule_id == "R01")
    fact_id = insight.evidence[0].fact_id
    fact = services.ports.records.fact(fact_id)
    keep(services, fact.model_copy(update={"value": fact.value + 1_000_000}))
    told = client.get(f"/api/v1/reasoning-chains/{insight.chain_id}/replay").json()
    assert told["identical"] is False
    assert any("inputs_hash" in difference for difference in told["differences"])


def test_metrics_are_those_of_the_metrics_page(client, services, analysed):
    pages = every_page(client, f"/api/v1/metrics?report={BUILT}&limit=7", "metrics")
    assert {len(page) for page in pages[:-1]} == {7}
    told = [one for page in pages for one in page]
    known = services.metrics.of(BUILT).metrics
    assert [(one["metric_id"], one["value"]) for one in told] == [
        (one.metric_id, float(one.value)) for one in known
    ]
    assert told[0]["fact_ids"] == list(known[0].fact_ids)


def test_a_summary_is_the_brief_with_links(client, services, analysed):
    (listed,) = client.get("/api/v1/summaries").json()["summaries"]
    assert (listed["company"], listed["analysis_id"]) == ("Acme", analysed)
    brief = services.cfo.brief(BUILT)
    told = client.get(listed["_links"]["self"]).json()
    assert told["content_sha256"] == brief.content_hash
    assert [one["concept"] for one in told["figures"]] == [h.concept for h in brief.headlines]
    assert told["_links"]["analysis"] == f"/api/v1/analysis/{analysed}"


def test_a_document_that_is_not_analysed_has_no_summary(client, services):
    keep(services, a_report(status=ReportStatus.READ))
    assert client.get("/api/v1/summaries").json()["summaries"] == []
    assert client.get(f"/api/v1/summaries/{ANALYSIS}").status_code == 404


def test_an_ingestion_says_page_of_pages_while_it_is_read(client, services):
    reading = a_report(status=ReportStatus.READING, page_count=None)
    keep(services, reading)
    services.ports.records.set_progress(
        Progress(
            report_id=reading.report_id, stage="reading", done=12, total=80, started_at=NOW,
            updated_at=NOW,
        )
    )  # fmt: skip
    told = client.get(f"/api/v1/ingestions/{INGESTION}").json()
    assert (told["status"], told["stage"]) == ("running", "reading")
    assert (told["page"], told["pages"], told["error"]) == (12, 80, None)
    assert told["ingestion_id"] == INGESTION
    assert client.get(told["_links"]["analysis"]).json()["status"] == "running"


@pytest.mark.parametrize(
    ("status", "said"),
    [("received", "queued"), ("read", "running"), ("analysed", "completed"), ("failed", "failed")],
)
def test_an_ingestion_has_the_state_of_its_document(client, services, status, said):
    error = "It is damaged." if status == "failed" else None
    keep(services, a_report(status=ReportStatus(status), page_count=9, error=error))
    told = client.get(f"/api/v1/ingestions/{INGESTION}").json()
    assert (told["status"], told["stage"], told["error"]) == (said, status, error)


def test_an_analysis_has_the_mean_confidence_of_its_insights(client, services):
    waiting = an_insight("R2", confidence=a_confidence(0.5), status=InsightStatus.IN_REVIEW)
    keep(services, REPORT, an_insight("R1", confidence=a_confidence(0.9)), waiting)
    told = client.get(f"/api/v1/analysis/{ANALYSIS}").json()
    assert (told["analysis_id"], told["confidence_score"]) == (ANALYSIS, 0.7)
    assert (told["status"], told["insights"], told["review_required"]) == ("completed", 2, 1)
    assert client.get(f"/api/v1/analysis/{REPORT.report_id}").json() == told


def test_an_analysis_without_insights_has_no_confidence(client, services):
    keep(services, REPORT)
    assert client.get(f"/api/v1/analysis/{ANALYSIS}").json()["confidence_score"] is None


def some_facts(report_id: str = REPORT.report_id) -> list:
    return [
        a_fact(concept, year, amount, report_id=ReportId(report_id))
        for year in (2025, 2024)
        for concept, amount in (("revenue", 120), ("net_income", 9), ("total_assets", 300))
    ]


def test_facts_come_a_page_at_a_time_in_document_order(client, services):
    facts = some_facts()
    keep(services, REPORT, *facts)
    pages = every_page(client, f"/api/v1/facts?report={ANALYSIS}&limit=4")
    assert [len(page) for page in pages] == [4, 2]
    assert [one["fact_id"] for page in pages for one in page] == [one.fact_id for one in facts]
    assert (pages[0][0]["value"], pages[0][0]["page"]) == (120, 5)


@pytest.mark.parametrize(
    ("query", "count"),
    [("concept=revenue", 4), ("period=2025", 6), ("concept=total_assets&period=2024-12-31", 2),
     (f"report={REPORT.report_id}&concept=net_income", 2), ("concept=none", 0)],
)  # fmt: skip
def test_facts_of_several_documents_are_narrowed_by_concept_and_period(
    client, services, query, count
):
    other = a_report("other.pdf")
    keep(services, REPORT, *some_facts())
    keep(services, other, *some_facts(other.report_id))
    pages = every_page(client, f"/api/v1/facts?{query}&limit=3")
    found = {one["fact_id"] for page in pages for one in page}
    assert (len(found), sum(map(len, pages))) == (count, count)


def test_a_number_that_a_person_stated_is_listed_before_any_new_analysis(client, services):
    facts = [
        fact.model_copy(update={"source": a_place(page=page)})
        for page, fact in enumerate(some_facts(), start=1)
    ]
    keep(services, REPORT, *facts)
    claim = a_claim(facts[0], value=Decimal(125_000_000), printed_value=Decimal(125))
    services.corrections.add(claim, "a digit was misread", None, ANALYST)
    pages = every_page(client, f"/api/v1/facts?report={REPORT.report_id}&limit=4")
    assert [len(page) for page in pages] == [4, 2]
    assert len({one["fact_id"] for page in pages for one in page}) == 6
    stated = next(one for page in pages for one in page if one["value"] == 125_000_000)
    assert stated["correction"]["kind"] == "corrected"


def test_facts_and_metrics_of_a_document_that_is_not_there_are_not_found(client):
    assert client.get("/api/v1/facts?report=none").status_code == 404
    assert client.get("/api/v1/metrics?report=none").status_code == 404
    assert client.get("/api/v1/metrics").status_code == 422


@pytest.mark.parametrize(
    "path", ["ingestions/x", "analysis/x", "reasoning-chains/x", "reasoning-chains/x/replay", "summaries/x"]
)  # fmt: skip
def test_what_is_not_there_is_not_found(client, path):
    answer = client.get(f"/api/v1/{path}")
    assert (answer.status_code, answer.json()["instance"]) == (404, f"/api/v1/{path}")


def an_item(number: int, **changes) -> ReviewItem:
    fields = {
        "review_item_id": ReviewItemId(f"review-{number}"),
        "insight_id": an_insight(f"R{number}").insight_id,
        "report_id": REPORT.report_id,
        "reasons": ("The confidence is low.",),
        "opened_at": NOW + timedelta(minutes=number),
    }
    return ReviewItem.model_validate(fields | changes)


def test_review_items_come_oldest_first_a_page_at_a_time(client, services):
    keep(services, REPORT, an_item(3), an_item(1), an_item(2))
    first = client.get("/api/v1/review-items?status=open&limit=2").json()
    assert [one["id"] for one in first["review_items"]] == ["review-1", "review-2"]
    assert first["review_items"][0]["reasons"] == ["The confidence is low."]
    last = client.get(first["pagination"]["next"]).json()
    assert [one["id"] for one in last["review_items"]] == ["review-3"]
    assert last["pagination"]["next"] is None
    assert client.get("/api/v1/review-items?status=approved").json()["review_items"] == []


def test_an_open_audit_does_not_lead_to_the_confidence(client, services):
    keep(services, REPORT, an_item(1), an_item(2, kind=ReviewKind.AUDIT_SAMPLE))
    routed, blind = client.get("/api/v1/review-items").json()["review_items"]
    assert "insight" in routed["_links"]
    assert "insight" not in blind["_links"]


def test_the_audit_trail_is_verified_when_asked(client, services):
    empty = client.get("/api/v1/audit/verification").json()
    assert (empty["intact"], empty["entries"], empty["head"]) == (True, 0, None)
    event = AuditEvent(actor=UserId("ana"), action="looked", resource="x", at=NOW)
    entry = services.ports.audit.append(event)
    whole = client.get("/api/v1/audit/verification").json()
    assert (whole["intact"], whole["entries"], whole["head"]) == (True, 2, entry.entry_hash)
    assert whole["checked_from"] == 1
    assert whole["checked_at"] >= whole["whole_checked_at"] > empty["whole_checked_at"]
    again = client.get("/api/v1/audit/verification?whole=true").json()
    assert (again["entries"], again["whole_checked_at"] > whole["whole_checked_at"]) == (3, True)
    with services.listing._database.transaction() as connection:
        connection.execute("DROP TRIGGER audit_entries_never_change")
        connection.execute("UPDATE audit_entries SET event = replace(event, 'looked', 'lurked')")
    broken = client.get("/api/v1/audit/verification").json()
    assert (broken["intact"], broken["first_broken"]) == (False, 2)


def test_a_page_of_facts_of_a_balance_date_shows_an_instant(client, services):
    keep(services, REPORT, a_fact("cash", 2025, 7, period=year_end(2025)))
    (told,) = client.get("/api/v1/facts").json()["facts"]
    assert (told["period_start"], told["period_end"]) == (None, "2025-12-31")


def test_facts_over_all_documents_hold_each_corrected_one_once_as_it_is_in_force(client, services):
    other = a_report("other.pdf")
    keep(services, REPORT, *some_facts())
    keep(services, other, *some_facts(other.report_id))
    in_force = [
        FactInForce(report_id=REPORT.report_id, fact=one.model_copy(update={"value": Decimal(7)}))
        for one in some_facts()
    ]
    keep(services, *in_force)
    pages = every_page(client, "/api/v1/facts?concept=revenue&limit=3")
    told = [(one["document_id"], one["value"]) for page in pages for one in page]
    assert sorted(told) == sorted([(REPORT.report_id, 7)] * 2 + [(other.report_id, 120)] * 2)


def test_a_page_of_facts_is_found_through_an_index_and_not_by_sorting(services):
    place = "(report_id, position, id) > ('report-1', 5, 'x')"
    with services.listing._database.reading() as connection:
        for asked, index in (("1", "facts_listed "), ("concept = 'x'", "facts_listed_concept ")):
            rows = connection.execute(
                f"EXPLAIN QUERY PLAN SELECT record FROM facts WHERE {asked} AND {place} "
                "ORDER BY report_id, position, id LIMIT 51"
            )
            plan = " ".join(row[3] for row in rows)
            assert index in plan
            assert "B-TREE" not in plan


def test_a_chain_tells_what_a_model_was_asked_and_answered(client, services, analysed):
    insight = services.ports.records.insights(BUILT)[0]
    address = f"/api/v1/reasoning-chains/{insight.chain_id}"
    assert client.get(address).json()["narration"] is None
    chain = services.ports.records.chain(insight.insight_id)
    told = a_narration(REFUSED, SILENT)
    keep(services, chain.model_copy(update={"narration": told}))
    found = client.get(address).json()["narration"]
    assert (found["prompt"], found["prompt_sha256"]) == (told.prompt, told.prompt_sha256)
    assert (found["asked"], found["inputs"]) == (told.asked, told.inputs)
    assert (found["template"], found["fallback"]) == (told.template, SILENT.fault)
    refused, silent = found["tries"]
    assert (refused["reply"], refused["accepted"]) == (REFUSED.reply.text, False)
    assert refused["refusals"] == list(REFUSED.refusals)
    assert (refused["text"], refused["cost"]) == (REFUSED.text, "0.003")
    assert (silent["reply"], silent["fault"], silent["cost"]) == (None, SILENT.fault, None)


def test_a_chain_tells_a_second_opinion(client, services, analysed):
    insight = services.ports.records.insights(BUILT)[0]
    address = f"/api/v1/reasoning-chains/{insight.chain_id}"
    assert client.get(address).json()["opinion"] is None
    chain = services.ports.records.chain(insight.insight_id)
    keep(services, chain.model_copy(update={"opinion": OPINION}))
    found = client.get(address).json()["opinion"]
    assert (found["read_as"], found["label"]) == ("controls_not_effective", "none")
    assert (found["prompt"], found["answer"]["text"]) == (OPINION.prompt, "could fail")
