"""How large the body of a request may be, and reading no further than that."""

import json
import re
from contextlib import suppress

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.domain.errors import InvalidInput

MAX_DATA_BYTES = 1_048_576
"""Largest body that holds fields and no file, bytes."""
_AROUND_A_FILE = 65_536
"""What a form may hold beside its file: boundaries, headers and fields, bytes."""
_ESCAPED_HALF = re.compile(rb"\\u[dD][89a-fA-F]")
_DATA = ("application/json", "application/x-www-form-urlencoded")


def limit_of(media_type: str, max_upload_bytes: int) -> int:
    """Return how many bytes a body of this type may have."""
    return MAX_DATA_BYTES if media_type in _DATA else max_upload_bytes + _AROUND_A_FILE


def size_of(headers: Headers) -> int:
    """Return the bytes that a request says its body has; 0 where it does not say."""
    return int(headers.get("content-length", "0"))


def has_body(headers: Headers) -> bool:
    """Whether a request comes with a body."""
    return "transfer-encoding" in headers or size_of(headers) > 0


async def whole_characters(request: Request) -> None:
    """Refuse JSON with half a character in it, which nothing can store; raises InvalidInput."""
    if request.headers.get("content-type", "").lower().startswith(_DATA[0]):
        body = await request.body()
        if _ESCAPED_HALF.search(body) and not _is_whole(body):
            raise InvalidInput(
                "The body has half a character in it (a surrogate without its other)."
            )


def _is_whole(body: bytes) -> bool:
    try:
        json.dumps(json.loads(body), ensure_ascii=False).encode()
    except (ValueError, RecursionError):  # half a character, or what nobody reads as JSON anyway
        return False
    return True


class _Exceeded(Exception):
    pass


class Limited:
    """A request whose body is read up to a limit; past it nothing is read, and no answer of the application leaves."""

    def __init__(self, receive: Receive, send: Send, limit: int) -> None:
        self._receive = receive
        self._send = send
        self._left = limit
        self.is_exceeded = False

    async def serve(self, app: ASGIApp, scope: Scope) -> None:
        """Let the application serve the request."""
        with suppress(_Exceeded):
            await app(scope, self._read, self._answer)

    async def _read(self) -> Message:
        if self.is_exceeded:
            raise _Exceeded
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            self.is_exceeded = True
            raise _Exceeded
        return message

    async def _answer(self, message: Message) -> None:
        if not self.is_exceeded:
            await self._send(message)
