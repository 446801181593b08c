"""Bearer tokens of Entra ID: what is refused and why, what is taken, and how often keys are asked for."""

import time
from typing import Any

import pytest
from jwt.warnings import InsecureKeyLengthWarning

from services.adapters.entra.keys import (
    COOLDOWN_SECONDS,
    FRESH_SECONDS,
    KEPT_SECONDS,
)
from services.adapters.entra.registration import Registration
from services.adapters.entra.tokens import EntraTokens
from services.config import Settings
from services.domain.errors import Unauthenticated, Unavailable
from services.domain.users import Role
from tests.identity.conftest import Clock
from tests.identity.forged import ATTACKER, FORGED
from tests.identity.oidc_server import CLIENT, PERSON, PROGRAM, SECRET, TENANT, Key, OidcServer


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_or_stale_token_is_refused_with_its_reason(
    name: str, tokens: EntraTokens, issuer: OidcServer
):
    forge, reason = FORGED[name]
    token = forge(issuer)
    with pytest.raises(Unauthenticated) as refused:
        tokens.verify(token)
    assert reason in refused.value.sentence


def test_the_token_that_all_forgeries_start_from_is_taken(tokens: EntraTokens, issuer: OidcServer):
    user = tokens.verify(issuer.token())
    assert user.user_id == f"entra-{TENANT}-{PERSON}"
    assert (user.name, user.email) == ("Nina Berg", "nina.berg@example.org")
    assert (user.role, user.companies) == (Role.ANALYST, None)


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": f"api://{CLIENT}"},
        {"aud": ["another", CLIENT]},
        {"exp": -50},
        {"nbf": 50},
        {"iat": 50},
        {"roles": ["analyst"]},
        {"roles": ["Analyst", "ANALYST", "Other.Product"]},
        {"azpacr": None},
        {"email": "somebody.else@example.org"},
    ],
    ids=str,
)
def test_what_is_within_the_rules_is_taken(
    changed: dict[str, Any], tokens: EntraTokens, issuer: OidcServer
):
    now = int(time.time())
    claims = {k: now + v if isinstance(v, int) else v for k, v in changed.items()}
    user = tokens.verify(issuer.token(**claims))
    assert (user.user_id, user.role) == (f"entra-{TENANT}-{PERSON}", Role.ANALYST)
    assert user.email == "nina.berg@example.org"


@pytest.mark.parametrize("role", Role)
def test_every_app_role_is_the_role_of_its_name(
    role: Role, tokens: EntraTokens, issuer: OidcServer
):
    assert tokens.verify(issuer.token(roles=[role.value.capitalize()])).role is role


@pytest.mark.parametrize("idtyp", ["app", None])
def test_a_program_with_an_app_role_is_taken_under_its_own_object_id(
    idtyp: str | None, tokens: EntraTokens, issuer: OidcServer
):
    user = tokens.verify(issuer.signing.sign(issuer.program_claims(idtyp=idtyp)))
    assert user.user_id == f"entra-{TENANT}-{PROGRAM}"
    assert (user.role, user.email) == (Role.AUDITOR, "")
    assert user.name == "Program 77777777-8888-9999-aaaa-bbbbbbbbbbbb"


def test_a_name_is_one_line_of_at_most_a_hundred_characters(
    tokens: EntraTokens, issuer: OidcServer
):
    assert tokens.verify(issuer.token(name="Nina\r\n Berg")).name == "Nina Berg"
    assert tokens.verify(issuer.token(name="N" * 300)).name == "N" * 100
    assert tokens.verify(issuer.token(name=None)).name == "nina.berg@example.org"


def test_two_hundred_unknown_key_ids_ask_for_the_keys_once_per_cooldown(
    tokens: EntraTokens, issuer: OidcServer, clock: Clock
):
    tokens.verify(issuer.token())
    clock.now += COOLDOWN_SECONDS
    claims = issuer.person_claims()
    for flood in (2, 3):
        for number in range(200):
            with pytest.raises(Unauthenticated):
                tokens.verify(ATTACKER.sign(claims, kid=f"unknown-{number}"))
        assert issuer.key_requests == flood
        clock.now += COOLDOWN_SECONDS


