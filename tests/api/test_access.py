"""Every operation as every role, exactly by the matrix; other companies' ids are those of nothing."""

import hashlib
import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from components.navigation import PAGES, may_open
from services.access import DOING, OPENS, PERMISSIONS, may
from services.api.app import create_app
from services.api.matrix import Operation, operations
from services.bootstrap import Services, build
from services.calibration.wishes import Wish
from services.cli import main
from services.config import Settings
from services.domain.audit import AuditEvent
from services.domain.materiality import company_key
from services.domain.reports import Report, ReportStatus
from services.domain.retention import LegalHold
from services.domain.users import Role, User
from tests import core_records as made
from tests.callers import As, a_user
from tests.companies import COMPANIES, SOMEBODY, Upload, ids_of, keep, reports_of, who_sees
from tests.operations import HOLD, READS, address_of, asked, names_of, names_something
from tests.small_reports import small_pdf

ROOT = Path(__file__).resolve().parents[2]
ACME, BETA, GAMMA = COMPANIES
REFUSED_EACH = frozenset({"/review-items/releases", "/review-items/decisions"})
"""What is done to each of several items, or refused with a sentence of its own."""
OF_THE_TRAIL = (".pdf", ".xlsx", ".csv", "/audit")
"""The trail of what everybody did, and files of a summary that say where it stood when they were made."""
LATE = frozenset(
    {
        "/insights/{insight_id}/review-requests",
        "/review-items/{review_item_id}/decisions",
        "/review-items/{review_item_id}/undo",
        "/review-items/{review_item_id}/questions",
        "/documents/{report_id}/corrections/{correction_id}/withdrawals",
        "/facts/{fact_id}/confirmations",
    }
)
"""What comes too late for the stored item, which waits for an answer, and for the number, stated a moment before."""
_numbers = count()


@pytest.fixture
def stored(services) -> list[Report]:
    """A report of each of two companies and one of the year before, and what belongs to all companies."""
    reports = reports_of([Upload(ACME), Upload(BETA), Upload(ACME)])
    reports[2] = reports[2].model_copy(update={"period_end": "2024-12-31"})
    keep(services, reports, COMPANIES)
    for one in reports:
        services.ports.blobs.put(one.blob_key, small_pdf(one.company, 1))
    services.calibration.propose(Wish(0.95, 0.95, True), "A trial.", 0, made.RAY)
    held = LegalHold(hold_id=HOLD, scope="*", reason="x", set_by=made.RAY.user_id, set_at=made.NOON)
    told = AuditEvent(actor=held.set_by, action="legal_hold_set", resource="*", at=made.NOON)
    services.retention._retention.keep(held, told)
    return reports


def state_of(services: Services) -> str:
    """A hash over everything stored but what tells of requests: the audit trail and kept answers."""
    digest = hashlib.sha256()
    with services.listing._database.reading() as connection:
        tables = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'audit%'"
            " AND name NOT IN ('kept_answers', 'request_tallies')"
        )
        for (table,) in tables.fetchall():
            for row in connection.execute(f"SELECT * FROM {table} ORDER BY 1"):
                digest.update(repr((table, row)).encode())
    return digest.hexdigest()


def in_order(app) -> list[Operation]:
    """The operations, those first that change nothing."""
    return sorted(operations(app), key=lambda one: one.method not in READS)


def names_for(caller: User, report: Report, services: Services) -> dict[str, str]:
    """Names of a report of which the caller is shown something: a CFO not the insight that waits."""
    names = names_of(report, "settled" if caller.role is Role.CFO else "waits")
    return names | {"content_sha256": services.cfo.brief(report.report_id).content_hash}


def is_done(operation: Operation, answer) -> bool:
    """Whether an answer is that of who may, whose request comes too late at most."""
    if operation.method == "POST" and operation.path in LATE:
        return answer.status_code == 409
    return answer.status_code in {200, 201, 202}


