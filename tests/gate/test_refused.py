"""Every cookie and every token that is not in order lets nobody in, and the answer tells nothing."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta

import pytest
from itsdangerous import TimestampSigner
from starlette.websockets import WebSocketDisconnect

from services.adapters.local.wiring import local_api_tokens, local_sessions
from services.bootstrap import cookie_key
from services.config import Settings
from services.domain.audit import AuditEvent
from services.domain.base import utc_now
from services.domain.identity import Session
from services.domain.ids import SessionId, UserId
from services.domain.users import SYSTEM, Role
from services.gate.cookie import SessionCookie
from services.sign_in.tokens import TokenDesk
from tests.callers import a_user
from tests.gate.conftest import HOME, OWN


def a_token(door, made=timedelta(0), days=30):
    store = local_api_tokens(door.services.settings)
    return TokenDesk(store, lambda: utc_now() + made).make(a_user(name="treasury"), days, SYSTEM)


def bearer(words):
    return {"Authorization": f"Bearer {words}"}


def revoked(door):
    words, token = a_token(door)
    door.services.tokens.revoke(token.token_id, SYSTEM)
    return words


def jwt(header, key=b""):
    claims = {"sub": "demo-admin", "roles": ["Admin"], "exp": utc_now().timestamp() + 900}
    parts = [json.dumps(one).encode() for one in (header, claims)]
    text = b".".join(base64.urlsafe_b64encode(one).rstrip(b"=") for one in parts)
    signature = hmac.new(key, text, hashlib.sha256).digest() if key else b""
    return (text + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")).decode()


def swapped(door):
    (one, _), (other, _) = a_token(door), a_token(door)
    return "_".join([*one.split("_")[:2], other.split("_", 2)[2]])


TOKENS = {
    "empty": lambda door: "",
    "a word": lambda door: "secret",
    "truncated": lambda door: a_token(door)[0][:-1],
    "lengthened": lambda door: a_token(door)[0] + "A",
    "another first character": lambda door: a_token(door)[0].replace("advisor", "Advisor"),
    "the secret of another token": swapped,
    "the stored hash as the secret": lambda door: "advisor_{0.token_id}_{0.secret_hash}".format(
        a_token(door)[1]
    ),
    "an id that is not there": lambda door: "advisor_000000000000_" + "A" * 43,
    "expired": lambda door: a_token(door, timedelta(days=-30))[0],
    "not yet valid": lambda door: a_token(door, timedelta(minutes=5))[0],
    "revoked": revoked,
    "algorithm none": lambda door: jwt({"alg": "none", "typ": "JWT"}),
    "signed with a key of one's own": lambda door: jwt({"alg": "HS256"}, b"k" * 32),
    "its key at an address of one's own": lambda door: jwt(
        {"alg": "HS256", "jku": "https://evil.example/keys"}, b"k" * 32
    ),
    "oversize": lambda door: "A" * 16_385,
    "a session id": lambda door: door.demo().session_id,
    "a session cookie": lambda door: door.signed_in()["Cookie"].partition("=")[2],
    "SQL": lambda door: "advisor_' OR 1=1 --",
    "NUL bytes": lambda door: a_token(door)[0] + "\0",
    "two words": lambda door: f"{a_token(door)[0]} {a_token(door)[0]}",
}


@pytest.mark.parametrize("case", TOKENS)
def test_a_bearer_token_that_is_not_in_order_is_refused(door, client, case):
    words = TOKENS[case](door)
    for path in ("/api/v1/documents", "/queue"):
        answer = client.get(path, headers={**bearer(words), **door.signed_in("admin")})
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'
        assert answer.json()["detail"] == "The bearer token is not valid, or not any more."
        assert answer.json()["correlation_id"] == answer.headers["x-correlation-id"]
    assert door.passed == []


def test_two_authorization_headers_are_refused_though_one_is_valid(door, client):
    words, _ = a_token(door)
    for other in ("Bearer x", "Basic eA==", f"Bearer {words}"):
        headers = [("Authorization", f"Bearer {words}"), ("Authorization", other)]
        assert client.get("/api/v1/documents", headers=headers).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Basic YW5uOnNlY3JldA=="},
        {"Authorization": "Token {}"},
        {"Authorization": "{}"},
        {"X-Authorization": "Bearer {}"},
        {"Cookie": "token={}"},
    ],
    ids=str,
)
def test_a_token_anywhere_else_is_none(door, client, headers):
    words, _ = a_token(door)
    asked = {name: value.replace("{}", words) for name, value in headers.items()}
    answer = client.get("/api/v1/documents", headers=asked)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    for query in (f"access_token={words}", f"token={words}"):
        assert client.get(f"/api/v1/documents?{query}", headers=asked).status_code == 401


def test_the_valid_ones_are_let_in(door, client):
    words, _ = a_token(door)
    for headers in (bearer(words), {"Authorization": f"bearer {words}"}, door.signed_in()):
        assert client.get("/api/v1/documents", headers=headers).status_code == 200


def stored(door, user_id="demo-analyst", version=1, **moments):
    """A session of another time, as if it had begun then."""
    times = {"started_at": utc_now(), "last_seen_at": utc_now(), **moments}
    session = Session(
        session_id=SessionId("s" * 43),
        user_id=UserId(user_id),
        account_version=version,
        ip_address="",
        **times,
    )
    event = AuditEvent(actor=UserId(user_id), action="signed_in", resource=user_id, at=utc_now())
    local_sessions(door.services.settings).begin(session, event)
    return door.cookie_of(session.session_id)


def changed(door, change):
    cookie = door.signed_in()
    change(door.services.accounts, "demo-analyst")
    return cookie


def signed_out(door):
    session = door.demo()
    door.services.sign_in.sign_out(session.session_id, "")
    return door.cookie_of(session.session_id)


def signed(door, value, key=None, shift=0, salt="advisor.session", digest=hashlib.sha256):
    class Shifted(TimestampSigner):
        def get_timestamp(self) -> int:
            return super().get_timestamp() + shift

    key = key or cookie_key(door.services.settings)
    signer = Shifted(key, salt=salt, key_derivation="hmac", digest_method=digest)
    return {"Cookie": f"{door.cookie.name}={signer.sign(value).decode()}"}


def edited(door, change):
    name, _, value = door.signed_in()["Cookie"].partition("=")
    return {"Cookie": f"{name}={change(value)}"}


def flipped(text, place):
    other = "A" if text[place] != "A" else "B"
    return f"{text[:place]}{other}{text[place:][1:]}"


def payload_swapped(door):
    one, other = (door.signed_in(p)["Cookie"].partition("=")[2] for p in ("analyst", "admin"))
    value = ".".join([other.split(".")[0], *one.split(".")[1:]])
    return {"Cookie": f"{door.cookie.name}={value}"}


def of_another_installation(door):
    return signed(door, door.demo().session_id, key=b"x" * 32)


COOKIES = {
    "empty": lambda door: {"Cookie": f"{door.cookie.name}="},
    "without a value": lambda door: {"Cookie": door.cookie.name},
    "the session id unsigned": lambda door: {
        "Cookie": f"{door.cookie.name}={door.demo().session_id}"
    },
    "truncated": lambda door: edited(door, lambda v: v[:-2]),
    "a flipped bit in the signature": lambda door: edited(door, lambda v: flipped(v, -20)),
    "a flipped bit in the time": lambda door: edited(door, lambda v: flipped(v, v.index(".") + 2)),
    "a flipped bit in the session id": lambda door: edited(door, lambda v: flipped(v, 5)),
    "the session of another signature": payload_swapped,
    "of another installation": of_another_installation,
    "signed for another purpose": lambda door: signed(door, door.demo().session_id, salt="x"),
    "signed with SHA-1": lambda door: signed(door, door.demo().session_id, digest=hashlib.sha1),
    "signed with an empty key": lambda door: signed(door, door.demo().session_id, key=b"\0"),
    "signed more than eight hours ago": lambda door: signed(
        door, door.demo().session_id, shift=-28_801
    ),
    "signed in the future": lambda door: signed(door, door.demo().session_id, shift=60),
    "a session that never was": lambda door: door.cookie_of("n" * 43),
    "an empty session id": lambda door: door.cookie_of(""),
    "a user id as the session": lambda door: door.cookie_of("demo-admin"),
    "signed out": signed_out,
    "idle for 31 minutes": lambda door: stored(
        door,
        started_at=utc_now() - timedelta(hours=1),
        last_seen_at=utc_now() - timedelta(minutes=31),
    ),
    "begun more than eight hours ago": lambda door: stored(
        door, started_at=utc_now() - timedelta(hours=8, minutes=1)
    ),
    "of an account of before a change": lambda door: stored(door, version=2),
    "its role was changed": lambda door: changed(
        door, lambda desk, who: desk.set_role(who, Role.CFO, SYSTEM)
    ),
    "its companies were changed": lambda door: changed(
        door, lambda desk, who: desk.set_companies(who, frozenset({"acme"}), SYSTEM)
    ),
    "its account was disabled": lambda door: changed(
        door, lambda desk, who: desk.disable(who, SYSTEM)
    ),
    "the demo accounts were removed": lambda door: changed(
        door, lambda desk, who: desk.remove_demo(SYSTEM)
    ),
    "sent twice": lambda door: {
        "Cookie": "; ".join([door.signed_in()["Cookie"], door.signed_in("admin")["Cookie"]])
    },
    "under another name": lambda door: {
        "Cookie": door.signed_in()["Cookie"].replace("advisor-session", "__Host-advisor-session")
    },
    "oversize": lambda door: {"Cookie": f"{door.cookie.name}={'A' * 30_000}"},
    "NUL bytes": lambda door: edited(door, lambda v: f"{v[:9]}\0{v[9:]}"),
    "quoted": lambda door: edited(door, lambda v: f'"{v}"'),
    "no ASCII": lambda door: edited(door, lambda v: f"{v}é".encode().decode("latin-1")),
    "a bearer token": lambda door: {"Cookie": f"{door.cookie.name}={a_token(door)[0]}"},
}


@pytest.mark.parametrize("case", COOKIES)
def test_a_cookie_that_is_not_in_order_lets_nobody_in(door, client, case):
    headers = {k: v.encode("latin-1") for k, v in {**COOKIES[case](door), **OWN}.items()}
    answer = client.get("/api/v1/documents", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert "demo" not in answer.text
    page = client.get("/queue", headers=headers)
    assert (page.status_code, page.headers["location"]) == (303, "/auth/sign-in?next=%2Fqueue")
    assert client.get("/media/1.png", headers=headers).status_code == 401
    with (
        pytest.raises(WebSocketDisconnect) as refused,
        client.websocket_connect("/_stcore/stream", headers=headers),
    ):
        pass
    assert refused.value.code == 4401
    assert door.passed == []


def test_no_other_spelling_of_a_cookie_is_taken(door, client):
    name, _, value = door.signed_in()["Cookie"].partition("=")
    for place in range(len(value)):
        cookie = {"Cookie": f"{name}={flipped(value, place)}"}
        assert client.get("/queue", headers=cookie).status_code == 303, place
    assert client.get("/queue", headers={"Cookie": f"{name}={value}"}).status_code == 200


CLAIMS = [
    {"X-Advisor-Session": "{session}"},
    {"x_advisor_session": "{session}"},
    {"X-Advisor_Session": "{session}"},
    {"X-ADVISOR-USER": "demo-admin"},
    {"x-advisor-role": "admin"},
    {"X-Forwarded-User": "demo-admin"},
    {"X-MS-CLIENT-PRINCIPAL-ID": "demo-admin"},
    {"Remote-User": "demo-admin"},
]


@pytest.mark.parametrize("claim", CLAIMS, ids=str)
def test_a_header_that_says_who_asks_is_not_believed(door, client, claim):
    other = door.demo("admin").session_id
    headers = {name: value.replace("{session}", other) for name, value in claim.items()}
    assert client.get("/api/v1/documents", headers=headers).status_code == 401
    assert client.get("/queue", headers=headers).status_code == 303
    mine = door.demo()
    own = door.cookie_of(mine.session_id)
    seen = client.get("/queue", headers={**headers, **own}).json()
    assert seen == {"user": "demo-analyst", "headers": {"x-advisor-session": mine.session_id}}
    with client.websocket_connect(
        "/_stcore/stream", headers={**headers, **own, **OWN}
    ) as websocket:
        assert websocket.receive_text() == mine.session_id


def test_the_address_of_who_asks_is_the_one_of_the_connection(door, client, ann):
    for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "True-Client-IP"):
        form = {"name": ann, "password": "wrong"}
        client.post("/auth/sign-in", data=form, headers={**OWN, name: "203.0.113.9"})
    events = [entry.event for entry in door.services.ports.audit.entries()]
    refused = [one.ip_address for one in events if one.action == "sign_in_refused"]
    assert refused == ["192.0.2.7"] * 4


def test_a_cookie_of_another_installation_is_another_key(tmp_path):
    keys = [cookie_key(Settings(data_dir=tmp_path / name)) for name in ("one", "other", "one")]
    assert keys[0] == keys[2] != keys[1]
    file = tmp_path / "one" / "sign-in" / "cookies.key"
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["cookies.key"]
    assert SessionCookie(keys[0], secure=True).name.startswith("__Host-")
    assert HOME.startswith("http:")
