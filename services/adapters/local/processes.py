"""The process of a limited child as its parent sees it, and the plain way to start one."""

import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import BinaryIO, Protocol, cast

_KEPT_VARIABLES = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LANG")
_PROJECT = Path(__file__).resolve().parents[3]
_log = logging.getLogger(__name__)


class Process(Protocol):
    """A running child and the two ways to it."""

    @property
    def pid(self) -> int:
        """The process id."""
        ...

    @property
    def requests(self) -> BinaryIO:
        """What the child reads."""
        ...

    @property
    def answers(self) -> BinaryIO:
        """What the child writes."""
        ...

    def kill(self) -> None:
        """Stop it at once; from any thread, and also when it has ended."""
        ...

    def end(self) -> int | None:
        """Stop it, leave nothing of it behind and return its exit code (None: not known); may be repeated."""
        ...


class FreshProcess:
    """A Python started for one child alone."""

    def __init__(self, module: str) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our interpreter and our module
            python(module),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(),
            start_new_session=True,
        )
        self.pid = self._process.pid
        self.requests = cast("BinaryIO", self._process.stdin)
        self.answers = cast("BinaryIO", self._process.stdout)

    def kill(self) -> None:
        """Stop it at once; from any thread, and also when it has ended."""
        self._process.kill()

    def end(self) -> int | None:
        """Stop it, leave nothing of it behind and return its exit code; may be repeated."""
        self._process.kill()
        code = self._process.wait()
        close_quietly(self.requests, self.answers)
        return code


def python(module: str) -> list[str]:
    """Return the command that runs one of our modules; a module beside the current folder is not found."""
    return [sys.executable, "-P", "-m", module]


def environment() -> dict[str, str]:
    """Return what a child needs to find our modules, and none of our settings or secrets."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    places = [str(_PROJECT), *(place or str(Path.cwd()) for place in sys.path)]
    return {**kept, "PYTHONPATH": os.pathsep.join(places), "PYTHONUTF8": "1"}


def close_quietly(*streams: BinaryIO) -> None:
    """Close the ways to an ended child, which may have left bytes unread."""
    for stream in streams:
        try:
            stream.close()
        except OSError:
            _log.debug("A pipe to an ended child held unsent bytes")
