"""Sign-in by authorization code: what is asked, what is checked of the answer, and how long it may take."""

from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from services.adapters.entra.flow import FLOW_SECONDS, EntraSignIn
from services.adapters.entra.registration import Registration
from services.adapters.entra.tokens import EntraTokens
from services.domain.errors import Unauthenticated, Unavailable
from services.domain.users import Role
from tests.identity.conftest import Clock
from tests.identity.oidc_server import CLIENT, OTHER_TENANT, PERSON, TENANT, OidcServer

NEXT = "/insights?severity=high"


@pytest.fixture
def sign_in(registration: Registration, tokens: EntraTokens, clock: Clock) -> EntraSignIn:
    return EntraSignIn(registration, tokens, clock)


def answer_of(address: str) -> dict[str, str]:
    """What the issuer sends the browser back with."""
    sent_back = httpx2.get(address).headers["location"]
    return {name: values[0] for name, values in parse_qs(urlsplit(sent_back).query).items()}


def test_the_browser_is_sent_with_a_state_a_nonce_and_a_challenge_and_no_secret(
    sign_in: EntraSignIn, issuer: OidcServer, registration: Registration
):
    address, key = sign_in.begin(NEXT)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert address.startswith(f"{issuer.issuer.removesuffix('/v2.0')}/oauth2/v2.0/authorize?")
    assert asked["redirect_uri"] == registration.redirect_uri
    assert asked["redirect_uri"] == "http://127.0.0.1:8501/auth/callback"
    assert (asked["client_id"], asked["response_type"]) == (CLIENT, "code")
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["code_challenge"]) == 43
    assert set(asked["scope"].split()) == {"openid", "profile"}
    assert asked["state"] != asked["nonce"]
    assert key not in address
    assert registration.client_secret not in address


def test_two_sign_ins_share_nothing(sign_in: EntraSignIn):
    first, second = (sign_in.begin(NEXT) for _ in range(2))
    ours, theirs = (parse_qs(urlsplit(address).query) for address, _ in (first, second))
    for name in ("state", "nonce", "code_challenge"):
        assert ours[name] != theirs[name]
    assert first[1] != second[1]


def test_a_person_who_consents_is_signed_in_and_goes_on_where_they_wanted_to(
    sign_in: EntraSignIn, issuer: OidcServer
):
    address, key = sign_in.begin(NEXT)
    user, next_path = sign_in.finish(key, answer_of(address))
    assert user.user_id == f"entra-{TENANT}-{PERSON}"
    assert (user.name, user.role) == ("Nina Berg", Role.ANALYST)
    assert next_path == NEXT
    (redeemed,) = issuer.token_requests
    assert len(redeemed["code_verifier"]) >= 43


def test_the_issuer_gives_nothing_for_a_code_without_its_verifier(
    sign_in: EntraSignIn, issuer: OidcServer, registration: Registration
):
    address, _ = sign_in.begin(NEXT)
    stolen = {
        "grant_type": "authorization_code",
        "client_id": CLIENT,
        "client_secret": registration.client_secret,
        "redirect_uri": registration.redirect_uri,
        "code": answer_of(address)["code"],
    }
    endpoint = f"{issuer.issuer.removesuffix('/v2.0')}/oauth2/v2.0/token"
    refused = httpx2.post(endpoint, data=stolen)
    assert (refused.status_code, refused.json()) == (400, {"error": "invalid_grant"})


def test_an_answer_to_another_question_is_refused(sign_in: EntraSignIn, issuer: OidcServer):
    address, key = sign_in.begin(NEXT)
    with pytest.raises(Unauthenticated, match="does not belong"):
        sign_in.finish(key, {**answer_of(address), "state": "another"})
    assert issuer.token_requests == []


@pytest.mark.parametrize("missing", ["state", "code"])
def test_an_answer_without_its_state_or_code_is_refused(missing: str, sign_in: EntraSignIn):
    address, key = sign_in.begin(NEXT)
    answer = answer_of(address)
    del answer[missing]
    with pytest.raises(Unauthenticated):
        sign_in.finish(key, answer)


def test_a_code_of_another_sign_in_is_refused_by_its_challenge(sign_in: EntraSignIn):
    theirs, _ = sign_in.begin(NEXT)
    address, key = sign_in.begin(NEXT)
    injected = {**answer_of(address), "code": answer_of(theirs)["code"]}
    with pytest.raises(Unauthenticated, match="did not sign you in"):
        sign_in.finish(key, injected)


def test_an_answer_that_comes_twice_is_refused_the_second_time(sign_in: EntraSignIn):
    address, key = sign_in.begin(NEXT)
    answer = answer_of(address)
    sign_in.finish(key, answer)
    with pytest.raises(Unauthenticated, match="not begun here"):
        sign_in.finish(key, answer)


