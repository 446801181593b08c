"""Asking the API as somebody, without the gate that signs people in."""

from starlette.types import ASGIApp, Receive, Scope, Send

from services.api.callers import USER
from services.domain.ids import UserId
from services.domain.users import Role, User


def a_user(role: Role = Role.ANALYST, **changed: object) -> User:
    """A person with a role; the id is the role's name."""
    return User(
        user_id=UserId(role.value), name=role.value, role=role, email=f"{role}@example.org"
    ).model_copy(update=changed)


class As:
    """Serves an application as the gate would for one signed-in user, or for nobody."""

    def __init__(self, app: ASGIApp, user: User | None) -> None:
        self.app = app
        self.user = user

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in {"http", "websocket"} and self.user is not None:
            scope[USER] = self.user
        await self.app(scope, receive, send)
