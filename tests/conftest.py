"""What every test gets: a clean environment and, for the slow ones, real servers and a real browser."""

import os
from pathlib import Path

import httpx2
import pytest
from hypothesis import settings

from services.audit import ACTING_FROM
from tests.azure.azurite import azurite

__all__ = ["azurite"]

# Machines are shared and noisy: a slow example is no failure.
settings.register_profile("steady", deadline=None)
settings.load_profile("steady")

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test sees the developer's settings or store."""
    for name in list(os.environ):
        if name.startswith("ADVISOR_") and name != "ADVISOR_TEST_BROWSER":
            monkeypatch.delenv(name)
    monkeypatch.setenv("ADVISOR_DATA_DIR", str(tmp_path / "data"))
    ACTING_FROM.set("")  # a page run in this thread leaves its address


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real filings; its absence is a failure in CI and a skip elsewhere."""
    if not SHARED.is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail("shared/ is absent; in CI it has to be there")
        pytest.skip("the real filings are not on this machine (no shared/ beside the project)")
    return SHARED


@pytest.fixture(autouse=True)
def _no_model_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test asks a language model, or anything else that is asked the same way, on another machine."""
    send = httpx2.AsyncHTTPTransport.handle_async_request

    async def at_home(self: httpx2.AsyncHTTPTransport, request: httpx2.Request) -> httpx2.Response:
        assert request.url.host in {"127.0.0.1", "localhost"}, f"a test asked {request.url.host}"
        return await send(self, request)

    monkeypatch.setattr(httpx2.AsyncHTTPTransport, "handle_async_request", at_home)
