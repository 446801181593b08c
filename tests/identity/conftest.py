"""One issuer for all tests of identity, trusted by what a test runs and back as new before each."""

from collections.abc import Iterator

import pytest

from services.adapters.entra.keys import SigningKeys
from services.adapters.entra.registration import Registration, registration_of
from services.adapters.entra.tokens import EntraTokens
from services.config import Settings
from tests.identity.oidc_server import CLIENT, SECRET, TENANT, OidcServer, running, trusted


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="session")
def _issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OidcServer]:
    with running(tmp_path_factory.mktemp("issuer")) as server:
        yield server


@pytest.fixture
def issuer(_issuer: OidcServer, monkeypatch: pytest.MonkeyPatch) -> OidcServer:
    _issuer.reset()
    trusted(_issuer, monkeypatch)
    return _issuer


def entra_settings(issuer: OidcServer, **others: object) -> Settings:
    """Settings of a product that the issuer knows, without a rate limit."""
    return Settings(
        entra_tenant_id=TENANT,
        entra_client_id=CLIENT,
        entra_client_secret=SECRET,
        entra_authority=issuer.authority,
        rate_limit_per_second=0,
        **others,
    )


@pytest.fixture
def settings(issuer: OidcServer) -> Settings:
    return entra_settings(issuer)


@pytest.fixture
def registration(settings: Settings) -> Registration:
    found = registration_of(settings)
    assert found is not None
    return found


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tokens(registration: Registration, clock: Clock) -> EntraTokens:
    return EntraTokens(registration, SigningKeys(registration.keys_address, clock))
