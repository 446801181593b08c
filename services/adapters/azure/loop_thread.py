"""An event loop on a thread of its own: for SDKs that can be stopped in time only where they are asynchronous."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

Answer = TypeVar("Answer")


class LoopThread:
    """Runs coroutines for any thread, each for so long at most; ends when it is told to."""

    def __init__(self, name: str, farewell: Callable[[], Awaitable[None]]) -> None:
        self._farewell = farewell
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._run, name=name, daemon=True).start()

    def result(self, work: Coroutine[Any, Any, Answer], seconds: float) -> Answer:
        """Return what a coroutine gives; raises TimeoutError when its time is over, whatever it then does."""
        timed = asyncio.wait_for(work, seconds)
        return asyncio.run_coroutine_threadsafe(timed, self._loop).result()

    def end(self) -> None:
        """Let the farewell run, then the loop stop; nobody waits for it."""
        asyncio.run_coroutine_threadsafe(self._end(), self._loop)

    def _run(self) -> None:
        self._loop.run_forever()
        self._loop.close()

    async def _end(self) -> None:
        await self._farewell()
        # What the farewell closes is told so one round later.
        self._loop.call_soon(lambda: self._loop.call_soon(self._loop.stop))
