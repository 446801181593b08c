"""Pages carry the script that leaves them when their session is over, and may load nothing of elsewhere."""

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from services.bootstrap import cookie_key
from services.gate.gate import Gate
from services.gate.html import POLICY, SCRIPT
from tests.gate.conftest import HOME

PAGE = "<!doctype html><html><head><title>x</title></head><body>é <head></body></html>"
SHOWN = {"Accept": "text/html,*/*"}


async def page(request: Request) -> Response:
    headers = {"ETag": '"1"', "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match"):
        return Response(status_code=304, headers=headers)
    if "accept-encoding" in request.headers:
        headers["content-encoding"] = "identity"
    return HTMLResponse(PAGE, headers=headers)


async def in_parts(request: Request) -> Response:
    parts = (PAGE[:20].encode(), PAGE[20:30].encode(), PAGE[30:].encode())
    return StreamingResponse(iter(parts), media_type="text/html")


async def table(request: Request) -> Response:
    return Response("a,b\n<head>", media_type="text/csv", headers={"Cache-Control": "private"})


@pytest.fixture
def client(door):
    routes = [Route("/page", page), Route("/parts", in_parts), Route("/table", table)]
    gate = Gate(Starlette(routes=routes), door.services, cookie_key(door.services.settings))
    cookie = door.signed_in()
    with TestClient(gate, base_url=HOME, follow_redirects=False, headers=cookie) as client:
        yield client


@pytest.mark.parametrize("path", ["/page", "/parts"])
def test_a_page_has_the_script_first_and_once(client, path):
    answer = client.get(path, headers=SHOWN)
    assert answer.status_code == 200
    assert answer.text == PAGE.replace("<head>", f'<head><script src="{SCRIPT}"></script>', 1)
    assert answer.headers["content-length"] == str(len(answer.content))
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["cache-control"] == "no-store"


def test_a_page_is_asked_for_in_full_though_the_browser_has_one_from_before(client):
    older = {**SHOWN, "If-None-Match": '"1"', "Accept-Encoding": "gzip"}
    assert SCRIPT in client.get("/page", headers=older).text
    assert client.get("/page", headers={"If-None-Match": '"1"'}).status_code == 304


def test_what_is_no_page_passes_as_it_is(client):
    for headers in (SHOWN, {}):
        answer = client.get("/table", headers=headers)
        assert answer.text == "a,b\n<head>"
        assert answer.headers["cache-control"] == "private"
    assert client.get("/page", headers={"Accept": "*/*"}).text == PAGE
    assert client.head("/page", headers=SHOWN).headers["content-length"] == str(len(PAGE.encode()))


def test_the_script_is_there_for_everybody(client):
    answer = client.get(SCRIPT, headers={"Cookie": ""})
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "4401" in answer.text
