"""What is written down with an act on this machine is in the trail in Table Storage once, in order, whatever fails."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from services.adapters.azure import forwarding
from services.adapters.azure.audit_log import AzureAuditLog, open_audit_log
from services.adapters.azure.cosmos import Cosmos
from services.adapters.azure.forwarding import ForwardedTrail, forwarded
from services.adapters.azure.records import CosmosRecordStore
from services.adapters.azure.telling import CosmosTelling
from services.adapters.local.audit_log import SqliteAuditLog
from services.adapters.local.database import Database
from services.adapters.local.records import SqliteRecordStore
from services.adapters.wiring import chosen_ports, chosen_store
from services.audit import ACTING_FROM
from services.bootstrap import build
from services.config import Settings
from services.domain.audit import AuditQuery, RequestEvent
from services.domain.errors import InvalidInput, Unavailable
from services.domain.messages import Effects
from services.ports import Telling
from tests.azure.azurite import Azurite
from tests.azure.cosmos import CosmosServer, Refused, Request, cosmos_settings
from tests.azure.relay import Answer, Relay, relayed
from tests.azure.test_audit_log import REFUSED
from tests.contract.test_audit_log import an_event
from tests.contract.trails import table_settings
from tests.core_records import NOON

pytestmark = pytest.mark.xdist_group("azurite")


@pytest.fixture
def relay(azurite: Azurite) -> Iterator[Relay]:
    with relayed(azurite.table_endpoint) as running:
        yield running


class Machine:
    """A data folder whose trail is forwarded, and the processes that have it open."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.settings = settings.model_copy(update={"data_dir": folder})
        self.database = Database(folder / "advisor.sqlite3")
        self._closing = ExitStack()

    def open(self, telling: Telling | None = None) -> ForwardedTrail:
        trail = forwarded(self.settings, SqliteAuditLog(self.database), telling)
        self._closing.callback(trail.close)
        return trail

    def close(self) -> None:
        self._closing.close()
        self.database.close()


@pytest.fixture
def settings(azurite: Azurite, relay: Relay) -> Settings:
    return table_settings(relay.endpoint, azurite.blob_endpoint)


@pytest.fixture
def machine(settings: Settings, tmp_path: Path) -> Iterator[Machine]:
    running = Machine(settings, tmp_path / "one")
    yield running
    running.close()


@pytest.fixture
def shared(settings: Settings) -> Iterator[AzureAuditLog]:
    """The trail in Table Storage, as anybody sees it."""
    log = open_audit_log(settings)
    yield log
    log.close()


def resources(log: AzureAuditLog | ForwardedTrail) -> list[str]:
    return [one.event.resource for one in log.entries()[::-1]]


def named(name: str):
    return an_event(1, resource=name)


def test_what_commits_with_an_act_is_read_from_the_shared_trail(
    machine: Machine, shared: AzureAuditLog
):
    trail = machine.open()
    SqliteRecordStore(machine.database).commit(Effects(audit=(named("a"), named("b"))))
    trail.append(named("c"))
    trail.witness([RequestEvent(named("d"))], NOON)
    assert resources(trail) == ["a", "b", "c", "d"]
    assert resources(shared) == ["a", "b", "c", "d"]
    assert [one.event.resource for one in trail.search(AuditQuery(resource="b")).items] == ["b"]
    assert list(trail.stored()) == list(SqliteAuditLog(machine.database).stored())
    assert (trail.verify(), trail.inspect().last, trail.check().last) == (None, 4, 4)
    assert trail.sign(b"x") == shared.sign(b"x")


def test_it_goes_there_by_itself_after_each_commit(machine: Machine, shared: AzureAuditLog):
    trail = machine.open()
    for name in "abc":
        trail.append(named(name))
    trail.close()
    assert resources(shared) == ["a", "b", "c"]


def test_what_is_rolled_back_is_not_there(machine: Machine):
    trail = machine.open()
    with suppress(ZeroDivisionError), machine.database.together():
        trail.append(named("a"))
        assert resources(trail) == []
        raise ZeroDivisionError
    with machine.database.together():
        trail.append(named("b"))
    assert resources(trail) == ["b"]


