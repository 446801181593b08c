"""The API as HTTP functions: the same application behind the same gate as on a server, without the pages."""

import asyncio
import re
from functools import cache
from ipaddress import ip_address

import azure.durable_functions as df
import azure.functions as func
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Receive, Scope, Send

from services.api.addresses import BASE
from services.api.app import create_app, mounted
from services.bootstrap import cookie_key
from services.functions.host import host
from services.functions.reviews import DECIDED
from services.gate.entra import providers_of
from services.gate.gate import Gate

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_DECISION = re.compile(rf"{BASE}/review-items/([^/]+)/decisions$")
_ADDRESS = re.compile(r"\[([^\]]+)\](?::\d+)?|([^:]+)(?::\d+)?|(.*)")
"""IPv6 in brackets and IPv4, each with a port or without; IPv6 as it is."""
api = df.Blueprint()


class FrontEnd:
    """Puts the address of who asks into the scope: the last of X-Forwarded-For, which Azure's front end writes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        said = dict(scope["headers"]).get(b"x-forwarded-for", b"").decode("latin-1")
        address = _address(said.rpartition(",")[2].strip())
        client = (address, 0) if address else None
        await self._app({**scope, "client": client}, receive, send)


def _address(said: str) -> str:
    """Return the address without its port, '' for what is none."""
    found = _ADDRESS.fullmatch(said)
    try:
        return str(ip_address(next(part for part in found.groups() if part))) if found else ""
    except (ValueError, StopIteration):
        return ""


@cache
def application() -> func.AsgiMiddleware:
    """Return the API behind the gate, for the host's requests; built with the first one."""
    services = host().services
    gate = Middleware(
        Gate,
        services=services,
        key=cookie_key(services.settings),
        providers=providers_of(services),
    )
    routes = [mounted(create_app(services))]
    app = Starlette(routes=routes, middleware=[Middleware(FrontEnd), gate])
    return func.AsgiMiddleware(app)


@api.function_name("IngestDocumentTrigger")
@api.route(f"{BASE[1:]}/documents/ingest", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
async def ingest_document(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Take a document in and hand its message on."""
    return await _answered(req, context)


@api.function_name("Api")
@api.route(f"{BASE[1:]}/{{*rest}}", methods=_METHODS, auth_level=func.AuthLevel.ANONYMOUS)
@api.durable_client_input("client")
async def serve(
    req: func.HttpRequest, context: func.Context, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """Answer any other request; a decision is told to what waits for it."""
    answer = await _answered(req, context)
    decided = _DECISION.search(req.url.split("?")[0])
    if decided and req.method == "POST" and answer.status_code < 300:
        status = await client.get_status(decided.group(1))
        if status.runtime_status is df.OrchestrationRuntimeStatus.Running:
            await client.raise_event(decided.group(1), DECIDED, True)
    return answer


async def _answered(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    app = await asyncio.to_thread(application)
    answer: func.HttpResponse = await app.handle_async(req, context)
    if req.method not in {"GET", "HEAD", "OPTIONS"} and answer.status_code < 300:
        await asyncio.to_thread(host().queue.hand_on)
    return answer
