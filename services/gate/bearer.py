"""Bearer tokens: read from the Authorization header, and nowhere else, and asked for in turn."""

import logging
from collections.abc import Sequence

from starlette.datastructures import Headers

from services.domain.errors import Unauthenticated
from services.domain.users import User
from services.ports import TokenVerifier
from services.sign_in.tokens import INVALID

_log = logging.getLogger(__name__)
_LONGEST = 16_384
"""Characters of a token; those of Entra ID with many groups have about 8,000."""


def bearer_of(headers: Headers) -> str | None:
    """Return a request's bearer token, None when it brings none; raises Unauthenticated for two of them."""
    found = [value.strip().partition(" ") for value in headers.getlist("authorization")]
    tokens = [token.strip() for scheme, _, token in found if scheme.lower() == "bearer"]
    if not tokens:
        return None
    if len(found) > 1 or len(tokens[0]) > _LONGEST:
        raise Unauthenticated(INVALID)
    return tokens[0]


def verified(token: str, verifiers: Sequence[TokenVerifier]) -> User:
    """Return whose token it is by the first who knows it; raises Unauthenticated when nobody does.

    The answer is the same for every token; why it was refused stands in the log, for who sets programs up.
    """
    reasons = []
    for verifier in verifiers:
        try:
            return verifier.verify(token)
        except Unauthenticated as refused:
            reasons.append(refused.sentence)
    _log.info("bearer token refused: %s", " ".join(reasons))
    raise Unauthenticated(INVALID)