def test_a_flood_while_the_issuer_is_down_asks_it_once_per_cooldown_too(
    tokens: EntraTokens, issuer: OidcServer, clock: Clock
):
    issuer.is_down = True
    for _ in range(200):
        with pytest.raises(Unavailable):
            tokens.verify(issuer.token())
    assert issuer.key_requests == 1
    issuer.is_down = False
    clock.now += COOLDOWN_SECONDS
    assert tokens.verify(issuer.token()).role is Role.ANALYST


def test_no_key_is_asked_for_on_behalf_of_a_token_that_cannot_hold(
    tokens: EntraTokens, issuer: OidcServer
):
    for name in ("no signature, algorithm none", "100 KB", "jku at the attacker's keys"):
        forge, _ = FORGED[name]
        with pytest.raises(Unauthenticated):
            tokens.verify(forge(issuer))
    assert issuer.key_requests == 0


def test_a_new_key_is_fetched_when_a_token_names_it(
    tokens: EntraTokens, issuer: OidcServer, clock: Clock
):
    old = issuer.token()
    tokens.verify(old)
    issuer.roll_over()
    with pytest.raises(Unauthenticated, match="not signed with a key"):
        tokens.verify(issuer.token())
    clock.now += COOLDOWN_SECONDS
    assert tokens.verify(issuer.token()).role is Role.ANALYST
    assert tokens.verify(old).role is Role.ANALYST
    assert issuer.key_requests == 2


def test_a_withdrawn_key_ends_when_the_keys_are_fetched_anew(
    tokens: EntraTokens, issuer: OidcServer, clock: Clock
):
    old = issuer.token()
    tokens.verify(old)
    issuer.roll_over()
    issuer.published = issuer.published[1:]
    clock.now += FRESH_SECONDS - 1
    assert tokens.verify(old).role is Role.ANALYST
    clock.now += 1
    with pytest.raises(Unauthenticated, match="not signed with a key"):
        tokens.verify(old)


def test_the_last_keys_are_used_for_a_day_while_the_issuer_is_down(
    tokens: EntraTokens, issuer: OidcServer, clock: Clock
):
    tokens.verify(issuer.token())
    issuer.is_down = True
    clock.now += KEPT_SECONDS
    assert tokens.verify(issuer.token()).role is Role.ANALYST
    assert issuer.key_requests == 2
    clock.now += 1
    with pytest.raises(Unavailable, match="no signing keys"):
        tokens.verify(issuer.token())


@pytest.mark.parametrize("own", [{"use": "enc"}, {"alg": "RS512"}, {"kty": "oct", "k": "c2VjcmV0"}])
def test_a_published_key_that_is_not_for_rs256_signatures_verifies_nothing(
    own: dict[str, str], tokens: EntraTokens, issuer: OidcServer
):
    other = Key("key-2")
    other.jwk.update(own)
    issuer.published = [*issuer.published, other]
    with pytest.raises(Unauthenticated, match="not signed with a key"):
        tokens.verify(other.sign(issuer.person_claims()))
    assert tokens.verify(issuer.token()).role is Role.ANALYST


def test_a_key_that_is_too_short_verifies_nothing(tokens: EntraTokens, issuer: OidcServer):
    short = Key("key-2", bits=1024)
    issuer.published = [*issuer.published, short]
    with pytest.warns(InsecureKeyLengthWarning):
        token = short.sign(issuer.person_claims())
    with pytest.raises(Unauthenticated, match="not a valid one"):
        tokens.verify(token)


def test_the_keys_of_a_server_with_a_strange_certificate_are_not_taken(
    tokens: EntraTokens, issuer: OidcServer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(Unavailable):
        tokens.verify(issuer.token())
    assert issuer.key_requests == 0


def test_an_id_token_ends_a_sign_in_and_an_access_token_for_the_uri_does_not(
    tokens: EntraTokens, issuer: OidcServer
):
    user = tokens.verify_sign_in(issuer.signing.sign(issuer.id_claims(nonce="a nonce")))
    assert (user.user_id, user.role) == (f"entra-{TENANT}-{PERSON}", Role.ANALYST)
    with pytest.raises(Unauthenticated, match="another application"):
        tokens.verify_sign_in(issuer.token(aud=f"api://{CLIENT}"))


def test_the_secret_is_not_shown_with_the_registration_or_the_settings(registration: Registration):
    settings = Settings(
        entra_tenant_id=TENANT, entra_client_id=CLIENT, entra_client_secret="hidden from logs"
    )
    assert SECRET not in repr(registration)
    assert "hidden from logs" not in repr(settings)
