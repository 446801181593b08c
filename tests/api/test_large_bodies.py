"""Too large a body is refused before it is read, however it is sent; asked over sockets of a real server."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.api.body_limits import limit_of
from tests.api.test_requests import MOST, an_application
from tests.serving import served

FORM = "multipart/form-data; boundary=b"
LIMIT = limit_of("multipart/form-data", MOST)
HUGE = 60_000_000
BUFFERED = 400_000
"""What a server may have in hand when it stops reading: its buffer and the last packets, bytes."""
BEFORE = b'--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
AFTER = b"\r\n--b--\r\n"


@dataclass
class Counting:
    """Counts the bytes that are read of each request."""

    app: ASGIApp
    read: list[int] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        self.read.append(0)

        async def counted() -> Message:
            message = await receive()
            self.read[-1] += len(message.get("body", b""))
            return message

        await self.app(scope, counted, send)


@pytest.fixture
def files() -> Iterator[tuple[int, Counting]]:
    app = an_application()
    app.add_middleware(Counting)
    app.middleware_stack = app.build_middleware_stack()
    counting = app.middleware_stack
    while not isinstance(counting, Counting):
        counting = counting.app
    with served(app) as port:
        yield port, counting


def connected(port: int, *headers: str, kind: str = FORM) -> socket.socket:
    """A connection on which the head of a request was sent."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=20)
    lines = ("POST /files HTTP/1.1", "Host: localhost", f"Content-Type: {kind}", *headers, "", "")
    connection.sendall("\r\n".join(lines).encode())
    return connection


def rest(connection: socket.socket) -> bytes:
    """All that comes until the server closes the connection."""
    told = b""
    while part := connection.recv(65_536):
        told += part
    return told


def test_a_length_over_the_limit_is_refused_with_nothing_read(files):
    port, counting = files
    with connected(port, f"Content-Length: {HUGE}") as connection:
        told = rest(connection)
    assert told.startswith(b"HTTP/1.1 413 ")
    assert b"content-type: application/problem+json" in told
    assert b'"code":"too-large"' in told
    assert counting.read == [0]


def test_a_caller_that_waits_for_a_word_is_refused_and_never_told_to_continue(files):
    port, counting = files
    waiting = ("Expect: 100-continue", f"Content-Length: {HUGE}")
    with connected(port, *waiting) as connection:
        told = rest(connection)
    assert told.startswith(b"HTTP/1.1 413 ")
    assert b"100 Continue" not in told
    assert counting.read == [0]


def test_a_caller_that_waits_with_what_is_taken_is_told_to_continue(files):
    port, counting = files
    body = BEFORE + b"x" * 1_000 + AFTER
    waiting = ("Expect: 100-continue", f"Content-Length: {len(body)}", "Connection: close")
    with connected(port, *waiting) as connection:
        assert connection.recv(65_536).startswith(b"HTTP/1.1 100 ")
        connection.sendall(body)
        told = rest(connection)
    assert told.startswith(b"HTTP/1.1 200 ")
    assert told.endswith(b'{"size":1000}')
    assert counting.read == [len(body)]


def test_chunks_are_read_up_to_the_limit_and_no_further(files):
    port, counting = files
    chunk = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
    with connected(port, "Transfer-Encoding: chunked") as connection:
        connection.sendall(f"{len(BEFORE):x}\r\n".encode() + BEFORE + b"\r\n")
        for _ in range(HUGE // 65_536):
            try:
                connection.sendall(chunk)
            except OSError:
                break
        else:
            pytest.fail("all of it was taken")
        told = connection.recv(65_536)
    assert told.startswith(b"HTTP/1.1 413 ")
    (read,) = counting.read
    assert LIMIT < read < LIMIT + BUFFERED


def test_chunks_within_the_limit_are_taken(files):
    port, counting = files
    body = BEFORE + b"x" * MOST + AFTER
    with connected(port, "Transfer-Encoding: chunked", "Connection: close") as connection:
        connection.sendall(f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n")
        told = rest(connection)
    assert told.endswith(b'{"size":200000}')
    assert counting.read == [len(body)]


def test_a_body_is_refused_by_its_type_with_nothing_read(files):
    port, counting = files
    with connected(port, f"Content-Length: {HUGE}", kind="text/plain") as connection:
        assert rest(connection).startswith(b"HTTP/1.1 415 ")
    assert counting.read == [0]
