"""A language model's server on this machine: our reading of the chat completions API, not a model.

It speaks what the real SDK sends to a deployment of Azure OpenAI and to other servers of that API. What it says is
what a test tells it to say: so it shows what becomes of an answer, and nothing about how well a model writes.
"""

import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

KEY = "test-key-of-a-language-model"
TOKEN = "test-token-of-an-identity"
API_VERSION = "2024-10-21"
DEPLOYMENT = "sentences"
MODEL = "test-model-2026-01-01"
_AZURE = f"/openai/deployments/{DEPLOYMENT}/chat/completions"
_OTHERS = "/v1/chat/completions"
_FILTERED = {
    "error": {
        "message": "The response was filtered.",
        "type": None,
        "param": "prompt",
        "code": "content_filter",
        "status": 400,
        "innererror": {
            "code": "ResponsibleAIPolicyViolation",
            "content_filter_result": {"hate": {"filtered": True, "severity": "high"}},
        },
    }
}
Asked = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """An answer in place of a completion: a status and a body, or a body that never ends."""

    status: int = 200
    body: object = None
    raw: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    drips: bool = False
    silent: bool = False


def refused(status: int, code: str, **headers: str) -> Fault:
    """Return an error as the service writes it."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Fault(status, {"error": {"code": code, "message": "made by the test"}}, headers=named)


FILTERED = Fault(400, _FILTERED)


def completion(content: str | None, finish: str = "stop", refusal: str | None = None) -> Asked:
    """Return a completion as the service writes it."""
    message = {"role": "assistant", "content": content, "refusal": refusal}
    return {
        "id": "chatcmpl-test",
        "object": "chat.completion",
        "created": 1,
        "model": MODEL,
        "system_fingerprint": "fp_test",
        "choices": [{"index": 0, "finish_reason": finish, "logprobs": None, "message": message}],
        "usage": {"prompt_tokens": 1200, "completion_tokens": 40, "total_tokens": 1240},
    }


def told(request: Asked) -> Asked:
    """Return what a request gives the model, as the product wrote it."""
    found: Asked = json.loads(request["messages"][1]["content"])
    return found


def sentences(*texts: str) -> str:
    """Return sentences in the form that is asked for."""
    return json.dumps({"sentences": list(texts)}, ensure_ascii=False)


def true_sentences(request: Asked) -> str:
    """Say every required number truly, and the quotation: what a good model would at least do."""
    given = told(request)
    said = [_said(one) for one in given["numbers"] if one["required"]]
    if "“" in given["finding"]["sentence"]:
        said.append(f"The report states that “{given['quotations'][0]}”.")
    return sentences(*(said or [_said(given["numbers"][0])]))


def _said(number: Asked) -> str:
    name = min(number["names"], key=len)
    return " ".join(f"The {name} is {number['write']} {number['period'] or ''}".split()) + "."


class ModelServer:
    """The server; what a test sets on it is what it does."""

    def __init__(self) -> None:
        self.answer: Callable[[Asked], str | Fault | Asked] = true_sentences
        self.faults: list[Fault] = []  # one for each of the next requests
        self.requests: list[Asked] = []
        self.headers: list[dict[str, str]] = []
        self.most_at_once = 0
        self.hold_for = 0  # requests that have to be there before one is answered
        self._there = threading.Condition()
        self._now = 0
        self._over = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def endpoint(self) -> str:
        """Its address, as the settings take it."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def settings(self, **changes: object) -> dict[str, object]:
        """Return the settings that name this server as a deployment of Azure OpenAI."""
        named = {
            "openai_endpoint": self.endpoint,
            "openai_deployment": DEPLOYMENT,
            "openai_key": KEY,
        }
        return {**named, **changes}

    def taken(self, headers: dict[str, str], request: Asked) -> Fault | Asked:
        """Note a request and return what it is answered with."""
        with self._there:
            self.requests.append(request)
            self.headers.append(headers)
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
            self._there.notify_all()
            self._there.wait_for(lambda: len(self.requests) >= self.hold_for, timeout=10)
            fault = self.faults.pop(0) if self.faults else None
        try:
            is_check = "response_format" not in request
            said = fault or ("ok" if is_check else self.answer(request))
        finally:
            with self._there:
                self._now -= 1
        return completion(said) if isinstance(said, str) else said

    def _handler(server: "ModelServer") -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                data = self.rfile.read(int(self.headers["Content-Length"]))
                address = urlsplit(self.path)
                query = parse_qs(address.query)
                headers = {name.lower(): value for name, value in self.headers.items()}
                is_azure = address.path == _AZURE and query.get("api-version") == [API_VERSION]
                if not is_azure and address.path != _OTHERS:
                    self._send(refused(404, "DeploymentNotFound"))
                elif not _signed(headers):
                    self._send(refused(401, "401"))
                else:
                    said = server.taken(headers, json.loads(data))
                    self._send(said if isinstance(said, Fault) else Fault(200, said))

            def _send(self, said: Fault) -> None:
                if said.silent:
                    server._over.wait()
                    self.close_connection = True
                    return
                body = said.raw or json.dumps(said.body).encode()
                self.send_response(said.status)
                for name, value in said.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body) + (1000 if said.drips else 0)))
                self.end_headers()
                self.wfile.write(body)
                while said.drips and not server._over.wait(0.02):
                    try:
                        self.wfile.write(b" ")
                        self.wfile.flush()
                    except OSError:
                        break
                self.close_connection = self.close_connection or said.drips

            def log_message(self, format: str, *arguments: object) -> None:
                """Nothing is logged."""

        return Handler


def _signed(headers: dict[str, str]) -> bool:
    bearer = re.fullmatch(r"Bearer (.+)", headers.get("authorization", ""))
    return headers.get("api-key") == KEY or (bearer is not None and bearer[1] in {KEY, TOKEN})
