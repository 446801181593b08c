"""The one cookie: a session's id, signed with the installation's key."""

import hashlib
import hmac
import re

from itsdangerous import BadSignature, TimestampSigner
from starlette.datastructures import Headers
from starlette.responses import Response

from services.sign_in.desk import LONGEST_SESSION

_FORM = re.compile(r"([\w-]{43}\.[\w-]{1,12})\.([\w-]{43})", re.ASCII)
"""Session id and time, signature: nothing is computed over anything else."""


class SessionCookie:
    """Reads and writes the cookie; it ends with the browser, and with the session at the latest.

    Not for scripts (HttpOnly), not sent along from other sites but by links (SameSite=Lax). Where the product
    is opened by https the cookie travels by https only, and its prefix keeps other hosts from setting it.
    """

    def __init__(self, key: bytes, *, secure: bool) -> None:
        self.name = "__Host-advisor-session" if secure else "advisor-session"
        self._secure = secure
        self._signer = TimestampSigner(
            key, salt="advisor.session", key_derivation="hmac", digest_method=hashlib.sha256
        )

    def read(self, headers: Headers) -> str | None:
        """Return the session id of a request; None for none, for one that is not ours, and for two of them."""
        pairs = [one.strip() for line in headers.getlist("cookie") for one in line.split(";")]
        values = [one.partition("=")[2] for one in pairs if one.partition("=")[0] == self.name]
        form = _FORM.fullmatch(values[0]) if len(values) == 1 else None
        # Base64 has several spellings of one signature; only the one that was given is taken.
        if form is None or not hmac.compare_digest(
            self._signer.get_signature(form[1]), form[2].encode("ascii")
        ):
            return None
        try:
            session_id = self._signer.unsign(form[0], int(LONGEST_SESSION.total_seconds()))
        except BadSignature:
            return None
        return session_id.decode("ascii")

    def give(self, response: Response, session_id: str) -> None:
        """Let the browser keep a session."""
        value = self._signer.sign(session_id).decode("ascii")
        response.set_cookie(
            self.name, value, path="/", httponly=True, secure=self._secure, samesite="lax"
        )

    def take_back(self, response: Response) -> None:
        """Let the browser forget its session."""
        response.delete_cookie(
            self.name, path="/", httponly=True, secure=self._secure, samesite="lax"
        )
