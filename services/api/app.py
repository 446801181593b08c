"""The FastAPI application behind ``/api/v1``."""

import gc
import re
from functools import partial

from fastapi import Depends, FastAPI, Response
from starlette.responses import RedirectResponse
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from services.api.addresses import BASE, DESCRIPTION
from services.api.alerting import alerting_router, notices_router
from services.api.analyses import chains_router, summaries_router, work_router
from services.api.answers import as_json
from services.api.asking import asking_router
from services.api.body_limits import whole_characters
from services.api.capabilities import capabilities_router
from services.api.companies import companies_router, materiality_router
from services.api.comparing import comparing_router
from services.api.contract import Contract
from services.api.correcting import amendments_router, confirmations_router, corrections_router
from services.api.deciding import claims_router, decisions_router, talk_router
from services.api.documents import documents_router
from services.api.errors import add_handlers
from services.api.facts import facts_router
from services.api.files import files_router
from services.api.governing import policy_router, proposals_router
from services.api.ingesting import ingesting_router
from services.api.insights import insights_router
from services.api.keeping import entries_router, keeping_router
from services.api.limits import RateLimit
from services.api.matrix import permissions
from services.api.metrics import metrics_router
from services.api.models import PROBLEMS, Health
from services.api.negotiation import Tagging
from services.api.openapi import Api, operation_id
from services.api.oversight import oversight_router
from services.api.review_items import review_items_router
from services.api.signing import exports_router, signatures_router
from services.api.trace import Tracing
from services.api.witness import Witness
from services.bootstrap import Services

_ROUTERS = (
    insights_router,  # first, as requests are held against one route after the other
    documents_router,
    files_router,
    facts_router,
    metrics_router,
    asking_router,
    chains_router,
    work_router,
    summaries_router,
    oversight_router,
    ingesting_router,
    alerting_router,
    notices_router,
    review_items_router,
    claims_router,
    decisions_router,
    talk_router,
    corrections_router,
    confirmations_router,
    amendments_router,
    comparing_router,
    companies_router,
    materiality_router,
    policy_router,
    proposals_router,
    signatures_router,
    exports_router,
    entries_router,
    keeping_router,
    capabilities_router,
)


def mounted(api: ASGIApp) -> Mount:
    """Return the API at its address: every path that begins with it, even one with a line feed in it."""
    mount = Mount(BASE, api)
    mount.path_regex = re.compile(mount.path_regex.pattern, re.DOTALL)
    return mount


def description_route() -> Route:
    """Return the route from where tools look for the description to where it is."""
    target = RedirectResponse(f"{BASE}{DESCRIPTION}", 308)
    return Route(DESCRIPTION, lambda _request: target, methods=["GET"])


def make_ready(api: FastAPI) -> None:
    """Do what the first request would wait for (0.6 s), at the start of a process that serves for long.

    What is there by now stays, so that no search for reference cycles looks at it again: each held up every
    answer for 0.13 s, twice a second at 1,700 answers a second.
    """
    api.openapi()
    gc.collect()
    gc.freeze()


def create_app(services: Services) -> FastAPI:
    """Return the API over the given services, to be ``mounted`` or served alone."""
    app = Api(
        title="Financial Insight & Risk Advisor",
        description="What was read in financial reports, what was found in them, and the proof",
        contact={"name": "The operator of this installation"},
        license_info={"name": "Proprietary"},
        generate_unique_id_function=operation_id,
        responses=PROBLEMS,
        dependencies=[Depends(whole_characters)],
        version="1.0.0",
        servers=[{"url": BASE}],
        docs_url=None,
        redoc_url=None,
        # Requests are traced by ``Tracing`` alone, which says nothing of who asks for what.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.add_middleware(Tagging)
    app.add_middleware(
        Contract,
        describe=app.openapi,
        permissions=partial(permissions, app),
        max_upload_bytes=services.settings.max_upload_bytes,
    )
    app.add_middleware(RateLimit, limit=services.settings.rate_limit_per_second)
    app.add_middleware(Witness, trail=services.ports.audit)
    app.add_middleware(Tracing, telemetry=services.telemetry)
    add_handlers(app)

    @app.get("/health", tags=["health"], response_model=Health)
    def health() -> Response:
        """Return queue depths and whether the store answers."""
        depth = services.ports.queue.depth()
        queues = {queue.value: count for queue, count in depth.items()}
        links = {"self": f"{BASE}/health", "documents": f"{BASE}/documents"}
        return as_json(Health(status="ok", queues=queues, links=links))

    for router in _ROUTERS:
        app.include_router(router(services))
    return app
