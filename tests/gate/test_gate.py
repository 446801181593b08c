"""Who is signed in gets pages, API and sockets; nobody else gets anything; other sites get nothing done."""

import asyncio

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from services.config import Settings
from services.domain.errors import Unavailable
from services.domain.users import SYSTEM, Role
from services.gate.gate import FOREIGN
from services.gate.origins import local_path
from services.gate.sockets import SIGNED_OUT, OpenSockets
from tests.callers import As, a_user
from tests.gate.conftest import HOME, OWN, a_door


def a_token(door, role=Role.ANALYST):
    words, _ = door.services.tokens.make(a_user(role, name="treasury"), 1, SYSTEM)
    return {"Authorization": f"Bearer {words}"}


@pytest.mark.parametrize("path", ["/static/js/x.js", "/favicon.png", "/_stcore/health"])
def test_streamlits_own_files_are_open_and_nobodys(door, client, path):
    assert client.get(path, headers=door.signed_in()).json() == {"user": None, "headers": {}}


@pytest.mark.parametrize(
    ("path", "next"),
    [
        ("/", ""),
        ("/queue", "?next=%2Fqueue"),
        ("/item?review_item=r%2F1&x=a%20b", "?next=%2Fitem%3Freview_item%3Dr%252F1%26x%3Da%2520b"),
        ("/api", "?next=%2Fapi"),
        ("/%5cevil.example", "?next=%2F%255cevil.example"),
        ("/a%0d%0aSet-Cookie:x", "?next=%2Fa%250d%250aSet-Cookie%3Ax"),
    ],
)
def test_a_page_leads_to_sign_in_and_from_there_back(door, client, path, next):
    answer = client.get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/auth/sign-in{next}")
    assert answer.headers["cache-control"] == "no-store"
    assert door.passed == []


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/queue"), ("PUT", "/_stcore/upload_file/a/b"), ("GET", "/_stcore/host-config"),
     ("GET", "/_stcore/metrics"), ("GET", "/media/x"), ("GET", "/component/x"), ("DELETE", "/")],
)  # fmt: skip
def test_what_is_no_page_is_refused(door, client, method, path):
    assert client.request(method, path, headers=OWN).status_code == 401
    assert door.passed == []


def test_nobody_is_told_to_sign_in_by_the_api_itself_without_a_look_at_the_store(
    door, client, monkeypatch
):
    for desk in (door.services.sign_in, door.services.tokens):
        monkeypatch.setattr(desk, "_sessions" if desk is door.services.sign_in else "_tokens", None)
    answer = client.get("/api/v1/documents")
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert client.get("/api/v1/health").status_code == 200


def test_a_program_is_who_its_token_says_and_no_more(door, client):
    assert client.get("/api/v1/documents", headers=a_token(door)).status_code == 200
    assert client.get("/api/v1/audit/verification", headers=a_token(door)).status_code == 403
    auditor = a_token(door, Role.AUDITOR)
    assert client.get("/api/v1/audit/verification", headers=auditor).status_code == 200
    assert client.get("/queue", headers=auditor).status_code == 303  # no page: it has no session


def test_a_token_wins_over_the_cookie(door, client):
    both = {**a_token(door), **door.signed_in("auditor")}
    assert client.get("/api/v1/audit/verification", headers=both).status_code == 403


def test_a_user_whom_somebody_else_put_into_the_scope_is_nobody(door):
    with TestClient(As(door.app, a_user(Role.ADMIN)), base_url=HOME) as client:
        assert client.get("/api/v1/documents").status_code == 401
        assert client.get("/static/x.js").json()["user"] is None


