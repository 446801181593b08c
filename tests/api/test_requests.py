"""Methods, media types and bodies: what an address is not described to answer is refused before it is read."""

import asyncio
import json
from collections.abc import Iterator
from functools import partial
from typing import Annotated

import pytest
from fastapi import Depends, File, Form, UploadFile
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from services.api.body_limits import MAX_DATA_BYTES, limit_of, whole_characters
from services.api.contract import Contract
from services.api.errors import add_handlers
from services.api.matrix import permissions
from services.api.models import PROBLEMS
from services.api.openapi import Api

MOST = 200_000
"""Largest upload of the application below, bytes."""


class Note(BaseModel):
    text: str


def an_application() -> Api:
    """Addresses that take bodies, with nothing but the contract before them."""
    app = Api(responses=PROBLEMS, dependencies=[Depends(whole_characters)])
    asked = partial(permissions, app)
    app.add_middleware(Contract, describe=app.openapi, permissions=asked, max_upload_bytes=MOST)
    add_handlers(app)

    @app.get("/notes/{note_id}")
    def read(note_id: str) -> Note:
        return Note(text=note_id)

    @app.delete("/notes/{note_id}")
    def delete(note_id: str) -> Note:
        return Note(text=note_id)

    @app.post("/notes/new")
    def write(note: Note) -> Note:
        return note

    @app.post("/files")
    def take(
        file: Annotated[UploadFile, File()], title: Annotated[str, Form()] = ""
    ) -> dict[str, int]:
        return {"size": len(file.file.read())}

    return app


@pytest.fixture
def notes() -> Iterator[TestClient]:
    with TestClient(Starlette(routes=[Mount("/api/v1", an_application())])) as client:
        yield client


@pytest.mark.parametrize("path", ["/api/v1/insights", "/api/v1/health", "/api/v1/openapi.json"])
def test_a_head_is_the_answer_without_its_body(client, path):
    whole, head = client.get(path), client.head(path)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-type", "content-length", "etag"):
        assert head.headers.get(name) == whole.headers.get(name)


def test_a_head_of_what_is_not_there_is_not_found(client):
    head = client.head("/api/v1/insights/none")
    assert (head.status_code, head.content) == (404, b"")


def test_every_address_tells_its_methods(client, services):
    described = client.get("/api/v1/openapi.json").json()["paths"]
    assert len(described) > 15
    for path, methods in described.items():
        address = f"/api/v1{path}".replace("{page}", "1").replace("{", "").replace("}", "")
        told = client.options(address)
        assert (told.status_code, told.content) == (204, b"")
        expected = {method.upper() for method in methods} | {"OPTIONS"}
        expected |= {"HEAD"} if "get" in methods else set()
        assert set(told.headers["allow"].split(", ")) == expected
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"} - expected:
            refused = client.request(method, address)
            assert (refused.status_code, refused.headers["allow"]) == (405, told.headers["allow"])
            assert refused.json()["code"] == "method-not-allowed"


def test_the_methods_of_all_operations_of_an_address_are_told(notes):
    refused = notes.put("/api/v1/notes/7")
    assert (refused.status_code, refused.headers["allow"]) == (405, "DELETE, GET, HEAD, OPTIONS")


def test_a_fixed_address_goes_before_one_with_a_parameter(notes):
    assert notes.get("/api/v1/notes/7").json() == {"text": "7"}
    refused = notes.get("/api/v1/notes/new")
    assert (refused.status_code, refused.headers["allow"]) == (405, "OPTIONS, POST")
    assert notes.post("/api/v1/notes/new", json={"text": "x"}).json() == {"text": "x"}


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "", "text/json"]
)
def test_a_body_of_another_type_is_refused(notes, kind):
    answer = notes.post(
        "/api/v1/notes/new", content='{"text": "x"}', headers={"Content-Type": kind}
    )
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported-type")
    assert "application/json" in answer.json()["detail"]


def test_a_type_has_parameters_and_any_case(notes):
    headers = {"Content-Type": "Application/JSON; charset=utf-8"}
    assert (
        notes.post("/api/v1/notes/new", content='{"text": "x"}', headers=headers).status_code == 200
    )


@pytest.mark.parametrize(
    "body", [b"{", b'{"text": "\xff"}', b"[" * 100_000, b'{"text": ' + b"9" * 5_000 + b"}"]
)
def test_a_body_that_is_not_what_it_says_is_malformed(notes, body):
    answer = notes.post(
        "/api/v1/notes/new", content=body, headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed-request")


def test_a_form_without_its_boundary_is_malformed(notes):
    headers = {"Content-Type": "multipart/form-data"}
    answer = notes.post("/api/v1/files", content=b"x", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed-request")


@pytest.mark.parametrize("body", [{}, {"text": 1}, {"text": "half \ud83d"}, []])
def test_a_body_without_what_is_asked_for_is_invalid(notes, body):
    headers = {"Content-Type": "application/json"}
    answer = notes.post("/api/v1/notes/new", content=json.dumps(body), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input")


def test_a_whole_character_may_be_written_as_two_escapes(notes):
    headers = {"Content-Type": "application/json"}
    answer = notes.post("/api/v1/notes/new", content=b'{"text": "\\uD83D\\uDE00"}', headers=headers)
    assert answer.json() == {"text": "😀"}


def test_nothing_is_accepted_that_is_not_given_before_anything_is_done(notes):
    answer = notes.post("/api/v1/notes/new", json={"text": "x"}, headers={"Accept": "text/html"})
    assert (answer.status_code, answer.json()["code"]) == (406, "not-acceptable")


def test_an_upload_may_have_its_form_around_it_and_fields_may_not_be_that_large(notes):
    taken = notes.post("/api/v1/files", files={"file": b"x" * MOST}, data={"title": "t"})
    assert taken.json() == {"size": MOST}
    refused = notes.post("/api/v1/files", files={"file": b"x" * (MOST + 70_000)})
    assert (refused.status_code, refused.json()["code"]) == (413, "too-large")
    large = notes.post("/api/v1/notes/new", json={"text": "x" * MAX_DATA_BYTES})
    assert (large.status_code, large.headers["connection"]) == (413, "close")
    unasked = notes.request("DELETE", "/api/v1/notes/7", content=b"x" * (MOST + 70_000))
    assert (unasked.status_code, unasked.json()["code"]) == (413, "too-large")
    assert limit_of("application/json", 50_000_000) == 1_048_576
    assert limit_of("multipart/form-data", 50_000_000) == 50_065_536


def test_an_application_that_reads_on_past_the_limit_gets_nothing_more(notes):
    reads = []

    async def greedy(scope, receive, send):
        while True:
            try:
                await receive()
            except Exception as error:
                reads.append(type(error).__name__)
                if len(reads) == 2:
                    raise

    async def receive():
        return {"type": "http.request", "body": b"x" * 600_000, "more_body": True}

    sent = []

    async def send(message):
        sent.append(message)

    app = an_application()
    contract = Contract(greedy, app.openapi, partial(permissions, app), MOST)
    scope = {
        "type": "http", "method": "POST", "path": "/notes/new", "root_path": "", "query_string": b"",
        "headers": [(b"content-type", b"application/json"), (b"transfer-encoding", b"chunked")],
        "server": ("localhost", 80), "scheme": "http",
    }  # fmt: skip
    asyncio.run(contract(scope, receive, send))
    assert len(reads) == 2
    assert [one.get("status") for one in sent] == [413, None]
