"""Notices leave the outbox: to a real HTTP server with a signature, to a real SMTP server, and nowhere."""

import hmac
import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from services.adapters.local.database import Database
from services.adapters.local.outbox import SqliteOutbox
from services.adapters.local.records import SqliteRecordStore
from services.adapters.notify.wiring import notifier_of
from services.bootstrap import build
from services.config import Settings, read_settings
from services.domain.errors import InvalidInput, Unavailable
from services.domain.ids import InsightId, NoticeId, ReportId, ReviewItemId
from services.domain.messages import Effects
from services.domain.notices import Notice, NoticeKind, NoticeState
from services.pipeline.outbox import MAX_TRIES, Sender
from services.ports import Notifier
from tests.core_records import NOON, Clock

SECRET = "correct-horse-battery"
NOTICE = Notice(
    notice_id=NoticeId("notice-1"),
    kind=NoticeKind.ESCALATED,
    to="ross@acme.com",
    subject="Rita escalated a review item to you: Revenue\ngrowth",
    text="Needs tax — größer als gedacht.",
    path="item?item=review-1",
    report_id=ReportId("report-1"),
    review_item_id=ReviewItemId("review-1"),
    insight_id=InsightId("insight-1"),
    written_by="Rita",
    written_at=NOON,
    next_try=NOON,
)


class Hook(BaseHTTPRequestHandler):
    """Keeps what it is sent, and answers as it is told."""

    answer = 204
    got: list[tuple[str, bytes, dict[str, str]]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.got.append((self.path, body, dict(self.headers)))
        self.send_response(self.answer)
        if self.answer == 302:
            self.send_header("Location", "/elsewhere")
        self.end_headers()

    def do_OPTIONS(self) -> None:
        self.send_response(self.answer)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Mailbox(socketserver.StreamRequestHandler):
    """As much of SMTP as a client needs; keeps envelopes and messages."""

    got: list[tuple[str, str]]
    refuses = False

    def handle(self) -> None:
        self.say("220 test")
        to, data = "", False
        lines: list[str] = []
        while raw := self.rfile.readline():
            line = raw.decode("utf-8").rstrip("\r\n")
            if data:
                if line == ".":
                    self.got.append((to, "\n".join(lines)))
                    data = False
                    self.say("250 kept")
                else:
                    lines.append(line)
                continue
            word = line.split(" ")[0].upper()
            if word == "DATA":
                data = True
                self.say("354 go on")
            elif word == "RCPT":
                to = line.partition("<")[2].partition(">")[0]
                self.say("550 unknown" if self.refuses else "250 ok")
            elif word == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


@pytest.fixture
def hook() -> Iterator[tuple[str, type[Hook]]]:
    kind = type("H", (Hook,), {"got": []})
    with HTTPServer(("127.0.0.1", 0), kind) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/hook", kind
        server.shutdown()
        thread.join()


@contextmanager
def serving_mail() -> Iterator[tuple[int, type[Mailbox]]]:
    kind = type("M", (Mailbox,), {"got": []})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), kind) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_address[1], kind
        server.shutdown()
        thread.join()


@pytest.fixture
def mailbox() -> Iterator[tuple[int, type[Mailbox]]]:
    with serving_mail() as found:
        yield found


def by_webhook(url: str) -> Notifier:
    return notifier_of(
        Settings(_env_file=None, notify="webhook", webhook_url=url, webhook_secret=SECRET)
    )


def by_mail(port: int) -> Notifier:
    settings = Settings(
        _env_file=None, notify="smtp", smtp_host="127.0.0.1", smtp_port=port, smtp_starttls=False,
        smtp_sender="advisor@acme.com", smtp_mailbox="finance@acme.com",
        public_url="https://advisor.acme.com/",
    )  # fmt: skip
    return notifier_of(settings)


def test_a_webhook_gets_the_alert_signed_so_that_a_changed_byte_shows(hook):
    url, kind = hook
    by_webhook(url).send(NOTICE)
    ((path, body, headers),) = kind.got
    assert path == "/hook"
    expected = "sha256=" + hmac.new(SECRET.encode(), body, "sha256").hexdigest()
    assert headers["X-Advisor-Signature"] == expected
    assert headers["X-Advisor-Notice-Id"] == "notice-1"
    said = json.loads(body)
    assert said["alert_id"] == "notice-1"
    assert said["insight_id"] == "insight-1"
    assert said["reviewer_email"] == "ross@acme.com"
    assert said["link"] == "http://127.0.0.1:8501/item?item=review-1"
    assert said["text"] == NOTICE.text


@pytest.mark.parametrize("answer", [302, 400, 500])
def test_a_webhook_that_does_not_take_it_is_a_failed_try_and_no_redirect_is_followed(hook, answer):
    url, kind = hook
    kind.answer = answer
    with pytest.raises(Unavailable, match=str(answer)):
        by_webhook(url).send(NOTICE)
    assert len(kind.got) == 1


def test_a_webhook_that_is_not_there_is_a_failed_try():
    with pytest.raises(Unavailable, match="cannot be reached"):
        by_webhook("http://127.0.0.1:9/hook").send(NOTICE)


def test_a_mail_leads_to_the_item_and_has_no_second_header_from_its_subject(mailbox):
    port, kind = mailbox
    by_mail(port).send(NOTICE)
    ((to, message),) = kind.got
    assert to == "ross@acme.com"
    assert "Subject: Rita escalated a review item to you: Revenue growth" in message
    assert "From: advisor@acme.com" in message
    assert "https://advisor.acme.com/item?item=3Dreview-1" in message or (
        "https://advisor.acme.com/item?item=review-1" in message
    )


