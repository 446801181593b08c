"""Which request an answer, a log line and a problem belong to: correlation id and W3C trace context."""

import logging
import random
import re
import secrets
import time
from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

TRACE = "advisor.trace"
"""Where a request's trace lies in its ASGI scope."""
_CORRELATION = re.compile(r"[A-Za-z0-9_-]{1,64}")
_PARENT = re.compile(
    r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})"
)
_ids = random.Random(secrets.randbits(256))  # noqa: S311 - ids are no secrets, and the system's own cost 0.1 ms each
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


def trace_of(headers: Headers) -> Trace:
    """Return the trace that a request's headers continue; what is missing or malformed is made anew."""
    parent = _PARENT.fullmatch(headers.get("traceparent", ""))
    trace_id, flags = (parent[1], parent[2]) if parent else (_hex(16), "00")
    given = headers.get("x-correlation-id", "")
    correlation_id = given if _CORRELATION.fullmatch(given) else trace_id
    return Trace(correlation_id, trace_id, _hex(8), flags)


def _hex(size: int) -> str:
    return _ids.randbytes(size).hex()


def known_trace(scope: MutableMapping[str, Any]) -> Trace | None:
    """Return the trace of a request that ``Tracing`` has seen, else None."""
    found = scope.get(TRACE)
    return found if isinstance(found, Trace) else None


class Tracing:
    """Gives every answer its trace, lets no cache keep it, and writes one log line a request."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        trace = scope[TRACE] = trace_of(Headers(scope=scope))
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
