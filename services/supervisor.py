"""The supervisor of the worker processes, and the pages' process that sees to it that there is one.

The pages' process never works on reports itself: it starts a supervisor (``ensure_workers``), which
starts the workers. A parent holds the write end of its child's standard input; when the parent ends,
however it ends, the child reads the end of the pipe and stops after what it has in hand. This module
loads none of the stages, so that workers are up as early as can be.
"""

import logging
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from services.adapters.local.instances import FileLock
from services.config import PROJECT_ROOT, Settings, read_settings

_LOOK_SECONDS = 0.2
_ENSURE_SECONDS = 2.0
_LOCK_WAIT_SECONDS = 3.0
_GRACE_SECONDS = 10.0
_STEADY_SECONDS = 5.0
_MAX_RESTART_SECONDS = 10.0
_WORKER = ("services", "worker")
_SUPERVISOR = ("services.supervisor",)
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Slot:
    """One place for a worker: its process, and when the next may start."""

    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    quick_ends: int = 0
    not_before: float = 0.0

    def tend(self, settings: Settings) -> None:
        """Start the worker when there is none; one that keeps ending at once waits ever longer."""
        now = time.monotonic()
        if self.process is not None and self.process.poll() is not None:
            _log.warning(
                "worker process %d ended with %s", self.process.pid, self.process.returncode
            )
            _close_pipe(self.process)
            # A worker that was killed did not fail by itself; its message's delivery count is the limit.
            quick = self.process.returncode > 0 and now - self.started < _STEADY_SECONDS
            self.quick_ends = self.quick_ends + 1 if quick else 0
            pause = 0.5 * 2.0 ** (self.quick_ends - 2) if self.quick_ends > 1 else 0.0
            self.not_before = now + min(pause, _MAX_RESTART_SECONDS)
            self.process = None
        if self.process is None and now >= self.not_before:
            self.process = _spawn(_WORKER, settings)
            self.started = now


def supervise(settings: Settings) -> None:
    """Keep ``settings.workers`` worker processes running until a signal or the end of the parent.

    Returns at once when another supervisor already serves the data folder.
    """
    start_logging(settings)
    stop = stop_signal()
    lock = supervisor_lock(settings)
    if not lock.acquire(_LOCK_WAIT_SECONDS):
        _log.info("another supervisor serves %s", settings.data_dir)
        return
    slots = [_Slot() for _ in range(settings.workers)]
    try:
        while not stop.is_set():
            for slot in slots:
                slot.tend(settings)
            stop.wait(_LOOK_SECONDS)
    finally:
        _end([slot.process for slot in slots if slot.process is not None])
        lock.release()


def supervisor_lock(settings: Settings) -> FileLock:
    """Return the lock that the one supervisor of a data folder holds."""
    return FileLock(settings.data_dir / "workers" / "supervisor.lock")


def _end(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        _close_pipe(process)
        process.terminate()
    deadline = time.monotonic() + _GRACE_SECONDS
    for process in processes:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class _Keeper:
    """Sees to it, from a thread of the pages' process, that a supervisor runs for a data folder."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Look once now and from then on every two seconds."""
        self._look()
        threading.Thread(target=self._keep, name="workers", daemon=True).start()

    def _keep(self) -> None:
        while True:
            time.sleep(_ENSURE_SECONDS)
            self._look()

    def _look(self) -> None:
        if self._process is not None:
            if self._process.poll() is None:
                return
            _close_pipe(self._process)
            self._process = None
        lock = supervisor_lock(self._settings)
        if lock.acquire():
            lock.release()
            self._process = _spawn(_SUPERVISOR, self._settings)


_keepers: dict[Path, _Keeper] = {}
_keepers_lock = threading.Lock()


def ensure_workers(settings: Settings) -> None:
    """See to it that one supervisor serves the data folder for as long as this process lives.

    May be called any number of times, from any number of threads and processes.
    """
    with _keepers_lock:
        if settings.data_dir in _keepers:
            return
        keeper = _keepers[settings.data_dir] = _Keeper(settings)
        keeper.start()


def _spawn(command: tuple[str, ...], settings: Settings) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - our interpreter and our module
        [sys.executable, "-m", *command],
        stdin=subprocess.PIPE,
        cwd=PROJECT_ROOT,
        env={**os.environ, **settings.environment()},
        start_new_session=True,
    )


def _close_pipe(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        process.stdin.close()


def stop_signal() -> threading.Event:
    """Return an event that is set by SIGTERM, SIGINT, or the end of the pipe on standard input."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if stat.S_ISFIFO(os.fstat(0).st_mode):
        threading.Thread(target=_wait_for_end, args=(stop,), name="parent", daemon=True).start()
    return stop


def _wait_for_end(stop: threading.Event) -> None:
    while os.read(0, 4096):
        pass
    stop.set()


def start_logging(settings: Settings) -> None:
    """Log to standard error at the level of the settings."""
    logging.basicConfig(
        level=settings.log_level,
        format="%(asctime)s %(process)d %(levelname)s %(name)s %(message)s",
    )


if __name__ == "__main__":
    supervise(read_settings())