@pytest.mark.parametrize("role", list(Role))
def test_every_operation_is_for_the_roles_of_the_matrix_and_for_no_other(services, stored, role):
    app, caller = create_app(services), a_user(role)
    found, names = in_order(app), names_for(caller, stored[0], services)
    assert len(found) > 70
    with TestClient(As(app, caller)) as client:
        for operation in found:
            before = state_of(services)
            answer = asked(client, operation, names)
            if operation.permission is None or may(caller, operation.permission):
                assert is_done(operation, answer), (operation, answer.text)
                continue
            assert answer.status_code == 403, operation
            assert state_of(services) == before, operation
            doing = DOING[operation.permission]
            assert answer.json()["detail"] == f"The role {role.value} may not {doing}."
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


def of_a_report(app, caller: User) -> list[Operation]:
    """The operations that the caller may do and that name something of a report or a company."""
    return [one for one in in_order(app) if names_something(one) and may(caller, one.permission)]


@pytest.mark.parametrize("role", list(Role))
def test_an_id_of_another_company_is_answered_like_an_id_of_nothing(services, stored, role):
    (never,) = reports_of([Upload("Nobody Inc")])
    other = names_of(stored[1])
    nothing = names_of(never.model_copy(update={"report_id": "report-none"}))
    app, caller = create_app(services), who_sees(ACME, role=role)
    asking = of_a_report(app, caller)
    assert len(asking) > 25
    before = state_of(services)
    with TestClient(As(app, caller)) as client:
        for operation in asking:
            hidden, unknown = (asked(client, operation, names) for names in (other, nothing))
            assert hidden.status_code == unknown.status_code, operation
            if operation.path in REFUSED_EACH:
                refused = [one.json()["outcomes"][0]["refused"] for one in (hidden, unknown)]
                assert refused == ["This review item does not exist."] * 2
            else:
                assert hidden.status_code == 404, operation
                assert hidden.json()["detail"] == unknown.json()["detail"], operation
            assert state_of(services) == before, operation


@pytest.mark.parametrize("role", list(Role))
def test_the_same_ids_are_answered_to_who_may_know_them(services, stored, role):
    app, caller = create_app(services), who_sees(ACME, role=role)
    names = names_for(caller, stored[0], services)
    with TestClient(As(app, caller)) as client:
        for operation in of_a_report(app, caller):
            answer = asked(client, operation, names)
            assert is_done(operation, answer), (operation, answer.text)


@pytest.mark.parametrize(("rule", "for_cfo"), [("waits", 404), ("settled", 200)])
def test_a_review_item_is_shown_to_a_cfo_as_its_insight_is(services, stored, rule, for_cfo):
    names = names_of(stored[0], rule)
    for role, status in ((Role.CFO, for_cfo), (Role.ANALYST, 200)):
        with TestClient(As(create_app(services), a_user(role))) as client:
            for address in ("/review-items/{review_item_id}", "/insights/{insight_id}"):
                assert client.get(address.format_map(names)).status_code == status, role


def a_store(folder: Path) -> Services:
    return build(Settings(data_dir=folder / str(next(_numbers)), rate_limit_per_second=0))


def answers(services: Services, caller: User, stored: list[Report]) -> Iterator[object]:
    """Everything that the API tells the caller, asked with the ids of all the reports."""
    app = create_app(services)
    with TestClient(As(app, caller)) as client:
        for operation in operations(app):
            if operation.permission is None or operation.method != "GET":
                continue
            if operation.path.startswith(OF_THE_TRAIL) or operation.path.endswith(OF_THE_TRAIL):
                continue
            for report in stored if names_something(operation) else stored[:1]:
                yield told(client.get(address_of(operation, names_of(report))))
        for query in ("confidence_min=0", f"company={BETA}", "classification=review_required"):
            yield told(client.get(f"/insights?{query}"))
        yield told(client.get("/facts"))


def told(answer) -> tuple[str, int, object]:
    body = answer.json() if "json" in answer.headers["content-type"] else answer.content
    if isinstance(body, dict):
        # Where the trail stood, and which request it was, differ between any two answers.
        body = {name: one for name, one in body.items() if name not in {"audit", "correlation_id"}}
        for item in body.get("review_items", ()):
            item.pop("priority", None)  # grows with the age of the item
    return answer.request.url.path, answer.status_code, body


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
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
@example(
    uploads=[Upload(None, name="annual.pdf"), Upload(ACME, by="limited", name="annual.pdf")],
    companies={ACME},
    role=Role.ANALYST,
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
    assert counts == {"all": 9, "acme": 6, "beta": 3, "none": 0}
