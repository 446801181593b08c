"""Answers kept as they were given until a record changes, so that who polls a list costs next to nothing."""

import json
from collections.abc import Callable, Coroutine, Hashable
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
_SHARED_SECONDS = 15 * 60
"""For so long other processes find an answer in the cache they share."""


def kept_by(services: Services) -> type[APIRoute]:
    """Return the class of routes whose answers depend on nothing but the address, the records and what is seen.

    What is seen is what ``sight_of`` the caller says. A kept answer is given before the parameters are read,
    which takes longer than all the rest; the caller's permission is asked for each time. What this process has
    not kept, another one may have put into the cache. Whatever changes a record, such as an analysis that
    completes, changes the state that all of them are kept under.
    """
    cache = services.cache
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
                    body = await shared(_name(*key), request)
                    found = kept.keep(key, (body, tag_of(body)))
                body, tag = found
                return Response(body, media_type="application/json", headers={"ETag": tag})

            async def shared(name: str, request: Request) -> bytes:
                body = await cache.get(name)
                if body is None:
                    body = bytes((await make(request)).body)
                    await cache.put(name, body, _SHARED_SECONDS)
                return body

            return answer

    return KeptRoute


def _name(version: Hashable, sight: Hashable, path: str, query: bytes) -> str:
    """Return the same name in every process; the companies in a sight have no order of their own."""
    return json.dumps([version, sight, path, query.decode("latin-1")], default=sorted)
