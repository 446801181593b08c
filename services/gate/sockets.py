"""Open websockets by session: they are closed at sign-out at once, and when a session is over otherwise."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.domain.errors import AdvisorError

SIGNED_OUT = 4401
"""The code a socket is closed with when its session is over (4000 to 4999 are an application's own)."""
LOOK_SECONDS = 5.0
"""So often each socket's session is looked up: by then a changed account or an idle hour has ended it."""
_log = logging.getLogger(__name__)


class OpenSockets:
    """Serves websockets for as long as their session lasts."""

    def __init__(self, is_over: Callable[[str], bool], look_seconds: float = LOOK_SECONDS) -> None:
        self._is_over = is_over
        self._look_seconds = look_seconds
        self._open: dict[str, set[asyncio.Future[None]]] = defaultdict(set)

    def end(self, session_id: str) -> None:
        """Close every socket of a session; called in the loop that serves them."""
        for over in self._open.get(session_id, ()):
            if not over.done():
                over.set_result(None)

    async def serve(
        self, app: ASGIApp, scope: Scope, receive: Receive, send: Send, session_id: str
    ) -> None:
        """Serve one socket until it closes or its session is over."""
        over = asyncio.get_running_loop().create_future()
        self._open[session_id].add(over)
        watch = asyncio.create_task(self._watch(session_id, over))
        socket = _Socket(receive, send, over)
        try:
            await app(scope, socket.receive, socket.send)
        finally:
            watch.cancel()
            socket.stop()
            self._open[session_id].discard(over)
            if not self._open[session_id]:
                del self._open[session_id]

    async def _watch(self, session_id: str, over: asyncio.Future[None]) -> None:
        while not over.done():
            await asyncio.sleep(self._look_seconds)
            try:
                if await run_in_threadpool(self._is_over, session_id):
                    self.end(session_id)
            except AdvisorError:
                _log.exception("an open session could not be looked up; it is tried again")


class _Socket:
    """The two ends of a websocket; once the session is over nothing passes any more."""

    def __init__(self, receive: Receive, send: Send, over: asyncio.Future[None]) -> None:
        self._receive = receive
        self._send = send
        self._over = over
        self._next: asyncio.Future[Message] | None = None

    async def receive(self) -> Message:
        if self._next is None:
            self._next = asyncio.ensure_future(self._receive())
        either: set[asyncio.Future[Any]] = {self._next, self._over}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if self._next.done():
            message, self._next = self._next.result(), None
            if message["type"] == "websocket.disconnect" or not self._over.done():
                return message
        await self._send({"type": "websocket.close", "code": SIGNED_OUT, "reason": "signed out"})
        return {"type": "websocket.disconnect", "code": SIGNED_OUT}

    async def send(self, message: Message) -> None:
        if not self._over.done():
            await self._send(message)

    def stop(self) -> None:
        if self._next is not None:
            self._next.cancel()
