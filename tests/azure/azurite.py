"""Azurite, Microsoft's emulator of Blob and Table Storage, on ports of its own and with an account of its own."""

import base64
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import jwt
import pytest
from azure.core.credentials import AccessToken

from services.domain.base import utc_now

PROGRAM = Path(__file__).parent / "node_modules" / "azurite" / "dist" / "src" / "azurite.js"
ACCOUNT = "advisortest"
KEY = base64.b64encode(b"test key of the local Azurite").decode()
WRONG_KEY = base64.b64encode(b"test key of nobody").decode()
_LISTENS = re.compile(r"Azurite (Blob|Table) service is successfully listening at \S+:([0-9]+)")


class Azurite:
    """A running server; without a folder it keeps everything in memory. Start it again on the same ports to restart it."""

    def __init__(
        self, folder: Path | None = None, *more: str, ports: dict[str, int] | None = None
    ) -> None:
        asked = ports or {"Blob": 0, "Table": 0}
        kept = ["--location", str(folder)] if folder else ["--inMemoryPersistence"]
        self._process = subprocess.Popen(
            [
                "node", str(PROGRAM), "--silent", "--disableTelemetry", "--skipApiVersionCheck", *kept, *more,
                "--blobPort", str(asked["Blob"]), "--tablePort", str(asked["Table"]), "--queuePort", "0",
            ],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env={"PATH": os.environ["PATH"], "AZURITE_ACCOUNTS": f"{ACCOUNT}:{KEY}"},
        )  # fmt: skip
        self.ports: dict[str, int] = {}
        said = ""
        for line in self._process.stdout or ():
            said += line
            if found := _LISTENS.match(line):
                self.ports[found[1]] = int(found[2])
            if len(self.ports) == 2:
                return
        self.stop()
        raise RuntimeError(f"Azurite did not start: {said}")

    @property
    def blob_endpoint(self) -> str:
        return f"http://127.0.0.1:{self.ports['Blob']}/{ACCOUNT}"

    @property
    def table_endpoint(self) -> str:
        return f"http://127.0.0.1:{self.ports['Table']}/{ACCOUNT}"

    def secure(self, endpoint: str) -> str:
        """The address of a server that was started with a certificate."""
        return endpoint.replace("http://", "https://")

    def stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.communicate(timeout=30)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class Identity:
    """Whom Azurite takes for somebody of the tenant: it reads audience and lifetime, nobody's signature."""

    def get_token(self, *scopes: str, **_: object) -> AccessToken:
        now = int(utc_now().timestamp())
        claims = {
            "aud": "https://storage.azure.com",
            "iss": "https://sts.windows.net/00000000-1111-2222-3333-444444444444/",
            "iat": now, "nbf": now - 60, "exp": now + 600,
        }  # fmt: skip
        return AccessToken(
            jwt.encode(claims, "test key of an identity, for a test only"), now + 600
        )


def is_installed() -> None:
    """Skip the test where Azurite is not there, but never in CI."""
    if not PROGRAM.is_file():
        missing = "Azurite is not installed: run scripts/ensure_azurite.sh, which needs npm"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)


@pytest.fixture(scope="session")
def azurite() -> Iterator[Azurite]:
    """One server for all tests of a process; they take containers and tables of their own."""
    is_installed()
    with Azurite() as running:
        yield running