def test_a_code_that_was_redeemed_is_worth_nothing_in_a_new_sign_in(sign_in: EntraSignIn):
    address, key = sign_in.begin(NEXT)
    used = answer_of(address)
    sign_in.finish(key, used)
    address, key = sign_in.begin(NEXT)
    with pytest.raises(Unauthenticated, match="did not sign you in"):
        sign_in.finish(key, {**answer_of(address), "code": used["code"]})


@pytest.mark.parametrize("key", ["", "another"])
def test_another_browser_cannot_finish_what_was_begun_here(key: str, sign_in: EntraSignIn):
    address, _ = sign_in.begin(NEXT)
    with pytest.raises(Unauthenticated, match="not begun here"):
        sign_in.finish(key, answer_of(address))


def test_a_sign_in_ends_after_ten_minutes(sign_in: EntraSignIn, clock: Clock):
    address, key = sign_in.begin(NEXT)
    answer = answer_of(address)
    clock.now += FLOW_SECONDS
    with pytest.raises(Unauthenticated, match="ten minutes"):
        sign_in.finish(key, answer)


@pytest.mark.parametrize(
    ("in_id_token", "reason"),
    [
        ({"nonce": "of another sign-in"}, "does not belong"),
        ({"nonce": None}, "does not belong"),
        ({"tid": OTHER_TENANT}, "another tenant"),
        ({"aud": OTHER_TENANT}, "another application"),
        ({"iss": "https://login.example/v2.0"}, "another issuer"),
        ({"exp": 1}, "expired"),
        ({"roles": []}, "no role"),
        ({"roles": ["Analyst", "CFO"]}, "2 roles"),
    ],
    ids=str,
)
def test_an_id_token_that_does_not_hold_signs_nobody_in(
    in_id_token: dict[str, object], reason: str, sign_in: EntraSignIn, issuer: OidcServer
):
    issuer.in_id_token = in_id_token
    address, key = sign_in.begin(NEXT)
    with pytest.raises(Unauthenticated, match=reason):
        sign_in.finish(key, answer_of(address))


def test_an_id_token_that_another_key_signed_signs_nobody_in(
    sign_in: EntraSignIn, issuer: OidcServer
):
    issuer.roll_over()
    issuer.published = issuer.published[:1]
    address, key = sign_in.begin(NEXT)
    with pytest.raises(Unauthenticated, match="not signed with a key"):
        sign_in.finish(key, answer_of(address))


def test_who_says_no_is_not_signed_in_and_the_log_says_why(
    sign_in: EntraSignIn, issuer: OidcServer, caplog: pytest.LogCaptureFixture
):
    issuer.denies = True
    address, key = sign_in.begin(NEXT)
    with pytest.raises(Unauthenticated, match="did not sign you in"):
        sign_in.finish(key, answer_of(address))
    assert "access_denied" in caplog.text


def test_what_an_answer_says_cannot_forge_a_line_of_the_log(
    sign_in: EntraSignIn, issuer: OidcServer, caplog: pytest.LogCaptureFixture
):
    issuer.denies = True
    address, key = sign_in.begin(NEXT)
    forged = {**answer_of(address), "error_description": "no\nERROR root: all is lost"}
    with pytest.raises(Unauthenticated):
        sign_in.finish(key, forged)
    assert caplog.messages == [
        r"Entra ID signed nobody in: 'access_denied' 'no\nERROR root: all is lost'"
    ]


def test_an_issuer_that_is_down_is_told_as_such_and_tried_again(
    sign_in: EntraSignIn, issuer: OidcServer
):
    issuer.is_down = True
    with pytest.raises(Unavailable, match="cannot be reached"):
        sign_in.begin(NEXT)
    issuer.is_down = False
    address, key = sign_in.begin(NEXT)
    assert sign_in.finish(key, answer_of(address))[1] == NEXT


def test_an_issuer_that_goes_down_meanwhile_is_told_as_such(
    sign_in: EntraSignIn, issuer: OidcServer
):
    address, key = sign_in.begin(NEXT)
    answer = answer_of(address)
    issuer.is_down = True
    with pytest.raises(Unavailable, match="cannot be reached"):
        sign_in.finish(key, answer)


def test_no_token_is_kept_after_a_sign_in(sign_in: EntraSignIn):
    address, key = sign_in.begin(NEXT)
    sign_in.finish(key, answer_of(address))
    assert list(sign_in._application.token_cache.search("AccessToken")) == []
    assert list(sign_in._application.token_cache.search("IdToken")) == []


def test_the_check_asks_the_issuer_anew_each_time(sign_in: EntraSignIn, issuer: OidcServer):
    assert sign_in.check() == "Answers; nobody was signed in."
    issuer.is_down = True
    with pytest.raises(Unavailable, match="cannot be reached"):
        sign_in.check()
