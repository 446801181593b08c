"""Bearer tokens of programs: random secrets of which only the hash is kept."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from services.access import Permission, require
from services.domain.audit import AuditEvent
from services.domain.base import utc_now
from services.domain.errors import Conflict, InvalidInput, NotFound, Unauthenticated
from services.domain.identity import ApiToken
from services.domain.ids import TokenId
from services.domain.users import User
from services.ports import ApiTokens

LONGEST_DAYS = 366
INVALID = "The bearer token is not valid, or not any more."
"""The one answer to every token that is refused."""
_PREFIX = "advisor"
"""Makes a token that went astray findable by secret scanners."""
_FORM = re.compile(rf"{_PREFIX}_([0-9a-f]{{12}})_([A-Za-z0-9_-]{{43}})")


class TokenDesk:
    """Makes, lists and revokes tokens, and says whose a token is (``TokenVerifier``)."""

    def __init__(self, tokens: ApiTokens, clock: Callable[[], datetime] = utc_now) -> None:
        self._tokens = tokens
        self._clock = clock

    def tokens(self) -> list[ApiToken]:
        """Return every token, expired and revoked ones too, oldest first."""
        return self._tokens.tokens()

    def make(self, user: User, days: int, actor: User) -> tuple[str, ApiToken]:
        """Make a token with a name, a role and companies; return it in words that are never shown again.

        Of ``user`` only name, role and companies count. Raises InvalidInput for other than 1 to 366 days.
        """
        require(actor, Permission.ADMINISTER)
        if not 1 <= days <= LONGEST_DAYS:
            raise InvalidInput(f"A token is valid for 1 to {LONGEST_DAYS} days.")
        if not user.name.strip():
            raise InvalidInput("A token has a name that says who uses it.")
        token_id, secret, now = secrets.token_hex(6), secrets.token_urlsafe(32), self._clock()
        token = ApiToken(
            token_id=TokenId(token_id),
            name=user.name.strip(),
            role=user.role,
            companies=user.companies,
            secret_hash=_hashed(secret),
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
        self._tokens.keep(token, _event("token_made", token, actor, now))
        return f"{_PREFIX}_{token_id}_{secret}", token

    def revoke(self, token_id: str, actor: User) -> ApiToken:
        """End a token at once; raises NotFound, or Conflict when it is revoked already."""
        require(actor, Permission.ADMINISTER)
        token, now = self._tokens.token(TokenId(token_id)), self._clock()
        if token is None:
            raise NotFound(f"There is no token {token_id}.")
        if token.revoked_at is not None:
            raise Conflict(f"The token {token_id} was revoked already.")
        revoked = token.model_copy(update={"revoked_at": now})
        self._tokens.keep(revoked, _event("token_revoked", revoked, actor, now))
        return revoked

    def verify(self, token: str) -> User:
        """Return whose token it is; raises Unauthenticated for every other string."""
        form = _FORM.fullmatch(token)
        known = None if form is None else self._tokens.token(TokenId(form[1]))
        if form is None or known is None:
            raise Unauthenticated(INVALID)
        fits = hmac.compare_digest(known.secret_hash, _hashed(form[2]))
        if not fits or not known.is_valid(self._clock()):
            raise Unauthenticated(INVALID)
        return known.user


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _event(action: str, token: ApiToken, actor: User, now: datetime) -> AuditEvent:
    companies = token.companies
    detail = {
        "name": token.name,
        "role": token.role.value,
        "companies": "all" if companies is None else ", ".join(sorted(companies)),
        "expires_at": f"{token.expires_at:%Y-%m-%dT%H:%M:%SZ}",
    }
    return AuditEvent(
        actor=actor.user_id, action=action, resource=token.user.user_id, detail=detail, at=now
    )
