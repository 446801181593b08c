"""The sign-in page: plain, without scripts, the same sentence whatever was wrong, a new session each time."""

import re
import tomllib
from dataclasses import replace

import pytest
from starlette.datastructures import Headers
from starlette.responses import RedirectResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from services.bootstrap import cookie_key
from services.config import PROJECT_ROOT, Settings
from services.domain.errors import Unauthenticated
from services.domain.users import SYSTEM, Role
from services.gate.gate import Gate
from services.gate.pages import _ASSETS
from services.sign_in.desk import REFUSED
from tests.callers import a_user
from tests.desks import PASSWORD
from tests.gate.conftest import HOME, OWN, a_door


def sign_in(client, **form):
    return client.post("/auth/sign-in", data=form, headers=OWN)


def session_of(door, client):
    """The session of the cookie that the browser would send now."""
    return door.cookie.read(Headers({"cookie": client.build_request("GET", "/").headers["cookie"]}))


def test_the_right_password_leads_to_the_page_that_was_wanted(door, client, ann):
    answer = sign_in(client, name=ann, password=PASSWORD, next="/queue?x=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/queue?x=1")
    cookie = answer.headers["set-cookie"]
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
    assert "Max-Age" not in cookie  # it ends with the browser
    assert client.get("/queue").json()["user"] == "ann"
    last = door.services.ports.audit.entries()[0].event
    assert (last.action, last.actor, last.ip_address) == ("signed_in", "ann", "192.0.2.7")


@pytest.mark.parametrize("form", [
    {"name": "ann", "password": "wrong"}, {"name": "nobody", "password": PASSWORD}, {"name": "ann"}, {},
    {"person": "ann"}, {"person": "demo-nobody"}, {"name": "demo-admin", "password": ""},
], ids=str)  # fmt: skip
def test_whatever_was_wrong_the_page_says_the_same(client, ann, form):
    answer = sign_in(client, **form, next="/queue")
    assert answer.status_code == 401
    assert answer.text.count('role="alert"') == 1
    assert REFUSED in answer.text
    assert 'name="next" value="/queue"' in answer.text
    assert "set-cookie" not in answer.headers


def test_a_new_sign_in_is_a_new_session_and_the_old_one_is_over(door, client, ann):
    sign_in(client, name=ann, password=PASSWORD)
    first = session_of(door, client)
    sign_in(client, person="demo-cfo")
    assert session_of(door, client) != first
    assert door.services.sign_in.is_over(first)
    assert client.get("/queue").json()["user"] == "demo-cfo"


def test_a_session_that_somebody_planted_before_sign_in_is_not_kept(door, client, ann):
    planted = door.demo("auditor").session_id
    client.cookies.set(door.cookie.name, door.cookie_of(planted)["Cookie"].partition("=")[2])
    sign_in(client, name=ann, password=PASSWORD)
    assert door.services.sign_in.is_over(planted)


def test_sign_out_ends_the_session_and_the_browser_forgets_it(door, client):
    cookie = door.signed_in()
    assert client.get("/auth/sign-out", headers=cookie).text.count("<form") == 1
    answer = client.post("/auth/sign-out", headers={**cookie, **OWN})
    assert (answer.status_code, answer.headers["location"]) == (303, "/auth/sign-in")
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert client.get("/queue", headers=cookie).status_code == 303
    assert client.post("/auth/sign-out", headers=OWN).status_code == 303  # nobody is signed in


def test_a_link_to_sign_out_signs_nobody_out(door, client):
    cookie = door.signed_in()
    client.get("/auth/sign-out", headers=cookie)
    assert client.get("/queue", headers=cookie).status_code == 200


def test_the_demo_people_have_a_button_each_at_home_only(door, client, tmp_path):
    buttons = re.findall(
        r'name="person" value="([\w-]+)">([^<]+)<', client.get("/auth/sign-in").text
    )
    assert buttons == [
        ("demo-analyst", "Analyst"), ("demo-reviewer", "Reviewer"), ("demo-second-reviewer", "Second reviewer"),
        ("demo-cfo", "CFO"), ("demo-auditor", "Auditor"), ("demo-admin", "Administrator"),
    ]  # fmt: skip
    assert sign_in(client, person="demo-admin").status_code == 303
    elsewhere = a_door(Settings(data_dir=tmp_path / "elsewhere", host="10.0.0.5"))
    with elsewhere.client() as client:
        assert "person" not in client.get("/auth/sign-in").text
        assert sign_in(client, person="demo-admin").status_code == 401


