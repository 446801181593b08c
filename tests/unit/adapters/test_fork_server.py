"""Children come from the fork server where there is one: as fresh, as limited and as alone as before."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from services.adapters.local import fork_server
from services.adapters.local.child import Child, ChildDied
from services.adapters.local.wire import Frame, FrameKind, read_frame
from services.domain.errors import UnreadableDocument
from tests.unit.adapters.test_child import OBEDIENT, _is_running

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forked on Linux only")

ANSWERED_WITHIN = 60.0  # seconds: on a loaded machine a start takes its time


@pytest.fixture
def server() -> Iterator[int]:
    """The process id of the fork server that the next child comes from."""
    fork_server.close()
    yield fork_server._current.server().pid
    fork_server.close()


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def state_of(pid: int) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return dict(line.split(":\t", 1) for line in lines if ":\t" in line)


def ended_within(seconds: float, *pids: int) -> bool:
    deadline = time.monotonic() + seconds
    while any(map(_is_running, pids)) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not any(map(_is_running, pids))


def test_a_child_is_forked_with_one_socket_and_a_session_of_its_own(server):
    with Child(OBEDIENT) as child:
        told, _ = child.ask("inherited", {})
        assert told == {"kept": [], "files": [0, 1, 2], "parent": server, "leads": child.pid}
        assert str(Path(f"/proc/{child.pid}/fd/2").readlink()) == os.devnull


def test_a_document_never_meets_what_another_left_behind(server):
    with Child(OBEDIENT) as first, Child(OBEDIENT) as second:
        first.ask("inherited", {"keep": "first"})
        assert first.ask("inherited", {"keep": "again"})[0]["kept"] == ["first"]
        assert second.ask("inherited", {"keep": "second"})[0]["kept"] == []
    with Child(OBEDIENT) as third:
        assert third.ask("inherited", {})[0]["kept"] == []
        assert third.pid not in {first.pid, second.pid}


def test_the_server_has_one_thread_and_none_of_the_children_s_limits(server):
    with Child(OBEDIENT) as child, pytest.raises(UnreadableDocument, match="more memory"):
        child.ask("eat", {"bytes": 2 * 1024**3})
    assert state_of(server)["Threads"] == "1"
    limits = Path(f"/proc/{server}/limits").read_text()
    (space,) = [line for line in limits.splitlines() if line.startswith("Max address space")]
    assert space.split()[3] == "unlimited"


def test_nothing_is_left_of_children_that_ended_or_were_killed_or_aborted(server):
    for _ in range(3):
        with Child(OBEDIENT) as child:
            child.ask("echo", {"said": "hello"})
    with Child(OBEDIENT) as aborting, pytest.raises(ChildDied):
        aborting.ask("pages", {"until": 1, "total": 2})
    with Child(OBEDIENT, wall_seconds=0.3) as sleeping, pytest.raises(ChildDied, match="too long"):
        sleeping.ask("sleep", {"seconds": 30})
    assert children_of(server) == []


def test_the_log_says_how_a_child_ended(server, caplog):
    with Child(OBEDIENT) as child, pytest.raises(ChildDied):
        child.ask("pages", {"until": 1, "total": 2})
    assert f"exit {-signal.SIGABRT}" in caplog.text


def test_a_killed_server_is_replaced_and_the_document_in_hand_goes_on(server):
    with Child(OBEDIENT) as before:
        before.ask("echo", {"said": "one"})
        os.kill(server, signal.SIGKILL)
        assert ended_within(5, server)
        assert before.ask("echo", {"said": "two"})[0] == {"said": "two"}
        with Child(OBEDIENT) as between:
            assert between.ask("echo", {"said": "three"})[0] == {"said": "three"}
        with Child(OBEDIENT) as after:
            parent = after.ask("inherited", {})[0]["parent"]
            assert parent == fork_server._current.server().pid != server
    assert ended_within(5, before.pid, between.pid, after.pid)


def test_a_child_whose_server_is_gone_is_still_killed_by_the_clock(server):
    with Child(OBEDIENT, wall_seconds=0.5) as child:
        child.ask("echo", {"said": "up"})
        os.kill(server, signal.SIGKILL)
        with pytest.raises(ChildDied, match="too long"):
            child.ask("sleep", {"seconds": 30})
    assert ended_within(5, child.pid)


def test_a_closed_server_is_gone_and_the_next_child_starts_another(server):
    with Child(OBEDIENT) as child:
        child.ask("echo", {"said": "up"})
    fork_server.close()
    fork_server.close()
    assert ended_within(5, server)
    with Child(OBEDIENT) as child:
        assert child.ask("inherited", {})[0]["parent"] != server


def test_many_threads_at_once_get_a_child_each(server):
    def ask(number: int) -> tuple[int, str]:
        with Child(OBEDIENT) as child:
            return child.pid, child.ask("echo", {"said": str(number)})[0]["said"]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(24)))
    assert [said for _, said in answers] == [str(number) for number in range(24)]
    assert len({pid for pid, _ in answers}) == 24
    assert children_of(server) == []


def test_without_a_fork_server_a_process_is_started_and_the_log_says_so(monkeypatch, caplog):
    def refuse(module: str) -> None:
        raise OSError("no process handles here")

    monkeypatch.setattr(fork_server, "fork", refuse)
    with Child(OBEDIENT) as child:
        assert child.ask("inherited", {})[0]["parent"] == os.getpid()
    assert "no process handles here" in caplog.text


def test_the_server_forks_on_demand_says_how_a_child_ended_and_ends_with_its_line():
    line, theirs = socket.socketpair()
    document, far = socket.socketpair()
    command = [sys.executable, "-m", "services.adapters.local.fork_server_main"]
    line.settimeout(ANSWERED_WITHIN)
    with subprocess.Popen(command, stdin=theirs.fileno(), env=environment()) as server, line:
        theirs.close()
        socket.send_fds(line, [json.dumps({"fork": OBEDIENT}).encode()], [far.fileno()])
        far.close()
        pid = int(line.recv(100))
        with document, document.makefile("rb") as answers:
            assert read_frame(answers) == Frame(FrameKind.PROGRESS, {})
        line.sendall(json.dumps({"wait": pid}).encode())
        assert line.recv(100) == b"0"
    assert server.returncode == 0


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


PROGRAM = f"""
import os, sys, time
from services.adapters.local import fork_server
from services.adapters.local.child import Child

def parent():
    with Child({OBEDIENT!r}) as child:
        return child.ask("inherited", {{}})[0]["parent"]

own = parent()
if os.fork() == 0:
    other = parent()
    print("copy", other != own and os.getppid(), other, flush=True)
    os._exit(0)
os.wait()
print("first", os.getpid(), parent() == own and own, flush=True)
if sys.argv[1] == "wait":
    time.sleep(60)
"""


def run(argument: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", PROGRAM, argument]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment())


@pytest.mark.parametrize("how", ["ends", "wait"])
def test_a_server_ends_with_its_process_and_a_forked_copy_has_its_own(how):
    with run(how) as program:
        copy, parent, others = program.stdout.readline().split()
        first, pid, own = program.stdout.readline().split()
        if how == "wait":
            program.kill()
    assert (copy, first, parent, pid) == ("copy", "first", str(program.pid), str(program.pid))
    assert int(own) > 0
    assert ended_within(5, int(own), int(others))
