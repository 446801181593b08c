"""Problem details (RFC 9457) for every error the API answers with."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from services.domain.errors import AdvisorError

PROBLEM = "application/problem+json"


def problem(status: int, code: str, detail: str) -> JSONResponse:
    """Return one problem document; ``code`` is stable for programs, ``detail`` is for people."""
    body = {
        "type": f"urn:advisor:problem:{code}",
        "title": code,
        "status": status,
        "detail": detail,
    }
    return JSONResponse(body, status_code=status, media_type=PROBLEM)


async def _advisor(_request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, AdvisorError):
        raise error
    return problem(error.status_code, error.code, error.sentence)


async def _validation(_request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, RequestValidationError):
        raise error
    faults = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
    return problem(422, "invalid-input", faults)


async def _http(_request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        raise error
    return problem(error.status_code, f"http-{error.status_code}", str(error.detail))


def add_handlers(app: FastAPI) -> None:
    """Make every expected error of ``app`` a problem document."""
    app.add_exception_handler(AdvisorError, _advisor)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
