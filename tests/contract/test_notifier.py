"""The ways out for notices, by the same assertions: webhook, Logic App and mail, each to a real local server."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from services.adapters.notify.wiring import notifier_of
from services.config import Settings
from services.domain.errors import Unavailable
from services.ports import Notifier
from tests.azure.logic_app import HMAC_KEY, Trigger, serving
from tests.unit.adapters.test_notify import NOTICE, Mailbox, serving_mail

CLOSED_PORT = 9


@dataclass(frozen=True)
class Way:
    """A notifier, one whose server is gone, what arrived, and how to make the server refuse."""

    notifier: Notifier
    nobody: Notifier
    server: type[Trigger] | type[Mailbox]

    def arrived(self) -> list[str]:
        return [str(one) for one in self.server.got]

    def refuse(self) -> None:
        if issubclass(self.server, Mailbox):
            self.server.refuses = True
        else:
            self.server.answer = 503


def posted(kind: str, address: str) -> Notifier:
    url = "webhook_url" if kind == "webhook" else "logic_app_url"
    wanted = {"notify": kind, url: address, "webhook_secret": HMAC_KEY}
    return notifier_of(Settings(_env_file=None, **wanted))


def mailed(port: int) -> Notifier:
    wanted = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_starttls": False}
    people = {"smtp_sender": "advisor@acme.com", "smtp_mailbox": "finance@acme.com"}
    return notifier_of(Settings(_env_file=None, notify="smtp", **wanted, **people))


@contextmanager
def way_of(kind: str) -> Iterator[Way]:
    if kind == "smtp":
        with serving_mail() as (port, mailbox):
            yield Way(mailed(port), mailed(CLOSED_PORT), mailbox)
        return
    with serving() as (url, trigger):
        yield Way(posted(kind, url), posted(kind, f"http://127.0.0.1:{CLOSED_PORT}/"), trigger)


@pytest.fixture(params=["webhook", "logic-app", "smtp"])
def way(request: pytest.FixtureRequest) -> Iterator[Way]:
    with way_of(request.param) as found:
        yield found


def test_a_notice_arrives_once_with_its_id_its_recipient_and_its_deep_link(way: Way):
    way.notifier.send(NOTICE)
    (said,) = way.arrived()
    for part in ("notice-1", "ross@acme.com", "http://127.0.0.1:8501/item?item="):
        assert part in said


def test_a_notice_that_is_sent_again_says_the_same_id_so_that_repeats_can_be_told(way: Way):
    way.notifier.send(NOTICE)
    way.notifier.send(NOTICE)
    assert ["notice-1" in said for said in way.arrived()] == [True, True]


def test_a_refusal_is_said_as_unavailable(way: Way):
    way.refuse()
    with pytest.raises(Unavailable):
        way.notifier.send(NOTICE)


def test_a_server_that_is_not_there_is_said_as_unavailable(way: Way):
    with pytest.raises(Unavailable):
        way.nobody.send(NOTICE)
