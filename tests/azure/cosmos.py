"""A server that answers the Cosmos DB SDK: our own reading of the protocol, not Microsoft's emulator.

In this process on a free port, standard library only, plain http or, for identities, https. It checks the signature
of every request by the account's key, or its token, keeps containers with a partition key, entity tags, unique ids
within a partition and the limits of a document (2 MB) and of a batch (100 operations, one partition, all or nothing),
runs the queries of ``cosmos_sql`` within a partition or, where they ask for it, over all, and pages by continuation.
It has one physical partition and charges made-up request units.
"""

import base64
import hashlib
import hmac
import json
import ssl
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from services.config import Settings
from tests.azure.cosmos_sql import Document, NotUnderstood, run

KEY = base64.b64encode(b"a key of the tests, nothing else").decode()
MOST_BYTES, MOST_OPERATIONS = 2 * 1024 * 1024, 100
_EMPTY_TAG = '"0"'


class Refused(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, words: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(words)
        self.status, self.words, self.headers = status, words, headers or {}


@dataclass
class Container:
    """Documents by partition and id, and how the container was made."""

    made_as: Document
    documents: dict[str, dict[str, Document]] = field(default_factory=dict)

    def everything(self) -> list[Document]:
        return [one for part in self.documents.values() for one in part.values()]


@dataclass(frozen=True)
class Request:
    """One request as the server took it."""

    verb: str
    path: str
    headers: dict[str, str]
    body: Any

    @property
    def partition(self) -> str | None:
        """The one partition it is about, None for all."""
        given = self.headers.get("x-ms-documentdb-partitionkey")
        return None if given is None else json.loads(given)[0]

    @property
    def writes(self) -> bool:
        """Whether it may change a document."""
        return "docs" in self.path.split("/") and self.verb != "GET" and not _is_query(self)


Answer = tuple[int, Any, dict[str, str]]


class CosmosServer:
    """The server; ``requests`` are those it took, ``refuse`` may raise before one is done and ``lose`` after it."""

    def __init__(self, certificate: Path | None = None, token: str = "") -> None:
        """With a token only who has that is let in, who may make no database and no container then."""
        self.certificate, self.token = certificate, token
        self.requests: list[Request] = []
        self.refuse: Callable[[Request], None] = lambda _: None
        self.lose: Callable[[Request], None] = lambda _: None
        self.databases: dict[str, dict[str, Container]] = {}
        self._lock = threading.RLock()
        self._http: ThreadingHTTPServer | None = None
        self._port = 0
        self.start()

    def start(self) -> None:
        """Listen, on the same port as before."""
        self._http = _Server(("127.0.0.1", self._port), _handler(self))
        self._port = self._http.server_address[1]
        if self.certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.certificate)
            self._http.socket = context.wrap_socket(
                self._http.socket, server_side=True, do_handshake_on_connect=False
            )
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """Stop listening; the documents stay."""
        if self._http is not None:
            self._http.shutdown()
            self._http.server_close()
            self._http = None

    @property
    def url(self) -> str:
        return f"http{'s' if self.certificate else ''}://127.0.0.1:{self._port}"

    def answer(self, request: Request) -> Answer:
        """Do one request after another."""
        with self._lock:
            self.requests.append(request)
            try:
                _authorise(request, self.token)
                self.refuse(request)
                answer = self._done(request)
                self.lose(request)
            except Refused as refused:
                return refused.status, {"code": "x", "message": refused.words}, refused.headers
            return answer

    def _done(self, request: Request) -> Answer:
        parts = [part for part in request.path.split("/") if part]
        if not parts:
            return 200, self._account(), {}
        if len(parts) <= 2:
            return self._database(request, parts)
        if len(parts) <= 4:
            return self._container(request, parts)
        container = self._there(parts)
        if parts[4] == "pkranges":
            return _ranges(request)
        if len(parts) == 6:
            return _one(container, request, parts[5])
        if _is_query(request):
            return _asked(container, request)
        if request.headers.get("x-ms-cosmos-is-batch-request"):
            return _batch(container, request)
        is_upsert = request.headers.get("x-ms-documentdb-is-upsert", "").lower() == "true"
        return _written(container, request, request.body, is_upsert=is_upsert)

    def _account(self) -> Document:
        here = [{"name": "here", "databaseAccountEndpoint": self.url}]
        return {
            "id": "account", "_rid": "a", "writableLocations": here, "readableLocations": here,
            "userConsistencyPolicy": {"defaultConsistencyLevel": "Session"},
            "enableMultipleWriteLocations": False,
        }  # fmt: skip

    def _database(self, request: Request, parts: list[str]) -> Answer:
        if request.verb == "POST":
            if request.body["id"] in self.databases:
                raise Refused(409, "the database is there")
            self.databases[request.body["id"]] = {}
            return 201, {"id": request.body["id"], "_rid": "d"}, {}
        if parts[-1] not in self.databases:
            raise Refused(404, "no such database")
        return 200, {"id": parts[-1], "_rid": "d"}, {}

    def _container(self, request: Request, parts: list[str]) -> Answer:
        if parts[1] not in self.databases:
            raise Refused(404, "no such database")
        there = self.databases[parts[1]]
        if request.verb == "POST":
            if request.body["id"] in there:
                raise Refused(409, "the container is there")
            there[request.body["id"]] = Container({**request.body, "_rid": request.body["id"]})
            return 201, there[request.body["id"]].made_as, {}
        return 200, self._there(parts).made_as, {}

    def _there(self, parts: list[str]) -> Container:
        found = self.databases.get(parts[1], {}).get(parts[3])
        if found is None:
            raise Refused(404, "no such container", {"x-ms-substatus": "1003"})
        return found


