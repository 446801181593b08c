"""Where a request comes from: our own pages, or somebody else's; and where it may go after sign-in."""

import re
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

from services.config import Settings

_SCHEMES = {"ws": "http", "wss": "https"}
_LOCAL_PATH = re.compile(
    r"/(?![/\\])[\x21\x23-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7a\x7c\x7e]*", re.ASCII
)
"""One slash, then printable characters; none that a browser drops or turns into a second slash."""
_LONGEST_PATH = 2_000


class Origins:
    """The origins under which people open the product; a request from any other is another site's."""

    def __init__(self, settings: Settings) -> None:
        parts = urlsplit(settings.base_url)
        self._public = f"{parts.scheme}://{parts.netloc}".lower()
        self._https_name = parts.hostname if settings.is_secure else None

    def is_own(self, scope: Scope) -> bool:
        """Whether a request that changes something, or opens a socket, comes from a page of ours.

        Browsers say so themselves (Origin, Sec-Fetch-Site); one that says neither is not believed.
        """
        headers = Headers(scope=scope)
        origins, sites = headers.getlist("origin"), headers.getlist("sec-fetch-site")
        if any(origin not in self._of(scope, headers) for origin in origins):
            return False
        if scope["type"] == "websocket":
            return bool(origins)
        return bool(origins or sites) and all(site == "same-origin" for site in sites)

    def _of(self, scope: Scope, headers: Headers) -> set[str]:
        """The public origin, and the one asked for, but for http where the public one is https."""
        scheme = _SCHEMES.get(scope["scheme"], scope["scheme"])
        direct = f"{scheme}://{headers.get('host', '')}".lower()
        if scheme == "http" and urlsplit(direct).hostname == self._https_name:
            return {self._public}
        return {self._public, direct}


def local_path(wanted: str) -> str:
    """Return where to go after sign-in: what was wanted when it is a page of ours, else the start."""
    usable = len(wanted) <= _LONGEST_PATH and _LOCAL_PATH.fullmatch(wanted)
    return wanted if usable and not wanted.startswith(("/auth/", "/api/")) else "/"