def test_while_the_service_does_not_answer_acts_go_on_and_nothing_is_lost(
    machine: Machine, relay: Relay, shared: AzureAuditLog, caplog: pytest.LogCaptureFixture
):
    trail = machine.open()
    trail.append(named("a"))
    trail.forward()
    relay.before = lambda asked: REFUSED
    trail.append(named("b"))
    trail.close()
    assert "is behind this machine's" in caplog.text
    trail = machine.open()
    with pytest.raises(Unavailable, match="busy"):
        trail.entries()
    relay.before = lambda asked: None
    trail.append(named("c"))
    assert resources(trail) == ["a", "b", "c"]
    assert shared.verify() is None


def test_processes_of_one_machine_take_each_entry_over_once(
    machine: Machine, shared: AzureAuditLog, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(forwarding, "AT_ONCE", 3)
    trails = [machine.open() for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: trails[n % 4].append(named(f"{n:02d}")), range(24)))
        list(pool.map(lambda trail: trail.forward(), trails))
    here = [one.event.resource for one in SqliteAuditLog(machine.database).entries()[::-1]]
    assert sorted(here) == [f"{n:02d}" for n in range(24)]
    assert resources(shared) == here
    assert shared.verify() is None


def test_a_write_that_arrived_and_was_not_answered_is_not_repeated_by_the_next_process(
    machine: Machine, relay: Relay, shared: AzureAuditLog
):
    SqliteAuditLog(machine.database).append(named("a"))
    lost = Answer(503, {"retry-after": "3600"})
    relay.after = lambda asked, answer: lost if b"pending" in asked.body else answer
    with pytest.raises(Unavailable):
        machine.open().forward()
    relay.after = lambda asked, answer: answer
    trail = machine.open()
    trail.append(named("b"))
    assert resources(trail) == ["a", "b"]
    assert shared.verify() is None


def test_two_machines_share_one_trail(machine: Machine, settings: Settings, tmp_path: Path):
    other = Machine(settings, tmp_path / "other")
    one, two = machine.open(), other.open()
    for number in range(3):
        one.append(named(f"one {number}"))
        two.append(named(f"two {number}"))
        one.forward()
        two.forward()
    there = resources(one)
    other.close()
    assert sorted(there) == [f"{who} {n}" for who in ("one", "two") for n in range(3)]
    assert [name for name in there if "one" in name] == ["one 0", "one 1", "one 2"]
    assert one.verify() is None


def test_an_act_of_the_system_does_not_get_the_address_of_who_reads(machine: Machine):
    SqliteAuditLog(machine.database).append(named("a"))
    token = ACTING_FROM.set("192.0.2.7")
    try:
        (entry,) = machine.open().entries()
    finally:
        ACTING_FROM.reset(token)
    assert entry.event.ip_address == ""


def test_a_data_folder_that_was_put_back_is_told(
    machine: Machine, settings: Settings, tmp_path: Path
):
    trail = machine.open()
    trail.append(named("a"))
    trail.forward()
    older = Machine(settings, tmp_path / "older")
    key = Path("audit-checkpoints") / "source.key"
    (tmp_path / "older" / key).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / "older" / key).write_bytes((tmp_path / "one" / key).read_bytes())
    with pytest.raises(Unavailable, match="older state of the data folder"):
        older.open().entries()
    older.close()


def test_the_settings_alone_choose_the_shared_trail(settings: Settings, tmp_path: Path):
    chosen = settings.model_copy(update={"data_dir": tmp_path, "blob_container": "documents"})
    ports = chosen_ports(chosen, chosen_store(chosen))
    assert isinstance(ports.audit, ForwardedTrail)
    ports.records.commit(Effects(audit=(named("a"),)))
    assert resources(ports.audit) == ["a"]
    ports.audit.close()
    ports.blobs.close()


