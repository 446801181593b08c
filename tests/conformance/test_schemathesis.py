"""Tried by its own description in some thousand ways, the API answers as described and never fails."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from services.access import PERMISSIONS
from services.api.app import create_app
from services.api.matrix import operations
from services.bootstrap import build
from services.domain.users import Role
from tests.conformance.conftest import Stand
from tests.conftest import ROOT

pytestmark = pytest.mark.slow
SHIPPED = ROOT / "schemathesis.toml"


def with_ids(stand: Stand) -> str:
    """The shipped configuration, and every other id one that is stored."""
    lines = [SHIPPED.read_text(encoding="utf-8")]
    for name, ids in stand.ids.items():
        lines.append(f'[dictionaries."{name}"]\nvalues = {sorted(ids)}')
    lines.append("[parameters]")
    lines += [f'"{name}" = {{ dictionary = "{name}", probability = 0.5 }}' for name in stand.ids]
    return "\n".join(lines)


def tried(
    address: str, configuration: str, folder: Path, *more: str
) -> subprocess.CompletedProcess[str]:
    """Run all checks of Schemathesis."""
    file = folder / "schemathesis.toml"
    file.write_text(configuration, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "schemathesis.cli", "--config-file", str(file), "run", f"{address}/openapi.json",
         "--url", address, "--checks", "all", "--continue-on-failure", "--no-color", *more],
        capture_output=True, text=True, cwd=folder, check=False, timeout=300,
        env=os.environ | {"ADVISOR_TOKEN": "test-auditor"},
    )  # fmt: skip


def test_no_check_of_schemathesis_fails(stand: Stand, tmp_path: Path):
    done = tried(f"{stand.url}/api/v1", with_ids(stand), tmp_path)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr
    # A run that nobody is signed in for would pass too: refused is what an auditor may not do, no more.
    asked = [one.permission for one in operations(create_app(build()))]
    refused = [one for one in asked if one and one not in PERMISSIONS[Role.AUDITOR]]
    assert f"Authentication failed: {len(refused)} operations" in done.stdout
    # And one that finds nothing: the stand has no id yet for these few.
    unfound = re.search(r"Missing test data: (\d+) operations", done.stdout)
    assert unfound is None or int(unfound[1]) <= 5


@pytest.mark.parametrize(
    ("lie", "told"),
    [("undescribed", "Received: 418"), ("mistyped", "violates schema"),
     ("failing", "Server error"), ("open", "API accepts requests without authentication")],
)  # fmt: skip
def test_an_api_that_answers_otherwise_than_described_is_found_out(
    stand: Stand, tmp_path: Path, lie: str, told: str
):
    done = tried(
        f"{stand.url}/{lie}",
        with_ids(stand),
        tmp_path,
        "--include-path",
        "/summaries",
        "--phases",
        "coverage",
    )
    assert done.returncode == 1
    assert told in done.stdout