FOREIGN_PAGES = [
    {},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": "http://127.0.0.1:9999"},
    {"Origin": "https://127.0.0.1:8501"},
    {"Origin": "http://127.0.0.1.evil.example:8501"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": ""},
    {"Origin": HOME, "Sec-Fetch-Site": "cross-site"},
    {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
]


@pytest.mark.parametrize("headers", FOREIGN_PAGES, ids=str)
def test_another_sites_page_changes_nothing(door, client, headers):
    session = door.demo()
    cookie = door.cookie_of(session.session_id)
    for path in ("/api/v1/documents/ingest", "/_stcore/upload_file/a/b", "/auth/sign-out"):
        answer = client.post(path, headers={**headers, **cookie})
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    form = {"person": "demo-admin"}
    assert client.post("/auth/sign-in", data=form, headers=headers).status_code == 403
    assert door.passed == []
    assert not door.services.sign_in.is_over(session.session_id)


@pytest.mark.parametrize("headers", [OWN, {"Sec-Fetch-Site": "same-origin"}], ids=str)
def test_an_own_page_changes_what_it_may(door, client, headers):
    answer = client.post("/_stcore/upload_file/a/b", headers={**headers, **door.signed_in()})
    assert answer.json()["user"] == "demo-analyst"


def test_a_program_needs_no_origin(door, client):
    assert client.post("/api/v1/documents", headers=a_token(door)).status_code == 405


@pytest.mark.parametrize(
    "origin", [None, "https://evil.example", "null", "http://127.0.0.1:9999", ""], ids=str
)
def test_another_sites_page_opens_no_socket(door, client, origin):
    headers = door.signed_in() | ({} if origin is None else {"Origin": origin})
    with (
        pytest.raises(WebSocketDisconnect) as refused,
        client.websocket_connect("/_stcore/stream", headers=headers),
    ):
        pass
    assert refused.value.code == FOREIGN
    assert door.passed == []


def test_a_socket_ends_with_the_sign_out_of_its_session_and_no_other(door, client):
    door.app._sockets._look_seconds = 3_600  # what ends it here is no look that comes by later
    mine, other = door.demo(), door.demo("cfo")
    own = {**door.cookie_of(mine.session_id), **OWN}
    with (
        client.websocket_connect("/_stcore/stream", headers=own) as ending,
        client.websocket_connect(
            "/_stcore/stream", headers={**door.cookie_of(other.session_id), **OWN}
        ) as staying,
    ):
        assert (ending.receive_text(), staying.receive_text()) == (
            mine.session_id,
            other.session_id,
        )
        ending.send_text("here")
        assert ending.receive_text() == "here"
        served = list(door.app._sockets._open[mine.session_id])
        assert client.post("/auth/sign-out", headers=own).status_code == 303
        assert [one.done() for one in served] == [True]
        with pytest.raises(WebSocketDisconnect) as ended:
            ending.receive_text()
        assert ended.value.code == SIGNED_OUT
        staying.send_text("still here")
        assert staying.receive_text() == "still here"
    assert f"ended with {SIGNED_OUT}" in door.passed


def test_a_socket_ends_when_its_session_is_over_otherwise():
    """The look-up is every five seconds in the product; here it is at once."""
    looked, sent = [], []

    def is_over(session_id: str) -> bool:
        looked.append(session_id)
        if len(looked) == 1:
            raise Unavailable("The database does not answer.")
        return len(looked) > 2

    async def product(scope, receive, send):
        await send({"type": "websocket.accept"})
        message = await receive()
        await send({"type": "websocket.send", "text": "too late"})
        sent.append(message)

    async def receive():
        await asyncio.Event().wait()

    async def send(message):
        sent.append(message)

    sockets = OpenSockets(is_over, look_seconds=0)
    scope = {"type": "websocket"}
    asyncio.run(asyncio.wait_for(sockets.serve(product, scope, receive, send, "s"), 30))
    assert looked == ["s", "s", "s"]
    assert [one["type"] for one in sent] == [
        "websocket.accept", "websocket.close", "websocket.disconnect",
    ]  # fmt: skip
    assert [one.get("code") for one in sent[1:]] == [SIGNED_OUT, SIGNED_OUT]
    assert sockets._open == {}


def test_a_store_that_does_not_answer_lets_nobody_in(door, client, monkeypatch):
    def busy(session_id: str) -> None:
        raise Unavailable("The database does not answer; try again in a moment.")

    cookie = door.signed_in()
    monkeypatch.setattr(door.services.sign_in, "_found", busy)
    assert client.get("/queue", headers=cookie).status_code == 503
    with (
        pytest.raises(WebSocketDisconnect),
        client.websocket_connect("/_stcore/stream", headers={**cookie, **OWN}),
    ):
        pass
    assert door.passed == []


def test_every_answer_forbids_frames_of_others_and_guessing_of_types(door, client):
    for path in ("/", "/queue", "/api/v1/documents", "/static/x.js", "/auth/sign-in"):
        headers = client.get(path, headers=door.signed_in()).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] in {"DENY", "SAMEORIGIN"}
        assert "frame-ancestors" in headers["content-security-policy"]
        assert headers["referrer-policy"] == "same-origin"
        assert "strict-transport-security" not in headers


def test_where_people_come_by_https_the_cookie_and_the_pages_travel_by_https_only(tmp_path):
    settings = Settings(
        data_dir=tmp_path, host="10.0.0.5", public_url="https://advisor.example.com"
    )
    door = a_door(settings)
    door.services.accounts.add(a_user(user_id="ann"), "violet kettle under gravel", SYSTEM)
    form = {"name": "ann", "password": "violet kettle under gravel"}
    with door.client(base_url="http://advisor.example.com") as client:
        plain = {"Origin": "http://advisor.example.com"}
        assert client.post("/auth/sign-in", data=form, headers=plain).status_code == 403
        own = {"Origin": "https://advisor.example.com"}
        answer = client.post("/auth/sign-in", data=form, headers=own)
    assert answer.status_code == 303
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-advisor-session=")
    assert {"Secure", "HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example", "javascript:alert(1)",
        "evil.example", "", "/\t/evil.example", "/\n/evil.example", "/ /evil", "/a\\b", "/a\r\nSet-Cookie: x=1",
        "/\0", "/ä", "/auth/sign-out", "/api/v1/documents", "/" + "a" * 2_000, "///evil.example", '/"><script>',
    ],
)  # fmt: skip
def test_sign_in_leads_to_pages_of_ours_only(wanted):
    assert local_path(wanted) == "/"


@pytest.mark.parametrize("wanted", ["/", "/queue", "/item?review_item=r-1&x=%2F%2Fevil", "/a/b#c"])
def test_sign_in_leads_back_to_what_was_wanted(wanted):
    assert local_path(wanted) == wanted