def test_a_notice_to_a_person_without_an_address_goes_to_the_mailbox(mailbox):
    port, kind = mailbox
    by_mail(port).send(NOTICE.model_copy(update={"to": "ana"}))
    assert [to for to, _ in kind.got] == ["finance@acme.com"]


def test_a_mail_server_that_refuses_is_a_failed_try(mailbox):
    port, kind = mailbox
    kind.refuses = True
    with pytest.raises(Unavailable, match="did not take"):
        by_mail(port).send(NOTICE)
    with pytest.raises(Unavailable):
        by_mail(9).send(NOTICE)


@pytest.mark.parametrize(("answer", "fine"), [(204, True), (405, True), (500, False)])
def test_the_check_of_a_webhook_sends_no_notice(hook, answer, fine):
    url, kind = hook
    kind.answer = answer
    if fine:
        assert by_webhook(url).check() == "Answers; nothing was sent."
    else:
        with pytest.raises(Unavailable, match="answered 500"):
            by_webhook(url).check()
    assert kind.got == []
    with pytest.raises(Unavailable, match="cannot be reached"):
        by_webhook("http://127.0.0.1:9/hook").check()


def test_the_check_of_a_mail_server_sends_no_mail(mailbox):
    port, kind = mailbox
    assert by_mail(port).check() == "Answers; nothing was sent."
    assert kind.got == []
    with pytest.raises(Unavailable, match="ADVISOR_SMTP_HOST"):
        by_mail(9).check()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def records(tmp_path: Path, clock: Clock) -> SqliteRecordStore:
    store = SqliteRecordStore(Database(tmp_path / "advisor.sqlite3"), clock)
    store.commit(Effects(creates=(NOTICE,)))
    return store


def outbox(tmp_path: Path, clock: Clock) -> SqliteOutbox:
    return SqliteOutbox(Database(tmp_path / "advisor.sqlite3"), 30, clock)


def kept(records: SqliteRecordStore) -> Notice:
    (found,) = records.notices()
    return found


def test_what_was_committed_is_sent_once_and_stays_to_be_read(
    tmp_path: Path, clock: Clock, records: SqliteRecordStore, hook
):
    url, kind = hook
    sender = Sender(outbox(tmp_path, clock), by_webhook(url), clock)
    assert [sender.send_next(), sender.send_next()] == [True, False]
    assert len(kind.got) == 1
    assert (kept(records).state, kept(records).sent_at) == (NoticeState.SENT, NOON)


def test_a_failed_try_waits_longer_each_time_and_ends_with_the_reason(
    tmp_path: Path, clock: Clock, records: SqliteRecordStore, hook
):
    url, kind = hook
    kind.answer = 503
    sender = Sender(outbox(tmp_path, clock), by_webhook(url), clock)
    waits = []
    while kept(records).state is NoticeState.WAITING:
        assert sender.send_next()
        waits.append((kept(records).next_try - clock.now).total_seconds())
        assert not sender.send_next()
        clock.now = kept(records).next_try
    assert len(waits) == len(kind.got) == MAX_TRIES
    assert 2 <= waits[0] <= 4
    assert 4 <= waits[1] <= 8
    assert kept(records).state is NoticeState.FAILED
    assert kept(records).error == "The webhook answered 503."


def test_a_notice_whose_sender_died_is_sent_by_another_after_its_lease(
    tmp_path: Path, clock: Clock, records: SqliteRecordStore
):
    first, other = outbox(tmp_path, clock), outbox(tmp_path, clock)
    assert first.take() is not None
    assert other.take() is None
    clock.forward(31)
    again = other.take()
    assert again is not None
    assert again.tries == 2


def test_a_withdrawn_notice_and_one_that_is_not_due_are_not_sent(
    tmp_path: Path, clock: Clock, records: SqliteRecordStore
):
    withdrawn = {"state": NoticeState.WITHDRAWN}
    later = {"next_try": NOON + timedelta(seconds=10), "notice_id": NoticeId("notice-2")}
    records.commit(
        Effects(records=(NOTICE.model_copy(update=withdrawn), NOTICE.model_copy(update=later)))
    )
    assert outbox(tmp_path, clock).take() is None
    clock.forward(10)
    taken = outbox(tmp_path, clock).take()
    assert taken is not None
    assert taken.notice_id == "notice-2"


def test_without_settings_notices_stay_in_the_outbox(tmp_path: Path):
    services = build(Settings(_env_file=None, data_dir=tmp_path / "data"))
    services.ports.records.commit(Effects(creates=(NOTICE,)))
    assert Sender(services.outbox, services.notifier).send_next()
    assert services.ports.records.notices("ross@acme.com")[0].state is NoticeState.SENT


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"NOTIFY": "webhook"}, "ADVISOR_WEBHOOK_URL"),
        ({"NOTIFY": "webhook", "WEBHOOK_URL": "http://a", "WEBHOOK_SECRET": "short"}, "SECRET"),
        ({"NOTIFY": "smtp", "SMTP_HOST": "a"}, "ADVISOR_SMTP_SENDER"),
        ({"WEBHOOK_URL": "file:///etc/passwd"}, "ADVISOR_WEBHOOK_URL"),
        ({"NOTIFY": "pigeon"}, "ADVISOR_NOTIFY"),
    ],
)
def test_half_a_way_out_is_refused_and_no_secret_is_said(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], named: str
):
    for name, value in variables.items():
        monkeypatch.setenv(f"ADVISOR_{name}", value)
    with pytest.raises(InvalidInput) as refused:
        read_settings()
    assert named in refused.value.sentence
    assert "short" not in refused.value.sentence


def test_a_secret_is_in_no_printed_settings_and_reaches_the_workers():
    settings = Settings(_env_file=None, webhook_secret=SECRET)
    assert SECRET not in repr(settings)
    assert settings.environment()["ADVISOR_WEBHOOK_SECRET"] == SECRET
