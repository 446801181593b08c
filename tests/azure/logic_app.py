"""The HTTP trigger of a Logic App, as we read its protocol: a signature in the query, and 202 for what is taken."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

SIG = "test-signature-of-the-trigger"
HMAC_KEY = "test-key-of-the-notices"


class Trigger(BaseHTTPRequestHandler):
    """Takes what comes with the right signature and keeps it; answers 401 to anything else."""

    answer = 202
    got: list[tuple[str, str, dict[str, str]]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        signed = parse_qs(urlsplit(self.path).query).get("sig") == [SIG]
        if signed:
            self.got.append((self.path, body, dict(self.headers)))
        status = self.answer if signed else 401
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/elsewhere")
        self.end_headers()

    def do_OPTIONS(self) -> None:
        self.send_response(405)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving() -> Iterator[tuple[str, type[Trigger]]]:
    """Serve a trigger; yields its address, signature included, and what keeps what it got."""
    kind = type("T", (Trigger,), {"got": []})
    with HTTPServer(("127.0.0.1", 0), kind) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        path = "/workflows/1/triggers/manual/paths/invoke?api-version=2016-10-01"
        yield f"http://127.0.0.1:{server.server_port}{path}&sp=%2Ftriggers&sig={SIG}", kind
        server.shutdown()
        thread.join()
