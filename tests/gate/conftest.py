"""The gate around a small product: the real API, a page that tells what reached it, a socket that echoes."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from services.api.app import create_app
from services.api.callers import known_caller
from services.bootstrap import Services, build, cookie_key
from services.config import Settings
from services.domain.identity import Session
from services.domain.ids import UserId
from services.domain.users import SYSTEM
from services.gate.cookie import SessionCookie
from services.gate.gate import Gate
from tests.callers import a_user
from tests.desks import PASSWORD

HOME = "http://127.0.0.1:8501"
OWN = {"Origin": HOME}


@dataclass
class Door:
    """The gate, its services, and what passed it."""

    services: Services
    app: Gate
    cookie: SessionCookie
    passed: list[str] = field(default_factory=list)

    def client(self, **options: object) -> TestClient:
        given = {"base_url": HOME, "follow_redirects": False, **options}
        return TestClient(self.app, client=("192.0.2.7", 50_000), **given)

    def demo(self, person: str = "analyst") -> Session:
        return self.services.sign_in.sign_in_demo(UserId(f"demo-{person}"), "192.0.2.7")

    def cookie_of(self, session_id: str) -> dict[str, str]:
        response = JSONResponse({})
        self.cookie.give(response, session_id)
        return {"Cookie": response.headers["set-cookie"].partition(";")[0]}

    def signed_in(self, person: str = "analyst") -> dict[str, str]:
        return self.cookie_of(self.demo(person).session_id)


def a_door(settings: Settings, **gate: object) -> Door:
    services = build(settings)
    services.accounts.open(at_home=settings.at_home)
    passed: list[str] = []

    async def page(request: Request) -> JSONResponse:
        passed.append(request.url.path)
        caller = known_caller(request.scope)
        seen = {k: v for k, v in request.headers.items() if "advisor" in k.replace("_", "-")}
        return JSONResponse({"user": caller and caller.user_id, "headers": seen})

    async def socket(websocket: WebSocket) -> None:
        passed.append(websocket.url.path)
        await websocket.accept()
        await websocket.send_text(websocket.headers["x-advisor-session"])
        try:
            while True:
                await websocket.send_text(await websocket.receive_text())
        except WebSocketDisconnect as ended:
            passed.append(f"ended with {ended.code}")

    product = Starlette(
        routes=[
            Mount("/api/v1", create_app(services)),
            WebSocketRoute("/_stcore/stream", socket),
            Route("/{path:path}", page, methods=["GET", "POST", "PUT", "DELETE"]),
        ]
    )
    key = cookie_key(settings)
    app = Gate(product, services, key, **gate)
    return Door(services, app, SessionCookie(key, secure=settings.is_secure), passed)


@pytest.fixture
def door() -> Door:
    return a_door(Settings(rate_limit_per_second=0))


@pytest.fixture
def client(door: Door) -> Iterator[TestClient]:
    with door.client() as client:
        yield client


@pytest.fixture
def ann(door: Door) -> str:
    """The name of a person with a password."""
    door.services.accounts.add(a_user(user_id="ann", name="Ann"), PASSWORD, SYSTEM)
    return "ann"
