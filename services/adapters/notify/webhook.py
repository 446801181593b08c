"""Notices as signed HTTP requests: the body's HMAC-SHA256 tells the receiver who sent it and that it is whole."""

import hmac
import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from services.domain.errors import Unavailable
from services.domain.notices import Notice

SIGNATURE_HEADER = "X-Advisor-Signature"
ID_HEADER = "X-Advisor-Notice-Id"
_SECONDS = 10.0
_FAULTS_OF_THEIRS = 500


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A signed notice goes to the configured address and nowhere else."""

    def redirect_request(self, *_: Any) -> None:
        """Follow nothing; the answer is then an error of its status."""


_opener = urllib.request.build_opener(_NoRedirects)


@dataclass(frozen=True, slots=True)
class Target:
    """Where notices are posted, what people call it, and the key of the signature; the address is secret too."""

    name: str
    url: str = field(repr=False)
    secret: str = field(repr=False)
    timeout_seconds: float = _SECONDS


class WebhookNotifier:
    """Posts each notice as JSON to one address; every answer but 2xx is a failed try."""

    def __init__(
        self, url: str, secret: str, public_url: str, timeout_seconds: float = _SECONDS
    ) -> None:
        self._target = Target("The webhook", url, secret, timeout_seconds)
        self._public_url = public_url

    def send(self, notice: Notice) -> None:
        """Post the notice; raises Unavailable when the receiver does not take it."""
        post(self._target, notice, payload(notice, self._public_url))

    def check(self) -> str:
        """Return how the receiver is, asked for its options and sent nothing; raises Unavailable."""
        return ask(self._target)


def post(target: Target, notice: Notice, body: bytes) -> None:
    """Post a signed body; raises Unavailable, naming the target and never its address, when it is not taken."""
    status = _status(target, lambda: _request(target, notice, body))
    if not 200 <= status < 300:
        raise Unavailable(f"{target.name} answered {status}.")


def ask(target: Target) -> str:
    """Return how a target is, asked for its options and sent nothing; raises Unavailable."""
    # The settings take http and https only.
    status = _status(target, lambda: urllib.request.Request(target.url, method="OPTIONS"))  # noqa: S310
    if status >= _FAULTS_OF_THEIRS:
        raise Unavailable(f"{target.name} answered {status}.")
    return "Answers; nothing was sent."


def _status(target: Target, request: Callable[[], urllib.request.Request]) -> int:
    try:
        with _opener.open(request(), timeout=target.timeout_seconds) as answer:
            answer.read(0)
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    except (OSError, http.client.HTTPException, ValueError) as error:
        # What the error says may hold the address, and with it a secret; its kind does not.
        kind = type(getattr(error, "reason", error)).__name__
        raise Unavailable(f"{target.name} cannot be reached ({kind}).") from None


def _request(target: Target, notice: Notice, body: bytes) -> urllib.request.Request:
    headers = {
        "Content-Type": "application/json",
        SIGNATURE_HEADER: signature(body, target.secret),
        ID_HEADER: notice.notice_id,
    }
    # The settings take http and https only.
    return urllib.request.Request(target.url, data=body, headers=headers, method="POST")  # noqa: S310


def payload(notice: Notice, public_url: str) -> bytes:
    """Return the JSON body: the alert's id, to whom, what about, and the deep link."""
    said = {
        "summary": notice.summary,
        "confidence": notice.confidence,
        "alert_id": notice.notice_id,
        "kind": notice.kind.value,
        "insight_id": notice.insight_id,
        "report_id": notice.report_id,
        "review_item_id": notice.review_item_id,
        "reviewer_email": notice.to if "@" in notice.to else None,
        "to": notice.to,
        "subject": notice.subject,
        "text": notice.text,
        "link": link(notice, public_url),
        "written_by": notice.written_by,
        "written_at": notice.written_at.isoformat(),
    }
    return json.dumps(said, sort_keys=True, ensure_ascii=False).encode()


def link(notice: Notice, public_url: str) -> str:
    """Return the address of the page the notice leads to."""
    return f"{public_url.rstrip('/')}/{notice.path}"


def signature(body: bytes, secret: str) -> str:
    """Return ``sha256=`` and the HMAC-SHA256 of a body in hexadecimal digits."""
    return f"sha256={hmac.new(secret.encode(), body, 'sha256').hexdigest()}"
