"""Without Azurite the tests of Azure Storage say what to install, and fail where they may not be left out."""

import subprocess
from pathlib import Path

import pytest

from tests.azure import azurite
from tests.conftest import ROOT


@pytest.mark.parametrize(("ci", "code"), [("true", 1), ("", 0)])
def test_the_script_says_what_is_missing_to_install_it(tmp_path: Path, ci: str, code: int):
    script = tmp_path / "scripts" / "ensure_azurite.sh"
    script.parent.mkdir()
    (tmp_path / "tests" / "azure").mkdir(parents=True)
    script.write_text((ROOT / "scripts" / script.name).read_text(encoding="utf-8"))
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "dirname").symlink_to("/usr/bin/dirname")
    done = subprocess.run(
        ["/bin/sh", script],
        capture_output=True, text=True, check=False, env={"PATH": str(tools), "CI": ci},
    )  # fmt: skip
    assert done.returncode == code
    assert "apt-get install npm" in done.stderr


@pytest.mark.parametrize(("ci", "outcome"), [("true", pytest.fail), ("", pytest.skip)])
def test_a_test_without_it_is_skipped_but_fails_in_ci(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ci: str, outcome
):
    monkeypatch.setattr(azurite, "PROGRAM", tmp_path / "azurite.js")
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome.Exception, match=r"run scripts/ensure_azurite\.sh"):
        azurite.is_installed()


def test_a_server_that_does_not_start_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    broken = tmp_path / "azurite.js"
    broken.write_text("throw new Error('no such server')")
    monkeypatch.setattr(azurite, "PROGRAM", broken)
    with pytest.raises(RuntimeError, match="no such server"):
        azurite.Azurite()
