"""The pages of sign-in and sign-out: plain HTML that needs no script."""

from collections.abc import Sequence
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import parse_qs, urlencode

from anyio import CapacityLimiter, to_thread
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from services.bootstrap import Services
from services.config import PROJECT_ROOT
from services.domain.errors import AdvisorError, Unavailable
from services.domain.identity import Session
from services.domain.ids import UserId
from services.gate.cookie import SessionCookie
from services.gate.origins import local_path
from services.gate.providers import Provider, address_of
from services.gate.sockets import OpenSockets

SIGN_IN, SIGN_OUT = "/auth/sign-in", "/auth/sign-out"
_LONGEST_FORM, _MOST_FIELDS = 8_192, 8
_MOST_WAITING = 30
"""Sign-ins that wait for the check of their password, which takes 0.1 s; more are sent away."""
FOLDER = Path(__file__).parent
_ASSETS = {
    "session.js": FOLDER / "session.js",
    "style.css": FOLDER / "style.css",
    "logo.svg": PROJECT_ROOT / "components" / "assets" / "logo.svg",
    "icon.png": PROJECT_ROOT / "components" / "assets" / "icon.png",
}
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
}


class SignInPages:
    """Answers under /auth/: the forms, and what they send."""

    def __init__(
        self,
        services: Services,
        cookie: SessionCookie,
        sockets: OpenSockets,
        providers: Sequence[Provider],
    ) -> None:
        self._desk = services.sign_in
        self._at_home = services.settings.at_home
        self._cookie = cookie
        self._sockets = sockets
        self._providers = providers
        self._one_check, self._to_check = CapacityLimiter(1), 0
        self._frame = Template((FOLDER / "frame.html").read_text(encoding="utf-8"))
        self._form = Template((FOLDER / "sign_in.html").read_text(encoding="utf-8"))
        self._way_out = Template((FOLDER / "sign_out.html").read_text(encoding="utf-8"))

    def routes(self) -> list[Route]:
        """Return every route under /auth/, the providers' too."""
        own = [
            Route(SIGN_IN, self._ask, methods=["GET"]),
            Route(SIGN_IN, self._sign_in, methods=["POST"]),
            Route(SIGN_OUT, self._ask_to_leave, methods=["GET"]),
            Route(SIGN_OUT, self._sign_out, methods=["POST"]),
            Route("/auth/{asset}", _asset, methods=["GET"]),
        ]
        others = (one.routes(self.let_in, self.ask_again) for one in self._providers)
        return [*(route for routes in others for route in routes), *own]

    async def let_in(self, request: Request, session: Session, wanted: str) -> Response:
        """Return the answer that gives a new session's cookie and leads to a local path; ends the old one."""
        await self._end(request)
        response = RedirectResponse(local_path(wanted), 303, headers={"Cache-Control": "no-store"})
        self._cookie.give(response, session.session_id)
        return response

    async def ask_again(self, wanted: str, error: AdvisorError) -> Response:
        """Return the sign-in page with the reason why nobody was signed in."""
        return await self._asked(wanted, error=error)

    async def _ask(self, request: Request) -> Response:
        return await self._asked(request.query_params.get("next", "/"))

    async def _sign_in(self, request: Request) -> Response:
        form = await form_of(request)
        wanted, name, ip = form.get("next", "/"), form.get("name", ""), address_of(request)
        try:
            if self._at_home and "person" in form:
                person = UserId(form["person"])
                session = await run_in_threadpool(self._desk.sign_in_demo, person, ip)
            else:
                password = form.get("password", "")
                session = await self.checked(name, password, ip)
        except AdvisorError as error:
            return await self._asked(wanted, name, error)
        return await self.let_in(request, session, wanted)

    async def checked(self, name: str, password: str, ip: str) -> Session:
        """Begin a session; who waits for it holds none of the threads that everything else needs."""
        if self._to_check > _MOST_WAITING:
            raise Unavailable("Too many people sign in at this moment; try again in a minute.")
        self._to_check += 1
        try:
            return await to_thread.run_sync(
                self._desk.sign_in, name, password, ip, limiter=self._one_check
            )
        finally:
            self._to_check -= 1

    async def _ask_to_leave(self, _request: Request) -> Response:
        return self.page("Sign out", self._way_out.substitute(action=SIGN_OUT))

    async def _sign_out(self, request: Request) -> Response:
        await self._end(request)
        response = RedirectResponse(SIGN_IN, 303, headers={"Cache-Control": "no-store"})
        self._cookie.take_back(response)
        return response

    async def _end(self, request: Request) -> None:
        """End the session that a browser came with, and its sockets at once."""
        session_id = self._cookie.read(request.headers)
        if session_id is not None:
            await run_in_threadpool(self._desk.sign_out, session_id, address_of(request))
            self._sockets.end(session_id)

    async def _asked(
        self, wanted: str, name: str = "", error: AdvisorError | None = None
    ) -> Response:
        people = await run_in_threadpool(self._desk.demo_people) if self._at_home else []
        target = local_path(wanted)
        form = self._form.substitute(
            action=SIGN_IN,
            next=escape(target),
            name=escape(name[:254]),
            fault=""
            if error is None
            else f'<p id="fault" role="alert">{escape(error.sentence)}</p>',
            described="" if error is None else 'aria-describedby="fault"',
            demo=_demo([(one.user_id, one.name) for one in people], target),
            providers="".join(_link(one, target) for one in self._providers),
        )
        return self.page("Sign in", form, 200 if error is None else error.status_code)

    def page(self, title: str, body: str, status: int = 200) -> Response:
        """Return a page of this frame."""
        return HTMLResponse(self._frame.substitute(title=title, body=body), status, _HEADERS)


async def _asset(request: Request) -> Response:
    file = _ASSETS.get(request.path_params["asset"])
    if file is None:
        raise HTTPException(404)
    return FileResponse(file, headers={"Cache-Control": "public, max-age=3600"})


async def form_of(request: Request) -> dict[str, str]:
    """Return the fields of a form; raises HTTPException for one that is none of ours."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LONGEST_FORM:
            raise HTTPException(413)
    try:
        fields = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise HTTPException(400) from error
    return {name: values[0] for name, values in fields.items()}


def _demo(people: Sequence[tuple[UserId, str]], target: str) -> str:
    if not people:
        return ""
    buttons = "".join(
        f'<li><button name="person" value="{escape(user_id)}">{escape(name)}</button></li>'
        for user_id, name in people
    )
    return (
        '<section aria-labelledby="demo"><h2 id="demo">Or look around</h2>'
        "<p>Demo people of this machine; they need no password.</p>"
        f'<form method="post" action="{SIGN_IN}"><input type="hidden" name="next" value="{escape(target)}">'
        f"<ul>{buttons}</ul></form></section>"
    )


def _link(provider: Provider, target: str) -> str:
    address = f"{provider.start}?{urlencode({'next': target})}"
    return f'<p><a class="provider" href="{escape(address)}">{escape(provider.label)}</a></p>'
