"""The gate: an ASGI middleware around the whole product that says who asks and keeps strangers out."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.access import Permission, require
from services.api.addresses import BASE, DESCRIPTION
from services.api.callers import USER
from services.api.errors import problem
from services.api.trace import Tracing
from services.audit import ACTING_FROM
from services.bootstrap import Services
from services.domain.errors import AdvisorError, Forbidden, Unauthenticated
from services.domain.users import User
from services.gate.bearer import bearer_of, verified
from services.gate.cookie import SessionCookie
from services.gate.html import in_full, wants_a_page, with_script
from services.gate.origins import Origins, local_path
from services.gate.own_password import OwnPassword
from services.gate.pages import SIGN_IN, SignInPages
from services.gate.providers import AdmittedVerifier, Provider
from services.gate.sockets import SIGNED_OUT, OpenSockets
from services.ports import Telemetry, TokenVerifier

SESSION_HEADER = b"x-advisor-session"
"""The header in which pages find the session id that the gate has verified."""
FOREIGN = 4403
"""The code a socket of another site's page is refused with."""
_OWN_HEADERS = b"x-advisor-"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OPEN_FILES = "/static/"
_OPEN = frozenset({"/favicon.png", "/manifest.json", "/_stcore/health", DESCRIPTION})
"""Streamlit's own files and its probe: the same for everybody, nothing of ours in them.

The description of the API is public too: it says what can be asked for, and nothing that is stored.
"""
_FIGURES = "/_stcore/metrics"
"""Streamlit's figures of all sessions and what is kept for them: for who administers."""
_PLUMBING = ("/_stcore/", "/media/", "/component/")
"""What pages load behind the scenes: refused with 401, for nobody reads a sign-in page there."""
_SIGNED_OUT = "You are signed out. Reload this page to sign in again."
"""As JSON, because an open page of Streamlit that lost its socket then shows it as it is."""


@dataclass(frozen=True, slots=True)
class _Caller:
    """Who asks; ``session_id`` is '' for programs and for nobody."""

    user: User | None = None
    session_id: str = ""


