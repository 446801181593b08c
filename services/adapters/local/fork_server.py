"""The fork server: a small process with our readers imported, from which every document gets a fresh child.

Starting Python and importing a reader costs 0.06 to 0.1 s, a fork a millisecond (decision 0006). The
server never holds a document: it only forks, and a child is given one socket and nothing else. It is
started with the first document, replaced when it is found dead, and ends with this process, however
that ends.
"""

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import threading
from contextlib import suppress
from typing import Any

from services.adapters.local.processes import close_quietly, environment, python

_MAIN = "services.adapters.local.fork_server_main"
_PATIENCE_SECONDS = 20.0
_EXIT_MILLISECONDS = 5_000
_MESSAGE_BYTES = 1024


class ForkServer:
    """A running fork server and the line to it; raises OSError where the kernel knows no process handles."""

    def __init__(self) -> None:
        os.close(os.pidfd_open(os.getpid()))
        self._line, theirs = socket.socketpair()
        self._line.settimeout(_PATIENCE_SECONDS)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our interpreter and our module
                python(_MAIN),
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=environment(),
                start_new_session=True,
            )
        self._turn = threading.Lock()
        self.pid = self._process.pid
        self.usable = True

    def fork(self, module: str) -> "ForkedProcess":
        """Return a new child that runs ``module``; raises OSError when the server does not answer."""
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                pid = self._ask({"fork": module}, [theirs.fileno()])
            return ForkedProcess(self, pid, ours)
        except OSError:
            self.usable = False
            ours.close()
            raise

    def exit_code(self, pid: int) -> int | None:
        """Return the exit code of an ended child, which leaves the process table; None without a server."""
        try:
            return self._ask({"wait": pid}, [])
        except OSError:
            return None

    def _ask(self, request: dict[str, Any], files: list[int]) -> int:
        """Take a turn; without an answer the line is out of step and cannot be used again."""
        answer = b""
        with self._turn:
            if not self.usable:
                raise ConnectionResetError("the fork server has ended")
            try:
                socket.send_fds(self._line, [json.dumps(request).encode()], files)
                answer = self._line.recv(_MESSAGE_BYTES)
            finally:
                self.usable = bool(answer)
        if not answer:
            raise ConnectionResetError("the fork server has ended")
        return int(answer)

    def close(self) -> None:
        """End the server; a child that is still at work goes on until its socket is closed."""
        self.usable = False
        self._line.close()
        self._process.kill()
        self._process.wait()

    def forget(self) -> None:
        """Leave the server to the process that this one was forked from."""
        self._line.close()


class ForkedProcess:
    """A child of the fork server.

    It is held by a process handle: unlike its id, that never comes to mean another process, even when
    the server that would have kept the id taken is gone.
    """

    def __init__(self, server: ForkServer, pid: int, stream: socket.socket) -> None:
        self._server = server
        self._handle = os.pidfd_open(pid)
        self._ending = threading.Lock()
        self._ended = False
        self._code: int | None = None
        self.pid = pid
        with stream:
            self.requests = stream.makefile("wb")
            self.answers = stream.makefile("rb")

    def kill(self) -> None:
        """Stop it at once; from any thread, and also when it has ended."""
        with self._ending:
            if not self._ended:
                self._kill()

    def _kill(self) -> None:
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._handle, signal.SIGKILL)

    def end(self) -> int | None:
        """Stop it, leave nothing of it behind and return its exit code (None: not known); may be repeated."""
        with self._ending:
            if not self._ended:
                self._ended = True
                self._kill()
                gone = select.poll()
                gone.register(self._handle, select.POLLIN)
                if gone.poll(_EXIT_MILLISECONDS):
                    self._code = self._server.exit_code(self.pid)
                os.close(self._handle)
                close_quietly(self.requests, self.answers)
        return self._code


class _Current:
    """The fork server of this process, if it has one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._server: ForkServer | None = None

    def server(self) -> ForkServer:
        """Return a running server; starts one when there is none that can be used."""
        with self._lock:
            if self._server is not None and not self._server.usable:
                self._server.close()
                self._server = None
            if self._server is None:
                self._server = ForkServer()
            return self._server

    def close(self) -> None:
        """End the server when there is one."""
        with self._lock:
            if self._server is not None:
                self._server.close()
            self._server = None

    def forget(self) -> None:
        """Start over in a process that was forked from ours: the server stays with the other."""
        if self._server is not None:
            self._server.forget()
        self._server = None
        self._lock = threading.Lock()


_current = _Current()
close = _current.close
atexit.register(close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_current.forget)


def fork(module: str) -> ForkedProcess:
    """Return a new child that runs ``module``, forked from this process's fork server.

    Raises OSError when there is none to be had; the next call tries to start another.
    """
    return _current.server().fork(module)
