"""The product's API behind its gate, on a real port, over a store in which there is one of everything."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.access import PERMISSIONS
from services.api.app import create_app, mounted
from services.api.callers import USER
from services.api.matrix import Operation, operations
from services.bootstrap import Services, build, cookie_key
from services.calibration.wishes import Wish
from services.config import Settings
from services.domain.ids import FactId, InsightId, ReportId
from services.domain.insights import InsightStatus
from services.domain.messages import Effects
from services.domain.users import SYSTEM, Role
from services.gate.gate import Gate
from tests.api.test_ingesting import work
from tests.callers import a_user
from tests.conftest import ROOT
from tests.factories import ANALYST
from tests.serving import served

ADMIN = a_user(Role.ADMIN)
REVIEWER = a_user(Role.REVIEWER, user_id="another-reviewer")
Ids = dict[str, list[str | int]]
"""What is stored, by the parameters and fields that name it."""


class Lies:
    """The API, but one address answers otherwise than described."""

    def __init__(self, app: ASGIApp, answer: Response, *, to_anybody: bool = False) -> None:
        self.app = app
        self.answer = answer
        self.to_anybody = to_anybody

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        lies = path.endswith("/summaries") and (USER in scope or self.to_anybody)
        await (self.answer if lies else self.app)(scope, receive, send)


class Heard:
    """The API, and which of its operations succeeded."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app
        self.succeeded: set[str] = set()
        self._named = [
            (compile_path(one.path)[0], one) for one in operations(app)
        ]  # fmt: skip

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def heard(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < 300:
                self.succeeded |= {name_of(one) for one in self._asked(scope)}
            await send(message)

        await self.app(scope, receive, heard)

    def _asked(self, scope: Scope) -> list[Operation]:
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        found = [
            one for form, one in self._named if one.method == scope["method"] and form.match(path)
        ]
        # A fixed address goes before one with parameters.
        return sorted(found, key=lambda one: one.path.count("{"))[:1]


def name_of(operation: Operation) -> str:
    """Return an operation as Schemathesis names it."""
    return f"{operation.method} {operation.path}"


@dataclass(frozen=True)
class Stand:
    """A server, a token for it, ids of what is stored there, and what succeeds."""

    url: str
    token: str
    ids: Ids
    api: Heard
    role: Role

    @property
    def granted(self) -> set[str]:
        """The operations that the role may ask for."""
        return {
            name_of(one) for one in operations(self.api.app)
            if one.permission is None or one.permission in PERMISSIONS[self.role]
        }  # fmt: skip


def fill(services: Services) -> Ids:
    """Take reports in, analyse all but the last, and do an act of every kind; return the ids of all that is there."""
    reports = [_taken(services, f"Larkfield_FY{year}_10-K.pdf") for year in (2023, 2024)]
    work(services)
    unread = _taken(services, "Larkfield_FY2025_10-K.pdf")
    records = services.ports.records
    insights = [one for report in reports for one in records.insights(report)]
    undecided = [one.model_copy(update={"status": InsightStatus.OPEN}) for one in insights[1::4]]
    records.commit(Effects(records=tuple(undecided)))
    facts = [
        one.fact_id for report in reports for one in services.facts.facts(report)
        if not one.derived_from
    ]  # fmt: skip
    documents: list[str | int] = [*reports, unread]
    named: Ids = {
        "path.report_id": documents,
        "path.ingestion_id": documents,
        "path.analysis_id": documents,
        "path.insight_id": [one.insight_id for one in insights],
        "path.reasoning_chain_id": [one.chain_id for one in insights],
        "path.page": [1, 2],
        "path.company": [one.key for one in services.companies.companies()],
        "path.fact_id": facts[100:140],
        "query.report": documents,
        "body.ingestion_id": documents,
        "body.insight_id": [one.insight_id for one in insights],
        "body.fact_id": facts[20:60],
    }
    return named | _acts(services, [one.insight_id for one in insights], facts)


def _taken(services: Services, name: str) -> ReportId:
    data = (ROOT / "samples" / name).read_bytes()
    return services.intake.accept(name, data, ANALYST).report.report_id


def _acts(services: Services, insights: list[InsightId], facts: list[FactId]) -> Ids:
    """Do what people do, so that there is something to read and to go on with."""
    told = [services.talk.alert(one, "reviewer@example.org", "", ANALYST) for one in insights[::2]]
    items = [one.review_item_id for one in services.ports.records.review_items()]
    services.talk.ask(items[0], "Why?", REVIEWER)
    made = [services.corrections.confirm(one, "", ANALYST) for one in facts[:9]]
    holds = [services.retention.hold(f"report-{n}", "A lawsuit.", ADMIN) for n in range(4)]
    wish = Wish(0.92, 0.9)
    proposal = services.calibration.propose(wish, "A quarter without mistakes.", 0, REVIEWER)
    return {
        "path.alert_id": [one.notice_id for one in told],
        "path.review_item_id": [*items],
        "body.review_item_ids[*]": [*items],
        "path.correction_id": [one.correction_id for one in made],
        "path.hold_id": [one.hold_id for one in holds],
        "path.proposal_id": [proposal.proposal_id],
    }


def _liars(api: ASGIApp) -> dict[str, ASGIApp]:
    empty = {"summaries": [], "pagination": {"next": None}, "_links": {}}
    return {
        "undescribed": Lies(api, Response(status_code=418)),
        "mistyped": Lies(api, JSONResponse({"summaries": 1})),
        "failing": Lies(api, Response(status_code=500)),
        "open": Lies(api, JSONResponse(empty), to_anybody=True),
    }


@pytest.fixture
def stand(tmp_path) -> Iterator[Callable[..., Stand]]:
    """Starts a server over a store of its own for somebody with a role; one that lies where it is said how."""
    services = build(Settings(data_dir=tmp_path / "data", rate_limit_per_second=0))
    api = Heard(create_app(services))

    def started(role: Role, lie: str = "") -> Stand:
        ids = fill(services)
        token, _ = services.tokens.make(a_user(role), 1, SYSTEM)
        product = Starlette(routes=[mounted(_liars(api)[lie] if lie else api)])
        gate = Gate(product, services, cookie_key(services.settings))
        port = servers.enter_context(served(gate))
        return Stand(f"http://127.0.0.1:{port}/api/v1", token, ids, api, role)

    with ExitStack() as servers:
        yield started
