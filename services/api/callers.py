"""Who calls: the signed-in user of a request, and the one permission an operation asks for.

The gate in front of the API verifies a cookie or a bearer token and puts the user into the ASGI scope.
Nothing else does, so that without a gate every operation answers 401.
"""

from collections.abc import MutableMapping
from typing import Annotated, Any

from fastapi import Depends
from starlette.requests import Request

from services.access import Permission, require
from services.domain.errors import Unauthenticated
from services.domain.users import User

USER = "advisor.user"
"""Where the gate puts the signed-in ``User`` of a request in its ASGI scope."""


def known_caller(scope: MutableMapping[str, Any]) -> User | None:
    """Return the signed-in user of a request, None when nobody is."""
    found = scope.get(USER)
    return found if isinstance(found, User) else None


def permitted(scope: MutableMapping[str, Any], permission: Permission) -> User:
    """Return the signed-in user of a request, who has the permission; raises Unauthenticated or Forbidden."""
    caller = known_caller(scope)
    if caller is None:
        raise Unauthenticated("Sign in, or send a bearer token in the Authorization header.")
    require(caller, permission)
    return caller


class Needs:
    """What an operation asks of its caller; as a dependency it gives the caller or refuses with 401 or 403."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    async def __call__(self, request: Request) -> User:
        """Return the caller; raises Unauthenticated or Forbidden."""
        return permitted(request.scope, self.permission)


ReportViewer = Annotated[User, Depends(Needs(Permission.VIEW_REPORTS))]
InsightViewer = Annotated[User, Depends(Needs(Permission.VIEW_INSIGHTS))]
SummaryViewer = Annotated[User, Depends(Needs(Permission.VIEW_SUMMARY))]
ReviewViewer = Annotated[User, Depends(Needs(Permission.VIEW_REVIEWS))]
AuditViewer = Annotated[User, Depends(Needs(Permission.VIEW_AUDIT))]
Uploader = Annotated[User, Depends(Needs(Permission.UPLOAD))]
Corrector = Annotated[User, Depends(Needs(Permission.CORRECT))]
Requester = Annotated[User, Depends(Needs(Permission.REQUEST_REVIEW))]
Reviewer = Annotated[User, Depends(Needs(Permission.REVIEW))]
MaterialitySetter = Annotated[User, Depends(Needs(Permission.SET_MATERIALITY))]
PolicySetter = Annotated[User, Depends(Needs(Permission.SET_POLICY))]
Signer = Annotated[User, Depends(Needs(Permission.SIGN_SUMMARY))]
Administrator = Annotated[User, Depends(Needs(Permission.ADMINISTER))]
