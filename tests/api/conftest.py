"""The API under its real address, over a store of its own."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from services.api.app import create_app, mounted
from services.bootstrap import Services, build
from services.config import Settings
from services.domain.users import Role, User
from tests.callers import As, a_user


@pytest.fixture
def services() -> Services:
    """Without a rate limit, so that a test may ask as fast as it can."""
    return build(Settings(rate_limit_per_second=0))


@pytest.fixture
def client(services: Services) -> Iterator[TestClient]:
    """Addresses in answers can be followed as they are; the caller reads everything and changes nothing."""
    app = As(Starlette(routes=[mounted(create_app(services))]), a_user(Role.AUDITOR))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def as_user(services: Services) -> Iterator[Callable[[User], TestClient]]:
    """Makes a client of the API for a person; all ask the same application."""
    app = Starlette(routes=[mounted(create_app(services))])
    with ExitStack() as open_clients:
        yield lambda user: open_clients.enter_context(
            TestClient(As(app, user), raise_server_exceptions=False)
        )


@pytest.fixture
def analyst(as_user: Callable[[User], TestClient]) -> TestClient:
    """Uploads, corrects, asks for reviews."""
    return as_user(a_user(Role.ANALYST))


@pytest.fixture
def reviewer(as_user: Callable[[User], TestClient]) -> TestClient:
    """Decides."""
    return as_user(a_user(Role.REVIEWER))
