"""The description of the API passes every rule that Spectral recommends."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT

HERE = Path(__file__).parent
SPECTRAL = HERE / "node_modules" / ".bin" / "spectral"


def found_in(description: str, folder: Path) -> list[str]:
    """The codes of what Spectral finds in a description, hints too."""
    if not SPECTRAL.is_file():
        missing = "Spectral is not installed: run scripts/ensure_spectral.sh, which needs npm"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    file, told = folder / "openapi.yaml", folder / "found.json"
    file.write_text(description, encoding="utf-8")
    done = subprocess.run(
        [SPECTRAL, "lint", file, "--ruleset", HERE / "spectral.yaml", "--fail-severity", "hint",
         "--format", "json", "--output", told, "--quiet"],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode in {0, 1}, done.stderr
    found = [one["code"] for one in json.loads(told.read_text(encoding="utf-8"))]
    assert bool(found) == bool(done.returncode)
    return found


@pytest.fixture
def description() -> str:
    return (ROOT / "docs" / "openapi.yaml").read_text(encoding="utf-8")


def test_spectral_finds_nothing_in_the_description(description: str, tmp_path: Path):
    assert found_in(description, tmp_path) == []


def test_spectral_finds_what_is_missing_or_wrong(description: str, tmp_path: Path):
    wrong = description.replace("  contact:\n", "  x-contact:\n", 1)
    wrong = wrong.replace('operationId: "get_facts"', 'operationId: "get_metrics"')
    assert set(found_in(wrong, tmp_path)) == {"info-contact", "operation-operationId-unique"}


def test_spectral_is_looked_for_where_the_script_installs_it(tmp_path: Path):
    """Without npm the script says what to do, and fails where tests may not be left out."""
    script = tmp_path / "scripts" / "ensure_spectral.sh"
    script.parent.mkdir()
    (tmp_path / "tests" / "conformance").mkdir(parents=True)
    script.write_text((ROOT / "scripts" / script.name).read_text(encoding="utf-8"))
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "dirname").symlink_to("/usr/bin/dirname")
    for ci, code in (("true", 1), ("", 0)):
        done = subprocess.run(
            ["/bin/sh", script],
            capture_output=True, text=True, check=False, env={"PATH": str(tools), "CI": ci},
        )  # fmt: skip
        assert done.returncode == code
        assert "apt-get install npm" in done.stderr
