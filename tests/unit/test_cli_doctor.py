"""The doctor: a table or JSON, and an exit code that a script can use."""

import json

import pytest

from services.cli import main
from services.domain.errors import Unavailable


def test_a_fresh_installation_is_fine(capsys):
    assert main(["doctor"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 11
    assert lines[0].startswith("Documents     Files ")
    assert all("  this machine  ok" in line for line in lines)


def test_one_that_fails_is_told_in_its_line_and_by_the_exit_code(capsys, monkeypatch):
    def failing(_self) -> str:
        raise Unavailable("The disk is full.")

    monkeypatch.setattr("services.adapters.local.blobs.FileBlobStore.check", failing)
    assert main(["doctor"]) == 1
    failed = [line for line in capsys.readouterr().out.splitlines() if "FAILED" in line]
    assert len(failed) == 1
    assert failed[0].startswith("Documents")
    assert failed[0].endswith("The disk is full.")


@pytest.mark.parametrize("fails", [False, True])
def test_json_says_the_same_for_programs(capsys, monkeypatch, tmp_path, fails):
    if fails:
        (tmp_path / "data").mkdir()
        (tmp_path / "data" / "documents").write_text("no folder")
    assert main(["doctor", "--json"]) == fails
    said = json.loads(capsys.readouterr().out)
    assert said["ok"] is not fails
    assert set(said) == {"ok", "services"}
    documents = said["services"][0]
    assert set(documents) == {"name", "adapter", "host", "ok", "sentence", "milliseconds"}
    assert (documents["name"], documents["host"], documents["ok"]) == ("Documents", None, not fails)


def test_a_product_that_cannot_start_is_a_failure_too(capsys, monkeypatch):
    def unreachable(*_given):
        raise Unavailable("The store is locked.")

    monkeypatch.setattr("services.bootstrap.chosen_ports", unreachable)
    assert main(["doctor"]) == 1
    assert "cannot start: The store is locked." in capsys.readouterr().err
