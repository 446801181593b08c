"""Tokens that an API must refuse: each by its name, how it is made, and a word of the reason."""

import base64
import json
import time
from collections.abc import Callable
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from tests.identity.oidc_server import OTHER_TENANT, TENANT, Key, OidcServer

Forgery = Callable[[OidcServer], str]

ATTACKER = Key("key-1")
"""A key of the attacker's own, under the id of the issuer's."""
MINUTE, HOUR = 60, 3600


def _now(seconds: int) -> int:
    return int(time.time()) + seconds


def _part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def _claims(**changed: Any) -> Forgery:
    """A token with the issuer's own signature whose claims do not do; None leaves a claim out."""
    return lambda issuer: issuer.token(**changed)


def _program(**changed: Any) -> Forgery:
    return lambda issuer: issuer.signing.sign(issuer.program_claims(**changed))


def _header(**header: Any) -> Forgery:
    """The issuer's claims signed by the attacker, with a header that would make that pass."""
    return lambda issuer: ATTACKER.sign(issuer.person_claims(), **header)


def _own_header(**header: Any) -> Forgery:
    """A token of the issuer whose header asks for something."""
    return lambda issuer: issuer.signing.sign(issuer.person_claims(), **header)


def _algorithm(name: str) -> Forgery:
    def forge(issuer: OidcServer) -> str:
        key = ec.generate_private_key(ec.SECP256R1()) if name == "ES256" else issuer.signing.private
        return jwt.encode(issuer.person_claims(), key, name, headers={"kid": "key-1"})

    return forge


def _unsigned(issuer: OidcServer) -> str:
    return jwt.encode(issuer.person_claims(), "", "none", headers={"kid": "key-1"})


def _hmac(secret: Callable[[OidcServer], bytes]) -> Forgery:
    """HS256 made by hand, as the library refuses to sign with a public key."""
    algorithm = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    return lambda issuer: _by_hand(issuer, algorithm, secret(issuer), alg="HS256")


def _critical_b64(issuer: OidcServer) -> str:
    """An extension that the library knows; it leaves the header out itself when it signs."""
    algorithm = jwt.algorithms.RSAAlgorithm(jwt.algorithms.RSAAlgorithm.SHA256)
    header = {"alg": "RS256", "crit": ["b64"], "b64": True}
    return _by_hand(issuer, algorithm, issuer.signing.private, **header)


def _by_hand(issuer: OidcServer, algorithm: Any, key: Any, **header: Any) -> str:
    signed = f"{_part({'kid': 'key-1', **header})}.{_part(issuer.person_claims())}"
    signature = algorithm.sign(signed.encode(), key)
    return f"{signed}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def _without_kid(issuer: OidcServer) -> str:
    return jwt.encode(issuer.person_claims(), issuer.signing.private, "RS256")


def _promoted(issuer: OidcServer) -> str:
    """The signature of an analyst's token under an administrator's payload."""
    header, _, signature = issuer.token().split(".")
    return f"{header}.{_part(issuer.person_claims(roles=['Admin']))}.{signature}"


def _cut(parts: int) -> Forgery:
    return lambda issuer: ".".join(issuer.token().split(".")[:parts])


def _flipped(issuer: OidcServer) -> str:
    """One letter within the signature is another one."""
    token = issuer.token()
    place = token.rindex(".") + 20
    return token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]


def _id_token(issuer: OidcServer) -> str:
    return issuer.signing.sign(issuer.id_claims(nonce="a nonce"))


def _id_token_without_nonce(issuer: OidcServer) -> str:
    return issuer.signing.sign(issuer.id_claims())


def _too_long(issuer: OidcServer) -> str:
    return issuer.token(name="x" * 75_000)


def _published_then_withdrawn(issuer: OidcServer) -> str:
    """Signed with the key that the issuer took back when it rolled over."""
    old = issuer.token()
    issuer.roll_over()
    issuer.published = issuer.published[1:]
    return old


WITHDRAWN = "a key that was withdrawn"
"""Refused by who asked for the keys after it was withdrawn."""
V1_ISSUER = f"https://sts.windows.net/{TENANT}/"
JWKS_OF_ATTACKER = "https://attacker.example/keys"

FORGED: dict[str, tuple[Forgery, str]] = {
    "no signature, algorithm none": (_unsigned, "RS256"),
    "HS256 with the public key as secret": (_hmac(lambda i: i.signing.public_pem), "RS256"),
    "HS256 with a secret of one's own": (_hmac(lambda _: b"a secret" * 8), "RS256"),
    "RS512": (_algorithm("RS512"), "RS256"),
    "PS256": (_algorithm("PS256"), "RS256"),
    "ES256": (_algorithm("ES256"), "RS256"),
    "another key under the same id": (_header(), "not a valid one"),
    "an unknown key id": (_header(kid="key-9"), "not signed with a key"),
    "a key id that is a path": (_header(kid="../../../../dev/null"), "not signed with a key"),
    "a key id that is SQL": (_header(kid="x' UNION SELECT 'k' --"), "not signed with a key"),
    "an empty key id": (_header(kid=""), "not signed with a key"),
    "no key id": (_without_kid, "which key"),
    "jku at the attacker's keys": (_header(jku=JWKS_OF_ATTACKER), "header"),
    "x5u at the attacker's certificate": (_header(x5u=JWKS_OF_ATTACKER), "header"),
    "jwk with the attacker's key": (_header(jwk=ATTACKER.jwk), "header"),
    "x5c with the attacker's certificate": (_header(x5c=["MIIB"]), "header"),
    "jku in a token of the issuer": (_own_header(jku=JWKS_OF_ATTACKER), "header"),
    "crit with an extension": (_own_header(crit=["exp"], exp=1), "not a valid one"),
    "crit with the extension b64": (_critical_b64, "header"),
    "expired an hour ago": (_claims(exp=_now(-HOUR)), "expired"),
    "expired by more than the leeway": (_claims(exp=_now(-61)), "expired"),
    "not valid before the next hour": (_claims(nbf=_now(HOUR)), "not valid yet"),
    "issued in the next hour": (_claims(iat=_now(HOUR)), "not valid yet"),
    "no exp": (_claims(exp=None), "no exp"),
    "no nbf": (_claims(nbf=None), "no nbf"),
    "no iat": (_claims(iat=None), "no iat"),
    "exp that is a word": (_claims(exp="never"), "not a valid one"),
    "no iss": (_claims(iss=None), "no iss"),
    "the issuer of version 1": (_claims(iss=V1_ISSUER), "another issuer"),
    "the issuer with a slash": (lambda i: i.token(iss=f"{i.issuer}/"), "another issuer"),
    "the issuer of another tenant": (
        lambda i: i.token(iss=i.issuer_of(OTHER_TENANT), tid=OTHER_TENANT),
        "another issuer",
    ),
    "no aud": (_claims(aud=None), "no aud"),
    "another aud": (_claims(aud="00000003-0000-0000-c000-000000000000"), "another application"),
    "only other auds": (_claims(aud=["a", "api://b"]), "another application"),
    "an aud that begins like ours": (_claims(aud="api://aaaaaaaa"), "another application"),
    "the tid of another tenant": (_claims(tid=OTHER_TENANT), "another tenant"),
    "no tid": (_claims(tid=None), "no tid"),
    "no sub": (_claims(sub=None), "no sub"),
    "no oid": (_claims(oid=None), "no oid"),
    "an oid that is no GUID": (_claims(oid="demo-admin"), "oid cannot be used"),
    "ver 1.0": (_claims(ver="1.0"), "ver cannot be used"),
    "no ver": (_claims(ver=None), "ver cannot be used"),
    "an ID token": (_id_token, "ID token"),
    "an ID token without nonce": (_id_token_without_nonce, "ID token"),
    "an ID token with a client and a scope": (_claims(nonce="a nonce"), "ID token"),
    "a person without a scope": (_claims(scp=None), "neither a scope"),
    "a person with an empty scope": (_claims(scp=" "), "neither a scope"),
    "a person without roles": (_claims(roles=None), "no role"),
    "empty roles": (_claims(roles=[]), "no role"),
    "an unknown role": (_claims(roles=["Owner"]), "no role"),
    "two roles": (_claims(roles=["Analyst", "Reviewer"]), "2 roles"),
    "roles as a string": (_claims(roles="Admin"), "roles cannot be used"),
    "roles as an object": (_claims(roles={"Admin": True}), "roles cannot be used"),
    "a program without a role": (_program(roles=None), "no role"),
    "a program under another subject": (_program(sub="x"), "neither a scope"),
    "the signature stripped": (lambda i: i.token().rpartition(".")[0] + ".", "not a valid one"),
    "the payload swapped": (_promoted, "not a valid one"),
    "a letter of the signature changed": (_flipped, "not a valid one"),
    "truncated": (lambda i: i.token()[:-40], "not a valid one"),
    "one dot missing": (_cut(2), "not a valid one"),
    "both dots missing": (_cut(1), "not a valid one"),
    "base64 garbage": (lambda _: "!!!.???.***", "not a valid one"),
    "a header that is no object": (lambda _: "W10.e30.AAAA", "not a valid one"),
    "100 KB": (_too_long, "too long"),
    WITHDRAWN: (_published_then_withdrawn, "not signed with a key"),
}
