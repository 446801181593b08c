"""Answers kept as they were given until a record changes, so that who polls a list costs next to nothing."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from services.access import sight_of
from services.api.callers import Needs
from services.api.negotiation import tag_of
from services.bootstrap import Services
from services.memo import Memo

_KEPT = 128
"""Answers of one router; a page of 50 insights is 70 KB."""


def kept_by(services: Services) -> type[APIRoute]:
    """Return the class of routes whose answers depend on nothing but the address, the records and what is seen.

    What is seen is what ``sight_of`` the caller says. A kept answer is given before the parameters are read,
    which takes longer than all the rest; the caller's permission is asked for each time.
    """
    kept = Memo[tuple[bytes, str]](_KEPT)

    class KeptRoute(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            make = super().get_route_handler()
            (needs,) = (
                one.call for one in self.dependant.dependencies if isinstance(one.call, Needs)
            )

            async def answer(request: Request) -> Response:
                caller = await needs(request)
                state = services.seen_by(caller).listing.version(), sight_of(caller)
                key = (*state, request.scope["path"], request.scope["query_string"])
                found = kept.known(key)
                if found is None:
                    body = bytes((await make(request)).body)
                    found = kept.keep(key, (body, tag_of(body)))
                body, tag = found
                return Response(body, media_type="application/json", headers={"ETag": tag})

            return answer

    return KeptRoute
