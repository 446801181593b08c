"""The page on which people change their own password."""

from html import escape
from string import Template

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from services.bootstrap import Services
from services.domain.errors import AdvisorError, InvalidInput, Unauthenticated
from services.domain.users import User
from services.gate.cookie import SessionCookie
from services.gate.pages import FOLDER, SIGN_IN, SignInPages, form_of
from services.gate.providers import address_of

PAGE = "/auth/password"
_DONE = '<p role="status">Your password is changed. <a href="/">On to the product</a></p>'
_UNLIKE = "The new password is not the same both times."
_WRONG = "The present password is not right, or there were too many tries lately."


class OwnPassword:
    """Changes the password of who is signed in and knows the present one; begins a new session."""

    def __init__(self, services: Services, cookie: SessionCookie, pages: SignInPages) -> None:
        self._accounts = services.accounts
        self._desk = services.sign_in
        self._cookie = cookie
        self._pages = pages
        self._form = Template((FOLDER / "password.html").read_text(encoding="utf-8"))

    def routes(self) -> list[Route]:
        """Return the page and where its form goes."""
        return [
            Route(PAGE, self._ask, methods=["GET"]),
            Route(PAGE, self._change, methods=["POST"]),
        ]

    async def _ask(self, request: Request) -> Response:
        try:
            user = await self._user(request)
        except Unauthenticated:
            return _to_sign_in()
        return self._page(user, is_done="changed" in request.query_params)

    async def _change(self, request: Request) -> Response:
        form = await form_of(request)
        try:
            user = await self._user(request)
        except Unauthenticated:
            return _to_sign_in()
        try:
            new = form.get("new", "")
            if new != form.get("again"):
                raise InvalidInput(_UNLIKE)
            await self._require_known(user, form.get("password", ""), request)
            await run_in_threadpool(self._accounts.set_password, user.user_id, new, user)
        except AdvisorError as error:
            return self._page(user, error)
        return await self._again(request, user, new)

    async def _again(self, request: Request, user: User, password: str) -> Response:
        """Begin a session in place of those that the change ended."""
        try:
            session = await self._pages.checked(user.user_id, password, address_of(request))
        except AdvisorError:
            return _to_sign_in()
        response = await self._pages.let_in(request, session, "/")
        response.headers["location"] = f"{PAGE}?changed"
        return response

    async def _require_known(self, user: User, password: str, request: Request) -> None:
        """Return when the password is the present one; a wrong one counts as a sign-in that failed."""
        try:
            proof = await self._pages.checked(user.user_id, password, address_of(request))
        except Unauthenticated as error:
            raise InvalidInput(_WRONG) from error
        await run_in_threadpool(self._desk.sign_out, proof.session_id, address_of(request))

    async def _user(self, request: Request) -> User:
        session_id = self._cookie.read(request.headers) or ""
        return await run_in_threadpool(self._desk.user_of, session_id)

    def _page(
        self, user: User, error: AdvisorError | None = None, *, is_done: bool = False
    ) -> Response:
        fault = "" if error is None else f'<p id="fault" role="alert">{escape(error.sentence)}</p>'
        form = self._form.substitute(
            action=PAGE,
            name=escape(user.user_id),
            said=_DONE if is_done else fault,
            described=fault and 'aria-describedby="fault"',
        )
        status = 200 if error is None else error.status_code
        return self._pages.page("Change your password", form, status)


def _to_sign_in() -> Response:
    return RedirectResponse(SIGN_IN, 303, {"Cache-Control": "no-store"})
