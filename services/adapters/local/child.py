"""A limited child process: the only place where bytes from outside are parsed.

A parser that eats memory, loops or crashes takes its child with it and nothing else; the caller gets
UnreadableDocument with a sentence.
"""

import logging
import sys
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from services.adapters.local import fork_server
from services.adapters.local.processes import FreshProcess, Process
from services.adapters.local.wire import (
    MAX_RESULT_BYTES,
    BrokenFrame,
    Frame,
    FrameKind,
    read_frame,
    write_frame,
)
from services.domain.errors import Unavailable, UnreadableDocument
from services.ports import OnPage

WALL_SECONDS = 60.0
PAGE_SECONDS = 10.0
_TICK_SECONDS = 0.25
_log = logging.getLogger(__name__)


class ChildDied(UnreadableDocument):
    """The child ended in the middle of a document; ``done`` pages had been finished."""

    def __init__(self, sentence: str, done: int) -> None:
        super().__init__(sentence, "resource-limit")
        self.done = done


class Child:
    """A fresh limited process running the ``main`` of ``module``; use as a context manager.

    ``wall_seconds`` bounds each request; the child's own limits (1 GB, 60 s of processor) come on top.
    """

    def __init__(self, module: str, wall_seconds: float = WALL_SECONDS) -> None:
        self._wall_seconds = wall_seconds
        self._started = False
        self._exit_code: int | None = None
        self._process = _start(module)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def close(self) -> None:
        """End the child, whatever it is doing; may be called more than once."""
        self._exit_code = self._process.end()

    def ask(
        self, op: str, arguments: dict[str, Any], blob: bytes = b"", on_page: OnPage | None = None
    ) -> tuple[dict[str, Any], bytes]:
        """Return the child's answer (JSON, bytes); progress goes to ``on_page``.

        Raises UnreadableDocument when the child refuses, ChildDied when it breaks a limit, and
        Unavailable when it could not even start, which is no fault of the document.
        """
        clock = _Clock(self._process.kill, self._wall_seconds)
        done = 0
        try:
            self._await_start()
            self._send(Frame(FrameKind.REQUEST, {"op": op, **arguments}, blob))
            while (frame := self._receive()).kind is FrameKind.PROGRESS:
                done = int(frame.body["done"])
                clock.page_done()
                if on_page is not None:
                    on_page(done, int(frame.body["total"]))
        except (BrokenFrame, OSError) as error:
            raise self._death(error, clock, done) from error
        finally:
            clock.stop()
        if frame.kind is FrameKind.RESULT:
            return frame.body, frame.blob
        raise self._refusal(frame)

    def _await_start(self) -> None:
        if self._started:
            return
        try:
            self._receive()
        except (BrokenFrame, OSError) as error:
            self.close()
            _log.error("The child reader did not start (exit %s)", self._exit_code)
            raise Unavailable(
                "The document reader could not be started on this machine; try again."
            ) from error
        self._started = True

    def _send(self, frame: Frame) -> None:
        write_frame(self._process.requests, frame)

    def _receive(self) -> Frame:
        return read_frame(self._process.answers, MAX_RESULT_BYTES)

    def _death(self, error: Exception, clock: "_Clock", done: int) -> ChildDied:
        self.close()
        _log.warning(
            "The child reader ended: %s (exit %s, timed out: %s, pages done: %d)",
            error,
            self._exit_code,
            clock.struck,
            done,
        )
        if clock.struck:
            return ChildDied(
                f"Reading this document took too long (over {clock.allowed:.0f} seconds) and was "
                "stopped. Print it to a new PDF, or split it, and upload it again.",
                done,
            )
        return ChildDied(
            "Reading this document needed more memory, time or output than a report is allowed and "
            "was stopped; it is damaged or was built to overload readers.",
            done,
        )

    def _refusal(self, frame: Frame) -> UnreadableDocument:
        if detail := frame.body.get("detail"):
            _log.error("The child reader crashed: %s", detail)
        return UnreadableDocument(str(frame.body["sentence"]), str(frame.body["code"]))


class _Clock:
    """Kills when a request, or a single page after the first, takes longer than allowed."""

    def __init__(self, kill: Callable[[], None], wall_seconds: float) -> None:
        self._kill = kill
        self._ends = self._due = time.monotonic() + wall_seconds
        self._answered = threading.Event()
        self.allowed = wall_seconds
        self.struck = False
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        while not self._answered.wait(_TICK_SECONDS):
            if time.monotonic() >= self._due:
                self.struck = True
                self._kill()
                return

    def page_done(self) -> None:
        """Give the next page its own, shorter time."""
        self._due = min(self._ends, time.monotonic() + PAGE_SECONDS)

    def stop(self) -> None:
        """The request is answered."""
        self._answered.set()


def _start(module: str) -> Process:
    """Fork the child where the system can, which takes a millisecond; else start it from nothing."""
    if sys.platform == "linux":  # elsewhere a fork of loaded system libraries is not safe
        try:
            return fork_server.fork(module)
        except OSError as error:
            _log.warning("The fork server cannot be used (%s); starting a process instead", error)
    return FreshProcess(module)
