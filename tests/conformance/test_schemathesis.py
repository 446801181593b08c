"""Tried by its own description in some thousand ways, the API answers as described and never fails."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from services.domain.users import Role
from tests.conformance.conftest import Stand
from tests.conftest import ROOT

pytestmark = pytest.mark.slow
SHIPPED = ROOT / "schemathesis.toml"


def with_ids(stand: Stand) -> str:
    """The shipped configuration, and four ids in five are stored ones."""
    lines = [SHIPPED.read_text(encoding="utf-8")]
    for name, ids in stand.ids.items():
        lines.append(f'[dictionaries."{name}"]\nvalues = {sorted(ids)}')
    # One of the stored documents only has an earlier one of its company to be held against.
    lines.append('[[operations]]\ninclude-path-regex = "/changes$"\ngeneration.max-examples = 60')
    lines.append("[parameters]")
    lines += [f'"{name}" = {{ dictionary = "{name}", probability = 0.8 }}' for name in stand.ids]
    return "\n".join(lines)


def tried(stand: Stand, folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """Run all checks of Schemathesis."""
    file = folder / "schemathesis.toml"
    file.write_text(with_ids(stand), encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "schemathesis.cli", "--config-file", str(file), "run",
         f"{stand.url}/openapi.json", "--url", stand.url, "--checks", "all",
         "--continue-on-failure", "--no-color", *more],
        capture_output=True, text=True, cwd=folder, check=False, timeout=900,
        env=os.environ | {"ADVISOR_TOKEN": stand.token},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("role", "missed"),
    [(Role.AUDITOR, 0), (Role.ANALYST, 3), (Role.REVIEWER, 8), (Role.ADMIN, 3)],
)
def test_no_check_of_schemathesis_fails(stand, tmp_path: Path, role: Role, missed: int):
    """Nearly all that a role may do is done: an act that came before can leave one nothing to do."""
    its = stand(role)
    done = tried(its, tmp_path)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr
    assert its.api.succeeded <= its.granted
    assert len(its.granted - its.api.succeeded) <= missed, its.granted - its.api.succeeded


@pytest.mark.parametrize(
    ("lie", "told"),
    [("undescribed", "Received: 418"), ("mistyped", "violates schema"),
     ("failing", "Server error"), ("open", "API accepts requests without authentication")],
)  # fmt: skip
def test_an_api_that_answers_otherwise_than_described_is_found_out(
    stand, tmp_path: Path, lie: str, told: str
):
    only = ("--include-path", "/summaries", "--phases", "coverage")
    done = tried(stand(Role.AUDITOR, lie), tmp_path, *only)
    assert done.returncode == 1
    assert told in done.stdout
