"""Tokens of Entra ID: who a signed one names, and why one that does not hold is refused."""

from collections.abc import Collection
from typing import Annotated, Any, Literal

import jwt
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.adapters.entra.keys import ALGORITHM, SigningKeys
from services.adapters.entra.registration import Registration
from services.domain.errors import Unauthenticated
from services.domain.ids import UserId
from services.domain.users import Role, User

MAX_TOKEN_CHARACTERS = 16_384
LEEWAY_SECONDS = 60
_REQUIRED = ["exp", "nbf", "iat", "iss", "aud", "sub", "tid", "oid"]
_LEADS_ASTRAY = frozenset({"b64", "crit", "jku", "jwk", "x5c", "x5u"})
"""Headers by which a token would say itself how and with which key it is to be checked."""
_OF_AN_ID_TOKEN = frozenset({"nonce", "at_hash", "c_hash"})
_LONGEST_NAME = 100

_Guid = Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]


class _Claims(BaseModel):
    """What is read of a token once its signature, times, issuer and audience hold."""

    model_config = ConfigDict(strict=True, frozen=True)

    ver: Literal["2.0"]
    tid: _Guid
    oid: _Guid
    sub: str = Field(min_length=1)
    azp: str = ""
    idtyp: str = ""
    scp: str = ""
    roles: list[str] = []
    name: str = ""
    preferred_username: str = ""
    nonce: str = ""


class EntraTokens:
    """Verifies access tokens of people and programs, and the ID token that ends a sign-in."""

    def __init__(self, registration: Registration, keys: SigningKeys) -> None:
        self._registration = registration
        self._keys = keys

    def verify(self, token: str) -> User:
        """Return whose access token it is; raises Unauthenticated, or Unavailable without signing keys."""
        payload = self._payload(token, self._registration.audiences)
        claims = self._claims(payload)
        if not claims.azp or not _OF_AN_ID_TOKEN.isdisjoint(payload):
            raise Unauthenticated("This is an ID token; the API takes access tokens only.")
        if not claims.scp.strip() and not _is_of_a_program(claims):
            raise Unauthenticated("The token names neither a scope nor a program's role.")
        return _user(claims)

    def verify_sign_in(self, token: str) -> User:
        """Return whom an ID token names; raises as ``verify`` does."""
        payload = self._payload(token, [self._registration.client_id])
        return _user(self._claims(payload))

    def _payload(self, token: str, audiences: Collection[str]) -> dict[str, Any]:
        """Return what the token says, once its signature, times, issuer and audience hold."""
        if len(token) > MAX_TOKEN_CHARACTERS:
            raise Unauthenticated("The token is too long.")
        try:
            key = self._keys.find(_key_id(token))
            if key is None:
                raise Unauthenticated("The token is not signed with a key of Entra ID.")
            payload: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                audience=audiences,
                issuer=self._registration.issuer,
                leeway=LEEWAY_SECONDS,
                options={"require": _REQUIRED, "enforce_minimum_key_length": True},
            )
        except (jwt.PyJWTError, ValueError) as error:
            raise Unauthenticated(_sentence(error)) from error
        return payload

    def _claims(self, payload: dict[str, Any]) -> _Claims:
        try:
            claims = _Claims.model_validate(payload)
        except ValidationError as error:
            parts = sorted({str(fault["loc"][0]) for fault in error.errors()})
            raise Unauthenticated(f"The token's {' and '.join(parts)} cannot be used.") from error
        if claims.tid != self._registration.tenant_id:
            raise Unauthenticated("The token comes from another tenant.")
        return claims


def _key_id(token: str) -> str:
    """Return which key the token is signed with; no key is looked for unless the header is one of Entra's."""
    header = jwt.get_unverified_header(token)
    if header.get("alg") != ALGORITHM:
        raise Unauthenticated("The token is not signed with RS256.")
    if not _LEADS_ASTRAY.isdisjoint(header):
        raise Unauthenticated("The token's header says how it is to be checked; that is not taken.")
    key_id = header.get("kid")
    if not isinstance(key_id, str):
        raise Unauthenticated("The token does not say which key it is signed with.")
    return key_id


def _is_of_a_program(claims: _Claims) -> bool:
    """Whether the token was issued to an application itself: there is no person behind it."""
    return claims.sub == claims.oid and claims.idtyp in {"", "app"}


def _user(claims: _Claims) -> User:
    """Return the user by tenant and object id; names and addresses change hands, so they identify nobody."""
    address = claims.preferred_username
    name = " ".join(claims.name.split()) or address or f"Program {claims.azp or claims.oid}"
    return User(
        user_id=UserId(f"entra-{claims.tid}-{claims.oid}"),
        name=name[:_LONGEST_NAME],
        role=_role(claims.roles),
        email=address if "@" in address else "",
    )


def _role(app_roles: Collection[str]) -> Role:
    """Return the one role among the app roles; names that are none of ours give nothing."""
    known = {role.value for role in Role}
    held = sorted({name.lower() for name in app_roles} & known)
    if not held:
        raise Unauthenticated("Entra ID gives you no role in this product; ask your administrator.")
    if len(held) > 1:
        raise Unauthenticated(
            f"Entra ID gives you {len(held)} roles in this product ({', '.join(held)}); "
            "ask your administrator to leave you one."
        )
    return Role(held[0])


def _sentence(error: Exception) -> str:
    match error:
        case jwt.ExpiredSignatureError():
            return "The token has expired; ask Entra ID for a new one."
        case jwt.ImmatureSignatureError():
            return "The token is not valid yet; is a clock wrong?"
        case jwt.InvalidAudienceError():
            return "The token is made out for another application."
        case jwt.InvalidIssuerError():
            return "The token comes from another issuer."
        case jwt.MissingRequiredClaimError():
            return f"The token has no {error.claim}."
        case _:
            return "The token is not a valid one of Entra ID."
