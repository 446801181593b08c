"""The Durable extension's address on this machine, as the real client of the SDK asks it: our reading of it."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.functions.durable import Durable


@contextmanager
def listening(durable: Durable) -> Iterator[str]:
    """Serve the orchestrations; give the binding that a function's durable client is made of."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(durable))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    base = f"http://127.0.0.1:{server.server_address[1]}/durabletask/"
    binding = {"taskHubName": "Hub", "creationUrls": {}, "managementUrls": {}, "rpcBaseUrl": base}
    try:
        yield json.dumps(binding)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(durable: Durable) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = durable.instances.get(self.path.rpartition("/")[2])
            if found is None:
                self._answer(404)
                return
            moment = "2026-01-05T12:00:00Z"
            self._answer(
                200,
                {
                    "name": found.name, "runtimeStatus": found.status.value, "output": found.output,
                    "createdTime": moment, "lastUpdatedTime": moment,
                },
            )  # fmt: skip

        def do_POST(self) -> None:
            given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            match self.path.removeprefix("/durabletask/").split("/"):
                case ["orchestrators", name, instance]:
                    # The client sends JSON in a JSON string, as the extension expects it.
                    asyncio.run(durable.start_new(name, instance, json.loads(given)))
                    self._answer(202, {"id": instance})
                case ["instances", instance, "raiseEvent", name] if instance in durable.instances:
                    asyncio.run(durable.raise_event(instance, name, json.loads(given)))
                    self._answer(202)
                case _:
                    self._answer(404)

        def _answer(self, status: int, body: dict[str, Any] | None = None) -> None:
            data = b"" if body is None else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler
