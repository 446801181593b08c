"""An Entra ID of our own on the loopback: discovery, keys, authorize, token, with switches to misbehave.

MSAL takes https addresses only, so it serves TLS with a certificate of its own; ``trusted`` makes the
programs of a test trust it as a company's private authority is trusted, by the usual variables.
"""

import base64
import datetime as dt
import hashlib
import ipaddress
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import jwt
import pytest
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

TENANT = "11111111-2222-3333-4444-555555555555"
OTHER_TENANT = "99999999-2222-3333-4444-555555555555"
CLIENT = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
SECRET = "a secret of the tests only"
PERSON = "0a0a0a0a-0b0b-0c0c-0d0d-0e0e0e0e0e0e"
PROGRAM = "1a1a1a1a-1b1b-1c1c-1d1d-1e1e1e1e1e1e"


class Key:
    """An RSA key with its id, as the issuer has it."""

    def __init__(self, kid: str, bits: int = 2048) -> None:
        self.kid = kid
        self.private = rsa.generate_private_key(public_exponent=65537, key_size=bits)

    @cached_property
    def jwk(self) -> dict[str, Any]:
        """The public half as it is published."""
        public = jwt.algorithms.RSAAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        return {"kty": "RSA", "use": "sig", "kid": self.kid, "n": public["n"], "e": public["e"]}

    @property
    def public_pem(self) -> bytes:
        """The public half as a PEM, which an attacker can have."""
        return self.private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def sign(self, claims: dict[str, Any], **header: Any) -> str:
        """Return a token signed with this key by RS256."""
        return jwt.encode(claims, self.private, "RS256", headers={"kid": self.kid, **header})


@dataclass
class Person:
    """Who consents at the authorize endpoint, and what their ID token says."""

    oid: str = PERSON
    name: str = "Nina Berg"
    address: str = "nina.berg@example.org"
    roles: list[str] = field(default_factory=lambda: ["Analyst"])


@contextmanager
def served(app: ASGIApp, **options: Any) -> Iterator[int]:
    """Serve an application by a real server in a thread; gives the port on 127.0.0.1."""
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=0,
        log_level="error",
        lifespan="off",
        headers=[("Connection", "close")],
        **options,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        if not thread.is_alive():
            raise RuntimeError("the server did not start")
        time.sleep(0.01)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()


class OidcServer:
    """The issuer: whoever asks it to authorize is ``person``, unless ``denies`` or ``is_down``."""

    def __init__(self, folder: Path) -> None:
        self.certificate = folder / "oidc.pem"
        self._make_certificate()
        self.port = 0
        self._first_key = Key("key-1")
        self.reset()

    def reset(self) -> None:
        """Forget what a test did: the first key alone, everything up, Nina Berg at the screen."""
        self.published = [self._first_key]
        self.signing = self._first_key
        self.person = Person()
        self.denies = False
        self.is_down = False
        self.in_id_token: dict[str, Any] = {}
        self.key_requests = 0
        self.token_requests: list[dict[str, str]] = []
        self._codes: dict[str, dict[str, str]] = {}

    @property
    def authority(self) -> str:
        """The value of ADVISOR_ENTRA_AUTHORITY."""
        return f"https://127.0.0.1:{self.port}/{{tenant}}/v2.0"

    @property
    def issuer(self) -> str:
        """What its tokens name as issuer."""
        return self.issuer_of(TENANT)

    def issuer_of(self, tenant: str) -> str:
        """What tokens of a tenant name as issuer."""
        return self.authority.replace("{tenant}", tenant)

    def roll_over(self) -> Key:
        """Publish a further key and sign with it from now on; returns it."""
        self.signing = Key(f"key-{len(self.published) + 1}")
        self.published = [*self.published, self.signing]
        return self.signing

    def person_claims(self, **changed: Any) -> dict[str, Any]:
        """An access token of a person for the API; a claim changed to None is left out."""
        person = self.person
        return _without_none(
            self._claims(person.oid)
            | {
                "sub": "pairwise-subject-of-nina",
                "azp": CLIENT,
                "azpacr": "1",
                "scp": "access_as_user",
                "roles": person.roles,
                "name": person.name,
                "preferred_username": person.address,
            }
            | changed
        )

    def program_claims(self, **changed: Any) -> dict[str, Any]:
        """An access token of a daemon for the API, by client credentials."""
        azp = "77777777-8888-9999-aaaa-bbbbbbbbbbbb"
        own = {"sub": PROGRAM, "azp": azp, "azpacr": "1", "idtyp": "app", "roles": ["Auditor"]}
        return _without_none(self._claims(PROGRAM) | own | changed)

    def id_claims(self, **changed: Any) -> dict[str, Any]:
        """An ID token for the application, as a sign-in ends with."""
        access_only = {"azp": None, "azpacr": None, "scp": None}
        return self.person_claims(**(access_only | changed))

    def token(self, **changed: Any) -> str:
        """Return a person's access token signed with the present key."""
        return self.signing.sign(self.person_claims(**changed))

    def app(self) -> Starlette:
        """The endpoints, at the addresses of Entra ID."""
        at = f"/{TENANT}"
        return Starlette(
            routes=[
                Route(f"{at}/v2.0/.well-known/openid-configuration", self._discovery),
                Route(f"{at}/discovery/v2.0/keys", self._keys),
                Route(f"{at}/oauth2/v2.0/authorize", self._authorize),
                Route(f"{at}/oauth2/v2.0/token", self._token, methods=["POST"]),
            ]
        )

    def _claims(self, oid: str) -> dict[str, Any]:
        now = int(time.time())
        return {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "nbf": now,
            "exp": now + 3600,
            "tid": TENANT,
            "oid": oid,
            "ver": "2.0",
        }

    def _discovery(self, _: Request) -> Response:
        if self.is_down:
            return Response(status_code=503)
        root = self.issuer.removesuffix("/v2.0")
        return JSONResponse(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{root}/oauth2/v2.0/authorize",
                "token_endpoint": f"{root}/oauth2/v2.0/token",
                "jwks_uri": f"{root}/discovery/v2.0/keys",
            }
        )

    def _keys(self, _: Request) -> Response:
        self.key_requests += 1
        if self.is_down:
            return Response(status_code=503)
        return JSONResponse({"keys": [key.jwk for key in self.published]})

    def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        if self.denies:
            answer = {"error": "access_denied", "error_description": "The person said no."}
        else:
            code = secrets.token_urlsafe(16)
            self._codes[code] = asked
            answer = {"code": code}
        address = f"{asked['redirect_uri']}?{urlencode({**answer, 'state': asked['state']})}"
        return RedirectResponse(address, status_code=302)

    async def _token(self, request: Request) -> Response:
        if self.is_down:
            return Response(status_code=503)
        form = {name: str(value) for name, value in (await request.form()).items()}
        self.token_requests.append(form)
        asked = self._codes.pop(form.get("code", ""), None)
        if asked is None or not _is_for(asked, form):
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        claims = self.id_claims(**({"nonce": asked["nonce"]} | self.in_id_token))
        return JSONResponse(
            {
                "token_type": "Bearer",
                "expires_in": 3600,
                "scope": "openid profile",
                "access_token": "opaque, for Microsoft Graph",
                "id_token": self.signing.sign(claims),
            }
        )

    def _make_certificate(self) -> None:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Issuer of the tests")])
        now = dt.datetime.now(dt.UTC)
        address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([address]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        pem = serialization.Encoding.PEM
        private = key.private_bytes(
            pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        self.certificate.write_bytes(certificate.public_bytes(pem) + private)


@contextmanager
def running(folder: Path) -> Iterator[OidcServer]:
    """Run an issuer whose files lie in a folder."""
    server = OidcServer(folder)
    with served(server.app(), ssl_certfile=str(server.certificate)) as server.port:
        yield server


def trusted(server: OidcServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have urllib (signing keys) and requests (MSAL) trust the issuer's certificate."""
    monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(server.certificate))


def _is_for(asked: dict[str, str], form: dict[str, str]) -> bool:
    """Whether a code is redeemed by who asked for it: application, secret, redirect URI, PKCE verifier."""
    digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return (
        form.get("client_id") == asked["client_id"] == CLIENT
        and form.get("client_secret") == SECRET
        and form.get("redirect_uri") == asked["redirect_uri"]
        and asked.get("code_challenge_method") == "S256"
        and asked["code_challenge"] == challenge
    )


def _without_none(claims: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in claims.items() if value is not None}
