"""The audit trail in Table Storage: what a crash, a lost answer, a busy or a tampered service leave behind."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from azure.core.pipeline.transport import HttpTransport

from services.adapters.azure import audit_log, credentials, trail_rows
from services.adapters.azure.audit_log import AzureAuditLog, open_audit_log
from services.adapters.azure.trail_head import PARTITION
from services.domain.audit import BreachKind, RequestEvent
from services.domain.base import utc_now
from services.domain.errors import InvalidInput, Unavailable
from services.domain.retention import retained_until
from tests.azure.azurite import WRONG_KEY, Azurite, Identity, is_installed
from tests.azure.certificate import certificate
from tests.azure.relay import Answer, Asked, Relay, relayed
from tests.contract.test_audit_log import an_event
from tests.contract.trails import TableTrail, table_settings
from tests.core_records import NOON

pytestmark = pytest.mark.xdist_group("azurite")
WRITER = """
import sys
from services.adapters.azure.audit_log import open_audit_log
from services.config import Settings
from services.domain.audit import AuditEvent
log = open_audit_log(Settings())
for line in sys.stdin:
    log.append(AuditEvent.model_validate_json(line))
    print("written", flush=True)
"""


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that were waited between tries, which nobody waits here."""
    waited: list[float] = []
    monkeypatch.setattr(HttpTransport, "sleep", lambda self, seconds: waited.append(seconds))
    return waited


@pytest.fixture
def relay(azurite: Azurite) -> Iterator[Relay]:
    with relayed(azurite.table_endpoint) as running:
        yield running


@pytest.fixture
def place(azurite: Azurite, relay: Relay) -> Iterator[TableTrail]:
    """An empty trail that is reached through the relay."""
    trail = TableTrail(table_settings(relay.endpoint, azurite.blob_endpoint))
    yield trail
    trail.close()


@pytest.fixture
def log(place: TableTrail) -> AzureAuditLog:
    return place.open()


def is_insert(asked: Asked) -> bool:
    """Whether a request puts entries into their places."""
    return asked.method == "POST" and (b"entry_hash" in asked.body)


def is_head(asked: Asked) -> bool:
    """Whether a request moves the head on."""
    return asked.method in {"PUT", "POST"} and b'"write_id"' in asked.body and not is_insert(asked)


REFUSED = Answer(503, {"retry-after": "3600"})


def test_an_entry_is_stored_as_the_specification_says(place: TableTrail, log: AzureAuditLog):
    entry = log.append(an_event(1, ip_address="192.0.2.7"))
    (stored,) = place.table.query_entities("PartitionKey eq '2026-03'")
    assert stored["RowKey"] == f"2026-03-02T12:01:00.000000Z-{entry.event_id}"
    names = ("user_id", "action", "resource", "ip_address", "result")
    assert [stored[name] for name in names] == ["bob", "read", "report-1", "192.0.2.7", "ok"]


def test_what_the_head_holds_is_in_the_trail_when_nobody_could_store_it(
    place: TableTrail, log: AzureAuditLog, relay: Relay, caplog: pytest.LogCaptureFixture
):
    log.append(an_event(1))
    relay.before = lambda asked: REFUSED if is_insert(asked) else None
    assert log.append(an_event(2)).seq == 2
    assert "the audit trail's head holds its last entries" in caplog.text
    with pytest.raises(Unavailable):
        log.append(an_event(3))
    assert len(list(place.table.query_entities("PartitionKey eq '2026-03'"))) == 1
    relay.before = lambda asked: None
    assert [one.seq for one in place.open().entries()] == [2, 1]
    assert log.append(an_event(3)).seq == 3
    assert place.open().verify() is None


@pytest.mark.parametrize(
    ("killed_at", "left"), [(is_head, 1), (is_insert, 2)], ids=["before the head", "after the head"]
)
def test_a_writer_that_is_killed_leaves_a_trail_that_the_next_one_completes(
    place: TableTrail, relay: Relay, killed_at, left: int
):
    """Killed before its head was moved on nothing of its write is there; after that all of it is."""
    with subprocess.Popen(
        [sys.executable, "-c", WRITER],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, **place.settings.environment()},
    ) as writer:  # fmt: skip
        writer.stdin.write(an_event(1).model_dump_json() + "\n")
        writer.stdin.flush()
        assert writer.stdout.readline() == "written\n"

        def killing(asked: Asked) -> Answer | None:
            if not killed_at(asked):
                return None
            os.kill(writer.pid, signal.SIGKILL)
            writer.wait()
            return REFUSED

        relay.before = killing
        writer.stdin.write(an_event(2).model_dump_json() + "\n")
        writer.stdin.flush()
        assert writer.stdout.readline() == ""
    relay.before = lambda asked: None
    assert len(list(place.table.query_entities("PartitionKey eq '2026-03'"))) == 1
    log = place.open()
    assert log.append(an_event(3)).seq == left + 1
    told = [one.event for one in log.entries()[::-1]]
    assert (
        told == [an_event(1), an_event(2), an_event(3)] if left == 2 else [an_event(1), an_event(3)]
    )
    assert log.inspect().breach is None


