"""A limited child that misbehaves on request, for the tests of its parent."""

import os
import time
from pathlib import Path

from services.adapters.local.child_main import Answer, Progress, resource, serve
from services.domain.errors import UnreadableDocument

_KEPT: list = []


def echo(request: dict, blob: bytes, progress: Progress) -> Answer:
    return {"said": request["said"]}, blob


def pages(request: dict, blob: bytes, progress: Progress) -> Answer:
    for done in range(1, request["until"] + 1):
        progress(done, request["total"])
    if request["until"] < request["total"]:
        os.abort()
    return {}, b""


def sleep(request: dict, blob: bytes, progress: Progress) -> Answer:
    time.sleep(request["seconds"])
    return {}, b""


def eat(request: dict, blob: bytes, progress: Progress) -> Answer:
    return {}, bytes(request["bytes"])


def refuse(request: dict, blob: bytes, progress: Progress) -> Answer:
    raise UnreadableDocument("It is torn.", "encrypted")


def crash(request: dict, blob: bytes, progress: Progress) -> Answer:
    raise KeyError("no such thing")


def limits(request: dict, blob: bytes, progress: Progress) -> Answer:
    kinds = ("AS", "CPU", "FSIZE", "NOFILE", "CORE")
    return {k: resource.getrlimit(getattr(resource, f"RLIMIT_{k}"))[0] for k in kinds}, b""


def environment(request: dict, blob: bytes, progress: Progress) -> Answer:
    return dict(os.environ), b""


def inherited(request: dict, blob: bytes, progress: Progress) -> Answer:
    """What came from the process before: open files, and what an earlier child was told to keep."""
    kept, _KEPT[:] = list(_KEPT), [*_KEPT, request.get("keep")]
    listed = list(Path("/proc/self/fd").iterdir())
    files = sorted(int(file.name) for file in listed if file.is_symlink())
    return {"kept": kept, "files": files, "parent": os.getppid(), "leads": os.getsid(0)}, b""


def main() -> None:
    serve(
        {
            "echo": echo,
            "pages": pages,
            "sleep": sleep,
            "eat": eat,
            "refuse": refuse,
            "crash": crash,
            "limits": limits,
            "environment": environment,
            "inherited": inherited,
        }
    )


if __name__ == "__main__":
    main()
