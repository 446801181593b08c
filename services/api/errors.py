"""Problem details (RFC 9457) for every error the API answers with."""

from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from services.api.trace import known_trace
from services.domain.errors import AdvisorError, Outdated

PROBLEM = "application/problem+json"
CODES = {
    400: "malformed-request",
    401: "unauthenticated",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    409: "conflict",
    412: "outdated",
    413: "too-large",
    415: "unsupported-type",
    422: "invalid-input",
    429: "too-many-requests",
    500: "internal",
    503: "unavailable",
}
"""The usual code of each status."""


def problem(
    request: Request,
    status: int,
    code: str,
    detail: str,
    headers: Mapping[str, str] | None = None,
    **members: object,
) -> JSONResponse:
    """Return one problem document; ``code`` is stable for programs, ``detail`` is for people.

    ``members`` are those that only this kind of problem has; they can replace its ``type``.
    """
    trace = known_trace(request.scope)
    body = problem_body(status, code, detail, request.url.path) | members
    body["correlation_id"] = None if trace is None else trace.correlation_id
    told = {**(headers or {}), "x-ms-error-code": code}
    return JSONResponse(body, status_code=status, headers=told, media_type=PROBLEM)


def problem_body(status: int, code: str, detail: str, instance: str) -> dict[str, object]:
    """Return the members of a problem document, but for the correlation id."""
    phrase = HTTPStatus(status).phrase if code.startswith("http-") else code.replace("-", " ")
    return {
        "type": f"urn:advisor:problem:{code}",
        "title": phrase.capitalize(),
        "status": status,
        "detail": detail,
        "instance": instance,
        "code": code,
    }


def problem_of(request: Request, error: AdvisorError) -> JSONResponse:
    """Return the problem document of an expected error."""
    headers = {"Retry-After": "1"} if error.retryable else {}
    if error.status_code == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, Outdated):
        headers["ETag"] = error.tag
    return problem(request, error.status_code, error.code, error.sentence, headers)


async def _advisor(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, AdvisorError):
        raise error
    return problem_of(request, error)


async def _validation(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, RequestValidationError):
        raise error
    faults = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
    if any(one["type"] == "json_invalid" for one in error.errors()):
        return problem(request, 400, CODES[400], faults)
    return problem(request, 422, CODES[422], faults)


async def _http(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        raise error
    code = CODES.get(error.status_code, f"http-{error.status_code}")
    return problem(request, error.status_code, code, str(error.detail), error.headers)


async def _unforeseen(request: Request, _error: Exception) -> JSONResponse:
    """Say nothing of what went wrong to the caller; the server logs it."""
    # This answer leaves outside the tracing, so that it brings the headers itself.
    trace = known_trace(request.scope)
    headers = None if trace is None else trace.headers
    detail = "This is a fault of ours; it has been logged."
    return problem(request, 500, "internal", detail, headers)


def add_handlers(app: FastAPI) -> None:
    """Make every error of ``app`` a problem document."""
    app.add_exception_handler(AdvisorError, _advisor)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unforeseen)
