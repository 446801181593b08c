"""Fetching a document over https, from nowhere but where it may come from, however the address turns."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from posixpath import basename
from ssl import SSLContext

from httpx2 import URL, AsyncClient, HTTPError, InvalidURL, Limits, Response

from services.adapters.fetch.places import HTTPS_PORT, Place, checked, is_public
from services.domain.errors import Forbidden, InvalidInput, ReportTooLarge, Unavailable
from services.ports import Fetched

MOST_REDIRECTS = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_OK = 200
_SECONDS = 30.0
_PART_SECONDS = 10.0
Resolve = Callable[[str, int], Awaitable[list[str]]]


async def resolved(host: str, port: int) -> list[str]:
    """Return the IP addresses of a host; raises OSError."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(one[4][0]) for one in found]


@dataclass(frozen=True, slots=True)
class HttpsSource:
    """Fetches documents from allowed hosts; each name is looked up once, and that address is connected to.

    ``resolve``, ``is_allowed`` and ``trust`` say how names are looked up, which addresses are connected to,
    and whose certificates count.
    """

    allowed: frozenset[Place]
    max_bytes: int
    seconds: float = _SECONDS
    resolve: Resolve = resolved
    is_allowed: Callable[[str], bool] = is_public
    trust: SSLContext | bool = field(default=True)

    def fetch(self, url: str) -> Fetched:
        """Return the document at an address, in the time there is for the whole of it."""
        first = checked(url, self.allowed)
        try:
            return asyncio.run(self._in_time(first))
        except TimeoutError as error:
            raise Unavailable(
                f"{first.host} did not give the whole document in {self.seconds:g} seconds."
            ) from error
        except (HTTPError, OSError) as error:
            raise Unavailable(f"{first.host} cannot be reached or broke off.") from error

    async def _in_time(self, url: URL) -> Fetched:
        async with asyncio.timeout(self.seconds):
            for _ in range(MOST_REDIRECTS + 1):
                found = await self._ask(url)
                if isinstance(found, Fetched):
                    return found
                url = checked(_joined(url, found), self.allowed)
        raise InvalidInput(f"The address leads on more than {MOST_REDIRECTS} times.")

    async def _ask(self, url: URL) -> Fetched | str:
        """Return the document, or the address it is said to be at."""
        # The connection goes to the address that was checked, so that a second look-up by name cannot
        # lead elsewhere; the certificate is still held against the name.
        pinned = url.copy_with(host=await self._address(url), fragment=None)
        said = {"Host": url.netloc.decode("ascii"), "Accept-Encoding": "identity"}
        client = AsyncClient(
            verify=self.trust, trust_env=False, timeout=_PART_SECONDS,
            limits=Limits(max_keepalive_connections=0),
        )  # fmt: skip
        async with (
            client,
            client.stream(
                "GET", pinned, headers=said, extensions={"sni_hostname": url.host}
            ) as answer,
        ):
            if answer.status_code in _REDIRECTS and "location" in answer.headers:
                return str(answer.headers["location"])
            _check_status(answer, url)
            return Fetched(_name(url), await self._body(answer))

    async def _address(self, url: URL) -> str:
        host = url.raw_host.decode("ascii").strip("[]")
        try:
            found = await self.resolve(host, url.port or HTTPS_PORT)
        except OSError as error:
            raise Unavailable(f"The host {url.host} is not known.") from error
        if not found or not all(map(self.is_allowed, found)):
            raise Forbidden(
                f"{url.host} is not at a public address, so nothing is fetched from it."
            )
        return found[0]

    async def _body(self, answer: Response) -> bytes:
        parts, size = list[bytes](), 0
        async for part in answer.aiter_raw():
            size += len(part)
            if size > self.max_bytes:
                raise ReportTooLarge(
                    f"The document has more than {self.max_bytes:,} bytes; no more are taken."
                )
            parts.append(part)
        return b"".join(parts)


def _check_status(answer: Response, url: URL) -> None:
    if answer.status_code >= 500:
        raise Unavailable(f"{url.host} answered {answer.status_code}; try again later.")
    if answer.status_code != _OK:
        raise InvalidInput(
            f"There is no document at this address: it answers {answer.status_code}."
        )
    if answer.headers.get("content-encoding", "identity").lower() != "identity":
        raise InvalidInput(f"{url.host} sends the document packed though it was asked not to.")


def _joined(url: URL, location: str) -> str:
    try:
        return str(url.join(location))
    except (InvalidURL, ValueError) as error:
        raise InvalidInput(f"{url.host} leads on to what is no address.") from error


def _name(url: URL) -> str:
    return basename(url.path)
