"""A child that dies, hangs, or eats memory takes nothing with it but the document."""

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.adapters.local import fork_server
from services.adapters.local.child import Child, ChildDied
from services.adapters.local.child_main import answer
from services.adapters.local.wire import (
    BrokenFrame,
    Frame,
    FrameKind,
    read_frame,
    write_frame,
)
from services.domain.errors import Unavailable, UnreadableDocument

OBEDIENT = "tests.unit.adapters.obedient_child"
posix_only = pytest.mark.skipif(os.name != "posix", reason="the limits are POSIX's")


@pytest.fixture
def child() -> Iterator[Child]:
    with Child(OBEDIENT, wall_seconds=20) as child:
        yield child


def test_a_child_answers_json_and_bytes_and_stays_for_the_next_request(child):
    assert child.ask("echo", {"said": "na\u00efve \U0001f4c8"}, b"\x00\xff") == (
        {"said": "na\u00efve \U0001f4c8"},
        b"\x00\xff",
    )
    assert child.ask("echo", {"said": "again"}) == ({"said": "again"}, b"")


def test_progress_reaches_the_caller_page_by_page(child):
    seen = []
    child.ask("pages", {"until": 3, "total": 3}, on_page=lambda *page: seen.append(page))
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_a_child_that_aborts_tells_how_many_pages_were_done(child):
    with pytest.raises(ChildDied) as caught:
        child.ask("pages", {"until": 2, "total": 5})
    assert (caught.value.code, caught.value.done) == ("resource-limit", 2)
    assert caught.value.sentence.startswith("Reading this document needed more memory")


def test_a_refusal_comes_back_with_its_code_and_sentence(child):
    with pytest.raises(UnreadableDocument, match=r"It is torn\.") as caught:
        child.ask("refuse", {})
    assert caught.value.code == "encrypted"


def test_an_unexpected_error_in_the_child_is_a_damaged_document_and_is_logged(child, caplog):
    with pytest.raises(UnreadableDocument, match="probably damaged") as caught:
        child.ask("crash", {})
    assert caught.value.code == "malformed"
    assert "KeyError: 'no such thing' at crash" in caplog.text


def test_a_child_that_takes_too_long_is_killed():
    started = time.monotonic()
    with Child(OBEDIENT, wall_seconds=0.5) as child, pytest.raises(ChildDied, match="too long"):
        child.ask("sleep", {"seconds": 30})
    assert time.monotonic() - started < 5


@posix_only
def test_memory_beyond_the_limit_is_refused_with_a_sentence(child):
    with pytest.raises(UnreadableDocument, match="more memory") as caught:
        child.ask("eat", {"bytes": 2 * 1024**3})
    assert caught.value.code == "resource-limit"


def test_a_result_above_the_cap_ends_the_child(child):
    with pytest.raises(ChildDied) as caught:
        child.ask("eat", {"bytes": 65 * 1024**2})
    assert caught.value.code == "resource-limit"


@posix_only
def test_the_child_runs_under_its_limits(child):
    assert child.ask("limits", {})[0] == {
        "AS": 1024**3,
        "CPU": 60,
        "FSIZE": 0,
        "NOFILE": 32,
        "CORE": 0,
    }


def test_the_child_sees_none_of_our_settings(monkeypatch):
    monkeypatch.setenv("ADVISOR_SECRET", "hush")
    fork_server.close()  # so that the next starts while the secret is there
    with Child(OBEDIENT) as child:
        assert "ADVISOR_SECRET" not in child.ask("environment", {})[0]


BUSY = "child.ask('sleep', {'seconds': 50})\n"
UNREAD = (
    "child._send(Frame(FrameKind.REQUEST, {'op': 'pages', 'until': 9, 'total': 9}))\n"
    "time.sleep(50)\n"
)


@posix_only
@pytest.mark.parametrize("meanwhile", [BUSY, UNREAD], ids=["busy", "answers unread"])
def test_the_child_ends_when_its_parent_is_killed(meanwhile):
    program = (
        "import time\n"
        "from services.adapters.local.child import Child\n"
        "from services.adapters.local.wire import Frame, FrameKind\n"
        f"child = Child({OBEDIENT!r})\n"
        "child.ask('echo', {'said': 'up'})\n"
        "print(child.pid, flush=True)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(
        [sys.executable, "-c", program + meanwhile], stdout=subprocess.PIPE, env=environment
    ) as parent:
        pid = int(parent.stdout.readline())
        time.sleep(0.2)
        parent.kill()
    deadline = time.monotonic() + 5
    while _is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _is_running(pid)


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@posix_only
def test_a_child_killed_from_outside_is_an_unreadable_document_and_not_a_crash(child):
    child.ask("echo", {"said": "up"})
    os.kill(child.pid, signal.SIGKILL)
    with pytest.raises(ChildDied):
        child.ask("echo", {"said": "hello"})


def test_a_child_that_cannot_start_is_our_fault_and_not_the_document_s(caplog):
    with Child("tests.unit.adapters.no_such_child") as child, pytest.raises(Unavailable):
        child.ask("echo", {"said": "hello"})
    assert "did not start (exit 1)" in caplog.text


def test_the_child_finds_our_modules_whatever_the_parent_s_path(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", *sys.path])
    fork_server.close()
    with Child("services.adapters.local.sheet_child") as child:
        assert child.ask("sheets", {"format": "csv"}, b"a,1")[0]["sheets"][0]["texts"] == ["a", "1"]


def test_a_handler_s_refusal_and_its_lack_of_memory_become_error_frames():
    def greedy(request, blob, progress):
        raise MemoryError

    def torn(request, blob, progress):
        raise UnreadableDocument("Torn.", "malformed")

    def fine(request, blob, progress):
        progress(1, 2)
        return {"ok": 1}, b"x"

    output = io.BytesIO()
    handlers = {"greedy": greedy, "torn": torn, "fine": fine}
    frames = [answer(handlers, Frame(FrameKind.REQUEST, {"op": op}), output) for op in handlers]
    assert [frame.kind for frame in frames] == [FrameKind.ERROR, FrameKind.ERROR, FrameKind.RESULT]
    assert [frame.body.get("code") for frame in frames] == ["resource-limit", "malformed", None]
    output.seek(0)
    assert read_frame(output).body == {"done": 1, "total": 2}


@pytest.mark.parametrize(
    "data",
    [b"", b"R\x00\x00", b"R\x7f\xff\xff\xff\x00\x00\x00\x00", b"Z\x00\x00\x00\x02\x00\x00\x00\x00{}",
     b"R\x00\x00\x00\x02\x00\x00\x00\x00[[", b"R\x00\x00\x00\x02\x00\x00\x00\x05{}abc"],
    ids=["nothing", "half a header", "above the cap", "unknown kind", "no JSON", "half a blob"],
)  # fmt: skip
def test_bytes_that_are_no_frame_are_refused(data):
    with pytest.raises(BrokenFrame):
        read_frame(io.BytesIO(data))


def test_half_a_surrogate_becomes_a_question_mark_on_the_wire():
    stream = io.BytesIO()
    write_frame(stream, Frame(FrameKind.RESULT, {"text": "a\ud800b"}))
    stream.seek(0)
    assert read_frame(stream).body == {"text": "a?b"}
