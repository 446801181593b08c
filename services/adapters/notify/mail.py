"""Notices as e-mail over SMTP."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage

from services.adapters.notify.webhook import link
from services.domain.errors import Unavailable
from services.domain.notices import Notice

_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over; without a user nobody signs in. ``mailbox`` gets what is for no address."""

    host: str
    port: int
    sender: str
    mailbox: str
    starttls: bool = True
    user: str = ""
    password: str = ""


class MailNotifier:
    """Sends each notice as one plain-text message with its deep link."""

    def __init__(
        self, server: MailServer, public_url: str, timeout_seconds: float = _SECONDS
    ) -> None:
        self._server = server
        self._public_url = public_url
        self._timeout = timeout_seconds

    def send(self, notice: Notice) -> None:
        """Hand the message over; raises Unavailable when the server does not take it."""
        try:
            with self._signed_in() as smtp:
                smtp.send_message(self._message(notice))
        except (OSError, smtplib.SMTPException) as error:
            raise Unavailable(f"The mail server did not take the notice ({error}).") from error

    def check(self) -> str:
        """Return how the server is after signing in there, sending nothing; raises Unavailable."""
        try:
            with self._signed_in() as smtp:
                smtp.noop()
        except (OSError, smtplib.SMTPException) as error:
            raise Unavailable(
                f"The mail server (ADVISOR_SMTP_HOST) lets nobody in ({error})."
            ) from error
        return "Answers; nothing was sent."

    @contextmanager
    def _signed_in(self) -> Iterator[smtplib.SMTP]:
        server = self._server
        with smtplib.SMTP(server.host, server.port, timeout=self._timeout) as smtp:
            if server.starttls:
                smtp.starttls(context=ssl.create_default_context())
            if server.user:
                smtp.login(server.user, server.password)
            yield smtp

    def _message(self, notice: Notice) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self._server.sender
        message["To"] = notice.to if "@" in notice.to else self._server.mailbox
        message["Subject"] = " ".join(notice.subject.split())
        message["Message-ID"] = f"<{notice.notice_id}@{self._server.sender.rpartition('@')[2]}>"
        lines = (notice.text, "", link(notice, self._public_url), "", f"Alert {notice.notice_id}")
        message.set_content("\n".join(lines))
        return message
