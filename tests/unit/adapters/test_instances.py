"""Locks that die with their process, and what dead instances leave to be released."""

import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path

from services.adapters.local.instances import FileLock, Instances


def held_by_another_process(path: Path) -> int:
    """Fork a process that holds the lock until it is killed; return its id."""
    ready, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        lock = FileLock(path)
        os.write(write, b"1" if lock.acquire() else b"0")
        time.sleep(60)
        os._exit(0)
    assert os.read(ready, 1) == b"1"
    os.close(ready)
    os.close(write)
    return pid


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def test_a_lock_is_free_again_when_its_process_is_killed(tmp_path: Path):
    path = tmp_path / "locks" / "one.lock"
    pid = held_by_another_process(path)
    assert FileLock(path).acquire() is False
    assert FileLock(path).acquire(wait_seconds=0.05) is False
    kill(pid)
    lock = FileLock(path)
    assert lock.acquire() is True
    lock.release()
    lock.release()


def test_a_new_instance_releases_the_dead_and_leaves_the_living_alone(tmp_path: Path):
    released: list[Sequence[str]] = []

    def release(names: Sequence[str]) -> int:
        released.append(names)
        return len(names)

    living = held_by_another_process(tmp_path / "living.instance")
    dead = held_by_another_process(tmp_path / "dead.instance")
    kill(dead)
    with Instances(tmp_path, release).registered("new"):
        assert released == [["dead"]]
        assert {p.stem for p in tmp_path.glob("*.instance")} == {"living", "new"}
    kill(living)
    assert {p.stem for p in tmp_path.glob("*.instance")} == {"living"}
