"""The whole sign-in with Entra ID: product, issuer, callback, page, by real servers and a client with cookies."""

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

from services.adapters.entra.flow import EntraSignIn
from services.api.app import create_app
from services.api.callers import USER
from services.bootstrap import Services, build, cookie_key, entra_sign_in
from services.config import Settings
from services.domain.users import SYSTEM
from services.gate.entra import EntraProvider, providers_of
from services.gate.gate import Gate
from services.sign_in.tokens import INVALID
from tests.identity.conftest import entra_settings
from tests.identity.forged import FORGED, WITHDRAWN
from tests.identity.oidc_server import CLIENT, OTHER_TENANT, PERSON, TENANT, OidcServer, served

NINA = f"entra-{TENANT}-{PERSON}"
WANTED = "/insights?severity=high"


class Late:
    """An application that is known after its port is."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


async def a_page(request: Request) -> PlainTextResponse:
    return PlainTextResponse(
        f"{request.url.path}?{request.url.query} for {request.scope[USER].name}"
    )


def product(services: Services) -> Gate:
    """Pages and API behind the gate, as the server has them, without Streamlit."""
    routes = [Mount("/api/v1", create_app(services)), Route("/{path:path}", a_page)]
    return Gate(
        Starlette(routes=routes),
        services=services,
        key=cookie_key(services.settings),
        providers=providers_of(services),
    )


@pytest.fixture
def late() -> Iterator[tuple[Late, int]]:
    late = Late()
    with served(late) as port:
        yield late, port


@pytest.fixture
def services(late: tuple[Late, int], settings: Settings) -> Services:
    """The product, served on the port that its settings name."""
    app, port = late
    services = build(settings.model_copy(update={"port": port}))
    app.app = product(services)
    return services


@pytest.fixture
def browser(services: Services) -> Iterator[httpx2.Client]:
    with a_browser(services) as client:
        yield client


def a_browser(services: Services) -> httpx2.Client:
    return httpx2.Client(base_url=services.settings.base_url, follow_redirects=True)


def callback_of(browser: httpx2.Client, wanted: str = WANTED) -> str:
    """Begin a sign-in and consent; return the address that the browser is sent back to."""
    begun = browser.get(f"/auth/entra?{urlencode({'next': wanted})}", follow_redirects=False)
    return httpx2.get(begun.headers["location"]).headers["location"]


def changed(address: str, **own: str) -> str:
    """Return the address with some parameters of its query replaced."""
    query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    return f"{address.partition('?')[0]}?{urlencode(query | own)}"


def is_signed_in(browser: httpx2.Client) -> bool:
    return browser.get("/insights", follow_redirects=False).status_code == 200


def refusal_of(browser: httpx2.Client, address: str) -> tuple[int, str]:
    """Follow the callback; return status and sentence of the sign-in page, and see that nobody is signed in."""
    answer = browser.get(address)
    said = re.search(r'role="alert">([^<]*)<', answer.text)
    assert said is not None
    assert not is_signed_in(browser)
    return answer.status_code, unescape(said[1])


def test_a_person_signs_in_with_microsoft_and_lands_on_the_page_they_wanted(
    browser: httpx2.Client, services: Services, issuer: OidcServer
):
    page = browser.get(WANTED)
    assert page.url.path == "/auth/sign-in"
    link = re.search(r'<a class="provider" href="([^"]*)">Sign in with Microsoft</a>', page.text)
    assert link is not None
    landed = browser.get(unescape(link[1]))
    assert (landed.status_code, landed.text) == (200, f"{WANTED} for Nina Berg")
    hosts = [urlsplit(str(one.url)).port for one in [*landed.history, landed]]
    own = services.settings.port
    assert hosts == [own, issuer.port, own, own]
    assert browser.get("/api/v1/documents").status_code == 200
    told = services.ports.audit.entries(NINA)
    assert [entry.event.action for entry in told] == ["signed_in", "account_taken_over"]
    assert told[0].event.ip_address == "127.0.0.1"


def test_only_the_session_is_left_in_the_browser_and_no_script_can_read_it(
    browser: httpx2.Client,
):
    begun = browser.get("/auth/entra", follow_redirects=False)
    flow_cookie = begun.headers["set-cookie"].lower()
    assert flow_cookie.startswith("advisor-entra=")
    assert {"httponly", "samesite=lax", "path=/"} <= set(flow_cookie.split("; "))
    back = httpx2.get(begun.headers["location"]).headers["location"]
    signed_in = browser.get(back, follow_redirects=False)
    session = next(
        one for one in signed_in.headers.get_list("set-cookie") if one.startswith("advisor-session")
    )
    assert {"httponly", "samesite=lax", "path=/"} <= set(session.lower().split("; "))
    assert list(browser.cookies) == ["advisor-session"]
    assert signed_in.headers["cache-control"] == "no-store"


def test_where_the_product_is_opened_by_https_the_cookie_travels_by_https_only(
    settings: Settings, issuer: OidcServer
):
    public = settings.model_copy(update={"public_url": "https://advisor.example.com"})
    app = product(build(public))
    with TestClient(app, base_url="https://advisor.example.com") as client:
        begun = client.get("/auth/entra", follow_redirects=False)
    cookie = begun.headers["set-cookie"]
    assert cookie.startswith("__Host-advisor-entra=")
    assert "Secure" in cookie.split("; ")
    asked = parse_qs(urlsplit(begun.headers["location"]).query)
    assert asked["redirect_uri"] == ["https://advisor.example.com/auth/callback"]


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_nobody_is_sent_to_another_site_after_signing_in(wanted: str, browser: httpx2.Client):
    landed = browser.get(callback_of(browser, wanted))
    assert landed.text == "/? for Nina Berg"


def test_what_is_no_page_of_ours_is_not_even_kept_until_the_browser_comes_back(
    settings: Settings, issuer: OidcServer
):
    begun = []

    class Listening(EntraSignIn):
        def begin(self, next_path: str) -> tuple[str, str]:
            begun.append(next_path)
            return super().begin(next_path)

    services = build(settings)
    kept = entra_sign_in(settings)
    listening = Listening(kept._registration, kept.tokens)
    provider = EntraProvider(listening, services.sign_in, secure=False)
    app = Starlette(routes=provider.routes(None, None))
    with TestClient(app, follow_redirects=False) as client:
        for wanted in ("/insights", "/" + "x" * 60_000, "https://evil.example/"):
            client.get("/auth/entra", params={"next": wanted})
    assert begun == ["/insights", "/", "/"]


def test_an_answer_with_another_state_is_refused(browser: httpx2.Client):
    address = changed(callback_of(browser), state="another")
    status, said = refusal_of(browser, address)
    assert (status, said) == (
        401,
        "The answer of Entra ID does not belong to this sign-in. Start again.",
    )


def test_the_same_answer_signs_in_once(browser: httpx2.Client, services: Services):
    address = callback_of(browser)
    key = browser.cookies["advisor-entra"]
    assert browser.get(address).status_code == 200
    with a_browser(services) as thief:
        thief.cookies.set("advisor-entra", key)
        status, said = refusal_of(thief, address)
    assert status == 401
    assert said.startswith("This sign-in was not begun here")


def test_an_answer_opened_in_another_browser_signs_nobody_in(
    browser: httpx2.Client, services: Services
):
    address = callback_of(browser)
    with a_browser(services) as victim:
        status, said = refusal_of(victim, address)
    assert status == 401
    assert said.startswith("This sign-in was not begun here")
    assert browser.get(address).text == f"{WANTED} for Nina Berg"


def test_a_code_of_somebody_elses_sign_in_is_refused(browser: httpx2.Client, services: Services):
    with a_browser(services) as attacker:
        code = parse_qs(urlsplit(callback_of(attacker)).query)["code"][0]
    status, said = refusal_of(browser, changed(callback_of(browser), code=code))
    assert (status, said) == (401, "Entra ID did not sign you in. Start again.")


def test_who_says_no_at_microsoft_is_asked_again(browser: httpx2.Client, issuer: OidcServer):
    issuer.denies = True
    status, said = refusal_of(browser, callback_of(browser))
    assert (status, said) == (401, "Entra ID did not sign you in. Start again.")


@pytest.mark.parametrize(
    ("in_id_token", "sentence"),
    [
        ({"nonce": "another"}, "does not belong to this sign-in"),
        ({"tid": OTHER_TENANT}, "another tenant"),
        ({"roles": []}, "gives you no role"),
        ({"roles": ["CFO", "Auditor"]}, "gives you 2 roles in this product (auditor, cfo)"),
    ],
    ids=str,
)
def test_whom_the_id_token_does_not_let_in_reads_why(
    in_id_token: dict[str, object], sentence: str, browser: httpx2.Client, issuer: OidcServer
):
    issuer.in_id_token = in_id_token
    status, said = refusal_of(browser, callback_of(browser))
    assert status == 401
    assert sentence in said


def test_a_disabled_account_is_refused_at_sign_in_and_by_token(
    browser: httpx2.Client, services: Services, issuer: OidcServer
):
    browser.get(callback_of(browser))
    documents = f"{services.settings.base_url}/api/v1/documents"
    bearer = {"Authorization": f"Bearer {issuer.token()}"}
    assert httpx2.get(documents, headers=bearer).status_code == 200
    services.accounts.disable(NINA, SYSTEM)
    assert httpx2.get(documents, headers=bearer).status_code == 401
    assert not is_signed_in(browser)
    status, said = refusal_of(browser, callback_of(browser))
    assert (status, said) == (401, "This account may not sign in here. Ask an administrator.")


def test_a_second_sign_in_begins_a_session_of_its_own(browser: httpx2.Client, issuer: OidcServer):
    browser.get(callback_of(browser))
    first = browser.cookies["advisor-session"]
    issuer.person.oid = "2a2a2a2a-2b2b-2c2c-2d2d-2e2e2e2e2e2e"
    issuer.person.name = "Otto Lang"
    assert browser.get(callback_of(browser)).text == f"{WANTED} for Otto Lang"
    assert browser.cookies["advisor-session"] != first
    browser.cookies.set("advisor-session", first)
    assert not is_signed_in(browser)


def test_an_issuer_that_is_down_leads_back_to_sign_in(browser: httpx2.Client, issuer: OidcServer):
    issuer.is_down = True
    status, said = refusal_of(browser, "/auth/entra")
    assert (status, said) == (
        503,
        "Entra ID cannot be reached at the moment; try again in a minute.",
    )


def test_without_a_registration_there_is_no_such_way_in():
    app = product(build(Settings()))
    with TestClient(app, base_url="http://127.0.0.1") as client:
        assert client.get("/auth/entra").status_code == 404
        assert client.get("/auth/callback?code=x&state=y").status_code == 404
        assert "Microsoft" not in client.get("/auth/sign-in").text


@pytest.fixture
def api(settings: Settings) -> TestClient:
    return TestClient(product(build(settings)), base_url="http://127.0.0.1")


@pytest.fixture(scope="module")
def shared_product(tmp_path_factory: pytest.TempPathFactory, _issuer: OidcServer) -> Gate:
    """One product for the whole table of forged tokens."""
    folder = tmp_path_factory.mktemp("product")
    return product(build(entra_settings(_issuer, data_dir=folder)))


@pytest.mark.parametrize("name", sorted(FORGED.keys() - {WITHDRAWN}))
def test_a_forged_or_stale_token_gets_401_from_the_api_and_nothing_else(
    name: str, shared_product: Gate, issuer: OidcServer, caplog: pytest.LogCaptureFixture
):
    api = TestClient(shared_product, base_url="http://127.0.0.1")
    token = FORGED[name][0](issuer)
    caplog.set_level("INFO", "services.gate.bearer")
    answer = api.get("/api/v1/documents", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]
    said = answer.json()
    assert (said["status"], said["code"], said["detail"]) == (401, "unauthenticated", INVALID)
    assert token[:40] not in answer.text + caplog.text


def test_a_token_signed_with_a_withdrawn_key_gets_401_from_the_api(
    api: TestClient, issuer: OidcServer
):
    token = FORGED[WITHDRAWN][0](issuer)
    answer = api.get("/api/v1/documents", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()["detail"]) == (401, INVALID)


def test_the_log_says_why_a_token_was_refused_and_the_answer_does_not(
    api: TestClient, issuer: OidcServer, caplog: pytest.LogCaptureFixture
):
    caplog.set_level("INFO", "services.gate.bearer")
    bearer = {"Authorization": f"Bearer {issuer.token(roles=['Analyst', 'Reviewer'])}"}
    answer = api.get("/api/v1/documents", headers=bearer)
    assert "gives you 2 roles in this product (analyst, reviewer)" in caplog.text
    assert answer.json()["detail"] == INVALID


def test_people_and_programs_are_let_in_by_the_api_with_what_their_role_may(
    api: TestClient, issuer: OidcServer
):
    person = {"Authorization": f"Bearer {issuer.token(aud=f'api://{CLIENT}')}"}
    program = {"Authorization": f"Bearer {issuer.signing.sign(issuer.program_claims())}"}
    assert api.get("/api/v1/documents", headers=person).status_code == 200
    assert api.get("/api/v1/documents", headers=program).status_code == 200
    trail = "/api/v1/audit/verification"
    assert api.get(trail, headers=person).status_code == 403
    assert api.get(trail, headers=program).status_code == 200


def test_a_token_opens_no_page(api: TestClient, issuer: OidcServer):
    bearer = {"Authorization": f"Bearer {issuer.token()}"}
    answer = api.get("/insights", headers=bearer, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/auth/sign-in?next=%2Finsights",
    )


def test_while_no_signing_keys_can_be_had_the_api_says_that_and_not_that_the_token_is_bad(
    api: TestClient, issuer: OidcServer
):
    issuer.is_down = True
    bearer = {"Authorization": f"Bearer {issuer.token()}"}
    answer = api.get("/api/v1/documents", headers=bearer)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
