"""Which request an answer, a log line and a problem belong to: correlation id and W3C trace context."""

import logging
import re
import time
from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.domain.tracing import traced_ids
from services.ports import Span, Telemetry

TRACE = "advisor.trace"
"""Where a request's trace lies in its ASGI scope."""
_CORRELATION = re.compile(r"[A-Za-z0-9_-]{1,64}")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Trace:
    """A request's ids: the caller's own word for it, and trace and span of W3C Trace Context."""

    correlation_id: str
    trace_id: str
    span_id: str
    flags: str

    @property
    def headers(self) -> dict[str, str]:
        """The headers of an answer that say which request it belongs to."""
        parent = f"00-{self.trace_id}-{self.span_id}-{self.flags}"
        return {"x-correlation-id": self.correlation_id, "traceparent": parent}


def trace_of(headers: Headers, traceparent: str) -> Trace:
    """Return the trace of a request's span; a caller's own word for it is taken where it is well-formed."""
    _, trace_id, span_id, flags = traceparent.split("-")
    given = headers.get("x-correlation-id", "")
    correlation_id = given if _CORRELATION.fullmatch(given) else trace_id
    return Trace(correlation_id, trace_id, span_id, flags)


def known_trace(scope: MutableMapping[str, Any]) -> Trace | None:
    """Return the trace of a request that ``Tracing`` has seen, else None."""
    found = scope.get(TRACE)
    return found if isinstance(found, Trace) else None


class Tracing:
    """Gives every answer its trace, lets no cache keep it, and writes one log line a request."""

    def __init__(self, app: ASGIApp, telemetry: Telemetry) -> None:
        self._app = app
        self._telemetry = telemetry

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        parent = headers.get("traceparent", "")
        parent = parent if traced_ids(parent) else ""
        with self._telemetry.span(scope["method"], "request", parent) as span:
            scope[TRACE] = trace_of(headers, span.traceparent)
            await self._answer(scope, receive, send, span)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, span: Span) -> None:
        trace: Trace = scope[TRACE]
        started, status = time.perf_counter(), 500

        async def traced(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers.update(trace.headers)
                headers["x-content-type-options"] = "nosniff"
                headers.setdefault("cache-control", "no-store")
            await send(message)

        try:
            await self._app(scope, receive, traced)
        finally:
            # The route, not the path: what somebody put into the path is nobody's business.
            route = getattr(scope.get("route"), "path", "")
            span.name, span.failed = f"{scope['method']} {route}", status >= 500
            span.about = {"http.request.method": scope["method"], "http.route": route}
            span.about["http.response.status_code"] = status
            _log.log(
                logging.ERROR if status >= 500 else logging.INFO,
                "%s %s %d %.1f ms correlation=%s trace=%s span=%s",
                scope["method"],
                quote(scope["path"]),
                status,
                (time.perf_counter() - started) * 1000,
                trace.correlation_id,
                trace.trace_id,
                trace.span_id,
            )
