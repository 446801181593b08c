"""Peak memory of a reading: what this process grew by, and all its child processes, sampled from /proc."""

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

_EVERY_SECONDS = 0.004
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Peak:
    """Resident bytes at the moment when they were most; pages that processes share count in each."""

    growth: int
    children: int

    @property
    def total(self) -> int:
        """Growth of this process and all of its children."""
        return self.growth + self.children


def descendants(pid: int) -> Iterator[int]:
    """Yield the processes under a process."""
    for listed in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in _read(listed).split():
            yield int(child)
            yield from descendants(int(child))


def resident(pid: int) -> int:
    """Return the bytes of a process that are in memory; 0 when it has ended."""
    sizes = _read(Path(f"/proc/{pid}/statm")).split()
    return int(sizes[1]) * os.sysconf("SC_PAGE_SIZE") if sizes else 0


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def peak_of(action: Callable[[], T], base: int) -> tuple[Peak, T]:
    """Return the peak memory while the action runs, and its result; growth counts from ``base`` bytes."""
    done = threading.Event()
    samples = [Peak(0, 0)]

    def watch() -> None:
        while not done.wait(_EVERY_SECONDS):
            children = sum(resident(pid) for pid in set(descendants(os.getpid())))
            samples.append(Peak(resident(os.getpid()) - base, children))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        result = action()
    finally:
        done.set()
        watcher.join()
    return max(samples, key=lambda peak: peak.total), result
