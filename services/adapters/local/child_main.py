"""The inside of a limited child: sets its own limits, then answers requests from the pipe until it ends.

Each kind of child is a small module whose ``main`` calls ``serve`` with what it can do; imports happen
before the limits are set, so that only the document pays. The child ends itself as soon as its parent is
gone.
"""

import os
import queue
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Any, BinaryIO, NoReturn

from services.adapters.local.wire import Frame, FrameKind, read_frame, write_frame
from services.domain.errors import UnreadableDocument

try:
    import resource
except ImportError:  # Windows knows no such limits; the parent's clock still ends the child
    resource = None  # type: ignore[assignment]

Progress = Callable[[int, int], None]
Answer = tuple[dict[str, Any], bytes]
Handler = Callable[[dict[str, Any], bytes, Progress], Answer]

MEMORY_BYTES = 1024**3
CPU_SECONDS = 60
OPEN_FILES = 32
MAX_REQUEST_BYTES = 96 * 1024 * 1024
OUT_OF_MEMORY = (
    "Reading this document needs more memory than a report is allowed (1 GB); "
    "it is damaged or was built to overload readers."
)


def serve(handlers: Mapping[str, Handler]) -> NoReturn:
    """Answer requests on standard input until it closes; never returns."""
    output = sys.stdout.buffer
    sys.excepthook = _crash_reporter(output)
    set_limits()
    requests: queue.SimpleQueue[Frame] = queue.SimpleQueue()
    write_frame(
        output, Frame(FrameKind.PROGRESS, {})
    )  # we are up: what goes wrong now is the document
    threading.Thread(target=_receive, args=(sys.stdin.buffer, requests), daemon=True).start()
    while True:
        frame = answer(handlers, requests.get(), output)
        try:
            write_frame(output, frame)
        except MemoryError:
            write_frame(output, _error("resource-limit", OUT_OF_MEMORY))


def set_limits() -> None:
    """Limit this process's memory, processor time, files written and files open."""
    if resource is None:
        return
    for kind, limit in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        # macOS refuses some of them; the parent's clock stays
        with suppress(ValueError, OSError):
            resource.setrlimit(kind, (limit, limit))


def answer(handlers: Mapping[str, Handler], request: Frame, output: BinaryIO) -> Frame:
    """Return the result of one request, or the error frame that says why there is none."""

    def progress(done: int, total: int) -> None:
        write_frame(output, Frame(FrameKind.PROGRESS, {"done": done, "total": total}))

    try:
        body, blob = handlers[request.body["op"]](request.body, request.blob, progress)
    except UnreadableDocument as error:
        return _error(error.code, error.sentence)
    except MemoryError:
        return _error("resource-limit", OUT_OF_MEMORY)
    return Frame(FrameKind.RESULT, body, blob)


def _error(code: str, sentence: str, detail: str = "") -> Frame:
    return Frame(FrameKind.ERROR, {"code": code, "sentence": sentence, "detail": detail})


def _receive(stream: BinaryIO, requests: "queue.SimpleQueue[Frame]") -> None:
    try:
        while True:
            requests.put(read_frame(stream, MAX_REQUEST_BYTES))
    finally:  # the parent is gone or done, however that shows: stop, even in the middle of a page
        os._exit(0)


def _crash_reporter(
    output: BinaryIO,
) -> Callable[[type[BaseException], BaseException, TracebackType | None], None]:
    """Return an excepthook that says on the pipe what broke, for the parent's log."""

    def report(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        place = ""
        while trace is not None:
            code = trace.tb_frame.f_code
            place, trace = f"{code.co_name}:{trace.tb_lineno}", trace.tb_next
        sentence = "The reader could not make sense of this document; it is probably damaged."
        write_frame(output, _error("malformed", sentence, f"{kind.__name__}: {error} at {place}"))

    return report
