"""Questions over HTTP: a computed number with its cells, a refusal with its reason, an entry in the trail."""

import pytest

from services.domain.messages import Effects
from services.domain.reports import ReportStatus
from services.domain.users import Role
from tests.callers import a_user
from tests.unit.statement_builder import REPORT, manufacturer, report

WHERE = "/api/v1/questions"
RATIO = {"question": "What is the current ratio for FY2018? Round to two decimal places."}


@pytest.fixture(autouse=True)
def loaded(services):
    statements, facts = manufacturer()
    shown = report(status=ReportStatus.ANALYSED, company="Acme Corp")
    services.ports.records.commit(Effects(records=(shown, *statements, *facts)))


def asked_in_trail(services) -> list[tuple[str, str, dict[str, str]]]:
    found = [one.event for one in services.ports.audit.entries()]
    return [
        (one.actor, one.resource, dict(one.detail))
        for one in found
        if one.action == "question_asked"
    ]


def test_a_question_is_answered_with_its_number_its_steps_and_its_cells(analyst):
    body = analyst.post(WHERE, json=RATIO).json()
    assert (body["answered"], body["given"], body["unit"]) == (True, "1.89", "ratio")
    assert body["value"].startswith("1.8924")
    assert [(one["printed"], one["page"], one["label"]) for one in body["citations"]] == [
        ("13709", 1, "Total current assets"),
        ("7244", 1, "Total current liabilities"),
    ]
    fact = analyst.get(body["_links"]["facts"] + "&limit=200").json()["facts"]
    assert {one["fact_id"] for one in body["citations"]} <= {one["fact_id"] for one in fact}
    assert body["steps"][0]["value"] == "1.89×"


def test_a_refusal_is_an_answer_with_a_reason_and_without_a_number(analyst):
    answer = analyst.post(WHERE, json={"question": "What was organic growth of revenue in 2018?"})
    body = answer.json()
    assert answer.status_code == 200
    assert (body["answered"], body["reason"]) == (False, "not_understood")
    assert (body["value"], body["given"], body["citations"]) == (None, None, [])


def test_only_the_named_documents_and_company_are_asked(analyst):
    named = analyst.post(WHERE, json={**RATIO, "document_ids": [REPORT], "company": "ACME corp"})
    assert named.json()["answered"]
    other = analyst.post(WHERE, json={**RATIO, "company": "Beta"}).json()
    assert other["reason"] == "no_report"
    unknown = analyst.post(WHERE, json={**RATIO, "document_ids": ["report-x"]})
    assert unknown.status_code == 404
    assert unknown.json()["detail"] == "There is no document with this id."


def test_who_may_not_know_of_a_company_gets_no_number_of_it(as_user):
    limited = as_user(a_user(Role.ANALYST, companies=frozenset({"beta"})))
    assert limited.post(WHERE, json=RATIO).json()["reason"] == "no_report"
    hidden = limited.post(WHERE, json={**RATIO, "document_ids": [REPORT]})
    assert hidden.status_code == 404


@pytest.mark.parametrize(
    "wish",
    [
        {}, {"question": ""}, {"question": 5}, {"question": "x" * 2001}, {**RATIO, "other": 1},
        {**RATIO, "document_ids": "report-1"}, {**RATIO, "document_ids": [""]},
    ],
)  # fmt: skip
def test_what_is_no_question_is_refused_as_a_request(analyst, wish):
    answer = analyst.post(WHERE, json=wish)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_question_is_in_the_trail_with_what_came_out_and_once_a_key(services, analyst):
    for _ in range(2):
        answer = analyst.post(WHERE, json=RATIO, headers={"Idempotency-Key": "ask-1"})
    assert answer.headers["Idempotency-Replayed"] == "true"
    (told,) = asked_in_trail(services)
    assert told == ("analyst", REPORT, {"question": RATIO["question"], "answer": "1.89×"})