class Elsewhere:
    """Records in Cosmos DB, and processes that take over what their commits told."""

    def __init__(self, machine: Machine) -> None:
        self.server = CosmosServer()
        self._machine = machine
        self.store = CosmosRecordStore(Cosmos(cosmos_settings(self.server)))

    def commit(self, *names: str) -> None:
        self.store.commit(Effects(audit=tuple(named(name) for name in names)))

    def open(self) -> ForwardedTrail:
        return self._machine.open(CosmosTelling(Cosmos(cosmos_settings(self.server))))


@pytest.fixture
def elsewhere(machine: Machine) -> Iterator[Elsewhere]:
    running = Elsewhere(machine)
    yield running
    running.server.stop()


def test_what_records_elsewhere_told_is_in_the_trail_with_what_was_written_here(
    machine: Machine, elsewhere: Elsewhere, shared: AzureAuditLog
):
    trail = elsewhere.open()
    elsewhere.commit("a", "b")
    trail.append(named("c"))
    elsewhere.commit("d")
    assert sorted(resources(trail)) == ["a", "b", "c", "d"]
    assert [name for name in resources(shared) if name != "c"] == ["a", "b", "d"]
    assert shared.verify() is None


def test_a_commit_elsewhere_is_forwarded_without_anybody_reading(
    machine: Machine, shared: AzureAuditLog
):
    server = CosmosServer()
    cosmos = Cosmos(cosmos_settings(server))
    trail = machine.open(CosmosTelling(cosmos))
    CosmosRecordStore(cosmos).commit(Effects(audit=(named("a"),)))
    trail.close()  # lets what is on its way arrive
    assert resources(shared) == ["a"]
    server.stop()


def test_what_was_taken_over_and_not_settled_is_not_taken_over_again(
    elsewhere: Elsewhere, shared: AzureAuditLog
):
    elsewhere.commit("a")

    def no_deleting(request: Request) -> None:
        if request.verb == "DELETE":
            raise Refused(400, "dead")

    elsewhere.server.refuse = no_deleting
    with pytest.raises(Unavailable):
        elsewhere.open().forward()
    elsewhere.server.refuse = lambda _: None
    elsewhere.commit("b")
    assert resources(elsewhere.open()) == ["a", "b"]
    assert shared.verify() is None


def test_a_process_that_was_asleep_takes_nothing_over_that_another_settled_and_forgot(
    elsewhere: Elsewhere, shared: AzureAuditLog, monkeypatch: pytest.MonkeyPatch
):
    elsewhere.commit("a")
    telling = CosmosTelling(Cosmos(cosmos_settings(elsewhere.server)))
    asleep = telling.pending(10)
    awake = elsewhere.open()
    for name in ("b", "c"):
        awake.forward()
        elsewhere.commit(name)
    shared.take_told(asleep, telling.still)
    assert resources(awake) == ["a", "b", "c"]
    assert len(shared.current().taken) == 1


def test_many_processes_take_over_each_commit_elsewhere_once(
    elsewhere: Elsewhere, shared: AzureAuditLog, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(forwarding, "COMMITS_AT_ONCE", 3)
    for number in range(12):
        elsewhere.commit(f"{number:02d}")
    trails = [elsewhere.open() for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda trail: trail.forward(), trails))
    assert resources(shared) == [f"{number:02d}" for number in range(12)]
    assert shared.verify() is None


def test_records_elsewhere_need_a_queue_and_a_trail_that_they_can_commit_with(
    settings: Settings, tmp_path: Path
):
    alone = Settings(_env_file=None, data_dir=tmp_path, cosmos_endpoint="http://127.0.0.1:1")
    with pytest.raises(InvalidInput, match=r"COSMOS_ENDPOINT needs ADVISOR_SERVICE_BUS_NAMESPACE"):
        build(alone)
    queued = alone.model_copy(update={"service_bus_connection": "Endpoint=sb://test"})
    with pytest.raises(InvalidInput, match=r"COSMOS_ENDPOINT needs ADVISOR_TABLE_ENDPOINT"):
        build(queued)
