"""The rate limit: so many requests of one client in any one second, exactly."""

import math
import time
from collections.abc import Callable, Mapping

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.api.addresses import is_page_image, is_probe
from services.api.callers import known_caller
from services.api.errors import CODES, problem
from services.sign_in.limits import network_of

SECOND = 1_000_000_000
_MOST_CLIENTS = 10_000

_POLICY = "peruser"
_QUOTA_EXCEEDED = "https://iana.org/assignments/http-problem-types#quota-exceeded"

Times = tuple[int, ...]


def admit(times: Times, now: int, limit: int) -> tuple[Times, int]:
    """Judge a request by the times of the requests admitted before; times are nanoseconds, oldest first.

    Returns the times to remember and how long to wait: 0 admits. However they come, no half-open window of
    one second holds more than ``limit`` admitted requests, and none is refused while one holds fewer.
    """
    recent = tuple(one for one in times if now - one < SECOND)
    if len(recent) < limit:
        return (*recent, now), 0
    return recent, recent[0] + SECOND - now


class RateLimit:
    """Answers 429 when a client asks for more than ``limit`` answers a second, and tells how many are left.

    A limit of 0 is none. The headers are those of draft-ietf-httpapi-ratelimit-headers-10.
    """

    def __init__(
        self, app: ASGIApp, limit: int, clock: Callable[[], int] = time.monotonic_ns
    ) -> None:
        self._app = app
        self._limit = limit
        self._clock = clock
        self._times: dict[str, Times] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or refuse it."""
        if scope["type"] != "http" or not self._limit or _is_free(scope["path"]):
            await self._app(scope, receive, send)
            return
        client = client_of(scope)
        wait = self._wait(client)
        seconds = math.ceil((wait or SECOND) / SECOND)
        told = {
            "RateLimit-Policy": f'"{_POLICY}";q={self._limit};w=1',
            "RateLimit": f'"{_POLICY}";r={self._limit - len(self._times[client])};t={seconds}',
        }
        if not wait:
            await self._app(scope, receive, _with_headers(send, told))
            return
        detail = f"More than {self._limit} requests a second; ask again after Retry-After."
        refusal = problem(
            Request(scope), 429, CODES[429], detail, told | {"Retry-After": str(seconds)},
            type=_QUOTA_EXCEEDED, **{"violated-policies": [_POLICY]},
        )  # fmt: skip
        await refusal(scope, receive, send)

    def _wait(self, client: str) -> int:
        now = self._clock()
        if len(self._times) >= _MOST_CLIENTS:
            self._times = {
                one: times for one, times in self._times.items() if now - times[-1] < SECOND
            }
        self._times[client], wait = admit(self._times.get(client, ()), now, self._limit)
        return wait


def _is_free(path: str) -> bool:
    """Page images, which a page asks for by the dozen, and the probe of the machine that runs this."""
    return is_probe(path) or is_page_image(path)


def _with_headers(send: Send, headers: Mapping[str, str]) -> Send:
    async def told(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(headers)
        await send(message)

    return told


def client_of(scope: Scope) -> str:
    """Return whose requests are counted together: the signed-in user's, else those of one address.

    Of IPv6 that is one network, of which one client has every address.
    ``X-Forwarded-For`` is not believed: whoever sends it chooses it.
    """
    caller = known_caller(scope)
    if caller is not None:
        return f"user:{caller.user_id}"
    address = scope.get("client")
    return f"address:{network_of(address[0])}" if address else "address:"
