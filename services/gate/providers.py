"""Other ways to sign in than with a password here: what each brings to the gate."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.domain.errors import AdvisorError
from services.domain.identity import Session
from services.domain.users import User
from services.ports import TokenVerifier
from services.sign_in.desk import SignInDesk

LetIn = Callable[[Request, Session, str], Awaitable[Response]]
"""Answers a request with a new session's cookie, ends the one it came with, and leads to a local path."""


AskAgain = Callable[[str, AdvisorError], Awaitable[Response]]
"""Answers with the sign-in page, the local path that was wanted, and why nobody was signed in."""


class Provider(Protocol):
    """An identity provider: a link on the sign-in page, its routes under /auth/, and its tokens."""

    @property
    def label(self) -> str:
        """What the link on the sign-in page says."""
        ...

    @property
    def start(self) -> str:
        """Where the link leads, such as /auth/entra; ``next`` is added to it."""
        ...

    @property
    def verifier(self) -> TokenVerifier:
        """Who verifies the provider's bearer tokens."""
        ...

    def routes(self, let_in: LetIn, ask_again: AskAgain) -> Sequence[Route]:
        """Return the provider's routes."""
        ...


class AdmittedVerifier:
    """A provider's verifier, and what is said of the account here: disabled, or for some companies only."""

    def __init__(self, verifier: TokenVerifier, desk: SignInDesk) -> None:
        self._verifier = verifier
        self._desk = desk

    def verify(self, token: str) -> User:
        """Return whose token it is, as they may act here; raises Unauthenticated for every other string."""
        return self._desk.admitted(self._verifier.verify(token))


def address_of(request: Request) -> str:
    """Return the address a request came from; '' when the server knows none."""
    return "" if request.client is None else request.client.host
