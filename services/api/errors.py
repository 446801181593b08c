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


def problem(
    request: Request,
    status: int,
    code: str,
    detail: str,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """Return one problem document; ``code`` is stable for programs, ``detail`` is for people."""
    trace = known_trace(request.scope)
    body = problem_body(status, code, detail, request.url.path)
    body["correlation_id"] = None if trace is None else trace.correlation_id
    return JSONResponse(body, status_code=status, headers=headers, media_type=PROBLEM)


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


async def _advisor(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, AdvisorError):
        raise error
    headers = {"Retry-After": "1"} if error.retryable else {}
    if error.status_code == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, Outdated):
        headers["ETag"] = error.tag
    return problem(request, error.status_code, error.code, error.sentence, headers)


async def _validation(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, RequestValidationError):
        raise error
    faults = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
    return problem(request, 422, "invalid-input", faults)


async def _http(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        raise error
    code = f"http-{error.status_code}"
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
