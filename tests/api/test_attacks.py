"""What strangers and hostile callers send to the API: nothing of it is read, unseen, or a fault of ours."""

import anyio
import pytest

from services.api.app import create_app
from services.api.description import OPEN

JSON = {"Content-Type": "application/json"}
NESTED = b'{"a": "\\ud800", "b": ' + b"[" * 200_000 + b"]" * 200_000 + b"}"


def test_of_nobody_no_body_is_read(services):
    app = create_app(services)
    statuses = {}

    async def receive():
        pytest.fail("the body of a stranger was read")

    async def ask_all() -> None:
        for path, methods in app.openapi()["paths"].items():
            for method in methods.keys() - {"get"}:
                scope = {
                    "type": "http", "method": method.upper(), "path": path, "raw_path": path.encode(),
                    "query_string": b"", "root_path": "", "scheme": "http", "client": ("192.0.2.7", 1),
                    "headers": [(b"content-type", b"application/json"), (b"content-length", b"9000000")],
                }  # fmt: skip

                async def send(message, asked=(method, path)):
                    if message["type"] == "http.response.start":
                        headers = dict(message["headers"])
                        statuses[asked] = message["status"], headers.get(b"connection")

                await app(scope, receive, send)

    anyio.run(ask_all)
    assert len(statuses) > 20
    assert set(statuses.values()) == {(401, b"close")}
    assert not {path for _, path in statuses} & OPEN


@pytest.mark.parametrize("path", ["/documents/ingest", "/samples"])
@pytest.mark.parametrize(
    "body",
    [
        rb"\ud800 no json",
        NESTED,
        rb'{"a": "\ud800", "b": ' + b"1" * 5_000 + b"}",
        b'{"a": "\\ud800\xff"}',
    ],
    ids=["no json", "nested", "long number", "no text"],
)
def test_half_a_character_in_what_nobody_can_read_is_no_fault_of_ours(analyst, path, body):
    answer = analyst.post(f"/api/v1{path}", content=body, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input")


@pytest.mark.parametrize("name", ["health", "x.webp"])
def test_no_name_keeps_a_request_out_of_the_trail(client, services, name):
    assert client.get(f"/api/v1/companies/{name}").status_code == 404
    event = services.ports.audit.entries()[0].event
    assert (event.action, event.resource) == ("request_refused", name)
    assert event.detail["request"] == f"GET /api/v1/companies/{name}"


def test_what_says_it_is_another_method_is_not_believed(analyst, services):
    for header in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        assert (
            analyst.get("/api/v1/samples?_method=POST", headers={header: "POST"}).status_code < 500
        )
    assert services.ports.records.reports() == []


def test_a_tag_that_is_guessed_tells_nothing_of_what_is_not_there(client):
    for tag in ("*", 'W/"0"'):
        answer = client.get("/api/v1/insights/insight-1", headers={"If-None-Match": tag})
        assert answer.status_code == 404
