"""Every operation as every role, exactly by the matrix; other companies' ids are those of nothing."""

import hashlib
import json
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from components.navigation import PAGES, may_open
from services.access import OPENS, PERMISSIONS, may
from services.api.app import create_app
from services.api.matrix import Operation, operations
from services.bootstrap import Services, build
from services.cli import main
from services.config import Settings
from services.domain.ids import deterministic_id
from services.domain.materiality import company_key
from services.domain.reports import Report, ReportStatus
from services.domain.users import Role, User
from tests import core_records as made
from tests.callers import As, a_user
from tests.companies import COMPANIES, SOMEBODY, Upload, ids_of, keep, reports_of, who_sees

ROOT = Path(__file__).resolve().parents[2]
ACME, BETA, GAMMA = COMPANIES
READS = frozenset({"GET", "HEAD"})
BODIES: dict[tuple[str, str], Callable[[dict[str, str]], object] | None] = {}
"""What an operation that changes something is sent about a report, from ``names_of`` it; None for one that names none."""
BY_DOCUMENT = {"/facts": "report", "/metrics": "report"}
_numbers = count()


def names_of(report: Report) -> dict[str, str]:
    """What the parts of an address stand for when it is about a report."""
    insight = made.an_insight(report, "waits")
    item_id = made.a_review_item(insight).review_item_id
    bare = report.report_id.removeprefix("report-")
    return {
        "report_id": report.report_id,
        "ingestion_id": f"ingestion-{bare}",
        "analysis_id": f"analysis-{bare}",
        "insight_id": insight.insight_id,
        "reasoning_chain_id": insight.chain_id,
        "review_item_id": item_id,
        "alert_id": deterministic_id("notice", item_id),
        "page": "1",
    }


def address_of(operation: Operation, report: Report) -> str:
    address = operation.path.format_map(names_of(report))
    query = BY_DOCUMENT.get(operation.path)
    return address if query is None else f"{address}?{query}={report.report_id}"


def asked(client: TestClient, operation: Operation, report: Report):
    """Ask as somebody who fills everything in."""
    address = address_of(operation, report)
    if operation.method in READS:
        return client.request(operation.method, address)
    body = BODIES.get((operation.method, operation.path))
    headers = {"Idempotency-Key": uuid4().hex, "If-Match": "*"}
    sent = {} if body is None else body(names_of(report))
    return client.request(operation.method, address, json=sent, headers=headers)


def names_something(operation: Operation) -> bool:
    if operation.method in READS:
        return "{" in operation.path or operation.path in BY_DOCUMENT
    key = (operation.method, operation.path)
    assert key in BODIES, f"say in BODIES what {key} is sent about a report"
    return BODIES[key] is not None


@pytest.fixture
def stored(services) -> list[Report]:
    reports = reports_of([Upload(ACME), Upload(BETA)])
    keep(services, reports, COMPANIES)
    return reports


def state_of(services: Services) -> str:
    """A hash over everything stored but the audit trail, which tells of refusals too."""
    digest = hashlib.sha256()
    with services.listing._database.reading() as connection:
        tables = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'audit%'"
        )
        for (table,) in tables.fetchall():
            for row in connection.execute(f"SELECT * FROM {table} ORDER BY 1"):
                digest.update(repr((table, row)).encode())
    return digest.hexdigest()


@pytest.mark.parametrize("role", list(Role))
def test_every_operation_is_for_the_roles_of_the_matrix_and_for_no_other(services, stored, role):
    app, caller = create_app(services), a_user(role)
    found = operations(app)
    assert len(found) > 15
    with TestClient(As(app, caller)) as client:
        for operation in found:
            allowed = operation.permission is None or may(caller, operation.permission)
            before = state_of(services)
            answer = asked(client, operation, stored[0])
            if allowed:
                assert answer.status_code not in {401, 403}, operation
                continue
            assert answer.status_code == 403, operation
            assert state_of(services) == before, operation
            if operation.method != "HEAD":
                assert answer.json()["detail"].startswith(f"The role {role.value} may not "), answer
                assert answer.headers["content-type"] == "application/problem+json"


def test_the_matrix_refuses_something_to_every_role_but_grants_each_operation_to_one(services):
    for operation in operations(create_app(services)):
        roles = [role for role in Role if operation.permission in PERMISSIONS[role]]
        assert operation.permission is None or roles, operation
    assert all(set(OPENS.values()) - PERMISSIONS[role] for role in (Role.ANALYST, Role.CFO))


def test_who_may_do_what_is_written_down_as_it_is(capsys):
    """After a change of a permission, an operation or a page: python -m services access > docs/access.md"""
    assert main(["access"]) == 0
    assert capsys.readouterr().out == (ROOT / "docs" / "access.md").read_text(encoding="utf-8")


def test_every_page_says_what_it_takes_to_open_it():
    assert set(OPENS) == set(PAGES)
    refused = {(page, role) for page in PAGES for role in Role if not may_open(page, role)}
    assert ("review", Role.ANALYST) in refused
    assert ("audit", Role.CFO) in refused
    assert all(may_open(page, role) for page, entry in PAGES.items() for role in entry.menu)