@pytest.mark.parametrize("lost", [is_head, is_insert], ids=["of the head", "of the entries"])
def test_a_write_whose_answer_was_lost_is_in_the_trail_once(
    log: AzureAuditLog, relay: Relay, waits: list[float], lost
):
    log.append(an_event(1))
    left = [1]
    relay.after = lambda asked, answer: None if lost(asked) and left and left.pop() else answer
    assert log.append(an_event(2)).seq == 2
    assert left == []
    assert log.append(an_event(3)).seq == 3
    assert [one.event for one in log.entries()[::-1]] == [an_event(1), an_event(2), an_event(3)]
    assert log.verify() is None


def test_a_write_whose_answer_was_lost_is_known_behind_that_of_another(
    place: TableTrail, log: AzureAuditLog, relay: Relay, waits: list[float], azurite: Azurite
):
    """Another process writes before the second try: the first one's entry is not written again."""
    log.append(an_event(1))
    other = open_audit_log(
        place.settings.model_copy(update={"table_endpoint": azurite.table_endpoint})
    )
    left = [1]

    def losing(asked: Asked, answer: Answer) -> Answer | None:
        if not (is_head(asked) and left and left.pop()):
            return answer
        other.append(an_event(3))
        return None

    relay.after = losing
    with closing(other):
        log.append(an_event(2))
    assert [one.event for one in log.entries()[::-1]] == [an_event(1), an_event(2), an_event(3)]
    assert log.verify() is None


def test_a_busy_service_is_asked_again_after_the_time_it_names(
    log: AzureAuditLog, relay: Relay, waits: list[float]
):
    log.append(an_event(1))
    left = [Answer(429, {"retry-after": "2"})] * 2
    relay.before = lambda asked: left.pop() if left else None
    assert log.append(an_event(2)).seq == 2
    assert waits == [2, 2]
    assert log.verify() is None


