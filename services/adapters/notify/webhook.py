"""Notices as signed HTTP requests: the body's HMAC-SHA256 tells the receiver who sent it and that it is whole."""

import hmac
import json
import urllib.error
import urllib.request
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


class WebhookNotifier:
    """Posts each notice as JSON to one address; every answer but 2xx is a failed try."""

    def __init__(
        self, url: str, secret: str, public_url: str, timeout_seconds: float = _SECONDS
    ) -> None:
        self._url = url
        self._secret = secret
        self._public_url = public_url
        self._timeout = timeout_seconds
        self._opener = urllib.request.build_opener(_NoRedirects)

    def send(self, notice: Notice) -> None:
        """Post the notice; raises Unavailable when the receiver does not take it."""
        body = payload(notice, self._public_url)
        request = urllib.request.Request(  # noqa: S310 - settings take http and https only
            self._url,
            data=body,
            headers={
                "Content-Type": "application/json",
                SIGNATURE_HEADER: signature(body, self._secret),
                ID_HEADER: notice.notice_id,
            },
            method="POST",
        )
        try:
            with self._opener.open(request, timeout=self._timeout) as answer:
                answer.read(0)
        except urllib.error.HTTPError as error:
            error.close()
            raise Unavailable(f"The webhook answered {error.code}.") from error
        except OSError as error:
            raise Unavailable(f"The webhook cannot be reached ({error}).") from error

    def check(self) -> str:
        """Return how the receiver is, asked for its options and sent nothing; raises Unavailable."""
        request = urllib.request.Request(self._url, method="OPTIONS")  # noqa: S310 - as above
        try:
            with self._opener.open(request, timeout=self._timeout) as answer:
                answer.read(0)
        except urllib.error.HTTPError as error:
            error.close()
            if error.code >= _FAULTS_OF_THEIRS:
                raise Unavailable(f"The webhook answered {error.code}.") from error
        except OSError as error:
            raise Unavailable(f"The webhook cannot be reached ({error}).") from error
        return "Answers; nothing was sent."


def payload(notice: Notice, public_url: str) -> bytes:
    """Return the JSON body: the alert's id, to whom, what about, and the deep link."""
    said = {
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