class Gate:
    """Verifies a cookie or a bearer token and puts the user into the scope; everything else is refused.

    Nothing of who asks is taken from the request but those two. Pages without a session lead to sign-in, the
    API answers 401 itself, websockets are refused and end with their session.
    """

    def __init__(
        self, app: ASGIApp, services: Services, key: bytes, providers: Sequence[Provider] = ()
    ) -> None:
        self._app = app
        self._telemetry = services.telemetry
        self._desk = services.sign_in
        self._cookie = SessionCookie(key, secure=services.settings.is_secure)
        admitted = (AdmittedVerifier(one.verifier, self._desk) for one in providers)
        self._verifiers: list[TokenVerifier] = [services.tokens, *admitted]
        self._origins = Origins(services.settings)
        self._sockets = OpenSockets(self._desk.is_over)
        self._is_secure = services.settings.is_secure
        pages = SignInPages(services, self._cookie, self._sockets, providers)
        own_password = OwnPassword(services, self._cookie, pages)
        self._pages = Starlette(routes=[*own_password.routes(), *pages.routes()])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or one websocket until its session is over."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        scope = _anonymous(scope)
        ACTING_FROM.set((scope.get("client") or ("",))[0])
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        else:
            await self._request(scope, receive, self._guarded(send))

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        is_page_of_ours = path.startswith("/auth/")
        if path in _OPEN or path.startswith(_OPEN_FILES):
            await self._app(scope, receive, send)
            return
        try:
            caller = await self._caller(Headers(scope=scope))
            changes_by_cookie = scope["method"] not in _SAFE and (
                caller.session_id or is_page_of_ours
            )
            if changes_by_cookie and not self._origins.is_own(scope):
                raise Forbidden("This request comes from a page of another site.")
            if caller.user is not None and path == _FIGURES:
                require(caller.user, Permission.ADMINISTER)
        except AdvisorError as error:
            await _refused(error, self._telemetry)(scope, receive, send)
            return
        if is_page_of_ours:
            await self._pages(scope, receive, send)
        elif path.startswith(f"{BASE}/"):
            await self._app(_known(scope, caller), receive, send)
        elif not caller.session_id:
            await _to_sign_in(scope)(scope, receive, send)
        elif wants_a_page(scope):
            await self._app(in_full(_known(scope, caller)), receive, with_script(send))
        else:
            await self._app(_known(scope, caller), receive, send)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            caller = await self._caller(Headers(scope=scope))
        except AdvisorError:
            caller = _Caller()
        if not caller.session_id or not self._origins.is_own(scope):
            code = FOREIGN if caller.session_id else SIGNED_OUT
            await send({"type": "websocket.close", "code": code})
            return
        await self._sockets.serve(
            self._app, _known(scope, caller), receive, send, caller.session_id
        )

    async def _caller(self, headers: Headers) -> _Caller:
        """Return who asks; a bearer token wins over the cookie. Raises Unauthenticated for a token that is none."""
        token = bearer_of(headers)
        if token is not None:
            return _Caller(await run_in_threadpool(verified, token, self._verifiers))
        session_id = self._cookie.read(headers)
        if session_id is None:
            return _Caller()
        try:
            return _Caller(await run_in_threadpool(self._desk.user_of, session_id), session_id)
        except Unauthenticated:
            return _Caller()

    def _guarded(self, send: Send) -> Send:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("cache-control", "no-store")
                headers.setdefault("x-content-type-options", "nosniff")
                headers.setdefault("x-frame-options", "SAMEORIGIN")
                headers.setdefault("content-security-policy", "frame-ancestors 'self'")
                headers.setdefault("referrer-policy", "same-origin")
                if self._is_secure:
                    headers.setdefault("strict-transport-security", "max-age=31536000")
            await send(message)

        return guarded


def _anonymous(scope: Scope) -> Scope:
    """Return the scope without anything in it that claims who asks."""
    headers = [
        (name, value)
        for name, value in scope["headers"]
        if not name.lower().replace(b"_", b"-").startswith(_OWN_HEADERS)
    ]
    return {**{key: value for key, value in scope.items() if key != USER}, "headers": headers}


def _known(scope: Scope, caller: _Caller) -> Scope:
    """Return the scope with who asks in it, for the API and for pages."""
    if caller.user is None:
        return scope
    headers = list(scope["headers"])
    if caller.session_id:
        headers.append((SESSION_HEADER, caller.session_id.encode("ascii")))
    return {**scope, "headers": headers, USER: caller.user}


def _to_sign_in(scope: Scope) -> Response:
    """Return the answer to somebody whom nobody knows and who wants a page, or what belongs to one."""
    path: str = scope["path"]
    if scope["method"] not in {"GET", "HEAD"} or path.startswith(_PLUMBING):
        return JSONResponse(_SIGNED_OUT, 401, {"WWW-Authenticate": "Bearer"})
    query = scope["query_string"].decode("latin-1")
    wanted = local_path(
        scope.get("raw_path", path.encode()).decode("latin-1") + (f"?{query}" if query else "")
    )
    target = SIGN_IN if wanted == "/" else f"{SIGN_IN}?{urlencode({'next': wanted})}"
    return RedirectResponse(target, 303, {"Cache-Control": "no-store"})


def _refused(error: AdvisorError, telemetry: Telemetry) -> ASGIApp:
    """Return the application that answers with a problem document, traced like the API's own."""
    headers = (
        {"WWW-Authenticate": 'Bearer error="invalid_token"'}
        if isinstance(error, Unauthenticated)
        else {}
    )

    async def refused(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        answer = problem(request, error.status_code, error.code, error.sentence, headers)
        await answer(scope, receive, send)

    return Tracing(refused, telemetry)
