"""Sign-in with Microsoft Entra ID as a provider of the gate: its link, its two addresses, its bearer tokens."""

import logging
from collections.abc import Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from services.bootstrap import Services, entra_sign_in
from services.config import ENTRA_CALLBACK
from services.domain.errors import AdvisorError
from services.gate.origins import local_path
from services.gate.providers import AskAgain, LetIn, Provider, address_of
from services.ports import BrowserSignIn, TokenVerifier
from services.sign_in.desk import SignInDesk

_START = "/auth/entra"
_log = logging.getLogger(__name__)


class EntraProvider:
    """Sends the browser to Entra ID and signs in whom it comes back with.

    The cookie holds the key of one sign-in only; it is no session and ends with the answer.
    """

    label = "Sign in with Microsoft"
    start = _START

    def __init__(self, entra: BrowserSignIn, desk: SignInDesk, *, secure: bool) -> None:
        self._entra = entra
        self._desk = desk
        self._secure = secure
        self._cookie = "__Host-advisor-entra" if secure else "advisor-entra"

    @property
    def verifier(self) -> TokenVerifier:
        """Who verifies the bearer tokens of Entra ID."""
        return self._entra.tokens

    def routes(self, let_in: LetIn, ask_again: AskAgain) -> Sequence[Route]:
        """Return where a sign-in begins and where Entra ID sends the browser back to."""

        async def begin(request: Request) -> Response:
            wanted = local_path(request.query_params.get("next", "/"))
            try:
                address, key = await run_in_threadpool(self._entra.begin, wanted)
            except AdvisorError as error:
                return await ask_again(wanted, error)
            response = RedirectResponse(address, 303, headers={"Cache-Control": "no-store"})
            response.set_cookie(
                self._cookie, key, path="/", httponly=True, secure=self._secure, samesite="lax"
            )
            return response

        async def finish(request: Request) -> Response:
            try:
                response = await self._finished(request, let_in)
            except AdvisorError as error:
                _log.warning(
                    "sign-in with Entra ID refused from %s: %s", address_of(request), error
                )
                response = await ask_again("/", error)
            response.delete_cookie(
                self._cookie, path="/", httponly=True, secure=self._secure, samesite="lax"
            )
            return response

        return [
            Route(_START, begin, methods=["GET"]),
            Route(ENTRA_CALLBACK, finish, methods=["GET"]),
        ]

    async def _finished(self, request: Request, let_in: LetIn) -> Response:
        key, answer = request.cookies.get(self._cookie, ""), dict(request.query_params)
        user, wanted = await run_in_threadpool(self._entra.finish, key, answer)
        session = await run_in_threadpool(self._desk.sign_in_verified, user, address_of(request))
        return await let_in(request, session, wanted)


def providers_of(services: Services) -> Sequence[Provider]:
    """Return the identity providers that the settings name."""
    entra = entra_sign_in(services.settings)
    if entra is None:
        return ()
    return (EntraProvider(entra, services.sign_in, secure=services.settings.is_secure),)
