"""What tests of the functions run against: the queues' peer, a host that brings its messages, the services behind."""

import gc
from collections.abc import Iterator

import pytest

from services.adapters.azure.host_queue import HostQueue
from services.bootstrap import Services
from services.domain.messages import Queue
from services.functions.api import application
from services.functions.host import forget, host
from tests.azure.service_bus import ServiceBusPeer
from tests.functions.host import FunctionsHost


@pytest.fixture
def peer() -> Iterator[ServiceBusPeer]:
    running = ServiceBusPeer([queue.value for queue in Queue], lock_seconds=60)
    running.broker.max_delivery = 3
    running.start()
    yield running
    running.close()
    gc.collect()


@pytest.fixture
def brought(peer: ServiceBusPeer, monkeypatch: pytest.MonkeyPatch) -> Iterator[FunctionsHost]:
    monkeypatch.setenv("ADVISOR_SERVICE_BUS_CONNECTION", peer.connection)
    monkeypatch.setenv("ADVISOR_MAX_DELIVERY", "2")
    running = FunctionsHost(peer.connection)
    yield running
    running.close()
    forget()
    application.cache_clear()


@pytest.fixture
def off_the_bus(brought: FunctionsHost, monkeypatch: pytest.MonkeyPatch) -> FunctionsHost:
    """A host that hands nothing on, for tests of what has nothing to do with Service Bus."""
    monkeypatch.setattr(HostQueue, "hand_on", lambda _: None)
    return brought


@pytest.fixture
def services(brought: FunctionsHost) -> Services:
    return host().services
