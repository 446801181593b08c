"""Notices through a Logic App: posted to its HTTP trigger, which sends them on as e-mail or to a chat."""

from services.adapters.notify.webhook import Target, ask, payload, post
from services.config import Settings
from services.domain.notices import Notice


class LogicAppNotifier:
    """Posts each notice to the trigger, whose address holds a signature of its own and is kept secret.

    The trigger answers 202 when it has taken a notice. The notice's id is a header, for the trigger to drop
    repeats by; the body is signed as a webhook's, for the workflow to check.
    """

    def __init__(self, settings: Settings) -> None:
        self._target = Target("The Logic App", settings.logic_app_url, settings.webhook_secret)
        self._public_url = settings.base_url

    def send(self, notice: Notice) -> None:
        """Post the notice; raises Unavailable when the trigger does not take it."""
        post(self._target, notice, payload(notice, self._public_url))

    def check(self) -> str:
        """Return how the trigger is, asked for its options and sent nothing; raises Unavailable."""
        return ask(self._target)
