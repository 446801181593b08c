"""A Key Vault on the loopback, over https, and the endpoint where a managed identity gets its tokens.

Both are our reading of the protocols: the challenge of 401, versions of a secret, errors in Azure's form.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from services.adapters.azure.credentials import identity
from tests.azure.certificate import certificate
from tests.identity.oidc_server import served

TOKEN, HEADER = "test-token-of-the-identity", "test-identity-header"
ELSEWHERE = "vault.example.org"
"""A name that the certificate of the vault holds too."""
_CHALLENGE = (
    'Bearer authorization="https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555", '
    'resource="https://vault.azure.net"'
)


@dataclass
class KeyVaultServer:
    """Secrets by name, oldest version first; ``refused`` ones answer 403, ``busy`` counts answers of 429."""

    ca_file: Path
    port: int = 0
    identity_port: int = 0
    versions: dict[str, list[str]] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    busy: int = 0
    asked: list[str] = field(default_factory=list)
    knows_us: bool = True

    @property
    def url(self) -> str:
        """The value of ADVISOR_KEY_VAULT_URL."""
        return f"https://localhost:{self.port}"

    def app(self) -> Starlette:
        """The vault."""
        paths = ("/secrets/{name}/", "/secrets/{name}")
        return Starlette(routes=[Route(path, self._secret) for path in paths])

    def identity_app(self) -> Starlette:
        """Where App Service gives a managed identity its tokens."""
        return Starlette(routes=[Route("/token", self._token)])

    def _secret(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return JSONResponse({}, 401, {"WWW-Authenticate": _CHALLENGE})
        name = request.path_params["name"]
        self.asked.append(name)
        if self.busy:
            self.busy -= 1
            return _error(429, "Throttled", {"Retry-After": "0"})
        if name in self.refused:
            return _error(403, "Forbidden")
        versions = self.versions.get(name)
        if not versions:
            return _error(404, "SecretNotFound")
        attributes = {"enabled": True, "created": 1_700_000_000, "updated": 1_700_000_000}
        address = f"{self.url}/secrets/{name}/{len(versions)}"
        return JSONResponse({"value": versions[-1], "id": address, "attributes": attributes})

    def _token(self, request: Request) -> Response:
        if not self.knows_us or request.headers.get("x-identity-header") != HEADER:
            return JSONResponse({"error": "unauthorized"}, 400)
        return JSONResponse(
            {
                "access_token": TOKEN,
                "expires_on": str(int(time.time()) + 3600),
                "resource": request.query_params["resource"],
                "token_type": "Bearer",
            }
        )


@contextmanager
def running(folder: Path) -> Iterator[KeyVaultServer]:
    """Run a vault and the endpoint of the identity that may read it."""
    server = KeyVaultServer(certificate(folder / "vault.pem", ELSEWHERE))
    with (
        served(server.app(), ssl_certfile=str(server.ca_file)) as server.port,
        served(server.identity_app()) as server.identity_port,
    ):
        yield server


def named(server: KeyVaultServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the settings name the vault, and let the product's identity sign in."""
    monkeypatch.setenv("ADVISOR_KEY_VAULT_URL", server.url)
    monkeypatch.setenv("ADVISOR_AZURE_CA_FILE", str(server.ca_file))
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"http://127.0.0.1:{server.identity_port}/token")
    monkeypatch.setenv("IDENTITY_HEADER", HEADER)
    identity.cache_clear()


def _error(status: int, code: str, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"error": {"code": code, "message": code}}, status, headers)
