"""A report's way from upload to CFO summary with everything on Azure that there is, beside the same way on one machine.

Cosmos DB and Service Bus are servers of this process by our own reading of their protocols, Storage is Azurite; the
product talks to all of them through the real SDKs.
"""

import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from services.api.app import create_app, mounted
from services.bootstrap import Services, build
from services.config import Settings
from services.domain.audit import AuditEntry
from services.domain.messages import Queue
from services.domain.users import Role
from tests.acceptance.test_kill_workers import outcome
from tests.api import test_once as once
from tests.azure import azurite as storage
from tests.azure.azurite import Azurite
from tests.azure.cosmos import KEY, CosmosServer
from tests.azure.installation_run import work
from tests.azure.service_bus import ServiceBusPeer
from tests.azure.test_queues import MIN_KILLS, kill_until_done
from tests.callers import As, a_user
from tests.contract.trails import CHECKPOINT_KEY
from tests.core_records import ANN
from tests.small_reports import small_csv, small_pdf

pytestmark = [
    pytest.mark.xdist_group("azurite"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
SAMPLES = ("Larkfield_FY2024_10-K.pdf", "Larkfield_FY2025_10-K.pdf")
TIMES = {"timestamp": True, "steps": {"__all__": {"elapsed_us"}}}
"""When a chain was made and how long each step took: no two runs have these alike."""


@pytest.fixture
def cosmos() -> Iterator[CosmosServer]:
    server = CosmosServer()
    yield server
    server.stop()


@pytest.fixture
def service_bus() -> Iterator[ServiceBusPeer]:
    peer = ServiceBusPeer([queue.value for queue in Queue], lock_seconds=60)
    peer.start()
    yield peer
    peer.close()


@pytest.fixture
def on_azure(
    azurite: Azurite, cosmos: CosmosServer, service_bus: ServiceBusPeer, tmp_path: Path
) -> Settings:
    """The settings of an installation on Azure: a service more is a line more."""
    mine = uuid.uuid4().hex
    return Settings(
        _env_file=None,
        data_dir=tmp_path / "azure",
        blob_endpoint=azurite.blob_endpoint, blob_key=storage.KEY, blob_container=f"d{mine}",
        table_endpoint=azurite.table_endpoint, table_key=storage.KEY, table_name=f"T{mine}",
        checkpoint_container=f"c{mine}", checkpoint_key=CHECKPOINT_KEY,
        cosmos_endpoint=cosmos.url, cosmos_key=KEY,
        service_bus_connection=service_bus.connection,
    )  # fmt: skip


@pytest.fixture
def closing() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def started(settings: Settings, closing: ExitStack) -> Services:
    services = build(settings)
    for adapter in (services.ports.queue, services.ports.audit, services.ports.blobs):
        if hasattr(adapter, "close"):
            closing.callback(adapter.close)
    return services


def acts(entries: list[AuditEntry]) -> list[tuple[str, str, str]]:
    return sorted((one.event.action, one.event.resource, one.event.actor) for one in entries)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_killing_workers_on_azure_loses_nothing_and_doubles_nothing(
    on_azure: Settings, service_bus: ServiceBusPeer, tmp_path: Path, closing: ExitStack
):
    service_bus.broker.lock_seconds = 3
    given = {
        "workers": 2, "poll_seconds": 0.02, "lease_seconds": 2, "max_delivery": 100, "log_level": "ERROR",
    }  # fmt: skip
    there = started(on_azure.model_copy(update=given), closing)
    calm = started(Settings(_env_file=None, data_dir=tmp_path / "calm"), closing)
    documents = [(f"table {size}.csv", small_csv(size)) for size in range(2)]
    documents += [(f"company {n}.pdf", small_pdf(f"Company {n} Corporation", n)) for n in range(2)]
    for services in (there, calm):
        accepted = [services.intake.accept(name, data, ANN).report for name, data in documents]
    assert kill_until_done(there) >= MIN_KILLS
    work(calm)
    for report in accepted:
        assert outcome(there, report.report_id) == outcome(calm, report.report_id)
    told, expected = (acts(one.ports.audit.entries(limit=1000)) for one in (there, calm))
    once_each = {"report_received", "report_read"}
    assert [one for one in told if one[0] in once_each] == [
        one for one in expected if one[0] in once_each
    ]
    assert there.ports.audit.verify() is None
    assert there.ports.queue.dead_letters() == []


@pytest.mark.parametrize(
    "tried",
    [
        once.test_the_same_key_gives_the_same_answer_and_nothing_is_done_again,
        once.test_without_a_key_a_repeat_is_another_request,
        once.test_an_error_is_not_kept_but_its_entry_in_the_trail_is,
    ],
    ids=lambda tried: tried.__name__,
)
def test_what_the_api_does_once_on_one_machine_it_does_once_on_azure(
    on_azure: Settings, closing: ExitStack, tried: Callable[[Services, TestClient], None]
):
    services = started(on_azure.model_copy(update={"rate_limit_per_second": 0}), closing)
    app = As(Starlette(routes=[mounted(create_app(services))]), a_user(Role.ANALYST))
    tried(services, closing.enter_context(TestClient(app, raise_server_exceptions=False)))


def test_each_service_is_named_and_answers(
    on_azure: Settings, cosmos: CosmosServer, closing: ExitStack
):
    services = started(on_azure, closing)
    services.ports.blobs.put("2026/01/none.csv", b"makes the container")
    found = {one.capability.name: one for one in services.capabilities.check()}
    adapters = {
        "Documents": "Azure Blob Storage",
        "Records": "Azure Cosmos DB",
        "Queues": "Azure Service Bus",
        "Audit trail": "Azure Table Storage",
    }
    assert {name: found[name].capability.adapter for name in adapters} == adapters
    assert found["Records"].capability.host == cosmos.url.removeprefix("http://")
    assert [one.sentence for one in found.values() if not one.is_fine] == []
    cosmos.stop()
    found = {one.capability.name: one for one in services.capabilities.check()}
    assert not found["Records"].is_fine
    assert "ADVISOR_COSMOS_ENDPOINT" in found["Records"].sentence
