"""The way out that the settings choose."""

from services.adapters.azure.notify import LogicAppNotifier
from services.adapters.notify.mail import MailNotifier, MailServer
from services.adapters.notify.outbox_only import OutboxOnly
from services.adapters.notify.webhook import WebhookNotifier
from services.config import Settings
from services.ports import Notifier


def notifier_of(settings: Settings) -> Notifier:
    """Return the notifier of the settings."""
    if settings.notify == "webhook":
        return WebhookNotifier(settings.webhook_url, settings.webhook_secret, settings.base_url)
    if settings.notify == "logic-app":
        return LogicAppNotifier(settings)
    if settings.notify == "smtp":
        server = MailServer(
            host=settings.smtp_host,
            port=settings.smtp_port,
            sender=settings.smtp_sender,
            mailbox=settings.smtp_mailbox,
            starttls=settings.smtp_starttls,
            user=settings.smtp_user,
            password=settings.smtp_password,
        )
        return MailNotifier(server, settings.base_url)
    return OutboxOnly()
