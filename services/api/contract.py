"""What a request may be by the description of the API: its method, the types it accepts and sends, its size."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from http import HTTPMethod
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.access import Permission
from services.api.body_limits import Limited, has_body, limit_of, size_of
from services.api.callers import permitted
from services.api.errors import problem, problem_of
from services.api.negotiation import accepts
from services.domain.errors import AdvisorError

Json = dict[str, Any]
Permissions = Mapping[tuple[str, str], Permission | None]
"""What each operation asks for, by its method and its address; None for what anybody may ask."""


@dataclass(frozen=True, slots=True)
class Operation:
    """The media types that an operation gives, those of the bodies it takes, and what its caller needs."""

    gives: tuple[str, ...]
    takes: tuple[str, ...]
    needs: Permission | None


@dataclass(frozen=True, slots=True)
class Resource:
    """Addresses of one form and what can be done there, by method."""

    path: re.Pattern[str]
    operations: Mapping[str, Operation]

    @property
    def allow(self) -> str:
        """The methods as an Allow header has them; whatever is read has a head, and everything has options."""
        methods = {*self.operations, HTTPMethod.OPTIONS}
        if HTTPMethod.GET in methods:
            methods.add(HTTPMethod.HEAD)
        return ", ".join(sorted(methods))


def resources_of(description: Json, permissions: Permissions) -> list[Resource]:
    """Return the resources of an OpenAPI description; a fixed address goes before one with parameters."""
    paths = sorted(description["paths"].items(), key=lambda one: one[0].count("{"))
    return [
        Resource(
            compile_path(path)[0],
            {
                name.upper(): _operation(operation, permissions[name.upper(), path])
                for name, operation in methods.items()
            },
        )
        for path, methods in paths
    ]


def _operation(operation: Json, needs: Permission | None) -> Operation:
    answers = [one for status, one in operation["responses"].items() if status.startswith("2")]
    gives = tuple(kind for answer in answers for kind in answer.get("content", {}))
    takes = tuple(operation.get("requestBody", {}).get("content", {}))
    return Operation(gives, takes, needs)


class Contract:
    """Refuses who may not, and what no operation is described to answer, before any of the body is read.

    Answers HEAD and OPTIONS.
    """

    def __init__(
        self,
        app: ASGIApp,
        describe: Callable[[], Json],
        permissions: Callable[[], Permissions],
        max_upload_bytes: int,
    ) -> None:
        self._app = app
        self._describe = describe
        self._permissions = permissions
        self._max_upload_bytes = max_upload_bytes

    @cached_property
    def _resources(self) -> list[Resource]:
        return resources_of(self._describe(), self._permissions())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["method"] == HTTPMethod.HEAD:
            # In place, as what is around here learns from the scope which operation answered.
            scope["method"], send = str(HTTPMethod.GET), _without_body(send)
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        resource = next((one for one in self._resources if one.path.match(path)), None)
        operation = None if resource is None else resource.operations.get(scope["method"])
        if resource is not None and operation is None:
            await _other_method(scope, resource)(scope, receive, send)
        elif operation is None:
            await self._app(scope, receive, send)
        elif (refusal := self._refusal(scope, operation)) is not None:
            await refusal(scope, receive, send)
        else:
            await self._serve(scope, receive, send)

    def _refusal(self, scope: Scope, operation: Operation) -> Response | None:
        headers, request = Headers(scope=scope), Request(scope)
        try:
            if operation.needs is not None:
                permitted(scope, operation.needs)
        except AdvisorError as error:
            refusal = problem_of(request, error)
            if has_body(headers):  # of which nothing is read
                refusal.headers["Connection"] = "close"
            return refusal
        accept, given = headers.get("accept", ""), operation.gives
        if given and not any(accepts(accept, one) for one in given):
            detail = (
                f"This address gives {' or '.join(given)}; the Accept header takes nothing like it."
            )
            return problem(request, 406, "not-acceptable", detail)
        kind = _media_type(headers)
        if operation.takes and has_body(headers) and kind not in operation.takes:
            detail = f"This address takes {' or '.join(operation.takes)}, and not {kind or 'a body without a type'}."
            return problem(request, 415, "unsupported-type", detail, {"Connection": "close"})
        limit = limit_of(kind, self._max_upload_bytes)
        return _too_large(request, limit) if size_of(headers) > limit else None

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        limit = limit_of(_media_type(Headers(scope=scope)), self._max_upload_bytes)
        body = Limited(receive, send, limit)
        await body.serve(self._app, scope)
        if body.is_exceeded:
            await _too_large(Request(scope), limit)(scope, receive, send)


def _other_method(scope: Scope, resource: Resource) -> Response:
    headers = {"Allow": resource.allow}
    if scope["method"] == HTTPMethod.OPTIONS:
        return Response(status_code=204, headers=headers)
    detail = f"{scope['method']} is no method of this address; these are: {resource.allow}."
    return problem(Request(scope), 405, "method-not-allowed", detail, headers)


def _too_large(request: Request, limit: int) -> Response:
    # The connection ends with the answer: what is left of the body is never read.
    detail = f"The body is larger than {limit:,} bytes, the most that is taken here."
    return problem(request, 413, "too-large", detail, {"Connection": "close"})


def _media_type(headers: Headers) -> str:
    return headers.get("content-type", "").split(";")[0].strip().lower()


def _without_body(send: Send) -> Send:
    async def head(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return head
