"""What a caller accepts and what it has already: media ranges, entity tags, 304."""

import hashlib

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PDF, CSV, ZIP = "application/pdf", "text/csv", "application/zip"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_KEPT_BY_304 = frozenset({"cache-control", "etag", "vary"})


def accepts(accept: str, offered: str) -> bool:
    """Whether an Accept header lets a media type through (RFC 9110: the most specific range decides)."""
    kind = offered.split("/")[0]
    quality = dict[str, float]()
    for part in filter(None, map(str.strip, accept.lower().split(","))):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        weights = [piece[2:] for piece in parameters if piece.startswith("q=")]
        quality[name] = _weight(weights[0]) if weights else 1.0
    ranges = (offered, f"{kind}/*", "*/*")
    return not quality or next((quality[one] for one in ranges if one in quality), 0.0) > 0


def matches(header: str, tag: str) -> bool:
    """Whether an If-None-Match or If-Match header names a tag; '*' names any. Tags are compared weakly."""
    named = [one.strip().removeprefix("W/") for one in header.split(",")]
    return "*" in named or tag.removeprefix("W/") in named


def tag_of(body: bytes) -> str:
    """Return the entity tag of an answer: weak, as a compressed answer has the tag of the plain one."""
    return f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'


class Tagging:
    """Tags what is read, and says where nothing changed since.

    No cache may keep an answer; a caller that does so itself sends its tag.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        known = Headers(scope=scope).get("if-none-match", "")
        await self._app(scope, receive, _Tagged(send, known))


class _Tagged:
    def __init__(self, send: Send, if_none_match: str) -> None:
        self._send = send
        self._known = if_none_match
        self._start: Message = {}
        self._body: list[bytes] = []

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = Headers(raw=message["headers"])
            is_own = "etag" in headers and "content-disposition" in headers
            if message["status"] == 200 and not is_own:
                self._start = message
                return
        elif self._start:
            self._body.append(message.get("body", b""))
            if not message.get("more_body", False):
                await self._finish(b"".join(self._body))
            return
        await self._send(message)

    async def _finish(self, body: bytes) -> None:
        headers = MutableHeaders(raw=list(self._start["headers"]))
        if "etag" not in headers:
            headers["etag"] = tag_of(body)
        tag = headers["etag"]
        start = {**self._start, "headers": headers.raw}
        if self._known and matches(self._known, tag):
            kept = [one for one in headers.raw if one[0].decode("latin-1") in _KEPT_BY_304]
            start, body = {**start, "status": 304, "headers": kept}, b""
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body})


def _weight(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