def test_a_trail_that_is_always_written_by_others_is_given_up(
    log: AzureAuditLog, relay: Relay, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(audit_log, "_TRIES", 3)
    log.append(an_event(1))
    before = len(relay.seen)
    relay.before = lambda asked: Answer(412) if is_head(asked) else None
    with pytest.raises(Unavailable, match="Many are writing"):
        log.append(an_event(2))
    assert sum(map(is_head, relay.seen[before:])) == 3
    relay.before = lambda asked: None
    assert log.append(an_event(2)).seq == 2


def test_entries_of_one_write_go_in_transactions_of_a_hundred(log: AzureAuditLog, relay: Relay):
    log.append(an_event(0))
    before = len(relay.seen)
    log.witness([RequestEvent(an_event(n)) for n in range(250)], NOON)
    sent = [one for one in relay.seen[before:] if one.method == "POST"]
    assert [one.body.count(b"POST ") for one in sent] == [100, 100, 50]
    assert log.inspect().last == 251


@pytest.mark.parametrize("change", [{"user_id": "eve"}, {"result": "refused"}, {"resource": ""}])
def test_an_entry_that_is_filed_as_another_one_is_found(
    place: TableTrail, log: AzureAuditLog, change: dict[str, str]
):
    """A search would miss it, though its event and hash are untouched."""
    for number in range(1, 4):
        log.append(an_event(number))
    second = next(
        one for one in place.table.list_entities() if one.get("seq") == 2 and "action" in one
    )
    place.table.update_entity({**second, **change})
    breach = log.inspect().breach
    assert breach is not None
    assert (breach.seq, breach.kind) == (2, BreachKind.CHANGED)


def test_an_entry_that_was_moved_to_another_month_is_found(place: TableTrail, log: AzureAuditLog):
    for number in range(1, 4):
        log.append(an_event(number))
    second = next(
        one for one in place.table.list_entities() if one.get("seq") == 2 and "action" in one
    )
    place.table.delete_entity(second)
    place.table.create_entity({**second, "PartitionKey": "2019-01"})
    breach = log.inspect().breach
    assert breach is not None
    assert breach.seq == 2


def _take_away(place: TableTrail) -> None:
    place.table.delete_entity(PARTITION, PARTITION)


def _spoil(place: TableTrail) -> None:
    place.table.upsert_entity(
        {"PartitionKey": PARTITION, "RowKey": PARTITION, "pending_00": b"nothing that was packed"}
    )


@pytest.mark.parametrize(("how", "words"), [(_take_away, "is gone"), (_spoil, "was changed")])
def test_a_head_that_is_gone_is_a_breach_and_nothing_is_added_then(
    place: TableTrail, log: AzureAuditLog, how, words: str
):
    log.append(an_event(1))
    how(place)
    fresh = place.open()
    breach = fresh.inspect().breach
    assert breach is not None
    assert words in breach.sentence
    for one in (log, fresh):
        with pytest.raises(Unavailable, match=f"head of the audit trail {words}"):
            one.append(an_event(2))
    assert fresh.check().breach == breach


def test_entries_that_others_write_meanwhile_are_no_breach(
    place: TableTrail, log: AzureAuditLog, relay: Relay, azurite: Azurite
):
    for number in range(1, 4):
        log.append(an_event(number))
    other = open_audit_log(
        place.settings.model_copy(update={"table_endpoint": azurite.table_endpoint})
    )

    def writing(asked: Asked) -> None:
        if asked.method == "GET" and "lt" in asked.path:
            other.append(an_event(4))

    relay.before = writing
    with closing(other):
        found = log.inspect()
    assert (found.breach, found.last) == (None, 3)


def test_an_entry_that_no_entity_holds_is_refused_before_it_is_in_the_trail(log: AzureAuditLog):
    with pytest.raises(InvalidInput, match="at most 200,000"):
        log.append(an_event(1, detail={"long": "x" * trail_rows.MOST_CHARACTERS}))
    assert log.append(an_event(1)).seq == 1


def test_more_entries_than_a_head_holds_are_refused_before_they_are_in_the_trail(
    log: AzureAuditLog,
):
    noise = [an_event(n, detail={"noise": os.urandom(90_000).hex()}) for n in range(9)]
    with pytest.raises(InvalidInput, match="at once"):
        log.witness([RequestEvent(event) for event in noise], NOON)
    assert log.append(an_event(1)).seq == 1


def test_a_wrong_key_is_named_and_not_tried_again(place: TableTrail, relay: Relay):
    settings = place.settings.model_copy(update={"table_key": WRONG_KEY})
    with (
        closing(open_audit_log(settings)) as log,
        pytest.raises(Unavailable, match="ADVISOR_TABLE_KEY is not its key"),
    ):
        log.entries()
    assert len(relay.seen) == 1


def test_a_table_that_was_taken_away_is_named(place: TableTrail, log: AzureAuditLog):
    log.append(an_event(1))
    place.table.delete_table()
    with pytest.raises(Unavailable, match=r"no table .* ADVISOR_TABLE_NAME"):
        log.append(an_event(2))


def test_an_identity_needs_table_and_container_and_makes_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    is_installed()
    trusted = certificate(tmp_path / "azurite.pem")
    monkeypatch.setattr(credentials, "identity", Identity)
    options = ("--oauth", "basic", "--cert", str(trusted), "--key", str(trusted))
    with Azurite(None, *options) as running:
        settings = table_settings(
            running.secure(running.table_endpoint), running.secure(running.blob_endpoint),
            azure_ca_file=str(trusted),
        )  # fmt: skip
        signed_in = settings.model_copy(update={"table_key": "", "blob_key": ""})
        with closing(open_audit_log(signed_in)) as log:
            with pytest.raises(Unavailable, match=r"no table .* make it with the infrastructure"):
                log.append(an_event(1))
            with closing(open_audit_log(settings)) as maker:
                maker.entries()
                with pytest.raises(
                    Unavailable, match=r"no container .* ADVISOR_CHECKPOINT_CONTAINER"
                ):
                    log.inspect()
                assert log.append(an_event(1)).seq == 1
                assert maker.inspect().breach is None
            assert log.inspect().breach is None
            assert log.append(an_event(2)).seq == 2


def test_entries_are_there_again_when_the_service_is(tmp_path: Path, waits: list[float]):
    is_installed()
    with Azurite(tmp_path) as first:
        ports = first.ports
        log = open_audit_log(table_settings(first.table_endpoint, first.blob_endpoint))
        log.append(an_event(1))
    with closing(log):
        with pytest.raises(Unavailable, match="does not answer"):
            log.append(an_event(2))
        with Azurite(tmp_path, ports=ports):
            assert log.append(an_event(2)).seq == 2
            assert log.inspect().breach is None


# Checkpoints


@pytest.fixture
def blob_relay(azurite: Azurite) -> Iterator[Relay]:
    with relayed(azurite.blob_endpoint) as running:
        yield running


@pytest.fixture
def marked(azurite: Azurite, blob_relay: Relay) -> Iterator[TableTrail]:
    """Two entries, each with a checkpoint."""
    trail = TableTrail(table_settings(azurite.table_endpoint, blob_relay.endpoint))
    log = trail.open()
    for number in (1, 2):
        log.append(an_event(number))
        assert log.inspect().breach is None
    yield trail
    trail.close()


def test_a_checkpoint_is_written_once_and_immutable_for_seven_years(
    marked: TableTrail, blob_relay: Relay
):
    first, second = (
        one for one in blob_relay.seen if one.path.endswith(".json") and one.method == "PUT"
    )
    assert [one.path.rpartition("/")[2] for one in (first, second)] == [
        "00000001.json",
        "00000002.json",
    ]
    until = parsedate_to_datetime(second.headers["x-ms-immutability-policy-until-date"])
    assert abs((retained_until(utc_now()) - until).total_seconds()) < 600
    assert second.headers["if-none-match"] == "*"
    assert json.loads(second.body)["previous"] == json.loads(first.body)["signature"]


@pytest.mark.parametrize(
    ("old", "new", "seq", "words"),
    [
        (b'"seq":2', b'"seq":3', 3, "Checkpoint 2 is not the one"),
        (b'{"at"', b'{"ta"', 1, "Checkpoint 1 cannot be read"),
    ],
)
def test_a_checkpoint_that_was_changed_is_named(
    marked: TableTrail, blob_relay: Relay, old: bytes, new: bytes, seq: int, words: str
):
    def changed(asked: Asked, answer: Answer) -> Answer:
        if old not in answer.body:
            return answer
        headers = {k: v for k, v in answer.headers.items() if "md5" not in k}
        return replace(answer, body=answer.body.replace(old, new), headers=headers)

    blob_relay.after = changed
    found = marked.open().inspect()
    assert found.breach is not None
    assert (found.breach.kind, found.breach.seq) == (BreachKind.CHECKPOINT, seq)
    assert words in found.breach.sentence


def test_a_checkpoint_taken_out_is_missed(marked: TableTrail):
    log = marked.open()
    log._checkpoints._container.delete("00000001.json")
    breach = log.inspect().breach
    assert breach is not None
    assert breach.kind is BreachKind.CHECKPOINT


def test_another_key_signed_none_of_the_checkpoints(marked: TableTrail):
    other = {"checkpoint_key": "another test key, which signed nothing here"}
    with closing(open_audit_log(marked.settings.model_copy(update=other))) as log:
        breach = log.inspect().breach
    assert breach is not None
    assert (breach.kind, breach.seq) == (BreachKind.CHECKPOINT, 1)


def test_of_two_that_write_one_checkpoint_the_first_ones_stays(
    marked: TableTrail, blob_relay: Relay, azurite: Azurite
):
    direct = marked.settings.model_copy(update={"blob_endpoint": azurite.blob_endpoint})
    log, other = marked.open(), open_audit_log(direct)
    log.append(an_event(3))

    def faster(asked: Asked) -> None:
        if asked.path.endswith("00000003.json") and asked.method == "PUT":
            other.checkpoint()

    blob_relay.before = faster
    with closing(other):
        log.checkpoint()
        log.append(an_event(4))
        blob_relay.before = lambda asked: None
        found = log.inspect()
    assert (found.breach, [one.seq for one in found.checkpoints]) == (None, [1, 2, 3, 4])


def test_a_container_that_takes_no_checkpoint_stops_no_entry(
    marked: TableTrail, blob_relay: Relay, monkeypatch: pytest.MonkeyPatch, caplog
):
    monkeypatch.setattr(audit_log, "CHECKPOINT_EVERY", 1)
    log = marked.open()
    blob_relay.before = lambda asked: REFUSED if asked.method == "PUT" else None
    assert log.append(an_event(3)).seq == 3
    assert "checkpoint at entry 3 was not written" in caplog.text
    blob_relay.before = lambda asked: REFUSED
    assert marked.open().append(an_event(4)).seq == 4
    assert "checkpoints cannot be read" in caplog.text
    with pytest.raises(Unavailable, match="busy"):
        log.inspect()


def test_a_last_checkpoint_that_cannot_be_read_stops_no_entry(marked: TableTrail):
    log = marked.open()
    log._checkpoints._container.write_once("00000009.json", b"no checkpoint", "application/json")
    assert log.append(an_event(3)).seq == 3
    breach = log.inspect().breach
    assert breach is not None
    assert "Checkpoint 3 cannot be read" in breach.sentence


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"blob_endpoint": ""}, "ADVISOR_BLOB_ENDPOINT"),
        ({"checkpoint_key": "short test key"}, "ADVISOR_CHECKPOINT_KEY"),
        ({"table_key": ""}, "ADVISOR_TABLE_ENDPOINT has to be https://"),
    ],
)
def test_settings_that_make_no_trail_are_named(azurite: Azurite, given: dict[str, str], named: str):
    settings = table_settings(azurite.table_endpoint, azurite.blob_endpoint)
    with pytest.raises(InvalidInput, match=named):
        open_audit_log(settings.model_copy(update=given))
