"""A real server with the API over a store in which every kind of thing is, for those who try it by its description."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from services.api.app import create_app, mounted
from services.api.callers import USER
from services.bootstrap import Services, build
from services.config import Settings
from services.domain.ids import ReviewItemId
from services.domain.messages import Effects, MessageKind, message
from services.domain.reports import ReportStatus
from services.domain.reviews import ReviewItem
from services.domain.users import Role
from services.pipeline.handlers import analyse_report, context_of
from tests.callers import a_user
from tests.conftest import ROOT
from tests.factories import ANALYST, NOW
from tests.serving import served
from tests.unit.statement_builder import REPORT as BUILT
from tests.unit.statement_builder import manufacturer
from tests.unit.statement_builder import report as built_report


class Bearers:
    """Signs in whoever sends ``Bearer test-<role>``, as the gate does with tokens."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            kind, _, token = Headers(scope=scope).get("authorization", "").partition(" ")
            role = token.removeprefix("test-")
            if kind.lower() == "bearer" and token.startswith("test-") and role in list(Role):
                scope[USER] = a_user(Role(role))
        await self.app(scope, receive, send)


class Lies:
    """The API, but one address answers otherwise than described."""

    def __init__(self, app: ASGIApp, answer: Response, *, to_anybody: bool = False) -> None:
        self.app = app
        self.answer = answer
        self.to_anybody = to_anybody

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        lies = scope["path"].endswith("/summaries") and (USER in scope or self.to_anybody)
        await (self.answer if lies else self.app)(scope, receive, send)


@dataclass(frozen=True)
class Stand:
    """A server, and ids of what is stored there by the parameters that take them."""

    url: str
    ids: dict[str, list[str | int]]


def fill(services: Services) -> dict[str, list[str | int]]:
    """Store an analysed report, an uploaded one and a review item; return ids by parameter."""
    keep = services.ports.records.commit
    statements, facts = manufacturer()
    stored = built_report(status=ReportStatus.READ, company="Acme")
    keep(Effects(records=(stored, *statements, *facts)))
    keep(analyse_report(message(MessageKind.FACTS_EXTRACTED, BUILT, "run-1"), context_of(services)))
    sample = next((ROOT / "samples").glob("*FY2023*.pdf"))
    uploaded = services.intake.accept(sample.name, sample.read_bytes(), ANALYST).report.report_id
    services.ports.blobs.put(stored.blob_key, sample.read_bytes())
    insights = services.ports.records.insights(BUILT)
    item = ReviewItem(
        review_item_id=ReviewItemId("review-1"), insight_id=insights[0].insight_id,
        report_id=BUILT, reasons=("The confidence is low.",), opened_at=NOW,
    )  # fmt: skip
    keep(Effects(records=(item,)))
    documents = [BUILT, uploaded]
    return {
        "path.report_id": documents,
        "path.ingestion_id": documents,
        "path.analysis_id": documents,
        "path.insight_id": [one.insight_id for one in insights],
        "path.reasoning_chain_id": [one.chain_id for one in insights],
        "path.page": [1, 2],
        "query.report": documents,
    }


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    data = tmp_path_factory.mktemp("stand") / "data"
    services = build(Settings(data_dir=data, rate_limit_per_second=0))
    ids = fill(services)
    api = create_app(services)
    empty = {"summaries": [], "pagination": {"next": None}, "_links": {}}
    lies = {
        "undescribed": Lies(api, Response(status_code=418)),
        "mistyped": Lies(api, JSONResponse({"summaries": 1})),
        "failing": Lies(api, Response(status_code=500)),
        "open": Lies(api, JSONResponse(empty), to_anybody=True),
    }
    mounts = [mounted(api), *(Mount(f"/{name}", lie) for name, lie in lies.items())]
    app = Bearers(Starlette(routes=mounts))
    with served(app) as port:
        yield Stand(f"http://127.0.0.1:{port}", ids)
