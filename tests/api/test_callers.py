"""Nobody gets anything from the API without being somebody with the permission."""

from itertools import chain

import pytest
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from services.access import may
from services.api.app import create_app
from services.api.body_limits import MAX_DATA_BYTES
from services.api.callers import Needs
from services.api.matrix import operations
from services.domain.users import Role
from tests.callers import As, a_user

OPEN = {"/health"}
"""What anybody may ask for: the probe of the machine that runs this."""


def _permissions(route):
    return [one.call for one in route.dependant.dependencies if isinstance(one.call, Needs)]


def _routes(app):
    included = [one.original_router.routes for one in app.routes if hasattr(one, "original_router")]
    found = [one for one in chain(app.routes, *included) if isinstance(one, APIRoute)]
    assert {one.path for one in found} == set(app.openapi()["paths"])
    return found


def test_every_operation_but_the_probe_names_one_permission(services):
    routes = _routes(create_app(services))
    assert len(routes) > 15
    for route in routes:
        assert len(_permissions(route)) == (0 if route.path in OPEN else 1), route.path


def test_nobody_gets_an_answer_and_is_told_to_sign_in(services):
    app = create_app(services)
    with TestClient(As(app, None)) as client:
        for route in _routes(app):
            if route.path in OPEN:
                continue
            for method in route.methods:
                answer = client.request(method, route.path)
                assert answer.status_code == 401, route.path
                assert answer.json()["code"] == "unauthenticated"
                assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("role", [Role.ANALYST, Role.CFO])
def test_a_role_without_the_permission_is_refused_with_a_sentence(services, role):
    with TestClient(As(create_app(services), a_user(role))) as client:
        answer = client.get("/audit/verification")
    assert answer.status_code == 403
    assert answer.json()["detail"] == f"The role {role.value} may not see the audit trail."


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({}, b""),
        ({"content-type": "application/json"}, b"{"),
        ({"content-type": "application/json"}, rb'{"comment": "\ud83d"}'),
        ({"content-type": "application/json", "idempotency-key": "no key"}, b"{}"),
        ({"content-type": "application/json", "if-match": '"gone"'}, b"{}"),
        ({"content-type": "text/plain"}, b"words"),
        ({"content-type": "application/json"}, b" " * (MAX_DATA_BYTES + 1)),
        ({"content-type": "application/json", "accept": "image/png"}, b"{}"),
    ],
    ids=[
        "no body",
        "no JSON",
        "half a character",
        "no key",
        "a state",
        "no data",
        "much",
        "a kind",
    ],
)
def test_who_may_not_is_told_so_whatever_else_is_wrong(services, headers, body):
    app = create_app(services)
    for caller, status in ((None, 401), (a_user(Role.AUDITOR), 403)):
        with TestClient(As(app, caller)) as client:
            for one in operations(app):
                allowed = caller is not None and may(caller, one.permission)
                if one.method == "POST" and not allowed:
                    answer = client.post(one.path, content=body, headers=headers)
                    assert answer.status_code == status, one