def all_who_may(operation: Operation) -> Iterator[User]:
    for role in Role:
        caller = who_sees(ACME, role=role)
        if operation.permission is not None and may(caller, operation.permission):
            yield caller


def test_an_id_of_another_company_is_answered_like_an_id_of_nothing(services, stored):
    _, other = stored
    (nothing,) = reports_of([Upload(BETA, name="never.pdf")])
    nothing = nothing.model_copy(update={"report_id": "report-none"})
    app = create_app(services)
    asking = [one for one in operations(app) if names_something(one)]
    assert len(asking) > 10
    for operation in asking:
        for caller in all_who_may(operation):
            with TestClient(As(app, caller)) as client:
                before = state_of(services)
                hidden = asked(client, operation, other)
                assert hidden.status_code == 404, (operation, caller.role)
                assert state_of(services) == before
                if operation.method != "HEAD":
                    unknown = asked(client, operation, nothing)
                    assert hidden.json()["detail"] == unknown.json()["detail"], operation


def test_the_same_ids_are_answered_to_who_may_know_them(services, stored):
    app = create_app(services)
    for operation in operations(app):
        if not names_something(operation) or operation.path.endswith(".webp"):
            continue
        for caller in all_who_may(operation):
            if caller.role is Role.CFO:  # who is not shown the insight that waits
                continue
            with TestClient(As(app, caller)) as client:
                answer = asked(client, operation, stored[0])
            assert answer.status_code not in {401, 403, 404}, (operation, caller.role)


def a_store(folder: Path) -> Services:
    return build(Settings(data_dir=folder / str(next(_numbers)), rate_limit_per_second=0))


def answers(services: Services, caller: User, stored: list[Report]) -> Iterator[object]:
    """Everything that the API tells the caller, asked with the ids of all the reports."""
    app = create_app(services)
    with TestClient(As(app, caller)) as client:
        for operation in operations(app):
            if operation.permission is None or operation.method != "GET":
                continue
            if operation.path.startswith("/audit"):
                continue
            for report in stored if names_something(operation) else [None]:
                address = operation.path if report is None else address_of(operation, report)
                yield told(client.get(address))
        for query in ("confidence_min=0", f"company={BETA}", "classification=review_required"):
            yield told(client.get(f"/insights?{query}"))
        yield told(client.get("/facts"))


def told(answer) -> tuple[str, int, object]:
    body = answer.json() if "json" in answer.headers["content-type"] else answer.content
    if isinstance(body, dict):
        # Where the trail stood, and which request it was, differ between any two answers.
        body = {name: one for name, one in body.items() if name not in {"audit", "correlation_id"}}
    return answer.request.url.path, answer.status_code, body


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    uploads=st.lists(
        st.builds(
            Upload,
            company=st.sampled_from([*COMPANIES, "ACME  corp", None]),
            by=st.sampled_from([SOMEBODY, "limited"]),
            name=st.sampled_from(["", "annual.pdf"]),
            status=st.sampled_from([ReportStatus.ANALYSED, ReportStatus.READ]),
        ),
        min_size=1,
        max_size=4,
    ),
    companies=st.sets(st.sampled_from(COMPANIES)),
    role=st.sampled_from(Role),
)
def test_the_api_tells_what_it_would_tell_if_the_other_companies_were_not_there(
    tmp_path, uploads, companies, role
):
    reader = who_sees(*companies, role=role)
    stored = reports_of(uploads)
    known = [
        one
        for one in stored
        if (
            company_key(one.company) in reader.companies
            if one.company
            else one.uploaded_by == "limited"
        )
    ]
    ids = {one.report_id for one in known}
    left = [
        one.model_copy(update={"supersedes": one.supersedes if one.supersedes in ids else None})
        for one in known
    ]
    whole, alone = a_store(tmp_path), a_store(tmp_path)
    keep(whole, stored, COMPANIES)
    keep(alone, left, companies)
    everything = reader.model_copy(update={"companies": None})
    shown = [*answers(whole, reader, stored)]
    assert shown == [*answers(alone, everything, stored)]
    lists = json.dumps([body for path, _, body in shown if path.count("/") == 1], default=str)
    hidden = ids_of(one for one in stored if one not in known)
    assert [one for one in hidden if one in lists] == []


def test_the_audit_trail_is_for_people_who_see_all_companies(services, stored):
    for companies, status in ((None, 200), (frozenset({company_key(ACME)}), 403)):
        caller = a_user(Role.AUDITOR, companies=companies)
        with TestClient(As(create_app(services), caller)) as client:
            assert client.get("/audit/verification").status_code == status


def test_one_persons_page_of_insights_is_not_kept_for_another(services, stored):
    app = create_app(services)
    counts = {}
    for name, companies in (("all", None), ("acme", {ACME}), ("beta", {BETA}), ("none", set())):
        keys = None if companies is None else frozenset(map(company_key, companies))
        with TestClient(As(app, a_user(Role.AUDITOR, companies=keys))) as client:
            counts[name] = len(client.get("/insights?confidence_min=0").json()["insights"])
    assert counts == {"all": 6, "acme": 3, "beta": 3, "none": 0}
