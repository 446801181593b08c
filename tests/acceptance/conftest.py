"""A real server and a real Chromium for the acceptance tests."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from services.bootstrap import build
from services.config import Settings
from services.domain.users import SYSTEM, Role
from tests.callers import a_user

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 90
expect.set_options(timeout=30_000)  # the machines are shared: patience, not sleeps

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class Product:
    """A running product: its address, its store, its process."""

    url: str
    data_dir: Path
    process: subprocess.Popen[bytes]


@cache
def _token(data_dir: Path) -> str:
    services = build(Settings(_env_file=None, data_dir=data_dir))
    words, _ = services.tokens.make(a_user(Role.AUDITOR), 1, SYSTEM)
    return words


def token_of(product: Product) -> dict[str, str]:
    """What a program sends to read everything."""
    return {"Authorization": f"Bearer {_token(product.data_dir)}"}


def visit(page: Page, url: str, person: str, path: str) -> None:
    """Sign in as a demo person and open a page; the cookie stays in the page's context."""
    page.goto("about:blank")  # what is open would leave by itself when its session ends here
    answer = page.context.request.post(
        f"{url}/auth/sign-in",
        form={"person": f"demo-{person}", "next": path},
        headers={"Origin": url},
        max_redirects=0,
    )
    assert answer.status == 303, answer.text()
    page.goto(url + path)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_up(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise AssertionError(f"the server ended at once:\n{log.read_text()[-3000:]}")
        with (
            contextlib.suppress(urllib.error.URLError, OSError),
            urllib.request.urlopen(url, timeout=2) as answer,
        ):
            if answer.status == 200:
                return
        time.sleep(0.2)
    raise AssertionError(f"the server did not come up:\n{log.read_text()[-3000:]}")


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process group as Ctrl-C does, harder when it does not listen."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGINT)
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=20)


@contextlib.contextmanager
def serving(data_dir: Path) -> Iterator[Product]:
    """Run ``python -m services serve`` on a free port; stop it as Ctrl-C does."""
    data_dir.mkdir(parents=True, exist_ok=True)
    port, log = free_port(), data_dir.parent / "server.log"
    environment = os.environ | {"ADVISOR_DATA_DIR": str(data_dir), "ADVISOR_PORT": str(port)}
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "services", "serve"],
            cwd=ROOT,
            env=environment,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        wait_until_up(f"http://127.0.0.1:{port}/api/v1/health", process, log)
        yield Product(f"http://127.0.0.1:{port}", data_dir, process)
    finally:
        stop(process)


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with serving(tmp_path_factory.mktemp("product") / "data") as running:
        yield running


# Not for the session: Playwright's event loop would be in the way of other tests' own.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    path = os.environ.get("ADVISOR_TEST_BROWSER") or next(
        (found for name in CHROMIUM_NAMES if (found := shutil.which(name))), None
    )
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser of its own, in which no page may want something that its policy forbids."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(30_000)
    said: list[str] = []
    context.on("console", lambda message: said.append(message.text))
    yield context
    context.close()
    assert not [one for one in said if "Content Security Policy" in one]


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()
