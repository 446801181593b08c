"""Documents come in over HTTP as files or addresses; analyses are asked for."""

from dataclasses import replace

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from services.api.app import create_app
from services.domain.insights import InsightKind, InsightStatus
from services.domain.messages import Effects, MessageKind, Queue
from services.domain.reports import ReportStatus
from services.domain.users import Role
from services.pipeline.delivery import handle
from services.pipeline.handlers import context_of
from services.ports import Fetched
from tests.callers import As, a_user
from tests.core_records import a_chain, a_fact, a_report, an_insight
from tests.small_reports import small_csv, small_pdf


def ingest(client: TestClient, name: str, content: bytes, kind: str | None = None, **more):
    data = {} if kind is None else {"document_type": kind}
    return client.post(
        "/api/v1/documents/ingest", files={"file": (name, content)}, data=data, **more
    )


def trigger(client: TestClient, its_id: str, kind: str = "trend", **more):
    wish = {"ingestion_id": its_id, "analysis_type": kind}
    return client.post("/api/v1/analysis/trigger", json=wish, **more)


def work(services) -> None:
    context = context_of(services)
    while (delivery := context.ports.queue.claim(tuple(Queue), "test")) is not None:
        handle(delivery, context)


def test_a_file_is_taken_in_and_its_progress_can_be_followed(services, analyst):
    answer = ingest(analyst, "Q4.csv", small_csv(1), "excel")
    assert answer.status_code == 202
    body = answer.json()
    assert body["status"] == "queued"
    assert body["outcome"] == "new"
    where = f"/api/v1/ingestions/{body['ingestion_id']}"
    assert answer.headers["location"] == answer.headers["operation-location"] == where
    assert answer.headers["retry-after"] == "1"
    assert body["_links"]["self"] == where
    assert analyst.get(where).json()["status"] == "queued"
    work(services)
    assert analyst.get(where).json()["status"] == "completed"
    (report,) = services.ports.records.reports()
    assert (report.name, report.uploaded_by) == ("Q4.csv", "analyst")


@pytest.mark.parametrize(
    ("name", "content", "kind", "status", "code"),
    [
        ("a.csv", small_csv(1), "pdf", 422, "invalid-input"),
        ("a.pdf", small_pdf("Acme", 1), "excel", 422, "invalid-input"),
        ("a.csv", small_csv(1), "word", 422, "invalid-input"),
        ("a.pdf", b"MZ junk", "pdf", 415, "unsupported-type"),
        ("a.pdf", b"", "pdf", 422, "empty-file"),
        ("a.pdf", b"%PDF-1.7 broken", "pdf", 422, "malformed"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_its_code(
    services, analyst, name, content, kind, status, code
):
    answer = ingest(analyst, name, content, kind)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert services.ports.records.reports() == []


def test_letter_case_makes_no_other_media_type(analyst):
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    answer = analyst.post(
        "/api/v1/documents/ingest",
        content=body + small_csv(1) + b"\r\n--x--\r\n",
        headers={"content-type": "Multipart/Form-Data; boundary=x", "Idempotency-Key": "k"},
    )
    assert answer.status_code == 202


def test_a_file_above_the_limit_is_too_large(services, analyst):
    answer = ingest(analyst, "a.pdf", b"%PDF-" + bytes(services.settings.max_upload_bytes))
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"files": {"other": ("a.csv", b"x")}}, 422),
        ({"files": {"file": ("a.csv", b"x")}, "data": {"more": "x"}}, 422),
        ({"data": {"file": "no file"}, "files": {"x": ("a", b"x")}}, 422),
        ({"content": b"x", "headers": {"content-type": "text/plain"}}, 415),
        ({}, 415),
        ({"content": b"{", "headers": {"content-type": "application/json"}}, 400),
        ({"json": {"document_url": "https://a.b/c"}}, 422),
        ({"json": {"document_url": "https://a.b/c", "document_type": "pdf", "x": 1}}, 422),
        ({"content": b"--x", "headers": {"content-type": "multipart/form-data"}}, 400),
    ],
)  # fmt: skip
def test_what_is_no_such_request_is_refused(analyst, more, status):
    answer = analyst.post("/api/v1/documents/ingest", **more)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_an_address_is_refused_with_the_setting_that_lets_it_in(services, analyst):
    wish = {"document_url": "https://example.com/a.pdf", "document_type": "pdf"}
    answer = analyst.post("/api/v1/documents/ingest", json=wish)
    assert answer.status_code == 403
    assert "ADVISOR_INGEST_HOSTS" in answer.json()["detail"]


class Shelf:
    """A source whose documents are given; each fetch is counted."""

    def __init__(self, *found: Fetched) -> None:
        self.found, self.asked = list(found), []

    def fetch(self, url: str) -> Fetched:
        self.asked.append(url)
        return self.found.pop(0)


