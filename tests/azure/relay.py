"""A relay before an HTTP server: it tells what passed, answers in its place, or loses an answer on the way."""

import http.client
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """One answer as it goes; header names in lower case."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


class Relay(ThreadingHTTPServer):
    """``before`` may answer a request itself, ``after`` may change an answer; None from ``after`` loses it."""

    daemon_threads = True

    def __init__(self, endpoint: str) -> None:
        parts = urlsplit(endpoint)
        self.behind = (parts.hostname or "", parts.port or 0)
        self.seen: list[Asked] = []
        self.before: Callable[[Asked], Answer | None] = lambda asked: None
        self.after: Callable[[Asked, Answer], Answer | None] = lambda asked, answer: answer
        super().__init__(("127.0.0.1", 0), _Handler)
        self.endpoint = f"http://127.0.0.1:{self.server_port}{parts.path}"

    def passed(self, asked: Asked) -> Answer:
        """Ask the server behind."""
        connection = http.client.HTTPConnection(*self.behind, timeout=30)
        try:
            connection.request(asked.method, asked.path, asked.body, dict(asked.headers))
            answer = connection.getresponse()
            headers = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, headers, answer.read())
        finally:
            connection.close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Relay

    def handle_one(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        asked = Asked(
            self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body
        )
        self.server.seen.append(asked)
        answer = self.server.before(asked)
        if answer is None:
            answer = self.server.after(asked, self.server.passed(asked))
        if answer is None:
            self.close_connection = True
            return
        self.send_response_only(answer.status)
        for name, value in answer.headers.items():
            if name not in {"content-length", "transfer-encoding", "connection", "keep-alive"}:
                self.send_header(name, value)
        length = answer.headers.get("content-length") if self.command == "HEAD" else None
        self.send_header("content-length", length or str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = do_PATCH = handle_one  # noqa: N815

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def relayed(endpoint: str) -> Iterator[Relay]:
    """A relay before the server at an address, for as long as the context lasts."""
    with Relay(endpoint) as relay:
        thread = threading.Thread(target=relay.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield relay
        finally:
            relay.shutdown()
            thread.join()