def cosmos_settings(server: CosmosServer, **changes: object) -> Settings:
    """Return settings whose records are in the server."""
    given = {"cosmos_endpoint": server.url, "cosmos_key": KEY, **changes}
    return Settings(_env_file=None, **given)  # type: ignore[call-arg,arg-type]


def _is_query(request: Request) -> bool:
    return request.headers.get("x-ms-documentdb-isquery", "").lower() == "true"


def _authorise(request: Request, token: str) -> None:
    if token:
        if request.headers.get("authorization") != f"type=aad&ver=1.0&sig={token}":
            raise Refused(401, "the request has no token of an identity with a role here")
        if request.verb == "POST" and request.path.rstrip("/").split("/")[-1] in {"dbs", "colls"}:
            raise Refused(403, "the role lets in, and lets nobody make anything")
        return
    parts = [part for part in request.path.split("/") if part]
    kind = "" if not parts else parts[-1] if len(parts) % 2 else parts[-2]
    about = "/".join(parts[:-1] if len(parts) % 2 else parts)
    date = request.headers.get("x-ms-date", "").lower()
    text = f"{request.verb.lower()}\n{kind}\n{about}\n{date}\n\n"
    signed = hmac.new(base64.b64decode(KEY), text.encode(), hashlib.sha256).digest()
    given = unquote(request.headers.get("authorization", ""))
    if given != f"type=master&ver=1.0&sig={base64.b64encode(signed).decode()}":
        raise Refused(401, "the request is not signed with the account's key")


def _ranges(request: Request) -> Answer:
    if request.headers.get("if-none-match") == _EMPTY_TAG:
        return 304, None, {"etag": _EMPTY_TAG}
    whole = {"id": "0", "_rid": "r", "minInclusive": "", "maxExclusive": "FF", "parents": []}
    return 200, {"_rid": "c", "PartitionKeyRanges": [whole], "_count": 1}, {"etag": _EMPTY_TAG}


def _one(container: Container, request: Request, name: str) -> Answer:
    part = container.documents.get(request.partition or "", {})
    if name not in part:
        raise Refused(404, "no such document in this partition")
    if request.verb == "GET":
        return 200, part[name], {"etag": part[name]["_etag"]}
    _match(part[name], request.headers.get("if-match"))
    if request.verb == "DELETE":
        del part[name]
        return 204, None, {}
    return _written(container, request, request.body, is_upsert=True)


def _match(document: Document, tag: str | None) -> None:
    if tag is not None and document["_etag"] != tag:
        raise Refused(412, "the document is another one by now")


