"""The ingestion endpoint of Application Insights, as we read its protocol: batches of envelopes, all accepted."""

import gzip
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "00000000-1111-2222-3333-444444444444"


class Ingestion(BaseHTTPRequestHandler):
    """Keeps every envelope that is posted to the one path there is."""

    got: list[dict[str, Any]]
    refusals: list[int]
    """Statuses that the next posts are answered with, in place of being taken."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        if self.refusals:
            self.send_response(self.refusals.pop(0))
            self.send_header("Retry-After", "1")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        known = self.path == "/v2.1/track"
        envelopes = json.loads(body) if known else []
        self.got.extend(envelopes)
        count = len(envelopes)
        answer = {"itemsReceived": count, "itemsAccepted": count, "errors": []}
        said = json.dumps(answer).encode()
        self.send_response(200 if known else 404)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def connection_string(port: int) -> str:
    """Return what names a local sink, with the slash at its end that the portal gives too."""
    return f"InstrumentationKey={KEY};IngestionEndpoint=http://127.0.0.1:{port}/"


@contextmanager
def serving(refusals: Sequence[int] = ()) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Serve a sink that refuses the first posts so; yields its connection string and the envelopes it gets."""
    kind = type("I", (Ingestion,), {"got": [], "refusals": list(refusals)})
    with ThreadingHTTPServer(("127.0.0.1", 0), kind) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield connection_string(server.server_port), kind.got
        server.shutdown()
        thread.join()
