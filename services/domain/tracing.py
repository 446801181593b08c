"""Which trace work belongs to: the W3C ``traceparent`` of what is being done, from a request to the insight it led to."""

import random
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_PARENT = re.compile(
    r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})"
)
_ids = random.Random(secrets.randbits(256))  # noqa: S311 - ids are no secrets, and the system's own cost 0.1 ms each
_current: ContextVar[str] = ContextVar("traceparent", default="")


def traced_ids(traceparent: str) -> tuple[str, str, str] | None:
    """Return trace id, span id and flags of a ``traceparent``; None for what is none."""
    found = _PARENT.fullmatch(traceparent)
    return None if found is None else (found[1], found[2], found[3])


def child_of(traceparent: str) -> str:
    """Return a ``traceparent`` of the same trace with a span of its own; a new trace for what is none."""
    trace_id, _, flags = traced_ids(traceparent) or (_ids.randbytes(16).hex(), "", "00")
    return f"00-{trace_id}-{_ids.randbytes(8).hex()}-{flags}"


def current_traceparent() -> str:
    """Return the ``traceparent`` of what is being done here; "" where nothing is traced."""
    return _current.get()


@contextmanager
def within(traceparent: str) -> Iterator[None]:
    """Let what the block does belong to a span."""
    before = _current.set(traceparent)
    try:
        yield
    finally:
        _current.reset(before)
