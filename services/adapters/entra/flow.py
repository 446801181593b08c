"""Sign-in with Entra ID: the browser goes there with a question of ours and comes back with a code (PKCE).

What belongs to one sign-in (state, nonce, verifier, where to go afterwards) stays here, for ten minutes and one
use. The browser holds the key of it in a cookie, so that nobody can finish in another browser what was begun here.
"""

import logging
import secrets
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

import msal

from services.adapters.entra.registration import Registration
from services.adapters.entra.tokens import EntraTokens
from services.domain.errors import Unauthenticated, Unavailable
from services.domain.users import User

FLOW_SECONDS = 600
_MOST_FLOWS = 10_000
_TIMEOUT_SECONDS = 10
_LONGEST_LOGGED = 300

_log = logging.getLogger(__name__)

# Asked by form_post, the browser would come back by a POST of another site, without the cookie that binds the
# sign-in to it (SameSite=Lax). A code in the address is worth nothing to others: it wants verifier and secret.
warnings.filterwarnings("ignore", message="response_mode='form_post' is recommended")


@dataclass(frozen=True, slots=True)
class _Flow:
    question: dict[str, Any]
    next_path: str
    ends_at: float


class _KeepsNothing(msal.TokenCache):  # type: ignore[misc]  # MSAL has no types
    """A cache of MSAL's that keeps no token: all that is wanted of them is who signed in."""

    def add(self, event: dict[str, Any], now: float | None = None) -> None:
        """Forget the tokens."""


class EntraSignIn:
    """Begins and finishes sign-ins; safe to be used by several threads of one process.

    ``tokens`` verifies the same registration's bearer tokens.
    """

    def __init__(
        self,
        registration: Registration,
        tokens: EntraTokens,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._registration = registration
        self.tokens = tokens
        self._clock = clock
        self._flows: dict[str, _Flow] = {}
        self._flows_lock = Lock()
        self._application: Any = None
        self._application_lock = Lock()

    def begin(self, next_path: str) -> tuple[str, str]:
        """Return where to send the browser and the key it is to bring back; raises Unavailable."""
        question = self._client().initiate_auth_code_flow(
            [], redirect_uri=self._registration.redirect_uri
        )
        now = self._clock()
        key = secrets.token_urlsafe(32)
        with self._flows_lock:
            open_flows = ((k, flow) for k, flow in self._flows.items() if flow.ends_at > now)
            self._flows = dict(list(open_flows)[1 - _MOST_FLOWS :])
            self._flows[key] = _Flow(question, next_path, now + FLOW_SECONDS)
        return str(question["auth_uri"]), key

    def finish(self, key: str, answer: Mapping[str, str]) -> tuple[User, str]:
        """Return who signed in and the path that was kept; each key finishes once.

        Raises Unauthenticated when Entra ID did not sign anybody in or the answer is none to this
        sign-in, Unavailable when Entra ID does not answer.
        """
        with self._flows_lock:
            flow = self._flows.pop(key, None)
        if flow is None or flow.ends_at <= self._clock():
            raise Unauthenticated(
                "This sign-in was not begun here, or more than ten minutes ago. Start again."
            )
        try:
            result = self._client().acquire_token_by_auth_code_flow(flow.question, dict(answer))
        except (ValueError, RuntimeError) as error:
            raise Unauthenticated(
                "The answer of Entra ID does not belong to this sign-in. Start again."
            ) from error
        except (msal.exceptions.MsalError, OSError) as error:
            raise _unreachable() from error
        if "id_token" not in result:
            said = str(result.get("error_description", ""))[:_LONGEST_LOGGED]
            _log.warning("Entra ID signed nobody in: %r %r", result.get("error"), said)
            raise Unauthenticated("Entra ID did not sign you in. Start again.")
        return self.tokens.verify_sign_in(result["id_token"]), flow.next_path

    def check(self) -> str:
        """Return how the issuer is after asking it for its addresses anew; raises Unavailable."""
        try:
            self._new_client()
        except (msal.exceptions.MsalError, LookupError, ValueError, OSError) as error:
            raise _unreachable() from error
        return "Answers; nobody was signed in."

    def _client(self) -> Any:
        """Return MSAL's client; the issuer's addresses are asked for once, by one thread at a time."""
        if self._application is None:
            if not self._application_lock.acquire(timeout=_TIMEOUT_SECONDS):
                raise _unreachable()
            try:
                self._application = self._application or self._new_client()
            except (msal.exceptions.MsalError, LookupError, ValueError, OSError) as error:
                raise _unreachable() from error
            finally:
                self._application_lock.release()
        return self._application

    def _new_client(self) -> Any:
        return msal.ConfidentialClientApplication(
            self._registration.client_id,
            client_credential=self._registration.client_secret,
            oidc_authority=self._registration.issuer,
            token_cache=_KeepsNothing(),
            exclude_scopes=["offline_access"],
            timeout=_TIMEOUT_SECONDS,
        )


def _unreachable() -> Unavailable:
    return Unavailable("Entra ID cannot be reached at the moment; try again in a minute.")