def test_a_demo_person_whom_others_could_reach_is_nobody_though_the_start_did_not_refuse(door):
    elsewhere = door.services.settings.model_copy(update={"host": "10.0.0.5"})
    app = Gate(door.app, replace(door.services, settings=elsewhere), cookie_key(elsewhere))
    with TestClient(app, base_url=HOME) as client:
        assert "demo-admin" not in client.get("/auth/sign-in").text
        assert sign_in(client, person="demo-admin").status_code == 401


def test_the_page_runs_no_script_and_nothing_typed_becomes_markup(client):
    attack = '"><script>alert(1)</script>'
    for answer in (
        client.get("/auth/sign-in", params={"next": attack}),
        sign_in(client, name=attack, password="x", next=attack),
    ):
        assert "<script" not in answer.text
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"
    assert "&lt;script&gt;" in answer.text


def test_the_page_can_be_used_by_everybody(client, ann):
    text = client.get("/auth/sign-in").text
    assert '<html lang="en">' in text
    assert "<h1>Sign in</h1>" in text
    for field, kind in (("name", "username"), ("password", "current-password")):
        assert f'<label for="{field}">' in text
        assert f'autocomplete="{kind}"' in text
    wrong = sign_in(client, name=ann, password="x").text
    assert 'id="fault" role="alert"' in wrong
    assert 'aria-describedby="fault"' in wrong


def test_the_look_is_that_of_the_pages_behind(client):
    style = client.get("/auth/style.css")
    assert style.headers["content-type"].startswith("text/css")
    theme = tomllib.loads((PROJECT_ROOT / ".streamlit" / "config.toml").read_text())["theme"]
    for mode in ("light", "dark"):
        for colour in ("primaryColor", "textColor", "borderColor"):
            assert theme[mode][colour] in style.text
    for name in _ASSETS:
        assert client.get(f"/auth/{name}").status_code == 200
    for name in ("../gate.py", "gate.py", "sign_in.html", "..%2fgate.py"):
        assert client.get(f"/auth/{name}").status_code in {303, 404}


@pytest.mark.parametrize("body", [b"name=" + b"a" * 9_000, b"a=1&" * 1_000], ids=["long", "many"])
def test_a_form_that_is_none_of_ours_is_refused(client, body):
    headers = {**OWN, "Content-Type": "application/x-www-form-urlencoded"}
    assert client.post("/auth/sign-in", content=body, headers=headers).status_code in {400, 413}


class Elsewhere:
    """An identity provider as the gate sees one."""

    label, start = "Sign in with Elsewhere", "/auth/elsewhere"

    def __init__(self) -> None:
        self.services = None
        self.verifier = self

    def verify(self, token: str):
        if token != "theirs":
            raise Unauthenticated("no")
        return a_user(Role.AUDITOR, user_id="entra-1")

    def routes(self, let_in, ask_again):
        async def callback(request):
            user = a_user(Role.CFO, user_id="entra-2")
            session = self.services.sign_in.sign_in_verified(user, request.client.host)
            return await let_in(request, session, request.query_params["next"])

        return [
            Route(self.start, lambda request: RedirectResponse("https://id.example", 303)),
            Route("/auth/callback", callback),
        ]


def test_another_way_to_sign_in_has_its_link_its_routes_and_its_tokens():
    provider = Elsewhere()
    door = a_door(Settings(rate_limit_per_second=0), providers=[provider])
    provider.services = door.services
    with door.client() as client:
        page = client.get("/auth/sign-in?next=/queue").text
        assert 'href="/auth/elsewhere?next=%2Fqueue">Sign in with Elsewhere<' in page
        assert client.get("/auth/elsewhere").headers["location"] == "https://id.example"
        verification = "/api/v1/audit/verification"
        assert client.get(verification, headers={"Authorization": "Bearer x"}).status_code == 401
        theirs = {"Authorization": "Bearer theirs"}
        door.services.sign_in.sign_in_verified(provider.verify("theirs"), "")
        assert client.get(verification, headers=theirs).status_code == 200
        door.services.accounts.disable("entra-1", SYSTEM)
        assert client.get(verification, headers=theirs).status_code == 401
        answer = client.get("/auth/callback?next=//evil.example")
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert client.get("/summary").json()["user"] == "entra-2"
