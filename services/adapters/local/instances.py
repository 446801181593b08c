"""Which worker processes are alive: each holds a locked file, and a lock dies with its process."""

import fcntl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

_SUFFIX = ".instance"
_GUARD_SECONDS = 5.0
_LOOK_SECONDS = 0.02


class FileLock:
    """An exclusive lock on a file, held until ``release`` or the end of the process, however it ends.

    POSIX record locks are not inherited by child processes, so a surviving child never keeps the lock
    of a dead parent. Within one process they do not exclude; callers there use a thread lock.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._file: IO[bytes] | None = None

    def acquire(self, wait_seconds: float = 0) -> bool:
        """Take the lock within the time; False when another process holds it all along."""
        deadline = time.monotonic() + wait_seconds
        while not self._try():
            if time.monotonic() >= deadline:
                return False
            time.sleep(_LOOK_SECONDS)
        return True

    def release(self) -> None:
        """Give the lock back; without effect when it is not held."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _try(self) -> bool:
        file = self._path.open("ab")
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return False
        self._file = file
        return True


class Instances:
    """The worker instances of one data folder; what dead ones held is released when a new one comes.

    ``release`` gives the messages of the named instances back to the queue.
    """

    def __init__(self, folder: Path, release: Callable[[Sequence[str]], int]) -> None:
        self._folder = folder
        self._release = release

    @contextmanager
    def registered(self, name: str) -> Iterator[None]:
        """Be known as alive under the name inside the block; release what dead instances held first.

        A name is used once: a process must not register the name of another.
        """
        path = self._folder / f"{name}{_SUFFIX}"
        own = FileLock(path)
        guard = FileLock(self._folder / "guard.lock")
        guard.acquire(_GUARD_SECONDS)
        try:
            self._release_dead()
            own.acquire()
        finally:
            guard.release()
        try:
            yield
        finally:
            path.unlink(missing_ok=True)
            own.release()

    def _release_dead(self) -> None:
        dead = [path for path in sorted(self._folder.glob(f"*{_SUFFIX}")) if _is_free(path)]
        self._release([path.stem for path in dead])
        for path in dead:
            path.unlink(missing_ok=True)


def _is_free(path: Path) -> bool:
    lock = FileLock(path)
    free = lock.acquire()
    lock.release()
    return free
