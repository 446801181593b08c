"""Every request is an entry of the audit trail, on disk before its answer leaves."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.api.addresses import BASE, is_page_image, is_probe
from services.api.callers import known_caller
from services.api.errors import problem
from services.api.trace import known_trace
from services.audit import ACTING_FROM
from services.domain.audit import AuditEvent, RequestEvent
from services.domain.base import utc_now
from services.domain.errors import Unavailable
from services.domain.ids import UserId
from services.ports import AuditLog

ANONYMOUS = UserId("anonymous")
"""The actor of a request that nobody is signed in for."""
_READS = frozenset({"GET", "OPTIONS"})
_PAST = {
    "get": "viewed", "send": "sent", "set": "set", "submit": "submitted", "undo": "undone", "verify": "verified",
}  # fmt: skip
_LONGEST = 200
_SETTLE_SECONDS = 61.0
_TOO_MANY, _REFUSED, _FAILED = 429, 400, 500


@lru_cache(maxsize=256)
def action_of(operation: str) -> str:
    """Return the act that reading by an operation is: 'list_insights' is 'insights_listed'."""
    verb, _, thing = operation.partition("_")
    if not thing:
        return f"{operation}_viewed"
    past = _PAST.get(verb, f"{verb.removesuffix('e')}ed")
    return f"{thing}_{past}"


def request_event(scope: Scope, status: int) -> RequestEvent:
    """Return how a request is written down that is answered with a status.

    What changes something is an entry by its own act already, so that its request is only told as accepted.
    Page images are counted by document. Refusals that anybody can cause without end are counted by address:
    those of nobody, and those over the rate limit.
    """
    caller, path = known_caller(scope), str(scope["path"])
    is_picture, is_refused = is_page_image(path), status >= _REFUSED
    is_endless = is_refused and (caller is None or status == _TOO_MANY)
    parameters = scope.get("path_params") or {}
    trace = known_trace(scope)
    detail = {} if trace is None else {"correlation_id": trace.correlation_id}
    if not is_endless:
        detail["request"] = _asked(scope)
    event = AuditEvent(
        actor=ANONYMOUS if caller is None else caller.user_id,
        action=_action(scope, status),
        resource="api" if is_endless else _resource(path, parameters),
        result=str(status),
        detail=detail,
        at=utc_now(),
        ip_address=_address(scope),
    )
    if is_endless or (is_picture and is_refused):
        return RequestEvent(event, part="")
    return RequestEvent(event, part=str(parameters.get("page", "")) if is_picture else None)


def _action(scope: Scope, status: int) -> str:
    if status >= _REFUSED:
        return "request_failed" if status >= _FAILED else "request_refused"
    if scope["method"] not in _READS:
        return "request_accepted"
    name = getattr(scope.get("endpoint"), "__name__", None)
    return "request_answered" if name is None else action_of(name)


def _resource(path: str, parameters: dict[str, Any]) -> str:
    """Return the id in the address, of a list its name."""
    named = next(iter(parameters.values()), path.removeprefix(BASE).strip("/"))
    return str(named)[:_LONGEST]


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else ""


def _asked(scope: Scope) -> str:
    query = scope["query_string"].decode("latin-1")
    return f"{scope['method']} {scope['path']}{'?' if query else ''}{query}"[: 2 * _LONGEST]


class Witness:
    """Holds an answer back until its request is written down; what cannot be written down gets 503."""

    def __init__(self, app: ASGIApp, trail: AuditLog) -> None:
        self._app = app
        self._commit = GroupCommit(trail)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; probes are not written down."""
        if scope["type"] != "http" or is_probe(scope["path"]):
            await self._app(scope, receive, send)
            return
        witnessed = _Witnessed(scope, receive, send, self._commit)
        acting_from = ACTING_FROM.set(_address(scope))
        try:
            await self._app(scope, receive, witnessed)
        finally:
            ACTING_FROM.reset(acting_from)
            await witnessed.end()


class _Witnessed:
    """One answer on its way out."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, commit: "GroupCommit") -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._commit = commit
        self._is_written = False
        self._is_refused = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._is_written = True
            try:
                await self._commit.write(request_event(self._scope, message["status"]))
            except Unavailable as error:
                self._is_refused = True
                refusal = problem(
                    Request(self._scope), 503, error.code, error.sentence, {"Retry-After": "1"}
                )
                await refusal(self._scope, self._receive, self._send)
        if not self._is_refused:
            await self._send(message)

    async def end(self) -> None:
        """Write down a request that ended without an answer, which the server gives then."""
        if not self._is_written:
            await self._commit.write(request_event(self._scope, _FAILED))


class GroupCommit:
    """Writes what requests wait for together: whatever came during one commit is the next one."""

    def __init__(self, trail: AuditLog) -> None:
        self._trail = trail
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="witness")
        self._waiting: list[tuple[RequestEvent, asyncio.Future[None]]] = []
        self._writing: asyncio.AbstractEventLoop | None = None
        self._settling: asyncio.AbstractEventLoop | None = None
        self._counted = 0.0

    async def write(self, request: RequestEvent) -> None:
        """Return when the request is on disk; raises Unavailable when it cannot be."""
        loop = asyncio.get_running_loop()
        written = loop.create_future()
        self._waiting.append((request, written))
        if request.part is not None:
            self._counted = loop.time()
            if self._settling is None or self._settling.is_closed():
                self._settling = loop
                loop.call_later(_SETTLE_SECONDS, self._settle, loop)
        if self._writing is None or self._writing.is_closed():
            self._start(loop)
        await written

    def _start(self, loop: asyncio.AbstractEventLoop) -> None:
        batch, self._waiting, self._writing = self._waiting, [], loop
        requests = [request for request, _ in batch]
        commit = loop.run_in_executor(self._thread, self._trail.witness, requests, utc_now())
        commit.add_done_callback(lambda done: self._written(loop, batch, done))

    def _written(
        self,
        loop: asyncio.AbstractEventLoop,
        batch: Sequence[tuple[RequestEvent, asyncio.Future[None]]],
        done: asyncio.Future[None],
    ) -> None:
        error = done.exception()
        for _, written in batch:
            if not written.done():
                written.set_result(None) if error is None else written.set_exception(error)
        self._writing = None
        if self._waiting:
            self._start(loop)

    def _settle(self, loop: asyncio.AbstractEventLoop) -> None:
        """Have the last minute's counts written when it is over, though nobody asks any more."""
        wait = self._counted + _SETTLE_SECONDS - loop.time()
        if wait > 0 or self._writing is not None:
            loop.call_later(max(wait, 0.01), self._settle, loop)
            return
        self._settling = None
        self._start(loop)