def _written(
    container: Container, request: Request, document: Document, *, is_upsert: bool
) -> Answer:
    if len(json.dumps(document).encode()) > MOST_BYTES:
        raise Refused(413, "the document is too large")
    if not document.get("id") or set(document["id"]) & set("/\\?#") or len(document["id"]) > 255:
        raise Refused(400, "this is no id of a document")
    path = container.made_as["partitionKey"]["paths"][0].strip("/")
    if request.partition is None or document.get(path) != request.partition:
        raise Refused(400, "the document is of another partition than the request")
    part = container.documents.setdefault(request.partition, {})
    before = part.get(document["id"])
    if before is not None and not is_upsert:
        raise Refused(409, "the document is there")
    tag = f'"{uuid.uuid4()}"'
    stored = {**document, "_rid": document["id"], "_etag": tag, "_ts": int(time.time())}
    part[document["id"]] = stored
    return (200 if before else 201), stored, {"etag": stored["_etag"]}


def _batch(container: Container, request: Request) -> Answer:
    if len(request.body) > MOST_OPERATIONS:
        raise Refused(400, "more than 100 operations")
    if len(json.dumps(request.body).encode()) > MOST_BYTES:
        raise Refused(413, "the batch is too large")
    name = request.partition or ""
    before = dict(container.documents.get(name, {}))
    results: list[Document] = []
    for operation in request.body:
        try:
            status, _, headers = _operated(container, request, operation)
            results.append({"statusCode": status, "eTag": headers.get("etag"), "requestCharge": 1})
        except Refused as refused:
            container.documents[name] = before
            results = [{"statusCode": 424} for _ in request.body]
            results[request.body.index(operation)] = {"statusCode": refused.status}
            return 207, results, {}
    return 200, results, {}


def _operated(container: Container, request: Request, operation: Document) -> Answer:
    kind, body = operation["operationType"], operation.get("resourceBody", {})
    if kind in {"Create", "Upsert"}:
        return _written(container, request, body, is_upsert=kind == "Upsert")
    part = container.documents.get(request.partition or "", {})
    if operation["id"] not in part:
        raise Refused(404, "no such document in this partition")
    _match(part[operation["id"]], operation.get("ifMatch"))
    if kind == "Delete":
        del part[operation["id"]]
        return 204, None, {}
    if kind == "Replace":
        return _written(container, request, body, is_upsert=True)
    raise Refused(400, f"no operation {kind}")


def _asked(container: Container, request: Request) -> Answer:
    everywhere = request.headers.get("x-ms-documentdb-query-enablecrosspartition", "").lower()
    if request.partition is None and everywhere != "true":
        raise Refused(400, "a query over all partitions has to say so")
    documents = (
        container.everything()
        if request.partition is None
        else list(container.documents.get(request.partition, {}).values())
    )
    parameters = {one["name"]: one["value"] for one in request.body.get("parameters") or []}
    try:
        rows = run(request.body["query"], parameters, documents)
    except NotUnderstood as error:
        raise Refused(400, f"a query that is not understood here: {error}") from error
    start = int(request.headers.get("x-ms-continuation") or 0)
    most = int(request.headers.get("x-ms-max-item-count") or -1)
    end = len(rows) if most < 0 else start + most
    headers = {"x-ms-continuation": str(end)} if end < len(rows) else {}
    shown = rows[start:end]
    headers["x-ms-request-charge"] = str(2 + len(shown) * 0.1)
    return 200, {"_rid": "c", "Documents": shown, "_count": len(shown)}, headers


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True


def _handler(server: CosmosServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def _take(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            raw = self.rfile.read(length)
            headers = {name.lower(): value for name, value in self.headers.items()}
            path = unquote(urlsplit(self.path).path)
            body = json.loads(raw) if raw else None
            if server._http is None:  # stopped: who still has a connection is told nothing
                self.close_connection = True
                return
            status, given, more = server.answer(Request(self.command, path, headers, body))
            sent = b"" if given is None else json.dumps(given).encode()
            self.send_response(status)
            charged = {"x-ms-request-charge": "1", "x-ms-session-token": "0:-1#1", **more}
            for name, value in charged.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)
            self.wfile.flush()

        do_GET = do_POST = do_PUT = do_DELETE = _take  # noqa: N815 - http.server's names

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    return Handler
