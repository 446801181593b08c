"""What holds of everybody who says whose a bearer token is: this installation's own tokens, and Entra ID's."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest

from services.adapters.entra.tokens import EntraTokens
from services.bootstrap import build
from services.domain.base import utc_now
from services.domain.errors import Unauthenticated
from services.domain.users import Role
from services.ports import TokenVerifier
from services.sign_in.tokens import TokenDesk
from tests.callers import a_user
from tests.identity.oidc_server import OidcServer


@dataclass(frozen=True)
class Place:
    """A verifier, and who makes a token of a role that is valid, or was an hour ago."""

    verifier: TokenVerifier
    token: Callable[[Role], str]
    stale: Callable[[], str]


@pytest.fixture(params=["here", "entra"])
def place(request: pytest.FixtureRequest) -> Place:
    if request.param == "here":
        return _here()
    issuer: OidcServer = request.getfixturevalue("issuer")
    verifier: EntraTokens = request.getfixturevalue("tokens")
    past = int(time.time()) - 3600
    return Place(
        verifier,
        lambda role: issuer.token(roles=[role.value.capitalize()]),
        lambda: issuer.token(exp=past, iat=past - 60, nbf=past - 60),
    )


def _here() -> Place:
    desk = build().tokens
    admin = a_user(Role.ADMIN)

    def stale() -> str:
        before = TokenDesk(desk._tokens, clock=lambda: utc_now() - timedelta(days=1, hours=1))
        return before.make(a_user(Role.ANALYST), 1, admin)[0]

    return Place(desk, lambda role: desk.make(a_user(role), 1, admin)[0], stale)


@pytest.mark.parametrize("role", Role)
def test_a_token_is_its_owners_with_its_role(place: Place, role: Role):
    token = place.token(role)
    user = place.verifier.verify(token)
    assert user.role is role
    assert user.user_id
    assert place.verifier.verify(token) == user


@pytest.mark.parametrize(
    "change",
    [
        lambda token: "",
        lambda token: token[:-1],
        lambda token: token + "A",
        lambda token: f" {token}",
        lambda token: token[: len(token) // 2] + "A" + token[len(token) // 2 :],
        lambda token: token.swapcase(),
        lambda token: token[::-1],
        lambda token: token * 2,
        lambda token: "\u0130" + token[1:],
    ],
    ids=["none", "cut", "longer", "spaced", "filled", "cased", "reversed", "twice", "no ASCII"],
)
def test_a_token_that_is_changed_anywhere_is_nobodys(place: Place, change: Callable[[str], str]):
    with pytest.raises(Unauthenticated):
        place.verifier.verify(change(place.token(Role.ADMIN)))


def test_a_token_past_its_time_is_nobodys(place: Place):
    with pytest.raises(Unauthenticated):
        place.verifier.verify(place.stale())
