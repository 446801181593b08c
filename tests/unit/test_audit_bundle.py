"""The auditor's bundle: what is in it, and that every change to it shows."""

import hashlib
import io
import json
import sqlite3
import zipfile
from pathlib import Path

import pytest

from services.bootstrap import Services, build
from services.cli import main
from services.domain.audit import AuditEvent
from services.domain.errors import Forbidden, InvalidInput, Unavailable
from services.domain.ids import UserId
from services.domain.users import Role
from tests.core_records import NOON
from tests.unit.test_access import a_user

AUDITOR = a_user(Role.AUDITOR)
NAMES = {"entries.jsonl", "checkpoints.jsonl", "viewer.html", "manifest.json"}


def fill(services: Services, count: int = 5) -> None:
    for number in range(1, count + 1):
        services.ports.audit.append(
            AuditEvent(
                actor=UserId("ann"), action="report_read", resource=f"report-{number}",
                ip_address="192.0.2.7", detail={"note": "</script><b>é"}, at=NOON,
            )
        )  # fmt: skip


@pytest.fixture
def services() -> Services:
    services = build()
    fill(services)
    return services


def opened(bundle: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def test_a_bundle_holds_entries_checkpoints_viewer_and_a_manifest_with_their_hashes(services):
    files = opened(services.audit_bundle.make(AUDITOR))
    assert set(files) == NAMES
    manifest = json.loads(files["manifest.json"])
    assert manifest["files"] == {
        name: hashlib.sha256(files[name]).hexdigest() for name in NAMES - {"manifest.json"}
    }
    assert (manifest["first"], manifest["last"]) == (1, 5)
    assert (manifest["base_hash"], len(manifest["signature"])) == ("0" * 64, 64)
    assert manifest["verification"] == "the trail is whole."
    (mark,) = [json.loads(line) for line in files["checkpoints.jsonl"].splitlines()]
    assert (mark["seq"], mark["head"]) == (5, manifest["head"])


def test_a_line_carries_the_fields_of_the_specification_and_the_text_that_was_hashed(services):
    stored = services.ports.audit.entries()[-1]
    line = json.loads(opened(services.audit_bundle.make(AUDITOR))["entries.jsonl"].splitlines()[0])
    assert line.pop("event").startswith('{"action":"report_read","actor":"ann"')
    assert line == {
        "seq": 1, "partition_key": "2026-03", "row_key": stored.row_key,
        "event_id": stored.event_id, "user_id": "ann", "action": "report_read",
        "resource": "report-1", "ip_address": "192.0.2.7", "result": "ok",
        "previous_hash": "0" * 64, "entry_hash": stored.entry_hash,
    }  # fmt: skip


def test_the_viewer_needs_nothing_from_outside_and_data_cannot_end_its_script(services):
    viewer = opened(services.audit_bundle.make(AUDITOR))["viewer.html"].decode()
    assert "http://" not in viewer
    assert "https://" not in viewer
    assert viewer.count("</script>") == 2
    assert "default-src 'none'" in viewer


def test_an_export_is_an_entry_of_the_trail_itself(services):
    services.audit_bundle.make(AUDITOR)
    event = services.ports.audit.entries(limit=1)[0].event
    assert (event.actor, event.action, event.detail["entries"]) == (
        "auditor",
        "audit_exported",
        "5",
    )
    assert services.ports.audit.verify() is None


def test_only_who_may_see_the_trail_exports_it_and_an_empty_one_is_not_exported(services, tmp_path):
    with pytest.raises(Forbidden):
        services.audit_bundle.make(a_user(Role.CFO))
    empty = build(services.settings.model_copy(update={"data_dir": tmp_path / "other"}))
    with pytest.raises(InvalidInput, match="no entry"):
        empty.audit_bundle.make(AUDITOR)


def test_a_bundle_of_this_installation_checks_and_one_of_another_does_not(services, tmp_path):
    bundle = services.audit_bundle.make(AUDITOR)
    assert services.audit_bundle.check(bundle).faults == ()
    assert services.audit_bundle.check(bundle).last == 5
    other = build(services.settings.model_copy(update={"data_dir": tmp_path / "other"}))
    with pytest.raises(Unavailable, match="no key"):
        other.audit_bundle.check(bundle)
    fill(other)
    other.ports.audit.inspect()
    assert other.audit_bundle.check(bundle).faults == (
        "The manifest is not signed with this installation's key.",
    )


def test_a_changed_byte_is_named_with_its_file_and_its_entry(services):
    files = opened(services.audit_bundle.make(AUDITOR))
    files["entries.jsonl"] = files["entries.jsonl"].replace(b"report-3", b"report-9")
    faults = services.audit_bundle.check(packed(files)).faults
    assert faults == (
        "entries.jsonl differs from the manifest.",
        "Entry 3 fails: changed. Its content does not fit its hash.",
    )


def test_a_manifest_rewritten_to_fit_is_not_signed(services):
    files = opened(services.audit_bundle.make(AUDITOR))
    files["manifest.json"] = files["manifest.json"].replace(
        b'"made_by": "auditor"', b'"made_by": "eve"'
    )
    assert services.audit_bundle.check(packed(files)).faults == (
        "The manifest is not signed with this installation's key.",
    )


@pytest.mark.parametrize("data", [b"", b"no zip", packed({"manifest.json": b"[]"})])
def test_what_is_no_bundle_is_refused_with_a_sentence(services, data):
    with pytest.raises(InvalidInput, match="no readable audit bundle"):
        services.audit_bundle.check(data)


def test_a_broken_trail_is_exported_with_what_is_broken(services, tmp_path: Path):
    services.ports.audit.inspect()
    with sqlite3.connect(tmp_path / "data" / "advisor.sqlite3") as raw:
        raw.execute("DROP TRIGGER audit_entries_never_change")
        (text,) = raw.execute("SELECT event FROM audit_entries WHERE seq = 3").fetchone()
        spoiled = text.encode().replace(b"report-3", b"report-\xff")
        raw.execute("UPDATE audit_entries SET event = CAST(? AS TEXT) WHERE seq = 3", (spoiled,))
    raw.close()
    bundle = services.audit_bundle.make(AUDITOR)
    files = opened(bundle)
    assert "broken at entry 3: " in json.loads(files["manifest.json"])["verification"]
    assert len(files["entries.jsonl"].splitlines()) == 5
    assert services.audit_bundle.check(bundle).faults == (
        "Entry 3 fails: changed. Its content does not fit its hash.",
    )


def test_the_command_line_writes_and_checks_a_bundle(services, tmp_path: Path, capsys):
    services.ports.audit.inspect()
    file = tmp_path / "trail.zip"
    assert main(["audit", "bundle", str(file)]) == 0
    assert main(["audit", "check", str(file)]) == 0
    assert capsys.readouterr().out.endswith("signed here; its last entry is 5.\n")
    files = opened(file.read_bytes())
    files["entries.jsonl"] = files["entries.jsonl"].replace(b"report-3", b"report-9")
    file.write_bytes(packed(files))
    assert main(["audit", "check", str(file)]) == 1
    assert "Entry 3 fails" in capsys.readouterr().out
    assert main(["audit", "check", str(tmp_path / "gone.zip")]) == 2
    assert main(["audit", "bundle", str(tmp_path / "no" / "folder.zip")]) == 2