def test_a_document_is_fetched_once_a_key_and_taken_in_like_a_file(services):
    shelf = Shelf(Fetched("Q4.csv", small_csv(1)), Fetched("Q4.csv", small_csv(2)))
    app = As(
        Starlette(routes=[Mount("/api/v1", create_app(replace(services, source=shelf)))]),
        a_user(Role.ANALYST),
    )
    wish = {"document_url": "https://reports.test/Q4.csv", "document_type": "excel"}
    with TestClient(app) as client:
        first, again = (
            client.post("/api/v1/documents/ingest", json=wish, headers={"Idempotency-Key": "k"})
            for _ in range(2)
        )
        assert (first.status_code, again.content) == (202, first.content)
        assert shelf.asked == [wish["document_url"]]
        newer = client.post("/api/v1/documents/ingest", json=wish)
    assert newer.json()["outcome"] == "new_version"
    assert [one.version for one in services.ports.records.reports()] == [2, 1]


def test_who_reviews_does_not_upload(reviewer):
    assert ingest(reviewer, "a.csv", small_csv(1)).status_code == 403


def test_the_samples_are_taken_in_like_uploads(services, analyst):
    names = analyst.get("/api/v1/samples").json()["samples"]
    loaded = analyst.post("/api/v1/samples")
    assert loaded.status_code == 202
    assert len(loaded.json()["ingestions"]) == len(names) > 1
    assert {one.name for one in services.ports.records.reports()} == set(names)


def test_an_analysis_that_comes_by_itself_is_on_its_way_and_then_there(services, analyst):
    its_id = ingest(analyst, "Q4.csv", small_csv(1)).json()["ingestion_id"]
    before = trigger(analyst, its_id)
    assert before.status_code == 202
    assert before.json()["status"] == "queued"
    assert before.json()["confidence_score"] is None
    where = f"/api/v1/analysis/{its_id.replace('ingestion', 'analysis')}"
    assert before.headers["location"] == where
    work(services)
    after = trigger(analyst, its_id)
    assert after.status_code == 200
    body = after.json()
    assert set(body) == {"analysis_id", "confidence_score", "status", "_links"}
    assert body["status"] == "completed"
    assert body["_links"]["self"] == where
    found = analyst.get(body["_links"]["insights"]).json()["insights"]
    assert found
    assert {one["type"] for one in found} == {"trend"}
    mean = sum(one["confidence"] for one in found) / len(found)
    assert body["confidence_score"] == pytest.approx(mean, abs=1e-5)
    assert sum(services.ports.queue.depth().values()) == 0


def stored(services, *others, **changes):
    report = a_report(**changes)
    services.ports.records.commit(Effects(records=(report, *others)))
    return report


def test_an_analysis_that_was_given_up_is_begun_again(services, analyst):
    report = stored(services, a_fact(a_report()), status=ReportStatus.FAILED, error="Ours.")
    answer = trigger(analyst, report.report_id)
    assert (answer.status_code, answer.json()["status"]) == (202, "running")
    delivery = services.ports.queue.claim(tuple(Queue), "test")
    assert delivery.message.kind is MessageKind.FACTS_EXTRACTED
    again = trigger(analyst, report.report_id)
    assert again.status_code == 202
    assert sum(services.ports.queue.depth().values()) == 1


def test_an_analysis_by_other_rules_is_made_anew_and_one_by_these_is_not(services, analyst):
    insight = an_insight(a_report(), kind=InsightKind.TREND)
    chain = a_chain(insight)
    report = stored(services, insight, chain, status=ReportStatus.ANALYSED)
    assert trigger(analyst, report.report_id).status_code == 202
    assert sum(services.ports.queue.depth().values()) == 1


def test_what_people_decided_on_keeps_its_rules_and_asks_for_no_other_analysis(services, analyst):
    insight = an_insight(a_report(), status=InsightStatus.APPROVED)
    report = stored(services, insight, a_chain(insight), status=ReportStatus.ANALYSED)
    assert trigger(analyst, report.report_id).status_code == 200


def test_a_document_that_could_not_be_read_has_nothing_to_analyse(services, analyst):
    report = stored(services, status=ReportStatus.FAILED, error="It is damaged.")
    answer = trigger(analyst, report.report_id)
    assert answer.status_code == 409
    assert answer.json()["detail"].endswith("It is damaged.")


@pytest.mark.parametrize(
    ("wish", "status"),
    [
        ({"ingestion_id": "ingestion-x", "analysis_type": "risk"}, 404),
        ({"ingestion_id": "x", "analysis_type": "magic"}, 422),
        ({"ingestion_id": "x"}, 422),
        ({"ingestion_id": "x", "analysis_type": "risk", "more": 1}, 422),
    ],
)
def test_what_is_no_analysis_is_refused(analyst, wish, status):
    assert analyst.post("/api/v1/analysis/trigger", json=wish).status_code == status


def test_who_may_not_upload_asks_for_no_analysis(as_user):
    assert trigger(as_user(a_user(Role.CFO)), "ingestion-x").status_code == 403
